"""Frames: explicit types that never depend on the plan, exact decimals, and nothing rounded."""

import decimal
import sys
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from builders import START, liquid, plan_of, step, tablet
from taper import (
    Formulary,
    InvalidInput,
    MissingExtra,
    load_protocol,
    realize,
    to_arrow,
    to_pandas,
    to_polars,
    to_schedule,
    weeks,
)
from taper.formats.arrow import NotDecimal, arrow_schema


def schedule_of(plan, *products, **more):
    return to_schedule(realize(plan, products), start=START, **more)


PLAIN = schedule_of(plan_of(step("7.5 mg", "2 days"), then="stop"), tablet("5 mg", score=2))
THIRDS = schedule_of(plan_of(step("3 1/3 mg", "1 day")), tablet("10 mg", score=3))


def test_dates_are_date32_and_amounts_are_decimals_of_six_places():
    schema = to_arrow(PLAIN).schema
    assert schema.field("date").type == pa.date32()
    assert schema.field("mg").type == schema.field("volume_ml").type == pa.decimal128(13, 6)
    assert schema.field("day").type == schema.field("step").type == schema.field("portion").type == pa.int32()


def test_the_schema_is_the_same_for_tablets_and_for_liquids():
    measured = schedule_of(plan_of(step("2 mg", "1 day")), liquid())
    assert to_arrow(PLAIN).schema.equals(to_arrow(measured).schema)
    assert to_arrow(PLAIN).schema.equals(arrow_schema())


def test_the_first_row_says_what_is_taken():
    row = to_arrow(PLAIN).to_pylist()[0]
    assert row == {
        "date": date(2027, 3, 1), "day": 1, "course": "testamine", "step": 1, "drug": "testamine", "slot": "evening",
        "dose": "7.5 mg", "portion": 1, "mg": Decimal("7.5"), "product": "t5mg", "label": "5 mg tablet",
        "count": "1 1/2", "count_numerator": 3, "count_denominator": 2, "volume_ml": None, "note": None, "remark": None,
    }  # fmt: skip


def test_a_volume_is_a_decimal_and_has_no_count():
    row = to_arrow(schedule_of(plan_of(step("2.5 mg", "1 day")), liquid())).to_pylist()[0]
    assert (row["volume_ml"], row["count"], row["count_numerator"]) == (Decimal("2.5"), None, None)


def test_a_third_of_a_mg_is_an_error_that_says_where_and_never_a_rounding():
    with pytest.raises(NotDecimal) as caught:
        to_arrow(THIRDS)
    assert str(caught.value) == (
        "2027-03-01, evening: 3 1/3 mg of testamine is no decimal of up to 6 places; "
        'write amounts="text" for exact text'
    )
    assert caught.value.amount == caught.value.record.mg


def test_a_volume_that_is_no_decimal_is_named_in_ml():
    thick = liquid("3 mg/1 mL", smallest_volume="1/3 mL")
    with pytest.raises(NotDecimal, match=r"1/3 mL of testamine is no decimal"):
        to_arrow(schedule_of(plan_of(step("1 mg", "1 day")), thick))


@pytest.mark.parametrize(("dose", "fits"), [("0.000001 mg", True), ("0.0000001 mg", False)])
def test_six_places_fit_and_seven_do_not(dose, fits):
    schedule = schedule_of(plan_of(step(dose, "1 day")), tablet(dose, id="small"))
    if fits:
        assert to_arrow(schedule)["mg"].to_pylist() == [Decimal("0.000001")]
    else:
        with pytest.raises(NotDecimal):
            to_arrow(schedule)


def test_as_text_a_third_reads_back_exactly():
    table = to_arrow(THIRDS, amounts="text")
    assert table["mg"].to_pylist() == ["3 1/3"]
    assert table.schema.field("mg").type == pa.string()


def test_a_third_of_a_tablet_that_makes_a_whole_mg_is_no_error():
    row = to_arrow(schedule_of(plan_of(step("5 mg", "1 day")), tablet("15 mg", score=3))).to_pylist()[0]
    assert (row["mg"], row["count"], row["count_numerator"], row["count_denominator"]) == (Decimal(5), "1/3", 1, 3)


def test_the_precision_of_the_callers_decimals_changes_nothing():
    plan = plan_of(step("12.345678 mg", "1 day"))
    schedule = schedule_of(plan, tablet("12.345678 mg", id="odd"))
    with decimal.localcontext(prec=2):
        assert [str(amount) for amount in to_arrow(schedule)["mg"].to_pylist()] == ["12.345678"]


def test_how_the_plan_ends_stands_in_the_metadata():
    held = {key.decode(): value.decode() for key, value in to_arrow(PLAIN).schema.metadata.items()}
    assert held["format"] == "taper-records/1"
    assert held["ends"] == "stop"
    assert held["plan"] == PLAIN.realized.plan.fingerprint
    assert "stop; the last dose is on 2027-03-02" in held["ending"]


def test_an_open_plan_says_that_it_goes_on():
    schedule = schedule_of(plan_of(step("5 mg"), then="continue"), tablet("5 mg"), horizon=weeks(1))
    assert b"continues beyond 2027-03-07" in to_arrow(schedule).schema.metadata[b"ending"]


def test_a_pandas_frame_sums_exactly():
    frame = to_pandas(PLAIN)
    assert frame["mg"].sum() == Decimal(15)
    assert str(frame["date"].dtype) == "date32[day][pyarrow]"


def test_a_polars_frame_sums_exactly():
    frame = to_polars(PLAIN)
    assert frame["mg"].sum() == Decimal(15)
    assert str(frame["date"].dtype) == "Date"


@pytest.mark.parametrize(
    ("package", "write", "command"),
    [
        ("pyarrow", to_arrow, 'pip install "pyarrow>=20"'),
        ("pandas", to_pandas, 'pip install "pandas"'),
        ("polars", to_polars, 'pip install "polars"'),
    ],
)
def test_without_its_package_a_frame_says_what_to_install(package, write, command, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra) as caught:
        write(PLAIN)
    assert command in str(caught.value)
    assert "\n" not in str(caught.value)


class TestPer:
    """A row is a portion, an intake or a day, by choice."""

    def test_a_row_may_be_a_day_or_an_intake(self):
        plan = load_protocol("diazepam-example").plan()
        made = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        schedule = to_schedule(made, start=date(2027, 3, 1))
        days = to_arrow(schedule, per="day")
        assert days.num_rows == len(schedule)
        assert days.column_names == ["date", "day", "drug", "mg"]
        assert [str(total) for total in days["mg"].to_pylist()[:1]] == ["18.000000"]
        intakes = to_arrow(schedule, per="intake")
        assert intakes.num_rows == sum(len(day.intakes) for day in schedule)
        assert (
            sum(intakes["mg"].to_pylist()) == sum(days["mg"].to_pylist()) == sum(to_arrow(schedule)["mg"].to_pylist())
        )
        assert len(to_pandas(schedule, per="day")) == len(schedule)

    def test_another_word_is_refused(self):
        plan = load_protocol("diazepam-example").plan()
        made = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        with pytest.raises(InvalidInput, match="write portion, intake, day"):
            to_arrow(to_schedule(made, start=date(2027, 3, 1)), per="week")
