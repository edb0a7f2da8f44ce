"""The fast search along one falling order, where the least excess can be told fall by fall."""

from dataclasses import dataclass

from taper.patterns.ground import Ground, State
from taper.patterns.search import Route, search
from taper.scales import ONE_PACE, between


@dataclass(frozen=True, slots=True)
class Chain:
    """Every regimen along one falling order, from the start down, and which intake is falling at each."""

    states: tuple[State, ...]
    turn: tuple[int, ...]

    def starts_with(self, index: int, ground: Ground) -> int:
        """The turn of the intake that falls next from a place."""
        turn = self.turn[index]
        intake = ground.groups[turn][0]
        return turn + 1 if self.states[index][intake] == ground.floor[intake] else turn


def chain_of(ground: Ground) -> Chain | None:
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


def solve(ground: Ground, *, fewest: int | None = None, most: int | None = None) -> Route | None:
    """The best plan: along a chain where there is one, else by the exact search over all regimens.

    On an additive ruler, and with one falling order, a plan has the least excess if and only if each fall is
    within what is accepted or goes to the next regimen that can be made. So only such falls are looked at.
    """
    chain = chain_of(ground) if fewest is None and most is None and ground.is_additive else None
    if chain is None:
        return search(ground, fewest=fewest, most=most)
    return _walk(ground, chain)


def _walk(ground: Ground, chain: Chain) -> Route | None:
    totals = [sum(state) for state in chain.states]
    last = _last(ground, chain, totals)
    if last is None:
        return None
    places = [ground.places(total) for total in totals]
    here = [place[0] for place in places]
    limits = [([place[k] for place in places], limit.accepts) for k, limit in enumerate(ground.measure.limits, 1)]
    weigh = _Costs(ground, chain)
    # Backward: the best way on from each place, compared by excess, cost, changes, then larger totals first.
    excess, cost, changes, following = [0] * (last + 1), [0] * (last + 1), [0] * (last + 1), [-1] * (last + 1)
    stop = ground.stop
    for i in range(last - 1, -1, -1):
        if stop is not None and totals[i] <= stop:
            continue
        best = None
        for j in range(i + 1, last + 1):
            over = 0
            for at, accepts in limits:
                off = (between(at[i], at[j]) or 0) - accepts
                if off > 0:
                    over += off * off
            if over and j > i + 1:
                break
            off = (between(here[i], here[j]) or 0) - ONE_PACE
            mine = off * off * (weigh.short if off <= 0 else weigh.long) + weigh.arc(i, j)
            key = (over + excess[j], mine + cost[j], changes[j] + 1)
            # The first of equals has the larger next total, so it stays.
            if best is None or key < best:
                best, following[i] = key, j
        assert best is not None
        excess[i], cost[i], changes[i] = best
    return _route(ground, chain, following, excess[0], cost[0])


def _last(ground: Ground, chain: Chain, totals: list[int]) -> int | None:
    if ground.stop is not None:
        inside = [index for index, total in enumerate(totals) if total > 0]
        return inside[-1] if totals[inside[-1]] <= ground.stop else None
    return next((index for index, state in enumerate(chain.states) if ground.is_goal(state)), None)


class _Costs:
    """The cost of a change along a chain, apart from its misfit."""

    def __init__(self, ground: Ground, chain: Chain) -> None:
        self.short = int(ground.weights.short * ground.scale)
        self.long = int(ground.weights.long * ground.scale)
        self.handle = [ground.handle(state) for state in chain.states]
        self.is_plain = not any(line.liquid for line in ground.lines) and len(ground.lines) == 1
        self._ground, self._chain = ground, chain
        self._next = [chain.starts_with(index, ground) for index in range(len(chain.states))]

    def arc(self, i: int, j: int) -> int:
        if self.is_plain:
            return self.handle[j]
        states, ground = self._chain.states, self._ground
        further = self._chain.turn[j] - self._next[i]
        return self.handle[j] + further * ground.further + ground.switches(states[i], states[j])


def _route(ground: Ground, chain: Chain, following: list[int], excess: int, cost: int) -> Route:
    states, place = [], following[0]
    while place != -1:
        states.append(chain.states[place])
        place = following[place]
    if ground.stop is not None:
        states.append(tuple(0 for _ in ground.lines))
    return Route(tuple(states), excess, cost, stops=ground.stop is not None)
