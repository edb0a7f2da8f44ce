"""Tapers in phases: "10% of current every 2 weeks to 10 mg, then 1 mg every 4 weeks"."""

import pytest

from taper import (
    InvalidInput,
    InvalidPace,
    PaceWithoutEnd,
    Phase,
    Phases,
    Product,
    TooFast,
    Weights,
    count_supply,
    plan_phases,
    plan_taper,
    read_plan,
    realize,
    replan,
    to_schedule,
    weeks,
)
from taper.amounts.duration import read_date
from taper.cli import main
from taper.paces.phases import are_phases

DIAZEPAM = [
    Product(id=f"diazepam-{size}", drug="diazepam", form="tablet", strength=f"{size} mg", score=2) for size in (2, 5)
]
RANGE = "5-10% of current, aim slow, every 1 week to 8 mg, then 2 mg, up to 4 mg, every 1 week"
SLOWER = "1 mg every 1 week to 10 mg, then 1 mg every 2 weeks"
PHASES = "10% of current, up to 12.5%, every 2 weeks to 10 mg, then 1 mg every 4 weeks"
ASKED = {"drug": "diazepam", "before": {"bedtime": "20 mg"}, "products": DIAZEPAM}


def steps(made):
    return [(str(step.regimen.total.in_unit("mg").mg), step.lasting.days) for step in made.course.steps]


def test_ten_percent_to_ten_mg_and_then_one_mg_a_month_is_one_plan_with_one_report():
    made = plan_phases(**ASKED, phases=PHASES)
    below_ten = [(str(mg), 28) for mg in range(9, 0, -1)]
    assert steps(made)[-9:] == below_ten
    assert steps(made)[-10] == ("10", 14)
    assert {length for _, length in steps(made)[:-9]} == {14}
    assert made.course.then == "stop"
    assert made.report.over == ()
    assert len(made.plan.courses) == 1
    text = str(made.report)
    assert text.startswith("Largest reduction in 2 phases: day ")
    assert "Phase 2 of 2: 1 mg, every 4 weeks to 0 mg" in text
    # The days of the report are those of the plan.
    assert [row.day for row in made.report.rows][:-1] == [first for first, _ in made.course.bounds()]
    assert made.report.days == made.course.bounds()[-1][1]
    assert [phase["phase"] for phase in made.report.to_dict()["phases"]] == list(map(str, made.report.phases))


def test_each_phase_is_the_taper_that_is_planned_by_itself():
    whole = plan_phases(**ASKED, phases=PHASES)
    first = plan_taper(**ASKED, pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks", to="10 mg")
    second = plan_taper(**{**ASKED, "before": {"bedtime": "10 mg"}}, pace="1 mg, every 4 weeks")
    by_hand = [*(step.regimen for step in first.course.steps), *(step.regimen for step in second.course.steps)]
    assert [step.regimen for step in whole.course.steps] == by_hand


def test_percentages_of_the_start_and_shares_count_from_the_whole():
    made = plan_phases(
        drug="diazepam",
        before={"morning": "10 mg", "bedtime": "10 mg"},
        phases="10% of start every 1 week to 10 mg, then 5% of start every 1 week",
        products=DIAZEPAM,
        order="in order: morning, bedtime",
    )
    assert [int(mg) for mg, _ in steps(made)] == [18, 16, 14, 12, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert str(made.course.steps[4].regimen) == "10 mg bedtime"


def test_bands_have_an_interval_each():
    asked = "2 mg down to 10 mg every 1 week, 1 mg down to 0 mg every 2 weeks"
    made = plan_phases(**ASKED, phases=asked, weights=Weights(pieces=8))
    assert steps(made) == [(str(mg), 7) for mg in (18, 16, 14, 12, 10)] + [(str(mg), 14) for mg in range(9, 0, -1)]


def test_a_forced_fall_at_the_edge_is_kept_longer():
    tens = [Product(id="d10", drug="d", form="tablet", strength="10 mg")]
    asked = {"drug": "d", "before": {"bedtime": "20 mg"}, "products": tens}
    made = plan_phases(**asked, phases="5 mg every 1 week to 10 mg, then 10 mg every 4 weeks")
    assert steps(made) == [("10", 14)]
    assert steps(plan_phases(**asked, phases=made.course.made_by.phases, stays="even")) == [("10", 7)]
    with pytest.raises(TooFast, match="phase 1: 1 reduction is larger than was accepted"):
        plan_phases(**asked, phases=made.course.made_by.phases, excess="forbid")


def test_a_plan_in_phases_reads_back_dates_and_is_supplied():
    made = plan_phases(**ASKED, phases=PHASES, lead_in="1 week", taken_for="2 years", title="In phases")
    assert read_plan(made.plan.to_json()) == made.plan
    assert made.course.steps[0].lasting == weeks(1)
    assert made.report.rows[0].day == 8
    schedule = to_schedule(realize(made.plan, DIAZEPAM), start=read_date("2027-03-01"))
    assert count_supply(schedule).lines


def test_an_interval_in_months_has_no_day_numbers():
    made = plan_phases(**ASKED, phases="2 mg every 1 month to 10 mg, then 1 mg every 1 week")
    assert made.report.rows[-1].day is None
    assert made.report.days is None
    assert read_plan(made.plan.to_json()) == made.plan


def test_where_excess_is_forbidden_the_phase_that_has_it_is_named_and_no_other():
    slower = "2.5 mg every 1 week to 10 mg, then 1 mg every 2 weeks"
    made = plan_phases(**ASKED, phases=slower, excess="forbid")
    assert made.plan.courses[0].steps == plan_phases(**ASKED, phases=slower).plan.courses[0].steps
    less = {**ASKED, "before": {"bedtime": "10 mg"}, "phases": "2 mg every 1 week to 5 mg, then 0.5 mg every 1 week"}
    with pytest.raises(TooFast, match="phase 2: "):
        plan_phases(**less, excess="forbid")


def test_the_rest_is_planned_from_any_day_of_either_phase():
    made = plan_phases(**ASKED, phases=PHASES)
    bounds = made.course.bounds()
    for place in (2, len(bounds) - 5):
        rest = replan(made.course, day=bounds[place][0], products=DIAZEPAM)
        assert steps(rest) == steps(made)[place:]
    slower = replan(
        made.course, day=bounds[2][0], products=DIAZEPAM, phases="1 mg every 1 week to 10 mg, then 1 mg every 2 weeks"
    )
    assert steps(slower)[0][1] == 7
    at_one = replan(made.course, day=bounds[-4][0], products=DIAZEPAM, pace="0.5 mg, up to 1 mg, every 3 weeks")
    assert {length for _, length in steps(at_one)} == {21}
    with pytest.raises(InvalidInput, match="phases say where they end"):
        replan(made.course, day=15, products=DIAZEPAM, to="5 mg")


def test_a_plan_whose_phases_have_ended_asks_for_others():
    made = plan_phases(**ASKED, phases="2 mg every 1 week to 16 mg, then 1 mg every 1 week to 14 mg")
    assert made.course.then == "continue"
    with pytest.raises(InvalidInput, match="every phase has ended at 14 mg/day"):
        replan(made.course, day=60, products=DIAZEPAM)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 mg every 1 week to 10 mg, then 1 mg every 1 week from 12 mg", "begins at 12 mg and .*: they overlap"),
        ("2 mg every 1 week to 10 mg, then 1 mg every 1 week from 8 mg", "begins at 8 mg and .* there is a gap"),
        ("2 mg every 1 week to 10 mg, then 1 mg every 1 week to 10 mg", "they overlap; write where each ends"),
        ("2 mg every 1 week to 5 mg, then 1 mg every 1 week to 10 mg", "they overlap; write where each ends"),
        ("2 mg every 1 week, then 1 mg every 2 weeks", 'phase 1 ends at 0; write "to 10 mg" where phase 2'),
        ("2 mg every 1 week to 10 mg, then slowly", "phase 2: 'slowly' has no interval"),
        ("2 mg every 1 week to 20 mg, then 1 mg every 1 week", "phase 1 ends at 20 mg, which is not below"),
        ("2 mg every 1 week from 30 mg to 10 mg, then 1 mg every 1 week", "phase 1 begins at 30 mg and 20 mg/day"),
        ("", "there is no phase"),
    ],
)  # fmt: skip
def test_phases_that_do_not_join_are_refused(text, says):
    with pytest.raises(InvalidInput, match=says):
        plan_phases(**ASKED, phases=text)


def test_only_the_last_phase_needs_an_end_of_its_own():
    assert (
        str(Phase.parse("10% of current every 2 weeks until 10 mg a day").pace.base) == "10% of current, at least 1 mg"
    )
    with pytest.raises(PaceWithoutEnd):
        Phases.parse("2 mg every 1 week to 10 mg, then 10% of current every 2 weeks")
    with pytest.raises(InvalidPace, match="plan them with plan_phases"):
        plan_taper(**ASKED, pace=PHASES)
    with pytest.raises(InvalidInput, match="nothing is taken"):
        plan_phases(**{**ASKED, "before": {}}, phases=PHASES)


@pytest.mark.parametrize("text", [PHASES, RANGE])
def test_what_is_written_reads_back(text):
    read = Phases.parse(text)
    assert Phases.parse(str(read)) == read
    assert are_phases(str(read))
    assert plan_phases(**ASKED, phases=list(read.phases)).plan == plan_phases(**ASKED, phases=read).plan
    assert plan_phases(**ASKED, phases=list(map(str, read.phases))).plan == plan_phases(**ASKED, phases=text).plan


@pytest.mark.parametrize(
    "text",
    [
        "2 mg, up to 4 mg, every 2 weeks",
        "2 mg, every 2 weeks, up to 4 mg",
        "2 mg down to 10 mg, 1 mg down to 0 mg, every 1 week",
    ],
)
def test_one_pace_is_no_phases(text):
    assert not are_phases(text)


def test_the_command_line_plans_in_phases(tmp_path, capsys):
    products = tmp_path / "products.json"
    products.write_text('[{"drug": "diazepam", "form": "tablet", "strength": "2 mg", "score": 2}]', encoding="utf-8")
    asked = ["down", "diazepam", "--from", "8 mg bedtime", "--products", str(products)]
    assert main([*asked, "--pace", "2 mg every 1 week to 4 mg, then 1 mg every 2 weeks"]) == 0
    assert "Phase 2 of 2" in capsys.readouterr().out
    for further in (["--over", "3 weeks"], ["--to", "2 mg"], ["--forms", "one"]):
        assert main([*asked, "--pace", "2 mg every 1 week to 4 mg, then 1 mg every 2 weeks", *further]) == 2
        assert further[0] in capsys.readouterr().err


def test_phases_planned_again_at_one_pace_keep_how_their_doses_are_made():
    asked = {**ASKED, "before": {"bedtime": "14 mg"}, "phases": "2 mg every 1 week to 8 mg, then 1 mg every 2 weeks"}
    made = plan_phases(**asked, mix_forms=True, round_liquids=False, fewest_products=True, stays="even")
    slower = replan(made.course, day=8, products=ASKED["products"], pace="1 mg every 3 weeks").course.made_by
    assert (slower.mix_forms, slower.round_liquids, slower.fewest_products, slower.stays) == (True, False, True, "even")
    assert slower.pattern == "taper"


def test_phases_too_are_made_of_the_fewest_products_where_that_is_preferred():
    asked = {**ASKED, "before": {"bedtime": "14 mg"}, "phases": "2 mg every 1 week to 8 mg, then 1 mg every 2 weeks"}
    few = plan_phases(**asked, weights=Weights(pieces=10), fewest_products=True)
    assert few.course.products == few.course.made_by.products == ("diazepam-2",)
    assert read_plan(few.plan.to_json()) == few.plan
    assert "Weights" not in few.report.text()
    assert few.report.text(explain=True).count("Weights") == 2


@pytest.mark.parametrize("text", ["", "  ", "1 mg\nevery 1 week"])
def test_what_is_no_phase_is_refused_with_an_example(text):
    with pytest.raises(InvalidPace, match='is not a phase; write it like "10% of current every 2 weeks to 10 mg"'):
        Phase.parse(text)
