"""Poppler reads the PDF by its tags alone, in the order a screen reader would, and finds the plan's doses."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

MONTHS = "January February March April May June July August September October November December".split()
SHORT = [name[:3] for name in MONTHS]
SLOTS = {"Morning": "morning", "Noon": "noon", "Evening": "evening", "Bedtime": "bedtime"}
DAY = re.compile(rf"^(\d+) ({'|'.join(SHORT)})\b")
DOSE = re.compile(rf"({'|'.join(SLOTS)}|\d\d:\d\d(?: noon| midnight)?) ([\d.]+ mg) (\w+)")


def cells(path):
    """The text of each data cell, with the year of the last month heading before it."""
    made = subprocess.run(["pdfinfo", "-struct-text", path], capture_output=True, text=True, check=True).stdout
    year, inside, text = 0, None, ""
    for line in made.splitlines():
        depth = len(line) - len(line.lstrip())
        if inside is not None and line.strip() and depth <= inside:
            yield year, text
            inside, text = None, ""
        heading = re.match(rf'\s*"?(?:{"|".join(MONTHS)}) (\d{{4}})"$', line)
        if heading:
            year = int(heading[1])
        if re.match(r"\s*TD\b", line):
            inside = depth
        elif inside is not None and line.strip().startswith('"'):
            text += " " + line.strip()[1:-1].replace("\u00a0", " ")
    if inside is not None:
        yield year, text


def doses(path):
    found = []
    for year, text in cells(path):
        plain = re.sub(r"\s+", " ", text).strip()
        day = DAY.match(plain)
        if day and year:
            when = date(year, SHORT.index(day[2]) + 1, int(day[1])).isoformat()
            for slot, dose, drug in DOSE.findall(plain):
                found.append([when, SLOTS.get(slot, slot[:5]), drug, dose])
    return found


def main(folder):
    expected = json.loads((folder / "expected.json").read_text())
    for name, listed in expected.items():
        found = doses(folder / f"{name}-en.pdf")
        if found != listed:
            differ = [pair for pair in zip(found, listed, strict=False) if pair[0] != pair[1]][:1]
            print(f"  wrong: {name}: {len(found)} doses read, {len(listed)} in the plan {differ}")
            return 1
        print(f"  {name}: {len(found)} doses")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
