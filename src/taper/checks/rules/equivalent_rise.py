"""Rises of the summed dose while one drug replaces the other, by the equivalence table that the plan names."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from taper._base.numbers import write_percent
from taper.amounts.dose import DailyDose
from taper.checks.answers import message_of
from taper.checks.case import Case, Run
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.knowledge.equivalence import EquivalenceTable
from taper.plans.plan import Before
from taper.plans.request import CrossTaperRequest
from taper.schedules.realization import RealizedCourse

NAME = "equivalent-rise"
SUBJECT = None
READS: tuple[str, ...] = ()


def assess(case: Case) -> Iterator[Answer]:
    """Express the day's doses of a drug and of the one that replaces it in the latter, and find where they rise.

    The table is the one by which the stages were planned, by the low end of a range, as there. A rise on the way over
    is moderate: an equivalent is approximate. Where neither rises above what was taken before it, the source is clear;
    a table that is not on file is not assessed. The rule does not apply to a plan that replaces nothing in stages.
    """
    for old, new, request in _pairs(case):
        table = next((table for table in case.formulary.tables if table.id == request.equivalence), None)
        if table is None or not (table.holds(old.drug) and table.holds(new.drug)):
            what = (f"the table {request.equivalence}, by which {old.drug} is replaced",)
            yield NotAssessed(rule=NAME, drug=new.drug, reason=Reason.NO_SOURCE, what=what)
            continue
        rises = list(_rises(case, old, new, table))
        yield from rises
        if not rises:
            yield Clear(rule=NAME, drug=new.drug, source=table.source)


def _pairs(case: Case) -> Iterator[tuple[RealizedCourse, RealizedCourse, CrossTaperRequest]]:
    """Each drug that is replaced in stages, with its successor: the two courses that carry the same request."""
    made = [(course, course.course.made_by) for course in case.courses]
    for old, request in made:
        if isinstance(request, CrossTaperRequest) and not request.is_of_second:
            for new, other in made:
                if isinstance(other, CrossTaperRequest) and other.is_of_second and other.made == request.made:
                    yield old, new, request


def _rises(case: Case, old: RealizedCourse, new: RealizedCourse, table: EquivalenceTable) -> Iterator[Finding]:
    before = _level([_before(old), _before(new)], (old, new), table)
    runs = case.runs_of((old, new))
    levels = [before, *(_level([_taken(run, old), _taken(run, new)], (old, new), table) for run in runs)]
    last = case.bounds(old)[1]
    for run, (high, low) in zip(runs, pairwise(levels), strict=True):
        is_on_the_way = last is None or run.first <= last + 1
        if low > high and is_on_the_way:
            yield _finding(case, (old, new), run, (high, low), table)


def _level(taken: list[Fraction], pair: tuple[RealizedCourse, RealizedCourse], table: EquivalenceTable) -> Fraction:
    old, new = pair
    return taken[0] * table.ratio(old.drug, new.drug) + taken[1]


def _before(course: RealizedCourse) -> Fraction:
    before = course.course.before
    return before.largest.mg if isinstance(before, Before) else Fraction(0)


def _taken(run: Run, course: RealizedCourse) -> Fraction:
    return sum((item.intake.dose.mg for item in run.intakes if item.course == course.course.id), Fraction(0))


def _finding(
    case: Case,
    pair: tuple[RealizedCourse, RealizedCourse],
    run: Run,
    levels: tuple[Fraction, Fraction],
    table: EquivalenceTable,
) -> Finding:
    old, new = pair
    before, after = (DailyDose(mg) for mg in levels)
    step = next(item.step for item in run.intakes if item.course == new.course.id)
    happens = (
        f"{old.drug} and {new.drug} together rise {write_percent((after.mg - before.mg) / before.mg)} "
        f"({before} to {after} as {new.drug} by {table.title}) {case.when(run.first, run.last)}"
    )
    return Finding(
        rule=NAME,
        severity=Severity.MODERATE,
        evidence=table.source.grade,
        message=message_of(happens, []),
        drug=new.drug,
        course=new.course.id,
        step=step,
        day=run.first,
        last_day=run.last,
        value=str(after),
        limit=str(before),
        source=table.source,
    )
