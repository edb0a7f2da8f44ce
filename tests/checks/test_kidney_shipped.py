"""Every shipped source: worse kidneys never bring a lighter answer from it."""

from fractions import Fraction

import pytest

from taper import Formulary, Patient, Plan, Product, realize
from taper.checks.case import Case
from taper.checks.review import Finding, NotAssessed
from taper.checks.rules import kidney
from taper.knowledge.kidney_advice import KidneyMeasure

SHIPPED = Formulary.shipped()
FIELD = {KidneyMeasure.EGFR: "egfr", KidneyMeasure.CRCL: "crcl", KidneyMeasure.ABSOLUTE_EGFR: "absolute_egfr"}
KNOWN = {"age": 70, "kidney_stable": True, "dialysis": False}
ADVICE = [(drug, advice) for drug in SHIPPED.drugs for advice in SHIPPED.monograph(drug).kidney]


def products_for(drug, advice):
    held = [p for p in SHIPPED.products(drug) if not p.form.is_liquid]
    held = held or [Product(id="t", drug=drug, form="tablet", strength="25 mg", score=1)]
    about = [p for p in held if not advice.releases or p.release in advice.releases]
    release = about[0].release
    alike = sorted((p for p in about if p.release == release and p.form == about[0].form), key=lambda p: p.strength.mg)
    return alike[:1] + alike[1:][-1:]  # the rule reads doses, not how they are made, and many strengths are many ways


def figures_of(advice):
    """Each printed edge, a little below and above it, and what lies beyond the outermost, from the best down."""
    states = [state for state in (advice.impaired,) if state is not None]
    edges = {b.lower for b in advice.bands} | {b.upper for b in advice.bands}
    edges |= {edge for state in states for edge in (state.at_least, state.at_most)}
    edges = {edge for edge in edges if edge} | {Fraction(30), Fraction(90)}
    near = {value for edge in edges for value in (edge, edge - Fraction(1, 2), edge + Fraction(1, 2), edge / 3)}
    return sorted(near | {Fraction(130), Fraction(3)}, reverse=True)


def ranks(drug, advice, made, patient):
    case = Case(made, Patient.read(KNOWN | patient), SHIPPED, None, (advice.source.id,))
    answers = list(kidney.assess(case))
    found = [item.severity.rank for item in answers if isinstance(item, Finding)]
    unknown = any(isinstance(item, NotAssessed) for item in answers)
    return max(found, default=None if unknown else 0)


@pytest.mark.no_cover
@pytest.mark.parametrize(("drug", "advice"), ADVICE, ids=[f"{d}-{a.source.id}-{i}" for i, (d, a) in enumerate(ADVICE)])
def test_from_one_source_a_lower_figure_or_dialysis_is_never_answered_more_lightly(drug, advice):
    products = products_for(drug, advice)
    for dose in (products[0].strength, products[-1].strength * 12):
        course = {"drug": drug, "release": str(products[0].release), "form": str(products[0].form), "then": "continue",
                  "before": "nothing", "steps": [{"regimen": {"evening": str(dose)}}]}  # fmt: skip
        course |= {"indication": advice.indications[0]} if advice.indications else {}
        made = realize(Plan.read({"courses": [course]}), products)
        field = FIELD[advice.measure or KidneyMeasure.EGFR]
        worst = 0
        for value in figures_of(advice):
            rank = ranks(drug, advice, made, {field: str(float(value))})
            assert rank is None or rank >= worst, (str(dose), float(value), rank, worst)
            worst = max(worst, rank or 0)
            on_dialysis = ranks(drug, advice, made, {field: str(float(value)), "dialysis": True})
            assert on_dialysis is None or on_dialysis >= worst, (str(dose), float(value), "dialysis")
        rank = ranks(drug, advice, made, {"dialysis": True})
        assert rank is None or rank >= worst, (str(dose), "dialysis")
