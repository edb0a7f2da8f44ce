"""Both sides of the edges of what a log may hold."""

from datetime import date, timedelta

import pytest

from builders import START, TABLETS, course, plan_of, plan_with, step
from taper import (
    ChangeProducts,
    Gap,
    Hold,
    InvalidInput,
    Log,
    PassReview,
    Resume,
    Retarget,
    Slow,
    StepBack,
    Stop,
    Symptom,
    apply_log,
    days,
    months,
    realize,
    to_schedule,
    weeks,
)
from taper.adjustment.event_day import NothingToChange
from taper.plans.log import ResumeAt
from taper.schedules.realization import CannotRealize


@pytest.mark.parametrize("horizon", [None, weeks(4)], ids=["whole", "a window"])
def test_scores_are_taken_for_a_year_after_the_plan_whatever_is_shown_of_it(horizon):
    plan = plan_of(step("5 mg", "104 weeks"), then="stop", before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START, horizon=horizon)
    last = START + timedelta(days=104 * 7 - 1 + 366)
    for day in (START + timedelta(weeks=60), last):
        log = Log.of(plan, START, [], symptoms=[Symptom(day=day, score=3)])
        assert apply_log(schedule, log).log == log
    with pytest.raises(InvalidInput, match="over a year after the plan"):
        apply_log(schedule, Log.of(plan, START, [], symptoms=[Symptom(day=last + timedelta(days=1), score=3)]))


def test_the_review_that_comes_first_is_passed_however_long_its_course_has_been_taken():
    reviewed = step("6 mg", "5 days", review_before=True)
    plan = plan_with(
        course(step("8 mg", "20 days"), reviewed, id="a"),
        course(step("8 mg", "10 days"), reviewed, id="b", starts_on_day=6),
    )
    schedule = to_schedule(realize(plan, TABLETS), start=START)
    log = Log.of(plan, START, [PassReview(day=START + timedelta(days=11))])
    assert [gate.course for gate in apply_log(schedule, log).gates] == ["a"]


def test_an_event_that_cannot_be_made_says_which_and_where_in_its_course():
    plan = plan_of(step("5 mg", "10 days"), step("4 mg", "10 days"), then="stop", before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START)
    log = Log.of(plan, START, [ChangeProducts(day=START + timedelta(days=4), products=["t5mg"])])
    with pytest.raises(CannotRealize) as caught:
        apply_log(schedule, log)
    assert caught.value.where.startswith("events[0], ")


def test_a_course_that_is_retargeted_at_a_step_of_months_goes_on_without_an_end():
    plan = plan_of(step("5 mg", "1 month"), step("4 mg", "1 month"), then="stop", before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START)
    made = apply_log(schedule, Log.of(plan, START, [Retarget(day=START + timedelta(days=4), to={"evening": "4 mg"})]))
    assert made.realized.plan.courses[0].steps[-1].lasting is None
    assert made.realized.plan.is_open


@pytest.mark.parametrize(
    ("steps", "then", "resumed"),
    [
        ([step("5 mg", "10 days"), step("4 mg")], "continue", "5 mg"),
        ([step("5 mg", "10 days"), step("4 mg", "10 days")], "stop", "4 mg"),
    ],
    ids=["before an open step", "at the last step of a plan that stops"],
)
def test_a_step_that_is_resumed_for_a_length_keeps_it_where_something_follows(steps, then, resumed):
    plan = plan_of(*steps, then=then, before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START, horizon=weeks(6) if then == "continue" else None)
    back = ResumeAt(resume={"evening": resumed}, lasting=days(3))
    log = Log.of(plan, START, [Gap(day=START + timedelta(days=4), lasting=days(2), then=back)])
    made = apply_log(schedule, log).realized.plan.courses[0].steps
    assert str(made[2].lasting) == "3 days"
    assert str(made[2].regimen.total) == f"{resumed}/day"


def test_of_two_equal_steps_to_come_the_first_is_resumed():
    plan = plan_of(*(step(f"{dose} mg", "10 days") for dose in (5, 4, 2, 4)), then="stop", before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START)
    back = ResumeAt(resume={"evening": "4 mg"})
    log = Log.of(plan, START, [Gap(day=START + timedelta(days=4), lasting=days(2), then=back)])
    made = apply_log(schedule, log).realized.plan.courses[0].steps
    assert [str(item.regimen.total) for item in made if item.regimen] == [
        "5 mg/day",
        "4 mg/day",
        "2 mg/day",
        "4 mg/day",
    ]


def test_a_month_for_which_a_step_is_resumed_is_counted_from_the_day_it_is_resumed():
    plan = plan_of(step("5 mg", "30 days"), step("4 mg", "10 days"), then="stop", before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START)
    back = ResumeAt(resume={"evening": "5 mg"}, lasting=months(1))
    log = Log.of(plan, START, [Gap(day=date(2027, 3, 5), lasting=days(10), then=back)])
    made = apply_log(schedule, log)
    assert [(item.first, item.last) for item in made.steps][2] == (date(2027, 3, 15), date(2027, 4, 14))


def after(plan, *events):
    schedule = to_schedule(realize(plan, TABLETS), start=START)
    return apply_log(schedule, Log.of(plan, START, events))


def on(number):
    return START + timedelta(days=number - 1)


def test_a_gap_that_waited_may_go_back_to_what_was_taken_before_the_plan():
    before = {"regimen": {"evening": "10 mg"}}
    plan = plan_of(step("8 mg", "10 days"), step("6 mg", "10 days"), then="stop", before=before)
    back = ResumeAt(resume={"evening": "10 mg"}, lasting=days(5))
    made = after(plan, Gap(day=on(15), lasting=days(4)), Resume(day=on(25), then=back))
    steps = made.realized.plan.courses[0].steps
    assert [(int(item.days[0].total.mg), item.lasting.days) for item in steps] == [
        (8, 10), (6, 4), (0, 4), (0, 6), (10, 5), (8, 10), (6, 10),
    ]  # fmt: skip


def test_a_step_that_is_taken_again_in_full_is_as_long_as_it_was_written():
    plan = plan_of(step("8 mg", "2 weeks"), step("6 mg", "2 weeks"), step("4 mg", "2 weeks"), then="stop")
    made = after(plan, StepBack(day=on(20), steps=1, lasting=days(3)))
    lengths = [str(item.lasting) for item in made.realized.plan.courses[0].steps]
    assert lengths == ["2 weeks", "5 days", "3 days", "2 weeks", "2 weeks"]


def test_a_month_of_a_slower_pace_is_counted_from_the_first_day_of_the_dose():
    plan = plan_of(step("8 mg", "24 days"), step("6 mg", "24 days"), step("4 mg", "24 days"), then="stop")
    made = after(plan, Slow(day=date(2027, 4, 2), pace="2 mg, every 1 month"))
    assert [item.first for item in made.steps if item.realized.step.regimen.total.mg == 4] == [date(2027, 4, 25)]


def test_a_step_goes_on_being_made_of_the_products_that_it_names():
    plan = plan_of(step("5 mg", "10 days", products=["t1mg"]), step("4 mg", "10 days"), then="stop")
    made = after(plan, Hold(day=on(11), lasting=days(3)))
    assert {str(day.intakes[0].portions[0]) for day in made.days[:13]} == {"5 x t1mg"}


def test_a_dose_that_is_kept_at_a_slower_pace_is_not_held():
    plan = plan_of(step("8 mg", "10 days"), step("6 mg", "10 days"), then="stop")
    with pytest.raises(NothingToChange, match="is not held on 2027-03-18"):
        after(plan, Slow(day=on(15), pace="1 mg, every 2 weeks"), Resume(day=on(18)))


def test_days_without_doses_name_no_products_where_those_change():
    plan = plan_of(step("8 mg", "10 days"), {"kind": "gap", "for": "3 days"}, step("6 mg", "10 days"), then="stop")
    made = after(plan, ChangeProducts(day=on(5), products=["t2mg"]))
    steps = made.realized.plan.courses[0].steps
    assert [(item.kind, item.products) for item in steps[1:]] == [(None, ("t2mg",)), ("gap", ()), (None, ("t2mg",))]


@pytest.mark.parametrize(("number", "shown"), [(27, 28), (28, 28), (29, 29), (40, 40)])
def test_days_are_shown_to_the_end_of_the_window_or_to_the_last_event_if_that_is_later(number, shown):
    open_ended, other = course(step("5 mg"), id="a", then="continue"), course(step("5 mg", "60 days"), id="b")
    plan = plan_with(open_ended, other)
    schedule = to_schedule(realize(plan, TABLETS), start=START, horizon=weeks(4))
    log = Log.of(plan, START, [Stop(day=START + timedelta(days=number - 1), course="b")])
    assert len(apply_log(schedule, log).days) == shown
