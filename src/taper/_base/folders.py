"""A folder of results: whole or not at all, and in place of one that is no more than an earlier run wrote."""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from taper._base.files import said
from taper._base.placing import exchange, hold, move_new, remove_left, spare_name
from taper.errors import InvalidInput

_TRIES = 100


@contextmanager
def whole_folder(name: str | Path, *, force: bool, only: Collection[str]) -> Iterator[Path]:
    """A new folder beside the one that is named, which takes that name once it is whole, and is removed otherwise.

    Args:
        name: The folder.
        force: Whether one that exists is replaced.
        only: The names of what the one that is replaced may hold.

    Raises:
        InvalidInput: If the folder exists and force is not given, is a link, holds anything else, or cannot be written.
    """
    with _said(name):
        target = _target(name)
        _recover(target)
        if os.path.lexists(target):
            if force:
                remove_left(target)
            _check_replaced(target, name, force=force, only=only)
    with ExitStack() as stack:
        with _said(name):
            partial = _make_held(target, stack)
            remove_left(target.parent)
        try:
            yield partial
        except OSError:
            with _said(name):
                raise
        except InvalidInput as error:
            inside = Path(error.where)  # the name that it has for now is of no use to anybody
            if not inside.is_relative_to(partial):
                raise
            raise InvalidInput(error.message, where=str(Path(name, inside.relative_to(partial)))) from None
        with _said(name):
            _place(partial, target, name, force=force, only=only)


def _said(name: str | Path) -> AbstractContextManager[None]:
    return said(name, "cannot be written", "check the folder and its room")


def _target(name: str | Path) -> Path:
    if os.path.islink(Path(name)):  # noqa: PTH114 - no name is refused with another error
        leads = os.readlink(Path(name))  # noqa: PTH115
        raise InvalidInput(f"is a link to {leads}; name a folder", where=str(name))
    target = Path(os.path.realpath(name))
    if not target.name:
        raise InvalidInput("is the folder of all; name one in it", where=str(name))
    return target


def _check_replaced(folder: Path, name: str | Path, *, force: bool, only: Collection[str]) -> None:
    if not (force and folder.is_dir()):
        raise InvalidInput("exists; choose another name, or add --force for a folder", where=str(name))
    others = sorted({path.name for path in folder.iterdir()}.difference(only))
    if others:
        says = f"holds {others[0]}, which no audit writes, and --force would remove it; choose another name"
        raise InvalidInput(says, where=str(name))


def _make_held(target: Path, stack: ExitStack) -> Path:
    """A new folder, locked, and removed in the end unless it has another name then."""
    from shutil import rmtree  # not at the start of the library

    for _ in range(_TRIES):
        partial = spare_name(target)
        # An interruption too leaves nothing behind.
        stack.callback(rmtree, partial, ignore_errors=True)
        partial.mkdir()
        if _hold(partial, stack):
            return partial
    raise OSError("another program removes what is made there")


def _hold(folder: Path, stack: ExitStack) -> bool:
    """Lock a new folder; False where another process took it for left, and removed it, before it was locked."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:  # some systems open no folders
        return True
    stack.callback(os.close, opened)
    hold(opened)
    return folder.is_dir()


def _place(partial: Path, target: Path, name: str | Path, *, force: bool, only: Collection[str]) -> None:
    """Let it take its name. One that is replaced has the name of what is removed, unless something was put into it."""
    try:
        move_new(partial, target)
    except FileExistsError:
        _check_replaced(target, name, force=force, only=only)
    else:
        return
    if not exchange(partial, target):
        _replace_in_turn(partial, target)
        return
    try:
        _check_replaced(partial, name, force=force, only=only)
    except InvalidInput:
        exchange(partial, target)
        raise


def _old(target: Path) -> Path:
    return target.with_name(f".taper-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:32]}.old")


def _replace_in_turn(partial: Path, target: Path) -> None:
    """Where two folders cannot be exchanged, the earlier one is kept under a name by which a later run finds it."""
    try:
        target.rename(_old(target))
        partial.rename(target)
    finally:
        _recover(target)


def _recover(target: Path) -> None:
    """Give back its name to a folder that was being replaced, or remove it where the new one has that name."""
    from shutil import rmtree

    old = _old(target)
    if old.is_dir() and not os.path.lexists(target):
        old.rename(target)
    rmtree(old, ignore_errors=True)
