"""Joined findings: several sources on the same days give one finding; open questions are grouped."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from taper._base.records import changed
from taper.checks.case import Case
from taper.checks.joined import joined, on_the_same_days
from taper.checks.open_question import NotAssessed, Reason
from taper.checks.review import Answer, Clear, FigureKind, Finding, LeftOut, Severity, Within, gap_order
from taper.source import Grade, Subject

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
    return changed(answer, {"sections": answer.source.speaking_of(subject)})


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
    return changed(finding, {"severity": min(finding.severity, most)})


def _as_weak_as_its_source(finding: Finding) -> Finding:
    """What an undated secondary source of another country says of speed and length is low; it stands beside the rest.

    What it says is too dangerous to be only low is moderate.
    """
    source = finding.source
    is_weak = source is not None and source.grade is Grade.C and source.year == "undated" and finding.from_abroad
    if not is_weak or finding.rule not in _OF_SPEED:
        return finding
    lower = Severity.MODERATE if finding.severity is Severity.HIGH else Severity.LOW
    return changed(finding, {"severity": lower})


# One finding for each fact.


def _one_each(case: Case, findings: Iterable[Finding]) -> Iterator[Finding]:
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.drug or "", finding.slot or "", finding.about or "", finding.part)
        alike.setdefault(key, []).append(finding)
    for group in alike.values():
        yield from (joined(case, part) for part in on_the_same_days(group))


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
    return changed(
        first,
        {
            "what": tuple(sorted({words for gap in group for words in gap.what})),
            "facts": tuple(sorted({fact for gap in group for fact in gap.facts})),
            "sources": tuple(sorted(sources, key=case.weight)),
        },
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
    return changed(
        group[0],
        {
            "drug": group[0].drug if len(drugs) == 1 else None,
            "what": tuple(dict.fromkeys(words for gap in group for words in gap.what)),
            "facts": tuple(dict.fromkeys(fact for gap in group for fact in gap.facts)),
            "sources": tuple(sorted(sources, key=case.weight)),
            "parts": tuple(group),
        },
    )
