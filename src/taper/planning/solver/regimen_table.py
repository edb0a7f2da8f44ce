"""Lower bound by regimen: the least excess and cost of the rest of a plan from every regimen it can meet."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb
from operator import add

from taper.planning.solver.falls import Falls
from taper.planning.solver.state_space import State, StateSpace

FAR = 10**60
"""More than any share."""
_MOST_WRITTEN = 500_000
"""How many changes of several intakes are written out at most, but for the dose of the last; then they are bounded."""
_MOST_WORK = 30_000_000
_KEPT, _MEASURED, _WRITTEN = 4, 32, 40
"""How many weights are added up at most; as how many one counts that is kept, or measured, and a change written out."""
Items = tuple[int, ...]
"""Doses of one group of the order by number, the largest share first; a number tells the kind and the dose."""


@dataclass(slots=True)
class _Kind:
    """Intakes that stand for each other, and what can be said of each of their doses.

    `beside` is the largest share beside which a dose can stand in its group, `items` the number of each dose among
    those of all kinds. `steps` holds by the total of all other doses what each fall from each dose weighs.
    """

    intakes: tuple[int, ...]
    doses: tuple[int, ...]
    handling: list[int]
    shares: list[int]
    beside: list[int]
    liquid: frozenset[int]
    switch: int
    items: list[int] = field(default_factory=list)
    steps: dict[int, list[tuple[int, list[int]] | None]] = field(default_factory=dict)

    def switches(self, place: int, lower: int) -> int:
        """What it costs if a fall changes between tablets and liquid."""
        if not self.switch or not self.doses[lower]:
            return 0
        return self.switch if (self.doses[place] in self.liquid) != (self.doses[lower] in self.liquid) else 0


class _TooMuchWork(Exception):
    """Stops a table on its way."""


class RegimenTable:
    """From every regimen on the way, the least excess and then the least cost of getting to the end, as one number.

    Dynamic programming backward over regimens in which like intakes stand for each other. The regimens that one
    intake can fall to differ in that intake alone, so what is worth what is kept in *rows*: a row for each choice of
    the other doses, with an entry for each dose of the one. The best fall of the intake whose turn it is, is then the
    least sum of a stretch of a row and of the weights of the falls, and those depend on no more than the total of the
    other doses. No regimen is built to look one up.

    Rows come in the order of their doses, the largest compared first. Whoever falls, the doses beside the largest
    that is left are earlier in that order, or the same: so all that a regimen can lead to is known when its turn comes.

    That several intakes fall in one change is relaxed: where two do, each falls to its next dose or lower, and what
    comes after is the best of any regimen of that total. It costs a third more for each further intake, so the
    relaxation seldom shows, and what is found is a bound that is mostly exact. Where falls beyond what is accepted are
    looked at, each such change that could weigh less is written out, and the table is exact (`is_exact`), unless they
    are too many.

    Where no fall beyond what is accepted is needed (`falls.is_accepted`), none is looked at. A dose that only a
    larger fall leads to, beside intakes that then were as high, is then left out with all its regimens.
    """

    def __init__(self, ground: StateSpace, falls: Falls) -> None:
        self._ground = ground
        self._falls = falls
        self.is_exact = not falls.is_accepted or falls.is_counted
        self._left, self._is_filling = _MOST_WORK, True
        self._spare = _MOST_WRITTEN // 10 if falls.is_counted else _MOST_WRITTEN
        self.stages = [_Stage(self, ground, falls, number) for number in range(len(ground.groups))]

    @property
    def count(self) -> int:
        """How many regimens there are on the way, without listing them."""
        return sum(stage.count for stage in self.stages)

    def fill(self) -> bool:
        """Work out every regimen, or say that it is too much work; the search that follows may do as much again."""
        try:
            for stage in reversed(self.stages):
                stage.fill()
        except _TooMuchWork:
            return False
        self._left, self._is_filling = _MOST_WORK, False
        return True

    @property
    def is_spent(self) -> bool:
        """Whether as much work has been done as may be."""
        return self._left < 0

    def release(self) -> None:
        """Let go of everything: the stages know their table, so that it would stay in memory for a while."""
        self.stages.clear()
        self._falls.forget()

    def spend(self, work: int) -> None:
        """Count work: a sum of two weights, or a number that is kept for as long as the table.

        Raises:
            _TooMuchWork: If it is more than may be done to fill the table.
        """
        self._left -= work
        self._ground.work.add(work)
        if self.is_spent and self._is_filling:
            raise _TooMuchWork

    def write_out(self) -> None:
        """Count a change of several intakes that is written out; beyond so many, they are bounded instead."""
        self._ground.work.add(_WRITTEN)
        self._spare -= 1
        self.is_exact = self._spare >= 0

    def has_given_up(self) -> bool:
        """Whether changes of several intakes were too many to be written out."""
        return self._spare < 0

    def onward(self, state: State) -> int | None:
        """What going on from a regimen weighs at least; None if it cannot."""
        worth = self._falls.ends(sum(state))
        if worth is None:
            stage = next((stage for stage in self.stages if stage.is_falling(state)), None)
            worth = 0 if stage is None else stage.onward(state)
        return None if worth >= self._falls.nothing >> 1 else worth

    def stage_of(self, state: State) -> "_Stage":
        """The group that falls from a regimen."""
        return next(stage for stage in self.stages if stage.is_falling(state))


class _Stage:
    """One group of the order while its intakes fall; those before it have ended, those after it have not begun."""

    def __init__(self, table: RegimenTable, ground: StateSpace, falls: Falls, number: int) -> None:
        group = ground.groups[number]
        later = {intake for other in ground.groups[number + 1 :] for intake in other}
        self._still = tuple(line.start if i in later else line.floor for i, line in enumerate(ground.lines))
        self._table, self._ground, self._falls, self._group = table, ground, falls, group
        self._is_last = number == len(ground.groups) - 1
        self._idle, self._others_even = ground.beside_group(group, later)
        aside = [
            (line, dose) for i, (line, dose) in enumerate(zip(ground.lines, self._still, strict=True)) if i not in group
        ]
        self._total = sum(dose for _, dose in aside)
        self._handling = sum(line.costs[dose] for line, dose in aside)
        self._kinds = _kinds_of(ground, group)
        if falls.is_accepted:
            for kind in self._kinds:
                self._leave_out(kind, is_first=number == 0)
        self._number()
        self._rows: dict[Items, list[int]] = {}
        self._none = [falls.nothing] * max(len(kind.doses) for kind in self._kinds)  # a row of nothing
        self._ended = falls.nothing  # what comes after the group has ended
        self._ends_at = sum(self._still)
        self._place = number
        self.best: list[int] = []
        self._by_top: dict[int, list[int]] = {}

    def _number(self) -> None:
        """Number the doses of all kinds by their shares."""
        listed = sorted((s, k, place) for k, kind in enumerate(self._kinds) for place, s in enumerate(kind.shares))
        self._items = [(self._kinds[k], place) for _, k, place in listed]
        for item, (kind, _) in enumerate(self._items):
            kind.items.append(item)
        self._shares = [kind.shares[place] for kind, place in self._items]
        self._beside = [kind.beside[place] for kind, place in self._items]
        least: dict[int, int] = {}
        for share, (kind, place) in zip(self._shares, self._items, strict=True):
            gap = kind.doses[place] - kind.doses[place - 1] if place else 0
            least[share] = min(least.get(share, gap), gap)
        self._gaps = [least[share] for share in self._shares]

    def _leave_out(self, kind: _Kind, *, is_first: bool) -> None:
        """Lower what each dose can stand beside to the largest share from which an accepted fall leads to it.

        The intake that fell there had the largest share of its group, so the total was at most that of all doses up
        to that share, and all shares have stayed below that since.
        """
        last = unseen = len(kind.doses) - 1
        for place in range(last, 0, -1):
            for lower in range(place, unseen):
                kind.beside[lower] = -1
            unseen, share = min(unseen, place), kind.shares[place]
            low = bisect_left(kind.doses, kind.doses[place] - self._falls.longest(self._most(share, is_first=is_first)))
            for lower in range(low, unseen):
                kind.beside[lower] = min(kind.beside[lower], share)
            unseen = min(unseen, low)
        for lower in range(unseen if last else 0):
            kind.beside[lower] = -1

    def _most(self, share: int, *, is_first: bool) -> int:
        """The largest total at which an intake of a share has its turn."""
        whole = sum(self._ground.start)
        if not is_first:
            return whole  # intakes of the group before may have fallen in the same change
        doses = (kind.doses[bisect_right(kind.shares, share) - 1] * len(kind.intakes) for kind in self._kinds)
        return min(whole, self._total + sum(doses))

    def is_falling(self, state: State) -> bool:
        """Whether an intake of the group can still fall."""
        return any(state[intake] > self._ground.floor[intake] for intake in self._group)

    @property
    def count(self) -> int:
        """How many regimens the group can take, by its largest share."""
        found = 0
        # A dose stands beside a share from its own up to `beside`: of those up to a share all but what ended below it.
        standing = [
            [(s, beside) for s, beside in zip(kind.shares, kind.beside, strict=True) if beside >= s]
            for kind in self._kinds
        ]
        bounds = [([s for s, _ in pairs], sorted(beside for _, beside in pairs)) for pairs in standing]
        for top in sorted(set(self._shares)):
            up_to = under = 1
            for kind, (shares, ends) in zip(self._kinds, bounds, strict=True):
                ended, n = bisect_left(ends, top), len(kind.intakes)
                last, before = bisect_right(shares, top) - ended, bisect_left(shares, top) - ended
                up_to *= comb(last + n - 1, n) if last else 0
                under *= comb(before + n - 1, n) if before else 0
            found += up_to - under
        return found

    def ordered(self, state: State) -> Items:
        """The doses of the group by number, the largest share first."""
        made = [kind.items[bisect_left(kind.doses, state[i])] for kind in self._kinds for i in kind.intakes]
        return tuple(sorted(made, reverse=True))

    def onward(self, state: State) -> int:
        """What going on from a regimen weighs at least."""
        items = self.ordered(state)
        row = self._rows.get(items[1:], self._none)
        return (
            row[self._items[items[0]][1]]
            - self._handling
            - sum(k.handling[p] for k, p in (self._items[item] for item in items))
        )

    def fill(self) -> None:
        """Work out every regimen while the group falls, and what follows when it has ended."""
        if not self._is_last:
            onward = self._table.onward(self._still)
            self._ended = self._falls.nothing if onward is None else onward
        nothing = [self._falls.nothing] * len(self._falls.totals)
        self.best, top = nothing if self._is_last else self._table.stages[self._place + 1].best, -1
        for others in self._all_others():
            if others and others[0] > top:
                top = others[0]
                self.best = list(map(min, self.best, self._by_top.pop(top, nothing)))
            self._fill_row(others)
        for best in self._by_top.values():
            self.best = list(map(min, self.best, best))

    def _keep(self, item: int, top: int, total: int, worth: int) -> None:
        """Note what a regimen weighs, itself and all that comes after, by its largest dose and its total.

        Where several intakes fall, no dose is left above the second of the regimen: so `best` holds no more than that.
        """
        item = item if top >= 0 else 0  # beside no other dose, all are kept until the end of the row
        best = self.best if item <= top else self._by_top.get(item)
        if best is None:
            best = self._by_top[item] = [self._falls.nothing] * len(self._falls.totals)
            self._table.spend(_KEPT * len(best))
        place = self._falls.index[total]
        if worth < best[place]:
            best[place] = worth

    def several(self, state: State, count: int) -> int:
        """What a change in which so many intakes fall weighs at least, with all that comes after."""
        total, items = sum(state), self.ordered(state)
        drop = sum(self._gaps[item] for item in items[:count])
        return self.onward_of(total, total - drop) + (count - 1) * self._ground.further

    def onward_of(self, total: int, most: int, than: int | None = None) -> int:
        """What a fall from one total to any regimen of another, up to the most, weighs at least, and what comes after.

        What weighs more than something known need not be told.
        """
        falls = self._falls
        first, weights = self._weights(total)
        last = bisect_right(falls.totals, most)
        begin = first if than is None else max(first, falls.lowest(total, than))
        if begin >= last:
            return falls.nothing
        self._table.spend(last - begin)
        least: int = min(map(add, weights[begin - first : last - first], self.best[begin:last]))
        return least

    def _weights(self, total: int) -> tuple[int, list[int]]:
        """What falls from a total weigh, counted as work where they are measured."""
        if not self._falls.is_known(total):
            self._table.spend(_MEASURED * (1 + self._falls.index[total] - self._falls.first(total)))
        return self._falls.weights(total)

    def _all_others(self) -> Iterator[Items]:
        """Every choice of all doses but one, in the order of their numbers."""
        left = [len(kind.intakes) for kind in self._kinds]
        count = sum(left) - 1
        if not count:
            yield ()
            return
        numbers = [self._kinds.index(kind) for kind, _ in self._items]
        for top, share in enumerate(self._shares):
            if self._beside[top] < share:
                continue
            if count == 1:
                yield (top,)
                continue
            self._table.spend(top + 1)
            beside = [item for item in range(top + 1) if self._beside[item] >= max(share, self._shares[item])]
            left[numbers[top]] -= 1
            yield from _extend((top,), beside, count - 1, left, numbers)
            left[numbers[top]] += 1

    def _fill_row(self, others: Items) -> None:
        """Work out the regimens of some doses and each dose of one more intake that is not below them."""
        falls, kind = self._falls, self._missing(others)
        at = [self._items[item] for item in others]
        total = self._total + sum([other.doses[place] for other, place in at])
        handled = self._handling + sum([other.handling[place] for other, place in at])
        row, doses, shares, handling = self._row(others, kind), kind.doses, kind.shares, kind.handling
        first, last, top = 0, len(doses), -1
        if others:
            first, top = bisect_left(kind.items, others[0]), self._shares[others[0]]
            last = bisect_right(shares, min([self._beside[item] for item in others]))
        even = self._stretch(others, kind)
        apart = [
            (others[:i] + others[i + 1 :], *at[i]) for i in range(len(others)) if not i or others[i - 1] != others[i]
        ]
        self._table.spend(last - first)
        steps = self._steps(kind, total)
        gap = (self._gaps[others[0]] if top > 0 else 0) or (0 if self._is_last else 1)
        highest = bisect_right(shares, max(top, 0)) - 1  # where no other is left, the intake falls to its end
        for x in range(first, last):
            if kind.beside[x] < shares[x]:
                continue
            here = total + doses[x]
            worth = falls.ends(here)
            if worth is None and here == self._ends_at:
                worth = self._ended
            if worth is None:
                worth = self._fall_of_one(x, row, steps[x] or self._step(kind, steps, x, total), even)
                if shares[x] == top and len(self._kinds) > 1:
                    worth = min(worth, self._fall_of_tied(others, kind, x))
                if gap:
                    drop = doses[x] - doses[min(x - 1, highest)] + gap
                    least = self.onward_of(here, here - drop, worth) + self._ground.further
                    if least < worth:
                        worth = self._fall_of_several((kind.items[x], *others), here, least, worth)
            if worth >= falls.nothing:
                continue
            worth += handled + handling[x]
            self._keep(kind.items[x], others[0] if others else -1, here, worth)
            row[x] = worth
            for key, other, place in apart:
                self._row((kind.items[x], *key), other)[place] = worth

    def _row(self, others: Items, kind: _Kind) -> list[int]:
        row = self._rows.get(others)
        if row is None:
            self._table.spend(_KEPT * (len(kind.doses) + 1))
            row = self._rows[others] = [self._falls.nothing] * len(kind.doses)
        return row

    def _steps(self, kind: _Kind, total: int) -> list[tuple[int, list[int]] | None]:
        steps = kind.steps.get(total)
        if steps is None:
            self._table.spend(len(kind.doses))
            steps = kind.steps[total] = [None] * len(kind.doses)
        return steps

    def _missing(self, others: Items) -> _Kind:
        """The kind of which one intake is not among the others."""
        if len(self._kinds) == 1:
            return self._kinds[0]
        held = [self._items[item][0] for item in others]
        return next(kind for kind in self._kinds if sum(1 for one in held if one is kind) < len(kind.intakes))

    def _stretch(self, others: Items, kind: _Kind) -> tuple[int, int]:
        """The doses that stand evenly beside others: from, and up to but not with."""
        shares = [self._shares[item] for item in (*others[:1], *others[-1:])]
        if self._idle:
            shares.append(0)
        low, high, spread = min(shares, default=0), max(shares, default=0), self._ground.spread
        if not self._others_even or high - low > spread:
            return 0, 0
        if not shares:
            return 0, len(kind.doses)
        return bisect_left(kind.shares, high - spread), bisect_right(kind.shares, low + spread)

    def _step(
        self, kind: _Kind, steps: list[tuple[int, list[int]] | None], x: int, total: int
    ) -> tuple[int, list[int]]:
        """What a fall from one dose weighs to each lower one, and the place of the first of those."""
        falls, doses = self._falls, kind.doses
        first, weights = self._weights(total + doses[x])
        index = falls.index
        begin = bisect_left(doses, falls.totals[first] - total)
        self._table.spend((_MEASURED if kind.switch else _KEPT) * (x - begin))
        made = [weights[index[total + dose] - first] for dose in doses[begin:x]]
        if kind.switch:
            made = [weight + kind.switches(x, y) for y, weight in enumerate(made, begin)]
        found = begin, made
        if len(self._group) > 1:
            steps[x] = found
        else:
            falls.forget()
        return found

    def _fall_of_one(self, x: int, row: list[int], step: tuple[int, list[int]], even: tuple[int, int]) -> int:
        """The best fall of the intake whose turn it is, and what comes after."""
        worth = self._falls.nothing
        begin, weights = step
        a, b = max(begin, even[0]), min(x, even[1])
        if a < b:
            self._table.spend(b - a)
            worth = min(map(add, weights[a - begin : b - begin], row[a:b]))
        if begin < x and not a <= x - 1 < b:
            worth = min(worth, weights[-1] + row[x - 1])
        return worth

    def _fall_of_tied(self, others: Items, kind: _Kind, x: int) -> int:
        """The best fall of an intake of another kind with the same share."""
        worth, mine, top = self._falls.nothing, kind.items[x], self._shares[others[0]]
        for i, item in enumerate(others):
            other, place = self._items[item]
            if self._shares[item] < top:
                break
            if other is kind:
                continue
            beside = (mine, *others[:i], *others[i + 1 :])
            row = self._rows.get(beside, self._none)
            even = self._stretch(beside, other)
            total = self._total + sum(k.doses[p] for k, p in (self._items[one] for one in beside))
            steps = self._steps(other, total)
            step = steps[place] or self._step(other, steps, place, total)
            worth = min(worth, self._fall_of_one(place, row, step, even))
        return worth

    def _fall_of_several(self, items: Items, total: int, least: int, worth: int) -> int:
        """What is kept of a regimen for which a fall of several intakes may weigh least.

        The bound itself where no fall beyond what is accepted is looked at; else the least of all changes.
        """
        table = self._table
        if not table.is_exact:
            return least
        falls, further = self._falls, self._ground.further
        first, weights = self._weights(total)
        begin = max(first, falls.lowest(total, worth))
        known = list(map(add, weights[begin - first :], self.best[begin : falls.index[total]]))
        for count in range(2, len(self._ground.lines) + 1):
            extra = (count - 1) * further
            if min(known) + extra >= worth:
                break
            lowest = next(falls.totals[place] for place, one in enumerate(known, begin) if one + extra < worth)
            change = _Change(total, lowest, worth)
            self._fall_on(change, items, (), count, total, extra, is_smallest=True)
            if table.has_given_up():
                return least
            worth = change.worth
        return worth

    def _fall_on(
        self, change: "_Change", left: Items, fallen: Items, count: int, total: int, extra: int, *, is_smallest: bool
    ) -> None:
        """Let so many more intakes fall in turn, the last of them to any dose."""
        self._table.write_out()
        top = self._shares[left[0]] if left else 0
        if not self._table.is_exact or (fallen and self._shares[max(fallen)] > top):
            return  # it is the turn of one that has fallen already
        if not top:
            self._fall_on_later(change, count, total, extra, is_smallest=is_smallest)
            return
        for i, item in enumerate(left):
            if self._shares[item] < top:
                break
            if i and left[i - 1] == item:
                continue
            rest = left[:i] + left[i + 1 :]
            if count == 1:
                others = tuple(sorted(rest + fallen, reverse=True))
                self._land(change, item, others, total, extra, is_smallest=is_smallest)
                continue
            kind, place = self._items[item]
            least = change.lowest + sum([self._gaps[other] for other in rest[: count - 1]])
            highest = bisect_right(kind.shares, self._shares[rest[0]] if rest else 0) - 1  # or it keeps the turn
            for lower in range(min(place - 1, highest), -1, -1):
                after = total - kind.doses[place] + kind.doses[lower]
                if after < least:
                    break
                more = extra + kind.switches(place, lower)
                both, smallest = (*fallen, kind.items[lower]), is_smallest and lower == place - 1
                self._fall_on(change, rest, both, count - 1, after, more, is_smallest=smallest)

    def _fall_on_later(self, change: "_Change", count: int, total: int, extra: int, *, is_smallest: bool) -> None:
        """Let the intakes of the next group fall in the same change, for this one has ended."""
        if not self._is_last:  # pragma: no branch - a further fall of none is dearer than none
            later = self._table.stages[self._place + 1]
            begun = later.ordered(self._ground.start)
            later._fall_on(change, begun, (), count, total, extra, is_smallest=is_smallest)

    def _land(self, change: "_Change", item: int, others: Items, total: int, extra: int, *, is_smallest: bool) -> None:
        """The last fall of a change: the least of a stretch of a row."""
        row = self._rows.get(others, self._none)
        kind, place = self._items[item]
        falls, base = self._falls, total - kind.doses[place]
        first, weights = falls.weights(change.total)
        begin, even = bisect_left(kind.doses, change.lowest - base), self._stretch(others, kind)
        a, b = max(begin, even[0]), min(place, even[1])
        places = [*range(a, b)]
        if is_smallest and begin < place and not a <= place - 1 < b:
            places.append(place - 1)
        for lower in places:
            onward = row[lower] + extra + kind.switches(place, lower)
            if onward < change.worth:
                worth = onward + weights[falls.index[base + kind.doses[lower]] - first]
                change.worth = min(change.worth, worth)


@dataclass(slots=True)
class _Change:
    """Changes in which several intakes fall: from which total, down to which a lighter one can be, the best known."""

    total: int
    lowest: int
    worth: int


def _extend(chosen: Items, items: list[int], count: int, left: list[int], kinds: list[int]) -> Iterator[Items]:
    """Each choice of so many further items, none above the one before it, of each kind as many as are left."""
    if not count:
        yield chosen
        return
    for number, item in enumerate(items):
        kind = kinds[item]
        if left[kind]:
            left[kind] -= 1
            yield from _extend((*chosen, item), items[: number + 1], count - 1, left, kinds)
            left[kind] += 1


def _kinds_of(ground: StateSpace, group: tuple[int, ...]) -> list[_Kind]:
    members: dict[int, list[int]] = {}
    for intake in group:
        members.setdefault(ground.kinds[intake], []).append(intake)
    made = []
    for intakes in members.values():
        line = ground.lines[intakes[0]]
        shares = [ground.share_of(intakes[0], dose) for dose in line.doses]
        beside = [max(share + ground.spread, above) for share, above in zip(shares, [*shares[1:], FAR], strict=True)]
        is_mixed = len({dose in line.liquid for dose in line.doses if dose}) == 2
        handling = [line.costs[dose] for dose in line.doses]
        switch = ground.switch if is_mixed else 0
        made.append(_Kind(tuple(intakes), line.doses, handling, shares, beside, line.liquid, switch))
    return made
