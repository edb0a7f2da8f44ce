"""What one unit, or one mL, of a product holds: as its Medication states it, as its names do, and as a caller says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from taper._base.shown import show
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration
from taper.errors import InvalidInput
from taper.formats.fhir.quantity import (
    COUNTED,
    UCUM,
    Units,
    UnitStrength,
    kind_of_form,
    mass_unit,
    read_number,
    unit_meaning,
)
from taper.formats.fhir.read.amount import read_amount, read_volume, report_unit
from taper.formats.fhir.read.elements import as_map, names_of
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.text_patterns import THOUSANDS
from taper.products.product import DosageForm

_NO_STRENGTH = '{} is no strength; write it like "5 mg" or "2 mg/5 mL"'
_NUMBER = r"(\d{1,9}(?:[.,]\d{1,9}){0,3})"
_IN_A_NAME = re.compile(rf"(?<![\d.,]){_NUMBER}[\s-]*([^\W\d_]+)(?:\s*(?:/|per|in)\s*{_NUMBER}?\s*([^\W\d_]+))?")


def as_strength(given: Dose | Concentration | str | None) -> Dose | Concentration | None:
    """A strength as it is or as it is written, `5 mg` for one unit or `2 mg/5 mL` for a liquid."""
    if given is None or isinstance(given, Dose | Concentration):
        return given
    if not isinstance(given, str):
        raise InvalidInput(_NO_STRENGTH.format(show(given)), where="strength")
    try:
        return Concentration.parse(given) if "/" in given else Dose.parse(given)
    except InvalidInput as error:
        raise InvalidInput(_NO_STRENGTH.format(show(given)), where="strength") from error


def as_unit_strength(named: Dose | Concentration | None, form: DosageForm | None) -> UnitStrength | None:
    """What one unit, or one mL, holds by a strength that is written; one of units is not that of a liquid."""
    if isinstance(named, Concentration):
        return UnitStrength(None, per_ml=_per_ml(named))
    measured = form is not None and form.is_liquid
    return None if named is None or measured else UnitStrength(named, kind_of_form(form))


def _per_ml(held: Concentration) -> Fraction:
    return held.mass.mg / held.volume.ml


@dataclass(frozen=True, slots=True)
class Stated:
    """What a Medication states: what one unit or one mL holds, or else the mass that it names and that is not read."""

    strength: UnitStrength | None = None
    unread: Dose | None = None


def read_strength(item: Mapping[str, Any], form: DosageForm | None, where: str, notes: Notes) -> Stated:
    """The strength of an ingredient, a ratio, a mass or a name; one that is there and not read is reported."""
    at, ratio = f"{where}.ingredient.strength", as_map(item.get("strength") or item.get("strengthRatio"))
    quantity, concept = as_map(item.get("strengthQuantity")), item.get("strengthCodeableConcept")
    found = Stated()
    if ratio:
        with notes.catching("unit", at):
            found = _of_ratio(ratio, form, at, notes)
    elif quantity:
        with notes.reporting("not-read", at):
            mass = read_amount(quantity)
            report_unit(quantity, at, notes)
            found = _of_mass(mass if isinstance(mass, Dose) else None, form, f"{mass}", at, notes)
    elif concept:
        named = names_of(concept)
        plain = {strength for strength in map(_plain, named) if strength is not None}
        only = plain.pop() if len(plain) == 1 else None
        found = _of_mass(only, form, " or ".join(named) or "without a name", at, notes)
    return found


def _plain(name: str) -> Dose | Concentration | None:
    try:
        return as_strength(name)
    except InvalidInput:
        return None


def _of_mass(held: Dose | Concentration | None, form: DosageForm | None, shown: str, at: str, notes: Notes) -> Stated:
    """A strength that is one amount: of one unit, unless the form is a liquid."""
    strength = as_unit_strength(held, form)
    if strength is None:
        notes.report("not-read", at, f"the strength {shown} is not read")
    return Stated(strength, held if strength is None and isinstance(held, Dose) else None)


def _of_ratio(stated: Mapping[str, Any], form: DosageForm | None, at: str, notes: Notes) -> Stated:
    mass, per = read_amount(as_map(stated.get("numerator"))), as_map(stated.get("denominator"))
    volume = read_volume(per)
    for key in ("numerator", "denominator"):
        report_unit(as_map(stated.get(key)), f"{at}.{key}", notes)
    if isinstance(mass, Dose) and volume:
        return Stated(UnitStrength(None, per_ml=mass.mg / volume))
    unit = _denominator(per)
    if isinstance(mass, Dose) and isinstance(unit, Units) and unit.count > 0:
        if form is not None and unit.kind != "piece" and kind_of_form(form) != unit.kind:
            raise InvalidInput(f"it is the strength of one {unit.kind}, and the form is {form}; make them agree")
        return Stated(UnitStrength(mass * (1 / unit.count), unit.kind))
    notes.report("not-read", at, f"the strength {mass} in {unit} is not read")
    return Stated(unread=mass if isinstance(mass, Dose) else None)


def _denominator(per: Mapping[str, Any]) -> Dose | Units:
    """What a strength is of; a bare number is of so many units of the product."""
    if not per.get("unit") and (not per.get("code") or (per.get("code"), per.get("system")) == ("1", UCUM)):
        return Units(read_number(per), "unit", "piece")
    return read_amount(per)


def check_strengths(
    stated: Stated, given: Dose | Concentration | None, names: Iterable[str], where: str, notes: Notes
) -> None:
    """Refuse a strength that is not the one in the names of a product, and a caller's that is not the product's own."""
    own, told = stated.strength, [name for name in names if any(True for _ in _strengths_in(name))]
    said: list[tuple[str, tuple[Fraction | None, Fraction | None]]] = []
    if given is not None:
        said.append((f"the strength named is {given}", _amounts_of(given)))
    if own is not None:
        said.append((str(own), (own.mass.mg if own.mass is not None else None, own.per_ml)))
    in_names = _Named.of(told)
    for what, amounts in said:
        if not in_names.fits(*amounts):
            notes.refuse("medication", where, f"{what}, and it is called {show(told[0])}; make them agree")
    if given is None:
        return
    mass, per_ml = _amounts_of(given)
    if own is not None and (own.per_ml != per_ml or (own.mass is not None and own.mass.mg != mass)):
        notes.refuse("medication", where, f"{own}, and the strength named is {given}; make them agree")
    elif stated.unread is not None and stated.unread.mg != mass:
        what = f"its strength, of {stated.unread}, is not read, and the strength named is {given}"
        notes.refuse("medication", where, f"{what}; make them agree")


def _amounts_of(given: Dose | Concentration) -> tuple[Fraction, Fraction | None]:
    return (given.mg, None) if isinstance(given, Dose) else (given.mass.mg, _per_ml(given))


@dataclass(frozen=True, slots=True)
class _Named:
    """The strengths that stand in the names of a product, in mg: of one unit, and of one mL."""

    masses: frozenset[Fraction]
    per_ml: frozenset[Fraction]

    @classmethod
    def of(cls, names: Iterable[str]) -> "_Named":
        found = [each for name in names for each in _strengths_in(name)]
        masses = frozenset(mg for mg, ml in found if ml is None)
        return cls(masses, frozenset(mg / ml for mg, ml in found if ml is not None))

    def fits(self, mass: Fraction | None, per_ml: Fraction | None) -> bool:
        """Whether a strength is one of these, as far as they can be compared."""
        if per_ml is not None and self.per_ml:
            return per_ml in self.per_ml
        return mass is None or mass in self.masses or not (self.masses or self.per_ml)


def _strengths_in(name: str) -> Iterator[tuple[Fraction, Fraction | None]]:
    """Each mass in a name, in mg, and the mL that it is in, if any."""
    for number, word, count, per in _IN_A_NAME.findall(name):
        unit = mass_unit(word)
        if unit is None:
            continue
        volumes = [ml for ml in _numbers(count or "1") if ml] if per and unit_meaning(per) == "mL" else [None]
        yield from ((held * unit.in_mg, ml) for held in _numbers(number) for ml in volumes)


def _numbers(text: str) -> Iterator[Fraction]:
    """What a number may mean: a comma is that of a decimal, or with each point that of thousands."""
    if text.count(".") + text.count(",") < 2:
        yield Fraction(text.replace(",", "."))
    if THOUSANDS.fullmatch(text):
        yield Fraction(re.sub("[.,]", "", text))


def without_volume(name: str) -> str:
    """A name without what its strength is of, such as the "/5 mL" of "2 mg/5 mL", so that no slash of one is left."""

    def kept(found: re.Match[str]) -> str:
        one, per = found[2], found[4]
        is_strength = mass_unit(one) is not None and per is not None and unit_meaning(per) in ("mL", *COUNTED)
        return f"{found[1]} {one}" if is_strength else found[0]

    return _IN_A_NAME.sub(kept, name)
