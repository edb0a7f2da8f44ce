"""Rows that cannot be read are counted and kept, with the reason; a table of another shape is refused."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from taper import InvalidInput
from taper.batch import Account, Aside, SpanRules, WrongColumns, set_aside, to_spans

RULES = SpanRules(length="days supply", longest=365, duplicates="set aside", stockpiling="none", overlap="sum",
                  gap="zero", grace=0)  # fmt: skip
BY_END = SpanRules(length="last day", longest=365, duplicates="keep", stockpiling="none", overlap="sum",
                   gap="zero", grace=0)  # fmt: skip
DAY = date(2024, 1, 1)
GOOD = {"person": 1, "drug": "diazepam", "start": DAY, "end": None, "quantity": 60, "strength": "5 mg",
        "days_supply": 30}  # fmt: skip
TYPES = {"person": pa.int64(), "drug": pa.string(), "start": pa.date32(), "end": pa.date32(), "quantity": pa.int64(),
         "strength": pa.string(), "days_supply": pa.int64()}  # fmt: skip


def table(*rows, **types):
    made = [GOOD | row for row in rows]
    return pa.Table.from_pylist(made, pa.schema(list((TYPES | types).items())))


def reasons(*rows, rules=RULES, **types):
    """Why each row is set aside, by the account and by the rows that are kept of it."""
    account, kept = Account(), []
    account.keep = kept.append
    made = list(to_spans(table(*rows, **types).to_batches(), rules=rules, account=account))
    assert account.read == len(rows) == account.used + account.set_aside
    listed = [row["reason"] for batch in kept for row in batch.to_pylist()]
    again = [row["reason"] for b in set_aside(table(*rows, **types).to_batches(), rules=rules) for row in b.to_pylist()]
    assert listed == again
    assert sorted(listed) == sorted(account.reasons.elements())
    assert bool(made) is bool(account.used)
    return listed


WRONG = [
    (Aside.NO_PERSON, {"person": None}),
    (Aside.NO_DRUG, {"drug": None}),
    (Aside.NO_DRUG, {"drug": "  "}),
    (Aside.UNKNOWN_DRUG, {"drug": "diazepamm"}),
    (Aside.SEVERAL_DRUGS, {"drug": "bupropion"}),
    (Aside.NO_START, {"start": None}),
    (Aside.FAR_DATE, {"start": date(1, 1, 1)}),
    (Aside.FAR_DATE, {"start": date(1899, 12, 31)}),
    (Aside.FAR_DATE, {"start": date(2201, 1, 1)}),
    (Aside.FAR_DATE, {"start": date(2200, 12, 31)}),
    (Aside.END_BEFORE_START, {"end": DAY - timedelta(1)}),
    (Aside.NO_LENGTH, {"days_supply": None}),
    (Aside.NEGATIVE_LENGTH, {"days_supply": 0}),
    (Aside.NEGATIVE_LENGTH, {"days_supply": -30}),
    (Aside.NEGATIVE_LENGTH, {"days_supply": -(2**63)}),
    (Aside.TOO_LONG, {"days_supply": 366}),
    (Aside.TOO_LONG, {"days_supply": 2**63 - 1}),
    (Aside.TOO_LONG, {"days_supply": None, "end": DAY + timedelta(365)}),
    (Aside.NO_QUANTITY, {"quantity": None}),
    (Aside.NEGATIVE_QUANTITY, {"quantity": 0}),
    (Aside.NEGATIVE_QUANTITY, {"quantity": -(2**63)}),
    (Aside.NO_STRENGTH, {"strength": None}),
    (Aside.NO_STRENGTH, {"strength": ""}),
    (Aside.UNREAD_STRENGTH, {"strength": "5"}),
    (Aside.UNREAD_STRENGTH, {"strength": "5 IU"}),
    (Aside.UNREAD_STRENGTH, {"strength": "2,5 mg"}),
    (Aside.UNREAD_STRENGTH, {"strength": "0 mg"}),
    (Aside.UNREAD_STRENGTH, {"strength": "-5 mg"}),
    (Aside.TOO_LARGE, {"strength": "0.000000000001 mg"}),
    (Aside.TOO_LARGE, {"quantity": 2**63 - 1}),
    (Aside.TOO_LARGE, {"quantity": 2**31, "strength": "999983 mg"}),
    (Aside.TOO_LARGE, {"quantity": 31, "strength": "1000000 mg"}),
]


@pytest.mark.parametrize(("reason", "row"), WRONG, ids=lambda value: str(value))
def test_a_row_that_cannot_be_read_is_kept_with_its_reason(reason, row):
    assert reasons(row) == [reason]
    later = {"person": 2} if "person" not in row else {}
    assert reasons({}, row | later, {"person": 3}) == [reason]


def test_the_largest_and_longest_that_are_read():
    assert reasons({"days_supply": 365}, {"quantity": 30, "strength": "999 g"}) == []
    assert reasons({"start": date(1900, 1, 1)}, {"start": date(2200, 12, 2)}) == []


def test_all_kinds_at_once_add_up_to_the_rows_read():
    rows = [row | {"person": row.get("person", number)} for number, (_, row) in enumerate(WRONG)]
    rows = [row for row in rows if row["person"] is not None]
    account = Account()
    batches = table(*rows, *[{"person": 1000 + n} for n in range(50)]).to_batches(max_chunksize=7)
    list(to_spans(batches, rules=RULES, account=account))
    assert (account.read, account.used, account.set_aside) == (len(rows) + 50, 50, len(rows))


def test_an_overlapping_duplicate_is_set_aside_and_another_package_is_not():
    assert reasons({}, {}, {}) == [Aside.DUPLICATE] * 2
    assert reasons({}, {"strength": "5000 mcg"}) == []
    assert reasons({}, {"quantity": 30, "strength": "10 mg"}) == []
    assert reasons({}, {"person": 2}, {"person": 2, "start": DAY + timedelta(1)}) == []
    assert reasons({"days_supply": None, "end": DAY + timedelta(29)}, {}) == []
    assert reasons({"end": DAY + timedelta(29)}, {}) == []
    assert reasons({"end": DAY + timedelta(29)}, {"end": DAY + timedelta(28)}, {"end": DAY + timedelta(29)}) == [
        Aside.DUPLICATE
    ]
    assert reasons({"start": DAY + timedelta(1)}, {}, {"drug": "baclofen"}, {}) == [Aside.DUPLICATE]
    assert reasons({}, {"quantity": None}, {}) == [Aside.NO_QUANTITY, Aside.DUPLICATE]
    assert reasons({}, {}, rules=BY_END) == []


def test_the_last_day_decides_where_the_rules_say_so():
    row = {"end": DAY + timedelta(9), "days_supply": 30}
    for rules, last in ((RULES, 29), (BY_END, 9)):
        (made,) = to_spans(table(row).to_batches(), rules=rules)
        assert made.to_pylist()[0]["last"] == DAY + timedelta(last)
    (made,) = to_spans(table({"end": None}).to_batches(), rules=BY_END)
    assert made.to_pylist()[0]["last"] == DAY + timedelta(29)


def test_a_float_counts_where_it_is_whole_and_nothing_else_is_rounded():
    values = [60.0, 60.5, 0.1, -1.0, 0.0, float("nan"), float("inf"), -float("inf"), 1e300, None]
    rows = [{"person": number, "quantity": value} for number, value in enumerate(values)]
    assert reasons(*rows, quantity=pa.float64()) == [
        Aside.PART_QUANTITY, Aside.PART_QUANTITY, Aside.NEGATIVE_QUANTITY, Aside.NEGATIVE_QUANTITY,
        Aside.NO_QUANTITY, Aside.TOO_LARGE, Aside.NEGATIVE_QUANTITY, Aside.TOO_LARGE, Aside.NO_QUANTITY,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [pa.decimal128(20, 3), pa.decimal256(40, 3)], ids=str)
def test_a_decimal_is_exact(kind):
    rows = [{"quantity": Decimal("7.125"), "days_supply": 1, "person": 1}]
    rows += [{"quantity": Decimal("-0.001"), "person": 2}, {"quantity": Decimal(10) ** 16, "person": 3}]
    assert reasons(*rows, quantity=kind) == [Aside.NEGATIVE_QUANTITY, Aside.TOO_LARGE]
    (made,) = to_spans(table(*rows, quantity=kind).to_batches(), rules=RULES)
    assert (made.to_pylist()[0]["dose"], made.to_pylist()[0]["grain"]) == (285, 8)


def test_a_decimal_of_tens_is_exact_and_one_of_any_size_is_counted():
    rows = [{"quantity": Decimal(6000)}, {"quantity": Decimal(-100), "person": 2}]
    assert reasons(*rows, quantity=pa.decimal128(5, -2)) == [Aside.NEGATIVE_QUANTITY]
    (made,) = to_spans(table(*rows, quantity=pa.decimal128(5, -2)), rules=RULES)
    assert (made.to_pylist()[0]["dose"], made.to_pylist()[0]["grain"]) == (1000, 1)
    rows = [{"quantity": sign * Decimal(10) ** 55, "person": number} for number, sign in enumerate((1, -1))]
    assert reasons(*rows, quantity=pa.decimal256(60, 2)) == [Aside.TOO_LARGE, Aside.NEGATIVE_QUANTITY]


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_a_short_float_is_read_as_a_long_one(kind):
    values = np.array([60, 45.5], kind)
    rows = table({}, {"person": 2}).set_column(4, "quantity", pa.array(values))
    account = Account()
    (made,) = to_spans(rows, rules=RULES, account=account)
    assert made.to_pylist()[0]["dose"] == 10
    assert account.reasons == {Aside.PART_QUANTITY: 1}


def test_short_codes_have_room_for_all_batches_and_for_what_is_absent():
    batches = []
    for part, place in enumerate((127, None)):
        words = [f"{part * 200 + number} mg" for number in range(1, 129)]
        coded = pa.DictionaryArray.from_arrays(pa.array([place], pa.int8()), words)
        (batch,) = table({"person": part}).to_batches()
        batches.append(batch.set_column(5, "strength", coded))
    account = Account()
    (made,) = to_spans(batches, rules=RULES, account=account)
    assert made.to_pylist()[0]["dose"] == 256
    assert account.reasons == {Aside.NO_STRENGTH: 1}


def test_large_numbers_without_a_sign_and_coded_text_are_read():
    coded = pa.dictionary(pa.int32(), pa.string())
    assert reasons({"days_supply": 2**64 - 1}, days_supply=pa.uint64()) == [Aside.TOO_LONG]
    assert reasons({"drug": None}, {}, drug=coded, strength=coded) == [Aside.NO_DRUG]
    assert reasons({"drug": " Valium "}) == []


def test_a_stream_without_rows_makes_nothing():
    assert list(to_spans([], rules=RULES)) == []
    assert list(to_spans(table().to_batches(), rules=RULES)) == []
    assert reasons({"person": None}, {"person": None}) == [Aside.NO_PERSON] * 2


def test_a_table_of_another_shape_is_refused_with_the_columns_and_the_nearest_names():
    wrong = table({}).rename_columns(
        ["person_id", "drug", "drug_exposure_start_date", "end", "quantity", "dose", "days_supply"]
    )
    with pytest.raises(WrongColumns) as caught:
        list(to_spans(wrong.to_batches(), rules=RULES))
    assert caught.value.missing == ("person", "start", "strength")
    assert str(caught.value) == (
        "exposures: wants the columns person, drug, start, end, quantity, strength, days_supply; not found: "
        "person (the nearest is person_id); start (the nearest is drug_exposure_start_date); strength. Rename them; "
        "it has person_id, drug, drug_exposure_start_date, end, quantity, dose, days_supply"
    )


def test_of_the_last_day_and_the_length_one_may_stand_without_values():
    for name in ("end", "days_supply"):
        with pytest.raises(
            WrongColumns, match=rf"not found: {name}\. Rename them, or add {name} without values; it has"
        ):
            list(to_spans(table({}).drop_columns(name), rules=RULES))
    with pytest.raises(WrongColumns, match=r"not found: end; days_supply\. Rename them; it has"):
        list(to_spans(table({}).drop_columns(["end", "days_supply"]), rules=RULES))


def test_a_column_of_another_type_and_another_object_are_refused():
    with pytest.raises(WrongColumns, match=r"the column start is timestamp\[us\]; cast it to date32"):
        list(to_spans(table({"start": None}, start=pa.timestamp("us")).to_batches(), rules=RULES))
    with pytest.raises(WrongColumns, match="the column strength is double; cast it to string"):
        list(to_spans(table({"strength": None}, strength=pa.float64()).to_batches(), rules=RULES))
    with pytest.raises(WrongColumns, match="wants record batches of pyarrow, and got dict; call to_batches"):
        list(to_spans([{"person": 1}], rules=RULES))
    with pytest.raises(WrongColumns, match="wants record batches of pyarrow, and got Table; call to_batches"):
        list(to_spans([table({})], rules=RULES))
    mixed = [*table({}).to_batches(), *table({"person": 2}, quantity=pa.float64()).to_batches()]
    with pytest.raises(WrongColumns, match="the column quantity is double in one batch and int64 in another; cast it"):
        list(to_spans(mixed, rules=RULES))
    twice = pa.RecordBatch.from_arrays([pa.array([1]), pa.array([1])], names=["person", "person"])
    with pytest.raises(WrongColumns, match="not found: person"):
        list(to_spans([twice], rules=RULES))


def test_a_table_and_a_batch_are_taken_as_they_are():
    assert [b.num_rows for b in to_spans(table({}), rules=RULES)] == [1]
    assert [b.num_rows for b in to_spans(table({}).to_batches()[0], rules=RULES)] == [1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gap": "zeros"}, "gap: 'zeros' is none of its choices; write 'zero', 'dose before'"),
        ({"longest": 0}, "longest: 0 is no whole number of days from 1 to 7320; write one"),
        ({"longest": True}, "longest: True is no whole number"),
        ({"grace": 3}, "grace: a gap is filled within a grace of at least one day"),
        ({"gap": "dose before"}, "grace: a gap is filled within a grace of at least one day"),
    ],
)
def test_a_rule_that_is_none_is_refused(change, says):
    fields = {"length": "days supply", "longest": 9, "duplicates": "keep", "stockpiling": "none", "overlap": "sum",
              "gap": "zero", "grace": 0}  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        SpanRules(**fields | change)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize(
    ("written", "plain"),
    [("5 MG", "5 mg"), (".5 mg", "0.5 mg"), ("5  mg", "5 mg"), ("25 MCG", "25 mcg"), ("25ug", "25 mcg"),
     ("25 \u00b5g", "25 mcg"), ("25 \u03bcg", "25 mcg"), ("1 G", "1 g"), ("0.50 Mg", "0.5 mg")],
)  # fmt: skip
def test_a_strength_is_read_as_registers_spell_it(written, plain):
    made = [[span for batch in to_spans(table({"strength": text}).to_batches(), rules=RULES)
             for span in batch.to_pylist()] for text in (written, plain)]  # fmt: skip
    assert made[0] == made[1] != []
