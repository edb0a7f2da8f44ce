"""Whether a request agrees with itself: its text with its bounds, its supply and its limit with its doses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration, day_after
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import Units, UnitStrength, read_duration, read_number
from taper.formats.fhir.read.amount import read_amount, read_volume, report_unit
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.elements import as_map
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.medication import Requested
from taper.formats.fhir.read.steps import ReadStep, dose_of, mass_of, offset_of
from taper.formats.fhir.read.timing import doses_within, so_often
from taper.plans.plan import Course, Step


@dataclass(frozen=True, slots=True)
class Total:
    """What doses or supplies come to, in mg or in a unit that they are counted in."""

    amount: Fraction
    unit: str

    def __str__(self) -> str:
        return f"{write_number(self.amount)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Doses:
    """The steps of a course, and what one unit holds where its doses count units."""

    steps: Sequence[ReadStep]
    strength: UnitStrength | None


@dataclass(frozen=True, slots=True)
class Dispensed:
    """One supply that a request asks for: how much, for how many days if said, and how often it may be repeated.

    `unit` is what one unit of it holds where it is counted: a supply is of whole units, whatever the doses come to.
    `first` is the first day of the doses that it is for, if they have dates.
    """

    where: str
    total: Total
    unit: Fraction
    days: int | None
    repeats: int
    first: date | None = None


def check_texts(steps: Sequence[ReadStep], notes: Notes) -> None:
    """Refuse a step whose text says another length than its bounds: people read the one, systems the other."""
    for step in steps:
        for dosage in step.dosages:
            told, bound = dosage.told_length, step.bounds.lasting
            if told is None or told == bound or told.days == step.length or _ends_there(step, told):
                continue
            said = f"step {step.number}: the text says {told}, the bounds say {bound or _stated(step)}"
            notes.refuse("text", dosage.where, said)


def _stated(step: ReadStep) -> str:
    if step.length is None:
        return "no end"
    return f"{step.length} days, {step.bounds.first} to {step.bounds.last}"


def _ends_there(step: ReadStep, told: Duration) -> bool:
    if step.bounds.first is None or step.bounds.last is None:
        return False
    return (day_after(step.bounds.first, (told,)) - step.bounds.last).days == 1


def total_of(steps: Sequence[ReadStep], strength: UnitStrength | None, *, told: bool, days: int | None) -> Total | None:
    """What the doses come to, or None if that is unknown.

    Args:
        steps: The steps.
        strength: What one unit holds, if known; doses are then counted in mg.
        told: Whether to go by the lengths that the texts say, where they say one.
        days: Where the last step has no end, how many days of the whole to count.
    """
    parts: list[Total | None] = []
    for step in steps:
        length = (step.told_length if told else None) or step.length
        if step.bounds.is_open and days is not None:
            gone = days_of(steps[:-1])
            length = None if gone is None else max(0, days - gone)
        parts += [None if length is None else _dosage_total(step, item, length, strength) for item in step.dosages]
    return _sum(parts)


def _dosage_total(step: ReadStep, dosage: ReadDosage, length: int, strength: UnitStrength | None) -> Total | None:
    amount = _in_mg(dosage.amount, strength)
    days = max(0, length - offset_of(dosage, step))
    count = doses_within(dosage.rhythm, dosage.bounds.first, days)
    return None if amount is None else Total(amount.amount * count, amount.unit)


def _in_mg(amount: Dose | Units | None, strength: UnitStrength | None) -> Total | None:
    if isinstance(amount, Units):
        return _of_units(amount, strength)
    return None if amount is None else Total(amount.mg, "mg")


def _of_units(amount: Units, strength: UnitStrength | None) -> Total:
    """Units in mg, or as they are counted where what one of them holds is not known."""
    held = strength is not None and (amount.kind == "mL" or strength.counts(amount.kind))
    mass = strength.dose(amount) if strength is not None and held else None
    return Total(amount.count, amount.unit) if mass is None else Total(mass.mg, "mg")


def _sum(parts: Sequence[Total | None]) -> Total | None:
    known = [part for part in parts if part is not None]
    units = {part.unit for part in known}
    if len(known) < len(parts) or len(units) != 1:
        return None
    return Total(sum((part.amount for part in known), Fraction(0)), units.pop())


def days_of(steps: Sequence[ReadStep]) -> int | None:
    """How many days the steps span, gaps included, or None if that is open or unknown."""
    lengths = [step.length for step in steps]
    return None if None in lengths else sum(length or 0 for length in lengths) + sum(step.gap for step in steps)


def read_dispensed(request: Mapping[str, Any], where: str, of: Requested, notes: Notes) -> Dispensed | None:
    """What a request asks to be supplied, if it says how much."""
    asked, at = as_map(request.get("dispenseRequest")), f"{where}.dispenseRequest"
    if "quantity" not in asked:
        said = [key for key in ("expectedSupplyDuration", "numberOfRepeatsAllowed") if key in asked]
        if said:
            notes.report("supply", at, f"how much is supplied is not said; not compared: {', '.join(said)}")
        return None
    for key in ("quantity", "expectedSupplyDuration"):
        report_unit(as_map(asked.get(key)), f"{at}.{key}", notes)
    total, unit, days, repeats = None, Fraction(0), None, Fraction(0)
    with notes.reporting("supply", at):
        total, unit = _supplied(as_map(asked["quantity"]), of)
        if "expectedSupplyDuration" in asked:
            days = read_duration(as_map(asked["expectedSupplyDuration"])).days or None
        repeats = read_number({"value": asked.get("numberOfRepeatsAllowed", 0)})
    return None if total is None else Dispensed(at, total, unit, days, int(repeats))


def _supplied(quantity: Mapping[str, Any], of: Requested) -> tuple[Total, Fraction]:
    """What is supplied, and what one unit of it holds where it is counted."""
    volume = read_volume(quantity)
    if volume is not None:
        return Total(volume, "mL") if of.per_ml is None else Total(volume * of.per_ml, "mg"), Fraction(0)
    amount = read_amount(quantity)
    if isinstance(amount, Dose):
        return Total(amount.mg, "mg"), Fraction(0)
    return _of_units(amount, of.strength), _of_units(replace(amount, count=Fraction(1)), of.strength).amount


def check_supply(drug: str, doses: Sequence[Doses], given: Sequence[Dispensed], notes: Notes) -> None:
    """Report a supply that is not what the doses come to in whole units, by their bounds and by their texts."""
    if not given:
        return
    where, supplied = given[0].where, _sum([item.total for item in given])
    bound, told = _needed(doses, given), _needed(doses, given, told=True)
    if supplied is None or bound is None or supplied.unit != bound.unit:
        notes.report(
            "supply", where, f"the supply of {drug} cannot be compared with its doses: their units or lengths differ"
        )
    elif not _covers(supplied, bound, given) or told not in {None, bound}:
        texts = f", and by their texts to {told}" if told not in {None, bound} else ""
        notes.report("supply", where, f"{supplied} of {drug} supplied; the doses are {bound} by their bounds{texts}")
    for item in given:
        if item.repeats:
            notes.report(
                "supply", item.where, f"the supply may be repeated {so_often(item.repeats)}; one supply is compared"
            )


def _needed(doses: Sequence[Doses], given: Sequence[Dispensed], *, told: bool = False) -> Total | None:
    """What all doses come to, those without an end until the last day that is supplied for."""
    return _sum([total_of(item.steps, item.strength, told=told, days=_supplied_for(item, given)) for item in doses])


def _supplied_for(doses: Doses, given: Sequence[Dispensed]) -> int | None:
    """How many days from the first of a course the supplies last, counted from the dates where they have some."""
    own = doses.steps[0].bounds.first if doses.steps else None
    lasting = [
        item.days + ((item.first - own).days if item.first is not None and own is not None else 0)
        for item in given
        if item.days is not None
    ]
    return max(0, *lasting) if lasting else None


def _covers(supplied: Total, needed: Total, given: Sequence[Dispensed]) -> bool:
    """Whether a supply is exactly what is needed, or that and less than one further unit of each product counted."""
    more = supplied.amount - needed.amount
    return more == 0 or 0 < more < sum(item.unit for item in given)


def check_days_supplied(steps: Sequence[ReadStep], given: Dispensed, notes: Notes) -> None:
    """Report a supply that is said to last another time than the doses span."""
    span = days_of(steps)
    if given.days is not None and span is not None and given.days != span:
        notes.report("supply", given.where, f"the supply is said to last {given.days} days; the doses span {span} days")


def check_maximum(course: Course, steps: Sequence[ReadStep], strength: UnitStrength | None, notes: Notes) -> None:
    """Report days, and a dose, above the limits that the request itself carries."""
    dosages = [dosage for step in steps for dosage in step.dosages]
    for dosage in dosages:
        _check_intake(dosage, strength, notes)
    limits: dict[int, Dose] = {}
    for dosage in dosages:
        for limit, days in _limits(dosage, strength, notes):
            limits[days] = min(limit, limits.get(days, limit))
    for number, step in enumerate(course.steps, start=1):
        for days, limit in sorted(limits.items()):
            most = _most_in(step, days)
            if most > limit:
                taken, per = (str(step.largest), "a day") if days == 1 else (f"{most} in {days} days", "in as many")
                said = f"step {number}: {taken} is above the request's own limit of {limit} {per}"
                notes.report("maximum", steps[0].where, said)


def _most_in(step: Step, days: int) -> Dose:
    """The most that a step has in so many days that follow one another, or in all of its days if they are fewer."""
    totals = [day.total.mg for day in step.days]
    if step.lasting is not None and step.lasting.is_in_days:
        days = min(days, step.lasting.days)
    windows = ([totals[(first + index) % len(totals)] for index in range(days)] for first in range(len(totals)))
    return Dose(max(map(sum, windows)))


def _limits(dosage: ReadDosage, strength: UnitStrength | None, notes: Notes) -> Iterator[tuple[Dose, int]]:
    for limit, days in dosage.maxima:
        with notes.reporting("not-read", f"{dosage.where}.maxDosePerPeriod"):
            yield _mass(limit, strength), days


def _check_intake(dosage: ReadDosage, strength: UnitStrength | None, notes: Notes) -> None:
    if dosage.intake_maximum is None:
        return
    with notes.reporting("not-read", f"{dosage.where}.maxDosePerAdministration"):
        limit, dose = _mass(dosage.intake_maximum, strength), dose_of(dosage, strength)
        if dose > limit:
            notes.report("maximum", dosage.where, f"{dose} is above the request's own limit of {limit} at one time")


def _mass(limit: Dose | Units, strength: UnitStrength | None) -> Dose:
    made = mass_of(limit, strength)
    if made is None:
        raise InvalidInput(f"it is {limit}, and what one unit holds is not stated; it is not compared")
    return made
