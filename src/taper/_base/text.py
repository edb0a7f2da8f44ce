"""Text and names: the bounded strings that every record uses."""

from typing import Annotated

from pydantic import Field

Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=80)]
