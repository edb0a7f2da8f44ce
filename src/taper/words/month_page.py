"""How a month is laid on one sheet of paper: which way it lies and in how large a type, so that it never spills."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from taper.words.calendar_days import CalendarDay, CalendarMonth, write_marks

# What both A4 and US Letter leave within margins of 10 mm, in tenths of a millimeter: width and height as it lies.
_LANDSCAPE = (2590, 1900)
_PORTRAIT = (1900, 2590)
_HEAD = 180
"""The caption and the names of the weekdays."""
_PADDING, _GAP, _COMPACT_PADDING, _COMPACT_GAP = 22, 6, 18, 3
_SMALLEST, _EASY, _USUAL, _LARGE, _LEAST_COMPACT = 12, 14, 22, 28, 14
"""In half points."""
_KEY_LETTERS, _KEY_LINE = 130, 45
"""How many letters of the key a line holds, and its height."""
_FOOT_LETTERS, _FOOT_GAP, _MOST_FOOT_LINES = 85, 20, 8
"""How many letters a line below the weeks holds at least, the space above it, and how many lines stand on the page."""
_LONGEST_DATE = "30~Sept.~*"
_WEEKS = 6
_HALF_POINT = 1764
"""Half a point in thousandths of a tenth of a millimeter."""
_DAYS = 7
# Where no line is broken: between a number and its unit, and around a sign.
_KEPT = re.compile(r"(?<=[0-9½⅓⅔¼¾])[ \u00a0](?=\D)|(?<=×) |\u00a0")


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The size of the type in half points, whether the paper stands upright, and how many weeks a page holds.

    `fits` is False where a day holds more than a page does in the smallest type: then its weeks grow as they must. In
    a `compact` month each time of day is one line, in which letters of a key name the products. `key` is the height of
    that key in tenths of a millimeter.
    """

    half_points: int
    upright: bool
    weeks: int
    fits: bool
    compact: bool = False
    key: int = 0

    @property
    def points(self) -> str:
        """The size of the type in points, as text."""
        whole, half = divmod(self.half_points, 2)
        return f"{whole}.5" if half else str(whole)

    def week_height(self, weeks: int, foot: int) -> str:
        """The height in mm, as text, of each of so many weeks that fill a page with so many lines below them."""
        whole, tenth = divmod(_week_height(weeks, self.key + _foot_height(foot), upright=self.upright), 10)
        return f"{whole}.{tenth}"


def foot_lines(month: CalendarMonth) -> int:
    """How many lines what stands below a month takes; 0 where it is so long that it has a page of its own."""
    lines = sum(_broken(text.split(" "), _FOOT_LETTERS) for text in month.foot)
    return lines if lines <= _MOST_FOOT_LINES else 0


def fit_months(
    months: Iterable[CalendarMonth], *, names_drugs: bool, large: bool = False, key: tuple[tuple[str, str], ...] = ()
) -> MonthPage:
    """The largest type in which every month fits one page, upright only where that allows a much larger one.

    Where that is smaller than one reads with ease, months are compact, if a key names the products by letters. A month
    that fits in neither way has a page for each half or third of its weeks.
    """
    listed = list(months)
    days = _days_by_shape(listed)
    lines = _KEY_LINE * _broken(["~" * (len(name) + 4) for _, name in key], _KEY_LETTERS)
    wordy, short = _Fit(days, names_drugs, large), _Fit(days, names_drugs, large, compact=True, key=lines)
    whole = wordy.page(_WEEKS)
    if whole is not None and whole.half_points >= _EASY:
        return whole
    pages = chain([short.page(_WEEKS) if key else None, whole], (wordy.page(most) for most in (3, 2, 1)))
    return next((page for page in pages if page is not None), MonthPage(_SMALLEST + 2, False, _WEEKS, fits=False))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Days by the weeks of their month and the lines below it, and how they are laid out, to look for a size."""

    days: dict[tuple[int, int], list[CalendarDay]]
    names_drugs: bool
    large: bool
    compact: bool = False
    key: int = 0

    def page(self, most: int) -> MonthPage | None:
        """The page in the largest type with so many weeks at most; None if no type is small enough."""
        across, along = (self._size(most, upright=upright) for upright in (False, True))
        upright = along > across if self.large else 4 * along > 5 * across
        size = along if upright else across
        return MonthPage(size, upright, most, True, self.compact, self.key) if size else None

    def _size(self, most: int, *, upright: bool) -> int:
        """The largest type in half points in which all days fit with so many weeks to a page; 0 if none does."""
        width = (_PORTRAIT if upright else _LANDSCAPE)[0] // _DAYS
        least = _LEAST_COMPACT if self.compact else _SMALLEST
        for size in range(_LARGE if self.large else _USUAL, least - 1, -1):
            if all(
                self._height(day, size, width)
                <= _week_height(min(count, most), self.key + _foot_height(foot), upright=upright)
                for (count, foot), held in self.days.items()
                for day in held
            ):
                return size
        return 0

    def _height(self, day: CalendarDay, size: int, width: int) -> int:
        """The height of a day in tenths of a millimeter, by a broad guess at how its lines break."""
        if self.compact:
            line, lines = size * _HALF_POINT * 21 // 20 // 1000, [*_compact_lines(day, size, width)]
            return _COMPACT_PADDING + line * sum(lines) + _COMPACT_GAP * (len(lines) - 1)
        line, lines = size * _HALF_POINT * 6 // 5 // 1000, [*_lines(day, size, width, names_drugs=self.names_drugs)]
        return _PADDING + line * sum(lines) + _GAP * (len(lines) - 1) + line // 4


def _days_by_shape(months: list[CalendarMonth]) -> dict[tuple[int, int], list[CalendarDay]]:
    found: dict[tuple[int, int], dict[object, CalendarDay]] = {}
    for month in months:
        held = found.setdefault((len(month.weeks), foot_lines(month)), {})
        for day in (day for week in month.weeks for day in week if day is not None):
            held.setdefault((day.intakes, day.notes, day.see), day)
    return {shape: list(days.values()) for shape, days in found.items()}


def _foot_height(lines: int) -> int:
    return _FOOT_GAP + lines * _KEY_LINE if lines else 0


def _week_height(weeks: int, below: int, *, upright: bool) -> int:
    return ((_PORTRAIT if upright else _LANDSCAPE)[1] - _HEAD - below) // weeks


def _date(day: CalendarDay, room: int) -> int:
    """How many lines the date takes with the numbers of its notes."""
    return _broken([_LONGEST_DATE, *day.marks.split()], room)


def _lines(day: CalendarDay, size: int, width: int, *, names_drugs: bool) -> Iterator[int]:
    letter = size * _HALF_POINT * 55 // 100
    room = max((width - _PADDING) * 1000 // letter, 1)
    yield _date(day, room)
    box = size * _HALF_POINT * 14 // 10
    for note in day.notes:
        yield _broken(note.split(" "), room)
    room, slot = max(((width - _PADDING) * 1000 - box) // letter, 1), None
    for intake in day.intakes:
        take = [*_KEPT.sub("~", intake.take).split(" "), *write_marks(intake.see).split()]
        if names_drugs and intake.slot != slot:
            yield 1
        yield _broken([intake.drug, *take] if names_drugs else [*intake.slot.split(" "), *take], room)
        slot = intake.slot


def _compact_lines(day: CalendarDay, size: int, width: int) -> Iterator[int]:
    room = max((width - _PADDING) * 1000 // (size * _HALF_POINT // 2), 1)
    yield _date(day, room)
    for note in day.notes:
        yield _broken(note.split(" "), room)
    for slot, intakes in groupby(day.intakes, key=lambda intake: intake.slot):
        held = list(intakes)
        amounts = [f"{letter}~{figure}~" for intake in held for letter, figure in intake.short]
        amounts += [mark for intake in held for mark in write_marks(intake.see).split()]
        yield _broken([*slot.split(" "), "~~~", *amounts], room)


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
            lines, left = lines + -(-length // room), -length % room - 1
    return lines
