"""The exact search: the plan with the least excess, then the least cost, then the one that is listed first."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from taper.planning.solver.lower_bound import Floor
from taper.planning.solver.state_space import State, StateSpace

_STOP: State = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A plan in whole grains: each regimen after the start, what it exceeds and what it costs.

    `stops` says that the last change ends all intakes together, from the last dose.
    """

    states: tuple[State, ...]
    excess: int
    cost: int
    stops: bool = False

    @property
    def changes(self) -> int:
        return len(self.states)

    @property
    def rank(self) -> tuple[int, int, int, tuple[int, ...], tuple[State, ...]]:
        """What plans are compared by; the least is the gentlest, and no two plans share it."""
        totals = tuple(-sum(state) for state in self.states)
        return self.excess, self.cost, self.changes, totals, self.states


@dataclass(slots=True)
class _Node:
    """The best way known to a state: cost, and the node it comes from."""

    state: State
    excess: int
    cost: int
    changes: int
    parent: "_Node | None"

    def path(self) -> tuple[State, ...]:
        states: list[State] = []
        node: _Node | None = self
        while node is not None and node.parent is not None:
            states.append(node.state)
            node = node.parent
        return tuple(reversed(states))

    def is_before(self, other: "_Node") -> bool:
        """Whether it is the better of two ways to one state with the same number of changes counted."""
        mine, theirs = (self.excess, self.cost, self.changes), (other.excess, other.cost, other.changes)
        if mine != theirs:
            return mine < theirs
        one, two = self.path(), other.path()
        return _listing(one) < _listing(two)


def _listing(path: tuple[State, ...]) -> tuple[tuple[int, ...], tuple[State, ...]]:
    return tuple(-sum(state) for state in path), path


def search(ground: StateSpace, *, fewest: int | None = None, most: int | None = None) -> Route | None:
    """The best plan over all regimens and orders of falling, or None if there is none.

    A fall whose own excess is more than that of a known plan can't be part of a better one; so falls are admitted
    up to a bound that grows until the plan found lies within it. Without any excess the cost is bounded in the same
    way. The result is exact at every bound.

    Args:
        ground: The doses, rulers and costs.
        fewest: The least number of changes.
        most: The greatest number of changes.
    """
    floor = Floor(ground)
    high = sum(ground.start)
    if floor.excess.get(high, 0) == 0 and (not floor.is_small or high in floor.cost):
        found = _without_excess(ground, floor, fewest, most)
        if found is not None:
            return found
    largest, bound = _largest(ground), max(10**18 // 4, floor.excess.get(high, 0))
    while True:
        found = _within(ground, _Bound(bound, None, floor), fewest, most)
        if found is not None and found.excess <= bound:
            return found
        if found is None and bound >= largest:
            return None
        bound = found.excess if found is not None else min(largest, bound * 4)


def _without_excess(ground: StateSpace, floor: Floor, fewest: int | None, most: int | None) -> Route | None:
    # The best plan in which one intake falls at a time is quickly found, and no better plan costs more.
    cost: int | None = None
    if floor.is_small and len(ground.lines) > 1:
        simple = _within(ground, _Bound(0, None, floor, one_at_a_time=True), fewest, most)
        cost = None if simple is None else simple.cost
    return _within(ground, _Bound(0, cost, floor), fewest, most)


@dataclass(frozen=True, slots=True)
class _Bound:
    """The most excess, and the most cost if any, that a whole plan may have."""

    excess: int
    cost: int | None
    floor: Floor
    one_at_a_time: bool = False

    def further(self, ground: StateSpace, total: int, cost: int) -> int:
        """How many intakes beyond the first may fall in the next change, for what is left of the cost."""
        if self.one_at_a_time:
            return 0
        if self.cost is None or not ground.further:
            return len(ground.lines) - 1
        return (self.cost - cost - self.floor.cost[total]) // ground.further

    def admits(self, total: int, excess: int, cost: int) -> bool:
        """Whether a plan that has come to a total at this excess and cost can still lie within the bound."""
        if not self.floor.is_small:
            return excess <= self.excess
        if excess + self.floor.excess[total] > self.excess:
            return False
        if self.cost is None:
            return True
        rest = self.floor.cost.get(total)
        return rest is not None and cost + rest <= self.cost


def _largest(ground: StateSpace) -> int:
    high, end = sum(ground.start), ground.target or sum(ground.floor)
    lowest = min(dose for line in ground.lines for dose in line.doses if dose)
    return ground.excess(high, end) + ground.excess(high, max(lowest, end))


def _within(ground: StateSpace, bound: _Bound, fewest: int | None, most: int | None) -> Route | None:
    counted = fewest is not None or most is not None
    first = _Node(ground.start, 0, 0, 0, None)
    best: dict[tuple[State, int], _Node] = {(ground.start, 0): first}
    heap = [(-sum(ground.start), ground.start, 0)]
    ends: list[Route] = []
    while heap:
        _, state, count = heappop(heap)
        node = best[state, count]
        end = _end(ground, node)
        if end is not None:
            if (fewest is None or end.changes >= fewest) and (most is None or end.changes <= most):
                ends.append(end)
            continue
        if most is not None and node.changes >= most:
            continue
        further = bound.further(ground, sum(state), node.cost)
        for after, excess, cost in arcs(ground, state, bound.excess, further=further):
            if not bound.admits(sum(after), node.excess + excess, node.cost + cost):
                continue
            key = (after, node.changes + 1 if counted else 0)
            held = best.get(key)
            if held is None:
                ground.refuse_too_many(len(best))
                heappush(heap, (-sum(after), after, key[1]))
            elif (node.excess + excess, node.cost + cost) > (held.excess, held.cost):
                continue
            made = _Node(after, node.excess + excess, node.cost + cost, node.changes + 1, node)
            if held is None or made.is_before(held):
                best[key] = made
    return min(ends, key=lambda route: route.rank, default=None)


def _end(ground: StateSpace, node: _Node) -> Route | None:
    path = node.path
    if ground.stop is not None and sum(node.state) <= ground.stop:
        zero = tuple(0 for _ in ground.lines)
        return Route((*path(), zero), node.excess, node.cost, stops=True)
    if ground.is_goal(node.state):
        return Route(path(), node.excess, node.cost)
    return None


def arcs(
    ground: StateSpace, state: State, bound: int, *, further: int | None = None
) -> Iterator[tuple[State, int, int]]:
    """Each change that may be made from a regimen: where to, its excess, its cost.

    Args:
        ground: The doses, rulers and costs.
        state: The regimen before the change.
        bound: The greatest excess of one change.
        further: How many intakes beyond the first may fall in one change; all if absent.
    """
    high = sum(state)
    for after, falls in _changes(ground, state, bound, len(state) if further is None else further).items():
        excess, misfit = ground.fall(high, sum(after))
        cost = misfit + ground.handle(after) + ground.switches(state, after)
        yield after, excess, cost + ground.further * (falls - 1)


def _changes(ground: StateSpace, state: State, bound: int, further: int) -> dict[State, int]:
    found: dict[State, int] = {}
    high = sum(state)
    least = ground.target if ground.target is not None else sum(ground.floor)
    if ground.stop is not None:
        least = 1  # only the stop from the last dose arrives at 0

    def extend(now: State, used: tuple[int, ...], *, smallest: bool) -> None:
        for intake in ground.turns(now):
            if intake in used:
                continue
            for place, dose in enumerate(ground.below(intake, now[intake])):
                after = (*now[:intake], dose, *now[intake + 1 :])
                low = sum(after)
                if low < least:
                    break
                if ground.excess(high, low) > bound:
                    break
                is_smallest = smallest and place == 0
                if is_smallest or ground.is_even(after):
                    found.setdefault(after, len(used) + 1)
                if len(used) < further:
                    extend(after, (*used, intake), smallest=is_smallest)

    extend(state, (), smallest=True)
    return found
