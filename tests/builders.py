"""Small records for tests: a drug that no formulary holds, its tablets, and facts with a source made for the test."""

import os
from datetime import date

from hypothesis import settings

from taper import Formulary, Plan, check, realize
from taper.knowledge.reading import read_monograph
from taper.products.product import Product
from taper.source import Subject
from taper.testing import DRUG

START = date(2027, 3, 1)
"""A Monday."""


def draws(number):
    """So many examples in the checks, for a property whose examples are dear; as many as all others in the long run."""
    return settings(max_examples=number) if os.environ.get("HYPOTHESIS_PROFILE", "ci") == "ci" else settings()


def tablet(strength, **more):
    return Product.read(
        {"id": f"t{strength.replace(' ', '')}", "drug": DRUG, "form": "tablet", "strength": strength} | more
    )


def liquid(concentration="5 mg/5 mL", **more):
    plain = {"id": "solution", "drug": DRUG, "form": "oral solution", "concentration": concentration}
    return Product.read(plain | {"smallest_volume": "0.1 mL"} | more)


TABLETS = (tablet("5 mg"), tablet("2 mg"), tablet("1 mg"))


def step(regimen, lasting=None, **more):
    """A step from {"evening": "5 mg"}, "5 mg" (in the evening), or a list of such days as a cycle."""
    day = {"cycle": [_day(item) for item in regimen]} if isinstance(regimen, list) else {"regimen": _day(regimen)}
    return day | ({"for": lasting} if lasting else {}) | more


def _day(given):
    return {"evening": given} if isinstance(given, str) else given


def course(*steps, then="review", drug=DRUG, **more):
    return {"drug": drug, "then": then, "steps": list(steps)} | more


def plan_of(*steps, then="review", **more):
    return Plan.read({"courses": [course(*steps, then=then, **more)]})


def plan_with(*courses, **more):
    return Plan.read({"courses": list(courses)} | more)


def source_data(organization="Test Institute", grade="A"):
    """A source that was read in full on every subject; a test of unread ones says so."""
    return {
        "organization": organization,
        "title": "A text",
        "locator": "https://example.org/text",
        "year": 2026,
        "grade": grade,
        "verified_on": date(2026, 11, 22),
        "sections": {str(subject): ["whole"] for subject in Subject},
        "read_whole": ["whole"],
    }


def formulary(*, drug=DRUG, sources=None, **sections):
    """A formulary of one drug whose sections name their sources; each named source is made up."""
    named = {
        item["source"] for items in sections.values() for item in items if isinstance(item, dict) and "source" in item
    }
    made = {name: source_data(f"Institute {name}") | (sources or {}).get(name, {}) for name in sorted(named)}
    data = {"drug": drug, "reviewed_on": date(2026, 11, 22), "sources": made} | sections
    return Formulary([read_monograph(data, where="test")])


def review_of(plan, held, patient=None, *, products=TABLETS, **more):
    return check(realize(plan, products, formulary=held), patient, **more)


def answers(review, rule):
    """What one rule said: what each source finds, not assessed, clear of it or within it, left out."""
    found = [each for item in review.findings for each in item.each if each.rule == rule]
    asked = [part for item in review.not_assessed for part in item.each]
    others = (asked, (*review.clear, *review.within), review.left_out)
    return (found, *([item for item in group if item.rule == rule] for group in others))
