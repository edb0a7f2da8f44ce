"""The order's own time: the period in which its doses are taken, beside or instead of the dates of its dosages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from taper.amounts.duration import Duration, day_after
from taper.formats.fhir.quantity import read_duration
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.elements import as_map
from taper.formats.fhir.read.extensions import find_extensions
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.period import Bounds, read_period
from taper.formats.fhir.read.steps import ReadStep, end_of


def lay_in_period(
    body: Mapping[str, Any], steps: tuple[ReadStep, ...], where: str, notes: Notes
) -> tuple[ReadStep, ...]:
    """Steps within the period of their order; a period that is not theirs is refused in the notes.

    A period gives the first day of steps that have none, and the last day of a last step that has no end.
    """
    for at, period, lasting in _stated(body, where, notes):
        if steps:
            steps = _lay(steps, _ending(period, lasting), at, notes)
    return steps


def check_period(body: Mapping[str, Any], dosages: Sequence[ReadDosage], where: str, notes: Notes) -> None:
    """Refuse a period of one of several requests of a course that is not the time of its own dosages."""
    for at, period, _ in _stated(body, where, notes):
        firsts, lasts = ([getattr(item.bounds, key) for item in dosages] for key in ("first", "last"))
        own = (
            None if None in firsts else min(firsts, default=None),
            None if None in lasts else max(lasts, default=None),
        )
        if (period.first, period.last) != own:
            notes.refuse("bounds", at, "it is another time than that of the dosages of its request; make them agree")


def _stated(body: Mapping[str, Any], where: str, notes: Notes) -> list[tuple[str, Bounds, Duration | None]]:
    """Every period and length of use that the order states."""
    found = [(f"{where}.{key}", as_map(body[key])) for key in ("effectiveDosePeriod", "effectivePeriod") if key in body]
    for at, item in find_extensions(body, "period"):
        if "valuePeriod" in item:
            found.append((f"{where}.{at}", as_map(item["valuePeriod"])))
        else:
            notes.refuse("bounds", f"{where}.{at}", "it is to say a period and has none; write valuePeriod")
    made: list[tuple[str, Bounds, Duration | None]] = []
    for at, period in found:
        with notes.catching("bounds", at):
            made.append((at, read_period(period, at, notes, needs_start=False), None))
    for at, item in find_extensions(body, "duration"):
        with notes.catching("bounds", f"{where}.{at}"):
            made.append((f"{where}.{at}", Bounds(), read_duration(as_map(item.get("valueDuration")))))
    if "effectiveTiming" in body:
        notes.refuse("bounds", f"{where}.effectiveTiming", "a timing of use is not read; write effectivePeriod")
    if "effectiveDateTime" in body:
        notes.report("not-read", f"{where}.effectiveDateTime", "a single date of use is not read")
    return made


def _ending(period: Bounds, lasting: Duration | None) -> Bounds:
    return period if lasting is None else replace(period, lasting=lasting)


def _lay(steps: tuple[ReadStep, ...], period: Bounds, at: str, notes: Notes) -> tuple[ReadStep, ...]:
    if steps[0].bounds.first is None and period.first is not None:
        steps = _dated(steps, period.first)
    elif steps[0].bounds.first is None and period.last is not None:
        notes.refuse("bounds", at, "it has an end and no start, and the dosages have no dates; write the start")
        return steps
    first, last = steps[0].bounds.first, period.last
    if last is None and period.lasting is not None and first is not None:
        last = day_after(first, (period.lasting,)) - timedelta(days=1)
    if period.first is not None and first is not None and period.first != first:
        notes.refuse("bounds", at, f"it gives {period.first} as the start, the dosages give {first}; make them agree")
    steps = _closed(steps, last, at, notes)
    if last is None and period.lasting is not None:
        steps = _lasting(steps, period.lasting, at, notes)
    end = end_of(steps[-1])
    if last is not None and end is not None and end != last:
        notes.refuse("bounds", at, f"it gives {last} as the end, the dosages give {end}; make them agree")
    return steps


def _dated(steps: Sequence[ReadStep], start: date) -> tuple[ReadStep, ...]:
    """Steps that have only lengths, one after the other from a date."""
    made, gone = [], tuple[Duration, ...]()
    for step in steps:
        first, lasting = day_after(start, gone) if gone else start, step.bounds.lasting
        last = None if lasting is None else day_after(start, (*gone, lasting)) - timedelta(days=1)
        gone = gone if lasting is None else (*gone, lasting)
        made.append(_within(step, Bounds(first, last)))
    return tuple(made)


def _within(step: ReadStep, bounds: Bounds) -> ReadStep:
    return replace(step, bounds=bounds, dosages=tuple(replace(item, bounds=bounds) for item in step.dosages))


def _closed(steps: tuple[ReadStep, ...], last: date | None, at: str, notes: Notes) -> tuple[ReadStep, ...]:
    """Steps of which the last ends with the period, where it has a start and no end."""
    open_step = steps[-1]
    if last is None or not open_step.bounds.is_open or open_step.bounds.first is None:
        return steps
    if last < open_step.bounds.first:
        said = f"it ends on {last}, before the last step starts on {open_step.bounds.first}; make them agree"
        notes.refuse("bounds", at, said)
        return steps
    dosages = tuple(replace(item, bounds=replace(item.bounds, last=last)) for item in open_step.dosages)
    return (*steps[:-1], replace(open_step, bounds=replace(open_step.bounds, last=last), dosages=dosages))


def _lasting(steps: tuple[ReadStep, ...], lasting: Duration, at: str, notes: Notes) -> tuple[ReadStep, ...]:
    """Undated steps with a length of use: it bounds one open step, and must be the length of bounded ones."""
    lengths = [step.bounds.lasting for step in steps]
    if len(steps) == 1 and steps[0].bounds.is_open:
        return (_within(steps[0], Bounds(lasting=lasting)),)
    days = [item.days for item in lengths if item is not None]
    is_sum = None not in lengths and lasting.days and sum(days) == lasting.days
    if not is_sum and lengths != [lasting]:
        notes.refuse("bounds", at, f"it gives {lasting}, and the dosages another length; make them agree")
    return steps
