"""What the search leans on: falls as one number, how many regimens there are, and what going on from one weighs."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from builders import draws
from planning.cases import accepted, cases, problem_of
from planning.graphs import shortest
from planning.oracle import Case
from taper import TooManyStates, Weights
from taper.amounts.dose import DailyDose
from taper.paces.pace import Pace
from taper.paces.rulers import ONE_PACE
from taper.planning.solver import regimen_table
from taper.planning.solver.falls import Falls
from taper.planning.solver.problem import Problem
from taper.planning.solver.regimen_table import RegimenTable
from taper.planning.solver.search import Route, least_changes, search
from taper.planning.solver.state_space import StateSpace
from taper.plans.order import evenly
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD
from taper.products.product import Product

WHOLE_MG = Product(id="t1", drug="d", form="tablet", strength="1 mg")
TABLET = Product(id="t1", drug="d", form="tablet", strength="1 mg", score=2)
LARGE = Product(id="t4", drug="d", form="tablet", strength="4 mg")
LIQUID = Product(id="s", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume="1 mL")
NONE = dict.fromkeys(("short", "long", "further_intake", "change_of_form", "divided_piece", "further_product"), 0)
NONE |= dict.fromkeys(("further_piece", "measured_liquid", "finer_volume"), 0)


def ground_of(before: dict[str, str], pace: str, *products: Product, **more: Any) -> StateSpace:
    weights = more.pop("weights", STANDARD)
    pace = Pace.parse(f"{pace}, every 1 week")
    return next(Problem("d", Regimen.of(before), pace, products, evenly(), weights, **more).grounds())[1]


def falls_of(ground: StateSpace) -> Falls:
    return Falls(ground, is_accepted=True)


def test_the_longest_accepted_fall_is_of_all_totals_up_to_one() -> None:
    # 4 mg tablets and a target of 4 mg: 12, 8 and 4 mg. A fall of 8 mg is accepted, so that 12 mg may go to 4 mg.
    falls = falls_of(ground_of({"morning": "12 mg"}, "8 mg", LARGE, to=DailyDose("4")))
    step = falls.totals[0]
    assert [total // step for total in falls.totals] == [1, 2, 3]
    assert [falls.longest(count * step) // step for count in (0, 1, 2, 3)] == [0, 0, 1, 2]


@pytest.mark.parametrize(("to", "can"), [("4", True), ("3", False)], ids=["it is made", "it is not made"])
def test_a_total_that_is_never_met_is_no_end(to: str, can: bool) -> None:
    falls = falls_of(ground_of({"morning": "8 mg"}, "8 mg", LARGE, to=DailyDose(to)))
    assert falls.can_all_be_accepted() is can


@pytest.mark.parametrize("pace", ["0.5 mg", "1 mg", "8 mg"])
@pytest.mark.parametrize(
    "dear",
    [("long",), ("short",), ("divided_piece", "further_intake"), ("further_intake", "change_of_form")],
    ids=" and ".join,
)
def test_no_cost_of_a_plan_is_counted_as_an_excess(dear: tuple[str, ...], pace: str) -> None:
    before = {"morning": "3 mg", "noon": "2 mg", "bedtime": "3 mg"}
    ground = ground_of(before, pace, TABLET, LIQUID, weights=Weights(**NONE | dict.fromkeys(dear, 1000)))
    falls = falls_of(ground)
    whole, misfit = ground.measured(sum(ground.start), 0)
    handling = sum(max(line.costs.values()) for line in ground.lines)
    misfit = max(misfit, ground.short * ONE_PACE**2)  # of the whole way in one fall, or of one that is next to nothing
    dearest = misfit + handling + 2 * ground.further + 3 * ground.switch
    cost = dearest * sum(len(line.doses) - 1 for line in ground.lines)  # each change lowers an intake by a dose or more
    assert falls.split(falls.joined(whole, cost)) == (whole, cost)
    assert falls.joined(whole, cost) < falls.nothing


def test_as_many_regimens_as_may_be_compared_are_all_compared() -> None:
    # Two like intakes of 0 to 60 mg, at most half of 60 mg apart: 1 + 2 + ... + 31 pairs whose larger dose is at most
    # 30 mg, and 31 for each of the 30 larger doses above: 496 + 930 = 1426.
    def found(most: int) -> Route:
        weights = Weights(pieces=100, most_states=most)
        route = search(ground_of({"morning": "60 mg", "noon": "60 mg"}, "60 mg", WHOLE_MG, weights=weights))
        assert route is not None
        return route

    assert found(1426).left_out == 0
    assert (found(1425).left_out > 0, found(1425).limit) == (True, 1425)


def test_as_many_ways_as_may_be_kept_are_kept() -> None:
    # Of 5 mg, 1 mg is left after 4 changes of 1 mg. Where nothing weighs anything, all that is on the way is kept by
    # its number of changes: 5 mg after none, 4 mg after 1, 3 mg after 1 or 2, 2 mg after 1 to 3, 1 mg after 1 to 4.
    def found(most: int) -> Route | None:
        weights = Weights(**NONE, pieces=5, most_states=most)
        ground = ground_of({"morning": "5 mg"}, "5 mg", WHOLE_MG, weights=weights, to=DailyDose("1"))
        return search(ground, fewest=4)

    route = found(1 + 1 + 2 + 3 + 4)
    assert route is not None
    assert route.changes == 4
    with pytest.raises(TooManyStates, match="more than 10 regimens"):
        found(10)


def test_where_no_plan_has_so_many_changes_no_regimen_is_looked_at() -> None:
    # 60 mg goes down by 1 mg sixty times at most. Of so few regimens no plan is found at all.
    ground = ground_of({"morning": "60 mg"}, "60 mg", WHOLE_MG, weights=Weights(pieces=100, most_states=1))
    assert search(ground, fewest=62) is None
    with pytest.raises(TooManyStates):
        search(ground, fewest=60)


def test_an_intake_of_few_doses_keeps_them_where_doses_are_left_out_of_another() -> None:
    weights = Weights(pieces=100, most_states=50)
    route = search(ground_of({"morning": "60 mg", "noon": "1 mg"}, "60 mg", WHOLE_MG, weights=weights))
    assert route is not None
    assert route.left_out > 0


def test_a_dose_that_only_a_larger_fall_leads_to_is_left_out_with_its_regimens() -> None:
    # Of 20 mg a fall of 8 mg is accepted, and the longest that can be made is one of 5 mg, so that 10 mg stands beside
    # 10 and 5 mg and never beside 1 mg. Where no intake takes more than 5 mg, that is 4 mg of 10: so 5 mg stands beside
    # 5 and 1 mg and never beside 0. And 1 mg stands beside 1 mg and 0, and 0 beside 0.
    products = [Product(id=f"t{mg}", drug="d", form="tablet", strength=f"{mg} mg") for mg in (1, 5, 10)]
    ground = ground_of(
        {"morning": "10 mg", "noon": "10 mg"}, "40% of current, at least 1 mg", *products, weights=Weights(pieces=1)
    )
    assert [dose * ground.grain for dose in ground.lines[0].doses] == [0, 1, 5, 10]
    assert RegimenTable(ground, Falls(ground, is_accepted=True)).count == 2 + 2 + 2 + 1
    every = RegimenTable(ground, Falls(ground, is_accepted=False))
    assert every.count == 2 + 3 + 2 + 1  # 10 beside 1 mg or 0 is uneven by more than a half


def test_from_where_no_plan_goes_on_nothing_is_weighed() -> None:
    ground = ground_of({"morning": "8 mg"}, "8 mg", LARGE, to=DailyDose("3"))
    table = RegimenTable(ground, Falls(ground, is_accepted=False))
    table.fill()
    assert table.onward(ground.start) is None


@given(cases(lengths=False, begun=True))
@draws(60)
def test_where_every_change_is_written_out_going_on_weighs_what_the_shortest_path_does(case: Case) -> None:
    for _, ground in problem_of(replace(case, accepts=accepted(case))).grounds():
        falls = Falls(ground, is_accepted=False)
        table = RegimenTable(ground, falls)
        table.fill()
        assert table.is_exact
        onward = table.onward(ground.start)
        assert (None if onward is None else falls.split(onward)) == shortest(ground)


CLOSE = {
    "tablets and a liquid in four intakes, to a total": (
        {"morning": "4 mg", "noon": "2 mg", "evening": "4 mg", "bedtime": "4 mg"},
        "25% of current, at least 1 mg",
        [Product(id="t3", drug="d", form="tablet", strength="3 mg"), LIQUID],
        {"short": 0, "long": 0, "further_intake": "1/80", "spread": "1/4"},
        {"to": DailyDose("3")},
    ),
    "three intakes to a last dose, with falls that are forced": (
        {"morning": "5 mg", "noon": "3 mg", "evening": "3 mg"},
        "10% of current, last dose 1 mg",
        [
            Product(id="t2", drug="d", form="tablet", strength="2 mg"),
            Product(id="t5", drug="d", form="tablet", strength="5 mg", score=2),
            LIQUID,
        ],
        {"long": 1, "spread": "1/4"},
        {},
    ),
}


@pytest.mark.parametrize("asked", CLOSE.values(), ids=CLOSE)
def test_where_several_intakes_fall_in_one_change_going_on_weighs_what_the_shortest_path_does(asked: Any) -> None:
    before, pace, products, weights, more = asked
    ground = ground_of(before, pace, *products, weights=Weights(**weights), **more)
    falls = Falls(ground, is_accepted=False)
    table = RegimenTable(ground, falls)
    table.fill()
    onward = table.onward(ground.start)
    assert onward is not None
    assert (table.is_exact, falls.split(onward)) == (True, shortest(ground))


def test_where_changes_of_several_intakes_are_too_many_to_write_out_the_table_is_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, pace, products, weights, more = next(iter(CLOSE.values()))
    ground = ground_of(before, pace, *products, weights=Weights(**weights), **more)
    monkeypatch.setattr(regimen_table, "_MOST_WRITTEN", 3)
    falls = Falls(ground, is_accepted=False)
    table = RegimenTable(ground, falls)
    table.fill()
    onward = table.onward(ground.start)
    assert onward is not None
    assert (table.is_exact, table.has_given_up()) == (False, True)
    assert falls.split(onward) <= shortest(ground)


def test_changes_that_take_too_much_work_to_count_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ground = ground_of({"morning": "8 mg"}, "3 mg", WHOLE_MG, weights=Weights(**NONE, pieces=100))
    monkeypatch.setattr(regimen_table, "_MOST_WORK", 1)
    with pytest.raises(TooManyStates):
        least_changes(ground)


def test_the_fewest_accepted_changes_are_counted() -> None:
    weights = Weights(**NONE, pieces=100)
    asked = {"weights": weights, "to": DailyDose("2")}
    assert least_changes(ground_of({"morning": "8 mg"}, "3 mg", WHOLE_MG, weights=weights)) == 3  # 5, 2, 0
    assert least_changes(ground_of({"morning": "8 mg"}, "3 mg", WHOLE_MG, **asked)) == 2
    assert least_changes(ground_of({"morning": "8 mg"}, "3 mg", LARGE)) is None
    few = weights.model_copy(update={"most_states": 80})  # nine regimens, and a tenth of 80 may be compared
    with pytest.raises(TooManyStates):
        least_changes(ground_of({"morning": "8 mg"}, "3 mg", WHOLE_MG, weights=few))
    enough = weights.model_copy(update={"most_states": 90})
    assert least_changes(ground_of({"morning": "8 mg"}, "3 mg", WHOLE_MG, weights=enough)) == 3


def test_doses_that_cost_more_to_handle_are_left_out_and_of_the_rest_all_but_every_so_many() -> None:
    line = (ground := ground_of({"morning": "9 mg"}, "9 mg", WHOLE_MG, weights=Weights(pieces=9))).lines[0]
    assert line.doses == tuple(range(10))
    assert ground.only(line.costs[6], 1).lines[0].doses == (0, 1, 2, 3, 4, 5, 6, 9)
    assert ground.only(line.costs[6], 2).lines[0].doses == (0, 1, 3, 5, 9)  # every second, from the largest on


def test_of_plans_alike_in_all_else_the_first_in_the_order_of_times_of_day_is_taken() -> None:
    # Every change costs nothing, and 4 mg go down to 2 mg and to 0. Of the regimens of 2 mg the first in order is that
    # of nothing in the morning and 1 mg at each later time.
    before = {"morning": "1 mg", "noon": "2 mg", "evening": "1 mg"}
    ground = ground_of(before, "2 mg", WHOLE_MG, weights=Weights(**NONE, spread="1/4"))
    route = search(ground)
    assert route is not None
    assert route.states == ((0, 1, 1), (0, 0, 0))
