"""Texts compared with codes: people read the one, systems the other, so a text that says more or other refuses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, takewhile
from operator import attrgetter

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration, day_after
from taper.formats.fhir.quantity import Units, UnitStrength
from taper.formats.fhir.read.consistency import days_of
from taper.formats.fhir.read.dosage import ReadDosage
from taper.formats.fhir.read.steps import ReadStep, end_of
from taper.formats.fhir.read.text_amounts import differing_amounts, differing_limits
from taper.formats.fhir.read.text_parts import parts_of
from taper.formats.fhir.read.text_scope import Scope, each_step, kinds_of_day, mg_of, times_a_day
from taper.formats.fhir.read.timing import so_often
from taper.formats.fhir.read.told import SaidDate, Scheme, Told
from taper.plans.regimen import Slot

_PARTS_OF_DAY = (("morning", 4, 11), ("noon", 11, 16), ("evening", 16, 21))
_SCHEME = ("morning", "noon", "evening", "bedtime")
_MEANINGS = {"start": "the first day", "end": "the last day", "day": "the only day"}


def differences(told: Told, scope: Scope) -> list[str]:
    """What a text says that the codes of a scope do not; a condition of a later step is not counted here."""
    found = _beyond_doses(told, scope) if told.says_more else []
    if not scope.dosages:
        return found or ["it is beside no dosage that could say it"] * bool(told.amounts or told.lengths or told.dates)
    if told.says_more:
        found += _beyond_dosages(told, scope)
    if found:
        return found
    found = [one for says, find in _COMPARED if says(told) for one in find(told, scope)]
    each = [(find, step) for says, find in _COMPARED_BY_STEP if says(told) for step in each_step(scope)]
    return found + [one for find, step in each for one in find(told, step)]


def _beyond_doses(told: Told, scope: Scope) -> list[str]:
    """What a text says that no code can say, or that these codes leave open."""
    found = [f"{word!r} is not understood" for word in told.unknown]
    found += [f"{said!r} is in no code" for said in told.beyond]
    if any(dosage.is_swallowed for dosage in scope.dosages):
        found += [f"{said!r} is not the route of the codes" for said in told.in_mouth]
    has_end = any(said.meaning == "end" for said in told.dates)
    found += [f"{said!r} is in no code" for said in told.once if not told.says_when]
    is_closed = has_end and all(not step.bounds.is_open for step in scope.steps)
    found += [f"{said!r} is in no code" for said in told.until if not is_closed]
    is_bounded = bool(scope.steps) and not scope.steps[-1].bounds.is_open
    found += [f"{said!r} is in no code" for said in told.courses if not is_bounded]
    says_end = scope.ends and bool(told.stops)
    found += [f"{said!r} is in no code" for said in told.openly if is_bounded]
    is_first = len(scope.order) > 1 and [*scope.steps] == [*scope.order[:1]]
    found += [f"the order {said!r} is in no code" for said in told.first if not is_first]
    if not scope.later:
        found += [f"the condition {said!r} is in no code" for said in told.conditions]
        found += [f"the order {said!r} is in no code" for said in told.sequence[1 if says_end else 0 :]]
    return found


def _beyond_dosages(told: Told, scope: Scope) -> list[str]:
    """What a text says of changes and of an end that the codes do not."""
    steered = scope.later and bool(told.amounts)
    found = [f"the change {said!r} is in no code" for said in told.changes if not steered]
    if steered:
        found += _wrong_turns(told, scope)
    found += [f"{said!r} is in no code" for said in told.tapers if not _falls(scope)]
    is_end = scope.ends and not (told.conditions and not told.amounts)  # "if tolerated, finish" is no end of the codes
    return found + [f"{said!r} is in no code" for said in told.stops if not is_end]


def _wrong_turns(told: Told, scope: Scope) -> list[str]:
    """Changes to more or to less that are not how the one dose of a step differs from the one before."""
    at = next(index for index, step in enumerate(scope.order) if step is scope.steps[0])
    before, now = ([mg_of(one, scope.strength) for one in step.dosages] for step in scope.order[at - 1 : at + 1])
    if len(before) != 1 or len(now) != 1 or before[0] is None or now[0] is None:
        return []
    said = [*([] if now[0] > before[0] else told.rises), *([] if now[0] < before[0] else told.falls)]
    return [f"{word!r} is not how the codes change" for word in said]


def _falls(scope: Scope) -> bool:
    """Whether the doses of the order become smaller from each step to the next."""
    days = [sum((mg_of(one, scope.strength) or 0) * times_a_day(one) for one in step.dosages) for step in scope.order]
    return len(days) > 1 and all(later < before for before, later in pairwise(days))


def _lengths(told: Told, scope: Scope) -> Iterator[str]:
    told_of = scope.steps if told.amounts or len(scope.steps) == 1 else []  # without a dose it is one of the whole
    for length in told.lengths:
        if not any(_is_length(length, step) for step in told_of) and not _is_whole(length, scope.steps):
            yield f"{length} is no length that the codes say"
    for first, last in told.spans:
        if (first, last) != _days_of(scope):
            yield f"day {first}{f' to {last}' if last != first else ''} is not when the codes say"
    for said in told.dates:
        if not any(_is_date(said, edge) for edge in _edges(said, told, scope.steps)):
            year = f".{said.year}" if said.year else ""
            yield (
                f"the date {said.day}.{said.month}{year} is in no code"
                if not said.meaning
                else (f"{said.day}.{said.month}{year} as {_MEANINGS[said.meaning]} is in no code")
            )


def _days_of(scope: Scope) -> tuple[int, int] | None:
    """The first and the last day of a step, counted from the first of the order, where both are known."""
    step, *others = scope.steps
    before = days_of([*takewhile(lambda one: one is not step, scope.order)])
    return None if others or before is None or step.length is None else (before + 1, before + step.length)


def _is_length(told: Duration, step: ReadStep) -> bool:
    if told == step.bounds.lasting or (step.length is not None and told.days == step.length):
        return True
    first, last = step.bounds.first, step.bounds.last
    return first is not None and last is not None and day_after(first, (told,)) - timedelta(days=1) == last


def _is_whole(told: Duration, steps: Sequence[ReadStep]) -> bool:
    lengths = [step.length for step in steps]
    return None not in lengths and told.days == sum(length or 0 for length in lengths)


def _edges(said: SaidDate, told: Told, steps: Sequence[ReadStep]) -> Iterator[date]:
    """The dates of the codes that a date may be: the first, the last, of one day, or any if nothing is said of it."""
    first, last = (steps[0].bounds.first, end_of(steps[-1])) if steps else (None, None)
    meaning = said.meaning
    if told.stops and meaning in {"", "day"}:
        meaning = "end"
    elif told.amounts and not meaning:
        meaning = "day"
    if meaning == "day" and len(steps) == 1:
        first = last = first if first == last else None
    every = [edge for step in steps for edge in (step.bounds.first, end_of(step))]
    edges = {"start": [first], "end": [last]}.get(meaning, every if first or last else [])
    yield from (edge for edge in edges if edge is not None)


def _is_date(said: SaidDate, edge: date) -> bool:
    return (edge.month, edge.day) == (said.month, said.day) and said.year in {None, edge.year}


def _rhythm(told: Told, scope: Scope) -> Iterator[str]:
    dosages = scope.dosages
    weekdays = {day for dosage in dosages for day in dosage.rhythm.weekdays}
    every = {dosage.rhythm.every for dosage in dosages}
    if told.weekdays and told.weekdays != weekdays:
        yield f"the days {', '.join(sorted(told.weekdays))} are not those of the codes"
    says_days = told.every or told.weekly or told.weekdays or told.not_daily
    for number in [1] if told.is_of_a_day and not says_days else told.every:
        if weekdays or every != {number}:
            yield f"every {'day' if number == 1 else f'{number} days'} is not how often the codes say"
    if told.not_daily and every == {1} and not weekdays:
        yield "not daily is not how often the codes say"
    for number in told.weekly:
        each_seventh = every == {7} and not weekdays and number == 1
        if not each_seventh and not (weekdays and len(weekdays) == number):
            yield f"{so_often(number)} a week is not how often the codes say"
    counts = {sum(len(dosage.rhythm.slots) for dosage in day) for day in kinds_of_day(dosages)}
    for number in told.times:
        if counts != {number}:
            yield f"{so_often(number)} a day is not how often the codes say"


def _times(told: Told, scope: Scope) -> Iterator[str]:
    slots = [slot for dosage in scope.dosages for slot in dosage.rhythm.slots]
    if told.slots and told.slots != {_part_of_day(slot) for slot in slots}:
        yield f"the times {', '.join(sorted(told.slots))} are not those of the codes"
    if told.clocks and told.clocks != {slot.name for slot in slots}:
        yield f"the times {', '.join(sorted(told.clocks))} are not those of the codes"
    if len({scheme.each for scheme in told.schemes}) < len(told.schemes):
        yield "more than one scheme is in no code"
    for scheme in told.schemes:
        if not _is_scheme(scheme, scope):
            yield f"the scheme {'-'.join(map(write_number, scheme.amounts))} is not what the codes say"


def _doses_in_turn(told: Told, scope: Scope) -> Iterator[str]:
    """Doses that are said of other times than in the codes, where the doses of a day differ, or twice of one time."""
    says_when = told.times or told.slots or told.clocks or told.weekdays
    is_of_day = told.is_divided or (told.says_daily and not says_when)
    is_even = all(item.amount == scope.dosages[0].amount for item in scope.dosages)
    if is_of_day or (is_even and not (told.slots and len(told.amounts) > 1)):
        return
    parts = parts_of(told)
    said = [(slot, unit) for part in parts for slot in part.slots for unit in {unit for _, unit in part.amounts}]
    if len(set(said)) < len(said):
        yield "two doses are said of one time of day"
    for part in [] if is_even else parts:
        for item in scope.dosages:
            if part.amounts and _is_at(part, item) and any(differing_amounts(part, replace(scope, dosages=[item]))):
                times = ", ".join(slot.name for slot in item.rhythm.slots)
                yield f"{item.amount} {times} is not the dose that it says then"


def _is_at(told: Told, dosage: ReadDosage) -> bool:
    """Whether a dosage is at one of the times that are told, if any are."""
    slots = dosage.rhythm.slots
    pairs = (
        (told.slots, {_part_of_day(slot) for slot in slots}),
        (told.clocks, {slot.name for slot in slots}),
        (told.weekdays, set(dosage.rhythm.weekdays)),
    )
    return all(not said or said & held for said, held in pairs)


def _part_of_day(slot: Slot) -> str:
    if not slot.is_clock:
        return slot.name
    hour = int(slot.name[:2])
    return next((name for name, first, last in _PARTS_OF_DAY if first <= hour < last), "bedtime")


def _is_scheme(scheme: Scheme, scope: Scope) -> bool:
    """Whether counts or amounts for morning, noon, evening and bedtime are those of the codes."""
    counts: dict[str, Fraction | None] = {}
    for dosage in scope.dosages:
        count = _count(dosage.amount, scope.strength) if scheme.each is None else mg_of(dosage, scope.strength)
        counts |= {slot.name: count for slot in dosage.rhythm.slots}
    amounts = [amount * (scheme.each or 1) for amount in scheme.amounts]
    parts = [
        part
        for part in _SCHEME
        if len(amounts) == len(_SCHEME) or part != ("evening" if _at_bed(counts) else "bedtime")
    ]
    wanted = dict(zip(parts, amounts, strict=True))
    return all(counts.get(name, Fraction(0)) == count for name, count in wanted.items()) and set(counts) <= set(_SCHEME)


def _at_bed(counts: Mapping[str, object]) -> bool:
    """Whether the last of three times of day is bedtime, since the codes name it and not the evening."""
    return "bedtime" in counts and "evening" not in counts


def _count(amount: Dose | Units | None, strength: UnitStrength | None) -> Fraction | None:
    if isinstance(amount, Units):
        return amount.count
    if amount is None or strength is None or strength.mass is None:
        return None
    return amount.mg / strength.mass.mg


_Said = Callable[[Told], object]
_COMPARED: tuple[tuple[_Said, Callable[[Told, Scope], Iterator[str]]], ...] = (
    (attrgetter("amounts"), differing_amounts),
    (attrgetter("limits"), differing_limits),
    (attrgetter("amounts"), _doses_in_turn),
    (lambda told: told.lengths or told.dates or told.spans, _lengths),
)
_COMPARED_BY_STEP: tuple[tuple[_Said, Callable[[Told, Scope], Iterator[str]]], ...] = (
    (lambda told: told.weekdays or told.every or told.not_daily or told.weekly or told.times or told.schemes, _rhythm),
    (lambda told: told.slots or told.clocks or told.schemes, _times),
)
"""What a text may say of the doses, and how that is compared with the codes."""
