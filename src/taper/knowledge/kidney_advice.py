"""Kidney advice: one source's bands, states and actions, in its own shape."""

from enum import StrEnum
from fractions import Fraction
from typing import Literal, Self

from pydantic import model_validator

from taper._base.numbers import Exact, write_number
from taper._base.records import Value
from taper._base.text import Text
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.knowledge.cited import Cited


class KidneyMeasure(StrEnum):
    """Which figure of kidney function a source cut its bands on; they are never interchanged."""

    EGFR = "eGFR"
    ABSOLUTE_EGFR = "de-indexed eGFR"
    CRCL = "creatinine clearance"


class KidneyAction(StrEnum):
    """What a source says for a band, in its own shape."""

    NO_CHANGE = "no change"
    CAUTION = "caution"
    REDUCE = "reduce, no figure given"
    RANGE = "daily range"
    MAXIMUM = "daily maximum"
    INITIAL = "initial daily dose"
    FRACTION = "fraction of the usual dose"
    PROPORTION = "in proportion to the measure"
    BY_MEASURE = "by the measure, with a supplement after each dialysis"
    AFTER_DIALYSIS = "a single dose after each dialysis, at most"
    IF_WORTH_IT = "only if the benefit outweighs the risk"
    AVOID = "avoid"

    @property
    def caution_rank(self) -> int:
        """How cautious it is, for choosing at a shared edge."""
        return list(KidneyAction).index(self)


class _KidneyDoses(Value):
    """What a source says where it speaks of kidney function, and from which figure to which.

    `every_other_day` says that the source's dose is for every second day; `only_if_worth_it` that it asks besides
    whether the benefit outweighs the risk.
    """

    at_least: Exact | None = None
    at_most: Exact | None = None
    action: KidneyAction
    maximum: Dose | None = None
    initial: Dose | None = None
    low: Dose | None = None
    high: Dose | None = None
    fraction: Exact | None = None
    every_other_day: bool = False
    only_if_worth_it: bool = False
    note: Text | None = None


class KidneyBand(_KidneyDoses):
    """One band of a measure and what its source says there; each edge is open or closed as printed."""

    above: Exact | None = None
    below: Exact | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.at_least is not None and self.above is not None:
            raise InvalidInput("a band has one lower edge; keep at_least or above")
        if self.at_most is not None and self.below is not None:
            raise InvalidInput("a band has one upper edge; keep at_most or below")
        _check_edges(self.lower, self.upper, is_closed=self.at_least is not None and self.at_most is not None)
        _check_action(self)
        return self

    def holds(self, value: Fraction) -> bool:
        """Whether a value lies in the band, edges as printed."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    @property
    def lower(self) -> Fraction | None:
        return self.at_least if self.at_least is not None else self.above

    @property
    def upper(self) -> Fraction | None:
        return self.at_most if self.at_most is not None else self.below


class KidneyState(_KidneyDoses):
    """What a source says of a state that is not a band, such as dialysis.

    `degree` is the source's word where it speaks of one degree of impairment and gives no figure; `at_least` and
    `at_most` are its figures where it does not name their measure.
    """

    degree: Literal["disease", "severe", "significant"] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.at_least is not None or self.at_most is not None:
            _check_edges(self.at_least, self.at_most, is_closed=True)
        _check_action(self)
        return self


def _check_edges(lower: Fraction | None, upper: Fraction | None, *, is_closed: bool) -> None:
    if lower is None and upper is None:
        raise InvalidInput("a band without an edge holds every value; give the edges that the source prints")
    if (lower is not None and lower < 0) or (upper is not None and upper <= 0):
        raise InvalidInput("a measure of kidney function is above 0; correct the edge")
    if lower is not None and upper is not None and (lower > upper or (lower == upper and not is_closed)):
        between = f"{write_number(lower)} and {write_number(upper)}"
        raise InvalidInput(f"no value lies between its edges, {between}; correct one")


_FIGURES = {
    KidneyAction.MAXIMUM: {"maximum"},
    KidneyAction.AFTER_DIALYSIS: {"maximum"},
    KidneyAction.INITIAL: {"initial"},
    KidneyAction.RANGE: {"low", "high"},
    KidneyAction.FRACTION: {"fraction"},
}


def _check_action(item: KidneyBand | KidneyState) -> None:
    given = {name for name in ("maximum", "initial", "low", "high", "fraction") if getattr(item, name) is not None}
    wanted = _FIGURES.get(item.action, set())
    if given != wanted:
        raise InvalidInput(
            f"'{item.action}' takes {', '.join(sorted(wanted)) or 'no figure'}, "
            f"got {', '.join(sorted(given)) or 'none'}; keep the source's own shape"
        )
    if item.fraction is not None and not 0 < item.fraction <= 1:
        raise InvalidInput("a fraction of the usual dose lies above 0 and at most at 1; correct it")
    if item.low is not None and item.high is not None and item.low > item.high:
        raise InvalidInput(f"a range goes up, got {item.low} to {item.high}; correct it")
    if item.every_other_day and item.maximum is None and item.high is None:
        raise InvalidInput("every_other_day belongs to a daily maximum or range; add the figure")


class KidneyAdvice(Cited):
    """One source on kidney function: its measure, its bands in its own shape, and the states it names.

    `basis` is what kind of evidence it is: only "pharmacokinetics" is never applied unless named. Without a
    measure the source gives advice for impaired kidneys as such.
    """

    measure: KidneyMeasure | None = None
    basis: Literal["label", "guideline", "study", "pharmacokinetics", "claim"]
    bands: tuple[KidneyBand, ...] = ()
    impaired: KidneyState | None = None
    dialysis: KidneyState | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.bands and self.measure is None:
            raise InvalidInput("bands need a measure; write eGFR or creatinine clearance as the source does")
        if not (self.bands or self.impaired or self.dialysis):
            raise InvalidInput("kidney advice needs bands, impaired or dialysis; remove it or fill it in")
        for index, band in enumerate(self.bands):
            for other in self.bands[index + 1 :]:
                _check_overlap(band, other)
        return self

    def bands_at(self, value: Fraction) -> tuple[KidneyBand, ...]:
        """The bands that hold a value: none in a gap, two at an edge that the source prints twice."""
        return tuple(band for band in self.bands if band.holds(value))

    def band_at(self, value: Fraction) -> KidneyBand | None:
        """The band that holds a value; at a shared edge the more cautious one; None in a gap of the source."""
        held = self.bands_at(value)
        return max(held, key=_caution, default=None)


def _caution(band: KidneyBand) -> tuple[int, Fraction, Fraction]:
    limit = band.maximum or band.high or band.initial
    return (
        band.action.caution_rank,
        -(limit.mg if limit else Fraction(0)),
        -(band.fraction if band.fraction is not None else Fraction(0)),
    )


def _check_overlap(one: KidneyBand, other: KidneyBand) -> None:
    low, high = sorted((one, other), key=lambda band: band.lower or Fraction(0))
    if low.upper is None or high.lower is None or low.upper > high.lower:
        raise InvalidInput("two bands overlap by more than an edge; correct one of them")
