"""Pregnancy and breastfeeding: each source's advice."""

from collections.abc import Iterator

from taper.checks.answers import find, gap, other_uses, silent, unheard, unread, whole_plan
from taper.checks.case import Case, heard, on_file
from taper.checks.open_question import Reason
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import PregnancyAdvice
from taper.source import Subject

NAME = "pregnancy"
SUBJECT = Subject.PREGNANCY
READS = ("patient.pregnant", "patient.lactating", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Read every source's words on pregnancy and on breastfeeding, each for itself.

    To avoid and contraindicated are high, caution is moderate. Whether the person is pregnant or breastfeeding is
    never inferred from age or sex: unknown is not assessed, unless sources were read in full and say nothing.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        facts = yield from heard(case, NAME, drug, case.fitting(monograph.pregnancy, drug))
        for state in _FIELD:
            others = [f for f in unheard(case, drug, case.applying(monograph.pregnancy, drug)) if f.state == state]
            yield from _assess_state(case, drug, state, facts, others)
            if others and getattr(case.patient, _FIELD[state]):
                is_spoken_of = any(fact.state == state for fact in facts)
                yield other_uses(case, NAME, drug, others, f"advice on {state}", urgent=not is_spoken_of)


_FIELD = {"pregnancy": "pregnant", "breastfeeding": "lactating"}


def _assess_state(
    case: Case, drug: str, state: str, facts: tuple[PregnancyAdvice, ...], others: list[PregnancyAdvice]
) -> Iterator[Answer]:
    present: bool | None = getattr(case.patient, _FIELD[state])
    speaking = [fact for fact in facts if fact.state == state]
    nobody = unread(case, NAME, drug, SUBJECT, state, urgent=present is True)
    if present is None:
        if speaking or nobody is not None:
            missing = f"whether there is {state} ({_FIELD[state]})"
            yield gap(NAME, drug, Reason.FACT, missing, facts=[f"patient.{_FIELD[state]}"])
    elif not present:
        yield Clear(rule=NAME, drug=drug)
    else:
        if not speaking and nobody is not None:
            yield nobody
        yield from silent(case, NAME, drug, SUBJECT, told=[fact.source for fact in (*speaking, *others)])
        yield from (_statement(case, drug, fact) for fact in speaking)


def _statement(case: Case, drug: str, fact: PregnancyAdvice) -> Answer:
    severity = Severity.MODERATE if fact.action == "caution" else Severity.HIGH
    happens = (
        f"{drug} is taken in {fact.state}" if fact.state == "pregnancy" else f"{drug} is taken while breastfeeding"
    )
    plan = whole_plan(case, drug)
    return find(case, NAME, drug, fact, severity, happens, f"{fact.action}: {fact.what}", about=fact.state,
                value=fact.state, limit=fact.action, action=fact.action, briefly=fact.action, **plan)  # fmt: skip
