"""Commands for a plan on its way: adjust it by a log, compare it with another."""

import argparse
from datetime import date
from typing import Any

from taper.adjustment.apply_log import apply_log
from taper.amounts.duration import Duration, read_date
from taper.checks.check import check
from taper.cli.options import (
    add_command,
    add_json,
    add_out,
    add_plan,
    deliver,
    formulary_of,
    json_text,
    print_json,
    products_of,
    read_plan_at,
    realized_of,
)
from taper.errors import InvalidInput
from taper.formats.difference import to_difference_table
from taper.formats.table import to_table
from taper.knowledge.formulary import Formulary
from taper.people.patient import UNKNOWN, load_patient
from taper.plans.log import load_log
from taper.plans.plan import Plan
from taper.schedules.adherence import compare_intakes
from taper.schedules.difference import compare
from taper.schedules.realization import realize
from taper.schedules.schedule import Schedule, to_schedule
from taper.supply.count import count_supply
from taper.words import NOTICE, describe_adherence


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
    parser.add_argument("--products", metavar="FILE", help="count units too, of these products; needs --start")
    parser.add_argument("--market", metavar="us|uk", help="count units too, of shipped products; needs --start")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan whose units are counted")
    add_json(parser)


def adjusted_by(name: str, options: argparse.Namespace) -> Schedule:
    """The plan that was named, on dates, after what a log of that name says.

    Raises:
        TaperError: If the plan or the log cannot be read, or do not fit each other.
    """
    start = read_date(options.start)
    log = load_log(name)
    made = realized_of(options)
    horizon = Duration(options.days) if options.days is not None else None
    further = products_of(options, made.plan, formulary_of(options))
    first = to_schedule(made, start=start, horizon=horizon)
    return apply_log(first, log, products=further, horizon=horizon)


def _adjust(options: argparse.Namespace) -> int:
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


def _compare(options: argparse.Namespace) -> int:
    start = read_date(options.start) if options.start else None
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
