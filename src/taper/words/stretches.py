"""The days of a schedule in order: stretches in which nothing changes, each with every course that is taken in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from taper.amounts.dose import DailyDose
from taper.plans.step_days import StepDays
from taper.schedules.schedule import DatedStep, Day, End, Schedule, ScheduledIntake
from taper.words.endings import is_last_of_drug, last_dose

WEEK = 7


class Said(StrEnum):
    """What a line says where it holds no dose."""

    NOTHING = "nothing"
    GAP = "gap"
    DECISION = "decision"
    STOP = "stop"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Pick:
    """Which days of a stretch a line is for: weekdays, or the dates on which a cycle reaches it first.

    `weekdays` counts from Monday, 0. `every` is the length of the cycle, None where it does not come again within the
    stretch. `alone` says that no dose is taken on any other day of the pattern.
    """

    weekdays: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    every: int | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class StretchLine:
    """One course on the days of a stretch, or on those that `pick` names, where its days differ."""

    course: str
    drug: str
    step: DatedStep | None = None
    pick: Pick | None = None
    intakes: tuple[ScheduledIntake, ...] = ()
    said: Said | None = None
    begins: bool = False

    @property
    def total(self) -> DailyDose:
        """The total of one of its days."""
        return DailyDose.of(intake.dose for intake in self.intakes)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in which nothing changes, by number and date, both inclusive; `last` is None where the plan is over."""

    first_day: int
    last_day: int | None
    first: date
    last: date | None
    lines: tuple[StretchLine, ...]
    goes_on: bool = False


def stretches_of(schedule: Schedule, *, every_day: bool = False, weekdays: bool = True) -> tuple[Stretch, ...]:
    """Every day that a schedule shows, in order, and what is said of the time after it where a course ends with it.

    Args:
        schedule: The days.
        every_day: A stretch for each day, even where nothing changes.
        weekdays: Whether a cycle of a week is said by its weekdays; if not, by the days on which it comes.
    """
    made: list[Stretch] = []
    bounds = [*_bounds(schedule, every_day=every_day), len(schedule.days) + 1]
    steps = _StepsOfCourses(schedule)
    for first, after in pairwise(bounds):
        stretch = _stretch(schedule, steps, first, after - 1, weekdays=weekdays)
        if made and not every_day and _same(made[-1], stretch):
            earlier = made.pop()
            stretch = Stretch(earlier.first_day, stretch.last_day, earlier.first, stretch.last, earlier.lines,
                              stretch.goes_on)  # fmt: skip
        made.append(stretch)
    names = [course.course.id for course in schedule.realized.courses]
    ended = tuple(line for name in names for line in _ended(schedule, name, len(schedule.days) + 1))
    if ended:
        then = schedule.last + timedelta(days=1)
        made.append(Stretch(len(schedule.days) + 1, None, then, None, ended))
    return tuple(made)


def _bounds(schedule: Schedule, *, every_day: bool) -> list[int]:
    if every_day:
        return [day.number for day in schedule.days]
    firsts = {1}
    for step in schedule.steps:
        firsts.add(step.first_day)
        if step.last_day is not None:
            firsts.add(step.last_day + 1)
    return sorted(day for day in firsts if day <= len(schedule.days))


class _StepsOfCourses:
    """The step of each course that holds a day."""

    def __init__(self, schedule: Schedule) -> None:
        self._steps = {c.course.id: schedule.steps_of(c.course.id) for c in schedule.realized.courses}
        self._days = {name: StepDays((s.first_day, s.last_day) for s in steps) for name, steps in self._steps.items()}

    def at(self, course: str, day: int) -> DatedStep | None:
        found = self._days[course].at(day)
        return None if found is None else self._steps[course][found[0]]


def _stretch(schedule: Schedule, steps: _StepsOfCourses, first: int, last: int, *, weekdays: bool) -> Stretch:
    lines: list[StretchLine] = []
    for course in schedule.realized.courses:
        name = course.course.id
        step = steps.at(name, first)
        lines += (
            _ended(schedule, name, first) if step is None else _lines(schedule, step, first, last, weekdays=weekdays)
        )
    goes_on = last == len(schedule.days) and schedule.ends in {End.CONTINUES, End.WINDOW}
    days = schedule.days
    return Stretch(first, last, days[first - 1].date, days[last - 1].date, tuple(lines), goes_on)


def _ended(schedule: Schedule, name: str, day: int) -> Iterator[StretchLine]:
    """What is said of a course if a day is the first without it: stop only where its drug ends."""
    end, steps, drug = schedule.course_ends[name], schedule.steps_of(name), schedule.realized.course(name).drug
    if end not in {End.STOP, End.REVIEW} or steps[-1].last_day != day - 1:
        return
    if end is End.REVIEW:
        yield StretchLine(name, drug, said=Said.REVIEW)
    elif is_last_of_drug(schedule, name) and not _goes_on_without(schedule, name, day):
        yield StretchLine(name, drug, said=Said.STOP)


def _goes_on_without(schedule: Schedule, name: str, day: int) -> bool:
    """Whether another course of the drug, which stops too, says so later or is listed after this one."""
    drug = schedule.realized.course(name).drug
    others = [c.course.id for c in schedule.realized.courses if c.drug == drug]
    return any(_says_stop_after(schedule, other, name, day, others) for other in others if other != name)


def _says_stop_after(schedule: Schedule, other: str, name: str, day: int, listed: list[str]) -> bool:
    if not is_last_of_drug(schedule, other) or last_dose(schedule, other) is None:
        return False
    ends = schedule.steps_of(other)[-1].last_day
    return ends is not None and (ends >= day or (ends == day - 1 and listed.index(other) > listed.index(name)))


def _lines(schedule: Schedule, step: DatedStep, first: int, last: int, *, weekdays: bool) -> Iterator[StretchLine]:
    begins, kind = step.first_day == first, step.realized.step.kind
    if kind in {"gap", "decision"}:
        yield StretchLine(step.course, step.drug, step, said=Said(kind), begins=begins)
        return
    groups: dict[tuple[ScheduledIntake, ...], list[Day]] = {}
    length = len(step.realized.days)
    for day in schedule.days[first - 1 : min(last, first - 1 + length)]:
        groups.setdefault(tuple(i for i in day.intakes if i.course == step.course), []).append(day)
    if len(groups) == 1:
        intakes = next(iter(groups))
        said = None if intakes else Said.NOTHING
        yield StretchLine(step.course, step.drug, step, None, intakes, said, begins)
        return
    for intakes, days in groups.items():
        alone = () in groups and len(groups) == 2
        if intakes or not alone:
            pick = _pick(step, days, last - first + 1, alone=alone, weekdays=weekdays)
            yield StretchLine(step.course, step.drug, step, pick, intakes, None if intakes else Said.NOTHING, begins)


def _pick(step: DatedStep, days: list[Day], shown: int, *, alone: bool, weekdays: bool) -> Pick:
    length = len(step.realized.days)
    if weekdays and length == WEEK and shown >= WEEK:
        return Pick(weekdays=tuple(sorted(day.date.weekday() for day in days)), alone=alone)
    if step.realized.step.weekly is not None:
        return Pick(weekdays=tuple(sorted(day.date.weekday() for day in days)), alone=alone)
    return Pick(dates=tuple(day.date for day in days), every=length if shown > length else None, alone=alone)


def _same(one: Stretch, other: Stretch) -> bool:
    """Whether nothing changes from one stretch to the next: not a dose, and nothing that is said."""
    if len(one.lines) != len(other.lines):
        return False
    return all(_goes_on_alike(a, b) for a, b in zip(one.lines, other.lines, strict=True))


def _goes_on_alike(one: StretchLine, other: StretchLine) -> bool:
    if one.step is other.step and one.step is not None:
        return one.pick == other.pick and one.said == other.said
    if one.step is None or other.step is None or one.pick or other.pick or one.said or other.said:
        return False
    waits = other.step.realized.step.review_before or other.step.realized.step.kind == "step-back"
    return not waits and one.course == other.course and _taken(one) == _taken(other) and _notes(one) == _notes(other)


def _taken(line: StretchLine) -> list[tuple[object, ...]]:
    return [(intake.slot, intake.dose, intake.portions) for intake in line.intakes]


def _notes(line: StretchLine) -> object:
    step = None if line.step is None else line.step.realized.step
    return None if step is None else (step.note, step.slot_notes)
