"""The error for what is no order of doses, and why it is none."""

from taper.errors import InvalidInput

OLDER = {"MedicationOrder": "DSTU2", "MedicationPrescription": "DSTU1"}
"""Orders of versions that are not read."""


class WrongResource(InvalidInput):
    """Data that is not a FHIR medication request of a version that is read, nor a bundle or lines of them."""


def why_wrong(kind: str) -> str:
    """What is wrong with a resource of a kind, and what to give in its place."""
    if kind in OLDER:
        return f"a {kind} is FHIR {OLDER[kind]}; convert it to a MedicationRequest of R4 or R5"
    if not kind:
        return "there is no resourceType; give a FHIR MedicationRequest or a Bundle of them"
    article = "an" if kind[0] in "AEIOU" else "a"
    return f"{article} {kind} is no request for doses; give a MedicationRequest or a Bundle of them"
