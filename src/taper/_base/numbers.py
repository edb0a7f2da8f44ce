"""Exact numbers: read in one way and written in one way."""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import gcd, lcm
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

from taper._base.limits import LONGEST_BITS, LONGEST_NUMBER
from taper._base.shown import cut, show
from taper.errors import InvalidInput

Rational = int | str | Decimal | Fraction
"""What an exact number may be given as. A float is refused: it was rounded before it arrived."""

_MOST_DIGITS = 4000


_NUMBER = re.compile(r"(?:(\d+) )?(\d+)/(\d+)|(\d+)(?:\.(\d+))?", re.ASCII)


class NotExact(InvalidInput):
    """A number that is not exact, not finite, not plain, or not a number."""


def exact(value: object) -> Fraction:
    """Read a number as an exact fraction.

    Args:
        value: An int, Fraction, Decimal or text such as "2.5", "1/2" or "3 1/3".

    Raises:
        NotExact: If the value is a float, is not finite, or is text in any other shape.
    """
    if type(value) is Fraction:
        return _bounded(value)
    match value:
        case bool() | None:
            raise NotExact(f'a number was expected, got {show(value)}; write text such as "2.5"')
        case int() | Fraction():
            return _bounded(Fraction(value))
        case Decimal():
            return _from_decimal(value)
        case float():
            raise NotExact(f'{show(value)} is a float, rounded before it arrived; write the text "{show(value)}"')
        case str():
            return _from_text(value)
        case _:
            raise NotExact(f'a number was expected, got {cut(type(value).__name__)}; write text such as "2.5"')


def read_decimal(text: str) -> Decimal:
    """A number of JSON or TOML as it is written.

    Raises:
        ValueError: If it has thousands of digits, as it is written or in full.
        ArithmeticError: If its exponent is beyond what a decimal holds.
    """
    made = Decimal(text)
    if len(text) > _MOST_DIGITS or is_far(made):
        raise ValueError(text)
    return made


def is_far(value: object) -> bool:
    """Whether it is a decimal of thousands of digits in full, which takes long to become a whole number."""
    return isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > _MOST_DIGITS


def _bounded(value: Fraction) -> Fraction:
    # Python refuses to print longer integers, so a message about one would fail in its turn.
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > LONGEST_BITS:
        raise NotExact("the number has more digits than any amount; write a plain number such as 2.5")
    return value


def _from_decimal(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise NotExact(f"{value} is not a finite number; write a plain number such as 2.5")
    if not value and value.is_signed():
        raise NotExact("-0 is not an amount; write 0")
    if abs(value.adjusted()) > 30 or (
        len(str(value)) > LONGEST_NUMBER and len(value.as_tuple().digits) > LONGEST_NUMBER
    ):
        raise NotExact("the number has more digits than any amount; write a plain number such as 2.5")
    return Fraction(value)


def _from_text(text: str) -> Fraction:
    found = _NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if found is None:
        raise NotExact(_why_not_a_number(text))
    whole, top, bottom, head, tail = found.groups()
    if head is not None:
        return Fraction(int(head + (tail or "")), 10 ** len(tail or ""))
    if int(bottom) == 0:
        raise NotExact(f"{show(text)} divides by zero; write it like 1/2")
    return int(whole or 0) + Fraction(int(top), int(bottom))


def _why_not_a_number(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        return f"a number of {len(text)} characters is longer than any amount; write it in full, like 2.5"
    if not text.strip():
        return "the number is empty; write it like 2.5"
    if not text.isascii():
        return f"{show(text)} holds characters other than the digits 0 to 9; write it like 2.5"
    if "," in text:
        point, plain = text.replace(",", "."), text.replace(",", "")
        return f"{show(text)} holds a comma, which can mean two things; write {point} or {plain}"
    if text.lstrip().startswith("-"):
        return f"{show(text)} is negative; write 0 or a positive number"
    if re.fullmatch(r"[\d.]+[eE][+-]?\d+", text):
        return f"{show(text)} is written with an exponent; write it in full, like 2.5"
    return f"{show(text)} is not a plain number; write it like 5, 2.5, 1/2 or 3 1/3"


_TRILLION = 10**12


def write_number(value: Fraction) -> str:
    """Write an exact number so that reading it gives it back: 2.5, 0.125, 3 1/3.

    No trailing zero, always a leading zero; a decimal of more than 12 places is written as a fraction.
    """
    top, bottom = value.as_integer_ratio()
    sign = "-" if top < 0 else ""
    whole, rest = divmod(abs(top), bottom)
    if not rest:
        return f"{sign}{whole}"
    if _TRILLION % bottom == 0:
        decimals = f"{rest * (_TRILLION // bottom):012d}".rstrip("0")
        return f"{sign}{whole}.{decimals}"
    ratio = f"{rest}/{bottom}"
    return f"{sign}{whole} {ratio}" if whole else f"{sign}{ratio}"


def write_count(value: Fraction) -> str:
    """Write a count of units as people say it: 1, 1/2, 1 1/2."""
    whole, rest = divmod(value.numerator, value.denominator)
    part = f"{rest}/{value.denominator}" if rest else ""
    return f"{whole} {part}" if whole and part else part or str(whole)


def say_count(value: Fraction) -> str:
    """A count for a person: "1 and 1/2", since 1 1/2 has been read as 11/2."""
    return write_count(value).replace(" ", " and ")


def write_percent(part: Fraction) -> str:
    """Write a part of one as a percentage: 12.5 %, or about 33.3 % where it has more than two decimals.

    What is rounded, half to even, says "about".
    """
    percent = part * 100
    if (percent * 100).denominator == 1:
        return f"{write_number(percent)} %"
    return f"about {write_number(Fraction(round(percent * 10), 10))} %"


Exact = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(write_number, return_type=str)]
"""A field that holds an exact number and is written as text."""


NotNegative = Annotated[Exact, Field(ge=0)]
"""A field that holds an exact number from 0."""


Count = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(write_count, return_type=str)]
"""A field that holds a count of units and is written as 1 1/2."""


def add_up(amounts: Iterable[Fraction]) -> Fraction:
    """The exact sum: integers over each denominator first, since fractions are slow to add."""
    tops: dict[int, int] = {}
    for amount in amounts:
        top, bottom = amount.as_integer_ratio()
        tops[bottom] = tops.get(bottom, 0) + top
    parts = [Fraction(top, bottom) for bottom, top in tops.items()]
    return sum(parts[1:], parts[0]) if parts else Fraction(0)


def common_grain(amounts: Iterable[Fraction]) -> Fraction:
    """The largest amount of which each is a whole multiple; 1 if there is none above 0."""
    listed = [amount for amount in amounts if amount]
    if not listed:
        return Fraction(1)
    bottom = lcm(*(amount.denominator for amount in listed))
    return Fraction(gcd(*(amount.numerator * (bottom // amount.denominator) for amount in listed)), bottom)
