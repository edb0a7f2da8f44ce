"""Length of a taper: bounds on it, and a length asked for in place of a pace."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration, days, weeks
from taper.errors import InvalidInput
from taper.paces.from_figures import fixed
from taper.paces.pace import Pace
from taper.planning.holding_times import Stay, stays_of
from taper.planning.report import TaperReport
from taper.planning.solver.problem import NoPlan, Problem, Solved
from taper.planning.solver.search import least_changes
from taper.planning.solver.state_space import TooManyStates
from taper.plans.request import Stays, TaperRequest
from taper.products.product import Product

A_WEEK = weeks(1)
"""The least time between two reductions where a length is asked for and none is named: judgment, not evidence."""
_COUNTED = 2
_MOST_STOPPED = 6
"""After how many searches that stopped at their limit no further pace is tried."""
_MOST_WORK = 20_000_000
"""How much work the search for the best number of reductions may take."""
_COSTS = ("short", "long", "further_intake", "change_of_form", "divided_piece", "further_product", "further_piece",
          "measured_liquid", "finer_volume")  # fmt: skip


class LengthReport(TaperReport):
    """The report on a taper of which a length was asked: it says which pace resulted."""

    def __init__(
        self,
        solved: Solved,
        stays: tuple[Stay, ...],
        *,
        over: Duration,
        lead_in: Duration | None,
        could_add: Iterable[Product] = (),
        first_day: int | None = 1,
    ) -> None:
        super().__init__(solved, stays, lead_in=lead_in, could_add=could_add, first_day=first_day)
        self.length = over

    @property
    def resulting(self) -> str:
        """The pace that the length and the products came to."""
        count, pace = len(self.rows), self.solved.problem.pace
        sizes = {row.change.mg for row in self.rows}
        largest = Dose(max(sizes)).in_unit(self.solved.problem.before.total.unit)
        size = f"{'of' if len(sizes) == 1 else 'of at most'} {largest}"
        later = " or a day more" if len({stay.lasting for stay in self.stays}) > 1 else ""
        return f"{count} reductions {size}, one every {pace.every}{later}"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data; amounts and figures are text."""
        return {**super().to_dict(), "length": str(self.length), "resulting_pace": self.resulting}

    def text(self, *, explain: bool = False) -> str:
        """The report for reading; explained, with costs, weights and what could have been otherwise."""
        problem = self.solved.problem
        ends = f"{problem.before.total} to {problem.target}"
        asked = f"Asked: {ends} over {self.length}. The pace that results: {self.resulting}."
        return f"{asked}\n{super().text(explain=explain)}"


def solve_in_time(
    problem: Problem, stays: Stays, shortest: Duration | None, longest: Duration | None
) -> tuple[Solved, tuple[Stay, ...]]:
    """The gentlest plan at a pace, and how long each dose is kept, within bounds from first to last reduction.

    Raises:
        InvalidInput: If the bounds contradict each other, or cannot be compared with the interval.
        NoPlan: If no plan fits.
    """
    fewest = None if shortest is None else _intervals(shortest, problem.pace.every, up=True) + 1
    most = None if longest is None else _intervals(longest, problem.pace.every, up=False) + 1
    if fewest is not None and most is not None and fewest > most:
        raise InvalidInput("shortest is longer than longest, in whole intervals; correct one of them")
    solved = replace(problem, fewest=fewest, most=most).solve()
    lasting = stays_of(solved, stays)
    if longest is None or sum(_size(stay.lasting) for stay in lasting) <= _size(longest):
        return solved, lasting
    if stays == "proportional":
        raise NoPlan(f'no plan lasts at most {longest} with proportional stays; give more time, or stays "even"')
    # Staying longer after an excess must not make the next falls larger: the time is kept by staying the interval.
    why = "the interval: longer does not fit into the longest time"
    return solved, tuple(replace(stay, why=why) for stay in stays_of(solved, "even"))


def _size(length: Duration) -> int:
    return length.days or length.months


def _intervals(length: Duration, every: Duration, *, up: bool) -> int:
    if length.is_in_days != every.is_in_days:
        raise InvalidInput(f"{length} and an interval of {every} cannot be compared; write both in days, or in months")
    whole, rest = divmod(_size(length), _size(every))
    return whole + (1 if up and rest else 0)


def solve_over(problem: Problem, over: Duration, step: Duration) -> tuple[Solved, tuple[Stay, ...]]:
    """The plan of the smallest, most even reductions that fits into a length, and how long each dose is kept.

    With `n` reductions none can be smaller than an `n`th of the way. So `n` is tried from as many as there is time for:
    where the products make `n` equal reductions, no plan with fewer has a smaller largest reduction, and the search
    ends. Where they do not, the plan with the least excess over that pace has `k` changes, and no number of reductions
    between `k` and `n` can be made equal either: it would have less excess. The smallest largest reduction wins, then
    the least sum of squares; the plan is then the gentlest of as many reductions at that pace.

    Counting changes is one dimension more, which is too much with more than two intakes. There the smallest largest
    reduction is found by halving: of each size, the fewest reductions that keep it are told exactly. The plan is then
    the gentlest at that pace. Where there are too many regimens for that, or its reductions are too many, plans of more
    reductions than there is time for are passed over and a larger pace is tried.

    Raises:
        InvalidInput: If the length is shorter than one step, or is not in days or weeks.
        NoPlan: If the products make nothing on the way, or nothing that fits into the length.
    """
    _check_length(over, step)
    most = over.days // step.days + 1
    smallest = None if _is_counted(problem) else _of_smallest(problem, most)
    best = smallest or _best_tried(problem, most)
    if best is None:
        raise NoPlan(
            f"no plan of at most {most} reductions, which fit into {over}, was found (order: {problem.order}); "
            "give more time or another order"
        )
    if best.route.changes == 1:
        raise NoPlan(
            f"these products make nothing between {problem.before} and {problem.to}, so the only reduction is to stop "
            "and no length can be kept; add a smaller strength or a liquid"
        )
    if smallest is not None:
        return _spread(smallest, over)
    largest, changes = max(_falls(best)), best.route.changes
    if best.problem.pace != _pace_of(problem, largest):
        again = _at(problem, largest, fewest=changes, most=changes if _is_counted(problem) else most)
        best = best if again is None or again.route.excess else replace(again, stopped_after=best.stopped_after)
    return _spread(best, over)


def _of_smallest(problem: Problem, most: int) -> Solved | None:
    """The gentlest plan of which the largest reduction is the smallest there is; None if that is too much to tell."""
    grain = min(ground.grain for _, ground in problem.grounds())
    whole = problem.before.total.mg - problem.target.mg
    sizes = range(-int(-whole / most // grain), int(whole / grain) + 1)
    with suppress(TooManyStates):
        size = sizes[bisect_left(sizes, True, key=lambda size: _can_keep(problem, size * grain, most))]
        solved = replace(problem, pace=_pace_of(problem, size * grain), most=most).solve()
        return None if solved.route.excess or solved.route.floor or solved.route.left_out else solved
    return None


def _can_keep(problem: Problem, size: Fraction, most: int) -> bool:
    """Whether a plan of at most so many reductions makes none larger."""
    free = problem.weights.model_copy(update=dict.fromkeys(_COSTS, Fraction(0)))
    grounds = (ground for _, ground in replace(problem, pace=_pace_of(problem, size), weights=free).grounds())
    return any(changes is not None and changes <= most for changes in map(least_changes, grounds))


def _best_tried(problem: Problem, most: int) -> Solved | None:
    """The plan of the smallest and most even reductions of those that were tried; it says where not all were."""
    end, tried = problem.work.done + _MOST_WORK, []
    for solved in _tried(problem, most):
        tried.append(solved)
        if solved.route.excess and problem.work.done > end:
            return replace(min(tried, key=_rank), stopped_after=len(tried))
    return min(tried, key=_rank, default=None)


def _tried(problem: Problem, most: int) -> Iterator[Solved]:
    """A plan for each pace that may be the best: as many equal reductions as there is time for, then fewer."""
    whole = problem.before.total.mg - problem.target.mg
    count, stopped = most, 0
    while count > 1 and stopped < _MOST_STOPPED:
        solved = _at(problem, whole / count, most=most if not _is_counted(problem) else count)
        if solved is None:
            count = min(count - 1, count * 9 // 10)
            continue
        yield solved
        stopped += solved.route.floor is not None
        if not solved.route.excess:
            return
        count = min(count - 1, solved.route.changes)


def _check_length(over: Duration, step: Duration) -> None:
    for length, name in ((over, "over"), (step, "step")):
        if not length.is_in_days:
            raise InvalidInput(f"{length} has no number of days; write it in days or weeks", where=name)
    if over.days < step.days:
        raise InvalidInput(
            f"{over} is shorter than one step of {step}; give at least {step}, or a shorter step", where="over"
        )


def _is_counted(problem: Problem) -> bool:
    return len(problem.before.slots) <= _COUNTED


def _at(problem: Problem, size: Fraction, *, fewest: int | None = None, most: int) -> Solved | None:
    """The gentlest plan at a pace, of at most so many changes; None where what the search reaches has more."""
    asked = replace(problem, pace=_pace_of(problem, size))
    if _is_counted(problem):
        return replace(asked, fewest=fewest, most=most).solve()
    with suppress(TooManyStates):
        solved = asked.solve()
        return solved if solved.route.changes <= most and solved.route.floor is None else None
    return None


def _pace_of(problem: Problem, size: Fraction) -> Pace:
    return fixed(Dose(size).in_unit(problem.before.total.unit), A_WEEK)


def _falls(solved: Solved) -> list[Fraction]:
    return [high - low for high, low in pairwise(solved.totals)]


def _rank(solved: Solved) -> tuple[Fraction, Fraction, Fraction]:
    falls = _falls(solved)
    return max(falls), sum((fall * fall for fall in falls), Fraction(0)), solved.excess


def _spread(solved: Solved, over: Duration) -> tuple[Solved, tuple[Stay, ...]]:
    """The same plan with its interval: the length over the reductions, the last doses a day longer where uneven."""
    between = solved.route.changes - 1
    whole, rest = divmod(over.days, between)
    every = days(whole) if whole % 7 else weeks(whole // 7)
    asked = solved.problem.pace.model_copy(update={"every": every})
    why = f"the interval, a day longer so that the whole takes {over}"
    longer, plain = Stay(days(whole + 1), why), Stay(every, "the interval")
    stays = tuple(longer if place >= between - rest else plain for place in range(between))
    return replace(solved, problem=replace(solved.problem, pace=asked)), stays


def length_left(made: TaperRequest, now: DailyDose) -> Duration | None:
    """What is left of a length that was asked for, by how far what is taken still has to fall; None if it is one step.

    Counted by the dose and not by the day: a plan that was put on hold is not sped up to keep its length.
    """
    assert made.over is not None
    end = made.to.total if not isinstance(made.to, DailyDose) else made.to
    part = (now.mg - end.mg) / (made.before.total.mg - end.mg)
    left = (made.over.days + made.pace.every.days) * part - made.pace.every.days
    return days(-int(-left // 1)) if left >= 1 else None
