"""Printing of objects: at most forty lines of text, a few words in an error, and methods added by `taper`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from html import escape
from reprlib import Repr
from typing import TYPE_CHECKING, Any

from taper.errors import printable

MOST_LINES = 40
MOST_SHOWN = 80
_MOST_NAMES = 10
_MOST_BITS = 256


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
    return ", ".join(map(cut, names[:_MOST_NAMES])) + (f" and {more} more" if more > 0 else "")


class _Short(Repr):
    """What Python writes for an object, without what lies deep or late in it, and without its address."""

    def __init__(self) -> None:
        super().__init__()
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 8

    def repr1(self, x: Any, level: int) -> str:
        if isinstance(x, str):
            return repr(cut(x, MOST_SHOWN - 2))
        if isinstance(x, bytes | bytearray):
            return repr(x[:MOST_SHOWN])
        if isinstance(x, int | Fraction) and max(map(int.bit_length, x.as_integer_ratio())) > _MOST_BITS:
            return f"<{type(x).__name__} of very many digits>"  # Python refuses to print those of some thousands
        return super().repr1(x, level)

    def repr_instance(self, x: Any, _level: int) -> str:
        text = repr(x)
        return f"<{type(x).__name__}>" if " at 0x" in text else printable(cut(text), lines=False)


_SHORT = _Short()


def show(given: object) -> str:
    """What was given, as Python writes it, in at most 80 characters: for a message, so it never raises.

    Example:
        >>> show("5 mg"), show(10**6000), show([5, "a"])
        ("'5 mg'", '<int of very many digits>', "[5, 'a']")
    """
    try:
        return cut(_SHORT.repr(given))
    except Exception:  # what was given is wrong in an unknown way, and its own text may be too
        return cut(f"<{type(given).__name__}>")


def cut(text: str, most: int = MOST_SHOWN) -> str:
    """A text, or its beginning where it is longer than a message can hold."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


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
