"""Measurements of a person: exact decimals, within the range a person can have."""

from decimal import Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from taper._base.numbers import NotExact, exact, write_number
from taper._base.shown import show
from taper.errors import InvalidInput, OutOfScope

DIGITS = 40


class ImplausibleValue(InvalidInput):
    """A number that no person has; `got` is what was read and `likely` what was probably meant, if known."""

    def __init__(self, message: str, *, where: str = "", got: str = "", likely: str | None = None) -> None:
        super().__init__(message, where=where)
        self.got = got
        self.likely = likely


_Kind = TypeVar("_Kind", bound=StrEnum)


def choice_of(kind: type[_Kind], value: str, where: str) -> _Kind:
    """The member of an enumeration by its word.

    Raises:
        InvalidInput: Listing the words that there are.
    """
    try:
        return kind(value if isinstance(value, str) else "")
    except ValueError:
        known = " or ".join(f'"{one}"' for one in kind)
        raise InvalidInput(f"got {show(value)}; write {known}", where=where) from None


def number_of(value: object, where: str) -> Fraction:
    """A number read exactly, no finer than any measurement.

    Raises:
        NotExact: If it is not one.
    """
    try:
        return not_finer(exact(value), 10**18)
    except NotExact as error:
        raise NotExact(error.message, where=where) from None


def not_finer(number: Fraction, finest: int) -> Fraction:
    """The number, if it is no finer than so many parts of 1.

    Raises:
        NotExact: If it is finer.
    """
    if number.denominator > finest:
        raise NotExact("the number is finer than any measurement; write fewer digits")
    return number


def measured(value: object, where: str, low: int, high: int, unit: str) -> Fraction:
    """A measurement that a person can have.

    Raises:
        ImplausibleValue: If it lies outside.
    """
    number = number_of(value, where)
    if not low <= number <= high:
        got = f"{write_number(number)} {unit}"
        message = f"{got} lies outside {low} to {high} {unit}; check the number and its unit"
        raise ImplausibleValue(message, where=where, got=got)
    return number


def height_of(value: object) -> Fraction:
    """A height in cm."""
    return measured(value, "height_cm", 100, 250, "cm")


def weight_of(value: object, where: str = "weight_kg") -> Fraction:
    """A weight in kg."""
    return measured(value, where, 20, 400, "kg")


def adult_age(value: object, equation: str) -> Fraction:
    """An age in years, of an adult.

    Raises:
        OutOfScope: If it is under 18.
    """
    age = measured(value, "age", 0, 130, "years")
    if age < 18:
        got = f"{write_number(age)} years is under 18, and {equation} is for adults here"
        raise OutOfScope(f"{got}; the youngest age it takes is 18. Check the age", where="age")
    return age


def for_people(value: Fraction) -> Fraction:
    """A figure for reading, with one decimal, or as many as keep it on its side of a whole number."""
    places = 1
    while (shown := Fraction(round(value * 10**places), 10**places)).denominator == 1 and shown != value:
        places += 1
    return shown


def product_of_powers(factor: Fraction, powers: list[tuple[Fraction, Fraction]]) -> Fraction:
    """A factor times powers, worked out with ten digits to spare and rounded once, half to even, to 40 digits."""
    with localcontext(Context(prec=DIGITS + 10)):
        result = Decimal(factor.numerator) / factor.denominator
        for base, exponent in powers:
            power = Decimal(exponent.numerator) / exponent.denominator
            result *= (Decimal(base.numerator) / base.denominator) ** power
    return Fraction(Context(prec=DIGITS).plus(result))
