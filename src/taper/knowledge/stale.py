"""Sources last checked more than a year ago."""

from dataclasses import dataclass
from datetime import date

from taper._base.takes import takes
from taper.knowledge.formulary import Formulary
from taper.source import Source


@dataclass(frozen=True, slots=True)
class Stale:
    """A source that was last looked at more than a year before a day, and what cites it."""

    source: Source
    cited_by: tuple[str, ...]


@takes
def list_stale(formulary: Formulary, *, as_of: date) -> tuple[Stale, ...]:
    """The sources of a formulary that were last looked at more than a year before a day, the oldest first.

    Args:
        formulary: Whose sources.
        as_of: The day to count from.

    Example:
        >>> list_stale(Formulary.shipped(), as_of=date(2026, 12, 1))
        ()
    """
    found: dict[Source, list[str]] = {}
    for drug in formulary.drugs:
        for source in formulary.monograph(drug).sources:
            found.setdefault(source, []).append(drug)
    for table in formulary.tables:
        found.setdefault(table.source, []).append(table.id)
    for item in formulary.class_lists:
        found.setdefault(item.source, []).append(f"class {item.name}")
    old = [Stale(source, tuple(names)) for source, names in found.items() if source.is_older_than_a_year(as_of)]
    return tuple(sorted(old, key=lambda item: (item.source.verified_on, item.source.id, item.cited_by)))
