"""Dose increases: what the products make when a total goes up by an increment, by turns or shared over the day."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import chain, islice, zip_longest

from taper._base.limits import MOST_DIVISIONS, MOST_TITRATION_STEPS
from taper._base.work import spend
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration
from taper.errors import CannotCompute, InvalidInput
from taper.planning.even_parts import divide_evenly
from taper.plans.plan import Step
from taper.plans.regimen import Intake, Regimen, Slot
from taper.plans.weights import Weights
from taper.products.product import Product
from taper.products.recipes import NotReachable, Reachable, Recipe

_MOST_TRIED = 4 * MOST_DIVISIONS
_TRIED = 400
"""How many parts of a total are tried at most, in all steps together, and as how much work each counts."""


class NoTitration(CannotCompute):
    """The products or the label's steps do not lead to the target; the message says what stands in the way."""


class Climb:
    """What the products make for one intake, up to the target."""

    def __init__(
        self,
        products: tuple[Product, ...],
        target: Dose,
        slots: tuple[Slot, ...],
        weights: Weights,
        larger: Slot | None = None,
    ) -> None:
        self.slots = slots
        self.larger = larger
        self.target = target
        self.reachable = Reachable(products, up_to=target, handling=weights.handling(round_liquids=False))
        self.doses = [dose for dose, _, _ in self.reachable.weigh()]
        self.unit = target.unit
        self._left = _MOST_TRIED

    def regimen(self, amounts: dict[Slot, Fraction]) -> Regimen:
        return Regimen(Intake(slot, Dose(mg).in_unit(self.unit)) for slot, mg in amounts.items() if mg)

    def divided(self, total: Fraction, times: int) -> Regimen:
        """A total over the first so many slots, as evenly as can be made; the larger doses first."""
        if times > len(self.slots):
            raise InvalidInput(f"{times} intakes a day, and {len(self.slots)} times of day; name {times} in slots")
        best = divide_evenly(total, times, self.doses)
        if best is None:
            if times == 1:
                self.reachable.recipe(Dose(total).in_unit(self.unit))
            raise NoTitration(
                f"{Dose(total).in_unit(self.unit)} cannot be made in {times} intakes from these products; "
                "add a smaller strength, or name another number of intakes"
            )
        return self.regimen(dict(zip(self.slots, best, strict=False)))

    def shared(self, total: Fraction, before: Regimen) -> Regimen:
        """A total over the slots, the larger parts first at the named one.

        So that no intake goes down, in whole units where they make it, over as many intakes as they then make, evenly.
        """
        slots = [*([self.larger] if self.larger else []), *(slot for slot in self.slots if slot != self.larger)]
        taken = [(before.dose_at(slot) or Dose(0)).mg for slot in slots]

        @cache
        def recipe(part: Fraction) -> Recipe:
            return self.reachable.recipe(Dose(part))

        def nuisance(parts: tuple[Fraction, ...]) -> tuple[bool, int, int, Fraction, int, tuple[Fraction, ...]]:
            falls = any(part < now for part, now in zip_longest(parts, taken, fillvalue=Fraction(0)))
            made = [recipe(part) for part in parts]
            divided, pieces = sum(recipe.divided for recipe in made), sum(recipe.pieces for recipe in made)
            return falls, divided, -len(parts), max(parts) - min(parts), pieces, parts

        counts = range(1, min(len(slots), int(total // self.doses[0]) if self.doses else 0) + 1)
        ways = list(islice(chain.from_iterable(self._parts(total, n, total) for n in counts), MOST_DIVISIONS + 1))
        if len(ways) > MOST_DIVISIONS or self._left < 0:
            whole, many = Dose(total).in_unit(self.unit), len(slots)
            why = f"{whole} can be divided over {many} intakes in more than {MOST_DIVISIONS} ways"
            if self._left < 0:
                why = f"to divide each total up to {whole} over {many} intakes takes more than {_MOST_TRIED} tries"
            raise NoTitration(f"{why}; name fewer times of day, or products that make fewer doses")
        best = min(ways, key=nuisance, default=None)
        if best is None:
            unit = Dose(total).in_unit(self.unit)
            raise NoTitration(
                f"from {before.total} a total of {unit} cannot be made in {len(slots)} intakes or fewer; "
                "give another target or increment, or add a smaller strength"
            )
        return self.regimen(dict(zip(slots, best, strict=False)))

    def check_increment(self, size: Dose) -> None:
        """Refuse an increment by which no dose that can be made differs from another, or from nothing.

        Raises:
            NotReachable: If it is one; the message names the nearest doses that can be made.
        """
        doses = set(self.doses)
        within = doses and min(doses) <= size.mg <= self.target.mg
        if within and not any(dose + size.mg in doses for dose in doses):
            try:
                self.reachable.recipe(size)
            except NotReachable as error:
                error.where = "by"
                raise

    def _parts(self, total: Fraction, times: int, most: Fraction) -> Iterator[tuple[Fraction, ...]]:
        self._left -= 1
        spend(_TRIED)
        if self._left < 0:
            return
        if times == 1:
            place = bisect_left(self.doses, total)
            if total <= most and place < len(self.doses) and self.doses[place] == total:
                yield (total,)
            return
        for dose in self.doses[bisect_left(self.doses, total / times) : bisect_right(self.doses, most)]:
            if dose < total:
                for rest in self._parts(total - dose, times - 1, dose):
                    yield (dose, *rest)


def by_increment(climb: Climb, now: Regimen, size: Dose, every: Duration) -> Iterator[Step]:
    """The steps from what is taken now up to the target, each by the increment at most.

    Raises:
        InvalidInput: If the increment is 0, or something is taken at a time of day that is not named.
        NotReachable: If no product makes such an increment.
        NoTitration: If the steps do not lead to the target.
    """
    if not size:
        raise InvalidInput("an increment of 0 mg changes nothing; write one above 0", where="by")
    climb.check_increment(size)
    for slot in now.slots:
        if slot not in climb.slots:
            raise InvalidInput(f"something is taken at {slot} already; name it in slots too", where="slots")
    days = _by_turns(climb, now, size) if climb.larger is None else _by_total(climb, now, size)
    for count, day in enumerate(days, start=1):
        if count > MOST_TITRATION_STEPS:
            raise NoTitration(f"more than {MOST_TITRATION_STEPS} steps lead to {climb.target}; give a larger increment")
        done = day.total.mg == climb.target.mg
        yield Step(regimen=day, kind="increase", lasting=None if done else every)


def _by_turns(climb: Climb, now: Regimen, size: Dose) -> Iterator[Regimen]:
    """One intake at a time, turn by turn from the first that takes least."""
    taken = {slot: (now.dose_at(slot) or Dose(0)).mg for slot in climb.slots}
    turn = min(range(len(climb.slots)), key=lambda place: taken[climb.slots[place]])
    while left := climb.target.mg - sum(taken.values()):
        slot, dose = _next(climb, taken, turn, min(size.mg, left), size)
        taken[slot] = dose
        turn = climb.slots.index(slot) + 1
        yield climb.regimen(taken)


def _by_total(climb: Climb, now: Regimen, size: Dose) -> Iterator[Regimen]:
    """The day's total, shared over the intakes each time."""
    day = now
    while day.total.mg < climb.target.mg:
        day = climb.shared(min(day.total.mg + size.mg, climb.target.mg), day)
        yield day


def _next(climb: Climb, taken: dict[Slot, Fraction], turn: int, most: Fraction, size: Dose) -> tuple[Slot, Fraction]:
    """The next slot in turn that can rise within the increment, and its new dose."""
    for offset in range(len(climb.slots)):
        slot = climb.slots[(turn + offset) % len(climb.slots)]
        place = bisect_right(climb.doses, taken[slot] + most) - 1
        if place >= 0 and climb.doses[place] > taken[slot]:
            return slot, climb.doses[place]
    now = DailyDose(sum(taken.values())).in_unit(climb.unit)
    smallest = Dose(min(climb.doses)).in_unit(climb.unit) if climb.doses else climb.target
    raise NoTitration(
        f"from {now} no intake can rise by {Dose(most).in_unit(climb.unit)} or less (the increment is {size}); the "
        f"smallest dose that can be made is {smallest}. Give another target or increment, or add a smaller strength"
    )
