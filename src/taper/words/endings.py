"""What follows a step, in words; "stop" is said only where nothing of the drug follows in the plan."""

from collections.abc import Iterator
from datetime import date, timedelta

from taper.plans.regimen import Slot
from taper.schedules.schedule import DatedStep, End, Schedule
from taper.words.language import Language


def last_dose(schedule: Schedule, course: str) -> tuple[date, Slot] | None:
    """The date and time of day of the last dose of a course that is shown; None if its days hold no dose."""
    for day in reversed(schedule.days):
        for intake in reversed(day.intakes):
            if intake.course == course:
                return day.date, intake.slot
    return None


def is_last_of_drug(schedule: Schedule, course: str) -> bool:
    """Whether no other course of the same drug goes on after the last dose of this one."""
    drug, mine = schedule.realized.course(course).drug, last_dose(schedule, course)
    others = [c.course.id for c in schedule.realized.courses if c.drug == drug and c.course.id != course]
    return all(_ends_by(schedule, other, None if mine is None else mine[0]) for other in others)


def _ends_by(schedule: Schedule, course: str, when: date | None) -> bool:
    if schedule.course_ends[course] is not End.STOP:
        return False
    last = last_dose(schedule, course)
    return last is None or (when is not None and last[0] <= when)


def describe_what_follows(schedule: Schedule, step: DatedStep, language: Language) -> Iterator[str]:
    """The step that comes next, or how the course ends, and where the window cuts it off."""
    words = language.phrases.ending
    steps = schedule.realized.course(step.course).steps
    if step.last is not None and step.number < len(steps):
        template = words.next_review if steps[step.number].step.review_before else words.next
        yield template.format(number=step.number + 1, date=language.long_date(step.last + timedelta(days=1)))
    else:
        yield from _end(schedule, step, language)
    if step.last is not None and step.last > schedule.last:
        yield words.window.format(date=language.long_date(schedule.last))


def _end(schedule: Schedule, step: DatedStep, language: Language) -> Iterator[str]:
    words = language.phrases.ending
    match schedule.course_ends[step.course]:
        case End.CONTINUES:
            yield words.continues.format(date=language.long_date(schedule.last))
        case End.REVIEW if step.last is not None:
            yield words.review.format(date=language.long_date(step.last))
        case End.STOP:
            yield from _stop(schedule, step, language)


def _stop(schedule: Schedule, step: DatedStep, language: Language) -> Iterator[str]:
    words, last = language.phrases.ending, last_dose(schedule, step.course)
    ends = is_last_of_drug(schedule, step.course)
    after = step.first if last is None else last[0] + timedelta(days=1)
    if last is None:
        yield words.no_last
    else:
        template = words.last if ends else words.last_part
        yield template.format(date=language.long_date(last[0]), when=language.slot(last[1])[1])
    if ends:
        yield words.stop.format(after=language.long_date(after))
    else:
        yield words.part.format(of_drug=language.of(step.drug))


def describe_beyond(schedule: Schedule, language: Language) -> str | None:
    """What a window leaves out of a closed plan, or None."""
    if schedule.beyond is None:
        return None
    beyond = schedule.beyond
    return language.phrases.ending.beyond.format(
        date=language.long_date(beyond.last), days=beyond.days, intakes=beyond.intakes
    )
