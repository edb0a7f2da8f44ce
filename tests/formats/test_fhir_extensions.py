"""Extensions that hold an amount or a time: refused in all that is read for doses, reported in what is not read."""

import pytest

from formats.fhir_orders import dosage, order, order_r5, quantity, refusals, reports

URL = {"url": "http://x"}
AMOUNT = {"extension": [{**URL, "valueQuantity": quantity(5)}]}
ACUTE = {"coding": [{"code": "acute"}]}
TIMING = {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}


def extended(**held):
    return {"extension": [{**URL, **held}]}


def strength(**more):
    one = {"numerator": quantity(5), "denominator": quantity(1, "{tablet}") | more}
    drug = {"resourceType": "Medication", "id": "m",
            "ingredient": [{"itemCodeableConcept": {"text": "prednisone"}, "strength": one}]}  # fmt: skip
    return order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug])


REFUSED = {
    "name of the drug": order(medicationCodeableConcept={"text": "prednisone"} | AMOUNT),
    "coding of the drug": order(medicationCodeableConcept={"text": "prednisone", "coding": [{"code": "x"} | AMOUNT]}),
    "strength": strength(**AMOUNT),
    "course": order(courseOfTherapyType=ACUTE | extended(valueDate="2027-01-01")),
    "note": order(note=[{"text": "prednisone"} | extended(valueTiming=TIMING)]),
    "note with a dosage": order(note=[{"text": "prednisone"} | extended(valueDosage={"text": "5 mg"})]),
    "beside a note": order(note=[{"text": "prednisone", "_text": AMOUNT}]),
    "context": order(dosage(**extended(valueUsageContext={"code": {"code": "x"}, "valueQuantity": quantity(5)}))),
    "trigger": order(dosage(**extended(valueTriggerDefinition={"type": "periodic", "timingTiming": TIMING}))),
    "filter": order(dosage(**extended(valueDataRequirement={
        "type": "Patient", "dateFilter": [{"path": "x", "valueDateTime": "2027-01-01"}]}))),
    "limit": order(dosage(maxDosePerAdministration=quantity(80) | AMOUNT)),
    "availability": order_r5(dosage(**extended(valueAvailability={"availableTime": [{"allDay": True}]}))),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_amount_or_a_time_in_an_extension_of_what_is_read_refuses(name):
    assert any(": extension: the extension 'http://x' holds " in line for line in refusals(REFUSED[name]))


READ = {
    "subject": order(subject={"reference": "Patient/1"} | AMOUNT),
    "requester": order(requester={"reference": "Practitioner/1"} | extended(valuePeriod={"start": "2027-01-01"})),
    "supply": order(dispenseRequest={"quantity": quantity(40) | AMOUNT} | AMOUNT),
    "word": order(note=[{"text": "prednisone"} | extended(valueCode="x")]),
}


@pytest.mark.parametrize("name", READ)
def test_elsewhere_it_is_reported(name):
    assert any("the extension 'http://x' is not read" in line for line in reports(READ[name]))


@pytest.mark.parametrize(
    ("beside", "said"),
    [({"_when": {"extension": [URL | {"valueCode": "x"}]}}, "is no list; write a list"),
     ({"_when": {"id": "x"}}, "is no list; write a list"),
     ({"_when": []}, "it is empty; leave it out"), ({"_when": [{}]}, "only an id and extensions may stand"),
     ({"_frequency": {}}, "it is empty; leave it out"), ({"_frequency": []}, "it is empty; leave it out"),
     ({"_frequency": [{"id": "x"}]}, "is a list; write one value")],
)  # fmt: skip
def test_what_stands_beside_a_value_stands_as_the_value_does(beside, said):
    assert any(said in line for line in refusals(order(dosage(repeat=beside))))


def test_an_empty_object_beside_a_text_refuses():
    assert refusals(order(dosage(text="40 mg", _text={}))) != []


PERIOD_OF_USE = {
    "url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.effectiveDosePeriod",
    "valuePeriod": {"start": "2027-04-05"},
}


@pytest.mark.parametrize(
    "told",
    [order(dosage(extension=[PERIOD_OF_USE])), order(dosage(timing=TIMING | {"extension": [PERIOD_OF_USE]})),
     order(extension=[{"url": "http://x", "extension": [PERIOD_OF_USE]}])],
    ids=["of a dosage", "of a timing", "within another"],
)  # fmt: skip
def test_the_period_of_use_of_anything_but_an_order_refuses(told):
    assert any("holds a period and is not known" in line for line in refusals(told))
    assert any("holds a period" in line for line in refusals(dosage(extension=[PERIOD_OF_USE]), drug="prednisone"))


@pytest.mark.parametrize("held", [{"extension": [{"url": "start", "valueCode": "x"}]}, {"valueString": "from 5 April"}])
def test_an_extension_of_the_period_of_use_that_says_no_period_refuses(held):
    told = order(extension=[{"url": PERIOD_OF_USE["url"], **held}])
    assert any("it is to say a period and has none; write valuePeriod" in line for line in refusals(told))


def test_an_extension_with_two_values_refuses():
    two = URL | {"valueString": "a", "valueInteger": 1}
    said = refusals(order(requester={"reference": "Practitioner/1", "extension": [two]}))
    assert [line.split(": ", 1)[1] for line in said] == ["element: valueString says the same; write one of them"]
