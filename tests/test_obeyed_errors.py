"""Each message of the command line is obeyed: what it says to write is written, and the command gets further."""

# ruff: noqa: E501  # a line is one case

import json
import re
import shlex

import pytest

from taper.cli import main

PLAN = {"format": "taper-plan/1", "courses": [{"drug": "diazepam", "then": "stop", "before": "nothing", "steps": [
    {"for": "2 weeks", "regimen": {"bedtime": "4 mg"}}, {"for": "2 weeks", "regimen": {"bedtime": "2 mg"}}]}]}  # fmt: skip
DOWN = 'down diazepam --from "10 mg nocte" --pace "2 mg weekly"'


@pytest.fixture
def typed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    (tmp_path / "old.json").write_text("mine", encoding="utf-8")
    other = PLAN | {"courses": [PLAN["courses"][0] | {"then": "review"}]}
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")

    def call(line):
        try:
            code = main(shlex.split(line))
        except SystemExit as left:
            code = left.code
        return code, capsys.readouterr().err

    return call


def swap(old, pattern):
    """Write what the message names by the pattern in place of the old words."""

    def mend(line, said):
        return line.replace(old, re.search(pattern, said)[1])

    return mend


def add(pattern):
    """Add the option that the message names by the pattern."""

    def mend(line, said):
        return f"{line} {re.search(pattern, said)[1]}"

    return mend


WRITE = r"write '([^']+)'"
SECOND = r"write '[^']+' or '([^']+)'"
CASES = [
    ('down diazepam --from "40" --pace "2 mg weekly"', swap('"40"', r"write ('[^']+')")),
    ('down diazepam --from "100 mg" --pace "2 mg weekly"', add(r"(--pieces \d+)")),
    ('down diazepam --from "100 mg" --pace "2 mg weekly"', swap("100 mg", r"nearest dose that can be made is (\d+ mg)")),
    ('down diazepam --from "10" --pace "2 mg weekly"', swap('"10"', r"write ('[^']+')")),
    ('down diazepam --from "2,5 mg" --pace "0.5 mg weekly"', swap("2,5", WRITE)),
    ('down diazepam --from "2,5 mg" --pace "0.5 mg weekly"', swap("2,5", SECOND)),
    ('down diazepam --from "10 mg at 8" --pace "2 mg weekly"', swap("at 8", SECOND)),
    ('down diazepam --from "5-10 mg nocte" --pace "1 mg weekly"', swap("5-10 mg", SECOND)),
    ('down diazepam --from "10 mg hs" --pace "2 mg weekly"', swap("hs", r"write (bedtime)")),
    ('down diazepam --from "10 mg nihgt" --pace "2 mg weekly"', swap("nihgt", r"did you mean (\w+)")),
    ('down diazepam --from "10 mgr" --pace "2 mg weekly"', swap("10 mgr", r"write (\d+ \w+)")),
    ('down diazepam --from "5000 ug" --pace "1 mg weekly"', swap("ug", r"write (mcg)")),
    ('down diazepam --from "2 tablets" --pace "2 mg weekly"', swap("2 tablets", r"could be (\d+ mg)")),
    ('down diazepam --from "20 mg daily, morning and night" --pace "2 mg weekly" --order evenly',
     swap("20 mg daily, morning and night", SECOND)),
    ('down diazepam --from "10 mg nocte" --pace "2 mg"', swap("2 mg", r'write it like "([^"]+)"')),
    ('down diazepam --from "10 mg nocte" --pace "10% weekly"',
     lambda line, said: line.replace("10%", "10% " + re.search(r'or "(of start)"', said)[1])),
    ('down diazepam --from "10 mg nocte" --pace "10% of current weekly"',
     lambda line, said: line.replace("weekly", "weekly, " + re.search(r'write "([^"]+)"', said)[1])),
    ('down diazepam --from "10 mg nocte" --pace "2 mg biweekly"', swap("biweekly", WRITE)),
    ('down diazepam --from "10 mg nocte" --pace "2 mg every 2-4 weeks"', swap("2-4 weeks", WRITE)),
    ('down diazepam --from "10 mg bd" --pace "2 mg weekly"', add(r'(--order evenly)')),
    ("down diazepan --from \"10 mg nocte\" --pace \"2 mg weekly\"", swap("diazepan", r"(diazepam)")),
    (f"{DOWN} --release imediate", swap("imediate", r"did you mean (\w+)")),
    (f"{DOWN} --form tabelt", swap("tabelt", r"did you mean (\w+)")),
    (f"{DOWN} --only diazepam-us-2", swap("diazepam-us-2", r"(diazepam-us-tablet-5mg)")),
    (f"{DOWN} --market usofa", swap("usofa", r"write (us)")),
    (f"{DOWN} --shortst '1 week'", swap("--shortst", r"did you mean (--\w+)")),
    (f"{DOWN} --out old.json", add(r"(--force)")),
    (f"{DOWN} --out new.html", add(r"(--start \d{4}-\d\d-\d\d)")),
    (f"{DOWN} --start 2027-03-01", lambda line, said: f"{line} {re.search('(--out sheet[.])', said)[1]}html"),
    (f"{DOWN} --start 2027-03-01 --out new.html --tz Europe/London --times bedtime=22:00",
     lambda line, said: line.replace("new.html", "new." + re.search(r"or use (\w+)", said)[1])),
    (f"{DOWN} --start 2027-03-01 --out new.ics --tz Europe/London", add(r"(--times \S+)")),
    (f"{DOWN} --start 2027-03-01 --out new.ics --times morning=07:30", swap("--times morning=07:30", r"write (--times \S+)")),
    (f"{DOWN} --no-clinician --start 2027-03-01 --out new.ics",
     lambda line, said: line.replace("new.ics", "new." + re.search(r"or use (\w+)", said)[1])),
    (DOWN.replace("down", "dwon"), swap("dwon", r"did you mean (\w+)")),
    ('recipe diazepam "3.4 mg"', swap("3.4 mg", r"(\d[\d.]* mg) and")),
    ('recipe diazepam "5"', swap('"5"', r"write ('5 mg')")),
    ("schedule plan.json", add(r"(--start \d{4}-\d\d-\d\d)")),
    ("schedule plan.json --start 1/3/2027", swap("1/3/2027", WRITE)),
    ("schedule plan.json --start tomorow", swap("tomorow", r"like (\d{4}-\d\d-\d\d)")),
    ("schedule plan.json --start 2027-03-01 --format table --out x.pdf", swap("x.pdf", r"name the file (\.txt)")),
    ("schedule plan.json --start 2027-03-01 --format table --out x.pdf",
     lambda line, said: line.replace("--format table ", "") if "leave it out" in said else line),
    ("schedule plan.json --start 2027-03-01 --out x.docx", swap(".docx", r"one of (\.txt)")),
    ("schedule plan.json --start 2027-03-01 --language es", lambda line, said: f"{line} --out {'x.' + re.search(r'use (html)', said)[1]}"),
    ("schedule plan.json --start 2027-03-01 --format icss", swap("icss", r"did you mean (\w+)")),
    ("schedule plan.jsn --start 2027-03-01", swap("plan.jsn", r"did you mean (plan\.json)")),
    ("schedule baclofen-raynaud-example --start 2027-03-01", add(r"(--days \d+)")),
    ("check diazepam-cks", lambda line, said: line + " --choose step=larger --choose 'every=2 weeks'" if '"larger"' in said else line),
    ("check plan.json --accept-not-assessed kidny", swap("kidny", r"did you mean (\w+)")),
    ('log plan.json hold --day 2027-03-10 --for "1 week"', add(r"(--start \d{4}-\d\d-\d\d)")),
    ('log plan.json hold --start 2027-03-01 --for "1 week"',
     lambda line, said: line + " " + re.search(r"(--day \d{4}-\d\d)", said)[1].replace("-04", "-03") + "-10"),
    ("log plan.json hold --start 2027-03-01 --day 2027-03-10", lambda line, said: line + ' --for "2 weeks"' if '--for "2 weeks"' in said else line),
    ("log plan.json hodl --start 2027-03-01 --day 2027-03-10 --for '1 week'", swap("hodl", r"did you mean (\w+)")),
    ("log plan.json stop --start 2027-03-01 --day 2027-03-10 --for '1 week'",
     lambda line, said: line.replace(" --for '1 week'", "") if "--for: stop does not use --for; leave it out" in said else line),
    ("log plan.json missed --start 2027-03-01 --day 2027-03-10", add(r"add (--slot \w+)")),
    ('cross alprazolam --from "1 mg bd" --to-drug diazepam --equivalence ashto-2002 --every weekly --rounding down',
     swap("ashto-2002", r"(ashton-2002)")),
    ('up baclofen --to "15 mg" --slots evening,morning,noon --by slowly', swap("slowly", r'or ("[^"]+")')),
    ('supply plan.json --start 2027-03-01 --every "montly"', swap('"montly"', r'("calendar month")')),
    ("stale", lambda line, said: f"{line} {re.search('(--as-of)', said)[1]} 2027-01-01"),
    ("adjust plan.json --log none.log.json", lambda line, said: 'log plan.json hold --start 2027-03-01 --day 2027-03-10 --for "1 week"' if "taper log" in said else line),
    ("show diazapam", swap("diazapam", r"(diazepam)")),
]  # fmt: skip


@pytest.mark.parametrize(("line", "mend"), CASES, ids=[line for line, _ in CASES])
def test_doing_what_the_message_says_gets_further(typed, line, mend):
    code, said = typed(line)
    assert code == 2
    mended = mend(line, said)
    assert mended != line, said
    code, after = typed(mended)
    assert code in {0, 1, 3}, f"{mended}\n{after}"


def test_a_log_of_another_plan_says_which_and_what_changed(typed):
    assert typed('log plan.json hold --start 2027-03-01 --day 2027-03-10 --for "1 week"')[0] == 0
    code, said = typed("schedule other.json --log plan.log.json")
    assert code == 2
    assert 'plan.log.json: was written for "diazepam" as it was then. What changed since:' in said
