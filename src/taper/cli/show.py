"""The command show: what is on file about a drug, with its sources."""

import argparse

from taper.cli.options import add_json
from taper.cli.output import print_json
from taper.cli.plan_inputs import formulary_of
from taper.formats.monograph import to_monograph_text


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("drug", metavar="DRUG", help="its name or a brand; `taper drugs` lists those on file")
    parser.add_argument(
        "--overlay", metavar="FILE", help="a TOML file of local limits and products, merged over the shipped"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    monograph = formulary_of(options).monograph(options.drug)
    if options.json:
        print_json(monograph.model_dump(mode="json", exclude_none=True))
    else:
        print(to_monograph_text(monograph), end="")
    return 0
