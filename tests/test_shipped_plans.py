"""Each drug's ordinary way up and way down: planned, made of shipped products, checked, printed and read back."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from taper import (
    Formulary,
    Patient,
    Plan,
    check,
    choose_titration,
    plan_pattern,
    plan_taper,
    plan_titration,
    read_plan,
    realize,
    to_schedule,
    to_table,
    weeks,
)

FOLDER = Path(__file__).parent / "cases" / "shipped"
FILES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
KNOWN = {
    "up": {"market", "products", "indication", "patient", "slots", "to", "by", "label", "first", "larger", "before",
           "totals", "finds", "above", "above_finds"},
    "down": {"market", "products", "indication", "patient", "before", "taken_for", "pace", "order", "to", "totals",
             "finds"},
}  # fmt: skip
PERSON = {
    "age": 48, "sex": "male", "egfr": "95", "crcl": "100", "kidney_stable": True, "dialysis": False, "liver": "none",
    "pregnant": False, "lactating": False, "medications": [], "as_needed": [], "conditions": [],
}  # fmt: skip
SHIPPED = Formulary.shipped()
START = date(2027, 3, 1)

each_way = pytest.mark.parametrize(
    ("drug", "way"), [(drug, way) for drug, ways in FILES.items() for way in ("up", "down") if way in ways]
)


def products_of(drug, case):
    """The products that the case names, or all of its market; liquids as a 1 mL oral syringe measures them."""
    named = case.get("products")
    listed = [item for item in SHIPPED.products(drug, market=case["market"]) if named is None or item.id in named]
    assert named is None or {item.id for item in listed} == set(named)
    return [item.measured("0.1 mL", graduation="0.1 mL") if item.form.is_liquid else item for item in listed]


def planned(drug, way):
    case = FILES[drug][way]
    shared = {"drug": drug, "products": products_of(drug, case), "indication": case.get("indication")}
    shared |= {key: case[key] for key in ("before", "order", "pace", "taken_for", "slots", "to", "first", "larger")
               if key in case}  # fmt: skip
    if way == "down":
        return plan_taper(**shared).plan
    label = case.get("label", {})
    chosen = {key: label[key] for key in ("source", "column") if key in label}
    by = (
        choose_titration(SHIPPED.monograph(drug), indication=case.get("indication"), **chosen)
        if label
        else tuple(case["by"])
    )
    return plan_titration(**shared, by=by, aim=label.get("aim")).plan


def made_of(plan, drug, way):
    return realize(plan, products_of(drug, FILES[drug][way]))


def findings_of(made, case):
    review = check(made, Patient.read(PERSON | case.get("patient", {})), market=case["market"])
    return {f"{item.rule} {item.severity}": item.message for item in review.findings}


@pytest.mark.parametrize("drug", FILES)
def test_a_file_holds_the_ways_that_are_known(drug):
    assert drug in SHIPPED.drugs
    assert FILES[drug].keys() <= KNOWN.keys()
    for way, case in FILES[drug].items():
        assert set(case) <= KNOWN[way], f"{drug} {way}"


@each_way
def test_the_plan_is_as_written_and_reads_back(drug, way):
    plan = planned(drug, way)
    (course,) = plan.courses
    assert [step.days[0].total.text for step in course.steps] == FILES[drug][way]["totals"]
    assert course.then == ("stop" if way == "down" and "to" not in FILES[drug][way] else "continue")
    assert read_plan(plan.to_json()) == plan


@each_way
def test_every_dose_is_an_exact_count_of_shipped_products(drug, way):
    (course,) = made_of(planned(drug, way), drug, way).courses
    intakes = [intake for step in course.steps for day in step.days for intake in day.intakes]
    assert intakes
    for intake in intakes:
        portions = intake.recipe.portions
        doses = [course.product(portion.product).dose_of(portion) for portion in portions]
        assert sum((dose.mg for dose in doses), start=0) == intake.dose.mg


@each_way
def test_a_check_finds_what_is_written_and_no_more(drug, way):
    case = FILES[drug][way]
    found = findings_of(made_of(planned(drug, way), drug, way), case)
    assert sorted(found) == sorted(case.get("finds", [])), found


@each_way
def test_it_prints_each_of_its_doses(drug, way):
    plan = planned(drug, way)
    schedule = to_schedule(made_of(plan, drug, way), start=START, horizon=weeks(260))
    table = to_table(schedule)
    for text in FILES[drug][way]["totals"]:
        assert f" {text}/day" in table


@pytest.mark.parametrize("drug", [drug for drug, ways in FILES.items() if "above" in ways.get("up", {})])
def test_a_dose_above_the_maximum_is_found(drug):
    case = FILES[drug]["up"]
    taken = {"regimen": case["above"]}
    course = {"drug": drug, "then": "continue", "steps": [taken], "before": {**taken, "for": "1 year"}}
    course |= {"indication": case["indication"]} if "indication" in case else {}
    found = findings_of(realize(Plan.read({"courses": [course]}), products_of(drug, case)), case)
    assert sorted(found) == sorted(case["above_finds"]), found


# Methotrexate is taken on one day of a week, and planned by a pattern of weekdays.
WEEKLY = {
    "up": ("7.5 mg for 4 weeks, then up 2.5 mg every 4 weeks to 20 mg", "nothing", "7.5 10 12.5 15 17.5 20"),
    "down": ("15 mg for 4 weeks, then down 2.5 mg every 4 weeks to 7.5 mg", None, "15 12.5 10 7.5"),
}


@pytest.mark.parametrize("way", WEEKLY)
def test_methotrexate_once_a_week_is_planned_made_checked_and_printed(way):
    pattern, before, totals = WEEKLY[way]
    tablets = [item for item in SHIPPED.products("methotrexate", market="us") if item.form == "tablet"]
    asked = {"pattern": pattern, "at": "morning", "on": "monday", "before": before}
    made = plan_pattern(drug="methotrexate", products=tablets, indication="rheumatoid-arthritis", **asked)
    assert read_plan(made.plan.to_json()) == made.plan
    realized = realize(made.plan, tablets)
    found = {item.rule for item in check(realized, Patient.read(PERSON), market="us", start=START).findings}
    assert not found & {"weekly-ceiling", "titration-speed", "ceiling", "swing"}, found
    table = to_table(to_schedule(realized, start=START, horizon=weeks(60)))
    assert all(f"{total} mg" in table for total in totals.split())
