"""Printing of objects: at most forty lines of text, and methods added by `taper`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

MOST_LINES = 40
_MOST_NAMES = 10


def shorten(lines: Iterable[str], *, whole: str) -> str:
    """Lines as text: the first of them where there are more than forty, and how to get the whole."""
    listed = [line.rstrip() for text in lines for line in text.split("\n")]
    if len(listed) > MOST_LINES:
        kept = listed[: MOST_LINES - 1]
        listed = [*kept, f"... and {len(listed) - len(kept)} more lines; {whole} has all"]
    return "\n".join(listed)


def some_of(names: Sequence[str]) -> str:
    """Names in a sentence: the first ten of them where there are more, and how many more."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def align(rows: Iterable[Sequence[str]], *, ruled: bool = False, counts: bool = False) -> list[str]:
    """Rows of cells as lines with aligned columns; ruled, with a line below the first.

    With counts, every column but the first ends where the others of it end.
    """
    listed = [tuple(row) for row in rows]
    widths = [max(len(row[index]) for row in listed) for index in range(len(listed[0]))] if listed else []
    sides = [str.rjust if counts and index else str.ljust for index in range(len(widths))]
    cells = (zip(sides, row, widths, strict=True) for row in listed)
    lines = ["  ".join(side(cell, width) for side, cell, width in row).rstrip() for row in cells]
    return [*lines[:1], "  ".join("-" * width for width in widths), *lines[1:]] if ruled else lines


def as_html(text: str) -> str:
    """Text as a notebook shows it: as it is, with its columns kept."""
    return f'<pre style="white-space:pre-wrap">{escape(text)}</pre>'


_METHODS: dict[str, tuple[str, ...]] = {}
_FIND: list[Callable[[str], Any]] = []


def bind(methods: Mapping[str, tuple[str, ...]], find: Callable[[str], Any]) -> None:
    """Let objects of these classes, by name, call these public functions as methods of theirs."""
    _METHODS.update(methods)
    _FIND[:] = [find]


class Bound:
    """An object whose further methods are public functions of the package, which take it as their first argument."""

    __slots__ = ()

    if not TYPE_CHECKING:  # pragma: no branch - a type checker alone takes the other way

        def __getattr__(self, name: str) -> Any:
            """A public function as a method; it is looked up at the front door when it is called for."""
            if name in _METHODS.get(type(self).__name__, ()):
                return partial(_FIND[0](name), self)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *_METHODS.get(type(self).__name__, ())})
