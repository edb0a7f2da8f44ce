"""Doses taken on the day before a given one, and the step they belong to."""

from taper._base.shown import show
from taper.errors import InvalidInput
from taper.plans.plan import Before, Course, Step
from taper.plans.regimen import NOTHING, Regimen
from taper.plans.step_days import StepDays


def step_until(course: Course, day: int) -> tuple[Step, int] | None:
    """The step of the day before the given one and its first day; None if the course has none then.

    Raises:
        InvalidInput: If its days are not known without a start date.
    """
    if not course.is_in_days:
        raise InvalidInput("its months or weekdays have no day numbers without a start; give before", where=course.id)
    found = StepDays(course.bounds()).at(day - 1)
    return None if found is None else (course.steps[found[0]], day - 1 - found[1])


def taken_until(course: Course, day: int) -> Regimen:
    """What a course says is taken on the day before the given one.

    Raises:
        InvalidInput: If the day lies outside the course, or its days are not known without a start date.
    """
    if day == course.starts_on_day and course.before is not None:
        return course.before.days[0] if isinstance(course.before, Before) else NOTHING
    found = step_until(course, day)
    if found is None:
        raise InvalidInput(f"day {show(day)} lies outside the course; give one of its days", where=course.id)
    step, first = found
    return step.on(day - 1 - first)
