"""The falls and rates that any sequence of days has."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.amounts.dose import DailyDose
from taper.errors import InvalidInput
from taper.paces.changes import Change, largest_fall, measure_changes, steepest_window
from taper.paces.rulers import Linear

totals = st.lists(st.integers(0, 12).map(DailyDose), max_size=20)


@given(totals, st.integers(0, 12).map(DailyDose))
def test_the_changes_add_up_to_the_whole_way(days, before) -> None:
    changes = measure_changes(days, before=before)
    last = days[-1] if days else before
    assert sum(change.mg for change in changes) == before.mg - last.mg


@given(totals, st.integers(1, 25))
def test_the_steepest_window_is_the_largest_relative_fall_between_two_days_so_far_apart(days, length) -> None:
    falls = [
        1 - days[end].mg / days[begin].mg
        for end in range(len(days))
        for begin in range(max(0, end - length), end)
        if days[end] < days[begin]
    ]
    window = steepest_window(days, length)
    assert (window.percent / 100 if window else None) == max(falls, default=None)


def test_each_change_has_its_day_its_percentages_its_paces_and_its_stay() -> None:
    days = [DailyDose("18")] * 14 + [DailyDose("16")] * 7 + [DailyDose("0")]
    first, second, third = measure_changes(days, before=DailyDose("20"), ruler=Linear(Fraction(2)))
    assert (first.day, first.lasting, first.paces, first.percent_of_current) == (1, 14, 1, 10)
    assert (second.day, second.lasting, second.percent_of_start) == (15, 7, 10)
    assert (third.day, third.lasting, third.paces) == (22, None, 8)


def test_a_rise_has_negative_figures_and_is_no_fall() -> None:
    (change,) = measure_changes([DailyDose("5"), DailyDose("10")], first_day=3)
    assert (change.day, change.mg, change.percent_of_current, change.is_fall) == (4, -5, -100, False)
    assert largest_fall([change]) is None


def test_where_nothing_changes_there_is_no_fall() -> None:
    assert not Change(1, DailyDose("5"), DailyDose("5"), DailyDose("5")).is_fall


def test_a_rise_from_nothing_has_no_percentage() -> None:
    (change,) = measure_changes([DailyDose("5")], before=DailyDose("0"))
    assert change.percent_of_current is None
    assert change.percent_of_start is None


@pytest.mark.parametrize(("days", "largest"), [(("7", "5"), 0), (("8", "6"), 1), (("5", "10", "5"), 0)])
def test_the_largest_fall_has_the_most_paces_then_the_larger_percentage_then_the_earlier_day(days, largest) -> None:
    changes = measure_changes(map(DailyDose, days), before=DailyDose("10"), ruler=Linear(Fraction(1)))
    assert largest_fall(changes) is changes[largest]


def test_two_falls_of_ten_percent_are_one_window_of_nineteen() -> None:
    days = [DailyDose("90")] * 7 + [DailyDose("81")] * 7
    window = steepest_window(days, 14, before=DailyDose("100"))
    assert (window.day, window.last_day, window.percent, window.mg) == (1, 8, 19, 19)
    assert steepest_window(days, 7, before=DailyDose("100")).percent == 10


def test_a_fall_on_the_first_day_is_a_window_of_one_day() -> None:
    window = steepest_window([DailyDose("90")] * 3, 7, before=DailyDose("100"))
    assert window is not None
    assert (window.day, window.last_day, window.percent) == (1, 1, 10)


def test_days_that_never_fall_have_no_window() -> None:
    assert steepest_window([], 7) is None
    assert steepest_window([DailyDose("5"), DailyDose("5")], 7) is None


def test_a_window_without_days_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holds no reduction"):
        steepest_window([DailyDose("5")], 0)
