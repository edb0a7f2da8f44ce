"""Each day's total against every published daily maximum."""

from collections.abc import Iterator

from taper.case import Case, Run, capped, cite, left_out, stretch_words, stretches, uncited
from taper.dose import DailyDose
from taper.finding import Answer, Clear, Finding, NotAssessed, Severity
from taper.monograph import Ceiling, CeilingKind

NAME = "ceiling"
READS = ("patient.age", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Compare the sum of a drug's courses, day by day, with each source's daily ceiling.

    A maximum for the plan's indication that is exceeded is high. Where no indication is given, or no source
    speaks of it, exceeding a maximum of every indication is high and of some only is moderate. A usual maximum,
    a figure that is only named or derived, and a claim without a source are moderate at most.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is not None:
            daily = tuple(item for item in monograph.ceilings if item.per == "day")
            yield from left_out(case, NAME, drug, daily)
            yield from _assess_drug(case, drug, tuple(item for item in daily if case.compares(item.source)))


def _assess_drug(case: Case, drug: str, ceilings: tuple[Ceiling, ...]) -> Iterator[Answer]:
    held = case.applying(ceilings, drug)
    wanted = {course.course.indication for course in case.courses_of(drug)}
    named = next(iter(wanted)) if len(wanted) == 1 else None
    fitting = tuple(item for item in held if named and (not item.indications or named in item.indications))
    if not held:
        yield NotAssessed(rule=NAME, drug=drug, missing="a daily ceiling for this product; no source is held")
        return
    decided = bool(fitting) and any(item.kind is not CeilingKind.CLAIM for item in fitting)
    if named and not decided:
        missing = f"a sourced ceiling for the indication {named}; those of other indications were compared"
        yield NotAssessed(rule=NAME, drug=drug, missing=missing)
    compared = fitting if decided else held
    for item in compared:
        yield from _compare(case, drug, item, compared, decided=decided)


def _compare(
    case: Case, drug: str, ceiling: Ceiling, compared: tuple[Ceiling, ...], *, decided: bool
) -> Iterator[Answer]:
    limit = DailyDose(ceiling.limit.mg).in_unit(ceiling.limit.unit)
    fits = case.age_fits(ceiling)
    above = list(stretches(case.runs(drug), lambda run: run.total > limit))
    if fits is False:
        return
    if not above:
        yield Clear(rule=NAME, drug=drug, source=ceiling.source)
        return
    if fits is None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"the age; {limit}{_for_whom(ceiling)} {cite(ceiling)}")
        return
    for stretch in above:
        yield _finding(drug, ceiling, stretch, _severity(case, ceiling, compared, stretch, decided=decided))


def _severity(
    case: Case, ceiling: Ceiling, compared: tuple[Ceiling, ...], stretch: tuple[Run, ...], *, decided: bool
) -> Severity:
    if ceiling.kind is not CeilingKind.MAXIMUM:
        return Severity.LOW if ceiling.kind is CeilingKind.CLAIM else Severity.MODERATE
    if decided or not ceiling.indications:
        return Severity.HIGH
    largest = max(run.total.mg for run in stretch)
    maxima = [c for c in compared if c.kind is CeilingKind.MAXIMUM and case.age_fits(c) is not False]
    uses = {use for item in maxima for use in item.indications}
    exceeded = {use for item in maxima for use in item.indications if largest > item.limit.mg}
    return capped(Severity.HIGH, weak=uses != exceeded)


def _finding(drug: str, ceiling: Ceiling, stretch: tuple[Run, ...], severity: Severity) -> Finding:
    highest = max(stretch, key=lambda run: run.total.mg)
    limit = DailyDose(ceiling.limit.mg).in_unit(ceiling.limit.unit)
    depends = severity is Severity.MODERATE and ceiling.kind is CeilingKind.MAXIMUM
    place = highest.intakes[0]
    return Finding(
        rule=NAME,
        severity=severity,
        evidence=ceiling.source.grade,
        message=f"{stretch_words(stretch)}: {highest.total} of {drug} is above the {ceiling.kind.words} of {limit}"
        f"{_for_whom(ceiling)}{'; it depends on the indication' if depends else ''} {cite(ceiling)}",
        drug=drug,
        course=place.course,
        step=place.step,
        day=stretch[0].first,
        last_day=stretch[-1].last,
        value=str(highest.total),
        limit=str(limit),
        source=ceiling.source,
    )


def _for_whom(ceiling: Ceiling) -> str:
    use = f" for {', '.join(ceiling.indications)}" if ceiling.indications else ""
    low = f" from age {ceiling.age_from}" if ceiling.age_from is not None else ""
    return use + low + (f" below age {ceiling.age_below}" if ceiling.age_below is not None else "")
