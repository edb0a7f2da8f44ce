"""A thin command line over the public names; each command is a module, imported when it is run."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from taper.cli.examples import EXAMPLES, EXIT_CODES
from taper.cli.notes import print_notes
from taper.cli.parsing import Parser
from taper.cli.streams import NotPrinted, Printed, standard_streams
from taper.cli.terminal import at_work, takes_color
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
    "schedule": ("schedule", "put a plan on dates"),
    "supply": ("supply", "count what a plan uses"),
    "mme": ("mme", "total the opioids of a plan a day in morphine, by each table, with its warning"),
    "down": ("down", "plan a taper that real products can make"),
    "recipe": ("recipe", "say how products make a dose"),
    "up": ("up", "plan an increase, by a label's steps or by an increment"),
    "steps": ("steps", "plan steps of days, on weekdays, on alternate days, or slowly alternating"),
    "cross": ("cross", "replace a drug by another in stages"),
    "adjust": ("adjust", "apply what happened to a plan"),
    "log": ("log", "write down what happened to a plan: a hold, a step back, a dose taken"),
    "compare": ("compare", "say what differs between two plans"),
    "audit": ("audit", "count tapers, stops and findings in a Parquet file of dispensed medicines"),
    "import": ("import_plan", "read a plan from FHIR medication requests, or say why none can be read"),
}
"""Every command: its module in this package, and what it does."""
WORDS = frozenset({"pace", "start", "day", "as_of", "order", "market", "over", "lasting"})
"""Options whose words are read in `taper.cli.typed_words`."""
_NOT_COMPUTED = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error as one message, and the exit code is then 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "_ARGCOMPLETE" in os.environ:  # pragma: no cover - tests/test_everyday_frame.py completes in another process
        _complete()
    with standard_streams() as printed:
        return _answer(given, printed)


def _answer(given: Sequence[str], printed: Printed) -> int:
    """Run a command, and say what stopped it in one message."""
    try:
        try:
            code = _run(given, printed)
        except SystemExit:
            printed.flush()  # help, before it ends the process
            raise
        printed.flush()
        print_notes()
        return code
    except TaperError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        print("taper: stopped, and nothing more was written", file=sys.stderr)
        return _INTERRUPTED
    except NotPrinted as error:
        return _refuse(f"standard output cannot be written ({error.strerror}); check where it goes")
    except OSError as error:
        return _refuse(_of_file(error))


def _refuse(message: str) -> int:
    print_notes()
    print(f"taper: {message}", file=sys.stderr)
    return _NOT_COMPUTED


def _of_file(error: OSError) -> str:
    """What went wrong with a file, where no reader or writer said it better."""
    reason = error.strerror or str(error)
    if error.filename is None:
        return f"a file cannot be read or written ({reason}); check those that are named, and the room on the disk"
    return f"{error.filename}: cannot be used ({reason}); check the path"


def _run(given: Sequence[str], printed: Printed) -> int:
    if not given or list(given) == ["help"]:
        parser_for(None).print_help()
        return 0
    words = [given[1], "--help"] if given[0] == "help" else list(given)
    options, unread = parser_for(_command_of(words)).parse_known_args(words)
    if unread:
        options.parser.commands_with = _commands_with
        options.parser.unknown(unread)
    printed.is_painted = takes_color(sys.stdout) and not getattr(options, "json", False)
    if options.__dict__.keys() & WORDS:
        from taper.cli.typed_words import understand  # only where words are to be read, so that help stays quick

        understand(options, words[0])
    with at_work(words[0]):
        code: int = options.run(options)
    return code


def _command_of(given: Sequence[str]) -> str | None:
    words = [word for word in given if word != "help"]
    return words[0] if words else None


def _commands_with(option: str) -> list[str]:
    """The commands that have an option of that name."""
    made = {command: parser_for(command) for command in COMMANDS}
    return [f"taper {name}" for name in COMMANDS if option in _options_of(made[name], name)]


def _options_of(parser: argparse.ArgumentParser, command: str) -> Iterable[str]:
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    options: dict[str, Any] = commands.choices[command]._option_string_actions
    return options


def _complete() -> None:  # pragma: no cover - see above
    """Answer a shell that completes a command, if the package argcomplete is installed; it ends the process."""
    try:
        argcomplete = import_module("argcomplete")
    except ImportError:
        return
    argcomplete.autocomplete(parser_for(None, whole=True))


def parser_for(name: str | None, *, whole: bool = False) -> argparse.ArgumentParser:
    """The parser of the command line, in which the options of one command alone are loaded, or of the whole."""
    parser = Parser(
        prog="taper",
        description=f"Plans that can be taken, checked and dated. {NOTICE}",
        epilog=f"examples:\n{_indented(EXAMPLES[''])}\n\n{EXIT_CODES}\n\ntaper COMMAND --help explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"taper {import_module('taper').__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command, (module, words) in COMMANDS.items():
        lines = EXAMPLES.get(command, (f"taper {command}",))
        examples = f"examples:\n{_indented(lines)}\n\n{EXIT_CODES}"
        made = commands.add_parser(command, help=words, description=f"{words[0].upper()}{words[1:]}.", epilog=examples)
        if whole or command == name:
            loaded = import_module(f"taper.cli.{module}")
            loaded.add(made)
            made.set_defaults(run=loaded.run, parser=made)
    return parser


def _indented(lines: Sequence[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)
