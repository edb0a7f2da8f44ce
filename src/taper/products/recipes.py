"""Which doses a set of products can make under given handling, and the best recipe of each, exactly."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Annotated, NamedTuple, TypeVar

from pydantic import Field

from taper._base.numbers import Exact
from taper._base.records import Value
from taper.amounts.dose import Dose
from taper.amounts.liquid import Volume
from taper.errors import CannotCompute, InvalidInput
from taper.products.product import DosageForm, Portion, Product, all_of

_MOST_DOSES = 10**6
_MOST_PIECES = 100
_Amount = TypeVar("_Amount", int, tuple[int, int, int])


class Handling(Value):
    """How an intake may be put together, and what each nuisance weighs. The weights are judgment, not evidence.

    `pieces` and `products` are the most in one intake. A tablet and a liquid share an intake only with
    `mix_forms`. With `round_liquids` a volume is measured in steps of 1, 2, 5, 10 ... graduation marks, the coarsest
    that is not above a tenth of the dose: a plan stays readable, and no two neighbors lie further apart than that.
    """

    pieces: Annotated[int, Field(ge=1, le=_MOST_PIECES)] = 40
    products: Annotated[int, Field(ge=1, le=10)] = 4
    mix_forms: bool = False
    round_liquids: bool = False
    divided_piece: Exact = Fraction(1, 20)
    further_product: Exact = Fraction(1, 20)
    further_piece: Exact = Fraction(1, 80)
    measured_liquid: Exact = Fraction(1, 20)


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


class TooManyDoses(CannotCompute):
    """The products and the handling make more doses than can be held; the message names the limit."""


class _Key(NamedTuple):
    """What the best recipe minimizes, in this order."""

    handling: Fraction
    divided: int
    pieces: int
    products: int
    names: tuple[tuple[int, str, Fraction], ...]


class _Take(NamedTuple):
    """A count or a volume of one product, in whole grains."""

    amount: int
    units: Fraction
    pieces: int
    divided: int


class Reachable:
    """The exact set of doses up to a largest one that products can make, each with its best recipe.

    Example:
        >>> from taper.amounts.dose import mg
        >>> tablets = [Product(id="d5", drug="d", form="tablet", strength=mg(5)),
        ...            Product(id="d2", drug="d", form="tablet", strength=mg(2))]
        >>> [str(dose) for dose in Reachable(tablets, up_to=mg(8)).doses]
        ['2 mg', '4 mg', '5 mg', '6 mg', '7 mg', '8 mg']
        >>> print(Reachable(tablets, up_to=mg(8)).recipe(mg(6)))
        3 x d2
    """

    def __init__(
        self,
        products: Iterable[Product],
        *,
        up_to: Dose,
        handling: Handling | None = None,
        always: Iterable[Dose] = (),
    ) -> None:
        self.products = tuple(sorted(all_of(products), key=lambda product: product.id))
        self.handling = handling or Handling()
        self.up_to = up_to
        _check_products(self.products)
        self._grain = _grain(self.products)
        self._always = {dose.mg / self._grain for dose in always}
        self._best = self._search()
        self._amounts = sorted(self._best)

    def __str__(self) -> str:
        made = ", ".join(map(str, self.doses[:20])) + (", ..." if len(self.doses) > 20 else "")
        return f"{len(self.doses)} doses up to {self.up_to}: {made}"

    def __repr__(self) -> str:
        return f"<Reachable: {len(self.doses)} doses up to {self.up_to} of {len(self.products)} products>"

    @property
    def doses(self) -> tuple[Dose, ...]:
        """Every dose above 0 that can be made, from the least."""
        return tuple(self._dose(amount) for amount in self._amounts)

    def weigh(self) -> Iterator[tuple[Fraction, Fraction, bool]]:
        """Each dose in mg, from the least, with what handling it weighs and whether it holds a measured liquid.

        The same as asking each dose for its recipe, without writing the recipes down.
        """
        liquid = {product.id for product in self.products if product.form.is_liquid}
        for amount in self._amounts:
            key = self._best[amount]
            yield amount * self._grain, key.handling, any(name in liquid for _, name, _ in key.names)

    def can_make(self, dose: Dose) -> bool:
        """Whether a dose can be made exactly."""
        return self._whole(dose) in self._best

    def recipe(self, dose: Dose) -> Recipe:
        """The best recipe of a dose: the least handling, then divided pieces, pieces, products, form, names.

        Raises:
            NotReachable: If it cannot be made; the error names the nearest doses that can.
        """
        amount = self._whole(dose)
        if amount is None or amount not in self._best:
            raise self._cannot(dose)
        key = self._best[amount]
        by_id = {product.id: product for product in self.products}
        portions = tuple(_portion(by_id[name], count) for _, name, count in key.names)
        ordered = tuple(sorted(portions, key=lambda portion: _portion_order(by_id[portion.product])))
        return Recipe(dose, ordered, key.handling, key.divided, key.pieces)

    def neighbors(self, dose: Dose) -> tuple[Dose | None, Dose | None]:
        """The nearest doses that can be made strictly below and strictly above."""
        scaled = dose.mg / self._grain
        below = bisect_left(self._amounts, scaled) - 1
        above = bisect_right(self._amounts, scaled)
        return (
            self._dose(self._amounts[below]) if below >= 0 else None,
            self._dose(self._amounts[above]) if above < len(self._amounts) else None,
        )

    def _cannot(self, dose: Dose) -> NotReachable:
        below, above = self.neighbors(dose)
        near = " and ".join(str(near.in_unit(dose.unit)) for near in (below, above) if near is not None)
        drug = self.products[0].drug
        made = ", ".join(_describe(product) for product in sorted(self.products, key=_portion_order))
        verb = "is" if (below is None) != (above is None) else "are"
        nearest = f" The nearest that can {verb} {near}." if near else " They make no dose at all."
        return NotReachable(
            f"{dose} of {drug} cannot be made from {made}.{nearest} {self._remedy(dose)}.",
            dose=dose,
            below=below,
            above=above,
        )

    def _remedy(self, dose: Dose) -> str:
        """The nearest thing that makes the dose: more pieces, two forms together, a measure, or another product."""
        if not dose:
            return "A dose of nothing needs no product; give one above 0"
        count = self._pieces_for(dose)
        if count is not None:
            now = f"at most {self.handling.pieces} are now (pieces, or --pieces {count})"
            return f"Allow {count} pieces in an intake: {now}"
        if not self.handling.mix_forms and len({product.form.is_liquid for product in self.products}) == 2:
            mixed = self.handling.model_copy(update={"mix_forms": True})
            if Reachable(self.products, up_to=dose, handling=mixed).can_make(dose):
                return "Let a tablet and a liquid share an intake (mix_forms)"
        unmeasured = [item.label for item in self.products if item.is_unmeasured]
        if unmeasured:
            return f"Say how little of the {unmeasured[0]} can be measured (smallest_volume), or change the step"
        return "Change the step, or add a smaller strength or a liquid that can be measured"

    def _pieces_for(self, dose: Dose) -> int | None:
        """How many pieces would make a dose that so many as are allowed do not, if any number does."""
        solids = [product for product in self.products if product.strength is not None]
        if not solids or self.handling.pieces == _MOST_PIECES:
            return None
        wider = self.handling.model_copy(update={"pieces": _MOST_PIECES})
        found = Reachable(solids, up_to=dose, handling=wider)
        return found.recipe(dose).pieces if found.can_make(dose) else None

    def _dose(self, amount: int) -> Dose:
        return Dose(amount * self._grain).in_unit(self.up_to.unit)

    def _whole(self, dose: Dose) -> int | None:
        scaled = dose.mg / self._grain
        return scaled.numerator if scaled.denominator == 1 else None

    def _search(self) -> Mapping[int, _Key]:
        limit = int(self.up_to.mg / self._grain)
        solids = [product for product in self.products if not product.form.is_liquid]
        states = self._solid_states(solids, limit)
        best: dict[int, _Key] = {}
        for (amount, _, _), key in states.items():
            _keep(best, amount, self._free_first(key))
        for liquid in (product for product in self.products if product.form.is_liquid):
            self._add_liquid(best, states, liquid, limit)
        best.pop(0, None)
        return best

    def _solid_states(self, solids: list[Product], limit: int) -> dict[tuple[int, int, int], _Key]:
        states = {(0, 0, 0): _Key(Fraction(0), 0, 0, 0, ())}
        for product in solids:
            takes = list(self._takes(product, limit))
            for (amount, pieces, used), key in list(states.items()):
                for take in takes:
                    if amount + take.amount > limit:
                        break
                    if pieces + take.pieces <= self.handling.pieces and used < self.handling.products:
                        _keep(
                            states,
                            (amount + take.amount, pieces + take.pieces, used + 1),
                            self._plus(key, product, take),
                        )
            self._refuse_too_many(len(states))
        return states

    def _takes(self, product: Product, limit: int) -> Iterator[_Take]:
        assert product.strength is not None
        parts = product.pieces
        piece = int(product.strength.mg / parts / self._grain)
        for number in range(1, min(limit // piece, self.handling.pieces * parts) + 1):
            whole, rest = divmod(number, parts)
            divided = _fewest_pieces(rest, parts)
            yield _Take(number * piece, Fraction(number, parts), whole + divided, divided)

    def _plus(self, key: _Key, product: Product, take: _Take) -> _Key:
        rules = self.handling
        weight = rules.further_product + rules.further_piece * take.pieces + rules.divided_piece * take.divided
        return _Key(
            key.handling + weight,
            key.divided + take.divided,
            key.pieces + take.pieces,
            key.products + 1,
            (*key.names, (_rank(product), product.id, take.units)),
        )

    def _free_first(self, key: _Key) -> _Key:
        if not key.pieces:
            return key
        return key._replace(handling=key.handling - self.handling.further_product - self.handling.further_piece)

    def _add_liquid(
        self, best: dict[int, _Key], states: Mapping[tuple[int, int, int], _Key], liquid: Product, limit: int
    ) -> None:
        bases = states.items() if self.handling.mix_forms else [((0, 0, 0), states[0, 0, 0])]
        for (amount, pieces, used), key in list(bases):
            if used >= self.handling.products or pieces >= self.handling.pieces:
                continue
            for measured, volume in self._volumes(liquid, amount, limit):
                further = self.handling.further_product if used else Fraction(0)
                base = self._free_first(key)
                made = _Key(
                    base.handling + self.handling.measured_liquid + further,
                    key.divided,
                    key.pieces,
                    key.products + 1,
                    (*key.names, (_rank(liquid), liquid.id, volume)),
                )
                _keep(best, amount + measured, made)
            self._refuse_too_many(len(best))

    def _volumes(self, liquid: Product, beside: int, limit: int) -> Iterator[tuple[int, Fraction]]:
        assert liquid.concentration is not None
        if liquid.smallest_volume is None:
            return
        step = (liquid.graduation or liquid.smallest_volume).ml
        mark = int(step * liquid.concentration.mg_per_ml / self._grain)
        most = (limit - beside) * self._grain / liquid.concentration.mg_per_ml
        if liquid.largest_volume is not None:
            most = min(most, liquid.largest_volume.ml)
        first = -(-liquid.smallest_volume.ml // step)
        self._refuse_too_many(int(most // step) - int(first))
        for number in range(int(first), int(most // step) + 1):
            if self._is_round(number, mark, beside):
                yield number * mark, number * step

    def _is_round(self, number: int, mark: int, beside: int) -> bool:
        total = beside + number * mark
        if not self.handling.round_liquids or total in self._always:
            return True
        return number % round_marks(total, mark) == 0

    def _refuse_too_many(self, count: int) -> None:
        if count > _MOST_DOSES:
            raise TooManyDoses(
                f"these products make more than {_MOST_DOSES} doses up to {self.up_to}; "
                "give a coarser graduation, fewer products or fewer pieces"
            )


def make(dose: Dose, products: Iterable[Product], *, handling: Handling | None = None) -> Recipe:
    """The best exact recipe of one dose: "how do I make 3.5 mg today?".

    Raises:
        NotReachable: If the products cannot make it; the error names the nearest doses below and above.
    """
    listed = all_of(products)
    return Reachable(listed, up_to=reach_of(dose, listed), handling=handling).recipe(dose)


def reach_of(dose: Dose, products: Iterable[Product]) -> Dose:
    """Up to where to look so that the nearest dose above is found too: a unit more, or twice as much of a liquid."""
    solid = [product.strength for product in products if product.strength is not None]
    return (dose + max(solid) if solid else dose * 2).in_unit(dose.unit)


def round_marks(dose: int, mark: int) -> int:
    """How many graduation marks to measure at a time: the coarsest of 1, 2, 5, 10 ... within a tenth of the dose.

    The series counts marks rather than mg, so that every step can be measured, and scaling all doses and products
    scales the steps alike.
    """
    marks, coarser = 1, 2
    while coarser * mark * 10 <= dose:
        marks = coarser
        coarser = marks * 5 // 2 if str(marks)[0] == "2" else marks * 2
    return marks


def _keep(best: dict[_Amount, _Key], amount: _Amount, key: _Key) -> None:
    held = best.get(amount)
    if held is None or key < held:
        best[amount] = key


def _fewest_pieces(rest: int, parts: int) -> int:
    if rest == 0:
        return 0
    return 2 if (rest, parts) in {(3, 4), (2, 3)} else 1


def _grain(products: tuple[Product, ...]) -> Fraction:
    sizes = []
    for product in products:
        if product.strength is not None:
            sizes.append(product.strength.mg / product.pieces)
        elif product.concentration is not None and product.smallest_volume is not None:
            step = (product.graduation or product.smallest_volume).ml
            sizes.append(step * product.concentration.mg_per_ml)
    if not sizes:
        raise InvalidInput(
            "none of the products can be counted or measured; give tablets, or a liquid with smallest_volume"
        )
    bottom = lcm(*(size.denominator for size in sizes))
    return Fraction(reduce(gcd, (size.numerator * (bottom // size.denominator) for size in sizes)), bottom)


def _check_products(products: tuple[Product, ...]) -> None:
    if not products:
        raise InvalidInput("there are no products to make a dose from; give at least one")
    drugs = sorted({product.drug for product in products})
    if len(drugs) > 1:
        raise InvalidInput(f"the products are of {' and '.join(drugs)}; give those of one drug")
    ids = [product.id for product in products]
    for name in ids:
        if ids.count(name) > 1:
            raise InvalidInput(f"two products have the id {name!r}; give one another id")


def _rank(product: Product) -> int:
    return list(DosageForm).index(product.form)


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
