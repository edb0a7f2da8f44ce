"""What a course says it was made by: typed where one of our planners made it, kept as it is elsewhere."""

import pytest

from builders import plan_of, step
from taper import (
    Formulary,
    InvalidInput,
    plan_cross_taper,
    plan_daily_taper,
    plan_taper,
    plan_titration,
    read_plan,
    weeks,
)
from taper.plans.request import CrossTaperRequest, OtherRequest, TaperRequest, making_of

SHIPPED = Formulary.shipped()
DIAZEPAM = [item.divided(2) for item in SHIPPED.products("diazepam", market="uk") if item.form == "tablet"]
LORAZEPAM = [item for item in SHIPPED.products("lorazepam", market="uk") if item.form == "tablet"]
LIQUID = [
    item.measured("0.5 mL", graduation="0.1 mL")
    for item in SHIPPED.products("diazepam", market="uk")
    if item.form.is_liquid
][:1]
PACE = "10% of current, at least 1 mg, up to 25%, every 2 weeks"
TAPER = {"drug": "diazepam", "before": {"bedtime": "10 mg"}, "products": DIAZEPAM, "pace": PACE}
CROSS = {
    "drug": "lorazepam",
    "before": {"morning": "1 mg", "bedtime": "1 mg"},
    "products": LORAZEPAM,
    "to_drug": "diazepam",
    "to_products": DIAZEPAM,
    "equivalence": SHIPPED.table("ashton-2002"),
    "every": weeks(1),
    "rounding": "nearest",
}
MADE = {
    "taper": lambda: plan_taper(**TAPER),
    "taper to a regimen": lambda: plan_taper(**{**TAPER, "to": {"bedtime": "5 mg"}, "longest": weeks(40)}),
    "daily": lambda: plan_daily_taper(**{**TAPER, "products": LIQUID}),
    "titration": lambda: plan_titration(
        drug="diazepam", to="10 mg", by=("2 mg", weeks(1)), slots=["bedtime"], products=DIAZEPAM
    ),
    "cross-taper": lambda: plan_cross_taper(**CROSS),
    "cross-taper and taper": lambda: plan_cross_taper(**CROSS, then={"pace": PACE, "order": "evenly"}),
}


@pytest.mark.parametrize("name", MADE)
def test_every_request_reads_back_as_it_was_written(name):
    plan = MADE[name]().plan
    again = read_plan(plan.to_json())
    assert [course.made_by for course in again.courses] == [course.made_by for course in plan.courses]
    assert again.to_json() == plan.to_json()
    assert [making_of(course.made_by) for course in again.courses] == [
        making_of(course.made_by) for course in plan.courses
    ]


def test_only_the_second_course_of_a_cross_taper_says_what_follows():
    first, second = (course.made_by for course in read_plan(MADE["cross-taper"]().plan.to_json()).courses)
    assert isinstance(first, CrossTaperRequest)
    assert (first.is_of_second, second.is_of_second, second.then) == (False, True, None)
    _, tapered = (course.made_by for course in MADE["cross-taper and taper"]().plan.courses)
    assert isinstance(tapered.then, TaperRequest)


@pytest.mark.parametrize("pattern", [None, 3, ["taper"], {"a": 1}, "handwritten"])
def test_what_another_program_says_is_kept_if_its_pattern_is_a_word_or_absent(pattern):
    data = plan_of(step("5 mg", "3 days")).to_dict()
    data["courses"][0]["made_by"] = {"pattern": pattern, "program": "another"} if pattern else {"program": "another"}
    if isinstance(pattern, str | None):
        (course,) = type(plan_of(step("5 mg", "3 days"))).read(data).courses
        assert isinstance(course.made_by, OtherRequest)
        assert making_of(course.made_by) is None
        assert course.made_by.model_dump(exclude_defaults=True)["program"] == "another"
    else:
        with pytest.raises(InvalidInput, match=r"made_by\.pattern"):
            type(plan_of(step("5 mg", "3 days"))).read(data)


def test_a_request_that_lacks_what_its_planner_was_asked_is_refused_with_its_path():
    data = MADE["taper"]().plan.to_dict()
    del data["courses"][0]["made_by"]["pace"]
    with pytest.raises(InvalidInput, match=r"courses\[0\]\.made_by\.pace: is missing"):
        type(MADE["taper"]().plan).read(data)
