"""The search agrees with the shortest path over every change, also where intakes have ended or a total is the end."""

from collections.abc import Mapping
from typing import Any

import pytest

from planning.graphs import shortest
from taper import TooManyStates, Weights
from taper.planning.solver.problem import NoPlan
from taper.planning.solver.search import search
from taper.planning.taper import Taper, plan_taper
from taper.products.product import Product

SLOTS = ("morning", "noon", "evening", "bedtime")


def tablets(**parts: int) -> list[Product]:
    return [
        Product(id=name, drug="d", form="tablet", strength=f"{name[1:]} mg", score=count).divided(count)
        for name, count in parts.items()
    ]


def day(*doses: int) -> dict[str, str]:
    return {slot: f"{dose} mg" for slot, dose in zip(SLOTS, doses, strict=False)}


def plan(before: Mapping[str, str], pace: str, products: list[Product], **more: Any) -> Taper:
    return plan_taper(drug="d", before=before, pace=f"{pace}, every 1 week", products=products, **more)


CASES: dict[str, dict[str, Any]] = {
    "one intake has ended and three fall evenly": {
        "before": day(4, 8, 8),
        "pace": "25% of current, last dose 2 mg",
        "products": tablets(t10=2, t1=1),
        "order": "evenly",
        "start": day(20, 12, 12, 12),
    },
    "one intake has ended and the others stand far apart": {
        "before": day(8, 6, 10),
        "pace": "1 mg",
        "products": tablets(t10=1, t2=2),
        "order": "evenly",
        "start": day(10, 12, 10, 12),
        "to": "3 mg",
    },
    "two intakes have ended beside one that falls alone, and one is kept last": {
        "before": {"morning": "8 mg", "noon": "10 mg"},
        "pace": "1 mg",
        "products": tablets(t1=2, t2=2, t4=2),
        "order": "keep last: noon",
        "start": day(12, 20, 20, 10),
        "to": "5 mg",
    },
    "one intake beside two like ones, all with the same share at the start": {
        "before": day(3, 5, 5),
        "pace": "33% of current, last dose 1 mg",
        "products": tablets(t3=2, t1=1, t5=1),
        "order": "evenly",
    },
    "three intakes to a last dose, with falls that are forced": {
        "before": day(6, 6, 6),
        "pace": "10% of current, last dose 1 mg",
        "products": tablets(t1=1, t5=2, t2=2),
        "order": "evenly",
    },
    "three intakes to a last dose, where a further one costs nothing": {
        "before": day(6, 6, 5),
        "pace": "25% of current, last dose 2 mg",
        "products": tablets(t2=1, t3=1),
        "order": "evenly",
        "weights": Weights(further_intake=0),
    },
    "four intakes of which the last is kept, with falls that are forced": {
        "before": day(4, 4, 4, 4),
        "pace": "25% of current, last dose 1 mg",
        "products": tablets(t2=2, t3=1),
        "order": "keep last: bedtime",
        "weights": Weights(further_intake=0),
    },
    "tablets and a liquid in three intakes, with falls that are forced": {
        "before": day(4, 4, 3),
        "pace": "25% of current, last dose 1 mg",
        "products": [
            *tablets(t2=1, t3=1),
            Product(id="s", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume="1 mL"),
        ],
        "order": "evenly",
        "weights": Weights(further_intake="1/80"),
    },
    "a total that not every way arrives at": {
        "before": day(8, 3, 6),
        "pace": "1 mg",
        "products": tablets(t1=2, t5=1, t6=1),
        "order": "evenly",
        "to": "9 mg",
    },
    "four intakes of which no three can be kept on the way to a total": {
        "before": day(6, 6, 3, 6),
        "pace": "25% of current, at least 1 mg",
        "products": tablets(t1=1, t3=1, t4=2),
        "order": "evenly",
        "to": "17 mg",
        "weights": Weights(pieces=2, products=1),
    },
    "a total above which one dose stands alone": {
        "before": day(5, 10, 2),
        "pace": "20% of start",
        "products": tablets(t10=2, t1=2, t6=2),
        "order": "evenly",
        "to": "16 mg",
        "weights": Weights(pieces=2, products=1, spread="1/4"),
    },
}


@pytest.mark.parametrize("asked", CASES.values(), ids=CASES)
def test_the_plan_is_a_shortest_path_over_every_change_that_may_be_made(asked: dict[str, Any]) -> None:
    solved = plan(**asked).report.solved
    assert shortest(solved.ground) == (solved.route.excess, solved.route.cost)
    found = search(solved.ground)
    assert found is not None
    assert (found.excess, found.cost) == (solved.route.excess, solved.route.cost)
    assert (found.floor, found.left_out) == (None, 0)


def test_where_the_doses_left_in_make_no_plan_the_regimens_are_said_to_be_too_many() -> None:
    asked: dict[str, Any] = {
        "before": day(10, 3),
        "pace": "3 mg",
        "products": tablets(t2=1, t5=2, t1=1),
        "order": "evenly",
        "start": day(20, 10, 12, 12),
        "to": "8 mg",
        "shortest": "3 weeks",
    }
    assert plan(**asked).report.solved.route.left_out == 0
    with pytest.raises(TooManyStates, match="more than 25 regimens could be taken on the way"):
        plan(**asked, weights=Weights(most_states=25))


def test_where_a_total_is_made_by_none_of_the_doses_left_in_the_regimens_are_said_to_be_too_many() -> None:
    asked: dict[str, Any] = {"pace": "1 mg", "products": tablets(t2=1, t5=1, t1=2), "order": "evenly", "to": "9.5 mg"}
    assert plan(day(10, 10), **asked).report.solved.route.left_out == 0
    with pytest.raises(TooManyStates, match="more than 20 regimens could be taken on the way"):
        plan(day(10, 10), **asked, weights=Weights(most_states=20))


def test_a_total_that_no_doses_make_is_refused_also_where_one_intake_is_kept_last_and_a_length_is_asked_for() -> None:
    asked: dict[str, Any] = {"pace": "2 mg", "products": tablets(t3=1), "order": "keep last: morning", "to": "4 mg"}
    with pytest.raises(NoPlan, match="no plan has so many changes"):
        plan(day(3, 6), **asked, longest="20 weeks")


def test_counting_changes_needs_more_regimens_and_is_refused_where_they_are_too_many() -> None:
    asked: dict[str, Any] = {"before": day(3), "pace": "3 mg", "products": tablets(t1=2), "shortest": "2 weeks"}
    assert plan(**asked).report.solved.route.changes == 3
    with pytest.raises(TooManyStates, match="more than 7 regimens could be taken on the way"):
        plan(**asked, weights=Weights(most_states=7))
