"""Notes of a plan in its calendar: a number beside the day or the dose, and the note itself below the month."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from taper.schedules.schedule import DatedStep, Schedule, ScheduledIntake
from taper.words.calendar_days import CalendarDay, CalendarMonth, write_marks
from taper.words.instruction import name_course
from taper.words.language import Language
from taper.words.plan_sheet import PlanSheet


class MonthNotes:
    """The notes of a schedule by number, in the order in which they are first of a day."""

    def __init__(self, schedule: Schedule, sheet: PlanSheet, language: Language) -> None:
        self._schedule, self._language = schedule, language
        self._numbers: dict[str, int] = {}
        self._days: dict[int, list[int]] = {}
        self._slots: dict[tuple[str, int, str], int] = {}
        noted = [step for step in schedule.steps if step.realized.step.note or step.realized.step.slot_notes]
        for step in sorted(noted, key=lambda step: step.first_day):
            self._number_step(step)
        for row in sheet.rows:
            for line in row.lines:
                for text in line.news:
                    whole = self._of(line.drug, text) if sheet.names_drugs else text
                    self._days.setdefault(row.first_day, []).append(self._number(whole))

    def of_day(self, number: int) -> tuple[int, ...]:
        """The notes of a day, by its number in the schedule."""
        return tuple(sorted(self._days.get(number, ())))

    def of_intake(self, intake: ScheduledIntake) -> tuple[int, ...]:
        """The note of one dose, if its step has one at its time of day."""
        number = self._slots.get((intake.course, intake.step, intake.slot.name))
        return () if number is None else (number,)

    def below(self, month: CalendarMonth, ends: Iterable[str] = ()) -> CalendarMonth:
        """A month with the notes that its days name below it."""
        if not self._numbers:
            return replace(month, foot=tuple(ends))
        named = set(chain.from_iterable(_named(day) for week in month.weeks for day in week if day is not None))
        notes = (f"{write_marks([number])} {text}" for text, number in self._numbers.items() if number in named)
        return replace(month, foot=(*notes, *ends))

    def _number_step(self, step: DatedStep) -> None:
        held, last = step.realized.step, min(step.last_day or len(self._schedule.days), len(self._schedule.days))
        if held.note is not None:
            number = self._number(self._of_course(step.course, held.note))
            for day in self._schedule.days[step.first_day - 1 : last]:
                if held.is_empty or any(intake.course == step.course for intake in day.intakes):
                    self._days.setdefault(day.number, []).append(number)
        for slot, note in held.slot_notes.items():
            said = self._language.phrases.sheet.slot_note.format(slot=self._language.slot(slot)[0], note=note)
            self._slots[step.course, step.number, slot.name] = self._number(self._of_course(step.course, said))

    def _of_course(self, course: str, note: str) -> str:
        if len(self._schedule.realized.courses) == 1:
            return note
        return self._of(name_course(self._schedule, course, self._language), note)

    def _of(self, name: str, note: str) -> str:
        return self._language.phrases.handout.note_of.format(course=name, note=note)

    def _number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers) + 1)


def _named(day: CalendarDay) -> Iterator[int]:
    yield from day.see
    for intake in day.intakes:
        yield from intake.see
