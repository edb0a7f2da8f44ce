"""What happened to a plan, each kind of event in plain words."""

from dataclasses import replace
from datetime import date

import pytest

from builders import TABLETS, course, plan_of, plan_with, step
from taper import (
    Gap,
    Hold,
    Log,
    PassReview,
    ResumeAt,
    apply_log,
    days,
    load_protocol,
    realize,
    to_schedule,
    to_table,
    weeks,
)
from taper.knowledge.formulary import Formulary
from taper.words.notice import NOTICE
from taper.words.phrases import phrases_of
from taper.words.plain import describe_changes

START = date(2027, 3, 1)


def _described(event):
    plan = load_protocol("diazepam-example").plan()
    made = realize(plan, Formulary.shipped().products("diazepam", market="us"))
    data = {"format": "taper-log/1", "plan": plan.fingerprint, "start": START.isoformat(), "events": [event]}
    schedule = replace(to_schedule(made, start=START, horizon=weeks(4)), log=Log.read(data))
    return describe_changes(schedule)[0], to_table(schedule)


ON = {"day": "2027-03-10"}
ANEW = {"regimen": {"bedtime": "5 mg"}}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"kind": "hold", "for": "7 days"}, "on hold for 7 days"),
        (
            {"kind": "hold", "for": "7 days", "rest": "replan", "pace": "2 mg, every 2 weeks", "order": "evenly"},
            "on hold for 7 days, the rest replanned at 2 mg, every 2 weeks",
        ),
        ({"kind": "hold", "for": "7 days", "rest": "replan"}, "on hold for 7 days, the rest replanned"),
        ({"kind": "step-back", "steps": 1, "for": "2 weeks"}, "stepped back by 1 step for 2 weeks"),
        ({"kind": "step-back", "steps": 2, "for": "2 weeks"}, "stepped back by 2 steps for 2 weeks"),
        ({"kind": "slow", "pace": "1 mg, every 2 weeks"}, "slowed to 1 mg, every 2 weeks"),
        ({"kind": "speed-up", "pace": "4 mg, every 2 weeks"}, "sped up to 4 mg, every 2 weeks"),
        (
            {"kind": "change-products", "products": ["diazepam-us-tablet-2mg"]},
            "products changed to diazepam-us-tablet-2mg",
        ),
        ({"kind": "gap", "for": "3 days"}, "not taken for 3 days, decision needed on what follows"),
        ({"kind": "gap", "for": "3 days", "then": "stop"}, "not taken for 3 days, then stopped"),
        (
            {"kind": "gap", "for": "3 days", "then": {"resume": {"bedtime": "5 mg"}}},
            "not taken for 3 days, then resumed at 5 mg bedtime",
        ),
        (
            {
                "kind": "gap",
                "for": "3 days",
                "then": {"titrate": [{"regimen": {"bedtime": "5 mg"}}], "then": "continue"},
            },
            "not taken for 3 days, then titrated again",
        ),
        (
            {
                "kind": "gap",
                "for": "3 days",
                "then": {"titrate_to": "10 mg", "slots": ["bedtime"], "increment": "2 mg", "every": "3 days"},
            },
            "not taken for 3 days, then titrated again to 10 mg/day, by 2 mg every 3 days",
        ),
        (
            {"kind": "gap", "for": "3 days", "then": {"titrate_to": "10 mg", "slots": ["bedtime"], "source": "x"}},
            "not taken for 3 days, then titrated again to 10 mg/day, as x gives it",
        ),
        (
            {"kind": "retarget", "to": {"bedtime": "5 mg"}, "rest": "replan", "pace": "2 mg, every 2 weeks"},
            "now to end at 5 mg bedtime, the rest replanned at 2 mg, every 2 weeks",
        ),
        ({"kind": "stop"}, "stopped"),
        ({"kind": "pass-review"}, "the next step that waited for review may begin"),
        ({"kind": "resume"}, "resumed"),
        ({"kind": "resume", "then": "stop"}, "decided after a gap: then stopped"),
    ],
)
def test_each_event_says_what_happened_and_the_table_prints_it(event, said):
    line, table = _described({**ON, **event})
    assert line == f"2027-03-10: {said}."
    assert line in table


@pytest.mark.parametrize(("resumed", "more"), [("8 mg", ""), ("12 mg", ", more than was taken on any day before")])
def test_a_resumed_dose_that_was_never_reached_is_plainly_said_to_be_more(resumed, more):
    plan = plan_of(
        step("10 mg", "10 days"), step("8 mg", "10 days"), then="stop", before={"regimen": {"evening": "10 mg"}}
    )
    how = ResumeAt(resume={"evening": resumed}, lasting=days(5), rest="replan", pace="1 mg, every 1 week")
    log = Log.of(plan, START, [Gap(day=date(2027, 3, 16), lasting=days(4), then=how)])
    assert describe_changes(apply_log(to_schedule(realize(plan, TABLETS), start=START), log)) == [
        f"2027-03-16: not taken for 4 days, then resumed at {resumed} evening for 5 days, the rest replanned at "
        f"1 mg, every 1 week{more}."
    ]


def test_a_resumed_dose_that_was_an_increase_when_it_was_first_reached_is_not_said_to_be_one_again():
    plan = plan_of(step("5 mg", "20 days"), step("2 mg", "20 days"), then="stop", before="nothing")
    how = ResumeAt(resume={"evening": "8 mg"}, lasting=days(9), rest="replan", pace="1 mg, every 1 week")
    gaps = [Gap(day=date(2027, 3, day), lasting=days(2), then=how) for day in (5, 10)]
    lines = describe_changes(apply_log(to_schedule(realize(plan, TABLETS), start=START), Log.of(plan, START, gaps)))
    assert [line.endswith(", more than was taken on any day before.") for line in lines] == [True, False]


def test_what_happened_to_one_of_several_courses_names_it_and_scores_are_plainly_listed():
    plan = plan_with(*(course(step("5 mg", "10 days"), id=name, then="stop") for name in "ab"))
    base = to_schedule(realize(plan, TABLETS), start=START)
    events = [Hold(day=date(2027, 3, 4), lasting=days(2), course="a"), PassReview(day=date(2027, 3, 5))]
    assert describe_changes(base) == []
    assert describe_changes(replace(base, log=Log.of(plan, START, events))) == [
        "2027-03-04: a: on hold for 2 days.",
        "2027-03-05: the next step that waited for review may begin.",
    ]


def test_the_notice_is_that_of_the_english_phrases() -> None:
    assert phrases_of("en").handout.notice == NOTICE
