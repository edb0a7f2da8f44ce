"""Uses that a source says the drug is not for, and drugs that it must not replace."""

from collections.abc import Iterator

from taper.checks.answers import find, gap, person_gap, whole_plan
from taper.checks.case import Case, heard, on_file
from taper.checks.dose_levels import levels_of
from taper.checks.open_question import Reason
from taper.checks.other_medicines import missing_lists, other_medicines
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import NotFor
from taper.source import Source, Subject

NAME = "substitution"
SUBJECT = Subject.DOSAGE
READS = ("indication", "patient.medications", "patient.as_needed")


def assess(case: Case) -> Iterator[Answer]:
    """Compare the plan's indication, and the drugs that are reduced or were stopped, with what a drug is not for.

    A drug taken for such a use is high; so is one that comes as another goes which it must not replace. No indication,
    and a missing list of medicines where one may have been stopped, are not assessed; nor is a use that no source on
    file gives for the drug, since it may be the same use in other words. Where no source names such a use, the rule
    does not apply to the drug.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        compared = yield from heard(case, NAME, drug, case.applying(monograph.not_for, drug))
        facts = [fact for fact in compared if case.person_fits(fact) is not False]
        unknown = sorted(_wanted(case, drug) - {None} - _known_uses(case, drug), key=str)
        silent = []
        for fact in facts:
            answers = list(_judge(case, drug, fact))
            yield from answers
            if not answers and unknown:
                silent.append(fact)
            elif not answers and None not in _wanted(case, drug):
                yield Clear(rule=NAME, drug=drug, source=fact.source)
        yield from _of_unknown_uses(drug, unknown, silent)
        yield from _without_indication(case, drug, facts)


def _of_unknown_uses(drug: str, unknown: list[str | None], facts: list[NotFor]) -> Iterator[Answer]:
    """One answer a source: whether an unknown use is one of those that it names may be told by a person."""
    by_source: dict[Source, list[str]] = {}
    for fact in facts:
        by_source.setdefault(fact.source, []).append(f"{fact.use} ({fact.what})")
    for source, uses in by_source.items():
        words = f"whether {', '.join(map(str, unknown))} is one of the uses that it is not for: {'; '.join(uses)}"
        yield gap(NAME, drug, Reason.FACT, words, of=[source], facts=["indication"])


def _without_indication(case: Case, drug: str, facts: list[NotFor]) -> Iterator[Answer]:
    if facts and None in _wanted(case, drug):
        uses = ", ".join(sorted({fact.use for fact in facts}))
        missing = f"the indication; sources say that it is not for {uses}"
        yield gap(NAME, drug, Reason.FACT, missing, of=facts, facts=["indication"])


def _wanted(case: Case, drug: str) -> set[str | None]:
    return {course.course.indication for course in case.courses_of(drug)}


def _judge(case: Case, drug: str, fact: NotFor) -> Iterator[Answer]:
    wanted = _wanted(case, drug)
    gone = list(_replaced(case, drug, fact))
    missing = list(_missing(case, fact))
    if case.person_fits(fact) is None and (gone or fact.use in wanted):
        yield person_gap(case, NAME, drug, fact)
    elif fact.use in wanted:
        yield _finding(case, drug, fact, f"for {fact.use}", fact.use)
    elif gone:
        yield from (_finding(case, drug, fact, f"where {other} goes", other) for other in gone)
    elif missing:
        facts = ["patient.medications", "patient.as_needed"]
        yield from (gap(NAME, drug, Reason.FACT, words, of=[fact], facts=facts) for words in missing)


def _known_uses(case: Case, drug: str) -> set[str | None]:
    """The uses for which a source gives a dose of the drug."""
    monograph = case.formulary.monograph(drug)
    doses = (*monograph.ceilings, *monograph.starts, *monograph.titrations, *monograph.durations)
    return {use for fact in doses for use in fact.indications}


def _missing(case: Case, fact: NotFor) -> Iterator[str]:
    if fact.instead_of:
        listed = ", ".join(fact.instead_of)
        yield from (f"{words}, to tell whether it comes in place of {listed}" for words in missing_lists(case))


def _replaced(case: Case, drug: str, fact: NotFor) -> Iterator[str]:
    """The drugs it must not stand in for that the plan reduces or stops, or that were stopped before."""
    for other in fact.instead_of:
        uses = {course.course.indication for course in case.courses_of(other)}
        is_for_it = not uses or None in uses or fact.use in uses
        reduced = other in case.drugs and other != drug and bool(levels_of(case, other).falls)
        stopped = any(item.drug == other and item.until is not None for item in other_medicines(case))
        if is_for_it and (reduced or stopped):
            yield other


def _finding(case: Case, drug: str, fact: NotFor, where: str, value: str) -> Answer:
    return find(case, NAME, drug, fact, Severity.HIGH, f"{drug} is taken {where}", fact.what, about=value,
                value=value, limit=f"not for {fact.use}",
                **whole_plan(case, drug))  # fmt: skip
