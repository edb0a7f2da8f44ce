"""The terminal: color where one is, a line that says that work goes on, and nothing of either elsewhere."""

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


class ProgressLine:
    """A line at the foot of a terminal, which leaves before anything is printed, and waits for the end of its line."""

    def __init__(self) -> None:
        self._terminal: TextIO | None = None
        self._words = ""
        self._is_free = True
        self._lock = threading.RLock()

    def begin(self, terminal: TextIO) -> None:
        """Be shown on a terminal from now on."""
        with self._lock:
            self._terminal, self._words = terminal, ""

    def show(self, words: str) -> None:
        """Show other words, if the line is shown at all."""
        with self._lock:
            if self._terminal is not None and self._is_free and words != self._words:
                self._write(f"\r\033[K{words}", words)

    def reset(self) -> None:
        """Be shown no more, until it is begun."""
        with self._lock:
            self._clear()
            self._terminal, self._is_free = None, True

    @contextmanager
    def away(self, text: str) -> Iterator[None]:
        """Be cleared before a text is printed."""
        with self._lock:
            self._clear()
            if text:
                self._is_free = text.endswith("\n")
            yield

    def _clear(self) -> None:
        if self._words:
            self._write("\r\033[K", "")

    def _write(self, text: str, words: str) -> None:
        with suppress(OSError, ValueError):  # a terminal that was closed
            print(text, end="", file=self._terminal, flush=True)
        self._words = words


LINE = ProgressLine()
"""The one line of this process."""


@contextmanager
def at_work(command: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Say on standard error how far work has gone, where someone is looking and it takes longer than a second."""
    terminal = sys.stderr
    if not terminal.isatty():
        yield
        return

    def begin() -> None:
        LINE.begin(getattr(terminal, "beneath", terminal))
        LINE.show(f"taper {command}: working ...")

    def follow(done: int, whole: int, what: str) -> None:
        LINE.show(f"taper {command}: {what}, {100 * done // max(1, whole)} % ...")

    LINE.reset()
    timer = threading.Timer(patience, begin)
    timer.daemon = True
    timer.start()
    try:
        with telling(follow):
            yield
    finally:
        timer.cancel()
        timer.join()  # or it may begin after the end
        LINE.reset()
