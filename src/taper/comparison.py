"""Comparisons that several rules make: a day's total with a daily figure, a first day's with a first dose."""

from collections.abc import Iterator
from typing import Any

from taper.case import Case, capped, cite, stretch_words, stretches
from taper.dose import DailyDose, Dose
from taper.finding import Answer, Clear, Finding, NotAssessed, Severity
from taper.monograph import AgeAdvice, Cited, LiverAdvice


def find(case: Case, rule: str, drug: str, fact: Cited, severity: Severity, message: str, **fields: Any) -> Finding:
    """A finding that cites a fact; moderate at most where the fact is about some indications and none is given."""
    depends = case.indication_fits(fact, drug) is None
    hedge = "; it depends on the indication" if depends else ""
    return Finding(
        rule=rule,
        severity=capped(severity, weak=depends),
        evidence=fact.source.grade,
        message=f"{message}{hedge} {cite(fact)}",
        drug=drug,
        source=fact.source,
        **fields,
    )


def whole_plan(case: Case, drug: str) -> dict[str, int | None]:
    """The first and last day of a drug, for a finding about all of it."""
    runs = [run for run in case.runs(drug) if run.intakes]
    return {"day": runs[0].first, "last_day": None if runs[-1].repeats else runs[-1].last}


def compare_totals(case: Case, rule: str, drug: str, fact: Cited, limit: Dose, said: str) -> Iterator[Answer]:
    """Each stretch of days above a daily figure is high; none is clear."""
    found = False
    for stretch in stretches(case.runs(drug), lambda run: run.total.mg > limit.mg):
        found = True
        highest = max(stretch, key=lambda run: run.total.mg)
        message = f"{stretch_words(stretch)}: {highest.total} of {drug} is above {said}"
        yield find(case, rule, drug, fact, Severity.HIGH, message, day=stretch[0].first, last_day=stretch[-1].last,
                   course=highest.intakes[0].course, step=highest.intakes[0].step,
                   value=str(highest.total), limit=per_day(limit))  # fmt: skip
    if not found:
        yield Clear(rule=rule, drug=drug, source=fact.source)


def compare_first(case: Case, rule: str, drug: str, fact: LiverAdvice | AgeAdvice, whom: str) -> Answer:
    """A first day above a first dose is high; for someone who takes the drug already there is no such figure."""
    befores = [course.course.before for course in case.courses_of(drug)]
    limit = fact.initial
    assert limit is not None
    said = f"the first {'daily ' if fact.initial_per == 'day' else ''}dose of {limit} {whom}"
    if None in befores:
        missing = f"what was taken before day 1 (before); {said} {cite(fact)}"
        return NotAssessed(rule=rule, drug=drug, missing=missing)
    if any(before != "nothing" for before in befores):
        missing = f"a figure for someone who takes the drug already; {said} {cite(fact)}"
        return NotAssessed(rule=rule, drug=drug, missing=missing)
    first = next(run for run in case.runs(drug) if run.intakes)
    largest = max((item.intake.dose for item in first.intakes), key=lambda dose: dose.mg)
    taken = first.total if fact.initial_per == "day" else largest
    if taken.mg <= limit.mg:
        return Clear(rule=rule, drug=drug, source=fact.source)
    return find(case, rule, drug, fact, Severity.HIGH, f"day {first.first}: {taken} of {drug} is above {said}",
                day=first.first, last_day=first.last, course=first.intakes[0].course, step=first.intakes[0].step,
                value=str(taken), limit=per_day(limit) if fact.initial_per == "day" else str(limit))  # fmt: skip


def per_day(limit: Dose) -> str:
    """A dose as a daily figure."""
    return str(DailyDose(limit.mg).in_unit(limit.unit))
