"""Reviews as a whole: which findings in which order, by which rules and sources, what is asked, clear and left out."""

import tomllib
from pathlib import Path

import pytest

from builders import formulary, review_of
from checks.test_whole_findings import plan_of
from taper import Patient

WRITTEN = tomllib.loads((Path(__file__).parent / "whole_reviews.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_review_says_all_of_it(name):
    case = WRITTEN[name]
    held = formulary(**case["facts"])
    person = Patient.read({"medications": [], "as_needed": []} | case.get("patient", {}))
    review = review_of(plan_of(case["courses"]), held, person, **case.get("asked", {}))
    assert [found(item) for item in review.findings] == case.get("finds", [])
    assert [[item.rule, item.reason.name, list(item.what)] for item in review.not_assessed] == case.get("asks", [])
    for group in ("clear", "within", "left_out"):
        said = [
            f"{item.rule} {item.source.id if item.source else 'nothing to compare'}" for item in getattr(review, group)
        ]
        assert said == case.get(group, []), group


def found(item):
    """Severity, days, rules and sources; then what happens, and what each statement says."""
    days = [item.day] if item.last_day is None else [item.day, item.last_day]
    spoken = [source.id for source in item.sources]
    return [str(item.severity), list(item.rules), spoken, days, item.happens, *(each.says for each in item.each)]
