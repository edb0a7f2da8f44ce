"""Comparisons that several rules make: a day's total with a daily figure, a first day's with a first dose."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from taper._base.numbers import write_number
from taper.amounts.dose import DailyDose, Dose
from taper.checks.case import Case, Run, capped, cite, stretch_words, stretches
from taper.checks.review import Answer, Clear, Finding, NotAssessed, Severity
from taper.knowledge.cited import Cited
from taper.knowledge.monograph import AgeAdvice, HalfLife, LiverAdvice
from taper.knowledge.stopping_advice import Stopping, StoppingShape

_Fact = TypeVar("_Fact", bound=Cited)


def find(case: Case, rule: str, drug: str, fact: Cited, severity: Severity, message: str, **fields: Any) -> Finding:
    """A finding that cites a fact; moderate at most where the fact is about some indications and none is given."""
    depends = case.indication_fits(fact, drug) is None
    hedge = "; it depends on the indication" if depends else ""
    return Finding(
        rule=rule,
        severity=capped(severity, weak=depends),
        evidence=fact.source.grade,
        message=f"{message}{hedge} {cite(fact)}",
        drug=drug,
        source=fact.source,
        **fields,
    )


def other_uses(case: Case, rule: str, drug: str, facts: Iterable[Cited], what: str) -> NotAssessed:
    """That nothing is held for the plan's use, and of which other uses the facts speak, if there are any."""
    listed = list(facts)
    if not listed:
        return NotAssessed(rule=rule, drug=drug, missing=f"{what}; no source is held")
    wanted = sorted({course.course.indication or "" for course in case.courses_of(drug)})
    uses = sorted({use for fact in listed for use in fact.indications})
    cites = " ".join(dict.fromkeys(cite(fact) for fact in listed))
    missing = f"{what} for {', '.join(wanted)}; sources speak of other uses: {', '.join(uses)} {cites}"
    return NotAssessed(rule=rule, drug=drug, missing=missing)


def unheard(case: Case, drug: str, facts: Iterable[_Fact]) -> tuple[_Fact, ...]:
    """The facts to compare with that are about other uses than the plan's."""
    return tuple(f for f in facts if case.compares(f.source) and case.indication_fits(f, drug) is False)


def whole_plan(case: Case, drug: str) -> dict[str, int | None]:
    """The first and last day of a drug, for a finding about all of it."""
    runs = [run for run in case.runs(drug) if run.intakes]
    return {"day": runs[0].first, "last_day": None if runs[-1].repeats else runs[-1].last}


def place_of(run: Run) -> dict[str, Any]:
    """The course and step of a day's doses; none on a day on which only what was taken before is still taken."""
    return {"course": run.intakes[0].course, "step": run.intakes[0].step} if run.intakes else {}


def compare_totals(case: Case, rule: str, drug: str, fact: Cited, limit: Dose, said: str) -> Iterator[Answer]:
    """Each stretch of days above a daily figure is high; none is clear."""
    found = False
    for stretch in stretches(case.days(drug), lambda run: run.total.mg > limit.mg):
        found = True
        highest = max(stretch, key=lambda run: run.total.mg)
        message = f"{stretch_words(stretch)}: {highest.total} of {drug} is above {said}"
        yield find(case, rule, drug, fact, Severity.HIGH, message, day=stretch[0].first, last_day=stretch[-1].last,
                   value=str(highest.total), limit=per_day(limit), **place_of(highest))  # fmt: skip
    if not found:
        yield Clear(rule=rule, drug=drug, source=fact.source)


def compare_first(case: Case, rule: str, drug: str, fact: LiverAdvice | AgeAdvice, whom: str) -> Answer:
    """A first day above a first dose is high; for someone who takes the drug already there is no such figure."""
    befores = [course.course.before for course in case.courses_of(drug)]
    limit = fact.initial
    assert limit is not None
    said = f"the first {'daily ' if fact.initial_per == 'day' else ''}dose of {limit} {whom}"
    if None in befores:
        missing = f"what was taken before day 1 (before); {said} {cite(fact)}"
        return NotAssessed(rule=rule, drug=drug, missing=missing)
    if any(before != "nothing" for before in befores):
        missing = f"a figure for someone who takes the drug already; {said} {cite(fact)}"
        return NotAssessed(rule=rule, drug=drug, missing=missing)
    first = next(run for run in case.runs(drug) if run.intakes)
    largest = max((item.intake.dose for item in first.intakes), key=lambda dose: dose.mg)
    taken = first.total if fact.initial_per == "day" else largest
    if taken.mg <= limit.mg:
        return Clear(rule=rule, drug=drug, source=fact.source)
    return find(case, rule, drug, fact, Severity.HIGH, f"day {first.first}: {taken} of {drug} is above {said}",
                day=first.first, last_day=first.last, course=first.intakes[0].course, step=first.intakes[0].step,
                value=str(taken), limit=per_day(limit) if fact.initial_per == "day" else str(limit))  # fmt: skip


def per_day(limit: Dose) -> str:
    """A dose as a daily figure."""
    return str(DailyDose(limit.mg).in_unit(limit.unit))


# What a source says of reducing and stopping, with its own figures.


def advice_words(fact: Stopping) -> str:
    """How a source says that a drug is reduced: its figures and its interval, or that it gives none."""
    lasting = f"over at least {fact.lasting_at_least}" if fact.lasting_at_least is not None else ""
    if fact.shape is StoppingShape.MINIMUM_TIME:
        return lasting
    if fact.percent_low is not None and fact.percent_high is not None:
        figures = span_words(write_number(fact.percent_low), write_number(fact.percent_high))
        of = {StoppingShape.PERCENT_OF_START: "first", StoppingShape.PERCENT_OF_PREVIOUS: "previous"}
        return f"{figures} % of the {of.get(fact.shape, 'current')} dose{_every(fact)}"
    if fact.step_low is not None:
        return f"{span_words(fact.step_low, fact.step_high)}{_every(fact)}"
    if fact.bands:
        bands = (f"{span_words(b.step_low, b.step_high)} from {b.from_dose} down to {b.down_to}" for b in fact.bands)
        return f"{', '.join(bands)}{_every(fact)}"
    return str(fact.shape)


def fall_words(fact: Stopping, before: Dose | DailyDose) -> str:
    """The fall that a source names at a daily total, with its interval: "2 to 4 mg every 1 to 2 weeks"."""
    held = [band for band in fact.bands if band.down_to.mg < before.mg <= band.from_dose.mg]
    if not held:
        return advice_words(fact)
    band = max(held, key=lambda item: item.step_high.mg)
    return f"{span_words(band.step_low, band.step_high)}{_every(fact)}"


def _every(fact: Stopping) -> str:
    return f" every {span_words(fact.every_low, fact.every_high)}" if fact.every_low is not None else ""


def span_words(low: object, high: object) -> str:
    """A figure with two ends, or one where they are equal: "2 to 4 mg", "1 to 2 weeks"."""
    first, last = str(low), str(high if high is not None else low)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    shared = bool(unit) and last.partition(" ")[2].rstrip("s") == unit.rstrip("s")
    return f"{number if shared else first} to {last}"


def is_own_half_life(life: HalfLife) -> bool:
    """Whether a half-life is of the drug itself, and not of a metabolite."""
    return "metabolite" not in (life.of or "")
