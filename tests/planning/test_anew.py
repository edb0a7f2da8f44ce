"""Planning the rest of any course anew, by the request that it carries."""

from fractions import Fraction
from typing import Any

import pytest

from taper.amounts.duration import Duration, days, months, weeks
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.planning.cross_taper import plan_cross_taper, replan_cross_taper
from taper.planning.daily_taper import plan_daily_taper
from taper.planning.explicit_steps import every_other_day, plan_steps
from taper.planning.replan import replan
from taper.planning.taper import plan_taper
from taper.planning.titration import choose_titration, plan_titration
from taper.plans.plan import Before, Plan
from taper.plans.regimen import Regimen
from taper.plans.weights import Weights
from taper.products.product import Product
from taper.products.recipes import NotReachable

SHIPPED = Formulary.shipped()
BACLOFEN = [Product(id=f"baclofen-{n}mg", drug="baclofen", form="tablet", strength=f"{n} mg", score=2) for n in (5, 10)]
DIAZEPAM = [Product(id=f"diazepam-{n}mg", drug="diazepam", form="tablet", strength=f"{n} mg", score=2) for n in (2, 5)]
SOLUTION = Product(
    id="solution",
    drug="diazepam",
    form="oral solution",
    concentration="1 mg/mL",
    smallest_volume="0.5 mL",
    graduation="0.1 mL",
)
ALPRAZOLAM = [
    Product(id=f"alprazolam-{n}", drug="alprazolam", form="tablet", strength=f"{n} mg", score=2)
    for n in ("0.25", "0.5", "1")
]
LAMOTRIGINE = [Product(id=f"lamotrigine-{n}", drug="lamotrigine", form="tablet", strength=f"{n} mg") for n in (25, 100)]


def written(plan: Any) -> list[str]:
    return [f"{step.lasting or plan.course.then}: {step}" for step in plan.course.steps]


class TestTitration:
    def test_the_rest_of_a_titration_is_the_titration_from_there(self) -> None:
        whole = plan_titration(
            drug="baclofen", to="30 mg", by=("5 mg", days(3)), products=BACLOFEN, slots=["evening", "morning", "noon"]
        )
        for count, (first, _) in enumerate(whole.course.bounds()):
            rest = replan(whole.course, day=first, products=BACLOFEN)
            assert written(rest) == written(whole)[count:]

    def test_another_increment_and_another_target_take_the_place_of_those_it_carries(self) -> None:
        whole = plan_titration(
            drug="baclofen", to="15 mg", by=("5 mg", days(3)), products=BACLOFEN, slots=["evening", "morning"]
        )
        rest = replan(whole.course, day=4, products=BACLOFEN, by=("5 mg", weeks(1)), to="20 mg")
        assert written(rest) == [
            "1 week: 5 mg morning, 5 mg evening",
            "1 week: 5 mg morning, 10 mg evening",
            "continue: 10 mg morning, 10 mg evening",
        ]

    def test_a_label_s_titration_is_carried_whole_and_goes_on_after_its_alternate_days(self) -> None:
        by = choose_titration(
            SHIPPED.monograph("lamotrigine"), source="us-tablet-label", column="with-valproate", indication="seizures"
        )
        whole = plan_titration(
            drug="lamotrigine", to="100 mg", by=by, products=LAMOTRIGINE, slots=["evening"], aim="slow"
        )
        assert whole.course.steps[0].cycle is not None
        begins = [first for first, _ in whole.course.bounds()]
        assert written(replan(whole.course, day=1, products=LAMOTRIGINE)) == written(whole)
        middle = replan(whole.course, day=begins[1] - 3, products=LAMOTRIGINE)
        assert written(middle) == written(whole)[1:]
        assert isinstance(middle.course.before, Before)
        assert middle.course.before.cycle == whole.course.steps[0].cycle
        assert written(replan(whole.course, day=begins[2], products=LAMOTRIGINE))[0] == written(whole)[2]

    def test_its_weights_and_its_end_of_a_range_are_carried(self) -> None:
        by = choose_titration(SHIPPED.monograph("baclofen"), source="lioresal-uk-smpc") if False else ("5 mg", days(3))
        made = plan_titration(
            drug="baclofen",
            to="15 mg",
            by=by,
            products=BACLOFEN,
            slots=["evening"],
            weights=Weights(pieces=3),
            aim="slow",
        )
        assert made.course.made_by is not None
        rest = replan(made.course, day=4, products=BACLOFEN)
        assert rest.course.made_by is not None
        assert rest.course.made_by.weights == made.course.made_by.weights
        assert rest.course.made_by.aim == "slow"

    def test_a_pace_is_no_way_up(self) -> None:
        whole = plan_titration(drug="baclofen", to="15 mg", by=("5 mg", days(3)), products=BACLOFEN, slots=["evening"])
        with pytest.raises(InvalidInput, match="goes up by its own increment or label; give by"):
            replan(whole.course, day=4, products=BACLOFEN, pace="5 mg, every 1 week")

    def test_what_differs_from_day_to_day_has_no_increment(self) -> None:
        with pytest.raises(InvalidInput, match="differs from day to day"):
            plan_titration(
                drug="baclofen",
                to="15 mg",
                by=("5 mg", days(3)),
                products=BACLOFEN,
                slots=["evening"],
                before=Before(cycle=(Regimen.of({"evening": "5 mg"}), Regimen.of({}))),
            )

    def test_another_start_takes_the_place_of_what_the_course_says(self) -> None:
        whole = plan_titration(drug="baclofen", to="15 mg", by=("5 mg", days(3)), products=BACLOFEN, slots=["evening"])
        rest = replan(whole.course, day=2, products=BACLOFEN, before={"evening": "10 mg"})
        assert written(rest) == ["continue: 15 mg evening"]


class TestMicroTaper:
    def test_percent_of_the_start_still_counts_from_the_start(self) -> None:
        whole = plan_daily_taper(
            drug="diazepam", before={"bedtime": "10 mg"}, products=[SOLUTION], pace="20% of start, every 2 weeks"
        )
        begins = dict(zip([str(step) for step in whole.course.steps], whole.course.bounds(), strict=True))
        day = begins["5 mg bedtime"][1]
        assert day is not None
        rest = replan(whole.course, day=day + 1, products=[SOLUTION])
        assert str(rest.course.steps[0]) == "4.9 mg bedtime"
        length = sum(step.lasting.days for step in rest.course.steps if step.lasting)
        assert abs(length - 35) <= 1  # 5 mg at 2 mg in two weeks
        assert rest.course.made_by is not None
        assert rest.course.made_by.start.as_dict() == {"bedtime": "10 mg"}

    def test_it_has_no_target(self) -> None:
        whole = plan_daily_taper(
            drug="diazepam", before={"bedtime": "5 mg"}, products=[SOLUTION], pace="1 mg, every 1 week"
        )
        with pytest.raises(InvalidInput, match="follows its curve to the end"):
            replan(whole.course, day=3, products=[SOLUTION], to="2 mg")


class TestByHand:
    STEPS = (({"bedtime": "10 mg"}, "2 weeks"), ({"bedtime": "5 mg"}, "2 weeks"))

    def test_explicit_steps_are_planned_as_a_taper_if_a_pace_is_given(self) -> None:
        made = plan_steps(drug="diazepam", before={"bedtime": "12 mg"}, steps=self.STEPS, then="stop")
        with pytest.raises(InvalidInput, match="carries no request; give a pace"):
            replan(made.course, day=15, products=DIAZEPAM)
        rest = replan(made.course, day=15, products=DIAZEPAM, pace="2 mg, every 1 week")
        assert [str(step) for step in rest.course.steps] == [
            "8 mg bedtime", "6 mg bedtime", "4 mg bedtime", "2 mg bedtime",
        ]  # fmt: skip
        assert rest.course.then == "stop"
        assert rest.course.made_by is not None
        assert rest.course.made_by.start.as_dict() == {"bedtime": "12 mg"}

    def test_where_it_is_not_known_what_came_before_shares_count_from_the_first_step(self) -> None:
        made = plan_steps(drug="diazepam", steps=self.STEPS, then="review")
        rest = replan(made.course, day=15, products=DIAZEPAM, pace="2 mg, up to 5 mg, every 1 week")
        assert rest.course.steps[-1].regimen == Regimen.of({"bedtime": "5 mg"})
        assert rest.course.made_by is not None
        assert rest.course.made_by.start.as_dict() == {"bedtime": "10 mg"}

    def test_an_end_in_alternate_days_is_no_target(self) -> None:
        steps = [self.STEPS[0], every_other_day({"bedtime": "5 mg"})]
        made = plan_steps(drug="diazepam", before={"bedtime": "10 mg"}, steps=steps)
        with pytest.raises(InvalidInput, match="give a target"):
            replan(made.course, day=15, products=DIAZEPAM, pace="2 mg, every 1 week")
        rest = replan(made.course, day=15, products=DIAZEPAM, pace="2 mg, every 1 week", to="4 mg")
        assert rest.course.steps[-1].regimen == Regimen.of({"bedtime": "4 mg"})


class TestLength:
    PACE = "10% of current, at least 1 mg, up to 25%, every 2 weeks"

    def taper(self, **changes: Any) -> Any:
        return plan_taper(drug="diazepam", before={"bedtime": "10 mg"}, products=DIAZEPAM, pace=self.PACE, **changes)

    def test_what_has_passed_is_taken_from_the_longest_time(self) -> None:
        whole = self.taper(longest=weeks(12), stays="even", lead_in=weeks(1))
        rest = replan(whole.course, day=36, products=DIAZEPAM)  # four weeks after the first fall on day 8
        assert rest.course.made_by is not None
        assert rest.course.made_by.longest == Duration(56)
        assert sum(step.lasting.days for step in rest.course.steps) <= 56

    def test_a_shortest_time_that_is_over_asks_nothing_more(self) -> None:
        whole = self.taper(shortest=weeks(4))
        rest = replan(whole.course, day=43, products=DIAZEPAM)
        assert rest.course.made_by is not None
        assert rest.course.made_by.shortest is None

    def test_a_longest_time_that_is_over_is_said(self) -> None:
        whole = self.taper(longest=weeks(12), stays="even")
        last = (
            whole.course.last_day
            if isinstance(getattr(whole.course, "last_day", None), int)
            else whole.course.bounds()[-1][1]
        )
        with pytest.raises(InvalidInput, match="is over by day"):
            replan(
                whole.course.model_copy(
                    update={"made_by": whole.course.made_by.model_copy(update={"longest": weeks(2)})}
                ),
                day=last,
                products=DIAZEPAM,
            )
        rest = replan(whole.course, day=15, products=DIAZEPAM, longest=weeks(52))
        assert rest.course.made_by.longest == weeks(52)

    def test_months_have_no_days_left_to_count(self) -> None:
        pace = "10% of current, at least 1 mg, up to 25%, every 1 month"
        whole = plan_taper(
            drug="diazepam", before={"bedtime": "10 mg"}, products=DIAZEPAM, pace=pace, longest=months(12), stays="even"
        )
        with pytest.raises(InvalidInput, match="no days are left to count"):
            replan(whole.course, day=8, products=DIAZEPAM, before={"bedtime": "8 mg"})
        with pytest.raises(InvalidInput, match="no day numbers without a start; give before"):
            replan(whole.course, day=8, products=DIAZEPAM)


class TestCrossTaper:
    TABLE = SHIPPED.table("ashton-2002")
    THEN = {"pace": "10% of current, at least 1 mg, up to 25%, every 2 weeks", "order": "evenly"}  # noqa: RUF012
    MADE: dict[str, Any] = {}  # noqa: RUF012  # each plan once, by what was asked for otherwise

    def plan(self, **changes: Any) -> Any:
        given: dict[str, Any] = {
            "drug": "alprazolam",
            "before": {"morning": "0.25 mg", "noon": "0.25 mg", "bedtime": "0.25 mg"},
            "products": ALPRAZOLAM,
            "to_drug": "diazepam",
            "to_products": DIAZEPAM,
            "equivalence": self.TABLE,
            "every": weeks(1),
            "rounding": "down",
            "order": ["bedtime", "morning", "noon"],
            "then": self.THEN,
        }
        if str(changes) not in self.MADE:
            self.MADE[str(changes)] = plan_cross_taper(**{**given, **changes})
        return self.MADE[str(changes)]

    def anew(self, plan: Plan, day: int, **changes: Any) -> Any:
        given: dict[str, Any] = {"products": ALPRAZOLAM, "to_products": DIAZEPAM, "equivalence": self.TABLE}
        return replan_cross_taper(plan, day=day, **{**given, **changes})

    @pytest.mark.parametrize("stages", ["intake by intake", 2])
    def test_the_rest_from_each_stage_is_the_plan_from_there(self, stages: Any) -> None:
        whole = self.plan(stages=stages)
        for count, stage in enumerate(whole.stages):
            rest = self.anew(whole.plan, stage.day)
            assert [(s.old, s.new, s.combined) for s in rest.stages] == [
                (s.old, s.new, s.combined) for s in whole.stages[count:]
            ]
            assert rest.plan.courses[-1].steps == whole.plan.courses[-1].steps[count:]
            assert rest.before.old == (whole.stages[count - 1] if count else whole.before).old

    def test_a_rest_can_be_planned_anew_in_its_turn(self) -> None:
        rest = self.anew(self.plan().plan, 8, every=weeks(2), rounding="nearest")
        again = self.anew(rest.plan, 15)
        assert [stage.day for stage in rest.stages] == [1, 15]
        assert [str(stage.new) for stage in again.stages] == [str(rest.stages[1].new)]
        assert [course.drug for course in again.plan.courses] == ["diazepam"]
        assert "Equivalents of diazepam" in str(again)

    def test_the_taper_after_the_stages_follows_its_own_request(self) -> None:
        whole = self.plan()
        second = whole.plan.courses[1]
        begins = [first for first, _ in second.bounds()]
        rest = replan(second, day=begins[4], products=DIAZEPAM)
        assert rest.course.steps == second.steps[4:]
        assert rest.course.made_by is not None
        assert rest.course.made_by.start.as_dict() == second.steps[2].regimen.as_dict()

    def test_another_taper_can_follow(self) -> None:
        rest = self.anew(self.plan().plan, 8, then={"pace": "2 mg, every 1 week", "order": "in order"})
        assert str(rest.plan.courses[1].made_by.then.pace) == "2 mg, every 1 week"

    def test_without_a_taper_it_goes_on(self) -> None:
        whole = self.plan(then=None, weights=Weights(pieces=3))
        rest = self.anew(whole.plan, 8)
        assert rest.plan.courses[1].then == "continue"
        assert rest.plan.courses[1].made_by.weights == whole.plan.courses[1].made_by.weights
        with pytest.raises(InvalidInput, match="give a pace"):
            replan(whole.plan.courses[1], day=30, products=DIAZEPAM)

    @pytest.mark.parametrize("index", [0, 1])
    def test_one_course_alone_is_not_planned_during_the_stages(self, index: int) -> None:
        course = self.plan().plan.courses[index]
        with pytest.raises(InvalidInput, match="plan them together with replan_cross_taper"):
            replan(course, day=8, products=[ALPRAZOLAM, DIAZEPAM][index])

    def test_once_every_stage_has_begun_it_points_to_the_second_course(self) -> None:
        whole = self.plan(stages=3)
        with pytest.raises(InvalidInput, match="every stage has begun by day 22; plan the second course with replan"):
            self.anew(whole.plan, 22)

    def test_what_is_no_stage_of_it_is_said(self) -> None:
        whole = self.plan()
        first, second = whole.plan.courses
        other = second.model_copy(update={"steps": (*second.steps[1:2], *second.steps)})
        with pytest.raises(InvalidInput, match="is no stage of this plan"):
            self.anew(Plan(courses=(first, other)), 8)

    def test_the_table_is_the_one_the_plan_goes_by(self) -> None:
        other = next(table for table in SHIPPED.tables if table.id != self.TABLE.id and table.holds("alprazolam"))
        with pytest.raises(InvalidInput, match=f"goes by {self.TABLE.id}"):
            self.anew(self.plan().plan, 8, equivalence=other)

    def test_a_plan_of_another_kind_has_no_stages(self) -> None:
        made = plan_steps(drug="diazepam", steps=[({"bedtime": "5 mg"}, None)])
        with pytest.raises(InvalidInput, match="has no stages"):
            self.anew(made.plan, 1)

    def test_coarser_products_never_make_the_first_drug_rise(self) -> None:
        whole = self.plan(stages=4, before={"bedtime": "1 mg"}, order=[], rounding="up")
        whole_only = [Product(id="alprazolam-2mg", drug="alprazolam", form="tablet", strength="2 mg", score=2)]
        with pytest.raises(NotReachable, match=r"bedtime: 0\.5 mg of alprazolam is taken now and cannot be made"):
            self.anew(whole.plan, 15, products=whole_only)


def test_the_shares_are_exact() -> None:
    made = plan_daily_taper(
        drug="diazepam",
        before={"bedtime": "5 mg"},
        products=[SOLUTION],
        pace="1 mg, every 1 week",
        indication="anxiety",
    )
    assert made.course.indication == "anxiety"
    assert all(isinstance(step.days[0].total.mg, Fraction) for step in made.course.steps)
