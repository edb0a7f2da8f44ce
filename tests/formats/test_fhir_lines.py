"""NDJSON, one resource a line, as a bulk export writes it: read as a Bundle is, and a bad line is named."""

import json

import pytest

from formats.fhir_orders import SLOTS, bundle, dosage, order, refusals, reports
from taper import CannotImport, InvalidInput, NotFound, NotJson, WrongResource, from_fhir, load_fhir
from taper._base.limits import MOST_COURSES

MINE = order(id="mine")
THEIRS = order(
    dosage(20), id="theirs", subject={"reference": "Patient/2"}, medicationCodeableConcept={"text": "Diazepam 5 mg"}
)
NEED = order(dosage(asNeededBoolean=True), id="need", medicationCodeableConcept={"text": "ibuprofen"})
DONE = order(dosage(20), id="done", status="completed")
CREAM = order(dosage(route={"text": "topical"}), id="cream", medicationCodeableConcept={"text": "cream"})
PATIENT = {"resourceType": "Patient", "id": "1"}
DRUG = {"resourceType": "Medication", "id": "m", "code": {"text": "prednisone"}}
OF_DRUG = order(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})


def lines(*resources):
    return "".join(f"{json.dumps(item)}\n" for item in resources)


def drugs_of(text, **given):
    return [course.drug for course in from_fhir(text, slots=SLOTS, **given).plan.courses]


def test_what_is_as_needed_completed_or_topical_is_left_out_and_listed_by_its_line():
    told = lines(MINE, NEED, DONE, CREAM)
    assert drugs_of(told) == ["prednisone"]
    left = [line.split(":")[0] for line in reports(told) if "left out: " in line]
    assert sorted(left) == ["line 2", "line 3", "line 4"]


def test_lines_are_read_as_the_bundle_of_them_is():
    of_lines, of_bundle = (from_fhir(item, slots=SLOTS) for item in (lines(MINE, NEED, DONE), bundle(MINE, NEED, DONE)))
    assert of_lines.plan == of_bundle.plan
    assert [report.kind for report in of_lines.reports] == [
        report.kind for report in of_bundle.reports if report.message != "not read: type"
    ]


def test_orders_are_picked_by_patient_drug_and_id():
    told = lines(MINE, THEIRS)
    assert any("for 2 subjects (Patient/1, Patient/2)" in line for line in refusals(told))
    assert drugs_of(told, patient="1") == drugs_of(told, select=["mine"]) == ["prednisone"]
    assert drugs_of(told, drug="diazepam") == ["diazepam"]
    with pytest.raises(NotFound, match="these are: Patient/1, Patient/2"):
        from_fhir(told, patient="3")


@pytest.mark.parametrize(
    "told",
    [lines(MINE, NEED).replace("\n", "\r\n"), "\ufeff" + lines(MINE, NEED),
     "\n \t\n" + lines(MINE) + "\n\n" + lines(NEED), lines(MINE, NEED).rstrip("\n"),
     lines(MINE) + "\ufeff" + lines(NEED)],
    ids=["CRLF", "byte order mark", "blank lines", "no last end of line", "two files, each with a mark"],
)  # fmt: skip
def test_ends_of_lines_marks_and_blank_lines_make_no_difference(told, tmp_path):
    path = tmp_path / "MedicationRequest.ndjson"
    path.write_bytes(told.encode())
    assert drugs_of(told) == ["prednisone"]
    assert load_fhir(path, slots=SLOTS).plan == from_fhir(lines(MINE), slots=SLOTS).plan


def test_a_separator_of_lines_inside_a_text_ends_no_line():
    told = order(id="b", status="completed", note=[{"text": "a\u2028b\x0cc"}])
    assert drugs_of(json.dumps(MINE) + "\n" + json.dumps(told, ensure_ascii=False)) == ["prednisone"]


@pytest.mark.parametrize(
    ("bad", "error", "said"),
    [('{"resourceType": "Med', NotJson, "line 3: not JSON at column 18"),
     ('{"resourceType": "Patient", "id": "a", "id": "b"}', NotJson, 'line 3: the key "id" is written twice; keep one'),
     (r'{"resourceType": "Patient", "id": "\ud800"}', NotJson, "line 3.id: holds U+D800"),
     ('{"a":' * 41 + "1" + "}" * 41, NotJson, "line 3: nested more than 40 deep"),
     ("[1, 2]", WrongResource, "line 3: a list is no resource; write one FHIR resource on each line"),
     ("17", WrongResource, "line 3: 17 is no resource; write one FHIR resource on each line"),
     ("{}", WrongResource, "line 3: there is no resourceType; write one FHIR resource on each line"),
     ('{"resourceType": 1}', WrongResource, "line 3: there is no resourceType"),
     (json.dumps(bundle(MINE)), WrongResource, "line 3: a Bundle is not read among other lines; give it alone"),
     ('{"resourceType": "MedicationOrder"}', WrongResource, "line 3: a MedicationOrder is FHIR DSTU2; convert it")],
    ids=["cut off", "a key twice", "half a character", "deep", "a list", "a number", "no type", "a wrong type",
         "a Bundle", "an older version"],
)  # fmt: skip
def test_a_bad_line_is_named_with_what_to_do(bad, error, said, tmp_path):
    told = f"{lines(MINE)}\n{bad}\n{lines(NEED, DONE)}"
    path = tmp_path / "MedicationRequest.ndjson"
    path.write_text(told, encoding="utf-8")
    with pytest.raises(error) as caught:
        from_fhir(told)
    assert said in str(caught.value)
    with pytest.raises(error) as caught:
        load_fhir(path)
    assert said.partition(": ")[2] in str(caught.value)


def test_a_mistake_in_one_resource_over_several_lines_is_named_by_its_place():
    with pytest.raises(NotJson, match="not JSON at line 2, column 9: expecting value"):
        from_fhir('{\n  "id": }\n')
    with pytest.raises(NotJson, match="not JSON at line 2, column 1: extra data"):
        from_fhir(lines(MINE) + "more\n")


def test_a_bad_line_of_a_file_is_named_with_its_file(tmp_path):
    path = tmp_path / "export.ndjson"
    path.write_text(lines(MINE, [1]), encoding="utf-8")
    with pytest.raises(WrongResource, match=r"export\.ndjson, line 2: a list is no resource"):
        load_fhir(path)
    with pytest.raises(WrongResource) as caught:
        from_fhir(path.read_text("utf-8"))
    assert caught.value.where == "line 2"


def test_a_huge_line_is_refused_by_the_size_of_the_whole(tmp_path):
    path = tmp_path / "huge.ndjson"
    path.write_text(lines(MINE) + json.dumps(order(note=[{"text": "x" * 50_000_000}])), encoding="utf-8")
    with pytest.raises(InvalidInput, match="is larger than 50 MB, which no plan is"):
        load_fhir(path)
    with pytest.raises(InvalidInput, match="is larger than 50 MB, which no order is; give one patient's requests"):
        from_fhir(path.read_text("utf-8"))


def test_lines_of_other_resources_are_counted_and_not_read():
    told = reports(lines(PATIENT, MINE, {"resourceType": "Observation"}, PATIENT, PATIENT))
    assert "line 1: not-read: not read: Patient, and 2 more like it" in told
    assert "line 3: not-read: not read: Observation" in told


def test_lines_without_an_order_are_refused():
    with pytest.raises(WrongResource, match="it holds no MedicationRequest; give a Bundle, or NDJSON, that does"):
        from_fhir(lines(PATIENT, PATIENT))


def test_a_medication_on_another_line_is_found_and_looked_into():
    assert drugs_of(lines(OF_DRUG, DRUG)) == ["prednisone"]
    assert any("line 2.foo: element: " in line for line in refusals(lines(OF_DRUG, DRUG | {"foo": 1})))


def test_a_medication_that_no_order_refers_to_spoils_nothing():
    told = reports(lines(OF_DRUG, DRUG, DRUG | {"id": "other", "foo": 1}))
    assert "line 3: not-read: not read: Medication" in told


@pytest.mark.parametrize("held", [lines, bundle])
def test_a_medication_that_stands_twice_with_different_contents_refuses(held):
    other = DRUG | {"code": {"text": "diazepam"}}
    assert refusals(held(OF_DRUG, DRUG, DRUG)) == []
    (line,) = refusals(held(OF_DRUG, DRUG, other))
    assert "Medication/m stands in " in line
    assert "with another content; give the one that is meant" in line


def test_orders_of_more_people_than_a_plan_has_courses_are_refused_at_once_and_ten_are_named():
    told = lines(*(order(id=f"{n}", subject={"reference": f"Patient/{n:03}"}) for n in range(60)))
    with pytest.raises(CannotImport) as caught:
        from_fhir(told)
    assert str(caught.value).startswith("patient: the requests are for 60 subjects (Patient/000, Patient/001, ")
    assert str(caught.value).endswith("Patient/009 and 50 more); name one as patient")
    assert drugs_of(told, patient="Patient/007") == ["prednisone"]
    of_as_many = "".join(told.splitlines(keepends=True)[:MOST_COURSES])
    assert refusals(of_as_many)[0].startswith(f"status: the requests are for {MOST_COURSES} subjects")
