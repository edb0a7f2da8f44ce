"""The page answers as the library does: same plan, same files, each refusal at its field."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from taper import Formulary, load_plan, read_plan, realize, to_csv, to_ical, to_schedule
from taper.cli import log, main, parser_for
from taper_page.document import FILES, POLICY, document
from taper_page.fields import EVENT_FIELDS, EVENTS, WORKS, all_fields
from taper_page.own_products import read_products
from taper_page.session import FILES as WRITTEN
from taper_page.session import Session, drugs

pytestmark = pytest.mark.no_cover  # what it runs of the library is counted by the tests of the library
APP = Path(__file__).parents[2] / "docs" / "app"
TAPER = {
    "work": "down", "drug": "diazepam", "before": "5 mg morning, 10 mg bedtime", "pace": "1 mg every 2 weeks",
    "order": "evenly", "start": "2027-03-01",
}  # fmt: skip
TABLES = tuple(table.id for table in Formulary.shipped().tables)
PAGE = document(drugs=drugs(), tables=TABLES, version="0")


@pytest.fixture
def session():
    return Session()


def call(session, name, **given):
    return json.loads(session.call(name, json.dumps(given)))


def planned(session, **changes):
    answer = call(session, "plan", **{**TAPER, **changes})
    assert "refused" not in answer, answer
    return answer


def written(session, kind, **given):
    return call(session, "file", kind=kind, **given)["text"]


def test_a_plan_is_the_one_of_the_command_line(session, tmp_path, capsys):
    planned(session)
    words = ["down", "diazepam", "--from=5 mg morning, 10 mg bedtime", "--pace=1 mg every 2 weeks", "--order=evenly"]
    assert main([*words, f"--out={tmp_path / 'cli.json'}"]) == 0
    assert written(session, "plan") == (tmp_path / "cli.json").read_text("utf-8")
    for kind, more in {"csv": [], "ics": [], "fhir-r4": [], "fhir-r5": [], "html": ["--pages=patient"]}.items():
        out = tmp_path / f"out.{WRITTEN[kind][0].rpartition('.')[2]}"
        command = ["schedule", str(tmp_path / "cli.json"), "--start=2027-03-01", f"--format={kind}", *more]
        assert main([*command, f"--out={out}", "--force"]) == 0
        assert written(session, kind).encode() == out.read_bytes(), kind
    capsys.readouterr()


def test_an_answer_has_every_piece_that_the_page_shows(session):
    answer = planned(session, only="2 mg\n5 mg", divide="2mg=2", age="70", conditions="none", medications="none")
    assert answer["title"] == "diazepam"
    assert answer["picture"].count("<polyline") == 2
    assert "from Mon 13 Sep 2027" in answer["table"]
    assert "colspan" in answer["table"]
    assert "2 mg tablet" in answer["supply"]
    assert 'class="summary"' in answer["review"]
    assert 'rel="noopener noreferrer"' in answer["review"]
    assert "Largest reduction: 1 mg/day to 0 mg/day" in answer["gentler"]


def test_what_products_force_is_said_with_what_would_make_it_gentler(session):
    answer = planned(session, pace="10% of current, at least 1 mg, every 2 weeks", only="5 mg\n10 mg", divide="5mg=2")
    assert "6 of 6 reductions are larger than asked" in answer["gentler"]
    assert "Gentler with quarters of the 5 mg tablet" in answer["gentler"]
    assert "Without" in answer["gentler"]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"drug": ""}, "drug", "name the medicine"),
        ({"drug": "diazpam"}, "drug", "diazepam"),
        ({"order": ""}, "order", "evenly"),
        ({"pace": "10% of current every 2 weeks"}, "pace", "at least 1 mg"),
        ({"pace": ""}, "pace", ""),
        ({"pace": "soon"}, "pace", "has no interval"),
        ({"over": "soon", "pace": ""}, "over", ""),
        ({"to": "half"}, "to", ""),
        ({"divide": "2mg"}, "divide", ""),
        ({"syringe": "large"}, "syringe", ""),
        ({"release": "slow"}, "release", ""),
        ({"market": "fr"}, "market", ""),
        ({"days": "many"}, "days", ""),
        ({"days": "0"}, "days", ""),
        ({"age": "\u00b2"}, "age", ""),
        ({"age": "9" * 5000}, "age", "too long"),
        ({"age": "12"}, "age", ""),
        ({"drug": "-h"}, "drug", "without the dash"),
        ({"drug": "--products=/etc/passwd"}, "drug", "without the dash"),
        ({"before": "5 mg\nmorning"}, "before", "too long"),
        ({"own": "5 mg tablet\n5 mg tablet"}, "own", "twice"),
        ({"own": "\n".join(f"{n} mg tablet" for n in range(1, 99))}, "own", "too long"),
        ({"own": "0 mg tablet"}, "own", ""),
        ({"before": "0.3 mg bedtime", "order": ""}, "before", ""),
        ({"before": "5"}, "before", ""),
        ({"start": ""}, "start", "first day"),
        ({"start": "2027-13-01"}, "start", ""),
        ({"crcl": "abc"}, "crcl", "mL/min"),
        ({"age": "old"}, "age", ""),
        ({"only": "3 mg"}, "only", ""),
        ({"own": "5 mgs of tablets; halves"}, "own", "5 mg tablet, halves"),
        ({"own": "5 mg tablet, eighths"}, "own", "halves"),
        ({"work": "up", "by": "label", "target": "15 mg"}, "slots", "fill this in"),
        ({"work": "cross", "to_drug": "diazpam", "drug": "lorazepam"}, "equivalence", "fill this in"),
        ({"work": "steps", "pattern": "", "at": "morning"}, None, ""),
    ],
)  # fmt: skip
def test_a_refusal_stands_at_its_field_and_names_no_option(session, changes, field, said):
    answer = call(session, "plan", **{**TAPER, **changes})
    assert answer["field"] == field, answer
    assert said in answer["refused"]
    assert not re.search(r"--[a-z]", answer["refused"]), answer["refused"]


def test_what_is_meant_as_the_second_medicine_is_refused_there(session):
    cross = {"equivalence": "ashton-2002", "every": "1 week", "rounding": "nearest", "to_drug": "diazpam"}
    answer = call(session, "plan", work="cross", drug="lorazepam", before="1 mg bd", start="2027-03-01", **cross)
    assert answer["field"] == "to_drug"


def test_the_other_kinds_of_plan(session):
    up = {"work": "up", "drug": "baclofen", "target": "15 mg", "slots": "morning,noon,bedtime", "label": ""}
    assert "several titrations fit" in call(session, "plan", **up, by="label", start="2027-03-01")["refused"]
    up |= {"by": "5 mg every 3 days", "start": "2027-03-01"}
    assert "15 mg/day" in planned(session, **{**TAPER, "before": "", "order": "", "pace": ""} | up)["table"]
    cross = {"to_drug": "diazepam", "equivalence": "ashton-2002", "every": "1 week", "rounding": "nearest"}
    answer = planned(session, work="cross", drug="lorazepam", before="1 mg bd", pace="", order="", **cross)
    assert answer["picture"].count("<figure>") == 2
    steps = {"pattern": "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop", "at": "morning"}
    answer = planned(session, work="steps", drug="prednisone", before="", pace="", order="", **steps)
    assert "Stop" in answer["table"]


def test_products_of_ones_own(session):
    answer = planned(session, own="2 mg tablet, halves\n5 mg tablet", before="10 mg bedtime", order="")
    assert "own-1-2-mg-tablet" in answer["supply"]
    liquid = read_products(["2 mg/5 mL oral-solution, 0.1 mL"], "diazepam")
    assert liquid[0]["concentration"] == "2 mg/5 mL"
    assert planned(session, own="2 mg/5 mL oral-solution, 0.1 mL", before="10 mg bedtime", order="")["supply"]


def test_what_happened_is_written_down_and_taken_back(session):
    first = planned(session)
    held = call(session, "event", event="hold", day="2027-03-20", **{"for": "1 week"})
    assert held["events"] == ["2027-03-20 hold"]
    assert held["table"] != first["table"]
    assert json.loads(written(session, "log"))["events"][0]["kind"] == "hold"
    assert call(session, "event", event="hold", day="", **{"for": "1 week"})["field"] == "day"
    without = call(session, "event", event="hold", day="2027-04-20")
    assert without["field"] == "for"
    assert not re.search(r"--[a-z]", without["refused"])
    again = call(session, "event", event="step-back", day="2027-04-20", **{"for": "2 weeks"})
    assert len(again["events"]) == 2
    assert len(call(session, "undo")["events"]) == 1
    assert call(session, "undo")["table"] == first["table"]
    assert call(session, "undo")["events"] == []


def test_what_happened_stays_with_its_plan_alone(session):
    planned(session)
    call(session, "event", event="hold", day="2027-03-20", **{"for": "1 week"})
    assert planned(session)["events"] == ["2027-03-20 hold"]
    other = planned(session, pace="2 mg every 2 weeks")
    assert other["events"] == []
    assert any("belongs to the plan before" in note for note in other["notes"])
    assert planned(session)["events"] == ["2027-03-20 hold"]
    assert call(session, "undo")["events"] == []
    assert planned(session)["events"] == []


def test_a_refusal_leaves_all_as_it_was(session):
    planned(session)
    call(session, "event", event="hold", day="2027-03-20", **{"for": "1 week"})
    held = {kind: written(session, kind) for kind in WRITTEN}
    for changes in (
        {"pace": "soon"},
        {"before": "30 mg bedtime", "order": "", "weight_kg": "-80"},
        {"before": "30 mg bedtime", "order": "", "start": "2027-13-01"},
        {"own": "5 mg tablet, eighths", "start": "2027-09-01"},
    ):
        assert "refused" in call(session, "plan", **{**TAPER, **changes})
        assert {kind: written(session, kind) for kind in WRITTEN} == held
    assert "refused" in call(session, "event", event="hold", day="2026-01-01", **{"for": "1 week"})
    assert "refused" in call(session, "event", event="slow", day="2027-04-20", pace="soon")
    assert "refused" in call(session, "open", text='{"format": "taper-plan/1", "courses": []}', start="2027-03-01")
    assert {kind: written(session, kind) for kind in WRITTEN} == held


def test_a_plan_that_was_opened_is_checked_for_the_person(session):
    planned(session)
    plan = written(session, "plan")
    call(session, "open", text=plan, start="2027-03-01")
    assert "age" in call(session, "facts", start="2027-03-01")["review"]
    told = call(session, "facts", start="2027-04-01", age="70", liver="none")
    assert "Give the age" not in told["review"]
    assert "1 Apr 2027" in told["table"]


def test_files_are_taken_in_again(session, tmp_path):
    made = planned(session)
    plan = written(session, "plan")
    held = call(session, "event", event="hold", day="2027-03-20", **{"for": "1 week"})
    log, fhir = written(session, "log"), written(session, "fhir-r4")
    other = Session()
    assert call(other, "open", text=plan, start="2027-03-01")["table"] == made["table"]
    opened = call(other, "open", text=log)
    assert (opened["table"], opened["start"]) == (held["table"], "2027-03-01")
    assert written(other, "plan") == plan
    assert call(other, "open", text=fhir)["start"] == "2027-03-01"
    requests = "\n".join(json.dumps(entry["resource"]) for entry in json.loads(fhir)["entry"])
    assert call(other, "open", text=f'{requests}\n{{"resourceType": "Patient"}}\n')["start"] == "2027-03-01"
    assert call(other, "open", text=plan)["field"] == "start"
    assert "JSON" in call(other, "open", text="not that")["refused"]
    bare = json.loads(log)
    del bare["written_for"]
    assert "open the plan first" in call(other, "open", text=json.dumps(bare))["refused"]


REQUEST = {
    "resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": "Patient/1"},
    "medicationCodeableConcept": {"text": "diazepam"},
    "dosageInstruction": [{
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "route": {"text": "oral"},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    }],
}  # fmt: skip


def test_what_a_request_leaves_unsaid_is_asked_for(session):
    text = json.dumps(REQUEST)
    asked = call(session, "open", text=text, start="2027-03-01")
    assert "give its strength" in asked["refused"]
    assert "noticed" not in asked["refused"]
    told = {"open_slots": "morning,evening", "open_strength": "5 mg", "start": "2027-03-01"}
    answer = call(session, "open", text=text, **told)
    assert "refused" not in answer, answer
    assert "10 mg/day" in answer["table"]


def test_before_a_plan_there_is_nothing_to_hand_out_or_to_change(session):
    assert "make a plan first" in call(session, "file", kind="plan")["refused"]
    assert "make a plan first" in call(session, "file", kind="ics")["refused"]
    assert "make a plan first" in call(session, "event", event="hold", day="2027-03-20")["refused"]
    assert "make a plan first" in call(session, "undo")["refused"]
    planned(session)
    assert "nothing has happened" in call(session, "file", kind="log")["refused"]


def test_a_plan_that_goes_on_is_shown_beyond_its_last_change(session):
    answer = planned(session, to="5 mg bedtime", order="in order")
    assert "to come" not in answer["table"]
    assert planned(session, to="5 mg bedtime", order="in order", days="30")["table"] != answer["table"]


def test_the_sheet_speaks_the_language_that_was_chosen(session):
    planned(session)
    assert '<html lang="de"' in written(session, "html", language="de")
    assert "clinician" in written(session, "clinician")


def test_every_field_stands_in_the_page_with_a_label_and_in_every_language():
    for field in all_fields(TABLES):
        assert PAGE.count(f'id="{field.name}"') == 1
        assert f'<label for="{field.name}"' in PAGE
    texts = {unescape(found) for found in re.findall(r"data-t>([^<]+)<", PAGE)}
    same = {*TABLES, "English", "español", "français", "Deutsch", "FHIR R4", "FHIR R5"}
    scripts = "".join(path.read_text("utf-8") for path in (APP / "js").glob("*.js"))
    texts |= set(re.findall(r': "([A-Z][^"]*\.\.\.)"', scripts)) | set(re.findall(r'said\("([^"]+)"\)', scripts))
    for language in ("es", "fr", "de"):
        words = json.loads((APP / "words" / f"{language}.json").read_text("utf-8"))
        assert texts - same == set(words)


def test_each_option_that_a_field_fills_is_one_of_its_command(session):
    for work in WORKS:
        shown = {option for one in parser_for(work)._subparsers._group_actions
                 for option in one.choices[work]._option_string_actions}  # fmt: skip
        later = {
            "--language",
            "--large",
            "--sunday-first",
            "--times",
            "--tz",
            "--slots",
            "--strength",
            "--drug",
            "--accept",
        }
        assert {f.option for f in all_fields() if work in f.works and f.option} - later <= shown


def test_the_page_asks_no_other_origin_and_its_lists_agree():
    assert "default-src 'none'" in POLICY
    assert not re.search(r'(src|href)="(https?:)?//', PAGE)
    assert set(FILES) == set(WRITTEN)
    assert set(EVENTS) <= set(log.EVENTS)
    assert all(f'id="event-{field.name}"' in PAGE for field in EVENT_FIELDS)


def test_a_downloaded_plan_gives_the_same_days_in_the_library(session, tmp_path):
    planned(session)
    plan = read_plan(written(session, "plan"))
    (tmp_path / "x.json").write_text(written(session, "plan"), "utf-8")
    assert load_plan(tmp_path / "x.json") == plan
    schedule = to_schedule(realize(plan, Formulary.shipped().products("diazepam", market="us")), start=date(2027, 3, 1))
    assert written(session, "csv") == to_csv(schedule)
    assert written(session, "ics") == to_ical(schedule)
