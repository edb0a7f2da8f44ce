"""Where the search stops at a limit, what it says of every plan is true, and where nothing is found it says so."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from taper import TooManyStates, Weights
from taper.planning.report import certificate
from taper.planning.solver import search as searching
from taper.planning.solver.problem import NoPlan, Problem, Solved
from taper.planning.taper import Taper, plan_taper
from taper.products.product import Product


def tablets(*strengths: int, form: str = "tablet") -> list[Product]:
    return [Product(id=f"{form}-{s}", drug="d", form=form, strength=f"{s} mg") for s in strengths]


def planned(**more: Any) -> Taper:
    return plan_taper(
        drug="d",
        before={"morning": "6 mg", "noon": "6 mg", "bedtime": "4 mg"},
        pace="3 mg, every 1 week",
        products=tablets(6, 4),
        order="evenly",
        **more,
    )


@cache
def best() -> Solved:
    return planned().report.solved


@pytest.mark.parametrize("most", [0, 2, 5])
def test_a_search_that_stops_tells_bounds_that_the_best_plan_keeps(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    whole = best()
    assert whole.route.floor is None
    monkeypatch.setattr(searching, "_MOST_TRIED", most)
    report = planned().report
    route = report.solved.route
    assert route.floor is not None
    assert route.floor <= (whole.route.excess, whole.route.cost) <= (route.excess, route.cost)
    assert "The search stopped at its limit; a gentler plan may exist: no plan has an excess below" in str(report)


def test_a_search_that_stops_before_it_has_a_plan_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planned(longest="1 week").report.solved.route.changes <= 2
    monkeypatch.setattr(searching, "_MOST_TRIED", 0)
    with pytest.raises(TooManyStates, match="regimens could be taken on the way"):
        planned(longest="1 week")


@pytest.mark.parametrize(("most", "left_out"), [(40, "7 9 11"), (30, "5 7 9 11"), (20, "1 3 5 7 9 10 11")])
def test_the_doses_that_are_hardest_to_handle_are_left_out_and_no_others(most: int, left_out: str) -> None:
    # Half a tablet of 2 mg is as hard to handle as four more whole ones: 1 mg is as hard as 10, and 3 mg as 12.
    halves = [Product(id="t", drug="d", form="tablet", strength="2 mg", score=2)]
    made = plan_taper(
        drug="d",
        before={"morning": "12 mg", "bedtime": "12 mg"},
        pace="4 mg, every 1 week",
        products=halves,
        order="evenly",
        weights=Weights(pieces=8, most_states=most),
    )
    assert made.report.solved.route.left_out == 2 * len(left_out.split())  # of each of two intakes
    taken = {str(intake.dose.mg) for step in made.course.steps for intake in step.regimen}
    assert not taken & set(left_out.split())


def test_the_fewest_products_are_sought_among_two_hundred_choices_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    products = tablets(*(2**power for power in range(9)))  # of 511 choices none but the last makes 511 mg
    asked = {"drug": "d", "before": {"morning": "511 mg"}, "pace": "128 mg, every 1 week", "products": products}
    weights = Weights(pieces=9, products=9)
    tried: list[int] = []
    alone = Problem.try_solve

    def counted(problem: Problem) -> Solved | None:
        tried.append(len(problem.products))
        return alone(problem)

    plain = plan_taper(**asked, weights=weights)
    monkeypatch.setattr(Problem, "try_solve", counted)
    fewest = plan_taper(**asked, weights=weights, fewest_products=True)
    assert len(tried) == 200
    assert fewest.course.steps == plain.course.steps


def test_where_every_product_is_needed_the_fewest_are_all_of_them() -> None:
    asked = {"drug": "d", "before": {"morning": "6 mg"}, "pace": "1 mg, every 1 week", "products": tablets(4, 1)}
    assert plan_taper(**asked, fewest_products=True).course.steps == plan_taper(**asked).course.steps


def test_where_one_product_is_enough_the_fewest_are_that_one() -> None:
    asked = {"drug": "d", "before": {"morning": "4 mg"}, "pace": "1 mg, every 1 week", "products": tablets(2, 1)}
    assert [item.id for item in plan_taper(**asked).report.solved.used] == ["tablet-1", "tablet-2"]
    assert [item.id for item in plan_taper(**asked, fewest_products=True).report.solved.used] == ["tablet-1"]


def test_two_forms_are_kept_where_neither_alone_makes_what_is_taken() -> None:
    products = [*tablets(4), *tablets(10, form="capsule")]
    made = plan_taper(drug="d", before={"morning": "14 mg"}, pace="4 mg, every 1 week", products=products)
    assert [row.change.after.mg for row in made.report.rows] == [10, 8, 4, 0]


def test_a_length_for_which_too_many_regimens_stand_is_refused() -> None:
    with pytest.raises(NoPlan, match="no plan of at most 5 reductions, which fit into 4 weeks, was found"):
        plan_taper(
            drug="d",
            before={"morning": "6 mg", "noon": "6 mg", "bedtime": "6 mg"},
            over="4 weeks",
            products=tablets(6, 4, 1),
            order="evenly",
            weights=Weights(most_states=3),
        )


def test_where_the_search_stopped_a_fall_that_could_be_smaller_is_justified_by_the_bound_and_by_nothing_more() -> None:
    solved = best()
    at_once = replace(solved, route=replace(solved.route, states=solved.route.states[-1:]))  # every intake in one fall
    stopped = replace(at_once, route=replace(at_once.route, floor=(10**17, 0)))
    assert certificate(stopped, 0) == (
        "the search stopped at its limit: a gentler plan may exist, but none has an excess below 0.1"
    )
    assert certificate(at_once, 0).startswith("every plan in this order was compared")
