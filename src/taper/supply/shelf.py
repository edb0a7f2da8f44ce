"""Stock of one product: whole units, leftover pieces, open bottles and how long they keep."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil, lcm
from pathlib import Path
from typing import Any, Literal

from taper._base.json_text import read_json, read_json_file
from taper._base.numbers import NotExact, Rational, exact, write_count
from taper._base.shown import show
from taper._base.takes import takes
from taper.amounts.liquid import Volume
from taper.errors import InvalidInput
from taper.products.product import Product
from taper.schedules.schedule import Day, Schedule

Remnants = Literal["keep", "discard"]
Stock = Mapping[str, Rational | Volume]
"""Units at hand by product id: a count, or a volume of a liquid."""


class InvalidStock(InvalidInput):
    """Stock that cannot be counted: of a product that the plan never uses, or of bottles already opened."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What one stretch of days takes from a shelf, in units or mL: what is used, supplied, thrown away."""

    used: Fraction
    supplied: Fraction
    packs: int | None
    carried_in: Fraction
    carried_out: Fraction
    remnants: Fraction
    expired: Fraction


class Shelf(ABC):
    """One product over some days, in order: what is at hand, drawn on and topped up."""

    def __init__(self, product: Product, amounts: list[tuple[Fraction, ...]], at_hand: Fraction, size: Fraction | None):
        self.product = product
        self.amounts = amounts
        self.at_hand = at_hand
        self.size = size

    def _whole(self, need: Fraction) -> tuple[Fraction, int | None]:
        """What to supply for a need, and in how many packs."""
        if self.size is None:
            return need, None
        packs = ceil(need / self.size)
        return packs * self.size, packs

    @abstractmethod
    def draw(self, first: int, after: int) -> Draw:
        """Supply and use the days from one index to another."""

    @abstractmethod
    def lasts_until(self, first: int) -> int:
        """The index of the last day that what is at hand on a day covers; the one before it if not even that day."""


class _Counted(Shelf):
    """Units and mL that keep: what is needed is the sum of what is drawn, piece by piece or unit by unit."""

    def __init__(
        self,
        product: Product,
        amounts: list[tuple[Fraction, ...]],
        at_hand: Fraction,
        size: Fraction | None,
        *,
        opens_each_time: bool,
    ):
        super().__init__(product, amounts, at_hand, size)
        # Sums run over whole grains: fractions of the same bottom, 40 times slower to add.
        distinct = {id(day): day for day in amounts}
        self._grain = lcm(at_hand.denominator, *(part.denominator for day in distinct.values() for part in day))
        used = {key: int(sum(day) * self._grain) for key, day in distinct.items()}
        opened = {key: sum(ceil(part) for part in day) * self._grain for key, day in distinct.items()}
        taken = opened if opens_each_time else used
        self._used = list(accumulate((used[id(day)] for day in amounts), initial=0))
        self._taken = list(accumulate((taken[id(day)] for day in amounts), initial=0))

    def draw(self, first: int, after: int) -> Draw:
        taken = Fraction(self._taken[after] - self._taken[first], self._grain)
        used = Fraction(self._used[after] - self._used[first], self._grain)
        carried = self.at_hand
        need = max(Fraction(0), taken - carried)
        if not self.product.form.is_liquid:
            need = Fraction(ceil(need))
        supplied, packs = self._whole(need)
        self.at_hand = carried + supplied - taken
        return Draw(used, supplied, packs, carried, self.at_hand, taken - used, Fraction(0))

    def lasts_until(self, first: int) -> int:
        return bisect_right(self._taken, self._taken[first] + int(self.at_hand * self._grain)) - 2


class _Bottles(Shelf):
    """Bottles that keep for so many days after opening, the day of opening being the first."""

    _open = Fraction(0)
    _opened_on = 0

    def draw(self, first: int, after: int) -> Draw:
        assert self.size is not None
        carried = self.at_hand + self._open
        opened, expired = 0, Fraction(0)
        for index in range(first, after):
            more, thrown = self._use(index)
            opened, expired = opened + more, expired + thrown
        bottles = max(0, opened - int(self.at_hand / self.size))
        self.at_hand += (bottles - opened) * self.size
        used = sum((amount for day in self.amounts[first:after] for amount in day), Fraction(0))
        left = self.at_hand + self._open
        return Draw(used, bottles * self.size, bottles, carried, left, Fraction(0), expired)

    def _use(self, index: int) -> tuple[int, Fraction]:
        """How many bottles a day opens, and what it throws away first."""
        assert self.size is not None
        assert self.product.discard_after_opening is not None
        need, expired = sum(self.amounts[index], Fraction(0)), Fraction(0)
        if not need:
            return 0, expired
        if self._open and index - self._opened_on >= self.product.discard_after_opening:
            self._open, expired = Fraction(0), self._open
        bottles = ceil(max(Fraction(0), need - self._open) / self.size)
        if bottles:
            self._opened_on = index
        self._open += bottles * self.size - need
        return bottles, expired

    def lasts_until(self, first: int) -> int:
        assert self.size is not None
        held = self._open, self._opened_on
        left, index = int(self.at_hand / self.size), first
        while index < len(self.amounts):
            left -= self._use(index)[0]
            if left < 0:
                break
            index += 1
        self._open, self._opened_on = held
        return index - 1


def supplied_products(schedule: Schedule) -> tuple[Product, ...]:
    """What is dispensed for a schedule, by id: every product used, or the tablets that a dilution is made from."""
    known = {product.id: product for course in schedule.realized.courses for product in course.products}
    made = [product.supplied_as for product in schedule.products]
    return tuple({item.id: known.get(item.id, item) for item in sorted(made, key=lambda item: item.id)}.values())


def shelf_of(
    product: Product, schedule: Schedule, first: int, at_hand: Fraction, *, remnants: Remnants, packs: bool
) -> Shelf:
    """The shelf of a product for the days of a schedule from an index on.

    Args:
        product: The product.
        schedule: The days that draw on it.
        first: The index of the first day.
        at_hand: What is on it already, in units or mL.
        remnants: Whether the rest of a divided unit is kept for a later dose.
        packs: Whether whole packs are supplied where their size is known. Bottles that keep only for some days after
            opening are whole in any case: less would not cover the days.
    """
    amounts = list(_amounts(product, schedule.days[first:], schedule.products))
    if product.form.is_liquid:
        bottle = product.pack.ml if isinstance(product.pack, Volume) else None
        if bottle is not None and product.discard_after_opening is not None:
            return _Bottles(product, amounts, at_hand, bottle)
        return _Counted(product, amounts, at_hand, bottle if packs else None, opens_each_time=False)
    size = Fraction(product.pack) if isinstance(product.pack, int) and packs else None
    return _Counted(product, amounts, at_hand, size, opens_each_time=remnants == "discard")


def _amounts(product: Product, days: tuple[Day, ...], used: tuple[Product, ...]) -> Iterator[tuple[Fraction, ...]]:
    # Each time that a dilution is taken it is made again from whole tablets, since its rest is thrown away.
    units = {item.id: Fraction(made.units) for item in used if (made := item.made_from) and made.tablet == product.id}
    seen: dict[int, tuple[Fraction, ...]] = {}
    for day in days:
        if id(day.intakes) not in seen:
            seen[id(day.intakes)] = tuple(
                units.get(portion.product)
                or (portion.volume.ml if portion.volume is not None else portion.count or Fraction(0))
                for intake in day.intakes
                for portion in intake.portions
                if portion.product == product.id or portion.product in units
            )
        yield seen[id(day.intakes)]


def check_stock(stock: Stock, schedule: Schedule, remnants: Remnants) -> dict[str, Fraction]:
    """Stock at hand as exact counts and mL, by product id.

    Raises:
        InvalidStock: If the plan never uses a product, or an amount is not one that can be at hand.
    """
    held = {product.id: product for product in supplied_products(schedule)}
    for name in stock:
        if name not in held:
            used = ", ".join(held) or "no product"
            raise InvalidStock(f"the plan never uses {show(name)}; it uses {used}. Remove it or correct its id")
    return {name: _at_hand(held[name], amount, remnants) for name, amount in stock.items()}


def _at_hand(product: Product, amount: Rational | Volume, remnants: Remnants) -> Fraction:
    if product.form.is_liquid:
        return _bottled(product, amount)
    if isinstance(amount, Volume):
        raise InvalidStock(f"{product.label}s are counted; write how many", where=product.id)
    count = _exact(product, amount)
    parts = product.pieces if remnants == "keep" else 1
    if (count * parts).denominator != 1:
        whole = "whole units" if parts == 1 else f"units and pieces of 1/{parts}"
        raise InvalidStock(f"{write_count(count)} cannot be counted in {whole}; correct it", where=product.id)
    return count


def _exact(product: Product, amount: Rational) -> Fraction:
    try:
        count = exact(amount)
    except NotExact as error:
        raise InvalidStock(error.message, where=product.id) from None
    if count < 0:
        raise InvalidStock(f"{count} is negative; write 0 or more", where=product.id)
    return count


def _bottled(product: Product, amount: Rational | Volume) -> Fraction:
    if not isinstance(amount, Volume | str):
        raise InvalidStock(f'{amount} of {product.label} has no unit; write it like "100 mL"', where=product.id)
    volume = amount if isinstance(amount, Volume) else Volume.parse(amount)
    if product.discard_after_opening is None or not isinstance(product.pack, Volume):
        return volume.ml
    if (volume.ml / product.pack.ml).denominator != 1:
        raise InvalidStock(
            f"{volume} are not whole bottles of {product.pack}; since when another is open is not known, and it keeps "
            f"for {product.discard_after_opening} days. Count unopened bottles only",
            where=product.id,
        )
    return volume.ml


@takes
def read_stock(text: str, *, where: str = "") -> dict[str, str]:
    """Read stock at hand from JSON text: {"baclofen-tablet-10mg": "30", "solution": "200 mL"}.

    Args:
        text: JSON text, an object of product ids and amounts.
        where: What to call the text in an error.

    Raises:
        InvalidStock: If it is not such an object.

    Example:
        >>> read_stock('{"x5": "12"}')
        {'x5': '12'}
    """
    return _as_stock(read_json(text, where=where), where)


@takes
def load_stock(path: str | Path) -> dict[str, str]:
    """Read stock at hand from a JSON file.

    Raises:
        InvalidStock: If it is not an object of product ids and amounts.
    """
    return _as_stock(read_json_file(path), str(path))


def _as_stock(data: Any, where: str) -> dict[str, str]:
    if not isinstance(data, dict):
        raise InvalidStock('stock is a JSON object of product ids; write {"baclofen-tablet-10mg": "30"}', where=where)
    for name, amount in data.items():
        if isinstance(amount, bool) or not isinstance(amount, int | str):
            raise InvalidStock(
                f'{show(amount)} is not an amount; write "30" or "200 mL"', where=f"{where}.{name}".strip(".")
            )
    return {name: str(amount) for name, amount in data.items()}
