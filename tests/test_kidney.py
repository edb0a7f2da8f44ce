"""Kidney function: three measures kept apart, read exactly, printed honestly."""

import pickle
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from taper._base.numbers import NotExact
from taper.errors import CannotCompute, InvalidInput, OutOfScope
from taper.people.body import Sex, SurfaceFormula, WeightBasis, adjusted_weight, body_surface, ideal_weight
from taper.people.kidney_figures import EGFR, AbsoluteEGFR, Creatinine, CreatinineClearance, WrongMeasure
from taper.people.kidney_function import ckd_epi_2021, cockcroft_gault, deindex, kdigo_category
from taper.people.measuring import ImplausibleValue

MEASURES = [EGFR, AbsoluteEGFR, CreatinineClearance]


def hundredths(low, high):
    return st.integers(low * 100, high * 100).map(lambda n: Fraction(n, 100))


def computed(value):
    return EGFR(value=value, equation="computed")


sexes = st.sampled_from(Sex)
ages = st.integers(18, 130)
weights = hundredths(20, 400)
heights = hundredths(100, 250)
mg_per_dl = st.integers(20, 3000).map(lambda n: Fraction(n, 100))
figures = st.fractions(Fraction(1, 100), 249, max_denominator=10**12)
formulas = st.sampled_from(SurfaceFormula)


def egfr_of(mg, age, sex):
    return ckd_epi_2021(Creatinine(mg, "mg/dL"), age=age, sex=sex)


def clearance_of(creatinine, age, sex, weight):
    return cockcroft_gault(creatinine, age=age, sex=sex, weight_kg=weight, weight_basis="actual")


class TestTheEquations:
    @given(mg_per_dl, mg_per_dl, ages, sexes)
    def test_higher_creatinine_never_means_a_higher_egfr(self, one, two, age, sex):
        low, high = sorted((one, two))
        assert egfr_of(high, age, sex) <= egfr_of(low, age, sex)

    @given(mg_per_dl, mg_per_dl, ages, sexes, weights)
    def test_higher_creatinine_never_means_a_higher_clearance(self, one, two, age, sex, weight):
        low, high = (Creatinine(mg, "mg/dL") for mg in sorted((one, two)))
        assert clearance_of(high, age, sex, weight) <= clearance_of(low, age, sex, weight)

    @given(mg_per_dl, ages, sexes, weights)
    def test_the_unit_of_creatinine_never_changes_a_figure(self, mg, age, sex, weight):
        one, two = Creatinine(mg, "mg/dL"), Creatinine(mg * Fraction("88.4"), "umol/L")
        assert ckd_epi_2021(one, age=age, sex=sex).value == ckd_epi_2021(two, age=age, sex=sex).value
        assert clearance_of(one, age, sex, weight).value == clearance_of(two, age, sex, weight).value

    @given(mg_per_dl, st.integers(18, 129), sexes, weights)
    def test_a_year_more_always_lowers_both_figures(self, mg, age, sex, weight):
        creatinine = Creatinine(mg, "mg/dL")
        assert egfr_of(mg, age + 1, sex) < egfr_of(mg, age, sex)
        assert clearance_of(creatinine, age + 1, sex, weight) < clearance_of(creatinine, age, sex, weight)

    @given(mg_per_dl, ages, weights)
    def test_the_clearance_of_a_woman_is_exactly_0_85_of_that_of_a_man(self, mg, age, weight):
        creatinine = Creatinine(mg, "mg/dL")
        man, woman = (clearance_of(creatinine, age, sex, weight).value for sex in ("male", "female"))
        assert woman == man * Fraction(85, 100)

    @given(mg_per_dl, ages, sexes)
    def test_the_ambient_decimal_context_changes_nothing(self, mg, age, sex):
        plain = egfr_of(mg, age, sex).value
        with localcontext(prec=3):
            assert egfr_of(mg, age, sex).value == plain

    @pytest.mark.parametrize("age", [65, "65", Decimal(65), Fraction(65)], ids=["int", "text", "decimal", "fraction"])
    def test_numbers_are_taken_in_every_exact_form(self, age):
        assert ckd_epi_2021("1 mg/dL", age=age, sex="male") == egfr_of(1, 65, Sex.MALE)

    @pytest.mark.parametrize(
        ("changed", "where"),
        [({"age": 65.0}, "age"), ({"weight_kg": 70.0}, "weight_kg"), ({"creatinine": 1.0}, "creatinine")],
        ids=["age", "weight", "creatinine"],
    )
    def test_floats_are_refused_with_their_place(self, changed, where):
        given = {"creatinine": "1 mg/dL", "age": 65, "sex": "male", "weight_kg": 70, "weight_basis": "actual"} | changed
        with pytest.raises(InvalidInput) as refused:
            cockcroft_gault(given.pop("creatinine"), **given)
        assert refused.value.where == where

    def test_a_number_finer_than_any_measurement_is_refused(self):
        with pytest.raises(NotExact, match="weight_kg: the number is finer than any measurement"):
            clearance_of("1 mg/dL", 65, "male", Fraction(70 * 10**19 + 5, 10**19))
        assert clearance_of("1 mg/dL", 73, "male", "72." + "0" * 17 + "1").value == 67 + Fraction(67, 72 * 10**18)

    def test_under_18_is_out_of_scope_in_both(self):
        with pytest.raises(OutOfScope, match=r"age: 17\.9 years is under 18, and CKD-EPI 2021"):
            ckd_epi_2021("1 mg/dL", age="17.9", sex="male")
        with pytest.raises(OutOfScope, match="age: 17 years is under 18, and Cockcroft-Gault"):
            clearance_of("1 mg/dL", 17, "male", 70)

    @pytest.mark.parametrize("age", [-1, 131], ids=["negative", "131"])
    def test_an_age_that_no_person_has_is_implausible(self, age):
        with pytest.raises(ImplausibleValue, match="lies outside 0 to 130 years") as refused:
            ckd_epi_2021("1 mg/dL", age=age, sex="male")
        assert refused.value.got == f"{age} years"

    @pytest.mark.parametrize("weight", ["19.9", "400.1"])
    def test_a_weight_that_no_adult_has_is_implausible(self, weight):
        with pytest.raises(ImplausibleValue, match=f"weight_kg: {weight} kg lies outside 20 to 400 kg"):
            clearance_of("1 mg/dL", 65, "male", weight)

    def test_sex_is_written_in_full(self):
        with pytest.raises(InvalidInput, match='sex: got \'F\'; write "female" or "male"'):
            ckd_epi_2021("1 mg/dL", age=65, sex="F")

    def test_the_weight_basis_is_required_and_recorded(self):
        with pytest.raises(TypeError, match="weight_basis"):
            cockcroft_gault("1 mg/dL", age=65, sex="male", weight_kg=70)
        made = cockcroft_gault("1 mg/dL", age=65, sex="male", weight_kg=70, weight_basis="ideal")
        assert made.weight_basis is WeightBasis.IDEAL
        assert made.described == "creatinine clearance 72.9 mL/min (Cockcroft-Gault, ideal weight)"

    def test_an_unknown_weight_basis_is_refused(self):
        with pytest.raises(InvalidInput, match='weight_basis: got \'lean\'; write "actual" or "ideal" or "adjusted"'):
            cockcroft_gault("1 mg/dL", age=65, sex="male", weight_kg=70, weight_basis="lean")

    @pytest.mark.parametrize("sex", Sex)
    @pytest.mark.parametrize("mg", ["0.2", "30"])
    @pytest.mark.parametrize("age", [18, 130])
    @pytest.mark.parametrize("weight", [20, 400])
    def test_every_plausible_person_has_both_figures(self, mg, age, sex, weight):
        assert clearance_of(Creatinine(mg, "mg/dL"), age, sex, weight).value > 0
        assert 0 < egfr_of(mg, age, sex).value < EGFR._largest


class TestCreatinine:
    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("1.2 mg/dL", "1.2 mg/dL"),
            ("1.20mg/dl", "1.2 mg/dL"),
            ("106 umol/L", "106 umol/L"),
            ("106 \u00b5mol/L", "106 umol/L"),
            ("106 \u03bcmol/l", "106 umol/L"),
        ],
        ids=["mg/dL", "lower case, no space", "umol/L", "micro sign", "Greek mu"],
    )
    def test_each_way_of_writing_the_unit_is_read(self, text, printed):
        assert str(Creatinine.parse(text)) == printed

    @given(mg_per_dl, st.sampled_from(["mg/dL", "umol/L"]))
    def test_what_is_printed_reads_back_as_the_same(self, mg, unit):
        made = Creatinine(mg if unit == "mg/dL" else mg * Fraction("88.4"), unit)
        adapter = TypeAdapter(Creatinine)
        assert Creatinine.parse(str(made)) == made
        assert adapter.validate_json(adapter.dump_json(made)) == made == pickle.loads(pickle.dumps(made))
        assert eval(repr(made)) == made

    def test_equality_goes_by_meaning(self):
        one, two = Creatinine.parse("1 mg/dL"), Creatinine.parse("88.4 umol/L")
        assert one == two
        assert hash(one) == hash(two)
        assert one.umol_per_l == Fraction("88.4")
        assert two.mg_per_dl == 1
        assert one != 1
        assert one != Creatinine.parse("1.1 mg/dL")
        assert TypeAdapter(Creatinine).validate_python(one) is one

    def test_it_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            Creatinine.parse("1 mg/dL").amount = Fraction(2)

    @pytest.mark.parametrize(
        ("text", "likely"),
        [
            ("106 mg/dL", "106 umol/L"),
            ("1.2 umol/L", "1.2 mg/dL"),
            ("30.1 mg/dL", "30.1 umol/L"),
            ("5000 mg/dL", None),
            ("0.1 mg/dL", None),
            ("2653 umol/L", None),
            ("0 umol/L", None),
        ],
    )
    def test_a_figure_in_the_range_of_the_other_unit_is_refused_with_that_unit(self, text, likely):
        with pytest.raises(ImplausibleValue, match="lies outside") as refused:
            Creatinine.parse(text)
        assert (refused.value.got, refused.value.likely) == (text, likely)
        assert likely is None or f'write "{likely}"' in str(refused.value)

    @pytest.mark.parametrize("text", ["0.2 mg/dL", "30 mg/dL", "17.68 umol/L", "2652 umol/L"])
    def test_the_ends_of_the_range_are_accepted(self, text):
        assert str(Creatinine.parse(text)) == text

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1.2", "got '1.2' without a unit"),
            (1, "got 1 without a unit"),
            ("1 mmol/L", "the unit 'mmol/L' is unknown; write mg/dL or umol/L"),
            ("1,2 mg/dL", "write 1.2 or 12"),
        ],
        ids=["no unit", "no text", "unknown unit", "comma"],
    )
    def test_anything_else_is_refused(self, text, message):
        with pytest.raises(InvalidInput, match=message) as refused:
            Creatinine.parse(text)
        assert refused.value.where == "creatinine"

    def test_its_schema_is_text(self):
        assert TypeAdapter(Creatinine).json_schema()["type"] == "string"


class TestTheMeasures:
    @pytest.mark.parametrize("one", MEASURES)
    @pytest.mark.parametrize("other", MEASURES)
    def test_no_measure_ever_compares_with_another(self, one, other):
        left, right = one.parse("42"), other.parse("43")
        if one is other:
            assert left < right
            assert right >= left
            return
        assert left != other.parse("42")
        with pytest.raises(TypeError):
            assert left < right

    @pytest.mark.parametrize("kind", MEASURES)
    def test_no_measure_compares_with_a_bare_number(self, kind):
        assert kind.parse("42") != 42
        with pytest.raises(TypeError):
            assert kind.parse("42") < 60

    def test_equality_and_hash_go_by_the_unrounded_figure(self):
        assert EGFR.parse("42") == computed(42)
        assert len({EGFR.parse("42"), computed(42), EGFR.parse("42.01")}) == 2

    @pytest.mark.parametrize(
        "unit",
        ["", " mL/min/1.73 m2", " mL/min/1.73m2", " ml/min/1.73 m\u00b2", " mL/min/1.73 m^2", " mL/min per 1.73 m2"],
    )
    def test_an_egfr_is_read_alone_or_with_its_unit(self, unit):
        assert EGFR.parse(f"42.5{unit}").value == Fraction("42.5")

    @pytest.mark.parametrize("kind", [AbsoluteEGFR, CreatinineClearance])
    @pytest.mark.parametrize("unit", ["", " mL/min", "ml/min"])
    def test_a_figure_in_ml_per_min_is_read_alone_or_with_its_unit(self, kind, unit):
        assert str(kind.parse(f"42{unit}")) == "42 mL/min"

    @pytest.mark.parametrize("kind", [AbsoluteEGFR, CreatinineClearance])
    def test_an_indexed_unit_is_refused_where_ml_per_min_is_meant(self, kind):
        message = f"is indexed to body surface, and a figure of type {kind.__name__} is in mL/min; read it as EGFR"
        with pytest.raises(WrongMeasure, match=message):
            kind.parse("42 mL/min/1.73 m2")

    def test_ml_per_min_is_refused_where_an_egfr_is_meant(self):
        with pytest.raises(WrongMeasure, match=r"not indexed .* read it as CreatinineClearance or AbsoluteEGFR"):
            EGFR.parse("42 mL/min")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (">60", "is a bound, not a figure"),
            ("< 15 mL/min/1.73 m2", "is a bound, not a figure"),
            ("\u226590", "is a bound, not a figure"),
            ("42 L/h", "the unit 'L/h' is unknown; write mL/min/1.73 m2"),
            ("42,5", "write 42.5 or 425"),
            ("", "the number is empty"),
            (42, 'got 42; write text such as "42 mL/min/1.73 m2"'),
            ("0", "0 mL/min/1.73 m2 is not above 0 and up to 250"),
            ("420", "420 mL/min/1.73 m2 is not above 0 and up to 250"),
        ],
    )
    def test_what_is_no_figure_is_refused(self, text, message):
        with pytest.raises(InvalidInput, match=message) as refused:
            EGFR.parse(text)
        assert refused.value.where.startswith("EGFR")

    @pytest.mark.parametrize("value", [42.0, Fraction(1, 10**81)], ids=["float", "too fine"])
    def test_a_figure_built_by_hand_is_exact(self, value):
        with pytest.raises(InvalidInput, match=r"EGFR\.value"):
            computed(value)

    @given(figures)
    def test_json_gives_back_the_same_figure(self, value):
        for made in (computed(value), deindex(computed(value), height_cm=170, weight_kg=70, surface="dubois")):
            assert type(made).model_validate_json(made.model_dump_json()) == made

    @given(st.decimals("0.0001", 249, places=6))
    def test_a_reported_figure_is_printed_in_full(self, value):
        made = EGFR.parse(f"{value:f}")
        assert EGFR.parse(str(made)) == made

    @given(figures, st.integers(0, 250))
    def test_a_print_lies_on_the_same_side_of_every_whole_number_as_its_figure(self, value, whole):
        printed = Fraction(computed(value).text.removesuffix(" mL/min/1.73 m2"))
        assert ((printed > whole) - (printed < whole)) == ((value > whole) - (value < whole))

    @pytest.mark.parametrize(
        ("value", "printed"),
        [
            ("59.999", "59.999"),
            ("59.956", "59.96"),
            ("60.04", "60.04"),
            ("60", "60"),
            ("38.8303", "38.8"),
            ("0.25", "0.2"),
            ("0.35", "0.4"),
        ],
    )
    def test_a_computed_figure_is_printed_to_one_decimal_unless_that_hides_an_edge(self, value, printed):
        assert str(computed(value)) == f"{printed} mL/min/1.73 m2"

    def test_each_says_what_it_is_and_how_it_was_obtained(self):
        assert EGFR.parse("42").described == "eGFR 42 mL/min/1.73 m2 (reported)"
        absolute = AbsoluteEGFR.parse("42").described
        assert absolute == "de-indexed eGFR 42 mL/min (reported, surface formula not stated)"
        clearance = CreatinineClearance.parse("42").described
        assert clearance == "creatinine clearance 42 mL/min (reported, weight not stated)"


class TestBodySize:
    @given(figures, heights, weights, formulas)
    def test_de_indexing_raises_a_figure_exactly_when_the_surface_is_above_1_73(self, value, height, weight, formula):
        area = body_surface(height_cm=height, weight_kg=weight, surface=formula)
        absolute = deindex(computed(value), height_cm=height, weight_kg=weight, surface=formula)
        assert (absolute.value > value) == (area > Fraction("1.73"))
        assert absolute.surface is formula

    def test_the_surface_formula_is_required(self):
        with pytest.raises(TypeError, match="surface"):
            deindex(EGFR.parse("42"), height_cm=170, weight_kg=70)

    def test_de_indexing_takes_only_an_egfr(self):
        with pytest.raises(WrongMeasure, match="deindex: got CreatinineClearance 42 mL/min; hand in an EGFR"):
            deindex(CreatinineClearance.parse("42"), height_cm=170, weight_kg=70, surface="dubois")

    def test_the_figure_says_what_it_was_de_indexed_from(self):
        made = deindex(EGFR.parse("60"), height_cm=175, weight_kg=70, surface="dubois")
        assert made.described == "de-indexed eGFR 64.1 mL/min (from reported eGFR, Du Bois surface)"

    @given(st.integers(15240, 25000).map(lambda n: Fraction(n, 100)), weights)
    def test_the_adjusted_weight_lies_between_the_ideal_and_the_actual(self, height, actual):
        ideal = ideal_weight(height, "female")
        if actual < ideal:
            with pytest.raises(CannotCompute, match=r"actual_kg: .* is below the ideal"):
                adjusted_weight(actual, ideal)
        else:
            assert ideal <= adjusted_weight(actual, ideal) <= actual

    def test_an_adjusted_weight_can_be_handed_on(self):
        weight = adjusted_weight(120, ideal_weight(175, "male"))
        made = cockcroft_gault("1 mg/dL", age=50, sex="male", weight_kg=weight, weight_basis="adjusted")
        assert made.value == 90 * weight / 72

    @pytest.mark.parametrize("height", ["1.75", 69, 251], ids=["meters", "inches", "too tall"])
    def test_a_height_that_is_not_in_cm_is_implausible(self, height):
        with pytest.raises(ImplausibleValue, match=r"height_cm: .* lies outside 100 to 250 cm"):
            ideal_weight(height, "male")


class TestTheCategory:
    @given(figures, figures)
    def test_a_lower_figure_never_has_a_better_category(self, one, two):
        low, high = sorted((one, two))
        assert kdigo_category(computed(low)) >= kdigo_category(computed(high))

    @pytest.mark.parametrize(
        ("figure", "got"),
        [
            (CreatinineClearance.parse("42"), "CreatinineClearance 42 mL/min"),
            (AbsoluteEGFR.parse("42"), "AbsoluteEGFR 42 mL/min"),
            (42, "42"),
            ("42", "'42'"),
        ],
    )
    def test_only_an_egfr_has_one(self, figure, got):
        with pytest.raises(WrongMeasure, match=f"kdigo_category: got {got}; hand in an EGFR"):
            kdigo_category(figure)

    def test_a_figure_is_no_finer_than_a_part_of_a_one_with_eighty_noughts(self):
        assert EGFR(value=f"1/{10**80}", equation="x").value == Fraction(1, 10**80)
        with pytest.raises(InvalidInput, match="finer than any measurement"):
            EGFR(value=f"1/{10**80 + 1}", equation="x")
