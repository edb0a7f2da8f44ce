"""The patient: the few facts that a rule may read; no names, no identifiers."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from taper._base.json_text import as_object, read_json, read_json_file
from taper._base.limits import LONGEST_NAME, MOST_NAMES
from taper._base.numbers import exact, write_number
from taper._base.records import Value
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.duration import CalendarDate
from taper.errors import InvalidInput, OutOfScope
from taper.people.body import Sex, WeightBasis, check_weight_basis
from taper.people.kidney_figures import EGFR, AbsoluteEGFR, Creatinine, CreatinineClearance
from taper.people.kidney_function import ckd_epi_2021, cockcroft_gault

_NameText = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
_Names = Annotated[tuple[_NameText, ...], Field(max_length=MOST_NAMES)]


def _measurement(value: object) -> Fraction:
    number = exact(value)
    if not 0 < number < 1000:
        raise InvalidInput(f"{write_number(number)} is not a measurement of a person; check the number and its unit")
    return number


Measurement = Annotated[Fraction, BeforeValidator(_measurement), PlainSerializer(write_number, return_type=str)]


def _figure(kind: type[EGFR] | type[AbsoluteEGFR] | type[CreatinineClearance]) -> Any:
    def read(value: object) -> object:
        if isinstance(value, kind):
            return value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return kind.parse(str(value))
        if isinstance(value, str):
            return kind.parse(value)
        if isinstance(value, dict):
            return kind.read(value)
        raise InvalidInput(f'got {show(value)}; write the reported figure as text, such as "42"')

    return BeforeValidator(read)


class Medication(Value):
    """Another medicine or class, by name, and the day it was stopped if it was.

    `classes` says what it belongs to, such as "opioid", where the formulary does not hold it.
    """

    name: _NameText
    classes: _Names = ()
    until: CalendarDate | None = None


def _medication(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


_Medication = Annotated[Medication, BeforeValidator(_medication)]


class Patient(Value):
    """What is known about a person. A missing fact is unknown; an empty list is a known "none".

    `egfr`, `absolute_egfr` and `crcl` are three measures and never stand in for each other. `as_needed` names
    medicines taken as needed, which are facts here and never part of a plan. `absent_conditions` are those that the
    person is known not to have, where a name under `conditions` leaves it open, such as decompensated heart failure
    beside heart failure. `as_of` is the day it describes.
    """

    model_config = ConfigDict(populate_by_name=True)

    age: Annotated[int, Field(ge=0, le=130, strict=True)] | None = None
    sex: Sex | None = None
    weight_kg: Measurement | None = None
    weight_basis: WeightBasis | None = None
    height_cm: Measurement | None = None
    creatinine: Creatinine | None = None
    egfr: Annotated[EGFR, _figure(EGFR)] | None = None
    absolute_egfr: Annotated[AbsoluteEGFR, _figure(AbsoluteEGFR)] | None = None
    crcl: Annotated[CreatinineClearance, _figure(CreatinineClearance)] | None = None
    kidney_stable: bool | None = None
    dialysis: bool | None = None
    liver: Literal["none", "mild", "moderate", "severe"] | None = None
    pregnant: bool | None = None
    lactating: bool | None = None
    conditions: _Names | None = None
    absent_conditions: _Names = ()
    medications: Annotated[tuple[_Medication, ...], Field(max_length=MOST_NAMES)] | None = None
    as_needed: _Names | None = None
    as_of: CalendarDate | None = None

    def __str__(self) -> str:
        known = self.model_dump(mode="json", exclude_defaults=True)
        return ", ".join(f"{name} {value}" for name, value in known.items()) or "nothing is known"

    def __repr__(self) -> str:
        return f"<Patient: {self}>"

    @model_validator(mode="after")
    def _is_adult(self) -> Self:
        if self.age is not None and self.age < 18:
            raise OutOfScope(
                f"a person of {self.age} is under 18, and only plans for adults are checked; check the age"
            )
        return self

    @model_validator(mode="after")
    def _weighs_what_it_says(self) -> Self:
        if self.weight_basis in {WeightBasis.IDEAL, WeightBasis.ADJUSTED}:
            check_weight_basis(self.weight_basis, self.weight_kg, height_cm=self.height_cm, sex=self.sex)
        return self

    @model_validator(mode="after")
    def _has_or_lacks(self) -> Self:
        both = sorted(set(self.conditions or ()) & set(self.absent_conditions))
        if both:
            raise InvalidInput(
                f"{show(both[0])} is among the conditions and among the absent ones; leave it in one of the two",
                where="absent_conditions",
            )
        return self

    def known_egfr(self) -> EGFR | None:
        """The reported eGFR, or CKD-EPI 2021 from creatinine, age and sex where all are known."""
        return self.egfr if self.egfr is not None else self.computed_egfr()

    def computed_egfr(self) -> EGFR | None:
        """CKD-EPI 2021 from creatinine, age and sex, also where an eGFR is reported; None if one is unknown."""
        if self.creatinine is None or self.age is None or self.sex is None:
            return None
        return ckd_epi_2021(self.creatinine, age=self.age, sex=self.sex)

    def known_crcl(self) -> CreatinineClearance | None:
        """The reported clearance, or Cockcroft-Gault where creatinine, age, sex, weight and its basis are known."""
        return self.crcl if self.crcl is not None else self.computed_crcl()

    def computed_crcl(self) -> CreatinineClearance | None:
        """Cockcroft-Gault from creatinine, age, sex and weight, also where a clearance is reported; else None."""
        if self.creatinine is None or self.age is None or self.sex is None:
            return None
        if self.weight_kg is None or self.weight_basis is None:
            return None
        return cockcroft_gault(
            self.creatinine, age=self.age, sex=self.sex, weight_kg=self.weight_kg, weight_basis=self.weight_basis
        )


UNKNOWN = Patient()
"""A person about whom nothing is known."""


@takes
def read_patient(text: str, *, where: str = "") -> Patient:
    """Read a patient from JSON text.

    Args:
        text: JSON text.
        where: What to call the text in an error.

    Raises:
        InvalidInput: If it is not JSON or a fact cannot be read; the message lists each with its path.

    Example:
        >>> read_patient('{"age": 60}').age
        60
    """
    return _as_patient(read_json(text, where=where), where)


@takes
def load_patient(path: str | Path) -> Patient:
    """Read a patient from a JSON file.

    Raises:
        InvalidInput: If it cannot be read; the message lists each problem with its path.
    """
    return _as_patient(read_json_file(path), str(path))


def _as_patient(data: object, where: str) -> Patient:
    return Patient.read(as_object(data, "a patient is a JSON object", where=where), where=where)
