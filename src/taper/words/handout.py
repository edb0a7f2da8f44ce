"""A handout as data: its calendar, its steps, what to supply and what a check found, before any format writes it."""

import re
import unicodedata
from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from taper.checks.review import Review
from taper.plans.regimen import WEEKDAYS
from taper.schedules.schedule import Day, NoteKind, Schedule, ScheduledIntake
from taper.supply.count import Supply
from taper.words.endings import describe_beyond
from taper.words.instruction import Instruction, name_course, write_instructions
from taper.words.language import Language, speak
from taper.words.plain import describe_changes
from taper.words.product_names import ProductNames
from taper.words.supply_table import SupplyText, describe_supply

_BETWEEN = re.compile(r"(?<=[0-9½⅓⅔¼¾]) (?=(?:mg|mcg|g|mL|micro|Mikro)|×|[0-9]+/[0-9])|(?<=×) ")
# Embeddings, overrides and isolates of writing direction: in a title they could turn around the doses after it.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@dataclass(frozen=True, slots=True)
class CalendarIntake:
    """One dose in a calendar: its time of day, drug, dose and portions as words; `written` is the dose as text."""

    slot: str
    drug: str
    dose: str
    takes: tuple[str, ...]
    written: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One date in a calendar: what it is called, its doses, and what is said beside them."""

    date: date
    label: str
    intakes: tuple[CalendarIntake, ...]
    notes: tuple[str, ...]
    is_shown: bool


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One month: its heading and those of its weeks that hold a day shown; None is a day of another month."""

    caption: str
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """Everything that a handout says, in one language. What a check said is in English in every language."""

    language: Language
    title: str
    instructions: tuple[Instruction, ...]
    beyond: str | None
    weekdays: tuple[tuple[str, str], ...]
    months: tuple[CalendarMonth, ...]
    supply: SupplyText | None
    review: Review | None
    history: tuple[str, ...]
    plan_id: str


def make_handout(
    schedule: Schedule, review: Review | None, supply: Supply | None, language: str, *, sunday_first: bool
) -> Handout:
    """The handout of a schedule.

    Raises:
        NotFound: If the language is not held.
        MissingExtra: If the package babel is not installed.
    """
    spoken, shelf = speak(language), ProductNames.of(schedule)
    first = 6 if sunday_first else 0
    drugs = spoken.join(spoken.drug(drug) for drug in schedule.realized.drugs)
    return Handout(
        language=spoken,
        title=printable(schedule.realized.plan.title or "").strip() or spoken.phrases.handout.title.format(drugs=drugs),
        instructions=write_instructions(schedule, language=language),
        beyond=describe_beyond(schedule, spoken),
        weekdays=tuple(_weekday(spoken, (first + place) % 7) for place in range(len(WEEKDAYS))),
        months=tuple(_months(schedule, spoken, shelf, first)),
        supply=None if supply is None else describe_supply(supply, spoken, shelf),
        review=review,
        history=tuple(describe_changes(schedule)),
        plan_id=_plan_id(schedule, spoken),
    )


def _weekday(language: Language, index: int) -> tuple[str, str]:
    return language.weekday(index, short=True), language.weekday(index)


def _plan_id(schedule: Schedule, language: Language) -> str:
    fingerprint = schedule.realized.plan.fingerprint[:12]
    return language.phrases.handout.plan_id.format(fingerprint=fingerprint, date=language.long_date(schedule.start))


def _months(schedule: Schedule, language: Language, shelf: ProductNames, first: int) -> Iterator[CalendarMonth]:
    begins = _beginnings(schedule, language)
    days = {day.date: _day(day, schedule, begins, language, shelf) for day in schedule.days}
    for month in sorted({when.replace(day=1) for when in days}):
        weeks = Calendar(first).monthdatescalendar(month.year, month.month)
        dates = [[when if when.month == month.month else None for when in week] for week in weeks]
        shown = [week for week in dates if any(when in days for when in week)]
        yield CalendarMonth(
            language.month(month), tuple(tuple(_cell(when, days, language) for when in w) for w in shown)
        )


def _cell(when: date | None, days: dict[date, CalendarDay], language: Language) -> CalendarDay | None:
    if when is None:
        return None
    return days.get(when) or CalendarDay(when, language.day_and_month(when), (), (), is_shown=False)


def _beginnings(schedule: Schedule, language: Language) -> dict[date, list[str]]:
    made: dict[date, list[str]] = {}
    for step in schedule.steps:
        words = language.phrases.handout.short_step.format(number=step.number)
        several = len(schedule.realized.courses) > 1
        whose = f", {name_course(schedule, step.course, language)}" if several else ""
        made.setdefault(step.first, []).append(words + whose)
    return made


def _day(
    day: Day, schedule: Schedule, begins: dict[date, list[str]], language: Language, shelf: ProductNames
) -> CalendarDay:
    intakes = tuple(_intake(intake, language, shelf) for intake in day.intakes)
    notes = (*begins.get(day.date, ()), *_notes(day, schedule, language))
    return CalendarDay(day.date, language.day_and_month(day.date), intakes, notes, is_shown=True)


def _notes(day: Day, schedule: Schedule, language: Language) -> Iterator[str]:
    words = language.phrases.handout
    said = {NoteKind.GAP: words.gap, NoteKind.DECISION: words.decision, NoteKind.REVIEW_BEFORE: words.waits}
    found = [
        _whose(note.course, said[note.kind], schedule, language)
        for note in day.notes
        if note.kind in said
        and (note.kind is not NoteKind.REVIEW_BEFORE or schedule.step(note.course, note.step).first == day.date)
    ]
    yield from found
    if not day.intakes and not found:
        yield words.no_dose


def _whose(course: str, said: str, schedule: Schedule, language: Language) -> str:
    """What is said of one course: with its name where the boxes below could be those of another."""
    if len(schedule.realized.courses) == 1:
        return said
    return language.phrases.handout.note_of.format(course=name_course(schedule, course, language), note=said)


def _intake(intake: ScheduledIntake, language: Language, shelf: ProductNames) -> CalendarIntake:
    return CalendarIntake(
        slot=language.slot(intake.slot)[0],
        drug=language.drug(intake.drug),
        dose=language.amount(shelf.as_labeled(intake.dose, intake.portions)),
        takes=tuple(shelf.short_name(portion, language) for portion in intake.portions),
        written=intake.dose.text,
    )


def printable(text: str) -> str:
    """The text as a page can hold it: a number stays with its unit, and no sign reorders or hides its neighbors."""
    plain = text if text.isprintable() and text.isascii() else "".join(map(_plain, text))
    return _BETWEEN.sub("\u00a0", plain)


def _plain(sign: str) -> str:
    if sign.isspace():
        return sign if sign == "\u00a0" else " "
    return "" if unicodedata.category(sign) in {"Cc", "Cs"} or sign in _REORDERING else sign
