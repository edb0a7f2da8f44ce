"""A resource or a Bundle opened: its version, its requests for doses, and its requests for supply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taper._base.shown import show, some_of
from taper.errors import InvalidInput, NotFound
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.lines import Lines, entries_of
from taper.formats.fhir.read.status import check_status
from taper.formats.fhir.read.wrong_resource import OLDER, WrongResource, why_wrong
from taper.formats.fhir.write.medication import Version
from taper.formats.fhir.write.request import COURSE

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
KINDS = ("MedicationRequest", "MedicationStatement", "MedicationDispense")
"""The resources that order doses; of several, the first is read."""
_DOSES = {"MedicationStatement": "dosage"}
_BARE = {"timing", "doseAndRate", "text"}


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

    def dosage_at(self, index: int) -> str:
        """Where one of its dosages stands."""
        if self.kind == "Dosage":
            return self.where
        return f"{self.where}.{_DOSES.get(self.kind, 'dosageInstruction')}[{index}]"

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
        return {self.subject, self.subject.rpartition("/")[2], self.subject.rpartition("|")[2]} - {""}

    @property
    def is_supply(self) -> bool:
        """Whether it asks for a supply for other requests, and orders no doses itself."""
        asks = {"basedOn", "dispenseRequest"} <= self.body.keys()
        return asks and self.kind == "MedicationRequest" and not self.dosages

    @property
    def medication_reference(self) -> str | None:
        """How it refers to its Medication, where it does."""
        held = self.body.get("medicationReference") or as_map(self.body.get("medication")).get("reference")
        named = as_map(held).get("reference")
        return named if isinstance(named, str) else None

    @property
    def product_references(self) -> set[str | None]:
        """How it refers to its Medication, and that to what it is made of."""
        named = self.medication_reference
        made = as_map(self.resolve(named)) if named is not None else {}
        return {named, *map(substance_of, map(as_map, as_list(made.get("ingredient"))))}

    @property
    def references(self) -> set[str]:
        """How other resources may refer to it."""
        own = {f"{self.kind}/{self.body['id']}"} if "id" in self.body else set()
        return own | ({self.address} if self.address is not None else set())

    @property
    def id_names(self) -> set[str]:
        """What a caller may call it: its id, or a reference to it."""
        return ({str(self.body["id"])} if "id" in self.body else set()) | self.references

    @property
    def course_name(self) -> str | None:
        """The id of the course that it is part of, where it says so as taper does."""
        for item in map(as_map, as_list(self.body.get("identifier"))):
            if names_course(item) and isinstance(item.get("value"), str):
                return str(item["value"])
        return None

    def resolve(self, reference: str) -> Mapping[str, Any] | None:
        """The resource of a reference: contained, by its full address, or by type and id."""
        if reference.startswith("#"):
            contained = [as_map(item) for item in as_list(self.body.get("contained"))]
            return next((item for item in contained if item.get("id") == reference[1:]), None)
        return self.others.get(reference)


def reasons_of(body: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """What an order is for: where each reason stands, and its concept."""
    for index, item in enumerate(as_list(body.get("reasonCode"))):
        yield f"reasonCode[{index}]", item
    for index, item in enumerate(as_list(body.get("reason"))):
        yield f"reason[{index}]", as_map(item).get("concept")


def substance_of(ingredient: Mapping[str, Any]) -> str | None:
    """How an ingredient refers to its substance, where it does."""
    held = ingredient.get("itemReference") or as_map(ingredient.get("item")).get("reference")
    named = as_map(held).get("reference")
    return named if isinstance(named, str) else None


def names_course(identifier: Mapping[str, Any]) -> bool:
    """Whether an identifier is the id of a course, as taper writes it."""
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
    _refuse_page(as_map(data), choice, notes)
    found = _chosen(tuple(_requests(data, notes)), choice)
    if not found:
        raise WrongResource("it holds no MedicationRequest; give a Bundle, or NDJSON, that does")
    return _in_force(found, notes)


def _refuse_page(data: Mapping[str, Any], choice: Choice, notes: Notes) -> None:
    """Refuse one page of an answer that has more, on which the next step of an order may stand."""
    relations = [as_map(link).get("relation") for link in as_list(data.get("link"))]
    if "next" in relations and not choice.ids:
        notes.refuse("status", "link", "it is one page of several; give them as one Bundle, or select requests by id")


def _chosen(requests: tuple[Request, ...], choice: Choice) -> tuple[Request, ...]:
    """The requests of the patient and of the ids that were named."""
    if choice.ids:
        held = {name for item in requests for name in item.id_names}
        missing = next((name for name in choice.ids if name not in held), None)
        if missing is not None:
            told = some_of(sorted(str(item.body["id"]) for item in requests if "id" in item.body)) or "none"
            raise NotFound(f"no request has the id {show(missing)}; these are here: {told}", where="select")
        wanted = set(choice.ids)
        requests = tuple(item for item in requests if wanted & item.id_names)
    if choice.patient is not None:
        known = sorted({request.subject for request in requests} - {""})
        told = some_of(known) or "none"
        if not choice.patient.strip():
            raise InvalidInput(
                f"{show(choice.patient)} is no patient; these are here: {told}. Name one", where="patient"
            )
        requests = tuple(item for item in requests if choice.patient in item.subject_names)
        if not requests:
            raise NotFound(f"no request is for {show(choice.patient)}; these are: {told}", where="patient")
    return requests


def _in_force(requests: tuple[Request, ...], notes: Notes) -> tuple[Request, ...]:
    """The requests that are in force; where some are, those that are not are left out and listed."""
    apart = [(request, notes.apart()) for request in requests]
    for request, mine in apart:
        check_status(request, mine)
    is_own = any(request.course_name is not None for request in requests)
    keeps_all = is_own or all(mine.refuses for _, mine in apart)
    for request, mine in apart:
        if keeps_all or not mine.refuses:
            notes.add(mine)
        else:
            notes.report("status", request.where, f"left out: {mine.first_refusal}")
    return tuple(request for request, mine in apart if keeps_all or not mine.refuses)


def _requests(data: object, notes: Notes) -> Iterator[Request]:
    kind = _kind(as_map(data))
    if kind in KINDS:
        yield Request(kind, as_map(data), {}, kind=kind)
        return
    if not kind and _BARE & set(as_map(data)):
        yield Request("Dosage", {"dosageInstruction": [data]}, {}, kind="Dosage")
        return
    if kind != "Bundle" and not isinstance(data, Lines):
        raise WrongResource(why_wrong(kind))
    entries = entries_of(data)
    others = {name: as_map(entry.get("resource")) for entry in entries.values() for name in names_of_entry(entry)}
    held = {_kind(as_map(entry.get("resource"))) for entry in entries.values()}
    read = next((kind for kind in KINDS if kind in held), KINDS[0])
    for where, entry in entries.items():
        body = as_map(entry.get("resource"))
        if _kind(body) in OLDER:
            raise WrongResource(why_wrong(_kind(body)), where=where)
        if as_map(entry.get("request")).get("method") == "DELETE":
            notes.refuse("status", where, "it deletes a resource; give the requests that are in force")
        if _kind(body) == read:
            address = entry.get("fullUrl")
            yield Request(where, body, others, address if isinstance(address, str) else None, read)
        elif _kind(body) in KINDS:
            notes.report("not-read", where, f"a {_kind(body)} is not read beside a {read}")


def _kind(body: Mapping[str, Any]) -> str:
    kind = body.get("resourceType")
    return kind if isinstance(kind, str) else ""


def names_of_entry(entry: Mapping[str, Any]) -> Iterator[str]:
    """How other resources may refer to that of an entry: its address, and its type and id."""
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
    if wanted not in (None, *_ONLY_IN):
        raise WrongResource(f"FHIR {show(wanted)} is not read; write R4 or R5")
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
