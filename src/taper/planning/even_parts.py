"""Dividing a daily total over several intakes, as evenly as the products allow."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm


def divide_evenly(total: Fraction, times: int, doses: Sequence[Fraction]) -> tuple[Fraction, ...] | None:
    """The doses, the larger first, that make a total in so many intakes and lie closest together; None if none do.

    Args:
        total: What they add up to.
        times: How many there are.
        doses: The doses that can be made, from the least.

    Example:
        >>> [str(part) for part in divide_evenly(Fraction(5), 2, [Fraction(n, 2) for n in (2, 4, 5, 6, 9)])]
        ['5/2', '5/2']
    """
    grain = lcm(total.denominator, *(dose.denominator for dose in doses))
    found = _Division([int(dose * grain) for dose in doses if dose <= total], times).of(int(total * grain))
    return None if found is None else tuple(Fraction(part, grain) for part in found)


class _Division:
    """Parts are tried from the least largest part on; what cannot lie closer than what was found is passed over."""

    def __init__(self, doses: list[int], times: int) -> None:
        self._doses = doses
        self._times = times
        self._best: tuple[int, ...] | None = None

    def of(self, total: int) -> tuple[int, ...] | None:
        self._sums = list(_sums(self._doses, self._times, total))
        self._extend((), total)
        return self._best

    def _extend(self, parts: tuple[int, ...], left: int) -> None:
        further = self._times - len(parts)
        if not self._sums[further] >> left & 1:
            return
        if further == 0:
            self._best = parts
            return
        most = parts[-1] if parts else left
        for place in range(bisect_left(self._doses, -(-left // further)), len(self._doses)):
            part = self._doses[place]
            if part > most or part > left or self._is_no_closer(parts[0] if parts else part, left - part, further - 1):
                return
            self._extend((*parts, part), left - part)

    def _is_no_closer(self, largest: int, left: int, further: int) -> bool:
        """Whether the parts to come, the least of which is at most their mean, leave as wide a spread as was found."""
        best = self._best
        return best is not None and further > 0 and largest - left // further >= best[0] - best[-1]


def _sums(doses: list[int], times: int, total: int) -> Iterator[int]:
    """For each number of doses, from none on, the totals that they can make, as the bits of a number."""
    reached, within = 1, (1 << total + 1) - 1
    yield reached
    for _ in range(times):
        following = 0
        for dose in doses:
            following |= reached << dose
        reached = following & within
        yield reached
