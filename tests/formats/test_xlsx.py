"""Workbooks: the same bytes each time, numbers that read back, and text that never becomes a formula."""

import csv
import io
import re
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, course, plan_with, step, tablet
from taper import (
    Dose,
    Finding,
    MissingExtra,
    NotAssessed,
    Reason,
    Review,
    Severity,
    count_supply,
    realize,
    to_csv,
    to_schedule,
    to_xlsx,
    weeks,
)  # fmt: skip
from taper.checks.review import Clear, LeftOut
from taper.source import Source

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "'=1",
    "'",
    "\uff1d1",
    "http://example.org",
    "{=1}",
)
SOURCE = Source(
    id="s",
    organization="=Org",
    title="T",
    locator="x",
    year=2026,
    grade="A",
    verified_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
)


HALVED = (tablet("5 mg", score=2),)


def schedule_of(*steps, products=HALVED, then="stop", title=None, **more):
    plan = plan_with(course(*steps, then=then), **({"title": title} if title else {}))
    return to_schedule(realize(plan, products), start=START, **more)


PLAIN = schedule_of(step("7.5 mg", "2 days"), step(["2.5 mg", {}], "2 days"))


def sheets(data):
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book(data)}


def book(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def with_drug(schedule, drug):
    """The schedule with another name on every dose, as no formulary would hold it."""
    days = tuple(
        replace(day, intakes=tuple(replace(intake, drug=drug) for intake in day.intakes)) for day in schedule.days
    )
    return replace(schedule, days=days)


def test_the_same_plan_gives_the_same_bytes():
    assert to_xlsx(PLAIN) == to_xlsx(PLAIN)


def test_when_it_was_made_is_the_callers_to_say():
    noon = datetime(2027, 1, 2, 12, tzinfo=timezone(timedelta(hours=2)))
    assert book(to_xlsx(PLAIN, stamp=noon)).properties.created == datetime(2027, 1, 2, 10)  # noqa: DTZ001
    assert book(to_xlsx(PLAIN, stamp=noon.replace(tzinfo=None))).properties.created.hour == 12
    assert book(to_xlsx(PLAIN)).properties.created == datetime(2027, 3, 1)  # noqa: DTZ001


def test_days_without_doses_say_nothing_and_are_there():
    rows = sheets(to_xlsx(PLAIN))["Days"]
    assert [row[3] for row in rows[1:]] == ["7.5 mg/day", "7.5 mg/day", "2.5 mg/day", "nothing"]
    assert [row[4] for row in rows[1:]] == [7.5, 7.5, 2.5, 0]


def test_days_say_why_nothing_is_taken():
    schedule = schedule_of(step("5 mg", "2 days"), {"kind": "gap", "for": "1 day"}, step("5 mg", "1 day"))
    assert [row[5] for row in sheets(to_xlsx(schedule))["Days"][1:]] == [None, None, "not taken", None]


def test_how_the_plan_ends_is_on_the_sheet_of_the_plan():
    says = [row[1] for row in sheets(to_xlsx(PLAIN))["Plan"]]
    assert any("stop; the last dose" in str(line) for line in says)
    schedule = schedule_of(step("5 mg"), then="continue", horizon=weeks(1))
    assert any("continues beyond 2027-03-07" in str(row[1]) for row in sheets(to_xlsx(schedule))["Plan"])


def test_supply_and_review_have_sheets_when_given():
    review = Review.of(
        [
            Finding(rule="ceiling", severity=Severity.HIGH, message="=above", source=SOURCE),
            NotAssessed(rule="kidney", drug="x", reason=Reason.FACT, what=("egfr",)),
            Clear(rule="score"),
            LeftOut(rule="ceiling", drug="x", source=SOURCE),
        ]
    )
    made = sheets(to_xlsx(PLAIN, review, count_supply(PLAIN)))
    assert list(made) == ["Doses", "Days", "Plan", "Supply", "Review"]
    assert made["Supply"][1] == ["t5mg", "5 mg tablet", "3 1/2", "4", "1/2", None, "0"]
    assert [row[0] for row in made["Review"][1:]] == ["found", "not assessed", "clear", "left out"]
    assert made["Review"][1][4:] == ["=above", SOURCE.citation]
    assert list(sheets(to_xlsx(PLAIN))) == ["Doses", "Days", "Plan"]


def test_one_amount_that_is_no_short_decimal_makes_its_whole_column_text():
    schedule = schedule_of(step("10 mg", "1 day"), step("3 1/3 mg", "1 day"), products=[tablet("10 mg", score=3)])
    made = sheets(to_xlsx(schedule))
    assert [row[8] for row in made["Doses"][1:]] == ["10", "3 1/3"]
    assert [row[4] for row in made["Days"][1:]] == ["10", "3 1/3"]


@given(st.integers(1, 10**9).map(lambda number: Fraction(number, 10**6)))
def test_a_number_in_a_cell_reads_back_as_the_dose(amount):
    text = Dose(amount).text
    schedule = schedule_of(step(text, "1 day"), products=[tablet(text, id="t")])
    (cell,) = [row[8] for row in sheets(to_xlsx(schedule))["Doses"][1:]]
    assert Fraction(repr(cell)) == amount


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link_in_a_workbook(text):
    review = Review.of([NotAssessed(rule=text, drug=text, reason=Reason.FACT, what=(text,))])
    data = to_xlsx(with_drug(PLAIN, text), review)
    cells = [cell for sheet in book(data) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not [name for name in parts.namelist() if re.search(rb"<f[ >]|<hyperlink", parts.read(name))]
    held = {cell.value for cell in cells if cell.value is not None}
    assert text in held or text.replace("\r", "_x000D_") in held


def test_a_text_keeps_being_a_text_when_its_cell_is_edited():
    sheet = book(to_xlsx(with_drug(PLAIN, "=1+1")))["Doses"]
    assert sheet["E2"].value == "=1+1"
    assert sheet["E2"].quotePrefix


# A return cannot stand in a name or a title: the plan refuses it where it enters.
@pytest.mark.parametrize("text", [text for text in HOSTILE if "\r" not in text])
def test_no_cell_of_a_csv_begins_like_a_formula_and_its_text_comes_back(text):
    rows = list(csv.DictReader(io.StringIO(to_csv(with_drug(PLAIN, text)), newline="")))
    for row in rows:
        assert not row["drug"].lstrip().startswith(("=", "+", "-", "@", "\uff1d"))
        assert row["drug"][:1] not in {"\t", "\r", "\n"}
        assert row["drug"].removeprefix("'") == text


def test_without_its_package_a_workbook_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(
        MissingExtra, match=r'^a workbook needs the package xlsxwriter: pip install "xlsxwriter>=3.2,<4"$'
    ):
        to_xlsx(PLAIN)
