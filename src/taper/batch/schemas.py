"""Schemas: the columns of a table of many people as an Arrow schema, for engines that ask for it first."""

from typing import Any, Final

from taper._base.shown import show
from taper._base.takes import takes
from taper.batch.days import DAYS
from taper.batch.engine import pa
from taper.batch.episodes import EPISODES
from taper.batch.found import FINDINGS
from taper.batch.spans import SPANS
from taper.errors import InvalidInput

_SHORT: Final = frozenset({"episode", "days", "spans"})


_PERSONS = frozenset(
    {*(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "string", "large_string"}
)
"""The types that a column of kind "key" may have."""


@takes
def schema_of(columns: tuple[tuple[str, str], ...], *, person: str = "int64") -> Any:
    """The `pyarrow.Schema` of what a function gives, such as `schema_of(FINDINGS)` of what `to_findings` gives.

    Args:
        columns: `SPANS`, `DAYS`, `EPISODES` or `FINDINGS`.
        person: The type of the column `person`, which is the one that the exposures have: "int64" or "string".

    Raises:
        InvalidInput: If `columns` are none of these, or a person has no such type.
        MissingExtra: If numpy or pyarrow is not installed.

    Example:
        >>> from taper.batch import SPANS
        >>> schema_of(SPANS).field("dose").type
        DataType(int64)
    """
    if person not in _PERSONS:
        raise InvalidInput(f'{show(person)} is no type of a person; write "int64" or "string"', where="person")
    if columns not in (SPANS, DAYS, EPISODES, FINDINGS):
        raise InvalidInput(f"got {show(columns)}; give SPANS, DAYS, EPISODES or FINDINGS", where="columns")
    kinds = {"key": person, "text": "string", "date": "date32", "flag": "bool_"}
    return pa.schema(
        {name: getattr(pa, kinds.get(kind, "int32" if name in _SHORT else "int64"))() for name, kind in columns}
    )
