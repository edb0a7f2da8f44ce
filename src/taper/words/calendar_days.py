"""A calendar as data: its months, weeks, days and doses, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CalendarIntake:
    """One dose in a calendar: its time of day, its drug, and what to take; `written` is the dose as text.

    `short` is what to take by the letters of the key of products, empty where the key cannot say it, and `see` the
    numbers of notes below the month that are of it.
    """

    slot: str
    drug: str
    take: str
    written: str
    short: tuple[tuple[str, str], ...] = ()
    see: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One date in a calendar: what it is called, its doses, what is said beside them, and whether something changes.

    `see` are the numbers of notes below the month that are of the day.
    """

    date: date
    label: str
    intakes: tuple[CalendarIntake, ...]
    notes: tuple[str, ...]
    is_shown: bool
    changes: bool = False
    see: tuple[int, ...] = ()

    @property
    def marks(self) -> str:
        """The numbers of its notes as they stand beside its date."""
        return write_marks(self.see)


def write_marks(numbers: Iterable[int]) -> str:
    """Numbers of notes as a calendar prints them: "[1] [2]"."""
    return " ".join(f"[{number}]" for number in numbers)


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One month: its heading and those of its weeks that hold a day shown; None is a day of another month.

    `foot` stands below: the notes that its days name by number, and how the plan goes on where no day has room for it.
    """

    caption: str
    weeks: tuple[tuple[CalendarDay | None, ...], ...]
    foot: tuple[str, ...] = ()
