"""Every dose as exact portions of real products, or an error that says what is near."""

from fractions import Fraction
from itertools import product as each
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, TABLETS, course, formulary, liquid, plan_of, plan_with, step, tablet
from taper import (
    Dose,
    Formulary,
    Handling,
    InvalidInput,
    NotFound,
    Plan,
    Portion,
    Product,
    Reachable,
    mg,
    plan_taper,
    realize,
    weeks,
)
from taper.knowledge.product_choice import NoProducts
from taper.planning.cross_taper import plan_cross_taper
from taper.plans.weights import Weights
from taper.schedules.realization import CannotRealize, realize_steps
from taper.testing import product_sets, realizable_plans, tablets, unrealizable_plans

small = st.sampled_from([Fraction(strength) for strength in (1, 2, 3, 5, 7, 10)])


def portions_of(made):
    return [portion for intake in intakes_of(made) for portion in intake.recipe.portions]


def intakes_of(made):
    return [intake for course in made.courses for step in course.steps for day in step.days for intake in day.intakes]


def brute_force(products, limit):
    """Every dose up to a limit that counts of solids make, in mg, by trying them all."""
    counts = [range(ceil(limit / (item.strength.mg / item.pieces)) + 1) for item in products]
    totals = {
        sum((item.strength.mg * number / item.pieces for item, number in zip(products, numbers, strict=True)), 0)
        for numbers in each(*counts)
    }
    return sorted(total for total in totals if 0 < total <= limit)


class TestExactness:
    @given(realizable_plans())
    def test_every_dose_is_the_exact_sum_of_its_portions(self, drawn):
        made = realize(*drawn)
        products = {item.id: item for item in drawn.products}
        for intake in intakes_of(made):
            parts = [products[portion.product].dose_of(portion) for portion in intake.recipe.portions]
            assert sum((part.mg for part in parts), 0) == intake.dose.mg
            assert intake.recipe.dose == intake.dose

    @given(realizable_plans())
    def test_realized_days_are_the_plans_days(self, drawn):
        for planned, made in zip(drawn.plan.courses, realize(*drawn).courses, strict=True):
            for one, other in zip(planned.steps, made.steps, strict=True):
                assert other.step == one
                assert [[(i.slot, i.dose) for i in day.intakes] for day in other.days] == [
                    [(i.slot, i.dose) for i in day] for day in one.days
                ]
                assert [day.total for day in other.days] == [day.total for day in one.days]

    @given(realizable_plans())
    def test_no_unit_is_divided_further_than_it_may_be(self, drawn):
        products = {item.id: item for item in drawn.products}
        for portion in portions_of(realize(*drawn)):
            item = products[portion.product]
            if portion.count is not None:
                assert (portion.count * item.pieces).denominator == 1
            else:
                assert portion.volume >= item.smallest_volume
                assert (portion.volume.ml / (item.graduation or item.smallest_volume).ml).denominator == 1

    @given(realizable_plans())
    def test_tablet_and_liquid_share_an_intake_only_when_asked(self, drawn):
        liquids = {item.id for item in drawn.products if item.form.is_liquid}
        for intake in intakes_of(realize(*drawn)):
            names = {portion.product for portion in intake.recipe.portions}
            assert len(names & liquids) == 0 or len(names) == 1

    @given(product_sets(tablets(small)), st.data())
    def test_a_dose_is_made_exactly_when_trying_everything_makes_it(self, products, data):
        limit = 20
        reachable = brute_force(products, limit)
        grain = min(item.strength.mg / item.pieces for item in products)
        wanted = data.draw(st.integers(1, int(limit / grain)).map(lambda number: number * grain))
        plan = plan_of(step({"noon": Dose(wanted)}, "1 day"))
        if wanted in reachable:
            assert realize(plan, products)
            return
        with pytest.raises(CannotRealize) as caught:
            realize(plan, products)
        (problem,) = caught.value.problems
        everything = brute_force(products, wanted + max(item.strength.mg for item in products))
        assert (problem.below and problem.below.mg) == max((dose for dose in everything if dose < wanted), default=None)
        assert (problem.above and problem.above.mg) == min((dose for dose in everything if dose > wanted), default=None)

    @pytest.mark.parametrize(
        ("dose", "products", "recipe"),
        [
            ("6 mg", (tablet("5 mg"), tablet("2 mg")), "3 x t2mg"),
            ("0.3 mg", (tablet("0.1 mg"),), "3 x t0.1mg"),
            ("7.5 mg", (tablet("5 mg", score=2),), "1 1/2 x t5mg"),
            ("3 1/3 mg", (tablet("10 mg", score=3),), "1/3 x t10mg"),
        ],
        ids=["greedy fails", "floats fail", "a half", "a third"],
    )
    def test_what_others_could_not_make_is_made(self, dose, products, recipe):
        made = realize(plan_of(step(dose, "1 day")), products)
        assert str(intakes_of(made)[0].recipe) == recipe


class TestWhatCannotBeMade:
    @given(unrealizable_plans())
    def test_the_one_dose_that_cannot_be_made_is_named_with_its_place(self, drawn):
        with pytest.raises(CannotRealize) as caught:
            realize(drawn.plan, drawn.products)
        (problem,) = caught.value.problems
        assert problem.dose == drawn.dose
        assert caught.value.where == f"step {drawn.step}, {drawn.slot}"
        assert str(drawn.dose) in str(caught.value)

    @given(unrealizable_plans())
    def test_the_neighbors_are_named_and_can_be_made(self, drawn):
        with pytest.raises(CannotRealize) as caught:
            realize(drawn.plan, drawn.products)
        (problem,) = caught.value.problems
        found = [near for near in (problem.below, problem.above) if near is not None]
        assert found
        for near in found:
            assert realize(plan_of(step({"noon": near}, "1 day")), drawn.products)
            assert str(near.in_unit(drawn.dose.unit)) in str(caught.value)

    def test_the_message_says_where_what_near_and_what_to_do(self):
        with pytest.raises(CannotRealize) as caught:
            realize(plan_of(step("7.5 mg", "1 day")), (tablet("10 mg", score=2), tablet("20 mg", score=2)))
        assert str(caught.value) == (
            "step 1, evening: 7.5 mg of testamine cannot be made from 20 mg tablets (halves), 10 mg tablets (halves). "
            "The nearest doses that can be made are 5 mg and 10 mg. Change the step, or add a smaller strength "
            "or a liquid that can be measured."
        )

    def test_several_are_listed_and_the_rest_counted(self):
        doses = ["0.1 mg", "0.2 mg", "0.3 mg", "0.4 mg", "0.5 mg", "0.6 mg", "0.7 mg"]
        with pytest.raises(CannotRealize, match="7 doses cannot be made") as caught:
            realize(plan_of(*(step(dose, "1 day") for dose in doses)), TABLETS)
        assert len(caught.value.problems) == 7
        assert str(caught.value).endswith("and 2 more")
        with pytest.raises(CannotRealize, match="2 doses cannot be made") as caught:
            realize(plan_of(*(step(dose, "1 day") for dose in doses[:2])), TABLETS)
        assert "more" not in str(caught.value)

    def test_with_several_courses_the_course_is_named_too(self):
        plan = plan_with(course(step("5 mg", "1 day"), id="a"), course(step("0.5 mg", "1 day"), id="b"))
        with pytest.raises(CannotRealize, match="course b, step 1, evening"):
            realize(plan, TABLETS)

    def test_without_products_nothing_is_guessed(self):
        with pytest.raises(NoProducts):
            realize(plan_of(step("5 mg", "1 day")), (), formulary=formulary())
        with pytest.raises(NotFound):
            realize(plan_of(step("5 mg", "1 day"), drug="xyzzy"), TABLETS)

    def test_a_liquid_that_cannot_be_measured_makes_nothing(self):
        with pytest.raises(InvalidInput, match="smallest_volume"):
            realize(plan_of(step("5 mg", "1 day")), [liquid(smallest_volume=None)])


class TestChoices:
    def test_a_step_may_name_its_products(self):
        plan = plan_of(step("4 mg", "1 day", products=["t1mg"]), step("4 mg", "1 day"))
        first, second = (step.days[0].intakes[0].recipe for step in realize(plan, TABLETS).courses[0].steps)
        assert (str(first), str(second)) == ("4 x t1mg", "2 x t2mg")

    def test_handling_bounds_what_one_intake_may_hold(self):
        plan = plan_of(step("4 mg", "1 day"))
        with pytest.raises(CannotRealize):
            realize(plan, [tablet("1 mg")], handling=Handling(pieces=3))

    def test_tablet_and_liquid_may_be_mixed_when_asked(self):
        plan = plan_of(step("5.5 mg", "1 day"))
        products = [tablet("5 mg"), liquid(largest_volume="1 mL")]
        with pytest.raises(CannotRealize):
            realize(plan, products)
        made = realize(plan, products, handling=Handling(mix_forms=True))
        assert str(intakes_of(made)[0].recipe) == "1 x t5mg + 0.5 mL of solution"

    def test_a_brand_is_realized_under_the_name_it_is_held_by(self):
        made = realize(plan_of(step("5 mg", "1 day"), drug="Brand"), TABLETS, formulary=formulary(synonyms=["Brand"]))
        assert made.drugs == (DRUG,)
        assert made.courses[0].drug == DRUG


def test_a_dose_that_cannot_be_made_is_named_in_each_step_that_has_it():
    with pytest.raises(CannotRealize, match="2 doses cannot be made") as caught:
        realize(plan_of(step("7.5 mg", "1 day"), step("7.5 mg", "2 days")), TABLETS)
    assert [problem.where for problem in caught.value.problems] == ["step 1, evening", "step 2, evening"]
    with pytest.raises(CannotRealize) as caught:
        realize_steps(plan_of(step("7.5 mg", "1 day")).courses[0].steps, TABLETS, None, where="from day 3")
    assert caught.value.where == "from day 3, step 1, evening"


class TestWhatIsHeld:
    MADE = realize(plan_of(step("7 mg", "1 day")), TABLETS)

    def test_a_course_is_found_by_its_id(self):
        assert self.MADE.course(DRUG) is self.MADE.courses[0]
        with pytest.raises(InvalidInput, match=f"no course 'x'; courses: {DRUG}"):
            self.MADE.course("x")

    def test_a_product_is_found_by_its_id_and_those_used_are_told_apart(self):
        made = self.MADE.courses[0]
        assert made.product("t5mg").strength == mg(5)
        assert [item.id for item in made.used] == ["t2mg", "t5mg"]
        assert len(made.products) == 3
        with pytest.raises(NoProducts, match="has no product 'x'"):
            made.product("x")

    def test_portions_are_counts_of_products(self):
        assert portions_of(self.MADE) == [Portion(product="t5mg", count=1), Portion(product="t2mg", count=1)]


def test_one_product_where_several_can_stand_is_told_so():
    with pytest.raises(InvalidInput, match="got a Product; write it in a list"):
        realize(plan_of(step("5 mg", "1 day")), tablet("5 mg"))


class TestAsPlanned:
    """A dose is made as the planner made it."""

    def test_at_most_4_pieces_where_they_make_it_and_more_where_they_do_not(self):
        tablets = [tablet("5 mg"), tablet("10 mg"), tablet("15 mg")]
        (dose,) = realize(plan_of(step("25 mg", "1 day")), tablets).courses[0].steps[0].days[0].intakes
        assert dose.recipe.pieces <= 4
        (dose,) = realize(plan_of(step("25 mg", "1 day")), [tablet("5 mg")]).courses[0].steps[0].days[0].intakes
        assert dose.recipe.pieces == 5

    def test_an_intake_that_keeps_one_form_keeps_it(self):
        products = [tablet("5 mg", score=2), liquid(graduation="0.1 mL")]
        made = plan_taper(drug=DRUG, before={"morning": "10 mg", "bedtime": "9 mg"}, products=products, forms="one",
                          order="evenly", pace="1 mg, every 1 week")  # fmt: skip
        assert made.course.made_by.liquid
        for row, realized in zip(made.report.rows, realize(made.plan, products).courses[0].steps, strict=False):
            assert {i.slot.name: i.recipe for i in realized.days[0].intakes} == row.recipes
        again = realize_steps(made.course.steps, tuple(products), None, made_by=made.course.made_by)
        assert again == realize(made.plan, products).courses[0].steps
        # Without the liquid the doses are made of what there is.
        halves = plan_taper(
            drug=DRUG, before={"morning": "10 mg"}, products=products, forms="one", pace="5 mg, every 1 week"
        )
        assert realize(halves.plan.model_copy(update={"courses": (
            halves.course.model_copy(update={"products": ()}),)}), products[:1]).courses[0].steps  # fmt: skip

    def test_with_other_products_than_were_planned_it_takes_as_many_pieces_as_it_must(self):
        products = [tablet("5 mg"), tablet("15 mg")]
        made = plan_taper(drug=DRUG, before={"morning": "35 mg"}, products=products, pace="5 mg, every 1 week")
        other = made.course.model_copy(update={"products": ()})
        steps = realize(made.plan.model_copy(update={"courses": (other,)}), products[:1]).courses[0].steps
        assert [intake.recipe.pieces for step in steps for intake in step.days[0].intakes] == [6, 5, 4, 3, 2, 1]

    def test_the_stages_of_a_cross_taper_are_made_within_its_weights(self):
        table = Formulary.shipped().table("ashton-2002")
        old = [Product(id="a1", drug="alprazolam", form="tablet", strength="1 mg", score=2)]
        new = [Product(id="d10", drug="diazepam", form="tablet", strength="10 mg", score=2)]
        crossed = plan_cross_taper(drug="alprazolam", before={"morning": "1 mg", "bedtime": "1 mg"}, products=old,
                                   to_drug="diazepam", to_products=new, equivalence=table, every=weeks(1),
                                   rounding="down", weights=Weights(pieces=8))  # fmt: skip
        realized = realize(crossed.plan, [*old, *new])
        assert [str(intake.recipe) for intake in realized.courses[1].steps[-1].days[0].intakes] == [
            "2 x d10",
            "2 x d10",
        ]


class TestProductsThatNeverStandForEachOther:
    WHOLE = Product(id="whole", drug=DRUG, form="tablet", strength="5 mg")
    SLOW = Product(id="slow", drug=DRUG, form="tablet", strength="5 mg", release="extended")

    def test_a_step_that_names_a_product_chooses_its_release_for_the_course(self):
        plan = plan_of(step("5 mg", "1 week"), step("5 mg", "1 week", products=["whole"]), then="stop")
        assert realize(plan, [self.WHOLE, self.SLOW]).courses[0].products == (self.WHOLE,)

    def test_extended_release_is_never_chosen_unsaid(self):
        plan = plan_of(step("5 mg", "1 week"), step("5 mg", "1 week", products=["slow"]), then="stop")
        with pytest.raises(NoProducts, match="products are extended and immediate release"):
            realize(plan, [self.WHOLE, self.SLOW])

    def test_one_product_where_several_can_stand_is_asked_for_in_a_list(self):
        with pytest.raises(InvalidInput, match=r"got a Product; write it in a list, \[product\]"):
            Reachable(self.WHOLE, up_to="5 mg")


def test_a_realized_plan_lists_each_step_with_what_makes_its_doses():
    plan = plan_of(step("7 mg", "2 days"), step(["5 mg", {}], "4 days"), step([{}, "5 mg"]), then="continue")
    made = realize(plan, TABLETS)
    assert str(made).splitlines() == [
        "testamine, of 2 products",
        "course     step  for     doses and what makes them",
        "testamine  1     2 days  7 mg evening (1 x t5mg + 1 x t2mg)",
        "testamine  2     4 days  5 mg evening (1 x t5mg); day 1 of 2",
        "testamine  3     no end  nothing; day 1 of 2",
    ]
    assert made._repr_html_() == f'<pre style="white-space:pre-wrap">{made}</pre>'
    assert made.courses[0].release == "immediate"


def test_a_weekly_step_goes_by_the_weekday_and_a_cycle_by_its_own_days():
    tablets = [Product(id="x5", drug="x", form="tablet", strength="5 mg")]
    steps = [
        {"for": "1 week", "weekly": {"fri": {"evening": "5 mg"}}},
        {"for": "4 days", "cycle": [{"evening": "10 mg"}, {}]},
    ]
    weekly, cycle = (
        realize(Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps}]}), tablets).courses[0].steps
    )
    assert [str(weekly.on(3, weekday).total) for weekday in (3, 4)] == ["0 mg/day", "5 mg/day"]
    assert [str(cycle.on(index, 4).total) for index in (2, 3)] == ["10 mg/day", "0 mg/day"]


def test_where_names_were_looked_up_and_what_was_allowed_is_no_part_of_what_was_made():
    plan = plan_of(step("7 mg", "1 day"))
    made = realize(plan, TABLETS, formulary=formulary(synonyms=["Brand"]))
    assert made == realize(plan, TABLETS, formulary=formulary())
    assert made == realize(plan, TABLETS, handling=Handling())
    assert made != realize(plan, TABLETS[1:])


def test_what_a_course_remembers_of_itself_is_no_part_of_it():
    tablets = [Product(id="x5", drug="x", form="tablet", strength="5 mg")]
    plan = Plan.read({"courses": [{"drug": "x", "then": "continue", "steps": [{"regimen": {"evening": "5 mg"}}]}]})
    one, other = (realize(plan, tablets).courses[0] for _ in range(2))
    before = repr(one)
    assert one.used == tuple(tablets)
    assert (one == other, repr(one)) == (True, before)
