"""Each single dose against every published maximum for one intake."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from taper.case import Case, Run, cite, left_out, stretch_words, stretches, uncited
from taper.finding import Answer, Clear, Finding, NotAssessed, Severity
from taper.monograph import Ceiling, CeilingKind
from taper.regimen import Slot

NAME = "intake-ceiling"
READS = ("patient.age", "indication")


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
                if case.compares(item.source):
                    yield from _compare(case, drug, item)


def _compare(case: Case, drug: str, ceiling: Ceiling) -> Iterator[Answer]:
    fits, wanted = case.age_fits(ceiling), {course.course.indication for course in case.courses_of(drug)}
    if fits is False or (ceiling.indications and None not in wanted and not wanted & set(ceiling.indications)):
        return
    above = list(_above(case.runs(drug), ceiling))
    if not above:
        yield Clear(rule=NAME, drug=drug, source=ceiling.source)
    elif fits is None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"the age; {ceiling.limit} at one time {cite(ceiling)}")
    else:
        yield from (_finding(drug, ceiling, stretch, slot) for stretch, slot in above)


def _above(runs: tuple[Run, ...], ceiling: Ceiling) -> Iterator[tuple[tuple[Run, ...], Slot]]:
    for slot in sorted({item.intake.slot for run in runs for item in run.intakes}, key=str):
        is_above = partial(_is_above, slot=slot, limit=ceiling.limit.mg)
        yield from ((stretch, slot) for stretch in stretches(runs, is_above))


def _is_above(run: Run, slot: Slot, limit: Fraction) -> bool:
    return _at(run, slot) > limit


def _at(run: Run, slot: Slot) -> Fraction:
    return sum((item.intake.dose.mg for item in run.intakes if item.intake.slot == slot), Fraction(0))


def _finding(drug: str, ceiling: Ceiling, stretch: tuple[Run, ...], slot: Slot) -> Finding:
    highest = max(stretch, key=lambda run: _at(run, slot))
    group = [item for item in highest.intakes if item.intake.slot == slot]
    dose = group[0].intake.dose
    for item in group[1:]:
        dose = dose + item.intake.dose
    decides = ceiling.kind is CeilingKind.MAXIMUM
    return Finding(
        rule=NAME,
        severity=Severity.HIGH if decides else Severity.MODERATE,
        evidence=ceiling.source.grade,
        message=f"{stretch_words(stretch)}, {slot}: {dose} of {drug} at one time is above the "
        f"{ceiling.kind.words} of {ceiling.limit} {cite(ceiling)}",
        drug=drug,
        course=group[0].course,
        step=group[0].step,
        slot=slot.name,
        day=stretch[0].first,
        last_day=stretch[-1].last,
        value=str(dose),
        limit=str(ceiling.limit),
        source=ceiling.source,
    )
