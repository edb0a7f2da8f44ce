"""Reads iCalendar text without the package that wrote it: lines by hand, rules and zones by dateutil."""

import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil import tz
from dateutil.rrule import rrulestr

_ESCAPES = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


@dataclass(frozen=True)
class Event:
    """One VEVENT as its properties, each a value and its parameters; alarms are kept apart."""

    properties: dict
    alarms: tuple

    def text(self, name):
        return unescape(self.properties[name][0])

    @property
    def is_cancelled(self):
        return self.properties["STATUS"][0] == "CANCELLED"

    @property
    def start(self):
        value, parameters = self.properties["DTSTART"]
        if parameters.get("VALUE") == "DATE":
            return date.fromisoformat(value)
        return datetime.fromisoformat(value.removesuffix("Z"))

    @property
    def zone(self):
        value, parameters = self.properties["DTSTART"]
        return "UTC" if value.endswith("Z") else parameters.get("TZID")

    @property
    def starts(self):
        """Each date or wall time on which it takes place."""
        if "RRULE" not in self.properties:
            return [self.start]
        rule = self.properties["RRULE"][0]
        if isinstance(self.start, datetime):
            return list(rrulestr(rule, dtstart=self.start))
        midnight = datetime.combine(self.start, time())
        return [found.date() for found in rrulestr(rule, dtstart=midnight)]

    @property
    def days(self):
        """How many days an all-day event covers."""
        return (date.fromisoformat(self.properties["DTEND"][0]) - self.start).days


@dataclass(frozen=True)
class Reading:
    """A calendar: its own properties, its events, and its zone as dateutil reads it."""

    properties: dict
    events: tuple
    zone_text: str

    @property
    def live(self):
        return [event for event in self.events if not event.is_cancelled]

    @property
    def zone(self):
        return tz.tzical(io.StringIO(self.zone_text)).get() if self.zone_text else None

    def text(self, name):
        return unescape(self.properties[name][0])


def unescape(text):
    return re.sub(r"\\[nN,;\\]", lambda found: _ESCAPES[found[0]], text)


def read_calendar(text):
    assert "\n" not in text.replace("\r\n", ""), "a line does not end in CRLF"
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.pop() == ""
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    zones = [index for index, line in enumerate(lines) if line in {"BEGIN:VTIMEZONE", "END:VTIMEZONE"}]
    zone_text = "\n".join(lines[zones[0] : zones[1] + 1]) if zones else ""
    first = next((i for i, line in enumerate(lines) if line in {"BEGIN:VTIMEZONE", "BEGIN:VEVENT"}), len(lines) - 1)
    return Reading(_properties(lines[1:first]), tuple(_events(lines)), zone_text)


def _events(lines):
    starts = [index for index, line in enumerate(lines) if line == "BEGIN:VEVENT"]
    for start in starts:
        part = lines[start + 1 : lines.index("END:VEVENT", start)]
        alarms = [index for index, line in enumerate(part) if line == "BEGIN:VALARM"]
        own = part[: alarms[0]] if alarms else part
        yield Event(_properties(own), tuple(_properties(part[index + 1 : -1]) for index in alarms))


def _properties(lines):
    found = {}
    for line in lines:
        head, value = re.fullmatch(r"([^:]+):(.*)", line, re.DOTALL).groups()
        name, *parameters = head.split(";")
        assert name not in found, f"{name} stands twice"
        found[name] = value, dict(parameter.split("=") for parameter in parameters)
    return found


def doses_of(text):
    """Every live dose or banner that a calendar tells, sorted: when it begins, and its summary up to the recipe."""
    live = read_calendar(text).live
    return sorted((str(start), event.text("SUMMARY").split(": ")[0]) for event in live for start in event.starts)
