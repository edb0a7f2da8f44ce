"""Many people at once: the time of each step as a multiple of duckdb's bare expansion of the same rows, and the memory.

`PYTHONPATH=src:tests python tests/benchmarks/bench_batch.py` fails where a step takes more than it may. Each step is a
process of its own; all are measured in one run. `--rows 100000000` streams as many rows, which are made on the way.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

PEOPLE, ROWS_EACH, DAYS = 200_000, 8, 24
"""As many plan-days as 200,000 plans of half a year have: 38.4 million."""
MOST = {"spans": 3.0, "spans to episodes": 3.0, "spans to findings": 3.0}
MOST_MB = 1000
BATCH = 12_500
"""People in a batch of the rows that are read."""


def exposures(people: int) -> Iterator[Any]:
    """Tapers of two drugs, each of eight steps of 24 days, batch by batch, the same each time."""
    import numpy as np
    import pyarrow as pa

    for begin in range(0, people, BATCH):
        whom = np.arange(begin, min(people, begin + BATCH))
        draw = np.random.default_rng(begin)
        person, step = np.repeat(whom, ROWS_EACH), np.tile(np.arange(ROWS_EACH), len(whom))
        first = np.repeat(18262 + draw.integers(0, 300, len(whom)), ROWS_EACH) + step * DAYS
        yield pa.RecordBatch.from_pydict({
            "person": person,
            "drug": pa.array(["baclofen", "diazepam"]).take(pa.array(person % 2)),
            "start": pa.array(first.astype(np.int32)).cast(pa.date32()),
            "end": pa.nulls(len(person), pa.date32()),
            "quantity": DAYS * (ROWS_EACH - step),
            "strength": pa.array(["5 mg", "2 mg"]).take(pa.array(draw.integers(0, 2, len(person)))),
            "days_supply": np.full(len(person), DAYS),
        })  # fmt: skip


def expand(rows: list[Any]) -> int:
    """Every day of every row, by duckdb, handed over as Arrow batches."""
    import duckdb
    import pyarrow as pa

    table = pa.Table.from_batches(rows)
    link = duckdb.connect(config={"threads": 1})
    link.register("exposures", table)
    days = link.sql(
        "SELECT person, drug, start + day::INTEGER AS day, quantity FROM "
        "(SELECT *, unnest(generate_series(0, days_supply - 1)) AS day FROM exposures)"
    )
    return sum(batch.num_rows for batch in days.to_arrow_reader(100_000))


def rules() -> Any:
    """Rules that change nothing in these rows, and look at each."""
    from taper.batch import SpanRules

    return SpanRules(length="days supply", longest=365, duplicates="set aside", stockpiling="same dose",
                     overlap="sum", gap="zero", grace=0)  # fmt: skip


def definition() -> Any:
    """What an episode is here."""
    from taper.batch import EpisodeDefinition

    return EpisodeDefinition(ends_after=30, since=date(2019, 1, 1), until=date(2022, 1, 1), washout=90,
                             least_change="15/100")  # fmt: skip


def spans(rows: list[Any]) -> int:
    from taper.batch import to_spans

    return sum(batch.num_rows for batch in to_spans(rows, rules=rules()))


def episodes(rows: list[Any]) -> int:
    from taper.batch import to_episodes

    return sum(batch.num_rows for batch in to_episodes(rows, definition=definition()))


def findings(rows: list[Any]) -> int:
    from taper.batch import to_findings

    return sum(batch.num_rows for batch in to_findings(rows, definition=definition(), market="us"))


STEPS: dict[str, Callable[[list[Any]], int]] = {
    "expansion": expand, "spans": spans, "spans to episodes": episodes, "spans to findings": findings,
}  # fmt: skip


def measure(step: str) -> dict[str, Any]:
    """The CPU of one step in this process, what it made, and the peak of memory."""
    rows: list[Any] = list(exposures(PEOPLE))
    if step.startswith("spans to"):
        from taper.batch import to_spans

        rows = list(to_spans(rows, rules=rules()))
    STEPS[step](rows[:1])  # what is loaded once
    begin = time.process_time()
    made = STEPS[step](rows)
    return {"cpu": time.process_time() - begin, "made": made}


def stream(rows: int) -> dict[str, Any]:
    """The whole way for so many rows without holding them, the time of each million, and the peak of memory."""
    from taper.batch import to_findings, to_spans

    begin, made = time.process_time(), 0
    for batch in to_findings(
        to_spans(exposures(rows // ROWS_EACH), rules=rules()), definition=definition(), market="us"
    ):
        made += batch.num_rows
    cpu = time.process_time() - begin
    return {"cpu": cpu, "made": made, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def apart(*words: str) -> dict[str, Any]:
    """What a process of its own measures."""
    done = subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> int:
    """Measure each step beside the expansion, print the table, and say whether all is within."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--stream", type=int)
    parser.add_argument("--rows", type=int, default=4_000_000)
    given = parser.parse_args()
    if given.step or given.stream:
        print(json.dumps(measure(given.step) if given.step else stream(given.stream)))
        return 0
    base = apart("--step", "expansion")
    print(f"duckdb expands {PEOPLE * ROWS_EACH:,} rows to {base['made']:,} days in {base['cpu']:.2f} s of one core")
    good = True
    for step, most in MOST.items():
        told = apart("--step", step)
        times = told["cpu"] / base["cpu"]
        good &= times <= most
        print(f"{step:18} {told['cpu']:6.2f} s, {times:5.2f} times it (at most {most:g}), {told['made']:,} rows")
    small, large = apart("--stream", str(given.rows // 4)), apart("--stream", str(given.rows))
    grows = large["cpu"] / small["cpu"] / 4
    good &= large["mb"] < MOST_MB and grows < 1.3
    print(f"streaming {given.rows:,} rows: {large['mb']:.0f} MB (at most {MOST_MB}), {large['cpu']:.1f} s; "
          f"a row costs {grows:.2f} times what it costs in a quarter of them")  # fmt: skip
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
