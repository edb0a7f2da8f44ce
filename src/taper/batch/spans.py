"""Spans: stretches of days on which one person takes one daily dose of one drug, from exposures by named rules."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from taper.batch.account import Account
from taper.batch.definitions import SpanRules
from taper.batch.engine import (
    LARGEST,
    Batch,
    common_grain,
    dates,
    in_order,
    is_new,
    np,
    pa,
    reduced,
    running_most,
    scaled,
)
from taper.batch.exposures import EXPOSURES, Exposures, Reader
from taper.batch.people import whole_people
from taper.errors import CannotCompute
from taper.knowledge.formulary import Formulary

SPANS: Final = (
    ("person", "key"),
    ("drug", "text"),
    ("first", "date"),
    ("last", "date"),
    ("dose", "whole"),
    ("grain", "whole"),
)
"""The columns of spans: `dose / grain` is the daily dose in mg, in lowest terms; both days are taken."""


def to_spans(
    exposures: Iterable[Batch],
    *,
    rules: SpanRules,
    facts: Formulary | None = None,
    account: Account | None = None,
) -> Iterator[Batch]:
    """Spans of one daily dose of each person and drug, from what was dispensed.

    It takes and gives an iterable of `pyarrow.RecordBatch`, so it is handed as it is to `mapInArrow` of Spark or to
    any other engine that passes batches. The rows are computed a hundred thousand at a time; besides those, only the
    person at the end of a batch is kept in memory.

    Args:
        exposures: Columns `person` (integer or string), `drug`, `start` and `end` (date32), `quantity` (integer or
            decimal; a float only where it is whole), `strength` (such as "5 mg"), and `days_supply` (integer). All rows
            of a person are in one stream, in ascending order of `person`.
        rules: How exposures become spans.
        facts: The drugs that are known; those that come with the library if not given. A name on file, or a synonym
            of it, is written as the name on file.
        account: Counts what becomes of each row.

    Returns:
        Batches with the columns `person`, `drug`, `first`, `last`, `dose` and `grain`, in order of person, drug
        and day. The daily dose in mg is `dose / grain`.

    Raises:
        WrongColumns: If the columns are others.
        OutOfOrder: If the column `person` does not ascend.
        MissingExtra: If numpy or pyarrow is not installed.

    Example:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> rows = pa.RecordBatch.from_pylist([
        ...     {"person": 1, "drug": "diazepam", "start": date(2024, 1, 1), "end": None, "quantity": 60,
        ...      "strength": "5 mg", "days_supply": 30}])
        >>> rows = rows.set_column(3, "end", pa.nulls(1, pa.date32()))
        >>> rules = SpanRules(length="days supply", longest=365, duplicates="set aside", stockpiling="none",
        ...                   overlap="sum", gap="zero", grace=0)
        >>> [(span["dose"], span["grain"], str(span["last"])) for made in to_spans([rows], rules=rules)
        ...  for span in made.to_pylist()]
        [(10, 1, '2024-01-30')]
    """
    reader = Reader(rules, facts if facts is not None else Formulary.shipped(), account or Account())
    for batch in whole_people(exposures, EXPOSURES, "exposures"):
        rows = reader.read(batch)
        if len(rows.number):
            yield _written(_spans(rows, rules), reader.names)


def _spans(rows: Exposures, rules: SpanRules) -> Exposures:
    rows = _stockpiled(_sorted(rows), rules)
    if rules.overlap == "later replaces":
        rows = _replaced(rows)
    rows = _summed(rows)
    if rules.gap == "dose before":
        rows = _bridged(rows, rules.grace)
    return _merged(rows)


def _sorted(rows: Exposures) -> Exposures:
    # Of those that begin on one day too, so that the result does not depend on the order in which rows come.
    order = in_order(rows.number, rows.drugs, rows.first, rows.last, rows.dose, rows.grain)
    return rows if order is None else rows.take(order)


def _group(*keys: Any) -> Any:
    return np.cumsum(is_new(*keys)) - 1


def _stockpiled(rows: Exposures, rules: SpanRules) -> Exposures:
    """Exposures that begin when what was dispensed before is used up, where the rules say so."""
    if rules.stockpiling == "none":
        return rows
    keys: tuple[Any, ...] = (rows.number, rows.drugs)
    if rules.stockpiling == "same dose":
        keys = (*keys, rows.dose, rows.grain)
        order = in_order(*keys, rows.first, rows.last)
        rows = rows if order is None else rows.take(order)
        keys = (rows.number, rows.drugs, rows.dose, rows.grain)
    groups = _group(*keys)
    length = rows.last - rows.first + 1
    before = np.cumsum(length) - length
    opening = np.flatnonzero(is_new(groups))
    before -= np.repeat(before[opening], np.diff(np.append(opening, len(before))))
    first = running_most(rows.first - before, groups) + before
    moved = Exposures(rows.people, rows.number, rows.drugs, first, first + length - 1, rows.dose, rows.grain)
    return _sorted(moved)


def _replaced(rows: Exposures) -> Exposures:
    """Exposures that end on the day before a later one begins."""
    opens = is_new(rows.number, rows.drugs, rows.first)
    groups = np.cumsum(is_new(rows.number, rows.drugs))
    starts = np.flatnonzero(opens)
    # The first day of the next set of exposures that begin on one day, where that is of the same person and drug.
    following = np.append(rows.first[starts][1:], 0)
    same = np.append(groups[starts][1:] == groups[starts][:-1], False)
    ends = np.where(same, following - 1, np.iinfo(np.int64).max)
    last = np.minimum(rows.last, ends[np.cumsum(opens) - 1])
    return Exposures(rows.people, rows.number, rows.drugs, rows.first, last, rows.dose, rows.grain)


def _summed(rows: Exposures) -> Exposures:
    """Spans that do not overlap, the doses of exposures that do being added."""
    groups = _group(rows.number, rows.drugs)
    touches = (groups[1:] == groups[:-1]) & (rows.first[1:] <= running_most(rows.last, groups)[:-1])
    if not touches.any():
        return rows
    mixed = np.zeros(groups[-1] + 1, bool)
    mixed[groups[1:][touches]] = True
    inside = mixed[groups]
    summed = _swept(rows.take(np.flatnonzero(inside)))
    rest = rows.take(np.flatnonzero(~inside))
    parts = zip(_parts(rest), _parts(summed), strict=True)
    return _sorted(Exposures(rows.people, *(np.concatenate(pair) for pair in parts)))


def _parts(rows: Exposures) -> tuple[Any, ...]:
    return rows.number, rows.drugs, rows.first, rows.last, rows.dose, rows.grain


def _swept(rows: Exposures) -> Exposures:
    """The sum of doses between each day on which one begins or has ended and the next such day."""
    grain = common_grain(rows.grain)
    count = scaled(rows.dose, rows.grain, grain, room=max(len(rows.dose), 1))
    days = np.concatenate([rows.first, rows.last + 1])
    number, drugs = np.tile(rows.number, 2), np.tile(rows.drugs, 2)
    change = np.concatenate([count, -count])
    order = np.lexsort((days, drugs, number))
    number, drugs, days, change = number[order], drugs[order], days[order], change[order]
    level = np.cumsum(change)
    ends = np.append(is_new(number, drugs, days)[1:], True)
    at = np.flatnonzero(ends)
    kept = at[level[at] > 0]
    following = np.append(days[1:], 0)
    dose, fine = level[kept], np.full(len(kept), grain, object if level.dtype == object else np.int64)
    dose, fine = reduced(dose, fine)
    if max(dose.max(), fine.max()) >= LARGEST:
        raise CannotCompute("doses that overlap add up to an amount finer than is counted; use fewer lengths of supply")
    return Exposures(rows.people, number[kept], drugs[kept], days[kept], following[kept] - 1,
                     dose.astype(np.int64), fine.astype(np.int64))  # fmt: skip


def _bridged(rows: Exposures, grace: int) -> Exposures:
    """Spans that last until the next begins, where the gap is within the grace."""
    same = (rows.number[1:] == rows.number[:-1]) & (rows.drugs[1:] == rows.drugs[:-1])
    gap = rows.first[1:] - rows.last[:-1] - 1
    last = rows.last.copy()
    fill = same & (gap > 0) & (gap <= grace)
    last[:-1][fill] = rows.first[1:][fill] - 1
    return Exposures(rows.people, rows.number, rows.drugs, rows.first, last, rows.dose, rows.grain)


def _merged(rows: Exposures) -> Exposures:
    """Neighboring days of one dose as one span."""
    opens = is_new(rows.number, rows.drugs, rows.dose, rows.grain)
    opens[1:] |= rows.first[1:] != rows.last[:-1] + 1
    if opens.all():
        return rows
    starts = np.flatnonzero(opens)
    ends = np.append(starts[1:], len(opens)) - 1
    made = rows.take(starts)
    return Exposures(rows.people, made.number, made.drugs, made.first, rows.last[ends], made.dose, made.grain)


def _written(rows: Exposures, names: list[str]) -> Batch:
    return pa.RecordBatch.from_arrays(
        [
            rows.people.take(pa.array(rows.number)),
            pa.array(names).take(pa.array(rows.drugs)),
            dates(rows.first),
            dates(rows.last),
            pa.array(rows.dose),
            pa.array(rows.grain),
        ],
        names=[name for name, _ in SPANS],
    )
