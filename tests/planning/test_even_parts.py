"""A total divided over intakes lies as close together as can be made, by a search that ends."""

from fractions import Fraction
from itertools import combinations_with_replacement

from hypothesis import given
from hypothesis import strategies as st

from taper.planning.even_parts import divide_evenly

amounts = st.builds(Fraction, st.integers(1, 40), st.sampled_from((1, 2, 3)))


@given(st.sets(amounts, max_size=8).map(sorted), st.integers(1, 4), st.builds(Fraction, st.integers(1, 90), st.just(2)))
def test_it_is_the_closest_of_all_divisions_and_the_least_of_these(doses, times, total):
    every = [parts[::-1] for parts in combinations_with_replacement(doses, times) if sum(parts) == total]
    found = divide_evenly(total, times, doses)
    assert found == min(every, key=lambda parts: (parts[0] - parts[-1], parts), default=None)


def test_a_total_that_no_doses_make_is_known_without_trying_each():
    odd = [Fraction(n) for n in range(1, 2000, 2)]
    assert divide_evenly(Fraction(4001), 4, odd) is None
    assert divide_evenly(Fraction(4000), 4, odd) == (Fraction(1001), Fraction(1001), Fraction(999), Fraction(999))
    assert divide_evenly(Fraction(5), 2, []) is None


def test_of_two_that_lie_equally_close_it_is_the_one_whose_largest_dose_is_least():
    doses = [Fraction(n) for n in (1, 2, 4, 5)]
    assert divide_evenly(Fraction(9), 3, doses) == (Fraction(4), Fraction(4), Fraction(1))  # and not 5, 2 and 2


def test_it_is_not_the_first_that_is_found_but_the_closest():
    def divided(total, *doses):
        return divide_evenly(Fraction(total), 3, [Fraction(n) for n in doses])

    assert divided(13, 1, 3, 6, 7) == (7, 3, 3)  # and not 6, 6 and 1, whose largest is smaller
    assert divided(10, 1, 2, 3, 6) == (6, 2, 2)  # and not 6, 3 and 1, which comes after it
    assert divided(44, 1, 18, 19, 24) == (24, 19, 1)  # and not 19, 24 and 1, which would be found before it


def test_ten_thousand_doses_over_twelve_intakes_are_divided_at_once():
    tenths = [Fraction(n, 10) for n in range(1, 10_001)]
    found = divide_evenly(Fraction(5991, 10), 12, tenths)
    assert found is not None
    assert (found[0], found[-1], sum(found)) == (50, Fraction(499, 10), Fraction(5991, 10))
