"""Opioids as a total a day in milligrams of morphine, by a cited table: a measure of exposure that chooses no dose."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field

from taper._base.json_text import decode
from taper._base.numbers import Exact
from taper._base.records import Value
from taper._base.shown import align, show
from taper._base.takes import takes
from taper._base.text import Name, Text
from taper.amounts.dose import DailyDose
from taper.errors import InvalidInput, NotFound
from taper.products.product import DosageForm
from taper.schedules.schedule import Day, Schedule
from taper.source import Source


class MorphineTable(Value):
    """One source's factors: how many mg of morphine by mouth it counts for each mg of an opioid, and its warning.

    `reference` is the drug in whose mg it counts, `members` the class of the drugs that it is about. It holds no doses,
    so no change from one drug to another can be planned by it.
    """

    id: Name
    title: Text
    reference: Name
    members: Name
    warning: Text
    source: Source
    factors: dict[Name, Annotated[Exact, Field(gt=0)]]

    def __repr__(self) -> str:
        return f"<MorphineTable {self.id}: {len(self.factors)} opioids>"


@dataclass(frozen=True, slots=True)
class MorphineTotal:
    """Days in a row, both inclusive, with the same total; None where a dose on them is of no factor."""

    first: date
    last: date
    total: DailyDose | None

    @property
    def text(self) -> str:
        return "not counted" if self.total is None else str(self.total)


@dataclass(frozen=True, slots=True)
class MorphineTotals:
    """The total of a schedule a day, by one table, in morphine; `not_counted` are the drugs without a factor in it."""

    table: MorphineTable
    rows: tuple[MorphineTotal, ...]
    not_counted: tuple[str, ...]

    def __str__(self) -> str:
        rows = [(f"{row.first} to {row.last}", row.text) for row in self.rows]
        named = ", ".join(self.not_counted)
        missing = [f"Not counted, as the table has no factor for it: {named}."] if named else []
        head = f"{self.table.title} ({self.table.source.citation})"
        return "\n".join(
            [head, *align([("dates", self.table.reference), *rows]), *missing, f"Warning: {self.table.warning}"]
        )

    def to_dict(self) -> dict[str, Any]:
        """The totals as plain data, with the warning."""
        rows = [{"first": str(row.first), "last": str(row.last), "total": row.text} for row in self.rows]
        named = {
            "table": self.table.id,
            "reference": self.table.reference,
            "source": self.table.source.citation,
            "warning": self.table.warning,
        }
        return {**named, "rows": rows, "not_counted": list(self.not_counted)}


@takes
def mme(schedule: Schedule, table: str) -> MorphineTotals:
    """The opioids of a schedule as a total a day in morphine, by a table that the caller names.

    It is shown beside a plan and enters no rule and no planner. Drugs without a factor are named; where one of them is
    taken together with an opioid, the day has no total. What is kept under the tongue is not counted.

    Args:
        schedule: The schedule.
        table: The id of the table, such as "cdc-2022"; there is no default.

    Raises:
        NotFound: If there is no such table; the message lists those shipped.
        InvalidInput: If the schedule holds no opioid of the table.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, Plan, realize, to_schedule
        >>> plan = Plan.read({"courses": [{"drug": "oxycodone", "release": "extended", "before": "nothing",
        ...     "steps": [{"for": "7 days", "regimen": {"morning": "20 mg", "bedtime": "20 mg"}}], "then": "review"}]})
        >>> tablets = Formulary.shipped().products("oxycodone", market="us")
        >>> totals = mme(to_schedule(realize(plan, tablets), start=date(2027, 3, 1)), "cdc-2022")
        >>> [row.text for row in totals.rows]
        ['60 mg/day']
    """
    chosen = morphine_table(table)
    counted = _Counting(chosen, _members(schedule, chosen), _under_the_tongue(schedule))
    if not any(counted.factor(drug) for drug in schedule.realized.drugs):
        held = ", ".join(sorted(chosen.factors))
        raise InvalidInput(f"the plan holds no opioid that {chosen.id} counts; its opioids are {held}", where="table")
    stretches = groupby(schedule.days, key=counted.total)
    rows = tuple(_row(list(days), total) for total, days in stretches)
    return MorphineTotals(chosen, rows, tuple(drug for drug in schedule.realized.drugs if counted.lacks(drug)))


@dataclass(frozen=True, slots=True)
class _Counting:
    """A table laid on a schedule: which drugs it counts, and which opioids it lacks."""

    table: MorphineTable
    members: frozenset[str]
    under_the_tongue: frozenset[str]

    def factor(self, drug: str) -> Fraction | None:
        return None if drug in self.under_the_tongue else self.table.factors.get(drug)

    def lacks(self, drug: str) -> bool:
        """Whether it is an opioid, or taken so, that the table gives no factor for."""
        return self.factor(drug) is None and (drug in self.members or drug in self.table.factors)

    def total(self, day: Day) -> Fraction | None:
        """The day's total in mg of morphine; None where an opioid without a factor is taken."""
        taken = {drug: total for drug, total in day.totals.items() if total.mg}
        if any(self.lacks(drug) for drug in taken):
            return None
        return sum((total.mg * (self.factor(drug) or 0) for drug, total in taken.items()), Fraction(0))


def _row(days: list[Day], total: Fraction | None) -> MorphineTotal:
    return MorphineTotal(days[0].date, days[-1].date, None if total is None else DailyDose(total))


def _members(schedule: Schedule, table: MorphineTable) -> frozenset[str]:
    held = schedule.realized.formulary
    known = (drug for drug in schedule.realized.drugs if held.holds(drug))
    return frozenset(drug for drug in known if table.members in held.monograph(drug).classes)


def _under_the_tongue(schedule: Schedule) -> frozenset[str]:
    courses = schedule.realized.courses
    return frozenset(c.drug for c in courses if any(p.form is DosageForm.SUBLINGUAL_TABLET for p in c.used))


def morphine_table_names() -> tuple[str, ...]:
    """The ids of the shipped tables, sorted."""
    return tuple(sorted(_shipped()))


def morphine_table(name: str) -> MorphineTable:
    """A shipped table by its id; an unknown id is refused with those shipped."""
    if name not in _shipped():
        raise NotFound(f"{show(name)} is not a table of morphine equivalents; name one of {', '.join(_shipped())}")
    return _shipped()[name]


@cache
def _shipped() -> dict[str, MorphineTable]:
    return {table.id: table for table in _read_all()}


def _read_all() -> Iterator[MorphineTable]:
    folder = resources.files("taper") / "data" / "factors"
    for item in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name):
        data = tomllib.loads(decode(item.read_bytes(), where=item.name), parse_float=Decimal)
        source = {"id": f"{data['id']}-source", **data["source"]}
        yield MorphineTable.read({**data, "source": source}, where=item.name)
