"""The dates in a text: each found, and read with what stands before it or joins it to another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from taper.formats.fhir.read.text_patterns import GONE
from taper.formats.fhir.read.told import SaidDate
from taper.formats.fhir.read.vocabulary import Vocabulary

_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:t[\d:+z-]+)?\b")
_DOTTED = re.compile(r"\b(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?(?![\d])")
_ONE = r"@([\uE000-\uE009]+)@"
_MARK = re.compile(_ONE)
_JOINED = re.compile(rf"{_ONE}[ |]*(?:-|to|bis(?: zum)?|au|a|al|hasta(?: el)?|until|till|through)[ |]*{_ONE}")

# What stands for a date holds its number in signs that are no digit and no letter: of an ISO date even, else odd.
_HIDDEN = {ord(str(digit)): 0xE000 + digit for digit in range(10)}
_SHOWN = {hidden: digit for digit, hidden in _HIDDEN.items()}
# How far before a date is looked for a word that says what it is.
_FAR = 80


def without_iso_dates(flat: str) -> tuple[str, list[SaidDate]]:
    """A flat text in which a mark stands for each ISO date, so that texts that differ in them alone are read once."""
    flat = flat.replace("@", " ")
    found = _ISO.findall(flat) if "-" in flat else []
    marks = map(_mark, range(0, 2 * len(found), 2))
    dates = [SaidDate(int(month), int(day), int(year)) for year, month, day in found]
    return _ISO.sub(lambda _: next(marks), flat) if dates else flat, dates


def with_iso_dates(told: Sequence[SaidDate], dates: Sequence[SaidDate]) -> list[SaidDate]:
    """The dates of a text, where a month of -1 says which of the ISO dates is meant."""
    return [replace(dates[one.day], meaning=one.meaning) if one.month == -1 else one for one in told]


def read_dates(text: str, words: Vocabulary) -> tuple[str, list[SaidDate]]:
    """A text without its dates, and these in their order; that of an ISO date has a month of -1 and its place."""
    named: list[SaidDate] = []

    def noted(found: re.Match[str]) -> str:
        parts = found.groupdict()
        month = parts.get("month") or next(number for number in range(1, 13) if parts[f"m{number}"])
        named.append(SaidDate(int(month), int(parts["day"]), int(parts["year"]) if parts["year"] else None))
        return _mark(2 * len(named) - 1)

    text = words.month_spans.sub(r"\1 \4 \2 \3 \4", text)
    for pattern in (*words.dates, *([_DOTTED] if "." in text else [])):
        text = pattern.sub(noted, text)
    return (_MARK.sub(GONE, text), list(_read(text, named, words))) if "@" in text else (text, [])


def _mark(index: int) -> str:
    return f"{GONE}@{str(index).translate(_HIDDEN)}@{GONE}"


def _read(text: str, named: Sequence[SaidDate], words: Vocabulary) -> Iterator[SaidDate]:
    pairs = (zip(pair, ("start", "end"), strict=True) for pair in _JOINED.findall(text))
    meanings = {mark: meaning for pair in pairs for mark, meaning in pair}
    for found in _MARK.finditer(text):
        before = text[max(0, found.start() - _FAR) : found.start()]
        place, is_named = divmod(int(found[1].translate(_SHOWN)), 2)
        said = (meaning for meaning, pattern in words.before_dates.items() if pattern.search(before))
        date = named[place] if is_named else SaidDate(-1, place, None)
        yield replace(date, meaning=meanings.get(found[1]) or next(said, ""))
