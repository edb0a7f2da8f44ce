"""People used to a drug: so much of it, for so long, up to the day before a dose."""

import pytest

from builders import DRUG, TABLETS, formulary, plan_of, step
from taper import Patient, realize
from taper.checks.case import Case
from taper.checks.used_to import is_used_to
from test_cases import before_of

NOT_USED = {"unless_taken": "4 mg", "unless_for": "3 days", "unless_class": "opioid"}
ALONE = {"medications": [], "as_needed": []}


def used_on(day, *steps, before=None, patient=ALONE, **fact):
    """Whether the person is used to it on a day, of steps such as ("4 mg", "3 days"); it takes three days of 4 mg."""
    held = formulary(ceilings=[{"source": "a", "limit": "8 mg"} | (fact or NOT_USED)])
    known = {"before": before_of(before)} if before else {}
    open_end = {} if len(steps[-1]) == 2 else {"then": "continue"}
    plan = plan_of(*(step(*each) for each in steps), **known, **open_end)
    case = Case(realize(plan, TABLETS, formulary=held), Patient.read(patient), held)
    return is_used_to(case, DRUG, held.monograph(DRUG).ceilings[0], day)


class TestInThePlan:
    @pytest.mark.parametrize(("day", "used"), [(1, False), (3, False), (4, True), (5, True)])
    def test_the_days_before_count_and_the_day_itself_does_not(self, day, used):
        assert used_on(day, ("4 mg", "4 days"), before="nothing") is used

    @pytest.mark.parametrize(("day", "used"), [(3, False), (4, True)])
    def test_a_step_without_an_end_counts_up_to_the_day_before(self, day, used):
        assert used_on(day, ("4 mg",), before="nothing") is used

    @pytest.mark.parametrize(("dose", "used"), [("3 mg", False), ("4 mg", True), ("5 mg", True)])
    def test_the_dose_that_is_named_is_enough_and_less_is_not(self, dose, used):
        assert used_on(4, (dose, "3 days"), ("10 mg", "1 day"), before="nothing") is used

    @pytest.mark.parametrize(("last", "used"), [("2 days", False), ("3 days", True)])
    def test_a_day_with_less_begins_the_count_anew(self, last, used):
        steps = ("4 mg", "3 days"), ("2 mg", "1 day"), ("5 mg", last)
        assert used_on(5 + int(last[0]), *steps, before="nothing") is used

    def test_a_day_with_less_on_the_day_itself_takes_nothing_away(self):
        assert used_on(4, ("4 mg", "3 days"), ("2 mg", "2 days"), before="nothing") is True

    def test_what_comes_later_takes_nothing_away(self):
        assert used_on(4, ("4 mg", "3 days"), ("5 mg", "2 days"), ("8 mg", "7 days"), before="nothing") is True


class TestBefore:
    @pytest.mark.parametrize(
        ("lasting", "day", "used"), [("3 days", 1, True), ("2 days", 1, False), ("2 days", 2, True)]
    )
    def test_days_before_the_plan_and_in_it_count_together(self, lasting, day, used):
        assert used_on(day, ("4 mg", "7 days"), before=f"4 mg evening for {lasting}") is used

    def test_a_lower_dose_before_is_no_use(self):
        assert used_on(1, ("10 mg", "7 days"), before="3 mg evening for 1 year") is False

    @pytest.mark.parametrize(("day", "used"), [(1, None), (3, None), (4, True)])
    def test_a_time_before_that_is_not_given_is_open_until_the_plan_itself_is_long_enough(self, day, used):
        assert used_on(day, ("4 mg", "7 days"), before="4 mg evening") is used

    @pytest.mark.parametrize("before", [None, "4 mg evening"])
    @pytest.mark.parametrize(("first", "used"), [("4 mg", None), ("3 mg", False)])
    def test_what_is_not_known_of_before_is_settled_by_a_day_with_less(self, before, first, used):
        assert used_on(2, (first, "1 day"), ("10 mg", "7 days"), before=before) is used

    def test_a_dose_before_that_is_not_given_is_open(self):
        assert used_on(1, ("10 mg", "7 days")) is None


class TestOtherMedicines:
    @pytest.mark.parametrize(
        ("patient", "used"),
        [
            ({"medications": ["opioid"], "as_needed": []}, None),
            ({"medications": [], "as_needed": ["opioid"]}, None),
            ({"medications": ["nitrate"], "as_needed": []}, False),
            ({"medications": []}, None),
            ({"as_needed": []}, None),
        ],
    )
    def test_another_of_the_class_and_a_list_that_is_not_given_leave_it_open(self, patient, used):
        assert used_on(1, ("10 mg", "7 days"), before="nothing", patient=patient) is used
        assert used_on(4, ("4 mg", "7 days"), before="nothing", patient=patient) is True

    def test_a_figure_for_everybody_asks_nothing(self):
        assert used_on(4, ("4 mg", "7 days"), patient={}, per="day") is False
