"""Gaps: doses not taken, and what follows them, only as a person decided it."""

from collections.abc import Sequence
from dataclasses import replace

from taper.adjustment.course_state import CourseState, Ending, Piece, PlannedStep, empty, marked, total
from taper.adjustment.event_day import Now
from taper.adjustment.replan_rest import climb, follow
from taper.amounts.dose import Dose
from taper.amounts.duration import Duration
from taper.knowledge.monograph import Titration
from taper.planning.titration import choose_titration, plan_titration
from taper.plans.log import Gap, InvalidEvent, ResumeAt, Then, TitrateAnew, TitrateTo
from taper.plans.plan import Before, Course, Step
from taper.plans.regimen import Regimen
from taper.plans.request import DailyTaperRequest, TaperRequest


def gap(now: Now, track: CourseState, event: Gap) -> CourseState:
    """Empty days, and then what was decided; until it is, days that say that a decision is needed."""
    if event.then == "stop":
        return track.going((), then="stop")
    length = now.length(event.lasting)
    missed = Piece(empty("gap"), length, touched=True)
    if event.then is not None:
        made = decide(replace(now, day=now.day + length), track, event.then, track.ahead)
        return made.going([missed, *made.ahead])
    left = total(track.ahead)
    waits = Piece(empty("decision"), None if left is None else max(1, left - length), touched=True)
    then: Ending = "continue" if left is None else "review"
    return track.going([missed, waits], waiting=track.ahead, planned_then=track.then, then=then)


def decide(now: Now, track: CourseState, then: Then, planned: tuple[Piece, ...]) -> CourseState:
    """The course from now on as someone decided; `planned` is what lay ahead when the gap began."""
    open_again = replace(track, then=track.planned_then or track.then, waiting=(), planned_then=None)
    match then:
        case ResumeAt():
            return _resume_at(now, open_again, then, planned)
        case TitrateAnew():
            course = Course(id=track.name, drug=track.course.course.drug, then=then.then, steps=then.titrate)
            return climb(now, open_again, [], course)
        case TitrateTo():
            return climb(now, open_again, [], _titrated(now, open_again, then))
        case _:
            return open_again.going((), then="stop")


def _titrated(now: Now, track: CourseState, then: TitrateTo) -> Course:
    """A first titration of the course's drug, by an increment or by what a source gives."""
    drug = track.course.course.drug
    by: Titration | tuple[Dose, Duration]
    if then.increment is not None and then.every is not None:
        by = then.increment, then.every
    else:
        monograph = now.realized.formulary.monograph(drug)
        by = choose_titration(monograph, source=then.source, column=then.column, indication=then.indication)
    slots = [slot.name for slot in then.slots]
    to, aim = then.titrate_to, then.aim
    return plan_titration(drug=drug, to=to, slots=slots, products=track.products, by=by, aim=aim).course


def _resume_at(now: Now, track: CourseState, then: ResumeAt, planned: tuple[Piece, ...]) -> CourseState:
    if then.rest == "replan":
        return _resume_and_replan(now, track, then)
    if planned and planned[0].step.step.regimen == then.resume:
        return track.going([_lasting(now, track, then, planned[0], planned[1:]), *planned[1:]])
    track, index = _rung_of(now, track, then.resume)
    first, *others = now.rungs(track, index)
    back = replace(first, step=marked(first.step, kind=track.kind_of(then.resume), review_before=False))
    return track.going([_lasting(now, track, then, back, others), *others])


def _lasting(now: Now, track: CourseState, then: ResumeAt, first: Piece, others: Sequence[Piece]) -> Piece:
    """The step that is resumed, for as long as was written, else as planned."""
    if then.lasting is None and first.length is None and others:
        raise InvalidEvent(f'{then.resume} was taken before {track.name}; say for how long from now on; write "for"')
    if then.lasting is None:
        return first
    if not others and track.then == "continue":
        raise InvalidEvent(f'{track.name} keeps {then.resume} with no stop date; remove "for"')
    return first.lasting(now.length(then.lasting))


def _rung_of(now: Now, track: CourseState, resumed: Regimen) -> tuple[CourseState, int]:
    """The step of these doses: the last that was taken, else what was taken before the course, else one to come."""
    here = track.rung or 0
    for index in [*range(here, -1, -1), *range(here + 1, len(track.ladder))]:
        if track.ladder[index].regimen == resumed:
            return track, index
    before = track.course.course.before
    if isinstance(before, Before) and before.regimen == resumed and (longer := now.with_before(track)) is not None:
        return longer, 0
    days = [before.regimen if isinstance(before, Before) else None, *(rung.regimen for rung in track.ladder)]
    known = "; ".join(dict.fromkeys(str(day) for day in days if day))
    raise InvalidEvent(f'no step of {track.name} is {resumed}; resume at one ({known}), or write rest "replan"')


def _resume_and_replan(now: Now, track: CourseState, then: ResumeAt) -> CourseState:
    asked = track.made_by.pace if isinstance(track.made_by, TaperRequest | DailyTaperRequest) else None
    pace = then.pace or asked
    if pace is None:
        raise InvalidEvent(f"{track.name} was written by hand; give a pace to replan it, or shift the rest")
    step = now.realize(track, [Step(regimen=then.resume, kind=track.kind_of(then.resume))])[0]
    rung = PlannedStep(step, now.length(then.lasting or pace.every))
    ladder = (*track.ladder[: (track.rung or 0) + 1], rung)
    return follow(now, replace(track, ladder=ladder), then, [rung.piece(len(ladder) - 1)], [])
