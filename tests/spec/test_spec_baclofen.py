"""Baclofen: its label's maximum and titration, the UK figure beside it, its kidney sources, and how it is stopped."""

import pytest

from builders import answers, course, step
from taper import Formulary, Patient, Plan, Reason, check, load_protocol, propose_for_kidney, realize
from taper.knowledge.kidney_advice import KidneyAction

SHIPPED = Formulary.shipped()
US = [item for item in SHIPPED.products("baclofen", market="us") if item.form == "tablet"]
UK = [item for item in SHIPPED.products("baclofen", market="uk") if item.form == "tablet"]
KNOWN = {"dialysis": False, "kidney_stable": True}


def four_times(dose, **more):
    day = dict.fromkeys(("morning", "noon", "evening", "bedtime"), dose)
    return Plan.read({"courses": [course(step(day, "7 days"), drug="baclofen", indication="spasticity", **more)]})


def ceilings(plan, products=US, **more):
    findings, _, clear, _ = answers(check(realize(plan, products), **more), "ceiling")
    return {item.source.id: item for item in findings}, {item.source.id for item in clear}


class TestTheLabelMaximum:
    """The total daily dose is not to exceed 80 mg (20 mg four times a day).

    US drug label (DailyMed), baclofen 20 mg tablet, Dosage and Administration; set id
    b4f2f888-979a-6f54-e053-2a95a90a95a3.
    """

    def test_80_mg_a_day_is_not_above_it(self):
        found, clear = ceilings(four_times("20 mg"))
        assert "us-tablet-dailymed" in clear
        assert "us-tablet-dailymed" not in found

    def test_85_mg_a_day_is_a_finding_of_high_severity(self):
        day = {"morning": "20 mg", "noon": "20 mg", "evening": "20 mg", "bedtime": "25 mg"}
        plan = Plan.read({"courses": [course(step(day, "7 days"), drug="baclofen", indication="spasticity")]})
        finding = ceilings(plan)[0]["us-tablet-dailymed"]
        assert (finding.severity, finding.value, finding.limit) == ("high", "85 mg/day", "80 mg/day")
        assert finding.message.startswith("Baclofen reaches 85 mg/day on days 1-7.")

    def test_the_doses_of_two_courses_are_summed(self):
        lower = course(step({"noon": "10 mg"}, "7 days"), drug="baclofen", id="more", indication="spasticity")
        both = Plan(courses=[*four_times("20 mg").courses, *Plan.read({"courses": [lower]}).courses])
        assert ceilings(both)[0]["us-tablet-dailymed"].value == "90 mg/day"


class TestTheUkFigureBesideIt:
    """Up to 60 mg a day for maintenance; at most 100 mg a day.

    NHS Scotland, acquired brain injury network, Spasticity: systemic medication, Baclofen. The US and UK figures
    disagree; both are compared and none decides for the other.
    """

    @pytest.mark.parametrize(
        ("dose", "us", "uk"), [("20 mg", False, False), ("25 mg", True, False), ("30 mg", True, True)]
    )
    def test_each_source_is_judged_by_its_own_figure(self, dose, us, uk):
        found, _ = ceilings(four_times(dose), UK)
        assert ("us-tablet-dailymed" in found) is us
        assert ("nhs-scotland-abi" in found) is uk

    def test_the_caller_may_name_one_source_and_the_review_lists_the_others(self):
        made = realize(four_times("25 mg"), UK)
        review = check(made, sources=["nhs-scotland-abi"])
        findings, _, clear, left = answers(review, "ceiling")
        assert (findings, [item.source.id for item in clear]) == ([], ["nhs-scotland-abi"])
        assert "us-tablet-dailymed" in {item.source.id for item in left}


class TestTheLabelTitration:
    """5 mg three times a day for 3 days, then 10, 15 and 20 mg three times a day, 3 days each.

    US drug label (DailyMed), baclofen tablet, Dosage and Administration; set id b4f2f888-979a-6f54-e053-2a95a90a95a3.
    """

    def test_the_shipped_protocol_has_the_label_s_doses_and_days(self):
        steps = load_protocol("baclofen-label").plan().courses[0].steps
        assert [one.regimen.total.mg for one in steps] == [15, 30, 45, 60]
        assert {str(one.lasting) for one in steps} == {"3 days"}
        assert {len(one.regimen) for one in steps} == {3}

    def test_its_day_numbers_are_those_of_the_monograph(self):
        held = next(item for item in SHIPPED.monograph("baclofen").titrations if item.source.id == "us-tablet-dailymed")
        bounds = load_protocol("baclofen-label").plan().courses[0].bounds()
        assert [one.from_day for one in held.steps] == [first for first, _ in bounds] == [1, 4, 7, 10]

    def test_it_ends_in_a_review_since_the_label_goes_on(self):
        assert load_protocol("baclofen-label").plan().courses[0].then == "review"


class TestTheBandsOfVlavonou:
    """After a single dose, the dose is to be cut by a third, a half and two thirds in mild, moderate, severe disease.

    Creatinine clearance 50-80, 30-50 and below 30 mL/min by Cockcroft and Gault; the edge 50 is printed in two bands.
    Vlavonou 2014, J Clin Pharmacol 54:584-592, Abstract; doi:10.1002/jcph.247. A pharmacokinetic result: it
    applies only where the caller names it.
    """

    SOURCE = "vlavonou-2014"

    def advice(self):
        return next(item for item in SHIPPED.monograph("baclofen").kidney if item.source.id == self.SOURCE)

    @pytest.mark.parametrize(
        ("clearance", "kept"),
        [
            ("81", "all of it"),
            ("80", "2/3"),
            ("51", "2/3"),
            ("50", "1/2"),
            ("31", "1/2"),
            ("30", "1/2"),
            ("29", "1/3"),
            ("5", "1/3"),
        ],
    )
    def test_each_band_keeps_its_fraction_of_the_dose_and_a_shared_edge_the_smaller(self, clearance, kept):
        found = self.advice().band_at(int(clearance))
        whole = "all of it" if found.action is KidneyAction.NO_CHANGE else None
        assert (str(found.fraction) if found.fraction else whole) == kept

    def test_it_is_left_out_of_a_check_unless_named(self):
        patient = Patient.read(KNOWN | {"crcl": "25"})
        made = realize(four_times("20 mg"), US)
        assert self.SOURCE in {item.source.id for item in answers(check(made, patient), "kidney")[3]}
        (finding,), *_ = answers(check(made, patient, sources=[self.SOURCE]), "kidney")
        assert finding.severity == "moderate"
        assert "single-dose result" in finding.message

    @pytest.mark.parametrize(
        ("clearance", "doses"), [("81", [10, 20]), ("60", [5, 10]), ("45", [5, 10]), ("25", "refused")]
    )
    def test_a_proposal_keeps_its_fraction_and_rounds_down_to_tablets(self, clearance, doses):
        """A plan of 10 mg a day and then 20 mg, from tablets of 5 mg and above; a dose is never rounded down to 0."""
        steps = [step("10 mg", "3 days"), step("20 mg", "3 days")]
        plan = Plan.read({"courses": [course(*steps, drug="baclofen", before="nothing")]})
        patient = Patient.read(KNOWN | {"crcl": clearance})
        if doses == "refused":
            with pytest.raises(ValueError, match="never reaches 0"):
                propose_for_kidney(plan, patient, source=self.SOURCE, products=US)
            return
        made = propose_for_kidney(plan, patient, source=self.SOURCE, products=US).plan
        assert [one.regimen.total.mg for one in made.courses[0].steps] == doses

    def test_an_egfr_is_never_read_as_a_creatinine_clearance(self):
        plan = Plan.read({"courses": [course(step("10 mg", "3 days"), drug="baclofen", before="nothing")]})
        with pytest.raises(ValueError, match="missing: a figure of creatinine clearance"):
            propose_for_kidney(plan, Patient.read(KNOWN | {"egfr": "45"}), source=self.SOURCE, products=US)


class TestAnEgfrBelow30:
    """Baclofen is to be avoided below an eGFR of 30 mL/min/1.73 m2, and its dose reduced from 30 to 60.

    Wolf 2018, Am J Kidney Dis 71:275-280, Abstract; doi:10.1053/j.ajkd.2017.07.005. A study, no label.
    """

    @pytest.mark.parametrize(
        ("egfr", "severity"), [("29", "high"), ("30", "moderate"), ("60", "moderate"), ("61", "clear")]
    )
    def test_the_edges_lie_at_30_and_60(self, egfr, severity):
        review = check(realize(four_times("5 mg"), US), Patient.read(KNOWN | {"egfr": egfr}), sources=["wolf-2018"])
        findings, _, clear, _ = answers(review, "kidney")
        assert [item.severity for item in findings] == ([severity] if severity != "clear" else [])
        assert bool(clear) is (severity == "clear")


class TestStopping:
    """Abrupt withdrawal is to be avoided; the dose is reduced slowly. No rate is given.

    US drug label (DailyMed), baclofen 20 mg tablet; set id b4f2f888-979a-6f54-e053-2a95a90a95a3.
    """

    def test_a_stop_from_the_maintained_dose_is_a_finding_of_high_severity(self):
        review = check(realize(four_times("20 mg", then="stop"), US), sources=["us-tablet-dailymed"])
        (finding,), *_ = answers(review, "abrupt-stop")
        assert finding.severity == "high"

    def test_how_slowly_is_not_assessed_since_the_label_gives_no_rate(self):
        steps = [step({"noon": "20 mg"}, "7 days"), step({"noon": "10 mg"}, "7 days"), step({"noon": "5 mg"}, "7 days")]
        plan = Plan.read({"courses": [course(*steps, drug="baclofen", then="stop")]})
        findings, (gap,), clear, _ = answers(check(realize(plan, US), sources=["us-tablet-dailymed"]), "abrupt-stop")
        assert (findings, clear) == ([], [])
        assert gap.reason is Reason.NO_FIGURE
