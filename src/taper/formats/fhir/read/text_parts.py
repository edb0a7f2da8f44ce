"""The parts of a text that says several doses of a day: each dose with the times that are said of it."""

import re
from collections.abc import Iterator, Sequence

from taper.formats.fhir.read.dosage_text import read_text
from taper.formats.fhir.read.text_patterns import CLOCK, unit_patterns
from taper.formats.fhir.read.told import Told
from taper.formats.fhir.read.vocabulary import LANGUAGES, Vocabulary, vocabulary_of

_CLAUSE = re.compile(r"[,;.](?=\s|$)|(?<!\w)(?:and|und|et|y)(?!\w)")


def parts_of(told: Told) -> Sequence[Told]:
    """What is said of each dose; a text of which a dose and its times cannot be told apart is one part."""
    words = next(held for held in map(vocabulary_of, LANGUAGES) if held.name == told.language)
    clauses = _CLAUSE.split(told.timed)
    if any(len({kind for _, kind in _items(clause, words)}) == 1 for clause in clauses):
        clauses = [told.timed]
    return [read_text(part) for clause in clauses for part in _in_turn(clause, list(_items(clause, words)))]


def _items(text: str, words: Vocabulary) -> Iterator[tuple[int, str]]:
    """Where a dose or a time is said, in turn."""
    found = [(one.start(), "dose") for one in unit_patterns().amount.finditer(text)]
    found += [
        (one.start(), "time") for pattern in (words.slots, words.weekdays.each, CLOCK) for one in pattern.finditer(text)
    ]
    yield from sorted(found)


def _in_turn(text: str, items: Sequence[tuple[int, str]]) -> Iterator[str]:
    """A text cut before each dose that follows a time, or each time that follows a dose where a time comes first."""
    cuts = [at for (at, kind), (_, before) in zip(items[1:], items, strict=False) if kind == items[0][1] != before]
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        yield text[start:end]
