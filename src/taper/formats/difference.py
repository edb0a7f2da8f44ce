"""What differs between two plans or schedules, as a table for people."""

from collections.abc import Iterator

from taper._base.numbers import write_number, write_percent
from taper._base.shown import align
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.checks.case import day_words
from taper.paces.changes import Change
from taper.plans.regimen import Slot
from taper.schedules.difference import Difference, Totals


@takes
def to_difference_table(difference: Difference, *, one: str = "one", other: str = "other") -> str:
    """A difference as plain text: the days that differ, then both sides in total.

    Args:
        difference: What differs.
        one: What to call the first side.
        other: What to call the second side.

    Example:
        >>> from taper import compare, load_protocol
        >>> plan = load_protocol("diazepam-example").plan()
        >>> text = to_difference_table(compare(plan, plan), one="old", other="new")
        >>> "old" in text and "new" in text
        True
    """
    rows = [("days", "drug", one, other), *(_row(difference, index) for index in range(len(difference.days)))]
    head = f"Compared day by day, {difference.compared} days."
    table = align(rows, ruled=True) if difference.days else ["No day differs."]
    totals = [("in total", one, other), *_totals(difference)]
    return "\n".join([head, "", *table, "", *align(totals, ruled=True)]) + "\n"


def _row(difference: Difference, index: int) -> tuple[str, ...]:
    item = difference.days[index]
    return day_words(item.first, item.last), item.drug, _doses(item.one), _doses(item.other)


def _doses(doses: tuple[tuple[Slot, Dose], ...]) -> str:
    return ", ".join(f"{dose} {slot}" for slot, dose in doses) or "nothing"


def _totals(difference: Difference) -> Iterator[tuple[str, ...]]:
    sides = difference.one, difference.other
    yield ("days", *("no stop date" if side.days is None else str(side.days) for side in sides))
    for drug in dict.fromkeys([*difference.one.mg, *difference.other.mg]):
        yield (f"{drug}, largest reduction", *(_fall(side.largest.get(drug)) for side in sides))
        yield (f"{drug}, last reduction", *(_fall(side.last.get(drug)) for side in sides))
        yield (f"{drug}, in all", *(_mass(side, drug) for side in sides))
    for product in sorted({*difference.one.units, *difference.other.units}):
        yield (f"{product}, units", *(side.units.get(product, "none") for side in sides))


def _fall(change: Change | None) -> str:
    if change is None:
        return "none"
    part = write_percent(change.mg / change.before.mg)
    return f"{change.before} to {change.after} on day {change.day} ({part} of it)"


def _mass(side: Totals, drug: str) -> str:
    return f"{write_number(side.mg[drug])} mg" if drug in side.mg else "none"
