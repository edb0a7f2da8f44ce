"""Tapers: from what is taken to a lower dose or to nothing, as gently as the products allow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from taper._base.progress import Progress
from taper._base.shown import as_html, shorten
from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration
from taper.errors import CannotCompute, InvalidInput
from taper.knowledge.product_choice import check_alike
from taper.paces.pace import InvalidPace, OfCurrent, Pace, PaceWithoutEnd
from taper.paces.phases import are_phases
from taper.planning.holding_times import Stay
from taper.planning.length import A_WEEK, LengthReport, solve_in_time, solve_over
from taper.planning.report import TaperReport
from taper.planning.solver.problem import NoPlan, Problem, Solved, smallest_dose
from taper.plans.order import Order, choose
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import Regimen
from taper.plans.request import DailyTaperRequest, Forms, PhasesRequest, Stays, TaperRequest
from taper.plans.request_fields import read_target
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product

_NAMED = 3
_Request = TypeVar("_Request", TaperRequest, PhasesRequest, DailyTaperRequest)
DayDoses = Regimen | Mapping[str, str | Dose]
"""One day's doses, or the plain form of them."""


class TooFast(CannotCompute):
    """The products force a reduction larger than was accepted, and the request forbids that; `report` holds which."""

    def __init__(self, message: str, *, where: str = "", report: TaperReport | None = None) -> None:
        super().__init__(message, where=where)
        self.report = report


@dataclass(frozen=True, repr=False)
class Taper:
    """A plan and the report on it."""

    plan: Plan
    report: TaperReport

    def __str__(self) -> str:
        return shorten([self.report.text()], whole="report.text()")

    def __repr__(self) -> str:
        return f"<Taper of {self.course.drug}: {len(self.course.steps)} steps>"

    def _repr_html_(self) -> str:
        return as_html(str(self))

    @property
    def course(self) -> Course:
        """The plan's one course."""
        return self.plan.courses[0]


@takes
def plan_taper(
    *,
    drug: str,
    before: DayDoses,
    products: Iterable[Product],
    pace: Pace | str | None = None,
    over: Duration | str | None = None,
    step: Duration | str | None = None,
    to: DayDoses | Dose | str | Literal[0] = 0,
    order: Order | str | None = None,
    stays: Stays = "by fall",
    excess: Literal["report", "forbid"] = "report",
    forms: Forms = "any",
    mix_forms: bool = False,
    round_liquids: bool = True,
    fewest_products: bool = False,
    lead_in: Duration | str | None = None,
    taken_for: Duration | str | None = None,
    shortest: Duration | str | None = None,
    longest: Duration | str | None = None,
    start: DayDoses | None = None,
    could_add: Iterable[Product] = (),
    weights: Weights = STANDARD,
    indication: str | None = None,
    title: str | None = None,
    progress: Progress | None = None,
) -> Taper:
    """The gentlest taper that real products make: proven least excess over the pace, then least nuisance.

    Args:
        drug: The drug, as its products name it.
        before: What is taken each day until day 1, by time of day.
        products: What can be dispensed; scores and permissions say how far each divides.
        pace: How much per interval, of what; text is read by `Pace.parse`.
        over: How long the whole takes, from the first reduction to the last, in place of a pace: the reductions are
            then as small and as even as the products make them in that time, and the report says which pace results.
        step: With `over`, the least time between two reductions; a week if not given.
        to: Where to end: 0, a daily total such as "5 mg", or a regimen.
        order: Which intake is reduced first: "evenly", "in order", "keep last: bedtime". Needed with several intakes.
        stays: How long each dose is kept: "by fall", "even" or "proportional".
        excess: Whether a reduction larger than was accepted, forced by the products, is reported or an error.
        forms: "one" keeps each intake on tablets or on liquid throughout.
        mix_forms: Whether a tablet and a liquid may share an intake.
        round_liquids: Whether round volumes are preferred where the pace loses nothing by them.
        fewest_products: Whether the plan is made of as few products as leave its least excess what it is.
        lead_in: How long the regimen before is kept on, as part of the plan, until the first reduction.
        taken_for: For how long the regimen before has been taken, if known.
        shortest: The least time from the first reduction to the last.
        longest: The most time from the first reduction to the last. Where longer stays do not fit into it, each dose is
            kept for the interval.
        start: What was taken before the taper as a whole began, where this is the rest of one.
        could_add: Further products to try as the smallest addition.
        weights: What the planner weighs; judgment, not evidence.
        indication: What the drug is taken for.
        title: The plan's title.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        InvalidInput: If the request contradicts itself.
        NotReachable: If the products cannot make what is taken now, or the target.
        NoPlan: If they make no way between the two.
        TooFast: If a reduction exceeds what was accepted and `excess` is "forbid".

    Example:
        >>> from taper.products.product import Product
        >>> tablets = [Product(id=f"diazepam-{n}mg", drug="diazepam", form="tablet", strength=f"{n} mg", score=2)
        ...            for n in (2, 5, 10)]
        >>> made = plan_taper(drug="diazepam", before={"morning": "10 mg", "bedtime": "10 mg"}, order="evenly",
        ...     pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks", products=tablets)
        >>> print(" ".join(str(step.days[0].total.mg) for step in made.course.steps), made.course.then)
        18 16 14 13 12 11 10 9 8 7 6 5 4 3 2 1 stop
        >>> print(made.report.largest.words)
        16 mg/day to 14 mg/day: 2 mg, 12.5% of current, 1.27 paces

    Warning:
        A plan is arithmetic on what was asked. Whether to taper, and how fast, is for the people concerned.
    """
    given = locals()
    listed, now = check_drug(drug, products), taken_now(before)
    begins, known, least, most, whole, between = (
        None if given[name] is None else Duration.of(given[name], name)
        for name in ("lead_in", "taken_for", "shortest", "longest", "over", "step")
    )
    _check_asked(pace, whole, between, least or most)
    asked = request_from(
        TaperRequest,
        given,
        pattern="taper",
        before=now,
        to=_target(to),
        pace=_UNASKED if pace is None else read_pace(pace, now, listed, weights),
        over=whole,
        step=between,
        order=choose(order, now.slots),
        products=[product.id for product in listed],
        start=None if start is None else read_day(start, "start"),
        shortest=least,
        longest=most,
    )
    problem = problem_of(asked, drug, listed)
    _check_last_dose(problem)
    problem.check()
    if whole is None:
        solved, lasting = solve_in_time(problem, stays, least, most)
        report = TaperReport(solved, lasting, lead_in=begins, could_add=could_add)
    else:
        solved, lasting = solve_over(problem, whole, between or A_WEEK)
        report = LengthReport(solved, lasting, lead_in=begins, could_add=could_add, over=whole)
    if excess == "forbid" and solved.route.excess:
        raise too_fast(report)
    made_by = asked.model_copy(
        update={
            "pace": solved.problem.pace,
            "products": tuple(product.id for product in solved.problem.products),
            "liquid": solved.on_liquid if forms == "one" else None,
        }
    )
    course = _course(solved, lasting, begins, known, indication, made_by)
    return Taper(Plan(title=title, courses=(course,)), report)


def request_from(kind: type[_Request], given: Mapping[str, Any], **read: object) -> _Request:
    """The request of a planner: each field is the argument of the same name, or what was read of it."""
    return kind.read({name: given[name] for name in kind.model_fields if name in given} | read)


def problem_of(
    asked: TaperRequest | PhasesRequest | DailyTaperRequest, drug: str, products: tuple[Product, ...], **changes: Any
) -> Problem:
    """The question that a request asks of the search: each field is the request's of the same name."""
    held = {each.name: getattr(asked, each.name) for each in fields(Problem) if each.name in type(asked).model_fields}
    return Problem(**{**held, **changes, "drug": drug, "products": products})


def taken_now(before: DayDoses) -> Regimen:
    """What is taken until day 1.

    Raises:
        InvalidInput: If it cannot be read, or is nothing.
    """
    now = read_day(before, "before")
    if not now:
        raise InvalidInput(
            "nothing is taken, so nothing can be reduced; give what is taken before day 1", where="before"
        )
    return now


_UNASKED = Pace.parse("1 mg, every 1 week")
"""Stands where a length was asked for, until the pace that results is known."""


def _check_asked(pace: Pace | str | None, over: Duration | None, step: Duration | None, bound: Duration | None) -> None:
    if pace is None and over is None:
        raise InvalidInput('how fast is not said; give a pace, or how long the whole takes (over="12 weeks")')
    if pace is not None and over is not None:
        raise InvalidInput("a pace and a length were given; give one, or bound the pace with shortest and longest")
    if over is None and step is not None:
        raise InvalidInput("step goes with over; a pace already names its interval, remove step", where="step")
    if over is not None and bound is not None:
        raise InvalidInput("over already says how long the whole takes; remove shortest and longest", where="over")


def _check_last_dose(problem: Problem) -> None:
    last = problem.pace.base.last_dose if isinstance(problem.pace.base, OfCurrent) else None
    if last is not None and 0 < problem.target.mg < last.mg:
        raise InvalidInput(
            f"the target of {problem.target} lies below the last dose of {last}, from which the plan would stop; "
            f'write "at least", or a last dose of {problem.target} or less',
            where="pace",
        )


def check_drug(drug: str, products: Iterable[Product]) -> tuple[Product, ...]:
    """The products, if there are any, all are of the drug, and each may stand in for the others.

    Raises:
        InvalidInput: If not.
    """
    listed = tuple(sorted(products, key=lambda product: product.id))
    if not listed:
        raise InvalidInput(f"there are no products to plan {drug} with; give at least one", where="products")
    for product in listed:
        if product.drug != drug:
            says = f"{product.id} is of {product.drug}, not of {drug}; remove it, or name the drug {product.drug}"
            raise InvalidInput(says, where="products")
    check_alike(listed, "products")
    return listed


def read_day(given: DayDoses, where: str) -> Regimen:
    """One day's doses from a regimen or its plain form.

    Raises:
        InvalidInput: If it cannot be read.
    """
    try:
        return given if isinstance(given, Regimen) else Regimen.of(given)
    except InvalidInput as error:
        raise InvalidInput(str(error), where=where) from None


def _target(to: DayDoses | Dose | str | Literal[0]) -> Regimen | DailyDose:
    return read_day(to, "to") if isinstance(to, Mapping) else read_target(to)


def read_pace(pace: Pace | str, now: Regimen, products: tuple[Product, ...], weights: Weights) -> Pace:
    """A pace, read if it is text; where it lacks its end, the error says which values the products allow.

    Raises:
        InvalidPace: If it cannot be read.
    """
    if isinstance(pace, str) and are_phases(pace):
        raise InvalidPace("names several paces, or where one ends; plan them with plan_phases", where="pace")
    try:
        return Pace.parse(pace) if isinstance(pace, str) else pace
    except PaceWithoutEnd as error:
        probe = Problem("", now, Pace.parse("1 mg, every 1 day"), products, choose("evenly", now.slots), weights)
        least = smallest_dose(probe)
        raise PaceWithoutEnd(
            f'{error.message}. These products make {least} and above: write "at least {least}" or more, '
            f'or "last dose {least}" or more',
            where="pace",
        ) from None


def too_fast(report: TaperReport) -> TooFast:
    """The error that names each reduction larger than was accepted, and what would help."""
    named = [f"{row.words} ({row.excess[0].certificate})" for row in report.over]
    more_of_them = f"; and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    falls = "; ".join(named[:_NAMED]) + more_of_them
    helps = "; ".join(other.what for other in report.additions if not other.excess)
    more = "give more time (longest), " if report.solved.problem.most is not None else ""
    advice = (
        f"Add {helps}"
        if helps
        else f"Accept a larger reduction with up_to, {more}or add a smaller strength or a liquid"
    )
    many = "1 reduction is" if len(named) == 1 else f"{len(named)} reductions are"
    return TooFast(f"{many} larger than was accepted: {falls}. {advice}", report=report)


def _course(
    solved: Solved,
    stays: tuple[Stay, ...],
    lead_in: Duration | None,
    taken_for: Duration | None,
    indication: str | None,
    made_by: TaperRequest,
) -> Course:
    problem = solved.problem
    unit = problem.before.total.unit
    ends_at_zero = not solved.regimens[-1]
    kept = solved.regimens[:-1] if ends_at_zero else solved.regimens
    steps = [Step(regimen=problem.before, lasting=lead_in)] if lead_in else []
    for index, regimen in enumerate(kept):
        lasting = stays[index].lasting if index < len(stays) else None
        steps.append(Step(regimen=_in_unit(regimen, unit), lasting=lasting))
    if not steps:
        raise NoPlan(_stops_at_once(solved))
    return Course(
        drug=problem.drug,
        indication=indication,
        before=Before(regimen=problem.before, lasting=taken_for),
        then="stop" if ends_at_zero else "continue",
        products=tuple(product.id for product in problem.products),
        steps=tuple(steps),
        made_by=made_by,
    )


def _stops_at_once(solved: Solved) -> str:
    ground, before = solved.ground, solved.problem.before
    if any(ground.below(place, dose)[0] for place, dose in enumerate(ground.start) if dose):
        return (
            f"what was asked accepts a drop from {before} to 0, so the only step is to stop at once, although these "
            "products make doses between; ask for smaller reductions or more time, or give a lead-in before the stop"
        )
    return (
        f"these products make nothing between {before} and 0, so the only step is to stop at once; "
        "add a smaller strength or a liquid, or give a lead-in before the stop"
    )


def _in_unit(regimen: Regimen, unit: str) -> Regimen:
    return Regimen.of({intake.slot.name: intake.dose.in_unit(unit) for intake in regimen})
