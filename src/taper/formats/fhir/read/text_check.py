"""Texts compared with codes: people read the one, systems the other, so a text that says more or other refuses."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from operator import attrgetter

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration, day_after
from taper.errors import TaperError
from taper.formats.fhir.quantity import Units, UnitStrength
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.steps import ReadStep, end_of, mass_of
from taper.formats.fhir.read.told import Scheme, Told
from taper.plans.regimen import Slot

_PARTS_OF_DAY = (("morning", 4, 11), ("noon", 11, 16), ("evening", 16, 21), ("bedtime", 21, 24))
_SCHEME = ("morning", "noon", "evening", "bedtime")
_COUNTED = {"tablet", "capsule", "packet", "piece"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The dosages that a text is compared with, the steps they belong to, and what one unit holds.

    `later` says that another step comes before, and `ends` that the drug stops after the last of these steps.
    """

    dosages: Sequence[ReadDosage]
    steps: Sequence[ReadStep]
    strength: UnitStrength | None
    later: bool
    ends: bool


def differences(told: Told, scope: Scope) -> list[str]:
    """What a text says that the codes of a scope do not; a condition of a later step is not counted here."""
    found = _beyond_doses(told, scope) if told.says_more else []
    if not scope.dosages:
        return found or ["it is beside no dosage that could say it"] * bool(told.amounts or told.lengths or told.dates)
    if told.says_more:
        found += _beyond_dosages(told, scope)
    if found:
        return found
    return [one for says, find in _COMPARED if says(told) for one in find(told, scope)]


def _beyond_doses(told: Told, scope: Scope) -> list[str]:
    """What a text says that no code can say, or that these codes leave open."""
    found = [f"{word!r} is not understood" for word in told.unknown]
    found += [f"{said!r} is in no code" for said in told.beyond]
    is_closed = bool(told.dates) and all(not step.bounds.is_open for step in scope.steps)
    found += [f"{said!r} is in no code" for said in told.until if not is_closed]
    is_bounded = bool(scope.steps) and not scope.steps[-1].bounds.is_open
    found += [f"{said!r} is in no code" for said in told.courses if not is_bounded]
    says_end = scope.ends and bool(told.stops)
    found += [f"{said!r} is in no code" for said in told.openly if is_bounded]
    if not scope.later:
        found += [f"the condition {said!r} is in no code" for said in told.conditions]
        found += [f"the order {said!r} is in no code" for said in told.sequence[1 if says_end else 0 :]]
    return found


def _beyond_dosages(told: Told, scope: Scope) -> list[str]:
    """What a text says of changes and of an end that the codes do not."""
    steered = scope.later and bool(told.amounts)
    found = [f"the change {said!r} is in no code" for said in told.changes if not steered]
    return found + [f"{said!r} is in no code" for said in told.stops if not scope.ends]


def _mg_of(dosage: ReadDosage, strength: UnitStrength | None) -> Fraction | None:
    try:
        made = mass_of(dosage.amount, strength)
    except TaperError:
        return None
    return None if made is None else made.mg


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
        mass = _mg_of(dosage, scope.strength)
        masses += [] if mass is None else [mass * _times_a_day(dosage) if is_daily else mass]
        if isinstance(dosage.amount, Units):
            count = dosage.amount.count
            counts.append((count * _times_a_day(dosage) if is_daily else count, str(dosage.amount.kind)))
    if is_daily:
        masses = [sum(masses, Fraction(0))] * bool(masses)
        counts = [(sum((count for count, kind in counts if kind == one), Fraction(0)), one)
                  for one in dict.fromkeys(kind for _, kind in counts)]  # fmt: skip
    held = scope.strength
    one = held.mass.mg if held is not None and held.mass is not None else None
    return _Codes(masses, tuple(counts), one, held.per_ml if held is not None else None)


def _times_a_day(dosage: ReadDosage) -> int:
    return max(1, len(dosage.rhythm.slots))


def _amounts(told: Told, scope: Scope) -> Iterator[str]:
    """Amounts that are no dose, no count of one, no strength and no day's amount."""
    codes = _codes_of(told, scope)
    for value in told.products:
        if codes.masses and value not in codes.masses:
            yield f"{_shown(value)} mg of the units in it is not the dose"
    is_open = codes.one is None and not codes.counts
    for value in told.beside:
        if is_open and codes.masses and value not in codes.masses:
            yield f"{_shown(value)} mg of the units in it, if one is meant, is not the dose"
    each = [mass for mass, unit in told.amounts if unit == "mg"]
    explained = [_explains(value, unit, each, codes) for value, unit in told.amounts]
    if all(explained):
        return
    says_dose = any(mass in codes.masses for mass in each)
    for (value, unit), explains in zip(told.amounts, explained, strict=True):
        if not (explains or _fits_beside(value, unit, told, codes, says_dose=says_dose)):
            yield f"{_shown(value)} {unit} is not the dose"
    if not any(explained):
        yield "the amount is not the dose"


def _limits(told: Told, scope: Scope) -> Iterator[str]:
    """The most of a day that a text allows, where it is not what the codes come to."""
    for value, unit in told.limits:
        if not _explains(value, unit, [], _of_day(scope, is_daily=True)):
            yield f"at most {_shown(value)} {unit} a day is not what the codes come to"


def _explains(value: Fraction, unit: str, each: Sequence[Fraction], codes: _Codes) -> bool:
    """Whether an amount is the dose: in mg, in mL, or counted, where one may be any of `each` mg."""
    if unit == "mg":
        return value in codes.masses
    if unit == "mg/mL":
        return False
    if any(count == value and _alike(unit, kind) for count, kind in codes.counts):
        return True
    if unit == "mL":
        return codes.per_ml is not None and value * codes.per_ml in codes.masses
    if any(not _alike(unit, kind) for _, kind in codes.counts):
        return False
    return any(value * mass in codes.masses for mass in [*each, *([codes.one] if codes.one is not None else [])])


def _fits_beside(value: Fraction, unit: str, told: Told, codes: _Codes, *, says_dose: bool) -> bool:
    """Whether an amount that is not the dose may stand beside it: a strength, or a count of unknown units."""
    if unit == "mg":
        counted = (count for count, other in told.amounts if other in _COUNTED)
        return value == codes.one or any(count * value in codes.masses for count in counted)
    if unit == "mg/mL":
        return codes.per_ml is None or value == codes.per_ml
    is_unknown = codes.per_ml is None if unit == "mL" else codes.one is None
    return says_dose and is_unknown and not codes.counts


def _alike(one: str, other: str) -> bool:
    return one == other or ("piece" in (one, other) and {one, other} <= _COUNTED)


def _shown(value: Fraction) -> str:
    return write_number(value)


def _lengths(told: Told, scope: Scope) -> Iterator[str]:
    for length in told.lengths:
        if not any(_is_length(length, step) for step in scope.steps) and not _is_whole(length, scope.steps):
            yield f"{length} is no length that the codes say"
    for month, day, year in told.dates:
        if not any(_is_date(month, day, year, edge) for edge in _edges(scope.steps)):
            yield f"the date {day}.{month}.{year or ''} is in no code".replace(". is", " is")


def _is_length(told: Duration, step: ReadStep) -> bool:
    if told == step.bounds.lasting or (step.length is not None and told.days == step.length):
        return True
    first, last = step.bounds.first, step.bounds.last
    return first is not None and last is not None and day_after(first, (told,)) - timedelta(days=1) == last


def _is_whole(told: Duration, steps: Sequence[ReadStep]) -> bool:
    lengths = [step.length for step in steps]
    return len(steps) > 1 and None not in lengths and told.days == sum(length or 0 for length in lengths)


def _edges(steps: Iterable[ReadStep]) -> Iterator[date]:
    for step in steps:
        yield from (edge for edge in (step.bounds.first, end_of(step)) if edge is not None)


def _is_date(month: int, day: int, year: int | None, edge: date) -> bool:
    return (edge.month, edge.day) == (month, day) and year in {None, edge.year}


def _rhythm(told: Told, scope: Scope) -> Iterator[str]:
    dosages = scope.dosages
    weekdays = {day for dosage in dosages for day in dosage.rhythm.weekdays}
    every = {dosage.rhythm.every for dosage in dosages}
    if told.weekdays and told.weekdays != weekdays:
        yield f"the days {', '.join(sorted(told.weekdays))} are not those of the codes"
    for number in told.every:
        if weekdays or every != {number}:
            yield f"every {'day' if number == 1 else f'{number} days'} is not how often the codes say"
    if told.not_daily and every == {1} and not weekdays:
        yield "not daily is not how often the codes say"
    for number in told.weekly:
        each_seventh = every == {7} and not weekdays and number == 1
        if not each_seventh and not (weekdays and len(weekdays) == number):
            yield f"{number} times a week is not how often the codes say"
    counts = {len(dosages[0].rhythm.slots), sum(len(dosage.rhythm.slots) for dosage in dosages)}
    for number in told.times:
        if number not in ({sum(len(dosage.rhythm.slots) for dosage in dosages)} if len(dosages) > 1 else counts):
            yield f"{number} times a day is not how often the codes say"


def _times(told: Told, scope: Scope) -> Iterator[str]:
    slots = [slot for dosage in scope.dosages for slot in dosage.rhythm.slots]
    if told.slots and told.slots != {_part_of_day(slot) for slot in slots}:
        yield f"the times {', '.join(sorted(told.slots))} are not those of the codes"
    if told.clocks and told.clocks != {slot.name for slot in slots}:
        yield f"the times {', '.join(sorted(told.clocks))} are not those of the codes"
    for scheme in told.schemes:
        if not _is_scheme(scheme, scope):
            yield f"the scheme {'-'.join(map(_shown, scheme.amounts))} is not what the codes say"


def _part_of_day(slot: Slot) -> str:
    if not slot.is_clock:
        return slot.name
    hour = int(slot.name[:2])
    return next((name for name, first, last in _PARTS_OF_DAY if first <= hour < last), "bedtime")


def _is_scheme(scheme: Scheme, scope: Scope) -> bool:
    """Whether counts or amounts for morning, noon, evening and bedtime are those of the codes."""
    counts: dict[str, Fraction | None] = {}
    for dosage in scope.dosages:
        count = _count(dosage.amount, scope.strength) if scheme.each is None else _mg_of(dosage, scope.strength)
        counts |= {slot.name: count for slot in dosage.rhythm.slots}
    amounts = [amount * (scheme.each or 1) for amount in scheme.amounts]
    wanted = dict(zip(_SCHEME, [*amounts, Fraction(0)][:4], strict=True))
    return all(counts.get(name, Fraction(0)) == count for name, count in wanted.items()) and set(counts) <= set(_SCHEME)


def _count(amount: Dose | Units | None, strength: UnitStrength | None) -> Fraction | None:
    if isinstance(amount, Units):
        return amount.count
    if amount is None or strength is None or strength.mass is None:
        return None
    return amount.mg / strength.mass.mg


_Said = Callable[[Told], object]
_COMPARED: tuple[tuple[_Said, Callable[[Told, Scope], Iterator[str]]], ...] = (
    (attrgetter("amounts"), _amounts),
    (attrgetter("limits"), _limits),
    (lambda told: told.lengths or told.dates, _lengths),
    (lambda told: told.weekdays or told.every or told.not_daily or told.weekly or told.times, _rhythm),
    (lambda told: told.slots or told.clocks or told.schemes, _times),
)
"""What a text may say of the doses, and how that is compared with the codes."""
