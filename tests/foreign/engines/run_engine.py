"""Run the blocks of docs/how-to/use-an-engine.md on one engine, and compare each table with that of one process.

python run_engine.py draw FOLDER, then python run_engine.py ENGINE FOLDER for each engine.
"""

import contextlib
import io
import os
import re
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from taper.batch import EPISODES, FINDINGS, SPANS, schema_of, spans_to_days, to_episodes, to_findings, to_spans
from taper.testing import exposure_batches, synthetic_people

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "use-an-engine.md"
PEOPLE = 6_000
DAYS = 100_000_000
PACKAGES = {"duckdb": "duckdb", "polars": "polars", "dask": "distributed", "ray": "ray", "spark": "pyspark"}
NO_PYTHON = {"java", "raylet", "gcs_server", "bash", "sh"}


class Memory:
    """The most memory that this process and the Python processes below it have held, looked at five times a second.

    What several share is divided among them.
    """

    def __enter__(self):
        self.most = 0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()

    def _watch(self):
        while not self._ends.wait(0.2):
            self.most = max(self.most, sum(_held(each) for each in _tree()))

    def __str__(self):
        return f"{self.most / 2**20:.0f} MB in Python processes"


def _tree():
    this = psutil.Process()
    return [this, *this.children(recursive=True)]


def _held(process):
    try:
        return 0 if process.name() in NO_PYTHON else process.memory_full_info().pss
    except psutil.Error:  # it ended meanwhile
        return 0


def block(heading):
    """The first block of Python below a heading of the page."""
    text = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.search(r"```py(?:thon)?\n(.*?)```", text, re.DOTALL)[1]


def names_of_the_page(folder):
    """What the first block of the page defines; its small file is left in a folder of its own."""
    names = {"__name__": "__main__"}
    small = folder / "small"
    small.mkdir(exist_ok=True)
    os.chdir(small)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(block("On no engine"), str(PAGE), "exec"), names)
    os.chdir(folder)
    return names


def of_all(names):
    """A function like the page's `audit` that gives spans, episodes and findings in one table, and its schema."""
    rules, definition = names["RULES"], names["DEFINITION"]
    schema = whole_schema()

    def audit(batches):
        spans = list(to_spans(batches, rules=rules))
        made = {
            "spans": spans,
            "episodes": to_episodes(spans, definition=definition),
            "findings": to_findings(spans, definition=definition, market="us"),
        }
        for name, found in made.items():
            for batch in found:
                held = dict(zip(batch.schema.names, batch.columns, strict=True))
                held["table"] = pa.array([name] * batch.num_rows)
                nothing = [held.get(each.name, pa.nulls(batch.num_rows, each.type)) for each in schema]
                yield pa.RecordBatch.from_arrays(nothing, schema=schema)

    return audit, schema


def whole_schema():
    """The columns of all three tables, and which of them a row is of."""
    parts = [schema_of(columns) for columns in (SPANS, EPISODES, FINDINGS)]
    return pa.unify_schemas([pa.schema({"table": pa.string()}), *parts])


def in_order(table):
    return table.combine_chunks().sort_by([(name, "ascending") for name in table.column_names])


def difference(table, reference):
    """What differs between two tables in canonical order; nothing where they have the same rows."""
    if table.schema != reference.schema:
        return f"the columns {table.schema} are not {reference.schema}"
    if table.num_rows != reference.num_rows:
        return f"{table.num_rows} rows and not {reference.num_rows}"
    ours, theirs = in_order(table), in_order(reference)
    wrong = [name for name in ours.column_names if not ours[name].equals(theirs[name])]
    return f"other values in {', '.join(wrong)}" if wrong else ""


def counted(table):
    """How many rows of each table there are."""
    counts = table["table"].combine_chunks().value_counts().to_pylist()
    return ", ".join(f"{each['counts']} {each['values']}" for each in counts)


def draw(folder):
    """Draw the people, audit them in this process, and try that the comparison finds what is known to be wrong."""
    names = names_of_the_page(folder)
    people = synthetic_people(PEOPLE, seed=2, drug="diazepam")
    drawn = pa.Table.from_batches(exposure_batches(people))
    # Stored in an order that no one may rely on.
    pq.write_table(drawn.sort_by([("quantity", "ascending"), ("start", "descending")]), "exposures.parquet")
    names["audit"], names["SCHEMA"] = of_all(names)
    with Memory() as memory:
        begun = time.perf_counter()
        made = names["audit_table"](pq.read_table("exposures.parquet"))
        took = time.perf_counter() - begun
    pq.write_table(made, "reference.parquet")
    print(f"ran: one process: {drawn.num_rows} rows of {PEOPLE} people, {counted(made)}; {took:.1f} s, {memory}")
    dose = made.schema.get_field_index("dose")
    other = made.set_column(dose, "dose", pa.array([1, *made["dose"].to_pylist()[1:]]))
    if not all(difference(planted, made) for planted in (made.slice(1), other)):
        sys.exit("the comparison passed over a planted difference")
    spans = made.filter(pc.equal(made["table"], "spans")).select([name for name, _ in SPANS])
    measure_days(pa.concat_tables([spans] * (DAYS // count_days(spans) + 1)))


def count_days(spans):
    """How many days some spans have."""
    first, last = (spans[name].cast(pa.int32()) for name in ("first", "last"))
    return pc.sum(pc.add(pc.subtract(last, first), 1)).as_py()


def measure_days(many):
    """The days of many spans, beside duckdb's bare expansion of the same rows in the same run."""
    import duckdb

    question = "SELECT person, drug, first + unnest(range(0, last - first + 1))::INTEGER AS date, dose, grain FROM many"
    with Memory() as memory:
        begun = time.perf_counter()
        ours = sum(batch.num_rows for batch in spans_to_days(many.to_batches(max_chunksize=100_000)))
        took = time.perf_counter() - begun
    begun = time.perf_counter()
    theirs = sum(batch.num_rows for batch in duckdb.sql(question).to_arrow_reader(131_072))
    ratio = took / (time.perf_counter() - begun)
    if ours != theirs:
        sys.exit(f"spans_to_days gives {ours} rows, and duckdb {theirs}")
    print(f"ran: {ours} days of {many.num_rows} spans: {took:.1f} s, {ratio:.2f} of duckdb's bare expansion (at most "
          f"3), {memory}")  # fmt: skip
    if ratio > 3 or memory.most > 10**9:
        sys.exit("spans_to_days takes too long beside duckdb, or more than a gigabyte")


def run(engine, folder):
    """Run the block of one engine and compare."""
    names = names_of_the_page(folder)
    names["audit"], names["SCHEMA"] = of_all(names)
    text = compile(block({"spark": "Spark"}.get(engine, engine)), str(PAGE), "exec")
    with Memory() as memory:
        begun = time.perf_counter()
        exec(text, names)
        took = time.perf_counter() - begun
    found = difference(names["result"], pq.read_table("reference.parquet"))
    if found:
        sys.exit(f"{engine}: its rows differ from those of one process: {found}")
    said = f"{engine} {version(PACKAGES[engine])}: {counted(names['result'])}, the rows of one process"
    print(f"ran: {said}; {took:.1f} s, {memory}")


if __name__ == "__main__":
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    what, where = sys.argv[1], Path(sys.argv[2]).resolve()
    where.mkdir(parents=True, exist_ok=True)
    if what == "draw":
        draw(where)
    else:
        run(what, where)
