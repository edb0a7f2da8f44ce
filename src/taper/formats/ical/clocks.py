"""The clock time of each time of day: a plan's own, or those that a caller gives to its named times."""

from collections.abc import Iterable, Mapping
from datetime import time
from itertools import pairwise

from taper.errors import InvalidInput
from taper.plans.regimen import Slot
from taper.schedules.schedule import Schedule

_NOON = time(12)
_AFTER_NOON = ("evening", "bedtime")


def read_clocks(schedules: Iterable[Schedule], times: Mapping[str, str] | None) -> dict[Slot, time]:
    """The clock time of every time of day that these schedules use or `times` gives; without it, none of a named one.

    Raises:
        InvalidInput: If `times` gives a clock time to what is none of the named times, leaves one out that is used,
            puts two in another order than that of the day, or an evening before noon or a morning after it.
    """
    used = {intake.slot for schedule in schedules for day in schedule.days for intake in day.intakes}
    clocks = {slot: time.fromisoformat(slot.name) for slot in used if slot.is_clock}
    given = dict(_read(name, text) for name, text in (times or {}).items())
    missing = sorted(slot for slot in used if not slot.is_clock and slot not in given)
    if times and missing:
        raise InvalidInput(f"times leaves out {missing[0]}, which the plan uses; add a clock time for it")
    for slot, clock in given.items():
        _check_half(slot, clock)
    _check_order(given)
    return clocks | given


def _read(name: str, text: str) -> tuple[Slot, time]:
    slot, clock = Slot(name), Slot(text)
    if slot.is_clock or not clock.is_clock:
        raise InvalidInput(f'{name}={text} gives no clock time to a named time; write {{"morning": "08:00"}}')
    return slot, time.fromisoformat(text)


def _check_half(slot: Slot, clock: time) -> None:
    """Refuse an evening before noon: on its own date, half past midnight is the night before."""
    if slot.name in _AFTER_NOON and clock < _NOON:
        raise InvalidInput(
            f"{slot} at {clock:%H:%M} is before noon, so it would ring a day early: a dose after midnight belongs to "
            "the next date; write 23:59, or plan clock times"
        )
    if slot.name == "morning" and clock >= _NOON:
        raise InvalidInput(f"morning at {clock:%H:%M} is not before noon; write a time before 12:00")


def _check_order(given: Mapping[Slot, time]) -> None:
    timed = sorted((slot, clock) for slot, clock in given.items() if not slot.is_daily)
    for (one, earlier), (other, later) in pairwise(timed):
        if earlier >= later:
            raise InvalidInput(f"{one} at {earlier:%H:%M} is not before {other} at {later:%H:%M}; correct one of them")
