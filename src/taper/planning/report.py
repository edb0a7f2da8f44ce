"""The report of a plan: its largest and last reduction, which are larger than asked and why, and the alternatives."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from taper._base.immutable import ByMeaning
from taper._base.limits import LONGEST_DAYS
from taper._base.numbers import write_count, write_number
from taper._base.shown import align, shorten
from taper._base.takes import takes
from taper.amounts.dose import DailyDose, Dose
from taper.amounts.duration import Duration
from taper.paces.changes import Change, largest_fall
from taper.paces.pace import Fixed, OfStart
from taper.paces.rulers import ONE_PACE
from taper.planning.alternatives import (
    TOO_MUCH,
    Other,
    additions,
    limits,
    names_of,
    other_orders,
    spare_products,
    was_too_much,
)
from taper.planning.holding_times import Stay, short
from taper.planning.solver.problem import Solved
from taper.plans.regimen import Intake, Regimen, Slot
from taper.products.product import Portion, Product
from taper.products.recipes import Reachable, Recipe
from taper.products.statements import ASSUMED_MARK


@dataclass(frozen=True, slots=True)
class Excess:
    """A reduction larger than was accepted: by how many paces, beyond which limit, and why no plan avoids it."""

    beyond: Fraction
    limit: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Slower:
    """A plan with every reduction smaller than asked: its days, those asked for, its largest reduction in paces."""

    days: int
    asked: int
    largest: Fraction
    one_rung_more: str

    @property
    def words(self) -> str:
        """One sentence or two for a reader."""
        first = (
            f"{self.days} days from the first reduction to the last, where reductions of one pace would take "
            f"{self.asked}. The products make every one smaller than asked, at most {short(self.largest)} of a pace"
        )
        return f"{first}. {self.one_rung_more}" if self.one_rung_more else first


@dataclass(frozen=True, slots=True)
class Reduction:
    """One change of a plan. `day` is None where it depends on a start date.

    `paces` of the change are what resulted; one pace was asked for. `stay` is None for the last regimen.
    """

    number: int
    day: int | None
    before: Regimen
    after: Regimen
    change: Change
    touched: tuple[str, ...]
    recipes: dict[str, Recipe]
    stay: Stay | None
    excess: tuple[Excess, ...]
    of_start: bool = False

    @property
    def words(self) -> str:
        """The reduction in mg, in percent and in paces; in percent of the start too, where the pace is in it."""
        change = self.change
        percent = change.percent_of_current or Fraction(0)
        paces = "not charged" if change.paces is None else f"{_paces(change.paces)}"
        fall = Dose(change.mg).in_unit(change.before.unit)
        start = f", {short(change.percent_of_start or Fraction(0))}% of the start" if self.of_start else ""
        return f"{change.before} to {change.after}: {fall}, {short(percent)}% of current{start}, {paces}"


def _paces(value: Fraction) -> str:
    return f"{short(value)} pace{'' if value == 1 else 's'}"


class Reductions(ABC):
    """What a report says of its reductions, of one pace or of several."""

    @property
    @abstractmethod
    def rows(self) -> tuple[Reduction, ...]:
        """Every reduction, in order."""

    @property
    def largest(self) -> Reduction:
        """The largest single reduction, in paces; each in those of its own phase."""
        change = largest_fall(row.change for row in self.rows)
        return next(row for row in self.rows if row.change is change)

    @property
    def last(self) -> Reduction:
        """The last reduction."""
        return self.rows[-1]

    @property
    def over(self) -> tuple[Reduction, ...]:
        """The reductions larger than was accepted."""
        return tuple(row for row in self.rows if row.excess)

    @property
    def days(self) -> int | None:
        """How many days lie between the first reduction and the last; None where that depends on a start date."""
        first, last = self.rows[0].day, self.rows[-1].day
        return None if first is None or last is None else last - first


class TaperReport(Reductions, ByMeaning):
    """What resulted from a request, change by change, and what the products stood in the way of.

    What the plan would have been otherwise (`additions`, `other_orders`, `spare_products`) is worked out when it
    is first asked for.
    """

    @takes
    def __init__(
        self,
        solved: Solved,
        stays: tuple[Stay, ...],
        *,
        lead_in: Duration | None,
        could_add: Iterable[Product] = (),
        first_day: int | None = 1,
    ) -> None:
        self.solved = solved
        self.stays = stays
        self.lead_in = lead_in
        self.first_day = first_day
        self._could_add = tuple(could_add)

    def _meaning(self) -> tuple[object, ...]:
        return self.solved, self.stays, self.lead_in, self.first_day, self._could_add

    @takes
    def after(self, every: Duration, times: int) -> "TaperReport":
        """The same report, its days counted from a day 1 that lies so many stages earlier."""
        day = self.first_day
        for _ in range(min(times, LONGEST_DAYS)):
            day = _after(day, every)
        return TaperReport(self.solved, self.stays, lead_in=self.lead_in, could_add=self._could_add, first_day=day)

    @cached_property
    def rows(self) -> tuple[Reduction, ...]:
        """Every change, in order."""
        solved = self.solved
        regimens = (solved.problem.before, *solved.regimens)
        day = _after(self.first_day, self.lead_in)
        made = []
        for index in range(len(regimens) - 1):
            stay = self.stays[index] if index < len(self.stays) else None
            made.append(self._row(index, day, regimens[index], regimens[index + 1], stay))
            day = _after(day, stay.lasting if stay else None)
        return tuple(made)

    def _row(self, index: int, day: int | None, before: Regimen, after: Regimen, stay: Stay | None) -> Reduction:
        solved = self.solved
        unit = solved.problem.before.total.unit
        high, low = before.total.in_unit(unit), after.total.in_unit(unit)
        start = (solved.problem.start or solved.problem.before).total
        uncharged = solved.route.stops and index == solved.route.changes - 1
        paces = None if uncharged else solved.ground.measure.ruler.paces(high.mg, low.mg)
        length = stay.lasting.days if stay and stay.lasting.is_in_days else None
        change = Change(day or 0, high, low, start, paces, length)
        touched = tuple(slot.name for slot in before.slots if before.dose_at(slot) != after.dose_at(slot))
        excess = () if uncharged else self._excess(index, high, low)
        of_start = isinstance(solved.problem.pace.base, OfStart)
        return Reduction(index + 1, day, before, after, change, touched, self._recipes(after), stay, excess, of_start)

    def _recipes(self, regimen: Regimen) -> dict[str, Recipe]:
        return {intake.slot.name: self.solved.recipe(intake) for intake in regimen}

    def _excess(self, index: int, high: DailyDose, low: DailyDose) -> tuple[Excess, ...]:
        measure = self.solved.ground.measure
        beyond = measure.excess(high.mg, low.mg)
        why = certificate(self.solved, index) if any(beyond) else ""
        pairs = zip(beyond, measure.limits, strict=True)
        return tuple(Excess(Fraction(over, ONE_PACE), limit.words, why) for over, limit in pairs if over)

    @cached_property
    def unfit(self) -> str | None:
        """Why the products cannot make a fit plan, or None if they can."""
        ruler, problem = self.solved.ground.measure.ruler, self.solved.problem
        reached = [row.change.after.mg for row in self.rows if row.change.paces is not None]
        whole = ruler.fall(problem.before.total.mg, min(reached)) if reached else None
        limit = problem.weights.unfit
        for row in sorted(self.over, key=lambda row: -(row.change.paces or 0)):
            part = (row.change.paces or Fraction(0)) * ONE_PACE / whole if whole else Fraction(1)
            if part > limit:
                within = f" in at most {problem.most} changes" if problem.most is not None else ""
                return (
                    f"one reduction, {row.words}, is {short(part * 100)}% of the whole way; these products cannot make "
                    f"a plan at this pace{within}"
                )
        return None

    @cached_property
    def additions(self) -> tuple[Other, ...]:
        """The smallest additions with which no reduction is larger than asked, or least so."""
        return additions(self.solved, self._could_add)

    @cached_property
    def other_orders(self) -> tuple[Other, ...]:
        """What other orders of the intakes would have given."""
        return other_orders(self.solved)

    @cached_property
    def spare_products(self) -> tuple[Other, ...]:
        """Which products the plan could do without."""
        return spare_products(self.solved)

    @cached_property
    def limits(self) -> tuple[Other, ...]:
        """The limits on an intake that changed the plan, each with the value that would lift it."""
        return limits(self.solved)

    @cached_property
    def slower(self) -> Slower | None:
        """How much longer the plan takes than was asked, where its products make every reduction smaller; else None."""
        return slower(self)

    @property
    def unmeasured(self) -> tuple[Product, ...]:
        """The liquids that make no dose, because it is not known how little of them can be measured."""
        products = self.solved.problem.products
        return tuple(item for item in products if item.is_unmeasured)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data; amounts and figures are text."""
        return {
            "unfit": self.unfit,
            "largest_fall": self.largest.words,
            "last_fall": self.last.words,
            "asked": str(self.solved.problem.pace),
            "order": str(self.solved.problem.order),
            "changes": [_row_dict(row) for row in self.rows],
            "excess": write_number(self.solved.excess),
            "cost": write_number(self.solved.cost),
            "days": self.days,
            "additions": [_other_dict(other) for other in self.additions],
            "other_orders": [_other_dict(other) for other in self.other_orders],
            "limits": [_other_dict(other) for other in self.limits],
            "slower": None if self.slower is None else self.slower.words,
            "not_measured": [product.id for product in self.unmeasured],
            "could_do_without": [_other_dict(other) for other in self.spare_products],
            "weights": str(self.solved.problem.weights),
        }

    def text(self, *, explain: bool = False) -> str:
        """The report for reading; explained, with costs, weights, other orders and products it does not need."""
        return "\n".join(_lines(self, explain=explain))

    def __str__(self) -> str:
        return shorten([self.text()], whole="text()")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.rows)} reductions>"


def slower(report: TaperReport) -> Slower | None:
    """How much longer a plan takes than was asked, where every reduction is smaller than one pace."""
    solved, paces = report.solved, [row.change.paces for row in report.rows if row.change.paces is not None]
    every, days = solved.problem.pace.every, report.days
    whole = solved.ground.measure.ruler.fall(solved.totals[0], solved.totals[-1])
    if days is None or whole is None or not paces or max(paces) >= 1 or solved.problem.fewest is not None:
        return None
    asked = (-(-whole // ONE_PACE) - 1) * every.days
    return Slower(days, asked, max(paces), _one_rung_more(report)) if days > asked else None


def _one_rung_more(report: TaperReport) -> str:
    """How long reductions to the next dose beyond what was accepted would take."""
    solved, problem = report.solved, report.solved.problem
    start = solved.totals[0]
    accepts = solved.ground.measure.limits[0].accepts
    lows = sorted(
        {start - (line.start - dose) * solved.ground.grain for line in solved.ground.lines for dose in line.doses}
    )
    ruler = solved.ground.measure.ruler
    low = max((low for low in lows if (ruler.fall(start, low) or 0) > accepts), default=None)
    base, paces = problem.pace.base, None if low is None else ruler.paces(start, low)
    up_to = None if low is None or paces is None else _up_to(base, paces)
    if low is None or paces is None or up_to is None:
        return ""
    other = replace(problem, pace=problem.pace.model_copy(update={"up_to": up_to, "aim": None})).try_solve()
    if other is None or other.route.excess:
        return ""
    days = (other.route.changes - 1) * problem.pace.every.days
    fall = Dose(start - low).in_unit(problem.before.total.unit)
    return f"Reductions of up to {fall} ({_paces(paces)}) would take {days} days (up_to)"


def _up_to(base: object, paces: Fraction) -> Fraction | None:
    match base:
        case Fixed():
            return base.low.mg * paces
        case OfStart():
            return base.low * paces
        case _:
            return None


def _after(day: int | None, lasting: Duration | None) -> int | None:
    if day is None or lasting is None:
        return day
    return day + lasting.days if lasting.is_in_days else None


def certificate(solved: Solved, index: int) -> str:
    """Why a reduction cannot be smaller: what the intake whose turn it is can go to, or that every plan was compared.

    What is said of the products is said of every dose that they make. Where a limit on an intake stands in the way of
    a smaller one, that limit is named, with the value that would lift it.
    """
    ground, states = solved.ground, (solved.ground.start, *solved.route.states)
    before, after = states[index], states[index + 1]
    fallen = [place for place in range(len(before)) if before[place] != after[place]]
    if len(fallen) == 1:
        intake = fallen[0]
        below = ground.below(intake, before[intake])
        if below and below[0] == after[intake]:
            unit = solved.problem.before.total.unit
            named = [Dose(dose * ground.grain).in_unit(unit) for dose in (before[intake], *below[:2])]
            slot = ground.lines[intake].slot
            binding = binding_limit(solved, slot, named[0], named[1])
            if binding is None:
                return f"{slot}: from {named[0]} these products can only go to {_or(named[1:])}"
            return f"{slot}: from {named[0]} the next dose below within the limits is {named[1]}; {binding}"
    limit = f" of at most {solved.problem.most} changes" if solved.problem.most is not None else ""
    if solved.route.floor is not None:
        least = short(Fraction(solved.route.floor[0], 10**18))
        return f"the search stopped at its limit: a gentler plan{limit} may exist, but none has an excess below {least}"
    among = " of the doses that were compared" if solved.route.left_out else ""
    return f"every plan{limit} in this order{among} was compared, and none exceeds what was asked by less"


def binding_limit(solved: Solved, slot: Slot, high: Dose, low: Dose) -> str | None:
    """The limit that keeps an intake from a dose between two, with what would lift it; None if no limit does."""
    problem = solved.problem
    wide = problem.weights.handling(mix_forms=True).model_copy(update={"pieces": 100, "products": 10})
    unlimited = [item.model_copy(update={"largest_volume": None}) for item in problem.products]
    between = Reachable(unlimited, up_to=high, handling=wide).neighbors(high)[0]
    if between is None or between <= low:
        return None
    place = problem.slots.index(slot)
    held = solved.made[place] or problem.reachable(Intake(slot, high))
    own = Reachable(problem.products, up_to=high, handling=held.handling)
    between = between.in_unit(high.unit)
    if own.can_make(between):
        return f'{between} can be made in another form (forms="any")'
    named = "; ".join(own.limits_on(between))
    return f"{between} lies between. {named}" if named else f"{between} can be made when limits are lifted together"


def _or(doses: list[Dose]) -> str:
    return " or ".join(str(dose) if dose else "0" for dose in doses) + ("" if not doses[-1] else " or less")


def _row_dict(row: Reduction) -> dict[str, Any]:
    change = row.change
    percents = (change.percent_of_current, change.percent_of_start)
    return {
        "day": row.day,
        "before": row.before.as_dict(),
        "after": row.after.as_dict(),
        "from": change.before.text,
        "to": change.after.text,
        "mg": write_number(change.mg),
        "percent_of_current": write_number(percents[0]) if percents[0] is not None else None,
        "percent_of_start": write_number(percents[1]) if percents[1] is not None else None,
        "paces": write_number(change.paces) if change.paces is not None else None,
        "touched": list(row.touched),
        "recipes": {slot: str(recipe) for slot, recipe in row.recipes.items()},
        "stay": str(row.stay.lasting) if row.stay else None,
        "stay_why": row.stay.why if row.stay else None,
        "excess": [
            {"beyond": write_number(item.beyond), "limit": item.limit, "certificate": item.certificate}
            for item in row.excess
        ],
    }


def _other_dict(other: Other) -> dict[str, Any]:
    if other.excess is None or other.cost is None:
        return {"what": other.what, "none": other.reason}
    return {
        "what": other.what,
        "excess": write_number(other.excess),
        "cost": write_number(other.cost),
        "changes": other.changes,
    }


def _lines(report: TaperReport, *, explain: bool) -> Iterable[str]:
    if report.unfit:
        yield f"Unfit: {report.unfit}."
    yield f"Largest reduction: {_on(report.largest)}{report.largest.words}."
    yield f"Last reduction: {_on(report.last)}{report.last.words}."
    problem = report.solved.problem
    turns = f"; order of intakes: {problem.order}" if len(problem.slots) > 1 else ""
    yield f"Asked: one pace a change of {problem.pace}{turns}."
    yield from _notes(report)
    yield ""
    yield from _table(report)
    for row in report.over:
        for item in row.excess:
            yield f"Larger than asked: {_on(row)}{_paces(item.beyond)} beyond {item.limit}. {item.certificate}."
    yield ""
    yield from _recipes(report)
    yield from _advice(report, explain=explain)
    if explain:
        yield f"Weights (judgment, not evidence): {problem.weights}."


def _notes(report: TaperReport) -> Iterable[str]:
    """What kept the plan from being what was asked, and how volumes were chosen."""
    solved = report.solved
    if report.slower is not None:
        yield f"Longer than asked: {report.slower.words}."
    for other in report.limits:
        if other.solved is None:
            yield f"With {other.what} the plan could be another: {other.reason}."
            continue
        totals = " ".join(write_number(total) for total in other.solved.totals[1:])
        yield f"A limit changed this plan: with {other.what} the daily totals would be {totals} mg."
    if solved.route.left_out:
        count = solved.route.left_out
        yield (
            f"Not all doses were compared: {count} that are hardest to handle were left out, for together they make "
            f"more than {solved.route.limit} regimens (most_states)."
        )
    if solved.stopped_after is not None:
        count = solved.stopped_after
        yield f"Not every number of reductions was tried, only {count}; another may make them more even."
    if solved.route.floor is not None:
        excess, cost = solved.route.floor
        least = short(Fraction(excess, 10**18)), short(Fraction(cost, solved.ground.unit))
        says = f"no plan has an excess below {least[0]}, or that excess and a cost below {least[1]}"
        yield f"The search stopped at its limit; a gentler plan may exist: {says}."
    if any(recipe.has_liquid for row in report.rows for recipe in row.recipes.values()):
        used = {
            portion.product for row in report.rows for recipe in row.recipes.values() for portion in recipe.portions
        }
        assumed = any(item.is_measure_assumed for item in solved.problem.products if item.id in used)
        how = f"Every mark{f' of {ASSUMED_MARK}, which is assumed,' if assumed else ''} can be measured"
        prefer = "; round volumes were preferred where the pace lost nothing by them"
        yield f"Volumes: {how}{prefer if solved.problem.round_liquids else ''}."


def _on(row: Reduction) -> str:
    return f"day {row.day}, " if row.day is not None else f"change {row.number}, "


def _table(report: TaperReport) -> Iterable[str]:
    head = ("day", "regimen", "total", "drop", "% now", "paces", "kept for")
    return align([head, *(_cells(row) for row in report.rows)])


def _cells(row: Reduction) -> tuple[str, ...]:
    change = row.change
    return (
        str(row.day) if row.day is not None else f"#{row.number}",
        str(row.after),
        change.after.text,
        Dose(change.mg).in_unit(change.before.unit).text,
        short(change.percent_of_current or Fraction(0)),
        (short(change.paces) if change.paces is not None else "-") + (" (larger)" if row.excess else ""),
        f"{row.stay.lasting}" + (" (longer)" if row.stay.is_longer else "") if row.stay else "",
    )


def _recipes(report: TaperReport) -> Iterable[str]:
    """How each dose is made, from the largest; and which liquids could not be used for want of a measure."""
    labels = names_of(report.solved.problem.products)
    made = {recipe.dose: recipe for row in report.rows for recipe in row.recipes.values()}
    for dose in sorted(made, reverse=True):
        parts = (_portion(portion, labels[portion.product]) for portion in made[dose].portions)
        yield f"{dose}: {' + '.join(parts)}"
    for product in report.unmeasured:
        yield (
            f"Not used: the {labels[product.id]}, since its smallest measured volume is not known; "
            'say what it is measured with, as --syringe "5 mL, 0.2 mL" or Product.measured("0.5 mL") does'
        )


def _portion(portion: Portion, name: str) -> str:
    return f"{write_count(portion.count)} x {name}" if portion.count is not None else f"{portion.volume} of {name}"


def _helps(other: Other, *, explain: bool) -> str:
    if not other.excess:
        return "Then no reduction is larger than asked"
    excess = f" (excess {short(other.excess)})" if explain else ""
    return f"Then reductions are still larger than asked, but by less{excess}"


def _advice(report: TaperReport, *, explain: bool) -> Iterable[str]:
    for other in report.additions:
        yield f"Smallest addition: {other.what}. {_helps(other, explain=explain)}."
    if report.over and not report.additions and was_too_much(report.solved):
        yield f"Smallest addition: {TOO_MUCH}."
    if not explain:
        return
    solved = report.solved
    yield f"This plan: excess {short(solved.excess)}, cost {short(solved.cost)}, {solved.route.changes} changes."
    for other in report.other_orders:
        yield f"Other order, {other.what}: {_figures(other)}."
    for other in report.spare_products:
        yield f"Could do without the {other.what} alone: {_figures(other)}."


def _figures(other: Other) -> str:
    if other.excess is None or other.cost is None:
        return other.reason.rstrip(".")
    return f"excess {short(other.excess)}, cost {short(other.cost)}, {other.changes} changes"
