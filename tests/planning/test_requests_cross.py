"""Cross-tapers that never rise unsaid: what both drugs come to, stage by stage, under the named table."""

from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import source_data
from taper import (
    EquivalenceTable,
    Formulary,
    InvalidDuration,
    NoPlan,
    NotReachable,
    Product,
    Reachable,
    Source,
    Weights,
    WrongObject,
    check,
    plan_cross_taper,
    realize,
    replan_cross_taper,
)
from taper.amounts.dose import Dose
from taper.cli import main
from taper.knowledge.equivalence import Equivalent

SHIPPED = Formulary.shipped()
ASHTON = SHIPPED.table("ashton-2002")
DIAZEPAM = [
    Product(id=f"diazepam-{size}", drug="diazepam", form="tablet", strength=f"{size} mg", score=2)
    for size in (2, 5, 10)
]
CLONAZEPAM = [Product(id="clonazepam", drug="clonazepam", form="tablet", strength="0.125 mg", score=1)]
LORAZEPAM = [Product(id="lorazepam", drug="lorazepam", form="tablet", strength="1 mg", score=2)]
SOURCE = Source.read({"id": "made-up", **source_data()})


HANDLING = Weights().handling()


def crossed(**asked):
    return plan_cross_taper(
        **{
            "drug": "clonazepam",
            "before": {"bedtime": "0.125 mg"},
            "products": CLONAZEPAM,
            "to_drug": "diazepam",
            "to_products": DIAZEPAM,
            "equivalence": ASHTON,
            "every": "2 weeks",
            "rounding": "nearest",
            "stages": 2,
            **asked,
        }
    )


def levels(made):
    return [stage.combined for stage in (made.before, *made.stages)]


@pytest.mark.parametrize("rounding", ["nearest", "up", "down"])
def test_the_least_clonazepam_in_two_stages_rises_once_by_the_least_and_says_so_first(rounding):
    made = crossed(rounding=rounding)
    assert [str(level) for level in levels(made)] == ["5/2", "7/2", "5/2"]
    first, second, *_ = str(made).splitlines()
    assert first.startswith("Both together rise, day 1: 2.5 mg to 3.5 mg, 40 %, under Ashton 2002")
    assert second.startswith("Largest reduction of both together, day 15: 3.5 mg to 2.5 mg")
    assert made.to_dict()["rises"] == ["day 1: 2.5 mg to 3.5 mg, 40 %"]
    found = [
        item for item in check(realize(made.plan, [*CLONAZEPAM, *DIAZEPAM])).findings if item.rule == "equivalent-rise"
    ]
    assert [(item.day, item.last_day, item.value, item.limit) for item in found] == [
        (1, 14, "3.5 mg/day", "2.5 mg/day")
    ]


def test_with_halves_nothing_rises():
    made = crossed(before={"bedtime": "0.25 mg"}, products=[CLONAZEPAM[0].divided(2)])
    assert made.rises == ()
    assert len(set(levels(made))) == 1
    assert str(made).startswith("Both together never go down in the stages")
    review = check(realize(made.plan, [CLONAZEPAM[0].divided(2), *DIAZEPAM]))
    assert [item.source.id for item in review.within if item.rule == "equivalent-rise"] == [ASHTON.source.id]


@pytest.mark.parametrize("stages", [2, "intake by intake"])
def test_what_is_taken_now_must_be_makeable(stages):
    capsules = [Product(id="t10", drug="temazepam", form="capsule", strength="10 mg")]
    asked = {"drug": "temazepam", "before": {"bedtime": "2 mg"}, "products": capsules, "stages": stages}
    with pytest.raises(
        NotReachable, match=r"bedtime: 2 mg of temazepam is taken now and cannot be made from 10 mg"
    ) as caught:
        crossed(**asked)
    assert caught.value.dose == Dose.parse("2 mg")


def test_rounding_up_that_was_asked_for_is_named():
    made = crossed(
        drug="lorazepam",
        before={"morning": "1 mg", "bedtime": "1 mg"},
        products=LORAZEPAM,
        stages="intake by intake",
        equivalence=table("0.75 mg"),
        rounding="up",
    )
    assert [round(level, 2) for level in map(float, levels(made))] == [26.67, 26.83, 27.0]
    assert len(made.rises) == 2
    assert (
        crossed(
            drug="lorazepam",
            before={"morning": "1 mg", "bedtime": "1 mg"},
            products=LORAZEPAM,
            stages="intake by intake",
            equivalence=table("0.75 mg"),
        ).rises
        == ()
    )


def table(dose):
    rows = (Equivalent(drug="lorazepam", dose=Dose.parse(dose)),)
    reference = {"reference": "diazepam", "reference_dose": Dose.parse("10 mg")}
    return EquivalenceTable(id="made-up", title="Made up", source=SOURCE, rows=rows, **reference)


@st.composite
def swaps(draw):
    taken = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2))
    return {
        "drug": "lorazepam",
        "before": {
            slot: f"{Fraction(count, 2)} mg" for slot, count in zip(["morning", "bedtime"], taken, strict=False)
        },
        "products": [
            Product(id="l", drug="lorazepam", form="tablet", strength="0.5 mg", score=draw(st.sampled_from([1, 2])))
        ],
        "to_products": draw(st.sampled_from([DIAZEPAM, DIAZEPAM[:1], DIAZEPAM[1:2]])),
        "equivalence": table(f"{draw(st.integers(2, 12))}/8 mg"),
        "rounding": draw(st.sampled_from(["nearest", "down"])),
        "stages": draw(st.sampled_from([2, 3, "intake by intake"])),
    }


def can_go_over(asked, taken, end):
    """Whether an intake can go over without a rise, each stage changing something: every path, tried one by one."""
    ratio = asked["equivalence"].ratio("lorazepam", "diazepam")
    grid = Fraction(1, 2 * asked["products"][0].pieces)
    olds = [grid * count for count in range(int(taken / grid) + 1)]
    news = [
        Fraction(0),
        *(dose.mg for dose in Reachable(asked["to_products"], up_to=Dose(end), handling=HANDLING).doses),
    ]
    reached = {(taken, Fraction(0))}
    for stage in range(asked["stages"] - 1):
        reached = {
            (old, new)
            for before in reached
            for old, new in product(olds, news)
            if old <= before[0] and new >= before[1] and (old, new) != before and (old or stage)
            and old * ratio + new <= before[0] * ratio + before[1]
        }  # fmt: skip
    return any(old * ratio + new >= end for old, new in reached if (old, new) != (0, end))


@given(asked=swaps())
def test_where_there_is_a_way_over_without_a_rise_it_is_taken(asked):
    try:
        made = crossed(**asked)
    except (NoPlan, NotReachable):
        return
    if asked["stages"] == "intake by intake":
        assert made.rises == ()
        return
    ends = {intake.slot: intake.dose.mg for intake in made.stages[-1].new}
    if all(can_go_over(asked, intake.dose.mg, ends[intake.slot]) for intake in made.before.old):
        assert made.rises == (), levels(made)
    for before, after in pairwise((made.before, *made.stages)):
        assert before.old.total >= after.old.total
        assert before.new.total <= after.new.total


def test_the_stages_of_a_replanned_cross_taper_do_not_rise_from_what_is_taken():
    asked = {"drug": "lorazepam", "before": {"bedtime": "2 mg"}, "products": LORAZEPAM, "stages": 4}
    made = crossed(**asked)
    assert len(set(levels(made))) == 1
    fives = [item for item in DIAZEPAM if item.id != "diazepam-2"]
    rest = replan_cross_taper(
        made.plan, day=15, products=LORAZEPAM, to_products=fives, equivalence=ASHTON, every="1 week"
    )
    assert rest.rises == ()
    assert rest.plan.courses[0].steps[0].lasting.days == 7


def test_lorazepam_three_times_a_day_goes_over_in_the_order_of_days():
    made = crossed(
        drug="lorazepam",
        before={"morning": "1 mg", "noon": "1 mg", "bedtime": "1 mg"},
        products=LORAZEPAM,
        stages="intake by intake",
        then={"pace": "10% of current, at least 1 mg, up to 12.5%, every 2 weeks", "order": "evenly"},
        every="1 week",
    )
    assert levels(made) == [30, 30, 30, 30]
    assert [stage.day for stage in made.stages] == [1, 8, 15]
    text = str(made)
    places = [text.index(part) for part in ("\nbefore: ", "\nday 1: ", "\nday 8: ", "\nday 15: ")]
    assert places == sorted(places)
    assert "day 1: 1 mg noon, 1 mg bedtime and 10 mg morning: 30 mg a day together" in text
    assert made.plan.courses[1].then == "stop"


def test_a_length_of_stages_that_cannot_be_read_is_refused():
    with pytest.raises(InvalidDuration, match=r"every: .* is not a length of time"):
        crossed(every="-1 week")
    with pytest.raises(WrongObject, match="takes a length of time as every, and got an int"):
        crossed(every=2)


def test_the_command_line_names_the_rise_first(tmp_path, capsys):
    products = tmp_path / "products.json"
    products.write_text(
        '[{"drug": "clonazepam", "form": "tablet", "strength": "0.125 mg"},'
        ' {"drug": "diazepam", "form": "tablet", "strength": "2 mg", "score": 2}]',
        encoding="utf-8",
    )
    asked = ["cross", "clonazepam", "--from", "0.125 mg bedtime", "--products", str(products), "--to-drug", "diazepam"]
    how = ["--equivalence", "ashton-2002", "--every", "2 weeks", "--rounding", "nearest", "--stages", "2"]
    assert main([*asked, *how]) == 0
    assert capsys.readouterr().out.startswith("Both together rise, day 1: 2.5 mg to ")
