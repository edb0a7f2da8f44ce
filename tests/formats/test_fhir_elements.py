"""Every element of a request is read, named as not read, or refused: nothing that is put in is lost in silence."""

import contextlib
import re
from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.fhir_orders import (
    SLOTS,
    SNOMED,
    bundle,
    dosage,
    lasting,
    order,
    order_r5,
    period,
    quantity,
    refusals,
    reports,
)
from taper import TaperError, from_fhir, mg
from taper.formats.fhir.read.primitives import PRIMITIVES, wrong_primitive
from taper.formats.fhir.read.shape import READ, shape_of
from taper.formats.fhir.tables import elements

DRUG = {
    "resourceType": "Medication",
    "id": "m",
    "code": {"text": "prednisone 5 mg tablet"},
    "ingredient": [{"itemCodeableConcept": {"text": "prednisone", "coding": [{"system": "urn:x", "code": "1"}]},
                    "strength": {"numerator": quantity(5), "denominator": quantity(1, "{tablet}")}}],
}  # fmt: skip
FULL = dosage(
    text="40 mg every morning with breakfast for 5 days",
    patientInstruction="Take with water.",
    additionalInstruction=[{"text": "Take with food.", "coding": [{"system": SNOMED, "code": "311504000"}]}],
    repeat=lasting(5),
    sequence=1,
    method={"coding": [{"system": SNOMED, "code": "421521009", "display": "Swallow"}]},
    maxDosePerAdministration=quantity(60),
)
HELD = {
    "R4": order(
        FULL | {"maxDosePerPeriod": {"numerator": quantity(60), "denominator": quantity(1, "d")}},
        dosage(20, repeat=lasting(5), sequence=2),
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
        contained=[DRUG],
        reasonCode=[{"text": "asthma"}],
        note=[{"text": "Take with water."}],
        courseOfTherapyType={"coding": [{"code": "acute"}]},
        dispenseRequest={"quantity": quantity(300), "expectedSupplyDuration": quantity(10, "d")},
    ),
    "R5": order(
        FULL, dosage(20, repeat=lasting(5), sequence=2),
        medicationCodeableConcept=None,
        medication={"concept": {"text": "prednisone"}},
        effectiveDosePeriod=period("2027-04-05", "2027-04-14"),
        reason=[{"concept": {"text": "asthma"}}],
    ),
}  # fmt: skip
SAMPLES = {
    "boolean": True, "integer": 3, "positiveInt": 3, "unsignedInt": 3, "integer64": "3", "decimal": Decimal("2.5"),
    "date": "2027-06-01", "dateTime": "2027-06-01", "instant": "2027-06-01T08:00:00Z", "time": "07:30:00",
    "code": "zzz",
    "id": "zzz", "oid": "urn:oid:1.2.3", "uuid": "urn:uuid:0b6f9d4e-5f0b-5b59-8a53-6f2c2d1d7a90", "uri": "urn:zzz",
    "url": "urn:zzz", "canonical": "urn:zzz", "base64Binary": "enp6", "string": "zzz", "markdown": "zzz",
    "xhtml": "<div/>",
}  # fmt: skip


def sample(kind, version, depth=0):
    """A value of a type: of an object, what must stand in it, and its first element."""
    if kind in PRIMITIVES:
        return SAMPLES[kind]
    if kind == "Resource":
        return {"resourceType": "Practitioner", "id": "p"}
    shape = shape_of(kind, version)
    wanted = [keys[0] for _, keys in shape.required]
    plain = [key for key, known in shape.keys.items() if known.kind in PRIMITIVES and key not in {"id"}]
    wanted += [] if wanted else (plain or [key for key in shape.keys if "xtension" not in key and key != "id"])[:1]
    return {key: listed(shape.keys[key], version, depth) for key in wanted}


def listed(known, version, depth=0):
    value = sample(known.kind, version, depth + 1)
    return [value] if known.many else value


def objects(data, kind, version, path=()):
    """Every object of a resource whose type is on file, with its path."""
    shape = shape_of(kind, version)
    yield path, kind
    for key, value in data.items():
        known = shape.keys.get(key)
        if known is None or known.kind in PRIMITIVES:
            continue
        for index, item in enumerate(value if known.many else [value]):
            inner = item.get("resourceType") if known.kind == "Resource" else known.kind
            if isinstance(item, dict) and shape_of(inner, version) is not None:
                yield from objects(item, inner, version, (*path, key, index) if known.many else (*path, key))


def leaves(data, path=()):
    if isinstance(data, dict | list):
        for key, item in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(item, (*path, key))
    else:
        yield path


def at(data, path):
    for key in path:
        data = data[key]
    return data


def outcome(resource):
    """What a resource comes to: its plan and start with its reports, or None where it is refused."""
    try:
        read = from_fhir(resource, slots=SLOTS, strength=mg(5))
    except TaperError:
        return None
    return read.plan, read.start, tuple(str(report) for report in read.reports)


def named(path, told):
    """Whether a report names an element of a path as not read."""
    text = ""
    places = []
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}"
        places.append(text.lstrip("."))
    for line in told:
        where, _, said = line.partition(": not-read: not read: ")
        if not said:
            where, _, said = line.partition(": not-read: compared with the doses, and no part of the plan: ")
        inside = where.removeprefix("MedicationRequest").lstrip(".")
        full = [".".join(part for part in (inside, item) if part) for item in said.split(", ")] if said else []
        full = [re.sub(r" \(.*\)$", "", item) for item in full]
        if any(place in full for place in places):
            return True
    return False


def is_accounted_for(version, changed, path):
    before, after = outcome(HELD[version]), outcome(changed)
    assert before is not None
    return after is None or after[:2] != before[:2] or set(after[2]) != set(before[2]) or named(path, after[2])


def test_the_requests_that_are_changed_are_read():
    for version, held in HELD.items():
        assert refusals(held, strength=mg(5)) == [], version


ADDED = [
    (version, path, key)
    for version, held in HELD.items()
    for path, kind in objects(held, "MedicationRequest", version)
    for key in shape_of(kind, version).keys
    if key not in at(held, path)
]


@pytest.mark.parametrize("version", ["R4", "R5"])
def test_every_element_that_a_version_has_is_accounted_for_where_it_is_added(version):
    mine = [item for item in ADDED if item[0] == version]
    assert len(mine) > 150
    lost = []
    says_what_is_so = {"isActive"}
    for _, path, key in mine:
        changed = deepcopy(HELD[version])
        kind = dict(objects(changed, "MedicationRequest", version))[path]
        at(changed, path)[key] = listed(shape_of(kind, version).keys[key], version)
        if key not in says_what_is_so and not is_accounted_for(version, changed, (*path, key)):
            lost.append((path, key))
    assert lost == []


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 500), st.decimals(0, 500, places=1),
    st.text("xyz", min_size=1, max_size=5),
    st.sampled_from([[], {}, ["x"], {"value": 1}, "2027-05-01", "mon", "mcg", "BID", "for 3 days", "then stop"]),
)  # fmt: skip


@settings(max_examples=150)
@given(st.sampled_from(sorted(HELD)), st.data())
def test_a_random_change_changes_the_plan_is_named_or_refused(version, data):
    changed = deepcopy(HELD[version])
    path = data.draw(st.sampled_from([path for path in leaves(changed) if path[-1] != "sequence"]))
    value = data.draw(VALUES.filter(lambda value: value != at(changed, path)))
    at(changed, path[:-1])[path[-1]] = value
    assert is_accounted_for(version, changed, path), (path, value)


@settings(max_examples=100)
@given(st.sampled_from(sorted(HELD)), st.data())
def test_a_key_that_fhir_does_not_have_refuses_wherever_it_is_put(version, data):
    changed = deepcopy(HELD[version])
    path, _ = data.draw(st.sampled_from(list(objects(changed, "MedicationRequest", version))))
    at(changed, path)[data.draw(st.sampled_from(["everyOther", "dosage", "Status", "_all", "valueset"]))] = data.draw(
        VALUES
    )
    assert outcome(changed) is None


@settings(max_examples=100)
@given(st.sampled_from(sorted(HELD)), st.data())
def test_an_extension_in_place_of_a_value_or_beside_it_is_never_passed_over(version, data):
    changed = deepcopy(HELD[version])
    path = data.draw(st.sampled_from([path for path in leaves(changed) if not isinstance(path[-1], int)]))
    holder, key = at(changed, path[:-1]), path[-1]
    if key == "resourceType":
        return
    holder[f"_{key}"] = {"extension": [{"url": "http://example.org/x", "valueQuantity": quantity(3)}]}
    if data.draw(st.booleans()):
        del holder[key]
    assert is_accounted_for(version, changed, (*path[:-1], f"_{key}"))


WRONG = {
    "a list for a value": {"status": ["active"]},
    "a value for a list": {"dosageInstruction": dosage()},
    "an empty list": {"note": []},
    "an empty object": {"groupIdentifier": {}},
    "null": {"subject": None},
    "a number for a text": {"priority": 1},
    "a text for a truth": {"reportedBoolean": "true"},
    "no date": {"authoredOn": "yesterday"},
    "no subject": {"subject": ...},
    "two choices": {"medicationReference": {"reference": "Medication/1"}},
    "a value beside a value": {"_status": {"value": "draft"}},
    "an extension of a list that is none": {"extension": {"url": "x"}},
    "an extension that is a text": {"extension": ["x"]},
    "an extension that is an empty object": {"extension": {}},
    "an extension without an address": {"extension": [{"valueString": "x"}]},
    "a sibling of an object": {"_subject": {"id": "x"}},
    "a coding that is a text": {"medicationCodeableConcept": {"text": "x", "coding": ["y"]}},
    "a contained resource without a type": {"contained": [{"id": "x"}]},
    "an inner extension that is a text": {"extension": [{"url": "urn:x", "extension": ["y"]}]},
    "a list beside a value": {"_status": [{"id": "x"}, "y"]},
    "a reference that is a text": {"subject": "Patient/1"},
    "a concept that is a number": {"reasonCode": [5]},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_written_as_fhir_writes_it_refuses(name):
    (key, value), held = next(iter(WRONG[name].items())), order()
    if value is ...:
        del held[key]
    else:
        held[key] = value
    assert any(": element: " in line for line in refusals(held)), refusals(held)


def test_once_a_week_never_becomes_every_day_by_a_value_of_the_wrong_type():
    weekly = {"when": None, "period": 1, "periodUnit": "wk", "dayOfWeek": "mon"}
    assert any("dayOfWeek: element: 'mon' is no list" in line for line in refusals(order(dosage(10, repeat=weekly))))


def test_a_key_of_repeat_that_is_none_refuses():
    assert any("everyOther: element: FHIR R4 has no such element" in line
               for line in refusals(order(dosage(repeat={"everyOther": True}))))  # fmt: skip


def test_rules_of_its_own_a_part_of_a_resource_and_modifiers_refuse():
    assert any("rules of its own" in line for line in refusals(order(implicitRules="urn:x")))
    assert any("only a part" in line for line in refusals(order(meta={"tag": [{"code": "SUBSETTED"}]})))
    modifier = [{"url": "urn:x", "valueBoolean": True}]
    assert any("a modifier extension" in line for line in refusals(order(modifierExtension=modifier)))
    patient = {"resourceType": "Patient", "id": "p", "modifierExtension": modifier}
    assert any("a modifier extension" in line for line in refusals(order(contained=[patient])))


def test_what_is_not_read_is_named_once_for_each_request_and_each_dosage():
    told = reports(order(dosage(id="d", repeat={"id": "r"}), authoredOn="2027-04-01", language="en"))
    assert "MedicationRequest: not-read: not read: status, intent, subject, authoredOn, language" in told
    assert "MedicationRequest.dosageInstruction[0]: not-read: not read: timing.repeat.id, id" in told
    assert not [line for line in told if "compared with the doses" in line]


def test_an_absent_value_outside_of_doses_is_named_and_inside_refuses():
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert refusals(order(subject=absent)) == []
    held = order(dosage(repeat={"frequency": None, "_frequency": absent}))
    assert any("_frequency: element: frequency has no value" in line for line in refusals(held))


def test_an_extension_beside_no_value_of_a_list_refuses():
    only = {"extension": [{"url": "urn:x", "valueString": "at noon too"}]}
    for beside in ([None, only], [None, None, only]):
        held = order(dosage(repeat={"when": ["MORN"], "_when": beside}))
        assert any("_when: element: when has no value" in line for line in refusals(held))
    held = order(dosage(repeat={"when": ["MORN"], "_when": [only]}))
    assert not any("when has no value" in line for line in refusals(held))


def test_a_value_of_a_list_may_have_nothing_beside_it():
    held = order(dosage(repeat={"_when": [None]}))
    assert refusals(held) == []


def test_a_resource_that_nests_without_end_refuses():
    held = order()
    loop = {"url": "urn:x"}
    loop["extension"] = [loop]
    held["extension"] = [loop]
    with pytest.raises(TaperError, match="nested more than 40 deep"):
        from_fhir(held)


def test_elements_that_are_read_are_elements_of_a_version():
    for kind, read in READ.items():
        known = {name for version in ("R4", "R5") for name in elements(version).get(kind, {})}
        assert read <= known, kind


def test_the_lists_hold_every_element_of_a_request_and_a_dosage():
    assert len(elements("R4")["MedicationRequest"]) == 40
    assert elements("R4")["Timing.repeat"]["dayOfWeek"] == "code 0 *"
    assert elements("R5")["Dosage"]["asNeededFor"] == "CodeableConcept 0 *"
    assert shape_of("Nothing", "R4") is None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [("boolean", True, 1), ("positiveInt", 1, 0), ("unsignedInt", 0, -1), ("decimal", Decimal("1.5"), "1.5"),
     ("code", "a b", "a  b"), ("time", "08:00:00", "8:00"), ("date", "2027-04", "2027-13"), ("string", "a", " "),
     ("dateTime", "2027-04-05T08:00:00+02:00", "2027-04-05 08:00"), ("id", "a-1", "a_1"),
     ("markdown", "a\nb", "a\x00")],
)  # fmt: skip
def test_primitives_are_written_as_their_types(kind, good, bad):
    assert wrong_primitive(good, kind) is None
    assert wrong_primitive(bad, kind) is not None


@pytest.mark.parametrize(
    ("kind", "said"),
    [("positiveInt", " from 1"), ("unsignedInt", " from 0"), ("integer", "")],
)
def test_the_least_that_a_whole_number_may_be_is_said(kind, said):
    assert wrong_primitive(Decimal("1.5"), kind) == f"write a whole number{said}"


def test_a_bundle_is_looked_into_as_well():
    assert any(": element: " in line for line in refusals(bundle(order()) | {"entries": []}))
    assert any("entry[1].resource.colour: element: " in line
               for line in refusals(bundle(order(), DRUG | {"colour": "red"})))  # fmt: skip
    assert any("entry[0].link" in line for line in reports({"resourceType": "Bundle", "type": "collection", "entry": [
        {"link": [{"relation": "self", "url": "urn:x"}], "resource": order_r5()}]}))  # fmt: skip


def every_value(data, path=()):
    if path:
        yield path
    for key, item in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from every_value(item, (*path, key))


@pytest.mark.no_cover
@pytest.mark.parametrize("version", HELD)
@pytest.mark.parametrize("wrong", [None, [], {}, "x", -1, True, [[]], [None], {"a": []}], ids=repr)
def test_a_value_of_another_type_at_any_place_is_answered(version, wrong):
    extension = {"url": "urn:zzz", "extension": [{"url": "start", "valueDate": "2027-04-05"}]}
    whole = HELD[version] | {"extension": [extension], "_status": {"extension": [extension]}}
    whole = deepcopy(whole)
    del whole["dosageInstruction"][1]["timing"]["repeat"]["boundsDuration"]["code"]
    for *front, last in every_value(whole):
        changed = deepcopy(whole)
        at(changed, front)[last] = deepcopy(wrong)
        with contextlib.suppress(TaperError):
            from_fhir(changed, slots=SLOTS, strength="5 mg")


def test_a_strength_is_read_as_it_is_written():
    counted = order(dosage(repeat=lasting(5), doseAndRate=[{"doseQuantity": quantity(2, "{tablet}")}]))
    assert from_fhir(counted, slots=SLOTS, strength="5 mg").plan == from_fhir(counted, slots=SLOTS, strength=mg(5)).plan
    with pytest.raises(TaperError, match="write it like"):
        from_fhir(counted, slots=SLOTS, strength=5)
