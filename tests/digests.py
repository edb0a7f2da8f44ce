"""A digest of every format of one plan, one a line: what tests/test_determinism.py compares between processes."""

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date

import taper

START = date(2027, 3, 1)


def schedule() -> taper.Schedule:
    """Two drugs, one planned and one written by hand, with a cycle, months and weekdays."""
    tablets = [
        taper.Product(id=f"d{n}", drug="diazepam", form="tablet", strength=f"{n} mg", score=2, pack=28)
        for n in (2, 5, 10)
    ]
    baclofen = taper.Product(id="b10", drug="baclofen", form="tablet", strength="10 mg", score=2)
    made = taper.plan_taper(
        drug="diazepam",
        before={"morning": "5 mg", "bedtime": "10 mg"},
        pace="10% of start, every 2 weeks",
        order="evenly",
        products=tablets,
    )
    steps = [
        {"for": "1 month", "regimen": {"evening": "10 mg"}},
        {"for": "9 days", "cycle": [{"evening": "5 mg"}, {}]},
        {"for": "2 weeks", "weekly": {"mon": {"evening": "5 mg"}, "fri": {"evening": "2.5 mg"}}},
    ]
    by_hand = {"drug": "baclofen", "then": "stop", "before": "nothing", "steps": [*steps[:1], *steps[2:]]}
    plan = taper.Plan.read(
        {"title": "Two drugs", "courses": [made.course.model_dump(mode="json", by_alias=True), by_hand]}
    )
    quarter = taper.Product(id="b5", drug="baclofen", form="tablet", strength="5 mg", score=2)
    return taper.to_schedule(taper.realize(plan, [*tablets, baclofen, quarter]), start=START)


def formats(made: taper.Schedule) -> dict[str, Callable[[], str | bytes]]:
    """Every format by its name, as far as its packages are installed."""
    review = taper.check(made, taper.Patient(age=70, medications=("codeine", "alcohol")))
    supply = taper.count_supply(made, fills=taper.days(28))
    held: dict[str, Callable[[], str | bytes]] = {
        "plan": made.realized.plan.to_json,
        "fingerprint": lambda: made.realized.plan.fingerprint,
        "schedule": lambda: json.dumps(made.to_dict()),
        "records": lambda: str(taper.to_records(made)),
        "review": lambda: "\n".join(map(str, (*review.findings, *review.not_assessed, *review.clear))),
        "supply": lambda: json.dumps(supply.to_dict()),
        "table": lambda: taper.to_table(made, review),
        "markdown": lambda: taper.to_markdown(made),
        "csv": lambda: taper.to_csv(made),
        "notebook": made._repr_html_,
        "difference": lambda: taper.to_difference_table(
            taper.compare(made.realized.plan, made.realized.plan, start=START)
        ),
        "monograph": lambda: taper.to_monograph_text(taper.Formulary.shipped().monograph("diazepam")),
        "fhir": lambda: taper.write_fhir(taper.to_fhir(made)),
        "fhir r5": lambda: taper.write_fhir(taper.to_fhir(made, version="R5")),
    }
    if importlib.util.find_spec("icalendar"):
        times = {"morning": "08:00", "evening": "18:00", "bedtime": "22:00"}
        held["calendar"] = lambda: taper.to_ical(made, times=times, tz="Europe/London")
    if importlib.util.find_spec("babel"):
        held["page"] = lambda: taper.to_html(made, review, supply)
        for language in ("en", "es", "fr", "de"):
            held[f"words {language}"] = lambda language=language: str(taper.write_instructions(made, language=language))
    if importlib.util.find_spec("xlsxwriter"):
        held["sheet"] = lambda: taper.to_xlsx(made, review, supply)
    if importlib.util.find_spec("typst") and importlib.util.find_spec("babel"):
        held["pdf"] = lambda: taper.to_pdf(made, review, supply)
    if importlib.util.find_spec("pyarrow"):
        held["arrow"] = lambda: str(taper.to_arrow(made).to_pylist())
    return held


def digests(made: taper.Schedule) -> Iterator[tuple[str, str]]:
    for name, write in formats(made).items():
        data = write()
        yield name, hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dict(digests(schedule()))))
