"""The days of a plan in stretches: which days each line is for, what is said of them, and that a drug stops once."""

from datetime import date, timedelta

import pytest

from builders import START, TABLETS, course, plan_of, plan_with, step
from taper import Product, days, realize, to_schedule
from taper.words.stretches import Pick, Said, stretches_of


@pytest.mark.parametrize("other", ["7 days", "5 days"])
def test_two_courses_of_one_drug_say_once_that_it_stops(other):
    plan = plan_with(
        course(step({"morning": "5 mg"}, "7 days"), id="a", then="stop"),
        course(step({"evening": "5 mg"}, other), id="b", then="stop"),
    )
    schedule = to_schedule(realize(plan, TABLETS), start=date(2027, 3, 1))
    said = [(part.first_day, line.course) for part in stretches_of(schedule) for line in part.lines
            if line.said is Said.STOP]  # fmt: skip
    assert said == [(8, "b" if other == "7 days" else "a")]


def on(*numbers):
    return tuple(START + timedelta(days=number - 1) for number in numbers)


def stretches(*steps, then="review", horizon=None, **more):
    made = realize(plan_of(*steps, then=then), TABLETS)
    return stretches_of(to_schedule(made, start=START, horizon=horizon), **more)


def lines_of(stretch):
    return [(line.pick, " + ".join(intake.dose.text for intake in line.intakes), line.said) for line in stretch.lines]


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (step("5 mg", "7 days"), [(None, "5 mg", None)]),
        (step(["5 mg", "5 mg"], "7 days"), [(None, "5 mg", None)]),
        (
            step(["5 mg", {}], "7 days"),
            [(Pick(dates=on(1), every=2, alone=True), "5 mg", None)],
        ),
        (
            step(["5 mg", {}], "2 days"),
            [(Pick(dates=on(1), alone=True), "5 mg", None)],
        ),
        (
            step(["5 mg", "2 mg", {}], "7 days"),
            [(Pick(dates=on(1), every=3), "5 mg", None), (Pick(dates=on(2), every=3), "2 mg", None),
             (Pick(dates=on(3), every=3), "", Said.NOTHING)],
        ),
        (
            step(["5 mg", *["2 mg"] * 6], "7 days"),
            [(Pick(weekdays=(0,)), "5 mg", None), (Pick(weekdays=(1, 2, 3, 4, 5, 6)), "2 mg", None)],
        ),
        (
            step(["5 mg", *["2 mg"] * 6], "6 days"),
            [(Pick(dates=on(1)), "5 mg", None), (Pick(dates=on(2, 3, 4, 5, 6)), "2 mg", None)],
        ),
        (
            {"for": "3 days", "weekly": {"mon": {"evening": "5 mg"}, "tue": {"evening": "2 mg"}}},
            [(Pick(weekdays=(0,)), "5 mg", None), (Pick(weekdays=(1,)), "2 mg", None),
             (Pick(weekdays=(2,)), "", Said.NOTHING)],
        ),
        ({"for": "2 days", "weekly": {"sun": {"evening": "5 mg"}}}, [(None, "", Said.NOTHING)]),
    ],
    ids=["constant", "equal-days", "every-other", "once", "three-kinds", "a-week", "less-than-a-week", "weekdays",
         "no-dose"],
)  # fmt: skip
def test_each_line_of_a_stretch_names_its_days(given, lines):
    first = stretches(given)[0]
    assert (first.first_day, first.last_day) == (1, int(given["for"].split()[0]))
    assert lines_of(first) == lines


def test_a_stretch_of_a_week_is_said_by_dates_where_weekdays_are_not_known():
    first = stretches(step(["5 mg", *["2 mg"] * 6], "8 days"), weekdays=False)[0]
    assert [line.pick for line in first.lines] == [
        Pick(dates=on(1), every=7),
        Pick(dates=on(2, 3, 4, 5, 6, 7), every=7),
    ]


@pytest.mark.parametrize(
    ("more", "bounds"),
    [
        ({}, [(1, 6), (7, None)]),
        ({"note": "With food"}, [(1, 3), (4, 6), (7, None)]),
        ({"slot_notes": {"evening": "With food"}}, [(1, 3), (4, 6), (7, None)]),
        ({"review_before": True}, [(1, 3), (4, 6), (7, None)]),
        ({"kind": "step-back"}, [(1, 3), (4, 6), (7, None)]),
    ],
    ids=["equal", "note", "note-of-a-time", "review", "step-back"],
)
def test_steps_of_equal_doses_are_one_stretch_unless_more_is_said(more, bounds):
    steps = step("5 mg", "3 days"), step("5 mg", "3 days", **more)
    assert [(part.first_day, part.last_day) for part in stretches(*steps)] == bounds
    each = stretches(*steps, every_day=True)
    assert [(part.first_day, part.last_day) for part in each] == [*((day, day) for day in range(1, 7)), (7, None)]


def test_a_stretch_of_a_cycle_is_not_joined_with_the_next_step():
    steps = step(["5 mg", {}], "4 days"), step(["5 mg", {}], "4 days")
    assert [(part.first_day, part.last_day) for part in stretches(*steps)] == [(1, 4), (5, 8), (9, None)]


def test_a_step_of_weekdays_goes_on_while_nothing_changes_in_another_course():
    week = {"for": "4 weeks", "weekly": {"mon": {"evening": "5 mg"}, "tue": {"evening": "2 mg"}}}
    for second, bounds in (("1 mg", [(1, 28)]), ("2 mg", [(1, 14), (15, 28)])):
        other = course(step({"noon": "1 mg"}, "2 weeks"), step({"noon": second}, "2 weeks"), id="b")
        schedule = to_schedule(realize(plan_with(course(week, id="a"), other), TABLETS), start=START)
        assert [(part.first_day, part.last_day) for part in stretches_of(schedule)] == [*bounds, (29, None)]


def test_days_between_and_after_the_courses_are_a_stretch_and_each_end_is_said_on_its_day():
    plan = plan_with(
        course(step("5 mg", "2 days"), id="a", then="review"),
        course(step("2 mg", "5 days"), id="b", drug="other", then="stop", starts_on_day=4),
    )
    other = Product(id="o2", drug="other", form="tablet", strength="2 mg")
    parts = stretches_of(to_schedule(realize(plan, (*TABLETS, other)), start=START))
    found = [(part.first_day, part.last_day, [(line.course, line.said) for line in part.lines]) for part in parts]
    assert found == [
        (1, 2, [("a", None)]),
        (3, 3, [("a", Said.REVIEW)]),
        (4, 8, [("b", None)]),
        (9, None, [("b", Said.STOP)]),
    ]
    assert [(part.first, part.last) for part in parts[1:]] == [on(3, 3), on(4, 8), (on(9)[0], None)]


@pytest.mark.parametrize(
    ("steps", "then", "horizon", "goes_on"),
    [
        ([step("5 mg", "3 days"), step("2 mg")], "continue", days(5), [False, True]),
        ([step("5 mg", "3 days"), step("2 mg", "9 days")], "stop", days(5), [False, True]),
        ([step("5 mg", "3 days"), step("2 mg", "2 days")], "stop", None, [False, False, False]),
    ],
    ids=["open", "window", "closed"],
)
def test_only_the_last_stretch_of_what_is_not_shown_whole_goes_on(steps, then, horizon, goes_on):
    assert [part.goes_on for part in stretches(*steps, then=then, horizon=horizon)] == goes_on
