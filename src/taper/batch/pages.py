"""Pages of a Parquet file: how large each is once it is unpacked, by its own header, before any is."""

from collections import deque
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from taper._base.limits import LARGEST_PAGES, MOST_PAGES
from taper.errors import InvalidInput

_TYPE, _SIZE, _PACKED, _DATA, _DATA_2 = 1, 2, 3, 5, 8
_VALUES, _ENCODING, _ENCODING_2 = 1, 2, 4
_GROUPS, _COLUMNS, _COLUMN = 4, 1, 3
_COUNT, _LENGTH, _FIRST_PAGE, _DICTIONARY = 5, 7, 9, 11
"""Fields by their numbers in `parquet.thrift`: of a page, of its data; of a footer; of a column in a row group."""

_DICTIONARY_PAGE, _DELTA_BYTE_ARRAY = 2, 7
_TRUE, _FALSE, _BYTE, _INTEGERS, _DOUBLE, _BINARY, _LISTS, _STRUCT = 1, 2, 3, (4, 5, 6), 7, 8, (9, 10), 12
"""Kinds of values in Thrift's compact protocol; Parquet has no others."""

_LONG_LIST, _LONGEST_VARINT, _OF_COLUMN, _DEEPEST, _MOST_VALUES, _MOST_OF_PAGE = 15, 63, 5, 12, 10_000_000, 200
_WRONG = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What is raised where something else stands than Parquet has there."""


def column_chunks(footer: bytes, columns: int, path: str | Path) -> list[list[dict[int, Any]]]:
    """What a footer says of each column in each row group. Read here, since pyarrow ends the process if it is wrong.

    Raises:
        InvalidInput: If it is none, or is not of so many columns.
    """
    try:
        groups = _Thrift(BytesIO(footer), _MOST_VALUES).struct().get(_GROUPS) or []
        chunks = [[column[_COLUMN] for column in group[_COLUMNS]] for group in groups]
    except _WRONG:
        chunks = [[]]
    if any(len(group) != columns for group in chunks):
        says = "is no Parquet file that can be read (its footer is not one of its columns); check it"
        raise InvalidInput(says, where=str(path))
    return chunks


def check_pages(
    file: BinaryIO, chunks: Sequence[dict[int, Any]], name: str, rows: int, path: str | Path, *, is_text: bool
) -> None:
    """Refuse a column of which so many rows would take more memory than is given to them; its footer may lie.

    Args:
        file: The file, opened.
        chunks: What its footer says of the column in each row group.
        name: The column.
        rows: How many rows are read at once.
        path: What the file is called.
        is_text: Whether its values are of any length.

    Raises:
        InvalidInput: If the pages of so many rows are too large, or their size is not known before they are read.
    """
    held: deque[tuple[int, int]] = deque()  # of pages: up to which row, and how large
    start = pages = total = 0
    for chunk in chunks:
        dictionary = 0
        for size, values, encoding in _pages(file, chunk, name, path):
            # What is packed by what it shares with the text before it can be of any size.
            if encoding == _DELTA_BYTE_ARRAY:
                says = f"holds {name} in the encoding DELTA_BYTE_ARRAY, whose size is not known before it is read"
                raise InvalidInput(f"{says}; write it with another", where=str(path))
            # Of what is no text, one page and the rows themselves are in memory.
            while held and (not is_text or held[0][0] + rows <= start):
                total -= held.popleft()[1]
            if values is None:
                dictionary += size
            else:
                start += values
                held.append((start, size))
                total += size
            pages += 1
            if total + dictionary > LARGEST_PAGES or pages > MOST_PAGES:
                says = f"holds more of {name} than {LARGEST_PAGES // 10**6} MB in the {rows} rows that are read at once"
                raise InvalidInput(f"{says}; write it with smaller pages, or shorter texts", where=str(path))
        held.append((start, dictionary))
        total += dictionary


def _pages(
    file: BinaryIO, chunk: dict[int, Any], name: str, path: str | Path
) -> Iterator[tuple[int, int | None, int | None]]:
    """Of each page that is read of a column: its size, its values and their encoding, if it is none of a dictionary."""
    try:
        at, first = chunk[_FIRST_PAGE], chunk.get(_DICTIONARY, 0)
        at = first if 0 < first < at else at
        last, count, seen = at + chunk[_LENGTH], chunk[_COUNT], 0
        while at < last and seen < count:
            file.seek(at)
            header = _Thrift(file, _MOST_OF_PAGE).struct()
            data = header.get(_DATA) or header.get(_DATA_2) or {}
            values = None if header[_TYPE] == _DICTIONARY_PAGE else data.get(_VALUES, 0)
            if min(header[_SIZE], header[_PACKED], values or 0) < 0:
                raise ValueError
            yield header[_SIZE], values, data.get(_ENCODING if _DATA in header else _ENCODING_2)
            seen += values or 0
            at = file.tell() + header[_PACKED]
    except _WRONG:
        says = f"is no Parquet file that can be read (a page of {name} has no header); check it"
        raise InvalidInput(says, where=str(path)) from None


class _Thrift:
    """What is written in Thrift's compact protocol, from where a file stands."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self._left = most

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The fields of a struct, by number."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            self._count()
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            value = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
            if depth < _OF_COLUMN or isinstance(value, int):  # statistics take much room
                fields[number] = value
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        self._count()
        if depth > _DEEPEST:
            raise ValueError
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in _LISTS:
            head = self._byte()
            count = self._varint() if head >> 4 == _LONG_LIST else head >> 4
            held = (self._value(head & 15, depth + 1) for _ in range(count))
            return [value for value in held if isinstance(value, dict)]
        if kind not in (_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY):
            raise ValueError
        self._file.seek({_BINARY: 0, _DOUBLE: 8}.get(kind, 1) or self._varint(), 1)
        return None

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ValueError

    def _byte(self) -> int:
        return self._file.read(1)[0]

    def _varint(self) -> int:
        made = shift = 0
        while shift <= _LONGEST_VARINT:
            byte = self._byte()
            made |= (byte & 127) << shift
            if byte < 128:
                return made
            shift += 7
        raise ValueError

    def _integer(self) -> int:
        made = self._varint()
        return (made >> 1) ^ -(made & 1)
