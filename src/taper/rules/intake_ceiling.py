"""Each single dose against every published maximum for one intake."""

from collections.abc import Iterator

from taper.case import Case, CourseIntake, Run, cite, day_words, left_out, uncited
from taper.finding import Answer, Clear, Finding, NotAssessed, Severity
from taper.monograph import Ceiling, CeilingKind

NAME = "intake-ceiling"


def assess(case: Case) -> Iterator[Answer]:
    """Compare the doses taken at one time of day, courses of one drug summed, with each source's single maximum.

    Where no source gives a maximum for a single dose, the rule does not apply to the drug.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is not None:
            single = tuple(item for item in monograph.ceilings if item.per == "intake")
            yield from left_out(case, NAME, drug, single)
            for item in case.applying(single, drug):
                if isinstance(item, Ceiling) and case.compares(item.source):
                    yield from _compare(case, drug, item)


def _compare(case: Case, drug: str, ceiling: Ceiling) -> Iterator[Answer]:
    fits, wanted = case.age_fits(ceiling), {course.course.indication for course in case.courses_of(drug)}
    if fits is False or (ceiling.indications and None not in wanted and not wanted & set(ceiling.indications)):
        return
    above = [found for run in case.runs(drug) for found in _above(run, ceiling)]
    if not above:
        yield Clear(rule=NAME, drug=drug, source=ceiling.source)
    elif fits is None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"the age; {ceiling.limit} at one time {cite(ceiling)}")
    else:
        yield from (_finding(drug, ceiling, run, group) for run, group in above)


def _above(run: Run, ceiling: Ceiling) -> Iterator[tuple[Run, list[CourseIntake]]]:
    for slot in dict.fromkeys(item.intake.slot for item in run.intakes):
        group = [item for item in run.intakes if item.intake.slot == slot]
        if sum(item.intake.dose.mg for item in group) > ceiling.limit.mg:
            yield run, group


def _finding(drug: str, ceiling: Ceiling, run: Run, group: list[CourseIntake]) -> Finding:
    dose = group[0].intake.dose
    for item in group[1:]:
        dose = dose + item.intake.dose
    decides = ceiling.kind is CeilingKind.MAXIMUM
    return Finding(
        rule=NAME,
        severity=Severity.HIGH if decides else Severity.MODERATE,
        evidence=ceiling.source.grade,
        message=f"{day_words(run.first, run.last)}, {group[0].intake.slot}: {dose} of {drug} at one time is above the "
        f"{ceiling.kind} of {ceiling.limit} {cite(ceiling)}",
        drug=drug,
        course=group[0].course,
        step=group[0].step,
        slot=group[0].intake.slot.name,
        day=run.first,
        last_day=run.last,
        value=str(dose),
        limit=str(ceiling.limit),
        source=ceiling.source,
    )
