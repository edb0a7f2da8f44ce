"""Every kind of bad input that a caller may hand in: each gets one clear error or finding, with its path."""

import json
import pickle
from datetime import date, datetime
from decimal import Decimal

import pytest

from builders import DRUG, START, TABLETS, answers, course, formulary, plan_of, review_of, step
from taper import (
    CreatinineClearance,
    Dose,
    Formulary,
    InvalidInput,
    OutOfScope,
    Patient,
    Plan,
    Product,
    TaperError,
    days,
    load_patient,
    load_plan,
    load_products,
    mg,
    read_patient,
    read_plan,
    read_products,
    realize,
    to_schedule,
)
from taper._base.toml_text import read_toml_text
from taper.knowledge.formulary import UnknownDrug
from taper.people.kidney_figures import WrongMeasure
from taper.people.measuring import ImplausibleValue
from taper.schedules.schedule import HorizonNeeded

NOT_A_DOSE = {
    "a float": 2.5,
    "a whole float": 5.0,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "a bare number": 5,
    "a decimal": Decimal("2.5"),
    "true": True,
    "nothing": None,
    "a list": ["5 mg"],
    "NaN as text": "NaN mg",
    "infinity as text": "Infinity mg",
    "an exponent": "1e3 mg",
    "a small exponent": "5E-1 mg",
    "a negative": "-5 mg",
    "minus zero": "-0 mg",
    "zero": "0 mg",
    "zero written long": "0.000 mg",
    "an unknown unit": "5 tablets",
    "a unit of volume": "5 mL",
    "ug": "5 ug",
    "the micro sign": "5 \u00b5g",
    "the Greek letter": "5 \u03bcg",
    "a unit in capitals": "5 MG",
    "no unit": "5",
    "no number": "mg",
    "empty": "",
    "spaces": "   ",
    "Arabic-Indic digits": "\u0665 mg",
    "Devanagari digits": "\u096b mg",
    "fullwidth digits": "\uff15 mg",
    "superscript digits": "5\u00b2 mg",
    "a vulgar fraction": "\u00bd mg",
    "a decimal comma": "2,5 mg",
    "a thousands comma": "1,000 mg",
    "a thousands space": "1 000 mg",
    "10^9 mg": "1000000000 mg",
    "too many digits": "0." + "3" * 60 + " mg",
    "a huge text": "9" * 10_000 + " mg",
    "a null": "5\0 mg",
    "a line break": "5\n mg",
    "a right-to-left mark": "\u200f5 mg",
    "a division by zero": "1/0 mg",
    "a range": "5-10 mg",
    "a sum": "5+5 mg",
}


def as_json(value):
    return json.dumps({"format": "taper-plan/1", "courses": [course(step({"evening": value}, "3 days"))]}, default=str)


class TestDoses:
    @pytest.mark.parametrize("value", NOT_A_DOSE.values(), ids=NOT_A_DOSE)
    def test_what_is_no_dose_is_refused_with_its_path(self, value):
        with pytest.raises(InvalidInput) as caught:
            plan_of(step({"evening": value}, "3 days"))
        assert caught.value.where.startswith("courses[0].steps[0]")
        assert "evening" in str(caught.value)
        assert caught.value.message.isascii() or not str(value).isascii()

    @pytest.mark.parametrize("value", [v for v in NOT_A_DOSE.values() if not isinstance(v, Decimal)])
    def test_and_in_a_file_as_well(self, value):
        with pytest.raises(InvalidInput) as caught:
            read_plan(as_json(value), where="plan.json")
        assert str(caught.value).startswith("plan.json")

    @pytest.mark.parametrize("value", [v for v in NOT_A_DOSE.values() if v not in ("0 mg", "0.000 mg")])
    def test_and_as_a_strength(self, value):
        if value is None:
            return
        with pytest.raises(TaperError):
            Product.read({"id": "x", "drug": "x", "form": "tablet", "strength": value})

    @pytest.mark.parametrize("value", ["0 mg", "0.000 mg"])
    def test_a_strength_is_above_zero(self, value):
        with pytest.raises(InvalidInput, match="a strength is above 0"):
            Product.read({"id": "x", "drug": "x", "form": "tablet", "strength": value})

    @pytest.mark.parametrize(
        "amount", [0.1, float("nan"), float("inf"), -1, "-1", Decimal("NaN"), Decimal("1e400"), 10**9]
    )
    def test_nor_is_it_built_in_python(self, amount):
        with pytest.raises(InvalidInput):
            mg(amount)

    def test_a_refused_float_says_what_to_write(self):
        with pytest.raises(InvalidInput, match=r'2.5 is a float, rounded before it arrived; write the text "2.5"'):
            mg(2.5)


class TestSteps:
    @pytest.mark.parametrize(
        "lasting",
        ["0 days", "1.5 days", "-3 days", "3", 3, 1.5, "three days", "", "3 fortnights", "1e2 days", "\u0663 days",
         "3,5 days",
         "1000000 days", "21 years", "241 months", True, [], "3 days ago"],
    )  # fmt: skip
    def test_a_length_is_a_whole_positive_number_of_a_known_unit(self, lasting):
        with pytest.raises(InvalidInput) as caught:
            plan_of(step("5 mg") | {"for": lasting})
        assert caught.value.where == "courses[0].steps[0].for"

    def test_an_empty_plan_a_course_without_steps_and_a_step_without_doses_are_refused(self):
        for plan, words in (
            ({"courses": []}, "courses: is empty"),
            ({"courses": [course()]}, r"courses\[0\].steps: is empty"),
            ({"courses": [course(step({}, "3 days"))]}, r"courses\[0\].steps\[0\]: has no doses"),
            ({"courses": [course(step([{}, {}], "3 days"))]}, "has no doses"),
            ({"courses": [course({"for": "3 days", "weekly": {}})]}, "has no doses"),
        ):
            with pytest.raises(InvalidInput, match=words):
                Plan.read(plan)

    def test_an_open_step_that_is_not_last_is_refused(self):
        with pytest.raises(InvalidInput, match=r"courses\[0\]: steps\[0\] has no end and is not the last"):
            plan_of(step("5 mg"), step("2 mg", "3 days"))

    @pytest.mark.parametrize(("then", "lasting"), [("stop", None), ("review", None), ("continue", "3 days")])
    def test_then_that_contradicts_the_last_step_is_refused(self, then, lasting):
        with pytest.raises(InvalidInput, match=r'write "(continue|review)"|remove its "for"'):
            plan_of(step("5 mg", lasting), then=then)

    def test_an_open_end_without_a_horizon_is_refused(self):
        with pytest.raises(HorizonNeeded, match="give a horizon"):
            to_schedule(realize(plan_of(step("5 mg"), then="continue"), TABLETS), start=START)

    @pytest.mark.parametrize("slot", ["prn", "as needed", "PRN", "p.r.n."])
    def test_as_needed_doses_are_out_of_scope(self, slot):
        with pytest.raises(OutOfScope, match="as-needed") as caught:
            plan_of(step({slot: "5 mg"}, "3 days"))
        assert caught.value.where.startswith("courses[0].steps[0].regimen")


class TestDrugs:
    @pytest.mark.parametrize(
        ("name", "near"),
        [("clonidene", "clonidine"), ("clonazepan", "clonazepam"), ("baclofin", "baclofen"), ("diazapam", "diazepam")],
    )
    def test_a_look_alike_is_listed_and_never_picked(self, name, near):
        plan = plan_of(step("5 mg", "3 days"), drug=name)
        with pytest.raises(UnknownDrug, match="write the one that is meant") as caught:
            realize(plan, Formulary.shipped().products("diazepam"))
        assert near in caught.value.near

    def test_an_unknown_drug_with_its_products_is_planned_and_nothing_is_clear(self):
        made = plan_of(step("5 mg", "3 days"))
        review = review_of(made, Formulary())
        assert answers(review, "ceiling")[1]
        assert not answers(review, "ceiling")[2]

    @pytest.mark.parametrize("name", ["baclofen intrathecal", "Intrathecal baclofen", "insulin pump", "fentanyl patch"])
    def test_a_route_that_is_not_oral_is_out_of_scope_by_name(self, name):
        with pytest.raises(OutOfScope, match="route"):
            plan_of(step("5 mg", "3 days"), drug=name)

    @pytest.mark.parametrize("form", ["intrathecal solution", "injection", "patch", "suppository", "nasal spray"])
    def test_so_is_such_a_product(self, form):
        with pytest.raises(OutOfScope, match="not taken by mouth"):
            Product.read({"id": "x", "drug": "x", "form": form, "strength": "5 mg"})

    @pytest.mark.parametrize("name", ["carbidopa/levodopa", "codeine + paracetamol", "amlodipine and valsartan"])
    def test_so_is_a_combination(self, name):
        with pytest.raises(OutOfScope, match="combination product"):
            plan_of(step("5 mg", "3 days"), drug=name)

    @pytest.mark.parametrize("name", [5, None, "", ["baclofen"], "bac\0lofen", "bac\u202elofen"])
    def test_a_drug_is_a_name_that_prints(self, name):
        with pytest.raises(InvalidInput, match=r"courses\[0\].drug: "):
            plan_of(step("5 mg", "3 days"), drug=name)


class TestPeople:
    @pytest.mark.parametrize("age", [0, 5, 17])
    def test_a_person_under_18_is_out_of_scope(self, age):
        with pytest.raises(OutOfScope, match="under 18"):
            Patient.read({"age": age})

    def test_an_absent_age_is_unknown_and_never_adult(self):
        held = formulary(ceilings=[{"source": "c", "limit": "1 mg", "age_from": 18}])
        findings, gaps, clear, _ = answers(review_of(plan_of(step("5 mg", "1 day")), held, Patient()), "ceiling")
        assert (findings, clear) == ([], [])
        assert "age (this" in gaps[0].missing

    def test_an_indexed_egfr_is_never_given_to_a_cockcroft_gault_band(self):
        band = {"below": 30, "action": "avoid"}
        advice = {"source": "k", "measure": "creatinine clearance", "basis": "label", "bands": [band]}
        known = Patient.read({"egfr": "25", "dialysis": False, "kidney_stable": True})
        findings, gaps, clear, _ = answers(
            review_of(plan_of(step("5 mg", "1 day")), formulary(kidney=[advice]), known), "kidney"
        )
        assert (findings, clear) == ([], [])
        assert gaps[0].missing.startswith("a figure of creatinine clearance")
        with pytest.raises(WrongMeasure):
            Patient.read({"crcl": "25 mL/min/1.73 m2"})
        with pytest.raises(InvalidInput):
            Patient.read({"egfr": CreatinineClearance.parse("25")})

    @pytest.mark.parametrize(("text", "likely"), [("106 mg/dL", "106 umol/L"), ("1.2 umol/L", "1.2 mg/dL")])
    def test_creatinine_in_the_wrong_units_range_names_the_other_unit(self, text, likely):
        with pytest.raises(ImplausibleValue) as caught:
            Patient.read({"creatinine": text})
        assert (caught.value.where, caught.value.likely) == ("creatinine", likely)

    def test_a_float_in_a_patient_is_refused_in_python_and_read_from_its_text_in_a_file(self):
        with pytest.raises(InvalidInput, match="is a float"):
            Patient.read({"weight_kg": 70.5})
        assert str(read_patient('{"weight_kg": 70.5}').weight_kg) == "141/2"


class TestDates:
    @pytest.mark.parametrize("start", [date(1899, 12, 31), date(1, 1, 1), date(2200, 12, 31), date(9999, 12, 31)])
    def test_years_before_1900_and_ends_after_2200_are_refused(self, start):
        with pytest.raises(InvalidInput, match="1900 to 2200"):
            to_schedule(realize(plan_of(step("5 mg", "3 days")), TABLETS), start=start)

    @pytest.mark.parametrize("start", ["2027-03-01", 20270301, None, datetime(2027, 3, 1, 8)])  # noqa: DTZ001
    def test_a_start_is_a_date(self, start):
        with pytest.raises(InvalidInput, match="calendar date"):
            to_schedule(realize(plan_of(step("5 mg", "3 days")), TABLETS), start=start)

    @pytest.mark.parametrize(
        "steps",
        [("7321 days",), ("20 years", "2 months"), ("240 months", "31 days"), ("7000 days", "1 year")],
    )
    def test_a_plan_longer_than_20_years_is_refused(self, steps):
        with pytest.raises(InvalidInput, match="longer than 20 years; split"):
            plan_of(*(step("5 mg", lasting) for lasting in steps))

    def test_a_plan_of_20_years_is_laid_on_dates_whole(self):
        schedule = to_schedule(realize(plan_of(step("5 mg", "20 years")), TABLETS), start=START)
        assert str(schedule.last) == "2047-02-28"
        assert len(schedule.days) == 7305

    def test_a_horizon_longer_than_20_years_is_refused(self):
        with pytest.raises(InvalidInput, match="longer than 20 years"):
            days(7321)


READERS = [(read_plan, load_plan), (read_patient, load_patient), (read_products, load_products)]


class TestFiles:
    @pytest.mark.parametrize(("read", "load"), READERS, ids=["plan", "patient", "products"])
    class TestAnyFile:
        @pytest.mark.parametrize(
            ("text", "words"),
            [
                ("", "not JSON at line 1, column 1"),
                ("{", "not JSON"),
                ("null", "JSON"),
                ("5", "JSON"),
                ('"text"', "JSON"),
                ("[" * 100_000, "nested more than 40 deep"),
                ("[" * 100_000 + "]" * 100_000, "nested more than 40 deep"),
                ('{"a":' * 100_000, "nested more than 40 deep"),
                ('{"a": NaN}', "NaN is not a number"),
                ('{"a": -Infinity}', "not a number"),
                ('{"a": 1, "a": 1}', 'the key "a" is written twice'),
                ('{"a": ' + "9" * 5000 + "}", "too many digits"),
            ],
        )
        def test_what_is_not_its_json_is_refused(self, read, load, text, words):
            with pytest.raises(InvalidInput, match=words) as caught:
                read(text, where="the file")
            assert caught.value.where.startswith("the file")

        def test_broken_utf_8_is_refused_at_its_byte(self, read, load, tmp_path):
            path = tmp_path / "broken.json"
            path.write_bytes(b'{"title": "\xff\xfe"}')
            with pytest.raises(InvalidInput, match=r"broken.json: is not UTF-8 at byte 11"):
                load(path)

        def test_a_file_of_100_mb_is_refused_unread(self, read, load, tmp_path):
            path = tmp_path / "large.json"
            with path.open("wb") as file:
                file.truncate(100_000_000)
            with pytest.raises(InvalidInput, match="larger than 5 MB"):
                load(path)

        def test_a_file_that_is_not_there_is_named(self, read, load, tmp_path):
            with pytest.raises(InvalidInput, match=r"none.json: cannot be read"):
                load(tmp_path / "none.json")

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            ('{"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": [], "dose": 1}]}', "dose"),
            ('{"format": "taper-plan/1", "colour": 1, "courses": []}', "colour"),
            (
                '{"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": '
                '[{"for": "3 days", "regimen": {"noon": "5 mg"}, "notes": "x"}]}]}',
                r"courses\[0\].steps\[0\].notes",
            ),
        ],
    )
    def test_an_unknown_key_is_named_with_its_path(self, text, path):
        with pytest.raises(InvalidInput, match=f"{path}: is not a known key"):
            read_plan(text)

    def test_a_repeated_key_anywhere_is_refused(self):
        text = '{"format": "taper-plan/1", "courses": [{"drug": "x", "drug": "y"}]}'
        with pytest.raises(InvalidInput, match='the key "drug" is written twice; keep one'):
            read_plan(text)

    def test_half_a_character_is_refused(self):
        with pytest.raises(InvalidInput, match="title"):
            read_plan('{"format": "taper-plan/1", "title": "\\ud800", "courses": []}')

    def test_every_problem_is_listed_at_once(self):
        with pytest.raises(InvalidInput) as caught:
            read_plan(
                '{"format": "taper-plan/1", "courses": [{"drug": "", "then": "x", "steps": [{"for": "0 days"}]}]}'
            )
        assert "things are wrong" in str(caught.value)
        for path in ("courses[0].drug", "courses[0].then", "courses[0].steps[0]"):
            assert path in str(caught.value)


@pytest.mark.parametrize("value", [v for v in NOT_A_DOSE.values() if v not in ("0 mg", "0.000 mg")])
def test_every_error_is_one_of_this_library_and_survives_a_copy(value):
    with pytest.raises(TaperError) as caught:
        Dose.parse(value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.where) == (type(caught.value), str(caught.value), caught.value.where)


def test_names_of_products_in_a_plan_are_looked_up_and_never_guessed():
    with pytest.raises(InvalidInput, match="the product 'x' is not among those given"):
        realize(plan_of(step("5 mg", "3 days"), products=["x"]), TABLETS)
    assert TABLETS[0].drug == DRUG


@pytest.mark.parametrize(
    "number", ["1e-999999999999", "1e999999999999", "1e-4001", "0." + "0" * 4500 + "1", "1" * 4002 + ".5"]
)
def test_a_number_of_thousands_of_digits_is_refused_at_once(number):
    with pytest.raises(InvalidInput, match="holds a number with too many digits; write it in full"):
        read_products(f'[{{"pack": {number}}}]')
    with pytest.raises(InvalidInput, match="holds a number with too many digits; write it in full"):
        read_toml_text(f"pack = {number}", where="a")
    asked = {"id": "a", "drug": "x", "form": "tablet", "strength": "5 mg", "pack": Decimal(number)}
    for make in (Product.read, lambda fields: Product(**fields)):
        with pytest.raises(InvalidInput, match="pack"):
            make(asked)
    with pytest.raises(InvalidInput, match="age"):
        Patient(age=Decimal(number))
