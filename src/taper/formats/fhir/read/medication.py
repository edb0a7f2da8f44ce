"""What a request is for: its drug, its form, and what one unit of it holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import Any

from taper._base.shown import some_of
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration
from taper.errors import InvalidInput, NotFound
from taper.formats.fhir.quantity import UCUM, Units, UnitStrength, kind_of_form, read_number
from taper.formats.fhir.read.amount import read_amount, read_volume, report_unit
from taper.formats.fhir.read.bundle import Request
from taper.formats.fhir.read.elements import as_list, as_map, first_text, names_of
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.write.medication import read_form_text
from taper.knowledge.formulary import Formulary
from taper.products.product import DosageForm, Release

_NO_STRENGTH = '{!r:.60} is no strength; write it like "5 mg" or "2 mg/5 mL"'
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller says that requests leave out: times of day by frequency, a strength, and names of drugs."""

    slots: Mapping[int, Sequence[str]] | None = None
    strength: Dose | Concentration | None = None
    drugs: Mapping[str, str] = field(default_factory=dict)
    drug: str | None = None


def as_strength(given: Dose | Concentration | str | None) -> Dose | Concentration | None:
    """A strength as it is or as it is written, `5 mg` for one unit or `2 mg/5 mL` for a liquid."""
    if given is None or isinstance(given, Dose | Concentration):
        return given
    if not isinstance(given, str):
        raise InvalidInput(_NO_STRENGTH.format(given), where="strength")
    try:
        return Concentration.parse(given) if "/" in given else Dose.parse(given)
    except InvalidInput as error:
        raise InvalidInput(_NO_STRENGTH.format(given), where="strength") from error


@dataclass(frozen=True, slots=True)
class Requested:
    """A drug; `named` is what the request calls it. `strength` is of one unit, `per_ml` the mg in one mL, if stated."""

    drug: str
    named: str
    form: DosageForm | None = None
    release: Release | None = None
    strength: UnitStrength | None = None
    per_ml: Fraction | None = None


def read_medication(request: Request, options: Options, notes: Notes) -> Requested | None:
    """The drug of a request, from its text, its codes' names or its Medication, as the caller calls it."""
    found = _found(request, notes, options)
    if found is None:
        return None
    strength = found.strength or _named_strength(options.strength, found.form)
    called = options.drugs.get(found.drug, found.drug)
    if called != found.drug:
        _check_called(found.drug, called, request.where, notes)
    return replace(found, drug=called, strength=strength)


def _check_called(named: str, called: str, where: str, notes: Notes) -> None:
    """Note another name that the caller gives a drug; refuse the name of another drug, and an empty one."""
    if not called.strip():
        notes.refuse("medication", where, f"{named!r} is called {called!r}, which is no name; give it one")
        return
    if _share_a_name(named, called):
        return
    if _are_two_drugs(named, called):
        notes.refuse("medication", where, f"it is of {named!r}, which is not {called!r}; name the drug that is meant")
    else:
        notes.report("medication", where, f"{named!r} is called {called!r}, as the caller named it")


def _named_strength(named: Dose | Concentration | None, form: DosageForm | None) -> UnitStrength | None:
    """What a caller says that one unit, or one mL, holds; a strength of units is not that of a liquid."""
    if isinstance(named, Concentration):
        return UnitStrength(None, per_ml=named.mass.mg / named.volume.ml)
    measured = form is not None and form.is_liquid
    return None if named is None or measured else UnitStrength(named, kind_of_form(form))


def _found(request: Request, notes: Notes, options: Options | None = None) -> Requested | None:
    held = as_map(request.body.get("medication"))
    if request.kind == "Dosage" and options is not None and options.drug is not None:
        return Requested(options.drug, options.drug)
    concept = request.body.get("medicationCodeableConcept", held.get("concept"))
    reference = request.medication_reference
    if concept is not None:
        names = names_of(concept)
        _compare(names[:1], names[1:], request, notes)
        return _named(first_text(concept), request.where, notes)
    found = None if reference is None else request.resolve(reference)
    shown = as_map(request.body.get("medicationReference") or held.get("reference")).get("display")
    if found is None and isinstance(shown, str) and shown.strip() and not str(reference).startswith("#"):
        what = f"the medication {reference!r} is not in the resource; it is called {shown!r} as the reference shows it"
        notes.report("medication", request.where, what)
        return Requested(shown.strip(), shown.strip())
    if found is None:
        notes.refuse("medication", request.where, f"the medication {reference!r} is not in the resource; include it")
        return None
    return _read(found, request, notes)


def _compare(names: Sequence[str], others: Sequence[str], request: Request, notes: Notes) -> None:
    """Note names of one drug that do not name it alike; taper writes them alike, so that then they are refused."""
    for name, other in product(names, others):
        what = f"it is called {name!r} and {other!r}"
        if request.course_name is not None and other != name and not other.startswith(f"{name} "):
            notes.refuse("medication", request.where, f"{what}; make them agree")
        elif not _share_a_name(name, other) and _are_two_drugs(name, other):
            notes.refuse("medication", request.where, f"{what}, which are two drugs; correct one of them")
        elif not _share_a_name(name, other):
            notes.report("medication", request.where, f"{what}; whether that is one drug is not known here")


def _are_two_drugs(one: str, other: str) -> bool:
    """Whether the lists of medicines know both names, and as different ones."""
    known = Formulary.shipped().vocabulary.medicines
    mine, theirs = ({name for item in known(text) for name in item.names} for text in (one, other))
    return bool(mine) and bool(theirs) and not mine & theirs


def _share_a_name(one: str, other: str) -> bool:
    """Whether the first word of one is a word of the other, as of "prednisone" and "Prednisone 5mg tablet"."""
    words = [_WORD.findall(name.casefold()) for name in (one, other)]
    return any(mine[:1] and mine[0] in yours for mine, yours in (words, words[::-1]))


def _named(name: str | None, where: str, notes: Notes) -> Requested | None:
    if name is None:
        notes.refuse("medication", where, "the drug has no name; write medicationCodeableConcept.text")
        return None
    return Requested(name, name)


def _read(medication: Mapping[str, Any], request: Request, notes: Notes) -> Requested | None:
    where = request.where
    if medication.get("status") == "entered-in-error":
        notes.refuse("medication", where, "its medication was entered in error; give the one that was meant")
    listed = [as_map(item) for item in as_list(medication.get("ingredient"))]
    ingredients = [item for item in listed if item.get("isActive") is not False]
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
    named_by = item.get("itemCodeableConcept") or as_map(item.get("item")).get("concept")
    names = names_of(named_by)
    reference = as_map(item.get("itemReference") or as_map(item.get("item")).get("reference")).get("reference")
    substance = as_map(request.resolve(reference)) if isinstance(reference, str) and not names else {}
    if substance is not medication:
        names = names or names_of(substance.get("code"))
    _compare(names[:1], [*names[1:], *names_of(medication.get("code"))], request, notes)
    form, release = _form(medication, where, notes)
    named = _named(next(iter(names), None) or first_text(medication.get("code")), where, notes)
    if named is None:
        return None
    strength, per_ml = _strength(item, form, where, notes)
    if strength is not None and request.course_name is None and not request.is_supply:
        notes.report("not-read", where, f"{strength}, which is no part of a plan")
    return replace(named, form=form, release=release, strength=strength, per_ml=per_ml)


def _denominator(per: Mapping[str, Any]) -> Dose | Units:
    """What a strength is of; a bare number is of so many units of the product."""
    if not per.get("unit") and (not per.get("code") or (per.get("code"), per.get("system")) == ("1", UCUM)):
        return Units(read_number(per), "unit", "piece")
    return read_amount(per)


def _form(medication: Mapping[str, Any], where: str, notes: Notes) -> tuple[DosageForm | None, Release | None]:
    text = first_text(medication.get("form") or medication.get("doseForm"))
    if text is None:
        return None, None
    form, release = read_form_text(text)
    if form is None and release is None:
        notes.report("not-read", where, f"the form {text!r} is none of those planned here, and is left out")
    return form, release


def _strength(
    item: Mapping[str, Any], form: DosageForm | None, where: str, notes: Notes
) -> tuple[UnitStrength | None, Fraction | None]:
    stated = as_map(item.get("strength") or item.get("strengthRatio"))
    if not stated:
        return None, None
    with notes.catching("unit", f"{where}.ingredient.strength"):
        mass, per = read_amount(as_map(stated.get("numerator"))), as_map(stated.get("denominator"))
        volume = read_volume(per)
        for key in ("numerator", "denominator"):
            report_unit(as_map(stated.get(key)), f"{where}.ingredient.strength.{key}", notes)
        if isinstance(mass, Dose) and volume:
            return UnitStrength(None, per_ml=mass.mg / volume), mass.mg / volume
        unit = _denominator(per)
        if isinstance(mass, Dose) and isinstance(unit, Units) and unit.count > 0:
            if form is not None and unit.kind != "piece" and kind_of_form(form) != unit.kind:
                raise InvalidInput(f"it is the strength of one {unit.kind}, and the form is {form}; make them agree")
            return UnitStrength(mass * (1 / unit.count), unit.kind), None
    return None, None


def choose_drug(
    requests: tuple[Request, ...], drug: str | None, options: Options
) -> tuple[tuple[Request, ...], Options]:
    """The requests of the drug that was named, and options that call it so.

    Raises:
        InvalidInput: If the name is empty.
        NotFound: If they are of several drugs and none is called so.
    """
    if drug is None:
        return requests, options
    names = [_name_of(request) for request in requests]
    if not drug.strip():
        told = some_of(sorted({name for name in names if name})) or "none"
        raise InvalidInput(f"{drug!r} is no name of a drug; these are here: {told}. Name one", where="drug")
    if len({name for name in names if name}) > 1:
        kept = [(request, name) for request, name in zip(requests, names, strict=True)
                if name and drug.casefold() in {word.casefold() for word in (name, *_WORD.findall(name))}]  # fmt: skip
        if not kept:
            told = some_of(sorted({name for name in names if name}))
            raise NotFound(f"no request is of {drug!r}; these are: {told}", where="drug")
        requests, names = tuple(request for request, _ in kept), [name for _, name in kept]
    called = {name: drug for name in names if name} | dict(options.drugs)
    return requests, replace(options, drugs=called, drug=drug)


def _name_of(request: Request) -> str | None:
    found = _found(request, Notes())
    return found.drug if found is not None else None
