"""Two plans or schedules beside each other: what differs, day by day and in total."""

import pytest
from hypothesis import given

from builders import START, course, liquid, plan_of, plan_with, step, tablet
from taper import Log, apply_log, compare, days, realize, to_difference_table, to_schedule, weeks
from taper.plans.log import Hold, Stop
from taper.plans.plan import StartNeeded
from taper.testing import durations, realizable_plans, starts

TABLETS = (tablet("5 mg", score=2), tablet("2 mg"))
DOWN = plan_of(step("10 mg", "7 days"), step("5 mg", "7 days"), then="stop", before={"regimen": {"evening": "20 mg"}})


def schedule_of(plan, **more):
    return to_schedule(realize(plan, TABLETS), start=START, **more)


def spans(difference):
    return [(item.first, item.last, dict(item.one) == {}, dict(item.other) == {}) for item in difference.days]


@given(realizable_plans(), starts(), durations())
def test_nothing_differs_from_itself(drawn, start, horizon):
    plan, products = drawn
    schedule = to_schedule(realize(plan, products), start=start, horizon=horizon)
    assert compare(schedule, schedule).is_none
    assert compare(plan, plan, start=start).is_none


@given(realizable_plans(), realizable_plans(), starts(), durations())
def test_the_days_that_differ_are_those_on_which_other_doses_are_taken(one, other, start, horizon):
    sides = [to_schedule(realize(*drawn), start=start, horizon=horizon) for drawn in (one, other)]
    made = compare(*sides)
    listed = {number for item in made.days for number in range(item.first, item.last + 1)}
    for number in range(1, made.compared + 1):
        taken = [
            [(i.drug, i.slot, i.dose) for i in side.days[number - 1].intakes] if number <= len(side.days) else []
            for side in sides
        ]
        assert (taken[0] != taken[1]) == (number in listed)
    turned = compare(*sides[::-1])
    assert [(item.first, item.one) for item in turned.days] == [(item.first, item.other) for item in made.days]
    assert (turned.one, turned.other) == (made.other, made.one)


def test_a_hold_shows_as_the_days_that_it_moved():
    base = schedule_of(DOWN)
    held = apply_log(base, Log.of(DOWN, START, [Hold(day=base.days[7].date, lasting=days(3))]))
    made = compare(base, held)
    assert spans(made) == [(8, 10, False, False), (15, 17, True, False)]
    assert (made.first_day, made.one.days, made.other.days) == (8, 14, 17)
    assert made.other.mg["testamine"] - made.one.mg["testamine"] == 30
    assert (made.one.units, made.other.units) == ({"t5mg": "21"}, {"t5mg": "27"})


def test_the_largest_fall_counts_from_what_was_taken_before_and_the_last_one_to_0():
    stopped = apply_log(schedule_of(DOWN), Log.of(DOWN, START, [Stop(day=schedule_of(DOWN).days[7].date)]))
    made = compare(schedule_of(DOWN), stopped)
    largest, last = made.one.largest["testamine"], made.one.last["testamine"]
    assert (largest.day, largest.mg, last.day, last.mg) == (1, 10, 15, 5)
    assert (made.other.last["testamine"].day, made.other.last["testamine"].mg) == (8, 10)


def test_of_a_drug_that_was_not_taken_before_the_first_dose_is_no_fall():
    assert compare(plan_of(step("0.5 mg", "7 days"), before="nothing"), DOWN).one.largest == {"testamine": None}


def test_of_equal_falls_the_larger_part_of_what_is_taken_is_the_largest():
    before = {"regimen": {"evening": "20 mg"}}
    plan = plan_of(step("18 mg", "7 days"), step("16 mg", "7 days"), step("15 mg", "7 days"), before=before)
    largest = compare(plan, DOWN).one.largest["testamine"]
    assert (largest.day, largest.mg) == (8, 2)


def test_a_review_at_the_end_is_no_fall():
    plan = plan_of(step("5 mg", "7 days"))
    assert compare(plan, DOWN).one.last == {"testamine": None}


def test_plans_are_compared_without_products_and_without_dates():
    made = compare(DOWN, plan_of(step("10 mg", "7 days"), step("2.5 mg", "7 days"), then="stop"))
    assert spans(made) == [(8, 14, False, False)]
    assert made.one.units == {}


def test_plans_that_end_are_compared_to_the_end_of_the_longer_and_no_further():
    same, longer = compare(DOWN, DOWN), compare(DOWN, plan_of(step("10 mg", "15 days"), then="stop"))
    assert (same.compared, str(same)) == (14, "no difference in 14 days")
    assert str(longer).splitlines() == [
        "2 differences in 15 days",
        "days 8-14, testamine",
        "days 15-15, testamine",
    ]


def test_a_plan_without_an_end_goes_on_where_the_other_has_ended():
    made = compare(plan_of(step("5 mg"), then="continue"), plan_of(step("5 mg", "7 days"), then="stop"))
    assert spans(made) == [(8, None, False, True)]
    assert (made.one.days, made.other.days, made.is_none) == (None, 7, False)


def test_a_cycle_of_equal_days_goes_on_as_one_of_them():
    made = compare(plan_of(step(["5 mg", "5 mg"]), then="continue"), plan_of(step("5 mg", "7 days"), then="stop"))
    assert (made.compared, spans(made)) == (8, [(8, None, False, True)])


def test_cycles_are_compared_once_around():
    one = plan_of(step(["5 mg", "2 mg"]), then="continue")
    other = plan_of(step(["5 mg", "2 mg", "2 mg"]), then="continue")
    made = compare(one, other)
    assert made.compared == 7
    assert [item.first for item in made.days] == [3, 4, 5, 6][: len(made.days)]
    assert all(item.last is not None for item in made.days)


def test_a_schedule_is_compared_with_a_plan_as_its_own_plan():
    assert compare(schedule_of(DOWN), DOWN).is_none


def test_what_is_measured_is_totaled_in_ml():
    plan = plan_of(step("2 mg", "3 days"), then="stop")
    measured = to_schedule(realize(plan, [liquid("5 mg/5 mL")]), start=START)
    assert compare(measured, schedule_of(plan)).one.units == {"solution": "6 mL"}


def test_windows_are_compared_over_the_days_that_both_show():
    short, long = (schedule_of(plan_of(step("5 mg"), then="continue"), horizon=weeks(n)) for n in (1, 2))
    assert (compare(short, long).compared, compare(short, long).days) == (7, ())


def test_weekdays_need_a_start():
    plan = plan_of({"weekly": {"mon": {"evening": "5 mg"}}, "for": "2 weeks"}, then="stop")
    with pytest.raises(StartNeeded, match="give a start date"):
        compare(plan, DOWN)
    assert compare(plan, DOWN, start=START).one.mg == {"testamine": 10}


def test_a_weekly_pattern_goes_by_the_weekday_of_each_date():
    tuesdays = plan_of({"weekly": {"tue": {"evening": "5 mg"}}, "for": "1 week"}, then="stop")
    made = compare(tuesdays, plan_of(step("5 mg", "7 days"), then="stop"), start=START)
    assert spans(made) == [(1, 1, True, False), (3, 7, True, False)]


def test_a_drug_that_one_side_lacks_is_said_to_be_lacking():
    two = plan_with(
        course(step("10 mg", "7 days"), step("5 mg", "7 days"), then="stop"),
        course(step("1 mg", "3 days"), drug="other", then="stop", before="nothing"),
    )
    made = compare(DOWN, two)
    assert [(item.drug, item.first, item.last) for item in made.days] == [("other", 1, 3)]
    assert "other, in all" in to_difference_table(made)


def test_the_table_names_the_days_and_both_totals():
    base = schedule_of(DOWN)
    held = apply_log(base, Log.of(DOWN, START, [Hold(day=base.days[7].date, lasting=days(3))]))
    text = to_difference_table(compare(base, held), one="planned", other="held")
    assert "days 8-10   testamine  5 mg evening  10 mg evening" in text
    assert "days 15-17  testamine  nothing       5 mg evening" in text
    assert "20 mg/day to 10 mg/day on day 1 (50 % of it)" in text
    assert "No day differs." in to_difference_table(compare(base, base))


def test_the_plain_form_holds_every_figure():
    data = compare(DOWN, plan_of(step("10 mg", "14 days"), then="stop")).to_dict()
    assert data["differences"] == [
        {"drug": "testamine", "first_day": 8, "last_day": 14, "one": {"evening": "5 mg"}, "other": {"evening": "10 mg"}}
    ]
    assert data["one"]["largest_fall"] == {"testamine": {"day": 1, "from": "20 mg", "to": "10 mg", "mg": "10"}}
    assert data["other"]["total"] == {"testamine": "140 mg"}
    assert compare(plan_of(step("5 mg", "3 days")), DOWN).to_dict()["one"]["last_fall"] == {"testamine": None}
