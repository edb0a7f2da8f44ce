"""What was taken beside what was planned; what is not recorded is not known."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, course, plan_of, plan_with, step
from taper import InvalidInput, Log, Product, apply_log, compare_intakes, mg, realize, to_schedule
from taper.plans.log import IntakeRecord
from taper.schedules.adherence import InvalidRecord
from taper.words.plain import describe_adherence

PLAN = plan_of(step({"morning": "5 mg", "evening": "2 mg"}, "10 days"), then="stop")
TWO = plan_with(
    course(step("5 mg", "5 days"), id="a", then="stop"), course(step("2 mg", "5 days"), id="b", then="stop")
)


def schedule_of(plan):
    return to_schedule(realize(plan, TABLETS), start=START)


def record(day, slot="evening", result="taken", dose=None, course=None):
    return IntakeRecord(day=START + timedelta(days=day - 1), slot=slot, result=result, dose=dose, course=course)


@given(st.lists(st.sampled_from(["taken", "missed", "other", None]), min_size=20, max_size=20))
def test_every_planned_dose_is_counted_once(results):
    slots = [(day, slot) for day in range(1, 11) for slot in ("morning", "evening")]
    given = [
        record(day, slot, result, mg("1.5") if result == "other" else None)
        for (day, slot), result in zip(slots, results, strict=True)
        if result
    ]
    made = compare_intakes(schedule_of(PLAN), given)
    assert (made.taken, made.missed, made.other) == tuple(results.count(word) for word in ("taken", "missed", "other"))
    assert made.taken + made.missed + made.other + made.unrecorded == 2 * len(made.days)
    departing = [day for (day, _), result in zip(slots, results, strict=True) if result in {"missed", "other"}]
    assert made.first_departure == (START + timedelta(days=departing[0] - 1) if departing else None)


def test_a_day_with_a_dose_unrecorded_has_no_known_total():
    (day,) = compare_intakes(schedule_of(PLAN), [record(3)]).days
    assert (str(day.planned["testamine"]), day.taken["testamine"], day.departs) == ("7 mg/day", None, False)


def test_the_total_taken_counts_other_doses_and_not_the_missed():
    records = [record(3, "morning", "missed"), record(3, "evening", "other", mg(1))]
    (day,) = compare_intakes(schedule_of(PLAN), records).days
    assert (day.taken["testamine"].mg, day.departs) == (1, True)
    assert day.to_dict()["taken"] == {"testamine": "1 mg"}


def test_a_day_with_every_dose_missed_is_known_to_be_0():
    (day,) = compare_intakes(schedule_of(PLAN), [record(3, "morning", "missed"), record(3, "evening", "missed")]).days
    assert day.to_dict()["taken"] == {"testamine": "0 mg"}
    (unknown,) = compare_intakes(schedule_of(PLAN), [record(3, "morning", "missed")]).days
    assert unknown.to_dict()["taken"] == {"testamine": None}


def test_another_dose_that_equals_the_plan_departs_from_nothing():
    records = [record(3, "morning"), record(3, "evening", "other", mg(2))]
    assert compare_intakes(schedule_of(PLAN), records).first_departure is None


def test_a_dose_that_nobody_planned_counts_as_taken_and_departs():
    records = [record(3, "morning"), record(3), record(3, "noon", "other", mg(1))]
    made = compare_intakes(schedule_of(PLAN), records)
    assert (made.days[0].taken["testamine"].mg, made.unplanned, made.days[0].departs) == (8, 1, True)


@pytest.mark.parametrize(("result", "dose"), [("taken", None), ("missed", None)])
def test_what_was_not_planned_is_neither_taken_nor_missed(result, dose):
    with pytest.raises(InvalidRecord, match=r"on 2027-03-03 noon; planned that day: morning, evening\. Correct"):
        compare_intakes(schedule_of(PLAN), [record(3, "noon", result, dose)])


def test_of_two_courses_at_one_time_the_record_names_its_own():
    schedule = schedule_of(TWO)
    with pytest.raises(InvalidRecord, match=r"intakes\[0\]: .* has doses of a and b; name the course"):
        compare_intakes(schedule, [record(3)])
    with pytest.raises(InvalidRecord, match="could be of several courses"):
        compare_intakes(schedule, [record(3, "noon", "other", mg(1))])
    made = compare_intakes(
        schedule,
        [record(3, course="a"), record(3, course="b", result="missed"), record(3, "noon", "other", mg(1), "b")],
    )
    assert (made.taken, made.missed, made.days[0].taken["testamine"].mg) == (1, 1, 6)


def test_a_dose_that_nobody_planned_is_of_the_drug_of_the_course_it_names():
    tablets = (*TABLETS, Product.read({"id": "o1", "drug": "other", "form": "tablet", "strength": "1 mg"}))
    plan = plan_with(course(step("5 mg", "1 day"), id="a"), course(step("1 mg", "1 day"), drug="other", id="b"))
    schedule = to_schedule(realize(plan, tablets), start=START)
    records = [record(1, course="a"), record(1, course="b"), record(1, "noon", "other", mg(3), "b")]
    (day,) = compare_intakes(schedule, records).days
    assert day.to_dict()["taken"] == {"testamine": "5 mg", "other": "4 mg"}


def test_a_record_outside_the_plan_is_refused():
    with pytest.raises(InvalidInput, match="is not shown"):
        compare_intakes(schedule_of(PLAN), [record(11)])


def test_the_record_of_a_log_is_laid_beside_its_schedule_and_moves_nothing():
    base = schedule_of(PLAN)
    assert compare_intakes(base).days == ()
    assert compare_intakes(base).to_dict()["first_departure"] is None
    logged = apply_log(base, Log.of(PLAN, START, intakes=[record(2, result="missed")]))
    assert logged.days == base.days
    assert compare_intakes(logged).to_dict()["first_departure"] == "2027-03-02"


def test_the_record_in_plain_words_counts_the_doses_and_names_each_day_that_departs():
    records = [
        record(3, "morning", "missed"), record(3, "evening", "other", mg(1)), record(4, "morning"),
        record(5, "morning"), record(5), record(5, "noon", "other", mg(1)), record(6, "morning", "missed"),
    ]  # fmt: skip
    counts = "3 taken, 2 missed, 1 with another dose; 1 taken unplanned, 2 not recorded"
    assert describe_adherence(compare_intakes(schedule_of(PLAN), records)) == [
        f"Recorded from 2027-03-03 to 2027-03-06: of the planned doses {counts}.",
        "  2027-03-03: testamine 1 mg/day, planned 7 mg/day.",
        "  2027-03-05: testamine 8 mg/day, planned 7 mg/day.",
        "  2027-03-06: testamine not known in full, planned 7 mg/day.",
    ]


def test_the_record_in_plain_words_says_where_nothing_was_planned():
    other = plan_of(step([{"evening": "5 mg"}, {}], "10 days"), then="stop")
    made = compare_intakes(schedule_of(other), [record(2, "evening", "other", mg(1))])
    assert describe_adherence(made)[1:] == ["  2027-03-02: testamine 1 mg/day, planned none."]


def test_a_record_says_how_many_doses_were_taken_of_how_many_days():
    made = compare_intakes(schedule_of(PLAN), [record(3)])
    counts = "1 taken, 0 missed, 0 with another dose, 0 unplanned, 1 not recorded"
    assert (str(made), repr(made)) == (f"1 day: {counts}", f"<Adherence: 1 day: {counts}>")
    records = [record(3, "morning"), record(3), record(4, "morning", "missed"), record(4, "evening", "other", mg(1))]
    two = compare_intakes(schedule_of(PLAN), [*records, record(4, "noon", "other", mg(1))])
    assert str(two) == "2 days: 2 taken, 1 missed, 1 with another dose, 1 unplanned, 0 not recorded"
