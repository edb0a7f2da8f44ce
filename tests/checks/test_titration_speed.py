"""Starts and increases against labeled steps, increments, first doses and columns."""

import pytest

from builders import answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Formulary, Patient, check, realize

STEPS = {
    "source": "a",
    "steps": [
        {"from_day": 1, "total": "5 mg"},
        {"from_day": 4, "total": "10 mg"},
        {"from_day": 8, "total": "15 mg", "total_up_to": "20 mg"},
    ],
}
INCREMENTS = {
    "source": "a",
    "increment_low": "1 mg",
    "increment_high": "2 mg",
    "every_low": "1 week",
    "every_high": "1 week",
}


def sped(*steps, titrations=(), starts=(), before="nothing", patient=None, then="continue", **more):
    held = formulary(titrations=list(titrations), starts=list(starts))
    known = {} if before is None else {"before": before if before == "nothing" else {"regimen": {"evening": before}}}
    return answers(
        review_of(plan_of(*steps, then=then, **known | more), held, Patient.read(patient or {})), "titration-speed"
    )


class TestSteps:
    @pytest.mark.parametrize(("days", "found"), [("3 days", 0), ("2 days", 1)])
    def test_a_step_may_not_come_before_its_day(self, days, found):
        assert len(sped(step("5 mg", days), step("10 mg"), titrations=[STEPS])[0]) == found

    def test_more_than_a_steps_total_is_found_with_the_day_that_gives_as_much(self):
        (finding,), *_ = sped(step("20 mg"), titrations=[STEPS])
        assert (finding.value, finding.limit, finding.day) == ("20 mg/day", "5 mg/day", 1)
        assert "it gives as much from day 8 on" in finding.message

    def test_more_than_any_step_gives_is_found(self):
        (finding,), *_ = sped(step("5 mg", "7 days"), step("22 mg"), titrations=[STEPS])
        assert (finding.limit, finding.day) == ("20 mg/day", 8)
        assert "gives as much" not in finding.message

    def test_beyond_the_last_step_a_source_without_increments_is_not_assessed(self):
        found, (gap,), clear, _ = sped(
            step("5 mg", "7 days"), step("20 mg", "1 day"), step("30 mg"), titrations=[STEPS]
        )
        assert gap.missing.startswith("a speed for increases above 20 mg/day, the last labeled step (")
        assert (found, clear) == ([], [])

    def test_more_on_the_day_of_the_last_step_itself_is_that_steps_and_no_question_beside_it(self):
        found, gaps, *_ = sped(step("5 mg", "7 days"), step("30 mg"), titrations=[STEPS])
        assert ([item.day for item in found], [gap.day for gap in gaps]) == ([8], [])

    def test_days_count_from_the_first_dose(self):
        assert sped(step("5 mg", "3 days"), step("10 mg"), starts_on_day=10, titrations=[STEPS])[0] == []

    def test_every_other_day_is_not_every_day(self):
        other = {
            "source": "a",
            "steps": [{"from_day": 1, "total": "5 mg", "every_other_day": True}, {"from_day": 5, "total": "5 mg"}],
        }
        assert sped(step(["5 mg", {}], "4 days"), step("5 mg"), titrations=[other])[0] == []
        assert sped(step("5 mg"), titrations=[other])[0][0].limit == "5 mg every other day"
        assert sped(step("5 mg", "1 day"), step("2 mg"), titrations=[other])[0][0].day == 2
        last = {"source": "a", "steps": other["steps"][:1]}
        assert len(sped(step("5 mg"), titrations=[last])[0]) == 1

    def test_steps_say_nothing_of_someone_who_takes_the_drug_already(self):
        found, (gap,), *_ = sped(step("20 mg"), titrations=[STEPS], before="5 mg")
        assert found == []
        assert "for someone who takes the drug already" in gap.missing

    def test_what_is_worded_as_the_most_is_high(self):
        assert sped(step("20 mg"), titrations=[STEPS | {"at_most": True}])[0][0].severity == "high"


class TestIncrements:
    @pytest.mark.parametrize(
        ("doses", "days", "found"),
        [(["5 mg", "7 mg"], "7 days", 0), (["5 mg", "8 mg"], "7 days", 1), (["5 mg", "6 mg", "7 mg"], "3 days", 0),
         (["5 mg", "7 mg", "8 mg"], "6 days", 1), (["5 mg", "7 mg", "9 mg"], "7 days", 0)],
        ids=["at", "beyond", "two within", "too soon", "in time"],
    )  # fmt: skip
    def test_the_increments_of_one_interval_count_together(self, doses, days, found):
        steps = [step(dose, days) for dose in doses]
        assert len(sped(*steps, titrations=[INCREMENTS], then="review", before="5 mg")[0]) == found

    def test_going_back_up_to_a_dose_that_was_reached_is_no_increment(self):
        steps = [step("10 mg", "7 days"), step("5 mg", "7 days"), step("10 mg", "7 days")]
        assert sped(*steps, titrations=[INCREMENTS], then="review", before="10 mg")[0] == []

    def test_an_increment_at_each_intake_is_multiplied_by_the_intakes(self):
        each = INCREMENTS | {"increment_per": "intake"}
        morning_and_evening = {"morning": "7 mg", "evening": "7 mg"}
        assert sped(step(morning_and_evening), titrations=[each], before="10 mg")[0] == []
        assert sped(step("13 mg"), titrations=[each], before="10 mg")[0][0].limit == "2 mg at each intake"

    def test_an_increment_without_an_interval_is_read_per_step(self):
        bare = {"source": "a", "increment_high": "2 mg"}
        assert sped(step("7 mg", "1 day"), step("9 mg"), titrations=[bare], before="5 mg")[0] == []
        assert "at a time" in sped(step("8 mg"), titrations=[bare], before="5 mg")[0][0].message

    def test_a_start_is_no_increment(self):
        found, gaps, clear, _ = sped(step("20 mg"), titrations=[INCREMENTS])
        assert (found, gaps, len(clear)) == ([], [], 1)

    def test_increments_follow_the_labeled_steps(self):
        both = STEPS | {key: INCREMENTS[key] for key in ("increment_high", "every_low")}
        slow = [step("5 mg", "7 days"), step("20 mg", "7 days"), step("22 mg")]
        assert sped(*slow, titrations=[both])[0] == []
        assert len(sped(*slow[:2], step("23 mg"), titrations=[both])[0]) == 1

    def test_before_the_day_of_the_increments_the_last_step_is_the_most(self):
        late = STEPS | {"increment_high": "2 mg", "every_low": "1 week", "increments_from_day": 29}
        steps = [step("5 mg", "7 days"), step("20 mg", "13 days"), step("22 mg")]
        (finding,), *_ = sped(*steps, titrations=[late])
        assert (finding.day, finding.limit) == (21, "20 mg/day")


class TestFirstDoses:
    def test_a_first_regimen_is_compared_by_its_total(self):
        start = {"source": "a", "dose": "2 mg", "up_to": "3 mg", "times_per_day": 2}
        assert sped(step({"morning": "3 mg", "evening": "3 mg"}), starts=[start])[0] == []
        assert sped(step("7 mg"), starts=[start])[0][0].limit == "6 mg/day"

    def test_a_first_dose_without_a_number_of_intakes_is_compared_by_intake(self):
        start = {"source": "a", "dose": "2 mg"}
        assert sped(step({"morning": "2 mg", "evening": "2 mg"}), starts=[start])[0] == []
        assert sped(step({"morning": "2 mg", "evening": "5 mg"}), starts=[start])[0][0].value == "5 mg"

    def test_it_says_nothing_of_someone_who_takes_the_drug_already(self):
        found, (gap,), clear, _ = sped(step("20 mg"), starts=[{"source": "a", "dose": "2 mg"}], before="5 mg")
        assert gap.missing.startswith(
            "a speed for someone who takes the drug already; sources on file are for a start ("
        )
        assert (found, clear) == ([], [])

    def test_of_what_follows_it_a_source_that_gives_no_more_is_not_assessed(self):
        first = {"source": "a", "dose": "5 mg"}
        found, (gap,), clear, _ = sped(step("5 mg", "1 day"), step("50 mg"), starts=[first])
        assert gap.missing.startswith(
            "a speed for the increases after the first day; sources on file give a first dose only ("
        )
        assert (found, clear) == ([], [])
        assert len(sped(step("5 mg", "1 day"), step("4 mg"), starts=[first])[2]) == 1
        assert sped(step("5 mg", "1 day"), step("7 mg"), starts=[first], titrations=[INCREMENTS])[1] == []

    def test_where_no_source_speaks_of_the_age_it_is_not_assessed(self):
        old = {"source": "a", "dose": "2 mg", "age_from": 65}
        found, (gap,), clear, _ = sped(step("20 mg"), starts=[old], patient={"age": 50})
        assert gap.missing == (
            "a speed for increasing the drug for this person and with these medicines; sources on file are for others "
            "(Institute a, 2026)"
        )
        assert (found, clear) == ([], [])

    def test_a_speed_for_another_use_is_named(self):
        _, (gap,), _, _ = sped(
            step("20 mg"), starts=[{"source": "a", "dose": "2 mg", "indications": ["a"]}], indication="b"
        )
        assert gap.missing.startswith("a speed for increasing the drug for b; sources on file are for other uses: a (")


class TestBreaks:
    """After a break the steps of a start are compared once more, and whether one is needed is left to rule gap."""

    def resumed(self, *steps, **more):
        begun = course(step("5 mg", "7 days"), id="a", before="nothing")
        later = course(*steps, id="b", before="nothing", starts_on_day=38)
        return answers(review_of(plan_with(begun, later), formulary(**more)), "titration-speed")

    @pytest.mark.parametrize("sections", [{"titrations": [STEPS]}, {"starts": [{"source": "a", "dose": "5 mg"}]}])
    def test_a_resumption_faster_than_a_start_is_not_assessed(self, sections):
        found, gaps, clear, _ = self.resumed(step("20 mg", "7 days"), **sections)
        words = "whether a start is needed on day 38, after 30 days without a dose; sources on file are for a start"
        assert any(words in gap.missing for gap in gaps)
        assert (found, clear) == ([], [])

    def test_one_day_at_the_first_step_does_not_make_it_slower(self):
        assert self.resumed(step("5 mg", "1 day"), step("20 mg", "7 days"), titrations=[STEPS])[1]

    def test_a_resumption_by_the_steps_is_clear(self):
        assert len(self.resumed(step("5 mg", "3 days"), step("10 mg", "4 days"), titrations=[STEPS])[2]) == 1

    def test_it_gives_way_to_labeled_steps_of_the_same_source(self):
        found, *_ = sped(step("20 mg"), starts=[{"source": "a", "dose": "2 mg"}], titrations=[STEPS])
        assert len(found) == 1


class TestColumns:
    COLUMNS = (
        STEPS | {"column": "with-x", "with_names": ["testx"]},
        {
            "source": "a",
            "column": "neither",
            "without_names": ["testx", "opioid"],
            "steps": [{"from_day": 1, "total": "20 mg"}],
        },
    )

    def told(self, **patient):
        return sped(step("20 mg"), titrations=self.COLUMNS, patient=patient)

    def test_the_column_of_what_is_taken_applies(self):
        assert "column with-x" in self.told(medications=["testx"], as_needed=[])[0][0].message

    def test_without_it_the_other_applies(self):
        found, gaps, clear, _ = self.told(medications=[], as_needed=[])
        assert (found, gaps, len(clear)) == ([], [], 1)

    def test_a_medicine_that_was_stopped_is_not_taken(self):
        assert self.told(medications=[{"name": "testx", "until": "2027-01-01"}], as_needed=[])[0] == []

    def test_an_unknown_list_is_not_assessed_and_never_clear(self):
        found, gaps, clear, _ = self.told()
        assert (found, clear, len(gaps)) == ([], [], 1)

    def test_a_plan_within_every_column_is_clear_without_a_list(self):
        found, gaps, clear, _ = sped(step("5 mg"), titrations=self.COLUMNS)
        assert (found, gaps, len(clear)) == ([], [], 1)

    def test_a_medicine_of_unknown_class_leaves_a_column_of_classes_open(self):
        fact = STEPS | {"column": "opioid", "with_names": ["opioid"]}
        found, gaps, *_ = sped(step("20 mg"), titrations=[fact], patient={"medications": ["newdrug"], "as_needed": []})
        assert (found, len(gaps)) == ([], 1)


def test_an_unknown_before_is_not_assessed():
    found, (gap,), clear, _ = sped(step("20 mg"), titrations=[STEPS], before=None)
    assert (found, clear) == ([], [])
    assert gap.missing == "what was taken before day 1"


def test_without_a_source_an_increase_is_not_assessed_and_no_increase_is_not_asked():
    assert sped(step("20 mg"))[1][0].missing == "a speed for increasing the drug; no source is on file"
    assert sped(step("5 mg"), before="5 mg") == ([], [], [], [])


def test_a_medicine_that_nothing_knows_leaves_the_column_open_as_it_does_for_a_ceiling():
    plan = plan_of(step({"evening": "25 mg"}, "14 days"), drug="lamotrigine", release="immediate",
                   indication="seizures", before="nothing")  # fmt: skip
    shipped = Formulary.shipped()
    made = realize(plan, shipped.products("lamotrigine", market="us"))
    person = {"age": 50, "medications": [{"name": "a brand of something"}], "as_needed": []}
    review = check(made, Patient.read(person))
    assert not [item for item in review.clear if item.rule == "titration-speed"]
    assert any("decide the column" in gap.missing for gap in review.not_assessed if gap.rule == "titration-speed")
