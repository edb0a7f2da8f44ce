"""Whether a request agrees with itself: its text with its bounds, its supply and its limit with its doses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from taper._model import write_number
from taper.dates import Duration, day_after
from taper.dose import Dose
from taper.formats.fhir.notes import Notes
from taper.formats.fhir.read_dosage import ReadDosage
from taper.formats.fhir.read_medication import Requested
from taper.formats.fhir.read_steps import ReadStep, end_of, offset_of
from taper.formats.fhir.read_timing import doses_within
from taper.formats.fhir.ucum import Units, read_amount, read_duration, read_number, read_volume
from taper.formats.fhir.walk import as_map
from taper.plan import Course


@dataclass(frozen=True, slots=True)
class Total:
    """What doses or supplies come to, in mg or in a unit that they are counted in."""

    amount: Fraction
    unit: str

    def __str__(self) -> str:
        return f"{write_number(self.amount)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Dispensed:
    """One supply that a request asks for: how much, for how many days if said, and how often it may be repeated."""

    where: str
    total: Total
    days: int | None
    repeats: int


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


def total_of(
    steps: Sequence[ReadStep], strength: Dose | None, *, told: bool = False, days: int | None = None
) -> Total | None:
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


def _dosage_total(step: ReadStep, dosage: ReadDosage, length: int, strength: Dose | None) -> Total | None:
    amount = _in_mg(dosage.amount, strength)
    days = max(0, length - offset_of(dosage, step))
    count = doses_within(dosage.rhythm, dosage.bounds.first, days)
    return None if amount is None else Total(amount.amount * count, amount.unit)


def _in_mg(amount: Dose | Units | None, strength: Dose | None) -> Total | None:
    if isinstance(amount, Units):
        return Total(amount.count, amount.unit) if strength is None else Total(strength.mg * amount.count, "mg")
    return None if amount is None else Total(amount.mg, "mg")


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
        return None
    total, days, repeats = None, None, Fraction(0)
    with notes.reporting("supply", at):
        total = _supplied(as_map(asked["quantity"]), of)
        if "expectedSupplyDuration" in asked:
            days = read_duration(as_map(asked["expectedSupplyDuration"])).days or None
        repeats = read_number({"value": asked.get("numberOfRepeatsAllowed", 0)})
    return None if total is None else Dispensed(at, total, days, int(repeats))


def _supplied(quantity: Mapping[str, Any], of: Requested) -> Total | None:
    volume = read_volume(quantity)
    if volume is not None:
        return Total(volume, "mL") if of.per_ml is None else Total(volume * of.per_ml, "mg")
    return _in_mg(read_amount(quantity), of.strength)


def check_supply(drug: str, doses: Sequence[tuple[Sequence[ReadStep], Dose | None]], given: Sequence[Dispensed],
                 notes: Notes) -> None:  # fmt: skip
    """Report a supply that is not what the doses come to, by their bounds and by their texts."""
    if not given:
        return
    days = max((item.days for item in given if item.days is not None), default=None)
    where, supplied = given[0].where, _sum([item.total for item in given])
    bound = _sum([total_of(steps, strength, days=days) for steps, strength in doses])
    told = _sum([total_of(steps, strength, told=True, days=days) for steps, strength in doses])
    if supplied is None or bound is None or supplied.unit != bound.unit:
        notes.report(
            "supply", where, f"the supply of {drug} cannot be compared with its doses: their units or lengths differ"
        )
    elif supplied != bound or told not in {None, bound}:
        texts = f", and by their texts to {told}" if told not in {None, bound} else ""
        notes.report("supply", where, f"{supplied} of {drug} supplied; the doses are {bound} by their bounds{texts}")
    for item in given:
        if item.repeats:
            notes.report(
                "supply", item.where, f"the supply may be repeated {_times(item.repeats)}; one supply is compared"
            )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def check_days_supplied(steps: Sequence[ReadStep], given: Dispensed, notes: Notes) -> None:
    """Report a supply that is said to last another time than the doses span."""
    span = days_of(steps)
    if given.days is not None and span is not None and given.days != span:
        notes.report("supply", given.where, f"the supply is said to last {given.days} days; the doses span {span} days")


def check_maximum(course: Course, steps: Sequence[ReadStep], notes: Notes) -> None:
    """Report a day above the limit that the request itself carries."""
    limits = [limit for step in steps for dosage in step.dosages for limit in dosage.maxima]
    for number, step in enumerate(course.steps, start=1):
        if limits and step.largest.mg > min(limits).mg:
            said = f"step {number}: {step.largest} is above the request's own limit of {min(limits)} a day"
            notes.report("maximum", steps[0].where, said)


def check_period(request: Mapping[str, Any], steps: Sequence[ReadStep], where: str, notes: Notes) -> None:
    """Refuse an effectiveDosePeriod (R5) that is not the one its dosages span."""
    stated = as_map(request.get("effectiveDosePeriod"))
    last = end_of(steps[-1]) if steps else None
    for key, own in (("start", steps[0].bounds.first if steps else None), ("end", last)):
        if key in stated and own is not None and str(stated[key]) != own.isoformat():
            what = f"it gives {stated[key]} as the {key}, the dosages give {own}; make them agree"
            notes.refuse("bounds", f"{where}.effectiveDosePeriod", what)
