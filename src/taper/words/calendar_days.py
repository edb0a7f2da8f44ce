"""A calendar as data: its months, weeks, days and doses, in words."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CalendarIntake:
    """One dose in a calendar: its time of day, its drug, and what to take; `written` is the dose as text.

    `short` is what to take by the letters of the key of products, empty where the key cannot say it.
    """

    slot: str
    drug: str
    take: str
    written: str
    short: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One date in a calendar: what it is called, its doses, what is said beside them, and whether something changes."""

    date: date
    label: str
    intakes: tuple[CalendarIntake, ...]
    notes: tuple[str, ...]
    is_shown: bool
    changes: bool = False


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One month: its heading and those of its weeks that hold a day shown; None is a day of another month."""

    caption: str
    weeks: tuple[tuple[CalendarDay | None, ...], ...]
