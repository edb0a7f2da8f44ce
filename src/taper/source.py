"""Where a clinical figure was read: who says it, where exactly, how closely it was seen, and when."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from taper._base.records import Value
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import Name, Text
from taper.amounts.duration import CalendarDate
from taper.errors import InvalidInput


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


class Subject(StrEnum):
    """What a section of a source can speak of; each rule asks about one of them."""

    INTERACTIONS = "interactions"
    CONTRAINDICATIONS = "contraindications"
    KIDNEY = "kidney"
    LIVER = "liver"
    AGE = "age"
    PREGNANCY = "pregnancy"
    DOSAGE = "dosage"
    STOPPING = "stopping"
    HALF_LIFE = "half-life"


def _pairs(value: object) -> object:
    return tuple(value.items()) if isinstance(value, dict) else value


def _table(value: tuple[tuple[Subject, tuple[str, ...]], ...]) -> dict[str, list[str]]:
    return {str(subject): list(names) for subject, names in value}


_LABELS = (
    ("US drug label", "US label"),
    ("DailyMed", "US label"),
    ("US National Library of Medicine, DailyMed", "US label"),
    ("UK summary of product characteristics", "UK label"),
    ("UK SmPC", "UK label"),
    ("eMC SmPC", "UK label"),
    ("electronic medicines compendium", "UK label"),
    ("UK patient leaflet", "UK leaflet"),
    ("EU summary of product characteristics", "EU label"),
    ("Swiss product information", "Swiss label"),
)
"""How the organization of a label begins, and what the label is called."""

Sections = Annotated[
    tuple[tuple[Subject, Annotated[tuple[Text, ...], Field(min_length=1)]], ...],
    BeforeValidator(_pairs),
    PlainSerializer(_table, return_type=dict[str, list[str]]),
]
"""For each subject the sections that would speak of it; written as a table."""


class Source(Value):
    """One citable place: organization, title, locator, year, grade, and the day it was looked at.

    `locator` is an address, a DOI, a set id or a page that leads to the figure itself. `layer` says whether it
    came with the library or from which overlay. `sections` names, for each subject, the sections of the source that
    would speak of it; `read_whole` those that were read in full, and `read_in` what was read, such as a stored copy.
    `set_id` and `version` tell two versions of one label apart, and `label_of` is the medicine whose label it is.
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
    set_id: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    sections: Sections = ()
    read_whole: tuple[Text, ...] = ()
    read_in: Text | None = None
    label_of: Name | None = None

    @model_validator(mode="after")
    def _reads_what_exists(self) -> Self:
        named = {name for _, names in self.sections for name in names}
        unknown = [name for name in self.read_whole if name not in named]
        if unknown:
            listed = ", ".join(sorted(named)) or "none"
            raise InvalidInput(
                f"{show(unknown[0])} is said to be read and is no section of this source; its sections are {listed}. "
                "Correct the name, or add it under the subject of which it speaks"
            )
        return self

    @takes
    def unread(self, subject: Subject) -> tuple[str, ...]:
        """The sections that would speak of a subject and were not read in full, as they are named."""
        return tuple(name for name in self.speaking_of(subject) if name not in self.read_whole)

    @takes
    def has_read(self, subject: Subject) -> bool:
        """Whether every section that would speak of a subject was read in full."""
        return bool(self.speaking_of(subject)) and not self.unread(subject)

    @takes
    def speaking_of(self, subject: Subject) -> tuple[str, ...]:
        """The sections of this source that would speak of a subject, as they are named."""
        return dict(self.sections).get(subject, ())

    def __str__(self) -> str:
        return self.citation

    def __repr__(self) -> str:
        return f"<Source {self.id}: {self.organization}, {self.year}>"

    @property
    def called(self) -> str:
        """Who says so, in the few words of a sentence: "US label of sertraline", or the organization."""
        kind = next((words for begins, words in _LABELS if self.organization.startswith(begins)), None)
        return f"{kind} of {self.label_of}" if kind is not None and self.label_of is not None else self.organization

    @property
    def citation(self) -> str:
        """One line for a reader: organization, title, section, year, grade."""
        section = f", {self.section}" if self.section else ""
        return f"{self.organization}: {self.title}{section} ({self.year}; grade {self.grade}, {self.grade.words})"

    def is_older_than_a_year(self, as_of: date) -> bool:
        """Whether it was last looked at more than a year before the given day."""
        if type(as_of) is not date:
            raise InvalidInput(f"got {show(as_of)}; a day is a calendar date, write date(2027, 3, 1)", where="as_of")
        return (as_of - self.verified_on).days > 365
