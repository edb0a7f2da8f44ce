"""The command drugs: the drugs on file."""

import argparse

from taper.cli.options import add_json
from taper.cli.output import print_json
from taper.knowledge.formulary import Formulary


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    formulary = Formulary.shipped()
    if options.json:
        print_json({"drugs": list(formulary.drugs)})
    else:
        print("\n".join(formulary.drugs))
    return 0
