"""People with plans, and what a pharmacist would say of each: `tests/cases/vignettes`, against the shipped data."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from taper import CannotRealize, Formulary, Patient, Plan, Severity, check, realize
from test_cases import before_of, step_of

FOLDER = Path(__file__).parent / "cases" / "vignettes"
CASES = [case for path in sorted(FOLDER.glob("*.toml")) for case in tomllib.loads(path.read_text("utf-8"))["cases"]]
KNOWN = {"name", "market", "start", "drug", "release", "form", "indication", "before", "steps", "then", "patient",
         "finds", "never", "open", "first", "refused", "most_open"}  # fmt: skip
ALL_GIVEN = {
    "dialysis": False, "kidney_stable": True, "liver": "none", "pregnant": False, "lactating": False,
    "medications": [], "as_needed": [], "conditions": [],
}  # fmt: skip
SHIPPED = Formulary.shipped()


def review_of(case):
    course = {key: case[key] for key in ("drug", "release", "form", "indication", "then") if key in case}
    course["before"] = before_of(case["before"])
    course["steps"] = [_step(text) for text in case["steps"]]
    drug = SHIPPED.name_of(case["drug"])
    markets = {product.market for product in SHIPPED.products(drug)}
    market = case.get("market", "us" if "us" in markets else "uk")
    made = realize(Plan.read({"courses": [course]}), SHIPPED.products(drug, market=market))
    start = date.fromisoformat(case["start"]) if "start" in case else None
    return check(made, Patient.read(ALL_GIVEN | case["patient"]), start=start, market=case.get("market"))


def _step(text):
    lasting, _, doses = text.partition(": ")
    return {"kind": "gap", "for": lasting} if doses == "gap" else step_of(text)


each_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


@each_case
def test_it_is_answered_as_written(case):
    assert set(case) <= KNOWN
    if "refused" in case:
        with pytest.raises(CannotRealize, match=case["refused"]):
            review_of(case)
        return
    review = review_of(case)
    told = "\n".join([*(f"{f.severity} {f.rule}: {f.message}" for f in review.findings),
                      *(f"open {gap.rule}: {gap.missing}" for gap in review.not_assessed)])  # fmt: skip
    for wanted in case.get("finds", []):
        found = [f.severity for f in review.findings if wanted["rule"] in {"any", f.rule}]
        assert any(item >= wanted["at_least"] for item in found), f"{wanted}\n{told}"
    for barred in case.get("never", []):
        found = [f for f in review.findings if barred["rule"] in {"any", f.rule} and f.severity >= barred["from"]]
        assert not found, told
    for rule in case.get("open", []):
        assert [gap for gap in review.not_assessed if rule in gap.rules], told
        assert not [item for item in review.clear if item.rule == rule], told
    assert not case.get("first") or review.findings[0].rule == case["first"], told
    assert len(review.not_assessed) <= case.get("most_open", len(review.not_assessed)), told


@each_case
def test_each_fact_is_found_once_and_nothing_found_or_open_is_clear(case):
    if "refused" in case:
        return
    review = review_of(case)
    facts = [(f.rule, f.drug, f.about, f.slot, f.day, f.last_day) for f in review.findings]
    assert len(facts) == len(set(facts))
    for finding in review.findings:
        said = [(item.rule, item.source, item.says) for item in finding.each]
        assert len(said) == len(set(said)), [str(item) for item in finding.each]
    found = {(each.rule, f.drug, each.source) for f in review.findings for each in f.each}
    assert not found & {(item.rule, item.drug, item.source) for item in (*review.clear, *review.within)}
    for item in review.clear:
        assert item.source is None or item.sections, f"{item.rule} is called clear of {item.source.id} though unread"
        assert item.source is None or set(item.sections) <= set(item.source.read_whole)


def test_no_advice_of_another_country_is_high_against_a_maximum_of_the_plans_own():
    (case,) = [item for item in CASES if item.get("market") == "uk" and item["drug"] == "baclofen"]
    review = review_of(case)
    (finding,) = [item for item in review.findings if item.rule == "ceiling"]
    abroad = [each for each in finding.each if each.from_abroad]
    assert (finding.severity, {each.severity for each in abroad}) == (Severity.MODERATE, {Severity.MODERATE})
    assert [each.from_abroad for each in finding.each] == sorted(each.from_abroad for each in finding.each)


@each_case
def test_of_one_severity_and_day_what_forbids_a_drug_is_told_before_how_fast_it_changes(case):
    if "refused" in case:
        return
    forbids, speeds = {"contraindication", "interaction"}, {"pace", "titration-speed", "swing", "duration"}
    told = [(f.severity, f.day or 0, f.rule) for f in review_of(case).findings]
    pairs = ((one, two) for at, one in enumerate(told) for two in told[at + 1 :])
    assert not [(one, two) for one, two in pairs if one[:2] == two[:2] and one[2] in speeds and two[2] in forbids]


def test_a_fresh_start_is_that_of_the_column_with_the_persons_own_medicines():
    (case,) = [item for item in CASES if item["name"].startswith("After four days with carbamazepine")]
    (found,) = [f for f in review_of(case).findings if f.rule == "gap"]
    assert "a fresh start at 50 mg/day" in found.message
    assert "after 4 days without a dose" in found.message


def test_a_length_of_use_before_the_plan_is_told_as_it_was_written():
    case = {"drug": "diazepam", "market": "us", "before": "10 mg morning for 8 years", "then": "continue",
            "steps": ["open: 10 mg morning"], "patient": {"age": 40, "sex": "male"}}  # fmt: skip
    assert "after 8 years before day 1" in " ".join(f.message for f in review_of(case).findings)
