"""The command supply: what a plan uses, fill by fill."""

import argparse
import re
from collections.abc import Iterator

from taper.amounts.duration import Duration, read_date
from taper.cli.options import add_days, add_json, add_log, add_plan
from taper.cli.output import print_json
from taper.cli.plan_inputs import dated
from taper.errors import InvalidInput
from taper.supply.count import DaysSupply, Supply, count_supply, days_supply
from taper.supply.fills import AtMost, Fills
from taper.supply.shelf import load_stock
from taper.words.plain import describe_tally


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    add_days(parser)
    parser.add_argument("--remnants", choices=["keep", "discard"], default="keep", help="what becomes of divided units")
    parser.add_argument("--every", metavar="TIME", help='fills: "28 days", "calendar month", "at most 28 days", dates')
    parser.add_argument("--on-hand", metavar="FILE", help="what is there already, by product id")
    parser.add_argument("--packs", action="store_true", help="whole packs where their size is known")
    add_log(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    stock = load_stock(options.on_hand) if options.on_hand else None
    schedule = dated(options)
    supply = count_supply(
        schedule,
        remnants=options.remnants,
        fills=_read_fills(options.every),
        on_hand=stock,
        packs=options.packs,
    )
    lasting = days_supply(schedule, stock, remnants=options.remnants) if stock is not None else None
    if options.json:
        print_json(supply.to_dict() | ({"on_hand": lasting.to_dict()} if lasting is not None else {}))
    else:
        print("\n".join(_lines(supply, lasting)))
    return 0


def _lines(supply: Supply, lasting: DaysSupply | None) -> Iterator[str]:
    kept = "kept for a later dose" if supply.remnants == "keep" else "discarded"
    yield f"{supply.days_supply} days, {supply.start} to {supply.last}; the rest of a divided unit is {kept}"
    yield from (f"  {line}" for line in describe_tally(supply))
    if lasting is not None:
        short = f"; {' and '.join(lasting.runs_out)} runs out first" if lasting.runs_out else ""
        covered = f"covers every dose to {lasting.last}" if lasting.last is not None else "does not cover the first day"
        yield f"What is on hand {covered}{short}."
    if supply.ends.value in {"continues", "window"}:
        hidden = [supply.beyond] if supply.beyond is not None else supply.to_come
        yield f"The plan continues beyond {supply.last}." + "".join(f" Not counted: {item}." for item in hidden)


def _read_fills(text: str | None) -> Fills | None:
    if text is None:
        return None
    if text.strip() == "calendar month":
        return "calendar month"
    if found := re.fullmatch(r"at most ([0-9]+) days?", text.strip()):
        return AtMost(int(found[1]))
    if re.match(r"[0-9]{4}-", text.strip()):
        return [read_date(part.strip()) for part in text.split(",")]
    try:
        return Duration.parse(text.strip())
    except InvalidInput as error:
        others = '"calendar month", "at most 28 days", or dates'
        raise InvalidInput(f"{error.message}, {others}", where="--every") from None
