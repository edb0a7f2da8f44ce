"""Tables of many people that grow: in rows, in batches, in kinds of doses, names and figures, and in one episode."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from builders import formulary
from taper import Formulary
from taper.batch import (
    EpisodeDefinition,
    SpanRules,
    compared_facts,
    spans_to_days,
    to_episodes,
    to_findings,
    to_spans,
)
from taper.testing import KnownSpan, known_episodes

DAY = date(2024, 1, 1)
RULES = SpanRules(length="days supply", longest=7320, duplicates="set aside", stockpiling="same dose", overlap="sum",
                  gap="zero", grace=0)  # fmt: skip
DEFINITION = EpisodeDefinition(ends_after=30, since=date(1900, 1, 1), until=date(2200, 12, 31), washout=90,
                               least_change="15/100")  # fmt: skip

Make = Callable[[int], Callable[[], object]]


def exposures(many: int, **columns: Any) -> pa.Table:
    made = {
        "person": np.arange(many) // 4, "drug": ["diazepam"] * many, "start": pa.array([DAY] * many),
        "end": pa.nulls(many, pa.date32()), "quantity": 1 + np.arange(many) % 60, "strength": ["5 mg"] * many,
        "days_supply": 1 + np.arange(many) % 30,
    }  # fmt: skip
    return pa.table(made | columns)


def spans(many: int, **columns: Any) -> pa.Table:
    made = {
        "person": np.arange(many), "drug": ["gabapentin"] * many, "first": pa.array([DAY] * many),
        "last": pa.array([DAY + timedelta(30)] * many), "dose": [3600] * many, "grain": [1] * many,
    }  # fmt: skip
    return pa.table(made | columns)


def primes(many: int) -> Any:
    """Primes from 2**20 on."""
    sieve = np.ones(2**20 + 40 * many, bool)
    for factor in range(2, int(len(sieve) ** 0.5) + 1):
        sieve[factor * factor :: factor] = False
    return (np.flatnonzero(sieve[2**20 :]) + 2**20)[:many]


def _drained(batches: Iterable[Any]) -> int:
    return sum(batch.num_rows for batch in batches)


def _read(size: int = 100_000, **of: Callable[[int], Any]) -> Make:
    def make(many: int) -> Callable[[], object]:
        table = exposures(many, **{name: column(many) for name, column in of.items()})
        batches = table.to_batches(max_chunksize=size)
        return lambda: _drained(to_spans(batches, rules=RULES))

    return make


def _of_spans(call: Callable[[Any], Any], **of: Callable[[int], Any]) -> Make:
    def make(many: int) -> Callable[[], object]:
        table = spans(many, **{name: column(many) for name, column in of.items()})
        return lambda: _drained(call(table))

    return make


def _levels(drug: str) -> dict[str, Callable[[int], Any]]:
    """An episode of one person that falls each day."""
    days = {name: lambda n: pa.array([date(1950, 1, 1) + timedelta(i) for i in range(n)]) for name in ("first", "last")}
    return days | {
        "person": lambda n: np.zeros(n, int), "drug": lambda n: [drug] * n, "dose": lambda n: 2 * n - np.arange(n),
    }  # fmt: skip


def _kidneys(facts: Formulary | None, most: float) -> Make:
    def make(many: int) -> Callable[[], object]:
        figure = 5 + np.arange(many) / many * most
        people = pa.table({"person": np.arange(many), "date": pa.array([DAY] * many), "egfr": figure, "crcl": figure})
        table = spans(many)
        return lambda: _drained(to_findings(table, definition=DEFINITION, people=people, facts=facts))

    return make


def _in_proportion() -> Formulary:
    bands = [
        {"below": 15, "action": "in proportion to the measure"},
        {"at_least": 15, "action": "daily range", "low": "1 mg", "high": "6 mg"},
    ]
    return formulary(drug="gabapentin", kidney=[{"source": "k", "measure": "eGFR", "basis": "label", "bands": bands}])


def _one_course(many: int) -> Callable[[], object]:
    days = [DAY + timedelta(number) for number in range(many)]
    held = [KnownSpan(day, day, Fraction(number % 7 + 93)) for number, day in enumerate(days)]
    return lambda: known_episodes(held, DEFINITION)


def _facts(many: int) -> Callable[[], object]:
    return lambda: compared_facts(["diazepam"] * many)


def _episodes(table: Any) -> Any:
    return to_episodes(table, definition=DEFINITION)


def _findings(table: Any) -> Any:
    return to_findings(table, definition=DEFINITION)


def crowded() -> Callable[[], object]:
    """131,072 people, each above each of 50 ceilings."""
    ceilings = [{"limit": f"{number + 1} mg", "source": f"s{number}"} for number in range(50)]
    facts, table = formulary(drug="gabapentin", ceilings=ceilings), spans(2**17)
    return lambda: _drained(to_findings(table, definition=DEFINITION, facts=facts))


GROWING: tuple[tuple[str, int, Make], ...] = (
    ("to_spans", 10_000, _read()),
    ("to_spans, one person in short batches", 10_000, _read(100, person=lambda n: np.zeros(n, int))),
    ("to_spans, nobody", 10_000, _read(100, person=lambda n: pa.nulls(n, pa.int64()))),
    ("to_spans, each drug a name of its own", 500, _read(drug=lambda n: [f"free text {i}" for i in range(n)])),
    ("to_spans, each strength of its own", 5000, _read(strength=lambda n: [f"{i + 1} mg" for i in range(n)])),
    ("to_spans, each length of its own", 400, _read(days_supply=lambda n: 1 + np.arange(n))),
    ("to_episodes", 10_000, _of_spans(_episodes)),
    ("to_episodes, each dose a part of its own", 2000, _of_spans(_episodes, grain=primes)),
    ("to_findings", 5000, _of_spans(_findings)),
    ("to_findings, each dose a part of its own", 2000, _of_spans(_findings, grain=primes)),
    ("to_findings, one episode of baclofen falling daily", 3000, _of_spans(_findings, **_levels("baclofen"))),
    ("to_findings, one episode of lithium falling daily", 3000, _of_spans(_findings, **_levels("lithium"))),
    ("to_findings, each kidney figure of its own", 100, _kidneys(None, 100)),
    ("to_findings, a figure in proportion to each", 200, _kidneys(_in_proportion(), 9)),
    ("spans_to_days", 2000, _of_spans(spans_to_days)),
    ("compared_facts", 2000, _facts),
    ("known_episodes, one course", 200, _one_course),
)
"""Of each the name, the least number of rows, and the call at a size; each may grow as the rows do."""
