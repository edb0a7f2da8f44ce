"""Exact search (A*): the plan with the least excess, then the least cost, then the first in order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import isinf

from taper._base.progress import tell
from taper.planning.solver.regimen_table import RegimenTable
from taper.planning.solver.state_space import State, StateSpace, falls_of


@dataclass(frozen=True, slots=True)
class Route:
    """A plan in whole grains: each regimen after the start, what it exceeds and what it costs.

    `stops` says that the last change ends all intakes together, from the last dose; `left_out` how many doses were
    left out of the search because there were too many regimens. `floor` is set where the search stopped at its limit:
    then this is the best plan found, and no plan has less than that excess and cost.
    """

    states: tuple[State, ...]
    excess: int
    cost: int
    stops: bool = False
    left_out: int = 0
    floor: tuple[int, int] | None = None

    @property
    def changes(self) -> int:
        return len(self.states)

    @property
    def rank(self) -> tuple[int, int, int, tuple[int, ...], tuple[State, ...]]:
        """What plans are compared by; the least is the gentlest, and no two plans share it."""
        totals = tuple(-sum(state) for state in self.states)
        return self.excess, self.cost, self.changes, totals, self.states


@dataclass(slots=True, eq=False)
class _Node:
    """The best way known to a regimen: excess, cost, and the node it comes from."""

    state: State
    key: tuple[State, int]
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
        """Whether it is the better of two ways to one regimen."""
        mine, theirs = (self.excess, self.cost, self.changes), (other.excess, other.cost, other.changes)
        if mine != theirs:
            return mine < theirs
        one, two = self.path(), other.path()
        return _listing(one) < _listing(two)


def _listing(path: tuple[State, ...]) -> tuple[tuple[int, ...], tuple[State, ...]]:
    return tuple(-sum(state) for state in path), path


def search(ground: StateSpace, *, fewest: int | None = None, most: int | None = None) -> Route | None:
    """The best plan over all regimens and orders of falling, or None if there is none.

    A plan without a constraint on its number of changes that keeps it anyway is the best with it too.
    Where there are more regimens than are allowed, the doses that are hardest to handle are left out.

    Args:
        ground: The doses, rulers and costs.
        fewest: The least number of changes.
        most: The greatest number of changes.

    Raises:
        TooManyStates: If there are too many regimens all the same.
    """
    if fewest is not None and fewest > 1 + sum(len(line.doses) - 1 for line in ground.lines):
        return None  # not even one dose at a time makes so many changes
    table = RegimenTable(ground)
    kept = ground if table.count <= ground.weights.most_states else _thinned(ground)
    left_out = sum(len(line.doses) for line in ground.lines) - sum(len(line.doses) for line in kept.lines)
    if left_out:
        table = RegimenTable(kept)
    table.fill()
    found = _Search(kept, table, None, None).run()
    if found is not None and (found.changes < (fewest or 0) or (most is not None and found.changes > most)):
        found = _Search(kept, table, fewest, most).run()
    if found is None and left_out:
        raise ground.too_many()
    return found if found is None or not left_out else replace(found, left_out=left_out)


def _thinned(ground: StateSpace) -> StateSpace:
    """The same question without the doses that are hardest to handle, then of every second, third ... dose.

    Raises:
        TooManyStates: If so few doses would be left that no plan of them is worth having.
    """
    most = ground.weights.most_states
    levels = sorted({cost for line in ground.lines for cost in line.costs.values()}, reverse=True)
    low, high = 0, len(levels)
    while low < high:
        middle = (low + high) // 2
        if RegimenTable(ground.only(levels[middle], 1)).count <= most:
            high = middle
        else:
            low = middle + 1
    tries = [(levels[low], 1)] if low < len(levels) else [(levels[-1], step) for step in range(2, _COARSEST)]
    for level, step in tries:
        kept = ground.only(level, step)
        pairs = zip(kept.lines, ground.lines, strict=True)
        enough = all(len(line.doses) >= min(_FEWEST, len(whole.doses)) for line, whole in pairs)
        if enough and RegimenTable(kept).count <= most:
            return kept
    raise ground.too_many()


_FEWEST = 6
_COARSEST = 5
_MOST_TRIED = 100_000
_ORDINARY = 6
_Entry = tuple[int, int, int, int, int, _Node]
"""Least excess and cost of a plan through a regimen, its total, the falls to try from it, a number, the node."""


class _Search:
    """A* over regimens, by the pair of excess and cost.

    A regimen is worth looking at in the order of what a whole plan through it costs at least: what it has cost so
    far, and the bound from there on. Four things keep few regimens in sight.

    *Like intakes stand for each other.* Of all regimens that differ only by which of several equal intakes takes
    what, one is kept, with the way to it that is listed first; for what one of them goes on with, each can.

    *The bound is nearly exact*: it knows every regimen on the way, and is relaxed only where several intakes fall in
    one change.

    *A change is unfolded in stages.* From a regimen first the falls of one intake are tried; that two, three ... fall
    in one change costs a further third each, so that stage waits in the same queue at that much more, and is mostly
    never reached. So do the falls beyond what was accepted: they wait at the least excess that one of them has.

    *What is no better than a plan in hand is not kept.* The first way to the end sets the mark.

    The search ends when nothing in the queue can be as good as the best plan found. Until then every way that could
    tie with it has been seen, so that ties are broken as `Route.rank` says, exactly.
    """

    def __init__(self, ground: StateSpace, table: RegimenTable, fewest: int | None, most: int | None) -> None:
        self._ground = ground
        self._table = table
        self._bound = table.totals
        self._fewest, self._most = fewest, most
        self._best: dict[tuple[State, int], _Node] = {}
        self._queue: list[_Entry] = []
        self._number = 0
        self._tried = 0
        self._found: Route | None = None
        self._mark: tuple[int, int] | None = None
        self._least = ground.target if ground.target is not None else sum(ground.floor)
        if ground.stop is not None:
            self._least = 1  # only the stop from the last dose arrives at 0

    def run(self) -> Route | None:
        """The best plan, or None."""
        start = self._ground.start
        if not self._bound.excess:
            return None
        self._hold(_Node(start, self._key(start, 0), 0, 0, 0, None))
        self._dive(self._queue[0][-1] if self._queue else None)
        while self._queue:
            excess, cost, _, stage, _, node = heappop(self._queue)
            if self._mark is not None and (excess, cost) > self._mark:
                break
            if self._best[node.key] is node:
                if self._tried > _MOST_TRIED:
                    return self._stopped(excess, cost)
                tell(self._tried, _MOST_TRIED, "ways tried")
                self._unfold(node, stage)
        return self._found

    def _dive(self, node: _Node | None) -> None:
        """Go down by what looks best at each regimen, to have a plan in hand early."""
        while node is not None:
            made = self._unfold(node, 1) or self._unfold(node, -1)
            node = min(made, key=lambda other: self._promise(other) or (0, 0), default=None)

    def _key(self, state: State, changes: int) -> tuple[State, int]:
        counted = self._fewest is not None or self._most is not None
        return self._ground.canonical(state), changes if counted else 0

    def _hold(self, node: _Node) -> bool:
        """Keep a way to a regimen if it is the best known, and queue what can be done from there."""
        total, promise = sum(node.state), self._promise(node)
        if promise is None or (self._mark is not None and promise > self._mark):
            return False
        held = self._best.get(node.key)
        if held is not None and not node.is_before(held):
            return False
        if len(self._best) > self._ground.weights.most_states:
            raise self._ground.too_many()
        self._best[node.key] = node
        if self._end(node, total) or (self._most is not None and node.changes >= self._most):
            return False
        self._push(*promise, total, 1 if self._bound.reach[total] < total else -1, node)
        return True

    def _promise(self, node: _Node) -> tuple[int, int] | None:
        """The least excess and cost of a whole plan through a node; None if no plan goes on from it."""
        onward = self._table.onward(node.state)
        if onward is None:
            return None
        return node.excess + onward[0], node.cost + int(onward[1] * self._ground.unit)

    def _push(self, excess: int, cost: int, total: int, stage: int, node: _Node) -> None:
        self._number += 1
        heappush(self._queue, (excess, cost, -total, stage, self._number, node))

    def _end(self, node: _Node, total: int) -> bool:
        """Whether plans end here; a plan that does is compared with the best in hand."""
        ground = self._ground
        stops = ground.stop is not None and total <= ground.stop
        if not stops and not ground.is_goal(node.state):
            return False
        zero = (tuple(0 for _ in ground.lines),) if stops else ()
        made = Route((*node.path(), *zero), node.excess, node.cost, stops=stops)
        fits = made.changes >= (self._fewest or 0) and (self._most is None or made.changes <= self._most)
        if fits and (self._found is None or made.rank < self._found.rank):
            self._found, self._mark = made, (made.excess, made.cost)
        return True

    def _unfold(self, node: _Node, stage: int) -> list[_Node]:
        """Try the changes of one stage from a regimen, and queue the stage after it; the regimens that were new.

        A stage is a number of falls, negative for those beyond what was accepted.
        """
        ground, total, count = self._ground, sum(node.state), abs(stage)
        made = []
        for after, extra in self._changes(node, count, beyond=stage < 0):
            excess, misfit = ground.fall(total, sum(after))
            cost, changes = node.cost + misfit + ground.handle(after) + extra, node.changes + 1
            other = _Node(after, self._key(after, changes), node.excess + excess, cost, changes, node)
            if self._hold(other):
                made.append(other)
        if stage == 1:
            self._wait(node, total, -1)
        if count < self._movable(node.state):
            self._wait(node, total, stage + 1 if stage > 0 else stage - 1)
        return made

    def _stopped(self, excess: int, cost: int) -> Route:
        """The best plan found, with what every plan has at least: the search has tried as much as it may."""
        if self._found is None:
            raise self._ground.too_many()
        return replace(self._found, floor=(excess, cost))

    def _movable(self, state: State) -> int:
        return sum(1 for intake, dose in enumerate(state) if dose > self._ground.floor[intake])

    def _wait(self, node: _Node, total: int, stage: int) -> None:
        """Queue a stage at what a plan through it costs at least."""
        ground, count = self._ground, abs(stage)
        excess, onward = self._table.of_several(total) if stage > 0 else self._table.beyond(node.state, count)
        if isinf(onward):
            return
        cost = node.cost + ground.further * (count - 1) + int(onward * ground.unit)
        if self._mark is None or (node.excess + excess, cost) <= self._mark:
            self._push(node.excess + excess, cost, total, stage, node)

    def _lowest(self, node: _Node) -> int:
        """The lowest total to which a fall keeps the excess within that of the plan in hand."""
        if self._mark is None:
            return self._least
        totals, high, spare = self._table.listed, sum(node.state), self._mark[0] - node.excess
        low, last = self._bound.index[high], len(totals) - 1
        while low < last:
            middle = (low + last + 1) // 2
            if self._ground.excess(high, totals[middle]) > spare:
                last = middle - 1
            else:
                low = middle
        return max(self._least, totals[low])

    def _changes(self, node: _Node, falls: int, *, beyond: bool) -> Iterator[tuple[State, int]]:
        """Each regimen that so many falls in one change lead to, and what the change costs besides its misfit.

        Of regimens that stand for each other, the cheapest and then the first is given.
        """
        ground, state, high = self._ground, node.state, sum(node.state)
        reach = self._bound.reach[high]
        least, most = (self._lowest(node), reach - 1) if beyond else (max(reach, self._least), high)
        found: dict[State, tuple[int, State]] = {}
        # Beyond so many intakes, each change with many falls is one of ever more combinations.
        work = 1 + falls * max(0, len(state) - _ORDINARY)
        for after in falls_of(ground, state, falls, least):
            self._tried += work
            if sum(after) <= most:
                extra = ground.further * (falls - 1) + ground.switches(state, after)
                key = ground.canonical(after)
                held = found.get(key)
                if held is None or (extra, after) < held:
                    found[key] = extra, after
        for extra, after in found.values():
            yield after, extra


def arcs(ground: StateSpace, state: State, bound: int) -> Iterator[tuple[State, int, int]]:
    """Each change that may be made from a regimen: where to, its excess, its cost.

    Args:
        ground: The doses, rulers and costs.
        state: The regimen before the change.
        bound: The greatest excess of one change.
    """
    high, least = sum(state), ground.target if ground.target is not None else sum(ground.floor)
    for falls in range(1, len(state) + 1):
        for after in set(falls_of(ground, state, falls, 1 if ground.stop is not None else least, each=True)):
            excess, misfit = ground.fall(high, sum(after))
            if excess <= bound:
                extra = ground.further * (falls - 1) + ground.switches(state, after)
                yield after, excess, misfit + ground.handle(after) + extra
