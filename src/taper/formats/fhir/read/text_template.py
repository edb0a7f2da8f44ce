"""Texts that differ in their numbers alone, read once: the amounts are taken out, and put back into what is told."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from taper._base.numbers import exact
from taper.formats.fhir.read.told import Scheme, Told
from taper.formats.fhir.read.vocabulary import unit_pattern

# Primes that stand for the amounts: a count times one of them is told from every other.
_PRIMES = (700001, 700027, 700057, 700067, 700079, 700081, 700087, 700099)
_WRITTEN = tuple(map(str, _PRIMES))
_STANDS = re.compile(r"7000\d\d")
_DIGITS = re.compile(r"\d+")
_every_part = attrgetter(*(field.name for field in fields(Told)))
_exact = lru_cache(maxsize=2048)(exact)


def without_numbers(text: str) -> str:
    """A text in which each number is a 0: what asks for no number finds the same in both."""
    return _DIGITS.sub("0", text)


@cache
def _amount() -> re.Pattern[str]:
    """A number of a unit that no mark joins to another number."""
    alone = rf"(?<![\w.,:/-])(?<!\d )(\d{{1,4}}(?:\.\d{{1,2}})?)(?= ?{unit_pattern()}(?![\w/-])"
    return re.compile(rf"{alone}(?! (?:\d/|(?:and|und|et|y) )))")


@dataclass(frozen=True, slots=True)
class _Said:
    """The amounts of a text: each as it is written and as a number, by the prime that stands for it."""

    texts: Mapping[str, str]
    numbers: Sequence[tuple[int, Fraction]]


def read_by_template(flat: str, read: Callable[[str], Told]) -> Told:
    """What a flat text says, by reading it with other numbers in place of its amounts."""
    parts = _amount().split(flat)
    numbers = parts[1::2]
    if not 0 < len(numbers) <= len(_PRIMES) or "7000" in flat or not all(map(_exact, numbers)):
        return read(flat)
    parts[1::2] = _WRITTEN[: len(numbers)]
    told = read("".join(parts))
    said = _Said(
        dict(zip(_WRITTEN, numbers, strict=False)),
        [(prime, _exact(number)) for prime, number in zip(_PRIMES, numbers, strict=False)],
    )
    return Told(*[_back(part, said) if part else part for part in _every_part(told)])


def _back(value: Any, said: _Said) -> Any:
    """A value of what is told, with the amounts that were said."""
    if isinstance(value, str):
        return _STANDS.sub(lambda found: said.texts.get(found[0], found[0]), value) if "7000" in value else value
    if isinstance(value, list):
        return [_back(item, said) for item in value]
    if isinstance(value, Fraction):
        return _number(value, said)
    if isinstance(value, Scheme):
        return Scheme(_back(value.amounts, said), None if value.each is None else _number(value.each, said))
    if isinstance(value, tuple):
        return tuple(_back(item, said) for item in value)
    return value


def _number(value: Fraction, said: _Said) -> Fraction:
    for prime, number in said.numbers:
        if value == prime:
            return number
        if value.numerator % prime == 0 and value:
            value = value / prime * number
        elif value.denominator % prime == 0:
            value = value * prime / number
    return value
