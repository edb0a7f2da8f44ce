"""A two-year plan adjusted 100 times and counted by 28-day fills, beside building it once.

Run it as `python tests/benchmarks/bench_adjustment.py`; it prints what it measured on the machine it ran on.
"""

import time
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from taper import Log, Plan, Product, Schedule, apply_log, count_supply, days, realize, to_schedule
from taper.plans.log import Event, Hold, StepBack

START = date(2027, 1, 1)
PRODUCTS = [
    Product(id=f"t{n}", drug="testamine", form="tablet", strength=f"{n} mg", score=2, pack=28) for n in (1, 2, 5)
]


def two_years() -> Plan:
    """104 weeks in steps of two, three times a day, each fall of 1 mg on one intake."""
    doses = {"morning": 18, "noon": 18, "evening": 18}
    steps = []
    for number in range(52):
        steps.append({"for": "2 weeks", "regimen": {slot: f"{dose} mg" for slot, dose in doses.items()}})
        doses[("morning", "noon", "evening")[number % 3]] -= 1
    return Plan.read({"courses": [{"drug": "testamine", "then": "stop", "steps": steps}]})


def build(plan: Plan) -> Schedule:
    """The plan realized and laid on dates."""
    return to_schedule(realize(plan, PRODUCTS), start=START)


def hundred_events() -> list[Event]:
    """A hold of two days each week, every tenth a step back instead."""
    made: list[Event] = []
    for number in range(100):
        day = START + timedelta(days=16 + 7 * number)
        made.append(StepBack(day=day, steps=1, lasting=days(3)) if number % 10 == 9 else Hold(day=day, lasting=days(2)))
    return made


def measure(what: str, run: Callable[[], Any], times: int = 1) -> Any:
    """Run it, and print the best of three wall times and the peak of memory that it allocated."""
    best = min(_timed(run) for _ in range(3))
    tracemalloc.start()
    made = run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"{what:58} {best * 1000:9.1f} ms {peak / 1e6:7.2f} MB"
        + (f"  ({best / times * 1000:.1f} ms each)" if times > 1 else "")
    )
    return made


def _timed(run: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def main() -> None:
    """Print each figure on a line of its own."""
    plan, events = two_years(), hundred_events()
    base = measure("build the plan once: realize and lay on dates", lambda: build(plan))
    measure("count it by 28-day fills", lambda: count_supply(base, fills=days(28)))
    log = Log.of(plan, START, events)
    adjusted = measure("apply a log of 100 events", lambda: apply_log(base, log))
    measure("count that by 28-day fills", lambda: count_supply(adjusted, fills=days(28)))

    def one_by_one() -> None:
        for number in range(1, 101):
            count_supply(apply_log(base, Log.of(plan, START, events[:number])), fills=days(28))

    measure("100 logs, each one event longer, each adjusted and counted", one_by_one, times=100)
    print(f"days: {len(base.days)} planned, {len(adjusted.days)} after 100 events; steps: {len(adjusted.steps)}")


if __name__ == "__main__":
    main()
