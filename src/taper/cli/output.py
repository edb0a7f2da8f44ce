"""What a command makes, printed or written to a file, whole or not at all."""

import argparse
import json
import sys
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taper._base.files import whole_files
from taper.cli.sheets import is_dated, refuse_without_dates
from taper.errors import InvalidInput
from taper.words.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from taper.plans.plan import Plan
    from taper.products.product import Product

STDOUT = "-"


def deliver(made: "Mapping[str, str | bytes]", options: argparse.Namespace) -> None:
    """Print what was made for standard output, which is -, and write the rest by the names of the files, all or none.

    Raises:
        InvalidInput: If what is printed is no text, and would go to a terminal; or if a file cannot be written.
    """
    files = {name: held for name, held in made.items() if name != STDOUT}
    with to_be_written(files, options):
        if STDOUT in made:
            _print(made[STDOUT])


def _print(held: str | bytes) -> None:
    """Print it to its end, so that a standard output which cannot be written is known before a file is."""
    if isinstance(held, str):
        print(held, end="", flush=True)
    elif sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        raise InvalidInput("this format is no text, and a terminal cannot show it; add --out FILE, or pipe it on")
    else:
        sys.stdout.buffer.write(held)
        sys.stdout.buffer.flush()


_PERMIT = "add --force"
_READ = ("plan", "file", "log", "products", "patient", "overlay", "people")


@contextmanager
def to_be_written(made: "Mapping[str, str | bytes]", options: argparse.Namespace) -> "Iterator[None]":
    """Files that are whole already, and take their names, all or none, once all else is printed inside.

    Which were written is said on standard error.

    Raises:
        InvalidInput: If one cannot be written, or is what the command reads.
    """
    _check_not_read(made, options)
    with whole_files(made, force=options.force, permit=_PERMIT) as take_names:
        yield
        take_names()
    for name in made:
        print(f"wrote {name}", file=sys.stderr)


def _check_not_read(names: "Iterable[str]", options: argparse.Namespace) -> None:
    """Refuse to write over what the command reads; only a calendar takes the place of the one published before."""
    read = [name for option in _READ if isinstance(name := getattr(options, option, None), str)]
    for name, other in product(names, read):
        if _is_same(name, other):
            raise InvalidInput("is read by this command, and would be lost; choose another name", where=name)


def _is_same(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):  # one of them is not there
        return False


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
    files = {name: made.get(name, plan.to_json()) for name in options.out if name != STDOUT}
    with to_be_written(files, options):
        print(text, end="", file=sys.stderr if STDOUT in options.out else None, flush=True)
        if STDOUT in options.out:
            _print(plan.to_json())
    return 0
