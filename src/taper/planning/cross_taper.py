"""Cross-tapers: one drug replaced by another in stages under a named table, then the second one tapered."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from taper._base.numbers import write_percent
from taper._base.progress import Progress
from taper._base.shown import shorten, show
from taper._base.takes import takes
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.knowledge.equivalence import EquivalenceTable
from taper.planning.cross_stages import Both, Stage, Swap, count_stage, write_equivalent
from taper.planning.report import TaperReport
from taper.planning.solver.problem import NoPlan
from taper.planning.taper import DayDoses, check_drug, plan_taper, read_day
from taper.plans.plan import Before, Course, Plan, Step
from taper.plans.regimen import NOTHING
from taper.plans.request import CrossTaperRequest, Rounding
from taper.plans.taken import taken_until
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product


@dataclass(frozen=True, repr=False)
class CrossTaper:
    """A plan of two courses, what was taken before, its stages, and the report on the taper that follows, if any.

    Planned again for its last stage, it has the second course alone: nothing of the first drug is taken any more.
    """

    plan: Plan
    table: EquivalenceTable
    before: Stage
    stages: tuple[Stage, ...]
    taper: TaperReport | None

    def to_dict(self) -> dict[str, Any]:
        """The stages, and the report on the taper that follows, as plain data."""
        return {
            "equivalence": self.table.id,
            "rises": [self._words(*pair) for pair in self.rises],
            "largest_fall": self._opening(),
            "before": self.before.to_dict(),
            "stages": [stage.to_dict() for stage in self.stages],
            "taper": self.taper.to_dict() if self.taper else None,
        }

    @property
    def largest_fall(self) -> tuple[Stage, Stage] | None:
        """The two stages between which both together go down most under the named table, if they ever do."""
        pairs = list(pairwise((self.before, *self.stages)))
        before, after = max(pairs, key=lambda pair: pair[0].combined - pair[1].combined)
        return (before, after) if after.combined < before.combined else None

    @property
    def rises(self) -> tuple[tuple[Stage, Stage], ...]:
        """The pairs of stages between which both together rise under the named table: none, unless it was forced."""
        pairs = pairwise((self.before, *self.stages))
        return tuple((one, other) for one, other in pairs if other.combined > one.combined)

    def __repr__(self) -> str:
        return f"<CrossTaper to {self.plan.courses[-1].drug}, by {self.table.id}>"

    def __str__(self) -> str:
        return shorten([self.text()], whole="text()")

    def text(self) -> str:
        """Each stage with its equivalents, what rises, and the report of the taper that follows."""
        drug = self.plan.courses[-1].drug
        why = "the products make no smaller step, or rounding up was asked for"
        lines = [f"Both together rise, {self._words(*pair)}, under {self.table.title}: {why}." for pair in self.rises]
        lines.append(self._opening())
        if self.taper:
            falls = f"largest reduction {self.taper.largest.words}; last reduction {self.taper.last.words}"
            lines.append(f"In the taper of {drug} after it: {falls}.")
        lines.append(f"Equivalents of {drug} under {self.table.title}; the spread is over every table on file.")
        for stage in (self.before, *self.stages):
            both = f"{stage.old} and {stage.new}"
            spread = f"{write_equivalent(stage.lowest)} to {write_equivalent(stage.highest)}"
            lines.append(f"{self._when(stage)}: {both}: {write_equivalent(stage.combined)} a day together ({spread})")
        return "\n".join([*lines, "", self.taper.text()] if self.taper else lines)

    def _opening(self) -> str:
        if self.largest_fall is None:
            return f"Both together never go down in the stages, under {self.table.title}."
        return f"Largest reduction of both together, {self._words(*self.largest_fall)}, under {self.table.title}."

    def _words(self, before: Stage, after: Stage) -> str:
        percent = write_percent(abs(before.combined - after.combined) / before.combined)
        return (
            f"{self._when(after)}: {write_equivalent(before.combined)} to {write_equivalent(after.combined)}, {percent}"
        )

    def _when(self, stage: Stage) -> str:
        if stage is self.before:
            return "before"
        return f"day {stage.day}" if stage.day is not None else f"stage {self.stages.index(stage) + 1}"


@takes
def plan_cross_taper(
    *,
    drug: str,
    before: DayDoses,
    products: Iterable[Product],
    to_drug: str,
    to_products: Iterable[Product],
    equivalence: EquivalenceTable,
    every: Duration | str,
    rounding: Rounding,
    stages: Literal["intake by intake"] | int = "intake by intake",
    order: Iterable[str] = (),
    tables: Iterable[EquivalenceTable] = (),
    then: dict[str, Any] | None = None,
    weights: Weights = STANDARD,
    title: str | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> CrossTaper:
    """One drug replaced by another in stages, then the second tapered: one plan of two courses.

    Args:
        drug: The drug taken now.
        before: What is taken of it each day until day 1.
        products: What can be dispensed of it.
        to_drug: The drug to go over to.
        to_products: What can be dispensed of that.
        equivalence: The table of equivalents, named by the caller; there is no default.
        every: How long each stage lasts.
        rounding: How an equivalent that cannot be made is rounded to one that can; there is no default.
        stages: "intake by intake", or a number of stages in which every intake changes over in proportion.
        order: The times of day in which intakes change over; by time of day if absent.
        tables: Every table on file, for the spread.
        then: Arguments for `plan_taper` on the second drug (pace, order, to ...); without, it is continued.
        weights: What the planner weighs; judgment, not evidence.
        title: The plan's title.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        NotFound: If the table lacks one of the two drugs.
        NotReachable: If what is taken now cannot be made.
        NoPlan: If an equivalent lies below what the products can make.

    Example:
        >>> from taper import Formulary, weeks
        >>> formulary = Formulary.shipped()
        >>> first = [p for p in formulary.products("alprazolam", market="us") if p.release == "immediate"]
        >>> made = plan_cross_taper(
        ...     drug="alprazolam", before={"morning": "1 mg", "bedtime": "1 mg"}, products=first, to_drug="diazepam",
        ...     to_products=formulary.products("diazepam", market="us"), every=weeks(1), rounding="down",
        ...     equivalence=formulary.table("ashton-2002"),
        ... )
        >>> [course.drug for course in made.plan.courses]
        ['alprazolam', 'diazepam']

    Note:
        Equivalents are approximate, differ up to twofold between sources, and are not a conversion for one person.
    """
    lasting = Duration.of(every, "every")
    old_products, new_products = check_drug(drug, products), check_drug(to_drug, to_products)
    now = read_day(before, "before")
    if not now:
        raise InvalidInput("nothing is taken, so there is nothing to replace; give what is taken", where="before")
    if drug == to_drug:
        raise InvalidInput(f"{drug} cannot replace itself; name another drug", where="to_drug")
    equivalence.ratio(drug, to_drug)
    swap = Swap(drug, to_drug, now, old_products, new_products, equivalence, rounding, weights)
    swap.check_taken(now)
    turns = swap.turns(order)
    if isinstance(stages, str) and stages != "intake by intake":
        raise InvalidInput(f'got {show(stages)}; write "intake by intake" or a number from 2', where="stages")
    days = swap.by_intake(turns) if stages == "intake by intake" else swap.in_proportion(stages)
    _check_distinct(days)
    if not days[0][0]:
        raise NoPlan("everything changes over on day 1, so the first drug has no step; give more stages")
    request = CrossTaperRequest(
        pattern="cross-taper",
        equivalence=equivalence.id,
        rounding=rounding,
        stages=stages,
        order=tuple(turns),
        every=lasting,
        before=now,
        made=tuple(days),
        weights=weights,
    )
    return _crossed(swap, days, (now, NOTHING), every=lasting, then=then, tables=tables, request=request, title=title)


@takes
def replan_cross_taper(
    plan: Plan,
    *,
    day: int,
    products: Iterable[Product],
    to_products: Iterable[Product],
    equivalence: EquivalenceTable,
    every: Duration | str | None = None,
    rounding: Rounding | None = None,
    tables: Iterable[EquivalenceTable] = (),
    then: dict[str, Any] | None = None,
    progress: Progress | None = None,  # noqa: ARG001 - the decorator tells it
) -> CrossTaper:
    """The rest of a cross-taper planned again, so that its next stage begins on the given day of the plan.

    What has changed over stays as it is taken; what has not follows the request that the plan carries, and so does
    the taper after it. Once every stage has begun, `replan` plans what is left of the second course.

    Args:
        plan: A plan that `plan_cross_taper` made.
        day: The day number from which to plan; day 1 of the new plan.
        products: What can be dispensed of the first drug from then on.
        to_products: What can be dispensed of the second.
        equivalence: The table of equivalents that the plan goes by.
        every: Another length of the stages.
        rounding: Another rounding.
        tables: Every table on file, for the spread.
        then: Arguments for the taper that follows, in place of those that the plan carries.
        progress: Told how much is done, of how much, and of what; what it raises stops the work.

    Raises:
        InvalidInput: If `plan_cross_taper` did not make the plan, the table is another, or no stage lies ahead.

    Example:
        >>> from taper import Formulary, plan_cross_taper, weeks
        >>> formulary = Formulary.shipped()
        >>> first = [p for p in formulary.products("alprazolam", market="us") if p.release == "immediate"]
        >>> second = formulary.products("diazepam", market="us")
        >>> table = formulary.table("ashton-2002")
        >>> made = plan_cross_taper(
        ...     drug="alprazolam", before={"morning": "1 mg", "bedtime": "1 mg"}, products=first, to_drug="diazepam",
        ...     to_products=second, every=weeks(1), rounding="down", equivalence=table,
        ... )
        >>> later = replan_cross_taper(
        ...     plan=made.plan, day=8, products=first, to_products=second, equivalence=table, every=weeks(2)
        ... )
        >>> [course.drug for course in later.plan.courses]
        ['diazepam']
    """
    first, second = plan.courses[0], plan.courses[-1]
    made = first.made_by
    if not isinstance(made, CrossTaperRequest) or first is second:
        raise InvalidInput("this plan has no stages to plan again; plan its courses one by one", where="plan")
    if equivalence.id != made.equivalence:
        raise InvalidInput(f"the plan goes by {made.equivalence}; give that table", where="equivalence")
    if day > (first.bounds()[-1][1] or 0) + 1:
        raise InvalidInput(f"every stage has begun by day {show(day)}; plan the second course with replan", where="day")
    taken = taken_until(first, day), taken_until(second, day)
    gone = _stages_gone(made, taken)
    how = made.rounding if rounding is None else rounding
    swap = Swap(
        first.drug,
        second.drug,
        taken[0] if made.stages == "intake by intake" else made.before,
        check_drug(first.drug, products),
        check_drug(second.drug, to_products),
        equivalence,
        how,
        made.weights,
    )
    swap.check_taken(taken[0])
    if made.stages == "intake by intake":
        days = swap.by_intake(list(made.order[gone:]), taken[1])
    else:
        days = swap.in_proportion(made.stages, gone=gone, taken=taken)
    lasting = made.every if every is None else Duration.of(every, "every")
    asked = second.made_by.then if isinstance(second.made_by, CrossTaperRequest) else None
    following = then if then is not None or asked is None else asked.again()
    changes = {"rounding": how, "every": lasting, "made": (*made.made[:gone], *days)}
    request = made.model_copy(update=changes)
    return _crossed(swap, days, taken, every=lasting, then=following, tables=tables, request=request, title=plan.title)


def _check_distinct(days: list[Both]) -> None:
    for number, (one, other) in enumerate(pairwise(days), start=1):
        if one == other:
            raise NoPlan(
                f"stages {number} and {number + 1} of {len(days)} take the same doses, since these products make none "
                "between; write fewer stages",
                where="stages",
            )


def _stages_gone(made: CrossTaperRequest, taken: Both) -> int:
    """How many stages have begun when so much is taken of both drugs."""
    if taken == (made.before, NOTHING):
        return 0
    for count, stage in enumerate(made.made, start=1):
        if taken == stage:
            return count
    raise InvalidInput(
        f"{taken[0]} and {taken[1]} is no stage of this plan; plan the rest with plan_cross_taper from what is taken"
    )


def _crossed(
    swap: Swap,
    days: list[Both],
    taken: Both,
    *,
    every: Duration,
    then: dict[str, Any] | None,
    tables: Iterable[EquivalenceTable],
    request: CrossTaperRequest,
    title: str | None,
) -> CrossTaper:
    """The plan of what is taken in each stage, and of the taper after them."""
    last = days[-1][1]
    if then is not None:
        kept = {"lead_in": every, "weights": swap.weights, **then}
        taper = plan_taper(drug=swap.to_drug, before=last, products=swap.to_products, **kept)
        tail, ending = taper.course.steps, taper.course.then
        report: TaperReport | None = taper.report.after(every, len(days) - 1)
        asked = taper.course.made_by
    else:
        tail, ending, report, asked = (Step(regimen=last, kind="increase"),), "continue", None, None
    courses = []
    falling = tuple(Step(regimen=old, lasting=every) for old, _ in days if old)
    if falling:
        courses.append(
            Course(
                drug=swap.drug,
                before=Before(regimen=taken[0]),
                then="stop",
                steps=falling,
                products=tuple(product.id for product in swap.products),
                made_by=request,
            )
        )
    rising = tuple(Step(regimen=new, kind="increase", lasting=every) for _, new in days[:-1])
    courses.append(
        Course(
            drug=swap.to_drug,
            before=Before(regimen=taken[1]) if taken[1] else "nothing",
            then=ending,
            steps=(*rising, *tail),
            products=tuple(product.id for product in swap.to_products),
            made_by=request.model_copy(update={"then": asked}),
        )
    )
    pair = swap.drug, swap.to_drug
    held = {table.id: table for table in (*tables, swap.table) if all(map(table.holds, pair))}
    counted = tuple(
        count_stage(both, 1 + index * every.days if every.is_in_days else None, *pair, swap.table, held)
        for index, both in enumerate(days)
    )
    before = count_stage(taken, 0, *pair, swap.table, held)
    return CrossTaper(Plan(title=title, courses=tuple(courses)), swap.table, before, counted, report)
