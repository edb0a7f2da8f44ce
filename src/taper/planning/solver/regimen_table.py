"""Lower bound by regimen: the least excess and cost of the rest of a plan from every regimen it can meet."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, combinations
from math import comb, prod
from operator import add, itemgetter

from taper.planning.solver.lower_bound import TotalsBound, places_of, shape_of
from taper.planning.solver.state_space import State, StateSpace, falls_of

_INFINITE = float("inf")
_SURE = 1 - 1e-12
_NOTHING = 10**60, _INFINITE
_MOST_PICKS = 20
_SMALL = 300
Pair = tuple[int, float]
"""An excess, exactly, and a cost in squared paces, in floating point and never too high."""
_Places = tuple[int, ...]
"""A regimen by where each dose stands on its ladder, like intakes side by side and from the least."""


@dataclass(slots=True)
class _Kind:
    """Intakes that stand for each other, and what can be said of each of their doses.

    `beside` is the largest share beside which a dose can stand in its group, `changed` what it costs to come to a
    dose from a tablet and from a liquid. `costs` and `excesses` are the rows of the table: by all other doses of a
    regimen, what going on from each dose of this one costs, the handling of that dose included.
    """

    intakes: tuple[int, ...]
    doses: tuple[int, ...]
    handling: list[float]
    shares: list[int]
    beside: list[float]
    liquid: list[bool]
    changed: tuple[list[float], list[float]] | None
    begin: int = 0
    positions: range = range(0)
    costs: dict[_Places, list[float]] = field(default_factory=dict)
    excesses: dict[_Places, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Stage:
    """One group of the order while its intakes fall: the kinds in it, and what stands still beside them."""

    kinds: list[_Kind]
    still: list[_Kind]
    is_last: bool
    at_start: set[int]
    idle: bool
    others_even: bool

    @property
    def count(self) -> int:
        """How many intakes fall."""
        return sum(len(kind.intakes) for kind in self.kinds)


class RegimenTable:
    """From every regimen on the way, the least excess and then the least cost of getting to the end.

    Backward dynamic programming over regimens in which like intakes stand for each other, from the least total up.
    One fall is counted as it is. That several intakes fall in one change is relaxed: where two do, they may arrive at
    any two doses; where more do, at any regimen of the new total. It costs a third more for each further intake, so
    the relaxation seldom shows, and what is found is a bound that is mostly exact.

    The regimens that one intake can fall to differ in that intake alone. So what comes after is kept in rows: a row
    for each choice of the other doses, with an entry for each dose of the one. The best fall is the least sum of a
    stretch of a row and of the misfits of the falls, and no regimen is built to look one up.
    """

    def __init__(self, ground: StateSpace) -> None:
        self._ground = ground
        self._kinds = _kinds_of(ground)
        self._stages = list(_stages_of(ground, self._kinds))
        self._tells = len(self._kinds) > 1
        self._begins = [kind.begin for kind in self._kinds for _ in kind.intakes]
        self._kept = _kept(len(self._begins))
        self._picks = list(self._all_picks())
        self.totals: TotalsBound
        self._several: dict[int, Pair] = {}
        self._rests: dict[_Places, dict[int, Pair]] = {}
        self._window: list[int] = []
        self._best: dict[int, tuple[list[int], list[Pair]]] = {}
        self._by_top: dict[float, Pair] = {}
        self._over: dict[tuple[int, float], Pair] = {}
        self.listed: list[int] = []
        self._any_excess = False

    def _all_picks(self) -> Iterator[Callable[[_Places], _Places]]:
        """Each way to leave out two doses or more: the others are the key of what the regimen is worth."""
        count = len(self._begins)
        for falls in range(2, self._kept + 1):
            for out in combinations(range(count), falls):
                if self._tells:
                    yield partial(_pick, out, begins=self._begins)
                else:
                    stay = [place for place in range(count) if place not in out]
                    yield itemgetter(*stay) if len(stay) > 1 else itemgetter(slice(stay[0], stay[0] + 1))

    @property
    def count(self) -> int:
        """How many regimens there are on the way, without listing them."""
        return sum(_count(stage) for stage in self._stages)

    def fill(self) -> None:
        """Work out every regimen."""
        ground, by_total = self._ground, self._list()
        end = ground.target if ground.target is not None else sum(ground.floor)
        least = end if ground.stop is None else 1
        totals = sorted((total for total in by_total if total >= least), reverse=True)
        self.listed, self.totals = totals, TotalsBound(ground, totals)
        if not self.totals.excess:
            return
        self._near = dict(zip(totals, places_of(ground, totals)[0], strict=True))
        self._shape = shape_of(ground)
        self._misfits: dict[tuple[int, int, int], list[float]] = {}
        for total in reversed(totals):
            index = self.totals.index
            self._window = totals[index[total] + 1 : index[self.totals.reach[total]] + 1]
            self._by_top = {}
            self._several[total] = several = self._fall_of_several(total, _INFINITE)
            tops: dict[int, Pair] = {}
            for places, stage in by_total.pop(total):
                handling = self._handle(places)
                excess, cost = self._onward(places, stage, total, handling, several)
                self._store(places, excess, cost)
                pair = excess, cost + handling
                self._store_rests(places, total, pair)
                top = self._top(places, stage)
                if top not in tops or pair < tops[top]:
                    tops[top] = pair
            shares = sorted(tops)
            self._best[total] = shares, list(accumulate((tops[share] for share in shares), min))
            self._misfits.clear()

    def onward(self, state: State) -> Pair | None:
        """What going on from a regimen costs at least; None if it cannot."""
        places: list[int] = []
        for kind in self._kinds:
            places += sorted(bisect_left(kind.doses, state[intake]) for intake in kind.intakes)
        kind, key = self._kinds[0], tuple(places[1:])
        if key not in kind.costs:
            return None
        cost = kind.costs[key][places[0]] - kind.handling[places[0]]
        if cost == _INFINITE:
            return None
        excess = kind.excesses[key][places[0]] if self._any_excess else 0
        return excess, cost * _SURE

    def of_several(self, total: int) -> Pair:
        """What a change in which several intakes fall costs at least from a total, further intakes not counted."""
        excess, cost = self._several[total]
        return excess, cost * _SURE

    def beyond(self, state: State, falls: int) -> Pair:
        """What a change of so many falls, beyond what was accepted, costs at least from a regimen."""
        total, top = sum(state), _INFINITE
        if len(self._stages) == 1:
            # The others had fallen to the share of the last one by its turn; one alone stays below what it had.
            shares = sorted(self._ground.share_of(i, state[i]) for i in self._ground.groups[0])
            top = shares[-falls] if falls > 1 else max(shares)
        excess, cost = self._beyond_known(total, top)
        return excess, cost * _SURE

    def _beyond_known(self, total: int, top: float) -> Pair:
        key = total, top
        if key not in self._over:
            self._over[key] = self._beyond_of(total, top)
        return self._over[key]

    def _list(self) -> dict[int, list[tuple[_Places, _Stage]]]:
        listed: dict[int, list[tuple[_Places, _Stage]]] = {}
        for stage in self._stages:
            for places in self._regimens(stage):
                total = sum(kind.doses[place] for kind, place in self._pairs(places))
                listed.setdefault(total, []).append((places, stage))
        return listed

    def _pairs(self, places: _Places) -> Iterator[tuple[_Kind, int]]:
        for kind in self._kinds:
            for position in range(kind.begin, kind.begin + len(kind.intakes)):
                yield kind, places[position]

    def _regimens(self, stage: _Stage) -> Iterator[_Places]:
        """Each regimen that can be met while a group falls."""
        yield from self._extend(stage, 0, (), -1, _INFINITE)

    def _extend(self, stage: _Stage, number: int, places: _Places, top: int, most: float) -> Iterator[_Places]:
        if number == len(self._kinds):
            if stage.is_last or top > 0:
                yield places
            return
        kind = self._kinds[number]
        if kind not in stage.kinds:
            place = len(kind.doses) - 1 if number in stage.at_start else 0
            yield from self._extend(stage, number + 1, places + (place,) * len(kind.intakes), top, most)
            return
        yield from self._extend_kind(stage, number, places, len(kind.intakes), top, most)

    def _extend_kind(
        self, stage: _Stage, number: int, places: _Places, left: int, top: int, most: float
    ) -> Iterator[_Places]:
        kind = self._kinds[number]
        first = places[-1] if left < len(kind.intakes) else 0
        first = max(first, bisect_left(kind.beside, top))
        last = len(kind.shares) if most == _INFINITE else bisect_right(kind.shares, most)
        is_end = left == 1 and number == len(self._kinds) - 1
        for place in range(first, last):
            if kind.beside[place] < kind.shares[place]:
                continue
            if is_end:
                if stage.is_last or max(top, kind.shares[place]) > 0:
                    yield (*places, place)
                continue
            new_top, new_most = max(top, kind.shares[place]), min(most, kind.beside[place])
            if left > 1:
                yield from self._extend_kind(stage, number, (*places, place), left - 1, new_top, new_most)
            else:
                yield from self._extend(stage, number + 1, (*places, place), new_top, new_most)

    def _handle(self, places: _Places) -> float:
        if len(self._kinds) == 1:
            handling = self._kinds[0].handling
            return sum([handling[place] for place in places])
        return sum([kind.handling[place] for kind, place in self._pairs(places)])

    def _store(self, places: _Places, excess: int, cost: float) -> None:
        if excess and not self._any_excess:
            self._any_excess = True
            for kind in self._kinds:
                kind.excesses = {key: [0] * len(row) for key, row in kind.costs.items()}
        for kind in self._kinds:
            last = -1
            for position in range(kind.begin, kind.begin + len(kind.intakes)):
                place = places[position]
                if place == last:
                    continue
                last = place
                key = places[:position] + places[position + 1 :]
                row = kind.costs.get(key)
                if row is None:
                    row = kind.costs[key] = [_INFINITE] * len(kind.doses)
                    if self._any_excess:
                        kind.excesses[key] = [0] * len(kind.doses)
                row[place] = cost + kind.handling[place]
                if self._any_excess:
                    kind.excesses[key][place] = excess

    def _store_rests(self, places: _Places, total: int, pair: Pair) -> None:
        """Keep what a regimen is worth by all its doses but some, and by its total."""
        rests = self._rests
        for pick in self._picks:
            key = pick(places)
            held = rests.get(key)
            if held is None:
                rests[key] = {total: pair}
            elif total not in held or pair < held[total]:
                held[total] = pair

    def _fall_of_some(self, key: _Places, total: int, top: float) -> Pair:
        """What it costs at least that the intakes left out of a key fall in one change, further ones not counted."""
        near, shape, here = self._near, self._shape, self._near[total]
        excess, cost = self._beyond_known(total, top)
        held = self._rests.get(key)
        if held is None:
            return excess, cost
        for low in self._window:
            pair = held.get(low)
            if pair is not None and pair[0] <= excess:
                whole = shape(here - near[low]) + pair[1]
                if pair[0] < excess or whole < cost:
                    excess, cost = pair[0], whole
        return excess, cost

    def _onward(self, places: _Places, stage: _Stage, total: int, handling: float, several: Pair) -> Pair:
        ground = self._ground
        if ground.stop is not None:
            if total <= ground.stop:
                return 0, 0.0
        elif total == ground.target or (ground.target is None and total == sum(ground.floor)):
            return 0, 0.0
        if self._is_small(places):
            return self._exactly(places, total)
        found: Pair = _NOTHING
        top = self._top(places, stage)
        for kind in stage.kinds:
            position = kind.begin + len(kind.intakes) - 1
            if top > 0 and kind.shares[places[position]] == top:
                pair = self._fall_of_one(places, stage, kind, position, total, handling)
                if pair is not None and pair < found:
                    found = pair
        further = ground.further / ground.unit
        for falls in range(2, (len(places) if len(self._stages) > 1 else stage.count) + 1):
            more = (falls - 1) * further
            if (several[0], several[1] + more) >= found:
                break
            top_after = self._top_after(places, stage, falls)
            least = self._fall_of_several(total, top_after)
            key = self._left(places, stage, falls) if (least[0], least[1] + more) < found else None
            if key is not None:
                least = max(least, self._fall_of_some(key, total, top_after))
            found = min(found, (least[0], least[1] + more))
        return found

    def _left(self, places: _Places, stage: _Stage, falls: int) -> _Places | None:
        """The key of what stays when the intakes with the largest shares fall; None where more may take part."""
        if falls > self._kept:
            return None
        if not self._tells:
            return places[:-falls]
        at = [(kind.shares[places[p]], kind.begin, p) for kind in stage.kinds for p in kind.positions]
        at.sort(reverse=True)
        if (
            len(at) <= falls
            or at[falls - 1][0] == 0
            or (at[falls - 1][0] == at[falls][0] and at[falls - 1][1] != at[falls][1])
        ):
            return None
        return _pick(sorted(place for _, _, place in at[:falls]), places, self._begins)

    def _is_small(self, places: _Places) -> bool:
        """Whether every change from a regimen can be written out: near the end, where falls are forced."""
        return len(places) > 1 and prod(place + 1 for place in places) <= _SMALL

    def _exactly(self, places: _Places, total: int) -> Pair:
        """What going on from a regimen costs, with every change written out."""
        ground, found, state = self._ground, _NOTHING, [0] * len(places)
        for kind in self._kinds:
            for intake, position in zip(kind.intakes, kind.positions, strict=True):
                state[intake] = kind.doses[places[position]]
        least = self.listed[-1]
        for falls in range(1, len(places) + 1):
            for after in falls_of(ground, tuple(state), falls, least):
                onward = self.onward(after)
                if onward is None:
                    continue
                low = sum(after)
                cost = self._shape(self._near[total] - self._near[low]) + ground.handle(after) / ground.unit
                cost += (ground.further * (falls - 1) + ground.switches(tuple(state), after)) / ground.unit
                found = min(found, (ground.excess(total, low) + onward[0], cost * _SURE + onward[1]))
        return found

    def _even(self, places: _Places, stage: _Stage, kind: _Kind, position: int) -> tuple[int, int]:
        """The stretch of a ladder in which a dose stands evenly beside all others: from, and up to but not with."""
        if not stage.others_even:
            return 0, 0
        shares = []
        for other in stage.kinds:
            end = other.begin + len(other.intakes)
            first = other.begin + (1 if other is kind and position == other.begin else 0)
            last = end - 1 - (1 if position == end - 1 else 0)
            if first <= last:
                shares += [other.shares[places[first]], other.shares[places[last]]]
        if stage.idle:
            shares.append(0)
        if not shares:
            return 0, len(kind.doses)
        low, high, spread = min(shares), max(shares), self._ground.spread
        if high - low > spread:
            return 0, 0
        return bisect_left(kind.shares, high - spread), bisect_right(kind.shares, low + spread)

    def _fall_of_one(
        self, places: _Places, stage: _Stage, kind: _Kind, position: int, total: int, handling: float
    ) -> Pair | None:
        """The best fall of the intake whose turn it is, and what comes after."""
        place = places[position]
        key = places[:position] + places[position + 1 :]
        row = kind.costs.get(key)
        if row is None:
            return None
        accepted = bisect_left(kind.doses, kind.doses[place] - (total - self.totals.reach[total]))
        begin, end = self._even(places, stage, kind, position)
        begin, end = max(begin, accepted), min(end, place)
        smallest = place - 1
        stretches = [(begin, end)] if begin < end else []
        if smallest >= accepted and not begin <= smallest < end:
            stretches.append((smallest, place))
        least, found = self.totals.excess[total], None
        for first, last in stretches:
            pair = self._least(kind, key, row, place, first, last, total, accepted)
            if pair is not None and (found is None or pair < found):
                found = pair
        if found is None or found[0] > least:
            found = self._beyond(kind, key, row, place, self._even(places, stage, kind, position), total, found)
        if found is None:
            return None
        return found[0], found[1] + handling - kind.handling[place]

    def _least(
        self,
        kind: _Kind,
        key: _Places,
        row: list[float],
        place: int,
        first: int,
        last: int,
        total: int,
        accepted: int,
    ) -> Pair | None:
        misfits = self._misfits_of(kind, place, total, accepted)[first - accepted : last - accepted]
        sums = map(add, misfits, row[first:last])
        if kind.changed is not None:
            sums = map(add, sums, kind.changed[kind.liquid[place]][first:last])
        if not self._any_excess:
            cost = min(sums)
            return (0, cost) if cost < _INFINITE else None
        excesses = kind.excesses[key]
        pairs = zip(excesses[first:last], sums, strict=True)
        return min((pair for pair in pairs if pair[1] < _INFINITE), default=None)

    def _misfits_of(self, kind: _Kind, place: int, total: int, accepted: int) -> list[float]:
        key = (kind.begin, place, total)
        found = self._misfits.get(key)
        if found is None:
            near, shape, here = self._near, self._shape, self._near[total]
            low = total - kind.doses[place]
            found = self._misfits[key] = [
                shape(here - near[low + dose]) if low + dose in near else _INFINITE
                for dose in kind.doses[accepted:place]
            ]
        return found

    def _beyond(
        self,
        kind: _Kind,
        key: _Places,
        row: list[float],
        place: int,
        even: tuple[int, int],
        total: int,
        found: Pair | None,
    ) -> Pair | None:
        """The best fall, also of those beyond what was accepted."""
        ground, near, excesses = self._ground, self._near, kind.excesses.get(key)
        low = total - kind.doses[place]
        for other in range(place - 1, -1, -1):
            if row[other] == _INFINITE or not (other == place - 1 or even[0] <= other < even[1]):
                continue
            after = low + kind.doses[other]
            excess = ground.excess(total, after) + (excesses[other] if excesses else 0)
            cost = self._shape(near[total] - near[after]) + row[other]
            if kind.changed is not None:
                cost += kind.changed[kind.liquid[place]][other]
            if found is None or (excess, cost) < found:
                found = excess, cost
        return found

    def _fall_of_several(self, total: int, top: float) -> Pair:
        """What it costs at least to go to a regimen of a lower total with no share above one, and on from there."""
        known = self._by_top.get(top)
        if known is not None:
            return known
        near, shape = self._near, self._shape
        found = _NOTHING
        for low in self._window:
            shares, pairs = self._best[low]
            count = bisect_right(shares, top)
            if count:
                excess, cost = pairs[count - 1]
                found = min(found, (excess, shape(near[total] - near[low]) + cost))
        found = min(found, self._beyond_of(total, top, found))
        self._by_top[top] = found
        return found

    def _beyond_of(self, total: int, top: float, found: Pair = _NOTHING) -> Pair:
        """The same of falls beyond what was accepted, if one of them can be better than what is known."""
        near, shape = self._near, self._shape
        begin = self.totals.index[self.totals.reach[total]] + 1
        for low in self.listed[begin:]:
            over = self._ground.excess(total, low)
            if over > found[0]:
                break
            shares, pairs = self._best[low]
            count = bisect_right(shares, top)
            if count:
                excess, cost = pairs[count - 1]
                found = min(found, (over + excess, shape(near[total] - near[low]) + cost))
        return found

    def _top(self, places: _Places, stage: _Stage) -> int:
        """The largest share in the group that falls."""
        return max([kind.shares[places[kind.begin + len(kind.intakes) - 1]] for kind in stage.kinds])

    def _top_after(self, places: _Places, stage: _Stage, falls: int) -> float:
        """The largest share that can be left when so many intakes have fallen in one change.

        The last of them had the largest share when its turn came, so all others had fallen to that or less.
        """
        if len(self._stages) > 1:
            return _INFINITE
        if not self._tells:
            return self._kinds[0].shares[places[-falls]]
        return sorted(kind.shares[places[place]] for kind in stage.kinds for place in kind.positions)[-falls]


def _kept(intakes: int) -> int:
    """Up to how many falls in one change are told by the doses that stay; more are told by the total alone.

    As many as leave few enough choices of which doses those are.
    """
    falls, picks = 1, 0
    while falls + 1 < intakes and picks + comb(intakes, falls + 1) <= _MOST_PICKS:
        falls += 1
        picks += comb(intakes, falls)
    return falls


def _pick(out: Sequence[int], places: _Places, begins: Sequence[int]) -> _Places:
    """What stays of a regimen when some places are left out, and of which kinds those are."""
    kept = tuple(dose for place, dose in enumerate(places) if place not in out)
    return (*kept, *(-1 - begins[place] for place in out))


def _kinds_of(ground: StateSpace) -> list[_Kind]:
    members: dict[int, list[int]] = {}
    for intake, kind in enumerate(ground.kinds):
        members.setdefault(kind, []).append(intake)
    made: list[_Kind] = []
    begin = 0
    for intakes in members.values():
        first = intakes[0]
        line, spread = ground.lines[first], ground.spread
        shares = [ground.share_of(first, dose) for dose in line.doses]
        beside = [float(max(share + spread, above)) for share, above in zip(shares, [*shares[1:], 0], strict=True)]
        beside[-1] = _INFINITE
        liquid = [dose in line.liquid for dose in line.doses]
        price = ground.switch / ground.unit
        is_mixed = len({is_liquid for dose, is_liquid in zip(line.doses, liquid, strict=True) if dose}) == 2
        changed = tuple(
            [price if dose and is_liquid != before else 0.0 for dose, is_liquid in zip(line.doses, liquid, strict=True)]
            for before in (False, True)
        )
        handling = [line.costs[dose] / ground.unit for dose in line.doses]
        made_of = _Kind(
            tuple(intakes),
            line.doses,
            handling,
            shares,
            beside,
            liquid,
            (changed[0], changed[1]) if is_mixed else None,
            begin,
            range(begin, begin + len(intakes)),
        )
        made.append(made_of)
        begin += len(intakes)
    return made


def _stages_of(ground: StateSpace, kinds: list[_Kind]) -> Iterator[_Stage]:
    """The groups of the order, one after the other; one stage in which nothing falls if there are none."""
    for number, group in enumerate(ground.groups):
        later = {intake for other in ground.groups[number + 1 :] for intake in other}
        inside = [kind for kind in kinds if kind.intakes[0] in group]
        still = [kind for kind in kinds if kind.intakes[0] not in group]
        at_start = {place for place, kind in enumerate(kinds) if kind.intakes[0] in later}
        idle, others_even = ground.beside_group(group, later)
        yield _Stage(inside, still, number == len(ground.groups) - 1, at_start, idle, others_even)


def _count(stage: _Stage) -> int:
    """How many regimens a group can take, by its largest share."""
    tops = sorted({share for kind in stage.kinds for share in kind.shares})
    found = 0
    for top in tops:
        sizes = []
        for kind in stage.kinds:
            first = bisect_left(kind.beside, top)
            sizes.append((len(kind.intakes), first, bisect_left(kind.shares, top), bisect_right(kind.shares, top)))
        up_to = prod(comb(last - first + n - 1, n) if last > first else 0 for n, first, _, last in sizes)
        under = prod(comb(last - first + n - 1, n) if last > first else 0 for n, first, last, _ in sizes)
        found += up_to - under
    return found
