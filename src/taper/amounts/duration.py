"""Durations in days, weeks and months, and the day on which they end."""

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from dateutil.relativedelta import relativedelta
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from taper._base.immutable import Written
from taper._base.limits import EARLIEST, LATEST, LONGEST_DAYS, LONGEST_MONTHS
from taper._base.shown import show
from taper.errors import InvalidInput

LONG_MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
LONG_WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names for people, in English; words of other languages come from Babel."""
MONTH_NAMES = tuple(name[:3] for name in LONG_MONTH_NAMES)
WEEKDAY_NAMES = tuple(name[:3] for name in LONG_WEEKDAY_NAMES)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT = re.compile(r"([0-9]{1,6}) (day|week|month|year)s?", re.ASCII)


class TimeUnit(StrEnum):
    """Units a length of time is written in; a year is 12 months."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_DAYS_OF = {TimeUnit.DAY: 1, TimeUnit.WEEK: 7, TimeUnit.MONTH: 0, TimeUnit.YEAR: 0}
_MONTHS_OF = {TimeUnit.DAY: 0, TimeUnit.WEEK: 0, TimeUnit.MONTH: 1, TimeUnit.YEAR: 12}


_ADVICE = "write a whole number from 1"


class InvalidDuration(InvalidInput):
    """A length of time that is not a whole, positive number of days, weeks, months or years."""


class InvalidDate(InvalidInput):
    """A date that cannot be read or lies outside the years that a plan may cover."""


class Duration(Written):
    """A whole, positive number of days, weeks, months or years.

    Two weeks equal 14 days and one year equals 12 months; a month never equals a number of days.
    """

    __slots__ = ("_count", "_unit")
    _pattern = r"^[1-9][0-9]{0,5} (day|week|month|year)s?$"
    _count: int
    _unit: TimeUnit

    def __init__(self, count: int, unit: TimeUnit | str = TimeUnit.DAY) -> None:
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InvalidDuration(f"got {show(count)} {unit if isinstance(unit, str) else 'day'}s; {_ADVICE}")
        if not isinstance(unit, str) or unit not in _DAYS_OF:
            raise InvalidDuration(f"the unit {show(unit)} is unknown; write day, week, month or year")
        if count > LONGEST_DAYS:
            raise InvalidDuration(f"{show(count)} {unit}s is longer than 20 years; split the plan")
        object.__setattr__(self, "_count", count)
        object.__setattr__(self, "_unit", TimeUnit(unit))
        if self.days > LONGEST_DAYS or self.months > LONGEST_MONTHS:
            raise InvalidDuration(f"{self} is longer than 20 years; split the plan")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "3 days", "2 weeks", "1 month" or "3 years".

        Raises:
            InvalidDuration: If it is anything else, such as "1.5 days" or "0 days".
        """
        found = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise InvalidDuration(
                f'{show(text)} is not a length of time; write it like "3 days", "2 weeks" or "1 month"'
            )
        return cls(int(found[1]), found[2])

    @classmethod
    def of(cls, given: Self | str, where: str = "") -> Self:
        """A length of time, read if it is text.

        Args:
            given: A duration, or text such as "2 weeks".
            where: What the length is called where it was given, for an error.

        Raises:
            InvalidDuration: If it is neither.
        """
        if isinstance(given, cls):
            return given
        try:
            return cls.parse(given)  # type: ignore[arg-type]
        except InvalidDuration as error:
            raise InvalidDuration(error.message, where=where) from None

    @property
    def days(self) -> int:
        """Its part in days: 0 for months and years."""
        return self._count * _DAYS_OF[self._unit]

    @property
    def months(self) -> int:
        """Its part in months: 0 for days and weeks."""
        return self._count * _MONTHS_OF[self._unit]

    @property
    def is_in_days(self) -> bool:
        """Whether it has a number of days without a start date."""
        return self.months == 0

    def _parts(self) -> tuple[Any, ...]:
        return self._count, self._unit.value

    def _meaning(self) -> tuple[int, int]:
        return self.months, self.days

    def __str__(self) -> str:
        return f"{self._count} {self._unit}" + ("" if self._count == 1 else "s")


def days(count: int) -> Duration:
    """A number of days."""
    return Duration(count, TimeUnit.DAY)


def weeks(count: int) -> Duration:
    """A number of weeks, each of 7 days."""
    return Duration(count, TimeUnit.WEEK)


def months(count: int) -> Duration:
    """A number of calendar months, counted from the start and stepping back to a month's last day."""
    return Duration(count, TimeUnit.MONTH)


def day_after(start: date, durations: tuple[Duration, ...]) -> date:
    """The day after the last of these lengths of time, laid end to end from `start`.

    All months are added first and from the start, stepping back to a month's last day, then all days; so
    three single months from 31 January begin on 31 January, 28 February and 31 March.

    Raises:
        InvalidDate: If that day lies after the year 2200.

    Example:
        >>> str(day_after(date(2027, 1, 31), (months(1),)))
        '2027-02-28'
        >>> str(day_after(date(2027, 1, 31), (months(1), months(1))))
        '2027-03-31'
    """

    return shift(
        start, months=sum(duration.months for duration in durations), days=sum(duration.days for duration in durations)
    )


def shift(start: date, *, months: int, days: int) -> date:
    """The date so many months and then so many days after another, stepping back to a month's last day.

    Raises:
        InvalidDate: If that day lies after the year 2200.
    """
    later = start + relativedelta(months=months) if months else start
    return check_date(later + timedelta(days=days))


def check_date(value: object) -> date:
    """The date itself, if it lies between 1900 and 2200 and is a date without a time.

    Raises:
        InvalidDate: If not.
    """

    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidDate(f"got {show(value)}; a day is a calendar date, write date(2027, 3, 1)")
    if not EARLIEST <= value <= LATEST:
        raise InvalidDate(f"{value.isoformat()} lies outside 1900 to 2200; check the year")
    return value


def _calendar_date(value: object) -> date:
    return read_date(value) if isinstance(value, str) else check_date(value)


CalendarDate = Annotated[
    date,
    PlainValidator(_calendar_date),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A field that holds a calendar date, read from ISO text only."""


def read_date(text: str) -> date:
    """Read an ISO date such as 2027-03-01.

    Raises:
        InvalidDate: If it is written in any other way, or lies outside 1900 to 2200.
    """
    if not _DATE.fullmatch(text):
        raise InvalidDate(f"{show(text)} is not a date; write it as year-month-day, like 2027-03-01")
    try:
        return check_date(date.fromisoformat(text))
    except InvalidDate:
        raise
    except ValueError:
        raise InvalidDate(f"{show(text)} is not a day of the calendar; check the day and the month") from None


def short_date(day: date) -> str:
    """A date for people, such as "8 Mar 2027"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def long_date(day: date) -> str:
    """A date for people with its weekday, such as "Mon 8 Mar 2027"."""
    return f"{WEEKDAY_NAMES[day.weekday()]} {short_date(day)}"
