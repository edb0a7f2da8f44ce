"""`taper log` writes down every kind of event, and the plan is then what `apply_log` makes of it."""

# ruff: noqa: E501  # a line is one case

import json

import pytest

from taper import load_log, load_plan
from taper.cli import main

PLAN = {"format": "taper-plan/1", "title": "A plan", "courses": [{"drug": "diazepam", "then": "stop", "steps": [
    {"for": "2 weeks", "regimen": {"bedtime": "8 mg"}}, {"for": "2 weeks", "regimen": {"bedtime": "6 mg"}},
    {"for": "2 weeks", "regimen": {"bedtime": "4 mg"}}, {"for": "2 weeks", "regimen": {"bedtime": "2 mg"}}]}]}  # fmt: skip
BEGUN = ("--start", "2027-03-01")


@pytest.fixture
def typed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")

    def call(*words):
        code = main(["log", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


EVENTS = {
    "hold": (("--for", "1 week"), "hold for 1 week", "2027-05-02"),
    "slow": (("--pace", "1 mg every 2 weeks"), "slow pace 1 mg, every 2 weeks", None),
    "speed-up": (("--pace", "4 mg weekly"), "speed-up pace 4 mg, every 1 week", None),
    "step-back": (("--for", "1 week"), "step-back steps 1 for 1 week", None),
    "stop": ((), "stop", "2027-03-28"),
    "gap": (("--for", "3 days", "--at", "6 mg nocte"), 'gap for 3 days then {"resume": {"bedtime": "6 mg"}}', None),
    "retarget": (("--at", "2 mg night", "--rest", "shift"), 'retarget to {"bedtime": "2 mg"}', None),
    "change-products": (("--with", "diazepam-us-tablet-2mg"), 'change-products products ["diazepam-us-tablet-2mg"]', None),
    "taken": (("--slot", "night"), "bedtime taken", "2027-04-25"),
    "missed": (("--slot", "nocte"), "bedtime missed", "2027-04-25"),
    "other": (("--slot", "bedtime", "--dose", "4 mg"), "bedtime other 4 mg", "2027-04-25"),
    "score": (("--score", "3", "--scale", "sleep"), "score 3 (sleep)", "2027-04-25"),
}  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_written_and_its_effect_said(typed, event):
    words, said, last = EVENTS[event]
    code, out, err = typed("plan.json", event, *BEGUN, "--day", "2027-03-29", *words)
    assert code == 0, err
    assert f"2027-03-29 {said}" in out
    assert last is None or last in out
    log = load_log("plan.log.json")
    assert log.plan == load_plan("plan.json").fingerprint
    assert log.written_for == load_plan("plan.json")
    assert len(log.events) + len(log.intakes) + len(log.symptoms) == 1


def test_a_log_is_extended_and_needs_its_start_once(typed):
    assert typed("plan.json", "hold", *BEGUN, "--day", "29 March 2027", "--for", "a fortnight")[0] == 0
    assert typed("plan.json", "resume", "--day", "2027-04-05")[0] == 0
    code, out, _ = typed("plan.json", "pass-review", "--day", "2027-04-06")
    assert code == 2, "nothing waits for review"
    code, out, _ = typed("plan.json", "show")
    assert code == 0
    assert "2027-03-29 hold for 2 weeks" in out
    assert "2027-04-05 resume" in out
    assert json.loads(typed("plan.json", "show", "--json")[1])["start"] == "2027-03-01"


def test_what_does_not_fit_is_not_written(typed, tmp_path):
    assert typed("plan.json", "hold", *BEGUN, "--day", "2027-03-29", "--for", "1 week")[0] == 0
    before = (tmp_path / "plan.log.json").read_bytes()
    for words, said in (
        (("hold", "--day", "2027-03-20", "--for", "1 week"), "is before the event above it"),
        (("missed", "--day", "2027-03-30", "--slot", "noon"), "no dose is planned"),
        (("missed", "--day", "2027-03-30", "--slot", "bd"), "is not one time of day"),
        (("hold", "--day", "2027-05-05", "--for", "1 week", "--start", "2027-03-02"), "the log says day 1 is 2027-03-01"),
        (("stop", "--day", "2027-05-05", "--dose", "5 mg"), "stop does not use --dose"),
        (("other", "--day", "2027-03-30", "--slot", "night"), 'add --dose "5 mg"'),
        (("hold", "--for", "1 week"), "add --day DATE"),
    ):  # fmt: skip
        code, _, err = typed("plan.json", *words)
        assert (code, said in err) == (2, True), err
        assert (tmp_path / "plan.log.json").read_bytes() == before


def test_a_log_lies_beside_its_plan_or_where_it_is_told(typed, tmp_path):
    assert typed("plan.json", "hold", *BEGUN, "--day", "2027-03-29", "--for", "1 week", "--log", "other.json")[0] == 0
    assert (tmp_path / "other.json").exists()
    assert "add --log FILE" in typed("diazepam-example", "hold", *BEGUN, "--day", "2027-03-29", "--for", "1 week")[2]
    assert "write an event down first" in typed("plan.json", "show")[2]


def test_a_log_that_names_no_plan_says_so(typed, tmp_path):
    assert typed("plan.json", "hold", *BEGUN, "--day", "2027-03-29", "--for", "1 week")[0] == 0
    data = json.loads((tmp_path / "plan.log.json").read_text("utf-8"))
    changed = json.loads(json.dumps(PLAN))
    changed["courses"][0]["steps"].pop()
    (tmp_path / "plan.json").write_text(json.dumps(changed), encoding="utf-8")
    said = typed("plan.json", "show")[2]
    assert 'was written for "A plan" as it was then. What changed since:' in said
    assert "2 mg" in said
    del data["written_for"]
    (tmp_path / "plan.log.json").write_text(json.dumps(data), encoding="utf-8")
    assert "name that plan, or write what happened down for this one" in typed("plan.json", "show")[2]


def test_a_start_that_is_not_the_logs_is_refused(typed, capsys):
    assert typed("plan.json", "hold", "--for", "1 week", *BEGUN, "--day", "2027-03-10", "--log", "log.json")[0] == 0
    words = ("schedule", "plan.json", "--log", "log.json", "--start", "2027-03-02")
    assert main(list(words)) == 2
    assert "the log says day 1 is 2027-03-01; leave --start out, or correct it" in capsys.readouterr().err
