"""Findings, and what could not be assessed, as detected issues."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from taper.checks.case import applies_to_products
from taper.checks.open_question import NotAssessed
from taper.checks.review import Clear, Finding, Review, Within
from taper.checks.rule_titles import title_of
from taper.formats.fhir.write.medication import Version
from taper.formats.fhir.write.text import as_narrative
from taper.knowledge.monograph import Ceiling, CeilingKind
from taper.schedules.realization import RealizedCourse
from taper.source import Source
from taper.words.review_text import sentence

# An address as RFC 3986 lets it be written, without the mark that ends a clause after it.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*[A-Za-z0-9_~/=#&+%)-]")


def issues_of(
    review: Review, requests: Sequence[tuple[str, str, int | None]], subject: dict[str, Any], version: Version
) -> Iterable[dict[str, Any]]:
    """One DetectedIssue for each finding, final, and for each gap in the review, preliminary and without a severity.

    Args:
        review: What a check said.
        requests: Each request's address, its course, and its step where a request holds only one.
        subject: Whom the requests are for.
        version: R4 calls the subject the patient.
    """
    whom = "patient" if version == "R4" else "subject"
    for finding in review.findings:
        found = _finding(finding) | {whom: subject}
        yield found | {"implicated": [{"reference": url} for url in _implicated(finding, requests)]}
    for gap in review.not_assessed:
        every = [{"reference": url} for url, _, _ in requests]
        yield _not_assessed(gap) | {whom: subject, "implicated": every}


def _implicated(finding: Finding, requests: Sequence[tuple[str, str, int | None]]) -> list[str]:
    of_course = [item for item in requests if finding.course in {None, item[1]}]
    of_step = [item for item in of_course if item[2] is not None and item[2] == finding.step]
    return [url for url, _, _ in of_step or of_course]


def _finding(finding: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "DetectedIssue",
        "text": as_narrative([f"{title_of(finding.rule)}: {finding.message}"]),
        "status": "final",
        "code": {"text": finding.rule},
        "severity": finding.severity.value,
        "detail": finding.message,
    }
    if finding.source is not None:
        made["evidence"] = [{"code": [{"text": _citation(source)}]} for source in finding.sources]
        address, _ = address_of(finding.source)
        if address is not None:
            made["reference"] = address
    return made


def _citation(source: Source) -> str:
    _, further = address_of(source)
    return f"{source.citation}; {further}" if further else source.citation


def address_of(source: Source) -> tuple[str | None, str]:
    """The address that a locator begins with, if it does, and what it says beyond it, such as a page."""
    found = _ADDRESS.match(source.locator)
    if found is None:
        return None, ""
    return found[0], source.locator[found.end() :].strip(" ;,")


def _not_assessed(gap: NotAssessed) -> dict[str, Any]:
    detail = f"{gap.heading} was not assessed. {sentence(gap)}"
    return {
        "resourceType": "DetectedIssue",
        "text": as_narrative([detail]),
        "status": "preliminary",
        "code": {"text": f"not assessed: {', '.join(gap.rules)}"},
        "detail": detail,
    }


def ceilings_compared(course: RealizedCourse, ceilings: Iterable[Ceiling], review: Review) -> tuple[Ceiling, ...]:
    """The daily maxima that the review compared with and that hold for the course whatever the age, lowest first.

    Only a maximum is a limit; a figure for another indication or for some ages says nothing here.
    """
    told = (each for item in review.findings for each in item.each)
    found = {(each.rule, each.drug, each.source.id) for each in told if each.source is not None}
    compared: tuple[Clear | Within, ...] = (*review.clear, *review.within)
    clear = {(item.rule, item.drug, item.source.id) for item in compared if item.source is not None}
    used = {source for rule, drug, source in found | clear if (rule, drug) == ("ceiling", course.drug)}
    held = {
        ceiling.limit: ceiling
        for ceiling in ceilings
        if ceiling.source.id in used
        and ceiling.kind is CeilingKind.MAXIMUM
        and ceiling.per == "day"
        and not ceiling.needs_age
        and (not ceiling.indications or course.course.indication in ceiling.indications)
        and applies_to_products(ceiling, course)
    }
    return tuple(held[limit] for limit in sorted(held))
