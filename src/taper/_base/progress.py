"""Progress: what long work tells its caller on the way, so that it can be shown and stopped."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from inspect import iscoroutinefunction
from typing import ParamSpec, TypeVar

from taper._base.shown import cut
from taper.errors import InvalidInput

Progress = Callable[[int, int, str], object]
"""Called with how much is done, of how much at most, and what it is; whatever it raises stops the work."""

_Item = TypeVar("_Item")
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")
_TOLD: ContextVar[Progress | None] = ContextVar("progress", default=None)


class _EndedError(Exception):
    """Carries a caller's StopIteration out of generators, which would turn it into a RuntimeError."""

    def __init__(self, raised: StopIteration) -> None:
        self.raised = raised


@contextmanager
def telling(progress: Progress) -> Iterator[None]:
    """Tell a caller of all work done inside, in this thread."""
    before = _TOLD.set(progress)
    try:
        yield
    finally:
        _TOLD.reset(before)


def tell(done: int, whole: int, what: str) -> None:
    """Say how much is done, to whoever asked to be told."""
    told = _TOLD.get()
    if told is not None:
        _call(told, done, whole, what)


def _call(told: Progress, done: int, whole: int, what: str) -> None:
    """Tell a caller; what it calls itself meanwhile tells nobody."""
    before = _TOLD.set(None)
    try:
        told(done, whole, what)
    except StopIteration as raised:
        raise _EndedError(raised) from None
    finally:
        _TOLD.reset(before)


def counted(items: Sequence[_Item], what: str) -> Iterator[_Item]:
    """The items, each told of before it is given, and all of them once they are done."""
    told = _TOLD.get()
    if told is None:
        yield from items
        return
    for done, item in enumerate(items):
        _call(told, done, len(items), what)
        yield item
    _call(told, len(items), len(items), what)


def watched(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Tell the function that is given as `progress` of the work that goes on in the decorated one."""

    @wraps(function)
    def told(*given: _Given.args, **named: _Given.kwargs) -> _Made:
        progress = named.get("progress")
        if progress is None:
            return function(*given, **named)
        if not callable(progress) or isinstance(progress, type):
            raise _no_progress(f"a {cut(type(progress).__name__)}")
        if iscoroutinefunction(progress):
            raise _no_progress("an async function, which nothing would await")
        try:
            with telling(progress):
                return function(*given, **named)
        except _EndedError as ended:
            raise ended.raised from None

    return told


def _no_progress(got: str) -> InvalidInput:
    return InvalidInput(
        f"got {got}; give a plain function that takes how much is done, of how much, and of what", where="progress"
    )
