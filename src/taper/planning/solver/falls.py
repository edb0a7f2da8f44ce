"""Falls between daily totals: what each weighs, which are accepted, and where a plan may end."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from taper.paces.rulers import ONE_PACE, between
from taper.planning.solver.state_space import StateSpace


class Falls:
    """The totals that can be met, and what a fall between two of them weighs: excess and misfit in one whole number.

    The first key of a plan is its excess, the second its cost. No cost comes up to `2 ** shift`, so the number
    `excess * 2 ** shift + cost` compares as the pair does, and adds up as the pair does.

    `is_accepted` leaves only falls within what is accepted; then the excess is 0 everywhere. With `is_counted` each
    fall weighs 1 and nothing else weighs anything. `nothing` weighs more than any plan.
    """

    def __init__(self, ground: StateSpace, *, is_accepted: bool, is_counted: bool = False) -> None:
        self._ground = ground
        least = ground.target if ground.target is not None else sum(ground.floor)
        self._end = least
        low = max(least, 1 if ground.stop is not None else 0)
        self.totals = [total for total in ground.totals if total >= low]
        self.index = {total: place for place, total in enumerate(self.totals)}
        self._at = [ground.places(total) for total in self.totals]
        self.is_accepted, self.is_counted = is_accepted, is_counted
        self.shift, self.nothing = _widths(ground)
        self._weights: dict[int, tuple[int, list[int]]] = {}
        self._over: dict[int, list[int]] = {}
        self._first = list(self._accepted()) if is_accepted else [0] * len(self.totals)
        self._longest = [0]
        for total, first in zip(self.totals, self._first, strict=True):
            self._longest.append(max(self._longest[-1], total - self.totals[first]))

    def _accepted(self) -> Iterable[int]:
        """The lowest total to which a fall from each is accepted; itself if there is none."""
        lowest, measured = 0, self._ground.measured_at
        for total in self.totals:
            here = self._ground.places(total)
            while measured(here, self._at[lowest])[0]:  # a fall of nothing has no excess
                lowest += 1
            yield lowest

    def joined(self, excess: int, cost: int) -> int:
        """Excess and cost as one weight."""
        return (excess << self.shift) + cost

    def split(self, weight: int) -> tuple[int, int]:
        """A weight as excess and cost."""
        return weight >> self.shift, weight & ((1 << self.shift) - 1)

    def ends(self, total: int) -> int | None:
        """What is still to come at a total where plans end or none can end; None where a plan goes on."""
        stop = self._ground.stop
        if stop is not None:
            return None if total > stop else 0 if total > 0 else self.nothing
        return None if total > self._end else 0 if total == self._end else self.nothing

    def can_all_be_accepted(self) -> bool:
        """Whether the totals alone allow a plan without a fall beyond what is accepted."""
        place = len(self.totals) - 1
        while place >= 0 and self.ends(self.totals[place]) is None:
            if self._first[place] == place:
                return False
            place = self._first[place]
        return place >= 0

    def longest(self, total: int) -> int:
        """The longest accepted fall from any total up to one."""
        return self._longest[bisect_right(self.totals, total)]

    def first(self, total: int) -> int:
        """The place of the lowest total to which a fall is looked at."""
        return self._first[self.index[total]]

    def is_known(self, total: int) -> bool:
        """Whether the falls from a total have been measured."""
        return total in self._weights

    def weights(self, total: int) -> tuple[int, list[int]]:
        """What falls from a total weigh, each to one of the totals below it, and the place of the first of those."""
        known = self._weights.get(total)
        if known is None:
            known = self._weights[total] = self._weigh(total)
        return known

    def _weigh(self, total: int) -> tuple[int, list[int]]:
        ground, first = self._ground, self.first(total)
        if self.is_counted:
            return first, [1] * (self.index[total] - first)
        here, shift, measured = ground.places(total), self.shift, ground.measured_at
        falls = [measured(here, at) for at in self._at[first : self.index[total]]]
        return first, [(excess << shift) + misfit for excess, misfit in falls]

    def lowest(self, total: int, than: int) -> int:
        """The place of the lowest total to which a fall has no more excess than a weight."""
        if self.is_accepted:
            return 0
        over = self._over.get(total)
        if over is None:
            over = self._over[total] = [-(weight >> self.shift) for weight in self.weights(total)[1]]
        return bisect_left(over, -(than >> self.shift))

    def forget(self) -> None:
        """Let go of the weights: there are many of them where one intake has many doses, and each is used once."""
        self._weights.clear()
        self._over.clear()


def _widths(ground: StateSpace) -> tuple[int, int]:
    """How many bits the cost of a plan takes at most, and a number above every plan's excess and cost in one.

    A fall costs at most what the whole way costs as one, and there are no more falls than doses.
    """
    low = ground.target if ground.target is not None else sum(ground.floor)
    lows = [one if one is not None else other for one, other in zip(ground.places(low), ground.places(1), strict=True)]
    tops = ground.places(sum(ground.start))
    whole = [(between(high, low) or 0) + ONE_PACE for high, low in zip(tops, lows, strict=True)]
    handling = sum(max(line.costs.values()) for line in ground.lines)
    further = len(ground.lines) * (ground.further + ground.switch)
    change = whole[0] ** 2 * max(ground.short, ground.long) + handling + further
    shift = (change * (1 + sum(len(line.doses) for line in ground.lines))).bit_length()
    return shift, 1 << (shift + sum(reach**2 for reach in whole).bit_length() + 2)
