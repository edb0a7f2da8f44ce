"""Commands that plan: down, recipe."""

import argparse
from typing import Any

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.cli.options import (
    add_command,
    add_drug,
    add_json,
    add_out,
    add_pieces,
    deliver_plan,
    json_text,
    products_of_drug,
    read_day,
    read_time,
    weights_of,
)
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.planning import plan_taper
from taper.plans.regimen import Regimen
from taper.products.recipes import Handling, Reachable, reach_of
from taper.words import describe_portion


def add(commands: Any) -> None:
    """Add the commands down and recipe."""
    _add_down(add_command(commands, "down", _down, "plan a taper that real products can make"))
    _add_recipe(add_command(commands, "recipe", _recipe, "say how products make a dose"))


def _add_down(parser: argparse.ArgumentParser) -> None:
    add_drug(parser)
    parser.add_argument(
        "--from", dest="before", required=True, metavar="DAY", help='such as "10 mg morning, 10 mg bedtime"'
    )
    parser.add_argument("--to", default="0", metavar="DOSE|DAY", help="0, a daily total, or a day; 0 if not given")
    parser.add_argument(
        "--pace", required=True, help='such as "10%% of current, at least 1 mg, up to 12.5%%, every 2 weeks"'
    )
    parser.add_argument("--order", help='whose turn it is: evenly, "in order", "keep last: bedtime"')
    parser.add_argument("--stays", choices=["by fall", "even", "proportional"], default="by fall")
    parser.add_argument("--forbid-excess", action="store_true", help="fail if the products force a faster fall")
    parser.add_argument("--forms", choices=["any", "one"], default="any", help="one: tablets or liquid throughout")
    parser.add_argument("--mix-forms", action="store_true", help="let a tablet and a liquid share an intake")
    parser.add_argument(
        "--fewest-products", action="store_true", help="as few products as leave the falls what they are"
    )
    parser.add_argument("--explain", action="store_true", help="costs, weights, and what would have been otherwise")
    add_pieces(parser)
    parser.add_argument("--shortest", metavar="TIME", help='the least time, such as "2 weeks"')
    parser.add_argument("--longest", metavar="TIME", help="the most time")
    parser.add_argument("--lead-in", metavar="TIME", help="how long today's doses stay before the first fall")
    parser.add_argument("--indication", metavar="NAME")
    parser.add_argument("--title")
    add_out(parser)
    add_json(parser)


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    add_drug(parser)
    parser.add_argument("dose", metavar="DOSE")
    add_pieces(parser)
    parser.add_argument("--mix-forms", action="store_true", help="let a tablet and a liquid share an intake")
    add_json(parser)


def _down(options: argparse.Namespace) -> int:
    drug, products = products_of_drug(options)
    made = plan_taper(
        drug=drug,
        before=read_day(options.before, "--from"),
        to=_target(options.to),
        pace=_pace(options.pace, drug),
        products=products,
        order=options.order,
        stays=options.stays,
        excess="forbid" if options.forbid_excess else "report",
        forms=options.forms,
        mix_forms=options.mix_forms,
        fewest_products=options.fewest_products,
        shortest=read_time(options.shortest),
        longest=read_time(options.longest),
        lead_in=read_time(options.lead_in),
        weights=weights_of(options),
        indication=options.indication,
        title=options.title,
    )
    return deliver_plan(made.plan, made.report.text(explain=options.explain), made.report.to_dict(), options)


def _pace(text: str, drug: str) -> str:
    """The pace as written; one of occupancy without its curve is refused with the curves that are held of the drug."""
    monograph = Formulary.shipped().get(drug)
    if "occupancy" not in text or " with " in text or monograph is None or not monograph.occupancies:
        return text
    held = "; ".join(
        f"with Vmax {write_number(curve.vmax)} and Km {write_number(curve.km)} mg by {curve.source.id}"
        f" ({curve.target}{f', {curve.region}' if curve.region else ''})"
        for curve in monograph.occupancies
    )
    raise InvalidInput(f"points of occupancy need a curve; write one of those held of {drug}: {held}", where="--pace")


def _target(text: str) -> Regimen | Dose | str:
    if text.strip() == "0":
        return "0"
    return read_day(text, "--to") if text.strip().rpartition(" ")[2] not in {"mg", "mcg", "g"} else Dose.parse(text)


def _recipe(options: argparse.Namespace) -> int:
    _, products = products_of_drug(options)
    by_id = {product.id: product for product in products}
    dose = Dose.parse(options.dose)
    pieces = {} if options.pieces is None else {"pieces": options.pieces}
    handling = Handling.read({"mix_forms": options.mix_forms, **pieces}, where="--pieces")
    found = Reachable(products, up_to=reach_of(dose, products), handling=handling)
    recipe = found.recipe(dose)
    below, above = found.neighbors(dose)
    if options.json:
        units = [portion.model_dump(mode="json", exclude_none=True) for portion in recipe.portions]
        near = {"below": below.text if below else None, "above": above.text if above else None}
        print(json_text({"dose": dose.text, "units": units, **near}), end="")
        return 0
    print(f"{dose}: " + " + ".join(describe_portion(portion, by_id[portion.product]) for portion in recipe.portions))
    print(f"nearest below {below or 'none'}, nearest above {above or 'none'}")
    return 0
