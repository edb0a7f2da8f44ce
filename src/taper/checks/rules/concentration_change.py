"""Liquids of one drug in more than one concentration."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from taper.amounts.liquid import Concentration
from taper.checks.answers import by_source
from taper.checks.case import Case
from taper.checks.review import Answer, Clear, Finding, Severity

NAME = "concentration-change"
SUBJECT = None
READS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Use:
    """A liquid in one concentration, in one step."""

    concentration: Concentration
    first: int
    last: int | None
    course: str
    step: int


def assess(case: Case) -> Iterator[Answer]:
    """Find plans in which the concentration of a drug's liquid changes; the same volume is then another dose.

    Each change is high, a return to an earlier concentration too. A drug that is taken as a liquid of one
    concentration is clear; the rule does not apply to one without liquids.
    """
    for drug in case.drugs:
        used = list(_used(case, drug))
        changes = list(_changes(used))
        yield from (_finding(case, drug, before, use) for before, use in changes)
        if used and not changes:
            yield Clear(rule=NAME, drug=drug)


def _used(case: Case, drug: str) -> Iterator[_Use]:
    for course in case.courses_of(drug):
        liquids = {item.id: item.concentration for item in course.used if item.concentration is not None}
        bounds = course.course.bounds(case.start)
        for number, (step, (first, last)) in enumerate(zip(course.steps, bounds, strict=True), start=1):
            names = {p.product for day in step.days for intake in day.intakes for p in intake.recipe.portions}
            for concentration in {liquids[name] for name in names & set(liquids)}:
                yield _Use(concentration, first, last, course.course.id, number)


def _changes(used: list[_Use]) -> Iterator[tuple[Concentration, _Use]]:
    """Each use of a concentration that was not the one in use before, with that one."""
    held, now = list[Concentration](), list[_Use]()
    ordered = sorted(used, key=lambda use: (use.first, str(use.concentration)))
    for day, beginning in groupby(ordered, key=lambda use: use.first):
        now = [*(use for use in now if use.last is None or day <= use.last), *beginning]
        begun = {use.concentration: use for use in reversed(now) if use.concentration not in held}
        for use in sorted(begun.values(), key=now.index):
            if held:
                yield held[-1], use
            held.append(use.concentration)
        held = list(dict.fromkeys(use.concentration for use in now))


def _finding(case: Case, drug: str, before: Concentration, use: _Use) -> Finding:
    when = case.when(use.first, use.first)
    return by_source(
        case,
        NAME,
        drug,
        None,
        Severity.HIGH,
        f"the concentration of the liquid {drug} changes {when}: {before}, then {use.concentration}",
        "the same volume holds another dose",
        course=use.course,
        step=use.step,
        day=use.first,
        last_day=use.first,
        value=str(use.concentration),
        limit=str(before),
    )
