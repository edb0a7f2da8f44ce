"""A length asked for in place of a pace: "over about 12 weeks"."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import draws
from planning.graphs import graph
from taper import (
    CannotCompute,
    Duration,
    Formulary,
    InvalidDuration,
    InvalidInput,
    NoPlan,
    Product,
    Weights,
    WrongObject,
    plan_steps,
    plan_taper,
    read_plan,
    replan,
    weeks,
)
from taper.cli import main
from taper.planning.length import LengthReport

SERTRALINE = [
    item.divided(2)
    for item in Formulary.shipped().products("sertraline", market="us")
    if item.id in {"sertraline-us-tablet-25mg", "sertraline-us-tablet-50mg"}
]
ASKED = {"drug": "sertraline", "before": {"morning": "100 mg"}, "products": SERTRALINE}
MANY = Weights(pieces=20)
FIVES = [Product(id="f5", drug="f", form="tablet", strength="5 mg")]


def lengths(made):
    return [step.lasting.days for step in made.course.steps]


def totals(made):
    return [str(step.regimen.total.mg) for step in made.course.steps]


def test_sertraline_over_twelve_weeks_is_eight_falls_every_twelve_days():
    made = plan_taper(**ASKED, over="12 weeks")
    assert totals(made) == ["175/2", "75", "125/2", "50", "75/2", "25", "25/2"]
    assert lengths(made) == [12] * 7
    assert made.report.days == 84
    assert "The pace that results: 8 reductions of 12.5 mg, one every 12 days." in str(made.report)
    assert made.report.to_dict()["resulting_pace"] == "8 reductions of 12.5 mg, one every 12 days"
    assert str(made.course.made_by.pace) == "12.5 mg, every 12 days"


def test_the_request_travels_with_the_plan():
    made = plan_taper(**ASKED, over=weeks(12), step="5 days")
    written = made.plan.to_dict()["courses"][0]["made_by"]
    assert (written["over"], written["step"]) == ("12 weeks", "5 days")
    assert read_plan(made.plan.to_json()) == made.plan


def test_a_longer_step_makes_fewer_falls_none_larger_than_it_must_be():
    made = plan_taper(**ASKED, over="12 weeks", step="2 weeks")
    assert (totals(made)[0], lengths(made)) == ("75", [14] * 6)
    assert "7 reductions of at most 25 mg, one every 2 weeks" in str(made.report)
    assert made.report.over == ()


def test_a_length_that_does_not_divide_is_kept_to_the_day():
    made = plan_taper(**ASKED, over="86 days")
    assert lengths(made) == [12, 12, 12, 12, 12, 13, 13]
    assert made.report.days == 86
    assert "one every 12 days or a day more" in made.report.resulting


def smallest_largest(ground, most):
    """The smallest largest reduction of any plan of at most so many, over every change that may be made."""
    states, arcs, sinks = graph(ground)
    best = {(0, 0): 0}
    leaving = {}
    for tail, head, _, _ in arcs:
        leaving.setdefault(tail, []).append(head)
    for tail in sorted(range(len(states)), key=lambda number: -sum(states[number])):
        for count in range(most):
            if (tail, count) in best:
                for head in leaving.get(tail, ()):
                    size = max(best[tail, count], sum(states[tail]) - sum(states[head]))
                    best[head, count + 1] = min(size, best.get((head, count + 1), size))
    return min(best[sink, count] for sink in sinks for count in range(most + 1) if (sink, count) in best)


@given(
    st.lists(st.integers(1, 5), min_size=3, max_size=3),
    st.sampled_from([(1,), (2,), (1, 3), (2, 3), (2, 5)]),
    st.integers(1, 8),
    st.sampled_from(["evenly", "keep last: noon", "in order"]),
)
@draws(30)
def test_with_three_intakes_no_plan_that_keeps_the_length_has_a_smaller_largest_reduction(doses, sizes, count, order):
    products = [Product(id=f"t{size}", drug="f", form="tablet", strength=f"{size} mg", score=2) for size in sizes]
    day = {slot: f"{dose} mg" for slot, dose in zip(("morning", "noon", "bedtime"), doses, strict=True)}
    try:
        made = plan_taper(drug="f", before=day, products=products, order=order, over=weeks(count))
    except (InvalidInput, CannotCompute):
        assume(False)
    solved = made.report.solved
    falls = [high - low for high, low in pairwise(solved.totals)]
    assert len(falls) <= count + 1
    assert max(falls) == smallest_largest(solved.ground, count + 1) * solved.ground.grain


@given(days=st.integers(7, 200), start=st.integers(2, 12))
def test_every_length_is_kept_to_the_day_and_no_step_is_shorter_than_a_week(days, start):
    made = plan_taper(
        drug="f", before={"morning": f"{5 * start} mg"}, products=FIVES, over=Duration(days), weights=MANY
    )
    assert sum(lengths(made)) == days
    assert min(lengths(made)) >= 7
    assert isinstance(made.report, LengthReport)
    assert made.report.over == ()
    mg = [Fraction(5 * start), *(step.regimen.total.mg for step in made.course.steps), Fraction(0)]
    largest = max(high - low for high, low in pairwise(mg))
    # No plan of whole tablets in as many steps as there is time for has a smaller largest fall.
    assert largest == 5 * -(-start // min(start, days // 7 + 1))


def test_the_rest_follows_the_pace_that_resulted():
    made = plan_taper(**ASKED, over="12 weeks")
    rest = replan(made.course, day=37, products=SERTRALINE)
    assert (totals(rest), lengths(rest)) == (totals(made)[3:], [12] * 4)
    last = replan(made.course, day=85, products=SERTRALINE, lead_in="3 days")
    assert (totals(last), str(last.course.made_by.pace)) == (["25/2"], "12.5 mg, every 12 days")
    slower = replan(made.course, day=37, products=SERTRALINE, pace="12.5 mg, every 3 weeks")
    assert lengths(slower) == [21] * 4
    other = replan(made.course, day=37, products=SERTRALINE, over="8 weeks")
    assert lengths(other) == [14] * 4


def test_what_was_put_on_hold_is_not_sped_up_to_keep_the_length():
    made = plan_taper(**ASKED, over="12 weeks")
    later = replan(made.course, day=51, before={"morning": "62.5 mg"}, products=SERTRALINE)
    assert lengths(later) == [12] * 4


@pytest.mark.parametrize(
    ("asked", "kind", "says"),
    [
        ({"over": "3 days"}, InvalidInput, "over: 3 days is shorter than one step of 1 week; give at least 1 week"),
        ({"over": "1 week", "step": "2 weeks"}, InvalidInput, "shorter than one step of 2 weeks"),
        ({"over": "-1 week"}, InvalidDuration, "over: '-1 week' is not a length of time"),
        ({"over": 12}, WrongObject, "takes a length of time as over, and got an int; write days"),
        ({"over": "3 months"}, InvalidInput, "over: 3 months has no number of days; write it in days or weeks"),
        ({"over": "12 weeks", "step": "1 month"}, InvalidInput, "step: 1 month has no number of days"),
        ({"over": "12 weeks", "pace": "25 mg, every 1 week"}, InvalidInput, "a pace and a length were given"),
        ({"over": "12 weeks", "longest": "12 weeks"}, InvalidInput, "over already says how long the whole takes"),
        ({"pace": "25 mg, every 1 week", "step": "1 week"}, InvalidInput, "step goes with over"),
        ({}, InvalidInput, "how fast is not said"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(asked, kind, says):
    with pytest.raises(kind, match=says):
        plan_taper(**ASKED, **asked)


def test_one_whole_tablet_has_no_length():
    with pytest.raises(NoPlan, match="nothing between 5 mg morning and nothing"):
        plan_taper(drug="f", before={"morning": "5 mg"}, products=FIVES, over="12 weeks")


@pytest.mark.parametrize("name", ["shortest", "longest", "lead_in", "taken_for"])
def test_a_length_reads_as_text_everywhere(name):
    asked = {**ASKED, "pace": "12.5 mg, every 1 week"}
    assert plan_taper(**asked, **{name: "7 weeks"}).plan == plan_taper(**asked, **{name: weeks(7)}).plan
    for wrong in ("-1 week", "12"):
        with pytest.raises(InvalidDuration, match=f"{name}: .* is not a length of time"):
            plan_taper(**asked, **{name: wrong})
    with pytest.raises(WrongObject, match=f"takes a length of time as {name}, and got an int"):
        plan_taper(**asked, **{name: 12})


def test_a_step_written_by_hand_names_a_length_that_cannot_be_read():
    with pytest.raises(InvalidDuration, match="steps: 3 is not a length of time"):
        plan_steps(drug="f", steps=[({"morning": "5 mg"}, 3)], then="stop")


def test_the_command_line_asks_for_a_length(capsys):
    asked = ["down", "sertraline", "--from", "100 mg morning", "--over", "12 weeks", "--market", "us"]
    assert main([*asked, "--only", "sertraline-us-tablet-25mg"]) == 0
    assert "The pace that results: 8 reductions of 12.5 mg, one every 12 days." in capsys.readouterr().out
    assert main([*asked, "--pace", "25 mg, every 1 week"]) == 2
    assert "a pace and a length were given" in capsys.readouterr().err


def test_a_length_is_kept_with_the_fewest_products_too():
    few = plan_taper(**ASKED, over="12 weeks", fewest_products=True)
    assert few.course.products == ("sertraline-us-tablet-25mg",)
    assert lengths(few) == [12] * 7
    assert few.report.text().startswith("Asked: 100 mg/day to 0 mg/day over 12 weeks.")
    assert "Weights" in few.report.text(explain=True)
    assert "Weights" not in few.report.text()


@pytest.mark.no_cover
@pytest.mark.parametrize("slots", [["morning", "noon", "bedtime"], ["08:00", "12:00", "16:00", "20:00"]])
def test_several_intakes_keep_a_length_without_a_fall_beyond_the_pace_that_results(slots):
    diazepam = [Product(id=f"d{size}", drug="d", form="tablet", strength=f"{size} mg", score=2) for size in (2, 5, 10)]
    asked = {"drug": "d", "before": dict.fromkeys(slots, "10 mg"), "products": diazepam, "order": "evenly"}
    made = plan_taper(**asked, over="26 weeks")
    assert sum(lengths(made)) == 26 * 7
    assert min(lengths(made)) >= 7
    assert made.report.over == ()
    falls = [row.change.mg for row in made.report.rows]
    assert sum(falls) == 10 * len(slots)
    assert max(falls) <= 2

    with pytest.raises(NoPlan, match="no plan of at most 2 reductions, which fit into 1 week"):
        plan_taper(**{**asked, "before": dict.fromkeys(slots, "20 mg")}, over="1 week")
