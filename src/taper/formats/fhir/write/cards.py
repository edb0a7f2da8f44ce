"""A review as CDS Hooks cards, which order-entry systems show beside an order."""

from typing import Any

from taper._base.takes import takes
from taper.checks.open_question import NotAssessed
from taper.checks.review import Finding, Review, Severity
from taper.formats.fhir.write.issues import address_of
from taper.source import Source

_LONGEST = 139  # CDS Hooks: fewer than 140
_INDICATORS = {Severity.HIGH: "critical", Severity.MODERATE: "warning", Severity.LOW: "info"}
_OURS = {"label": "taper"}


@takes
def to_cds_cards(review: Review) -> list[dict[str, Any]]:
    """A review as the cards of a CDS Hooks response: one a finding, the gravest first, then what was not assessed.

    A summary has at most 139 characters; the whole message is the detail. The indicator is "critical" for harm of
    severity high, "warning" for moderate and "info" for low and for what was not assessed, whose severity is unknown.
    The label of a source is its citation, and its address is given where there is one.

    Args:
        review: What a check said.

    Example:
        >>> from taper import Finding, Review, Severity, to_cds_cards
        >>> high = Finding(rule="ceiling", severity=Severity.HIGH, message="day 1: 90 mg/day is above 80 mg/day")
        >>> to_cds_cards(Review(findings=(high,)))[0]["indicator"]
        'critical'
    """
    found = sorted(review.findings, key=lambda finding: -finding.severity.rank)
    return [*map(_of_finding, found), *map(_of_gap, review.not_assessed)]


def _of_finding(finding: Finding) -> dict[str, Any]:
    card, sources = _card(finding.message, _INDICATORS[finding.severity]), finding.sources
    card["source"] = _source(sources[0]) if sources else _OURS
    links = [_source(source) | {"type": "absolute"} for source in sources[1:] if address_of(source)[0] is not None]
    return card | ({"links": links} if links else {})


def _of_gap(gap: NotAssessed) -> dict[str, Any]:
    return _card(f"Not assessed: {gap.heading}; missing: {gap.missing}", "info") | {"source": _OURS}


def _card(message: str, indicator: str) -> dict[str, Any]:
    return {"summary": _shortened(message), "detail": message, "indicator": indicator}


def _source(source: Source) -> dict[str, Any]:
    address, _ = address_of(source)
    return {"label": source.citation} | ({"url": address} if address is not None else {})


def _shortened(message: str) -> str:
    """A message within the length of a summary, cut between words."""
    if len(message) <= _LONGEST:
        return message
    cut = message[: _LONGEST - 3]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}..."
