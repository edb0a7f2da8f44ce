"""Paces from figures: a fixed reduction, percentages, bands, points of occupancy."""

from collections.abc import Iterable
from fractions import Fraction

from taper._base.numbers import Rational, exact
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.paces.pace import (
    Aim,
    Band,
    Bands,
    Base,
    Fixed,
    OfCurrent,
    OfOccupancy,
    OfStart,
    Pace,
    check_percent,
    check_points,
    ends_of,
    read_base,
    read_percents,
    read_span,
)


@takes
def fixed(
    amount: str | Dose,
    every: Duration,
    *,
    up_to: str | Dose | None = None,
    aim: Aim | None = None,
    never_more_than: str | Base | None = None,
) -> Pace:
    """So many mg of the day's total per interval.

    Args:
        amount: One figure, or a range such as "2-4 mg", which needs an aim.
        every: The interval.
        up_to: The largest reduction that is accepted; the pace itself if absent.
        aim: Which end of a range to plan by.
        never_more_than: A second limit on another base, such as "50% of current".

    Raises:
        InvalidPace: If the amount is 0, or up_to is below it.

    Example:
        >>> from taper.amounts.duration import weeks
        >>> print(fixed("2-4 mg", weeks(2), aim="slow"))
        2-4 mg, aim slow, every 2 weeks
    """
    low, high = read_span(amount.text if isinstance(amount, Dose) else amount)
    limit = None if up_to is None else up_to.mg if isinstance(up_to, Dose) else Dose.parse(up_to).mg
    return _pace(Fixed(low=low, high=high), every, limit, aim, never_more_than)


@takes
def percent_of_start(
    percent: Rational,
    every: Duration,
    *,
    up_to: Rational | None = None,
    aim: Aim | None = None,
    never_more_than: str | Base | None = None,
) -> Pace:
    """So many percent of the day's total before day 1, per interval.

    Args:
        percent: Above 0 and below 100; a range such as "5-10%" needs an aim.
        every: The interval.
        up_to: The largest percentage that is accepted; the pace itself if absent.
        aim: Which end of a range to plan by.
        never_more_than: A second limit on another base, such as "50% of current".

    Raises:
        InvalidPace: If the percentage is 0, or 100 or more.

    Example:
        >>> from taper.amounts.duration import weeks
        >>> print(percent_of_start("10%", weeks(1)))
        10% of start, every 1 week
    """
    low, high = read_percents(percent)
    return _pace(OfStart(low=low, high=high), every, _limit_percent(up_to), aim, never_more_than)


@takes
def percent_of_current(
    percent: Rational,
    every: Duration,
    *,
    at_least: str | Dose | None = None,
    last_dose: str | Dose | None = None,
    up_to: Rational | None = None,
    aim: Aim | None = None,
    never_more_than: str | Base | None = None,
) -> Pace:
    """So many percent of the day's total as it is, per interval.

    Args:
        percent: Above 0 and below 100; a range such as "5-10%" needs an aim.
        every: The interval.
        at_least: A reduction of so many mg counts as one pace wherever the percentage would be less.
        last_dose: The total from which the plan stops. Exactly one of it and `at_least` is needed.
        up_to: The largest percentage that is accepted; the pace itself if absent.
        aim: Which end of a range to plan by.
        never_more_than: A second limit on another base.

    Raises:
        InvalidPace: If neither or both of `at_least` and `last_dose` are given.

    Example:
        >>> from taper.amounts.duration import weeks
        >>> print(percent_of_current("10%", weeks(2), at_least="1 mg", up_to="12.5%"))
        10% of current, at least 1 mg, up to 12.5%, every 2 weeks
    """
    low, high = read_percents(percent)
    base = OfCurrent(low=low, high=high, at_least=_dose(at_least), last_dose=_dose(last_dose))
    return _pace(base, every, _limit_percent(up_to), aim, never_more_than)


@takes
def banded(
    bands: Iterable[tuple[str | Dose, str | Dose]],
    every: Duration,
    *,
    up_to: Rational | None = None,
    aim: Aim | None = None,
    never_more_than: str | Base | None = None,
) -> Pace:
    """So many mg of the day's total per interval, by how high it is.

    Args:
        bands: Pairs of a reduction and the dose it goes down to, from the highest: `("2-4 mg", "20 mg")`.
        every: The interval.
        up_to: The largest reduction accepted, in paces, such as "1.25".
        aim: Which end to plan by, if any reduction is a range.
        never_more_than: A second limit on another base.

    Raises:
        InvalidPace: If the bands are out of order or do not end at 0.

    Example:
        >>> from taper.amounts.duration import weeks
        >>> print(banded([("2 mg", "10 mg"), ("1 mg", "0 mg")], weeks(2)))
        2 mg down to 10 mg, 1 mg down to 0 mg, every 2 weeks
    """
    made = []
    for band in bands:
        amount, edge = band
        low, high = read_span(amount.text if isinstance(amount, Dose) else amount)
        made.append(Band(down_to=edge if isinstance(edge, Dose) else Dose.parse(edge), low=low, high=high))
    return _pace(Bands(bands=tuple(made)), every, None if up_to is None else exact(up_to), aim, never_more_than)


@takes
def points_of_occupancy(
    points: Rational,
    every: Duration,
    *,
    vmax: Rational,
    km: str | Dose,
    source: str,
    up_to: Rational | None = None,
    aim: Aim | None = None,
    never_more_than: str | Base | None = None,
) -> Pace:
    """So many percentage points of receptor occupancy per interval, on `vmax * dose / (km + dose)`.

    Args:
        points: One figure, or a range such as "5-10".
        every: The interval.
        vmax: The greatest occupancy, in percent.
        km: The daily dose at half of it.
        source: The id of the source of both; the parameters belong to one drug.
        up_to: The largest reduction accepted, in points.
        aim: Which end of a range to plan by.
        never_more_than: A second limit, such as "50% of current".

    Raises:
        InvalidPace: If the points are 0, or 100 or more.

    Example:
        >>> from taper.amounts.duration import weeks
        >>> print(points_of_occupancy(5, weeks(2), vmax="75", km="0.7 mg", source="a-source"))
        5 points of occupancy with Vmax 75 and Km 0.7 mg by a-source, every 2 weeks

    Note:
        A teaching model: occupancy curves were fitted to groups, not to the person.
    """
    low, high = (points, points) if not isinstance(points, str) else ends_of(points)
    base = OfOccupancy(low=low, high=high, vmax=vmax, km=_dose(km), source=source)
    return _pace(base, every, None if up_to is None else check_points(up_to), aim, never_more_than)


def _pace(base: Base, every: Duration, up_to: Fraction | None, aim: Aim | None, second: str | Base | None) -> Pace:
    other = read_base(second) if isinstance(second, str) else second
    return Pace(base=base, every=every, up_to=up_to, aim=aim, never_more_than=other)


def _dose(given: str | Dose | None) -> Dose | None:
    return Dose.parse(given) if isinstance(given, str) else given


def _limit_percent(given: Rational | None) -> Fraction | None:
    return None if given is None else check_percent(given)
