"""Try the installed package as a user has it: names, data files, the command, a plan of each kind, and its extras.

Run: python -I .ci/smoke.py --away-from FOLDER --files NUMBER [EXTRA ...]
"""

import argparse
import json
import os
import subprocess
import sys
from datetime import date
from importlib import metadata, resources
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import taper
from taper import (
    Formulary,
    check,
    count_supply,
    load_protocol,
    plan_cross_taper,
    plan_daily_taper,
    plan_steps,
    plan_taper,
    plan_titration,
    protocol_names,
    read_plan,
    realize,
    to_csv,
    to_fhir,
    to_html,
    to_ical,
    to_pdf,
    to_schedule,
    to_table,
    weeks,
    write_fhir,
)

START = date(2027, 3, 1)
PACE = "10% of current, at least 1 mg, up to 12.5%, every 2 weeks"
SHIPPED = Formulary.shipped()
DIAZEPAM = {item.id: item for item in SHIPPED.products("diazepam", market="uk")}
BACLOFEN = [item for item in SHIPPED.products("baclofen", market="us") if item.form == "tablet"]
LORAZEPAM = SHIPPED.products("lorazepam", market="uk")
TABLETS = [DIAZEPAM[f"diazepam-uk-tablet-{size}mg"] for size in (2, 5, 10)]
DROPS = DIAZEPAM["diazepam-uk-oral-solution-2mg-per-5ml"].measured("0.5 mL", graduation="0.1 mL")


def names_and_files(away_from, files):
    """Every public name loads, from elsewhere than the source, and every data file came along."""
    home = Path(taper.__file__).resolve().parent
    assert away_from.resolve() not in home.parents, f"{home} is the source"
    assert home.parent.name == "site-packages", home
    for name in taper.__all__:
        getattr(taper, name)
    here = [path for path in _walk(resources.files("taper")) if not path.name.endswith((".py", ".pyc"))]
    assert len(here) == files, f"{len(here)} data files of {files}"
    assert SHIPPED.drugs
    assert SHIPPED.tables
    for name in protocol_names():
        assert load_protocol(name)
    return f"{len(taper.__all__)} names, {len(here)} data files, {len(SHIPPED.drugs)} drugs"


def _walk(folder):
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry


def command():
    """The command that was installed beside this Python."""
    run = Path(sys.executable).with_name("taper")

    def said(*words):
        done = subprocess.run([run, *words], capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout

    assert "baclofen" in said("drugs")
    with TemporaryDirectory() as folder:
        plan = Path(folder, "plan.json")
        said("down", "diazepam", "--from", "4 mg bedtime", "--pace", "1 mg, every 1 week", "--out", plan)
        assert json.loads(plan.read_text("utf-8"))["format"] == "taper-plan/1"
        assert f"{START:%Y-%m-%d}" in said("schedule", plan, "--start", str(START), "--format", "csv")
    return "drugs, down, schedule"


def plans():
    """One plan of each kind, each made of products, dated, checked, counted and written."""
    made = {
        "taper": plan_taper(
            drug="diazepam", before={"bedtime": "10 mg"}, pace=PACE, order="evenly", products=TABLETS
        ).plan,
        "titration": plan_titration(
            drug="baclofen",
            to="15 mg",
            by=("5 mg", taper.days(3)),
            slots=["evening", "morning", "noon"],
            products=BACLOFEN,
        ).plan,
        "cross-taper": plan_cross_taper(
            drug="lorazepam",
            before={"morning": "1 mg", "bedtime": "1 mg"},
            products=LORAZEPAM,
            to_drug="diazepam",
            to_products=TABLETS,
            equivalence=SHIPPED.tables[0],
            every=weeks(1),
            rounding="down",
        ).plan,
        "daily": plan_daily_taper(
            drug="diazepam",
            before={"bedtime": "4 mg"},
            pace="10% of current, last dose 1 mg, every 4 weeks",
            products=[DROPS],
        ).plan,
        "steps": plan_steps(
            drug="baclofen",
            before="nothing",
            steps=[({"evening": "5 mg"}, "3 days"), ({"morning": "5 mg", "evening": "5 mg"}, None)],
        ).plan,
    }
    for kind, plan in made.items():
        assert read_plan(plan.to_json()) == plan, kind
    return made


def dated(plan):
    return to_schedule(realize(plan, [*TABLETS, DROPS, *LORAZEPAM, *BACLOFEN]), start=START, horizon=weeks(4))


def written(schedule):
    """What needs no optional package."""
    review, supply = check(schedule), count_supply(schedule)
    assert review.findings or review.not_assessed or review.clear
    drugs = sorted({intake.drug for day in schedule.days for intake in day.intakes})
    assert drugs
    table = to_table(schedule, review, supply)
    assert "Supply for 28 days" in table
    for text in (table, to_csv(schedule), write_fhir(to_fhir(schedule))):
        assert all(drug in text for drug in drugs)


def calendar(schedule):
    import icalendar

    assert len(list(icalendar.Calendar.from_ical(to_ical(schedule)).walk("VEVENT"))) > 0


def language(schedule):
    assert 'lang="de"' in to_html(schedule, language="de")


def printed(schedule):
    assert to_pdf(schedule, language="fr").startswith(b"%PDF-")


def frame(schedule):
    assert taper.to_arrow(schedule).num_rows > 0


def batch(_):
    import pyarrow

    from taper.batch import SpanRules, to_spans

    rules = SpanRules(length="days supply", longest=365, duplicates="keep", stockpiling="none", overlap="sum",
                      gap="zero", grace=0)  # fmt: skip
    rows = pyarrow.table({
        "person": [1], "drug": ["diazepam"], "start": [START], "end": pyarrow.nulls(1, pyarrow.date32()),
        "quantity": [60], "strength": ["5 mg"], "days_supply": [30],
    })  # fmt: skip
    (made,) = to_spans(rows, rules=rules)
    assert [(row["dose"], row["grain"]) for row in made.to_pylist()] == [(10, 1)]


def audit(_):
    import pyarrow
    from pyarrow import parquet

    from taper.cli import main as main_of_taper

    words = "--longest 9 --grace 0 --ends-after 9 --since 2026-01-01 --until 2028-01-01 --washout 9 --least-change 1/9"
    named = [
        "--length",
        "last day",
        "--duplicates",
        "keep",
        "--stockpiling",
        "none",
        "--overlap",
        "sum",
        "--gap",
        "zero",
    ]
    columns = {
        "person": pyarrow.int64(), "drug": pyarrow.string(), "start": pyarrow.date32(), "end": pyarrow.date32(),
        "quantity": pyarrow.int64(), "strength": pyarrow.string(), "days_supply": pyarrow.int64(),
    }  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder, "none.parquet")
        parquet.write_table(pyarrow.schema(list(columns.items())).empty_table(), path)
        assert main_of_taper(["audit", str(path), "--out", str(Path(folder, "out")), *words.split(), *named]) == 0


def sheet(schedule):
    assert taper.to_xlsx(schedule).startswith(b"PK")


def plot(schedule):
    assert "<svg" in taper.plot_doses(schedule).to_svg()


def testing(_):
    from hypothesis import given, settings

    from taper.testing import realizable_plans

    @settings(max_examples=5, derandomize=True, database=None, deadline=None)
    @given(realizable_plans())
    def law(drawn):
        assert to_schedule(realize(*drawn), start=START, horizon=weeks(2)).days

    law()


def shell(_):
    """A shell asks what completes "taper pro", and is told: protocols."""
    line = "taper pro"
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_SUPPRESS_SPACE": "1"}
    run = Path(sys.executable).with_name("taper")
    with NamedTemporaryFile("r") as told:
        environment = {**os.environ, **asked, "_ARGCOMPLETE_STDOUT_FILENAME": told.name}
        subprocess.run([run], env=environment, check=False, capture_output=True, timeout=60)
        offered = told.read()
    assert "protocols" in offered, offered


EXTRAS = {
    "calendar": calendar,
    "language": language,
    "print": printed,
    "frame": frame,
    "batch": batch,
    "audit": audit,
    "sheet": sheet,
    "plot": plot,
    "shell": shell,
    "testing": testing,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--away-from", type=Path, required=True)
    parser.add_argument("--files", type=int, required=True)
    parser.add_argument("extras", nargs="*", choices=[[], *EXTRAS])
    given = parser.parse_args()
    offered = set(metadata.metadata("taper-schedule").get_all("Provides-Extra") or ())
    assert offered == set(EXTRAS), f"the extras {offered ^ set(EXTRAS)} are not tried here"
    print(f"   {names_and_files(given.away_from, given.files)}; command: {command()}")
    made = plans()
    for plan in made.values():
        written(dated(plan))
    for extra in given.extras:
        EXTRAS[extra](dated(made["taper"]))
    print(f"   plans: {', '.join(made)}; extras: {', '.join(given.extras) or 'none'}")


main()
