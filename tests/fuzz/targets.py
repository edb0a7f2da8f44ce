"""What each fuzz target does with a text: it reads it and takes what was read as far as it goes.

A target may answer with any error of the library, in words that can be printed, and with nothing else.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from taper import (
    Concentration,
    Dose,
    Duration,
    Formulary,
    Log,
    Pace,
    Patient,
    Plan,
    Product,
    Slot,
    TaperError,
    Volume,
    apply_log,
    check,
    count_supply,
    days,
    from_fhir,
    read_log,
    read_patient,
    read_plan,
    read_products,
    read_stock,
    realize,
    to_csv,
    to_fhir,
    to_html,
    to_ical,
    to_schedule,
    to_table,
)
from taper.plans.everyday import read_day
from taper.plans.everyday_pace import plain_date, plain_duration, plain_pace
from taper.products.recipes import Reachable

START = date(2027, 3, 1)
PLAN = Plan.read(
    {
        "courses": [
            {
                "drug": "x",
                "then": "stop",
                "before": {"regimen": {"morning": "10 mg", "evening": "10 mg"}},
                "steps": [
                    {"for": "2 weeks", "regimen": {"morning": "8 mg", "evening": "10 mg"}},
                    {"for": "1 month", "regimen": {"evening": "10 mg"}},
                    {"for": "8 days", "cycle": [{"evening": "5 mg"}, {}]},
                ],
            }
        ]
    }
)
_SHIPPED = Formulary.shipped()
_MOST_STEPS = 40


@contextlib.contextmanager
def answers() -> Iterator[None]:
    """An error of the library is an answer, if it can be printed."""
    try:
        yield
    except TaperError as error:
        text = str(error)
        assert text.strip()
        text.encode("utf-8")


def tablets(drug: str) -> list[Product]:
    name = drug.strip().lower() or "x"
    mark = "" if name == "x" else f"-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    made = [Product(id=f"t{n}{mark}", drug=name, form="tablet", strength=f"{n} mg", score=4) for n in (1, 5, 20)]
    liquid = Product(
        id=f"liquid{mark}", drug=name, form="oral solution", concentration="1 mg/mL", smallest_volume="0.1 mL"
    )
    return [*made, liquid]


def _products_of(plan: Plan) -> list[Product]:
    return [
        product for drug in dict.fromkeys(c.drug.strip().lower() for c in plan.courses) for product in tablets(drug)
    ]


def plan(text: str) -> None:
    with answers():
        made = read_plan(text)
        assert read_plan(made.to_json()) == made
        assert len(made.fingerprint) == 64
        follow(made)


def follow(made: Plan) -> None:
    """Take a plan through realization, dates, checks, supply and every format that needs no large package."""
    if sum(len(step.days) for course in made.courses for step in course.steps) > _MOST_STEPS:
        return
    products = _products_of(made)
    realized = realize(made, products)
    schedule = to_schedule(realized, start=START, horizon=days(60))
    review = check(schedule, Patient(age=50))
    supply = count_supply(schedule, fills=days(28))
    for write in (to_table, to_csv, to_html):
        with answers():
            write(schedule, review) if write is not to_csv else write(schedule)
    for write in (
        lambda: to_ical(schedule),
        lambda: to_fhir(schedule),
        lambda: from_fhir(to_fhir(schedule)),
        lambda: to_html(schedule, review, supply),
        schedule.to_dict,
    ):
        with answers():
            write()


def patient(text: str) -> None:
    with answers():
        made = read_patient(text)
        assert Patient.read(made.model_dump(mode="json", exclude_none=True, by_alias=True)) == made
        check(realize(PLAN, tablets("x")), made)


def products(text: str) -> None:
    with answers():
        made = read_products(text)
        for drug in dict.fromkeys(product.drug for product in made[:20]):
            with answers():
                own = [product for product in made[:20] if product.drug == drug]
                reach = Reachable(own, up_to=Dose.parse("12.5 mg"))
                for dose in ("1 mg", "12.5 mg", "3 1/3 mg"):
                    with answers():
                        reach.recipe(Dose.parse(dose))


def log(text: str) -> None:
    with answers():
        made = read_log(text)
        assert read_log(made.to_json()) == made
        follows = Log(
            plan=PLAN.fingerprint, start=START, events=made.events, intakes=made.intakes, symptoms=made.symptoms
        )
        schedule = to_schedule(realize(PLAN, tablets("x")), start=START)
        apply_log(schedule, follows)


def stock(text: str) -> None:
    with answers():
        made = read_stock(text)
        schedule = to_schedule(realize(PLAN, tablets("x")), start=START)
        count_supply(schedule, on_hand=made)


def overlay(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, answers():
        path = Path(folder) / "local.toml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        made = _SHIPPED.overlaid(path)
        check(realize(PLAN, tablets("x")), Patient(age=50), formulary=made) if "x" in made.drugs else None


def fhir(text: str) -> None:
    """An order as it stands, and with everything supplied that a caller may supply."""
    slots = {1: ["morning"], 2: ["morning", "evening"]}
    with answers():
        made = from_fhir(text, drugs={"Prednisone": "prednisone"}, slots=slots)
        assert read_plan(made.plan.to_json()) == made.plan
    with answers():
        from_fhir(text, drug="prednisone", strength="5 mg", slots=slots, accept=["text", "gap"])


def _same(read: Callable[[str], object], text: str) -> None:
    with answers():
        made = read(text)
        assert read(str(made)) == made


def dose(text: str) -> None:
    _same(Dose.parse, text)


def duration(text: str) -> None:
    _same(Duration.parse, text)


def pace(text: str) -> None:
    _same(Pace.parse, text)


def concentration(text: str) -> None:
    _same(Concentration.parse, text)


def volume(text: str) -> None:
    _same(Volume.parse, text)


def slot(text: str) -> None:
    with answers():
        made = Slot(text)
        assert Slot(made.name) == made


def everyday(text: str) -> None:
    """The words that people type."""
    five: Sequence[Product] = [Product(id="t5", drug="x", form="tablet", strength="5 mg")]
    with answers():
        read_day(text, products=five)
    for read in (plain_date, plain_duration, plain_pace):
        with answers():
            read(text)


def order_text(text: str) -> None:
    """What people write beside the codes of an order, and as the name of what is ordered."""
    for name, sentence in (("Prednisone 5 mg tablet", text), (text, "1 tablet every morning")):
        order = {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "subject": {"reference": "Patient/1"},
            "medicationCodeableConcept": {"text": name},
            "note": [{"text": sentence}],
            "dosageInstruction": [
                {
                    "text": sentence,
                    "timing": {"repeat": {"boundsDuration": {"value": 7, "unit": "d"}, "when": ["MORN"]}},
                    "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
                }
            ],
        }
        with answers():
            from_fhir(order, slots={1: ["morning"]})


JSON_TARGETS: dict[str, Callable[[str], None]] = {
    "plan": plan,
    "patient": patient,
    "products": products,
    "log": log,
    "stock": stock,
    "fhir": fhir,
}
TEXT_TARGETS: dict[str, Callable[[str], None]] = {
    "overlay": overlay,
    "dose": dose,
    "duration": duration,
    "pace": pace,
    "concentration": concentration,
    "volume": volume,
    "slot": slot,
    "everyday": everyday,
    "order_text": order_text,
}
TARGETS = JSON_TARGETS | TEXT_TARGETS
