"""The command steps: a plan of steps as a pattern says them."""

import argparse

from taper.cli.drug_inputs import products_of_drug, read_day, read_slots, weights_of
from taper.cli.options import add_drug, add_json, add_pieces
from taper.cli.output import deliver_plan
from taper.cli.planner_options import add_arguments
from taper.cli.sheets import add_plan_out
from taper.planning.pattern import plan_pattern


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_drug(parser)
    parser.add_argument(
        "pattern",
        metavar="PATTERN",
        help='such as "60 mg for 2 days, then down 10 mg every 2 days to 20 mg, then stop", '
        '"7.5 mg for 2 weeks, then up 2.5 mg every 2 weeks to 15 mg" or '
        '"5 mg for 1 week, then alternate to 4 mg in 7 days every 1 week"',
    )
    parser.add_argument("--at", required=True, metavar="TIME", help="the time of day, such as morning or 08:00")
    add_arguments(parser, plan_pattern, "on")
    parser.add_argument("--from", dest="before", metavar="DAY", help="what is taken until day 1, or nothing")
    add_pieces(parser)
    add_arguments(parser, plan_pattern, "indication", "title")
    add_plan_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    drug, products = products_of_drug(options)
    before = options.before if options.before in (None, "nothing") else read_day(options.before, "--from", products)
    made = plan_pattern(
        drug=drug,
        pattern=options.pattern,
        at=_at(options.at),
        on=options.on,
        before=before,
        products=products,
        weights=weights_of(options),
        indication=options.indication,
        title=options.title,
    )
    return deliver_plan(made.plan, made.report.text(), made.report.to_dict(), options, products)


def _at(text: str) -> str:
    """The time of day that was named, such as night."""
    slots = read_slots(text, "--at")
    return slots[0] if len(slots) == 1 else text
