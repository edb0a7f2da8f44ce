"""Orders as other programs write them, built from parts: a Dosage a day in the morning, and requests that hold some."""

from decimal import Decimal

from taper import CannotImport, from_fhir

UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
ORAL = {"coding": [{"system": SNOMED, "code": "26643006"}]}
SLOTS = {
    1: ["morning"],
    2: ["morning", "evening"],
    3: ["morning", "noon", "evening"],
    4: ["morning", "noon", "evening", "bedtime"],
}


def quantity(value, code="mg", system=UCUM, unit=None):
    return {"value": value, "unit": unit or code, "system": system, "code": code}


def lasting(value, code="d"):
    return {"boundsDuration": quantity(value, code)}


def between(start=None, end=None):
    return {"boundsPeriod": period(start, end)}


def period(start=None, end=None):
    return {key: item for key, item in (("start", start), ("end", end)) if item is not None}


def dosage(value=40, /, **more):
    """One Dosage of so many mg each morning; `repeat` adds to its timing, and None leaves a key out."""
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]} | more.pop("repeat", {})
    made = {
        "timing": {"repeat": {key: item for key, item in repeat.items() if item is not None}},
        "route": ORAL,
        "doseAndRate": [{"doseQuantity": quantity(value)}],
    } | more
    return {key: item for key, item in made.items() if item is not None}


def counted(value, unit, code=None, system=None, **more):
    """One Dosage of a count, in a unit with or without a code."""
    held = {"value": value, "unit": unit, "system": system, "code": code}
    return dosage(doseAndRate=[{"doseQuantity": {key: item for key, item in held.items() if item is not None}}], **more)


def order(*dosages, **more):
    """An R4 request in force, without anything that it need not have."""
    made = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "medicationCodeableConcept": {"text": "prednisone"},
        "dosageInstruction": list(dosages or [dosage()]),
    } | more
    return {key: item for key, item in made.items() if item is not None}


def order_r5(*dosages, **more):
    return order(*dosages, medicationCodeableConcept=None, medication={"concept": {"text": "prednisone"}}, **more)


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": item} for item in resources]}


def steps_of(resource, **given):
    """What a resource is read as: its first day, each step's doses of its first day and its length, and how it ends."""
    read = from_fhir(resource, slots=SLOTS, **given)
    (course,) = read.plan.courses
    start = read.start.isoformat() if read.start else None
    return start, [(step.days[0].as_dict(), str(step.lasting or "on")) for step in course.steps], course.then


def refusals(resource, **given):
    """The reports that refuse a resource, as text; none if it is read."""
    try:
        from_fhir(resource, slots=SLOTS, **given)
    except CannotImport as error:
        return [str(report) for report in error.reports if report.refuses]
    return []


def reports(resource, **given):
    return [str(report) for report in from_fhir(resource, slots=SLOTS, **given).reports]


HALF = Decimal("0.5")
