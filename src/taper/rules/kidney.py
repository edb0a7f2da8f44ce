"""What each source says of the person's kidney function, in its own measure and its own shape."""

from collections.abc import Iterator

from taper.case import Case, capped, cite, left_out, stretch_words, stretches, uncited
from taper.comparison import whole_plan
from taper.dose import DailyDose, Dose
from taper.finding import Answer, Clear, Finding, LeftOut, NotAssessed, Severity
from taper.monograph import KidneyAction, KidneyAdvice, KidneyBand
from taper.renal import KidneyReading, read_advice, words_of

NAME = "kidney"
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

    To avoid, and a dose above a maximum, a range or a first dose, are high; "reduce" without a figure is
    moderate; caution is low. No figure of the source's measure, unstable function and a gap in the source are not
    assessed. A source is clear only where dialysis and stability are known. A single-dose pharmacokinetic result is
    left out unless its source is named.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is None:
            continue
        held = case.applying(monograph.kidney, drug)
        if not held:
            yield NotAssessed(rule=NAME, drug=drug, missing="advice on kidney function; no source is held")
            continue
        yield from left_out(case, NAME, drug, held)
        unknown = tuple(_unknown_state(case, drug))
        yield from unknown
        for advice in held:
            if case.compares(advice.source):
                answers = _assess_advice(case, drug, advice)
                yield from (answer for answer in answers if not (unknown and isinstance(answer, Clear)))


def _unknown_state(case: Case, drug: str) -> Iterator[Answer]:
    if case.patient.dialysis is None:
        yield NotAssessed(rule=NAME, drug=drug, missing="whether the person is on dialysis (dialysis)")
    if case.patient.kidney_stable is None and not case.patient.dialysis:
        yield NotAssessed(rule=NAME, drug=drug, missing="whether kidney function is stable (kidney_stable)")


def _assess_advice(case: Case, drug: str, advice: KidneyAdvice) -> Iterator[Answer]:
    if advice.basis == "pharmacokinetics" and advice.source.id not in case.sources:
        yield LeftOut(rule=NAME, drug=drug, source=advice.source)
        return
    wanted = {course.course.indication for course in case.courses_of(drug)}
    if advice.indications and not wanted & set(advice.indications):
        return
    fits = case.age_fits(advice)
    if fits is False:
        return
    reading = read_advice(advice, case.patient)
    if fits is None and reading.says is not None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"the age, of which the source speaks {cite(advice)}")
    elif reading.missing is not None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"{reading.missing} {cite(advice)}")
    elif reading.says is None or reading.says.action is KidneyAction.NO_CHANGE:
        yield Clear(rule=NAME, drug=drug, source=advice.source)
    else:
        yield from _judge(case, drug, reading)


def _judge(case: Case, drug: str, reading: KidneyReading) -> Iterator[Answer]:
    says = reading.says
    assert says is not None
    if says.action in {KidneyAction.MAXIMUM, KidneyAction.RANGE}:
        limit = says.maximum or says.high
        assert limit is not None
        yield from _above(case, drug, reading, limit)
    elif says.action is KidneyAction.INITIAL:
        yield from _initial(case, drug, reading)
    else:
        yield _statement(case, drug, reading)


def _above(case: Case, drug: str, reading: KidneyReading, limit: Dose) -> Iterator[Answer]:
    found = False
    for stretch in stretches(case.runs(drug), lambda run: run.total.mg > limit.mg):
        found = True
        highest = max(stretch, key=lambda run: run.total.mg)
        words = f"{stretch_words(stretch)}: {highest.total} of {drug} is above the {_said(reading)}"
        yield _finding(reading, drug, Severity.HIGH, words, day=stretch[0].first, last_day=stretch[-1].last,
                       value=str(highest.total), limit=_per_day(limit))  # fmt: skip
    if not found:
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
        yield _finding(reading, drug, Severity.HIGH, f"day {first.first}: {first.total} of {drug} is above the "
                       f"{_said(reading)}", day=first.first, last_day=first.last,
                       value=str(first.total), limit=_per_day(limit))  # fmt: skip
    else:
        yield Clear(rule=NAME, drug=drug, source=reading.advice.source)


def _statement(case: Case, drug: str, reading: KidneyReading) -> Finding:
    assert reading.says is not None
    severity = {
        KidneyAction.AVOID: Severity.HIGH,
        KidneyAction.CAUTION: Severity.LOW,
    }.get(reading.says.action, Severity.MODERATE)
    value = reading.figure.text if reading.figure else None
    days = whole_plan(case, drug)
    message = f"{drug}: the source says {_said(reading)}"
    return _finding(reading, drug, severity, message, day=days["day"], last_day=days["last_day"], value=value)


def _finding(
    reading: KidneyReading,
    drug: str,
    severity: Severity,
    message: str,
    *,
    day: int | None,
    last_day: int | None,
    value: str | None = None,
    limit: str | None = None,
) -> Finding:
    weak = reading.advice.basis in {"claim", "pharmacokinetics"}
    return Finding(
        rule=NAME,
        severity=capped(severity, weak=weak),
        evidence=reading.advice.source.grade,
        message=f"{message} {cite(reading.advice)}" + (f"; it is a {_kind(reading)}" if weak else ""),
        drug=drug,
        day=day,
        last_day=last_day,
        value=value,
        limit=limit or _edges(reading),
        source=reading.advice.source,
    )


def _kind(reading: KidneyReading) -> str:
    return "single-dose result" if reading.advice.basis == "pharmacokinetics" else "claim that cites nothing"


def _said(reading: KidneyReading) -> str:
    assert reading.says is not None
    return f"{words_of(reading.says)} {'' if reading.dialysis else 'at '}{reading.place}"


def _edges(reading: KidneyReading) -> str | None:
    return reading.place if isinstance(reading.says, KidneyBand) else None


def _per_day(limit: Dose) -> str:
    return str(DailyDose(limit.mg).in_unit(limit.unit))
