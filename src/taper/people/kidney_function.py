"""Kidney function: three measures that are never interchanged, and the equations that give them."""

import re
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import total_ordering
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import BeforeValidator, PlainSerializer, model_validator

from taper._base.immutable import Written
from taper._base.numbers import NotExact, Rational, exact, write_number
from taper._base.records import Value
from taper._base.text import Text
from taper.amounts.dose import split_quantity
from taper.errors import CannotCompute, InvalidInput, OutOfScope

REPORTED, CKD_EPI_2021, COCKCROFT_GAULT = "reported", "CKD-EPI 2021", "Cockcroft-Gault"
KdigoCategory = Literal["G1", "G2", "G3a", "G3b", "G4", "G5"]

_DIGITS = 40
_RATIO = re.compile(r"[0-9]{1,90}/[1-9][0-9]{0,89}", re.ASCII)
_REPORT = re.compile(r"([^A-Za-z]*?)\s*([A-Za-z].*)?", re.DOTALL)
_PER_MG_PER_DL = {"mg/dL": Fraction(1), "umol/L": Fraction(442, 5)}
_CREATININE_UNITS = {"mg/dl": "mg/dL", "umol/l": "umol/L", "\u03bcmol/l": "umol/L"}


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


class WrongMeasure(InvalidInput):
    """One measure of kidney function was handed in where another was meant."""


class ImplausibleValue(InvalidInput):
    """A number that no person has; `got` is what was read and `likely` what was probably meant, if known."""

    def __init__(self, message: str, *, where: str = "", got: str = "", likely: str | None = None) -> None:
        super().__init__(message, where=where)
        self.got = got
        self.likely = likely


class Creatinine(Written):
    """Serum creatinine with the unit it was reported in; equal by meaning, whatever the unit.

    Units:
        mg/dL or umol/L; 1 mg/dL is exactly 88.4 umol/L here.

    Example:
        >>> Creatinine.parse("1 mg/dL") == Creatinine.parse("88.4 umol/L")
        True

    Note:
        What is accepted, 0.2 to 30 mg/dL, is a guard against the other unit, not a reference range.
    """

    __slots__ = ("amount", "unit")
    _pattern = r"^([0-9]+(\.[0-9]+)?|([0-9]+ )?[0-9]+/[0-9]+) ?(mg/dL|umol/L)$"
    amount: Fraction
    unit: str

    def __init__(self, amount: Rational, unit: str) -> None:
        known = _CREATININE_UNITS.get(str(unit).casefold())
        if known is None:
            raise InvalidInput(f"the unit {unit!r} is unknown; write mg/dL or umol/L", where="creatinine")
        object.__setattr__(self, "amount", _number(amount, "creatinine"))
        object.__setattr__(self, "unit", known)
        _check_creatinine(self)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "1.2 mg/dL" or "106 umol/L".

        Raises:
            InvalidInput: If the unit is missing or unknown, or the number is not plain.
            ImplausibleValue: If no person has such a creatinine; the message names the likely unit.
        """
        number, unit = split_quantity(text) if isinstance(text, str) else ("", "")
        if not unit:
            message = f'got {text!r} without a unit; write it like "1.2 mg/dL" or "106 umol/L"'
            raise InvalidInput(message, where="creatinine")
        return cls(number, unit)

    @property
    def mg_per_dl(self) -> Fraction:
        """The figure in mg/dL, exactly."""
        return self.amount / _PER_MG_PER_DL[self.unit]

    @property
    def umol_per_l(self) -> Fraction:
        """The figure in umol/L, exactly."""
        return self.mg_per_dl * _PER_MG_PER_DL["umol/L"]

    def _parts(self) -> tuple[Any, ...]:
        return self.amount, self.unit

    def _meaning(self) -> Fraction:
        return self.mg_per_dl

    def __str__(self) -> str:
        return f"{write_number(self.amount)} {self.unit}"


def _check_creatinine(got: Creatinine) -> None:
    if Fraction("0.2") <= got.mg_per_dl <= 30:
        return
    low, high = ("0.2", "30") if got.unit == "mg/dL" else ("17.68", "2652")
    likely, advice = None, "check it"
    scale = _PER_MG_PER_DL["umol/L"] ** (-1 if got.unit == "mg/dL" else 1)
    if Fraction("0.2") <= got.mg_per_dl * scale <= 30:
        likely = str(got).replace(got.unit, "umol/L" if got.unit == "mg/dL" else "mg/dL")
        advice = f'{likely} lies in its range; write "{likely}" if that is the unit'
    message = f"{got} lies outside {low} to {high} {got.unit}; {advice}"
    raise ImplausibleValue(message, where="creatinine", got=str(got), likely=likely)


def _read_figure(value: object) -> Fraction:
    ratio = isinstance(value, str) and _RATIO.fullmatch(value)
    return _not_finer(Fraction(ratio[0]) if ratio else exact(value), 10**80)


def _write_figure(value: Fraction) -> str:
    if (value * 10**_DIGITS).denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole, part = divmod(int(value * 10**_DIGITS), 10**_DIGITS)
    return f"{whole}.{part:0{_DIGITS}d}".rstrip("0").rstrip(".")


@total_ordering
class _Figure(Value):
    """An exact figure and how it was obtained; ordered by the unrounded figure, never across the measures."""

    measure: ClassVar[str]
    unit: ClassVar[str]
    _largest: ClassVar[int]
    value: Annotated[Fraction, BeforeValidator(_read_figure), PlainSerializer(_write_figure, return_type=str)]
    equation: Text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reported figure, such as "42", alone or with the unit of this measure.

        Raises:
            WrongMeasure: If the unit is that of another measure.
            InvalidInput: If it is a bound such as ">60", is no plain number, or is one that no person has.
        """
        return cls(value=_read_report(cls, text), equation=REPORTED)

    @model_validator(mode="after")
    def _is_plausible(self) -> Self:
        if not 0 < self.value <= self._largest:
            got = f"{_write_figure(_for_people(self.value))} {self.unit}"
            raise InvalidInput(f"{got} is not above 0 and up to {self._largest}; check what it comes from")
        return self

    @property
    def text(self) -> str:
        """The figure and its unit: in full if reported, else to one decimal, half to even.

        More decimals are shown where fewer would print a whole number that the figure is not, so the print
        lies on the same side of every whole number as the figure: 59.999 is never printed as 60.
        """
        return f"{_write_figure(self.value if self.equation == REPORTED else _for_people(self.value))} {self.unit}"

    @property
    def described(self) -> str:
        """The measure, the figure with its unit, and how it was obtained, on one line."""
        return f"{self.measure} {self.text} ({self.equation}{self._how})"

    @property
    def _how(self) -> str:
        return ""

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, _Figure) and type(other) is type(self) else NotImplemented

    def __lt__(self, other: Self) -> bool:
        return self.value < other.value if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.measure, self.value))


class EGFR(_Figure):
    """Estimated glomerular filtration rate in mL/min/1.73 m2, indexed to body surface as laboratories report it.

    Example:
        >>> print(EGFR.parse("42"))
        42 mL/min/1.73 m2
    """

    measure: ClassVar[str] = "eGFR"
    unit: ClassVar[str] = "mL/min/1.73 m2"
    _largest: ClassVar[int] = 250


class AbsoluteEGFR(_Figure):
    """An eGFR in mL/min for the person's own surface; `surface` is None where a report does not name its formula."""

    measure: ClassVar[str] = "de-indexed eGFR"
    unit: ClassVar[str] = "mL/min"
    _largest: ClassVar[int] = 1000
    surface: SurfaceFormula | None = None

    @property
    def _how(self) -> str:
        return f", {self.surface.author} surface" if self.surface else ", surface formula not stated"


class CreatinineClearance(_Figure):
    """Creatinine clearance in mL/min, never indexed; `weight_basis` is None where a report does not state it."""

    measure: ClassVar[str] = "creatinine clearance"
    unit: ClassVar[str] = "mL/min"
    _largest: ClassVar[int] = 3400
    weight_basis: WeightBasis | None = None

    @property
    def _how(self) -> str:
        return f", {self.weight_basis} weight" if self.weight_basis else ", weight not stated"


def ckd_epi_2021(creatinine: Creatinine | str, *, age: Rational, sex: Sex | str) -> EGFR:
    """Estimated GFR by the CKD-EPI creatinine equation of 2021, to 40 digits.

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
    female = _choice(Sex, sex, "sex") is Sex.FEMALE
    kappa, alpha, factor = ("0.7", "-0.241", "1.012") if female else ("0.9", "-0.302", "1")
    years = _adult_age(age, CKD_EPI_2021)
    ratio = _creatinine(creatinine).mg_per_dl / Fraction(kappa)
    low, high, aging = min(ratio, Fraction(1)), max(ratio, Fraction(1)), Fraction("0.9938")
    powers = [(low, Fraction(alpha)), (high, Fraction("-1.200")), (aging, years)]
    return EGFR(value=_product(142 * Fraction(factor), powers), equation=CKD_EPI_2021)


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
    basis = _choice(WeightBasis, weight_basis, "weight_basis")
    factor = Fraction("0.85") if _choice(Sex, sex, "sex") is Sex.FEMALE else Fraction(1)
    years, weight = _adult_age(age, COCKCROFT_GAULT), _weight(weight_kg)
    value = (140 - years) * weight / (72 * _creatinine(creatinine).mg_per_dl) * factor
    return CreatinineClearance(value=value, equation=COCKCROFT_GAULT, weight_basis=basis)


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
    base = Fraction("45.5") if _choice(Sex, sex, "sex") is Sex.FEMALE else Fraction(50)
    inches = _height(height_cm) / Fraction("2.54")
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
    actual, ideal = _weight(actual_kg, "actual_kg"), _weight(ideal_kg, "ideal_kg")
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
    ideal = ideal_weight(max(_height(height_cm), lowest), sex)
    most = ideal if basis is WeightBasis.IDEAL else ideal + Fraction("0.4") * (400 - ideal)
    least = Fraction(0) if height_cm < lowest else ideal
    if least - 1 <= weight_kg <= most + 1:
        return
    got = f"{write_number(weight_kg)} kg"
    told = f"{got} is called {basis}, and for {write_number(height_cm)} cm, {sex}, Devine's ideal weight is "
    told += f"{'at most ' if height_cm < lowest else ''}{write_number(_for_people(ideal))} kg"
    raise ImplausibleValue(f'{told}; correct the weight, or write its basis "actual"', where="weight_kg", got=got)


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
    height, weight = _height(height_cm), _weight(weight_kg)
    if _choice(SurfaceFormula, surface, "surface") is SurfaceFormula.MOSTELLER:
        return _product(Fraction(1), [(height * weight / 3600, Fraction("0.5"))])
    return _product(Fraction("0.007184"), [(height, Fraction("0.725")), (weight, Fraction("0.425"))])


def deindex(egfr: EGFR, *, height_cm: Rational, weight_kg: Rational, surface: SurfaceFormula | str) -> AbsoluteEGFR:
    """The eGFR for the person's own body surface, in mL/min: times that surface, over 1.73 m2; to 40 digits.

    Raises:
        WrongMeasure: If it is handed another measure.

    Example:
        >>> print(deindex(EGFR.parse("60"), height_cm=180, weight_kg=80, surface="mosteller").described)
        de-indexed eGFR 69.4 mL/min (from reported eGFR, Mosteller surface)

    Sources:
        Matzke GR, Aronoff GR, Atkinson AJ, et al. (KDIGO). Kidney Int 2011;80:1122-1137.
    """
    indexed, formula = _require_egfr(egfr, "deindex"), _choice(SurfaceFormula, surface, "surface")
    area = body_surface(height_cm=height_cm, weight_kg=weight_kg, surface=formula)
    value = _product(indexed.value * area / Fraction("1.73"), [])
    return AbsoluteEGFR(value=value, equation=f"from {indexed.equation} eGFR", surface=formula)


_Choice = TypeVar("_Choice", bound=StrEnum)


def _choice(kind: type[_Choice], value: str, where: str) -> _Choice:
    try:
        return kind(value)
    except ValueError:
        known = " or ".join(f'"{one}"' for one in kind)
        raise InvalidInput(f"got {value!r}; write {known}", where=where) from None


def _number(value: object, where: str) -> Fraction:
    try:
        return _not_finer(exact(value), 10**18)
    except NotExact as error:
        raise NotExact(error.message, where=where) from None


def _not_finer(number: Fraction, finest: int) -> Fraction:
    if number.denominator > finest:
        raise NotExact("the number is finer than any measurement; write fewer digits")
    return number


def _measured(value: object, where: str, low: int, high: int, unit: str) -> Fraction:
    number = _number(value, where)
    if not low <= number <= high:
        got = f"{write_number(number)} {unit}"
        message = f"{got} lies outside {low} to {high} {unit}; check the number and its unit"
        raise ImplausibleValue(message, where=where, got=got)
    return number


def _height(value: object) -> Fraction:
    return _measured(value, "height_cm", 100, 250, "cm")


def _weight(value: object, where: str = "weight_kg") -> Fraction:
    return _measured(value, where, 20, 400, "kg")


def _adult_age(value: object, equation: str) -> Fraction:
    age = _measured(value, "age", 0, 130, "years")
    if age < 18:
        got = f"{write_number(age)} years is under 18, and {equation} is for adults here"
        raise OutOfScope(f"{got}; the youngest age it takes is 18. Check the age", where="age")
    return age


def _creatinine(value: Creatinine | str) -> Creatinine:
    return value if isinstance(value, Creatinine) else Creatinine.parse(value)


def _require_egfr(figure: object, where: str) -> EGFR:
    if not isinstance(figure, EGFR):
        raise WrongMeasure(f"got {type(figure).__name__} {figure}; hand in an EGFR, in {EGFR.unit}", where=where)
    return figure


def _read_report(kind: type[_Figure], text: str) -> Fraction:
    found = _REPORT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise InvalidInput(f'got {text!r}; write text such as "42 {kind.unit}"', where=kind.__name__)
    if text.lstrip()[:1] in {"<", ">", "\u2264", "\u2265"}:
        raise InvalidInput(f"{text!r} is a bound, not a figure; write the figure, such as 42", where=kind.__name__)
    _check_unit(kind, text, found[2] or kind.unit)
    return _number(found[1], kind.__name__)


def _check_unit(kind: type[_Figure], text: str, unit: str) -> None:
    plain = re.sub(r"[\s^_{}]", "", unit.casefold().replace("\u00b2", "2").replace("per", "/"))
    if plain == kind.unit.casefold().replace(" ", ""):
        return
    fits = {"ml/min/1.73m2": "EGFR", "ml/min": "CreatinineClearance or AbsoluteEGFR"}.get(plain)
    if fits is None:
        raise InvalidInput(f"the unit {unit!r} is unknown; write {kind.unit}", where=kind.__name__)
    indexed = "indexed to body surface" if fits == "EGFR" else "not indexed to body surface"
    message = f"{text!r} is {indexed}, and a figure of type {kind.__name__} is in {kind.unit}; read it as {fits}"
    raise WrongMeasure(message, where=kind.__name__)


def _for_people(value: Fraction) -> Fraction:
    places = 1
    while (shown := Fraction(round(value * 10**places), 10**places)).denominator == 1 and shown != value:
        places += 1
    return shown


def _product(factor: Fraction, powers: list[tuple[Fraction, Fraction]]) -> Fraction:
    """A factor times powers, worked out with ten digits to spare and rounded once, half to even, to 40 digits."""
    with localcontext(Context(prec=_DIGITS + 10)):
        result = Decimal(factor.numerator) / factor.denominator
        for base, exponent in powers:
            power = Decimal(exponent.numerator) / exponent.denominator
            result *= (Decimal(base.numerator) / base.denominator) ** power
    return Fraction(Context(prec=_DIGITS).plus(result))
