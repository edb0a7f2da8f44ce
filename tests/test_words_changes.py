"""What happened to a plan, each kind of event in plain words."""

from dataclasses import replace
from datetime import date

import pytest

from taper import Log, load_protocol, realize, to_schedule, to_table, weeks
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
            "on hold for 7 days, the rest replanned at",
        ),
        ({"kind": "step-back", "steps": 1, "for": "2 weeks"}, "stepped back by 1 step for 2 weeks"),
        ({"kind": "step-back", "steps": 2, "for": "2 weeks"}, "stepped back by 2 steps for 2 weeks"),
        ({"kind": "slow", "pace": "1 mg, every 2 weeks"}, "slowed to 1 mg"),
        ({"kind": "speed-up", "pace": "4 mg, every 2 weeks"}, "sped up to 4 mg"),
        (
            {"kind": "change-products", "products": ["diazepam-us-tablet-2mg"]},
            "products changed to diazepam-us-tablet-2mg",
        ),
        ({"kind": "gap", "for": "3 days"}, "not taken for 3 days, decision needed on what follows"),
        ({"kind": "gap", "for": "3 days", "then": "stop"}, "then stopped"),
        ({"kind": "gap", "for": "3 days", "then": {"resume": {"bedtime": "5 mg"}}}, "then resumed at 5 mg bedtime"),
        (
            {
                "kind": "gap",
                "for": "3 days",
                "then": {"titrate": [{"regimen": {"bedtime": "5 mg"}}], "then": "continue"},
            },
            "then titrated again",
        ),
        (
            {
                "kind": "gap",
                "for": "3 days",
                "then": {"titrate_to": "10 mg", "slots": ["bedtime"], "increment": "2 mg", "every": "3 days"},
            },
            "then titrated again to 10 mg/day, by 2 mg every 3 days",
        ),
        (
            {"kind": "gap", "for": "3 days", "then": {"titrate_to": "10 mg", "slots": ["bedtime"], "source": "x"}},
            "then titrated again to 10 mg/day, as x gives it",
        ),
        (
            {"kind": "retarget", "to": {"bedtime": "5 mg"}, "rest": "replan", "pace": "2 mg, every 2 weeks"},
            "now to end at 5 mg bedtime, the rest replanned at 2 mg",
        ),
        ({"kind": "stop"}, "stopped"),
        ({"kind": "pass-review"}, "the next step that waited for review may begin"),
        ({"kind": "resume"}, "resumed"),
        ({"kind": "resume", "then": "stop"}, "decided after a gap: then stopped"),
    ],
)
def test_each_event_says_what_happened_and_the_table_prints_it(event, said):
    line, table = _described({**ON, **event})
    assert said in line
    assert line in table


def test_the_notice_is_that_of_the_english_phrases() -> None:
    assert phrases_of("en").handout.notice == NOTICE
