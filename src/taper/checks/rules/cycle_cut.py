"""Steps that end in the middle of a cycle."""

from collections.abc import Iterator

from taper.checks.case import Case
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.schedules.realization import RealizedCourse

NAME = "cycle-cut"
SUBJECT = None
READS: tuple[str, ...] = ()


def assess(case: Case) -> Iterator[Answer]:
    """Find steps whose length is not a whole number of their cycles; it is low, and a fact for the reader."""
    for course in case.courses:
        if any(not step.step.is_constant for step in course.steps):
            found = list(_cut(case, course))
            yield from found
            if not found:
                yield Clear(rule=NAME, drug=course.drug)


def _cut(case: Case, course: RealizedCourse) -> Iterator[Finding]:
    for number, (step, (first, last)) in enumerate(
        zip(course.steps, course.course.bounds(case.start), strict=True), start=1
    ):
        length = len(step.days)
        if last is None or step.step.is_constant or (last - first + 1) % length == 0:
            continue
        days = last - first + 1
        happens = f"step {number} lasts {days} days, which is not a whole number of its cycle of {length} days"
        yield Finding(
            rule=NAME,
            severity=Severity.LOW,
            message=f"{happens[:1].upper()}{happens[1:]}.",
            happens=happens,
            drug=course.drug,
            course=course.course.id,
            step=number,
            day=first,
            last_day=last,
            value=f"{days} days",
            limit=f"{length} days",
        )
