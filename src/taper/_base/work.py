"""Work: how much was done for one question, and how much may be for all of one call, so that none takes minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


class TooMuchWork(Exception):
    """More was done inside `at_most` than may be."""


@dataclass(slots=True)
class Work:
    """How much was done, counted in sums of two weights, of which a second has some ten million."""

    done: int = 0

    def add(self, work: int) -> None:
        """Count work, for this question and for the call that asks it."""
        self.done += work
        spend(work)


_LEFT: ContextVar[list[int] | None] = ContextVar("work", default=None)


@contextmanager
def at_most(work: int) -> Iterator[None]:
    """Let so much work be done inside, in this thread.

    Raises:
        TooMuchWork: Where more is done.
    """
    before = _LEFT.set([work])
    try:
        yield
    finally:
        _LEFT.reset(before)


def spend(work: int) -> None:
    """Count work for the call that asks for it, where one does."""
    left = _LEFT.get()
    if left is not None:
        left[0] -= work
        if left[0] < 0:
            raise TooMuchWork
