"""What was asked: a pace names its base, and nonsense is refused where it is written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper.amounts.dose import Dose, InvalidAmount, mg
from taper.amounts.duration import Duration, days, months, weeks
from taper.errors import InvalidInput
from taper.paces.from_figures import banded, fixed, percent_of_current, percent_of_start, points_of_occupancy
from taper.paces.pace import (
    Band,
    Bands,
    Base,
    Fixed,
    InvalidPace,
    OfCurrent,
    OfOccupancy,
    OfStart,
    Pace,
    PaceWithoutEnd,
    is_range,
    read_base,
)

amounts = st.fractions(min_value="0.001", max_value=50, max_denominator=1000).map(Dose)
percents = st.fractions(min_value="0.01", max_value="99", max_denominator=100)
intervals = st.builds(Duration, st.integers(1, 60), st.sampled_from(["day", "week", "month"]))


def spans(values):
    return st.tuples(values, values).map(sorted)


def single(values):
    return values.map(lambda value: (value, value))


@st.composite
def bases(draw, ranged=None, end_needed=True) -> Base:
    span = spans if ranged else single
    kind = draw(st.sampled_from([Fixed, OfStart, OfCurrent, Bands, OfOccupancy]))
    if kind is Bands:
        tops = draw(st.lists(amounts, max_size=3, unique=True))
        edges = [*sorted(tops, reverse=True), Dose(0)]
        made = [Band(down_to=edge, low=low, high=high) for edge in edges for low, high in [draw(span(amounts))]]
        return Bands(bands=tuple(made))
    low, high = draw(span(amounts if kind is Fixed else percents))
    if kind is OfOccupancy:
        return OfOccupancy(low=low, high=high, vmax=100, km=draw(amounts), source="a-source-2020")
    if kind is OfCurrent:
        ends = ["at_least", "last_dose"] if end_needed else ["at_least", None]
        end = draw(st.sampled_from(ends))
        return OfCurrent(low=low, high=high, **({end: draw(amounts)} if end else {}))
    return kind(low=low, high=high)


@st.composite
def paces(draw) -> Pace:
    ranged = draw(st.booleans())
    base = draw(bases(ranged=ranged))
    aim = draw(st.sampled_from(["slow", "fast"])) if is_range(base) else None
    up_to = None
    if aim is None and draw(st.booleans()):
        least = 1 if isinstance(base, Bands) else base.low.mg if isinstance(base, Fixed) else base.low
        up_to = least * draw(st.sampled_from([Fraction(1), Fraction(5, 4), Fraction(2)]))
        if isinstance(base, OfStart | OfCurrent | OfOccupancy) and up_to >= 100:
            up_to = None
    second = draw(st.one_of(st.none(), bases(end_needed=False)))
    return Pace(base=base, every=draw(intervals), up_to=up_to, aim=aim, never_more_than=second)


@given(paces())
def test_a_pace_reads_back_from_its_own_text(pace: Pace) -> None:
    assert Pace.parse(str(pace)) == pace


@given(paces())
def test_a_pace_reads_back_from_its_own_data(pace: Pace) -> None:
    assert Pace.read(pace.model_dump(mode="json")) == pace


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("10 % of current, at least 1 mg, up to 12.5%, every 2 weeks",
         percent_of_current("10%", weeks(2), at_least="1 mg", up_to="12.5%")),
        ("10% of current, last dose 1 mg every 2 weeks", percent_of_current(10, weeks(2), last_dose=mg(1))),
        ("5-10% of start, aim slow, every month", percent_of_start("5-10%", months(1), aim="slow")),
        ("2-4 mg, aim fast, every 10 days", fixed("2-4 mg", days(10), aim="fast")),
        ("500 mcg per week", fixed("0.5 mg", weeks(1))),
        ("2 mg, up to 2.5 mg, every 1 week", fixed(mg(2), weeks(1), up_to=mg("2.5"))),
        ("2 mg down to 10 mg, 1 mg down to 0 mg, up to 1.25 paces, every 2 weeks",
         banded([("2 mg", "10 mg"), (mg(1), mg(0))], weeks(2), up_to="1.25")),
        ("10 points of occupancy with Vmax 80 and Km 2 mg by paper-2020, up to 12 points, "
         "never more than 50% of current, every 4 weeks",
         points_of_occupancy(10, weeks(4), vmax=80, km="2 mg", source="paper-2020", up_to=12,
                             never_more_than="50% of current")),
        ("5-10 points of occupancy with Vmax 80 and Km 2 mg by paper-2020, aim slow, every 4 weeks",
         points_of_occupancy("5-10", weeks(4), vmax=80, km="2 mg", source="paper-2020", aim="slow")),
    ],
)  # fmt: skip
def test_text_and_constructor_make_the_same_pace(text: str, made: Pace) -> None:
    assert Pace.parse(text) == made
    assert repr(made) == f"Pace.parse({str(made)!r})"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0% of start, every 1 week", "0% changes nothing"),
        ("100% of start, every 1 week", "would stop at once"),
        ("-5% of start, every 1 week", "is negative"),
        ("10%, every 2 weeks", "does not say of what"),
        ("10% of current, every 2 weeks", "add at_least"),
        ("10% of current, at least 1 mg, last dose 1 mg, every 2 weeks", "give one"),
        ("10% of current, at least 1 mg, perhaps, every 2 weeks", "'perhaps' is not known here"),
        ("10% of currently, at least 1 mg, every 2 weeks", "is not a pace"),
        ("2 mg", "has no interval"),
        ("2 mg, every 0 weeks", "every: got 0 weeks"),
        ("0 mg, every 1 week", "0 mg changes nothing"),
        ("2-4 mg, every 1 week", 'add aim "slow" or "fast"'),
        ("4-2 mg, aim slow, every 1 week", "ends below its start"),
        ("2 mg, aim slow, every 1 week", "one figure was given"),
        ("2-4 mg, aim slow, up to 5 mg, every 1 week", "remove up_to"),
        ("2 mg, up to 1 mg, every 1 week", "less than the pace itself"),
        ("10% of start, up to 12.5, every 1 week", "no percent sign"),
        ("2 mg, at least 1 mg, every 1 week", "does not belong"),
        ("slowly, every 1 week", "is not a pace"),
        (", every 1 week", "the pace is empty"),
        ("1 mg down to 5 mg, every 1 week", "add one that goes down to 0 mg"),
        ("1 mg down to 5 mg, 1 mg down to 10 mg, 1 mg down to 0 mg, every 1 week", "from the highest dose down"),
        ("1 mg down to 5 mg, 1 mg, every 1 week", "is not a band"),
        ("10 points of occupancy, every 1 week", "lacks its curve"),
        ("10 points of occupancy with Vmax 8 and Km 2 mg by paper, every 1 week", "the whole curve"),
        ("100 points of occupancy with Vmax 100 and Km 2 mg by paper, every 1 week", "below 100"),
        ("2 mg, never more than 40-50% of current, every 1 week", "give its one limit"),
        ("2 mg, never more than 50% of current, last dose 1 mg, every 1 week", "give it to the pace"),
    ],
)
def test_a_pace_that_means_nothing_is_refused_and_says_what_to_write(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Pace.parse(text)
    assert says in str(caught.value)


def test_up_to_that_would_accept_stopping_is_refused() -> None:
    with pytest.raises(InvalidPace, match="accept stopping at once"):
        Pace(base=OfStart(low=10, high=10), every=weeks(1), up_to=100)


def test_a_percentage_without_an_end_has_an_error_of_its_own() -> None:
    with pytest.raises(PaceWithoutEnd):
        percent_of_current("10%", weeks(2))


def test_a_float_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is a float"):
        percent_of_start(0.1, weeks(1))  # type: ignore[arg-type]


def test_a_number_without_a_unit_is_refused() -> None:
    with pytest.raises(InvalidAmount, match="has no unit"):
        fixed("2", weeks(1))


def test_a_second_limit_may_be_given_as_a_base() -> None:
    assert fixed("2 mg", weeks(1), never_more_than=read_base("10% of start")) == Pace.parse(
        "2 mg, never more than 10% of start, every 1 week"
    )


def test_the_interval_may_stand_anywhere_among_the_clauses():
    last = Pace.parse("1 mg, up to 2 mg, never more than 20% of current, every 2 weeks")
    assert Pace.parse("1 mg, every 2 weeks, up to 2 mg, never more than 20% of current") == last


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2 mg, up to 4%, every 2 weeks", "in percent and the pace in mg"),
        ("5-10% of current, at least 1 mg, every 2 weeks", 'pace: "5-10% of current, at least 1 mg" is a range'),
        ("10% of current, at least 1 mg, last dose 1 mg, every 1 week", "^pace: has at_least and last_dose"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_of_the_text(text, says):
    with pytest.raises(InvalidInput, match=says):
        Pace.parse(text)


def test_a_pace_from_figures_is_the_one_that_is_written():
    """Paces of the other tests are made while they are listed, which coverage does not count."""
    made = {
        percent_of_start("10%", weeks(1)): "10% of start, every 1 week",
        banded([("2 mg", "10 mg"), (mg(1), mg(0))], weeks(2)): "2 mg down to 10 mg, 1 mg down to 0 mg, every 2 weeks",
        points_of_occupancy(5, weeks(2), vmax="75", km="0.7 mg", source="a-source"): None,
    }
    for pace, text in made.items():
        assert Pace.parse(text or str(pace)) == pace
