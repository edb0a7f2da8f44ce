"""Cross-tapers: one drug replaced by another in stages under a named table, then the second one tapered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from pydantic import JsonValue

from taper.dates import Duration
from taper.dose import Dose
from taper.equivalence import EquivalenceTable
from taper.errors import InvalidInput
from taper.patterns.problem import NoPlan
from taper.patterns.report import TaperReport
from taper.patterns.taper import Day, check_drug, plan_taper, read_day
from taper.patterns.weights import STANDARD, Weights
from taper.plan import Before, Course, Plan, Step
from taper.product import Product
from taper.reachable import Reachable
from taper.regimen import NOTHING, Intake, Regimen, Slot

Rounding = Literal["down", "up", "nearest"]


@dataclass(frozen=True)
class Stage:
    """What is taken of both drugs from one day on, and what it adds up to under each table, in mg of the new drug.

    `combined` is under the named table, by the low end of a range; `spread` holds every table that has both drugs,
    by name, with the low and the high end.
    """

    day: int | None
    old: Regimen
    new: Regimen
    combined: Fraction
    spread: dict[str, tuple[Fraction, Fraction]]

    @property
    def lowest(self) -> Fraction:
        return min(low for low, _ in self.spread.values())

    @property
    def highest(self) -> Fraction:
        return max(high for _, high in self.spread.values())


@dataclass(frozen=True)
class CrossTaper:
    """A plan of two courses, what was taken before, its stages, and the report on the taper that follows, if any."""

    plan: Plan
    table: EquivalenceTable
    before: Stage
    stages: tuple[Stage, ...]
    taper: TaperReport | None

    def to_dict(self) -> dict[str, Any]:
        """The stages, and the report on the taper that follows, as plain data."""
        return {
            "equivalence": self.table.id,
            "before": _stage_dict(self.before),
            "stages": [_stage_dict(stage) for stage in self.stages],
            "taper": self.taper.to_dict() if self.taper else None,
        }

    def __str__(self) -> str:
        drug = self.plan.courses[1].drug
        lines = [f"Equivalents of {drug} under {self.table.title}; the spread is over every table held."]
        for stage in (self.before, *self.stages):
            day = "before" if stage is self.before else f"day {stage.day}" if stage.day is not None else "then"
            spread = f"{_write(stage.lowest)} to {_write(stage.highest)}"
            lines.append(f"{day}: {stage.old} and {stage.new}: {_write(stage.combined)} a day together ({spread})")
        return "\n".join([*lines, "", str(self.taper)] if self.taper else lines)


def _stage_dict(stage: Stage) -> dict[str, Any]:
    return {
        "day": stage.day,
        "old": stage.old.as_dict(),
        "new": stage.new.as_dict(),
        "combined": _write(stage.combined),
        "spread": {name: [_write(low), _write(high)] for name, (low, high) in stage.spread.items()},
    }


def _write(mg: Fraction) -> str:
    """An equivalent for reading: two places are more than enough, and what is rounded says about."""
    rounded = Fraction(round(mg * 100), 100)
    return Dose(mg).text if rounded == mg else f"about {Dose(rounded).text}"


def plan_cross_taper(
    *,
    drug: str,
    before: Day,
    products: Iterable[Product],
    to_drug: str,
    to_products: Iterable[Product],
    equivalence: EquivalenceTable,
    every: Duration,
    rounding: Rounding,
    stages: Literal["intake by intake"] | int = "intake by intake",
    order: Iterable[str] = (),
    tables: Iterable[EquivalenceTable] = (),
    then: dict[str, Any] | None = None,
    weights: Weights = STANDARD,
    title: str | None = None,
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
        tables: Every table held, for the spread.
        then: Arguments for `plan_taper` on the second drug (pace, order, to ...); without, it is continued.
        weights: What the planner weighs; judgment, not evidence.
        title: The plan's title.

    Raises:
        NotFound: If the table lacks one of the two drugs.
        NotReachable: If what is taken now cannot be made.
        NoPlan: If an equivalent lies below what the products can make.

    Note:
        Equivalents are approximate, differ up to twofold between sources, and are not a conversion for one person.
    """
    old_products, new_products = check_drug(drug, products), check_drug(to_drug, to_products)
    now = read_day(before, "before")
    if not now:
        raise InvalidInput("nothing is taken, so there is nothing to replace; give what is taken", where="before")
    if drug == to_drug:
        raise InvalidInput(f"{drug} cannot replace itself; name another drug", where="to_drug")
    equivalence.ratio(drug, to_drug)
    swap = _Swap(drug, to_drug, now, old_products, new_products, equivalence, rounding, weights)
    days = swap.by_intake(order) if stages == "intake by intake" else swap.in_proportion(stages)
    if then is not None:
        taper = plan_taper(
            drug=to_drug, before=days[-1][1], products=new_products, **{"lead_in": every, "weights": weights, **then}
        )
        tail, ending = taper.course.steps, taper.course.then
        report: TaperReport | None = taper.report
    else:
        tail, ending, report = (Step(regimen=days[-1][1], kind="increase"),), "continue", None
    made_by: dict[str, JsonValue] = {
        "pattern": "cross-taper",
        "equivalence": equivalence.id,
        "rounding": rounding,
        "stages": stages,
        "every": str(every),
        "before": dict(now.as_dict()),
    }
    falling = tuple(Step(regimen=old, lasting=every) for old, _ in days if old)
    rising = tuple(Step(regimen=new, kind="increase", lasting=every) for _, new in days[:-1])
    if not falling:
        raise NoPlan("everything changes over on day 1, so the first drug has no step; give more stages")
    first = Course(drug=drug, before=Before(regimen=now), then="stop", steps=falling, made_by=made_by)
    made_too = {**made_by, "taper": report.solved.problem.pace.__str__() if report else None}
    second = Course(drug=to_drug, before="nothing", then=ending, steps=(*rising, *tail), made_by=made_too)
    held = {table.id: table for table in (*tables, equivalence) if table.holds(drug) and table.holds(to_drug)}
    taken = replace(_stage(now, NOTHING, 0, every, drug, to_drug, equivalence, held), day=0)
    counted = tuple(
        _stage(old, new, index, every, drug, to_drug, equivalence, held) for index, (old, new) in enumerate(days)
    )
    return CrossTaper(Plan(title=title, courses=(first, second)), equivalence, taken, counted, report)


@dataclass(frozen=True)
class _Swap:
    """Two drugs, a table between them, and what the products of each can make."""

    drug: str
    to_drug: str
    before: Regimen
    products: tuple[Product, ...]
    to_products: tuple[Product, ...]
    table: EquivalenceTable
    rounding: Rounding
    weights: Weights

    def by_intake(self, order: Iterable[str]) -> list[tuple[Regimen, Regimen]]:
        """Each stage of both drugs, one intake changing over at a time."""
        turns = [Slot(name) for name in order] or list(self.before.slots)
        if sorted(turns) != sorted(self.before.slots):
            named = ", ".join(map(str, self.before.slots))
            raise InvalidInput(f"the order does not name each intake once; name {named}", where="order")
        made = []
        for count in range(1, len(turns) + 1):
            over = set(turns[:count])
            old = Regimen(intake for intake in self.before if intake.slot not in over)
            new = Regimen(
                Intake(intake.slot, self._equivalent(intake.dose, intake.slot))
                for intake in self.before
                if intake.slot in over
            )
            made.append((old, new))
        return made

    def in_proportion(self, stages: int) -> list[tuple[Regimen, Regimen]]:
        """Each stage of both drugs, every intake changing over by the same part."""
        if stages < 2:
            raise InvalidInput(f"{stages} stages change over at once; write 2 or more", where="stages")
        made = []
        for count in range(1, stages + 1):
            part = Fraction(count, stages)
            old = [(item.slot, self._rounded(item.dose * (1 - part), self.products, item)) for item in self.before]
            new = [(item.slot, self._equivalent(item.dose * part, item.slot)) for item in self.before]
            made.append(
                (
                    Regimen(Intake(slot, dose) for slot, dose in old if dose),
                    Regimen(Intake(slot, dose) for slot, dose in new),
                )
            )
        return made

    def _equivalent(self, dose: Dose, slot: Slot) -> Dose:
        wanted = dose * self.table.ratio(self.drug, self.to_drug)
        made = round_dose(wanted, self.to_products, self.rounding, self.weights)
        if not made:
            raise NoPlan(
                f"{dose} of {self.drug} is {_write(wanted.mg)} of {self.to_drug} under {self.table.id}, and rounded "
                f"{self.rounding} these products make nothing of it; round up, or add a smaller strength",
                where=str(slot),
            )
        return made

    def _rounded(self, dose: Dose, products: tuple[Product, ...], intake: Intake) -> Dose:
        """What is left of an intake: never above what it was."""
        made = round_dose(dose, products, self.rounding, self.weights) if dose else dose
        return min(made, intake.dose)


def round_dose(dose: Dose, products: Iterable[Product], rounding: Rounding, weights: Weights = STANDARD) -> Dose:
    """The dose that products make nearest below, above or either side of one that they may not; 0 if there is none.

    At the same distance, "nearest" takes the lower.
    """
    listed = tuple(products)
    strengths = [item.strength for item in listed if item.strength is not None]
    reach = dose + max(strengths) if strengths else dose * 2
    reachable = Reachable(listed, up_to=reach, handling=weights.handling(round_liquids=True), always=[dose])
    if reachable.can_make(dose):
        return dose
    below, above = reachable.neighbors(dose)
    zero = Dose(0)
    if rounding == "down" or above is None:
        return below or zero
    if rounding == "up":
        return above
    low = below or zero
    return low if dose.mg - low.mg <= above.mg - dose.mg and low else above


def _stage(
    old: Regimen,
    new: Regimen,
    index: int,
    every: Duration,
    drug: str,
    to_drug: str,
    table: EquivalenceTable,
    held: dict[str, EquivalenceTable],
) -> Stage:
    def ends(other: EquivalenceTable) -> tuple[Fraction, Fraction]:
        mine, theirs = other.row(drug), other.row(to_drug)
        low = theirs.dose / (mine.up_to or mine.dose)
        high = (theirs.up_to or theirs.dose) / mine.dose
        return new.total.mg + old.total.mg * low, new.total.mg + old.total.mg * high

    day = 1 + index * every.days if every.is_in_days else None
    combined = new.total.mg + old.total.mg * table.ratio(drug, to_drug)
    return Stage(day, old, new, combined, {name: ends(other) for name, other in sorted(held.items())})
