"""Plans from patterns of steps: taken in steps of days, on some weekdays, on alternate days, or slowly alternating."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, get_args

from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.amounts.duration import LONG_WEEKDAY_NAMES
from taper.errors import InvalidInput
from taper.paces.changes import Change
from taper.planning.explicit_steps import Steps, StepsReport
from taper.planning.holding_times import short
from taper.planning.taper import DayDoses, check_drug, read_day
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING, WEEKDAYS, Intake, Regimen, Slot, Weekday
from taper.plans.request import PatternRequest
from taper.plans.step_days import StepDays
from taper.plans.step_pattern import InvalidPattern, Rung, StepPattern
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product
from taper.products.recipes import NotReachable, Reachable

_NAMES = {name: day for day, long in zip(WEEKDAYS, LONG_WEEKDAY_NAMES, strict=True) for name in (day, long.lower())}


class DosesReport(StepsReport):
    """What resulted where a dose is not taken every day: how it changes from one time it is taken to the next."""

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change of what is taken each time, and the stop; the days between are no change."""
        course = self.course
        before = course.before.largest if isinstance(course.before, Before) else None
        made = []
        start = before or course.steps[0].largest
        after = [*(step.largest for step in course.steps), *([NOTHING.total] if course.then == "stop" else [])]
        days = [first for first, _ in course.bounds()] + [(course.bounds()[-1][1] or 0) + 1]
        for day, total in zip(days, after, strict=False):
            if before is not None and total != before:
                made.append(Change(day, before, total, start))
            before = total
        return tuple(made)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        largest, last = self.largest_fall, self.last_fall
        return {
            "largest_fall": _each_time(largest) if largest else None,
            "last_fall": _each_time(last) if last else None,
            "changes": [_each_time(change) for change in self.changes],
            "steps": [{"step": str(step)} for step in self.course.steps],
        }

    def text(self) -> str:
        """The largest and the last reduction, and each step."""
        largest, last = self.largest_fall, self.last_fall
        lines = [f"Largest reduction: {_each_time(largest)}."] if largest else ["It never goes down."]
        lines += [f"Last reduction: {_each_time(last)}."] if last else []
        return "\n".join([*lines, *(f"{step.lasting or 'on'}: {step}" for step in self.course.steps)])


def _each_time(change: Change) -> str:
    """A change in mg and in percent, of what is taken each time and never per day."""
    before, after = (Dose(total.mg).in_unit(total.unit) for total in (change.before, change.after))
    kind = "down" if change.is_fall else "up"
    percent = abs(change.percent_of_current or Fraction(0))
    return f"day {change.day}, {before} to {after} each time: {kind} by {short(percent)}%"


@takes
def plan_pattern(
    *,
    drug: str,
    pattern: StepPattern | str,
    at: str,
    products: Iterable[Product] = (),
    on: str | Sequence[str] | None = None,
    before: DayDoses | Before | Literal["nothing"] | None = None,
    skip: int = 0,
    weights: Weights = STANDARD,
    indication: str | None = None,
    title: str | None = None,
) -> Steps:
    """A plan of steps as a pattern says them, in doses that the products make.

    Args:
        drug: The drug, as its products name it.
        pattern: Such as "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop", or "5 mg for 1 week, then
            alternate to 4 mg in 7 days every 1 week": one day of seven, then two, and so on.
        at: The time of day at which it is taken.
        products: What can be dispensed; without any, whether the doses can be made is not compared.
        on: The days on which it is taken: "monday", "mon, thu" or "alternate days"; every day if not given.
        before: What is taken until day 1; "nothing", or None if unknown.
        skip: How many steps of the pattern are over, where this is the rest of one.
        weights: How an intake may be put together.
        indication: What the drug is taken for.
        title: The plan's title.

    Raises:
        InvalidPattern: If the pattern cannot be read, or nothing is left of it.
        NotReachable: If the products cannot make a dose; the message names the nearest.

    Example:
        >>> made = plan_pattern(drug="prednisone", at="morning",
        ...     pattern="60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then down 5 mg every 2 days")
        >>> " ".join(str(step.regimen.total.mg) for step in made.course.steps), made.course.then
        ('60 50 40 30 20 15 10 5', 'stop')
    """
    asked = StepPattern.parse(pattern) if isinstance(pattern, str) else pattern
    slot, days = Slot(at), _read_days(on)
    rungs = asked.rungs[skip:]
    if not rungs:
        raise InvalidPattern(f"every step of it is over, and what is left is to {asked.then}; write another pattern")
    listed = check_drug(drug, products) if (products := tuple(products)) else ()
    if days is not None and any(len(rung.days) > 1 for rung in rungs):
        raise InvalidPattern("slow alternation is taken every day; leave out the days", where="on")
    _check_made(rungs, listed, weights, skip)
    steps = tuple(
        _step(rung, slot, days, is_open=asked.then == "continue" and number == len(rungs))
        for number, rung in enumerate(rungs, start=1)
    )
    course = Course(
        drug=drug,
        indication=indication,
        before=_before(before),
        then=asked.then,
        steps=steps,
        products=tuple(product.id for product in listed),
        made_by=PatternRequest(
            pattern="pattern-of-steps",
            steps=asked,
            at=slot,
            on=days,
            skip=skip,
            products=tuple(product.id for product in listed),
            weights=weights,
        ),
    )
    report = StepsReport(course) if days is None else DosesReport(course)
    return Steps(Plan(title=title, courses=(course,)), report)


def _before(given: DayDoses | Before | Literal["nothing"] | None) -> Before | Literal["nothing"] | None:
    if given is None or isinstance(given, Before):
        return given
    if isinstance(given, str):
        if given != "nothing":
            raise InvalidInput(f'got {given!r}; write one day\'s doses, "nothing", or None if unknown', where="before")
        return "nothing"
    return Before(regimen=read_day(given, "before"))


def _read_days(on: str | Sequence[str] | None) -> tuple[Weekday, ...] | Literal["alternate days"] | None:
    if on is None:
        return None
    if on in ("alternate days", "every other day"):
        return "alternate days"
    named = [name.strip().lower() for name in (on.split(",") if isinstance(on, str) else on)]
    wrong = [name for name in named if name not in _NAMES]
    if wrong or not named:
        raise InvalidPattern(
            f'{", ".join(wrong) or "nothing"} is no day of the week; write monday to sunday, or "alternate days"',
            where="on",
        )
    chosen = {_NAMES[name] for name in named}
    return tuple(day for day in get_args(Weekday) if day in chosen)


def _check_made(rungs: tuple[Rung, ...], products: tuple[Product, ...], weights: Weights, skip: int) -> None:
    if not products:
        return
    top = max(dose for rung in rungs for dose in rung.days)
    reachable = Reachable(products, up_to=top * 2, handling=weights.handling(round_liquids=False))
    for number, rung in enumerate(rungs, start=skip + 1):
        for dose in rung.days:
            try:
                if dose:
                    reachable.recipe(dose)
            except NotReachable as error:
                error.where = f"step {number}"
                raise


def _step(rung: Rung, slot: Slot, on: tuple[Weekday, ...] | Literal["alternate days"] | None, *, is_open: bool) -> Step:
    days = tuple(_regimen(dose, slot) for dose in rung.days)
    more: dict[str, Any] = {"lasting": None if is_open else rung.lasting, "kind": "increase" if rung.rises else None}
    if len(days) > 1:
        return Step(cycle=days, **more)
    if on is None:
        return Step(regimen=days[0], **more)
    return (
        Step(cycle=(days[0], NOTHING), **more)
        if isinstance(on, str)
        else Step(weekly=dict.fromkeys(on, days[0]), **more)
    )


def _regimen(dose: Dose, slot: Slot) -> Regimen:
    return Regimen([Intake(slot, dose)]) if dose else NOTHING


def steps_over(course: Course, made: PatternRequest, day: int, before: Regimen | None) -> int:
    """How many steps of a pattern are over on the day from which its rest is planned.

    Raises:
        InvalidInput: If what is taken is no step of it, or the day lies outside the course.
    """
    if before is not None:
        places = [n for n, rung in enumerate(made.steps.rungs, start=1) if rung.days == (_dose(before),)]
        if not places:
            raise InvalidInput(
                f"{before} is no step of this pattern; write another pattern, or give a pace", where="before"
            )
        return places[-1]
    if day == course.starts_on_day:
        return made.skip
    found = StepDays(course.bounds()).at(day - 1)
    if found is None:
        raise InvalidInput(f"day {show(day)} lies outside the course; give one of its days", where=course.id)
    return made.skip + found[0] + 1


def _dose(day: Regimen) -> Dose:
    return Dose(day.total.mg)


def taken_in(course: Course, day: int) -> Before | Literal["nothing"] | None:
    """What a pattern takes until a day, alternating or on some days of the week where it does."""
    if day == course.starts_on_day:
        return course.before
    found = StepDays(course.bounds()).at(day - 1)
    step = course.steps[found[0]] if found is not None else course.steps[-1]
    return Before(regimen=step.regimen, cycle=step.cycle, weekly=step.weekly)
