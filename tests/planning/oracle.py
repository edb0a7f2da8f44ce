"""A slow, independent planner: it writes down every plan there is and sorts them. It shares no code with the solver."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product as combinations

State = tuple[Fraction, ...]


@dataclass(frozen=True)
class Tablet:
    name: str
    strength: Fraction
    parts: int


@dataclass(frozen=True)
class Liquid:
    name: str
    per_ml: Fraction
    least: Fraction
    mark: Fraction


@dataclass(frozen=True)
class Ruling:
    """A pace, spelled out: `kind` is one of fixed, start, current, bands, occupancy."""

    kind: str
    size: Fraction
    at_least: Fraction | None = None
    last_dose: Fraction | None = None
    bands: tuple[tuple[Fraction, Fraction], ...] = ()
    vmax: Fraction = Fraction(0)
    km: Fraction = Fraction(0)
    free: Fraction | None = None


@dataclass(frozen=True)
class Case:
    """Everything a plan depends on. `groups` are intakes that fall evenly, one group after the other."""

    start: State
    tablets: tuple[Tablet, ...]
    liquids: tuple[Liquid, ...]
    groups: tuple[tuple[int, ...], ...]
    ruling: Ruling
    accepts: Fraction
    weights: dict[str, Fraction] = field(hash=False)
    second: Ruling | None = None
    target_total: Fraction | None = None
    floor: State = ()
    fewest: int | None = None
    most: int | None = None
    mix: bool = False
    rounds: bool = False
    whole: State = ()

    @property
    def began(self) -> State:
        """What was taken before the taper as a whole began: shares and percentages of the start are of that."""
        return self.whole or self.start


def position(ruling: Ruling, mg: Fraction, start: Fraction) -> Decimal | Fraction | None:
    match ruling.kind:
        case "fixed":
            return mg / ruling.size
        case "start":
            return mg / (ruling.size * start)
        case "bands":
            # `bands` are (edge, fall) from the highest edge; each mg is charged at the fall of its band.
            place, top = Fraction(0), mg
            for edge, step in ruling.bands:
                if top > edge:
                    place += (top - edge) / step
                    top = edge
            return place
        case "occupancy":
            return ruling.vmax * mg / (ruling.km + mg) / ruling.size
    with localcontext() as context:
        context.prec = 70
        turn = -(_decimal(1 - ruling.size).ln())
        if ruling.free is not None:
            return mg / ruling.free if mg <= ruling.free else 1 + _decimal(mg / ruling.free).ln() / turn
        if ruling.at_least is None:
            return _decimal(mg).ln() / turn if mg else None
        knee = ruling.at_least / ruling.size
        if mg <= knee:
            return mg / ruling.at_least
        return _decimal(1 / ruling.size) + _decimal(mg / knee).ln() / turn


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def paces(ruling: Ruling, before: Fraction, after: Fraction, start: Fraction) -> Fraction | None:
    """The fall in paces, rounded once to nine places."""
    high, low = position(ruling, before, start), position(ruling, after, start)
    if high is None or low is None:
        return None
    difference = Fraction(high) - Fraction(low)
    return Fraction((difference * 10**9 + Fraction(1, 2)).__floor__(), 10**9)


def makeable(case: Case, up_to: Fraction) -> dict[Fraction, tuple[Fraction, bool]]:
    """Each dose with the weight of its best recipe and whether that recipe holds a liquid."""
    w = case.weights
    options: list[list[tuple[Fraction, int, int, str]]] = []
    for tablet in case.tablets:
        piece = tablet.strength / tablet.parts
        counts = [(Fraction(0), 0, 0, "")]
        number = 1
        while number * piece <= up_to and number <= w["pieces"] * tablet.parts:
            whole, rest = divmod(number, tablet.parts)
            broken = 0 if not rest else 2 if (rest, tablet.parts) in {(2, 3), (3, 4)} else 1
            counts.append((number * piece, whole + broken, broken, "tablet"))
            number += 1
        options.append(counts)
    volumes: list[tuple[Fraction, int, Fraction]] = [(Fraction(0), 0, Fraction(1))]
    for liquid in case.liquids:
        number = 1
        while number * liquid.mark * liquid.per_ml <= up_to:
            if number * liquid.mark >= liquid.least:
                volumes.append((number * liquid.mark * liquid.per_ml, number, liquid.mark * liquid.per_ml))
            number += 1
    best: dict[Fraction, tuple[tuple[int, int, int, int, bool], Fraction]] = {}
    for parts in combinations(*options):
        solid = [part for part in parts if part[3]]
        for amount, number, mark in volumes:
            measured = 1 if number else 0
            dose, pieces = sum((part[0] for part in solid), amount), sum(part[1] for part in solid)
            count = len(solid) + measured
            if not count or dose > up_to or pieces > w["pieces"] or count > w["products"]:
                continue
            if measured and solid and (not case.mix or pieces >= w["pieces"]):
                continue
            broken = sum(part[2] for part in solid)
            finer = _finer(number, dose, mark) if measured and case.rounds else 0
            weight = (
                w["divided_piece"] * broken
                + w["further_product"] * (count - 1)
                + w["further_piece"] * max(0, pieces - 1)
                + (w["measured_liquid"] + w.get("finer_volume", Fraction(1, 80)) * finer if measured else 0)
            )
            # A measured volume counts as one divided piece; where all else is equal, tablets come first.
            key = (broken + measured, pieces + measured, count, finer, bool(measured))
            if dose not in best or key < best[dose][0]:
                best[dose] = (key, weight)
    return {dose: (weight, key[-1]) for dose, (key, weight) in best.items()}


def _finer(number: int, dose: Fraction, mark: Fraction) -> int:
    """How many of the rungs 1, 2, 5, 10 ... marks up to a tenth of the dose are coarser than the volume's own."""
    rungs = [first * 10**power for power in range(6) for first in (1, 2, 5)]
    rungs = [rung for rung in rungs if rung * mark * 10 <= dose] or [1]
    own = max(rung for rung in rungs if number % rung == 0)
    return sum(1 for rung in rungs if rung > own)


def anchored(case: Case) -> Ruling | None:
    """The second limit; of a bare percentage, only the fall to 0 from one pace of the pace itself is exempt."""
    second, first = case.second, case.ruling
    if second is None or second.kind != "current" or second.at_least is not None or first.last_dose is not None:
        return second
    whole = sum(case.began, Fraction(0))
    match first.kind:
        case "fixed":
            last = first.size
        case "start":
            last = first.size * whole
        case "current":
            last = first.at_least
        case "bands":
            (edge, high), (_, low) = first.bands
            last = low if low <= edge else edge + (1 - edge / low) * high
        case _:
            last = first.km * first.size / (first.vmax - first.size)
    return Ruling("current", second.size, free=last)


class Enumeration:
    """All plans of a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.second = anchored(case)
        self.floor = case.floor or tuple(Fraction(0) for _ in case.start)
        self.made = [makeable(case, dose) for dose in case.start]
        self.doses = [
            sorted({dose for dose in [*made, Fraction(0)] if low <= dose <= top})
            for made, low, top in zip(self.made, self.floor, case.start, strict=True)
        ]

    def share(self, state: State, i: int) -> Fraction:
        way = self.case.began[i] - self.floor[i]
        return (state[i] - self.floor[i]) / way if way else Fraction(0)

    def turns(self, state: State) -> list[int]:
        for group in self.case.groups:
            left = {i: self.share(state, i) for i in group}
            if max(left.values()) > 0:
                return [i for i in group if left[i] == max(left.values())]
        return []

    def is_even(self, state: State) -> bool:
        for group in self.case.groups:
            shares = [self.share(state, i) for i in group if self.case.began[i] > self.floor[i]]
            if shares and max(shares) - min(shares) > self.case.weights["spread"]:
                return False
        return True

    def changes(self, state: State) -> set[State]:
        """Every regimen that one change can lead to: falls in turn, no intake twice."""
        found: set[State] = set()

        def go(now: State, used: frozenset[int], all_smallest: bool) -> None:
            for i in self.turns(now):
                if i in used:
                    continue
                lower = [dose for dose in self.doses[i] if dose < now[i]]
                for dose in lower:
                    after = tuple(dose if k == i else old for k, old in enumerate(now))
                    smallest = all_smallest and dose == max(lower)
                    if smallest or self.is_even(after):
                        found.add(after)
                    go(after, used | {i}, smallest)

        go(state, frozenset(), True)
        return found

    def plans(self) -> Iterator[tuple[State, ...]]:
        yield from self._from((self.case.start,))

    def _from(self, path: tuple[State, ...]) -> Iterator[tuple[State, ...]]:
        case, state = self.case, path[-1]
        total = sum(state)
        stops = case.ruling.last_dose is not None and case.target_total is None and not any(self.floor)
        if stops and total <= (case.ruling.last_dose or 0):
            yield (*path, tuple(Fraction(0) for _ in state))
            return
        done = state == self.floor if case.target_total is None else total == case.target_total
        if done:
            yield path
            return
        for after in self.changes(state):
            low = sum(after)
            if (stops and not low) or (case.target_total is not None and low < case.target_total):
                continue
            yield from self._from((*path, after))

    def rank(self, path: tuple[State, ...]) -> tuple[Fraction, Fraction, int, tuple[Fraction, ...], tuple[State, ...]]:
        case, w = self.case, self.case.weights
        whole = sum(case.began)
        excess = cost = Fraction(0)
        stops = case.ruling.last_dose is not None and case.target_total is None and not any(self.floor)
        for index in range(1, len(path)):
            before, after = path[index - 1], path[index]
            if stops and index == len(path) - 1:
                break
            high, low = sum(before), sum(after)
            r = paces(case.ruling, high, low, whole)
            excess += max(Fraction(0), (r or Fraction(0)) - case.accepts) ** 2
            if self.second is not None:
                other = paces(self.second, high, low, whole)
                excess += max(Fraction(0), (other or Fraction(0)) - 1) ** 2
            if r is not None:
                cost += (w["short"] if r <= 1 else w["long"]) * (r - 1) ** 2
            fallen = [i for i in range(len(before)) if before[i] != after[i]]
            cost += w["further_intake"] * (len(fallen) - 1)
            for i, dose in enumerate(after):
                if dose:
                    cost += self.made[i][dose][0]
                if i in fallen and dose and self.made[i][dose][1] != self.made[i][before[i]][1]:
                    cost += w["change_of_form"]
        totals = tuple(-sum(state) for state in path[1:])
        return excess, cost, len(path) - 1, totals, path[1:]

    def best(self) -> tuple[Fraction, Fraction, int, tuple[Fraction, ...], tuple[State, ...]] | None:
        case = self.case
        ranks = (
            self.rank(path)
            for path in self.plans()
            if (case.fewest is None or len(path) > case.fewest) and (case.most is None or len(path) <= case.most + 1)
        )
        return min(ranks, default=None)
