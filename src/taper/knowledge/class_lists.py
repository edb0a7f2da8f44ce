"""Class lists: which medicines a source lists under a class or another name."""

from typing import Annotated

from pydantic import Field

from taper._base.records import Value
from taper._base.text import Name, Text
from taper.source import Source


class Membership(Value):
    """That a medicine belongs to a class, or also goes by another name, and where its source says so."""

    drug: Name
    of: Name
    place: Text
    source: Source

    @property
    def words(self) -> str:
        """As it stands behind the name of the medicine: "opioid by WHO, 2026, N02AA05"."""
        weak = "; secondary source" if self.source.grade == "C" else ""
        return f"{self.of} by {self.source.organization}, {self.source.year}, {self.place}{weak}"


class ClassList(Value):
    """What one source lists under a class, each medicine with its place there, such as its ATC code.

    `name` may also be another name of the medicines listed. That a medicine is not listed says nothing.
    """

    name: Name
    members: Annotated[dict[Name, Text], Field(min_length=1)]
    source: Source
    note: Text | None = None

    @property
    def memberships(self) -> tuple[Membership, ...]:
        return tuple(
            Membership(drug=drug, of=self.name, place=place, source=self.source) for drug, place in self.members.items()
        )
