"""Lengths of time, the days on which they end, and dates that a plan may have."""

import calendar
import pickle
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from taper import Duration, InvalidInput, days, months, weeks
from taper.amounts.duration import (
    CalendarDate,
    InvalidDate,
    InvalidDuration,
    check_date,
    day_after,
    long_date,
    read_date,
    short_date,
)
from taper.testing import durations, starts


class TestDurations:
    @given(durations(st.sampled_from(["day", "week", "month", "year"])))
    def test_what_is_printed_is_read_back(self, duration):
        assert Duration.parse(str(duration)) == duration
        assert Duration.of(str(duration)) == Duration.of(duration) == duration
        assert eval(repr(duration), {"Duration": Duration}) == duration
        assert pickle.loads(pickle.dumps(duration)) == duration
        adapter = TypeAdapter(Duration)
        assert adapter.validate_json(adapter.dump_json(duration)) == duration
        assert adapter.validate_python(duration) is duration

    def test_weeks_are_days_and_years_are_months_and_the_two_never_meet(self):
        assert weeks(2) == days(14)
        assert hash(weeks(2)) == hash(days(14))
        assert Duration.parse("1 year") == months(12)
        assert months(1) != days(30)
        assert months(1) != "1 month"

    @pytest.mark.parametrize(
        "text",
        ["0 days", "1.5 days", "-1 days", "3", "three days", "3  days", "3 hours", "1/2 week", "\u0663 days", 3, None],
    )
    def test_anything_but_a_whole_positive_number_is_refused(self, text):
        with pytest.raises(InvalidDuration):
            Duration.parse(text)

    @pytest.mark.parametrize("count", [0, -1, 1.5, True, "3"])
    def test_a_count_is_a_whole_number_from_1(self, count):
        with pytest.raises(InvalidDuration, match="whole number from 1"):
            Duration(count)

    @pytest.mark.parametrize("text", ["20 years", "240 months", "7320 days", "1045 weeks"])
    def test_twenty_years_are_the_longest(self, text):
        count, unit = text.split()
        assert Duration.parse(text)
        with pytest.raises(InvalidDuration, match="longer than 20 years"):
            Duration.parse(f"{int(count) + 1} {unit}")

    def test_one_is_singular(self):
        assert (str(days(1)), str(days(2))) == ("1 day", "2 days")

    def test_a_duration_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            days(1).count = 2

    def test_its_schema_is_the_text_it_is_written_as(self):
        assert TypeAdapter(Duration).json_schema()["type"] == "string"


class TestWhereALengthOfTimeEnds:
    @given(starts(), st.lists(durations(), max_size=5))
    def test_days_and_weeks_are_added_one_after_the_other(self, start, listed):
        assert day_after(start, tuple(listed)) == start + timedelta(days=sum(item.days for item in listed))

    @given(starts(), st.integers(1, 24))
    def test_a_number_of_months_is_that_many_single_months(self, start, count):
        assert day_after(start, (months(count),)) == day_after(start, (months(1),) * count)

    @given(starts(), st.integers(1, 24))
    def test_months_keep_the_day_of_the_month_or_step_back_to_its_last(self, start, count):
        end = day_after(start, (months(count),))
        index = start.year * 12 + start.month - 1 + count
        assert (end.year, end.month) == (index // 12, index % 12 + 1)
        assert end.day == min(start.day, calendar.monthrange(end.year, end.month)[1])

    @given(starts(), st.integers(1, 24))
    def test_a_month_more_ends_later(self, start, count):
        assert day_after(start, (months(count),)) < day_after(start, (months(count + 1),))

    def test_an_end_after_2200_is_refused(self):
        with pytest.raises(InvalidDate, match="outside 1900 to 2200"):
            day_after(date(2200, 12, 1), (months(2),))


class TestDates:
    @given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
    def test_iso_dates_are_read(self, day):
        assert read_date(day.isoformat()) == day
        adapter = TypeAdapter(CalendarDate)
        assert adapter.validate_json(adapter.dump_json(day)) == day
        assert adapter.validate_python(day) == day

    @pytest.mark.parametrize("day", [date(1899, 12, 31), date(2201, 1, 1), date.min, date.max])
    def test_years_outside_1900_to_2200_are_refused(self, day):
        with pytest.raises(InvalidDate, match="check the year"):
            check_date(day)
        with pytest.raises(InvalidDate, match="check the year"):
            read_date(day.isoformat())

    @pytest.mark.parametrize("value", [datetime(2027, 3, 1, 8), "2027-03-01", 20270301, None])  # noqa: DTZ001
    def test_a_day_is_a_date_and_nothing_else(self, value):
        with pytest.raises(InvalidDate, match="calendar date"):
            check_date(value)

    @pytest.mark.parametrize("text", ["1 March 2027", "2027-3-1", "20270301", "2027-03-01T00:00", "01/03/2027", ""])
    def test_dates_in_any_other_writing_are_refused(self, text):
        with pytest.raises(InvalidDate, match="year-month-day"):
            read_date(text)

    def test_days_that_no_calendar_has_are_refused(self):
        with pytest.raises(InvalidDate, match="not a day of the calendar"):
            read_date("2027-02-29")

    def test_a_bad_date_is_bad_input(self):
        assert issubclass(InvalidDate, InvalidInput)


@pytest.mark.parametrize(
    ("length", "parts"),
    [(months(3), (3, 0)), (Duration.parse("2 years"), (24, 0)), (days(5), (0, 5)), (weeks(2), (0, 14))],
)
def test_months_have_no_days_and_days_no_months(length, parts):
    assert (length.months, length.days) == parts
    assert length.is_in_days == (parts[0] == 0)


def test_a_date_is_written_for_people_with_its_month_in_letters():
    assert short_date(date(2027, 12, 8)) == "8 Dec 2027"
    assert long_date(date(2027, 1, 31)) == "Sun 31 Jan 2027"
