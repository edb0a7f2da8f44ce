"""The few facts about a person that a rule may read; unknown is not none."""

import json
from typing import ClassVar

import pytest
from hypothesis import given

from taper import InvalidInput, OutOfScope, Patient, load_patient, read_patient
from taper.people.kidney_figures import EGFR, CreatinineClearance, WrongMeasure
from taper.people.measuring import ImplausibleValue
from taper.people.patient import UNKNOWN
from taper.testing import patient_facts, patients

COMPUTABLE = {"age": 60, "sex": "male", "creatinine": "100 umol/L", "weight_kg": 70, "weight_basis": "actual"}


@given(patients())
def test_json_gives_the_patient_back(patient):
    assert read_patient(patient.model_dump_json(exclude_none=True)) == patient


@given(patient_facts())
def test_a_patient_file_is_read_as_it_is_written(tmp_path_factory, facts):
    path = tmp_path_factory.mktemp("patient") / "patient.json"
    path.write_text(json.dumps(facts), "utf-8")
    assert load_patient(path) == Patient.read(facts)


def test_nothing_is_known_of_an_empty_file():
    assert read_patient("{}") == UNKNOWN
    assert UNKNOWN.known_egfr() is None
    assert UNKNOWN.known_crcl() is None


def test_an_empty_list_is_none_and_a_missing_one_is_unknown():
    assert read_patient("{}").medications is None
    assert read_patient('{"medications": []}').medications == ()


def test_a_medication_is_a_name_or_a_name_with_the_day_it_was_stopped():
    patient = read_patient('{"medications": ["morphine", {"name": "selegiline", "until": "2027-02-01"}]}')
    assert [item.name for item in patient.medications] == ["morphine", "selegiline"]
    assert patient.medications[1].until.isoformat() == "2027-02-01"


@pytest.mark.parametrize("age", [0, 17])
def test_a_person_under_18_is_out_of_scope(age):
    with pytest.raises(OutOfScope, match=f"a person of {age} is under 18"):
        Patient(age=age)


def test_an_absent_age_is_not_refused():
    assert Patient(age=18).age == 18
    assert Patient().age is None


class TestKidneyFigures:
    def test_a_reported_figure_comes_before_a_computed_one(self):
        patient = Patient.read(COMPUTABLE | {"egfr": "42", "crcl": "38"})
        assert patient.known_egfr() == EGFR.parse("42")
        assert patient.known_crcl() == CreatinineClearance.parse("38")

    def test_figures_are_computed_where_all_is_known(self):
        patient = Patient.read(COMPUTABLE)
        assert patient.known_egfr().equation == "CKD-EPI 2021"
        assert patient.known_crcl().equation == "Cockcroft-Gault"

    @pytest.mark.parametrize("missing", ["age", "sex", "creatinine"])
    def test_a_missing_fact_leaves_both_unknown(self, missing):
        patient = Patient.read({key: value for key, value in COMPUTABLE.items() if key != missing})
        assert patient.known_egfr() is None
        assert patient.known_crcl() is None

    @pytest.mark.parametrize("missing", ["weight_kg", "weight_basis"])
    def test_without_a_weight_and_its_basis_there_is_no_clearance(self, missing):
        patient = Patient.read({key: value for key, value in COMPUTABLE.items() if key != missing})
        assert patient.known_egfr() is not None
        assert patient.known_crcl() is None

    @pytest.mark.parametrize(
        ("value", "read"), [('"42"', "42"), ("42", "42"), ("42.5", "42.5"), ('"42 mL/min/1.73 m2"', "42")]
    )
    def test_a_figure_is_read_from_the_text_of_its_number(self, value, read):
        assert read_patient(f'{{"egfr": {value}}}').egfr == EGFR.parse(read)

    def test_a_figure_that_is_one_already_is_kept(self):
        assert Patient(egfr=EGFR.parse("42")).egfr == EGFR.parse("42")

    def test_an_indexed_figure_is_never_read_as_a_clearance(self):
        with pytest.raises(WrongMeasure, match="crcl"):
            Patient.read({"crcl": "42 mL/min/1.73 m2"})
        with pytest.raises(InvalidInput, match="egfr"):
            Patient.read({"egfr": CreatinineClearance.parse("42")})

    def test_creatinine_in_the_other_units_range_names_that_unit(self):
        with pytest.raises(ImplausibleValue, match='106 umol/L lies in its range; write "106 umol/L"'):
            Patient.read({"creatinine": "106 mg/dL"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "a patient is a JSON object"),
        ('{"age": "45"}', "age: "),
        ('{"age": 131}', "age: "),
        ('{"age": 45.5}', "age: "),
        ('{"weight_kg": 0}', "weight_kg: 0 is not a measurement"),
        ('{"weight_kg": 1000}', "not a measurement of a person"),
        ('{"weight_kg": "seventy"}', "weight_kg: "),
        ('{"height_cm": -170}', "height_cm: "),
        ('{"egfr": true}', "egfr: got True"),
        ('{"egfr": 0}', "egfr: "),
        ('{"egfr": ">60"}', "egfr: "),
        ('{"crcl": "NaN"}', "crcl: "),
        ('{"creatinine": 1.2}', "creatinine: "),
        ('{"creatinine": "1.2"}', "without a unit"),
        ('{"sex": "m"}', "sex: "),
        ('{"liver": "bad"}', "liver: "),
        ('{"conditions": [""]}', r"conditions\[0\]: "),
        ('{"conditions": "epilepsy"}', "conditions: "),
        ('{"medications": [5]}', r"medications\[0\]"),
        ('{"as_of": "1899-12-31"}', "as_of: "),
        ('{"name": "A. Person"}', "name: is not a known key"),
        ('{"age": 45, "age": 46}', 'the key "age" is written twice'),
    ],
)
def test_anything_else_is_refused_with_its_path(text, words):
    with pytest.raises(InvalidInput, match=words):
        read_patient(text)


def test_a_float_is_refused_when_built_in_python():
    with pytest.raises(InvalidInput, match=r"egfr: got 42.5; write the reported figure as text"):
        Patient(egfr=42.5)
    with pytest.raises(InvalidInput, match=r"70.5 is a float"):
        Patient(weight_kg=70.5)


class TestWeightBasis:
    PERSON: ClassVar = {"height_cm": 160, "sex": "female", "age": 70, "creatinine": "1.6 mg/dL"}

    @pytest.mark.parametrize(
        ("basis", "weight", "height"),
        [
            ("ideal", "52", 160),
            ("ideal", "53.3", 160),
            ("adjusted", "91.4", 160),
            ("actual", "150", 160),
            ("ideal", "44", 150),
            ("ideal", "150", None),
        ],
    )
    def test_a_weight_that_can_be_what_it_is_called_is_read(self, basis, weight, height):
        facts = self.PERSON | {"weight_basis": basis, "weight_kg": weight, "height_cm": height}
        assert Patient.read({key: value for key, value in facts.items() if value is not None}).known_crcl()

    @pytest.mark.parametrize(
        ("basis", "weight", "height", "words"),
        [
            ("ideal", "150", 160, "150 kg is called ideal, and for 160 cm, female, Devine's ideal weight is 52.4 kg"),
            ("ideal", "40", 160, "correct the weight, or write its basis"),
            ("adjusted", "40", 160, "40 kg is called adjusted"),
            ("adjusted", "250", 160, "250 kg is called adjusted"),
            ("ideal", "70", 150, "Devine's ideal weight is at most 45.5 kg"),
        ],
    )
    def test_a_weight_that_contradicts_the_height_is_refused(self, basis, weight, height, words):
        facts = self.PERSON | {"weight_basis": basis, "weight_kg": weight, "height_cm": height}
        with pytest.raises(InvalidInput, match=words):
            Patient.read(facts)


def test_a_condition_is_there_or_absent_and_never_both():
    both = {"conditions": ["heart failure"], "absent_conditions": ["heart failure"]}
    with pytest.raises(InvalidInput, match="among the conditions and among the absent ones; leave it in one"):
        Patient.read(both)
    assert Patient.read(both | {"absent_conditions": ["asthma"]}).absent_conditions == ("asthma",)
