"""Poppler reads the PDF by its tags alone, in the order a screen reader would, and finds the plan's doses."""

import json
import re
import subprocess
import sys
from datetime import date
from fractions import Fraction
from pathlib import Path

MONTHS = "January February March April May June July August September October November December".split()
SHORT = [name[:3] for name in MONTHS]
SLOTS = {"Morning": "morning", "Noon": "noon", "Evening": "evening", "Bedtime": "bedtime"}
DAY = re.compile(rf"^(\d+) ({'|'.join(SHORT)})\b")
SLOT = re.compile(rf"(?:^| )({'|'.join(SLOTS)}|\d\d:\d\d(?: noon| midnight)?) ")
_AMOUNT = r"[\d.]+ (?:mg|mcg|g)"
_PORTION = rf"(?:(?:\d+ and )?\d+(?:/\d+)? × {_AMOUNT}(?: [a-z]+)*?|[\d.]+ mL of {_AMOUNT} per (?:[\d.]+ )?mL)"
TAKE = re.compile(rf"(?:(\w+) )??({_PORTION}(?: \+ {_PORTION})*(?: \({_AMOUNT}\))?)(?= |$)")


def mass(take):
    """The mg that is to be taken; where the sum is named, that must be it."""
    named = re.fullmatch(r"(.+) \(([\d.]+) mg\)", take)
    total = sum(map(portion, (named[1] if named else take).split(" + ")))
    assert not named or Fraction(named[2]) == total, take
    return total


def portion(text):
    solid = re.match(r"(?:(\d+) and )?(\d+(?:/\d+)?) × ([\d.]+) mg", text)
    if solid:
        return (int(solid[1] or 0) + Fraction(solid[2])) * Fraction(solid[3])
    liquid = re.match(r"([\d.]+) mL of ([\d.]+) mg per (?:([\d.]+) )?mL", text)
    return Fraction(liquid[1]) * Fraction(liquid[2]) / Fraction(liquid[3] or 1)


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


def doses(path, drugs):
    """(date, time of day, drug, mg) of each dose in the calendar; a plan of one drug does not repeat its name."""
    found = []
    for year, text in cells(path):
        plain = re.sub(r"\s+", " ", text).strip()
        day = DAY.match(plain)
        if not day or not year:
            continue
        when = date(year, SHORT.index(day[2]) + 1, int(day[1])).isoformat()
        marks = [*SLOT.finditer(plain)]
        for mark, after in zip(marks, [*(each.start() for each in marks[1:]), len(plain)], strict=False):
            slot, said = SLOTS.get(mark[1], mark[1][:5]), plain[mark.end() : after]
            for drug, take in TAKE.findall(said):
                found.append([when, slot, drug if len(drugs) > 1 else drugs[0], mass(take)])
    return found


def main(folder):
    expected = json.loads((folder / "expected.json").read_text())
    for name, listed in expected.items():
        drugs = sorted({drug for _, _, drug, _ in listed})
        listed = [[when, slot, drug, Fraction(dose.split()[0])] for when, slot, drug, dose in listed]
        found = doses(folder / f"{name}-en.pdf", drugs)
        if found != listed:
            differ = [pair for pair in zip(found, listed, strict=False) if pair[0] != pair[1]][:1]
            print(f"  wrong: {name}: {len(found)} doses read, {len(listed)} in the plan {differ}")
            return 1
        print(f"  {name}: {len(found)} doses")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
