"""The clock time of each time of day: a plan's own, or those that a caller gives to its named times."""

from collections.abc import Iterable, Mapping
from datetime import time
from itertools import pairwise

from taper.errors import InvalidInput
from taper.regimen import Slot
from taper.schedule import Schedule


def read_clocks(schedules: Iterable[Schedule], times: Mapping[str, str] | None) -> dict[Slot, time]:
    """The clock time of every time of day that these schedules use or `times` gives; without it, none of a named one.

    Raises:
        InvalidInput: If `times` gives a clock time to what is none of the named times, leaves one out that is used,
            or puts two in another order than that of the day.
    """
    used = {intake.slot for schedule in schedules for day in schedule.days for intake in day.intakes}
    clocks = {slot: time.fromisoformat(slot.name) for slot in used if slot.is_clock}
    given = dict(_read(name, text) for name, text in (times or {}).items())
    missing = sorted(slot for slot in used if not slot.is_clock and slot not in given)
    if times and missing:
        raise InvalidInput(f"times leaves out {missing[0]}, which the plan uses; add a clock time for it")
    _check_order(given)
    return clocks | given


def _read(name: str, text: str) -> tuple[Slot, time]:
    slot, clock = Slot(name), Slot(text)
    if slot.is_clock or not clock.is_clock:
        raise InvalidInput(f'{name}={text} gives no clock time to a named time; write {{"morning": "08:00"}}')
    return slot, time.fromisoformat(text)


def _check_order(given: Mapping[Slot, time]) -> None:
    timed = sorted(given.items())
    for (one, earlier), (other, later) in pairwise(timed):
        if earlier >= later:
            raise InvalidInput(f"{one} at {earlier:%H:%M} is not before {other} at {later:%H:%M}; correct one of them")
