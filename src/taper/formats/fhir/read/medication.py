"""What a request is for: its drug, its form, and what one unit of it holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import Any

from taper._base.shown import show, some_of
from taper.amounts.dose import Dose
from taper.amounts.liquid import Concentration
from taper.errors import InvalidInput, NotFound
from taper.formats.fhir.quantity import UnitStrength, count_kind
from taper.formats.fhir.read.bundle import Request, substance_of
from taper.formats.fhir.read.elements import as_list, as_map, codes_of, first_text, names_of
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.route import is_product_elsewhere
from taper.formats.fhir.read.strength import (
    Stated,
    as_unit_strength,
    check_strengths,
    read_strength,
    without_volume,
)
from taper.formats.fhir.tables import known_words, unit_words
from taper.formats.fhir.write.medication import read_form_text
from taper.knowledge.drug_names import RELEASE_WORDS, SALT_WORDS
from taper.knowledge.formulary import Formulary
from taper.knowledge.names import FORM_WORDS, NamedMedicine
from taper.plans.plan import refuse_drug
from taper.products.product import DosageForm, Release

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller says that requests leave out: times of day by frequency, a strength, and names of drugs."""

    slots: Mapping[int, Sequence[str]] | None = None
    strength: Dose | Concentration | None = None
    drugs: Mapping[str, str] = field(default_factory=dict)
    drug: str | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """A drug; `named` is what the request calls it, `names` is all that it is called there.

    `strength` is of one unit, `per_ml` the mg in one mL, if stated; `strange_form` is a form not known to be by mouth.
    """

    drug: str
    named: str
    form: DosageForm | None = None
    release: Release | None = None
    strength: UnitStrength | None = None
    per_ml: Fraction | None = None
    names: tuple[str, ...] = field(default=(), compare=False)
    strange_form: str | None = field(default=None, compare=False)
    stated: Stated = field(default=Stated(), compare=False)


def read_medication(request: Request, options: Options, notes: Notes) -> Requested | None:
    """The drug of a request, from its text, its codes' names or its Medication, as the caller calls it."""
    found = _found(request, notes, options)
    if found is None:
        return None
    names = (*found.names, *_shown(request))
    _refuse_elsewhere((*names, found.strange_form or ""), request.where, notes)
    check_strengths(found.stated, options.strength, names, request.where, notes)
    strength = found.strength or as_unit_strength(options.strength, found.form)
    called = options.drugs.get(found.drug, found.drug)
    for name in (*(without_volume(name) for name in found.names if name != called), called):
        with notes.catching("medication", request.where):
            refuse_drug(name)
    if called != found.drug:
        _check_called(found.drug, called, request.where, notes)
    return replace(found, drug=called, strength=strength)


def _refuse_elsewhere(names: Sequence[str], where: str, notes: Notes) -> None:
    """Refuse a product whose name or form says another way than by mouth, whatever route is stated."""
    for name in filter(is_product_elsewhere, names):
        notes.refuse(
            "route", where, f"{show(name)} is not taken by mouth; only oral products are planned here, leave it out"
        )


def _check_called(named: str, called: str, where: str, notes: Notes) -> None:
    """Note another name that the caller gives a drug; refuse the name of another drug, or of one in a combination."""
    what = f"{show(named)} is called {show(called)}"
    if _is_no_name(called) and called.casefold() != named.casefold():
        notes.refuse("medication", where, f"{what}, which is no name; give it one")
        return
    if _names_several(named):
        notes.refuse("medication", where, f"{what}, and it is a combination; plan each drug in a course of its own")
    elif not _share_a_name(named, called) and _are_two_drugs(named, called):
        notes.refuse(
            "medication", where, f"it is of {show(named)}, which is not {show(called)}; name the drug that is meant"
        )
    elif not set(_words(named)[:1]) & set(_words(called)):
        notes.report("medication", where, f"{what}, as the caller named it")


def _is_no_name(called: str) -> bool:
    """Whether words are no name of a drug: none, or only those of a salt, a form, a release or an amount."""
    return all(word.isdigit() or word in _no_names() for word in _words(called))


@cache
def _no_names() -> frozenset[str]:
    """Words that stand beside the name of a drug and are none themselves."""
    forms = (word for form in DosageForm for word in _words(form.value))
    units = (word for unit in unit_words() for word in _words(unit))
    return frozenset({*SALT_WORDS, *RELEASE_WORDS, *FORM_WORDS, *forms, *units})


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold())


def _found(request: Request, notes: Notes, options: Options | None = None) -> Requested | None:
    held = as_map(request.body.get("medication"))
    if request.kind == "Dosage":
        return _unnamed("a Dosage names no drug", request.where, notes, options)
    concept = request.body.get("medicationCodeableConcept", held.get("concept"))
    reference = request.medication_reference
    if concept is not None:
        names = names_of(concept)
        _compare(names[:1], names[1:], request, notes)
        return _named(names, request.where, notes, options)
    found = None if reference is None else request.resolve(reference)
    shown = next(iter(_shown(request)), None)
    if found is None and shown is not None and not str(reference).startswith("#"):
        what = f"the medication {show(reference)} is not in the resource; "
        what += f"it is called {show(shown)} as the reference shows it"
        notes.report("medication", request.where, what)
        return _named([shown], request.where, notes)
    if found is None:
        notes.refuse(
            "medication", request.where, f"the medication {show(reference)} is not in the resource; include it"
        )
        return None
    if found.get("resourceType") != "Medication":
        what = f"{show(reference)} is a {found.get('resourceType')} and no Medication; refer to one"
        notes.refuse("medication", request.where, what)
        return None
    return _read(found, request, notes, options)


def _unnamed(what: str, where: str, notes: Notes, options: Options | None) -> Requested | None:
    """The drug as the caller calls it where an order has no name for it, or a refusal."""
    if options is None or options.drug is None:
        notes.refuse("medication", where, f"{what}; name it as drug")
        return None
    return Requested(options.drug, options.drug)


def _shown(request: Request) -> list[str]:
    """What a reference shows its Medication as, if it does."""
    held = request.body.get("medicationReference") or as_map(request.body.get("medication")).get("reference")
    shown = as_map(held).get("display")
    return [shown.strip()] if isinstance(shown, str) and shown.strip() else []


def _compare(names: Sequence[str], others: Sequence[str], request: Request, notes: Notes) -> None:
    """Note names of one drug that do not name it alike; taper writes them alike, so that then they are refused."""
    for name, other in product(names, others):
        what = f"it is called {show(name)} and {show(other)}"
        if request.course_name is not None and other != name and not other.startswith(f"{name} "):
            notes.refuse("medication", request.where, f"{what}; make them agree")
        elif not _share_a_name(name, other) and _are_two_drugs(name, other):
            notes.refuse("medication", request.where, f"{what}, which are two drugs; correct one of them")
        elif not _share_a_name(name, other):
            notes.report("medication", request.where, f"{what}; whether that is one drug is not known here")


def _are_two_drugs(one: str, other: str) -> bool:
    """Whether the lists of medicines know both names, and as different ones."""
    mine, theirs = ({name for item in _medicines(text) for name in item.names} for text in (one, other))
    return bool(mine) and bool(theirs) and not mine & theirs


def _names_several(name: str) -> bool:
    """Whether a name is that of a combination on file, or its words are names of several medicines."""
    if len(_medicines(name)) > 1:
        return True
    each = [item.names for word in _words(name) if not _is_no_name(word) for item in _medicines(word)]
    return any(one.isdisjoint(other) for one, other in combinations(each, 2))


def _medicines(name: str) -> tuple[NamedMedicine, ...]:
    return Formulary.shipped().vocabulary.medicines(name)


def _share_a_name(one: str, other: str) -> bool:
    """Whether the first word of one is a word of the other, as of "prednisone" and "Prednisone 5mg tablet".

    A word that is no name, such as that of a salt, is not looked for.
    """
    words = [_words(name) for name in (one, other)]
    named = [[word for word in each if not _is_no_name(word)] or each for each in words]
    return any(mine[:1] and mine[0] in yours for mine, yours in zip(named, words[::-1], strict=True))


def _named(names: Sequence[str], where: str, notes: Notes, options: Options | None = None) -> Requested | None:
    if not names:
        made = _unnamed("the drug has no name, and codes of drugs are not read", where, notes, options)
        if made is not None:
            notes.report(
                "medication", where, f"the drug is called {show(made.drug)}, as the caller named it; it has no name"
            )
        return made
    return Requested(names[0], names[0], names=tuple(names))


def _read(medication: Mapping[str, Any], request: Request, notes: Notes, options: Options | None) -> Requested | None:
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
        names, (form, release) = names_of(medication.get("code")), _form(medication, where, notes)
        if names:
            what = f"the drug is called {show(names[0])}, as the product is; no ingredient is named"
            notes.report("medication", where, what)
        called = _named(names, where, notes, options)
        return (
            None if called is None else replace(called, form=form, release=release, strange_form=_strange(medication))
        )
    item = ingredients[0]
    named_by = item.get("itemCodeableConcept") or as_map(item.get("item")).get("concept")
    names = names_of(named_by)
    reference = substance_of(item)
    substance = as_map(request.resolve(reference)) if reference is not None and not names else {}
    if substance is not medication:
        names = names or names_of(substance.get("code"))
    _compare(names[:1], [*names[1:], *names_of(medication.get("code"))], request, notes)
    form, release = _form(medication, where, notes)
    named = _named([*names, *names_of(medication.get("code"))], where, notes, options)
    if named is None:
        return None
    stated = read_strength(item, form, where, notes)
    strength = stated.strength
    if strength is not None and request.course_name is None and not request.is_supply:
        notes.report("not-read", where, f"{strength}, which is no part of a plan")
    per_ml = strength.per_ml if strength is not None else None
    strange = _strange(medication)
    return replace(
        named, form=form, release=release, strength=strength, per_ml=per_ml, stated=stated, strange_form=strange
    )


def _form(medication: Mapping[str, Any], where: str, notes: Notes) -> tuple[DosageForm | None, Release | None]:
    text = first_text(medication.get("form") or medication.get("doseForm"))
    if text is None:
        return None, None
    form, release = read_form_text(text)
    if form is None and release is None:
        notes.report("not-read", where, f"the form {show(text)} is none of those planned here, and is left out")
    return form, release


def _strange(medication: Mapping[str, Any]) -> str | None:
    """The form of a Medication, where it is not known to be one that is taken by mouth."""
    stated = medication.get("form") or medication.get("doseForm")
    names = names_of(stated)
    if not stated or any(_is_by_mouth(name) for name in names):
        return None
    return next(iter([*names, *sorted(codes_of(stated))]), "without a name")


def _is_by_mouth(form: str) -> bool:
    words = _words(form)
    counted = any(map(count_kind, [form, *words]))
    return (counted or read_form_text(form) != (None, None) or not known_words("route").isdisjoint(words)) and (
        not is_product_elsewhere(form)
    )


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
    held = sorted({name for name in names if name})
    told = some_of(held) or "none"
    if _is_no_name(drug) and drug.casefold() not in map(str.casefold, held):
        raise InvalidInput(f"{show(drug)} is no name of a drug; these are here: {told}. Name one", where="drug")
    if len(held) > 1:
        kept = [(request, name) for request, name in zip(requests, names, strict=True)
                if name and drug.casefold() in {name.casefold(), *_words(name)}]  # fmt: skip
        if not kept:
            raise NotFound(f"no request is of {show(drug)}; these are: {told}", where="drug")
        requests, names = tuple(request for request, _ in kept), [name for _, name in kept]
        _refuse_several(drug, sorted({name for _, name in kept if name}))
    called = {name: drug for name in names if name} | dict(options.drugs)
    is_alone = len(requests) == 1 and not held
    return requests, replace(options, drugs=called, drug=drug if is_alone else None)


def _refuse_several(drug: str, names: Sequence[str]) -> None:
    """Refuse a word that picks requests of names that have no other in common, unless it is known as a medicine."""
    if not _medicines(drug) and not all(_share_a_name(one, other) for one, other in combinations(names, 2)):
        raise InvalidInput(f"{show(drug)} is a word of several drugs: {some_of(names)}; name one of them", where="drug")


def _name_of(request: Request) -> str | None:
    found = _found(request, Notes())
    return found.drug if found is not None else None
