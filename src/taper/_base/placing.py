"""Names in a folder: taken if they are free, exchanged at once, locked, and cleared of what a killed process left."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NO_REPLACE, _EXCHANGE = 1, 2
_HERE = -100  # AT_FDCWD: a path is read from the folder of the process
_LEFTOVER = re.compile(r"\.taper-[0-9a-f]{32}\.part")
_TRIES, _PAUSE_MS = 200, 50


def spare_name(path: str | Path) -> Path:
    """A name beside a path that nothing has, for what is not whole yet."""
    return Path(path).with_name(f".taper-{os.urandom(16).hex()}.part")


def move_new(source: Path, target: str | Path) -> None:
    """Move a file or a folder to a name, if that is free.

    Raises:
        FileExistsError: If it is not.
        OSError: If it cannot be moved.
    """
    if _rename(source, target, _NO_REPLACE):
        return
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except (AttributeError, OSError):  # it is a folder, or the disk, or the browser, gives a file one name only
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        source.rename(target)
    else:
        source.unlink()


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders take each other's name at once; False where the system cannot."""
    return _rename(one, other, _EXCHANGE)


def _rename(source: Path, target: str | Path, how: int) -> bool:
    """Rename as Linux can; False where the system or the disk cannot.

    Raises:
        FileExistsError: If the name is to be free, and is not.
    """
    try:
        import ctypes  # not at the start of the library, since few write

        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (ImportError, AttributeError, OSError, TypeError):
        return False
    if renameat2(_HERE, os.fsencode(source), _HERE, os.fsencode(target), how) == 0:
        return True
    error = ctypes.get_errno()
    if how == _NO_REPLACE and error == errno.EEXIST:
        raise FileExistsError(error, os.strerror(error), str(target))
    return False


def hold(opened: int) -> None:
    """Lock what is open until it is closed, where the system can; so nobody takes it for what a killed process left."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(opened, fcntl.LOCK_EX)


def _is_held(opened: int) -> bool | None:
    """Whether another has what is open locked; if not, it is locked now. None where the system cannot tell."""
    try:
        import fcntl

        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return None
    return False


@contextmanager
def locked(folder: str | Path) -> Iterator[bool]:
    """Lock a folder against others who do so, or give False where one of them keeps it for ten seconds.

    Where the system cannot lock a folder, it is not.
    """
    opened = None
    with suppress(OSError):  # some systems open no folders
        opened = os.open(folder, os.O_RDONLY)
    try:
        yield opened is None or _is_free(opened)
    finally:
        if opened is not None:
            os.close(opened)


def _is_free(opened: int) -> bool:
    from threading import Event

    for _ in range(_TRIES):
        if not _is_held(opened):
            return True
        Event().wait(_PAUSE_MS / 1000)
    return False


def remove_left(folder: str | Path) -> None:
    """Remove what a process that was killed left in a folder; what one writes that runs is locked.

    An empty file may be one that is not locked yet, and stays. An empty folder is removed: whoever makes one looks
    whether it is still there once it is locked.
    """
    with suppress(OSError):
        for name in filter(_LEFTOVER.fullmatch, os.listdir(folder)):  # noqa: PTH208 - the names alone are wanted
            with suppress(OSError):  # one that another person left does not keep those after it
                _remove(Path(folder, name))


def _remove(path: Path) -> None:
    from shutil import rmtree  # not at the start of the library

    is_folder = stat.S_ISDIR(path.lstat().st_mode)
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    try:
        if _is_held(opened) is not False:
            return
        if is_folder:
            rmtree(path, ignore_errors=True)
        elif os.fstat(opened).st_size:
            path.unlink()
    finally:
        os.close(opened)
