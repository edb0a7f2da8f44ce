"""A thin command line over the public names."""

import argparse
import os
import sys
from collections.abc import Sequence

from taper.cli import climbing, counting, dating, exchange, judge, living, look, planning
from taper.cli.common import NOT_COMPUTED
from taper.errors import TaperError
from taper.words import NOTICE

_GROUPS = (look, judge, dating, counting, planning, climbing, living, exchange)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error as one message, and the exit code is then 2."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except TaperError as error:
        print(f"taper: {error}", file=sys.stderr)
        return NOT_COMPUTED
    except BrokenPipeError:  # pragma: no cover - tests/test_cli.py lets the reader leave in another process
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="taper", description=f"Plans that can be taken, checked and dated. {NOTICE}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add(commands)
    return parser
