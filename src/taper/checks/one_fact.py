"""Joined findings: several sources on the same days give one finding; open questions are grouped."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from taper.checks.answers import message_of, said_by
from taper.checks.case import Case
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import Answer, Clear, FigureKind, Finding, LeftOut, Severity, Within, gap_order
from taper.source import Grade, Source, Subject

_OF_SPEED = frozenset({"abrupt-stop", "pace", "first-change", "titration-speed", "duration"})
"""The rules on how fast a dose changes and for how long it is taken."""

_UNANSWERABLE = (
    Reason.LEFT_OUT,
    Reason.STARTS_ONLY,
    Reason.OTHER_USES,
    Reason.OTHER_PEOPLE,
    Reason.NO_FIGURE,
    Reason.UNREAD,
    Reason.NO_SOURCE,
)
"""Reasons for which nobody can give an answer, the most telling first; of one rule and drug the first is said."""

_IDLE = frozenset({Reason.OTHER_USES, Reason.OTHER_PEOPLE, Reason.NO_FIGURE, Reason.STARTS_ONLY})
"""Those that are said only where no other source speaks."""

_SILENT = frozenset({*_IDLE, Reason.NO_SOURCE})
"""Those of which the cause is what is on file of a drug."""


def put_together(case: Case, answers: Iterable[Answer], subject: Subject | None) -> Iterator[Answer]:
    """The answers of one rule as a reader needs them: each fact once, and each open question that could matter once."""
    listed = [_as_read(answer, subject) for answer in dict.fromkeys(answers)]
    findings = [_as_weak_as_its_source(item) for item in _never_above_own_country(case, listed)]
    yield from _one_each(case, findings)
    asked = {(gap.drug, source) for gap in listed if _is_asked(gap) for source in gap.sources}
    kept = [a for a in listed if not (isinstance(a, Clear | Within) and (a.drug, a.source) in asked)]
    yield from _open(case, kept)
    yield from (answer for answer in kept if isinstance(answer, Clear | Within | LeftOut))


def _is_asked(answer: Answer) -> TypeGuard[NotAssessed]:
    """Whether it is a question to the reader: until it is answered no source that it depends on is clear."""
    return isinstance(answer, NotAssessed) and (answer.urgent or answer.reason not in _UNANSWERABLE)


def _as_read(answer: Answer, subject: Subject | None) -> Answer:
    """Clear of a source is said only where it was read in full; else the plan is within what is on file of it."""
    if not isinstance(answer, Clear) or answer.source is None:
        return answer
    if subject is None or not answer.source.has_read(subject):
        return Within(rule=answer.rule, drug=answer.drug, source=answer.source, figures=answer.figures)
    return answer.model_copy(update={"sections": answer.source.speaking_of(subject)})


# Whose country.


def _never_above_own_country(case: Case, answers: Sequence[Answer]) -> list[Finding]:
    """The findings; a figure of another country is capped where the plan's own gives one for the same person and use.

    It is moderate at most, and low where the plan begins and increases the drug as its own country's sources do.
    """
    met = {
        (answer.drug, figure)
        for answer in answers
        if isinstance(answer, Clear | Within) and answer.source is not None and case.is_own(answer.source)
        for figure in answer.figures
    }
    findings = [answer for answer in answers if isinstance(answer, Finding)]
    own = [item for item in findings if item.by_amount and item.source is not None and case.is_own(item.source)]
    broken = {(item.drug, item.figure) for item in own}
    return [_capped(item, met - broken, met | broken) for item in findings]


def _capped(
    finding: Finding, kept: set[tuple[str | None, FigureKind]], given: set[tuple[str | None, FigureKind]]
) -> Finding:
    if not (finding.from_abroad and finding.by_amount):
        return finding
    key = (finding.drug, finding.figure)
    if key not in given:
        return finding
    most = Severity.LOW if finding.figure != "dose" and key in kept else Severity.MODERATE
    return finding.model_copy(update={"severity": min(finding.severity, most)})


def _as_weak_as_its_source(finding: Finding) -> Finding:
    """What an undated secondary source of another country says of speed and length is low; it stands beside the rest.

    What it says is too dangerous to be only low is moderate.
    """
    source = finding.source
    is_weak = source is not None and source.grade is Grade.C and source.year == "undated" and finding.from_abroad
    if not is_weak or finding.rule not in _OF_SPEED:
        return finding
    lower = Severity.MODERATE if finding.severity is Severity.HIGH else Severity.LOW
    return finding.model_copy(update={"severity": lower})


# One finding for each fact.


def _one_each(case: Case, findings: Iterable[Finding]) -> Iterator[Finding]:
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.drug or "", finding.slot or "", finding.about or "", finding.part)
        alike.setdefault(key, []).append(finding)
    for group in alike.values():
        yield from (_joined(case, part) for part in _on_the_same_days(group))


def _on_the_same_days(group: list[Finding]) -> Iterator[list[Finding]]:
    """Findings whose days overlap, taken together."""
    held: list[Finding] = []
    end: int | None = 0
    for finding in sorted(group, key=lambda item: (item.day or 0, item.message)):
        day = finding.day or 0
        if held and end is not None and day > end:
            yield held
            held = []
        last = None if finding.last_day is None else max(finding.last_day, day)
        end = last if not held else None if end is None or last is None else max(end, last)
        held.append(finding)
    yield held


def one_finding_each(case: Case, answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers of all rules, with findings of several rules on one reduction put together.

    A stop is one fact under the rules on stops and on pace, an empty day of a cycle under those on swings and on pace,
    and a first reduction under those on it and on pace.
    """
    listed = list(answers)
    reducing = [answer for answer in listed if isinstance(answer, Finding) and answer.rule in _REDUCING]
    yield from (answer for answer in listed if not (isinstance(answer, Finding) and answer.rule in _REDUCING))
    for drug in dict.fromkeys(finding.drug for finding in reducing):
        yield from _of_each_reduction(case, [finding for finding in reducing if finding.drug == drug])


_REDUCING = ("abrupt-stop", "swing", "pace", "first-change")
"""The rules that speak of reductions; of those that speak of one as gravely the first gives its name to the finding."""


def _of_each_reduction(case: Case, findings: list[Finding]) -> Iterator[Finding]:
    by_rule = {rule: [finding for finding in findings if finding.rule == rule] for rule in _REDUCING}
    left = [*by_rule["pace"], *by_rule["first-change"]]
    for whole in (*by_rule["abrupt-stop"], *by_rule["swing"]):
        same = [other for other in left if other.part == whole.part and _meet(whole, other)]
        left = [other for other in left if other not in same]
        yield _joined(case, [each for finding in (whole, *same) for each in finding.each])
    together = [other for other in left if not other.about]
    for group in _on_the_same_days(together) if together else ():
        yield _joined(case, [each for finding in group for each in finding.each])
    yield from (other for other in left if other.about)


def _meet(one: Finding, other: Finding) -> bool:
    """Whether the days of two findings overlap."""
    return (one.last_day is None or (other.day or 0) <= one.last_day) and (
        other.last_day is None or (one.day or 0) <= other.last_day
    )


def _joined(case: Case, group: list[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    group = _each_said_once(group)
    if len(group) == 1:
        (only,) = group
        return only.model_copy(update={"message": message_of(only.happens, _said(case, only, group))})
    ordered = sorted(group, key=lambda item: (*_weight(case, item), -item.severity.rank, item.day or 0, item.message))
    lead = min(ordered, key=lambda item: (*_gravest(item), ordered.index(item)))
    return lead.model_copy(
        update={
            "boxed": any(item.boxed for item in ordered),
            "message": message_of(lead.happens, _said(case, lead, ordered)),
            "from_abroad": all(item.from_abroad for item in ordered),
            "statements": tuple(ordered),
        }
    )


def _gravest(item: Finding) -> tuple[int, ...]:
    """A key by which what is told first in a finding comes first."""
    rank = _REDUCING.index(item.rule) if item.rule in _REDUCING else 0
    return -item.severity.rank, rank, -item.gravity, -item.boxed


def _each_said_once(group: list[Finding]) -> list[Finding]:
    """One statement for the same words of a source: the gravest and earliest, with the days and notes of all."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(group, key=lambda item: (-item.severity.rank, item.day or 0, item.message)):
        alike.setdefault((finding.source, finding.rule, finding.says), []).append(finding)
    return [_in_one_statement(same) for same in alike.values()]


def _in_one_statement(same: list[Finding]) -> Finding:
    days = [item.day for item in same if item.day is not None]
    ends = [item.last_day for item in same]
    last = None if None in ends else max(end for end in ends if end is not None)
    note = "; ".join(dict.fromkeys(item.note for item in same if item.note))
    return same[0].model_copy(update={"day": min(days, default=None), "last_day": last, "note": note})


def _weight(case: Case, finding: Finding) -> tuple[object, ...]:
    return (3,) if finding.source is None else case.weight(finding.source)


def _said(case: Case, lead: Finding, ordered: list[Finding]) -> Iterator[str]:
    """What each source says: the lead in full, of the others the same words once with all who say them."""
    by_words: dict[str, list[str]] = {}
    yield said_by(case, lead.source, f"{lead.says} ({lead.note})" if lead.note else lead.says)
    for item in ordered:
        if item.says and item.says != lead.says and item.source is not None:
            by_words.setdefault(item.says, []).append(case.who(item.source))
    same = [case.who(item.source) for item in ordered if item is not lead and item.says == lead.says and item.source]
    if same:
        yield f"so {'says' if len(set(same)) == 1 else 'say'} {', '.join(dict.fromkeys(same))}"
    yield from (f"{', '.join(dict.fromkeys(who))}: {says}" for says, who in by_words.items())


# One line for each open question.


def _open(case: Case, answers: Sequence[Answer]) -> Iterator[NotAssessed]:
    gaps = [answer for answer in answers if isinstance(answer, NotAssessed)]
    settled = {answer.drug for answer in answers if isinstance(answer, Clear) and answer.source is None}
    spoken = {answer.drug for answer in answers if isinstance(answer, Finding | Clear | Within) and answer.source}
    narrowed = {gap.drug for gap in gaps if gap.reason is Reason.LEFT_OUT}
    kept = [gap for gap in gaps if not _is_idle(gap, settled, spoken, narrowed)]
    most = {gap.drug: _telling(kept, gap.drug) for gap in kept}
    alike: dict[tuple[object, ...], list[NotAssessed]] = {}
    for gap in kept:
        if gap.urgent or gap.reason not in _UNANSWERABLE or gap.reason is most[gap.drug]:
            alike.setdefault((gap.drug, gap.reason, gap.urgent), []).append(gap)
    yield from (_grouped(case, group) for group in alike.values())


def _telling(gaps: list[NotAssessed], drug: str | None) -> Reason | None:
    """Of the reasons of a drug for which nobody can give an answer, the one that is said; that it is unread always."""
    reasons = {gap.reason for gap in gaps if gap.drug == drug and not gap.urgent}
    if reasons - set(_UNANSWERABLE):
        return Reason.UNREAD
    return next((reason for reason in _UNANSWERABLE if reason in reasons), None)


def _is_idle(gap: NotAssessed, settled: set[str | None], spoken: set[str | None], narrowed: set[str | None]) -> bool:
    """Whether no answer to it could change the review."""
    if gap.reason is Reason.LEFT_OUT:
        return gap.drug in settled
    if gap.reason in {Reason.NO_SOURCE, Reason.UNREAD} and gap.drug in narrowed:
        return True  # sources are on file, and the caller named others
    return gap.reason in _IDLE and gap.drug in spoken and not gap.urgent


def _grouped(case: Case, group: list[NotAssessed]) -> NotAssessed:
    first = group[0]
    sources = {source for gap in group for source in gap.sources}
    return first.model_copy(
        update={
            "what": tuple(sorted({words for gap in group for words in gap.what})),
            "facts": tuple(sorted({fact for gap in group for fact in gap.facts})),
            "sources": tuple(sorted(sources, key=case.weight)),
        }
    )


def one_line_each(case: Case, answers: Iterable[Answer]) -> Iterator[Answer]:
    """The answers of all rules, with open questions of one cause put together.

    What is on file of a drug and does not answer (a section not read, no source, no figure, lists that settle no class)
    is one, whatever the rule; labels that were not read are one for several drugs too. That a medicine or a condition
    is not known by name, or a class by itself, is one of its rule, whatever the drug.
    """
    listed = list(answers)
    gaps = [answer for answer in listed if isinstance(answer, NotAssessed)]
    unread = {gap.drug for gap in gaps if gap.reason is Reason.UNREAD}
    alike: dict[tuple[object, ...], list[NotAssessed]] = {}
    for gap in gaps:
        if gap.reason is Reason.UNREAD and len(unread) > 1:
            key: tuple[object, ...] = (gap.reason,)
        elif _is_silence(gap):
            key = (gap.drug,)
        elif gap.reason in {Reason.CLASSES, Reason.NAME}:
            key = (gap.reason, gap.rule, gap.urgent)
        else:
            key = (gap,)
        alike.setdefault(key, []).append(gap)
    yield from (answer for answer in listed if not isinstance(answer, NotAssessed))
    yield from (_in_one(case, sorted(group, key=gap_order)) for group in alike.values())


def _is_silence(gap: NotAssessed) -> bool:
    """Whether what is on file does not answer, and nothing need be known of the person; no known risk ever is."""
    if gap.reason is Reason.UNREAD:
        return True
    return not gap.urgent and (gap.reason in _SILENT or (gap.reason is Reason.CLASSES and bool(gap.sources)))


def _in_one(case: Case, group: list[NotAssessed]) -> NotAssessed:
    if len(group) == 1:
        return group[0]
    drugs = {gap.drug for gap in group}
    sources = {source for gap in group for source in gap.sources}
    return group[0].model_copy(
        update={
            "drug": group[0].drug if len(drugs) == 1 else None,
            "what": tuple(dict.fromkeys(words for gap in group for words in gap.what)),
            "facts": tuple(dict.fromkeys(fact for gap in group for fact in gap.facts)),
            "sources": tuple(sorted(sources, key=case.weight)),
            "parts": tuple(group),
        }
    )
