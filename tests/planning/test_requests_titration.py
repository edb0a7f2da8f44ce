"""Going up with unequal intakes, by first days, and beyond a label's steps."""

import pytest

from taper import (
    Formulary,
    InvalidInput,
    NoTitration,
    NotReachable,
    Product,
    Weights,
    choose_titration,
    plan_titration,
    read_plan,
    realize,
    replan,
)
from taper.cli import main
from taper.planning import climb

CLOZAPINE = [
    Product(id="c25", drug="clozapine", form="tablet", strength="25 mg", score=2),
    Product(id="c100", drug="clozapine", form="tablet", strength="100 mg"),
]
ASKED = {
    "drug": "clozapine",
    "to": "200 mg",
    "slots": ["morning", "bedtime"],
    "by": ("25 mg", "1 day"),
    "first": [{"bedtime": "12.5 mg"}, {"bedtime": "25 mg"}],
    "larger": "bedtime",
    "products": CLOZAPINE,
}
SHIPPED = Formulary.shipped()
GABAPENTIN = [
    item
    for item in SHIPPED.products("gabapentin", market="us")
    if item.form == "capsule" and item.release == "immediate"
]


def days(made):
    return [
        {slot: text.removesuffix(" mg") for slot, text in step.regimen.as_dict().items()} for step in made.course.steps
    ]


def test_clozapine_goes_up_with_the_larger_part_at_night():
    made = plan_titration(**ASKED)
    assert days(made) == [
        {"bedtime": "12.5"},
        {"bedtime": "25"},
        {"morning": "25", "bedtime": "25"},
        {"morning": "25", "bedtime": "50"},
        {"morning": "50", "bedtime": "50"},
        {"morning": "50", "bedtime": "75"},
        {"morning": "75", "bedtime": "75"},
        {"morning": "75", "bedtime": "100"},
        {"morning": "100", "bedtime": "100"},
    ]
    assert {str(step.lasting) for step in made.course.steps[:-1]} == {"1 day"}
    assert made.course.then == "continue"
    assert read_plan(made.plan.to_json()) == made.plan
    # Whole tablets: 75 mg is 25 + 50, though 37.5 + 37.5 would be more even.
    recipes = [
        intake.recipe for step in realize(made.plan, CLOZAPINE).courses[0].steps[2:] for intake in step.days[0].intakes
    ]
    assert {recipe.divided for recipe in recipes} == {0}


def test_the_larger_part_may_be_any_time_of_day_and_intakes_never_go_down():
    asked = {**ASKED, "slots": ["morning", "noon", "bedtime"], "larger": "noon", "to": "150 mg", "first": []}
    made = plan_titration(**asked, before={"morning": "25 mg"})
    assert days(made)[0] == {"morning": "25", "noon": "25"}
    for one, other in zip(days(made), days(made)[1:], strict=False):
        assert all(float(one[slot]) <= float(other[slot]) for slot in one)
    assert all(float(day["noon"]) == max(map(float, day.values())) for day in days(made)[1:])


def test_a_total_that_does_not_divide_is_taken_at_once():
    whole = [Product(id="w", drug="clozapine", form="tablet", strength="50 mg")]
    made = plan_titration(**{**ASKED, "products": whole, "by": ("50 mg", "1 day"), "first": [], "to": "150 mg"})
    assert days(made) == [{"bedtime": "50"}, {"morning": "50", "bedtime": "50"}, {"morning": "50", "bedtime": "100"}]


def test_the_rest_goes_on_from_any_day():
    made = plan_titration(**ASKED)
    for day in (2, 3, 6):
        assert days(replan(made.course, day=day, products=CLOZAPINE)) == days(made)[day - 1 :]
    slower = replan(made.course, day=6, products=CLOZAPINE, by=("25 mg", "3 days"))
    assert [str(step.lasting) for step in slower.course.steps[:-1]] == ["3 days"] * 3


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"by": ("30 mg", "1 day")}, NotReachable, r"by: 30 mg of clozapine cannot be made .* 25 mg and 37\.5 mg"),
        ({"by": ("25 mg", "-1 day")}, InvalidInput, "by: '-1 day' is not a length of time"),
        ({"by": ("0 mg", "1 day")}, InvalidInput, "an increment of 0 mg changes nothing"),
        ({"by": ("1 mg", "1 day"), "larger": None, "first": []}, NoTitration, "no intake can rise by 1 mg or less"),
        ({"larger": "noon"}, InvalidInput, "larger: noon is not among the slots morning, bedtime"),
        ({"first": [{"bedtime": "25 mg"}, {"bedtime": "12.5 mg"}]}, InvalidInput, "first: 12.5 mg bedtime is not"),
        ({"first": [{"bedtime": "200 mg"}]}, InvalidInput, "first: 200 mg bedtime is not below the target"),
        ({"first": [{"noon": "25 mg"}]}, InvalidInput, "slots: something is taken at noon"),
        ({"beyond": ("25 mg", "1 day")}, InvalidInput, "beyond goes on from a label's steps"),
        ({"to": "205 mg"}, NoTitration, "from 200 mg/day a total of 205 mg cannot be made in 2 intakes or fewer"),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_refused(changes, error, says):
    with pytest.raises(error, match=says):
        plan_titration(**{**ASKED, **changes})


def label():
    return choose_titration(SHIPPED.monograph("gabapentin"), source="us-label-gabapentin-2026")


def gabapentin(**changes):
    asked = {"drug": "gabapentin", "to": "2700 mg", "slots": ["bedtime", "morning", "noon"], "products": GABAPENTIN}
    return plan_titration(**{**asked, "by": label(), **changes})


def test_gabapentin_goes_on_by_300_mg_a_day_where_the_label_ends():
    made = gabapentin(beyond=("300 mg", "1 day"))
    assert days(made)[:4] == [
        {"bedtime": "300"},
        {"morning": "300", "bedtime": "300"},
        {"morning": "300", "noon": "300", "bedtime": "300"},
        {"morning": "300", "noon": "300", "bedtime": "600"},
    ]
    totals = [int(step.regimen.total.mg) for step in made.course.steps]
    assert totals == list(range(300, 2701, 300))
    assert days(made)[-1] == {"morning": "900", "noon": "900", "bedtime": "900"}
    assert read_plan(made.plan.to_json()) == made.plan
    assert days(replan(made.course, day=6, products=GABAPENTIN)) == days(made)[5:]
    with pytest.raises(InvalidInput, match="first: a label says how to begin"):
        gabapentin(first=[{"bedtime": "100 mg"}])


def test_a_label_that_reaches_the_target_needs_nothing_beyond_it():
    assert days(gabapentin(to="900 mg", beyond=("300 mg", "1 day"))) == days(gabapentin(to="900 mg"))


def test_the_command_line_goes_up_with_unequal_intakes(tmp_path, capsys):
    products = tmp_path / "products.json"
    products.write_text('[{"drug": "clozapine", "form": "tablet", "strength": "25 mg", "score": 2}]', encoding="utf-8")
    asked = ["up", "clozapine", "--to", "100 mg", "--slots", "morning,bedtime", "--products", str(products)]
    how = ["--by", "25 mg every day", "--first", "12.5 mg bedtime; 25 mg bedtime", "--larger", "bedtime"]
    assert main([*asked, *how]) == 0
    assert "1 day: 25 mg morning, 50 mg bedtime" in capsys.readouterr().out
    assert main([*asked, "--by", "25 mg sometimes"]) == 2
    assert 'write label, or "5 mg every 3 days"' in capsys.readouterr().err
    assert main([*asked, "--by", "label", "--then", "25 mg"]) == 2


def test_a_total_that_can_be_divided_in_too_many_ways_is_refused():
    tablets = [Product(id=size, drug="x", form="tablet", strength=f"{size} mg") for size in ("1", "10")]
    slots = ["morning", "noon", "evening", "bedtime"]
    asked = {"drug": "x", "to": "600 mg", "slots": slots, "by": ("300 mg", "1 day"), "larger": "bedtime"}
    with pytest.raises(NoTitration, match="300 mg can be divided over 4 intakes in more than 50000 ways"):
        plan_titration(**asked, products=tablets, weights=Weights(pieces=100))


def test_ways_to_divide_are_sought_in_bounded_work_in_all_steps_together(monkeypatch):
    """A day of many times has few ways for each small total, and a titration has many totals."""
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]
    products = [Product(id="t1", drug="x", form="tablet", strength="1 mg")]
    asked = {"drug": "x", "products": products, "by": ("1 mg", "1 day"), "larger": "00:00"}
    assert len(plan_titration(**asked, to="6 mg", slots=clocks).course.steps) == 6
    monkeypatch.setattr(climb, "_MOST_TRIED", 100)
    with pytest.raises(NoTitration, match=r"up to [3-6] mg over 1440 intakes takes more than 100 tries; name"):
        plan_titration(**asked, to="6 mg", slots=clocks)
