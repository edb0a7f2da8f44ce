"""Fills: the days that each dispensing covers."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from taper._base.shown import show
from taper.amounts.duration import Duration, check_date, shift
from taper.errors import InvalidInput
from taper.schedules.schedule import Schedule


class InvalidFills(InvalidInput):
    """Fills that leave a day uncovered, end before they begin, or lie beyond the days to cover."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """Fills of at most so many days: each ends with a step of the plan where one ends within them, else after them."""

    days: int

    def __post_init__(self) -> None:
        if isinstance(self.days, bool) or not isinstance(self.days, int) or self.days < 1:
            raise InvalidFills(f"a fill of at most {show(self.days)} days covers nothing; write a whole number from 1")


Fills = Duration | AtMost | Literal["calendar month"] | Sequence[date]
"""How often supply is handed out: every so long, by calendar month, at most so many days, or on given dates."""


@dataclass(frozen=True, slots=True)
class FillWindow:
    """The days of one fill, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def fill_windows(schedule: Schedule, fills: Fills | None, *, since: date | None = None) -> tuple[FillWindow, ...]:
    """The days of each fill, end to end, from a date to the last date shown.

    Args:
        schedule: The days to cover.
        fills: How often; one fill for all if not given.
        since: The first day to cover; the start if not given.

    Raises:
        InvalidFills: If given dates leave the first day uncovered, are out of order, or lie beyond the last.
        InvalidInput: If the schedule does not show the first day.

    Example:
        >>> from taper.plans.plan import Plan
        >>> from taper.products.product import Product
        >>> from taper.schedules.realization import realize
        >>> from taper.schedules.schedule import to_schedule
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop",
        ...     "steps": [{"for": "40 days", "regimen": {"evening": "5 mg"}}]}]})
        >>> made = realize(plan, [Product(id="x5", drug="x", form="tablet", strength="5 mg")])
        >>> schedule = to_schedule(made, start=date(2027, 3, 1))
        >>> [(str(one.first), one.days) for one in fill_windows(schedule, Duration(28))]
        [('2027-03-01', 28), ('2027-03-29', 12)]
    """
    first = schedule.on(since).date if since is not None else schedule.start
    starts = list(_starts(schedule, fills, first))
    ends = [*(start - timedelta(days=1) for start in starts[1:]), schedule.last]
    return tuple(FillWindow(start, end) for start, end in zip(starts, ends, strict=True))


def _starts(schedule: Schedule, fills: Fills | None, first: date) -> Iterator[date]:
    match fills:
        case None:
            yield first
        case Duration():
            yield from _every(schedule, fills, first)
        case AtMost():
            yield from _at_most(schedule, fills.days, first)
        case "calendar month":
            yield from _monthly(schedule, first)
        case _:
            yield from _given(schedule, _dates(fills), first)


def _every(schedule: Schedule, every: Duration, first: date) -> Iterator[date]:
    # Counted from the first day each time, so that a month of 31 days is not lost to a shorter one before it.
    start, number = first, 0
    while start <= schedule.last:
        yield start
        number += 1
        start = shift(first, months=number * every.months, days=number * every.days)


def _monthly(schedule: Schedule, first: date) -> Iterator[date]:
    start = first
    while start <= schedule.last:
        yield start
        start = (start.replace(day=1) + timedelta(days=31)).replace(day=1)


def _at_most(schedule: Schedule, most: int, first: date) -> Iterator[date]:
    changes = sorted({step.first for step in schedule.steps} | {schedule.last + timedelta(days=1)})
    start = first
    while start <= schedule.last:
        yield start
        latest = start + timedelta(days=most)
        before = bisect_right(changes, latest)
        start = changes[before - 1] if before and changes[before - 1] > start else latest


def _dates(fills: object) -> list[date]:
    if isinstance(fills, str) or not isinstance(fills, Sequence):
        raise InvalidFills(f'fills are {show(fills)}; write a length of time, "calendar month", AtMost(28), or dates')
    return [check_date(one) for one in fills]


def _given(schedule: Schedule, dates: list[date], first: date) -> Iterator[date]:
    if not dates:
        raise InvalidFills("there are no fill dates; give at least one")
    for one, other in pairwise(dates):
        if other <= one:
            raise InvalidFills(f"the fill of {one} would end before it begins, on {other}; write dates in order")
    if dates[0] > first:
        raise InvalidFills(f"the first fill is on {dates[0]} and {first} comes before it; begin on {first} or earlier")
    if dates[-1] > schedule.last:
        raise InvalidFills(f"the fill on {dates[-1]} lies beyond the last day, {schedule.last}; remove it")
    yield first
    for late in dates[1:]:
        if late <= first:
            raise InvalidFills(
                f"the fill on {late} ends before {first}, the first day to cover; remove the earlier one"
            )
        yield late
