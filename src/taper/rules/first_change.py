"""The fall from what was taken before to the first day of the plan."""

from collections.abc import Iterator
from fractions import Fraction

from taper._model import write_percent
from taper.case import Case, cite, left_out, uncited
from taper.dose import DailyDose
from taper.finding import Answer, Clear, Finding, NotAssessed, Severity
from taper.monograph import Stopping, StoppingShape
from taper.realization import RealizedCourse

NAME = "first-change"
READS = ("before", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Compare the first fall with the largest single fall that each source names, in its own shape.

    More than a source allows at most is high, more than its typical figure is moderate. A source without a
    figure, and an unknown `before`, are not assessed; a first day that is no lower is clear.
    """
    yield from uncited(case, NAME)
    for course in case.courses:
        monograph = case.monograph(course.drug)
        if monograph is not None:
            facts = tuple(item for item in monograph.stopping if case.applies_to(item, course))
            yield from left_out(case, NAME, course.drug, facts)
            compared = tuple(item for item in facts if case.compares(item.source))
            yield from _assess_course(course, _first_total(case, course), compared)


def _first_total(case: Case, course: RealizedCourse) -> DailyDose:
    day = course.course.starts_on_day
    return next(run.total for run in case.runs_of((course,)) if run.last is None or run.last >= day)


def _assess_course(course: RealizedCourse, first: DailyDose, facts: tuple[Stopping, ...]) -> Iterator[Answer]:
    before = course.course.before
    if before is None:
        yield NotAssessed(rule=NAME, drug=course.drug, missing="what was taken before day 1 (before)")
        return
    if before == "nothing" or first >= before.largest:
        yield Clear(rule=NAME, drug=course.drug)
        return
    if not facts:
        yield NotAssessed(rule=NAME, drug=course.drug, missing="advice on reducing the drug; no source is held")
    for fact in facts:
        reaches = fact.down_to_daily_dose is None or before.largest.mg > fact.down_to_daily_dose.mg
        if reaches and (not fact.indications or course.course.indication in {None, *fact.indications}):
            yield _compare(course, fact, before.largest, first)


def _compare(course: RealizedCourse, fact: Stopping, before: DailyDose, first: DailyDose) -> Answer:
    fall = before.mg - first.mg
    allowed = _allowed(fact, before.mg)
    words = f"from {before} to {first}, {write_percent(fall / before.mg)} of it"
    if allowed is None:
        missing = f"a figure for one fall ({words}); the source says {fact.shape} {cite(fact)}"
        return NotAssessed(rule=NAME, drug=course.drug, missing=missing)
    if fall <= allowed:
        return Clear(rule=NAME, drug=course.drug, source=fact.source)
    limit = f"{DailyDose(allowed)}" if fact.percent_high is None else write_percent(fact.percent_high / 100)
    said = f"the source says {'at most' if fact.at_most else 'typically'} {limit} {cite(fact)}"
    return Finding(
        rule=NAME,
        severity=Severity.HIGH if fact.at_most else Severity.MODERATE,
        evidence=fact.source.grade,
        message=f"day {course.course.starts_on_day}: the first fall goes {words}; {said}",
        drug=course.drug,
        course=course.course.id,
        step=1,
        day=course.course.starts_on_day,
        last_day=course.course.starts_on_day,
        value=str(DailyDose(fall)),
        limit=limit,
        source=fact.source,
    )


def _allowed(fact: Stopping, before: Fraction) -> Fraction | None:
    if fact.shape is StoppingShape.FIXED and fact.step_high is not None:
        return fact.step_high.mg
    if fact.shape in {StoppingShape.PERCENT_OF_CURRENT, StoppingShape.PERCENT_OF_START} and fact.percent_high:
        return before * fact.percent_high / 100
    bands = [band.step_high.mg for band in fact.bands if band.down_to.mg < before <= band.from_dose.mg]
    return max(bands, default=None)
