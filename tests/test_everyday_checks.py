"""Everyday plans of every shipped drug, with all facts given: never more than one open question."""

from functools import cache

import pytest

from taper import Formulary, Patient, Plan, Severity, check, realize
from taper.errors import TaperError

SHIPPED = Formulary.shipped()
GIVEN = {
    "age": 48, "sex": "male", "weight_kg": "78", "height_cm": "176", "egfr": "95", "crcl": "100", "dialysis": False,
    "kidney_stable": True, "liver": "none", "pregnant": False, "lactating": False, "medications": [], "as_needed": [],
    "conditions": [],
}  # fmt: skip
SLOTS = {1: ("morning",), 2: ("morning", "evening"), 3: ("morning", "noon", "evening"),
         4: ("morning", "noon", "evening", "bedtime")}  # fmt: skip
COMPANY = ("paracetamol", "amlodipine", "metformin", "levothyroxine", "ibuprofen")


def market_of(drug):
    """The first market in which tablets or capsules are on file, the United States before others."""
    markets = {product.market for product in SHIPPED.products(drug) if product.strength}
    return "us" if "us" in markets else min(markets)


def starts_of(drug):
    """The first regimens for this person that sources name, those of the market first, and the least strength."""
    monograph, market = SHIPPED.monograph(drug), market_of(drug)
    about = [s for s in monograph.starts if (s.age_from or 0) <= 48 < (s.age_below or 130) and s.sex != "female"]
    about.sort(key=lambda start: market.upper() not in (start.source.jurisdiction or ""))
    for start in about:
        doses = dict.fromkeys(SLOTS[min(start.times_per_day or 1, 4)], str(start.dose))
        yield doses, start.indications[:1], start.releases[:1]
    strengths = sorted(
        (p for p in SHIPPED.products(drug, market=market) if p.strength), key=lambda item: item.strength.mg
    )
    yield from (({"morning": str(item.strength)}, (), (item.release,)) for item in strengths)


def made(drug, doses, uses, releases):
    kinds = {(product.release, product.form) for product in SHIPPED.products(drug, market=market_of(drug))}
    whole = {"drug": drug, "then": "continue", "before": "nothing", "steps": [{"regimen": doses}]}
    whole |= {"indication": uses[0]} if uses else {}
    for release, form in sorted(kinds, key=lambda kind: (kind[0] != "immediate", kind[1] != "tablet", *kind)):
        if not releases or release in releases:
            try:
                course = whole | {"release": release, "form": form}
                return realize(Plan.read({"courses": [course]}), SHIPPED.products(drug, market=market_of(drug)))
            except TaperError:
                continue
    return None


@cache
def everyday(drug):
    """The first everyday start of a drug that its products make."""
    plans = ((start, made(drug, *start)) for start in starts_of(drug))
    return next((start, plan) for start, plan in plans if plan is not None)


def told(review):
    return [f"{f.severity} {f.rule}: {f.message}" for f in review.findings] + [str(g) for g in review.not_assessed]


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_a_start_leaves_at_most_one_question_open_and_none_without_company(drug):
    (_, uses, _), plan = everyday(drug)
    bare = check(plan, Patient.read(GIVEN))
    assert not bare.not_assessed, told(bare)
    assert all(finding.severity < Severity.HIGH for finding in bare.findings), told(bare)
    for company, conditions in [*(((name,), uses) for name in COMPANY), (COMPANY, ("hypertension", "type 2 diabetes"))]:
        review = check(plan, Patient.read(GIVEN | {"medications": company, "conditions": conditions}))
        assert len(review.not_assessed) <= 1, told(review)
        assert not [finding for finding in review.findings if finding.severity is Severity.HIGH], told(review)


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_a_stop_after_a_year_leaves_at_most_one_question_open(drug):
    (doses, uses, _), plan = everyday(drug)
    course = plan.courses[0]
    least = min((product.strength for product in course.products if product.strength), key=lambda dose: dose.mg)
    steps = [{"for": "4 weeks", "regimen": doses}, {"for": "4 weeks", "regimen": {"morning": str(least)}}]
    taken = {"drug": drug, "release": course.release, "form": course.products[0].form, "then": "stop", "steps": steps}
    taken |= {"before": {"regimen": doses, "for": "1 year"}} | ({"indication": uses[0]} if uses else {})
    ended = realize(Plan.read({"courses": [taken]}), course.products)
    review = check(ended, Patient.read(GIVEN))
    assert len(review.not_assessed) <= 1, told(review)
    assert {finding.rule for finding in review.findings} <= {"abrupt-stop", "pace", "first-change", "duration", "score"}
