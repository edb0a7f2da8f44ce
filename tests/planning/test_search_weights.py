"""What the search adds up: falls between totals, as one number that compares as excess and cost do."""

from typing import Any

import pytest

from taper import Weights
from taper.amounts.dose import DailyDose
from taper.paces.pace import Pace
from taper.paces.rulers import ONE_PACE
from taper.planning.solver.falls import Falls, sums_of
from taper.planning.solver.problem import Problem
from taper.planning.solver.search import Route, search
from taper.planning.solver.state_space import StateSpace
from taper.plans.order import evenly
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD
from taper.products.product import Product

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
    return Falls(ground, sums_of(ground), is_accepted=True)


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


@pytest.mark.parametrize("pace", ["1 mg", "8 mg"])
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
    whole_mg = Product(id="t1", drug="d", form="tablet", strength="1 mg")

    def found(most: int) -> Route:
        weights = Weights(pieces=100, most_states=most)
        route = search(ground_of({"morning": "60 mg", "noon": "60 mg"}, "60 mg", whole_mg, weights=weights))
        assert route is not None
        return route

    assert found(1426).left_out == 0
    assert (found(1425).left_out > 0, found(1425).limit) == (True, 1425)
