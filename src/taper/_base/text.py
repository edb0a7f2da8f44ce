"""Text and names: the bounded strings that every record uses."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from taper._base.limits import LONGEST_NAME, LONGEST_TEXT
from taper._base.shown import show
from taper.errors import InvalidInput

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=LONGEST_NAME)]


def readable(given: object, advice: str, error: Callable[..., InvalidInput] = InvalidInput, *, where: str = "") -> str:
    """What was given, if it is a text that words are looked for in: patterns take long over a very long one.

    Args:
        given: The text.
        advice: What to write instead of what is no text.
        error: The error to raise.
        where: What the text is called where it was given.

    Raises:
        InvalidInput: If it is no text, or is longer than a text may be.
    """
    if not isinstance(given, str):
        raise error(f"got {show(given)}{advice}", where=where)
    if len(given) > LONGEST_TEXT:
        raise error(f"{show(given)} has {len(given)} characters; write at most {LONGEST_TEXT}", where=where)
    return given


def write_span(low: object, high: object) -> str:
    """A figure with two ends, or one where they are equal: "2 to 4 mg", "1 to 2 weeks"."""
    first, last = str(low), str(high if high is not None else low)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    shared = bool(unit) and last.partition(" ")[2].rstrip("s") == unit.rstrip("s")
    return f"{number if shared else first} to {last}"
