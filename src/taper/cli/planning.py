"""Commands that plan: down, recipe."""

import argparse
from typing import Any

from taper.cli.common import add_command, add_json, add_out, deliver, json_text, market_of
from taper.dates import Duration
from taper.dose import Dose
from taper.errors import InvalidInput
from taper.formats.table import NOTICE
from taper.formulary import Formulary
from taper.patterns import Taper, plan_taper
from taper.product import Product, load_products
from taper.reachable import Handling, Reachable
from taper.regimen import Regimen
from taper.words import describe_portion


def add(commands: Any) -> None:
    """Add the commands down and recipe."""
    _add_down(add_command(commands, "down", _down, "plan a taper that real products can make"))
    _add_recipe(add_command(commands, "recipe", _recipe, "say how products make a dose"))


def read_day(text: str, where: str) -> Regimen:
    """One day's doses from text such as "10 mg morning, 10 mg bedtime".

    Raises:
        InvalidInput: If a part is not a dose and a time of day.
    """
    doses: dict[str, str] = {}
    for part in text.split(","):
        dose, _, slot = part.strip().rpartition(" ")
        if not dose or slot in doses:
            raise InvalidInput(f'{text!r} is not one day; write it like "10 mg morning, 10 mg bedtime"', where=where)
        doses[slot] = dose
    try:
        return Regimen.of(doses)
    except InvalidInput as error:
        raise InvalidInput(str(error), where=where) from None


def _add_products(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("drug", metavar="DRUG")
    parser.add_argument("--products", metavar="FILE", help="the products that can be had; the shipped ones otherwise")
    parser.add_argument("--market", metavar="us|uk", help="whose shipped products; us where held, if not given")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="use this product; may be repeated")


def _add_down(parser: argparse.ArgumentParser) -> None:
    _add_products(parser)
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
    parser.add_argument("--shortest", metavar="TIME", help='the least time, such as "2 weeks"')
    parser.add_argument("--longest", metavar="TIME", help="the most time")
    parser.add_argument("--lead-in", metavar="TIME", help="how long today's doses stay before the first fall")
    parser.add_argument("--indication", metavar="NAME")
    parser.add_argument("--title")
    add_out(parser)
    add_json(parser)


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    _add_products(parser)
    parser.add_argument("dose", metavar="DOSE")
    parser.add_argument("--mix-forms", action="store_true", help="let a tablet and a liquid share an intake")
    add_json(parser)


def _down(options: argparse.Namespace) -> int:
    drug, products = _products(options)
    made = plan_taper(
        drug=drug,
        before=read_day(options.before, "--from"),
        to=_target(options.to),
        pace=options.pace,
        products=products,
        order=options.order,
        stays=options.stays,
        excess="forbid" if options.forbid_excess else "report",
        forms=options.forms,
        mix_forms=options.mix_forms,
        shortest=_time(options.shortest),
        longest=_time(options.longest),
        lead_in=_time(options.lead_in),
        indication=options.indication,
        title=options.title,
    )
    return _print_taper(made, options)


def _print_taper(made: Taper, options: argparse.Namespace) -> int:
    data = {"plan": made.plan.to_dict(), "report": made.report.to_dict()}
    text = json_text(data) if options.json else f"{made.report}\n\n{NOTICE}\n"
    deliver(json_text(data["plan"]) if options.out else text, options)
    if options.out and not options.json:
        print(text, end="")
    return 0


def _target(text: str) -> Regimen | Dose | str:
    if text.strip() == "0":
        return "0"
    return read_day(text, "--to") if text.strip().rpartition(" ")[2] not in {"mg", "mcg", "g"} else Dose.parse(text)


def _time(text: str | None) -> Duration | None:
    return Duration.parse(text) if text else None


def _products(options: argparse.Namespace) -> tuple[str, tuple[Product, ...]]:
    formulary = Formulary.shipped()
    given = load_products(options.products) if options.products else ()
    key = options.drug.strip().lower()
    drug = key if any(product.drug == key for product in given) else formulary.name_of(options.drug)
    found = tuple(product for product in given if product.drug == drug)
    found = found or formulary.products(drug, market=options.market or market_of(formulary, drug))
    unknown = sorted(set(options.only) - {product.id for product in found})
    if unknown:
        held = ", ".join(product.id for product in found)
        raise InvalidInput(f"--only: {unknown[0]!r} is not among the products: {held}")
    return drug, tuple(product for product in found if not options.only or product.id in options.only)


def _recipe(options: argparse.Namespace) -> int:
    _, products = _products(options)
    by_id = {product.id: product for product in products}
    dose = Dose.parse(options.dose)
    handling = Handling(mix_forms=options.mix_forms)
    solids = [product.strength for product in products if product.strength is not None]
    reach = dose + max(solids) if solids else dose * 2
    found = Reachable(products, up_to=reach.in_unit(dose.unit), handling=handling)
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
