"""What to supply, as the rows of a table in one language."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from taper.amounts.liquid import Volume
from taper.products.product import Product
from taper.supply.count import Fill, FillLine, Supply, SupplyLine
from taper.words.language import Language
from taper.words.product_names import ProductNames

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SupplyText:
    """A table of what to supply, with its heading and what becomes of divided units; a further table a fill."""

    caption: str
    remnants: str
    columns: Cells
    rows: tuple[Cells, ...]
    fills: tuple[tuple[str, tuple[Cells, ...]], ...]
    fill_columns: Cells


def describe_supply(supply: Supply, language: Language, shelf: ProductNames) -> SupplyText:
    """What a schedule uses and what to supply, by product; and by fill where there are several."""
    words = language.phrases.handout
    dates = {"first": language.long_date(supply.start), "last": language.long_date(supply.last)}
    several, held = len(supply.fills) > 1, any(line.on_hand for line in supply.lines)
    on_hand = (words.on_hand,) if held else ()
    thrown = any(line.expired for line in supply.lines)
    expired = (words.expired,) if thrown else ()
    return SupplyText(
        caption=words.supply.format(days=supply.days_supply, **dates),
        remnants=words.kept if supply.remnants == "keep" else words.discarded,
        columns=(words.product, words.used, *on_hand, words.supplied, words.packs, words.leftover, *expired),
        rows=tuple(_row(line, language, shelf, held=held, thrown=thrown) for line in supply.lines),
        fills=tuple(_fill(fill, language, shelf) for fill in supply.fills) if several else (),
        fill_columns=(words.product, words.supplied, words.packs),
    )


def _row(line: SupplyLine, language: Language, shelf: ProductNames, *, held: bool, thrown: bool) -> Cells:
    on_hand = (_amount(line.product, line.on_hand, language),) if held else ()
    expired = (_amount(line.product, line.expired, language),) if thrown else ()
    return (
        shelf.product(line.product.id, language),
        _amount(line.product, line.used, language),
        *on_hand,
        _supplied(line, language),
        "" if line.packs is None else str(line.packs),
        _amount(line.product, line.leftover, language),
        *expired,
    )


def _fill(fill: Fill, language: Language, shelf: ProductNames) -> tuple[str, tuple[Cells, ...]]:
    dates = {"first": language.long_date(fill.first), "last": language.long_date(fill.last)}
    return language.phrases.handout.fill.format(number=fill.number, **dates), tuple(_fill_rows(fill, language, shelf))


def _fill_rows(fill: Fill, language: Language, shelf: ProductNames) -> Iterator[Cells]:
    for line in fill.lines:
        if line.supplied_amount:
            packs = "" if line.packs is None else str(line.packs)
            yield shelf.product(line.product.id, language), _supplied(line, language), packs


def _supplied(line: SupplyLine | FillLine, language: Language) -> str:
    return language.volume(line.supplied) if isinstance(line.supplied, Volume) else str(line.supplied)


def _amount(product: Product, amount: Fraction, language: Language) -> str:
    return language.volume(Volume(amount)) if product.form.is_liquid else language.figure(amount)
