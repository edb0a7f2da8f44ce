"""What a rule may read: the days of a drug as runs, and to whom a fact applies."""

import itertools

import pytest
from hypothesis import assume, given

from builders import DRUG, START, TABLETS, course, formulary, liquid, plan_of, plan_with, step
from taper import InvalidInput, Patient, check, days, months, realize, to_schedule
from taper.checks.case import Case, capped, day_words, stretches
from taper.checks.review import Severity
from taper.people.patient import UNKNOWN
from taper.plans.plan import StartNeeded
from taper.testing import realizable_plans, starts


def case_of(plan, patient=UNKNOWN, start=None, products=TABLETS, facts=None):
    return Case(realize(plan, products, formulary=facts or formulary()), patient, formulary(), start)


def runs_of(plan, **more):
    return [(run.first, run.last, str(run.total), run.repeats) for run in case_of(plan, **more).runs(DRUG)]


class TestRuns:
    @given(realizable_plans(), starts())
    def test_runs_hold_the_days_of_the_schedule_in_order_without_a_gap(self, drawn, start):
        made = realize(*drawn)
        runs = Case(made, UNKNOWN, made.formulary, start).runs(DRUG)
        shown = {day.number: day.totals.get(DRUG) for day in to_schedule(made, start=start, horizon=days(60)).days}
        for run in runs:
            for number in range(run.first, min(run.last or 60, 60) + 1):
                if number in shown:
                    assert (shown[number].mg if shown[number] else 0) == run.total.mg
        assert runs[0].first == 1
        assert all(one.last is not None and one.last + 1 == other.first for one, other in itertools.pairwise(runs))

    @given(realizable_plans(), starts())
    def test_neighbors_differ(self, drawn, start):
        made = realize(*drawn)
        runs = Case(made, UNKNOWN, made.formulary, start).runs(DRUG)
        for one, other in itertools.pairwise(runs):
            assert (one.intakes, one.repeats) != (other.intakes, other.repeats)

    def test_courses_of_a_drug_are_summed_where_they_overlap(self):
        plan = plan_with(
            course(step("5 mg", "4 days"), id="a"), course(step({"noon": "2 mg"}, "4 days"), id="b", starts_on_day=3)
        )
        assert runs_of(plan) == [(1, 2, "5 mg/day", False), (3, 4, "7 mg/day", False), (5, 6, "2 mg/day", False)]

    def test_days_without_doses_are_runs_of_nothing(self):
        plan = plan_of(step("5 mg", "2 days"), starts_on_day=3)
        assert runs_of(plan) == [(1, 2, "0 mg/day", False), (3, 4, "5 mg/day", False)]

    def test_an_open_end_is_a_run_without_a_last_day(self):
        assert runs_of(plan_of(step("5 mg"), then="continue")) == [(1, None, "5 mg/day", False)]

    def test_an_open_cycle_is_written_once_and_repeats(self):
        plan = plan_of(step("5 mg", "1 day"), step(["5 mg", {}]), then="continue")
        assert runs_of(plan) == [(1, 1, "5 mg/day", False), (2, 2, "5 mg/day", True), (3, 3, "0 mg/day", True)]

    def test_cycles_of_two_courses_repeat_after_their_common_multiple(self):
        plan = plan_with(
            course(step(["5 mg", {}]), id="a", then="continue"),
            course(step([{"noon": "2 mg"}, {}, {}]), id="b", then="continue"),
        )
        assert [run[2] for run in runs_of(plan)] == [
            "7 mg/day",
            "0 mg/day",
            "5 mg/day",
            "2 mg/day",
            "5 mg/day",
            "0 mg/day",
        ]

    def test_a_week_needs_a_start(self):
        plan = plan_of({"for": "1 week", "weekly": {"mon": {"noon": "5 mg"}}})
        with pytest.raises(StartNeeded, match="give a start date"):
            runs_of(plan)
        assert runs_of(plan, start=START)[0] == (1, 1, "5 mg/day", False)

    def test_months_need_a_start(self):
        plan = plan_of(step("5 mg", "1 month"))
        with pytest.raises(StartNeeded):
            runs_of(plan)
        assert runs_of(plan, start=START) == [(1, 31, "5 mg/day", False)]
        assert months(1)

    def test_no_courses_have_no_days(self):
        assert case_of(plan_of(step("5 mg", "4 days"))).runs_of(()) == ()

    def test_a_course_has_its_first_and_last_day(self):
        case = case_of(plan_of(step("5 mg", "4 days"), step("2 mg"), then="continue", starts_on_day=2))
        assert case.bounds(case.courses[0]) == (2, None)


class TestWords:
    @pytest.mark.parametrize(("first", "last", "words"), [(1, 1, "day 1"), (1, 3, "days 1-3"), (8, None, "from day 8")])
    def test_days_are_numbered_from_1_and_inclusive(self, first, last, words):
        assert day_words(first, last) == words

    def test_a_stretch_that_comes_again_says_so(self):
        case = case_of(plan_of(step(["5 mg", {}]), then="continue"))
        (stretch,) = stretches(case.runs(DRUG), lambda run: run.total.mg > 0)
        assert case.when_taken(stretch) == "on day 1, and again in every cycle"

    def test_neighboring_runs_join_and_others_do_not(self):
        plan = plan_of(*(step(f"{dose} mg", "1 day") for dose in (5, 6, 1, 7)))
        found = list(stretches(case_of(plan).runs(DRUG), lambda run: run.total.mg > 4))
        assert [(item[0].first, item[-1].last) for item in found] == [(1, 2), (4, 4)]

    def test_what_can_never_decide_is_moderate_at_most(self):
        assert capped(Severity.HIGH, weak=True) is Severity.MODERATE
        assert capped(Severity.LOW, weak=True) is Severity.LOW
        assert capped(Severity.HIGH, weak=False) is Severity.HIGH


class TestToWhomAFactApplies:
    FACTS = formulary(
        ceilings=[
            {"source": "any", "limit": "5 mg"},
            {"source": "liquid", "limit": "5 mg", "forms": ["oral solution"]},
            {"source": "slow", "limit": "5 mg", "releases": ["extended"]},
            {"source": "older", "limit": "5 mg", "age_from": 65},
            {"source": "use-a", "limit": "5 mg", "indications": ["a"]},
        ]
    )

    def fact(self, name):
        return next(item for item in self.FACTS.monograph(DRUG).ceilings if item.source.id == name)

    def test_release_and_form_are_those_of_the_products_taken(self):
        plan = plan_of(step("5 mg", "1 day"))
        tablets, liquids = case_of(plan), case_of(plan, products=[liquid()])
        for name, as_tablet, as_liquid in (("any", True, True), ("liquid", False, True), ("slow", False, False)):
            assert tablets.applies_to(self.fact(name), tablets.courses[0]) is as_tablet
            assert liquids.applies_to(self.fact(name), liquids.courses[0]) is as_liquid

    def test_age_fits_fits_not_or_is_unknown(self):
        plan = plan_of(step("5 mg", "1 day"))
        fits = [case_of(plan, Patient(age=age)).person_fits(self.fact("older")) for age in (None, 64, 65)]
        assert fits == [None, False, True]
        assert case_of(plan).person_fits(self.fact("any")) is True

    def test_an_indication_fits_fits_not_or_is_unknown(self):
        fits = [
            case_of(plan_of(step("5 mg", "1 day"), **more)).indication_fits(self.fact("use-a"), DRUG)
            for more in ({}, {"indication": "b"}, {"indication": "a"})
        ]
        assert fits == [None, False, True]
        assert case_of(plan_of(step("5 mg", "1 day"))).indication_fits(self.fact("any"), DRUG) is True


class TestCoursesWithoutADose:
    @pytest.mark.parametrize(
        "pattern",
        [{"for": "2 days", "weekly": {"sun": {"noon": "5 mg"}}}, {"for": "1 day", "cycle": [{}, {"noon": "5 mg"}]}],
    )
    def test_there_is_nothing_to_check_and_that_is_said(self, pattern):
        made = realize(plan_of(pattern), TABLETS, formulary=formulary())
        with pytest.raises(InvalidInput, match="course testamine: holds no dose on any of its days"):
            check(made, start=START)

    @given(realizable_plans(), starts())
    def test_every_other_plan_is_checked(self, drawn, start):
        made = realize(*drawn)
        taken = {i.course for day in to_schedule(made, start=start, horizon=days(63)).days for i in day.intakes}
        assume(taken == {item.id for item in drawn.plan.courses})
        assert check(made, start=start)
