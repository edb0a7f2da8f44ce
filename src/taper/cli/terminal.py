"""The terminal: color where one is, a line that says that work goes on, and nothing of either elsewhere."""

import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from taper._base.progress import telling

_COLORS = {"HIGH": "31;1", "MODERATE": "33", "LOW": "36", "NOT ASSESSED": "35", "clear": "32"}
_MARK = re.compile(r"^( *(?:- )?)(HIGH|MODERATE|LOW|NOT ASSESSED|clear)(?=[ :])", re.MULTILINE)
_PATIENCE = 1


def takes_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows color, and nobody asked for none (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str) -> str:
    """The text with the severities at the beginnings of its lines in color."""
    return _MARK.sub(lambda found: f"{found[1]}\033[{_COLORS[found[2]]}m{found[2]}\033[0m", text)


class Painted(io.TextIOBase):
    """A terminal that paints what is written to it."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def write(self, text: str) -> int:
        """Write the text with its colors."""
        self._terminal.write(paint(text))
        return len(text)

    def flush(self) -> None:
        """Write out what waits."""
        self._terminal.flush()

    def isatty(self) -> bool:
        """It is a terminal."""
        return True

    def fileno(self) -> int:
        """The number of the terminal's file."""
        return self._terminal.fileno()

    @property
    def buffer(self) -> object:
        return getattr(self._terminal, "buffer", self._terminal)


@contextmanager
def at_work(command: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Say on standard error how far work has gone, where someone is looking and it takes longer than a second."""
    if not sys.stderr.isatty():
        yield
        return
    said = threading.Event()
    shown = ""

    def show(words: str) -> None:
        nonlocal shown
        if words != shown:
            shown = words
            print(f"\r\033[Ktaper {command}: {words} ...", end="", file=sys.stderr, flush=True)

    def begin() -> None:
        said.set()
        show("working")

    def follow(done: int, whole: int, what: str) -> None:
        if said.is_set():
            show(f"{what}, {100 * done // max(1, whole)} %")

    timer = threading.Timer(patience, begin)
    timer.daemon = True
    timer.start()
    try:
        with telling(follow):
            yield
    finally:
        timer.cancel()
        if said.is_set():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
