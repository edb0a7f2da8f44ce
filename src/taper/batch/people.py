"""The people of a stream of record batches: whole ones at a time, in order, however the stream is cut."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from taper.batch.columns import alike
from taper.batch.engine import Batch, is_new, np, pa, pc
from taper.batch.refusals import OutOfOrder

ROWS = 131_072
"""About how many rows are computed at once."""


def whole_people(batches: Iterable[Batch], wanted: Sequence[tuple[str, str]], what: str) -> Iterator[Batch]:
    """The rows again, in batches that cut through no person.

    Raises:
        WrongColumns: If a batch has other columns.
        OutOfOrder: If the column `person` does not ascend.
    """
    held: list[Batch] = []
    rows = 0
    for batch in _pieces(batches, wanted, what):
        held.append(batch)
        rows += batch.num_rows
        if rows >= ROWS:
            whole = _joined(held)
            at = _last_person(whole, what)
            if at:
                yield whole.slice(0, at)
            held = [whole.slice(at)]
            rows = whole.num_rows - at
    if rows:
        whole = _joined(held)
        _last_person(whole, what)
        yield whole


def _pieces(batches: Iterable[Batch], wanted: Sequence[tuple[str, str]], what: str) -> Iterator[Batch]:
    for made in alike(batches, wanted, what):
        for begin in range(0, made.num_rows, 2 * ROWS):
            yield made.slice(begin, 2 * ROWS)


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole


def _last_person(whole: Batch, what: str) -> int:
    """The row at which the last person begins; an error where people do not ascend."""
    keys = whole.column("person")
    wrong: int | str | None
    values = keys.drop_null()
    if pa.types.is_integer(keys.type):
        known = values.to_numpy(zero_copy_only=False)
        falls = np.flatnonzero(known[1:] < known[:-1])
        wrong = int(known[falls[0] + 1]) if len(falls) else None
    else:
        listed = values.dictionary_encode()
        runs = listed.indices.to_numpy(zero_copy_only=False)
        seen = listed.dictionary.to_pylist()
        wrong = _first_fall(runs, seen)
    if wrong is not None:
        raise OutOfOrder(
            f"the rows of {wrong!r} come after those of a later person; order them by the column person", where=what
        )
    if not len(values):
        return 0
    same = np.asarray(pc.equal(keys, values[-1]).fill_null(True))
    return int(len(same) - np.argmin(same[::-1])) if not same.all() else 0


def _first_fall(runs: Any, seen: list[str]) -> str | None:
    keys = [text.encode() for text in seen]
    for place in np.flatnonzero(np.diff(runs) < 0):  # a value that was seen before comes again
        return str(seen[runs[place + 1]])
    return next((seen[i + 1] for i in range(len(keys) - 1) if keys[i + 1] < keys[i]), None)


def numbered(keys: Any) -> Any:
    """The people of neighboring rows, numbered from 0 in their order."""
    if not pa.types.is_integer(keys.type):
        keys = keys.dictionary_encode().indices
    return np.cumsum(is_new(keys.to_numpy(zero_copy_only=False))) - 1
