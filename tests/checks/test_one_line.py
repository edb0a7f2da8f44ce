"""Open questions of one cause are one line, over rules and drugs; JSON keeps each."""

import json

import pytest

from taper import Formulary, NotAssessed, Patient, Plan, Reason, RequirementNotMet, Review, check, realize
from taper.words.review_text import review_text, sentence

SHIPPED = Formulary.shipped()
GIVEN = {
    "age": 48, "sex": "male", "egfr": "95", "crcl": "100", "dialysis": False, "kidney_stable": True, "liver": "none",
    "pregnant": False, "lactating": False, "as_needed": [],
}  # fmt: skip


def course(drug, dose, **more):
    return {"drug": drug, "before": "nothing", "then": "continue", "steps": [{"regimen": {"morning": dose}}]} | more


def review_of(*courses, **person):
    plan = Plan.read({"courses": list(courses)})
    products = [item for each in courses for item in SHIPPED.products(each["drug"], market="us")]
    return check(realize(plan, products), Patient.read(GIVEN | {"medications": [], "conditions": []} | person))


BACLOFEN = course("baclofen", "5 mg", form="tablet", indication="spasticity")
OXAZEPAM = course("oxazepam", "10 mg", indication="anxiety")


def test_sections_of_a_label_that_were_not_read_are_one_question():
    (gap,) = review_of(BACLOFEN, medications=["levothyroxine"], conditions=["type 2 diabetes"]).not_assessed
    assert (gap.reason, gap.rules, gap.drugs) == (Reason.UNREAD, ("contraindication", "interaction"), ("baclofen",))
    assert (gap.rule, gap.heading) == ("contraindication", "contraindication, interaction (baclofen)")
    assert sentence(gap) == (
        "Look up what was not read in full here, in the label of baclofen: contraindications, type 2 diabetes; "
        "interactions, with levothyroxine."
    )
    assert [(part.rule, part.what) for part in gap.each] == [
        ("contraindication", ("contraindications, type 2 diabetes",)),
        ("interaction", ("interactions, with levothyroxine",)),
    ]


def test_two_drugs_of_which_no_label_was_read_are_one_question_too():
    (gap,) = [
        item
        for item in review_of(BACLOFEN, OXAZEPAM, medications=["levothyroxine"]).not_assessed
        if item.reason is Reason.UNREAD
    ]
    assert (gap.drug, gap.drugs) == (None, ("baclofen", "oxazepam"))
    assert "in the label of baclofen:" in sentence(gap)
    assert "and in the label of oxazepam:" in sentence(gap)


def test_what_is_on_file_of_one_drug_and_does_not_answer_is_one_question_with_each_reason_said():
    lithium = course("lithium-carbonate", "300 mg", release="immediate", form="capsule", indication="bipolar-disorder")
    (gap,) = review_of(lithium, medications=["paracetamol"]).not_assessed
    assert [part.reason for part in gap.by_reason] == [Reason.UNREAD, Reason.NO_SOURCE]
    assert (gap.rules, gap.drugs) == (("interaction", "ceiling"), ("lithium-carbonate",))
    assert sentence(gap) == (
        "Look up what was not read in full here, in the label of lithium-carbonate: interactions, with paracetamol. "
        "No source is on file for a daily ceiling for this product."
    )
    assert gap.missing == (
        "interactions, with paracetamol: not read in full; a daily ceiling for this product; no source is on file"
    )


def test_json_keeps_each_part_and_reads_it_back():
    review = review_of(BACLOFEN, medications=["levothyroxine"], conditions=["type 2 diabetes"])
    kept = json.loads(review.model_dump_json())
    assert [part["rule"] for part in kept["not_assessed"][0]["parts"]] == ["contraindication", "interaction"]
    assert Review.read(kept) == review


def test_a_gate_passes_it_only_where_every_rule_of_it_is_accepted():
    review = review_of(BACLOFEN, medications=["levothyroxine"], conditions=["type 2 diabetes"])
    with pytest.raises(RequirementNotMet, match="not assessed: contraindication, interaction: "):
        review.require(at_most="high", accept_not_assessed=["interaction"])
    assert review.require(at_most="high", accept_not_assessed=["interaction", "contraindication"]) is review


def test_a_name_that_nothing_knows_is_asked_once_for_two_drugs():
    review = review_of(BACLOFEN, OXAZEPAM, medications=["oxycodon"])
    (gap,) = [item for item in review.not_assessed if item.reason is Reason.NAME]
    assert (gap.drugs, len(gap.what)) == (("baclofen", "oxazepam"), 1)


def test_a_condition_in_another_language_is_asked_after_and_never_clear():
    review = review_of(course("sertraline", "50 mg", form="tablet", indication="depression"), conditions=["Epilepsie"])
    (gap,) = review.not_assessed
    assert (gap.rule, gap.reason) == ("contraindication", Reason.NAME)
    assert not [item for item in review.clear if item.rule == "contraindication"]
    review = review_of(
        course("sertraline", "50 mg", form="tablet", indication="depression"), conditions=["Bluthochdruck"]
    )
    assert "conditions are read by their English names" in review.not_assessed[0].missing


def test_a_question_of_one_part_is_its_own():
    gap = NotAssessed(rule="kidney", drug="baclofen", reason=Reason.FACT, what=("the eGFR",))
    assert (gap.each, gap.rules, gap.heading) == ((gap,), ("kidney",), "kidney function (baclofen)")
    assert sentence(NotAssessed(rule="kidney", reason=Reason.UNREAD, what=("the liver",))) == (
        "Look up what was not read in full here, in the label of the plan: the liver."
    )


def test_the_first_line_says_what_happens_the_limit_and_who_says_so():
    review = review_of(course("citalopram", "60 mg", form="tablet", indication="depression"))
    first = next(iter(review_text(review)))
    assert (
        first == "HIGH: citalopram reaches 60 mg/day from day 1: maximum of 40 mg/day (US label of citalopram, 2026)."
    )
