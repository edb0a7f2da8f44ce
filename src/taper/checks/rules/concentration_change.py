"""Liquids of one drug in more than one concentration."""

from collections.abc import Iterator

from taper.amounts.liquid import Concentration
from taper.checks.answers import by_source
from taper.checks.case import Case
from taper.checks.review import Answer, Clear, Finding, Severity

NAME = "concentration-change"
SUBJECT = None
READS: tuple[str, ...] = ()


def assess(case: Case) -> Iterator[Answer]:
    """Find plans in which the concentration of a drug's liquid changes; the same volume is then another dose.

    A change is high. A drug that is taken as a liquid of one concentration is clear; the rule does not apply to one
    without liquids.
    """
    for drug in case.drugs:
        used = _used(case, drug)
        if len(used) > 1:
            yield _finding(case, drug, used)
        elif used:
            yield Clear(rule=NAME, drug=drug)


def _used(case: Case, drug: str) -> list[tuple[Concentration, int, str, int]]:
    """Each concentration in the order of its first day, with that day, its course and its step."""
    found: dict[Concentration, tuple[Concentration, int, str, int]] = {}
    for course in case.courses_of(drug):
        liquids = {item.id: item.concentration for item in course.used if item.concentration is not None}
        bounds = course.course.bounds(case.start) if liquids else ()
        for number, (step, (first, _)) in enumerate(zip(course.steps, bounds, strict=False), start=1):
            names = {p.product for day in step.days for intake in day.intakes for p in intake.recipe.portions}
            for concentration in (liquids[name] for name in sorted(names & set(liquids))):
                if concentration not in found or first < found[concentration][1]:
                    found[concentration] = (concentration, first, course.course.id, number)
    return sorted(found.values(), key=lambda item: (item[1], str(item[0])))


def _finding(case: Case, drug: str, used: list[tuple[Concentration, int, str, int]]) -> Finding:
    (before, *_), (after, day, course, step) = used[0], used[1]
    listed = ", then ".join(str(item[0]) for item in used)
    return by_source(
        case,
        NAME,
        drug,
        None,
        Severity.HIGH,
        f"the concentration of the liquid {drug} changes {case.when(day, day)}: {listed}",
        "the same volume holds another dose",
        course=course,
        step=step,
        day=day,
        value=str(after),
        limit=str(before),
    )
