"""Work: how much was done for one question, and how much may be for all that one call asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from taper.errors import CannotCompute


@dataclass(slots=True)
class Work:
    """How much was done, counted in sums of two weights, of which a second has some ten million."""

    done: int = 0

    def add(self, work: int) -> None:
        """Count work, for this question and for the calls that ask it."""
        self.done += work
        spend(work)


class Allowance:
    """How much work may be done in all of some places, and what is said where it is too much."""

    def __init__(self, work: int, says: str) -> None:
        self.left = work
        self._says = says

    @contextmanager
    def spending(self, where: str = "") -> Iterator[None]:
        """Count what is done inside, in this thread.

        Raises:
            CannotCompute: Where it is more than may be done.
        """
        before = _SPENDING.set((*_SPENDING.get(), self))
        try:
            yield
        except _SpentError as error:
            if error.allowance is not self:
                raise
            raise CannotCompute(self._says, where=where) from None
        finally:
            _SPENDING.reset(before)


_SPENDING: ContextVar[tuple[Allowance, ...]] = ContextVar("allowances", default=())


class _SpentError(Exception):
    """Carries an empty allowance to where it is counted, past all that answers what cannot be computed."""

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance


def spend(work: int) -> None:
    """Count work for every call that allows no more than so much."""
    for allowance in _SPENDING.get():
        allowance.left -= work
        if allowance.left < 0:
            raise _SpentError(allowance)
