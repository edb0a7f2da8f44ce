"""The command limits: how large what is read and planned may be, and what it costs at that size."""

import argparse
from dataclasses import asdict

from taper._base.limits import LIMITS, YARDSTICK
from taper.cli.options import add_json
from taper.cli.output import print_json


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    if options.json:
        print_json({"limits": [asdict(limit) for limit in LIMITS]})
        return 0
    for limit in LIMITS:
        print(f"{limit.of}: {limit.most}" + (f"\n    costs {limit.costs}" if limit.costs else ""))
    print(f"\n{YARDSTICK}")
    return 0
