"""The shape of each type of FHIR: its keys, what each may hold, and which of them are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from taper.formats.fhir.read.primitives import PRIMITIVES
from taper.formats.fhir.tables import elements
from taper.formats.fhir.write.medication import Version

_QUANTITY = {"value", "comparator", "unit", "system", "code"}
_MEASURES = ("Quantity", "Duration", "Age", "Count", "Distance")
# What of each type is read, compared or refused by the rest of the reader; every other element is reported as not read.
# A type that is not named here is not looked into: it is read nowhere.
READ: dict[str, set[str]] = {
    "Bundle": {"type", "entry"},
    "Bundle.entry": {"fullUrl", "resource", "request"},
    "Bundle.entry.request": {"method"},
    "MedicationRequest": {
        "contained", "implicitRules", "doNotPerform", "medication[x]", "medication", "reasonCode", "reason",
        "courseOfTherapyType", "note", "renderedDosageInstruction", "effectiveDosePeriod", "dosageInstruction",
        "dispenseRequest",
    },
    "MedicationStatement": {
        "contained", "implicitRules", "medication[x]", "medication", "effective[x]", "reasonCode", "reason", "note",
        "renderedDosageInstruction", "dosage",
    },
    "MedicationDispense": {
        "contained", "implicitRules", "medication[x]", "medication", "note", "renderedDosageInstruction",
        "dosageInstruction",
    },
    "MedicationRequest.dispenseRequest": {"quantity", "expectedSupplyDuration", "numberOfRepeatsAllowed"},
    "Medication": {"id", "implicitRules", "code", "form", "doseForm", "ingredient"},
    "Medication.ingredient": {"item[x]", "item", "strength", "strength[x]", "isActive"},
    "Dosage": {
        "sequence", "text", "additionalInstruction", "patientInstruction", "timing", "asNeeded[x]", "asNeeded",
        "asNeededFor", "site", "route", "method", "doseAndRate",
    },
    "Dosage.doseAndRate": {"type", "dose[x]", "rate[x]"},
    "Timing": {"event", "repeat", "code"},
    "Timing.repeat": {
        "bounds[x]", "count", "countMax", "duration", "durationMax", "frequency", "frequencyMax",
        "period", "periodMax", "periodUnit", "dayOfWeek", "timeOfDay", "when", "offset",
    },
    **dict.fromkeys(_MEASURES, _QUANTITY),
    "Range": {"low", "high"},
    "Ratio": {"numerator", "denominator"},
    "Period": {"start", "end"},
    "CodeableConcept": {"coding", "text"},
    "Coding": {"system", "code", "display"},
    "CodeableReference": {"concept", "reference"},
    "Reference": {"reference"},
    "Annotation": {"text"},
}  # fmt: skip
# Concepts of which only the names are read, and those of which only the code is.
_BY_NAME = {
    "medicationCodeableConcept", "medication", "reasonCode", "reason", "code", "form", "doseForm",
    "itemCodeableConcept", "item", "additionalInstruction",
}  # fmt: skip
BY_CODE = {"courseOfTherapyType"}
NAMED = _BY_NAME | BY_CODE
_APART = {"extension", "modifierExtension", "implicitRules"}
# Where a dose, a time or a length is said: an extension there, or a value that is left out, is never passed over.
_DECIDES = {"MedicationRequest", "MedicationStatement", "MedicationDispense", "Medication", "Medication.ingredient"}


@dataclass(frozen=True, slots=True)
class Known:
    """One key of a type: the element it belongs to, its type, whether it holds a list, and whether it is read.

    `is_simple` says that it holds one value that is no object, and that no other key says the same; `is_plain` that
    of what it holds nothing is to be said but what is said of the parts.
    """

    element: str
    kind: str
    many: bool
    is_read: bool
    is_simple: bool
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of a type, and which of them must stand, each with the element that wants it.

    `decides` says that a dose, a time or a length is said in it.
    """

    keys: Mapping[str, Known]
    required: tuple[tuple[str, tuple[str, ...]], ...]
    decides: bool


@cache
def shape_of(kind: str, version: Version) -> Shape | None:
    """The keys of a type in a version, or None for a type that is not on file."""
    held = elements(version).get(kind)
    if held is None:
        return None
    keys: dict[str, Known] = {}
    required = []
    for element, described in held.items():
        types, least, most = described.rsplit(" ", 2)
        mine = {_key(element, one): _known(element, one, kind, many=most != "1") for one in types.split("|")}
        keys |= mine
        if least != "0":
            required.append((element, tuple(mine)))
    return Shape(keys, tuple(required), kind in _DECIDES or kind.startswith(("Dosage", "Timing")))


def _key(element: str, kind: str) -> str:
    return element.replace("[x]", kind[0].upper() + kind[1:])


def _known(element: str, kind: str, of: str, *, many: bool) -> Known:
    key = _key(element, kind)
    is_read, is_alone = element in READ.get(of, ()), not element.endswith("[x]") and element not in _APART
    holds_value = kind in PRIMITIVES
    is_simple = is_alone and holds_value and not many
    is_plain = is_read and element not in _APART and kind != "Resource" and (holds_value or key not in NAMED)
    return Known(element, kind, many, is_read, is_simple, is_plain)
