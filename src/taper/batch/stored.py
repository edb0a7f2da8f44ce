"""Parquet files of others, read within bounds whatever they hold: their footer, their pages and their texts."""

import os
import struct
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from taper._base.extras import need
from taper._base.files import opened_to_read
from taper._base.limits import LARGEST_FOOTER, LONGEST_CELL, MOST_FIGURES
from taper._base.shown import cut, show
from taper.batch.engine import Batch, coded, pa, pc
from taper.batch.pages import check_pages, column_chunks
from taper.batch.refusals import WrongColumns
from taper.errors import InvalidInput, printable

_BUFFERED = 2**20
_LONGEST_CHARACTER = 4
_END = struct.Struct("<I4s")
_MAGIC = (b"PAR1", b"PARE")


@dataclass(frozen=True, slots=True)
class Stored:
    """A Parquet file that is open: its name, the file, and what pyarrow knows of it."""

    path: str | Path
    file: BinaryIO
    footer: bytes
    parquet: Any

    @property
    def count(self) -> int:
        """How many rows it says it has."""
        return int(self.parquet.metadata.num_rows)

    @property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [field.name for field in self.parquet.schema_arrow]

    def fields(self, names: Collection[str], what: str) -> tuple[list[Any], list[Any]]:
        """The columns that are wanted, texts as texts, and the others, with names that a message can hold.

        Raises:
            WrongColumns: If one that is wanted is there twice.
        """
        for name in names:
            count = self.names.count(name)
            if count > 1:
                says = f"has {count} columns {name}; keep one of them, and rename or drop the others"
                raise WrongColumns(says, where=what, missing=(name,))
        held = list(self.parquet.schema_arrow)
        wanted = [field for field in held if field.name in names]
        others = [field for field in held if field.name not in names]
        return (
            [field.with_type(pa.string()) if _is_text(field.type) else field for field in wanted],
            [field.with_name(printable(cut(field.name), lines=False)) for field in others],
        )

    def rows(self, fields: Collection[Any], most: int) -> Iterator[Batch]:
        """The rows of some columns, so many at once, with texts that are no longer than is read.

        Raises:
            InvalidInput: If the pages of a column are larger than are read, or a person is no text that can be.
        """
        names = [field.name for field in fields]
        paths = [column.path for column in self.parquet.metadata.schema]
        chunks = column_chunks(self.footer, len(paths), self.path)
        for field in fields:
            place = paths.index(field.name)
            held = [group[place] for group in chunks]
            check_pages(self.file, held, field.name, most, self.path, is_text=_is_text(field.type))
        # One column at a time, so that one page of each is in memory.
        for batch in self.parquet.iter_batches(most, columns=names, use_threads=False):
            columns = [_as_read(batch.column(name), name, self.path) for name in names]
            yield pa.RecordBatch.from_arrays(columns, schema=pa.schema(list(fields)))


@contextmanager
def opened(path: str | Path) -> Iterator[Stored]:
    """The very file that is named, as Parquet; its texts are read as codes, so that each is in memory once.

    Raises:
        InvalidInput: If it cannot be opened, its footer is larger than is read, or the name of a column is not UTF-8.
    """
    parquet = need("pyarrow.parquet", install="batch", purpose="an audit")
    with opened_to_read(path, only_files=True) as descriptor, open(descriptor, "rb", closefd=False) as file:
        footer = _footer(file, path)
        try:
            found = parquet.ParquetFile(file, buffer_size=_BUFFERED)
            texts = [field.name for field in found.schema_arrow if _is_text(field.type)]
        except UnicodeDecodeError:
            raise InvalidInput("the name of a column is not UTF-8; rename the columns", where=str(path)) from None
        held = parquet.ParquetFile(file, buffer_size=_BUFFERED, metadata=found.metadata, read_dictionary=texts)
        yield Stored(path, file, footer, held)


def _footer(file: BinaryIO, path: str | Path) -> bytes:
    """The footer of a file, or nothing where it has none that Parquet files have."""
    whole, footer = file.seek(0, os.SEEK_END), b""
    if whole >= _END.size:
        file.seek(-_END.size, os.SEEK_END)
        size, magic = _END.unpack(file.read(_END.size))
        if magic in _MAGIC and size > LARGEST_FOOTER:
            says = (
                f"has a footer of {size} bytes, and at most {LARGEST_FOOTER // 10**6} MB are read; "
                "write it with fewer columns and larger row groups"
            )
            raise InvalidInput(says, where=str(path))
        if magic in _MAGIC and size <= whole - _END.size:
            file.seek(-_END.size - size, os.SEEK_END)
            footer = file.read(size)
    file.seek(0)
    return footer


def _is_text(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _as_read(column: Any, name: str, path: str | Path) -> Any:
    """A column; one of texts, in which what is too long to be read is cut, and what is not UTF-8 is marked.

    Raises:
        InvalidInput: If that is a person, who would be taken for another.
    """
    if not _is_text(column.type):
        return column
    held = coded(column)
    used = pc.unique(held.indices.drop_null())  # of a dictionary that may be much longer
    texts = held.dictionary.take(used)
    if not _is_plain(texts):
        read = pc.binary_slice(texts.cast(pa.large_binary()), 0, _LONGEST_CHARACTER * LONGEST_CELL + 1).to_pylist()
        made = [cut(each.decode("utf-8", "replace"), LONGEST_CELL) for each in read]
        if name == "person":
            _check_people(read, made, path)
        texts = pa.array(made, pa.string())
    return texts.cast(pa.string()).take(pc.index_in(held.indices, used))


def _is_plain(texts: Any) -> bool:
    """Whether all are UTF-8, and none is long."""
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return (pc.max(pc.binary_length(texts)).as_py() or 0) <= LONGEST_CELL


def _check_people(read: Collection[bytes], made: Collection[str], path: str | Path) -> None:
    for held, text in zip(read, made, strict=True):
        if held != text.encode():
            says = (
                f"the person {show(text)} is no text in UTF-8 of at most {LONGEST_CELL} characters; write another key"
            )
            raise InvalidInput(says, where=str(path))


def few(batches: Iterable[Batch], path: str | Path) -> Iterator[Batch]:
    """Rows that are kept in memory.

    Raises:
        InvalidInput: If they are more than can be.
    """
    count = 0
    for batch in batches:
        count += batch.num_rows
        if count > MOST_FIGURES:
            says = f"holds more than {MOST_FIGURES} rows; leave out people without exposures, or audit some people only"
            raise InvalidInput(says, where=str(path))
        yield batch
