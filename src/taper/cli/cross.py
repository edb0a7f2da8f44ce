"""The command cross: a drug replaced by another in stages."""

import argparse
from collections.abc import Iterable

from taper.amounts.duration import Duration
from taper.cli.drug_inputs import (
    all_of_drug,
    of_one_release,
    read_day,
    read_slots,
    read_time,
    stated,
    table_named,
    those_of_drug,
    weights_of,
)
from taper.cli.options import add_drug, add_json, add_pieces
from taper.cli.output import deliver_plan
from taper.cli.planner_options import add_arguments
from taper.cli.sheets import add_plan_out
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.planning.cross_taper import plan_cross_taper
from taper.products.product import DosageForm, Product, Release, load_products
from taper.products.statements import only


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_drug(parser)
    parser.add_argument("--from", dest="before", required=True, metavar="DAY", help='"1 mg morning, 1 mg bedtime"')
    parser.add_argument("--to-drug", required=True, metavar="DRUG", help="the drug to go over to")
    parser.add_argument("--to-products", metavar="FILE", help="its products; else those of --products, or the shipped")
    parser.add_argument("--to-release", choices=list(Release), help="of which release, where several are on file")
    parser.add_argument("--to-form", choices=list(DosageForm), help="of which form")
    parser.add_argument("--turns", metavar="bedtime,morning,...", help="the order in which the intakes change over")
    add_pieces(parser)
    parser.add_argument("--equivalence", required=True, metavar="NAME", help="the table; there is no default")
    parser.add_argument("--every", required=True, metavar="TIME", help="how long each stage lasts")
    parser.add_argument("--rounding", required=True, choices=["down", "up", "nearest"], help="of what cannot be made")
    parser.add_argument("--stages", type=int, metavar="N", help="in so many proportional stages")
    parser.add_argument("--pace", help="taper the second drug afterwards at this pace")
    parser.add_argument("--order", help="whose turn it is in that taper")
    add_arguments(parser, plan_cross_taper, "title")
    add_plan_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    formulary = Formulary.shipped()
    drug, found = all_of_drug(options)
    to_drug = formulary.name_of(options.to_drug)
    chosen = only((*found, *_to_products(options, formulary, to_drug)), options.only, where="--only")
    old = of_one_release(_of(chosen, drug), options.release, options.form, "--release")
    new = of_one_release(_of(chosen, to_drug), options.to_release, options.to_form, "--to-release")
    both = stated((*old, *new), options)
    if options.order and not options.pace:
        raise InvalidInput("an order belongs to the taper that follows; add --pace, or --turns", where="--order")
    made = plan_cross_taper(
        drug=drug,
        before=read_day(options.before, "--from", _of(both, drug)),
        products=_of(both, drug),
        to_drug=to_drug,
        to_products=_of(both, to_drug),
        equivalence=table_named(formulary, options.equivalence),
        every=read_time(options.every) or Duration(1),
        rounding=options.rounding,
        stages=options.stages if options.stages is not None else "intake by intake",
        order=read_slots(options.turns, "--turns") if options.turns else (),
        tables=formulary.tables,
        weights=weights_of(options),
        then={"pace": options.pace, "order": options.order} if options.pace else None,
        title=options.title,
    )
    return deliver_plan(made.plan, made.text(), made.to_dict(), options, both)


def _of(products: Iterable[Product], drug: str) -> tuple[Product, ...]:
    """The products of one drug."""
    return tuple(product for product in products if product.drug == drug)


def _to_products(options: argparse.Namespace, formulary: Formulary, drug: str) -> tuple[Product, ...]:
    file = options.to_products or options.products
    given = load_products(file) if file else ()
    held = any(product.drug == drug for product in given) or options.to_products
    return those_of_drug(drug, given if held else (), file if held else None, options.market, formulary)
