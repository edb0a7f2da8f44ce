"""Findings as a whole: every field of what a rule finds, for each shape in which a source may speak."""

import tomllib
from pathlib import Path

import pytest

from builders import DRUG, answers, formulary, review_of
from taper import Patient, Plan
from taper.checks.review import Finding
from test_cases import before_of, step_of

WRITTEN = tomllib.loads((Path(__file__).parent / "whole_findings.toml").read_text(encoding="utf-8"))
ELSEWHERE = {"rule", "severity", "evidence", "message", "happens", "says", "drug", "source"}
EMPTY = {name: field.default for name, field in Finding.model_fields.items() if name not in ELSEWHERE}


def plan_of(courses):
    made = []
    for number, given in enumerate(courses):
        own = {"id": "ab"[number]} if len(courses) > 1 else {}
        before = {"before": before_of(given["before"])} if "before" in given else {}
        steps = [step_of(text) for text in given["steps"]]
        made.append({"drug": DRUG, "then": "review"} | given | own | before | {"steps": steps})
    return Plan.read({"courses": made})


def whole(finding):
    told = {name: getattr(finding, name) for name, empty in EMPTY.items() if getattr(finding, name) != empty}
    return [str(finding.severity), finding.happens, finding.says, told]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_finding_says_all_of_it(name):
    case = WRITTEN[name]
    held = formulary(**{section: [{"source": "a"} | fact] for section, fact in case["facts"].items()})
    review = review_of(plan_of(case["courses"]), held, Patient.read(case.get("patient", {})))
    findings, *_ = answers(review, name.split(":")[0])
    assert [whole(finding) for finding in findings] == case["finds"]
    for finding in findings:
        happens = finding.happens[0].upper() + finding.happens[1:]
        note = f" ({finding.note})" if finding.note else ""
        assert finding.message == f"{happens}. Institute a (2026, grade A): {finding.says}{note}."
        assert (finding.drug, finding.evidence, finding.source.id) == (DRUG, "A", "a")
