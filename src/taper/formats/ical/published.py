"""A calendar that was published before: its events, and how often it was revised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import ModuleType
from typing import Any

from taper._base.shown import show
from taper.errors import InvalidInput
from taper.formats.ical.entries import CalendarEntry, calendar_uid

MAKER = "-//taper//taper-schedule//EN"


@dataclass(frozen=True, slots=True)
class Published:
    """The events of an earlier calendar and the highest number by which it was revised."""

    entries: tuple[CalendarEntry, ...]
    sequence: int

    @property
    def last(self) -> date | None:
        """The last date that any of its events reaches."""
        return max((entry.last for entry in self.entries), default=None)


def read_published(icalendar: ModuleType, text: str, *, identity: str) -> Published:
    """Read back a calendar that this library wrote of the same plan.

    Raises:
        InvalidInput: If it is not an iCalendar file, another program wrote it, or it has another identity.
    """
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError) as error:
        raise InvalidInput(f"is not an iCalendar file ({error}); give what to_ical wrote", where="previous") from None
    if str(calendar.get("PRODID")) != MAKER:
        raise InvalidInput(
            f"was written by {calendar.get('PRODID')}, not by this library; give what to_ical wrote", where="previous"
        )
    if str(calendar.get("X-WR-RELCALID")) != calendar_uid(identity):
        raise InvalidInput(
            "was published under another identity, so it may be of another plan or person; give the identity it had",
            where="previous",
        )
    events = calendar.walk("VEVENT")
    try:
        entries = tuple(_entry(event) for event in events)
        return Published(entries, max((int(event.get("SEQUENCE", 0)) for event in events), default=0))
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise InvalidInput(f"holds an event that was changed: {show(error)}; publish again", where="previous") from None


def _entry(event: Mapping[str, Any]) -> CalendarEntry:
    start = event["DTSTART"].dt
    timed = isinstance(start, datetime)
    day: date = start.date() if timed else start
    clock: time | None = start.time() if timed else None
    rule = event.get("RRULE", {})
    end: date = day + timedelta(days=1) if timed else event["DTEND"].dt
    return CalendarEntry(
        uid=str(event["UID"]),
        first=day,
        clock=clock,
        every=int(rule.get("INTERVAL", [1])[0]),
        count=int(rule.get("COUNT", [1])[0]),
        days=(end - day).days,
        summary=str(event["SUMMARY"]),
        description=str(event["DESCRIPTION"]),
    )
