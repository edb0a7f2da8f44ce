"""The command mme: the opioids of a plan as a total a day in morphine, table by table."""

import argparse

from taper.cli.options import add_days, add_json, add_plan
from taper.cli.output import print_json
from taper.cli.plan_inputs import dated
from taper.schedules.morphine_totals import mme, morphine_table_names


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    add_days(parser)
    parser.add_argument("--table", metavar="NAME", help="one table; else every one shipped, one below the other")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    schedule = dated(options)
    names = [options.table] if options.table else morphine_table_names()
    totals = [mme(schedule, name) for name in names]
    if options.json:
        print_json({"tables": [each.to_dict() for each in totals]})
    else:
        print("\n\n".join(str(each) for each in totals))
    return 0
