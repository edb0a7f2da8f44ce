"""Least-weight subsequence: the cheapest way down a row of totals with convex costs, in whole numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from taper.paces.rulers import ONE_PACE

_NOTHING = 1 << 400
_HALFWAY = _NOTHING >> 1
"""What costs more than half of that is no way."""


@dataclass(frozen=True, slots=True)
class Row:
    """Places from the highest, how far a fall from each may reach, and what it costs to leave and to enter each.

    `places` fall from index to index, in billionths of a pace. A fall goes from `i` to some `j` with
    `i < j <= reach[i]`, and `reach` never decreases. It costs what its misfit does, and `leave[i] + enter[j]`. `ends`
    are where a way may end; `short` and `long` weigh a fall on either side of the pace.
    """

    places: Sequence[int]
    reach: Sequence[int]
    leave: Sequence[int]
    enter: Sequence[int]
    ends: Sequence[bool]
    short: int
    long: int

    def turned(self) -> "Row":
        """The same row read from its other end, so that what a way costs on becomes what it has cost until there."""
        last = len(self.places) - 1
        reach, place = [0] * (last + 1), 0
        for j in range(last + 1):
            while place < j and self.reach[place] < j:
                place += 1
            reach[last - j] = last - place
        ends = [False] * (last + 1)
        ends[last] = True
        sources = [_NOTHING if end else cost for end, cost in zip(self.ends, self.leave, strict=True)]
        places = [-place for place in reversed(self.places)]
        return Row(places, reach, self.enter[::-1], sources[::-1], ends, self.short, self.long)


def least_weights(row: Row) -> tuple[list[int | None], list[int]]:
    """What the cheapest way from each place costs, None if there is none, and where its first fall goes; -1 at an end.

    Two positions lie up to a billionth of a pace further apart or nearer than their whole billionths say. The misfit
    of a fall is taken to be that much less, so that what is found is never above what a way costs.

    This is the least-weight subsequence problem with a convex weight. A convex misfit obeys the quadrangle
    inequality: for `i < k < j < l` the falls `i-j` and `k-l` together cost no more than `i-l` and `k-j`. So of two
    places to fall to, the nearer one, once it is the better, stays the better from every higher place. The places to
    fall to therefore stand in a queue, each with the first `i` from which it wins, and a new one is entered by
    bisection: n log n steps instead of n times the window. A place beyond `reach` counts as infinitely dear, which
    keeps the inequality, for of the four falls `i-l` is the longest.
    """
    count, places, reach, short, long = len(row.places), row.places, row.reach, row.short, row.long
    worth, following = [_NOTHING] * count, [-1] * count
    total = [_NOTHING] * count  # what it costs to enter a place and to go on from it
    under, over = ONE_PACE - 1, ONE_PACE + 1

    def cost(i: int, j: int) -> int:
        if j > reach[i]:
            return _NOTHING
        fall = places[i] - places[j]
        if fall > over:
            fall -= over
            return long * fall * fall + total[j]
        if fall < under:
            fall -= under
            return short * fall * fall + total[j]
        return total[j]

    queue: list[int] = []  # places to fall to; the first is the best for the present i
    since: list[int] = []  # the highest-numbered i from which each is the best
    head = 0
    for i in range(count - 1, -1, -1):
        if row.ends[i]:
            worth[i] = 0
        else:
            while head + 1 < len(queue) and since[head + 1] >= i:
                head += 1
            if head < len(queue):
                worth[i] = cost(i, queue[head]) + row.leave[i]
                following[i] = queue[head]
        total[i] = worth[i] + row.enter[i]
        if total[i] < _HALFWAY:
            _enter(queue, since, head, i, cost)
    return [found if found < _HALFWAY else None for found in worth], following


def _enter(queue: list[int], since: list[int], head: int, new: int, cost: Callable[[int, int], int]) -> None:
    while len(queue) > head:
        begin = min(since[-1], new - 1)
        if begin < 0:
            return
        if cost(begin, new) > cost(begin, queue[-1]):
            break
        queue.pop()
        since.pop()
    if len(queue) == head:
        queue.append(new)
        since.append(new - 1)
        return
    low, high, held = -1, min(since[-1], new - 1), queue[-1]  # the new one loses at `high`
    while low + 1 < high:
        middle = (low + high) // 2
        if cost(middle, new) <= cost(middle, held):
            low = middle
        else:
            high = middle
    if low >= 0:
        queue.append(new)
        since.append(low)
