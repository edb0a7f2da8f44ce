"""What the writer of a plan says of a step goes wherever the step goes, and changes nothing else."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from pydantic import ValidationError

from builders import course, plan_of, plan_with, step
from taper import (
    Formulary,
    InvalidInput,
    Product,
    from_fhir,
    read_plan,
    realize,
    to_arrow,
    to_csv,
    to_fhir,
    to_html,
    to_ical,
    to_markdown,
    to_records,
    to_schedule,
    to_table,
    to_xlsx,
    write_sig,
)

STEP_NOTE, SLOT_NOTE = "Bring this sheet along", "after supper"
TABLET = Product(id="t5", drug="testamine", form="tablet", strength="5 mg")
NOTED = plan_of(step("5 mg", "3 days", note=STEP_NOTE, slot_notes={"evening": SLOT_NOTE}), step("10 mg", "3 days"))


PAUSE_NOTE = "Ring the clinic before you go on"
PAUSED = plan_of(step("5 mg", "2 days", note=STEP_NOTE, slot_notes={"evening": SLOT_NOTE}),
                 {"kind": "gap", "for": "2 days", "note": PAUSE_NOTE}, step("10 mg", "2 days"))  # fmt: skip


def scheduled(plan=NOTED, products=(TABLET,)):
    return to_schedule(realize(plan, products), start=date(2027, 3, 1))


def test_a_plan_with_notes_reads_back_from_json():
    again = read_plan(NOTED.to_json())
    assert again == NOTED
    assert again.courses[0].steps[0].note == STEP_NOTE
    assert again.fingerprint != plan_of(step("5 mg", "3 days"), step("10 mg", "3 days")).fingerprint


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("profile", ["sequences", "separate"])
def test_fhir_carries_them_and_gives_them_back(version, profile):
    bundle = to_fhir(scheduled(), version=version, profile=profile)
    found = from_fhir(bundle)
    steps = found.plan.courses[0].steps
    assert [(each.note, {slot.name: text for slot, text in each.slot_notes.items()}) for each in steps] == [
        (STEP_NOTE, {"evening": SLOT_NOTE}), (None, {})]  # fmt: skip
    assert not [report for report in found.reports if STEP_NOTE in str(report) or SLOT_NOTE in str(report)]


def test_the_calendar_and_the_schedule_as_data_carry_them():
    schedule = scheduled()
    text = to_ical(schedule).replace("\r\n ", "")
    assert text.count(STEP_NOTE) == 1
    assert text.count(f"evening: {SLOT_NOTE}") == 1
    at = {"course": "testamine", "step": 1, "first": "2027-03-01"}
    assert schedule.to_dict()["notes"] == [
        {**at, "note": STEP_NOTE}, {**at, "slot": "evening", "note": SLOT_NOTE}]  # fmt: skip


@pytest.mark.parametrize("style", ["series", "per-dose", "banner"])
def test_the_calendar_tells_the_note_of_a_pause_on_its_days(style):
    text = to_ical(scheduled(PAUSED), style=style).replace("\r\n ", "")
    (event,) = [each for each in text.split("BEGIN:VEVENT") if PAUSE_NOTE in each]
    assert "DTSTART;VALUE=DATE:20270303" in event
    assert "DTEND;VALUE=DATE:20270305" in event
    assert PAUSE_NOTE not in to_ical(scheduled(NOTED), style=style).replace("\r\n ", "")


def test_the_workbook_lists_them_with_the_plan():
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(scheduled())))
    said = [row[1].value for row in book["Plan"].iter_rows() if row[0].value == "note"]
    assert said == [f"testamine, step 1: {STEP_NOTE}", f"testamine, step 1, evening: {SLOT_NOTE}"]


@pytest.mark.parametrize("write", [
    to_records, lambda schedule: list(csv.DictReader(io.StringIO(to_csv(schedule)))),
    lambda schedule: to_arrow(schedule).to_pylist(), lambda schedule: to_arrow(schedule, per="intake").to_pylist(),
], ids=["records", "CSV", "Arrow", "Arrow, an intake a row"])  # fmt: skip
def test_every_row_of_a_dose_has_them_and_so_has_a_pause(write):
    rows = write(scheduled(PAUSED))
    both = f"{STEP_NOTE}; {SLOT_NOTE}"
    assert [(row["slot"] or None, row["remark"] or None) for row in rows] == [
        ("evening", both)] * 2 + [(None, PAUSE_NOTE)] * 2 + [("evening", None)] * 2  # fmt: skip


def test_the_workbook_has_them_in_each_row():
    rows = list(openpyxl.load_workbook(io.BytesIO(to_xlsx(scheduled(PAUSED))))["Doses"].iter_rows(values_only=True))
    assert [row[-1] for row in rows if row[1] in {1, 3, 5}] == [f"{STEP_NOTE}; {SLOT_NOTE}", PAUSE_NOTE, None]


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("profile", ["sequences", "separate", "days"])
def test_the_note_of_a_pause_goes_with_the_next_dose_through_fhir(version, profile):
    found = from_fhir(to_fhir(scheduled(PAUSED), version=version, profile=profile), accept=("gap",))
    pauses = [each for each in found.plan.courses[0].steps if each.kind == "gap"]
    assert [(each.note, str(each.lasting)) for each in pauses] == [(PAUSE_NOTE, "2 days")]
    assert not [report for report in found.reports if PAUSE_NOTE in str(report)]


@pytest.mark.parametrize("write", [to_table, to_markdown, to_html, lambda s: write_sig(s, s.steps[0])])
def test_every_print_says_them(write):
    said = write(scheduled())
    assert STEP_NOTE in said
    assert SLOT_NOTE in said


def test_steps_that_differ_in_a_note_alone_are_two_rows():
    plan = plan_of(step("5 mg", "3 days"), step("5 mg", "3 days", note=STEP_NOTE))
    assert "4-6" in to_table(scheduled(plan))


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"slot_notes": {"noon": "x"}, "regimen": {"evening": "5 mg"}}, "nothing is taken noon"),
        ({"kind": "gap", "slot_notes": {"noon": "x"}}, "write the note of the step as note"),
        ({"note": "a\u202eb", "regimen": {"evening": "5 mg"}}, "which does not print; remove it"),
        ({"note": " ", "regimen": {"evening": "5 mg"}}, "write something in it"),
    ],
    ids=["no-dose-then", "gap", "hidden-letter", "blank"],
)
def test_a_note_that_cannot_be_kept_is_refused(held, said):
    with pytest.raises((InvalidInput, ValidationError), match=said):
        plan_with(course(step("5 mg", "1 day"), {"for": "3 days", **held}, step("5 mg", "1 day")))


@pytest.mark.parametrize("drug", ["prednisolone", "duloxetine", "propranolol", "baclofen", "gabapentin"])
@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_product_that_its_name_tells_apart_goes_through_fhir(drug, version):
    for product in Formulary.shipped().products(drug):
        if (product.subform or product.brand) and product.strength:
            dose = str(product.strength)
            plan = plan_of(step(dose, "3 days"), drug=drug, products=[product.id])
            found = from_fhir(to_fhir(scheduled(plan, [product]), version=version))
            assert str(found.plan.courses[0].steps[0].regimen) == f"{dose} evening"


def test_a_subform_goes_with_its_form_and_a_manner_with_its_source():
    with pytest.raises(InvalidInput, match="a soluble capsule of immediate release is not one planned here"):
        Product.read({"id": "x", "drug": "x", "form": "capsule", "strength": "5 mg", "subform": "soluble"})
    with pytest.raises(InvalidInput, match="needs the source that says so"):
        Product.read({"id": "x", "drug": "x", "form": "capsule", "strength": "5 mg", "taken": ["whole"]})
