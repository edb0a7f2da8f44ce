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
    ("down", lambda line, said: re.search(r"Example: taper (.+)", said)[1]),
    ('recipe diazepam', lambda line, said: re.search(r"Example: taper (.+)", said)[1]),
    ('down diazepam --from "10 mg nocte"', add(r"such as (--pace \"[^\"]+\")")),
    ('down diazepam --from "10 mg nocte"', add(r"or (--over \"[^\"]+\")")),
    ('down diazepam --from "10 mg nocte" --pace "20 mg weekly"',
     lambda line, said: f'{line} --lead-in "1 week"' if "give a lead-in" in said else line),
    (f"{DOWN} --pieces none", swap("none", r"such as (\d)")),
    (f"{DOWN} --pieces 0", lambda line, said: line.replace("--pieces 0", "--pieces " + re.search(r"such as (\d)", said)[1])),
    (f"{DOWN} --release extended", swap("--release extended", r"on file: (--release immediate --form \"tablet\")")),
    (f"{DOWN} --form capsule", swap("--form capsule", r"on file: (--release immediate --form \"tablet\")")),
    (f"{DOWN} --stays evenly", swap("evenly", r"did you mean (\w+)")),
    (f"{DOWN} --order 'bedtime first'", swap("'bedtime first'", r'or ("keep last: bedtime")')),
    (f"{DOWN} --divide 2mg", swap("2mg", r'like ("2 mg=2")')),
    (f"{DOWN} --pieces 5 --only '3 mg'", lambda line, said: line.replace("3 mg", re.search(r"on file are (2 mg)", said)[1])),
    (f"{DOWN} --syringe 5", lambda line, said: line.replace("--syringe 5", "--syringe " + re.search(r'such as ("[^"]+")', said)[1])),
    ('recipe diazepam "7.3 mg"', lambda line, said: f'{line} {re.search("(--syringe)", said)[1]} "10 mL, 0.1 mL" --only diazepam-us-oral-solution-5mg-per-5ml'),
    ('up baclofen --to "15 mg" --slots evening,morning,noon --by label',
     lambda line, said: f"{line} {re.search('(--label)', said)[1]} {re.search('on file: ([a-z-]+)', said)[1]}"),
    ('up baclofen --to "15 mg" --slots evening,morning,noon --by "5 mg every 3 days" --aim quick', swap("quick", r"one of (\w+)")),
    ('steps prednisone "20 mg for 2 days, then down 5 mg every 2 days to 5 mg, then stop" --at dawn', swap("dawn", r"write (\w+)")),
    ('steps prednisone "20 mg for 2 days" --at morning', lambda line, said: line.replace("days", "days, " + re.search('"(then stop)"', said)[1])),
    ('steps prednisone "5 mg for 1 week, then stop" --at morning --on "second tuesday"', swap('"second tuesday"', r"write (\w+)")),
    ('cross alprazolam --from "1 mg nocte" --to-drug diazepam --equivalence ashton --every weekly --rounding down',
     lambda line, said: f"{line} --stages 4" if "give more stages" in said else line),
    ("check diazepam-cks", lambda line, said: " ".join([line, *re.findall(r'(--choose "[^"]+") or', said)])),
    ("check plan", swap("plan", r"did you mean (plan\.json)\?")),
    ("check diazepam-example --choose step=larger", lambda line, said: line.replace(" --choose step=larger", "") if "remove it" in said else line),
    ("check plan.json --fail-on serious", swap("serious", r"one of (\w+)")),
    ("check plan.json --source nobody", swap("nobody", r"Name one of ([a-z0-9-]+)")),
    ("schedule plan.json --start 2027-03-01 --days 0", lambda line, said: line.replace("--days 0", "--days " + re.search(r"number from (\d)", said)[1])),
    ("supply plan.json --start 2027-03-01 --language es",
     lambda line, said: f"{line.replace('supply', re.search('one of taper (schedule)', said)[1])} --out x.html"),
    ("supply plan.json --start 2027-03-01 --every 28", swap("28", r'like ("3 days")')),
    ("log plan.json taken --start 2027-03-01 --day 2027-03-10 --slot nigth", swap("nigth", r"did you mean (\w+)")),
    ("log plan.json taken --start 2027-03-01 --day 2027-03-10 --slot morning", swap("morning", r"that day: (\w+)")),
    ("log plan.json other --start 2027-03-01 --day 2027-03-10 --slot bedtime --dose 3", lambda line, said: line.replace("--dose 3", "--dose " + re.search(r'like ("[^"]+")', said)[1])),
    ('log plan.json change-products --start 2027-03-01 --day 2027-03-10 --with "3 mg"', swap("3 mg", r"on file are (2 mg)")),
    ("log plan.json stop --start 2027-03-01 --day 2027-03-10 --course x", lambda line, said: line.replace(" x", " " + re.search(r"name one of (\w+)", said)[1])),
    ("adjust plan.json --log plan.json", lambda line, said: 'log plan.json hold --start 2027-03-01 --day 2027-03-10 --for "1 week"' if "a log of what happened is needed" in said else line),
    ("schedule plan.json --start 2027-03-01 --days zero", swap("zero", r"such as (4)")),
    ("schedule plan.json --start 2027-03-01 --out x.pdf --fonts nowhere",
     lambda line, said: line.replace("nowhere", ".") if "name the one that holds the fonts" in said else line),
    ("show", lambda line, said: re.search(r"Example: taper (.+)", said)[1]),
    ("limit", swap("limit", r"did you mean (\w+)")),
    ("protocols baclofen", lambda line, said: line.replace(" baclofen", "") if "or remove it" in said else line),
    (f"{DOWN} --start 2027-03-01 --out x.ics --times 'night 22:00'", lambda line, said: line.replace("'night 22:00'", "night=22:00") if "write morning=08:00" in said else line),
    (f"{DOWN} --start 2027-03-01 --out x.ics --times night=22:00 --tz London", swap("London", r"(Europe/London)")),
    (f"{DOWN} --start 2027-03-01 --out x.html --language it", lambda line, said: line.replace("--language it", "--language " + re.search(r"choose one of (\w+)", said)[1])),
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
