"""Which lines a step becomes: equal doses at equal times, on every day, every so many days, or on days of the week."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.formats.fhir.quantity import CannotExpress, duration_quantity
from taper.plans.regimen import WEEKDAYS, Slot, Weekday
from taper.products.product import Portion
from taper.schedules.realization import RealizedCourse, RealizedIntake, RealizedStep


@dataclass(frozen=True, slots=True)
class StepPeriod:
    """How long a step lasts: on dates, or as a length of time without dates; open where neither has an end."""

    number: int
    first: date | None
    last: date | None
    lasting: Duration | None

    @property
    def length(self) -> int | None:
        """Its days, if it has an end and the days are known."""
        if self.first is not None and self.last is not None:
            return (self.last - self.first).days + 1
        return self.lasting.days or None if self.lasting is not None else None

    @property
    def is_open(self) -> bool:
        return self.last is None and self.lasting is None


@dataclass(frozen=True, slots=True)
class DosageLine:
    """One Dosage to write: a dose, its times of day, and on which days of the step."""

    dose: Dose
    portions: tuple[Portion, ...]
    slots: tuple[Slot, ...]
    every: int = 1
    offset: int = 0
    weekdays: tuple[Weekday, ...] = ()


def lines_of(step: RealizedStep, span: StepPeriod, *, grouped: bool) -> tuple[DosageLine, ...]:
    """The lines of a step, in the order of their days and times.

    Args:
        step: The step.
        span: How long it lasts; what a cycle never reaches within it is left out.
        grouped: Whether equal doses of a day share a line (R5), or each time of day has its own (R4).

    Raises:
        CannotExpress: If a cycle begins with a day without doses, or has several days and no dates.
    """
    if step.step.weekly is not None:
        lines = _weekly(step)
    else:
        _check_cycle(step, span)
        lines = [line for line in _cyclic(step) if span.length is None or line.offset < span.length]
    return tuple(_grouped(lines) if grouped else lines)


def days_of(course: RealizedCourse, spans: Sequence[StepPeriod]) -> Iterator[tuple[StepPeriod, tuple[DosageLine, ...]]]:
    """Each day on which a course has doses, as a period of one day, with its lines; a dated course with an end."""
    for span, step in zip(spans, course.steps, strict=True):
        assert span.first is not None  # a course without dates has no days
        for index in range(span.length or 0):
            day = span.first + timedelta(days=index)
            held = step.days[day.weekday() if step.step.weekly is not None else index % len(step.days)]
            if held.intakes:
                yield StepPeriod(span.number, day, day, None), tuple(map(_line, held.intakes))


def _check_cycle(step: RealizedStep, span: StepPeriod) -> None:
    if not step.days[0].intakes:
        raise CannotExpress(
            "the cycle begins with a day without doses, which reads as a gap; begin it with a day that has doses",
            where=f"step {span.number}",
        )
    if span.first is None and any(day.intakes for day in step.days[1:]):
        raise CannotExpress(
            "a cycle with doses on several of its days needs dates; put the plan on dates",
            where=f"step {span.number}",
        )


def _cyclic(step: RealizedStep) -> Iterator[DosageLine]:
    for offset, day in enumerate(step.days):
        for intake in day.intakes:
            yield replace(_line(intake), every=len(step.days), offset=offset)


def _weekly(step: RealizedStep) -> list[DosageLine]:
    made: dict[tuple[Slot, Dose], DosageLine] = {}
    for weekday, day in zip(WEEKDAYS, step.days, strict=True):
        for intake in day.intakes:
            held = made.get((intake.slot, intake.dose), _line(intake))
            made[intake.slot, intake.dose] = replace(held, weekdays=(*held.weekdays, weekday))
    return list(made.values())


def _line(intake: RealizedIntake) -> DosageLine:
    return DosageLine(intake.dose, intake.recipe.portions, (intake.slot,))


def _grouped(lines: list[DosageLine]) -> list[DosageLine]:
    made: dict[tuple[object, ...], DosageLine] = {}
    for line in lines:
        alone = line.slots if line.every > 1 else ()  # twice in two days would leave open on which of them
        key = (line.dose, line.every, line.offset, line.weekdays, alone)
        made[key] = replace(made[key], slots=made[key].slots + line.slots) if key in made else line
    return list(made.values())


def timing_of(line: DosageLine, span: StepPeriod) -> dict[str, Any]:
    """The Timing of a line: bounds, how often, and either codes of the time of day or clock times."""
    repeat: dict[str, Any] = _bounds(line, span)
    repeat |= {"frequency": len(line.slots), "period": line.every, "periodUnit": "d"}
    if line.weekdays:
        repeat["dayOfWeek"] = list(line.weekdays)
    if line.slots[0].is_clock:
        repeat["timeOfDay"] = [f"{slot.name}:00" for slot in line.slots]
    elif not line.slots[0].is_daily:
        repeat["when"] = [slot.fhir_when for slot in line.slots]
    return {"repeat": repeat}


def _bounds(line: DosageLine, span: StepPeriod) -> dict[str, Any]:
    if span.first is not None:
        period = {"start": (span.first + timedelta(days=line.offset)).isoformat()}
        return {"boundsPeriod": period | ({"end": span.last.isoformat()} if span.last is not None else {})}
    return {"boundsDuration": duration_quantity(span.lasting)} if span.lasting is not None else {}
