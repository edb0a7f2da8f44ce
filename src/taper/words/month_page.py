"""How a month is laid on one sheet of paper: which way it lies and in how large a type, so that it never spills."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taper.words.calendar_days import CalendarDay, CalendarMonth

# What both A4 and US Letter leave within margins of 10 mm, in tenths of a millimeter: width and height as it lies.
_LANDSCAPE = (2590, 1900)
_PORTRAIT = (1900, 2590)
_HEAD = 180
"""The caption and the names of the weekdays."""
_PADDING, _GAP = 22, 6
_SMALLEST, _USUAL, _LARGE = 12, 22, 28
"""In half points."""
_HALF_POINT = 1764
"""Half a point in thousandths of a tenth of a millimeter."""
_DAYS = 7
# Where no line is broken: between a number and its unit, and around a sign.
_KEPT = re.compile(r"(?<=[0-9½⅓⅔¼¾])[ \u00a0](?=\D)|(?<=×) |\u00a0")


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The size of the type in half points, whether the paper stands upright, and how many weeks a page holds.

    `fits` is False where a day holds more than a page does in the smallest type: then its weeks grow as they must.
    """

    half_points: int
    upright: bool
    weeks: int
    fits: bool

    @property
    def points(self) -> str:
        """The size of the type in points, as text."""
        whole, half = divmod(self.half_points, 2)
        return f"{whole}.5" if half else str(whole)

    def week_height(self, weeks: int) -> str:
        """The height of each of so many weeks that fill a page, in mm, as text."""
        whole, tenth = divmod(_week_height(weeks, upright=self.upright), 10)
        return f"{whole}.{tenth}"


def fit_months(months: Iterable[CalendarMonth], *, names_drugs: bool, large: bool = False) -> MonthPage:
    """The largest type in which every month fits one page, upright only where that allows a much larger one.

    A month with more in a day than the smallest type makes room for has a page for each half or third of its weeks.
    """
    listed = list(months)
    days = {count: _different_days(listed, count) for count in {len(month.weeks) for month in listed}}
    for most in (6, 3, 2, 1):
        found = [(_size(days, most, upright=upright, names_drugs=names_drugs, large=large), upright)
                 for upright in (False, True)]  # fmt: skip
        (across, _), (along, _) = found
        if across or along:
            upright = 4 * along > 5 * across
            return MonthPage(along if upright else across, upright, most, fits=True)
    return MonthPage(_SMALLEST + 2, upright=False, weeks=6, fits=False)


def _different_days(months: list[CalendarMonth], weeks: int) -> list[CalendarDay]:
    found: dict[object, CalendarDay] = {}
    for month in months:
        if len(month.weeks) == weeks:
            for day in (day for week in month.weeks for day in week if day is not None):
                found.setdefault((day.intakes, day.notes), day)
    return list(found.values())


def _size(days: dict[int, list[CalendarDay]], most: int, *, upright: bool, names_drugs: bool, large: bool) -> int:
    """The largest type in half points in which all days fit with so many weeks to a page; 0 if none does."""
    width = (_PORTRAIT if upright else _LANDSCAPE)[0] // _DAYS
    for size in range(_LARGE if large else _USUAL, _SMALLEST - 1, -1):
        if all(
            _height(day, size, width, names_drugs=names_drugs) <= _week_height(min(count, most), upright=upright)
            for count, held in days.items()
            for day in held
        ):
            return size
    return 0


def _week_height(weeks: int, *, upright: bool) -> int:
    return ((_PORTRAIT if upright else _LANDSCAPE)[1] - _HEAD) // weeks


def _height(day: CalendarDay, size: int, width: int, *, names_drugs: bool) -> int:
    """The height of a day in tenths of a millimeter, by a broad guess at how its lines break."""
    line = size * _HALF_POINT * 6 // 5 // 1000
    lines = [*_lines(day, size, width, names_drugs=names_drugs)]
    return _PADDING + line * (sum(lines) + 1) + _GAP * len(lines) + line // 4


def _lines(day: CalendarDay, size: int, width: int, *, names_drugs: bool) -> Iterator[int]:
    letter = size * _HALF_POINT * 55 // 100
    room = max((width - _PADDING) * 1000 // letter, 1)
    box = size * _HALF_POINT * 14 // 10
    for note in day.notes:
        yield _broken(note.split(" "), room)
    room, slot = max(((width - _PADDING) * 1000 - box) // letter, 1), None
    for intake in day.intakes:
        take = _KEPT.sub("~", intake.take).split(" ")
        if names_drugs and intake.slot != slot:
            yield 1
        yield _broken([intake.drug, *take] if names_drugs else [*intake.slot.split(" "), *take], room)
        slot = intake.slot


def _broken(words: list[str], room: int) -> int:
    """How many lines some words take, broken between words, and within one that is longer than a line."""
    lines, left = 1, room
    for word in words:
        length = len(word)
        if length <= left:
            left -= length + 1
        elif length <= room:
            lines, left = lines + 1, room - length - 1
        else:
            lines, left = lines + -(-length // room), room - length % room - 1
    return lines
