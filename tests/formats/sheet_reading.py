"""Reads the rows of a plan back: which days a line is for, and how much a cell says to take.

None of its words is taken from the library's data.
"""

import re
from datetime import date, timedelta
from fractions import Fraction

from formats.reading import UNITS, WEEKDAYS, Reader

_AND = {"en": "and", "es": "y", "fr": "et", "de": "und"}
_FURTHER = {"no dose on other days", "Only after a review", "Goes back up, as planned"}
_NEW = ("New bottle: ", "Other product than above: ")
_SAID = ("Stop: take no more ", "Stop from ", "The plan for ", "Pause: ", "Decision needed: ", "No dose", "nothing")
_NUMBER = r"(?:\d+ )?\d+/\d+|\d+(?:[.,]\d+)?"
_AMOUNT = rf"(?:{_NUMBER}) (?:{'|'.join(UNITS)})"
_PER = {"en": "per", "es": "por", "fr": "pour", "de": "pro"}


def mass_of_cell(text, language="en"):
    """The mg that a cell says to take; where it names their sum, that is checked."""
    plain = text.replace("\u00a0", " ").removesuffix(" *")
    named = re.fullmatch(rf"(.+) \(({_AMOUNT})\)", plain)
    reader = Reader(language)
    total = sum(_portion(part, reader) for part in (named[1] if named else plain).split(" + "))
    if named:
        assert reader.amount(named[2]) == total, text
    return total


def _portion(text, reader):
    solid = re.fullmatch(
        rf"(?P<whole>\d+ {_AND[reader.language]} )?(?P<figure>\d+(?:/\d+)?) [x×] "
        rf"(?:[^\d]+ )?(?P<strength>{_AMOUNT})(?: .+)?",
        text,
    )
    if solid:
        whole = int(solid["whole"].split()[0]) if solid["whole"] else 0
        return (whole + Fraction(solid["figure"])) * reader.amount(solid["strength"])
    liquid = re.fullmatch(
        rf"(?P<volume>{_NUMBER}) mL (?:\D+ )?(?P<mass>{_AMOUNT})(?: {_PER[reader.language]} |/)"
        rf"(?:(?P<of>{_NUMBER}) ?)?mL(?: .+)?",
        text,
    )
    assert liquid, text
    held = reader.number(liquid["of"]) if liquid["of"] else 1
    return reader.number(liquid["volume"]) * reader.amount(liquid["mass"]) / held


def days_of_line(label, days):
    """Those of the days of a row that a label in English is for; without one, all."""
    told = [piece.removesuffix(" *") for piece in label.replace("\u00a0", " ").split("; ")]
    pieces = [piece for piece in told if piece and piece not in _FURTHER and not piece.startswith(_NEW)]
    if not pieces:
        return days
    (says,) = pieces
    names = {name: index for index, name in enumerate(WEEKDAYS["en"].split())}
    if found := re.fullmatch(r"Every day except (\w+)", says):
        return [day for day in days if day.weekday() != names[found[1]]]
    if found := re.fullmatch(r"(?:Once a week, on|On) ((?:\w+day(?:, and |, | and )?)+)", says):
        wanted = {names[name] for name in re.findall(r"\w+day", found[1])}
        return [day for day in days if day.weekday() in wanted]
    if found := re.fullmatch(r"Every (other|\d+) days?, first on (.+)", says):
        step = 2 if found[1] == "other" else int(found[1])
        return _every(_dates(found[2], days), step, days)
    found = re.fullmatch(r"On (.+?)(?:, and again every (\d+) days)?", says)
    assert found, label
    firsts = _dates(found[1], days)
    return _every(firsts, int(found[2]), days) if found[2] else firsts


def table_doses(header, rows, start):
    """(date, time of day, mg) of every dose that the rows of a plain table or of Markdown say."""
    first = last = 0
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        if cells["days"]:
            found = re.match(r"(\d+)(?:-(\d+)| on)?", cells["days"])
            first, last = int(found[1]), int(found[2] or found[1])
            assert read_day(cells["dates"].removeprefix("from ").split(" - ")[0]) == start + timedelta(days=first - 1)
        days = days_from(start + timedelta(days=first - 1), start + timedelta(days=last - 1))
        for slot, take in _takes(header, cells):
            for day in days_of_line(cells.get("note", ""), days):
                yield day, slot, mass_of_cell(take)


def _takes(header, cells):
    for name in header:
        if name in {"days", "dates", "drug", "note", "total"} or cells[name].startswith(_SAID) or not cells[name]:
            continue
        if name == "take":
            for part in cells[name].split("; "):
                slot, _, take = part.partition(" ")
                if take != "No dose *":
                    yield slot, take
        elif cells[name] not in {"-", "No dose *"}:
            yield name, cells[name]


def _dates(text, days):
    made = []
    for written in re.split(r", and |, | and ", text):
        fits = [day for day in days if written in {_short(day), f"{_short(day)} {day.year}"}]
        assert fits, written
        made.append(fits[0])
    return made


def _short(day):
    return f"{day:%a} {day.day} {day:%b}"


def _every(firsts, step, days):
    return [day for day in days if any(day >= first and (day - first).days % step == 0 for first in firsts)]


def days_from(first, last):
    """Every date from one to another."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def read_day(text):
    """A date as the plain table writes it: Mon 1 Mar 2027."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    weekday, day, month, year = text.split()
    made = date(int(year), months.index(month) + 1, int(day))
    assert f"{made:%a}" == weekday
    return made
