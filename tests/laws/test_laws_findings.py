"""Laws about what a reader of a review sees: one fact in one finding, few words, no codes, the gravest first."""

import re
from itertools import combinations

import pytest
from hypothesis import given

from builders import START, draws
from taper import check, realize
from taper.checks.check import rule_names
from taper.checks.joined import DOSING, REDUCING
from taper.checks.rule_titles import TITLES, title_of
from taper.errors import InvalidInput
from taper.testing import facts, formulary_of, patients, realizable_plans
from taper.words.review_text import LONGEST, review_text, summary
from test_vignettes import CASES as VIGNETTES
from test_vignettes import review_of as vignette_review

TOLD = [case for case in VIGNETTES if "refused" not in case]
CODES = [name for name in rule_names() if "-" in name]


def meet(one, other):
    last, end = (item.last_day if item.last_day is not None else float("inf") for item in (one, other))
    return (one.day or 0) <= end and (other.day or 0) <= last


def told_twice(review):
    """Pairs of findings that tell the same reduction, the same figure, or the same of one rule on the same days."""
    for one, other in combinations(review.findings, 2):
        if one.drug != other.drug or not meet(one, other):
            continue
        if (one.rule, one.slot, one.about, one.part) == (other.rule, other.slot, other.about, other.part):
            yield one, other
        for part in ("end", "cycle"):
            both = [{each.rule for each in item.each if each.part == part} & set(REDUCING) for item in (one, other)]
            whole = {"end": "abrupt-stop", "cycle": "swing"}[part]
            if all(both) and any(whole in rules for rules in both) and any(rules == {"pace"} for rules in both):
                yield one, other
        rules = {one.rule, other.rule}
        if rules == {"pace", "first-change"}:
            yield one, other
        if len(rules) == 2 and rules <= set(DOSING):
            figures = [{(each.value, each.limit) for each in item.each} for item in (one, other)]
            if figures[0] & figures[1]:
                yield one, other


def holds_for(review):
    assert not [(str(one), str(other)) for one, other in told_twice(review)]
    severities = [finding.severity.rank for finding in review.findings]
    assert severities == sorted(severities, reverse=True)
    assert len(summary(review).split()) <= LONGEST
    text = list(review_text(review))
    for line in text:
        named = [code for code in CODES if re.search(rf"(?<![\w-]){code}(?![\w-])", line)]
        assert not named, line
        assert "_" not in line.replace("absent_conditions", ""), line
        if line.startswith(("HIGH ", "MODERATE ", "LOW ")):
            assert len(re.sub(r" \[.*\]| \(in the past\)", "", line).split()) <= LONGEST, line
    for finding in review.findings:
        assert finding.severity == max(item.severity for item in finding.each)
        assert finding.source is None or finding.source in finding.sources


@pytest.mark.parametrize("case", TOLD, ids=[case["name"] for case in TOLD])
def test_each_vignette_is_told_so(case):
    holds_for(vignette_review(case))


@draws(60)
@given(realizable_plans(), facts(), patients())
def test_each_drawn_plan_is_told_so(drawn, said, patient):
    made = realize(drawn.plan, drawn.products, formulary=formulary_of(said))
    try:
        review = check(made, patient, start=START)
    except InvalidInput as error:
        assert "holds no dose" in str(error)  # noqa: PT017
        return
    holds_for(review)


def test_every_rule_has_words():
    assert set(TITLES) == set(rule_names())
    assert title_of("a rule of a caller") == "a rule of a caller"
