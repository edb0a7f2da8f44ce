"""The command schedule: a plan on dates, in every format."""

import argparse

from taper.cli.options import add_days, add_log, add_plan
from taper.cli.output import deliver
from taper.cli.plan_inputs import dated
from taper.cli.writing import add_formats, kinds_of, write_as


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    add_days(parser)
    add_log(parser)
    add_formats(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    kinds = kinds_of(options)
    schedule = dated(options)
    deliver({name: write_as(kind, schedule, options) for name, kind in kinds.items()}, options)
    return 0
