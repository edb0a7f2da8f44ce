"""Requests that others write: read where every day's doses are certain, and else refused with all that is wrong."""

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, course, plan_of, plan_with, step, tablet
from taper import InvalidInput, TaperError, mg, realize, to_schedule, weeks
from taper.formats.fhir.read.bundle import WrongResource
from taper.formats.fhir.read.import_report import CannotImport, Notes
from taper.formats.fhir.read.plan import from_fhir, load_fhir
from taper.formats.fhir.write.bundle import to_fhir, write_fhir

UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
ORAL = {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]}


def amount(value, code="mg", system=UCUM):
    return {"value": value, "unit": code, "system": system, "code": code}


def dosage(first="2027-03-01", last="2027-03-07", *, sequence=1, value=5, when=("EVE",), **more):
    """One Dosage; `repeat` among the others adds to its timing, and None leaves a key out."""
    repeat = {"boundsPeriod": {"start": first, "end": last}, "frequency": len(when), "period": 1, "periodUnit": "d"}
    repeat |= {"when": list(when)} | more.pop("repeat", {})
    made = {
        "sequence": sequence,
        "timing": {"repeat": {key: item for key, item in repeat.items() if item not in (None, [])}},
        "route": ORAL,
        "doseAndRate": [{"doseQuantity": amount(value)}],
    } | more
    return {key: item for key, item in made.items() if item is not None}


def request(*dosages, **more):
    made = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "prednisolone"},
        "subject": {"reference": "Patient/p"},
        "courseOfTherapyType": {"coding": [{"code": "acute"}]},
        "dosageInstruction": list(dosages or [dosage()]),
    } | more
    return {key: item for key, item in made.items() if item is not None}


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": item} for item in resources]}


def refusal(data, **given):
    with pytest.raises(CannotImport) as caught:
        from_fhir(data, **given)
    return caught.value


def messages(reports, kind):
    return [report.message for report in reports if report.kind == kind]


def test_a_request_in_two_steps_is_a_plan():
    read = from_fhir(request(dosage(), dosage("2027-03-08", "2027-03-21", sequence=2, value=Decimal("2.5"))))
    (one,) = read.plan.courses
    assert (read.start, read.version, one.drug, one.then) == (date(2027, 3, 1), "R4", "prednisolone", "stop")
    assert [(str(item.lasting), item.days[0].as_dict()) for item in one.steps] == [
        ("7 days", {"evening": "5 mg"}), ("14 days", {"evening": "2.5 mg"})
    ]  # fmt: skip


def test_steps_follow_their_sequence_and_not_their_place():
    read = from_fhir(request(dosage("2027-03-08", "2027-03-09", sequence=2, value=1), dosage()))
    assert [item.days[0].as_dict() for item in read.plan.courses[0].steps] == [{"evening": "5 mg"}, {"evening": "1 mg"}]


def test_dosages_without_a_sequence_follow_their_dates():
    read = from_fhir(
        request(
            dosage("2027-03-08", "2027-03-09", sequence=None, value=1),
            dosage(sequence=None),
            dosage(sequence=None, when=["MORN"]),
        )
    )
    assert [item.days[0].as_dict() for item in read.plan.courses[0].steps] == [
        {"morning": "5 mg", "evening": "5 mg"}, {"evening": "1 mg"}
    ]  # fmt: skip


def undated(lasting, **more):
    return dosage(repeat={"boundsPeriod": None, "boundsDuration": lasting}, **more)


def coded(code):
    return dosage(timing=dosage()["timing"] | {"code": {"coding": [{"code": code}]}})


def test_a_code_that_agrees_with_repeat_is_nothing_to_report():
    assert {report.kind for report in from_fhir(request(coded("QD"))).reports} == {"before", "not-read"}


def test_a_mass_unit_in_words_alone_is_read():
    plain = dosage(doseAndRate=[{"doseQuantity": {"value": 5, "unit": "mg"}}])
    assert from_fhir(request(plain)).plan.courses[0].steps[0].days[0].as_dict() == {"evening": "5 mg"}


@pytest.mark.parametrize(
    "limit",
    [
        {"numerator": amount(1), "denominator": amount(1, "mo")},
        {"numerator": amount(1, "TAB", "x"), "denominator": amount(1, "d")},
    ],
    ids=["a month", "units"],
)
def test_a_limit_for_another_time_or_in_units_is_not_compared(limit):
    assert messages(from_fhir(request(dosage(maxDosePerPeriod=limit))).reports, "maximum") == []


MASSES = {
    "micrograms": "50 mcg", "microgram": "50 mcg", "\u00b5g": "50 mcg", "\u03bcg": "50 mcg", "ug": "50 mcg",
    "MCG": "50 mcg", "mg": "50 mg", "milligrams": "50 mg", "g": "50 g",
}  # fmt: skip


def counted(quantity, *, of="{tablet}", form="tablet", strength=50):
    """A request for a drug of which one unit holds so many micrograms."""
    one = {"numerator": amount(strength, "ug"), "denominator": amount(1, of)}
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "x 50 mcg"}, "form": {"text": form},
            "ingredient": [{"itemCodeableConcept": {"text": "x"}, "strength": one}]}  # fmt: skip
    return request(dosage(doseAndRate=[{"doseQuantity": quantity}]), medicationCodeableConcept=None, contained=[drug],
                   medicationReference={"reference": "#m"})  # fmt: skip


def evening(data, **given):
    return from_fhir(data, **given).plan.courses[0].steps[0].days[0].as_dict()["evening"]


@pytest.mark.parametrize("unit", MASSES)
def test_a_mass_in_words_is_never_counted_in_tablets(unit):
    assert evening(counted({"value": 50, "unit": unit})) == MASSES[unit]


@pytest.mark.parametrize(("code", "dose"), [("258685003", "10 mcg"), ("258684004", "10 mg"), ("258682000", "10 g")])
def test_a_mass_of_a_snomed_code_is_read_as_that_mass(code, dose):
    assert evening(counted({"value": 10, "system": SNOMED, "code": code})) == dose


@pytest.mark.parametrize("unit", ["tablet", "Tablets", "TAB", "comprim\u00e9", "tablet(s)", "sublingual tablet"])
def test_a_count_of_tablets_is_multiplied_by_the_strength_of_a_tablet(unit):
    assert evening(counted({"value": 2, "unit": unit})) == "100 mcg"


def test_a_count_of_another_form_than_the_strength_is_refused():
    assert "counted in capsules, and the strength is of one tablet" in refusal(counted(amount(2, "{capsule}"))).message
    assert "the form is capsule; make them agree" in refusal(counted(amount(2, "{tablet}"), form="capsule")).message
    loose = counted(amount(2, "{tablet}"), form="capsule")
    del loose["contained"][0]["ingredient"][0]["strength"]
    assert "the strength is of one capsule" in refusal(loose, strength=mg(5)).message


def test_the_strength_that_a_caller_names_is_not_that_of_a_liquid():
    loose = counted(amount(2, "{tablet}"), form="oral solution")
    del loose["contained"][0]["ingredient"][0]["strength"]
    assert "what one unit holds is not stated" in refusal(loose, strength=mg(5)).message


def test_a_limit_in_tablets_is_compared_where_what_one_holds_is_known():
    data = counted(amount(2, "{tablet}"))
    data["dosageInstruction"][0] |= {
        "maxDosePerAdministration": amount(1, "{tablet}"),
        "maxDosePerPeriod": {"numerator": amount(1, "{tablet}"), "denominator": amount(1, "d")},
    }
    assert messages(from_fhir(data).reports, "maximum") == [
        "100 mcg is above the request's own limit of 50 mcg at one time",
        "step 1: 100 mcg/day is above the request's own limit of 50 mcg a day",
    ]
    data["dosageInstruction"][0] |= {
        "maxDosePerAdministration": amount(2, "{tablet}"),
        "maxDosePerPeriod": {"numerator": amount(2, "{tablet}"), "denominator": amount(1, "d")},
    }
    assert messages(from_fhir(data).reports, "maximum") == []


def test_orders_of_one_drug_one_after_the_other_are_nothing_to_report():
    later = request(dosage("2027-03-08", "2027-03-09", value=4))
    assert messages(from_fhir(bundle(request(), later)).reports, "overlap") == []
    assert messages(from_fhir(bundle(later, request())).reports, "overlap") == []


def medication(**more):
    drug = {"resourceType": "Medication", "id": "m", **more}
    return request(medicationCodeableConcept=None, contained=[drug], medicationReference={"reference": "#m"})


@pytest.mark.parametrize("more", [{}, {"ingredient": [{}]}], ids=["nothing", "an ingredient without a name"])
def test_a_medication_without_any_name_is_refused(more):
    assert "the drug has no name" in refusal(medication(**more)).message


@pytest.mark.parametrize("per", [amount(0, "{tablet}"), amount(1, "mg")], ids=["of no unit", "of a mass"])
def test_a_strength_that_is_not_of_a_unit_is_passed_over(per):
    strength = {"numerator": amount(5), "denominator": per}
    data = medication(ingredient=[{"itemCodeableConcept": {"text": "x"}, "strength": strength}])
    assert from_fhir(data).plan.courses[0].steps[0].days[0].as_dict() == {"evening": "5 mg"}


def test_other_identifiers_name_no_course():
    read = from_fhir(request(identifier=[{"value": "123"}, {"type": {"text": "place"}, "value": "7"}]))
    assert read.plan.courses[0].id == "course"


def test_lengths_without_dates_are_read_as_they_are_written():
    read = from_fhir(request(undated(amount(2, "wk")), undated(amount(1, "mo"), sequence=2)))
    assert [str(item.lasting) for item in read.plan.courses[0].steps] == ["2 weeks", "1 month"]
    assert read.start is None


def test_counts_of_units_are_doses_where_the_drug_says_what_one_holds():
    one = {"numerator": amount(5), "denominator": amount(1, "{tablet}")}
    drug = {"resourceType": "Medication", "id": "m", "form": {"text": "Tablet"}, "ingredient": [
        {"itemCodeableConcept": {"text": "prednisolone"}, "strength": one}]}  # fmt: skip
    counted = [{"doseQuantity": amount(2, "TAB", "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm")}]
    held = request(dosage(doseAndRate=counted), medicationCodeableConcept=None, contained=[drug],
                   medicationReference={"reference": "#m"},
                   dispenseRequest={"quantity": amount(14, "{tablet}")})  # fmt: skip
    read = from_fhir(held)
    assert read.plan.courses[0].steps[0].days[0].as_dict() == {"evening": "10 mg"}
    assert read.plan.courses[0].form == "tablet"
    assert messages(read.reports, "supply") == []


def test_a_medication_is_found_in_the_bundle_by_type_and_id():
    drug = {"resourceType": "Medication", "id": "m", "code": {"coding": [{"display": "Prednisolone"}]}}
    held = request(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    read = from_fhir(bundle(held, drug), drugs={"Prednisolone": "prednisolone"})
    assert read.plan.courses[0].drug == "prednisolone"


def test_a_day_of_the_week_is_read_with_the_others_of_its_step():
    weekly = {"dayOfWeek": ["mon", "thu"]}
    read = from_fhir(request(dosage(repeat=weekly), dosage(when=["MORN"], value=1)))
    days = read.plan.courses[0].steps[0].days
    assert [day.as_dict() for day in days[:2]] == [{"morning": "1 mg", "evening": "5 mg"}, {"morning": "1 mg"}]


@pytest.mark.parametrize(
    "repeat",
    [{"dayOfWeek": ["mon", "thu"]}, {"dayOfWeek": ["mon", "thu"], "frequency": 2, "periodUnit": "wk"},
     {"dayOfWeek": ["mon", "thu"], "frequency": None, "periodUnit": "wk"},
     {"dayOfWeek": ["mon", "thu"], "frequency": None, "period": None, "periodUnit": None}],
    ids=["once on each day", "twice a week", "a week without a frequency", "the days alone"],
)  # fmt: skip
def test_days_of_the_week_are_read_however_their_number_is_said(repeat):
    step_read = from_fhir(request(dosage(repeat=repeat))).plan.courses[0].steps[0]
    assert [bool(day) for day in step_read.days] == [True, False, False, True, False, False, False]


def test_a_week_between_doses_is_a_cycle_of_seven_days():
    read = from_fhir(request(dosage(repeat={"periodUnit": "wk"})))
    assert [bool(day) for day in read.plan.courses[0].steps[0].days] == [True] + [False] * 6


def test_every_day_and_every_third_day_in_one_step_make_a_cycle():
    thirds = dosage(value=2, when=["MORN"], repeat={"period": 3})
    read = from_fhir(request(dosage(), thirds))
    assert [len(day) for day in read.plan.courses[0].steps[0].days] == [2, 1, 1]


def test_how_often_becomes_times_of_day_only_as_the_caller_names_them():
    data = request(dosage(when=(), repeat={"frequency": 2}))
    assert messages(refusal(data).reports, "time") == [
        "2 times a day, and the times of day are not said; name them with slots"
    ]
    read = from_fhir(data, slots={2: ["morning", "bedtime"]})
    assert read.plan.courses[0].steps[0].days[0].as_dict() == {"morning": "5 mg", "bedtime": "5 mg"}
    assert messages(read.reports, "time") == ["2 times a day, read as morning, bedtime, as the caller named them"]
    assert "make them agree" in refusal(data, slots={2: ["morning"]}).message


REFUSED = {
    "a gap": (request(dosage(), dosage("2027-03-10", "2027-03-12", sequence=2)), "gap", "2 days between step 1"),
    "an overlap": (request(dosage(), dosage("2027-03-07", "2027-03-12", sequence=2)), "overlap", "1 day belongs"),
    "no bounds": (request(undated(None), undated(amount(3, "d"), sequence=2)), "bounds", "step 1 has no bounds"),
    "text against dates": (request(dosage(text="5 mg for 10 days")), "text", "the text says 10 days, the bounds say 7"),
    "text against a length": (
        request(undated(amount(1, "wk"), text="For 8 days")), "text", "the text says 8 days, the bounds say 1 week"
    ),
    "text against no end": (
        request(undated(None, text="500 mg daily for 5 days")), "text", "the text says 5 days, the bounds say no end"
    ),
    "a text of no length": (request(dosage(text="for 0 days")), "text", "write a whole number from 1"),
    "as needed in R4": (request(dosage(asNeededBoolean=True)), "as-needed", "taken as needed"),
    "as needed for something": (request(dosage(asNeededCodeableConcept={"text": "pain"})), "as-needed", "as needed"),
    "as needed in R5": (request(dosage(asNeeded=True)), "as-needed", "taken as needed"),
    "as needed in the rendering": (
        request(medicationCodeableConcept=None, medication={"concept": {"text": "x"}},
                renderedDosageInstruction="5 mg at night when required"),
        "as-needed",
        "taken as needed",
    ),
    "as needed as text": (request(dosage(asNeededBoolean="true")), "as-needed", "taken as needed"),
    "as needed in an instruction": (
        request(dosage(additionalInstruction=[{"coding": [{"display": "As needed"}]}])), "as-needed", "as needed"
    ),
    "as needed for the patient": (
        request(dosage(patientInstruction="Take only as needed")), "as-needed", "taken as needed"
    ),
    **{
        f"a dose {words}": (request(dosage(text=f"5 mg, {words}")), "as-needed", "taken as needed")
        for words in (
            "when required", "as required", "if required", "as reqd", "if nec", "when req'd",
            "WHEN NECESSARY", "pro re nata", "P.R.N.", "if in pain",
            "si besoin", "au besoin", "si n\u00e9cessaire", "bei Bedarf", "wenn n\u00f6tig", "b. Bed.",
            "falls erforderlich",
            "cuando sea necesario", "si es necesario", "seg\u00fan necesidad", "al bisogno",
        )
    },
    "as needed in words": (request(dosage(text="5 mg at night PRN")), "as-needed", "taken as needed"),
    "a range of doses": (request(dosage(doseAndRate=[{"doseRange": {"low": amount(1)}}])), "range", "a range of doses"),
    "a rate": (request(dosage(doseAndRate=[{"doseQuantity": amount(1), "rateQuantity": amount(1)}])), "rate", "a rate"),
    "no dose": (request(dosage(doseAndRate=[])), "dose", "states no doses"),
    "two doses": (request(dosage(doseAndRate=[{}, {}])), "dose", "states 2 doses"),
    "an empty dose": (request(dosage(doseAndRate=[{}])), "dose", "it states no dose"),
    "micrograms that are not UCUM": (
        request(dosage(doseAndRate=[{"doseQuantity": amount(5, "mcg")}])), "unit", "mcg is not UCUM; the code is ug"
    ),
    "a unit of activity": (request(dosage(doseAndRate=[{"doseQuantity": amount(5, "[iU]")}])), "unit", "no mass"),
    "no unit": (request(dosage(doseAndRate=[{"doseQuantity": {"value": 5}}])), "unit", "the quantity has no unit"),
    "no value": (request(dosage(doseAndRate=[{"doseQuantity": {"code": "mg"}}])), "unit", "has no value"),
    "a limit": (
        request(dosage(doseAndRate=[{"doseQuantity": amount(5) | {"comparator": "<"}}])), "unit", "is a limit ('<')"
    ),
    "a float": (request(dosage(value=2.5)), "unit", "2.5 is a float"),
    "a text": (request(dosage(value="5")), "unit", "is text; write it as a number"),
    "a negative dose": (request(dosage(value=-5)), "unit", "negative"),
    "a dose of nothing": (request(dosage(value=0)), "dose", "a dose of 0 is not taken"),
    "uncounted units": (
        request(dosage(doseAndRate=[{"doseQuantity": amount(2, "TAB", "x")}])), "dose", "one unit holds is not stated"
    ),
    **{
        f"the unit {unit}": (
            request(dosage(doseAndRate=[{"doseQuantity": {"value": 5, "unit": unit}}])),
            "unit",
            f"the unit {unit!r} is no mass",
        )
        for unit in ("mg/kg", "mg/day", "units", "puff", "{mcg}", "ng", "drop", "10 mg")
    },
    "a unit that is not its code": (
        request(dosage(doseAndRate=[{"doseQuantity": amount(5) | {"unit": "g"}}])), "unit", "'g' and its code is 'mg'"
    ),
    "a unit that is not its SNOMED code": (
        request(dosage(doseAndRate=[{"doseQuantity": amount(5, "258685003", SNOMED) | {"unit": "mg"}}])),
        "unit",
        "the unit is 'mg' and its code is '258685003'",
    ),
    "braces around a mass": (
        request(dosage(doseAndRate=[{"doseQuantity": amount(5, "{mcg}")}])), "unit", "braces are an annotation"
    ),
    "a patch": (request(dosage(doseAndRate=[{"doseQuantity": amount(1, "patch", "x")}])), "unit", "not taken by mouth"),
    "an injection": (request(dosage(route={"text": "Intravenous route"})), "route", "not taken by mouth"),
    **{
        f"the route {name}": (request(dosage(route={"text": name})), "route", "is not known to be by mouth")
        for name in ("not by mouth", "stomach")
    },
    **{
        f"the route {name}": (request(dosage(route={"text": name})), "route", "is not taken by mouth")
        for name in ("nasogastric (oral solution)", "feeding tube", "voie intraveineuse", "zum Injizieren")
    },
    "a route beside its code": (request(dosage(route=ORAL | {"text": "gastrostomy"})), "route", "'gastrostomy' is not"),
    "another code of a route": (
        request(dosage(route={"coding": [{"system": SNOMED, "code": "46713006"}]})), "route", "'46713006' is not known"
    ),
    "a code of an unknown system": (request(dosage(route={"coding": [{"code": "7"}]})), "route", "'7' is not known"),
    "a method": (request(dosage(method={"text": "Injection"})), "route", "not taken by mouth"),
    "the eye": (request(dosage(route={"coding": [{"display": "Ophthalmic"}]})), "route", "is not taken by mouth"),
    "a code without repeat": (request(dosage(timing={"code": {"text": "BID"}})), "time", "2 times a day, and the"),
    "a code that is not known": (request(dosage(timing={"code": {"text": "X"}})), "time", "not known and no repeat"),
    "no timing": (request(dosage(timing=None)), "time", "says nothing of when"),
    "single events": (request(dosage(timing={"event": ["2027-03-01"]})), "time", "single events; write repeat"),
    "single events beside a rhythm": (
        request(dosage(timing={"event": ["2027-03-01"], "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}})),
        "time",
        "single events; leave event out, beside repeat",
    ),
    "hours": (
        request(dosage(when=(), repeat={"frequency": 1, "period": 7, "periodUnit": "h"})),
        "time",
        "every 7 hours is at other times each day",
    ),
    "minutes": (
        request(dosage(when=(), repeat={"frequency": 1, "period": 8, "periodUnit": "min"})), "time", "is in 'min'"
    ),
    "no frequency": (
        request(dosage(when=(), repeat={"frequency": None, "period": None, "periodUnit": None})), "time", "how often"
    ),
    "half a period": (request(dosage(repeat={"period": Decimal("1.5")})), "time", "the period is 1.5"),
    "both kinds of times": (request(dosage(repeat={"timeOfDay": ["08:00:00"]})), "time", "both when and timeOfDay"),
    "a time after sleep": (request(dosage(when=["PHS"])), "time", "'PHS' has no place in a plan"),
    "a time twice": (request(dosage(when=["EVE", "EVE"])), "time", "written twice"),
    "seconds": (request(dosage(when=(), repeat={"frequency": 1, "timeOfDay": ["08:00:30"]})), "time", "08:00:30"),
    "another count of times": (request(dosage(repeat={"frequency": 3})), "time", "3 and 1 time of day is named"),
    "unnamed days": (request(dosage(when=(), repeat={"frequency": 3, "period": 7})), "time", "on which days"),
    "a day that is none": (request(dosage(repeat={"dayOfWeek": ["caturday"]})), "time", "no day of the week"),
    "three times on two days": (
        request(dosage(when=(), repeat={"dayOfWeek": ["mon", "thu"], "frequency": 3, "periodUnit": "wk"})),
        "time",
        "does not fit 2 days",
    ),
    "a range of how often": (request(dosage(repeat={"frequencyMax": 3})), "range", "a range of how often"),
    "a count": (request(dosage(repeat={"count": 3})), "range", "a number of doses"),
    "an infusion": (request(dosage(repeat={"duration": 3})), "rate", "as an infusion does"),
    "an offset": (request(dosage(repeat={"offset": 30})), "time", "before or after an event"),
    "a range of lengths": (request(dosage(repeat={"boundsRange": {}})), "range", "a range of lengths"),
    "two kinds of bounds": (request(dosage(repeat={"boundsDuration": amount(3, "d")})), "bounds", "two kinds"),
    "a length whose unit is not its code": (
        request(undated(amount(3, "d") | {"unit": "weeks"})), "bounds", "the unit is 'weeks' and its code is 'd'"
    ),
    "hours of bounds": (request(undated(amount(36, "h"))), "bounds", "is in 'h'; write the UCUM code"),
    "half a week": (request(undated(amount(Decimal("1.5"), "wk"))), "bounds", "is not a whole number"),
    "an end before its start": (request(dosage("2027-03-07", "2027-03-01")), "bounds", "before it starts"),
    "an end alone": (request(dosage(repeat={"boundsPeriod": {"end": "2027-03-01"}})), "bounds", "an end and no start"),
    "a month for a date": (request(dosage("2027-03")), "bounds", "is not a date"),
    "how often in words that disagree": (
        request(dosage(timing=dosage()["timing"] | {"code": {"text": "twice a day"}})),
        "text",
        "2 times a day is not how often the codes say",
    ),
    "a code that disagrees": (
        request(coded("BID")), "time", "BID and repeat differ"
    ),
    "dates and none": (request(dosage(), undated(amount(3, "d"), sequence=2)), "bounds", "some dosages have dates"),
    "a sequence and none": (request(dosage(), dosage(sequence=None)), "bounds", "some dosages have a sequence"),
    "an unknown order": (
        request(undated(amount(3, "d"), sequence=None), undated(amount(4, "d"), sequence=None)),
        "bounds",
        "order is unknown",
    ),
    "ends apart": (request(dosage(), dosage(last="2027-03-08", when=["MORN"])), "bounds", "do not end together"),
    "starts apart": (request(dosage(), dosage("2027-03-02", when=["MORN"])), "bounds", "begins 1 day after its step"),
    "one time twice": (request(dosage(), dosage(value=2)), "dose", "written twice"),
    "a cycle on days of the week": (
        request(dosage(repeat={"dayOfWeek": ["mon"]}), dosage(when=["MORN"], repeat={"period": 2})), "dose", "one kind"
    ),
    "cycles that never meet": (
        request(dosage(repeat={"period": 19}), dosage(when=["MORN"], repeat={"period": 23})), "dose", "after 437 days"
    ),
    "no dosage beside another": (bundle(request(), request(dosageInstruction=[])), "dose", "no dosageInstruction"),
    "no dosage": (request(dosageInstruction=[]), "dose", "there is no dosageInstruction"),
    "an older form": (request(dosage(doseQuantity=amount(5))), "version", "as in FHIR STU3"),
    "entered in error": (request(status="entered-in-error"), "status", "entered in error"),
    **{
        f"a status of {status}": (request(status=status), "status", f"its status is {status!r}, so it is not in force")
        for status in ("cancelled", "stopped", "completed", "on-hold", "unknown", "superseded")
    },
    "no status": (request(status=None), "status", "it has no status, so it is not in force"),
    "not to be taken": (request(doNotPerform=True), "status", "not to be taken"),
    "an option": (request(intent="option"), "status", "one option among several"),
    "a modifier": (request(dosage(modifierExtension=[{"url": "x"}])), "status", "a modifier extension"),
    "one id twice": (bundle(request(id="a"), request(dosage(value=4), id="a")), "status", "the id a, as entry[0] has"),
    "one number twice": (
        bundle(request(identifier=[{"value": "7"}]), request(dosage(value=4), identifier=[{"value": "7"}])),
        "status",
        "the identifier 7, as entry[0]",
    ),
    "one address twice": (
        {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:x", "resource": request()},
                                             {"fullUrl": "urn:x", "resource": request(dosage(value=4))}]},
        "status",
        "the address urn:x",
    ),
    "one order twice": (bundle(request(id="a"), request(id="b", status="draft")), "status", "same drug and dosages"),
    "one order of a Medication twice": (
        bundle(*(request(medicationCodeableConcept=None, contained=[{"resourceType": "Medication", "id": name,
                                                                   "code": {"text": "x"}}],
                       medicationReference={"reference": f"#{name}"}) for name in "ab")),
        "status",
        "same drug and dosages",
    ),
    "a replaced order": (
        bundle(request(id="a"), request(dosage(value=4), priorPrescription={"reference": "MedicationRequest/a"})),
        "status",
        "it stands for entry[0], which is given too",
    ),
    "a plan and its order": (
        bundle(request(id="a", intent="plan"),
               request(dosage(value=4), basedOn=[{"reference": "MedicationRequest/a"}])),
        "status",
        "it stands for entry[0]",
    ),
    "two people": (bundle(request(), request(subject={"reference": "Patient/q"})), "status", "2 subjects"),
    "a drug without a name": (request(medicationCodeableConcept={}), "medication", "has no name"),
    "a combination": (request(medicationCodeableConcept={"text": "a/b"}), "medication", "combination product"),
    "a drug that is not there": (
        request(medicationCodeableConcept=None, medicationReference={"reference": "#m"}), "medication", "'#m' is not in"
    ),
    "two ingredients": (
        request(medicationCodeableConcept=None, medicationReference={"reference": "#m"},
                contained=[{"resourceType": "Medication", "id": "m", "ingredient": [{}, {}]}]),
        "medication",
        "2 ingredients",
    ),
    "some dated requests": (bundle(request(), request(undated(amount(3, "d")))), "bounds", "some requests have dates"),
    "named and clock times": (
        request(dosage(), dosage(when=(), repeat={"frequency": 1, "timeOfDay": ["08:00:00"]})),
        "dose",
        "order is unknown",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_leaves_a_dose_uncertain_is_refused_and_named(name):
    data, kind, text = REFUSED[name]
    error = refusal(data)
    assert any(text in message for message in messages(error.reports, kind)), error
    assert text in error.message


def test_everything_that_is_wrong_is_named_at_once():
    data = request(dosage(asNeededBoolean=True, text="for 9 days"), dosage("2027-03-10", "2027-03-12", sequence=2))
    assert {report.kind for report in refusal(data).reports if report.refuses} == {"as-needed", "text", "gap"}


def test_a_refusal_that_the_caller_accepts_is_still_reported():
    data = request(dosage(text="for 10 days"), dosage("2027-03-10", "2027-03-12", sequence=2))
    read = from_fhir(data, accept=("text", "gap"))
    assert [(item.kind, str(item.lasting)) for item in read.plan.courses[0].steps] == [
        (None, "7 days"), ("gap", "2 days"), (None, "3 days")
    ]  # fmt: skip
    assert {report.kind for report in read.reports} >= {"text", "gap"}


def test_only_texts_and_gaps_can_be_accepted():
    with pytest.raises(InvalidInput, match="'overlap' cannot be accepted"):
        from_fhir(request(), accept=("overlap",))


REPORTED = {
    "no route": (request(dosage(route=None)), "route", "is taken to be by mouth"),
    "no ending": (request(courseOfTherapyType=None), "ending", "whether the drug stops"),
    "an end that continues": (
        request(courseOfTherapyType={"coding": [{"code": "continuous"}]}), "ending", "is called continuous"
    ),
    "a short course without an end": (request(dosage(last=None, repeat={"boundsPeriod": {"start": "2027-03-01"}})),
                                      "ending", "is called short"),
    "an end that is not said": (request(undated(None), courseOfTherapyType=None), "ending", "not said to continue"),
    "what came before": (request(), "before", "is unknown"),
    "a reason in words": (request(reasonCode=[{"text": "Chronic pain"}]), "not-read", "'Chronic pain'"),
    "a note": (request(note=[{"text": "with food"}]), "not-read", "compared with the codes: 'with food'"),
    "a text": (request(dosage(text="Take with food for 7 days")), "not-read", "'Take with food for 7 days'"),
    "an instruction": (request(dosage(additionalInstruction=[{"text": "Shake"}])), "not-read", "'Shake'"),
    "how often in words": (
        request(dosage(timing=dosage()["timing"] | {"code": {"text": "once a day"}})),
        "not-read",
        "compared with the codes: 'once a day'",
    ),
    "a code of a system that is not on file": (
        request(dosage(route=ORAL | {"coding": [*ORAL["coding"], {"system": "http://x.example", "code": "9"}]})),
        "not-read",
        "not read: '9'",
    ),
    "a text beside a code": (request(dosage(route=ORAL | {"text": "par la bouche seulement"})), "not-read",
                             "not read: 'par la bouche seulement'"),
    "another name": (
        request(medicationCodeableConcept={"text": "prednisolone", "coding": [{"display": "Testamine 10 mg"}]}),
        "medication",
        "it is called 'prednisolone' and 'Testamine 10 mg'",
    ),
    "an ingredient that the product is not called by": (
        request(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[
            {"resourceType": "Medication", "id": "m", "code": {"text": "Brand 5 mg"},
             "ingredient": [{"itemCodeableConcept": {"text": "prednisolone"}}]}]),
        "medication",
        "it is called 'prednisolone' and 'Brand 5 mg'",
    ),
    "two orders of one drug": (
        bundle(request(), request(dosage("2027-03-07", "2027-03-09", value=4))),
        "overlap",
        "entry[0] orders prednisolone on the same days",
    ),
    "a supply of another drug": (
        bundle(request(), request(medicationCodeableConcept={"text": "other"}, dosageInstruction=None,
                                  basedOn=[{"reference": "x"}],
                                  dispenseRequest={"quantity": amount(5)})),
        "supply",
        "a supply of other, for which no request orders doses",
    ),
    "a limit at one time": (
        request(dosage(maxDosePerAdministration=amount(4))), "maximum", "5 mg is above the request's own limit of 4 mg"
    ),
    "a limit at one time in another unit": (
        request(dosage(maxDosePerAdministration=amount(4, "mL"))), "not-read", "it is 4 mL, and what one"
    ),
    "a limit at one time in units": (
        request(dosage(maxDosePerAdministration=amount(1, "{tablet}"))), "not-read", "what one unit holds is not stated"
    ),
    "a limit of a lifetime": (request(dosage(maxDosePerLifetime=amount(4))), "not-read", "it is not compared"),
    "a limit of a week": (
        request(dosage(maxDosePerPeriod={"numerator": amount(34), "denominator": amount(1, "wk")})),
        "maximum",
        "step 1: 35 mg in 7 days is above the request's own limit of 34 mg in as many",
    ),
    "a limit of hours": (
        request(dosage(maxDosePerPeriod={"numerator": amount(1), "denominator": amount(8, "h")})),
        "not-read",
        "it is no limit of 1 to 366 whole days, and is not compared",
    ),
    "a limit of months": (
        request(dosage(maxDosePerPeriod={"numerator": amount(1), "denominator": amount(1, "mo")})),
        "not-read",
        "it is no limit of 1 to 366 whole days, and is not compared",
    ),
    "a limit of 24 hours": (
        request(dosage(maxDosePerPeriod={"numerator": amount(4), "denominator": amount(24, "h")})),
        "maximum",
        "limit of 4 mg a day",
    ),
    "an unknown code": (
        request(coded("X")), "not-read", "'X' is not read"
    ),
    "a limit exceeded": (
        request(dosage(maxDosePerPeriod={"numerator": amount(4), "denominator": amount(1, "d")})),
        "maximum",
        "step 1: 5 mg/day is above the request's own limit of 4 mg a day",
    ),
    "a supply too small": (
        request(dispenseRequest={"quantity": amount(30)}), "supply", "30 mg of prednisolone supplied; the doses are 35"
    ),
    "a supply that cannot be compared": (
        request(dispenseRequest={"quantity": amount(7, "TAB", "x")}), "supply", "cannot be compared"
    ),
    "a supply in an unknown unit": (request(dispenseRequest={"quantity": amount(7, "mcg")}), "supply", "not UCUM"),
    "a volume of nothing known": (request(dispenseRequest={"quantity": amount(7, "mL")}), "supply", "cannot be"),
    "a volume whose unit is not its code": (
        request(dispenseRequest={"quantity": amount(7, "mL") | {"unit": "L"}}), "supply", "the unit is 'L' and its"
    ),
    "a rendering": (
        request(medicationCodeableConcept=None, medication={"concept": {"text": "x"}},
                renderedDosageInstruction="5 mg in the evening"),
        "not-read",
        "compared with the codes: '5 mg in the evening'",
    ),
    "a first fill": (request(dispenseRequest={"initialFill": {"duration": amount(3, "d")}}), "not-read", "initialFill"),
    "a supply for other days": (
        request(dispenseRequest={"quantity": amount(35), "expectedSupplyDuration": amount(2, "wk")}),
        "supply",
        "last 14 days; the doses span 7 days",
    ),
    "a supply repeated": (
        request(dispenseRequest={"quantity": amount(35), "numberOfRepeatsAllowed": 2}), "supply", "repeated 2 times"
    ),
    "a form that is none": (
        request(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[
            {"resourceType": "Medication", "id": "m", "code": {"text": "x"}, "form": {"text": "film"},
             "ingredient": [{"itemCodeableConcept": {"text": "x"}}]}]),
        "not-read",
        "the form 'film'",
    ),
    "a drug called as a product": (
        request(medicationCodeableConcept=None, medicationReference={"reference": "#m"},
                contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "x 5 mg"}}]),
        "medication",
        "as the product is",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REPORTED)
def test_what_leaves_the_doses_certain_is_reported(name):
    data, kind, text = REPORTED[name]
    read = from_fhir(data)
    assert any(text in message for message in messages(read.reports, kind)), read.reports
    assert not any(report.refuses for report in read.reports)


def test_a_text_that_says_a_month_agrees_with_the_days_of_that_month():
    february = dosage("2027-02-01", "2027-02-28", text="for 1 month")
    assert messages(from_fhir(request(february)).reports, "text") == []
    assert "1 month" in refusal(request(dosage("2027-02-01", "2027-03-01", text="for 1 month"))).message


def test_a_day_at_the_limit_is_not_reported_and_one_above_is():
    limit = {"maxDosePerPeriod": {"numerator": amount(5000, "ug"), "denominator": amount(1, "d")}}
    assert messages(from_fhir(request(dosage(**limit))).reports, "maximum") == []
    assert messages(from_fhir(request(dosage(value=Decimal("5.1"), **limit))).reports, "maximum") != []


WRONG = {
    "another resource": ({"resourceType": "Patient"}, "a Patient is no request for doses"),
    "DSTU2": ({"resourceType": "MedicationOrder"}, "is FHIR DSTU2"),
    "DSTU2 in a bundle": (bundle({"resourceType": "MedicationOrder"}), "is FHIR DSTU2"),
    "no type": ({}, "there is no resourceType"),
    "a list": ([], "there is no resourceType"),
    "an empty bundle": (bundle(), "holds no MedicationRequest"),
    "two versions": (bundle(request(), request(medicationCodeableConcept=None, medication={"concept": {"text": "x"}})),
                     "is FHIR R4 and"),
    "no version": (request(medicationCodeableConcept=None), "names no medication"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_request_of_a_version_that_is_read_is_refused(name):
    data, text = WRONG[name]
    with pytest.raises(WrongResource, match=text):
        from_fhir(data)


def test_the_version_that_is_named_must_be_the_one_that_is_read():
    assert from_fhir(request(), version="R4").version == "R4"
    with pytest.raises(WrongResource, match="is FHIR R4, and R5 was named"):
        from_fhir(request(), version="R5")


def test_a_supply_request_alone_orders_no_doses():
    supply = request(dosageInstruction=None, basedOn=[{"reference": "x"}], dispenseRequest={"quantity": amount(5)})
    assert "no request orders doses" in refusal(supply).message


def test_a_course_whose_requests_name_two_drugs_is_refused():
    made = to_fhir(to_schedule(realize(plan_of(step("5 mg", "3 days"), step("2 mg", "3 days")), TABLETS), start=START),
                   profile="separate")  # fmt: skip
    made["entry"][1]["resource"]["contained"][0]["ingredient"][0]["itemCodeableConcept"]["text"] = "other"
    assert "one course names other and testamine" in refusal(made).message


def test_a_period_that_the_dosages_do_not_span_is_refused_in_r5():
    schedule = to_schedule(realize(plan_of(step("5 mg", "3 days")), TABLETS), start=START)
    made = to_fhir(schedule, version="R5")
    made["entry"][0]["resource"]["effectiveDosePeriod"]["end"] = "2027-03-04"
    assert "it gives 2027-03-04 as the end, the dosages give 2027-03-03" in refusal(made).message


def test_two_requests_without_a_name_of_their_course_are_two_courses():
    read = from_fhir(bundle(request(), request(dosage("2027-03-03", "2027-03-05"))))
    assert [(one.id, one.starts_on_day) for one in read.plan.courses] == [("course-1", 1), ("course-2", 3)]


def test_the_supply_of_an_open_plan_is_compared_over_the_days_it_is_said_to_last():
    plan = plan_of(step("5 mg", "4 days"), step({"morning": "5 mg", "evening": "5 mg"}), then="continue")
    exact = to_schedule(realize(plan, (tablet("5 mg"),)), start=START, horizon=weeks(1))
    assert messages(from_fhir(to_fhir(exact)).reports, "supply") == []
    packs = to_fhir(exact)
    for request in (entry["resource"] for entry in packs["entry"] if "dispenseRequest" in entry["resource"]):
        request["dispenseRequest"]["quantity"]["value"] = 28
    assert "140 mg" in messages(from_fhir(packs).reports, "supply")[0]


def test_a_file_is_read_and_a_missing_one_refused(tmp_path):
    path = tmp_path / "request.json"
    path.write_text(json.dumps(request()), encoding="utf-8")
    assert load_fhir(path).plan == from_fhir(json.dumps(request())).plan
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_fhir(tmp_path / "none.json")


def test_a_strength_that_the_caller_names_makes_counts_into_doses():
    counted = dosage(doseAndRate=[{"doseQuantity": amount(2, "TAB", "x")}])
    assert from_fhir(request(counted), strength=mg(5)).plan.courses[0].steps[0].days[0].as_dict() == {
        "evening": "10 mg"
    }


def test_a_strength_in_an_unknown_unit_is_refused():
    one = {"numerator": amount(5, "mcg"), "denominator": amount(1, "{tablet}")}
    drug = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemCodeableConcept": {"text": "x"}, "strength": one}],
    }
    data = request(medicationCodeableConcept=None, contained=[drug], medicationReference={"reference": "#m"})
    assert "mcg is not UCUM" in refusal(data).message


WHOLE = json.loads(
    write_fhir(
        to_fhir(
            to_schedule(
                realize(
                    plan_with(
                        course(
                            step("7 mg", "3 days"), step([{"noon": "5 mg"}, {}], "4 days"), id="a", indication="pain"
                        ),
                        course({"weekly": {"mon": {"08:00": "5 mg"}}, "for": "2 weeks"}, id="b", starts_on_day=3),
                    ),
                    TABLETS,
                ),
                start=START,
            )
        )
    ),
    parse_float=Decimal,
)


def paths_of(tree, path=()):
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, item in items:
        yield from paths_of(item, (*path, key))


PATHS = [path for path in paths_of(WHOLE) if path]
WORDS = st.sampled_from(["2027-03-01", "mg", "EVE", "for 9999 years"])
SHAPES = st.sampled_from([[], {}, [[]], {"value": 1}])
NUMBERS = st.one_of(st.integers(-3, 10**30), st.floats(), st.decimals())
ODD = st.one_of(st.none(), st.booleans(), st.text(max_size=8), NUMBERS, SHAPES, WORDS)


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.one_of(st.just(...), ODD)), min_size=1, max_size=3))
def test_whatever_a_resource_holds_it_is_read_or_refused(changes):
    data = deepcopy(WHOLE)
    for path, value in changes:
        change(data, path, value)
    try:
        read = from_fhir(data)
    except TaperError:
        return
    assert read.plan.courses


def change(data, path, value):
    """Put a value at a path, or take it away; a path that an earlier change removed is passed over."""
    holder = data
    for key in path[:-1]:
        if not isinstance(holder, dict | list) or (isinstance(holder, list) and not isinstance(key, int)):
            return
        if key not in (holder if isinstance(holder, dict) else range(len(holder))):
            return
        holder = holder[key]
    key = path[-1]
    if isinstance(holder, dict):
        holder.pop(key, None)
        if value is not ...:
            holder[key] = value
    elif isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        holder[key] = None if value is ... else value


def test_an_error_of_another_kind_than_ours_is_not_taken_for_a_refusal():
    notes = Notes()
    for watched in (notes.catching("text", "a"), notes.reporting("text", "a")):
        with pytest.raises(KeyError), watched:
            raise KeyError
    assert notes.reports == ()
