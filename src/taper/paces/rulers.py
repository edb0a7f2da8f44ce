"""Dose scales: linear, logarithmic, banded, occupancy. On its own scale a taper is a straight line."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fractions import Fraction

from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.errors import InvalidInput
from taper.paces.logarithms import ln
from taper.paces.pace import Bands, Base, Fixed, InvalidPace, OfCurrent, OfOccupancy, OfStart, Pace

ONE_PACE = 10**9
"""Reductions are counted in whole billionths of a pace; everything after that rounding is integers."""

_FINE = 10**36


class Ruler(ABC):
    """An additive measure of the day's total, counted in paces: a reduction is the difference of two positions.

    Example:
        >>> from taper.amounts.dose import mg
        >>> ruler = logarithmic("10%", at_least=mg(1))
        >>> print(round(ruler.paces(mg(20).mg, mg(18).mg), 6), ruler.paces(mg(1).mg, Fraction(0)))
        1 1
    """

    @abstractmethod
    def position(self, mg: Fraction) -> int | None:
        """The position of a total in 10^-36 paces; None where the ruler does not reach (0 on a bare logarithm)."""

    @property
    @abstractmethod
    def last_pace(self) -> Fraction:
        """The total in mg from which a reduction to 0 is one pace."""

    def fall(self, before: Fraction, after: Fraction) -> int | None:
        """The reduction between two totals in billionths of a pace, rounded once; None where it is not measured."""
        return between(self.position(before), self.position(after))

    def paces(self, before: Fraction, after: Fraction) -> Fraction | None:
        """The reduction between two totals in paces, to nine places; None where it is not measured."""
        fall = self.fall(before, after)
        return None if fall is None else Fraction(fall, ONE_PACE)


UNIT = _FINE // ONE_PACE
"""How many parts of a position make a billionth of a pace."""

HALF = UNIT // 2


def between(high: int | None, low: int | None) -> int | None:
    """The difference of two positions in billionths of a pace; None if either is not on the ruler."""
    return None if high is None or low is None else (high - low + HALF) // UNIT


@dataclass(frozen=True, slots=True)
class Linear(Ruler):
    """One pace is the same amount everywhere."""

    step: Fraction

    def position(self, mg: Fraction) -> int:
        step = self.step
        return mg.numerator * step.denominator * _FINE // (mg.denominator * step.numerator)

    @property
    def last_pace(self) -> Fraction:
        return self.step


@dataclass(frozen=True, slots=True)
class Logarithmic(Ruler):
    """One pace is the same part of the current total, down to a knee; linear below it.

    With `at_least` the knee is where that part is so many mg. With `free` it is that dose, from which a reduction to 0
    is one pace. With neither, it does not reach 0 and counts from `unit`.
    """

    part: Fraction
    unit: Fraction
    at_least: Fraction | None = None
    free: Fraction | None = None

    _knee: Fraction = field(init=False, repr=False, compare=False)
    _height: Fraction = field(init=False, repr=False, compare=False)
    _turn: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Above the knee the ruler is a logarithm, below it a line; the height is where they meet.
        knee, height = self.free or Fraction(0), Fraction(1)
        if self.at_least is not None:
            knee, height = self.at_least / self.part, 1 / self.part
        turn = ln(self.part.denominator, self.part.denominator - self.part.numerator)
        for name, value in (("_knee", knee), ("_height", height if knee else Fraction(0)), ("_turn", turn)):
            object.__setattr__(self, name, value)

    def position(self, mg: Fraction) -> int | None:
        if mg <= self._knee:
            return _fine(mg / self._knee * self._height) if self._knee else None
        unit = self._knee or self.unit
        turns = ln(mg.numerator * unit.denominator, mg.denominator * unit.numerator) * _FINE // self._turn
        return _fine(self._height) + turns

    @property
    def last_pace(self) -> Fraction:
        return self.at_least or self.free or self.unit


@dataclass(frozen=True, slots=True)
class Banded(Ruler):
    """One pace depends on how high the total is; a reduction across an edge is charged in each band.

    `bands` are pairs of an edge and the pace above it, from the lowest, whose edge is 0.
    """

    bands: tuple[tuple[Fraction, Fraction], ...]

    def position(self, mg: Fraction) -> int:
        place = Fraction(0)
        tops = [edge for edge, _ in self.bands[1:]]
        for (edge, step), top in zip(self.bands, [*tops, None], strict=True):
            reach = mg if top is None else min(mg, top)
            if reach > edge:
                place += (reach - edge) / step
        return _fine(place)

    @property
    def last_pace(self) -> Fraction:
        tops = [edge for edge, _ in self.bands[1:]]
        left = Fraction(1)
        for (edge, step), top in zip(self.bands, [*tops, None], strict=True):
            if top is None or (top - edge) / step >= left:
                return edge + left * step
            left -= (top - edge) / step
        raise AssertionError("the last band has no top")


@dataclass(frozen=True, slots=True)
class OccupancyCurve(Ruler):
    """One pace is so many points of receptor occupancy, `vmax * d / (km + d)`."""

    points: Fraction
    vmax: Fraction
    km: Fraction

    def occupancy(self, mg: Fraction) -> Fraction:
        """The occupancy at a daily total, in percent."""
        return self.vmax * mg / (self.km + mg)

    def position(self, mg: Fraction) -> int:
        return _fine(self.occupancy(mg) / self.points)

    @property
    def last_pace(self) -> Fraction:
        return self.km * self.points / (self.vmax - self.points)


def _fine(place: Fraction) -> int:
    return place.numerator * _FINE // place.denominator


@takes
def linear(step: Dose) -> Linear:
    """A ruler on which one pace is so many mg.

    Raises:
        InvalidPace: If it is 0 mg.
    """
    if not step.mg:
        raise InvalidPace("0 mg changes nothing; write an amount above 0", where="step")
    return Linear(step.mg)


def logarithmic(percent: str, *, at_least: Dose | None = None) -> Logarithmic:
    """A ruler on which one pace is so many percent of the current total, and below a dose so many mg.

    Args:
        percent: One pace, in percent of the current dose.
        at_least: The smallest reduction that counts as one pace.

    Raises:
        InvalidPace: If the percentage is 0, or 100 or more.

    Example:
        >>> from taper import mg
        >>> ruler = logarithmic("10%", at_least=mg(1))
        >>> ruler.paces(mg(10).mg, mg(9).mg)
        Fraction(1, 1)
    """
    base = OfCurrent(low=percent, high=percent, at_least=at_least)
    made = ruler_of(base, start=Fraction(1))
    assert isinstance(made, Logarithmic)
    return made


def ruler_of(base: Base, *, start: Fraction, fast: bool = False) -> Ruler:
    """The ruler of a pace's base.

    Args:
        base: What the pace is counted in.
        start: The total in mg before day 1; percentages of the start are of it.
        fast: Whether to take the fast end of a range.

    Raises:
        InvalidInput: If the start is 0.
    """
    if start <= 0:
        raise InvalidInput("the start is 0 mg, so nothing can be reduced; give what is taken before day 1")
    match base:
        case Fixed():
            return Linear((base.high if fast else base.low).mg)
        case OfStart():
            return Linear((base.high if fast else base.low) / 100 * start)
        case OfCurrent():
            floor = base.at_least.mg if base.at_least is not None else None
            unit = base.last_dose.mg if base.last_dose is not None else start
            return Logarithmic((base.high if fast else base.low) / 100, unit, floor)
        case Bands():
            return Banded(tuple((band.down_to.mg, (band.high if fast else band.low).mg) for band in base.bands[::-1]))
        case OfOccupancy():  # pragma: no branch - it is the last base there is
            return OccupancyCurve(base.high if fast else base.low, base.vmax, base.km.mg)


@dataclass(frozen=True, slots=True)
class AcceptedReduction:
    """A ruler and the largest reduction on it that the caller accepts, in billionths of a pace."""

    ruler: Ruler
    accepts: int
    words: str


@dataclass(frozen=True, slots=True)
class MeasuredPace:
    """A pace made measurable from one start: the ruler to fit, the limits to keep, and where to stop from."""

    ruler: Ruler
    limits: tuple[AcceptedReduction, ...]
    stop_from: Fraction | None

    def excess(self, before: Fraction, after: Fraction) -> tuple[int, ...]:
        """How far a reduction goes beyond each limit, in billionths of a pace; 0 where it does not."""
        return tuple(max(0, (limit.ruler.fall(before, after) or 0) - limit.accepts) for limit in self.limits)


def measure_of(pace: Pace, start: DailyDose) -> MeasuredPace:
    """Make a pace measurable from what was taken before day 1.

    Raises:
        InvalidInput: If nothing was taken.
    """
    base = pace.base
    fast = pace.aim == "fast"
    ruler = ruler_of(base, start=start.mg, fast=fast)
    if pace.aim == "slow":
        limit = AcceptedReduction(ruler_of(base, start=start.mg, fast=True), ONE_PACE, f"the fast end of {base}")
    else:
        limit = AcceptedReduction(ruler, _accepted(pace, start.mg), "what was accepted" if pace.up_to else "the pace")
    limits = [limit]
    if pace.never_more_than is not None:
        second = _second(pace.never_more_than, ruler, start.mg, stops=_stop(base) is not None)
        limits.append(AcceptedReduction(second, ONE_PACE, f"never more than {pace.never_more_than}"))
    return MeasuredPace(ruler, tuple(limits), _stop(base))


def _stop(base: Base) -> Fraction | None:
    return base.last_dose.mg if isinstance(base, OfCurrent) and base.last_dose is not None else None


def _second(base: Base, first: Ruler, start: Fraction, *, stops: bool) -> Ruler:
    made = ruler_of(base, start=start)
    if isinstance(made, Logarithmic) and made.at_least is None and not stops:
        # A bare percentage never reaches 0, and a limit that is silent there would favor stopping at once. So the
        # fall to 0 from where the pace itself may fall there is one pace of the second limit too.
        return Logarithmic(made.part, made.unit, free=first.last_pace)
    return made


def _accepted(pace: Pace, start: Fraction) -> int:
    base, most = pace.base, pace.up_to
    if most is None:
        return ONE_PACE
    match base:
        case OfCurrent():
            bare = Logarithmic(base.low / 100, start)
            return bare.fall(start, start * (1 - most / 100)) or ONE_PACE
        case Bands():
            return round(most * ONE_PACE)
        case Fixed():
            return round(most / base.low.mg * ONE_PACE)
        case _:
            return round(most / base.low * ONE_PACE)
