"""Spans: stretches of days on which one person takes one daily dose of one drug, from exposures by named rules."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from taper._base.takes import takes
from taper.batch.account import Account, Aside
from taper.batch.definitions import SpanRules
from taper.batch.engine import (
    LARGEST,
    Batch,
    are_far,
    dates,
    day_numbers,
    in_order,
    in_parts,
    is_new,
    np,
    pa,
    reduced,
    running_most,
    scaled,
)
from taper.batch.exposures import EXPOSURES, Exposures, Reader, mark
from taper.batch.people import whole_people
from taper.errors import InvalidInput
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


_BITS: Final = LARGEST.bit_length()


@takes
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
    person at the end of a batch is kept in memory, and what was read of the last hundred thousand names and strengths.

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
        CannotCompute: If a person has more than 200,000 rows.
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
    for spans, names in _each_batch(exposures, rules, facts, account or Account()):
        if len(spans.number):
            yield _written(spans, names)


@takes
def set_aside(exposures: Iterable[Batch], *, rules: SpanRules, facts: Formulary | None = None) -> Iterator[Batch]:
    """The rows that `to_spans` cannot read by the same rules: their columns as they are, and the reason.

    Args:
        exposures: As for `to_spans`.
        rules: As for `to_spans`.
        facts: As for `to_spans`.

    Raises:
        WrongColumns: If the columns are others.
        OutOfOrder: If the column `person` does not ascend.
        CannotCompute: If a person has more than 200,000 rows.
    """
    found: list[Batch] = []
    for _ in _each_batch(exposures, rules, facts, Account(found.append)):
        yield from found
        found.clear()


def check_spans(batch: Batch) -> None:
    """Refuse a batch of spans in which something is absent or beyond what is counted.

    Raises:
        InvalidInput: If a value is absent, a day is not of 1900 to 2200, or a dose or grain is below 1 or too large.
    """
    for name, kind in SPANS:
        column = batch.column(name)
        if column.null_count:
            raise InvalidInput(f"a row has no {name}; leave it out", where="spans")
        if kind == "whole" and len(column):
            values = column.to_numpy()
            if values.min() < 1:
                raise InvalidInput(f"a {name} is below 1; leave out days without the drug", where="spans")
            if values.max() >= LARGEST:
                raise InvalidInput(f"a {name} is larger than is counted; leave the row out", where="spans")
        if kind == "date" and are_far(day_numbers(column)).any():
            raise InvalidInput(f"a {name} day is not of 1900 to 2200; leave the row out", where="spans")


def _each_batch(
    exposures: Iterable[Batch], rules: SpanRules, facts: Formulary | None, account: Account
) -> Iterator[tuple[Exposures, list[str]]]:
    """The spans of whole people and the names of the drugs in them; every row is counted by then."""
    reader = Reader(rules, facts if facts is not None else Formulary.shipped(), account)
    for batch in whole_people(exposures, EXPOSURES, "exposures"):
        rows, why = reader.read(batch)
        spans = _spans(rows, rules, why)
        reader.count(batch, why)
        yield spans, reader.names


def _spans(rows: Exposures, rules: SpanRules, why: Any) -> Exposures:
    """The spans of readable rows; those of which none can be made are marked."""
    rows = _stockpiled(_sorted(rows), rules)
    rows = _marked(rows, are_far(rows.last), Aside.FAR_DATE, why)
    if rules.overlap == "later replaces":
        rows = _replaced(rows)
    rows = _summed(rows, why)
    if rules.gap == "dose before":
        rows = _bridged(rows, rules.grace)
    return _merged(rows)


def _marked(rows: Exposures, wrong: Any, reason: Aside, why: Any) -> Exposures:
    """The rows of which nothing is wrong; the others are marked with the reason."""
    if not wrong.any():
        return rows
    mark(why, rows.row[wrong], reason)
    return rows.take(~wrong)


def _sorted(rows: Exposures) -> Exposures:
    # Of those that begin on one day too, so that the result does not depend on the order in which rows come: the
    # shorter first, and then the smaller dose.
    order = in_order(rows.number, rows.drugs, rows.first, rows.last)
    rows = rows if order is None else rows.take(order)
    new = is_new(rows.number, rows.drugs, rows.first, rows.last)
    tied = np.flatnonzero(~new | ~np.append(new[1:], True))
    if not len(tied):
        return rows
    order = np.arange(len(new))
    groups = np.cumsum(new)[tied]
    order[tied] = tied[np.lexsort((_ranks(rows.dose[tied], rows.grain[tied]), groups))]
    return rows.take(order)


def _ranks(doses: Any, grains: Any) -> Any:
    """The places of fractions in ascending order, equal ones having the same."""
    pairs, which = np.unique(np.stack([doses, grains], axis=1), axis=0, return_inverse=True)
    # Fractions of 62 bits that differ do so by more than 2**-124.
    exact = [(top << 2 * _BITS) // bottom for top, bottom in pairs.tolist()]
    ranks = np.empty(len(exact), np.int64)
    ranks[sorted(range(len(exact)), key=exact.__getitem__)] = np.arange(len(exact))
    return ranks[which.reshape(-1)]


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
    return _sorted(replace(rows, first=first, last=first + length - 1))


def _replaced(rows: Exposures) -> Exposures:
    """Exposures that end on the day before a later one begins."""
    opens = is_new(rows.number, rows.drugs, rows.first)
    groups = np.cumsum(is_new(rows.number, rows.drugs))
    starts = np.flatnonzero(opens)
    # The first day of the next set of exposures that begin on one day, where that is of the same person and drug.
    following = np.append(rows.first[starts][1:], 0)
    same = np.append(groups[starts][1:] == groups[starts][:-1], False)
    ends = np.where(same, following - 1, np.iinfo(np.int64).max)
    return replace(rows, last=np.minimum(rows.last, ends[np.cumsum(opens) - 1]))


def _summed(rows: Exposures, why: Any) -> Exposures:
    """Spans that do not overlap, the doses of exposures that do being added; sums too fine to count are marked."""
    groups = _group(rows.number, rows.drugs)
    touches = (groups[1:] == groups[:-1]) & (rows.first[1:] <= running_most(rows.last, groups)[:-1])
    if not touches.any():
        return rows
    mixed = np.zeros(groups[-1] + 1, bool)
    mixed[groups[1:][touches]] = True
    inside = mixed[groups]
    made = [rows.take(~inside)]
    touching, groups = rows.take(inside), groups[inside]
    for begin, end, grain in in_parts(touching.grain, groups):
        part, whose = touching.take(slice(begin, end)), groups[begin:end]
        if grain is None:
            _marked(part, np.ones(len(whose), bool), Aside.TOO_LARGE, why)
            continue
        sums, of = _swept(part, whose, grain)
        too_fine = of[np.maximum(sums.dose, sums.grain) >= LARGEST]
        if len(too_fine):  # nothing of these is used, since the rest would tell less than was taken
            _marked(part, np.isin(whose, too_fine), Aside.TOO_LARGE, why)
            sums = sums.take(~np.isin(of, too_fine))
        made.append(replace(sums, dose=sums.dose.astype(np.int64), grain=sums.grain.astype(np.int64)))
    columns = zip(*(each.parts for each in made), strict=True)
    return _sorted(Exposures(rows.people, *(np.concatenate(column) for column in columns)))


def _swept(rows: Exposures, groups: Any, grain: int) -> tuple[Exposures, Any]:
    """The sum of doses between each day on which one begins or has ended and the next such day, and of which group."""
    count = scaled(rows.dose, rows.grain, grain, room=max(len(rows.dose), 1))
    days, whose = np.concatenate([rows.first, rows.last + 1]), np.tile(groups, 2)
    change = np.concatenate([count, -count])
    order = np.lexsort((days, whose))
    days, whose = days[order], whose[order]
    level = np.cumsum(change[order])
    ends = np.append(is_new(whose, days)[1:], True)
    at = np.flatnonzero(ends)
    kept = at[level[at] > 0]
    following = np.append(days[1:], 0)
    dose, fine = reduced(level[kept], np.full(len(kept), grain, object if level.dtype == object else np.int64))
    made = rows.take(order[kept] % len(groups))
    return replace(made, first=days[kept], last=following[kept] - 1, dose=dose, grain=fine), whose[kept]


def _bridged(rows: Exposures, grace: int) -> Exposures:
    """Spans that last until the next begins, where the gap is within the grace."""
    same = (rows.number[1:] == rows.number[:-1]) & (rows.drugs[1:] == rows.drugs[:-1])
    gap = rows.first[1:] - rows.last[:-1] - 1
    last = rows.last.copy()
    fill = same & (gap > 0) & (gap <= grace)
    last[:-1][fill] = rows.first[1:][fill] - 1
    return replace(rows, last=last)


def _merged(rows: Exposures) -> Exposures:
    """Neighboring days of one dose as one span."""
    opens = is_new(rows.number, rows.drugs, rows.dose, rows.grain)
    opens[1:] |= rows.first[1:] != rows.last[:-1] + 1
    if opens.all():
        return rows
    starts = np.flatnonzero(opens)
    ends = np.append(starts[1:], len(opens)) - 1
    return replace(rows.take(starts), last=rows.last[ends])


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
