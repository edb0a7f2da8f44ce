"""The strategies that are given to others draw what they say they draw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START
from taper import CannotRealize, Patient, apply_log, days, read_log, realize, to_schedule
from taper.plans.log import Event
from taper.testing import (
    DRUG,
    decisions,
    doses,
    events,
    facts,
    formulary_of,
    logs,
    patient_facts,
    patients,
    realizable_plans,
    regimens,
    starts,
    unrealizable_plans,
)

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


@given(doses(), regimens(least=0), starts(), patients())
def test_what_is_drawn_for_a_day_and_a_person_is_read_back(dose, day, start, patient):
    assert dose > type(dose)(0)
    assert type(day).of(day.as_dict()) == day
    assert 1990 <= start.year <= 2150
    assert Patient.read(patient.model_dump(exclude_none=True)) == patient


@given(facts())
def test_every_drawn_statement_is_held_by_a_source_of_its_own(drawn):
    held = formulary_of(drawn).monograph(DRUG)
    found = {"ceilings": held.ceilings, "kidney": held.kidney, "stopping": held.stopping}
    assert {name: [item.source.id for item in items] for name, items in found.items()} == {
        name: [item["source"] for item in items] for name, items in drawn.items()
    }


@given(unrealizable_plans())
def test_the_one_dose_that_is_drawn_to_fail_fails(drawn):
    with pytest.raises(CannotRealize) as caught:
        realize(drawn.plan, drawn.products)
    assert [problem.dose for problem in caught.value.problems] == [drawn.dose]
    assert caught.value.where == f"step {drawn.step}, {drawn.slot}"


@given(st.data())
def test_people_are_drawn_as_values_and_as_plain_data(drawn):
    assert isinstance(drawn.draw(patients()), Patient)
    assert Patient.read(drawn.draw(patient_facts()))
