"""The command adjust: what happened, applied to a plan, in every format."""

import argparse

from taper.cli.options import add_plan
from taper.cli.output import deliver, json_text
from taper.cli.plan_inputs import adjusted_by
from taper.cli.writing import add_formats, kinds_of, review_of, write_as
from taper.formats.table import to_table
from taper.schedules.adherence import Adherence, compare_intakes
from taper.schedules.schedule import Schedule
from taper.supply.count import count_supply
from taper.words.notice import NOTICE
from taper.words.plain import describe_adherence


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    parser.add_argument("--log", required=True, metavar="FILE", help="what happened, as `taper log` writes it")
    parser.add_argument("--start", metavar="DATE", help="the date of day 1; that of the log if not given")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")
    add_formats(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    kinds = kinds_of(options)
    adjusted = adjusted_by(options.log, options)
    taken = compare_intakes(adjusted) if adjusted.log is not None and adjusted.log.intakes else None
    deliver({name: _write(kind, adjusted, taken, options) for name, kind in kinds.items()}, options)
    return 0


def _write(kind: str, adjusted: Schedule, taken: Adherence | None, options: argparse.Namespace) -> str | bytes:
    """The adjusted plan in a format; a table and JSON hold what was recorded too."""
    if kind == "table":
        return _table(adjusted, taken, options)
    if kind != "json":
        return write_as(kind, adjusted, options)
    data = adjusted.to_dict() | {
        "plan": adjusted.realized.plan.to_dict(),
        "supply": count_supply(adjusted).to_dict(),
    }
    return json_text(data | ({"adherence": taken.to_dict()} if taken is not None else {}))


def _table(adjusted: Schedule, taken: Adherence | None, options: argparse.Namespace) -> str:
    """The table, with what was recorded below it."""
    made = to_table(adjusted, review_of(options, adjusted), count_supply(adjusted), every_day=options.every_day)
    recorded = "".join(f"{line}\n" for line in [*describe_adherence(taken), ""]) if taken is not None else ""
    return f"{made.removesuffix(f'{NOTICE}{chr(10)}')}{recorded}{NOTICE}\n"
