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
AVOIDED = {("methotrexate", "ibuprofen")}  # the label of the one says to avoid the other
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


def taken(drug, doses):
    """The doses every day; once a week where sources print the drug's maximum for one day a week."""
    is_weekly = any((item.per, item.days) == ("week", 1) for item in SHIPPED.monograph(drug).ceilings)
    return {"cycle": [doses, *[{}] * 6]} if is_weekly else {"regimen": doses}


def made(drug, doses, uses, releases):
    kinds = {(product.release, product.form) for product in SHIPPED.products(drug, market=market_of(drug))}
    whole = {"drug": drug, "then": "continue", "before": "nothing", "steps": [taken(drug, doses)]}
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


def spoken_of(course):
    """The rules for which sources on file give a figure for this course, whoever takes it."""
    monograph, use = SHIPPED.monograph(course.drug), course.course.indication
    figures = {"titration-speed": [*monograph.starts, *monograph.titrations], "duration": monograph.durations,
               "ceiling": [item for item in monograph.ceilings if item.per == "day"]}  # fmt: skip
    return {rule for rule, facts in figures.items() if any(_is_of(fact, course.release, use) for fact in facts)}


def _is_of(fact, release, use):
    return (not fact.releases or release in fact.releases) and (
        not use or not fact.indications or use in fact.indications
    )


def told(review):
    return [f"{f.severity} {f.rule}: {f.message}" for f in review.findings] + [str(g) for g in review.not_assessed]


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_a_start_leaves_at_most_one_question_open_and_none_to_the_reader_without_company(drug):
    (_, uses, _), plan = everyday(drug)
    bare = check(plan, Patient.read(GIVEN))
    assert len(bare.not_assessed) <= 1, told(bare)
    assert not [gap for gap in bare.not_assessed if gap.facts], told(bare)
    silent = {part.rule for gap in bare.not_assessed for part in gap.each}
    assert not silent & spoken_of(plan.courses[0]), told(bare)
    assert all(finding.severity < Severity.HIGH for finding in bare.findings), told(bare)
    for company, conditions in [*(((name,), uses) for name in COMPANY), (COMPANY, ("hypertension", "type 2 diabetes"))]:
        review = check(plan, Patient.read(GIVEN | {"medications": company, "conditions": conditions}))
        assert len(review.not_assessed) <= 1, told(review)
        high = [(f.drug, f.about) for f in review.findings if f.severity is Severity.HIGH]
        assert high == [(drug, name) for name in company if (drug, name) in AVOIDED], told(review)


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_a_stop_after_a_year_leaves_at_most_one_question_open(drug):
    (doses, uses, _), plan = everyday(drug)
    course = plan.courses[0]
    least = min((product.strength for product in course.products if product.strength), key=lambda dose: dose.mg)
    steps = [{"for": "4 weeks"} | taken(drug, part) for part in (doses, {"morning": str(least)})]
    whole = {"drug": drug, "release": course.release, "form": course.products[0].form, "then": "stop", "steps": steps}
    whole |= {"before": taken(drug, doses) | {"for": "1 year"}} | ({"indication": uses[0]} if uses else {})
    ended = realize(Plan.read({"courses": [whole]}), course.products)
    review = check(ended, Patient.read(GIVEN))
    assert len(review.not_assessed) <= 1, told(review)
    assert {finding.rule for finding in review.findings} <= {"abrupt-stop", "pace", "first-change", "duration", "score"}
