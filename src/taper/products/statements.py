"""What a caller states about products: which there are, how they divide, which syringe measures them."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Self

from pydantic import model_validator

from taper._base.records import Value
from taper._base.shown import show, some_of
from taper._base.text import readable
from taper.amounts.dose import Dose
from taper.amounts.liquid import Volume
from taper.errors import InvalidInput
from taper.products.dilution import DilutionAsked
from taper.products.product import Product

_STRENGTH = re.compile(r"([0-9][0-9./]*) ?(mcg|mg|g)(/.+)?")
_NEAR = 2


def named(products: Iterable[Product], name: str, where: str) -> tuple[Product, ...]:
    """The products of an id, or of a strength such as "2 mg".

    Raises:
        InvalidInput: If there is none; the message names those that come near.
    """
    listed, name = tuple(products), readable(name, "; write an id or a strength", where=where)
    found = tuple(product for product in listed if product.id == name)
    strength = _dose(name)
    if not found and strength is not None:
        found = tuple(product for product in listed if product.strength == strength)
    if not found:
        raise InvalidInput(f"{show(name)} is not among the products; {_near(listed, name, strength)}", where=where)
    return found


def _dose(name: str) -> Dose | None:
    found = _STRENGTH.fullmatch(name.strip())
    return Dose.parse(f"{found[1]} {found[2]}") if found and not found[3] else None


def _near(products: Sequence[Product], name: str, strength: Dose | None) -> str:
    strengths = sorted({product.strength for product in products if product.strength is not None})
    if strength is not None and strengths:
        below = [other for other in strengths if other < strength][-1:]
        above = [other for other in strengths if other > strength][:1]
        return f"near strengths on file are {' and '.join(str(other) for other in (*below, *above))}"
    ids = [product.id for product in products]
    near = get_close_matches(name, ids, n=_NEAR)
    return f"near ones are {', '.join(near)}" if near else f"name one of {some_of(ids)}"


def only(products: Iterable[Product], names: Iterable[str], *, where: str = "only") -> tuple[Product, ...]:
    """The products named by id or strength; all of a drug of which none is named.

    Raises:
        InvalidInput: If a name is none of theirs; the message names those that come near.
    """
    listed = tuple(products)
    kept = {product.id for name in names for product in named(listed, name, where)}
    drugs = {product.drug for product in listed if product.id in kept}
    return tuple(product for product in listed if product.id in kept or product.drug not in drugs)


def permit(products: Iterable[Product], statements: Iterable[str], *, where: str = "divide") -> tuple[Product, ...]:
    """The products, those named in "2 mg=2" with the caller's permission to divide them into so many parts.

    A strength permits the products of it that can be divided at all, where there are any.

    Raises:
        InvalidInput: If it cannot be read, names no product, or one that is never divided.
    """
    listed = {product.id: product for product in products}
    for text in statements:
        name, equals, parts = readable(text, '; write text like "2 mg=2"', where=where).rpartition("=")
        if not equals or parts.strip() not in {"1", "2", "3", "4"}:
            raise InvalidInput(
                f'{show(text)} does not say into how many parts; write it like "2 mg=2", from 1 to 4', where=where
            )
        found = named(listed.values(), name.strip(), where)
        for product in [item for item in found if item.can_be_permitted] or found[:1]:
            listed[product.id] = product.divided(int(parts))  # type: ignore[arg-type]
    return tuple(listed.values())


def dilute(products: Iterable[Product], statements: Iterable[str], *, where: str = "dilute") -> tuple[Product, ...]:
    """The products, and beside them each dilution stated as "4 mg in 100 mL, 1 mL".

    Raises:
        InvalidInput: If it cannot be read, names no product, or one that is not put in water.
    """
    listed = tuple(products)
    made = []
    for text in statements:
        try:
            asked = DilutionAsked.parse(text)
        except InvalidInput as error:
            raise InvalidInput(error.message, where=where) from None
        found = named(listed, asked.name, where)
        tablet = next((item for item in found if item.can_be_permitted), found[0])
        mark, least = str(asked.mark), str(asked.least)
        made.append(tablet.diluted(str(asked.volume), graduation=mark, smallest=least, units=asked.units))
    return (*listed, *made)


ASSUMED_MARK = "0.1 mL"
"""The marks of which liquids are measured where nothing but liquids is there, and nobody says with what."""


def assume_marks(products: Iterable[Product]) -> tuple[Product, ...]:
    """The products, the liquids of a drug of which there is nothing else measured in marks of 0.1 mL.

    It is a default of this project and of no source: whoever prints the plan says so. Beside tablets a liquid of no
    known measure stays unused.

    Example:
        >>> liquid = Product(id="s", drug="d", form="oral solution", concentration="1 mg/mL")
        >>> (measured,) = assume_marks([liquid])
        >>> print(measured.graduation, measured.is_measure_assumed)
        0.1 mL True
    """
    listed = tuple(products)
    counted = {item.drug for item in listed if not item.form.is_liquid or not item.is_unmeasured}
    return tuple(item if item.drug in counted else _assumed(item) for item in listed)


def _assumed(product: Product) -> Product:
    marks = {"smallest_volume": ASSUMED_MARK, "graduation": ASSUMED_MARK, "is_measure_assumed": True}
    return Product.read({**product.model_dump(), **marks}, where=product.id)


class Syringe(Value):
    """What liquids are measured with: how much it holds, how far apart its marks are, and the least it measures.

    Example:
        >>> print(Syringe.parse("5 mL, 0.2 mL"))
        5 mL syringe with marks of 0.2 mL
    """

    holds: Volume
    mark: Volume
    least: Volume

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read how much it holds and its marks, such as "5 mL, 0.2 mL"; the least is one mark, or "at least 0.5 mL".

        Raises:
            InvalidInput: If it is anything else.
        """
        advice = 'write how much it holds and its marks, such as "5 mL, 0.2 mL"'
        parts = [part.strip() for part in readable(text, f"; {advice}").split(",")]
        if len(parts) not in (2, 3) or (len(parts) == 3 and not parts[2].startswith("at least ")):
            raise InvalidInput(f"{show(text)} is no syringe; {advice}")
        holds, mark, *least = [Volume.parse(part.removeprefix("at least ").strip()) for part in parts]
        return cls(holds=holds, mark=mark, least=least[0] if least else mark)

    @model_validator(mode="after")
    def _measures(self) -> Self:
        if not self.mark.ml or not self.least.ml or max(self.mark, self.least) > self.holds:
            raise InvalidInput(
                f"a syringe of {self.holds} measures nothing in marks of {self.mark}; write a finer mark"
            )
        return self

    def on(self, products: Iterable[Product]) -> tuple[Product, ...]:
        """The products, every liquid measured with it, at most one filling an intake."""
        facts = {"smallest": str(self.least), "graduation": str(self.mark), "largest": str(self.holds)}
        return tuple(
            item.measured(**facts) if item.form.is_liquid and item.made_from is None else item for item in products
        )

    def check(self, products: Iterable[Product], smallest: Dose) -> None:
        """Refuse it where it is too coarse for a dose that only liquids could make.

        Raises:
            InvalidInput: If every liquid holds more in the least volume than that dose; the message says what works.
        """
        listed = tuple(products)
        liquids = [(item, item.concentration.mg_per_ml) for item in listed if item.concentration is not None]
        if not liquids or any(item.concentration is None for item in listed):
            return
        finest, mg_per_ml = min(liquids, key=lambda pair: pair[1])
        coarsest = max(self.mark, self.least)
        if coarsest.ml * mg_per_ml > smallest.mg:
            held, needed = Dose(coarsest.ml * mg_per_ml), Volume(smallest.mg / mg_per_ml)
            raise InvalidInput(
                f"{coarsest} of the {finest.label} is {held}, more than the smallest dose of {smallest}; a syringe "
                f"that measures {needed} or less works, or a weaker liquid"
            )

    def __str__(self) -> str:
        least = "" if self.least == self.mark else f", at least {self.least}"
        return f"{self.holds} syringe with marks of {self.mark}{least}"
