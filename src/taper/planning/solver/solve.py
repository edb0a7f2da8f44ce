"""Fast search: one order of reductions, where the least excess is known step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from taper.paces.rulers import HALF, ONE_PACE, UNIT
from taper.planning.solver.least_weight import Row, least_weights
from taper.planning.solver.lower_bound import places_of, reaches_of, shape_of
from taper.planning.solver.search import Route, search
from taper.planning.solver.state_space import State, StateSpace

_MANY = 20_000
"""From how many falls on a chain is first narrowed to the places that can matter."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Every regimen along one falling order, from the start down, and which intake is falling at each."""

    states: tuple[State, ...]
    turn: tuple[int, ...]

    def starts_with(self, index: int, ground: StateSpace) -> int:
        """The turn of the intake that falls next from a place."""
        turn = self.turn[index]
        intake = ground.groups[turn][0]
        return turn + 1 if self.states[index][intake] == ground.floor[intake] else turn

    def uneven(self, ground: StateSpace) -> frozenset[int]:
        """The places at which shares lie too far apart, for an intake that has ended keeps its share in its group.

        One falls there only by the smallest fall there is.
        """
        if not ground.keeps_ended:
            return frozenset()
        return frozenset(place for place, state in enumerate(self.states) if not ground.is_even(state))


def chain_of(ground: StateSpace) -> Chain | None:
    """The chain of regimens, if the order leaves no choice whose turn it is; else None."""
    if any(len(group) > 1 for group in ground.groups):
        return None
    state, states, turn = ground.start, [ground.start], [0]
    for number, (intake,) in enumerate(ground.groups):
        for dose in ground.below(intake, state[intake]):
            state = (*state[:intake], dose, *state[intake + 1 :])
            states.append(state)
            turn.append(number)
    return Chain(tuple(states), tuple(turn))


def solve(ground: StateSpace, *, fewest: int | None = None, most: int | None = None) -> Route | None:
    """The best plan: along a chain where there is one, else by the exact search over all regimens.

    On an additive ruler, and with one falling order, a plan has the least excess if and only if each fall is
    within what is accepted or goes to the next regimen that can be made. So only such falls are looked at.
    """
    chain = chain_of(ground) if fewest is None and most is None else None
    if chain is None:
        return search(ground, fewest=fewest, most=most)
    return _walk(ground, chain)


def _walk(ground: StateSpace, chain: Chain) -> Route | None:
    totals = [sum(state) for state in chain.states]
    last = _last(ground, chain, totals)
    if last is None:
        return None
    weigh = _Weights(ground, chain, totals[: last + 1])
    useful = weigh.useful() if weigh.is_large and not weigh.uneven else list(range(last + 1))
    # Backward: the best way on from each place. All ways within the limits have the same excess, so cost decides,
    # then the number of changes, then the larger next total, which comes first.
    cost, changes, following = {last: 0}, {last: 0}, {last: -1}
    for position in range(len(useful) - 1, -1, -1):
        i = useful[position]
        if i in following or (ground.stop is not None and totals[i] <= ground.stop):
            cost[i], changes[i], following[i] = 0, 0, -1
            continue
        best, mine = -1, (0, 0)
        for j, extra in weigh.falls(i, useful, position + 1):
            if j in cost:
                key = (extra + cost[j], changes[j])
                if best < 0 or key < mine:
                    best, mine = j, key
        if best >= 0:
            following[i], cost[i], changes[i] = best, mine[0], mine[1] + 1
    return _route(ground, chain, following, cost[0])


def _last(ground: StateSpace, chain: Chain, totals: list[int]) -> int | None:
    if ground.stop is not None:
        inside = [index for index, total in enumerate(totals) if total > 0]
        return inside[-1] if totals[inside[-1]] <= ground.stop else None
    return next((index for index, state in enumerate(chain.states) if ground.is_goal(state)), None)


class _Weights:
    """What each fall along a chain costs, laid out for speed: positions as whole billionths and their rest."""

    def __init__(self, ground: StateSpace, chain: Chain, totals: list[int]) -> None:
        self._ground, self._chain, self._totals = ground, chain, totals
        count = len(totals)
        self._near = places_of(ground, totals)
        self._accepted = reaches_of(ground, totals, self._near)
        # A fall that was accepted goes anywhere within the limits, one that was not to the next place.
        self.reach = [max(place, min(i + 1, count - 1)) for i, place in enumerate(self._accepted)]
        self.is_large = sum(place - i for i, place in enumerate(self.reach)) > _MANY
        self._handle = [ground.handle(state) for state in chain.states[:count]]
        self._next = [chain.starts_with(index, ground) for index in range(count)]
        self.uneven = chain.uneven(ground)
        self._mixed = ground.has_forms and any(set(line.doses) - line.liquid - {0} for line in ground.lines)
        self._split: dict[int, tuple[int, int]] = {}

    def useful(self) -> list[int]:
        """The places through which a plan may go that costs no more than one that is known, in their order.

        What a way costs at least until a place, and at least from there, is known of all places from two passes of
        the least-weight algorithm, one from each end. The first pass also finds a plan, whose exact cost is the mark.
        """
        ground, totals, turn = self._ground, self._totals, self._chain.turn
        further, unit = ground.further / ground.unit, ground.unit
        ends = [ground.stop is not None and total <= ground.stop for total in totals]
        ends[-1] = True
        leave = [-further * place for place in self._next]
        enter = [cost / unit + further * turn[i] for i, cost in enumerate(self._handle)]
        row = Row(self._near[0], self.reach, leave, enter, ends, shape_of(ground))
        onward, following = least_weights(row)
        until = least_weights(row.turned())[0][::-1]
        known, place = 0, 0
        while not ends[place]:
            known += self._cost(place, following[place])
            place = following[place]
        mark = known / unit * (1 + 1e-12)
        return [i for i in range(len(totals)) if (until[i] + onward[i]) * (1 - 1e-12) <= mark]

    def falls(self, i: int, useful: list[int], begin: int) -> Iterator[tuple[int, int]]:
        """Each fall from a place to useful ones after it, and what it costs."""
        ground, turn, handle, mixed = self._ground, self._chain.turn, self._handle, self._mixed
        short, long, further, here = ground.short, ground.long, ground.further, self._next[i]
        end = self.reach[i]
        whole, rest = self._place(i)
        whole -= ONE_PACE
        places, uneven = self._split, self.uneven
        for position in range(begin, len(useful)):
            j = useful[position]
            if j > end:
                break
            # Each intake that falls goes to its next dose if there are as many falls as places between.
            if j in uneven and j - i != turn[j] - here + 1:
                continue
            other, left = places.get(j) or self._place(j)
            off, left = whole - other, rest - left
            if left >= HALF:
                off += 1
            elif left < -HALF:
                off -= 1
            cost = off * off * (short if off <= 0 else long) + handle[j]
            if turn[j] != here:
                cost += (turn[j] - here) * further
            if mixed:
                cost += ground.switches(self._chain.states[i], self._chain.states[j])
            yield j, cost

    def _place(self, i: int) -> tuple[int, int]:
        made = self._split.get(i)
        if made is None:
            made = self._split[i] = divmod(self._ground.places(self._totals[i])[0] or 0, UNIT)
        return made

    def _cost(self, i: int, j: int) -> int:
        return next(cost for _, cost in self.falls(i, [j], 0))


def _route(ground: StateSpace, chain: Chain, following: dict[int, int], cost: int) -> Route:
    places = [0]
    while following[places[-1]] != -1:
        places.append(following[places[-1]])
    states = [chain.states[place] for place in places]
    excess = sum(ground.excess(sum(high), sum(low)) for high, low in pairwise(states))
    if ground.stop is not None:
        states.append(tuple(0 for _ in ground.lines))
    return Route(tuple(states[1:]), excess, cost, stops=ground.stop is not None)
