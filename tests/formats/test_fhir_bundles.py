"""Bundles and neighbors: what is picked, what is left out and listed, and what else holds dosages."""

import pytest

from formats.fhir_orders import SLOTS, bundle, dosage, order, period, refusals, reports, steps_of
from taper import InvalidInput, NotFound, WrongResource, from_fhir, load_fhir

NEED = order(dosage(asNeededBoolean=True), id="need", medicationCodeableConcept={"text": "ibuprofen"})
DONE = order(dosage(20), id="done", status="completed")
CREAM = order(dosage(route={"text": "topical"}), id="cream", medicationCodeableConcept={"text": "miconazole"})
MINE = order(id="mine")
THEIRS = order(
    dosage(20), id="theirs", subject={"reference": "Patient/2"}, medicationCodeableConcept={"text": "Diazepam 5 mg"}
)


def drugs_of(resource, **given):
    return [course.drug for course in from_fhir(resource, slots=SLOTS, **given).plan.courses]


def test_what_is_as_needed_completed_or_topical_is_left_out_and_listed():
    told = bundle(MINE, NEED, DONE, CREAM)
    assert drugs_of(told) == ["prednisone"]
    left = [line for line in reports(told) if "left out: " in line]
    assert [line.split(":")[0] for line in left] == ["entry[2]", "entry[1]", "entry[3]"]
    assert any("its status is 'completed'" in line for line in left)
    assert any("taken as needed" in line for line in left)
    assert any("'topical' is not taken by mouth" in line for line in left)


@pytest.mark.parametrize("alone", [NEED, DONE, CREAM], ids=["as needed", "completed", "topical"])
def test_where_nothing_else_is_ordered_they_refuse(alone):
    assert refusals(alone) != []
    assert refusals(bundle(alone)) != []
    assert refusals(bundle(alone, alone | {"id": "other"})) != []


def test_what_is_uncertain_in_another_way_refuses_the_whole():
    assert (
        refusals(bundle(MINE, order(dosage(text="for 5 days"), id="b", medicationCodeableConcept={"text": "x"}))) != []
    )


def test_an_order_that_a_completed_one_came_before_is_read():
    told = bundle(DONE, order(id="new", priorPrescription={"reference": "MedicationRequest/done"}))
    assert steps_of(told)[1] == [({"morning": "40 mg"}, "on")]


def test_two_patients_refuse_where_none_is_chosen_and_each_can_be():
    told = bundle(MINE, THEIRS)
    assert any("for 2 subjects (Patient/1, Patient/2)" in line for line in refusals(told))
    assert drugs_of(told, patient="Patient/1") == drugs_of(told, patient="1") == ["prednisone"]
    assert drugs_of(told, select="theirs") == drugs_of(told, select=["theirs"]) == ["Diazepam 5 mg"]
    assert drugs_of(told, drug="diazepam") == ["diazepam"]
    assert drugs_of(told, select=["MedicationRequest/mine"]) == ["prednisone"]


def test_one_drug_is_called_as_the_caller_says():
    assert drugs_of(order(), drug="prednisone 5 mg") == ["prednisone 5 mg"]
    assert drugs_of(order(), drugs={"prednisone": "other"}, drug="prednisone 5 mg") == ["other"]


@pytest.mark.parametrize(
    ("given", "said"),
    [({"patient": "3"}, "no request is for '3'; these are: Patient/1, Patient/2"),
     ({"select": ["x"]}, "no request has the id 'x'; these are here: mine, theirs"),
     ({"drug": "x"}, "no request is of 'x'; these are: Diazepam 5 mg, prednisone")],
)  # fmt: skip
def test_what_is_not_there_is_not_found_and_what_is_there_is_named(given, said):
    with pytest.raises(NotFound, match="no request") as caught:
        from_fhir(bundle(MINE, THEIRS), **given)
    assert said in str(caught.value)


def statement(**more):
    return {"resourceType": "MedicationStatement", "id": "s", "status": "active", "subject": {"reference": "Patient/1"},
            "medicationCodeableConcept": {"text": "prednisone"}, "dosage": [dosage()]} | more  # fmt: skip


def test_a_statement_with_its_period_is_read():
    told = statement(effectivePeriod=period("2027-04-05", "2027-04-11"))
    assert steps_of(told) == ("2027-04-05", [({"morning": "40 mg"}, "7 days")], "review")
    dated = statement(effectiveDateTime="2027-04-05")
    assert steps_of(dated)[0] is None
    assert any("a single date of use is not read" in line for line in reports(dated))


def test_a_timing_of_use_refuses():
    told = {"resourceType": "MedicationStatement", "status": "recorded", "subject": {"reference": "Patient/1"},
            "medication": {"concept": {"text": "prednisone"}}, "dosage": [dosage()],
            "effectiveTiming": {"repeat": {"boundsPeriod": period("2027-04-05", "2027-04-11")}}}  # fmt: skip
    assert any("a timing of use is not read; write effectivePeriod" in line for line in refusals(told))


def test_an_r5_statement_that_is_not_adhered_to_refuses():
    taken = {"resourceType": "MedicationStatement", "status": "recorded", "subject": {"reference": "Patient/1"},
             "medication": {"concept": {"text": "prednisone"}}, "dosage": [dosage()]}  # fmt: skip
    assert refusals(taken) == []
    assert any("not taken as stated" in line
               for line in refusals(taken | {"adherence": {"code": {"coding": [{"code": "not-taking"}]}}}))  # fmt: skip


def test_a_dispense_is_read():
    told = {"resourceType": "MedicationDispense", "status": "completed",
            "medicationCodeableConcept": {"text": "prednisone"},
            "subject": {"reference": "Patient/1"}, "dosageInstruction": [dosage()]}  # fmt: skip
    assert steps_of(told)[1] == [({"morning": "40 mg"}, "on")]


def test_statements_beside_requests_are_listed_and_not_read():
    told = bundle(MINE, statement(dosage=[dosage(20)]))
    assert steps_of(told)[1] == [({"morning": "40 mg"}, "on")]
    assert any("a MedicationStatement is not read beside a MedicationRequest" in line for line in reports(told))


def test_other_resources_of_a_bundle_are_named():
    told = bundle(MINE, {"resourceType": "Practitioner", "id": "p"})
    assert any("not read: entry[1].resource (Practitioner)" in line for line in reports(told))


def test_a_bare_dosage_is_read_where_the_caller_names_the_drug():
    assert drugs_of(dosage(), drug="prednisone") == ["prednisone"]
    assert drugs_of(dosage(asNeeded=False), drug="prednisone") == ["prednisone"]
    assert refusals(dosage()) != []
    assert any(": element: " in line for line in refusals(dosage(foo=1), drug="prednisone"))


def test_one_page_of_several_refuses_unless_requests_are_selected():
    page = bundle(MINE) | {
        "type": "searchset",
        "link": [{"relation": "self", "url": "x"}, {"relation": "next", "url": "y"}],
    }
    assert any("it is one page of several" in line for line in refusals(page))
    assert refusals(page, select=["mine"]) == []
    assert refusals(page | {"link": page["link"][:1]}) == []


@pytest.mark.parametrize("held", [order(dosage(20), id="x"), statement(id="x")], ids=["a request", "a statement"])
def test_an_order_that_stands_in_another_is_named_as_not_read(held):
    told = order(contained=[held])
    assert steps_of(told)[1] == [({"morning": "40 mg"}, "on")]
    assert any(f"contained[0] ({held['resourceType']})" in line for line in reports(told))
    assert not any(held["resourceType"] in line for line in reports(bundle(MINE)))


@pytest.mark.parametrize("intent", ["directive", "Order"])
def test_an_intent_that_fhir_does_not_have_refuses(intent):
    assert any(f"{intent!r} is no intent of FHIR" in line for line in refusals(order(intent=intent)))


def test_what_a_bundle_deletes_refuses():
    told = {"resourceType": "Bundle", "type": "transaction",
            "entry": [{"resource": MINE, "request": {"method": "DELETE", "url": "x"}}]}  # fmt: skip
    assert any("it deletes a resource" in line for line in refusals(told))


def test_a_medication_that_was_entered_in_error_refuses():
    drug = {"resourceType": "Medication", "id": "m", "status": "entered-in-error", "code": {"text": "x"}}
    told = order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug])
    assert any("its medication was entered in error" in line for line in refusals(told))


def test_more_courses_than_a_plan_has_refuse_before_they_are_read():
    told = bundle(*(order(id=f"x{n}", medicationCodeableConcept={"text": f"drug{n}"}) for n in range(60)))
    (line,) = refusals(told)
    assert "it orders 60 courses; a plan has 50 at most, select some" in line
    assert len(drugs_of(told, select=["x1", "x2"])) == 2


def test_a_resource_that_is_too_large_is_refused_by_its_size(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(InvalidInput, match="is larger than 50 MB"):
        load_fhir(path)
    with pytest.raises(InvalidInput, match="is larger than 50 MB"):
        from_fhir(" " * 50_000_001)


def test_a_contained_resource_of_another_kind_is_no_order():
    with pytest.raises(WrongResource):
        from_fhir({"resourceType": "Medication", "code": {"text": "x"}})
