"""Exact numbers: what amounts are whole multiples of."""

from fractions import Fraction

from taper._base.numbers import common_grain


def test_the_grain_of_amounts_is_the_largest_of_which_each_is_a_whole_multiple():
    assert common_grain([Fraction(5, 2), Fraction(0), Fraction(2)]) == Fraction(1, 2)
    assert common_grain([Fraction(0)]) == common_grain([]) == 1
