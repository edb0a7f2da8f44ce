"""The command line says what the library says, exits as documented, and never shows a traceback."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from taper import Formulary, check, load_plan, load_protocol, realize
from taper._base.files import write_whole
from taper.cli import main
from taper.cli.drug_inputs import those_of_drug
from taper.errors import InvalidInput
from taper.words.notice import NOTICE

EXAMPLE = "baclofen-raynaud-example"
BACLOFEN = [{"id": "b5", "drug": "baclofen", "form": "tablet", "strength": "5 mg"}]
US = "taper: {}: products of the us market (--market or TAPER_MARKET names another)\n"
HEALTHY = {"age": 45, "egfr": "95", "kidney_stable": True, "dialysis": False}


@pytest.fixture
def run(capsys):
    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def write(tmp_path):
    def put(name, data):
        path = tmp_path / name
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return put


def _plan(**course):
    steps = [{"for": "2 days", "regimen": {"evening": "5 mg"}}]
    return {"format": "taper-plan/1", "courses": [{"drug": "baclofen", "then": "stop", "steps": steps, **course}]}


def test_drugs_lists_the_drugs_held(run):
    code, out, _ = run("drugs")
    assert code == 0
    assert out.split() == list(Formulary.shipped().drugs)
    assert json.loads(run("drugs", "--json")[1]) == {"drugs": list(Formulary.shipped().drugs)}


def test_protocols_says_which_are_examples_and_what_they_leave_open(run):
    code, out, _ = run("protocols")
    assert code == 0
    assert "baclofen-raynaud-example  [example]" in out
    assert "--choose step=larger | smaller" in out
    listed = json.loads(run("protocols", "--json")[1])["protocols"]
    assert {item["status"] for item in listed} == {"label", "guideline", "example"}


def test_show_prints_limits_with_their_sources(run):
    code, out, _ = run("show", "Lioresal")
    assert code == 0
    assert "80 mg" in out
    assert json.loads(run("show", "baclofen", "--json")[1])["drug"] == "baclofen"


def test_a_schedule_as_json_is_the_librarys_own(run):
    code, out, _ = run("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "10", "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert data["format"] == "taper-schedule/1"
    assert data["ends"] == "continues"
    assert [day["totals"]["baclofen"] for day in data["days"]] == ["5 mg"] * 3 + ["10 mg"] * 4 + ["15 mg"] * 3
    assert data["days"][0]["date"] == "2027-03-01"


def test_json_overrides_the_format_of_a_schedule(run):
    arguments = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "3")
    assert run(*arguments, "--json")[1] == run(*arguments, "--format", "json")[1]


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("table", "Review:"),
        ("markdown", "| days |"),
        ("csv", "date,day,course"),
        ("ics", "BEGIN:VCALENDAR"),
        ("fhir-r4", "MedicationRequest"),
    ],
)
def test_each_format_of_a_schedule_is_printed(run, kind, sign):
    code, out, _ = run("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "10", "--format", kind)
    assert code == 0
    assert sign in out


def test_a_table_can_show_every_day(run):
    _, out, _ = run("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "3", "--every-day")
    assert "Tue 2 Mar 2027" in out


def test_an_open_plan_without_a_horizon_is_refused(run):
    code, out, err = run("schedule", EXAMPLE, "--start", "2027-03-01")
    assert (code, out) == (2, "")
    assert "has no stop date; give a horizon" in err
    assert "Traceback" not in err


def test_a_window_on_a_closed_plan_counts_and_names_what_lies_beyond(run):
    _, out, _ = run("schedule", "diazepam-example", "--start", "2027-03-01", "--days", "30")
    assert "Not shown: 194 more days with 374 doses beyond this window, to 2027-10-10." in out
    _, out, _ = run("supply", "diazepam-example", "--start", "2027-03-01", "--days", "30")
    assert "Not counted: 194 more days" in out


def test_a_calendar_with_clock_times_puts_doses_at_them(run):
    times = "morning=08:00,noon=13:00,evening=20:00"
    arguments = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "10", "--format", "ics")
    _, out, err = run(*arguments, "--times", times)
    assert "DTSTART:20270301T200000" in out
    assert "floating" in err
    _, out, err = run(*arguments, "--times", times, "--tz", "Europe/London")
    assert "DTSTART;TZID=Europe/London:20270301T200000" in out
    assert err == US.format("baclofen")
    code, _, err = run(*arguments, "--times", "morning")
    assert code == 2
    assert "--times" in err


def test_supply_counts_the_units_of_the_days_shown(run):
    code, out, _ = run("supply", EXAMPLE, "--start", "2027-03-01", "--days", "28", "--json")
    assert code == 0
    assert json.loads(out)["lines"][0]["used"] == "74"
    assert "The plan continues beyond 2027-03-28" in run("supply", EXAMPLE, "--start", "2027-03-01", "--days", "28")[1]


def test_mme_totals_the_opioids_by_each_table_with_its_warning(run, write):
    steps = [{"for": "7 days", "regimen": {"morning": "30 mg", "bedtime": "30 mg"}}]
    course = {"drug": "codeine", "form": "tablet", "before": "nothing", "then": "stop", "steps": steps}
    plan = str(write("opioid.json", {"format": "taper-plan/1", "courses": [course]}))
    code, out, _ = run("mme", plan, "--start", "2027-03-01")
    assert (code, out.count("Warning: It measures exposure."), out.count("Warning: ")) == (0, 1, 2)
    assert "9 mg/day" in out
    assert "6 mg/day" in out
    (table,) = json.loads(run("mme", plan, "--start", "2027-03-01", "--table", "cdc-2022", "--json")[1])["tables"]
    assert table["rows"] == [{"first": "2027-03-01", "last": "2027-03-07", "total": "9 mg/day"}]


def test_supply_of_a_whole_plan_says_nothing_of_beyond(run):
    _, out, _ = run("supply", "diazepam-example", "--start", "2027-03-01", "--remnants", "discard")
    assert "discarded" in out
    assert "beyond" not in out


def test_check_exits_1_when_something_high_is_found(run, write):
    plan = write("plan.json", _plan(steps=[{"for": "2 days", "regimen": {"evening": "90 mg"}}], then="review"))
    code, out, _ = run("check", plan)
    assert code == 1
    assert "HIGH  Daily maximum: baclofen reaches 90 mg/day on days 1-2.\n" in out
    assert "maximum of 80 mg/day" in out
    assert "at: DailyMed setid" in run("check", plan, "--explain")[1]


def test_check_exits_3_when_nothing_was_found_and_something_was_not_assessed(run):
    code, out, _ = run("check", EXAMPLE)
    assert code == 3
    assert "Not assessed:\n  kidney function (baclofen): Give " in out


def test_check_exits_0_when_what_was_not_assessed_is_accepted_and_findings_lie_below_the_gate(run, write):
    made = realize(load_protocol(EXAMPLE).plan(), Formulary.shipped().products("baclofen", market="us"))
    unseen = ",".join(sorted({gap.rule for gap in check(made).not_assessed}))
    assert run("check", EXAMPLE, "--accept-not-assessed", unseen)[0] == 0
    patient = write("patient.json", {**HEALTHY, "egfr": "50"})
    strict = run("check", EXAMPLE, "--patient", patient, "--fail-on", "low", "--accept-not-assessed", unseen)
    assert strict[0] == 1


def test_check_prints_the_review_as_json(run):
    data = json.loads(run("check", EXAMPLE, "--json")[1])
    assert set(data) >= {"findings", "not_assessed", "clear"}
    assert all(set(item) >= {"rule", "drug", "missing"} for item in data["not_assessed"])


def test_check_with_a_named_source_lists_those_left_out(run, write):
    patient = write("patient.json", HEALTHY)
    _, out, _ = run("check", EXAMPLE, "--patient", patient, "--source", "us-tablet-dailymed")
    assert "left out" in out
    code, _, err = run("check", EXAMPLE, "--source", "nobody")
    assert code == 2
    assert "us-tablet-dailymed" in err


def test_check_refuses_to_accept_a_rule_that_does_not_exist(run):
    code, _, err = run("check", EXAMPLE, "--accept-not-assessed", "kidneys")
    assert code == 2
    assert "kidney" in err


def test_check_takes_a_start_for_a_plan_in_months(run, write):
    step = [{"for": "1 month", "regimen": {"evening": "5 mg"}}]
    plan = write("plan.json", _plan(steps=step, then="review", before="nothing"))
    assert run("check", plan)[0] == 2
    assert run("check", plan, "--start", "2027-01-31")[0] == 3


def test_kidney_shows_a_proposal_and_its_changes(run, write):
    patient = write("patient.json", {"crcl": "40", "kidney_stable": True, "dialysis": False, "age": 70})
    solution = {"drug": "baclofen", "form": "oral solution", "concentration": "5 mg/5 mL", "smallest_volume": "0.5 mL"}
    products = write("products.json", [solution])
    arguments = ("kidney", EXAMPLE, "--patient", patient, "--source", "vlavonou-2014", "--products", products)
    code, out, _ = run(*arguments)
    assert code == 0
    assert "step 1, evening: 5 mg -> 2.5 mg" in out
    data = json.loads(run(*arguments, "--json")[1])
    assert data["plan"]["courses"][0]["steps"][0]["regimen"] == {"evening": "2.5 mg"}


def test_kidney_says_when_no_dose_would_change(run, write):
    patient = write("patient.json", {"egfr": "28", "kidney_stable": True, "dialysis": False})
    _, out, _ = run("kidney", EXAMPLE, "--patient", patient, "--source", "nefrologia-2020")
    assert "No dose would change." in out
    assert "Note: the source gives a first daily dose only" in out


def test_kidney_refuses_someone_who_takes_the_drug(run, write):
    taken = {"regimen": {"evening": "10 mg"}, "for": "1 year"}
    plan = write("plan.json", _plan(before=taken))
    patient = write("patient.json", {"crcl": "40", "kidney_stable": True, "dialysis": False})
    code, _, err = run("kidney", plan, "--patient", patient, "--source", "vlavonou-2014")
    assert code == 2
    assert "abrupt cut" in err


def test_a_protocol_with_choices_needs_them(run):
    code, _, err = run("check", "diazepam-cks")
    assert code == 2
    assert 'Add --choose "step=larger" or --choose "step=smaller"' in err
    assert 'Add --choose "every=1 week" or --choose "every=2 weeks"' in err
    assert run("check", "diazepam-cks", "--choose", "step=big", "--choose", "every=2 weeks")[0] == 2
    chosen = ("--choose", "step=larger", "--choose", "every=2 weeks")
    assert run("check", "diazepam-cks", *chosen)[0] in {1, 3}
    assert run("check", EXAMPLE, "--choose", "x=y")[0] == 2
    assert run("check", "no-such-plan")[0] == 2


def test_choices_go_with_protocols_only(run, write):
    code, _, err = run("check", write("plan.json", _plan()), "--choose", "step=larger")
    assert code == 2
    assert "--choose" in err


def test_a_drug_outside_the_formulary_works_with_products_and_is_not_assessed(run, write):
    plan = write("plan.json", _plan(drug="somnil", before="nothing", then="review"))
    products = write("products.json", [{"drug": "somnil", "form": "tablet", "strength": "10 mg", "pieces": 2}])
    code, out, _ = run("check", plan, "--products", products)
    assert code == 3
    assert "somnil is not in the formulary" in out
    assert run("check", plan)[0] == 2


def test_products_of_another_market_can_be_chosen(run):
    arguments = ("--start", "2027-03-01", "--days", "7", "--market", "uk")
    _, out, _ = run("supply", EXAMPLE, *arguments, "--json")
    assert {line["product"] for line in json.loads(out)["lines"]} == {"baclofen-uk-tablet-5mg"}


def test_a_tablet_without_a_known_score_is_not_divided(run):
    code, _, err = run("schedule", "diazepam-example", "--start", "2027-03-01", "--market", "uk")
    assert code == 2
    assert "step 10, morning: 3 mg of diazepam cannot be made from" in err
    assert "The nearest doses that can be made are 2.5 mg and 4 mg" in err


def test_a_drug_of_one_market_takes_that_market(run, write):
    steps = [{"for": "2 days", "regimen": {"bedtime": "5 mg"}}]
    plan = write("plan.json", _plan(drug="nitrazepam", steps=steps))
    assert "nitrazepam-uk" in run("schedule", plan, "--start", "2027-03-01")[1]


def test_an_overlay_adds_a_local_limit(run, write):
    local = """
drug = "baclofen"
overlay = "local"
[sources.local-policy]
organization = "A hospital"
title = "Local policy"
locator = "page 1"
year = 2026
grade = "A"
verified_on = 2026-11-01
[[ceilings]]
limit = "10 mg"
source = "local-policy"
"""
    code, out, _ = run("check", EXAMPLE, "--overlay", write("local.toml", local))
    assert code == 1
    assert "A hospital (2026, grade A, from the overlay local): maximum of 10 mg/day" in out


def test_a_plan_is_read_from_standard_input(run, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(_plan()).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("schedule", "-", "--start", "2027-03-01")[0] == 0


def test_a_file_is_written_whole_and_never_over_another(run, tmp_path):
    out = tmp_path / "plan.ics"
    arguments = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "5", "--format", "ics", "--out", out)
    assert run(*arguments)[0] == 0
    first = out.read_bytes()
    assert first.startswith(b"BEGIN:VCALENDAR\r\n")
    code, _, err = run(*arguments)
    assert code == 2
    assert "--force" in err
    assert run(*arguments, "--force")[0] == 0
    assert out.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["plan.ics"]


def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_whole(tmp_path / "missing" / "plan.ics", "text", force=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\xff\xfe\x00", "not UTF-8", id="broken UTF-8"),
        pytest.param(b"[" * 100_000, "nested", id="100,000 brackets"),
        pytest.param(b"{" * 10, "not JSON", id="not JSON"),
        pytest.param(b'{"format": "taper-plan/1", "format": "x"}', "written twice", id="repeated key"),
        pytest.param(b'{"format": "taper-plan/2"}', "taper-plan/1", id="unknown format"),
        pytest.param(b"[]", "JSON object", id="not an object"),
    ],
)
def test_a_broken_file_is_one_message_with_its_path(run, tmp_path, content, said):
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    code, out, err = run("check", path)
    assert (code, out) == (2, "")
    assert said in err
    assert "plan.json" in err
    assert "Traceback" not in err


def test_a_file_of_100_mb_is_refused_without_being_read_whole(run, tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    code, _, err = run("check", path)
    assert code == 2
    assert "larger than 5 MB" in err


@pytest.mark.parametrize("start", ["1899-12-31", "2027-02-30", "01/03/2027", "2027-3-1", "soon"])
def test_a_start_that_is_no_usable_date_is_refused(run, start):
    code, _, err = run("schedule", EXAMPLE, "--start", start, "--days", "3")
    assert code == 2
    assert start in err


@pytest.mark.parametrize("days", ["0", "-3", "9999999"])
def test_a_horizon_that_is_no_usable_length_is_refused(run, days):
    assert run("schedule", EXAMPLE, "--start", "2027-03-01", "--days", days)[0] == 2


def test_the_program_runs_as_a_module_and_ends_quietly_when_its_reader_leaves():
    command = [
        sys.executable,
        "-m",
        "taper",
        "schedule",
        EXAMPLE,
        "--start",
        "2027-03-01",
        "--days",
        "7000",
        "--json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(100)
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert errors.decode() in {"", US.format("baclofen")}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
def test_a_full_disk_is_one_message():
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "taper", "protocols"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"taper: standard output cannot be written (No space left on device)")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("setting", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
@pytest.mark.parametrize("kind", ["html", "table", "json"])
def test_what_is_printed_is_utf8_whatever_the_terminal_is_set_to(write, setting, kind):
    half = write("half.json", _plan(steps=[{"for": "2 days", "regimen": {"evening": "2.5 mg"}}]) | {"title": "\u4e2d"})
    halves = write("products.json", [BACLOFEN[0] | {"score": 2}])
    command = [sys.executable, "-m", "taper", "schedule", half, "--start", "2027-03-01", "--format", kind]
    command += ["--products", halves]
    done = subprocess.run(command, env=os.environ | setting, capture_output=True, check=True)
    assert done.stderr == b""
    assert ("\u4e2d" if kind != "json" else "1/2") in done.stdout.decode("utf-8")
    assert kind != "html" or "\u00bd" in done.stdout.decode("utf-8")
    assert b"\r" not in done.stdout


def test_the_command_line_may_write_to_what_is_no_file():
    with redirect_stdout(io.StringIO()) as out:
        assert main(["drugs"]) == 0
    assert "baclofen" in out.getvalue()


class TestFiles:
    """A file is written whole or not at all, and no other one is touched (issue 6, bad input)."""

    def test_a_file_beside_it_is_left_alone(self, tmp_path):
        others = [tmp_path / ".plan.csv.part", tmp_path / "plan.csv.part"]
        for other in others:
            other.write_text("mine", encoding="utf-8")
        write_whole(tmp_path / "plan.csv", "text", force=False)
        assert [other.read_text(encoding="utf-8") for other in others] == ["mine", "mine"]
        assert sorted(path.name for path in tmp_path.iterdir()) == [".plan.csv.part", "plan.csv", "plan.csv.part"]

    def test_a_link_is_neither_followed_nor_taken_for_a_free_name(self, tmp_path):
        victim, link = tmp_path / "victim.txt", tmp_path / "link.csv"
        link.symlink_to(victim)
        with pytest.raises(InvalidInput, match="exists; choose another name"):
            write_whole(link, "text", force=False)
        write_whole(link, "text", force=True)
        assert (link.is_symlink(), link.read_text(encoding="utf-8"), victim.exists()) == (False, "text", False)

    @pytest.mark.parametrize("force", [True, False])
    def test_a_folder_is_no_file(self, tmp_path, force):
        for name in (f"{tmp_path}/new/", str(tmp_path)):
            with pytest.raises(InvalidInput, match="is a folder; add the name of a file"):
                write_whole(name, "text", force=force)
        assert list(tmp_path.iterdir()) == []

    def test_what_fails_leaves_nothing_behind(self, tmp_path):
        with pytest.raises(InvalidInput, match="cannot be written"):
            write_whole(tmp_path / ("x" * 300), "text", force=False)
        assert list(tmp_path.iterdir()) == []

    def test_of_several_files_all_are_written_or_none(self, run, write, tmp_path):
        plan = write("plan.json", _plan())
        named = ("schedule", plan, "--start", "2027-03-01", "--out", tmp_path / "a.csv", "--out")
        taken = tmp_path / "b.html"
        taken.write_text("mine", encoding="utf-8")
        code, out, err = run(*named, taken)
        says = f"taper: {taken}: exists; choose another name, or add --force"
        assert (code, out, err.splitlines()[-1]) == (2, "", says)
        code, out, err = run(*named, tmp_path / "missing" / "b.html", "--out", "-")
        assert (code, out, "cannot be written (No such file or directory)" in err) == (2, "", True)
        assert {path.name for path in tmp_path.iterdir()} == {"plan.json", "b.html"}

    @pytest.fixture
    def order(self, write, tmp_path):
        named = tmp_path / "order.json"
        words = ["schedule", str(write("plan.json", _plan())), "--start", "2027-03-01", "--format", "fhir-r4"]
        assert main([*words, "--out", str(named)]) == 0
        return named

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a standard output that is full")
    @pytest.mark.parametrize("words", [
        ("schedule", "plan.json", "--start", "2027-03-01", "--out", "-", "--format", "json"),
        ("down", "diazepam", "--from", "4 mg at night", "--pace", "2 mg every 2 weeks"),
        ("down", "diazepam", "--from", "4 mg at night", "--pace", "2 mg every 2 weeks", "--out", "-"),
        ("import", "order.json", "--json"),
        ("import", "order.json", "--out", "-"),
    ])  # fmt: skip
    def test_where_standard_output_is_full_no_file_is_written(self, order, tmp_path, words):
        code = "import sys; from taper.cli import main; sys.exit(main(sys.argv[1:]))"
        with Path("/dev/full").open("w", encoding="utf-8") as full:
            done = subprocess.run(
                [sys.executable, "-c", code, *words, "--out", "made.json"], stdout=full, stderr=subprocess.PIPE,
                text=True, check=False, cwd=tmp_path,
            )  # fmt: skip
        assert "standard output cannot be written" in done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"plan.json", order.name}

    def test_what_a_command_reads_is_not_written_over(self, run, order, tmp_path):
        plan, link = tmp_path / "plan.json", tmp_path / "link.json"
        link.symlink_to(plan)
        before = plan.read_bytes(), order.read_bytes()
        schedule = ("schedule", plan, "--start", "2027-03-01", "--format", "json")
        for words, named in ((schedule, plan), (schedule, link), (("import", order), order)):
            code, out, err = run(*words, "--out", named, "--force")
            says = f"taper: {named}: is read by this command, and would be lost; choose another name"
            assert (code, out, err.splitlines()[-1]) == (2, "", says)
        assert (plan.read_bytes(), order.read_bytes()) == before

    def test_a_calendar_takes_the_place_of_the_one_published_before(self, run, write, tmp_path):
        named = (
            "schedule",
            write("plan.json", _plan()),
            "--start",
            "2027-03-01",
            "--identity",
            "x",
            "--out",
            tmp_path / "a.ics",
        )
        assert run(*named)[0] == 0
        assert run(*named, "--previous", tmp_path / "a.ics", "--sequence", "1", "--force")[0] == 0
        assert "SEQUENCE:1" in (tmp_path / "a.ics").read_text(encoding="utf-8")


class TestUnusedOptions:
    """An option that a format does not use is refused, not dropped."""

    @pytest.mark.parametrize(
        ("kind", "options", "said"),
        [
            ("table", ("--tz", "Mars/Base"), "--tz is not used by --format table; leave it out, or use ics"),
            ("table", ("--times", "morning=08:00"), "--times is not used by --format table"),
            ("table", ("--language", "xx"), "--language is not used by --format table; leave it out, or use html or"),
            ("table", ("--alarm", "0"), "--alarm is not used by --format table"),
            ("html", ("--private",), "--private is not used by --format html; leave it out, or use ics"),
            ("html", ("--fonts", "x"), "--fonts is not used by --format html; leave it out, or use pdf"),
            ("csv", ("--large",), "--large is not used by --format csv; leave it out, or use html or pdf"),
            ("html", ("--paper", "a4"), "--paper is not used by --format html; leave it out, or use pdf"),
            ("csv", ("--every-day",), "--every-day is not used by --format csv; leave it out, or use table"),
            ("ics", ("--patient", "x.json"), "--patient is not used by --format ics"),
            ("ics", ("--json",), "--json and --format ics are two formats; leave one"),
        ],
    )
    def test_it_is_named_with_the_format_that_uses_it(self, run, kind, options, said):
        code, out, err = run("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "7", "--format", kind, *options)
        assert (code, out) == (2, "")
        assert said in err

    def test_json_may_be_said_twice(self, run):
        asked = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "7")
        assert run(*asked, "--json") == run(*asked, "--json", "--format", "json") == run(*asked, "--format", "json")

    def test_a_time_of_day_has_one_clock_time(self, run):
        asked = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "7", "--format", "ics")
        code, _, err = run(*asked, "--times", "morning=08:00,morning=09:00")
        assert code == 2
        assert "--times: morning has two clock times; leave one" in err


def test_the_example_of_the_repository_is_the_shipped_one():
    path = Path(__file__).parent.parent / "examples" / "baclofen.json"
    assert load_plan(path) == load_protocol(EXAMPLE).plan()


@pytest.mark.parametrize(
    "command",
    [
        "drugs",
        "show",
        "protocols",
        "check",
        "schedule",
        "supply",
        "kidney",
        "down",
        "up",
        "cross",
        "recipe",
        "log",
        "adjust",
        "compare",
        "import",
    ],
)
def test_every_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert f"usage: taper {command}" in capsys.readouterr().out


DOWN = ("down", "diazepam", "--from", "10 mg morning, 10 mg bedtime")
PACE = ("--pace", "10% of current, at least 1 mg, up to 12.5%, every 2 weeks")


def test_down_plans_a_taper_and_reports_its_largest_and_last_fall_first(run):
    code, out, _ = run(*DOWN, *PACE, "--order", "evenly")
    assert code == 0
    assert out.startswith("Largest reduction: day 29, 16 mg/day to 14 mg/day: 2 mg")
    assert "Last reduction: day 225, 1 mg/day to 0 mg/day" in out
    data = json.loads(run(*DOWN, *PACE, "--order", "evenly", "--json")[1])
    assert set(data) == {"plan", "report"}
    assert data["plan"]["courses"][0]["then"] == "stop"


def test_down_writes_a_plan_that_the_other_commands_read(run, tmp_path):
    out = tmp_path / "plan.json"
    assert run(*DOWN, *PACE, "--order", "evenly", "--out", out)[0] == 0
    assert "stop; the last dose is on 2027-10-10" in run("schedule", out, "--start", "2027-03-01")[1]


def test_down_can_end_at_a_dose_or_a_day(run):
    for target in ("10 mg", "5 mg morning, 5 mg bedtime"):
        data = json.loads(run(*DOWN, *PACE, "--order", "evenly", "--to", target, "--json")[1])
        assert data["plan"]["courses"][0]["then"] == "continue"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param((*DOWN, *PACE), "order", id="several intakes without an order"),
        pytest.param((*DOWN, "--pace", "10% of current, every 2 weeks", "--order", "evenly"), "at least", id="no end"),
        pytest.param(("down", "diazepam", "--from", "10", *PACE), "--from", id="no unit"),
        pytest.param(("down", "diazepam", "--from", "10 mg at 8", *PACE), "--from", id="no half of the day"),
        pytest.param((*DOWN, *PACE, "--order", "evenly", "--only", "x"), "--only", id="unknown product"),
        pytest.param(("down", "diazepan", "--from", "10 mg noon", *PACE), "diazepam", id="near name"),
    ],
)
def test_down_refuses_what_it_cannot_plan(run, arguments, said):
    code, _, err = run(*arguments)
    assert code == 2
    assert said in err


def test_recipe_says_how_a_dose_is_made_and_what_is_near(run, write):
    code, out, _ = run("recipe", "diazepam", "3.5 mg")
    assert code == 0
    assert "1/2 x 5 mg tablet + 1/2 x 2 mg tablet" in out
    assert json.loads(run("recipe", "diazepam", "3.5 mg", "--json")[1])["below"] == "3 mg"
    code, _, err = run("recipe", "diazepam", "3.4 mg")
    assert code == 2
    assert "3 mg and 3.5 mg" in err
    liquid = {"drug": "diazepam", "form": "oral solution", "concentration": "2 mg/5 mL", "smallest_volume": "0.5 mL"}
    assert "8.5 mL" in run("recipe", "diazepam", "3.4 mg", "--products", write("products.json", [liquid]))[1]


def test_up_follows_the_labels_own_steps_or_an_increment(run):
    label = ("up", "baclofen", "--to", "60 mg", "--slots", "morning,noon,evening", "--by", "label")
    code, _, err = run(*label)
    assert code == 2
    assert "us-tablet-dailymed" in err
    data = json.loads(run(*label, "--label", "us-tablet-dailymed", "--json")[1])
    assert data["plan"]["courses"][0]["steps"][1]["regimen"] == {
        "morning": "10 mg",
        "noon": "10 mg",
        "evening": "10 mg",
    }
    ramp = ("up", "baclofen", "--to", "15 mg", "--slots", "evening,morning,noon", "--by", "5 mg every 3 days")
    assert "3 days: 5 mg morning, 5 mg evening" in run(*ramp)[1]
    assert run("up", "baclofen", "--to", "15 mg", "--slots", "evening", "--by", "slowly")[0] == 2


def test_up_can_apply_one_sources_kidney_advice(run, write):
    solution = {"drug": "baclofen", "form": "oral solution", "concentration": "5 mg/5 mL", "smallest_volume": "0.5 mL"}
    products = write("products.json", [solution])
    patient = write("patient.json", {"crcl": "40", "kidney_stable": True, "dialysis": False})
    ramp = ("up", "baclofen", "--to", "15 mg", "--slots", "evening,morning,noon", "--by", "5 mg every 3 days")
    arguments = (*ramp, "--products", products, "--kidney", "vlavonou-2014")
    code, out, _ = run(*arguments, "--patient", patient)
    assert code == 0
    assert "step 1, evening: 5 mg -> 2.5 mg" in out
    code, _, err = run(*arguments)
    assert code == 2
    assert "--patient" in err


def test_cross_names_its_table_and_shows_the_spread(run, write):
    arguments = ("cross", "alprazolam", "--from", "1 mg morning, 1 mg bedtime", "--to-drug", "diazepam",
                 "--release", "immediate", "--every", "1 week", "--rounding", "down")  # fmt: skip
    code, out, _ = run(*arguments, "--equivalence", "ashton-2002")
    assert code == 0
    assert "before: 1 mg morning, 1 mg bedtime and nothing: 40 mg a day together (20 mg to 40 mg)" in out
    assert "40 mg a day together (30 mg to 40 mg)" in out
    tapered = run(
        *arguments, "--equivalence", "va-dod-2021", "--pace", "2 mg, every 2 weeks", "--order", "evenly", "--json"
    )
    assert json.loads(tapered[1])["plan"]["courses"][1]["then"] == "stop"
    code, _, err = run(*arguments, "--equivalence", "nobody")
    assert code == 2
    assert "nhs-scotland-2024" in err
    tablets = write("products.json", [{"drug": "diazepam", "form": "tablet", "strength": "10 mg"}])
    assert run(*arguments, "--equivalence", "ashton-2002", "--to-products", tablets, "--stages", "2")[0] == 0


def _log(write, *events):
    plan = load_protocol("diazepam-example").plan()
    data = {"format": "taper-log/1", "plan": plan.fingerprint, "start": "2027-03-01", "events": list(events)}
    return write("log.json", data)


def test_adjust_lays_what_happened_over_a_plan_and_leaves_history_as_it_was(run, write):
    log = _log(write, {"kind": "hold", "day": "2027-04-05", "for": "7 days"})
    arguments = ("adjust", "diazepam-example", "--log", log, "--start", "2027-03-01")
    code, out, _ = run(*arguments)
    assert code == 0
    assert "stop; the last dose is on 2027-10-17" in out
    assert "Review:" in out
    days = json.loads(run(*arguments, "--json")[1])["days"]
    before = json.loads(run("schedule", "diazepam-example", "--start", "2027-03-01", "--json")[1])["days"]
    assert days[:35] == before[:35]
    assert len(days) == len(before) + 7


def test_adjust_refuses_the_log_of_another_plan(run, write):
    log = _log(write, {"kind": "hold", "day": "2027-04-05", "for": "7 days"})
    assert run("adjust", "baclofen-label", "--log", log, "--start", "2027-03-01")[0] == 2
    early = _log(write, {"kind": "hold", "day": "2027-02-01", "for": "7 days"})
    assert run("adjust", "diazepam-example", "--log", early, "--start", "2027-03-01")[0] == 2


def test_supply_is_counted_fill_by_fill_with_what_is_on_hand(run, write):
    stock = write("stock.json", {"diazepam-us-tablet-10mg": "4"})
    arguments = ("supply", "diazepam-example", "--start", "2027-03-01", "--every", "28 days")
    _, out, _ = run(*arguments, "--on-hand", stock)
    assert "  Fill 1, 2027-03-01 to 2027-03-28 (28 days):" in out
    assert "    10 x 10 mg tablet, 4 carried in, lasts until 2027-10-10 (diazepam-us-tablet-10mg)" in out
    assert "What is on hand does not cover the first day; diazepam-us-tablet-2mg runs out first." in out
    assert len(json.loads(run(*arguments, "--packs", "--json")[1])["fills"]) == 8


@pytest.mark.parametrize("every", ["calendar month", "at most 28 days", "2027-03-01, 2027-05-01"])
def test_fills_can_be_months_limits_or_dates(run, every):
    assert run("supply", "diazepam-example", "--start", "2027-03-01", "--every", every)[0] == 0


def test_fills_of_no_known_kind_are_refused(run):
    code, _, err = run("supply", "diazepam-example", "--start", "2027-03-01", "--every", "monthly")
    assert code == 2
    assert "--every" in err


def test_compare_says_what_differs_day_by_day(run):
    code, out, _ = run("compare", EXAMPLE, "baclofen-label")
    assert code == 0
    assert "days 4-6" in out
    assert json.loads(run("compare", EXAMPLE, EXAMPLE, "--start", "2027-03-01", "--json")[1])["differences"] == []


def test_compare_counts_units_where_products_are_named(run, write):
    arguments = ("compare", "diazepam-example", "diazepam-example", "--market", "us")
    assert "diazepam-us-tablet-2mg, units" in run(*arguments, "--start", "2027-03-01")[1]
    code, _, err = run(*arguments)
    assert (code, "give --start" in err) == (2, True)
    plans = [
        EXAMPLE,
        "baclofen-label",
        "--products",
        write("p.json", BACLOFEN),
        "--start",
        "2027-03-01",
        "--days",
        "28",
    ]
    assert "b5, units" in run("compare", *plans)[1]


def test_adjust_prints_what_was_taken_and_gives_the_plan_and_its_supply(run, write):
    path = _log(write)
    records = [
        ("2027-03-02", "bedtime", "taken"),
        ("2027-03-02", "morning", "missed"),
        ("2027-03-03", "morning", "missed"),
    ]
    other = {"day": "2027-03-03", "slot": "noon", "result": "other", "dose": "2 mg", "course": "diazepam"}
    data = json.loads(path.read_text())
    data["intakes"] = [dict(zip(("day", "slot", "result"), record, strict=True)) for record in records] + [other]
    path = write("log.json", data)
    arguments = ("adjust", "diazepam-example", "--log", path, "--start", "2027-03-01")
    out = run(*arguments)[1]
    counts = "1 taken, 2 missed, 0 with another dose; 1 taken unplanned, 1 not recorded."
    assert f"Recorded from 2027-03-02 to 2027-03-03: of the planned doses {counts}" in out
    assert "  2027-03-02: diazepam 10 mg/day, planned 18 mg/day." in out
    assert "  2027-03-03: diazepam not known in full, planned 18 mg/day." in out
    assert out.endswith(f"\n\n{NOTICE}\n")
    made = json.loads(run(*arguments, "--json")[1])
    assert made["adherence"]["missed"] == 2
    assert made["plan"]["courses"][0]["drug"] == made["supply"]["lines"][0]["product"].partition("-")[0] == "diazepam"


def test_a_drug_taken_on_a_day_without_a_plan_for_it_is_said_so(run, write):
    plan = _plan(starts_on_day=1)
    plan["courses"].append({**plan["courses"][0], "drug": "diazepam", "id": "d", "starts_on_day": 2})
    path = write("two.json", plan)
    read = load_plan(path)
    other = {"day": "2027-03-01", "slot": "noon", "result": "other", "dose": "2 mg", "course": "d"}
    log = {"format": "taper-log/1", "plan": read.fingerprint, "start": "2027-03-01", "intakes": [other]}
    out = run("adjust", path, "--log", write("log.json", log), "--start", "2027-03-01")[1]
    assert "2027-03-01: diazepam 2 mg/day, planned none; baclofen not known in full, planned 5 mg/day." in out


def test_the_fills_of_an_adjusted_plan_are_counted(run, write):
    log = _log(write, {"kind": "stop", "day": "2027-04-05"})
    arguments = ("supply", "diazepam-example", "--start", "2027-03-01", "--every", "28 days", "--log", log)
    out = run(*arguments)[1]
    assert out.startswith("35 days, 2027-03-01 to 2027-04-04")
    assert "Fill 2, 2027-03-29 to 2027-04-04 (7 days):" in out


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("4", "What is on hand does not cover the first day; diazepam-us-tablet-2mg runs out first."),
        ("2000", "What is on hand covers every dose to 2027-03-07."),
    ],
)
def test_how_long_stock_lasts_is_said(run, write, held, said):
    stock = write(
        "stock.json", {"diazepam-us-tablet-10mg": held, "diazepam-us-tablet-2mg": held if held != "4" else "0"}
    )
    arguments = ("supply", "diazepam-example", "--start", "2027-03-01", "--days", "7", "--on-hand", stock)
    assert said in run(*arguments)[1]
    assert json.loads(run(*arguments, "--json")[1])["on_hand"]["days_supply"] == (0 if held == "4" else 7)


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_import_reads_back_what_schedule_wrote(run, tmp_path, version):
    path = tmp_path / "plan.fhir.json"
    kind = f"fhir-{version.lower()}"
    run("schedule", "diazepam-example", "--start", "2027-03-01", "--format", kind, "--out", path)
    code, out, _ = run("import", path, "--json")
    assert code == 0
    steps = load_protocol("diazepam-example").plan().courses[0].steps
    read = json.loads(out)["plan"]["courses"][0]["steps"]
    assert [step["regimen"] for step in read] == [step.regimen.as_dict() for step in steps]
    code, out, err = run("import", path)
    assert json.loads(out) == json.loads(run("import", path, "--json")[1])["plan"]
    assert f"read as {version}; the plan starts on 2027-03-01" in err


def order(**more):
    """A request that counts tablets, as often a day as is said."""
    repeat = {"frequency": 2, "period": 1, "periodUnit": "d"} | more.pop("repeat", {})
    dosage = {"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}]}
    made = {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
            "medicationCodeableConcept": {"text": "Prednisone 5mg tablet"}, "subject": {"reference": "Patient/1"},
            "dosageInstruction": [dosage | more.pop("dosage", {})]}  # fmt: skip
    return made | more


def test_import_prints_the_plan_alone_and_each_report_once(run, write):
    path = write("order.json", order(dosage={"text": "for 3 days"}))
    named = ("--slots", "morning", "--slots", "morning,evening", "--strength", "5 mg", "--drug", "prednisone")
    code, out, err = run("import", path, *named, "--accept", "text,gap")
    assert code == 0
    (course,) = json.loads(out)["courses"]
    assert (course["drug"], course["steps"]) == (
        "prednisone", [{"regimen": {"morning": "10 mg", "evening": "10 mg"}}]
    )  # fmt: skip
    lines = [line for line in err.splitlines() if line.startswith("  ")]
    assert len(lines) == len(set(lines))
    assert sum("the text says 3 days" in line for line in lines) == 1
    code, out, err = run("import", path, *named)
    assert (code, out) == (2, "")
    assert sum("refused:" in line and "the text says 3 days" in line for line in err.splitlines()) == 1
    assert err.splitlines()[-1] == "where the codes are what is meant: --accept text"
    assert "--accept" not in run("import", path, "--accept", "text")[2]


def test_import_writes_the_plan_to_a_file_and_then_prints_nothing(run, write, tmp_path):
    path, out_file = write("order.json", order()), tmp_path / "plan.json"
    code, out, err = run("import", path, "--slots", "morning,evening", "--strength", "5 mg", "--out", out_file)
    assert (code, out) == (0, "")
    assert "wrote" in err
    assert load_plan(out_file).courses[0].drug == "Prednisone 5mg tablet"


def test_import_writes_to_each_file_that_is_named_and_a_dash_is_standard_output(run, write, tmp_path):
    path, one, two = write("order.json", order()), tmp_path / "one.json", tmp_path / "two.json"
    named = ("--slots", "morning,evening", "--strength", "5 mg")
    code, out, _ = run("import", path, *named, "--out", one, "--out", "-", "--out", two)
    assert code == 0
    assert out == one.read_text("utf-8") == two.read_text("utf-8")
    assert "one.json" not in out


def test_import_picks_by_id_by_patient_and_by_drug(run, write):
    orders = [order(id="a"), order(id="b", subject={"reference": "Patient/2"}, medicationCodeableConcept={"text": "x"})]
    path = write("bundle.json", {"resourceType": "Bundle", "type": "collection",
                                 "entry": [{"resource": item} for item in orders]})  # fmt: skip
    named = ("--slots", "morning,evening", "--strength", "5 mg")
    code, _, err = run("import", path, *named)
    assert code == 2
    assert "2 subjects (Patient/1, Patient/2)" in err
    for picked in (("--select", "b"), ("--patient", "2"), ("--drug", "x")):
        code, out, _ = run("import", path, *named, *picked)
        assert code == 0, picked
        assert json.loads(out)["courses"][0]["drug"] == "x"
    assert "no request has the id 'c'; these are here: a, b" in run("import", path, "--select", "c")[2]
    assert "no request is of 'y'; these are: Prednisone 5mg tablet, x" in run("import", path, "--drug", "y")[2]
    assert "no request is for '3'; these are: Patient/1, Patient/2" in run("import", path, "--patient", "3")[2]


def test_import_reads_a_bulk_export_and_names_a_bad_line(run, write):
    orders = [order(id="a"), order(id="b", subject={"reference": "Patient/2"}), order(id="c", status="completed")]
    told = "\r\n".join(map(json.dumps, orders))
    named = ("--slots", "morning,evening", "--strength", "5 mg", "--drug", "prednisone")
    for picked in (("--select", "a"), ("--patient", "1")):
        code, out, err = run("import", write("export.ndjson", told), *named, *picked)
        assert (code, json.loads(out)["courses"][0]["drug"]) == (0, "prednisone")
        assert "noticed: line 1: " in err
    code, out, err = run("import", write("export.ndjson", f"{told}\n[]\n"), *named)
    assert (code, out) == (2, "")
    assert "export.ndjson, line 4: a list is no resource; write one FHIR resource on each line" in err


def test_import_reads_the_strength_of_a_liquid_and_refuses_two_lists_of_one_length(run, write):
    measured = order(medicationCodeableConcept={"text": "Prednisone oral solution"},
                     dosage={"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mL", "code": "mL",
                                                               "system": "http://unitsofmeasure.org"}}]})  # fmt: skip
    path = write("order.json", measured)
    code, out, _ = run("import", path, "--slots", "morning,evening", "--strength", "2 mg/5 mL")
    assert code == 0
    assert json.loads(out)["courses"][0]["steps"][0]["regimen"] == {"morning": "2 mg", "evening": "2 mg"}
    code, _, err = run("import", path, "--slots", "morning,evening", "--slots", "morning,noon")
    assert code == 2
    assert "is a second list of 2" in err


def test_import_refuses_by_name_what_it_cannot_read(run, write):
    code, _, err = run("import", write("patient.json", {"resourceType": "Patient"}))
    assert code == 2
    assert "Patient" in err
    request = {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
               "medicationCodeableConcept": {"text": "diazepam"}, "subject": {"display": "x"},
               "dosageInstruction": [{"asNeededBoolean": True}]}  # fmt: skip
    code, _, err = run("import", write("request.json", request))
    assert code == 2
    assert "refused:" in err


def test_the_handout_is_written_as_a_page_and_as_a_pdf(run, tmp_path):
    arguments = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "10")
    page, pdf = tmp_path / "plan.html", tmp_path / "plan.pdf"
    assert run(*arguments, "--format", "html", "--language", "es", "--out", page)[0] == 0
    assert '<html lang="es"' in page.read_text("utf-8")
    assert run(*arguments, "--format", "pdf", "--out", pdf)[0] == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
    code, _, err = run(*arguments, "--format", "html", "--language", "xx")
    assert code == 2
    assert "xx" in err


def test_each_out_is_written_in_the_format_that_it_names(run, write, tmp_path):
    files = [tmp_path / name for name in ("sheet.html", "phone.ics", "plan.csv")]
    outs = [part for file in files for part in ("--out", file)]
    plan = write("plan.json", _plan())
    code, out, err = run("schedule", plan, "--start", "2027-03-01", *outs, "--large", "--private")
    assert (code, out, err.splitlines()[:3]) == (0, "", [f"wrote {file}" for file in files])
    assert [file.read_text("utf-8")[:9] for file in files] == ["<!DOCTYPE", "BEGIN:VCA", "date,day,"]
    code, out, err = run("schedule", plan, "--start", "2027-03-01", "--out", tmp_path / "a.md", "--out", "-")
    assert code == 0
    assert err.startswith(f"wrote {tmp_path / 'a.md'}\n")
    assert out.splitlines()[0].startswith(("days", "A plan"))
    code, _, err = run("schedule", plan, "--start", "2027-03-01", *outs, "--force", "--paper", "a4")
    assert code == 2
    assert "--paper is not used by --format html or --format ics or --format csv" in err
    code, _, err = run("schedule", plan, "--start", "2027-03-01", *outs, "--format", "html")
    assert code == 2
    assert "--format html does not write .ics files" in err


def test_a_pdf_can_go_to_standard_output(capfdbinary):
    assert main(["schedule", EXAMPLE, "--start", "2027-03-01", "--days", "3", "--format", "pdf"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"%PDF-")


def test_a_workbook_and_a_picture_are_written(run, tmp_path):
    arguments = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "10")
    book, picture = tmp_path / "plan.xlsx", tmp_path / "plan.svg"
    assert run(*arguments, "--format", "xlsx", "--out", book)[0] == 0
    assert book.read_bytes().startswith(b"PK")
    assert run(*arguments, "--format", "svg", "--out", picture)[0] == 0
    assert "<svg" in picture.read_text("utf-8")


class TestProducts:
    """What a plan is made of is never taken from elsewhere than was named."""

    DOWN = ("down", "lorazepam", "--from", "2 mg bedtime", "--pace", "0.5 mg, every 1 week")

    def test_of_two_releases_the_immediate_is_used_and_said(self, run):
        code, out, err = run(*self.DOWN)
        assert code == 0
        assert "extended" not in out
        said = "taper: immediate release is used, the ordinary one; --release extended names another\n"
        assert err == US.format("lorazepam") + said

    def test_products_of_two_other_releases_need_a_name(self, run, write):
        slow = {"drug": "lorazepam", "form": "capsule"}
        products = write("slow.json", [slow | {"id": "a", "strength": "1 mg", "release": "extended"},
                                       slow | {"id": "b", "strength": "2 mg", "release": "delayed"}])  # fmt: skip
        code, _, err = run(*self.DOWN, "--products", products)
        assert (code, err) == (2, "taper: --release: products are delayed and extended release; name one\n")
        code, out, _ = run(*self.DOWN, "--release", "immediate")
        assert code == 0
        assert "extended" not in out

    def test_a_release_or_form_that_is_not_held_lists_what_is(self, run):
        code, _, err = run(*self.DOWN, "--release", "delayed")
        assert code == 2
        assert "no product is delayed release; write what is on file: --release immediate --form" in err
        code, _, err = run(*self.DOWN, "--release", "immediate", "--form", "capsule")
        assert code == 2
        assert "no product is immediate release capsule; write what is on file" in err

    def test_a_file_without_the_drug_is_an_error_and_not_passed_over(self, run, write):
        other = write("other.json", [{"drug": "baclofen", "form": "tablet", "strength": "10 mg"}])
        code, _, err = run(*self.DOWN, "--products", other)
        assert code == 2
        assert "has products of baclofen, and none of lorazepam; add them" in err

    def test_a_drug_without_a_product_asks_for_a_file(self, write):
        local = write("local.toml", 'drug = "newamine"\nnew = true\noverlay = "local"\nreviewed_on = 2026-11-01\n')
        told = "--products: no product of newamine is on file; name a file of products"
        with pytest.raises(InvalidInput, match=told):
            those_of_drug("newamine", (), None, None, Formulary.shipped().overlaid(local))

    def test_more_pieces_are_allowed_by_name(self, run):
        down = ("down", "prednisone", "--from", "40 mg morning", "--pace", "10 mg, every 1 week",
                "--only", "prednisone-us-tablet-5mg")  # fmt: skip
        code, _, err = run(*down)
        assert code == 2
        assert "Allow 8 pieces in an intake: at most 4 are now" in err
        code, out, _ = run(*down, "--pieces", "8")
        assert code == 0
        assert "30 mg: 6 x 5 mg tablet" in out
        for command in (down, ("recipe", "diazepam", "2 mg")):
            with pytest.raises(SystemExit):
                run(*command, "--pieces", "0")
        assert run("recipe", "diazepam", "8 mg", "--pieces", "1")[0] == 2

    def test_cross_takes_both_drugs_from_one_file_and_says_which_products_it_used(self, run, write, tmp_path):
        products = write("both.json", [
            {"id": "a", "drug": "alprazolam", "form": "tablet", "strength": "0.5 mg"},
            {"id": "d", "drug": "diazepam", "form": "tablet", "strength": "5 mg"},
        ])  # fmt: skip
        cross = ("cross", "alprazolam", "--from", "0.5 mg morning, 0.5 mg bedtime", "--to-drug", "diazepam",
                 "--equivalence", "ashton-2002", "--every", "1 week", "--rounding", "up")  # fmt: skip
        out = tmp_path / "plan.json"
        code, text, _ = run(*cross, "--products", products, "--turns", "bedtime,morning", "--out", out)
        assert code == 0
        assert "day 1: 0.5 mg morning and 10 mg bedtime" in text
        plan = json.loads(out.read_text("utf-8"))
        assert [course["products"] for course in plan["courses"]] == [["a"], ["d"]]
        alone = write("one.json", [{"id": "a", "drug": "alprazolam", "form": "tablet", "strength": "0.5 mg"}])
        assert run(*cross, "--products", alone)[0] == 0
        code, _, err = run(*cross, "--products", alone, "--to-products", alone)
        assert code == 2
        assert "none of diazepam; add them" in err

    def test_an_order_without_a_taper_to_follow_is_refused(self, run):
        code, _, err = run("cross", "alprazolam", "--from", "1 mg morning", "--to-drug", "diazepam", "--equivalence",
                           "ashton-2002", "--every", "1 week", "--rounding", "up", "--order", "evenly",
                           "--release", "immediate")  # fmt: skip
        assert code == 2
        assert "add --pace, or --turns" in err

    def test_a_plan_is_scheduled_from_the_products_it_names_of_whichever_market(self, run, tmp_path):
        out = tmp_path / "plan.json"
        down = ("down", "diazepam", "--from", "5 mg bedtime", "--pace", "2.5 mg, every 1 week", "--market", "uk")
        assert run(*down, "--only", "diazepam-uk-tablet-5mg", "--out", out)[0] == 0
        code, text, _ = run("schedule", out, "--start", "2027-03-01")
        assert code == 0
        assert "1/2 x 5 mg tablet" in text


class TestCalendarOptions:
    """Everything that a calendar can be asked for can be asked for here."""

    ICS = ("schedule", "diazepam-example", "--start", "2027-03-01", "--days", "300", "--format", "ics")
    TIMES = ("--times", "morning=08:00,bedtime=22:00", "--tz", "Europe/London")

    def test_a_banner_has_one_event_a_step(self, run):
        code, out, err = run(*self.ICS, "--style", "banner")
        assert (code, err) == (0, US.format("diazepam"))
        steps = len(load_protocol("diazepam-example").plan().courses[0].steps)
        assert out.count("BEGIN:VEVENT") == steps

    def test_what_a_locked_screen_shows_names_no_drug(self, run):
        _, out, _ = run(*self.ICS, *self.TIMES, "--private", "--alarm", "10", "--style", "per-dose")
        assert not [line for line in out.splitlines() if line.startswith("SUMMARY") and "diazepam" in line.lower()]
        assert out.count("TRIGGER:-PT10M") == out.count("BEGIN:VEVENT")

    def test_a_revision_cancels_what_is_gone(self, run, tmp_path):
        first = tmp_path / "first.ics"
        assert run(*self.ICS, *self.TIMES, "--identity", "mine", "--out", first)[0] == 0
        revised = (*self.ICS[:5], "7", *self.ICS[6:], *self.TIMES, "--identity", "mine", "--previous", first)
        code, _, err = run(*revised)
        assert code == 2
        assert "add --sequence" in err
        code, out, _ = run(*revised, "--sequence", "1")
        assert code == 0
        assert "STATUS:CANCELLED" not in out, "the plan still holds what lies beyond the window"
        assert "SEQUENCE:1" in out
        changed = tmp_path / "changed.json"
        plan = load_protocol("diazepam-example").plan().to_dict()
        plan["courses"][0]["steps"] = plan["courses"][0]["steps"][1:]
        changed.write_text(json.dumps(plan), encoding="utf-8")
        code, out, err = run("schedule", changed, *revised[2:], "--sequence", "1")
        assert (code, "STATUS:CANCELLED" in out) == (0, True), err


def test_a_pace_of_occupancy_without_its_curve_lists_those_that_are_held(run):
    down = ("down", "escitalopram", "--from", "20 mg morning")
    code, _, err = run(*down, "--pace", "10 points of occupancy, every 2 weeks")
    assert code == 2
    assert "with Vmax 75.35 and Km 0.66 mg by sorensen-2022-transcribed (serotonin transporter, caudate)" in err
    curve = "with Vmax 75.35 and Km 0.66 mg by sorensen-2022-transcribed"
    assert run(*down, "--pace", f"10 points of occupancy {curve}, every 2 weeks")[0] == 0
    code, _, err = run("down", "diazepam", "--from", "5 mg bedtime", "--pace", "10 points of occupancy, every 2 weeks")
    assert "lacks its curve" in err


def test_stale_lists_sources_by_the_day_they_were_looked_at(run):
    code, out, _ = run("stale", "--as-of", "2026-12-01")
    assert (code, out) == (0, "0 sources were looked at more than a year before 2026-12-01.\n")
    code, out, _ = run("stale", "--as-of", "2031-01-01")
    assert code == 1
    assert "\n    for " in out
    listed = json.loads(run("stale", "--as-of", "2031-01-01", "--json")[1])["stale"]
    assert f"{len(listed)} sources were" in out


def test_check_and_schedule_print_when_a_finding_is(run):
    days = "from 1 Mar to "
    assert days in run("check", "diazepam-example", "--start", "2027-03-01")[1]
    assert days in run("schedule", "diazepam-example", "--start", "2027-03-01")[1]
    assert "2027" not in run("check", "diazepam-example")[1].partition("\n\n")[0]
    assert "on day" in run("check", "diazepam-example")[1]


def test_steps_are_written_from_a_pattern(run):
    asked = "10 mg for 3 days, then down 5 mg every 3 days"
    code, out, _ = run("steps", "diazepam", asked, "--at", "bedtime", "--market", "us", "--form", "tablet")
    assert code == 0
    assert "3 days: 5 mg bedtime" in out
