"""What holds for every taper that the solver makes, whatever the products, the pace and the order."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planning.cases import SLOTS, cases, problem_of
from planning.oracle import Case, Tablet
from taper.amounts.dose import Dose
from taper.amounts.duration import weeks
from taper.errors import CannotCompute, InvalidInput
from taper.paces.pace import Pace
from taper.planning.holding_times import stays_of
from taper.planning.replan import replan
from taper.planning.report import certificate
from taper.planning.solver.problem import Problem, Solved
from taper.planning.taper import plan_taper
from taper.plans.regimen import Intake, Regimen
from taper.products.product import Product
from taper.products.recipes import Handling, Reachable
from taper.schedules.realization import realize


def solved(problem: Problem) -> Solved | None:
    try:
        return problem.solve()
    except CannotCompute:
        return None


def free(**more: Any) -> st.SearchStrategy[Case]:
    """Cases without a constraint on length: a length can make the gentler plan one that is not allowed."""
    return cases(lengths=False, **more)


@given(free())
def test_no_intake_rises_and_every_total_falls(case: Case) -> None:
    found = solved(problem_of(case))
    assume(found is not None)
    assert found is not None
    path = (found.ground.start, *found.route.states)
    for before, after in pairwise(path):
        assert all(new <= old for old, new in zip(before, after, strict=True))
        assert sum(after) < sum(before)


@given(free())
def test_a_plan_ends_at_its_target(case: Case) -> None:
    found = solved(problem_of(case))
    assume(found is not None)
    assert found is not None
    assert found.totals[-1] == found.problem.target.mg


@given(free())
def test_every_dose_after_the_start_has_a_recipe_that_holds_exactly_that_dose(case: Case) -> None:
    found = solved(problem_of(case))
    assume(found is not None)
    assert found is not None
    products = {product.id: product for product in found.problem.products}
    for regimen in found.regimens:
        for intake in regimen:
            portions = found.recipe(intake).portions
            doses = [products[portion.product].dose_of(portion).mg for portion in portions]
            assert sum(doses) == intake.dose.mg


@given(free(), st.randoms(use_true_random=False))
def test_the_order_in_which_products_are_listed_does_not_matter(case: Case, random: Any) -> None:
    problem = problem_of(case)
    shuffled = list(problem.products)
    random.shuffle(shuffled)
    one, other = solved(problem), solved(replace(problem, products=tuple(shuffled)))
    assert (one.route if one else None) == (other.route if other else None)


def in_order(case: Case) -> Case:
    """The case with one falling order: with evenly, a new dose can change whose turn it is."""
    return replace(case, groups=tuple((i,) for i in range(len(case.start))))


def never_worse(before: Solved | None, after: Solved | None) -> None:
    """No more excess; and the plan before, handled as its doses are made now, is not the better one.

    The recipe of a dose has the fewest pieces and not the least handling, so that another product can make a dose
    harder to handle; the cost of the plan itself can rise by that, and by nothing else.
    """
    if before is None:
        return
    assert after is not None
    assert after.route.excess <= before.route.excess
    ground = after.ground
    path = [tuple(int(dose * before.ground.grain / ground.grain) for dose in state) for state in before.route.states]
    states, cost = [ground.start, *path], 0
    charged = len(states) - (1 if before.route.stops else 0)
    for old, new in pairwise(states[:charged]):
        fallen = sum(1 for one, other in zip(old, new, strict=True) if one != other)
        cost += ground.fall(sum(old), sum(new))[1] + ground.handle(new) + ground.switches(old, new)
        cost += ground.further * (fallen - 1)
    assert (after.route.excess, after.route.cost) <= (before.route.excess, cost)


@given(free(), st.sampled_from([2, 4, 5, 10, 20]))
def test_adding_a_product_never_worsens_a_plan_under_a_fixed_order_of_intakes(case: Case, size: int) -> None:
    added = Product(id="added", drug="d", form="tablet", strength=Dose(Fraction(size, 2)), score=2)
    problem = problem_of(in_order(case))
    never_worse(solved(problem), solved(replace(problem, products=(*problem.products, added))))


@given(free())
def test_a_finer_score_never_worsens_a_plan_under_a_fixed_order_of_intakes(case: Case) -> None:
    chain = in_order(case)
    finer = replace(chain, tablets=tuple(Tablet(t.name, t.strength, 4) for t in chain.tablets))
    never_worse(solved(problem_of(chain)), solved(problem_of(finer)))


@given(free(), st.sampled_from([2, 3, 5]))
def test_a_finer_mark_never_raises_the_excess_under_a_fixed_order_of_intakes(case: Case, parts: int) -> None:
    chain = in_order(case)
    finer = replace(chain, liquids=tuple(replace(item, mark=item.mark / parts) for item in chain.liquids))
    before, after = solved(problem_of(chain)), solved(problem_of(finer))
    if before is not None:
        assert after is not None
        assert after.route.excess <= before.route.excess


@given(free(), st.sampled_from(["pieces", "products"]))
def test_a_piece_or_a_product_more_never_worsens_a_plan_under_a_fixed_order_of_intakes(case: Case, name: str) -> None:
    chain = in_order(case)
    wider = replace(chain, weights={**chain.weights, name: chain.weights[name] + 1})
    never_worse(solved(problem_of(chain)), solved(problem_of(wider)))


@given(free())
def test_no_certificate_is_refuted_by_a_recipe(case: Case) -> None:
    found = solved(problem_of(in_order(case)))
    assume(found is not None and found.route.excess > 0)
    assert found is not None
    pattern = re.compile(r": from (.+?) these products can only go to (.+?)( or|$)")
    for index in range(found.route.changes - (1 if found.route.stops else 0)):
        claim = pattern.search(certificate(found, index))
        if claim is None:
            continue
        high, low = (Dose(0) if text == "0" else Dose.parse(text) for text in claim.groups()[:2])
        below = Reachable(found.problem.products, up_to=high, handling=Handling(mix_forms=True)).neighbors(high)[0]
        assert below is None or below <= low


@given(free(), st.sampled_from([Fraction(1, 3), Fraction(2), Fraction(7, 2), Fraction(10)]), st.booleans())
def test_scaling_doses_products_and_mg_scales_the_plan_and_leaves_its_cost(
    case: Case, k: Fraction, round_liquids: bool
) -> None:
    one = solved(problem_of(case, round_liquids=round_liquids))
    other = solved(problem_of(scaled(case, k), round_liquids=round_liquids))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.excess, one.cost) == (other.excess, other.cost)
        assert [total * k for total in one.totals] == list(other.totals)


def scaled(case: Case, k: Fraction) -> Case:
    def ruling(item: Any) -> Any:
        if item is None:
            return None
        in_mg: Callable[[Fraction | None], Fraction | None] = lambda value: None if value is None else value * k  # noqa: E731
        return replace(
            item,
            size=item.size * k if item.kind == "fixed" else item.size,
            at_least=in_mg(item.at_least),
            last_dose=in_mg(item.last_dose),
            bands=tuple((edge * k, step * k) for edge, step in item.bands),
            km=item.km * k,
        )

    return replace(
        case,
        start=tuple(dose * k for dose in case.start),
        tablets=tuple(replace(item, strength=item.strength * k) for item in case.tablets),
        liquids=tuple(replace(item, per_ml=item.per_ml * k) for item in case.liquids),
        ruling=ruling(case.ruling),
        second=ruling(case.second),
        floor=tuple(dose * k for dose in case.floor),
        target_total=None if case.target_total is None else case.target_total * k,
    )


@given(free())
def test_accepting_larger_falls_never_raises_the_excess(case: Case) -> None:
    assume(case.ruling.kind in {"fixed", "bands", "occupancy"})
    strict, loose = (solved(problem_of(replace(case, accepts=Fraction(n)))) for n in (1, 2))
    assert (strict is None) == (loose is None)
    if strict is not None and loose is not None:
        assert loose.route.excess <= strict.route.excess


@given(free())
def test_proportional_stays_never_use_more_paces_than_intervals_have_passed(case: Case) -> None:
    found = solved(problem_of(case))
    assume(found is not None)
    assert found is not None
    ruler, used, passed = found.ground.measure.ruler, Fraction(0), Fraction(0)
    for stay, before, after in zip(stays_of(found, "proportional"), found.totals, found.totals[1:], strict=False):
        used += ruler.paces(before, after) or 0
        passed += Fraction(stay.lasting.days, 7)
        assert used <= passed


@given(free(), st.data())
def test_planning_anew_from_any_day_gives_the_rest_of_the_plan(case: Case, data: st.DataObject) -> None:
    assume(case.target_total is None and not any(case.floor) and not case.mix)
    problem = problem_of(replace(case, second=None))
    order = data.draw(st.sampled_from(["evenly", "in order", f"keep last: {SLOTS[0]}"]))
    before = Regimen(Intake(SLOTS[i], Dose(dose)) for i, dose in enumerate(case.start))
    try:
        whole = plan_taper(
            drug="d",
            before=before,
            pace=problem.pace,
            products=problem.products,
            order=order,
            weights=problem.weights,
            round_liquids=False,
        )
    except CannotCompute:
        return
    rows = whole.report.rows
    row = data.draw(st.sampled_from(rows[: len(rows) - 1]))
    assert row.day is not None
    rest = replan(whole.course, day=row.day, products=problem.products)
    assert [item.after for item in rest.report.rows] == [item.after for item in rows[row.number - 1 :]]


@pytest.mark.parametrize("stays", ["by fall", "even", "proportional"])
def test_whole_weeks_stay_whole_weeks(stays: Any) -> None:
    tablets = [Product(id="t5", drug="d", form="tablet", strength="5 mg")]
    made = plan_taper(
        drug="d",
        before={"evening": "20 mg"},
        pace=Pace.parse("10% of current, at least 1 mg, every 2 weeks"),
        products=tablets,
        stays=stays,
    )
    assert all(step.lasting is not None and step.lasting.days % 7 == 0 for step in made.course.steps)
    assert made.course.steps[0].lasting == {"even": weeks(2), "by fall": weeks(4), "proportional": weeks(6)}[stays]


@given(free(), st.sampled_from(["any", "one"]), st.booleans(), st.booleans())
def test_what_is_planned_is_what_is_realized_recipe_by_recipe(case: Case, forms: Any, mix: bool, rounds: bool) -> None:
    problem = problem_of(case)
    asked: dict[str, Any] = {"forms": forms, "mix_forms": mix, "round_liquids": rounds, "weights": problem.weights}
    try:
        made = plan_taper(
            drug=problem.drug,
            before=problem.before,
            pace=problem.pace,
            products=problem.products,
            to=problem.to if isinstance(problem.to, Regimen) else Dose(problem.to.mg),
            order=problem.order,
            start=problem.start,
            **asked,
        )
    except (CannotCompute, InvalidInput):
        assume(False)
    steps = realize(made.plan, problem.products).courses[0].steps
    for row, step in zip(made.report.rows, steps, strict=False):
        realized = {intake.slot.name: intake.recipe for intake in step.days[0].intakes}
        assert {slot: str(recipe) for slot, recipe in realized.items()} == {
            slot: str(recipe) for slot, recipe in row.recipes.items()
        }
