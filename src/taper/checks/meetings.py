"""Overlaps of two medicines: when one is taken with another, or starts soon after it was stopped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from taper.amounts.duration import Duration
from taper.checks.answers import whole_plan
from taper.checks.case import Case
from taper.checks.dose_levels import most_days
from taper.checks.other_medicines import Companion, first_date
from taper.plans.plan import Before


@dataclass(frozen=True, slots=True)
class Met:
    """Another medicine that meets the drug: by what name, when, or whether the start would have to be known to tell.

    `within` is the time to wait that is broken. `written` is the name in the person's list, under which the parts of a
    combination are one medicine.
    """

    other: str
    days: dict[str, int | None]
    how: str
    days_after: int = 0
    within: Duration | None = None
    needs_start: bool = False
    written: str | None = None

    @property
    def about(self) -> str:
        """What a finding about the two is about: the medicine as it stands in the list."""
        return self.written or self.other


def meet(case: Case, drug: str, item: Companion, within: Duration | None) -> Met | None:
    """How a drug of the plan meets another medicine of the person; None where it was stopped long enough before."""
    plan = whole_plan(case, drug)
    if item.until is None:
        return Met(item.words, plan, f"is taken with {item.words}", written=item.written)
    first = first_date(case, plan["day"] or 1)
    if first is None:
        return Met(item.words, plan, "", needs_start=True, written=item.written)
    gone = item.days_since(first)
    if gone <= 0:
        how = f"is taken with {item.words}, taken until {item.until}"
        return Met(item.words, plan, how, written=item.written)
    if within is not None and gone <= most_days(within):
        how = f"starts {gone} days after {item.words} was stopped"
        return Met(item.words, plan, how, gone, within, written=item.written)
    return None


def overlaps(case: Case, drug: str, other: str, within: Duration | None) -> Iterator[Met]:
    """The days on which both are taken, and the starts of the one so soon after a stop of the other."""
    own, theirs = _spans(case, drug), _spans(case, other)
    for first, last in own:
        for begin, end in theirs:
            day, until = max(first, begin), min((each for each in (last, end) if each is not None), default=None)
            if until is None or day <= until:
                yield Met(other, {"day": day, "last_day": until}, f"is taken with {other} {case.when(day, until)}")
        before = [end for _, end in theirs if end is not None and end < first]
        gone = first - max(before) if before else 0
        still = any(begin <= first and (end is None or first <= end) for begin, end in theirs)
        if within is not None and 0 < gone <= most_days(within) and not still:
            how = f"starts {gone} days after {other} was stopped"
            yield Met(other, {"day": first, "last_day": last}, how, gone, within)


def started_after(case: Case, drug: str, other: str, within: Duration | None) -> Iterator[Met]:
    """The starts of the other drug so soon after a stop of this one."""
    for met in overlaps(case, other, drug, within) if within is not None else ():
        if met.days_after:
            how = f"was stopped {met.days_after} days before {other} starts"
            yield replace(met, other=other, how=how)


def _spans(case: Case, drug: str) -> list[tuple[int, int | None]]:
    """The days of a drug, its courses joined where they touch; what was taken before one counts until it begins."""
    held: list[tuple[int, int | None]] = []
    for course in case.courses_of(drug):
        first, last = case.bounds(course)
        held.append((1 if isinstance(course.course.before, Before) else first, last))
    joined: list[tuple[int, int | None]] = []
    for first, last in sorted(held, key=lambda span: span[0]):
        end = joined[-1][1] if joined else 0
        if joined and (end is None or first <= end + 1):
            longest = None if end is None or last is None else max(end, last)
            joined[-1] = joined[-1][0], longest
        else:
            joined.append((first, last))
    return joined
