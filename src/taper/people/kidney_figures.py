"""Creatinine, eGFR and clearance: three kinds of figure, each with its own unit, as reported or as computed."""

import re
from fractions import Fraction
from functools import total_ordering
from string import ascii_letters
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, PlainSerializer, model_validator

from taper._base.immutable import Written
from taper._base.numbers import Rational, exact, write_number
from taper._base.records import Value
from taper._base.shown import show
from taper._base.text import Text, readable
from taper.amounts.dose import split_quantity
from taper.errors import InvalidInput
from taper.people.body import SurfaceFormula, WeightBasis
from taper.people.measuring import DIGITS, ImplausibleValue, for_people, not_finer, number_of

REPORTED, CKD_EPI_2021, COCKCROFT_GAULT = "reported", "CKD-EPI 2021", "Cockcroft-Gault"
_RATIO = re.compile(r"[0-9]{1,90}/[1-9][0-9]{0,89}", re.ASCII)
_PER_MG_PER_DL = {"mg/dL": Fraction(1), "umol/L": Fraction(442, 5)}
_CREATININE_UNITS = {"mg/dl": "mg/dL", "umol/l": "umol/L", "\u03bcmol/l": "umol/L"}


class WrongMeasure(InvalidInput):
    """One measure of kidney function was handed in where another was meant."""


class Creatinine(Written):
    """Serum creatinine with the unit it was reported in; equal by meaning, whatever the unit.

    Units:
        mg/dL or umol/L; 1 mg/dL is exactly 88.4 umol/L here.

    Example:
        >>> Creatinine.parse("1 mg/dL") == Creatinine.parse("88.4 umol/L")
        True

    Note:
        What is accepted, 0.2 to 30 mg/dL, is a guard against the other unit, not a reference range.
    """

    __slots__ = ("amount", "unit")
    _pattern = r"^([0-9]+(\.[0-9]+)?|([0-9]+ )?[0-9]+/[0-9]+) ?(mg/dL|umol/L)$"
    amount: Fraction
    unit: str

    def __init__(self, amount: Rational, unit: str) -> None:
        known = _CREATININE_UNITS.get(unit.casefold() if isinstance(unit, str) else "")
        if known is None:
            raise InvalidInput(f"the unit {show(unit)} is unknown; write mg/dL or umol/L", where="creatinine")
        object.__setattr__(self, "amount", number_of(amount, "creatinine"))
        object.__setattr__(self, "unit", known)
        _check_creatinine(self)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "1.2 mg/dL" or "106 umol/L".

        Raises:
            InvalidInput: If the unit is missing or unknown, or the number is not plain.
            ImplausibleValue: If no person has such a creatinine; the message names the likely unit.
        """
        advice = ' without a unit; write it like "1.2 mg/dL" or "106 umol/L"'
        number, unit = split_quantity(readable(text, advice, where="creatinine"))
        if not unit:
            message = f"got {show(text)}{advice}"
            raise InvalidInput(message, where="creatinine")
        return cls(number, unit)

    @property
    def mg_per_dl(self) -> Fraction:
        """The figure in mg/dL, exactly."""
        return self.amount / _PER_MG_PER_DL[self.unit]

    @property
    def umol_per_l(self) -> Fraction:
        """The figure in umol/L, exactly."""
        return self.mg_per_dl * _PER_MG_PER_DL["umol/L"]

    def _parts(self) -> tuple[Any, ...]:
        return self.amount, self.unit

    def _meaning(self) -> Fraction:
        return self.mg_per_dl

    def __str__(self) -> str:
        return f"{write_number(self.amount)} {self.unit}"


def _check_creatinine(got: Creatinine) -> None:
    if Fraction("0.2") <= got.mg_per_dl <= 30:
        return
    low, high = ("0.2", "30") if got.unit == "mg/dL" else ("17.68", "2652")
    likely, advice = None, "check it"
    scale = _PER_MG_PER_DL["umol/L"] ** (-1 if got.unit == "mg/dL" else 1)
    if Fraction("0.2") <= got.mg_per_dl * scale <= 30:
        likely = str(got).replace(got.unit, "umol/L" if got.unit == "mg/dL" else "mg/dL")
        advice = f'{likely} lies in its range; write "{likely}" if that is the unit'
    message = f"{got} lies outside {low} to {high} {got.unit}; {advice}"
    raise ImplausibleValue(message, where="creatinine", got=str(got), likely=likely)


def _read_figure(value: object) -> Fraction:
    ratio = isinstance(value, str) and _RATIO.fullmatch(value)
    return not_finer(Fraction(ratio[0]) if ratio else exact(value), 10**80)


def _write_figure(value: Fraction) -> str:
    if (value * 10**DIGITS).denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, part = divmod(int(value * 10**DIGITS), 10**DIGITS)
    return f"{whole}.{part:0{DIGITS}d}".rstrip("0").rstrip(".")


@total_ordering
class _Figure(Value):
    """An exact figure and how it was obtained; ordered by the unrounded figure, never across the measures."""

    measure: ClassVar[str]
    unit: ClassVar[str]
    _largest: ClassVar[int]
    value: Annotated[Fraction, BeforeValidator(_read_figure), PlainSerializer(_write_figure, return_type=str)]
    equation: Text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reported figure, such as "42", alone or with the unit of this measure.

        Raises:
            WrongMeasure: If the unit is that of another measure.
            InvalidInput: If it is a bound such as ">60", is no plain number, or is one that no person has.
        """
        return cls(value=_read_report(cls, text), equation=REPORTED)

    @model_validator(mode="after")
    def _is_plausible(self) -> Self:
        if not 0 < self.value <= self._largest:
            got = f"{_write_figure(for_people(self.value))} {self.unit}"
            raise InvalidInput(f"{got} is not above 0 and up to {self._largest}; check what it comes from")
        return self

    @property
    def text(self) -> str:
        """The figure and its unit: in full if reported, else to one decimal, half to even.

        More decimals are shown where fewer would print a whole number that the figure is not, so the print
        lies on the same side of every whole number as the figure: 59.999 is never printed as 60.
        """
        return f"{_write_figure(self.value if self.equation == REPORTED else for_people(self.value))} {self.unit}"

    @property
    def described(self) -> str:
        """The measure, the figure with its unit, and how it was obtained, on one line."""
        return f"{self.measure} {self.text} ({self.equation}{self._how})"

    @property
    def _how(self) -> str:
        return ""

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, _Figure) and type(other) is type(self) else NotImplemented

    def __lt__(self, other: Self) -> bool:
        return self.value < other.value if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.measure, self.value))


class EGFR(_Figure):
    """Estimated glomerular filtration rate in mL/min/1.73 m2, indexed to body surface as laboratories report it.

    Example:
        >>> print(EGFR.parse("42"))
        42 mL/min/1.73 m2
    """

    measure: ClassVar[str] = "eGFR"
    unit: ClassVar[str] = "mL/min/1.73 m2"
    _largest: ClassVar[int] = 250


class AbsoluteEGFR(_Figure):
    """An eGFR in mL/min for the person's own surface; `surface` is None where a report does not name its formula."""

    measure: ClassVar[str] = "de-indexed eGFR"
    unit: ClassVar[str] = "mL/min"
    _largest: ClassVar[int] = 1000
    surface: SurfaceFormula | None = None

    @property
    def _how(self) -> str:
        return f", {self.surface.author} surface" if self.surface else ", surface formula not stated"


class CreatinineClearance(_Figure):
    """Creatinine clearance in mL/min, never indexed; `weight_basis` is None where a report does not state it."""

    measure: ClassVar[str] = "creatinine clearance"
    unit: ClassVar[str] = "mL/min"
    _largest: ClassVar[int] = 3400
    weight_basis: WeightBasis | None = None

    @property
    def _how(self) -> str:
        return f", {self.weight_basis} weight" if self.weight_basis else ", weight not stated"


def _read_report(kind: type[_Figure], text: str) -> Fraction:
    readable(text, f'; write text such as "42 {kind.unit}"', where=kind.__name__)
    if text.lstrip()[:1] in {"<", ">", "\u2264", "\u2265"}:
        raise InvalidInput(f"{show(text)} is a bound, not a figure; write the figure, such as 42", where=kind.__name__)
    begins = next((at for at, mark in enumerate(text) if mark in ascii_letters), len(text))
    _check_unit(kind, text, text[begins:] or kind.unit)
    return number_of(text[:begins].rstrip(), kind.__name__)


def _check_unit(kind: type[_Figure], text: str, unit: str) -> None:
    plain = re.sub(r"[\s^_{}]", "", unit.casefold().replace("\u00b2", "2").replace("per", "/"))
    if plain == kind.unit.casefold().replace(" ", ""):
        return
    fits = {"ml/min/1.73m2": "EGFR", "ml/min": "CreatinineClearance or AbsoluteEGFR"}.get(plain)
    if fits is None:
        raise InvalidInput(f"the unit {show(unit)} is unknown; write {kind.unit}", where=kind.__name__)
    indexed = "indexed to body surface" if fits == "EGFR" else "not indexed to body surface"
    message = f"{show(text)} is {indexed}, and a figure of type {kind.__name__} is in {kind.unit}; read it as {fits}"
    raise WrongMeasure(message, where=kind.__name__)
