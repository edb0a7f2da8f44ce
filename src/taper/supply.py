"""How much of which product a schedule uses, and how much to supply so that it is covered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from taper._model import write_count
from taper.errors import NotFound
from taper.product import Product, Volume
from taper.schedule import Beyond, End, Schedule

Remnants = Literal["keep", "discard"]


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """One product: what the doses use, what to supply in whole units, and what is left over.

    `used` and `leftover` are counts of units, or mL of a liquid. `remnants` is the part of `leftover` that
    consists of broken pieces.
    """

    product: Product
    used: Fraction
    supplied: int | Volume
    leftover: Fraction
    remnants: Fraction
    packs: int | None

    @property
    def used_text(self) -> str:
        return str(Volume(self.used)) if self.product.form.is_liquid else write_count(self.used)

    @property
    def leftover_text(self) -> str:
        return str(Volume(self.leftover)) if self.product.form.is_liquid else write_count(self.leftover)

    def to_dict(self) -> dict[str, Any]:
        """The line as plain data."""
        return {
            "product": self.product.id,
            "label": self.product.label,
            "used": self.used_text,
            "supply": str(self.supplied),
            "leftover": self.leftover_text,
            "packs": self.packs,
        }


@dataclass(frozen=True, slots=True)
class Supply:
    """What a schedule uses from its first to its last date shown, by product; it covers every dose exactly."""

    start: date
    last: date
    days_supply: int
    lines: tuple[SupplyLine, ...]
    remnants: Remnants
    ends: End
    beyond: Beyond | None

    def line(self, product: str) -> SupplyLine:
        """The line of a product, by id.

        Raises:
            NotFound: If the schedule uses none of it.
        """
        for line in self.lines:
            if line.product.id == product:
                return line
        used = ", ".join(line.product.id for line in self.lines) or "nothing"
        raise NotFound(f"the schedule uses no {product!r}; it uses {used}. Name one of them")

    def to_dict(self) -> dict[str, Any]:
        """The supply as plain data."""
        return {
            "start": self.start.isoformat(),
            "last": self.last.isoformat(),
            "days_supply": self.days_supply,
            "remnants": self.remnants,
            "ends": self.ends.value,
            "beyond": str(self.beyond) if self.beyond else None,
            "lines": [line.to_dict() for line in self.lines],
        }


def count_supply(schedule: Schedule, *, remnants: Remnants = "keep") -> Supply:
    """Count what a schedule uses of each product, and the whole units that cover it.

    Args:
        schedule: The days to cover: those shown, and no others.
        remnants: "keep" uses the rest of a divided unit for a later dose; "discard" throws it away each time.
    """
    lines = tuple(_line(product, schedule, remnants) for product in schedule.products)
    return Supply(schedule.start, schedule.last, len(schedule.days), lines, remnants, schedule.ends, schedule.beyond)


def _line(product: Product, schedule: Schedule, remnants: Remnants) -> SupplyLine:
    amounts = list(_amounts(product, schedule))
    used = sum(amounts, Fraction(0))
    if product.form.is_liquid:
        return _liquid_line(product, used)
    opened = sum(ceil(amount) for amount in amounts) if remnants == "discard" else ceil(used)
    size = product.pack if isinstance(product.pack, int) else None
    packs = None if size is None else ceil(Fraction(opened, size))
    supplied = opened if size is None or packs is None else packs * size
    return SupplyLine(product, used, supplied, supplied - used, opened - used, packs)


def _liquid_line(product: Product, used: Fraction) -> SupplyLine:
    if not isinstance(product.pack, Volume):
        return SupplyLine(product, used, Volume(used), Fraction(0), Fraction(0), None)
    packs = ceil(used / product.pack.ml)
    supplied = packs * product.pack.ml
    return SupplyLine(product, used, Volume(supplied), supplied - used, Fraction(0), packs)


def _amounts(product: Product, schedule: Schedule) -> Iterable[Fraction]:
    for day in schedule.days:
        for intake in day.intakes:
            for portion in intake.portions:
                if portion.product == product.id:
                    yield portion.volume.ml if portion.volume is not None else portion.count or Fraction(0)
