"""Commands for a plan on its way: adjust it by a log, compare it with another."""

import argparse
from typing import Any

from taper.adjustment import apply_log
from taper.cli.common import (
    add_command,
    add_json,
    add_out,
    add_plan,
    deliver,
    json_text,
    print_json,
    products_of,
    read_plan_at,
    realized_of,
)
from taper.dates import Duration, read_date
from taper.difference import compare
from taper.formats.difference_table import to_difference_table
from taper.formats.table import to_table
from taper.formulary import Formulary
from taper.log import load_log
from taper.patient import UNKNOWN, load_patient
from taper.rules import check
from taper.schedule import to_schedule
from taper.supply import count_supply


def add(commands: Any) -> None:
    """Add the commands adjust and compare."""
    _add_adjust(add_command(commands, "adjust", _adjust, "lay what happened over a plan"))
    _add_compare(add_command(commands, "compare", _compare, "say what differs between two plans"))


def _add_adjust(parser: argparse.ArgumentParser) -> None:
    add_plan(parser)
    parser.add_argument("--log", required=True, metavar="FILE", help="what happened, as taper-log/1")
    parser.add_argument("--start", required=True, metavar="DATE", help="the date of day 1")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")
    parser.add_argument("--patient", metavar="FILE", help="facts about the person, for the review below the table")
    add_out(parser)
    add_json(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("one", metavar="PLAN", help="a plan file, - for standard input, or a protocol's name")
    parser.add_argument("other", metavar="PLAN")
    parser.add_argument("--start", metavar="DATE", help="the date of day 1, where a plan has months or weekdays")
    add_json(parser)


def _adjust(options: argparse.Namespace) -> int:
    start = read_date(options.start)
    log = load_log(options.log)
    made = realized_of(options)
    horizon = Duration(options.days) if options.days is not None else None
    further = products_of(options, made.plan, Formulary.shipped())
    first = to_schedule(made, start=start, horizon=horizon)
    adjusted = apply_log(first, log, products=further, horizon=horizon)
    if options.json:
        deliver(json_text(adjusted.to_dict()), options)
        return 0
    review = check(adjusted, load_patient(options.patient) if options.patient else UNKNOWN)
    deliver(to_table(adjusted, review, count_supply(adjusted)), options)
    return 0


def _compare(options: argparse.Namespace) -> int:
    start = read_date(options.start) if options.start else None
    difference = compare(read_plan_at(options.one), read_plan_at(options.other), start=start)
    if options.json:
        print_json(difference.to_dict())
    else:
        print(to_difference_table(difference, one=options.one, other=options.other), end="")
    return 0
