"""Divided units against the maker's score, and steps that end in the middle of a cycle."""

import pytest

from builders import START, TABLETS, answers, formulary, plan_of, review_of, step, tablet
from taper import InvalidInput, check, realize

HALF = plan_of(step("2.5 mg", "2 days"))


class TestScore:
    def test_what_is_taken_whole_is_clear(self):
        findings, _, clear, _ = answers(review_of(plan_of(step("5 mg", "2 days")), formulary()), "score")
        assert (findings, len(clear)) == ([], 1)

    def test_what_its_maker_divides_is_clear(self):
        products = [tablet("5 mg", score=2)]
        assert len(answers(review_of(HALF, formulary(), products=products), "score")[2]) == 1

    @pytest.mark.parametrize(("score", "severity"), [("unknown", "low"), (1, "moderate")])
    def test_a_permission_is_found_and_says_what_the_maker_says(self, score, severity):
        products = [tablet("5 mg", score=score, allow_pieces=2)]
        (finding,), *_ = answers(review_of(HALF, formulary(), products=products), "score")
        assert finding.severity == severity
        said = "unknown" if score == "unknown" else "1"
        assert finding.message == (
            f"5 mg tablet (t5mg) is divided into 2 by the caller's permission. Its maker's score is {said}."
        )
        assert (finding.value, finding.limit) == ("1/2", str(score))

    @pytest.mark.parametrize(("equal_parts", "severity"), [(True, None), (False, "low")])
    def test_a_cited_score_line_is_clear_only_where_its_parts_are_said_to_be_equal(self, equal_parts, severity):
        source = formulary(ceilings=[{"source": "a", "limit": "5 mg"}]).monograph("testamine").sources[0]
        products = [tablet("5 mg", score=2, equal_parts=equal_parts, score_source=source)]
        findings, _, clear, _ = answers(review_of(HALF, formulary(), products=products), "score")
        assert [item.severity for item in findings] == ([severity] if severity else [])
        assert bool(clear) is (severity is None)
        if findings:
            assert findings[0].message == (
                "5 mg tablet (t5mg) is divided into 2 by its score line. Institute a (2026, grade A): what was read "
                "does not say that the parts are equal."
            )

    def test_equal_parts_are_those_of_a_score(self):
        with pytest.raises(InvalidInput, match="equal parts are those of a score; add the score, or remove"):
            tablet("5 mg", equal_parts=True)

    def test_a_permission_that_is_not_used_is_clear(self):
        products = [tablet("5 mg", allow_pieces=2)]
        assert len(answers(review_of(plan_of(step("5 mg", "2 days")), formulary(), products=products), "score")[2]) == 1


class TestCycleCut:
    @pytest.mark.parametrize(("days", "cut"), [(4, False), (5, True), (1, True)])
    def test_a_length_that_is_no_whole_number_of_cycles_is_low(self, days, cut):
        review = review_of(plan_of(step(["5 mg", {}], f"{days} days")), formulary())
        findings, _, clear, _ = answers(review, "cycle-cut")
        assert (len(findings), len(clear)) == ((1, 0) if cut else (0, 1))
        if cut:
            assert (
                findings[0].message == f"Step 1 lasts {days} days, which is not a whole number of its cycle of 2 days."
            )
            assert (findings[0].severity, findings[0].day, findings[0].last_day) == ("low", 1, days)

    def test_a_week_is_a_cycle_of_seven_days(self):
        made = realize(plan_of({"for": "10 days", "weekly": {"mon": {"noon": "5 mg"}}}), TABLETS, formulary=formulary())
        (finding,), *_ = answers(check(made, start=START), "cycle-cut")
        assert finding.limit == "7 days"

    def test_constant_and_open_steps_are_never_cut(self):
        assert answers(review_of(plan_of(step("5 mg", "3 days")), formulary()), "cycle-cut") == ([], [], [], [])
        alike = plan_of(step(["5 mg", "5 mg"], "3 days"))
        assert answers(review_of(alike, formulary()), "cycle-cut") == ([], [], [], [])
        opened = plan_of(step(["5 mg", {}]), then="continue")
        assert len(answers(review_of(opened, formulary()), "cycle-cut")[2]) == 1
