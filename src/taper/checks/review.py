"""What a check returns: findings, what could not be assessed, and what was clear."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal, Self, get_args

from taper._base.records import Value, changed
from taper._base.shown import as_html, shorten, show
from taper._base.takes import takes
from taper.amounts.duration import CalendarDate, check_date
from taper.checks.open_question import NotAssessed, Reason
from taper.errors import InvalidInput, TaperError
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


FigureKind = Literal["dose", "first dose", "increase"]
"""What a figure of a source is, where a dose is compared with it: how a drug is begun or increased, or any other."""

Action = Literal["", "caution", "adjust", "avoid", "contraindicated"]
"""What a source says to do, the mildest first; empty where it gives a figure or says something else."""

Part = Literal["", "end", "cycle"]
"""Which reductions a finding is about: those to 0, those between the days of a cycle, or any other."""

Evidence = Grade
"""The grade of the source behind a finding; it never lowers a severity."""


class Finding(Value):
    """One fact that someone should look at: what happens, when, and each source that speaks of it.

    `message` says the fact first, then what each source says. `value` and `limit` are the measured value and what it
    was compared with, as text with units. `day` and `last_day` are day numbers of the plan, counted from 1, both
    inclusive; `date` and `last_date` are their dates, where the start of the plan is known. `about` is what else the
    fact is about: another medicine, a condition, a time of day. `happens` and `says` are the two halves of the message,
    `note` is what the source adds, and `from_abroad` marks advice of another country than the plan's.

    Where several sources speak of one fact it is one finding: `source` is the weightiest, and `statements` holds
    what each says for itself, the weightiest first; several rules may speak of one reduction. `by_amount` marks a dose
    compared with a figure, and `figure` says which. `briefly` is `says` in the few words of a headline, where it has
    more than those; `action` is what a source says to do where it does not give a figure, and `boxed` marks what a
    label says in a boxed warning. `part` says which reductions one is about: those that end the taking of a drug,
    those between the days of a cycle, or the others.
    """

    rule: str
    severity: Severity
    evidence: Evidence | None = None
    message: str
    happens: str = ""
    says: str = ""
    briefly: str = ""
    note: str = ""
    drug: str | None = None
    about: str | None = None
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
    from_abroad: bool = False
    by_amount: bool = False
    figure: FigureKind = "dose"
    action: Action = ""
    boxed: bool = False
    part: Part = ""
    statements: "tuple[Finding, ...]" = ()

    @property
    def each(self) -> "tuple[Finding, ...]":
        """What each source says, one finding a source; itself where it was not put together from several."""
        return self.statements or (self,)

    @property
    def gravity(self) -> int:
        """How grave what the source says to do is, among findings of one severity; 0 where it says nothing to do."""
        return get_args(Action).index(self.action)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that speak of it, its own first."""
        return tuple(dict.fromkeys([self.rule, *(item.rule for item in self.each)]))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that speak of it, the weightiest first."""
        return tuple(dict.fromkeys(item.source for item in self.each if item.source is not None))

    def starting(self, start: CalendarDate) -> Self:
        """The finding with its dates, by the date of day 1."""
        check_date(start)
        days = {"date": self.day, "last_date": self.last_day}
        made: dict[str, Any] = {name: start + timedelta(days=day - 1) for name, day in days.items() if day is not None}
        made["statements"] = tuple(item.starting(start) for item in self.statements)
        return changed(self, made)

    def __str__(self) -> str:
        return f"{self.severity.value.upper()} {self.rule}: {self.message}" + (f" [{self.dates}]" if self.dates else "")

    def __repr__(self) -> str:
        value = f", {self.value}" if self.value else ""
        return f"<Finding {self.severity.value} {self.rule}, {self.drug or 'plan'}{value}>"

    @property
    def dates(self) -> str:
        """When it is, such as "2027-03-08 to 2027-03-28"; empty where no start is known."""
        if self.date is None:
            return ""
        end = self.last_date
        return f"{self.date}" if end in (None, self.date) else f"{self.date} to {end}"


class Clear(Value):
    """A rule under which the sections of a source that would speak were read in full and say nothing against the plan.

    `sections` are those. Without a source there was nothing to compare, such as no other medicine. `figures` are what
    the plan was compared with, of the person and the use of the plan.
    """

    rule: str
    drug: str | None = None
    source: Source | None = None
    sections: tuple[str, ...] = ()
    figures: tuple[FigureKind, ...] = ()

    def __str__(self) -> str:
        return f"clear: {self.rule} ({self.drug or 'plan'})" + (f", by {self.source}" if self.source else "")

    def __repr__(self) -> str:
        return f"<Clear {self.rule}>"


class Within(Value):
    """A rule under which the plan is within what is on file of a source, of which other parts were not read."""

    rule: str
    drug: str | None = None
    source: Source
    figures: tuple[FigureKind, ...] = ()

    def __str__(self) -> str:
        return f"within: {self.rule} ({self.drug or 'plan'}), by {self.source}"

    def __repr__(self) -> str:
        return f"<Within {self.rule}>"


class Why(StrEnum):
    """Why a source on file was not compared."""

    NOT_NAMED = "you named other sources"
    EARLIER = "a later version of this label is on file"
    UNCITED = "it cites nothing; name it to compare with it"
    SINGLE_DOSE = "it reports a single dose; name it to compare with it"


class LeftOut(Value):
    """A source that is on file and was not compared, and why."""

    rule: str
    drug: str
    source: Source
    why: Why = Why.NOT_NAMED

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
    within: tuple[Within, ...] = ()
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
    @takes
    def of(cls, answers: Iterable["Answer"], *, changes_from: int | None = None) -> Self:
        """Sort answers into a review: findings by harm, then by day; what is open by what matters most.

        A source under which a rule found something is not listed as clear for what else it says.

        Args:
            answers: What the rules said.
            changes_from: The first day number that is not history, where the plan was adjusted.
        """
        given = tuple(answers)
        if not all(isinstance(each, Answer) for each in given):
            raise InvalidInput(f"got {show(given)}; give what rules answered", where="answers")
        listed = list(dict.fromkeys(given))
        found = {(each.rule, a.drug, each.source) for a in listed if isinstance(a, Finding) for each in a.each}
        listed = [a for a in listed if not (isinstance(a, Clear | Within) and (a.rule, a.drug, a.source) in found)]
        return cls(
            changes_from=changes_from,
            findings=tuple(sorted((a for a in listed if isinstance(a, Finding)), key=_finding_order)),
            not_assessed=tuple(sorted((a for a in listed if isinstance(a, NotAssessed)), key=gap_order)),
            clear=tuple(sorted((a for a in listed if isinstance(a, Clear)), key=_answer_order)),
            within=tuple(sorted((a for a in listed if isinstance(a, Within)), key=_answer_order)),
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

    @takes
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
        if at_most is not None and at_most not in [*Severity]:
            raise InvalidInput(f"got {show(at_most)}; write high, moderate or low", where="at_most")
        allowed = Severity(at_most).rank if at_most is not None else 0
        graver = [finding for finding in self.findings if finding.severity.rank > allowed]
        accepted = set(accept_not_assessed)
        unseen = [gap for gap in self.not_assessed if all_assessed and not accepted.issuperset(gap.rules)]
        if graver or unseen:
            lines = [f"{f.severity}: {f.message}" for f in graver]
            lines += [f"not assessed: {', '.join(gap.rules)}: {gap.missing}" for gap in unseen]
            raise RequirementNotMet("the review does not pass; look at\n  " + "\n  ".join(lines), review=self)
        return self


Answer = Finding | NotAssessed | Clear | Within | LeftOut


def _finding_order(finding: Finding) -> tuple[object, ...]:
    """The gravest first: harm, what must not be at all, a boxed warning, the plan's own country, then the days."""
    return (
        -finding.severity.rank,
        -max(finding.gravity, _AVOID),
        not finding.boxed,
        finding.from_abroad,
        _place(finding.rule),
        -finding.gravity,
        finding.day or 0,
        finding.rule,
        finding.drug or "",
        finding.slot or "",
        finding.message,
    )


_AVOID = get_args(Action).index("avoid") - 1
"""The gravest that is less than to avoid."""

_FIRST = ("kidney", "pregnancy", "liver", "contraindication", "interaction", "ceiling", "gap", "abrupt-stop", "age")
"""The rules whose findings of one severity and open questions matter most, the first of them first."""


def _place(rule: str) -> int:
    return _FIRST.index(rule) if rule in _FIRST else len(_FIRST)


def gap_order(gap: NotAssessed) -> tuple[object, ...]:
    """A key by which the open question that matters most comes first."""
    return (not gap.urgent, _place(gap.rule), gap.rule, gap.drug or "", list(Reason).index(gap.reason), gap.missing)


def _answer_order(answer: Clear | Within | LeftOut) -> tuple[str, ...]:
    return answer.rule, answer.drug or "", answer.source.id if answer.source else ""
