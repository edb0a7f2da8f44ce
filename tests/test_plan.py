"""Plans: what is meant, before products and dates."""

import itertools
import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, course, plan_of, plan_with, step
from taper import InvalidInput, OutOfScope, Plan, Regimen, Step, load_plan, read_plan
from taper.amounts.dose import InvalidAmount
from taper.amounts.duration import InvalidDate
from taper.plans.plan import Before, Course, StartNeeded, refuse_drug
from taper.testing import durations, plans, regimens, starts

anything = durations(st.sampled_from(["day", "week", "month"]))


class TestTheFormat:
    @given(plans())
    def test_json_gives_the_plan_back(self, plan):
        again = read_plan(plan.to_json())
        assert again == plan
        assert again.fingerprint == plan.fingerprint
        assert again.to_json() == plan.to_json()

    @given(plans())
    def test_a_file_gives_the_plan_back(self, tmp_path_factory, plan):
        path = tmp_path_factory.mktemp("plan") / "plan.json"
        path.write_text(plan.to_json(), "utf-8")
        assert load_plan(path) == plan

    def test_the_example_of_the_format_is_read(self):
        plan = read_plan("""{"format": "taper-plan/1", "title": "Baclofen to 15 mg/day",
            "courses": [{"id": "baclofen", "drug": "baclofen", "release": "immediate", "indication": "raynaud",
            "before": "nothing", "starts_on_day": 1, "then": "continue",
            "steps": [{"for": "3 days", "regimen": {"evening": "5 mg"}},
                      {"for": "4 days", "regimen": {"morning": "5 mg", "evening": "5 mg"}},
                      {"regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]}]}""")
        assert plan.is_open
        assert plan.courses[0].bounds() == ((1, 3), (4, 7), (8, None))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[]", "a plan is a JSON object"),
            ("{}", 'format is None; write "taper-plan/1"'),
            ('{"format": "taper-plan/2", "courses": []}', "format is 'taper-plan/2'"),
            ('{"format": "taper-plan/1"}', "courses: is missing"),
            ('{"format": "taper-plan/1", "courses": []}', "courses: is empty"),
            ('{"format": "taper-plan/1", "courses": [], "color": 1}', "color: is not a known key"),
        ],
    )
    def test_anything_else_is_refused_with_its_path(self, text, words):
        with pytest.raises(InvalidInput, match=words):
            read_plan(text, where="plan")

    @pytest.mark.parametrize("name", ["Prednisolone 5 mg/5 mL oral solution", "prednisolone 1mg/ml", "x 2 g / 10 ML"])
    def test_what_a_volume_holds_makes_no_combination(self, name):
        refuse_drug(name)
        with pytest.raises(OutOfScope, match="combination product"):
            refuse_drug(f"{name}/codeine")

    @pytest.mark.parametrize(
        ("change", "kind", "words"),
        [
            ({"steps": []}, InvalidInput, r"courses\[0\].steps: is empty"),
            ({"then": "pause"}, InvalidInput, r"courses\[0\].then: "),
            ({"drug": ""}, InvalidInput, r"courses\[0\].drug: "),
            ({"drug": "baclofen intrathecal"}, OutOfScope, "intrathecal route"),
            ({"drug": "fentanyl patch"}, OutOfScope, "patch route"),
            ({"drug": "carbidopa/levodopa"}, OutOfScope, "combination product"),
            ({"drug": "codeine and paracetamol"}, OutOfScope, "combination product"),
            ({"form": "suppository"}, OutOfScope, "not taken by mouth"),
            ({"form": "tincture"}, InvalidInput, r"courses\[0\].form: "),
            ({"starts_on_day": 0}, InvalidInput, "starts_on_day"),
            ({"starts_on_day": "1"}, InvalidInput, "starts_on_day"),
            ({"starts_on_day": 7321}, InvalidInput, "starts_on_day"),
            ({"id": "=cmd"}, InvalidInput, r"courses\[0\].id: "),
            ({"before": "something"}, InvalidInput, r"courses\[0\].before: "),
            ({"before": {"regimen": {"evening": 5}}}, InvalidAmount, r"before.regimen.evening: got 5 without a unit"),
            ({"steps": [{"for": "3 days"}]}, InvalidInput, r"steps\[0\]: has no doses"),
            ({"steps": [{"for": "3 days", "regimen": {}}]}, InvalidInput, "has no doses; leave the step out"),
            (
                {"steps": [{"for": "3 days", "regimen": {"noon": "1 mg"}, "weekly": {"mon": {"noon": "1 mg"}}}]},
                InvalidInput,
                "has regimen and weekly; write one",
            ),
            ({"steps": [{"for": "3 days", "regimen": {"prn": "5 mg"}}]}, OutOfScope, "as-needed dose"),
            ({"steps": [{"for": "3 days", "weekly": {"funday": {"noon": "1 mg"}}}]}, InvalidInput, "funday"),
            ({"made_by": {"pace": 0.1}}, InvalidInput, r"made_by: .*float"),
            ({"made_by": {"deep": [{"pace": float("nan")}]}}, InvalidInput, r"made_by: .*float"),
        ],
    )
    def test_each_mistake_in_a_course_has_its_path(self, change, kind, words):
        with pytest.raises(kind, match=words):
            plan_with(course(step("5 mg", "3 days")) | change)

    def test_what_made_a_plan_is_kept_and_is_no_part_of_its_meaning(self):
        plain = plan_of(step("5 mg", "3 days"))
        made = plan_of(step("5 mg", "3 days"), made_by={"pace": "10% of current", "most": [1, None, True, {"a": "b"}]})
        assert read_plan(made.to_json()) == made
        assert made != plain
        assert made.fingerprint == plain.fingerprint

    def test_an_id_comes_from_the_drug_and_is_unique(self):
        assert plan_of(step("5 mg", "3 days"), drug="Some Drug").courses[0].id == "Some-Drug"
        with pytest.raises(InvalidInput, match="two courses have the id 'testamine'"):
            plan_with(course(step("5 mg", "3 days")), course(step("5 mg", "3 days")))

    def test_a_drug_in_another_script_still_gets_an_id(self):
        assert plan_of(step("5 mg", "3 days"), drug="\u0431\u0430\u043a").courses[0].id == "course"


class TestEnds:
    def test_an_open_step_stands_last(self):
        with pytest.raises(InvalidInput, match=r'steps\[0\] has no end and is not the last; add "for"'):
            plan_of(step("5 mg"), step("2 mg", "3 days"))

    @pytest.mark.parametrize("then", ["stop", "review"])
    def test_an_open_end_continues(self, then):
        with pytest.raises(InvalidInput, match=f'then is "{then}"; write "continue"'):
            plan_of(step("5 mg"), then=then)

    def test_a_closed_end_does_not_continue(self):
        with pytest.raises(InvalidInput, match='then is "continue", yet the last step has an end'):
            plan_of(step("5 mg", "3 days"), then="continue")

    @given(plans())
    def test_a_course_is_open_if_and_only_if_its_last_step_is(self, plan):
        for item in plan.courses:
            assert item.is_open == (item.steps[-1].lasting is None) == (item.then == "continue")
        assert plan.is_open == any(item.is_open for item in plan.courses)

    @pytest.mark.parametrize("lasting", ["20 years", "240 months", "7320 days"])
    def test_twenty_years_are_the_longest_plan(self, lasting):
        assert plan_of(step("5 mg", lasting))
        with pytest.raises(InvalidInput, match="longer than 20 years"):
            plan_of(step("5 mg", lasting), step("2 mg", "2 months"))


class TestDays:
    @given(plans())
    def test_steps_are_contiguous_in_order_and_complete(self, plan):
        for item in plan.courses:
            bounds = item.bounds()
            assert len(bounds) == len(item.steps)
            assert bounds[0][0] == item.starts_on_day
            for (_, last), (first, _) in itertools.pairwise(bounds):
                assert first == last + 1
            for (first, last), one in zip(bounds, item.steps, strict=True):
                assert last is None if one.lasting is None else last - first + 1 == one.lasting.days

    @given(st.lists(anything, min_size=1, max_size=5), starts(), st.integers(1, 40))
    def test_with_months_they_are_contiguous_too(self, listed, start, first):
        plan = plan_of(*(step("5 mg", str(item)) for item in listed), starts_on_day=first)
        bounds = plan.courses[0].bounds(start)
        assert bounds[0][0] == first
        assert all(one[1] + 1 == other[0] for one, other in itertools.pairwise(bounds))
        assert all(low <= high for low, high in bounds)

    def test_months_and_weekdays_have_days_only_from_a_start(self):
        in_months = plan_of(step("5 mg", "1 month")).courses[0]
        by_week = plan_of({"for": "1 week", "weekly": {"mon": {"noon": "5 mg"}}}).courses[0]
        assert not in_months.is_in_days
        assert not by_week.is_in_days
        assert plan_of(step("5 mg", "1 week")).courses[0].is_in_days
        with pytest.raises(StartNeeded, match="lasts months"):
            in_months.bounds()
        assert in_months.bounds(date(2027, 2, 1)) == ((1, 28),)
        with pytest.raises(StartNeeded, match="weekly pattern"):
            by_week.steps[0].on(0)

    def test_a_start_is_a_date(self):
        with pytest.raises(InvalidDate):
            plan_of(step("5 mg", "1 week")).courses[0].bounds(datetime(2027, 3, 1))  # noqa: DTZ001


class TestPatterns:
    def test_a_cycle_is_taken_in_turn(self):
        every_other = plan_of(step(["5 mg", {}], "4 days")).courses[0].steps[0]
        assert [str(every_other.on(index)) for index in range(4)] == ["5 mg evening", "nothing"] * 2
        assert str(every_other) == "in turn: 5 mg evening; nothing"
        assert str(every_other.average) == "2.5 mg/day on average"
        assert str(every_other.largest) == "5 mg/day"
        assert not every_other.is_constant

    def test_a_week_goes_by_the_weekday(self):
        week = Step.read({"weekly": {"mon": {"noon": "5 mg"}, "thu": {"evening": "2 mg"}}})
        assert [str(week.on(0, day)) for day in range(7)].count("nothing") == 5
        assert str(week.on(99, 3)) == "2 mg evening"
        assert str(week) == "mon: 5 mg noon; thu: 2 mg evening"
        assert [slot.name for slot in week.slots] == ["noon", "evening"]

    @given(regimens())
    def test_one_day_is_every_day(self, day):
        one = Step(regimen=day)
        assert one.is_constant
        assert one.on(0) == one.on(99) == day
        assert one.average.mg == one.largest.mg == day.total.mg
        assert str(one) == str(day)

    def test_times_of_day_are_of_one_kind_in_a_course(self):
        with pytest.raises(InvalidInput, match="some steps use named times and some clock times"):
            plan_of(step({"noon": "5 mg"}, "3 days"), step({"08:00": "5 mg"}, "3 days"))

    @pytest.mark.parametrize("kind", ["gap", "decision"])
    def test_a_step_in_which_nothing_is_taken_says_why_and_has_no_doses(self, kind):
        plan = plan_of(step("5 mg", "3 days"), {"kind": kind, "for": "2 days"}, step("5 mg", "3 days"))
        empty = plan.courses[0].steps[1]
        assert empty.is_empty
        assert empty.on(0) == Regimen()
        assert str(empty) == "nothing"
        assert not plan.courses[0].needs_decision
        with pytest.raises(InvalidInput, match="and has a regimen; remove one"):
            plan_of(step("5 mg", "3 days"), step("5 mg", "3 days", kind=kind))
        with pytest.raises(InvalidInput, match="in which nothing is taken"):
            plan_of(step("5 mg", "3 days"), {"kind": kind, "for": "2 days", "review_before": True})
        with pytest.raises(InvalidInput, match="begin with what is taken"):
            plan_of({"kind": kind, "for": "2 days"})

    def test_a_course_may_end_in_a_decision(self):
        assert plan_of(step("5 mg", "3 days"), {"kind": "decision", "for": "2 days"}).courses[0].needs_decision


class TestMeaning:
    def test_a_title_is_no_part_of_the_meaning(self):
        one, other = (plan_with(course(step("5 mg", "3 days")), title=title) for title in ("A", "B"))
        assert one.fingerprint == other.fingerprint
        assert one != other

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (step("0.5 mg", "1 week"), step("500 mcg", "7 days")),
            (step("5 mg", "1 year"), step("5 mg", "12 months")),
            (step({"noon": "1 mg", "morning": "2 mg"}, "1 week"), step({"morning": "2 mg", "noon": "1 mg"}, "1 week")),
        ],
    )
    def test_writing_the_same_otherwise_keeps_the_fingerprint(self, one, other):
        assert plan_of(one).fingerprint == plan_of(other).fingerprint

    @given(plans(), plans())
    def test_equal_fingerprints_mean_equal_plans(self, one, other):
        assert (one.fingerprint == other.fingerprint) == (one == other)

    def test_what_was_taken_before_may_be_unknown_nothing_or_a_regimen(self):
        unknown, nothing, some = (
            plan_of(step("5 mg", "3 days"), **more).courses[0].before
            for more in ({}, {"before": "nothing"}, {"before": {"regimen": {"noon": "5 mg"}, "for": "3 years"}})
        )
        assert (unknown, nothing) == (None, "nothing")
        assert isinstance(some, Before)
        assert (
            json.loads(plan_of(step("5 mg", "3 days"), before="nothing").to_json())["courses"][0]["before"] == "nothing"
        )

    def test_python_records_make_the_same_plan_as_the_format(self):
        built = Plan(
            courses=(
                Course(
                    drug=DRUG, then="review", steps=(Step(regimen=Regimen.of({"evening": "5 mg"}), lasting="3 days"),)
                ),
            )
        )
        assert built == plan_of(step("5 mg", "3 days"))

    def test_something_other_than_a_course_is_named(self):
        with pytest.raises(InvalidInput, match=r"courses\[0\]"):
            Plan.read({"courses": [5]})


def test_a_drug_that_is_no_text_is_refused_with_its_path():
    with pytest.raises(InvalidInput, match="drug"):
        Course.read({"drug": 5, "then": "continue", "steps": [{"regimen": {"evening": "5 mg"}}]})
