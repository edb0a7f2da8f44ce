"""The route of a dosage: by mouth by an exact name or code that is known, or refused."""

from collections.abc import Mapping
from typing import Any

from taper.errors import InvalidInput
from taper.formats.fhir.quantity import SNOMED
from taper.formats.fhir.read.elements import as_list, as_map, codes_of, names_of
from taper.formats.fhir.read.import_report import Notes
from taper.products.product import refuse_route

_CODES = {"26643006", "37839007", "54471007", "PO", "SL", "BUC"}
_NAMES = {
    "oral", "oral route", "oral use", "orally", "by mouth", "per os", "po", "p.o.", "p.o", "mouth", "swallow, oral",
    "sublingual", "sublingual route", "sublingual use", "sl", "under the tongue", "buccal", "buccal route",
    "buccal use", "voie orale", "orale", "par voie orale", "per os (po)", "zum einnehmen", "peroral", "oral (po)",
    "vía oral", "via oral", "oral route (qualifier value)", "sublingual route (qualifier value)",
    "buccal route (qualifier value)",
}  # fmt: skip


def check_route(data: Mapping[str, Any], where: str, notes: Notes) -> None:
    """Refuse a route that is not one by mouth; report that none is stated, and a method or site, which are not read."""
    route, at = data.get("route"), f"{where}.route"
    if route is None:
        notes.report("route", at, "the route is not stated, and is taken to be by mouth")
    else:
        with notes.catching("route", at):
            _check(route)
    for key in ("method", "site"):
        if key in data:
            name = _shown(data[key])
            with notes.catching("route", f"{where}.{key}"):
                refuse_route(name)
            notes.report("not-read", f"{where}.{key}", f"the {key} {name!r} is not read; only the route is")


def _check(route: object) -> None:
    names = names_of(route)
    for name in names:
        refuse_route(name)
    strange = [name for name in names if name.casefold() not in _NAMES]
    codings = [as_map(coding) for coding in as_list(as_map(route).get("coding"))]
    strange += [str(item.get("code")) for item in codings if item.get("system") == SNOMED and not _known(item)]
    if strange or not (names or codes_of(route) & _CODES):
        name = (strange or [_shown(route)])[0]
        raise InvalidInput(
            f"the route {name!r} is not known to be by mouth; only oral products are planned here, leave it out"
        )


def _known(coding: Mapping[str, Any]) -> bool:
    return str(coding.get("code")) in _CODES


def _shown(concept: object) -> str:
    return ", ".join(names_of(concept) or sorted(codes_of(concept)))
