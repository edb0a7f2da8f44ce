"""The amounts of a text compared with the codes: doses, counts, strengths, sums, and the most of a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from taper._base.numbers import write_number
from taper._base.shown import show
from taper.formats.fhir.quantity import COUNTED, Units, is_alike
from taper.formats.fhir.read.text_scope import Scope, kinds_of_day, mg_of, times_a_day
from taper.formats.fhir.read.told import Told


@dataclass(frozen=True, slots=True)
class _Codes:
    """What the codes come to: masses in mg and counts, of a dose or of a day, and what one unit or one mL holds."""

    masses: Sequence[Fraction]
    counts: tuple[tuple[Fraction, str], ...]
    one: Fraction | None
    per_ml: Fraction | None


def _codes_of(told: Told, scope: Scope) -> _Codes:
    """What the codes of a scope come to; of the day, where the text says how much a day and nothing of when."""
    says_when = told.times or told.slots or told.clocks or told.schemes
    return _of_day(scope, is_daily=told.is_divided or (told.says_daily and not says_when))


def _of_day(scope: Scope, *, is_daily: bool) -> _Codes:
    masses, counts = [], []
    for dosage in scope.dosages:
        mass = mg_of(dosage, scope.strength)
        masses += [] if mass is None else [mass * times_a_day(dosage) if is_daily else mass]
        if isinstance(dosage.amount, Units):
            count = dosage.amount.count
            counts.append((count * times_a_day(dosage) if is_daily else count, str(dosage.amount.kind)))
    if is_daily:
        masses = [sum(masses, Fraction(0))] * bool(masses)
        counts = [(sum((count for count, kind in counts if kind == one), Fraction(0)), one)
                  for one in dict.fromkeys(kind for _, kind in counts)]  # fmt: skip
    held = scope.strength
    one = held.mass.mg if held is not None and held.mass is not None else None
    return _Codes(masses, tuple(counts), one, held.per_ml if held is not None else None)


def differing_amounts(told: Told, scope: Scope) -> Iterator[str]:
    """Amounts that are no dose, no count of one, no strength and no day's amount."""
    codes = _codes_of(told, scope)
    if told.amounts == [(mass, "mg") for mass in codes.masses[:1]] and not (told.added or told.strengths):
        return
    for value in told.products:
        if codes.masses and value not in codes.masses:
            yield f"{write_number(value)} mg of the units in it is not the dose"
    is_open = codes.one is None and not codes.counts
    for value in told.beside:
        if is_open and codes.masses and value not in codes.masses:
            yield f"{write_number(value)} mg of the units in it, if one is meant, is not the dose"
    for value in dict.fromkeys(told.strengths):
        if codes.one not in {None, value}:
            yield f"{write_number(value)} mg is not what one unit holds"
    doses_a_day = sum(map(times_a_day, scope.dosages))
    for said in told.added if len(told.added) >= doses_a_day else []:
        yield f"{show(said)} is added to the dose"
    explained = [_explains(value, unit, codes) for value, unit in told.amounts]
    for value, unit in told.amounts:
        if not _agrees(value, unit, told, codes):
            yield f"{write_number(value)} {unit} is not the dose"
    is_within = any(mass in codes.masses for mass in told.within)
    if not any(explained) and not is_within and not any(_is_product(*one, told, codes) for one in told.amounts):
        yield "the amount is not the dose"


def differing_limits(told: Told, scope: Scope) -> Iterator[str]:
    """The most of a day that a text allows, where it is not the largest day of the codes."""
    days = [day for step in scope.steps for day in kinds_of_day(step.dosages)]
    made = [_of_day(replace(scope, dosages=day), is_daily=True) for day in days]
    largest = max(made, key=lambda codes: (max(codes.masses, default=0), max(codes.counts, default=(Fraction(0), ""))))
    for value, unit in told.limits:
        if not _explains(value, unit, largest):
            yield f"at most {write_number(value)} {unit} a day is not what the codes come to"


def _explains(value: Fraction, unit: str, codes: _Codes) -> bool:
    """Whether an amount is the dose: in mg, in mL, or counted, where it is known what one holds."""
    if unit == "mg":
        return value in codes.masses
    if unit == "mg/mL":
        return False
    if any(count == value and is_alike(unit, kind) for count, kind in codes.counts):
        return True
    if unit == "mL":
        return codes.per_ml is not None and value * codes.per_ml in codes.masses
    return not codes.counts and codes.one is not None and value * codes.one in codes.masses


def _agrees(value: Fraction, unit: str, told: Told, codes: _Codes) -> bool:
    """Whether an amount is the dose, or may stand beside it: a strength, or a count of unknown units."""
    if unit == "mg/mL":
        return codes.per_ml is None or value == codes.per_ml
    if unit == "mg":
        counts = [count for count, other in told.amounts if other in COUNTED]
        is_strength = value in (*told.strengths, *told.perhaps_strengths)
        fits = value == codes.one or any(count * value in codes.masses for count in counts)
        return value in codes.masses or (is_strength and fits)
    if _explains(value, unit, codes) or _is_product(value, unit, told, codes):
        return True
    says_dose = any(mass in codes.masses for mass, other in told.amounts if other == "mg")
    if unit == "mL":
        return says_dose and codes.per_ml is None and not codes.counts
    return says_dose and codes.one is None and not codes.counts and not told.strengths


def _is_product(value: Fraction, unit: str, told: Told, codes: _Codes) -> bool:
    """Whether a count of units of a strength that is told comes to the dose, where the codes leave both open."""
    each = (*told.strengths, *told.perhaps_strengths)
    is_open = codes.one is None and not codes.counts and unit in COUNTED
    return is_open and any(value * mass in codes.masses for mass in each)
