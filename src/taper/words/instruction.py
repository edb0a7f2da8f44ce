"""The instruction of one step: when, how much of which product, what changes, and what follows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from taper._base.progress import Progress, counted
from taper._base.takes import takes
from taper.schedules.realization import RealizedDay, RealizedIntake
from taper.schedules.schedule import DatedStep, Schedule, length_of, occurring_days
from taper.words.dose_changes import describe_change
from taper.words.endings import describe_what_follows
from taper.words.language import Language, capitalize, speak
from taper.words.product_names import ProductNames


@dataclass(frozen=True, slots=True)
class DayText:
    """What is taken on a day of a step: on which days, each dose, and their total (None without a dose)."""

    label: str
    takes: tuple[str, ...]
    total: str | None

    def __str__(self) -> str:
        return " ".join((self.label, *self.takes, *([self.total] if self.total else [])))


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step in words a person can follow and a pharmacist can check; as text, one paragraph."""

    course: str
    step: int
    drug: str
    language: str
    heading: str
    notes: tuple[str, ...]
    days: tuple[DayText, ...]
    repeat: str | None
    change: tuple[str, ...]
    ending: tuple[str, ...]

    def __str__(self) -> str:
        repeat = [self.repeat] if self.repeat else []
        return " ".join((self.heading, *self.notes, *map(str, self.days), *repeat, *self.change, *self.ending))


@takes
def write_sig(schedule: Schedule, step: DatedStep, *, language: str = "en") -> str:
    """The instruction of one step as one paragraph of text.

    It holds the dates, and for each day and time of day the dose, the count in words and in figures and the product
    with its strength; then what changes from the step before and what follows. It says "stop" only where nothing
    of the drug follows in the plan.

    Args:
        schedule: The schedule that the step is of.
        step: One of its dated steps.
        language: A two-letter code: en, es, fr or de. Drugs have the name that a list on file gives them in it.

    Raises:
        NotFound: If the language is not on file.
        MissingExtra: If the package babel is not installed.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> write_sig(schedule, schedule.steps[0])[:16]
        'Step 1 of 16, di'
    """
    return str(_instruct(schedule, step, speak(language), ProductNames.of(schedule)))


@takes
def write_instructions(
    schedule: Schedule,
    *,
    language: str = "en",
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> tuple[Instruction, ...]:
    """The instruction of every step that begins within what a schedule shows, by course and step.

    Args:
        schedule: The schedule.
        language: A two-letter code: en, es, fr or de.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        NotFound: If the language is not on file.
        MissingExtra: If the package babel is not installed.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> write_instructions(schedule)[0].drug
        'diazepam'
    """
    return instruct(schedule, speak(language), ProductNames.of(schedule))


def instruct(schedule: Schedule, language: Language, shelf: ProductNames) -> tuple[Instruction, ...]:
    """The instruction of every step shown, by course and step, in a language with or without dates."""
    return tuple(_instruct(schedule, step, language, shelf) for step in counted(schedule.steps, "steps written"))


def _instruct(schedule: Schedule, step: DatedStep, language: Language, shelf: ProductNames) -> Instruction:
    return Instruction(
        step.course,
        step.number,
        step.drug,
        language.code,
        _heading(schedule, step, language),
        tuple(_notes(step, language)),
        tuple(_days(step, language, shelf)),
        _repeat(step, language),
        tuple(describe_change(schedule, step, language, shelf)),
        tuple(describe_what_follows(schedule, step, language)),
    )


def name_course(schedule: Schedule, course: str, language: Language) -> str:
    """What a course is called: its drug, and its id where another course has the same drug."""
    drug = schedule.realized.course(course).drug
    alike = [other for other in schedule.realized.courses if other.drug == drug]
    name = language.drug(drug)
    return f"{name} ({course})" if len(alike) > 1 else name


def _heading(schedule: Schedule, step: DatedStep, language: Language) -> str:
    words = language.phrases.step
    held = {
        "number": step.number,
        "steps": len(schedule.realized.course(step.course).steps),
        "name": name_course(schedule, step.course, language),
        "first": language.long_date(step.first),
    }
    if step.last is None:
        return words.open.format(**held)
    template = words.one_day if step.first == step.last else words.closed
    return template.format(last=language.long_date(step.last), days=length_of(step), **held)


def _notes(step: DatedStep, language: Language) -> Iterator[str]:
    words = language.phrases.step
    if step.realized.step.review_before:
        yield words.review_before
    said = {"step-back": words.step_back, "gap": words.gap, "decision": words.decision}
    if step.realized.step.kind in said:
        yield said[step.realized.step.kind]
    if step.realized.step.note is not None:
        yield step.realized.step.note
    for slot, note in step.realized.step.slot_notes.items():
        yield language.phrases.sheet.slot_note.format(slot=language.slot(slot)[0], note=note)


def _repeat(step: DatedStep, language: Language) -> str | None:
    length = len(step.realized.days)
    if step.realized.step.cycle is None or length_of(step) <= length:
        return None
    return language.phrases.step.cycle_again.format(length=length)


def _days(step: DatedStep, language: Language, shelf: ProductNames) -> Iterator[DayText]:
    words, held = language.phrases.step, step.realized.step
    if held.is_empty:
        return
    if held.weekly is not None:
        yield from _week(step, language, shelf)
    elif held.regimen is not None:
        label = words.this_day if step.first == step.last else words.every_day
        yield _day(label, step.realized.days[0], language, shelf)
    else:
        length = len(step.realized.days)
        for index, day in occurring_days(step):
            first = language.long_date(step.first + timedelta(days=index))
            label = words.cycle_day.format(number=index + 1, length=length, date=first)
            yield _day(label, day, language, shelf)


def _week(step: DatedStep, language: Language, shelf: ProductNames) -> Iterator[DayText]:
    groups: dict[tuple[RealizedIntake, ...], list[int]] = {}
    for index, day in occurring_days(step):
        groups.setdefault(day.intakes, []).append(index)
    for indexes in groups.values():
        names = language.join(language.weekday(index) for index in indexes)
        label = language.phrases.step.weekdays.format(weekdays=names)
        yield _day(label, step.realized.days[indexes[0]], language, shelf)


def _day(label: str, day: RealizedDay, language: Language, shelf: ProductNames) -> DayText:
    words = language.phrases.step
    if not day.intakes:
        return DayText(label, (words.no_dose,), None)
    takes = tuple(write_take(intake, language, shelf) for intake in day.intakes)
    portions = [portion for intake in day.intakes for portion in intake.recipe.portions]
    total = language.amount(shelf.as_labeled(day.total, portions))
    return DayText(label, takes, words.total.format(total=total))


def write_take(intake: RealizedIntake, language: Language, shelf: ProductNames) -> str:
    """One dose in a sentence: when, how much, and what it is made of."""
    portions = [shelf.name(portion, language) for portion in intake.recipe.portions]
    when = capitalize(language.slot(intake.slot)[1])
    dose = language.amount(shelf.as_labeled(intake.dose, intake.recipe.portions))
    return language.phrases.take.format(When=when, dose=dose, portions=language.join(portions))
