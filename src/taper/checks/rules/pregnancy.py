"""What each source says of pregnancy and of breastfeeding."""

from collections.abc import Iterator

from taper.checks.answers import find, other_uses, unheard, whole_plan
from taper.checks.case import Case, left_out, uncited
from taper.checks.review import Answer, Clear, NotAssessed, Severity
from taper.knowledge.monograph import PregnancyAdvice

NAME = "pregnancy"
READS = ("patient.pregnant", "patient.lactating", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Read every source's words on pregnancy and on breastfeeding, each for itself.

    To avoid and contraindicated are high, caution is moderate. Whether the person is pregnant or breastfeeding is
    never inferred from age or sex: unknown is not assessed.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is None:
            continue
        held = tuple(f for f in case.applying(monograph.pregnancy, drug) if case.indication_fits(f, drug) is not False)
        yield from left_out(case, NAME, drug, held)
        facts = tuple(fact for fact in held if case.compares(fact.source))
        for state in _FIELD:
            yield from _assess_state(case, drug, state, facts)
            others = [f for f in unheard(case, drug, case.applying(monograph.pregnancy, drug)) if f.state == state]
            if others and getattr(case.patient, _FIELD[state]):
                yield other_uses(case, NAME, drug, others, f"advice on {state}")


_FIELD = {"pregnancy": "pregnant", "breastfeeding": "lactating"}


def _assess_state(case: Case, drug: str, state: str, facts: tuple[PregnancyAdvice, ...]) -> Iterator[Answer]:
    present: bool | None = getattr(case.patient, _FIELD[state])
    speaking = [fact for fact in facts if fact.state == state]
    if present is None:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"whether there is {state} ({_FIELD[state]})")
    elif not present:
        yield Clear(rule=NAME, drug=drug)
    elif not speaking:
        yield NotAssessed(rule=NAME, drug=drug, missing=f"advice on {state}; no source is held")
    else:
        yield from (_statement(case, drug, fact) for fact in speaking)


def _statement(case: Case, drug: str, fact: PregnancyAdvice) -> Answer:
    severity = Severity.MODERATE if fact.action == "caution" else Severity.HIGH
    message = f"{drug}: in {fact.state} the source says {fact.action}: {fact.what}"
    plan = whole_plan(case, drug)
    return find(case, NAME, drug, fact, severity, message, value=fact.state, limit=fact.action, **plan)
