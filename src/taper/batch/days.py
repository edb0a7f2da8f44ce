"""Days: spans of one daily dose as one row for each day, streamed, so that memory is bounded however many there are."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from taper._base.takes import takes
from taper.batch.columns import alike
from taper.batch.engine import Batch, dates, day_numbers, np, pa
from taper.batch.people import ROWS
from taper.batch.spans import SPANS, check_spans
from taper.errors import InvalidInput

DAYS: Final = (("person", "key"), ("drug", "text"), ("date", "date"), ("dose", "whole"), ("grain", "whole"))
"""The columns of days: `dose / grain` is the daily dose in mg on that date."""


@takes
def spans_to_days(spans: Iterable[Batch]) -> Iterator[Batch]:
    """Each day of each span as a row, about a hundred thousand rows at a time.

    Args:
        spans: Columns `person`, `drug`, `first`, `last`, `dose` and `grain`, as `to_spans` gives them.

    Returns:
        Batches with the columns `person`, `drug`, `date`, `dose` and `grain`, in the order of the spans.

    Raises:
        WrongColumns: If the columns are others.
        InvalidInput: If a value is absent or beyond what is counted, or a span ends before it begins.
        MissingExtra: If numpy or pyarrow is not installed.

    Example:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> span = {"person": 1, "drug": "diazepam", "first": date(2024, 1, 1), "last": date(2024, 1, 2),
        ...         "dose": 15, "grain": 2}
        >>> [str(day["date"]) for made in spans_to_days([pa.RecordBatch.from_pylist([span])])
        ...  for day in made.to_pylist()]
        ['2024-01-01', '2024-01-02']
    """
    for rows in alike(spans, SPANS, "spans"):
        check_spans(rows)
        first, last = (day_numbers(rows.column(name)) for name in ("first", "last"))
        lengths = last - first + 1
        wrong = np.flatnonzero(lengths < 1)
        if len(wrong):
            raise InvalidInput(
                f"row {wrong[0] + 1} ends before it begins; give spans as to_spans makes them", where="spans"
            )
        for of, place in repeated(lengths):
            kept = {name: rows.column(name).take(pa.array(of)) for name in ("person", "drug", "dose", "grain")}
            kept["date"] = dates(first[of] + place)
            yield pa.RecordBatch.from_arrays([kept[name] for name, _ in DAYS], names=[name for name, _ in DAYS])


def repeated(lengths: Any) -> Iterator[tuple[Any, Any]]:
    """Rows that each come so many times, some of them at once: which row it is, and how often it came before."""
    ends = np.cumsum(lengths)
    begins = ends - lengths
    total = int(ends[-1]) if len(ends) else 0
    for begin in range(0, total, ROWS):
        end = min(begin + ROWS, total)
        low, high = np.searchsorted(ends, [begin, end - 1], side="right")
        counts = lengths[low : high + 1].copy()
        counts[0] -= begin - begins[low]
        counts[-1] -= ends[high] - end
        rows = np.repeat(np.arange(low, high + 1), counts)
        yield rows, np.arange(begin, end) - begins[rows]
