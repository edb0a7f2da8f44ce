"""After a change: the rest of a plan shifted as it is, or replanned."""

from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import accumulate, pairwise

from taper.adjustment.course_state import CourseState, Piece, PlannedStep, total
from taper.adjustment.event_day import NothingToChange, Now
from taper.amounts.dose import DailyDose
from taper.planning.replan import replan
from taper.plans.log import InvalidEvent, Replanned, Slow, SpeedUp
from taper.plans.plan import Course
from taper.plans.regimen import NOTHING, Regimen
from taper.plans.request import PlannedRequest

_Fall = tuple[DailyDose, DailyDose]


def follow(
    now: Now, track: CourseState, how: Replanned, kept: list[Piece], rest: list[Piece], *, to: Regimen | None = None
) -> CourseState:
    """The course with some pieces kept, and then the rest: the one given, or one replanned.

    Raises:
        InvalidEvent: If it cannot be replanned: it was written by hand, or differs from day to day.
    """
    if how.rest == "shift":
        return track.going([*kept, *rest])
    length = total(kept)
    if length is None:
        raise NothingToChange(f"{track.name} keeps this dose with no stop date; there is no rest to replan")
    course = _planned_anew(now.day + length, track, how, kept[-1] if kept else track.past[-1], to)
    return climb(replace(now, day=now.day + length), track, kept, course)


def _planned_anew(day: int, track: CourseState, how: Replanned, last: Piece, to: Regimen | None) -> Course:
    taken = last.step.step.regimen
    if taken is None:
        raise InvalidEvent(
            f"{last.step.step} differs from day to day, so a reduction from it has no size; shift the rest"
        )
    if how.pace is None and not carries_request(track):
        raise InvalidEvent(f"{track.name} was written by hand; give a pace to replan it, or shift the rest")
    if to is None and not carries_request(track):
        to = _target(track)
    course = track.course.course.model_copy(update={"made_by": track.made_by})
    return replan(course, day=day, before=taken, to=to, products=track.products, pace=how.pace, order=how.order).course


def carries_request(track: CourseState) -> bool:
    """Whether the course says how it was asked for, so that its rest can be asked for again."""
    return isinstance(track.made_by, PlannedRequest)


def _target(track: CourseState) -> Regimen:
    last = NOTHING if track.then == "stop" else track.ladder[-1].regimen
    if last is None:
        raise InvalidEvent(f"{track.name} ends in {track.ladder[-1].step.step}; give a target, or shift the rest")
    return last


def climb(now: Now, track: CourseState, kept: list[Piece], course: Course) -> CourseState:
    """The course with some pieces kept and then the steps of another, which become the rungs of its ladder."""
    bounds = course.model_copy(update={"starts_on_day": 1}).bounds(now.date_of(now.day))
    lengths = [None if last is None else last - first + 1 for first, last in bounds]
    here = kept[-1].rung if kept and kept[-1].rung is not None else track.rung or 0
    below = track.ladder[: here + 1]
    made_by = course.made_by if course.made_by is not None else track.made_by
    steps = now.realize(replace(track, made_by=made_by), course.steps)
    rungs = [PlannedStep(step, length) for step, length in zip(steps, lengths, strict=True)]
    pieces = [rung.piece(len(below) + place) for place, rung in enumerate(rungs)]
    then, last = course.then, track.ladder[-1].length
    if track.then == "review" and then == "continue" and last is not None and course.made_by is not None:
        # The plan was to be looked at again after its last step, and still is.
        then, pieces[-1] = "review", pieces[-1].lasting(last)
    return track.going([*kept, *pieces], ladder=(*below, *rungs), then=then, made_by=made_by)


def slow(now: Now, track: CourseState, event: Slow) -> CourseState:
    """The rest at a slower pace; what was still to come of the present dose is kept.

    Raises:
        InvalidEvent: If the pace arrives earlier than the plan does, or drops more at a time.
    """
    made = _at_pace(now, track, event, least=track.joined)
    before, after = _days_ahead(track), _days_ahead(made)
    if after < before:
        early = "1 day" if before - after == 1 else f"{before - after} days"
        raise InvalidEvent(f"at {event.pace} {track.name} arrives {early} earlier; write speed-up for that")
    further = _further_fall(_falls(track), _falls(made))
    if further is not None:
        (high, low), (top, bottom) = further
        raise InvalidEvent(
            f"at {event.pace} {track.name} drops from {high} to {low} at a time, more than any drop still planned "
            f"from there, such as {top} to {bottom}; write speed-up for that"
        )
    return made


def _falls(track: CourseState) -> list[_Fall]:
    """Every reduction of the largest daily total that is still to come."""
    steps = [track.past[-1].step.step, *(piece.step.step for piece in track.ahead if not piece.is_empty)]
    totals = [*(step.largest for step in steps), *([DailyDose(0)] if track.then == "stop" else [])]
    return [(high, low) for high, low in pairwise(totals) if low < high]


def _further_fall(planned: list[_Fall], made: list[_Fall]) -> tuple[_Fall, _Fall] | None:
    """A reduction of more than any that was planned from as low a dose, and of a larger part than any from as high a
    one; and the nearest that was planned.
    """
    ordered = sorted(planned, key=lambda fall: fall[0])
    tops = [top for top, _ in ordered]
    largest = list(accumulate((top.mg - bottom.mg for top, bottom in ordered), max))
    smallest_part = list(accumulate((bottom.mg / top.mg for top, bottom in reversed(ordered)), min))
    for high, low in made:
        below, above = bisect_right(tops, high), len(tops) - bisect_left(tops, high)
        is_larger = not below or high.mg - low.mg > largest[below - 1]
        if planned and is_larger and (not above or low.mg / high.mg < smallest_part[above - 1]):
            near = [fall for fall in planned if not below or fall[0] <= high]
            return (high, low), max(near, key=lambda fall: fall[0].mg - fall[1].mg)
    return None


def speed_up(now: Now, track: CourseState, event: SpeedUp) -> CourseState:
    """The rest at another pace; only what was held of the present dose is kept beyond the new interval."""
    return _at_pace(now, track, event, least=tuple(piece for piece in track.joined if piece.held))


def _at_pace(now: Now, track: CourseState, event: Slow | SpeedUp, *, least: tuple[Piece, ...]) -> CourseState:
    """The present dose is kept for the new interval, counted from its first day, and for as long as `least`."""
    if total(track.joined) is None:
        raise NothingToChange(f"{track.name} keeps this dose with no stop date; retarget it instead")
    begun = now.day - _days_at_dose(track)
    keep = max(begun + now.length(event.pace.every, begun) - now.day, total(least) or 0)
    kept = [now.going_on(track, keep)] if keep else []
    how = Replanned(rest="replan", pace=event.pace, order=event.order)
    return follow(now, track, how, kept, [])


def _days_at_dose(track: CourseState) -> int:
    length = 0
    for piece in reversed(track.past):
        if piece.rung != track.past[-1].rung:
            break
        length += piece.length or 0
    return length


def _days_ahead(track: CourseState) -> int:
    return sum(piece.length or 0 for piece in track.ahead)
