"""Fast search: one order of reductions, where the least excess is known step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from taper._base.limits import MOST_DOSES
from taper.paces.rulers import HALF, ONE_PACE, UNIT, between
from taper.planning.solver.least_weight import Row, least_weights
from taper.planning.solver.search import Route, search
from taper.planning.solver.state_space import State, StateSpace

_MANY = 20_000
"""From how many falls on a chain is first narrowed to the places that can matter."""

_MOST_IN_CHAIN = 5_000_000
"""How many doses the regimens of a chain hold at most, all together."""


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
    length = 1 + sum(len(line.doses) - 1 for line in ground.lines)
    if length > MOST_DOSES + 1:
        raise ground.too_many(MOST_DOSES)
    if length * len(ground.lines) > _MOST_IN_CHAIN:
        raise ground.too_many(_MOST_IN_CHAIN // len(ground.lines))
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
    chain = chain_of(ground)
    if chain is None:
        return search(ground, fewest=fewest, most=most)
    found = _walk(ground, chain)
    if found is None or (fewest or 0) <= found.changes <= (found.changes if most is None else most):
        return found
    return search(ground, fewest=fewest, most=most)


def _walk(ground: StateSpace, chain: Chain) -> Route | None:
    totals = [sum(state) for state in chain.states]
    last = _last(ground, chain, totals)
    if last is None:
        return None
    weigh = _Weights(ground, chain, totals[: last + 1])
    useful = weigh.useful() if weigh.is_large and not weigh.uneven else range(last + 1)
    # Backward: the best way on from each place. All ways within the limits have the same excess, so cost decides,
    # then the number of changes, then the larger next total, which comes first.
    cost, changes, following = [0] * (last + 1), [0] * (last + 1), [-1] * (last + 1)
    for position in range(len(useful) - 1, -1, -1):
        i = useful[position]
        if not weigh.ends[i]:
            following[i] = j = weigh.best_after(i, useful, position + 1, cost, changes)
            cost[i], changes[i] = weigh.cost(i, j) + cost[j], changes[j] + 1
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
        self.uneven = chain.uneven(ground)
        places = [ground.places(total) for total in totals]
        # A fall that was accepted goes anywhere within the limits, one that was not to the next place.
        self.reach = [max(place, min(i + 1, count - 1)) for i, place in enumerate(self._accepted(places))]
        self.is_large = sum(place - i for i, place in enumerate(self.reach)) > _MANY
        split = [divmod(place[0] or 0, UNIT) for place in places]
        self._whole, self._rest = [whole for whole, _ in split], [rest for _, rest in split]
        self._handle = [ground.handle(state) for state in chain.states[:count]]
        self._next = [chain.starts_with(index, ground) for index in range(count)]
        self._mixed = ground.has_forms and any(set(line.doses) - line.liquid - {0} for line in ground.lines)
        self.ends = [ground.stop is not None and total <= ground.stop for total in totals]
        self.ends[-1] = True

    def _accepted(self, places: Sequence[tuple[int | None, ...]]) -> list[int]:
        """How far down the chain a fall from each place may go without an excess; the place itself if nowhere."""
        accepts = [limit.accepts for limit in self._ground.measure.limits]
        made, j, last = [], 0, len(places) - 1
        for i, (_, *here) in enumerate(places):
            j = max(i, j)
            while j < last and all(
                (between(high, low) or 0) <= most
                for high, low, most in zip(here, places[j + 1][1:], accepts, strict=True)
            ):
                j += 1
            made.append(j)
        return made

    def useful(self) -> list[int]:
        """The places through which a plan may go that costs no more than one that is known, in their order.

        What a way costs at least until a place, and at least from there, is known of all places from two passes of
        the least-weight algorithm, one from each end. The first pass also finds a plan, whose exact cost is the mark.
        There a fall is measured to a billionth of a pace, by which it may be nearer to the pace than it is counted.
        """
        ground, turn = self._ground, self._chain.turn
        leave = [-ground.further * place for place in self._next]
        enter = [cost + ground.further * turn[i] for i, cost in enumerate(self._handle)]
        row = Row(self._whole, self.reach, leave, enter, self.ends, ground.short, ground.long)
        onward, following = least_weights(row)
        until = least_weights(row.turned())[0][::-1]
        mark, place = 0, 0
        while not self.ends[place]:
            mark += self.cost(place, following[place])
            place = following[place]
        return [
            i
            for i, (before, after) in enumerate(zip(until, onward, strict=True))
            if before is not None and after is not None and before + after <= mark
        ]

    def best_after(self, i: int, useful: Sequence[int], begin: int, cost: Sequence[int], changes: Sequence[int]) -> int:
        """Where the best fall from a place goes, among the useful ones after it; the next dose always is one."""
        turn, here, end, uneven = self._chain.turn, self._next[i], self.reach[i], self.uneven
        best, least, fewest = -1, 0, 0
        for position in range(begin, len(useful)):
            j = useful[position]
            if j > end:
                break
            # Each intake that falls goes to its next dose if there are as many falls as places between.
            if j in uneven and j - i != turn[j] - here + 1:
                continue
            weight = self.cost(i, j) + cost[j]
            if best < 0 or weight < least or (weight == least and changes[j] < fewest):
                best, least, fewest = j, weight, changes[j]
        return best

    def cost(self, i: int, j: int) -> int:
        """What a fall from one place to another costs."""
        ground = self._ground
        off, left = self._whole[i] - self._whole[j] - ONE_PACE, self._rest[i] - self._rest[j]
        if left >= HALF:
            off += 1
        elif left < -HALF:
            off -= 1
        cost = off * off * (ground.short if off <= 0 else ground.long) + self._handle[j]
        turns = self._chain.turn[j] - self._next[i]
        if turns:
            cost += turns * ground.further
        if self._mixed:
            cost += ground.switches(self._chain.states[i], self._chain.states[j])
        return cost


def _route(ground: StateSpace, chain: Chain, following: Sequence[int], cost: int) -> Route:
    places = [0]
    while following[places[-1]] != -1:
        places.append(following[places[-1]])
    states = [chain.states[place] for place in places]
    excess = sum(ground.excess(sum(high), sum(low)) for high, low in pairwise(states))
    if ground.stop is not None:
        states.append(tuple(0 for _ in ground.lines))
    return Route(tuple(states[1:]), excess, cost, stops=ground.stop is not None)
