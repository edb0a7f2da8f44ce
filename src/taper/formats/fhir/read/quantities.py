"""Parts of a quantity that are not known although the amount is: each is reported."""

from collections.abc import Mapping
from typing import Any

from taper.formats.fhir.quantity import unread_parts
from taper.formats.fhir.read.import_report import Notes


def report_unit(quantity: Mapping[str, Any], at: str, notes: Notes) -> None:
    """Report the unit, code or system of a quantity that is not known, and what is read in its place."""
    for part, said, other in unread_parts(quantity):
        notes.report("not-read", f"{at}.{part}", f"the {part} {said!r} is not known, and {other} is read")
