"""Time, size and peak memory of each tabular format and picture for 20 years of three doses a day.

Run it as `python tests/benchmarks/bench_formats.py`. Each is written in a process of its own. The peak is what the
process held at most, above what it held with the schedule made and the format's package imported.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from taper import (
    Plan,
    Product,
    days,
    plot_calendar,
    plot_doses,
    plot_falls,
    plot_supply,
    realize,
    to_arrow,
    to_csv,
    to_records,
    to_schedule,
    to_xlsx,
)  # fmt: skip
from taper.schedules.schedule import Schedule

MOST_MB = 200
WHOLE = 7280
SMALL = {"morning": "5 mg", "noon": "5 mg", "evening": "7.5 mg"}


def long_schedule(shown: int) -> Schedule:
    """Three doses a day, one of them of one and a half tablets, in steps of four weeks."""
    steps = [{"for": "28 days", "regimen": SMALL | {"morning": f"{5 * (number % 4 + 1)} mg"}} for number in range(260)]
    plan = Plan.read({"courses": [{"drug": "testamine", "then": "stop", "before": "nothing", "steps": steps}]})
    tablets = [Product.read({"id": "t5", "drug": "testamine", "form": "tablet", "strength": "5 mg", "score": 2})]
    return to_schedule(realize(plan, tablets), start=date(2027, 3, 1), horizon=days(shown))


WRITERS: dict[str, Callable[[Schedule], int]] = {
    "csv": lambda schedule: len(to_csv(schedule)),
    "records": lambda schedule: len(to_records(schedule)),
    "arrow": lambda schedule: to_arrow(schedule).nbytes,
    "xlsx": lambda schedule: len(to_xlsx(schedule)),
    "svg of doses": lambda schedule: len(plot_doses(schedule).to_svg()),
    "png of doses": lambda schedule: len(plot_doses(schedule).to_png()),
    "svg of falls": lambda schedule: len(plot_falls(schedule, of="current").to_svg()),
    "svg of supply": lambda schedule: len(plot_supply(schedule).to_svg()),
    "svg of calendar": lambda schedule: len(plot_calendar(schedule).to_svg()),
}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str) -> None:
    WRITERS[name](long_schedule(14))  # the imports are not what is measured
    schedule = long_schedule(WHOLE)
    before = peak_mb()
    begin = time.perf_counter()
    size = WRITERS[name](schedule)
    print(time.perf_counter() - begin, size, peak_mb() - before, before)


def main() -> None:
    rows = [(name, *measured(name)) for name in WRITERS]
    base = rows[0][1]
    print(f"{'20 years, 3 doses a day':<24}{'s':>8}{'x csv':>8}{'KB or rows':>12}{'peak MB':>9}{'held MB':>9}")
    for name, seconds, size, peak, held in rows:
        shown = size if name == "records" else size / 1024
        print(f"{name:<24}{seconds:>8.2f}{seconds / base:>8.1f}{shown:>12.0f}{peak:>9.0f}{held:>9.0f}")
        assert peak < MOST_MB, f"{name} took {peak:.0f} MB, more than {MOST_MB}"


def measured(name: str) -> list[float]:
    made = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
    return [float(text) for text in made.stdout.split()]


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
