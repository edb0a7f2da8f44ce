"""Adherence: doses taken compared with doses planned; the plan does not change because of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.errors import InvalidInput
from taper.plans.log import IntakeRecord
from taper.schedules.schedule import Day, Schedule, ScheduledIntake


class InvalidRecord(InvalidInput):
    """A record of a dose that was not planned, or that could be of several courses."""


@dataclass(frozen=True, slots=True)
class DayTaken:
    """One day: each drug's total as planned and as taken, and whether the record departs from the plan.

    `taken` is None for a drug of which a planned dose has no record: what was taken is then not known.
    """

    date: date
    number: int
    planned: dict[str, DailyDose]
    taken: dict[str, DailyDose | None]
    departs: bool

    def to_dict(self) -> dict[str, Any]:
        """The day as plain data."""
        return {
            "date": self.date.isoformat(),
            "day": self.number,
            "planned": {drug: total.text for drug, total in self.planned.items()},
            "taken": {drug: total.text if total is not None else None for drug, total in self.taken.items()},
            "departs": self.departs,
        }


@dataclass(frozen=True, slots=True, repr=False)
class Adherence:
    """Every day from the first to the last that has a record, and how many planned doses were taken.

    `other` counts planned doses for which another dose was taken, `unplanned` those taken where none was planned.
    """

    days: tuple[DayTaken, ...]
    taken: int
    missed: int
    other: int
    unplanned: int
    unrecorded: int

    def __str__(self) -> str:
        days = "1 day" if len(self.days) == 1 else f"{len(self.days)} days"
        return (
            f"{days}: {self.taken} taken, {self.missed} missed, {self.other} with another dose, "
            f"{self.unplanned} unplanned, {self.unrecorded} not recorded"
        )

    def __repr__(self) -> str:
        return f"<Adherence: {self}>"

    @property
    def first_departure(self) -> date | None:
        """The first day on which the record departs from the plan, or None."""
        return next((day.date for day in self.days if day.departs), None)

    def to_dict(self) -> dict[str, Any]:
        """The record as plain data."""
        names = ("taken", "missed", "other", "unplanned", "unrecorded")
        first = self.first_departure
        return {
            **{name: getattr(self, name) for name in names},
            "first_departure": first.isoformat() if first else None,
            "days": [day.to_dict() for day in self.days],
        }


@dataclass(frozen=True, slots=True)
class _Match:
    """One planned dose and what is recorded of it, or a dose that nobody planned."""

    drug: str
    planned: Dose | None
    taken: Dose | None
    result: str


@takes
def compare_intakes(schedule: Schedule, intakes: Iterable[IntakeRecord] | None = None) -> Adherence:
    """Lay a record of intakes beside a schedule, day by day.

    Args:
        schedule: The days as planned, or as adjusted.
        intakes: What was recorded; that of the schedule's log if not given.

    Raises:
        InvalidRecord: If a dose was recorded where none was planned, or could be of several courses.
        InvalidInput: If a record lies outside the days shown.

    Example:
        >>> from taper.plans.plan import Plan
        >>> from taper.products.product import Product
        >>> from taper.schedules.realization import realize
        >>> from taper.schedules.schedule import to_schedule
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...     "steps": [{"for": "3 days", "regimen": {"evening": "5 mg"}}]}]})
        >>> made = realize(plan, [Product(id="x5", drug="x", form="tablet", strength="5 mg")])
        >>> missed = IntakeRecord(day=date(2027, 3, 1), slot="evening", result="missed")
        >>> print(compare_intakes(to_schedule(made, start=date(2027, 3, 1)), [missed]).first_departure)
        2027-03-01
    """
    if intakes is None:
        intakes = schedule.log.intakes if schedule.log is not None else ()
    by_day: dict[date, list[tuple[int, IntakeRecord]]] = {}
    for index, record in enumerate(intakes):
        by_day.setdefault(schedule.on(record.day).date, []).append((index, record))
    counts: Counter[str] = Counter()
    days = []
    first, last = (min(by_day), max(by_day)) if by_day else (schedule.start, schedule.start)
    for day in schedule.days if by_day else ():
        if first <= day.date <= last:
            matches = list(_matches(schedule, day, by_day.get(day.date, [])))
            counts.update(match.result for match in matches)
            days.append(_day_taken(day, matches))
    return Adherence(tuple(days), *(counts[name] for name in ("taken", "missed", "other", "unplanned", "unrecorded")))


def _matches(schedule: Schedule, day: Day, records: list[tuple[int, IntakeRecord]]) -> Iterator[_Match]:
    left = list(day.intakes)
    for index, record in records:
        found = [item for item in left if item.slot == record.slot and record.course in {None, item.course}]
        if len(found) > 1:
            names = " and ".join(item.course for item in found)
            where = f"intakes[{index}]"
            raise InvalidRecord(f"{record.day} {record.slot} has doses of {names}; name the course", where=where)
        if found:
            left.remove(found[0])
            yield _planned(found[0], record)
        else:
            yield _unplanned(schedule, day, record, f"intakes[{index}]")
    yield from (_Match(item.drug, item.dose, None, "unrecorded") for item in left)


def _planned(intake: ScheduledIntake, record: IntakeRecord) -> _Match:
    taken = {"taken": intake.dose, "missed": None}.get(record.result, record.dose)
    return _Match(intake.drug, intake.dose, taken, record.result)


def _unplanned(schedule: Schedule, day: Day, record: IntakeRecord, where: str) -> _Match:
    if record.result != "other":
        planned = ", ".join(dict.fromkeys(str(intake.slot) for intake in day.intakes)) or "nothing"
        message = f"no dose is planned on {record.day} {record.slot}; planned that day: {planned}. Correct the record"
        raise InvalidRecord(message, where=where)
    courses = schedule.realized.courses
    if record.course is None and len(courses) > 1:
        raise InvalidRecord(f"{record.day} {record.slot} could be of several courses; name one", where=where)
    course = schedule.realized.course(record.course) if record.course is not None else courses[0]
    return _Match(course.drug, None, record.dose, "unplanned")


def _day_taken(day: Day, matches: list[_Match]) -> DayTaken:
    drugs = dict.fromkeys(match.drug for match in matches)
    taken = {drug: _total([match for match in matches if match.drug == drug]) for drug in drugs}
    departs = any(match.result != "unrecorded" and match.taken != match.planned for match in matches)
    return DayTaken(day.date, day.number, day.totals, taken, departs)


def _total(matches: list[_Match]) -> DailyDose | None:
    if any(match.result == "unrecorded" for match in matches):
        return None
    return DailyDose.of(match.taken for match in matches if match.taken)
