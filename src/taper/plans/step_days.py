"""Steps of a course by day number: which step a day is in, and which day of it."""

from bisect import bisect_right
from collections.abc import Iterable

DayBounds = tuple[int, int | None]
"""The first and the last day of a step, both inclusive; None where it is open."""


class StepDays:
    """The steps of one course, asked by day; each answer takes logarithmic time, so that days may come in any order.

    Example:
        >>> days = StepDays([(1, 3), (4, None)])
        >>> days.at(2), days.at(9), days.at(0)
        ((0, 1), (1, 5), None)
    """

    def __init__(self, bounds: Iterable[DayBounds]) -> None:
        self._bounds = tuple(bounds)
        self._firsts = [first for first, _ in self._bounds]

    def at(self, day: int) -> tuple[int, int] | None:
        """The place of the step that holds a day, and the days of that step before it; None outside every step."""
        place = bisect_right(self._firsts, day) - 1
        if place < 0:
            return None
        first, last = self._bounds[place]
        return (place, day - first) if last is None or day <= last else None
