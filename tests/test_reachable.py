"""Which doses products make: exactly those that a pencil and all counts make, each with its best recipe."""

from fractions import Fraction
from itertools import product as combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.amounts.dose import Dose, mg
from taper.amounts.liquid import Concentration, Volume
from taper.errors import InvalidInput
from taper.plans.weights import STANDARD
from taper.products import counts, recipes
from taper.products.counts import TooManyDoses
from taper.products.liquid_rounding import every_rungs_finer, rungs_finer
from taper.products.product import Product
from taper.products.recipes import Handling, NotReachable, Reachable, make, reach_of

WEIGHTS = Handling()


def test_a_recipe_is_weighed_alike_with_and_without_a_plan():
    planned = STANDARD.handling(round_liquids=False)
    assert planned.model_copy(update={"pieces": 40, "products": 4}) == WEIGHTS


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
    """Every dose with its best recipe: what it weighs, and the divided pieces, pieces and products it minimizes."""
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
            key = (broken, pieces, len(used))
            best[dose] = min(key, best.get(dose, key))
    return {dose: (weight(handling, *key), *key) for dose, key in best.items()}


def weight(handling, broken, pieces, used):
    further = (used - 1) * handling.further_product + (pieces - 1) * handling.further_piece
    return broken * handling.divided_piece + further


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


@pytest.mark.parametrize("rounded", [True, False])
def test_every_mark_of_a_liquid_can_be_measured_whether_or_not_round_volumes_are_preferred(rounded) -> None:
    made = Reachable([solution(mark="0.1", least="0.3")], up_to=mg(60), handling=Handling(round_liquids=rounded))
    assert [dose.mg for dose in made.doses] == [Fraction(number, 10) for number in range(3, 601)]


def test_a_volume_weighs_more_for_each_rung_that_it_is_finer_than_the_coarsest_within_a_tenth_of_its_dose() -> None:
    made = Reachable([solution(mark="0.1", least="0.1")], up_to=mg(60), handling=Handling(round_liquids=True))
    finer = {text: made.recipe(Dose(text)).handling - Fraction(1, 20) for text in ("9.5", "9.6", "9.7", "10", "1")}
    assert finer == {"9.5": 0, "9.6": Fraction(1, 80), "9.7": Fraction(2, 80), "10": 0, "1": 0}
    plain = Reachable([solution(mark="0.1", least="0.1")], up_to=mg(60), handling=Handling())
    assert plain.recipe(Dose("9.7")).handling == Fraction(1, 20)


@given(st.integers(1, 3000))
def test_rungs_are_those_of_1_2_5_and_ten_times_them_up_to_a_tenth_of_the_dose(number) -> None:
    rungs = [rung * 10**power for power in range(4) for rung in (1, 2, 5) if rung * 10**power * 10 <= number] or [1]
    expected = sum(1 for rung in rungs if rung > max(rung for rung in rungs if number % rung == 0))
    assert rungs_finer(number, number, 1) == expected == every_rungs_finer(number)[number]


@pytest.mark.parametrize("last", [1, 9, 10, 19, 20, 99, 100, 101, 1234])
def test_the_rungs_of_all_numbers_are_those_of_each(last) -> None:
    assert every_rungs_finer(last)[1:] == [rungs_finer(number, number, 1) for number in range(1, last + 1)]


@given(products, st.booleans(), st.sampled_from(["0.25", "0.5", "0.75", "2"]), st.integers(1, 15), st.booleans())
def test_one_dose_is_made_as_it_is_in_the_list_of_all(pairs, mix, mark, up_to, rounded) -> None:
    held = [*(tablet(*pair) for pair in pairs), solution(mark=mark, least="1", most="6")]
    handling = Handling(pieces=3, products=2, mix_forms=mix, round_liquids=rounded)
    made = Reachable(held, up_to=mg(up_to), handling=handling)
    listed = {amount: weight for amount, weight, _ in made.weigh()}
    for quarter in range(1, up_to * 4 + 1):
        dose = mg(Fraction(quarter, 4))
        below, above = made.neighbors(dose)
        assert made.can_make(dose) == (dose.mg in listed)
        assert (below.mg if below else None) == max((amount for amount in listed if amount < dose.mg), default=None)
        assert (above.mg if above else None) == min((amount for amount in listed if amount > dose.mg), default=None)
        if made.can_make(dose):
            assert made.recipe(dose).handling == listed[dose.mg]


@pytest.mark.parametrize(
    ("dose", "strengths", "recipe"),
    [
        ("25", [("5", 1), ("20", 1)], "1 x t20 + 1 x t5"),
        ("75", [("25", 1), ("50", 1)], "1 x t50 + 1 x t25"),
        ("175", [("50", 2), ("100", 1)], "1 x t100 + 1 1/2 x t50"),
        ("40", [("10", 1), ("20", 1)], "2 x t20"),
        ("8", [("2", 2), ("5", 2)], "4 x t2"),
    ],
)
def test_fewest_divided_pieces_come_before_fewest_pieces_and_these_before_fewest_products(dose, strengths, recipe):
    held = [tablet(*pair) for pair in strengths]
    assert str(make(mg(dose), held)) == recipe
    assert str(make(mg(dose), held, handling=Handling(pieces=4, products=2))) == recipe


def test_one_form_makes_a_dose_where_two_are_no_easier() -> None:
    capsules = [Product(id=f"c{s}", drug="d", form="capsule", strength=Dose(s)) for s in ("150", "37.5")]
    assert str(make(mg("187.5"), [tablet("150"), *capsules])) == "1 x c150 + 1 x c37.5"
    assert str(make(mg("187.5"), [tablet("150"), tablet("37.5"), *capsules])) == "1 x t150 + 1 x t37.5"


class TestLargeAndImpossibleDoses:
    """One dose is made without making every dose below it, so that a wrong one is answered at once."""

    quarters = tuple(tablet(strength, 4) for strength in ("3", "7", "11"))

    def test_of_three_products_of_quarters(self) -> None:
        with pytest.raises(NotReachable, match=r"nearest doses that can be made are 100 mg and 100\.25 mg") as caught:
            make(mg("100.001"), self.quarters)
        assert (caught.value.below, caught.value.above) == (mg(100), mg("100.25"))

    @pytest.mark.parametrize("count", [6, 20])
    def test_of_many_products(self, count) -> None:
        with pytest.raises(NotReachable, match=r"nearest doses that can be made are 100 mg and 100\.25 mg"):
            make(mg("100.001"), [tablet(str(strength), 4) for strength in range(3, 3 + count)])

    def test_of_a_wrong_unit(self) -> None:
        with pytest.raises(NotReachable, match=r"nearest dose that can be made is 80 mg"):
            make(mg(1000), [tablet("0.5", 2), tablet("2")])

    def test_a_dose_above_is_found_where_it_lies_a_whole_unit_away(self) -> None:
        held = [tablet("1"), tablet("100")]
        assert reach_of(mg(5), held) == mg(105)
        with pytest.raises(NotReachable) as caught:
            make(mg(5), held, handling=Handling(pieces=4, products=1))
        assert (caught.value.below, caught.value.above) == (mg(4), mg(100))

    def test_a_dose_above_is_found_where_it_is_the_least_volume(self) -> None:
        assert reach_of(mg("0.1"), [solution(per_ml="4", least="0.5", mark="0.1")]) == mg("2.1")
        with pytest.raises(NotReachable) as caught:
            make(mg("0.1"), [solution(least="0.5", mark="0.1")])
        assert (caught.value.below, caught.value.above) == (None, mg("0.5"))

    def test_no_mark_is_too_fine_for_one_dose(self) -> None:
        assert str(make(mg("99.99999"), [solution(mark="0.00001", least="0.00001")])) == "99.99999 mL of solution"


@pytest.mark.parametrize(
    ("dose", "held", "handling", "says"),
    [
        ("9", [tablet("5", 2), tablet("1")], {"pieces": 4, "products": 2}, "Allow 5 pieces in an intake: at most 4"),
        ("19", [tablet("4"), tablet("6"), tablet("9")], {"products": 2}, "Allow 3 products in an intake: at most 2"),
        ("25", [tablet("2"), solution(least="1", most="20")], {}, "Let a tablet and a liquid share an intake"),
        (
            "25",
            [solution(least="1", most="20")],
            {},
            "Allow 25 mL of the 1 mg/mL oral solution in an intake: at most 20",
        ),
        (
            "19",
            [tablet("4"), tablet("6"), tablet("9")],
            {"pieces": 2, "products": 2},
            "Allow 3 pieces of 3 products in an intake: at most 2 of 2",
        ),
    ],
)
def test_a_limit_that_keeps_a_dose_from_being_made_is_named_with_what_lifts_it(dose, held, handling, says) -> None:
    with pytest.raises(NotReachable) as caught:
        make(mg(dose), held, handling=Handling(**handling))
    assert says in str(caught.value)


def test_a_dose_that_cannot_be_made_names_its_neighbors() -> None:
    with pytest.raises(NotReachable, match=r"3 mg of d cannot be made .* are 2 mg and 4 mg") as caught:
        make(mg(3), [tablet("2")])
    assert (caught.value.below, caught.value.above) == (mg(2), mg(4))


def test_products_of_two_drugs_are_refused() -> None:
    other = Product(id="o", drug="other", form="tablet", strength=mg(5))
    with pytest.raises(InvalidInput, match="give those of one drug"):
        Reachable([tablet("5"), other], up_to=mg(10))


def test_a_graduation_too_fine_to_list_is_refused_and_not_waited_for() -> None:
    with pytest.raises(TooManyDoses, match="coarser graduation"):
        list(Reachable([solution(mark="0.00001", least="0.00001")], up_to=mg(100)).doses)


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


class TestWhatIsTooMuchToList:
    def test_as_many_doses_as_the_limit_are_listed_and_no_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recipes, "MOST_DOSES", 20)
        assert len(Reachable([solution(least="0.1")], up_to=mg(2)).doses) == 20
        with pytest.raises(TooManyDoses, match=r"more doses up to 3 mg than the 20 that are compared; give a coarser"):
            list(Reachable([solution(least="0.1")], up_to=mg(3)).doses)

    def test_a_tablet_beside_a_volume_is_listed_in_so_many_ways(self, monkeypatch: pytest.MonkeyPatch) -> None:
        both, mixed = [tablet("1"), solution(least="0.1")], Handling(pieces=4, products=2, mix_forms=True)
        assert len(Reachable(both, up_to=mg(4), handling=mixed).doses) == 40
        monkeypatch.setattr(recipes, "_MOST_TRIED", 30)
        with pytest.raises(TooManyDoses, match="more doses up to 4 mg"):
            list(Reachable(both, up_to=mg(4), handling=mixed).doses)

    def test_sets_of_counted_doses_are_refused_before_they_take_minutes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(counts, "_MOST_BITS", 10**6)
        many = [tablet(f"{strength}", 4) for strength in (3, 7, 11)]
        assert Reachable(many, up_to=mg(50), handling=Handling(pieces=4, products=2)).can_make(mg(10))
        with pytest.raises(TooManyDoses, match="3 products in 3 at a time and 100 pieces make more doses than can be"):
            Reachable(many, up_to=mg(50), handling=Handling(pieces=100, products=10)).can_make(mg(10))

    def test_strengths_that_share_too_small_a_step_are_refused_with_the_step(self) -> None:
        odd = [tablet(f"1/{prime}", name=f"t{prime}") for prime in (101, 97, 89, 83, 79)]
        with pytest.raises(TooManyDoses, match=r"1/\d+ mg, and at most 1000000 .* up to 50 mg; give fewer"):
            Reachable(odd, up_to=mg(50)).can_make(mg(1))

    def test_a_strength_far_beyond_the_others_is_not_used(self) -> None:
        products = [tablet("1000000", 4), tablet("0.002", 2)]
        reachable = Reachable(products, up_to=mg("0.04"))
        assert reachable.can_make(mg("0.003"))
        assert not reachable.can_make(mg("0.0035"))
        assert str(reachable.recipe(mg("0.005"))) == "2 1/2 x t0.002"
