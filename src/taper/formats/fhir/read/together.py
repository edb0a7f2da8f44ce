"""Orders that stand side by side: for one person, each given once, and none beside the one that it replaces."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from taper._base.limits import MOST_COURSES
from taper._base.shown import some_of
from taper.formats.fhir.read.bundle import Request, names_course
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.import_report import CannotImport, Notes


def check_together(requests: Sequence[Request], notes: Notes) -> None:
    """Refuse requests for several people, given twice, or beside those that they replace.

    Raises:
        CannotImport: If they are for more people than one plan has courses, as in an export of many.
    """
    subjects = list(dict.fromkeys(request.subject or "nobody named" for request in requests))
    if len(subjects) > 1:
        told = some_of(subjects)
        what = f"the requests are for {len(subjects)} subjects ({told}); name one as patient"
        if len(subjects) > MOST_COURSES:
            raise CannotImport(what, where="patient")
        notes.refuse("status", "", what)
    _refuse_repeated(requests, notes)
    _refuse_replaced(requests, notes)


def _refuse_repeated(requests: Sequence[Request], notes: Notes) -> None:
    """Refuse requests of which one is the other again: planned side by side they would double the doses."""
    seen: dict[tuple[str, ...], str] = {}
    for request in requests:
        for mark, name in _marks(request):
            before = seen.setdefault(mark, request.where)
            if before != request.where:
                notes.refuse("status", request.where, f"it has {name}, as {before} has; give each request once")


def _refuse_replaced(requests: Sequence[Request], notes: Notes) -> None:
    """Refuse a request for doses beside the one that it replaces or fulfils."""
    orders = [request for request in requests if not request.is_supply]
    named = {name: request.where for request in orders for name in (*request.references, *_numbers(request.body))}
    for request in orders:
        listed = [request.body.get("priorPrescription"), *as_list(request.body.get("basedOn"))]
        for name in dict.fromkeys(name for item in listed for name in _meant(as_map(item))):
            if named.get(name, request.where) != request.where:
                what = f"it stands for {named[name]}, which is given too; give the one in force"
                notes.refuse("status", request.where, what)


def _meant(reference: Mapping[str, Any]) -> Iterator[str | tuple[str, str]]:
    """Each way in which a reference may name an order: as it stands, by type and id alone, and by a number."""
    yield from reference_names(reference)
    yield from _numbers({"identifier": [reference.get("identifier")]})


def reference_names(reference: Mapping[str, Any]) -> Iterator[str]:
    """A reference without the version that it names, whole and by type and id alone."""
    stated = reference.get("reference")
    if isinstance(stated, str):
        whole = stated.partition("/_history/")[0]
        yield whole
        yield "/".join(whole.split("/")[-2:])


def _numbers(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The numbers of an order, each with the system that it is of; not the name of a course."""
    for item in map(as_map, as_list(body.get("identifier"))):
        if "value" in item and not names_course(item):
            yield str(item.get("system")), str(item["value"])


def _marks(request: Request) -> Iterator[tuple[tuple[str, ...], str]]:
    """What no two requests have in common: an id, an address, a number, and all that they order."""
    body = request.body
    if "id" in body:
        yield ("id", str(body["id"])), f"the id {body['id']}"
    if request.address is not None:
        yield ("address", request.address), f"the address {request.address}"
    for system, number in _numbers(body):
        yield ("number", system, number), f"the identifier {number}"
    if not request.is_supply:
        ordered = (request.course_name, _what(request), body.get("subject"), request.dosages)
        yield ("order", *map(_written, ordered)), "the same drug and dosages"


def _what(request: Request) -> list[Any]:
    """The drug of a request as it stands, its Medication without the id that it has only in this place."""
    reference = request.medication_reference
    found = {} if reference is None else as_map(request.resolve(reference))
    concept = request.body.get("medicationCodeableConcept") or as_map(request.body.get("medication")).get("concept")
    return [concept, {key: item for key, item in found.items() if key != "id"}]


def _written(value: object) -> str:
    """A value as text in which the order of keys makes no difference."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_written(value[key])}" for key in sorted(value, key=str)) + "}"
    return "[" + ",".join(map(_written, value)) + "]" if isinstance(value, list) else str(value)
