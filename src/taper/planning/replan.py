"""Replanning: the rest of a course from any day of it, by the request that it carries."""

from collections.abc import Iterable
from typing import Any, Literal

from taper._base.progress import Progress
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.knowledge.monograph import Titration
from taper.paces.pace import Pace
from taper.planning.daily_taper import plan_daily_taper
from taper.planning.explicit_steps import Steps
from taper.planning.length import A_WEEK, length_left
from taper.planning.pattern import plan_pattern, steps_over, taken_in
from taper.planning.phases import PhasedTaper, phases_left, plan_phases
from taper.planning.taper import DayDoses, Taper, plan_taper, read_day
from taper.planning.titration import plan_titration
from taper.plans.order import Order
from taper.plans.plan import Before, Course
from taper.plans.regimen import NOTHING, Regimen
from taper.plans.request import (
    CrossTaperRequest,
    DailyTaperRequest,
    PatternRequest,
    PhasesRequest,
    TaperRequest,
    TitrationRequest,
)
from taper.plans.taken import step_until, taken_until
from taper.products.product import Product


@takes
def replan(
    course: Course,
    *,
    day: int,
    products: Iterable[Product],
    pace: Pace | str | None = None,
    order: Order | str | None = None,
    to: DayDoses | Dose | str | Literal[0] | None = None,
    before: DayDoses | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
    **changes: Any,
) -> Taper | PhasedTaper | Steps:
    """The rest of a course planned again, so that its next change is on the given day of the course.

    What is not given again is taken from the course's `made_by`: a taper, a daily micro-taper and a titration follow
    their own request; the second course of a cross-taper, once every stage has begun, the taper that follows them.
    Percentages of the start, and the shares of intakes, still count from where the taper as a whole began, and a
    `shortest` or `longest` time from its first reduction. A course that carries no request, or only its explicit steps,
    is planned as a taper if a pace is given. Day 1 of the new plan is the given day.

    Args:
        course: The course.
        day: The day number, in the course, from which to plan.
        products: What can be dispensed from then on.
        pace: Another pace, for what is reduced.
        order: Another order of the intakes of a taper.
        to: Another target.
        before: What is taken until that day, if not what the course says.
        **changes: Any other argument of the planner that made the course.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Returns:
        A `Taper`, a `PhasedTaper`, or `Steps` for a titration or a micro-taper.

    Raises:
        InvalidInput: If the course carries no request and no pace is given, or the day lies outside it.

    Example:
        >>> from taper.amounts.duration import days
        >>> tablets = [Product(id="baclofen-10mg", drug="baclofen", form="tablet", strength="10 mg", score=2)]
        >>> made = plan_titration(drug="baclofen", to="15 mg", by=("5 mg", days(3)), products=tablets,
        ...                       slots=["evening", "morning", "noon"])
        >>> slower = replan(made.course, day=4, products=tablets, by=("5 mg", days(7)))
        >>> [f"{step.lasting or 'then'}: {step}" for step in slower.course.steps]
        ['7 days: 5 mg morning, 5 mg evening', 'then: 5 mg morning, 5 mg noon, 5 mg evening']
    """
    given: dict[str, Any] = {"pace": pace, "order": order, "to": to, **changes}
    given = {name: value for name, value in given.items() if value is not None}
    made = course.made_by
    if isinstance(made, PatternRequest) and "pace" not in given:
        return _pattern_left(course, made, day, products, before, given)
    now = taken_until(course, day) if before is None else before
    common: dict[str, Any] = {"drug": course.drug, "products": products, "indication": course.indication}
    if isinstance(made, CrossTaperRequest):
        made = _after_the_stages(course, made, read_day(now, "before"))
    match made:
        case TitrationRequest():
            _refuse(given, "pace", "order", because="a titration goes up by its own increment or label; give by")
            taken = before or _taken(course, day)
            by = made.by if isinstance(made.by, tuple) else Titration.read(made.by)
            return _titrated(given.get("to"), {**common, "before": taken, **made.again(), "by": by, **given})
        case PhasesRequest() if "pace" not in given:
            _refuse(given, "to", because="phases say where they end; give phases")
            start, left = made.start or made.before, given.get("phases") or phases_left(made, read_day(now, "before"))
            return plan_phases(**common, before=now, **{"start": start, **made.again(), **given, "phases": left})
        case PhasesRequest():
            end = made.phases.phases[-1].down_to or 0
            asked = {"start": made.start or made.before, "to": end, **made.again()}
            del asked["phases"]
            return plan_taper(**common, before=now, **{**asked, **given})
        case DailyTaperRequest():
            _refuse(given, "to", because="a micro-taper follows its curve to the end; plan a taper instead")
            start = made.start or made.before
            return plan_daily_taper(**common, before=now, **{"start": start, **made.again(), **given})
        case TaperRequest():
            asked = made.again() | _time_left(course, made, day, given)
            asked = _length_kept(made, asked, read_day(now, "before"), given)
            start = made.start or made.before
            return plan_taper(**common, before=now, **{"start": start, **asked, **given})
        case _:
            return plan_taper(**common, before=now, **{**_by_hand(course, given), **given})


def _titrated(to: object, asked: dict[str, Any]) -> Steps:
    """A titration to a daily total; to one day's doses, if they are those at which it arrives."""
    if not isinstance(to, Regimen):
        return plan_titration(**asked)
    if not to:
        raise InvalidInput("a titration does not end at 0; stop it, or plan a taper with a pace", where="to")
    made = plan_titration(**{**asked, "to": Dose(to.total.mg).in_unit(to.total.unit)})
    arrives = made.course.steps[-1].regimen
    if arrives != to:
        says = f"titrated to {to.total} it arrives at {arrives}, not at {to}; write {arrives}"
        raise InvalidInput(f"{says}, or change its slots", where="to")
    return made


def _pattern_left(
    course: Course,
    made: PatternRequest,
    day: int,
    products: Iterable[Product],
    before: DayDoses | None,
    given: dict[str, Any],
) -> Steps:
    """The steps of a pattern that are still to come, or those of another pattern that is given."""
    _refuse(given, "order", "to", because="a pattern says its steps; give a pattern, or a pace")
    taken = None if before is None else read_day(before, "before")
    over = 0 if "pattern" in given else steps_over(course, made, day, taken)
    asked = {"skip": over, **made.again(), **given}
    return plan_pattern(
        drug=course.drug,
        products=products,
        indication=course.indication,
        before=taken or taken_in(course, day),
        **asked,
    )


def _refuse(given: dict[str, Any], *names: str, because: str) -> None:
    for name in names:
        if name in given:
            raise InvalidInput(because, where=name)


def _taken(course: Course, day: int) -> DayDoses | Before | Literal["nothing"]:
    """What is taken until a day of a titration: nothing, one day's doses, or a pattern that alternates."""
    found = step_until(course, day) if day > course.starts_on_day else None
    if found is not None and not found[0].is_constant:
        return Before(cycle=found[0].cycle, weekly=found[0].weekly)
    return taken_until(course, day) or "nothing"


def _after_the_stages(course: Course, made: CrossTaperRequest, taken: Regimen) -> TaperRequest | None:
    """The request for the taper after the stages of a cross-taper, once all have begun."""
    *stages, last = [new for _, new in made.made]
    if not made.is_of_second or (taken in (NOTHING, *stages) and taken != last):
        says = "both drugs change in stages; plan them together with replan_cross_taper"
        raise InvalidInput(says, where=course.id)
    return made.then


def _by_hand(course: Course, given: dict[str, Any]) -> dict[str, Any]:
    """What a course that carries no request says of where it goes, and from where."""
    if "pace" not in given:
        raise InvalidInput("this course carries no request; give a pace to plan its rest as a taper", where=course.id)
    first = course.before.regimen if isinstance(course.before, Before) else course.steps[0].regimen
    last = NOTHING if course.then == "stop" else course.steps[-1].regimen
    if last is None and "to" not in given:
        raise InvalidInput(
            f"its last step is {course.steps[-1]}, not one day's doses; give a target (to)", where=course.id
        )
    return {"to": last, "start": first}


def _time_left(course: Course, made: TaperRequest, day: int, given: dict[str, Any]) -> dict[str, Any]:
    """What is left of the shortest and the longest time, which count from the first reduction of the taper."""
    left: dict[str, Any] = {}
    lengths = {"shortest": made.shortest, "longest": made.longest}
    for name, length in lengths.items():
        if length is None or name in given:
            continue
        if not length.is_in_days:
            raise InvalidInput(f"of {length} no days are left to count; give {name} for the rest", where=name)
        days = length.days - (day - _first_fall(course, made))
        if days > 0:
            left[name] = Duration(days)
        elif name == "longest":
            raise InvalidInput(f"the longest time of {length} is over by day {day}; give longest for the rest")
    return left


def _length_kept(made: TaperRequest, asked: dict[str, Any], now: Regimen, given: dict[str, Any]) -> dict[str, Any]:
    """Where a length was asked for, what is left of it in place of the pace that resulted, unless either is given."""
    if "over" in given:
        asked.pop("pace")
    elif made.over is not None and not {"pace", "to"} & given.keys():
        left = length_left(made, now.total)
        if left is not None and left.days >= (made.step or A_WEEK).days:
            asked.pop("pace")
            asked |= {"over": left, "step": made.step}
    return asked


def _first_fall(course: Course, made: TaperRequest) -> int:
    """The day on which less is taken than before, after a lead-in if there is one."""
    bounds = zip(course.steps, course.bounds(), strict=True)
    return next((first for step, (first, _) in bounds if step.regimen != made.before), course.starts_on_day)
