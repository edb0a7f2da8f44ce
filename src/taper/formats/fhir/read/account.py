"""Every element of what is read accounted for: refused, or named in one report for each request and each dosage."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from taper.formats.fhir.read.bundle import KINDS, Request, names_of_entry
from taper.formats.fhir.read.elements import as_list, as_map
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.lines import Lines, entries_of
from taper.formats.fhir.read.walk import check_shape, shown_kind
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
    entries = entries_of(data)
    medications = _medications(entries, requests)
    _refuse_several(entries, medications, notes)
    if isinstance(data, Lines):
        _account_lines(data, medications, version, notes)
    made = []
    for request in requests:
        mine = request.course_name is not None or (is_own and request.is_supply)
        _refuse_contained_twice(request, notes)
        is_extended = _account(request, version, notes, is_own=mine)
        made.append(replace(request, is_extended=is_extended))
    return tuple(made)


def _refuse_contained_twice(request: Request, notes: Notes) -> None:
    """Refuse contained resources of one id and several contents: a reference to them would mean either."""
    first: dict[object, object] = {}
    for index, item in enumerate(map(as_map, as_list(request.body.get("contained")))):
        if "id" in item and first.setdefault(str(item["id"]), item) != item:
            what = f"#{item['id']} is contained twice, with another content; give the one that is meant"
            notes.refuse("medication", f"{request.where}.contained[{index}]", what)


def _medications(entries: Mapping[str, Mapping[str, Any]], requests: Sequence[Request]) -> dict[str | None, list[str]]:
    """Where each Medication stands that requests refer to, and each substance of theirs, by how they do."""
    made: dict[str | None, list[str]] = {name: [] for request in requests for name in request.product_references}
    for where, entry in entries.items():
        for name in names_of_entry(entry):
            if name in made:
                made[name].append(where)
    return made


def _refuse_several(
    entries: Mapping[str, Mapping[str, Any]], medications: Mapping[str | None, Sequence[str]], notes: Notes
) -> None:
    """Refuse a reference to a Medication or a substance that stands in several places with several contents."""
    for name, places in medications.items():
        for other in places[1:]:
            if entries[other].get("resource") != entries[places[0]].get("resource"):
                what = f"{name} stands in {places[0]} too, with another content; give the one that is meant"
                notes.refuse("medication", other, what)


def _account_lines(
    data: Lines, medications: Mapping[str | None, Sequence[str]], version: Version, notes: Notes
) -> None:
    """Look into each Medication that is referred to, and count the lines of everything else that is not read."""
    read = {where for places in medications.values() for where in places}
    rest: dict[str, list[str]] = {}
    for where, entry in data.entries.items():
        body = entry["resource"]
        kind = body["resourceType"]
        if where in read and kind == "Medication":
            _name(check_shape(body, kind, version, where, notes).paths, where, notes)
        elif kind not in KINDS:
            rest.setdefault(shown_kind(body), []).append(where)
    for kind, (first, *others) in rest.items():
        more = f", and {len(others)} more like it" if others else ""
        notes.report("not-read", first, f"not read: {kind}{more}")


def _account(request: Request, version: Version, notes: Notes, *, is_own: bool) -> bool:
    if request.kind == "Dosage":
        whole = check_shape(as_map(request.dosages[0]), "Dosage", version, request.where, notes)
        _name_of_dosage(whole.paths, request.where, notes)
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
    return re.split(r"[.\[]", path)[0]


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
