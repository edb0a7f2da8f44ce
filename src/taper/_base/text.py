"""Text and names: the bounded strings that every record uses."""

from typing import Annotated

from pydantic import Field

from taper._base.limits import LONGEST_NAME, LONGEST_TEXT

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=LONGEST_NAME)]


def write_span(low: object, high: object) -> str:
    """A figure with two ends, or one where they are equal: "2 to 4 mg", "1 to 2 weeks"."""
    first, last = str(low), str(high if high is not None else low)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    shared = bool(unit) and last.partition(" ")[2].rstrip("s") == unit.rstrip("s")
    return f"{number if shared else first} to {last}"
