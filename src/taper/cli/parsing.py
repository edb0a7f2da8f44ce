"""The parser of the command line: suggestions in its errors, choices as words, unique beginnings of words."""

import argparse
import sys
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, NoReturn

from taper.cli.examples import EXAMPLES


class Parser(argparse.ArgumentParser):
    """An argument parser that says what was probably meant."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**settings)

    commands_with: Callable[[str], list[str]] = staticmethod(lambda _: [])
    """Which other commands have an option of that name."""

    def error(self, message: str) -> NoReturn:
        """Print one message, where help is, an example, and leave with 2."""
        print(f"taper: {message.removeprefix('argument ')}\nHelp: {self.prog} --help", file=sys.stderr)
        print(f"Example: {EXAMPLES.get(self.prog.partition(' ')[2], (self.prog,))[0]}", file=sys.stderr)
        raise SystemExit(2)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help or the version; where they cannot be printed, that is said."""
        print(message, end="", file=file)

    def unknown(self, words: list[str]) -> NoReturn:
        """Refuse what no option takes, and name the nearest option."""
        word = next((word for word in words if word.startswith("-")), words[0])
        if not word.startswith("-"):
            self.error(f"{word!r} belongs to no option; put text of several words in quotes, or remove it")
        name = word.partition("=")[0]
        elsewhere = self.commands_with(name)
        if elsewhere:
            self.error(f"{name} is not an option of {self.prog}, and is one of {', '.join(elsewhere)}")
        self.error(f"{name} is not an option of {self.prog}{nearest(name, self._option_string_actions)}")

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if action.nargs is None and arg_strings == ["--"]:  # of which some versions of Python make an empty list
            raise argparse.ArgumentError(action, f"'--' alone is nothing; {self._what_to_write(action)}")
        return super()._get_values(action, arg_strings)

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        if not arg_string.replace(",", "").strip() and not isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(action, f"{arg_string!r} is empty; {self._what_to_write(action)}")
        if action.choices is not None and not isinstance(action, argparse._SubParsersAction):
            return complete(arg_string, action.choices)
        if action.type is int:
            try:
                return int(arg_string)
            except ValueError:
                written = f"{arg_string!r} is not a whole number; write it in digits, such as 4"
                raise argparse.ArgumentError(action, written) from None
        return super()._get_value(action, arg_string)

    def _what_to_write(self, action: argparse.Action) -> str:
        """The form of an option or of a place, what it means, and whether it may be left out."""
        form = " or ".join(map(str, action.choices)) if action.choices else action.metavar or action.dest.upper()
        meaning = f" ({self._get_formatter()._expand_help(action)})" if action.help else ""
        words = " ".join([*action.option_strings[-1:], str(form)])
        return f"write {words}{meaning}{'' if action.required else ', or leave it out'}"

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        if isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(None, f"{value!r} is not a command{nearest(value, action.choices)}")
        named = ", ".join(str(choice) for choice in action.choices)
        hint = nearest(value, map(str, action.choices), otherwise="")
        raise argparse.ArgumentError(action, f"{value!r} is not one of {named}{hint}")


def nearest(word: str, names: Iterable[str], *, otherwise: str = "; --help lists them") -> str:
    """A suggestion to end a message with: the nearest names, if some are near."""
    near = get_close_matches(word.lower(), list(names), n=2)
    return f"; did you mean {' or '.join(near)}?" if near else otherwise


def complete(word: str, choices: Iterable[Any]) -> Any:
    """The one choice that a word names or begins, whatever its letters; the word itself if there is none."""
    listed = {str(choice).lower(): choice for choice in choices}
    plain = word.strip().lower().replace("_", "-")
    for form in (plain, plain.replace("-", " ")):
        if form in listed:
            return listed[form]
    begun = [choice for name, choice in listed.items() if plain and name.startswith(plain)]
    return begun[0] if len(begun) == 1 else word
