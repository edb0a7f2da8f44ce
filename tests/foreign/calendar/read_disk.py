"""Reads what vdirsyncer brought to disk: event by event against the published file, and expanded by khal.

Usage: read_disk.py EXPECTED PUBLISHED_FOLDER KIND DISK WORK OUT
"""

# its lines are what the check prints

import json
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import icalendar

CONFIG = """[calendars]
[[plan]]
path = {path}
[sqlite]
path = {database}
[locale]
local_timezone = {shown_in}
default_timezone = {shown_in}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""
FORMAT = "{start-date-long}T{start-time}|{start-end-time-style}|{status}|{title}"
KEPT = ("UID", "DTSTART", "DURATION", "RRULE", "SUMMARY", "DESCRIPTION", "SEQUENCE", "STATUS", "CLASS", "TRANSP")


def main(expected_path, folder, kind, disk, work, out):
    expected = json.loads(Path(expected_path).read_text(encoding="utf-8"))
    result, same = {"reader": f"khal {version('khal')}", "zones": {}}, 0
    for zone, wanted in expected["zones"].items():
        path = Path(disk, zone.replace("/", "-").lower())
        same += check_unchanged(path, Path(folder, wanted["file"]), zone)
        result["zones"][zone] = doses(zone, path, Path(work))
    Path(out).write_text(json.dumps(result), encoding="utf-8")
    zones = len(expected["zones"])
    print(f"ran: vdirsyncer {version('vdirsyncer')}: {same} events in {zones} zones came through unchanged ({kind})")


def check_unchanged(path, published, zone):
    theirs = sorted(event for file in path.glob("*.ics") for event in events(file))
    ours = sorted(events(published))
    if theirs != ours:
        raise SystemExit(f"vdirsyncer, {zone}: {len(theirs)} events on disk are not the {len(ours)} published")
    return len(ours)


def events(path):
    for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
        yield [event[name].to_ical().decode() if name in event else "" for name in KEPT]


def doses(zone, path, work):
    """Wall times as khal shows them in the zone, beside the instants that it shows in UTC."""
    local, utc = listed(path, zone, work), listed(path, "UTC", work)
    if local.keys() != utc.keys() or any(len(local[label]) != len(utc[label]) for label in local):
        raise SystemExit(f"khal, {zone}: it shows other doses in UTC than in the zone")
    return [[*pair, label] for label in local for pair in zip(local[label], utc[label], strict=True)]


def listed(path, shown_in, work):
    name = f"{path.name}-{shown_in.replace('/', '-')}"
    config = work / f"{name}.conf"
    config.write_text(CONFIG.format(path=path, database=work / f"{name}.db", shown_in=shown_in), encoding="utf-8")
    command = ["khal", "-c", config, "list", "--day-format", "", "--format", FORMAT, "2024-12-01", "2026-12-01"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found = defaultdict(list)
    for start, style, status, title in (line.split("|") for line in lines if line):
        # An event past midnight is listed again on the day it ends, with an arrow before its end.
        if status.strip() != "CANCELLED" and not style.startswith("\N{RIGHTWARDS ARROW}"):
            found[title.split(":")[0]].append(start)
    return {label: sorted(times) for label, times in found.items()}


main(*sys.argv[1:])
