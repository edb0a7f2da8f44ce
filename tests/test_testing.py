"""The strategies that are given to others draw what they say they draw."""

from hypothesis import given
from hypothesis import strategies as st

from builders import START
from taper import apply_log, days, read_log, realize, to_schedule
from taper.plans.log import Event
from taper.testing import decisions, events, logs, realizable_plans

SCHEDULES = realizable_plans().map(lambda drawn: to_schedule(realize(*drawn), start=START, horizon=days(40)))


@given(SCHEDULES.flatmap(lambda schedule: st.tuples(st.just(schedule), logs(schedule))))
def test_a_drawn_log_is_one_that_its_schedule_accepts(drawn):
    schedule, log = drawn
    assert read_log(log.to_json()) == log
    adjusted = apply_log(schedule, log)
    gone = (log.events[0].day - START).days if log.events else len(schedule.days)
    assert adjusted.days[:gone] == schedule.days[:gone]


@given(st.data())
def test_events_of_every_kind_are_drawn(data):
    schedule = data.draw(SCHEDULES)
    event = data.draw(events(schedule))
    assert isinstance(event, Event)
    assert event.day > START


@given(st.data())
def test_a_decision_is_never_left_open(data):
    assert data.draw(decisions(data.draw(SCHEDULES))) is not None
