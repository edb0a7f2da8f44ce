"""What objects print is short enough to read, and has the habits of Python."""

import inspect
from datetime import date
from pathlib import Path

import pytest

import taper
from taper import (
    AtMost,
    ChangeProducts,
    Concentration,
    Formulary,
    Gap,
    Handling,
    Hold,
    IntakeRecord,
    InvalidInput,
    Log,
    Medication,
    Monograph,
    Pace,
    PassReview,
    Patient,
    Plan,
    Product,
    Reachable,
    Retarget,
    Slot,
    Slow,
    StepBack,
    Stop,
    Symptom,
    Volume,
    Weights,
    apply_log,
    check,
    cockcroft_gault,
    compare,
    compare_intakes,
    count_supply,
    days_supply,
    evenly,
    from_fhir,
    load_plan,
    load_protocol,
    mg,
    plan_cross_taper,
    plan_pattern,
    plan_phases,
    plan_taper,
    plan_titration,
    plot_doses,
    propose_for_kidney,
    realize,
    to_fhir,
    to_ical,
    to_schedule,
    to_table,
    weeks,
    write_instructions,
)

FORMULARY = Formulary.shipped()
PRODUCTS = FORMULARY.products("diazepam", market="us")
PLAN = load_protocol("diazepam-example").plan()
LONG = Plan.read({"title": "Long", "courses": [{"drug": "diazepam", "then": "stop", "steps": [
    {"for": "1 week", "regimen": {"bedtime": f"{20 - number % 2 * 2} mg"}} for number in range(100)]}]})  # fmt: skip


def objects():
    for plan in (PLAN, LONG):
        made = realize(plan, PRODUCTS)
        dated = to_schedule(made, start=date(2027, 3, 1))
        log = Log.of(plan, dated.start, [Hold(day=date(2027, 3, 9), lasting=weeks(1))],
                     intakes=[IntakeRecord(day=date(2027, 3, 1), slot="bedtime", result="taken")])  # fmt: skip
        review = check(dated)
        yield from (plan, plan.courses[0], plan.courses[0].steps[0], plan.courses[0].steps[0].regimen, made, dated,
                    dated.days[0], dated.steps[0], log, log.events[0], log.intakes[0], review, *review.findings[:1],
                    *review.not_assessed[:1], *review.clear[:1], compare_intakes(apply_log(dated, log)),
                    count_supply(dated, fills=weeks(1)), days_supply(dated, {PRODUCTS[0].id: "9"}), plot_doses(dated),
                    compare(plan, load_protocol("baclofen-raynaud-example").plan()), compare(plan, plan),
                    write_instructions(dated)[0], from_fhir(to_fhir(dated)))  # fmt: skip
    taper_ = plan_taper(drug="diazepam", before={"bedtime": "10 mg"}, pace="1 mg, every 1 week", products=PRODUCTS)
    slow = plan_taper(drug="diazepam", before={"morning": "40 mg"}, pace="0.5 mg, every 1 week", products=PRODUCTS)
    cross = plan_cross_taper(
        drug="alprazolam", before={"morning": "1 mg", "bedtime": "1 mg"}, to_drug="diazepam", to_products=PRODUCTS,
        products=[p for p in FORMULARY.products("alprazolam", market="us") if p.release == "immediate"],
        equivalence=FORMULARY.table("ashton-2002"), every=weeks(1), rounding="down", tables=FORMULARY.tables,
    )  # fmt: skip
    yield from planned()
    reach = Reachable(PRODUCTS, up_to=mg(20))
    yield from (taper_, slow, taper_.report, slow.report, cross, FORMULARY, FORMULARY.monograph("diazepam"),
                FORMULARY.tables[0], load_protocol("diazepam-cks"), PRODUCTS[0], PRODUCTS[0].source or PRODUCTS[0],
                Patient(age=60), Patient(), Medication(name="warfarin"), reach, reach.recipe(mg(3)),
                reach.recipe(mg(3)).portions[0],
                Weights(), mg(3), weeks(2))  # fmt: skip


def planned():
    """Plans of every other kind with their reports, long ones among them, and the small things they are made of."""
    syrup = {"id": "s", "drug": "diazepam", "form": "oral solution", "concentration": "5 mg/5 mL"}
    measured = syrup | {"smallest_volume": "0.5 mL", "graduation": "0.5 mL"}
    products = {"drug": "diazepam", "products": [Product.read(measured)]}
    phased = plan_phases(
        before={"morning": "40 mg"}, phases="1 mg every week to 20 mg, then 0.5 mg every week", **products
    )
    pattern = plan_pattern(
        pattern="40 mg for 1 day, then down 1 mg every 1 day to 2 mg, then stop", at="morning", **products
    )
    titrated = plan_titration(to=mg(40), slots=["bedtime"], by=(mg("0.5"), weeks(1)), before="nothing", **products)
    patient = Patient.read({"egfr": "25", "crcl": "25", "kidney_stable": True, "dialysis": False})
    baclofen = load_protocol("baclofen-raynaud-example").plan()
    small = Product(id="b", drug="baclofen", form="tablet", strength="1 mg")
    kidney = propose_for_kidney(baclofen, patient, source="vlavonou-2014", products=[small])
    monograph, step = FORMULARY.monograph("sertraline"), PLAN.courses[0].steps[0]
    course = load_protocol("diazepam-example").plan().courses[0]
    review = check(realize(PLAN, PRODUCTS))
    yield from (phased, phased.report, phased.report.phases[0], pattern, pattern.report, titrated, titrated.report,
                kidney, monograph.occupancies[0], FORMULARY.monograph("baclofen").titrations[0], course.before, course,
                step, step.regimen, step.regimen.slots[0], step.regimen.intakes[0], step.regimen.total, Slot("08:00"),
                *review.clear[:1], *review.left_out[:1], *review.within[:1], weeks(2), evenly, Volume.parse("2 mL"),
                Concentration.parse("5 mg/5 mL"), Pace.parse("1 mg, every 1 week"), Handling(), AtMost(28),
                patient.egfr, cockcroft_gault("1.6 mg/dL", age=70, sex="female", weight_kg=62, weight_basis="actual"),
                *EVENTS, Symptom(day=date(2027, 3, 2), score=3))  # fmt: skip


EVENTS = [
    Hold(day=date(2027, 3, 8), lasting=weeks(1)),
    Stop(day=date(2027, 3, 8)),
    Slow(day=date(2027, 3, 8), pace="1 mg, every 2 weeks"),
    StepBack(day=date(2027, 3, 8), steps=1, lasting=weeks(1)),
    Gap(day=date(2027, 3, 8), lasting=weeks(1)),
    PassReview(day=date(2027, 3, 8)),
    Retarget(day=date(2027, 3, 8), to={"bedtime": "1 mg"}),
    ChangeProducts(day=date(2027, 3, 8), products=["diazepam-us-tablet-2mg"]),
]
OBJECTS = list(objects())


def _id(made):
    return type(made).__name__


@pytest.mark.parametrize("made", OBJECTS, ids=_id)
def test_an_object_prints_at_most_forty_lines_of_plain_text(made):
    text = str(made)
    assert text.count("\n") < 40
    assert len(text) <= 10_000
    assert "<taper." not in text
    assert "datetime.date(" not in text


@pytest.mark.parametrize("made", OBJECTS, ids=_id)
def test_its_short_form_is_short_and_says_what_it_is(made):
    assert len(repr(made)) <= 600
    assert " object at 0x" not in repr(made)
    assert type(made).__name__ in repr(made) or eval(repr(made), {**vars(taper), **dict.fromkeys(())})


def test_most_public_classes_that_hold_data_are_looked_at():
    seen = {type(made).__name__ for made in OBJECTS}
    assert {"Plan", "Schedule", "Review", "Taper", "Supply", "Product", "Finding", "Formulary", "Monograph"} <= seen


@pytest.mark.parametrize(
    "kind", ["Plan", "Schedule", "RealizedPlan", "Review", "Taper", "PhasedTaper", "Supply", "Difference"]
)
def test_what_stands_in_a_notebook_shows_itself_there(kind):
    made = next(item for item in OBJECTS if type(item).__name__ == kind)
    assert made._repr_html_().startswith(("<table", "<pre"))


def test_what_is_left_out_of_a_long_text_is_counted():
    text = str(to_schedule(realize(LONG, PRODUCTS), start=date(2027, 3, 1)))
    assert text.endswith("more lines; to_table() has all")
    assert text.count("\n") == 39


class TestHabits:
    """What Python people try first works."""

    DATED = to_schedule(realize(PLAN, PRODUCTS), start=date(2027, 3, 1))

    def test_a_schedule_is_counted_walked_and_indexed(self):
        assert len(self.DATED) == 224
        assert [day.number for day in self.DATED][:3] == [1, 2, 3]
        assert self.DATED[0] == self.DATED[date(2027, 3, 1)] == self.DATED.days[0]
        assert self.DATED[-1].date == self.DATED.last
        assert len(self.DATED[:7]) == 7

    def test_doses_have_a_sum(self):
        assert sum([mg(1), mg(2)]) == mg(3)
        with pytest.raises(TypeError):
            5 + mg(1)

    def test_a_schedule_writes_itself(self):
        assert self.DATED.to_ical(tz=None) == to_ical(self.DATED, tz=None)
        assert self.DATED.to_table() == to_table(self.DATED)
        assert len(self.DATED.to_pandas()) == len(self.DATED.to_records())
        assert self.DATED.check() == check(self.DATED)
        assert realize(PLAN, PRODUCTS).to_schedule(start=date(2027, 3, 1)) == self.DATED
        assert "to_ical" in dir(self.DATED)

    def test_what_is_no_method_is_no_attribute(self):
        with pytest.raises(AttributeError, match="'Schedule' object has no attribute 'to_word'"):
            self.DATED.to_word()

    def test_each_method_is_a_public_function_that_takes_the_object_first(self):
        for kind, names in taper._METHODS.items():
            for name in names:
                first = next(iter(inspect.signature(getattr(taper, name)).parameters.values()))
                assert kind in str(first.annotation)

    def test_each_method_has_its_signature_for_a_type_checker(self):
        typed = Path(__file__).with_name("typed_methods.py").read_text("utf-8")  # mypy reads it
        for names in taper._METHODS.values():
            assert [name for name in names if f".{name}" not in typed] == []

    def test_a_plan_saves_itself_and_never_over_another(self, tmp_path):
        path = PLAN.save(tmp_path / "plan.json")
        assert load_plan(path) == PLAN
        with pytest.raises(InvalidInput, match="force=True"):
            PLAN.save(path)
        assert PLAN.save(path, force=True) == path

    def test_a_picture_saves_itself_by_the_ending_of_the_name(self, tmp_path):
        picture = plot_doses(self.DATED)
        assert picture.save(tmp_path / "plan.svg").read_text("utf-8").startswith("<?xml")
        assert picture.save(tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")
        with pytest.raises(InvalidInput, match=r"write \.svg or \.png"):
            picture.save(tmp_path / "plan.bmp")

    def test_a_monograph_says_what_it_has(self):
        made = FORMULARY.monograph("diazepam")
        assert isinstance(made, Monograph)
        assert f"products: {len(made.products)}" in str(made)
