"""What medicines are called in other languages, each by the list that says so."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from taper._base.records import Value
from taper._base.text import Text
from taper.knowledge.reading import read_toml
from taper.source import Source


class SpokenNames(Value):
    """Names of drugs in one language, by the drug as it is on file; one that is not here has no name by this source."""

    language: str
    source: Source
    names: dict[str, Text]


@cache
def spoken_names() -> Mapping[str, SpokenNames]:
    """The names on file, by the two-letter code of their language."""
    file = resources.files("taper") / "data" / "drug_names.toml"
    held = read_toml(file.read_text("utf-8"), file.name)
    sources = held.pop("sources")
    return {code: _read(code, body, sources[body["source"]]) for code, body in held.items()}


def _read(code: str, body: Mapping[str, object], source: Mapping[str, object]) -> SpokenNames:
    cited = {**source, "id": body["source"]}
    return SpokenNames.read({**body, "source": cited, "language": code}, where=f"drug_names.toml: {code}")
