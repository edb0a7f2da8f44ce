"""Plans from steps written by hand, with the reductions that result."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from taper._base.shown import shorten
from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.paces.changes import Change, largest_fall, measure_changes
from taper.paces.pace import Pace
from taper.paces.rulers import Ruler, measure_of
from taper.planning.holding_times import short
from taper.planning.taper import DayDoses, read_day
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING, WEEKDAYS, Regimen, Weekday
from taper.plans.request import StepsRequest

_SHOWN_ONCE = 28


@dataclass(frozen=True, repr=False)
class Steps:
    """A plan of explicit steps and the report on it."""

    plan: Plan
    report: "StepsReport"

    def __str__(self) -> str:
        return shorten([self.report.text()], whole="report.text()")

    def __repr__(self) -> str:
        return f"<Steps of {self.course.drug}: {len(self.course.steps)} steps>"

    @property
    def course(self) -> Course:
        """The plan's one course."""
        return self.plan.courses[0]


@dataclass(frozen=True)
class StepsReport:
    """What resulted from explicit steps: each change of the day's total, and the averages of cycles beside."""

    course: Course
    ruler: Ruler | None = None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change of the daily total, day against day; inside a long cycle, its first four weeks."""
        days = list(_days(self.course))
        before = self.course.before
        if before == "nothing":
            known: DailyDose | None = NOTHING.total
        else:
            known = before.days[-1].total if isinstance(before, Before) else None
        return measure_changes(days, before=known, ruler=self.ruler, first_day=self.course.starts_on_day)

    @property
    def largest_fall(self) -> Change | None:
        return largest_fall(self.changes)

    @property
    def last_fall(self) -> Change | None:
        return next((change for change in reversed(self.changes) if change.is_fall), None)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        largest, last = self.largest_fall, self.last_fall
        return {
            "largest_fall": words(largest) if largest else None,
            "last_fall": words(last) if last else None,
            "changes": [words(change) for change in self.changes],
            "steps": [{"step": str(step), "average": step.average.text} for step in self.course.steps],
        }

    def __str__(self) -> str:
        return shorten([self.text()], whole="text()")

    def text(self) -> str:
        """The largest and the last reduction, and each step."""
        lines = [f"Largest reduction: {words(self.largest_fall)}."] if self.largest_fall else ["It never goes down."]
        lines += [f"Last reduction: {words(self.last_fall)}."] if self.last_fall else []
        for step in self.course.steps:
            mean = "" if step.is_constant else f" ({step.average})"
            lines.append(f"{step.lasting or 'on'}: {step}{mean}")
        return "\n".join(lines)


def words(change: Change) -> str:
    """A change in mg, in percent of the total before it, and in paces where there is a ruler."""
    kind = "reduction" if change.is_fall else "rise"
    amount = Dose(abs(change.mg)).in_unit(change.after.unit)
    percent = change.percent_of_current
    part = f", {short(abs(percent))}% of current" if percent is not None else ""
    size = short(abs(change.paces)) if change.paces is not None else ""
    paces = f", {size} pace{'' if size == '1' else 's'}" if size else ""
    return f"day {change.day}, {change.before} to {change.after}: a {kind} of {amount}{part}{paces}"


def _days(course: Course) -> Iterator[DailyDose]:
    """The day's totals, as far as they can be told without a start date."""
    for step in course.steps:
        if step.is_empty:
            continue
        pattern = [day.total for day in step.days]
        lasting = step.lasting.days if step.lasting is not None and step.lasting.is_in_days else len(pattern)
        for index in range(lasting if step.is_constant else min(lasting, max(len(pattern), _SHOWN_ONCE))):
            yield pattern[index % len(pattern)]
    if course.then == "stop":
        yield NOTHING.total


@takes
def every_other_day(day: DayDoses, lasting: Duration | str | None = None) -> Step:
    """A step in which the doses are taken on alternate days, from its first.

    Args:
        day: The doses of the first day; the second has none.
        lasting: For how long.

    Example:
        >>> print(every_other_day({"evening": "5 mg"}).average)
        2.5 mg/day on average
    """
    return Step(cycle=(read_day(day, "every other day"), NOTHING), lasting=_length(lasting))


@takes
def on_weekdays(day: DayDoses, *weekdays: Weekday, lasting: Duration | str | None = None) -> Step:
    """A step in which the doses are taken on some days of the week only.

    Args:
        day: The doses of each of these days; the others have none.
        weekdays: Such as "mon", "thu".
        lasting: For how long.

    Raises:
        InvalidInput: If no day of the week is named.

    Example:
        >>> print(on_weekdays({"evening": "7 mg"}, "mon", "thu").average)
        2 mg/day on average
    """
    if not weekdays:
        raise InvalidInput(f"no day of the week is named; write one or more of {', '.join(WEEKDAYS)}")
    taken = read_day(day, "weekdays")
    return Step(weekly=dict.fromkeys(weekdays, taken), lasting=_length(lasting))


@takes
def plan_steps(
    *,
    drug: str,
    steps: Iterable[Step | tuple[DayDoses, Duration | str | None]],
    before: DayDoses | Literal["nothing"] | None = None,
    then: Literal["continue", "stop", "review"] | None = None,
    pace: Pace | str | None = None,
    indication: str | None = None,
    title: str | None = None,
) -> Steps:
    """A plan of explicit steps, as given, and the reductions that result.

    Args:
        drug: The drug.
        steps: Steps, or pairs of one day's doses and how long they are taken; the last may have no end.
        before: What is taken until day 1; "nothing", or None if unknown.
        then: What follows the last step; "continue" if it is open, and to be said if it is not.
        pace: A pace to count the reductions in.
        indication: What the drug is taken for.
        title: The plan's title.

    Raises:
        InvalidInput: If a step cannot be read, or a plan with an end does not say what follows.

    Example:
        >>> made = plan_steps(drug="baclofen", before="nothing",
        ...     steps=[({"evening": "5 mg"}, "3 days"), ({"morning": "5 mg", "evening": "5 mg"}, None)])
        >>> print(made.course.steps[1], made.course.then)
        5 mg morning, 5 mg evening continue
    """
    listed = tuple(step if isinstance(step, Step) else _step(step) for step in steps)
    if not listed:
        raise InvalidInput("there are no steps; give at least one", where="steps")
    if then is None and listed[-1].lasting is not None:
        raise InvalidInput('the last step has an end; say what follows: then="stop" or then="review"', where="then")
    taken: Before | Literal["nothing"] | None = None
    if before == "nothing":
        taken = "nothing"
    elif before is not None:
        taken = Before(regimen=_day(before))
    made_by = StepsRequest(pattern="steps")
    course = Course(
        drug=drug, indication=indication, before=taken, steps=listed, then=then or "continue", made_by=made_by
    )
    ruler = None
    if pace is not None:
        asked = Pace.parse(pace) if isinstance(pace, str) else pace
        start = taken.largest if isinstance(taken, Before) else max(step.largest for step in listed)
        ruler = measure_of(asked, start).ruler
    return Steps(Plan(title=title, courses=(course,)), StepsReport(course, ruler))


def _day(given: Regimen | Mapping[str, str | Dose] | str) -> Regimen:
    if isinstance(given, str):
        raise InvalidInput(f'got {given!r}; write one day\'s doses, "nothing", or None if unknown', where="before")
    return read_day(given, "before")


def _step(pair: tuple[DayDoses, Duration | str | None]) -> Step:
    day, lasting = pair
    return Step(regimen=read_day(day, "steps"), lasting=_length(lasting, "steps"))


def _length(lasting: Duration | str | None, where: str = "lasting") -> Duration | None:
    return None if lasting is None else Duration.of(lasting, where)
