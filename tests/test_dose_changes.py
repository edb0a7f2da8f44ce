"""What changes from one step to the next, and from what was taken before the plan, sentence by sentence."""

import pytest

from formats.drawing import dated
from taper import days, write_instructions

pytest.importorskip("babel")


def daily(**doses):
    return {"for": "6 days", "regimen": doses}


def in_turn(*doses, lasting="6 days"):
    return {"for": lasting, "cycle": [{"morning": dose} if dose else {} for dose in doses]}


def weekly(**doses):
    return {"for": "2 weeks", "weekly": {day: {"morning": dose} for day, dose in doses.items()}}


def changes(*steps, **more):
    """What the last step says of its change."""
    return write_instructions(dated(*steps, **more))[-1].change


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            (daily(morning="4 mg"), daily(morning="2 mg")),
            ("Change: from 4 mg to 2 mg a day, 2 mg less.", "Changed in the morning: from 4 mg to 2 mg."),
        ),
        (
            (daily(morning="2 mg"), daily(morning="2 mg", bedtime="1 mg")),
            ("Change: from 2 mg to 3 mg a day, 1 mg more.", "New at bedtime: 1 mg."),
        ),
        (
            (daily(morning="2 mg", evening="2 mg"), daily(morning="4 mg")),
            ("Change: none in the daily total of 4 mg.", "Changed in the morning: from 2 mg to 4 mg.",
             "No longer taken in the evening."),
        ),
        (
            (daily(morning="4 mg"), in_turn("4 mg", None)),
            ("Changed on day 2 of 2: was 4 mg; is now no dose.",),
        ),
        (
            (daily(morning="4 mg"),
             {"for": "6 days", "cycle": [{"morning": "4 mg"}, {"noon": "2 mg", "evening": "1 mg"}]}),
            ("Changed on day 2 of 2: was 4 mg; is now 2 mg at noon and 1 mg in the evening.",),
        ),
        ((in_turn("4 mg", "2 mg"), daily(morning="2 mg")), ("Changed on day 1 of 2: was 4 mg; is now 2 mg.",)),
        (
            (in_turn("4 mg", "2 mg"), in_turn("2 mg", "4 mg")),
            ("Changed on day 1 of 2: was 4 mg; is now 2 mg.", "Changed on day 2 of 2: was 2 mg; is now 4 mg."),
        ),
        (
            (in_turn("4 mg", "3 mg", "1 mg"), in_turn("2 mg", "3 mg", "2 mg")),
            ("Changed on day 1 of 3: was 4 mg; is now 2 mg.", "Changed on day 3 of 3: was 1 mg; is now 2 mg."),
        ),
        ((in_turn("4 mg", "2 mg"), in_turn("4 mg", "2 mg")), ("Change: none on any day.",)),
        (
            (in_turn("4 mg", "3 mg", "1 mg", lasting="2 days"), in_turn("4 mg", "2 mg", "2 mg")),
            ("Changed on day 2 of 3: was 3 mg; is now 2 mg.",),
        ),
        (
            (daily(morning="4 mg"), weekly(mon="4 mg", thu="4 mg")),
            ("Changed on Tuesday, Wednesday, Friday, Saturday, and Sunday: was 4 mg; is now no dose.",),
        ),
        (
            (in_turn("4 mg", *["2 mg"] * 6, lasting="2 weeks"), weekly(mon="4 mg")),
            ("Change: the days were 4 mg on 1 of 7 days and 2 mg on 6 of 7 days; "
             "they are now 4 mg on 1 of 7 days and no dose on 6 of 7 days.",),
        ),
    ],
    ids=["less", "more", "same-total", "constant-to-cycle", "several-a-day", "cycle-to-constant", "turned",
         "two-of-three", "no-day", "cut-short", "weekdays", "cycle-to-week"],
)  # fmt: skip
def test_a_step_says_what_differs_from_the_step_before(steps, said):
    assert changes(*steps) == said


@pytest.mark.parametrize(
    ("before", "step", "said"),
    [
        ("nothing", daily(morning="2 mg"), ("Before this step: no dose.",)),
        (None, daily(morning="2 mg"), ("Before this step: not stated.",)),
        (
            {"regimen": {"morning": "4 mg"}},
            daily(morning="2 mg"),
            ("Change: from 4 mg to 2 mg a day, 2 mg less.", "Changed in the morning: from 4 mg to 2 mg."),
        ),
        (
            {"weekly": {"mon": {"morning": "4 mg"}}},
            weekly(mon="3 mg"),
            ("Changed on Monday: was 4 mg; is now 3 mg.",),
        ),
        (
            {"cycle": [{"morning": "4 mg"}, {}]},
            in_turn("4 mg", "1 mg"),
            ("Changed on day 2 of 2: was no dose; is now 1 mg.",),
        ),
    ],
    ids=["nothing", "unknown", "regimen", "week", "cycle"],
)
def test_the_first_step_says_what_differs_from_what_was_taken_before(before, step, said):
    assert changes(step, **({} if before is None else {"before": before})) == said


def test_where_nothing_is_planned_nothing_changes():

    held = ({"for": "2 days", "regimen": {"morning": "2 mg"}}, {"kind": "decision"})
    assert changes(*held, then="continue", horizon=days(5)) == ()
