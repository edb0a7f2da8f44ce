"""What a caller lays over a plan: a limit as a line with its source, and the curve that a plan was to follow."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from taper._base.takes import takes
from taper.amounts.dose import DailyDose
from taper.amounts.duration import check_date
from taper.errors import InvalidInput
from taper.paces.rulers import Ruler
from taper.source import Source

_HALVINGS = 32
_MOST_POINTS = 400
_GRAIN = 10**9


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A daily total to compare with, such as a ceiling: how high, what it is, and who says so."""

    at: DailyDose
    words: str
    source: Source
    drug: str | None = None

    @property
    def citation(self) -> str:
        """The line's words, its height and its source, for the foot of a picture."""
        return f"{self.words}, {self.at}: {self.source.citation}"


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve of daily totals by date, such as the ideal that a taper follows; it is drawn thin, through its points."""

    words: str
    points: tuple[tuple[date, DailyDose], ...]
    drug: str | None = None

    def __post_init__(self) -> None:
        days = [day for day, _ in self.points]
        if len(days) < 2 or days != sorted(set(days)):
            raise InvalidInput("has fewer than two points or not in order; give points by date", where=self.words)


@takes
def ideal_curve(
    ruler: Ruler, *, start: date, before: DailyDose, days_per_pace: int, last: date, words: str, drug: str | None = None
) -> Curve:
    """The straight line on a ruler, from what was taken before: one pace for each so many days.

    A plan that is reduced by one pace at the beginning of each interval meets it at each interval's end.

    Args:
        ruler: The scale the taper is straight on.
        start: The date of day 1.
        before: The total before it.
        days_per_pace: How many days one pace takes.
        last: Where the curve ends, if it has not come to 0.
        words: What it is, for the legend.
        drug: Whose it is, in a plan of several drugs.

    Raises:
        InvalidInput: If a pace takes less than a day, or the curve has no length.

    Example:
        >>> from taper.amounts.dose import mg
        >>> from taper.paces.rulers import linear
        >>> curve = ideal_curve(linear(mg(1)), start=date(2027, 3, 1), before=DailyDose("2"), days_per_pace=7,
        ...     last=date(2027, 12, 31), words="1 mg a week")
        >>> print(curve.points[7][1], curve.points[-1][0], curve.points[-1][1])
        1 mg/day 2027-03-15 0 mg/day
    """
    if days_per_pace < 1:
        raise InvalidInput(f"one pace in {days_per_pace} days is no interval; write a whole number from 1")
    totals = _straight(ruler, before.mg, days_per_pace, (check_date(last) - check_date(start)).days + 1)
    points = ((start + timedelta(days=day), DailyDose(mg).in_unit(before.unit)) for day, mg in totals)
    return Curve(words, tuple(points), drug)


def _straight(ruler: Ruler, before: Fraction, every: int, days: int) -> Iterator[tuple[int, Fraction]]:
    bottom = ruler.paces(before, Fraction(0))
    end = days if bottom is None else min(days, ceil(bottom * every))
    step = -(-end // _MOST_POINTS) or 1
    for day in [*range(0, end, step), end]:
        yield day, _after(ruler, before, Fraction(day, every), bottom)


def _after(ruler: Ruler, before: Fraction, paces: Fraction, bottom: Fraction | None) -> Fraction:
    if not paces or (bottom is not None and bottom <= paces):
        return Fraction(0) if paces else before
    low, high = Fraction(0), before
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        gone = ruler.paces(before, middle)
        low, high = (low, middle) if gone is not None and gone <= paces else (middle, high)
    return Fraction(round(high * _GRAIN), _GRAIN)


def of_drug(marks: Iterable[LimitLine], drug: str, *, alone: bool) -> list[LimitLine]:
    """The lines that belong to a drug; one that names none belongs to the only drug there is."""
    return [mark for mark in marks if _belongs(mark.drug, mark.words, drug, alone=alone)]


def curves_of(curves: Iterable[Curve], drug: str, *, alone: bool) -> list[Curve]:
    """The curves that belong to a drug; one that names none belongs to the only drug there is."""
    return [curve for curve in curves if _belongs(curve.drug, curve.words, drug, alone=alone)]


def _belongs(named: str | None, words: str, drug: str, *, alone: bool) -> bool:
    if named is None and not alone:
        raise InvalidInput("names no drug, and the plan holds several; give it drug=", where=words)
    return named in (None, drug)
