"""How long each new dose is kept, by the size of the reduction that led to it."""

from dataclasses import dataclass
from fractions import Fraction

from taper._base.numbers import write_number
from taper.amounts.duration import Duration, months, weeks
from taper.amounts.duration import days as in_days
from taper.paces.rulers import ONE_PACE
from taper.planning.solver.problem import Solved
from taper.plans.request import Stays

THE_INTERVAL = "the interval"


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a new regimen is kept, and why that long; `is_longer` says that it is kept beyond the interval."""

    lasting: Duration
    why: str = THE_INTERVAL
    is_longer: bool = False


def stays_of(solved: Solved, kind: Stays) -> tuple[Stay, ...]:
    """The stay at each new regimen of a plan; none for the last one, which is the end or goes on.

    By fall: the interval where the reduction was accepted; else as many intervals as the reduction has paces, at most
    the weights' longest stay. The last dose before 0 also counts the reduction to 0. Even: always the interval.
    Proportional: as many intervals as paces, uncapped, so that by the end of each stay no more paces were used than
    intervals have passed.
    """
    totals = solved.totals
    made = []
    for index in range(1, len(totals) - 1):
        factor, why = _factor(solved, totals[index - 1], totals[index], kind)
        if index == len(totals) - 2 and totals[-1] == 0 and not solved.route.stops:
            final, reason = _factor(solved, totals[index], totals[-1], kind)
            if final > factor:
                factor, why = final, f"{reason or THE_INTERVAL}, counting the reduction to 0 that follows"
        made.append(_kept(solved, factor, why))
    return tuple(made)


def stay_after(solved: Solved, index: int, kind: Stays) -> Stay:
    """The stay after a reduction of a plan, counted from 1, where another plan goes on from there."""
    factor, why = _factor(solved, solved.totals[index - 1], solved.totals[index], kind)
    return _kept(solved, factor, why)


def _kept(solved: Solved, factor: Fraction, why: str | None) -> Stay:
    lasting = lengthen(solved.problem.pace.every, factor)
    return Stay(lasting) if why is None else Stay(lasting, why, is_longer=True)


def _factor(solved: Solved, before: Fraction, after: Fraction, kind: Stays) -> tuple[Fraction, str | None]:
    """How many intervals a regimen is kept, and why more than one; None where it is kept for the interval."""
    measure = solved.ground.measure
    paces = Fraction(measure.ruler.fall(before, after) or 0, ONE_PACE)
    if kind == "even":
        return Fraction(1), None
    if kind == "proportional":
        if paces <= 1:
            return Fraction(1), None
        return paces, f"in proportion to a reduction of {short(paces)} paces"
    if not any(measure.excess(before, after)):
        return Fraction(1), None
    falls = [Fraction(limit.ruler.fall(before, after) or 0, limit.accepts) for limit in measure.limits[1:]]
    most = solved.problem.weights.longest_stay
    size = max([paces, *falls])
    factor = max(Fraction(1), min(size, most))
    return factor, f"longer, after a reduction of {short(size)} paces, at most {write_number(most)} intervals"


def lengthen(every: Duration, factor: Fraction) -> Duration:
    """An interval times a factor, rounded up: to whole weeks or months where the interval is in them, else to days.

    Example:
        >>> print(lengthen(Duration(2, "week"), Fraction(5, 4)), lengthen(Duration(10, "day"), Fraction(5, 4)))
        3 weeks 13 days
    """
    if not every.is_in_days:
        return months(-int(-every.months * factor // 1))
    if every.days % 7 == 0:
        return weeks(-int(-every.days * factor // 7))
    return in_days(-int(-every.days * factor // 1))


def short(value: Fraction) -> str:
    """A figure for reading, to two places; the exact one stands in the data."""
    return write_number(Fraction(round(value * 100), 100))
