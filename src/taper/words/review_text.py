"""A review as text: one line to act on, then what was found, what is open, and on request every source."""

from collections.abc import Iterator

from taper.checks.open_question import NotAssessed, Reason, cite_source
from taper.checks.review import Clear, Finding, LeftOut, Review, Severity, Within
from taper.source import Source

_WIDTH = 4


def review_text(review: Review, *, explain: bool = False) -> Iterator[str]:
    """The lines of a review.

    Args:
        review: What a check said.
        explain: Whether each source is given with its place, and what is clear, within and left out is listed.
    """
    yield summary(review)
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
    """How much was found, is open, clear, within and left out."""
    parts = [
        f"{len(review.findings)} found",
        f"{len(review.not_assessed)} not assessed",
        f"{len(review.clear)} clear",
        f"{len(review.within)} within" if review.within else "",
        f"{len(review.left_out)} left out" if review.left_out else "",
    ]
    return ", ".join(part for part in parts if part)


def summary(review: Review) -> str:
    """One line that a person can act on: what to look at first, and what to give for a complete check."""
    return f"{_found_words(review)} {_open_words(review)}"


def _found_words(review: Review) -> str:
    if not review.findings:
        return "Nothing found against this plan."
    numbers = [(level, sum(item.severity is level for item in review.findings)) for level in Severity]
    first = review.findings[0]
    told = " and ".join(f"{count} {level.value}" for level, count in numbers if count)
    happens = first.happens.rstrip(".") or first.message.rstrip(".")
    limit = f"; {first.source.organization} {first.source.year}: {first.says}" if first.source and first.says else ""
    return f"Found {told}. First: {happens}{limit} ({first.rule})."


def _open_words(review: Review) -> str:
    if not review.not_assessed:
        return "No question is open."
    first = review.not_assessed[0]
    more = len(review.not_assessed) - 1
    rest = f" ({more} more below)" if more else ""
    return f"Not assessed: {', '.join(first.rules)}. {sentence(first)}{rest}"


def _finding_lines(review: Review, finding: Finding, *, explain: bool) -> Iterator[str]:
    past = " (in the past)" if review.lies_in_past(finding) else ""
    dates = f", {finding.dates}" if finding.dates else ""
    yield f"{finding.severity.value.upper()}  {finding.rule}{dates}{past}"
    happens = finding.happens or finding.message
    yield f"  {happens[:1].upper()}{happens[1:].rstrip('.')}."
    for said, items in _by_what_they_say(finding):
        sources = [(item, item.source) for item in items if item.source is not None]
        if not sources:
            yield from (f"  {said}.",) if said else ()
            continue
        who = dict.fromkeys(_who(source, abroad=item.from_abroad) for item, source in sources)
        yield f"  {', '.join(who)}: {said}"
        for item, source in sources if explain else ():
            yield from (f"      note: {item.note}",) if item.note else ()
            yield f"      source: {source.citation}"
            yield f"      at: {source.locator}"


def _by_what_they_say(finding: Finding) -> Iterator[tuple[str, list[Finding]]]:
    """What sources say, each once with all who say it, in the order of the weightiest of them."""
    alike: dict[str, list[Finding]] = {}
    for item in finding.each:
        lower = f" [{item.severity.value}]" if item.severity is not finding.severity else ""
        alike.setdefault(f"{item.says}{lower}", []).append(item)
    yield from alike.items()


def _who(source: Source, *, abroad: bool) -> str:
    place = f"{source.jurisdiction}, " if source.jurisdiction else ""
    layer = "" if source.layer == "shipped" else f", from the overlay {source.layer}"
    weak = ", secondary source" if source.grade == "C" else ""
    where = " (another country's advice)" if abroad else ""
    return f"{source.organization} ({place}{source.year}, grade {source.grade}{weak}{layer}){where}"


def _gap_lines(gap: NotAssessed, *, explain: bool) -> Iterator[str]:
    shown = gap.sources if explain else gap.sources[:_WIDTH]
    cited = "".join(f" {cite_source(source)}" for source in shown)
    more = len(gap.sources) - len(shown)
    yield f"{gap.heading}: {sentence(gap)}{cited}{f' and {more} more' if more else ''}"


def sentence(gap: NotAssessed) -> str:
    """What is not assessed and why, as a sentence; what to give where an answer would do."""
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
