"""How the CPU of each public function grows with its input: the input is doubled four times, all in one run.

`PYTHONPATH=src:tests python tests/benchmarks/bench_growth.py` prints, for each, the power of the size that the CPU grew
with over the last two doublings, beside the power that it may grow with. It fails where one is above by over a half.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from math import log2
from typing import Any

from benchmarks.growing_people import GROWING
from benchmarks.yardstick import cpu_in_process
from formats.fhir_orders import dosage, order
from taper import (
    AtMost,
    CannotImport,
    DailyDose,
    EquivalenceTable,
    Formulary,
    Log,
    Patient,
    Plan,
    Product,
    Schedule,
    apply_log,
    check,
    compare,
    compare_intakes,
    count_supply,
    days,
    days_supply,
    from_fhir,
    measure_changes,
    mg,
    plan_daily_taper,
    plan_steps,
    plan_taper,
    plan_titration,
    plot_calendar,
    plot_doses,
    plot_falls,
    plot_supply,
    read_log,
    read_patient,
    read_plan,
    read_products,
    read_stock,
    realize,
    steepest_window,
    to_arrow,
    to_csv,
    to_difference_table,
    to_fhir,
    to_html,
    to_ical,
    to_markdown,
    to_pdf,
    to_records,
    to_schedule,
    to_table,
    to_xlsx,
    write_fhir,
    write_instructions,
)
from taper.knowledge.reading import read_monograph
from taper.plans.log import Hold, IntakeRecord, Slow

START = date(2027, 3, 1)
X = [Product(id=f"x{n}", drug="x", form="tablet", strength=f"{n} mg", score=2) for n in (1, 5)]
LIQUID = [Product(id="l", drug="x", form="oral solution", concentration="1 mg/mL", smallest_volume="0.5 mL")]
FINE = Product(id="fine", drug="x", form="oral solution", concentration="1 mg/mL", smallest_volume="0.001 mL")
DOUBLINGS = 4
ALLOWED = 0.5


def plan_of(steps: list[dict[str, Any]], *, drug: str = "x") -> Plan:
    """A plan of one course that stops after its steps."""
    return Plan.read({"courses": [{"drug": drug, "then": "stop", "steps": steps}]})


def daily(count: int, **more: Any) -> dict[str, Any]:
    """A plan of so many steps of a day, no two in turn alike, that no cycle repeats."""
    steps = [
        {"for": "1 day", "regimen": {"morning": f"{1 + n % 13} mg", "evening": f"{1 + n // 13 % 13} mg"}}
        for n in range(count)
    ]
    return {"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": steps, **more}]}


def falling(count: int) -> dict[str, Any]:
    """A plan of so many steps that each fall."""
    steps = [{"for": "1 day", "regimen": {"evening": f"{count - n} mcg"}} for n in range(count)]
    before = {"regimen": {"evening": f"{count + 1} mcg"}}
    return {"courses": [{"drug": "x", "then": "stop", "before": before, "steps": steps}]}


def schedule_of(count: int) -> Schedule:
    return to_schedule(realize(Plan.read(daily(count)), X), start=START)


def clocked(count: int) -> Schedule:
    """A schedule of so many steps of a day, each at a clock time of its own."""
    steps = [{"for": "1 day", "regimen": {f"{n % 24:02}:{n // 24 % 60:02}": f"{1 + n % 3} mg"}} for n in range(count)]
    return to_schedule(realize(plan_of(steps), X), start=START)


def log_text(count: int, *, spread: bool) -> str:
    events = [
        {"kind": "hold", "day": str(START + timedelta(days=1 + n if spread else 1)), "for": "1 day", "course": f"c{n}"}
        for n in range(count)
    ]
    return json.dumps({"format": "taper-log/1", "plan": "0" * 64, "start": str(START), "events": events})


def log_of(schedule: Schedule, count: int) -> Log:
    holds = [Hold(day=START + timedelta(days=2 * n + 2), lasting=days(1)) for n in range(count)]
    return Log.of(schedule.realized.plan, START, holds)


def intakes_of(schedule: Schedule) -> list[IntakeRecord]:
    return [
        IntakeRecord(day=day.date, slot=intake.slot, result="taken") for day in schedule.days for intake in day.intakes
    ]


def many_courses(count: int) -> Plan:
    course = {"drug": "x", "then": "stop", "steps": daily(100)["courses"][0]["steps"]}
    return Plan.read({"courses": [{**course, "id": f"c{n}"} for n in range(count)]})


@dataclass(frozen=True)
class Case:
    """A function, the least size that it is measured at, the power it may grow with, and its input at a size."""

    name: str
    least: int
    power: float
    make: Callable[[int], Callable[[], object]]


def on_schedule(name: str, least: int, write: Callable[[Schedule], object], power: float = 1) -> Case:
    def make(count: int) -> Callable[[], object]:
        schedule = schedule_of(count)
        return lambda: write(schedule)

    return Case(name, least, power, make)


def on_clocked(name: str, least: int, write: Callable[[Schedule], object]) -> Case:
    def make(count: int) -> Callable[[], object]:
        schedule = clocked(count)
        return lambda: write(schedule)

    return Case(f"{name}, each step at a time of its own", least, 1, make)


def on_text(name: str, least: int, read: Callable[[str], object], text: Callable[[int], str], power: float = 1) -> Case:
    def make(count: int) -> Callable[[], object]:
        made = text(count)
        return lambda: read(made)

    return Case(name, least, power, make)


def _product(n: int) -> dict[str, str]:
    return {"id": f"p{n}", "drug": "x", "form": "tablet", "strength": "5 mg"}


def _realize(count: int) -> Callable[[], object]:
    plan = Plan.read(daily(count))
    return lambda: realize(plan, X)


def _schedule(count: int) -> Callable[[], object]:
    made = realize(Plan.read(daily(count)), X)
    return lambda: to_schedule(made, start=START)


def _schedule_courses(count: int) -> Callable[[], object]:
    made = realize(many_courses(count), X)
    return lambda: to_schedule(made, start=START)


def _many_products(count: int) -> Callable[[], object]:
    plan = Plan.read(daily(50, products=["x1", "x5"]))
    others = [Product(id=f"o{n}", drug="x", form="tablet", strength="3 mg") for n in range(count)]
    return lambda: realize(plan, [*X, *others])


def _apply(count: int) -> Callable[[], object]:
    schedule = schedule_of(4 * count)
    made = log_of(schedule, count)
    return lambda: apply_log(schedule, made)


def _slower(count: int) -> Callable[[], object]:
    plan, fine = Plan.read(falling(count)), [FINE]
    schedule = to_schedule(realize(plan, fine), start=START)
    log = Log.of(plan, START, [Slow(day=START + timedelta(days=1), pace="0.001 mg, every 2 days")])
    return lambda: apply_log(schedule, log)


def _compare(count: int) -> Callable[[], object]:
    one, other = schedule_of(count), schedule_of(count + 1)
    return lambda: to_difference_table(compare(one, other))


def _intakes(count: int) -> Callable[[], object]:
    schedule = schedule_of(count)
    records = intakes_of(schedule)
    return lambda: compare_intakes(schedule, records)


def _from_fhir(count: int) -> Callable[[], object]:
    made = to_fhir(schedule_of(count))
    return lambda: from_fhir(made)


def _one_order(count: int) -> Callable[[], object]:
    """An order whose dose is another on each of so many days."""
    days = [str(START + timedelta(index)) for index in range(count)]
    held = order(*(
        dosage(1 + index % 40, repeat={"boundsPeriod": {"start": day, "end": day}}, sequence=index + 1)
        for index, day in enumerate(days)
    ))  # fmt: skip
    return lambda: from_fhir(held, accept=("gap",))


def _lines(count: int) -> Callable[[], object]:
    """Orders of as many people, which are refused."""
    held = "".join(
        json.dumps(order(id=f"{n}", subject={"reference": f"Patient/{n}"}, status=("active", "completed")[n % 2]))
        + "\n"
        for n in range(count)
    )

    def call() -> None:
        with suppress(CannotImport):
            from_fhir(held)

    return call


def _table(count: int) -> Callable[[], object]:
    shipped = Formulary.shipped().table("ashton-2002")
    rows = [shipped.rows[0].model_copy(update={"drug": f"d{number}"}) for number in range(count)]
    return lambda: EquivalenceTable.read({**dict(shipped), "rows": rows})


def _changes(count: int) -> Callable[[], object]:
    totals = [DailyDose(str(1 + n % 17)) for n in range(count)]
    return lambda: measure_changes(totals, before=DailyDose("5"))


def _window(count: int) -> Callable[[], object]:
    totals = [DailyDose(str(1 + n % 17)) for n in range(count)]
    return lambda: steepest_window(totals, 14)


def _short_way(count: int) -> Callable[[], object]:
    """Two intakes of as many doses each, of which the largest alone lie on the way."""
    before, to = {"morning": f"{count} mcg", "evening": f"{count} mcg"}, f"{2 * count - 40} mcg"
    return lambda: plan_taper(
        drug="x", before=before, to=to, pace="5 mcg, every 1 week", products=[FINE], order="evenly"
    )


def _daily_taper(count: int) -> Callable[[], object]:
    return lambda: plan_daily_taper(
        drug="x", before={"evening": f"{count} mg"}, pace="1 mg, every 1 week", products=LIQUID
    )


def _titration(count: int) -> Callable[[], object]:
    return lambda: plan_titration(drug="x", to=mg(count), slots=["evening"], by=(mg(1), days(1)), products=LIQUID)


def _steps(count: int) -> Callable[[], object]:
    listed = [({"evening": f"{1 + n % 13} mg"}, "1 day") for n in range(count)]
    return lambda: plan_steps(drug="x", steps=listed, then="stop")


def _check_above(count: int) -> Callable[[], object]:
    made = [{"for": "1 day", "regimen": {"morning": "60 mg" if n % 2 else "2 mg"}} for n in range(count)]
    plan = plan_of(made, drug="diazepam")
    schedule = to_schedule(realize(plan, Formulary.shipped().products("diazepam", market="us")), start=START)
    return lambda: check(schedule, Patient(age=50))


def _check_gaps(count: int) -> Callable[[], object]:
    taken, gap = {"for": "1 day", "regimen": {"morning": "10 mg"}}, {"kind": "gap", "for": "1 day"}
    plan = plan_of([*[taken, gap] * count, taken], drug="diazepam")
    schedule = to_schedule(realize(plan, Formulary.shipped().products("diazepam", market="us")), start=START)
    return lambda: check(schedule, Patient(age=50))


def _check_facts(count: int) -> Callable[[], object]:
    source = {"organization": "Institute", "title": "A text", "locator": "page 1", "year": 2026, "grade": "C",
              "verified_on": START, "sections": {}}  # fmt: skip
    every = {"every_low": "1 week", "every_high": "1 week"}
    facts = [
        {"source": "a", "shape": "so many mg per interval", "step_low": f"{n + 1} mcg", "step_high": f"{n + 1} mcg"}
        | every
        for n in range(count)
    ]
    held = {"drug": "x", "reviewed_on": START, "sources": {"a": source}, "stopping": facts}
    made = [{"for": "1 week", "regimen": {"morning": f"{n} mg"}} for n in (20, 15, 10, 5)]
    plan = plan_of(made)
    realized = realize(plan, X, formulary=Formulary([read_monograph(held, where="bench")]))
    return lambda: check(realized, Patient(age=50))


def _check_falling(count: int) -> Callable[[], object]:
    made = to_schedule(realize(Plan.read(falling(count)), [FINE]), start=START)
    return lambda: check(made, Patient(age=50))


def _reviews(count: int) -> Callable[[], object]:
    steps = [{"for": "1 day", "regimen": {"morning": f"{1 + n % 13} mg"}, "review_before": True} for n in range(count)]
    plan = plan_of(steps)
    schedule = to_schedule(realize(plan, X), start=START)
    return lambda: to_ical(schedule)


CASES = (
    on_text("read_plan", 100, read_plan, lambda n: json.dumps(daily(n))),
    on_text("read_products", 100, read_products, lambda n: json.dumps([_product(i) for i in range(n)])),
    on_text("read_log, one day", 100, read_log, lambda n: log_text(n, spread=False)),
    on_text("read_log, many days", 100, read_log, lambda n: log_text(n, spread=True)),
    on_text("read_stock", 200, read_stock, lambda n: json.dumps({f"p{i}": "3" for i in range(n)})),
    on_text(
        "read_patient", 12, read_patient, lambda n: json.dumps({"age": 50, "medications": [f"m{i}" for i in range(n)]})
    ),
    Case("realize", 100, 1, _realize),
    Case("realize, many products", 100, 1, _many_products),
    Case("to_schedule", 100, 1, _schedule),
    Case("to_schedule, many courses", 3, 1, _schedule_courses),
    on_schedule("count_supply, a fill a day", 100, lambda s: count_supply(s, fills=days(1))),
    on_schedule("count_supply, fills by step", 100, lambda s: count_supply(s, fills=AtMost(2))),
    on_schedule("count_supply, dates", 100, lambda s: count_supply(s, fills=[day.date for day in s.days])),
    on_schedule("days_supply", 100, lambda s: days_supply(s, {"x1": "1000", "x5": "1000"})),
    on_schedule("check", 100, lambda s: check(s, Patient(age=50))),
    Case("check, each step a fall of a liquid", 250, 1, _check_falling),
    Case("check, every other day above a limit", 100, 1, _check_above),
    Case("check, a gap after each step", 50, 1, _check_gaps),
    Case("check, many facts of one drug", 50, 1, _check_facts),
    Case("apply_log", 10, 2, _apply),
    Case("apply_log, slower", 100, 1, _slower),
    Case("compare, to_difference_table", 50, 1, _compare),
    Case("compare_intakes", 50, 1, _intakes),
    on_schedule("to_dict", 100, lambda s: s.to_dict()),
    on_schedule("to_records", 100, to_records),
    on_schedule("to_table", 50, to_table),
    on_schedule("to_markdown", 50, to_markdown),
    on_clocked("to_table", 90, to_table),
    on_clocked("to_markdown", 90, to_markdown),
    on_clocked("to_html", 60, to_html),
    on_schedule("to_csv", 50, to_csv),
    on_schedule("to_arrow", 50, to_arrow),
    on_schedule("to_xlsx", 50, to_xlsx),
    on_schedule("to_html", 30, to_html),
    on_schedule("to_pdf", 10, to_pdf),
    on_schedule("to_ical", 30, to_ical),
    Case("to_ical, a review before each step", 30, 1, _reviews),
    on_schedule("to_ical, per dose", 30, lambda s: to_ical(s, style="per-dose")),
    on_schedule("to_ical, banner", 30, lambda s: to_ical(s, style="banner")),
    on_schedule("to_ical, revised", 15, lambda s: to_ical(s, previous=s, identity="a", sequence=1)),
    on_schedule("to_fhir, write_fhir", 50, lambda s: write_fhir(to_fhir(s))),
    Case("from_fhir", 20, 1, _from_fhir),
    Case("from_fhir, one order", 100, 1, _one_order),
    Case("from_fhir, lines of as many people", 100, 1, _lines),
    Case("EquivalenceTable.read", 500, 1, _table),
    on_schedule("write_instructions", 50, write_instructions),
    on_schedule("plot_doses", 50, plot_doses),
    on_schedule("plot_falls", 50, lambda s: plot_falls(s, of="current")),
    on_schedule("plot_calendar", 50, plot_calendar),
    on_schedule("plot_supply", 50, plot_supply),
    on_schedule("the schedule in a notebook", 100, lambda s: s._repr_html_()),
    Case("measure_changes", 200, 1, _changes),
    Case("steepest_window", 200, 1, _window),
    Case("plan_taper, a short way of two intakes", 500, 1, _short_way),
    Case("plan_daily_taper", 3, 1, _daily_taper),
    Case("plan_titration", 20, 1, _titration),
    Case("plan_steps", 50, 1, _steps),
    *(Case(name, least, 1, make) for name, least, make in GROWING),
)


def power_of(case: Case, *, least: int | None = None) -> float:
    """The power of the size that the CPU of a case grew with over the last two of four doublings."""
    sizes = [(least or case.least) * 2**step for step in range(DOUBLINGS + 1)]
    calls = {size: case.make(size) for size in sizes}
    calls[sizes[0]]()  # what is imported and looked up once is none of the size's
    spent = {size: min(cpu_in_process(call) for _ in range(2)) for size, call in calls.items()}
    return log2(spent[sizes[-1]] / spent[sizes[-3]]) / 2


def main() -> int:
    wanted = sys.argv[1:]
    failed = 0
    for case in CASES:
        if wanted and not any(word in case.name for word in wanted):
            continue
        power = power_of(case)
        if power > case.power + ALLOWED:
            power = min(power, power_of(case))  # a moment of a busy machine is no growth
        failed += power > case.power + ALLOWED
        print(
            f"{case.name}: {case.least} to {case.least * 2**DOUBLINGS}, power {power:.2f} of {case.power}", flush=True
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
