"""The timing of a Dosage read: how often, on which days, at which times, within which bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from taper._base.numbers import write_number
from taper.amounts.duration import Duration, read_date
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import read_duration, read_number
from taper.formats.fhir.read.elements import as_list, as_map, codes_of, names_of
from taper.formats.fhir.read.import_report import Kind, Notes
from taper.plans.regimen import DAILY, FHIR_WHEN, WEEKDAYS, Slot, Weekday

SlotsByFrequency = Mapping[int, Sequence[str]]
_SLOT_OF = {code: name for name, code in FHIR_WHEN.items()}
_NOT_READ: tuple[tuple[str, Kind, str], ...] = (
    ("frequencyMax", "range", "is a range of how often; write one frequency"),
    ("periodMax", "range", "is a range of how often; write one period"),
    ("count", "range", "is a number of doses in place of a length of time; write bounds"),
    ("countMax", "range", "is a range of doses; write bounds"),
    (
        "duration",
        "rate",
        "says that a dose lasts a while, as an infusion does; only doses taken at once are planned",
    ),
    ("durationMax", "rate", "says that a dose lasts a while; only doses taken at once are planned"),
    ("offset", "time", "is a time before or after an event; write a time of day"),
    ("boundsRange", "range", "is a range of lengths; write boundsDuration or boundsPeriod"),
)
_ABBREVIATIONS = {"QD": (1, 1), "AM": (1, 1), "PM": (1, 1), "BED": (1, 1), "BID": (2, 1), "TID": (3, 1), "QID": (4, 1),
                  "QOD": (1, 2)}  # fmt: skip
_DAYS_OF = {"d": 1, "wk": 7}


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when to when, or how long; `last` and `lasting` are both absent where there is no end."""

    first: date | None = None
    last: date | None = None
    lasting: Duration | None = None

    @property
    def is_open(self) -> bool:
        return self.last is None and self.lasting is None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many times on a day of doses, every how many days or on which weekdays, and at which times if said."""

    times: int = 1
    every: int = 1
    weekdays: tuple[Weekday, ...] = ()
    slots: tuple[Slot, ...] = ()


def read_timing(
    timing: Mapping[str, Any], where: str, named: SlotsByFrequency | None, notes: Notes
) -> tuple[Rhythm, Bounds]:
    """The rhythm and bounds of a Timing; what cannot be read is refused in the notes."""
    repeat, at = as_map(timing.get("repeat")), f"{where}.repeat"
    if "event" in timing:
        notes.refuse("time", where, "the times are single events; write repeat")
    if not repeat:
        what = "has a code and no repeat" if "code" in timing else "says nothing of when"
        notes.refuse("time", where, f"the timing {what}; write repeat")
        return Rhythm(), Bounds()
    for key, kind, why in _NOT_READ:
        if key in repeat:
            notes.refuse(kind, f"{at}.{key}", why)
    rhythm, bounds = Rhythm(), Bounds()
    with notes.catching("time", at):
        rhythm = _rhythm(repeat)
        rhythm = rhythm if rhythm.slots else _with_named(rhythm, named, at, notes)
    with notes.catching("bounds", at):
        bounds = _bounds(repeat)
    _check_code(timing, rhythm, where, notes)
    return rhythm, bounds


def _rhythm(repeat: Mapping[str, Any]) -> Rhythm:
    slots, weekdays = _slots(repeat), _weekdays(repeat)
    frequency = _whole(repeat, "frequency")
    period = _period(repeat, said=bool(slots or weekdays))
    times = frequency if frequency is not None else len(slots) or 1
    if weekdays:
        times, period = _per_weekday(times, period, len(weekdays), stated=frequency is not None), 1
    if slots and times != len(slots):
        raise InvalidInput(f"the frequency is {times} and {len(slots)} times of day are named; make them agree")
    if period > 1 and times > 1 and not slots:
        raise InvalidInput(f"{times} times in {period} days leaves open on which days; write dayOfWeek or when")
    return Rhythm(times, period, weekdays, slots)


def _per_weekday(times: int, period: int, days: int, *, stated: bool) -> int:
    if period == 1 or (period == 7 and not stated):
        return times
    if period != 7 or times % days:
        raise InvalidInput(f"{times} times in {period} days does not fit {days} days of the week; make them agree")
    return times // days


def _whole(repeat: Mapping[str, Any], key: str) -> int | None:
    value = repeat.get(key)
    if value is None:
        return None
    number = read_number({"value": value})
    if number.denominator != 1 or not 0 < number <= 366:
        raise InvalidInput(f"the {key} is {write_number(number)}; write a whole number from 1")
    return number.numerator


def _period(repeat: Mapping[str, Any], *, said: bool) -> int:
    period, unit = _whole(repeat, "period"), repeat.get("periodUnit")
    if period is None and unit is None and said:
        return 1
    if period is None or unit is None:
        raise InvalidInput("how often is not said; write frequency, period and periodUnit")
    if not isinstance(unit, str) or unit not in _DAYS_OF:
        raise InvalidInput(f"the period is in {unit!r}, which leaves open at which times of which days; write days")
    return period * _DAYS_OF[unit]


def _slots(repeat: Mapping[str, Any]) -> tuple[Slot, ...]:
    when, clock = as_list(repeat.get("when")), as_list(repeat.get("timeOfDay"))
    if when and clock:
        raise InvalidInput("it has both when and timeOfDay; write one of them")
    for code in when:
        if not isinstance(code, str) or code not in _SLOT_OF:
            raise InvalidInput(
                f"the time of day {code!r} has no place in a plan; write {', '.join(_SLOT_OF)} or timeOfDay"
            )
    slots = [Slot(_SLOT_OF[code]) for code in when] + [Slot(_clock(item)) for item in clock]
    if len(set(slots)) < len(slots):
        raise InvalidInput("a time of day is written twice; write it once")
    return tuple(slots)


def _clock(value: object) -> str:
    text = str(value)
    return text.removesuffix(":00") if text.count(":") == 2 else text


def _weekdays(repeat: Mapping[str, Any]) -> tuple[Weekday, ...]:
    named = as_list(repeat.get("dayOfWeek"))
    for day in named:
        if day not in WEEKDAYS:
            raise InvalidInput(f"{day!r} is no day of the week; write {', '.join(WEEKDAYS)}")
    return tuple(day for day in WEEKDAYS if day in named)


def _with_named(rhythm: Rhythm, named: SlotsByFrequency | None, where: str, notes: Notes) -> Rhythm:
    many = "once" if rhythm.times == 1 else f"{rhythm.times} times"
    if rhythm.times == 1 and (named is None or 1 not in named):
        return Rhythm(1, rhythm.every, rhythm.weekdays, (Slot(DAILY),))
    if named is None or rhythm.times not in named:
        notes.refuse("time", where, f"{many} a day, and the times of day are not said; name them with slots")
        return rhythm
    slots = tuple(Slot(name) for name in named[rhythm.times])
    if len(set(slots)) != rhythm.times:
        raise InvalidInput(f"slots names {len(set(slots))} times of day for a dose taken {many} a day; make them agree")
    notes.report("time", where, f"{many} a day, read as {', '.join(named[rhythm.times])}, as the caller named them")
    return Rhythm(rhythm.times, rhythm.every, rhythm.weekdays, slots)


def _bounds(repeat: Mapping[str, Any]) -> Bounds:
    if "boundsDuration" in repeat and "boundsPeriod" in repeat:
        raise InvalidInput("it has two kinds of bounds; write one")
    if "boundsDuration" in repeat:
        return Bounds(lasting=read_duration(as_map(repeat["boundsDuration"])))
    period = as_map(repeat.get("boundsPeriod"))
    first, last = _date(period, "start"), _date(period, "end")
    if last is not None and first is None:
        raise InvalidInput("the period has an end and no start; write both")
    if first is not None and last is not None and last < first:
        raise InvalidInput(f"the period ends on {last}, before it starts on {first}; correct one of them")
    return Bounds(first, last)


def _date(period: Mapping[str, Any], key: str) -> date | None:
    return read_date(str(period[key])) if key in period else None


def _check_code(timing: Mapping[str, Any], rhythm: Rhythm, where: str, notes: Notes) -> None:
    stated = timing.get("code")
    for code in sorted(codes_of(stated) | set(names_of(stated))):
        said = _ABBREVIATIONS.get(code)
        if said is None:
            notes.report("not-read", f"{where}.code", f"the code {code!r} is not read; repeat is")
        elif said != (rhythm.times, rhythm.every) or rhythm.weekdays:
            said_twice = f"the code {code} and repeat differ; correct one of them"
            notes.refuse("time", f"{where}.code", said_twice)


def doses_within(rhythm: Rhythm, first: date | None, days: int) -> Fraction:
    """How many doses so many days hold; on days of the week without a date, that many sevenths of a week."""
    if not rhythm.weekdays:
        return Fraction(-(-days // rhythm.every) * rhythm.times)
    if first is None:
        return Fraction(days * len(rhythm.weekdays) * rhythm.times, 7)
    hit = [WEEKDAYS[(first.weekday() + index) % 7] in rhythm.weekdays for index in range(days)]
    return Fraction(sum(hit) * rhythm.times)
