"""The two packages that batches are computed with, and exact fractions as arrays of integers."""

from collections.abc import Iterator
from datetime import date
from math import lcm
from typing import Any

from taper._base.extras import need
from taper._base.limits import EARLIEST, LATEST

np: Any = need("numpy", install="batch", purpose="taper.batch")
pa: Any = need("pyarrow", install="batch", purpose="taper.batch")
pc: Any = need("pyarrow.compute", install="batch", purpose="taper.batch")

Batch = Any
"""A pyarrow.RecordBatch, or an object with its columns."""

LARGEST = 2**62
"""What an integer of 64 bits holds with room to add two of them."""


_DAY_0 = date(1970, 1, 1)


def day_number(day: date) -> int:
    """A date as a column of dates has it: days counted from 1970."""
    return (day - _DAY_0).days


_EARLIEST, _LATEST = day_number(EARLIEST), day_number(LATEST)


def dates(numbers: Any) -> Any:
    """Days counted from 1970 as a column of dates."""
    return pa.array(numbers.astype(np.int32)).cast(pa.date32())


def day_numbers(column: Any) -> Any:
    """A column of dates, none of which is absent, as days counted from 1970."""
    return column.cast(pa.int32()).to_numpy().astype(np.int64)


def are_far(days: Any) -> Any:
    """Which days, counted from 1970, are not of 1900 to 2200."""
    return (days < _EARLIEST) | (days > _LATEST)


def coded(column: Any) -> Any:
    """A column as codes of its distinct values."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


_MOST_BITS = 2**11
_MOST_BITS_OF_ONE = 2**27


def common_grain(grains: Any) -> int:
    """The least grain in which amounts of all these grains are whole numbers."""
    return lcm(*_distinct(grains))


def in_parts(grains: Any, groups: Any) -> Iterator[tuple[int, int, int | None]]:
    """Rows in parts that cut through no group: of each the first row, the one after the last, and the common grain.

    A part is as long as its common grain is short, so that amounts in it are never integers of many thousand digits. A
    group that needs such a grain is a part of its own; None is its grain where that is too long for so many rows,
    whatever other groups there are.
    """
    grain = _short_grain(grains, _MOST_BITS)
    if grain is not None:
        yield 0, len(grains), grain
        return
    opens = np.flatnonzero(is_new(groups))
    begin, held = 0, 1
    for first, end in zip(opens.tolist(), [*opens[1:].tolist(), len(grains)], strict=True):
        own = _short_grain(grains[first:end], max(_MOST_BITS_OF_ONE // (end - first), _MOST_BITS))
        both = None if own is None else lcm(held, own)
        if both is not None and both.bit_length() <= _MOST_BITS:
            held = both
            continue
        if begin < first:
            yield begin, first, held
        begin, held = first, own or 1
        if own is None:
            yield first, end, None
            begin = end
    if begin < len(grains):
        yield begin, len(grains), held


def _short_grain(grains: Any, most: int) -> int | None:
    """The common grain; None where it takes more bits."""
    made = 1
    for grain in _distinct(grains):
        made = lcm(made, grain)
        if made.bit_length() > most:
            return None
    return made


def _distinct(grains: Any) -> list[int]:
    return [int(grain) for grain in pc.unique(pa.array(grains)).to_pylist()]


def scaled(counts: Any, grains: Any, grain: int, *, room: int = 1) -> Any:
    """Amounts as counts of one grain, as 64-bit integers where they fit and are `room` times smaller, else of any size.

    Arrays of integers of any size are slower and obey the same operators, so that callers need not tell them apart.
    """
    largest = int(counts.max(initial=0))
    if largest * grain * room < LARGEST:
        return counts * (grain // grains)
    return counts.astype(object) * (grain // grains.astype(object))


def reduced(counts: Any, grains: Any) -> tuple[Any, Any]:
    """Fractions in lowest terms."""
    common = np.gcd(counts, grains)
    return counts // common, grains // common


def is_new(*keys: Any) -> Any:
    """Where a row differs from the one before it in any of some sorted keys; the first row is new."""
    made = np.ones(len(keys[0]), bool)
    made[1:] = False
    for key in keys:
        made[1:] |= key[1:] != key[:-1]
    return made


def running_most(values: Any, groups: Any) -> Any:
    """The largest value so far within each group of neighboring rows; groups are counted from 0."""
    if not len(values):
        return values
    offset = groups * (int(values.max()) - int(values.min()) + 1)
    return np.maximum.accumulate(values + offset) - offset


def in_order(*keys: Any) -> Any:
    """The order of rows by keys, the first weighing most; None where they stand in it."""
    same = np.ones(max(len(keys[0]) - 1, 0), bool)
    for key in keys:
        if np.any(same & (key[1:] < key[:-1])):
            return np.lexsort(keys[::-1])
        same &= key[1:] == key[:-1]
    return None
