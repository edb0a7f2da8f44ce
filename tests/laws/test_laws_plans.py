"""Laws about plans and what is made of them, each against what other programs were seen to do (LAWS.md)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, draws
from taper import CannotCompute, Dose, Plan, count_supply, realize, to_schedule, weeks
from taper.amounts.liquid import Concentration, Volume
from taper.plans.plan import Step
from taper.testing import (
    durations,
    product_sets,
    realizable_plans,
    regimens,
    shared_grain,
    starts,
    tablets,
    unrealizable_plans,
)

factors = st.sampled_from([Fraction(1, 1000), Fraction(1, 3), Fraction(1, 2), Fraction(3), Fraction(10), Fraction(100)])


def days_of(schedule):
    """What is taken on each date, without saying in which step."""
    return [
        (day.date, sorted((intake.course, intake.slot, intake.dose.mg, intake.portions) for intake in day.intakes))
        for day in schedule.days
    ]


class TestSplittingAStep:
    """Splitting a step at a whole number of its cycles changes no day."""

    @given(realizable_plans(), starts(), st.data())
    def test_no_day_changes(self, drawn, start, data):
        number = data.draw(st.integers(0, len(drawn.plan.courses) - 1))
        course = drawn.plan.courses[number]
        place = data.draw(st.integers(0, len(course.steps) - 1))
        cycle = len(course.steps[place].days)
        most = 6 if course.steps[place].lasting is None else (course.steps[place].lasting.days - 1) // cycle
        if most < 1:
            return
        split = cycle * data.draw(st.integers(1, most))
        changed = course.model_copy(update={"steps": _split(course.steps, place, split)})
        courses = [changed if index == number else item for index, item in enumerate(drawn.plan.courses)]
        whole, parts = (
            to_schedule(realize(plan, drawn.products), start=start, horizon=weeks(9))
            for plan in (drawn.plan, Plan(courses=courses))
        )
        assert days_of(whole) == days_of(parts)
        assert count_supply(whole).lines == count_supply(parts).lines


def _split(steps, place, days):
    step = steps[place]
    rest = None if step.lasting is None else f"{step.lasting.days - days} days"
    first, second = (Step(**(_fields(step) | {"lasting": lasting})) for lasting in (f"{days} days", rest))
    return (*steps[:place], first, second, *steps[place + 1 :])


def _fields(step):
    return {name: getattr(step, name) for name in type(step).model_fields}


class TestScaling:
    """Scaling every dose and product by k scales the plan by k, exactly; the unit of mass never matters."""

    @given(realizable_plans(), starts(), factors)
    def test_the_same_counts_make_the_scaled_doses(self, drawn, start, factor):
        plan, products = _scaled(drawn.plan, factor), [_scaled_product(item, factor) for item in drawn.products]
        one = to_schedule(realize(drawn.plan, drawn.products), start=start, horizon=weeks(3))
        other = to_schedule(realize(plan, products), start=start, horizon=weeks(3))
        assert [
            [(intake.slot, intake.dose.mg * factor, intake.portions) for intake in day.intakes] for day in one.days
        ] == [[(intake.slot, intake.dose.mg, intake.portions) for intake in day.intakes] for day in other.days]
        assert [(line.used, line.supplied) for line in count_supply(one).lines] == [
            (line.used, line.supplied) for line in count_supply(other).lines
        ]

    @given(unrealizable_plans(), factors)
    def test_what_cannot_be_made_cannot_be_made_at_any_scale(self, drawn, factor):
        plan, products = _scaled(drawn.plan, factor), [_scaled_product(item, factor) for item in drawn.products]
        with pytest.raises(CannotCompute) as caught:
            realize(plan, products)
        assert caught.value.problems[0].dose == drawn.dose * factor


def _scaled(plan, factor):
    data = plan.to_dict()
    for course in data["courses"]:
        for pattern in [*course["steps"], *([course["before"]] if isinstance(course.get("before"), dict) else [])]:
            days = [pattern["regimen"]] if "regimen" in pattern else pattern.get("cycle") or pattern["weekly"].values()
            for day in days:
                day.update({slot: Dose.parse(dose) * factor for slot, dose in day.items()})
    return Plan.read(data)


def _scaled_product(item, factor):
    if item.strength is not None:
        return item.model_copy(update={"strength": item.strength * factor})
    mass = Dose(item.concentration.mg_per_ml * factor)
    return item.model_copy(update={"concentration": Concentration(mass, Volume(1))})


class TestAddingAProduct:
    """Adding a product never makes a reachable plan unreachable."""

    @draws(25)
    @given(realizable_plans(), product_sets())
    def test_what_could_be_made_can_still_be_made(self, drawn, more):
        held = {item.id for item in drawn.products}
        assert realize(drawn.plan, (*drawn.products, *(item for item in more if item.id not in held)))

    @given(product_sets(tablets()), st.data())
    def test_nor_does_it_take_a_neighbor_further_away(self, products, data):
        wanted = Dose(shared_grain(products) * data.draw(st.fractions(1, 20, max_denominator=4)))
        few, many = _neighbors(wanted, products[:1]), _neighbors(wanted, products)
        if few is None or many is None:
            assert many is None
            return
        assert few[0] is None or many[0] >= few[0]
        assert few[1] is None or many[1] <= few[1]


def _neighbors(dose, products):
    plan = Plan.read({"courses": [{"drug": products[0].drug, "then": "review", "steps": [_one_day(dose)]}]})
    try:
        realize(plan, products)
    except CannotCompute as error:
        return error.problems[0].below, error.problems[0].above
    return None


def _one_day(dose):
    return {"for": "1 day", "regimen": {"noon": dose}}


class TestNothingIsDropped:
    """Steps are contiguous, in order and complete; nothing is cut, dropped or emptied without an error."""

    @given(realizable_plans(thens=st.sampled_from(["stop", "review"])), starts())
    def test_every_dose_of_every_step_comes_as_often_as_its_days(self, drawn, start):
        schedule = to_schedule(realize(*drawn), start=start)
        for course in drawn.plan.courses:
            for number, ((first, last), step) in enumerate(zip(course.bounds(), course.steps, strict=True), start=1):
                planned = sum(
                    len(step.on(day - first, schedule.days[day - 1].date.weekday())) for day in range(first, last + 1)
                )
                shown = sum(
                    (intake.course, intake.step) == (course.id, number)
                    for day in schedule.days
                    for intake in day.intakes
                )
                assert planned == shown

    @draws(15)
    @given(st.lists(st.tuples(regimens(), durations()), min_size=30, max_size=60))
    def test_a_long_plan_is_as_long_as_its_steps(self, steps):
        data = [{"for": str(lasting), "regimen": day.as_dict()} for day, lasting in steps]
        plan = Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": data}]})
        assert plan.courses[0].bounds()[-1][1] == sum(lasting.days for _, lasting in steps)


def test_a_start_is_the_first_day_and_no_day_is_lost_at_a_change_of_clocks():
    """Days are dates, not instants: 27 to 29 March 2027 hold the change to summer time in Europe."""
    plan = Plan.read(
        {"courses": [{"drug": "testamine", "then": "stop", "steps": [{"for": "60 days", "regimen": {"noon": "5 mg"}}]}]}
    )

    schedule = to_schedule(realize(plan, TABLETS), start=START)
    assert schedule.days[0].date == START
    assert len({day.date for day in schedule.days}) == 60
