"""The stages of a cross-taper: what is taken of both drugs in each, and what it adds up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.knowledge.equivalence import EquivalenceTable
from taper.planning.solver.problem import NoPlan
from taper.plans.regimen import NOTHING, Intake, Regimen, Slot
from taper.plans.request import Rounding
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product
from taper.products.recipes import Reachable

Both = tuple[Regimen, Regimen]
"""What is taken of the drug that goes and of the one that comes, on one day."""


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

    def to_dict(self) -> dict[str, Any]:
        """The stage as plain data."""
        return {
            "day": self.day,
            "old": self.old.as_dict(),
            "new": self.new.as_dict(),
            "combined": write_equivalent(self.combined),
            "spread": {
                name: [write_equivalent(low), write_equivalent(high)] for name, (low, high) in self.spread.items()
            },
        }


def write_equivalent(mg: Fraction) -> str:
    """An equivalent for reading: two places are more than enough, and what is rounded says about."""
    rounded = Fraction(round(mg * 100), 100)
    return Dose(mg).text if rounded == mg else f"about {Dose(rounded).text}"


def count_stage(
    both: Both, day: int | None, drug: str, to_drug: str, table: EquivalenceTable, held: dict[str, EquivalenceTable]
) -> Stage:
    """What a stage adds up to, in mg of the new drug, under the named table and under every table held."""
    old, new = both

    def ends(other: EquivalenceTable) -> tuple[Fraction, Fraction]:
        mine, theirs = other.row(drug), other.row(to_drug)
        low = theirs.dose / (mine.up_to or mine.dose)
        high = (theirs.up_to or theirs.dose) / mine.dose
        return new.total.mg + old.total.mg * low, new.total.mg + old.total.mg * high

    combined = new.total.mg + old.total.mg * table.ratio(drug, to_drug)
    return Stage(day, old, new, combined, {name: ends(other) for name, other in sorted(held.items())})


@dataclass(frozen=True)
class Swap:
    """Two drugs, a table between them, and what the products of each can make."""

    drug: str
    to_drug: str
    before: Regimen
    products: tuple[Product, ...]
    to_products: tuple[Product, ...]
    table: EquivalenceTable
    rounding: Rounding
    weights: Weights

    def turns(self, order: Iterable[str]) -> list[Slot]:
        """The intakes in the order in which they change over; by time of day where none is given."""
        turns = [Slot(name) for name in order] or list(self.before.slots)
        if sorted(turns) != sorted(self.before.slots):
            named = ", ".join(map(str, self.before.slots))
            raise InvalidInput(f"the order does not name each intake once; name {named}", where="order")
        return turns

    def by_intake(self, turns: list[Slot], taken: Regimen = NOTHING) -> list[Both]:
        """Each stage of both drugs, one intake changing over at a time; what is taken of the new one stays."""
        made = []
        for count in range(1, len(turns) + 1):
            over = set(turns[:count])
            old = Regimen(intake for intake in self.before if intake.slot not in over)
            new = Regimen(
                Intake(intake.slot, self._equivalent(intake.dose, intake.slot))
                for intake in self.before
                if intake.slot in over
            )
            made.append((old, Regimen((*taken, *new))))
        return made

    def in_proportion(self, stages: int) -> list[Both]:
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
                f"{dose} of {self.drug} is {write_equivalent(wanted.mg)} of {self.to_drug} under {self.table.id}, and "
                f"rounded {self.rounding} these products make nothing of it; round up, or add a smaller strength",
                where=str(slot),
            )
        return made

    def _rounded(self, dose: Dose, products: tuple[Product, ...], intake: Intake) -> Dose:
        """What is left of an intake: never above what it was."""
        made = round_dose(dose, products, self.rounding, self.weights) if dose else dose
        return min(made, intake.dose)


@takes
def round_dose(dose: Dose, products: Iterable[Product], rounding: Rounding, weights: Weights = STANDARD) -> Dose:
    """The dose that products make nearest below, above or either side of one that they may not; 0 if there is none.

    At the same distance, "nearest" takes the lower.

    Args:
        dose: What is wanted.
        products: What it is made of.
        rounding: Which way, where it cannot be made.
        weights: How recipes are compared.

    Raises:
        NotReachable: If so many pieces as are allowed in an intake come to less than the dose, so that rounding
            would take off more than a step; the message says how many it needs.

    Example:
        >>> from taper import Product, mg
        >>> tablet = Product(id="x5", drug="x", form="tablet", strength="5 mg")
        >>> print(round_dose(mg(12), [tablet], "down"))
        10 mg
    """
    listed = tuple(products)
    reachable = Reachable(
        listed, up_to=dose * 2 + max(map(_least, listed)), handling=weights.handling(round_liquids=True), always=[dose]
    )
    if reachable.can_make(dose):
        return dose
    below, above = reachable.neighbors(dose)
    zero = Dose(0)
    if above is None:
        reachable.recipe(dose)
    assert above is not None
    if rounding == "down":
        return below or zero
    if rounding == "up":
        return above
    low = below or zero
    return low if dose.mg - low.mg <= above.mg - dose.mg and low else above


def _least(product: Product) -> Dose:
    """The least that a product makes undivided: one unit, or the smallest volume that can be measured."""
    if product.strength is not None:
        return product.strength
    if product.concentration is None or product.smallest_volume is None:
        return Dose(0)
    return Dose(product.concentration.mg_per_ml * product.smallest_volume.ml)
