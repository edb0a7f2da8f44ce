"""Every fall against a source's pace: each shape, both readings, whom it is about, and what is not known."""

import pytest

from builders import TABLETS, answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Product

EVERY = {"every_low": "1 week", "every_high": "2 weeks"}
OF_CURRENT = {"shape": "percent of the current dose per interval", "percent_low": "10", "percent_high": "20", **EVERY}
OF_START = {"shape": "percent of the first dose per interval", "percent_low": "10", "percent_high": "20", **EVERY}
FIXED = {"shape": "so many mg per interval", "step_low": "1 mg", "step_high": "2 mg", **EVERY}
BANDED = {
    "shape": "so many mg per interval, by dose",
    "bands": [
        {"from_dose": "20 mg", "down_to": "10 mg", "step_low": "2 mg", "step_high": "4 mg"},
        {"from_dose": "10 mg", "down_to": "0 mg", "step_low": "1 mg", "step_high": "1 mg"},
    ],
    **EVERY,
}
A_WEEK = {"shape": "over at least so long", "lasting_at_least": "7 days"}
SLOWLY = {"shape": "slowly, no rate given"}


def paced(items, *doses, before="20 mg", days="14 days", patient=None, then="review", **more):
    listed = items if isinstance(items, list) else [items]
    held = formulary(stopping=[{"source": f"s{number}"} | item for number, item in enumerate(listed)])
    known = {} if before is None else {"before": {"regimen": {"evening": before}} if before != "nothing" else before}
    plan = plan_of(*(step(dose, days) for dose in doses), then=then, **known | more)
    return answers(review_of(plan, held, patient), "pace")


def limits(found):
    return [(item.limit, item.value) for item in found]


def test_where_nothing_falls_a_source_that_is_not_named_is_not_listed_as_left_out():
    held = formulary(stopping=[{"source": "a"} | FIXED], ceilings=[{"source": "b", "limit": "20 mg"}])
    for days, many in (("14 days", 0), ("7 days", 1)):
        plan = plan_of(step("10 mg", days), *([step("5 mg", "7 days")] * many), before="nothing")
        assert [item.source.id for item in answers(review_of(plan, held, sources=["b"]), "pace")[3]] == ["a"] * many


class TestShapes:
    @pytest.mark.parametrize(
        ("fact", "at", "beyond", "limit"),
        [
            (OF_CURRENT, "16 mg", "15 mg", "20 %"),
            (OF_START, "16 mg", "15 mg", "20 %"),
            (FIXED, "18 mg", "17 mg", "2 mg"),
            (BANDED, "16 mg", "15 mg", "4 mg"),
        ],
        ids=["of current", "of start", "fixed", "banded"],
    )
    def test_the_sources_figure_passes_and_a_mg_more_does_not(self, fact, at, beyond, limit):
        found, _, clear, _ = paced(fact, at)
        assert (found, len(clear)) == ([], 1)
        (finding,), _, clear, _ = paced(fact, beyond)
        assert (finding.limit, finding.severity, clear) == (limit, "moderate", [])

    def test_a_figure_worded_as_the_most_is_high(self):
        assert paced(OF_CURRENT | {"at_most": True}, "10 mg")[0][0].severity == "high"

    def test_the_first_dose_stays_the_base_of_its_percentage(self):
        assert paced(OF_START, "16 mg", "12 mg", "8 mg", "4 mg")[0] == []
        assert paced(OF_CURRENT, "16 mg", "12 mg")[0][0].value == "25 %"

    def test_a_fall_across_a_band_is_charged_in_each(self):
        assert paced(BANDED, "8 mg", before="10 mg", days="14 days")[0][0].value == "2 mg"
        assert paced(BANDED, "9 mg", before="12 mg")[0][0].limit == "4 mg"
        assert paced(BANDED, "10 mg", before="14 mg")[0] == []

    def test_a_dose_above_the_bands_is_not_assessed(self):
        found, gaps, clear, _ = paced(BANDED, "25 mg", before="30 mg")
        assert (found, clear) == ([], [])
        assert "a pace for the reduction from 30 mg/day to 25 mg/day" in gaps[0].missing

    def test_the_rows_of_a_table_speak_together(self):
        low = BANDED | {"bands": BANDED["bands"][1:]}
        high = BANDED | {"bands": BANDED["bands"][:1]} | {"source": "s0"}
        found, gaps, clear, _ = paced([low | {"source": "s0"}, high], "16 mg")
        assert (found, gaps) == ([], [])
        assert [item.source.id for item in clear] == ["s0"]

    def test_a_percentage_beside_a_least_time_is_judged_as_of_the_current_dose(self):
        fact = A_WEEK | {"percent_low": "50", "percent_high": "50", **EVERY}
        assert paced(fact, "10 mg")[0] == []
        assert paced(fact, "9 mg")[0][0].limit == "50 %"

    def test_a_percentage_without_an_interval_is_read_per_step_alone(self):
        fact = A_WEEK | {"percent_low": "20", "percent_high": "20"}
        assert paced(fact, "16 mg", "13 mg", days="1 day")[0] == []

    def test_a_percentage_is_no_more_than_moderate_where_another_source_prints_the_reduction_in_mg(self):
        low = {"shape": "so many mg per interval, by dose", "bands": [
            {"from_dose": "5 mg", "down_to": "0 mg", "step_low": "1 mg", "step_high": "1 mg"}], **EVERY}  # fmt: skip
        high = {"shape": "so many mg per interval, by dose", "bands": [
            {"from_dose": "20 mg", "down_to": "0 mg", "step_low": "10 mg", "step_high": "10 mg"}], **EVERY}  # fmt: skip
        most = OF_CURRENT | {"at_most": True}
        (printed,), *_ = paced([most, high], "10 mg")
        assert printed.severity == "moderate"
        assert "Institute s1 (2026, grade A) prints these reductions" in printed.message
        (alone,), *_ = paced([most, low], "10 mg")
        assert alone.severity == "high"
        assert "prints these reductions" not in alone.message


class TestReadings:
    def test_small_falls_close_together_are_found_as_a_rate(self):
        (finding,), *_ = paced(OF_CURRENT, "18 mg", "15 mg", days="3 days")
        assert "taken together over that time" in finding.message
        assert (finding.day, finding.last_day, finding.value) == (1, 4, "25 %")

    def test_falls_a_whole_interval_apart_are_not_counted_together(self):
        assert paced(OF_CURRENT, "17 mg", "14 mg", days="7 days")[0] == []
        assert len(paced(OF_CURRENT, "17 mg", "14 mg", days="6 days")[0]) == 1

    def test_one_large_fall_is_reported_once(self):
        assert len(paced(OF_CURRENT, "10 mg")[0]) == 1

    def test_a_cycle_is_judged_day_against_day_and_its_average_is_beside(self):
        (finding,), *_ = paced(OF_CURRENT, ["20 mg", "10 mg"])
        assert "15 mg/day on average" in finding.message


class TestEnds:
    def test_the_last_fall_has_no_percentage_of_the_current_dose(self):
        half = OF_CURRENT | {"percent_high": "50"}
        found, gaps, clear, _ = paced(half, "10 mg", "5 mg", then="stop")
        assert (found, clear) == ([], [])
        assert "a figure for the last reduction, from 5 mg/day to 0" in gaps[0].missing

    def test_a_last_fall_larger_than_the_percentage_of_the_start_is_found(self):
        (finding,), *_ = paced(OF_CURRENT, "16 mg", then="stop")
        assert finding.value == "100 %"

    def test_the_last_fall_counts_in_mg(self):
        assert paced(FIXED, "2 mg", before="2 mg", then="stop")[0] == []
        assert paced(FIXED, "3 mg", before="3 mg", then="stop")[0][0].value == "3 mg"

    def test_a_least_time_beside_a_pace_is_judged(self):
        fact = FIXED | {"lasting_at_least": "3 weeks"}
        assert paced(fact, "4 mg", "2 mg", before="4 mg", days="21 days", then="stop")[0] == []
        (finding,), *_ = paced(fact, "4 mg", "2 mg", before="4 mg", days="20 days", then="stop")
        assert (finding.value, finding.limit) == ("20 days", "3 weeks")

    def test_a_stop_straight_from_the_highest_total_is_found_on_its_last_day(self):
        fact = FIXED | {"lasting_at_least": "3 weeks"}
        (finding,), *_ = paced(fact, "2 mg", before="2 mg", days="7 days", then="stop")
        assert (finding.day, finding.last_day, finding.value) == (7, 7, "0 days")
        assert "to a stop in 0 days on day 7." in finding.message
        (finding,), *_ = paced(fact, "4 mg", "2 mg", before="4 mg", days="7 days", then="stop")
        assert (finding.day, finding.last_day, finding.value) == (8, 14, "7 days")

    def test_a_least_time_alone_is_left_to_the_stop(self):
        assert paced(A_WEEK, "10 mg", then="stop") == ([], [], [], [])
        assert "over at least so long" in paced(A_WEEK, "10 mg")[1][0].missing


class TestWhom:
    def test_advice_down_to_a_dose_says_nothing_below_it(self):
        fact = FIXED | {"down_to_daily_dose": "10 mg"}
        assert paced(fact, "18 mg")[0] == []
        assert "sources on file are for other doses" in paced(fact, "8 mg", before="10 mg")[1][0].missing

    def test_advice_from_a_dose_is_not_about_less(self):
        fact = FIXED | {"from_daily_dose": "20 mg"}
        assert len(paced(fact, "10 mg")[0]) == 1
        assert paced(fact, "10 mg", before="19 mg") == ([], [], [], [])

    @pytest.mark.parametrize(("lasting", "about"), [("4 weeks", True), ("27 days", False)])
    def test_advice_after_some_time_of_use_is_about_those_who_used_it_so_long(self, lasting, about):
        fact = FIXED | {"used_for_at_least": "4 weeks"}
        before = {"regimen": {"evening": "20 mg"}, "for": lasting}
        held = formulary(stopping=[fact | {"source": "s0"}])
        found, gaps, clear, _ = answers(review_of(plan_of(step("10 mg", "7 days"), before=before), held), "pace")
        assert (bool(found), gaps, bool(clear)) == (about, [], not about)

    def test_an_age_that_is_not_known_is_not_assessed(self):
        assert "age (this" in paced(FIXED | {"age_from": 65}, "10 mg")[1][0].missing

    def test_a_source_for_another_age_says_nothing(self):
        from taper import Patient

        assert paced(FIXED | {"age_from": 65}, "10 mg", patient=Patient.read({"age": 64})) == ([], [], [], [])

    def test_the_base_of_a_percentage_of_the_first_dose_is_not_known_without_before(self):
        found, gaps, *_ = paced(OF_START, "16 mg", "8 mg", before=None)
        assert found == []
        assert any("the dose of which the percentage is taken" in gap.missing for gap in gaps)

    def test_without_advice_it_is_not_assessed(self):
        assert paced([], "10 mg")[1][0].missing == "a pace for reducing the drug; no source is on file"

    def test_sources_without_a_figure_are_named_together(self):
        _, (gap,), *_ = paced([SLOWLY, SLOWLY], "10 mg")
        assert [source.id for source in gap.sources] == ["s0", "s1"]

    @pytest.mark.parametrize("before", ["20 mg", "nothing"])
    def test_a_plan_without_a_fall_is_not_asked(self, before):
        assert paced(FIXED, "20 mg", before=before) == ([], [], [], [])


CHANGE = {"shape": "another drug in its place first, no rate given", "change_to": ["prednisone", "hydrocortisone"]}


class TestAnotherDrugFirst:
    """A source that wants a shorter-acting drug in its place, before anything is reduced."""

    def found(self, fact=CHANGE, other=None, **more):
        held = formulary(stopping=[{"source": "a"} | fact])
        known = {"before": {"regimen": {"evening": "8 mg"}, **more}}
        courses = [course(step("6 mg", "14 days"), then="review", **known)]
        courses += [course(step("5 mg", "14 days"), drug=other, then="review", before="nothing")] if other else []
        plan = plan_with(*courses)
        tablets = [*TABLETS, Product(id="other", drug=other or "other", form="tablet", strength="5 mg")]
        return answers(review_of(plan, held, products=tablets), "pace")

    def test_a_reduction_of_the_drug_itself_is_moderate(self):
        (finding,), gaps, clear, _ = self.found()
        assert (finding.severity, finding.limit, clear) == ("moderate", "prednisone or hydrocortisone", [])
        assert "8 mg/day to 6 mg/day" in finding.message
        assert "prednisone or hydrocortisone in its place before it is reduced" in finding.message
        assert not gaps

    def test_with_one_of_them_in_the_plan_it_is_clear(self):
        found, _, clear, _ = self.found(other="prednisone")
        assert (found, [item.source.id for item in clear]) == ([], ["a"])

    @pytest.mark.parametrize(("length", "count"), [("3 weeks", 1), ("1 day", 0)])
    def test_it_speaks_only_of_its_own_length_of_use(self, length, count):
        found, *_ = self.found(CHANGE | {"used_for_at_least": "3 weeks"}, **{"for": length})
        assert len(found) == count

    def test_an_unknown_length_of_use_is_not_assessed(self):
        found, gaps, *_ = self.found(CHANGE | {"used_for_at_least": "3 weeks"})
        assert (found, gaps[0].facts) == ([], ("before.for",))

    def test_it_speaks_only_from_its_daily_dose(self):
        assert not self.found(CHANGE | {"from_daily_dose": "9 mg"})[0]
