"""`taper log` writes down every kind of event, and the plan is then what `apply_log` makes of it."""

# ruff: noqa: E501  # a line is one case

import io
import json
import os
import sys

import pytest

from taper import load_log, load_plan
from taper._base.files import write_over
from taper.cli import log, main

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
    held = load_log("plan.log.json")
    assert held.plan == load_plan("plan.json").fingerprint
    assert held.written_for == load_plan("plan.json")
    assert len(held.events) + len(held.intakes) + len(held.symptoms) == 1


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
    said = "--start: the log is new; add the date of day 1, such as --start 2027-03-01"
    assert said in typed("plan.json", "stop", "--day", "2027-03-29")[2]


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


def test_a_plan_from_standard_input_is_read_once(typed, monkeypatch):
    for event in (("hold", *BEGUN, "--day", "2027-03-10", "--for", "1 week"),
                  ("change-products", "--with", "2 mg", "--day", "2027-03-20"), ("show",)):  # fmt: skip
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(PLAN).encode())))
        code, out, _ = typed("-", *event, "--log", "log.json")
        assert (code, out.splitlines()[1]) == (0, "  2027-03-10 hold for 1 week")
    assert [event.kind for event in load_log("log.json").events] == ["hold", "change-products"]


def test_a_start_that_is_not_the_logs_is_refused(typed, capsys):
    assert typed("plan.json", "hold", "--for", "1 week", *BEGUN, "--day", "2027-03-10", "--log", "log.json")[0] == 0
    words = ("schedule", "plan.json", "--log", "log.json", "--start", "2027-03-02")
    assert main(list(words)) == 2
    assert "the log says day 1 is 2027-03-01; leave --start out, or correct it" in capsys.readouterr().err


HOLD = ("hold", *BEGUN, "--day", "2027-03-29", "--for", "1 week")
MISSED = ("missed", "--day", "2027-03-05", "--slot", "night")


@pytest.mark.parametrize("begun", [True, False])
def test_an_event_that_another_writes_down_meanwhile_is_kept(typed, monkeypatch, begun):
    if begun:
        assert typed("plan.json", *HOLD)[0] == 0
    others = iter(["2027-03-06", "2027-03-07"])

    def write_after_others(file, made, *, was):
        for day in others:
            assert typed("plan.json", "missed", *BEGUN, "--day", day, "--slot", "night")[0] == 0
            break
        return write_over(file, made, was=was)

    monkeypatch.setattr(log, "write_over", write_after_others)
    assert typed("plan.json", *MISSED, *BEGUN)[0] == 0
    assert {str(item.day) for item in load_log("plan.log.json").intakes} == {"2027-03-05", "2027-03-06", "2027-03-07"}


def test_a_log_that_is_never_left_alone_is_said_to_be_so(typed, monkeypatch):
    assert typed("plan.json", *HOLD)[0] == 0
    monkeypatch.setattr(log, "write_over", lambda *_, **__: False)
    said = "plan.log.json: was changed by another each time this was to be added; run it again"
    assert said in typed("plan.json", *MISSED)[2]
    assert not load_log("plan.log.json").intakes


def test_a_plan_on_standard_input_is_read_once(typed, monkeypatch):
    for words in (HOLD, ("change-products", "--with", "2 mg", "--day", "2027-04-06"), ("show",)):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(PLAN).encode())))
        code, _, err = typed("-", *words, "--log", "other.json")
        assert code == 0, err
    assert [event.kind for event in load_log("other.json").events] == ["hold", "change-products"]


def test_a_log_behind_a_link_is_changed_where_it_lies_and_keeps_its_permissions(typed, tmp_path):
    (tmp_path / "ward").mkdir()
    kept = tmp_path / "ward" / "log.json"
    assert typed("plan.json", *HOLD, "--log", str(kept))[0] == 0
    kept.chmod(0o600)
    (tmp_path / "link.json").symlink_to(kept)
    assert typed("plan.json", *MISSED, "--log", "link.json")[0] == 0
    assert (len(load_log(kept).intakes), (tmp_path / "link.json").is_symlink()) == (1, True)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_no_log_can_be_added_to_is_refused_and_left(typed, tmp_path):
    assert typed("plan.json", *HOLD)[0] == 0
    kept = tmp_path / "plan.log.json"
    before = kept.read_bytes()
    kept.chmod(0o444)
    assert "plan.log.json: may only be read; permit writing to it" in typed("plan.json", *MISSED)[2]
    kept.chmod(0o644)
    os.link(kept, tmp_path / "second.json")
    assert "has a second name (a hard link)" in typed("plan.json", *MISSED)[2]
    for name, says in {
        "-": "--log: a log is a file, to which events are added; name one, or ./- for a file of that name",
        "/dev/null": "is a device or a pipe; name a file",
        ".": "is a folder; add the name of a file",
        "missing/log.json": "cannot be written (No such file or directory); check the folder",
    }.items():
        code, _, err = typed("plan.json", *MISSED, *BEGUN, "--log", name)
        assert (code, says in err) == (2, True), err
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.log.json")} == {"plan.log.json": before}
    assert not (tmp_path / "-").exists()
