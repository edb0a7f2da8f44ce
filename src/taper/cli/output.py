"""What a command makes, printed or written to a file, whole or not at all."""

import argparse
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from taper.cli.sheets import is_dated, refuse_without_dates
from taper.errors import InvalidInput
from taper.words.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from taper.plans.plan import Plan
    from taper.products.product import Product

STDOUT = "-"


def deliver(made: "Mapping[str, str | bytes]", options: argparse.Namespace) -> None:
    """Write what was made, by the name of its file; - is standard output.

    Raises:
        InvalidInput: If it is no text, and would be printed to a terminal.
    """
    for name, held in made.items():
        if name != STDOUT:
            write_whole(name, held, force=options.force)
            print(f"wrote {name}", file=sys.stderr if STDOUT in made else None)
        elif isinstance(held, str):
            print(held, end="")
        elif sys.stdout.isatty():
            raise InvalidInput("this format is no text, and a terminal cannot show it; add --out FILE, or pipe it on")
        else:
            sys.stdout.buffer.write(held)


def write_whole(name: str | Path, made: str | bytes, *, force: bool) -> None:
    """Write a file whole or not at all; an existing one, or a link of that name, only with force.

    It is written under a name that no file has, in the same folder, and then put in place. A link is replaced itself,
    not what it leads to.

    Raises:
        InvalidInput: If the file exists and force is not given, it is a folder, or it cannot be written.
    """
    path = Path(name)
    if str(name).endswith(("/", os.sep)) or os.path.isdir(path):  # noqa: PTH112 - unlike is_dir, it takes a name that is too long
        raise InvalidInput("is a folder; add the name of a file", where=str(name))
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - they too take such a name
        raise InvalidInput("is a device or a pipe, which no file takes the place of; name a file", where=str(name))
    if os.path.lexists(path) and not force:
        raise InvalidInput("exists; choose another name, or add --force", where=str(path))
    partial = path.with_name(f".taper-{uuid4().hex}.part")
    try:
        _write(partial, made.encode("utf-8") if isinstance(made, str) else made)
        partial.replace(path)
    except BaseException as error:
        # An interruption too leaves nothing behind.
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise InvalidInput(f"cannot be written ({error.strerror}); check the folder", where=str(path)) from None


def _write(partial: Path, made: bytes) -> None:
    if not _write_nameless(partial, made):
        with partial.open("xb") as file:
            file.write(made)


def _write_nameless(partial: Path, made: bytes) -> bool:
    """Write a file that has no name until it is whole, where the system can; so a killed process leaves none."""
    try:
        with open(os.open(partial.parent, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb") as file:  # noqa: PTH123 - it has no path
            file.write(made)
            file.flush()
            # The folder is not used with a whole path; naming one makes Python follow the link.
            os.link(f"/proc/self/fd/{file.fileno()}", partial, src_dir_fd=file.fileno(), follow_symlinks=True)
    except (AttributeError, OSError):
        return False
    return True


def json_text(data: object) -> str:
    """Data as indented JSON text."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def print_json(data: object) -> None:
    """Print data as JSON."""
    print(json_text(data), end="")


def deliver_plan(
    plan: "Plan", report: str, data: dict[str, Any], options: argparse.Namespace, products: "Sequence[Product]"
) -> int:
    """Print a plan with its report, as text or JSON, and write what was named: the plan alone, a sheet, a calendar.

    With `--out -` the plan goes to standard output, for another command, and the report to standard error.

    Raises:
        InvalidInput: If what was named needs a first day, or an option belongs to none of it.
    """
    made: dict[str, str | bytes] = {}
    if dated := [name for name in options.out if is_dated(name)]:
        from taper.cli.writing import written_on_dates  # every format, which a plan alone needs not

        made = written_on_dates(plan, products, dated, options)
    else:
        refuse_without_dates(options)
    text = json_text({"plan": plan.to_dict(), "report": data}) if options.json else f"{report}\n\n{NOTICE}\n"
    print(text, end="", file=sys.stderr if STDOUT in options.out else None)
    for name in options.out:
        held = made.get(name, plan.to_json())
        if name == STDOUT:
            print(held, end="")
        else:
            write_whole(name, held, force=options.force)
            print(f"wrote {name}", file=sys.stderr)
    return 0
