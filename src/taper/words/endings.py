"""What follows a step, in words; "stop" is said only where nothing of the drug follows in the plan."""

from collections.abc import Iterator
from datetime import date, timedelta

from taper.regimen import Slot
from taper.schedule import DatedStep, End, Schedule
from taper.words.language import Language


def last_dose(schedule: Schedule, course: str) -> tuple[date, Slot]:
    """The date and time of day of the last dose of a course that is shown; its last days may hold none."""
    return next(
        (day.date, intake.slot)
        for day in reversed(schedule.days)
        for intake in reversed(day.intakes)
        if intake.course == course
    )


def is_last_of_drug(schedule: Schedule, course: str) -> bool:
    """Whether no other course of the same drug goes on after the last dose of this one."""
    drug, (when, _) = schedule.realized.course(course).drug, last_dose(schedule, course)
    for other in schedule.realized.courses:
        if other.drug == drug and other.course.id != course:
            name = other.course.id
            if schedule.course_ends[name] is not End.STOP or last_dose(schedule, name)[0] > when:
                return False
    return True


def describe_what_follows(schedule: Schedule, step: DatedStep, language: Language) -> Iterator[str]:
    """The step that comes next, or how the course ends, and where the window cuts it off."""
    words = language.phrases.ending
    if step.last is not None and step.number < len(schedule.realized.course(step.course).steps):
        yield words.next.format(number=step.number + 1, date=language.date(step.last + timedelta(days=1)))
    else:
        yield from _end(schedule, step, language)
    if step.last is not None and step.last > schedule.last:
        yield words.window.format(date=language.date(schedule.last))


def _end(schedule: Schedule, step: DatedStep, language: Language) -> Iterator[str]:
    words = language.phrases.ending
    match schedule.course_ends[step.course]:
        case End.CONTINUES:
            yield words.continues.format(date=language.date(schedule.last))
        case End.REVIEW if step.last is not None:
            yield words.review.format(date=language.date(step.last))
        case End.STOP:
            yield _stop(schedule, step, language)


def _stop(schedule: Schedule, step: DatedStep, language: Language) -> str:
    when, slot = last_dose(schedule, step.course)
    held = {"date": language.date(when), "when": language.slot(slot)[1]}
    if not is_last_of_drug(schedule, step.course):
        return language.phrases.ending.part.format(of_drug=language.of(step.drug), **held)
    return language.phrases.ending.stop.format(after=language.date(when + timedelta(days=1)), **held)


def describe_beyond(schedule: Schedule, language: Language) -> str | None:
    """What a window leaves out of a closed plan, or None."""
    if schedule.beyond is None:
        return None
    beyond = schedule.beyond
    return language.phrases.ending.beyond.format(
        date=language.date(beyond.last), days=beyond.days, intakes=beyond.intakes
    )
