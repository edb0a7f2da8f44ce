"""Doses: one dose, a day's total, a mean; exact, and written one way."""

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache, partial
from string import ascii_letters
from typing import Any, ClassVar, Self

from taper._base.immutable import Written
from taper._base.limits import FINEST, LARGEST_MG
from taper._base.numbers import NotExact, Rational, add_up, exact, write_number
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import readable
from taper.errors import InvalidInput

_OF_UNITS = f"{ascii_letters}µμ/%"
_UNIT_ADVICE = ' without a unit; write text such as "5 mg"'


class MassUnit(StrEnum):
    """Units of mass that a dose is written in; `mcg`, never the Greek letter."""

    MCG = "mcg"
    MG = "mg"
    G = "g"

    @property
    def in_mg(self) -> Fraction:
        return _IN_MG[self]


_IN_MG = {MassUnit.MCG: Fraction(1, 1000), MassUnit.MG: Fraction(1), MassUnit.G: Fraction(1000)}


class InvalidAmount(NotExact):
    """An amount that cannot be read or cannot be a dose; `got` holds what was handed in."""

    def __init__(self, message: str, *, where: str = "", got: object = None) -> None:
        super().__init__(message, where=where)
        self.got = got


def split_quantity(text: str) -> tuple[str, str]:
    """Split "2.5 mg" into its number and its unit, reading neither."""
    unit = text[len(text.rstrip(_OF_UNITS)) :].lstrip("/%")
    return text[: len(text) - len(unit)].removesuffix(" "), unit


class _Mass(Written):
    """An exact mass with the unit it is written in; equal by meaning, never across its subclasses."""

    __slots__ = ("_mg", "_unit")
    _pattern = r"^([0-9]+(\.[0-9]+)?|([0-9]+ )?[0-9]+/[0-9]+) ?(mcg|mg|g)$"
    _suffix: ClassVar[str] = ""
    _mg: Fraction
    _unit: MassUnit

    def __init__(self, amount: Rational, unit: MassUnit | str = MassUnit.MG) -> None:
        try:
            number, unit = exact(amount), unit if isinstance(unit, MassUnit) else _unit(unit)
        except NotExact as error:
            raise InvalidAmount(error.message, got=amount) from None
        _set(self, number if unit is MassUnit.MG else number * unit.in_mg, unit)
        self._check()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an amount with its unit, such as "2.5 mg", "250 mcg" or "3 1/3 mg".

        Raises:
            InvalidAmount: If the unit is missing or unknown, or the number is not plain and exact.
        """
        return cls._read(readable(text, _UNIT_ADVICE, partial(InvalidAmount, got=text)))

    @classmethod
    @lru_cache(maxsize=4096)
    def _read(cls, text: str) -> Self:
        # Remembered, since a long plan holds few doses many times, and an amount is immutable.
        if text.strip() and text != text.strip():
            raise InvalidAmount(f'{show(text)} begins or ends with a space; write it like "{text.strip()}"', got=text)
        bare = text.removesuffix(cls._suffix)
        number, unit = split_quantity(bare)
        if not unit and number.strip():
            raise InvalidAmount(f'{show(text)} has no unit; write it like "{number.strip()} mg"', got=text)
        return cls(number, unit)

    @property
    def mg(self) -> Fraction:
        """The amount in mg, exactly."""
        return self._mg

    @property
    def unit(self) -> MassUnit:
        """The unit it is written in; it does not matter to equality."""
        return self._unit

    @property
    def _number(self) -> Fraction:
        """How many of its unit it is, exactly."""
        return self._mg if self._unit is MassUnit.MG else self._mg / self._unit.in_mg

    @property
    def text(self) -> str:
        """The amount and its unit alone, such as "2.5 mg"."""
        return f"{write_number(self._number)} {self._unit}"

    def in_unit(self, unit: MassUnit | str) -> Self:
        """The same amount, written in another unit."""
        return self._with(self._mg, _unit(unit))

    def _with(self, mg: Fraction, unit: MassUnit) -> Self:
        made = object.__new__(type(self))
        _set(made, mg, unit)
        made._check()
        return made

    def _check(self) -> None:
        # By integers, since every amount passes here and fractions compare slowly.
        top, bottom = self._mg.as_integer_ratio()
        if top < 0:
            raise InvalidAmount(f"{self.text} is negative; write 0 or a positive amount", got=self.text)
        if top > LARGEST_MG * bottom:
            raise InvalidAmount(f"{self.text} is more than 1000 g; check the number and its unit", got=self.text)
        if bottom > FINEST:
            raise InvalidAmount("the amount is finer than any product; write fewer digits", got=self._mg)

    def _parts(self) -> tuple[Any, ...]:
        return self._number, self._unit.value

    def _meaning(self) -> Fraction:
        return self._mg

    # Python answers `>` and `>=` by asking the other amount for these two.
    def __lt__(self, other: Self) -> bool:
        return self._mg < other._mg if isinstance(other, type(self)) else NotImplemented

    def __le__(self, other: Self) -> bool:
        return self._mg <= other._mg if isinstance(other, type(self)) else NotImplemented

    def __bool__(self) -> bool:
        return bool(self._mg)

    def __add__(self, other: Self) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._with(self._mg + other._mg, self._unit)

    def __radd__(self, other: object) -> Self:
        # What `sum` begins with is the number 0; no other number is an amount.
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __sub__(self, other: Self) -> Self:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._with(self._mg - other._mg, self._unit)

    def __mul__(self, factor: int | Fraction) -> Self:
        if isinstance(factor, bool) or not isinstance(factor, int | Fraction):
            return NotImplemented
        return self._with(self._mg * factor, self._unit)

    __rmul__ = __mul__

    def __truediv__(self, other: Self) -> Fraction:
        return self._mg / other._mg if isinstance(other, type(self)) else NotImplemented

    def __str__(self) -> str:
        return self.text + self._suffix

    def _text(self) -> str:
        return self.text


class Dose(_Mass):
    """The amount at one administration.

    Example:
        >>> Dose.parse("500 mcg") == Dose.parse("0.5 mg")
        True
        >>> str(Dose.parse("10 mg") * Fraction(1, 3))
        '3 1/3 mg'
    """

    __slots__ = ()


class DailyDose(_Mass):
    """The total in one calendar day. It never compares with a `Dose`."""

    __slots__ = ()
    _suffix = "/day"

    @classmethod
    @takes
    def of(cls, doses: Iterable[Dose]) -> Self:
        """The total of one day's doses, written in the unit of the first; no doses are 0 mg."""
        listed = list(doses)
        made = object.__new__(cls)
        _set(made, add_up(dose.mg for dose in listed), listed[0].unit if listed else MassUnit.MG)
        made._check()
        return made


class AverageDose(_Mass):
    """The mean of the daily totals over a cycle; shown beside them, never compared with a ceiling."""

    __slots__ = ()
    _suffix = "/day on average"

    @classmethod
    @takes
    def over(cls, totals: Iterable[DailyDose]) -> Self:
        """The mean of daily totals.

        Raises:
            InvalidInput: If there are none.
        """
        listed = list(totals)
        if not listed:
            raise InvalidInput("an average needs at least one day; give the days of a cycle")
        made = object.__new__(cls)
        _set(made, add_up(total.mg for total in listed) / len(listed), listed[0].unit)
        made._check()
        return made


def _set(mass: _Mass, mg: Fraction, unit: MassUnit) -> None:
    object.__setattr__(mass, "_mg", mg)
    object.__setattr__(mass, "_unit", unit)


def _unit(text: object) -> MassUnit:
    if not isinstance(text, str):
        raise InvalidAmount(f"the unit {show(text)} is unknown; write mg, mcg or g", got=text)
    try:
        return MassUnit(text)
    except ValueError:
        raise InvalidAmount(_why_not_a_unit(text), got=text) from None


def _why_not_a_unit(text: str) -> str:
    if text in {"µg", "μg", "ug"}:
        return f"the unit {show(text)} is misread as mg; write mcg"
    if text.lower() in {"mg", "mcg", "g"}:
        return f"the unit {show(text)} is unknown; write {text.lower()}"
    return f"the unit {show(text)} is unknown; write mg, mcg or g"


def mg(amount: Rational) -> Dose:
    """A dose in milligrams; `amount` is an int, a Decimal, a Fraction or text, never a float.

    Example:
        >>> print(mg("2.5"))
        2.5 mg
    """
    return Dose(amount, MassUnit.MG)


def mcg(amount: Rational) -> Dose:
    """A dose in micrograms; `amount` is an int, a Decimal, a Fraction or text, never a float."""
    return Dose(amount, MassUnit.MCG)
