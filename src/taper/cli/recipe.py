"""The command recipe: how products make a dose."""

import argparse

from taper.cli.drug_inputs import check_syringe, products_of_drug, read_dose
from taper.cli.options import add_drug, add_json, add_pieces
from taper.cli.output import json_text
from taper.products.recipes import Handling, Reachable, reach_of
from taper.words.portion import describe_portion


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_drug(parser)
    parser.add_argument("dose", metavar="DOSE")
    add_pieces(parser)
    parser.add_argument("--mix-forms", action="store_true", help="let a tablet and a liquid share an intake")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    _, products = products_of_drug(options)
    by_id = {product.id: product for product in products}
    dose = read_dose(options.dose, "DOSE", products)
    check_syringe(options, products, [dose])
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
