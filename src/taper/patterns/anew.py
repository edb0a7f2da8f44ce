"""Planning the rest of a taper anew, from any day of it."""

from collections.abc import Iterable
from typing import Any, Literal

from taper.dose import Dose
from taper.errors import InvalidInput
from taper.pace import Pace
from taper.patterns.order import Order
from taper.patterns.taper import Day, Taper, plan_taper
from taper.patterns.weights import Weights
from taper.plan import Before, Course
from taper.product import Product
from taper.regimen import Regimen


def plan_anew(
    course: Course,
    *,
    day: int,
    products: Iterable[Product],
    pace: Pace | str | None = None,
    order: Order | str | None = None,
    to: Day | Dose | str | Literal[0] | None = None,
    before: Day | None = None,
    **changes: Any,
) -> Taper:
    """The rest of a taper planned anew, so that its next fall is on the given day of the course.

    What is not given again is taken from the course's `made_by`. Percentages of the start, and the shares of
    intakes, still count from where the taper as a whole began. Day 1 of the new plan is the given day.

    Args:
        course: A course that `plan_taper` made.
        day: The day number, in the course, from which to plan.
        products: What can be dispensed from then on.
        pace: Another pace.
        order: Another order.
        to: Another target.
        before: What is taken until that day, if not what the course says.
        **changes: Any other argument of `plan_taper`.

    Raises:
        InvalidInput: If the course was not made by `plan_taper`, or the day lies outside it.
    """
    made: dict[str, Any] = dict(course.made_by or {})
    if made.get("pattern") != "taper":
        raise InvalidInput("this course was not made by plan_taper; give a pace to plan_taper instead", where=course.id)
    kept: dict[str, Any] = {name: made[name] for name in _KEPT if name in made}
    if "weights" in made:
        kept["weights"] = Weights.read(made["weights"])
    return plan_taper(
        drug=course.drug,
        before=taken_until(course, day) if before is None else before,
        pace=made["pace"] if pace is None else pace,
        order=made["order"] if order is None else order,
        to=made["to"] if to is None else to,
        products=products,
        start=made.get("start", made["before"]),
        indication=course.indication,
        **{**kept, **changes},
    )


_KEPT = ("stays", "excess", "forms", "mix_forms", "round_liquids")


def taken_until(course: Course, day: int) -> Regimen:
    """What a course says is taken on the day before the given one.

    Raises:
        InvalidInput: If the day lies outside the course.
    """
    if day == course.starts_on_day and isinstance(course.before, Before):
        return course.before.days[0]
    for step, (first, last) in zip(course.steps, course.bounds(), strict=True):
        if first < day and (last is None or day <= last + 1):
            return step.on(day - 1 - first)
    raise InvalidInput(f"day {day} lies outside the course; give one of its days", where=course.id)
