"""Answers that several rules share: findings, open questions, and comparing a dose with a figure."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from taper._base.numbers import write_number
from taper._base.records import changed
from taper._base.text import write_span
from taper.amounts.dose import DailyDose, Dose
from taper.checks.case import Case, Run, capped, left_out, on_file, stretches
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import Answer, Clear, Finding, LeftOut, Severity, Why
from taper.knowledge.cited import Cited
from taper.knowledge.monograph import AgeAdvice, Ceiling, CeilingKind, LiverAdvice
from taper.knowledge.stopping_advice import Stopping, StoppingShape
from taper.source import Source, Subject

_Fact = TypeVar("_Fact", bound=Cited)


def find(
    case: Case, rule: str, drug: str, fact: Cited, severity: Severity, happens: str, says: str, **fields: Any
) -> Finding:
    """A finding of one source: what happens, and what the source says of it.

    It is moderate at most where the fact is about some indications and none is given.
    """
    depends = case.indication_fits(fact, drug) is None
    return by_source(
        case, rule, drug, fact.source, capped(severity, weak=depends), happens,
        f"{says}{'; it depends on the indication' if depends else ''}", **fields,
    )  # fmt: skip


def by_source(
    case: Case, rule: str, drug: str, source: Source | None, severity: Severity, happens: str, says: str, **fields: Any
) -> Finding:
    """A finding that cites a source, or that needs none."""
    return Finding(
        rule=rule,
        severity=severity,
        evidence=None if source is None else source.grade,
        message=message_of(happens, [said_by(case, source, says)]),
        happens=happens,
        says=says,
        drug=drug,
        source=source,
        from_abroad=source is not None and case.is_abroad(source),
        **fields,
    )


def said_by(case: Case, source: Source | None, says: str) -> str:
    """Who says what: "NICE (UK, 2022, grade B): at most 25 %"."""
    if source is None:
        return f"{says[:1].upper()}{says[1:]}"
    return f"{case.who(source)}: {says}"


def message_of(happens: str, said: Iterable[str]) -> str:
    """A message that puts the fact first: "Drops 50 % (2 to 1 mg/day on day 211). ASAM: at most 25 %."."""
    listed = [words for words in said if words]
    return (
        f"{happens[:1].upper()}{happens[1:]}. {'; '.join(listed)}."
        if listed
        else f"{happens[:1].upper()}{happens[1:]}."
    )


def noted(case: Case, finding: Finding, *notes: str) -> Finding:
    """A finding with what its source adds, in short notes."""
    added = "; ".join(note.rstrip(".") for note in dict.fromkeys(notes))
    if not added:
        return finding
    message = message_of(finding.happens, [said_by(case, finding.source, f"{finding.says} ({added})")])
    return changed(finding, {"note": added, "message": message})


def gap(
    rule: str,
    drug: str | None,
    reason: Reason,
    what: str,
    *,
    of: Iterable[Cited | Source] = (),
    facts: Iterable[str] = (),
    urgent: bool = False,
) -> NotAssessed:
    """That a rule could not be applied: why, to what, and who would speak."""
    sources = tuple(dict.fromkeys(item if isinstance(item, Source) else item.source for item in of))
    return NotAssessed(
        rule=rule, drug=drug, reason=reason, what=(what,), sources=sources, facts=tuple(facts), urgent=urgent
    )


_WORDS = {"patient.age": "age", "patient.sex": "sex"}


def each_ceiling(
    case: Case, rule: str, per: str, compare: Callable[[Case, str, Ceiling], Iterator[Answer]]
) -> Iterator[Answer]:
    """Compare the plan with each maximum of one kind that a source gives for its drugs, its person and its use.

    Args:
        case: The plan and the person.
        rule: Whose answers they are.
        per: Of what they are maxima, such as "intake" or "week".
        compare: What answers for one of them.
    """
    for drug, monograph in (yield from on_file(case, rule)):
        ceilings = tuple(item for item in monograph.ceilings if item.per == per)
        yield from left_out(case, rule, drug, ceilings)
        for item in case.applying(ceilings, drug):
            if item.kind is CeilingKind.CLAIM and item.source.id not in case.sources:
                yield LeftOut(rule=rule, drug=drug, source=item.source, why=Why.UNCITED)
            elif case.compares(item.source):
                wanted = case.uses_of(drug)
                for_another_use = item.indications and None not in wanted and not wanted & set(item.indications)
                if case.person_fits(item) is not False and not for_another_use:
                    yield from compare(case, drug, item)


def person_gap(case: Case, rule: str, drug: str, fact: Cited) -> NotAssessed:
    """That the age or the sex is not given, on which the advice of a source depends."""
    facts = case.person_open(fact)
    words = " and ".join(_WORDS[name] for name in facts)
    return gap(rule, drug, Reason.FACT, f"{words} (this source's advice depends on it)", of=[fact], facts=facts)


def other_uses(
    case: Case, rule: str, drug: str, facts: Iterable[Cited], what: str, *, urgent: bool = False
) -> NotAssessed:
    """That nothing is on file for the plan's use, and of which other uses the facts speak, if there are any."""
    listed = list(facts)
    if not listed:
        return gap(rule, drug, Reason.NO_SOURCE, what)
    wanted = sorted({course.course.indication or "" for course in case.courses_of(drug)})
    uses = sorted({use for fact in listed for use in fact.indications})
    words = f"{what} for {', '.join(wanted)}; sources on file are for other uses: {', '.join(uses)}"
    return gap(rule, drug, Reason.OTHER_USES, words, of=listed, urgent=urgent)


def unread(
    case: Case, rule: str, drug: str, subject: Subject, what: str, *, urgent: bool = False
) -> NotAssessed | None:
    """That no source on file was read in full on a subject; None where one of the library's own was.

    What an overlay says that it read is its own, and never stands in for the label.
    """
    sources = case.sources_of(drug)
    if any(source.has_read(subject) and source.layer == "shipped" for source in sources):
        return None
    half = [source for source in sources if source.unread(subject)]
    names = "; ".join(dict.fromkeys(name for source in half for name in source.unread(subject)))
    missing = f"{what} (not read: {names})" if half else what
    return gap(rule, drug, Reason.UNREAD, missing, of=half, urgent=urgent)


def silent(case: Case, rule: str, drug: str, subject: Subject, told: Iterable[Source] = ()) -> Iterator[Clear]:
    """Clear of each source that was read in full on a subject and of which nothing was found."""
    gone = set(told)
    for source in case.sources_of(drug):
        if source.has_read(subject) and source not in gone:
            yield Clear(rule=rule, drug=drug, source=source)


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
        happens = f"{drug} reaches {highest.total} {case.when_taken(stretch)}"
        yield find(case, rule, drug, fact, Severity.HIGH, happens, said, day=stretch[0].first, by_amount=True,
                   last_day=stretch[-1].last, value=str(highest.total), limit=per_day(limit),
                   **place_of(highest))  # fmt: skip
    if not found:
        yield Clear(rule=rule, drug=drug, source=fact.source, figures=("dose",))


def compare_first(case: Case, rule: str, drug: str, fact: LiverAdvice | AgeAdvice, whom: str) -> Iterator[Answer]:
    """A first day above a first dose is high; for someone who takes the drug already there is no such figure."""
    befores = [course.course.before for course in case.courses_of(drug)]
    limit = fact.initial
    assert limit is not None
    said = f"first {'daily ' if fact.initial_per == 'day' else ''}dose of {limit} {whom}"
    if None in befores:
        yield gap(rule, drug, Reason.FACT, f"what was taken before day 1; {said}", of=[fact], facts=["before"])
        return
    if any(before != "nothing" for before in befores):
        missing = "a figure for someone who takes the drug already; sources on file give a first dose only"
        yield gap(rule, drug, Reason.STARTS_ONLY, missing, of=[fact])
        return
    first = next(run for run in case.runs(drug) if run.intakes)
    largest = max((item.intake.dose for item in first.intakes), key=lambda dose: dose.mg)
    taken = first.total if fact.initial_per == "day" else largest
    if taken.mg <= limit.mg:
        yield Clear(rule=rule, drug=drug, source=fact.source, figures=("dose",))
        return
    happens = f"{drug} starts at {taken} {case.when(first.first, first.first)}"
    yield find(case, rule, drug, fact, Severity.HIGH, happens, said, day=first.first, last_day=first.last,
               course=first.intakes[0].course, step=first.intakes[0].step, value=str(taken), by_amount=True,
               limit=per_day(limit) if fact.initial_per == "day" else str(limit))  # fmt: skip


def per_day(limit: Dose) -> str:
    """A dose as a daily figure."""
    return str(DailyDose(limit.mg).in_unit(limit.unit))


# What a source says of reducing and stopping, with its own figures.


def advice_words(fact: Stopping) -> str:
    """How a source says that a drug is reduced: its figures and its interval, or that it gives none."""
    lasting = f"over at least {fact.lasting_at_least}" if fact.lasting_at_least is not None else ""
    if fact.shape is StoppingShape.MINIMUM_TIME:
        return lasting
    if fact.intakes:
        stages = (f"{_times(stage.times_per_day)} for {stage.lasting}" for stage in fact.intakes)
        return f"{lasting}, {', then '.join(stages)}, each dose as it was"
    if fact.percent_low is not None and fact.percent_high is not None:
        figures = write_span(write_number(fact.percent_low), write_number(fact.percent_high))
        if fact.shape is StoppingShape.FIRST_REDUCTION:
            return f"{figures} % of the dose at the first reduction, then{_every(fact)} without a size"
        of = {StoppingShape.PERCENT_OF_START: "first", StoppingShape.PERCENT_OF_PREVIOUS: "previous"}
        return f"{figures} % of the {of.get(fact.shape, 'current')} dose{_every(fact)}"
    if fact.step_low is not None:
        return f"{write_span(fact.step_low, fact.step_high)}{_every(fact)}"
    if fact.bands:
        bands = (f"{write_span(b.step_low, b.step_high)} from {b.from_dose} down to {b.down_to}" for b in fact.bands)
        return f"{', '.join(bands)}{_every(fact)}"
    return str(fact.shape)


def _times(count: int) -> str:
    return {1: "once a day", 2: "twice a day"}.get(count, f"{count} times a day")


def fall_words(fact: Stopping, before: Dose | DailyDose) -> str:
    """The reduction that a source names at a daily total, with its interval: "2 to 4 mg every 1 to 2 weeks"."""
    held = [band for band in fact.bands if band.down_to.mg < before.mg <= band.from_dose.mg]
    if not held:
        return advice_words(fact)
    band = max(held, key=lambda item: item.step_high.mg)
    return f"{write_span(band.step_low, band.step_high)}{_every(fact)}"


def _every(fact: Stopping) -> str:
    return f" every {write_span(fact.every_low, fact.every_high)}" if fact.every_low is not None else ""
