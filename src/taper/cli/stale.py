"""The command stale: sources that were last looked at more than a year before a day."""

import argparse

from taper.amounts.duration import read_date
from taper.cli.options import FOUND, add_json
from taper.cli.output import print_json
from taper.cli.plan_inputs import formulary_of
from taper.knowledge.stale import list_stale


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--as-of", required=True, metavar="DATE", help="the day to count from")
    parser.add_argument("--overlay", metavar="FILE", help="a TOML file merged over the shipped")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    found = list_stale(formulary_of(options), as_of=read_date(options.as_of))
    if options.json:
        print_json({"stale": [{"source": item.source.id, "verified_on": item.source.verified_on.isoformat(),
                               "cited_by": list(item.cited_by)} for item in found]})  # fmt: skip
    else:
        lines = [f"{item.source.citation}\n    for {', '.join(item.cited_by)}" for item in found]
        print("\n".join([*lines, f"{len(found)} sources were looked at more than a year before {options.as_of}."]))
    return FOUND if found else 0
