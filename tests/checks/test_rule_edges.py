"""Both sides of the edges of rules: the last value that is still one thing, and the first that is the other."""

import pytest

from builders import (
    DRUG,
    START,
    TABLETS,
    answers,
    course,
    formulary,
    liquid,
    plan_of,
    plan_with,
    review_of,
    step,
    tablet,
)
from checks.test_ceiling import SINGLE, limits
from checks.test_ceiling import found as limited
from checks.test_interaction import OPIOID, met, other_monograph
from checks.test_pace import OF_CURRENT, paced
from checks.test_person_rules import AGE, LIVER, told
from checks.test_product_and_sum_rules import NOT_FOR, OTHER, table
from checks.test_stopping import A_WEEK, BANDED, FIXED, OF_START, SLOWLY, begins, ends, stopping, with_table
from checks.test_time_rules import FIVE, broken, life
from checks.test_time_rules import told as over
from checks.test_titration_speed import INCREMENTS, sped
from checks.test_weekly_ceiling import values as weekly
from planning.test_requests_dilution import DILUTION
from taper import Formulary, Patient, Product, Reason, check, realize


class TestAge:
    @pytest.mark.parametrize(("years", "asked"), [(64, 0), (65, 1)])
    def test_below_65_no_question_is_asked_of_sources_that_were_not_read(self, years, asked):
        unread = {"liver": [LIVER], "sources": {"a": {"read_whole": []}}}
        assert len(told("age", unread, patient={"age": years})[1]) == asked

    @pytest.mark.parametrize(("whole", "asked"), [(["whole"], 0), ([], 1)])
    def test_an_unknown_age_is_a_question_only_where_a_source_may_speak_of_one(self, whole, asked):
        held = {"liver": [LIVER], "sources": {"a": {"read_whole": whole}}}
        assert len(told("age", held)[1]) == asked

    @pytest.mark.parametrize(("below", "clear"), [(18, 0), (19, 1)])
    def test_advice_for_children_alone_is_not_clear_of_an_adult(self, below, clear):
        fact = {"source": "a", "age_below": below, "action": "avoid", "what": "not for them"}
        held = {"ages": [fact], "sources": {"a": {"read_whole": []}}}
        assert len(told("age", held, patient={"age": 40})[2]) == clear

    @pytest.mark.parametrize("figure", ["maximum", "initial"])
    def test_a_figure_is_said_with_the_age_from_which_it_is(self, figure):
        (finding,), *_ = told("age", {"ages": [AGE | {figure: "4 mg"}]}, patient={"age": 70})
        assert "from age 65" in finding.message


class TestStopping:
    @pytest.mark.parametrize(
        ("narrower", "severity"), [({}, "moderate"), ({"from_daily_dose": "5 mg"}, "high")], ids=["all", "from a dose"]
    )
    def test_a_weightier_source_that_asks_only_after_longer_use_makes_a_stop_lighter(self, narrower, severity):
        longer = SLOWLY | {"used_for_at_least": "1 month"} | narrower
        plan = stopping("10 mg", before={"regimen": {"evening": "10 mg"}, "for": "3 days"})
        sources = {"s0": {"grade": "A"}, "s1": {"grade": "B"}}
        held = formulary(
            stopping=[{"source": "s0"} | longer, {"source": "s1", "used_for_at_least": "3 days"} | FIXED],
            sources=sources,
        )
        (finding,), *_ = answers(review_of(plan, held), "abrupt-stop")
        assert (finding.source.organization, finding.severity) == ("Institute s1", severity)

    @pytest.mark.parametrize(("day", "named"), [(8, True), (9, False)])
    def test_a_drug_that_rises_once_the_first_has_stopped_replaces_nothing(self, day, named):
        own = course(step("10 mg", "7 days"), then="stop", before={"regimen": {"evening": "20 mg"}})
        other = course(step("5 mg"), drug="diazepam", id="new", then="continue", before="nothing", starts_on_day=day)
        held = with_table(formulary(stopping=[{"source": "a"} | FIXED]))
        made = realize(plan_with(own, other), [*TABLETS, tablet("5 mg", id="d5", drug="diazepam")], formulary=held)
        (finding,), *_ = answers(check(made), "abrupt-stop")
        assert ("meanwhile diazepam" in finding.message) is named

    @pytest.mark.parametrize(
        ("days", "clear"), [(["2 mg", {}], 1), (["3 mg", {}], 0), ("2 mg", 0)], ids=["at it", "above", "every day"]
    )
    def test_alternate_days_at_the_dose_that_a_source_names_are_its_last_step(self, days, clear):
        plan = plan_of(step("10 mg", "7 days"), step(days, "8 days"), then="stop", before="nothing")
        held = SLOWLY | {"alternate_days_at": "2 mg"}
        assert len(ends(plan, held)[2]) == clear

    def test_a_stop_from_a_dose_beyond_each_row_of_a_table_is_found(self):
        rows = [FIXED | {"shape": "so many mg per interval, by dose", "bands": [band]} for band in BANDED["bands"]]
        for row in rows:
            del row["step_low"], row["step_high"]
        held = formulary(stopping=[{"source": "a"} | row for row in rows])
        (finding, *_), *_ = answers(review_of(stopping("200 mg"), held), "abrupt-stop")
        assert finding.severity == "high"

    def test_the_empty_days_at_the_end_of_a_cycle_are_not_its_last_dose(self):
        plan = plan_of(step(["10 mg", {}, {}], "9 days"), then="stop", before="nothing")
        (finding,), *_ = ends(plan, SLOWLY)
        assert (finding.day, finding.last_day, finding.value) == (7, 8, "10 mg/day")


class TestConcentrations:
    """A liquid of one concentration is clear; each change is found once."""

    WEAK = liquid("5 mg/5 mL", id="weak")
    STRONG = liquid("10 mg/5 mL", id="strong")

    def told(self, *courses):
        review = review_of(plan_with(*courses), formulary(), products=[*TABLETS, self.WEAK, self.STRONG])
        return answers(review, "concentration-change")

    def taken(self, product, *steps, **more):
        return course(*(step(dose, "7 days", products=[product]) for dose in steps), **more)

    def test_it_does_not_apply_to_tablets(self):
        assert self.told(course(step("5 mg", "7 days", products=["t5mg"]))) == ([], [], [], [])

    def test_one_concentration_is_clear(self):
        findings, gaps, clear, _ = self.told(self.taken("weak", "5 mg", "4 mg"))
        assert (findings, gaps, len(clear)) == ([], [], 1)

    def test_a_change_is_not_clear_and_names_its_step(self):
        both = course(step("5 mg", "7 days", products=["weak"]), step("5 mg", "7 days", products=["strong"]))
        (finding,), gaps, clear, _ = self.told(both)
        assert (gaps, clear) == ([], [])
        assert (finding.step, finding.day) == (2, 8)

    def test_what_is_taken_on_the_day_of_a_change_is_still_in_use(self):
        first = self.taken("weak", "5 mg", "4 mg", id="a")
        second = self.taken("strong", "5 mg", id="b", starts_on_day=7)
        (finding,), *_ = self.told(first, second)
        assert (finding.course, finding.day) == ("b", 7)


class TestCycles:
    @pytest.mark.parametrize(("days", "cut"), [(6, 0), (7, 1), (8, 1)])
    def test_a_later_step_is_measured_by_its_own_days(self, days, cut):
        plan = plan_of(step("5 mg", "4 days"), step(["5 mg", "2 mg", "1 mg"], f"{days} days"))
        findings, *_ = answers(review_of(plan, formulary()), "cycle-cut")
        assert len(findings) == cut
        assert all((item.step, item.value, item.day) == (2, f"{days} days", 5) for item in findings)


class TestDilutions:
    def test_only_what_is_made_at_home_is_found_and_its_own_volumes_are_said(self):
        bottle = Product.read(
            {"id": "s", "drug": "d", "form": "oral solution", "concentration": "1 mg/mL", "smallest_volume": "1 mL"}
        )
        steps = [step({"morning": "3.72 mg"}, "7 days", products=["d-in-water"]),
                 step({"morning": "3 mg"}, "7 days", products=["s"])]  # fmt: skip
        made = DILUTION.model_copy(update={"id": "d-in-water"})
        findings, gaps, clear, _ = answers(
            check(realize(plan_with(course(*steps, drug="d")), [made, bottle], formulary=formulary())), "dilution"
        )
        assert ([item.value for item in findings], gaps, clear) == (["93 mL"], [], [])

    @pytest.mark.parametrize(("products", "clear"), [([liquid()], 1), (TABLETS, 0)], ids=["bottle", "tablets"])
    def test_a_liquid_as_dispensed_is_clear(self, products, clear):
        review = review_of(plan_of(step("5 mg", "7 days")), formulary(), products=products)
        findings, gaps, held, _ = answers(review, "dilution")
        assert (findings, gaps, len(held)) == ([], [], clear)


class TestConditions:
    def test_without_the_list_of_conditions_it_is_a_question_where_a_source_names_one(self):
        held = {"contraindications": [{"source": "a", "condition": "asthma", "action": "avoid"}]}
        assert len(told("contraindication", held)[1]) == 1


class TestCeilings:
    def told(self, dose, *ceilings, patient=None, **more):
        plan = plan_of(step(dose, "7 days"), **more)
        held = formulary(ceilings=[{"source": "a"} | item for item in ceilings])
        return answers(review_of(plan, held, Patient.read(patient or {})), "ceiling")

    @pytest.mark.parametrize(("use", "figures"), [("pain", ("dose",)), ("seizures", ())])
    def test_a_plan_is_within_a_figure_only_where_it_is_for_its_use(self, use, figures):
        (clear,) = self.told("5 mg", {"limit": "20 mg", "indications": [use]}, indication="pain")[2]
        assert clear.figures == figures

    def test_a_maximum_for_other_people_sets_no_figure_for_other_uses(self):
        own = {"indications": ["pain"]}
        limits = {"limit": "10 mg", "age_from": 65} | own, {"limit": "20 mg"} | own
        other = {"limit": "5 mg", "indications": ["seizures"]}
        assert self.told("15 mg", *limits, other, patient={"age": 40}, indication="pain")[0] == []


class TestSums:
    THIRD = tablet("5 mg", id="h5", drug="thirdamine")

    @pytest.mark.parametrize(
        ("about", "found"), [({}, 1), ({"releases": ["extended"]}, 0), ({"forms": ["capsule"]}, 0)], ids=str
    )
    def test_of_a_drug_that_is_not_taken_only_a_ceiling_for_all_its_products_is_compared(self, about, found):
        own = formulary(ceilings=[{"source": "a", "limit": "10 mg"} | about]).monograph(DRUG)
        held = Formulary([own], [table("one", otheramine=["5 mg"], thirdamine=["5 mg"])])
        plan = plan_with(*(course(step("5 mg", "7 days"), drug=name) for name in ("otheramine", "thirdamine")))
        review = review_of(plan, held, products=(OTHER, self.THIRD))
        assert [item.drug for item in answers(review, "combined-equivalent")[0]] == [DRUG] * found

    def test_the_days_are_those_of_the_table_by_which_the_drug_comes_to_most(self):
        own = formulary(drug="otheramine", ceilings=[{"source": "a", "limit": "5 mg"}]).monograph("otheramine")
        tables = [table("mild", **{DRUG: ["10 mg"]}, otheramine=["5 mg"]),
                  table("sharp", **{DRUG: ["10 mg"]}, otheramine=["1 mg"])]  # fmt: skip
        other = course(step("5 mg", "3 days"), step("4 mg", "4 days"), drug="otheramine")
        plan = plan_with(course(step("10 mg", "7 days")), other)
        review = review_of(
            plan, Formulary([own], tables), products=(*TABLETS, tablet("1 mg", id="o1", drug="otheramine"))
        )
        (finding,) = [item for item in answers(review, "combined-equivalent")[0] if item.drug == "otheramine"]
        assert (finding.day, finding.last_day) == (1, 7)

    def test_of_a_range_the_end_by_which_the_drug_comes_to_most_is_the_one_that_counts(self):
        # By the range 10 + 50 mg of the first are up to 30 mg of the second, by the other table 35 mg are 7 mg; on the
        # last days 30 mg are up to 15 mg by the range, and 20 mg are 4 mg by the other.
        own = formulary(drug="otheramine", ceilings=[{"source": "a", "limit": "5 mg"}]).monograph("otheramine")
        tables = [table("range", **{DRUG: ["10 mg"]}, otheramine=["1 mg", "5 mg"]),
                  table("plain", **{DRUG: ["10 mg"]}, otheramine=["2 mg"])]  # fmt: skip
        other = course(step("5 mg", "3 days"), step("2 mg", "4 days"), drug="otheramine")
        plan = plan_with(course(step("10 mg", "7 days")), other)
        products = (*TABLETS, tablet("1 mg", id="o1", drug="otheramine"))
        found, *_ = answers(review_of(plan, Formulary([own], tables), products=products), "combined-equivalent")
        (finding,) = [item for item in found if item.drug == "otheramine"]
        assert (finding.day, finding.last_day) == (1, 7)


class TestDurations:
    LIMIT = {"source": "a", "low": "4 weeks", "high": "4 weeks"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("steps", "then", "says"),
        [(["29 days"], "review", "is taken for 29 days"), ([None], "continue", "is taken with no stop date")],
        ids=["closed", "open"],
    )
    def test_a_finding_says_for_how_long_and_where(self, steps, then, says):
        plan = plan_of(*(step("5 mg", lasting) for lasting in steps), then=then, before="nothing")
        (finding,), *_ = answers(review_of(plan, formulary(durations=[self.LIMIT])), "duration")
        assert says in finding.message
        assert (finding.course, finding.step) == (DRUG, None)

    @pytest.mark.parametrize(
        ("doses", "then", "severity"),
        [(["4 mg", "2 mg"], "stop", "low"), (["4 mg", "5 mg"], "stop", "moderate"), (["4 mg"], "continue", "moderate")],
        ids=["nothing but down", "up again", "open"],
    )
    def test_after_a_use_that_was_longer_before_only_a_plan_that_reduces_to_its_end_is_lighter(
        self, doses, then, severity
    ):
        lasting = None if then == "continue" else "7 days"
        before = {"regimen": {"evening": "5 mg"}, "for": "1 year"}
        plan = plan_of(*(step(dose, lasting) for dose in doses), then=then, before=before)
        (finding,), *_ = answers(review_of(plan, formulary(durations=[self.LIMIT])), "duration")
        assert finding.severity == severity
        assert ", after 1 year before day 1" in finding.message


class TestFirstChange:
    @pytest.mark.parametrize(("first", "found"), [(5, 0), (6, 1)])
    def test_the_days_of_the_plan_before_the_first_reduction_are_days_of_use(self, first, found):
        # 25 days before day 1 and the days up to the one before the course: 29 days where it begins on day 5.
        before = {"regimen": {"evening": "20 mg"}, "for": "25 days"}
        plan = plan_of(step("10 mg", "7 days"), before=before, starts_on_day=first)
        findings, _, clear, _ = begins(plan, FIXED | {"used_for_at_least": "30 days"})
        assert (len(findings), len(clear)) == (found, 1 - found)

    @pytest.mark.parametrize(
        ("printed", "severity"),
        [(FIXED | {"step_high": "10 mg"}, "moderate"), (FIXED, "high"), (OF_START | {"percent_high": "50"}, "high")],
        ids=["in mg", "less in mg", "a percentage"],
    )
    def test_a_first_reduction_is_moderate_beside_a_source_that_prints_it_in_mg(self, printed, severity):
        plan = plan_of(step("10 mg", "7 days"), before={"regimen": {"evening": "20 mg"}})
        findings, *_ = begins(plan, printed, OF_START | {"at_most": True})
        assert [item.severity for item in findings if item.source.id == "s1"] == [severity]

    @pytest.mark.parametrize(
        ("fact", "then", "asked"),
        [(A_WEEK, "stop", 0), (A_WEEK, "review", 1), ({"shape": "no taper needed for most people"}, "stop", 0)],
        ids=["time of a stop", "time without one", "no taper"],
    )
    def test_advice_on_the_whole_way_to_a_stop_is_not_asked_of_the_first_reduction(self, fact, then, asked):
        plan = plan_of(step("10 mg", "7 days"), then=then, before={"regimen": {"evening": "20 mg"}})
        findings, gaps, *_ = begins(plan, fact)
        assert (findings, len(gaps)) == ([], asked)

    @pytest.mark.parametrize(("known", "asked"), [({}, True), ({"for": "1 year"}, False)], ids=["unknown", "known"])
    def test_advice_after_a_length_of_use_says_so_where_the_use_is_unknown(self, known, asked):
        plan = plan_of(step("10 mg", "7 days"), before={"regimen": {"evening": "20 mg"}} | known)
        (finding,), *_ = begins(plan, FIXED | {"used_for_at_least": "1 month"})
        assert ("it depends on how long the drug was taken before" in finding.message) is asked


class TestBreaks:
    @pytest.mark.parametrize(("days", "severity"), [(9, "moderate"), (10, "high")])
    def test_as_long_as_the_longest_half_lives_is_not_beyond_each(self, days, severity):
        (finding,), *_ = over("gap", broken(days), restarts=[FIVE], half_lives=[life("10", "48")])
        assert (finding.severity, finding.course, finding.step) == (severity, "b", 1)

    def test_without_a_break_no_half_life_is_asked_for(self):
        findings, gaps, clear, _ = over("gap", plan_of(step("5 mg", "7 days")), restarts=[FIVE])
        assert (findings, gaps, len(clear)) == ([], [], 1)


class TestForms:
    CAPSULE = Product.read({"id": "c", "drug": DRUG, "form": "capsule", "strength": "5 mg"})

    @pytest.mark.parametrize(
        ("first", "named"), [("extended-release tablet", False), ("immediate-release tablet", True), ("tablet", True)]
    )
    def test_a_source_that_names_another_release_is_not_cited(self, first, named):
        fact = {"source": "a", "between": [first, "capsule"], "what": "taken up differently"}
        plan = plan_of(step("5 mg", "7 days", products=["t5mg"]), step("5 mg", "7 days", products=["c"]))
        held = formulary(interchanges=[fact], products=[])
        findings, *_ = answers(review_of(plan, held, products=(*TABLETS, self.CAPSULE)), "formulation-swap")
        assert [(item.step, item.day) for item in findings] == [(2, 8)] * named

    def test_a_form_is_taken_from_its_first_step_on(self):
        fact = {"source": "a", "between": ["tablet", "capsule"], "what": "taken up differently"}
        both = [step("5 mg", "7 days", products=["c"]), step("10 mg", "7 days", products=["t5mg"])]
        plan = plan_of(*both, step("10 mg", "7 days", products=["c"]))
        held = formulary(interchanges=[fact], products=[])
        (finding,), *_ = answers(review_of(plan, held, products=(*TABLETS, self.CAPSULE)), "formulation-swap")
        assert (finding.step, finding.day) == (2, 8)
        assert (finding.limit, finding.value) == ("immediate-release capsule", "immediate-release tablet")


class TestSingleDoses:
    @pytest.mark.parametrize(("times", "asked"), [(("08:50", "09:10"), 1), (("08:10", "09:50"), 0)])
    def test_clock_times_of_two_hours_may_be_less_than_an_hour_apart(self, times, asked):
        plan = plan_of(step(dict.fromkeys(times, "3 mg"), "2 days"))
        findings, gaps, *_ = limited(plan, limits(SINGLE), rule="intake-ceiling")
        assert (findings, len(gaps)) == ([], asked)

    def test_a_dose_above_the_limit_is_found_beside_another_near_it(self):
        plan = plan_of(step({"08:00": "5 mg", "08:30": "1 mg"}, "2 days"))
        (finding,), gaps, *_ = limited(plan, limits(SINGLE), rule="intake-ceiling")
        assert (finding.slot, gaps) == ("08:00", [])


class TestInteractions:
    @pytest.mark.parametrize(("dose", "severities"), [("6 mg", ["high"]), ("5 mg", ["moderate"])])
    def test_caution_up_to_a_dose_is_one_finding_either_way(self, dose, severities):
        fact = OPIOID | {"action": "caution", "maximum": "5 mg"}
        findings, *_ = met(fact, medications=("opioid",), plan=plan_of(step(dose, "7 days")))
        assert [item.severity for item in findings] == severities

    def test_what_the_second_drugs_source_says_stands_under_the_first(self):
        fact = {"source": "b", "with_names": [DRUG], "action": "avoid", "what": "more of both"}
        plan = plan_with(course(step("5 mg", "7 days")), course(step("5 mg", "7 days"), drug="otheramine"))
        findings, *_ = met(plan=plan, other=other_monograph(interactions=[fact]), products=(*TABLETS, OTHER))
        assert [(item.drug, item.about) for item in findings] == [(DRUG, "otheramine")]

    @pytest.mark.parametrize(("whole", "asked"), [(["whole"], False), ([], True)])
    def test_other_medicines_are_asked_for_only_where_a_source_may_speak_of_one(self, whole, asked):
        held = {"liver": [LIVER], "sources": {"a": {"read_whole": whole}}}
        gaps = [item for item in told("interaction", held)[1] if "patient.medications" in item.facts]
        assert bool(gaps) is asked


class TestKidney:
    @pytest.mark.parametrize(
        ("figure", "reasons"),
        [({}, [Reason.FACT]), ({"egfr": "60"}, []), ({"egfr": "59"}, [Reason.UNREAD])],
        ids=["unknown", "normal", "impaired"],
    )
    def test_without_advice_a_source_that_was_not_read_is_a_question_by_the_figure(self, figure, reasons):
        held = {"liver": [LIVER], "sources": {"a": {"read_whole": []}}}
        person = {"dialysis": False, "kidney_stable": True} | figure
        assert [gap.reason for gap in told("kidney", held, patient=person)[1]] == reasons

    @pytest.mark.parametrize(("known", "clear"), [({}, []), ({"dialysis": False, "kidney_stable": True}, ["c", "k"])])
    def test_nothing_is_clear_while_the_state_of_the_kidneys_is_unknown(self, known, clear):
        advice = {"source": "k", "measure": "eGFR", "basis": "label", "bands": [{"below": 30, "action": "avoid"}]}
        held = {"kidney": [advice], "ceilings": [{"source": "c", "limit": "20 mg"}]}
        answered = told("kidney", held, patient={"egfr": "90"} | known)[2]
        assert sorted(item.source.id for item in answered) == clear


class TestLiver:
    @pytest.mark.parametrize(("whole", "asked"), [(["whole"], 0), ([], 1)])
    def test_the_degree_is_asked_for_only_where_a_source_may_speak_of_one(self, whole, asked):
        held = {"ages": [AGE], "sources": {"a": {"read_whole": whole}}}
        assert len(told("liver", held)[1]) == asked

    @pytest.mark.parametrize(("more", "said"), [({"fraction": "1/2"}, True), ({}, False)])
    def test_a_part_of_the_usual_dose_is_said_only_where_a_source_gives_one(self, more, said):
        (finding,), *_ = told("liver", {"liver": [LIVER | more]}, patient={"liver": "mild"})
        assert ("of the usual dose" in finding.message) is said


class TestPaces:
    @pytest.mark.parametrize("fact", [OF_CURRENT, OF_START, FIXED], ids=["of current", "of start", "fixed"])
    @pytest.mark.parametrize(("down_to", "found"), [("19 mg", 1), ("20 mg", 0)])
    def test_advice_down_to_a_dose_is_about_reductions_from_above_it(self, fact, down_to, found):
        assert len(paced(fact | {"down_to_daily_dose": down_to}, "5 mg")[0]) == found

    @pytest.mark.parametrize(
        ("fact", "words"),
        [(OF_CURRENT, "20 % of the current dose every 1 week"), (OF_START, "25 % of the first dose every 1 week")],
    )
    def test_a_percentage_says_of_what(self, fact, words):
        assert words in paced(fact, "5 mg")[0][0].message

    def test_reductions_taken_together_are_said_with_all_their_days(self):
        (finding,), *_ = paced(OF_CURRENT, "18 mg", "15 mg", days="3 days")
        assert "(20 mg/day to 15 mg/day on days 1-4)" in finding.message


class TestPregnancy:
    FACT = {"source": "a", "state": "pregnancy", "action": "avoid", "what": "harm"}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("state", "person", "words"),
        [("pregnancy", {"pregnant": True}, "is taken in pregnancy"),
         ("breastfeeding", {"lactating": True}, "is taken while breastfeeding")],
    )  # fmt: skip
    def test_a_finding_says_which_of_the_two_it_is(self, state, person, words):
        (finding,), *_ = told("pregnancy", {"pregnancy": [self.FACT | {"state": state}]}, patient=person)
        assert words in finding.message

    @pytest.mark.parametrize(("person", "urgent"), [({"pregnant": True}, [True]), ({}, [False])])
    def test_what_was_not_read_is_urgent_for_who_is_pregnant(self, person, urgent):
        held = {"liver": [LIVER], "sources": {"a": {"read_whole": []}}}
        gaps = told("pregnancy", held, patient={"lactating": False} | person)[1]
        assert [gap.urgent for gap in gaps] == urgent

    @pytest.mark.parametrize(("whole", "asked"), [(["whole"], 0), ([], 1)])
    def test_it_is_asked_for_only_where_a_source_may_speak_of_it(self, whole, asked):
        assert len(told("pregnancy", {"liver": [LIVER], "sources": {"a": {"read_whole": whole}}})[1]) == asked

    def test_advice_for_other_uses_is_urgent_where_the_plans_own_is_of_breastfeeding(self):
        own = self.FACT | {"state": "breastfeeding", "indications": ["pain"]}
        held = {"pregnancy": [own, self.FACT | {"source": "b", "indications": ["seizures"]}]}
        gaps = told("pregnancy", held, patient={"pregnant": True, "lactating": False}, indication="pain")[1]
        assert [gap.urgent for gap in gaps if "seizures" in gap.missing] == [True]


class TestReplaced:
    @pytest.mark.parametrize(
        ("medicine", "found"),
        [
            ({"name": "otheramine", "until": "2027-02-20"}, 1),
            ({"name": "otheramine"}, 0),
            ({"name": "warfarin", "until": "2027-02-20"}, 0),
        ],
        ids=["stopped", "still taken", "another one stopped"],
    )
    def test_only_a_drug_that_was_stopped_may_have_been_replaced(self, medicine, found):
        person = Patient.read({"medications": [medicine], "as_needed": []})
        held = Formulary([formulary(not_for=[NOT_FOR]).monograph(DRUG), other_monograph()])
        made = realize(plan_of(step("5 mg", "7 days"), indication="pain"), TABLETS, formulary=held)
        findings, *_ = answers(check(made, person, start=START), "substitution")
        assert len(findings) == found


class TestSwings:
    def test_days_without_a_dose_of_a_drug_without_a_half_life_are_not_assessed(self):
        findings, (gap,), clear, _ = over("swing", plan_of(step(["5 mg", {}], "8 days")))
        assert (findings, clear, gap.reason) == ([], [], Reason.NO_SOURCE)
        assert gap.missing.startswith("the half-life of the drug")

    def test_a_drug_taken_every_day_needs_no_half_life(self):
        assert over("swing", plan_of(step("5 mg", "7 days"))) == ([], [], [], [])

    @pytest.mark.parametrize(("more", "said"), [({"of": "the racemate"}, "10 hours, the racemate,"), ({}, "10 hours,")])
    def test_a_finding_says_of_what_the_half_life_is(self, more, said):
        plan = plan_of(step(["5 mg", {}], "8 days"))
        (finding,), *_ = over("swing", plan, half_lives=[life("10", **more)])
        assert f"half-life of {said} about half of that or less" in finding.message


class TestSpeed:
    @pytest.mark.parametrize(("per", "found"), [("day", 1), ("intake", 0)])
    def test_an_increment_at_each_intake_is_counted_for_each(self, per, found):
        steps = step({"noon": "5 mg"}, "7 days"), step({"noon": "6 mg", "evening": "2 mg"})
        increments = INCREMENTS | ({"increment_per": per} if per == "intake" else {})
        assert len(sped(*steps, titrations=[increments])[0]) == found

    @pytest.mark.parametrize(("steps", "asked"), [([step("5 mg")], 0), ([step("5 mg", "7 days"), step("6 mg")], 1)])
    def test_a_start_at_one_dose_below_a_ceiling_needs_no_speed_for_other_people(self, steps, asked):
        held = {"titrations": [INCREMENTS | {"age_from": 65}], "ceilings": [{"source": "a", "limit": "20 mg"}]}
        gaps = told("titration-speed", held, *steps, patient={"age": 40}, then="continue")[1]
        assert len(gaps) == asked

    @pytest.mark.parametrize(("days", "found"), [("3 days", 0), ("2 days", 1)])
    def test_rises_closer_than_an_interval_are_summed_over_it_and_no_longer(self, days, found):
        steps = step("5 mg", "4 days"), step("6 mg", "4 days"), step("7 mg", days), step("8 mg")
        assert len(sped(*steps, titrations=[INCREMENTS])[0]) == found


class TestWeeks:
    def test_the_passage_from_one_turn_of_a_later_cycle_to_the_next_is_counted(self):
        turn = ["11 mg", *[{}] * 12, "10 mg"]
        plan = plan_of(step(["1 mg", *[{}] * 6], "7 days"), step(turn), then="continue")
        assert [(day, value) for day, _, value, _ in weekly(plan, {"limit": "20 mg", "per": "week"})] == [(16, "21 mg")]

    @pytest.mark.parametrize(("most", "words"), [(1, "once a week"), (2, "on 2 days of a week at most")])
    def test_a_finding_says_on_how_many_days_of_a_week(self, most, words):
        plan = plan_of(step(["1 mg", "1 mg", "1 mg", {}, {}, {}, {}], "7 days"), then="stop")
        held = formulary(ceilings=[{"source": "a", "limit": "20 mg", "per": "week", "days": most}])
        (finding,), *_ = answers(review_of(plan, held), "weekly-ceiling")
        assert words in finding.message

    @pytest.mark.parametrize(("empty", "found"), [(6, 0), (7, 1)])
    def test_days_between_doses_are_a_swing_of_a_drug_for_once_a_week_only_beyond_a_week(self, empty, found):
        plan = plan_of(step(["5 mg", *[{}] * empty], f"{2 * (empty + 1)} days"))
        weekly_dose = {"source": "a", "limit": "20 mg", "per": "week", "days": 1}
        assert len(over("swing", plan, half_lives=[life("10")], ceilings=[weekly_dose])[0]) == found
