"""A thin command line over the public names; each command is a module, imported when it is run."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from taper.errors import TaperError
from taper.words.notice import NOTICE

COMMANDS = {
    "drugs": ("drugs", "list the drugs on file"),
    "show": ("show", "print what is on file about a drug, with its sources"),
    "protocols": ("protocols", "list the shipped protocols and examples"),
    "stale": ("stale", "list the sources last looked at more than a year before a day"),
    "limits": ("limits", "list how large what is read and planned may be, and what it costs"),
    "check": ("check", "compare a plan with every cited limit"),
    "kidney": ("kidney", "propose a plan for a person's kidney function, by one named source"),
    "schedule": ("schedule", "lay a plan on dates"),
    "supply": ("supply", "count what a plan uses"),
    "down": ("down", "plan a taper that real products can make"),
    "recipe": ("recipe", "say how products make a dose"),
    "up": ("up", "plan an increase, by a label's steps or by an increment"),
    "steps": ("steps", "plan steps of days, on weekdays, on alternate days, or slowly alternating"),
    "cross": ("cross", "replace a drug by another in stages"),
    "adjust": ("adjust", "apply what happened to a plan"),
    "compare": ("compare", "say what differs between two plans"),
    "import": ("import_plan", "read a plan from FHIR medication requests, or say why none can be read"),
}
"""Every command: its module in this package, and what it does."""
_NOT_COMPUTED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error as one message, and the exit code is then 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What is written says that it is UTF-8, and has its own ends of lines, whatever the terminal is set to.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser_for(given[0] if given else None).parse_args(given)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except TaperError as error:
        print(f"taper: {error}", file=sys.stderr)
        return _NOT_COMPUTED
    except BrokenPipeError:  # pragma: no cover - tests/test_cli.py lets the reader leave in another process
        _leave_stdout()
        return 0
    except OSError as error:  # pragma: no cover - tests/test_cli.py writes to a full disk in another process
        print(f"taper: standard output cannot be written ({error.strerror}); check where it goes", file=sys.stderr)
        _leave_stdout()
        return _NOT_COMPUTED


def _leave_stdout() -> None:  # pragma: no cover - see above
    """Send what is still held for standard output nowhere, or its end would fail once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser_for(name: str | None) -> argparse.ArgumentParser:
    """The parser of the command line, in which the options of one command alone are loaded, if one is named."""
    parser = argparse.ArgumentParser(prog="taper", description=f"Plans that can be taken, checked and dated. {NOTICE}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, (module, words) in COMMANDS.items():
        made = commands.add_parser(command, help=words, description=f"{words[0].upper()}{words[1:]}.")
        if command == name:
            loaded = import_module(f"taper.cli.{module}")
            loaded.add(made)
            made.set_defaults(run=loaded.run)
    return parser
