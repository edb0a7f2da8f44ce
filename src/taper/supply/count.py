"""Supply: how much of each product a schedule uses, and how much to dispense at each fill."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from taper._base.numbers import write_count
from taper._base.shown import align, as_html, shorten, show
from taper._base.takes import takes
from taper.amounts.liquid import Volume
from taper.errors import NotFound
from taper.products.product import Product
from taper.schedules.schedule import Beyond, End, Schedule, ToCome
from taper.supply.fills import Fills, FillWindow, fill_windows
from taper.supply.shelf import Draw, Remnants, Shelf, Stock, check_stock, shelf_of, supplied_products


def _written(product: Product, amount: Fraction) -> str:
    return str(Volume(amount)) if product.form.is_liquid else write_count(amount)


def _supplied(product: Product, amount: Fraction) -> int | Volume:
    return Volume(amount) if product.form.is_liquid else int(amount)


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """One product: what the doses use, what to supply in whole units, and what is left over.

    `used`, `on_hand`, `leftover` and `expired` are counts of units, or mL of a liquid. What was there and supplied is
    used, is left over, or was thrown away some days after opening (`expired`). `remnants` is the part of `leftover`
    that consists of broken pieces.
    """

    product: Product
    used: Fraction
    supplied: int | Volume
    leftover: Fraction
    remnants: Fraction
    packs: int | None
    on_hand: Fraction
    expired: Fraction

    @property
    def used_text(self) -> str:
        return _written(self.product, self.used)

    @property
    def leftover_text(self) -> str:
        return _written(self.product, self.leftover)

    @property
    def expired_text(self) -> str:
        return _written(self.product, self.expired)

    @property
    def on_hand_text(self) -> str:
        return _written(self.product, self.on_hand)

    @property
    def expiry_is_uncounted(self) -> bool:
        """Whether it keeps only for some days after opening, in bottles of a size that is not known."""
        keeps, size = self.product.discard_after_opening, self.product.pack
        return self.product.form.is_liquid and keeps is not None and not isinstance(size, Volume)

    def to_dict(self) -> dict[str, Any]:
        """The line as plain data."""
        made = {
            "product": self.product.id,
            "label": self.product.label,
            "used": self.used_text,
            "supply": str(self.supplied),
            "leftover": self.leftover_text,
            "packs": self.packs,
        }
        if self.on_hand:
            made["on_hand"] = self.on_hand_text
        if self.expiry_is_uncounted:
            made["expiry_counted"] = False
        return made | ({"expired": self.expired_text} if self.expired else {})


@dataclass(frozen=True, slots=True)
class FillLine:
    """One product in one fill: what is carried in, supplied, used and carried out, and how long it then lasts.

    `lasts_until` is the last day shown whose doses of the product are covered without a further fill.
    """

    product: Product
    carried_in: Fraction
    supplied: int | Volume
    packs: int | None
    used: Fraction
    remnants: Fraction
    expired: Fraction
    carried_out: Fraction
    lasts_until: date

    @property
    def carried_in_text(self) -> str:
        return _written(self.product, self.carried_in)

    @property
    def supplied_amount(self) -> Fraction:
        """What is supplied, in units or mL."""
        return self.supplied.ml if isinstance(self.supplied, Volume) else Fraction(self.supplied)

    def to_dict(self) -> dict[str, Any]:
        """The line as plain data."""
        amounts = {
            "carried_in": self.carried_in, "used": self.used, "discarded": self.remnants + self.expired,
            "carried_out": self.carried_out,
        }  # fmt: skip
        return {
            "product": self.product.id,
            "supply": str(self.supplied),
            "packs": self.packs,
            **{name: _written(self.product, amount) for name, amount in amounts.items()},
            "lasts_until": self.lasts_until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Fill:
    """What is handed out at one time: for which days, both inclusive, and of which products."""

    number: int
    first: date
    last: date
    days_supply: int
    lines: tuple[FillLine, ...]

    def to_dict(self) -> dict[str, Any]:
        """The fill as plain data."""
        return {
            "fill": self.number,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "days_supply": self.days_supply,
            "lines": [line.to_dict() for line in self.lines],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Supply:
    """What a schedule uses to its last date shown, by product and by fill; it covers every dose exactly.

    `beyond` and `to_come` are what a window leaves out, and what begins only after it.
    """

    start: date
    last: date
    days_supply: int
    lines: tuple[SupplyLine, ...]
    remnants: Remnants
    ends: End
    beyond: Beyond | None
    fills: tuple[Fill, ...] = ()
    to_come: tuple[ToCome, ...] = ()

    def __str__(self) -> str:
        rows = [("product", "used", "supplied", "left over")]
        rows += [(str(line.product), line.used_text, str(line.supplied), line.leftover_text) for line in self.lines]
        goes_on = f"; not counted: {self.beyond}" if self.beyond else ""
        head = f"{self.days_supply} days, {self.start} to {self.last}{goes_on}"
        fills = [f"fill {fill.number}: {fill.first} to {fill.last}" for fill in self.fills]
        return shorten([head, *align(rows), *fills], whole="to_dict()")

    def __repr__(self) -> str:
        return f"<Supply for {self.days_supply} days: {len(self.lines)} product{'' if len(self.lines) == 1 else 's'}>"

    def _repr_html_(self) -> str:
        return as_html(str(self))

    def line(self, product: str) -> SupplyLine:
        """The line of a product, by id.

        Raises:
            NotFound: If the schedule uses none of it.
        """
        for line in self.lines:
            if line.product.id == product:
                return line
        used = ", ".join(line.product.id for line in self.lines) or "nothing"
        raise NotFound(f"the schedule uses no {show(product)}; it uses {used}. Name one of them")

    def to_dict(self) -> dict[str, Any]:
        """The supply as plain data."""
        made: dict[str, Any] = {
            "start": self.start.isoformat(),
            "last": self.last.isoformat(),
            "days_supply": self.days_supply,
            "remnants": self.remnants,
            "ends": self.ends.value,
            "beyond": str(self.beyond) if self.beyond else None,
            "lines": [line.to_dict() for line in self.lines],
        }
        if self.to_come:
            made["to_come"] = [item.to_dict() for item in self.to_come]
        return made | ({"fills": [fill.to_dict() for fill in self.fills]} if len(self.fills) > 1 else {})


@takes
def count_supply(
    schedule: Schedule,
    *,
    remnants: Remnants = "keep",
    fills: Fills | None = None,
    on_hand: Stock | None = None,
    packs: bool = False,
    since: date | None = None,
) -> Supply:
    """Count what a schedule uses of each product, and the whole units that cover it.

    Args:
        schedule: The days to cover: those shown, and no others.
        remnants: "keep" uses the rest of a divided unit for a later dose; "discard" throws it away each time.
        fills: How often it is handed out: a length of time, "calendar month", `AtMost(28)`, or dates. What is left
            of one fill is carried to the next. One fill for all if not given.
        on_hand: What is there already on the first day, by product id; it is used first.
        packs: Whether whole packs are supplied where their size is known; else single units and volumes. A bottle
            that keeps for some days after opening is thrown away when they are over, the day of opening being the
            first; such bottles are supplied whole in any case.
        since: The first day to cover, such as that of a change; the start if not given.

    Raises:
        InvalidFills: If fills leave a day uncovered, are out of order, or lie beyond the last day.
        InvalidStock: If the plan never uses a product on hand, or an amount cannot be counted.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> supply = count_supply(schedule)
        >>> [(line.product.label, line.supplied) for line in supply.lines][0]
        ('10 mg tablet', 14)
    """
    windows = fill_windows(schedule, fills, since=since)
    first = (windows[0].first - schedule.start).days
    held = check_stock(on_hand or {}, schedule, remnants)
    rows: list[SupplyLine] = []
    drawn: list[list[FillLine]] = [[] for _ in windows]
    for product in supplied_products(schedule):
        shelf = shelf_of(product, schedule, first, held.get(product.id, Fraction(0)), remnants=remnants, packs=packs)
        if not any(shelf.amounts) and product.id not in held:
            continue
        lines = [_draw(shelf, windows[0].first, window) for window in windows]
        rows.append(_sum(product, lines, held.get(product.id, Fraction(0)), remnants))
        for number, line in enumerate(lines):
            drawn[number].append(line)
    made = [
        Fill(number, window.first, window.last, window.days, tuple(lines))
        for number, (window, lines) in enumerate(zip(windows, drawn, strict=True), start=1)
    ]
    length = (schedule.last - windows[0].first).days + 1
    return Supply(
        windows[0].first, schedule.last, length, tuple(rows), remnants, schedule.ends, schedule.beyond, tuple(made),
        schedule.to_come,
    )  # fmt: skip


def _draw(shelf: Shelf, begin: date, window: FillWindow) -> FillLine:
    first, after = (window.first - begin).days, (window.last - begin).days + 1
    made: Draw = shelf.draw(first, after)
    product = shelf.product
    lasts = begin + timedelta(days=shelf.lasts_until(after))
    return FillLine(
        product, made.carried_in, _supplied(product, made.supplied), made.packs, made.used, made.remnants, made.expired,
        made.carried_out, lasts,
    )  # fmt: skip


def _sum(product: Product, lines: list[FillLine], on_hand: Fraction, remnants: Remnants) -> SupplyLine:
    used = sum((line.used for line in lines), Fraction(0))
    supplied = sum((line.supplied_amount for line in lines), Fraction(0))
    expired = sum((line.expired for line in lines), Fraction(0))
    counted = [line.packs for line in lines if line.packs is not None]
    left = on_hand + supplied - used - expired
    pieces = sum((line.remnants for line in lines), Fraction(0))
    if remnants == "keep" and not product.form.is_liquid:
        pieces = left % 1
    packs = sum(counted) if counted else None
    return SupplyLine(product, used, _supplied(product, supplied), left, pieces, packs, on_hand, expired)


@dataclass(frozen=True, slots=True, repr=False)
class DaysSupply:
    """How long stock lasts: the last day that it covers whole, and what runs out first.

    `last` is None if not even the first day is covered. `products` holds the last day for each product that is used.
    """

    days: int
    last: date | None
    runs_out: tuple[str, ...]
    products: dict[str, date | None]

    def __str__(self) -> str:
        days = "1 day" if self.days == 1 else f"{self.days} days"
        lasts = f"lasts to {self.last}, {days}" if self.last else "does not cover the first day"
        return lasts + (f"; {' and '.join(self.runs_out)} runs out first" if self.runs_out else "")

    def __repr__(self) -> str:
        return f"<DaysSupply: {self.days} days>"

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data."""
        return {
            "days_supply": self.days,
            "last": self.last.isoformat() if self.last else None,
            "runs_out": list(self.runs_out),
            "products": {name: day.isoformat() if day else None for name, day in self.products.items()},
        }


@takes
def days_supply(
    schedule: Schedule, on_hand: Stock, *, remnants: Remnants = "keep", since: date | None = None
) -> DaysSupply:
    """How many days of a changing dose some stock covers, and the last of them.

    Args:
        schedule: The days that draw on it.
        on_hand: What is there, by product id.
        remnants: "keep" uses the rest of a divided unit for a later dose; "discard" throws it away each time.
        since: The first day to cover; the start if not given.

    Raises:
        InvalidStock: If the plan never uses a product, or an amount cannot be counted.

    Example:
        >>> from datetime import date
        >>> from taper import Formulary, load_protocol, realize, to_schedule
        >>> plan = load_protocol("diazepam-example").plan()
        >>> realized = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        >>> schedule = to_schedule(realized, start=date(2027, 3, 1))
        >>> days_supply(schedule, {"diazepam-us-tablet-2mg": "0"}).days
        0
    """
    first = schedule.on(since).date if since is not None else schedule.start
    skipped = (first - schedule.start).days
    held = check_stock(on_hand, schedule, remnants)
    shelves = [
        shelf_of(product, schedule, skipped, held.get(product.id, Fraction(0)), remnants=remnants, packs=True)
        for product in supplied_products(schedule)
    ]
    lasting = {shelf.product.id: shelf.lasts_until(0) + 1 for shelf in shelves if any(shelf.amounts)}
    least = min(lasting.values(), default=len(schedule.days) - skipped)
    short = tuple(_runs_out(lasting, least, len(schedule.days) - skipped))
    return DaysSupply(least, _day(first, least), short, {name: _day(first, n) for name, n in lasting.items()})


def _runs_out(lasting: dict[str, int], least: int, shown: int) -> Iterable[str]:
    return (name for name, days in lasting.items() if days == least and days < shown)


def _day(first: date, days: int) -> date | None:
    return first + timedelta(days=days - 1) if days else None
