"""The command compare: what differs between two plans."""

import argparse
from datetime import date

from taper.amounts.duration import Duration, read_date
from taper.cli.options import add_json
from taper.cli.output import print_json
from taper.cli.plan_inputs import products_of, read_plan_at
from taper.errors import InvalidInput
from taper.formats.difference import to_difference_table
from taper.knowledge.formulary import Formulary
from taper.plans.plan import Plan
from taper.schedules.difference import compare
from taper.schedules.realization import realize
from taper.schedules.schedule import Schedule, to_schedule


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("one", metavar="PLAN", help="a plan file, - for standard input, or a protocol's name")
    parser.add_argument("other", metavar="PLAN")
    parser.add_argument("--start", metavar="DATE", help="the date of day 1, where a plan has months or weekdays")
    parser.add_argument("--products", metavar="FILE", help="count units too, of these products; needs --start")
    parser.add_argument("--market", metavar="us|uk", help="count units too, of shipped products; needs --start")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan whose units are counted")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    start = read_date(options.start) if options.start else None
    if options.one == options.other == "-":
        raise InvalidInput("standard input is one plan; name a file for the other", where="PLAN")
    plans = read_plan_at(options.one), read_plan_at(options.other)
    if options.products or options.market or options.days is not None:
        difference = compare(*(_dated(plan, options, start) for plan in plans))
    else:
        difference = compare(*plans, start=start)
    if options.json:
        print_json(difference.to_dict())
    else:
        print(to_difference_table(difference, one=options.one, other=options.other), end="")
    return 0


def _dated(plan: Plan, options: argparse.Namespace, start: date | None) -> Schedule:
    if start is None:
        raise InvalidInput("units are counted on dates; give --start", where="--products")
    made = realize(plan, products_of(options, plan, Formulary.shipped()))
    horizon = Duration(options.days) if options.days is not None and plan.is_open else None
    return to_schedule(made, start=start, horizon=horizon)
