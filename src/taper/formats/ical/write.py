"""Entries as iCalendar text, by the package icalendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

from taper._base.progress import counted
from taper.formats.ical.entries import CalendarEntry
from taper.formats.ical.published import MAKER
from taper.formats.ical.zone import Observance, observances

_LASTS = timedelta(minutes=15)
_REFRESH = timedelta(days=1)
_UTC = "UTC"
_BREAKS = {"Cc", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class CalendarStyle:
    """What a calendar is called, what it says of itself, and how each of its events is written."""

    name: str
    said: str
    zone: ZoneInfo | None
    stamp: datetime
    sequence: int
    alarms: timedelta | None
    uid: str


def write_calendar(icalendar: ModuleType, entries: Iterable[CalendarEntry], manner: CalendarStyle) -> str:
    """The calendar as text, with its zone before its events."""
    listed = tuple(entries)
    made = icalendar.Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    # As vText, since the package escapes no property that it does not know.
    for name in ("name", "x-wr-calname"):
        made.add(name, icalendar.vText(_plain(manner.name)))
    made.add("x-wr-relcalid", icalendar.vText(manner.uid))
    for name in ("description", "x-wr-caldesc") if manner.said else ():
        made.add(name, icalendar.vText(_plain(manner.said)))
    made.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", icalendar.vDuration(_REFRESH))
    if listed and manner.zone is not None and manner.zone.key != _UTC:
        made.add_component(_timezone(icalendar, manner.zone, listed))
    # One event at a time: all of a long plan as objects would be many times their text.
    head, end, after = made.to_ical().decode("utf-8").rpartition("END:VCALENDAR")
    shared = _Shared(icalendar, manner)
    events = (_event(icalendar, entry, manner, shared) for entry in counted(listed, "events written"))
    return "".join([head, *events, end, after])


class _Shared:
    """The properties that are the same in every event, encoded once."""

    def __init__(self, icalendar: ModuleType, manner: CalendarStyle) -> None:
        said = {status: icalendar.vText(status) for status in ("CANCELLED", "TENTATIVE", "CONFIRMED")}
        self.status: dict[str, Any] = said
        self.of_all: dict[str, Any] = {
            "dtstamp": icalendar.vDDDTypes(manner.stamp.astimezone(UTC)),
            "sequence": icalendar.vInt(manner.sequence),
            "class": icalendar.vText("PRIVATE"),
            "transp": icalendar.vText("TRANSPARENT"),
        }


def _event(icalendar: ModuleType, entry: CalendarEntry, manner: CalendarStyle, shared: _Shared) -> str:
    event = icalendar.Event()
    event.update(shared.of_all)
    event["uid"] = icalendar.vText(entry.uid)
    event["status"] = shared.status[_status(entry)]
    _add_time(icalendar, event, entry, manner.zone)
    if entry.count > 1:
        interval = {"interval": entry.every} if entry.every > 1 else {}
        event.add("rrule", {"freq": "daily", **interval, "count": entry.count})
    event.add("summary", _plain(entry.summary))
    event.add("description", _plain(entry.description))
    if manner.alarms is not None and entry.clock is not None and not entry.is_cancelled:
        event.add_component(_alarm(icalendar, entry, manner.alarms))
    text: str = event.to_ical().decode("utf-8")
    return text


def _status(entry: CalendarEntry) -> str:
    if entry.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.is_tentative else "CONFIRMED"


def _add_time(icalendar: ModuleType, event: Any, entry: CalendarEntry, zone: ZoneInfo | None) -> None:
    if entry.clock is None:
        event.add("dtstart", entry.first)
        event.add("dtend", entry.first + timedelta(days=entry.days))
        return
    # The wall time and the name of its zone, which the package writes as Z for UTC. A duration, since an end could
    # fall into a skipped hour.
    start = icalendar.vDDDTypes(datetime.combine(entry.first, entry.clock))
    if zone is not None:
        start.params["TZID"] = zone.key
    event.add("dtstart", start)
    event.add("duration", _LASTS)


def _alarm(icalendar: ModuleType, entry: CalendarEntry, before: timedelta) -> Any:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", _plain(entry.summary))
    return alarm


def _timezone(icalendar: ModuleType, zone: ZoneInfo, entries: tuple[CalendarEntry, ...]) -> Any:
    made = icalendar.Timezone()
    made.add("tzid", zone.key)
    first, last = min(entry.first for entry in entries), max(entry.last for entry in entries)
    for observance in observances(zone, first, last):
        made.add_component(_observance(icalendar, observance))
    return made


def _observance(icalendar: ModuleType, observance: Observance) -> Any:
    onset = observance.onset
    made = icalendar.TimezoneDaylight() if onset.kind == "DAYLIGHT" else icalendar.TimezoneStandard()
    made.add("dtstart", onset.at)
    made.add("tzoffsetfrom", onset.before)
    made.add("tzoffsetto", onset.after)
    made.add("tzname", onset.name)
    if observance.rule is not None:
        made.add("rrule", {"freq": "yearly", "bymonth": observance.rule.month, "byday": observance.rule.byday})
    return made


def _plain(text: str) -> str:
    """A text without control characters, which iCalendar forbids, and on one line."""
    if text.isprintable():
        return text
    return "".join(" " if category(character) in _BREAKS else character for character in text)
