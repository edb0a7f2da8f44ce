"""Days without a dose inside a cycle, against the drug's half-life."""

from collections.abc import Iterator

from taper._base.numbers import write_number
from taper.checks.answers import find, is_own_half_life, span_words
from taper.checks.case import Case, cite, left_out, uncited
from taper.checks.review import Answer, Clear, NotAssessed, Severity
from taper.knowledge.monograph import HalfLife
from taper.schedules.realization import RealizedCourse, RealizedStep
from taper.source import Subject

NAME = "swing"
SUBJECT = Subject.HALF_LIFE
READS = ("patient.age",)


def assess(case: Case) -> Iterator[Answer]:
    """Find cycles and weekly patterns with days on which a drug is not taken, and compare the hours from one day with a
    dose to the next with each source's half-life.

    More than two half-lives, so that less than a quarter is left, is moderate; more than two at the short end of a
    range only is low. Under a half-life that is printed as an upper end alone, fewer hours are not assessed.
    Half-lives of metabolites are passed over. No half-life held is not assessed; a plan in which every day has a dose
    is not asked.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        found = [(course, *_widest(course)) for course in case.courses_of(drug)]
        skipping = [(course, number, days) for course, number, days in found if days > 1]
        if monograph is None or not skipping:
            continue
        held = [fact for fact in case.applying(monograph.half_lives, drug) if is_own_half_life(fact)]
        yield from left_out(case, NAME, drug, held)
        facts = [fact for fact in held if case.compares(fact.source)]
        if not facts:
            yield NotAssessed(rule=NAME, drug=drug, missing="the half-life of the drug; no source is held")
        for course, number, days in skipping:
            yield from (_compare(case, course, number, days, fact) for fact in facts)


def _widest(course: RealizedCourse) -> tuple[int, int]:
    """The step with the most days from one dose to the next inside its cycle, and how many."""
    gaps = [(number, _days_between(step)) for number, step in enumerate(course.steps, start=1)]
    return max(gaps, key=lambda item: (item[1], -item[0]))


def _days_between(step: RealizedStep) -> int:
    taken = [index for index, day in enumerate(step.days) if day.intakes]
    if not taken:  # days that were not taken are no cycle; the rule on gaps speaks of them
        return 0
    around = [*taken[1:], taken[0] + len(step.days)]
    return max(later - earlier for earlier, later in zip(taken, around, strict=True))


def _compare(case: Case, course: RealizedCourse, number: int, days: int, fact: HalfLife) -> Answer:
    hours, drug = 24 * days, course.drug
    if hours <= 2 * fact.low and fact.up_to:
        missing = f"the lower end of a half-life that the source prints as up to {write_number(fact.high)} hours"
        return NotAssessed(
            rule=NAME, drug=drug, missing=f"{missing}; {hours} hours pass between two doses {cite(fact)}"
        )
    if hours <= 2 * fact.low:
        return Clear(rule=NAME, drug=drug, source=fact.source)
    if case.person_fits(fact) is None:
        return NotAssessed(rule=NAME, drug=drug, missing=f"the age, of which the source speaks {cite(fact)}")
    span = span_words(write_number(fact.low), write_number(fact.high))
    span = f"up to {span}" if fact.up_to else span
    of = f", {fact.of}" if fact.of else ""
    first, last = course.course.bounds(case.start)[number - 1]
    average = course.steps[number - 1].step.average
    message = (
        f"step {number}: {hours} hours pass from one dose of {drug} to the next, more than two half-lives of {span} "
        f"hours{of}; the step is {average}"
    )
    severity = Severity.MODERATE if hours > 2 * fact.high else Severity.LOW
    return find(case, NAME, drug, fact, severity, message, course=course.course.id, step=number, day=first,
                last_day=last, value=f"{hours} hours", limit=f"2 x {span} hours")  # fmt: skip
