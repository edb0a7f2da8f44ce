"""The largest inputs that are answered: what each costs in yardsticks, beside what it may cost.

`PYTHONPATH=src:tests python tests/benchmarks/bench_large.py` says which cost more, and fails where one costs
half as much again: the same call differs by that between machines. One second is four yardsticks.
Memory is the peak of a process of its own beyond what it holds before the call.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.bench_growth import START, X, daily, log_text
from benchmarks.yardstick import cpu_in_process, yardstick
from taper import (
    CannotPrint,
    Plan,
    Schedule,
    count_supply,
    days,
    from_fhir,
    read_log,
    read_plan,
    read_products,
    realize,
    to_fhir,
    to_html,
    to_ical,
    to_pdf,
    to_schedule,
    write_fhir,
)
from taper._base.json_text import NotJson

LONGEST = 7320
Call = Callable[[], object]


def _products(count: int) -> Call:
    text = json.dumps([{"id": f"p{n}", "drug": "x", "form": "tablet", "strength": "5 mg"} for n in range(count)])
    return lambda: read_products(text)


def _whole(plan: Plan) -> Schedule:
    return to_schedule(realize(plan, X), start=START)


def _on_twenty_years(write: Callable[[Schedule], object]) -> Callable[[], Call]:
    def make() -> Call:
        schedule = _whole(Plan.read(daily(LONGEST)))
        return lambda: write(schedule)

    return make


def _too_long(schedule: Schedule) -> str:
    try:
        to_pdf(schedule)
    except CannotPrint as error:
        return str(error)
    raise AssertionError("a PDF of twenty years was set")


def _courses() -> Call:
    steps = daily(LONGEST)["courses"][0]["steps"]
    courses = [{"id": f"c{n}", "drug": "x", "then": "stop", "steps": steps} for n in range(14)]
    plan = Plan.read({"courses": courses})
    return lambda: _whole(plan)


def _cycles(steps: int) -> str:
    slots = ("morning", "noon", "evening", "bedtime")
    each = [
        {"for": "20 days", "cycle": [{slot: f"{1 + (day + at + n) % 9} mg" for at, slot in enumerate(slots)}
                                     for day in range(366)]}
        for n in range(steps)
    ]  # fmt: skip
    return json.dumps({"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": each}]})


def _refused(text: str) -> str:
    try:
        read_plan(text)
    except NotJson as error:
        return str(error)
    raise AssertionError("a plan of 10 MB was read")


def _clocks() -> str:
    minutes = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]
    cycle = [{clock: f"{1 + (day + at) % 9} mg" for at, clock in enumerate(minutes)} for day in range(90)]
    step = {"for": "90 days", "cycle": cycle}
    return json.dumps({"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": [step]}]})


def _on_text(text: str, read: Callable[[str], Any]) -> Call:
    return lambda: read(text)


ROWS: dict[str, tuple[float, Callable[[], Call]]] = {
    "read_products, 20,000": (8, lambda: _products(20_000)),
    "read_products, 60,000": (24, lambda: _products(60_000)),
    "a log of 10,000 events on one day": (4, lambda: _on_text(log_text(10_000, spread=False), read_log)),
    "20 years of daily steps: calendar": (40, _on_twenty_years(to_ical)),
    "20 years of daily steps: FHIR": (40, _on_twenty_years(lambda schedule: write_fhir(to_fhir(schedule)))),
    "20 years of daily steps: FHIR and back": (80, _on_twenty_years(lambda schedule: from_fhir(to_fhir(schedule)))),
    "20 years of daily steps: HTML": (40, _on_twenty_years(to_html)),
    "20 years of daily steps: PDF, refused": (40, _on_twenty_years(_too_long)),
    "supply over 7,320 fills of a day": (12, _on_twenty_years(lambda schedule: count_supply(schedule, fills=days(1)))),
    "365 steps of cycles of 366 days, 10 MB: refused": (4, lambda: _on_text(_cycles(365), _refused)),
    "180 steps of cycles of 366 days, 5 MB: read, realize, date": (
        40, lambda: _on_text(_cycles(180), lambda text: _whole(read_plan(text)))
    ),
    "1,440 clock times in a cycle of 90: read, realize, date": (
        40, lambda: _on_text(_clocks(), lambda text: _whole(read_plan(text)))
    ),
    "14 courses of 7,320 steps: realize and date": (40, _courses),
}  # fmt: skip


def measure(name: str) -> None:
    """Print what one row costs: its seconds, the yardstick of the same moment, and its memory."""
    call = ROWS[name][1]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    one = yardstick()
    spent = cpu_in_process(call)
    beyond = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([spent, (one + yardstick()) / 2, beyond // 1024]))


SLACK = 1.5


def main() -> int:
    if sys.argv[1:]:
        measure(sys.argv[1])
        return 0
    failed = 0
    for name, (most, _) in ROWS.items():
        done = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
        spent, one, beyond = json.loads(done.stdout)
        failed += spent / one > most * SLACK
        over = " (more than it may)" if spent / one > most else ""
        print(f"{name}: {spent / one:.1f} of {most} yardsticks{over}, {beyond} MB ({spent:.2f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
