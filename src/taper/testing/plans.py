"""Strategies for courses and plans: any, those that products can make, and those that they cannot."""

# ruff: noqa: B008  # a strategy is immutable, so it may be a default

from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from taper._base.limits import LONGEST_DAYS, MOST_COURSES
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.plans.plan import Plan
from taper.plans.regimen import DAILY, Slot
from taper.products.product import Product
from taper.testing.amounts import clock_slots, durations, named_slots, patterns, regimens
from taper.testing.asked import as_drawn, draws, whole
from taper.testing.products import DRUG, as_products, doses_from, product_sets, shared_grain

_LATEST_START = 10


class Realizable(NamedTuple):
    """A plan and the products from which every dose in it can be made."""

    plan: Plan
    products: tuple[Product, ...]


class Unrealizable(NamedTuple):
    """A plan, products, and the one dose in the plan that they cannot make: its step (from 1) and its slot."""

    plan: Plan
    products: tuple[Product, ...]
    dose: Dose
    step: int
    slot: Slot


@draws
@st.composite
def courses(
    draw: DrawFn,
    patterns: SearchStrategy[dict[str, Any]] = patterns(regimens()),
    durations: SearchStrategy[Duration] = durations(),
    drugs: SearchStrategy[str] = st.just(DRUG),
    thens: SearchStrategy[str] = st.sampled_from(("stop", "continue", "review")),
) -> dict[str, Any]:
    """Courses as the plan format writes them, of one to four steps, open, stopping or ending in a review.

    Narrow: only the last step may be open, and it is if and only if the course continues.
    """
    then = draw(thens)
    held = draw(st.lists(st.tuples(patterns, durations), min_size=1, max_size=4).filter(_fits))
    steps = [{**pattern, "for": str(duration)} for pattern, duration in held]
    if then == "continue":
        del steps[-1]["for"]
    before = draw(st.one_of(st.none(), st.just("nothing"), patterns))
    made = {"drug": draw(drugs), "then": then, "steps": steps, "starts_on_day": draw(st.integers(1, _LATEST_START))}
    return made if before is None else {**made, "before": before}


def _fits(held: list[tuple[dict[str, Any], Duration]]) -> bool:
    """Whether the steps fit into what a plan may last, wherever its months begin."""
    for pattern, length in held:
        as_drawn(pattern, dict, "patterns", such_as="patterns(regimens())")
        as_drawn(length, Duration, "durations", such_as="durations()")
    return sum(length.days + 31 * length.months for _, length in held) < LONGEST_DAYS - _LATEST_START


@draws
@st.composite
def plans(
    draw: DrawFn,
    courses: SearchStrategy[dict[str, Any]] = courses(),
    *,
    most_courses: int = 2,
) -> Plan:
    """Plans of one or two courses, whether or not any product makes their doses.

    Narrow: more courses than two only repeat what two of them show, and ids are given so that they differ.

    Raises:
        InvalidInput: If `most_courses` is below 1 or above 50.
    """
    whole("most_courses", most_courses, 1, MOST_COURSES)
    listed = [
        as_drawn(course, dict, "courses", such_as="courses()")
        for course in draw(st.lists(courses, min_size=1, max_size=most_courses))
    ]
    return Plan.read({"courses": [{**course, "id": f"c{number}"} for number, course in enumerate(listed, start=1)]})


@draws
@st.composite
def realizable_plans(
    draw: DrawFn,
    product_sets: SearchStrategy[tuple[Product, ...]] = product_sets(),
    durations: SearchStrategy[Duration] = durations(),
    thens: SearchStrategy[str] = st.sampled_from(("stop", "continue", "review")),
    slots: SearchStrategy[SearchStrategy[Slot]] = st.sampled_from((named_slots(), clock_slots(), st.just(Slot(DAILY)))),
    *,
    most_courses: int = 2,
) -> Realizable:
    """Plans together with products that make every dose in them.

    Drawn backwards: products first, then doses that they make, then days, steps and courses.

    Raises:
        InvalidInput: If `most_courses` is below 1 or above 50.
    """
    products = as_products(draw(product_sets))
    days = regimens(doses_from(products), draw(slots))
    drug = products[0].drug
    made = courses(patterns(days), durations, st.just(drug), thens)
    return Realizable(draw(plans(made, most_courses=most_courses)), products)


@draws
@st.composite
def unrealizable_plans(
    draw: DrawFn,
    product_sets: SearchStrategy[tuple[Product, ...]] = product_sets(),
) -> Unrealizable:
    """Plans of one course in which exactly one dose cannot be made from the products.

    Narrow: the dose lies off the finest grain that the products share, so that it is certain, without a search,
    that nothing makes it. Doses that lie on the grain and still cannot be made need a brute-force comparison.
    """
    products = as_products(draw(product_sets))
    days = draw(st.lists(regimens(doses_from(products)), min_size=1, max_size=4))
    number = draw(st.integers(1, len(days)))
    slot = draw(st.sampled_from(days[number - 1].slots))
    good = days[number - 1].dose_at(slot)
    assert good is not None
    bad = good + Dose(shared_grain(products) / 7)
    written = [day.as_dict() for day in days]
    written[number - 1][slot.name] = bad.text
    steps = [{"for": "3 days", "regimen": day} for day in written]
    plan = Plan.read({"courses": [{"drug": products[0].drug, "then": "review", "steps": steps}]})
    return Unrealizable(plan, products, bad, number, slot)
