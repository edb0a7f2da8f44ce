"""Files, whatever is named: read whole or refused, written whole or not at all, and nothing beside what was named."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from taper import (
    InvalidInput,
    Plan,
    Product,
    load_log,
    load_patient,
    load_plan,
    load_products,
    load_stock,
    plot_doses,
    realize,
    to_schedule,
)  # fmt: skip
from taper._base import files, folders, placing
from taper._base.files import read_to_change, whole_files, write_over, write_whole
from taper._base.folders import whole_folder
from taper._base.json_text import LARGEST_BYTES, NotJson, read_text_file
from taper._base.takes import WrongObject
from taper.cli import main
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


@posix
def test_a_pipe_that_someone_has_open_and_writes_nothing_to_is_refused_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST_SILENCE", 0.05)
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    says = "is a pipe to which nothing was written for 0.05 s; write it to a file, and name that"
    for written in (b"", b"and then silence"):
        os.write(writer, written)
        with pytest.raises(NotJson) as refused:
            read_text_file(tmp_path / "pipe")
        assert refused.value.message == says
    os.close(writer)


@posix
def test_a_pipe_is_waited_for_where_its_writer_is_slow(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    threading.Timer(0.1, lambda: (os.write(writer, b"late"), os.close(writer))).start()
    assert read_text_file(tmp_path / "pipe") == "late"


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


@posix
def test_a_terminal_at_which_nothing_is_typed_is_refused_and_never_waited_for():
    try:
        one, other = os.openpty()
        name = os.ttyname(other)
    except OSError as error:
        pytest.skip(f"no terminal with a name here: {error}")
    with pytest.raises(NotJson, match=r"cannot be read \(Resource temporarily unavailable\); check the path"):
        read_text_file(name)
    os.close(one)
    os.close(other)


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


TABLET = Product(id="x-5", drug="x", form="tablet", strength="5 mg")
PLAN = Plan.read(
    {"courses": [{"drug": "x", "then": "stop", "steps": [{"for": "2 weeks", "regimen": {"evening": "5 mg"}}]}]}
)
WRITERS = {
    "plan": (PLAN.save, ".json"),
    "picture": (plot_doses(to_schedule(realize(PLAN, [TABLET]), start=date(2027, 3, 1))).save, ".svg"),
    "any": (lambda path, *, force=False: write_whole(path, "new", force=force), ".txt"),
}


@pytest.fixture(
    params=["as it is", "no nameless files", "no second names", "no links in proc", "no renameat2", "a browser"]
)
def system(request, monkeypatch):
    """Systems and disks that can do less."""
    if request.param == "no links in proc":
        exists, link = os.path.exists, os.link
        monkeypatch.setattr(os.path, "exists", lambda path: not str(path).startswith("/proc") and exists(path))
        monkeypatch.setattr(
            os, "link", lambda path, *rest: link(Path("/no", path) if "/proc" in str(path) else path, *rest)
        )
    elif request.param == "a browser":
        monkeypatch.delattr(os, "link")
    elif request.param != "as it is":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    if request.param in {"no second names", "no renameat2", "a browser"}:
        monkeypatch.setitem(sys.modules, "ctypes", None)
    if request.param == "no second names":
        monkeypatch.setattr(os, "link", lambda *_: os.lstat("/no/such/file"))


each_writer = pytest.mark.parametrize(("write", "ending"), WRITERS.values(), ids=WRITERS)


@each_writer
def test_a_file_that_exists_is_replaced_with_force_alone(tmp_path, write, ending):
    target = tmp_path / f"file{ending}"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(InvalidInput, match="exists; choose another name, or give force=True"):
        write(target)
    assert target.read_text(encoding="utf-8") == "old"
    assert write(target, force=True) == target
    assert target.read_text(encoding="utf-8") != "old"


@posix
@pytest.mark.parametrize("force", [False, True])
@each_writer
def test_what_no_file_can_be_written_to_is_refused_with_its_path(tmp_path, write, ending, force):
    (tmp_path / f"pipe{ending}").mkdir()
    os.mkfifo(tmp_path / f"fifo{ending}")
    for name, says in {
        tmp_path / f"pipe{ending}": "is a folder; add the name of a file",
        tmp_path / f"fifo{ending}": "is a device or a pipe",
        tmp_path / "missing" / f"file{ending}": "cannot be written (No such file or directory); check the folder",
        tmp_path / f"{'x' * 300}{ending}": "cannot be written (File name too long); check the folder",
        tmp_path / f"fifo{ending}" / f"file{ending}": "cannot be written (Not a directory); check the folder",
        f"nul\0{ending}": "is not a path",
        f"half\ud800{ending}": "is not a path",
    }.items():
        with pytest.raises(InvalidInput) as refused:
            write(name, force=force)
        assert says in str(refused.value)
        assert refused.value.where in {str(name), repr(str(name))}
    assert {item.name for item in tmp_path.iterdir()} == {f"pipe{ending}", f"fifo{ending}"}


@pytest.mark.parametrize("path", [None, b"plan.json", 3])
def test_what_is_no_path_is_refused_with_what_to_write(path):
    for takes_path in (PLAN.save, WRITERS["picture"][0], *READERS):
        with pytest.raises(WrongObject, match=r'write it as text, such as "plan\.json"'):
            takes_path(path)


@each_writer
def test_a_link_to_nothing_is_not_followed(tmp_path, write, ending):
    link = tmp_path / f"link{ending}"
    link.symlink_to(tmp_path / "not-named")
    with pytest.raises(InvalidInput, match="exists"):
        write(link)
    write(link, force=True)
    assert [item.name for item in tmp_path.iterdir()] == [link.name]
    assert not link.is_symlink()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o604])
def test_a_file_that_is_replaced_leaves_its_permissions(tmp_path, mode, system):
    target = tmp_path / "file"
    target.write_text("old")
    target.chmod(mode)
    write_whole(target, "new", force=True)
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", mode)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives a file to another")
def test_a_file_that_is_replaced_keeps_its_owner_or_opens_itself_to_no_other_group(tmp_path, monkeypatch):
    target = tmp_path / "file"
    target.write_text("old")
    os.chown(target, 1234, 5678)
    target.chmod(0o664)
    write_whole(target, "new", force=True)
    found = target.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 5678, 0o664)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchown", refuse)
    write_whole(target, "newer", force=True)
    found = target.stat()
    assert (found.st_gid, stat.S_IMODE(found.st_mode)) == (os.getegid(), 0o644)


@pytest.mark.parametrize("mode", [0o444, 0o555, 0o400])
def test_a_file_that_may_only_be_read_is_not_replaced(tmp_path, mode):
    target = tmp_path / "file"
    target.write_text("old")
    target.chmod(mode)
    with pytest.raises(InvalidInput, match="may only be read; permit writing to it, or choose another name"):
        write_whole(target, "new", force=True)
    assert target.read_text() == "old"


def test_of_two_who_write_one_new_file_the_second_is_refused(tmp_path, system):
    target = str(tmp_path / "file")
    with whole_files({target: "first"}, force=False) as first, whole_files({target: "second"}, force=False) as second:
        first()
        with pytest.raises(InvalidInput, match="exists; choose another name"):
            second()
    assert [item.read_text() for item in tmp_path.iterdir()] == ["first"]


def test_where_one_of_several_cannot_take_its_name_those_that_are_new_are_gone(tmp_path, system):
    def write_after_another() -> None:
        made = {str(tmp_path / name): "new" for name in ("a", "b")}
        with whole_files(made, force=False) as take_names:
            (tmp_path / "b").write_text("of another")
            take_names()

    with pytest.raises(InvalidInput, match="exists"):
        write_after_another()
    assert [item.read_text() for item in tmp_path.iterdir()] == ["of another"]


def test_an_interruption_between_a_name_and_its_memory_leaves_no_file(tmp_path, monkeypatch, system):
    place = files._Whole._place

    def place_and_be_stopped(whole):
        place(whole)
        if whole.name.endswith("b"):
            raise KeyboardInterrupt

    def write_two() -> None:
        with whole_files({str(tmp_path / name): "new" for name in ("a", "b", "c")}, force=False) as take_names:
            take_names()

    monkeypatch.setattr(files._Whole, "_place", place_and_be_stopped)
    with pytest.raises(KeyboardInterrupt):
        write_two()
    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("leads", ["/proc/self/fd/1", "/dev/fd/1"])
def test_a_name_of_what_is_open_already_is_never_replaced(tmp_path, leads):
    (tmp_path / "stdout").symlink_to(leads)
    with (tmp_path / "printed").open("w") as printed:
        script = "from taper._base.files import write_whole; import sys; write_whole(sys.argv[1], 'new', force=True)"
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "stdout")], stdout=printed,
                              stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    assert "is the system's name for what is open already; name a file" in done.stderr
    assert (tmp_path / "stdout").is_symlink()
    with (tmp_path / "printed").open("w") as printed:
        (tmp_path / "other").symlink_to(f"/proc/self/fd/{printed.fileno()}")
        with pytest.raises(InvalidInput, match="the system's name for what is open"):
            write_whole(tmp_path / "other", "new", force=True)


def test_what_cannot_be_moved_to_a_free_name_says_so(tmp_path, system):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(FileNotFoundError):
        placing.move_new(tmp_path / "file", tmp_path / "missing" / "file")
    with pytest.raises(FileExistsError):
        placing.move_new(tmp_path / "file", tmp_path)
    assert (tmp_path / "file").read_text() == "kept"


def test_what_another_put_in_place_meanwhile_is_not_taken_away(tmp_path):
    target = tmp_path / "file"

    def write_and_be_stopped() -> None:
        with whole_files({str(target): "new"}, force=False) as take_names:
            take_names()
            (tmp_path / "theirs").write_text("of another")
            (tmp_path / "theirs").replace(target)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_be_stopped()
    assert target.read_text() == "of another"


def test_a_text_that_no_file_can_hold_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="would hold half of a character, which no file can; remove it"):
        write_whole(tmp_path / "file", "\ud800", force=False)
    assert list(tmp_path.iterdir()) == []


def test_what_was_changed_since_it_was_read_is_not_written_over(tmp_path, system):
    target = tmp_path / "log"
    assert write_over(target, "one", was=None)
    assert not write_over(target, "two", was=None)
    assert not write_over(target, "two", was=b"on")
    assert not write_over(target, "two", was=b"one more")
    assert write_over(target, "two", was=b"one")
    target.unlink()
    assert not write_over(target, "three", was=b"two")
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_change_waits_for_another_in_the_same_folder_but_not_for_ever(tmp_path, monkeypatch):
    import fcntl

    monkeypatch.setattr(placing, "_TRIES", 3)
    monkeypatch.setattr(placing, "_PAUSE_MS", 1)
    folder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(InvalidInput, match="its folder stays locked by another program; try again once that has ended"):
        write_over(tmp_path / "log", "new", was=None)
    monkeypatch.setattr(placing, "_TRIES", 10_000)
    threading.Timer(0.1, os.close, [folder]).start()
    assert write_over(tmp_path / "log", "new", was=None)


def test_a_folder_that_cannot_be_locked_is_written_to_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert write_over(tmp_path / "log", "new", was=None)
    assert (tmp_path / "log").read_text() == "new"
    assert write_over(tmp_path / "log", "newer", was=b"new")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts what is open")
def test_what_is_read_and_written_is_closed_again(tmp_path, system):
    def use() -> int:
        write_whole(tmp_path / "file", "new", force=True)
        write_over(tmp_path / "file", "newer", was=read_to_change(tmp_path / "file", 100))
        with pytest.raises(InvalidInput):
            write_whole(tmp_path / "missing" / "file", "new", force=True)
        with whole_folder(tmp_path / "folder", force=True, only=()):
            pass
        return len(list(Path("/proc/self/fd").iterdir()))

    assert use() == use()


def test_what_is_changed_through_a_link_is_the_file_that_was_read(tmp_path):
    (tmp_path / "real").mkdir()
    kept, link = tmp_path / "real" / "log", tmp_path / "log"
    kept.write_text("old")
    kept.chmod(0o600)
    link.symlink_to(kept)
    assert write_over(link, "new", was=read_to_change(link, 100))
    assert (link.is_symlink(), kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == (True, "new", 0o600)
    kept.unlink()
    with pytest.raises(InvalidInput, match=f"is a link to {kept}, where nothing is; name that file"):
        read_to_change(link, 100)


@posix
def test_what_is_no_file_or_has_two_names_is_not_changed(tmp_path):
    (tmp_path / "log").write_text("old")
    os.link(tmp_path / "log", tmp_path / "second")
    os.mkfifo(tmp_path / "pipe")
    for name, says in {
        "log": "has a second name (a hard link), which would keep what it holds now; copy it, and name the copy",
        "pipe": "is a device or a pipe; name a file", ".": "is a folder; add the name of a file",
        "log/file": "cannot be read (Not a directory); check the path",
    }.items():  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            read_to_change(tmp_path / name, 100)
        assert refused.value.message == says


@posix
def test_what_a_killed_process_left_is_removed_by_the_next_and_what_one_is_writing_is_not(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    target, kept = tmp_path / "file", {".taper-mine.part", f".taper-{'0' * 32}.part.txt", f".taper-{'1' * 32}.part"}
    for name in kept:
        (tmp_path / name).write_text("kept")
    (tmp_path / f".taper-{'1' * 32}.part").write_text("")  # just made, and not locked yet
    (tmp_path / f".taper-{'2' * 32}.part").write_text("left")
    (tmp_path / f".taper-{'3' * 32}.part").mkdir()  # a folder is looked for again once it is locked
    (tmp_path / f".taper-{'4' * 32}.part").symlink_to("nowhere")
    kept |= {f".taper-{'4' * 32}.part"}
    with whole_files({str(tmp_path / "other"): "whole"}, force=False) as take_names:
        write_whole(target, "new", force=True)
        take_names()
    assert {item.name for item in tmp_path.iterdir()} == kept | {"file", "other"}


@posix
def test_what_cannot_be_removed_does_not_keep_what_can(tmp_path, monkeypatch):
    names = [f".taper-{digit * 32}.part" for digit in "123"]
    for name in names:
        (tmp_path / name).write_text("left")
    unlink = Path.unlink

    def refuse_first(path):
        if path.name == os.listdir(tmp_path)[0]:  # noqa: PTH208 - in the order in which they are gone through
            raise PermissionError(1, "Operation not permitted")
        unlink(path)

    monkeypatch.setattr(Path, "unlink", refuse_first)
    placing.remove_left(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


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
from taper._base.files import write_whole
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
        "import resource, signal, sys; from taper._base.files import write_whole; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        "write_whole(sys.argv[1], 'x' * 5000, force=True)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, text=True, check=False)
    assert "cannot be written" in done.stderr
    assert target.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["plan.json"]


@posix
@pytest.mark.parametrize("named", [False, True])
def test_a_process_that_is_killed_in_the_middle_leaves_nothing_or_what_the_next_removes(tmp_path, named):
    target = tmp_path / "plan.json"
    target.write_text("old")
    script = (
        "import os, resource, signal, sys; from taper._base import files; "
        f"files._open_nameless = (lambda *_: None) if {named} else files._open_nameless; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_DFL); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); files.write_whole(sys.argv[1], 'x' * 5000, force=True)"
    )
    nameless = None if named else files._open_nameless(tmp_path, 0o600)  # some disks have none
    done = subprocess.run([sys.executable, "-c", script, str(target)], check=False)
    assert done.returncode == -signal.SIGXFSZ
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == (2 if nameless is None else 1)
    write_whole(target, "new", force=True)
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("plan.json", "new")]
    if nameless is not None:
        os.close(nameless)


def test_a_system_without_nameless_files_writes_whole_files_too(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    write_whole(tmp_path / "plan.json", "new", force=False)
    assert [item.read_text() for item in tmp_path.iterdir()] == ["new"]


@posix
def test_a_command_that_is_told_to_end_tidies_up_first(tmp_path):
    script = """
import os, signal, sys
from taper.__main__ import start
class Ends:
    def isatty(self): return False
    def flush(self): pass
    def write(self, text): os.kill(os.getpid(), signal.SIGTERM); return len(text)
sys.argv, sys.stdout = ["taper", "drugs"], Ends()
try:
    start()
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


def test_a_folder_takes_its_name_once_it_is_whole(tmp_path):
    with whole_folder(tmp_path / "a", force=False, only=("result",)) as made:
        assert made.parent == tmp_path
        assert not (tmp_path / "a").exists()
        (made / "result").write_text("first")
    with whole_folder(tmp_path / "a", force=True, only=("result",)) as made:
        (made / "other").write_text("second")
        assert (tmp_path / "a" / "result").read_text() == "first"
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["a", "a/other"]


def test_a_folder_that_may_not_be_written_is_refused_before_the_work(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").touch()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    (tmp_path / "loop").symlink_to("loop")
    exists = "exists; choose another name, or add --force for a folder"
    for name, force, says in (
        ("there", False, exists), ("file", False, exists), ("file", True, exists),
        ("there", True, "holds mine, which no audit writes, and --force would remove it; choose another name"),
        ("link", False, f"is a link to {tmp_path / 'there'}; name a folder"),
        ("link", True, f"is a link to {tmp_path / 'there'}; name a folder"),
        ("loop/a", True, "cannot be written (Too many levels of symbolic links); check the folder and its room"),
        ("missing/a", False, "cannot be written (No such file or directory); check the folder and its room"),
    ):  # fmt: skip
        writing = whole_folder(tmp_path / name, force=force, only=("result",))
        with pytest.raises(InvalidInput) as refused:
            writing.__enter__()
        assert str(refused.value) == f"{tmp_path / name}: {says}"
    assert {path.name for path in tmp_path.iterdir()} == {"there", "file", "link", "loop"}


def test_a_folder_is_written_beside_what_its_path_leads_to(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    with whole_folder("link/../made", force=False, only=()) as made:
        assert made.parent == tmp_path
    with whole_folder("link/inner", force=False, only=()) as made:
        assert made.parent == tmp_path / "real"
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == [
        "link", "made", "real", "real/inner",
    ]  # fmt: skip


@pytest.mark.parametrize("stops_at", [None, ".old", ".part"])
def test_where_two_folders_cannot_be_exchanged_one_of_them_has_the_name_in_the_end(tmp_path, monkeypatch, stops_at):
    monkeypatch.setattr(folders, "exchange", lambda *_: False)
    rename, out = Path.rename, tmp_path / "a"

    def stop(self, target):
        if stops_at in {self.suffix, Path(target).suffix} and self.suffix != ".old":
            raise KeyboardInterrupt
        return rename(self, target)

    def write() -> None:
        with whole_folder(out, force=True, only=("result",)) as made:
            (made / "result").write_text("new")
            monkeypatch.setattr(Path, "rename", stop)

    out.mkdir()
    (out / "result").write_text("old")
    if stops_at is None:
        write()
    else:
        with pytest.raises(KeyboardInterrupt):
            write()
    assert (out / "result").read_text() == ("old" if stops_at else "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_was_being_replaced_when_its_process_was_killed_has_its_name_again(tmp_path):
    old = folders._old(tmp_path / "a")
    for there, held in ((False, "old"), (True, "new")):
        old.mkdir()
        (old / "result").write_text("old")
        if there:
            (tmp_path / "a" / "result").write_text("new")
        with pytest.raises(InvalidInput, match="exists"):
            whole_folder(tmp_path / "a", force=False, only=()).__enter__()
        assert (tmp_path / "a" / "result").read_text() == held
        assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(sys.platform != "linux", reason="exchanges two folders as Linux does")
def test_two_folders_are_exchanged_and_a_name_is_free_or_refused_at_once(tmp_path, monkeypatch):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    (one / "of one").touch()
    other.mkdir()
    monkeypatch.setattr(os.path, "lexists", lambda _: False)  # as if another made it a moment later
    with pytest.raises(FileExistsError):
        placing.move_new(one, other)
    assert placing.exchange(one, other)
    assert [path.name for path in other.iterdir()] == ["of one"]
    assert list(one.iterdir()) == []


def test_a_folder_that_another_is_writing_is_left_alone(tmp_path):
    with whole_folder(tmp_path / "one", force=False, only=()) as first:
        (first / "of the first").touch()
        with whole_folder(tmp_path / "two", force=False, only=()) as second:
            (second / "of the second").touch()
        assert (first / "of the first").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}


@posix
@pytest.mark.parametrize("when", ["opened", "locked"])
def test_a_folder_that_is_taken_for_left_before_it_is_locked_is_made_again(tmp_path, monkeypatch, when):
    opens, holds, removed = os.open, folders.hold, []

    def remove_once():
        if not removed:
            removed.append(when)
            placing.remove_left(tmp_path)

    def open_late(*given, **named):
        if when == "opened":
            remove_once()
        return opens(*given, **named)

    def hold_late(opened):
        remove_once()
        holds(opened)

    monkeypatch.setattr(os, "open", open_late)
    monkeypatch.setattr(folders, "hold", hold_late)
    with whole_folder(tmp_path / "a", force=False, only=()) as made:
        (made / "result").touch()
    assert removed
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "result"]


@posix
def test_a_folder_that_is_removed_again_and_again_is_no_endless_loop(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "hold", lambda _: placing.remove_left(tmp_path))
    with pytest.raises(InvalidInput, match="another program removes what is made there"):
        whole_folder(tmp_path / "a", force=False, only=()).__enter__()
    assert list(tmp_path.iterdir()) == []


@posix
def test_what_is_left_in_a_folder_that_is_replaced_does_not_keep_it(tmp_path):
    (tmp_path / f".taper-{'1' * 32}.part").mkdir()
    (tmp_path / f".taper-{'2' * 32}.part").mkdir()
    (tmp_path / f".taper-{'2' * 32}.part" / "half").touch()
    with whole_folder(tmp_path, force=True, only=()) as made:
        (made / "result").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


MAKES = """
import sys
from taper._base.folders import whole_folder
for number in range(100):
    with whole_folder(f"{sys.argv[1]}/{sys.argv[2]}-{number}", force=False, only=()) as made:
        (made / "result").touch()
"""


@posix
def test_many_who_make_folders_at_once_do_not_remove_those_of_each_other(tmp_path):
    started = [subprocess.Popen([sys.executable, "-c", MAKES, str(tmp_path), name]) for name in "abc"]
    assert [each.wait() for each in started] == [0, 0, 0]
    assert len(list(tmp_path.glob("*/result"))) == 300
    assert list(tmp_path.glob(".taper-*")) == []


@pytest.mark.parametrize("force", [True, False])
def test_what_is_put_into_the_folder_meanwhile_is_not_removed(tmp_path, force):
    out = tmp_path / "audit"

    def write_meanwhile() -> None:
        with whole_folder(out, force=force, only=("summary.txt",)) as made:
            (made / "summary.txt").touch()
            out.mkdir()
            (out / "mine.txt").write_text("kept", "utf-8")

    with pytest.raises(InvalidInput, match="holds mine.txt" if force else "exists; choose another name"):
        write_meanwhile()
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    assert {path.name for path in tmp_path.iterdir()} == {"audit"}


def test_what_is_put_into_the_folder_at_the_last_moment_is_given_back(tmp_path, monkeypatch):
    out, exchange = tmp_path / "audit", folders.exchange

    def write_first(one, other):
        (out / "mine.txt").write_text("kept", "utf-8")
        return exchange(one, other)

    out.mkdir()
    monkeypatch.setattr(folders, "exchange", write_first)
    with pytest.raises(InvalidInput, match=r"holds mine\.txt"), whole_folder(out, force=True, only=()) as made:
        (made / "summary.txt").touch()
    assert [path.name for path in tmp_path.rglob("*")] == ["audit", "mine.txt"]


def test_what_the_system_refuses_while_a_folder_is_filled_is_said_of_its_name(tmp_path):
    with pytest.raises(InvalidInput) as refused, whole_folder(tmp_path / "a", force=False, only=()) as made:
        (made / "missing" / "file").touch()
    assert str(refused.value) == (
        f"{tmp_path / 'a'}: cannot be written (No such file or directory); check the folder and its room"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_a_folder_that_cannot_be_written_is_named_as_it_would_be(tmp_path):
    with pytest.raises(InvalidInput) as refused, whole_folder(tmp_path / "a", force=False, only=()) as made:
        write_whole(made / "missing" / "file", "new", force=False)
    assert str(refused.value) == (
        f"{tmp_path / 'a' / 'missing' / 'file'}: cannot be written (No such file or directory); check the folder"
    )
    with pytest.raises(InvalidInput, match=r"^elsewhere: "), whole_folder(tmp_path / "a", force=False, only=()):
        raise InvalidInput("is no file; name one", where="elsewhere")
    assert list(tmp_path.iterdir()) == []


@posix
def test_the_folder_of_all_is_not_replaced():
    with (
        pytest.raises(InvalidInput, match=r"^/: is the folder of all; name one in it"),
        whole_folder("/", force=True, only=()),
    ):
        pass


def test_a_folder_is_made_where_none_can_be_locked(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(folders.os, "open", refuse)
    with whole_folder(tmp_path / "a", force=False, only=("result",)) as made:
        (made / "result").write_text("new")
    assert (tmp_path / "a" / "result").read_text() == "new"
