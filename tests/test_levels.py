"""A drug's daily total as levels: what comes before, what follows a stop, cycles without an end, and windows."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, course, formulary, plan_of, plan_with, step
from taper import Patient, realize
from taper.amounts.dose import DailyDose
from taper.amounts.duration import Duration
from taper.checks.case import Case
from taper.checks.dose_levels import Level, Levels, fewest_days, levels_of, most_days, undecided, used_before

HELD = formulary()
DRUG = "testamine"


def levels(plan, held=HELD, **more):
    return levels_of(_case(plan, held, **more), DRUG)


def _case(plan, held=HELD, **more):
    return Case(realize(plan, TABLETS, formulary=held), Patient(), held, **more)


def shown(made):
    return [(level.first, level.last, int(level.mg)) for level in made.all]


def test_what_was_taken_before_is_the_level_before_day_1():
    plan = plan_of(step("5 mg", "7 days"), before={"regimen": {"evening": "10 mg"}})
    assert shown(levels(plan)) == [(0, 0, 10), (1, 7, 5)]


def test_a_stop_is_followed_by_0_and_a_review_is_not():
    assert shown(levels(plan_of(step("5 mg", "7 days"), then="stop", before="nothing")))[-1] == (8, None, 0)
    assert shown(levels(plan_of(step("5 mg", "7 days"), then="review", before="nothing")))[-1] == (1, 7, 5)


def test_a_stop_follows_the_last_dose_even_where_a_cycle_ends_without_one():
    plan = plan_of(step(["5 mg", {}], "4 days"), then="stop", before="nothing")
    made = levels(plan)
    assert shown(made)[-1] == (4, None, 0)
    assert made.is_final_stop(made.falls[-1])


def test_what_was_taken_before_a_later_course_counts_until_it_begins():
    later = course(step("2 mg", "7 days"), id="b", starts_on_day=8, before={"regimen": {"noon": "4 mg"}})
    plan = plan_with(course(step("5 mg", "14 days"), id="a", before="nothing"), later)
    assert shown(levels(plan)) == [(0, 0, 4), (1, 7, 9), (8, 14, 7)]


def test_the_passage_from_the_end_of_an_open_cycle_to_its_beginning_is_seen():
    made = levels(plan_of(step(["2 mg", "5 mg"]), then="continue", before={"regimen": {"evening": "2 mg"}}))
    assert [(change.day, int(change.mg)) for change in made.falls] == [(3, 3)]
    assert [change.day for change in made.rises] == [2, 4]


EVERY_OTHER_DAY = [(0, 0, 0), (1, 1, 5), (2, 2, 0), (3, 3, 5), (4, 4, 0), (5, 11, 2)]
AVERAGE = [(0, 0, 0), (1, 4, Fraction(5, 2)), (5, 11, 2)]


def hours(low, **more):
    return {"source": "a", "low": low, "high": "200"} | more


@pytest.mark.parametrize(
    ("lives", "expected"),
    [
        ([hours("27")], AVERAGE),  # nine tenths of two are 48.6 hours, and 48 pass
        ([hours("26")], EVERY_OTHER_DAY),  # 46.8 hours
        ([hours("100"), hours("26")], EVERY_OTHER_DAY),
        ([hours("100"), hours("26", metabolite=True)], AVERAGE),
        ([hours("100"), hours("26", with_names=["maoi"])], EVERY_OTHER_DAY),
        ([hours("100"), hours("200", up_to=True)], AVERAGE),
        ([hours("200", up_to=True)], EVERY_OTHER_DAY),
        ([hours("100", metabolite=True)], EVERY_OTHER_DAY),
        ([], EVERY_OTHER_DAY),
    ],
)
def test_a_cycle_is_its_average_where_less_than_two_half_lives_pass_without_a_dose(lives, expected):
    plan = plan_of(step(["5 mg", {}], "4 days"), step("2 mg", "7 days"), before="nothing")
    made = levels(plan, formulary(half_lives=lives))
    assert [(level.first, level.last, level.mg) for level in made.all] == expected
    assert made.all[1].run.intakes[0].step == 1


def test_a_half_life_that_is_not_compared_makes_no_average():
    plan = plan_of(step(["5 mg", {}], "4 days"), step("2 mg", "7 days"), before="nothing")
    held = formulary(half_lives=[hours("100")], ceilings=[{"source": "b", "limit": "9 mg"}])
    assert shown(levels(plan, held, sources=("b",))) == EVERY_OTHER_DAY
    assert shown(levels(plan, held, sources=("a",))) == [(0, 0, 0), (1, 4, 2), (5, 11, 2)]


def test_a_cycle_with_a_dose_on_every_day_and_one_beside_another_course_are_no_average():
    held = formulary(half_lives=[hours("100")])
    uneven = plan_of(step(["5 mg", "2 mg"], "4 days"), before="nothing")
    assert shown(levels(uneven, held)) == [(0, 0, 0), (1, 1, 5), (2, 2, 2), (3, 3, 5), (4, 4, 2)]
    beside = course(step({"noon": "1 mg"}, "4 days"), id="b", before="nothing")
    both = plan_with(course(step(["5 mg", {}], "4 days"), id="a", before="nothing"), beside)
    assert shown(levels(both, held)) == [(0, 0, 0), (1, 1, 6), (2, 2, 1), (3, 3, 6), (4, 4, 1)]


def test_days_of_the_week_without_a_dose_are_no_average():
    held = formulary(half_lives=[hours("100")])
    plan = plan_of(
        {"weekly": {"mon": {"evening": "5 mg"}, "wed": {"evening": "5 mg"}}, "for": "4 days"}, before="nothing"
    )
    assert shown(levels(plan, held, start=START)) == [(0, 0, 0), (1, 1, 5), (2, 2, 0), (3, 3, 5), (4, 4, 0)]


def test_a_cycle_before_another_and_one_without_an_end_are_one_level_each():
    held = formulary(half_lives=[hours("100")])
    first, second = step([{}, "4 mg"], "4 days"), step(["2 mg", {}])
    made = levels(plan_of(step("5 mg", "2 days"), first, second, then="continue", before="nothing"), held)
    assert shown(made) == [(0, 0, 0), (1, 2, 5), (3, 6, 2), (7, None, 1)]
    assert [(change.day, change.mg) for change in made.falls] == [(3, 3), (7, 1)]


def test_a_stop_after_an_average_is_on_the_day_after_its_last():
    held = formulary(half_lives=[hours("100")])
    made = levels(plan_of(step(["4 mg", {}], "4 days"), then="stop", before="nothing"), held)
    assert shown(made) == [(0, 0, 0), (1, 4, 2), (5, None, 0)]


def test_a_course_that_does_not_say_what_came_before_is_unknown():
    assert not levels(plan_of(step("5 mg", "7 days"))).knows_before
    assert levels(plan_of(step("5 mg", "7 days"), before="nothing")).knows_before


def test_how_long_it_was_used_before_is_0_a_length_or_unknown():
    before = {"regimen": {"evening": "5 mg"}}
    assert used_before(_case(plan_of(step("5 mg", "7 days"), before="nothing")), DRUG) == 0
    assert used_before(_case(plan_of(step("5 mg", "7 days"), before=before | {"for": "2 months"})), DRUG) == 56
    assert used_before(_case(plan_of(step("5 mg", "7 days"), before=before)), DRUG) is None
    assert used_before(_case(plan_of(step("5 mg", "7 days"))), DRUG) is None


def test_a_month_is_at_least_28_days_and_at_most_31():
    assert (fewest_days(Duration.parse("1 month")), most_days(Duration.parse("1 month"))) == (28, 31)
    assert fewest_days(Duration.parse("2 weeks")) == most_days(Duration.parse("2 weeks")) == 14


WAITS = {"kind": "decision", "for": "3 days"}


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([WAITS], ["what follows day 7"]),
        ([{"kind": "gap", "for": "1 day"}, WAITS], ["what follows the day without a dose from day 8"]),
        ([{"kind": "gap", "for": "2 days"}, WAITS], ["what follows the 2 days without a dose from day 8"]),
        ([WAITS, step("2 mg", "7 days")], ["what is taken on days 8-10"]),
        ([WAITS | {"for": "1 day"}, step("2 mg", "7 days")], ["what is taken on day 8"]),
        ([{"kind": "gap", "for": "2 days"}, step("2 mg", "7 days")], []),
        ([WAITS, step("2 mg", "7 days"), WAITS], ["what is taken on days 8-10", "what follows day 17"]),
    ],
)
def test_what_a_person_decides_is_said_with_its_days(steps, words):
    plan = plan_of(step("5 mg", "7 days"), *steps, before="nothing")
    assert list(undecided(_case(plan), DRUG)) == [f"{each}; a person decides that" for each in words]


def test_a_change_that_touches_no_dose_has_no_place():
    made = levels(plan_of(step("5 mg", "7 days"), before={"regimen": {"evening": "10 mg"}}))
    assert made.changes[0].place.step == 1
    empty = Levels((Level(0, 0, DailyDose(2)), Level(1, 1, DailyDose(1))), knows_before=True, stops=False)
    assert empty.changes[0].place is None


@st.composite
def lines(draw):
    totals = draw(st.lists(st.integers(0, 9), min_size=2, max_size=25))
    made = [Level(day, day, DailyDose(total)) for day, total in enumerate(totals)]
    return totals, Levels(tuple(made), knows_before=True, stops=False)


@given(lines(), st.integers(1, 10))
def test_a_fall_within_a_window_is_from_the_highest_of_the_days_before_it(line, days):
    totals, made = line
    expected = [
        (day, max(totals[max(0, day - days) : day]) - totals[day])
        for day in range(1, len(totals))
        if totals[day] < totals[day - 1]
    ]
    assert [(change.day, change.mg) for change in made.falls_within(days)] == [(d, Fraction(mg)) for d, mg in expected]
