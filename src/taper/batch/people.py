"""The people of a stream of record batches: whole ones at a time, in order, however the stream is cut."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from taper._base.limits import MOST_ROWS_OF_ONE
from taper._base.shown import show
from taper.batch.columns import alike, recoded
from taper.batch.engine import Batch, is_new, np, pa, pc
from taper.batch.refusals import OutOfOrder
from taper.errors import CannotCompute

ROWS = 131_072
"""About how many rows are computed at once."""

_BYTES = 2**26
"""About how many bytes are kept to be computed at once, where rows are long."""

_BATCHES = 500
"""How many batches are kept apart; a batch of a few rows takes more room than they do."""


def whole_people(batches: Iterable[Batch], wanted: Sequence[tuple[str, str]], what: str) -> Iterator[Batch]:
    """The rows again, in batches that cut through no person.

    Raises:
        WrongColumns: If a batch has other columns.
        OutOfOrder: If the column `person` does not ascend.
        CannotCompute: If a person has more rows than `MOST_ROWS_OF_ONE`.
    """
    held: list[Batch] = []
    rows = size = kept = joined = 0
    for batch in _pieces(batches, wanted, what):
        held.append(batch)
        if len(held) - joined == _BATCHES:
            held[joined:] = [_joined(held[joined:])]
            joined += 1
        rows, size = rows + batch.num_rows, size + batch.nbytes
        # What was kept of the last person is joined again only beside as many new rows, however short batches are.
        if rows - kept < kept or (rows < ROWS and size < _BYTES):
            continue
        whole = _joined(held)
        at = _last_person(whole, what)
        nobody = pc.is_null(whole.column("person")) if whole.column("person").null_count else None
        done, rest = whole.slice(0, at), whole.slice(at)
        if nobody is not None:  # rows without a person belong to no one that goes on
            done = _joined([done, rest.filter(nobody.slice(at))])
            rest = rest.filter(pc.invert(nobody.slice(at)))
        if done.num_rows:
            yield done
        held, rows, size = [_alone(rest)], rest.num_rows, rest.nbytes
        kept, joined = rows, 1
    if rows:
        whole = _joined(held)
        _last_person(whole, what)
        yield whole


def _alone(rows: Batch) -> Batch:
    """Some rows without what codes stand for in others, which would be kept for ever."""
    columns = [recoded(each) if pa.types.is_dictionary(each.type) else each for each in rows.columns]
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)


def _pieces(batches: Iterable[Batch], wanted: Sequence[tuple[str, str]], what: str) -> Iterator[Batch]:
    for made in alike(batches, wanted, what):
        for begin in range(0, made.num_rows, 2 * ROWS):
            yield made.slice(begin, 2 * ROWS)


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    (whole,) = pa.Table.from_batches(batches).combine_chunks().to_batches() or batches[:1]
    return whole


def _last_person(whole: Batch, what: str) -> int:
    """The row at which the last person begins; an error where people do not ascend, or one has too many rows."""
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
            f"the rows of {show(wrong)} come after those of a later person; order them by the column person", where=what
        )
    if not len(values):
        return 0
    if len(values) > MOST_ROWS_OF_ONE:
        counts = np.bincount(numbered(values))
        if counts.max() > MOST_ROWS_OF_ONE:
            whose = values[int(counts[: counts.argmax()].sum())].as_py()
            raise CannotCompute(
                f"the person {show(whose)} has more than {MOST_ROWS_OF_ONE} rows; leave out what is no single person",
                where=what,
            )
    same = np.asarray(pc.equal(keys, values[-1]).fill_null(True))
    return int(len(same) - np.argmin(same[::-1])) if not same.all() else 0


def _first_fall(runs: Any, seen: list[str]) -> str | None:
    keys = [text.encode() for text in seen]
    for place in np.flatnonzero(np.diff(runs) < 0):  # a value that was seen before comes again
        return str(seen[runs[place + 1]])
    return next((seen[i + 1] for i in range(len(keys) - 1) if keys[i + 1] < keys[i]), None)


def numbered(keys: Any) -> Any:
    """The people of neighboring rows, none of which is absent, numbered from 0 in their order."""
    if not pa.types.is_integer(keys.type):
        keys = keys.dictionary_encode().indices
    return np.cumsum(is_new(keys.to_numpy(zero_copy_only=False))) - 1
