"""A source can be opened, is graded, and says when it was looked at."""

from datetime import date

import pytest

from builders import source_data
from taper import Grade, InvalidInput, Source


def source(**more):
    return Source.read({"id": "test", **source_data(), **more})


def test_a_citation_holds_what_a_reader_needs_to_find_it():
    assert source().citation == "Test Institute: A text (2026; grade A, primary source)"
    assert source(section="2.1", year="undated", grade="C").citation == (
        "Test Institute: A text, 2.1 (undated; grade C, secondary source)"
    )


@pytest.mark.parametrize(("grade", "words"), [("A", "primary"), ("B", "verbatim"), ("C", "secondary")])
def test_each_grade_says_what_it_is(grade, words):
    assert words in Grade(grade).words


def test_memory_is_not_a_grade():
    with pytest.raises(InvalidInput, match="grade"):
        source(grade="M")


@pytest.mark.parametrize(("day", "older"), [(date(2027, 11, 22), False), (date(2027, 11, 23), True)])
def test_a_source_is_old_a_year_after_it_was_looked_at(day, older):
    assert source().is_older_than_a_year(day) is older


@pytest.mark.parametrize("missing", ["organization", "title", "locator", "year", "grade", "verified_on"])
def test_nothing_that_leads_to_the_figure_may_be_missing(missing):
    data = {"id": "test", **source_data()}
    del data[missing]
    with pytest.raises(InvalidInput, match=f"{missing}: is missing"):
        Source.read(data)
