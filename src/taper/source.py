"""Where a clinical figure was read: who says it, where exactly, how closely it was seen, and when."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from taper._model import Value
from taper.dates import CalendarDate

Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]*$", max_length=80)]


class Grade(StrEnum):
    """How closely a source was seen.

    A is the regulator, the label record, the paper or the guideline body itself; B a verbatim copy of one
    elsewhere; C a compendium, a leaflet, a transcription or a report, and each finding from it says so.
    """

    A = "A"
    B = "B"
    C = "C"

    @property
    def words(self) -> str:
        return {"A": "primary source", "B": "verbatim copy", "C": "secondary source"}[self.value]


class Source(Value):
    """One citable place: organization, title, locator, year, grade, and the day it was looked at.

    `locator` is an address, a DOI, a set id or a page that leads to the figure itself. `layer` says whether it
    came with the library or from which overlay.
    """

    id: Name
    organization: Text
    title: Text
    section: Text | None = None
    locator: Text
    year: Annotated[int, Field(ge=1900, le=2200)] | Literal["undated"]
    grade: Grade
    verified_on: CalendarDate
    jurisdiction: Annotated[str, Field(pattern=r"^[A-Z]{2}(/[A-Z]{2})*$")] | None = None
    note: Text | None = None
    layer: Text = "shipped"

    @property
    def citation(self) -> str:
        """One line for a reader: organization, title, section, year, grade."""
        section = f", {self.section}" if self.section else ""
        return f"{self.organization}: {self.title}{section} ({self.year}; grade {self.grade}, {self.grade.words})"

    def is_older_than_a_year(self, as_of: date) -> bool:
        """Whether it was last looked at more than a year before the given day."""
        return (as_of - self.verified_on).days > 365
