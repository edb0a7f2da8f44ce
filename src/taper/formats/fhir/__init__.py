"""A plan as FHIR medication requests, R4 and R5, and such requests read back as a plan."""

from taper.formats.fhir.bundle import WrongResource
from taper.formats.fhir.notes import CannotImport, ImportReport
from taper.formats.fhir.out import to_fhir, write_fhir
from taper.formats.fhir.read import FhirPlan, from_fhir, load_fhir
from taper.formats.fhir.ucum import CannotExpress

__all__ = [
    "CannotExpress",
    "CannotImport",
    "FhirPlan",
    "ImportReport",
    "WrongResource",
    "from_fhir",
    "load_fhir",
    "to_fhir",
    "write_fhir",
]
