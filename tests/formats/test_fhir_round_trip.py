"""What is written as FHIR reads back as the plan; what FHIR cannot say is refused by name."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, course, liquid, plan_of, plan_with, step, tablet
from taper import CannotImport, InvalidInput, realize, to_schedule, weeks
from taper.amounts.duration import TimeUnit
from taper.formats.fhir.quantity import CannotExpress
from taper.formats.fhir.read.plan import from_fhir
from taper.formats.fhir.write.bundle import to_fhir, write_fhir
from taper.testing import durations, realizable_plans, starts

VERSIONS = st.sampled_from(["R4", "R5"])
PROFILES = st.sampled_from(["sequences", "separate"])


def has_decimal(dose):
    """Whether a dose is a finite decimal in the unit it is written in."""
    bottom = (dose.mg / dose.unit.in_mg).denominator
    for prime in (2, 5):
        while bottom % prime == 0:
            bottom //= prime
    return bottom == 1


def reached_days(step, length):
    """The days of a step's pattern that it reaches within its length; all of a week, which is told by its names."""
    return step.days if length is None or step.weekly is not None else step.days[:length]


def can_be_said(plan, start, profile):
    for one in plan.courses:
        lengths = [None if last is None else last - first + 1 for first, last in one.bounds(start)]
        for item, length in zip(one.steps, lengths, strict=True):
            if item.weekly is None and not item.days[0]:
                return False
            if start is None and item.weekly is None and any(item.days[1:]):
                return False
            days = reached_days(item, length)
            if not all(has_decimal(intake.dose) for day in days for intake in day):
                return False
        if start is None and (one.starts_on_day != 1 or (profile == "separate" and len(one.steps) > 1)):
            return False
    return True


def days_of(one, start):
    """Each day's doses by date, for four weeks past an open beginning."""
    made = {}
    for item, (first, last) in zip(one.steps, one.bounds(start), strict=True):
        for number in range(first, (last or first + 28) + 1):
            when = start + timedelta(days=number - 1)
            if doses := item.on(number - first, when.weekday()).as_dict():
                made[when] = doses
    return made


def dates_of(one, start):
    """The first and last date of each step."""
    return [tuple(n and start + timedelta(days=n - 1) for n in pair) for pair in one.bounds(start)]


@given(realizable_plans(), starts(), VERSIONS, PROFILES)
def test_a_dated_plan_comes_back_with_the_same_doses_on_the_same_dates(case, start, version, profile):
    schedule = to_schedule(realize(case.plan, case.products), start=start, horizon=weeks(30))
    if not can_be_said(case.plan, start, profile):
        with pytest.raises(CannotExpress):
            to_fhir(schedule, version=version, profile=profile)
        return
    read = from_fhir(write_fhir(to_fhir(schedule, version=version, profile=profile)))
    assert read.version == version
    assert [one.id for one in read.plan.courses] == [one.id for one in case.plan.courses]
    for wrote, came in zip(case.plan.courses, read.plan.courses, strict=True):
        assert days_of(came, read.start) == days_of(wrote, start)
        assert dates_of(came, read.start) == dates_of(wrote, start)
        assert came.then == wrote.then


def closed_or_open_undated():
    return realizable_plans(durations=durations(st.sampled_from(TimeUnit)), most_courses=1)


@given(closed_or_open_undated(), VERSIONS)
def test_an_undated_plan_comes_back_with_the_same_days_and_lengths(case, version):
    plan = case.plan.model_copy(update={"courses": (case.plan.courses[0].model_copy(update={"starts_on_day": 1}),)})
    made = realize(plan, case.products)
    if not undated_can_be_said(plan):
        with pytest.raises(CannotExpress):
            to_fhir(made, version=version)
        return
    read = from_fhir(write_fhir(to_fhir(made, version=version)))
    assert read.start is None
    wrote, came = plan.courses[0], read.plan.courses[0]
    assert [item.lasting for item in came.steps] == [item.lasting for item in wrote.steps]
    assert [item.days for item in came.steps] == [item.days for item in wrote.steps]
    assert came.then == wrote.then


def undated_can_be_said(plan):
    items = plan.courses[0].steps
    plain = all(item.weekly is not None or (item.days[0] and not any(item.days[1:])) for item in items)
    return plain and all(has_decimal(intake.dose) for item in items for day in item.days for intake in day)


@given(realizable_plans(), starts(), VERSIONS)
def test_the_same_plan_is_written_the_same_byte_for_byte(case, start, version):
    schedule = to_schedule(realize(case.plan, case.products), start=start, horizon=weeks(4))
    if can_be_said(case.plan, start, "sequences"):
        assert write_fhir(to_fhir(schedule, version=version)) == write_fhir(to_fhir(schedule, version=version))


RAMP = plan_of(
    step("5 mg", "3 days"),
    step({"morning": "5 mg", "evening": "5 mg"}, "4 days", kind="increase"),
    step({"morning": "5 mg", "evening": "2.5 mg"}, "1 week", kind="step-back", review_before=True),
    step("1 mg"),
    then="continue",
)
HALVES = (tablet("5 mg", score=2), tablet("1 mg"))


@pytest.mark.parametrize("version", ["R4", "R5"])
@pytest.mark.parametrize("profile", ["sequences", "separate"])
def test_kinds_and_reviews_of_steps_come_back(version, profile):
    schedule = to_schedule(realize(RAMP, HALVES), start=START, horizon=weeks(4))
    read = from_fhir(to_fhir(schedule, version=version, profile=profile))
    assert [(item.kind, item.review_before) for item in read.plan.courses[0].steps] == [
        (None, False), ("increase", False), ("step-back", True), (None, False)
    ]  # fmt: skip


def requests(bundle):
    held = [entry["resource"] for entry in bundle["entry"]]
    return [item for item in held if item["resourceType"] == "MedicationRequest"]


def test_r4_writes_one_dosage_for_each_time_of_day_and_r5_one_for_equal_doses():
    made = realize(RAMP, HALVES)
    told = {version: requests(to_fhir(made, version=version))[0]["dosageInstruction"] for version in ("R4", "R5")}
    assert [(d["sequence"], d["timing"]["repeat"]["when"]) for d in told["R4"]] == [
        (1, ["EVE"]), (2, ["MORN"]), (2, ["EVE"]), (3, ["MORN"]), (3, ["EVE"]), (4, ["EVE"])
    ]  # fmt: skip
    assert [(d["sequence"], d["timing"]["repeat"]["when"]) for d in told["R5"]] == [
        (1, ["EVE"]), (2, ["MORN", "EVE"]), (3, ["MORN"]), (3, ["EVE"]), (4, ["EVE"])
    ]  # fmt: skip
    assert told["R5"][1]["timing"]["repeat"]["frequency"] == 2


def test_clock_times_are_written_as_times_and_never_beside_codes():
    plan = plan_of(step({"08:00": "5 mg", "20:30": "5 mg"}, "3 days"))
    repeat = requests(to_fhir(realize(plan, TABLETS), version="R5"))[0]["dosageInstruction"][0]["timing"]["repeat"]
    assert repeat["timeOfDay"] == ["08:00:00", "20:30:00"]
    assert "when" not in repeat
    assert from_fhir(to_fhir(realize(plan, TABLETS))).plan.courses[0].steps[0].days == plan.courses[0].steps[0].days


def test_bounds_are_a_period_with_its_last_day_when_dated_and_a_duration_when_not():
    plan = plan_of(step("5 mg", "2 weeks"))
    made = realize(plan, TABLETS)
    dated = requests(to_fhir(to_schedule(made, start=START)))[0]["dosageInstruction"][0]["timing"]["repeat"]
    undated = requests(to_fhir(made))[0]["dosageInstruction"][0]["timing"]["repeat"]
    assert dated["boundsPeriod"] == {"start": "2027-03-01", "end": "2027-03-14"}
    assert undated["boundsDuration"] == {
        "value": Decimal(2), "unit": "weeks", "system": "http://unitsofmeasure.org", "code": "wk"
    }  # fmt: skip


def test_micrograms_are_written_with_the_ucum_code_and_read_back():
    plan = plan_of(step("250 mcg", "3 days"))
    made = realize(plan, (tablet("250 mcg"),))
    dose = requests(to_fhir(made))[0]["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]
    assert (dose["value"], dose["unit"], dose["code"]) == (Decimal(250), "mcg", "ug")
    assert from_fhir(to_fhir(made)).plan.courses[0].steps[0].days == plan.courses[0].steps[0].days


def test_a_dose_is_written_digit_for_digit():
    assert '"value": 2.5,' in write_fhir(to_fhir(realize(plan_of(step("2.5 mg", "3 days")), HALVES)))


def test_one_strength_is_requested_as_a_product_with_its_supply():
    schedule = to_schedule(realize(plan_of(step("5 mg", "10 days")), (tablet("5 mg", pack=28),)), start=START)
    (request,) = requests(to_fhir(schedule))
    assert request["contained"][0]["ingredient"][0]["strength"]["numerator"]["value"] == 5
    assert request["dispenseRequest"]["quantity"]["value"] == 10
    assert request["dispenseRequest"]["expectedSupplyDuration"]["value"] == 10


def test_several_strengths_are_requested_as_a_drug_with_a_supply_request_for_each_product():
    plan = plan_of(step("7 mg", "10 days"))
    made = requests(to_fhir(to_schedule(realize(plan, TABLETS), start=START)))
    assert [len(request.get("dosageInstruction", [])) for request in made] == [1, 0, 0]
    assert "strength" not in made[0]["contained"][0]["ingredient"][0]
    assert [request["dispenseRequest"]["quantity"]["value"] for request in made[1:]] == [10, 10]
    assert all(request["basedOn"] == [{"reference": f"urn:uuid:{made[0]['id']}"}] for request in made[1:])


def test_a_window_limits_the_supply_and_never_the_doses():
    plan = plan_of(step("5 mg", "4 weeks"), step("2 mg", "4 weeks"), then="stop")
    schedule = to_schedule(realize(plan, TABLETS), start=START, horizon=weeks(2))
    bundle = to_fhir(schedule)
    assert [d["timing"]["repeat"]["boundsPeriod"]["end"] for d in requests(bundle)[0]["dosageInstruction"]] == [
        "2027-03-28", "2027-04-25"
    ]  # fmt: skip
    kinds = [report.message for report in from_fhir(bundle).reports if report.kind == "supply"]
    assert any("70 mg" in text and "196 mg" in text for text in kinds)


def test_a_liquid_is_written_with_its_concentration_as_labeled_and_its_supply_in_milliliters():
    held = liquid("10 mg/5 mL", pack="100 mL")
    schedule = to_schedule(realize(plan_of(step("5 mg", "4 days")), (held,)), start=START)
    (request,) = requests(to_fhir(schedule, version="R5"))
    strength = request["contained"][0]["ingredient"][0]["strengthRatio"]
    assert (strength["numerator"]["value"], strength["denominator"]["value"]) == (10, 5)
    assert request["dispenseRequest"]["quantity"]["code"] == "mL"
    assert request["dispenseRequest"]["quantity"]["value"] == 10
    assert [r.message for r in from_fhir(to_fhir(schedule)).reports if r.kind == "supply"] == []


def test_a_supply_that_is_exactly_the_doses_is_not_reported():
    schedule = to_schedule(realize(plan_of(step("5 mg", "10 days")), (tablet("5 mg"),)), start=START)
    assert "supply" not in {report.kind for report in from_fhir(to_fhir(schedule)).reports}


@pytest.mark.parametrize(("days", "tablets"), [(4, 4), (5, 6), (6, 6), (7, 7)])
def test_the_supply_of_a_cycle_is_compared_dose_by_dose(days, tablets):
    plan = plan_of(step(["5 mg", "10 mg", {}], f"{days} days"))
    exact = to_fhir(to_schedule(realize(plan, (tablet("5 mg"),)), start=START))
    assert requests(exact)[0]["dispenseRequest"]["quantity"]["value"] == tablets
    assert "supply" not in {report.kind for report in from_fhir(exact).reports}


def test_a_gap_belongs_to_the_days_that_a_supply_lasts():
    plan = plan_of(step("5 mg", "3 days"), {"kind": "gap", "for": "2 days"}, step("5 mg", "3 days"))
    exact = to_fhir(to_schedule(realize(plan, (tablet("5 mg"),)), start=START))
    assert requests(exact)[0]["dispenseRequest"]["expectedSupplyDuration"]["value"] == 8
    assert "supply" not in {report.kind for report in from_fhir(exact, accept=("gap",)).reports}


def test_a_product_of_two_courses_is_supplied_once_for_both():
    plan = plan_with(course(step("5 mg", "5 days"), id="a"), course(step({"noon": "5 mg"}, "5 days"), id="b"))
    made = requests(to_fhir(to_schedule(realize(plan, (tablet("5 mg"),)), start=START)))
    assert ["dispenseRequest" in request for request in made] == [False, False, True]
    assert len(made[2]["basedOn"]) == 2
    assert made[2]["dispenseRequest"]["quantity"]["value"] == 10


def test_a_period_of_one_of_several_requests_that_is_not_that_of_its_dosages_refuses():
    bundle = to_fhir(
        to_schedule(realize(RAMP, HALVES), start=START, horizon=weeks(4)), profile="separate", version="R5"
    )
    assert from_fhir(bundle).start == START
    bundle["entry"][1]["resource"]["effectiveDosePeriod"]["start"] = "2027-02-28"
    with pytest.raises(CannotImport, match="another time than that of the dosages of its request"):
        from_fhir(bundle)


def test_requests_of_one_step_each_are_put_in_order_by_their_dates():
    bundle = to_fhir(to_schedule(realize(RAMP, HALVES), start=START, horizon=weeks(4)), profile="separate")
    there = from_fhir(bundle).plan
    bundle["entry"].reverse()
    assert from_fhir(bundle).plan == there
    assert len(there.courses[0].steps) == 4


def test_extended_release_is_named_even_where_the_plan_does_not_name_it():
    held = tablet("30 mg", release="extended")
    read = from_fhir(to_fhir(realize(plan_of(step("30 mg", "3 days")), (held,))))
    assert read.plan.courses[0].release == "extended"


@pytest.mark.parametrize("profile", ["sequences", "separate"])
def test_a_gap_is_left_without_doses_and_comes_back_when_it_is_accepted(profile):
    plan = plan_of(step("5 mg", "3 days"), {"kind": "gap", "for": "2 days"}, step("5 mg", "3 days"))
    bundle = to_fhir(to_schedule(realize(plan, TABLETS), start=START), profile=profile)
    read = from_fhir(bundle, accept=("gap",))
    assert [(item.kind, str(item.lasting)) for item in read.plan.courses[0].steps] == [
        (None, "3 days"), ("gap", "2 days"), (None, "3 days")
    ]  # fmt: skip
    assert [report.refuses for report in read.reports if report.kind == "gap"] == [False]


def test_a_course_that_begins_later_keeps_its_day():
    plan = plan_with(
        course(step("5 mg", "5 days"), id="first"), course(step("2 mg", "5 days"), id="second", starts_on_day=4)
    )
    read = from_fhir(to_fhir(to_schedule(realize(plan, TABLETS), start=START)))
    assert [one.starts_on_day for one in read.plan.courses] == [1, 4]


THIRDS = tablet("10 mg", score=3)
UNSAYABLE = {
    "a third of a tablet": (plan_of(step("10/3 mg", "3 days")), (THIRDS,), "no exact decimal"),
    "a late start": (plan_of(step("5 mg", "3 days"), starts_on_day=3), TABLETS, "begins on day 3"),
    "a cycle": (plan_of(step(["5 mg", "2 mg"], "4 days")), TABLETS, "needs dates; put the plan on dates"),
    "an empty first day": (plan_of(step([{}, "2 mg"], "4 days")), TABLETS, "without doses"),
    "a gap": (plan_of(step("5 mg", "3 days"), {"kind": "gap", "for": "2 days"}, step("5 mg", "1 day")), TABLETS, "gap"),
    "a decision": (
        plan_of(step("5 mg", "3 days"), {"kind": "decision", "for": "2 days"}, step("5 mg", "1 day")),
        TABLETS,
        "decision",
    ),
    "an empty end": (plan_of(step("5 mg", "3 days"), {"kind": "gap", "for": "2 days"}), TABLETS, "ends without doses"),
}


@pytest.mark.parametrize("name", UNSAYABLE)
def test_what_undated_fhir_cannot_say_is_refused_by_name(name):
    plan, products, why = UNSAYABLE[name]
    with pytest.raises(CannotExpress, match=why):
        to_fhir(realize(plan, products))


def test_a_dose_without_a_decimal_is_refused_with_its_place():
    thirds = realize(
        plan_of(step({"morning": "3 1/3 mg", "evening": "3 1/3 mg"}, "3 days")), [tablet("10 mg", score=3)]
    )
    with pytest.raises(CannotExpress, match=r"^course testamine, step 1, morning: 3 1/3 mg has no exact decimal"):
        to_fhir(thirds)
    with pytest.raises(CannotExpress, match=r"^course testamine, step 1, morning and evening: 3 1/3 mg"):
        to_fhir(thirds, version="R5")


def test_one_request_a_step_without_dates_is_refused():
    with pytest.raises(CannotExpress, match="ordered by dates"):
        to_fhir(realize(RAMP, HALVES), profile="separate")


def test_a_control_character_in_a_name_is_refused():
    held = realize(plan_with(course(step("5 mg", "3 days"), indication="spasticity")), TABLETS)
    assert requests(to_fhir(held))[0]["reasonCode"] == [{"text": "spasticity"}]
    bad = held.courses[0].__class__(held.courses[0].course, "te\x07st", held.courses[0].products, held.courses[0].steps)
    with pytest.raises(CannotExpress, match="control character"):
        to_fhir(held.__class__(held.plan, (bad,), held.formulary))


@pytest.mark.parametrize(
    ("given", "where"),
    [({"version": "R3"}, "version"), ({"profile": "all"}, "profile"), ({"subject": "Donald Duck"}, "subject")],
)
def test_a_choice_that_is_none_is_refused(given, where):
    with pytest.raises(InvalidInput, match=f"^{where}: "):
        to_fhir(realize(RAMP, HALVES), **given)


def test_markup_in_a_name_is_never_markup_in_what_is_written():
    held = realize(plan_of(step("5 mg", "3 days")), TABLETS)
    one = held.courses[0]
    odd = one.__class__(one.course, "<b>x</b>*y*", one.products, one.steps)
    (request,) = requests(to_fhir(held.__class__(held.plan, (odd,), held.formulary)))
    assert "<b>" not in request["text"]["div"]
    assert "&lt;b&gt;" in request["text"]["div"]
    assert "<b>" not in request["extension"][0]["valueMarkdown"]
    assert "\\<b\\>x\\</b\\>\\*y\\*" in request["extension"][0]["valueMarkdown"]


def test_a_float_is_never_written():
    with pytest.raises(InvalidInput, match="does not hold exactly"):
        write_fhir({"value": 2.5})


def test_empty_lists_and_objects_are_written_as_json():
    assert write_fhir({"a": [], "b": {}, "c": [1, None, True]}) == (
        '{\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    null,\n    true\n  ]\n}\n'
    )


def test_a_whole_number_is_a_decimal_too_so_that_json_fails_the_same_way_for_every_dose():
    dose = requests(to_fhir(realize(RAMP, HALVES)))[0]["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]
    assert isinstance(dose["value"], Decimal)
    assert Fraction(dose["value"]) == 5
