"""How long, breaks, and days without a dose inside a cycle."""

import pytest

from builders import answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Patient

FOUR_WEEKS = {"source": "a", "low": "2 weeks", "high": "4 weeks"}
FIVE = {"source": "a", "half_lives": "5"}


def told(rule, plan, patient=None, **sections):
    return answers(review_of(plan, formulary(**sections), Patient.read(patient or {})), rule)


def life(low, high=None, **more):
    return {"source": "b", "low": low, "high": high or low} | more


def broken(days, again="5 mg"):
    """Seven days, a break of so many, then again."""
    return plan_with(
        course(step("5 mg", "7 days"), id="a"), course(step(again, "7 days"), id="b", starts_on_day=8 + days)
    )


class TestDuration:
    @pytest.mark.parametrize(("days", "found"), [("28 days", 0), ("29 days", 1)])
    def test_the_last_day_of_the_longest_use_passes(self, days, found):
        plan = plan_of(step("5 mg", days), before="nothing")
        assert len(told("duration", plan, durations=[FOUR_WEEKS])[0]) == found

    def test_longer_is_found_even_where_the_use_before_is_unknown(self):
        assert told("duration", plan_of(step("5 mg", "29 days")), durations=[FOUR_WEEKS])[0][0].day == 29

    def test_an_open_cycle_has_no_end(self):
        plan = plan_of(step(["5 mg", {}]), then="continue", before="nothing")
        assert told("duration", plan, durations=[FOUR_WEEKS])[0][0].value == "no stop date"

    def test_a_limit_for_an_age_needs_the_age_once_it_is_exceeded(self):
        fact = FOUR_WEEKS | {"age_from": 65}
        plan = plan_of(step("5 mg", "29 days"), before="nothing")
        assert told("duration", plan, durations=[fact])[1]
        assert told("duration", plan, {"age": 64}, durations=[fact]) == ([], [], [], [])

    def test_a_limit_in_months_gives_the_longest_of_months(self):
        fact = {"source": "a", "low": "1 month", "high": "1 month"}
        assert told("duration", plan_of(step("5 mg", "31 days"), before="nothing"), durations=[fact])[0] == []
        assert told("duration", plan_of(step("5 mg", "32 days"), before="nothing"), durations=[fact])[0]

    def test_a_drug_without_a_limit_is_not_asked(self):
        assert told("duration", plan_of(step("5 mg", "29 days"))) == ([], [], [], [])


class TestGap:
    @pytest.mark.parametrize(("days", "found"), [(4, 0), (5, 1)])
    def test_a_break_is_counted_from_the_last_dose_to_the_next(self, days, found):
        # Five half-lives of 24 hours are five days; a break of four days without a dose leaves five between doses.
        assert len(told("gap", broken(days), restarts=[FIVE], half_lives=[life("24")])[0]) == found

    @pytest.mark.parametrize(("half_life", "severity"), [(life("10"), "high"), (life("10", "100"), "moderate")])
    def test_beyond_every_half_life_is_high_and_beyond_some_is_moderate(self, half_life, severity):
        assert told("gap", broken(7), restarts=[FIVE], half_lives=[half_life])[0][0].severity == severity

    def test_half_lives_of_metabolites_are_passed_over(self):
        told_ = told("gap", broken(7), restarts=[FIVE], half_lives=[life("1", of="active metabolite", metabolite=True)])
        assert "the half-life of the drug" in told_[1][0].missing

    @pytest.mark.parametrize(("limit", "found"), [("8 days", 0), ("7 days", 1)])
    def test_a_length_of_time_needs_no_half_life(self, limit, found):
        fact = {"source": "a", "longer_than": limit}
        assert len(told("gap", broken(7), restarts=[fact])[0]) == found

    def test_going_back_to_the_first_dose_of_a_start_is_clear(self):
        start = {"source": "a", "steps": [{"from_day": 1, "total": "5 mg"}]}
        sections = {"restarts": [FIVE], "half_lives": [life("10")], "titrations": [start]}
        assert told("gap", broken(7), **sections)[2]
        assert (
            "a fresh start at 5 mg/day after a break" in told("gap", broken(7, again="6 mg"), **sections)[0][0].message
        )

    @pytest.mark.parametrize(("dose", "found"), [("20 mg", 1), ("10 mg", 0)])
    def test_one_day_at_the_first_dose_of_a_start_is_no_start(self, dose, found):
        start = {"source": "a", "steps": [{"from_day": 1, "total": "5 mg"}, {"from_day": 2, "total": "10 mg"}]}
        later = course(step("5 mg", "1 day"), step(dose, "7 days"), id="b", starts_on_day=15)
        plan = plan_with(course(step("20 mg", "7 days"), id="a"), later)
        findings, *_ = told("gap", plan, restarts=[FIVE], half_lives=[life("10")], titrations=[start])
        assert len(findings) == found
        words = "is at 20 mg/day on day 2 of being resumed after 7 days without a dose, faster than any labeled start"
        assert all(words in item.message and item.severity == "high" for item in findings)

    def test_what_comes_after_the_last_labeled_step_is_not_compared(self):
        start = {"source": "a", "steps": [{"from_day": 1, "total": "5 mg"}]}
        later = course(step("5 mg", "1 day"), step("20 mg", "7 days"), id="b", starts_on_day=15)
        plan = plan_with(course(step("20 mg", "7 days"), id="a"), later)
        assert told("gap", plan, restarts=[FIVE], half_lives=[life("10")], titrations=[start])[2]

    def test_a_half_life_printed_as_an_upper_end_alone_has_no_shortest_break(self):
        half = life("10", up_to=True)
        assert "the half-life of the drug" in told("gap", broken(7), restarts=[FIVE], half_lives=[half])[1][0].missing

    def test_a_break_inside_a_cycle_is_not_one_between_courses(self):
        assert told("gap", plan_of(step(["5 mg", {}], "8 days"))) == ([], [], [], [])
        assert told("gap", broken(7))[1]

    def test_days_before_the_first_dose_are_no_break(self):
        plan = plan_of(step("5 mg", "7 days"), starts_on_day=20)
        assert told("gap", plan, restarts=[FIVE], half_lives=[life("10")])[2]

    @pytest.mark.parametrize(
        ("days", "again", "found"), [(1, "10 mg", 0), (1, "11 mg", 1), (2, "5 mg", 0), (2, "6 mg", 1)]
    )
    def test_a_share_of_the_dose_before_goes_by_the_days_missed(self, days, again, found):
        one = {"source": "a", "missed_days": 1, "percent_low": "40", "percent_high": "50"}
        two = {"source": "a", "missed_days": 2, "percent_low": "25", "percent_high": "25"}
        plan = plan_with(
            course(step("20 mg", "7 days"), id="a"), course(step(again, "7 days"), id="b", starts_on_day=8 + days)
        )
        findings, *_ = told("gap", plan, restarts=[one, two])
        assert [item.severity for item in findings] == ["high"] * found
        share, limit = ("55 %", "40 to 50 %") if days == 1 else ("30 %", "25 %")
        assert all(f"{share} of the 20 mg/day before" in item.message for item in findings)
        assert all(item.limit == f"{limit} of the dose before" for item in findings)

    @pytest.mark.parametrize(
        ("days", "again", "found"), [(2, "20 mg", 0), (3, "5 mg", 0), (3, "6 mg", 1), (9, "6 mg", 1)]
    )
    def test_more_missed_days_ask_for_a_fresh_start(self, days, again, found):
        rule = {"source": "a", "missed_days": 3, "or_more": True}
        start = {"source": "a", "steps": [{"from_day": 1, "total": "5 mg"}]}
        findings, *_ = told("gap", broken(days, again), restarts=[rule], titrations=[start])
        assert len(findings) == found
        assert all(
            "after a break of 3 days or more" in item.message and "a fresh start at 5 mg" in item.message
            for item in findings
        )

    def test_the_empty_days_of_a_cycle_are_not_missed(self):
        rule = {"source": "a", "missed_days": 1, "percent_low": "40", "percent_high": "50"}
        assert told("gap", plan_of(step(["5 mg", {}, "5 mg"], "9 days")), restarts=[rule])[2]

    def test_advice_for_an_age_needs_the_age_once_a_break_is_too_long(self):
        sections = {"restarts": [FIVE | {"age_from": 65}], "half_lives": [life("10")]}
        assert "age (this" in told("gap", broken(7), **sections)[1][0].missing
        assert told("gap", broken(7), {"age": 64}, **sections) == ([], [], [], [])


class TestSwing:
    @pytest.mark.parametrize(("hours", "found"), [("26.7", 0), ("26.6", 1), ("24", 1)])
    def test_about_two_half_lives_pass(self, hours, found):
        plan = plan_of(step(["5 mg", {}], "8 days"))
        assert len(told("swing", plan, half_lives=[life(hours)])[0]) == found

    @pytest.mark.parametrize(("hours", "said"), [("27", 1), ("23", 0)])
    def test_a_half_life_printed_as_an_upper_end_alone_is_never_clear(self, hours, said):
        findings, gaps, clear, _ = told(
            "swing", plan_of(step(["5 mg", {}], "8 days")), half_lives=[life(hours, up_to=True)]
        )
        assert (len(gaps), len(findings), clear) == (said, 1 - said, [])
        assert all("the source prints as up to 27 hours; 48 hours pass" in gap.missing for gap in gaps)
        assert all("half-life of up to 23 hours, about half of that or less" in item.message for item in findings)

    def test_days_that_were_not_taken_are_no_cycle(self):
        from builders import START, TABLETS
        from taper import Log, apply_log, check, days, realize, to_schedule
        from taper.plans.log import Gap, ResumeAt

        plan, held = plan_of(step("5 mg", "21 days")), formulary(half_lives=[life("10")])
        schedule = to_schedule(realize(plan, TABLETS, formulary=held), start=START)
        then = ResumeAt(resume=plan.courses[0].steps[0].regimen)
        gap = Gap(day=schedule.days[7].date, lasting=days(7), then=then)
        assert answers(check(apply_log(schedule, Log.of(plan, START, [gap]))), "swing") == ([], [], [], [])

    def test_the_widest_step_is_named(self):
        plan = plan_of(step("5 mg", "7 days"), step(["5 mg", {}, {}], "9 days"))
        (finding,), *_ = told("swing", plan, half_lives=[life("10")])
        assert (finding.step, finding.day, finding.value) == (2, 8, "72 hours")

    def test_a_weekly_pattern_is_read_around_the_week(self):
        from builders import START

        plan = plan_of({"weekly": {"mon": {"evening": "5 mg"}, "tue": {"evening": "5 mg"}}, "for": "2 weeks"})
        review = review_of(plan, formulary(half_lives=[life("10")]), start=START)
        assert answers(review, "swing")[0][0].value == "144 hours"

    def test_a_half_life_for_an_age_needs_the_age(self):
        plan = plan_of(step(["5 mg", {}], "8 days"))
        assert told("swing", plan, half_lives=[life("10", age_from=65)])[1]

    @pytest.mark.parametrize("hours", ["24", "48"], ids=["a swing", "steady"])
    def test_a_cycle_that_ends_before_its_first_dose_has_no_average(self, hours):
        fact = {"source": "s", "shape": "slowly, no rate given"}
        plan = plan_of(step("5 mg", "7 days"), step([{}, "5 mg"], "1 day"), then="stop", before="nothing")
        (finding,), *_ = told("abrupt-stop", plan, half_lives=[life(hours)], stopping=[fact])
        assert finding.value == "5 mg/day"

    def test_a_half_life_of_another_age_is_nothing_to_find(self):
        plan = plan_of(step(["5 mg", {}], "8 days"))
        found, gaps, (clear,), _ = told("swing", plan, {"age": 64}, half_lives=[life("10", age_from=65)])
        assert (found, gaps, clear.source.id) == ([], [], "b")


def test_a_time_without_doses_of_which_no_source_speaks_is_not_assessed():
    from taper import Formulary, Plan, check, realize

    steps = [
        {"for": "7 days", "regimen": {"bedtime": "10 mg"}},
        {"for": "9 days", "kind": "gap"},
        {"regimen": {"bedtime": "10 mg"}},
    ]
    plan = Plan.read({"courses": [{"drug": "diazepam", "then": "continue", "steps": steps}]})
    review = check(realize(plan, Formulary.shipped().products("diazepam", market="us")))
    assert [gap.missing for gap in review.not_assessed if gap.rule == "gap"] == [
        "advice on a break in taking the drug; no source is on file"
    ]
    daily = Plan.read({"courses": [{"drug": "diazepam", "then": "continue", "steps": [steps[2]]}]})
    made = check(realize(daily, Formulary.shipped().products("diazepam", market="us")))
    assert not [gap for gap in made.not_assessed if gap.rule == "gap"]
