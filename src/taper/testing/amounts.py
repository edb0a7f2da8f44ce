"""Strategies for amounts, lengths of time, dates, times of day, and the days that hold doses."""

# ruff: noqa: B008  # a strategy is immutable, so it may be a default

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from taper._base.limits import LARGEST_MG
from taper.amounts.dose import Dose, MassUnit
from taper.amounts.duration import Duration, TimeUnit
from taper.plans.regimen import NAMED_SLOTS, WEEKDAYS, Regimen, Slot
from taper.testing.asked import as_drawn, draws, whole


@draws
def amounts(*, up_to: int = 100) -> SearchStrategy[Fraction]:
    """Exact numbers above 0, as doses have them.

    Narrow: the denominators are those that strengths, pieces and graduations make, thirds among them, so that
    drawn doses meet each other and edges are hit.

    Raises:
        InvalidInput: If `up_to` is below 1 or above 1000000.
    """
    whole("up_to", up_to, 1, LARGEST_MG)
    return st.sampled_from((1, 2, 3, 4, 8, 10, 40)).flatmap(
        lambda bottom: st.integers(1, up_to * bottom).map(lambda top: Fraction(top, bottom))
    )


@draws
@st.composite
def doses(
    draw: DrawFn,
    amounts: SearchStrategy[Fraction] = amounts(),
    units: SearchStrategy[MassUnit] = st.sampled_from(MassUnit),
) -> Dose:
    """Doses above 0 of up to 100 mg, written in any unit.

    Narrow: 0 is no dose in a regimen, and larger amounts only make the same arithmetic slower.
    """
    return Dose(draw(amounts)).in_unit(draw(units))


@draws
@st.composite
def durations(
    draw: DrawFn,
    units: SearchStrategy[TimeUnit] = st.sampled_from((TimeUnit.DAY, TimeUnit.WEEK)),
    counts: SearchStrategy[int] = st.integers(1, 9),
) -> Duration:
    """Lengths of time in days and weeks.

    Narrow: months have no day numbers without a start; ask for them with `units`. Short, because laws about days
    hold or break within a few weeks, and every day is looked at.
    """
    return Duration(draw(counts), draw(units))


def starts() -> SearchStrategy[date]:
    """Dates of a plan's first day, from 1990 to 2150, with month ends and leap days often.

    Narrow: far enough from 1900 and 2200 that a plan fits in.
    """
    ends = [date(2027, 1, 31), date(2028, 2, 29), date(2027, 2, 28), date(2027, 12, 31), date(2027, 3, 28)]
    return st.one_of(st.sampled_from(ends), st.dates(date(1990, 1, 1), date(2150, 12, 31)))


def named_slots() -> SearchStrategy[Slot]:
    """Morning, noon, evening and bedtime."""
    return st.sampled_from(NAMED_SLOTS).map(Slot)


def clock_slots() -> SearchStrategy[Slot]:
    """Clock times at full and half hours; the law is the same at every minute."""
    return st.tuples(st.integers(0, 23), st.sampled_from((0, 30))).map(lambda at: Slot(f"{at[0]:02}:{at[1]:02}"))


@draws
def regimens(
    doses: SearchStrategy[Dose] = doses(),
    slots: SearchStrategy[Slot] = named_slots(),
    *,
    least: int = 1,
) -> SearchStrategy[Regimen]:
    """Days of one to four doses.

    Narrow: all slots are of one kind, since named and clock times have no common order.

    Raises:
        InvalidInput: If the least is below 0 or above 4.
    """
    whole("least", least, 0, 4)
    return st.dictionaries(slots.map(str), doses, min_size=least, max_size=4).map(Regimen.of)


@draws
def patterns(regimens: SearchStrategy[Regimen]) -> SearchStrategy[dict[str, Any]]:
    """The doses of a step as the plan format writes them: one day, a cycle of two to four, or a week.

    Narrow: some days of a cycle or week may be empty, never all.
    """
    some = st.one_of(regimens, st.just(Regimen()))
    cycles = st.lists(some, min_size=2, max_size=4).filter(any)
    weeks = st.dictionaries(st.sampled_from(WEEKDAYS), some, min_size=1).filter(lambda week: any(week.values()))
    return st.one_of(
        regimens.map(lambda day: {"regimen": _written(day)}),
        cycles.map(lambda days: {"cycle": [_written(day) for day in days]}),
        weeks.map(lambda week: {"weekly": {name: _written(day) for name, day in week.items()}}),
    )


def _written(day: object) -> dict[str, str]:
    return as_drawn(day, Regimen, "regimens", such_as="regimens()").as_dict()
