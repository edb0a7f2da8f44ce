"""Interactions: the drug with the person's other medicines, and with the other drugs of the plan."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from taper._base.records import changed
from taper._base.shown import show
from taper.amounts.dose import DailyDose, Dose
from taper.checks.answers import find, gap, noted, other_uses, per_day, person_gap, place_of, silent, unheard, unread
from taper.checks.case import Case, Run, heard, stretches, uncited
from taper.checks.meetings import Met, meet, overlaps, started_after
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.other_medicines import (
    Companion,
    companion_of,
    missing_lists,
    names_of,
    other_medicines,
)
from taper.checks.review import Answer, Clear, Finding, Severity
from taper.knowledge.monograph import Interaction
from taper.knowledge.names import plain
from taper.source import Source, Subject

NAME = "interaction"
SUBJECT = Subject.INTERACTIONS
READS = (
    "patient.medications",
    "patient.as_needed",
    "patient.medications.until",
    "patient.age",
    "indication",
    "start",
)
_GRAVE = frozenset({"contraindicated", "avoid"})


def assess(case: Case) -> Iterator[Answer]:
    """Look up the person's other medicines, regular and as needed, and the plan's other drugs, by name and by class,
    in what the sources of either drug say.

    Contraindicated and to avoid are high; adjust and caution are moderate. Where a source gives the largest dose with
    another medicine, a dose above it is high and one within it gives no finding. A medicine stopped before the other is
    begun counts only under a source that names a time to wait after it, up to and including its last day.

    A missing list is not assessed; an empty one is a known "none". The drug itself among the other medicines is not
    assessed, since its doses there are unknown; nor is a pair that a source names for another use than the plan's.

    Names are read by the lists of names, codes and classes on file: a brand or combination is what it contains. A name
    that none of them knows is not assessed, and near names are offered. For a medicine with known codes the only
    question is whether it belongs to a class that a source says to avoid and that no list settles. A source is clear
    where what it says of interactions was read in full; where none was, the rule is not assessed.
    """
    yield from uncited(case, NAME)
    answers = [answer for drug in case.drugs if case.monograph(drug) is not None for answer in _of_drug(case, drug)]
    told = {each.source for answer in answers if isinstance(answer, Finding) for each in answer.each}
    yield from (a for a in answers if not (isinstance(a, Clear) and a.source in told))


def _of_drug(case: Case, drug: str) -> Iterator[Answer]:
    applying = case.applying(case.formulary.monograph(drug).interactions, drug)
    facts = yield from heard(case, NAME, drug, case.fitting(applying, drug))
    yield from _assess_drug(case, drug, facts, unheard(case, drug, applying))


def _assess_drug(
    case: Case, drug: str, facts: tuple[Interaction, ...], of_other_uses: tuple[Interaction, ...]
) -> Iterator[Answer]:
    nobody = unread(case, NAME, drug, SUBJECT, "interactions")
    everything = other_medicines(case)
    others = [item for item in everything if item.drug != drug]
    planned = [companion_of(case.formulary, other) for other in case.drugs if other != drug]
    lists = missing_lists(case)
    if facts or nobody is not None:
        yield from (gap(NAME, drug, Reason.FACT, words, facts=[_FACTS[words]]) for words in lists)
    if not everything and not planned:
        if not lists:
            yield Clear(rule=NAME, drug=drug)
        return
    yield from _twice(case, drug, [item for item in everything if item.drug == drug])
    yield from _of_other_uses(case, drug, others, of_other_uses)
    answers = [*_with_others(case, drug, others, facts), *_within_plan(case, drug, facts)]
    yield from answers
    grave = {a.about for a in answers if isinstance(a, Finding) and a.severity is Severity.HIGH}
    # What is found to be avoided is avoided, whatever else a label that was not read adds.
    left = [item.written for item in (*others, *planned) if item.written not in grave]
    if nobody is not None and left:
        yield changed(nobody, {"what": (f"{nobody.what[0]}, with {', '.join(dict.fromkeys(left))}",)})
    # Where no label was read the answer is open for every medicine; its classes alone could not settle it.
    asked = [item for item in (*others, *planned) if nobody is None or not (item.is_named and item.is_coded)]
    unknown = list(_unknown(case, drug, asked, facts, grave))
    yield from unknown
    if not (lists or unknown or any(isinstance(answer, NotAssessed) for answer in answers)):
        uses = [fact.source for fact in of_other_uses]
        yield from silent(case, NAME, drug, SUBJECT, told=[*uses, *_sources_of(answers)])


_FACTS = {
    "the list of other medicines": "patient.medications",
    "the list of medicines taken as needed": "patient.as_needed",
}


def _sources_of(answers: Iterable[Answer]) -> list[Source]:
    return [each.source for a in answers if isinstance(a, Finding) for each in a.each if each.source is not None]


def _twice(case: Case, drug: str, same: list[Companion]) -> Iterator[Answer]:
    """The drug of the plan among the other medicines: what is taken there is counted by no rule."""
    for item in same:
        met = meet(case, drug, item, None)
        if met is not None:
            words = f"whether {item.words}, among the other medicines, is taken beside the plan's {drug}"
            missing = f"{words}; its doses are counted against no limit. Plan both as courses, or leave it out"
            yield gap(NAME, drug, Reason.TWICE, missing, facts=["patient.medications"])


def _of_other_uses(case: Case, drug: str, others: list[Companion], facts: tuple[Interaction, ...]) -> Iterator[Answer]:
    for fact in facts:
        met = [item.words for item in others if _is_meant(item.names, item.contained, fact) and item.until is None]
        met += [o for o in case.drugs if o != drug and names_of(case.formulary, o) & set(fact.with_names)]
        if met and case.person_fits(fact) is not False:
            what = f"advice on {drug} with {', '.join(met)} (the source says {fact.action}: {fact.what})"
            yield other_uses(case, NAME, drug, [fact], what)


# What is not known of a name or of its classes.


def _unknown(
    case: Case, drug: str, others: list[Companion], facts: tuple[Interaction, ...], grave: set[str | None]
) -> Iterator[Answer]:
    for item in others:
        if not item.is_named and (item.near or not item.is_known):
            yield _unnamed(drug, item)
        for text in item.odd_classes:
            missing = f"{show(text)}, given as a class of {item.written}, is no class that sources name"
            yield gap(NAME, drug, Reason.CLASSES, missing, facts=["patient.medications"])
    asked = {name for fact in facts if fact.action in _GRAVE for name in fact.with_names}
    every = {name for fact in facts for name in fact.with_names}
    unsettled: dict[frozenset[str], list[str]] = {}
    # What is found to be avoided is avoided, whatever else it may belong to.
    for item in (one for one in others if one.is_named and one.written not in grave):
        left = item.open_among(case.formulary, asked if item.is_coded else every)
        if left:
            unsettled.setdefault(left, []).append(item.words)
    for left, names in unsettled.items():
        missing = f"no list on file settles whether {' or '.join(names)} is one of: {', '.join(sorted(left))}"
        sources = [fact for fact in facts if left & set(fact.with_names)]
        yield gap(NAME, drug, Reason.CLASSES, missing, of=sources, facts=["patient.medications.classes"])


def _unnamed(drug: str, item: Companion) -> NotAssessed:
    if item.near:
        hint = f"near names are {', '.join(item.near)}; write the one that is meant"
    else:
        hint = "write its generic name, and its classes if you know them"
    missing = f"{show(item.written)} is a name that no list on file knows; {hint}"
    return gap(NAME, drug, Reason.NAME, missing, facts=["patient.medications"], urgent=True)


# With the person's other medicines.


def _with_others(case: Case, drug: str, others: list[Companion], facts: tuple[Interaction, ...]) -> Iterator[Answer]:
    for item in others:
        for fact in facts:
            if _is_meant(item.names, item.contained, fact):
                yield from _answer(case, drug, fact, meet(case, drug, item, fact.within), _by_list(case, item, fact))
        for fact in _facts_of(case, item.drug):
            if _is_meant(names_of(case.formulary, drug), drug, fact):
                yield from _answer(case, drug, fact, meet(case, drug, item, fact.within_after))


def _is_meant(names: frozenset[str], name: str | None, fact: Interaction) -> bool:
    """Whether a source names a medicine or a class of it, and does not say that it means others.

    A medicine that is named itself is meant, whatever is said of its class.
    """
    return bool(names & set(fact.with_names)) and (name in fact.with_names or not names & set(fact.without_names))


def _by_list(case: Case, item: Companion, fact: Interaction) -> str:
    """By which list it is one of those that a source names, unless the source names it itself."""
    if {plain(item.written), item.contained} & set(fact.with_names):
        return ""
    listed = item.listed_as(case.formulary, fact.with_names)
    return f"{listed[0].of} by {listed[0].source.organization}, {listed[0].place}" if listed else ""


def _facts_of(case: Case, drug: str | None) -> list[Interaction]:
    monograph = case.monograph(drug) if drug is not None else None
    held = monograph.interactions if monograph is not None else ()
    # Neither product, dose nor indication of the other medicine is known, so what is about some is passed over.
    about_all = (f for f in held if not (f.releases or f.forms or f.products or f.indications or f.from_daily_dose))
    return [fact for fact in about_all if fact.maximum is None and case.compares(fact.source)]


def _answer(case: Case, drug: str, fact: Interaction, met: Met | None, by_list: str = "") -> Iterator[Answer]:
    if met is None:
        return
    fits = case.person_fits(fact)
    if met.needs_start:
        missing = f"the plan's start, to tell how long {met.other} had been stopped"
        yield gap(NAME, drug, Reason.FACT, missing, of=[fact], facts=["start"])
    elif fits is None:
        yield person_gap(case, NAME, drug, fact)
    elif fits:
        yield from _said(case, drug, fact, met, by_list)


def _said(case: Case, drug: str, fact: Interaction, met: Met, by_list: str) -> Iterator[Answer]:
    """What a source says of the two, at the doses of the plan."""
    highest = max((run.total.mg for run in case.days(drug)), default=Fraction(0))
    if fact.from_daily_dose is not None and highest < fact.from_daily_dose.mg:
        return
    within = f" within {met.within}" if met.within is not None else ""
    briefly = f"{fact.action}{within}{_dose_words(fact)}"
    said = f"{briefly}: {fact.what}"
    more = {"briefly": briefly, "action": fact.action, "boxed": fact.boxed}
    if fact.maximum is not None and fact.action not in _GRAVE:
        yield from _above(case, drug, fact, met, said, fact.maximum, more)
        return
    severity = Severity.HIGH if fact.action in _GRAVE else Severity.MODERATE
    limit = f"{met.within}" if within else fact.action
    found = find(case, NAME, drug, fact, severity, f"{drug} {met.how}", said, about=met.about, value=met.other,
                 limit=limit, **more, **met.days)  # fmt: skip
    yield noted(case, found, by_list)


def _dose_words(fact: Interaction) -> str:
    if fact.maximum is not None:
        return f", at most {fact.maximum}{' a day' if fact.maximum_per == 'day' else ' at one time'}"
    if fact.fraction is not None:
        return f" to {fact.fraction} of the usual dose"
    return ""


def _above(
    case: Case, drug: str, fact: Interaction, met: Met, said: str, limit: Dose, more: dict[str, Any]
) -> Iterator[Answer]:
    """The days beside the other medicine on which the dose is above the largest that the source allows there."""

    def taken(run: Run) -> Fraction:
        single = max((item.intake.dose.mg for item in run.intakes), default=Fraction(0))
        return run.total.mg if fact.maximum_per == "day" else single

    first, last = met.days.get("day") or 1, met.days.get("last_day")
    runs = [run for run in case.days(drug) if (last is None or run.first <= last) and (run.last or first) >= first]
    found = False
    for stretch in stretches(runs, lambda run: taken(run) > limit.mg):
        found = True
        highest = max(stretch, key=taken)
        dose = DailyDose(taken(highest)).in_unit(limit.unit)
        amount, most = (str(dose), per_day(limit)) if fact.maximum_per == "day" else (dose.text, str(limit))
        happens = f"{drug} reaches {amount} {case.when_taken(stretch)} and {met.how}"
        yield find(case, NAME, drug, fact, Severity.HIGH, happens, said, about=met.about, value=amount, by_amount=True,
                   limit=most, day=stretch[0].first, last_day=stretch[-1].last, **more,
                   **place_of(highest))  # fmt: skip
    if not found and fact.action == "caution":
        yield find(case, NAME, drug, fact, Severity.MODERATE, f"{drug} {met.how}", said, about=met.about,
                   value=met.other, limit=fact.action, **more, **met.days)  # fmt: skip
    elif not found:
        yield Clear(rule=NAME, drug=drug, source=fact.source)


# Between the drugs of one plan.


def _within_plan(case: Case, drug: str, facts: tuple[Interaction, ...]) -> Iterator[Answer]:
    for other in case.drugs:
        names = names_of(case.formulary, other)
        for fact in facts:
            if other != drug and _is_meant(names, other, fact):
                after = started_after(case, drug, other, fact.within_after)
                for met in (*overlaps(case, drug, other, fact.within), *after):
                    yield from (_of_the_pair(case, answer, drug, other) for answer in _answer(case, drug, fact, met))


def _of_the_pair(case: Case, answer: Answer, drug: str, other: str) -> Answer:
    """One fact about two drugs of the plan stands under the first of them, whichever source says it."""
    first, second = sorted((drug, other), key=case.drugs.index)
    if not isinstance(answer, Finding):
        return answer
    return changed(answer, {"drug": first, "about": second})
