"""Tapers in phases: several paces one after the other, in one plan with one report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from taper._base.limits import MOST_WORK
from taper._base.progress import Progress
from taper._base.shown import as_html, shorten
from taper._base.takes import takes
from taper._base.work import Allowance
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.paces.phases import Phase, Phases
from taper.planning.holding_times import stay_after, stays_of
from taper.planning.report import Reduction, Reductions, TaperReport
from taper.planning.solver.problem import Problem
from taper.planning.taper import DayDoses, TooFast, check_drug, problem_of, read_day, request_from, taken_now, too_fast
from taper.plans.order import Order, choose
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING, Regimen
from taper.plans.request import PhasesRequest, Stays
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product


@dataclass(frozen=True)
class PhasesReport(Reductions):
    """What resulted from a request in phases: one report a phase, their days counted through."""

    phases: tuple[Phase, ...]
    reports: tuple[TaperReport, ...]

    @cached_property
    def rows(self) -> tuple[Reduction, ...]:
        """Every change of every phase, in order."""
        return tuple(row for report in self.reports for row in report.rows)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data; amounts and figures are text."""
        return {
            "largest_fall": self.largest.words,
            "last_fall": self.last.words,
            "days": self.days,
            "phases": [
                {"phase": str(phase), **report.to_dict()}
                for phase, report in zip(self.phases, self.reports, strict=True)
            ],
        }

    def text(self, *, explain: bool = False) -> str:
        """The report for reading; explained, with what each phase cost and what could have been otherwise."""
        return "\n".join(self._lines(explain=explain))

    def __str__(self) -> str:
        return shorten([self.text()], whole="text()")

    def __repr__(self) -> str:
        return f"<PhasesReport of {len(self.phases)} phases>"

    def _lines(self, *, explain: bool) -> Iterator[str]:
        yield f"Largest reduction in {len(self.phases)} phases: {_on(self.largest)}{self.largest.words}."
        yield f"Last reduction: {_on(self.last)}{self.last.words}."
        for number, (phase, report) in enumerate(zip(self.phases, self.reports, strict=True), start=1):
            yield f"\nPhase {number} of {len(self.phases)}: {phase}"
            yield report.text(explain=explain)


def _on(row: Reduction) -> str:
    return f"day {row.day}, " if row.day is not None else ""


@dataclass(frozen=True)
class PhasedTaper:
    """A plan in phases and the report on it."""

    plan: Plan
    report: PhasesReport

    def __str__(self) -> str:
        return shorten([self.report.text()], whole="report.text()")

    def __repr__(self) -> str:
        return f"<PhasedTaper of {self.course.drug}: {len(self.report.phases)} phases, {len(self.course.steps)} steps>"

    def _repr_html_(self) -> str:
        return as_html(str(self))

    @property
    def course(self) -> Course:
        """The plan's one course."""
        return self.plan.courses[0]


@takes
def plan_phases(
    *,
    drug: str,
    before: DayDoses,
    phases: Phases | str | Iterable[Phase | str],
    products: Iterable[Product],
    order: Order | str | None = None,
    stays: Stays = "by fall",
    excess: Literal["report", "forbid"] = "report",
    mix_forms: bool = False,
    round_liquids: bool = True,
    fewest_products: bool = False,
    lead_in: Duration | str | None = None,
    taken_for: Duration | str | None = None,
    start: DayDoses | None = None,
    could_add: Iterable[Product] = (),
    weights: Weights = STANDARD,
    indication: str | None = None,
    title: str | None = None,
    progress: Progress | None = None,
) -> PhasedTaper:
    """A taper at several paces, one after the other: each phase is the gentlest from where the one before ends.

    The dose at which a phase ends is kept for the interval of the reduction that led to it; then the next phase begins.
    Percentages of the start, and the shares of intakes, count from the start of the whole.

    Args:
        drug: The drug, as its products name it.
        before: What is taken each day until day 1, by time of day.
        phases: Such as "10% of current every 2 weeks to 20 mg, then 1 mg every 4 weeks"; the last goes to 0 unless it
            says where it ends.
        products: What can be dispensed.
        order: Which intake is reduced first, with several a day: "evenly", "in order", "keep last: bedtime".
        stays: How long each dose is kept: "by fall", "even" or "proportional".
        excess: Whether a reduction larger than was accepted, forced by the products, is reported or an error.
        mix_forms: Whether a tablet and a liquid may share an intake.
        round_liquids: Whether round volumes are preferred where the pace loses nothing by them.
        fewest_products: Whether each phase is made of as few products as leave its least excess what it is.
        lead_in: How long the regimen before is kept on, as part of the plan, until the first reduction.
        taken_for: For how long the regimen before has been taken, if known.
        start: What was taken before the taper as a whole began, where this is the rest of one.
        could_add: Further products to try as the smallest addition.
        weights: What the planner weighs; judgment, not evidence.
        indication: What the drug is taken for.
        title: The plan's title.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        InvalidInput: If phases overlap, leave a gap, or lie above what is taken.
        NotReachable: If the products cannot make what is taken now.
        NoPlan: If they make no way through a phase.
        TooFast: If a reduction exceeds what was accepted and `excess` is "forbid".
        CannotCompute: If the phases are too many for how many doses the products make.

    Example:
        >>> tablets = [Product(id=f"diazepam-{n}mg", drug="diazepam", form="tablet", strength=f"{n} mg", score=2)
        ...            for n in (2, 5)]
        >>> made = plan_phases(drug="diazepam", before={"bedtime": "14 mg"}, products=tablets,
        ...     phases="2 mg every 2 weeks to 10 mg, then 1 mg every 4 weeks")
        >>> print(" ".join(str(step.regimen.total.mg) for step in made.course.steps), made.course.then)
        12 10 9 8 7 6 5 4 3 2 1 stop
    """
    given = locals()
    listed, now, asked = check_drug(drug, products), taken_now(before), _read(phases)
    _check_start(asked, now.total)
    whole = now if start is None else read_day(start, "start")
    request = request_from(
        PhasesRequest,
        given,
        pattern="taper-in-phases",
        before=now,
        phases=asked,
        order=choose(order, whole.slots),
        products=[product.id for product in listed],
        start=None if start is None else whole,
    )
    first = problem_of(request, drug, listed, pace=asked.phases[0].pace, start=whole)
    begins = None if lead_in is None else Duration.of(lead_in, "lead_in")
    says = "so many phases over so many doses take too long; give fewer phases, or products that make fewer doses"
    with Allowance(MOST_WORK, says).spending("phases"):
        reports = tuple(_solve(first, asked, stays, begins, tuple(could_add)))
    if excess == "forbid":
        _refuse_excess(reports)
    chosen = {product.id for report in reports for product in report.solved.problem.products}
    made_by = request.model_copy(update={"products": tuple(sorted(chosen))})
    course = Course(
        drug=drug,
        indication=indication,
        before=Before(regimen=now, lasting=None if taken_for is None else Duration.of(taken_for, "taken_for")),
        then="continue" if asked.phases[-1].down_to else "stop",
        products=made_by.products,
        steps=tuple(_steps(reports, now, begins)),
        made_by=made_by,
    )
    return PhasedTaper(Plan(title=title, courses=(course,)), PhasesReport(asked.phases, reports))


def _read(given: Phases | str | Iterable[Phase | str]) -> Phases:
    if isinstance(given, Phases):
        return given
    if isinstance(given, str):
        return Phases.parse(given)
    return Phases(phases=tuple(Phase.parse(phase) if isinstance(phase, str) else phase for phase in given))


def _check_start(asked: Phases, total: DailyDose) -> None:
    first = asked.phases[0]
    if first.down_to.mg >= total.mg:
        raise InvalidInput(
            f"phase 1 ends at {first.down_to}, which is not below the {total} taken now; leave it out", where="phases"
        )
    if first.down_from is not None and first.down_from.mg != total.mg:
        raise InvalidInput(
            f'phase 1 begins at {first.down_from} and {total} is taken now; write the same dose, or leave out "from"',
            where="phases",
        )


def _solve(
    problem: Problem, asked: Phases, stays: Stays, lead_in: Duration | None, could_add: tuple[Product, ...]
) -> Iterator[TaperReport]:
    before, begins = problem.before, lead_in
    first_day: int | None = 1
    for number, phase in enumerate(asked.phases, start=1):
        to = DailyDose(phase.down_to.mg).in_unit(phase.down_to.unit) if phase.down_to else NOTHING
        part = replace(problem, before=before, pace=phase.pace, to=to)
        part.check()
        solved = part.solve()
        lasting = stays_of(solved, stays)
        if number < len(asked.phases):
            lasting = (*lasting, stay_after(solved, len(solved.regimens), stays))
        report = TaperReport(solved, lasting, lead_in=begins, could_add=could_add, first_day=first_day)
        yield report
        first_day, begins, before = _day_after(report.rows[-1]), None, solved.regimens[-1]


def _day_after(row: Reduction) -> int | None:
    """The day after the stay at a dose; None where it depends on a start date."""
    if row.day is None or row.stay is None or not row.stay.lasting.is_in_days:
        return None
    return row.day + row.stay.lasting.days


def _steps(reports: tuple[TaperReport, ...], now: Regimen, lead_in: Duration | None) -> Iterator[Step]:
    if lead_in is not None:
        yield Step(regimen=now, lasting=lead_in)
    unit = now.total.unit
    for row in (row for report in reports for row in report.rows):
        if row.after:
            doses = {intake.slot.name: intake.dose.in_unit(unit) for intake in row.after}
            yield Step(regimen=Regimen.of(doses), lasting=row.stay.lasting if row.stay else None)


def _refuse_excess(reports: tuple[TaperReport, ...]) -> None:
    for number, report in enumerate(reports, start=1):
        if report.over:
            error: TooFast = too_fast(report)
            error.where = f"phase {number}"
            raise error


def phases_left(made: PhasesRequest, now: Regimen) -> Phases:
    """The phases that are still to come from what is taken, the first without the dose from which it began.

    Raises:
        InvalidInput: If every phase has ended.
    """
    left = made.phases.below(Dose(now.total.mg))
    if not left:
        raise InvalidInput(f"every phase has ended at {now.total}; give phases that go lower", where="phases")
    return Phases(phases=(left[0].model_copy(update={"down_from": None}), *left[1:]))
