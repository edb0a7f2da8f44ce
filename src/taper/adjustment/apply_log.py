"""A schedule after what happened: doses kept, slowed, stepped back, resumed; days already taken do not change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from taper._base.limits import MOST_WORK
from taper._base.progress import Progress, counted
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.work import Allowance
from taper.adjustment.course_state import CourseState
from taper.adjustment.event_day import DecisionNeeded, NothingToChange, Now, OtherPlan
from taper.adjustment.events import (
    change_products,
    gate_day,
    hold,
    pass_review,
    resume,
    retarget,
    step_back,
    stop,
    uses_its_drug,
)
from taper.adjustment.gaps import gap
from taper.adjustment.replan_rest import slow, speed_up
from taper.amounts.duration import Duration, days
from taper.errors import InvalidInput, TaperError
from taper.plans.log import (
    ChangeProducts,
    Event,
    Gap,
    Hold,
    InvalidEvent,
    Log,
    PassReview,
    Resume,
    Retarget,
    Slow,
    SpeedUp,
    StepBack,
    Stop,
)
from taper.plans.plan import Course, Plan
from taper.products.product import Product
from taper.schedules.schedule import Schedule, to_schedule

__all__ = ["DecisionNeeded", "NothingToChange", "OtherPlan", "apply_log"]

_HANDLERS: Mapping[type[Event], Callable[[Now, CourseState, Any], CourseState]] = {
    Hold: hold,
    Resume: resume,
    StepBack: step_back,
    Slow: slow,
    SpeedUp: speed_up,
    ChangeProducts: change_products,
    Stop: stop,
    Retarget: retarget,
    Gap: gap,
    PassReview: pass_review,
}
_FOR_EVERY_COURSE = (Hold, Resume, Gap)
_OPEN_DAYS = 28
"""How much of a last step without an end is shown where it begins only after the days that were shown."""
_STILL_SCORED = timedelta(days=366)
"""How long after its end a plan still takes scores: what comes after the last dose is part of what is followed."""


@takes
def apply_log(
    schedule: Schedule,
    log: Log,
    *,
    products: Iterable[Product] = (),
    horizon: Duration | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> Schedule:
    """The schedule as it stands after what happened; the days before each event stay as they were.

    Args:
        schedule: The schedule as it was first made.
        log: What happened, whole; each event counts from the plan as the events above it left it.
        products: Further products that a change of products may name.
        horizon: How far to show it from day 1. Without it, a schedule that was a window stays one of the same
            length, and reaches the last event and four weeks of a last step without an end that would not be seen.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        OtherPlan: If the log is of another plan or another start.
        InvalidEvent: If an event does not fit the plan where it falls.
        InvalidInput: If a score is of a day after the plan, both as first made and as it stands.
        DecisionNeeded: If an event follows a gap for which nobody has decided.
        CannotCompute: If so many events plan the rest again, or change products, that it would take minutes.
        CannotRealize: If a dose cannot be made of the products that an event names.

    Example:
        >>> from datetime import date
        >>> from taper.schedules.realization import realize
        >>> plan = Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": [
        ...     {"for": "2 weeks", "regimen": {"evening": "10 mg"}},
        ...     {"for": "2 weeks", "regimen": {"evening": "5 mg"}}]}]})
        >>> made = realize(plan, [Product(id="x5", drug="x", form="tablet", strength="5 mg")])
        >>> before = to_schedule(made, start=date(2027, 3, 1))
        >>> log = Log.of(plan, before.start, [Hold(day=date(2027, 3, 15), lasting=days(7))])
        >>> print(before.last, apply_log(before, log).last)
        2027-03-28 2027-04-04
    """
    _check_log(schedule, log)
    tracks = _after_events(schedule, log, tuple(products))
    naming = len(tracks) > 1 and any(track.has_other_products for track in tracks)
    courses = tuple(track.finished(naming=naming) for track in tracks)
    plan = Plan(title=schedule.realized.plan.title, courses=tuple(made.course for made in courses))
    adjusted = replace(schedule.realized, plan=plan, courses=courses)
    shown = to_schedule(adjusted, start=schedule.start, horizon=_horizon(schedule, log, plan, horizon))
    _check_scores(log, max(_last_day(schedule), _last_day(shown)))
    return replace(shown, log=log)


def _after_events(schedule: Schedule, log: Log, products: tuple[Product, ...]) -> tuple[CourseState, ...]:
    tracks = tuple(CourseState.of(course, schedule.start) for course in schedule.realized.courses)
    allowed = Allowance(
        MOST_WORK,
        "the events up to here plan the rest again, or make its doses of other products, more often than is done in "
        "one go; apply those before it, and log this one and what follows as events of the plan that results",
    )
    for index, event in enumerate(counted(log.events, "events of a log")):
        day = (event.day - schedule.start).days + 1
        try:
            with allowed.spending():
                tracks = _apply(Now(schedule.realized, schedule.start, day, products), tracks, event)
        except TaperError as error:
            error.where = f"events[{index}]" + (f", {error.where}" if error.where else "")
            raise
    return tracks


def _last_day(schedule: Schedule) -> date:
    """The last day of a plan; of one without an end, the last day that there is."""
    if schedule.realized.plan.is_open:
        return date.max
    return schedule.last if schedule.beyond is None else schedule.beyond.last


def _check_scores(log: Log, last: date) -> None:
    for index, symptom in enumerate(log.symptoms):
        if last < date.max and symptom.day > last + _STILL_SCORED:
            raise InvalidInput(f"{symptom.day} is over a year after the plan, which ends on {last}; correct the day",
                               where=f"symptoms[{index}]")  # fmt: skip


def _check_log(schedule: Schedule, log: Log) -> None:
    if schedule.log is not None:
        raise InvalidEvent("this schedule was adjusted already; apply the longer log to the schedule first made")
    own = schedule.realized.plan.fingerprint
    if log.plan != own:
        raise OtherPlan(f"the log is of the plan {log.plan[:8]}..., not of {own[:8]}...; give the plan that it is of")
    if log.start != schedule.start:
        raise OtherPlan(f"the log is of a plan that began on {log.start}, not on {schedule.start}; correct the start")


def _horizon(schedule: Schedule, log: Log, plan: Plan, horizon: Duration | None) -> Duration | None:
    if horizon is not None:
        return horizon
    if schedule.beyond is None and not schedule.realized.plan.is_open and not plan.is_open:
        return None
    changed = log.changes_from or schedule.start
    shown = max(len(schedule.days), (changed - schedule.start).days + 1)
    begins = [course.bounds(schedule.start)[-1][0] for course in plan.courses if course.is_open and not _waits(course)]
    latest = max(begins, default=0)
    return days(shown if latest <= shown else latest - 1 + _OPEN_DAYS)


def _waits(course: Course) -> bool:
    return course.steps[-1].is_empty


def _apply(now: Now, tracks: tuple[CourseState, ...], event: Event) -> tuple[CourseState, ...]:
    """The courses after an event; one that goes to every course passes over those in which it changes nothing."""
    if now.day == 1 and not isinstance(event, PassReview):
        raise InvalidEvent(f"on {event.day} nothing of the plan has been taken yet; change the plan, or its start")
    names = _concerned(now, tracks, event)
    made: list[CourseState] = []
    refused: list[NothingToChange] = []
    for track in tracks:
        try:
            made.append(_change(now, track, event) if track.name in names else track)
        except NothingToChange as error:
            refused.append(error)
            made.append(track)
    if len(refused) == len(names):
        raise refused[0]
    return tuple(made)


def _concerned(now: Now, tracks: tuple[CourseState, ...], event: Event) -> set[str]:
    names = {track.name for track in tracks}
    if event.course is not None:
        if event.course not in names:
            raise InvalidEvent(f"there is no course {show(event.course)}; name one of {', '.join(sorted(names))}")
        return {event.course}
    if len(names) == 1 or isinstance(event, _FOR_EVERY_COURSE):
        return names
    if isinstance(event, PassReview):
        waiting = {track.name: day for track in tracks if (day := gate_day(track.at(now.day))) is not None}
        return {min(waiting, key=lambda name: waiting[name])} if waiting else names
    if isinstance(event, ChangeProducts):
        return {track.name for track in tracks if uses_its_drug(now, track, event.products)} or names
    raise InvalidEvent(f"the plan has the courses {', '.join(sorted(names))}; name the one that the {event.kind} is of")


def _change(now: Now, track: CourseState, event: Event) -> CourseState:
    decides = isinstance(event, Resume | Stop)
    if track.last_day is not None and now.day > track.last_day:
        if not (track.waits and decides):
            raise NothingToChange(
                f"{event.day} is after the end of {track.name} on {now.date_of(track.last_day)}; correct the day"
            )
        track = track.waiting_until(now.day)
    here = track.at(now.day)
    if here.waits and not decides:
        raise DecisionNeeded(f"a gap in {track.name} waits for a decision; say what follows it (then) first")
    if not here.past:
        return _before_it_begins(now, here, event)
    if here.past[-1].is_empty and not isinstance(event, Resume | Stop | ChangeProducts | PassReview):
        raise InvalidEvent(
            f"nothing of {track.name} is taken the day before, so nothing can follow from it; resume first"
        )
    return _HANDLERS[type(event)](now, here, event)


def _before_it_begins(now: Now, track: CourseState, event: Event) -> CourseState:
    match event:
        case Hold() if event.rest == "shift":
            return replace(track, first=track.first + now.length(event.lasting))
        case ChangeProducts() if event.rest == "shift":
            return change_products(now, track, event)
        case PassReview():
            return pass_review(now, track, event)
        case Gap():
            raise InvalidEvent(f"{track.name} has not begun; name the course in which doses were not taken")
        case _:
            raise NothingToChange(f"{track.name} begins only on {now.date_of(track.first)}; change the plan instead")
