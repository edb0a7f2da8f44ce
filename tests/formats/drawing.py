"""Schedules for tests of formats: drawn, or made of a few steps of one drug."""

from datetime import date

from hypothesis import strategies as st

from taper import Plan, days, realize, to_schedule
from taper.products.product import Product
from taper.testing import DRUG, realizable_plans, starts

START = date(2027, 3, 1)
TABLET = Product(id="t2", drug=DRUG, form="tablet", strength="2 mg", score=2)


@st.composite
def schedules(draw):
    case = draw(realizable_plans())
    made = realize(case.plan, case.products)
    horizon = days(draw(st.integers(1, 40)))
    return to_schedule(
        made, start=draw(starts()), horizon=horizon if case.plan.is_open or draw(st.booleans()) else None
    )


def dated(*steps, then="review", horizon=None, start=START, products=(TABLET,), title=None, **more):
    head = {} if title is None else {"title": title}
    plan = Plan.read({"courses": [{"drug": products[0].drug, "then": then, "steps": list(steps), **more}], **head})
    return to_schedule(realize(plan, products), start=start, horizon=horizon)


def doses_of(schedule):
    """What the schedule says: (date, time of day, drug, dose in mg), in order."""
    return [(day.date, i.slot.name, i.drug, i.dose.mg) for day in schedule.days for i in day.intakes]
