"""Length of use: for how long a drug is taken, and whether advice about longer use applies."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from taper.checks.case import Case
from taper.checks.dose_levels import fewest_days, levels_of
from taper.checks.review import Severity
from taper.knowledge.stopping_advice import Stopping, StoppingShape
from taper.source import Source


@dataclass(frozen=True, slots=True)
class LongUse:
    """From which use on a drug was taken long: so many `days`, or where no source says, as long as a reduction lasts.

    `reductions` are the whole reductions on file, of which the quickest counts; empty where `days` is given.
    """

    days: int | None
    reductions: tuple[Stopping, ...] = ()

    def from_dose(self, peak: Fraction) -> int | None:
        """The fewest days of long use where so many mg are the largest dose; None where nothing is on file."""
        if self.days is not None:
            return self.days
        return min((days for fact in self.reductions if (days := reduction_days(fact, peak)) is not None), default=None)


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


def most_in_short_use(case: Case, drug: str, used: int | None) -> Severity | None:
    """How grave a finding is at most under advice that gives no length of use; None where the use is not short.

    It is low, and moderate where the very sources that give a length ask for a reduction after a shorter use as well.
    """
    if not is_short(case, drug, used):
        return None
    least = long_from(case, drug)
    counted = {source for source, days in _lengths(case, drug) if days == least}
    applying = case.applying(case.formulary.monograph(drug).stopping, drug)
    asking = [f for f in applying if f.used_for_at_least is None and f.shape is not StoppingShape.NOT_NEEDED]
    return Severity.MODERATE if counted & {fact.source for fact in asking} else Severity.LOW


def _lengths(case: Case, drug: str) -> list[tuple[Source, int]]:
    """The sources that give advice on reducing from some length of use on, and its fewest days."""
    return [
        (fact.source, fewest_days(fact.used_for_at_least))
        for fact in case.applying(case.formulary.monograph(drug).stopping, drug)
        if fact.used_for_at_least is not None
        and fact.from_daily_dose is None
        and not fact.for_pace_alone
        and case.compares(fact.source)
    ]


def long_from(case: Case, drug: str) -> int | None:
    """The fewest days of use from which a source on file gives advice on reducing, whatever the dose.

    Where none gives a length, it is the longest use that a source recommends, and where none does that either, the time
    that the quickest whole reduction on file takes: nobody is asked to reduce a drug for longer than it was taken.
    None where nothing of this is on file.
    """
    return case.once(("long-from", drug), lambda: long_use(case, drug).from_dose(levels_of(case, drug).peak.mg))


def long_use(case: Case, drug: str) -> LongUse:
    """From which use on the sources on file call it long, or what they say of a whole reduction."""
    monograph = case.formulary.monograph(drug)
    lengths = [days for _, days in _lengths(case, drug)]
    if not lengths:
        limits = case.applying(monograph.durations, drug)
        lengths = [fewest_days(limit.high) + 1 for limit in limits if case.compares(limit.source)]
    if lengths:
        return LongUse(min(lengths))
    return LongUse(None, tuple(f for f in case.fitting(monograph.stopping, drug) if case.compares(f.source)))


def reduction_days(fact: Stopping, peak: Fraction) -> int | None:
    """The days from the first to the last step of a reduction from a dose to nothing; None where a source has none."""
    if fact.lasting_at_least is not None:
        return fewest_days(fact.lasting_at_least)
    steps = _steps(fact, peak)
    return (steps - 1) * fewest_days(fact.every_low) if fact.every_low is not None and steps > 1 else None


def _steps(fact: Stopping, peak: Fraction) -> int:
    """How many equal reductions lead from a dose to nothing; 0 where the figure is of no such kind."""
    if fact.shape is StoppingShape.PERCENT_OF_START and fact.percent_high:
        return ceil(100 / fact.percent_high)
    if fact.shape is StoppingShape.FIXED and fact.step_high is not None:
        return ceil(peak / fact.step_high.mg)
    return 0
