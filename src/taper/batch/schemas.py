"""Schemas: the columns of a table of many people as an Arrow schema, for engines that ask for it first."""

from typing import Any, Final

from taper.batch.engine import pa

_SHORT: Final = frozenset({"episode", "days", "spans"})


def schema_of(columns: tuple[tuple[str, str], ...], *, person: str = "int64") -> Any:
    """The `pyarrow.Schema` of what a function gives, such as `schema_of(FINDINGS)` of what `to_findings` gives.

    Args:
        columns: `SPANS`, `DAYS`, `EPISODES` or `FINDINGS`.
        person: The type of the column `person`, which is the one that the exposures have: "int64" or "string".

    Raises:
        MissingExtra: If numpy or pyarrow is not installed.

    Example:
        >>> from taper.batch import SPANS
        >>> schema_of(SPANS).field("dose").type
        DataType(int64)
    """
    kinds = {"key": person, "text": "string", "date": "date32", "flag": "bool_"}
    return pa.schema(
        {name: getattr(pa, kinds.get(kind, "int32" if name in _SHORT else "int64"))() for name, kind in columns}
    )
