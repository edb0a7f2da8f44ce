"""A year of three doses a day as a calendar: one event for each step and time of day, against one for each dose.

Beside it, the package icalendar used in the usual way: one event for each dose, and its own zone. Times are the least
of several runs, taken in turn; what is compared is their ratio and the bytes.
"""

import sys
import tracemalloc
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import icalendar

from taper import Plan, Product, realize, to_ical, to_schedule

TIMES = {"morning": "08:00", "noon": "13:00", "evening": "20:00"}
ZONE = "Europe/London"
TABLETS = [Product(id="t1", drug="testamine", form="tablet", strength="1 mg")]


def schedule_of(steps, lasting):
    doses = [f"{1 + number % 30} mg" for number in range(steps, 0, -1)]
    held = [{"for": lasting, "regimen": dict.fromkeys(TIMES, dose)} for dose in doses]
    plan = Plan.read({"courses": [{"drug": "testamine", "then": "stop", "steps": held}]})
    return to_schedule(realize(plan, TABLETS), start=date(2027, 3, 1))


def by_hand(schedule):
    """The usual way with icalendar alone."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//bench//EN")
    calendar.add("version", "2.0")
    for day in schedule.days:
        for intake in day.intakes:
            start = datetime.combine(day.date, time.fromisoformat(TIMES[intake.slot.name]), ZoneInfo(ZONE))
            event = icalendar.Event()
            event.add("uid", f"{start.isoformat()}@bench")
            event.add("dtstamp", datetime(2027, 3, 1, tzinfo=UTC))
            event.add("dtstart", start)
            event.add("duration", timedelta(minutes=15))
            event.add("summary", f"{intake.drug} {intake.dose} {intake.slot}")
            event.add("description", f"Step {intake.step}, {day.date}")
            calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def least(ways, rounds):
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            start = perf_counter()
            way()
            found[name] = min(found[name], perf_counter() - start)
    return found


def main():
    year = schedule_of(26, "2 weeks")
    ways = {
        "series": lambda: to_ical(year, times=TIMES, tz=ZONE),
        "per-dose": lambda: to_ical(year, times=TIMES, tz=ZONE, style="per-dose"),
        "icalendar by hand": lambda: by_hand(year),
    }
    took = least(ways, 5)
    made = {name: way() for name, way in ways.items()}
    for name, text in made.items():
        events, size = text.count("BEGIN:VEVENT"), len(text.encode())
        print(f"{name:18} {events:5} events {size:8,} bytes {took[name] * 1000:8.1f} ms")
    bytes_ratio = len(made["icalendar by hand"].encode()) / len(made["series"].encode())
    time_ratio = took["icalendar by hand"] / took["series"]
    print(f"series against icalendar by hand: {bytes_ratio:.1f} times fewer bytes, {time_ratio:.1f} times less time")
    long = schedule_of(120, "2 months")
    tracemalloc.start()
    text = to_ical(long, times=TIMES, tz=ZONE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"20 years, {len(long.days):,} days: {text.count('BEGIN:VEVENT')} events, peak {peak / 2**20:.1f} MiB")
    if bytes_ratio < 5 or time_ratio < 3:
        sys.exit("a series is no longer much smaller and quicker than one event for each dose")


main()
