"""Lower bound by daily total: the least cost of the reductions, in floating point rounded to the safe side."""

from collections.abc import Callable, Sequence

from taper.paces.rulers import ONE_PACE
from taper.planning.solver.state_space import StateSpace

_SAFE = 4e-9
"""By how many paces a fall is taken to be nearer to the pace than it is, so that no rounding makes a bound too high.

A fall is rounded to a billionth of a pace, and a position in floating point is good to a thousandth of that.
"""


def shape_of(ground: StateSpace) -> Callable[[float], float]:
    """What the misfit of a fall of so many paces costs at least: convex, in floating point."""
    short, long = float(ground.weights.short), float(ground.weights.long)

    def shape(paces: float) -> float:
        off = paces - 1.0
        if off < -_SAFE:
            off += _SAFE
            return short * off * off
        if off > _SAFE:
            off -= _SAFE
            return long * off * off
        return 0.0

    return shape


def places_of(ground: StateSpace, totals: Sequence[int]) -> list[list[float]]:
    """Where totals lie on the ruler of the pace and on that of each limit, in floating point."""
    grain, rulers = float(ground.grain), [limit.ruler for limit in ground.measure.limits]
    first = ground.measure.ruler
    return [[near(total * grain) for total in totals] for near in (ruler.near() for ruler in (first, *rulers))]


def reaches_of(ground: StateSpace, totals: Sequence[int], places: list[list[float]]) -> list[int]:
    """How far down a row of totals a fall from each may go without an excess; the total itself if nowhere.

    What floating point cannot tell is told exactly.
    """
    limits = [limit.accepts / ONE_PACE for limit in ground.measure.limits]

    def within(i: int, j: int) -> bool:
        near = False
        for place, accepts in zip(places[1:], limits, strict=True):
            over = place[i] - place[j] - accepts
            if over > _SAFE:
                return False
            near = near or over > -_SAFE
        return not near or not ground.excess(totals[i], totals[j])

    made, j = [], 0
    for i in range(len(totals)):
        j = max(i, j)
        while j + 1 < len(totals) and within(i, j + 1):
            j += 1
        made.append(j)
    return made


class TotalsBound:
    """From each total, the least excess of getting to the end; and how far a fall from it is accepted.

    The question is relaxed to the day's total. There the least excess is known fall by fall (the theorem in
    SOLVER.md): each fall is accepted, or goes to the next total. `reach` is the lowest total that an accepted fall
    goes to, the total itself where there is none; `beyond` the least excess of a plan that goes on beyond that.
    """

    def __init__(self, ground: StateSpace, totals: Sequence[int]) -> None:
        self.index = {total: place for place, total in enumerate(totals)}
        self.reach: dict[int, int] = {}
        self.beyond: dict[int, int] = {}
        self.excess: dict[int, int] = {}
        end = ground.target if ground.target is not None else sum(ground.floor)
        if not totals or (totals[-1] != end if ground.stop is None else totals[-1] > ground.stop):
            return
        accepted = reaches_of(ground, totals, places_of(ground, totals))
        for i in range(len(totals) - 1, -1, -1):
            total, low = totals[i], totals[min(accepted[i] + 1, len(totals) - 1)]
            ends = total <= ground.stop if ground.stop is not None else i == len(totals) - 1
            self.reach[total] = totals[accepted[i]]
            self.beyond[total] = 0 if ends else ground.excess(total, low) + self.excess.get(low, 0)
            self.excess[total] = 0 if ends else self.excess[totals[i + 1]] if accepted[i] > i else self.beyond[total]
