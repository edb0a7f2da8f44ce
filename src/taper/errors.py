"""The bases of the error tree: what could not be read, and what could not be computed."""


class TaperError(Exception):
    """Base of every error raised on purpose by this library.

    An error means that something cannot be computed. What can be computed and deserves a look is a
    finding, never an error.
    """

    def __init_subclass__(cls) -> None:
        # Every error is importable from `taper`, and is printed under that name and not under that of its own file.
        cls.__module__ = "taper"

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(_encodable(message))
        self.message = _encodable(message)
        self.where = _encodable(where)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def _encodable(text: str) -> str:
    """Text that every file and terminal can hold: half of a surrogate pair, quoted from an input, is written out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


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
