"""Writes what taper makes of a dozen plans as FHIR, and copies of it with one defect each that a validator must catch.

Usage: build.py DIRECTORY. It holds good-R4-*.json and good-R5-*.json, bad-R4-*.json and bad-R5-*.json.
"""

import json
import sys
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path

from taper import Formulary, Patient, Plan, check, realize, to_schedule, weeks
from taper.formats.fhir.read.plan import from_fhir
from taper.formats.fhir.write.bundle import to_fhir, write_fhir
from taper.products.product import Product

START = date(2027, 3, 1)
TABLETS = [
    {"id": "t10", "drug": "testamine", "form": "tablet", "strength": "10 mg", "score": 2, "pack": 28},
    {"id": "t2", "drug": "testamine", "form": "tablet", "strength": "2 mg", "score": 2},
]
ONE = [{"id": "m25", "drug": "testamine", "form": "tablet", "strength": "25 mcg", "score": 2, "pack": 56}]
LIQUID = [{"id": "s", "drug": "testamine", "form": "oral solution", "concentration": "10 mg/5 mL",
           "smallest_volume": "0.5 mL", "graduation": "0.1 mL", "pack": "100 mL"}]  # fmt: skip
SLOW = [{"id": "er", "drug": "testamine", "form": "tablet", "release": "extended", "strength": "30 mg"}]
UNDER = [{"id": "sl", "drug": "testamine", "form": "sublingual tablet", "strength": "5 mg"}]


def course(*steps, then="stop", **more):
    return {"drug": "testamine", "then": then, "steps": list(steps)} | more


def step(lasting, **pattern):
    return {**pattern, **({"for": lasting} if lasting else {})}


CASES = {
    "taper": (TABLETS, [course(step("2 weeks", regimen={"morning": "10 mg", "bedtime": "10 mg"}),
                               step("2 weeks", regimen={"morning": "5 mg", "bedtime": "10 mg"}, kind="step-back"),
                               step("2 weeks", regimen={"bedtime": "7 mg"}, review_before=True))]),
    "open": (TABLETS, [course(step("3 days", regimen={"evening": "5 mg"}), step(None, regimen={"evening": "10 mg"}),
                              then="continue")]),
    "months": (TABLETS, [course(step("1 month", regimen={"evening": "10 mg"}),
                                step("1 month", regimen={"evening": "5 mg"}), then="review")]),
    "every other day": (TABLETS, [course(step("4 weeks", cycle=[{"evening": "10 mg"}, {}]),
                                         step("9 days", cycle=[{"evening": "10 mg"}, {"noon": "5 mg"}, {}]))]),
    "weekly": (TABLETS, [course(step("4 weeks", weekly={"mon": {"evening": "10 mg"}, "thu": {"evening": "10 mg"},
                                                        "sun": {"noon": "5 mg"}}))]),
    "clock": (TABLETS, [course(step("5 days", regimen={"08:00": "10 mg", "14:30": "10 mg", "22:00": "5 mg"}))]),
    "micrograms": (ONE, [course(step("10 days", regimen={"morning": "50 mcg"}),
                                step("10 days", regimen={"morning": "37.5 mcg"}))]),
    "liquid": (LIQUID, [course(step("7 days", regimen={"morning": "3.4 mg", "evening": "3.4 mg"}),
                               step("7 days", regimen={"morning": "2.6 mg"}))]),
    "extended": (SLOW, [course(step("7 days", regimen={"morning": "60 mg"}))]),
    "sublingual": (UNDER, [course(step("7 days", regimen={"bedtime": "5 mg"}))]),
    "gap": (TABLETS, [course(step("3 days", regimen={"evening": "10 mg"}), {"kind": "gap", "for": "2 days"},
                             step("3 days", regimen={"evening": "5 mg"}))]),
    "two courses": (TABLETS, [course(step("10 days", regimen={"evening": "10 mg"}), id="down"),
                              course(step("9 days", regimen={"morning": "5 mg"}), id="up", starts_on_day=4)]),
}  # fmt: skip


RECEIVED = {"subject": "Patient/p1", "authored_on": date(2027, 2, 1), "requester": "Practitioner/p2",
            "category": "outpatient", "codings": {"testamine": {"atc": "X01AA01"}, "t10": {"snomed": "1"}}}  # fmt: skip
NEED_DATES = {"every other day", "gap", "two courses"}


def schedule_of(products, courses, formulary=None):
    made = realize(Plan.read({"courses": courses}), [Product.read(item) for item in products], formulary=formulary)
    horizon = weeks(4) if made.plan.is_open else None
    return made, to_schedule(made, start=START, horizon=horizon)


def reviewed():
    """A plan of a drug that is held, above its ceilings, so that findings and what was not assessed are written."""
    held = Formulary.shipped()
    steps = [step("3 days", regimen={"evening": "5 mg"}),
             step("2 weeks", regimen={"morning": "40 mg", "noon": "40 mg", "evening": "40 mg"})]  # fmt: skip
    plan = Plan.read({"courses": [{"drug": "baclofen", "indication": "spasticity", "then": "review", "steps": steps}]})
    schedule = to_schedule(realize(plan, held.products("baclofen", market="us")), start=START)
    return schedule, check(schedule, Patient.read({"age": 50, "sex": "female"}))


def good():
    for name, (products, courses) in CASES.items():
        made, schedule = schedule_of(products, courses)
        for version in ("R4", "R5"):
            for profile in ("sequences", "separate"):
                yield f"{version}-{name}-{profile}", to_fhir(schedule, version=version, profile=profile)
            if name not in NEED_DATES:
                yield f"{version}-{name}-undated", to_fhir(made, version=version)
    for version in ("R4", "R5"):
        for name in ("taper", "weekly", "gap", "two courses"):
            _, schedule = schedule_of(*CASES[name])
            yield f"{version}-{name}-received", to_fhir(schedule, version=version, profile="days", **RECEIVED)
    schedule, review = reviewed()
    assert review.findings, "the reviewed plan has no finding"
    assert review.not_assessed, "everything about the reviewed plan was assessed"
    for version in ("R4", "R5"):
        for profile in ("sequences", "separate"):
            bundle = to_fhir(schedule, version=version, review=review, profile=profile, subject="Patient/p1")
            yield f"{version}-reviewed-{profile}", bundle


def planted(version):
    """Each defect by name: what it does to the bundle of the taper."""
    medication = "medicationReference" if version == "R4" else "medication"

    def on_request(change):
        return lambda bundle: change(bundle["entry"][0]["resource"])

    def on_repeat(change):
        return on_request(lambda request: change(request["dosageInstruction"][0]["timing"]["repeat"]))

    def on_dose(change):
        return on_request(lambda request: change(request["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]))

    return {
        "no status": on_request(lambda request: request.pop("status")),
        "no subject": on_request(lambda request: request.pop("subject")),
        "no medication": on_request(lambda request: request.pop(medication)),
        "a status that is none": on_request(lambda request: request.update(status="sketch")),
        "an element that is none": on_request(lambda request: request.update(dosageInstructions=[])),
        "one object where a list belongs": on_request(
            lambda request: request.update(dosageInstruction=request["dosageInstruction"][0])
        ),
        "codes and clock times at once": on_repeat(lambda repeat: repeat.update(timeOfDay=["08:00:00"])),
        "a period without its unit": on_repeat(lambda repeat: repeat.pop("periodUnit")),
        "an end before its start": on_repeat(lambda repeat: repeat["boundsPeriod"].update(end="2020-01-01")),
        "a date that is none": on_repeat(lambda repeat: repeat["boundsPeriod"].update(start="2027-02-30")),
        "a time of day that is none": on_repeat(lambda repeat: repeat.update(when=["MIDDAY"])),
        "a unit that is none": on_dose(lambda dose: dose.update(code="mcg")),
        "a code without its system": on_dose(lambda dose: dose.pop("system")),
        "a dose that is a word": on_dose(lambda dose: dose.update(value="five")),
        "a contained drug that is not there": on_request(lambda request: request["contained"][0].update(id="other")),
        "one address twice": lambda bundle: bundle["entry"][1].update(fullUrl=bundle["entry"][0]["fullUrl"]),
        "an element of the other version": on_request(
            lambda request: request.update(
                {"effectiveDosePeriod": {"start": "2027-03-01"}} if version == "R4" else {"reasonCode": [{"text": "x"}]}
            )
        ),
    }


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True)
    count = 0
    for name, bundle in good():
        text = write_fhir(bundle)
        json.loads(text, parse_float=Decimal)
        from_fhir(text, accept=("gap",))
        Path(out, f"good-{name.replace(' ', '_')}.json").write_text(text, encoding="utf-8")
        count += 1
    for version in ("R4", "R5"):
        whole = to_fhir(schedule_of(*CASES["taper"])[1], version=version)
        for name, spoil in planted(version).items():
            bundle = deepcopy(whole)
            spoil(bundle)
            Path(out, f"bad-{version}-{name.replace(' ', '_')}.json").write_text(write_fhir(bundle), encoding="utf-8")
    sys.stdout.write(f"wrote {count} bundles, each read back by taper itself\n")


main()
