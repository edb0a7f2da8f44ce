"""Both sides of the edges of what a log may hold."""

from datetime import timedelta

import pytest

from builders import START, TABLETS, plan_of, step
from taper import InvalidInput, Log, Symptom, apply_log, realize, to_schedule, weeks


@pytest.mark.parametrize("horizon", [None, weeks(4)], ids=["whole", "a window"])
def test_scores_are_taken_for_a_year_after_the_plan_whatever_is_shown_of_it(horizon):
    plan = plan_of(step("5 mg", "104 weeks"), then="stop", before="nothing")
    schedule = to_schedule(realize(plan, TABLETS), start=START, horizon=horizon)
    last = START + timedelta(days=104 * 7 - 1 + 366)
    for day in (START + timedelta(weeks=60), last):
        log = Log.of(plan, START, [], symptoms=[Symptom(day=day, score=3)])
        assert apply_log(schedule, log).log == log
    with pytest.raises(InvalidInput, match="over a year after the plan"):
        apply_log(schedule, Log.of(plan, START, [], symptoms=[Symptom(day=last + timedelta(days=1), score=3)]))
