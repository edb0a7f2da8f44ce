"""Any seven days against every published maximum for a week."""

import pytest

from builders import answers, course, formulary, plan_of, plan_with, review_of, step
from taper import InvalidInput, Patient
from taper.knowledge.monograph import Ceiling

WEEKLY = {"limit": "20 mg", "per": "week"}
ONCE = WEEKLY | {"days": 1}
NONE = [{}] * 6


def found(plan, *ceilings, patient=None, **more):
    held = formulary(ceilings=[{"source": f"c{number}"} | item for number, item in enumerate(ceilings)])
    return answers(review_of(plan, held, patient, **more), "weekly-ceiling")


def once_a_week(*doses, then="stop"):
    """A plan of one dose a week."""
    days = [day for dose in doses for day in (dose, *NONE)]
    return plan_of(step(days, None if then == "continue" else f"{len(days)} days"), then=then)


def values(plan, *ceilings, **more):
    return [(item.day, item.last_day, item.value, str(item.severity)) for item in found(plan, *ceilings, **more)[0]]


@pytest.mark.parametrize("then", ["stop", "continue"])
def test_once_a_week_is_clear_at_the_maximum_and_found_above_it(then):
    assert len(found(once_a_week("20 mg", then=then), ONCE)[2]) == 1
    assert values(once_a_week("21 mg", then=then), ONCE) == [(1, 7, "21 mg", "high")]


def test_a_finding_says_the_week_what_is_taken_in_it_and_by_whom():
    (finding,), *_ = found(plan_of(step("3 mg", "10 days")), WEEKLY)
    assert finding.message == (
        "Testamine reaches 21 mg in a week, on days 1-7. Institute c0 (2026, grade A): maximum of 20 mg a week."
    )


def test_small_doses_every_day_are_taken_too_often():
    (finding,), *_ = found(plan_of(step("1 mg", None), then="continue"), ONCE)
    assert finding.message == (
        "Testamine is taken on 7 days of a week, on days 1-7. Institute c0 (2026, grade A): once a week."
    )
    assert values(plan_of(step("1 mg", "9 days")), WEEKLY | {"days": 4}) == [(1, 7, "7 days", "high")]


def test_the_week_with_most_in_it_may_lie_across_steps_and_cycles():
    across = plan_of(step("1 mg", "7 days"), step("4 mg", "5 days"))
    assert values(across, WEEKLY) == [(6, 12, "22 mg", "high")]
    open_ended = plan_of(step([{}, {}, {}, {}, {}, "9 mg", "9 mg", "9 mg"], None), then="continue")
    assert values(open_ended, WEEKLY) == [(2, 8, "27 mg", "high")]
    over_the_end = plan_of(step(["11 mg", *NONE, "11 mg"], None), then="continue")
    assert [item[2] for item in values(over_the_end, WEEKLY)] == ["22 mg"]


def test_courses_of_a_drug_are_summed():
    plan = plan_with(course(step("2 mg", "7 days"), id="a"), course(step("1 mg", "7 days"), id="b"))
    assert values(plan, WEEKLY) == [(1, 7, "21 mg", "high")]


def test_a_figure_that_is_no_maximum_is_moderate_and_a_claim_is_compared_by_name_alone():
    plan = plan_of(step("3 mg", "7 days"))
    assert values(plan, WEEKLY | {"kind": "usual maximum"}) == [(1, 7, "21 mg", "moderate")]
    claim = WEEKLY | {"kind": "claim without a source of its own"}
    assert [item.source.id for item in found(plan, claim)[3]] == ["c0"]
    assert len(found(plan, claim, sources=["c0"])[0]) == 1
    assert [item.source.id for item in found(plan, WEEKLY, WEEKLY, sources=["c1"])[0]] == ["c1"]


def test_another_use_is_passed_over_and_an_age_is_asked_for():
    plan = plan_of(step("3 mg", "7 days"), indication="b")
    assert found(plan, WEEKLY | {"indications": ["a"]}) == ([], [], [], [])
    older = WEEKLY | {"age_from": 65}
    assert "age (this source's advice depends on it)" in found(plan, older)[1][0].missing
    assert found(plan, older, patient=Patient(age=64)) == ([], [], [], [])


def test_where_no_source_has_one_the_rule_does_not_apply():
    assert found(plan_of(step("3 mg", "7 days")), {"limit": "1 mg"}) == ([], [], [], [])


def test_days_belong_to_a_week():
    with pytest.raises(InvalidInput, match="days belong to a ceiling of a week"):
        formulary(ceilings=[{"limit": "1 mg", "days": 1, "source": "c0"}])
    assert Ceiling.model_fields["days"].default is None
