"""From when to when: the dates of a Period, and the bounds of a Timing that are read from them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from taper._base.shown import show
from taper.amounts.duration import Duration, read_date
from taper.errors import InvalidInput
from taper.formats.fhir.read.import_report import Notes

_DATE_AND_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?(?:Z|[+-][0-9:]{5})?"
)
_DATE_LENGTH = len("2027-03-01")
_PARTIAL = re.compile(r"[0-9]{4}(-[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when to when, or how long; `last` and `lasting` are both absent where there is no end."""

    first: date | None = None
    last: date | None = None
    lasting: Duration | None = None

    @property
    def is_open(self) -> bool:
        return self.last is None and self.lasting is None


NO_BOUNDS = Bounds()


def read_period(period: Mapping[str, Any], where: str, notes: Notes, *, needs_start: bool = True) -> Bounds:
    """A Period as its first and last day.

    Raises:
        InvalidInput: If it has an end alone where it needs a start, ends before it starts, or a date is none.
    """
    first, last = _date(period, "start", where, notes), _date(period, "end", where, notes)
    if last is not None and first is None and needs_start:
        raise InvalidInput("the period has an end and no start; write both")
    if first is not None and last is not None and last < first:
        raise InvalidInput(f"the period ends on {last}, before it starts on {first}; correct one of them")
    return Bounds(first, last)


def _date(period: Mapping[str, Any], key: str, where: str, notes: Notes) -> date | None:
    """A date, or the date that is stated of a date and time, whatever its zone.

    Raises:
        InvalidInput: If it is only a month or a year, or a period ends with the first moment of a day.
    """
    if key not in period:
        return None
    text = str(period[key])
    if len(text) == _DATE_LENGTH:
        return read_date(text)
    if _PARTIAL.fullmatch(text):
        raise InvalidInput(f"{show(text)} is not a date, only a month or a year; write the day, like {text[:4]}-03-01")
    found = _DATE_AND_TIME.fullmatch(text)
    if found is None:
        return read_date(text)
    if key == "end" and found[2] in {"00:00", "00:00:00"}:
        raise InvalidInput(f"it ends with the first moment of {found[1]}, so whether that day counts is not known; "
                           "write the last day as a date")  # fmt: skip
    notes.report("time", f"{where}.{key}", f"{text} is read as the date {found[1]} that it states")
    return read_date(found[1])
