"""NDJSON, as a bulk export writes it: one resource a line, opened as the entries of a Bundle are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from taper._base.json_text import read_json_lines
from taper._base.limits import LARGEST_FHIR_BYTES
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.wrong_resource import WrongResource

_ONE_A_LINE = "write one FHIR resource on each line"


@dataclass(frozen=True, slots=True)
class Lines:
    """The resources of an NDJSON text, each as the entry of a Bundle, by the line on which it stands."""

    entries: Mapping[str, Mapping[str, Any]]


def read_lines(text: str, where: str) -> Lines:
    """Open NDJSON; `where` is its file, if it is of one.

    Raises:
        NotJson: If a line is not JSON.
        WrongResource: If a line is no resource, or a Bundle.
    """
    entries = {}
    for place, body in read_json_lines(text, where=where, largest=LARGEST_FHIR_BYTES):
        wrong = _why_no_line(body)
        if wrong:
            raise WrongResource(wrong, where=f"{where}, {place}" if where else place)
        entries[place] = {"resource": body}
    return Lines(entries)


def entries_of(data: object) -> Mapping[str, Mapping[str, Any]]:
    """The entries of a Bundle or of NDJSON, by where they stand."""
    if isinstance(data, Lines):
        return data.entries
    return {f"entry[{index}]": as_map(entry) for index, entry in enumerate(as_list(as_map(data).get("entry")))}


def _why_no_line(body: object) -> str:
    if not isinstance(body, dict):
        found = "a list" if isinstance(body, list) else f"{body!r:.60}"
        return f"{found} is no resource; {_ONE_A_LINE}"
    kind = as_map(body).get("resourceType")
    if not isinstance(kind, str) or not kind:
        return f"there is no resourceType; {_ONE_A_LINE}"
    if kind == "Bundle":
        return "a Bundle is not read among other lines; give it alone, or its resources one a line"
    return ""
