"""Patterns of steps: steps of days, weekdays, alternate days, slow alternation."""

import pytest

from taper import (
    InvalidInput,
    InvalidPattern,
    NotReachable,
    Product,
    StepPattern,
    Weights,
    count_supply,
    plan_pattern,
    read_plan,
    realize,
    replan,
    to_schedule,
    weeks,
)
from taper.amounts.duration import read_date
from taper.cli import main

BURST = "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then down 5 mg every 2 days, then stop"
WEEKLY = "7.5 mg for 2 weeks, then up 2.5 mg every 2 weeks to 15 mg"
SLOW = "5 mg for 1 week, then alternate to 4 mg in 7 days every 1 week"
MANY = Weights(pieces=8, products=4)


def tablets(drug, *sizes):
    return [Product(id=f"{drug}-{size}", drug=drug, form="tablet", strength=f"{size} mg") for size in sizes]


PREDNISONE, METHOTREXATE = tablets("prednisone", 5, 10, 20), tablets("methotrexate", "2.5")
PREDNISOLONE = tablets("prednisolone", 1, 5)
BURST_ASKED = {"drug": "prednisone", "pattern": BURST, "at": "morning", "products": PREDNISONE, "weights": MANY}
WEEKLY_ASKED = {
    "drug": "methotrexate", "pattern": WEEKLY, "at": "morning", "on": "monday", "products": METHOTREXATE,
    "weights": MANY,
}  # fmt: skip
SLOW_ASKED = {"drug": "prednisolone", "pattern": SLOW, "at": "morning", "products": PREDNISOLONE}


def totals(made):
    return [str(step.largest.mg) for step in made.course.steps]


def daily(made):
    """What is taken on each day of a closed plan of constant steps."""
    return [int(step.regimen.total.mg) for step in made.course.steps for _ in range(step.lasting.days)]


def test_a_burst_of_prednisone_goes_down_in_steps_of_two_days():
    made = plan_pattern(**BURST_ASKED, before="nothing")
    assert daily(made) == [60, 60, 50, 50, 40, 40, 30, 30, 20, 20, 15, 15, 10, 10, 5, 5]
    assert (made.course.then, made.course.before) == ("stop", "nothing")
    assert str(made.report).startswith("Largest reduction: day 17, 5 mg/day to 0 mg/day")
    assert read_plan(made.plan.to_json()) == made.plan
    assert made.plan.to_dict()["courses"][0]["made_by"]["steps"] == BURST.replace(
        "down 5 mg every 2 days, then", "down 5 mg every 2 days to 0 mg, then"
    )


def test_a_pattern_that_goes_down_to_0_stops_without_being_told():
    assert str(StepPattern.parse("60 mg for 2 days; down 25 mg every 2 days")) == (
        "60 mg for 2 days, then down 25 mg every 2 days to 0 mg, then stop"
    )
    # The last change is what is left: never more than was asked.
    rungs = StepPattern.parse("60 mg for 2 days, then down 25 mg every day").rungs
    assert [int(rung.days[0].mg) for rung in rungs] == [60, 35, 10]


def test_methotrexate_once_a_week_is_raised_every_two_weeks():
    made = plan_pattern(**WEEKLY_ASKED, before="nothing")
    assert totals(made) == ["15/2", "10", "25/2", "15"]
    assert [list(step.weekly) for step in made.course.steps] == [["mon"]] * 4
    schedule = to_schedule(realize(made.plan, METHOTREXATE), start=read_date("2027-03-01"), horizon=weeks(8))
    mondays = [day for day in schedule.days if day.intakes]
    assert [str(day.intakes[0].dose.mg) for day in mondays] == ["15/2"] * 2 + ["10"] * 2 + ["25/2"] * 2 + ["15"] * 2
    assert {day.date.weekday() for day in mondays} == {0}
    assert count_supply(schedule).lines[0].supplied == 2 * (3 + 4 + 5 + 6)
    text = str(made.report)
    assert text.startswith("It never goes down.")
    assert "mg/day" not in text
    assert "2 weeks: mon: 7.5 mg morning" in text
    assert made.report.to_dict()["changes"][0] == "day 15, 7.5 mg to 10 mg each time: up by 33.33%"
    assert all(step.kind == "increase" for step in made.course.steps[1:])


def test_slow_alternation_has_one_new_day_more_each_week():
    made = plan_pattern(**SLOW_ASKED)
    rounds = [[int(day.total.mg) for day in step.cycle] for step in made.course.steps[1:7]]
    assert [week.count(4) for week in rounds] == [1, 2, 3, 4, 5, 6]
    assert [week.count(5) for week in rounds] == [6, 5, 4, 3, 2, 1]
    assert rounds[0] == [5, 5, 5, 5, 5, 5, 4]
    assert rounds[1] == [5, 5, 5, 4, 5, 5, 4]
    assert sum(week.count(5) for week in rounds) == 21
    assert (str(made.course.steps[-1]), made.course.then) == ("4 mg morning", "continue")
    assert str(made.report).startswith(
        "Largest reduction: day 14, 5 mg/day to 4 mg/day: a reduction of 1 mg, 20% of current"
    )
    six = to_schedule(realize(made.plan, PREDNISOLONE), start=read_date("2027-03-01"), horizon=weeks(7))
    line = next(line for line in count_supply(six).lines if line.product.id == "prednisolone-5")
    assert line.used == 7 + 21


def test_alternation_goes_on_to_the_next_dose_and_down_to_nothing():
    asked = {
        **SLOW_ASKED,
        "pattern": "2 mg for 1 week, then alternate to 1 mg in 2 days every 2 weeks, "
        "then alternate to 0 in 2 days every 2 weeks",
    }
    made = plan_pattern(**asked)
    assert [str(step) for step in made.course.steps] == [
        "2 mg morning", "in turn: 2 mg morning; 1 mg morning", "1 mg morning", "in turn: 1 mg morning; nothing",
    ]  # fmt: skip
    assert made.course.then == "stop"
    assert read_plan(made.plan.to_json()) == made.plan


def test_alternate_days():
    made = plan_pattern(
        **{**SLOW_ASKED, "pattern": "10 mg for 4 weeks, then down 2 mg every 2 weeks to 4 mg, then review"},
        on="alternate days",
    )
    assert [str(step) for step in made.course.steps][:2] == [
        "in turn: 10 mg morning; nothing",
        "in turn: 8 mg morning; nothing",
    ]
    assert made.course.then == "review"
    assert str(made.report).splitlines()[0] == "Largest reduction: day 57, 6 mg to 4 mg each time: down by 33.33%."
    stopped = plan_pattern(
        **{**SLOW_ASKED, "pattern": "10 mg for 4 weeks, then stop"}, on=["thu", "mon"], before={"morning": "12 mg"}
    )
    assert list(stopped.course.steps[0].weekly) == ["mon", "thu"]
    assert [change.day for change in stopped.report.changes] == [1, 29]
    assert stopped.report.to_dict()["last_fall"] == "day 29, 10 mg to 0 mg each time: down by 100%"


def test_the_rest_of_a_pattern_is_planned_from_any_day():
    burst = plan_pattern(**BURST_ASKED, before="nothing")
    rest = replan(burst.course, day=7, products=PREDNISONE)
    assert daily(rest) == daily(burst)[6:]
    assert str(rest.course.before.regimen) == "40 mg morning"
    again = replan(rest.course, day=3, products=PREDNISONE)
    assert daily(again) == daily(burst)[8:]
    assert daily(replan(burst.course, day=1, products=PREDNISONE)) == daily(burst)
    longer = replan(burst.course, day=9, before={"morning": "40 mg"}, products=PREDNISONE)
    assert daily(longer) == daily(burst)[6:]
    slower = replan(burst.course, day=7, products=PREDNISONE, pattern="30 mg for 4 days, then down 10 mg every 4 days")
    assert daily(slower) == [30] * 4 + [20] * 4 + [10] * 4
    taper = replan(burst.course, day=7, products=PREDNISONE, pace="10 mg, every 1 week")
    assert daily(taper)[::7] == [30, 20, 10]


def test_the_rest_of_what_is_not_taken_daily_keeps_its_days():
    weekly = plan_pattern(**WEEKLY_ASKED, before="nothing")
    rest = replan(weekly.course, day=15, products=METHOTREXATE)
    assert totals(rest) == totals(weekly)[1:]
    assert [list(step.weekly) for step in rest.course.steps] == [["mon"]] * 3
    assert list(rest.course.before.weekly) == ["mon"]
    slow = plan_pattern(**SLOW_ASKED)
    assert replan(slow.course, day=15, products=PREDNISOLONE).course.steps == slow.course.steps[2:]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"to": "5 mg"}, "a pattern says its steps"),
        ({"before": {"morning": "35 mg"}}, "35 mg morning is no step of this pattern"),
        ({"day": 99}, "day 99 lies outside the course"),
        ({"day": 17}, "every step of it is over, and what is left is to stop"),
    ],
)
def test_a_rest_that_is_no_rest_is_refused(changes, says):
    burst = plan_pattern(**BURST_ASKED)
    with pytest.raises(InvalidInput, match=says):
        replan(burst.course, **{"day": 7, "products": PREDNISONE, **changes})


def test_a_dose_that_no_product_makes_is_refused_with_the_nearest():
    with pytest.raises(NotReachable, match=r"step 2: 7 mg of prednisone cannot be made .* 5 mg and 10 mg") as caught:
        plan_pattern(**{**BURST_ASKED, "pattern": "10 mg for 2 days, then down 3 mg every 2 days"})
    assert [str(caught.value.below), str(caught.value.above)] == ["5 mg", "10 mg"]
    assert plan_pattern(drug="prednisone", pattern="7 mg for 2 days, then stop", at="morning").course.products == ()


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "there is no pattern"),
        ("stop", "is empty; write at least one"),
        ("60 mg", "part 1, '60 mg', cannot be read"),
        ("60 mg for 2 days", "the last part has an end; say what follows"),
        ("60 mg for two days, then stop", "cannot be read"),
        ("60 mg for 2 days, then down 10 every 2 days", "cannot be read"),
        ("down 10 mg every 2 days", "has nothing to start from"),
        ("alternate to 4 mg in 7 days every 1 week", "has nothing to start from"),
        ("60 mg for 2 days, then up 10 mg every 2 days", 'has no end; write "to 200 mg"'),
        ("60 mg for 2 days, then up 10 mg every 2 days to 40 mg", "from which up does not lead to 40 mg"),
        ("60 mg for 2 days, then down 10 mg every 2 days to 60 mg", "from which down does not lead to 60 mg"),
        ("60 mg for 2 days, then down 0 mg every 2 days to 20 mg", "changes nothing"),
        ("60 mg for 2 days, then alternate to 60 mg in 7 days every 1 week", "begins at 60 mg already"),
        ("60 mg for 2 days, then alternate to 50 mg in 7 days every 10 days", "does not hold 7 days a whole number"),
        ("60 mg for 2 days, then alternate to 50 mg in 7 days every 1 month", "does not hold 7 days a whole number"),
        ("60 mg for 2 days, then alternate to 50 mg in 99 days every 99 days", "part 2"),
        ("60 mg for 2 days, then down 60 mg every 2 days, then 20 mg for 3 days, then stop", "a part of it takes"),
        ("60 mg for 2 days, then down 30 mg every 2 days, then review", 'down to 0, where it stops; remove "review"'),
        ("60 mg for 0 days, then stop", "part 1: "),
        ("0 mg for 2 days, then stop", "there is no dose in it"),
    ],
)  # fmt: skip
def test_a_pattern_that_cannot_be_read_or_goes_nowhere_is_refused(pattern, says):
    with pytest.raises(InvalidInput, match=says):
        StepPattern.parse(pattern)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"on": "someday"}, "on: someday is no day of the week"),
        ({"on": []}, "on: nothing is no day of the week"),
        ({"before": "something"}, "before: got 'something'"),
        ({"at": "late"}, "is not a time of day"),
        ({"on": "monday", "pattern": SLOW}, "on: slow alternation is taken every day"),
    ],
)
def test_what_is_beside_a_pattern_is_read_too(changes, says):
    with pytest.raises(InvalidInput, match=says):
        plan_pattern(**{**WEEKLY_ASKED, **changes})


def test_patterns_stay_an_error_of_their_own():
    with pytest.raises(InvalidPattern):
        StepPattern.parse(None)


def test_the_command_line_writes_patterns(tmp_path, capsys):
    products, plan = tmp_path / "products.json", tmp_path / "plan.json"
    products.write_text('[{"drug": "methotrexate", "form": "tablet", "strength": "2.5 mg"}]', encoding="utf-8")
    asked = ["steps", "methotrexate", WEEKLY, "--at", "morning", "--on", "monday", "--from", "nothing"]
    assert main([*asked, "--products", str(products), "--pieces", "6", "--out", str(plan)]) == 0
    assert "2 weeks: mon: 10 mg morning" in capsys.readouterr().out
    assert read_plan(plan.read_text("utf-8")).courses[0].made_by.on == ("mon",)
    assert main([*asked[:-1], "10 mg morning", "--products", str(products), "--json", "--pieces", "6"]) == 0
    assert '"largest_fall": "day 1, 10 mg to 7.5 mg each time: down by 25%"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "40 mg for 5 days, 30 mg for 5 days, then stop",
        "40 mg x 5 days, 30 mg x 5 days, stop",
        "40 mg \u00d7 5 days; 30 mg for 5 days; stop",
        "40 mg x 5 days then 30 mg for 5 days then stop",
    ],
)
def test_steps_are_parted_as_people_write_them(text):
    assert str(StepPattern.parse(text)) == "40 mg for 5 days, then 30 mg for 5 days, then stop"


def test_a_comma_before_every_parts_no_steps():
    text = "60 mg for 2 days, down 10 mg, every 2 days to 20 mg, stop"
    assert str(StepPattern.parse(text)) == "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop"
