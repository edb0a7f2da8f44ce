"""Imports as a whole: an order in a few lines, and everything that reading it answers: the plan and every report."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from formats.fhir_orders import ORAL, bundle, lasting, period, quantity
from taper import CannotImport, TaperError, from_fhir

WRITTEN = tomllib.loads((Path(__file__).parent / "whole_imports.toml").read_text("utf-8"), parse_float=Decimal)
DOSES = {"MedicationStatement": "dosage"}
OPTIONS = {"version", "slots", "strength", "drugs", "accept", "patient", "drug", "select"}
PATTERN = {"regimen", "cycle", "weekly", "lasting"}
ANSWERS = {"plan", "reports", "usual", "refuses", "wrong"}
USUAL = (
    "not-read: not read: status, intent, subject",
    "not-read: not read: status, subject",
    "before: what was taken before day 1 is not in a request, so it is unknown",
)


def without(made, paths):
    """What was made, without what stands at some paths: `timing.repeat.when`, `dosageInstruction.0.route`."""
    for path in paths:
        *parts, last = (int(part) if part.isdigit() else part for part in path.split("."))
        held = made
        for part in parts:
            held = held[part]
        del held[last]
    return made


def amount(text):
    """`40 mg` with its UCUM code, `8 TAB` as a unit for people alone."""
    number, unit = text.split(" ", 1)
    if unit in {"mg", "ug", "g", "mL"}:
        return quantity(Decimal(number), unit)
    return {"value": Decimal(number), "unit": unit}


def dosage(told, number):
    """40 mg each morning by mouth for 7 days, but for what is told."""
    given = dict(told)
    when = given.pop("when", ["MORN"])
    repeat = {"frequency": len(when), "period": 1, "periodUnit": "d", "when": when}
    if "from" in given or "to" in given:
        repeat["boundsPeriod"] = period(given.pop("from", None), given.pop("to", None))
        given.pop("for", None)
    elif lasts := given.pop("for", "7 d"):
        repeat |= lasting(Decimal(lasts.split()[0]), lasts.split()[1])
    left_out = given.pop("without", [])
    dose = given.pop("dose", "40 mg")
    held = amount(dose) if isinstance(dose, str) else dose
    made = {"sequence": number} if number else {}
    made |= {"timing": {"repeat": repeat | given.pop("repeat", {})}, "route": ORAL}
    made["doseAndRate"] = [{"doseQuantity": held}]
    return without(made | given, left_out)


def resource(told):
    """An R4 request of prednisone in force, a short course, or a resource that stands as it is told."""
    if "resourceType" in told:
        return told
    rows = told.get("doses", [{}])
    has_order = any({"from", "sequence"} & row.keys() for row in rows)
    in_order = len(rows) > 1 and not told.get("no_sequence") and not has_order
    doses = [dosage(row, number if in_order else 0) for number, row in enumerate(rows, start=1)]
    if told.get("kind") == "Dosage":
        return doses[0]
    kind = told.get("kind", "MedicationRequest")
    drug = {"text": told.get("drug_name", "prednisone")}
    made = {"resourceType": kind, "status": "active"}
    made |= {"medication": {"concept": drug}} if told.get("r5") else {"medicationCodeableConcept": drug}
    if kind == "MedicationRequest":
        made |= {"intent": "order", "courseOfTherapyType": {"coding": [{"code": "acute"}]}}
    made["subject"] = {"reference": "Patient/1"}
    if "own" in told:
        name = {"type": {"text": "course"}, "value": told["own"]}
        made |= {"status": "draft", "intent": "proposal", "identifier": [name]}
    made[DOSES.get(kind, "dosageInstruction")] = doses
    return without(made | told.get("order", {}), told.get("without", []))


def whole(case):
    if "text" in case:
        return case["text"]
    if "entries" not in case:
        return resource(case)
    made = [resource(each) for each in case["entries"]]
    if case.get("lines"):
        return "\n".join(json.dumps(each, default=lambda value: int(value)) for each in made)
    gathered = bundle(*made)
    for entry, each in zip(gathered["entry"], case["entries"], strict=True):
        entry |= each.get("entry", {})
    return gathered | case.get("bundle", {})


def answer(case):
    """What an import of a case answers, as its lines are written in the cases."""
    options = {key: case[key] for key in OPTIONS & case.keys()}
    if "slots" in options:
        options["slots"] = {int(times): named for times, named in options["slots"].items()}
    try:
        read = from_fhir(whole(case), **options)
    except CannotImport as error:
        return refused(error)
    except TaperError as error:
        return {"wrong": f"{type(error).__name__}: {error}"}
    assert not any(report.refuses for report in read.reports)
    return {"plan": list(lines_of(read))} | reported(read.reports)


def refused(error):
    """What a refused import answers; without reports, its error alone."""
    if not error.reports:
        return {"wrong": f"{type(error).__name__}: {error}"}
    assert str(error).splitlines() == list(said(error.reports))
    refusing = [str(report) for report in error.reports if report.refuses]
    return {"refuses": refusing} | reported([report for report in error.reports if not report.refuses])


def said(reports):
    """The error: what refuses, what of it a caller may let stand, and what else was noticed."""
    yield "no plan can be read from this resource:"
    refusing = [report for report in reports if report.refuses]
    yield from (f"  {line}" for line in first(refusing))
    stands = " and ".join(f"'{kind}'" for kind in ("text", "gap") if kind in {report.kind for report in refusing})
    if stands:
        yield f"  where the codes are what is meant, accept {stands}"
    yield from (f"  also {line}" for line in first([report for report in reports if not report.refuses]))


def first(reports):
    """A line for each of fifty reports, and one that counts the rest."""
    yield from map(str, reports[:50])
    if reports[50:]:
        yield f"{len(reports[50:])} more"


def reported(reports):
    """The reports, but for the two that nearly every order has, which are counted."""
    lines = list(map(str, reports))
    own = [line for line in lines if not line.endswith(USUAL)]
    return {"reports": own, "usual": len(lines) - len(own)}


def lines_of(read):
    """The plan in lines: its version and date, and each course with its steps and what they carry."""
    yield f"{read.version}, from {read.start or 'an unknown date'}"
    for course in read.plan.courses:
        of = [part for part in (course.drug, course.release, course.form, course.indication) if part]
        begins = "" if course.starts_on_day == 1 else f" from day {course.starts_on_day}"
        yield f"{course.id}{begins}: {', '.join(map(str, of))}; then {course.then}"
        for step in course.steps:
            more = step.model_dump(exclude=PATTERN, exclude_defaults=True, mode="json")
            yield f"{step.lasting or 'no end'}: {step}{''.join(f'; {key}: {value}' for key, value in more.items())}"


@pytest.mark.parametrize("name", WRITTEN)
def test_an_import_answers_all_of_it(name):
    case = WRITTEN[name]
    usual = len(case.get("entries", [0])) * (1 + ("plan" in case))
    wanted = {} if "wrong" in case else {"reports": [], "usual": usual}
    assert answer(case) == wanted | {key: case[key] for key in ANSWERS & case.keys()}


def test_what_was_read_prints_five_reports_and_its_plan():
    read = from_fhir(resource({"doses": [{"text": "40 mg"} for _ in range(6)]}))
    assert len(read.reports) > 5
    assert str(read).splitlines() == ["Read as R4", *map(str, read.reports[:5]), *str(read.plan).splitlines()]


def test_fifty_courses_are_read_and_not_one_more():
    entries = [{"drug_name": f"drug-{number}", "order": {"subject": {"display": "Ann"}}} for number in range(51)]
    assert len(answer({"entries": entries[:50]})["plan"]) == 1 + 2 * 50
    assert answer({"entries": entries})["refuses"] == [
        "medication: it orders 51 courses; a plan has 50 at most, select some"
    ]


def test_fifty_people_are_asked_for_with_all_else_and_one_more_alone():
    entries = [{"order": {"subject": {"display": f"Ann {number}"}}} for number in range(51)]
    shown = ", ".join(f"Ann {number}" for number in range(10))
    named = "subjects ({} and {} more); name one as patient"
    first, *others = answer({"entries": entries[:50]})["refuses"]
    assert first == f"status: the requests are for 50 {named.format(shown, 40)}"
    assert not others
    wanted = f"CannotImport: patient: the requests are for 51 {named.format(shown, 41)}"
    assert answer({"entries": entries}) == {"wrong": wanted}
