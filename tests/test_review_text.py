"""A review as text, where nothing is found, nothing is open, or something is."""

import pytest

from builders import source_data
from taper import Clear, Finding, LeftOut, NotAssessed, Reason, Review, Source
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


def test_what_was_compared_with_a_source_cites_it_and_only_what_was_left_out_says_why():
    source = Source.read(source_data("Institute a") | {"id": "a"})
    clear = Clear(rule="pace", drug="x", source=source, sections=("Dosage",))
    left = LeftOut(rule="ceiling", drug="x", source=source)
    lines = list(review_text(Review(findings=(), not_assessed=(), clear=(clear,), left_out=(left,)), explain=True))
    assert f"  pace (x): {source.citation}; Dosage" in lines
    assert f"  ceiling (x): {source.citation}; {left.why}" in lines


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
    nobody = finding(source=None)
    assert summary(Review.of([nobody])) == "HIGH: x reaches 9 mg/day on day 1: maximum of 0 mg/day."
    assert "  maximum of 0 mg/day." in list(review_text(Review.of([nobody])))
    assert summary(Review.of([alone])) == f"HIGH: {words} {words}."


def test_the_first_line_of_a_review_text_says_the_limit_briefly_where_all_of_it_is_too_long():
    long = finding(says=" ".join(["much"] * 30), briefly="maximum of 0 mg/day in all")
    said = "HIGH: x reaches 9 mg/day on day 1: maximum of 0 mg/day in all (Institute 0, 2026)."
    assert summary(Review.of([long])) == said
    undated = finding(source=Source.read(source_data("An institute") | {"id": "s", "year": "undated"}))
    assert summary(Review.of([undated])).endswith(": maximum of 0 mg/day (An institute).")


def test_a_review_text_says_what_is_added_beside_the_fact_while_there_is_room():
    # With the name of the rule 9 words say what happens first; 15 more make 24, and 16 more 25.
    for words, room in ((15, True), (16, False)):
        added = " ".join(["more"] * words)
        lines = list(review_text(Review.of([finding(happens=f"x reaches 9 mg/day on day 1; {added}")])))
        first = "HIGH  Daily maximum: x reaches 9 mg/day on day 1"
        assert (f"{first}; {added}." in lines) is room
        assert (f"  {added.capitalize()}." in lines) is not room


def test_a_review_text_keeps_so_many_clauses_of_a_source_as_have_25_words():
    clause = " ".join(["long"] * 12)
    lines = list(review_text(Review.of([finding(says=f"{clause}; {clause} end")])))
    assert f"  Institute 0 (2026, grade A): {clause}; {clause} end" in lines
    lines = list(review_text(Review.of([finding(says=f"{clause}; {clause} the end")])))
    assert f"  Institute 0 (2026, grade A): {clause} ..." in lines


def test_a_review_text_says_of_a_source_whose_it_is_and_how_far_it_counts():
    more = {"id": "s", "jurisdiction": "GB", "grade": "C", "layer": "clinic"}
    made = finding(source=Source.read(source_data("An institute") | more), from_abroad=True)
    lesser = finding(1, severity="moderate")
    lines = list(review_text(Review.of([made.model_copy(update={"statements": (made, lesser)})])))
    who = "GB, 2026, grade C, secondary source, from the overlay clinic, another country's advice"
    assert f"  An institute ({who}): maximum of 0 mg/day" in lines
    assert "  Institute 1 (2026, grade A): maximum of 1 mg/day [moderate]" in lines


def test_a_review_text_says_the_same_words_of_two_sources_once():
    both = tuple(finding(number, says="nothing above 9 mg/day") for number in (1, 2))
    lines = list(review_text(Review.of([both[0].model_copy(update={"statements": both})])))
    assert lines.count("  Institute 1 (2026, grade A), Institute 2 (2026, grade A): nothing above 9 mg/day") == 1


def test_a_review_text_tells_of_a_reduction_the_gravest_that_a_source_says():
    lead = finding(1, rule="pace", says="at most 10 %")
    grave = finding(1, rule="swing", says="at most 20 %")
    mild = finding(1, rule="swing", says="at most 30 %", severity="low")
    other = [
        finding(2, rule="swing", says="at most 40 %", severity="low"),
        finding(2, rule="swing", says="at most 50 %"),
    ]
    made = lead.model_copy(update={"statements": (lead, mild, grave, *other)})
    told = [line.partition(": ")[2] for line in review_text(Review.of([made])) if line.startswith("  Institute")]
    assert told == ["at most 10 %", "at most 50 %"]
    whole = [line for line in review_text(Review.of([made]), explain=True) if line.startswith("  Institute")]
    assert len(whole) == 5


def test_a_review_text_explained_lists_what_each_source_notes_and_where():
    lines = list(review_text(Review.of([finding(note="In adults.")]), explain=True))
    said = lines.index("  Institute 0 (2026, grade A): maximum of 0 mg/day")
    assert lines[said + 1 : said + 4] == [
        "      note: In adults.",
        "      source: Institute 0: A text (2026; grade A, primary source)",
        "      at: https://example.org/text",
    ]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason.FACT, "Give the weight; the age."),
        (Reason.NO_DRUG, "the weight; the age is not in the formulary; no source is on file."),
        (Reason.NO_SOURCE, "No source is on file for the weight; the age."),
        (Reason.UNREAD, "Look up what was not read in full here, in the label of the plan: the weight; the age."),
        (Reason.LEFT_OUT, "Not compared, since you named other sources: the weight; the age."),
        (Reason.NO_FIGURE, "Sources give no figure: the weight; the age."),
        (Reason.DISAGREE, "The weight; the age."),
    ],
)
def test_each_reason_is_a_sentence_of_the_review_text(reason, said):
    assert sentence(NotAssessed(rule="kidney", reason=reason, what=("the weight", "the age"))) == said


@pytest.mark.parametrize(("many", "more"), [(4, ""), (6, " and 2 more")])
def test_the_review_text_of_a_question_names_four_sources_and_counts_the_rest(many, more):
    sources = tuple(finding(number).source for number in range(many))
    gap = NotAssessed(rule="kidney", drug="x", reason=Reason.FACT, what=("the eGFR",), sources=sources)
    cited = [f" (Institute {number}, 2026)" for number in range(many)]
    short, whole = (list(review_text(Review.of([gap]), explain=explain)) for explain in (False, True))
    assert f"  kidney function (x): Give the eGFR.{''.join(cited[:4])}{more}" in short
    assert f"  kidney function (x): Give the eGFR.{''.join(cited)}" in whole
    assert not any("rule: " in line for line in short)


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
