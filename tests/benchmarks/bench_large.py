"""The largest inputs that are answered: what each costs in yardsticks, beside what it may cost.

`PYTHONPATH=src:tests python tests/benchmarks/bench_large.py` fails where one costs more. One second is four yardsticks.
Memory is the peak of a process of its own beyond what it holds before the call, in MB.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from benchmarks.bench_growth import START, X, daily, log_text, plan_of
from benchmarks.growing_people import crowded
from benchmarks.yardstick import cpu_in_process, yardstick
from odd_toml import LOOKS_ODD, REFUSED
from taper import (
    CannotPrint,
    CannotRealize,
    Formulary,
    InvalidInput,
    Log,
    Patient,
    Plan,
    Product,
    Reachable,
    Schedule,
    TaperError,
    Weights,
    apply_log,
    check,
    count_supply,
    days,
    from_fhir,
    mg,
    plan_daily_taper,
    plan_taper,
    plan_titration,
    read_log,
    read_plan,
    read_products,
    realize,
    to_fhir,
    to_html,
    to_ical,
    to_pdf,
    to_schedule,
    to_table,
    to_xlsx,
    write_fhir,
)
from taper._base.json_text import NotJson
from taper._base.toml_text import read_toml_text
from taper.planning.even_parts import divide_evenly
from taper.plans.log import ChangeProducts

LONGEST = 7320
UNIT = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
Call = Callable[[], object]


def _products(count: int) -> Call:
    text = json.dumps([{"id": f"p{n}", "drug": "x", "form": "tablet", "strength": "5 mg"} for n in range(count)])
    return lambda: read_products(text)


def _whole(plan: Plan, products: Sequence[Product] = X) -> Schedule:
    return to_schedule(realize(plan, products), start=START)


def _on_twenty_years(write: Callable[[Schedule], object]) -> Callable[[], Call]:
    def make() -> Call:
        schedule = _whole(Plan.read(daily(LONGEST)))
        return lambda: write(schedule)

    return make


def _raises(kind: type[Exception], call: Callable[[], object]) -> str:
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError("it was answered")


def _too_long(schedule: Schedule) -> str:
    return _raises(CannotPrint, lambda: to_pdf(schedule))


def _courses(count: int) -> Plan:
    steps = daily(LONGEST)["courses"][0]["steps"]
    return Plan.read({"courses": [{"id": f"c{n}", "drug": "x", "then": "stop", "steps": steps} for n in range(count)]})


def _dated() -> Call:
    plan = _courses(14)
    return lambda: _whole(plan)


def _written(write: Callable[[Schedule], object]) -> Callable[[], Call]:
    def make() -> Call:
        schedule = _whole(_courses(3))
        return lambda: write(schedule)

    return make


def _cycles(steps: int) -> str:
    slots = ("morning", "noon", "evening", "bedtime")
    each = [
        {"for": "20 days", "cycle": [{slot: f"{1 + (day + at + n) % 9} mg" for at, slot in enumerate(slots)}
                                     for day in range(366)]}
        for n in range(steps)
    ]  # fmt: skip
    return json.dumps({"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": each}]})


def _refused(text: str) -> str:
    return _raises(NotJson, lambda: read_plan(text))


def _clocks() -> str:
    minutes = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]
    cycle = [{clock: f"{1 + (day + at) % 9} mg" for at, clock in enumerate(minutes)} for day in range(90)]
    step = {"for": "90 days", "cycle": cycle}
    return json.dumps({"format": "taper-plan/1", "courses": [{"drug": "x", "then": "stop", "steps": [step]}]})


def _on_text(text: str, read: Callable[[str], Any]) -> Call:
    return lambda: read(text)


def _pdf() -> Call:
    schedule = _whole(Plan.read(daily(300)))
    return lambda: to_pdf(schedule)


def _made(strengths: Sequence[int]) -> Call:
    quarters = [Product(id=f"q{n}", drug="x", form="tablet", strength=f"{n} mg", score=4) for n in strengths]
    return lambda: _raises(CannotRealize, lambda: _whole(_of_one_dose("100.001 mg", drug="x"), quarters))


def _beside_a_kilogram() -> Call:
    strengths = {"large": "1000 g", "small": "2 mcg"}
    products = [Product(id=name, drug="x", form="tablet", strength=held, score=4) for name, held in strengths.items()]
    return lambda: Reachable(products, up_to=mg("0.04")).can_make(mg("0.003"))


def _of_one_dose(dose: str, *, drug: str) -> Plan:
    step = {"for": "7 days", "regimen": {"morning": dose}}
    return plan_of([step], drug=drug)


def _mistyped() -> Call:
    formulary = Formulary.shipped()
    products, patient = formulary.products("baclofen", market="us"), Patient.read({})
    plans = [_of_one_dose(f"{dose} mg", drug="baclofen") for dose in (300, 600, 1000, 5000)]

    def call() -> None:
        for plan in plans:
            with suppress(CannotRealize):
                check(realize(plan, products), patient)

    return call


def _grid() -> Call:
    drops = [Product(id="l", drug="x", form="oral solution", concentration="1 mg/mL", smallest_volume="0.001 mL")]
    return lambda: plan_daily_taper(
        drug="x", before={"daily": "10 mg"}, pace="10% of start, every week", products=drops
    )


def _marks(pace: str) -> Call:
    drops = [Product(id="l", drug="x", form="oral solution", concentration="1 mg/mL", smallest_volume="0.01 mL")]
    return lambda: plan_taper(drug="x", before={"morning": "100 mg"}, pace=pace, products=drops)


def _dosages() -> Call:
    """One order of 5,000 dosages, each with a text of its own: other amounts, times and advice, over and over."""
    more = ("", " with food", " with water", ". Swallow whole", ". May cause drowsiness", ". Do not chew", " (oral)")
    when = {"MORN": "in the morning", "EVE": "every evening"}
    held = []
    for index in range(5_000):
        amount, code = Decimal(index % 800 + 1) / 2, tuple(when)[index % 2]
        text = f"Take {amount} mg {when[code]}{more[index // 800]}"
        held.append({"text": text} | _dosage(index, amount, {"when": [code]}))
    assert len({item["text"] for item in held}) == len(held)
    order = _order(held, {"medicationCodeableConcept": {"text": "prednisone"}})
    return lambda: from_fhir(order)


def _dosage(index: int, amount: Decimal, more: dict[str, Any]) -> dict[str, Any]:
    """A dosage of one day of its own, once in that day if nothing else is said."""
    day = (date(2027, 1, 1) + timedelta(days=index)).isoformat()
    repeat = {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": day, "end": day}} | more
    return {"sequence": index + 1, "timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": _mg(amount)}]}


def _mg(amount: Decimal) -> dict[str, Any]:
    return {"value": amount} | UNIT


def _order(dosages: list[dict[str, Any]], of: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
            "subject": {"reference": "Patient/1"}, "dosageInstruction": dosages} | of  # fmt: skip


def _structures(of: dict[str, Any]) -> Call:
    """One order of 5,000 dosages, no two of the same times of day and the same further elements."""
    held = []
    for index in range(5_000):
        times = [f"{hour:02}:{index * 7 % 60:02}:00" for hour in range(index % 24, 24, 6)]
        amount = Decimal(index % 977 + 1) / 4
        made = _dosage(index, amount, {"timeOfDay": times, "frequency": len(times)})
        held.append(made | {key: make(amount) for bit, (key, make) in enumerate(_FURTHER.items()) if index >> bit & 1})
    order = _order(held, of)
    return lambda: from_fhir(order)


_FURTHER: dict[str, Callable[[Decimal], Any]] = {
    "route": lambda _: {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]},
    "patientInstruction": lambda _: "Swallow whole",
    "additionalInstruction": lambda _: [{"text": "with food"}],
    "text": lambda amount: f"Take {amount} mg",
    "doseAndRate": lambda amount: [
        {"type": {"coding": [{"code": kind}]}, "doseQuantity": _mg(amount)} for kind in ("ordered", "calculated")
    ],
}
"""What a dosage may say beside its dose and its times: one in two of the dosages says each."""


def _evenly() -> Call:
    halves = [Product(id=f"h{n}", drug="x", form="tablet", strength=f"{n} mg", score=2) for n in (1, 2, 5)]
    before = {f"{hour:02}:00": "5 mg" for hour in range(24)}

    def call() -> None:
        with suppress(TaperError):
            plan_taper(drug="x", before=before, pace="10% of start, every week", order="evenly", products=halves)

    return call


def _answer(call: Callable[[], object]) -> Call:
    """A call that may be refused, as long as it is by name."""

    def answered() -> None:
        with suppress(TaperError):
            call()

    return answered


def _primes(score: int) -> list[Product]:
    return [Product(id=f"t{n}", drug="x", form="tablet", strength=f"{n} mg", score=score) for n in (2, 3, 5, 7, 11, 13)]


def _drops(mark: str, per_ml: str = "1 mg/mL", name: str = "l") -> Product:
    return Product(id=name, drug="x", form="oral solution", concentration=per_ml, smallest_volume=mark, graduation=mark)


def _planned(products: Sequence[Product], *doses: str, **asked: Any) -> Call:
    before = dict(zip(("morning", "bedtime", "noon", "evening"), doses, strict=False))
    pace = None if "over" in asked else "10% of current, at least 1 mg, every 2 weeks"
    order = "evenly" if len(doses) > 1 else None
    return _answer(
        lambda: plan_taper(
            **{"drug": "x", "before": before, "products": products, "pace": pace, "order": order} | asked
        )
    )


def _explained(products: Sequence[Product], **asked: Any) -> Call:
    """A plan twice a day with all that is tried beside it."""
    before, pace = {"morning": "100 mg", "bedtime": "100 mg"}, "10% of current, at least 1 mg, every 2 weeks"
    return _answer(
        lambda: plan_taper(
            drug="x", before=before, products=products, pace=pace, order="evenly", **asked
        ).report.text(explain=True)
    )  # fmt: skip


def _liquids() -> list[Product]:
    return [_drops("0.01 mL"), _drops("0.01 mL", "2.5 mg/mL", "l2")]


def _rest() -> list[Product]:
    return [Product(id=f"r{n}", drug="x", form="tablet", strength=f"{n} mg", score=2) for n in (1, 10, 20, 50)]


def _forms() -> Call:
    before = {f"{hour:02}:00": "20 mg" for hour in range(6)}
    return _planned([*_primes(2), _drops("0.1 mL")], before=before, order="evenly", forms="one")


def _many_doses() -> Call:
    cycle = [{f"{minute // 6:02}:{minute % 6}0": "1 mg" for minute in range(144)}] * 40
    step = {"for": "40 days", "cycle": cycle}
    made = realize(plan_of([step] * 180), X)
    return _answer(lambda: to_schedule(made, start=START))


def _dose_an_hour() -> Call:
    step = {"for": f"{LONGEST} days", "regimen": {f"{hour:02}:00": "1 mg" for hour in range(24)}}
    made = realize(plan_of([step]), X)
    return lambda: to_schedule(made, start=START)


def _daily_liquid() -> Call:
    before = {"morning": "1000 mg", "bedtime": "1000 mg"}
    return _answer(
        lambda: plan_daily_taper(
            drug="x", before=before, products=[_drops("0.01 mL")], order="evenly",
            pace="10% of current, every 4 weeks, last dose 1 mg",
        )
    )  # fmt: skip


def _shared_climb() -> Call:
    clocks = [f"{hour:02}:00" for hour in range(6)]
    asked = {"drug": "x", "to": "900 mg", "slots": clocks, "by": ("1 mg", "1 day"), "larger": clocks[0]}
    return _answer(lambda: plan_titration(**asked, products=_primes(4), weights=MOST))


def _checked(steps: list[dict[str, Any]], **known: Any) -> Call:
    plan = plan_of(steps, drug="diazepam")
    made = _whole(plan, Formulary.shipped().products("diazepam", market="us"))
    patient = Patient.read({"age": 50} | known)
    return lambda: check(made, patient)


def _taken(*amounts: int) -> list[dict[str, Any]]:
    return [{"for": "1 day", "regimen": {"morning": f"{amount} mg"}} for amount in amounts]


def _odd_toml() -> None:
    for text in (*(text for text, _ in REFUSED.values()), *LOOKS_ODD):
        with suppress(InvalidInput):
            read_toml_text(text, where="file")


def _evenly_of_many() -> Call:
    doses = [Fraction(tenths, 10) for tenths in range(1, 10_001)]
    return lambda: divide_evenly(Fraction(5991, 10), 12, doses)


def _named() -> Call:
    lists = ("medications", "as_needed", "conditions", "absent_conditions")
    return _checked(_taken(10), **{name: [f"{name} {n}" for n in range(200)] for name in lists})


def _made_anew() -> Call:
    """A change of products on every other day, until there is too much to make anew."""
    held = _primes(4)
    steps = [{"for": "1 day", "regimen": {"evening": f"{100 - index % 5} mg"}} for index in range(1500)]
    plan = plan_of(steps)
    schedule = to_schedule(realize(plan, held), start=START)
    names = [[product.id for product in held[place:]] for place in (0, 1)]
    events = [ChangeProducts(day=START + timedelta(1 + 2 * n), products=names[n % 2]) for n in range(700)]
    log = Log.of(plan, START, events)
    return _answer(lambda: apply_log(schedule, log))


MOST = Weights(pieces=100, products=10)
ROWS: dict[str, tuple[float, int, Callable[[], Call]]] = {
    "a dose that 3 products of quarters cannot make": (4, 30, lambda: _made((3, 7, 11))),
    "a dose that 6 products of quarters cannot make": (4, 30, lambda: _made(range(3, 9))),
    "a dose that 20 products of quarters cannot make": (4, 30, lambda: _made(range(3, 23))),
    "a small dose of 2 mcg tablets beside one of 1 kg": (4, 30, _beside_a_kilogram),
    "baclofen 300, 600, 1000 and 5000 mg mistyped: realize and check": (4, 30, _mistyped),
    "a daily taper from 10 mg on a grid of 0.001 mg": (12, 60, _grid),
    "one intake of 100 mg on marks of 0.01 mL": (8, 60, lambda: _marks("10% of current, every week, last dose 1 mg")),
    "the same by 90 mg": (8, 60, lambda: _marks("90 mg, every 4 weeks")),
    "24 clock times of halves, evenly: a plan or a limit": (8, 60, _evenly),
    "100 mg of 6 primes in quarters, 100 pieces": (4, 30, lambda: _planned(_primes(4), "100 mg", weights=MOST)),
    "the same twice a day, with the report explained": (24, 60, lambda: _explained(_primes(4), weights=MOST)),
    "two liquids of 0.01 mL mixed with tablets twice a day, 100 pieces": (
        24, 180, lambda: _planned([*_primes(4), *_liquids()], "100 mg", "100 mg", mix_forms=True, weights=MOST)
    ),
    "the same, 2 products, with the report explained": (
        16, 150, lambda: _explained([*_primes(4)[2:4], *_liquids()], mix_forms=True)
    ),
    "1000 mg of a liquid with marks of 0.01 mL": (20, 150, lambda: _planned([_drops("0.01 mL")], "1000 mg")),
    "the same with marks of 0.001 mL: refused": (4, 30, lambda: _planned([_drops("0.001 mL")], "1000 mg")),
    "two liquids, 1000 mg twice a day": (12, 90, lambda: _planned(_liquids(), "1000 mg", "1000 mg")),
    "a daily taper from 1000 mg twice a day on marks of 0.01 mL": (32, 120, _daily_liquid),
    "10 products, as few as can be, three times a day": (
        24, 60, lambda: _planned([*_primes(2), *_rest()], "50 mg", "40 mg", "60 mg", fewest_products=True)
    ),
    "six times of day, each of one form": (44, 150, _forms),
    "7,000 days in place of a pace, a change a day": (
        24, 60, lambda: _planned(_primes(2)[:3:2], "20 mg", "20 mg", over="7000 days", step="1 day")
    ),
    "the same of one liquid": (20, 60, lambda: _planned([_drops("0.01 mL")], "100 mg", over="7000 days", step="1 day")),
    "a target of 0.0000000001 mg: refused": (4, 30, lambda: _planned(X, "5 mg", "5 mg", to="0.0000000001 mg")),
    "a titration by 1 mg shared over six times of day": (28, 30, _shared_climb),
    "a schedule of 1,036,800 doses: refused": (4, 30, _many_doses),
    "a schedule of a dose an hour for 20 years": (4, 30, _dose_an_hour),
    "read_products, 20,000": (8, 60, lambda: _products(20_000)),
    "read_products, 60,000": (24, 150, lambda: _products(60_000)),
    "a log of 700 changes of products: refused": (160, 60, _made_anew),
    "a log of 10,000 events on one day": (4, 30, lambda: _on_text(log_text(10_000, spread=False), read_log)),
    "20 years of daily steps: calendar": (40, 150, _on_twenty_years(to_ical)),
    "20 years of daily steps: FHIR": (40, 150, _on_twenty_years(lambda schedule: write_fhir(to_fhir(schedule)))),
    "20 years of daily steps: FHIR and back": (40, 150, _on_twenty_years(lambda made: from_fhir(to_fhir(made)))),
    "5,000 dosages with 5,000 texts: from FHIR": (8, 20, _dosages),  # of which one reads the words, once a process
    "5,000 dosages of many structures: from FHIR R4": (
        8, 20, lambda: _structures({"medicationCodeableConcept": {"text": "prednisone"}})
    ),
    "5,000 dosages of many structures: from FHIR R5": (
        8, 20, lambda: _structures({"medication": {"concept": {"text": "prednisone"}}})
    ),
    "20 years of daily steps: table": (20, 60, _on_twenty_years(to_table)),
    "20 years of daily steps: workbook": (40, 150, _on_twenty_years(to_xlsx)),
    "20 years of daily steps: HTML": (40, 150, _on_twenty_years(to_html)),
    "20 years of daily steps: PDF, refused": (4, 60, _on_twenty_years(_too_long)),
    "300 days of daily steps: PDF": (12, 300, _pdf),
    "supply over 7,320 fills of a day": (12, 30, _on_twenty_years(lambda made: count_supply(made, fills=days(1)))),
    "365 steps of cycles of 366 days, 10 MB: refused": (4, 30, lambda: _on_text(_cycles(365), _refused)),
    "180 steps of cycles of 366 days, 5 MB: read, realize, date": (
        40, 150, lambda: _on_text(_cycles(180), lambda text: _whole(read_plan(text)))
    ),
    "1,440 clock times in a cycle of 90: read, realize, date": (
        40, 60, lambda: _on_text(_clocks(), lambda text: _whole(read_plan(text)))
    ),
    "14 courses of 7,320 steps: realize and date": (40, 150, _dated),
    "3 courses of 7,320 steps, 43,920 doses: HTML": (90, 220, _written(to_html)),
    "the same: calendar": (85, 90, _written(to_ical)),
    "the same: workbook": (60, 250, _written(to_xlsx)),
    "the same: FHIR, a request a day": (45, 220, _written(lambda made: to_fhir(made, profile="days"))),
    "20 years of daily steps, every other one above a limit: check": (40, 240, lambda: _checked(_taken(2, 60) * 3660)),
    "20 years of a dose and a gap in turn: check": (
        60, 240, lambda: _checked([*_taken(10), {"kind": "gap", "for": "1 day"}] * 3659 + _taken(10))
    ),
    "TOML out of all proportion, twelve texts": (12, 60, lambda: _odd_toml),
    "599.1 mg of 10,000 doses over twelve intakes, evenly": (16, 60, _evenly_of_many),
    "131,072 people, each above each of 50 ceilings: findings": (40, 600, crowded),
    "200 names that are not known in each list of a patient: check": (24, 60, _named),
}  # fmt: skip
"""Each input: how many yardsticks and how many MB it may cost."""


MARGIN = 1.2
"""By how much a row may lie above its figure before it fails: a machine that does other work beside it is no fault."""
TRIES = 3
"""How often a row is measured before it counts as above its figure: the yardstick of one moment can be short."""


def measure(name: str) -> None:
    """Print what one row costs: its seconds, the yardstick of the same moment, and its memory."""
    call = ROWS[name][2]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    one = yardstick()
    spent = cpu_in_process(call)
    beyond = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([spent, (one + yardstick()) / 2, beyond // 1024]))


def main() -> int:
    if sys.argv[1:]:
        measure(sys.argv[1])
        return 0
    failed = 0
    for name, (most, room, _) in ROWS.items():
        for _again in range(TRIES):
            done = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
            spent, one, beyond = json.loads(done.stdout)
            over = spent / one > most or beyond > room
            if not over:
                break
        failed += spent / one > MARGIN * most or beyond > MARGIN * room
        said = " (more than it may)" if over else ""
        print(
            f"{name}: {spent / one:.1f} of {most} yardsticks ({spent:.2f} s), {beyond} of {room} MB{said}", flush=True
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
