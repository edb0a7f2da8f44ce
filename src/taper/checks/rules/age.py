"""Age: each source's advice at the person's age."""

from collections.abc import Iterator

from taper.checks.answers import (
    compare_first,
    compare_totals,
    find,
    gap,
    other_uses,
    person_gap,
    silent,
    unheard,
    unread,
    whole_plan,
)
from taper.checks.case import Case, heard, on_file
from taper.checks.open_question import Reason
from taper.checks.review import Action, Answer, Clear, Severity
from taper.knowledge.monograph import AgeAdvice
from taper.source import Subject

NAME = "age"
SUBJECT = Subject.AGE
READS = ("patient.age", "patient.sex", "before", "indication")
_ADULT = 18
_OLDER = 65


def assess(case: Case) -> Iterator[Answer]:
    """Read every source's advice for an age group of adults, half-open: from 65 begins on the 65th birthday.

    To avoid, and a dose above the source's maximum or first dose for that age, are high; "reduce" with no daily figure
    is moderate; caution, and "not established", are low. A missing age is not assessed; it is never taken for middle
    age. Nor is advice on the age for another use than the plan's. Sources print "elderly" without a number: from 65, a
    drug without a source read in full on older adults is not assessed; below 65 no question is asked.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        applying = case.applying(monograph.ages, drug)
        facts = yield from heard(case, NAME, drug, (fact for fact in applying if _is_about(case, fact, drug)))
        others = [fact for fact in unheard(case, drug, applying) if case.person_fits(fact) is True]
        yield from _assess_drug(case, drug, facts, others)
        if others:
            yield other_uses(case, NAME, drug, others, "advice on this age")


def _is_about(case: Case, fact: AgeAdvice, drug: str) -> bool:
    is_for_adults = fact.age_below is None or fact.age_below > _ADULT
    return is_for_adults and case.indication_fits(fact, drug) is not False


def _assess_drug(case: Case, drug: str, facts: tuple[AgeAdvice, ...], others: list[AgeAdvice]) -> Iterator[Answer]:
    age = case.patient.age
    nobody = unread(case, NAME, drug, SUBJECT, "older adults")
    if age is None:
        if facts or nobody is not None:
            yield gap(NAME, drug, Reason.FACT, "the age", of=facts, facts=["patient.age"])
    else:
        if not facts and nobody is not None and age >= _OLDER:
            yield nobody
        yield from silent(case, NAME, drug, SUBJECT, told=[fact.source for fact in (*facts, *others)])
        for fact in facts:
            fits = case.person_fits(fact)
            if fits is None:
                yield person_gap(case, NAME, drug, fact)
            elif fits:
                yield from _judge(case, drug, fact)
            else:
                yield Clear(rule=NAME, drug=drug, source=fact.source)


def _judge(case: Case, drug: str, fact: AgeAdvice) -> Iterator[Answer]:
    if fact.action == "reduce" and (fact.maximum or fact.initial):
        group = f"from age {fact.age_from}" if fact.age_from is not None else f"below age {fact.age_below}"
        if fact.maximum is not None:
            said = f"daily maximum of {fact.maximum} {group}"
            yield from compare_totals(case, NAME, drug, fact, fact.maximum, said)
        if fact.initial is not None:
            yield from compare_first(case, NAME, drug, fact, group)
    else:
        yield _statement(case, drug, fact)


def _statement(case: Case, drug: str, fact: AgeAdvice) -> Answer:
    severity = {"avoid": Severity.HIGH, "reduce": Severity.MODERATE}.get(fact.action, Severity.LOW)
    happens = f"{drug} is taken at age {case.patient.age}"
    says = f"{fact.action}: {fact.what}"
    limit = f"from {fact.age_from}" if fact.age_from is not None else f"below {fact.age_below}"
    years = f"{case.patient.age} years"
    return find(case, NAME, drug, fact, severity, happens, says, value=years, limit=limit, briefly=fact.action,
                action=_ACTIONS.get(fact.action, ""), **whole_plan(case, drug))  # fmt: skip


_ACTIONS: dict[str, Action] = {"caution": "caution", "avoid": "avoid"}
