"""The command log: what happened to a plan, written down event by event, and what the plan is then."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

from taper._base.files import is_missing, read_to_change, write_over
from taper._base.json_text import decode
from taper._base.limits import LARGEST_BYTES
from taper.amounts.duration import long_date, read_date
from taper.cli.drug_inputs import read_day, read_slots
from taper.cli.options import add_json, add_plan
from taper.cli.output import STDOUT, print_json
from taper.cli.plan_inputs import adjusted_with, check_log_is_of, formulary_of, products_of, read_plan_named
from taper.errors import InvalidInput
from taper.plans.log import Log, read_log
from taper.plans.plan import Plan
from taper.products.product import Product
from taper.products.statements import only
from taper.schedules.adherence import compare_intakes
from taper.schedules.schedule import Schedule

EVENTS = {
    "hold": "keep what was taken the day before, --for so long",
    "slow": "plan the rest at a slower --pace",
    "speed-up": "plan the rest at a faster --pace",
    "step-back": "return to the doses of --steps changes ago, --for so long",
    "resume": "end a hold early; after a gap, go on --at a day's doses",
    "gap": "nothing was taken, --for so long; then go on --at a day's doses, or a decision is awaited",
    "stop": "take nothing from this day on",
    "retarget": "end --at a day's doses, or at nothing",
    "change-products": "make every dose of --with these products",
    "pass-review": "the step that waits for review may begin",
    "taken": "the dose at --slot was taken",
    "missed": "the dose at --slot was not taken",
    "other": "another --dose was taken at --slot",
    "score": "--score of the day, on a --scale of your own; carried along, never interpreted",
    "show": "print the log and what the plan is after it",
}
_TRIES = 50  # as many events may be written down at once
_AGAIN = {"rest", "pace", "order"}
_USES: dict[str, set[str]] = {
    "hold": {"lasting", *_AGAIN},
    "slow": {"pace", "order"},
    "speed-up": {"pace", "order"},
    "step-back": {"steps", "lasting", *_AGAIN},
    "resume": {"at", "lasting"},
    "gap": {"lasting", "at"},
    "stop": set(),
    "retarget": {"at", *_AGAIN},
    "change-products": {"with_products", *_AGAIN},
    "pass-review": set(),
    "taken": {"slot"},
    "missed": {"slot"},
    "other": {"slot", "dose"},
    "score": {"score", "scale"},
}
_NEEDS = {
    "hold": {"lasting"}, "slow": {"pace"}, "speed-up": {"pace"}, "step-back": {"lasting"}, "gap": {"lasting"},
    "change-products": {"with_products"}, "taken": {"slot"}, "missed": {"slot"}, "other": {"slot", "dose"},
    "score": {"score"},
}  # fmt: skip
_OPTIONS = {
    "lasting": '--for "2 weeks"', "pace": '--pace "1 mg every 2 weeks"', "order": "--order evenly",
    "rest": "--rest shift", "steps": "--steps 1", "at": '--at "5 mg bedtime"', "with_products": "--with ID,...",
    "slot": "--slot bedtime", "dose": '--dose "5 mg"', "score": "--score 3", "scale": "--scale NAME",
}  # fmt: skip


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_plan(parser)
    listed = "; ".join(f"{name}: {says}" for name, says in EVENTS.items())
    parser.add_argument("event", choices=list(EVENTS), metavar="EVENT", help=listed)
    parser.add_argument("--day", metavar="DATE", help="from which day on, or of which day")
    parser.add_argument("--start", metavar="DATE", help="the date of day 1; needed once, when the log is begun")
    parser.add_argument("--log", metavar="FILE", help="the log; beside the plan, as plan.log.json, if not given")
    parser.add_argument("--for", dest="lasting", metavar="TIME", help="for how long")
    parser.add_argument("--pace", metavar="PACE", help="of slow, speed-up, or of a rest that is planned again")
    parser.add_argument("--order", metavar="ORDER", help="whose turn it is to be reduced, in what is planned again")
    parser.add_argument("--rest", choices=["shift", "replan"], help="how the rest follows; shift if not given")
    parser.add_argument("--steps", type=int, metavar="N", help="how many changes to go back; 1 if not given")
    parser.add_argument("--at", metavar="DAY", help='a day\'s doses, such as "5 mg bd"')
    parser.add_argument(
        "--with", dest="with_products", metavar="ID|STRENGTH,...", help="products by their ids or strengths"
    )
    parser.add_argument("--slot", metavar="TIME", help="the time of day of the dose")
    parser.add_argument("--dose", metavar="DOSE", help="what was taken")
    parser.add_argument("--score", metavar="N", help="the score")
    parser.add_argument("--scale", metavar="NAME", help="what the score is of")
    parser.add_argument("--course", metavar="ID", help="of one course; of all if not given")
    parser.add_argument("--days", type=int, metavar="N", help="the horizon of an open plan")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command."""
    plan, file, start = read_plan_named(options), _file(options), options.start
    for _ in range(_TRIES):
        options.start = start
        was = read_to_change(file, LARGEST_BYTES)
        log = _begun(file, was, plan, options)
        options.start = None
        before = after = adjusted_with(log, options, file)
        if options.event == "show":
            break
        log = _extended(log, options)
        after = adjusted_with(log, options, file)
        if log.intakes:
            compare_intakes(after)  # refuses a record of a dose that was not planned
        if write_over(file, log.to_json(), was=was):
            break
    else:
        raise InvalidInput("was changed by another each time this was to be added; run it again", where=file)
    if options.json:
        print_json(log.to_dict())
    else:
        print("\n".join(_lines(Path(file), log, before, after, options)))
    return 0


def _file(options: argparse.Namespace) -> str:
    if options.log == STDOUT:
        raise InvalidInput(
            "a log is a file, to which events are added; name one, or ./- for a file of that name", where="--log"
        )
    if options.log:
        return str(options.log)
    if options.plan == STDOUT or is_missing(options.plan):
        raise InvalidInput(f"{options.plan} is no file beside which a log can lie; add --log FILE", where="--log")
    return str(Path(options.plan).with_suffix(".log.json"))


def _begun(file: str, was: bytes | None, plan: Plan, options: argparse.Namespace) -> Log:
    """The log as it is, or a new one."""
    if was is not None:
        log = read_log(decode(was, where=file), where=file)
        check_log_is_of(log, plan, file)
        if options.start and read_date(options.start) != log.start:
            raise InvalidInput(f"the log says day 1 is {log.start}; leave --start out", where="--start")
        return log
    if options.event == "show":
        raise InvalidInput("does not exist; write an event down first, such as hold", where=file)
    if not options.start:
        raise InvalidInput("the log is new; add the date of day 1, such as --start 2027-03-01", where="--start")
    return Log(plan=plan.fingerprint, start=read_date(options.start), written_for=plan)


def _extended(log: Log, options: argparse.Namespace) -> Log:
    _check_options(options)
    data = log.to_dict()
    data.setdefault("events", [])
    course = {"course": options.course} if options.course else {}
    day = {"day": options.day, **course}
    if options.event in {"taken", "missed", "other"}:
        record = {**day, "slot": _slot(options.slot), "result": options.event}
        data.setdefault("intakes", []).append(record | ({"dose": options.dose} if options.dose else {}))
    elif options.event == "score":
        scale = {"scale": options.scale} if options.scale else {}
        data.setdefault("symptoms", []).append({"day": options.day, "score": options.score, **scale})
    else:
        data["events"].append({"kind": options.event, **day, **_particulars(options)})
    return Log.read(data, where="the log with this")


def _check_options(options: argparse.Namespace) -> None:
    event = options.event
    if not options.day:
        raise InvalidInput(f"{event} is of a day; add --day DATE, such as --day 2027-04-12", where="--day")
    for name, example in _OPTIONS.items():
        given = getattr(options, name) is not None
        option = example.partition(" ")[0]
        if given and name not in _USES[event]:
            raise InvalidInput(f"{event} does not use {option}; leave it out", where=option)
        if not given and name in _NEEDS.get(event, set()):
            raise InvalidInput(f"{event} needs it; add {example}", where=option)


def _slot(text: str) -> str:
    """The one time of day that words name."""
    slots = read_slots(text, "--slot")
    if len(slots) != 1:
        raise InvalidInput(f"{text!r} is not one time of day; write morning, noon, evening or bedtime", where="--slot")
    return slots[0]


def _products(options: argparse.Namespace) -> tuple[Product, ...]:
    """The products that were named, by id or by strength."""
    plan = read_plan_named(options)
    named = [name.strip() for name in options.with_products.split(",")]
    return only(products_of(options, plan, formulary_of(options)), named, where="--with")


def _particulars(options: argparse.Namespace) -> dict[str, Any]:
    made: dict[str, Any] = {}
    lasting = {"for": options.lasting} if options.lasting else {}
    if options.event == "step-back":
        made["steps"] = options.steps or 1
    if options.event == "retarget":
        nothing = options.at is None or options.at.strip().lower() in {"0", "nothing", "0 mg"}
        made["to"] = {} if nothing else read_day(options.at, "--at").as_dict()
    if options.event in {"gap", "resume"} and options.at is not None:
        then: dict[str, Any] = {"resume": read_day(options.at, "--at").as_dict()}
        made["then"] = then | (lasting if options.event == "resume" else {})
    if options.event == "change-products":
        made["products"] = [product.id for product in _products(options)]
    if options.event != "resume":
        made |= lasting
    return made | {name: getattr(options, name) for name in ("pace", "order", "rest") if getattr(options, name)}


def _lines(file: Path, log: Log, before: Schedule, after: Schedule, options: argparse.Namespace) -> list[str]:
    lines = [f"{file}: day 1 is {long_date(log.start)}"]
    lines += [f"  {event.day} {_said(event.model_dump(mode='json', by_alias=True, exclude_defaults=True), event.kind)}"
              for event in log.events]  # fmt: skip
    lines += [f"  {item.day} {item.slot} {item.result}{f' {item.dose}' if item.dose else ''}" for item in log.intakes]
    lines += [f"  {item.day} score {item}" for item in log.symptoms]
    if options.event == "show":
        return [*lines, f"The last day of the plan is {_end(after)}."]
    was, now = _end(before), _end(after)
    moved = f"was {was}, now {now}" if was != now else f"still {now}"
    return [*lines, f"The last day of the plan: {moved}. Next: taper adjust {options.plan} --log {file}"]


def _said(event: dict[str, Any], kind: str) -> str:
    parts = [f"{name} {json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}"
             for name, value in event.items() if name not in {"day", "kind"}]  # fmt: skip
    return " ".join([kind, *parts])


def _end(schedule: Schedule) -> date | str:
    return schedule.days[-1].date if not schedule.realized.plan.is_open else "open"
