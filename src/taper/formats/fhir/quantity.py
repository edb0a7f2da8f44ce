"""Quantities as FHIR writes them: UCUM codes, and decimals that were never floats."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, get_args

from taper._base.numbers import exact, write_number
from taper._base.shown import show
from taper.amounts.dose import Dose, MassUnit
from taper.amounts.duration import Duration, TimeUnit
from taper.errors import CannotCompute, InvalidInput
from taper.formats.fhir.tables import time_words, unit_words
from taper.products.product import DosageForm

CountKind = Literal["tablet", "capsule", "packet", "piece", "mL"]
"""What is counted of a product; a piece is one unit of whatever it is, and mL is measured."""

COUNTED = frozenset(get_args(CountKind)) - {"mL"}
"""The kinds that are counted and not measured."""

_KIND_OF_FORM: dict[DosageForm, CountKind] = {
    DosageForm.TABLET: "tablet",
    DosageForm.ORALLY_DISINTEGRATING_TABLET: "tablet",
    DosageForm.CHEWABLE_TABLET: "tablet",
    DosageForm.SUBLINGUAL_TABLET: "tablet",
    DosageForm.CAPSULE: "capsule",
    DosageForm.PACKET: "packet",
}
_MASSES = {str(unit): unit for unit in MassUnit}
_COUNTS: dict[str, CountKind] = {kind: kind for kind in get_args(CountKind)}
SAYS_MORE = re.compile(r"[/%0-9]")


def is_alike(one: str | None, other: str | None) -> bool:
    """Whether two units may be one: they are the same, or one is a piece of whatever the other counts."""
    return one == other or ("piece" in (one, other) and {one, other} <= COUNTED)


def mass_unit(word: str) -> MassUnit | None:
    """The unit of mass that a word spells exactly, in any case, or None: "mg/kg" and "mg/day" are none."""
    return _MASSES.get(unit_words().get(word.strip().casefold(), ""))


def count_kind(word: str) -> CountKind | None:
    """What a word counts, or None if it is no known word for units of a product: "units" and "puff" are none."""
    plain = word.strip().removeprefix("{").removesuffix("}").casefold().replace("-", " ")
    form = next((form for form in DosageForm if plain == form.value.replace("-", " ")), None)
    plain = plain.removesuffix(" (unit of presentation)")
    return _COUNTS.get(unit_words().get(plain, "")) or kind_of_form(form)


def unit_meaning(word: str) -> MassUnit | CountKind | None:
    """The mass or the count that a word for people means, if it is known."""
    return mass_unit(word) or count_kind(word)


def meaning_of(word: str) -> MassUnit | CountKind | None:
    """What a meaning of the table of units is: a mass, or what is counted."""
    return _MASSES.get(word) or _COUNTS.get(word)


def kind_of_form(form: DosageForm | None) -> CountKind | None:
    """What is counted of a form; None for a liquid, which is measured."""
    return _KIND_OF_FORM.get(form) if form is not None else None


UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
_MASS = {MassUnit.MCG: "ug", MassUnit.MG: "mg", MassUnit.G: "g"}
_TIME = {TimeUnit.DAY: "d", TimeUnit.WEEK: "wk", TimeUnit.MONTH: "mo", TimeUnit.YEAR: "a"}
MASS_OF_CODE = {code: unit for unit, code in _MASS.items()}
_IN_A_DAY = {"h": 24, "min": 24 * 60, "s": 24 * 60 * 60}
TIME_OF = {code: unit for unit, code in _TIME.items()}


class CannotExpress(CannotCompute):
    """Something in a plan that a FHIR request has no way to say."""


@dataclass(frozen=True, slots=True)
class Units:
    """A count of units of a product, such as 4 TAB, or of mL, as an order writes it, and what kind of unit that is."""

    count: Fraction
    unit: str
    kind: CountKind

    def __str__(self) -> str:
        return f"{write_number(self.count)} {self.unit}"


@dataclass(frozen=True, slots=True)
class UnitStrength:
    """What one unit of a product holds, or one mL of it.

    `kind` is what is counted, or None where only a caller's word stands for it; `per_ml` is in mg.
    """

    mass: Dose | None
    kind: CountKind | None = None
    per_ml: Fraction | None = None

    def __str__(self) -> str:
        if self.per_ml is not None:
            return f"1 mL holds {Dose(self.per_ml, MassUnit.MG)}"
        return f"one {self.kind or 'unit'} holds {self.mass}"

    def dose(self, units: Units) -> Dose | None:
        """The dose in some units, or None if what one of them holds is not known.

        Raises:
            InvalidInput: If they count something else than the strength is of.
        """
        if units.kind == "mL":
            return Dose(units.count * self.per_ml, MassUnit.MG) if self.per_ml is not None else None
        if self.mass is None:
            return None
        if not self.counts(units.kind):
            raise InvalidInput(
                f"{units} is counted in {units.kind}s, and the strength is of one {self.kind}; write the dose in mg"
            )
        return self.mass * units.count

    def counts(self, kind: CountKind) -> bool:
        """Whether a count of some kind is a count of what the strength is of."""
        return self.kind is None or "piece" in {self.kind, kind} or self.kind == kind


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
        raise InvalidInput(f"the quantity is a limit ({show(data['comparator'])}), not an amount; write the amount")
    value = data["value"]
    if isinstance(value, str):
        raise InvalidInput(f"the value {show(value)} is text; write it as a number")
    return _exact_decimal(str(value)) if type(value) is Decimal else exact(value)


@lru_cache(maxsize=4096)
def _exact_decimal(text: str) -> Fraction:
    """A decimal as a fraction; remembered by its text, since a long order holds few numbers many times."""
    return exact(Decimal(text))


def word_of(data: Mapping[str, Any], key: str) -> str:
    """A part of a quantity that is a text, or an empty one."""
    value = data.get(key)
    return value if isinstance(value, str) else ""


def read_duration(data: Mapping[str, Any]) -> Duration:
    """A Duration of whole days, weeks, months or years; hours, minutes or seconds that are whole days are days.

    Raises:
        InvalidInput: If it is counted in anything else, or is not a whole number.
    """
    number, code, unit = read_number(data), word_of(data, "code"), word_of(data, "unit")
    told = time_words().get(unit.casefold())
    if not code and data.get("system") in (None, UCUM):
        code = told or ""
    elif data.get("system") != UCUM:
        code = ""
    in_a_day = _IN_A_DAY.get(code)
    days = None if in_a_day is None or number % in_a_day else number / in_a_day
    if code not in TIME_OF and days is None:
        got = word_of(data, "code") or unit
        raise InvalidInput(
            f"the length of time is in {show(got)}; write the UCUM code d, wk, mo or a, with the system {UCUM}"
        )
    if unit and (
        told not in {code, None} or SAYS_MORE.search(unit) or (told is None and unit_meaning(unit) is not None)
    ):
        raise InvalidInput(f"the unit is {show(unit)} and its code is {show(code)}; make them agree")
    if days is not None:
        number, code = days, "d"
    if number.denominator != 1:
        raise InvalidInput(f"{write_number(number)} {code} is not a whole number; write it in days")
    return Duration(number.numerator, TIME_OF[code])
