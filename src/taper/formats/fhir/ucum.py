"""Quantities as FHIR writes them: UCUM codes, and decimals that were never floats."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from taper._model import exact, write_number
from taper.dates import Duration, TimeUnit
from taper.dose import Dose, MassUnit
from taper.errors import CannotCompute, InvalidInput

UCUM = "http://unitsofmeasure.org"
_MASS = {MassUnit.MCG: "ug", MassUnit.MG: "mg", MassUnit.G: "g"}
_TIME = {TimeUnit.DAY: "d", TimeUnit.WEEK: "wk", TimeUnit.MONTH: "mo", TimeUnit.YEAR: "a"}
_MASS_OF = {code: unit for unit, code in _MASS.items()}
_TIME_OF = {code: unit for unit, code in _TIME.items()}
_WRONG = {"mcg": "mcg is not UCUM; the code is ug", "µg": "the code is ug", "μg": "the code is ug"}


class CannotExpress(CannotCompute):
    """Something in a plan that a FHIR request has no way to say."""


@dataclass(frozen=True, slots=True)
class Units:
    """A count of units of a product, such as 4 TAB, as an order writes it."""

    count: Fraction
    unit: str

    def __str__(self) -> str:
        return f"{write_number(self.count)} {self.unit}"


def decimal_of(value: Fraction, unit: str) -> Decimal:
    """The exact decimal of a number of units.

    Raises:
        CannotExpress: If it has none, such as 3 1/3.
    """
    text = write_number(value)
    if "/" in text:
        raise CannotExpress(
            f"{text} {unit} has no exact decimal, and FHIR has no fractions; choose a dose that has one"
        )
    return Decimal(text)


def dose_quantity(dose: Dose) -> dict[str, Any]:
    """A dose as a Quantity in the unit it is written in."""
    return quantity(dose.mg / dose.unit.in_mg, dose.unit, _MASS[dose.unit])


def quantity(value: Fraction, unit: str, code: str) -> dict[str, Any]:
    """A Quantity with its unit for people and its UCUM code."""
    return {"value": decimal_of(value, unit), "unit": unit, "system": UCUM, "code": code}


def duration_quantity(duration: Duration) -> dict[str, Any]:
    """A length of time as a Duration: days, weeks, months or years, as it is written."""
    count, word = str(duration).split(" ")
    return quantity(Fraction(count), word, _TIME[TimeUnit(word.removesuffix("s"))])


def ratio(numerator: dict[str, Any], denominator: dict[str, Any]) -> dict[str, Any]:
    """A Ratio of two quantities."""
    return {"numerator": numerator, "denominator": denominator}


def read_number(data: Mapping[str, Any]) -> Fraction:
    """The value of a Quantity, exactly.

    Raises:
        InvalidInput: If there is none, it is a float, or a comparator makes it a limit.
    """
    if "value" not in data:
        raise InvalidInput("the quantity has no value; add it")
    if data.get("comparator") is not None:
        raise InvalidInput(f"the quantity is a limit ({data['comparator']!r}), not an amount; write the amount")
    value = data["value"]
    if isinstance(value, str):
        raise InvalidInput(f"the value {value!r} is text; write it as a number")
    return exact(value)


def read_amount(data: Mapping[str, Any]) -> Dose | Units:
    """A Quantity as a dose, or as a count of units where it counts something else than a mass.

    Raises:
        InvalidInput: If it has a UCUM code that is no mass, or no unit at all.
    """
    number, code, unit = read_number(data), _word(data, "code"), _word(data, "unit")
    if data.get("system") == UCUM:
        if code in _MASS_OF:
            return Dose(number, _MASS_OF[code])
        if code[:1] == "{" and code[-1:] == "}":
            return Units(number, code[1:-1])
        raise InvalidInput(f"the UCUM unit {code!r} is no mass that a dose is read from; {_hint(code)}")
    if not code and unit in _MASS:
        return Dose(number, unit)
    if not code and not unit:
        raise InvalidInput("the quantity has no unit; write a UCUM code such as mg")
    return Units(number, code or unit)


def read_volume(data: Mapping[str, Any]) -> Fraction | None:
    """The millilitres of a Quantity, or None if it is no volume in mL."""
    return read_number(data) if data.get("system") == UCUM and data.get("code") == "mL" else None


def _word(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _hint(code: str) -> str:
    return _WRONG.get(code, "write mg, ug or g")


def read_duration(data: Mapping[str, Any]) -> Duration:
    """A Duration of whole days, weeks, months or years.

    Raises:
        InvalidInput: If it is counted in anything else, or is not a whole number.
    """
    number, code = read_number(data), _word(data, "code")
    if data.get("system") != UCUM or code not in _TIME_OF:
        got = code or _word(data, "unit")
        raise InvalidInput(f"the length of time is in {got!r}; write the UCUM code d, wk, mo or a")
    if number.denominator != 1:
        raise InvalidInput(f"{write_number(number)} {code} is not a whole number; write it in days")
    return Duration(number.numerator, _TIME_OF[code])
