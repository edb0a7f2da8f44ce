"""What the commands share: options, reading what they name, and writing what they make."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from taper._base.json_text import LARGEST_BYTES, decode
from taper.amounts.duration import Duration, read_date
from taper.errors import InvalidInput, NotFound
from taper.knowledge.formulary import Formulary
from taper.knowledge.protocols import load_protocol, protocol_names
from taper.planning import STANDARD, Weights
from taper.plans.plan import Plan, load_plan, read_plan
from taper.plans.regimen import Regimen
from taper.products.product import DosageForm, Product, Release, load_products
from taper.schedules.realization import RealizedPlan, realize
from taper.schedules.schedule import Schedule, to_schedule
from taper.words import NOTICE

FOUND, NOT_COMPUTED, NOT_ASSESSED = 1, 2, 3
Run = Callable[[argparse.Namespace], int]


def add_command(commands: Any, name: str, run: Run, words: str) -> argparse.ArgumentParser:
    """A parser for one command, with the function that runs it."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    made.set_defaults(run=run)
    return made


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Add PLAN and where its products come from."""
    parser.add_argument("plan", metavar="PLAN", help="a plan file, - for standard input, or a protocol's name")
    parser.add_argument(
        "--choose", action="append", default=[], metavar="NAME=OPTION", help="a choice a protocol leaves open"
    )
    parser.add_argument("--products", metavar="FILE", help="the products that can be had; the shipped ones otherwise")
    parser.add_argument("--market", metavar="us|uk", help="whose shipped products; us where held, if not given")
    parser.add_argument(
        "--overlay", metavar="FILE", help="a TOML file of local limits and products, laid over the shipped"
    )


def add_days(parser: argparse.ArgumentParser) -> None:
    """Add the start and the horizon."""
    parser.add_argument("--start", required=True, metavar="DATE", help="the date of day 1")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add --out and --force."""
    parser.add_argument("--out", metavar="FILE", help="write to a file, whole or not at all")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")


def read_plan_named(options: argparse.Namespace) -> Plan:
    """The plan that was named: a file, standard input, or a protocol with its choices.

    Raises:
        TaperError: If it cannot be read.
    """
    if options.plan in protocol_names():
        return load_protocol(options.plan).plan(**_choices(options.choose))
    if options.choose:
        raise InvalidInput(f"--choose goes with a shipped protocol; {options.plan} is not one, remove it")
    return read_plan_at(options.plan)


def read_plan_at(name: str) -> Plan:
    """A plan by name: a file, - for standard input, or a protocol that leaves no choice open.

    Raises:
        TaperError: If it cannot be read.
    """
    if name in protocol_names():
        return load_protocol(name).plan()
    if name == "-":
        data = sys.stdin.buffer.read(LARGEST_BYTES + 1)
        return read_plan(decode(data, where="standard input"), where="standard input")
    if not Path(name).exists():
        raise NotFound(f"{name!r} is neither a file nor a protocol. Protocols: {', '.join(protocol_names())}")
    return load_plan(name)


def _choices(pairs: Sequence[str]) -> Mapping[str, str]:
    split = [pair.partition("=") for pair in pairs]
    return {name.replace("-", "_"): option for name, _, option in split}


def formulary_of(options: argparse.Namespace) -> Formulary:
    """The shipped formulary, with the overlay that was named."""
    return Formulary.shipped().overlaid(options.overlay) if options.overlay else Formulary.shipped()


def products_of(options: argparse.Namespace, plan: Plan, formulary: Formulary) -> tuple[Product, ...]:
    """The products given, and the shipped ones of every other drug."""
    given = load_products(options.products) if options.products else ()
    found = list(given)
    for drug in dict.fromkeys(course.drug for course in plan.courses):
        key = drug.strip().lower()
        name = key if any(p.drug == key for p in given) else formulary.name_of(drug)
        if not any(product.drug == name for product in given):
            found += _shipped(plan, drug, name, options.market, formulary)
    return tuple(found)


def _shipped(plan: Plan, drug: str, name: str, market: str | None, formulary: Formulary) -> Iterator[Product]:
    """The shipped products of one market, and those of others that the plan names."""
    named = {product for course in plan.courses if course.drug == drug for product in course.products}
    named |= {product for course in plan.courses for step in course.steps for product in step.products}
    wanted = market or market_of(formulary, name)
    yield from (p for p in formulary.products(name) if p.id in named or wanted in (None, p.market))


def market_of(formulary: Formulary, drug: str) -> str | None:
    """The market whose products are used where none is named: us where it is held, else the first."""
    markets = sorted({product.market or "" for product in formulary.products(drug)} - {""})
    return "us" if "us" in markets else markets[0] if markets else None


def realized_of(options: argparse.Namespace) -> RealizedPlan:
    """The plan that was named, realized."""
    plan, formulary = read_plan_named(options), formulary_of(options)
    return realize(plan, products_of(options, plan, formulary), formulary=formulary)


def dated(options: argparse.Namespace) -> Schedule:
    """The plan that was named, on dates."""
    horizon = Duration(options.days) if options.days is not None else None
    return to_schedule(realized_of(options), start=read_date(options.start), horizon=horizon)


def deliver(made: str | bytes, options: argparse.Namespace) -> None:
    """Print what was made, or write it to the file that was named."""
    if options.out:
        write_whole(options.out, made, force=options.force)
        print(f"wrote {options.out}")
    elif isinstance(made, str):
        print(made, end="")
    else:
        sys.stdout.buffer.write(made)


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
    if os.path.lexists(path) and not force:
        raise InvalidInput("exists; choose another name, or add --force", where=str(path))
    partial = path.with_name(f".taper-{uuid4().hex}.part")
    try:
        with partial.open("xb") as file:
            file.write(made.encode("utf-8") if isinstance(made, str) else made)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InvalidInput(f"cannot be written ({error.strerror}); check the folder", where=str(path)) from None


def json_text(data: object) -> str:
    """Data as indented JSON text."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def print_json(data: object) -> None:
    """Print data as JSON."""
    print(json_text(data), end="")


def read_day(text: str, where: str) -> Regimen:
    """One day's doses from text such as "10 mg morning, 10 mg bedtime".

    Raises:
        InvalidInput: If a part is not a dose and a time of day.
    """
    doses: dict[str, str] = {}
    for part in text.split(","):
        dose, _, slot = part.strip().rpartition(" ")
        if not dose or slot in doses:
            raise InvalidInput(f'{text!r} is not one day; write it like "10 mg morning, 10 mg bedtime"', where=where)
        doses[slot] = dose
    try:
        return Regimen.of(doses)
    except InvalidInput as error:
        raise InvalidInput(str(error), where=where) from None


def read_time(text: str | None) -> Duration | None:
    """A length of time, if one was given."""
    return Duration.parse(text) if text else None


def add_drug(parser: argparse.ArgumentParser) -> None:
    """Add DRUG and where its products come from."""
    parser.add_argument("drug", metavar="DRUG")
    parser.add_argument("--products", metavar="FILE", help="the products that can be had; the shipped ones otherwise")
    parser.add_argument("--market", metavar="us|uk", help="whose shipped products; us where held, if not given")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="use this product; may be repeated")
    parser.add_argument("--release", choices=list(Release), help="of which release, where products of several are held")
    parser.add_argument("--form", choices=list(DosageForm), help="of which form, such as tablet or oral-solution")


def add_pieces(parser: argparse.ArgumentParser) -> None:
    """Add --pieces."""
    parser.add_argument("--pieces", type=int, metavar="N", help="the most pieces in one intake; 4 if not given")


def products_of_drug(options: argparse.Namespace) -> tuple[str, tuple[Product, ...]]:
    """The drug that was named, and its products: those given, else the shipped ones of one market.

    Raises:
        TaperError: If the drug is not held, or a product is not among them.
    """
    formulary = Formulary.shipped()
    given = load_products(options.products) if options.products else ()
    key = options.drug.strip().lower()
    drug = key if any(product.drug == key for product in given) else formulary.name_of(options.drug)
    found = those_of_drug(drug, given, options.products, options.market, formulary)
    unknown = sorted(set(options.only) - {product.id for product in found})
    if unknown:
        held = ", ".join(product.id for product in found)
        raise InvalidInput(f"--only: {unknown[0]!r} is not among the products: {held}")
    chosen = tuple(product for product in found if not options.only or product.id in options.only)
    return drug, of_one_release(chosen, options.release, options.form, "--release")


def those_of_drug(
    drug: str, given: Sequence[Product], file: str | None, market: str | None, formulary: Formulary
) -> tuple[Product, ...]:
    """The products of a drug: those of the file that was named, else the shipped ones of one market.

    Raises:
        InvalidInput: If a file was named and holds none of the drug.
    """
    found = tuple(product for product in given if product.drug == drug)
    if file and not found:
        held = ", ".join(sorted({product.drug for product in given})) or "nothing"
        raise InvalidInput(f"{file} has products of {held}, and none of {drug}; add them", where="--products")
    found = found or formulary.products(drug, market=market or market_of(formulary, drug))
    if not found:
        raise InvalidInput(f"no product of {drug} is held; name a file of products", where="--products")
    return found


def of_one_release(
    products: tuple[Product, ...], release: str | None, form: str | None, option: str
) -> tuple[Product, ...]:
    """Products of the release and the form that were named.

    Raises:
        InvalidInput: If they are of several releases and none was named, or none is of the one that was.
    """
    held = sorted({str(product.release) for product in products})
    if release is None and len(held) > 1:
        raise InvalidInput(f"products are {' and '.join(held)} release; name one", where=option)
    found = tuple(p for p in products if release in (None, p.release) and form in (None, p.form))
    if not found:
        listed = ", ".join(product.id for product in products)
        wanted = " ".join(part for part in (f"{release or held[0]} release", form) if part)
        raise InvalidInput(f"no product is {wanted}; name what is held: {listed}", where=option)
    return found


def weights_of(options: argparse.Namespace) -> Weights:
    """The weights of a plan: the standard ones, with as many pieces in an intake as were allowed."""
    return STANDARD if options.pieces is None else Weights.read({"pieces": options.pieces}, where="--pieces")


def deliver_plan(plan: Plan, report: str, data: dict[str, Any], options: argparse.Namespace) -> int:
    """Print a plan with its report, as text or JSON, and write the plan alone to the file that was named."""
    text = json_text({"plan": plan.to_dict(), "report": data}) if options.json else f"{report}\n\n{NOTICE}\n"
    print(text, end="")
    if options.out:
        write_whole(options.out, plan.to_json(), force=options.force)
        print(f"wrote {options.out}", file=sys.stderr)
    return 0
