"""What a request is for: its drug, its form, and what one unit of it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from taper.dose import Dose
from taper.formats.fhir.medication import read_form_text
from taper.formats.fhir.notes import Notes
from taper.formats.fhir.ucum import Units, read_amount, read_volume
from taper.formats.fhir.walk import as_list, as_map, first_text
from taper.product import DosageForm, Release

Resolve = Callable[[str], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller says that requests leave out: times of day by frequency, a strength, and names of drugs."""

    slots: Mapping[int, Sequence[str]] | None = None
    strength: Dose | None = None
    drugs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requested:
    """A drug as a request names it; `strength` is what one unit holds, `per_ml` the mg in one mL, where stated."""

    drug: str
    form: DosageForm | None = None
    release: Release | None = None
    strength: Dose | None = None
    per_ml: Fraction | None = None


def read_medication(
    request: Mapping[str, Any], where: str, resolve: Resolve, options: Options, notes: Notes
) -> Requested | None:
    """The drug of a request, from its text, its codes' names or its Medication, as the caller calls it."""
    found = _found(request, where, resolve, notes)
    if found is None:
        return None
    strength = found.strength if found.strength is not None else options.strength
    return replace(found, drug=options.drugs.get(found.drug, found.drug), strength=strength)


def _found(request: Mapping[str, Any], where: str, resolve: Resolve, notes: Notes) -> Requested | None:
    held = as_map(request.get("medication"))
    concept = request.get("medicationCodeableConcept", held.get("concept"))
    reference = as_map(request.get("medicationReference") or held.get("reference")).get("reference")
    if concept is not None:
        return _named(first_text(concept), where, notes)
    found = resolve(reference) if isinstance(reference, str) else None
    if found is None:
        notes.refuse("medication", where, f"the medication {reference!r} is not in the resource; include it")
        return None
    return _read(found, where, notes)


def _named(name: str | None, where: str, notes: Notes) -> Requested | None:
    if name is None:
        notes.refuse("medication", where, "the drug has no name; write medicationCodeableConcept.text")
        return None
    return Requested(name)


def _read(medication: Mapping[str, Any], where: str, notes: Notes) -> Requested | None:
    ingredients = [as_map(item) for item in as_list(medication.get("ingredient"))]
    if len(ingredients) > 1:
        notes.refuse(
            "medication", where, f"it has {len(ingredients)} ingredients; plan each drug in a course of its own"
        )
        return None
    if not ingredients:
        name = first_text(medication.get("code"))
        if name is not None:
            notes.report("medication", where, f"the drug is called {name!r}, as the product is; no ingredient is named")
        return _named(name, where, notes)
    item = ingredients[0]
    name = first_text(item.get("itemCodeableConcept") or as_map(item.get("item")).get("concept"))
    form, release = _form(medication, where, notes)
    named = _named(name or first_text(medication.get("code")), where, notes)
    if named is None:
        return None
    strength, per_ml = _strength(item, where, notes)
    return Requested(named.drug, form, release, strength, per_ml)


def _form(medication: Mapping[str, Any], where: str, notes: Notes) -> tuple[DosageForm | None, Release | None]:
    text = first_text(medication.get("form") or medication.get("doseForm"))
    if text is None:
        return None, None
    form, release = read_form_text(text)
    if form is None and release is None:
        notes.report("not-read", where, f"the form {text!r} is none of those planned here, and is left out")
    return form, release


def _strength(item: Mapping[str, Any], where: str, notes: Notes) -> tuple[Dose | None, Fraction | None]:
    stated = as_map(item.get("strength") or item.get("strengthRatio"))
    if not stated:
        return None, None
    with notes.catching("unit", f"{where}.ingredient.strength"):
        mass, per = read_amount(as_map(stated.get("numerator"))), as_map(stated.get("denominator"))
        volume = read_volume(per)
        if isinstance(mass, Dose) and volume:
            return None, mass.mg / volume
        unit = read_amount(per)
        if isinstance(mass, Dose) and isinstance(unit, Units) and unit.count > 0:
            return mass * (1 / unit.count), None
    return None, None
