"""A cited statement: its source, and to whom and what it applies."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from taper._base.records import Value
from taper._base.text import Name, Text
from taper.errors import InvalidInput
from taper.products.product import DosageForm, Release
from taper.source import Source

Age = Annotated[int, Field(ge=0, le=130)]


class Cited(Value):
    """A statement with its source, and to what it applies; an absent condition applies to all.

    `indications` are lower-case names; `products` the ids of the only products that its source is about; `age_from`
    and `age_below` are years, half-open; `sex` is the sex of which alone the source speaks. `age_assumed` marks an
    age that its source words without a number ("elderly").
    """

    source: Source
    indications: tuple[Name, ...] = ()
    releases: tuple[Release, ...] = ()
    forms: tuple[DosageForm, ...] = ()
    products: tuple[Name, ...] = ()
    age_from: Age | None = None
    age_below: Age | None = None
    age_assumed: bool = False
    sex: Literal["female", "male"] | None = None

    note: Text | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} by {self.source.id}>"

    @model_validator(mode="after")
    def _has_an_age(self) -> Self:
        if self.age_from is not None and self.age_below is not None and self.age_from >= self.age_below:
            raise InvalidInput(f"nobody is from {self.age_from} and below {self.age_below}; correct an age")
        return self

    @property
    def needs_age(self) -> bool:
        return self.age_from is not None or self.age_below is not None
