"""Resulting changes: the reductions and rates of a sequence of daily totals, on any scale."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.errors import InvalidInput
from taper.paces.rulers import Ruler


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the day's total: on which day, from what, to what. A rise has negative figures.

    Percentages are of the total before the change and of the total at the start; None where that was 0.
    `paces` is None without a ruler and where the ruler does not reach. `lasting` is how many days the new total
    is kept; None if it is the last.
    """

    day: int
    before: DailyDose
    after: DailyDose
    start: DailyDose
    paces: Fraction | None = None
    lasting: int | None = None

    @property
    def mg(self) -> Fraction:
        return self.before.mg - self.after.mg

    @property
    def percent_of_current(self) -> Fraction | None:
        return self.mg / self.before.mg * 100 if self.before else None

    @property
    def percent_of_start(self) -> Fraction | None:
        return self.mg / self.start.mg * 100 if self.start else None

    @property
    def is_fall(self) -> bool:
        return self.mg > 0


@takes
def measure_changes(
    totals: Iterable[DailyDose],
    *,
    before: DailyDose | None = None,
    start: DailyDose | None = None,
    ruler: Ruler | None = None,
    first_day: int = 1,
) -> tuple[Change, ...]:
    """Every change in a sequence of daily totals, one total a day.

    Args:
        totals: The total of each day, in order.
        before: What was taken until then; without it, the first day is no change.
        start: What percentages of the start are of; `before` if absent, else the first day.
        ruler: The scale on which to count paces.
        first_day: The number of the first day.

    Example:
        >>> days = [DailyDose("10")] * 7 + [DailyDose("8")] * 7
        >>> [(c.day, int(c.mg), int(c.percent_of_current)) for c in measure_changes(days, before=DailyDose("10"))]
        [(8, 2, 20)]
    """
    listed = list(totals)
    if not listed:
        return ()
    last = before if before is not None else listed[0]
    base = start if start is not None else last
    starts = [index for index, total in enumerate(listed) if index == 0 or total != listed[index - 1]]
    ends: list[int | None] = [*starts[1:], None]
    made = []
    for index, end in zip(starts, ends, strict=True):
        total = listed[index]
        if total != last:
            paces = None if ruler is None else ruler.paces(last.mg, total.mg)
            made.append(Change(first_day + index, last, total, base, paces, None if end is None else end - index))
        last = total
    return tuple(made)


@takes
def largest_fall(changes: Iterable[Change]) -> Change | None:
    """The reduction with the most paces, or, where none were counted, the largest part of the current total."""
    falls = [change for change in changes if change.is_fall]
    return max(falls, key=_size, default=None)


def _size(change: Change) -> tuple[Fraction, Fraction, int]:
    return change.paces or Fraction(0), change.percent_of_current or Fraction(0), -change.day


@dataclass(frozen=True, slots=True)
class FallWindow:
    """The reduction from the total on one day to the total some days later: the other reading of a rate."""

    day: int
    last_day: int
    before: DailyDose
    after: DailyDose

    @property
    def mg(self) -> Fraction:
        return self.before.mg - self.after.mg

    @property
    def percent(self) -> Fraction | None:
        """The reduction in percent of the total at the window's beginning; None where that was 0."""
        return self.mg / self.before.mg * 100 if self.before else None


@takes
def steepest_window(
    totals: Iterable[DailyDose], days: int, *, before: DailyDose | None = None, first_day: int = 1
) -> FallWindow | None:
    """The largest relative reduction over so many days, the earliest if several; None if the total never goes down.

    A reduction of 10% on day 1 and another on day 8 are two of 10%, and one window of 14 days that goes down 19%.

    Args:
        totals: The total of each day, in order.
        days: The length of the window: the reductions on any so many days in a row count together.
        before: What was taken until then.
        first_day: The number of the first day.

    Raises:
        InvalidInput: If the window has no days.

    Example:
        >>> days = [DailyDose("90")] * 7 + [DailyDose("81")] * 7
        >>> window = steepest_window(days, 14, before=DailyDose("100"))
        >>> window.day, window.last_day, int(window.percent)
        (1, 8, 19)
    """
    if days < 1:
        raise InvalidInput(f"a window of {days} days holds no reduction; write a whole number from 1")
    listed = list(totals)
    line = [before if before is not None else listed[0], *listed] if listed else []
    windows = (
        FallWindow(first_day + begin, first_day + end - 1, line[begin], line[end])
        for end in range(1, len(line))
        if line[end] < line[end - 1]  # the steepest window ends on a reduction
        for begin in range(max(0, end - days), end)
    )
    falling = (window for window in windows if window.mg > 0)
    return max(falling, key=lambda window: window.mg / window.before.mg, default=None)
