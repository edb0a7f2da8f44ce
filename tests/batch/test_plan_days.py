"""Plans to days: exact rows of many schedules, each as the schedule says alone, taken one after the other."""

import weakref
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, course, draws, liquid, plan_of, plan_with, step, tablet
from taper import CannotCompute, Dose, InvalidInput, WrongObject, days, realize, to_arrow, to_schedule
from taper.batch import people, schedules_to_batches
from taper.testing import realizable_plans

SCHEDULES = realizable_plans().map(lambda drawn: to_schedule(realize(*drawn), start=START, horizon=days(40)))


def rows_of(schedules, **more):
    return [row for batch in schedules_to_batches(schedules, **more) for row in batch.to_pylist()]


def schedule_of(plan, *products, **more):
    return to_schedule(realize(plan, products or TABLETS), start=START, **more)


def mg(row):
    return Fraction(row["dose"], row["grain"])


def made_of(row):
    return {(each["product"], each["unit"]): Fraction(each["amount"], each["parts"]) for each in row["products"]}


@draws(20)
@given(st.lists(SCHEDULES, max_size=2))
def test_the_rows_of_a_day_are_those_of_the_schedules_days(drawn):
    rows = iter(rows_of(drawn))
    for number, schedule in enumerate(drawn, start=1):
        for day in schedule.days:
            for each in schedule.realized.courses:
                row = next(rows)
                mine = [intake for intake in day.intakes if intake.course == each.course.id]
                assert (row["plan"], row["course"], row["drug"]) == (number, each.course.id, each.drug)
                assert (row["day"], row["date"]) == (day.number, day.date)
                assert mg(row) == sum(intake.dose.mg for intake in mine)
                assert row["ends"] == schedule.course_ends[each.course.id]
                amounts = {}
                for portion in (portion for intake in mine for portion in intake.portions):
                    key, amount = ((portion.product, "unit"), portion.count)
                    if portion.volume is not None:
                        key, amount = ((portion.product, "mL"), portion.volume.ml)
                    amounts[key] = amounts.get(key, 0) + amount
                assert made_of(row) == amounts
    assert next(rows, None) is None


@draws(20)
@given(SCHEDULES)
def test_a_schedule_has_the_rows_of_its_own_table(schedule):
    own = to_arrow(schedule, amounts="text", per="intake").to_pylist()
    taken = [row for row in own if row["slot"] is not None]
    rows = rows_of([schedule], per="intake")
    names = ("course", "drug", "step", "slot", "day", "date")
    assert [[row[name] for name in names] for row in rows] == [[row[name] for name in names] for row in taken]
    portions = iter(to_arrow(schedule, amounts="text").to_pylist())
    for row, whole in zip(rows, taken, strict=True):
        assert mg(row) == _read(whole["mg"])
        for (product, unit), amount in made_of(row).items():
            one = next(portion for portion in portions if portion["slot"] is not None)
            told = one["volume_ml"] if unit == "mL" else one["count"]
            assert (product, amount) == (one["product"], _read(told))
    totals = {}
    for row in rows_of([schedule]):
        totals[row["date"], row["drug"]] = totals.get((row["date"], row["drug"]), 0) + mg(row)
    told = {
        (row["date"], row["drug"]): _read(row["mg"])
        for row in to_arrow(schedule, amounts="text", per="day").to_pylist()
    }
    assert totals == told


def _read(text):
    return sum((Fraction(part) for part in text.split()), Fraction(0))


def test_the_types_never_depend_on_the_plans():
    solid = schedule_of(plan_of(step("5 mg", "2 days")))
    measured = schedule_of(plan_of(step("2.5 mg", "1 day")), liquid())
    for per in ("day", "intake"):
        schemas = [next(schedules_to_batches([one], per=per), None).schema for one in (solid, measured)]
        assert schemas[0].equals(schemas[1])
        assert schemas[0].field("dose").type == schemas[0].field("grain").type == pa.int64()
        assert schemas[0].field("date").type == pa.date32()
    (row,) = rows_of([measured])
    assert row["products"] == [{"product": "solution", "amount": 5, "parts": 2, "unit": "mL"}]


def test_a_day_without_a_dose_has_0_mg_and_no_products_and_no_intake():
    schedule = schedule_of(plan_of(step([{"evening": "5 mg"}, {}], "4 days"), then="stop"))
    assert [mg(row) for row in rows_of([schedule])] == [5, 0, 5, 0]
    assert rows_of([schedule])[1]["products"] == []
    assert [row["day"] for row in rows_of([schedule], per="intake")] == [1, 3]
    assert list(schedules_to_batches([])) == []


def test_doses_of_a_third_are_exact():
    (row,) = rows_of([schedule_of(plan_of(step("3 1/3 mg", "1 day")), tablet("10 mg", score=3))])
    assert (row["dose"], row["grain"]) == (10, 3)
    assert (row["products"][0]["amount"], row["products"][0]["parts"]) == (1, 3)


def test_a_window_is_told_and_each_course_ends_by_itself():
    plan = plan_with(
        course(step("5 mg", "2 days"), then="stop", id="a"), course(step("5 mg", "9 days"), then="stop", id="b")
    )
    rows = rows_of([schedule_of(plan, horizon=days(3))])
    assert {(row["course"], row["ends"]) for row in rows} == {("a", "stop"), ("b", "window")}
    assert [(row["day"], row["course"], mg(row)) for row in rows][-2:] == [(3, "a", 0), (3, "b", 5)]


def test_schedules_are_taken_one_after_the_other_and_not_kept(monkeypatch):
    monkeypatch.setattr("taper.batch.plan_days.ROWS", 10)
    monkeypatch.setattr("taper.batch.days.ROWS", 10)
    realized = realize(plan_of(step("5 mg", "6 days"), then="stop"), TABLETS)
    alive, most = weakref.WeakSet(), 0

    def made():
        nonlocal most
        for _ in range(50):
            schedule = to_schedule(realized, start=START)
            alive.add(_Seen(schedule))
            most = max(most, len(alive))
            yield schedule

    class _Seen:
        """A schedule has slots and no weak references; its days hold this in its place."""

        def __init__(self, schedule):
            object.__setattr__(schedule, "log", self)

    batches = list(schedules_to_batches(made()))
    assert [batch.num_rows for batch in batches] == [10, 2] * 25
    assert most <= 2


def test_what_is_no_schedule_is_refused_when_it_comes():
    schedule = schedule_of(plan_of(step("5 mg", "2 days")))
    for wrong in ([schedule.realized], (each for each in [schedule, schedule.realized]), schedule):
        with pytest.raises(WrongObject, match="call to_schedule"):
            list(schedules_to_batches(wrong))
    with pytest.raises(InvalidInput, match="write day or intake"):
        schedules_to_batches([schedule], per="portion")


def test_a_total_that_no_integer_holds_is_refused_by_its_plan():
    schedule = schedule_of(plan_of(step({"morning": "2 mg", "evening": "1 mg"}, "1 day")))
    (day,) = schedule.days
    doses = (Dose("1/999999999989"), Dose("1/999999999961"))
    intakes = tuple(replace(intake, dose=dose) for intake, dose in zip(day.intakes, doses, strict=True))
    fine = replace(schedule, days=(replace(day, intakes=intakes),))
    with pytest.raises(CannotCompute, match="plan 2: the doses of a day add up") as caught:
        rows_of([schedule, fine])
    assert caught.value.where == "plan 2"
    assert [row["grain"] for row in rows_of([fine], per="intake")] == [999_999_999_989, 999_999_999_961]


def test_a_plan_may_begin_before_1970():
    schedule = to_schedule(realize(plan_of(step("5 mg", "3 days")), TABLETS), start=date(1969, 12, 30))
    assert [row["date"] for row in rows_of([schedule])] == [day.date for day in schedule.days]


def test_many_rows_are_cut_and_none_is_lost():
    schedule = schedule_of(plan_of(step("5 mg", "700 days")))
    batches = list(schedules_to_batches([schedule] * 400))
    assert sum(batch.num_rows for batch in batches) == 400 * 700
    assert max(batch.num_rows for batch in batches) <= people.ROWS
