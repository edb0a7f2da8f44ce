"""What each source says of the person's kidney function, in its own measure and shape."""

import pytest

from builders import answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Patient

KNOWN = {"dialysis": False, "kidney_stable": True}
MAXIMUM = {"action": "daily maximum", "maximum": "5 mg"}


def held(*bands, **more):
    return formulary(kidney=[{"source": "k", "measure": "eGFR", "basis": "label", "bands": list(bands)} | more])


def found(facts, patient, plan=None, **more):
    plan = plan or plan_of(step("10 mg", "3 days"), before="nothing")
    return answers(review_of(plan, facts, Patient.read(KNOWN | patient), **more), "kidney")


def below(edge, **more):
    return {"below": edge} | more


class TestActions:
    @pytest.mark.parametrize(
        ("action", "severity"),
        [
            ({"action": "avoid"}, "high"),
            ({"action": "reduce, no figure given"}, "moderate"),
            ({"action": "only if the benefit outweighs the risk"}, "moderate"),
            ({"action": "in proportion to the measure"}, "moderate"),
            ({"action": "fraction of the usual dose", "fraction": "1/2"}, "moderate"),
            ({"action": "caution"}, "low"),
        ],
    )
    def test_what_a_source_says_has_its_harm(self, action, severity):
        (finding,), *_ = found(held(below(30, **action)), {"egfr": "25"})
        assert finding.severity == severity
        assert "at eGFR 25 mL/min/1.73 m2, below 30." in finding.message
        assert (finding.value, finding.limit) == ("25 mL/min/1.73 m2", "eGFR 25 mL/min/1.73 m2, below 30")
        assert (finding.day, finding.last_day) == (1, 3)

    @pytest.mark.parametrize("action", [MAXIMUM, {"action": "daily range", "low": "2 mg", "high": "5 mg"}])
    def test_a_day_above_a_figure_is_high_and_one_at_it_is_clear(self, action):
        plan = plan_of(step("6 mg", "2 days"), step("5 mg", "2 days"))
        (finding,), _, clear, _ = found(held(below(30, **action)), {"egfr": "25"}, plan)
        assert (finding.severity, finding.day, finding.last_day, finding.limit) == ("high", 1, 2, "5 mg/day")
        assert finding.message.startswith("Testamine is taken at eGFR 25 mL/min/1.73 m2, at 6 mg/day on days 1-2. ")
        assert not clear
        assert len(found(held(below(30, **action)), {"egfr": "25"}, plan_of(step("5 mg", "2 days")))[2]) == 1

    def test_no_change_and_a_figure_outside_every_band_are_clear(self):
        assert len(found(held(below(30, action="no change")), {"egfr": "25"})[2]) == 1
        assert len(found(held(below(30, action="avoid")), {"egfr": "30"})[2]) == 1

    def test_a_gap_in_the_source_is_not_assessed(self):
        facts = held(below(30, action="avoid"), {"at_least": 60, "action": "no change"})
        _, (gap,), clear, _ = found(facts, {"egfr": "45"})
        assert "the bands of this source leave a gap there" in gap.missing
        assert not clear

    def test_at_a_shared_edge_the_more_cautious_band_is_read_and_that_is_said(self):
        facts = held({"at_most": 30, "action": "avoid"}, {"at_least": 30, "action": "caution"})
        (finding,), *_ = found(facts, {"egfr": "30"})
        assert finding.severity == "high"
        assert "printed in two bands, the more cautious is read" in finding.message

    @pytest.mark.parametrize(
        ("basis", "severity", "words"),
        [("claim", "moderate", "it is a claim that cites nothing"), ("guideline", "high", "")],
    )
    def test_a_claim_is_moderate_at_most_and_says_what_it_is(self, basis, severity, words):
        (finding,), *_ = found(held(below(30, action="avoid"), basis=basis), {"egfr": "25"}, sources=["k"])
        assert finding.severity == severity
        assert finding.message.endswith(f"{words}.")


class TestFirstDoses:
    FIRST = held(below(30, action="initial daily dose", initial="5 mg"))

    @pytest.mark.parametrize(("dose", "above"), [("5 mg", False), ("6 mg", True)])
    def test_a_first_day_above_a_first_dose_is_high(self, dose, above):
        plan = plan_of(step(dose, "2 days"), step("10 mg", "2 days"), before="nothing")
        findings, _, clear, _ = found(self.FIRST, {"egfr": "25"}, plan)
        assert bool(findings) is above
        assert bool(clear) is not above
        if above:
            assert (findings[0].severity, findings[0].day, findings[0].limit) == ("high", 1, "5 mg/day")

    def test_for_someone_who_takes_it_or_may_take_it_there_is_no_first_dose(self):
        taken = plan_of(step("6 mg", "2 days"), before={"regimen": {"noon": "6 mg"}})
        for plan, words in (
            (taken, "takes the drug already"),
            (plan_of(step("6 mg", "2 days")), "what was taken before"),
        ):
            findings, (gap,), clear, _ = found(self.FIRST, {"egfr": "25"}, plan)
            assert words in gap.missing
            assert not findings
            assert not clear


class TestMeasures:
    @pytest.mark.parametrize(
        ("measure", "field"),
        [("eGFR", "egfr"), ("creatinine clearance", "crcl"), ("de-indexed eGFR", "absolute_egfr")],
    )
    def test_a_band_applies_only_to_the_measure_its_source_used(self, measure, field):
        facts = held(below(30, action="avoid"), measure=measure)
        assert len(found(facts, {field: "25"})[0]) == 1
        others = {"egfr": "25", "crcl": "25", "absolute_egfr": "25"}
        del others[field]
        findings, (gap,), clear, _ = found(facts, others)
        assert gap.missing == f"a figure of {measure}, the measure of this source (Institute k, 2026)"
        assert not findings
        assert not clear

    @pytest.mark.parametrize(
        ("person", "urgent"),
        [({"crcl": "25"}, False), ({"egfr": "25"}, True), ({"egfr": "65"}, False)],
        ids=["another measure", "impaired", "not impaired"],
    )
    def test_what_a_source_leaves_open_is_urgent_where_the_kidneys_are_known_to_be_impaired(self, person, urgent):
        # The bands say nothing of 25 and of 65; the figure that is asked for is one that the person may have.
        facts = held(
            below(20, action="avoid"),
            {"at_least": 30, "at_most": 60, **MAXIMUM},
            {"at_least": 70, "action": "no change"},
        )
        _, (gap,), *_ = found(facts, person)
        assert gap.urgent is urgent

    def test_advice_for_impaired_kidneys_as_such_is_found_below_60(self):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "caution"}}])
        assert len(found(facts, {"crcl": "59"})[0]) == 1
        assert found(facts, {"egfr": "95"})[2][0].source.id == "k"
        assert "a figure of kidney function" in found(facts, {})[1][0].missing
        (finding,), *_ = found(facts, {"egfr": "59"})
        assert (finding.limit, finding.briefly) == (None, "caution in impaired kidneys")
        assert "(the source names impaired kidneys without a figure)" in finding.message

    @pytest.mark.parametrize("action", ["caution", "avoid", "reduce, no figure given"])
    @pytest.mark.parametrize("figure", [{"egfr": "60"}, {"egfr": "89"}, {"crcl": "75"}])
    def test_advice_without_a_figure_asks_at_a_mildly_lower_one(self, action, figure):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": action}}])
        findings, (gap,), clear, _ = found(facts, figure)
        assert "is what the source calls impaired kidneys; it gives no figure" in gap.missing
        assert (findings, clear) == ([], [])

    def test_that_nothing_changes_needs_no_figure(self):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "no change"}}])
        assert [len(answer) for answer in found(facts, {"crcl": "75"})[:3]] == [0, 0, 1]

    def test_a_clearance_from_90_is_not_taken_for_normal_kidneys(self):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "avoid"}}])
        findings, (gap,), clear, _ = found(facts, {"crcl": "130"})
        assert gap.missing.startswith("whether creatinine clearance 130 mL/min is what the source calls impaired")
        assert (findings, clear) == ([], [])

    @pytest.mark.parametrize(
        ("degree", "egfr", "answer"),
        [
            ("severe", "29", "finds"),
            ("severe", "30", "gap"),
            ("severe", "45", "clear"),
            ("disease", "29", "finds"),
            ("disease", "30", "gap"),
            ("disease", "89", "gap"),
            ("disease", "90", "clear"),
            ("significant", "0.5", "gap"),
            ("significant", "89", "gap"),
            ("significant", "90", "clear"),
        ],
    )
    def test_a_word_without_a_figure_is_decided_where_kdigo_decides_it_alone(self, degree, egfr, answer):
        state = {"action": "avoid", "degree": degree}
        word = "kidney disease" if degree == "disease" else f"{degree} impairment"
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": state}])
        findings, gaps, clear, _ = found(facts, {"egfr": egfr})
        assert [bool(findings), bool(gaps), bool(clear)] == [answer == kind for kind in ("finds", "gap", "clear")]
        if gaps:
            assert f"whether eGFR {egfr} mL/min/1.73 m2 is what the source calls {word}" in gaps[0].missing

    @pytest.mark.parametrize(("crcl", "answer"), [("71", "clear"), ("70", "finds"), ("10", "finds"), ("9", "gap")])
    def test_figures_of_an_unnamed_measure_are_read_as_printed(self, crcl, answer):
        state = {"action": "avoid", "at_least": 10, "at_most": 70}
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": state}])
        findings, gaps, clear, _ = found(facts, {"crcl": crcl})
        assert [bool(findings), bool(gaps), bool(clear)] == [answer == kind for kind in ("finds", "gap", "clear")]

    @pytest.mark.parametrize(
        ("edge", "crcl", "answer"),
        [
            ({"at_most": 70}, "71", "clear"),
            ({"at_most": 70}, "1", "finds"),
            ({"at_least": 10}, "60", "finds"),
            ({"at_least": 10}, "9", "gap"),
        ],
    )
    def test_one_figure_of_an_unnamed_measure_is_read_as_printed(self, edge, crcl, answer):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "avoid", **edge}}])
        findings, gaps, clear, _ = found(facts, {"crcl": crcl})
        assert [bool(findings), bool(gaps), bool(clear)] == [answer == kind for kind in ("finds", "gap", "clear")]

    @pytest.mark.parametrize(("edge", "egfr"), [({"at_most": 70}, "71"), ({}, "90")])
    def test_a_figure_that_a_source_on_impaired_kidneys_would_clear_is_named_beside_the_worst(self, edge, egfr):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "avoid", **edge}}])
        (finding,), *_ = found(facts, {"egfr": egfr, "crcl": "20"})
        assert f"while eGFR {egfr} mL/min/1.73 m2 (reported) would be answered otherwise" in finding.message
        (finding,), *_ = found(facts, {"egfr": "59", "crcl": "20"})
        assert "would be answered otherwise" not in finding.message

    def test_below_the_lowest_band_a_source_is_not_clear(self):
        facts = held({"at_least": 30, "at_most": 60, "action": "caution"})
        findings, (gap,), clear, _ = found(facts, {"egfr": "10"})
        assert "advice at 10 mL/min/1.73 m2, which is worse than every band of this source" in gap.missing
        assert (findings, clear) == ([], [])

    def test_the_worse_of_a_reported_and_a_computed_figure_decides_and_both_are_named(self):
        sick = {"egfr": "95", "creatinine": "5 mg/dL", "age": 50, "sex": "female"}
        (finding,), *_ = found(held(below(30, action="avoid")), sick)
        assert "at eGFR 9.9 mL/min/1.73 m2, below 30, while eGFR 95 mL/min/1.73 m2 (reported)" in finding.message
        impaired = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "avoid"}}])
        (finding,), *_ = found(impaired, sick)
        assert "while eGFR 95 mL/min/1.73 m2 (reported) would be answered otherwise" in finding.message
        assert len(found(held(below(30, action="avoid")), sick | {"creatinine": "0.7 mg/dL"})[2]) == 1

    def test_a_source_is_not_clear_where_it_would_object_to_the_figure_of_another_measure(self):
        facts = held(below(30, action="avoid"))
        findings, (gap,), clear, _ = found(facts, {"egfr": "95", "crcl": "20"})
        assert "which is right, eGFR 95 mL/min/1.73 m2 (reported) or creatinine clearance 20 mL/min" in gap.missing
        assert (findings, clear) == ([], [])
        assert len(found(facts, {"egfr": "95", "crcl": "80"})[2]) == 1
        assert len(found(facts, {"egfr": "25", "crcl": "80"})[0]) == 1

    def test_a_source_on_impaired_kidneys_reads_the_worst_of_all_measures(self):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "avoid"}}])
        (finding,), *_ = found(facts, {"egfr": "95", "crcl": "20"})
        assert "at creatinine clearance 20 mL/min, while eGFR 95 mL/min/1.73 m2 (reported)" in finding.message


class TestShapes:
    PART = ({"below": 15, "action": "in proportion to the measure"},
            {"at_least": 15, "action": "daily range", "low": "1 mg", "high": "6 mg"})  # fmt: skip

    @pytest.mark.parametrize(("dose", "above"), [("3 mg", True), ("2 mg", False)])
    def test_a_part_in_proportion_is_of_the_figure_of_the_band_above(self, dose, above):
        findings, _, clear, _ = found(held(*self.PART), {"egfr": "5"}, plan_of(step(dose, "3 days")))
        assert (bool(findings), bool(clear)) == (above, not above)
        if above:
            assert (findings[0].severity, findings[0].limit) == ("high", "2 mg/day")
            assert "in proportion to the measure (2 mg a day) at eGFR 5" in findings[0].message

    def test_a_part_in_proportion_of_no_band_above_is_not_compared(self):
        facts = held({"at_least": 15, "action": "in proportion to the measure"}, below(15, **MAXIMUM))
        findings, _, clear, _ = found(facts, {"egfr": "50"}, plan_of(step("30 mg", "3 days")))
        edges = "eGFR 50 mL/min/1.73 m2, from 15"
        assert [(finding.severity, finding.limit) for finding in findings] == [("moderate", edges)]
        assert not clear

    def test_on_dialysis_a_source_may_dose_by_its_bands(self):
        facts = held(
            *self.PART,
            dialysis={"action": "by the measure, with a supplement after each dialysis", "note": "of 1 mg"},
        )
        (finding,), *_ = found(facts, {"dialysis": True, "egfr": "5"}, plan_of(step("3 mg", "3 days")))
        assert (finding.severity, finding.limit) == ("high", "2 mg/day")
        assert " is taken on dialysis" in finding.message
        assert "on dialysis, eGFR 5 mL/min/1.73 m2, below 15" in finding.message
        assert "(by the measure, with a supplement after each dialysis: of 1 mg)." in finding.message
        (gap,) = found(facts, {"dialysis": True})[1]
        assert gap.missing.startswith("a figure of eGFR; on dialysis this source doses by the measure")
        assert "of 1 mg" in gap.missing

    def test_a_dose_after_each_dialysis_is_compared_and_when_it_is_taken_is_asked(self):
        state = {"action": "a single dose after each dialysis, at most", "maximum": "5 mg"}
        facts = held(below(30, action="caution"), dialysis=state)
        (finding,), *_ = found(facts, {"dialysis": True}, plan_of(step("6 mg", "3 days")))
        assert (finding.severity, finding.limit) == ("high", "5 mg/day")
        assert "a single dose after each dialysis, at most 5 mg" in finding.message
        (gap,) = found(facts, {"dialysis": True}, plan_of(step("5 mg", "3 days")))[1]
        assert gap.missing.startswith("whether each dose comes after dialysis")

    def test_what_is_said_of_impaired_kidneys_holds_on_dialysis(self):
        facts = formulary(kidney=[{"source": "k", "basis": "label", "impaired": {"action": "avoid"}}])
        (finding,), *_ = found(facts, {"dialysis": True})
        assert (finding.severity, finding.limit) == ("high", None)

    def test_whether_it_is_worth_the_risk_is_said_beside_a_figure(self):
        facts = held(below(30, **MAXIMUM), dialysis={**MAXIMUM, "only_if_worth_it": True})
        (finding,), _, clear, _ = found(facts, {"dialysis": True}, plan_of(step("5 mg", "3 days")))
        assert finding.severity == "moderate"
        assert "only if the benefit outweighs the risk on dialysis" in finding.message
        assert not clear

    @pytest.mark.parametrize(
        ("steps", "severity"),
        [
            ((step(["5 mg", {}]),), None),
            ((step(["5 mg", "5 mg", {}]),), "high"),
            ((step("5 mg", "3 days"),), "high"),
            ((step("5 mg", "1 day"),), None),
            ((step("5 mg", "1 day"), step("1 mg", "1 day")), "high"),
            ((step("2 mg", "3 days"),), None),
            ((step("6 mg", "1 day"),), "high"),
        ],
    )
    def test_a_dose_for_every_other_day_is_not_taken_day_after_day(self, steps, severity):
        facts = held(below(30, **MAXIMUM, every_other_day=True))
        then = {"then": "continue"} if steps[0].get("for") is None else {}
        findings, _, clear, _ = found(facts, {"egfr": "25"}, plan_of(*steps, **then))
        assert [item.severity for item in findings] == ([severity] if severity else [])
        assert bool(clear) is (severity is None)
        if findings:
            assert "every-other-day maximum of 5 mg" in findings[0].message

    def test_the_notes_of_a_source_stand_behind_its_answer(self):
        facts = held(below(30, action="avoid", note="Twice."), note="Of the whole.")
        (finding,), *_ = found(facts, {"egfr": "25"})
        assert finding.message.endswith("below 30 (Twice; Of the whole).")
        assert finding.note == "Twice; Of the whole"


class TestStates:
    def test_unknown_dialysis_and_stability_are_said_and_no_source_is_clear(self):
        facts, plan = held(below(30, action="avoid")), plan_of(step("10 mg", "3 days"))
        findings, gaps, clear, _ = answers(review_of(plan, facts, Patient.read({"egfr": "95"})), "kidney")
        assert [words for gap in gaps for words in gap.what] == [
            "whether kidney function is stable",
            "whether the person is on dialysis",
        ]
        assert not clear
        assert not findings
        assert len(answers(review_of(plan, facts, Patient.read({"egfr": "25"})), "kidney")[0]) == 1

    def test_a_changing_function_has_no_figure(self):
        findings, (gap,), _, _ = found(held(below(30, action="avoid")), {"egfr": "25", "kidney_stable": False})
        assert "a stable kidney function; a changing one has no figure" in gap.missing
        assert not findings

    @pytest.mark.parametrize(
        ("state", "urgent"), [({}, []), ({"dialysis": True}, [True]), ({"kidney_stable": False}, [True])]
    )
    def test_dialysis_or_a_changing_function_is_no_healthy_one_whatever_the_figure(self, state, urgent):
        _, gaps, *_ = found(held(below(30, action="avoid"), age_from=65), {"age": 40, "egfr": "95"} | state)
        asked = [gap.urgent for gap in gaps if "kidney advice about this person" in gap.missing]
        assert asked == urgent

    def test_dialysis_is_a_state_and_never_a_low_band(self):
        facts = held(below(30, **MAXIMUM), dialysis={"action": "avoid"})
        (finding,), gaps, _, _ = found(facts, {"dialysis": True, "egfr": "8"})
        assert (finding.severity, finding.limit, finding.value) == ("high", None, None)
        assert "avoid at on dialysis" not in finding.message
        assert "on dialysis" in finding.message
        assert gaps == []
        _, (gap,), _, _ = found(held(below(30, **MAXIMUM)), {"dialysis": True, "egfr": "8"})
        assert "what this source says on dialysis" in gap.missing


class TestWhom:
    def test_advice_for_an_age_needs_the_age(self):
        facts = held(below(30, action="avoid"), age_from=65)
        assert "age (this source's advice depends on it)" in found(facts, {"egfr": "25"})[1][0].missing
        assert len(found(facts, {"egfr": "25", "age": 65})[0]) == 1
        findings, (gap,), clear, _ = found(facts, {"egfr": "25", "age": 64})
        assert gap.missing == "kidney advice about this person; what is on file is from age 65 (Institute k, 2026)"
        assert (findings, clear) == ([], [])

    @pytest.mark.parametrize(("age", "answers"), [(64, True), (65, False)])
    def test_an_age_below_which_advice_holds_is_not_of_it(self, age, answers):
        assert bool(found(held(below(30, action="avoid"), age_below=65), {"egfr": "25", "age": age})[0]) is answers

    def test_advice_for_another_indication_is_passed_over_and_said(self):
        facts = held(below(30, action="avoid"), indications=["raynaud"])
        plan = plan_of(step("10 mg", "3 days"), indication="spasticity")
        findings, (gap,), clear, _ = found(facts, {"egfr": "25"}, plan)
        assert gap.missing == "kidney advice about this person; what is on file is for raynaud (Institute k, 2026)"
        assert (findings, clear) == ([], [])
        plan = plan_of(step("10 mg", "3 days"), indication="raynaud")
        assert found(facts, {"egfr": "25"}, plan)[0][0].severity == "high"

    def test_without_an_indication_what_is_about_some_of_them_is_moderate_and_says_so(self):
        (finding,), *_ = found(held(below(30, action="avoid"), indications=["raynaud"]), {"egfr": "25"})
        assert finding.severity == "moderate"
        assert "it depends on the indication" in finding.message

    def test_whom_the_advice_is_about_is_said_where_none_is_about_the_person(self):
        for more, words in (
            ({"age_below": 65}, "below age 65"),
            ({"age_from": 65, "age_below": 75}, "from age 65 below age 75"),
            ({"basis": "pharmacokinetics"}, "a single-dose result"),
        ):
            facts = held(below(30, action="avoid"), **more)
            (gap,) = found(facts, {"egfr": "25", "age": 80})[1]
            assert f"what is on file is {words} (" in gap.missing

    def test_a_source_on_dialysis_alone_says_nothing_of_anyone_else(self):
        alone = {"source": "k", "basis": "study", "dialysis": {"action": "avoid"}}
        findings, (gap,), clear, _ = found(formulary(kidney=[alone]), {"egfr": "25"})
        assert gap.missing == "kidney advice about this person; what is on file is on dialysis (Institute k, 2026)"
        assert (findings, clear, gap.urgent) == ([], [], True)
        assert found(formulary(kidney=[alone]), {"egfr": "95"})[1] == []
        both = formulary(kidney=[alone, {"source": "a", "basis": "label", "impaired": {"action": "caution"}}])
        assert [item.source.id for item in found(both, {"egfr": "95"})[2]] == ["a"]
        assert found(formulary(kidney=[alone]), {"dialysis": True})[0][0].severity == "high"

    def test_a_single_dose_result_is_left_out_unless_its_source_is_named(self):
        facts = held(below(30, action="fraction of the usual dose", fraction="1/3"), basis="pharmacokinetics")
        findings, _, clear, left = found(facts, {"egfr": "25"})
        assert (findings, clear, [item.source.id for item in left]) == ([], [], ["k"])
        (finding,), *_ = found(facts, {"egfr": "25"}, sources=["k"])
        assert finding.severity == "moderate"
        assert finding.message.endswith("; it is a single-dose result.")

    def test_a_named_source_alone_is_compared(self):
        plain = {"measure": "eGFR", "basis": "label", "bands": [below(30, action="avoid")]}
        facts = formulary(kidney=[plain | {"source": "a"}, plain | {"source": "b"}])
        findings, _, _, left = found(facts, {"egfr": "25"}, sources=["a"])
        assert [item.source.id for item in findings] == ["a"]
        assert [item.source.id for item in left] == ["b"]

    def test_courses_of_a_drug_are_summed(self):
        plan = plan_with(course(step("3 mg", "2 days"), id="a"), course(step({"noon": "3 mg"}, "2 days"), id="b"))
        (finding,), *_ = found(held(below(30, **MAXIMUM)), {"egfr": "25"}, plan)
        assert finding.value == "6 mg/day"

    def test_without_advice_it_is_not_assessed(self):
        _, (gap,), _, _ = found(formulary(), {"egfr": "25"})
        assert (gap.missing, gap.urgent) == ("kidney function: not read in full", True)

    @pytest.mark.parametrize(("egfr", "asked"), [("59", 1), ("60", 0)])
    def test_without_advice_a_normal_figure_is_no_question(self, egfr, asked):
        assert len(found(formulary(), {"egfr": egfr})[1]) == asked

    def test_a_drug_that_is_not_held_is_not_assessed(self):
        _, (gap,), _, _ = found(formulary(drug="other"), {"egfr": "25"})
        assert gap.missing == "testamine is not in the formulary; no source is on file"

    def test_an_open_cycle_is_found_without_an_end(self):
        plan = plan_of(step(["10 mg", {}]), then="continue")
        (finding,), *_ = found(held(below(30, action="avoid")), {"egfr": "25"}, plan)
        assert (finding.day, finding.last_day) == (1, None)
