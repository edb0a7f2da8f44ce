"""The bases of the error tree: what could not be read, and what could not be computed."""

from typing import Any

_LONGEST_MESSAGE, _LONGEST_PATH = 10_000, 1_000
"""How many characters they have at most; what is quoted in one is cut much earlier."""

_LEFT_OUT = " ... "


class TaperError(Exception):
    """Base of every error raised on purpose by this library.

    An error means that something cannot be computed. What can be computed and deserves a look is a
    finding, never an error.
    """

    def __init_subclass__(cls) -> None:
        # Every error is importable from `taper`, and is printed under that name and not under that of its own file.
        cls.__module__ = "taper"

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(printable(message))
        self.message = printable(message)
        self.where = printable(where, most=_LONGEST_PATH)

    def __str__(self) -> str:
        # Cut once more, since whoever passes an error on may add where it was found.
        return printable(f"{self.where}: {self.message}") if self.where else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # What an error of another kind is made of is not asked for again in another process, or in a copy.
        return _again, (type(self), self.args), self.__dict__


def _again(kind: type[TaperError], args: tuple[Any, ...]) -> TaperError:
    return kind.__new__(kind, *args)


def printable(text: object, *, most: int = _LONGEST_MESSAGE, lines: bool = True) -> str:
    """Text that every file and terminal can hold, no longer than a person can read, and on one line if need be.

    What is no text is named by its type alone: it may be anything.

    What is quoted from an input may hold half of a surrogate pair, or turn the terminal or the line around: such
    characters are written out. It is cut after that, since one of them is up to ten characters then.
    """
    text = text if isinstance(text, str) else f"({type(text).__name__})"
    if len(text) > most:
        text = _shortened(_escaped(text[:most], lines), _escaped(text[-most:], lines), most)
    else:
        text = _escaped(text, lines)
    return text if len(text) <= most else _shortened(text, text, most)


def _shortened(begins: str, ends: str, most: int) -> str:
    room = most - len(_LEFT_OUT)
    return f"{begins[: room - room // 2]}{_LEFT_OUT}{ends[-(room // 2) :]}"


def _escaped(text: str, lines: bool) -> str:  # noqa: FBT001
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or (lines and each == "\n") else _code(each) for each in text)


def _code(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


class InvalidInput(TaperError, ValueError):
    """Something handed in cannot be read or contradicts itself; `where` is its path."""


class CannotCompute(TaperError, ValueError):
    """What was asked is well formed and has no exact answer; the message names the nearest that has."""


class NotFound(TaperError, LookupError):
    """A name is not known; near names are listed and none is picked."""

    def __init__(self, message: str, *, where: str = "", near: tuple[str, ...] = ()) -> None:
        super().__init__(message, where=where)
        self.near = near


class MissingExtra(TaperError, ImportError):
    """An optional package is not installed; the message holds the command that installs it."""


class OutOfScope(TaperError, ValueError):
    """The request lies outside what this library plans, and is refused by name."""
