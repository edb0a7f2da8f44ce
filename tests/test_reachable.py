"""Which doses products make: exactly those that a pencil and all counts make, each with its best recipe."""

from fractions import Fraction
from itertools import pairwise
from itertools import product as combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.amounts.dose import Dose, mg
from taper.amounts.liquid import Concentration, Volume
from taper.errors import InvalidInput
from taper.products.product import Product
from taper.products.recipes import Handling, NotReachable, Reachable, TooManyDoses, make, round_marks

WEIGHTS = Handling()


def tablet(strength, score=1, name=""):
    return Product(id=name or f"t{strength}", drug="d", form="tablet", strength=Dose(strength), score=score)


def solution(per_ml="1", least="0.5", mark=None, most=None, name="solution"):
    return Product(
        id=name,
        drug="d",
        form="oral solution",
        concentration=Concentration(Dose(per_ml), Volume(1)),
        smallest_volume=Volume(least),
        graduation=None if mark is None else Volume(mark),
        largest_volume=None if most is None else Volume(most),
    )


products = st.lists(
    st.tuples(st.sampled_from(["1", "2", "2.5", "5"]), st.sampled_from([1, 2, 3, 4])),
    min_size=1,
    max_size=3,
    unique_by=lambda pair: pair[0],
)
caps = st.builds(
    Handling,
    pieces=st.integers(1, 4),
    products=st.integers(1, 3),
    divided_piece=st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(1)]),
    further_product=st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(1)]),
    further_piece=st.sampled_from([Fraction(0), Fraction(1, 80), Fraction(1)]),
)


def by_hand(pairs, handling, up_to):
    """Every dose, and what its best recipe weighs: (handling, divided pieces, pieces, products)."""
    choices = []
    for strength, parts in pairs:
        counts = []
        for number in range(handling.pieces * parts + 1):
            whole, rest = divmod(number, parts)
            broken = 0 if not rest else 2 if (rest, parts) in {(2, 3), (3, 4)} else 1
            counts.append((Fraction(strength) * number / parts, whole + broken, broken))
        choices.append(counts)
    best = {}
    for taken in combinations(*choices):
        used = [part for part in taken if part[0]]
        dose, pieces, broken = (sum(part[k] for part in used) for k in range(3))
        if used and dose <= up_to and pieces <= handling.pieces and len(used) <= handling.products:
            weight = broken * handling.divided_piece + (len(used) - 1) * handling.further_product
            key = (weight + (pieces - 1) * handling.further_piece, broken, pieces, len(used))
            best[dose] = min(key, best.get(dose, key))
    return best


@given(products, caps, st.integers(1, 12))
def test_tablets_make_exactly_the_doses_that_counting_makes_and_handle_as_easily(pairs, handling, up_to) -> None:
    made = Reachable([tablet(*pair) for pair in pairs], up_to=mg(up_to), handling=handling)
    expected = by_hand(pairs, handling, up_to)
    assert [dose.mg for dose in made.doses] == sorted(expected)
    for dose in made.doses:
        recipe = made.recipe(dose)
        key = (recipe.handling, recipe.divided, recipe.pieces, len(recipe.portions))
        assert key == expected[dose.mg]


@given(products, st.booleans(), st.booleans(), st.sampled_from(["0.5", "0.75", "2"]))
def test_every_recipe_holds_exactly_its_dose_and_weighs_what_was_said(pairs, mix, rounded, mark) -> None:
    held = [*(tablet(*pair) for pair in pairs), solution(mark=mark, least="1")]
    handling = Handling(pieces=4, products=2, mix_forms=mix, round_liquids=rounded)
    made = Reachable(held, up_to=mg(15), handling=handling)
    by_id = {item.id: item for item in held}
    for amount, weight, has_liquid in made.weigh():
        recipe = made.recipe(Dose(amount))
        assert sum(by_id[portion.product].dose_of(portion).mg for portion in recipe.portions) == amount
        assert (recipe.handling, recipe.has_liquid) == (weight, has_liquid)
        assert mix or not has_liquid or len(recipe.portions) == 1


def test_a_tablet_and_a_liquid_share_an_intake_only_when_asked() -> None:
    held = [tablet("2"), solution(least="1", mark="0.1", most="1.5")]
    assert not Reachable(held, up_to=mg(4)).can_make(mg("3.4"))
    recipe = make(mg("3.4"), held, handling=Handling(mix_forms=True))
    assert str(recipe) == "1 x t2 + 1.4 mL of solution"


def test_least_volume_graduation_and_largest_volume_are_three_facts() -> None:
    made = Reachable([solution(least="1", mark="0.4", most="2")], up_to=mg(5))
    assert [str(dose) for dose in made.doses] == ["1.2 mg", "1.6 mg", "2 mg"]


def test_round_liquids_keep_no_gap_above_a_tenth_of_the_dose() -> None:
    made = Reachable([solution(mark="0.1", least="0.1")], up_to=mg(60), handling=Handling(round_liquids=True))
    doses = [Fraction(0), *(dose.mg for dose in made.doses)]
    for low, high in pairwise(doses):
        assert high - low <= max(high / 10, Fraction(1, 10))
    assert len(doses) == 1 + 19 + 15 + 10 + 10 + 15 + 3


def test_a_dose_that_must_stay_is_kept_though_it_is_not_round() -> None:
    handling = Handling(round_liquids=True)
    assert not Reachable([solution(mark="0.1", least="0.1")], up_to=mg(50), handling=handling).can_make(mg("23.7"))
    kept = Reachable([solution(mark="0.1", least="0.1")], up_to=mg(50), handling=handling, always=[mg("23.7")])
    assert kept.can_make(mg("23.7"))


@given(st.integers(1, 10**6), st.integers(1, 50))
def test_round_marks_are_1_2_or_5_times_a_power_of_ten_and_the_coarsest_within_a_tenth(dose, mark) -> None:
    marks = round_marks(dose, mark)
    assert str(marks).rstrip("0") in {"1", "2", "5"}
    assert marks == 1 or marks * mark * 10 <= dose
    coarser = marks * 5 // 2 if str(marks)[0] == "2" else marks * 2
    assert coarser * mark * 10 > dose


def test_a_dose_that_cannot_be_made_names_its_neighbors() -> None:
    with pytest.raises(NotReachable, match=r"3 mg of d cannot be made .* are 2 mg and 4 mg") as caught:
        make(mg(3), [tablet("2")])
    assert (caught.value.below, caught.value.above) == (mg(2), mg(4))


def test_products_of_two_drugs_are_refused() -> None:
    other = Product(id="o", drug="other", form="tablet", strength=mg(5))
    with pytest.raises(InvalidInput, match="give those of one drug"):
        Reachable([tablet("5"), other], up_to=mg(10))


def test_a_graduation_too_fine_to_search_is_refused_and_not_waited_for() -> None:
    with pytest.raises(TooManyDoses, match="coarser graduation"):
        Reachable([solution(mark="0.00001", least="0.00001")], up_to=mg(100))


def test_products_that_cannot_be_searched_together_are_refused() -> None:
    tablet = Product(id="a", drug="x", form="tablet", strength="5 mg")
    with pytest.raises(InvalidInput, match="no products"):
        Reachable([], up_to=mg(5))
    with pytest.raises(InvalidInput, match="give one another id"):
        Reachable([tablet, tablet], up_to=mg(5))
    with pytest.raises(InvalidInput, match="x and y"):
        Reachable([tablet, Product(id="b", drug="y", form="tablet", strength="5 mg")], up_to=mg(5))


def test_a_dose_of_nothing_needs_no_product():
    with pytest.raises(NotReachable, match="A dose of nothing needs no product; give one above 0"):
        make(mg(0), [Product(id="x", drug="x", form="tablet", strength="5 mg")])
