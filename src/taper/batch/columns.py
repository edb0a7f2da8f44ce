"""The columns of a record batch: which are wanted, and what is said where others are found."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from taper.batch.engine import Batch, pa
from taper.batch.refusals import WrongColumns

_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "date": (lambda kind: pa.types.is_date32(kind), "date32"),
    "whole": (lambda kind: pa.types.is_integer(kind), "integer"),
    "number": (
        lambda kind: pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind),
        "integer or decimal",
    ),
    "text": (lambda kind: _is_text(kind.value_type if pa.types.is_dictionary(kind) else kind), "string"),
    "key": (lambda kind: pa.types.is_integer(kind) or _is_text(kind), "integer or string"),
    "flag": (lambda kind: pa.types.is_boolean(kind), "bool"),
}

_CODE_BITS = 32


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def checked(batch: Batch, wanted: Sequence[tuple[str, str]], what: str) -> Batch:
    """A batch with the wanted columns alone, in their order.

    Args:
        batch: The batch.
        wanted: The name of each column, and its kind, a key of `_KINDS`.
        what: What the table is, for the error.

    Raises:
        WrongColumns: If it is no record batch, a column is missing, or one is of another type.
    """
    schema = getattr(batch, "schema", None)
    if not isinstance(schema, pa.Schema) or isinstance(batch, pa.Table):
        got = type(batch).__name__
        raise WrongColumns(f"wants record batches of pyarrow, and got {got}; call to_batches() of a table", where=what)
    names = [name for name, _ in wanted]
    missing = [name for name in names if schema.names.count(name) != 1]
    if missing:
        raise WrongColumns(_absent(schema, names, missing), where=what, missing=tuple(missing))
    for name, kind in wanted:
        fits, words = _KINDS[kind]
        found = schema.field(name).type
        if not fits(found):
            raise WrongColumns(f"the column {name} is {found}; cast it to {words}", where=what, missing=(name,))
    return pa.RecordBatch.from_arrays([_wide(batch.column(name)) for name in names], names=names)


def _wide(column: Any) -> Any:
    """A coded column with room for the codes of all batches together and one for what is absent."""
    kind = column.type
    if not pa.types.is_dictionary(kind) or kind.index_type.bit_width >= _CODE_BITS:
        return column
    return column.cast(pa.dictionary(pa.int32(), kind.value_type))


def alike(batches: Iterable[Batch], wanted: Sequence[tuple[str, str]], what: str) -> Iterator[Batch]:
    """Each batch with the wanted columns alone, in their order, of the same types as in the first.

    Raises:
        WrongColumns: If a batch is refused by `checked`, or has a column of another type than the first.
    """
    first: Any = None
    for batch in batches_of(batches):
        made = checked(batch, wanted, what)
        first = made.schema if first is None else first
        for was, now in zip(first, made.schema, strict=True):
            if was.type != now.type:
                raise WrongColumns(
                    f"the column {now.name} is {now.type} in one batch and {was.type} in another; cast it to one type",
                    where=what, missing=(now.name,),
                )  # fmt: skip
        yield made


def batches_of(table: Iterable[Batch]) -> Iterable[Batch]:
    """The batches of a table, at least one; a batch as one; or what already is a stream of them."""
    if isinstance(table, pa.Table):
        return table.to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]
    return [table] if isinstance(table, pa.RecordBatch) else table


def _absent(schema: Any, names: list[str], missing: list[str]) -> str:
    spare = [name for name in schema.names if name not in names]
    lines = []
    for name in missing:
        plain = {each.lower().replace("drug_exposure_", "").replace("_date", ""): each for each in spare}
        near: list[str] = difflib.get_close_matches(name, plain, n=2) or [key for key in plain if name in key]
        spare = [each for each in spare if each != plain.get(near[0])] if near else spare
        hint = f" (the nearest is {', '.join(plain[each] for each in near)})" if near else ""
        lines.append(f"{name}{hint}")
    found = ", ".join(schema.names) or "no column"
    either = sorted({"end", "days_supply"} & set(missing)) if "days_supply" in names else []
    hint = f", or add {' and '.join(either)} without values" if len(either) == 1 else ""
    return f"wants the columns {', '.join(names)}; not found: {'; '.join(lines)}. Rename them{hint}; it has {found}"
