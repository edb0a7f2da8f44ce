"""The timing of a Dosage read: how often, on which days, at which times, within which bounds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from taper._base.shown import show
from taper.errors import InvalidInput, TaperError
from taper.formats.fhir.quantity import read_duration
from taper.formats.fhir.read.amount import report_unit
from taper.formats.fhir.read.elements import as_list, as_map, codes_of, codings_of, names_of
from taper.formats.fhir.read.import_report import Kind, Notes
from taper.formats.fhir.read.period import NO_BOUNDS, Bounds, read_period
from taper.formats.fhir.read.times_of_day import SlotsByFrequency, check_offset, read_times_of_day, read_whole
from taper.formats.fhir.tables import table
from taper.plans.regimen import DAILY, WEEKDAYS, Slot, Weekday

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
    ("boundsRange", "range", "is a range of lengths; write boundsDuration or boundsPeriod"),
)
_KEYS_NOT_READ = {key for key, _, _ in _NOT_READ}
_DAYS_OF = {"d": 1, "wk": 7}


_HOW_OFTEN = {"frequency", "period", "periodUnit", "when", "timeOfDay", "dayOfWeek"}
_EVERY_HOURS = re.compile(r"Q\d+H")
_HOUR = {"morning": 6, "noon": 12, "evening": 18, "bedtime": 21}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many times on a day of doses, every how many days or on which weekdays, and at which times if said."""

    times: int = 1
    every: int = 1
    weekdays: tuple[Weekday, ...] = ()
    slots: tuple[Slot, ...] = ()


_NO_RHYTHM = Rhythm()


def read_timing(
    timing: Mapping[str, Any], where: str, named: SlotsByFrequency | None, notes: Notes
) -> tuple[Rhythm, Bounds]:
    """The rhythm and bounds of a Timing; what cannot be read is refused in the notes."""
    repeat, at = as_map(timing.get("repeat")), f"{where}.repeat"
    if "event" in timing:
        remedy = "leave event out, beside repeat" if repeat else "write repeat"
        notes.refuse("time", where, f"the times are single events; {remedy}")
    for key, kind, why in () if _KEYS_NOT_READ.isdisjoint(repeat) else _NOT_READ:
        if key in repeat:
            notes.refuse(kind, f"{at}.{key}", why)
    rhythm, bounds = _NO_RHYTHM, NO_BOUNDS
    try:
        rhythm = _rhythm(timing, repeat, named, at, notes)
    except TaperError as error:
        notes.refuse_error("time", at, error)
    try:
        bounds = _bounds(repeat, at, notes)
    except TaperError as error:
        notes.refuse_error("bounds", at, error)
    return rhythm, bounds


def _rhythm(
    timing: Mapping[str, Any], repeat: Mapping[str, Any], named: SlotsByFrequency | None, at: str, notes: Notes
) -> Rhythm:
    """How often and when, by repeat, by the code of the timing, or by both where they agree."""
    code = _by_code(timing, at.removesuffix(".repeat"), notes) if "code" in timing else None
    if _HOW_OFTEN.isdisjoint(repeat):
        if code is None:
            if repeat:
                raise InvalidInput("how often is not said; write frequency, period and periodUnit")
            what = "has a code that is not known and no repeat" if "code" in timing else "says nothing of when"
            raise InvalidInput(f"the timing {what}; write repeat")
        in_hours = any(_EVERY_HOURS.fullmatch(said) for said in _codes(timing))
        rhythm = _hourly(24 // code.times, 1, (), named, at, notes) if in_hours else code
        return rhythm if rhythm.slots else _with_named(rhythm, named, at, notes)
    rhythm = _repeated(repeat, named, at, notes)
    if code is not None:
        said = next(iter(sorted(_codes(timing))))
        if (code.times, code.every, ()) != (rhythm.times, rhythm.every, rhythm.weekdays) or not _holds(said, rhythm):
            place = f"{at.removesuffix('.repeat')}.code"
            notes.refuse("time", place, f"the code {said} and repeat differ; correct one of them")
        rhythm = rhythm if rhythm.slots else replace(rhythm, slots=code.slots)
    return rhythm if rhythm.slots else _with_named(rhythm, named, at, notes)


def _holds(code: str, rhythm: Rhythm) -> bool:
    """Whether the times of day of a rhythm, if it has any, are within the hours that a code means."""
    first, end = table("times")["hours"].get(code, (0, 24))
    return all(
        first <= (int(slot.name[:2]) if slot.is_clock else _HOUR.get(slot.name, first)) < end for slot in rhythm.slots
    )


def _codes(timing: Mapping[str, Any]) -> list[str]:
    stated = timing.get("code")
    return [code for code in sorted(codes_of(stated) | set(names_of(stated))) if code in table("times")["code"]]


def _by_code(timing: Mapping[str, Any], where: str, notes: Notes) -> Rhythm | None:
    """What the code of a timing says; codes and names that are not known are reported."""
    stated, known = timing.get("code"), _codes(timing)
    for code in sorted(codes_of(stated)):
        if code not in known:
            notes.report(
                "not-read", f"{where}.code", f"the code {show(code)} is not read{'' if not known else '; its code is'}"
            )
    for coding in codings_of(as_map(stated)):
        system, own = coding.get("system"), coding.get("code")
        if own in known and system not in (None, *table("times")["systems"]["code"]):
            notes.report("time", f"{where}.code", f"{own} of the system {show(system)} is read as HL7 defines it")
    said = {tuple(table("times")["code"][code]) for code in known}
    if len(said) > 1:
        raise InvalidInput(f"the codes {' and '.join(known)} differ; correct one of them")
    return next((Rhythm(times, every, (), tuple(map(Slot, slots))) for times, every, *slots in said), None)


def _repeated(repeat: Mapping[str, Any], named: SlotsByFrequency | None, at: str, notes: Notes) -> Rhythm:
    slots, weekdays = read_times_of_day(repeat, named, at, notes), _weekdays(repeat)
    check_offset(repeat, at, notes)
    frequency = read_whole(repeat, "frequency")
    if repeat.get("periodUnit") == "h" and not slots:
        return _hourly(read_whole(repeat, "period"), frequency or 1, weekdays, named, at, notes)
    period, frequency = _period_of(repeat, frequency, slots, weekdays)
    times = frequency if frequency is not None else len(slots) or 1
    if weekdays:
        times, period = _per_weekday(times, period, len(weekdays), stated=frequency is not None), 1
    _check_days(times, period)
    if slots and times != len(slots):
        raise InvalidInput(f"the frequency is {times} and {_times_are(len(slots))} named; make them agree")
    return Rhythm(times, period, weekdays, slots)


def _hourly(
    period: int | None, frequency: int, weekdays: tuple[Weekday, ...], named: SlotsByFrequency | None, at: str,
    notes: Notes,
) -> Rhythm:  # fmt: skip
    """Every so many hours, where they divide a day or are whole days.

    Raises:
        InvalidInput: If the times would be others on each day.
    """
    if period is None:
        raise InvalidInput("how often is not said; write frequency, period and periodUnit")
    if period % 24 == 0:
        _check_days(frequency, period // 24)
        return Rhythm(frequency, period // 24, weekdays)
    if 24 % period:
        raise InvalidInput(f"every {period} hours is at other times each day; write times of day")
    times = frequency * 24 // period
    if frequency > 1 or (named is not None and times in named):
        return Rhythm(times, 1, weekdays)
    first = table("times")["clock"]["first"]
    clock = sorted((first + period * index) % 24 for index in range(times))
    slots = tuple(Slot(f"{hour:02}:00") for hour in clock)
    told = ", ".join(slot.name for slot in slots)
    notes.report("time", at, f"every {period} hours, read as {told}; name other times with slots")
    return Rhythm(times, 1, weekdays, slots)


def _check_days(times: int, period: int) -> None:
    """Refuse several times in several days: whether they are on one of the days is not said."""
    if times > 1 and period > 1:
        what = f"{times} times in {period} days leaves open on which days"
        raise InvalidInput(f"{what}; write dayOfWeek, or a dosage for each time of day")


def _per_weekday(times: int, period: int, days: int, *, stated: bool) -> int:
    if period == 1 or (period == 7 and not stated):
        return times
    if period != 7 or times % days:
        raise InvalidInput(f"{times} times in {period} days does not fit {days} days of the week; make them agree")
    return times // days


def _period_of(
    repeat: Mapping[str, Any], frequency: int | None, slots: Sequence[Slot], weekdays: Sequence[Weekday]
) -> tuple[int, int | None]:
    """Every how many days, and how often then; in hours, where the named times are as many as they make a day."""
    if repeat.get("periodUnit") != "h":
        return _period(repeat, said=bool(slots or weekdays)), frequency
    hours = read_whole(repeat, "period")
    if hours is not None and hours % 24 == 0:
        return hours // 24, frequency
    if hours is None or 24 % hours or 24 // hours != len(slots) or frequency not in (None, 1):
        every = "so many" if hours is None else hours
        raise InvalidInput(f"every {every} hours does not fit {len(slots)} times of day; make them agree")
    return 1, len(slots)


def _period(repeat: Mapping[str, Any], *, said: bool) -> int:
    period, unit = read_whole(repeat, "period"), repeat.get("periodUnit")
    if period is None and unit is None and said:
        return 1
    if period is None or unit is None:
        raise InvalidInput("how often is not said; write frequency, period and periodUnit")
    if not isinstance(unit, str) or unit not in _DAYS_OF:
        raise InvalidInput(f"the period is in {show(unit)}, which leaves open at which times of which days; write days")
    return period * _DAYS_OF[unit]


def _weekdays(repeat: Mapping[str, Any]) -> tuple[Weekday, ...]:
    named = as_list(repeat.get("dayOfWeek"))
    if not named:
        return ()
    for day in named:
        if day not in WEEKDAYS:
            raise InvalidInput(f"{show(day)} is no day of the week; write {', '.join(WEEKDAYS)}")
    if len(set(named)) < len(named):
        raise InvalidInput("a day of the week is written twice; write it once, or the day that is meant")
    return tuple(day for day in WEEKDAYS if day in named)


def _with_named(rhythm: Rhythm, named: SlotsByFrequency | None, where: str, notes: Notes) -> Rhythm:
    many = so_often(rhythm.times)
    if rhythm.times == 1 and (named is None or 1 not in named):
        return Rhythm(1, rhythm.every, rhythm.weekdays, (Slot(DAILY),))
    if named is None or rhythm.times not in named:
        notes.refuse("time", where, f"{many} a day, and the times of day are not said; name them with slots")
        return rhythm
    slots = tuple(Slot(name) for name in named[rhythm.times])
    if len(set(slots)) != rhythm.times:
        raise InvalidInput(
            f"{_times_are(len(set(slots)))} named by slots, for a dose taken {many} a day; make them agree"
        )
    notes.report("time", where, f"{many} a day, read as {', '.join(named[rhythm.times])}, as the caller named them")
    return Rhythm(rhythm.times, rhythm.every, rhythm.weekdays, slots)


def so_often(times: int) -> str:
    """A number of times in words."""
    return "once" if times == 1 else f"{times} times"


def _times_are(count: int) -> str:
    return "1 time of day is" if count == 1 else f"{count} times of day are"


def _bounds(repeat: Mapping[str, Any], at: str, notes: Notes) -> Bounds:
    if "boundsDuration" in repeat and "boundsPeriod" in repeat:
        raise InvalidInput("it has two kinds of bounds; write one")
    if "boundsDuration" in repeat:
        lasting = read_duration(as_map(repeat["boundsDuration"]))
        report_unit(as_map(repeat["boundsDuration"]), f"{at}.boundsDuration", notes)
        return Bounds(lasting=lasting)
    if "boundsPeriod" not in repeat:
        return NO_BOUNDS
    return read_period(as_map(repeat["boundsPeriod"]), f"{at}.boundsPeriod", notes)


def doses_within(rhythm: Rhythm, first: date | None, days: int) -> Fraction:
    """How many doses so many days hold; on days of the week without a date, that many sevenths of a week."""
    if not rhythm.weekdays:
        return Fraction(-(-days // rhythm.every) * rhythm.times)
    if first is None:
        return Fraction(days * len(rhythm.weekdays) * rhythm.times, 7)
    hit = [WEEKDAYS[(first.weekday() + index) % 7] in rhythm.weekdays for index in range(days)]
    return Fraction(sum(hit) * rhythm.times)
