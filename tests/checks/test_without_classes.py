"""A drug whose file gives no class: what turns on its classes is not assessed, and never clear."""

from pathlib import Path

import pytest

from taper import Formulary, Patient, Plan, Reason, check, realize

SHIPPED = Formulary.shipped()
NONE_TAKEN = Patient(age=50, medications=(), as_needed=())
FILE = """
drug = "examplinol"
new = true
classes = [{classes}]
reviewed_on = 2026-11-29

[[products]]
form = "tablet"
strength = "10 mg"
market = "us"
source = "label"

[sources.label]
organization = "An invented label"
title = "Examplinol tablets"
section = "Description"
locator = "DailyMed set id 00000000-0000-0000-0000-000000000000"
year = 2026
grade = "A"
verified_on = 2026-11-29
jurisdiction = "US"
"""


def reviewed(folder: Path, *drugs: str, classes: str = ""):
    path = folder / "examplinol.toml"
    path.write_text(FILE.format(classes=classes), encoding="utf-8")
    formulary = SHIPPED.overlaid(path)
    courses = [
        {"drug": drug, "then": "review", "release": "immediate", "form": "tablet",
         "steps": [{"for": "7 days", "regimen": {"evening": "10 mg"}}]}
        for drug in drugs
    ]  # fmt: skip
    products = [item for drug in drugs for item in formulary.products(drug, market="us")]
    made = realize(Plan.read({"courses": courses}), products, formulary=formulary)
    return check(made, NONE_TAKEN)


def told(review, rule):
    return {answer.drug for answer in review.clear if answer.rule == rule}, [
        gap for gap in review.not_assessed if gap.rule == rule and gap.reason is Reason.CLASSES
    ]


def test_an_interaction_that_turns_on_its_classes_is_not_clear(tmp_path):
    clear, (asked,) = told(reviewed(tmp_path, "diazepam", "examplinol"), "interaction")
    assert clear == set()
    assert asked.drug == "diazepam"
    assert "examplinol" in asked.missing
    assert "opioid" in asked.missing


def test_with_a_class_the_same_pair_is_clear(tmp_path):
    clear, asked = told(reviewed(tmp_path, "diazepam", "examplinol", classes='"beta-blocker"'), "interaction")
    assert (clear, asked) == ({"diazepam"}, [])


@pytest.mark.parametrize(("classes", "count"), [("", 1), ('"beta-blocker"', 0)])
def test_whether_its_doses_are_added_up_is_not_assessed(tmp_path, classes, count):
    _, asked = told(reviewed(tmp_path, "diazepam", "examplinol", classes=classes), "combined-equivalent")
    assert [gap.missing for gap in asked] == [
        "whether diazepam and examplinol are added up: no class of examplinol is on file"
    ] * count
