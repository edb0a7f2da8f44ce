"""A resource or a Bundle opened: its version, its requests for doses, and its requests for supply."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taper.errors import InvalidInput, NotFound
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.status import check_status
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
_KINDS = ("MedicationRequest", "MedicationStatement", "MedicationDispense")
_DOSES = {"MedicationStatement": "dosage"}
_BARE = {"timing", "doseAndRate", "text"}


class WrongResource(InvalidInput):
    """Data that is not a FHIR medication request of a version that is read, nor a bundle of them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One order, statement or dispense of a drug, where it stands, and the other resources it may refer to.

    `is_extended` says that it may hold extensions.
    """

    where: str
    body: Mapping[str, Any]
    others: Mapping[str, Mapping[str, Any]]
    address: str | None = None
    kind: str = "MedicationRequest"
    is_extended: bool = True

    @property
    def dosages(self) -> list[Any]:
        """Its dosages as they stand."""
        return as_list(self.body.get(_DOSES.get(self.kind, "dosageInstruction")))

    @property
    def dosages_at(self) -> str:
        """Where its dosages stand."""
        return self.where if self.kind == "Dosage" else f"{self.where}.{_DOSES.get(self.kind, 'dosageInstruction')}"

    @property
    def subject(self) -> str:
        """Whom it is for, as it says it: by a reference, else by a number, else by a name."""
        held = as_map(self.body.get("subject"))
        number = as_map(held.get("identifier"))
        named = f"{number.get('system', '')}|{number['value']}" if "value" in number else held.get("display", "")
        return str(held.get("reference", named))

    @property
    def subject_names(self) -> set[str]:
        """What a caller may call whom it is for: as it says it, or the id or number alone."""
        return {self.subject, self.subject.rpartition("/")[2], self.subject.rpartition("|")[2]}

    @property
    def is_supply(self) -> bool:
        """Whether it asks for a supply for other requests, and orders no doses itself."""
        is_request = self.kind == "MedicationRequest"
        return is_request and not self.dosages and "basedOn" in self.body and "dispenseRequest" in self.body

    @property
    def references(self) -> set[str]:
        """How other resources may refer to it."""
        own = {f"{self.kind}/{self.body['id']}"} if "id" in self.body else set()
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


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several orders a caller wants: those for one patient, of one drug, or of some ids."""

    patient: str | None = None
    drug: str | None = None
    ids: tuple[str, ...] = ()


def open_requests(data: object, choice: Choice, notes: Notes) -> tuple[Request, ...]:
    """Every order of a resource or Bundle that is in force and chosen; the others are listed in the notes.

    Raises:
        WrongResource: If there is none.
        NotFound: If there is none for the patient or of an id that was named.
    """
    found = _chosen(tuple(_requests(data, notes)), choice)
    if not found:
        raise WrongResource("the bundle holds no MedicationRequest; give one that does")
    return _in_force(found, notes)


def check_together(requests: Sequence[Request], notes: Notes) -> None:
    """Refuse requests for several people, given twice, or beside those that they replace."""
    if len(requests) > 1:
        _refuse_repeated(requests, notes)
        _refuse_replaced(requests, notes)
    subjects = list(dict.fromkeys(request.subject for request in requests))
    if len(subjects) > 1:
        told = ", ".join(subject or "nobody named" for subject in subjects)
        what = f"the requests are for {len(subjects)} subjects ({told}); read those of one at a time"
        notes.refuse("status", "", what)


def _chosen(requests: tuple[Request, ...], choice: Choice) -> tuple[Request, ...]:
    """The requests of the patient and of the ids that were named."""
    if choice.ids:
        held = {str(request.body.get("id")) for request in requests} | {
            name for request in requests for name in request.references
        }
        missing = next((name for name in choice.ids if name not in held), None)
        if missing is not None:
            told = ", ".join(sorted(str(request.body["id"]) for request in requests if "id" in request.body)) or "none"
            raise NotFound(f"no request has the id {missing!r}; these are here: {told}", where="select")
        wanted = set(choice.ids)
        requests = tuple(item for item in requests if wanted & ({str(item.body.get("id"))} | item.references))
    if choice.patient is not None:
        known = sorted({request.subject for request in requests})
        requests = tuple(item for item in requests if choice.patient in item.subject_names)
        if not requests:
            raise NotFound(f"no request is for {choice.patient!r}; these are: {', '.join(known)}", where="patient")
    return requests


def _in_force(requests: tuple[Request, ...], notes: Notes) -> tuple[Request, ...]:
    """The requests that are in force; where some are, those that are not are left out and listed."""
    apart = [(request, notes.apart()) for request in requests]
    for request, mine in apart:
        check_status(request, mine)
    kept = [item for item in apart if not item[1].refuses]
    is_own = any(request.course_name is not None for request in requests)
    if not kept or is_own:
        kept = apart
    for request, mine in apart:
        if (request, mine) in kept:
            notes.add(mine)
        else:
            notes.report("status", request.where, f"left out: {mine.first_refusal}")
    return tuple(request for request, _ in kept)


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
        ordered = (request.course_name, _what(request), body.get("subject"), request.dosages)
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


def _requests(data: object, notes: Notes) -> Iterator[Request]:
    kind = _kind(as_map(data))
    if kind in _KINDS:
        yield Request(kind, as_map(data), {}, kind=kind)
        return
    if not kind and _BARE & set(as_map(data)):
        yield Request("Dosage", {"dosageInstruction": [data]}, {}, kind="Dosage")
        return
    if kind != "Bundle":
        raise WrongResource(_why_wrong(kind))
    entries = [as_map(entry) for entry in as_list(as_map(data).get("entry"))]
    others = {name: as_map(entry.get("resource")) for entry in entries for name in _names(entry)}
    held = {_kind(as_map(entry.get("resource"))) for entry in entries}
    read = next((kind for kind in _KINDS if kind in held), _KINDS[0])
    for index, entry in enumerate(entries):
        body, where = as_map(entry.get("resource")), f"entry[{index}]"
        if _kind(body) in _OLDER:
            raise WrongResource(_why_wrong(_kind(body)))
        if as_map(entry.get("request")).get("method") == "DELETE":
            notes.refuse("status", where, "it deletes a resource; give the requests that are in force")
        if _kind(body) == read:
            address = entry.get("fullUrl")
            yield Request(where, body, others, address if isinstance(address, str) else None, read)
        elif _kind(body) in _KINDS:
            notes.report("not-read", where, f"a {_kind(body)} is not read beside a {read}")


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
    if any(request.kind == "Dosage" for request in requests):
        return wanted or _version_of_dosage(requests[0].dosages[0])
    raise WrongResource(
        "it names no medication as FHIR R4 or R5 do; write medicationCodeableConcept (R4) or medication (R5)"
    )


def _version_of_dosage(dosage: Mapping[str, Any]) -> Version:
    """The version of a bare Dosage, by the elements that only R5 has."""
    is_r5 = "asNeeded" in dosage or "asNeededFor" in dosage or isinstance(dosage.get("maxDosePerPeriod"), list)
    return "R5" if is_r5 else "R4"
