"""What one call asks of the planners again and again: so much is refused by name, and less is answered."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS
from taper import CannotCompute, DailyDose, Log, apply_log, days, plan_phases, plan_taper, realize, to_schedule
from taper._base.work import Allowance, Work, spend
from taper.adjustment import apply_log as applying
from taper.adjustment.replan_rest import _further_fall
from taper.planning import phases as in_phases
from taper.plans.log import ChangeProducts, Gap, Hold, Slow, StepBack, TitrateTo
from test_adjustment import doses, on

PACE = "1 mg, every 1 week"
TAPER = plan_taper(drug="testamine", before={"evening": "10 mg"}, pace=PACE, products=TABLETS).plan
BASE = to_schedule(realize(TAPER, TABLETS), start=START)
CHANGES = [ChangeProducts(day=on(2 + n), products=[TABLETS[n % 2].id, TABLETS[2].id]) for n in range(20)]
BACK = [StepBack(day=on(15 + 7 * n), steps=1, lasting=days(3), rest="replan") for n in range(8)]
SLOWED = [Slow(day=on(9 + n), pace=f"1 mg, every {9 + n} days") for n in range(8)]
MISSED = [
    Gap(day=on(9 + 4 * n), lasting=days(3),
        then=TitrateTo(titrate_to="12 mg", slots=["evening", "morning"], increment="2 mg", every=days(1)))
    for n in range(8)
]  # fmt: skip


def applied(schedule, events):
    return apply_log(schedule, Log.of(schedule.realized.plan, START, events), products=TABLETS)


@pytest.mark.parametrize("events", [CHANGES, BACK, SLOWED, MISSED], ids=["products", "back", "slower", "titrated"])
def test_what_is_too_much_for_one_log_goes_on_in_a_log_of_the_plan_that_results(monkeypatch, events):
    whole = applied(BASE, events)
    spent = _work_of(monkeypatch, events)
    monkeypatch.setattr(applying, "MOST_WORK", spent - 1)
    with pytest.raises(CannotCompute, match="apply those before it, and log this one and what follows") as caught:
        applied(BASE, events)
    index = int(re.fullmatch(r"events\[(\d+)\]", caught.value.where)[1])
    assert index == len(events) - 1
    first = applied(BASE, events[:index])
    made = to_schedule(realize(first.realized.plan, TABLETS), start=START, horizon=days(len(first.days)))
    after = applied(made, events[index:])
    if events is SLOWED:  # days of one dose are steps of their own by now, and the new pace counts from the last
        assert after.last >= whole.last
    else:
        assert doses(after) == doses(whole)


def _work_of(monkeypatch, events):
    """The least work with which the events are applied."""
    low, high = 0, applying.MOST_WORK
    while high - low > 1:
        middle = (low + high) // 2
        monkeypatch.setattr(applying, "MOST_WORK", middle)
        try:
            applied(BASE, events)
            high = middle
        except CannotCompute:
            low = middle
    return high


def test_events_that_make_nothing_anew_are_no_work(monkeypatch):
    monkeypatch.setattr(applying, "MOST_WORK", 0)
    assert applied(BASE, [Hold(day=on(9 + 2 * n), lasting=days(1)) for n in range(20)]).last > BASE.last


def test_phases_that_take_too_much_work_are_refused(monkeypatch):
    asked = {"drug": "testamine", "before": {"evening": "10 mg"}, "products": TABLETS}
    two = "1 mg, every 1 week to 5 mg, then 1 mg, every 2 weeks"
    few = plan_phases(**asked, phases=two).report.reports[0].solved.problem.work.done
    monkeypatch.setattr(in_phases, "MOST_WORK", few - 1)
    with pytest.raises(CannotCompute, match="phases: so many phases over so many doses take too long"):
        plan_phases(**asked, phases=two)


def test_work_counts_for_each_call_around_it():
    work, outer, inner = Work(), Allowance(10, "outer"), Allowance(3, "inner")
    work.add(5)
    with outer.spending():
        work.add(4)
        with pytest.raises(CannotCompute, match="there: inner"), inner.spending("there"):
            spend(4)
    with outer.spending():
        spend(2)
    with pytest.raises(CannotCompute, match="outer"), outer.spending(), Allowance(100, "further in").spending():
        spend(1)
    spend(100)
    assert work.done == 9


FALLS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 11)).filter(lambda fall: fall[1] < fall[0]), max_size=8)


@given(FALLS, FALLS)
def test_a_fall_is_further_where_none_planned_from_below_is_as_large_nor_one_from_above_as_steep(planned, made):
    def told(high, low):
        below = [fall for fall in planned if fall[0] <= high]
        above = [fall for fall in planned if fall[0] >= high]
        is_larger = all(high - low > top - bottom for top, bottom in below)
        if planned and is_larger and all(low * top < bottom * high for top, bottom in above):
            return (high, low), max(below or above, key=lambda fall: fall[0] - fall[1])
        return None

    def amounts(falls):
        return [(DailyDose(high), DailyDose(low)) for high, low in falls]

    wanted = next((each for each in (told(*fall) for fall in made) if each), None)
    found = _further_fall(amounts(planned), amounts(made))
    assert found == (wanted and tuple(amounts(wanted)))
