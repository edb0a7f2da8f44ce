"""A thin command line over the public names."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from taper._json import LARGEST_BYTES, decode
from taper.dates import Duration, read_date
from taper.errors import InvalidInput, NotFound, TaperError
from taper.finding import Review, Severity
from taper.formats.ical import to_ical
from taper.formats.table import NOTICE, to_csv, to_markdown, to_table
from taper.formulary import Formulary
from taper.patient import UNKNOWN, Patient, load_patient
from taper.plan import Plan, load_plan, read_plan
from taper.product import Product, load_products
from taper.protocols import load_protocol, protocol_names
from taper.realization import RealizedPlan, realize
from taper.renal import KidneyProposal, propose_for_kidney
from taper.rules import check, rule_names
from taper.schedule import Schedule, to_schedule
from taper.supply import count_supply

FOUND, NOT_COMPUTED, NOT_ASSESSED = 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors go to standard error as one message, and the exit code is then 2."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except TaperError as error:
        print(f"taper: {error}", file=sys.stderr)
        return NOT_COMPUTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="taper", description=f"Plans that can be taken, checked and dated. {NOTICE}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = _adder(commands)
    _add_json(add("drugs", _drugs, "list the drugs held"))
    show = add("show", _show, "print what is held about a drug, with its sources")
    show.add_argument("drug", metavar="DRUG")
    _add_json(show)
    _add_json(add("protocols", _protocols, "list the shipped protocols and examples"))
    _add_check(add("check", _check, "compare a plan with every cited limit"))
    _add_schedule(add("schedule", _schedule, "lay a plan on dates"))
    _add_supply(add("supply", _supply, "count what a plan uses"))
    _add_kidney(add("kidney", _kidney, "propose a plan for a person's kidney function, by one named source"))
    return parser


def _adder(commands: Any) -> Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]:
    def add(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    return add


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="PLAN", help="a plan file, - for standard input, or a protocol's name")
    parser.add_argument(
        "--choose", action="append", default=[], metavar="NAME=OPTION", help="a choice a protocol leaves open"
    )
    parser.add_argument("--products", metavar="FILE", help="the products that can be had; the shipped ones otherwise")
    parser.add_argument("--market", metavar="us|uk", help="whose shipped products; us where held, if not given")
    parser.add_argument(
        "--overlay", metavar="FILE", help="a TOML file of local limits and products, laid over the shipped"
    )


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_plan(parser)
    parser.add_argument("--start", metavar="DATE", help="the date of day 1")
    parser.add_argument("--patient", metavar="FILE", help="facts about the person")
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="compare with this source only; may be repeated"
    )
    parser.add_argument(
        "--fail-on", choices=[s.value for s in Severity], default="high", help="the severity that exits with 1"
    )
    parser.add_argument("--accept-not-assessed", default="", metavar="RULE,...", help="rules that may stay unassessed")
    _add_json(parser)


def _add_schedule(parser: argparse.ArgumentParser) -> None:
    _add_plan(parser)
    _add_days(parser)
    parser.add_argument("--patient", metavar="FILE", help="facts about the person, for the review below the table")
    parser.add_argument("--times", default="", metavar="morning=08:00,...", help="clock times for the calendar")
    parser.add_argument("--tz", metavar="ZONE", help="the zone of the clock times; floating if not given")
    parser.add_argument("--format", choices=["table", "markdown", "csv", "json", "ics"], default="table")
    parser.add_argument("--every-day", action="store_true", help="one row a day in the table")
    _add_out(parser)
    _add_json(parser)


def _add_days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--start", required=True, metavar="DATE", help="the date of day 1")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan; a window on a closed one")


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", help="write to a file, whole or not at all")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")


def _add_supply(parser: argparse.ArgumentParser) -> None:
    _add_plan(parser)
    _add_days(parser)
    parser.add_argument("--remnants", choices=["keep", "discard"], default="keep", help="what becomes of divided units")
    _add_json(parser)


def _add_kidney(parser: argparse.ArgumentParser) -> None:
    _add_plan(parser)
    parser.add_argument("--patient", required=True, metavar="FILE", help="facts about the person")
    parser.add_argument("--source", required=True, metavar="NAME", help="whose advice; there is no default")
    _add_json(parser)


def _drugs(options: argparse.Namespace) -> int:
    formulary = Formulary.shipped()
    if options.json:
        _print_json({"drugs": list(formulary.drugs)})
    else:
        print("\n".join(formulary.drugs))
    return 0


def _show(options: argparse.Namespace) -> int:
    from taper.formats.monograph_text import to_monograph_text

    monograph = Formulary.shipped().monograph(options.drug)
    if options.json:
        _print_json(monograph.model_dump(mode="json", exclude_none=True))
    else:
        print(to_monograph_text(monograph), end="")
    return 0


def _protocols(options: argparse.Namespace) -> int:
    held = [load_protocol(name) for name in protocol_names()]
    if options.json:
        _print_json(
            {"protocols": [item.model_dump(mode="json", exclude={"variants"}, exclude_none=True) for item in held]}
        )
        return 0
    for item in held:
        print(f"{item.id}  [{item.status}]  {item.title}\n    {item.note}\n    {item.source.citation}")
        for choice in item.choices:
            print(f"    --choose {choice.name}={' | '.join(choice.options)}: {choice.question}")
    return 0


def _check(options: argparse.Namespace) -> int:
    start = read_date(options.start) if options.start else None
    patient = load_patient(options.patient) if options.patient else UNKNOWN
    accepted = _rules(options.accept_not_assessed)
    made = _realized(options)
    review = check(made, patient, start=start, sources=options.source)
    if options.json:
        _print_json(review.model_dump(mode="json"))
    else:
        print(_review_text(made, review), end="")
    graver = [f for f in review.findings if f.severity.rank >= Severity(options.fail_on).rank]
    unseen = [gap for gap in review.not_assessed if gap.rule not in accepted]
    return FOUND if graver else NOT_ASSESSED if unseen else 0


def _rules(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    for name in sorted(names - set(rule_names())):
        raise NotFound(f"--accept-not-assessed: {name!r} is not a rule. Rules: {', '.join(rule_names())}")
    return names


def _review_text(made: RealizedPlan, review: Review) -> str:
    lines = [made.plan.title or ", ".join(made.drugs), ""]
    for finding in review.findings:
        lines += [f"{finding.severity.value.upper()}  {finding.rule}: {finding.message}"]
        lines += (
            [f"      source: {finding.source.citation}", f"      at: {finding.source.locator}"]
            if finding.source
            else []
        )
    lines += [f"NOT ASSESSED  {gap.rule} ({gap.drug or 'plan'}): missing {gap.missing}" for gap in review.not_assessed]
    lines += [
        f"clear  {c.rule} ({c.drug or 'plan'})" + (f": {c.source.citation}" if c.source else "") for c in review.clear
    ]
    lines += [f"left out  {item.rule} ({item.drug}): {item.source.citation}" for item in review.left_out]
    counts = f"{len(review.findings)} found, {len(review.not_assessed)} not assessed, {len(review.clear)} clear"
    return "\n".join([*lines, "", f"{counts}. {NOTICE}"]) + "\n"


def _schedule(options: argparse.Namespace) -> int:
    schedule = _dated(options)
    kind = "json" if options.json else options.format
    writers: dict[str, Callable[[], str]] = {
        "table": lambda: _table(options, schedule),
        "markdown": lambda: to_markdown(schedule, _review(options, schedule), count_supply(schedule)),
        "csv": lambda: to_csv(schedule),
        "json": lambda: _json_text(schedule.to_dict()),
        "ics": lambda: _calendar(options, schedule),
    }
    _deliver(writers[kind](), options)
    return 0


def _table(options: argparse.Namespace, schedule: Schedule) -> str:
    return to_table(schedule, _review(options, schedule), count_supply(schedule), every_day=options.every_day)


def _review(options: argparse.Namespace, schedule: Schedule) -> Review:
    return check(schedule, load_patient(options.patient) if options.patient else UNKNOWN)


def _calendar(options: argparse.Namespace, schedule: Schedule) -> str:
    times = _times(options.times)
    clocked = bool(times) or any(intake.slot.is_clock for day in schedule.days for intake in day.intakes)
    if clocked and options.tz is None:
        print("taper: the times are floating, each device's own; --tz Europe/London would pin them", file=sys.stderr)
    return to_ical(schedule, times=times, tz=options.tz)


def _times(text: str) -> dict[str, str]:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    for name, equals, clock in pairs:
        if not (name and equals and clock):
            raise InvalidInput(f"--times: {name!r} has no clock time; write morning=08:00,evening=20:00")
    return {name: clock for name, _, clock in pairs}


def _supply(options: argparse.Namespace) -> int:
    supply = count_supply(_dated(options), remnants=options.remnants)
    if options.json:
        _print_json(supply.to_dict())
        return 0
    kept = "kept for a later dose" if supply.remnants == "keep" else "discarded"
    print(f"{supply.days_supply} days, {supply.start} to {supply.last}; the rest of a divided unit is {kept}")
    for line in supply.lines:
        packs = f" in {line.packs} packs" if line.packs is not None else ""
        print(f"  {line.supplied} x {line.product.label}{packs}: {line.used_text} used, {line.leftover_text} left over")
    if supply.ends.value in {"continues", "window"}:
        print(f"The plan goes on beyond {supply.last}." + (f" Not counted: {supply.beyond}." if supply.beyond else ""))
    return 0


def _kidney(options: argparse.Namespace) -> int:
    plan, patient = _plan(options), load_patient(options.patient)
    formulary = _formulary(options)
    products = _products(options, plan, formulary)
    proposal = propose_for_kidney(plan, patient, source=options.source, products=products, formulary=formulary)
    if options.json:
        _print_json({**proposal.model_dump(mode="json", exclude={"plan"}), "plan": proposal.plan.to_dict()})
    else:
        print(_proposal_text(proposal, patient), end="")
    return 0


def _proposal_text(proposal: KidneyProposal, patient: Patient) -> str:
    age = f", age {patient.age}" if patient.age is not None else ""
    lines = [f"A proposal by one source, not a plan. {NOTICE}", "", f"Source: {proposal.source.citation}",
             f"Basis: {proposal.basis}. Person: {proposal.place}{age}. It says: {proposal.says}."]  # fmt: skip
    lines += [f"Note: {proposal.note}."] if proposal.note else []
    for item in proposal.changes:
        lines.append(f"  {item.course}, step {item.step}, {item.slot}: {item.before} -> {item.after} ({item.why})")
    lines += [] if proposal.changes else ["  No dose would change."]
    lines += [f"  {c.id}, step {n}: {step}" for c in proposal.plan.courses for n, step in enumerate(c.steps, start=1)]
    return "\n".join(lines) + "\n"


def _plan(options: argparse.Namespace) -> Plan:
    name = options.plan
    if name in protocol_names():
        return load_protocol(name).plan(**_choices(options.choose))
    if options.choose:
        raise InvalidInput(f"--choose goes with a shipped protocol; {name} is not one, remove it")
    if name == "-":
        return read_plan(
            decode(sys.stdin.buffer.read(LARGEST_BYTES + 1), where="standard input"), where="standard input"
        )
    if not Path(name).exists():
        raise NotFound(f"{name!r} is neither a file nor a protocol. Protocols: {', '.join(protocol_names())}")
    return load_plan(name)


def _choices(pairs: Sequence[str]) -> Mapping[str, str]:
    split = [pair.partition("=") for pair in pairs]
    return {name.replace("-", "_"): option for name, _, option in split}


def _formulary(options: argparse.Namespace) -> Formulary:
    return Formulary.shipped().overlaid(options.overlay) if options.overlay else Formulary.shipped()


def _products(options: argparse.Namespace, plan: Plan, formulary: Formulary) -> tuple[Product, ...]:
    given = load_products(options.products) if options.products else ()
    found = list(given)
    for drug in dict.fromkeys(course.drug for course in plan.courses):
        key = drug.strip().lower()
        name = key if any(p.drug == key for p in given) else formulary.name_of(drug)
        if not any(product.drug == name for product in given):
            found += formulary.products(name, market=options.market or _market(formulary, name))
    return tuple(found)


def _market(formulary: Formulary, drug: str) -> str | None:
    markets = sorted({product.market or "" for product in formulary.products(drug)} - {""})
    return "us" if "us" in markets else markets[0] if markets else None


def _realized(options: argparse.Namespace) -> RealizedPlan:
    plan, formulary = _plan(options), _formulary(options)
    return realize(plan, _products(options, plan, formulary), formulary=formulary)


def _dated(options: argparse.Namespace) -> Schedule:
    horizon = Duration(options.days) if options.days is not None else None
    return to_schedule(_realized(options), start=read_date(options.start), horizon=horizon)


def _deliver(text: str, options: argparse.Namespace) -> None:
    if not options.out:
        print(text, end="")
        return
    write_whole(Path(options.out), text, force=options.force)
    print(f"wrote {options.out}")


def write_whole(path: Path, text: str, *, force: bool) -> None:
    """Write a file whole or not at all; an existing one only with force.

    Raises:
        InvalidInput: If the file exists and force is not given, or it cannot be written.
    """
    if path.exists() and not force:
        raise InvalidInput("exists; choose another name, or add --force", where=str(path))
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InvalidInput(f"cannot be written ({error.strerror}); check the folder", where=str(path)) from None


def _json_text(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _print_json(data: object) -> None:
    print(_json_text(data), end="")


if __name__ == "__main__":
    raise SystemExit(main())
