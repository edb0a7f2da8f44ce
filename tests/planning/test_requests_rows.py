"""Requests that people made, with right values by hand: what the other files of requests do not hold."""

import json
from datetime import timedelta

import pytest

from taper import (
    Hold,
    Log,
    Product,
    apply_log,
    days,
    plan_pattern,
    plan_phases,
    plan_taper,
    realize,
    to_schedule,
)
from taper.amounts.duration import read_date
from taper.cli import main

START = read_date("2027-03-01")
OXYCODONE = '[{"drug": "oxycodone", "form": "tablet", "strength": "5 mg"}]'
FIVES = [Product(id="f5", drug="f", form="tablet", strength="5 mg", score=2)]
PLANS = {
    "a length": lambda: plan_taper(drug="f", before={"morning": "20 mg"}, over="12 weeks", products=FIVES),
    "phases": lambda: plan_phases(
        drug="f",
        before={"morning": "20 mg"},
        phases="5 mg every 2 weeks to 10 mg, then 2.5 mg every 3 weeks",
        products=FIVES,
    ),
    "a pattern": lambda: plan_pattern(
        drug="f",
        before={"morning": "20 mg"},
        pattern="15 mg for 2 weeks, then down 5 mg every 2 weeks to 10 mg, then down 2.5 mg every 3 weeks",
        at="morning",
        products=FIVES,
    ),
}


@pytest.fixture
def products(tmp_path):
    path = tmp_path / "products.json"
    path.write_text(OXYCODONE, encoding="utf-8")
    return str(path)


def test_oxycodone_every_six_hours_falls_at_four_clock_times(products, capsys):
    asked = ["down", "oxycodone", "--from", "10 mg every 6 hours from 06:00", "--pace", "10% of start, every 1 week"]
    assert main([*asked, "--order", "evenly", "--products", products]) == 0
    out = capsys.readouterr().out
    assert "5 mg 00:00, 10 mg 06:00, 10 mg 12:00, 10 mg 18:00" in out
    assert "10 mg, 5 mg" not in out
    assert "12.5% of the start" in out
    assert out.count(" 1.25 (larger)") == 8
    assert main([*asked, "--order", "evenly", "--products", products, "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)["report"]["changes"]
    assert [change["to"] for change in changes] == [f"{mg} mg" for mg in range(35, -1, -5)]
    assert {change["percent_of_start"] for change in changes} == {"12.5"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("10 mg every 7 hours from 06:00", "every 7 hours does not fill a day evenly"),
        ("10 mg every 0 hours from 06:00", "every 0 hours does not fill a day evenly"),
        ("10 mg every 6 hours from 26:00", "--from: '26:00' is no clock time"),
    ],
)
def test_hours_that_make_no_day_are_refused(given, says, products, capsys):
    asked = ["down", "oxycodone", "--from", given, "--pace", "10% of start, every 1 week", "--products", products]
    assert main(asked) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("rest", ["shift", "replan"])
def test_what_is_held_goes_on_at_the_pace_it_had(name, rest):
    made = PLANS[name]()
    before = to_schedule(realize(made.plan, FIVES), start=START)
    (first, _), *_ = made.course.bounds()[1:]
    hold = Hold(day=START + timedelta(days=first - 1), **{"for": days(14)}, rest=rest)
    log = Log(plan=made.plan.fingerprint, start=START, events=(hold,))
    after = apply_log(before, log, products=FIVES)

    def taken(schedule):
        return [str(day.intakes[0].dose) if day.intakes else "" for day in schedule.days]

    held = taken(before)
    assert taken(after) == [*held[: first - 1], *([held[first - 2]] * 14), *held[first - 1 :]]
