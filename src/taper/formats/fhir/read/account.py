"""Every element of what is read accounted for: refused, or named in one report for each request and each dosage."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from taper.formats.fhir.read.bundle import Request
from taper.formats.fhir.read.elements import as_map
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.walk import check_shape
from taper.formats.fhir.write.medication import Version

_DOSAGE = re.compile(r"((?:dosageInstruction|dosage)\[[0-9]+\])\.(.+)")
# What taper writes into its own requests and compares there, or that says nothing beyond the plan.
_LIMITS = {"maxDosePerPeriod", "maxDosePerAdministration"}
_OWN = {"id", "text", "identifier", "groupIdentifier", "status", "intent", "subject", "basedOn", "category"}


def account(data: object, requests: Sequence[Request], version: Version, notes: Notes) -> tuple[Request, ...]:
    """Refuse what FHIR does not have, and name whatever is not read, in a resource or Bundle and in its requests.

    Returns:
        The requests, each of which knows whether it may hold extensions.
    """
    is_own = any(request.course_name is not None for request in requests)
    if as_map(data).get("resourceType") == "Bundle":
        unread = check_shape(as_map(data), "Bundle", version, "", notes)
        if not is_own:
            _name(unread.paths, "", notes)
    made = []
    for request in requests:
        mine = request.course_name is not None or (is_own and request.is_supply)
        is_extended = _account(request, version, notes, is_own=mine)
        made.append(replace(request, is_extended=is_extended))
    return tuple(made)


def _account(request: Request, version: Version, notes: Notes, *, is_own: bool) -> bool:
    if request.kind == "Dosage":
        whole = check_shape(as_map(request.dosages[0]), "Dosage", version, request.dosages_at, notes)
        _name_of_dosage(whole.paths, "Dosage", notes)
        return whole.is_extended
    whole = check_shape(request.body, request.kind, version, request.where, notes)
    unread = [path for path in whole.paths if not _is_own(path, request.body)] if is_own else whole.paths
    of_dosage: dict[str, list[str]] = {}
    rest = []
    for path in unread:
        found = _DOSAGE.fullmatch(path)
        if found is not None:
            of_dosage.setdefault(found[1], []).append(found[2])
        else:
            rest.append(path)
    _name(rest, request.where, notes)
    for at, paths in of_dosage.items():
        _name_of_dosage(paths, f"{request.where}.{at}", notes)
    return whole.is_extended


def _is_own(path: str, body: Mapping[str, Any]) -> bool:
    """Whether an element stands in a request that taper wrote, and as it writes it."""
    top = _top(path)
    if path == "contained[0].identifier" or path.endswith(("].maxDosePerPeriod", "].system", "].code", "].display")):
        return True
    return top in _OWN and _as_written(body, top)


def _top(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _as_written(body: Mapping[str, Any], key: str) -> bool:
    """Whether an element of a request of its own is as taper writes it."""
    return {"status": "draft", "intent": "proposal"}.get(key, body.get(key)) == body.get(key)


def _name_of_dosage(paths: Sequence[str], where: str, notes: Notes) -> None:
    """Name what is not read of a Dosage; its limits are compared, and are no part of a plan."""
    limits = [path for path in paths if path in _LIMITS]
    _name([path for path in paths if path not in _LIMITS], where, notes)
    if limits:
        notes.report("not-read", where, f"compared with the doses, and no part of the plan: {', '.join(limits)}")


def _name(paths: Sequence[str], where: str, notes: Notes) -> None:
    if paths:
        notes.report("not-read", where, f"not read: {', '.join(dict.fromkeys(paths))}")
