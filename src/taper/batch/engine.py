"""The two packages that batches are computed with, and exact fractions as arrays of integers."""

from datetime import date
from math import lcm
from typing import Any

from taper._base.extras import need

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


def dates(numbers: Any) -> Any:
    """Days counted from 1970 as a column of dates."""
    return pa.array(numbers.astype(np.int32)).cast(pa.date32())


def coded(column: Any) -> Any:
    """A column as codes of its distinct values."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def common_grain(grains: Any) -> int:
    """The least grain in which amounts of all these grains are whole numbers."""
    return lcm(*(int(grain) for grain in pc.unique(pa.array(grains)).to_pylist())) if len(grains) else 1


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
    """The largest value so far within each group of neighboring rows; groups are counted from 0, values are small."""
    offset = groups * _STRIDE
    return np.maximum.accumulate(values + offset) - offset


_STRIDE = 2**34
"""More than the difference of any two days or ranks, in the steps of groups."""


def in_order(*keys: Any) -> Any:
    """The order of rows by keys, the first weighing most; None where they stand in it."""
    same = np.ones(max(len(keys[0]) - 1, 0), bool)
    for key in keys:
        if np.any(same & (key[1:] < key[:-1])):
            return np.lexsort(keys[::-1])
        same &= key[1:] == key[:-1]
    return None
