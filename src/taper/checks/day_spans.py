"""Stretches of days, of which those that overlap others are found without asking each."""

from bisect import bisect_right
from collections.abc import Iterator

_NEVER = 10**9
"""A day after all days, for what has no end."""


class DaySpans:
    """Stretches in the order of their first days, each with a place of its own, such as an index in a list."""

    def __init__(self) -> None:
        self._begins, self._ends, self._reach, self._places = list[int](), list[int](), list[int](), list[int]()

    def add(self, first: int, last: int | None, place: int) -> None:
        """Put one after those that begin no later; None as its last day is without an end."""
        end = _NEVER if last is None else last
        self._begins.append(first)
        self._ends.append(end)
        self._reach.append(max(end, self._reach[-1]) if self._reach else end)
        self._places.append(place)

    def meeting(self, first: int, last: int | None) -> Iterator[int]:
        """The places of those that overlap some days, the latest first."""
        at = bisect_right(self._begins, _NEVER if last is None else last)
        while at and self._reach[at - 1] >= first:
            at -= 1
            if self._ends[at] >= first:
                yield self._places[at]

    def meets(self, first: int, last: int | None) -> bool:
        """Whether any of them overlaps some days."""
        return next(self.meeting(first, last), None) is not None
