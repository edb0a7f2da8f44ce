"""Files: read no further than a limit; written whole or not at all, under the name that was given and no other."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from taper._base.limits import LONGEST_SILENCE
from taper._base.placing import hold, locked, move_new, remove_left, spare_name
from taper.errors import InvalidInput

PERMIT = "give force=True"
"""What lets a file be replaced, for a caller of Python; at the command line it is another."""


@contextmanager
def said(path: str | Path, what: str, advice: str) -> Iterator[None]:
    """Say of a path what the system would not do with it, in the words of the system."""
    try:
        yield
    except OSError as error:
        raise InvalidInput(f"{what} ({error.strerror or error}); {advice}", where=str(path)) from None
    except InvalidInput:
        raise
    except ValueError:  # it holds NUL, or half of a character, as no name of a file can
        raise InvalidInput("is not a path; check the path", where=repr(str(path))) from None


def is_missing(path: str | Path) -> bool:
    """Whether there is nothing of that name; of what cannot be looked at, a reader says why."""
    try:
        os.stat(path)  # noqa: PTH116 - a name may be no path at all
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


@contextmanager
def opened_to_read(path: str | Path, *, only_files: bool = False) -> Iterator[int]:
    """A descriptor of what is at a path; opening it waits for nobody.

    Raises:
        InvalidInput: If it cannot be opened, or is a folder, a device or a pipe where only files will do.
    """
    with said(path, "cannot be read", "check the path"):
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if only_files:
            _check_is_file(os.fstat(opened), path)
        yield opened
    finally:
        os.close(opened)


def read_bounded(path: str | Path, largest: int) -> bytes:
    """At most a byte more than may be read, of a file, or of a pipe that someone writes to; a device never waits.

    Raises:
        InvalidInput: If it cannot be read, or is a pipe to which nothing is written.
    """
    with opened_to_read(path) as opened, said(path, "cannot be read", "check the path"):
        is_pipe = stat.S_ISFIFO(os.fstat(opened).st_mode)
        parts: list[bytes] = []
        while sum(map(len, parts)) <= largest and (part := _read_some(opened, path, largest + 1, is_pipe=is_pipe)):
            parts.append(part)
        if is_pipe and not parts:
            raise InvalidInput("is a pipe to which nothing is written; name a file", where=str(path))
        return b"".join(parts)[: largest + 1]


def _read_some(opened: int, path: str | Path, most: int, *, is_pipe: bool) -> bytes:
    """What can be read at once. A pipe is waited for while someone has it open to write, and is not silent for long."""
    while True:
        try:
            return os.read(opened, most)
        except BlockingIOError:
            if not is_pipe:
                raise
            _wait_for(opened, path)


def _wait_for(opened: int, path: str | Path) -> None:
    import selectors  # only where there is a pipe to wait for

    with selectors.DefaultSelector() as waits:
        waits.register(opened, selectors.EVENT_READ)
        if not waits.select(LONGEST_SILENCE):
            says = f"is a pipe to which nothing was written for {LONGEST_SILENCE} s; write it to a file, and name that"
            raise InvalidInput(says, where=str(path))


def _check_is_file(found: os.stat_result, path: str | Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise InvalidInput("is a folder; add the name of a file", where=str(path))
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInput("is a device or a pipe; name a file", where=str(path))


def write_whole(path: str | Path, made: str | bytes, *, force: bool, permit: str = PERMIT) -> Path:
    """Write a file whole or not at all; an existing one, or a link of that name, only with force.

    It is whole before it has the name. A link is replaced itself, not what it leads to. A file that is replaced leaves
    its permissions to the new one.

    Raises:
        InvalidInput: If it exists and force is not given, is no file or may not be written to, or the folder cannot be.
    """
    with whole_files({str(path): made}, force=force, permit=permit) as take_names:
        take_names()
    return Path(path)


@contextmanager
def whole_files(made: Mapping[str, str | bytes], *, force: bool, permit: str = PERMIT) -> Iterator[Callable[[], None]]:
    """Files that are whole and have no names yet, and what gives them their names; without that, none is left.

    Raises:
        InvalidInput: As `write_whole`, of any of them. None that is new is left then; only where the last step fails,
            in which they take their names, may some have been replaced.
    """
    with ExitStack() as stack:
        whole = [stack.enter_context(_Whole(path, held, force=force, permit=permit)) for path, held in made.items()]

        def take_names() -> None:
            for each in whole:
                if not each.take_name():
                    raise InvalidInput(_exists(permit), where=each.name)

        yield take_names


def _exists(permit: str) -> str:
    return f"exists; choose another name, or {permit}"


def read_to_change(path: str | Path, largest: int) -> bytes | None:
    """What a file holds that is about to be changed by `write_over`, or None where there is none; a link is followed.

    Raises:
        InvalidInput: If it cannot be read, is no file, or has a second name, which would keep what it holds now.
    """
    with said(path, "cannot be read", "check the path"):
        try:
            found = os.stat(path)  # noqa: PTH116 - text that is no path is refused here too
        except FileNotFoundError:
            if not os.path.islink(path):  # noqa: PTH114 - as above
                return None
            says = f"is a link to {os.readlink(path)}, where nothing is; name that file, or remove the link"  # noqa: PTH115
            raise InvalidInput(says, where=str(path)) from None
    _check_is_file(found, path)
    if found.st_nlink > 1:
        says = "has a second name (a hard link), which would keep what it holds now; copy it, and name the copy"
        raise InvalidInput(says, where=str(path))
    return read_bounded(path, largest)


def write_over(path: str | Path, made: str, *, was: bytes | None) -> bool:
    """Replace a file that still holds what was read of it, or write one that was not there; False if that has changed.

    No other process does so in the same folder meanwhile. Where a link leads, the file that was read is replaced.

    Raises:
        InvalidInput: As `write_whole`, or if another process keeps the folder locked.
    """
    target = os.path.realpath(path)
    with locked(os.path.dirname(target)) as free:  # noqa: PTH120
        if not free:
            raise InvalidInput(
                "its folder stays locked by another program; try again once that has ended", where=str(path)
            )
        if was != read_to_change(path, 0 if was is None else len(was)):
            return False
        with _Whole(target, made, force=was is not None, permit=PERMIT, name=str(path)) as whole:
            return whole.take_name()


class _Whole:
    """A file that is whole before it takes its name; where anything fails, nothing new is left."""

    def __init__(self, path: str, made: str | bytes, *, force: bool, permit: str, name: str = "") -> None:
        self.name = name or path
        self._path, self._force = Path(path), force
        self._made = _encoded(made, self.name)
        with self._said():
            self._replaced = _replaceable(path, self.name, force=force, permit=permit)
        self._opened: int | None = None
        self._partial: Path | None = None

    def _said(self) -> AbstractContextManager[None]:
        return said(self.name, "cannot be written", "check the folder")

    def __enter__(self) -> Self:
        try:
            with self._said():
                self._write()
        except BaseException:
            self._leave_nothing()
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        # Whether it has its name is asked of the folder, since an interruption may come before that is remembered.
        if kind is not None and self._replaced is None and self._opened is not None:
            with suppress(OSError):
                if os.path.samestat(os.fstat(self._opened), self._path.lstat()):
                    self._path.unlink()
        self._leave_nothing()

    def _leave_nothing(self) -> None:
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None
        if self._partial is not None:
            with suppress(OSError):
                self._partial.unlink()

    def _write(self) -> None:
        """Write it without a name, where the system can; so a process that is killed leaves nothing."""
        mode = 0o666 if self._replaced is None else 0o600
        self._opened = _open_nameless(self._path.parent, mode)
        if self._opened is None:
            self._partial = spare_name(self._path)
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
            self._opened = os.open(self._partial, flags, mode)
        hold(self._opened)
        rest = memoryview(self._made)
        while rest:
            rest = rest[os.write(self._opened, rest) :]
        if self._replaced is not None:
            _permit_as(self._opened, self._replaced)

    def take_name(self) -> bool:
        """Let it take its name; False where that is taken, and not to be replaced."""
        with self._said():
            try:
                self._place()
            except FileExistsError:
                return False
        return True

    def _place(self) -> None:
        if self._partial is None and not self._force:
            self._link(self._path)
            return
        if self._partial is None:
            self._partial = spare_name(self._path)
            self._link(self._partial)
        if os.name == "nt":  # pragma: no cover - a file that is open cannot be moved there
            os.close(self._opened or 0)
            self._opened = None
        if self._force:
            self._partial.replace(self._path)
            remove_left(self._path.parent)
        else:
            move_new(self._partial, self._path)

    def _link(self, path: Path) -> None:
        # The folder is not used with a whole path; naming one makes Python follow the link.
        os.link(f"/proc/self/fd/{self._opened}", path, src_dir_fd=self._opened, follow_symlinks=True)


def _encoded(made: str | bytes, name: str) -> bytes:
    try:
        return made.encode("utf-8") if isinstance(made, str) else made
    except UnicodeEncodeError:
        raise InvalidInput("would hold half of a character, which no file can; remove it", where=name) from None


_OPEN_FILES = ("/proc/", "/dev/fd/")


def _replaceable(path: str, name: str, *, force: bool, permit: str) -> os.stat_result | None:
    """What is at a path that may be replaced, or None; never what is no file, or may not be written to."""
    if path.endswith(("/", os.sep)) or os.path.isdir(path or "."):  # noqa: PTH112 - it takes every text
        raise InvalidInput("is a folder; add the name of a file", where=name)
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - as above
        raise InvalidInput("is a device or a pipe, which no file takes the place of; name a file", where=name)
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode) and os.readlink(path).startswith(_OPEN_FILES):  # noqa: PTH115 - as above
        raise InvalidInput("is the system's name for what is open already; name a file", where=name)
    if not force:
        raise InvalidInput(_exists(permit), where=name)
    if stat.S_ISLNK(found.st_mode):
        return None
    if not (found.st_mode & 0o222 and os.access(path, os.W_OK)):
        raise InvalidInput("may only be read; permit writing to it, or choose another name", where=name)
    return found


def _open_nameless(folder: Path, mode: int) -> int | None:
    """A new file in a folder that has no name; None where the system or the disk has none."""
    try:
        opened = os.open(folder, os.O_TMPFILE | os.O_WRONLY, mode)
    except (AttributeError, OSError):
        return None
    if hasattr(os, "link") and os.path.exists(f"/proc/self/fd/{opened}"):  # noqa: PTH110 - by which it gets its name
        return opened
    os.close(opened)
    return None


def _permit_as(opened: int, replaced: os.stat_result) -> None:
    """Let a new file be read and written by whom the one that it replaces was, as far as this process may say so."""
    with suppress(AttributeError, OSError):
        os.fchown(opened, replaced.st_uid, replaced.st_gid)
    is_same = os.fstat(opened).st_gid == replaced.st_gid
    mode = stat.S_IMODE(replaced.st_mode) & 0o777
    with suppress(AttributeError):
        # Another group is given no more than everyone.
        os.fchmod(opened, mode if is_same else mode & 0o707 | (mode & 0o007) << 3)
