"""Both sides of the edges of rules: the last value that is still one thing, and the first that is the other."""

import pytest

from builders import TABLETS, answers, course, formulary, plan_of, plan_with, review_of, step, tablet
from checks.test_person_rules import AGE, LIVER, told
from checks.test_stopping import FIXED, SLOWLY, ends, stopping, with_table
from taper import check, realize


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
