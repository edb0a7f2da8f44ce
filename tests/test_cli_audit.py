"""The command audit: the same as the functions, whole or not at all, and plain words for what is wrong."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli_calls import caller
from taper._base.progress import telling
from taper.batch import EpisodeDefinition, SpanRules, to_episodes, to_findings, to_spans
from taper.batch.audit import audit

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
    rename = Path.rename

    def stop(self, target):
        if self.suffix == ".part":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stop)
    assert run("audit", str(exposures), "--out", str(out), "--force", *RULES)[0] == 130
    assert (out / "summary.txt").read_text("utf-8") == "of an earlier audit"
    assert {path.name for path in tmp_path.iterdir()} == {"audit", exposures.name}


def test_a_date_that_is_none_says_of_which_option(run, exposures, tmp_path):
    for name in ("--since", "--until"):
        code, _, error = run("audit", str(exposures), "--out", str(tmp_path / "a"), *RULES, name, "yesterday")
        assert (code, error.startswith(f"taper: {name}: 'yesterday' is not a date; write it as")) == (2, True)


def test_nothing_is_fetched_and_the_name_of_a_folder_is_no_column(run, exposures, tmp_path):
    address = "https://127.0.0.1:9/dispensed.parquet"
    code, _, error = run("audit", address, "--out", str(tmp_path / "a"), *RULES)
    assert (code, error.startswith(f"taper: {address}: is no Parquet file that can be read (")) == (2, True)
    assert "install" not in error
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
    code, _, error = run("audit", str(tmp_path / "absent.parquet"), "--out", str(tmp_path / "a"), *RULES)
    assert code == 2
    assert "is no Parquet file that can be read" in error
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
