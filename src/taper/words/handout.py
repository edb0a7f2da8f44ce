"""A handout as data: its calendar, its steps, what to supply and what a check found, before any format writes it."""

import re
import unicodedata
from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from taper._base.progress import counted
from taper.checks.review import Review
from taper.errors import InvalidInput
from taper.schedules.schedule import Day, End, NoteKind, Schedule, ScheduledIntake
from taper.source import Source
from taper.supply.count import Supply
from taper.words.calendar_days import CalendarDay, CalendarIntake, CalendarMonth
from taper.words.endings import describe_beyond
from taper.words.instruction import Instruction, instruct, name_course
from taper.words.language import Language, WithoutDates, capitalize, speak
from taper.words.month_notes import MonthNotes
from taper.words.month_page import MonthPage, fit_months
from taper.words.plain import describe_changes
from taper.words.plan_sheet import PlanSheet, make_sheet
from taper.words.product_names import ProductNames, write_cell
from taper.words.stretches import WEEK
from taper.words.supply_table import SupplyText, describe_supply

_BETWEEN = re.compile(r"(?<=[0-9½⅓⅔¼¾]) (?=(?:mg|mcg|g|mL|micro|Mikro)|×|[0-9]+/[0-9])|(?<=×) ")
# Embeddings, overrides and isolates of writing direction: in a title they could turn around the doses after it.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")

Pages = Literal["all", "patient", "clinician"]
"""Whose pages of a handout are written."""


@dataclass(frozen=True, slots=True)
class Handout:
    """Everything that a handout says, in one language. What a check said is in English in every language."""

    language: Language
    title: str
    period: str
    sheet: PlanSheet
    how_taken: tuple[str, ...]
    taken_sources: tuple[Source, ...]
    instructions: tuple[Instruction, ...]
    beyond: str | None
    weekdays: tuple[tuple[str, str], ...]
    months: tuple[CalendarMonth, ...]
    paper: MonthPage
    supply: SupplyText | None
    review: Review | None
    history: tuple[str, ...]
    plan_id: str
    dated: bool
    key: tuple[tuple[str, str], ...] = ()


def make_handout(
    schedule: Schedule,
    review: Review | None,
    supply: Supply | None,
    language: str,
    *,
    sunday_first: bool,
    dates: bool = True,
    large: bool = False,
) -> Handout:
    """The handout of a schedule.

    Args:
        schedule: The days to show.
        review: What a check found.
        supply: What to supply.
        language: A two-letter code.
        sunday_first: Whether the weeks of the calendar begin on Sunday.
        dates: Whether days have dates; if not, days and weeks are counted from the first.
        large: Whether it is to be printed in a large type.

    Raises:
        NotFound: If the language is not on file.
        MissingExtra: If the package babel is not installed.
        InvalidInput: If a plan with weekdays or months is to be written without dates.
    """
    shelf = ProductNames.of(schedule)
    spoken = speak(language) if dates else _count_days(schedule, language)
    first = 6 if sunday_first else 0
    sheet = make_sheet(schedule, spoken, shelf)
    changes = frozenset(row.first for row in sheet.rows[1:])
    notes = MonthNotes(schedule, sheet, spoken)
    days = [_day(day, schedule, changes, spoken, shelf, notes) for day in counted(schedule.days, "days written")]
    after = _after(schedule, sheet, spoken)
    months = list(_months(days, after, spoken, first) if dates else _weeks(days, after, spoken))
    ends = tuple(_ends(months[-1], after, spoken))
    names_drugs = len(schedule.realized.courses) > 1
    key = shelf.key(spoken) if names_drugs else ()
    footed = [notes.below(month, ends if month is months[-1] else ()) for month in months]
    paper = fit_months(footed, names_drugs=names_drugs, large=large, key=key)
    pages = [page for month in months for page in _pages(month, paper.weeks, spoken)]
    drugs = spoken.join(spoken.drug(drug) for drug in schedule.realized.drugs)
    return Handout(
        language=spoken,
        title=printable(schedule.realized.plan.title or "").strip() or spoken.phrases.handout.title.format(drugs=drugs),
        period=_period(schedule, spoken, shelf, dated=dates),
        sheet=sheet,
        how_taken=tuple(shelf.how_taken(spoken)),
        taken_sources=tuple(dict.fromkeys(p.taken_source for p in shelf.products.values() if p.taken_source)),
        instructions=instruct(schedule, spoken, shelf),
        beyond=describe_beyond(schedule, spoken),
        weekdays=_weekdays(spoken, first, dated=dates),
        months=tuple(notes.below(page, ends if page is pages[-1] else ()) for page in pages),
        paper=paper,
        supply=None if supply is None else describe_supply(supply, spoken, shelf),
        review=review,
        history=tuple(describe_changes(schedule)),
        plan_id=_plan_id(schedule, spoken),
        dated=dates,
        key=key,
    )


def _count_days(schedule: Schedule, language: str) -> Language:
    if any(not course.course.is_in_days for course in schedule.realized.courses):
        message = "a plan with weekdays or months has days only from a date; write it with dates"
        raise InvalidInput(message, where="dates")
    return WithoutDates(speak(language), schedule.start)


def _period(schedule: Schedule, language: Language, shelf: ProductNames, *, dated: bool) -> str:
    """The medicine in words and how long the plan lasts."""
    words = language.phrases.sheet if dated else language.phrases.undated
    template = {End.CONTINUES: words.open_period, End.WINDOW: words.window_period}.get(schedule.ends)
    names = [shelf.name_of(drug, language) for drug in schedule.realized.drugs]
    held = {"first": language.long_date(schedule.start), "last": language.long_date(schedule.last)}
    text = (template or words.closed_period).format(drugs=language.join(names), days=len(schedule.days), **held)
    return capitalize(text)


def _weekdays(language: Language, first: int, *, dated: bool) -> tuple[tuple[str, str], ...]:
    if dated:
        return tuple(_weekday(language, (first + place) % WEEK) for place in range(WEEK))
    words = language.phrases.undated.weekday
    return tuple((str(number), words.format(number=number)) for number in range(1, WEEK + 1))


def _weekday(language: Language, index: int) -> tuple[str, str]:
    return language.weekday(index, short=True), language.weekday(index)


def _plan_id(schedule: Schedule, language: Language) -> str:
    fingerprint = schedule.realized.plan.fingerprint[:12]
    if not language.has_dates:
        return language.phrases.undated.plan_id.format(fingerprint=fingerprint)
    return language.phrases.handout.plan_id.format(fingerprint=fingerprint, date=language.long_date(schedule.start))


def _after(schedule: Schedule, sheet: PlanSheet, language: Language) -> CalendarDay:
    """The day after the last one shown: whether the plan stops, goes on, or is not shown further."""
    words, last, when = language.phrases.ending, sheet.rows[-1], schedule.last + timedelta(days=1)
    if last.last is None:
        notes = tuple(line.said for line in last.lines if line.said is not None)
    else:
        template = {End.CONTINUES: words.continues, End.WINDOW: words.window}.get(schedule.ends)
        notes = () if template is None else (template.format(date=language.day_and_month(schedule.last)),)
    return CalendarDay(when, language.day_and_month(when), (), notes, is_shown=False)


def _ends(month: CalendarMonth, after: CalendarDay, language: Language) -> Iterator[str]:
    """How the plan goes on, where the last month has no day after its last one to say it in."""
    if not any(day is not None and day.date == after.date for week in month.weeks for day in week):
        yield from (f"{after.label}{language.phrases.colon} {note}" for note in after.notes)


def _months(listed: list[CalendarDay], after: CalendarDay, language: Language, first: int) -> Iterator[CalendarMonth]:
    days = {day.date: day for day in listed}
    for month in sorted({when.replace(day=1) for when in days}):
        also = after.date if month == listed[-1].date.replace(day=1) else None
        weeks = Calendar(first).monthdatescalendar(month.year, month.month)
        dates = [[when if when.month == month.month or when == also else None for when in week] for week in weeks]
        shown = [week for week in dates if any(when in days for when in week)]
        cells = tuple(tuple(after if when == after.date else _cell(when, days, language) for when in w) for w in shown)
        yield CalendarMonth(language.month(month), cells)


_WEEKS_A_PAGE = 5


def _weeks(days: list[CalendarDay], after: CalendarDay, language: Language) -> Iterator[CalendarMonth]:
    """Weeks counted from the first day, five to a page, where no date is known."""
    size = WEEK * _WEEKS_A_PAGE
    for place in range(0, len(days), size):
        page: list[CalendarDay | None] = [*days[place : place + size]]
        empty = -len(page) % WEEK
        page += [after, *[None] * (empty - 1)] if empty else []
        ends = days[place].date + timedelta(days=len(page) - 1)
        caption = language.row_dates(days[place].date, ends)
        yield CalendarMonth(caption, tuple(tuple(page[i : i + WEEK]) for i in range(0, len(page), WEEK)))


def _pages(month: CalendarMonth, most: int, language: Language) -> Iterator[CalendarMonth]:
    """A month on one page, or on as few as its fullest day allows, each with whole weeks and as full as the others."""
    pages = -(-len(month.weeks) // most)
    if pages == 1:
        yield month
        return
    words, size = language.phrases.handout.part_of, -(-len(month.weeks) // pages)
    for number in range(pages):
        caption = words.format(month=month.caption, number=number + 1, pages=pages)
        yield CalendarMonth(caption, month.weeks[number * size : (number + 1) * size])


def _cell(when: date | None, days: dict[date, CalendarDay], language: Language) -> CalendarDay | None:
    if when is None:
        return None
    return days.get(when) or CalendarDay(when, language.day_and_month(when), (), (), is_shown=False)


def _day(
    day: Day,
    schedule: Schedule,
    changes: frozenset[date],
    language: Language,
    shelf: ProductNames,
    numbered: MonthNotes,
) -> CalendarDay:
    intakes = tuple(_intake(intake, language, shelf, numbered) for intake in day.intakes)
    notes = tuple(_notes(day, schedule, language))
    label = language.day_and_month(day.date)
    see = numbered.of_day(day.number)
    return CalendarDay(day.date, label, intakes, notes, is_shown=True, changes=day.date in changes, see=see)


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


def _intake(intake: ScheduledIntake, language: Language, shelf: ProductNames, numbered: MonthNotes) -> CalendarIntake:
    return CalendarIntake(
        slot=language.slot(intake.slot)[0],
        drug=language.drug(intake.drug),
        take=write_cell(intake, language, shelf),
        written=intake.dose.text,
        short=shelf.lettered(intake.portions, language),
        see=numbered.of_intake(intake),
    )


def printable(text: str) -> str:
    """The text as a page can hold it: a number stays with its unit, and no sign reorders or hides its neighbors."""
    plain = text if text.isprintable() and text.isascii() else "".join(map(_plain, text))
    return _BETWEEN.sub("\u00a0", plain)


def _plain(sign: str) -> str:
    if sign.isspace():
        return sign if sign == "\u00a0" else " "
    return "" if unicodedata.category(sign) in {"Cc", "Cs"} or sign in _REORDERING else sign
