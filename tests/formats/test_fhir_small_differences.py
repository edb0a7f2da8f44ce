"""Orders that differ in one small thing from others: each is read, reported or refused as it says."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

import pytest

from builders import START, TABLETS, plan_of, step, tablet
from formats.fhir_orders import (
    SLOTS,
    SNOMED,
    between,
    bundle,
    counted,
    dosage,
    lasting,
    order,
    order_r5,
    quantity,
    refusals,
    reports,
    steps_of,
)
from taper import CannotImport, check, from_fhir, mg, realize, to_fhir, to_schedule
from taper.formats.fhir.read.dosage_text import read_text

BMP = "https://fhir.kbv.de/CodeSystem/KBV_CS_SFHIR_BMP_DOSIEREINHEIT"
FORTY = {"morning": "40 mg"}
TWO = [dosage(40, repeat=lasting(5), sequence=1), dosage(20, repeat=lasting(5), sequence=2)]


def written(**more):
    """What taper writes of 10 mg for three days and 5 mg for four, in tablets of 5 mg."""
    plan = plan_of(step({"morning": "10 mg"}, "3 days"), step({"morning": "5 mg"}, "4 days"))
    return to_fhir(to_schedule(realize(plan, (tablet("5 mg", score=2),)), start=START), **more)


def of_drug(*dosages, **more):
    """An order of a drug whose Medication stands in it."""
    drug = {"resourceType": "Medication", "id": "m"} | more
    return order(*dosages, medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug])


def of_kind(said, kind):
    return [line for line in said if f": {kind}: " in line]


def test_the_issues_that_taper_writes_beside_its_requests_are_not_named_as_not_read():
    schedule = to_schedule(realize(plan_of(step("5 mg", "3 days")), TABLETS), start=START)
    made = to_fhir(schedule, review=check(schedule))
    assert {entry["resource"]["resourceType"] for entry in made["entry"]} > {"DetectedIssue"}
    assert {report.kind for report in from_fhir(made).reports} == {"before"}


def test_what_was_changed_in_a_request_of_taper_is_named_and_the_rest_is_not():
    made = written()
    made["entry"][0]["resource"] |= {"status": "active", "priority": "urgent"}
    told = [str(report) for report in from_fhir(made).reports if report.kind == "not-read"]
    assert told == ["entry[0]: not-read: not read: status, priority"]


def test_a_tablet_that_a_code_of_pieces_counts_is_a_tablet():
    def told(kind):
        one = {"numerator": quantity(5), "denominator": quantity(1, kind)}
        drug = {"itemCodeableConcept": {"text": "diazepam"}, "strength": one}
        return of_drug(counted(2, "Tablette", "1", BMP), ingredient=[drug])

    assert steps_of(told("{tablet}"))[1] == [({"morning": "10 mg"}, "on")]
    assert any("2 Tablette is counted in tablets, and the strength is of one capsule" in line
               for line in refusals(told("{capsule}")))  # fmt: skip


def supply(value, reference="MedicationRequest/x", **more):
    asked = {"quantity": quantity(value)} | more
    return order(basedOn=[{"reference": reference}], dispenseRequest=asked, dosageInstruction=None)


def test_two_supplies_of_one_drug_are_no_order_given_twice_and_are_added():
    five = order(dosage(repeat=lasting(5)), id="x")
    assert of_kind(reports(bundle(five, supply(120), supply(80))), "supply") == []
    assert "200 mg" in of_kind(reports(bundle(five, supply(120), supply(120))), "supply")[0]


def test_supplies_alone_refuse_since_they_order_no_doses():
    assert refusals(bundle(supply(120), supply(80))) == ["dose: no request orders doses; give one that does"]


def test_the_count_of_a_day_is_summed_where_what_one_unit_holds_is_not_known():
    evening = counted(1, "tablet", repeat={"when": ["EVE"]})
    for text, agrees in (("3 tablets daily", True), ("4 tablets daily", False)):
        said = refusals(order(counted(2, "tablet", text=text), evening))
        assert (of_kind(said, "text") == []) is agrees
        assert any("what one unit holds is not stated" in line for line in said)


@pytest.mark.parametrize("key", ["priorPrescription", "basedOn"])
def test_an_order_is_replaced_by_its_address_as_by_its_id(key):
    other = {"reference": "urn:uuid:a"}
    later = order(dosage(20), **{key: other if key == "priorPrescription" else [other]})
    entries = [{"fullUrl": "urn:uuid:a", "resource": order()}, {"fullUrl": "urn:uuid:b", "resource": later}]
    held = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    assert any("it stands for entry[0], which is given too" in line for line in refusals(held))
    assert from_fhir(held, slots=SLOTS, select=["urn:uuid:b"]).plan.courses[0].steps[0].days[0].as_dict() == {
        "morning": "20 mg"
    }


def open_since(first, value, name):
    return order(dosage(value, repeat=between(first)), id=name)


@pytest.mark.parametrize(
    ("of", "needed"), [("MedicationRequest/later", 20 * 40 + 10 * 20), ("MedicationRequest/none", 10 * 40)]
)
def test_a_supply_lasts_from_the_first_day_of_the_orders_that_it_is_for(of, needed):
    """Ten days from 15 April are 20 since 5 April; ten from the first day of any end before the later order begins."""
    held = [open_since("2027-04-05", 40, "early"), open_since("2027-04-15", 20, "later")]
    days = {"expectedSupplyDuration": quantity(10, "d")}
    assert of_kind(reports(bundle(*held, supply(needed, of, **days))), "supply") == []
    (said,) = of_kind(reports(bundle(*held, supply(needed - 10, of, **days))), "supply")
    assert f"{needed - 10} mg of prednisone supplied; the doses are {needed} mg by their bounds" in said


def test_a_supply_is_compared_with_what_the_texts_say_too():
    told = order(dosage(text="40 mg for 10 days", repeat=lasting(7)), dispenseRequest={"quantity": quantity(280)})
    (said,) = of_kind(reports(told, accept=("text",)), "supply")
    assert said.endswith(
        "280 mg of prednisone supplied; the doses are 280 mg by their bounds, and by their texts to 400 mg"
    )


@pytest.mark.parametrize(("supplied", "is_reported"), [(35, False), (Decimal("35.5"), True)])
def test_a_supply_of_a_liquid_is_measured_and_not_rounded_up_to_units(supplied, is_reported):
    """5 mL a day for seven days are 35 mL; a liquid has no whole units that a supply is rounded up to."""
    liquid = {"numerator": quantity(2), "denominator": quantity(5, "mL")}
    measured = dosage(doseAndRate=[{"doseQuantity": quantity(5, "mL")}], repeat=lasting(7))
    told = of_drug(measured, ingredient=[{"itemCodeableConcept": {"text": "diazepam"}, "strength": liquid}])
    said = of_kind(reports(told | {"dispenseRequest": {"quantity": quantity(supplied, "mL")}}), "supply")
    assert bool(said) is is_reported


def test_once_a_day_without_a_time_of_day_is_one_dose_a_day():
    once = order(dosage(repeat=lasting(7) | {"when": None}), dispenseRequest={"quantity": quantity(280)})
    assert list(from_fhir(once).plan.courses[0].steps[0].days[0].as_dict()) == ["daily"]
    assert [report for report in from_fhir(once).reports if report.kind == "supply"] == []


@pytest.mark.parametrize(("reason", "indication"), [("asthma", "asthma"), ("Bronchial asthma", None)])
def test_a_reason_that_is_a_short_name_is_the_indication(reason, indication):
    for told in (order(reasonCode=[{"text": reason}]), order(reasonCode=[{"coding": [{"display": reason}]}])):
        assert from_fhir(told, slots=SLOTS).plan.courses[0].indication == indication


def test_a_pause_at_the_end_is_kept_where_it_has_a_length():
    pause = dosage(0, repeat=lasting(3), sequence=2)
    assert steps_of(order(TWO[0], pause)) == (None, [(FORTY, "5 days"), ({}, "3 days")], "review")


def test_a_period_of_one_day_is_one_day():
    assert steps_of(order(dosage(repeat=between("2027-04-05", "2027-04-05"))))[1] == [(FORTY, "1 day")]


def test_an_instruction_without_a_name_leaves_the_kind_of_a_step_as_it_is():
    plan = plan_of(step("1 mg", "3 days"), step("5 mg", "3 days", kind="increase"))
    made = to_fhir(to_schedule(realize(plan, TABLETS), start=START))
    made["entry"][0]["resource"]["dosageInstruction"][1]["additionalInstruction"].append({"coding": [{"code": "1"}]})
    assert [item.kind for item in from_fhir(made).plan.courses[0].steps] == [None, "increase"]


@pytest.mark.parametrize("value", [1, 1000])
def test_a_number_that_could_be_a_thousand_or_one_agrees_with_neither(value):
    assert of_kind(refusals(order(dosage(value, text="1,000 mg"))), "text") != []


@pytest.mark.parametrize(
    ("text", "is_read"), [("Take a 40 mg dose in the morning", True), ("40 mg, 1 with food", False)]
)
def test_one_may_be_an_article_and_a_digit_never_is(text, is_read):
    assert (refusals(order(dosage(text=text))) == []) is is_read


@pytest.mark.parametrize(("text", "is_read"), [("ab 05.04.", True), ("ab 06.04.", False), ("ab 05.04.2028", False)])
def test_a_date_in_numbers_may_leave_out_its_year(text, is_read):
    assert (refusals(order(dosage(repeat=between("2027-04-05"), text=text))) == []) is is_read


SHORT = {
    "40 mg p.o. b.i.d.": {"frequency": 2, "when": ["MORN", "EVE"]},
    "40 mg p.o. q.i.d.": {"frequency": 4, "when": ["MORN", "NOON", "EVE", "HS"]},
    "40 mg mane, 5 day course": lasting(5),
}


@pytest.mark.parametrize("text", SHORT)
def test_a_text_in_short_is_read_as_at_length_and_agrees_with_no_other_order(text):
    for other, repeat in SHORT.items():
        assert (refusals(order(dosage(repeat=repeat, text=text))) == []) is (other == text), other


@pytest.mark.parametrize(("frequency", "hours", "times"), [(1, 8, 3), (1, 12, 2), (2, 12, 4), (1, 24, 1), (3, 24, 3)])
def test_hours_are_as_many_times_on_every_day(frequency, hours, times):
    hourly = dosage(repeat={"when": None, "frequency": frequency, "period": hours, "periodUnit": "h"})
    (one,) = from_fhir(order(hourly), slots=SLOTS).plan.courses[0].steps
    assert [day.as_dict() for day in one.days] == [dict.fromkeys(SLOTS[times], "40 mg")]


def test_a_unit_of_another_route_without_a_code_refuses_by_its_name():
    assert any("not taken by mouth" in line for line in refusals(order(counted(1, "patch"))))


@pytest.mark.parametrize("text", ["Take 1 tablet(s) in the morning", "1 tab(s) mane", "1 comprimé(s) le matin"])
def test_a_unit_may_leave_open_whether_it_is_one_or_several(text):
    assert refusals(order(counted(1, "tablet", text=text)), strength=mg(5)) == []


CLOCKS = {
    "40 mg at 12 pm": "12:00:00",
    "40 mg at 12 am": "00:00:00",
    "40 mg at 12:30 am": "00:30:00",
    "40 mg at 1 pm": "13:00:00",
    "40 mg at 11 a.m.": "11:00:00",
    "40 mg at 12:15": "12:15:00",
}


@pytest.mark.parametrize("text", CLOCKS)
def test_a_clock_time_in_a_text_is_the_one_of_the_codes_and_no_other(text):
    """Twelve is midnight before noon and noon after it."""
    for time in set(CLOCKS.values()):
        repeat = {"when": None, "timeOfDay": [time]}
        assert (refusals(order(dosage(repeat=repeat, text=text))) == []) is (time == CLOCKS[text]), time


PARTS = {
    "in the morning": ["04:00", "10:59"],
    "at noon": ["11:00", "15:59"],
    "in the evening": ["16:00", "20:59"],
    "at bedtime": ["21:00", "23:59", "00:00", "03:59"],
}


@pytest.mark.parametrize(("part", "time"), [(part, time) for part, times in PARTS.items() for time in times])
def test_a_part_of_the_day_in_a_text_holds_the_clock_times_of_it(part, time):
    repeat = {"when": None, "timeOfDay": [f"{time}:00"]}
    for other in PARTS:
        assert (refusals(order(dosage(repeat=repeat, text=f"40 mg {other}"))) == []) is (other == part)


def test_a_resource_may_be_any_mapping_all_the_way_down():
    def sealed(value):
        if isinstance(value, dict):
            return MappingProxyType({key: sealed(item) for key, item in value.items()})
        return [sealed(item) for item in value] if isinstance(value, list) else value

    held = order(dosage(text="40 mg in the morning"), note=[{"text": "with food"}])
    assert from_fhir(sealed(held), slots=SLOTS) == from_fhir(held, slots=SLOTS)


REMARK = [{"url": "http://example.org/fhir/StructureDefinition/remark", "valueString": "reduce by 5 mg each week"}]


@pytest.mark.parametrize(
    "more",
    [
        {"timing": dosage()["timing"] | {"extension": REMARK}},
        {"repeat": {"extension": REMARK}},
        {"repeat": {"_frequency": {"extension": REMARK}}},
        {"doseAndRate": [{"doseQuantity": quantity(40), "extension": REMARK}]},
        {"doseAndRate": [{"doseQuantity": quantity(40) | {"_value": {"extension": REMARK}}}]},
    ],
    ids=["timing", "repeat", "beside a value of repeat", "dose and rate", "beside the value of a dose"],
)
def test_a_text_in_an_extension_at_any_depth_of_a_dosage_is_compared(more):
    assert of_kind(refusals(order(dosage(**more))), "text") != []


def test_a_text_in_an_extension_is_told_with_its_place():
    remark = [REMARK[0] | {"valueString": "take with food"}]
    held = order(dosage(extension=remark, repeat={"extension": remark}), extension=remark)
    said = [line.partition(": ")[0] for line in reports(held) if "compared with the codes: 'take with food'" in line]
    assert said == [
        "MedicationRequest.dosageInstruction[0].timing.repeat.extension[0]",
        "MedicationRequest.dosageInstruction[0].extension[0]",
        "MedicationRequest.note in extension[0]",
    ]


def test_a_modifier_in_a_list_of_a_contained_resource_refuses_at_its_place():
    person = {"resourceType": "Patient", "id": "p", "name": [{"text": "A", "modifierExtension": [{"url": "urn:x"}]}]}
    assert any(line.startswith("MedicationRequest.contained[0].name[0]: status: a modifier extension")
               for line in refusals(order(contained=[person])))  # fmt: skip


@pytest.mark.parametrize("given", ["Patient/1", 7, date(2027, 4, 5)], ids=["a text", "a number", "a date"])
def test_what_is_no_object_in_place_of_one_refuses(given):
    assert any("subject: element: " in line and "is no Reference; write an object" in line
               for line in refusals(order(subject=given)))  # fmt: skip


def test_a_refusal_lists_what_refuses_and_then_what_else_was_noticed():
    with pytest.raises(CannotImport) as caught:
        from_fhir(order(dosage(asNeededBoolean=True, route=None)))
    lines = str(caught.value).splitlines()
    assert [line.strip() for line in lines if "as-needed" in line] == [
        "MedicationRequest.dosageInstruction[0]: as-needed: the dose is taken as needed and has no day; plan it outside"
    ]
    assert [line.strip() for line in lines if ": route: " in line] == [
        "also MedicationRequest.dosageInstruction[0].route: route: the route is not stated, and is taken to be by mouth"
    ]


def test_each_name_of_an_ingredient_must_be_of_one_drug():
    both = {"text": "prednisone", "coding": [{"display": "methotrexate"}]}
    assert any("it is called 'prednisone' and 'methotrexate', which are two drugs" in line
               for line in refusals(of_drug(ingredient=[{"itemCodeableConcept": both}])))  # fmt: skip


def test_the_other_names_of_an_ingredient_are_compared_with_its_first_alone():
    held = {"text": "prednisone", "coding": [{"display": "Testamine"}]}
    told = of_drug(code={"text": "prednisone 5 mg tablet"}, ingredient=[{"itemCodeableConcept": held}])
    (said,) = of_kind(reports(told), "medication")
    assert "it is called 'prednisone' and 'Testamine'; whether that is one drug is not known here" in said


def test_a_name_without_a_letter_is_not_said_to_be_called_otherwise():
    told = order(medicationCodeableConcept={"text": "***"})
    assert of_kind(reports(told), "medication") == []


def test_two_orders_without_a_drug_are_not_said_to_be_of_one():
    said = refusals(bundle(order(medicationCodeableConcept={}), order(dosage(20), medicationCodeableConcept={})))
    assert len(of_kind(said, "medication")) == 2
    with pytest.raises(CannotImport) as caught:
        from_fhir(bundle(order(medicationCodeableConcept={}), order(dosage(20), medicationCodeableConcept={})))
    assert not [report for report in caught.value.reports if report.kind == "overlap"]


def test_an_order_without_doses_is_not_said_to_fall_on_the_days_of_another():
    with pytest.raises(CannotImport) as caught:
        from_fhir(bundle(order(), order(dosageInstruction=None)), slots=SLOTS)
    assert [report.kind for report in caught.value.reports if report.refuses] == ["dose"]
    assert not [report for report in caught.value.reports if report.kind == "overlap"]


def test_a_text_of_taper_that_does_not_say_what_to_take_is_refused_with_what_the_codes_say():
    made = written()
    held = made["entry"][0]["resource"]["dosageInstruction"][0]
    assert "2 x 5 mg tablet" in held["text"]
    held["text"] = held["text"].replace("2 x 5 mg tablet", "")
    with pytest.raises(CannotImport, match=r"the codes say 'testamine 10 mg, morning: \.\.\.,? for 3 days"):
        from_fhir(made)


def test_the_one_line_of_a_rendering_that_differs_is_shown():
    made = written()
    extension = made["entry"][0]["resource"]["extension"][0]
    lines = extension["valueMarkdown"].splitlines()
    changed = lines[1].replace("1 x 5 mg", "3 x 5 mg")
    assert changed != lines[1]
    extension["valueMarkdown"] = "\n".join([lines[0], changed, *lines[2:]])
    with pytest.raises(CannotImport, match=r"the dosages do not say '[^']*3 x 5 mg") as caught:
        from_fhir(made)
    assert len(of_kind(map(str, caught.value.reports), "text")) == 1


def test_what_is_read_shows_its_version_its_plan_and_how_much_was_noticed():
    read = from_fhir(order(), slots=SLOTS)
    assert repr(read) == f"<FhirPlan, R4: {read.plan!r}, {len(read.reports)} reports>"


def test_a_code_of_a_route_without_its_system_decides_where_it_can_mean_nothing_else():
    assert refusals(order(dosage(route={"coding": [{"code": "PO"}]}))) == []
    beside = {"coding": [{"system": SNOMED, "code": "26643006"}, {"code": "9"}]}
    assert any("a known code says that the route is by mouth; not read: '9'" in line
               for line in reports(order(dosage(route=beside))))  # fmt: skip


def test_of_a_name_its_codes_are_named_and_of_a_timing_its_code_is_read():
    coded = {"coding": [{"system": "urn:x", "code": "1", "display": "prednisone 5 mg"}]}
    told = of_drug(
        dosage(timing={"code": {"coding": [{"system": "urn:y", "code": "QAM", "display": "every morning"}]}},
               text="40 mg every morning") | {"timing": dosage()["timing"] | {"code": {"coding": [{"code": "QD"}]}}},
        code=coded, ingredient=[{"itemCodeableConcept": {"text": "prednisone", "coding": [{"code": "2"}]}}],
    )  # fmt: skip
    (said,) = [line for line in reports(told) if line.startswith("MedicationRequest: not-read: not read: ")]
    assert said.removeprefix("MedicationRequest: not-read: not read: ").split(", ") == [
        "status", "intent", "subject", "contained[0].code.coding[0].system", "contained[0].code.coding[0].code",
        "contained[0].ingredient[0].itemCodeableConcept.coding[0].code",
    ]  # fmt: skip
    assert not [line for line in reports(told) if "timing.code" in line]


def test_of_a_reason_in_r5_the_name_is_read_and_its_codes_and_reference_are_named():
    concept = {"text": "asthma", "coding": [{"system": "urn:x", "code": "1"}]}

    def named(reason):
        read = from_fhir(order_r5(reason=[reason]), slots=SLOTS)
        assert read.plan.courses[0].indication == "asthma"
        (said,) = [report.message for report in read.reports if report.message.startswith("not read: ")]
        return said.removeprefix("not read: status, intent, subject").split(", ")[1:]

    codes = ["reason[0].concept.coding[0].system", "reason[0].concept.coding[0].code"]
    assert named({"concept": {"text": "asthma"}}) == []
    assert named({"concept": concept}) == codes
    assert named({"concept": concept, "reference": {"reference": "Condition/1"}}) == ["reason[0].reference", *codes]


def test_an_id_may_stand_beside_a_value_and_is_named():
    assert refusals(order(_status={"id": "s"})) == []
    assert any("not read: status, intent, subject, _status.id" in line for line in reports(order(_status={"id": "s"})))


def test_null_may_stand_in_a_list_for_a_value_that_only_an_id_stands_beside():
    held = {"profile": [None, "urn:x"], "_profile": [{"id": "a"}, None]}
    assert refusals(order(meta=held)) == []
    assert any("meta.profile[0]: element: " in line for line in refusals(order(meta=held | {"profile": ["", "urn:x"]})))


def test_doses_of_every_second_day_that_begin_a_day_apart_alternate():
    repeat = {"period": 2}
    first = dosage(40, repeat=repeat | between("2027-04-05", "2027-04-14"), sequence=1)
    second = dosage(20, repeat=repeat | between("2027-04-06", "2027-04-14"), sequence=1)
    (one,) = from_fhir(order(first, second), slots=SLOTS).plan.courses[0].steps
    assert [day.as_dict() for day in one.days] == [FORTY, {"morning": "20 mg"}]


TOLD = {
    "for 9 days": False,
    "for 15 days": True,
    "40 mg for 10 days": False,
    "40 mg for 5 days, then stop": False,
    "reduce to 40 mg for 5 days, then 20 mg for 10 days": False,
    "40 mg for 5 days, then reduce to 20 mg for 10 days": True,
    "40 mg for 5 days, then 20 mg for 10 days, then stop": True,
    "40 mg for 5 days, then 20 mg, then stop after 10 days": False,
    "40 mg for 5 days, 20 mg for 10 days": True,
    "Prednisone: 40 mg in the morning for 5 days.\n20 mg, in the morning, for 10 days; stop.": True,
    "40 mg for 5 days. Reduce to 20 mg for 10 days.": True,
    "40 mg for 5 days. 20 mg.": True,
    "40 mg pendant 5 jours, 20 mg pendant 10 jours puis stop": True,
    "40 mg pendant 5 jours, 20 mg pendant 5 jours puis stop": False,
    "40 mg durante 5 días, 20 mg otros 10 días, luego 10 mg": False,
    "40 mg for 10 days, 20 mg for 5 days": False,
    "20 mg for 10 days. 40 mg for 5 days.": False,
    "40 mg, 20 mg for 10 days": False,
    "40 mg and 20 mg in the morning": False,
    "40 mg for 5 days and 20 mg for 10 days": False,
    "40 mg for 5 days. 20 mg for 10 days. 10 mg for 5 days.": False,
    "40 mg for 5 days. 20 mg for 10 days if tolerated.": True,
    "40 mg for 5 days and stop, then 20 mg for 10 days": False,
    "40 mg for 5 days, then 20 mg for 10 days and stop": True,
}


@pytest.mark.parametrize("text", TOLD)
def test_a_text_on_two_steps_tells_the_whole_or_each_in_turn(text):
    """Who reads "40 mg for 10 days, 20 mg for 5 days" takes other doses than 40 mg for 5 days and 20 mg for 10."""
    two = [dosage(40, repeat=lasting(5), sequence=1), dosage(20, repeat=lasting(10), sequence=2)]
    assert (refusals(order(*two, note=[{"text": text}])) == []) is TOLD[text]
    assert (refusals(order_r5(*two, renderedDosageInstruction=text)) == []) is TOLD[text]


@pytest.mark.parametrize("text", ["40 mg for 5 days", "20 mg for 10 days", "20 mg for 10 days, then stop"])
def test_a_note_may_tell_one_of_two_steps_and_a_rendering_of_the_order_may_not(text):
    two = [dosage(40, repeat=lasting(5), sequence=1), dosage(20, repeat=lasting(10), sequence=2)]
    assert refusals(order(*two, note=[{"text": text}])) == []
    assert refusals(order_r5(*two, renderedDosageInstruction=text)) != []


def test_a_rendering_of_two_steps_of_one_dose_tells_it_of_each():
    two = [dosage(40, repeat=lasting(5), sequence=1),
           dosage(40, repeat=lasting(5) | {"when": ["EVE"]}, sequence=2)]  # fmt: skip
    assert refusals(order(*two, note=[{"text": "40 mg"}])) == []
    (said,) = refusals(order_r5(*two, renderedDosageInstruction="40 mg"))
    assert "it does not tell the doses of each step in turn" in said


@pytest.mark.parametrize(("last", "is_read"), [("2027-02-28", True), ("2027-03-01", False)])
def test_a_month_in_a_text_is_the_month_that_its_dates_span(last, is_read):
    told = dosage(repeat=between("2027-02-01", last), text="40 mg morgens für 1 Monat")
    assert (refusals(order(told)) == []) is is_read


@pytest.mark.parametrize(("last", "is_read"), [("14 April 2027", True), ("15 April 2027", False)])
def test_a_text_of_a_step_may_tell_the_first_and_last_day_of_the_whole(last, is_read):
    first = dosage(40, repeat=between("2027-04-05", "2027-04-09"), sequence=1, text=f"from 5 April 2027 to {last}")
    later = dosage(20, repeat=between("2027-04-10", "2027-04-14"), sequence=2)
    assert (refusals(order(first, later)) == []) is is_read


def test_a_text_that_stops_what_goes_on_refuses():
    two = [dosage(40, repeat=lasting(5), sequence=1), dosage(20, sequence=2)]
    for text, is_read in (("40 mg for 5 days, then 20 mg", True), ("40 mg for 5 days, then 20 mg and stop", False)):
        assert (refusals(order(*two, note=[{"text": text}])) == []) is is_read


def test_a_note_in_a_language_that_is_not_read_refuses_and_one_of_known_words_does_not():
    assert any("in a language that is not read" in line for line in refusals(order(note=[{"text": "朝食後に服用"}])))
    assert refusals(order(note=[{"text": "Told to the patient's wife 朝食"}])) == []
    assert refusals(order(note=[{"text": "Patient's wife 朝食"}])) != []
    assert refusals(order(note=[{"text": "Take with food 朝食"}])) != []


@pytest.mark.parametrize(("name", "is_read"), [("Zolpidem", True), ("Zopiclone", False)])
def test_a_text_may_name_the_drug_of_the_medication_and_no_other(name, is_read):
    told = of_drug(
        dosage(text=f"{name} 40 mg in the morning"), ingredient=[{"itemCodeableConcept": {"text": "zolpidem"}}]
    )
    assert (refusals(told) == []) is is_read


def test_a_word_that_is_not_known_counts_in_no_part_of_a_note_and_in_each_of_a_rendering():
    two = [dosage(40, repeat=lasting(5), sequence=1), dosage(20, repeat=lasting(10), sequence=2)]
    for text in (
        "Explained: 40 mg for 5 days, 20 mg for 10 days",
        "Explained: 40 mg for 5 days, then 20 mg for 10 days",
    ):
        assert refusals(order(*two, note=[{"text": text}])) == []
        assert refusals(order_r5(*two, renderedDosageInstruction=text)) != []


@pytest.mark.parametrize("text", ["then", "then then"])
def test_words_of_order_alone_tell_no_step(text):
    assert refusals(order(*TWO, note=[{"text": text}])) != []


def test_a_text_of_a_step_that_tells_both_doses_at_once_refuses():
    assert refusals(order(TWO[0] | {"patientInstruction": "40 mg and 20 mg in the morning"}, TWO[1])) != []


def test_eight_amounts_in_micrograms_are_read_as_they_stand():
    amounts = [f"{number} mcg" for number in range(50, 450, 50)]
    told = read_text(", ".join(amounts)).amounts
    assert told == [(Fraction(number, 1000), "mg") for number in range(50, 450, 50)]
