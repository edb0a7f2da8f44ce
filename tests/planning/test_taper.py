"""plan_taper as it is asked: targets, orders, lengths, excess, forms, and every request that it refuses."""

from typing import Any

import pytest

from taper.amounts.dose import mg
from taper.amounts.duration import days, months, weeks
from taper.errors import InvalidInput
from taper.paces.pace import Pace, PaceWithoutEnd
from taper.planning.replan import replan
from taper.planning.solver.problem import NoPlan, Problem
from taper.planning.solver.search import search
from taper.planning.solver.solve import solve
from taper.planning.solver.state_space import TooManyStates
from taper.planning.taper import TooFast, plan_taper
from taper.plans.order import InvalidOrder, Order, evenly, in_order, keep_last
from taper.plans.plan import Before, read_plan
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product
from taper.products.recipes import NotReachable


def tablet(strength: str, score: Any = 2, **more: Any) -> Product:
    name = f"{strength.replace(' ', '')}{more.get('release', '')}"
    return Product(id=name.lower(), drug="diazepam", form="tablet", strength=strength, score=score, **more)


TABLETS = [tablet("2 mg"), tablet("5 mg"), tablet("10 mg")]
LIQUID = Product(
    id="solution",
    drug="diazepam",
    form="oral solution",
    concentration="2 mg/5 mL",
    smallest_volume="0.5 mL",
    graduation="0.5 mL",
)
UNMEASURED = Product(id="other", drug="diazepam", form="oral solution", concentration="5 mg/5 mL")
PACE = "10% of current, at least 1 mg, up to 12.5%, every 2 weeks"
TWICE = {"morning": "10 mg", "bedtime": "10 mg"}


def plan(**changes: Any) -> Any:
    asked: dict[str, Any] = {"drug": "diazepam", "before": TWICE, "pace": PACE, "products": TABLETS, "order": "evenly"}
    return plan_taper(**{**asked, **changes})


def test_a_plan_is_in_the_plan_format_and_reads_back() -> None:
    made = plan(title="Diazepam, down", indication="anxiety", taken_for=months(6))
    assert read_plan(made.plan.to_json()).to_dict() == made.plan.to_dict()
    assert made.course.before == Before(regimen=Regimen.of(TWICE), lasting=months(6))
    assert made.course.products == ("10mg", "2mg", "5mg")


def test_a_request_reads_back_from_what_the_plan_says_it_was_made_by() -> None:
    lengths = {"shortest": weeks(20), "longest": weeks(60)}
    made = plan(weights=Weights(pieces=3), stays="even", start={"morning": "20 mg"}, **lengths)
    asked = made.course.made_by
    written = made.plan.to_dict()["courses"][0]["made_by"]
    assert written["pattern"] == "taper"
    assert (written["pace"], written["order"], written["stays"]) == (PACE, "evenly", "even")
    assert (written["shortest"], written["longest"], written["start"]) == ("20 weeks", "60 weeks", {"morning": "20 mg"})
    assert Weights.read(written["weights"]) == asked.weights == Weights(pieces=3)
    assert set(written["weights"]) == set(Weights.model_fields), "written whole, so that no later standard changes it"
    assert read_plan(made.plan.to_json()).courses[0].made_by == asked


def test_a_maintenance_dose_goes_on_and_is_not_stopped() -> None:
    made = plan(to="10 mg")
    assert made.course.then == "continue"
    assert made.course.steps[-1].lasting is None
    assert made.course.steps[-1].days[0].total.mg == 10
    assert str(plan(to=mg(10)).plan.fingerprint) == str(made.plan.fingerprint)


def test_a_target_may_be_a_regimen() -> None:
    made = plan(to={"bedtime": "5 mg"})
    assert made.course.steps[-1].regimen == Regimen.of({"bedtime": "5 mg"})


@pytest.mark.parametrize("nothing", [0, "0", mg(0), {}, Regimen()], ids=repr)
def test_nothing_is_written_in_several_ways(nothing: Any) -> None:
    assert plan(to=nothing).course.then == "stop"


def test_a_lead_in_keeps_what_was_taken_until_the_first_fall() -> None:
    made = plan(lead_in=weeks(1))
    assert (made.course.steps[0].regimen, made.course.steps[0].lasting) == (Regimen.of(TWICE), weeks(1))
    assert made.report.rows[0].day == 8


def test_the_last_intake_kept_is_the_one_named() -> None:
    made = plan(order=keep_last("bedtime"))
    alone = [step.regimen for step in made.course.steps if len(step.regimen) == 1]
    assert {regimen.slots[0].name for regimen in alone} == {"bedtime"}
    assert all(step.regimen.dose_at("bedtime") == mg(10) for step in made.course.steps if len(step.regimen) == 2)


def test_intakes_fall_in_the_order_named() -> None:
    made = plan(order=in_order("bedtime", "morning"))
    assert all(step.regimen.dose_at("morning") == mg(10) for step in made.course.steps if len(step.regimen) == 2)


def test_a_shortest_length_makes_more_changes_and_a_longest_one_fewer() -> None:
    usual = plan().report
    assert plan(shortest=weeks(40)).report.days >= 280 > usual.days
    shorter = plan(longest=weeks(20), stays="even").report
    assert shorter.days <= 140 < usual.days
    assert shorter.over


def test_longer_stays_count_towards_the_longest_length() -> None:
    assert plan(longest=weeks(20)).report.days <= 140


def test_each_intake_keeps_one_form_where_asked() -> None:
    made = plan(products=[*TABLETS, LIQUID], forms="one", pace="10% of current, last dose 1 mg, every 2 weeks")
    for slot in ("morning", "bedtime"):
        recipes = [row.recipes[slot] for row in made.report.rows if slot in row.recipes and slot in row.touched]
        assert len({recipe.has_liquid for recipe in recipes}) == 1


def test_an_intake_that_keeps_one_form_takes_no_tablet_between_two_doses_of_a_liquid() -> None:
    small = LIQUID.measured("2.5 mL", graduation="2.5 mL")  # 1 mg
    asked = {"before": {"morning": "8 mg"}, "pace": "1 mg, every 1 week", "products": [tablet("4 mg", 1), small]}
    forms = {
        name: [row.recipes["morning"].has_liquid for row in plan(**asked, forms=name).report.rows[:-1]]
        for name in ("any", "one")
    }
    assert forms == {"any": [True] * 3 + [False] + [True] * 3, "one": [True] * 7}


def test_where_either_form_costs_the_same_an_intake_keeps_to_tablets() -> None:
    products = [LIQUID.measured("2.5 mL", graduation="2.5 mL"), tablet("1 mg", 1)]
    asked = {"before": {"morning": "2 mg"}, "pace": "1 mg, every 1 week", "products": products, "forms": "one"}
    made = plan(**asked, weights=Weights(measured_liquid=0, finer_volume=0), order=None)
    assert [row.recipes["morning"].has_liquid for row in made.report.rows[:-1]] == [False]


def test_capsules_alone_are_taken_where_tablets_beside_them_gain_nothing() -> None:
    one, two = (Product(id=f"c{mg}", drug="diazepam", form="capsule", strength=f"{mg} mg") for mg in (1, 2))

    def used(*products: Product) -> set[str]:
        made = plan(before={"morning": "4 mg"}, pace="1 mg, every 1 week", order=None, products=products)
        return {str(item.form) for item in made.report.solved.used}

    assert used(one, two, tablet("2 mg", 1)) == {"capsule"}
    assert used(one, tablet("2 mg", 1)) == {"capsule", "tablet"}


def test_what_is_taken_now_need_not_be_made_in_the_form_that_the_intake_goes_over_to() -> None:
    small = LIQUID.measured("0.5 mL", graduation="0.5 mL", largest="20 mL")
    made = plan(products=[tablet("10 mg", 1), small], forms="one")
    for row in made.report.rows:
        assert all(recipe.has_liquid for slot, recipe in row.recipes.items() if slot in row.touched)
    assert str(made.report.rows[0].recipes["bedtime"]) == "1 x 10mg"


def test_a_forced_fall_is_an_error_where_it_is_forbidden_and_the_error_names_what_closes_it() -> None:
    asked = {"pace": "1 mg, every 2 weeks", "products": [tablet("5 mg"), tablet("10 mg")], "excess": "forbid"}
    with pytest.raises(TooFast, match=r"Add the 2 mg tablet") as caught:
        plan(**asked, could_add=[tablet("2 mg"), tablet("15 mg")])
    assert caught.value.report is not None
    assert len(caught.value.report.over) == 8
    with pytest.raises(TooFast, match="Accept a larger reduction"):
        plan(**asked)


def test_a_plan_without_an_excess_passes_where_excess_is_forbidden() -> None:
    assert not plan(excess="forbid").report.over


def test_a_plan_in_months_has_no_days_until_it_has_a_start() -> None:
    made = plan(pace="10% of current, at least 1 mg, every 1 month")
    assert made.report.days is None
    assert made.report.rows[1].day is None
    assert "Last reduction: change 18, " in str(made.report)
    assert made.course.steps[0].lasting == months(1)


def test_a_plan_can_be_made_anew_with_another_pace_from_the_day_on_which_it_stands() -> None:
    made = plan()
    rest = replan(made.course, day=30, products=TABLETS, pace="5% of current, at least 0.5 mg, every 2 weeks")
    assert rest.report.rows[0].before == Regimen.of({"morning": "6 mg", "bedtime": "8 mg"})
    assert rest.course.made_by is not None
    assert rest.course.made_by.start.as_dict() == {"morning": "10 mg", "bedtime": "10 mg"}


def test_a_plan_can_be_made_anew_from_another_regimen_to_another_target() -> None:
    course = plan(weights=Weights(pieces=3)).course
    rest = replan(course, day=1, products=TABLETS, before={"bedtime": "8 mg"}, to="4 mg")
    assert rest.course.steps[-1].days[0].total.mg == 4
    assert rest.report.solved.problem.weights == Weights(pieces=3)


@pytest.mark.parametrize("day", [0, 1000])
def test_a_plan_is_not_made_anew_from_a_day_outside_it(day: int) -> None:
    with pytest.raises(InvalidInput, match="lies outside the course"):
        replan(plan().course, day=day, products=TABLETS)


def test_a_course_written_by_hand_is_not_planned_anew() -> None:
    course = plan().course.model_copy(update={"made_by": None})
    with pytest.raises(InvalidInput, match="carries no request; give a pace"):
        replan(course, day=1, products=TABLETS)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"products": []}, InvalidInput, "there are no products"),
        ({"drug": "clonazepam"}, InvalidInput, "10mg is of diazepam, not of clonazepam"),
        ({"before": {}}, InvalidInput, "nothing is taken"),
        ({"before": {"morning": "ten"}}, InvalidInput, "before: "),
        ({"order": None}, InvalidOrder, 'choose "evenly" (--order evenly), "in order" or "keep last: bedtime"'),
        ({"order": "random"}, InvalidOrder, "is not an order"),
        ({"order": "keep last: noon"}, InvalidOrder, "nothing is taken at noon"),
        ({"order": "keep last"}, InvalidOrder, "names one time of day"),
        ({"order": "evenly: noon"}, InvalidOrder, "names no times of day"),
        ({"order": "in order: morning"}, InvalidOrder, "leaves out bedtime"),
        ({"order": "in order: morning, morning"}, InvalidOrder, "named twice"),
        ({"to": "20 mg"}, InvalidInput, "is not below the 20 mg/day taken now"),
        ({"to": {"noon": "1 mg"}}, InvalidInput, "nothing is taken at noon now, and no intake rises"),
        ({"to": {"morning": "15 mg"}}, InvalidInput, "10 mg is taken at morning now"),
        ({"to": 1.5}, InvalidInput, 'got 1.5; give a Regimen or a mapping or a Dose or text or "0"'),
        ({"to": {"morning": "0.5 mg"}}, NotReachable, "is the target and cannot be made"),
        ({"to": "4.75 mg"}, NoPlan, "The nearest doses that can be made are 4.5 mg/day and 5 mg/day"),
        ({"before": {"morning": "9.7 mg"}}, NotReachable, "The nearest doses that can be made are 9.5 mg and 10 mg"),
        ({"before": {"morning": "10 mg", "bedtime": "200 mg"}}, NotReachable, "in at most 4 pieces of 2 products"),
        ({"pace": "10% of current, every 2 weeks"}, PaceWithoutEnd, 'write "at least 1 mg" or more'),
        ({"pace": "10% of current, last dose 0.5 mg, every 2 weeks"}, NoPlan, "smallest that can be made, 1 mg"),
        ({"pace": "10% of current, last dose 20 mg, every 2 weeks"}, NoPlan, "not above the last dose"),
        ({"shortest": weeks(120)}, NoPlan, "no plan has so many changes"),
        ({"shortest": weeks(20), "longest": weeks(4)}, InvalidInput, "shortest is longer than longest"),
        ({"shortest": months(4)}, InvalidInput, "write both in days, or in months"),
        ({"longest": weeks(20), "stays": "proportional"}, NoPlan, "no plan lasts at most 20 weeks with proportional"),
        ({"pace": "10% of current, last dose 5 mg, every 2 weeks", "to": "2 mg"}, InvalidInput, "below the last dose"),
        ({"longest": days(1)}, NoPlan, "accepts a drop from"),
        (
            {"products": [tablet("10 mg", 1)], "before": {"morning": "10 mg"}, "order": None},
            NoPlan,
            "make nothing between",
        ),
    ],
)
def test_a_request_that_cannot_be_met_says_why_and_what_to_do(changes: Any, error: Any, says: str) -> None:
    with pytest.raises(error) as caught:
        plan(**changes)
    assert says in str(caught.value)


def test_a_modified_release_tablet_is_never_halved_by_permission() -> None:
    with pytest.raises(InvalidInput, match="is taken whole"):
        tablet("10 mg", "unknown", release="extended").divided(2)


def test_too_many_regimens_are_refused_with_their_times_of_day_and_not_waited_for() -> None:
    fine = LIQUID.measured("0.1 mL", graduation="0.1 mL")
    with pytest.raises(TooManyStates, match=r"morning: \d+ doses, bedtime: \d+ doses\).* measure in coarser steps"):
        plan(products=[fine], weights=Weights(most_states=3))


def test_without_its_checks_a_problem_that_has_no_way_down_still_says_so() -> None:
    pace = Pace.parse("10% of current, last dose 0.5 mg, every 2 weeks")
    problem = Problem("diazepam", Regimen.of(TWICE), pace, tuple(TABLETS), evenly(), STANDARD)
    with pytest.raises(NoPlan, match="make no doses on the way from"):
        problem.solve()


@pytest.mark.no_cover
def test_a_long_chain_is_narrowed_to_what_can_matter_without_losing_the_best_plan() -> None:
    fine = LIQUID.measured("0.0125 mL", graduation="0.0125 mL")
    problem = Problem("diazepam", Regimen.of({"morning": "12 mg"}), Pace.parse(PACE), (fine,), in_order(), STANDARD)
    _, ground = next(problem.grounds())
    assert len(ground.lines[0].doses) == 2401
    assert solve(ground) == search(ground)


def test_orders_are_written_as_they_are_read() -> None:
    for order in (evenly(), in_order(), in_order("noon", "morning"), keep_last("bedtime")):
        assert Order.parse(str(order)) == order


def test_the_weights_are_printed_and_named_as_judgment() -> None:
    report = plan().report.text(explain=True)
    assert f"Weights (judgment, not evidence): {STANDARD}." in report
    assert "further intake 1/3" in report


def test_a_pace_may_be_given_as_an_object() -> None:
    assert plan(pace=Pace.parse(PACE)).plan.fingerprint == plan().plan.fingerprint


@pytest.mark.parametrize(
    ("products", "before", "least"),
    [
        ([tablet("10 mg", 1), tablet("20 mg", 1)], "4 mg", "10 mg"),
        ([LIQUID], "0.05 mg", "0.2 mg"),
        ([UNMEASURED, tablet("10 mg", 1)], "4 mg", "10 mg"),
        ([tablet("1 mg", 1), tablet("20 mg", 1)], "9 mg", r"4 mg\."),
    ],
    ids=["tablets", "a liquid", "beside a liquid that cannot be measured", "none above within its double"],
)
def test_a_dose_that_cannot_be_made_is_told_the_nearest_to_its_double_or_the_least_of_all(
    products: Any, before: str, least: str
) -> None:
    with pytest.raises(NotReachable, match=f"The nearest dose that can be made is {least}"):
        plan(before={"bedtime": before}, products=products)


def test_a_target_may_keep_an_intake_as_it_is() -> None:
    made = plan(to={"morning": "10 mg", "bedtime": "5 mg"})
    assert {(str(step.regimen.dose_at("morning"))) for step in made.course.steps} == {"10 mg"}
    assert made.course.steps[-1].regimen == Regimen.of({"morning": "10 mg", "bedtime": "5 mg"})
