"""An audit: a Parquet file of exposures read with duckdb, and its spans, episodes and findings written beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from taper._base.extras import need
from taper._base.progress import tell
from taper._base.shown import show
from taper.batch.account import Account
from taper.batch.columns import checked
from taper.batch.definitions import EpisodeDefinition, SpanRules
from taper.batch.engine import Batch, pa
from taper.batch.episodes import to_episodes
from taper.batch.exposures import EXPOSURES
from taper.batch.facts import ComparedFact, compared_facts
from taper.batch.findings import to_findings
from taper.batch.kidneys import PEOPLE
from taper.batch.refusals import WrongColumns
from taper.batch.spans import SPANS, to_spans
from taper.batch.stored import Stored, few, opened
from taper.errors import InvalidInput
from taper.knowledge.formulary import Formulary
from taper.products.product import DosageForm, Release

TABLES = ("set_aside", "spans", "episodes", "findings")
"""The Parquet files of an audit, by name."""

_ROWS = 100_000
_UNREAD = "is no Parquet file that can be read ({}); check it"
_FAILURES = (pa.ArrowException, OSError, MemoryError, UnicodeError)
_MEMORY = re.compile(r"[1-9][0-9]{0,6} ?(MB|GB)")


@dataclass(frozen=True, slots=True)
class AuditedDrug:
    """What an audit counts of one drug: people and episodes, and of those how many did what.

    `at_once` counts the episodes that stopped from the highest dose in them; `found` those with a finding, by rule.
    """

    drug: str
    people: int
    episodes: int
    tapers: int
    titrations: int
    stopped: int
    at_once: int
    found: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AuditResult:
    """An audit: what became of each row, the counts of each drug, and what its figures are drawn from.

    `lasting` is for each drug, for each number of days after the first day of an episode, how many episodes ended by a
    stop and how many are seen no longer. `falls` is for each drug, for each twentieth of the dose before, how many
    reductions were of that part. `facts` are those on file about these drugs, compared or left out.
    """

    account: Account
    drugs: tuple[AuditedDrug, ...]
    lasting: Mapping[str, tuple[tuple[int, int, int], ...]]
    falls: Mapping[str, tuple[tuple[int, int], ...]]
    facts: tuple[ComparedFact, ...] = ()


def audit(
    path: str | Path,
    folder: Path,
    *,
    rules: SpanRules,
    definition: EpisodeDefinition,
    facts: Formulary | None = None,
    people: str | Path | None = None,
    market: str | None = None,
    release: Release | None = None,
    form: DosageForm | None = None,
    memory: str = "512 MB",
) -> AuditResult:
    """Read a Parquet file of exposures, and write its spans, episodes, findings and unread rows into a folder.

    Args:
        path: The file, with the columns that `to_spans` reads, in any order of rows.
        folder: A folder that exists, for the four Parquet files.
        rules: How exposures become spans.
        definition: What an episode is.
        facts: The facts to compare with; those that come with the library if not given.
        people: A Parquet file of kidney figures, as `to_findings` reads them.
        market: As for `to_findings`.
        release: As for `to_findings`.
        form: As for `to_findings`.
        memory: The most memory that duckdb takes, such as "512 MB"; what does not fit, it puts into the folder
            meanwhile.

    Raises:
        InvalidInput: If a file cannot be read, or the memory is no amount.
        WrongColumns: If the columns are others.
        MissingExtra: If duckdb is not installed.
    """
    engine = _Engine(folder, memory)
    account = Account()
    with engine, _Table(folder / "set_aside.parquet") as aside:
        account.keep = aside.write
        rows = engine.batches(path, EXPOSURES, "exposures")
        _write(folder / "spans.parquet", to_spans(rows, rules=rules, facts=facts, account=account), account, engine)
        kidneys = None if people is None else list(few(engine.batches(people, PEOPLE, "people"), people))
        episodes = to_episodes(_read(folder / "spans.parquet"), definition=definition)
        _write(folder / "episodes.parquet", episodes, account, engine)
        found = to_findings(
            _read(folder / "spans.parquet"), definition=definition, facts=facts, people=kidneys, market=market,
            release=release, form=form,
        )  # fmt: skip
        _write(folder / "findings.parquet", found, account, engine)
    with engine:
        result = engine.counted(account)
    names = [drug.drug for drug in result.drugs]
    return replace(
        result, facts=compared_facts(names, facts=facts, market=market, release=release, form=form)
    )  # fmt: skip


class _Table:
    """A Parquet file that takes its columns from the first batch; without any it is not written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> "_Table":
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, batch: Batch) -> None:
        """Add the rows of a batch."""
        if self._writer is None:
            parquet = need("pyarrow.parquet", install="batch", purpose="an audit")
            self._writer = parquet.ParquetWriter(self._path, batch.schema, compression="zstd")
        self._writer.write_batch(batch)


def _write(path: Path, batches: Iterable[Batch], account: Account, engine: "_Engine") -> None:
    with _Table(path) as table:
        for batch in batches:
            table.write(batch)
            tell(min(account.read, engine.rows), engine.rows, path.stem)


def _read(path: Path) -> Iterator[Batch]:
    if path.exists():
        with opened(path) as file:
            yield from file.rows(file.fields([name for name, _ in SPANS], path.stem)[0], _ROWS)


class _Engine:
    """A connection to duckdb that keeps to its memory and its folder."""

    def __init__(self, folder: Path, memory: str) -> None:
        if not _MEMORY.fullmatch(memory):
            raise InvalidInput(f'{show(memory)} is no amount of memory; write one such as "512 MB"', where="memory")
        try:
            str(folder).encode()
        except UnicodeEncodeError:
            says = "lies at a path that is not UTF-8, which duckdb needs; choose another"
            raise InvalidInput(says, where="folder") from None
        self._duckdb = need("duckdb", install="audit", purpose="an audit")
        self._folder = folder
        self._memory = memory
        self.rows = 0
        self._ended: list[BaseException] = []

    def __enter__(self) -> "_Engine":
        self._link = self._duckdb.connect(config={
            "memory_limit": self._memory.replace(" ", ""), "temp_directory": str(self._folder / "temporary"),
            "threads": 2,
            # Nothing is fetched: a file is one of this machine.
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        })  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    def batches(self, path: str | Path, wanted: tuple[tuple[str, str], ...], what: str) -> Iterator[Batch]:
        """The wanted columns of a Parquet file in order of person."""
        with ExitStack() as stack:
            with self._said(path, _UNREAD):
                file = stack.enter_context(opened(path))
                fields = self._checked(file, wanted, what)
            self.rows = self.rows or file.count
            listed = ", ".join(f'"{name}"' for name, _ in wanted)
            # In order of every column, so that the same rows give the same spans however they are stored.
            with self._said(path, "its rows cannot be put in order ({}); give more memory, or room on the disk"):
                found = self._ask(f"SELECT {listed} FROM rows ORDER BY {listed}", file, fields)
                yield from found.to_arrow_reader(_ROWS)

    def _checked(self, file: Stored, wanted: tuple[tuple[str, str], ...], what: str) -> list[Any]:
        """The wanted columns of a file, those of the others, and of the kinds, that are read being refused."""
        fields, others = file.fields([name for name, _ in wanted], what)
        as_read = [self._as_read(field) for field in fields]
        schema = pa.schema([*(found or field for found, field in zip(as_read, fields, strict=True)), *others])
        checked(pa.RecordBatch.from_pylist([], schema), wanted, what)
        for found, field in zip(as_read, fields, strict=True):
            if found is None:
                kind = f"the column {field.name} is {field.type}, which duckdb cannot read"
                raise WrongColumns(f"{kind}; cast it to decimal128 or double", where=what, missing=(field.name,))
        return fields

    def _as_read(self, field: Any) -> Any:
        """A column as duckdb gives it, or None where it does not know its kind."""
        try:
            return self._link.from_arrow(pa.schema([field]).empty_table()).to_arrow_table().schema.field(0)
        except self._duckdb.Error:
            return None

    def _ask(self, question: str, file: Stored, fields: list[Any]) -> Any:
        """Ask something of the rows of a file; duckdb is not told its name, which it would take for a pattern."""
        rows = self._kept(file.rows(fields, _ROWS))
        self._link.register("rows", pa.RecordBatchReader.from_batches(pa.schema(fields), rows))
        return self._link.sql(question)

    def _kept(self, rows: Iterable[Batch]) -> Iterator[Batch]:
        """Rows, and why they ended: what duckdb says of that is in words of its own."""
        try:
            yield from rows
        except (Exception, KeyboardInterrupt) as error:
            self._ended.append(error)
            raise

    @contextmanager
    def _said(self, path: str | Path, words: str) -> Iterator[None]:
        """Say in one line what could not be done with a file."""
        self._ended.clear()
        try:
            yield
        except (self._duckdb.Error, *_FAILURES) as error:
            ended = self._ended[0] if self._ended else None
            if ended is not None and not isinstance(ended, _FAILURES):
                raise ended from None
            first = next(iter(str(ended or error).splitlines()), type(ended or error).__name__)
            raise InvalidInput((_UNREAD if ended else words).format(first), where=str(path)) from None

    def counted(self, account: Account) -> AuditResult:
        """The counts of what was written."""
        if not (self._folder / "episodes.parquet").exists():
            return AuditResult(account, (), {}, {})
        found: dict[str, dict[str, int]] = {}
        if (self._folder / "findings.parquet").exists():
            for drug, rule, many in self._rows(_FOUND, "findings"):
                found.setdefault(drug, {})[rule] = many
        drugs = tuple(_audited(row, found.get(row[0], {})) for row in self._rows(_COUNTS, "episodes"))
        lasting: dict[str, list[tuple[int, int, int]]] = {}
        for drug, *counts in self._rows(_LASTING, "episodes"):
            lasting.setdefault(drug, []).append((counts[0], counts[1], counts[2]))
        falls: dict[str, list[tuple[int, int]]] = {}
        for drug, part, many in self._rows(_FALLS, "spans"):
            falls.setdefault(drug, []).append((part, many))
        return AuditResult(
            account, drugs, {drug: tuple(rows) for drug, rows in lasting.items()},
            {drug: tuple(rows) for drug, rows in falls.items()},
        )  # fmt: skip

    def _rows(self, question: str, table: str) -> list[tuple[Any, ...]]:
        path, says = self._folder / f"{table}.parquet", f"{table} cannot be counted ({{}}); give more"
        with self._said("memory", says), opened(path) as file:
            fields, _ = file.fields([name for name in file.names if name in question], table)
            rows: list[tuple[Any, ...]] = self._ask(question, file, fields).fetchall()
        return rows


def _audited(row: tuple[Any, ...], found: Mapping[str, int]) -> AuditedDrug:
    drug, people, episodes, tapers, titrations, stopped, at_once = row
    return AuditedDrug(drug, people, episodes, tapers, titrations, stopped, at_once, found)


_COUNTS = """
SELECT drug, count(DISTINCT person), count(*), count(*) FILTER (course IN ('taper', 'both')),
  count(*) FILTER (course IN ('titration', 'both')), count(*) FILTER (stopped),
  count(*) FILTER (stopped AND last_dose = most_dose AND last_grain = most_grain)
FROM rows GROUP BY drug ORDER BY drug"""

_FOUND = """
SELECT drug, rule, count(DISTINCT (person, episode)) FROM rows GROUP BY drug, rule ORDER BY drug, rule"""

_LASTING = """
SELECT drug, (last - first)::INTEGER + 1 AS lasted, count(*) FILTER (stopped), count(*) FILTER (NOT stopped)
FROM rows GROUP BY drug, lasted ORDER BY drug, lasted"""

# By whole numbers: of a reduction from a/b to c/d the twentieths are 20 * (ad - bc) / ad. Each of the four is below
# 2**62, and 20 times ad does not fit: so 4 times is divided first, and then 5 times what is left over.
_FALLS = """
SELECT drug, (5 * ((4 * fall) // whole) + (5 * ((4 * fall) % whole)) // whole)::INTEGER AS part, count(*) FROM (
  SELECT drug, first, before, was * grain AS whole, was * grain - dose * fine AS fall FROM (
    SELECT drug, dose::HUGEINT AS dose, grain::HUGEINT AS grain, first, lag(dose::HUGEINT) OVER whose AS was,
      lag(grain::HUGEINT) OVER whose AS fine, lag(last) OVER whose AS before
    FROM rows WINDOW whose AS (PARTITION BY person, drug ORDER BY first)))
WHERE first = before + 1 AND fall > 0 GROUP BY drug, part ORDER BY drug, part"""
