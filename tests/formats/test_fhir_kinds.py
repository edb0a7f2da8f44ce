"""Requests of kinds that go wrong in practice: wrong types, contradictions, tapers in words, loops, two patients."""

import pytest

from formats.fhir_orders import ORAL, between, bundle, dosage, lasting, order, order_r5, quantity, refusals, steps_of
from taper import CannotImport, from_fhir

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
UNKNOWN = "http://example.org/fhir/unknown"
GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
MODIFIED = [{"url": UNKNOWN, "valueBoolean": True}]
TWO = bundle(order(), order(subject={"reference": "Patient/2"}, medicationCodeableConcept={"text": "baclofen"}))


def rep(**more):
    return dosage(repeat=more)


def coded(code, **repeat):
    return dosage(timing={"code": {"coding": [{"system": GTS, "code": code}]}} | ({"repeat": repeat} if repeat else {}))


def made_of(*medications):
    held = [{"resourceType": "Medication", "id": name, "ingredient": [{"itemReference": {"reference": f"#{of}"}}]}
            for name, of in medications]  # fmt: skip
    return order(contained=held, medicationCodeableConcept=None, medicationReference={"reference": "#a"})


ONCE = {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"]}
REFUSED = {
    "frequency as text": order(rep(frequency="1")),
    "period as bool": order(rep(period=True)),
    "timing a list": order(dosage(timing=[{"repeat": {}}])),
    "doseAndRate an object": order(dosage(doseAndRate={"doseQuantity": quantity(5)})),
    "when a string": order(rep(when="MORN")),
    "dosageInstruction an object": order() | {"dosageInstruction": dosage()},
    "sequence as text": order(dosage(sequence="1")),
    "value negative": order(dosage(-5)),
    "value text": order(dosage("40")),
    "two routes (list)": order(dosage(route=[ORAL])),
    "implicitRules in contained": order(
        contained=[{"resourceType": "Medication", "id": "m", "implicitRules": UNKNOWN}]
    ),
    "modifierExtension on dosage.timing.repeat": order(dosage(timing={"modifierExtension": MODIFIED, "repeat": ONCE})),
    "empty modifierExtension": order(modifierExtension=[]),
    "extension with period": order(extension=[{"url": UNKNOWN, "valuePeriod": {"start": "2027-01-01"}}]),
    "extension nested with dose": order(
        dosage(extension=[{"url": UNKNOWN, "extension": [{"url": "d", "valueQuantity": quantity(5)}]}])
    ),
    "effectiveDosePeriod partial": order_r5(effectiveDosePeriod={"start": "2027-03"}),
    "period and bounds contradict": order_r5(
        dosage(repeat=between("2027-03-05", "2027-03-20")),
        effectiveDosePeriod={"start": "2027-03-01", "end": "2027-03-10"},
    ),
    "period ends before start": order(dosage(repeat=between("2027-03-05", "2027-03-01"))),
    "boundsPeriod with only end": order(dosage(repeat=between(None, "2027-03-10"))),
    "boundsDuration 0": order(dosage(repeat=lasting(0))),
    "boundsDuration 1.5 days": order(dosage(repeat=lasting("1.5"))),
    "boundsDuration 36 h": order(dosage(repeat=lasting(36, "h"))),
    "both bounds": order(dosage(repeat=lasting(5) | between("2027-03-01", "2027-03-05"))),
    "boundsRange": order(rep(boundsRange={"low": quantity(5, "d"), "high": quantity(7, "d")})),
    "count 10": order(rep(count=10)),
    "dayOfWeek list twice": order(rep(dayOfWeek=["mon", "mon"])),
    "dayOfWeek Monday": order(rep(dayOfWeek=["Monday"])),
    "frequency 3 per wk on 2 days": order(rep(dayOfWeek=["mon", "thu"], frequency=3, period=1, periodUnit="wk")),
    "taper in patientInstruction": order(dosage(patientInstruction="Take 40 mg for 3 days, then 20 mg for 3 days")),
    "taper in note": order(note=[{"text": "Reduce by 5 mg every 3 days"}]),
    "taper in R5 rendered": order_r5(renderedDosageInstruction="40 mg daily for a week, then 20 mg"),
    "condition in additionalInstruction": order(dosage(additionalInstruction=[{"text": "only if pain is severe"}])),
    "asNeeded codeable R5": order_r5(dosage(asNeededFor=[{"text": "pain"}])),
    "status stopped": order(status="stopped"),
    "intent plan? option": order(intent="option"),
    "doNotPerform true": order(doNotPerform=True),
    "contained loop": made_of("ab", "ba"),
    "self reference": made_of("aa"),
    "patient and contained patients": bundle(order(), order(subject={"reference": "urn:uuid:1"})),
    "dose range": order(dosage(doseAndRate=[{"doseRange": {"low": quantity(5), "high": quantity(10)}}])),
    "two doseAndRate": order(dosage(doseAndRate=[{"doseQuantity": quantity(5)}, {"doseQuantity": quantity(10)}])),
    "comparator": order(dosage(doseAndRate=[{"doseQuantity": quantity(5) | {"comparator": "<"}}])),
    "IU": order(dosage(doseAndRate=[{"doseQuantity": quantity(5, "[iU]")}])),
    "event dates": order(dosage(timing={"event": ["2027-03-01", "2027-03-03"]})),
    "timing code BID with repeat qd": order(coded("BID", **ONCE)),
    "id twice in bundle": bundle(order(id="1"), order(id="1")),
    "end 00:00": order(dosage(repeat=between("2027-03-01", "2027-03-10T00:00:00Z"))),
    "null key": order(dosage(text=None)) | {"note": None},
    "a value that is said to be absent": order(
        dosage(timing={"repeat": ONCE | {"_frequency": {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}}})
    ),
    "a code of two drugs": order(
        medicationCodeableConcept={"coding": [{"display": "prednisone"}, {"display": "methotrexate"}]}
    ),
    "a statement of what is not taken": order(
        status="not-taken", resourceType="MedicationStatement", dosage=[dosage()], dosageInstruction=None, intent=None
    ),
    "two patients": TWO,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_of_a_kind_that_leaves_a_dose_or_a_day_open_refuses(name):
    assert refusals(REFUSED[name]) != []


def test_names_of_one_drug_in_two_languages_are_no_two_drugs():
    assert (
        refusals(
            order(medicationCodeableConcept={"coding": [{"display": "paracetamol"}, {"display": "acetaminophen"}]})
        )
        == []
    )


DAILY, WEEKLY = {"morning": "40 mg"}, ("mon", "thu")
READ = {
    "extension plain code": (
        order(extension=[{"url": UNKNOWN, "valueCode": "abc"}]),
        (None, [(DAILY, "on")], "continue"),
    ),
    "effectiveDosePeriod R5": (
        order_r5(effectiveDosePeriod={"start": "2027-03-01", "end": "2027-03-10"}),
        ("2027-03-01", [(DAILY, "10 days")], "review"),
    ),
    "boundsDuration 48 h": (order(dosage(repeat=lasting(48, "h"))), (None, [(DAILY, "2 days")], "review")),
    "asNeededBoolean false": (order(dosage(asNeededBoolean=False)), (None, [(DAILY, "on")], "continue")),
    "start with time zone": (
        order(dosage(repeat=between("2027-03-01T23:30:00-05:00", "2027-03-10T23:59:59-05:00"))),
        ("2027-03-01", [(DAILY, "10 days")], "review"),
    ),
    "priorPrescription": (
        order(priorPrescription={"reference": "MedicationRequest/9"}),
        (None, [(DAILY, "on")], "continue"),
    ),
}


@pytest.mark.parametrize("name", READ)
def test_a_request_of_a_kind_that_says_all_is_read_as_it_says(name):
    resource, wanted = READ[name]
    assert steps_of(resource) == wanted


@pytest.mark.parametrize(("frequency", "unit"), [(1, "d"), (2, "wk")])
def test_days_of_the_week_are_read_however_often_is_said(frequency, unit):
    (step,) = from_fhir(order(rep(dayOfWeek=[*WEEKLY], frequency=frequency, periodUnit=unit))).plan.courses[0].steps
    assert {day: held.as_dict() for day, held in step.weekly.items() if held} == dict.fromkeys(WEEKLY, DAILY)


def test_every_other_day_by_a_code_alone_is_a_cycle():
    (step,) = from_fhir(order(coded("QOD"))).plan.courses[0].steps
    assert [day.as_dict() for day in step.days] == [{"daily": "40 mg"}, {}]


def test_of_two_patients_the_one_that_is_named_is_read():
    assert from_fhir(TWO, patient="Patient/2").plan.courses[0].drug == "baclofen"


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        ({"frequency": 2}, "how often is not said"),
        ({"frequency": 2, "period": 1}, "how often is not said"),
        ({"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": [None, "mon"]}, "is no day of the week"),
        ({"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 5, "system": "http://example.org",
                                                                             "code": "x"}}, "the length of time is in"),
    ],
)  # fmt: skip
def test_a_time_that_is_half_said_is_refused_with_what_is_missing(repeat, said):
    resource = order(dosage(timing={"repeat": repeat}))
    with pytest.raises(CannotImport, match=said):
        from_fhir(resource, slots={2: ["morning", "evening"]})
