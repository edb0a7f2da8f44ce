"""The command line as a program: `python -m taper`, and `taper` where it is installed."""

# Nothing is imported before signals are answered, so that one which comes early is answered too.

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

_SAME_WISH = 1
"""A signal that comes within a second of the first is the same wish; a later one ends what still goes on."""
_FAILED, _INTERRUPTED, _SIGNALED = 2, 130, 128
_LONGEST_REASON = 300
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_asked: list[int] = []
"""The exit code of the first signal, once there was one."""


class _Stopped(KeyboardInterrupt):
    """What a signal raises. Python ends a process by the signal itself where it has seen a plain KeyboardInterrupt."""


def start() -> "NoReturn":
    """Run the command that was typed, and end with its exit code.

    That is 130 after Ctrl-C, 143 when told to end, and 129 when the terminal was closed.
    """
    code: Any = None
    try:
        _fill_closed_files()
        _leave_out_zone()
        os.environ.pop("MPLBACKEND", None)  # a window to draw in, which no command opens, and which may not be there
        code = _main()
    except BaseException as error:
        # What a signal raised may come out as another error, such as a package that is not there.
        if _asked or isinstance(error, KeyboardInterrupt):
            _asked.append(_INTERRUPTED)
            _say_stopped()
        elif sys.flags.dev_mode:
            raise
        else:
            code = _FAILED
            _say_failed(error)
    _let_go(sys.stdout)
    _let_go(sys.stderr)
    sys.exit(_asked[0] if _asked else code)


def _main() -> "Any":
    try:
        _answer_signals()
        from taper.cli import main

        code: Any = main()
    except SystemExit as left:
        code = left.code
    _ignore_signals()
    return code


def _answer_signals() -> None:
    """Stop on the first signal, so that all is tidied up; end on one that comes when that takes long."""
    import signal
    from time import monotonic

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    since = monotonic()

    def stop(number: int, _: object) -> None:
        nonlocal since
        if not _asked:
            since = monotonic()
            _asked.append(_SIGNALED + number)
            raise _Stopped
        if monotonic() - since > _SAME_WISH:
            os._exit(_asked[0])

    def drop(what: "Any") -> None:
        """End where Python drops what was raised, as at the end of an object, and the command would go on."""
        if not isinstance(what.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(what)
            return
        _say_stopped()
        os._exit(_asked[0] if _asked else _INTERRUPTED)

    sys.unraisablehook = drop
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as beside a shell, where nobody can mean this command
            signal.signal(number, stop)


def _ignore_signals() -> None:
    """All is done, and what is left takes no time."""
    import signal

    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _say_stopped() -> None:
    _works(lambda: sys.stderr.write("taper: stopped, and nothing more was written\n"))


def _say_failed(error: BaseException) -> None:
    """Say in one line what nobody foresaw, and where; `python -X dev -m taper` shows the whole."""
    says = "there is not enough memory for this; end other programs, and try again"
    if not isinstance(error, MemoryError):
        shown = repr(error)[:_LONGEST_REASON]
        says = f"{_place_of(error)}: nobody foresaw this ({shown}); report this line and what was typed"
    _works(lambda: sys.stderr.write(f"taper: {says}\n"))


def _place_of(error: BaseException) -> str:
    """The last line of this package that was reached."""
    trace, place = error.__traceback__, __file__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(os.path.dirname(__file__)):  # noqa: PTH120 - see above
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _fill_closed_files() -> None:
    """Open nothing as what was closed; else a file that is opened later takes its number, and all that is printed."""
    if any(stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)):
        opened = 0
        while opened <= 2:  # the number of standard error
            opened = os.open(os.devnull, os.O_RDWR)
        os.close(opened)


def _leave_out_zone() -> None:
    """Leave out a time zone that is a device, as the system does; a package that writes PDFs reads it without end."""
    named = os.path.join("/usr/share/zoneinfo", os.environ.get("TZ", "").removeprefix(":"))  # noqa: PTH118 - see above
    if os.path.exists(named) and not (os.path.isfile(named) or os.path.isdir(named)):  # noqa: PTH110, PTH112, PTH113
        os.environ["TZ"] = "UTC"


def _let_go(stream: "Any") -> None:
    """Send what still waits for a stream that cannot be written nowhere, or it would fail once more at the end."""
    if _asked or not _works(lambda: stream.flush()):
        _works(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno()))


def _works(use: "Callable[[], object]") -> bool:
    """Use a stream that may not be there."""
    try:
        use()
    except (AttributeError, OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    start()
