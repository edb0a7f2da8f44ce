"""What a source says at a figure of kidney function, and a plan proposed from it for someone who starts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, TABLETS, course, formulary, liquid, plan_of, plan_with, step, tablet
from taper import CannotCompute, Formulary, NotFound, Patient, Product, mg, propose_for_kidney, realize
from taper.knowledge.kidney_advice import KidneyAction
from taper.knowledge.kidney_reading import band_words, disagreeing, read_advice, words_of
from taper.planning.kidney_proposal import NoProposal
from taper.testing import realizable_plans

KNOWN = {"dialysis": False, "kidney_stable": True}
PERSON = Patient.read(KNOWN | {"egfr": "25"})


def band(**data):
    return {"below": 30} | data


MAXIMUM = {"action": "daily maximum", "maximum": "4 mg"}
ACTIONS = (
    MAXIMUM,
    {"action": "daily range", "low": "2 mg", "high": "4 mg"},
    {"action": "initial daily dose", "initial": "3 mg"},
    {"action": "fraction of the usual dose", "fraction": "1/3"},
    {"action": "no change"},
)


def held(*bands, source="s", **data):
    return formulary(kidney=[{"source": source, "measure": "eGFR", "basis": "label", "bands": list(bands)} | data])


def starting(*steps, **more):
    return plan_of(*steps, before="nothing", **more)


def propose(plan, facts, patient=PERSON, products=TABLETS, source="s"):
    return propose_for_kidney(plan, patient, source=source, products=products, formulary=facts)


def doses_of(plan):
    return [intake.dose.mg for item in plan.courses for one in item.steps for day in one.days for intake in day]


class TestEveryProposal:
    @given(realizable_plans(most_courses=1), st.sampled_from(ACTIONS))
    def test_no_dose_rises_and_none_reaches_0_and_all_can_be_made(self, drawn, action):
        item = drawn.plan.courses[0].model_copy(update={"before": "nothing"})
        plan = drawn.plan.model_copy(update={"courses": (item,)})
        try:
            proposal = propose(plan, held(band(**action)), products=drawn.products)
        except CannotCompute as error:
            assert "never reaches 0" in str(error)  # noqa: PT017
            return
        before, after = doses_of(plan), doses_of(proposal.plan)
        assert len(before) == len(after)
        assert all(0 < new <= old for new, old in zip(after, before, strict=True))
        assert realize(proposal.plan, drawn.products)
        assert (proposal.plan == plan) == (not proposal.changes)

    @given(realizable_plans(most_courses=1), st.sampled_from(ACTIONS[:3]))
    def test_what_a_source_limits_lies_within_its_limit(self, drawn, action):
        item = drawn.plan.courses[0].model_copy(update={"before": "nothing"})
        plan = drawn.plan.model_copy(update={"courses": (item,)})
        try:
            made = propose(plan, held(band(**action)), products=drawn.products).plan.courses[0]
        except CannotCompute:
            return
        limit = mg(3) if "initial" in action else mg(4)
        steps = made.steps[:1] if "initial" in action else made.steps
        assert all(day.total.mg <= limit.mg for one in steps for day in one.days)

    def test_what_waits_for_a_decision_is_left_as_it_is(self):
        plan = starting(step("6 mg", "3 days"), {"kind": "gap", "for": "2 days"}, step("6 mg", "3 days"))
        assert doses_of(propose(plan, held(band(**MAXIMUM))).plan) == [4, 4]


class TestShapes:
    def test_a_maximum_scales_a_day_down_and_rounds_down(self):
        plan = starting(step({"morning": "2 mg", "evening": "4 mg"}, "3 days"))
        proposal = propose(plan, held(band(**MAXIMUM)))
        assert doses_of(proposal.plan) == [1, 2]
        first, second = proposal.changes
        assert (first.before, first.after, str(first.slot)) == (mg(2), mg(1), "morning")
        assert first.why == (
            "daily maximum of 4 mg at eGFR 25 mL/min/1.73 m2, below 30; 1 1/3 mg rounded down to what the products make"
        )
        assert second.after == mg(2)
        assert proposal.says == "daily maximum of 4 mg"
        assert proposal.place == "eGFR 25 mL/min/1.73 m2, below 30"

    def test_a_dose_that_needs_no_rounding_says_only_why(self):
        proposal = propose(starting(step("8 mg", "3 days")), held(band(**MAXIMUM)))
        assert proposal.changes[0].why == "daily maximum of 4 mg at eGFR 25 mL/min/1.73 m2, below 30"

    def test_a_range_stops_at_its_high_end(self):
        facts = held(band(action="daily range", low="2 mg", high="4 mg"))
        proposal = propose(starting(step("8 mg", "3 days")), facts)
        assert doses_of(proposal.plan) == [4]
        assert proposal.says == "daily range of 2 mg to 4 mg"

    def test_a_range_of_one_figure_is_written_once(self):
        facts = held(band(action="daily range", low="4 mg", high="4 mg"))
        assert propose(starting(step("8 mg", "3 days")), facts).says == "daily range of 4 mg"

    def test_a_first_dose_is_of_the_first_step_alone_and_that_is_said(self):
        facts = held(band(action="initial daily dose", initial="3 mg"))
        proposal = propose(starting(step("5 mg", "3 days"), step("8 mg", "3 days")), facts)
        assert doses_of(proposal.plan) == [3, 8]
        assert "it says nothing of them" in proposal.note

    def test_a_fraction_is_of_each_dose(self):
        facts = held(band(action="fraction of the usual dose", fraction="1/3", note="Single dose."))
        proposal = propose(starting(step({"morning": "6 mg", "evening": "9 mg"}, "3 days")), facts)
        assert doses_of(proposal.plan) == [2, 3]
        assert proposal.says == "1/3 of the usual dose"
        assert proposal.note == "Single dose."

    def test_no_change_changes_nothing(self):
        plan = starting(step("8 mg", "3 days"))
        proposal = propose(plan, held(band(action="no change")))
        assert proposal.plan == plan
        assert proposal.changes == ()
        assert proposal.says == "no change"

    def test_each_day_of_a_cycle_and_of_a_week_is_judged_by_itself(self):
        plan = starting(step(["8 mg", "4 mg", {}], "3 days"), {"for": "1 week", "weekly": {"sat": {"noon": "8 mg"}}})
        made = propose(plan, held(band(**MAXIMUM))).plan
        assert doses_of(made) == [4, 4, 4]
        assert set(made.courses[0].steps[1].weekly) == {"sat"}

    def test_a_change_that_comes_every_day_of_a_cycle_is_listed_once(self):
        plan = starting(step(["8 mg", "8 mg"], "4 days"))
        assert len(propose(plan, held(band(**MAXIMUM))).changes) == 1

    def test_at_a_shared_edge_the_more_cautious_is_read_and_it_is_said(self):
        facts = held({"at_most": 30, **MAXIMUM}, {"at_least": 30, "action": "no change"})
        proposal = propose(starting(step("8 mg", "3 days")), facts, Patient.read(KNOWN | {"egfr": "30"}))
        assert doses_of(proposal.plan) == [4]
        assert proposal.place.endswith("to 30 (printed in two bands, the more cautious is read)")

    def test_doses_come_from_the_products_that_their_step_names(self):
        plan = starting(step("8 mg", "3 days", products=["t2mg"]))
        facts = held(band(action="fraction of the usual dose", fraction="3/8"))
        proposal = propose(plan, facts)
        assert doses_of(proposal.plan) == [2]
        assert realize(proposal.plan, TABLETS)

    def test_other_drugs_are_left_as_they_are(self):
        other = Product.read({"id": "o", "drug": "other", "form": "tablet", "strength": "8 mg"})
        plan = plan_with(
            course(step("8 mg", "3 days"), before="nothing"), course(step("8 mg", "3 days"), drug="other", id="o")
        )
        assert doses_of(propose(plan, held(band(**MAXIMUM)), products=(*TABLETS, other)).plan) == [4, 8]

    def test_advice_is_read_for_the_release_and_form_in_hand(self):
        slow = {"source": "s", "measure": "eGFR", "basis": "label", "releases": ["extended"]}
        facts = formulary(
            kidney=[
                slow | {"bands": [band(action="daily maximum", maximum="1 mg")]},
                slow | {"releases": [], "forms": ["oral solution"], "bands": [band(**MAXIMUM | {"maximum": "2 mg"})]},
                slow | {"releases": ["immediate"], "forms": ["tablet"], "bands": [band(**MAXIMUM)]},
            ]
        )
        assert doses_of(propose(starting(step("8 mg", "3 days")), facts).plan) == [4]


class TestRefusals:
    def test_someone_who_takes_the_drug_is_never_cut_abruptly(self):
        for before, words in ((None, "is unknown"), ({"regimen": {"noon": "8 mg"}}, "8 mg noon was taken before")):
            more = {} if before is None else {"before": before}
            with pytest.raises(NoProposal, match=f"{words}.*abrupt cut") as caught:
                propose(plan_of(step("8 mg", "3 days"), **more), held(band(**MAXIMUM)))
            assert caught.value.source.id == "s"

    def test_two_courses_of_a_drug_share_a_limit_and_are_refused(self):
        plan = plan_with(
            course(step("4 mg", "3 days"), before="nothing", id="a"),
            course(step({"noon": "4 mg"}, "3 days"), before="nothing", id="b"),
        )
        with pytest.raises(NoProposal, match="course b: testamine is also taken in course a"):
            propose(plan, held(band(**MAXIMUM)))

    def test_a_dose_below_the_smallest_names_it_and_what_would_make_less(self):
        facts = held(band(action="fraction of the usual dose", fraction="1/3"))
        with pytest.raises(CannotCompute) as caught:
            propose(starting(step("5 mg", "3 days")), facts, products=[tablet("5 mg")])
        assert str(caught.value) == (
            "course testamine, step 1, evening: 5 mg would become 1 2/3 mg, and the smallest that the products make is "
            "5 mg; a proposal never reaches 0. Add a smaller strength, a permission to divide, or a liquid that can be "
            "measured"
        )

    def test_a_liquid_that_could_make_it_is_named(self):
        facts = held(band(action="fraction of the usual dose", fraction="1/3"))
        unmeasured = [tablet("5 mg"), liquid(smallest_volume=None)]
        with pytest.raises(CannotCompute, match="The 5 mg/5 mL oral solution would make less once its smallest_volume"):
            propose(starting(step("5 mg", "3 days")), facts, products=unmeasured)

    def test_products_too_large_for_the_plan_make_none(self):
        facts = held(band(action="fraction of the usual dose", fraction="1/2"))
        with pytest.raises(CannotCompute, match="the products make none"):
            propose(starting(step("1 mg", "3 days")), facts, products=[tablet("5 mg")])

    @pytest.mark.parametrize(
        ("action", "words"),
        [("avoid", "says avoid"), ("reduce, no figure given", "says reduce"), ("caution", "says caution")],
    )
    def test_words_without_a_figure_are_refused_with_those_that_have_one(self, action, words):
        facts = formulary(
            kidney=[
                {"source": "s", "measure": "eGFR", "basis": "label", "bands": [band(action=action)]},
                {"source": "other", "measure": "eGFR", "basis": "label", "bands": [band(**MAXIMUM)]},
            ]
        )
        with pytest.raises(NoProposal, match=f"{words}.*Sources with a figure for this person: other"):
            propose(starting(step("8 mg", "3 days")), facts)

    def test_where_no_source_has_a_figure_it_is_said(self):
        with pytest.raises(NoProposal, match="Sources with a figure for this person: none"):
            propose(starting(step("8 mg", "3 days")), held(band(action="avoid")))

    @pytest.mark.parametrize(
        ("facts", "patient", "words"),
        [
            ({}, {"dialysis": True}, "no proposal is made for a person on dialysis; the source says nothing"),
            (
                {"dialysis": {"action": "avoid"}},
                {"dialysis": True},
                "no proposal is made for a person on dialysis; the source says avoid",
            ),
            ({}, {"kidney_stable": False, "egfr": "25"}, "missing: a stable kidney function"),
            ({}, {"crcl": "25"}, "missing: a figure of eGFR, the measure of this source; give it"),
            ({}, {}, "missing: a figure of eGFR"),
            ({}, {"egfr": "90"}, "the source says nothing at eGFR 90.*; name another source"),
            (
                {"age_from": 65},
                {"egfr": "25"},
                "advice of this source depends on the age, which is not given; give the age",
            ),
            ({"age_from": 65}, {"egfr": "25", "age": 64}, "this source is about another age group than 64"),
        ],
    )
    def test_what_the_source_is_not_about_is_refused_with_the_source(self, facts, patient, words):
        with pytest.raises(NoProposal, match=words) as caught:
            propose(starting(step("8 mg", "3 days")), held(band(**MAXIMUM), **facts), Patient.read(KNOWN | patient))
        assert "Institute s" in str(caught.value)

    def test_a_source_that_is_not_held_is_refused_with_those_that_are(self):
        with pytest.raises(NotFound, match=r"has the source 'x'; name one of those on file: s") as caught:
            propose(starting(step("8 mg", "3 days")), held(band(**MAXIMUM)), source="x")
        assert caught.value.near == ("s",)
        with pytest.raises(NotFound, match="those on file: none"):
            propose(starting(step("8 mg", "3 days")), formulary(drug="other"))

    def test_advice_for_another_indication_does_not_serve(self):
        with pytest.raises(NotFound):
            propose(starting(step("8 mg", "3 days")), held(band(**MAXIMUM), indications=["raynaud"]))
        plan = starting(step("8 mg", "3 days"), indication="raynaud")
        assert doses_of(propose(plan, held(band(**MAXIMUM), indications=["raynaud"])).plan) == [4]


class TestReadings:
    def test_a_gap_between_bands_is_not_read(self):
        facts = held({"below": 30, "action": "avoid"}, {"above": 60, "action": "no change"})
        for egfr in (30, 45, 60):
            reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": f"{egfr}"}))
            assert reading.says is None
            assert reading.missing == f"advice at {egfr} mL/min/1.73 m2; the bands of this source leave a gap there"

    def test_the_open_lower_edge_of_the_lowest_band_is_below_it(self):
        facts = held({"above": 30, "action": "no change"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": "30"}))
        assert reading.missing == "advice at 30 mL/min/1.73 m2, which is worse than every band of this source"

    @pytest.mark.parametrize(
        ("patient", "says"),
        [
            ({"egfr": "45"}, KidneyAction.CAUTION),
            ({"crcl": "45"}, KidneyAction.CAUTION),
            ({"absolute_egfr": "45"}, KidneyAction.CAUTION),
            ({"egfr": "59"}, KidneyAction.CAUTION),
            ({"egfr": "60"}, None),
            ({"egfr": "89"}, None),
            ({"egfr": "90"}, None),
            ({}, None),
        ],
    )
    def test_advice_for_impaired_kidneys_as_such_reads_any_measure(self, patient, says):
        facts = formulary(kidney=[{"source": "s", "basis": "label", "impaired": {"action": "caution"}}])
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | patient))
        assert (reading.says.action if reading.says else None) is says
        assert (reading.missing is not None) == (patient in ({}, {"egfr": "60"}, {"egfr": "89"}))
        if says:
            assert reading.place.startswith(("eGFR", "creatinine clearance", "de-indexed eGFR"))

    def test_a_source_without_bands_reads_any_measure_though_it_names_one(self):
        facts = held(impaired={"action": "caution"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"crcl": "45"}))
        assert reading.says.action is KidneyAction.CAUTION

    def test_beyond_its_bands_a_source_may_speak_of_impaired_kidneys(self):
        facts = held({"below": 15, "action": "avoid"}, impaired={"action": "caution"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": "45"}))
        assert reading.says.action is KidneyAction.CAUTION

    def test_what_stands_beside_bands_is_not_said_of_dialysis(self):
        facts = held({"below": 15, "action": "avoid"}, impaired={"action": "caution"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read({"dialysis": True}))
        assert (reading.says, reading.missing) == (None, "what this source says on dialysis")

    def test_each_measure_reads_its_own_figure(self):
        figures = {"egfr": "10", "crcl": "20", "absolute_egfr": "30"}
        for measure, value in (("eGFR", 10), ("creatinine clearance", 20), ("de-indexed eGFR", 30)):
            facts = held({"below": 200, "action": "avoid"}, measure=measure)
            reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | figures))
            assert reading.figure.value == value

    def test_a_lower_figure_of_another_measure_is_read_beside_the_own_one(self):
        advice = held({"below": 30, "action": "avoid"}).monograph(DRUG).kidney[0]
        known = Patient.read(KNOWN | {"egfr": "95", "crcl": "20", "absolute_egfr": "95"})
        (other,) = disagreeing(read_advice(advice, known), known)
        assert (other.says.action, other.figure) == (KidneyAction.AVOID, known.crcl)

    @pytest.mark.parametrize(
        ("facts", "patient"),
        [
            ({"dialysis": {"action": str(KidneyAction.BY_MEASURE)}}, {"dialysis": True, "egfr": "40", "crcl": "20"}),
            ({}, {"crcl": "20"}),
        ],
        ids=["on dialysis", "without a figure of its own"],
    )
    def test_where_a_source_reads_no_figure_of_its_own_no_other_is_read_beside_it(self, facts, patient):
        advice = held({"below": 30, "action": "avoid"}, **facts).monograph(DRUG).kidney[0]
        known = Patient.read(KNOWN | patient)
        assert disagreeing(read_advice(advice, known), known) == ()

    def test_on_dialysis_the_figure_is_not_read(self):
        facts = held({"below": 30, "action": "avoid"}, dialysis={"action": "caution"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read({"dialysis": True, "egfr": "10"}))
        assert (reading.place, words_of(reading.says)) == ("on dialysis", "caution")

    def test_on_dialysis_a_source_that_doses_by_a_measure_lacks_its_figure(self):
        facts = held({"below": 30, "action": "avoid"}, dialysis={"action": str(KidneyAction.BY_MEASURE)})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read({"dialysis": True}))
        assert (reading.says, reading.place) == (None, "on dialysis")

    @pytest.mark.parametrize(
        ("says", "limit"),
        [
            ({"below": 30, "action": "initial daily dose", "initial": "3 mg"}, None),
            ({"below": 30, "action": "daily maximum", "maximum": "4 mg"}, mg(4)),
            ({"at_least": 5, "action": "in proportion to the measure"}, None),
        ],
    )
    def test_only_a_figure_for_the_day_is_a_limit(self, says, limit):
        reading = read_advice(held(says).monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": "10"}))
        assert reading.limit == limit

    def test_a_part_of_the_band_above_is_a_limit(self):
        above = {"at_least": 15, "below": 30, "action": "daily maximum", "maximum": "300 mg"}
        facts = held(above, {"below": 15, "action": "in proportion to the measure"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": "10"}))
        assert reading.limit == mg(200)

    def test_a_part_is_of_the_band_above_wherever_it_stands_among_the_bands(self):
        highest = {"at_least": 30, "action": "daily maximum", "maximum": "900 mg"}
        above = {"at_least": 15, "below": 30, "action": "daily maximum", "maximum": "300 mg"}
        facts = held(highest, {"below": 15, "action": "in proportion to the measure"}, above)
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": "10"}))
        assert reading.limit == mg(200)

    def test_a_source_that_says_nothing_sets_no_limit(self):
        facts = held({"below": 30, **MAXIMUM})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient.read(KNOWN | {"egfr": "90"}))
        assert (reading.says, reading.missing, reading.limit) == (None, None, None)

    def test_a_reading_without_a_figure_is_of_impaired_kidneys(self):
        facts = held({"below": 30, "action": "avoid"})
        reading = read_advice(facts.monograph(DRUG).kidney[0], Patient())
        assert reading.place == "impaired kidney function"

    @pytest.mark.parametrize(
        ("edges", "words"),
        [
            ({"at_least": 30, "below": 60}, "from 30 to below 60"),
            ({"above": 80}, "above 80"),
            ({"at_most": "7.5"}, "to 7.5"),
        ],
    )
    def test_a_band_is_written_as_its_source_prints_it(self, edges, words):
        facts = held({"action": "avoid"} | edges)
        assert band_words(facts.monograph(DRUG).kidney[0].bands[0]) == words


def test_a_dose_is_rounded_down_to_the_products_of_its_own_step():
    products = (tablet("4 mg"), tablet("1 mg"))
    steps = [step({"morning": "8 mg"}, "7 days", products=["t4mg"]), step({"morning": "8 mg"}, products=["t1mg"])]
    made = propose(starting(*steps, then="continue"), held(band(**MAXIMUM | {"maximum": "5 mg"})), products=products)
    assert doses_of(made.plan) == [4, 5]


def test_the_shipped_sources_each_answer_the_baclofen_ramp_in_their_own_shape():
    plan = plan_of(
        step("5 mg", "3 days"),
        step({"morning": "5 mg", "evening": "5 mg"}, "4 days"),
        step({"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}),
        drug="baclofen",
        before="nothing",
        then="continue",
    )
    shipped = Formulary.shipped()
    patient = Patient.read(KNOWN | {"age": 70, "egfr": "25", "crcl": "25"})
    products = shipped.products("baclofen", market="us")
    said = set()
    for advice in shipped.monograph("baclofen").kidney:
        try:
            said.add(propose_for_kidney(plan, patient, source=advice.source.id, products=products).says)
        except (CannotCompute, NotFound) as error:
            said.add(type(error).__name__)
    assert len(said) > 1


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"egfr": "25", "kidney_stable": True}, "whether the person is on dialysis; give dialysis"),
        ({"egfr": "25", "dialysis": False}, "whether kidney function is stable; give kidney_stable"),
    ],
)
def test_a_proposal_needs_to_know_of_dialysis_and_stability(known, says):
    with pytest.raises(NoProposal, match=says):
        propose(starting(step("5 mg", "7 days")), held(band(**MAXIMUM)), Patient.read(known))
