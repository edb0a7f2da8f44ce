"""Length of use: for how long a drug is taken, and whether advice about longer use applies."""

from taper.checks.case import Case
from taper.checks.dose_levels import fewest_days
from taper.knowledge.stopping_advice import Stopping


def use_fits(case: Case, drug: str, fact: Stopping, used: int | None) -> bool | None:
    """Whether advice is about so many days of use; None where the advice names a length and the use is not known.

    Advice after long use of which the source gives no length is not about a use that is shorter than any length that
    a source on file calls for.
    """
    if fact.used_for_at_least is not None:
        return None if used is None else used >= fewest_days(fact.used_for_at_least)
    return not (fact.after_long_use and is_short(case, drug, used))


def is_short(case: Case, drug: str, used: int | None) -> bool:
    """Whether a use is known to be shorter than the least that a source on file calls for, or its longest use."""
    least = long_from(case, drug)
    return used is not None and least is not None and used < least


def long_from(case: Case, drug: str) -> int | None:
    """The fewest days of use from which a source on file gives advice on reducing, whatever the dose.

    Where none gives a length, it is the longest use that a source recommends; None where neither is on file.
    """
    monograph = case.formulary.monograph(drug)
    lengths = [
        fewest_days(fact.used_for_at_least)
        for fact in case.applying(monograph.stopping, drug)
        if fact.used_for_at_least is not None and fact.from_daily_dose is None and case.compares(fact.source)
    ]
    if not lengths:
        limits = case.applying(monograph.durations, drug)
        lengths = [fewest_days(limit.high) + 1 for limit in limits if case.compares(limit.source)]
    return min(lengths, default=None)
