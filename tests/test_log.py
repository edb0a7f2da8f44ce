"""A log as data: it reads back as written, and what cannot have happened is refused with its place."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, plan_of, step
from taper import InvalidInput, Log, days, load_log, mg, read_log
from taper.plans.log import (
    ChangeProducts,
    Gap,
    Hold,
    IntakeRecord,
    InvalidEvent,
    PassReview,
    Resume,
    ResumeAt,
    Retarget,
    Slow,
    SpeedUp,
    StepBack,
    Stop,
    Symptom,
    TitrateAnew,
    TitrateTo,
)
from taper.plans.plan import Step

PLAN = plan_of(step("5 mg", "4 weeks"), then="stop")


def on(number):
    return START + timedelta(days=number - 1)


def log_of(*events, **more):
    return Log.of(PLAN, START, events, **more)


def data_of(**more):
    return {"format": "taper-log/1", "plan": "a" * 64, "start": "2027-03-01", **more}


UP = TitrateTo(titrate_to="2 mg", slots=("evening", "morning"), increment="1 mg", every="3 days")
ANEW = TitrateAnew(titrate=(Step(regimen={"evening": "1 mg"}, lasting=days(3)),), then="review")
EVENTS = [
    Hold(day=on(5), lasting=days(3)),
    Hold(day=on(5), lasting=days(3), rest="replan", pace="1 mg, every 1 week", order="evenly"),
    Resume(day=on(5)),
    Resume(day=on(5), then="stop"),
    StepBack(day=on(5), steps=2, lasting=days(3), course="x"),
    Slow(day=on(5), pace="10% of current, at least 1 mg, every 2 weeks"),
    SpeedUp(day=on(5), pace="2 mg, every 1 week", order="in order: morning, evening"),
    ChangeProducts(day=on(5), products=("t5mg", "t2mg")),
    Stop(day=on(5)),
    Retarget(day=on(5), to={"evening": "2 mg"}),
    Retarget(day=on(5), to={}, rest="replan"),
    Gap(day=on(5), lasting=days(3)),
    Gap(day=on(5), lasting=days(3), then="stop"),
    Gap(day=on(5), lasting=days(3), then=ResumeAt(resume={"evening": "2 mg"})),
    Gap(day=on(5), lasting=days(3), then=ANEW),
    Gap(day=on(5), lasting=days(3), then=UP),
    PassReview(day=on(5)),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_event_reads_back_as_it_was_written(event):
    log = log_of(event)
    assert read_log(log.to_json()) == log


@given(st.lists(st.integers(0, 20), max_size=6), st.lists(st.fractions(0, 10, max_denominator=8), max_size=4))
def test_a_log_reads_back_as_it_was_written(skips, scores):
    day, events = 2, []
    for skip in skips:
        day += skip + 1
        events.append(EVENTS[skip % len(EVENTS)].model_copy(update={"day": on(day)}))
    intakes = [IntakeRecord(day=on(1), slot="evening", result="other", dose=mg("2.5"))]
    symptoms = [Symptom(day=on(index + 1), score=score, scale="0-10") for index, score in enumerate(scores)]
    log = log_of(*events, intakes=intakes, symptoms=symptoms)
    assert read_log(log.to_json()) == log


def test_a_file_is_read_with_its_name_in_front_of_each_problem(tmp_path):
    path = tmp_path / "log.json"
    path.write_text(log_of(EVENTS[0]).to_json())
    assert load_log(path) == log_of(EVENTS[0])
    path.write_text(json.dumps(data_of(events=[{"kind": "hold", "day": "2027-03-05"}])))
    with pytest.raises(InvalidInput, match=r"log\.json\.events\[0\]\.for: is missing; add it"):
        load_log(path)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{"kind": "hold", "day": "2027-03-05", "for": "0 days"}], r"events\[0\]\.for: got 0 days"),
        ([{"kind": "pause", "day": "2027-03-05"}], r"kind is 'pause'; write one of hold, resume"),
        ([{"day": "2027-03-05"}], r"kind is None"),
        (["hold"], r"got 'hold', which is not an event"),
        ([{"kind": "stop", "day": "2027-02-28"}], r"2027-02-28 is before the start on 2027-03-01"),
        ([{"kind": "stop", "day": "2027-3-5"}], r"'2027-3-5' is not a date"),
        ([{"kind": "stop", "day": "2027-03-05", "patient": "Ann"}], r"events\[0\]\.patient: is not a known key"),
        ([{"kind": "step-back", "day": "2027-03-05", "for": "3 days", "steps": 0}], r"events\[0\]\.steps"),
        ([{"kind": "slow", "day": "2027-03-05", "pace": "5%, every 1 week"}], r"does not say of what"),
        ([{"kind": "gap", "day": "2027-03-05", "for": "3 days", "then": "resume"}], r"then is 'resume'; write"),
        ([{"kind": "gap", "day": "2027-03-05", "for": "3 days", "then": {"resume": {}}}], r"has no doses"),
        ([{"kind": "hold", "day": "2027-03-05", "for": "3 days", "pace": "1 mg, every 1 week"}], r"a pace has no use"),
        ([{"kind": "change-products", "day": "2027-03-05", "products": []}], r"is empty; write at least one"),
        (
            [
                {
                    "kind": "gap",
                    "day": "2027-03-05",
                    "for": "3 days",
                    "then": {"titrate_to": "2 mg", "slots": ["evening"]},
                }
            ],
            r"titrates by an increment or by a source; write one of the two",
        ),
    ],
)
def test_what_cannot_be_an_event_is_refused(events, words):
    with pytest.raises(InvalidInput, match=words):
        read_log(json.dumps(data_of(events=events)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("[]", "a log is a JSON object"),
        (json.dumps({"format": "taper-plan/1"}), "holds a plan, and a log of what happened is needed"),
        (json.dumps({"format": "taper-log/9"}), "format is 'taper-log/9'"),
        (json.dumps(data_of(plan="abc")), "plan"),
        (json.dumps(data_of(symptoms=[{"day": "2027-03-05", "score": "-1"}])), "negative"),
        (json.dumps(data_of(intakes=[{"day": "2027-03-05", "slot": "evening", "result": "other"}])), "write a dose"),
        (
            json.dumps(data_of(intakes=[{"day": "2027-03-05", "slot": "evening", "result": "missed", "dose": "1 mg"}])),
            "write a dose",
        ),
        (json.dumps(data_of(intakes=[{"day": "2027-03-05", "slot": "evening", "result": "taken"}] * 2)), "twice"),
    ],
)
def test_what_is_not_a_log_is_refused(data, words):
    with pytest.raises(InvalidInput, match=words):
        read_log(data)


CONTRADICTIONS = [
    ("hold", "stop"), ("hold", "resume"), ("hold", "step-back"), ("resume", "step-back"), ("slow", "speed-up"),
    ("gap", "hold"), ("stop", "gap"), ("hold", "hold"), ("hold", "pass-review"), ("gap", "retarget"),
]  # fmt: skip


def first_of(kind):
    return next(event for event in EVENTS if event.kind == kind)


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS)
def test_events_of_one_day_that_contradict_each_other_are_refused_in_either_order(one, other):
    pair = [first_of(one).model_copy(update={"course": None}), first_of(other).model_copy(update={"course": None})]
    for events in (pair, pair[::-1]):
        with pytest.raises(InvalidEvent, match="keep one"):
            log_of(*events)


@pytest.mark.parametrize(("one", "other"), [("hold", "slow"), ("change-products", "hold"), ("retarget", "slow")])
def test_events_of_one_day_that_go_together_are_kept_in_their_order(one, other):
    log = log_of(first_of(one), first_of(other))
    assert [event.kind for event in log.events] == [one, other]


@pytest.mark.parametrize(
    "more",
    [
        {"intakes": [IntakeRecord(day=on(0), slot="evening", result="taken")]},
        {"symptoms": [Symptom(day=on(0), score=2)]},
    ],
    ids=["intake", "symptom"],
)
def test_what_is_dated_before_the_plan_is_refused(more):
    with pytest.raises(InvalidInput, match=r"\[0\]: .* is before the start"):
        log_of(**more)


def test_a_log_may_begin_on_the_first_day_of_the_plan():
    log = log_of(PassReview(day=START), intakes=[IntakeRecord(day=START, slot="evening", result="missed")])
    assert log.changes_from == START
    assert read_log(json.dumps(log.to_dict())) == log


def test_events_of_two_courses_never_contradict_each_other():
    stops = [Stop(day=on(5), course="a"), Hold(day=on(5), lasting=days(2), course="b")]
    assert len(log_of(*stops).events) == 2


def test_what_happens_to_one_course_and_what_happens_to_every_course_contradict_each_other():
    one, every = Hold(day=on(9), lasting=days(2), course="x"), Stop(day=on(9))
    for first, second in ((one, every), (every, one)):
        with pytest.raises(InvalidEvent, match=rf"events\[1\]: {second.kind} contradicts {first.kind} on 2027-03-09"):
            log_of(first, second)


def test_events_are_added_at_the_end_only():
    log = log_of(Hold(day=on(5), lasting=days(3)))
    assert log.and_then(Stop(day=on(6))).changes_from == on(6)
    with pytest.raises(InvalidEvent, match="add events at the end"):
        log.and_then(Stop(day=on(4)))


def test_the_log_of_a_plan_carries_its_fingerprint_and_no_more_of_it():
    data = log_of(EVENTS[0]).to_dict()
    assert data["plan"] == PLAN.fingerprint
    assert set(data) == {"format", "plan", "start", "events"}
    assert data["events"] == [{"kind": "hold", "day": "2027-03-05", "for": "3 days"}]


def test_a_score_is_written_with_its_scale():
    assert str(Symptom(day=date(2027, 3, 1), score="7.5", scale="0-10")) == "7.5 (0-10)"
    assert str(Symptom(day=date(2027, 3, 1), score=7)) == "7"


def test_a_log_beside_a_plan_it_was_not_written_for_is_refused():
    beside = log_of().model_copy(update={"written_for": PLAN})
    assert read_log(beside.to_json()).written_for == PLAN
    other = plan_of(step("10 mg", "4 weeks"), then="stop")
    text = json.dumps({**beside.to_dict(), "written_for": other.to_dict()})
    for beside_other in (lambda: read_log(text), lambda: beside.model_copy(update={"written_for": other})):
        with pytest.raises(InvalidInput, match="written_for: is not the plan of that fingerprint; remove it"):
            beside_other()


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Hold(day=on(5), lasting=days(3)), "hold for 3 days"),
        (StepBack(day=on(5), steps=2, lasting=days(3), course="x"), "step-back course x steps 2 for 3 days"),
        (Stop(day=on(5)), "stop"),
    ],
    ids=["hold", "step back", "stop"],
)
def test_an_event_says_in_a_line_what_was_written_of_it(event, said):
    assert str(event) == f"2027-03-05: {said}"


def test_a_log_says_in_a_line_how_much_it_holds():
    intakes = [IntakeRecord(day=on(day), slot="evening", result="missed") for day in (2, 3)]
    log = log_of(Hold(day=on(5), lasting=days(2)), Stop(day=on(9)), intakes=intakes)
    assert repr(log) == f"<Log of the plan {PLAN.fingerprint[:8]}: 2 events, 2 intakes, 0 scores>"


def test_a_log_is_written_with_each_part_indented_by_two_spaces():
    assert log_of().to_json().splitlines()[:2] == ["{", '  "format": "taper-log/1",']
