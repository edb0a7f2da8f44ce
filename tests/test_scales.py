"""Rulers add up, reach 0, and give the figures that a pencil gives."""

from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.amounts.dose import DailyDose, mg
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.paces.logarithms import ln
from taper.paces.pace import Pace
from taper.paces.rulers import (
    ONE_PACE,
    Banded,
    Linear,
    Logarithmic,
    OccupancyCurve,
    linear,
    logarithmic,
    measure_of,
)

SIXTY = Context(prec=60)


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6).filter(bool))
def test_a_logarithm_is_right_to_forty_digits(value) -> None:
    true = SIXTY.divide(Decimal(value.numerator), Decimal(value.denominator)).ln(SIXTY)
    assert abs(
        SIXTY.subtract(SIXTY.divide(Decimal(ln(value.numerator, value.denominator)), Decimal(2**160)), true)
    ) < Decimal("1e-40")


RULERS = {
    "linear": Linear(Fraction(2)),
    "logarithmic": Logarithmic(Fraction(1, 10), Fraction(1), Fraction(1)),
    "banded": Banded(((Fraction(0), Fraction(1, 2)), (Fraction(5), Fraction(1)), (Fraction(10), Fraction(2)))),
    "occupancy": OccupancyCurve(Fraction(10), Fraction(80), Fraction(3)),
}
totals = st.fractions(min_value=0, max_value=60, max_denominator=40)


@pytest.mark.parametrize("ruler", RULERS.values(), ids=RULERS)
@given(places=st.lists(totals, min_size=3, max_size=3).map(lambda found: sorted(found, reverse=True)))
def test_two_falls_in_a_row_are_one_fall_to_a_billionth_of_a_pace(ruler, places) -> None:
    high, middle, low = places
    parts = ruler.fall(high, middle) + ruler.fall(middle, low)
    assert abs(parts - ruler.fall(high, low)) <= 1


@pytest.mark.parametrize("ruler", RULERS.values(), ids=RULERS)
@given(high=totals, low=totals)
def test_a_fall_is_positive_if_and_only_if_the_total_falls(ruler, high, low) -> None:
    fall = ruler.fall(high, low)
    assert (fall > 0) == (high > low)
    assert (fall < 0) == (high < low)


@pytest.mark.parametrize("ruler", RULERS.values(), ids=RULERS)
def test_the_last_pace_is_one_pace(ruler) -> None:
    assert ruler.paces(ruler.last_pace, Fraction(0)) == 1


def test_ten_percent_of_current_is_one_pace_anywhere_above_the_knee_and_linear_below() -> None:
    ruler = logarithmic("10%", at_least=mg(1))
    falls = [(100, 90), (20, 18), (10, 9)]
    assert {ruler.fall(Fraction(high), Fraction(low)) for high, low in falls} == {ONE_PACE}
    assert ruler.paces(Fraction(2), Fraction(0)) == 2


def test_a_bare_logarithm_does_not_reach_zero() -> None:
    ruler = logarithmic("50%")
    assert ruler.paces(Fraction(4), Fraction(1)) == 2
    assert ruler.fall(Fraction(1), Fraction(0)) is None
    assert ruler.paces(Fraction(1), Fraction(0)) is None
    assert ruler.last_pace == 1


def test_a_fall_across_an_edge_is_charged_in_each_band() -> None:
    ruler = RULERS["banded"]
    assert ruler.paces(Fraction(12), Fraction(9)) == 2
    assert Banded(((Fraction(0), Fraction(4)), (Fraction(2), Fraction(1)))).last_pace == Fraction(5, 2)


def test_occupancy_is_the_hyperbola_of_its_source() -> None:
    monograph = next(m for d in Formulary.shipped().drugs if (m := Formulary.shipped().monograph(d)).occupancies)
    curve = monograph.occupancies[0]
    ruler = curve.ruler(10)
    assert ruler.occupancy(curve.km) == curve.vmax / 2
    assert ruler.paces(curve.km, Fraction(0)) == round(curve.vmax / 20 * 10**9) / Fraction(10**9)


def test_linear_counts_the_same_mg_anywhere() -> None:
    assert linear(mg(5)).paces(Fraction(40), Fraction(25)) == 3


@pytest.mark.parametrize(
    ("pace", "accepted"),
    [
        ("2 mg, up to 2.5 mg, every 1 week", Fraction(5, 4)),
        ("10% of start, up to 15%, every 1 week", Fraction(3, 2)),
        ("10 points of occupancy with Vmax 80 and Km 2 mg by paper, up to 12 points, every 1 week", Fraction(6, 5)),
        ("2 mg down to 0 mg, up to 1.5 paces, every 1 week", Fraction(3, 2)),
        ("19% of current, at least 1 mg, up to 34.39%, every 1 week", Fraction(2)),
        ("10% of current, at least 1 mg, every 1 week", Fraction(1)),
    ],
)
def test_what_is_accepted_is_counted_in_paces(pace: str, accepted: Fraction) -> None:
    measure = measure_of(Pace.parse(pace), DailyDose("40"))
    assert Fraction(measure.limits[0].accepts, ONE_PACE) == accepted


def test_a_range_accepts_its_fast_end_and_aims_where_it_says() -> None:
    slow = measure_of(Pace.parse("2-4 mg, aim slow, every 1 week"), DailyDose("40"))
    fast = measure_of(Pace.parse("2-4 mg, aim fast, every 1 week"), DailyDose("40"))
    assert [m.ruler.paces(Fraction(40), Fraction(36)) for m in (slow, fast)] == [2, 1]
    assert [m.excess(Fraction(40), Fraction(36)) for m in (slow, fast)] == [(0,), (0,)]
    assert slow.excess(Fraction(40), Fraction(34)) == (ONE_PACE // 2,)


def test_a_bare_second_limit_exempts_only_the_last_fall_from_where_the_pace_itself_may_fall_to_zero() -> None:
    pace = Pace.parse("2 mg, never more than 50% of current, every 1 week")
    measure = measure_of(pace, DailyDose("40"))
    assert measure.excess(Fraction(2), Fraction(0)) == (0, 0)
    assert measure.excess(Fraction(4), Fraction(0)) == (ONE_PACE, ONE_PACE)
    assert measure.excess(Fraction(4), Fraction(1)) == (ONE_PACE // 2, ONE_PACE // 2)
    assert measure.excess(Fraction(8), Fraction(4)) == (ONE_PACE, 0)
    assert measure.limits[1].ruler.last_pace == 2


def test_a_second_limit_stays_bare_where_the_plan_stops_from_a_last_dose() -> None:
    pace = Pace.parse("10% of current, last dose 1 mg, never more than 20% of current, every 1 week")
    measure = measure_of(pace, DailyDose("40"))
    assert measure.stop_from == 1
    assert measure.limits[1].ruler.position(Fraction(0)) is None


def test_a_pace_cannot_be_measured_from_nothing() -> None:
    with pytest.raises(InvalidInput, match="nothing can be reduced"):
        measure_of(Pace.parse("2 mg, every 1 week"), DailyDose("0"))
