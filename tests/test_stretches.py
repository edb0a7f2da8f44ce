"""Where two courses of one drug stop, the drug is said to stop once."""

from datetime import date

import pytest

from builders import TABLETS, course, plan_with, step
from taper import realize, to_schedule
from taper.words.stretches import Said, stretches_of


@pytest.mark.parametrize("other", ["7 days", "5 days"])
def test_two_courses_of_one_drug_say_once_that_it_stops(other):
    plan = plan_with(
        course(step({"morning": "5 mg"}, "7 days"), id="a", then="stop"),
        course(step({"evening": "5 mg"}, other), id="b", then="stop"),
    )
    schedule = to_schedule(realize(plan, TABLETS), start=date(2027, 3, 1))
    said = [(part.first_day, line.course) for part in stretches_of(schedule) for line in part.lines
            if line.said is Said.STOP]  # fmt: skip
    assert said == [(8, "b" if other == "7 days" else "a")]
