"""Contraindications: the person's conditions that a source names against the drug."""

from collections.abc import Iterator

from taper._base.records import changed
from taper.checks.answers import find, gap, noted, other_uses, person_gap, silent, unheard, unread, whole_plan
from taper.checks.case import Case, heard, on_file
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import Answer, Clear, Severity
from taper.knowledge.monograph import Contraindication
from taper.knowledge.names import Condition, plain
from taper.source import Source, Subject

NAME = "contraindication"
SUBJECT = Subject.CONTRAINDICATIONS
READS = ("patient.conditions", "patient.absent_conditions", "indication")


def assess(case: Case) -> Iterator[Answer]:
    """Look up each condition of the person, and what it is a kind of, among those that each source names.

    Contraindicated and to avoid are high, caution is moderate. A missing list of conditions is not assessed. Nor is a
    condition whose name is in no list of conditions on file: a source may list it under another name. A name that
    leaves open whether it is a narrower condition that a source names is a question, unless the person is known not to
    have that one. A known condition that no source
    names is clear of the sources whose sections were read in full, and not assessed where none was.
    """
    for drug, monograph in (yield from on_file(case, NAME)):
        applying = case.applying(monograph.contraindications, drug)
        facts = yield from heard(case, NAME, drug, case.fitting(applying, drug))
        present = {each for name in case.patient.conditions or () for each in case.formulary.condition(name).names}
        others = [fact for fact in unheard(case, drug, applying) if fact.condition in present]
        yield from _assess_drug(case, drug, facts, others)
        if others:
            yield other_uses(
                case, NAME, drug, others, f"a source on {', '.join(sorted({f.condition for f in others}))}"
            )


def _assess_drug(
    case: Case, drug: str, facts: tuple[Contraindication, ...], others: list[Contraindication]
) -> Iterator[Answer]:
    conditions = case.patient.conditions
    nobody = unread(case, NAME, drug, SUBJECT, "contraindications")
    if conditions is None:
        if facts or nobody is not None:
            missing = "the list of conditions"
            yield gap(NAME, drug, Reason.FACT, missing, facts=["patient.conditions"])
        return
    if not conditions:
        yield Clear(rule=NAME, drug=drug)
        return
    found: set[Source] = {fact.source for fact in others}
    is_open = False
    unread_of: list[str] = []
    for name in conditions:
        known = case.formulary.condition(name)
        matched = [fact for fact in facts if fact.condition in known.names]
        found |= {fact.source for fact in matched}
        yield from (_judge(case, drug, name, fact) for fact in matched)
        narrower = _narrower(case, known, facts, matched)
        if narrower:
            answer = 'write it under "conditions" if so, and under "absent_conditions" if not'
            missing = f"whether {name} is {' or '.join(narrower)}; {answer}"
            asked = [fact for fact in facts if fact.condition in narrower]
            yield gap(NAME, drug, Reason.FACT, missing, of=asked,
                      facts=["patient.conditions", "patient.absent_conditions"])  # fmt: skip
            is_open = True
        if not (matched or narrower) and not _is_the_use(case, drug, known):
            if not known.is_known:
                yield _unknown(drug, known, facts)
                is_open = True
            elif nobody is not None:
                unread_of.append(name)
    if unread_of and nobody is not None:
        yield changed(nobody, {"what": (f"{nobody.what[0]}, {', '.join(unread_of)}",)})
    elif not is_open:
        yield from silent(case, NAME, drug, SUBJECT, told=found)


def _is_the_use(case: Case, drug: str, known: Condition) -> bool:
    """Whether the drug is taken for a condition in every course: what it treats is no reason against it that a label
    not read could add.
    """
    uses = {course.course.indication for course in case.courses_of(drug)}
    return known.is_known and bool(uses) and all(use is not None and plain(use) in known.names for use in uses)


def _narrower(
    case: Case, known: Condition, facts: tuple[Contraindication, ...], matched: list[Contraindication]
) -> tuple[str, ...]:
    """Narrower conditions that sources name, that the name leaves open and that the person is not known to lack, where
    none as grave was found. Who lacks a condition lacks every kind of it.
    """
    if any(fact.action != "caution" for fact in matched):
        return ()
    names = (case.formulary.vocabulary.names_of_condition(name) for name in case.patient.absent_conditions)
    absent = frozenset[str]().union(*names)
    asked = (fact.condition for fact in facts if fact.condition in known.may_be)
    return tuple(dict.fromkeys(name for name in asked if not case.formulary.condition(name).names & absent))


def _judge(case: Case, drug: str, name: str, fact: Contraindication) -> Answer:
    fits = case.person_fits(fact)
    if fits is None:
        return person_gap(case, NAME, drug, fact)
    return _finding(case, drug, name, fact) if fits else Clear(rule=NAME, drug=drug, source=fact.source)


def _unknown(drug: str, known: Condition, facts: tuple[Contraindication, ...]) -> NotAssessed:
    """A condition whose name is in no list on file."""
    near = known.near_among(sorted({fact.condition for fact in facts}))
    hint = f"; near names are {', '.join(near)}" if near else "; conditions are read by their English names"
    missing = f"a known name for the condition {known.written}{hint}"
    return gap(NAME, drug, Reason.NAME, missing, facts=["patient.conditions"])


def _finding(case: Case, drug: str, name: str, fact: Contraindication) -> Answer:
    severity = Severity.MODERATE if fact.action == "caution" else Severity.HIGH
    also = "" if plain(name) == fact.condition else f" (as {fact.condition})"
    happens = f"{drug} is taken by a person with {name}{also}"
    found = find(case, NAME, drug, fact, severity, happens, fact.action, about=name,
                 value=fact.condition, limit=fact.action, action=fact.action, **whole_plan(case, drug))  # fmt: skip
    return noted(case, found, *((fact.note,) if fact.note else ()))
