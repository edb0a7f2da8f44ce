"""Kidney function: each source's advice at the person's figure, in the source's own measure."""

from collections.abc import Iterator
from typing import Any

from taper.amounts.dose import Dose
from taper.checks.answers import find, gap, noted, per_day, person_gap, silent, unread, whole_plan
from taper.checks.case import Case, capped, heard, on_file, stretches
from taper.checks.open_question import Reason
from taper.checks.review import Action, Answer, Clear, Finding, LeftOut, Severity, Why
from taper.knowledge.kidney_advice import KidneyAction, KidneyAdvice, KidneyBand, KidneyMeasure
from taper.knowledge.kidney_reading import KidneyReading, band_words, disagreeing, figure_of, read_advice, words_of
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
    proportion, are high; "reduce" without a figure is moderate; caution is low. Where the indication is not given,
    advice for some indications is moderate at most. No figure of the source's measure, unstable function, a gap in the
    source, a figure worse than it covers, and a word without a figure, such as severe, or impaired from 60 to below
    90, that KDIGO's categories do not decide, are not assessed. Where figures of one measure disagree, the lowest
    decides; where another measure would give another answer, no source is clear. A source is clear only where dialysis
    and stability are known. A single-dose pharmacokinetic result, and a claim that cites nothing, are left out unless
    their source is named.

    Where no source on file has kidney advice and none was read in full, a figure below 60 is not assessed, and is
    listed before every other open question; from 60 (KDIGO 2012: normal or mildly decreased) no question is asked.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        yield from _assess_drug(case, drug, case.applying(monograph.kidney, drug))


def _assess_drug(case: Case, drug: str, held: tuple[KidneyAdvice, ...]) -> Iterator[Answer]:
    if not held:
        yield from _without_advice(case, drug)
        return
    compared = yield from heard(case, NAME, drug, held)
    unknown = tuple(_unknown_state(case, drug)) if any(_could_speak(advice) for advice in compared) else ()
    answers = [answer for advice in compared for answer in _assess_advice(case, drug, advice)]
    yield from unknown
    yield from (answer for answer in answers if not (unknown and isinstance(answer, Clear)))
    if not unknown:
        yield from silent(case, NAME, drug, SUBJECT, told=[advice.source for advice in held])
    if compared and not any(not isinstance(answer, LeftOut) for answer in answers) and _impaired(case) is not False:
        told = "; ".join(_whom(advice) for advice in compared)
        missing = f"kidney advice about this person; what is on file is {told}"
        yield gap(NAME, drug, Reason.OTHER_PEOPLE, missing, of=compared, urgent=_impaired(case) is True)


_NORMAL_FROM = 60
"""KDIGO 2012 (Kidney Int Suppl 2013;3:1-150, table 5): from 60 a GFR is normal or mildly decreased."""


def _impaired(case: Case) -> bool | None:
    """Whether the person's kidneys are known to be impaired; None if no figure is known."""
    patient = case.patient
    if patient.dialysis or patient.kidney_stable is False:
        return True
    figures = [f for measure in KidneyMeasure if (f := figure_of(measure, patient)) is not None]
    return any(figure.value < _NORMAL_FROM for figure in figures) if figures else None


def _without_advice(case: Case, drug: str) -> Iterator[Answer]:
    """No source on file gives advice: what was read in full is clear, and impaired kidneys are a question."""
    yield from silent(case, NAME, drug, SUBJECT)
    impaired = _impaired(case)
    nobody = unread(case, NAME, drug, SUBJECT, "kidney function", urgent=impaired is True)
    if nobody is not None and impaired is None:
        missing = "kidney function, as eGFR or creatinine clearance; no source on file was read about it for this drug"
        yield gap(NAME, drug, Reason.FACT, missing, facts=["patient.egfr", "patient.crcl"])
    elif nobody is not None and impaired:
        yield nobody


def _could_speak(advice: KidneyAdvice) -> bool:
    return bool(advice.bands or advice.impaired or advice.dialysis)


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
        missing = "whether the person is on dialysis"
        yield gap(NAME, drug, Reason.FACT, missing, facts=["patient.dialysis"])
    if case.patient.kidney_stable is None and not case.patient.dialysis:
        missing = "whether kidney function is stable"
        yield gap(NAME, drug, Reason.FACT, missing, facts=["patient.kidney_stable"])


def _assess_advice(case: Case, drug: str, advice: KidneyAdvice) -> Iterator[Answer]:
    if advice.basis in _WEAK and advice.source.id not in case.sources:
        yield LeftOut(rule=NAME, drug=drug, source=advice.source, why=_WEAK[advice.basis])
        return
    fits = case.person_fits(advice)
    is_silent = not (advice.bands or advice.impaired or case.patient.dialysis)
    if is_silent or fits is False or case.indication_fits(advice, drug) is False:
        return
    reading = read_advice(advice, case.patient)
    if fits is None and reading.says is not None:
        yield person_gap(case, NAME, drug, advice)
    elif reading.missing is not None:
        besides = f"; {reading.besides}" if reading.besides else ""
        is_fact = reading.figure is None and not reading.dialysis
        reason = Reason.FACT if is_fact else Reason.OTHER_PEOPLE
        facts = [_FACTS[advice.measure]] if is_fact and advice.measure is not None else []
        urgent = not is_fact and _impaired(case) is True
        yield gap(NAME, drug, reason, f"{reading.missing}{besides}", of=[advice], facts=facts, urgent=urgent)
    else:
        yield from _undisputed(case, drug, reading, list(_judge(case, drug, reading)))


def _undisputed(case: Case, drug: str, reading: KidneyReading, answers: list[Answer]) -> Iterator[Answer]:
    """The answers, except that a source is not clear where it would object to the figure of another measure."""
    if any(isinstance(answer, Clear) for answer in answers):
        for other in disagreeing(reading, case.patient):
            against = other.missing or any(not isinstance(answer, Clear) for answer in _judge(case, drug, other))
            if against and reading.figure is not None and other.figure is not None:
                missing = f"which is right, {reading.figure.described} or {other.figure.described}"
                told = f"{missing}; this source says nothing against the plan at the first"
                yield gap(NAME, drug, Reason.DISAGREE, told, of=[reading.advice])
                return
    yield from answers


def _judge(case: Case, drug: str, reading: KidneyReading) -> Iterator[Answer]:
    says = reading.says
    if says is not None and says.only_if_worth_it:
        says_so = f"{KidneyAction.IF_WORTH_IT} {_at(reading)}"
        yield _finding(case, drug, reading, Severity.MODERATE, _with_kidneys(drug, reading), says_so,
                       **whole_plan(case, drug))  # fmt: skip
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
        happens = f"{_with_kidneys(drug, reading)}, at {highest.total} {case.when_taken(stretch)}"
        yield _finding(case, drug, reading, Severity.HIGH, happens, _said(reading), day=stretch[0].first,
                       last_day=stretch[-1].last, value=str(highest.total), limit=per_day(limit),
                       by_amount=True)  # fmt: skip
    if not found and reading.says.every_other_day:
        yield from _too_often(case, drug, reading, limit)
    elif not found and reading.says.action is KidneyAction.AFTER_DIALYSIS:
        missing = f"whether each dose comes after dialysis; {_said(reading)}"
        yield gap(NAME, drug, Reason.DIALYSIS_TIME, missing, of=[reading.advice])
    elif not found:
        yield Clear(rule=NAME, drug=drug, source=reading.advice.source, figures=("dose",))


def _too_often(case: Case, drug: str, reading: KidneyReading, limit: Dose) -> Iterator[Answer]:
    """Two days in a row whose sum is above a figure for every other day."""
    runs = case.runs(drug)
    after = [*runs[1:], next((run for run in runs if run.repeats), None)]
    for run, following in zip(runs, after, strict=True):
        next_day = run if run.last != run.first else following
        if next_day is not None and run.total.mg + next_day.total.mg > limit.mg:
            when = case.when(run.first, None if run.last is None else run.last + 1)
            happens = f"{_with_kidneys(drug, reading)} day after day, {run.total} {when}"
            yield _finding(case, drug, reading, Severity.HIGH, happens, _said(reading), day=run.first, by_amount=True,
                           last_day=run.last, value=str(run.total), limit=f"{limit} every other day")  # fmt: skip
            return
    yield Clear(rule=NAME, drug=drug, source=reading.advice.source, figures=("dose",))


def _initial(case: Case, drug: str, reading: KidneyReading) -> Iterator[Answer]:
    limit = reading.says.initial if reading.says else None
    assert limit is not None
    courses = case.courses_of(drug)
    if any(course.course.before is None for course in courses):
        missing = "what was taken before day 1; the source gives a first dose"
        yield gap(NAME, drug, Reason.FACT, missing, of=[reading.advice], facts=["before"])
        return
    if any(course.course.before != "nothing" for course in courses):
        missing = f"a figure for someone who takes the drug already {_at(reading)}"
        yield gap(NAME, drug, Reason.STARTS_ONLY, missing, of=[reading.advice])
        return
    first = next(run for run in case.runs(drug) if run.intakes)
    if first.total.mg > limit.mg:
        happens = f"{drug} starts at {first.total} {case.when(first.first, first.first)} {_kidneys(reading)}"
        yield _finding(case, drug, reading, Severity.HIGH, happens, _said(reading), day=first.first, by_amount=True,
                       last_day=first.last, value=str(first.total), limit=per_day(limit))  # fmt: skip
    else:
        yield Clear(rule=NAME, drug=drug, source=reading.advice.source, figures=("dose",))


def _statement(case: Case, drug: str, reading: KidneyReading) -> Finding:
    assert reading.says is not None
    severity = {
        KidneyAction.AVOID: Severity.HIGH,
        KidneyAction.CAUTION: Severity.LOW,
    }.get(reading.says.action, Severity.MODERATE)
    value = reading.figure.text if reading.figure else None
    return _finding(
        case,
        drug,
        reading,
        severity,
        _with_kidneys(drug, reading),
        _said(reading),
        value=value,
        **whole_plan(case, drug),
    )


def _with_kidneys(drug: str, reading: KidneyReading) -> str:
    return f"{drug} is taken {_kidneys(reading)}"


def _kidneys(reading: KidneyReading) -> str:
    """With what kidney function: the person's figure, or dialysis."""
    figure = reading.figure
    if reading.dialysis or figure is None:
        return "on dialysis" if reading.dialysis else "with impaired kidneys"
    return f"at {figure.measure} {figure.text}"


def _finding(
    case: Case, drug: str, reading: KidneyReading, severity: Severity, happens: str, says: str, **fields: Any
) -> Finding:
    weak = reading.advice.basis in {"claim", "pharmacokinetics"}
    kind = f"; it is a {_kind(reading)}" if weak else ""
    fields.setdefault("limit", _edges(reading))
    fields |= _in_brief(reading)
    found = find(case, NAME, drug, reading.advice, capped(severity, weak=weak), happens, f"{says}{kind}", **fields)
    return noted(case, found, *reading.notes)


def _in_brief(reading: KidneyReading) -> dict[str, Any]:
    """What the source says in the words of a headline, and what it says to do."""
    assert reading.says is not None
    action = _ACTIONS.get(reading.says.action, "")
    edges = f" {band_words(reading.says)}" if isinstance(reading.says, KidneyBand) else ""
    edges = f" in {reading.word}" if reading.word is not None else edges
    return {"briefly": f"{words_of(reading.says)}{edges}", "action": action}


_ACTIONS: dict[KidneyAction, Action] = {KidneyAction.AVOID: "avoid", KidneyAction.CAUTION: "caution"}

_WEAK = {"claim": Why.UNCITED, "pharmacokinetics": Why.SINGLE_DOSE}
"""What kinds of advice are compared only where their source is named."""

_FACTS = {
    KidneyMeasure.EGFR: "patient.egfr",
    KidneyMeasure.CRCL: "patient.crcl",
    KidneyMeasure.ABSOLUTE_EGFR: "patient.absolute_egfr",
}


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
