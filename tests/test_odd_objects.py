"""Whatever stands in the place of one argument, a public name answers with a value or an error of the library's own."""

import inspect
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import taper
from taper import (
    Formulary,
    Handling,
    Intake,
    Log,
    Patient,
    Plan,
    Product,
    Regimen,
    Schedule,
    TaperError,
    Volume,
    days,
    mg,
    weeks,
)
from taper._base.records import Value
from taper._base.shown import show

DEEP = 100_000
LONGEST_MESSAGE = 4000
START = date(2027, 3, 1)


def nested() -> list[Any]:
    made: list[Any] = []
    for _ in range(DEEP):
        made = [made]
    return made


ZOO: dict[str, Any] = {
    "nothing": None,
    "bytes": b"5 mg",
    "a huge number": 10**6000,
    "a fraction of it": Fraction(10**6000, 7),
    "no number": Decimal("NaN"),
    "a signalling one": Decimal("sNaN"),
    "an infinite one": Decimal("Infinity"),
    "a float": 0.1,
    "a negative number": -1,
    "a deep list": nested(),
    "half of a character": "\ud800",
    "digits": "9" * 3000,
    "spaces": " " * 3000,
    "nothing in quotes": "",
    "an object": object(),
    "a class": int,
    "a list": [1, None],
    "an object of JSON": {"a": object()},
    "a tiny dose": "0.0000000001 mg",
    "a tiny dose of a day": {"evening": "0.0000000001 mg"},
    "a huge dose": "999999999 mg",
    "the first day": date.min,
    "the last day": date.max,
    "the first moment": datetime.min.replace(tzinfo=timezone(timedelta(hours=23))),
    "the last moment": datetime.max.replace(tzinfo=timezone(-timedelta(hours=23))),
    "the longest time": timedelta.max,
    "a long range": range(10**12),
}

US = Formulary.shipped().products("diazepam", market="us")
X = [Product(id=f"x{n}", drug="x", form="tablet", strength=f"{n} mg", score=2) for n in (1, 5)]


@cache
def plan() -> Plan:
    steps = [{"for": "3 days", "regimen": {"evening": f"{n} mg"}} for n in (5, 4)]
    return Plan.read({"courses": [{"drug": "diazepam", "then": "stop", "before": "nothing", "steps": steps}]})


@cache
def schedule() -> Schedule:
    return taper.to_schedule(taper.realize(plan(), US), start=START)


@cache
def log() -> Log:
    return Log.of(plan(), START)


def taken(**more: Any) -> dict[str, Any]:
    return {"drug": "x", "before": {"evening": "5 mg"}, "products": X, **more}


@cache
def crossing() -> dict[str, Any]:
    tablets = [item for item in Formulary.shipped().products("lorazepam", market="us") if item.form == "tablet"]
    return {
        "drug": "lorazepam", "before": {"morning": "1 mg", "evening": "1 mg"}, "to_drug": "diazepam", "to_products": US,
        "products": tablets, "equivalence": Formulary.shipped().table("ashton-2002"),
        "every": weeks(1), "rounding": "nearest",
    }  # fmt: skip


@cache
def codeine() -> Schedule:
    steps = [{"for": "7 days", "regimen": {"noon": "30 mg"}}]
    plan = Plan.read({"courses": [{"drug": "codeine", "form": "tablet", "then": "stop", "steps": steps}]})
    tablets = Formulary.shipped().products("codeine", market="us")
    return taper.to_schedule(taper.realize(plan, tablets), start=START)


def for_kidney() -> dict[str, Any]:
    steps = [{"for": "3 days", "regimen": {"evening": "20 mg"}}]
    plan = Plan.read({"courses": [{"drug": "baclofen", "before": "nothing", "then": "stop", "steps": steps}]})
    tablets = Formulary.shipped().products("baclofen", market="us")
    known = Patient.read({"age": 70, "egfr": "40", "crcl": "40", "kidney_stable": True, "dialysis": False})
    return {"plan": plan, "patient": known, "source": "vlavonou-2014", "products": tablets}


def file_of(name: str, text: str) -> dict[str, Any]:
    path = folder() / name
    path.write_text(text, encoding="utf-8")
    return {"path": str(path)}


PRODUCTS_TEXT = '[{"id": "a", "drug": "x", "form": "tablet", "strength": "5 mg"}]'


@cache
def folder() -> Path:
    return Path(tempfile.mkdtemp())


@cache
def named() -> dict[str, Any]:
    """A valid argument for each name of a parameter."""
    review = taper.check(schedule(), Patient(age=60))
    return {
        "plan": plan(), "schedule": schedule(), "realized": schedule().realized, "log": log(), "products": US,
        "course": plan().courses[0], "text": "5 mg", "amount": "5", "unit": "mg", "count": 2, "every": weeks(1),
        "review": review, "monograph": Formulary.shipped().monograph("diazepam"), "formulary": Formulary.shipped(),
        "patient": Patient(age=60), "slots": ["evening"], "name": "diazepam", "drug": "diazepam", "dose": mg(5),
        "start": START, "as_of": START, "day": Regimen.of({"evening": "5 mg"}), "table": "ashton-2002",
        "supply": taper.count_supply(schedule()), "age": 60, "sex": "female", "weight_kg": 60, "height_cm": 170,
        "weight_basis": "actual", "surface": "mosteller", "creatinine": "1.2 mg/dL", "path": str(folder() / "absent"),
        "steps": ["3 days: 5 mg evening"], "percent": "10", "points": 5, "vmax": 80, "km": "2 mg", "source": "a",
        "bands": [("2 mg", "10 mg"), ("1 mg", "0 mg")], "egfr": taper.EGFR.parse("42"), "step": 1, "lasting": days(3),
        "one": schedule(), "other": schedule(), "totals": [taper.DailyDose(5), taper.DailyDose(4)], "at": "evening",
        "changes": taper.measure_changes([taper.DailyDose(5), taper.DailyDose(4)]), "model": "x", "of": "current",
        "weekdays": ["mon"], "slot": "evening", "rounding": "nearest", "on_hand": {}, "schedules": schedule(),
        "resource": taper.to_fhir(schedule()), "days": 3, "difference": taper.compare(schedule(), schedule()),
        "mass": mg(5), "volume": Volume(1), "doses": [mg(5)], "up_to": mg(10), "message": "a", "where": "a",
        "days_per_pace": 7, "last": 3, "ruler": "current", "words": "a", "given": "2 weeks", "index": 0, "number": 1,
        "subject": taper.Subject.KIDNEY, "to": "oxazepam", "smallest": "1 mL", "graduation": "1 mL", "pieces": 2,
        "portion": taper.Portion(product=US[0].id, count=1), "when": START, "chosen": {}, "total": mg(5),
        "finding": next(iter(review.findings), None), "effort": 1, "answers": [], "product": US[0].id, "ml": "5",
        "events": [], "force": True, "title": "a", "description": "a", "figure": None, "kind": "text",
        "refuses": False, "other_": None,
    }  # fmt: skip


_REPORT = taper.plan_taper(**taken(pace="1 mg, every 1 week")).report

OWN: dict[str, dict[str, Any]] = {
    "AverageDose.over": {"totals": [taper.DailyDose(5)]},
    "Concentration.parse": {"text": "2 mg/5 mL"},
    "Creatinine": {"amount": "1.2", "unit": "mg/dL"},
    "Creatinine.parse": {"text": "1.2 mg/dL"},
    "Duration": {"count": 2, "unit": "day"},
    "Duration.parse": {"text": "2 weeks"},
    "Formulary.classes_of": {"drug": "diazepam"},
    "Formulary.table": {"name": "ashton-2002"},
    "Pace.parse": {"text": "2 mg, every 2 weeks"},
    "Phase.parse": {"text": "1 mg every 4 weeks"},
    "Phases.parse": {"text": "1 mg every 4 weeks"},
    "Regimen.of": {"doses": {"evening": "5 mg"}},
    "Regimen": {"intakes": [Intake("evening", mg(5))]},
    "RealizedPlan.course": {"name": "diazepam"},
    "Product.diluted": {"volume": "100 mL", "graduation": "1 mL"},
    "StepPattern.parse": {"text": "60 mg for 2 days, then stop"},
    "Slot.parse": {"text": "evening"},
    "Volume.parse": {"text": "5 mL"},
    "Weights": {},
    "banded": {"every": weeks(1)},
    "choose_titration": {
        "monograph": Formulary.shipped().monograph("gabapentin"),
        "source": "us-label-gabapentin-2026",
    },
    "load_protocol": {"name": "diazepam-example"},
    "in_order": {"slots": "evening"},
    "load_fhir": file_of("fhir.json", taper.write_fhir(taper.to_fhir(schedule()))),
    "load_log": file_of("log.json", log().to_json()),
    "load_patient": file_of("patient.json", '{"age": 60}'),
    "load_plan": file_of("plan.json", plan().to_json()),
    "load_products": file_of("products.json", PRODUCTS_TEXT),
    "load_stock": file_of("stock.json", '{"a": "30"}'),
    "mme": {"schedule": codeine(), "table": "cdc-2022"},
    "on_weekdays": {"weekdays": "mon"},
    "plan_cross_taper": crossing(),
    "plot_occupancy": {"model": Formulary.shipped().monograph("citalopram").occupancies[0]},
    "propose_for_kidney": for_kidney(),
    "Formulary.overlaid": {"path": str(Path(__file__).parent / "overlays" / "hospital.toml")},
    "Log.and_then": {"events": taper.Hold(day=date(2027, 3, 2), lasting=days(1))},
    "plan_daily_taper": taken(pace="1 mg, every 1 week"),
    "plan_pattern": {"drug": "x", "pattern": "5 mg for 2 days, then stop", "at": "evening", "products": X},
    "plan_phases": taken(phases="1 mg every 1 week"),
    "plan_steps": {"drug": "x", "steps": [({"evening": "5 mg"}, days(3))], "before": None, "then": "stop"},
    "plan_taper": taken(pace="1 mg, every 1 week"),
    "plan_titration": {"drug": "x", "to": "6 mg", "slots": ["evening"], "products": X, "by": (mg(2), days(3))},
    "read_log": {"text": log().to_json()},
    "read_day": {"text": "5 mg evening"},
    "read_patient": {"text": "{}"},
    "read_plan": {"text": plan().to_json()},
    "read_products": {"text": PRODUCTS_TEXT},
    "read_stock": {"text": "{}"},
    "replan": {"course": taper.plan_taper(**taken(pace="1 mg, every 1 week")).course, "day": 3, "products": X},
    "replan_cross_taper": {
        "plan": taper.plan_cross_taper(**crossing()).plan,
        "day": 3,
        "products": crossing()["products"],
        "to_products": US,
        "equivalence": crossing()["equivalence"],
    },
    "write_sig": {"step": schedule().steps[0]},
    "linear": {"step": mg(1)},
    "EGFR.parse": {"text": "42"},
    "AbsoluteEGFR.parse": {"text": "42"},
    "CreatinineClearance.parse": {"text": "42"},
    "TaperReport": {"solved": _REPORT.solved, "stays": _REPORT.stays, "lead_in": None},
    "TaperReport.after": {"every": weeks(1), "times": 2},
    "Schedule.step": {"course": "diazepam", "number": 1},
    "Schedule.steps_of": {"course": "diazepam"},
    "Slot": {"name": "evening"},
    "fixed": {"amount": "2 mg"},
    "ideal_curve": {"ruler": taper.linear(mg(1)), "before": taper.DailyDose(5), "last": date(2027, 6, 1)},
    "percent_of_current": {"at_least": "1 mg"},
    "check": {"plan": schedule().realized},
    "to_fhir": {"plan": schedule()},
}
"""The arguments of some names where that of their parameter's name does not fit."""

_OF_FILES = "a path is answered with the other questions of files"
LEFT: dict[str, str] = {
    "Handling.weigh-effort": "what a recipe takes is counted by recipes alone, some hundred thousand times a plan",
    "Plan.save-path": _OF_FILES,
}
"""What is left out, with the reason."""


def objects() -> dict[str, Any]:
    """An object of each public class that has methods, and the records of which each field is tried."""
    formulary, review = Formulary.shipped(), named()["review"]
    monograph = formulary.monograph("diazepam")
    held = [
        plan(), plan().courses[0], plan().courses[0].before, plan().courses[0].steps[0], schedule(), log(), formulary,
        schedule().realized, review, named()["supply"], named()["patient"], US[0], taper.Portion(product="a", count=1),
        monograph, formulary.tables[0], taper.load_protocol("diazepam-example"), Handling(),
        taper.Reachable(US, up_to=mg(10)),
        taper.Phases.parse("1 mg every 1 week"), taper.Pace.parse("1 mg, every 1 week"), taper.Weights(), mg(5),
        taper.DailyDose(5), taper.AverageDose.over([taper.DailyDose(5)]), taper.Concentration.parse("1 mg/mL"),
        named()["day"], *review.findings[:1], *review.clear[:1], *review.not_assessed[:1], US[0].source,
        *monograph.titrations[:1], *monograph.occupancies[:1], taper.EGFR.parse("42"), weeks(2), Volume(1),
        taper.plan_taper(**OWN["plan_taper"]), taper.plan_taper(**OWN["plan_taper"]).report,
    ]  # fmt: skip
    return {type(item).__name__: item for item in held if item is not None}


def arguments(name: str, function: Any) -> dict[str, Any]:
    """Valid arguments for what a function needs."""
    own = OWN.get(name, {})
    needed = {
        place: own.get(place, named().get(place))
        for place, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    }
    return {**needed, **own}


def calls() -> Iterator[tuple[str, Any]]:
    """Every public function, class and public method, by its name."""
    held = objects()
    for name in taper.__all__:
        item = getattr(taper, name)
        if inspect.isclass(item) and not issubclass(item, BaseException | Enum):
            if not issubclass(item, Value):
                yield name, item
            yield from methods(name, item, held.get(name))
        elif inspect.isfunction(item):
            yield name, item


def methods(name: str, kind: type, held: Any) -> Iterator[tuple[str, Any]]:
    found = {key: value for base in kind.__mro__ if base.__module__.startswith("taper") and base is not Value
             for key, value in vars(base).items() if not key.startswith("_")}  # fmt: skip
    for key, value in sorted(found.items()):
        is_bound = isinstance(value, classmethod | staticmethod)
        if is_bound or (held is not None and inspect.isfunction(value)):
            yield f"{name}.{key}", getattr(kind if is_bound else held, key)


def places() -> Iterator[Any]:
    for name, function in calls():
        for place in inspect.signature(function).parameters:
            yield pytest.param(name, function, place, id=f"{name}-{place}")


def called(function: Any, given: dict[str, Any]) -> Any:
    """Call it by the names of its parameters, and with one more argument where it takes any number."""
    kinds = {name: each.kind for name, each in inspect.signature(function).parameters.items()}
    several = next((name for name, kind in kinds.items() if kind is inspect.Parameter.VAR_POSITIONAL), None)
    placed = [*kinds][: [*kinds].index(several) + 1] if several in given else []
    named = {name: value for name, value in given.items() if name not in placed}
    return function(*(given[name] for name in placed), **named)


def answer(call: Any) -> None:
    """Call it: what comes back is a value or an error of the library, in few words that any file can hold."""
    try:
        call()
    except TaperError as error:
        said = str(error)
    else:
        return
    assert len(said) < LONGEST_MESSAGE
    said.encode()


_ANSWERED_WITH_AN_ERROR = {
    "Handling.weigh": "only the search makes what it takes",
    "Product.measured": "the product that is tried is a tablet",
    "Review.require": "the review that is tried does not pass",
}


@pytest.mark.parametrize(("name", "function"), [pytest.param(*call, id=call[0]) for call in calls()])
def test_the_arguments_beside_an_odd_one_are_right(name: str, function: Any) -> None:
    if name not in _ANSWERED_WITH_AN_ERROR:
        called(function, arguments(name, function))


@pytest.mark.parametrize(("name", "function", "place"), list(places()))
def test_an_odd_argument_is_answered(name: str, function: Any, place: str) -> None:
    for what, odd in ZOO.items():
        if f"{name}-{place}" in LEFT:
            continue
        given = {**arguments(name, function), place: odd}
        try:
            answer(lambda given=given: called(function, given))
        except BaseException as error:
            raise AssertionError(
                f"{name}({place}={what}: {show(odd)}): {type(error).__name__}: {error}"[:500]
            ) from None


@pytest.mark.parametrize("name", sorted(name for name, item in objects().items() if isinstance(item, Value)))
def test_an_odd_field_of_a_record_is_answered(name: str) -> None:
    record = objects()[name]
    held = {key: getattr(record, key) for key in type(record).model_fields}
    for field in held:
        for what, odd in ZOO.items():
            try:
                answer(lambda field=field, odd=odd: type(record).read({**held, field: odd}))
                answer(lambda field=field, odd=odd: type(record)(**{**held, field: odd}))
            except BaseException as error:
                raise AssertionError(f"{name}.{field} is {what}: {show(error)}") from None
