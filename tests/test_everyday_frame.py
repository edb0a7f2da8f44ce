"""The frame of the command line: version, help, suggestions, color, progress, formats by name, the market."""

import io
import os
import re
import subprocess
import sys
import time
from typing import ClassVar

import pytest

from cli_calls import caller
from taper import __version__, load_plan
from taper._base.progress import tell
from taper.cli import COMMANDS, main, sheets
from taper.cli.notes import print_notes, say
from taper.cli.parsing import complete
from taper.cli.settings import config_file
from taper.cli.streams import Printed, standard_streams
from taper.cli.terminal import at_work, paint, takes_color
from taper.formats.ical.entries import STYLES

DOWN = ("down", "diazepam", "--from", "10 mg nocte", "--pace", "2 mg a week")


class Terminal(io.TextIOWrapper):
    """Standard output or error as a terminal."""

    def __init__(self):
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def isatty(self):
        return True

    @property
    def shown(self):
        return self.buffer.getvalue().decode()


@pytest.fixture
def typed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TAPER_MARKET", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return caller(capsys)


@pytest.fixture
def plan(typed):
    typed(*DOWN, "--out", "plan.json")
    return "plan.json"


class TestHelp:
    def test_the_version_is_printed(self, typed):
        assert typed("--version") == (0, f"taper {__version__}\n", "")

    @pytest.mark.parametrize("words", [(), ("help",), ("--help",)])
    def test_taper_alone_explains_itself_with_examples(self, typed, words):
        code, out, _ = typed(*words)
        assert code == 0
        assert "examples:" in out
        assert "exit codes:" in out

    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command_is_explained_in_two_ways_with_an_example(self, typed, command):
        code, out, _ = typed("help", command)
        assert (code, out) == typed(command, "--help")[:2]
        assert f"\n  taper {command}" in out
        assert "exit codes:" in out
        assert "<" not in out.partition("usage")[2].partition("\n\n")[0], "a choice is shown as a word"

    def test_what_is_misspelt_is_suggested(self, typed):
        assert "did you mean schedule?" in typed("shedule")[2]
        assert "did you mean --start" in typed("schedule", "plan.json", "--strat", "2027-03-01")[2]
        assert "did you mean ics?" in typed("schedule", "plan.json", "--format", "icss")[2]
        assert "put text of several words in quotes" in typed("recipe", "diazepam", "5 mg", "mg")[2]
        assert "'xyzzy' is not a command; --help lists them" in typed("xyzzy")[2]
        assert typed("help", "shedule")[0] == 2

    def test_a_unique_beginning_of_a_choice_is_enough(self, typed):
        assert typed(*DOWN, "--release", "imm")[0] == 0
        code, _, told = typed(*DOWN, "--form", "Oral-Solution", "--forms", "any")
        assert code == 0
        assert "marks of 0.1 mL" in told
        assert complete("re", ["red", "rest"]) == "re"


class TestFormats:
    def test_the_name_of_the_file_decides(self, typed, plan):
        starts = {"a.ics": b"BEGIN:VCA", "a.html": b"<!DOCTYPE", "a.pdf": b"%PDF", "a.xlsx": b"PK",
                  "a.svg": b"<?xml", "a.csv": b"date", "a.json": b"{", "a.md": b"- Bef", "a.txt": b"Bef"}  # fmt: skip
        for name, start in starts.items():
            assert typed("schedule", plan, "--start", "2027-03-01", "--out", name)[0] == 0
            with open(name, "rb") as file:  # noqa: PTH123
                assert file.read(9).startswith(start), name

    def test_text_is_not_written_into_a_pdf(self, typed, plan):
        for kind in ("table", "csv", "fhir-r4"):
            code, _, err = typed("schedule", plan, "--start", "2027-03-01", "--format", kind, "--out", "a.pdf")
            assert code == 2
            assert "does not write .pdf files" in err
        assert typed("schedule", plan, "--start", "2027-03-01", "--json", "--out", "a.pdf")[0] == 2

    def test_a_minus_sign_is_standard_output(self, typed, plan):
        code, out, _ = typed("schedule", plan, "--start", "2027-03-01", "--format", "csv", "--out", "-")
        assert (code, out[:4]) == (0, "date")

    def test_bytes_never_go_to_a_terminal(self, typed, plan, monkeypatch):
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        code, _, err = typed("schedule", plan, "--start", "2027-03-01", "--format", "pdf")
        assert code == 2
        assert "add --out FILE" in err
        assert "%PDF" not in terminal.shown

    def test_adjust_writes_every_format_that_schedule_writes(self, typed, plan):
        typed("log", plan, "hold", "--start", "2027-03-01", "--day", "2027-03-10", "--for", "1 week")
        for name in ("b.ics", "b.html", "b.pdf", "b.xlsx", "b.svg", "b.csv", "b.json", "b.md", "b.txt"):
            assert typed("adjust", plan, "--log", "plan.log.json", "--out", name)[0] == 0
        assert typed("adjust", plan, "--log", "plan.log.json", "--format", "fhir-r4")[0] == 0


class TestPlanningCommands:
    """Those that make a plan write its sheet and its calendar too, with the options of schedule and adjust."""

    SHEET: ClassVar = ("--start", "2027-03-01", "--out", "plan.json", "--out", "sheet.html", "--out", "phone.ics")
    MAKE: ClassVar = {
        "down": DOWN,
        "up": ("up", "baclofen", "--to", "15 mg", "--slots", "evening,morning,noon", "--by", "5 mg every 3 days",
               "--days", "28"),
        "steps": ("steps", "prednisone", "20 mg for 3 days, then down 5 mg every 3 days to 5 mg, then stop", "--at",
                  "morning"),
        "cross": ("cross", "alprazolam", "--from", "1 mg bd", "--to-drug", "diazepam", "--equivalence", "ashton-2002",
                  "--every", "weekly", "--rounding", "down", "--days", "28"),
    }  # fmt: skip

    @pytest.mark.parametrize("command", MAKE)
    def test_each_writes_what_schedule_writes_of_its_plan(self, typed, tmp_path, command):
        times = "morning=08:00,noon=12:00,evening=18:00,bedtime=22:00"
        chosen = ("--language", "es", "--no-clinician", "--times", times, "--tz", "Europe/Madrid")
        code, _, err = typed(*self.MAKE[command], *self.SHEET, *chosen)
        assert (code, err.count("wrote ")) == (0, 3), err
        made = {name: (tmp_path / name).read_bytes() for name in ("sheet.html", "phone.ics")}
        days = self.MAKE[command][-2:] if "--days" in self.MAKE[command] else ()
        again = ("schedule", "plan.json", "--start", "2027-03-01", *days, "--force")
        assert typed(*again, "--out", "sheet.html", *chosen[:3])[0] == 0
        assert typed(*again, "--out", "phone.ics", *chosen[3:])[0] == 0
        assert made == {name: (tmp_path / name).read_bytes() for name in made}
        assert b'lang="es"' in made["sheet.html"]
        assert b"TZID=Europe/Madrid" in made["phone.ics"]

    def test_dates_and_their_options_belong_to_a_file_of_dates(self, typed):
        code, _, err = typed(*DOWN, "--out", "sheet.pdf")
        assert (code, err.splitlines()[-1]) == (
            2, "taper: --start: sheet.pdf is the plan on dates; add its first day, such as --start 2027-03-01"
        )  # fmt: skip
        assert "add a file of dates, such as --out sheet.ics" in typed(*DOWN, "--tz", "Europe/London")[2]
        code, _, err = typed(*DOWN, *self.SHEET[:2], "--out", "sheet.html", "--alarm", "5")
        assert (code, "--alarm is not used by sheet.html; leave it out, or use ics" in err) == (2, True)

    def test_the_person_of_kidney_advice_needs_no_sheet(self, typed, tmp_path):
        (tmp_path / "who.json").write_text('{"age": 40, "egfr": "80", "kidney_stable": true, "dialysis": false}')
        assert typed(*DOWN, "--patient", "who.json")[0] == 2
        command = (*self.MAKE["up"][:-2], "--patient", "who.json", "--kidney", "vlavonou-2014")
        assert "is of a plan on dates" not in typed(*command)[2]

    def test_the_styles_of_a_calendar_are_those_that_are_written(self):
        assert sheets.STYLES == STYLES


class TestTerminal:
    def test_severities_are_painted_on_a_terminal_alone(self, monkeypatch):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        assert takes_color(Terminal())
        assert not takes_color(io.StringIO())
        assert paint("HIGH  pace: x\nhigh") == "\033[31;1mHIGH\033[0m  pace: x\nhigh"
        monkeypatch.setenv("NO_COLOR", "1")
        assert not takes_color(Terminal())

    def test_a_check_is_painted_on_a_terminal(self, typed, plan, monkeypatch):
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        typed("schedule", plan, "--start", "2027-03-01")
        assert "\033[" in terminal.shown
        assert sys.stdout is terminal

    def test_a_painted_terminal_is_still_one(self):
        painted = Printed(terminal := Terminal())
        painted.is_painted = True
        print("clear  x", file=painted)
        painted.buffer.write(b"%PDF")
        painted.flush()
        assert (painted.isatty(), painted.encoding) == (True, "utf-8")
        assert terminal.shown == "\033[32mclear\033[0m  x\n%PDF"

    def test_what_is_printed_takes_the_place_of_the_line_that_says_that_work_goes_on(self, monkeypatch):
        terminal = Terminal()
        for stream in ("stdout", "stderr"):
            monkeypatch.setattr(sys, stream, terminal)
        with standard_streams(), at_work("down", patience=0.01):
            time.sleep(0.2)
            sys.stdout.write("a result\n")
            sys.stderr.write("a note")
            tell(1, 4, "steps")
            sys.stderr.write(".\n")
            tell(2, 4, "steps")
        working, steps = "taper down: working ...", "taper down: steps, 50 % ..."
        assert terminal.shown == f"\r\033[K{working}\r\033[Ka result\na note.\n\r\033[K{steps}\r\033[K"

    def test_long_work_says_so_where_someone_looks(self, monkeypatch):
        monkeypatch.setattr(sys, "stderr", terminal := Terminal())
        with at_work("down", patience=0.01):
            time.sleep(0.2)
        assert terminal.shown == "\r\033[Ktaper down: working ...\r\033[K"

    def test_long_work_says_how_far_it_has_gone(self, monkeypatch):
        monkeypatch.setattr(sys, "stderr", terminal := Terminal())
        with at_work("down", patience=0.01):
            tell(1, 4, "steps")
            time.sleep(0.2)
            for done in (2, 2, 3):
                tell(done, 4, "steps")
        assert terminal.shown.split("\r\033[K")[1:] == [
            "taper down: working ...",
            "taper down: steps, 50 % ...",
            "taper down: steps, 75 % ...",
            "",
        ]

    def test_ctrl_c_has_its_own_exit_code(self, typed, monkeypatch, capsys):
        class Interrupted(io.StringIO):
            def write(self, text):
                raise KeyboardInterrupt

        monkeypatch.setattr(sys, "stdout", Interrupted())
        assert main(["drugs"]) == 130
        assert capsys.readouterr().err == "taper: stopped, and nothing more was written\n"

    def test_short_work_says_nothing(self, monkeypatch):
        monkeypatch.setattr(sys, "stderr", terminal := Terminal())
        with at_work("down", patience=5):
            pass
        assert terminal.shown == ""

    def test_a_note_is_printed_once(self, capsys):
        say("one")
        say("one")
        print_notes()
        print_notes()
        assert capsys.readouterr().err == "taper: one\n"


class TestMarket:
    def test_it_is_remembered_by_the_environment(self, typed, monkeypatch):
        monkeypatch.setenv("TAPER_MARKET", "UK")
        code, _, err = typed("recipe", "diazepam", "5 mg")
        assert code == 0
        assert "diazepam: products of the uk market (TAPER_MARKET)" in err
        assert "products of the us market (--market)" in typed("recipe", "diazepam", "5 mg", "--market", "us")[2]

    def test_a_market_of_liquids_alone_gives_way_to_one_whose_tablets_can_be_counted(self, typed):
        code, out, told = typed("recipe", "prednisolone", "40 mg")
        assert code == 0
        assert "20 mg" in out
        assert "products of the uk market (us has liquids alone; --market or TAPER_MARKET names another)" in told
        assert "us market" in typed("recipe", "prednisolone", "40 mg", "--market", "us")[2]

    def test_it_is_remembered_by_the_file_of_settings(self, typed):
        file = config_file()
        file.parent.mkdir(parents=True)
        file.write_text('market = "uk"\n', encoding="utf-8")
        assert f"diazepam: products of the uk market ({file})" in typed("recipe", "diazepam", "5 mg")[2]
        for text, said in (("market = ", f"{file}: not TOML"), ('color = "red"', "'color' is not a setting"),
                           ('market = "xx"', "'xx' is not a market on file; write us or uk")):  # fmt: skip
            file.write_text(text, encoding="utf-8")
            assert said in typed("recipe", "diazepam", "5 mg")[2]

    def test_nobody_at_home_has_no_settings(self, typed, monkeypatch):
        for name in ("XDG_CONFIG_HOME", "APPDATA", "HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(os, "getuid", lambda: 2**31 - 5, raising=False)
        assert config_file() is None
        assert "diazepam: products of the us market (--market or" in typed("recipe", "diazepam", "5 mg")[2]

    def test_a_drug_that_it_does_not_have_is_taken_from_where_it_is_and_said(self, typed, monkeypatch):
        assert "nitrazepam: products of the uk market (--market" in typed("recipe", "nitrazepam", "5 mg")[2]
        monkeypatch.setenv("TAPER_MARKET", "us")
        assert "none of us is on file" in typed("recipe", "nitrazepam", "5 mg")[2]

    def test_it_decides_the_paper_and_the_first_day_of_the_week(self, typed, plan):
        import pypdf

        for market, width in (("us", 612), ("uk", 595)):
            out = f"{market}.pdf"
            assert typed("schedule", plan, "--start", "2027-03-01", "--out", out, "--market", market)[0] == 0
            assert round(float(pypdf.PdfReader(out).pages[0].mediabox.width)) == width


def test_a_shell_completes_commands_options_and_values(tmp_path):
    pytest.importorskip("argcomplete")
    line = "taper down diazepam --rel"
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "\n"}
    told = tmp_path / "told"
    subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'taper'; from taper.cli import main; main()"],
        env=os.environ | asked | {"_ARGCOMPLETE_STDOUT_FILENAME": str(told)},
        capture_output=True,
        check=False,
    )
    assert "--release" in told.read_text("utf-8")


def test_a_plan_printed_for_another_command_is_the_plan_alone(typed, tmp_path):
    code, out, err = typed(*DOWN, "--out", "-")
    assert code == 0
    (tmp_path / "piped.json").write_text(out, encoding="utf-8")
    assert load_plan(tmp_path / "piped.json").courses[0].drug == "diazepam"
    assert "Largest reduction" in err


def test_today_and_tomorrow_are_dates_here_alone(typed, plan):
    assert "read --start as 2" in typed("schedule", plan, "--start", "today")[2]
    assert typed("schedule", plan, "--start", "tomorrow")[0] == 0


def test_the_limits_are_listed(typed):
    code, out, _ = typed("limits")
    assert code == 0
    assert out.count("\n") > 3


def test_pages_for_the_clinician_can_be_left_out(typed, plan):
    asked = ("schedule", plan, "--start", "2027-03-01", "--format", "html")
    assert typed(*asked, "--no-clinician")[1] == typed(*asked, "--pages", "patient")[1] != typed(*asked)[1]


def test_a_handout_without_dates_needs_no_first_day_and_shows_none(typed, plan):
    code, out, _ = typed("schedule", plan, "--format", "html", "--without-dates")
    assert code == 0
    assert "Day 1" in out
    assert "200" not in "".join(re.findall(r">([^<]*)<", out))
    assert "--start" in typed("schedule", plan, "--format", "html")[2]


def test_what_is_painted_goes_to_the_file_of_the_terminal(tmp_path):
    with (tmp_path / "out").open("w") as file:
        assert Printed(file).fileno() == file.fileno()


class TestTypedWords:
    def test_a_syringe_that_cannot_be_read_is_refused_by_its_option(self, typed):
        code, _, err = typed(*DOWN, "--syringe", "some")
        assert code == 2
        assert "--syringe" in err

    def test_a_total_without_times_says_how_it_was_read(self, typed):
        err = typed("down", "diazepam", "--from", "10 mg a day", "--pace", "2 mg a week")[2]
        assert '(taken at once; if it is divided, write "10 mg a day in 3 doses")' in err

    def test_a_recipe_is_for_one_dose(self, typed):
        code, _, err = typed("recipe", "diazepam", "5 mg bd")
        assert code == 2
        assert "is not one dose; write it like" in err

    def test_times_of_day_in_an_order_are_read_as_people_write_them(self, typed):
        start = "5 mg mane, 5 mg nocte"
        code, out, err = typed(
            "down", "diazepam", "--from", start, "--pace", "2 mg a week", "--order", "keep last: nocte"
        )
        assert code == 0, err
        assert "bedtime" in err
        assert out
