"""The words people type: each phrasing has one meaning, and what has two is refused with both."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper import Ambiguous, Duration, InvalidInput, OutOfScope, Pace, Product, Regimen, Slot, read_day
from taper.amounts.duration import read_date
from taper.plans.everyday import read_times
from taper.plans.everyday_pace import plain_date, plain_duration, plain_pace
from taper.testing import clock_slots, doses, named_slots, regimens

LIST = tomllib.loads((Path(__file__).parent / "phrasings.toml").read_text(encoding="utf-8"))
FIVE = Product(id="t5", drug="x", form="tablet", strength="5 mg")
TEN = Product(id="t10", drug="x", form="tablet", strength="10 mg")
SYRUP = Product(id="s", drug="x", form="oral solution", concentration="5 mg/5 mL", smallest_volume="0.5 mL")


def _lines(*names):
    return [pytest.param(text, meaning, id=text) for name in names for text, meaning in LIST[name].items()]


def test_the_list_holds_three_hundred_phrasings():
    assert sum(len(lines) for lines in LIST.values()) >= 300


def test_the_name_of_the_drug_may_stand_in_its_day():
    assert str(read_day("X 10 mg nocte", products=[FIVE])) == "10 mg bedtime"


@pytest.mark.parametrize("text", ["10 mg iv", "10 mg i.m.", "10 mg pr", "10 mg stat", "10 mg by injection"])
def test_what_is_not_swallowed_every_day_is_out_of_scope(text):
    with pytest.raises(OutOfScope, match=r"not by mouth|one dose at once"):
        read_day(text)


@pytest.mark.parametrize("text", ["up to 10 mg nocte", "10 mg max nocte"])
def test_a_dose_that_is_left_open_is_refused(text):
    with pytest.raises(InvalidInput, match="leaves the dose open; write what is taken"):
        read_day(text)


def test_an_hour_beyond_the_day_is_refused():
    with pytest.raises(InvalidInput, match="25:00"):
        read_day("10 mg at 2500")


def test_units_that_differ_are_no_scheme():
    with pytest.raises(InvalidInput):
        read_day("1 mg/500 mcg/1 mg")


@pytest.mark.parametrize("reading", [", at least 1 mg", ", last dose 1 mg"])
def test_a_minimum_at_the_end_of_a_pace_has_two_readings(reading):
    text = "10% of current every 2 weeks to a minimum of 1 mg"
    with pytest.raises(Ambiguous) as refused:
        plain_pace(text, where="--pace")
    assert reading in refused.value.readings
    assert reading.removeprefix(", ") in str(Pace.parse(plain_pace(text.replace(" to a minimum of 1 mg", reading))))


def test_words_that_are_no_time_of_day_say_what_is():
    with pytest.raises(InvalidInput, match=r"^--at: 'dawn' is not understood; write morning, noon, evening, bedtime"):
        read_times("dawn", where="--at")


@pytest.mark.parametrize(("text", "meaning"), _lines("day", "tablet"))
def test_a_days_doses_mean_one_thing(text, meaning):
    assert str(read_day(text, products=[FIVE])) == meaning


@pytest.mark.parametrize(("text", "meaning"), _lines("pace"))
def test_a_pace_means_one_thing(text, meaning):
    assert str(Pace.parse(plain_pace(text))) == meaning


@pytest.mark.parametrize(("text", "meaning"), _lines("duration"))
def test_a_length_of_time_means_one_thing(text, meaning):
    assert str(Duration.parse(plain_duration(text))) == meaning


@pytest.mark.parametrize(("text", "meaning"), _lines("date"))
def test_a_date_means_one_thing(text, meaning):
    assert read_date(plain_date(text)).isoformat() == meaning


@pytest.mark.parametrize("line", LIST["refused"], ids=lambda line: line["text"])
def test_what_has_two_readings_is_refused_with_both_and_either_is_read(line):
    with pytest.raises(Ambiguous) as refused:
        read_day(line["text"], products=[FIVE], where="--from")
    assert list(refused.value.readings) == line["readings"]
    assert str(refused.value).startswith("--from: ")
    for reading in refused.value.readings:
        assert reading in str(refused.value)
        assert read_day(line["text"].replace(line["part"], reading), products=[FIVE])


@given(regimens(doses(), named_slots()) | regimens(doses(), clock_slots()) | regimens(doses(), st.just(Slot("daily"))))
def test_every_day_reads_back_from_its_own_text(day):
    assert read_day(str(day)) == day


@given(st.sampled_from(LIST["refused"] + [{"text": text} for name in ("day", "tablet") for text in LIST[name]]))
def test_capital_letters_do_not_matter(line):
    def outcome(text):
        try:
            return str(read_day(text, products=[FIVE]))
        except Ambiguous as error:
            return tuple(reading.lower() for reading in error.readings)

    assert outcome(line["text"].upper()) == outcome(line["text"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 mg mornning", "did you mean morning"),
        ("10 mg grapefruit", "'grapefruit' in '10 mg grapefruit' is not understood"),
        ("10 ug", "write mcg"),
        ("10 mgr", "10 mg"),
        ("10 mg every other day", "not every day"),
        ("10 mg weekly", "not every day"),
        ("10 mg every 7 hours", "write the clock times"),
        ("10 mg at 25:00", "no clock time"),
        ("10 mg 13 am", "no clock time"),
        ("10 mg bd, morning, noon and night", "make them agree"),
        ("10 mg tds, bd", "make them agree"),
        ("40 mg/day in 3 doses, morning and night", "make them agree"),
        ("40 mg/day in 7 doses", "have no usual times"),
        ("10 mg morning, 5 mg morning", "two doses for morning"),
        ("10 mg, 20 mg at night", "write its time"),
        ("in the morning", "holds no dose"),
        ("/day", "has no dose before"),
        ("", "is empty"),
        ("half a spoon", "'spoon' in 'half a spoon'"),
        ("2 capsules", "no capsule is among the products"),
        ("10 mL", "write the dose in mg"),
    ],
)
def test_what_cannot_be_read_says_why(text, said):
    with pytest.raises(InvalidInput) as refused:
        read_day(text, products=[FIVE])
    assert said in str(refused.value)


def test_a_frequency_said_twice_is_read_once():
    assert read_day("10 mg bd, twice daily") == read_day("10 mg bd")


def test_what_is_no_text_is_refused():
    with pytest.raises(InvalidInput, match="read_day takes text as text, and got 5"):
        read_day(5)


def test_a_dose_taken_as_needed_is_out_of_scope():
    with pytest.raises(OutOfScope, match="as needed"):
        read_day("10 mg prn")


def test_tablets_of_two_strengths_are_refused_with_the_dose_of_each():
    with pytest.raises(Ambiguous, match=r"10 mg \(2 tablets of 5 mg\) or 20 mg \(2 tablets of 10 mg\)") as refused:
        read_day("2 tablets bd", products=[FIVE, TEN])
    assert refused.value.readings == ("10 mg", "20 mg")


def test_a_bedtime_that_is_misread_names_both():
    with pytest.raises(Ambiguous, match="half strength"):
        read_day("10 mg hs")


def test_a_volume_of_one_liquid_is_its_dose():
    assert read_day("10 mL at night", products=[FIVE, SYRUP]) == Regimen.of({"bedtime": "10 mg"})


def test_a_number_without_a_unit_and_without_products_offers_two_masses():
    with pytest.raises(Ambiguous) as refused:
        read_day("100 at night")
    assert refused.value.readings == ("100 mg", "100 mcg")


@pytest.mark.parametrize(
    ("read", "text", "readings"),
    [
        (plain_pace, "2 mg biweekly", ("every 2 weeks", "twice a week")),
        (plain_pace, "2 mg every 2-4 weeks", ("2 weeks", "4 weeks")),
        (plain_duration, "2 to 3 months", ("2 months", "3 months")),
        (plain_date, "1/3/2027", ("2027-03-01", "2027-01-03")),
    ],
)
def test_a_pace_a_time_and_a_date_with_two_readings_name_both(read, text, readings):
    with pytest.raises(Ambiguous) as refused:
        read(text, where="--pace")
    assert refused.value.readings == readings


@pytest.mark.parametrize("text", ["40/50/2027", "1 Foo 2027", "soon", "1 Marzo 2027"])
def test_what_is_no_date_is_left_for_the_reader_of_dates(text):
    assert plain_date(text) == text


def test_an_occupancy_pace_is_left_as_it_is():
    text = "10 points of occupancy with Vmax 80 and Km 2 mg by some-source, every 2 weeks"
    assert plain_pace(text) == text
