"""Twenty-four everyday tasks, each as it is first typed, one after the other in one folder."""

# ruff: noqa: E501  # a line is one case

import json
import re
import shlex
from pathlib import Path

import pytest

from cli_calls import caller
from taper.cli import main, parser_for
from taper.cli.examples import EXAMPLES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("everyday")


@pytest.fixture
def typed(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    return caller(capsys)


# What is typed, the exit codes that mean that it worked, and what it shows or writes. In order: some need earlier ones.
TASKS = {
    "which drugs are there": (("drugs",), {0}, "diazepam"),
    "what is known of one, by its brand": (("show", "Lioresal"), {0}, "baclofen"),
    "come off a nightly tablet": (
        ("down", "diazepam", "--from", "10 mg nocte", "--pace", "2 mg every 2 weeks", "--out", "plan.json"),
        {0}, "plan.json"),
    "check it": (("check", "plan.json"), {0, 1, 3}, "found"),
    "put it on dates": (("schedule", "plan.json", "--start", "2027-03-01"), {0}, "Mon 1 Mar 2027"),
    "a sheet to print": (("schedule", "plan.json", "--start", "1 March 2027", "--out", "sheet.pdf"), {0}, "sheet.pdf"),
    "a page for a browser": (("schedule", "plan.json", "--start", "2027-03-01", "--out", "sheet.html"), {0}, "sheet.html"),
    "a calendar for a phone": (("schedule", "plan.json", "--start", "2027-03-01", "--out", "phone.ics"), {0}, "phone.ics"),
    "a spreadsheet": (("schedule", "plan.json", "--start", "2027-03-01", "--out", "plan.xlsx"), {0}, "plan.xlsx"),
    "how many tablets": (("supply", "plan.json", "--start", "2027-03-01"), {0}, "tablet"),
    "how many each four weeks": (("supply", "plan.json", "--start", "2027-03-01", "--every", "28 days"), {0}, "Fill 1"),
    "hold two weeks": (
        ("log", "plan.json", "hold", "--start", "2027-03-01", "--day", "2027-03-29", "--for", "2 weeks"),
        {0}, "plan.log.json"),
    "a new sheet after the hold": (("adjust", "plan.json", "--log", "plan.log.json", "--out", "held.pdf"), {0}, "held.pdf"),
    "a new calendar after the hold": (
        ("adjust", "plan.json", "--log", "plan.log.json", "--out", "held.ics"), {0}, "held.ics"),
    "tablets after the hold": (("supply", "plan.json", "--log", "plan.log.json"), {0}, "tablet"),
    "the check after the hold": (("check", "plan.json", "--log", "plan.log.json"), {0, 1, 3}, "found"),
    "a dose was missed": (("log", "plan.json", "missed", "--day", "2027-03-30", "--slot", "night"), {0}, "missed"),
    "what was written down": (("log", "plan.json", "show"), {0}, "hold for 2 weeks"),
    "go up, three times a day": (
        ("up", "baclofen", "--to", "15 mg", "--slots", "evening,morning,noon", "--by", "5 mg every 3 days"),
        {0}, "5 mg"),
    "how is this dose made": (("recipe", "diazepam", "3.5mg"), {0}, "tablet"),
    "a drug of two releases, a dose without a time": (
        ("down", "lorazepam", "--from", "2 mg", "--pace", "0.5 mg weekly"), {0}, "daily"),
    "replace one by another": (
        ("cross", "alprazolam", "--from", "1 mg bd", "--to-drug", "diazepam", "--equivalence", "ashton", "--every",
         "weekly", "--rounding", "down"), {0}, "day 8"),
    "two plans compared": (("compare", "plan.json", "diazepam-example"), {0}, "day"),
    "to a hospital system": (
        ("schedule", "plan.json", "--start", "2027-03-01", "--format", "fhir-r4", "--out", "plan.fhir.json"),
        {0}, "plan.fhir.json"),
}  # fmt: skip


def test_there_are_two_dozen():
    assert len(TASKS) == 24


@pytest.mark.parametrize("task", TASKS)
def test_the_first_natural_try_works(typed, folder, task):
    words, codes, shown = TASKS[task]
    code, out, err = typed(*words)
    assert code in codes, err
    assert shown in out + err
    if "." in shown and " " not in shown:
        assert (folder / shown).stat().st_size > 0


def test_what_one_command_plans_another_reads(typed, folder, monkeypatch):
    import io
    import sys

    _, out, _ = typed("down", "diazepam", "--from", "10 mg nocte", "--pace", "2 mg a week", "--json")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(out.encode())))
    assert "Mon 1 Mar 2027" in typed("schedule", "-", "--start", "2027-03-01")[1]
    _, out, err = typed("down", "diazepam", "--from", "10 mg nocte", "--pace", "2 mg a week", "--out", "-")
    assert json.loads(out)["format"] == "taper-plan/1"
    assert "Largest reduction" in err


PAGES = ("tutorials/command-line.md", "how-to/put-it-on-a-phone.md")


def _commands(page):
    text = (Path(__file__).parent.parent / "docs" / page).read_text("utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [shlex.split(line.removeprefix("$ taper ")) for block in blocks for line in block.splitlines()]


def test_the_pages_for_people_without_python_work_as_they_are_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = [words for page in PAGES for words in _commands(page)]
    assert len(lines) >= 9
    for words in lines:
        words = [*words, "--force"] if "phone.ics" in words else words
        assert main(words) in {0, 1, 3}, (words, capsys.readouterr().err)
    assert {"sheet.pdf", "phone.ics", "sheet-2.pdf", "phone-2.ics"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("command", EXAMPLES)
def test_the_examples_of_the_help_are_read_by_the_parser(command):
    for example in EXAMPLES[command]:
        for part in example.split(" | "):
            words = shlex.split(part)[1:]
            assert parser_for(words[0]).parse_known_args(words)[1] == []
