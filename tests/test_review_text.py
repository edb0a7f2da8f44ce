"""A review as text, where nothing is found, nothing is open, or something is."""

from taper import Clear, NotAssessed, Reason, Review
from taper.words.review_text import review_text, sentence


def test_a_review_in_which_nothing_is_open_says_so_and_lists_no_question():
    lines = list(review_text(Review.of([Clear(rule="pace", drug="x")])))
    assert lines[0] == "Nothing found against this plan. No question is open."
    assert "Not assessed:" not in lines


def test_only_what_a_review_has_is_explained():
    lines = list(review_text(Review.of([Clear(rule="pace", drug="x")]), explain=True))
    assert "  pace (x): nothing to compare" in lines
    assert not any(line.startswith(("Within", "On file")) for line in lines)
    assert not any(line.startswith("Clear") for line in review_text(Review.of([]), explain=True))


def test_a_question_of_another_kind_is_said_as_it_is():
    gap = NotAssessed(rule="formulation-swap", reason=Reason.PRODUCTS, what=("which products these are",))
    assert sentence(gap) == "Which products these are."
