"""What is on file: for which rules a drug has facts, from which country and how fresh; and of which published lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from taper.knowledge.cited import Cited
from taper.knowledge.formulary import Formulary, UnknownDrug, atc_codes
from taper.knowledge.monograph import Monograph
from taper.knowledge.published_lists import PublishedList
from taper.knowledge.reading import read_published_lists, read_toml

SECTIONS = {
    "ceiling": "ceilings", "titration-speed": "titrations", "pace": "stopping", "duration": "durations",
    "kidney": "kidney", "liver": "liver", "age": "ages", "pregnancy": "pregnancy", "interaction": "interactions",
    "contraindication": "contraindications", "swing": "half_lives", "gap": "restarts",
}  # fmt: skip
"""By the name of a rule, the section of a drug without which it answers *not assessed*."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The sources of one country: how many, the newest year (None if all are undated), the day last looked at."""

    country: str
    sources: int
    newest: int | None
    looked_at: date

    def __str__(self) -> str:
        return f"{self.country} {self.newest or 'undated'}"


def voices(facts: Iterable[Cited]) -> tuple[Voice, ...]:
    """Who speaks in some facts, by country; a source of no country comes as "general"."""
    by_country: dict[str, set[str]] = {}
    held = {fact.source.id: fact.source for fact in facts}
    for source in held.values():
        by_country.setdefault(source.jurisdiction or "general", set()).add(source.id)
    return tuple(
        Voice(
            country,
            len(ids),
            max((year for year in (held[name].year for name in ids) if isinstance(year, int)), default=None),
            max(held[name].verified_on for name in ids),
        )
        for country, ids in sorted(by_country.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )


def coverage(monograph: Monograph) -> dict[str, tuple[Voice, ...]]:
    """By the name of a rule, who speaks of what it reads; nobody where it answers *not assessed*.

    Example:
        >>> held = coverage(Formulary.shipped().monograph("clobazam"))
        >>> [str(voice) for voice in held["duration"]], held["titration-speed"]
        (['UK undated'], ())
    """
    return {rule: voices(getattr(monograph, section)) for rule, section in SECTIONS.items()}


def looked_at(monograph: Monograph) -> str:
    """The days on which the sources of a drug were last looked at: one, or the first and the last."""
    days = sorted({str(source.verified_on) for source in monograph.sources})
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"


@dataclass(frozen=True, slots=True)
class Counted:
    """One published list: its medicines on file, and those that are not."""

    listed: PublishedList
    held: tuple[str, ...]
    absent: tuple[str, ...]


def count_listed(formulary: Formulary) -> tuple[Counted, ...]:
    """Of each published list, which medicines are on file.

    Example:
        >>> [(len(each.held), len(each.absent)) for each in count_listed(Formulary.shipped())][1]
        (4, 2)
    """
    return tuple(_counted(listed, formulary) for listed in published_lists())


def _counted(listed: PublishedList, formulary: Formulary) -> Counted:
    codes = atc_codes()
    members = {name for name, code in codes.items() if code.startswith(listed.atc)} | set(listed.names)
    held = {name for name in members if _is_on_file(name, formulary)}
    return Counted(listed, tuple(sorted(held)), tuple(sorted(members - held)))


def _is_on_file(name: str, formulary: Formulary) -> bool:
    """Whether a name is that of an entry, or a short one of several, such as "bupropion" of its salts."""
    try:
        return bool(formulary.written(name).drugs)
    except UnknownDrug:
        return False


@cache
def published_lists() -> tuple[PublishedList, ...]:
    """The published lists that are shipped."""
    file = resources.files("taper") / "data" / "deprescribing.toml"
    return read_published_lists(read_toml(file.read_text("utf-8"), file.name), where=file.name)
