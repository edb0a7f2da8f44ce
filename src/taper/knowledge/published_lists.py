"""Published lists of medicines that people are helped to come off, and which of them are on file."""

from typing import Annotated

from pydantic import Field

from taper._base.records import Value
from taper._base.text import Name, Text
from taper.source import Source


class PublishedList(Value):
    """One published list: groups of the ATC index by the beginning of their code, and medicines by name."""

    id: Name
    title: Text
    source: Source
    atc: tuple[Annotated[str, Field(pattern=r"^[A-Z]\d\d[A-Z]{1,2}$")], ...] = ()
    names: tuple[Name, ...] = ()
    note: Text | None = None
