"""Naming sources narrows what is compared; a rule all of whose sources are left out says so."""

from datetime import date

import pytest

from builders import answers, formulary, plan_of, review_of, step
from taper import Formulary, Patient, Reason, RequirementNotMet, check, realize, to_schedule, to_table, weeks
from taper.plans.plan import read_plan

BOTH = formulary(
    ceilings=[{"source": "a", "limit": "20 mg"}],
    kidney=[{"source": "b", "basis": "label", "impaired": {"action": "avoid"}}],
    liver=[{"source": "b", "impairment": ["severe"], "action": "avoid"}],
)
PATIENT = Patient.read({"egfr": "20", "dialysis": False, "kidney_stable": True, "liver": "none"})


def test_a_rule_whose_sources_are_all_left_out_is_not_assessed_and_names_them():
    review = review_of(plan_of(step("5 mg", "3 days")), BOTH, PATIENT, sources=["a"])
    findings, (gap,), clear, left = answers(review, "kidney")
    assert (gap.reason, gap.what) == (Reason.LEFT_OUT, ("b",))
    assert (findings, [item.source.id for item in left]) == ([], ["b"])
    assert [item.source.id for item in clear] == ["a"], "which was read in full and says nothing"


def test_that_no_source_is_held_is_not_said_of_sources_left_out():
    review = review_of(plan_of(step("5 mg", "3 days")), BOTH, PATIENT, sources=["b"])
    _, (gap,), _, _ = answers(review, "ceiling")
    assert (gap.reason, gap.what) == (Reason.LEFT_OUT, ("a",))


def test_an_answer_that_needs_no_source_stays_clear():
    review = review_of(plan_of(step("5 mg", "3 days")), BOTH, PATIENT, sources=["a"])
    assert (answers(review, "liver")[1], len(answers(review, "liver")[2])) == ([], 1)


def test_the_shipped_gate_does_not_pass_by_narrowing_and_the_count_says_what_was_left_out():
    course = (
        '{"drug": "baclofen", "then": "continue", "before": "nothing", "steps": [{"regimen": {"evening": "5 mg"}}]}'
    )
    plan = read_plan('{"format": "taper-plan/1", "courses": [' + course + "]}")
    made = realize(plan, [p for p in Formulary.shipped().products("baclofen", market="us") if p.form == "tablet"])
    review = check(made, PATIENT, sources=["us-tablet-dailymed", "pms-hk"])
    with pytest.raises(RequirementNotMet, match=r"kidney: .*us-tablet.* not compared: you named other sources"):
        review.require()
    assert f" within, {len(review.left_out)} left out\n" in to_table(
        to_schedule(made, start=date(2027, 3, 1), horizon=weeks(1)), review
    )
