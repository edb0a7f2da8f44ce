"""Search space: the doses each intake can take, as integers, and what handling them costs."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, reduce
from math import gcd, lcm
from operator import or_

from taper._base.limits import MOST_TOTALS
from taper._base.shown import some_of
from taper._base.work import Work
from taper.amounts.dose import Dose
from taper.errors import CannotCompute
from taper.paces.rulers import ONE_PACE, MeasuredPace, between
from taper.plans.regimen import Intake, Regimen, Slot
from taper.plans.weights import Weights

_FEW = 6
_MOST_BITS = 10**7
"""How many bits stand for the totals of a day at most; where they would be more, the totals are added one by one."""
_MOST_SHIFTED = 10**11
"""How many bits are shifted at most to find the totals of a day."""
_MOST_ADDED = 10**7
"""How many doses are added at most to find the totals of a day."""

Places = tuple[int | None, ...]
"""Where a total lies on each ruler."""

State = tuple[int, ...]
"""One day's regimen: the dose of each intake, in grains, by time of day."""


class TooManyStates(CannotCompute):
    """More regimens than can be searched; the message names the times of day and what makes them so many."""


@dataclass(frozen=True, slots=True)
class DoseLadder:
    """One intake: the doses it can take, from the least, and what each costs to handle.

    `start` is what it takes now, `whole` what it took before the taper as a whole began, `floor` where it ends.
    """

    slot: Slot
    doses: tuple[int, ...]
    costs: Mapping[int, int]
    liquid: frozenset[int]
    start: int
    floor: int
    whole: int

    def below(self, dose: int) -> tuple[int, ...]:
        """The doses it can fall to, from the largest."""
        return self.doses[: self.place(dose)][::-1]

    def place(self, dose: int) -> int:
        """Where a dose stands among its doses, the least at 0."""
        return bisect_left(self.doses, dose)


class StateSpace:
    """Everything the search needs, in integers: lines of doses, positions on rulers, costs, whose turn it is."""

    def __init__(
        self,
        lines: tuple[DoseLadder, ...],
        *,
        grain: Fraction,
        groups: tuple[tuple[int, ...], ...],
        measure: MeasuredPace,
        weights: Weights,
        target: int | None,
        places: dict[int, Places] | None = None,
        work: Work | None = None,
    ) -> None:
        self.work = Work() if work is None else work
        self.lines = lines
        self.grain = grain
        # An intake that has nowhere to fall has no turn.
        self.groups = tuple(
            kept for group in groups if (kept := tuple(i for i in group if lines[i].start > lines[i].floor))
        )
        self._shares = groups
        self.measure = measure
        self.weights = weights
        self.target = target
        self._accepts = tuple((index, limit.accepts) for index, limit in enumerate(measure.limits, 1))
        self.start: State = tuple(line.start for line in lines)
        self.floor: State = tuple(line.floor for line in lines)
        stop = measure.stop_from
        self.stop = None if stop is None or (target or sum(self.floor)) else int(stop / grain)
        self.scale = weights.scale
        self.unit = self.scale * ONE_PACE**2
        self.further = int(weights.further_intake * self.scale) * ONE_PACE**2
        self.switch = int(weights.change_of_form * self.scale) * ONE_PACE**2
        self.short, self.long = int(weights.short * self.scale), int(weights.long * self.scale)
        self.has_forms = any(line.liquid for line in lines)
        self.alike = self._alike()
        self.kinds = tuple(next((kind[0] for kind in self.alike if i in kind), i) for i in range(len(lines)))
        self._places: dict[int, Places] = {} if places is None else places
        self._falls: dict[int, dict[int, tuple[int, int]]] = {}
        self._even: dict[State, bool] = {}
        self._turns: dict[State, tuple[int, ...]] = {}
        self._handled: dict[State, int] = {}
        way = [max(line.whole, line.start) - line.floor for line in lines]
        self._way = lcm(*(part for part in way if part)) if any(way) else 1
        self._share = [self._way // part if part else 0 for part in way]
        self.spread = int(weights.spread * self._way)
        self.keeps_ended = any(sum(1 for i in group if self._share[i]) > 1 for group in groups)

    def _alike(self) -> tuple[tuple[int, ...], ...]:
        """The intakes that can stand for each other: the same doses, costs and shares, in one group of the order."""
        found: dict[tuple[object, ...], list[int]] = {}
        for index, line in enumerate(self.lines):
            place = next((number for number, group in enumerate(self._shares) if index in group), -1)
            key = (line.doses, tuple(line.costs.items()), line.liquid, line.start, line.floor, line.whole, place)
            found.setdefault(key, []).append(index)
        return tuple(tuple(members) for members in found.values() if len(members) > 1)

    def canonical(self, state: State) -> State:
        """The regimen that stands for all that differ from one only by which of several like intakes takes what."""
        if len(self.alike) == 1 and len(self.alike[0]) == len(state):
            return tuple(sorted(state))
        made = list(state)
        for members in self.alike:
            for place, dose in zip(members, sorted(state[place] for place in members), strict=True):
                made[place] = dose
        return tuple(made)

    def is_goal(self, state: State) -> bool:
        """Whether a plan may end here."""
        return state == self.floor if self.target is None else sum(state) == self.target

    def below(self, intake: int, dose: int) -> tuple[int, ...]:
        """The doses that one intake can fall to from a dose, the largest first."""
        return self.lines[intake].below(dose)

    def share_of(self, intake: int, dose: int) -> int:
        """The share that an intake has before it at a dose."""
        return (dose - self.floor[intake]) * self._share[intake]

    def beside_group(self, group: tuple[int, ...], later: set[int]) -> tuple[bool, bool]:
        """Whether an intake that cannot fall counts in a group, and whether all other groups are even meanwhile.

        Groups before it have ended, those after it have not begun.
        """
        idle, others_even = False, True
        for shared in self._shares:
            if group[0] in shared:
                idle = any(self._share[i] for i in shared if i not in group)
                continue
            at = [self.share_of(i, self.start[i] if i in later else self.floor[i]) for i in shared if self._share[i]]
            others_even = others_even and (not at or max(at) - min(at) <= self.spread)
        return idle, others_even

    def turns(self, state: State) -> tuple[int, ...]:
        """The intakes whose turn it is: those with the largest share in the first group that can fall."""
        known = self._turns.get(state)
        if known is None:
            known = self._turns[state] = self._whose(state)
        return known

    def _whose(self, state: State) -> tuple[int, ...]:
        for group in self.groups:
            shares = [(state[index] - self.floor[index]) * self._share[index] for index in group]
            most = max(shares)
            if most > 0:
                return tuple(index for index, share in zip(group, shares, strict=True) if share == most)
        return ()

    def is_even(self, state: State) -> bool:
        """Whether the shares inside each group lie no further apart than allowed."""
        known = self._even.get(state)
        if known is None:
            known = self._even[state] = self._is_even(state)
        return known

    def _is_even(self, state: State) -> bool:
        for group in self._shares:
            shares = [(state[i] - self.floor[i]) * self._share[i] for i in group if self._share[i]]
            if shares and max(shares) - min(shares) > self.spread:
                return False
        return True

    def places(self, total: int) -> Places:
        """Where a total lies on the ruler of the pace and on that of each limit."""
        found = self._places.get(total)
        if found is None:
            mg = total * self.grain
            first = self.measure.ruler
            here = first.position(mg)
            others = (limit.ruler for limit in self.measure.limits)
            rest = (here if ruler is first else ruler.position(mg) for ruler in others)
            found = self._places[total] = (here, *rest)
        return found

    def fall(self, high: int, low: int) -> tuple[int, int]:
        """The excess of a fall between two totals, squared and summed over the limits, and the cost of its misfit."""
        known = self._falls.setdefault(high, {})
        found = known.get(low)
        if found is None:
            found = known[low] = self.measured_at(self.places(high), self.places(low))
        return found

    def excess(self, high: int, low: int) -> int:
        """The squared excess of a fall between two totals, summed over the limits."""
        return self.fall(high, low)[0]

    def measured(self, high: int, low: int) -> tuple[int, int]:
        """The same as `fall`, without keeping it."""
        return self.measured_at(self.places(high), self.places(low))

    def measured_at(self, before: Places, after: Places) -> tuple[int, int]:
        """The same as `fall`, of where the totals lie."""
        excess = 0
        for index, accepts in self._accepts:
            over = (between(before[index], after[index]) or 0) - accepts
            if over > 0:
                excess += over * over
        fall = between(before[0], after[0])
        off = 0 if fall is None else fall - ONE_PACE
        return excess, off * off * (self.short if off <= 0 else self.long)

    def handle(self, state: State) -> int:
        """What it costs to handle a regimen."""
        known = self._handled.get(state)
        if known is None:
            pairs = zip(self.lines, state, strict=True)
            known = self._handled[state] = sum(line.costs[dose] for line, dose in pairs)
        return known

    def switches(self, before: State, after: State) -> int:
        """What it costs that intakes change between tablets and liquid."""
        if not self.has_forms:
            return 0
        changed = 0
        for line, old, new in zip(self.lines, before, after, strict=True):
            if new != old and new and old and (old in line.liquid) != (new in line.liquid):
                changed += 1
        return changed * self.switch

    def regimen(self, state: State) -> Regimen:
        """A state as a regimen."""
        pairs = zip(self.lines, state, strict=True)
        return Regimen(Intake(line.slot, Dose(dose * self.grain)) for line, dose in pairs if dose)

    def only(self, cost: int, step: int) -> "StateSpace":
        """The same question with no dose that costs more than so much to handle, and of the others every so many."""
        lines = []
        for line in self.lines:
            ends = {line.start, line.floor}
            kept = [dose for dose in reversed(line.doses) if line.costs[dose] <= cost or dose in ends]
            doses = tuple(sorted({*kept[::step], *ends}))
            lines.append(replace(line, doses=doses))
        return StateSpace(
            tuple(lines),
            grain=self.grain,
            groups=self._shares,
            measure=self.measure,
            weights=self.weights,
            target=self.target,
            places=self._places,
            work=self.work,
        )

    @property
    def is_too_fine(self) -> bool:
        """Whether the totals of a day alone are too many to compare."""
        return self._sums is None

    @property
    def totals(self) -> list[int]:
        """Every total of doses that the intakes can take.

        Raises:
            TooManyStates: If they are too many to compare.
        """
        if self._sums is None:
            raise self.too_many(MOST_TOTALS)
        return self._sums

    @cached_property
    def _sums(self) -> list[int] | None:
        """The totals, found by the bits of a number where they lie close, and one by one where they lie far apart."""
        unit = gcd(*(dose for line in self.lines for dose in line.doses)) or 1
        doses = [[dose // unit for dose in line.doses] for line in self.lines]
        width = sum(map(max, doses))
        if width <= _MOST_BITS:
            if width * sum(map(len, doses)) > _MOST_SHIFTED:
                return None
            bits = reduce(lambda sums, line: reduce(or_, (sums << dose for dose in line)), doses, 1)
            found = [place for place, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]
        else:
            sums, work = {0}, 0
            for line in doses:
                work += len(sums) * len(line)
                if work > _MOST_ADDED or len(sums) > MOST_TOTALS:
                    return None
                sums = {total + dose for total in sums for dose in line}
            found = sorted(sums)
        return [place * unit for place in found] if len(found) <= MOST_TOTALS else None

    def too_many(self, limit: int) -> TooManyStates:
        """The error that names the times of day and the number of doses at each."""
        sizes = some_of([f"{line.slot}: {len(line.doses)} doses" for line in self.lines])
        fewer = "fewer times of day, " * (len(self.lines) > _FEW)
        liquid = " The liquid's graduation makes most of them; measure in coarser steps." * any(
            line.liquid for line in self.lines
        )
        return TooManyStates(
            f"more than {limit} regimens could be taken on the way ({sizes}).{liquid} "
            f"Give {fewer}fewer products, a coarser graduation, or another order"
        )


def falls_of(
    ground: StateSpace,
    state: State,
    falls: int,
    least: int,
    *,
    each: bool = False,
    is_in_vain: Callable[[int, int], bool] | None = None,
) -> Iterator[State]:
    """Each regimen to which so many intakes fall in turn, down to a total.

    Of like intakes whose turn it is at one dose the first stands for all, unless each is asked for. Where so many more
    intakes are to fall from a total, and that is in vain, no lower dose is tried.
    """

    def extend(now: State, used: tuple[int, ...], left: int, *, smallest: bool) -> Iterator[State]:
        seen: set[tuple[int, int]] = set()
        for intake in ground.turns(now):
            kind = (intake if each else ground.kinds[intake], now[intake])
            if intake in used or kind in seen:
                continue
            seen.add(kind)
            line, spare = ground.lines[intake], sum(now) - least
            first = line.place(now[intake]) - 1
            for place in range(first, -1, -1):
                dose = line.doses[place]
                if now[intake] - dose > spare:
                    break
                after = (*now[:intake], dose, *now[intake + 1 :])
                is_smallest = smallest and place == first
                if left > 1 and is_in_vain is not None and is_in_vain(sum(after), left - 1):
                    break
                if left > 1:
                    yield from extend(after, (*used, intake), left - 1, smallest=is_smallest)
                elif is_smallest or ground.is_even(after):
                    yield after

    yield from extend(state, (), falls, smallest=True)


def line_of(made: Mapping[int, tuple[int, bool]], *, slot: Slot, start: int, floor: int, whole: int) -> DoseLadder:
    """One intake's line of doses, from each dose in grains with the cost of handling it and whether it is a liquid."""
    costs, liquid = {0: 0}, set()
    for dose, (cost, has_liquid) in made.items():
        if floor <= dose <= start:
            costs[dose] = cost
            if has_liquid:
                liquid.add(dose)
    doses = tuple(sorted(dose for dose in costs if dose >= floor))
    return DoseLadder(slot, doses, costs, frozenset(liquid), start, floor, whole)
