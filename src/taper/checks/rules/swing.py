"""Dose swings: days without a dose inside a repeating pattern, against the drug's half-life."""

from collections.abc import Iterator

from taper._base.numbers import write_number
from taper._base.text import write_span
from taper.checks.answers import find, gap, person_gap
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import days_between, is_swing
from taper.checks.open_question import Reason
from taper.checks.other_medicines import in_own_column
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import HalfLife, own_half_lives
from taper.schedules.realization import RealizedCourse
from taper.source import Subject

NAME = "swing"
SUBJECT = Subject.HALF_LIFE
READS = ("patient.age",)

_WEEK = 7


def assess(case: Case) -> Iterator[Answer]:
    """Find cycles and weekly patterns with days on which a drug is not taken, and compare the hours from one day with a
    dose to the next with each source's half-life.

    About two half-lives or more, so that about a quarter is left or less, is moderate; as many at the short end of a
    range only is low. Nine tenths of two count as about two: that margin is this library's own, and no source gives it.
    Under a half-life that is printed as an upper end alone, fewer hours are not assessed. Half-lives of metabolites are
    not used. A drug with no half-life on file is not assessed; the rule does not apply to a plan with a dose on every
    day, nor to one with a dose at least every week of a drug whose sources on file give its maximum for one day of a
    week.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        found = [(course, *_widest(course)) for course in case.courses_of(drug)]
        least = _WEEK if _is_weekly(case, drug) else 1
        skipping = [(course, number, days) for course, number, days in found if days > least]
        if not skipping:
            continue
        compared = yield from heard(case, NAME, drug, own_half_lives(case.applying(monograph.half_lives, drug)))
        facts = in_own_column(case, compared)
        if not facts:
            yield gap(NAME, drug, Reason.NO_SOURCE, "the half-life of the drug")
        for course, number, days in skipping:
            yield from (_compare(case, course, number, days, fact) for fact in facts)


def _is_weekly(case: Case, drug: str) -> bool:
    """Whether a source on file prints the drug for one day of a week."""
    ceilings = case.applying(case.formulary.monograph(drug).ceilings, drug)
    return any((item.per, item.days) == ("week", 1) and case.compares(item.source) for item in ceilings)


def _widest(course: RealizedCourse) -> tuple[int, int]:
    """The first step with the most days from one dose to the next inside its cycle, and how many."""
    # Days that were not taken are no cycle; the rule on gaps speaks of them.
    gaps = [(number, days_between(step)) for number, step in enumerate(course.steps, start=1)]
    return max(gaps, key=lambda item: item[1])


def _compare(case: Case, course: RealizedCourse, number: int, days: int, fact: HalfLife) -> Answer:
    hours, drug = 24 * days, course.drug
    if not is_swing(hours, fact.low) and fact.up_to:
        missing = f"the lower end of a half-life that the source prints as up to {write_number(fact.high)} hours"
        return gap(NAME, drug, Reason.NO_FIGURE, f"{missing}; {hours} hours pass between two doses", of=[fact])
    if not is_swing(hours, fact.low):
        return Clear(rule=NAME, drug=drug, source=fact.source)
    if case.person_fits(fact) is None:
        return person_gap(case, NAME, drug, fact)
    if not case.person_fits(fact):
        return Clear(rule=NAME, drug=drug, source=fact.source)
    span = write_span(write_number(fact.low), write_number(fact.high))
    span = f"up to {span}" if fact.up_to else span
    of = f", {fact.of}" if fact.of else ""
    first, last = course.course.bounds(case.start)[number - 1]
    average = course.steps[number - 1].step.average
    happens = f"{hours} hours pass from one dose of {drug} to the next {case.when(first, last)}; the step is {average}"
    severity = Severity.MODERATE if is_swing(hours, fact.high) else Severity.LOW
    return find(case, NAME, drug, fact, severity, happens, f"half-life of {span} hours{of}, about half of that or less",
                part="cycle", course=course.course.id, step=number, day=first,
                last_day=last, value=f"{hours} hours", limit=f"2 x {span} hours")  # fmt: skip
