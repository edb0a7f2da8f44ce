"""The published JSON Schemas are those of the models, accept what the models accept, and refuse what is malformed."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from builders import START
from taper import days, realize, to_schedule
from taper.errors import TaperError
from taper.knowledge.protocols import load_protocol, protocol_names
from taper.plans.log import read_log
from taper.plans.plan import read_plan
from taper.testing import logs, realizable_plans

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "docs" / "reference"


def _writer():
    spec = importlib.util.spec_from_file_location("write_schemas", ROOT / "docs" / "write_schemas.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plan_schema():
    return Draft202012Validator(json.loads((SCHEMAS / "taper-plan.schema.json").read_text("utf-8")))


def test_the_published_schemas_are_not_stale():
    writer = _writer()
    for name, schema in writer.schemas().items():
        assert (SCHEMAS / name).read_text("utf-8") == writer.written(schema), f"write {name} anew"


def test_each_schema_is_a_valid_schema():
    for path in SCHEMAS.glob("*.schema.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("name", protocol_names())
def test_every_shipped_plan_fits_the_schema(name):
    for plan in load_protocol(name).variants.values():
        _plan_schema().validate(plan.to_dict())


def test_the_example_plan_of_the_repository_fits_the_schema():
    _plan_schema().validate(json.loads((ROOT / "examples" / "baclofen.json").read_text("utf-8")))


def _broken(change):
    plan = load_protocol("baclofen-raynaud-example").plan().to_dict()
    change(plan, plan["courses"][0], plan["courses"][0]["steps"])
    return plan


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p, c, s: p.pop("format"), id="no format"),
        pytest.param(lambda p, c, s: p.update(courses=[]), id="no courses"),
        pytest.param(lambda p, c, s: c.pop("then"), id="no then"),
        pytest.param(lambda p, c, s: c.update(then="end"), id="unknown then"),
        pytest.param(lambda p, c, s: c.update(steps=[]), id="no steps"),
        pytest.param(lambda p, c, s: c.update(starts_on_day=0), id="day 0"),
        pytest.param(lambda p, c, s: c.update(dose="5 mg"), id="unknown key"),
        pytest.param(lambda p, c, s: s[0].update(regimen={"evening": "5"}), id="dose without a unit"),
        pytest.param(lambda p, c, s: s[0].update(regimen={"evening": 5}), id="dose as a number"),
        pytest.param(lambda p, c, s: s[0].update(regimen={"supper": "5 mg"}), id="unknown time of day"),
        pytest.param(lambda p, c, s: s[0].update({"for": "1.5 days"}), id="part of a day"),
        pytest.param(lambda p, c, s: s[0].update({"for": "0 days"}), id="no days"),
        pytest.param(lambda p, c, s: s[0].pop("regimen"), id="no regimen"),
        pytest.param(lambda p, c, s: s[0].update(cycle=[{"evening": "5 mg"}, {}]), id="regimen and cycle"),
        pytest.param(lambda p, c, s: c.update(form="patch"), id="not taken by mouth"),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(change):
    broken = _broken(change)
    assert not _plan_schema().is_valid(broken)
    with pytest.raises(TaperError):
        read_plan(json.dumps(broken))


def _log_schema():
    return Draft202012Validator(json.loads((SCHEMAS / "taper-log.schema.json").read_text("utf-8")))


@given(st.data())
def test_every_log_fits_the_schema(data):
    plan, products = data.draw(realizable_plans())
    schedule = to_schedule(realize(plan, products), start=START, horizon=days(40))
    _log_schema().validate(data.draw(logs(schedule)).to_dict())


def _log(**event):
    held = {"kind": "gap", "day": "2027-03-05", "for": "3 days", **event}
    return {"format": "taper-log/1", "plan": "0" * 64, "start": "2027-03-01",
            "events": [{name: value for name, value in held.items() if value is not None}]}  # fmt: skip


PATTERN = {"titrate_to": "10 mg", "slots": ["evening"], "increment": "2 mg", "every": "3 days"}


@pytest.mark.parametrize(
    "event",
    [
        {"then": "stop"},
        {"then": {"resume": {"evening": "5 mg"}, "for": "2 weeks"}},
        {"then": {"titrate": [{"for": "3 days", "regimen": {"evening": "1 mg"}}], "then": "review"}},
        {"then": PATTERN},
        {"kind": "slow", "for": None, "pace": "1 mg, every 2 weeks"},
        {"kind": "step-back", "steps": 2},
    ],
)
def test_an_event_that_is_read_fits_the_schema(event):
    _log_schema().validate(_log(**event))
    assert read_log(json.dumps(_log(**event))).events[0].day.day == 5


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"kind": "pause"}, id="unknown kind"),
        pytest.param({"kind": None}, id="no kind"),
        pytest.param({"for": None}, id="no length"),
        pytest.param({"then": "resume"}, id="unknown decision"),
        pytest.param({"then": {"resume": {"evening": 5}}}, id="dose as a number"),
        pytest.param({"kind": "step-back", "steps": 0}, id="no steps"),
        pytest.param({"kind": "slow", "for": None}, id="no pace"),
        pytest.param({"dose": "5 mg"}, id="unknown key"),
    ],
)
def test_an_event_that_the_schema_refuses_the_reader_refuses_too(event):
    assert not _log_schema().is_valid(_log(**event))
    with pytest.raises(TaperError):
        read_log(json.dumps(_log(**event)))


def test_the_log_of_the_reference_page_is_read_and_fits_the_schema():
    page = (SCHEMAS / "formats.md").read_text("utf-8").partition("\n## Log\n")[2]
    text = page.partition("```json\n")[2].partition("```")[0]
    shown = json.loads(text) | {"plan": "0" * 64}
    _log_schema().validate(shown)
    assert [event.kind for event in read_log(json.dumps(shown)).events] == ["hold", "gap"]
