"""Comparing two plans or two schedules: what differs, day by day and in total."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from typing import Any

from taper._base.numbers import write_count, write_number
from taper._base.shown import as_html, shorten
from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.liquid import Volume
from taper.paces.changes import Change, measure_changes
from taper.plans.plan import Before, Course, Plan
from taper.plans.regimen import Slot
from taper.plans.step_days import StepDays
from taper.schedules.schedule import End, Schedule

_Doses = tuple[tuple[Slot, Dose], ...]
_Taken = dict[str, _Doses]


@dataclass(frozen=True, slots=True)
class DayDifference:
    """Neighboring days on which one drug is taken otherwise: the doses of each side, empty where nothing is taken.

    Day numbers count from 1, both inclusive; `last` is None where the difference goes on without an end.
    """

    drug: str
    first: int
    last: int | None
    one: _Doses
    other: _Doses

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        sides = {"one": self.one, "other": self.other}
        doses = {name: {slot.name: dose.text for slot, dose in side} for name, side in sides.items()}
        return {"drug": self.drug, "first_day": self.first, "last_day": self.last, **doses}


@dataclass(frozen=True, slots=True)
class Totals:
    """One side in total: days, the largest and last reduction of each drug, its mass, and units by product.

    The largest reduction is that of the most mg and, of equal ones, of the largest part of what was taken until then.
    `days` is None for a plan without an end. Mass and units are of the days compared; a plan has no units.
    """

    days: int | None
    largest: dict[str, Change | None]
    last: dict[str, Change | None]
    mg: dict[str, Fraction]
    units: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The totals as plain data."""
        return {
            "days": self.days,
            "largest_fall": {drug: _fall(change) for drug, change in self.largest.items()},
            "last_fall": {drug: _fall(change) for drug, change in self.last.items()},
            "total": {drug: f"{write_number(mg)} mg" for drug, mg in self.mg.items()},
            "units": self.units,
        }


def _fall(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {"day": change.day, "from": change.before.text, "to": change.after.text, "mg": write_number(change.mg)}


@dataclass(frozen=True, slots=True, repr=False)
class Difference:
    """What differs between two plans or schedules over the days compared, from day 1 on."""

    compared: int
    days: tuple[DayDifference, ...]
    one: Totals
    other: Totals

    def __str__(self) -> str:
        if self.is_none:
            return f"no difference in {self.compared} days"
        lines = [f"days {item.first}-{item.last}, {item.drug}" for item in self.days]
        return shorten([f"{len(self.days)} differences in {self.compared} days", *lines], whole="to_difference_table()")

    def __repr__(self) -> str:
        return f"<Difference: {len(self.days)} in {self.compared} days>"

    def _repr_html_(self) -> str:
        return as_html(str(self))

    @property
    def is_none(self) -> bool:
        """Whether every day compared is the same, and both last equally long."""
        return not self.days and self.one.days == self.other.days

    @property
    def first_day(self) -> int | None:
        """The first day that differs, or None."""
        return min((item.first for item in self.days), default=None)

    def to_dict(self) -> dict[str, Any]:
        """The difference as plain data."""
        return {
            "days_compared": self.compared,
            "differences": [item.to_dict() for item in self.days],
            "one": self.one.to_dict(),
            "other": self.other.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class _Side:
    """A plan or a schedule as days: its length if it ends, from which day it repeats itself, and what is taken."""

    length: int | None
    settled: int
    period: int
    on: Callable[[int], _Taken]
    befores: dict[str, DailyDose | None]
    stops: frozenset[str]
    units: Callable[[int], dict[str, str]]


@takes
def compare(one: Plan | Schedule, other: Plan | Schedule, *, start: date | None = None) -> Difference:
    """What differs between two plans or two schedules, day by day from day 1, and in total.

    Plans without an end are compared until both repeat themselves; schedules over the days that both know.

    Args:
        one: A plan or a schedule.
        other: Another; a schedule for a schedule, else its plan is compared.
        start: The date of day 1 for plans that have months or weekdays.

    Raises:
        StartNeeded: If a plan has months or weekdays and no start is given.

    Example:
        >>> def plan(dose):
        ...     return Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...         "steps": [{"for": "3 days", "regimen": {"evening": dose}}]}]})
        >>> made = compare(plan("5 mg"), plan("4 mg"))
        >>> [(item.first, item.last) for item in made.days]
        [(1, 3)]
    """
    if isinstance(one, Schedule) and isinstance(other, Schedule):
        sides = _of_schedule(one), _of_schedule(other)
        known = [side.settled for side in sides if side.length is None]
        compared, endless = min(known) if known else max(side.settled for side in sides), False
    else:
        sides = _of_plan(_plan(one), start), _of_plan(_plan(other), start)
        turn = lcm(*(side.period for side in sides))
        goes_on = any(side.length is None for side in sides)
        compared, endless = max(side.settled for side in sides) + (turn if goes_on else 0), goes_on and turn == 1
    days = tuple(_differences(sides, compared, endless=endless))
    return Difference(compared, days, _totals(sides[0], compared), _totals(sides[1], compared))


def _plan(given: Plan | Schedule) -> Plan:
    return given.realized.plan if isinstance(given, Schedule) else given


def _of_schedule(schedule: Schedule) -> _Side:
    days = schedule.days
    goes_on = schedule.ends in {End.CONTINUES, End.WINDOW} or schedule.realized.plan.is_open

    def on(number: int) -> _Taken:
        intakes = days[number - 1].intakes if number <= len(days) else ()
        drugs = dict.fromkeys(intake.drug for intake in intakes)
        return {drug: tuple((i.slot, i.dose) for i in intakes if i.drug == drug) for drug in drugs}

    courses = [(course.drug, course.course) for course in schedule.realized.courses]
    ended = {drug for drug, course in courses if schedule.course_ends[course.id] is End.STOP}
    return _Side(
        None if goes_on else len(days), len(days), 1, on, _befores(courses), frozenset(ended),
        lambda compared: _units(schedule, compared),
    )  # fmt: skip


def _units(schedule: Schedule, compared: int) -> dict[str, str]:
    used: Counter[str] = Counter()
    liquid = {product.id for product in schedule.products if product.form.is_liquid}
    for day in schedule.days[:compared]:
        for intake in day.intakes:
            for portion in intake.portions:
                amount = portion.volume.ml if portion.volume is not None else portion.count or Fraction(0)
                used[portion.product] += amount  # type: ignore[assignment]
    return {
        name: str(Volume(Fraction(used[name]))) if name in liquid else write_count(Fraction(used[name]))
        for name in sorted(used)
    }


def _of_plan(plan: Plan, start: date | None) -> _Side:
    bounds = {course.id: course.bounds(start) for course in plan.courses}
    lasts = [bounds[course.id][-1][1] for course in plan.courses]
    settled = [_settled(course, bounds[course.id][-1]) for course in plan.courses]
    period = lcm(*(period for _, period in settled))
    steps = {name: StepDays(each) for name, each in bounds.items()}

    def on(number: int) -> _Taken:
        weekday = None if start is None else (start + timedelta(days=number - 1)).weekday()
        taken: dict[str, list[tuple[Slot, Dose]]] = {}
        for course in plan.courses:
            if (found := steps[course.id].at(number)) is not None:
                doses = course.steps[found[0]].on(found[1], weekday)
                taken.setdefault(course.drug.lower(), []).extend((intake.slot, intake.dose) for intake in doses)
        return {drug: tuple(sorted(doses, key=lambda item: item[0])) for drug, doses in taken.items() if doses}

    courses = [(course.drug.lower(), course) for course in plan.courses]
    length = None if None in lasts else max(last for last in lasts if last is not None)
    ended = {drug for drug, course in courses if course.then == "stop"}
    return _Side(length, max(day for day, _ in settled), period, on, _befores(courses), frozenset(ended), lambda _: {})


def _settled(course: Course, last: tuple[int, int | None]) -> tuple[int, int]:
    """The day from which a course repeats itself, or its last; and how many days make one turn."""
    if last[1] is not None:
        return last[1], 1
    step = course.steps[-1]
    return last[0], 1 if step.is_constant else len(step.days)


def _befores(courses: list[tuple[str, Course]]) -> dict[str, DailyDose | None]:
    made: dict[str, DailyDose | None] = {}
    for drug in dict.fromkeys(drug for drug, _ in courses):
        held = [course.before for name, course in courses if name == drug]
        known = [DailyDose(0) if item == "nothing" else item.largest for item in held if isinstance(item, Before | str)]
        made[drug] = None if len(known) < len(held) else DailyDose(sum((total.mg for total in known), Fraction(0)))
    return made


def _differences(sides: tuple[_Side, _Side], compared: int, *, endless: bool) -> Iterator[DayDifference]:
    open_at: dict[str, DayDifference] = {}
    done: list[DayDifference] = []
    for number in range(1, compared + 1):
        one, other = sides[0].on(number), sides[1].on(number)
        for drug in dict.fromkeys([*open_at, *one, *other]):
            pair = one.get(drug, ()), other.get(drug, ())
            held = open_at.pop(drug, None)
            if held is not None and (held.one, held.other) != pair:
                done.append(held)
                held = None
            if pair[0] != pair[1]:
                open_at[drug] = DayDifference(drug, held.first if held else number, number, *pair)
    last = None if endless else compared
    done += [DayDifference(item.drug, item.first, last, item.one, item.other) for item in open_at.values()]
    yield from sorted(done, key=lambda item: (item.first, item.drug))


def _size(change: Change) -> tuple[Fraction, Fraction, int]:
    return change.mg, change.percent_of_current or Fraction(0), -change.day


def _totals(side: _Side, compared: int) -> Totals:
    days = [side.on(number) for number in range(1, min(compared, side.length or compared) + 1)]
    largest: dict[str, Change | None] = {}
    last: dict[str, Change | None] = {}
    mass: dict[str, Fraction] = {}
    for drug in side.befores:
        totals = [DailyDose.of(dose for _, dose in day.get(drug, ())) for day in days]
        mass[drug] = sum((total.mg for total in totals), Fraction(0))
        if side.length is not None and side.length <= compared and drug in side.stops:
            totals.append(DailyDose(0))
        falls = [change for change in measure_changes(totals, before=side.befores[drug]) if change.is_fall]
        largest[drug] = max(falls, key=_size, default=None)
        last[drug] = falls[-1] if falls else None
    return Totals(side.length, largest, last, mass, side.units(compared))
