"""Text and names: the bounded strings that every record uses."""

from typing import Annotated

from pydantic import Field

from taper._base.limits import LONGEST_NAME, LONGEST_TEXT

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=LONGEST_NAME)]
