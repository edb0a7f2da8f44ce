"""Conditions of the person that a source names against the drug."""

import difflib
from collections.abc import Iterator

from taper.checks.answers import find, other_uses, unheard, whole_plan
from taper.checks.case import Case, left_out, uncited
from taper.checks.review import Answer, Clear, NotAssessed, Severity
from taper.knowledge.monograph import Contraindication

NAME = "contraindication"
READS = ("patient.conditions", "indication")
_TELLING_LETTERS = 5


def assess(case: Case) -> Iterator[Answer]:
    """Look up each condition of the person among those that each source names.

    Contraindicated and to avoid are high, caution is moderate. A missing list of conditions is not assessed. Nor is
    a condition of which no source compared speaks: a list of conditions says nothing of those it leaves out, and
    the same condition may stand there under another name. Clear is therefore only a known empty list, and a source
    beside another that names every condition of the person.
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
        present = {_plain(name) for name in case.patient.conditions or ()}
        others = [fact for fact in unheard(case, drug, applying) if fact.condition in present]
        if others:
            yield other_uses(
                case, NAME, drug, others, f"a source on {', '.join(sorted({f.condition for f in others}))}"
            )


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
        unspoken = present - {fact.condition for fact in matched}
        yield from (_unspoken(case, drug, name, facts) for name in sorted(unspoken))
        yield from (_finding(case, drug, fact) for fact in matched)
        if not unspoken:
            yield from (Clear(rule=NAME, drug=drug, source=fact.source) for fact in facts)


def _plain(name: str) -> str:
    return "-".join(name.lower().replace("'", "").split())


def _unspoken(case: Case, drug: str, name: str, facts: tuple[Contraindication, ...]) -> Answer:
    named = sorted({fact.condition for fact in facts})
    missing = f"a source on {drug} with {name}: none of the conditions that those compared name ({len(named)}) is that"
    is_known = name in case.formulary.conditions
    if is_known:
        missing += "; sources of other drugs name it"
    near = _near(name, named, is_known=is_known)
    if near:
        missing += f"; near names are {', '.join(near)}"
    return NotAssessed(rule=NAME, drug=drug, missing=missing)


def _near(name: str, named: list[str], *, is_known: bool) -> list[str]:
    """Names that share a telling word, and for a name that no source uses those written alike.

    A known name is not misspelled, and what is written like it may be its opposite: hypotension, hypertension.
    """
    words = {word for word in name.split("-") if len(word) >= _TELLING_LETTERS}
    near = [other for other in named if words & set(other.split("-"))]
    alike = [] if is_known else difflib.get_close_matches(name, named, n=3, cutoff=0.5)
    return [*near, *(other for other in alike if other not in near)]


def _finding(case: Case, drug: str, fact: Contraindication) -> Answer:
    severity = Severity.MODERATE if fact.action == "caution" else Severity.HIGH
    message = f"{drug}: with {fact.condition} the source says {fact.action}"
    plan = whole_plan(case, drug)
    return find(case, NAME, drug, fact, severity, message, value=fact.condition, limit=fact.action, **plan)
