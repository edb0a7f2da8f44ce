"""Daily micro-tapers: each day the smallest dose that can be made on or above a smooth curve."""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from math import lcm

from taper._base.takes import takes
from taper.amounts.duration import days as in_days
from taper.errors import InvalidInput
from taper.paces.pace import Pace
from taper.paces.rulers import ONE_PACE, between
from taper.planning.explicit_steps import Steps, StepsReport
from taper.planning.solver.problem import NoPlan
from taper.planning.solver.state_space import State, StateSpace
from taper.planning.taper import DayDoses, check_drug, problem_of, read_day, read_pace, request_from
from taper.plans.order import Order, choose
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING
from taper.plans.request import DailyTaperRequest
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product


@takes
def plan_daily_taper(
    *,
    drug: str,
    before: DayDoses,
    pace: Pace | str,
    products: Iterable[Product],
    order: Order | str | None = None,
    mix_forms: bool = False,
    start: DayDoses | None = None,
    weights: Weights = STANDARD,
    indication: str | None = None,
    title: str | None = None,
) -> Steps:
    """A taper that goes down a little each day: the smallest dose that can be made on or above the pace's own curve.

    With 10% of current per 4 weeks, day `t` follows `(1 - 0.1)^(t/28)` of the start: the same 10% in 28 days, and
    not 10/28 % a day. The plan tracks the curve; it is not chosen among others. It ends where the curve meets the
    last dose or 0.

    Args:
        drug: The drug, as its products name it.
        before: What is taken each day until day 1.
        pace: How much per interval; the interval is in days or weeks.
        products: What can be dispensed.
        order: Whose turn it is, where there are several intakes; evenly, each follows its own share of the curve.
        mix_forms: Whether a tablet and a liquid may share an intake.
        start: What was taken before the taper as a whole began, where this is the rest of one.
        weights: What the planner weighs.
        indication: What the drug is taken for.
        title: The plan's title.

    Raises:
        InvalidInput: If the interval is in months.
        NotReachable: If the products cannot make what is taken now.
        NoPlan: If the curve ends before the first reduction.

    Example:
        >>> liquid = Product(id="solution", drug="diazepam", form="oral solution", concentration="1 mg/mL",
        ...                  smallest_volume="0.5 mL", graduation="0.1 mL")
        >>> made = plan_daily_taper(drug="diazepam", before={"bedtime": "5 mg"}, products=[liquid],
        ...     pace="10% of current, last dose 1 mg, every 2 weeks")
        >>> [str(step.regimen) for step in made.course.steps[:3]], str(made.course.steps[0].lasting)
        (['5 mg bedtime', '4.9 mg bedtime', '4.8 mg bedtime'], '2 days')
    """
    given = locals()
    listed, now = check_drug(drug, products), read_day(before, "before")
    asked = read_pace(pace, now, listed, weights)
    if not asked.every.is_in_days:
        raise InvalidInput(f"{asked.every} has no number of days; write the interval in days or weeks", where="pace")
    request = request_from(
        DailyTaperRequest,
        given,
        pattern="micro-taper",
        before=now,
        pace=asked,
        order=choose(order, now.slots),
        products=[product.id for product in listed],
        start=None if start is None else read_day(start, "start"),
        round_liquids=False,
    )
    problem = problem_of(request, drug, listed)
    problem.check()
    _, ground = next(problem.grounds())
    states = list(_track(ground, asked.every.days))
    if not states:
        raise NoPlan("the curve ends on day 1; give a slower pace, or plan a taper in steps")
    steps = tuple(Step(regimen=ground.regimen(state), lasting=in_days(length)) for state, length in _runs(states))
    course = Course(
        drug=drug,
        indication=indication,
        before=Before(regimen=now),
        then="stop",
        steps=steps,
        products=request.products,
        made_by=request,
    )
    return Steps(Plan(title=title, courses=(course,)), StepsReport(course, ground.measure.ruler))


def _track(ground: StateSpace, interval: int) -> Iterator[State]:
    """The regimen of each day: from day 1, until the curve goes below the last dose, or arrives at 0.

    The day on which the curve would go below the last dose is the last, and takes the least that is not below it.
    """
    ruler, first, low = ground.measure.ruler, ground.start, ground.measure.stop_from
    end = ruler.position(low) if low is not None else ruler.position(NOTHING.total.mg)
    whole = between(ruler.position(sum(first) * ground.grain), end) or 0
    state, day = first, 1
    while day * ONE_PACE < whole * interval:
        state = _follow(ground, state, day * ONE_PACE, interval)
        yield state
        day += 1
    if low is not None and whole:
        least = _follow(ground, state, whole * interval, interval)
        if least != state or day * ONE_PACE == whole * interval:
            yield least


def _follow(ground: StateSpace, state: State, fallen: int, interval: int) -> State:
    """The least regimen whose fall from the first is not beyond what the curve has fallen, in parts of an interval.

    In a group, the intake with the largest share of its start falls first, by its smallest reduction; one that would
    fall below the curve leaves the turn to the next.
    """
    top, whole = ground.places(sum(ground.start))[0], lcm(*(dose for dose in ground.start if dose))
    made, total = list(state), sum(state)
    for group in ground.groups:  # pragma: no branch - the days end before the last intake does
        # What would fall below the curve once does so for the rest of the day, for the total only falls.
        shares = [(-made[index] * (whole // ground.start[index]), index) for index in group if made[index]]
        heapify(shares)
        while shares:
            index = heappop(shares)[1]
            line = ground.lines[index]
            lower = line.doses[line.place(made[index]) - 1]
            after = total - made[index] + lower
            gone = between(top, ground.places(after)[0])
            if gone is not None and gone * interval <= fallen:
                made[index], total = lower, after
                if lower:
                    heappush(shares, (-lower * (whole // ground.start[index]), index))
        if any(made[index] for index in group):
            break
    return tuple(made)


def _runs(states: list[State]) -> Iterator[tuple[State, int]]:
    begin = 0
    for index in range(1, len(states) + 1):
        if index == len(states) or states[index] != states[begin]:
            yield states[begin], index - begin
            begin = index
