"""Spans to days: one row a day, in the order of the spans, however they are cut."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import draws
from taper import InvalidInput, WrongColumns
from taper.batch import DAYS, spans_to_days

SCHEMA = pa.schema({
    "person": pa.string(), "drug": pa.string(), "first": pa.date32(), "last": pa.date32(), "dose": pa.int64(),
    "grain": pa.int64(),
})  # fmt: skip
DAY = date(1969, 12, 20)


def span(begin=0, length=1, dose=15, grain=2, person="a"):
    first = DAY + timedelta(begin)
    last = first + timedelta(length - 1)
    return {"person": person, "drug": "diazepam", "first": first, "last": last, "dose": dose, "grain": grain}


SPANS = st.lists(st.builds(span, st.integers(0, 40), st.integers(1, 25), st.integers(1, 9), st.integers(1, 3)))


@draws(40)
@given(SPANS, st.integers(1, 9), st.integers(1, 4))
def test_each_day_of_each_span_is_a_row(drawn, most, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taper.batch.days.ROWS", most)
        made = list(spans_to_days(pa.Table.from_pylist(drawn, SCHEMA).to_batches(max_chunksize=size)))
    assert all(0 < batch.num_rows <= most for batch in made)
    assert [tuple(row.values()) for batch in made for row in batch.to_pylist()] == [
        (each["person"], each["drug"], each["first"] + timedelta(day), each["dose"], each["grain"])
        for each in drawn
        for day in range((each["last"] - each["first"]).days + 1)
    ]
    assert all(batch.schema.names == [name for name, _ in DAYS] for batch in made)


def test_a_span_that_ends_before_it_begins_or_has_no_end_is_refused():
    wrong = pa.Table.from_pylist([span(), span(length=0)], SCHEMA).to_batches()
    with pytest.raises(InvalidInput, match="spans: row 2 ends before it begins"):
        list(spans_to_days(wrong))
    wrong = pa.Table.from_pylist([span() | {"last": None}], SCHEMA).to_batches()
    with pytest.raises(InvalidInput, match="spans: a row has no last; leave it out"):
        list(spans_to_days(wrong))


def test_columns_of_another_table_are_refused():
    with pytest.raises(WrongColumns, match="wants the columns person, drug, first"):
        list(spans_to_days([pa.RecordBatch.from_pylist([{"person": 1}])]))


def test_a_table_of_spans_is_taken_as_it_is():
    assert [batch.num_rows for batch in spans_to_days(pa.Table.from_pylist([span(length=3)], SCHEMA))] == [3]
