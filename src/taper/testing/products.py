"""Strategies for products of one drug, and for the doses that they make."""

# ruff: noqa: B008  # a strategy is immutable, so it may be a default

from collections.abc import Iterable
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from taper._base.numbers import common_grain, exact
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.amounts.liquid import Volume
from taper.errors import InvalidInput
from taper.products.product import DosageForm, Product
from taper.testing.asked import as_drawn, draws

DRUG = "testamine"
"""The drug of every product drawn here; no formulary holds it."""

SOLID_STRENGTHS = tuple(Fraction(text) for text in ("0.5", "1", "2", "2.5", "5", "10", "25"))


@draws
@st.composite
def tablets(
    draw: DrawFn,
    strengths: SearchStrategy[Fraction] = st.sampled_from(SOLID_STRENGTHS),
    *,
    drug: str = DRUG,
) -> Product:
    """Tablets with every kind of score: known, unknown, and permitted beyond it.

    Narrow: strengths are few and lie close together, so that sets of them share doses and searches stay small.
    """
    strength, score = exact(draw(strengths)), draw(st.sampled_from((1, 2, 3, 4, "unknown")))
    allowed = draw(st.sampled_from((None, None, 1, 2, 4)))
    return Product.read(
        {
            "id": f"tablet-{strength.numerator}-{strength.denominator}",
            "drug": drug,
            "form": "tablet",
            "strength": Dose(strength),
            "score": score,
            "allow_pieces": allowed,
            "pack": draw(st.sampled_from((None, 28, 30))),
        }
    )


@draws
@st.composite
def capsules(
    draw: DrawFn,
    strengths: SearchStrategy[Fraction] = st.sampled_from(SOLID_STRENGTHS),
    *,
    drug: str = DRUG,
) -> Product:
    """Capsules and packets, which are never divided."""
    strength, form = exact(draw(strengths)), draw(st.sampled_from((DosageForm.CAPSULE, DosageForm.PACKET)))
    name = f"{form}-{strength.numerator}-{strength.denominator}"
    return Product.read({"id": name, "drug": drug, "form": form, "strength": Dose(strength)})


@draws
@st.composite
def liquids(draw: DrawFn, *, drug: str = DRUG) -> Product:
    """Solutions and suspensions with the least volume that can be measured, and often a graduation.

    Narrow: the least volume is a tenth of a mL at most ten times, so that a dose is few graduation marks.
    """
    mass, volume = draw(st.sampled_from(((1, 1), (2, 5), (5, 5), (10, 5))))
    tenths = draw(st.integers(1, 10))
    return Product.read(
        {
            "id": f"liquid-{mass}-per-{volume}",
            "drug": drug,
            "form": draw(st.sampled_from((DosageForm.ORAL_SOLUTION, DosageForm.ORAL_SUSPENSION))),
            "concentration": f"{mass} mg/{volume} mL",
            "smallest_volume": Volume(Fraction(tenths, 10)),
            "graduation": draw(st.sampled_from((None, Volume("0.1"), Volume("0.25")))),
            "pack": draw(st.sampled_from((None, "100 mL"))),
        }
    )


@draws
def product_sets(
    products: SearchStrategy[Product] | None = None, *, drug: str = DRUG
) -> SearchStrategy[tuple[Product, ...]]:
    """One to three products of one drug and one release, each id once.

    Narrow: strengths are neighbors, since a tablet of 25 mg beside one of 0.5 mg shows nothing new and makes the
    search for recipes slow; a fourth product seldom shows what three do not.
    """
    some = st.integers(0, len(SOLID_STRENGTHS) - 3).flatmap(lambda low: _neighbors(low, drug))
    listed = some if products is None else st.lists(products, min_size=1, max_size=3, unique_by=_id)
    return listed.map(tuple)


def _neighbors(low: int, drug: str) -> SearchStrategy[list[Product]]:
    strengths = st.sampled_from(SOLID_STRENGTHS[low : low + 3])
    kinds = (tablets(strengths, drug=drug), capsules(strengths, drug=drug), liquids(drug=drug))
    return st.lists(st.one_of(*kinds), min_size=1, max_size=3, unique_by=_id)


def _id(product: object) -> str:
    return as_drawn(product, Product, "products", such_as="tablets()").id


def as_products(drawn: object) -> tuple[Product, ...]:
    """What a strategy of sets of products drew, if it is one.

    Raises:
        WrongObject: If it holds none, or something else.
    """
    listed = drawn if isinstance(drawn, list | tuple) and drawn else [drawn]
    return tuple(as_drawn(each, Product, "product_sets", such_as="product_sets()") for each in listed)


@draws
@st.composite
def doses_from(draw: DrawFn, products: Iterable[Product]) -> Dose:
    """Doses that the products make: some pieces of one or two solids, or one measured volume.

    Drawn backwards, from what is taken to the dose. Narrow: at most six units or 60 graduation marks, since a
    longer count makes no new kind of recipe.

    Nothing is made of a liquid of which it is not known how little can be measured.

    Raises:
        InvalidInput: If there are no other products.
    """
    products = tuple(product for product in products if not product.is_unmeasured)
    if not products:
        raise InvalidInput(
            'of no product is a dose made; give a tablet, or a liquid as product.measured("1 mL") gives it',
            where="products",
        )
    liquid = [product for product in products if product.form.is_liquid]
    solid = [product for product in products if not product.form.is_liquid]
    if liquid and (not solid or draw(st.booleans())):
        return _measured(draw, draw(st.sampled_from(liquid)))
    held = draw(st.lists(st.sampled_from(solid), min_size=1, max_size=2, unique_by=lambda product: product.id))
    return Dose(sum((_counted(draw, product) for product in held), Fraction(0)))


def _measured(draw: DrawFn, product: Product) -> Dose:
    assert product.concentration is not None
    assert product.smallest_volume is not None
    step = (product.graduation or product.smallest_volume).ml
    first = -(-product.smallest_volume.ml // step)
    return product.concentration.dose_in(Volume(step * draw(st.integers(int(first), int(first) + 60))))


def _counted(draw: DrawFn, product: Product) -> Fraction:
    assert product.strength is not None
    return product.strength.mg * draw(st.integers(1, 3 * product.pieces)) / product.pieces


@takes
def shared_grain(products: Iterable[Product]) -> Fraction:
    """The largest amount in mg of which every dose that the products make is a whole multiple; 1 if they make none."""
    sizes = []
    for product in products:
        if product.strength is not None:
            sizes.append(product.strength.mg / product.pieces)
            continue
        if product.smallest_volume is None:
            continue
        assert product.concentration is not None
        sizes.append((product.graduation or product.smallest_volume).ml * product.concentration.mg_per_ml)
    return common_grain(sizes)
