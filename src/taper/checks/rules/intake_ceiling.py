"""Single doses: each intake against every published maximum for one dose."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations

from taper.checks.answers import by_source, each_ceiling, gap, person_gap
from taper.checks.case import Case, Run, stretches
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.checks.used_to import is_used_to, used_gap
from taper.knowledge.monograph import Ceiling, CeilingKind
from taper.plans.regimen import Slot
from taper.source import Subject

NAME = "intake-ceiling"
SUBJECT = Subject.DOSAGE
READS = ("before", "before.for", "patient.age", "patient.sex", "patient.medications", "patient.as_needed", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Compare the doses taken at one time of day, courses of one drug summed, with each source's single maximum.

    Doses at two clock times less than an hour apart, and at a named and a clock time of two courses, that are above it
    together are not assessed: whether they are one dose or two is not known. Where no source gives a maximum for a
    single dose, the rule does not apply to the drug; one for people who are not used to it is not assessed for others.
    """
    return each_ceiling(case, NAME, "intake", _compare)


def _compare(case: Case, drug: str, ceiling: Ceiling) -> Iterator[Answer]:
    fits = case.person_fits(ceiling)
    above = list(_above(case.runs(drug), ceiling))
    near = _near(case.runs(drug), ceiling) if not above else None
    if near is not None:
        missing = f"whether the doses of {near[0]} and {near[1]} are taken as one (they may be less than an hour apart)"
        yield gap(NAME, drug, Reason.FACT, f"{missing}; {ceiling.limit} at one time", of=[ceiling])
    elif not above:
        yield Clear(rule=NAME, drug=drug, source=ceiling.source, figures=("dose",) if fits else ())
    elif fits is None:
        yield person_gap(case, NAME, drug, ceiling)
    else:
        for stretch, slot in above:
            used = is_used_to(case, drug, ceiling, stretch[0].first)
            if used is False:
                yield _finding(case, drug, ceiling, stretch, slot)
            else:
                yield used_gap(NAME, drug, ceiling, used=used is True)


def _above(runs: tuple[Run, ...], ceiling: Ceiling) -> Iterator[tuple[tuple[Run, ...], Slot]]:
    for slot in sorted({item.intake.slot for run in runs for item in run.intakes}, key=str):
        is_above = partial(_is_above, slot=slot, limit=ceiling.limit.mg)
        yield from ((stretch, slot) for stretch in stretches(runs, is_above))


def _near(runs: tuple[Run, ...], ceiling: Ceiling) -> tuple[Slot, Slot] | None:
    """Two times of one day whose doses are above the limit together and that may be less than an hour apart."""
    for run in runs:
        slots = sorted({item.intake.slot for item in run.intakes}, key=str)
        for one, other in combinations(slots, 2):
            if _may_be_one(one, other) and _at(run, one) + _at(run, other) > ceiling.limit.mg:
                return one, other
    return None


def _may_be_one(one: Slot, other: Slot) -> bool:
    if one.is_clock and other.is_clock:
        return abs(_minutes(one) - _minutes(other)) < _HOUR
    # A named time has no clock time of its own, and a daily dose may be at any time.
    return one.is_clock or other.is_clock or one.is_daily or other.is_daily


def _minutes(slot: Slot) -> int:
    hours, minutes = slot.name.split(":")
    return _HOUR * int(hours) + int(minutes)


_HOUR = 60


def _is_above(run: Run, slot: Slot, limit: Fraction) -> bool:
    return _at(run, slot) > limit


def _at(run: Run, slot: Slot) -> Fraction:
    return sum((item.intake.dose.mg for item in run.intakes if item.intake.slot == slot), Fraction(0))


def _finding(case: Case, drug: str, ceiling: Ceiling, stretch: tuple[Run, ...], slot: Slot) -> Finding:
    highest = max(stretch, key=lambda run: _at(run, slot))
    group = [item for item in highest.intakes if item.intake.slot == slot]
    dose = group[0].intake.dose
    for item in group[1:]:
        dose = dose + item.intake.dose
    decides = ceiling.kind is CeilingKind.MAXIMUM
    return by_source(
        case,
        NAME,
        drug,
        ceiling.source,
        Severity.HIGH if decides else Severity.MODERATE,
        f"{drug} reaches {dose} at one time ({slot}) {case.when_taken(stretch)}",
        f"{ceiling.kind.words} of {ceiling.limit} at one time",
        by_amount=True,
        course=group[0].course,
        step=group[0].step,
        slot=slot.name,
        day=stretch[0].first,
        last_day=stretch[-1].last,
        value=str(dose),
        limit=str(ceiling.limit),
    )
