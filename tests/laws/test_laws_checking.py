"""Laws about checking: what more or less knowledge, lower limits and further sources may do to a review (LAWS.md)."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import START, draws
from taper import Dose, Formulary, InvalidInput, Patient, Plan, check, mg, realize
from taper.checks.check import rule_names
from taper.knowledge.monograph import CeilingKind
from taper.testing import (
    DRUG,
    ceilings,
    facts,
    formulary_of,
    kidney_advice,
    patient_facts,
    patients,
    realizable_plans,
)

limits = st.integers(1, 40).map(mg)
SHIPPED = Formulary.shipped()
MADE = tuple(drug for drug in SHIPPED.drugs if any(item.strength for item in SHIPPED.products(drug)))
"""The shipped drugs of which a product is held that can be counted."""
plans = realizable_plans()


def review_of(drawn, held, patient=None, indication=None):
    """A review of a drawn plan against what sources say; None where a course holds no dose."""
    courses = tuple(item.model_copy(update={"indication": indication}) for item in drawn.plan.courses)
    made = realize(drawn.plan.model_copy(update={"courses": courses}), drawn.products, formulary=held)
    try:
        return check(made, patient, start=START)
    except InvalidInput as error:
        assert "holds no dose" in str(error)  # noqa: PT017
        assume(False)


def covers(one, other):
    """Whether a finding says at least what another does: same rule, source and slot, as grave, over all its days."""
    end = other.last_day is not None and (one.last_day is None or one.last_day >= other.last_day)
    return (
        (one.rule, one.source, one.slot) == (other.rule, other.source, other.slot)
        and one.severity >= other.severity
        and (one.day is None or one.day <= other.day)
        and (end or one.last_day is None or one.last_day == other.last_day)
    )


class TestCheckingChangesNothing:
    @given(plans, facts(), patients())
    def test_a_plan_and_a_person_are_the_same_after_a_check(self, drawn, said, patient):
        held = formulary_of(said)
        made = realize(*drawn, formulary=held)
        before = (made.plan.to_json(), patient.model_dump_json(), repr(made.courses))
        first = review_of(drawn, held, patient)
        assert review_of(drawn, held, patient) == first
        assert (made.plan.to_json(), patient.model_dump_json(), repr(made.courses)) == before

    @given(plans, facts(), patients())
    def test_the_order_of_sources_never_shows(self, drawn, said, patient):
        turned = {name: items[::-1] for name, items in said.items()}
        assert review_of(drawn, formulary_of(said), patient) == review_of(drawn, formulary_of(turned), patient)

    @given(plans, facts(), patients())
    def test_every_answer_is_of_a_rule_and_every_finding_cites_or_measures(self, drawn, said, patient):
        review = review_of(drawn, formulary_of(said), patient)
        answers = [*review.findings, *review.not_assessed, *review.clear, *review.within, *review.left_out]
        assert {item.rule for item in answers} <= set(rule_names())
        for finding in (*review.findings, *said_by_each(review)):
            cited = finding.source is not None or finding.value is not None
            assert cited, f"{finding.rule}: a finding carries its source, or the value that it measured"
            assert finding.evidence == (finding.source.grade if finding.source else None)


class TestLoweringALimit:
    """Lowering a limit, all else equal, never removes a finding nor lowers a severity."""

    @given(plans, st.lists(ceilings(limits), min_size=1, max_size=3), st.data(), st.sampled_from([None, "use-a"]))
    def test_each_finding_stays_and_is_no_less_grave(self, drawn, said, data, indication):
        listed = [item | {"source": f"c{number}"} for number, item in enumerate(said)]
        number = data.draw(st.integers(0, len(listed) - 1))
        limit = Dose.parse(listed[number]["limit"])
        lower = limit * data.draw(st.sampled_from([Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)]))
        changed = [item | ({"limit": lower.text} if item is listed[number] else {}) for item in listed]
        patient = Patient(age=data.draw(st.sampled_from([None, 40, 70])))
        before, after = (
            review_of(drawn, formulary_of({"ceilings": items}), patient, indication) for items in (listed, changed)
        )
        for finding in said_by_each(before):
            assert any(covers(other, finding) for other in said_by_each(after)), finding

    @given(plans, st.integers(2, 60), st.sampled_from(["daily maximum", "initial daily dose"]), patients())
    def test_nor_does_lowering_a_kidney_maximum(self, drawn, limit, action, patient):
        field = {"daily maximum": "maximum", "initial daily dose": "initial"}[action]

        def held(figure):
            band = {"below": 250, "action": action, field: f"{figure} mg"}
            return formulary_of({"kidney": [{"source": "k", "measure": "eGFR", "basis": "label", "bands": [band]}]})

        before, after = (review_of(drawn, held(figure), patient) for figure in (limit, limit - 1))
        for finding in said_by_each(before):
            assert any(covers(other, finding) for other in said_by_each(after)), finding


class TestAddingASource:
    """Within one jurisdiction, adding a source never lowers the worst severity for its indication.

    Unless it states an exception or is the maximum of the plan's own country: then both are shown.
    """

    @given(
        plans, st.lists(ceilings(limits), min_size=1, max_size=3), ceilings(limits), st.sampled_from(["use-a", "use-b"])
    )
    def test_another_ceiling_for_an_indication_that_has_one(self, drawn, said, more, indication):
        listed = [item | {"source": f"c{number}"} for number, item in enumerate(said)]
        assume(any(_speaks_of(item, indication) for item in listed))
        before, after = (
            review_of(drawn, formulary_of({"ceilings": items}), Patient(age=70), indication)
            for items in (listed, [*listed, more | {"source": "more"}])
        )
        # "Above every figure held" ends where a higher one is held; nothing else is ever said less gravely.
        still = [f for f in said_by_each(before) if "above every figure on file" not in f.message]
        assert all(any(covers(other, finding) for other in said_by_each(after)) for finding in still)
        assert {(f.rule, f.source) for f in said_by_each(before)} <= {(f.rule, f.source) for f in said_by_each(after)}

    @given(plans, facts(), kidney_advice(), patients())
    def test_further_kidney_advice_leaves_what_others_say(self, drawn, said, more, patient):
        added = said | {"kidney": [*said["kidney"], more | {"source": "more"}]}
        before, after = (review_of(drawn, formulary_of(items), patient) for items in (said, added))
        assert set(said_by_each(before)) <= set(said_by_each(after))

    @given(plans, facts(), patients())
    def test_each_source_answers_as_it_would_alone(self, drawn, said, patient):
        both = review_of(drawn, formulary_of(said | {"ceilings": []}), patient)
        for name in ("kidney", "stopping"):
            for item in said[name]:
                alone = review_of(drawn, formulary_of({name: [item]}), patient)
                mine = [f for f in said_by_each(alone) if f.source and f.source.id == item["source"]]
                # What another source prints in mg, or a length of use that it gives, may make this one's words milder.
                told = [f.model_copy(update=_UNGRADED) for f in said_by_each(both)]
                assert all(f.model_copy(update=_UNGRADED) in told for f in mine if f.rule not in _BESIDE_OTHERS)
                assert {f.source.id for f in mine} <= {f.source.id for f in said_by_each(both) if f.source}


_UNGRADED = {"severity": "low", "message": "", "says": ""}
_BESIDE_OTHERS = {"pace", "abrupt-stop", "first-change"}
"""Rules in which what one source prints bears on what another says."""


def said_by_each(review):
    """What each source says for itself, whether or not it stands in one finding with others."""
    return [each for finding in review.findings for each in finding.each]


def _speaks_of(item, indication):
    decides = item.get("kind", "maximum") != CeilingKind.CLAIM.value and item.get("per", "day") == "day"
    return decides and indication in item.get("indications", [indication])


class TestForgettingAFact:
    """Removing a fact about the patient never turns a finding or *not assessed* into *clear*."""

    @draws(60)
    @given(plans, facts(), patient_facts(), st.data())
    def test_nothing_becomes_clear(self, drawn, said, known, data):
        # A reported figure and one computed from creatinine may contradict each other; each person here has one kind.
        known = {key: value for key, value in known.items() if key != "creatinine"}
        known |= {"egfr": "45"} if data.draw(st.booleans()) else {}
        assume(known)
        forgotten = data.draw(st.sampled_from(sorted(known)))
        fewer = {key: value for key, value in known.items() if key != forgotten}
        held = formulary_of(said)
        before, after = (review_of(drawn, held, Patient.read(item)) for item in (known, fewer))
        _nothing_became_clear(before, after)

    @given(
        plans, st.sampled_from(["age", "sex", "creatinine", "weight_kg", "weight_basis", "dialysis", "kidney_stable"])
    )
    def test_nor_where_the_figure_is_computed(self, drawn, forgotten):
        known = {
            "age": 70, "sex": "female", "creatinine": "1.6 mg/dL", "weight_kg": 55, "weight_basis": "actual",
            "dialysis": False, "kidney_stable": True,
        }  # fmt: skip
        said = [
            {
                "source": f"k{number}",
                "measure": measure,
                "basis": "label",
                "bands": [{"below": edge, "action": "avoid"}],
            }
            for number, (measure, edge) in enumerate([("eGFR", 60), ("creatinine clearance", 20), ("eGFR", 20)])
        ]
        held = formulary_of({"kidney": said})
        fewer = {key: value for key, value in known.items() if key != forgotten}
        before, after = (review_of(drawn, held, Patient.read(item)) for item in (known, fewer))
        _nothing_became_clear(before, after)

    @given(st.sampled_from(MADE), patient_facts(), st.data())
    def test_nor_under_any_shipped_source(self, drug, known, data):
        known = {key: value for key, value in known.items() if key != "creatinine"}
        assume(known)
        forgotten = data.draw(st.sampled_from(sorted(known)))
        fewer = {key: value for key, value in known.items() if key != forgotten}
        made = _shipped_plan(drug)
        _nothing_became_clear(*(check(made, Patient.read(item)) for item in (known, fewer)))


def _nothing_became_clear(before, after):
    for item in {*after.clear, *after.within} - {*before.clear, *before.within}:
        if item.source is None:
            continue
        assert not [
            f for f in said_by_each(before) if (f.rule, f.drug, f.source) == (item.rule, item.drug, item.source)
        ]
        gaps = [gap for gap in before.not_assessed if (gap.rule, gap.drug) == (item.rule, item.drug)]
        assert not [gap for gap in gaps if item.source in gap.sources], (item, gaps)


def _shipped_plan(drug):
    counted = [item for item in SHIPPED.products(drug) if item.strength is not None]
    held = [item for item in counted if item.release == "immediate"] or counted
    product = held[0]
    step = {"for": "10 days", "regimen": {"noon": product.strength.text}}
    course = {"drug": drug, "then": "stop", "before": "nothing", "steps": [step], "products": [product.id]}
    return realize(Plan.read({"courses": [course]}), held)


class TestUnknownDrugs:
    @given(plans, patients())
    def test_a_drug_that_is_not_held_is_not_assessed_by_any_clinical_rule_and_never_clear(self, drawn, patient):
        review = review_of(drawn, Formulary(), patient)
        clinical = {"ceiling", "intake-ceiling", "kidney", "abrupt-stop", "first-change"}
        assert clinical <= {gap.rule for gap in review.not_assessed if gap.drug == DRUG}
        assert not clinical & {item.rule for item in (*review.clear, *review.findings)}


@pytest.mark.no_cover
@pytest.mark.parametrize("drug", MADE)
def test_worse_kidney_function_is_never_found_milder_by_a_source(drug):
    made = _shipped_plan(drug)
    worst = {}
    for figure in (150, 90, 80, 60, 59, 50, 45, 30, 29, 20, 15, 14, 10, 5):
        known = {"egfr": str(figure), "crcl": str(figure), "absolute_egfr": str(figure), "age": 70}
        review = check(made, Patient.read(known | {"dialysis": False, "kidney_stable": True}))
        now = {f.source.id: f.severity for f in said_by_each(review) if f.rule == "kidney"}
        told = {source.id for gap in review.not_assessed if gap.rule == "kidney" for source in gap.sources}
        for source, severity in worst.items():
            # Below all that a source speaks of it is not assessed, and cited there.
            assert source in now or source in told, f"{source} found {severity} above {figure} and nothing there"
            assert now.get(source, severity) >= severity
        worst |= now
