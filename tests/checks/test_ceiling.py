"""Each day's total, and each intake, against every published maximum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, START, TABLETS, answers, course, formulary, liquid, plan_of, plan_with, review_of, step
from taper import NotFound, Patient, check, mg, realize, to_schedule
from taper.checks.review import Why
from taper.testing import ceilings


def limits(*ceilings, **more):
    return formulary(ceilings=[{"source": f"c{number}"} | item for number, item in enumerate(ceilings)], **more)


def found(plan, held, patient=None, rule="ceiling", **more):
    return answers(review_of(plan, held, patient, **more), rule)


OLDER = {"limit": "9 mg", "age_from": 65}
SINGLE = {"limit": "4 mg", "per": "intake"}
DAY = plan_of(step("10 mg", "3 days"))


class TestEachDay:
    @pytest.mark.parametrize(("limit", "above"), [("9 mg", True), ("10 mg", False), ("10000 mcg", False)])
    def test_above_is_found_and_at_the_limit_is_clear(self, limit, above):
        findings, _, clear, _ = found(DAY, limits({"limit": limit}))
        assert (len(findings), len(clear)) == ((1, 0) if above else (0, 1))

    def test_a_finding_says_where_what_and_by_whom(self):
        (finding,), *_ = found(DAY, limits({"limit": "9 mg"}))
        assert finding.message == (
            "Testamine reaches 10 mg/day on days 1-3. Institute c0 (2026, grade A): maximum of 9 mg/day."
        )
        assert (finding.severity, finding.evidence, finding.value, finding.limit) == (
            "high",
            "A",
            "10 mg/day",
            "9 mg/day",
        )
        assert (finding.course, finding.step, finding.day, finding.last_day) == (DRUG, 1, 1, 3)

    def test_courses_of_a_drug_are_summed_day_by_day(self):
        plan = plan_with(
            course(step("6 mg", "4 days"), id="a"), course(step({"noon": "6 mg"}, "4 days"), id="b", starts_on_day=3)
        )
        (finding,), *_ = found(plan, limits({"limit": "10 mg"}))
        assert (finding.day, finding.last_day, finding.value) == (3, 4, "12 mg/day")

    def test_one_finding_stands_for_a_run_of_days_whatever_their_doses(self):
        plan = plan_of(step("10 mg", "2 days"), step("11 mg", "2 days"), step("5 mg", "2 days"), step("10 mg", "1 day"))
        findings, *_ = found(plan, limits({"limit": "9 mg"}))
        assert [(item.day, item.last_day, item.value) for item in findings] == [
            (1, 4, "11 mg/day"),
            (7, 7, "10 mg/day"),
        ]

    def test_a_cycle_is_judged_day_against_day_never_by_its_average(self):
        plan = plan_of(step(["10 mg", {}]), then="continue")
        (finding,), *_ = found(plan, limits({"limit": "9 mg"}))
        assert finding.message.startswith("Testamine reaches 10 mg/day on day 1, and again in every cycle.")

    def test_an_open_end_is_found_from_its_first_day_on(self):
        (finding,), *_ = found(plan_of(step("10 mg"), then="continue"), limits({"limit": "9 mg"}))
        assert finding.message.startswith("Testamine reaches 10 mg/day from day 1.")
        assert finding.last_day is None

    def test_a_weekly_pattern_goes_by_its_start(self):
        plan = plan_of({"for": "1 week", "weekly": {"mon": {"noon": "10 mg"}, "tue": {"noon": "5 mg"}}})
        made = realize(plan, TABLETS, formulary=limits({"limit": "9 mg"}))
        assert check(made, start=START).findings[0].day == 1
        assert check(to_schedule(made, start=START)).findings[0].day == 1

    def test_a_finding_has_its_dates_where_the_start_is_known(self):
        made = realize(DAY, TABLETS, formulary=limits({"limit": "9 mg"}))
        (finding,) = answers(check(made, start=START), "ceiling")[0]
        assert (finding.date, finding.last_date) == (START, START.replace(day=3))
        assert finding.model_dump(mode="json")["date"] == "2027-03-01"
        (finding,) = answers(check(made), "ceiling")[0]
        assert (finding.date, finding.last_date) == (None, None)

    def test_each_source_that_is_exceeded_is_its_own_finding(self):
        findings, _, clear, _ = found(DAY, limits({"limit": "9 mg"}, {"limit": "8 mg"}, {"limit": "20 mg"}))
        assert {item.limit for item in findings} == {"9 mg/day", "8 mg/day"}
        assert [item.source.id for item in clear] == ["c2"]

    def test_evidence_never_lowers_severity_and_a_secondary_source_says_so(self):
        held = limits({"limit": "9 mg"}, sources={"c0": {"grade": "C"}})
        (finding,), *_ = found(DAY, held)
        assert (finding.severity, finding.evidence) == ("high", "C")
        assert "secondary source" in finding.message

    @pytest.mark.parametrize(
        ("kind", "severity"),
        [
            ("maximum", "high"),
            ("usual maximum", "moderate"),
            ("highest dose named", "moderate"),
            ("derived from the highest regimen named", "moderate"),
            ("claim without a source of its own", "low"),
        ],
    )
    def test_only_a_maximum_is_high(self, kind, severity):
        (finding,), *_ = found(DAY, limits({"limit": "9 mg", "kind": kind}, {"limit": "10 mg", "kind": kind}),
                             sources=["c0", "c1"])  # fmt: skip
        assert finding.severity == severity

    def test_a_claim_speaks_only_where_its_source_is_named(self):
        claim = limits({"limit": "9 mg", "kind": "claim without a source of its own"}, {"limit": "20 mg"})
        findings, _, _, (left,) = found(DAY, claim)
        assert (findings, left.source.id, left.why) == ([], "c0", "it cites nothing; name it to compare with it")
        assert found(DAY, claim, sources=["c0", "c1"])[0][0].source.id == "c0"

    def test_above_every_figure_held_of_any_kind_is_high(self):
        derived = {"limit": "9 mg", "kind": "derived from the highest regimen named"}
        named = {"limit": "8 mg", "kind": "highest dose named"}
        claim = {"limit": "5 mg", "kind": "claim without a source of its own"}
        findings, *_ = found(DAY, limits(derived, named, claim), sources=["c0", "c1", "c2"])
        assert [item.severity.value for item in findings] == ["high", "high", "low"]
        words = (
            "; above every figure on file, of 3 sources (claim without a source of its own, derived from the "
            "highest regimen named, highest dose named)"
        )
        assert [words in item.message for item in findings] == [True, True, False]
        assert found(DAY, limits(derived, sources={"c0": {}}))[0][0].message.count("1 source (derived") == 1

    def test_what_another_country_only_names_says_nothing_within_a_maximum_of_the_plans_own(self):
        derived = {"limit": "9 mg", "kind": "derived from the highest regimen named", "indications": ["a"]}
        for kind, many in (("maximum", 0), ("usual maximum", 1)):
            home = {"limit": "12 mg", "kind": kind, "indications": ["a"]}
            held = limits(derived, home, sources={"c0": {"jurisdiction": "UK"}, "c1": {"jurisdiction": "US"}})
            plan = plan_of(step("10 mg", "1 day"), indication="a")
            assert len(found(plan, held, market="us")[0]) == many

    def test_a_figure_that_is_left_out_still_stands_above(self):
        derived = {"limit": "9 mg", "kind": "derived from the highest regimen named"}
        (finding,), *_ = found(DAY, limits(derived, {"limit": "10 mg"}), sources=["c0"])
        assert finding.severity == "moderate"

    def test_what_was_taken_before_a_later_course_counts_until_it_begins(self):
        before = {"regimen": {"noon": "6 mg"}}
        later = course(step({"noon": "2 mg"}, "9 days"), id="b", before=before, starts_on_day=4)
        plan = plan_with(course(step("6 mg", "9 days"), id="a", before="nothing"), later)
        (finding,), *_ = found(plan, limits({"limit": "10 mg"}))
        assert (finding.day, finding.last_day, finding.value, finding.course) == (1, 3, "12 mg/day", "a")
        alone = plan_of(step("2 mg", "9 days"), before={"regimen": {"noon": "16 mg"}}, starts_on_day=4)
        (finding,), *_ = found(alone, limits({"limit": "10 mg"}))
        assert (finding.day, finding.last_day, finding.value, finding.course) == (1, 3, "16 mg/day", None)

    def test_without_a_source_it_is_not_assessed(self):
        _, (gap,), clear, _ = found(DAY, formulary())
        assert gap.missing == "a daily ceiling for this product; no source is on file"
        assert not clear


class TestIndications:
    BOTH = ({"limit": "9 mg", "indications": ["a"]}, {"limit": "20 mg", "indications": ["b"]})

    def test_the_indication_decides_which_are_compared(self):
        findings, gaps, clear, _ = found(plan_of(step("10 mg", "3 days"), indication="a"), limits(*self.BOTH))
        assert [item.severity for item in findings] == ["high"]
        assert "maximum of 9 mg/day for a." in findings[0].message
        assert not gaps
        assert not clear
        assert [
            item.source.id for item in found(plan_of(step("10 mg", "3 days"), indication="b"), limits(*self.BOTH))[2]
        ] == ["c1"]

    def test_without_one_above_some_is_moderate_and_says_that_it_depends(self):
        (finding,), *_ = found(DAY, limits(*self.BOTH))
        assert finding.severity == "moderate"
        assert "; it depends on the indication" in finding.message

    def test_without_one_above_every_indication_is_high(self):
        findings, *_ = found(plan_of(step("21 mg", "3 days")), limits(*self.BOTH))
        assert [item.severity for item in findings] == ["high", "high"]

    def test_a_maximum_of_every_use_is_high_without_an_indication(self):
        findings, *_ = found(DAY, limits({"limit": "9 mg"}, self.BOTH[1]))
        assert [item.severity for item in findings] == ["high"]

    def test_where_no_source_speaks_of_the_indication_the_others_are_compared(self):
        findings, gaps, _, _ = found(plan_of(step("10 mg", "3 days"), indication="c"), limits(*self.BOTH))
        assert gaps == []
        assert [item.severity for item in findings] == ["moderate"]

    def test_within_a_figure_for_its_use_those_of_other_uses_say_nothing(self):
        usual = {"limit": "10 mg", "indications": ["a"], "kind": "usual maximum"}
        plan = plan_of(step("10 mg", "3 days"), indication="a")
        findings, gaps, clear, _ = found(plan, limits(usual, {"limit": "9 mg", "indications": ["b"]}))
        assert (findings, gaps, [item.source.id for item in clear]) == ([], [], ["c0"])

    def test_above_a_figure_for_its_use_those_of_other_uses_are_compared_as_well(self):
        usual = {"limit": "4 mg", "indications": ["a"], "kind": "usual maximum"}
        plan = plan_of(step("10 mg", "3 days"), indication="a")
        findings, *_ = found(plan, limits(usual, {"limit": "9 mg", "indications": ["b"]}, {"limit": "20 mg"}))
        assert {item.source.id: item.severity.value for item in findings} == {"c0": "moderate", "c1": "high"}
        assert any("9 mg/day for b; the plan is for a" in item.message for item in findings)

    def test_a_source_that_says_as_much_of_the_plans_use_is_not_repeated_for_other_uses(self):
        named = {"source": "a", "limit": "9 mg", "kind": "highest dose named"}
        own, other = named | {"indications": ["a"]}, named | {"indications": ["b"]}
        plan = plan_of(step("10 mg", "3 days"), indication="a")
        for more, count in (({}, 1), ({"limit": "8 mg"}, 2), ({"kind": "maximum"}, 2)):
            assert len(found(plan, formulary(ceilings=[own, other | more]))[0]) == count

    @given(
        st.lists(ceilings(st.integers(2, 20).map(mg)), min_size=1, max_size=4),
        ceilings(st.just(mg(1))),
        st.sampled_from([None, "use-a", "use-b", "use-c"]),
        st.sampled_from(["2 mg", "9 mg", "15 mg", "21 mg"]),
    )
    def test_a_lower_limit_never_removes_a_finding_nor_lowers_a_severity(self, said, more, indication, dose):
        plan = plan_of(step(dose, "3 days"), indication=indication)
        before, after = (found(plan, limits(*items), Patient(age=70))[0] for items in (said, [*said, more]))
        graded = {(item.source.id, item.day): item.severity for item in after}
        for finding in before:
            assert graded[finding.source.id, finding.day] >= finding.severity

    def test_a_claim_never_decides_for_its_indication(self):
        claim = {"limit": "5 mg", "indications": ["a"], "kind": "claim without a source of its own"}
        plan = plan_of(step("10 mg", "3 days"), indication="a")
        held = limits(claim, {"limit": "9 mg", "indications": ["b"]})
        findings, *_ = found(plan, held, sources=["c0", "c1"])
        assert {item.severity.value for item in findings} == {"low", "high"}


class TestWhom:
    def test_a_limit_for_an_age_needs_the_age(self):
        findings, (gap,), _, _ = found(DAY, limits(OLDER))
        assert gap.missing == "age (this source's advice depends on it) (Institute c0, 2026)"
        assert not findings
        assert found(DAY, limits(OLDER), Patient(age=65))[0][0].severity == "high"
        assert found(DAY, limits(OLDER), Patient(age=64)) == ([], [], [], [])

    def test_a_limit_below_an_age_says_so(self):
        (finding,), *_ = found(DAY, limits({"limit": "9 mg", "age_below": 65}), Patient(age=64))
        assert "9 mg/day below age 65" in finding.message
        (finding,), *_ = found(DAY, limits(OLDER), Patient(age=65))
        assert "9 mg/day from age 65" in finding.message

    def test_a_day_below_it_is_clear_at_any_age(self):
        assert len(found(plan_of(step("5 mg", "1 day")), limits(OLDER))[2]) == 1

    def test_a_limit_for_another_form_or_release_is_not_about_this_plan(self):
        held = limits({"limit": "9 mg", "forms": ["oral solution"]}, {"limit": "9 mg", "releases": ["extended"]})
        assert found(DAY, held)[0] == []
        assert len(found(DAY, held, products=[liquid()])[0]) == 1

    def test_a_named_source_alone_is_compared_and_the_rest_are_listed(self):
        findings, _, clear, left = found(DAY, limits({"limit": "9 mg"}, {"limit": "11 mg"}), sources=["c1"])
        assert (findings, [item.source.id for item in clear], [item.source.id for item in left]) == ([], ["c1"], ["c0"])
        assert [item.why for item in left] == [Why.NOT_NAMED]

    def test_a_source_that_is_not_held_is_refused(self):
        with pytest.raises(NotFound, match=r"the source 'x' is not on file for testamine. Name one of c0"):
            found(DAY, limits({"limit": "9 mg"}), sources=["x"])


class TestEachIntake:
    def test_a_dose_above_it_is_found_at_its_time_of_day(self):
        plan = plan_of(step({"noon": "4 mg", "evening": "5 mg"}, "3 days"))
        (finding,), *_ = found(plan, limits(SINGLE), rule="intake-ceiling")
        assert finding.message == (
            "Testamine reaches 5 mg at one time (evening) on days 1-3. Institute c0 (2026, grade A): maximum of 4 mg "
            "at one time."
        )
        assert (finding.slot, finding.severity, finding.value, finding.limit) == ("evening", "high", "5 mg", "4 mg")

    def test_courses_of_a_drug_at_one_time_are_summed(self):
        plan = plan_with(course(step("3 mg", "2 days"), id="a"), course(step("2 mg", "2 days"), id="b"))
        (finding,), *_ = found(plan, limits(SINGLE), rule="intake-ceiling")
        assert finding.value == "5 mg"

    @pytest.mark.parametrize(("later", "asked"), [("08:59", 1), ("09:00", 0), ("noon", 1)])
    def test_doses_that_may_be_less_than_an_hour_apart_are_not_assessed(self, later, asked):
        one = course(step({"08:00": "3 mg"}, "2 days"), id="a")
        plan = plan_with(one, course(step({later: "2 mg"}, "2 days"), id="b"))
        findings, gaps, clear, _ = found(plan, limits(SINGLE), rule="intake-ceiling")
        assert (findings, len(gaps), len(clear)) == ([], asked, 1 - asked)
        assert all("are taken as one (they may be less than an hour apart)" in gap.missing for gap in gaps)

    def test_one_finding_stands_for_a_run_of_days(self):
        plan = plan_of(step(["5 mg", "6 mg"], "6 days"))
        findings, *_ = found(plan, limits(SINGLE), rule="intake-ceiling")
        assert [(item.day, item.last_day, item.value) for item in findings] == [(1, 6, "6 mg")]

    def test_a_figure_that_is_no_maximum_is_moderate(self):
        (finding,), *_ = found(DAY, limits(SINGLE | {"kind": "usual maximum"}), rule="intake-ceiling")
        assert finding.severity == "moderate"

    def test_at_the_limit_is_clear_and_another_indication_is_passed_over(self):
        assert len(found(plan_of(step("4 mg", "1 day")), limits(SINGLE), rule="intake-ceiling")[2]) == 1
        plan = plan_of(step("5 mg", "1 day"), indication="b")
        assert found(plan, limits(SINGLE | {"indications": ["a"]}), rule="intake-ceiling") == ([], [], [], [])
        assert len(found(DAY, limits(SINGLE | {"indications": ["a"]}), rule="intake-ceiling")[0]) == 1

    def test_a_limit_for_an_age_needs_the_age(self):
        older = limits(SINGLE | {"age_from": 65})
        assert "age (this source's advice depends on it)" in found(DAY, older, rule="intake-ceiling")[1][0].missing
        assert found(DAY, older, Patient(age=64), rule="intake-ceiling") == ([], [], [], [])

    def test_a_named_source_alone_is_compared(self):
        held = limits(SINGLE, {"limit": "20 mg"})
        assert found(DAY, held, rule="intake-ceiling", sources=["c1"])[3][0].source.id == "c0"

    def test_where_no_source_has_one_the_rule_does_not_apply(self):
        assert found(DAY, limits({"limit": "20 mg"}), rule="intake-ceiling") == ([], [], [], [])


class TestColumns:
    @pytest.mark.parametrize(
        ("medications", "limits"),
        [
            (["valproate"], ["4 mg/day"]),
            (["valproate", "phenytoin"], []),
            ([], ["6 mg/day"]),
            (["phenytoin"], []),
            (["valproate", "newdrug"], None),
            (["newdrug"], None),
            ([{"name": "newdrug", "classes": ["nitrate"]}], ["6 mg/day"]),
            (None, None),
        ],
    )
    def test_a_figure_is_for_those_who_take_one_medicine_and_not_another(self, medications, limits):
        facts = formulary(
            interactions=[{"source": "a", "with_names": ["valproate", "phenytoin"], "action": "adjust", "what": "x"}],
            ceilings=[
                {
                    "source": "a",
                    "limit": "4 mg",
                    "with_names": ["valproate"],
                    "without_names": ["enzyme-inducer", "phenytoin"],
                },
                {"source": "a", "limit": "6 mg", "without_names": ["valproate", "enzyme-inducer", "phenytoin"]},
                {"source": "a", "limit": "10 mg"},
            ],
        )
        patient = Patient.read(
            {"age": 40, "as_needed": []} | ({} if medications is None else {"medications": medications})
        )
        found, gaps, _, _ = answers(review_of(plan_of(step("7 mg", "2 days")), facts, patient), "ceiling")
        assert [item.limit for item in found] == (limits or [])
        assert any("which decide the column" in gap.missing for gap in gaps) is (limits is None)
