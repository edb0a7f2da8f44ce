"""A schedule as an iCalendar file: one recurring event for each step and time of day."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import ModuleType

from taper.errors import InvalidInput, MissingExtra
from taper.regimen import Slot
from taper.schedule import DatedStep, Schedule, ScheduledIntake
from taper.words import describe_ending, describe_portion

_NAMESPACE = uuid.UUID("5f4e2f0c-6b0e-5d0a-9a51-0d8f5a7c1e42")
_DURATION = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Series:
    """Equal doses at one time of day, every so many days."""

    step: DatedStep
    intake: ScheduledIntake
    first: date
    every: int
    count: int


def to_ical(schedule: Schedule, *, times: Mapping[str, str] | None = None, stamp: datetime | None = None) -> str:
    """A schedule as iCalendar text: floating local times, or all-day events where a time of day has no clock time.

    Args:
        schedule: The days to write; only what it shows is written.
        times: Clock times of named times of day, such as {"morning": "08:00"}. Without them events are all-day.
        stamp: When the calendar was made, for DTSTAMP; the first instant of the start date in UTC if not given.

    Raises:
        MissingExtra: If the package icalendar is not installed.
        InvalidInput: If `times` names no time of day of the plan, leaves one out, or puts two at one time.
    """
    icalendar = _icalendar()
    clocks = _clocks(schedule, times)
    made = icalendar.Calendar()
    made.add("prodid", "-//taper//taper-schedule//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", schedule.realized.plan.title or ", ".join(schedule.realized.drugs))
    made.add("x-wr-caldesc", " ".join(describe_ending(schedule)))
    when = stamp or datetime.combine(schedule.start, time(), UTC)
    for series in _series(schedule):
        made.add_component(_event(icalendar, schedule, series, clocks, when))
    text: str = made.to_ical().decode("utf-8")
    return text


def _icalendar() -> ModuleType:
    try:
        import icalendar
    except ImportError:
        raise MissingExtra('a calendar needs the package icalendar: pip install "taper-schedule[calendar]"') from None
    return icalendar


def _clocks(schedule: Schedule, times: Mapping[str, str] | None) -> dict[Slot, time]:
    used = {intake.slot for day in schedule.days for intake in day.intakes}
    clocks = {slot: time.fromisoformat(slot.name) for slot in used if slot.is_clock}
    named = {slot for slot in used if not slot.is_clock}
    for name, text in (times or {}).items():
        slot, clock = Slot(name), Slot(text)
        if slot.is_clock or not clock.is_clock:
            raise InvalidInput(f'{name}={text} gives no clock time to a named time; write {{"morning": "08:00"}}')
        clocks[slot] = time.fromisoformat(text)
    missing = sorted(slot for slot in named if slot not in clocks)
    if times and missing:
        raise InvalidInput(f"times leaves out {missing[0]}, which the plan uses; add a clock time for it")
    _check_order(clocks, named)
    return clocks


def _check_order(clocks: Mapping[Slot, time], named: set[Slot]) -> None:
    timed = [(slot, clocks[slot]) for slot in sorted(named) if slot in clocks]
    for (one, earlier), (other, later) in zip(timed, timed[1:], strict=False):
        if earlier >= later:
            raise InvalidInput(f"{one} at {earlier:%H:%M} is not before {other} at {later:%H:%M}; correct one of them")


def _series(schedule: Schedule) -> Iterator[_Series]:
    for step in schedule.steps:
        last = min(step.last_day or len(schedule.days), len(schedule.days))
        length = 7 if step.realized.step.weekly is not None else len(step.realized.days)
        for offset in range(min(length, last - step.first_day + 1)):
            day = schedule.days[step.first_day - 1 + offset]
            count = (last - step.first_day - offset) // length + 1
            for intake in day.intakes:
                if (intake.course, intake.step) == (step.course, step.number):
                    yield _Series(step, intake, day.date, length, count)


def _event(
    icalendar: ModuleType, schedule: Schedule, series: _Series, clocks: Mapping[Slot, time], stamp: datetime
) -> object:
    event = icalendar.Event()
    event.add("uid", _uid(schedule, series))
    event.add("dtstamp", stamp)
    clock = clocks.get(series.intake.slot)
    if clock is None:
        event.add("dtstart", series.first)
        event.add("dtend", series.first + timedelta(days=1))
    else:
        event.add("dtstart", datetime.combine(series.first, clock))
        event.add("dtend", datetime.combine(series.first, clock) + _DURATION)
    if series.count > 1:
        interval = {"interval": series.every} if series.every > 1 else {}
        event.add("rrule", {"freq": "daily", **interval, "count": series.count})
    event.add("summary", _summary(schedule, series))
    event.add("description", _description(schedule, series))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    return event


def _uid(schedule: Schedule, series: _Series) -> str:
    parts = (schedule.realized.plan.fingerprint, schedule.start.isoformat(), series.step.course,
             series.first.isoformat(), series.intake.slot.name)  # fmt: skip
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def _summary(schedule: Schedule, series: _Series) -> str:
    return f"{series.intake.drug} {series.intake.dose} {series.intake.slot}: {_take(schedule, series)}"


def _take(schedule: Schedule, series: _Series) -> str:
    products = {product.id: product for product in schedule.products}
    return " + ".join(describe_portion(portion, products[portion.product]) for portion in series.intake.portions)


def _description(schedule: Schedule, series: _Series) -> str:
    last = series.first + timedelta(days=series.every * (series.count - 1))
    dates = f"{series.first} to {last}" if last != series.first else f"{series.first}"
    return f"Step {series.step.number}, {dates}. {' '.join(describe_ending(schedule))}"
