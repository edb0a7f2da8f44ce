"""Publishes calendars on a CalDAV server on this machine, and reads them back through it.

Usage: caldav_client.py ADDRESS EXPECTED publish FOLDER
       caldav_client.py ADDRESS EXPECTED read KIND OUT client
       caldav_client.py ADDRESS EXPECTED read KIND OUT server VERSION
       caldav_client.py ADDRESS EXPECTED count KIND
"""

import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
from caldav.davclient import DAVClient

SPAN = {"start": datetime(2024, 12, 1, tzinfo=UTC), "end": datetime(2026, 12, 1, tzinfo=UTC)}


def calendar_id(zone):
    return zone.replace("/", "-").lower()


def calendar_of(principal, zone):
    for calendar in principal.get_calendars():
        if calendar.url.path.rstrip("/").endswith(calendar_id(zone)):
            return calendar
    return principal.make_calendar(name=zone, cal_id=calendar_id(zone))


def publish(principal, expected, folder):
    for zone, wanted in expected["zones"].items():
        calendar = calendar_of(principal, zone)
        for text in resources(Path(folder, wanted["file"])):
            calendar.add_event(text, increase_seqno=False)


def resources(path):
    """One calendar for each event, with its zone and without METHOD, as a CalDAV server stores them."""
    whole = icalendar.Calendar.from_ical(path.read_bytes())
    for event in whole.walk("VEVENT"):
        single = icalendar.Calendar()
        single.add("prodid", whole["PRODID"])
        single.add("version", "2.0")
        for zone in whole.walk("VTIMEZONE"):
            single.add_component(zone)
        single.add_component(event)
        yield single.to_ical().decode()


def read(principal, expected, _kind, out, who, of_server=""):
    client = f"caldav {version('caldav')} with recurring-ical-events {version('recurring-ical-events')}"
    server = f"Radicale {of_server}, expanded by the server"
    result = {"reader": server if who == "server" else client, "zones": {}}
    for zone in expected["zones"]:
        found = calendar_of(principal, zone).search(event=True, expand=True, server_expand=who == "server", **SPAN)
        result["zones"][zone] = [dose for item in found for dose in doses(item.get_icalendar_instance(), zone)]
    Path(out).write_text(json.dumps(result), encoding="utf-8")


def doses(calendar, zone):
    for event in calendar.walk("VEVENT"):
        start = event["DTSTART"].dt
        if event.get("STATUS") != "CANCELLED":
            label = str(event["SUMMARY"]).split(":")[0]
            wall = start.astimezone(ZoneInfo(zone))
            yield [f"{wall:%Y-%m-%dT%H:%M}", f"{start.astimezone(UTC):%Y-%m-%dT%H:%M}", label]


def count(principal, expected, kind):
    """Every event is there once, and those that the revision removed are there as cancelled."""
    for zone, wanted in expected["zones"].items():
        events = [item.get_icalendar_component() for item in calendar_of(principal, zone).get_events()]
        cancelled = sum(event.get("STATUS") == "CANCELLED" for event in events)
        uids = {str(event["UID"]) for event in events}
        if len(events) != len(uids) or len(events) != wanted["events"][kind]:
            raise SystemExit(f"{zone}: {len(events)} events of {len(uids)} UIDs, not {wanted['events'][kind]} ({kind})")
        if cancelled != wanted["cancelled"][kind]:
            raise SystemExit(f"{zone}: {cancelled} events are cancelled, not {wanted['cancelled'][kind]} ({kind})")
        if kind == "revised" and {int(event["SEQUENCE"]) for event in events} != {1}:
            raise SystemExit(f"{zone}: an event kept its old SEQUENCE")


def main(address, expected_path, act, *rest):
    expected = json.loads(Path(expected_path).read_text(encoding="utf-8"))
    with DAVClient(url=address, username="reader", password="reader", features="radicale") as client:
        {"publish": publish, "read": read, "count": count}[act](client.get_principal(), expected, *rest)


main(*sys.argv[1:])
