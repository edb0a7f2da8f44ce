"""What each source says of the person's kidney function, in its own measure and its own shape."""

from collections.abc import Iterator
from typing import Any

from taper.amounts.dose import Dose
from taper.checks.answers import find, per_day, whole_plan
from taper.checks.case import Case, capped, cite, day_words, left_out, stretch_words, stretches, uncited
from taper.checks.review import Answer, Clear, Finding, LeftOut, NotAssessed, Severity
from taper.knowledge.kidney_advice import KidneyAction, KidneyAdvice, KidneyBand
from taper.knowledge.kidney_reading import KidneyReading, disagreeing, read_advice, words_of
from taper.source import Subject

NAME = "kidney"
SUBJECT = Subject.KIDNEY
READS = (
    "patient.egfr",
    "patient.crcl",
    "patient.absolute_egfr",
    "patient.dialysis",
    "patient.kidney_stable",
    "patient.age",
    "before",
    "indication",
)


def assess(case: Case) -> Iterator[Answer]:
    """Read every source's kidney advice at the person's figure of that source's own measure.

    To avoid, and a dose above a maximum, a range, a first dose or the part of a figure that a source gives in
    proportion, are high; "reduce" without a figure is moderate; caution is low. Where the indication is not given, what
    is about some of them is moderate at most. No figure of the source's measure, unstable function, a gap in the
    source, a figure worse than it speaks of, and a word without a figure, such as severe, that KDIGO's categories do
    not decide, are not assessed. Where figures of one measure disagree the lowest decides; where another measure
    would be answered otherwise, none is clear. A source is clear only where dialysis and stability are known. A
    single-dose pharmacokinetic result is left out unless its source is named.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is not None:
            yield from _assess_drug(case, drug, case.applying(monograph.kidney, drug))


def _assess_drug(case: Case, drug: str, held: tuple[KidneyAdvice, ...]) -> Iterator[Answer]:
    if not held:
        yield NotAssessed(rule=NAME, drug=drug, missing="advice on kidney function; no source is held")
        return
    yield from left_out(case, NAME, drug, held)
    unknown = tuple(_unknown_state(case, drug))
    compared = [advice for advice in held if case.compares(advice.source)]
    answers = [answer for advice in compared for answer in _assess_advice(case, drug, advice)]
    yield from unknown
    yield from (answer for answer in answers if not (unknown and isinstance(answer, Clear)))
    if compared and not any(not isinstance(answer, LeftOut) for answer in answers):
        told = "; ".join(f"{_whom(advice)} {cite(advice)}" for advice in compared)
        yield NotAssessed(rule=NAME, drug=drug, missing=f"kidney advice about this person; what is held is {told}")


def _whom(advice: KidneyAdvice) -> str:
    """Whom a source speaks of, for one that says nothing of the person."""
    if advice.indications:
        return f"for {', '.join(advice.indications)}"
    if advice.needs_age:
        low = f"from age {advice.age_from}" if advice.age_from is not None else ""
        return f"{low} below age {advice.age_below}".strip() if advice.age_below is not None else low
    return "a single-dose result" if advice.basis == "pharmacokinetics" else "on dialysis"


def _unknown_state(case: Case, drug: str) -> Iterator[Answer]:
    if case.patient.dialysis is None:
        yield NotAssessed(rule=NAME, drug=drug, missing="whether the person is on dialysis (dialysis)")
    if case.patient.kidney_stable is None and not case.patient.dialysis:
        yield NotAssessed(rule=NAME, drug=drug, missing="whether kidney function is stable (kidney_stable)")


def _assess_advice(case: Case, drug: str, advice: KidneyAdvice) -> Iterator[Answer]:
    if advice.basis == "pharmacokinetics" and advice.source.id not in case.sources:
        yield LeftOut(rule=NAME, drug=drug, source=advice.source)
        return
    fits = case.person_fits(advice)
    is_silent = not (advice.bands or advice.impaired or case.patient.dialysis)
    if is_silent or fits is False or case.indication_fits(advice, drug) is False:
        return
    reading = read_advice(advice, case.patient)
    if fits is None and reading.says is not None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"the age, of which the source speaks {cite(advice)}")
    elif reading.missing is not None:
        besides = f"; {reading.besides}" if reading.besides else ""
        yield NotAssessed(rule=NAME, drug=drug, missing=f"{reading.missing}{besides} {cite(advice)}")
    else:
        yield from _undisputed(case, drug, reading, list(_judge(case, drug, reading)))


def _undisputed(case: Case, drug: str, reading: KidneyReading, answers: list[Answer]) -> Iterator[Answer]:
    """The answers, except that a source is not clear where it would object to the figure of another measure."""
    if any(isinstance(answer, Clear) for answer in answers):
        for other in disagreeing(reading, case.patient):
            against = other.missing or any(not isinstance(answer, Clear) for answer in _judge(case, drug, other))
            if against and reading.figure is not None and other.figure is not None:
                missing = f"which is right, {reading.figure.described} or {other.figure.described}"
                told = f"{missing}; this source says nothing against the plan at the first {cite(reading.advice)}"
                yield NotAssessed(rule=NAME, drug=drug, missing=told)
                return
    yield from answers


def _judge(case: Case, drug: str, reading: KidneyReading) -> Iterator[Answer]:
    says = reading.says
    if says is not None and says.only_if_worth_it:
        yield _finding(case, drug, reading, Severity.MODERATE, f"{drug}: the source says "
                       f"{KidneyAction.IF_WORTH_IT} {_at(reading)}", **whole_plan(case, drug))  # fmt: skip
    if says is None or says.action is KidneyAction.NO_CHANGE:
        yield Clear(rule=NAME, drug=drug, source=reading.advice.source)
    elif says.action is KidneyAction.INITIAL:
        yield from _initial(case, drug, reading)
    elif reading.limit is not None:
        yield from _above(case, drug, reading, reading.limit)
    else:
        yield _statement(case, drug, reading)


def _above(case: Case, drug: str, reading: KidneyReading, limit: Dose) -> Iterator[Answer]:
    assert reading.says is not None
    found = False
    for stretch in stretches(case.runs(drug), lambda run: run.total.mg > limit.mg):
        found = True
        highest = max(stretch, key=lambda run: run.total.mg)
        words = f"{stretch_words(stretch)}: {highest.total} of {drug} is above the {_said(reading)}"
        yield _finding(case, drug, reading, Severity.HIGH, words, day=stretch[0].first, last_day=stretch[-1].last,
                       value=str(highest.total), limit=per_day(limit))  # fmt: skip
    if not found and reading.says.every_other_day:
        yield from _too_often(case, drug, reading, limit)
    elif not found and reading.says.action is KidneyAction.AFTER_DIALYSIS:
        missing = f"whether each dose comes after dialysis; the source gives {_said(reading)} {cite(reading.advice)}"
        yield NotAssessed(rule=NAME, drug=drug, missing=missing)
    elif not found:
        yield Clear(rule=NAME, drug=drug, source=reading.advice.source)


def _too_often(case: Case, drug: str, reading: KidneyReading, limit: Dose) -> Iterator[Answer]:
    """Two days in a row whose sum is above a figure for every other day."""
    runs = case.runs(drug)
    after = [*runs[1:], next((run for run in runs if run.repeats), None)]
    for run, following in zip(runs, after, strict=True):
        next_day = run if run.last != run.first else following
        if next_day is not None and run.total.mg + next_day.total.mg > limit.mg:
            words = f"{day_words(run.first, None if run.last is None else run.last + 1)}: {drug} is taken day after day"
            yield _finding(case, drug, reading, Severity.HIGH, f"{words}, above the {_said(reading)}", day=run.first,
                           last_day=run.last, value=str(run.total), limit=f"{limit} every other day")  # fmt: skip
            return
    yield Clear(rule=NAME, drug=drug, source=reading.advice.source)


def _initial(case: Case, drug: str, reading: KidneyReading) -> Iterator[Answer]:
    limit = reading.says.initial if reading.says else None
    assert limit is not None
    courses = case.courses_of(drug)
    if any(course.course.before is None for course in courses):
        yield NotAssessed(
            rule=NAME, drug=drug, missing=f"what was taken before; the source gives a first dose {cite(reading.advice)}"
        )
        return
    if any(course.course.before != "nothing" for course in courses):
        yield NotAssessed(
            rule=NAME, drug=drug, missing=f"a figure for someone who takes the drug already {cite(reading.advice)}"
        )
        return
    first = next(run for run in case.runs(drug) if run.intakes)
    if first.total.mg > limit.mg:
        words = f"day {first.first}: {first.total} of {drug} is above the {_said(reading)}"
        yield _finding(case, drug, reading, Severity.HIGH, words, day=first.first, last_day=first.last,
                       value=str(first.total), limit=per_day(limit))  # fmt: skip
    else:
        yield Clear(rule=NAME, drug=drug, source=reading.advice.source)


def _statement(case: Case, drug: str, reading: KidneyReading) -> Finding:
    assert reading.says is not None
    severity = {
        KidneyAction.AVOID: Severity.HIGH,
        KidneyAction.CAUTION: Severity.LOW,
    }.get(reading.says.action, Severity.MODERATE)
    value = reading.figure.text if reading.figure else None
    message = f"{drug}: the source says {_said(reading)}"
    return _finding(case, drug, reading, severity, message, value=value, **whole_plan(case, drug))


def _finding(case: Case, drug: str, reading: KidneyReading, severity: Severity, message: str, **fields: Any) -> Finding:
    weak = reading.advice.basis in {"claim", "pharmacokinetics"}
    kind = f"; it is a {_kind(reading)}" if weak else ""
    notes = " ".join(f"Note: {note.rstrip('.')}." for note in dict.fromkeys(reading.notes))
    fields.setdefault("limit", _edges(reading))
    found = find(case, NAME, drug, reading.advice, capped(severity, weak=weak), message, **fields)
    return found.model_copy(update={"message": f"{found.message}{kind}{f'. {notes}' if notes else ''}"})


def _kind(reading: KidneyReading) -> str:
    return "single-dose result" if reading.advice.basis == "pharmacokinetics" else "claim that cites nothing"


def _said(reading: KidneyReading) -> str:
    assert reading.says is not None
    part = f" ({reading.limit} a day)" if reading.says.action is KidneyAction.PROPORTION and reading.limit else ""
    return f"{words_of(reading.says)}{part} {_at(reading)}"


def _at(reading: KidneyReading) -> str:
    return f"{'' if reading.dialysis else 'at '}{reading.place}"


def _edges(reading: KidneyReading) -> str | None:
    return reading.place if isinstance(reading.says, KidneyBand) else None
