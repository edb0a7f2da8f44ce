"""The solver gives the plan that writing down all plans gives: same excess, same cost, same doses."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from builders import draws
from planning.cases import COSTS, accepted, cases, problem_of
from planning.oracle import Case, Enumeration, Ruling, Tablet
from taper.errors import CannotCompute
from taper.planning.solver import solve as solving
from taper.planning.solver.problem import Problem, Solved
from taper.planning.solver.search import search
from taper.planning.solver.solve import chain_of, solve


def solved(problem: Problem) -> Solved | None:
    try:
        return problem.solve()
    except CannotCompute:
        return None


def in_mg(found: Solved) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(dose * found.ground.grain for dose in state) for state in found.route.states)


@given(cases())
@draws(150)
def test_the_solver_agrees_with_writing_down_every_plan(case: Case) -> None:
    case = replace(case, accepts=accepted(case))
    best = Enumeration(case).best()
    found = solved(problem_of(case))
    event("no plan" if best is None else "excess" if best[0] else "no excess")
    event(f"{len(case.start)} intakes")
    if best is None:
        assert found is None
        return
    assert found is not None
    assert (found.excess, found.cost) == best[:2]
    assert in_mg(found) == best[4]


@given(cases(begun=True))
@draws(100)
def test_the_rest_of_a_taper_agrees_with_writing_down_every_plan_also_where_intakes_have_ended(case: Case) -> None:
    case = replace(case, accepts=accepted(case))
    best = Enumeration(case).best()
    found = solved(problem_of(case))
    assert (best is None) == (found is None)
    if best is not None and found is not None:
        assert (found.excess, found.cost) == best[:2]
        assert in_mg(found) == best[4]


@given(cases(lengths=False, begun=True))
@draws(150)
def test_a_chain_on_which_an_intake_has_ended_agrees_with_the_search_over_all_regimens(case: Case) -> None:
    for _, ground in problem_of(case).grounds():
        if chain_of(ground) is not None:
            assert solve(ground) == search(ground)


TOGETHER = Case(
    start=(Fraction(3), Fraction(2)),
    tablets=(Tablet("t1", Fraction(1), 1),),
    liquids=(),
    groups=((0,), (1,)),
    ruling=Ruling("bands", Fraction(1), bands=((Fraction(1), Fraction(3)), (Fraction(0), Fraction(1, 4)))),
    accepts=Fraction(1),
    weights=dict.fromkeys(COSTS, Fraction(0))
    | {"further_piece": Fraction(1, 80), "spread": Fraction(1, 4), "pieces": Fraction(3), "products": Fraction(2)},
)
"""What costs least is a change that ends one intake and begins the next: 3 + 2, 1 + 2, 0 + 1, 0 mg."""


@given(cases(lengths=False))
@example(TOGETHER)
@draws(80)
def test_the_search_along_a_chain_agrees_with_the_search_over_all_regimens(case: Case) -> None:
    problem = problem_of(replace(case, groups=tuple((i,) for i in range(len(case.start)))))
    for _, ground in problem.grounds():
        assert chain_of(ground) is not None
        assert solve(ground) == search(ground)


@given(cases(lengths=False))
@draws(80)
def test_a_chain_that_is_narrowed_to_what_can_matter_gives_the_same_plan(case: Case) -> None:
    problem = problem_of(replace(case, groups=tuple((i,) for i in range(len(case.start)))))
    for _, ground in problem.grounds():
        whole = solve(ground)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(solving, "_MANY", -1)
            assert solve(ground) == whole


@given(cases(intakes=1, lengths=False), st.data())
@draws(80)
def test_on_one_falling_order_a_plan_has_the_least_excess_iff_each_fall_is_accepted_or_the_smallest(
    case: Case, data: st.DataObject
) -> None:
    # The theorem: x -> max(0, x - a)^2 is superadditive, so the least excess can be told fall by fall.
    case = replace(case, accepts=accepted(case), second=None)
    enumeration = Enumeration(case)
    plans = list(enumeration.plans())
    if not plans:
        return
    least = min(enumeration.rank(path)[0] for path in plans)
    path = data.draw(st.sampled_from(plans))
    local = all(_is_local(enumeration, path, index) for index in range(1, len(path)))
    assert (enumeration.rank(path)[0] == least) == local


def _is_local(enumeration: Enumeration, path: tuple[tuple[Fraction, ...], ...], index: int) -> bool:
    before, after = path[index - 1], path[index]
    ruling = enumeration.case.ruling
    ends = ruling.last_dose is not None and enumeration.case.target_total is None and not any(enumeration.floor)
    if ends and index == len(path) - 1:
        return True
    two = (before, after)
    excess = enumeration.rank(two if not ends else (*two, after))[0]
    smaller = [dose for dose in enumeration.doses[0] if after[0] < dose < before[0]]
    return excess == 0 or not smaller
