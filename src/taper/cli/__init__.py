"""A thin command line over the public names."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from taper.cli import adjust, check, down, import_plan, schedule, show, supply, up
from taper.cli.options import NOT_COMPUTED
from taper.errors import TaperError
from taper.words import NOTICE

_GROUPS = (show, check, schedule, supply, down, up, adjust, import_plan)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error as one message, and the exit code is then 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What is written says that it is UTF-8, and has its own ends of lines, whatever the terminal is set to.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except TaperError as error:
        print(f"taper: {error}", file=sys.stderr)
        return NOT_COMPUTED
    except BrokenPipeError:  # pragma: no cover - tests/test_cli.py lets the reader leave in another process
        _leave_stdout()
        return 0
    except OSError as error:  # pragma: no cover - tests/test_cli.py writes to a full disk in another process
        print(f"taper: standard output cannot be written ({error.strerror}); check where it goes", file=sys.stderr)
        _leave_stdout()
        return NOT_COMPUTED


def _leave_stdout() -> None:  # pragma: no cover - see above
    """Send what is still held for standard output nowhere, or its end would fail once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="taper", description=f"Plans that can be taken, checked and dated. {NOTICE}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add(commands)
    return parser
