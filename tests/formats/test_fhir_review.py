"""What a check says of a plan, written as detected issues and as the limit that a dosage carries."""

import pytest

from builders import DRUG, START, TABLETS, course, formulary, plan_of, plan_with, step
from taper import Finding, Review, check, mg, realize, to_schedule
from taper.formats.fhir.write.bundle import to_fhir

HELD = formulary(
    ceilings=[
        {"limit": "20 mg", "source": "one", "indications": ["pain"]},
        {"limit": "30 mg", "source": "two"},
        {"limit": "40 mg", "source": "two", "kind": "usual maximum"},
        {"limit": "25 mg", "source": "old", "age_from": 65},
        {"limit": "8 mg", "source": "two", "per": "intake"},
        {"limit": "5 mg", "source": "slow", "releases": ["extended"]},
    ]
)
PLAN = plan_of(step("10 mg", "3 days"), step({"morning": "15 mg", "evening": "10 mg"}, "3 days"), indication="pain")


def written(version="R4", plan=PLAN, held=HELD, **given):
    profile = given.pop("profile", "sequences")
    schedule = to_schedule(realize(plan, TABLETS, formulary=held), start=START)
    review = check(schedule, **given)
    return review, [
        entry["resource"] for entry in to_fhir(schedule, version=version, review=review, profile=profile)["entry"]
    ]


def issues(resources):
    return [item for item in resources if item["resourceType"] == "DetectedIssue"]


def maxima(resources):
    return [item.get("maxDosePerPeriod") for item in resources[0]["dosageInstruction"]]


@pytest.mark.parametrize(("version", "whom"), [("R4", "patient"), ("R5", "subject")])
def test_each_finding_is_an_issue_with_its_severity_its_source_and_its_request(version, whom):
    review, resources = written(version, sources=("one",))
    (finding,) = [item for item in review.findings if item.rule == "ceiling"]
    (issue,) = [item for item in issues(resources) if item["code"] == {"text": "ceiling"}]
    assert (issue["status"], issue["severity"], issue["detail"]) == ("final", "high", finding.message)
    assert issue["evidence"] == [{"code": [{"text": finding.source.citation}]}]
    assert issue["reference"] == "https://example.org/text"
    assert issue["implicated"] == [{"reference": f"urn:uuid:{resources[0]['id']}"}]
    assert whom in issue


def test_what_was_not_assessed_is_an_issue_too_preliminary_and_without_a_severity():
    review, resources = written()
    gaps = [item for item in issues(resources) if item["status"] == "preliminary"]
    assert len(gaps) == len(review.not_assessed) > 0
    assert all("severity" not in item and item["code"]["text"].startswith("not assessed: ") for item in gaps)


def test_a_finding_of_a_step_points_to_the_request_of_that_step():
    _, resources = written(profile="separate", sources=("one",))
    (issue,) = [item for item in issues(resources) if item["code"] == {"text": "ceiling"}]
    assert issue["implicated"] == [{"reference": f"urn:uuid:{resources[1]['id']}"}]


def test_a_finding_of_one_course_does_not_point_to_another():
    plan = plan_with(
        course(step("10 mg", "3 days"), id="low"),
        course(step("25 mg", "3 days"), id="high", starts_on_day=4),
        drug_free := course(step("10 mg", "1 day"), id="last", starts_on_day=7),
    )
    assert drug_free["drug"] == DRUG
    _, resources = written(plan=plan, held=formulary(ceilings=[{"limit": "20 mg", "source": "one"}]))
    (issue,) = [item for item in issues(resources) if item["code"] == {"text": "ceiling"}]
    assert issue["implicated"] == [{"reference": f"urn:uuid:{resources[1]['id']}"}]


def test_a_source_without_an_address_is_cited_and_not_referred_to():
    held = formulary(ceilings=[{"limit": "20 mg", "source": "one"}], sources={"one": {"locator": "page 7"}})
    _, resources = written(held=held)
    (issue,) = [item for item in issues(resources) if item["code"] == {"text": "ceiling"}]
    assert "reference" not in issue
    assert "evidence" in issue


def test_a_finding_without_a_source_is_an_issue_without_evidence():
    schedule = to_schedule(realize(PLAN, TABLETS, formulary=HELD), start=START)
    found = Finding(rule="score", severity="low", message="tablets are divided", drug=DRUG)
    (issue,) = issues([entry["resource"] for entry in to_fhir(schedule, review=Review(findings=(found,)))["entry"]])
    assert (issue["severity"], "evidence" in issue) == ("low", False)


def test_r5_carries_every_daily_maximum_that_was_compared_and_holds_at_any_age():
    _, resources = written("R5")
    told = [[item["numerator"]["value"] for item in held] for held in maxima(resources)]
    assert told == [[20, 30]] * len(told)


def notes(resources):
    return [note["text"] for note in resources[0].get("note", [])]


def test_r4_carries_the_lowest_maximum_compared_and_a_note_names_each_with_its_source():
    _, resources = written()
    assert [held["numerator"]["value"] for held in maxima(resources)] == [20, 20, 20]
    (note,) = notes(resources)
    cited = {ceiling.limit: ceiling.source.citation for ceiling in HELD.monograph(DRUG).ceilings}
    assert note == (
        f"Daily maxima compared: 20 mg a day by {cited[mg(20)]}; 30 mg a day by {cited[mg(30)]}. "
        "maxDosePerPeriod holds one of them, the lowest."
    )
    assert "holds one" not in notes(written("R5")[1])[0]


def test_r4_carries_the_one_maximum_that_was_compared_with_its_source():
    _, resources = written(sources=("one",))
    (limit, *_) = maxima(resources)
    assert (limit["numerator"]["value"], limit["denominator"]["code"]) == (20, "d")
    (note,) = notes(resources)
    assert note.startswith("Daily maxima compared: 20 mg a day by ")
    assert "lowest" not in note


def test_a_maximum_for_another_indication_is_not_carried():
    _, resources = written("R5", plan=plan_of(step("10 mg", "3 days"), indication="cough"))
    assert [item["numerator"]["value"] for item in maxima(resources)[0]] == [30]


def test_without_a_review_no_maximum_and_no_issue_is_written():
    schedule = to_schedule(realize(PLAN, TABLETS, formulary=HELD), start=START)
    resources = [entry["resource"] for entry in to_fhir(schedule)["entry"]]
    assert issues(resources) == []
    assert maxima(resources) == [None, None, None]
    assert notes(resources) == []


def test_a_drug_that_is_not_held_has_no_maximum():
    _, resources = written("R5", held=formulary(drug="other"))
    assert set(maxima(resources)) == {None}


def test_a_subject_is_written_on_every_resource():
    schedule = to_schedule(realize(PLAN, TABLETS, formulary=HELD), start=START)
    made = to_fhir(schedule, review=check(schedule), subject="Patient/p1")
    held = [entry["resource"] for entry in made["entry"]]
    assert all(item.get("subject", item.get("patient")) == {"reference": "Patient/p1"} for item in held)
