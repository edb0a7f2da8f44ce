"""Texts that differ in their amounts alone, read once: the amounts are taken out, and put back into what is told."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache
from typing import Any

from taper._base.numbers import exact
from taper.formats.fhir.read.told import Scheme, Told
from taper.formats.fhir.read.vocabulary import unit_pattern

# Primes that stand for the amounts: a count times one of them is told from every other.
_PRIMES = (700001, 700027, 700057, 700067, 700079, 700081, 700087, 700099)
_LISTS = tuple(field.name for field in fields(Told))
_STANDS = re.compile(r"7000\d\d")


@cache
def _amount() -> re.Pattern[str]:
    """A number of a unit that no mark joins to another number."""
    return re.compile(rf"(?<![\w.,:/-])(?<!\d )\d{{1,4}}(?:\.\d{{1,2}})?(?= ?{unit_pattern()}(?![\w/-]))")


def read_by_template(flat: str, read: Callable[[str], Told]) -> Told:
    """What a flat text says, by reading it with other numbers in place of its amounts."""
    numbers = _amount().findall(flat)
    if not 0 < len(numbers) <= len(_PRIMES) or "7000" in flat:
        return read(flat)
    stand = iter(_PRIMES)
    told = read(_amount().sub(lambda _: str(next(stand)), flat))
    said = {str(prime): number for prime, number in zip(_PRIMES, numbers, strict=False)}
    made = replace(told, doses=_back(told.doses, said))
    for name in _LISTS:
        held = getattr(told, name)
        if held and isinstance(held, list):
            setattr(made, name, [_back(item, said) for item in held])
    return made


def _back(value: Any, said: dict[str, str]) -> Any:
    """A value of what is told, with the amounts that were said."""
    if isinstance(value, str):
        return _STANDS.sub(lambda found: said.get(found[0], found[0]), value) if "7000" in value else value
    if isinstance(value, Fraction):
        return _number(value, said)
    if isinstance(value, Scheme):
        return Scheme(value.amounts, None if value.each is None else _number(value.each, said))
    if isinstance(value, tuple) and value and isinstance(value[0], Fraction):
        return (_number(value[0], said), *value[1:])
    return value


def _number(value: Fraction, said: dict[str, str]) -> Fraction:
    for prime, number in said.items():
        if value.numerator % int(prime) == 0 and value:
            value = value / int(prime) * exact(number)
    return value
