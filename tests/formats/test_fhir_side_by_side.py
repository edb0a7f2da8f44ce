"""Orders beside each other and what stands twice: replaced orders, ids, subjects, and lines that hold orders."""

import json

import pytest

from formats.fhir_orders import SLOTS, bundle, dosage, order, order_r5, refusals, reports
from taper import InvalidInput, NotFound, from_fhir

OLD = order(id="a", identifier=[{"system": "urn:x", "value": "7"}])
MEANT = {
    "by type and id": {"reference": "MedicationRequest/a"},
    "by its address": {"reference": "https://example.org/fhir/MedicationRequest/a"},
    "by a version": {"reference": "MedicationRequest/a/_history/1"},
    "by the address of a version": {"reference": "https://example.org/fhir/MedicationRequest/a/_history/1"},
    "by its number": {"identifier": {"system": "urn:x", "value": "7"}},
}


def both(*resources):
    """Resources as a Bundle, and as NDJSON."""
    return bundle(*resources), "\n".join(json.dumps(item, default=str) for item in resources)


@pytest.mark.parametrize("how", MEANT)
def test_an_order_that_is_replaced_is_found_by_each_way_to_name_it(how):
    for replaced in ({"priorPrescription": MEANT[how]}, {"basedOn": [MEANT[how]]}):
        for told in both(OLD, order(dosage(20), id="b", **replaced)):
            (said,) = refusals(told)
            assert "which is given too; give the one in force" in said


def test_an_order_that_replaces_another_than_is_given_is_read():
    for other in ({"reference": "MedicationRequest/c"}, {"identifier": {"system": "urn:y", "value": "7"}},
                  {"display": "the one before"}):  # fmt: skip
        assert refusals(bundle(OLD, order(dosage(20), id="b", priorPrescription=other))) == []


@pytest.mark.parametrize("how", MEANT)
def test_an_order_that_names_itself_replaces_no_other(how):
    itself = OLD | {"basedOn": [MEANT[how]]}
    for told in (itself, *both(itself, order(dosage(20), id="b", medicationCodeableConcept={"text": "ibuprofen"}))):
        assert refusals(told) == []


def medication(name, **more):
    return {"resourceType": "Medication", "id": "m",
            "ingredient": [{"itemCodeableConcept": {"text": name}}]} | more  # fmt: skip


def holding(*contained, **more):
    told = {"medicationCodeableConcept": None, "medicationReference": {"reference": "#m"}}
    return order(contained=list(contained), **told, **more)


def substance(name):
    return {"resourceType": "Substance", "id": "s", "code": {"text": name}}


def test_two_contained_resources_of_one_id_refuse_where_they_differ():
    made_of = [{"itemReference": {"reference": "#s"}}]
    for told in (
        holding(medication("prednisone"), medication("codeine")),
        holding(medication("prednisone", ingredient=made_of), substance("prednisone"), substance("codeine")),
    ):
        (said,) = refusals(told)
        assert "is contained twice, with another content; give the one that is meant" in said
    assert refusals(holding(medication("prednisone"), medication("prednisone"))) == []


def test_two_substances_of_one_address_refuse_where_they_differ():
    made_of = {"ingredient": [{"itemReference": {"reference": "Substance/s"}}]}
    told = order(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    for held in both(told, medication("", **made_of), substance("prednisone"), substance("codeine")):
        assert any("Substance/s stands in" in line for line in refusals(held))
    for held in both(told, medication("", **made_of), substance("prednisone")):
        assert from_fhir(held, slots=SLOTS).plan.courses[0].drug == "prednisone"


NEEDED = [
    {"valueString": "as needed"}, {"valueString": "PRN"}, {"valueMarkdown": "zo nodig"},
    {"valueCodeableConcept": {"text": "as needed"}}, {"valueCoding": {"display": "as needed"}},
    {"extension": [{"url": "http://y", "valueString": "bei Bedarf"}]},
]  # fmt: skip


@pytest.mark.parametrize("held", NEEDED)
def test_words_of_need_in_an_extension_of_a_dosage_refuse_as_elsewhere(held):
    extension = {"extension": [{"url": "http://x", **held}]}
    for told in (
        dosage(**extension),
        dosage(timing=dosage()["timing"] | extension),
        dosage(text="40 mg", _text=extension),
    ):
        assert any(": as-needed: " in line for line in refusals(order(told)))


def test_words_of_need_in_a_reference_to_a_concept_refuse():
    extension = [{"url": "http://x", "valueCodeableReference": {"concept": {"text": "as needed"}}}]
    assert any(": as-needed: " in line for line in refusals(order_r5(dosage(extension=extension))))


def test_no_order_is_chosen_by_the_id_or_the_subject_that_it_does_not_have():
    nobody = order(subject={"type": "Patient"})
    with pytest.raises(NotFound, match="no request has the id 'None'; these are here: none"):
        from_fhir(bundle(order(), order(dosage(20))), select=["None"])
    for told, listed in ((bundle(OLD, nobody), "Patient/1"), (nobody, "none")):
        for patient in ("", " "):
            with pytest.raises(InvalidInput, match=f"is no patient; these are here: {listed}. Name one"):
                from_fhir(told, patient=patient)
    with pytest.raises(NotFound, match="no request is for 'x'; these are: none"):
        from_fhir(nobody, patient="x")


def test_one_kind_that_may_disagree_needs_no_list():
    told = order(dosage(text="20 mg every morning"))
    assert refusals(told, accept="text") == refusals(told, accept=["text"]) == []
    with pytest.raises(InvalidInput, match="'dose' cannot be accepted; name any of text, gap"):
        from_fhir(told, accept="dose")


def test_what_is_not_read_and_holds_orders_is_named_so():
    held = {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": order(dosage(20))}]}
    beside, empty = {"resourceType": "Patient", "id": "1"}, {"resourceType": "Parameters"}
    told, lines = both(OLD, held, beside, empty)
    assert any("not read: Parameters, which holds orders" in line for line in reports(lines))
    assert any(line.endswith("not read: Parameters") for line in reports(lines))
    assert any("entry[1].resource (Parameters, which holds orders)" in line for line in reports(told))
    assert any("entry[2].resource (Patient)" in line for line in reports(told))


def test_rules_of_its_own_refuse_in_any_contained_resource():
    told = order(contained=[{"resourceType": "Organization", "id": "o", "implicitRules": "http://x"}])
    (said,) = refusals(told)
    assert said.startswith("MedicationRequest.contained[0].implicitRules: status: ")
