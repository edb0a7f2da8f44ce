"""A review as text: one line to act on, then what was found, what is open, and on request every source."""

import re
from collections.abc import Iterator

from taper.checks.open_question import NotAssessed, Reason, cite_source
from taper.checks.review import Clear, Finding, LeftOut, Review, Severity, Within
from taper.checks.rule_titles import title_of
from taper.source import Source

_WIDTH = 4


def review_text(review: Review, *, explain: bool = False) -> Iterator[str]:
    """The lines of a review.

    Args:
        review: What a check said.
        explain: Whether each source is given with its place and all it says, with the names of the rules and of the
            facts to give, and what is clear, within and left out is listed.
    """
    yield summary(review)
    if review.findings:
        yield f"Found {_numbers(review)}. {_open_words(review)}"
    for finding in review.findings:
        yield ""
        yield from _finding_lines(review, finding, explain=explain)
    if review.not_assessed:
        yield ""
        yield "Not assessed:"
        yield from (f"  {line}" for gap in review.not_assessed for line in _gap_lines(gap, explain=explain))
    yield ""
    if explain:
        yield from _explained(review)
    else:
        yield f"{counts(review)}. --explain lists every source."


def counts(review: Review) -> str:
    """How much was found, is open, clear of what it was compared with, within and left out."""
    clear = sum(answer.source is not None for answer in review.clear)
    parts = [
        f"{len(review.findings)} found",
        f"{len(review.not_assessed)} not assessed",
        f"{clear} compared and clear" if clear else "",
        f"{len(review.within)} within" if review.within else "",
        f"{len(review.left_out)} left out" if review.left_out else "",
    ]
    return ", ".join(part for part in parts if part)


# The line to act on.


def summary(review: Review) -> str:
    """One line that a person can act on, of few words: what happens first, when, the limit, and who says so."""
    if not review.findings:
        return f"Nothing found against this plan. {_open_words(review)}"
    first = review.findings[0]
    happens = f"{first.severity.value.upper()}: {_in_clauses(first)[0]}"
    who = _in_brief(first)
    by = f" ({who})" if who else ""
    full, short = (f": {text}" if text else "" for text in (_CLAUSE.split(first.says)[0], first.briefly or first.says))
    tries = (
        *(f"{happens}{said}{whose}." for whose in (by, "") for said in (full, short)),
        f"{happens}{by}.",
        f"{happens}.",
    )
    return next(text for text in tries if len(text.split()) <= LONGEST or text is tries[-1])


def _numbers(review: Review) -> str:
    numbers = [(level, sum(item.severity is level for item in review.findings)) for level in Severity]
    return " and ".join(f"{count} {level.value}" for level, count in numbers if count)


LONGEST = 25
"""The most words of a line to act on: what happens, when, the limit, and who says so."""


def _in_brief(finding: Finding) -> str:
    source = finding.source
    if source is None:
        return ""
    return source.called if source.year == "undated" else f"{source.called}, {source.year}"


def _open_words(review: Review) -> str:
    many = len(review.not_assessed)
    if not many:
        return "No question is open."
    first = ", ".join(map(title_of, review.not_assessed[0].rules))
    return f"{'1 question is' if many == 1 else f'{many} questions are'} open: {first}."


# Findings.


def _in_clauses(finding: Finding) -> list[str]:
    """What happens, and what is added to it."""
    return (finding.happens or finding.message).rstrip(".").split("; ")


def _finding_lines(review: Review, finding: Finding, *, explain: bool) -> Iterator[str]:
    past = " (in the past)" if review.lies_in_past(finding) else ""
    dates = f" [{finding.dates}]" if finding.dates else ""
    head, *more = _in_clauses(finding)
    head = f"{title_of(finding.rule)}: {head}"
    while more and len(f"{head}; {more[0]}".split()) < LONGEST:
        head = f"{head}; {more.pop(0)}"
    yield f"{finding.severity.value.upper()}  {head[:1].upper()}{head[1:]}.{past}{dates}"
    if more:
        added = "; ".join(more)
        yield f"  {added[:1].upper()}{added[1:]}."
    if explain:
        yield f"  rule: {', '.join(finding.rules)}"
    lines = list(_by_source(finding, explain=explain))
    yield from (f"  {line}" for line in (lines if explain else lines[:_WIDTH]))
    if len(lines) > _WIDTH and not explain:
        yield f"  and {len(lines) - _WIDTH} more; --explain lists them"


def _by_source(finding: Finding, *, explain: bool) -> Iterator[str]:
    """What each source says, the one that leads first, and the same words once with all who say them."""
    alike: dict[str, list[Finding]] = {}
    for item in _told(finding, explain=explain):
        lower = f" [{item.severity.value}]" if item.severity is not finding.severity else ""
        alike.setdefault(f"{item.says if explain else _shortened(item.says)}{lower}", []).append(item)
    for says, items in alike.items():
        sources = [(item, item.source) for item in items if item.source is not None]
        if not sources:
            yield from (f"{says}.",) if says else ()
            continue
        yield f"{', '.join(dict.fromkeys(_who(source, abroad=item.from_abroad) for item, source in sources))}: {says}"
        for item, source in sources if explain else ():
            yield from (f"    note: {item.note}",) if item.note else ()
            yield f"    source: {source.citation}"
            yield f"    at: {source.locator}"


def _told(finding: Finding, *, explain: bool) -> list[Finding]:
    """What is told of each source: what leads, then the rest by weight; of a reduction the gravest that one says."""
    lead = next((item for item in finding.each if (item.source, item.says) == (finding.source, finding.says)), finding)
    listed = [lead, *(item for item in finding.each if item is not lead)]
    if explain or (len(finding.rules) == 1 and not finding.part):
        return listed
    first: dict[Source | None, Finding] = {}
    for item in sorted(listed, key=lambda each: (each.rule != finding.rule, -each.severity.rank)):
        first.setdefault(item.source, item)
    return [item for item in listed if first[item.source] is item]


_CLAUSE = re.compile(r"; |(?<=[a-z)])\. (?=[A-Z])")


def _shortened(says: str) -> str:
    """As many whole clauses as a reader takes in at once; the rest is told by --explain."""
    clauses = _CLAUSE.split(says)
    kept = clauses[:1]
    for clause in clauses[1:]:
        if len(" ".join([*kept, clause]).split()) > LONGEST:
            return f"{'; '.join(kept)} ..."
        kept.append(clause)
    return "; ".join(kept)


def _who(source: Source, *, abroad: bool) -> str:
    place = f"{source.jurisdiction}, " if source.jurisdiction and source.called == source.organization else ""
    layer = "" if source.layer == "shipped" else f", from the overlay {source.layer}"
    weak = ", secondary source" if source.grade == "C" else ""
    where = ", another country's advice" if abroad else ""
    return f"{source.called} ({place}{source.year}, grade {source.grade}{weak}{layer}{where})"


def _gap_lines(gap: NotAssessed, *, explain: bool) -> Iterator[str]:
    shown = gap.sources if explain else gap.sources[:_WIDTH]
    cited = "".join(f" {cite_source(source)}" for source in shown)
    more = len(gap.sources) - len(shown)
    yield f"{gap.heading}: {sentence(gap)}{cited}{f' and {more} more' if more else ''}"
    if explain:
        facts = f"; to give: {', '.join(gap.facts)}" if gap.facts else ""
        yield f"  rule: {', '.join(gap.rules)}{facts}"


def sentence(gap: NotAssessed) -> str:
    """What is not assessed and why, a sentence for each reason; what to give where an answer would do."""
    return " ".join(_sentence(part) for part in gap.by_reason)


def _sentence(gap: NotAssessed) -> str:
    what = "; ".join(gap.what)
    match gap.reason:
        case Reason.FACT:
            return f"Give {what}."
        case Reason.NO_DRUG:
            return f"{what} is not in the formulary; no source is on file."
        case Reason.NO_SOURCE:
            return f"No source is on file for {what}."
        case Reason.UNREAD:
            return _to_look_up(gap)
        case Reason.LEFT_OUT:
            return f"Not compared, since you named other sources: {what}."
        case Reason.NO_FIGURE:
            return f"Sources give no figure: {what}."
        case _:
            return f"{what[:1].upper()}{what[1:]}."


def _to_look_up(gap: NotAssessed) -> str:
    """What to read in which labels, since none on file was read in full on it."""
    by_drug: dict[str, list[str]] = {}
    for part in gap.each:
        by_drug.setdefault(part.drug or "the plan", []).extend(part.what)
    each = [f"in the label of {drug}: {'; '.join(dict.fromkeys(words))}" for drug, words in by_drug.items()]
    return f"Look up what was not read in full here, {', and '.join(each)}."


def _explained(review: Review) -> Iterator[str]:
    groups: tuple[tuple[str, tuple[Clear | Within | LeftOut, ...]], ...] = (
        ("Clear (sections read in full, nothing in them against the plan):", review.clear),
        ("Within what is on file (other parts of the source were not read):", review.within),
        ("On file and not compared:", review.left_out),
    )
    for heading, answers in groups:
        if answers:
            yield heading
            yield from (f"  {_answer_line(answer)}" for answer in answers)
    yield f"{counts(review)}."


def _answer_line(answer: Clear | Within | LeftOut) -> str:
    of = f" ({answer.drug})" if answer.drug else ""
    if answer.source is None:
        return f"{answer.rule}{of}: nothing to compare"
    sections = f"; {', '.join(answer.sections)}" if isinstance(answer, Clear) and answer.sections else ""
    why = f"; {answer.why}" if isinstance(answer, LeftOut) else ""
    return f"{answer.rule}{of}: {answer.source.citation}{sections}{why}"
