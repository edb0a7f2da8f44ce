"""The fast search along one falling order, where the least excess can be told fall by fall."""

from collections.abc import Iterator
from dataclasses import dataclass

from taper.paces.rulers import HALF, ONE_PACE, UNIT
from taper.planning.solver.search import Route, search
from taper.planning.solver.state_space import State, StateSpace


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
            ground.refuse_too_many(len(states))
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
    weigh = _Weights(ground, chain, totals)
    # Backward: the best way on from each place. All ways within the limits have the same excess, so cost decides,
    # then the number of changes, then the larger next total, which comes first.
    excess, cost, changes, following = [0] * (last + 1), [0] * (last + 1), [0] * (last + 1), [-1] * (last + 1)
    for i in range(last - 1, -1, -1):
        if ground.stop is not None and totals[i] <= ground.stop:
            continue
        end = min(weigh.reach(i), last)
        best, mine = -1, (0, 0)
        for j, extra in weigh.falls(i, max(end, i + 1)):
            key = (extra + cost[j], changes[j])
            if best < 0 or key < mine:
                best, mine = j, key
        following[i], cost[i], changes[i] = best, mine[0], mine[1] + 1
        excess[i] = excess[best] + (ground.excess(totals[i], totals[best]) if end <= i else 0)
    return _route(ground, chain, following, excess[0], cost[0])


def _last(ground: StateSpace, chain: Chain, totals: list[int]) -> int | None:
    if ground.stop is not None:
        inside = [index for index, total in enumerate(totals) if total > 0]
        return inside[-1] if totals[inside[-1]] <= ground.stop else None
    return next((index for index, state in enumerate(chain.states) if ground.is_goal(state)), None)


class _Weights:
    """What each fall along a chain costs, laid out for speed: positions as whole billionths and their rest."""

    def __init__(self, ground: StateSpace, chain: Chain, totals: list[int]) -> None:
        self._ground, self._chain, self._totals = ground, chain, totals
        self._split = [divmod(ground.places(total)[0] or 0, UNIT) for total in totals]
        self._handle = [ground.handle(state) for state in chain.states]
        self._next = [chain.starts_with(index, ground) for index in range(len(chain.states))]
        self._mixed = ground.has_forms and any(set(line.doses) - line.liquid - {0} for line in ground.lines)

    def reach(self, i: int) -> int:
        """The last place that a fall from a place may go to within every limit; the place itself if there is none."""
        low, high = i, len(self._totals) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._ground.excess(self._totals[i], self._totals[middle]):
                high = middle - 1
            else:
                low = middle
        return low

    def falls(self, i: int, end: int) -> Iterator[tuple[int, int]]:
        """Each fall from a place to those after it, and what it costs."""
        ground, turn, handle, split, mixed = self._ground, self._chain.turn, self._handle, self._split, self._mixed
        short, long, further, here = ground.short, ground.long, ground.further, self._next[i]
        whole, rest = split[i]
        whole -= ONE_PACE
        for j in range(i + 1, end + 1):
            other, left = split[j]
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


def _route(ground: StateSpace, chain: Chain, following: list[int], excess: int, cost: int) -> Route:
    states, place = [], following[0]
    while place != -1:
        states.append(chain.states[place])
        place = following[place]
    if ground.stop is not None:
        states.append(tuple(0 for _ in ground.lines))
    return Route(tuple(states), excess, cost, stops=ground.stop is not None)
