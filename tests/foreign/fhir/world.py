"""Reads every order in public example packages, and compares each that is read, day by day, with a reader of its own.

Usage: world.py FOLDER... It prints what was read, what was refused and why, and what was lost, which must be nothing.
A folder is named as its package is. JSON files are read, and NDJSON, of which orders that differ only in whom they are
for and when they were written count once.

The reader below shares nothing with the library: it knows the codes of a complete oral plan and nothing else. An order
is taken as if it were in force, since examples often are not. It is read twice: as it stands, and with texts waived.
"""

import json
import re
import sys
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from taper import CannotImport, TaperError, from_fhir, load_fhir, mg

SLOTS = {1: ["morning"], 2: ["morning", "evening"], 3: ["morning", "noon", "evening"],
         4: ["morning", "noon", "evening", "bedtime"]}  # fmt: skip
KINDS = {
    "MedicationRequest": "dosageInstruction",
    "MedicationDispense": "dosageInstruction",
    "MedicationStatement": "dosage",
}
IN_FORCE = {"MedicationRequest": "active", "MedicationDispense": "completed", "MedicationStatement": "active"}
MASS = {"ug": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}
PIECES = {"tab", "tablet", "tablets", "{tablet}", "{tbl}", "tbl", "cap", "capsule", "{capsule}", "ea", "each"}
HELD = mg(5)
NAMED = {"MORN", "NOON", "EVE", "HS", "NIGHT", "WAKE", "ACM", "ACV", "ACD", "PCM", "PCV", "PCD", "CM", "CV", "CD"}
DAYS, SPAN = {"d": 1, "wk": 7}, 28
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TABLETS = PIECES - {"ea", "each"}
# Complete orders that are refused as they stand: how many there are, for what they are refused, what people read in
# each, and what its codes say instead. Each was read by hand.
LENGTHS = ("7 days in each of three texts", "5, 8 and 7 days, and nothing of 2 days between")
FINISHED = ("500 mg daily for 5 days, until finished", "500 mg daily without an end")
OTHER = {
    "MedicationDispense-meddisp0305.json": (2, "gap, text", *LENGTHS),
    "MedicationRequest-medrx0303.json": (1, "gap, text", *LENGTHS),
    "MedicationDispense-meddisp0326.json": (2, "text", *FINISHED),
    "MedicationRequest-medrx0313.json": (3, "text", *FINISHED),
    "MedicationRequest-medrx0306.json": (
        2, "text", "adjusted, held and resumed by a blood count", "6 mg daily without an end"
    ),
    "Bundle-example0.json": (
        1, "text", "at most one aspirin tablet or capsule a day", "a tablet that holds aspirin, twice a day"
    ),
    "MedicationRequest.ndjson, 40-50mg PO daily": (1, "text", "40 to 50 mg daily", "50 mg daily"),
    "MedicationRequest.ndjson, 500mg PO q6h PRN": (
        1, "as-needed, text", "500 mg every 6 hours as needed", "500 mg four times a day"
    ),
}  # fmt: skip
# What each package holds: orders that none before it holds, complete ones, and of those how many are read as they
# stand and how many with their texts waived.
PACKAGES = {
    "hl7.fhir.r4.examples": (78, 7, 2, 7),
    "hl7.fhir.r4b.examples": (42, 4, 3, 4),
    "hl7.fhir.r5.examples": (84, 9, 5, 9),
    "hl7.fhir.uv.ips@2.0.0": (10, 0, 0, 0),
    "hl7.fhir.au.base@6.0.0": (19, 6, 5, 6),
    "hl7.fhir.us.mcode@4.0.0": (10, 0, 0, 0),
    "hl7.fhir.us.dme-orders@0.2.0": (2, 0, 0, 0),
    "hl7.fhir.uv.sdc@4.0.0-ballot": (3, 0, 0, 0),
    "cql-exec-fhir@2.2.0": (5, 0, 0, 0),
    "clinosim": (78, 43, 41, 42),
}
OLDER = {"dstu2", "stu3"}  # folders of versions of FHIR that are not read
WHAT = ("resourceType", "medicationCodeableConcept", "medicationReference", "medication", "note", *set(KINDS.values()))
NO_DATE = date(2024, 1, 1)  # a Monday, where an order has no dates


def orders(data):
    """Every order in a resource, a Bundle, or whatever holds some."""
    if isinstance(data, dict):
        kind = data.get("resourceType")
        if isinstance(kind, str) and kind in KINDS and KINDS[kind] in data:
            yield data
        for item in data.values():
            yield from orders(item)
    elif isinstance(data, list):
        for item in data:
            yield from orders(item)


class Incomplete(Exception):
    """The codes of an order hold no complete oral plan."""


def oral(dosage, *, loosely):
    """By mouth by the code of its route, or, without a route, by a unit that is swallowed."""
    codes = [item.get("code") for item in dosage.get("route", {}).get("coding", [])]
    if {"26643006", "PO", "20053000", "394899003"} & set(codes) or loosely:
        return
    given = [item.get("doseQuantity", {}) for item in dosage.get("doseAndRate", [])]
    counted = {str(quantity.get(key, "")).lower() for quantity in given for key in ("code", "unit")}
    if "route" in dosage or not counted & TABLETS:
        raise Incomplete("not oral by its codes")


def names_in(order):
    """What the drug of an order is called in it, one name a line."""
    held = [order.get(key) for key in ("medication", "medicationCodeableConcept", "contained")]
    return "\n".join(re.findall(r'"(?:text|display)": "([^"]*)"', json.dumps(held, default=str)))


def known(order):
    """One drug that stands in the order, and no period of only a month or a year."""
    period = order.get("effectivePeriod", {})
    if any(len(str(period[key])) < len("2024-01-01") for key in ("start", "end") if key in period):
        raise Incomplete("period")
    named = order.get("medication", order)
    reference = (order.get("medicationReference") or named.get("reference") or {}).get("reference", "")
    inside = [item for item in order.get("contained", []) if f"#{item.get('id')}" == reference]
    if reference and not inside:
        raise Incomplete("drug")
    if any(len(item.get("ingredient", [])) > 1 for item in inside):
        raise Incomplete("drug")
    if re.search(r"[a-z]{3} ?/ ?[a-z]{3}", names_in(order), re.IGNORECASE):
        raise Incomplete("drug")  # a combination


def piece_of(order):
    """What one unit holds: what the name of the drug says, or else as much as is given here to every order."""
    strengths = set(re.findall(r"(?<![\d.,/-])(\d+(?:\.\d+)?) ?mg\b(?!/)", names_in(order)))
    return mg(strengths.pop()) if len(strengths) == 1 else HELD


def is_counted(order):
    """Whether a dose counts units, so that what one holds must be given."""
    given = [item.get("doseQuantity", {}) for dosage in order[KINDS[order["resourceType"]]]
             for item in dosage.get("doseAndRate", [])]  # fmt: skip
    return any(str(quantity.get("code", quantity.get("unit"))) not in MASS for quantity in given)


def dose_of(dosage, piece):
    if (
        dosage.get("asNeededBoolean")
        or dosage.get("asNeeded")
        or "asNeededCodeableConcept" in dosage
        or "asNeededFor" in dosage
    ):
        raise Incomplete("as needed")
    given = dosage.get("doseAndRate", [])
    if len(given) != 1 or "doseQuantity" not in given[0] or any(key.startswith("rate") for key in given[0]):
        raise Incomplete("dose")
    quantity = given[0]["doseQuantity"]
    code, unit = str(quantity.get("code", "")), str(quantity.get("unit", ""))
    if "value" not in quantity or "comparator" in quantity:
        raise Incomplete("dose")
    if code in MASS or (not code and unit in MASS):
        return Fraction(quantity["value"]) * MASS[code or unit]
    if code.lower() in PIECES or (code in {"1", ""} and unit.lower() in PIECES):
        return Fraction(quantity["value"]) * piece.mg
    raise Incomplete("unit")


def often(repeat):
    """How many doses on a day of doses, and every how many days or on which."""
    uncertain = {"frequencyMax", "periodMax", "count", "countMax", "duration", "durationMax", "boundsRange", "offset"}
    if uncertain & set(repeat):
        raise Incomplete("timing")
    slots = repeat.get("when", []) or repeat.get("timeOfDay", [])
    if not set(repeat.get("when", [])) <= NAMED:
        raise Incomplete("timing")
    period, unit = repeat.get("period"), repeat.get("periodUnit")
    times = repeat.get("frequency", len(slots) or 1)
    if unit == "h" and not slots and period is not None and 24 % Fraction(period) == 0:
        return int(times * 24 / Fraction(period)), 1, []
    if (period is None or unit not in DAYS) and not (slots and period is None and unit is None):
        raise Incomplete("timing")
    every = int(Fraction(period or 1) * DAYS.get(unit, 1))
    weekdays = repeat.get("dayOfWeek", [])
    if (slots and times != len(slots)) or (every > 1 and times > 1 and not slots and not weekdays) or times > 4:
        raise Incomplete("timing")
    if weekdays:
        return (times if every == 1 else max(1, times // len(weekdays))), 1, weekdays
    return int(times), every, []


def bounds(repeat):
    """The first day, if it has one, and how many days, if it says."""
    if "boundsPeriod" in repeat:
        first = date.fromisoformat(repeat["boundsPeriod"]["start"][:10])
        if "end" not in repeat["boundsPeriod"]:
            return first, None
        return first, (date.fromisoformat(repeat["boundsPeriod"]["end"][:10]) - first).days + 1
    if "boundsDuration" in repeat:
        held = repeat["boundsDuration"]
        days = {"d": 1, "wk": 7}.get(held.get("code"))
        if days is None:
            raise Incomplete("bounds")
        return None, int(Fraction(held["value"]) * days)
    return None, None


def own_reading(order, *, loosely=False):
    """The mg of each day by the codes alone, from the first; Incomplete if they hold no complete oral plan.

    Loosely, the route and the drug may be missing: what the library reads then is compared all the same.
    """
    if not loosely:
        known(order)
    dosages, made, day = order[KINDS[order["resourceType"]]], {}, None
    if not dosages:
        raise Incomplete("no dosage")
    sequences = [item.get("sequence") for item in dosages]
    groups = {}
    for index, dosage in enumerate(dosages):
        groups.setdefault(sequences[index] if None not in sequences else 1, []).append(dosage)
    at = None
    for number in sorted(groups):
        spans = set()
        for dosage in groups[number]:
            oral(dosage, loosely=loosely)
            if "event" in dosage.get("timing", {}):
                raise Incomplete("single events")
            dose, repeat = dose_of(dosage, piece_of(order)), dosage.get("timing", {}).get("repeat", {})
            times, every, weekdays = often(repeat)
            first, length = bounds(repeat)
            begin = first or at or NO_DATE
            spans.add((begin, length))
            for offset in range(min(length or SPAN, 400)):
                when = begin + timedelta(days=offset)
                if (weekdays and WEEK[when.weekday()] in weekdays) or (not weekdays and offset % every == 0):
                    made[when] = made.get(when, Fraction(0)) + dose * times
        if len(spans) > 1 or (next(iter(spans))[1] is None and number != max(groups)):
            raise Incomplete("bounds")
        ((begin, length),) = spans
        day = day or begin
        at = begin + timedelta(days=length) if length else None
    return day, {when: dose for when, dose in made.items() if dose}


def library_reading(read, first):
    (course,) = read.plan.courses
    start, made = read.start or first, {}
    for step, (begin, end) in zip(course.steps, course.bounds(start), strict=True):
        for number in range(begin, (end or begin + SPAN - 1) + 1):
            when = start + timedelta(days=number - 1)
            doses = step.on(number - begin, when.weekday())
            total = sum((intake.dose.mg for intake in doses), Fraction(0))
            if total:
                made[when] = total
    return made


def read(order, accept):
    try:
        strength = piece_of(order) if is_counted(order) else None
        return from_fhir(order, slots=SLOTS, strength=strength, drug="drug", accept=accept)
    except CannotImport as error:
        return sorted({report.kind for report in error.reports if report.refuses})
    except TaperError as error:
        return [type(error).__name__]


def resources(path):
    """What stands in a file, as a whole or line by line."""
    text = path.read_text(encoding="utf-8")
    for part in text.split("\n") if path.suffix == ".ndjson" else [text]:
        try:
            yield json.loads(part, parse_float=Decimal)
        except ValueError:
            continue


def files(folder):
    return sorted(
        path for path in folder.rglob("*") if path.suffix in {".json", ".ndjson"} and OLDER.isdisjoint(path.parts)
    )


def name_of(path, order):
    """What an order is called here: its file, and of a line its text."""
    text = order[KINDS[order["resourceType"]]][0].get("text", "") if path.suffix == ".ndjson" else ""
    return f"{path.name}, {text}" if text else path.name


def mark_of(order, path):
    """What makes two orders the same: all but their notes on themselves, or of lines what is to be taken."""
    if path.suffix == ".ndjson":
        order = {key: order[key] for key in WHAT if key in order}
    return json.dumps({**order, "text": None, "meta": None}, sort_keys=True, default=str)


def main():
    counts, left, lost, seen, names = Counter(), Counter(), [], set(), set()
    for folder in map(Path, sys.argv[1:]):
        before = held(counts)
        for path in files(folder):
            for order in (order for data in resources(path) for order in orders(data)):
                mark, name = mark_of(order, path), name_of(path, order)
                counts["orders that another package holds too"] += mark in seen
                if mark not in seen:
                    names.add(name)
                    one(order | {"status": IN_FORCE[order["resourceType"]]}, name, counts, left, lost)
                seen.add(mark)
            if path.suffix == ".ndjson":
                sys.stdout.write(f"  {folder.name}: {one_line(path)}\n")
        report(folder.name, [now - then for now, then in zip(held(counts), before, strict=True)])
    write(counts, left, lost, names)


def held(counts):
    return [counts[name] for name in ("orders", "as it stands: complete", "as it stands: read", "texts waived: read")]


def report(package, found):
    """One line of a package, whose numbers are those that it had."""
    told = "{} orders, {} complete, {} read as they stand, {} with texts waived".format(*found)
    sys.stdout.write(f"  {package}: {told}\n")
    assert tuple(found) == PACKAGES[package], f"{package} held {PACKAGES[package]}"


def one_line(path):
    """One order is picked from its whole file, where it is not the first, and is read as it is alone."""
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.split("\n")[1:], start=2):
        order = json.loads(line, parse_float=Decimal)
        try:
            alone = from_fhir(order, slots=SLOTS)
        except CannotImport:
            continue
        picked = load_fhir(path, slots=SLOTS, select=[order["id"]])
        assert picked.plan == alone.plan
        assert any(report.where == f"line {number}" for report in picked.reports)
        return f"the order of line {number} is picked from the lines, and is read as it is alone"
    raise AssertionError(f"no line of {path.name} is read")


def one(order, name, counts, left, lost):
    counts["orders"] += 1
    try:
        own_reading(order)
        is_complete = True
    except (Incomplete, KeyError, ValueError) as error:
        is_complete = False
        counts[f"no complete oral plan: {error if isinstance(error, Incomplete) else 'other'}"] += 1
    for accept in ((), ("text", "gap")):
        made = read(order, accept)
        given = "texts waived" if accept else "as it stands"
        counts[f"{given}: complete"] += is_complete
        if isinstance(made, list):
            if is_complete:
                left[given, ", ".join(made), name] += 1
            continue
        counts[f"{given}: read"] += is_complete
        try:
            first, doses = own_reading(order, loosely=True)
        except (Incomplete, KeyError, ValueError) as error:
            counts[f"{given}: read by codes that the other reader does not have ({error}): {name}"] += 1
            continue
        counts[f"{given}: read and compared"] += 1
        if library_reading(made, first) != doses:
            lost.append(f"{name} ({given})")


def write(counts, left, lost, names):
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"  {count:4} {name}\n")
    refused, waived = ({name: (count, why) for (when, why, name), count in left.items() if when == given}
                       for given in ("as it stands", "texts waived"))  # fmt: skip
    for given, found in (("as it stands", refused), ("texts waived", waived)):
        for name, (count, why) in sorted(found.items()):
            sys.stdout.write(f"  {count:4} {given}: refused for {why}: {name}\n")
    expected = {name: row[:2] for name, row in OTHER.items() if name in names}
    assert refused == expected, f"other orders are refused, or for other reasons: {refused.items() ^ expected.items()}"
    beside = {name: (count, why.removesuffix(", text")) for name, (count, why) in expected.items()
              if not set(why.split(", ")) <= {"text", "gap"}}  # fmt: skip
    assert waived == beside, f"other orders are refused with their texts waived: {waived.items() ^ beside.items()}"
    for name in expected:
        people, codes = OTHER[name][2:]
        sys.stdout.write(f"  in {name} people read: {people}; the codes say: {codes}\n")
    assert not lost, f"read with other doses than their codes say: {', '.join(lost)}"
    different, complete, stands, taken = held(counts)
    agree = complete - sum(count for count, _ in refused.values())
    assert stands * 100 >= agree * 95, f"{stands} of {agree} complete orders whose texts agree are read as they stand"
    assert taken * 100 >= complete * 95, f"{taken} of {complete} complete orders are read with their texts waived"
    told = f"{different} orders, {complete} complete, {agree} of them with texts that agree"
    sys.stdout.write(f"ran: public examples: {told}; {stands} read as they stand, {taken} with texts waived; lost 0\n")


if __name__ == "__main__":
    main()
