"""Dosages put together as steps: those of one sequence at once, each step after the one before it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from math import lcm
from typing import Any

from taper._base.limits import LONGEST_CYCLE
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import Units, UnitStrength
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.period import Bounds
from taper.formats.fhir.write.request import KIND_TEXT, NOTE_TEXT, PAUSE_NOTE, REVIEW_TEXT
from taper.plans.regimen import WEEKDAYS, Intake, Regimen

_KIND_OF = {text: kind for kind, text in KIND_TEXT.items()}
_PAUSED = f"{PAUSE_NOTE}: "
_NOTE = re.compile(rf"{NOTE_TEXT}(?: \(([a-z]+|\d\d:\d\d)\))?: (.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReadStep:
    """Dosages that hold at once, the bounds of all of them, and the gap in days before them."""

    number: int
    dosages: tuple[ReadDosage, ...]
    bounds: Bounds
    gap: int = 0
    review: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether every dose of it is 0: a pause."""
        return bool(self.dosages) and all(dosage.is_nothing for dosage in self.dosages)

    @property
    def where(self) -> str:
        return self.dosages[0].where

    @property
    def length(self) -> int | None:
        """Its days, if it has an end and they are known without a start."""
        if self.bounds.first is not None and self.bounds.last is not None:
            return (self.bounds.last - self.bounds.first).days + 1
        return self.bounds.lasting.days or None if self.bounds.lasting is not None else None

    @property
    def told_length(self) -> int | None:
        """The days that its text says, if it says how long."""
        told = next((dosage.told_length for dosage in self.dosages if dosage.told_length is not None), None)
        return told.days or None if told is not None else None


def read_steps(
    dosages: Sequence[ReadDosage], where: str, notes: Notes, *, in_order: bool = False
) -> tuple[ReadStep, ...]:
    """The steps of a course in order; gaps, overlaps, and steps without an end are refused in the notes.

    Args:
        dosages: The dosages.
        where: Where they stand.
        notes: Where refusals go.
        in_order: Whether a sequence is known to mean one step after the other, as taper writes it.
    """
    if not dosages:
        notes.refuse("dose", where, "there is no dosageInstruction; write at least one")
        return ()
    if len({dosage.bounds.first is None for dosage in dosages}) > 1:
        notes.refuse("bounds", where, "some dosages have dates and some have none; write all in one way")
    groups = _groups(dosages, where, notes)
    steps = [_step(number, tuple(group), notes) for number, group in enumerate(groups, start=1)]
    if len(steps) == 1 and steps[0].is_nothing:
        notes.refuse("dose", where, "a dose of 0 is not taken, and it orders no other; write a dose")
    return tuple(_follow(steps, notes, in_order=in_order))


def _groups(dosages: Sequence[ReadDosage], where: str, notes: Notes) -> list[list[ReadDosage]]:
    named = [dosage.sequence for dosage in dosages]
    if all(number is not None for number in named):
        ordered = sorted(dosages, key=lambda dosage: dosage.sequence or 0)
        return [list(group) for _, group in groupby(ordered, key=lambda dosage: dosage.sequence)]
    if any(number is not None for number in named):
        notes.refuse("bounds", where, "some dosages have a sequence and some have none; write it for all")
    if len({dosage.bounds for dosage in dosages}) == 1 or dosages[0].bounds.first is None:
        return _at_once(dosages, where, notes)
    ordered = sorted(dosages, key=lambda dosage: dosage.bounds.first or date.min)
    return [list(group) for _, group in groupby(ordered, key=lambda dosage: dosage.bounds)]


def _at_once(dosages: Sequence[ReadDosage], where: str, notes: Notes) -> list[list[ReadDosage]]:
    if len({dosage.bounds for dosage in dosages}) > 1:
        notes.refuse("bounds", where, "the dosages have no sequence and no dates, so their order is unknown; write one")
    return [list(dosages)]


def _step(number: int, group: tuple[ReadDosage, ...], notes: Notes) -> ReadStep:
    if len(group) == 1:
        return ReadStep(number, group, group[0].bounds)
    starts = [dosage.bounds.first for dosage in group if dosage.bounds.first is not None]
    ends = {(dosage.bounds.last, dosage.bounds.lasting) for dosage in group}
    if len(ends) > 1:
        notes.refuse("bounds", group[0].where, f"the dosages of step {number} do not end together; make them agree")
    first = min(starts, default=None)
    for dosage in group:
        late = (dosage.bounds.first - first).days if dosage.bounds.first is not None and first is not None else 0
        if late >= dosage.rhythm.every:
            notes.refuse("bounds", dosage.where, f"it begins {_days(late)} after its step does; make them agree")
    return ReadStep(number, group, Bounds(first, group[0].bounds.last, group[0].bounds.lasting))


def _follow(steps: list[ReadStep], notes: Notes, *, in_order: bool) -> list[ReadStep]:
    made = steps[:1]
    for before, step in pairwise(steps):
        if before.bounds.is_open:
            what = (
                f"step {before.number} has no bounds and is not the last, so when step {step.number} begins is unknown"
            )
            notes.refuse("bounds", before.where, f"{what}; write its bounds")
        elif not in_order and _may_run_beside(before, step):
            what = f"step {step.number} is of another time of day than step {before.number} and has no bounds"
            notes.refuse("bounds", step.where, f"{what}, so whether it begins with it is unknown; write its bounds")
        gap = _gap(before, step, notes)
        made.append(replace(step, gap=gap) if gap else step)
    return made


def _may_run_beside(before: ReadStep, step: ReadStep) -> bool:
    """Whether an undated step without an end is only at times of day at which the step before it has no dose."""
    if step.bounds.first is not None or not step.bounds.is_open or step.is_nothing or before.is_nothing:
        return False
    mine, earlier = ({slot for item in one.dosages for slot in item.rhythm.slots} for one in (step, before))
    return bool(mine) and bool(earlier) and not mine & earlier


def _gap(before: ReadStep, step: ReadStep, notes: Notes) -> int:
    last, first = before.bounds.last, step.bounds.first
    if last is None or first is None:
        return 0
    days = (first - last).days - 1
    if not days:
        return 0
    ends, begins = f"step {before.number}, which ends on {last}", f"step {step.number}, which begins on {first}"
    if days > 0:
        notes.refuse("gap", step.where, f"nothing is said of the {_days(days)} between {ends}, and {begins}")
    if days < 0:
        belong = "belongs" if days == -1 else "belong"
        notes.refuse("overlap", step.where, f"{_days(-days)} {belong} to {ends}, and to {begins}; correct one of them")
    return max(days, 0)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def step_data(step: ReadStep, strength: UnitStrength | None) -> list[dict[str, Any]]:
    """A step as the plan format has it, after the gap before it if the caller accepts gaps; days and lengths as read.

    Raises:
        InvalidInput: If two of its dosages name one time of day, or its cycle is too long.
    """
    if any(None in (dosage.amount, *dosage.others) for dosage in step.dosages):
        return []
    for dosage in step.dosages:
        dose_of(dosage, strength)
    made: dict[str, Any] = {"kind": "gap"} if step.is_nothing else _pattern(step, strength)
    length = step.length if step.bounds.first is not None else None
    if length is not None:
        made["for"] = Duration(length)
    elif step.bounds.lasting is not None:
        made["for"] = step.bounds.lasting
    said = {text for dosage in step.dosages for text in dosage.instructions}
    if step.review or REVIEW_TEXT in said:
        made["review_before"] = True
    made |= _notes(said) if said else {}
    return [{"kind": "gap", "for": Duration(step.gap), **_pause(said)}, made] if step.gap else [made]


def _pause(said: Iterable[str]) -> dict[str, Any]:
    """What the writer of a step said of the pause before it."""
    paused = [text.removeprefix(_PAUSED) for text in sorted(said) if text.startswith(_PAUSED)]
    return {"note": " / ".join(paused)} if paused else {}


def _notes(said: Collection[str]) -> dict[str, Any]:
    """What the writer of a step said of its kind, of it and of its times of day."""
    made: dict[str, Any] = next(({"kind": kind} for text, kind in _KIND_OF.items() if text in said), {})
    found = [match for text in sorted(said) if (match := _NOTE.fullmatch(text))]
    step = [match[2] for match in found if match[1] is None]
    slots = {match[1]: match[2] for match in found if match[1] is not None}
    return made | ({"note": step[0]} if step else {}) | ({"slot_notes": slots} if slots else {})


def is_note(text: str) -> bool:
    """Whether a text is a note of a step as taper writes it."""
    return _NOTE.fullmatch(text) is not None or text.startswith(_PAUSED)


def _pattern(step: ReadStep, strength: UnitStrength | None) -> dict[str, Any]:
    if any(dosage.rhythm.weekdays for dosage in step.dosages):
        if any(dosage.rhythm.every > 1 for dosage in step.dosages):
            raise InvalidInput("days of the week and a cycle of days stand in one step; write one kind")
        days = {name: _regimen(step, strength, weekday=name) for name in WEEKDAYS}
        return {"weekly": {name: day for name, day in days.items() if day}}
    length = lcm(*(dosage.rhythm.every for dosage in step.dosages))
    if length > LONGEST_CYCLE:
        raise InvalidInput(
            f"the dosages repeat together only after {length} days; write a cycle of {LONGEST_CYCLE} at most"
        )
    cycle = [_regimen(step, strength, index=index) for index in range(length)]
    return {"regimen": cycle[0]} if length == 1 else {"cycle": cycle}


def _regimen(step: ReadStep, strength: UnitStrength | None, *, index: int = 0, weekday: str = "") -> Regimen:
    intakes = []
    for dosage in step.dosages:
        if dosage.is_nothing:
            continue
        if weekday and dosage.rhythm.weekdays and weekday not in dosage.rhythm.weekdays:
            continue
        every = dosage.rhythm.every
        if not weekday and every > 1 and (index - offset_of(dosage, step)) % every:
            continue
        dose = dose_of(dosage, strength)
        intakes += [Intake(slot, dose) for slot in dosage.rhythm.slots]
    return Regimen(intakes)


def offset_of(dosage: ReadDosage, step: ReadStep) -> int:
    """How many days after its step a dosage begins."""
    first, own = step.bounds.first, dosage.bounds.first
    return (own - first).days if own is not None and first is not None else 0


def dose_of(dosage: ReadDosage, strength: UnitStrength | None) -> Dose:
    """The dose in mass, from a count of units where what one unit holds is known.

    Raises:
        InvalidInput: If it is not known, or no dose was read.
    """
    made = _mass(dosage.amount, strength)
    if any(_mass(other, strength) != made for other in dosage.others):
        told = " and ".join(map(str, (dosage.amount, *dosage.others)))
        raise InvalidInput(f"the doses {told} differ; make them agree")
    return made


def _mass(amount: Dose | Units | None, strength: UnitStrength | None) -> Dose:
    made = mass_of(amount, strength)
    if made is not None:
        return made
    if strength is None or not isinstance(amount, Units):
        raise InvalidInput(f"the dose is {amount}, and what one unit holds is not stated; give its strength")
    raise InvalidInput(
        f"the dose is {amount}, and its strength says only that {strength}; give that of one {amount.kind}"
    )


def mass_of(amount: Dose | Units | None, strength: UnitStrength | None) -> Dose | None:
    """An amount as a mass, or None where what one unit holds is not known.

    Raises:
        InvalidInput: If the strength is of another kind of unit.
    """
    if isinstance(amount, Units):
        return strength.dose(amount) if strength is not None else None
    return amount


def end_of(step: ReadStep) -> date | None:
    """The last date of a step that has dates and an end."""
    if step.bounds.first is not None and step.length is not None:
        return step.bounds.first + timedelta(days=step.length - 1)
    return None


def days_in_common(one: Sequence[ReadStep], other: Sequence[ReadStep]) -> bool:
    """Whether two courses may have doses on one day; those without dates may."""
    if not one or not other:
        return False
    spans = [(steps[0].bounds.first, end_of(steps[-1])) for steps in (one, other)]
    (begins, ends), (starts, stops) = spans
    apart = (ends is not None and starts is not None and ends < starts) or (
        stops is not None and begins is not None and stops < begins
    )
    return not apart
