"""A plan as FHIR medication requests, R4 and R5, and such requests read back as a plan."""

from taper.formats.fhir.quantity import CannotExpress
from taper.formats.fhir.read.bundle import WrongResource
from taper.formats.fhir.read.import_report import CannotImport, ImportReport
from taper.formats.fhir.read.plan import FhirPlan, from_fhir, load_fhir
from taper.formats.fhir.write.bundle import to_fhir, write_fhir

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
