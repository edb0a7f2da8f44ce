"""Kidney function from creatinine, by published equations; mL/min/1.73 m2 and mL/min are never interchanged."""

from fractions import Fraction
from typing import Literal

from taper._base.numbers import Rational
from taper._base.shown import show
from taper.people.body import Sex, SurfaceFormula, WeightBasis, body_surface
from taper.people.kidney_figures import (
    CKD_EPI_2021,
    COCKCROFT_GAULT,
    EGFR,
    AbsoluteEGFR,
    Creatinine,
    CreatinineClearance,
    WrongMeasure,
)
from taper.people.measuring import adult_age, choice_of, product_of_powers, weight_of

KdigoCategory = Literal["G1", "G2", "G3a", "G3b", "G4", "G5"]


def ckd_epi_2021(creatinine: Creatinine | str, *, age: Rational, sex: Sex | str) -> EGFR:
    """Estimated GFR by the CKD-EPI creatinine equation of 2021, to 40 digits.

    Args:
        creatinine: With its unit, such as "1.2 mg/dL".
        age: In years.
        sex: "female" or "male", as the equation has it.

    Raises:
        OutOfScope: If the person is under 18.
        ImplausibleValue: If age or creatinine is one that no person has.

    Units:
        Age in years; standardized (IDMS-traceable) creatinine in mg/dL or umol/L; the result in mL/min/1.73 m2.

    Example:
        >>> print(ckd_epi_2021("2.1 mg/dL", age=45, sex="male"))
        38.8 mL/min/1.73 m2

    Sources:
        Inker LA, Eneanya ND, Coresh J, et al. N Engl J Med 2021;385:1737-1749.
        National Kidney Foundation: CKD-EPI Creatinine Equation (2021), kidney.org/ckd-epi-creatinine-equation-2021.

    Warning:
        Not validated in pregnancy; inaccurate while kidney function is changing.
    """
    female = choice_of(Sex, sex, "sex") is Sex.FEMALE
    kappa, alpha, factor = ("0.7", "-0.241", "1.012") if female else ("0.9", "-0.302", "1")
    years = adult_age(age, CKD_EPI_2021)
    ratio = _creatinine(creatinine).mg_per_dl / Fraction(kappa)
    low, high, aging = min(ratio, Fraction(1)), max(ratio, Fraction(1)), Fraction("0.9938")
    powers = [(low, Fraction(alpha)), (high, Fraction("-1.200")), (aging, years)]
    return EGFR(value=product_of_powers(142 * Fraction(factor), powers), equation=CKD_EPI_2021)


def cockcroft_gault(
    creatinine: Creatinine | str,
    *,
    age: Rational,
    sex: Sex | str,
    weight_kg: Rational,
    weight_basis: WeightBasis | str,
) -> CreatinineClearance:
    """Creatinine clearance by Cockcroft and Gault, exactly, not indexed to body surface.

    The weight handed in is the weight used. Its basis is recorded, because sources disagree on it.

    Args:
        creatinine: With its unit, such as "1.2 mg/dL".
        age: In years.
        sex: "female" or "male", as the equation has it.
        weight_kg: In kg.
        weight_basis: Which weight it is, "actual" or another; sources disagree, so it is recorded.

    Raises:
        OutOfScope: If the person is under 18.
        ImplausibleValue: If age, weight or creatinine is one that no person has.

    Units:
        Age in years, weight in kg, creatinine in mg/dL or umol/L; the result in mL/min.

    Example:
        >>> print(cockcroft_gault("100 umol/L", age=60, sex="male", weight_kg=70, weight_basis="actual").described)
        creatinine clearance 68.8 mL/min (Cockcroft-Gault, actual weight)

    Sources:
        Cockcroft DW, Gault MH. Nephron 1976;16:31-41.

    Note:
        The British constants 1.23 and 1.04 are this equation rounded: 0.18 % above it for men, 0.35 % below for women.
    """
    basis = choice_of(WeightBasis, weight_basis, "weight_basis")
    factor = Fraction("0.85") if choice_of(Sex, sex, "sex") is Sex.FEMALE else Fraction(1)
    years, weight = adult_age(age, COCKCROFT_GAULT), weight_of(weight_kg)
    value = (140 - years) * weight / (72 * _creatinine(creatinine).mg_per_dl) * factor
    return CreatinineClearance(value=value, equation=COCKCROFT_GAULT, weight_basis=basis)


def kdigo_category(egfr: EGFR) -> KdigoCategory:
    """The GFR category by KDIGO, half-open and from the unrounded figure: 60 is G2, and 59.999 is G3a.

    Raises:
        WrongMeasure: If it is handed another measure.

    Sources:
        KDIGO 2012 Clinical Practice Guideline for CKD. Kidney Int Suppl 2013;3:1-150, table 5.

    Note:
        G1 and G2 alone are not kidney disease; that needs a marker of damage.
    """
    value = _require_egfr(egfr, "kdigo_category").value
    edges: dict[int, KdigoCategory] = {90: "G1", 60: "G2", 45: "G3a", 30: "G3b", 15: "G4"}
    return next((name for edge, name in edges.items() if value >= edge), "G5")


def deindex(egfr: EGFR, *, height_cm: Rational, weight_kg: Rational, surface: SurfaceFormula | str) -> AbsoluteEGFR:
    """The eGFR for the person's own body surface, in mL/min: times that surface, over 1.73 m2; to 40 digits.

    Args:
        egfr: Per 1.73 m2 of body surface.
        height_cm: In cm.
        weight_kg: In kg.
        surface: By whose formula the body surface is computed.

    Raises:
        WrongMeasure: If it is handed another measure.

    Example:
        >>> print(deindex(EGFR.parse("60"), height_cm=180, weight_kg=80, surface="mosteller").described)
        de-indexed eGFR 69.4 mL/min (from reported eGFR, Mosteller surface)

    Sources:
        Matzke GR, Aronoff GR, Atkinson AJ, et al. (KDIGO). Kidney Int 2011;80:1122-1137.
    """
    indexed, formula = _require_egfr(egfr, "deindex"), choice_of(SurfaceFormula, surface, "surface")
    area = body_surface(height_cm=height_cm, weight_kg=weight_kg, surface=formula)
    value = product_of_powers(indexed.value * area / Fraction("1.73"), [])
    return AbsoluteEGFR(value=value, equation=f"from {indexed.equation} eGFR", surface=formula)


def _creatinine(value: Creatinine | str) -> Creatinine:
    return value if isinstance(value, Creatinine) else Creatinine.parse(value)


def _shown(figure: object) -> str:
    return (
        f"{type(figure).__name__} {figure}" if isinstance(figure, AbsoluteEGFR | CreatinineClearance) else show(figure)
    )


def _require_egfr(figure: object, where: str) -> EGFR:
    if not isinstance(figure, EGFR):
        raise WrongMeasure(f"got {_shown(figure)}; hand in an EGFR, in {EGFR.unit}", where=where)
    return figure
