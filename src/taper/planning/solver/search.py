"""Exact search (A*): the plan with the least excess, then the least cost, then the first in order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from taper._base.limits import MOST_TOGETHER, MOST_TOTALS
from taper._base.progress import tell
from taper.planning.solver.falls import Falls
from taper.planning.solver.regimen_table import RegimenTable
from taper.planning.solver.state_space import State, StateSpace, TooManyStates, falls_of


@dataclass(frozen=True, slots=True)
class Route:
    """A plan in whole grains: each regimen after the start, what it exceeds and what it costs.

    `stops` says that the last change ends all intakes together, from the last dose; `left_out` how many doses were
    left out of the search because there were more regimens than its `limit`. `floor` is set where the search stopped
    before its end: then this is the best plan found, and no plan has less than that excess and cost.
    """

    states: tuple[State, ...]
    excess: int
    cost: int
    stops: bool = False
    left_out: int = 0
    limit: int = 0
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
    """The best way known to a regimen: what it weighs (see `Falls`), and the node it comes from."""

    state: State
    key: tuple[State, int]
    weight: int
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
        mine, theirs = (self.weight, self.changes), (other.weight, other.changes)
        if mine != theirs:
            return mine < theirs
        one, two = self.path(), other.path()
        return _listing(one) < _listing(two)


def _listing(path: tuple[State, ...]) -> tuple[tuple[int, ...], tuple[State, ...]]:
    return tuple(-sum(state) for state in path), path


def search(ground: StateSpace, *, fewest: int | None = None, most: int | None = None) -> Route | None:
    """The best plan over all regimens and orders of falling, or None if there is none.

    A plan without a constraint on its number of changes that keeps it anyway is the best with it too.

    First, plans are sought in which every fall is accepted. Only where there is none are larger falls looked at; that
    takes more work for each regimen, so a tenth as many are compared. Where there are more, the doses that are hardest
    to handle are left out, until a tenth as many are left.

    Args:
        ground: The doses, rulers and costs.
        fewest: The least number of changes.
        most: The greatest number of changes.

    Raises:
        TooManyStates: If there are too many regimens all the same.
    """
    if fewest is not None and fewest > 1 + sum(len(line.doses) - 1 for line in ground.lines):
        return None  # not even one dose at a time makes so many changes
    _check_size(ground)
    accepted = Falls(ground, is_accepted=True)
    if accepted.can_all_be_accepted():
        found = _search(ground, fewest, most, is_accepted=True)
        if found is not None:
            return found
    return _search(ground, fewest, most, is_accepted=False)


def _check_size(ground: StateSpace) -> None:
    """Refuse what would not even be counted in seconds: too many totals of a day, or times of day in one turn."""
    most = max((len(group) for group in ground.groups), default=0)
    if most > MOST_TOGETHER:
        raise TooManyStates(
            f"{most} times of day are reduced in turn with each other, and at most {MOST_TOGETHER} are compared; give "
            'fewer times of day, or order="in order"'
        )
    if ground.is_too_fine:
        raise ground.too_many(MOST_TOTALS)


def least_changes(ground: StateSpace) -> int | None:
    """The fewest changes of a plan in which every fall is accepted, None if there is none; weights are to be 0.

    Raises:
        TooManyStates: If there are too many regimens, or changes of several intakes.
    """
    _check_size(ground)
    falls = Falls(ground, is_accepted=True, is_counted=True)
    if not falls.can_all_be_accepted():
        return None
    table, limit = RegimenTable(ground, falls), ground.weights.most_states // 10
    if table.count > limit:
        raise ground.too_many(limit)
    if not table.fill() or not table.is_exact:
        raise ground.too_many(limit)
    return table.onward(ground.start)


def _search(ground: StateSpace, fewest: int | None, most: int | None, *, is_accepted: bool) -> Route | None:
    # Beyond so many intakes each regimen has ever more ways on, so fewer of them take as long.
    most_states = ground.weights.most_states // (1 if len(ground.start) <= _ORDINARY else _CROWDED)
    few = max(most_states // 10, min(most_states, _MANY))
    limit = most_states if is_accepted else few
    for number, at_most in enumerate((few, few // 10)):
        is_whole = not number and _count(ground, is_accepted=is_accepted) <= limit
        kept = ground if is_whole else _thinned(ground, at_most, is_accepted=is_accepted)
        if kept is None:
            break
        falls = Falls(kept, is_accepted=is_accepted)
        table = RegimenTable(kept, falls)
        if not table.fill():
            table.release()
            continue  # as many regimens took too much work: fewer of them take less
        found = _Search(kept, table, falls, None, None).run()
        if found is not None and (found.changes < (fewest or 0) or (most is not None and found.changes > most)):
            found = _Search(kept, table, falls, fewest, most).run()
        table.release()
        left_out = sum(len(line.doses) for line in ground.lines) - sum(len(line.doses) for line in kept.lines)
        if found is None and left_out and not is_accepted:
            break
        return found if found is None or not left_out else replace(found, left_out=left_out, limit=limit)
    raise ground.too_many(limit)


def _count(ground: StateSpace, *, is_accepted: bool) -> int:
    return RegimenTable(ground, Falls(ground, is_accepted=is_accepted)).count


def _thinned(ground: StateSpace, most: int, *, is_accepted: bool) -> StateSpace | None:
    """The same question without the doses that are hardest to handle, then of every second, third ... dose.

    None if so few doses would be left that no plan of them is worth having.
    """
    levels = sorted({cost for line in ground.lines for cost in line.costs.values()}, reverse=True)
    ends = [{line.start, line.floor} for line in ground.lines]
    costs = [
        sorted(line.costs[dose] for dose in line.doses if dose not in kept)
        for line, kept in zip(ground.lines, ends, strict=True)
    ]
    needed = [min(_FEWEST, len(line.doses)) - len(kept) for line, kept in zip(ground.lines, ends, strict=True)]
    worth = [
        level
        for level in levels
        if all(bisect_right(listed, level) >= least for listed, least in zip(costs, needed, strict=True))
    ]
    place = bisect_left(worth, True, key=lambda level: _count(ground.only(level, 1), is_accepted=is_accepted) <= most)
    tries = [(worth[place], 1)] if place < len(worth) else [(worth[-1], step) for step in range(2, _COARSEST)]
    for level, step in tries:
        kept = ground.only(level, step)
        if _is_enough(kept, ground) and _count(kept, is_accepted=is_accepted) <= most:
            return kept
    return None


def _is_enough(kept: StateSpace, ground: StateSpace) -> bool:
    pairs = zip(kept.lines, ground.lines, strict=True)
    return all(len(line.doses) >= min(_FEWEST, len(whole.doses)) for line, whole in pairs)


_FEWEST = 6
_COARSEST = 20
_MANY = 1_000
_MOST_TRIED = 100_000
_TRIED = 80
"""As how many sums of two weights a way counts that is tried."""
_MOST_IN_ALL = 200_000
"""After how many ways even those on from one regimen end."""
_COMPARED = 30
"""How many changes of two ways are compared in the time in which a way is tried."""
_ORDINARY, _CROWDED = 6, 50
_Entry = tuple[int, int, int, int, _Node]
"""The least weight of a plan through a regimen, its total, how many intakes are to fall, a number, the node."""


class _Search:
    """A* over regimens, by the pair of excess and cost, which is one whole number (see `Falls`).

    A regimen is worth looking at in the order of what a whole plan through it weighs at least: what it has weighed so
    far, and the bound from there on. Four things keep few regimens in sight.

    *Like intakes stand for each other.* Of all regimens that differ only by which of several equal intakes takes
    what, one is kept, with the way to it that is listed first; for what one of them goes on with, each can.

    *The bound is nearly exact*: it knows every regimen on the way, and is relaxed only where several intakes fall in
    one change.

    *A change is unfolded in stages.* From a regimen first the falls of one intake are tried; that two, three ... fall
    in one change costs a further third each, so that stage waits in the same queue at that much more, and is mostly
    never reached.

    *What is no better than a plan in hand is not kept.* The first way to the end sets the mark.

    The search ends when nothing in the queue can be as good as the best plan found. Until then every way that could
    tie with it has been seen, so that ties are broken as `Route.rank` says, exactly.
    """

    def __init__(
        self, ground: StateSpace, table: RegimenTable, falls: Falls, fewest: int | None, most: int | None
    ) -> None:
        self._ground, self._table, self._falls = ground, table, falls
        self._fewest, self._most = fewest, most
        self._best: dict[tuple[State, int], _Node] = {}
        self._queue: list[_Entry] = []
        self._number = 0
        self._tried = 0
        self._found: Route | None = None
        # Where the table is exact, what the best plan weighs is known beforehand.
        known = table.onward(ground.start) if table.is_exact and fewest is None and most is None else None
        self._mark = falls.nothing if known is None else known

    def run(self) -> Route | None:
        """The best plan, or None."""
        start = self._ground.start
        self._hold(_Node(start, self._key(start, 0), 0, 0, None))
        self._dive(self._queue[0][-1] if self._queue else None)
        while self._queue:
            weight, _, falls, _, node = heappop(self._queue)
            if weight > self._mark:
                break
            if self._best[node.key] is node:
                if self._tried > _MOST_TRIED or self._table.is_spent:
                    return self._stopped(weight)
                tell(self._tried, _MOST_TRIED, "ways tried")
                self._unfold(node, falls)
                if self._is_over:
                    return self._stopped(weight)  # some ways on from it were not tried
        return self._found

    def _dive(self, node: _Node | None) -> None:
        """Go down by what looks best at each regimen, to have a plan in hand early."""
        while node is not None:
            made = self._unfold(node, 1)
            node = min(made, key=self._promise, default=None)

    def _key(self, state: State, changes: int) -> tuple[State, int]:
        counted = self._fewest is not None or self._most is not None
        return self._ground.canonical(state), changes if counted else 0

    def _hold(self, node: _Node) -> bool:
        """Keep a way to a regimen if it is the best known, and queue what can be done from there."""
        total, promise = sum(node.state), self._promise(node)
        if promise >= self._falls.nothing or promise > self._mark:
            return False
        held = self._best.get(node.key)
        if held is not None:
            self._tried += node.changes // _COMPARED  # where both weigh the same, their ways are compared
            if not node.is_before(held):
                return False
        if held is None and len(self._best) >= self._ground.weights.most_states:
            raise self._ground.too_many(self._ground.weights.most_states)
        self._best[node.key] = node
        if self._end(node, total) or (self._most is not None and node.changes >= self._most):
            return False
        self._push(promise, total, 1, node)
        return True

    def _promise(self, node: _Node) -> int:
        """The least weight of a whole plan through a node."""
        onward = self._table.onward(node.state)
        return self._falls.nothing if onward is None else node.weight + onward

    def _push(self, weight: int, total: int, falls: int, node: _Node) -> None:
        self._number += 1
        heappush(self._queue, (weight, -total, falls, self._number, node))

    def _end(self, node: _Node, total: int) -> bool:
        """Whether plans end here; a plan that does is compared with the best in hand."""
        ground = self._ground
        stops = ground.stop is not None and total <= ground.stop
        if not stops and not ground.is_goal(node.state):
            return False
        zero = (tuple(0 for _ in ground.lines),) if stops else ()
        excess, cost = self._falls.split(node.weight)
        made = Route((*node.path(), *zero), excess, cost, stops=stops)
        fits = made.changes >= (self._fewest or 0) and (self._most is None or made.changes <= self._most)
        if fits and (self._found is None or made.rank < self._found.rank):
            self._found, self._mark = made, node.weight
        return True

    def _unfold(self, node: _Node, count: int) -> list[_Node]:
        """Try the changes in which so many intakes fall, and queue those of one more; the regimens that were new."""
        total, made = sum(node.state), []
        for after, weight in self._changes(node, count):
            changes = node.changes + 1
            other = _Node(after, self._key(after, changes), node.weight + weight, changes, node)
            if self._hold(other):
                made.append(other)
        if count < self._movable(node.state):
            least = node.weight + self._table.stage_of(node.state).several(node.state, count + 1)
            if least <= self._mark and least < self._falls.nothing:
                self._push(least, total, count + 1, node)
        return made

    def _stopped(self, weight: int) -> Route:
        """The best plan found, with what every plan has at least: the search has tried as much as it may."""
        if self._found is None:
            raise self._ground.too_many(self._ground.weights.most_states)
        return replace(self._found, floor=self._falls.split(weight))

    @property
    def _is_over(self) -> bool:
        """Whether no further way is tried, not even one on from the same regimen."""
        return self._tried > _MOST_IN_ALL or self._table.is_spent

    def _movable(self, state: State) -> int:
        return sum(1 for intake, dose in enumerate(state) if dose > self._ground.floor[intake])

    def _changes(self, node: _Node, count: int) -> Iterator[tuple[State, int]]:
        """Each regimen that so many falls in one change lead to, and what the change weighs.

        Of regimens that stand for each other, the lightest and then the first is given.
        """
        ground, falls, state, high = self._ground, self._falls, node.state, sum(node.state)
        lowest = falls.totals[max(falls.first(high), falls.lowest(high, self._mark - node.weight))]
        limit, stage = self._mark - node.weight - (count - 1) * ground.further, self._table.stage_of(state)

        def is_in_vain(total: int, left: int) -> bool:
            return stage.onward_of(high, total - left) > limit

        found: dict[State, tuple[int, State]] = {}
        # Beyond so many intakes, each change with many falls is one of ever more combinations.
        work = 1 + count * max(0, len(state) - _ORDINARY)
        for after in falls_of(ground, state, count, lowest, is_in_vain=is_in_vain):
            self._tried += work
            ground.work.add(_TRIED)
            if self._is_over:
                break
            extra = ground.further * (count - 1) + ground.switches(state, after)
            key = ground.canonical(after)
            held = found.get(key)
            if held is None or (extra, after) < held:
                found[key] = extra, after
        for extra, after in found.values():
            excess, misfit = ground.fall(high, sum(after))
            yield after, falls.joined(excess, misfit + ground.handle(after) + extra)


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
