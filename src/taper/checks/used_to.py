"""People used to a drug: whether so much of it was taken for so long before a day."""

from taper.checks.answers import gap
from taper.checks.case import Case
from taper.checks.dose_levels import fewest_days, levels_of, used_before
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.other_medicines import missing_lists, other_medicines
from taper.knowledge.monograph import Ceiling


def is_used_to(case: Case, drug: str, ceiling: Ceiling, day: int) -> bool | None:
    """Whether a person is beyond those whom a figure is for, on the days before one; None where it cannot be told.

    Another medicine of the class that the source names may make them used to it, and its dose is not known.
    """
    if ceiling.unless_taken is None or ceiling.unless_for is None:
        return False
    levels, used, taken = levels_of(case, drug), used_before(case, drug), 0
    is_open = not levels.knows_before
    for level in levels.all:
        if level.first < day and level.mg < ceiling.unless_taken.mg:
            taken, is_open = 0, is_open and level.first < 1
        elif level.first < 1:
            taken, is_open = used or 0, is_open or used is None
        elif level.first < day:
            taken += min(level.last or day, day - 1) - level.first + 1
    if taken >= fewest_days(ceiling.unless_for):
        return True
    others = other_medicines(case)
    may_be = is_open or missing_lists(case) or any(ceiling.unless_class in item.names for item in others)
    return None if may_be else False


def used_gap(rule: str, drug: str, ceiling: Ceiling, *, used: bool) -> NotAssessed:
    """That a figure is for people who are not used to the drug, and that these are, or may be."""
    whom = f"people who did not take {ceiling.unless_taken} a day for {ceiling.unless_for}"
    if used:
        missing = f"a maximum for someone used to the drug; {ceiling.limit} is for {whom}"
        return gap(rule, drug, Reason.NO_SOURCE, missing, of=[ceiling])
    facts = ["before", "before.for", "patient.medications", "patient.as_needed"]
    missing = f"what was taken before, for how long, and the other medicines; {ceiling.limit} is for {whom}"
    return gap(rule, drug, Reason.FACT, missing, of=[ceiling], facts=facts)
