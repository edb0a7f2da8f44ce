"""Quantities as FHIR writes them: UCUM codes, and decimals that were never floats."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from taper._base.numbers import exact, write_number
from taper.amounts.dose import Dose, MassUnit
from taper.amounts.duration import Duration, TimeUnit
from taper.errors import CannotCompute, InvalidInput
from taper.products.product import DosageForm, refuse_route

CountKind = Literal["tablet", "capsule", "packet"]

_MASS_WORDS = {
    MassUnit.MCG: "mcg ug µg μg microgram micrograms microgramme microgrammes mikrogramm microgramo microgramos",
    MassUnit.MG: "mg milligram milligrams milligramme milligrammes milligramm miligramo miligramos",
    MassUnit.G: "g gram grams gramme grammes gramm gramo gramos",
}
_COUNT_WORDS: dict[CountKind, str] = {
    "tablet": "tab tabs tablet tablets tablet(s) tab(s) ortab chew disintab sltab comprimé comprimés comprimido "
              "comprimidos tablette tabletten",
    "capsule": "cap caps capsule capsules capsule(s) cap(s) orcap gélule gélules cápsula cápsulas kapsel kapseln",
    "packet": "packet packets packet(s) sachet sachets sachet(s) sobre sobres beutel",
}  # fmt: skip
_KIND_OF_FORM: dict[DosageForm, CountKind] = {
    DosageForm.TABLET: "tablet",
    DosageForm.ORALLY_DISINTEGRATING_TABLET: "tablet",
    DosageForm.CHEWABLE_TABLET: "tablet",
    DosageForm.SUBLINGUAL_TABLET: "tablet",
    DosageForm.CAPSULE: "capsule",
    DosageForm.PACKET: "packet",
}
SNOMED = "http://snomed.info/sct"
_SNOMED_MASS = {"258685003": MassUnit.MCG, "258684004": MassUnit.MG, "258682000": MassUnit.G}
_MASS_OF = {word: unit for unit, words in _MASS_WORDS.items() for word in words.split()}
_KIND_OF = {word: kind for kind, words in _COUNT_WORDS.items() for word in words.split()}


def mass_unit(word: str) -> MassUnit | None:
    """The unit of mass that a word spells exactly, in any case, or None: "mg/kg" and "mg/day" are none."""
    return _MASS_OF.get(word.strip().casefold())


def snomed_mass(code: str) -> MassUnit | None:
    """The unit of mass of a SNOMED CT code."""
    return _SNOMED_MASS.get(code)


def count_kind(word: str) -> CountKind | None:
    """What a word counts, or None if it is no known word for units of a product: "units" and "puff" are none."""
    plain = word.strip().removeprefix("{").removesuffix("}").casefold().replace("-", " ")
    form = next((form for form in DosageForm if plain == form.value.replace("-", " ")), None)
    return _KIND_OF.get(plain) or kind_of_form(form)


def kind_of_form(form: DosageForm | None) -> CountKind | None:
    """What is counted of a form; None for a liquid, which is measured."""
    return _KIND_OF_FORM.get(form) if form is not None else None


UCUM = "http://unitsofmeasure.org"
_MASS = {MassUnit.MCG: "ug", MassUnit.MG: "mg", MassUnit.G: "g"}
_TIME = {TimeUnit.DAY: "d", TimeUnit.WEEK: "wk", TimeUnit.MONTH: "mo", TimeUnit.YEAR: "a"}
_MASS_OF_CODE = {code: unit for unit, code in _MASS.items()}
_TIME_OF = {code: unit for unit, code in _TIME.items()}
_TIME_WORDS = {
    word: code
    for code, words in {
        "d": "d day days", "wk": "wk week weeks", "mo": "mo month months", "a": "a year years", "h": "h hour hours",
    }.items()
    for word in words.split()
}  # fmt: skip
_ML_WORDS = {"ml", "milliliter", "milliliters", "millilitre", "millilitres"}
_WRONG = {"mcg": "mcg is not UCUM; the code is ug", "{mcg}": "braces are an annotation; the code is ug",
          "µg": "the code is ug", "μg": "the code is ug"}  # fmt: skip


class CannotExpress(CannotCompute):
    """Something in a plan that a FHIR request has no way to say."""


@dataclass(frozen=True, slots=True)
class Units:
    """A count of units of a product, such as 4 TAB, as an order writes it, and what kind of unit that is."""

    count: Fraction
    unit: str
    kind: CountKind

    def __str__(self) -> str:
        return f"{write_number(self.count)} {self.unit}"


@dataclass(frozen=True, slots=True)
class UnitStrength:
    """What one unit of a product holds; `kind` is what is counted, or None where only a caller's word stands for it."""

    mass: Dose
    kind: CountKind | None

    def dose(self, units: Units) -> Dose:
        """The dose in some units.

        Raises:
            InvalidInput: If they count something else than the strength is of.
        """
        if self.kind is not None and units.kind != self.kind:
            raise InvalidInput(
                f"{units} is counted in {units.kind}s, and the strength is of one {self.kind}; write the dose in mg"
            )
        return self.mass * units.count


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
    """A Quantity as a dose, or as a count of tablets, capsules or packets; nothing else is read.

    Raises:
        InvalidInput: If its unit is neither, it has none, or its unit for people is not its code.
        OutOfScope: If its unit is one of another route, such as a patch.
    """
    number, code, unit = read_number(data), _word(data, "code"), _word(data, "unit")
    if not code and not unit:
        raise InvalidInput("the quantity has no unit; write a UCUM code such as mg")
    coded = _coded(data.get("system"), code)
    told = _told(unit) if unit else None
    if coded is not None and unit and coded != told:
        raise InvalidInput(f"the unit is {unit!r} and its code is {code!r}; make them agree")
    meant = coded or told
    if meant is None:
        refuse_route(unit or code)
        raise InvalidInput(
            f"the unit {unit or code!r} is no mass and no count of tablets or capsules that is known; write mg, ug or g"
        )
    return Dose(number, meant) if isinstance(meant, MassUnit) else Units(number, unit or code, meant)


def _coded(system: object, code: str) -> MassUnit | CountKind | None:
    """What a code means; None where there is none, or it is of a system that is not known and has a unit beside it."""
    if system == UCUM:
        kind = count_kind(code[1:-1]) if code[:1] == "{" and code[-1:] == "}" else None
        meant = _MASS_OF_CODE.get(code) or kind
        if meant is None:
            raise InvalidInput(f"the UCUM unit {code!r} is no mass that a dose is read from; {_hint(code)}")
        return meant
    return snomed_mass(code) if system == SNOMED else _told(code)


def _told(word: str) -> MassUnit | CountKind | None:
    return mass_unit(word) or count_kind(word)


def read_volume(data: Mapping[str, Any]) -> Fraction | None:
    """The milliliters of a Quantity, or None if it is no volume in mL.

    Raises:
        InvalidInput: If its unit for people is not its code, or it is no exact number.
    """
    if data.get("system") != UCUM or data.get("code") != "mL":
        return None
    unit = _word(data, "unit")
    if unit and unit.casefold() not in _ML_WORDS:
        raise InvalidInput(f"the unit is {unit!r} and its code is 'mL'; make them agree")
    return read_number(data)


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
    if _TIME_WORDS.get(_word(data, "unit").casefold(), code) != code:
        raise InvalidInput(f"the unit is {data['unit']!r} and its code is {code!r}; make them agree")
    if number.denominator != 1:
        raise InvalidInput(f"{write_number(number)} {code} is not a whole number; write it in days")
    return Duration(number.numerator, _TIME_OF[code])
