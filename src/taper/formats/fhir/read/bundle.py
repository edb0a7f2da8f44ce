"""A resource or a Bundle opened: its version, its requests for doses, and its requests for supply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taper.errors import InvalidInput
from taper.formats.fhir.read.elements import as_list, as_map, refuse_modifiers
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.write.medication import Version
from taper.formats.fhir.write.request import COURSE

_OLDER = {"MedicationOrder": "DSTU2", "MedicationPrescription": "DSTU1"}
_ONLY_IN: dict[Version, tuple[str, ...]] = {
    "R4": (
        "medicationCodeableConcept",
        "medicationReference",
        "reasonCode",
        "reportedBoolean",
        "instantiatesCanonical",
    ),
    "R5": ("medication", "reason", "renderedDosageInstruction", "effectiveDosePeriod", "device"),
}


class WrongResource(InvalidInput):
    """Data that is not a FHIR medication request of a version that is read, nor a bundle of them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One MedicationRequest, where it stands, and the other resources it may refer to."""

    where: str
    body: Mapping[str, Any]
    others: Mapping[str, Mapping[str, Any]]
    address: str | None = None

    @property
    def is_supply(self) -> bool:
        """Whether it asks for a supply for other requests, and orders no doses itself."""
        return not self.body.get("dosageInstruction") and "basedOn" in self.body and "dispenseRequest" in self.body

    @property
    def references(self) -> set[str]:
        """How other resources may refer to it."""
        own = {f"MedicationRequest/{self.body['id']}"} if "id" in self.body else set()
        return own | ({self.address} if self.address is not None else set())

    @property
    def course_name(self) -> str | None:
        """The id of the course that it is part of, where it says so as taper does."""
        for item in map(as_map, as_list(self.body.get("identifier"))):
            if _names_course(item) and isinstance(item.get("value"), str):
                return str(item["value"])
        return None

    def resolve(self, reference: str) -> Mapping[str, Any] | None:
        """The resource of a reference: contained, by its full address, or by type and id."""
        if reference.startswith("#"):
            contained = [as_map(item) for item in as_list(self.body.get("contained"))]
            return next((item for item in contained if item.get("id") == reference[1:]), None)
        return self.others.get(reference)


def _names_course(identifier: Mapping[str, Any]) -> bool:
    return as_map(identifier.get("type")).get("text") == COURSE["text"]


def open_requests(data: object, notes: Notes) -> tuple[Request, ...]:
    """Every MedicationRequest of a resource or Bundle; what must not be followed is refused in the notes.

    Raises:
        WrongResource: If there is none.
    """
    requests = tuple(_requests(data))
    if not requests:
        raise WrongResource("the bundle holds no MedicationRequest; give one that does")
    for request in requests:
        _check_status(request, notes)
        refuse_modifiers(request.body, request.where, notes)
    _refuse_repeated(requests, notes)
    _refuse_replaced(requests, notes)
    subjects = {str(as_map(request.body.get("subject")).get("reference", "")) for request in requests}
    if len(subjects) > 1:
        notes.refuse("status", "", f"the requests are for {len(subjects)} subjects; read those of one at a time")
    return requests


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
    orders = {name: request.where for request in requests if not request.is_supply for name in request.references}
    for request in requests:
        listed = [request.body.get("priorPrescription"), *as_list(request.body.get("basedOn"))]
        for reference in (str(as_map(item).get("reference")) for item in listed):
            if reference in orders and not request.is_supply:
                what = f"it stands for {orders[reference]}, which is given too; give the one in force"
                notes.refuse("status", request.where, what)


def _marks(request: Request) -> Iterator[tuple[tuple[str, ...], str]]:
    """What no two requests have in common: an id, an address, a number, and all that they order."""
    body = request.body
    if "id" in body:
        yield ("id", str(body["id"])), f"the id {body['id']}"
    if request.address is not None:
        yield ("address", request.address), f"the address {request.address}"
    for item in map(as_map, as_list(body.get("identifier"))):
        if "value" in item and not _names_course(item):
            number = str(item["value"])
            yield ("number", str(item.get("system")), number), f"the identifier {number}"
    if not request.is_supply:
        ordered = (request.course_name, _what(request), body.get("subject"), body.get("dosageInstruction"))
        yield ("order", *map(_written, ordered)), "the same drug and dosages"


def _what(request: Request) -> list[Any]:
    """The drug of a request as it stands, its Medication without the id that it has only in this place."""
    held = as_map(request.body.get("medication"))
    reference = as_map(request.body.get("medicationReference") or held.get("reference")).get("reference")
    found = as_map(request.resolve(reference)) if isinstance(reference, str) else {}
    concept = request.body.get("medicationCodeableConcept") or held.get("concept")
    return [concept, {key: item for key, item in found.items() if key != "id"}]


def _written(value: object) -> str:
    """A value as text in which the order of keys makes no difference."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key!r}:{_written(value[key])}" for key in sorted(value, key=str)) + "}"
    return "[" + ",".join(map(_written, value)) + "]" if isinstance(value, list) else str(value)


def _requests(data: object) -> Iterator[Request]:
    kind = _kind(as_map(data))
    if kind == "MedicationRequest":
        yield Request("MedicationRequest", as_map(data), {})
        return
    if kind != "Bundle":
        raise WrongResource(_why_wrong(kind))
    entries = [as_map(entry) for entry in as_list(as_map(data).get("entry"))]
    others = {name: as_map(entry.get("resource")) for entry in entries for name in _names(entry)}
    for index, entry in enumerate(entries):
        body = as_map(entry.get("resource"))
        if _kind(body) in _OLDER:
            raise WrongResource(_why_wrong(_kind(body)))
        if _kind(body) == "MedicationRequest":
            address = entry.get("fullUrl")
            yield Request(f"entry[{index}]", body, others, address if isinstance(address, str) else None)


def _kind(body: Mapping[str, Any]) -> str:
    kind = body.get("resourceType")
    return kind if isinstance(kind, str) else ""


def _why_wrong(kind: str) -> str:
    if kind in _OLDER:
        return f"a {kind} is FHIR {_OLDER[kind]}; convert it to a MedicationRequest of R4 or R5"
    if not kind:
        return "there is no resourceType; give a FHIR MedicationRequest or a Bundle of them"
    return f"a {kind} is no request for doses; give a MedicationRequest or a Bundle of them"


def _names(entry: Mapping[str, Any]) -> Iterator[str]:
    body = as_map(entry.get("resource"))
    if isinstance(entry.get("fullUrl"), str):
        yield entry["fullUrl"]
    if "resourceType" in body and "id" in body:
        yield f"{body['resourceType']}/{body['id']}"


def _check_status(request: Request, notes: Notes) -> None:
    status, where = request.body.get("status"), f"{request.where}.status"
    if request.body.get("doNotPerform") is True:
        notes.refuse(
            "status", f"{request.where}.doNotPerform", "it says that the drug is not to be taken; leave it out"
        )
    if status == "entered-in-error":
        notes.refuse("status", where, "it was entered in error; give the one that was meant")
    elif status not in ("draft", "active"):
        notes.refuse("status", where, f"its status is {status!r}, so it is not in force; give those in draft or active")
    if request.body.get("intent") == "option":
        notes.refuse(
            "status", f"{request.where}.intent", "it is one option among several; give the one that was chosen"
        )


def read_version(requests: tuple[Request, ...], wanted: Version | None) -> Version:
    """The FHIR version of the requests, by the elements that only one version has.

    Raises:
        WrongResource: If they mix versions, show none, or show another than the one wanted.
    """
    found: dict[Version, str] = {}
    for request in requests:
        for version, keys in _ONLY_IN.items():
            shown = next((key for key in keys if key in request.body), None)
            if shown is not None:
                found[version] = f"{request.where}.{shown}"
    if len(found) > 1:
        raise WrongResource(f"{found['R4']} is FHIR R4 and {found['R5']} is R5; give one version")
    for version, where in found.items():
        if wanted not in {None, version}:
            raise WrongResource(f"{where} is FHIR {version}, and {wanted} was named; name the version it is")
        return version
    raise WrongResource(
        "it names no medication as FHIR R4 or R5 do; write medicationCodeableConcept (R4) or medication (R5)"
    )
