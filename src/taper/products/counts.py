"""Amounts from whole and divided units: whole sets of amounts at once, as the bits of integers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from taper._base.work import spend
from taper.errors import CannotCompute

AmountBits = int
"""A set of amounts in grains: bit `a` is set if amount `a` is in it. A shift adds one amount to all of them."""


_MOST_BITS = 2 * 10**9
_LEAST_BITS = 2000
_BITS_OF_WORK = 150
"""How many bits of sets are worked out at most, one that is kept for two; as how many a small set counts; and how many
are as much work as a sum of two weights."""


class TooManyDoses(CannotCompute):
    """The products and the handling make more doses than the limit; the message names the limit."""


class Made(NamedTuple):
    """How an amount is made best: so many divided pieces, pieces, and products."""

    divided: int
    pieces: int
    products: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One product that is counted: the grains in a unit, and into how many parts it may be divided."""

    grains: int
    parts: int

    @property
    def rests(self) -> Iterator[tuple[int, int]]:
        """Each part of one unit: its grains, and of how many divided pieces it consists at least."""
        for rest in range(1, self.parts):
            yield self.grains // self.parts * rest, fewest_pieces(rest, self.parts)


def fewest_pieces(rest: int, parts: int) -> int:
    """Of how many pieces a part of a unit consists: three quarters are a half and a quarter."""
    if rest == 0:
        return 0
    return 2 if (rest, parts) in {(3, 4), (2, 3)} else 1


_Table = list[list[AmountBits]]
"""Amounts by the number of products, then by the number of pieces, both exact."""


class Counts:
    """Every amount up to a limit that counted products add up to, by how it is made best.

    A textbook would call it the coin problem with a bound on coins and on kinds of coin. `T[d][k][p]` is the set of
    amounts that exactly `k` products make in exactly `p` pieces of which `d` are divided. A product adds to it by
    one rule, for it is either not used, or used for the first time (in `k - 1` products before it), or used once
    more for a whole unit: each of the three is a shift and a union of sets, and a set is one integer. So all amounts
    are found together, in a number of steps that does not depend on how many they are.

    The tables are kept for every tail of the list of products: with them a recipe is read off from the first product
    to the last, each as the order of names wants it, without a search.
    """

    def __init__(self, units: Sequence[Unit], *, pieces: int, products: int, limit: int) -> None:
        self._units = tuple(units)
        self._pieces = pieces
        self._products = min(products, len(self._units))
        self._mask = (1 << (limit + 1)) - 1
        self.limit = limit
        self._most_divided = 0 if all(unit.parts == 1 for unit in self._units) else min(pieces, 2 * self._products)
        self._tails: list[list[_Table]] = [[] for _ in range(len(self._units) + 1)]
        self._known: AmountBits | None = None
        self._left = _MOST_BITS

    @property
    def amounts(self) -> AmountBits:
        """Every amount that can be made, 0 among them: found without counting which pieces are divided."""
        if self._known is None:
            self._known = self._all()
        return self._known

    def _spend(self, table: _Table, times: int) -> None:
        """Count what a table takes, so that too much of it is refused before it takes minutes or gigabytes."""
        bits = times * sum(max(_LEAST_BITS, amounts.bit_length()) for row in table for amounts in row)
        spend(bits // _BITS_OF_WORK)
        self._left -= bits
        if self._left < 0:
            raise TooManyDoses(
                f"{len(self._units)} products in {self._products} at a time and {self._pieces} pieces make more doses "
                "than can be compared; give fewer products, or fewer pieces in an intake"
            )

    def _all(self) -> AmountBits:
        table = self._empty()
        table[0][0] = 1
        for unit in self._units:
            self._spend(table, 1)
            new = [list(row) for row in table]
            for k in range(1, self._products + 1):
                self._extend(new[k], table[k - 1], unit, (table, table), k)
            table = new
        return reduce(or_, (amounts for row in table for amounts in row))

    def _extend(
        self, row: list[AmountBits], fewer: list[AmountBits], unit: Unit, less: tuple[_Table, _Table], k: int
    ) -> None:
        """Add to a row of amounts, by pieces, those with one product more.

        `fewer` is the row with one product less, `less` the tables with one and two divided pieces less.
        """
        used, is_within = 0, unit.grains <= self.limit  # a shift far beyond the limit takes long, and leaves nothing
        rests = [(grains, broken) for grains, broken in unit.rests if grains <= self.limit]
        for p in range(1, self._pieces + 1):
            used = (used | fewer[p - 1]) << unit.grains if is_within else 0
            for grains, broken in rests:
                if broken <= p and less[broken - 1]:
                    used |= less[broken - 1][k - 1][p - broken] << grains
            used &= self._mask
            row[p] |= used

    def _empty(self) -> _Table:
        return [[0] * (self._pieces + 1) for _ in range(self._products + 1)]

    def _layer(self, divided: int) -> _Table:
        """The amounts made with so many divided pieces; the layers below are made first."""
        for d in range(len(self._tails[-1]), divided + 1):
            last = self._empty()
            last[0][0] = 1 if d == 0 else 0
            self._tails[-1].append(last)
            for place in range(len(self._units) - 1, -1, -1):
                rest, unit = self._tails[place + 1], self._units[place]
                new = [list(row) for row in rest[d]]
                less = (rest[d - 1] if d else [], rest[d - 2] if d > 1 else [])
                for k in range(1, self._products + 1):
                    self._extend(new[k], rest[d][k - 1], unit, less, k)
                self._spend(new, 2)
                self._tails[place].append(new)
        return self._tails[0][divided]

    def layers(self) -> Iterator[tuple[Made, AmountBits]]:
        """Each way of making amounts, the best first, with the amounts that are made in it and in no better one."""
        left = self.amounts & ~1
        for divided in range(self._most_divided + 1):  # pragma: no branch - the last layer leaves no amount
            table = self._layer(divided)
            for pieces in range(1, self._pieces + 1):
                for products in range(1, self._products + 1):
                    found = table[products][pieces] & left
                    if found:
                        left &= ~found
                        yield Made(divided, pieces, products), found
                if not left:
                    return

    def best(self, amount: int) -> Made | None:
        """The best way to make one amount: fewest divided pieces, then fewest pieces, then fewest products."""
        if amount > self.limit or not self.amounts >> amount & 1:
            return None
        for divided in range(self._most_divided + 1):
            table = self._layer(divided)
            for pieces in range(self._pieces + 1):
                for products in range(self._products + 1):
                    if table[products][pieces] >> amount & 1:
                        return Made(divided, pieces, products)
        raise AssertionError("what can be made is made by some number of divided pieces, pieces and products")

    def every(self) -> Iterator[tuple[Made, AmountBits]]:
        """Each way of making amounts, the best first, with all amounts that can be made so, nothing among them."""
        for divided in range(self._most_divided + 1):
            table = self._layer(divided)
            for pieces in range(self._pieces + 1):
                for products in range(self._products + 1):
                    if table[products][pieces]:
                        yield Made(divided, pieces, products), table[products][pieces]

    def recipe(self, amount: int, made: Made) -> tuple[tuple[int, int], ...]:
        """The first recipe of an amount that is made in the given way: pairs of a product's place and its parts.

        A product before others comes first, and of one product the fewer parts.
        """
        pairs = []
        for place, unit in enumerate(self._units):
            for number, left, rest in self._takes(unit, amount, made):
                if self._has(place + 1, left, rest):
                    pairs.append((place, number))
                    amount, made = left, rest
                    break
        return tuple(pairs)

    def _takes(self, unit: Unit, amount: int, made: Made) -> Iterator[tuple[int, int, Made]]:
        piece = unit.grains // unit.parts
        for number in range(1, min(amount // piece, made.pieces * unit.parts) + 1):
            whole, rest = divmod(number, unit.parts)
            broken = fewest_pieces(rest, unit.parts)
            left = Made(made.divided - broken, made.pieces - whole - broken, made.products - 1)
            if min(left) >= 0:
                yield number, amount - number * piece, left

    def _has(self, place: int, amount: int, made: Made) -> bool:
        return bool(self._tails[place][made.divided][made.products][made.pieces] >> amount & 1)


def members(amounts: AmountBits) -> Iterator[int]:
    """The amounts in a set, from the least."""
    text = bin(amounts)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


def below(amounts: AmountBits, amount: int) -> int | None:
    """The largest amount in a set that is less than another and not 0."""
    found = (amounts & ((1 << max(amount, 0)) - 1)).bit_length() - 1
    return found if found > 0 else None


def above(amounts: AmountBits, amount: int) -> int | None:
    """The least amount in a set that is more than another."""
    rest = amounts >> (amount + 1)
    return amount + (rest & -rest).bit_length() if rest else None
