"""What once escaped, hung or grew too fast: each is answered now, and its kind with it."""

import json
import re
from datetime import date
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper import (
    CannotRealize,
    Dose,
    Formulary,
    InvalidAmount,
    InvalidInput,
    InvalidPattern,
    Log,
    NotFound,
    Plan,
    Product,
    Regimen,
    Schedule,
    StepPattern,
    TaperError,
    Weights,
    apply_log,
    days,
    from_fhir,
    mg,
    plan_pattern,
    plan_titration,
    read_log,
    read_patient,
    read_plan,
    read_products,
    read_stock,
    realize,
    replan,
    to_schedule,
)
from taper._base import limits
from taper._base.json_text import NotJson, read_json
from taper.plans.log import Gap, Hold, InvalidEvent, Retarget, TitrateTo
from taper.plans.regimen import NOTHING

START = date(2027, 3, 1)
X = [Product(id=f"x{n}", drug="x", form="tablet", strength=f"{n} mg", score=2) for n in (1, 5)]
HALF = "\ud800"
"""Half of a character, as JSON may escape it: no text in UTF-8 can hold it."""

TEXTS = {
    "products": (read_products, '[{"drug": "x", "form": "tablet", "strength": "\\ud800"}]', "[0].strength"),
    "a plan": (read_plan, '{"format": "taper-plan/1", "courses": [{"drug": "\\udfff"}]}', "courses[0].drug"),
    "a key": (read_plan, '{"format": "taper-plan/1", "a\\ud800": 1}', ""),
    "a log": (read_log, '{"format": "taper-log/1", "events": [{"kind": "\\uD800"}]}', "events[0].kind"),
    "a patient": (read_patient, '{"medications": ["a\\ud800"]}', "medications[0]"),
    "stock": (read_stock, '{"a": "\\ud800"}', "a"),
    "FHIR": (from_fhir, '{"resourceType": "\\ud800"}', "resourceType"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_half_of_a_character_is_refused_with_its_path(name):
    read, text, path = TEXTS[name]
    with pytest.raises(NotJson, match="half of a character") as refused:
        read(text)
    assert refused.value.where == path
    str(refused.value).encode("utf-8")


def test_two_halves_that_make_one_character_are_read():
    assert read_json('"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize(
    "call",
    [
        lambda: Dose.parse(HALF),
        lambda: Product(id="a", drug="x", form="tablet", strength=HALF),
        lambda: Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": [{"regimen": {"morning": HALF}}]}]}),
        lambda: Plan.read({"courses": [{"drug": "x", HALF: 1}]}),
        lambda: Plan.read({"courses": [], "title": HALF}),
        lambda: from_fhir({"resourceType": HALF}),
        lambda: read_plan("{", where=HALF),
        lambda: Formulary.shipped().monograph(HALF),
    ],
)
def test_half_of_a_character_from_a_program_is_refused_in_words_that_can_be_printed(call):
    with pytest.raises(TaperError) as refused:
        call()
    str(refused.value).encode("utf-8")
    refused.value.message.encode("utf-8")


def course_made_by(**made_by):
    steps = [{"for": "1 day", "regimen": {"morning": "5 mg"}}]
    return Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps, "made_by": made_by}]})


def test_what_another_program_says_of_a_course_holds_no_half_of_a_character():
    for held in ({"a": HALF}, {HALF: "a"}, {"a": [{"b": HALF}]}):
        with pytest.raises(InvalidInput, match="half of a character"):
            course_made_by(pattern="other", **held)
    assert course_made_by(pattern="other", a="\u00e9").to_json().encode("utf-8")


@pytest.mark.parametrize("pattern", [1, True, [], {}, ["taper"], {"a": 1}])
def test_a_pattern_that_is_no_text_is_refused_with_its_path(pattern):
    with pytest.raises(InvalidInput, match="input should be a valid string") as refused:
        course_made_by(pattern=pattern)
    assert refused.value.where == "courses[0].made_by.pattern"


class TestRetargetingATitration:
    def schedule(self) -> Schedule:
        made = plan_titration(drug="x", to="6 mg", slots=["evening", "morning"], by=(mg(2), days(3)), products=X)
        return to_schedule(realize(made.plan, X), start=START, horizon=days(60))

    def retargeted(self, to: Regimen) -> Schedule:
        base = self.schedule()
        log = Log.of(base.realized.plan, START, [Retarget(day=date(2027, 3, 5), to=to, rest="replan")])
        return apply_log(base, log)

    def test_it_is_titrated_to_the_total_if_it_arrives_at_these_doses(self) -> None:
        after = self.retargeted(Regimen.of({"morning": "4 mg", "evening": "4 mg"}))
        last = after.realized.courses[0].steps[-1].step
        assert str(last) == "4 mg morning, 4 mg evening"
        assert last.lasting is None

    def test_doses_at_which_it_does_not_arrive_are_refused_with_those_at_which_it_does(self) -> None:
        with pytest.raises(InvalidInput, match="arrives at 4 mg morning, 4 mg evening, not at 8 mg evening"):
            self.retargeted(Regimen.of({"evening": "8 mg"}))

    def test_it_does_not_end_at_nothing(self) -> None:
        with pytest.raises(InvalidInput, match="a titration does not end at 0"):
            self.retargeted(NOTHING)

    def test_a_target_that_is_no_total_is_refused_by_the_planner(self) -> None:
        with pytest.raises(InvalidInput, match="takes a Dose or text as to"):
            plan_titration(drug="x", to=NOTHING, slots=["evening"], by=(mg(2), days(3)), products=X)

    def test_a_course_titrated_after_a_gap_is_retargeted_in_the_same_way(self) -> None:
        steps = [{"for": "4 weeks", "regimen": {"evening": "4 mg"}}]
        plan = Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps}]})
        base = to_schedule(realize(plan, X), start=START)
        then = TitrateTo(titrate_to="6 mg", slots=("evening",), increment="2 mg", every=days(2))
        gap = Gap(day=date(2027, 3, 5), lasting=days(4), then=then)
        for to, says in ((Regimen.of({"evening": "8 mg"}), None), (NOTHING, "does not end at 0")):
            log = Log.of(base.realized.plan, START, [gap, Retarget(day=date(2027, 3, 12), to=to, rest="replan")])
            if says is None:
                assert str(apply_log(base, log).realized.courses[0].steps[-1].step) == "8 mg evening"
            else:
                with pytest.raises(InvalidInput, match=says):
                    apply_log(base, log)

    def test_replan_takes_a_total_and_one_days_doses(self) -> None:
        course = self.schedule().realized.plan.courses[0]
        total = replan(course, day=4, products=X, to="8 mg").course
        assert replan(course, day=4, products=X, to=Regimen.of({"morning": "4 mg", "evening": "4 mg"})).course == total


class TestEventsOfOneDay:
    def log(self, *events: dict[str, object]) -> Log:
        head = {"format": "taper-log/1", "plan": "0" * 64, "start": "2027-03-01"}
        return read_log(json.dumps({**head, "events": [{"day": "2027-03-05", **event} for event in events]}))

    hold: ClassVar = {"kind": "hold", "for": "1 day"}
    slow: ClassVar = {"kind": "slow", "pace": "1 mg, every 1 week"}
    speed: ClassVar = {"kind": "speed-up", "pace": "1 mg, every 1 week"}

    def test_events_of_other_courses_do_not_contradict_each_other(self) -> None:
        assert len(self.log(*({**self.hold, "course": f"c{n}"} for n in range(50))).events) == 50

    @pytest.mark.parametrize("first", [None, "a"])
    @pytest.mark.parametrize("second", [None, "a"])
    def test_two_of_one_kind_of_one_course_or_of_every_course_are_one_too_many(self, first, second) -> None:
        between = [{**self.hold, "course": f"c{n}"} for n in range(0 if None in (first, second) else 20)]
        with pytest.raises(InvalidEvent, match="a second hold on 2027-03-05; keep one"):
            self.log({**self.hold, "course": first}, *between, {**self.hold, "course": second})

    @pytest.mark.parametrize("courses", [("a", "a"), (None, "a"), ("a", None), (None, None)])
    def test_events_that_contradict_are_refused_wherever_they_stand_in_the_day(self, courses) -> None:
        other = [] if None in courses else [{**self.hold, "course": "b"}]
        with pytest.raises(InvalidEvent, match=r"speed-up contradicts slow|slow contradicts speed-up"):
            self.log({**self.slow, "course": courses[0]}, *other, {**self.speed, "course": courses[1]})

    def test_the_same_on_the_next_day_is_no_contradiction(self) -> None:
        later = {**self.hold, "day": "2027-03-06"}
        assert len(self.log(self.hold, later).events) == 2

    kinds = st.sampled_from(["hold", "slow", "stop", "resume"])

    @given(st.lists(st.tuples(kinds, st.sampled_from([None, "a", "b"])), max_size=6))
    def test_a_day_is_refused_if_and_only_if_two_of_its_events_are(self, drawn) -> None:
        kinds = {"hold": self.hold, "slow": self.slow, "stop": {"kind": "stop"}, "resume": {"kind": "resume"}}
        events = [{**kinds[kind], "course": course} for kind, course in drawn]

        def refused(*some: dict[str, object]) -> bool:
            try:
                self.log(*some)
            except InvalidEvent:
                return True
            return False

        pairs = [(one, other) for index, other in enumerate(events) for one in events[:index]]
        assert refused(*events) == any(refused(one, other) for one, other in pairs)


def test_products_of_one_id_that_differ_are_refused_together():
    steps = [{"for": "1 day", "regimen": {"evening": "5 mg"}}]
    plan = Plan.read({"courses": [{"drug": name, "then": "stop", "steps": steps} for name in ("x", "y")]})
    both = [Product(id="t", drug=name, form="tablet", strength="5 mg") for name in ("x", "y")]
    with pytest.raises(InvalidInput, match="two products have the id 't'"):
        realize(plan, both)
    assert realize(plan, [*both[:1], Product(id="u", drug="y", form="tablet", strength="5 mg")])


def test_a_dose_that_cannot_be_made_is_reported_at_each_of_its_places():
    steps = [{"for": "1 day", "regimen": {"morning": "0.3 mg", "evening": "0.3 mg"}} for _ in range(3)]
    with pytest.raises(CannotRealize) as refused:
        realize(Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps}]}), X)
    places = [problem.where for problem in refused.value.problems]
    assert places == [f"step {n}, {slot}" for n in (1, 2, 3) for slot in ("morning", "evening")]


def test_a_held_plan_stands_in_the_log_of_many_days():
    steps = [{"for": "1 day", "regimen": {"evening": f"{1 + n % 5} mg"}} for n in range(30)]
    base = to_schedule(realize(Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": steps}]}), X), start=START)
    log = Log.of(base.realized.plan, START, [Hold(day=date(2027, 3, 3), lasting=days(2))])
    assert len(apply_log(base, log).days) == 32


def test_a_name_that_is_not_known_is_answered_whatever_its_letters():
    with pytest.raises(NotFound):
        Formulary.shipped().monograph("\U0010ffff\u202e")
    with pytest.raises(InvalidAmount):
        Dose.parse("\U0010ffff mg")


class TestPatternsOfSteps:
    def plan_with(self, pattern: str) -> str:
        made = plan_pattern(drug="x", pattern="4 mg for 2 days, then down 1 mg every 1 day", at="morning", products=X)
        asked = json.loads(made.plan.to_json())
        asked["courses"][0]["made_by"]["steps"] = pattern
        return json.dumps(asked)

    @pytest.mark.parametrize("text", [";", "then", "then;", " , then"])
    def test_a_pattern_of_nothing_but_what_joins_parts_is_refused(self, text) -> None:
        with pytest.raises(InvalidPattern, match=f"'{text.strip()}' holds no part; write parts such as"):
            StepPattern.parse(text)
        with pytest.raises(InvalidInput, match="holds no part"):
            read_plan(self.plan_with(text))

    def test_more_days_than_can_be_counted_are_no_number_of_days(self) -> None:
        text = f"60 mg for 2 days, then alternate to 30 mg in {'9' * 5000} days every 1 day, then stop"
        with pytest.raises(InvalidPattern, match="a number of 5000 digits is no number of days; write 2 to 28 days"):
            StepPattern.parse(text)

    def test_an_interval_of_thousands_of_digits_is_refused_in_a_short_message(self) -> None:
        with pytest.raises(InvalidPattern, match="cannot be read; write parts such as") as refused:
            StepPattern.parse(f"60 mg for 2 days, then down 1 mg every {'9' * 5000} days to 0 mg")
        assert len(str(refused.value)) < 400

    @pytest.mark.parametrize(
        ("text", "count", "least"),
        [
            ("60 mg for 2 days, then down 0.000001 mg every 1 day", 60_000_000, "0.0092 mg"),
            ("1000 g for 2 days, then down 0.000000000001 mg every 1 day", 10**18, "160 mg"),
            ("1 mg for 1 week, then up 0.001 mg every 1 month to 100 mg", 99_000, "0.46 mg"),
        ],
    )
    def test_more_steps_than_a_plan_has_are_refused_with_a_change_that_is_large_enough(self, text, count, least):
        says = f"takes {count} steps from .* at most 7320; change by {least} or more"
        with pytest.raises(InvalidPattern, match=says):
            StepPattern.parse(text)
        with pytest.raises(InvalidInput, match=f"takes {count} steps"):
            read_plan(self.plan_with(text))
        head, way, rest = re.split("(down|up)", text)
        asked = f"{head}{way} {least} every{rest.partition('every')[2]}"
        made = plan_pattern(drug="x", pattern=asked, at="morning")
        assert len(made.course.steps) <= limits.MOST_STEPS

    def test_a_pattern_has_as_many_steps_as_a_course_and_no_more(self) -> None:
        down = "73.2 mg for 1 day, then down 0.01 mg every 1 day"
        assert len(StepPattern.parse(down).rungs) == limits.MOST_STEPS
        with pytest.raises(InvalidPattern, match="its first 3 parts take 7322 steps"):
            StepPattern.parse(f"{down} to 0.01 mg, then 5 mg for 1 day, then stop".replace("73.2 mg", "73.21 mg"))
        with pytest.raises(InvalidPattern, match="there are 7321 parts, and a plan has at most 7320; write fewer"):
            StepPattern.parse("; ".join(["5 mg for 1 day"] * 7321 + ["stop"]))

    def test_a_part_that_cannot_be_read_is_shown_in_short(self) -> None:
        with pytest.raises(InvalidPattern) as refused:
            StepPattern.parse("5" * 100_000)
        assert "part 1, '555" in str(refused.value)
        assert len(str(refused.value)) < 500


@pytest.mark.parametrize("name", [name for name in Weights.model_fields if name != "most_states"])
def test_no_weight_is_negative(name):
    assert Weights.read({name: 1})
    with pytest.raises(InvalidInput, match=f"{name}.*greater than or equal to [01]"):
        Weights.read({name: -1})
