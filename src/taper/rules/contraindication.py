"""Conditions of the person that a source names against the drug."""

import difflib
from collections.abc import Iterator

from taper.case import Case, left_out, uncited
from taper.comparison import find, whole_plan
from taper.finding import Answer, Clear, NotAssessed, Severity
from taper.monograph import Contraindication

NAME = "contraindication"
READS = ("patient.conditions", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Look up each condition of the person among those that each source names.

    Contraindicated and to avoid are high, caution is moderate. A missing list of conditions is not assessed; so is
    a condition under a name that no source uses, since it may be one of theirs under another name.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is None:
            continue
        applying = case.applying(monograph.contraindications, drug)
        held = tuple(fact for fact in applying if case.indication_fits(fact, drug) is not False)
        yield from left_out(case, NAME, drug, held)
        yield from _assess_drug(case, drug, tuple(fact for fact in held if case.compares(fact.source)))


def _assess_drug(case: Case, drug: str, facts: tuple[Contraindication, ...]) -> Iterator[Answer]:
    if case.patient.conditions is None:
        yield NotAssessed(rule=NAME, drug=drug, missing="the list of conditions (conditions)")
    elif not case.patient.conditions:
        yield Clear(rule=NAME, drug=drug)
    elif not facts:
        yield NotAssessed(rule=NAME, drug=drug, missing="conditions named against the drug; no source is held")
    else:
        present = {_plain(name) for name in case.patient.conditions}
        matched = [fact for fact in facts if fact.condition in present]
        yield from _strange(case, drug, present, facts)
        yield from (_finding(case, drug, fact) for fact in matched)
        for fact in facts:
            if fact.source not in {item.source for item in matched}:
                yield Clear(rule=NAME, drug=drug, source=fact.source)


def _plain(name: str) -> str:
    return "-".join(name.lower().replace("'", "").split())


def _strange(case: Case, drug: str, present: set[str], facts: tuple[Contraindication, ...]) -> Iterator[Answer]:
    own = sorted({fact.condition for fact in facts})
    for name in sorted(present - set(own)):
        if name not in case.formulary.conditions:
            near = difflib.get_close_matches(name, own, n=3, cutoff=0.5)
            hint = f"; near names are {', '.join(near)}" if near else ""
            missing = f"whether {name} is a condition that the sources name; they use other names{hint}"
            yield NotAssessed(rule=NAME, drug=drug, missing=missing)


def _finding(case: Case, drug: str, fact: Contraindication) -> Answer:
    severity = Severity.MODERATE if fact.action == "caution" else Severity.HIGH
    message = f"{drug}: with {fact.condition} the source says {fact.action}"
    plan = whole_plan(case, drug)
    return find(case, NAME, drug, fact, severity, message, value=fact.condition, limit=fact.action, **plan)
