"""What a command wants known beside its output: how words were read, which market was used. One line each."""

import sys

_said: list[str] = []
_understood: dict[str, str] = {}


def say(text: str) -> None:
    """Keep a line for standard error, once however often it is said."""
    if text not in _said:
        _said.append(text)


def understood(option: str, meaning: str) -> None:
    """Keep how the words of an option were read; all such are printed in one line."""
    _understood[option] = meaning


def print_notes() -> None:
    """Print what was said to standard error, and forget it."""
    if _understood:
        print(
            "taper: read " + "; ".join(f"{option} as {said}" for option, said in _understood.items()), file=sys.stderr
        )
    for line in _said:
        print(f"taper: {line}", file=sys.stderr)
    _understood.clear()
    _said.clear()
