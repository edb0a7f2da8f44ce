"""The drug together with the person's other medicines, and with the other drugs of the plan."""

from collections.abc import Iterator
from dataclasses import dataclass

from taper.amounts.duration import Duration
from taper.checks.answers import find, other_uses, unheard, whole_plan
from taper.checks.case import Case, cite, day_words, left_out, uncited
from taper.checks.dose_levels import most_days
from taper.checks.other_medicines import (
    CLASSES,
    Companion,
    companion_of,
    first_date,
    missing_lists,
    names_of,
    other_medicines,
    plain,
)
from taper.checks.review import Answer, Clear, NotAssessed, Severity
from taper.knowledge.monograph import Interaction
from taper.plans.plan import Before
from taper.source import Subject

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


@dataclass(frozen=True, slots=True)
class _Met:
    """Another medicine that meets the drug: by what name, when, or what would have to be known to tell."""

    other: str
    days: dict[str, int | None]
    when: str
    missing: str | None = None


def assess(case: Case) -> Iterator[Answer]:
    """Look up the person's other medicines, regular and as needed, and the plan's other drugs, by name and by class,
    in what the sources of either drug say.

    Contraindicated and to avoid are high; adjust and caution are moderate. A medicine stopped before the plan counts
    only under a source that names a time to wait, up to and including its last day. A missing list is not assessed;
    an empty one is a known "none". The drug itself among the other medicines is not assessed, since its doses there
    are unknown; nor is a pair of which a source speaks for another use than the plan's. A medicine without a monograph
    goes by the classes that a list with a source gives it; for the classes that no list gives it, and if none lists it
    for all, it is not assessed by class unless the caller gives its classes.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is not None:
            facts = [
                f for f in case.applying(monograph.interactions, drug) if case.indication_fits(f, drug) is not False
            ]
            yield from left_out(case, NAME, drug, facts)
            others = unheard(case, drug, case.applying(monograph.interactions, drug))
            yield from _assess_drug(case, drug, [fact for fact in facts if case.compares(fact.source)], others)


def _assess_drug(
    case: Case, drug: str, facts: list[Interaction], of_other_uses: tuple[Interaction, ...]
) -> Iterator[Answer]:
    yield from (NotAssessed(rule=NAME, drug=drug, missing=words) for words in missing_lists(case))
    everything = other_medicines(case) or ()
    others = [item for item in everything if item.drug != drug]
    yield from _twice(case, drug, [item for item in everything if item.drug == drug])
    unheard_of = list(_of_other_uses(case, drug, others, of_other_uses))
    yield from unheard_of
    if not facts and not unheard_of:
        yield NotAssessed(rule=NAME, drug=drug, missing="interactions of the drug; no source is held")
    planned = [companion_of(case.formulary, other) for other in case.drugs if other != drug]
    yield from _unknown(case, drug, [*others, *planned], facts)
    answers = [*_with_others(case, drug, others, facts), *_within_plan(case, drug, facts)]
    yield from answers
    told = {answer.source for answer in answers if not isinstance(answer, NotAssessed)}
    if not missing_lists(case) and not any(_is_open(case, item, facts) for item in (*others, *planned)):
        for fact in facts:
            if fact.source not in told | {f.source for f in of_other_uses} and not any(
                isinstance(answer, NotAssessed) for answer in answers
            ):
                yield Clear(rule=NAME, drug=drug, source=fact.source)


def _twice(case: Case, drug: str, same: list[Companion]) -> Iterator[Answer]:
    """The drug of the plan among the other medicines: what is taken there is counted by no rule."""
    for item in same:
        met = _meet(case, drug, item, None)
        if met is not None:
            words = f"whether {item.written}, among the other medicines, is taken beside the plan's {drug}"
            missing = f"{words}; its doses are counted against no limit. Plan both as courses, or leave it out"
            yield NotAssessed(rule=NAME, drug=drug, missing=missing)


def _of_other_uses(case: Case, drug: str, others: list[Companion], facts: tuple[Interaction, ...]) -> Iterator[Answer]:
    for fact in facts:
        met = [item.written for item in others if item.names & set(fact.with_names) and item.until is None]
        met += [o for o in case.drugs if o != drug and names_of(case.formulary, o) & set(fact.with_names)]
        if met and case.person_fits(fact) is not False:
            what = f"what {drug} with {', '.join(met)} does; of it the source says {fact.action}: {fact.what}. Advice"
            yield other_uses(case, NAME, drug, [fact], what)


def _unknown(case: Case, drug: str, others: list[Companion], facts: list[Interaction]) -> Iterator[Answer]:
    for item in others:
        brands = _brand_of(case, item, facts)
        if brands:
            missing = f"whether {item.written}, a name that nothing held knows, is {' or '.join(brands)}"
            yield NotAssessed(rule=NAME, drug=drug, missing=f"{missing}. Give it by its generic name")
        elif facts and _is_open(case, item, facts):
            yield NotAssessed(rule=NAME, drug=drug, missing=f"{_what_is_open(item, facts)}. Give its classes")


def _brand_of(case: Case, item: Companion, facts: list[Interaction]) -> tuple[str, ...]:
    """The drugs that the facts name and that share a class with an unknown name: it may be a brand of one."""
    if item.is_named or not item.is_known:
        return ()
    drugs = sorted(_names_in(facts) - CLASSES)
    return tuple(name for name in drugs if names_of(case.formulary, name) & item.names & CLASSES)


def _is_open(case: Case, item: Companion, facts: list[Interaction]) -> bool:
    """Whether it may belong to a class that the facts name; under a name that no list holds it may be anything."""
    if _brand_of(case, item, facts):
        return True
    return not item.is_known and (not item.listed or bool(item.open_among(_names_in(facts))))


def _names_in(facts: list[Interaction]) -> set[str]:
    return {name for fact in facts for name in fact.with_names}


def _what_is_open(item: Companion, facts: list[Interaction]) -> str:
    if not item.listed:
        return f"the classes of {item.written}, which is in no list held; sources name classes too, such as opioid"
    held = ", ".join(dict.fromkeys(each.of for each in item.listed))
    others = ", ".join(sorted(item.open_among(_names_in(facts))))
    return f"whether {item.written}, listed as {held}, belongs to a further class that sources name here: {others}"


# With the person's other medicines.


def _with_others(case: Case, drug: str, others: list[Companion], facts: list[Interaction]) -> Iterator[Answer]:
    for item in others:
        for fact in facts:
            if item.names & set(fact.with_names):
                yield from _answer(case, drug, fact, _meet(case, drug, item, fact.within), _by_list(item, fact))
        for fact in _facts_of(case, item.drug):
            if names_of(case.formulary, drug) & set(fact.with_names):
                yield from _answer(case, drug, fact, _meet(case, drug, item, None))


def _by_list(item: Companion, fact: Interaction) -> str:
    """By which list it is one of those that a source names, unless the source names it itself."""
    if plain(item.written) in fact.with_names:
        return ""
    listed = item.listed_as(fact.with_names)
    return f", listed as {'; '.join(each.words for each in listed)}" if listed else ""


def _facts_of(case: Case, drug: str | None) -> list[Interaction]:
    monograph = case.monograph(drug) if drug is not None else None
    held = monograph.interactions if monograph is not None else ()
    # Neither product nor indication of the other medicine is known, so what is about some of them is passed over.
    return [f for f in held if not (f.releases or f.forms or f.indications) and case.compares(f.source)]


def _meet(case: Case, drug: str, item: Companion, within: Duration | None) -> _Met | None:
    plan = whole_plan(case, drug)
    if item.until is None:
        return _Met(item.written, plan, f"with {item.written}")
    first = first_date(case, plan["day"] or 1)
    if first is None:
        missing = f"the plan's start, to tell how long {item.written} had been stopped"
        return _Met(item.written, plan, "", missing)
    gone = item.days_since(first)
    if gone <= 0:
        return _Met(item.written, plan, f"with {item.written}, taken until {item.until}")
    if within is not None and gone <= most_days(within):
        return _Met(item.written, plan, f"{gone} days after {item.written} was stopped")
    return None


def _answer(case: Case, drug: str, fact: Interaction, met: _Met | None, by_list: str = "") -> Iterator[Answer]:
    if met is None:
        return
    fits = case.person_fits(fact)
    if met.missing is not None or fits is None:
        missing = met.missing or f"the age, of which the source speaks on {met.other}"
        yield NotAssessed(rule=NAME, drug=drug, missing=f"{missing} {cite(fact)}")
    elif fits:
        severity = Severity.HIGH if fact.action in {"contraindicated", "avoid"} else Severity.MODERATE
        within = f" within {fact.within}" if fact.within is not None and "after" in met.when else ""
        message = f"{drug} {met.when}{by_list}: the source says {fact.action}{within}: {fact.what}"
        limit = f"{fact.within}" if within else fact.action
        yield find(case, NAME, drug, fact, severity, message, value=met.other, limit=limit, **met.days)


# Between the drugs of one plan.


def _within_plan(case: Case, drug: str, facts: list[Interaction]) -> Iterator[Answer]:
    for other in case.drugs:
        names = names_of(case.formulary, other)
        for fact in facts:
            if other != drug and names & set(fact.with_names):
                for met in _overlaps(case, drug, other, fact.within):
                    yield from _answer(case, drug, fact, met)


def _overlaps(case: Case, drug: str, other: str, within: Duration | None) -> Iterator[_Met]:
    """The days on which both are taken, and the starts of the one so soon after a stop of the other."""
    own, theirs = _spans(case, drug), _spans(case, other)
    for first, last in own:
        for begin, end in theirs:
            day, until = max(first, begin), min((each for each in (last, end) if each is not None), default=None)
            if until is None or day <= until:
                yield _Met(other, {"day": day, "last_day": until}, f"with {other}, {day_words(day, until)}")
        before = [end for _, end in theirs if end is not None and end < first]
        gone = first - max(before) if before else 0
        still = any(begin <= first and (end is None or first <= end) for begin, end in theirs)
        if within is not None and 0 < gone <= most_days(within) and not still:
            yield _Met(other, {"day": first, "last_day": last}, f"{gone} days after {other} was stopped")


def _spans(case: Case, drug: str) -> list[tuple[int, int | None]]:
    """The days of a drug, its courses joined where they touch; what was taken before one counts until it begins."""
    held: list[tuple[int, int | None]] = []
    for course in case.courses_of(drug):
        first, last = case.bounds(course)
        held.append((1 if isinstance(course.course.before, Before) else first, last))
    joined: list[tuple[int, int | None]] = []
    for first, last in sorted(held, key=lambda span: span[0]):
        end = joined[-1][1] if joined else 0
        if joined and (end is None or first <= end + 1):
            longest = None if end is None or last is None else max(end, last)
            joined[-1] = joined[-1][0], longest
        else:
            joined.append((first, last))
    return joined
