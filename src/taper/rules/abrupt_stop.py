"""How a drug that is stopped gets to 0, against each source's advice in its own shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from taper.case import Case, cite, left_out, uncited
from taper.dose import DailyDose
from taper.finding import Answer, Clear, Finding, NotAssessed, Severity
from taper.monograph import Stopping, StoppingShape
from taper.plan import Before

NAME = "abrupt-stop"
READS = ("before", "indication")


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a drug ends: the last total, the maintained one, and over how many days it was reduced."""

    day: int
    last: DailyDose
    maintained: DailyDose
    reduced_over: int
    knows_before: bool
    used_days: int | None
    course: str
    step: int

    @property
    def is_straight(self) -> bool:
        return self.reduced_over == 0


def assess(case: Case) -> Iterator[Answer]:
    """Judge the end of each drug that the plan stops; one that continues or ends in a review is not judged.

    A stop straight from the maintained dose is high under any advice to reduce. A last fall above a source's
    figure, or a reduction shorter than its least time, is high. "Slowly" without a figure is otherwise not
    assessed on pace.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph, ending = case.monograph(drug), _ending(case, drug)
        if monograph is None or ending is None:
            continue
        facts = case.applying(monograph.stopping, drug)
        yield from left_out(case, NAME, drug, facts)
        if not facts:
            yield NotAssessed(rule=NAME, drug=drug, missing="advice on stopping the drug; no source is held")
        for fact in facts:
            if case.compares(fact.source) and _is_about(case, drug, fact, ending):
                yield _judge(drug, fact, ending)


def _ending(case: Case, drug: str) -> _Ending | None:
    courses, runs = case.courses_of(drug), case.runs(drug)
    taken = [run for run in runs if run.intakes]
    last = taken[-1]
    final = [course for course in courses if course.course.id in {item.course for item in last.intakes}]
    if last.last is None or last.repeats or any(course.course.then != "stop" for course in final):
        return None
    befores = [course.course.before for course in courses]
    before = sum((item.largest.mg for item in befores if isinstance(item, Before)), Fraction(0))
    highest = max(before, *(run.total.mg for run in taken))
    peak = max((run.last or 0 for run in taken if run.total.mg == highest), default=0)
    used = last.last if all(item == "nothing" for item in befores) else None
    return _Ending(
        day=last.last,
        last=last.total,
        maintained=DailyDose(highest).in_unit(last.total.unit),
        reduced_over=last.last - peak,
        knows_before=None not in befores,
        used_days=used,
        course=last.intakes[0].course,
        step=last.intakes[0].step,
    )


def _is_about(case: Case, drug: str, fact: Stopping, ending: _Ending) -> bool:
    wanted = {course.course.indication for course in case.courses_of(drug)}
    if fact.indications and None not in wanted and not wanted & set(fact.indications):
        return False
    if fact.down_to_daily_dose is not None and fact.down_to_daily_dose:
        return False  # it reaches down to a dose, and says nothing of stopping from there
    if fact.from_daily_dose is not None and ending.maintained.mg < fact.from_daily_dose.mg:
        return False
    least = fact.used_for_at_least
    if least is None or ending.used_days is None:
        return True
    return ending.used_days >= least.days + 28 * least.months


def _judge(drug: str, fact: Stopping, ending: _Ending) -> Answer:
    allowed = _last_fall_allowed(fact, ending)
    if allowed is not None:
        return _clear(drug, fact) if ending.last.mg <= allowed else _too_much(drug, fact, ending, allowed)
    if ending.is_straight:
        return _finding(drug, fact, ending, f"straight from the maintained dose; the source says {fact.shape}")
    if fact.shape is StoppingShape.MINIMUM_TIME and fact.lasting_at_least is not None:
        return _judge_time(drug, fact, ending)
    words = f"the pace down to {ending.last}; the source says {fact.shape}"
    return NotAssessed(rule=NAME, drug=drug, missing=f"{words} {cite(fact)}")


def _last_fall_allowed(fact: Stopping, ending: _Ending) -> Fraction | None:
    if fact.last_dose is not None:
        return fact.last_dose.mg
    if fact.shape is StoppingShape.FIXED and fact.step_high is not None:
        return fact.step_high.mg
    if fact.shape is StoppingShape.PERCENT_OF_START and fact.percent_high is not None and ending.knows_before:
        return ending.maintained.mg * fact.percent_high / 100
    bands = [band.step_high.mg for band in fact.bands if band.down_to.mg < ending.last.mg <= band.from_dose.mg]
    return max(bands, default=None)


def _judge_time(drug: str, fact: Stopping, ending: _Ending) -> Answer:
    least = fact.lasting_at_least
    assert least is not None
    if ending.reduced_over >= least.days + 31 * least.months:
        return _clear(drug, fact)
    if not ending.knows_before:
        missing = f"what was taken before day 1 (before); the source says over at least {least} {cite(fact)}"
        return NotAssessed(rule=NAME, drug=drug, missing=missing)
    words = f"{ending.reduced_over} days after the last day at {ending.maintained}"
    return _finding(drug, fact, ending, f"{words}; the source says over at least {least}", limit=str(least))


def _too_much(drug: str, fact: Stopping, ending: _Ending, allowed: Fraction) -> Finding:
    limit = str(DailyDose(allowed).in_unit(ending.last.unit))
    said = f"stopping from {limit}" if fact.last_dose is not None else f"falls of {limit} at most"
    if fact.last_dose is None and not fact.at_most:
        said = f"falls of {limit}"
    return _finding(drug, fact, ending, f"the last fall; the source says {said}", limit=limit)


def _clear(drug: str, fact: Stopping) -> Clear:
    return Clear(rule=NAME, drug=drug, source=fact.source)


def _finding(drug: str, fact: Stopping, ending: _Ending, words: str, *, limit: str | None = None) -> Finding:
    run = f"day {ending.day}: {drug} stops from {ending.last}"
    return Finding(
        rule=NAME,
        severity=Severity.HIGH,
        evidence=fact.source.grade,
        message=f"{run}, {words} {cite(fact)}",
        drug=drug,
        course=ending.course,
        step=ending.step,
        day=ending.day,
        last_day=ending.day,
        value=str(ending.last),
        limit=limit or str(fact.shape),
        source=fact.source,
    )
