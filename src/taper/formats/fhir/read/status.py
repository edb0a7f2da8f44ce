"""Whether an order is in force: its status, what it is, and whether it is to be read as it stands."""

from collections.abc import Mapping
from typing import Any, Protocol

from taper._base.shown import show
from taper.formats.fhir.read.elements import RULES, as_list, as_map, codes_of
from taper.formats.fhir.read.import_report import Notes

_IN_FORCE = {
    "MedicationRequest": ("draft", "active"),
    "MedicationStatement": ("active", "intended", "recorded", "draft"),
    "MedicationDispense": ("preparation", "in-progress", "completed"),
}
_INTENTS = {
    "proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option",
}  # fmt: skip


class InForce(Protocol):
    """What is asked of an order: its kind, where it stands, and what it holds."""

    @property
    def kind(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...


def check_status(request: InForce, notes: Notes) -> None:
    """Refuse an order that is not in force, or that must not be read as it stands."""
    status, where = request.body.get("status"), f"{request.where}.status"
    if request.body.get("doNotPerform") is True:
        notes.refuse(
            "status", f"{request.where}.doNotPerform", "it says that the drug is not to be taken; leave it out"
        )
    if "implicitRules" in request.body:
        notes.refuse("status", f"{request.where}.implicitRules", RULES)
    if "SUBSETTED" in {as_map(tag).get("code") for tag in as_list(as_map(request.body.get("meta")).get("tag"))}:
        notes.refuse("status", f"{request.where}.meta.tag", "it is only a part of a resource; give the whole")
    if status == "entered-in-error":
        notes.refuse("status", where, "it was entered in error; give the one that was meant")
    elif request.kind in _IN_FORCE and status not in _IN_FORCE[request.kind]:
        listed = " or ".join(_IN_FORCE[request.kind])
        said = "it has no status" if status is None else f"its status is {show(status)}"
        notes.refuse("status", where, f"{said}, so it is not in force; give those in {listed}")
    intent = request.body.get("intent")
    if isinstance(intent, str) and intent not in _INTENTS:
        notes.refuse(
            "status", f"{request.where}.intent", f"{show(intent)} is no intent of FHIR; write the one that is meant"
        )
    if intent == "option":
        notes.refuse(
            "status", f"{request.where}.intent", "it is one option among several; give the one that was chosen"
        )
    adherence = as_map(as_map(request.body.get("adherence")).get("code"))
    if codes_of(adherence) & {"not-taking", "stopped", "on-hold", "not-adherent"}:
        notes.refuse(
            "status", f"{request.where}.adherence", "it says that the drug is not taken as stated; leave it out"
        )
