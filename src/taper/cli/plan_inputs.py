"""What options about a plan name, read: the plan, its products, its dates, what happened to it."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from select import select
from typing import BinaryIO

from taper._base.files import is_missing
from taper._base.json_text import NotJson, decode, read_json
from taper._base.limits import LARGEST_BYTES
from taper.adjustment.apply_log import apply_log
from taper.adjustment.event_day import OtherPlan
from taper.amounts.duration import Duration, read_date
from taper.cli.drug_inputs import stated
from taper.cli.parsing import nearest
from taper.cli.settings import market_for
from taper.errors import InvalidInput, NotFound
from taper.formats.difference import to_difference_table
from taper.knowledge.formulary import Formulary
from taper.knowledge.protocols import Protocol, load_protocol, protocol_names
from taper.plans.log import Log, load_log
from taper.plans.plan import Plan, load_plan, read_plan
from taper.products.product import Product, load_products
from taper.products.statements import only
from taper.schedules.difference import compare
from taper.schedules.realization import RealizedPlan, realize
from taper.schedules.schedule import Schedule, to_schedule

_STDIN = "standard input"


def read_plan_named(options: argparse.Namespace) -> Plan:
    """The plan that was named: a file, standard input, or a protocol with its choices; it is read once.

    Raises:
        TaperError: If it cannot be read.
    """
    held: Plan | None = getattr(options, "plan_as_read", None)
    if held is None:
        held = options.plan_as_read = _read_plan_named(options)
    return held


def _read_plan_named(options: argparse.Namespace) -> Plan:
    if options.plan in protocol_names():
        protocol, chosen = load_protocol(options.plan), _choices(options.choose)
        _check_chosen(protocol, chosen)
        return protocol.plan(**chosen)
    if options.choose:
        raise InvalidInput(f"--choose goes with a shipped protocol; {options.plan} is not one, remove it")
    return read_plan_at(options.plan)


def _check_chosen(protocol: Protocol, chosen: Mapping[str, str]) -> None:
    """Name every choice that is still open, with the options to write."""
    still = [choice for choice in protocol.choices if choice.name.replace("-", "_") not in chosen]
    asked = [f"{choice.question} Add {_either(choice.name, choice.options)}" for choice in still]
    if asked:
        raise InvalidInput(f"{protocol.id} leaves open: {' '.join(asked)}", where="--choose")


def _either(name: str, options: Sequence[str]) -> str:
    return " or ".join(f'--choose "{name}={option}"' for option in options)


def read_plan_at(name: str) -> Plan:
    """A plan by name: a file, - for standard input, or a protocol that leaves no choice open.

    Raises:
        TaperError: If it cannot be read.
    """
    if name in protocol_names():
        return load_protocol(name).plan()
    if name == "-":
        return _plan_in(_read_stdin(), _STDIN)
    if is_missing(name):
        hint = nearest(Path(name).name, [*_beside(Path(name)), *protocol_names()], otherwise="")
        raise NotFound(
            f"{name!r} is neither a file nor a protocol{hint or '.'} Protocols: {', '.join(protocol_names())}"
        )
    return load_plan(name)


def _read_stdin() -> str:
    """What standard input holds, to its end.

    Raises:
        NotJson: If it is closed, cannot be read, is too large or is not UTF-8.
    """
    if sys.stdin is None or getattr(sys.stdin, "closed", False):
        raise NotJson("is closed; give a file, or pipe the plan in", where=_STDIN)
    try:
        data = _read_to_end(sys.stdin.buffer)
    except OSError as error:
        raise NotJson(f"cannot be read ({error.strerror}); check where it comes from", where=_STDIN) from None
    return decode(data, where=_STDIN)


def _read_to_end(source: BinaryIO) -> bytes:
    """At most a byte more than may be read; what has nothing yet is waited for."""
    parts: list[bytes] = []
    while (left := LARGEST_BYTES + 1 - sum(map(len, parts))) > 0:
        part: bytes | None = source.read(left)
        if part is None:
            select([source], [], [])
        elif part:
            parts.append(part)
        else:
            break
    return b"".join(parts)


def _beside(path: Path) -> list[str]:
    """The names in the folder of a path, if it can be listed."""
    try:
        return [item.name for item in path.parent.iterdir()]
    except OSError:
        return []


def _plan_in(text: str, where: str) -> Plan:
    """The plan in a text, which may be what a planning command prints with --json: the plan beside its report."""
    data = read_json(text, where=where)
    inner = data.get("plan") if isinstance(data, dict) and "format" not in data else None
    return read_plan(json.dumps(inner) if isinstance(inner, dict) else text, where=where)


def _choices(pairs: Sequence[str]) -> Mapping[str, str]:
    split = [pair.partition("=") for pair in pairs]
    for pair, (name, _, option) in zip(pairs, split, strict=True):
        if not (name.strip() and option.strip()):
            raise InvalidInput(f"{pair!r} does not say which choice and what; write NAME=OPTION", where="--choose")
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
        names = (key,) if any(p.drug == key for p in given) else formulary.written(drug).drugs
        for name in names:
            if not any(product.drug == name for product in given):
                found += _shipped(plan, drug, name, options.market, formulary)
    chosen = only(found, getattr(options, "only", ()), where="--only")
    return stated(chosen, options) if hasattr(options, "divide") else chosen


def _shipped(plan: Plan, drug: str, name: str, market: str | None, formulary: Formulary) -> Iterator[Product]:
    """The shipped products of one market, and those of others that the plan names."""
    named = {product for course in plan.courses if course.drug == drug for product in course.products}
    named |= {product for course in plan.courses for step in course.steps for product in step.products}
    wanted = market_for(formulary, name, market)
    yield from (p for p in formulary.products(name) if p.id in named or wanted in (None, p.market))


def realized_of(options: argparse.Namespace) -> RealizedPlan:
    """The plan that was named, realized."""
    plan, formulary = read_plan_named(options), formulary_of(options)
    return realize(plan, products_of(options, plan, formulary), formulary=formulary)


_SOME_MONDAY = date(2001, 1, 1)
"""Day 1 of a plan that is printed without dates, in which no date is shown."""


def dated(options: argparse.Namespace) -> Schedule:
    """The plan that was named, on dates, after its log if one was given; on any dates, where none is shown."""
    if getattr(options, "log", None):
        return adjusted_by(options.log, options)
    undated = getattr(options, "without_dates", False)
    if not (options.start or undated):
        raise InvalidInput("dates need a first day; add it, such as --start 2027-03-01", where="--start")
    start = read_date(options.start) if options.start else _SOME_MONDAY
    horizon = Duration(options.days) if options.days is not None else None
    return to_schedule(realized_of(options), start=start, horizon=horizon)


def adjusted_by(name: str, options: argparse.Namespace) -> Schedule:
    """The plan that was named, on dates, after what a log of that name says.

    Raises:
        TaperError: If the plan or the log cannot be read, or do not fit each other.
    """
    if is_missing(name):
        begin = f'taper log {options.plan} hold --start DATE --day DATE --for "2 weeks" --log {name}'
        raise NotFound(f"does not exist; write down what happened first, such as {begin}", where=name)
    return adjusted_with(load_log(name), options, name)


def adjusted_with(log: Log, options: argparse.Namespace, name: str) -> Schedule:
    """The plan that was named, on dates, after what a log says; day 1 is the log's where no start was given.

    Raises:
        TaperError: If the plan cannot be read, or the log is of another plan or another start.
    """
    made = realized_of(options)
    check_log_is_of(log, made.plan, name)
    start = read_date(options.start) if options.start else log.start
    if start != log.start:
        raise InvalidInput(f"the log says day 1 is {log.start}; leave --start out, or correct it", where="--start")
    days = getattr(options, "days", None)
    horizon = Duration(days) if days is not None else None
    further = products_of(options, made.plan, formulary_of(options))
    first = to_schedule(made, start=start, horizon=horizon)
    return apply_log(first, log, products=further, horizon=horizon)


def check_log_is_of(log: Log, plan: Plan, name: str) -> None:
    """Refuse the log of another plan, with what that plan was and what is different in this one.

    Raises:
        OtherPlan: If the log was written for another plan.
    """
    if log.plan == plan.fingerprint:
        return
    was = log.written_for
    if was is None:
        raise OtherPlan(
            f"was written for the plan {log.plan[:12]}, and this one is {plan.fingerprint[:12]}; name that plan, or "
            "write what happened down for this one with taper log",
            where=name,
        )
    lines = to_difference_table(compare(was, plan, start=log.start), one="the plan of the log", other="this plan")
    title = was.title or ", ".join(course.drug for course in was.courses)
    raise OtherPlan(f'was written for "{title}" as it was then. What changed since:\n{lines.rstrip()}', where=name)
