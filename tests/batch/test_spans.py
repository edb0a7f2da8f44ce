"""Spans are what a plain day-by-day reading of the rules gives."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taper import Dose
from taper._base.limits import MOST_ROWS_OF_ONE
from taper.batch import Account, EpisodeDefinition, OutOfOrder, SpanRules, to_episodes, to_findings, to_spans
from taper.batch.people import ROWS

KINDS = {
    "person": pa.int64(), "drug": pa.string(), "start": pa.date32(), "end": pa.date32(), "quantity": pa.int64(),
    "strength": pa.string(), "days_supply": pa.int64(),
}  # fmt: skip
SCHEMA = pa.schema(list(KINDS.items()))
PLAIN = {"length": "days supply", "longest": 90, "duplicates": "keep", "stockpiling": "none", "overlap": "sum",
         "gap": "zero", "grace": 0}  # fmt: skip
DAY = date(2024, 1, 1)


def row(person=1, drug="diazepam", start=0, days=10, quantity=10, strength="5 mg", end=None):
    return {
        "person": person, "drug": drug, "start": DAY + timedelta(start), "end": end and DAY + timedelta(end),
        "quantity": quantity, "strength": strength, "days_supply": days,
    }  # fmt: skip


def batches(rows, size=1000):
    return pa.Table.from_pylist(rows, SCHEMA).to_batches(max_chunksize=size)


def spans_of(rows, size=1000, **rules):
    made = to_spans(batches(rows, size), rules=SpanRules(**PLAIN | rules))
    return [span for batch in made for span in batch.to_pylist()]


def whose(each):
    return each["person"], each["drug"]


def by_days(rows, stockpiling, overlap, gap, grace):
    """The daily dose on each day, read row by row and day by day."""
    whole = defaultdict(lambda: defaultdict(Fraction))
    for who, group in groupby(sorted(rows, key=whose), key=whose):
        listed = []
        for each in group:
            dose = Dose.parse(each["strength"]).mg * each["quantity"] / each["days_supply"]
            listed.append([each["start"], each["days_supply"], dose])
        listed.sort(key=lambda item: (item[0], item[1], item[2].numerator, item[2].denominator))
        free = {}
        for item in listed:
            pool = {"none": None, "same dose": item[2], "all": "all"}[stockpiling]
            if pool is not None:
                item[0] = max(item[0], free.get(pool, item[0]))
                free[pool] = item[0] + timedelta(item[1])
        ends = {item[0]: None for item in listed}
        for item in listed:
            later = min((day for day in ends if day > item[0]), default=None)
            if overlap == "later replaces" and later is not None:
                item[1] = min(item[1], (later - item[0]).days)
            for day in range(item[1]):
                whole[who][item[0] + timedelta(day)] += item[2]
        if gap == "dose before":
            taken = sorted(whole[who])
            for one, other in pairwise(taken):
                for day in range(1, (other - one).days):
                    if (other - one).days - 1 <= grace:
                        whole[who][one + timedelta(day)] = whole[who][one]
    return {who: dict(days) for who, days in whole.items()}


few_doses = st.lists(
    st.builds(
        lambda times, **fields: row(**fields) | {"quantity": times * fields["days"]},
        times=st.integers(1, 2), start=st.integers(0, 20), days=st.sampled_from([5, 10]),
        person=st.integers(1, 2), strength=st.sampled_from(["5 mg", "10 mg"]),
    ),
    min_size=1, max_size=8,
).map(lambda rows: sorted(rows, key=lambda each: each["person"]))  # fmt: skip
"""Rows of few doses and lengths, so that neighbors are often alike."""
rows_drawn = st.lists(
    st.builds(
        row,
        person=st.integers(1, 3),
        drug=st.sampled_from(["diazepam", "baclofen"]),
        start=st.integers(0, 40),
        days=st.integers(1, 20),
        quantity=st.integers(1, 30),
        strength=st.sampled_from(["5 mg", "2.5 mg", "100 mcg"]),
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: sorted(rows, key=lambda each: each["person"]))


@settings(max_examples=300)
@given(
    rows=rows_drawn | few_doses,
    stockpiling=st.sampled_from(["none", "same dose", "all"]),
    overlap=st.sampled_from(["sum", "later replaces"]),
    grace=st.integers(0, 6),
    size=st.integers(1, 5),
    shuffled=st.randoms(use_true_random=False),
)
def test_spans_are_what_a_reading_day_by_day_gives(rows, stockpiling, overlap, grace, size, shuffled):
    rows = sorted(shuffled.sample(rows, len(rows)), key=lambda each: each["person"])
    gap = "dose before" if grace else "zero"
    made = spans_of(rows, size, stockpiling=stockpiling, overlap=overlap, gap=gap, grace=grace)
    days = defaultdict(dict)
    for span in made:
        assert span["dose"] > 0
        assert Fraction(span["dose"], span["grain"]).denominator == span["grain"]
        for day in range((span["last"] - span["first"]).days + 1):
            who = days[span["person"], span["drug"]]
            assert span["first"] + timedelta(day) not in who
            who[span["first"] + timedelta(day)] = Fraction(span["dose"], span["grain"])
    assert days == by_days(rows, stockpiling, overlap, gap, grace)
    keys = [(span["person"], span["drug"], span["first"]) for span in made]
    assert keys == sorted(keys)
    for one, other in pairwise(made):
        alike = all(one[name] == other[name] for name in ("person", "drug", "dose", "grain"))
        assert not (alike and other["first"] == one["last"] + timedelta(1))


def test_neighboring_days_of_one_dose_are_one_span_however_they_came_about():
    apart = [row(days=10), row(start=10, days=5, quantity=5), row(start=15, days=5, quantity=10, strength="2.5 mg")]
    overlapping = [row(days=10), row(start=10, days=3, quantity=3), row(start=13, days=7, quantity=7), row(start=40)]
    for rows, many in ((apart, 1), (overlapping, 2), ([*apart, row(person=2, start=20)], 2)):
        made = spans_of(rows)
        assert len(made) == many
        assert (made[0]["first"], made[0]["last"]) == (DAY, DAY + timedelta(19))
    halves = [row(days=20, quantity=20), row(days=10, quantity=10), row(start=10, days=10, quantity=10)]
    assert [(span["dose"], (span["last"] - span["first"]).days) for span in spans_of(halves)] == [(10, 19)]


def test_the_sum_of_a_packet_of_five_and_one_of_two_is_exact_whatever_the_lengths():
    rows = [row(days=7, quantity=7, strength="5 mg"), row(days=3, quantity=1, strength="2 mg")]
    spans = spans_of(rows)
    assert [(span["dose"], span["grain"]) for span in spans] == [(17, 3), (5, 1)]


def test_integers_of_any_size_take_over_where_64_bits_end():
    lengths = (89, 83, 79, 73, 71, 67, 61, 59, 53, 47, 43)
    rows = [row(person=number, days=days, quantity=7919, strength="0.001 mg") for number, days in enumerate(lengths, 1)]
    rows += [row(person=12, days=2), row(person=12, start=1, days=2)]
    rows = [each | {"drug": "diazepam"} for each in rows] + [row(person=13, days=89), row(person=13, days=83)]
    rows += [each | {"person": 14} for each in rows[:11:4]]
    made = [span for span in spans_of(rows) if span["person"] == 14]
    first = Fraction(7919, 1000) * (Fraction(1, 89) + Fraction(1, 71) + Fraction(1, 53))
    assert Fraction(made[0]["dose"], made[0]["grain"]) == first


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_person_whose_rows_do_not_stand_together_is_an_error(size):
    rows = [row(person=1), row(person=2), row(person=1, start=30)]
    with pytest.raises(OutOfOrder, match="the rows of 1 come after those of a later person; order them by"):
        spans_of(rows, size)


def test_people_may_be_named_by_text_in_the_order_of_its_bytes():
    schema = SCHEMA.set(0, pa.field("person", pa.string()))
    listed = [row(person=name) for name in ("A", "B", "B", "a", "é")]
    rules = SpanRules(**PLAIN)
    made = list(to_spans(pa.Table.from_pylist(listed, schema).to_batches(), rules=rules))
    assert [each["person"] for batch in made for each in batch.to_pylist()] == ["A", "B", "a", "é"]
    for wrong in ("aA", "ABA"):
        table = pa.Table.from_pylist([row(person=name) for name in wrong], schema)
        with pytest.raises(OutOfOrder, match="'A'"):
            list(to_spans(table.to_batches(), rules=rules))


def test_an_account_counts_each_row_that_is_used():
    account = Account()
    rules = SpanRules(**PLAIN | {"duplicates": "set aside"})
    list(to_spans(batches([row(), row(), row(start=5)]), rules=rules, account=account))
    assert (account.read, account.used, account.set_aside) == (3, 2, 1)
    assert str(account) == "3 rows read, 2 used, 1 set aside\n  1: the same as another row"
    assert repr(account) == "<Account of 3 rows: 2 used, 1 set aside>"


def test_many_people_are_cut_between_people_and_one_of_many_rows_is_not_cut():
    many = 2 * ROWS + 12_345
    person = np.arange(many) // 7
    start = np.datetime64("2000-01-01", "D") + (np.arange(many) % 7) * 2
    table = pa.table({
        "person": person, "drug": pa.array(["diazepam"]).take(pa.array(np.zeros(many, int))),
        "start": start, "end": pa.nulls(many, pa.date32()), "quantity": 1 + np.arange(many) % 7,
        "strength": pa.array(["5 mg"]).take(pa.array(np.zeros(many, int))), "days_supply": np.ones(many, int),
    })  # fmt: skip
    made = list(to_spans(table.to_batches(max_chunksize=50_000), rules=SpanRules(**PLAIN)))
    assert len(made) > 1
    whole = pa.Table.from_batches(made)
    assert whole["person"].to_numpy().tolist() == person.tolist()
    assert whole["dose"].to_numpy().tolist() == (5 * (1 + np.arange(many) % 7)).tolist()
    assert whole["first"].cast(pa.int32()).to_numpy().tolist() == start.astype(int).tolist()
    for one, other in pairwise(made):
        assert one["person"][-1].as_py() < other["person"][0].as_py()
    definition = EpisodeDefinition(
        ends_after=30, since=date(1999, 1, 1), until=date(2001, 1, 1), washout=30, least_change="1/10"
    )
    episodes = pa.Table.from_batches(to_episodes(made, definition=definition))
    assert episodes["person"].to_pylist() == list(range(person[-1] + 1))
    found = pa.Table.from_batches(to_findings(made, definition=definition, market="us"))
    first = found.filter(pc.equal(found["person"], 0)).drop_columns("person")
    assert found.filter(pc.equal(found["person"], 30_000)).drop_columns("person") == first
    alone = table.set_column(0, "person", pa.array(np.zeros(many, int))).slice(0, MOST_ROWS_OF_ONE)
    (made,) = to_spans(alone.to_batches(max_chunksize=50_000), rules=SpanRules(**PLAIN))
    assert made.num_rows == 7
