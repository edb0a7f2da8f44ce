"""The command line as a process: signals, streams that are closed or full, names that no path is, bare Python."""

import argparse
import io
import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from cli_calls import caller
from taper import load_protocol, plan_taper
from taper.cli import COMMANDS, drugs, main
from taper.cli.planner_options import add_arguments, explanations

EXAMPLE = "baclofen-raynaud-example"
STOPPED = "taper: stopped, and nothing more was written\n"
posix = pytest.mark.skipif(os.name != "posix", reason="of the shell and the signals of POSIX")


@pytest.fixture
def typed(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return caller(capsys)


INTERRUPTED = """
import os, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started beside a shell may ignore it
moment, how, *sys.argv[1:] = sys.argv[1:]

def stop():
    try:
        exec("os.kill(os.getpid(), signal.SIGINT)")  # Python remembers an interruption of what is run so
    finally:
        os.kill(os.getpid(), signal.SIGINT)  # by a finger that is quick
        os.kill(os.getpid(), signal.SIGINT)

class Dropped:
    def __del__(self):
        stop()

class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == moment:
            Finder.find_spec = lambda *_: None
            if how == "dropped":
                Dropped()
            elif how == "lost":
                try:
                    stop()
                except BaseException:
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name) from None
            else:
                stop()

sys.meta_path.insert(0, Finder)
sys.argv[0] = "taper"
runpy.run_module("taper", run_name="__main__")
"""


@posix
@pytest.mark.parametrize(
    ("moment", "how"),
    [
        ("taper.cli", "raised"),
        ("taper.cli.schedule", "raised"),
        ("taper.cli.parsing", "dropped"),
        ("babel.lists", "raised"),
        ("babel.lists", "lost"),
    ],
    ids=["at the start", "while words are read", "where Python drops it", "at work", "where it comes out otherwise"],
)
def test_ctrl_c_is_answered_at_any_moment(moment, how):
    pytest.importorskip("babel")
    words = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "9", "--format", "html")
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, moment, how, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.endswith(STOPPED) or how == "lost"
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_command_that_is_told_to_end_or_loses_its_terminal_says_so_and_tidies_up(name, code):
    words = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "9")
    script = INTERRUPTED.replace("SIGINT)", f"{name})")
    heard = f"import signal; signal.signal(signal.{name}, signal.SIG_DFL)\n"  # under nohup it would be ignored
    done = subprocess.run(
        [sys.executable, "-c", heard + script, "taper.cli.schedule", "raised", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", STOPPED)


FAILS = """
import sys
from taper import cli
from taper.__main__ import start
def main():
    raise eval(sys.argv[1])
cli.main = main
start()
"""


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        ("MemoryError()", "taper: there is not enough memory for this; end other programs, and try again"),
        ("ValueError('a\\nb')", ": nobody foresaw this (ValueError('a\\nb')); report this line and what was typed"),
        ("ImportError('x' * 5000)", f"(ImportError('{'x' * 287}); report this line and what was typed"),
    ],
)
def test_what_nobody_foresaw_is_said_in_one_line_and_is_no_finding(raised, said):
    done = subprocess.run([sys.executable, "-c", FAILS, raised], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"{said}\n")
    assert done.stderr.startswith("taper: ")
    assert done.stderr.count("\n") == 1
    whole = subprocess.run(
        [sys.executable, "-X", "dev", "-c", FAILS, raised], capture_output=True, text=True, check=False
    )
    assert "Traceback" in whole.stderr


def test_a_window_to_draw_in_is_not_asked_for():
    pytest.importorskip("matplotlib")
    words = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "9", "--format", "svg")
    done = subprocess.run([sys.executable, "-m", "taper", *words], capture_output=True, text=True, check=False,
                          env=os.environ | {"MPLBACKEND": "nosuch"})  # fmt: skip
    assert (done.returncode, done.stdout[:5]) == (0, "<?xml")


@pytest.mark.parametrize("words", [("check",), ("check", EXAMPLE, "--market"), ("schedule", EXAMPLE, "--format")])
def test_of_a_word_without_end_a_message_has_both_ends(typed, words):
    code, out, err = typed(*words, f"a{'x' * 200_000}z")
    assert (code, out) == (2, "")
    assert "xxx ... " in err
    assert max(map(len, err.splitlines())) < 4000


FULL = "taper: standard output cannot be written (No space left on device); check where it goes\n"
ODD = {
    "drugs >&-": (2, FULL.replace("No space left on device", "Bad file descriptor")),
    "--version >/dev/full": (2, FULL),
    "down --help >/dev/full": (2, FULL),
    "drugs 2>&- >/dev/null": (0, ""),
    "nosuch 2>&-": (2, ""),
    f"check {EXAMPLE} >/dev/null 2>/dev/full": (3, ""),
    "check nosuch 2>/dev/full": (2, ""),
    "check - <&-": (2, "taper: standard input: is closed; give a file, or pipe the plan in\n"),
}  # fmt: skip


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk to write to")  # noqa: PTH110
@pytest.mark.parametrize("words", ODD)
def test_a_stream_that_is_closed_or_full_is_answered(words):
    line = f"exec {sys.executable} -m taper {words}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == ODD[words]


@posix
def test_standard_input_that_has_nothing_yet_is_waited_for(typed, monkeypatch):
    text = load_protocol(EXAMPLE).plan().to_json().encode()
    read, write = os.pipe()
    os.set_blocking(read, False)

    def give():
        time.sleep(0.2)
        os.write(write, text[:100])
        time.sleep(0.1)
        os.write(write, text[100:])
        os.close(write)

    with open(read) as source:  # noqa: PTH123 - it has no path
        monkeypatch.setattr(sys, "stdin", source)
        writer = threading.Thread(target=give)
        writer.start()
        code, out, _ = typed("schedule", "-", "--start", "2027-03-01", "--days", "7")
        writer.join()
    assert code == 0
    assert "baclofen" in out


@posix
@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (lambda _: None, "is closed; give a file, or pipe the plan in"),
        (lambda path: open(os.open(path, os.O_WRONLY | os.O_CREAT)),  # noqa: PTH123, SIM115 - as a shell opens it
         "cannot be read (Bad file descriptor); check where it comes from"),
        (lambda _: io.TextIOWrapper(io.BytesIO(b" " * 6_000_000)),
         "is larger than 5 MB, which no plan is; check the file"),
    ],
    ids=["not there", "to be written", "too large"],
)  # fmt: skip
def test_standard_input_that_gives_no_plan_is_refused(typed, tmp_path, monkeypatch, stdin, said):
    monkeypatch.setattr(sys, "stdin", source := stdin(tmp_path / "file"))
    assert typed("check", "-") == (2, "", f"taper: standard input: {said}\n")
    if source is not None:
        source.close()


def test_standard_input_is_one_plan(typed):
    assert typed("compare", "-", "-") == (
        2, "", "taper: PLAN: standard input is one plan; name a file for the other\n")  # fmt: skip


def test_without_standard_output_what_would_be_printed_is_refused(typed, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["schedule", EXAMPLE, "--start", "2027-03-01", "--days", "9"]) == 2
    assert main(["import", "--help"]) == 2
    with pytest.raises(SystemExit) as left:
        main(["down", "--nosuch"])
    assert left.value.code == 2


def test_a_reader_who_leaves_has_what_he_wants_and_the_work_is_done(tmp_path, monkeypatch, capsys):
    class Left(io.StringIO):
        def write(self, text):
            raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(sys, "stdout", Left())
    assert main(["drugs"]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.chdir(tmp_path)
    assert main(["check", EXAMPLE]) == 3
    assert main(["down", "diazepam", "--from", "10 mg nocte", "--pace", "2 mg a week", "--out", "plan.json"]) == 0
    assert (tmp_path / "plan.json").exists()


LONG = "x" * 300
NAMES = {
    "a plan": ("check", LONG),
    "a plan to compare": ("compare", LONG, EXAMPLE),
    "a plan with a log": ("log", LONG, "show"),
    "a log": ("log", EXAMPLE, "show", "--log", LONG),
    "a log to apply": ("adjust", EXAMPLE, "--log", LONG),
    "a link to itself": ("check", "loop"),
}


@posix
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_looked_at_is_said_with_the_reason(typed, tmp_path, name):
    (tmp_path / "loop").symlink_to("loop")
    named = next(word for word in NAMES[name] if word in {LONG, "loop"})
    reason = "File name too long" if named == LONG else "Too many levels of symbolic links"
    code, out, err = typed(*NAMES[name])
    assert (code, out) == (2, "")
    assert err.endswith(f"taper: {named}: cannot be read ({reason}); check the path\n")


def test_a_plan_in_a_folder_that_is_not_there_is_no_file(typed):
    assert "'nowhere/plan.json' is neither a file nor a protocol" in typed("check", "nowhere/plan.json")[2]


@posix
def test_folders_of_settings_and_fonts_that_cannot_be_looked_at_are_named(typed, monkeypatch):
    pytest.importorskip("typst")
    asked = ("schedule", EXAMPLE, "--start", "2027-03-01", "--days", "9", "--format", "pdf")
    assert (
        f"taper: --fonts {LONG}: is no folder; name the one that holds the fonts" in typed(*asked, "--fonts", LONG)[2]
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", f"/{LONG}")
    assert (
        typed(*asked)[2] == f"taper: /{LONG}/taper/config.toml: cannot be read (File name too long); check the path\n"
    )


UNNAMED = "a file cannot be read or written"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(5, "Input/output error", "/a/font"), "/a/font: cannot be used (Input/output error); check the path"),
        (OSError(28, "No space"), f"{UNNAMED} (No space); check those that are named, and the room on the disk"),
        (OSError("odd"), f"{UNNAMED} (odd); check those that are named, and the room on the disk"),
    ],
    ids=["named", "not named", "odd"],
)  # fmt: skip
def test_other_trouble_with_a_file_is_not_laid_on_standard_output(typed, monkeypatch, error, said):
    def fail(_):
        raise error

    monkeypatch.setattr(drugs, "run", fail)
    assert typed("drugs") == (2, "", f"taper: {said}\n")


def test_a_stream_that_takes_text_alone_is_given_no_pdf(typed, monkeypatch, capsys):
    pytest.importorskip("typst")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert main(["schedule", EXAMPLE, "--start", "2027-03-01", "--days", "9", "--format", "pdf"]) == 2
    assert "add --out FILE, or pipe it on" in capsys.readouterr().err


WORDS = [
    *([command, "--help"] for command in COMMANDS),
    ["check", EXAMPLE, "--nosuch"],
    ["down", "baclofen", "--nosuch"],
]
ALL = """
import sys
from taper.cli import main
for words in eval(sys.argv[1]):
    try:
        main(words)
    except SystemExit as left:
        sys.stdout.write(f"{words} {left.code}\\n")
"""


def test_python_without_docstrings_says_the_same(capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    done = subprocess.run([sys.executable, "-OO", "-c", ALL, repr(WORDS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in WORDS:
        with pytest.raises(SystemExit) as left:
            main(words)
        sys.stdout.write(f"{words} {left.value.code}\n")
    here = capfd.readouterr()
    assert (done.stdout, done.stderr) == (here.out, here.err)


def test_what_an_option_means_is_read_from_the_source_where_docstrings_are_dropped(monkeypatch):
    held = explanations(plan_taper)
    assert "over" in held
    monkeypatch.setattr(plan_taper, "__doc__", None)
    assert explanations(plan_taper) == held
    made: dict[str, Any] = {}
    exec("def planner(over): ...", made)
    assert explanations(made["planner"]) == {}
    parser = argparse.ArgumentParser()
    add_arguments(parser, made["planner"], "over")
    assert "--over OVER" in parser.format_help()


def test_a_signal_that_is_ignored_stays_ignored():
    script = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.argv = ['taper', 'drugs']; "
        "from taper import __main__; __main__._answer_signals(); os.kill(os.getpid(), signal.SIGINT); __main__.start()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0
