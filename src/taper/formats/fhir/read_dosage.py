"""One Dosage read: how much, when, by which route, and what its text says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taper.dates import Duration
from taper.dose import Dose
from taper.errors import InvalidInput
from taper.formats.fhir.notes import Notes
from taper.formats.fhir.read_timing import Bounds, Rhythm, SlotsByFrequency, read_timing
from taper.formats.fhir.ucum import Units, read_amount, read_number
from taper.formats.fhir.walk import as_list, as_map, codes_of, first_text
from taper.product import refuse_route

_BY_MOUTH = {"26643006", "37839007", "54471007", "PO", "SL", "BUC"}
_LENGTH = re.compile(r"\bfor (\d{1,4}) (day|week|month|year)s?\b", re.IGNORECASE | re.ASCII)
_AS_NEEDED = re.compile(r"\b(?:as needed|prn|if needed|when needed)\b|\bp\.r\.n\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadDosage:
    """One Dosage. `told_length` is what its text says of how long; `maxima` are daily limits that it carries."""

    where: str
    sequence: int | None
    amount: Dose | Units | None
    rhythm: Rhythm
    bounds: Bounds
    told_length: Duration | None
    instructions: tuple[str, ...]
    maxima: tuple[Dose, ...]


def read_dosage(data: Mapping[str, Any], where: str, named: SlotsByFrequency | None, notes: Notes) -> ReadDosage:
    """Read a Dosage; whatever cannot be read is refused in the notes, and the rest is still looked at."""
    _refuse_as_needed(data, where, notes)
    _refuse_routes(data, where, notes)
    rhythm, bounds = read_timing(as_map(data.get("timing")), f"{where}.timing", named, notes)
    sequence = data.get("sequence")
    texts = map(first_text, as_list(data.get("additionalInstruction")))
    return ReadDosage(
        where,
        sequence if isinstance(sequence, int) and not isinstance(sequence, bool) else None,
        _amount(data, where, notes),
        rhythm,
        bounds,
        _told_length(data.get("text"), where, notes),
        tuple(text for text in texts if text is not None),
        tuple(_maxima(data, where, notes)),
    )


def _refuse_as_needed(data: Mapping[str, Any], where: str, notes: Notes) -> None:
    stated = data.get("asNeededBoolean") is True or data.get("asNeeded") is True
    reasons = data.get("asNeededCodeableConcept") or data.get("asNeededFor")
    text = data.get("text")
    if stated or reasons or (isinstance(text, str) and _AS_NEEDED.search(text)):
        notes.refuse("as-needed", where, "the dose is taken as needed and has no day; plan it outside")


def _refuse_routes(data: Mapping[str, Any], where: str, notes: Notes) -> None:
    route, at = data.get("route"), f"{where}.route"
    if route is None:
        notes.report("route", at, "the route is not stated, and is taken to be by mouth")
        return
    name = first_text(route) or ", ".join(sorted(codes_of(route)))
    with notes.catching("route", at):
        refuse_route(name)
        if not codes_of(route) & _BY_MOUTH and "oral" not in name.lower() and "mouth" not in name.lower():
            raise InvalidInput(
                f"the route {name!r} is not known to be by mouth; only oral products are planned here, leave it out"
            )


def _amount(data: Mapping[str, Any], where: str, notes: Notes) -> Dose | Units | None:
    if "doseQuantity" in data or "doseRange" in data:
        notes.refuse("version", where, "doseQuantity stands outside doseAndRate, as in FHIR STU3; R4 and R5 are read")
        return None
    given = [as_map(item) for item in as_list(data.get("doseAndRate"))]
    if len(given) != 1:
        notes.refuse("dose", f"{where}.doseAndRate", f"it states {len(given) or 'no'} doses; write one")
        return None
    at, dose = f"{where}.doseAndRate[0]", given[0]
    for key in sorted(key for key in dose if key.startswith("rate")):
        notes.refuse(
            "rate", f"{at}.{key}", "a rate, as an infusion has; only doses taken at once are planned here; leave it out"
        )
    if "doseRange" in dose:
        notes.refuse("range", f"{at}.doseRange", "a range of doses; write one dose")
    elif "doseQuantity" not in dose:
        notes.refuse("dose", at, "it states no dose; write doseQuantity")
    else:
        with notes.catching("unit", f"{at}.doseQuantity"):
            amount = read_amount(as_map(dose["doseQuantity"]))
            if isinstance(amount, Units):
                refuse_route(amount.unit)
            return amount
    return None


def _told_length(text: object, where: str, notes: Notes) -> Duration | None:
    found = _LENGTH.search(text) if isinstance(text, str) else None
    try:
        return Duration(int(found[1]), found[2].lower()) if found else None
    except InvalidInput as error:
        notes.refuse("text", where, error.message)
        return None


def _maxima(data: Mapping[str, Any], where: str, notes: Notes) -> Iterator[Dose]:
    stated = data.get("maxDosePerPeriod")
    for item in as_list(stated) or [as_map(stated)]:
        limit, per = as_map(as_map(item).get("numerator")), as_map(as_map(item).get("denominator"))
        with notes.catching("maximum", f"{where}.maxDosePerPeriod"):
            if limit and per.get("code") == "d" and read_number(per) == 1:
                amount = read_amount(limit)
                if isinstance(amount, Dose):
                    yield amount
