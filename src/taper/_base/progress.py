"""Progress: what long work tells its caller on the way, so that it can be shown and stopped."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

Progress = Callable[[int, int, str], object]
"""Called with how much is done, of how much at most, and what it is; whatever it raises stops the work."""

_Item = TypeVar("_Item")
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_TOLD: ContextVar[Progress | None] = ContextVar("progress", default=None)


@contextmanager
def telling(progress: Progress | None) -> Iterator[None]:
    """Tell a caller of all work done inside, in this thread; without one, whoever is told already."""
    if progress is None:
        yield
        return
    before = _TOLD.set(progress)
    try:
        yield
    finally:
        _TOLD.reset(before)


def tell(done: int, whole: int, what: str) -> None:
    """Say how much is done, to whoever asked to be told."""
    told = _TOLD.get()
    if told is not None:
        told(done, whole, what)


def counted(items: Sequence[_Item], what: str) -> Iterator[_Item]:
    """The items, each told of before it is given, and all of them once they are done."""
    told = _TOLD.get()
    if told is None:
        yield from items
        return
    for done, item in enumerate(items):
        told(done, len(items), what)
        yield item
    told(len(items), len(items), what)


def watched(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Tell the function that is given as `progress` of the work that goes on in the decorated one."""

    @wraps(function)
    def told(*given: _Given.args, **named: _Given.kwargs) -> _Made:
        progress = named.get("progress")
        with telling(progress if callable(progress) else None):
            return function(*given, **named)

    return told
