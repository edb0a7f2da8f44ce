"""Exact numbers: what is read as one, how a part is written, what amounts are whole multiples of."""

from decimal import Decimal
from fractions import Fraction

import pytest

from taper._base.limits import LONGEST_BITS, LONGEST_NUMBER
from taper._base.numbers import NotExact, common_grain, exact, write_percent


def test_the_grain_of_amounts_is_the_largest_of_which_each_is_a_whole_multiple():
    assert common_grain([Fraction(5, 2), Fraction(0), Fraction(2)]) == Fraction(1, 2)
    assert common_grain([Fraction(0)]) == common_grain([]) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-2.5", Fraction(-5, 2)), ("1e30", 10**30), ("1e-30", Fraction(1, 10**30)), ("1" * 31, int("1" * 31))],
)
def test_a_decimal_is_read_as_it_is(text, value):
    assert exact(Decimal(text)) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-0", "-0 is not an amount; write 0"),
        ("Infinity", "Infinity is not a finite number"),
        ("1e31", "more digits than any amount"),
        ("1e-31", "more digits than any amount"),
        ("1." + "0" * 48, "more digits than any amount"),
    ],
)
def test_a_decimal_that_is_no_amount_is_refused(text, words):
    with pytest.raises(NotExact, match=words):
        exact(Decimal(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1" * (LONGEST_NUMBER + 1), f"a number of {LONGEST_NUMBER + 1} characters is longer than any amount"),
        ("x" * LONGEST_NUMBER, "is not a plain number"),
    ],
    ids=["too long", "as long as may be"],
)
def test_a_text_that_is_too_long_is_not_repeated_but_counted(text, words):
    with pytest.raises(NotExact, match=words) as caught:
        exact(text)
    assert (text in str(caught.value)) is (len(text) <= LONGEST_NUMBER)


def test_a_number_has_as_many_bits_as_may_be_and_no_more():
    largest = 2**LONGEST_BITS - 1
    assert exact(largest) == exact(Fraction(largest)) == largest
    for beyond in (largest + 1, Fraction(1, largest + 1)):
        with pytest.raises(NotExact, match="more digits than any amount"):
            exact(beyond)


@pytest.mark.parametrize(
    ("part", "written"),
    [("1/4", "25 %"), ("0.1234", "12.34 %"), ("0.12345", "about 12.3 %"), ("1/3", "about 33.3 %"), ("3/2", "150 %")],
)
def test_a_percentage_of_more_than_two_decimals_says_about(part, written):
    assert write_percent(Fraction(part)) == written
