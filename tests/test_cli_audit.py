"""The command audit: the same as the functions, whole or not at all, and plain words for what is wrong."""

import io
import json
import os
import random
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli_calls import caller
from taper._base import folders
from taper._base.progress import telling
from taper.batch import (
    SPANS,
    Aside,
    EpisodeDefinition,
    SpanRules,
    WrongColumns,
    pages,
    schema_of,
    to_episodes,
    to_findings,
    to_spans,
)
from taper.batch import audit as audits
from taper.batch import people as streams
from taper.batch import stored as files
from taper.batch.audit import audit
from taper.errors import CannotCompute, InvalidInput

SRC = Path(__file__).parent.parent / "src"
DAY = date(2021, 1, 1)
RULES = [
    "--length", "days supply", "--longest", "365", "--duplicates", "set aside", "--stockpiling", "same dose",
    "--overlap", "sum", "--gap", "zero", "--grace", "0", "--ends-after", "30", "--since", "2020-01-01",
    "--until", "2022-12-31", "--washout", "90", "--least-change", "15/100",
]  # fmt: skip
TABLES = {"set_aside.parquet", "spans.parquet", "episodes.parquet", "findings.parquet"}
PICTURES = {"lasting.svg", "reductions.svg", "stops.svg"}


def rows():
    made = []
    for person in range(40):
        for number, count in enumerate((40, 30, 20, 10)[: 1 + person % 4]):
            made.append({
                "person": person, "drug": ("diazepam", "baclofen")[person % 2], "end": None, "strength": "5 mg",
                "start": DAY + timedelta(14 * number), "quantity": 14 * count, "days_supply": 14,
            })  # fmt: skip
    return [*made, made[0], made[0] | {"drug": "nothing on file"}, made[0] | {"quantity": -1}]


def schema():
    return pa.schema([
        ("person", pa.int64()), ("drug", pa.string()), ("start", pa.date32()), ("end", pa.date32()),
        ("quantity", pa.int64()), ("strength", pa.string()), ("days_supply", pa.int32()),
    ])  # fmt: skip


@pytest.fixture
def exposures(tmp_path):
    path = tmp_path / "dispensed.parquet"
    pq.write_table(pa.Table.from_pylist(rows()[::-1], schema()), path)
    return path


@pytest.fixture
def run(capsys):
    return caller(capsys)


def test_an_audit_writes_what_the_functions_give_and_prints_its_counts(run, exposures, tmp_path):
    out = tmp_path / "audit"
    code, text, error = run("audit", str(exposures), "--out", str(out), "--market", "us", *RULES)
    assert (code, error) == (0, f"wrote {out}\n")
    assert {path.name for path in out.iterdir()} == TABLES | PICTURES | {"summary.txt", "summary.json"}
    assert text.startswith((out / "summary.txt").read_text("utf-8"))
    assert text.startswith("103 rows read, 100 used, 3 set aside\n  1: ")
    lines = [line.split() for line in text.splitlines()]
    assert ["baclofen", "20", "20", "20", "0", "20", "0"] in [line[:7] for line in lines]
    assert ["diazepam", "20", "20", "10", "0", "20", "10"] in [line[:7] for line in lines]
    ordered = sorted(rows(), key=lambda row: row["person"])
    spans = list(to_spans(pa.Table.from_pylist(ordered, schema()), rules=span_rules()))
    assert pq.read_table(out / "spans.parquet") == pa.Table.from_batches(spans)
    episodes = pa.Table.from_batches(to_episodes(spans, definition=definition()))
    assert pq.read_table(out / "episodes.parquet") == episodes
    found = pa.Table.from_batches(to_findings(spans, definition=definition(), market="us"))
    assert pq.read_table(out / "findings.parquet") == found
    assert sorted(pq.read_table(out / "set_aside.parquet")["reason"].to_pylist()) == [
        "a drug that is not on file", "a quantity of 0 or less", "the same as another row",
    ]  # fmt: skip
    data = json.loads((out / "summary.json").read_text("utf-8"))
    assert data["rows"]["read"] == 103
    assert 0 < data["facts"]["compared"] < data["facts"]["on_file"]
    assert (
        f"{data['facts']['compared']} of the {data['facts']['on_file']} facts on file"
        in (out / "summary.txt").read_text()
    )
    assert data["drugs"][1]["episodes_with_findings"]["ceiling"] == 20
    for name in PICTURES:
        assert (out / name).read_text("utf-8").count("<title>") == 1
    assert "10 of 20" in (out / "stops.svg").read_text("utf-8")


def span_rules():
    return SpanRules(length="days supply", longest=365, duplicates="set aside", stockpiling="same dose",
                     overlap="sum", gap="zero", grace=0)  # fmt: skip


def definition():
    return EpisodeDefinition(ends_after=30, since=date(2020, 1, 1), until=date(2022, 12, 31), washout=90,
                             least_change="15/100")  # fmt: skip


def test_kidney_figures_an_overlay_and_a_form_are_taken(run, exposures, tmp_path):
    people = tmp_path / "people.parquet"
    pq.write_table(pa.table({
        "person": pa.array([1, 3]), "date": pa.array([DAY, DAY]), "egfr": pa.array([25, None], pa.int32()),
        "crcl": pa.array([None, "20"]).cast(pa.decimal128(5, 1)),
    }), people)  # fmt: skip
    overlay = tmp_path / "ours.toml"
    overlay.write_text(
        'overlay = "ours"\ndrug = "baclofen"\n[[ceilings]]\nlimit = "5 mg"\nsource = "our-limit"\n'
        '[sources.our-limit]\norganization = "Our ward"\ntitle = "A local limit"\nlocator = "a page"\nyear = 2026\n'
        'grade = "C"\nverified_on = 2026-11-29\n',
        "utf-8",
    )
    more = ["--people", str(people), "--overlay", str(overlay), "--release", "immediate", "--form", "tablet", "--json"]
    code, text, error = run("audit", str(exposures), "--out", str(tmp_path / "out"), *RULES, *more)
    assert code == 0, error
    (baclofen, _) = json.loads(text)["drugs"]
    assert baclofen["episodes_with_findings"]["ceiling"] == 20
    assert baclofen["episodes_with_findings"]["kidney"] == 2
    found = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert {row["person"] for row in found if row["rule"] == "kidney"} == {1, 3}
    assert "our-limit" in {row["source"] for row in found}


def test_a_file_in_which_no_row_can_be_read_gives_its_account(run, tmp_path):
    for name, listed, count in (("none", [], 0), ("bad", [rows()[0] | {"strength": "5 IU"}], 1)):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(listed, schema()), path)
        code, text, _ = run("audit", str(path), "--out", str(tmp_path / name), *RULES)
        assert code == 0
        assert text.startswith(f"{count} rows read, 0 used, {count} set aside")
        assert {path.name for path in (tmp_path / name).iterdir()} > PICTURES


def test_a_table_without_rows_is_not_written(run, tmp_path):
    path = tmp_path / "low.parquet"
    pq.write_table(pa.Table.from_pylist([rows()[0] | {"quantity": 14}], schema()), path)
    rules = [*RULES, "--until", "2021-01-20"]
    assert run("audit", str(path), "--out", str(tmp_path / "out"), "--market", "us", *rules)[0] == 0
    assert {each.name for each in (tmp_path / "out").glob("*.parquet")} == {"spans.parquet", "episodes.parquet"}


def test_a_folder_is_replaced_with_force_alone(run, exposures, tmp_path):
    out = tmp_path / "audit"
    out.mkdir()
    (out / "mine.txt").write_text("kept", "utf-8")
    code, _, error = run("audit", str(exposures), "--out", str(out), *RULES)
    assert (code, error) == (2, f"taper: {out}: exists; choose another name, or add --force for a folder\n")
    (out / "summary.txt").write_text("of an earlier audit", "utf-8")
    code, _, error = run("audit", str(exposures), "--out", str(out), "--force", *RULES)
    says = "holds mine.txt, which no audit writes, and --force would remove it; choose another name"
    assert (code, error) == (2, f"taper: {out}: {says}\n")
    assert {path.name for path in out.iterdir()} == {"mine.txt", "summary.txt"}
    (out / "mine.txt").unlink()
    assert run("audit", str(exposures), "--out", str(out), "--force", *RULES)[0] == 0
    assert run("audit", str(exposures), "--out", str(out), "--force", *RULES)[0] == 0
    assert (out / "summary.txt").read_text("utf-8").startswith("103 rows read")
    code, _, error = run("audit", str(exposures), "--out", str(exposures), "--force", *RULES)
    assert (code, exposures.is_file()) == (2, True)


def test_the_folder_of_the_input_is_not_removed_by_force(run, exposures, monkeypatch):
    monkeypatch.chdir(exposures.parent)
    for name in (".", str(exposures.parent), f"../{exposures.parent.name}"):
        code, _, error = run("audit", exposures.name, "--out", name, "--force", *RULES)
        assert (code, f"holds {exposures.name}, which no audit writes" in error) == (2, True)
    assert [path.name for path in exposures.parent.iterdir()] == [exposures.name]


def test_an_earlier_audit_stays_where_the_new_one_cannot_take_its_place(run, exposures, tmp_path, monkeypatch):
    out = tmp_path / "audit"
    out.mkdir()
    (out / "summary.txt").write_text("of an earlier audit", "utf-8")
    monkeypatch.setattr(folders, "exchange", lambda *_: False)  # as where two folders cannot be exchanged
    rename = Path.rename

    def stop(self, target):
        if self.suffix == ".part":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stop)
    assert run("audit", str(exposures), "--out", str(out), "--force", *RULES)[0] == 130
    assert (out / "summary.txt").read_text("utf-8") == "of an earlier audit"
    assert {path.name for path in tmp_path.iterdir()} == {"audit", exposures.name}
    monkeypatch.setattr(Path, "rename", rename)
    assert run("audit", str(exposures), "--out", str(out), "--force", *RULES)[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"audit", exposures.name}
    assert (out / "summary.txt").read_text("utf-8").startswith("103 rows read")


KILLED = """
import os, signal, sys
from taper._base import folders
from taper.cli import main
def kill(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
def kill_after(do): return lambda *given: (do(*given), kill())
if sys.argv[1] == "before": folders._place = kill
elif sys.argv[1] == "exchanged": folders.exchange = kill_after(folders.exchange)
else:
    folders.exchange = lambda *_: False
    rename = folders.Path.rename
    folders.Path.rename = lambda self, target: (rename(self, target), str(target).endswith(".old") and kill())[0]
main(sys.argv[2:])
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="two folders are exchanged as on Linux")
@pytest.mark.parametrize("at", ["before", "exchanged", "between"])
def test_after_a_kill_an_audit_is_whole_and_the_next_one_tidies_up(run, exposures, tmp_path, at):
    out = tmp_path / "audit"
    out.mkdir()
    (out / "summary.txt").write_text("of an earlier audit", "utf-8")
    words = ["audit", str(exposures), "--out", str(out), "--force", *RULES]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, at, *words], env={**os.environ, "PYTHONPATH": str(SRC)}, check=False
    )
    assert done.returncode == -9
    if at != "between":
        begun = (out / "summary.txt").read_text("utf-8")
        assert begun.startswith("of an earlier audit" if at == "before" else "103 rows read")
    assert len(list(tmp_path.iterdir())) > 2
    code, _, error = run("audit", str(tmp_path / "missing"), "--out", str(out), "--force", *RULES)
    assert code == 2, error
    assert {path.name for path in tmp_path.iterdir()} == {"audit", exposures.name}
    assert (
        (out / "summary.txt").read_text("utf-8").startswith("103 rows read" if at == "exchanged" else "of an earlier")
    )


@pytest.mark.parametrize("name", ["d[1].parquet", "d*.parquet", "d?.parquet", "~.parquet", "d\udcff.parquet"])
def test_the_file_that_is_named_is_read_and_no_other(run, exposures, tmp_path, name):
    folder = tmp_path / "o[1]"
    for each in (folder, tmp_path / "o1"):
        each.mkdir()
        pq.write_table(pa.Table.from_pylist(rows(), schema()), each / "d1.parquet")
    with (folder / name).open("wb") as file:
        pq.write_table(pa.Table.from_pylist(rows()[:1], schema()), file)
    code, text, error = run("audit", str(folder / name), "--out", str(folder / "out"), *RULES)
    assert (code, text.splitlines()[0]) == (0, "1 rows read, 1 used, 0 set aside"), error
    code, text, _ = run("audit", str(folder / "d1.parquet"), "--people", str(folder / name), "--out", "x", *RULES)
    assert code == 2, "the file of people is the one that is named, and has no column of kidney figures"


@pytest.mark.parametrize("option", [(), ("--people",)])
def test_what_is_no_file_is_refused_at_once(run, exposures, tmp_path, option):
    os.mkfifo(tmp_path / "pipe")
    rest = ("--out", str(tmp_path / "a"), *RULES)
    for name, says in {
        str(tmp_path): "is a folder; add the name of a file",
        str(tmp_path / "pipe"): "is a device or a pipe; name a file",
        "/dev/zero": "is a device or a pipe; name a file",
        str(tmp_path / "missing"): "cannot be read (No such file or directory); check the path",
    }.items():
        code, _, error = run("audit", *((str(exposures), *option) if option else ()), name, *rest)
        assert (code, error) == (2, f"taper: {name}: {says}\n")
    assert not (tmp_path / "a").exists()


def test_an_audit_is_written_into_no_link_no_stream_and_no_name_that_duckdb_cannot_hold(run, exposures, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "d\udcff").mkdir()
    for name, says in {
        "-": "--out: an audit is a folder; name one, or ./- for a folder of that name",
        str(tmp_path / "loop"): "is a link to loop; name a folder",
        str(tmp_path / "link"): f"is a link to {tmp_path}; name a folder",
        str(tmp_path / "loop" / "a"): "cannot be written (Too many levels of symbolic links)",
        str(tmp_path / "d\udcff" / "a"): "folder: lies at a path that is not UTF-8, which duckdb needs; choose another",
    }.items():
        code, _, error = run("audit", str(exposures), "--out", name, "--force", *RULES)
        assert (code, says in error, error.count("\n")) == (2, True, 1), error
    assert not Path("-").exists()
    assert list((tmp_path / "d\udcff").iterdir()) == []


def test_a_date_that_is_none_says_of_which_option(run, exposures, tmp_path):
    for name in ("--since", "--until"):
        code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "a"), *RULES, name, "yesterday")
        assert (code, error.startswith(f"taper: {name}: 'yesterday' is not a date; write it as")) == (2, True)


def test_nothing_is_fetched_and_the_name_of_a_folder_is_no_column(run, exposures, tmp_path):
    address = "https://127.0.0.1:9/dispensed.parquet"
    code, _, error = run("audit", address, "--out", str(tmp_path / "a"), *RULES)
    assert (code, error) == (2, f"taper: {address}: cannot be read (No such file or directory); check the path\n")
    named = tmp_path / "quantity=1"
    named.mkdir()
    pq.write_table(pq.read_table(exposures).drop_columns("quantity"), named / "rows.parquet")
    code, _, error = run("audit", str(named / "rows.parquet"), "--out", str(tmp_path / "a"), *RULES)
    assert (code, "not found: quantity" in error) == (2, True)


def test_too_little_memory_for_the_counts_is_said_without_a_path_that_is_gone(run, exposures, tmp_path):
    code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "a"), "--memory", "1 MB", *RULES)
    assert (code, error.count("\n")) == (2, 1)
    assert ".part" not in error
    assert "give more" in error


@pytest.mark.parametrize("at", ["spans", "episodes", "findings"])
def test_a_stop_on_the_way_leaves_nothing_behind(run, exposures, tmp_path, at):
    def stop(done, whole, what):
        assert 0 < done <= whole == 103
        if what == at:
            raise KeyboardInterrupt

    with telling(stop):
        code, out, error = run("audit", str(exposures), "--out", str(tmp_path / "audit"), *RULES)
    assert (code, out, error) == (130, "", "taper: stopped, and nothing more was written\n")
    assert [path.name for path in tmp_path.iterdir()] == [exposures.name]


def test_a_full_disk_leaves_nothing_behind(exposures, tmp_path):
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600)); "
        "from taper.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code, "audit", str(exposures), "--out", str(tmp_path / "audit"), *RULES]
    done = subprocess.run(
        words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(SRC)}, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [exposures.name]


def test_what_is_no_parquet_and_another_shape_are_said(run, exposures, tmp_path):
    text = tmp_path / "rows.csv"
    text.write_text("person,drug\n1,diazepam\n", "utf-8")
    code, _, error = run("audit", str(text), "--out", str(tmp_path / "a"), *RULES)
    assert code == 2
    assert error.startswith(f"taper: {text}: is no Parquet file that can be read (")
    pq.write_table(pq.read_table(exposures).rename_columns({"start": "drug_exposure_start_date"}), text)
    code, _, error = run("audit", str(text), "--out", str(tmp_path / "a"), *RULES)
    assert code == 2
    assert "start (the nearest is drug_exposure_start_date)" in error
    code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "a"), "--memory", "much", *RULES)
    assert (code, error) == (2, "taper: memory: 'much' is no amount of memory; write one such as \"512 MB\"\n")
    assert not (tmp_path / "a").exists()
    code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "absent" / "a"), *RULES)
    assert (code, "cannot be written (No such file or directory)" in error) == (2, True)


def test_too_little_memory_is_said_in_one_line(run, tmp_path):
    path = tmp_path / "large.parquet"
    many = 300_000
    column = pa.array(range(many))
    pq.write_table(pa.table({
        "person": column, "drug": ["diazepam"] * many, "start": pa.array([DAY] * many, pa.date32()),
        "end": pa.nulls(many, pa.date32()), "quantity": column, "strength": ["5 mg"] * many, "days_supply": column,
    }), path)  # fmt: skip
    code, _, error = run("audit", str(path), "--out", str(tmp_path / "a"), "--memory", "5 MB", *RULES)
    assert code == 2
    assert error.startswith(f"taper: {path}: its rows cannot be put in order (Out of Memory Error: ")
    assert error.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_without_duckdb_the_command_that_installs_it_is_said(run, exposures, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "a"), *RULES)
    packages = '"duckdb>=2,<3" "matplotlib>=3.9,<4" "numpy>=2" "pyarrow>=20"'
    assert (code, error) == (2, f"taper: an audit needs the package duckdb: pip install {packages}\n")
    assert not (tmp_path / "a").exists()


def test_without_matplotlib_it_is_said_before_the_work(run, exposures, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with telling(lambda *_: pytest.fail("worked")):
        code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "a"), *RULES)
    assert (code, error.startswith("taper: an audit needs the package matplotlib: pip install ")) == (2, True)


def test_without_numpy_the_functions_say_what_installs_it_and_the_rules_are_still_there():
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "from taper import MissingExtra, batch\n"
        "assert batch.SpanRules and batch.methods()\n"
        "try:\n    batch.to_spans\nexcept MissingExtra as missing:\n    print(missing)"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(SRC)}, check=True)
    assert done.stdout == 'taper.batch needs the package numpy: pip install "numpy>=2" "pyarrow>=20"\n'


def test_a_rule_that_is_not_named_is_asked_for(run, exposures):
    code, _, error = run("audit", str(exposures), "--out", "never", *RULES[2:])
    assert code == 2
    assert "--length" in error


def test_a_reduction_is_counted_by_twentieths_and_an_end_by_its_day(exposures, tmp_path):
    (tmp_path / "f").mkdir()
    result = audit(exposures, tmp_path / "f", rules=span_rules(), definition=definition(), market="us")
    # Of 10 people each, 1 or 3 reductions, and 0 or 2: 40 to 30 is 25 %, to 20 is 33 %, to 10 is 50 %.
    assert result.falls == {"baclofen": ((5, 20), (6, 10), (10, 10)), "diazepam": ((5, 10), (6, 10))}


def stored(path, change=None, **options):
    """A file of three people, with some columns changed."""
    table = pa.Table.from_pylist(rows()[:3], schema())
    for name, column in (change or {}).items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, path, **options)
    return path


def not_utf_8(*values):
    return pa.array(values, pa.binary()).view(pa.string())


def audited(path, tmp_path, **more):
    out = tmp_path / f"of-{path.name}"
    out.mkdir()
    return audit(path, out, rules=span_rules(), definition=definition(), **more), out


def test_a_column_that_is_there_twice_is_refused_and_one_in_other_capitals_is_not_read(tmp_path):
    table = pq.read_table(stored(tmp_path / "a.parquet"))
    pq.write_table(table.append_column("PERSON", pa.array([7, 8, 9])), tmp_path / "b.parquet")
    assert audited(tmp_path / "b.parquet", tmp_path)[0].account.used == 3
    pq.write_table(pa.table([*table.columns, table["person"]], [*table.schema.names, "person"]), tmp_path / "c.parquet")
    with pytest.raises(WrongColumns, match=r"^exposures: has 2 columns person; keep one of them") as refused:
        audited(tmp_path / "c.parquet", tmp_path)
    assert refused.value.missing == ("person",)


def test_people_who_are_texts_are_kept_apart_through_all_tables(tmp_path):
    many = pa.array(["b", "a", "ä"])
    result, out = audited(stored(tmp_path / "a.parquet", {"person": many}), tmp_path)
    assert result.drugs[0].people + result.drugs[1].people == 3
    assert pq.read_table(out / "spans.parquet")["person"].to_pylist() == ["a", "b", "ä"]
    assert set(pq.read_table(out / "findings.parquet")["person"].to_pylist()) <= {"a", "b", "ä"}


def test_texts_that_are_long_or_not_utf_8_are_set_aside_with_what_can_be_shown(tmp_path):
    drugs = not_utf_8(b"diazepam", b"x" * 10_000_000, b"diaz\xff\xfepam")
    path = stored(tmp_path / "a.parquet", {"drug": drugs, "strength": pa.array(["5 mg" + " " * 252, "5 mg", "5 mg"])})
    result, out = audited(path, tmp_path)
    assert (result.account.used, result.account.reasons) == (1, {Aside.UNKNOWN_DRUG: 2})
    aside = pq.read_table(out / "set_aside.parquet").to_pylist()
    assert sorted(row["drug"] for row in aside) == ["diaz\ufffd\ufffdpam", "x" * 253 + "..."]
    path = stored(
        tmp_path / "b.parquet", {"strength": not_utf_8(b"5 mg", b"5 m\xff", b"5 mg" + b" " * 5000 + b"twice")}
    )
    result, out = audited(path, tmp_path)
    assert (result.account.used, result.account.reasons) == (1, {Aside.UNREAD_STRENGTH: 2})


@pytest.mark.parametrize("person", [b"a\xff", b"a" * 257, "ä".encode() * 257])
def test_a_person_who_could_be_taken_for_another_is_refused(tmp_path, person):
    path = stored(tmp_path / "a.parquet", {"person": not_utf_8(b"a", b"b", person)})
    with pytest.raises(InvalidInput, match="is no text in UTF-8 of at most 256 characters; write another key"):
        audited(path, tmp_path)
    longest = pa.array(["a", "b", "ä" * 256])
    assert audited(stored(tmp_path / "b.parquet", {"person": longest}), tmp_path)[0].account.used == 3


def test_a_name_of_a_column_that_is_not_utf_8_is_said(tmp_path):
    path = stored(tmp_path / "a.parquet", store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"strength", b"str\xff\xfegth"))
    with pytest.raises(InvalidInput, match="the name of a column is not UTF-8; rename the columns"):
        audited(path, tmp_path)


def test_names_of_columns_are_cut_and_stand_on_one_line(tmp_path):
    pq.write_table(pa.table({"a\x1b[31m\0\n" * 100_000: [1]}), tmp_path / "a.parquet")
    with pytest.raises(WrongColumns) as refused:
        audited(tmp_path / "a.parquet", tmp_path)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("kind", [pa.float16(), pa.decimal256(50, 3)])
def test_a_kind_that_duckdb_does_not_read_is_named_with_its_column(tmp_path, kind):
    path = stored(tmp_path / "a.parquet", {"quantity": pa.array([30, 30, 30]).cast(pa.float32()).cast(kind)})
    with pytest.raises(WrongColumns, match=r"the column quantity is .*, which duckdb cannot read; cast it"):
        audited(path, tmp_path)


PEAK = """
import resource, sys
from taper.cli import main
code = main(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(path, tmp_path):
    """What the command ends with, the memory that it takes in MB, and what it says."""
    words = [sys.executable, "-c", PEAK, "audit", str(path), "--out", str(tmp_path / "out"), *RULES]
    environ = {**os.environ, "PYTHONPATH": str(SRC)}
    done = subprocess.run(words, capture_output=True, text=True, env=environ, check=True)
    code, most = done.stdout.splitlines()[-1].split()
    return int(code), int(most), done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="tells its memory in kB on Linux")
def test_a_small_file_of_long_texts_takes_little_memory(tmp_path):
    many = 1000
    codes = pa.array([0] * many, pa.int32())
    table = pa.table({
        "person": pa.array(range(many)), "drug": pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 10_000_000])),
        "start": pa.array([DAY] * many, pa.date32()), "end": pa.nulls(many, pa.date32()), "quantity": [30] * many,
        "strength": ["5 mg"] * many, "days_supply": [30] * many,
    })  # fmt: skip
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 20_000
    code, most, error = peak(path, tmp_path)
    assert (code, most < 1000) == (0, True), error


def test_pages_that_would_take_much_memory_are_refused_whatever_the_footer_says(tmp_path, monkeypatch):
    for name in ("drug", "quantity"):
        path = stored(tmp_path / f"{name}.parquet", {"drug": pa.array(["x" * 9000, "y" * 9000, "z"])}, row_group_size=1)
        monkeypatch.setattr(pages, "LARGEST_PAGES", 17_000 if name == "drug" else 3)
        with pytest.raises(InvalidInput, match=r"holds more of .* than 0 MB in the 100000 rows that are read at once"):
            audited(path, tmp_path)
    monkeypatch.setattr(audits, "_ROWS", 1)
    monkeypatch.setattr(pages, "LARGEST_PAGES", 10_000)
    again = stored(tmp_path / "again.parquet", {"drug": pa.array(["x" * 4500, "y" * 4500, "z"])}, row_group_size=1)
    assert audited(again, tmp_path)[0].account.read == 3


def test_what_is_packed_by_what_it_shares_is_refused(tmp_path):
    encoding = {"drug": "DELTA_BYTE_ARRAY"}
    for version in ("1.0", "2.0"):
        path = stored(tmp_path / f"{version}.parquet", use_dictionary=False, column_encoding=encoding,
                      data_page_version=version)  # fmt: skip
        with pytest.raises(InvalidInput, match="drug in the encoding DELTA_BYTE_ARRAY, whose size is not known"):
            audited(path, tmp_path)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
@pytest.mark.parametrize("packed", ["none", "snappy", "zstd"])
def test_a_file_is_read_however_it_is_written(tmp_path, version, dictionary, packed):
    path = stored(tmp_path / "a.parquet", data_page_version=version, use_dictionary=dictionary, compression=packed,
                  row_group_size=2, write_page_index=True, write_page_checksum=True)  # fmt: skip
    assert audited(path, tmp_path)[0].account.used == 3


def test_a_footer_that_is_very_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.parquet"
    with path.open("wb") as file:
        file.write(b"PAR1")
        file.truncate(3_000_000_000)
        file.seek(0, os.SEEK_END)
        file.write((2_900_000_000).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(InvalidInput, match="has a footer of 2900000000 bytes, and at most 10 MB are read; write"):
        audited(path, tmp_path)


def test_a_file_that_is_damaged_anywhere_is_read_or_refused(tmp_path):
    whole = stored(tmp_path / "a.parquet", store_schema=False).read_bytes()
    chosen = random.Random(1)
    places = [*range(4, len(whole), 150), *chosen.choices(range(len(whole) - 900, len(whole)), k=30)]
    for number, place in enumerate(places):
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(whole[:place] + bytes([chosen.randrange(256)]) + whole[place + 1 :])
        with suppress(InvalidInput):
            audited(path, tmp_path)


def test_a_footer_by_which_pyarrow_ends_the_process_is_refused(tmp_path):
    path = stored(tmp_path / "a.parquet", store_schema=False)
    was, now = b"\x25\x02\x18\x06person", b"\x25\x00\x18\x06person"  # the column may be absent, and may not
    assert was in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(was, now))
    with pytest.raises(InvalidInput, match="is no Parquet file that can be read"):
        audited(path, tmp_path)


@pytest.mark.parametrize("footer", [b"", b"\x00", b"\x49\x1c" + b"\x00" * 9, b"\x1c" * 50, b"\x13" * 50, b"\x1d\x00",
                                    b"\x15" + b"\xff" * 50, b"\x49\xfc" + b"\xff" * 8 + b"\x01"])  # fmt: skip
def test_what_is_no_footer_is_refused(footer):
    if footer == b"\x00":
        assert pages.column_chunks(footer, 7, "a") == []
    else:
        with pytest.raises(InvalidInput, match="its footer is not one of its columns"):
            pages.column_chunks(footer, 7, "a")
    with pytest.raises(InvalidInput, match="a page of person has no header"):
        list(pages._pages(io.BytesIO(footer), {9: 0, 7: 99, 5: 1}, "person", "a"))


def test_a_person_of_very_many_rows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "MOST_ROWS_OF_ONE", 3)
    monkeypatch.setattr(audits, "_ROWS", 2)
    for count, none in ((3, 0), (3, 9), (4, 0)):
        people = [1] * count + [2] * 3 + [None] * none
        table = pa.Table.from_pylist([rows()[0] | {"person": person} for person in people], schema())
        path = tmp_path / f"{count}-{none}.parquet"
        pq.write_table(table, path)
        if count == 3:
            assert audited(path, tmp_path)[0].account.read == len(people)
            continue
        says = "exposures: the person 1 has more than 3 rows; leave out what is no single person"
        with pytest.raises(CannotCompute, match=says):
            audited(path, tmp_path)


def test_kidney_figures_are_no_more_than_are_kept(tmp_path, monkeypatch):
    people = tmp_path / "people.parquet"
    pq.write_table(pa.table({
        "person": [1, 2], "date": [DAY, DAY], "egfr": [25, 30], "crcl": pa.nulls(2, pa.int32()),
    }), people)  # fmt: skip
    path = stored(tmp_path / "a.parquet")
    monkeypatch.setattr(files, "MOST_FIGURES", 2)
    assert audited(path, tmp_path, people=people)[0].account.used == 3
    monkeypatch.setattr(files, "MOST_FIGURES", 1)
    with pytest.raises(InvalidInput, match=r"people.parquet: holds more than 1 rows; leave out people"):
        audit(path, tmp_path, rules=span_rules(), definition=definition(), people=people)


def test_reductions_of_the_finest_doses_are_counted_exactly(tmp_path):
    chosen, most = random.Random(1), 2**62 - 1
    pairs = [((most, 1), (most - 1, 1)), ((most, most - 1), (1, most)), ((1, 1), (19, 20)), ((20, 1), (19, 1))]
    for _ in range(200):
        was, now = ((chosen.randrange(1, most), chosen.randrange(1, most)) for _ in range(2))
        pairs.append((was, now) if Fraction(*was) > Fraction(*now) else (now, was))
    listed, expected = [], Counter()
    for person, (was, now) in enumerate(pairs):
        expected[int(20 * (1 - Fraction(*now) / Fraction(*was)))] += 1
        for number, (dose, grain) in enumerate((was, now)):
            day = DAY + timedelta(number)
            listed.append({"person": person, "drug": "x", "first": day, "last": day, "dose": dose, "grain": grain})
    pq.write_table(pa.Table.from_pylist(listed, schema_of(SPANS)), tmp_path / "spans.parquet")
    with audits._Engine(tmp_path, "512 MB") as engine:
        found = engine._rows(audits._FALLS, "spans")
    assert {part: many for _, part, many in found} == expected


def test_rows_of_a_file_are_read_alike_without_duckdb(tmp_path, monkeypatch):
    def read(name, columns):
        with files.opened(stored(tmp_path / name, columns)) as file:
            fields, _ = file.fields(["person", "drug", "strength"], "exposures")
            return [row for batch in file.rows(fields, 2) for row in batch.to_pylist()]

    drugs = not_utf_8(b"diazepam", b"x" * 300, b"diaz\xff")
    assert [row["drug"] for row in read("a.parquet", {"drug": drugs})] == ["diazepam", "x" * 253 + "...", "diaz\ufffd"]
    for person in (b"x" * 300, b"\xff"):
        with pytest.raises(InvalidInput, match=r"is no text in UTF-8 of at most 256 characters; write another key"):
            read("b.parquet", {"person": not_utf_8(b"a", b"b", person)})
    people = ["a", "b", "\u00e4"]
    assert [row["person"] for row in read("c.parquet", {"person": pa.array(people)})] == people
    monkeypatch.setattr(pages, "LARGEST_PAGES", 10)
    with pytest.raises(InvalidInput, match=r"holds more of .* in the 2 rows that are read at once"):
        read("d.parquet", {"drug": drugs})
