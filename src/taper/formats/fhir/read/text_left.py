"""What is left of a dosage text while it is read: each kind of phrase is found, noted and taken out."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from taper._base.numbers import exact
from taper.formats.fhir.read.text_patterns import GONE
from taper.formats.fhir.read.told import Told
from taper.formats.fhir.read.vocabulary import Vocabulary, plain_unit_words

IN_MG = {"mcg": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}


class TextLeft:
    """A flat text in one language, what was read of it, and what is left."""

    def __init__(self, flat: str, words: Vocabulary, names: frozenset[str]) -> None:
        self._left, self._words, self._names = flat, words, names
        self.told, self._gone = Told(words.name), GONE

    def _take(self, pattern: re.Pattern[str], note: Callable[[re.Match[str]], None]) -> None:
        def found(match: re.Match[str]) -> str:
            note(match)
            return self._gone

        self._left = pattern.sub(found, self._left)

    def _phrase(self, key: str, note: Callable[[re.Match[str]], None]) -> None:
        self._take(self._words.patterns[key], note)

    def _beyond(self, found: re.Match[str]) -> None:
        self.told.beyond.append(found[0].strip())


def nothing(_: re.Match[str]) -> None:
    """Note nothing: what was found says nothing of a dose."""


@lru_cache(maxsize=2048)
def number_of(text: str) -> Fraction:
    """The number that digits say: "2", "1,5", "1 1/2"."""
    whole, _, part = text.replace(",", ".").partition(" ")
    return exact(whole) + (exact(part) if part else 0)


def first_number(found: re.Match[str]) -> Fraction:
    """The first number among the groups of a match, or 0."""
    return next((number_of(part) for part in found.groups() if part and part[0].isdigit()), Fraction(0))


def number_and_unit(found: re.Match[str]) -> tuple[str, str]:
    """The two groups that matched: a number and its unit."""
    number, unit = (part for part in found.groups() if part)
    return number, unit


def in_mg(value: Fraction, unit: str) -> Fraction:
    """A mass in mg."""
    return value * IN_MG[plain_unit_words()[unit]]
