"""Body size for kidney function: sex, weights and surface area, by published formulas."""

from enum import StrEnum
from fractions import Fraction

from taper._base.numbers import Rational, write_number
from taper.errors import CannotCompute
from taper.people.measuring import ImplausibleValue, choice_of, for_people, height_of, product_of_powers, weight_of


class Sex(StrEnum):
    """The two sets of coefficients that the equations were published with."""

    FEMALE = "female"
    MALE = "male"


class WeightBasis(StrEnum):
    """Which weight an estimate by Cockcroft and Gault was made with."""

    ACTUAL = "actual"
    IDEAL = "ideal"
    ADJUSTED = "adjusted"


class SurfaceFormula(StrEnum):
    """Whose formula gave the body surface."""

    DUBOIS = "dubois"
    MOSTELLER = "mosteller"

    @property
    def author(self) -> str:
        return "Du Bois" if self is SurfaceFormula.DUBOIS else "Mosteller"


def ideal_weight(height_cm: Rational, sex: Sex | str) -> Fraction:
    """Ideal weight in kg by Devine: 50 (women 45.5), and 2.3 for each inch of 2.54 cm above 60.

    Raises:
        CannotCompute: If the height is below 60 inches (152.4 cm); the formula is not extrapolated.

    Example:
        >>> print(ideal_weight("177.8", "male"))
        73

    Sources:
        Devine BJ. Drug Intell Clin Pharm 1974;8:650-655.
    """
    base = Fraction("45.5") if choice_of(Sex, sex, "sex") is Sex.FEMALE else Fraction(50)
    inches = height_of(height_cm) / Fraction("2.54")
    if inches < 60:
        got = f"{height_cm} cm is below 60 inches, from where Devine's formula counts"
        raise CannotCompute(f"{got}; the nearest it holds for is 152.4 cm. Name another weight", where="height_cm")
    return base + Fraction("2.3") * (inches - 60)


def adjusted_weight(actual_kg: Rational, ideal_kg: Rational) -> Fraction:
    """Adjusted weight in kg: the ideal weight, and 0.4 of what the actual weight is above it.

    Raises:
        CannotCompute: If the actual weight is below the ideal one; there is nothing to adjust.

    Sources:
        GlobalRPh: multi-method creatinine clearance (2012), globalrph.com/multiple_crcl_2012.htm; a secondary source.
    """
    actual, ideal = weight_of(actual_kg, "actual_kg"), weight_of(ideal_kg, "ideal_kg")
    if actual < ideal:
        got = f"{write_number(actual)} kg is below the ideal {write_number(ideal)} kg"
        raise CannotCompute(f"{got}; only weight above it is adjusted. Name another weight", where="actual_kg")
    return ideal + Fraction("0.4") * (actual - ideal)


def check_weight_basis(
    basis: WeightBasis, weight_kg: Fraction | None, *, height_cm: Fraction | None, sex: Sex | None
) -> None:
    """Raise if a weight cannot be what its basis says, by Devine's ideal weight for the height.

    An ideal weight is to lie within 1 kg of it, for the rounding of height and weight; an adjusted one not below it,
    nor above what the heaviest plausible person would have. Below 152.4 cm Devine's figure there is the upper bound.
    Nothing is checked where height, sex or weight is unknown.

    Raises:
        ImplausibleValue: If it cannot; the message names the ideal weight.

    Sources:
        Devine BJ. Drug Intell Clin Pharm 1974;8:650-655.
    """
    if weight_kg is None or height_cm is None or sex is None:
        return
    lowest = Fraction("152.4")
    ideal = ideal_weight(max(height_of(height_cm), lowest), sex)
    most = ideal if basis is WeightBasis.IDEAL else ideal + Fraction("0.4") * (400 - ideal)
    least = Fraction(0) if height_cm < lowest else ideal
    if least - 1 <= weight_kg <= most + 1:
        return
    got = f"{write_number(weight_kg)} kg"
    told = f"{got} is called {basis}, and for {write_number(height_cm)} cm, {sex}, Devine's ideal weight is "
    told += f"{'at most ' if height_cm < lowest else ''}{write_number(for_people(ideal))} kg"
    raise ImplausibleValue(f'{told}; correct the weight, or write its basis "actual"', where="weight_kg", got=got)


def body_surface(*, height_cm: Rational, weight_kg: Rational, surface: SurfaceFormula | str) -> Fraction:
    """Body surface in m2 by the formula named, to 40 digits.

    Raises:
        ImplausibleValue: If height or weight is one that no adult has.

    Example:
        >>> print(body_surface(height_cm=180, weight_kg=80, surface="mosteller"))
        2

    Sources:
        Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-871.
        Mosteller RD. N Engl J Med 1987;317:1098.
    """
    height, weight = height_of(height_cm), weight_of(weight_kg)
    if choice_of(SurfaceFormula, surface, "surface") is SurfaceFormula.MOSTELLER:
        return product_of_powers(Fraction(1), [(height * weight / 3600, Fraction("0.5"))])
    return product_of_powers(Fraction("0.007184"), [(height, Fraction("0.725")), (weight, Fraction("0.425"))])
