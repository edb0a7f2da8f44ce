"""Compares what a reader found with what the schedule says, dose by dose, and says so in one line.

Usage: compare.py EXPECTED RESULT KIND [--caught]: with --caught, disagreement is what must be found.
"""

# its lines are what the check prints

import json
import sys
from collections import Counter
from pathlib import Path


def main(expected_path, result_path, kind, *options):
    expected = json.loads(Path(expected_path).read_text(encoding="utf-8"))
    result = json.loads(Path(result_path).read_text(encoding="utf-8"))
    zones, doses, wrong = expected["zones"], 0, 0
    for zone, wanted in zones.items():
        theirs, ours = (Counter(map(tuple, found)) for found in (result["zones"][zone], wanted[kind]))
        doses += ours.total()
        wrong += (ours - theirs).total()
        if options:
            continue
        for name, found in (("missing", ours - theirs), ("beyond the plan", theirs - ours)):
            for dose in sorted(found)[:3]:
                print(f"{result['reader']}, {zone}: {name}: {dose}")
            wrong += found.total() if name != "missing" else 0
    if result.get("title", expected["title"]) != expected["title"]:
        print(f"{result['reader']}: the title was read as {result['title']!r}")
        wrong += 1
    if options:
        print(f"caught: {result['reader']} misplaces {wrong} of {doses} doses by the usual VTIMEZONE of icalendar")
        return 0 if wrong else 1
    if wrong:
        print(f"DISAGREES: {result['reader']}: {wrong} of {doses} doses in {len(zones)} zones ({kind})")
        return 1
    print(f"ran: {result['reader']}: {doses} doses in {len(zones)} zones agree ({kind})")
    return 0


sys.exit(main(*sys.argv[1:]))
