"""What a supply counts, as plain English lines: each product, and each fill where there are several."""

from collections.abc import Iterator

from taper.supply import FillLine, Supply, SupplyLine


def describe_tally(supply: Supply) -> list[str]:
    """What to supply of each product and in each fill, what is there already, left over and thrown away."""
    return [*map(_line, supply.lines), *(_fills(supply) if len(supply.fills) > 1 else [])]


def _line(line: SupplyLine) -> str:
    held = f", {line.on_hand_text} on hand" if line.on_hand else ""
    over = f", {line.leftover_text} left over" if line.leftover else ""
    return f"{_supplied(line)}{held}, {line.used_text} used{over}{_expiry(line)} ({line.product.id})"


def _supplied(line: SupplyLine | FillLine) -> str:
    packs = f" in {'1 pack' if line.packs == 1 else f'{line.packs} packs'}" if line.packs else ""
    return f"{line.supplied} {'of' if line.product.form.is_liquid else 'x'} {line.product.label}{packs}"


def _expiry(line: SupplyLine) -> str:
    keeps = line.product.discard_after_opening
    after = "1 day" if keeps == 1 else f"{keeps} days"
    if line.expiry_is_uncounted:
        return f"; it keeps {after} after opening, and what is then thrown away is not counted: no bottle size is known"
    return f", {line.expired_text} thrown away {after} after opening" if line.expired else ""


def _fills(supply: Supply) -> Iterator[str]:
    for fill in supply.fills:
        many = "1 day" if fill.days_supply == 1 else f"{fill.days_supply} days"
        yield f"Fill {fill.number}, {fill.first} to {fill.last} ({many}):"
        for line in (line for line in fill.lines if line.used or line.supplied_amount):
            carried = f", {line.carried_in_text} carried in" if line.carried_in else ""
            lasts = f", lasts until {line.lasts_until}" if line.lasts_until > fill.last else ""
            yield f"  {_supplied(line)}{carried}{lasts} ({line.product.id})"
