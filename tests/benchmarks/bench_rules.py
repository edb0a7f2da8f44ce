"""Time to check a 20-year plan with six courses and a step a day, beside the time to build its schedule, in one run.

Run: PYTHONPATH=src python tests/benchmarks/bench_rules.py
"""

import time
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from taper import Formulary, Patient, Plan, check, realize, to_schedule
from taper.checks.case import Case
from taper.checks.check import ALL
from taper.schedules.realization import RealizedPlan

T = TypeVar("T")
DRUGS = {
    "diazepam": ("2 mg", "4 mg"),
    "lorazepam": ("1 mg", "2 mg"),
    "baclofen": ("5 mg", "10 mg"),
    "gabapentin": ("300 mg", "600 mg"),
    "lamotrigine": ("25 mg", "50 mg"),
    "prednisolone": ("5 mg", "10 mg"),
}
PERSON = Patient.read(
    {
        "age": 70, "egfr": "45", "crcl": "45", "absolute_egfr": "45", "kidney_stable": True, "dialysis": False,
        "liver": "mild", "pregnant": False, "lactating": False, "conditions": ["stroke"], "medications": ["opioid"],
        "as_needed": [],
    }
)  # fmt: skip


def plan_of(years: int, drugs: dict[str, tuple[str, str]]) -> RealizedPlan:
    days = years * 365
    courses: list[dict[str, Any]] = []
    for drug, (low, high) in drugs.items():
        # Every day differs from the day before, so that nothing can be joined.
        steps = [{"for": "1 day", "regimen": {"evening": (low, high)[day % 2]}} for day in range(days)]
        forms = {"release": "immediate"} if drug != "prednisolone" else {"form": "tablet", "release": "immediate"}
        before = {"regimen": {"evening": high}, "for": "1 year"}
        courses.append({"drug": drug, **forms, "before": before, "then": "stop", "steps": steps})
    products = [p for drug in drugs for p in Formulary.shipped().products(drug) if not p.form.is_liquid]
    kept = [p for p in products if p.form.value in {"tablet", "capsule"}]
    return realize(Plan.read({"courses": courses}), kept)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    begin = time.perf_counter()
    made = work()
    return time.perf_counter() - begin, made


def main() -> None:
    Formulary.shipped()
    for years in (5, 10, 20):
        made = plan_of(years, DRUGS)
        scheduled, schedule = timed(lambda made=made: to_schedule(made, start=date(2027, 3, 1)))
        checked, review = timed(lambda made=made: check(made, PERSON, start=date(2027, 3, 1)))
        print(
            f"{years} years, {len(DRUGS)} courses, {len(schedule.days)} days: schedule {scheduled:.2f} s, "
            f"check {checked:.2f} s; {len(review.findings)} findings, {len(review.not_assessed)} not assessed"
        )
    case = Case(made, PERSON, made.formulary, date(2027, 3, 1))
    spent, _ = timed(lambda: [case.runs(drug) for drug in case.drugs])
    print(f"  days of the plan: {spent:.2f} s")
    for rule in ALL:
        spent, answers = timed(lambda rule=rule: list(rule.assess(case)))
        print(f"  {rule.NAME}: {spent:.2f} s, {len(answers)} answers")


if __name__ == "__main__":
    main()
