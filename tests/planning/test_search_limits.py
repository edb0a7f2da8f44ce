"""Where the search stops at a limit, what it says of every plan is true, and where nothing is found it says so."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar

import pytest

from taper import TooManyDoses, TooManyStates, Weights
from taper.planning import alternatives, length
from taper.planning.report import certificate
from taper.planning.solver import problem as problems
from taper.planning.solver import regimen_table
from taper.planning.solver import search as searching
from taper.planning.solver import solve as solving
from taper.planning.solver.falls import Falls
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


def halves(*strengths: str) -> list[Product]:
    return [Product(id=f"t{s}", drug="d", form="tablet", strength=f"{s} mg", score=2) for s in strengths]


def drops(mark: str) -> Product:
    return Product(id="l", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume=mark)


CLOCKS = {f"{minute // 60:02}:{minute % 60:02}": "5 mg" for minute in range(1440)}


class TestWork:
    asked: ClassVar = {
        "drug": "d",
        "before": {"morning": "20 mg", "bedtime": "20 mg"},
        "pace": "10% of current, at least 1 mg, every 2 weeks",
        "order": "evenly",
        "products": halves("1", "2", "5"),
    }

    def test_where_regimens_take_too_much_work_a_tenth_as_many_are_compared_and_the_report_says_so(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = plan_taper(**self.asked).report.solved
        monkeypatch.setattr(regimen_table, "_MOST_WORK", 30_000)
        made = plan_taper(**self.asked, weights=Weights(most_states=1_000)).report.solved
        assert whole.route.left_out == 0
        assert made.route.left_out > 0
        assert (made.route.excess, made.route.cost) >= (whole.route.excess, whole.route.cost)

    def test_where_even_those_take_too_much_the_times_of_day_and_their_doses_are_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(regimen_table, "_MOST_WORK", 1_000)
        with pytest.raises(TooManyStates, match=r"could be taken on the way \(morning: 36 doses, bedtime: 36 doses\)"):
            plan_taper(**self.asked)

    def test_choices_of_products_end_with_the_work_that_they_may_take(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert len(plan_taper(**self.asked, fewest_products=True).report.solved.used) == 2
        monkeypatch.setattr(problems, "_MOST_WORK", 0)
        plain, fewest = plan_taper(**self.asked), plan_taper(**self.asked, fewest_products=True)
        assert len(plain.report.solved.used) == 3
        assert fewest.course.steps == plain.course.steps

    def test_choices_of_a_form_are_refused_beyond_the_work_that_they_may_take(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both = {**self.asked, "products": [*halves("5"), drops("0.5 mL")], "forms": "one"}
        assert plan_taper(**both)
        monkeypatch.setattr(problems, "_MOST_OF_FORMS", 0)
        with pytest.raises(TooManyStates):
            plan_taper(**both)

    def test_a_search_ends_within_the_ways_on_from_one_regimen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = best()
        monkeypatch.setattr(searching, "_MOST_IN_ALL", 8)
        route = planned().report.solved.route
        assert route.floor is not None
        assert route.floor <= (whole.route.excess, whole.route.cost) <= (route.excess, route.cost)

    def test_a_length_is_tried_at_few_paces_where_each_search_stops(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(searching, "_MOST_TRIED", 3)
        tried: list[int] = []
        alone = length._at

        def counted(problem: Problem, size: Fraction, **more: Any) -> Solved | None:
            tried.append(1)
            return alone(problem, size, **more)

        monkeypatch.setattr(length, "_at", counted)
        with suppress(TooManyStates):
            plan_taper(**{**self.asked, "pace": None}, over="300 weeks")
        assert len(tried) <= length._MOST_STOPPED + 1

    def test_numbers_of_reductions_are_tried_within_the_work_that_they_may_take_and_the_report_says_so(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = {**self.asked, "pace": None, "over": "300 weeks", "products": halves("2", "5")}
        asked["before"] = {"morning": "9 mg", "bedtime": "9 mg"}
        whole = plan_taper(**asked).report
        monkeypatch.setattr(length, "_MOST_WORK", 100_000)
        made = plan_taper(**asked).report
        assert whole.solved.stopped_after is None
        assert made.solved.stopped_after > 1
        said = f"Not every number of reductions was tried, only {made.solved.stopped_after}"
        assert said in made.text(explain=True)
        assert said not in whole.text(explain=True)

    def test_a_search_after_a_full_table_ends_within_its_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = best()
        fill = regimen_table.RegimenTable.fill

        def filled(table: regimen_table.RegimenTable) -> bool:
            made = fill(table)
            table._left = 0
            return made

        monkeypatch.setattr(regimen_table.RegimenTable, "fill", filled)
        with suppress(TooManyStates):
            route = planned().report.solved.route
            assert route.floor is not None
            assert route.floor <= (whole.route.excess, whole.route.cost) <= (route.excess, route.cost)

    def test_changes_of_several_intakes_are_written_out_in_bounded_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = plan_taper(**self.asked).report.solved
        monkeypatch.setattr(regimen_table, "_MOST_WRITTEN", 5)
        assert plan_taper(**self.asked).report.solved.route == whole.route


def test_a_table_of_one_intake_keeps_as_many_numbers_as_it_has_doses_and_not_their_square() -> None:
    asked = plan_taper(drug="d", before={"morning": "2 mg"}, pace="1 mg, every 1 week", products=[drops("0.01 mL")])
    ground = next(asked.report.solved.problem.grounds())[1]
    table = regimen_table.RegimenTable(ground, Falls(ground, is_accepted=True))
    assert table.fill()
    assert table.count == 201
    assert len(table.stages[0]._by_top) == 1


def test_intakes_of_one_turn_are_at_most_a_hundred() -> None:
    whole = [Product(id="t5", drug="d", form="tablet", strength="5 mg")]
    with pytest.raises(TooManyStates, match=r'1440 times .* at most 100 are compared; .*order="in order"'):
        plan_taper(drug="d", before=CLOCKS, pace="10 mg, every 1 week", order="evenly", products=whole)
    some = dict([*CLOCKS.items()][:101])
    made = plan_taper(drug="d", before=some, pace="50 mg, every 1 week", order="in order", products=whole)
    assert made.course.then == "stop"


def test_like_intakes_of_one_form_give_the_plan_that_comes_first() -> None:
    """Choices that differ only by which of like intakes is on liquid are solved once, and again where they tie."""
    asked = {"drug": "d", "pace": "1 mg, every 1 week", "order": "evenly", "forms": "one"}
    products = [*halves("2"), Product(
        id="l", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume="0.5 mL", largest_volume="2 mL"
    )]  # fmt: skip
    before = {"morning": "2 mg", "noon": "2 mg", "bedtime": "2 mg"}
    problem = plan_taper(**asked, before=before, products=products).report.solved.problem
    choices = [choice for alike in problem._choices() for choice in alike]
    assert len(choices) == 8
    assert len([*problem._choices()]) == 4
    routes = [found.route for choice in choices if (found := problem._solve_on(choice)) is not None]
    assert problem.solve().route == min(routes, key=lambda route: route.rank)


def test_more_reductions_than_a_plan_has_steps_are_refused_by_the_pace() -> None:
    with pytest.raises(NoPlan, match=r"0.01 mg, every 1 day there are 10000 reductions, .* at most 7320 steps; give"):
        plan_taper(drug="d", before={"morning": "100 mg"}, pace="0.01 mg, every 1 day", products=[drops("0.01 mL")])


def test_what_would_take_too_much_work_beside_a_plan_is_not_tried_and_the_report_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = {"drug": "d", "before": {"morning": "20 mg", "bedtime": "20 mg"}, "products": halves("5", "10"),
             "pace": "10% of current, at least 1 mg, every 2 weeks", "order": "evenly"}  # fmt: skip
    whole = plan_taper(**asked).report.text(explain=True)
    assert "not tried" not in whole
    monkeypatch.setattr(alternatives, "_MOST_WORK", -1)
    report = plan_taper(**asked).report
    said = report.text(explain=True)
    for what in (
        "With more pieces in an intake the plan could be another: not tried, for it would take too much work",
        "Smallest addition: not tried",
        "Other order, in order: morning, bedtime: not tried",
    ):
        assert what in said
    assert {"what": "more pieces in an intake", "none": alternatives.TOO_MUCH} in report.to_dict()["limits"]


def test_totals_that_are_too_many_to_compare_are_refused_before_the_search() -> None:
    thirds = [Product(id=f"t{s}", drug="d", form="tablet", strength=f"1/{s} mg", score=3) for s in (3, 7, 11, 13)]
    with pytest.raises(TooManyStates, match="more than 60000 regimens could be taken on the way"):
        plan_taper(
            drug="d",
            before={"morning": "5 mg", "bedtime": "5 mg"},
            pace="1 mg, every 1 week",
            order="evenly",
            products=thirds,
            weights=Weights(pieces=100, products=10),
        )


def test_a_day_of_so_many_times_is_refused_in_a_short_message() -> None:
    with pytest.raises(TooManyStates, match=r"00:09: 11 doses and 1430 more\). Give fewer times of day") as refused:
        plan_taper(
            drug="d",
            before=CLOCKS,
            pace="10 mg, every 1 week",
            order="in order",
            products=halves("1"),
            weights=Weights(pieces=10),
        )
    assert len(str(refused.value)) < 400


def test_one_form_is_sought_for_six_times_of_day_and_no_more() -> None:
    def asked(times: int) -> Taper:
        return plan_taper(
            drug="d",
            before={f"{hour:02}:00": "2 mg" for hour in range(times)},
            pace="1 mg, every 1 week",
            order="in order",
            products=[*halves("2"), drops("1 mL")],
            forms="one",
        )

    assert asked(6).course.then == "stop"
    with pytest.raises(TooManyStates, match=r'each of 7 times of day may keep .* for at most 6 .*forms="any"'):
        asked(7)


def test_doses_of_different_intakes_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"drug": "d", "pace": "1 mg, every 1 week", "order": "in order", "products": [drops("0.1 mL")]}
    monkeypatch.setattr(problems, "MOST_DOSES", 20)
    alike = plan_taper(**asked, before={"morning": "4 mg", "noon": "4 mg", "bedtime": "4 mg"})
    assert alike.course.then == "stop"
    with pytest.raises(TooManyDoses, match="make 70 doses for the different intakes of a day, and at most 40"):
        plan_taper(**asked, before={"morning": "3 mg", "bedtime": "4 mg"})


def test_a_chain_of_too_many_regimens_or_doses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {
        "drug": "d",
        "before": {"morning": "4 mg", "bedtime": "4 mg"},
        "pace": "1 mg, every 1 week",
        "order": "in order",
        "products": halves("1"),
    }
    assert plan_taper(**asked).course.then == "stop"
    monkeypatch.setattr(solving, "MOST_DOSES", 15)
    with pytest.raises(TooManyStates, match="more than 15 regimens could be taken on the way"):
        plan_taper(**asked)
    monkeypatch.setattr(solving, "MOST_DOSES", 16)
    monkeypatch.setattr(solving, "_MOST_IN_CHAIN", 33)
    with pytest.raises(TooManyStates, match="more than 16 regimens could be taken on the way"):
        plan_taper(**asked)
