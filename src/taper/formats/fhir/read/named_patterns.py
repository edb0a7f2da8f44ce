"""Patterns of whole words in which the group that matches names what was said."""

import re
from collections.abc import Mapping


def alone(pattern: str) -> re.Pattern[str]:
    """A pattern that no letter or digit stands beside."""
    return re.compile(rf"(?<![\w])(?:{pattern})(?![\w])")


def named(said: Mapping[str, list[str]], before: str = "") -> re.Pattern[str]:
    """One pattern in which the group that matches names what was said; longer phrases are tried first."""
    every = sorted(
        ((phrase, name) for name, phrases in said.items() for phrase in phrases), key=lambda one: -len(one[0])
    )
    return alone(
        f"{before}(?:{'|'.join(f'(?P<{name}_{index}>{phrase})' for index, (phrase, name) in enumerate(every))})"
    )


def group_of(found: re.Match[str]) -> str:
    """The name of the group that matched, without its number."""
    return str(found.lastgroup).partition("_")[0]
