"""How a month is laid on paper: the largest type that fits, and whole weeks on each of several pages."""

from datetime import date

import pytest

from taper.words.calendar_days import CalendarDay, CalendarIntake, CalendarMonth
from taper.words.handout import _pages
from taper.words.language import speak
from taper.words.month_page import MonthPage, fit_months, foot_lines


@pytest.mark.parametrize(("weeks", "most"), [(4, 4), (5, 3), (6, 2), (6, 1)])
def test_the_pages_of_a_month_hold_its_weeks_in_order(weeks, most):
    pytest.importorskip("babel")
    month = CalendarMonth("March 2027", tuple((None,) * 7 for _ in range(weeks)))
    pages = list(_pages(month, most, speak("en")))
    assert len(pages) == -(-weeks // most)
    assert sum((page.weeks for page in pages), ()) == month.weeks
    parts = [f"March 2027 ({number}/{len(pages)})" for number in range(1, len(pages) + 1)]
    assert [page.caption for page in pages] == (parts if len(pages) > 1 else ["March 2027"])
    assert max(len(page.weeks) for page in pages) <= most


def a_month(*days, weeks=6, foot=()):
    """A month whose weeks hold a day each, the same one again where there are fewer."""
    held = [days[week % len(days)] for week in range(weeks)]
    return CalendarMonth("March 2027", tuple((day, *[None] * 6) for day in held), foot)


def a_day(*notes, slots=()):
    intakes = tuple(CalendarIntake(slot, "a", "1 × 2 mg", "2 mg", (("A", "1"),)) for slot in slots)
    return CalendarDay(date(2027, 3, 1), "1 Mar", intakes, notes, is_shown=True)


@pytest.mark.parametrize(
    ("upright", "weeks", "foot", "key", "height"),
    [
        (False, 5, 0, 0, "34.4"),  # 190 mm less 18 for the heading, in 5
        (True, 5, 0, 0, "48.2"),  # 259 mm less 18
        (False, 1, 0, 0, "172.0"),
        (True, 1, 0, 0, "241.0"),
        (False, 6, 2, 0, "26.8"),  # less 2 mm and twice 4.5 for the foot
        (False, 5, 0, 45, "33.5"),  # less a line of the key
    ],
)
def test_weeks_share_the_height_that_heading_key_and_foot_leave(upright, weeks, foot, key, height):
    page = MonthPage(22, upright, 6, fits=True, compact=bool(key), key=key)
    assert page.week_height(weeks, foot) == height


@pytest.mark.parametrize(("half_points", "points"), [(22, "11"), (23, "11.5"), (13, "6.5")])
def test_the_size_of_the_type_is_said_in_points(half_points, points):
    assert MonthPage(half_points, False, 6, fits=True).points == points


@pytest.mark.parametrize(
    ("foot", "lines"),
    [
        ((), 0),
        (("a" * 42 + " " + "b" * 42,), 1),
        (("a" * 42 + " " + "b" * 43,), 2),
        (("a " + "b" * 200,), 4),  # three lines of their own, after the first
        (("a " + "b" * 200 + " " + "c" * 54,), 4),  # 55 letters are left in the third, one of them the space
        (("a " + "b" * 200 + " " + "c" * 55,), 5),
        (("a " + "b" * 170 + " c",), 4),  # two full lines leave no room
        (("a",) * 8, 8),
        (("a",) * 9, 0),
    ],
    ids=["none", "85-letters", "86-letters", "a-long-word", "fills-its-line", "one-too-many", "full-lines", "eight",
         "nine"],
)  # fmt: skip
def test_the_foot_takes_as_many_lines_as_its_words_need_and_none_of_the_page_above_eight(foot, lines):
    assert foot_lines(a_month(a_day(), foot=foot)) == lines


class TestTheLargestType:
    """Six weeks have 28.6 mm each as the paper lies and 40.1 mm upright; a line of 11 points takes 4.6 mm."""

    def test_four_notes_need_a_half_point_less(self):
        # 11 points: 2.2 + 5 x 4.6 + 4 x 0.6 + 1.1 = 28.7 mm; 10.5 points: 2.2 + 5 x 4.4 + 2.4 + 1.1 = 27.7 mm.
        assert fit_months([a_month(a_day(*"abcd"))], names_drugs=False) == MonthPage(21, False, 6, fits=True)
        assert fit_months([a_month(a_day(*"abc"))], names_drugs=False).half_points == 22

    def test_a_note_that_breaks_takes_two_lines(self):
        # 16 letters stand in a line of 11 points and 19 in one of 9, where 2.2 + 6 x 3.8 + 1.8 + 0.9 = 27.7 mm.
        long = "abcdefghij klmnopqrst"
        page = fit_months([a_month(a_day(long, f"{long}.", "a"))], names_drugs=False)
        assert (page.half_points, page.upright) == (18, False)

    def test_a_box_beside_a_dose_takes_room_from_its_words(self):
        # "Morning 1 × 2 mg" has 16 letters; beside its box 13 stand in a line of 11 points, and 16 in one of 9.5.
        day = a_day(slots=("Morning", "Evening", "Bedtime"))
        assert fit_months([a_month(day)], names_drugs=False).half_points == 19

    def test_a_time_of_day_that_two_drugs_share_is_named_once(self):
        # The date, the time of day and two doses; a fifth line would need a half point less.
        assert fit_months([a_month(a_day(slots=("Noon", "Noon")))], names_drugs=True).half_points == 22
        assert fit_months([a_month(a_day(slots=("Noon", "Dusk")))], names_drugs=True).half_points == 21

    def test_large_print_stands_upright_only_where_that_makes_it_larger(self):
        assert fit_months([a_month(a_day())], names_drugs=False, large=True) == MonthPage(28, False, 6, fits=True)
        page = fit_months([a_month(a_day(*"abcdef"))], names_drugs=False, large=True)
        assert (page.half_points, page.upright) == (22, True)  # 2.2 + 7 x 4.6 + 3.6 + 1.1 = 39.1 mm
        # 10.5 points as the paper lies and 12.5 upright, which is larger by less than a quarter.
        page = fit_months([a_month(a_day(*"abcd"))], names_drugs=False, large=True)
        assert (page.half_points, page.upright) == (25, True)

    def test_where_a_key_names_the_products_a_full_month_is_compact(self):
        # In words 6.5 points are left, upright. With a key of one line 39.4 mm: 1.8 + 11 x 3.1 + 10 x 0.3 = 38.9 mm.
        month = a_month(a_day(*"abcdefghij"))
        assert fit_months([month], names_drugs=True) == MonthPage(13, True, 6, fits=True)
        compact = MonthPage(17, True, 6, fits=True, compact=True, key=45)
        assert fit_months([month], names_drugs=True, key=(("A", "a tablet"),)) == compact
        # A month that is easy to read in words stays so.
        easy = a_month(a_day(*"abc"))
        assert fit_months([easy], names_drugs=True, key=(("A", "a tablet"),)) == MonthPage(22, False, 6, fits=True)
        # Two names of 61 letters, each with its letter and three signs beside it, do not fit in a line of 130.
        long_key = tuple((letter, letter * 61) for letter in "AB")
        two_lines = MonthPage(16, True, 6, fits=True, compact=True, key=90)
        assert fit_months([month], names_drugs=True, key=long_key) == two_lines
        # 16 letters stand in a line of 8.5 points, and 17 in one of 8.
        broken = a_month(a_day(*(f"abcdefgh ijklmno{letter}" for letter in "abcdefghij")))
        assert fit_months([broken], names_drugs=True, key=(("A", "a tablet"),)).half_points == 16
        # Four weeks have 59.1 mm each, which 1.8 + 18 x 2.9 + 17 x 0.3 fill to the end.
        four = a_month(a_day(*"abcdefghijklmnopq"), weeks=4)
        assert fit_months([four], names_drugs=True, key=(("A", "a tablet"),)).half_points == 16

    def test_the_smallest_type_has_6_points(self):
        # Upright, 6 points: 2.2 + 12 x 2.5 + 11 x 0.6 + 0.6 = 39.4 of 40.1 mm; 6.5 points need 41.8 mm.
        assert fit_months([a_month(a_day(*"abcdefghijk"))], names_drugs=False) == MonthPage(12, True, 6, fits=True)

    def test_a_month_that_no_page_holds_has_a_part_of_its_weeks_on_each(self):
        assert fit_months([a_month(a_day(*"abcdefghijklmnop"))], names_drugs=False).weeks == 3
        assert not fit_months([a_month(a_day(*"abcdefghij" * 20))], names_drugs=False).fits
