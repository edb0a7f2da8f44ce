"""Requests that say something in an element, an extension or a neighbor that could be passed over: none is."""

import json

import pytest

from formats.fhir_orders import (
    SLOTS,
    UCUM,
    between,
    bundle,
    dosage,
    lasting,
    order,
    order_r5,
    quantity,
    refusals,
)
from taper import CannotImport, TaperError, from_fhir, load_fhir

EXT = "http://example.org/x"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
STEPS = (dosage(40, sequence=1, repeat=lasting(5)), dosage(20, sequence=2, repeat=lasting(5)))


def rep(**more):
    return dosage(repeat=more)


def beside(kind, status, dosages, **more):
    named = {"subject": {"reference": "Patient/1"}, "medicationCodeableConcept": {"text": "prednisone"}}
    return {"resourceType": kind, "status": status, dosages: [dosage()]} | named | more


def statement(**more):
    return beside("MedicationStatement", "active", "dosage", **more)


def dispense(**more):
    return beside("MedicationDispense", "completed", "dosageInstruction", **more)


def texts(first, second=None):
    return (
        dosage(40, sequence=1, repeat=lasting(5), text=first),
        dosage(20, sequence=2, repeat=lasting(5), text=second),
    )


REFUSED = {
    "countMax": order(rep(count=5, countMax=7)),
    "frequencyMax": order(rep(frequencyMax=2)),
    "periodMax": order(rep(periodMax=2)),
    "duration 30 min": order(rep(duration=30, durationUnit="min")),
    "offset with MORN": order(rep(offset=30)),
    "end partial": order(dosage(repeat=between("2027-03-01", "2027-04"))),
    "start partial": order(dosage(repeat=between("2027"))),
    "R5 rendered only": order_r5(dosageInstruction=None, renderedDosageInstruction="40 mg daily"),
    "R4 with R5 key": order(effectiveDosePeriod={"start": "2027-03-01"}),
    "effective 14, bounds 10": order_r5(
        dosage(repeat=lasting(10)), effectiveDosePeriod={"start": "2027-03-01", "end": "2027-03-14"}
    ),
    "statement period partial": statement(effectivePeriod={"start": "2027-03"}),
    "text in nested extension": order(
        dosage(extension=[{"url": EXT, "extension": [{"url": "t", "valueString": "then 20 mg after 5 days"}]}])
    ),
    "text in nested extension of order": order(
        extension=[{"url": EXT, "extension": [{"url": "t", "valueString": "then 20 mg after 5 days"}]}]
    ),
    "translation of text says other": order(
        dosage(
            text="40 mg in the morning",
            _text={
                "extension": [
                    {
                        "url": TRANSLATION,
                        "extension": [
                            {"url": "lang", "valueCode": "de"},
                            {"url": "content", "valueString": "20 mg morgens für 5 Tage"},
                        ],
                    }
                ]
            },
        )
    ),
    "valueString on _text": order(
        dosage(text="40 mg in the morning", _text={"extension": [{"url": EXT, "valueString": "20 mg from day 6"}]})
    ),
    "ext valueDuration": order(dosage(extension=[{"url": EXT, "valueDuration": quantity(5, "d")}])),
    "ext valueTiming": order(
        extension=[{"url": EXT, "valueTiming": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}]
    ),
    "ext valueDosage": order(extension=[{"url": EXT, "valueDosage": {"text": "20 mg"}}]),
    "ext valueRange": order(dosage(extension=[{"url": EXT, "valueRange": {"low": quantity(5), "high": quantity(10)}}])),
    "ext valueRatio": order(
        dosage(extension=[{"url": EXT, "valueRatio": {"numerator": quantity(5), "denominator": quantity(1, "d")}}])
    ),
    "ext valueDate": order(extension=[{"url": EXT, "valueDate": "2027-03-01"}]),
    "ext valueDateTime": order(extension=[{"url": EXT, "valueDateTime": "2027-03-01T08:00:00Z"}]),
    "ext on repeat integer": order(rep(extension=[{"url": EXT, "valueInteger": 3}])),
    "ext valueTime": order(dosage(extension=[{"url": EXT, "valueTime": "08:00:00"}])),
    "ext valueAnnotation": order(extension=[{"url": EXT, "valueAnnotation": {"text": "then 20 mg"}}]),
    "ext valueCodeableConcept text": order(
        dosage(extension=[{"url": EXT, "valueCodeableConcept": {"text": "reduce weekly"}}])
    ),
    "note taper es": order(note=[{"text": "reducir 5 mg cada semana"}]),
    "note other": order(*STEPS, note=[{"text": "40 mg for 5 days then 30 mg for 5 days"}]),
    "note longer": order(*STEPS, note=[{"text": "40 mg for 5 days then 20 mg for 10 days"}]),
    "swapped": order(*texts("20 mg for 5 days", "then 40 mg for 5 days")),
    "third step in text": order(*texts("40 mg for 5 days", "20 mg for 5 days, then 10 mg for 5 days")),
    "tolerated first": order(*texts("40 mg for 5 days if tolerated", "20 mg for 5 days")),
    "reason pain prn text": order(dosage(additionalInstruction=[{"coding": [{"display": "As needed"}]}])),
    "instr display max": order(dosage(additionalInstruction=[{"coding": [{"display": "Maximum 2 tablets a day"}]}])),
    "PRN string": order(dosage(asNeededBoolean="true")),
    "asNeeded R4 concept": order(dosage(asNeededCodeableConcept={"text": "pain"})),
    "duplicate day overlapping": order(
        dosage(40, sequence=1, repeat=between("2027-03-01", "2027-03-05")),
        dosage(20, sequence=2, repeat=between("2027-03-05", "2027-03-09")),
    ),
    "gap": order(
        dosage(40, sequence=1, repeat=between("2027-03-01", "2027-03-05")),
        dosage(20, sequence=2, repeat=between("2027-03-07", "2027-03-09")),
    ),
    "unbounded first": order(dosage(40, sequence=1), dosage(20, sequence=2)),
    "float value": order(dosage(0.1)),
    "timeOfDay bad": order(rep(when=None, timeOfDay=["25:00:00"])),
    "when+timeOfDay": order(rep(timeOfDay=["08:00:00"])),
    "freq 2 one when": order(rep(frequency=2)),
    "period 0.5": order(rep(period="0.5")),
    "unit m": order(rep(period=1, periodUnit="mo", when=None)),
    "unit min": order(rep(period=480, periodUnit="min", when=None)),
    "unit TABLET vs mg mismatch": order(
        dosage(doseAndRate=[{"doseQuantity": {"value": 40, "unit": "tablets", "system": UCUM, "code": "mg"}}])
    ),
    "unit g code mg": order(
        dosage(doseAndRate=[{"doseQuantity": {"value": 40, "unit": "g", "system": UCUM, "code": "mg"}}])
    ),
    "system list": order(
        dosage(doseAndRate=[{"doseQuantity": {"value": 40, "unit": "mg", "system": [], "code": "mg"}}])
    ),
    "code dict": order(dosage(doseAndRate=[{"doseQuantity": {"value": 40, "unit": "mg", "system": UCUM, "code": {}}}])),
    "rate": order(dosage(doseAndRate=[{"doseQuantity": quantity(40), "rateQuantity": quantity(5, "mg/h")}])),
    "day amount other": order(
        dosage(
            doseAndRate=[
                {
                    "doseQuantity": quantity(40),
                    "rateRatio": {"numerator": quantity(60), "denominator": quantity(1, "d")},
                }
            ]
        )
    ),
    "calculated other": order(
        dosage(
            doseAndRate=[
                {"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": quantity(40)},
                {"type": {"coding": [{"code": "calculated"}]}, "doseQuantity": quantity(38)},
            ]
        )
    ),
    "ratio 2 ingredients": order(
        contained=[
            {
                "resourceType": "Medication",
                "id": "m",
                "ingredient": [
                    {"itemCodeableConcept": {"text": "codeine"}},
                    {"itemCodeableConcept": {"text": "paracetamol"}},
                ],
            }
        ],
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
    ),
    "missing contained": order(medicationCodeableConcept=None, medicationReference={"reference": "#m"}),
    "subject two bundle identifiers": bundle(
        order(subject={"identifier": {"value": "a"}}),
        order(subject={"identifier": {"value": "b"}}, medicationCodeableConcept={"text": "baclofen"}),
    ),
    "subject two displays": bundle(
        order(subject={"display": "Ann"}),
        order(subject={"display": "Bob"}, medicationCodeableConcept={"text": "baclofen"}),
    ),
    "bundle empty": bundle(),
    "bundle patient only": bundle({"resourceType": "Patient", "id": "1"}),
    "nested bundle": bundle(bundle(order())),
    "on-hold": order(status="on-hold"),
    "entered-in-error": order(status="entered-in-error"),
    "cancelled": order(status="cancelled"),
    "ended": order(status="ended"),
    "unknown status": order(status="unknown"),
    "inject route text": order(dosage(route={"text": "subcutaneous"})),
    "text says inject": order(dosage(text="Inject 40 mg every morning")),
    "text says i.v.": order(dosage(text="40 mg i.v. every morning", route=None)),
    "text says i.m.": order(dosage(text="40 mg i.m. every morning", route=None)),
    "text apply": order(dosage(text="apply 40 mg every morning to skin")),
    "text eye drops": order(dosage(text="40 mg in the left eye every morning")),
    "rectal": order(dosage(text="40 mg per rectum every morning")),
    "s.c. text": order(dosage(text="40 mg s.c. morgens", route=None)),
    "subl": order(dosage(text="40 mg intranasal every morning")),
}


READ = {
    "offset with ACM": order(rep(offset=30, when=["ACM"])),
    "start tz after midnight": order(dosage(repeat=between("2027-03-01T00:30:00+02:00", "2027-03-10T23:59:59.999Z"))),
    "effective 10, bounds 10": order_r5(
        dosage(repeat=lasting(10)), effectiveDosePeriod={"start": "2027-03-01", "end": "2027-03-10"}
    ),
    "statement period": statement(effectivePeriod={"start": "2027-03-01", "end": "2027-03-10"}),
    "dispense": dispense(whenHandedOver="2027-03-01", daysSupply=quantity(5, "d")),
    "ext boolean order": order(extension=[{"url": EXT, "valueBoolean": True}]),
    "note chat": order(note=[{"text": "Patient has been counselled about side effects."}]),
    "note repeats": order(*STEPS, note=[{"text": "40 mg for 5 days then 20 mg for 5 days"}]),
    "each text": order(*texts("40 mg for 5 days", "then 20 mg for 5 days")),
    "whole in first": order(*texts("40 mg for 5 days, then 20 mg for 5 days")),
    "whole then stop both": order(
        *texts(
            "40 mg for 5 days, then 20 mg for 5 days, then stop", "40 mg for 5 days, then 20 mg for 5 days, then stop"
        )
    ),
    "tolerated second": order(*texts("40 mg for 5 days", "20 mg for 5 days if tolerated")),
    "maxDose": order(dosage(maxDosePerPeriod={"numerator": quantity(60), "denominator": quantity(1, "d")})),
    "R5 maxDose list": order_r5(
        dosage(maxDosePerPeriod=[{"numerator": quantity(60), "denominator": quantity(1, "d")}])
    ),
    "validityPeriod": order(dispenseRequest={"validityPeriod": {"start": "2027-03-01", "end": "2027-06-01"}}),
    "filler-order": order(intent="filler-order"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_change_a_dose_is_refused_wherever_it_stands(name):
    with pytest.raises(TaperError) as caught:
        from_fhir(REFUSED[name], slots=SLOTS)
    assert not isinstance(caught.value, CannotImport) or refusals(REFUSED[name]) != []


@pytest.mark.parametrize("name", READ)
def test_what_changes_no_dose_refuses_no_order(name):
    assert refusals(READ[name]) == []


@pytest.mark.parametrize("patient", ["b", "http://example.org/ids|b"])
def test_a_patient_who_is_named_by_a_number_is_chosen_by_it(patient):
    drugs, system = {"a": "prednisone", "b": "baclofen"}, "http://example.org/ids"
    held = [order(subject={"identifier": {"system": system, "value": value}}, medicationCodeableConcept={"text": drug})
            for value, drug in drugs.items()]  # fmt: skip
    assert from_fhir(bundle(*held), slots=SLOTS, patient=patient).plan.courses[0].drug == "baclofen"


def test_a_drug_that_the_caller_calls_by_the_name_of_another_refuses():
    (said,) = refusals(order(), drug="baclofen")
    assert said.endswith("it is of 'prednisone', which is not 'baclofen'; name the drug that is meant")


def test_a_name_that_is_not_the_one_of_the_order_is_reported():
    read = from_fhir(order(), slots=SLOTS, drug="the steroid")
    assert read.plan.courses[0].drug == "the steroid"
    assert "'prednisone' is called 'the steroid', as the caller named it" in {one.message for one in read.reports}


@pytest.mark.parametrize("strength", ["five", "5/x"])
def test_a_strength_that_is_none_says_how_to_write_one(strength):
    with pytest.raises(TaperError, match="is no strength; write it like"):
        from_fhir(order(), slots=SLOTS, strength=strength)


@pytest.mark.parametrize("before", ["", "\ufeff", " \n"])
def test_an_order_in_xml_says_that_it_is_xml(before, tmp_path):
    text = f"{before}<MedicationRequest xmlns='http://hl7.org/fhir'/>"
    with pytest.raises(TaperError, match="is XML; give the order as JSON"):
        from_fhir(text)
    (tmp_path / "order.xml").write_text(text, encoding="utf-8")
    with pytest.raises(TaperError, match=r"order\.xml: is XML"):
        load_fhir(tmp_path / "order.xml")


def test_a_mark_of_the_order_of_bytes_is_passed_over():
    assert refusals("\ufeff" + json.dumps(order())) == []


def test_each_of_many_texts_is_compared_and_refused_in_linear_time():
    held = [dosage(40, sequence=index, text=f"take {index} widgets", repeat=lasting(1)) for index in range(1, 61)]
    assert len(refusals(order(*held))) == len(held)
