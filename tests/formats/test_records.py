"""Rows: one for each portion, exact, in order; and every tabular format gives the same doses back."""

import csv
import io
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, course, liquid, plan_of, plan_with, step, tablet
from taper import (
    Dose,
    Log,
    MissingExtra,
    apply_log,
    days,
    realize,
    to_arrow,
    to_csv,
    to_records,
    to_schedule,
    to_xlsx,
    weeks,
)
from taper._base.extras import EXTRAS, need
from taper.plans.log import Gap
from taper.testing import realizable_plans, starts

Row = tuple[date, str, str, str]


@st.composite
def schedules(draw):
    case = draw(realizable_plans())
    made = realize(case.plan, case.products)
    horizon = weeks(draw(st.integers(1, 6))) if case.plan.is_open else None
    return to_schedule(made, start=draw(starts()), horizon=horizon)


def doses_of(schedule) -> list[Row]:
    """The doses of a schedule, read from its own days and not from any row."""
    return [
        (day.date, intake.slot.name, intake.drug, intake.dose.text) for day in schedule.days for intake in day.intakes
    ]


def once_a_dose(rows: Iterator[tuple[Row, str, object]]) -> list[Row]:
    """The doses among rows of portions: a row that starts no dose belongs to the dose of the row before."""
    return [row for row, _, portion in rows if portion in (1, "1")]


def csv_rows(text: str) -> list[Row]:
    """The doses of a CSV file: rows that differ only in product, count and volume are portions of one dose."""
    found = dict.fromkeys(
        (row["date"], row["course"], row["slot"].removeprefix("'"), row["drug"].removeprefix("'"), row["dose"])
        for row in csv.DictReader(io.StringIO(text))
    )
    return [(date.fromisoformat(day), slot, drug, dose) for day, _, slot, drug, dose in found]


def xlsx_rows(data: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Doses"]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@given(schedules())
def test_records_csv_arrow_and_workbook_hold_the_same_doses_as_the_schedule(schedule):
    planned = doses_of(schedule)
    records = [row for row in to_records(schedule) if row["portion"] == 1]
    arrow = [row for row in to_arrow(schedule, amounts="text").to_pylist() if row["portion"] == 1]
    sheet = [row for row in xlsx_rows(to_xlsx(schedule)) if row["portion"] == 1]
    assert [(row["date"], row["slot"], row["drug"], row["dose"]) for row in records] == planned
    assert [(row["date"], row["slot"], row["drug"], row["dose"]) for row in arrow] == planned
    assert [(row["date"].date(), row["slot"], row["drug"], row["dose"]) for row in sheet] == planned
    assert csv_rows(to_csv(schedule)) == planned


@given(schedules())
def test_the_amounts_in_the_portions_of_a_dose_add_up_to_the_dose(schedule):
    total: dict[tuple[object, ...], Fraction] = {}
    texts = {}
    for row in to_records(schedule):
        key = (row["date"], row["course"], row["slot"])
        total[key] = total.get(key, Fraction(0)) + row["mg"]
        texts[key] = row["dose"]
    assert total == {key: Dose.parse(text).mg for key, text in texts.items()}


@given(schedules())
def test_a_sum_over_the_records_of_a_day_is_the_total_of_the_day(schedule):
    rows = to_records(schedule)
    for day in schedule.days:
        amount = sum((row["mg"] for row in rows if row["date"] == day.date), Fraction(0))
        assert amount == sum((total.mg for total in day.totals.values()), Fraction(0))


def test_a_dose_of_two_strengths_is_two_rows():
    schedule = to_schedule(realize(plan_of(step("7 mg", "1 day")), [tablet("5 mg"), tablet("2 mg")]), start=START)
    rows = to_records(schedule)
    assert [(row["portion"], row["dose"], row["mg"], row["count"], row["volume_ml"]) for row in rows] == [
        (1, "7 mg", Fraction(5), Fraction(1), None),
        (2, "7 mg", Fraction(2), Fraction(1), None),
    ]


def test_a_measured_dose_has_a_volume_and_no_count():
    schedule = to_schedule(realize(plan_of(step("2 mg", "1 day")), [liquid()]), start=START)
    (row,) = to_records(schedule)
    assert (row["volume_ml"], row["count"], row["label"]) == (Fraction(2), None, "5 mg/5 mL oral solution")


def test_a_day_without_doses_has_no_row():
    schedule = to_schedule(realize(plan_of(step(["5 mg", {}], "4 days")), [tablet("5 mg")]), start=START)
    assert [row["day"] for row in to_records(schedule)] == [1, 3]


class TestNotes:
    """What waits or was not taken shows in rows too, and adds nothing to any sum."""

    WAITING = plan_of(step("8 mg", "2 days"), {**step("6 mg", "2 days"), "review_before": True})

    def rows(self, *events):
        schedule = to_schedule(realize(self.WAITING, [tablet("2 mg")]), start=START)
        adjusted = apply_log(schedule, Log.of(self.WAITING, START, events)) if events else schedule
        return adjusted, to_records(adjusted)

    def test_a_step_that_waits_for_review_says_so_on_each_of_its_rows(self):
        _, rows = self.rows()
        assert [(row["day"], row["note"]) for row in rows] == [
            (1, None), (2, None), (3, "waits for review"), (4, "waits for review")
        ]  # fmt: skip

    def test_what_the_writer_says_of_a_step_and_of_a_time_of_day_is_on_its_rows(self):
        noted = step("2 mg", "1 day", note="Bring this sheet", slot_notes={"evening": "after supper"})
        pause = {"kind": "gap", "for": "1 day", "note": "Ring first"}
        schedule = to_schedule(realize(plan_of(noted, pause, step("2 mg", "1 day")), [tablet("2 mg")]), start=START)
        assert [(row["day"], row["note"], row["remark"]) for row in to_records(schedule)] == [
            (1, None, "Bring this sheet; after supper"), (2, "not taken", "Ring first"), (3, None, None)
        ]  # fmt: skip

    def test_a_note_is_of_its_own_course_alone(self):
        waiting = [step("2 mg", "1 day"), {**step("4 mg", "1 day"), "review_before": True}]
        plan = plan_with(course(*waiting, id="one"), course(step({"morning": "2 mg"}, "2 days"), id="two"))
        rows = to_records(to_schedule(realize(plan, [tablet("2 mg")]), start=START))
        assert [(row["day"], row["course"], row["note"]) for row in rows] == [
            (1, "two", None), (1, "one", None), (2, "two", None), (2, "one", "waits for review")
        ]  # fmt: skip

    def test_a_gap_and_the_decision_after_it_have_rows_without_a_dose(self):
        gap = Gap(day=START + timedelta(days=1), lasting=days(1))
        adjusted, rows = self.rows(gap)
        assert [(row["day"], row["note"], row["dose"], row["mg"]) for row in rows] == [
            (1, None, "8 mg", 8),
            (2, "not taken", None, 0),
            (3, "decision needed", None, 0),
            (4, "decision needed", None, 0),
        ]
        assert [row["slot"] for row in rows[1:]] == [None, None, None]
        arrow = to_arrow(adjusted).to_pylist()
        sheet = xlsx_rows(to_xlsx(adjusted))
        text = list(csv.DictReader(io.StringIO(to_csv(adjusted))))
        for made in (arrow, sheet, text):
            assert [row["note"] or None for row in made] == [row["note"] for row in rows]
            assert [row["dose"] or None for row in made] == [row["dose"] for row in rows]
            assert [str(row["date"])[:10] for row in made] == [row["date"].isoformat() for row in rows]


def test_two_courses_keep_their_own_rows_in_the_order_of_the_day():
    one = {"id": "one", "drug": "testamine", "then": "review", "steps": [step({"evening": "5 mg"}, "1 day")]}
    two = {"id": "two", "drug": "testamine", "then": "review", "steps": [step({"morning": "5 mg"}, "1 day")]}
    schedule = to_schedule(realize(plan_with(one, two), [tablet("5 mg")]), start=START)
    assert [(row["course"], row["slot"]) for row in to_records(schedule)] == [("two", "morning"), ("one", "evening")]


@pytest.mark.parametrize("package", ["pyarrow", "xlsxwriter", "matplotlib"])
def test_a_package_that_is_not_installed_is_named_in_one_line_with_its_command(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra) as caught:
        need(package, install=package, purpose="a thing")
    assert str(caught.value) == f'a thing needs the package {package}: pip install "{package}"'


def test_an_extra_is_said_as_what_it_installs_just_as_the_package_declares_it(monkeypatch):
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert {name: list(held) for name, held in EXTRAS.items()} == {
        name: held for name, held in declared.items() if name != "testing"
    }
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra, match=r'typst: pip install "babel>=2.16,<3" "typst>=0.15,<0.16"$'):
        need("typst", install="print", purpose="a PDF")


def test_a_package_that_is_installed_and_broken_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "half_installed.py").write_text("import a_module_that_is_nowhere\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_nowhere") as caught:
        need("half_installed", install="half-installed", purpose="a thing")
    assert not isinstance(caught.value, MissingExtra)
