"""Names of medicines and conditions: brands, salts, combinations, and the classes they belong to."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from taper._base.records import Value
from taper._base.text import Name, Text
from taper.source import Source

FORM_WORDS = frozenset(
    {"tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "spray", "patch", "patches", "cream"}
    | {"gel", "ointment", "inhaler", "injection", "solution", "syrup", "drops", "pen", "oral", "sublingual", "nasal"}
    | {"eye", "topical", "transdermal", "mg", "mcg", "ml", "g", "prn", "daily", "od", "bd", "tds", "qds", "nocte"}
)
"""Words of form, dose and time that people write behind the name of a medicine."""

_BEFORE = frozenset({"low", "high", "dose", "baby", "regular", "oral", "topical", "inhaled", "generic", "mg"})
"""Words that people write before it."""

_DROPPED = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}\N{REGISTERED SIGN}\N{TRADE MARK SIGN}]|(?<!\d)\.|\.(?!\d)")
"""What is no part of a name: apostrophes, trademark signs, and full stops other than decimal points."""

_JOINED = re.compile(r"/|\+|\band\b|\bwith\b|\bplus\b", re.IGNORECASE)
"""What joins the parts of a combination."""


def plain(text: str) -> str:
    """A name as sources write it: lower case, with hyphens, without an apostrophe, a full stop or a trademark sign."""
    kept = _DROPPED.sub("", text.lower())
    return "-".join(part for part in kept.replace("_", " ").replace(",", " ").split() if part)


class NameList(Value):
    """What one source says that brands, combinations, abbreviations or salts contain."""

    source: Source
    kind: Literal["brand", "combination", "abbreviation", "salt"]
    contains: dict[Name, tuple[Name, ...]]


class SameNames(Value):
    """Groups of names of one substance, by one source."""

    source: Source
    groups: tuple[tuple[Name, ...], ...]


class CodeList(Value):
    """Medicines with their codes in the ATC index, by one source; `own` unless the codes are of what they belong to."""

    source: Source
    own: bool = True
    note: Text | None = None
    codes: dict[Name, tuple[str, ...]]


class CodeGroup(Value):
    """What a group of the index says of a class: that `all` with such a code belong, and `only` those."""

    of: Annotated[Name, Field(alias="class")]
    codes: tuple[str, ...]
    all: bool
    only: bool
    note: Text | None = None
    source: Source


class KindList(Value):
    """What one source says is a kind of a wider condition, each with its place there."""

    name: Name
    source: Source
    note: Text | None = None
    members: dict[Name, Text]


class OpenCondition(Value):
    """A condition whose name leaves open whether it is a narrower one that sources name."""

    name: Name
    may_be: tuple[Name, ...]


class DistinctConditions(Value):
    """Conditions that lie neither above nor below any that sources name, each with its place in one source."""

    source: Source
    note: Text | None = None
    members: dict[Name, Text]


class ConditionNames(Value):
    """What is on file of the names of conditions."""

    same: tuple[SameNames, ...] = ()
    lists: tuple[KindList, ...] = ()
    open: tuple[OpenCondition, ...] = ()
    distinct: tuple[DistinctConditions, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as it was written, every name it goes by, and whether the lists on file know it.

    `may_be` are narrower conditions that the name leaves open.
    """

    written: str
    names: frozenset[str]
    is_known: bool
    may_be: frozenset[str] = frozenset()
    listed: tuple[str, ...] = ()

    def near_among(self, named: Iterable[str]) -> tuple[str, ...]:
        """Names written alike or that share a telling word, among some and those that are listed."""
        key = plain(self.written)
        words = {word for word in key.split("-") if len(word) >= _TELLING_LETTERS}
        pool = sorted({*named, *self.listed})
        alike = difflib.get_close_matches(key, pool, n=3, cutoff=0.7)
        sharing = [name for name in named if words & set(name.split("-"))]
        return tuple(dict.fromkeys([*alike, *sharing]))[:4]


_TELLING_LETTERS = 5


@dataclass(frozen=True, slots=True)
class NamedMedicine:
    """One medicine in what a person wrote: its generic name, its other names, and what the index says of its classes.

    `belongs` are the classes in which the index places it, `never` those in which it does not.
    """

    name: str
    names: frozenset[str]
    codes: tuple[str, ...] = ()
    belongs: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    by: Source | None = None

    @property
    def subgroups(self) -> frozenset[str]:
        """The chemical subgroups of its codes."""
        return frozenset(code[:_SUBGROUP] for code in self.codes)

    @property
    def is_classified(self) -> bool:
        """Whether its codes in the index are known."""
        return bool(self.codes)


class NamesOnFile(Value):
    """Every list of names on file: what brands contain, names of one substance, codes, and conditions."""

    release_words: tuple[Name, ...] = ()
    lists: tuple[NameList, ...] = ()
    same: tuple[SameNames, ...] = ()
    code_lists: tuple[CodeList, ...] = ()
    groups: tuple[CodeGroup, ...] = ()
    conditions: ConditionNames = ConditionNames()

    # Medicines.

    @cached_property
    def _contains(self) -> dict[str, tuple[tuple[str, ...], Source]]:
        found: dict[str, tuple[tuple[str, ...], Source]] = {}
        for item in self.lists:
            for name, contents in item.contains.items():
                found.setdefault(name, (contents, item.source))
        return found

    @cached_property
    def _same_as(self) -> dict[str, frozenset[str]]:
        return _joined_groups(group for item in self.same for group in item.groups)

    @cached_property
    def _codes(self) -> dict[str, tuple[tuple[str, ...], Source]]:
        found: dict[str, tuple[tuple[str, ...], Source]] = {}
        for item in self.code_lists:
            for name, codes in item.codes.items():
                found.setdefault(name, (codes, item.source))
        return found

    @cached_property
    def medicine_names(self) -> frozenset[str]:
        """Every name of a medicine on file."""
        return frozenset({*self._contains, *self._same_as, *self._codes})

    def knows(self, name: str) -> bool:
        """Whether a plain name is that of a medicine on file."""
        return name in self._contains or name in self._same_as or name in self._codes

    def same_names(self, name: str) -> frozenset[str]:
        """The names of the substance that a plain name stands for, itself among them."""
        return self._same_as.get(name, frozenset()) | {name}

    def medicines(self, text: str, also: frozenset[str] = frozenset()) -> tuple[NamedMedicine, ...]:
        """The medicines in what a person wrote, by generic name; empty where no list knows it and nothing is guessed.

        Words of release, form and dose at the end are left out where the whole is not listed.

        Args:
            text: What was written, such as "GTN spray".
            also: Further names that are known elsewhere, such as drugs of the formulary.
        """
        whole = self._whole(text, also)
        if whole:
            return whole
        parts = [part for part in _JOINED.split(text) if part.strip()]
        each = [self._whole(part, also) for part in parts]
        return tuple(item for found in each for item in found) if len(parts) > 1 and all(each) else ()

    def _whole(self, text: str, also: frozenset[str]) -> tuple[NamedMedicine, ...]:
        for key in self._readings(plain(text)):
            if self.knows(key) or key in also:
                return tuple(self._medicine(name, source) for name, source in self._contents(key, None, ()))
        return ()

    def _readings(self, key: str) -> Iterable[str]:
        """What was written, and what is left of it without words of dose, release and form around it."""
        yield key
        words = key.split("-")
        while len(words) > 1 and words[0] in _BEFORE:
            words.pop(0)
            yield "-".join(words)
        droppable = {*self.release_words, *FORM_WORDS}
        while len(words) > 1 and (words[-1] in droppable or words[-1][:1].isdigit()):
            last = words.pop()
            if _is_version(last) and "-".join(words) in self._contains:
                return  # a brand's "3" may be another medicine than the brand
            yield "-".join(words)
        if words[-1].endswith("s"):
            yield "-".join(words).removesuffix("s")

    def _contents(self, name: str, source: Source | None, path: tuple[str, ...]) -> Iterable[tuple[str, Source | None]]:
        held = self._contains.get(name)
        if held is None or name in path or held[0] == (name,):
            yield name, source
            return
        for part in held[0]:
            yield from self._contents(part, held[1], (*path, name))

    def _medicine(self, name: str, source: Source | None) -> NamedMedicine:
        names = self.same_names(name)
        codes = tuple(dict.fromkeys(code for each in sorted(names) for code in self._codes.get(each, ((), None))[0]))
        belongs = {g.of for g in self.groups if g.all and _has_code(codes, g)}
        # Where the index has a group for a class, it and the lists of that class say who belongs to it.
        # With a code among those of a group that holds others too, it may belong or not.
        never = {g.of for g in self.groups if codes and not _has_code(codes, g)} - belongs
        return NamedMedicine(name, frozenset(names), codes, frozenset(belongs), frozenset(never), source)

    def subgroups_of(self, names: Iterable[str]) -> frozenset[str]:
        """The chemical subgroups (the first five characters of the codes) in which some medicines lie."""
        codes = (
            code for name in names for each in self.same_names(name) for code in self._codes.get(each, ((), None))[0]
        )
        return frozenset(code[:_SUBGROUP] for code in codes)

    def near_medicines(self, text: str, also: Iterable[str] = ()) -> tuple[str, ...]:
        """Names written alike, for one that no list knows."""
        key, pool = plain(text), sorted({*self.medicine_names, *also})
        longer = [name for name in pool if name.startswith(f"{key}-")][:3]
        return tuple(dict.fromkeys([*difflib.get_close_matches(key, pool, n=3, cutoff=0.8), *longer]))

    # Conditions.

    @cached_property
    def _same_condition(self) -> dict[str, frozenset[str]]:
        return _joined_groups(group for item in self.conditions.same for group in item.groups)

    @cached_property
    def _kind_of(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for item in self.conditions.lists:
            for name in item.members:
                found[name] = found.get(name, frozenset()) | {item.name}
        return found

    @cached_property
    def _may_be(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for item in self.conditions.open:
            found[item.name] = found.get(item.name, frozenset()) | frozenset(item.may_be)
        return found

    @cached_property
    def _condition_names(self) -> tuple[str, ...]:
        kinds = {kind for each in self._kind_of.values() for kind in each}
        distinct = {name for item in self.conditions.distinct for name in item.members}
        return tuple(sorted({*self._same_condition, *self._kind_of, *self._may_be, *kinds, *distinct}))

    def names_of_condition(self, text: str) -> frozenset[str]:
        """The names of one condition, without those of what it is a kind of."""
        return self._same_condition.get(plain(text), frozenset()) | {plain(text)}

    def condition(self, text: str) -> Condition:
        """A condition by every name it goes by, what it is a kind of among them."""
        key = plain(text)
        found, waiting = {key}, [key]
        while waiting:
            name = waiting.pop()
            for other in (self._same_condition.get(name, frozenset()) | self._kind_of.get(name, frozenset())) - found:
                found.add(other)
                waiting.append(other)
        may_be = frozenset[str]().union(*(self._may_be.get(name, frozenset()) for name in found)) - found
        return Condition(text, frozenset(found), key in self._condition_names, may_be, self._condition_names)


_SUBGROUP = 5


def _is_version(word: str) -> bool:
    """Whether a word behind a brand may be a part of its name and not a dose: one digit without a unit."""
    return len(word) == 1 and word.isdigit()


def _has_code(codes: tuple[str, ...], group: CodeGroup) -> bool:
    return any(code.startswith(group.codes) for code in codes)


def _joined_groups(groups: Iterable[tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Each name with the names of every group that it stands in."""
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        together = frozenset(group).union(*(found.get(name, frozenset()) for name in group))
        found |= dict.fromkeys(together, together)
    return found
