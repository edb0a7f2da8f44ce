"""Writes a year of doses for six zones, and beside it what every reader must find: wall time, instant, dose.

What must be found is worked out from the schedule's days alone; the year is past, so that every reader's own zone data
holds the same clock changes.
"""

import json
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar

from taper import Plan, Product, realize, to_ical, to_schedule

ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
)
TIMES = {"morning": "03:30", "noon": "13:00", "evening": "23:50"}
START = date(2025, 1, 6)
TITLE = 'Less, then; none: a "plan" with \\ and <marks>'
TABLETS = [
    Product(id="t5", drug="testamine", form="tablet", strength="5 mg", score=2),
    Product(id="t1", drug="testamine", form="tablet", strength="1 mg", score=2),
]


def plan(steps):
    return Plan.read({"title": TITLE, "courses": [{"drug": "testamine", "then": "stop", "steps": steps}]})


def year():
    for morning in (20, 18, 16, 14, 12, 10, 8, 6, 4):
        regimen = {"morning": f"{morning} mg", "noon": f"{morning - 2} mg", "evening": f"{morning + 1.5} mg"}
        yield {"for": "4 weeks", "regimen": regimen}
    yield {"for": "8 weeks", "cycle": [{"evening": "5 mg"}, {"morning": "2.5 mg"}, {}]}
    yield {"for": "8 weeks", "weekly": {"mon": {"evening": "2 mg"}, "sun": {"morning": "1 mg", "evening": "0.5 mg"}}}


def expected(schedule, zone):
    doses = []
    for day in schedule.days:
        for intake in day.intakes:
            wall = datetime.combine(day.date, time.fromisoformat(TIMES[intake.slot.name]), ZoneInfo(zone))
            label = f"{intake.drug} {intake.dose} {intake.slot}"
            doses.append([f"{wall:%Y-%m-%dT%H:%M}", f"{wall.astimezone(UTC):%Y-%m-%dT%H:%M}", label])
    return doses


def with_library_zone(text):
    """The same calendar with the zone as the package icalendar writes it by default: the defect to be caught."""
    calendar = icalendar.Calendar.from_ical(text)
    ours = next(iter(calendar.walk("VTIMEZONE")))
    theirs = icalendar.Timezone.from_tzid(str(ours["TZID"]))
    calendar.subcomponents[calendar.subcomponents.index(ours)] = theirs
    return calendar.to_ical().decode()


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def main(out):
    steps = list(year())
    schedule = to_schedule(realize(plan(steps), TABLETS), start=START)
    changed = [*steps[:3], *steps[4:8], {"for": "4 weeks", "regimen": {"evening": "7 mg"}}, *steps[8:]]
    revised = to_schedule(realize(plan(changed), TABLETS), start=START)
    found = {"title": TITLE, "zones": {}}
    for zone in ZONES:
        name = f"{zone.replace('/', '-').lower()}.ics"
        text = to_ical(schedule, times=TIMES, tz=zone, identity="year")
        later = to_ical(revised, times=TIMES, tz=zone, sequence=1, previous=text, identity="year")
        write(out / "published" / name, text)
        write(out / "revised" / name, later)
        write(out / "planted" / name, with_library_zone(text))
        found["zones"][zone] = {
            "file": name,
            "published": expected(schedule, zone),
            "planted": expected(schedule, zone),
            "revised": expected(revised, zone),
            "events": {"published": text.count("BEGIN:VEVENT"), "revised": later.count("BEGIN:VEVENT")},
            "cancelled": {"published": 0, "revised": later.count("STATUS:CANCELLED")},
        }
    write(out / "expected.json", json.dumps(found, indent=1))


main(Path(sys.argv[1]))
