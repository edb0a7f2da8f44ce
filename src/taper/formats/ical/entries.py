"""What stands on a calendar: a series of equal doses, a single dose, or the banner of a step."""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import groupby
from typing import Literal, get_args

from taper._base.shown import show
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.plans.regimen import Slot
from taper.schedules.realization import RealizedStep
from taper.schedules.schedule import DatedStep, Schedule, ScheduledIntake
from taper.words.plain import describe_ending
from taper.words.portion import describe_portion

Style = Literal["series", "per-dose", "banner"]
STYLES: tuple[Style, ...] = get_args(Style)
WAITS, DECISION, PAUSE = "Waits for review", "Decision needed", "Pause"
_NAMESPACE = uuid.UUID("5f4e2f0c-6b0e-5d0a-9a51-0d8f5a7c1e42")


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One event: from which date, at what time if any, every how many days and how often, and what it says."""

    uid: str
    first: date
    clock: time | None
    every: int
    count: int
    days: int
    summary: str
    description: str
    is_cancelled: bool = False
    is_tentative: bool = False

    @property
    def last(self) -> date:
        """The last date that it reaches."""
        return self.first + timedelta(days=self.every * (self.count - 1) + self.days - 1)

    def cancelled(self, *, is_private: bool) -> "CalendarEntry":
        """The same event as one that no longer takes place; a private one does not name its drug in the summary."""
        summary = "medicine" if is_private else self.summary
        return replace(self, summary=summary, is_cancelled=True, is_tentative=False)


@dataclass(frozen=True, slots=True)
class _Dose:
    """A dose, its date, the step it belongs to, and its place in that step's pattern."""

    date: date
    step: DatedStep
    intake: ScheduledIntake
    place: int

    @property
    def period(self) -> int:
        return 7 if self.step.realized.step.weekly is not None else len(self.step.realized.days)


class Diary:
    """Writes the entries of a schedule, all with the same identity and the same discretion."""

    def __init__(self, schedule: Schedule, clocks: Mapping[Slot, time], *, identity: str, is_private: bool) -> None:
        self._schedule = schedule
        self._clocks = clocks
        self._identity = identity
        self._is_private = is_private
        self._products = {product.id: product for product in schedule.products}
        self._ending = " ".join(describe_ending(schedule))
        self._gates = _first_gates(schedule)
        self._seen: dict[str, list[tuple[str, int]]] = {}

    def entries(self, style: Style) -> tuple[CalendarEntry, ...]:
        """The entries in the order of their dates and times.

        Raises:
            InvalidInput: If there is no such style.
        """
        writers: dict[Style, Callable[[], Iterator[CalendarEntry]]] = {
            "series": self._series, "per-dose": self._doses, "banner": self._banners
        }  # fmt: skip
        if style not in writers:
            raise InvalidInput(f"style {show(style)} is not known; write one of {', '.join(STYLES)}")
        made = (*writers[style](), *self._decisions(), *(() if style == "banner" else self._pauses()))
        return tuple(sorted(made, key=lambda entry: (entry.first, entry.clock or time(), entry.uid)))

    def _series(self) -> Iterator[CalendarEntry]:
        for run, number in _runs(self._schedule):
            first = run[0]
            uid = self._uid("series", *self._content(first.step), first.intake.slot.name, first.place, number)
            every = first.period if len(run) > 1 else 1
            yield self._dose_entry(uid, first, every, len(run))

    def _doses(self) -> Iterator[CalendarEntry]:
        for dose in _doses(self._schedule):
            uid = self._uid("dose", dose.step.course, dose.date.isoformat(), dose.intake.slot.name)
            yield self._dose_entry(uid, dose, 1, 1)

    def _dose_entry(self, uid: str, dose: _Dose, every: int, count: int) -> CalendarEntry:
        last = dose.date + timedelta(days=every * (count - 1))
        dates = f"{dose.date} to {last}" if last != dose.date else f"{dose.date}"
        full = self._summary(dose.intake, dose.intake.drug)
        private = self._summary(dose.intake, self._alias(dose.intake.drug))
        said = f"{full}. Step" if self._is_private else "Step"
        made = CalendarEntry(
            uid, dose.date, self._clocks.get(dose.intake.slot), every, count, 1,
            private if self._is_private else full,
            f"{said} {dose.intake.step}, {dates}. {_notes(dose.step, dose.intake.slot)}{self._ending}",
        )  # fmt: skip
        return self._gated(made, dose.step)

    def _gated(self, entry: CalendarEntry, step: DatedStep) -> CalendarEntry:
        """An event that no one has to keep yet says so first: its step, or one before it, waits for a review."""
        gate = self._gates.get(step.course)
        if gate is None or gate > step.number:
            return entry
        waits = f"Waits for the review before step {gate}"
        return replace(
            entry,
            summary=f"{WAITS}: {entry.summary}",
            description=f"{waits}: not to be taken without it. {entry.description}",
            is_tentative=True,
        )

    def _decisions(self) -> Iterator[CalendarEntry]:
        """An event on the days of a course for which nothing is planned, since an empty day says nothing."""
        for step in self._schedule.steps:
            if step.realized.step.kind == "decision":
                name = self._alias(step.drug) if self._is_private else step.drug
                said = f"Nothing of {step.drug} is planned from {step.first} on. {self._ending}"
                yield CalendarEntry(
                    self._uid("decision", step.course), step.first, None, 1, 1, self._days_shown(step),
                    f"{DECISION}: {name}", said, is_tentative=True,
                )  # fmt: skip

    def _pauses(self) -> Iterator[CalendarEntry]:
        """An event on the days of a pause that has a note, which no dose there could carry."""
        for step in self._schedule.steps:
            if step.realized.step.kind == "gap" and step.realized.step.note is not None:
                name = self._alias(step.drug) if self._is_private else step.drug
                days = self._days_shown(step)
                last = step.first + timedelta(days=days - 1)
                made = CalendarEntry(
                    self._uid("pause", *self._content(step)), step.first, None, 1, 1, days, f"{PAUSE}: {name}",
                    f"Nothing of {step.drug} is taken from {step.first} to {last}. {_notes(step)}{self._ending}",
                )  # fmt: skip
                yield self._gated(made, step)

    def _days_shown(self, step: DatedStep) -> int:
        return (min(step.last or self._schedule.last, self._schedule.last) - step.first).days + 1

    def _banners(self) -> Iterator[CalendarEntry]:
        for step in self._schedule.steps:
            if step.realized.step.kind == "decision":
                continue
            days = self._days_shown(step)
            last = step.first + timedelta(days=days - 1)
            name = self._alias(step.drug) if self._is_private else step.drug
            pattern = str(step.realized.step)
            said = f"{step.drug} {pattern}. " if self._is_private else ""
            made = CalendarEntry(
                self._uid("banner", *self._content(step)), step.first, None, 1, 1, days,
                f"{name} {pattern}", f"{said}Step {step.number}, {step.first} to {last}. {_notes(step)}{self._ending}",
            )  # fmt: skip
            yield self._gated(made, step)

    def _summary(self, intake: ScheduledIntake, name: str) -> str:
        take = " + ".join(describe_portion(portion, self._products[portion.product]) for portion in intake.portions)
        return f"{name} {intake.dose} {intake.slot}: {take}"

    def _alias(self, drug: str) -> str:
        drugs = self._schedule.realized.drugs
        return "medicine" if len(drugs) == 1 else f"medicine {drugs.index(drug) + 1}"

    def _content(self, step: DatedStep) -> tuple[str, str, int]:
        """A step by what is taken in it and how many equal steps of its course came before; never by its number."""
        if step.course not in self._seen:
            steps = self._schedule.realized.course(step.course).steps
            self._seen[step.course] = list(_numbered(_pattern(other) for other in steps))
        return (step.course, *self._seen[step.course][step.number - 1])

    def _uid(self, *parts: str | int) -> str:
        return str(uuid.uuid5(_NAMESPACE, json.dumps([self._identity, *parts])))


def _notes(step: DatedStep, slot: Slot | None = None) -> str:
    """What the writer of a step says of it, and of one time of day or of each."""
    held = step.realized.step
    found = [held.note] if held.note else []
    found += [f"{name}: {note}" for name, note in held.slot_notes.items() if slot in {None, name}]
    return "".join(f"{note.rstrip('.')}. " for note in found)


def identity_of(schedule: Schedule) -> str:
    """What a plan is called in its events where its caller does not name it: its start and its fingerprint."""
    return f"{schedule.start} {schedule.realized.plan.fingerprint}"


def calendar_uid(identity: str) -> str:
    """The identity of a calendar as it stands in the file; the name itself could name a person."""
    return str(uuid.uuid5(_NAMESPACE, json.dumps(["calendar", identity])))


def _first_gates(schedule: Schedule) -> dict[str, int]:
    """The number of the first step of each course that waits; all that follow it wait with it."""
    found: dict[str, int] = {}
    for gate in schedule.gates:
        found.setdefault(gate.course, gate.step)
    return found


def _doses(schedule: Schedule) -> Iterator[_Dose]:
    steps = {(step.course, step.number): step for step in schedule.steps}
    for day in schedule.days:
        for intake in day.intakes:
            step = steps[intake.course, intake.step]
            weekly = step.realized.step.weekly is not None
            place = day.date.weekday() if weekly else (day.number - step.first_day) % len(step.realized.days)
            yield _Dose(day.date, step, intake, place)


def _runs(schedule: Schedule) -> Iterator[tuple[list[_Dose], int]]:
    """The doses in runs that one rule can repeat, and the number of the run among those of its step and place."""
    places: dict[tuple[str, int, Slot, int], list[_Dose]] = {}
    for dose in _doses(schedule):
        places.setdefault((dose.step.course, dose.step.number, dose.intake.slot, dose.place), []).append(dose)
    for doses in places.values():
        marks = [(dose.date.toordinal() - index * dose.period, dose) for index, dose in enumerate(doses)]
        for number, (_, run) in enumerate(groupby(marks, key=lambda mark: (mark[0], mark[1].intake))):
            yield [dose for _, dose in run], number


def _pattern(step: RealizedStep) -> str:
    days = [{intake.slot.name: _milligrams(intake.dose) for intake in day.intakes} for day in step.days]
    return json.dumps(["weekly" if step.step.weekly is not None else "cycle", days], sort_keys=True)


def _numbered(contents: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Each content and how many equal ones came before it."""
    gone: Counter[str] = Counter()
    for content in contents:
        yield content, gone[content]
        gone[content] += 1


def _milligrams(dose: Dose) -> str:
    return dose.in_unit("mg").text
