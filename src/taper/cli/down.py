"""The command down: a taper that real products can make."""

import argparse
from collections.abc import Sequence

from taper._base.numbers import write_number
from taper.amounts.dose import Dose
from taper.cli.drug_inputs import products_of_drug, read_day, read_time, weights_of
from taper.cli.options import add_drug, add_json, add_out, add_pieces
from taper.cli.output import deliver_plan
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.planning.taper import plan_taper
from taper.plans.regimen import Regimen, Slot
from taper.products.product import Product


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
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
    add_pieces(parser)
    parser.add_argument("--shortest", metavar="TIME", help='the least time, such as "2 weeks"')
    parser.add_argument("--longest", metavar="TIME", help="the most time")
    parser.add_argument("--lead-in", metavar="TIME", help="how long today's doses stay before the first fall")
    parser.add_argument("--indication", metavar="NAME")
    parser.add_argument("--title")
    add_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    drug, products = products_of_drug(options)
    made = plan_taper(
        drug=drug,
        before=read_day(options.before, "--from", products),
        to=_target(options.to, products),
        pace=_pace(options.pace, drug),
        products=products,
        order=options.order,
        stays=options.stays,
        excess="forbid" if options.forbid_excess else "report",
        forms=options.forms,
        mix_forms=options.mix_forms,
        shortest=read_time(options.shortest),
        longest=read_time(options.longest),
        lead_in=read_time(options.lead_in),
        weights=weights_of(options),
        indication=options.indication,
        title=options.title,
    )
    return deliver_plan(made.plan, str(made.report), made.report.to_dict(), options)


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


def _target(text: str, products: Sequence[Product]) -> Regimen | Dose | str:
    """Where the taper ends: nothing, a daily total, or a day. One amount without a time is a total."""
    if text.strip().lower() in {"0", "0 mg", "nothing", "zero", "none", "off", "stop"}:
        return "0"
    day = read_day(text, "--to", products)
    return day.intakes[0].dose if day.slots == (Slot("daily"),) else day
