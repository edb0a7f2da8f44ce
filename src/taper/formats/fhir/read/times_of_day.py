"""The times of day of a Timing read: by name, by the clock, or by meals, and minutes before or after them."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from taper._base.numbers import write_number
from taper._base.shown import show
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import read_number
from taper.formats.fhir.read.elements import as_list
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.tables import table
from taper.plans.regimen import FHIR_WHEN, Slot

SlotsByFrequency = Mapping[int, Sequence[str]]
_NAMED = {code: name for name, code in FHIR_WHEN.items()}
_LONGEST_OFFSET = 240
_MOST_WHOLE = 366
_CLOCKLIKE = {"MORN", "NOON", "AFT", "EVE", "NIGHT"}


def read_times_of_day(
    repeat: Mapping[str, Any], named: SlotsByFrequency | None, at: str, notes: Notes
) -> tuple[Slot, ...]:
    """The named times of day and clock times of a repeat; those that are read as others are reported.

    Raises:
        InvalidInput: If one is none that is known, or they cannot stand together.
    """
    when, clock = as_list(repeat.get("when")), as_list(repeat.get("timeOfDay"))
    if len(when) == 1 and not clock and isinstance(when[0], str) and when[0] in _NAMED:
        return _named_slot(when[0])
    if when and clock:
        raise InvalidInput("it has both when and timeOfDay; write one of them")
    slots = [Slot.parse(name) for code in when for name in _time_of(code, repeat, named)]
    read = [code for code in when if code not in _NAMED]
    if read:
        told = ", ".join(slot.name for slot in slots)
        notes.report("time", f"{at}.when", f"{', '.join(map(str, when))} is read as {told}")
    slots += [_clock(str(item)) for item in clock]
    if len({slot.name for slot in slots}) < len(slots):
        raise InvalidInput("a time of day is written twice; write it once")
    return tuple(slots)


@cache
def _named_slot(code: str) -> tuple[Slot, ...]:
    return (Slot(_NAMED[code]),)


def _time_of(code: object, repeat: Mapping[str, Any], named: SlotsByFrequency | None) -> list[str]:
    """The named times of day of a code of the time of day: one, or one for each meal.

    Raises:
        InvalidInput: If it is none that is known, or a meal that is not said.
    """
    known, meals = table("times")["when"], table("times")["meals"]
    if isinstance(code, str) and code in known:
        return [known[code]]
    if code in meals["codes"] and len(as_list(repeat.get("when"))) == 1:
        times = read_whole(repeat, "frequency") or len(meals["named"])
        if named is not None and times in named:
            return list(named[times])
        if times == len(meals["named"]):
            return list(meals["named"])
        raise InvalidInput(
            f"{times} of the meals of a day are meant by {show(code)}, and which is not said; name slots"
        )
    raise InvalidInput(f"the time of day {show(code)} has no place in a plan; write {', '.join(_NAMED)} or timeOfDay")


@lru_cache(maxsize=2048)
def _clock(text: str) -> Slot:
    return Slot(text.removesuffix(":00") if text.count(":") == 2 else text)


def check_offset(repeat: Mapping[str, Any], at: str, notes: Notes) -> None:
    """Report minutes before or after a meal, waking or sleep; refuse those before or after anything else."""
    if "offset" not in repeat:
        return
    minutes, when = repeat["offset"], [code for code in as_list(repeat.get("when")) if isinstance(code, str)]
    events = bool(when) and not any(code.partition(".")[0] in _CLOCKLIKE for code in when)
    if events and isinstance(minutes, int) and minutes <= _LONGEST_OFFSET:
        notes.report("time", f"{at}.offset", f"{minutes} minutes before or after is not part of a plan")
    else:
        notes.refuse("time", f"{at}.offset", "is a time before or after an event; write a time of day")


def read_whole(repeat: Mapping[str, Any], key: str) -> int | None:
    """A whole number of a repeat, from 1, or None where there is none.

    Raises:
        InvalidInput: If it is another number.
    """
    value = repeat.get(key)
    if value is None or (type(value) is int and 0 < value <= _MOST_WHOLE):
        return value
    number = read_number({"value": value})
    if number.denominator != 1 or not 0 < number <= _MOST_WHOLE:
        raise InvalidInput(f"the {key} is {write_number(number)}; write a whole number from 1 to {_MOST_WHOLE}")
    return number.numerator
