"""Recipes: which doses some products can make, and the best way to make each, exactly."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from taper._base.immutable import ByMeaning
from taper._base.limits import MOST_DOSES, MOST_GRAINS, MOST_PIECES, MOST_PRODUCTS
from taper._base.numbers import NotNegative, common_grain, write_number
from taper._base.records import Value
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.amounts.liquid import Volume
from taper.errors import CannotCompute, InvalidInput
from taper.products.counts import Counts, Made, TooManyDoses, Unit, above, below, members
from taper.products.liquid_rounding import Measure, every_rungs_finer, rungs_finer, whole_number
from taper.products.product import DosageForm, Portion, Product

_MOST_TRIED = 2_000_000
"""How many ways of a tablet beside a volume are tried at most, where all doses are listed."""


class Handling(Value):
    """How an intake may be put together, and what each nuisance weighs. The weights are judgment, not evidence.

    `pieces` and `products` are the most in one intake. A tablet and a liquid share an intake only with
    `mix_forms`. Every mark of a liquid can be measured; with `round_liquids` a volume weighs `finer_volume` more for
    each rung of 1, 2, 5, 10 ... marks by which it is finer than the coarsest that is not above a tenth of the dose.
    """

    pieces: Annotated[int, Field(ge=1, le=MOST_PIECES)] = 40
    products: Annotated[int, Field(ge=1, le=MOST_PRODUCTS)] = 4
    mix_forms: bool = False
    round_liquids: bool = False
    divided_piece: NotNegative = Fraction(1, 20)
    further_product: NotNegative = Fraction(1, 20)
    further_piece: NotNegative = Fraction(1, 80)
    measured_liquid: NotNegative = Fraction(1, 20)
    finer_volume: NotNegative = Fraction(1, 80)

    def weigh(self, effort: "Effort") -> Fraction:
        """What it weighs to handle an intake."""
        made = effort.counted
        return (
            self.divided_piece * made.divided
            + self.further_piece * max(0, made.pieces - 1)
            + self.further_product * (effort.products - 1)
            + (self.measured_liquid + self.finer_volume * effort.finer) * effort.volumes
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """Exact portions of products that make a dose, and what handling them weighs."""

    dose: Dose
    portions: tuple[Portion, ...]
    handling: Fraction
    divided: int
    pieces: int

    @property
    def has_liquid(self) -> bool:
        return any(portion.volume is not None for portion in self.portions)

    def __str__(self) -> str:
        return " + ".join(str(portion) for portion in self.portions)


class NotReachable(CannotCompute):
    """A dose that the products cannot make; `below` and `above` are the nearest that they can."""

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        dose: Dose | None = None,
        below: Dose | None = None,
        above: Dose | None = None,
    ) -> None:
        super().__init__(message, where=where)
        self.dose = dose
        self.below = below
        self.above = above


class Effort(NamedTuple):
    """What the best recipe of a dose minimizes, in this order; a measured volume counts as a divided piece.

    `finer` is by how many rungs the volume is finer than the coarsest that is round for the dose, `volumes` how many
    volumes there are: 0 or 1.
    """

    divided: int
    pieces: int
    products: int
    finer: int = 0
    volumes: int = 0

    @property
    def counted(self) -> Made:
        """What of it is counted and not measured."""
        return Made(self.divided - self.volumes, self.pieces - self.volumes, self.products - self.volumes)


_Parts = list[tuple[Product, Fraction]]
"""Products, each with the count of its units or its volume in mL."""


class Reachable(ByMeaning):
    """The exact set of doses up to a largest one that products can make, each with its best recipe.

    Nothing is listed before it is asked for: one dose is made without making the doses below it.

    Example:
        >>> from taper.amounts.dose import mg
        >>> tablets = [Product(id="d5", drug="d", form="tablet", strength=mg(5)),
        ...            Product(id="d2", drug="d", form="tablet", strength=mg(2))]
        >>> [str(dose) for dose in Reachable(tablets, up_to=mg(8)).doses]
        ['2 mg', '4 mg', '5 mg', '6 mg', '7 mg', '8 mg']
        >>> print(Reachable(tablets, up_to=mg(8)).recipe(mg(6)))
        3 x d2
    """

    @takes
    def __init__(self, products: Iterable[Product], *, up_to: Dose, handling: Handling | None = None) -> None:
        self.products = tuple(sorted(products, key=lambda product: product.id))
        self.handling = handling or Handling()
        self.up_to = up_to
        _check_products(self.products)
        self._solids = tuple(sorted((p for p in self.products if p.strength), key=lambda p: (_rank(p), p.id)))
        self._liquids = tuple(Measure(p) for p in self.products if p.form.is_liquid and not p.is_unmeasured)
        if not self._solids and not self._liquids:
            raise InvalidInput(
                "none of the products can be counted or measured; give tablets, or say what a liquid is measured with "
                "(--syringe, or smallest_volume)"
            )
        self._size = common_grain([_piece(product) for product in self._solids] or [Fraction(1)])

    def _meaning(self) -> tuple[tuple[Product, ...], Dose, Handling]:
        return self.products, self.up_to, self.handling

    def __repr__(self) -> str:
        return f"<Reachable: doses up to {self.up_to} of {', '.join(product.id for product in self.products)}>"

    @property
    def doses(self) -> tuple[Dose, ...]:
        """Every dose above 0 that can be made, from the least.

        Raises:
            TooManyDoses: If they are more than can be listed.
        """
        grain, made = self.ladder()
        return tuple(Dose(amount * grain).in_unit(self.up_to.unit) for amount in sorted(made))

    @takes
    def weigh(self) -> Iterator[tuple[Fraction, Fraction, bool]]:
        """Each dose in mg, from the least, with what handling it weighs and whether it holds a measured liquid.

        The same as asking each dose for its recipe, without writing the recipes down.
        """
        grain, made = self.ladder()
        weights = {effort: self.handling.weigh(effort) for effort in set(made.values())}
        for amount in sorted(made):
            yield amount * grain, weights[made[amount]], made[amount].volumes > 0

    def ladder(self) -> tuple[Fraction, Mapping[int, Effort]]:
        """A grain in mg, and each amount above 0 in whole grains with the effort of its best recipe.

        Raises:
            TooManyDoses: If they are more than can be listed.
        """
        if self._ladder is None:
            self._ladder = self._list()
        return self._ladder

    _ladder: tuple[Fraction, Mapping[int, Effort]] | None = None

    @takes
    def can_make(self, dose: Dose) -> bool:
        """Whether a dose can be made exactly."""
        return self._effort(dose) is not None

    @takes
    def recipe(self, dose: Dose, *, said: str = "cannot be made", in_a_step: bool = True) -> Recipe:
        """The best recipe of a dose.

        It has the fewest divided pieces, then the fewest pieces, then the fewest products; then one form, tablets
        before capsules, and the first names. A measured volume counts as a divided piece; a rounder one comes first.

        Args:
            dose: What is to be made.
            said: What an error says of the dose, before what it cannot be made from.
            in_a_step: Whether it stands in a step of a plan, which an error may advise to change.

        Raises:
            NotReachable: If it cannot be made; the error names the nearest doses that can.
        """
        effort = self._effort(dose)
        if effort is None:
            raise self._cannot(dose, said, in_a_step=in_a_step)
        parts = min(self._ways(dose.mg, effort), key=_names)
        ordered = sorted(parts, key=lambda part: _portion_order(part[0]))
        portions = tuple(_portion(product, count) for product, count in ordered)
        made = effort.counted
        return Recipe(dose, portions, self.handling.weigh(effort), made.divided, made.pieces)

    @takes
    def neighbors(self, dose: Dose) -> tuple[Dose | None, Dose | None]:
        """The nearest doses that can be made strictly below and strictly above, up to the largest."""
        below, above, unit = self._below(dose.mg), self._above(dose.mg), self.up_to.unit
        return (
            None if below is None else Dose(below).in_unit(unit),
            None if above is None else Dose(above).in_unit(unit),
        )

    def limits_on(self, dose: Dose) -> Iterator[str]:
        """Each limit that alone keeps a dose from being made, with the value that would lift it."""
        rules = self.handling
        if found := self._within(dose, pieces=MOST_PIECES):
            now = f"at most {rules.pieces} are now (pieces, or --pieces {found.pieces})"
            yield f"Allow {found.pieces} pieces in an intake: {now}"
        elif found := self._within(dose, products=MOST_PRODUCTS):
            count = len(found.portions)
            yield f"Allow {count} products in an intake: at most {rules.products} are now (products)"
        elif found := self._within(dose, pieces=MOST_PIECES, products=MOST_PRODUCTS):
            yield (
                f"Allow {found.pieces} pieces of {len(found.portions)} products in an intake: "
                f"at most {rules.pieces} of {rules.products} are now (pieces, products)"
            )
        if self._liquids and self._solids and self._within(dose, mix_forms=True):
            yield "Let a tablet and a liquid share an intake (--mix-forms, or mix_forms)"
        for liquid in self._liquids:
            volume = liquid.beyond(dose.mg)
            if volume is not None:
                most = Volume(liquid.most or 0)
                yield (
                    f"Allow {Volume(volume)} of the {liquid.product.label} in an intake: "
                    f"at most {most} can be measured now (--syringe, or largest_volume)"
                )

    def _within(self, dose: Dose, **wider: Any) -> Recipe | None:
        """The recipe of a dose within wider limits, if there is one."""
        found = Reachable(self.products, up_to=dose, handling=self.handling.model_copy(update=wider))
        return found.recipe(dose) if found.can_make(dose) else None

    def _counts(self, solids: tuple[Product, ...], up_to: Fraction, *, beside: int = 0) -> Counts:
        """What some products add up to, at least as far as asked; beside a volume, of one piece and product less."""
        pieces, products = self.handling.pieces - beside, self.handling.products - beside
        largest = max((item.strength.mg for item in solids if item.strength), default=Fraction(0))
        limit = int(min(up_to, self.up_to.mg, largest * pieces) // self._size)
        held = self._held.get((solids, beside))
        if held is None or held.limit < limit:
            if limit > MOST_GRAINS:
                raise TooManyDoses(
                    f"the strengths of these products share steps of no more than {write_number(self._size)} mg, and "
                    f"at most {MOST_GRAINS} such steps are compared, fewer than up to {self.up_to}; give fewer products"
                )
            units = [Unit(int(item.strength.mg / self._size), item.pieces) for item in solids if item.strength]
            held = Counts(units, pieces=pieces, products=products, limit=limit)
            self._held[solids, beside] = held
        return held

    @cached_property
    def _held(self) -> dict[tuple[tuple[Product, ...], int], Counts]:
        return {}

    @property
    def _mixes(self) -> bool:
        """Whether a volume may be taken beside what is counted."""
        rules = self.handling
        can_both = bool(self._solids) and bool(self._liquids)
        return rules.mix_forms and can_both and rules.pieces > 1 and rules.products > 1

    def _effort(self, dose: Dose) -> Effort | None:
        """The effort of the best recipe of a dose, or None if there is none."""
        mg = dose.mg
        if not mg or mg > self.up_to.mg:
            return None
        found = [effort for effort in (self._counted(mg), *self._measured(mg)) if effort is not None]
        return min([*found, *self._mixed(mg)], default=None)

    def _counted(self, mg: Fraction) -> Effort | None:
        amount = whole_number(mg, self._size)
        made = self._counts(self._solids, mg).best(amount) if amount is not None and self._solids else None
        return Effort(*made) if made else None

    def _measured(self, mg: Fraction, total: Fraction | None = None) -> Iterator[Effort]:
        for liquid in self._liquids:
            marks = liquid.marks(mg)
            if marks is not None:
                yield Effort(1, 1, 1, self._finer(marks, total or mg, liquid), 1)

    def _finer(self, marks: int, total: Fraction, liquid: "Measure") -> int:
        return rungs_finer(marks, total, liquid.mark) if self.handling.round_liquids else 0

    def _mixed(self, mg: Fraction) -> Iterator[Effort]:
        """The efforts of what is counted and measured together, of the first way that makes the dose."""
        if not self._mixes:
            return
        tried = 1  # an amount that was no good in a better way is none in a worse one, and nothing is no amount
        for made, amounts in self._counts(self._solids, mg, beside=1).every():
            found = False
            for base in members(amounts & ~tried):
                for one in self._measured(mg - base * self._size, mg):
                    yield Effort(made.divided + 1, made.pieces + 1, made.products + 1, one.finer, 1)
                    found = True
            if found:
                return
            tried |= amounts

    def _ways(self, mg: Fraction, effort: Effort) -> Iterator[_Parts]:
        """Recipes of a dose by an effort, among them the one whose names come first."""
        made = effort.counted
        if not effort.volumes:
            yield self._way(int(mg / self._size), made, beside=0)
            return
        every = ((0, mg),) if not made.pieces else self._rests(mg, made)
        for base, rest in every:
            for liquid in self._liquids:
                marks = liquid.marks(rest)
                if marks is not None and self._finer(marks, mg, liquid) == effort.finer:
                    counted = self._way(base, made, beside=1) if base else []
                    yield [*counted, (liquid.product, marks * liquid.step)]

    def _rests(self, mg: Fraction, made: Made) -> Iterator[tuple[int, Fraction]]:
        counts = self._counts(self._solids, mg, beside=1)
        amounts = next(amounts for other, amounts in counts.every() if other == made)
        return ((base, mg - base * self._size) for base in members(amounts))

    def _way(self, amount: int, made: Made, *, beside: int) -> _Parts:
        """The first recipe of a counted amount: of one form if any is, tablets before capsules."""
        forms = dict.fromkeys(item.form for item in self._solids)
        alone = [tuple(item for item in self._solids if item.form is form) for form in forms]
        for solids in (*alone, self._solids):
            counts = self._counts(solids, amount * self._size, beside=beside)
            if counts.best(amount) == made or solids is self._solids:
                pairs = counts.recipe(amount, made)
                return [(solids[place], Fraction(parts, solids[place].pieces)) for place, parts in pairs]
        raise AssertionError("what is made is made by all products together")

    def _below(self, mg: Fraction) -> Fraction | None:
        """The nearest amount below: counted, measured, or both where they may share an intake."""
        most = min(mg, self.up_to.mg + self._size)
        found = []
        if self._solids:
            counted = below(self._counts(self._solids, mg).amounts, int(-(-mg // self._size)))
            found += [] if counted is None else [counted * self._size]
        for base in self._bases(most):
            for liquid in self._liquids:
                volume = liquid.below(mg - base, up_to=self.up_to.mg - base)
                found += [] if volume is None else [base + volume]
        return max(found, default=None)

    def _above(self, mg: Fraction) -> Fraction | None:
        """The nearest amount above, up to the largest."""
        found = []
        if self._solids:
            counted = above(self._counts(self._solids, self.up_to.mg).amounts, int(mg // self._size))
            found += [] if counted is None else [counted * self._size]
        for base in self._bases(self.up_to.mg):
            for liquid in self._liquids:
                volume = liquid.above(mg - base)
                found += [] if volume is None or base + volume > self.up_to.mg else [base + volume]
        return min(found, default=None)

    def _bases(self, up_to: Fraction) -> Iterator[Fraction]:
        """The counted amounts beside which a volume may be taken, nothing among them."""
        if not self._mixes or not self._liquids:
            yield Fraction(0)
            return
        for amount in members(self._counts(self._solids, up_to, beside=1).amounts):
            if amount * self._size <= up_to:
                yield amount * self._size

    def _list(self) -> tuple[Fraction, Mapping[int, Effort]]:
        grain = common_grain([*([self._size] if self._solids else []), *(liquid.mark for liquid in self._liquids)])
        best: dict[int, Effort] = {}
        if self._solids:
            size = int(self._size / grain)
            for made, amounts in self._counts(self._solids, self.up_to.mg).layers():
                effort = Effort(*made)
                for amount in members(amounts):
                    best[amount * size] = effort
        for liquid in self._liquids:
            self._list_liquid(best, liquid, grain)
        _refuse_too_many(len(best), self.up_to)
        return grain, best

    def _list_liquid(self, best: dict[int, Effort], liquid: "Measure", grain: Fraction) -> None:
        for number, effort in self._volumes(liquid):
            _keep(best, number * int(liquid.mark / grain), effort)
        if not self._mixes:
            return
        mark, limit = int(liquid.mark / grain), int(self.up_to.mg / grain)
        size, rounds, tried, left = int(self._size / grain), self.handling.round_liquids, 1, _MOST_TRIED
        for made, amounts in self._counts(self._solids, self.up_to.mg, beside=1).every():
            counted = made.divided + 1, made.pieces + 1, made.products + 1
            best_of_it = Effort(*counted, 0, 1)
            for base in members(amounts & ~tried):  # what is made in a better way is of no use in a worse one
                first, last = liquid.first, min(liquid.last or limit, (limit - base * size) // mark)
                left -= last - first + 1 if last >= first else 0
                _refuse_too_many(min(len(best) + last - first, limit), self.up_to)
                if left < 0:
                    raise _too_many(self.up_to)
                for number in range(first, last + 1):
                    total = base * size + number * mark
                    held = best.get(total)
                    if held is None or best_of_it < held:
                        finer = rungs_finer(number, total, mark) if rounds else 0
                        _keep(best, total, Effort(*counted, finer, 1))
            tried |= amounts

    def _volumes(self, liquid: "Measure") -> Iterator[tuple[int, Effort]]:
        """Each number of marks that can be measured alone, with its effort."""
        first, last = liquid.first, int(self.up_to.mg // liquid.mark)
        last = last if liquid.last is None else min(last, liquid.last)
        _refuse_too_many(last - first, self.up_to)
        efforts: dict[int, Effort] = {}
        finer = every_rungs_finer(last) if self.handling.round_liquids and last > 0 else None
        for number in range(first, last + 1):
            rungs = finer[number] if finer else 0
            effort = efforts.get(rungs)
            if effort is None:
                effort = efforts[rungs] = Effort(1, 1, 1, rungs, 1)
            yield number, effort

    def _cannot(self, dose: Dose, said: str, *, in_a_step: bool) -> NotReachable:
        below, above = self.neighbors(dose)
        near = " and ".join(str(near.in_unit(dose.unit)) for near in (below, above) if near is not None)
        drug = self.products[0].drug
        made = ", ".join(_describe(product) for product in sorted(self.products, key=_portion_order))
        doses = "dose that can be made is" if (below is None) != (above is None) else "doses that can be made are"
        nearest = f" The nearest {doses} {near}." if near else " They make no dose at all."
        return NotReachable(
            f"{dose} of {drug} {said} from {made}.{nearest} {self._remedy(dose, in_a_step=in_a_step)}.",
            dose=dose,
            below=below,
            above=above,
        )

    def _remedy(self, dose: Dose, *, in_a_step: bool) -> str:
        """The nearest thing that makes the dose: wider limits, a measure, or another product."""
        if not dose:
            return "A dose of nothing needs no product; give one above 0"
        for limit in self.limits_on(dose):
            return limit
        unmeasured = [item.label for item in self.products if item.is_unmeasured]
        if unmeasured:
            measure = f"how little of the {unmeasured[0]} can be measured (--syringe, or smallest_volume)"
            return f"Say {measure}, or change the {'step' if in_a_step else 'dose'}"
        change = "Change the step, or add" if in_a_step else "Add"
        return f"{change} a smaller strength or a liquid that can be measured"


@takes
def make(dose: Dose, products: Iterable[Product], *, handling: Handling | None = None) -> Recipe:
    """The best exact recipe of one dose: "how do I make 3.5 mg today?".

    Raises:
        NotReachable: If the products cannot make it; the error names the nearest doses below and above.
    """
    listed = tuple(products)
    return Reachable(listed, up_to=reach_of(dose, listed), handling=handling).recipe(dose)


def reach_of(dose: Dose, products: Iterable[Product]) -> Dose:
    """Up to where to look so that the nearest dose above is found too, if there is one.

    One more unit of the largest strength is enough: where that takes too many pieces, all of it is below the dose.
    """
    units = [_piece(product) * product.pieces for product in products if product.strength or not product.is_unmeasured]
    return (dose + Dose(max(units, default=Fraction(0)))).in_unit(dose.unit)


def _keep(best: dict[int, Effort], amount: int, effort: Effort) -> None:
    held = best.get(amount)
    if held is None or effort < held:
        best[amount] = effort


def _refuse_too_many(count: int, up_to: Dose) -> None:
    if count > MOST_DOSES:
        raise _too_many(up_to)


def _too_many(up_to: Dose) -> TooManyDoses:
    return TooManyDoses(
        f"these products make more doses up to {up_to} than the {MOST_DOSES} that are compared; "
        "give a coarser graduation, fewer products or fewer pieces"
    )


def _piece(product: Product) -> Fraction:
    """The smallest part of a product that is counted, or the smallest volume that is measured, in mg."""
    if product.strength is not None:
        return product.strength.mg / product.pieces
    assert product.concentration is not None
    volumes = (product.smallest_volume, product.graduation)
    return max((volume.ml for volume in volumes if volume), default=Fraction(0)) * product.concentration.mg_per_ml


def _names(parts: _Parts) -> list[tuple[int, str, Fraction]]:
    return [(_rank(product), product.id, count) for product, count in parts]


def _check_products(products: tuple[Product, ...]) -> None:
    if not products:
        raise InvalidInput("there are no products to make a dose from; give at least one")
    drugs = sorted({product.drug for product in products})
    if len(drugs) > 1:
        raise InvalidInput(f"the products are of {' and '.join(drugs)}; give those of one drug")
    for one, other in pairwise(products):
        if one.id == other.id:
            raise InvalidInput(f"two products have the id {show(one.id)}; give one another id")


def _rank(product: Product) -> int:
    """The place of its form; of one form, what is certainly supplied comes before what was last seen years ago."""
    return 2 * list(DosageForm).index(product.form) + product.is_unsure


def _portion(product: Product, count: Fraction) -> Portion:
    if product.form.is_liquid:
        return Portion(product=product.id, volume=Volume(count))
    return Portion(product=product.id, count=count)


def _portion_order(product: Product) -> tuple[bool, Fraction, str]:
    return product.form.is_liquid, -(product.strength.mg if product.strength else Fraction(0)), product.id


_PARTS = {1: "whole", 2: "halves", 3: "thirds", 4: "quarters"}


def _describe(product: Product) -> str:
    if product.form.is_liquid:
        least = f"from {product.smallest_volume}" if product.smallest_volume else "no smallest volume given"
        return f"{product.label} ({least})"
    plural = "es" if product.label.endswith("s") else "s"
    return f"{product.label}{plural} ({_PARTS[product.pieces]})"
