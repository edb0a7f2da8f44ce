"""How a drug gets to 0, and the first fall, against each source's advice in its own shape."""

from fractions import Fraction

import pytest

from builders import DRUG, START, TABLETS, answers, course, formulary, plan_of, plan_with, review_of, step, tablet
from taper import Formulary, Plan, check, realize
from taper.checks.length_of_use import reduction_days
from taper.knowledge.equivalence import EquivalenceTable

EVERY = {"every_low": "1 week", "every_high": "2 weeks"}
SLOWLY = {"shape": "slowly, no rate given"}
FIXED = {"shape": "so many mg per interval", "step_low": "1 mg", "step_high": "2 mg", **EVERY}
OF_START = {"shape": "percent of the first dose per interval", "percent_low": "25", "percent_high": "25", **EVERY}
OF_CURRENT = {"shape": "percent of the current dose per interval", "percent_low": "5", "percent_high": "12.5", **EVERY}
A_WEEK = {"shape": "over at least so long", "lasting_at_least": "7 days"}
BANDED = {
    "shape": "so many mg per interval, by dose",
    "bands": [
        {"from_dose": "100 mg", "down_to": "10 mg", "step_low": "2 mg", "step_high": "5 mg"},
        {"from_dose": "10 mg", "down_to": "0 mg", "step_low": "1 mg", "step_high": "1 mg"},
    ],
    **EVERY,
}

BEFORE = {"before": {"regimen": {"evening": "20 mg"}}}
HIGH = {"before": {"regimen": {"evening": "80 mg"}}}


def advice(*items):
    return formulary(stopping=[{"source": f"s{number}"} | item for number, item in enumerate(items)])


def with_table(held):
    """A formulary with a table that sets the drug of the tests beside diazepam."""
    rows = [{"drug": DRUG, "dose": "1 mg"}]
    source = held.monograph(DRUG).sources[0]
    body = {"id": "t", "title": "T", "reference": "diazepam", "reference_dose": "10 mg", "source": source, "rows": rows}
    return Formulary([held.monograph(DRUG)], [EquivalenceTable.model_validate(body)])


def stopping(*doses, days="7 days", **more):
    return plan_of(*(step(dose, days) for dose in doses), then="stop", **more)


def ends(plan, *items, **more):
    return answers(review_of(plan, advice(*items), **more), "abrupt-stop")


def begins(plan, *items, **more):
    return answers(review_of(plan, advice(*items), **more), "first-change")


class TestWhatIsJudged:
    @pytest.mark.parametrize(("then", "open_end"), [("review", False), ("continue", True)])
    def test_a_plan_that_does_not_stop_is_not_judged(self, then, open_end):
        plan = plan_of(step("10 mg", None if open_end else "7 days"), then=then)
        assert ends(plan, SLOWLY) == ([], [], [], [])

    def test_an_open_cycle_is_not_judged(self):
        assert ends(plan_of(step(["10 mg", {}]), then="continue"), SLOWLY) == ([], [], [], [])

    def test_a_stop_while_another_course_goes_on_is_not_the_end(self):
        goes_on = course(step({"noon": "5 mg"}), id="b", then="continue")
        plan = plan_with(course(step("10 mg", "7 days"), id="a", then="stop"), goes_on)
        assert ends(plan, SLOWLY) == ([], [], [], [])

    def test_without_advice_it_is_not_assessed(self):
        _, (gap,), clear, _ = answers(review_of(stopping("10 mg"), formulary()), "abrupt-stop")
        assert gap.missing == "advice on stopping the drug; no source is on file"
        assert not clear

    def test_a_named_source_alone_is_compared(self):
        findings, _, _, left = ends(stopping("10 mg"), SLOWLY, SLOWLY, sources=["s1"])
        assert [item.source.id for item in findings] == ["s1"]
        assert [item.source.id for item in left] == ["s0"]


class TestStoppingStraight:
    @pytest.mark.parametrize("shape", [SLOWLY, A_WEEK, {"shape": "a plan for the person, no rate given"}, OF_CURRENT])
    def test_straight_from_the_maintained_dose_is_high(self, shape):
        (finding,), *_ = ends(stopping("10 mg", before="nothing"), shape)
        assert finding.severity == "high"
        assert "Testamine stops from 10 mg/day on day 7; straight from the maintained dose" in finding.message
        assert (finding.day, finding.value, finding.step) == (7, "10 mg/day", 1)

    def test_what_was_taken_before_is_the_maintained_dose_if_it_is_larger(self):
        before = {"regimen": {"evening": "10 mg"}}
        assert ends(stopping("5 mg", before=before), SLOWLY)[0] == []
        assert len(ends(stopping("10 mg", before=before), SLOWLY)[0]) == 1

    def test_slowly_without_a_number_is_not_assessed_on_pace(self):
        findings, (gap,), _, _ = ends(stopping("10 mg", "5 mg"), SLOWLY)
        assert gap.missing == "the pace down to 5 mg/day, of which sources give no figure (Institute s0, 2026)"
        assert not findings

    def test_a_cycle_ends_at_its_last_dose(self):
        plan = plan_of(step("10 mg", "7 days"), step(["5 mg", {}], "8 days"), then="stop")
        (gap,) = ends(plan, SLOWLY)[1]
        assert "down to 5 mg/day" in gap.missing


class TestFigures:
    @pytest.mark.parametrize(("last", "clear"), [("1 mg", True), ("2 mg", True), ("3 mg", False)])
    @pytest.mark.parametrize("shape", [FIXED, SLOWLY | {"last_dose": "2 mg"}])
    def test_a_last_fall_above_a_figure_is_found(self, shape, last, clear):
        findings, _, cleared, _ = ends(stopping("10 mg", last), shape)
        assert (len(findings), len(cleared)) == ((0, 1) if clear else (1, 0))
        if not clear:
            assert findings[0].severity == "moderate"
            assert findings[0].limit == ("2 mg" if "step_low" in shape else "2 mg/day")

    @pytest.mark.parametrize(
        ("last", "at_most", "severity"),
        [("5 mg", False, "moderate"), ("6 mg", False, "high"), ("10 mg", False, "high"), ("3 mg", True, "high")],
    )
    def test_it_is_high_above_the_most_and_where_more_than_half_goes_at_once(self, last, at_most, severity):
        doses = ("10 mg",) if last == "10 mg" else ("10 mg", last)
        assert ends(stopping(*doses), FIXED | {"at_most": at_most})[0][0].severity == severity

    def test_a_source_that_needs_no_taper_is_clear_and_the_others_are_moderate_beside_it(self):
        findings, gaps, cleared, _ = ends(stopping("10 mg"), SLOWLY, {"shape": "no taper needed for most people"})
        assert [(item.severity, item.source.id) for item in findings] == [("moderate", "s0")]
        assert (gaps, [item.source.id for item in cleared]) == ([], ["s1"])

    @pytest.mark.parametrize(
        ("shape", "words"),
        [
            (FIXED, "the last reduction. Institute s0 (2026, grade A): 1 to 2 mg every 1 to 2 weeks."),
            (
                FIXED | {"at_most": True},
                "the last reduction. Institute s0 (2026, grade A): at most 1 to 2 mg every 1 to 2 weeks.",
            ),
            (
                SLOWLY | {"last_dose": "2 mg"},
                "the last reduction. Institute s0 (2026, grade A): stopping from 2 mg/day.",
            ),
        ],
    )
    def test_a_finding_says_what_its_source_says(self, shape, words):
        assert words in ends(stopping("10 mg", "3 mg"), shape)[0][0].message

    @pytest.mark.parametrize(("last", "clear"), [("2 mg", True), ("3 mg", False)])
    def test_a_percentage_of_the_first_dose_is_of_what_was_maintained(self, last, clear):
        findings, _, cleared, _ = ends(stopping("8 mg", last, before="nothing"), OF_START)
        assert bool(cleared) is clear
        assert bool(findings) is not clear

    def test_without_knowing_what_came_before_a_percentage_of_it_is_not_assessed(self):
        findings, (gap,), _, _ = ends(stopping("8 mg", "3 mg"), OF_START)
        assert not findings
        assert "the pace down to 3 mg/day" in gap.missing

    @pytest.mark.parametrize(("last", "clear"), [("1 mg", True), ("2 mg", False)])
    def test_bands_judge_the_last_fall_by_its_own_band(self, last, clear):
        assert bool(ends(stopping("20 mg", last), BANDED)[2]) is clear

    @pytest.mark.parametrize(("days", "clear"), [(7, True), (6, False)])
    def test_a_least_time_is_counted_from_the_last_day_at_the_maintained_dose(self, days, clear):
        plan = plan_of(step("10 mg", "7 days"), step("5 mg", f"{days} days"), then="stop", before="nothing")
        findings, _, cleared, _ = ends(plan, A_WEEK)
        assert bool(cleared) is clear
        if not clear:
            assert (
                "6 days after the last day at 10 mg/day. Institute s0 (2026, grade A): over at least 7 days."
                in findings[0].message
            )
            assert findings[0].limit == "7 days"

    def test_a_time_too_short_is_not_assessed_where_what_came_before_is_unknown(self):
        plan = plan_of(step("10 mg", "7 days"), step("5 mg", "6 days"), then="stop")
        findings, (gap,), _, _ = ends(plan, A_WEEK)
        assert not findings
        assert gap.missing.startswith("what was taken before day 1; over at least 7 days")

    def test_a_month_is_counted_with_its_most_days(self):
        month = A_WEEK | {"lasting_at_least": "1 month"}
        for days, clear in ((30, False), (31, True)):
            plan = plan_of(step("10 mg", "7 days"), step("5 mg", f"{days} days"), then="stop", before="nothing")
            assert bool(ends(plan, month)[2]) is clear


class TestEveryStop:
    """A stop in the middle of a plan is one like that at its end."""

    AGAIN = (course(step("10 mg", "30 days"), id="a", then="stop", before="nothing"),)

    @pytest.mark.parametrize("then", ["stop", "review"])
    def test_a_stop_before_a_later_course_is_judged_whatever_that_course_does(self, then):
        later = course(step("1 mg", "7 days"), id="b", then=then, before="nothing", starts_on_day=60)
        findings, *_ = ends(plan_with(*self.AGAIN, later), A_WEEK)
        assert [item.day for item in findings] == ([30, 66] if then == "stop" else [30])
        assert (
            "Testamine stops from 10 mg/day for 29 days on day 30; straight from the maintained" in findings[0].message
        )
        assert (findings[0].course, findings[0].severity) == ("a", "high")

    def test_a_time_in_which_doses_were_not_taken_is_a_stop(self):
        gap = {"kind": "gap", "for": "3 days"}
        plan = plan_of(step("10 mg", "7 days"), gap, step("10 mg", "7 days"), then="review", before="nothing")
        assert [item.day for item in ends(plan, SLOWLY)[0]] == [7]

    def test_days_without_a_dose_in_a_cycle_are_none(self):
        assert ends(plan_of(step(["10 mg", {}], "8 days"), then="review", before="nothing"), SLOWLY)[0] == []

    def test_days_for_which_a_person_decides_are_not_assessed(self):
        waits = {"kind": "decision", "for": "3 days"}
        plan = plan_of(step("10 mg", "7 days"), waits, step("10 mg", "7 days"), then="review", before="nothing")
        findings, (gap,), _, _ = ends(plan, SLOWLY)
        assert gap.missing == "what is taken on days 8-10; a person decides that"
        assert not findings

    def test_what_is_still_taken_from_before_is_no_stop(self):
        before = {"regimen": {"noon": "5 mg"}}
        later = course(step("5 mg", "7 days"), id="b", before=before, starts_on_day=60)
        assert ends(plan_with(*self.AGAIN, later), SLOWLY) == ([], [], [], [])

    def test_use_is_counted_in_the_days_on_which_it_is_taken(self):
        later = course(step("1 mg", "6 days"), id="b", then="stop", before="nothing", starts_on_day=60)
        asked = SLOWLY | {"used_for_at_least": "37 days"}
        findings, gaps, clear, _ = ends(plan_with(*self.AGAIN, later), asked)
        assert (findings, gaps, len(clear)) == ([], [], 1)
        longer = course(step("1 mg", "7 days"), id="b", then="stop", before="nothing", starts_on_day=60)
        assert [item.day for item in ends(plan_with(*self.AGAIN, longer), asked)[0]] == [66]

    def test_a_cycle_stops_from_its_larger_day(self):
        plan = plan_of(step(["10 mg", "1 mg"], "8 days"), then="stop", before="nothing")
        (finding,) = ends(plan, FIXED)[0]
        assert finding.value == "10 mg/day"


class TestAReductionInOneGo:
    """A least time is one for a reduction, not for a plateau between two falls."""

    def test_a_small_fall_and_then_all_of_it_is_high(self):
        (finding,) = ends(stopping("75 mg", days="14 days", **HIGH), A_WEEK)[0]
        assert finding.message == (
            "Testamine stops from 75 mg/day on day 14; 75 mg of the reduction from 80 mg/day comes on day 15 "
            "alone. Institute s0 (2026, grade A): over at least 7 days."
        )
        assert (finding.severity, finding.limit) == ("high", "7 days")

    def test_most_of_it_at_once_and_then_a_plateau_is_high(self):
        (finding,) = ends(stopping("10 mg", days="14 days", **HIGH), A_WEEK)[0]
        assert "; 70 mg of the reduction from 80 mg/day comes on day 1 alone" in finding.message

    def test_two_falls_a_day_apart_after_a_plateau_are_high(self):
        plan = plan_of(step("79 mg", "14 days"), step("39 mg", "1 day"), then="stop", **HIGH)
        (finding,) = ends(plan, A_WEEK)[0]
        assert "79 mg of the reduction from 80 mg/day comes on days 15-16 alone" in finding.message

    @pytest.mark.parametrize(("dose", "clear"), [("40 mg", True), ("39 mg", False), ("41 mg", False)])
    def test_two_equal_falls_at_both_ends_are_the_coarsest_that_is_spread(self, dose, clear):
        assert bool(ends(stopping(dose, **HIGH), A_WEEK)[2]) is clear

    @pytest.mark.parametrize(("last", "found"), [("5 mg", 0), ("6 mg", 1)])
    def test_without_a_figure_a_last_fall_of_more_than_half_is_high(self, last, found):
        findings, gaps, _, _ = ends(stopping("10 mg", last, before="nothing"), SLOWLY)
        assert (len(findings), len(gaps)) == (found, 1 - found)
        assert all(
            "60 % of the maintained 10 mg/day. Institute s0 (2026, grade A): slowly, no" in f.message for f in findings
        )

    def test_a_reduction_from_an_unknown_dose_may_have_begun_in_one_go(self):
        plan = plan_of(step("10 mg", "1 day"), step("5 mg", "30 days"), then="stop")
        assert "what was taken before day 1" in ends(plan, A_WEEK)[1][0].missing


class TestReplacement:
    """Another drug that rises while one falls is said; the finding stays as grave."""

    def plan(self, **more):
        own = course(step("10 mg", "7 days"), then="stop", before={"regimen": {"evening": "20 mg"}})
        return plan_with(own, course(step("5 mg"), drug="diazepam", id="new", then="continue", **more))

    def told(self, rule, **more):
        other = [tablet("5 mg", id="d5", drug="diazepam")]
        made = realize(self.plan(**more), [*TABLETS, *other], formulary=with_table(advice(FIXED)))
        return answers(check(made), rule)[0]

    @pytest.mark.parametrize("rule", ["abrupt-stop", "first-change", "pace"])
    def test_a_drug_of_a_table_that_rises_is_named(self, rule):
        finding = self.told(rule, before="nothing")[0]
        words = "; meanwhile diazepam rises to 5 mg/day: testamine is compared alone, as if it were not replaced"
        assert words in finding.message

    def test_one_that_stays_as_it_was_is_not(self):
        (finding,) = self.told("abrupt-stop", before={"regimen": {"evening": "5 mg"}})
        assert "meanwhile" not in finding.message


class TestWhomAdviceIsAbout:
    def test_advice_for_another_indication_is_passed_over(self):
        plan = stopping("10 mg", indication="b")
        findings, (gap,), clear, _ = ends(plan, SLOWLY | {"indications": ["a"]})
        assert gap.missing == (
            "advice on stopping the drug for b; sources on file are for other uses: a (Institute s0, 2026)"
        )
        assert (findings, clear) == ([], [])

    def test_advice_for_one_use_is_moderate_at_most_where_the_plan_names_none(self):
        (finding,) = ends(stopping("10 mg"), SLOWLY | {"indications": ["a"]})[0]
        assert finding.severity == "moderate"
        assert "; it depends on the indication" in finding.message

    @pytest.mark.parametrize(("dose", "found"), [("10 mg", 1), ("9 mg", 0)])
    def test_advice_from_a_dose_on_is_about_that_dose_and_more(self, dose, found):
        assert len(ends(stopping(dose), SLOWLY | {"from_daily_dose": "10 mg"})[0]) == found

    @pytest.mark.parametrize(
        ("before", "days", "found"),
        [
            ("nothing", 27, 0),
            ("nothing", 28, 1),
            (None, 1, 1),
            ({"regimen": {"evening": "10 mg"}, "for": "26 days"}, 1, 0),
            ({"regimen": {"evening": "10 mg"}, "for": "27 days"}, 1, 1),
            ({"regimen": {"evening": "10 mg"}}, 1, 1),
        ],
    )
    def test_advice_after_long_use_is_about_those_who_may_have_used_it_so_long(self, before, days, found):
        more = {"before": before} if before else {}
        plan = stopping("10 mg", days=f"{days} days", **more)
        findings, gaps, clear, _ = ends(plan, SLOWLY | {"used_for_at_least": "1 month"})
        assert (len(findings), gaps, len(clear)) == (found, [], 1 - found)
        depends = "it depends on how long the drug was taken before"
        assert all((depends in item.message) is ("for" not in str(before) and before != "nothing") for item in findings)

    @pytest.mark.parametrize(
        ("shape", "mg", "days"),
        [(FIXED, 2, None), (FIXED, 3, 7), (FIXED, 4, 7), (FIXED, 5, 14), (OF_START, 5, 21), (A_WEEK, 5, 7),
         (OF_CURRENT, 5, None), (BANDED, 5, None)],
    )  # fmt: skip
    def test_a_whole_reduction_lasts_from_its_first_step_to_its_last(self, shape, mg, days):
        (fact,) = advice(shape).monograph(DRUG).stopping
        assert reduction_days(fact, Fraction(mg)) == days

    def test_advice_that_ends_above_0_says_nothing_of_stopping(self):
        findings, (gap,), clear, _ = ends(stopping("10 mg"), SLOWLY | {"down_to_daily_dose": "5 mg"})
        assert "sources on file are for others" in gap.missing
        assert (findings, clear) == ([], [])
        assert len(ends(stopping("10 mg"), SLOWLY | {"down_to_daily_dose": "0 mg"})[0]) == 1


class TestFirstChange:
    def test_an_unknown_before_is_not_assessed(self):
        _, (gap,), clear, _ = begins(stopping("10 mg"), FIXED)
        assert gap.missing == "what was taken before day 1"
        assert not clear

    @pytest.mark.parametrize("before", ["nothing", {"regimen": {"evening": "10 mg"}}, {"regimen": {"evening": "5 mg"}}])
    def test_a_first_day_that_is_no_lower_is_clear(self, before):
        findings, gaps, clear, _ = begins(stopping("10 mg", before=before), FIXED)
        assert (findings, gaps, len(clear)) == ([], [], 1)

    @pytest.mark.parametrize(
        ("shape", "edge", "beyond", "limit"),
        [
            (FIXED, "18 mg", "17 mg", "2 mg"),
            (OF_CURRENT, "18 mg", "17 mg", "12.5 %"),
            (OF_START, "15 mg", "14 mg", "25 %"),
            (BANDED, "15 mg", "14 mg", "5 mg"),
        ],
    )
    def test_a_fall_at_a_figure_is_clear_and_beyond_it_is_found(self, shape, edge, beyond, limit):
        assert len(begins(stopping(edge, **BEFORE), shape)[2]) == 1
        (finding,), *_ = begins(stopping(beyond, **BEFORE), shape)
        assert finding.limit == limit
        assert (finding.severity, finding.day, finding.step) == ("moderate", 1, 1)

    def test_what_a_source_allows_at_most_is_high_beyond_it(self):
        (finding,), *_ = begins(stopping("10 mg", **BEFORE), FIXED | {"at_most": True})
        assert finding.severity == "high"
        assert finding.message == (
            "Testamine first drops 50 % (20 mg/day to 10 mg/day on day 1). Institute s0 (2026, grade A): at most 1 "
            "to 2 mg every 1 to 2 weeks."
        )
        assert "typically 1 to 2 mg every 1 to 2 weeks" in begins(stopping("10 mg", **BEFORE), FIXED)[0][0].message

    def test_a_source_without_a_figure_is_not_assessed(self):
        (gap,) = begins(stopping("10 mg", **BEFORE), SLOWLY)[1]
        assert "a figure for one reduction (from 20 mg/day to 10 mg/day, 50 % of it)" in gap.missing

    def test_without_advice_it_is_not_assessed(self):
        _, (gap,), _, _ = answers(review_of(stopping("10 mg", **BEFORE), formulary()), "first-change")
        assert gap.missing == "advice on reducing the drug; no source is on file"

    def test_a_cycle_before_is_judged_by_its_largest_day(self):
        before = {"cycle": [{"evening": "20 mg"}, {}]}
        assert len(begins(stopping("10 mg", before=before), FIXED)[0]) == 1

    def test_a_week_begins_on_the_weekday_of_its_start(self):
        week = {"for": "2 weeks", "weekly": {"mon": {"noon": "10 mg"}, "tue": {"noon": "20 mg"}}}
        made = realize(plan_of(week, **BEFORE), TABLETS, formulary=advice(FIXED))
        monday, tuesday = (check(made, start=START.replace(day=day)) for day in (1, 2))
        assert answers(monday, "first-change")[0]
        assert not answers(tuesday, "first-change")[0]

    def test_an_empty_first_day_is_a_fall_to_nothing(self):
        plan = plan_of(step([{}, "20 mg"], "4 days"), starts_on_day=3, **BEFORE)
        (finding,), *_ = begins(plan, FIXED)
        assert "Testamine first drops 100 % (20 mg/day to 0 mg/day on day 3)" in finding.message

    def test_advice_for_another_indication_or_further_up_is_passed_over(self):
        plan = stopping("10 mg", indication="b", **BEFORE)
        findings, (gap,), clear, _ = begins(plan, FIXED | {"indications": ["a"]})
        assert gap.missing.startswith("advice on reducing the drug for b; sources on file are for other uses: a (")
        assert (findings, clear) == ([], [])
        assert begins(plan, FIXED | {"down_to_daily_dose": "20 mg"}) == ([], [], [], [])
        assert len(begins(plan, FIXED | {"down_to_daily_dose": "19 mg"})[0]) == 1

    def test_what_falls_in_one_course_and_begins_in_another_is_no_fall(self):
        half = {"regimen": {"evening": "10 mg"}}
        plan = plan_with(
            course(step("5 mg", "7 days"), id="a", before=half),
            course(step({"noon": "5 mg"}, "7 days"), id="b", before="nothing"),
        )
        assert begins(plan, FIXED)[0] == []
        less = course(step({"noon": "2 mg"}, "7 days"), id="b", before="nothing")
        (finding,) = begins(plan_with(course(step("5 mg", "7 days"), id="a", before=half), less), FIXED)[0]
        assert "drops 30 % (10 mg/day to 7 mg/day on day 1)" in finding.message

    def test_advice_for_one_use_is_moderate_at_most_where_the_plan_names_none(self):
        (finding,) = begins(stopping("10 mg", **BEFORE), FIXED | {"at_most": True, "indications": ["a"]})[0]
        assert finding.severity == "moderate"
        assert "; it depends on the indication" in finding.message

    def test_a_named_source_alone_is_compared(self):
        findings, _, _, left = begins(stopping("10 mg", **BEFORE), FIXED, FIXED, sources=["s1"])
        assert [item.source.id for item in findings] == ["s1"]
        assert [item.source.id for item in left] == ["s0"]
        assert findings[0].drug == DRUG


def test_a_last_step_printed_for_another_use_makes_no_stop_lighter():
    stopped = {"courses": [{"drug": "baclofen", "before": {"regimen": THREE_TIMES, "for": "2 years"}, "then": "stop",
                            "steps": [{"for": "4 weeks", "regimen": THREE_TIMES}]}]}  # fmt: skip
    products = Formulary.shipped().products("baclofen", market="us")
    found = [item for item in check(realize(Plan.read(stopped), products)).findings if item.rule == "abrupt-stop"]
    assert [item.severity for item in found] == ["high"]


THREE_TIMES = {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}


class TestABriefUse:
    """A use that is shorter than the quickest whole reduction on file, where no source gives a length of use."""

    def severities(self, days, *items):
        plan = plan_of(step("10 mg", days), then="stop", before="nothing")
        return {item.source.id: str(item.severity) for item in ends(plan, *items)[0]}

    @pytest.mark.parametrize(("days", "severity"), [("6 days", "low"), ("7 days", "high")])
    def test_a_least_time_says_what_is_brief(self, days, severity):
        assert self.severities(days, A_WEEK) == {"s0": severity}

    @pytest.mark.parametrize(("days", "severity"), [("20 days", "low"), ("21 days", "high")])
    def test_four_weekly_quarters_take_three_weeks(self, days, severity):
        assert self.severities(days, SLOWLY, OF_START)["s0"] == severity

    @pytest.mark.parametrize(("days", "severity"), [("27 days", "low"), ("28 days", "high")])
    def test_so_many_mg_take_as_long_as_the_dose_is_high(self, days, severity):
        told = self.severities(days, FIXED, SLOWLY)
        assert told["s1"] == severity

    def test_advice_without_a_time_says_nothing_of_it(self):
        assert self.severities("2 days", SLOWLY) == {"s0": "high"}

    def test_a_length_that_decides_the_pace_alone_makes_no_use_short(self):
        length = OF_START | {"used_for_at_least": "3 months"}
        assert self.severities("60 days", SLOWLY, length | {"for_pace_alone": True})["s0"] == "high"
        assert self.severities("60 days", SLOWLY, length)["s0"] == "low"

    @pytest.mark.parametrize(("name", "severity"), [("shorter", "moderate"), ("longer", "low"), ("third", "low")])
    def test_it_is_moderate_where_the_source_of_the_least_length_asks_for_a_reduction_after_less(self, name, severity):
        lengths = {"shorter": "30 days", "longer": "60 days"}
        lasting = [OF_START | {"source": source, "used_for_at_least": least} for source, least in lengths.items()]
        assert self.severities("10 days", *lasting, SLOWLY | {"source": name}) == {name: severity}

    def test_a_source_that_names_stopping_at_once_does_not_object_to_it(self):
        items = ({"shape": "a plan for the person, no rate given", "stops_at_once": True}, SLOWLY)
        told = ends(plan_of(step("10 mg", "60 days"), then="stop", before="nothing"), *items)
        assert [(item.source.id, str(item.severity)) for item in told[0]] == [("s1", "moderate")]
