"""Files, whatever is named: read whole or refused, written whole or not at all, and nothing beside what was named."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from taper import InvalidInput, load_log, load_patient, load_plan, load_products, load_stock
from taper._base.json_text import LARGEST_BYTES, NotJson, read_text_file
from taper.cli import main
from taper.cli.output import write_whole
from taper.knowledge.formulary import Formulary

READERS = [load_plan, load_patient, load_products, load_log, load_stock, Formulary.shipped().overlaid]
posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and devices")


@posix
@pytest.mark.parametrize("read", READERS)
def test_a_pipe_that_nobody_writes_to_is_answered_at_once(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidInput, match="is a pipe to which nothing is written"):
        read(tmp_path / "pipe")


@posix
def test_what_a_pipe_holds_already_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    kept_open = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with (tmp_path / "pipe").open("w") as pipe:
            pipe.write("all of it")
        assert read_text_file(tmp_path / "pipe") == "all of it"
    finally:
        os.close(kept_open)


@posix
def test_a_pipe_that_is_written_to_is_read_to_its_end(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    parts = ["a" * 70_000, "b" * 70_000]

    def write() -> None:
        with (tmp_path / "pipe").open("w") as pipe:
            pipe.writelines(parts)

    kept_open = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)  # so that no try breaks what is written
    writer = threading.Thread(target=write)
    writer.start()
    while True:  # until the other thread has opened its end
        try:
            assert read_text_file(tmp_path / "pipe") == "".join(parts)
        except NotJson:
            continue
        break
    writer.join()
    os.close(kept_open)


@posix
def test_a_pipe_that_holds_all_that_may_be_read_is_refused_where_more_comes(tmp_path):
    import fcntl
    import termios

    os.mkfifo(tmp_path / "pipe")
    kept_open = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(kept_open, b"abcd")
    watched = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    def write_more() -> None:
        while int.from_bytes(fcntl.ioctl(watched, termios.FIONREAD, bytes(4)), sys.byteorder):
            time.sleep(0.001)
        os.write(kept_open, b"e")
        os.close(kept_open)

    writer = threading.Thread(target=write_more, daemon=True)
    writer.start()
    with pytest.raises(NotJson, match="is larger than"):
        read_text_file(tmp_path / "pipe", largest=4)
    writer.join()
    os.close(watched)


def test_a_system_that_opens_without_flags_reads_files_too(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_NONBLOCK", raising=False)
    (tmp_path / "file").write_text("all of it", encoding="utf-8")
    assert read_text_file(tmp_path / "file") == "all of it"


@posix
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/full", "/dev/tty"])
@pytest.mark.parametrize("read", READERS)
def test_a_device_is_refused_and_never_waited_for(read, device):
    with pytest.raises(InvalidInput) as refused:
        read(device)
    assert device in str(refused.value)


@pytest.mark.parametrize("read", READERS)
def test_a_folder_a_missing_file_and_a_link_to_itself_are_refused(tmp_path, read):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in (tmp_path, tmp_path / "missing", tmp_path / "loop", tmp_path / "missing" / "file"):
        with pytest.raises(InvalidInput, match="cannot be read"):
            read(name)


def test_a_file_is_read_no_further_than_its_limit(tmp_path):
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, 10**12)  # a file of a terabyte that takes no room on the disk
    with pytest.raises(NotJson, match="larger than 5 MB"):
        read_text_file(large)
    large.write_bytes(b" " * LARGEST_BYTES)
    assert len(read_text_file(large)) == LARGEST_BYTES


@posix
@pytest.mark.parametrize("force", [False, True])
def test_a_device_or_a_pipe_is_never_replaced(tmp_path, force):
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", "/dev/null", "/dev/full"):
        with pytest.raises(InvalidInput, match="is a device or a pipe"):
            write_whole(name, "text", force=force)
    assert (tmp_path / "pipe").is_fifo()
    assert Path("/dev/null").is_char_device()


def test_a_link_is_replaced_itself_and_what_it_leads_to_is_left(tmp_path):
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    write_whole(tmp_path / "link", "new", force=True)
    assert (tmp_path / "kept").read_text() == "kept"
    assert (tmp_path / "link").read_text() == "new"
    assert not (tmp_path / "link").is_symlink()


def test_an_interruption_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    class Interrupted(str):
        def encode(self, *_: object) -> bytes:
            raise KeyboardInterrupt

    target = tmp_path / "plan.json"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, Interrupted("new"), force=True)
    assert target.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["plan.json"]


WRITES = """
import signal
import sys
import termios
from taper.cli.output import write_whole
signal.signal(signal.SIGINT, signal.default_int_handler)  # what is started beside a shell may ignore it
made = "x" * 2_000_000
while True:
    write_whole(sys.argv[1], made, force=True)
    print("written", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_process_that_is_killed_leaves_a_whole_file(tmp_path, how):
    target = tmp_path / "plan.json"
    with subprocess.Popen([sys.executable, "-c", WRITES, str(target)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as writer:  # fmt: skip
        assert writer.stdout is not None
        for _ in range(5):
            writer.stdout.readline()
        writer.send_signal(how)
        writer.stdout.read()
    assert target.read_bytes() == b"x" * 2_000_000


@posix
def test_a_disk_that_is_full_leaves_the_old_file(tmp_path):
    target = tmp_path / "plan.json"
    target.write_text("old")
    script = (
        "import resource, signal, sys; from taper.cli.output import write_whole; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        "write_whole(sys.argv[1], 'x' * 5000, force=True)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stderr
    assert target.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="a file has a name from the start here")
def test_a_process_that_is_killed_in_the_middle_leaves_nothing_beside_the_old_file(tmp_path):
    target = tmp_path / "plan.json"
    target.write_text("old")
    script = (
        "import resource, signal, sys; from taper.cli.output import write_whole; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); write_whole(sys.argv[1], 'x' * 5000, force=True)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], check=False)
    assert done.returncode == -signal.SIGXFSZ
    assert target.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["plan.json"]


def test_a_system_without_nameless_files_writes_whole_files_too(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    write_whole(tmp_path / "plan.json", "new", force=False)
    assert [item.read_text() for item in tmp_path.iterdir()] == ["new"]


@posix
def test_a_command_that_is_told_to_end_tidies_up_first(tmp_path):
    script = """
import os, signal, sys
from taper.cli import main
class Ends:
    def isatty(self): return False
    def flush(self): pass
    def write(self, text): os.kill(os.getpid(), signal.SIGTERM); return len(text)
sys.argv, sys.stdout = ["taper", "drugs"], Ends()
try:
    main()
finally:
    open(sys.orig_argv[-1], "w").close()
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "tidy")], check=False)
    assert done.returncode == 143
    assert [item.name for item in tmp_path.iterdir()] == ["tidy"]


def test_a_command_writes_what_was_named_and_nothing_else(tmp_path, monkeypatch, capsys):
    folders = {name: tmp_path / name for name in ("here", "home", "tmp", "out")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.chdir(folders["here"])
    monkeypatch.setenv("HOME", str(folders["home"]))
    monkeypatch.setenv("TMPDIR", str(folders["tmp"]))
    endings = ("ics", "html", "csv", "markdown", "json", "fhir-r4")
    for ending in endings:
        target = folders["out"] / f"plan.{ending}"
        arguments = ["schedule", "baclofen-label", "--start", "2027-03-01", "--format", ending, "--out", str(target)]
        assert main(arguments) == 0
        capsys.readouterr()
    written = {str(item.relative_to(tmp_path)) for item in tmp_path.rglob("*") if item.is_file()}
    assert written == {f"out/plan.{ending}" for ending in endings}
