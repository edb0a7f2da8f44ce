"""What a request that taper wrote says in words must be what its codes say, in every place where people read it."""

import json
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal

import pytest

from builders import START, TABLETS, course, liquid, plan_of, plan_with, step, tablet
from taper import realize, to_schedule, weeks
from taper.formats.fhir.read.import_report import CannotImport
from taper.formats.fhir.read.plan import from_fhir
from taper.formats.fhir.write.bundle import to_fhir, write_fhir

PLAN = plan_of(
    step({"morning": "10 mg"}, "3 days"), step({"morning": "5 mg"}, "4 days"), step({"morning": "2 mg"}, "2 days")
)
ONE_PRODUCT = plan_of(step({"morning": "10 mg"}, "3 days"), step({"morning": "5 mg"}, "4 days"))
FIVE = (tablet("5 mg", score=2),)


def written(plan=ONE_PRODUCT, products=FIVE, *, version="R4", profile="sequences"):
    return to_fhir(to_schedule(realize(plan, products), start=START), version=version, profile=profile)


def request_of(bundle):
    return bundle["entry"][0]["resource"]


def dosage_of(bundle, index=0):
    return request_of(bundle)["dosageInstruction"][index]


def refused(bundle, **given):
    with pytest.raises(CannotImport) as caught:
        from_fhir(bundle, **given)
    return [report for report in caught.value.reports if report.refuses]


def retold(old, new):
    def change(bundle):
        held = dosage_of(bundle)
        assert old in held["text"]
        held["text"] = held["text"].replace(old, new)

    return change


def rendered(text):
    def change(bundle):
        held = request_of(bundle)
        if "renderedDosageInstruction" in held:
            held["renderedDosageInstruction"] = text
        else:
            held["extension"][0]["valueMarkdown"] = text

    return change


CHANGES = {
    "ten tablets": (retold("2 x 5 mg tablet", "10 x 5 mg tablet"), "says to take '10 x 5 mg tablet', which is not 10"),
    "another strength": (retold("2 x 5 mg tablet", "1 x 10 mg tablet"), "take '1 x 10 mg tablet', which is not"),
    "something else": (retold("2 x 5 mg tablet", "2 spoons"), "says to take '2 spoons', which is not 10 mg"),
    "another thing of 5 mg": (retold("5 mg tablet", "5 mg patch"), "says to take '2 x 5 mg patch', which is not 10 mg"),
    "another dose": (retold("10 mg,", "50 mg,"), "the codes say 'testamine 10 mg, morning: ..."),
    "another drug": (retold("testamine", "methotrexate"), "the codes say 'testamine 10 mg"),
    "other dates": (retold("to 2027-03-03", "to 2027-03-30"), "from 2027-03-01 to 2027-03-03'; make them agree"),
    "seven days": (retold("for 3 days from 2027-03-01 to 2027-03-03", "for seven days"), "for 3 days from 2027-03-01"),
    "another time": (
        lambda bundle: dosage_of(bundle)["timing"]["repeat"].update(when=["HS"]),
        "the codes say 'testamine 10 mg, bedtime",
    ),
    "another code of the dose": (
        lambda bundle: dosage_of(bundle)["doseAndRate"][0]["doseQuantity"].update(value=50),
        "the codes say 'testamine 50 mg",
    ),
    "another rendering": (rendered("take 500 mg"), "the dosages do not say 'take 500 mg'"),
    "a rendering that lost its end": (rendered(""), "the dosages do not say ''"),
    "another product": (
        lambda bundle: request_of(bundle)["contained"][0]["ingredient"][0]["itemCodeableConcept"].update(
            text="methotrexate"
        ),
        "it is called 'methotrexate' and 'testamine 5 mg tablet'; make them agree",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_word_that_is_not_what_the_codes_say_refuses_the_import(name):
    change, said = CHANGES[name]
    bundle = written()
    assert {report.kind for report in from_fhir(bundle).reports} == {"before"}
    change(bundle)
    assert any(said in report.message for report in refused(bundle)), refused(bundle)


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("profile", ["sequences", "separate"])
def test_the_rendered_instruction_is_compared_in_each_version_and_profile(version, profile):
    bundle = written(version=version, profile=profile)
    rendered("- Step 1: take 500 mg.")(bundle)
    assert [report.kind for report in refused(bundle)] == ["text"]


def test_a_text_that_differs_lets_the_codes_stand_where_the_caller_accepts_it():
    bundle = written()
    retold("2 x 5 mg tablet", "10 x 5 mg tablet")(bundle)
    read = from_fhir(bundle, accept=("text",))
    assert read.plan.courses[0].steps[0].days[0].as_dict() == {"morning": "10 mg"}
    assert any("10 x 5 mg tablet" in report.message for report in read.reports)


def test_a_lost_last_request_of_a_course_is_noticed_by_the_ending_that_no_request_tells():
    bundle = written(profile="separate")
    del bundle["entry"][1]
    assert any(report.kind == "text" for report in refused(bundle))


def test_a_changed_narrative_is_reported():
    bundle = written()
    request_of(bundle)["text"]["div"] = '<div xmlns="http://www.w3.org/1999/xhtml"><p>take 500 mg</p></div>'
    (report,) = [item for item in from_fhir(bundle).reports if item.kind == "text"]
    assert (report.message, report.refuses) == ("the narrative is not what the dosages say", False)


@pytest.mark.parametrize("count", ["1 1/2", "1 and 1/2"])
def test_a_count_with_a_half_is_read_as_it_is_written_now_and_was_before(count):
    bundle = written(plan_of(step({"morning": "7.5 mg"}, "3 days")))
    held, head, tail = dosage_of(bundle), "testamine 7.5 mg, morning: ", " x 5 mg tablet, for 3 days from "
    shown = held["text"].removeprefix(head).split(tail)[0]
    assert shown in {"1 1/2", "1 and 1/2"}
    bundle = json.loads(write_fhir(bundle).replace(f"{shown} x", f"{count} x"), parse_float=Decimal)
    assert {report.kind for report in from_fhir(bundle).reports} <= {"before", "supply"}


def test_words_that_were_added_are_reported():
    bundle = written()
    dosage_of(bundle)["patientInstruction"] = "Take with food"
    dosage_of(bundle)["additionalInstruction"] = [{"text": "Shake"}]
    read = [item.message for item in from_fhir(bundle).reports if item.kind == "not-read"]
    assert read == ["compared with the codes: 'Take with food'", "compared with the codes: 'Shake'"]


def test_a_dose_counted_in_tablets_of_unknown_strength_cannot_be_compared_with_its_text():
    bundle = written(PLAN, TABLETS)
    dosage_of(bundle)["doseAndRate"][0]["doseQuantity"] = {"value": 2, "unit": "tablet"}
    assert any("and 2 tablet cannot be compared" in report.message for report in refused(bundle))


def test_texts_that_are_taken_away_are_missed_by_the_rendering_alone():
    bundle = written()
    del dosage_of(bundle)["text"]
    assert any("the dosages do not say" in report.message for report in refused(bundle))
    del request_of(bundle)["text"]
    request_of(bundle)["extension"] = [{"url": "https://example.org/other", "valueBoolean": True}]
    assert {report.kind for report in from_fhir(bundle).reports} == {"before", "not-read"}


def test_a_liquid_is_compared_by_its_volume_and_its_concentration():
    products = (liquid("10 mg/5 mL"),)
    for old, new in (("5 mL of", "50 mL of"), ("10 mg/5 mL", "10 mg/mL"), ("(10 mg)", "(5 mg)")):
        bundle = written(plan_of(step({"morning": "10 mg"}, "3 days")), products)
        assert {report.kind for report in from_fhir(bundle).reports} <= {"before", "supply"}
        retold(old, new)(bundle)
        assert any("which is not 10 mg" in report.message for report in refused(bundle)), new


def test_a_course_whose_requests_are_of_two_products_is_refused():
    bundle = written(profile="separate")
    held = request_of(bundle)["contained"][0]
    held["ingredient"][0]["strength"]["numerator"]["value"] = 50
    assert any("one course names two products of a drug" in report.message for report in refused(bundle))


def test_the_same_request_twice_is_refused():
    bundle = written()
    bundle["entry"].append(deepcopy(bundle["entry"][0]))
    assert {"status"} <= {report.kind for report in refused(bundle)}


def supplies(bundle):
    held = [entry["resource"].get("dispenseRequest") for entry in bundle["entry"]]
    return [int(item["expectedSupplyDuration"]["value"]) for item in held if item]


def test_a_supply_lasts_as_long_as_its_own_course():
    plan = plan_with(
        course(step("10 mg", "10 days"), id="first"), course(step("4 mg", "15 days"), id="later", starts_on_day=40)
    )
    assert supplies(written(plan, (tablet("2 mg"),))) == [54]
    later = plan_with(
        course(step("10 mg", "10 days"), id="first"),
        course(step("4 mg", "15 days"), id="later", drug="othermine", starts_on_day=40),
    )
    bundle = written(later, (tablet("5 mg"), tablet("2 mg", drug="othermine", id="o2")))
    assert supplies(bundle) == [10, 15]
    assert {report.kind for report in from_fhir(bundle).reports} == {"before"}


def test_open_courses_that_begin_apart_are_supplied_to_the_last_day_shown():
    plan = plan_with(
        course(step("5 mg", "5 days"), id="short"),
        course(step({"morning": "2 mg"}), id="long", then="continue", starts_on_day=4),
    )
    products = (tablet("5 mg"), tablet("2 mg"))
    for horizon in (weeks(2), weeks(4)):
        bundle = to_fhir(to_schedule(realize(plan, products), start=START, horizon=horizon))
        assert {report.kind for report in from_fhir(bundle).reports} == {"before"}
        assert (START + timedelta(days=3)).isoformat() in str(bundle)


@pytest.mark.parametrize(("supplied", "is_reported"), [(1, True), (2, False), (3, True)])
def test_a_supply_of_whole_tablets_is_no_disagreement_and_one_too_many_or_too_few_is(supplied, is_reported):
    plan = plan_of(step({"morning": "2.5 mg"}, "3 days"))
    bundle = written(plan)
    assert request_of(bundle)["dispenseRequest"]["quantity"]["value"] == 2
    request_of(bundle)["dispenseRequest"]["quantity"]["value"] = supplied
    assert ("supply" in {report.kind for report in from_fhir(bundle).reports}) is is_reported


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_an_open_end_in_the_words_that_were_written_before_is_read_too(version):
    plan = realize(plan_of(step({"morning": "5 mg"}), then="continue"), FIVE)
    text = write_fhir(to_fhir(to_schedule(plan, start=START, horizon=weeks(2)), version=version))
    former = text.replace("with no stop date", "without an end")
    assert former.count("without an end") > 2
    assert from_fhir(former).plan == from_fhir(text).plan
    assert refused(json.loads(former.replace("without an end", "with no end"), parse_float=Decimal))
