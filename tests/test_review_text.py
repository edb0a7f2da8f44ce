"""A review as text, where nothing is found, nothing is open, or something is."""

from builders import source_data
from taper import Clear, Finding, NotAssessed, Reason, Review, Source
from taper.words.review_text import review_text, sentence, summary


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


def finding(number=0, **more):
    source = Source.read(source_data(f"Institute {number}") | {"id": f"s{number}"})
    made = {"rule": "ceiling", "severity": "high", "message": "m", "happens": "x reaches 9 mg/day on day 1"}
    return Finding(**(made | {"says": f"maximum of {number} mg/day", "source": source, "drug": "x"} | more))


def test_of_many_sources_the_first_are_told_and_the_rest_on_request():
    many = tuple(finding(number) for number in range(6))
    review = Review.of([many[0].model_copy(update={"statements": many})])
    short, whole = list(review_text(review)), list(review_text(review, explain=True))
    assert "  and 2 more; --explain lists them" in short
    assert sum("maximum of" in line for line in short[1:]) == 4
    assert sum("maximum of" in line for line in whole[1:]) == 6
    assert "  rule: ceiling" in whole
    assert "  rule: ceiling" not in short


def test_the_first_line_has_few_words_and_drops_the_source_before_the_fact():
    words = " ".join(["much"] * 15)
    assert (
        summary(Review.of([finding()])) == "HIGH: x reaches 9 mg/day on day 1: maximum of 0 mg/day (Institute 0, 2026)."
    )
    assert summary(Review.of([finding(says=words)])) == f"HIGH: x reaches 9 mg/day on day 1: {words}."
    assert (
        summary(Review.of([finding(says=f"{words} {words}")]))
        == "HIGH: x reaches 9 mg/day on day 1 (Institute 0, 2026)."
    )
    alone = finding(happens=f"{words} {words}", says="", source=None)
    assert summary(Review.of([alone])) == f"HIGH: {words} {words}."


def test_clauses_beyond_what_is_taken_in_at_once_are_left_to_explain():
    clause = " ".join(["long"] * 14)
    review = Review.of([finding(happens=f"{clause}; {clause}", says=f"{clause}; {clause}; {clause}")])
    text = list(review_text(review))
    assert f"HIGH  Daily maximum: {clause}." in text
    assert f"  {clause.capitalize()}." in text
    assert f"  Institute 0 (2026, grade A): {clause} ..." in text
    bare = list(review_text(Review.of([finding(says="", source=None)])))
    assert bare[3:5] == ["HIGH  Daily maximum: x reaches 9 mg/day on day 1.", ""]
    assert bare[5] == "1 found, 0 not assessed. --explain lists every source."


def test_what_to_give_is_named_by_its_key_on_request():
    gap = NotAssessed(rule="kidney", reason=Reason.FACT, what=("the eGFR",), facts=("patient.egfr",))
    assert "    rule: kidney; to give: patient.egfr" in list(review_text(Review.of([gap]), explain=True))
    two = Review.of([gap, NotAssessed(rule="age", reason=Reason.FACT, what=("the age",))])
    assert summary(two) == "Nothing found against this plan. 2 questions are open: kidney function."
    assert "    rule: age" in list(review_text(two, explain=True))
