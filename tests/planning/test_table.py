"""Plans that were worked out and read one by one before the solver was written; each must come out to the last dose."""

import pytest

from taper._base.numbers import write_number
from taper.amounts.duration import weeks
from taper.planning.taper import plan_taper
from taper.products.product import Product


def tablets(drug: str, *strengths: str) -> list[Product]:
    return [Product(id=f"{drug}-{s}mg", drug=drug, form="tablet", strength=f"{s} mg", score=2) for s in strengths]


def capsules(drug: str, *strengths: str) -> list[Product]:
    return [Product(id=f"{drug}-{s}mg", drug=drug, form="capsule", strength=f"{s} mg") for s in strengths]


DIAZEPAM = tablets("diazepam", "2", "5", "10")
ALPRAZOLAM = tablets("alprazolam", "0.25", "0.5", "1", "2")
BACLOFEN = tablets("baclofen", "5", "10", "20")
PREGABALIN = capsules("pregabalin", "25", "50", "75", "100", "150", "200", "225", "300")
CASES = {
    "diazepam, a percentage of current with a least fall": (
        DIAZEPAM,
        {"morning": "10 mg", "bedtime": "10 mg"},
        "10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
        "evenly",
        "18 16 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0",
    ),
    "diazepam, with a last dose": (
        DIAZEPAM,
        {"morning": "10 mg", "bedtime": "10 mg"},
        "10% of current, last dose 1 mg, up to 12.5%, every 2 weeks",
        "evenly",
        "18 16 14 13 12 11 10 9 8 7 6.5 6 5.5 5 4.5 4 3 2 1 0",
    ),
    "alprazolam, one intake after the other": (
        ALPRAZOLAM,
        {"morning": "1 mg", "noon": "1 mg", "bedtime": "1 mg"},
        "10% of current, at least 0.125 mg, up to 12.5%, every 2 weeks",
        "in order",
        "2.75 2.5 2.25 2 1.75 1.625 1.5 1.375 1.25 1.125 1 0.875 0.75 0.625 0.5 0.375 0.25 0.125 0",
    ),
    "diazepam, in order with a last dose": (
        DIAZEPAM,
        {"morning": "5 mg", "bedtime": "5 mg"},
        "10% of current, last dose 1 mg, up to 12.5%, every 2 weeks",
        "in order",
        "9 8 7 6 5 4.5 4 3.5 3 2.5 2 1 0",
    ),
    "diazepam, in bands": (
        DIAZEPAM,
        {"morning": "20 mg", "bedtime": "20 mg"},
        "4 mg down to 20 mg, 2 mg down to 10 mg, 1 mg down to 5 mg, 0.5-1 mg down to 0 mg, aim fast, every 2 weeks",
        "evenly",
        "36 32 28 24 20 18 16 14 12 10 9 8 7 6 5 4 3 2 1 0",
    ),
    "baclofen, 10 mg a week": (
        BACLOFEN,
        {"morning": "20 mg", "noon": "20 mg", "evening": "20 mg"},
        "10 mg, every 1 week",
        "evenly",
        "50 40 30 20 10 0",
    ),
    "pregabalin, whole capsules": (
        PREGABALIN,
        {"morning": "300 mg", "evening": "300 mg"},
        "75 mg, every 1 week",
        "evenly",
        "525 450 375 300 225 150 75 0",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_plan_comes_out_to_the_last_dose(case: tuple[list[Product], dict[str, str], str, str, str]) -> None:
    products, before, pace, order, totals = case
    made = plan_taper(drug=products[0].drug, before=before, pace=pace, products=products, order=order)
    assert " ".join(write_number(row.change.after.mg) for row in made.report.rows) == totals
    assert made.course.then == "stop"


def test_only_the_three_forced_falls_above_a_last_dose_are_kept_twice_as_long() -> None:
    products, before, pace, order, _ = CASES["diazepam, with a last dose"]
    made = plan_taper(drug="diazepam", before=before, pace=pace, products=products, order=order)
    longer = [(row.change.after.text, str(row.stay.lasting)) for row in made.report.rows if row.stay and row.excess]
    assert longer == [("3 mg", "4 weeks"), ("2 mg", "4 weeks"), ("1 mg", "4 weeks")]
    assert {step.lasting for step in made.course.steps[:-3]} == {weeks(2)}
    assert [row.excess[0].certificate for row in made.report.over] == [
        "morning: from 2 mg these products can only go to 1 mg or 0",
        "bedtime: from 2 mg these products can only go to 1 mg or 0",
        "morning: from 1 mg these products can only go to 0",
    ]
