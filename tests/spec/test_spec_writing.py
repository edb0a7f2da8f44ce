"""Writing amounts: what is known to be misread is neither written nor accepted."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, formulary, plan_of, step, tablet
from taper import (
    Dose,
    InvalidInput,
    MassUnit,
    check,
    count_supply,
    mcg,
    mg,
    realize,
    to_csv,
    to_ical,
    to_markdown,
    to_schedule,
    to_table,
    weeks,
)
from taper.testing import doses, realizable_plans

amounts = st.fractions(0, 1000, max_denominator=10**6)


def everything_printed(drawn):
    schedule = to_schedule(realize(*drawn), start=START, horizon=None if not drawn.plan.is_open else weeks(3))
    return [
        to_table(
            schedule, check(schedule) if all(day.intakes for day in schedule.days) else None, count_supply(schedule)
        ),
        to_markdown(schedule),
        to_csv(schedule),
        to_ical(schedule) if not any(i.slot.is_clock for d in schedule.days for i in d.intakes) else "",
    ]


class TestZeros:
    """No trailing zero (1.0 mg read as 10 mg) and never a naked decimal point (.5 mg read as 5 mg).

    Joint Commission, Official "Do Not Use" List; ISMP, List of Error-Prone Abbreviations, Symbols, and Dose
    Designations.
    """

    @given(amounts, st.sampled_from(MassUnit))
    def test_no_amount_is_written_with_a_trailing_zero_or_without_a_leading_one(self, amount, unit):
        text = Dose(amount).in_unit(unit).text
        assert not re.search(r"\d\.\d*0(?!\d)", text)
        assert not re.search(r"(?<!\d)\.\d", text)

    @pytest.mark.parametrize(
        ("amount", "text"), [("1.0", "1 mg"), ("0.50", "0.5 mg"), ("10", "10 mg"), ("100", "100 mg")]
    )
    def test_each_is_written_one_way(self, amount, text):
        assert str(mg(amount)) == text

    def test_a_naked_decimal_point_is_not_read(self):
        with pytest.raises(InvalidInput, match=r".5"):
            Dose.parse(".5 mg")

    @given(realizable_plans())
    def test_no_table_list_or_calendar_holds_one(self, drawn):
        for printed in everything_printed(drawn):
            text = printed.replace("\r\n ", "")  # a calendar folds its lines, also inside of a number
            assert not re.search(r"\d\.\d*0 ?m?c?g\b", text)
            assert not re.search(r"(?<![\d.])\.\d+ ?m", text)


class TestUnits:
    """Micrograms are written mcg; the Greek letter is misread as mg. IU, U and QD are never written.

    Joint Commission, Official "Do Not Use" List; ISMP, List of Error-Prone Abbreviations.
    """

    @pytest.mark.parametrize("text", ["250 \u00b5g", "250 \u03bcg", "250 ug"])
    def test_the_greek_letter_and_ug_are_refused_and_mcg_is_offered(self, text):
        with pytest.raises(InvalidInput, match="write mcg"):
            Dose.parse(text)
        assert str(mcg(250)) == "250 mcg"

    @given(realizable_plans())
    def test_no_table_list_or_calendar_holds_a_refused_sign(self, drawn):
        for text in everything_printed(drawn):
            assert not re.search(r"\u00b5|\u03bc|\bug\b|\bQ\.?D\b|\bIU\b|\d ?U\b", text)

    @given(doses())
    def test_a_number_and_its_unit_stand_apart(self, dose):
        assert re.fullmatch(r"[\d./ ]*\d (mcg|mg|g)", dose.text)


class TestCommas:
    """A comma is a decimal sign to some readers and separates thousands for others: it is neither read nor written.

    ISMP, List of Error-Prone Abbreviations (large doses without properly placed commas; here: none in data).
    """

    @pytest.mark.parametrize(("text", "point", "plain"), [("2,5 mg", "2.5", "25"), ("1,000 mg", "1.000", "1000")])
    def test_an_amount_with_a_comma_is_refused_and_both_readings_are_offered(self, text, point, plain):
        with pytest.raises(InvalidInput, match=rf"write {point} or {plain}"):
            Dose.parse(text)

    @given(doses())
    def test_no_comma_is_written(self, dose):
        assert "," not in str(dose)


class TestFractions:
    """An amount that has no end as a decimal is written as a whole and a fraction, and read back exactly."""

    @given(amounts)
    def test_reading_the_print_gives_the_same_dose(self, amount):
        assert Dose.parse(str(Dose(amount))).mg == amount

    def test_a_third_of_ten_is_three_and_a_third(self):
        assert str(mg(10) * Fraction(1, 3)) == "3 1/3 mg"

    def test_a_half_tablet_is_said_as_people_say_it(self):
        schedule = to_schedule(
            realize(plan_of(step("7.5 mg", "1 day")), [tablet("5 mg", score=2)], formulary=formulary()), start=START
        )
        assert "1 and 1/2 x 5 mg tablet" in to_table(schedule)
