"""The command adjust: what happened, applied to a plan."""

import argparse

from taper.checks.check import check
from taper.cli.options import add_json, add_out, add_plan
from taper.cli.output import deliver, json_text
from taper.cli.plan_inputs import adjusted_by
from taper.formats.table import to_table
from taper.people.patient import UNKNOWN, load_patient
from taper.schedules.adherence import compare_intakes
from taper.supply.count import count_supply
from taper.words.notice import NOTICE
from taper.words.plain import describe_adherence


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    parser.add_argument("--log", required=True, metavar="FILE", help="what happened, as taper-log/1")
    parser.add_argument("--start", required=True, metavar="DATE", help="the date of day 1")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")
    parser.add_argument("--patient", metavar="FILE", help="facts about the person, for the review below the table")
    add_out(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    adjusted = adjusted_by(options.log, options)
    supply = count_supply(adjusted)
    taken = compare_intakes(adjusted) if adjusted.log is not None and adjusted.log.intakes else None
    if options.json:
        data = adjusted.to_dict() | {"plan": adjusted.realized.plan.to_dict(), "supply": supply.to_dict()}
        deliver(json_text(data | ({"adherence": taken.to_dict()} if taken is not None else {})), options)
        return 0
    review = check(adjusted, load_patient(options.patient) if options.patient else UNKNOWN)
    text = to_table(adjusted, review, supply).removesuffix(f"{NOTICE}\n")
    recorded = "".join(f"{line}\n" for line in [*describe_adherence(taken), ""]) if taken is not None else ""
    deliver(f"{text}{recorded}{NOTICE}\n", options)
    return 0
