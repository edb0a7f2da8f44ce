"""The planning problem: doses now, target, pace, products and order of intakes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations as choices
from itertools import product as combinations

from taper._base.limits import MOST_DOSES, MOST_STEPS
from taper._base.numbers import common_grain
from taper._base.work import Work
from taper.amounts.dose import DailyDose, Dose
from taper.errors import CannotCompute, InvalidInput
from taper.paces.pace import OfCurrent, Pace
from taper.paces.rulers import ONE_PACE, MeasuredPace, measure_of
from taper.planning.solver.search import Route
from taper.planning.solver.solve import solve
from taper.planning.solver.state_space import DoseLadder, StateSpace, TooManyStates, line_of
from taper.plans.order import Order
from taper.plans.regimen import NOTHING, Intake, Regimen, Slot
from taper.plans.request import Forms
from taper.plans.weights import Weights
from taper.products.counts import TooManyDoses
from taper.products.liquid_rounding import Measure
from taper.products.product import Product
from taper.products.recipes import NotReachable, Reachable, Recipe

_NONE = Dose(0)
_MOST_CHOICES = 200
_MOST_WORK = 80_000_000
_MOST_OF_FORMS = 40_000_000
_LISTED = 500
"""How much work all choices of products and all of forms may take; and as how much of it a listed dose counts."""
_MOST_LADDERS = 2
_MOST_OF_ONE_FORM = 6
_Choice = tuple[bool | None, ...]
"""Of each intake whether it is on liquid; None if it may be on either."""


class NoPlan(CannotCompute):
    """No sequence of doses that these products make arrives at the target; the message says what stands in the way."""


@dataclass(frozen=True)
class Problem:
    """One question to the planner, complete; `replace` makes the same question with one thing changed."""

    drug: str
    before: Regimen
    pace: Pace
    products: tuple[Product, ...]
    order: Order
    weights: Weights
    to: Regimen | DailyDose = NOTHING
    start: Regimen | None = None
    forms: Forms = "any"
    mix_forms: bool = False
    round_liquids: bool = True
    fewest_products: bool = False
    fewest: int | None = None
    most: int | None = None
    work: Work = field(default_factory=Work, compare=False, repr=False)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every time of day of the taper as a whole; where an intake has ended, it still has its share in the order."""
        return tuple(sorted({*self.before.slots, *(self.start.slots if self.start is not None else ())}))

    @property
    def measure(self) -> MeasuredPace:
        """The pace, measured from what was taken before the taper as a whole began."""
        return measure_of(self.pace, (self.start or self.before).total)

    @property
    def target(self) -> DailyDose:
        """The day's total at the end."""
        return self.to.total if isinstance(self.to, Regimen) else self.to

    def solve(self) -> "Solved":
        """The gentlest plan; of one form of tablet or capsule throughout where that costs nothing.

        With `fewest_products`, the gentlest plan of as few products as leave the least excess what it is.

        Raises:
            NoPlan: If the products make no way to the target.
            NotReachable: If they cannot make what is taken now, or the target.
        """
        found = self._solve()
        if found.route.changes > MOST_STEPS:
            raise NoPlan(
                f"at a pace of {self.pace} there are {found.route.changes} reductions, and a plan has at most "
                f"{MOST_STEPS} steps; give larger reductions"
            )
        if self.fewest_products:
            return self._of_fewest(found)
        forms = sorted({item.form for item in found.used if not item.form.is_liquid})
        for form in forms if len(forms) > 1 else ():
            alone = self.with_only([item for item in self.products if item.form is form or item.form.is_liquid])
            other = alone.try_solve()
            if other is not None and other.route.rank[:2] == found.route.rank[:2]:
                return other
        return found

    def _of_fewest(self, found: "Solved") -> "Solved":
        """The best plan of as few products as keep the least excess; of some number at a time, the fewest first."""
        tried, before = 0, self.work.done
        for count in range(1, len(self.products)):
            better: list[Solved] = []
            for kept in choices(self.products, count):
                tried += 1
                if tried > _MOST_CHOICES or self.work.done - before > _MOST_WORK:
                    return found
                other = self.with_only(kept).try_solve()
                if other is not None and other.route.excess <= found.route.excess:
                    better.append(other)
            if better:
                return min(better, key=lambda solved: solved.route.rank)
        return found

    def with_only(self, products: Iterable[Product]) -> "Problem":
        """The same question with some of the products."""
        return replace(self, products=tuple(products), fewest_products=False)

    def try_solve(self) -> "Solved | None":
        """The gentlest plan, or None if these products make none."""
        try:
            self.check()
            return self._solve()
        except (CannotCompute, InvalidInput):
            return None

    def _solve(self) -> "Solved":
        most = self.work.done + _MOST_OF_FORMS
        found = []
        for first, *rest in self._choices():
            if self.work.done > most:
                raise self._too_many_forms("and to compare all choices takes too much work")
            solved = self._solve_on(first)
            if solved is not None:
                found.append((solved, rest))
        if not found:
            raise self._no_plan()
        best = min((solved for solved, _ in found), key=lambda solved: solved.route.rank)
        # Choices that differ only by which of like intakes has which form differ in the order of slots alone.
        for solved, rest in found:
            for choice in rest if solved.route.rank[:-1] == best.route.rank[:-1] else ():
                other = self._solve_on(choice) if self.work.done <= most else None
                if other is not None and other.route.rank < best.route.rank:
                    best = other
        return best

    def _solve_on(self, liquid: _Choice) -> "Solved | None":
        made, ground = self._ground(liquid)
        route = solve(ground, fewest=self.fewest, most=self.most)
        return None if route is None else Solved(self, ground, route, made)

    def without(self, *ids: str) -> "Problem":
        """The same question without some products."""
        return replace(self, products=tuple(item for item in self.products if item.id not in ids))

    def grounds(self) -> Iterator[tuple[tuple[Reachable | None, ...], StateSpace]]:
        """Each ground to walk on: one, or one for each choice of a form per intake, and the first of like choices."""
        for first, *_ in self._choices():
            yield self._ground(first)

    def _choices(self) -> Iterable[list[_Choice]]:
        """Which intakes are on liquid, one for each choice of a form per intake, those together that are alike.

        They are alike if they differ only by which of several like intakes has which form.
        """
        kinds = {item.form.is_liquid for item in self.products}
        if self.forms == "any" or len(kinds) == 1:
            return [[(None,) * len(self.slots)]]
        if len(self.slots) > _MOST_OF_ONE_FORM:
            raise self._too_many_forms(f"and the choices for at most {_MOST_OF_ONE_FORM} are compared")
        group_of = {index: number for number, group in enumerate(self.order.over(self.slots)) for index in group}
        intakes = [
            (self._now(slot).mg, self._floor(slot).mg, self._whole(slot).mg, group_of.get(index, -1))
            for index, slot in enumerate(self.slots)
        ]
        made: dict[object, list[_Choice]] = {}
        for choice in combinations((False, True), repeat=len(self.slots)):
            made.setdefault(tuple(sorted(zip(intakes, choice, strict=True))), []).append(choice)
        return made.values()

    def _too_many_forms(self, why: str) -> TooManyStates:
        return TooManyStates(
            f"each of {len(self.slots)} times of day may keep to tablets or to liquid, {why}; "
            'give products of one kind, or forms="any"'
        )

    def _ground(self, liquid: _Choice) -> tuple[tuple[Reachable | None, ...], StateSpace]:
        shared: dict[tuple[Dose, bool | None], Reachable | None] = {}
        made = tuple(
            shared.setdefault((self._now(slot), kind), self._reachable_at(slot, liquid=kind))
            for slot, kind in zip(self.slots, liquid, strict=True)
        )
        ends = [(self._now(slot), self._floor(slot), self._whole(slot)) for slot in self.slots]
        listed = [None if reachable is None else reachable.ladder() for reachable in made]
        several = sum(len(reachable.ladder()[1]) for reachable in shared.values() if reachable is not None)
        if several > _MOST_LADDERS * MOST_DOSES:
            raise TooManyDoses(
                f"these products make {several} doses for the different intakes of a day, and at most "
                f"{_MOST_LADDERS * MOST_DOSES} are compared; give a coarser graduation, fewer products or fewer pieces"
            )
        grains = [ladder[0] for ladder in listed if ladder is not None]
        grain = common_grain([*grains, *(dose.mg for doses in ends for dose in doses), self.target.mg])
        known: dict[tuple[int, tuple[int, ...]], DoseLadder] = {}  # one for all intakes that are alike
        lines = []
        for slot, reachable, doses in zip(self.slots, made, ends, strict=True):
            key = id(reachable), tuple(int(dose.mg / grain) for dose in doses)
            if key not in known:
                known[key] = self._line(slot, reachable, key[1], grain)
            lines.append(replace(known[key], slot=slot))
        total = None if isinstance(self.to, Regimen) else int(self.to.mg / grain)
        groups = self.order.over(self.slots)
        ground = StateSpace(
            tuple(lines),
            grain=grain,
            groups=groups,
            measure=self.measure,
            weights=self.weights,
            target=total,
            work=self.work,
        )
        self.work.add(_LISTED * sum(len(line.doses) for line in lines))
        return made, ground

    def _line(self, slot: Slot, reachable: Reachable | None, ends: tuple[int, ...], grain: Fraction) -> DoseLadder:
        """One intake's doses in grains, each with the cost of handling it and whether it holds a liquid."""
        weighed: dict[int, tuple[int, bool]] = {}
        start, floor, whole = ends
        if reachable is not None:
            size, listed = reachable.ladder()
            times, costs = int(size / grain), {}
            for effort in set(listed.values()):
                costs[effort] = self._cost(reachable.handling.weigh(effort)), effort.volumes > 0
            weighed = {amount * times: costs[effort] for amount, effort in listed.items()}
            if start not in weighed:
                # What is taken now stays what it is, also where the intake is to go over to one form.
                recipe = self.reachable(Intake(slot, self._now(slot))).recipe(self._now(slot))
                weighed[start] = self._cost(recipe.handling), recipe.has_liquid
        return line_of(weighed, slot=slot, start=start, floor=floor, whole=whole)

    def _cost(self, handling: Fraction) -> int:
        return int(handling * self.weights.scale) * ONE_PACE**2

    def _now(self, slot: Slot) -> Dose:
        return self.before.dose_at(slot) or _NONE

    def _whole(self, slot: Slot) -> Dose:
        return (self.start.dose_at(slot) if self.start is not None else None) or self._now(slot)

    def _floor(self, slot: Slot) -> Dose:
        return (self.to.dose_at(slot) or _NONE) if isinstance(self.to, Regimen) else _NONE

    def _reachable_at(self, slot: Slot, *, liquid: bool | None) -> Reachable | None:
        now = self._now(slot)
        return self.reachable(Intake(slot, now), liquid=liquid) if now else None

    def reachable(self, intake: Intake, *, liquid: bool | None = None, above: bool = False) -> Reachable:
        """What the products make for one intake, up to what it takes now, or above: to its double or one least unit."""
        products = self.products if liquid is None else [p for p in self.products if p.form.is_liquid == liquid]
        handling = self.weights.handling(mix_forms=self.mix_forms, round_liquids=self.round_liquids)
        least = min((_least(product) for product in products if not product.is_unmeasured), default=intake.dose)
        up_to = max(intake.dose * 2, least) if above else intake.dose
        return Reachable(products, up_to=up_to, handling=handling)

    def check(self) -> None:
        """Refuse what can be told before searching: a start or a target that cannot be made, a target above the start.

        Raises:
            NotReachable: If a dose cannot be made; the message names the nearest.
            InvalidInput: If the target lies above the start, or equals it.
        """
        for intake in self.before:
            self._check_made(intake.slot, intake.dose, intake, "is taken now and")
        if isinstance(self.to, Regimen):
            self._check_target(self.to)
        if self.target >= self.before.total:
            raise InvalidInput(
                f"the target of {self.target} is not below the {self.before.total} taken now; "
                "give a lower one, or plan a titration"
            )
        self._check_last_dose()

    def _check_target(self, to: Regimen) -> None:
        for intake in to:
            now = self.before.dose_at(intake.slot)
            if now is None or now < intake.dose:
                taken = f"{now} is" if now is not None else "nothing is"
                raise InvalidInput(
                    f"{taken} taken at {intake.slot} now, and no intake rises in a taper; give at most that",
                    where=f"target, {intake.slot}",
                )
            source = next(item for item in self.before if item.slot == intake.slot)
            self._check_made(intake.slot, intake.dose, source, "is the target and")

    def _check_made(self, slot: Slot, dose: Dose, intake: Intake, what: str) -> None:
        caps = f"in at most {self.weights.pieces} pieces of {self.weights.products} products an intake"
        try:
            self.reachable(intake, above=True).recipe(dose, said=f"{what} cannot be made, {caps},", in_a_step=False)
        except NotReachable as error:
            error.where = str(slot)
            raise

    def _check_last_dose(self) -> None:
        base = self.pace.base
        if self.target or not isinstance(base, OfCurrent) or base.last_dose is None:
            return
        least = smallest_dose(self)
        if base.last_dose < least:
            raise NoPlan(
                f"the last dose of {base.last_dose} is below the smallest that can be made, {least}; "
                f"give a last dose of {least} or more, or add a product that makes less"
            )
        if _as_dose(self.before.total) <= base.last_dose:
            raise NoPlan(
                f"{self.before.total} is taken now, which is not above the last dose of {base.last_dose}; "
                "there is nothing to plan, give a lower last dose"
            )

    def _no_plan(self) -> CannotCompute:
        if self.fewest is not None or self.most is not None:
            return NoPlan("no plan has so many changes; give another length, or another interval")
        if isinstance(self.to, DailyDose):
            near = [total for total in self._totals() if total < self.before.total]
            below = max((total for total in near if total < self.to), default=None)
            above = min((total for total in near if total > self.to), default=None)
            named = " and ".join(str(total) for total in (below, above) if total is not None)
            return NoPlan(
                f"a total of {self.to} is not met with these products (order: {self.order}). "
                f"The nearest doses that can be made are {named}. Give one of them, a regimen, or another order"
            )
        return NoPlan(
            f"these products make no doses on the way from {self.before} to {self.to}; add a smaller strength"
        )

    def _totals(self) -> set[DailyDose]:
        """Every total of doses that can be made, with the target, which stands between them."""
        return {DailyDose(total * ground.grain) for _, ground in self.grounds() for total in ground.totals}


@dataclass(frozen=True)
class Solved:
    """A question, the ground it was walked on, and the way found.

    Where a length was asked, `stopped_after` says after how many numbers of reductions no further one was tried.
    """

    problem: Problem
    ground: StateSpace = field(compare=False)
    route: Route
    made: tuple[Reachable | None, ...]
    stopped_after: int | None = None
    regimens: tuple[Regimen, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        made = tuple(self.ground.regimen(state) for state in self.route.states)
        object.__setattr__(self, "regimens", made)

    @property
    def totals(self) -> tuple[Fraction, ...]:
        """The day's total in mg, before and after each change."""
        states = (self.ground.start, *self.route.states)
        return tuple(sum(state) * self.ground.grain for state in states)

    @property
    def excess(self) -> Fraction:
        """The sum of squared falls beyond what was accepted, in squared paces."""
        return Fraction(self.route.excess, 10**18)

    @property
    def cost(self) -> Fraction:
        """What the plan costs in misfit, handling, further intakes and changes of form."""
        return Fraction(self.route.cost, self.ground.unit)

    @property
    def on_liquid(self) -> tuple[Slot, ...]:
        """The times of day that are on liquid throughout, where each intake keeps to one form."""
        pairs = zip(self.problem.slots, self.made, strict=True)
        return tuple(slot for slot, made in pairs if made is not None and made.products[0].form.is_liquid)

    @property
    def used(self) -> tuple[Product, ...]:
        """The products that the plan is made of, in the order of their ids."""
        names = {
            portion.product
            for intake in {intake for regimen in self.regimens for intake in regimen}
            for portion in self.recipe(intake).portions
        }
        return tuple(item for item in sorted(self.problem.products, key=lambda item: item.id) if item.id in names)

    def recipe(self, intake: Intake) -> Recipe:
        """How an intake of the plan is made."""
        reachable = self.made[self.problem.slots.index(intake.slot)]
        if reachable is None or not reachable.can_make(intake.dose):
            reachable = self.problem.reachable(intake)
        return reachable.recipe(intake.dose)


def _least(product: Product) -> Dose:
    """The dose of one unit of a product, or of the least volume of it that can be measured."""
    if product.strength is not None:
        return product.strength
    measure = Measure(product)
    return Dose(measure.first * measure.mark)


def smallest_dose(problem: Problem) -> Dose:
    """The smallest dose that the products make for any intake."""
    least = min(dose.mg for intake in problem.before for dose in problem.reachable(intake).doses)
    return Dose(least).in_unit(problem.before.intakes[0].dose.unit)


def _as_dose(total: DailyDose) -> Dose:
    return Dose(total.mg).in_unit(total.unit)
