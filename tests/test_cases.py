"""The cases of `tests/cases`: a person and a plan in, what a rule says out; and what they still lack."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from taper import Formulary, Patient, Plan, check, realize
from taper.checks.check import ALL
from taper.products.statements import dilute

FOLDER = Path(__file__).parent / "cases"
FILES = sorted(FOLDER.glob("*.toml"))
COURSE = (
    "id", "drug", "release", "form", "indication", "products", "before", "then", "steps", "starts_on_day", "made_by",
)  # fmt: skip
KNOWN = {*COURSE, "name", "edge", "courses", "patient", "sources", "start", "finds", "clear", "not_assessed", "missing"}
KNOWN |= {"dilute"}
SHIPPED = Formulary.shipped()

WITHOUT_EDGE = {"pregnancy", "contraindication", "substitution", "score", "formulation-swap", "concentration-change",
                "dilution"}  # fmt: skip
"""Rules that compare words and not figures."""

WITHOUT_GAP = {"intake-ceiling", "weekly-ceiling", *(module.NAME for module in ALL if not module.READS)}
"""Rules that need nothing but the plan and its products, and one whose shipped figures turn on nothing unknown."""


NEVER = {
    ("intake-ceiling", "patient.sex"),
    ("age", "patient.sex"),
    ("pace", "patient.sex"),
    ("intake-ceiling", "patient.age"),
    ("weekly-ceiling", "patient.sex"),
    ("weekly-ceiling", "patient.age"),
    ("combined-equivalent", "patient.age"),
    ("combined-equivalent", "indication"),
    ("contraindication", "indication"),
    ("duration", "patient.age"),
    ("gap", "indication"),
    ("gap", "patient.age"),
    ("kidney", "indication"),
    ("kidney", "patient.absolute_egfr"),
    ("liver", "patient.age"),
    ("age", "indication"),
    ("pregnancy", "indication"),
    ("swing", "patient.age"),
    ("formulation-swap", "indication"),
}
"""Facts that a rule reads and on which no shipped source turns, or turns alone."""


def read(path):
    data = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    assert set(data) == {"rule", "cases"}, path.name
    for case in data["cases"]:
        assert set(case) <= KNOWN, f"{path.name}: {case.get('name')}: {sorted(set(case) - KNOWN)}"
    return data["rule"], data["cases"]


CASES = [(rule, case) for path in FILES for rule, cases in [read(path)] for case in cases]


def day_of(text):
    if text == "nothing":
        return {}
    return {slot: f"{number} {unit}" for number, unit, slot in (part.split() for part in text.split(", "))}


def pattern_of(text):
    days = [day_of(part.strip()) for part in text.split(" / ")]
    return {"regimen": days[0]} if len(days) == 1 else {"cycle": days}


def step_of(text):
    lasting, doses = text.split(": ", 1)
    return pattern_of(doses) | ({} if lasting == "open" else {"for": lasting})


def before_of(text):
    if text == "nothing":
        return text
    doses, _, lasting = text.partition(" for ")
    return pattern_of(doses) | ({"for": lasting} if lasting else {})


def course_of(given):
    made = {key: given[key] for key in COURSE if key in given}
    products = SHIPPED.products(made["drug"]) if SHIPPED.holds(made["drug"]) else ()
    named = [p for p in products if p.id in made.get("products", ())] or list(products)
    releases = {str(product.release) for product in named}
    made.setdefault("release", "immediate" if "immediate" in releases else min(releases))
    forms = {str(product.form) for product in named if str(product.release) == made["release"]}
    if "tablet" in forms and "products" not in made:
        made.setdefault("form", "tablet")
    if "before" in made:
        made["before"] = before_of(made["before"])
    if made.get("made_by", {}).get("then") == "":
        # TOML has no null: no taper follows.
        made["made_by"] = {**made["made_by"], "then": None}
    made["steps"] = [step_of(text) for text in given["steps"]]
    made.setdefault("then", "review" if "for" in made["steps"][-1] else "continue")
    return made


def review_of(case):
    plan = Plan.read({"courses": [course_of(item) for item in case.get("courses", [case])]})
    drugs = dict.fromkeys(course.drug for course in plan.courses)
    products = [p for drug in drugs for p in SHIPPED.products(drug)]
    usable = [p.measured("0.1 mL", graduation="0.1 mL") if p.form.is_liquid else p for p in products]
    permitted = [p.divided(4) if p.score == "unknown" and p.can_be_permitted else p for p in usable]
    permitted = dilute(permitted, case.get("dilute", ()))
    start = date.fromisoformat(case["start"]) if "start" in case else None
    person = Patient.read(case.get("patient", {}))
    return check(realize(plan, permitted), person, sources=case.get("sources", ()), start=start)


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule}: {case['name']}" for rule, case in CASES])
def test_the_case_comes_out_as_written(rule, case):
    review = review_of(case)
    found = [each for item in review.findings for each in item.each if each.rule == rule]
    unknown = [part for item in review.not_assessed for part in item.each if part.rule == rule]
    clear = {item.source.id if item.source else "" for item in (*review.clear, *review.within) if item.rule == rule}
    told = "\n".join([*(f"{f.severity} {f.source and f.source.id} {f.value} {f.limit}: {f.message}" for f in found),
                      *(f"not assessed: {item.missing}" for item in unknown), f"clear: {sorted(clear)}"])  # fmt: skip
    expected = case.get("finds", [])
    assert len(found) == len(expected), told
    for wanted in expected:
        assert any(_matches(item, wanted) for item in found), f"{wanted}\n{told}"
    assert clear == set(case.get("clear", [])), told
    missing = case.get("not_assessed", [])
    assert all(any(words in item.missing for item in unknown) for words in missing), told
    assert all(any(words in item.missing for words in missing) for item in unknown), told


def _matches(finding, wanted):
    held = {"severity": str(finding.severity), "source": finding.source.id if finding.source else None}
    held |= {key: getattr(finding, key) for key in wanted if key not in {"severity", "source", "says"}}
    return (
        held.items() >= {key: value for key, value in wanted.items() if key != "says"}.items()
        and wanted.get("says", "") in finding.message
    )


def lacking():
    """What the cases do not show yet: of each rule every kind of answer, each side of an edge, each missing fact."""
    for rule in (module.NAME for module in ALL):
        own = [case for name, case in CASES if name == rule]
        kinds = {"finds", "clear"} | (set() if rule in WITHOUT_GAP else {"not_assessed"})
        yield from (f"{rule}: no case that {kind}" for kind in sorted(kinds) if not any(case.get(kind) for case in own))
        sides = set() if rule in WITHOUT_EDGE else {"at", "beyond"}
        yield from (f"{rule}: no case {side} the edge" for side in sorted(sides - {case.get("edge") for case in own}))
        reads = next(module.READS for module in ALL if rule == module.NAME)
        gone = {case.get("missing") for case in own}
        yield from (
            f"{rule}: no case without {fact}" for fact in reads if fact not in gone and (rule, fact) not in NEVER
        )


def test_every_rule_has_its_cases_on_each_side_of_each_edge_and_for_each_missing_fact():
    assert sorted(lacking()) == []


def test_every_file_is_of_a_rule_and_is_named_after_it():
    names = {module.NAME for module in ALL}
    assert {rule for rule, _ in CASES} == names
    assert {re.sub(r"\.toml$", "", path.name) for path in FILES} == names


@pytest.mark.parametrize(
    ("rule", "case"), [(r, c) for r, c in CASES if "missing" in c], ids=lambda value: str(value)[:60]
)
def test_a_case_that_lacks_a_fact_is_never_only_clear(rule, case):
    review = review_of(case)
    asked = [part for item in review.not_assessed for part in item.each]
    assert any(rule in item.rules for item in (*review.findings, *asked))
