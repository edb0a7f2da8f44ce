"""Stages of a cross-taper: the doses of both drugs in each, and their sum as equivalents."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from taper._base.limits import MOST_STAGES
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.dose import Dose
from taper.errors import InvalidInput
from taper.knowledge.equivalence import EquivalenceTable
from taper.planning.change_over import DosePair, Path, Turn
from taper.planning.solver.problem import NoPlan
from taper.plans.regimen import NOTHING, Intake, Regimen, Slot
from taper.plans.request import Rounding
from taper.plans.weights import STANDARD, Weights
from taper.products.product import Product
from taper.products.recipes import NotReachable, Reachable

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
    """What a stage adds up to, in mg of the new drug, under the named table and under every table on file."""
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

    def in_proportion(self, stages: int, *, gone: int = 0, taken: Both | None = None) -> list[Both]:
        """Each stage of both drugs that is still to come, every intake changing over by the same part.

        What each part comes to, rounded by itself, is taken where both together never rise by it. Else each intake
        takes its best way over (see `Turn`); where that leaves a stage without any change, though there are as many
        stages rounded by themselves, the intake that rises least by it changes in every stage.
        """
        if stages < 2:
            raise InvalidInput(f"{show(stages)} stages change over at once; write 2 or more", where="stages")
        if stages > MOST_STAGES:
            raise InvalidInput(f"{show(stages)} stages are too many; write at most {MOST_STAGES}", where="stages")
        old, new = taken if taken is not None else (self.before, NOTHING)
        parts = [Fraction(count, stages) for count in range(gone + 1, stages + 1)]
        turns = [self._turn(intake, parts, old, new) for intake in self.before]
        rounded = [self._rounded(intake, parts, turn) for intake, turn in zip(self.before, turns, strict=True)]
        if _all_differ(rounded) and all(map(Turn.is_even, turns, rounded)):
            return self._stages(turns, rounded)
        best = [turn.path() for turn in turns]
        if not _all_differ(best, [turn.now for turn in turns]) and _all_differ(rounded):
            moved = [(place, turn.path_of_changes()) for place, turn in enumerate(turns)]
            ways = [
                (turns[place].rise(path) - turns[place].rise(best[place]), place, path) for place, path in moved if path
            ]
            for _, place, path in sorted(ways)[:1]:
                best[place] = path
        return self._stages(turns, best)

    def _stages(self, turns: list[Turn], paths: list[Path]) -> list[Both]:
        unit = self.before.total.unit
        slots = [turn.slot for turn in turns]

        def regimen(doses: Iterable[Fraction]) -> Regimen:
            return Regimen(Intake(slot, Dose(mg).in_unit(unit)) for slot, mg in zip(slots, doses, strict=True) if mg)

        return [
            (regimen(old for old, _ in stage), regimen(new for _, new in stage)) for stage in zip(*paths, strict=True)
        ]

    def _turn(self, intake: Intake, parts: list[Fraction], old: Regimen, new: Regimen) -> Turn:
        taken = (old.dose_at(intake.slot) or Dose(0)).mg, (new.dose_at(intake.slot) or Dose(0)).mg
        final = self._equivalent(intake.dose, intake.slot).mg
        most = max(final, taken[1])
        olds, news = (
            self._doses(self.products, taken[0], taken[0]) if taken[0] else [Fraction(0)],
            self._doses(self.to_products, most, taken[1]),
        )
        return Turn(
            slot=intake.slot,
            ratio=self.table.ratio(self.drug, self.to_drug),
            now=taken,
            meant=[(intake.dose.mg * (1 - part), final * part) for part in parts],
            end=(Fraction(0), final),
            olds=olds,
            news=news,
        )

    def _doses(self, products: tuple[Product, ...], top: Fraction, now: Fraction) -> list[Fraction]:
        handling = self.weights.handling(round_liquids=True)
        made = Reachable(products, up_to=Dose(top), handling=handling).doses
        return sorted({Fraction(0), now, *(dose.mg for dose in made)})

    def _rounded(self, intake: Intake, parts: list[Fraction], turn: Turn) -> Path:
        """The stages of an intake, what is left of it and what has come of it each rounded by itself."""
        made = []
        for part in parts[:-1]:
            new = round_dose(self._wanted(intake.dose * part), self.to_products, self.rounding, self.weights)
            old = round_dose(intake.dose * (1 - part), self.products, self.rounding, self.weights)
            made.append((min(old, intake.dose).mg, new.mg))
        return (*made, turn.end)

    def _wanted(self, dose: Dose) -> Dose:
        return dose * self.table.ratio(self.drug, self.to_drug)

    def _equivalent(self, dose: Dose, slot: Slot) -> Dose:
        """What an intake becomes in the end.

        The nearest is never one above where there is one below: it would raise what both come to, unasked.
        """
        wanted = self._wanted(dose)
        made = round_dose(wanted, self.to_products, self.rounding, self.weights)
        if not made:
            raise NoPlan(
                f"{dose} of {self.drug} is {write_equivalent(wanted.mg)} of {self.to_drug} under {self.table.id}, and "
                f"rounded {self.rounding} these products make nothing of it; round up, or add a smaller strength",
                where=str(slot),
            )
        if self.rounding == "nearest" and made > wanted:
            made = round_dose(wanted, self.to_products, "down", self.weights) or made
        return made

    def check_taken(self, taken: Regimen) -> None:
        """Refuse what is taken now of the first drug where its products cannot make it.

        Raises:
            NotReachable: If they cannot; the message names the nearest doses.
        """
        handling = self.weights.handling(round_liquids=True)
        for intake in taken:
            try:
                reachable = Reachable(self.products, up_to=intake.dose * 2, handling=handling)
                reachable.recipe(intake.dose, said="is taken now and cannot be made")
            except NotReachable as error:
                error.where = str(intake.slot)
                raise


def _all_differ(paths: list[Path], before: list[DosePair] | None = None) -> bool:
    """Whether each stage changes something, the first against what was taken before if that is given."""
    stages = list(zip(*paths, strict=True))
    return all(one != other for one, other in pairwise([*([tuple(before)] if before else []), *stages]))


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
    if not listed:
        raise InvalidInput("there are no products to round to; give at least one", where="products")
    reachable = Reachable(
        listed, up_to=dose * 2 + max(map(_least, listed)), handling=weights.handling(round_liquids=True)
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
