"""Breaks inside a plan, against the break after which a source begins afresh."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from taper._model import write_number
from taper.case import Case, Run, cite, left_out, uncited
from taper.comparison import find, per_day
from taper.dose import Dose
from taper.finding import Answer, Clear, NotAssessed, Severity
from taper.levels import fewest_days
from taper.monograph import HalfLife, Monograph, RestartRule

NAME = "gap"
READS = ("patient.age", "indication")


@dataclass(frozen=True, slots=True)
class _Break:
    """Days without a dose between two doses of one drug."""

    first: int
    last: int
    resumed: Run

    @property
    def hours(self) -> int:
        """From the day of the last dose to the day of the next."""
        return 24 * (self.last - self.first + 2)


def assess(case: Case) -> Iterator[Answer]:
    """Find days without a dose between two doses of one drug, and compare each break with what a source says of breaks.

    A break longer than the source's number of half-lives, after which the plan does not go back to the dose of a
    start, is high; if longer only by the short end of the half-lives held, it is moderate. Half-lives of metabolites
    are passed over. A break of which no source speaks, between two courses or written as a time without doses, is
    not assessed; without a break the rule is clear where a source speaks, and else does not apply.
    """
    yield from uncited(case, NAME)
    for drug in case.drugs:
        monograph = case.monograph(drug)
        if monograph is None:
            continue
        applying = case.applying(monograph.restarts, drug)
        held = [fact for fact in applying if case.indication_fits(fact, drug) is not False]
        yield from left_out(case, NAME, drug, held)
        facts = [fact for fact in held if case.compares(fact.source)]
        breaks = list(_breaks(case.runs(drug)))
        if not facts and any(_is_told(case, drug, gap) for gap in breaks):
            yield NotAssessed(rule=NAME, drug=drug, missing="advice on a break in taking the drug; no source is held")
        for fact in facts:
            yield from _judge(case, monograph, fact, breaks)


def _breaks(runs: tuple[Run, ...]) -> Iterator[_Break]:
    empty: list[Run] = []
    begun = False
    for run in runs:
        if not run.intakes:
            empty.append(run)
            continue
        if begun and empty:
            yield _Break(empty[0].first, empty[-1].last or empty[-1].first, run)
        empty, begun = [], True


def _is_told(case: Case, drug: str, gap: _Break) -> bool:
    """Whether a break is more than a cycle's empty days: between two courses, or a time without doses in one."""
    bounds = [case.bounds(course) for course in case.courses_of(drug)]
    between = not any(first <= gap.first and (last is None or gap.last <= last) for first, last in bounds)
    return between or any(first <= gap.last and last >= gap.first for first, last in _gap_steps(case, drug))


def _gap_steps(case: Case, drug: str) -> Iterator[tuple[int, int]]:
    for course in case.courses_of(drug):
        for step, (first, last) in zip(course.course.steps, course.course.bounds(case.start), strict=True):
            if step.kind == "gap" and last is not None:
                yield first, last


def _judge(case: Case, monograph: Monograph, fact: RestartRule, breaks: list[_Break]) -> Iterator[Answer]:
    if not breaks:
        yield Clear(rule=NAME, drug=monograph.drug, source=fact.source)
        return
    span = _span(case, monograph, fact)
    if span is None:
        missing = f"the half-life of the drug, of which the source counts {fact.half_lives} {cite(fact)}"
        yield NotAssessed(rule=NAME, drug=monograph.drug, missing=missing)
        return
    start = _start(case, monograph)
    found = [gap for gap in breaks if gap.hours > span[0] and not (start and gap.resumed.total.mg <= start.mg)]
    if not found:
        yield Clear(rule=NAME, drug=monograph.drug, source=fact.source)
    elif case.age_fits(fact) is None:
        yield NotAssessed(rule=NAME, drug=monograph.drug, missing=f"the age, of which the source speaks {cite(fact)}")
    elif case.age_fits(fact):
        yield _finding(case, monograph.drug, fact, found, span, start)


def _span(case: Case, monograph: Monograph, fact: RestartRule) -> tuple[Fraction, Fraction] | None:
    """The shortest and the longest break in hours that the source's rule can mean."""
    if fact.longer_than is not None:
        hours = Fraction(24 * fewest_days(fact.longer_than))
        return hours, hours
    lives = [life for life in case.applying(monograph.half_lives, monograph.drug) if _is_own(life)]
    assert fact.half_lives is not None
    if not lives:
        return None
    return fact.half_lives * min(life.low for life in lives), fact.half_lives * max(life.high for life in lives)


def _is_own(life: HalfLife) -> bool:
    return "metabolite" not in (life.of or "")


def _start(case: Case, monograph: Monograph) -> Dose | None:
    """The smallest daily total with which a source starts the drug."""
    drug = monograph.drug
    totals = [item.steps[0].total for item in case.applying(monograph.titrations, drug) if item.steps]
    return min(totals, key=lambda dose: dose.mg, default=None)


def _finding(
    case: Case, drug: str, fact: RestartRule, found: list[_Break], span: tuple[Fraction, Fraction], start: Dose | None
) -> Answer:
    longest = max(found, key=lambda gap: (gap.hours, -gap.first))
    rule = f"{write_number(fact.half_lives)} half-lives" if fact.half_lives is not None else str(fact.longer_than)
    hours = write_number(span[0]) if span[0] == span[1] else f"{write_number(span[0])} to {write_number(span[1])}"
    begin = f", more than the {per_day(start)} of a start" if start is not None else ""
    message = (
        f"days {longest.first}-{longest.last}: {longest.hours} hours pass without a dose of {drug}, longer than {rule} "
        f"({hours} hours), and it is resumed at {longest.resumed.total}{begin}"
    )
    place = longest.resumed.intakes[0]
    severity, value = Severity.HIGH if longest.hours > span[1] else Severity.MODERATE, f"{longest.hours} hours"
    return find(case, NAME, drug, fact, severity, message, day=longest.first, last_day=longest.last,
                course=place.course, step=place.step, value=value, limit=f"{hours} hours")  # fmt: skip
