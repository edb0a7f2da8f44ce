"""Weekly maximum: any seven days together against what sources say of a week."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from taper.amounts.dose import Dose
from taper.checks.answers import by_source, each_ceiling, person_gap, place_of
from taper.checks.case import Case, Run
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.knowledge.monograph import Ceiling, CeilingKind
from taper.source import Subject

NAME = "weekly-ceiling"
SUBJECT = Subject.DOSAGE
READS = ("patient.age", "patient.sex", "indication")

_WEEK = 7


@dataclass(frozen=True, slots=True)
class _Week:
    """Seven days: the first, what is taken in them, on how many of them, and the first of those."""

    first: int
    mg: Fraction
    days: int
    run: Run


def assess(case: Case) -> Iterator[Answer]:
    """Compare the doses of any seven days, courses of one drug summed, with each source's maximum for a week, and the
    days on which they are taken with those that it names.

    A drug that is taken once a week and on more days than its source says is found high whatever the doses: taken
    daily, methotrexate has killed. Where no source gives a maximum for a week, the rule does not apply to the drug.
    """
    return each_ceiling(case, NAME, "week", _compare)


def _compare(case: Case, drug: str, ceiling: Ceiling) -> Iterator[Answer]:
    fits = case.person_fits(ceiling)
    weeks = list(_weeks(case.days(drug)))
    above = [week for week in weeks if week.mg > ceiling.limit.mg]
    often = [week for week in weeks if ceiling.days is not None and week.days > ceiling.days]
    if not above and not often:
        yield Clear(rule=NAME, drug=drug, source=ceiling.source)
    elif fits is None:
        yield person_gap(case, NAME, drug, ceiling)
    else:
        if above:
            yield _too_much(case, drug, ceiling, max(above, key=lambda week: week.mg))
        if often:
            yield _too_often(case, drug, ceiling, max(often, key=lambda week: week.days))


def _weeks(runs: tuple[Run, ...]) -> Iterator[_Week]:
    """The weeks in which the sum can be largest: those that begin or end with a run."""
    listed = [run for run in _going_on(runs) if run.total.mg]
    starts = {max(1, day) for run in listed for day in (run.first, (run.last or run.first) - _WEEK + 1)}
    for first in sorted(starts):
        inside = [(run, days) for run in listed if (days := _days_within(run, first)) > 0]
        mg = sum((run.total.mg * days for run, days in inside), Fraction(0))
        yield _Week(first, mg, sum(days for _, days in inside), inside[0][0])


def _going_on(runs: tuple[Run, ...]) -> Iterator[Run]:
    """The runs, and those of a cycle that goes on again, until a week after it has passed."""
    yield from runs
    tail = [run for run in runs if run.repeats]
    if tail:
        length = (tail[-1].last or tail[-1].first) - tail[0].first + 1
        for days in range(length, length + _WEEK + 1, length):
            yield from (replace(run, first=run.first + days, last=(run.last or run.first) + days) for run in tail)


def _days_within(run: Run, first: int) -> int:
    last = first + _WEEK - 1
    return min(last, last if run.last is None else run.last) - max(first, run.first) + 1


def _too_much(case: Case, drug: str, ceiling: Ceiling, week: _Week) -> Finding:
    total = Dose(week.mg).in_unit(ceiling.limit.unit)
    decides = ceiling.kind is CeilingKind.MAXIMUM
    return by_source(
        case,
        NAME,
        drug,
        ceiling.source,
        Severity.HIGH if decides else Severity.MODERATE,
        f"{drug} reaches {total} in a week, {case.when(week.first, week.first + _WEEK - 1)}",
        f"{ceiling.kind.words} of {ceiling.limit} a week",
        by_amount=True,
        day=week.first,
        last_day=week.first + _WEEK - 1,
        value=str(total),
        limit=str(ceiling.limit),
        **place_of(week.run),
    )


def _too_often(case: Case, drug: str, ceiling: Ceiling, week: _Week) -> Finding:
    return by_source(
        case,
        NAME,
        drug,
        ceiling.source,
        Severity.HIGH,
        f"{drug} is taken on {week.days} days of a week, {case.when(week.first, week.first + _WEEK - 1)}",
        "once a week" if ceiling.days == 1 else f"on {ceiling.days} days of a week at most",
        by_amount=True,
        day=week.first,
        last_day=week.first + _WEEK - 1,
        value=f"{week.days} days",
        limit="1 day" if ceiling.days == 1 else f"{ceiling.days} days",
        **place_of(week.run),
    )
