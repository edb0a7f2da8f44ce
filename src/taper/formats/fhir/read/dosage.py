"""One Dosage read: how much, when, by which route, and what its text says."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

from taper._base.shown import show
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput, TaperError
from taper.formats.fhir.quantity import Units, read_number
from taper.formats.fhir.read.amount import read_amount, report_unit
from taper.formats.fhir.read.as_needed import is_as_needed
from taper.formats.fhir.read.elements import as_list, as_map, codes_of, names_of
from taper.formats.fhir.read.extensions import extension_texts
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.period import Bounds
from taper.formats.fhir.read.route import check_route, is_swallowed
from taper.formats.fhir.read.times_of_day import SlotsByFrequency
from taper.formats.fhir.read.timing import Rhythm, read_timing
from taper.formats.fhir.tables import table

_DAYS_OF = {"d": Fraction(1), "h": Fraction(1, 24), "wk": Fraction(7)}
_MOST_DAYS = 366
_LENGTH = re.compile(r"\bfor (\d{1,4}) (day|week|month|year)s?\b", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class ReadDosage:
    """One Dosage. `told_length` is what its text says of how long.

    `maxima` are the limits that it carries, each of so many days.

    `others` is what else its dose is said to be, which must come to the same.

    `is_swallowed` says that a route is stated, and none by which the drug stays in the mouth.
    """

    where: str
    sequence: int | None
    amount: Dose | Units | None
    rhythm: Rhythm
    bounds: Bounds
    text: str | None
    told_length: Duration | None
    instructions: tuple[str, ...]
    maxima: tuple[tuple[Dose | Units, int], ...]
    intake_maximum: Dose | Units | None
    texts: tuple[tuple[str, str], ...] = ()
    others: tuple[Dose | Units | None, ...] = ()
    is_swallowed: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether its dose is 0: nothing is taken then."""
        if self.amount is None:
            return False
        return not (self.amount.count if isinstance(self.amount, Units) else self.amount.mg)


def read_dosage(
    data: Mapping[str, Any], where: str, named: SlotsByFrequency | None, notes: Notes, *, is_extended: bool
) -> ReadDosage:
    """Read a Dosage; whatever cannot be read is refused in the notes, and the rest is still looked at.

    Args:
        data: The Dosage.
        where: Where it stands.
        named: The times of day of so many doses a day, where they are not said.
        notes: Where refusals and reports go.
        is_extended: Whether it may hold extensions, in which people read texts too.
    """
    words, extended = _words_of(data), tuple(extension_texts(data)) if is_extended else ()
    _refuse_as_needed(data, [*words.every, *(text for _, text in extended)], where, notes)
    check_route(data, where, notes)
    rhythm, bounds = read_timing(as_map(data.get("timing")), f"{where}.timing", named, notes)
    sequence, (amount, others) = data.get("sequence"), _amount(data, rhythm, where, notes)
    return ReadDosage(
        where,
        sequence if isinstance(sequence, int) and not isinstance(sequence, bool) else None,
        amount,
        rhythm,
        bounds,
        text if isinstance(text := data.get("text"), str) else None,
        _told_length(text, where, notes),
        tuple(names[0] for names in words.instructions if names),
        tuple(_maxima(data, where, notes)) if "maxDosePerPeriod" in data or "maxDosePerLifetime" in data else (),
        _intake_maximum(data, where, notes),
        (*_told(data, words), *extended),
        others,
        is_swallowed(data),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What people read of a Dosage: its text and patient instruction, and the names of instructions and timing."""

    plain: Sequence[tuple[str, str]]
    instructions: Sequence[Sequence[str]]
    timing: Sequence[str]

    @property
    def every(self) -> list[str]:
        return [*(text for _, text in self.plain), *chain(*self.instructions), *self.timing]


def _words_of(data: Mapping[str, Any]) -> _Words:
    return _Words(
        [(key, data[key]) for key in ("text", "patientInstruction") if isinstance(data.get(key), str)],
        [names_of(item) for item in as_list(data.get("additionalInstruction"))],
        names_of(as_map(data.get("timing")).get("code")),
    )


def _told(data: Mapping[str, Any], words: _Words) -> Iterator[tuple[str, str]]:
    """What people read of a Dosage, each with where it stands."""
    yield from words.plain
    for index, names in enumerate(words.instructions):
        yield from ((f"additionalInstruction[{index}]", name) for name in dict.fromkeys(names))
    for name in dict.fromkeys(words.timing):
        if name not in table("times")["code"] and name not in codes_of(data["timing"]["code"]):
            yield "timing.code", name


def _refuse_as_needed(data: Mapping[str, Any], texts: Sequence[str], where: str, notes: Notes) -> None:
    stated = [data[key] for key in ("asNeededBoolean", "asNeeded") if data.get(key) not in (None, False)]
    reasons = data.get("asNeededCodeableConcept") or data.get("asNeededFor")
    if stated or reasons or any(map(is_as_needed, texts)):
        notes.refuse("as-needed", where, "the dose is taken as needed and has no day; plan it outside")


def _amount(
    data: Mapping[str, Any], rhythm: Rhythm, where: str, notes: Notes
) -> tuple[Dose | Units | None, tuple[Dose | Units | None, ...]]:
    """The dose, and what else it is said to be, as calculated beside as ordered; whether they agree is seen later."""
    if "doseQuantity" in data or "doseRange" in data:
        notes.refuse("version", where, "doseQuantity stands outside doseAndRate, as in FHIR STU3; R4 and R5 are read")
        return None, ()
    given = [as_map(item) for item in as_list(data.get("doseAndRate"))]
    if len(given) == 1 and "type" not in given[0]:
        return _one_amount(given[0], rhythm, f"{where}.doseAndRate[0]", notes), ()
    kinds = [_kind_of(item) for item in given]
    if len(given) != 1 and not (len(given) > 1 and None not in kinds and len(set(kinds)) == len(kinds)):
        notes.refuse("dose", f"{where}.doseAndRate", f"it states {len(given) or 'no'} doses; write one")
        return None, ()
    for index, (item, kind) in enumerate(zip(given, kinds, strict=True)):
        if "type" in item and kind is None:
            at = f"{where}.doseAndRate[{index}].type"
            notes.report("not-read", at, f"the kind of dose {show(', '.join(names_of(item['type'])))} is not read")
    places = [f"{where}.doseAndRate[{index}]" for index in range(len(given))]
    amounts = [_one_amount(item, rhythm, at, notes) for item, at in zip(given, places, strict=True)]
    return amounts[0], tuple(amounts[1:])


def _kind_of(item: Mapping[str, Any]) -> str | None:
    """Whether an entry is the dose as ordered or as calculated; None where it does not say."""
    concept = item.get("type")
    stated = {*codes_of(concept), *map(str.lower, names_of(concept))}
    return "ordered" if "ordered" in stated else "calculated" if "calculated" in stated else None


def _one_amount(dose: Mapping[str, Any], rhythm: Rhythm, at: str, notes: Notes) -> Dose | Units | None:
    amount: Dose | Units | None = None
    if "doseRange" in dose:
        amount = _narrow_range(as_map(dose["doseRange"]), at, notes)
    elif "doseQuantity" not in dose:
        notes.refuse("dose", at, "it states no dose; write doseQuantity")
    else:
        stated, place = as_map(dose["doseQuantity"]), f"{at}.doseQuantity"
        try:
            amount = read_amount(stated)
            report_unit(stated, place, notes)
        except TaperError as error:
            notes.refuse_error("unit", place, error)
    for key in sorted(key for key in dose if key.startswith("rate")) if len(dose) > 1 else ():
        if not _is_daily_amount(dose[key], key, amount, rhythm):
            notes.refuse(
                "rate",
                f"{at}.{key}",
                "a rate, as an infusion has; only doses taken at once are planned here; leave it out",
            )
    return amount


def _narrow_range(stated: Mapping[str, Any], at: str, notes: Notes) -> Dose | Units | None:
    """A range whose two ends are one dose is that dose; any other is refused."""
    low, high = as_map(stated.get("low")), as_map(stated.get("high"))
    if not low or low != high:
        notes.refuse("range", f"{at}.doseRange", "a range of doses; write one dose")
        return None
    with notes.catching("unit", f"{at}.doseRange"):
        return read_amount(low)
    return None


def _is_daily_amount(rate: object, key: str, amount: Dose | Units | None, rhythm: Rhythm) -> bool:
    """Whether a rate is the amount of a day that the doses come to, which many write beside the dose."""
    if amount is None or rhythm.every != 1 or rhythm.weekdays or not rhythm.slots:
        return False
    stated, per = as_map(rate), {"value": 1, "code": "d"}
    if key == "rateRatio":
        stated, per = as_map(as_map(rate).get("numerator")), dict(as_map(as_map(rate).get("denominator")))
    elif key == "rateQuantity":
        code = str(stated.get("code"))
        stated = {**stated, "code": code.removesuffix("/d"), "unit": code.removesuffix("/d")}
        if not code.endswith("/d"):
            return False
    try:
        if read_number(per) * _DAYS_OF.get(str(per.get("code")), 0) != 1:
            return False
        day = read_amount(stated)
    except TaperError:
        return False
    count = len(rhythm.slots)
    if isinstance(day, Dose) and isinstance(amount, Dose):
        return day.mg == amount.mg * count
    if isinstance(day, Units) and isinstance(amount, Units):
        return day.kind == amount.kind and day.count == amount.count * count
    return False


def _told_length(text: object, where: str, notes: Notes) -> Duration | None:
    found = _LENGTH.search(text) if isinstance(text, str) else None
    try:
        return Duration(int(found[1]), found[2].lower()) if found else None
    except InvalidInput as error:
        notes.refuse("text", where, error.message)
        return None


def _maxima(data: Mapping[str, Any], where: str, notes: Notes) -> Iterator[tuple[Dose | Units, int]]:
    stated, at = data.get("maxDosePerPeriod"), f"{where}.maxDosePerPeriod"
    for item in as_list(stated) or [as_map(stated)] * (stated is not None):
        limit, per = as_map(as_map(item).get("numerator")), as_map(as_map(item).get("denominator"))
        with notes.reporting("not-read", at):
            days = read_number(per) * _DAYS_OF.get(str(per.get("code")), 0)
            if days.denominator != 1 or not 0 < days <= _MOST_DAYS:
                raise InvalidInput(f"it is no limit of 1 to {_MOST_DAYS} whole days, and is not compared")
            report_unit(limit, at, notes)
            yield read_amount(limit), int(days)
    if "maxDosePerLifetime" in data:
        notes.report("not-read", f"{where}.maxDosePerLifetime", "it is not compared")


def _intake_maximum(data: Mapping[str, Any], where: str, notes: Notes) -> Dose | Units | None:
    stated, limit = data.get("maxDosePerAdministration"), None
    if stated is not None:
        with notes.reporting("not-read", f"{where}.maxDosePerAdministration"):
            limit = read_amount(as_map(stated))
            report_unit(as_map(stated), f"{where}.maxDosePerAdministration", notes)
    return limit
