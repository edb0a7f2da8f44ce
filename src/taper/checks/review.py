"""What a check says: findings, what could not be assessed, and what was clear."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Self

from taper._base.records import Value
from taper._base.shown import as_html, shorten
from taper.amounts.duration import CalendarDate
from taper.errors import TaperError
from taper.source import Grade, Source


class Severity(StrEnum):
    """Harm, in the words of FHIR R4 `DetectedIssue.severity`; high is the greatest."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"

    @property
    def rank(self) -> int:
        return {"low": 1, "moderate": 2, "high": 3}[self.value]

    # All four, since text brings its own order, in which "moderate" stands above "high".
    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank


Evidence = Grade
"""The grade of the source behind a finding; it never lowers a severity."""


class Finding(Value):
    """Something that can be computed and that someone should look at: a fact with its source.

    `value` and `limit` are the measured value and what it was compared with, as text with units. `day` and
    `last_day` are day numbers of the plan, counted from 1, both inclusive; `date` and `last_date` are their dates,
    where the start of the plan is known.
    """

    rule: str
    severity: Severity
    evidence: Evidence | None = None
    message: str
    drug: str | None = None
    course: str | None = None
    step: int | None = None
    slot: str | None = None
    day: int | None = None
    last_day: int | None = None
    date: CalendarDate | None = None
    last_date: CalendarDate | None = None
    value: str | None = None
    limit: str | None = None
    source: Source | None = None

    def starting(self, start: CalendarDate) -> Self:
        """The finding with its dates, by the date of day 1."""
        days = {"date": self.day, "last_date": self.last_day}
        made = {name: start + timedelta(days=day - 1) for name, day in days.items() if day is not None}
        return self.model_copy(update=made)

    def __str__(self) -> str:
        return f"{self.severity.value.upper()} {self.rule}: {self.message}" + (f" [{self.dates}]" if self.dates else "")

    def __repr__(self) -> str:
        return f"<Finding {self.severity.value} {self.rule}: {self.message}>"

    @property
    def dates(self) -> str:
        """When it is, such as "2027-03-08 to 2027-03-28"; empty where no start is known."""
        if self.date is None:
            return ""
        end = self.last_date
        return f"{self.date}" if end in (None, self.date) else f"{self.date} to {end}"


class NotAssessed(Value):
    """A rule that could not be applied, to which drug, and what was missing."""

    rule: str
    drug: str | None = None
    missing: str

    def __str__(self) -> str:
        return f"not assessed: {self.rule} ({self.drug or 'plan'}), missing {self.missing}"

    def __repr__(self) -> str:
        return f"<NotAssessed {self.rule}: {self.missing}>"


class Clear(Value):
    """A rule that was applied, against one source, and found nothing."""

    rule: str
    drug: str | None = None
    source: Source | None = None

    def __str__(self) -> str:
        return f"clear: {self.rule} ({self.drug or 'plan'})" + (f", by {self.source}" if self.source else "")

    def __repr__(self) -> str:
        return f"<Clear {self.rule}>"


class LeftOut(Value):
    """A source that was held and not compared, because the caller named another."""

    rule: str
    drug: str
    source: Source

    def __str__(self) -> str:
        return f"not compared: {self.rule} ({self.drug}), {self.source}"

    def __repr__(self) -> str:
        return f"<LeftOut {self.rule}: {self.source.id}>"


class RequirementNotMet(TaperError):
    """A review holds more than the caller allows; `review` is the whole of it."""

    def __init__(self, message: str, *, where: str = "", review: "Review | None" = None) -> None:
        super().__init__(message, where=where)
        self.review = review


class Review(Value):
    """Everything a check found, could not assess, and found clear. It changes nothing and permits nothing."""

    findings: tuple[Finding, ...] = ()
    not_assessed: tuple[NotAssessed, ...] = ()
    clear: tuple[Clear, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    changes_from: int | None = None

    def __str__(self) -> str:
        counts = f"{len(self.findings)} found, {len(self.not_assessed)} not assessed, {len(self.clear)} clear"
        return shorten([f"{counts}.", *map(str, self.findings), *map(str, self.not_assessed), *map(str, self.clear)],
                       whole="findings, not_assessed and clear")  # fmt: skip

    def __repr__(self) -> str:
        return f"<Review: {len(self.findings)} found, {len(self.not_assessed)} not assessed, {len(self.clear)} clear>"

    def _repr_html_(self) -> str:
        return as_html(str(self))

    @classmethod
    def of(cls, answers: Iterable["Answer"], *, changes_from: int | None = None) -> Self:
        """Sort answers into a review: findings by harm, then by day; the rest by rule and drug.

        A source under which a rule found something is not listed as clear for what else it says.

        Args:
            answers: What the rules said.
            changes_from: The first day number that is not history, where the plan was adjusted.
        """
        listed = list(dict.fromkeys(answers))
        found = {(answer.rule, answer.drug, answer.source) for answer in listed if isinstance(answer, Finding)}
        listed = [a for a in listed if not (isinstance(a, Clear) and (a.rule, a.drug, a.source) in found)]
        return cls(
            changes_from=changes_from,
            findings=tuple(sorted((a for a in listed if isinstance(a, Finding)), key=_finding_order)),
            not_assessed=tuple(sorted((a for a in listed if isinstance(a, NotAssessed)), key=_answer_order)),
            clear=tuple(sorted((a for a in listed if isinstance(a, Clear)), key=_answer_order)),
            left_out=tuple(sorted((a for a in listed if isinstance(a, LeftOut)), key=_answer_order)),
        )

    def lies_in_past(self, finding: Finding) -> bool | None:
        """Whether a finding is about days before the last change alone.

        None where that cannot be said: the plan was not adjusted, or the finding is about no days.
        """
        if self.changes_from is None or finding.day is None:
            return None
        return finding.last_day is not None and finding.last_day < self.changes_from

    @property
    def past(self) -> tuple[Finding, ...]:
        """The findings about days before the last change alone: what was, and cannot be changed any more."""
        return tuple(finding for finding in self.findings if self.lies_in_past(finding))

    @property
    def ahead(self) -> tuple[Finding, ...]:
        """The findings that are not in the past, those about no days among them."""
        return tuple(finding for finding in self.findings if not self.lies_in_past(finding))

    @property
    def worst(self) -> Severity | None:
        """The greatest severity found, or None without findings; None never means safe."""
        return max((finding.severity for finding in self.findings), default=None)

    def require(
        self,
        *,
        at_most: Severity | str | None = None,
        all_assessed: bool = True,
        accept_not_assessed: Iterable[str] = (),
    ) -> Self:
        """The review itself, if it holds no more than allowed: a gate for callers who want one.

        Args:
            at_most: The greatest severity that passes; None lets no finding pass.
            all_assessed: Whether every rule that applies must have been assessed.
            accept_not_assessed: Rules that may stay unassessed.

        Raises:
            RequirementNotMet: If a finding is graver, or a rule was not assessed.
        """
        allowed = Severity(at_most).rank if at_most is not None else 0
        graver = [finding for finding in self.findings if finding.severity.rank > allowed]
        accepted = set(accept_not_assessed)
        unseen = [gap for gap in self.not_assessed if all_assessed and gap.rule not in accepted]
        if graver or unseen:
            lines = [f"{f.severity}: {f.message}" for f in graver]
            lines += [f"not assessed: {gap.rule}: {gap.missing}" for gap in unseen]
            raise RequirementNotMet("the review does not pass; look at\n  " + "\n  ".join(lines), review=self)
        return self


Answer = Finding | NotAssessed | Clear | LeftOut


def _finding_order(finding: Finding) -> tuple[object, ...]:
    return (
        -finding.severity.rank,
        finding.day or 0,
        finding.rule,
        finding.drug or "",
        finding.slot or "",
        finding.message,
    )


def _answer_order(answer: NotAssessed | Clear | LeftOut) -> tuple[str, ...]:
    detail = answer.missing if isinstance(answer, NotAssessed) else answer.source.id if answer.source else ""
    return answer.rule, answer.drug or "", detail
