"""Tables of many people that are large, far, fine or unsound: each is answered rightly, in bounded time and memory."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders import formulary
from taper import CannotCompute, InvalidInput, OutOfOrder
from taper.batch import (
    Account,
    Aside,
    EpisodeDefinition,
    SpanRules,
    WrongColumns,
    compared_facts,
    engine,
    people,
    set_aside,
    spans_to_days,
    to_episodes,
    to_findings,
    to_spans,
)
from taper.batch import exposures as rows_read
from taper.batch import found as found_rows
from taper.batch.engine import LARGEST, common_grain, in_parts

DAY = date(2024, 1, 1)
RULES = {"length": "days supply", "longest": 7320, "duplicates": "keep", "stockpiling": "none", "overlap": "sum",
         "gap": "zero", "grace": 0}  # fmt: skip
DEFINITION = EpisodeDefinition(
    ends_after=30, since=date(1900, 1, 1), until=date(2200, 12, 31), washout=90, least_change="15/100"
)


def exposures(many=1, **columns):
    made = {
        "person": pa.array(range(many), pa.int64()), "drug": pa.array(["diazepam"] * many),
        "start": pa.array([DAY] * many, pa.date32()), "end": pa.nulls(many, pa.date32()),
        "quantity": pa.array([30] * many), "strength": pa.array(["5 mg"] * many), "days_supply": pa.array([30] * many),
    }  # fmt: skip
    return pa.table(made | columns)


def spans(many=1, **columns):
    made = {
        "person": pa.array(range(many), pa.int64()), "drug": pa.array(["gabapentin"] * many),
        "first": pa.array([DAY] * many, pa.date32()), "last": pa.array([DAY + timedelta(30)] * many, pa.date32()),
        "dose": pa.array([3600] * many), "grain": pa.array([1] * many),
    }  # fmt: skip
    return pa.table(made | columns)


def rows_of(batches):
    return [row for batch in batches for row in batch.to_pylist()]


def found(table, **more):
    return rows_of(to_findings(table, definition=DEFINITION, **more))


def read(table, **rules):
    """The spans of a table, and why each row of it is set aside."""
    account = Account()
    made = rows_of(to_spans(table, rules=SpanRules(**RULES | rules), account=account))
    assert account.read == table.num_rows == account.used + account.set_aside
    left = [row["reason"] for row in rows_of(set_aside(table, rules=SpanRules(**RULES | rules)))]
    assert sorted(left) == sorted(account.reasons.elements())
    return made, left


def figures(whom, when, crcl):
    return pa.table({
        "person": pa.array(whom), "date": pa.array(when, pa.date32()), "egfr": pa.array(crcl), "crcl": pa.array(crcl),
    })  # fmt: skip


@pytest.mark.parametrize("many", [2047, 4097, 9000])
@pytest.mark.parametrize("kind", [pa.int64(), pa.string()])
def test_each_of_many_people_has_the_kidney_figures_of_that_person(many, kind):
    ids = [f"{number:06}" for number in range(many)]
    whom = pa.array(ids if kind == pa.string() else range(many), kind)
    low = np.arange(many) % 3 == 0
    held = figures(whom, [DAY - timedelta(9)] * many, np.where(low, 10, 120))
    table = spans(many, person=whom, drug=pa.array(["pregabalin"] * many), dose=pa.array([600] * many))
    known = {row["person"] for row in found(table, people=held) if row["rule"] == "kidney"}
    assert known == set(whom.filter(pa.array(low)).to_pylist())


IN_PROPORTION = formulary(drug="gabapentin", kidney=[{
    "source": "k", "measure": "eGFR", "basis": "label", "bands": [
        {"below": 15, "action": "in proportion to the measure"},
        {"at_least": 15, "action": "daily range", "low": "1 mg", "high": "6 mg"},
    ],
}])  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 8), st.booleans()), min_size=1))
def test_each_person_is_held_against_the_part_that_the_own_figure_gives(people):
    """Below 15 of eGFR 6 mg a day times the figure over 15; from 15 on 6 mg."""
    table = spans(len(people), dose=pa.array([dose for _, dose, _ in people]))
    known = [number for number, (*_, is_known) in enumerate(people) if is_known]
    held = figures(known, [DAY] * len(known), [people[number][0] for number in known])
    rows = found(table, people=held if known else None, facts=IN_PROPORTION)
    above = {number for number in known if people[number][1] > min(Fraction(people[number][0], 15), 1) * 6}
    assert {row["person"] for row in rows} == above
    assert [(row["dose"], row["first"]) for row in rows] == [(people[number][1], DAY) for number in sorted(above)]


DAYS = st.sampled_from([date(1900, 1, 1), date(1969, 12, 31), date(2023, 1, 1), date(2024, 1, 1), date(2200, 12, 31)])


@given(st.dictionaries(st.tuples(st.integers(-3, 3), DAYS), st.sampled_from([10, 120]), min_size=1))
def test_the_last_figure_on_or_before_the_first_day_is_used_however_far_others_are(held):
    keys = sorted(held)
    table = figures([key[0] for key in keys], [key[1] for key in keys], [held[key] for key in keys])
    wanted = set()
    for person in range(-3, 4):
        days = [day for whom, day in keys if whom == person]
        at = bisect_right(days, DAY)
        if at and held[person, days[at - 1]] == 10:
            wanted.add(person)
    rows = spans(7, person=pa.array(range(-3, 4)), drug=pa.array(["pregabalin"] * 7), dose=pa.array([600] * 7))
    assert {row["person"] for row in found(rows, people=table) if row["rule"] == "kidney"} == wanted


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(2201, 1, 1), date(9999, 12, 31)])
def test_days_outside_of_1900_to_2200_are_refused(day):
    with pytest.raises(InvalidInput, match="people: 1 has a date outside of 1900 to 2200; leave the row out"):
        found(spans(), people=figures([0, 1], [DAY, day], [9, 9]))
    for column in ("first", "last"):
        table = spans(2, **{column: pa.array([DAY, day], pa.date32())})
        for call in (lambda t=table: found(t), lambda t=table: list(spans_to_days(t))):
            with pytest.raises(InvalidInput, match=f"spans: a {column} day is not of 1900 to 2200; leave the row out"):
                call()


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([60, 40, 30, 20, 10, 5]), st.integers(0, 40)), min_size=1),
    st.sampled_from(["baclofen", "diazepam", "paroxetine", "gabapentin", "tramadol"]),
    st.sampled_from([-1, -17_000, -36_000, 9_000]),
)
@example([(30, 60, 0), (30, 40, 0), (30, 20, 0), (30, 10, 0)], "baclofen", -20_000)
def test_a_course_is_found_the_same_whenever_it_is(course, drug, moved):
    begin, made = 15_000, []
    for length, dose, gap in course:
        made.append((begin, begin + length - 1, dose))
        begin += length + gap

    def of(shift):
        many = len(made)
        table = spans(
            many, person=pa.array([1] * many), drug=pa.array([drug] * many), dose=pa.array([dose for *_, dose in made]),
            first=pa.array([first + shift for first, *_ in made], pa.int32()).cast(pa.date32()),
            last=pa.array([last + shift for _, last, _ in made], pa.int32()).cast(pa.date32()),
        )  # fmt: skip
        days = timedelta(shift)
        return [row | {"first": row["first"] - days, "last": row["last"] - days} for row in found(table)]

    assert of(moved) == of(0)


def test_an_absent_person_is_refused_in_spans_and_no_other_is_taken_for_one():
    table = spans(3, person=pa.array([2**53, 2**53 + 1, None]))
    with pytest.raises(InvalidInput, match="spans: a row has no person; leave it out"):
        list(to_episodes(table, definition=DEFINITION))
    made = rows_of(to_episodes(table.slice(0, 2), definition=DEFINITION))
    assert [row["person"] for row in made] == [2**53, 2**53 + 1]


def test_a_person_of_other_integers_is_refused_where_they_cannot_be_compared():
    held = figures(pa.array([2**63], pa.uint64()), [DAY], [9])
    with pytest.raises(WrongColumns, match="the column person is uint64, and in the spans int64; cast it to the same"):
        found(spans(), people=held)


def test_a_stock_that_lasts_beyond_all_dates_is_set_aside_from_there_on():
    many = 20
    table = exposures(many, person=pa.array([1] * many), days_supply=pa.array([7320] * many))
    made, left = read(table, stockpiling="all")
    assert left == [Aside.FAR_DATE] * 12
    assert [(row["first"], row["last"]) for row in made] == [(DAY, DAY + timedelta(8 * 7320 - 1))]


@pytest.mark.parametrize("column", ["dose", "grain"])
@pytest.mark.parametrize("count", [LARGEST, 2**64 - 1])
def test_a_dose_beyond_what_is_counted_is_refused(column, count):
    with pytest.raises(InvalidInput, match=f"spans: a {column} is larger than is counted; leave the row out"):
        list(to_episodes(spans(**{column: pa.array([count], pa.uint64())}), definition=DEFINITION))


def test_sums_that_are_too_fine_to_count_are_set_aside_and_the_rest_is_read():
    lengths = (89, 83, 79, 73, 71, 67, 61, 59, 53, 47, 43)
    many = len(lengths)
    table = exposures(
        many + 2, person=pa.array([1] * many + [2] * 2), days_supply=pa.array([*lengths, 7, 11]),
        quantity=pa.array([1] * (many + 2)), strength=pa.array(["0.001 mg"] * (many + 2)),
        drug=pa.array(["diazepam"] * many + ["baclofen"] * 2),
    )  # fmt: skip
    made, left = read(table)
    assert left == [Aside.TOO_LARGE] * many
    sums = [Fraction(row["dose"], row["grain"]) for row in made]
    assert sums == [Fraction(18, 77_000), Fraction(1, 11_000)]
    assert [row["person"] for row in made] == [2, 2]


def primes(many):
    """Primes from 2**20 on."""
    size = 2**20 + 40 * many
    sieve = np.ones(size, bool)
    for factor in range(2, int(size**0.5) + 1):
        sieve[factor * factor :: factor] = False
    return (np.flatnonzero(sieve[2**20 :]) + 2**20)[:many]


def test_doses_of_many_different_grains_are_compared_as_those_of_one_person_are():
    many = 3000
    grains = primes(many)
    tops = np.where(np.arange(many) % 2 == 0, 2 * grains + 1, grains - 1)
    whom = np.arange(many) // 2
    first = [DAY + timedelta(40 * (number % 2)) for number in range(many)]
    table = spans(
        many, person=pa.array(whom), dose=pa.array(tops), grain=pa.array(grains), first=pa.array(first),
        last=pa.array([day + timedelta(39) for day in first]), drug=pa.array(["diazepam"] * many),
    )  # fmt: skip
    made = rows_of(to_episodes(table, definition=DEFINITION))
    assert {(row["course"], row["spans"]) for row in made} == {("taper", 2)}
    assert [row["person"] for row in made] == list(range(many // 2))
    each = [row | {"person": 0} for number in (0, 777) for row in found(table.slice(2 * number, 2))]
    whole = [row | {"person": 0} for row in found(table) if row["person"] in (0, 777)]
    assert whole == each


def test_a_person_of_too_many_grains_is_named():
    many = 12_000
    days = pa.array([DAY + timedelta(number) for number in range(many)])
    table = spans(many, person=pa.array([7] * many), first=days, last=days, grain=pa.array(primes(many)))
    with pytest.raises(CannotCompute, match="spans: the doses of 7 are too many different parts of a mg; leave this"):
        list(to_episodes(table, definition=DEFINITION))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([1, 7, *primes(200).tolist()])), min_size=1, max_size=400))
def test_parts_cut_through_no_group_and_hold_one_grain_each(drawn):
    groups, grains = (np.array(column) for column in zip(*sorted(drawn), strict=True))
    ends, at = set(np.flatnonzero(np.diff(groups)) + 1) | {0, len(groups)}, 0
    for begin, end, grain in in_parts(grains, groups):
        assert begin == at
        assert end > begin
        assert {begin, end} <= ends
        assert grain == common_grain(grains[begin:end])
        at = end
    assert at == len(groups)


def test_decimals_are_read_at_any_scale():
    for kind in (pa.decimal128(38, 18), pa.decimal128(38, 19), pa.decimal128(38, 37), pa.decimal256(76, 60)):
        values = [Decimal("3.5"), Decimal("0.25"), None, Decimal(-1), Decimal(0)]
        made, left = read(exposures(5, quantity=pa.array(values, kind), days_supply=pa.array([1] * 5)))
        assert [Fraction(row["dose"], row["grain"]) for row in made] == [Fraction(35, 2), Fraction(5, 4)]
        assert left == [Aside.NO_QUANTITY, Aside.NEGATIVE_QUANTITY, Aside.NEGATIVE_QUANTITY]
    tens = exposures(2, quantity=pa.array([Decimal("1E+11"), Decimal("-1E+11")], pa.decimal256(76, -10)))
    assert read(tens)[1] == [Aside.TOO_LARGE, Aside.NEGATIVE_QUANTITY]
    wide = exposures(2, quantity=pa.array([Decimal("1E+30"), Decimal("1E-30")], pa.decimal256(76, 30)))
    assert read(wide)[1] == [Aside.TOO_LARGE, Aside.TOO_LARGE]


def text_of(raw, kind):
    """An array of texts with bytes that nobody checked."""
    held = pa.array(raw, pa.binary() if kind == pa.string() else pa.large_binary())
    return pa.Array.from_buffers(kind, len(raw), held.buffers())


@pytest.mark.parametrize("column", ["person", "drug", "strength"])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_text_that_is_not_utf_8_is_refused_by_its_column(column, kind):
    wrong = exposures(**{column: text_of(["Codeïn".encode("latin-1")], kind)})
    with pytest.raises(
        WrongColumns, match=rf"the column {column} cannot be read \(.*UTF8.*\); write its texts as UTF-8"
    ):
        read(wrong)
    coded = exposures(drug=text_of([b"\xff"], kind).dictionary_encode())
    with pytest.raises(WrongColumns, match="the column drug cannot be read"):
        read(coded)


def test_codes_without_a_value_are_refused():
    codes = pa.DictionaryArray.from_arrays(pa.array([9]), pa.array(["diazepam"]), safe=False)
    with pytest.raises(WrongColumns, match="the column drug cannot be read"):
        read(exposures(drug=codes))


def test_codes_may_stand_for_nothing_or_for_much_that_is_not_used():
    listed = pa.array([None, *(f"n{number}" for number in range(1000)), "gabapentin", "diazepam"])
    codes = pa.DictionaryArray.from_arrays(pa.array([1002, 1001]), listed)
    assert [row["drug"] for row in rows_of(to_episodes(spans(2, drug=codes), definition=DEFINITION))] == [
        "diazepam", "gabapentin",
    ]  # fmt: skip
    absent = pa.DictionaryArray.from_arrays(pa.array([0, 1002]), listed)
    assert read(exposures(2, drug=absent))[1] == [Aside.NO_DRUG]
    with pytest.raises(InvalidInput, match="spans: a row has no drug; leave it out"):
        found(spans(2, drug=absent))


@pytest.mark.parametrize("kind", [pa.string_view(), pa.large_string(), pa.dictionary(pa.int64(), pa.large_string())])
def test_texts_of_other_types_are_read_alike(kind):
    def texts(values):
        return pa.array(values).cast(pa.large_string()).cast(kind)

    table = exposures(2, drug=texts(["diazepam", "baclofen"]), strength=texts(["5 mg", "10 mg"]))
    if not pa.types.is_dictionary(kind):
        table = table.set_column(0, "person", texts(["a", "b"]))
    made, left = read(table)
    assert ([row["drug"] for row in made], left) == (["diazepam", "baclofen"], [])
    again = spans(2, drug=texts(["gabapentin"] * 2))
    if not pa.types.is_dictionary(kind):
        again = again.set_column(0, "person", texts(["a", "b"]))
    assert len(rows_of(to_episodes(again, definition=DEFINITION))) == 2
    assert len(rows_of(spans_to_days(again))) == 62


def test_a_name_or_a_strength_of_any_length_is_set_aside():
    table = exposures(
        3, drug=pa.array(["x" * 2001, "y" * 10**6, "diazepam"]), strength=pa.array(["5 mg"] * 2 + ["z" * 10**6])
    )
    assert sorted(read(table)[1]) == sorted([Aside.UNKNOWN_DRUG, Aside.UNKNOWN_DRUG, Aside.UNREAD_STRENGTH])


def test_only_record_batches_are_taken():
    class Alike:
        schema = exposures().schema

    with pytest.raises(WrongColumns, match="wants record batches of pyarrow, and got Alike"):
        list(to_spans([Alike()], rules=SpanRules(**RULES)))


def test_names_of_columns_are_cut_in_what_is_said_of_them():
    many = pa.RecordBatch.from_pydict({f"{'c' * 10_000}{number}": [1] for number in range(300)})
    with pytest.raises(WrongColumns) as refused:
        list(to_spans([many], rules=SpanRules(**RULES)))
    assert len(str(refused.value)) < 10_000


def test_a_person_of_more_rows_than_are_kept_is_named(monkeypatch):
    monkeypatch.setattr(people, "MOST_ROWS_OF_ONE", 50)
    monkeypatch.setattr(people, "ROWS", 20)
    monkeypatch.setattr(people, "_BATCHES", 3)
    for size in (1, 7, 1000):
        whom = [1] * 50 + [2] * 51 + [3]
        table = exposures(len(whom), person=pa.array(whom))
        with pytest.raises(CannotCompute, match="exposures: the person 2 has more than 50 rows; leave out"):
            list(to_spans(table.to_batches(max_chunksize=size), rules=SpanRules(**RULES)))
        made = to_spans(table.slice(0, 100).to_batches(max_chunksize=size), rules=SpanRules(**RULES))
        assert len(rows_of(made)) == 2


@settings(max_examples=40)
@given(st.lists(st.sampled_from([1, 2, 3, None]), min_size=1, max_size=60), st.integers(1, 9), st.booleans())
def test_people_are_whole_however_a_stream_is_cut(drawn, size, long):
    whom = sorted((each for each in drawn if each), key=int)
    for place, each in enumerate(drawn):
        if each is None:
            whom.insert(place, None)
    table = exposures(len(whom), person=pa.array(whom, pa.int64()), quantity=pa.array(range(1, len(whom) + 1)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(people, "_BYTES" if long else "ROWS", 100 if long else 8)
        patched.setattr(people, "_BATCHES", 3)
        batches = table.to_batches(max_chunksize=size)
        made = list(people.whole_people(batches, (("person", "key"), ("quantity", "number")), "exposures"))
        parts = [{each for each in batch.column("person").to_pylist() if each} for batch in made]
    assert sum(map(len, parts)) == len(set().union(*parts))
    kept = defaultdict(list)
    for row in rows_of(made):
        kept[row["person"]].append(row["quantity"])
    wanted = defaultdict(list)
    for row in table.to_pylist():
        wanted[row["person"]].append(row["quantity"])
    assert kept == wanted


def test_people_who_do_not_ascend_are_refused_beside_rows_without_a_person():
    table = exposures(4, person=pa.array([2, None, 1, None]))
    with pytest.raises(OutOfOrder, match="the rows of 1 come after"):
        read(table)


def test_a_fact_is_listed_once_however_often_its_drug_is_named():
    once = compared_facts(["diazepam", "baclofen"])
    assert compared_facts(["diazepam", "Valium", "baclofen", "diazepam"] * 500) == once


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [(pa.decimal128(38, 18), "30.123456789", "5"), (pa.decimal128(18, 9), "33.333333333", "999999999")],
)
def test_whether_a_row_is_read_depends_on_no_other_row(kind, one, other):
    alone = [read(exposures(quantity=pa.array([Decimal(text)], kind)))[0] for text in (one, other)]
    both, _ = read(exposures(2, quantity=pa.array([Decimal(one), Decimal(other)], kind)))
    assert [(row["dose"], row["grain"]) for row in both] == [
        (row["dose"], row["grain"]) for each in alone for row in each
    ]


def test_whether_a_person_is_read_depends_on_no_other_person():
    lengths = [int(n) for n in range(2, 1400) if all(n % factor for factor in range(2, int(n**0.5) + 1))]
    many = 65_000
    days = pa.array([*lengths, *[1] * many])
    table = exposures(len(days), person=pa.array([1] * len(days)), days_supply=days, quantity=pa.array([1] * len(days)))
    others = [n for n in range(1401, 2800, 2) if all(n % factor for factor in range(3, int(n**0.5) + 1, 2))]
    beside = exposures(
        2 * len(others), person=pa.array(np.repeat(np.arange(len(others)) + 2, 2)),
        days_supply=pa.array(np.repeat(others, 2)), quantity=pa.array([1] * 2 * len(others)),
    )  # fmt: skip
    alone = Account()
    list(to_spans(table, rules=SpanRules(**RULES), account=alone))
    together = Account()
    list(to_spans(pa.concat_tables([table, beside]), rules=SpanRules(**RULES), account=together))
    assert together.used - alone.used == beside.num_rows


def test_codes_that_stand_for_one_value_are_one():
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["gabapentin"] * 2))
    table = spans(
        2, person=pa.array([1, 1]), drug=twice, dose=pa.array([3600, 1000]),
        first=pa.array([DAY, DAY + timedelta(31)]), last=pa.array([DAY + timedelta(30), DAY + timedelta(60)]),
    )  # fmt: skip
    (episode,) = rows_of(to_episodes(table, definition=DEFINITION))
    assert (episode["course"], episode["spans"]) == ("taper", 2)
    plain = table.set_column(1, "drug", pa.array(["gabapentin"] * 2))
    assert found(table) == found(plain)
    strengths = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["5 mg"] * 2))
    rows = exposures(2, person=pa.array([1, 1]), strength=strengths)
    assert read(rows, duplicates="set aside")[1] == [Aside.DUPLICATE]


def test_a_name_that_no_row_has_is_not_asked_for():
    drug = pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(["gabapentin", "nothing known"]))
    assert found(spans(2, drug=drug)) == found(spans(2))


@pytest.mark.parametrize("other", ["2 mg", "2.5 mg", "0.333 mg"])
def test_of_supplies_that_begin_together_the_smaller_dose_waits_for_none(other):
    for strengths in (["5 mg", other], [other, "5 mg"]):
        table = exposures(2, person=pa.array([1, 1]), strength=pa.array(strengths))
        made, _ = read(table, stockpiling="all")
        doses = [Fraction(row["dose"], row["grain"]) for row in made]
        assert doses == sorted(doses)
        assert doses[1] == 5


def test_only_rows_that_are_written_alike_are_the_same():
    for column, values in (
        ("drug", ["diazepam", "Valium"]), ("drug", ["diazepam", "DIAZEPAM "]), ("days_supply", [None, -1]),
        ("strength", ["5 mg", "5 MG"]),
    ):  # fmt: skip
        days = pa.array([DAY + timedelta(9)] * 2)
        table = exposures(2, person=pa.array([1, 1]), end=days, **{column: pa.array(values)})
        assert read(table, duplicates="set aside", length="last day")[1] == []
        table = exposures(2, person=pa.array([1, 1]), end=days, **{column: pa.array(values).take(pa.array([0, 0]))})
        assert len(read(table, duplicates="set aside", length="last day")[1]) == 1


def test_days_after_those_that_the_table_covers_are_not_covered():
    short = EpisodeDefinition(
        ends_after=30, since=date(2020, 1, 1), until=date(2020, 1, 31), washout=32, least_change="15/100"
    )
    (row,) = rows_of(to_episodes(spans(), definition=short))
    assert not row["is_new"]


def test_a_strength_of_many_digits_is_set_aside_at_once():
    table = exposures(3, strength=pa.array(["1" * 10**6, "1" * 10**6 + " mg", "." * 10**6]))
    assert read(table)[1] == [Aside.UNREAD_STRENGTH] * 3


def test_words_of_any_number_are_told_apart(monkeypatch):
    table = spans(3, dose=pa.array([3600, 4800, 6000]))
    wanted = found(table)
    monkeypatch.setattr(found_rows, "LARGEST", 2**22)
    assert found(table) == wanted


def test_what_one_person_had_is_not_kept_for_the_next(monkeypatch):
    monkeypatch.setattr(people, "ROWS", 100)
    codes = pa.array([f"junk {number}" for number in range(1000)]).dictionary_encode()
    table = exposures(1000, strength=codes)
    wanted = (("person", "key"), ("strength", "text"))
    for batch in people.whole_people(table.to_batches(max_chunksize=150), wanted, "exposures"):
        assert len(batch.column("strength").dictionary) <= 300


def test_overlaps_of_too_many_grains_are_set_aside(monkeypatch):
    monkeypatch.setattr(engine, "_MOST_BITS", 8)
    monkeypatch.setattr(engine, "_MOST_BITS_OF_ONE", 8)
    whom, lengths = [1, 1, 2, 2, 2, 3, 3], [7, 7, 89, 83, 79, 11, 11]
    table = exposures(7, person=pa.array(whom), days_supply=pa.array(lengths), quantity=pa.array([1] * 7))
    for order in (range(7), [2, 3, 4, 0, 1, 5, 6], [0, 1, 5, 6, 2, 3, 4]):
        rows = table.take(pa.array(order))
        rows = rows.set_column(0, "person", pa.array(np.cumsum([0, *(np.diff(rows["person"].to_numpy()) != 0)])))
        made, left = read(rows)
        assert left == [Aside.TOO_LARGE] * 3
        assert len(made) == 2


def test_what_was_read_of_names_is_forgotten_and_read_again(monkeypatch):
    monkeypatch.setattr(rows_read, "_MOST_KNOWN", 2)
    monkeypatch.setattr(people, "ROWS", 3)
    table = exposures(
        12, drug=pa.array(["diazepam", "x", "y", "Valium"] * 3), strength=pa.array(["5 mg", "z", "10 mg"] * 4)
    )
    made, left = read(table)
    assert (len(made), len(left)) == (4, 8)
    assert {row["drug"] for row in made} == {"diazepam"}
