"""Alternatives to a plan: the smallest addition that helps, other orders, products that can be left out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from taper.amounts.liquid import Volume
from taper.errors import CannotCompute, InvalidInput
from taper.planning.solver.problem import Problem, Solved
from taper.plans.order import Order, evenly, in_order, keep_last
from taper.products.product import Product

_MOST_WORK = 20_000_000
"""After how much work, of the plan and of what was tried beside it, nothing further is tried."""
TOO_MUCH = "not tried, for it would take too much work with so many doses"
_PARTS = {2: "halves", 3: "thirds", 4: "quarters"}


@dataclass(frozen=True, slots=True)
class Other:
    """The same question with one thing changed: what it is, and the plan's excess, cost and number of changes then.

    `solved` is None where no plan exists; `reason` says why.
    """

    what: str
    solved: Solved | None
    reason: str = ""

    @property
    def excess(self) -> Fraction | None:
        return self.solved.excess if self.solved else None

    @property
    def cost(self) -> Fraction | None:
        return self.solved.cost if self.solved else None

    @property
    def changes(self) -> int | None:
        return self.solved.route.changes if self.solved else None


def was_too_much(solved: Solved) -> bool:
    """Whether not everything beside a plan was tried, or would be, for it takes too much work."""
    return _is_too_much(solved.problem)


def _is_too_much(problem: Problem) -> bool:
    return problem.work.done > _MOST_WORK


def additions(solved: Solved, could_add: Iterable[Product]) -> tuple[Other, ...]:
    """What closes an excess with one addition; if nothing does, what lessens it most; empty without an excess.

    Candidates are a finer division of each product in use, and each product that could be added.
    """
    if not solved.route.excess:
        return ()
    tried = [_try(what, problem) for what, problem in _candidates(solved.problem, could_add)]
    better = [other for other in tried if other.solved and other.solved.route.excess < solved.route.excess]
    if not better:
        return ()
    least = min(other.solved.route.excess for other in better if other.solved)
    return tuple(other for other in better if other.solved and other.solved.route.excess == least)


def _candidates(problem: Problem, could_add: Iterable[Product]) -> Iterator[tuple[str, Problem]]:
    for product in problem.products:
        for pieces in (2, 4):
            if product.can_be_permitted and product.strength is not None and pieces % product.pieces == 0:
                if product.pieces == pieces:
                    continue
                finer = tuple(product.divided(pieces) if item is product else item for item in problem.products)
                known = isinstance(product.score, int) and product.score % pieces == 0
                needs = "" if known else ", which needs permission"
                what = f"{_PARTS[pieces]} of the {product.label}{needs}"
                yield what, replace(problem, products=finer)
    if problem.most is not None:
        yield "more time", replace(problem, most=None)
    held = {product.id for product in problem.products}
    for product in could_add:
        if product.id not in held and product.drug == problem.drug:
            yield f"the {product.label}", replace(problem, products=(*problem.products, product))


def other_orders(solved: Solved) -> tuple[Other, ...]:
    """What each other order of the intakes would have given."""
    problem = solved.problem
    names = [slot.name for slot in problem.slots]
    if len(names) < 2:
        return ()
    orders = [evenly(), in_order(*names), in_order(*reversed(names)), *(keep_last(name) for name in names)]
    seen = {problem.order.over(problem.slots)}
    made = []
    for order in orders:
        groups = order.over(problem.slots)
        if groups not in seen:
            seen.add(groups)
            made.append(_try(str(order), _in(problem, order)))
    return tuple(made)


def _in(problem: Problem, order: Order) -> Problem:
    return replace(problem, order=order)


def spare_products(solved: Solved) -> tuple[Other, ...]:
    """The products without which a plan with no more excess exists, and what it would cost then."""
    problem = solved.problem
    if len(problem.products) < 2:
        return ()
    names = names_of(problem.products)
    tried = [_try(names[product.id], problem.without(product.id)) for product in problem.products]
    return tuple(other for other in tried if other.solved and other.solved.route.excess <= solved.route.excess)


def limits(solved: Solved) -> tuple[Other, ...]:
    """The limits on an intake that changed the plan: with more pieces, products, volume or forms it is gentler.

    Pieces are tried up to twice as many, products up to one more; what the gentler plan then needs is named. One that
    was not tried, for it would take too much work, has no plan.
    """
    problem, weights = solved.problem, solved.problem.weights
    lifted = {
        "pieces": replace(problem, weights=weights.model_copy(update={"pieces": min(100, weights.pieces * 2)})),
        "products": replace(problem, weights=weights.model_copy(update={"products": min(10, weights.products + 1)})),
        "volume": replace(problem, products=tuple(_unlimited(item) for item in problem.products)),
        "forms": replace(problem, forms="any"),
    }
    made = []
    for name, wider in lifted.items():
        if wider != problem and was_too_much(solved):
            made.append(Other(_LIFTED[name], None, TOO_MUCH))
            continue
        other = wider.try_solve() if wider != problem else None
        if other is not None and other.route.rank[:2] < solved.route.rank[:2]:
            made.append(Other(_needs(name, solved, other), other))
    return tuple(made)


_LIFTED = {
    "pieces": "more pieces in an intake",
    "products": "more products in an intake",
    "volume": "larger volumes in an intake",
    "forms": 'tablets and liquid in turn (forms="any")',
}


def _unlimited(product: Product) -> Product:
    return product.model_copy(update={"largest_volume": None}) if product.largest_volume else product


def _needs(name: str, solved: Solved, other: Solved) -> str:
    weights = solved.problem.weights
    recipes = [other.recipe(intake) for regimen in other.regimens for intake in regimen]
    match name:
        case "pieces":
            most = max(recipe.pieces for recipe in recipes)
            return f"{most} pieces in an intake (pieces; at most {weights.pieces} are allowed)"
        case "products":
            most = max(len(recipe.portions) for recipe in recipes)
            return f"{most} products in an intake (products; at most {weights.products} are allowed)"
        case "volume":
            volumes = [portion.volume.ml for recipe in recipes for portion in recipe.portions if portion.volume]
            return f"{Volume(max(volumes))} in an intake (largest_volume)"
        case _:
            return _LIFTED["forms"]


def names_of(products: Iterable[Product]) -> dict[str, str]:
    """The label of each product by id, with the id beside it where two have the same."""
    listed = tuple(products)
    labels = Counter(product.label for product in listed)
    return {item.id: f"{item.label} [{item.id}]" if labels[item.label] > 1 else item.label for item in listed}


def _try(what: str, problem: Problem) -> Other:
    if _is_too_much(problem):
        return Other(what, None, TOO_MUCH)
    try:
        problem.check()
        return Other(what, problem.solve())
    except (CannotCompute, InvalidInput) as error:
        return Other(what, None, error.message)
