"""Kidney function: the published equations and categories, each beside the cases that prove it.

Figures to reproduce: 38.8 (male, 45 years, 2.1 mg/dL; github.com/tufayl-ahmed/renal-dose-calculator, commit 99ca634,
test/renal.test.js, which states agreement with MDCalc); 68.76 (male, 60 years, 70 kg, 100 umol/L; a public test of
a Dart calculator); 64.495000 (female, 60 years, 1.0 mg/dL; computed independently with 40 digits); surfaces of 1.85
and 1.84 m2 (175 cm, 70 kg; clay-good/sophiewell.com, worked calls). All are secondary sources.
"""

from fractions import Fraction

import pytest

from taper.errors import CannotCompute
from taper.people.body import adjusted_weight, body_surface, ideal_weight
from taper.people.kidney_figures import EGFR, Creatinine
from taper.people.kidney_function import ckd_epi_2021, cockcroft_gault, deindex, kdigo_category


class TestCkdEpi2021:
    """eGFRcr = 142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^Age x 1.012 [if female]

    k = 0.7 (females) or 0.9 (males); a = -0.241 (female) or -0.302 (male); Scr in mg/dL; age in years.
    National Kidney Foundation, kidney.org/ckd-epi-creatinine-equation-2021; Inker 2021, N Engl J Med 385:1737-1749.
    """

    @pytest.mark.parametrize(
        ("creatinine", "age", "sex", "expected"),
        [
            ("2.1 mg/dL", 45, "male", "38.830310"),
            ("1.0 mg/dL", 60, "female", "64.495000"),
        ],
        ids=["man of 45 at 2.1", "woman of 60 at 1.0"],
    )
    def test_the_reference_figures_are_reproduced_to_six_decimals(self, creatinine, age, sex, expected):
        assert round(ckd_epi_2021(creatinine, age=age, sex=sex).value, 6) == Fraction(expected)

    @pytest.mark.parametrize(("sex", "kappa", "factor"), [("female", "0.7", "1.012"), ("male", "0.9", "1")])
    def test_at_a_creatinine_of_k_only_the_constant_the_age_and_the_factor_for_sex_remain(self, sex, kappa, factor):
        expected = 142 * Fraction("0.9938") ** 50 * Fraction(factor)
        got = ckd_epi_2021(Creatinine(kappa, "mg/dL"), age=50, sex=sex).value
        assert abs(got - expected) < Fraction(1, 10**36)

    @pytest.mark.parametrize(("sex", "kappa", "alpha"), [("female", "0.7", "-0.241"), ("male", "0.9", "-0.302")])
    def test_below_k_the_exponent_is_a(self, sex, kappa, alpha):
        at, half = (ckd_epi_2021(Creatinine(Fraction(kappa) / part, "mg/dL"), age=50, sex=sex).value for part in (1, 2))
        exponent = Fraction(alpha)
        power = (half / at) ** exponent.denominator
        assert abs(power / Fraction(2) ** -exponent.numerator - 1) < Fraction(1, 10**30)

    @pytest.mark.parametrize(("sex", "kappa"), [("female", "0.7"), ("male", "0.9")])
    def test_above_k_the_exponent_is_minus_1_200(self, sex, kappa):
        at, twice = (
            ckd_epi_2021(Creatinine(Fraction(kappa) * part, "mg/dL"), age=50, sex=sex).value for part in (1, 2)
        )
        assert abs((at / twice) ** 5 - 2**6) < Fraction(1, 10**30)

    def test_the_result_is_held_to_40_digits_and_names_its_equation(self):
        made = ckd_epi_2021("2.1 mg/dL", age=45, sex="male")
        assert made.model_dump()["value"] == "38.83031024388354001135331480537267916535"
        assert made.described == "eGFR 38.8 mL/min/1.73 m2 (CKD-EPI 2021)"


class TestCockcroftGault:
    """For men (140 - age) x (weight in kg) / (72 x serum creatinine in mg/dL); for women, multiplied by 0.85.

    Cockcroft DW, Gault MH. Nephron 1976;16:31-41, as quoted in Taber's Medical Dictionary, "Cockcroft-Gault formula".
    """

    def test_the_reference_figure_is_reproduced_exactly(self):
        made = cockcroft_gault("100 umol/L", age=60, sex="male", weight_kg=70, weight_basis="actual")
        assert made.value == Fraction(80 * 70) / (72 * Fraction(1000, 884)) == Fraction(3094, 45)
        assert round(made.value, 6) == Fraction("68.755556")

    def test_a_woman_has_0_85_of_it(self):
        made = cockcroft_gault("100 umol/L", age=60, sex="female", weight_kg=70, weight_basis="actual")
        assert made.value == Fraction(3094, 45) * Fraction("0.85")

    def test_the_constant_rounded_to_1_23_is_not_used(self):
        made = cockcroft_gault("100 umol/L", age=60, sex="male", weight_kg=70, weight_basis="actual")
        assert made.value != Fraction("1.23") * 80 * 70 / 100 == Fraction("68.88")


class TestCreatinineUnits:
    """1 mg/dL is equal to 88.4 umol/L. BMC Geriatr 2021, doi 10.1186/s12877-021-02428-y, table 1."""

    @pytest.mark.parametrize(("mg", "umol"), [("1", "88.4"), ("1.2", "106.08"), ("2.5", "221")])
    def test_the_conversion_is_exact(self, mg, umol):
        assert Creatinine(mg, "mg/dL").umol_per_l == Fraction(umol)
        assert Creatinine(umol, "umol/L").mg_per_dl == Fraction(mg)


class TestWeights:
    """Men 50 kg, women 45.5 kg, and 2.3 kg for each inch over 5 feet (Devine 1974; 5 feet are 152.4 cm).

    Adjusted: IBW + 0.4 (actual - IBW). GlobalRPh, globalrph.com/multiple_crcl_2012.htm (2012).
    """

    @pytest.mark.parametrize(
        ("height", "sex", "expected"),
        [("152.4", "male", "50"), ("152.4", "female", "45.5"), ("177.8", "male", "73"), ("177.8", "female", "68.5")],
    )
    def test_the_ideal_weight_counts_inches_above_60(self, height, sex, expected):
        assert ideal_weight(height, sex) == Fraction(expected)

    def test_below_60_inches_nothing_is_extrapolated(self):
        with pytest.raises(CannotCompute, match=r"152\.39 cm is below 60 inches.* 152\.4 cm"):
            ideal_weight("152.39", "female")

    def test_the_adjusted_weight_adds_0_4_of_the_excess(self):
        assert adjusted_weight(123, 73) == 93
        assert adjusted_weight(73, 73) == 73


class TestBodySurface:
    """Du Bois 1916: 0.007184 x H^0.725 x W^0.425. Mosteller 1987: the square root of (H x W / 3600). cm, kg, m2.

    De-indexing: eGFR x surface / 1.73 (KDIGO controversies conference on dosing, Kidney Int 2011;80:1122-1137).
    """

    @pytest.mark.parametrize(("formula", "expected"), [("dubois", "1.85"), ("mosteller", "1.84")])
    def test_the_reference_surfaces_are_reproduced(self, formula, expected):
        assert round(body_surface(height_cm=175, weight_kg=70, surface=formula), 2) == Fraction(expected)

    def test_de_indexing_multiplies_by_surface_over_1_73(self):
        made = deindex(EGFR.parse("86.5"), height_cm=180, weight_kg=80, surface="mosteller")
        assert made.value == 100


class TestKdigoCategories:
    """G1 >= 90, G2 60-89, G3a 45-59, G3b 30-44, G4 15-29, G5 < 15 mL/min/1.73 m2. KDIGO 2012, table 5.

    The table prints whole numbers; between 59 and 60 lies G3a, so that every figure has one category.
    """

    @pytest.mark.parametrize(
        ("figure", "category"),
        [
            ("90", "G1"),
            ("89.999", "G2"),
            ("60", "G2"),
            ("59.999", "G3a"),
            ("45", "G3a"),
            ("44.999", "G3b"),
            ("30", "G3b"),
            ("29.999", "G4"),
            ("15", "G4"),
            ("14.999", "G5"),
            ("0.001", "G5"),
        ],
    )
    def test_each_edge_belongs_to_the_better_category(self, figure, category):
        assert kdigo_category(EGFR.parse(figure)) == category
