"""What receivers ask for: mandatory elements, codes, requests of single days, valid references, and cards."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, START, TABLETS, course, plan_of, plan_with, step, tablet
from taper import (
    CannotExpress,
    Finding,
    Formulary,
    InvalidInput,
    NotAssessed,
    Reason,
    Review,
    Severity,
    from_fhir,
    realize,
    to_cds_cards,
    to_fhir,
    to_schedule,
    weeks,
    write_fhir,
)
from taper.formats.fhir.write.issues import address_of
from taper.knowledge.formulary import atc_codes
from taper.source import Source

PLAN = plan_of(step({"morning": "10 mg"}, "3 days"), step({"morning": "5 mg", "evening": "5 mg"}, "4 days"))
FIVE = (tablet("5 mg", score=2),)
SAID = {
    "subject": "Patient/1",
    "authored_on": date(2027, 2, 1),
    "requester": "Practitioner/2",
    "category": "outpatient",
    "codings": {DRUG: {"rxnorm": "1", "atc": "X01"}, FIVE[0].id: {"snomed": "3"}},
}
# What each guide requires of a MedicationRequest in R4, by its profile: elements that must stand.
GUIDES = {
    "US Core": ["status", "intent", "medicationReference", "subject"],
    "International Patient Summary 2.0.0": ["status", "intent", "medicationReference", "subject.reference"],
    "AU Base 6.0.0": ["status", "intent", "medicationReference", "subject"],
    "AU Core": ["status", "intent", "medicationReference", "subject", "authoredOn", "requester"],
}


def written(plan=PLAN, products=FIVE, **given):
    return to_fhir(to_schedule(realize(plan, products), start=START), **given)


def requests_of(bundle):
    held = [entry["resource"] for entry in bundle["entry"]]
    return [item for item in held if item["resourceType"] == "MedicationRequest"]


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize("profile", ["sequences", "separate", "days"])
def test_every_request_has_what_a_guide_requires_where_the_caller_says_it(guide, profile):
    for request in requests_of(written(profile=profile, **SAID)):
        for path in GUIDES[guide]:
            held = request
            for key in path.split("."):
                assert key in held, (guide, path)
                held = held[key]


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_what_a_caller_says_stands_in_each_request_and_in_its_supply(version):
    plan = plan_of(step("7 mg", "10 days"))
    said = {key: item for key, item in SAID.items() if key != "codings"}
    made = requests_of(written(plan, TABLETS, version=version, **said))
    assert len(made) == 3
    for request in made:
        assert (request["authoredOn"], request["requester"]) == ("2027-02-01", {"reference": "Practitioner/2"})
    system = {"R4": "category", "R5": "admin-location"}[version]
    (category,) = made[0]["category"]
    assert category["coding"] == [
        {"system": f"http://terminology.hl7.org/CodeSystem/medicationrequest-{system}", "code": "outpatient"}
    ]
    assert made[1]["category"] == [{"text": "supply"}]


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("profile", ["sequences", "separate", "days"])
def test_requests_with_all_that_a_caller_says_are_read_back_as_they_were(version, profile):
    read = from_fhir(write_fhir(written(version=version, profile=profile, **SAID)))
    assert days_of(read.plan, read.start) == days_of(PLAN, START)
    assert read.plan.courses[0].then == PLAN.courses[0].then
    assert not any(report.refuses for report in read.reports)


def days_of(plan, start):
    """The days that have doses: what ends without doses ends with its last dose, where each day stands alone."""
    schedule = to_schedule(realize(plan, FIVE), start=start)
    return [
        (day.date, [(intake.slot.name, intake.dose) for intake in day.intakes]) for day in schedule.days if day.intakes
    ]


def test_codes_stand_beside_the_names_of_a_drug_and_a_product():
    medication = requests_of(written(**SAID))[0]["contained"][0]
    assert medication["code"]["coding"] == [{"system": "http://snomed.info/sct", "code": "3"}]
    assert [item["code"] for item in medication["ingredient"][0]["itemCodeableConcept"]["coding"]] == ["1", "X01"]
    several = requests_of(written(plan_of(step("7 mg", "3 days")), TABLETS, codings={DRUG: {"atc": "X01"}}))[0]
    assert several["contained"][0]["code"]["coding"] == [{"system": "http://www.whocc.no/atc", "code": "X01"}]


def codes_of(drug, **given):
    medication = requests_of(written(plan_of(step("5 mg", "3 days"), drug=drug), [tablet("5 mg", drug=drug)], **given))[
        0
    ]
    coded = medication["contained"][0]["ingredient"][0]["itemCodeableConcept"].get("coding", [])
    return {item["system"].rpartition("/")[2]: item["code"] for item in coded}


def test_a_drug_with_one_atc_code_on_file_has_it_and_the_caller_may_add_or_correct():
    assert codes_of("diazepam") == {"atc": "N05BA01"}
    assert codes_of("diazepam", codings={"diazepam": {"rxnorm": "1"}}) == {"atc": "N05BA01", "rxnorm": "1"}
    assert codes_of("diazepam", codings={"diazepam": {"atc": "X01"}}) == {"atc": "X01"}
    assert codes_of("prednisone") == codes_of("testamine") == {}  # several by its uses, and none


def test_no_code_on_file_is_that_of_a_group_or_of_a_combination():
    assert all(len(code) == len("N05BA01") for code in atc_codes().values())
    assert "clavulanic-acid" not in atc_codes()


def test_each_request_has_an_identifier_of_its_own_and_no_two_the_same():
    made = [item for item in requests_of(written(profile="separate")) if "dosageInstruction" in item]
    numbers = [item["identifier"][-1] for item in made]
    assert [item["value"] for item in numbers] == [f"urn:uuid:{item['id']}" for item in made]
    assert len({item["value"] for item in numbers}) == len(made) == 2


WRONG = {
    "a requester": ({"requester": "Dr. X"}, "'Dr. X' is not a reference; write it like Practitioner/123"),
    "a category": ({"category": "ward"}, "write one of inpatient, outpatient, community, discharge"),
    "a system of codes": ({"codings": {DRUG: {"icd": "1"}}}, "got codes of 'icd'; write those of rxnorm, snomed, atc"),
    "a day with a time": ({"authored_on": datetime(2027, 2, 26, 10, tzinfo=UTC)}, "give a day without a time"),
    "a day in words": ({"authored_on": "2027-02-26"}, "give a day without a time"),
    "codes in a list": ({"codings": ["x"]}, "takes a mapping as codings, and got ['x']"),
    "a code alone": ({"codings": {DRUG: "8640"}}, f"codings.{DRUG}: got '8640'; write codes by name and system"),
    "an empty code": ({"codings": {DRUG: {"atc": ""}}}, f"codings.{DRUG}.atc: '' is no code"),
    "a code with a blank": ({"codings": {DRUG: {"atc": " X01"}}}, "' X01' is no code"),
    "a number for a code": ({"codings": {DRUG: {"rxnorm": 8640}}}, "8640 is no code; write it as text"),
    "a drug": ({"codings": {"other": {"atc": "1"}}}, f"the plan has no 'other'; it has {DRUG}, "),
    "a profile": ({"profile": "hours"}, "write sequences, separate or days"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_receiver_could_read_is_refused(name):
    given, said = WRONG[name]
    with pytest.raises(InvalidInput) as caught:
        written(**given)
    assert said in str(caught.value)


CYCLES = plan_with(
    course(step([{"evening": "5 mg"}, {}], "5 days"), {"kind": "gap", "for": "2 days"}, step("2.5 mg", "2 days"),
           id="a"),
    course({"weekly": {"mon": {"08:00": "5 mg"}, "thu": {"08:00": "10 mg"}}, "for": "2 weeks"}, id="b",
           starts_on_day=3),
)  # fmt: skip


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_a_request_for_each_day_holds_that_day_and_no_cycle_or_weekday_or_sequence(version):
    made = requests_of(written(CYCLES, version=version, profile="days"))
    orders = [request for request in made if "dosageInstruction" in request]
    schedule = to_schedule(realize(CYCLES, FIVE), start=START)
    taken = {(day.date.isoformat(), intake.course) for day in schedule.days for intake in day.intakes}
    told = set()
    for request in orders:
        for dosage in request["dosageInstruction"]:
            repeat = dosage["timing"]["repeat"]
            assert not {"sequence", "dayOfWeek"} & {*dosage, *repeat}
            assert (repeat["period"], repeat["periodUnit"]) == (1, "d")
            assert repeat["boundsPeriod"]["start"] == repeat["boundsPeriod"]["end"]
            told.add((repeat["boundsPeriod"]["start"], request["identifier"][0]["value"]))
    assert told == taken
    assert len(orders) == len(taken)
    read = from_fhir(write_fhir(written(CYCLES, version=version, profile="days")), accept=("gap",))
    assert days_of(read.plan, read.start) == days_of(CYCLES, START)


def test_requests_for_each_day_need_dates_and_an_end():
    undated = realize(PLAN, FIVE)
    with pytest.raises(CannotExpress, match="needs dates and an end"):
        to_fhir(undated, profile="days")
    no_end = realize(plan_of(step("5 mg"), then="continue"), FIVE)
    with pytest.raises(CannotExpress, match="needs dates and an end"):
        to_fhir(to_schedule(no_end, start=START, horizon=weeks(2)), profile="days")


URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


def shipped_sources():
    held = Formulary.shipped()
    found = {}
    for name in held.drugs:
        monograph = held.get(name)
        for source in monograph.sources:
            found[source.id, source.locator] = source
    return list(found.values())


def test_every_reference_to_a_shipped_source_is_a_valid_uri_and_the_rest_is_kept_as_text():
    sources = shipped_sources()
    assert len(sources) > 100
    for source in sources:
        address, further = address_of(source)
        assert address is None or URI.fullmatch(address), source.locator
        kept = "".join((address or "", further)) if address else source.locator
        assert re.sub(r"[\s;,]", "", kept) == re.sub(r"[\s;,]", "", source.locator)


def source(locator="https://example.org/text", **more):
    return Source(id="one", organization="One", title="A label", locator=locator, year=2020, grade="A",
                  verified_on=date(2026, 11, 29), **more)  # fmt: skip


def finding(message="90 mg/day is above 80 mg/day", severity=Severity.HIGH, **more):
    return Finding(rule="ceiling", severity=severity, message=message, **more)


def test_a_page_of_a_locator_moves_into_the_text_of_an_issue():
    held = source("https://example.org/label.pdf; page 4, table 2")
    bundle = written(review=Review(findings=(finding(source=held),)))
    (issue,) = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "DetectedIssue"]
    assert issue["reference"] == "https://example.org/label.pdf"
    assert issue["evidence"] == [{"code": [{"text": f"{held.citation}; page 4, table 2"}]}]


def test_cards_tell_each_finding_gravest_first_and_then_what_was_not_assessed():
    low, high = finding("low", Severity.LOW), finding("high", Severity.HIGH, source=source())
    middle = finding("middle", Severity.MODERATE, source=source("page 3"))
    cards = to_cds_cards(
        Review(
            findings=(low, middle, high),
            not_assessed=(NotAssessed(rule="kidney", drug="x", reason=Reason.FACT, what=("egfr",)),),
        )
    )
    assert [(card["summary"], card["indicator"]) for card in cards] == [
        ("high", "critical"), ("middle", "warning"), ("low", "info"),
        ("Not assessed: kidney function (x); missing: egfr", "info"),
    ]  # fmt: skip
    assert cards[0]["source"] == {"label": source().citation, "url": "https://example.org/text"}
    assert cards[1]["source"] == {"label": source("page 3").citation}
    assert cards[2]["source"] == cards[3]["source"] == {"label": "taper"}


@given(st.text(min_size=1, max_size=400))
def test_a_summary_has_at_most_139_characters_and_the_detail_all_of_them(message):
    (card,) = to_cds_cards(Review(findings=(finding(message),)))
    assert len(card["summary"]) <= 139
    assert card["detail"] == message
    assert card["summary"] == message or card["summary"].endswith("...")


def test_the_other_sources_of_a_finding_are_links():
    one, two = finding(source=source()), finding(source=source("https://example.org/other", section="5"))
    several = finding(source=source(), statements=(one, two))
    (card,) = to_cds_cards(Review(findings=(several,)))
    assert card["source"]["url"] == "https://example.org/text"
    assert card["links"] == [{"label": two.source.citation, "url": "https://example.org/other", "type": "absolute"}]


def test_a_summary_is_cut_between_words():
    (card,) = to_cds_cards(Review(findings=(finding("word " * 40),)))
    assert card["summary"] == f"{'word ' * 27}".strip() + "..."
