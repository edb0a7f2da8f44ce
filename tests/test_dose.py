"""Amounts: read and written one way, equal by meaning, never across their kinds."""

import pickle
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from taper import AverageDose, DailyDose, Dose, InvalidInput, MassUnit, mcg, mg
from taper.amounts.dose import InvalidAmount
from taper.testing import amounts, doses

wide = st.fractions(0, 10**6, max_denominator=10**12)
units = st.sampled_from(MassUnit)
KINDS = [Dose, DailyDose, AverageDose]


class TestReadingAndWriting:
    @given(wide, units, st.sampled_from(KINDS))
    def test_what_is_printed_is_read_back_as_the_same_amount_in_the_same_unit(self, number, unit, kind):
        amount = kind(number).in_unit(unit)
        again = kind.parse(str(amount))
        assert again == amount
        assert again.unit is unit
        assert kind.parse(amount.text) == amount

    @given(doses())
    def test_the_representation_is_an_expression_for_it(self, dose):
        assert eval(repr(dose), {"Dose": Dose}) == dose

    @given(doses())
    def test_a_dose_goes_through_json_and_pickle_unchanged(self, dose):
        adapter = TypeAdapter(Dose)
        assert adapter.validate_json(adapter.dump_json(dose)) == dose
        again = pickle.loads(pickle.dumps(dose))
        assert (again, again.unit) == (dose, dose.unit)

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            ("5 mg", "5 mg"),
            ("5mg", "5 mg"),
            ("5.0 mg", "5 mg"),
            ("0.5 mg", "0.5 mg"),
            ("250 mcg", "250 mcg"),
            ("1 g", "1 g"),
            ("10/3 mg", "3 1/3 mg"),
            ("1/3 mg", "1/3 mg"),
            ("0.000000000001 mg", "0.000000000001 mg"),
        ],
    )
    def test_an_amount_is_written_one_way(self, text, printed):
        assert str(Dose.parse(text)) == printed

    def test_daily_totals_and_averages_say_what_they_are(self):
        assert str(DailyDose(15)) == "15 mg/day"
        assert str(AverageDose("7.5")) == "7.5 mg/day on average"

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("5", 'has no unit; write it like "5 mg"'),
            (" 5 mg", 'with a space; write it like "5 mg"'),
            ("5 mg ", 'with a space; write it like "5 mg"'),
            ("  ", "is empty"),
            ("", "is empty"),
            ("mg", "is empty"),
            ("5 ug", "misread as mg; write mcg"),
            ("5 \u00b5g", "misread as mg; write mcg"),
            ("5 \u03bcg", "misread as mg; write mcg"),
            ("5 MG", "unknown; write mg$"),
            ("5 Mcg", "unknown; write mcg$"),
            ("5 kg", "unknown; write mg, mcg or g"),
            ("5 mg/day", "unknown; write mg, mcg or g"),
            ("5 U", "unknown; write mg, mcg or g"),
            ("-5 mg", "is negative"),
            ("1e3 mg", "exponent"),
            ("2,5 mg", "write 2.5 or 25"),
            ("1,000 mg", "write 1.000 or 1000"),
            ("\u0665 mg", "other than the digits 0 to 9"),
            ("nan mg", "not a plain number"),
            ("1000000001 mg", "more than 1000 g"),
            ("1001 g", "more than 1000 g"),
            ("0.0000000000001 mg", "finer than any product"),
        ],
    )
    def test_anything_else_is_refused_with_what_to_write(self, text, words):
        with pytest.raises(InvalidAmount, match=words):
            Dose.parse(text)

    @pytest.mark.parametrize("value", [5, 5.0, None, b"5 mg"])
    def test_a_bare_number_has_no_unit(self, value):
        with pytest.raises(InvalidAmount, match="without a unit"):
            Dose.parse(value)

    @pytest.mark.parametrize("value", [0.1, float("nan"), float("inf")])
    def test_a_float_is_refused_and_kept_for_the_caller(self, value):
        with pytest.raises(InvalidAmount, match="is a float") as caught:
            mg(value)
        assert caught.value.got is value


class TestMeaning:
    @given(wide, units, units)
    def test_the_unit_never_changes_equality_hash_or_order(self, number, one, other):
        left, right = Dose(number).in_unit(one), Dose(number).in_unit(other)
        assert left == right
        assert hash(left) == hash(right)
        assert left <= right
        assert left >= right
        assert not (left < right)
        assert not (left > right)

    @given(wide, wide)
    def test_order_is_that_of_the_amounts(self, one, other):
        assert (Dose(one) < Dose(other)) == (one < other)
        assert (Dose(one) >= Dose(other)) == (one >= other)

    @given(wide)
    def test_kinds_are_never_equal_nor_compared(self, number):
        assert Dose(number) != DailyDose(number)
        assert DailyDose(number) != AverageDose(number)
        for compare in ("__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__truediv__"):
            assert getattr(Dose(number), compare)(DailyDose(number)) is NotImplemented

    def test_comparing_across_kinds_raises(self):
        with pytest.raises(TypeError):
            assert mg(5) < DailyDose(5)

    @given(amounts(), amounts())
    def test_sums_differences_and_ratios_are_exact(self, one, other):
        high, low = max(one, other), min(one, other)
        assert (mg(one) + mg(other)).mg == one + other
        assert (mg(high) - mg(low)).mg == high - low
        assert mg(one) / mg(other) == one / other

    @given(amounts(), st.fractions(0, 5, max_denominator=9))
    def test_multiples_are_exact_from_either_side(self, number, factor):
        assert (mg(number) * factor).mg == (factor * mg(number)).mg == number * factor

    @pytest.mark.parametrize("factor", [0.5, True, "2", Decimal(2)])
    def test_a_factor_is_an_integer_or_a_fraction(self, factor):
        with pytest.raises(TypeError):
            mg(5) * factor

    def test_a_difference_below_zero_is_refused(self):
        with pytest.raises(InvalidAmount, match="-5 mg is negative"):
            mg(5) - mg(10)

    @given(st.lists(doses(), max_size=5))
    def test_a_days_total_is_the_sum_of_its_doses(self, listed):
        assert DailyDose.of(listed).mg == sum((dose.mg for dose in listed), Fraction(0))

    @given(st.lists(amounts(), min_size=1, max_size=5))
    def test_an_average_is_the_exact_mean(self, listed):
        assert AverageDose.over(DailyDose(item) for item in listed).mg == sum(listed) / len(listed)

    def test_an_average_of_nothing_is_refused(self):
        with pytest.raises(InvalidInput, match="at least one day"):
            AverageDose.over([])

    def test_micrograms_are_thousandths_of_a_milligram(self):
        assert [unit.in_mg for unit in (MassUnit.MCG, MassUnit.MG, MassUnit.G)] == [Fraction(1, 1000), 1, 1000]
        assert mcg(500) == mg("0.5")
        assert mcg(500).unit is MassUnit.MCG

    def test_only_zero_is_false(self):
        assert not Dose(0)
        assert mg(1)

    def test_a_dose_never_changes(self):
        with pytest.raises(AttributeError, match="Dose is immutable; create a new one"):
            mg(5).unit = "g"

    def test_another_unit_is_refused_by_name(self):
        with pytest.raises(InvalidAmount, match="'kg' is unknown"):
            mg(5).in_unit("kg")


def test_the_schema_pattern_accepts_what_is_written():
    import re

    pattern = TypeAdapter(Dose).json_schema()["pattern"]
    for text in ("5 mg", "2.5 mcg", "3 1/3 mg", "1/3 g"):
        assert re.fullmatch(pattern, text)
    assert not re.fullmatch(pattern, "5 ug")


def test_doses_add_up_from_nothing_and_from_no_other_number():
    assert sum([mg(1), mg("2.5")]) == mg("3.5")
    for number in (1, 0.0, "0"):
        with pytest.raises(TypeError):
            number + mg(1)
