"""Findings in order of harm, and a gate that counts what could not be assessed."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import source_data
from taper import Clear, Finding, LeftOut, NotAssessed, Reason, Review, Severity, Source, Within
from taper.checks.review import RequirementNotMet

severities = st.sampled_from(Severity)
findings = st.builds(
    Finding,
    rule=st.sampled_from(["ceiling", "score"]),
    severity=severities,
    message=st.sampled_from(["one", "two"]),
    day=st.none() | st.integers(1, 9),
)
gaps = st.builds(
    NotAssessed,
    rule=st.sampled_from(["kidney", "score"]),
    reason=st.sampled_from(Reason),
    what=st.sampled_from([("age",), ("eGFR",)]),
)
clears = st.builds(Clear, rule=st.sampled_from(["ceiling", "kidney"]))
reviews = st.lists(st.one_of(findings, gaps, clears), max_size=8).map(Review.of)


def test_high_is_graver_than_moderate_and_moderate_than_low():
    assert Severity.HIGH > Severity.MODERATE > Severity.LOW
    assert max(Severity) is Severity.HIGH
    assert Severity.LOW < "high"
    assert Severity.HIGH >= "moderate"
    assert Severity.LOW <= Severity.LOW
    assert not Severity.MODERATE > "high"
    assert not any(level < level.value or level > level.value for level in Severity)
    assert not Severity.HIGH <= "moderate"


@given(st.lists(st.one_of(findings, gaps, clears), max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_rules_answer_never_shows(answers, random):
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert Review.of(answers) == Review.of(shuffled)


def test_what_is_clear_stands_in_the_order_of_its_sources_whichever_comes_first():
    named = [Clear(rule="ceiling", source=Source.read({"id": name} | source_data())) for name in ("a", "b")]
    ordered = (Clear(rule="ceiling"), *named)
    assert {Review.of(answers).clear for answers in permutations(ordered)} == {ordered}


@given(reviews)
def test_the_gravest_stands_first(review):
    ranks = [finding.severity.rank for finding in review.findings]
    assert ranks == sorted(ranks, reverse=True)
    assert review.worst == (review.findings[0].severity if review.findings else None)


ORDER = [
    {"severity": "high", "rule": "swing", "action": "contraindicated"},
    {"severity": "high", "rule": "kidney", "action": "avoid", "boxed": True, "from_abroad": True},
    {"severity": "high", "rule": "kidney", "action": "avoid"},
    {"severity": "high", "rule": "kidney", "action": "caution", "boxed": True},
    {"severity": "high", "rule": "age", "action": "", "boxed": True, "from_abroad": True},
    {"severity": "high", "rule": "kidney", "action": "adjust"},
    {"severity": "high", "rule": "kidney", "action": "caution"},
    {"severity": "high", "rule": "ceiling", "drug": "x"},
    {"severity": "high", "rule": "ceiling", "day": 1, "drug": "b"},
    {"severity": "high", "rule": "ceiling", "day": 2, "drug": "a", "slot": "noon"},
    {"severity": "high", "rule": "ceiling", "day": 2, "drug": "b"},
    {"severity": "high", "rule": "ceiling", "day": 2, "drug": "b", "slot": "noon"},
    {"severity": "high", "rule": "age", "day": 1},
    {"severity": "high", "rule": "duration", "day": 1},
    {"severity": "high", "rule": "pace", "day": 1},
    {"severity": "high", "rule": "duration", "day": 2},
    {"severity": "high", "rule": "kidney", "action": "adjust", "from_abroad": True},
    {"severity": "moderate", "rule": "kidney", "action": "contraindicated"},
    {"severity": "low", "rule": "kidney", "action": "avoid", "boxed": True},
]


@given(st.permutations(ORDER))
def test_what_matters_most_stands_first_whatever_was_found_first(drawn):
    review = Review.of(Finding(message="m", **each) for each in drawn)
    assert review.findings == tuple(Finding(message="m", **each) for each in ORDER)


ASKED = [
    {"rule": "swing", "reason": "FACT", "urgent": True},
    {"rule": "kidney", "reason": "NO_DRUG", "drug": "x"},
    {"rule": "contraindication", "reason": "FACT"},
    {"rule": "age", "reason": "FACT"},
    {"rule": "duration", "reason": "NO_SOURCE"},
    {"rule": "duration", "reason": "FACT", "drug": "a"},
    {"rule": "duration", "reason": "NO_SOURCE", "drug": "a"},
    {"rule": "duration", "reason": "FACT", "drug": "b", "what": ("one",)},
    {"rule": "duration", "reason": "FACT", "drug": "b", "what": ("two",)},
    {"rule": "swing", "reason": "FACT"},
]


@given(st.permutations(range(len(ASKED))))
def test_the_question_that_matters_most_stands_first(drawn):
    made = [NotAssessed(**{"what": ("it",)} | each | {"reason": Reason[each["reason"]]}) for each in ASKED]
    assert Review.of(made[index] for index in drawn).not_assessed == tuple(made)


@given(reviews, st.none() | severities)
def test_the_gate_opens_exactly_when_nothing_is_graver_and_all_was_assessed(review, at_most):
    allowed = at_most.rank if at_most else 0
    passes = all(finding.severity.rank <= allowed for finding in review.findings) and not review.not_assessed
    if passes:
        assert review.require(at_most=at_most) is review
    else:
        with pytest.raises(RequirementNotMet) as caught:
            review.require(at_most=at_most)
        assert caught.value.review is review


@given(reviews)
def test_a_rule_that_may_stay_unassessed_is_named(review):
    accepted = {gap.rule for gap in review.not_assessed}
    assert review.require(at_most="high", accept_not_assessed=accepted) is review
    assert review.require(at_most="high", all_assessed=False) is review


def test_the_gate_says_everything_that_holds_it_shut():
    review = Review.of(
        [
            Finding(rule="ceiling", severity="high", message="too much"),
            NotAssessed(rule="kidney", reason=Reason.FACT, what=("an eGFR",)),
        ]
    )
    with pytest.raises(RequirementNotMet, match="high: too much\n  not assessed: kidney: an eGFR"):
        review.require()


@given(reviews)
def test_a_review_goes_through_json_unchanged(review):
    assert Review.model_validate_json(review.model_dump_json()) == review


def test_a_finding_says_its_dates_where_the_start_is_known():
    found = Finding(rule="ceiling", severity="high", message="m", day=8, last_day=10)
    assert found.dates == ""
    assert found.starting(date(2027, 3, 1)).dates == "2027-03-08 to 2027-03-10"
    assert found.model_copy(update={"last_day": None}).starting(date(2027, 3, 1)).dates == "2027-03-08"


def test_every_answer_reads_as_a_line_and_shows_its_rule():
    source = Source.read(source_data() | {"id": "a"})
    within, left = Within(rule="ceiling", source=source), LeftOut(rule="ceiling", drug="x", source=source)
    assert str(within) == f"within: ceiling (plan), by {source}"
    assert str(left) == f"not compared: ceiling (x), {source}"
    shown = [repr(item) for item in (Clear(rule="pace"), within, left)]
    assert shown == ["<Clear pace>", "<Within ceiling>", "<LeftOut ceiling: a>"]


@pytest.mark.parametrize(
    ("changes_from", "days", "lies"),
    [(8, (1, 7), True), (8, (1, 8), False), (8, (1, None), False), (8, (None, None), None), (None, (1, 7), None)],
)
def test_what_lies_in_the_past_ended_before_the_first_day_that_may_change(changes_from, days, lies):
    first, last = days
    finding = Finding(rule="ceiling", severity=Severity.HIGH, message="one", day=first, last_day=last)
    review = Review.of([finding], changes_from=changes_from)
    assert review.lies_in_past(finding) is lies
    assert (review.past, review.ahead) == (((finding,), ()) if lies else ((), (finding,)))
