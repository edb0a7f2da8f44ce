"""The columns of a record batch: which are wanted, and what is said where others are found."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from taper._base.shown import cut, some_of
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

_NEAREST_OF = 200


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def checked(batch: Batch, wanted: Sequence[tuple[str, str]], what: str) -> Batch:
    """A batch with the wanted columns alone, in their order.

    Args:
        batch: The batch.
        wanted: The name of each column, and its kind, a key of `_KINDS`.
        what: What the table is, for the error.

    Raises:
        WrongColumns: If it is no record batch, a column is missing, or one is of another type or holds what is no text.
    """
    if not isinstance(batch, pa.RecordBatch):
        got = cut(type(batch).__name__)
        raise WrongColumns(f"wants record batches of pyarrow, and got {got}; call to_batches() of a table", where=what)
    schema = batch.schema
    names = [name for name, _ in wanted]
    missing = [name for name in names if schema.names.count(name) != 1]
    if missing:
        raise WrongColumns(_absent(schema, names, missing), where=what, missing=tuple(missing))
    for name, kind in wanted:
        fits, words = _KINDS[kind]
        found = schema.field(name).type
        if not fits(found):
            kind = cut(str(found))
            raise WrongColumns(f"the column {name} is {kind}; cast it to {words}", where=what, missing=(name,))
    return pa.RecordBatch.from_arrays([_plain(name, batch.column(name), what) for name in names], names=names)


def _plain(name: str, column: Any, what: str) -> Any:
    """A column whose values are sound, texts in one of two types, and codes with room for those of other batches.

    The values that codes stand for are each there once, and used.
    """
    try:
        column.validate(full=True)
        kind = column.type
        if pa.types.is_string_view(kind):
            return column.cast(pa.large_string())
        if not pa.types.is_dictionary(kind):
            return column
        return recoded(column)
    except pa.ArrowException as error:
        said = cut(str(error).splitlines()[0])
        hint = "write its texts as UTF-8" if "UTF8" in said else "write it again"
        raise WrongColumns(f"the column {name} cannot be read ({said}); {hint}", where=what, missing=(name,)) from None


def recoded(column: Any) -> Any:
    """A coded column whose codes stand for the values that are in it, each once."""
    texts = column.dictionary_decode()
    return (texts.cast(pa.large_string()) if pa.types.is_string_view(texts.type) else texts).dictionary_encode()


def alike(batches: Iterable[Batch], wanted: Sequence[tuple[str, str]], what: str) -> Iterator[Batch]:
    """Each batch with the wanted columns alone, in their order, of the same types as in the first.

    Raises:
        WrongColumns: If a batch is refused by `checked`, or has a column of another type than the first.
    """
    first: Any = None
    for batch in batches_of(batches, what):
        made = checked(batch, wanted, what)
        first = made.schema if first is None else first
        for was, now in zip(first, made.schema, strict=True):
            if was.type != now.type:
                raise WrongColumns(
                    f"the column {now.name} is {now.type} in one batch and {was.type} in another; cast it to one type",
                    where=what, missing=(now.name,),
                )  # fmt: skip
        yield made


def batches_of(table: object, what: str) -> Iterable[Batch]:
    """The batches of a table, at least one; a batch as one; or what already is a stream of them.

    Raises:
        WrongColumns: If it is none of these.
    """
    if isinstance(table, pa.Table):
        return table.to_batches() or [pa.RecordBatch.from_pylist([], table.schema)]
    if isinstance(table, pa.RecordBatch):
        return [table]
    if not isinstance(table, Iterable):
        got = cut(type(table).__name__)
        raise WrongColumns(f"wants record batches of pyarrow, and got {got}; give a list of them", where=what)
    return table


def _absent(schema: Any, names: list[str], missing: list[str]) -> str:
    spare = [cut(name) for name in schema.names[:_NEAREST_OF] if name not in names]
    lines = []
    for name in missing:
        plain = {each.lower().replace("drug_exposure_", "").replace("_date", ""): each for each in spare}
        near: list[str] = difflib.get_close_matches(name, plain, n=2) or [key for key in plain if name in key]
        spare = [each for each in spare if each != plain.get(near[0])] if near else spare
        hint = f" (the nearest is {', '.join(plain[each] for each in near)})" if near else ""
        lines.append(f"{name}{hint}")
    found = some_of(schema.names) or "no column"
    either = sorted({"end", "days_supply"} & set(missing)) if "days_supply" in names else []
    hint = f", or add {' and '.join(either)} without values" if len(either) == 1 else ""
    return f"wants the columns {', '.join(names)}; not found: {'; '.join(lines)}. Rename them{hint}; it has {found}"
