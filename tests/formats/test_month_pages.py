"""A month that no page holds is divided into whole weeks, and loses none."""

import pytest

from taper.words.calendar_days import CalendarMonth
from taper.words.handout import _pages
from taper.words.language import speak


@pytest.mark.parametrize(("weeks", "most"), [(4, 4), (5, 3), (6, 2), (6, 1)])
def test_the_pages_of_a_month_hold_its_weeks_in_order(weeks, most):
    pytest.importorskip("babel")
    month = CalendarMonth("March 2027", tuple((None,) * 7 for _ in range(weeks)))
    pages = list(_pages(month, most, speak("en")))
    assert len(pages) == -(-weeks // most)
    assert sum((page.weeks for page in pages), ()) == month.weeks
    assert len({page.caption for page in pages}) == len(pages)
