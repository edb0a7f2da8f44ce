"""Days and months: month ends, day numbers and days that are dates, which is how a plan is laid on a calendar."""

from datetime import date

import pytest

from builders import TABLETS, formulary, plan_of, step
from taper import days, months, realize, to_schedule
from taper.amounts.duration import day_after


def scheduled(plan, start, horizon=None):
    return to_schedule(realize(plan, TABLETS, formulary=formulary()), start=start, horizon=horizon)


class TestMonthEnds:
    """Months step back to the month's last day and are counted from the start, never from the end before.

    A rule of this library, the same as ISO 20022 and QuantLib's end-of-month convention turned off, and as
    dateutil's relativedelta (dateutil.readthedocs.io, relativedelta: "never crosses over months").
    """

    @pytest.mark.parametrize(
        ("start", "ends"),
        [
            (date(2027, 1, 31), ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]),
            (date(2028, 1, 31), ["2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]),
            (date(2027, 1, 30), ["2027-02-28", "2027-03-30", "2027-04-30", "2027-05-30"]),
            (date(2027, 10, 31), ["2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29"]),
            (date(2027, 3, 15), ["2027-04-15", "2027-05-15", "2027-06-15", "2027-07-15"]),
        ],
    )
    def test_each_month_begins_on_the_day_of_the_start_or_on_the_last_day_it_has(self, start, ends):
        assert [str(day_after(start, (months(1),) * count)) for count in (1, 2, 3, 4)] == ends

    def test_a_year_from_a_leap_day_ends_before_the_last_of_february(self):
        assert str(day_after(date(2028, 2, 29), (months(12),))) == "2029-02-28"

    def test_steps_of_a_month_begin_where_the_month_before_ended(self):
        schedule = scheduled(plan_of(*(step("5 mg", "1 month") for _ in range(4))), date(2027, 1, 31))
        assert [(str(one.first), str(one.last)) for one in schedule.steps] == [
            ("2027-01-31", "2027-02-27"),
            ("2027-02-28", "2027-03-30"),
            ("2027-03-31", "2027-04-29"),
            ("2027-04-30", "2027-05-30"),
        ]

    def test_a_month_after_days_is_counted_with_all_the_others_first(self):
        """10 days and then a month are a month and then 10 days: 31 January, one month on, is 28 February."""
        schedule = scheduled(plan_of(step("5 mg", "10 days"), step("5 mg", "1 month")), date(2027, 1, 31))
        assert str(schedule.steps[1].first) == "2027-02-10"
        assert str(schedule.last) == "2027-03-09"


class TestDayNumbers:
    """Day numbers count from 1 and both ends are printed; the next step begins the day after the last ends."""

    def test_days_1_to_3_and_4_to_7_make_a_week(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days"), step("10 mg", "4 days")), date(2027, 3, 1))
        assert [(one.first_day, one.last_day) for one in schedule.steps] == [(1, 3), (4, 7)]
        assert str(schedule.last) == "2027-03-07"

    def test_a_course_that_starts_on_day_8_starts_a_week_later(self):
        schedule = scheduled(plan_of(step("5 mg", "1 day"), starts_on_day=8), date(2027, 3, 1))
        assert [len(day.intakes) for day in schedule.days] == [0] * 7 + [1]
        assert str(schedule.last) == "2027-03-08"


class TestDaysAreDates:
    """A day is a calendar date and no instant: nothing is lost or doubled where clocks change.

    Changes of 2027: 28 March and 31 October (Europe), 14 March and 7 November (United States).
    """

    @pytest.mark.parametrize("change", [date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 14), date(2027, 11, 7)])
    def test_the_day_of_a_change_stands_once(self, change):
        schedule = scheduled(plan_of(step("5 mg"), then="continue"), change.replace(day=1), days(30))
        assert sum(day.date == change for day in schedule.days) == (1 if change.day <= 30 else 0)
        assert all(len(day.intakes) == 1 for day in schedule.days)
