"""Standard output and standard error, as a command prints to them; they may be closed, full, or not be there."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from taper.cli.terminal import LINE, paint


class NotPrinted(OSError):
    """Standard output cannot be written; trouble with any other file is another OSError."""


class _Stream:
    """A stream that is printed to, after the line of progress has left."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.beneath = getattr(stream, "beneath", stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        with LINE.away(text):
            self.reach(lambda stream: stream.write(self._shown(text)))
        return len(text)

    def flush(self) -> None:
        """Write out what waits."""
        if self._is_open():
            self.reach(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._is_open() and bool(self._stream and self._stream.isatty())

    def reach(self, use: Callable[[Any], object]) -> None:
        """Use the stream, if it can be used."""
        if not self._is_open():
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        use(self._stream)

    def _is_open(self) -> bool:
        return self._stream is not None and not getattr(self._stream, "closed", False)

    def _shown(self, text: str) -> str:
        return text


class Printed(_Stream):
    """Standard output: what cannot be printed ends the command; a terminal may show it in color."""

    is_painted = False
    _has_left = False

    @property
    def buffer(self) -> "_Bytes":
        """What takes bytes, where the stream does."""
        if self._is_open() and not hasattr(self._stream, "buffer"):
            raise AttributeError("this stream takes text alone")
        return _Bytes(self)

    def reach(self, use: Callable[[Any], object]) -> None:
        """Use the stream; of a reader who has left, nothing more is asked, and the command does the rest of its work.

        Raises:
            NotPrinted: If it cannot be used.
        """
        if self._has_left:
            return
        try:
            super().reach(use)
        except BrokenPipeError:
            self._has_left = True
        except OSError as error:
            raise NotPrinted(error.errno, error.strerror) from None

    def _shown(self, text: str) -> str:
        return paint(text) if self.is_painted else text


class _Bytes:
    """The bytes of standard output."""

    def __init__(self, printed: Printed) -> None:
        self._printed = printed

    def write(self, held: bytes) -> int:
        """Write some bytes."""
        with LINE.away(""):
            self._printed.reach(lambda stream: stream.buffer.write(held))
        return len(held)

    def flush(self) -> None:
        """Write out what waits."""
        self._printed.flush()


_LONGEST_LINE = 4000
_ENDS = 1500


class ErrorStream(_Stream):
    """Standard error: where nobody can be told, the exit code says it alone. Of a line without end, both ends stand."""

    def reach(self, use: Callable[[Any], object]) -> None:
        """Use the stream, if it can be used."""
        with suppress(OSError):
            super().reach(use)

    def _shown(self, text: str) -> str:
        return "\n".join(map(_without_middle, text.split("\n"))) if len(text) > _LONGEST_LINE else text


def _without_middle(line: str) -> str:
    left = len(line) - 2 * _ENDS
    return f"{line[:_ENDS]} ... {left} characters ... {line[-_ENDS:]}" if len(line) > _LONGEST_LINE else line


@contextmanager
def standard_streams() -> Iterator[Printed]:
    """Print to the standard streams through these, and leave them as they were."""
    output, errors = sys.stdout, sys.stderr
    if isinstance(output, io.TextIOWrapper) and not output.closed:
        # What is written says that it is UTF-8, and has its own ends of lines, whatever the terminal is set to.
        output.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    sys.stdout = printed = Printed(output)
    sys.stderr = ErrorStream(errors)
    try:
        yield printed
    finally:
        sys.stdout, sys.stderr = output, errors
