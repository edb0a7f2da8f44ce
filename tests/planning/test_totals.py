"""The totals that a day can have: the same however they are found, and refused where they are too many."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper import CannotCompute, DailyDose, Pace, Slot, TooManyStates, plan_taper
from taper.paces.rulers import measure_of
from taper.planning.solver import state_space
from taper.planning.solver.state_space import DoseLadder, StateSpace
from taper.plans.weights import STANDARD
from taper.products.product import Product

NAMES = ("morning", "noon", "bedtime")


def ground(*listed: list[int]) -> StateSpace:
    lines = []
    for name, doses in zip(NAMES, listed, strict=False):
        held = tuple(sorted({0, *doses}))
        costs = dict.fromkeys(held, 0)
        lines.append(DoseLadder(Slot(name), held, costs, frozenset(), held[-1], 0, held[-1]))
    measure = measure_of(Pace.parse("1 mg, every 1 week"), DailyDose(5))
    turn = (tuple(range(len(lines))),)
    return StateSpace(tuple(lines), grain=Fraction(1), groups=turn, measure=measure, weights=STANDARD, target=None)


DOSES = st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=6), min_size=1, max_size=3)


@given(DOSES, st.sampled_from([1, 7, 10**6 + 3, 10**12 + 39]), st.sampled_from([0, 1, 10**9 + 7]))
def test_the_totals_are_all_sums_however_far_apart_they_lie(listed, factor, odd):
    far = [[dose * factor + odd for dose in doses] for doses in listed]
    sums = sorted({sum(chosen) for chosen in product(*({0, *doses} for doses in far))})
    assert ground(*far).totals == sums
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(state_space, "_MOST_BITS", 0)
        assert ground(*far).totals == sums


@pytest.mark.parametrize(
    "limits",
    [
        {"_MOST_SHIFTED": 5},
        {"MOST_TOTALS": 5},
        {"_MOST_BITS": 0, "MOST_TOTALS": 5},
        {"_MOST_BITS": 0, "_MOST_ADDED": 5},
    ],
)
def test_too_many_totals_are_refused(monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]) -> None:
    held = ground([1, 2, 4], [8, 16])
    for name, limit in limits.items():
        monkeypatch.setattr(state_space, name, limit)
    assert held.is_too_fine
    with pytest.raises(TooManyStates, match="regimens could be taken on the way"):
        _ = held.totals


@pytest.mark.parametrize("to", ["0.0000000001 mg", "1.0000000001 mg", "0.3333333333 mg"])
def test_a_target_of_many_digits_is_answered_with_the_nearest_totals(to: str) -> None:
    halves = [Product(id="a", drug="x", form="tablet", strength="1 mg", score=2)]
    with pytest.raises(CannotCompute, match=r"The nearest doses that can be made are .* and .* mg/day"):
        plan_taper(drug="x", before={"evening": "3 mg"}, pace="1 mg, every 1 week", products=halves, to=to)
