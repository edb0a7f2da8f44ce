"""What the rest of any plan costs at least, by the day's total alone: the bound that guides the search."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from taper.paces.rulers import ONE_PACE
from taper.planning.solver.least_weight import Row, least_weights
from taper.planning.solver.state_space import StateSpace

_SAFE = 4e-9
"""By how many paces a fall is taken to be nearer to the pace than it is, so that no rounding makes a bound too high.

A fall is rounded to a billionth of a pace, and a position in floating point is good to a thousandth of that.
"""
_WORK = 300_000


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


class LowerBound:
    """From each total, the least excess and then the least cost of getting to the end.

    The search is relaxed to the day's total: whose turn it is, further intakes, changes of form and which regimens
    follow which are left out, and a total is as easy to handle as the easiest regimen that has it. So no plan can do
    better, and the same relaxation of every change makes the bound consistent. On the totals alone the least excess
    is known fall by fall (the theorem in SOLVER.md): each fall is accepted, or goes to the next total.
    """

    def __init__(self, ground: StateSpace) -> None:
        self._ground = ground
        handling = least_handling(ground)
        end = ground.target if ground.target is not None else sum(ground.floor)
        self.totals = sorted(
            (total for total in handling if total >= (end if ground.stop is None else 1)), reverse=True
        )
        self.excess: dict[int, int] = {}
        self.cost: dict[int, int] = {}
        self.beyond: dict[int, int] = {}
        self.reach: dict[int, int] = {}
        if self.totals and (self.totals[-1] == end if ground.stop is None else self.totals[-1] <= ground.stop):
            self._fill(handling)

    def _ends(self, total: int) -> bool:
        return total <= self._ground.stop if self._ground.stop is not None else total == self.totals[-1]

    def _fill(self, handling: dict[int, int]) -> None:
        ground, totals = self._ground, self.totals
        places = places_of(ground, totals)
        accepted = reaches_of(ground, totals, places)
        ends = [self._ends(total) for total in totals]
        reach = [max(place, min(i + 1, len(totals) - 1)) for i, place in enumerate(accepted)]
        enter = [handling[total] / ground.unit for total in totals]
        worth, _ = least_weights(Row(places[0], reach, [0.0] * len(totals), enter, ends, shape_of(ground)))
        for i in range(len(totals) - 1, -1, -1):
            total, low = totals[i], totals[min(accepted[i] + 1, len(totals) - 1)]
            self.reach[total] = totals[accepted[i]]
            self.cost[total] = max(0, int(worth[i] * (1 - 1e-12) * ground.unit))
            self.beyond[total] = ground.excess(total, low) + self.excess.get(low, 0) if not ends[i] else 0
            following = totals[min(i + 1, len(totals) - 1)]
            forced = 0 if accepted[i] > i else ground.excess(total, following)
            self.excess[total] = 0 if ends[i] else forced + self.excess[following]


def least_handling(ground: StateSpace) -> dict[int, int]:
    """Each total that regimens on the way have, with the least that handling one of them can cost."""
    found: dict[int, int] = {}
    waiting = list(ground.lines)
    for done, group in enumerate(ground.groups):
        others = {i for later in ground.groups[done + 1 :] for i in later}
        fixed = [i for i in range(len(waiting)) if i not in group]
        base = sum(waiting[i].start if i in others else waiting[i].floor for i in fixed)
        held = sum(waiting[i].costs[waiting[i].start if i in others else waiting[i].floor] for i in fixed)
        for low, high in _windows(ground, group):
            for total, cost in _sums(ground, group, low, high):
                made = held + cost
                if made < found.get(base + total, made + 1):
                    found[base + total] = made
    if not ground.groups:
        found[sum(ground.start)] = 0
    return found


def _windows(ground: StateSpace, group: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Ranges of the largest share in a group, so many that adding up the doses of each takes bounded work."""
    tops = sorted({ground.share_of(i, dose) for i in group for dose in ground.lines[i].doses})
    sizes = [len(ground.lines[i].doses) for i in group]
    work = len(group) * sum(sizes) * max(sizes)
    count = max(1, min(len(tops), _WORK // work)) if len(group) > 1 else 1
    step = -(-len(tops) // count)
    for begin in range(0, len(tops), step):
        part = tops[begin : begin + step]
        yield part[0], part[-1]


def _sums(ground: StateSpace, group: tuple[int, ...], low: int, high: int) -> Iterable[tuple[int, int]]:
    """What doses of a group add up to while its largest share lies in a range, with the least handling of each sum.

    While intakes fall evenly, a dose lies no further below the largest share than is allowed, unless it was the next
    below one that did not: so each dose has a largest share beside which it can stand.
    """
    sums = {0: 0}
    for i in group:
        line = ground.lines[i]
        doses = [(dose, line.costs[dose]) for dose in line.doses if ground.stands_beside(i, dose, low, high)]
        longer: dict[int, int] = {}
        for total, cost in sums.items():
            for dose, more in doses:
                made = cost + more
                if made < longer.get(total + dose, made + 1):
                    longer[total + dose] = made
        sums = longer
    return sums.items()
