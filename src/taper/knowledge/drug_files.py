"""The shipped drug files: which there are and what their text names, each read when its drug is asked for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from taper._base.shown import show
from taper.knowledge.monograph import Monograph
from taper.knowledge.reading import InvalidData, read_monograph, read_toml

_SYNONYMS = re.compile(r"^synonyms = \[(.*?)\]", re.MULTILINE | re.DOTALL)
_CLASSES = re.compile(r"^classes = \[(.*?)\]", re.MULTILINE | re.DOTALL)
_WITH = re.compile(r"^with_names = \[(.*?)\]", re.MULTILINE | re.DOTALL)
_CONDITION = re.compile(r'^condition = "(.*?)"', re.MULTILINE)
_USES = re.compile(r"\bindications = \[(.*?)\]", re.DOTALL)
_TEXT = re.compile(r'"(.*?)"')


@dataclass(frozen=True, slots=True)
class Mentions:
    """What drug files name beside their own figures: brands, classes, other medicines, conditions."""

    synonyms: Mapping[str, str]
    classes: frozenset[str]
    medicines: frozenset[str]
    conditions: frozenset[str]
    uses: frozenset[str] = frozenset()

    @classmethod
    def of(cls, monographs: Iterable[Monograph]) -> "Mentions":
        """What some monographs name.

        Raises:
            InvalidData: If a brand names two drugs.
        """
        held = tuple(monographs)
        return cls(
            _by_brand((synonym, item.drug) for item in held for synonym in item.synonyms),
            frozenset(name for item in held for name in item.classes),
            frozenset(name for item in held for fact in item.interactions for name in fact.with_names),
            frozenset(fact.condition for item in held for fact in item.contraindications),
            frozenset(use for item in held for fact in item.facts for use in fact.indications),
        )


def _by_brand(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for synonym, drug in pairs:
        key = synonym.lower()
        if found.setdefault(key, drug) != drug:
            raise InvalidData(f"{show(synonym)} names both {found[key]} and {drug}; keep one")
    return found


class DrugFiles(Mapping[str, Monograph]):
    """Monographs by drug, from a folder of files named for their drugs; a file is parsed when its drug is asked for.

    What the files name is found in their text without parsing them: a parsed file costs milliseconds, and a hundred
    would be parsed to look up one brand.
    """

    def __init__(self, folder: Any) -> None:
        files = (file for file in folder.iterdir() if file.name.endswith(".toml"))
        self._files = {file.name.removesuffix(".toml"): file for file in sorted(files, key=lambda file: file.name)}
        self._read: dict[str, Monograph] = {}

    def __getitem__(self, drug: str) -> Monograph:
        if drug not in self._read:
            file = self._files[drug]
            self._read[drug] = read_monograph(read_toml(self._texts[drug], file.name), where=file.name)
        return self._read[drug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, drug: object) -> bool:
        return drug in self._files

    @cached_property
    def _texts(self) -> "_Texts":
        return _Texts(self._files)

    @cached_property
    def synonyms(self) -> Mapping[str, str]:
        """The drug of each brand, in lower case."""
        heads = ((drug, self._texts[drug].partition("\n[")[0]) for drug in self._files)
        return _by_brand((name, drug) for drug, head in heads for name in _listed(_SYNONYMS, head))

    @cached_property
    def mentions(self) -> Mentions:
        """What the files name."""
        texts = [self._texts[drug] for drug in self._files]
        return Mentions(
            self.synonyms,
            frozenset(name for text in texts for name in _listed(_CLASSES, text.partition("\n[")[0])),
            frozenset(name for text in texts for name in _listed(_WITH, text)),
            frozenset(name for text in texts for name in _CONDITION.findall(text)),
            frozenset(name for text in texts for name in _listed(_USES, text)),
        )


class _Texts(dict[str, str]):
    """The text of each file, read once."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        super().__init__()
        self._files = files

    def __missing__(self, drug: str) -> str:
        self[drug] = self._files[drug].read_text("utf-8")
        return self[drug]


def _listed(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    for found in pattern.finditer(text):
        yield from _TEXT.findall(found[1])
