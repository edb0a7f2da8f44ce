"""Axes of dates and doses, labeled without asking the locale."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from taper._base.numbers import write_number
from taper.amounts.dose import DailyDose, MassUnit
from taper.amounts.duration import MONTH_NAMES

_STEPS = (1, 2, 7, 14, 28)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 48, 120, 240, 480)
_MOST_TICKS = 9


def write_amount(total: DailyDose, unit: MassUnit) -> str:
    """The number of a total in a unit, exactly, without the unit."""
    return write_number(total.mg / unit.in_mg)


def height_of(total: DailyDose, unit: MassUnit) -> float:
    """Where a total stands on an axis; a float, since it is a place on paper and no dose."""
    return float(total.mg / unit.in_mg)


def edges(first: date, count: int) -> list[datetime]:
    """The midnights that bound so many days."""
    return [midnight(first + timedelta(days=number)) for number in range(count + 1)]


def midnight(day: date) -> datetime:
    """The first instant of a day, without a zone."""
    return datetime.combine(day, time())


def set_date_axis(axis: Any, first: date, last: date) -> None:
    """Lay an x axis over the days, with some room at both ends and ticks on days, weeks or months."""
    room = margin(first, last)
    axis.set_xlim(midnight(first) - room, midnight(last + timedelta(days=1)) + room)
    ticks = tick_days(first, last)
    axis.set_xticks([midnight(day) for day in ticks], list(_tick_labels(ticks)))
    axis.minorticks_off()
    axis.set_xlabel("date")


def margin(first: date, last: date) -> timedelta:
    """The room that a date axis leaves before its first and after its last day."""
    return timedelta(hours=max(6, (last - first).days * 24 // 40))


def tick_days(first: date, last: date) -> list[date]:
    """At most nine days to label: from the first in days or weeks, else firsts of months."""
    span = (last - first).days
    for step in _STEPS:
        if span // step < _MOST_TICKS:
            return [first + timedelta(days=number) for number in range(0, span + 1, step)]
    every = (list(_month_firsts(first, last, step)) for step in _MONTH_STEPS)
    return next(found for found in every if len(found) <= _MOST_TICKS)


def _month_firsts(first: date, last: date, step: int) -> Iterable[date]:
    start = first.year * 12 + first.month - 1 + (first.day > 1)
    for number in range(-(-start // step) * step if step >= 12 else start, last.year * 12 + last.month, step):
        yield date(number // 12, number % 12 + 1, 1)


def _tick_labels(days: Sequence[date]) -> Iterable[str]:
    year = None
    for day in days:
        head = f"{day.day} {MONTH_NAMES[day.month - 1]}"
        yield head if day.year == year else f"{head}\n{day.year}"
        year = day.year
