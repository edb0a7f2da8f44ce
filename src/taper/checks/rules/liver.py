"""Liver impairment: each source's advice at the person's degree of it."""

from collections.abc import Iterator

from taper.checks.answers import (
    compare_first,
    compare_totals,
    find,
    gap,
    noted,
    other_uses,
    person_gap,
    silent,
    unheard,
    unread,
    whole_plan,
)
from taper.checks.case import Case, heard, on_file
from taper.checks.open_question import Reason
from taper.checks.review import Action, Answer, Clear, Finding, Severity
from taper.knowledge.monograph import LiverAdvice
from taper.source import Subject

NAME = "liver"
SUBJECT = Subject.LIVER
READS = ("patient.liver", "patient.age", "before", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Read every source's advice for the degree of liver impairment: none, mild, moderate or severe.

    A drug to avoid, and a dose above the source's maximum or first dose for that degree, are high; "reduce" with no
    daily figure is moderate; caution is low. An unknown degree is not assessed where a source on file has liver advice,
    or none was read; nor is a degree that no source covers for the plan's use, unless one was read in full.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        facts = yield from heard(case, NAME, drug, case.fitting(monograph.liver, drug))
        applying = unheard(case, drug, case.applying(monograph.liver, drug))
        others = [fact for fact in applying if case.patient.liver in fact.impairment]
        yield from _assess_drug(case, drug, facts, others)
        if others:
            yield other_uses(case, NAME, drug, others, f"advice on {case.patient.liver} liver impairment")


def _assess_drug(case: Case, drug: str, facts: tuple[LiverAdvice, ...], others: list[LiverAdvice]) -> Iterator[Answer]:
    degree = case.patient.liver
    nobody = unread(case, NAME, drug, SUBJECT, "the liver", urgent=degree not in (None, "none"))
    if degree is None:
        if facts or nobody is not None:
            missing = "the degree of liver impairment, or none"
            yield gap(NAME, drug, Reason.FACT, missing, of=facts, facts=["patient.liver"])
    elif degree == "none":
        yield Clear(rule=NAME, drug=drug)
    else:
        speaking = [fact for fact in facts if degree in fact.impairment]
        if not speaking and facts:
            missing = f"advice on {degree} liver impairment; sources on file are for other degrees"
            yield gap(NAME, drug, Reason.OTHER_PEOPLE, missing, of=facts, urgent=True)
        elif not speaking and nobody is not None:
            yield nobody
        yield from silent(case, NAME, drug, SUBJECT, told=[fact.source for fact in (*facts, *others)])
        for fact in speaking:
            yield from (_noted(case, answer, fact) for answer in _judge(case, drug, fact, degree))


def _noted(case: Case, answer: Answer, fact: LiverAdvice) -> Answer:
    """A finding with what its source adds: of two answers of one source the notes tell which is for whom."""
    if not isinstance(answer, Finding) or fact.note is None:
        return answer
    return noted(case, answer, fact.note)


def _judge(case: Case, drug: str, fact: LiverAdvice, degree: str) -> Iterator[Answer]:
    fits = case.person_fits(fact)
    if fits is None:
        yield person_gap(case, NAME, drug, fact)
    elif fits and fact.action == "no change":
        yield Clear(rule=NAME, drug=drug, source=fact.source)
    elif fits and fact.action == "reduce" and (fact.maximum or fact.initial):
        yield from _compare(case, drug, fact, degree)
    elif fits:
        yield _statement(case, drug, fact, degree)


def _compare(case: Case, drug: str, fact: LiverAdvice, degree: str) -> Iterator[Answer]:
    if fact.maximum is not None:
        said = f"daily maximum of {fact.maximum} in {degree} liver impairment"
        yield from compare_totals(case, NAME, drug, fact, fact.maximum, said)
    if fact.initial is not None:
        yield from compare_first(case, NAME, drug, fact, f"in {degree} liver impairment")


def _statement(case: Case, drug: str, fact: LiverAdvice, degree: str) -> Answer:
    severity = {"caution": Severity.LOW, "reduce": Severity.MODERATE}.get(fact.action, Severity.HIGH)
    part = f" to {fact.fraction} of the usual dose" if fact.fraction is not None else ""
    happens = f"{drug} is taken with {degree} liver impairment"
    return find(
        case,
        NAME,
        drug,
        fact,
        severity,
        happens,
        f"{fact.action}{part}",
        value=degree,
        limit=fact.action,
        action=_ACTIONS.get(fact.action, ""),
        **whole_plan(case, drug),
    )


_ACTIONS: dict[str, Action] = {"caution": "caution", "avoid": "avoid", "contraindicated": "contraindicated"}
