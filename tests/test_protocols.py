"""Named published regimens and examples: cited, complete, and with every open choice left to the caller."""

import re
from datetime import date
from itertools import product as each

import pytest

from builders import course, source_data, step
from taper import (
    CannotRealize,
    Formulary,
    InvalidInput,
    NotFound,
    Patient,
    Protocol,
    check,
    load_protocol,
    protocol_names,
    read_plan,
    realize,
    to_schedule,
    to_table,
    weeks,
)

VARIANTS = [
    pytest.param(name, chosen, id=f"{name}-{'/'.join(chosen.values())}")
    for name in protocol_names()
    for chosen in (
        dict(zip([c.name.replace("-", "_") for c in load_protocol(name).choices], options, strict=True))
        for options in each(*(c.options for c in load_protocol(name).choices))
    )
]


def protocol(**more):
    plan = {"format": "taper-plan/1", "courses": [course(step("5 mg", "3 days"))]}
    data = {
        "id": "test",
        "title": "Test",
        "status": "example",
        "drug": "testamine",
        "note": "A test.",
        "source": {"id": "s", **source_data()},
        "choices": [{"name": "how-fast", "question": "The source gives a range.", "options": ["slow", "fast"]}],
        "variants": {"slow": plan, "fast": plan},
    }
    return Protocol.read(data | more)


def test_the_plans_that_pages_name_are_shipped():
    assert {"baclofen-label", "baclofen-raynaud-example", "diazepam-cks", "diazepam-example"} <= set(protocol_names())
    assert list(protocol_names()) == sorted(protocol_names())


@pytest.mark.parametrize("name", protocol_names())
def test_each_says_what_it_is_and_whose(name):
    held = load_protocol(name)
    assert held.id == name
    assert held.source.citation
    if held.status == "example":
        assert "no authority" in held.note
    else:
        assert held.source.grade in {"A", "B", "C"}


PERSON = {
    "age": 48, "sex": "male", "egfr": "95", "crcl": "100", "kidney_stable": True, "dialysis": False, "liver": "none",
    "medications": [], "as_needed": [], "conditions": [],
}  # fmt: skip
TAKEN = {"with valproate": ["valproate"], "with an inducer": ["carbamazepine"]}
# What a check finds in a variant, else in its protocol, for a person of whom everything is known and no use is named.
FOUND = {
    "baclofen-label": {"titration-speed low"},  # another country's advice is slower
    "citalopram-scotland 1 week": {"pace moderate"},  # one UK bulletin has a quarter every 4 weeks
    "citalopram-scotland 2 weeks": {"pace moderate"},
    "clozapine-label 25 mg": {"score low"},
    "clozapine-label 50 mg": {"score low", "titration-speed low"},
    "diazepam-cks": {"ceiling moderate", "duration moderate", "pace moderate", "score low", "score moderate"},
    "diazepam-example": {"ceiling moderate", "duration moderate", "pace moderate", "score low"},
    "escitalopram-scotland 1 week": {"pace moderate"},
    "escitalopram-scotland 2 weeks": {"pace moderate"},
    "fluoxetine-scotland": {"pace moderate"},  # alternate days are compared day against day
    "fluoxetine-scotland 1 week": {"cycle-cut low", "pace moderate"},
    "lamotrigine-label-bipolar with valproate": {"interaction moderate"},
    "lamotrigine-label-bipolar with an inducer": {"interaction moderate"},
    "lamotrigine-label-epilepsy with valproate/1 week": {"interaction moderate"},
    "lamotrigine-label-epilepsy with valproate/2 weeks": {"interaction moderate"},
    "lamotrigine-label-epilepsy with an inducer/1 week": {"interaction moderate"},
    "lamotrigine-label-epilepsy with an inducer/2 weeks": {"interaction moderate"},
    "lorazepam-to-diazepam-scotland": {
        "ceiling moderate", "combined-equivalent moderate", "duration moderate", "first-change high",
        "interaction high", "pace moderate", "score low",
    },
    "paroxetine-scotland 1 week": {"pace moderate"},
    "paroxetine-scotland 2 weeks": {"pace moderate"},
    "sertraline-scotland": {"ceiling moderate", "pace moderate"},
    "sertraline-scotland 4 weeks": {"ceiling moderate"},
}  # fmt: skip


def products_of(held, plan):
    """The tablets and capsules of the protocol's country and of each course's release, as their makers score them."""
    market = "uk" if held.source.jurisdiction == "UK" else "us"
    listed = {
        item.id: item
        for each_course in plan.courses
        for item in Formulary.shipped().products(each_course.drug, market=market)
        if item.form in {"tablet", "capsule"} and item.release == (each_course.release or "immediate")
    }
    return list(listed.values())


@pytest.mark.parametrize(("name", "chosen"), VARIANTS)
def test_each_variant_reads_back_and_is_made_of_shipped_products_or_says_what_it_needs(name, chosen):
    held = load_protocol(name)
    plan = held.plan(**chosen)
    assert read_plan(plan.to_json()) == plan
    if held.needs is None:
        made = realize(plan, products_of(held, plan))
        assert all(intake.recipe for part in made.courses for rung in part.steps for intake in rung.days[0].intakes)
        return
    with pytest.raises(CannotRealize) as refused:
        realize(plan, products_of(held, plan))
    doses = re.findall(r"(\S+) mg of diazepam cannot be made", str(refused.value))
    assert doses
    assert set(doses) <= set(re.findall(r"\d+(?:\.\d+)?", held.needs))


@pytest.mark.parametrize(("name", "chosen"), VARIANTS)
def test_each_variant_is_checked_printed_and_found_as_written(name, chosen):
    held = load_protocol(name)
    plan = held.plan(**chosen)
    products = [item.divided(4) if held.needs and item.can_be_permitted else item for item in products_of(held, plan)]
    made = realize(plan, products)
    medicines = [word for option in chosen.values() for word in TAKEN.get(option, [])]
    market = "uk" if held.source.jurisdiction == "UK" else "us"
    review = check(made, Patient.read(PERSON | {"medications": medicines}), market=market)
    found = {f"{item.rule} {item.severity}" for item in review.findings}
    written = FOUND.get(f"{name} {'/'.join(chosen.values())}", FOUND.get(name, set()))
    assert found == written, [str(item.message) for item in review.findings]
    table = to_table(to_schedule(made, start=date(2027, 3, 1), horizon=weeks(104)))
    steady = [rung.days[0].total for part in made.courses for rung in part.steps if len(rung.days) == 1]
    assert steady
    assert all(f" {total.text}/day" in table for total in steady)


def test_the_hand_written_diazepam_plan_is_made_from_us_tablets_as_scored():
    plan = load_protocol("diazepam-example").plan()
    tablets = [item for item in Formulary.shipped().products("diazepam", market="us") if item.form == "tablet"]
    assert all(item.allow_pieces is None for item in tablets)
    assert realize(plan, tablets)


@pytest.mark.parametrize("every", ["2 weeks", "4 weeks"])
def test_the_scottish_change_from_lorazepam_goes_by_its_table(every):
    """NHS Scotland, benzodiazepines and z-drugs, reduction schedules, from lorazepam 1 mg twice a day: steps 1 to 21.

    It counts 1 mg of lorazepam as 10 mg of diazepam: "Step 1 | Lorazepam 1 | Diazepam 10 | 20".
    """
    lorazepam, diazepam = load_protocol("lorazepam-to-diazepam-scotland").plan(every=every).to_dict()["courses"]
    assert [lorazepam["steps"], {rung["for"] for rung in diazepam["steps"]}] == [
        [{"for": every, "regimen": {"morning": "1 mg"}}], {every},
    ]  # fmt: skip
    doses = [
        {slot: int(dose.removesuffix(" mg")) for slot, dose in rung["regimen"].items()} for rung in diazepam["steps"]
    ]
    totals = [sum(each.values()) for each in doses]
    assert [10 + totals[0], *totals[1:]] == [20, 20, *range(19, 0, -1)]
    assert [each["bedtime"] for each in doses] == [*[10] * 12, *range(9, 0, -1)]


def test_the_off_label_ramp_is_marked_as_such():
    held = load_protocol("baclofen-raynaud-example")
    assert held.status == "example"
    assert "off-label" in held.title
    assert held.plan().is_open


def test_an_unknown_name_is_refused_with_those_shipped():
    with pytest.raises(NotFound, match=r"'x' is not a shipped protocol. Shipped: baclofen-label"):
        load_protocol("x")


def test_what_products_lack_is_said_where_a_protocol_is_printed():
    assert "  needs for 3.5, 3, 1.5, 1 and 0.5 mg a measured liquid" in str(load_protocol("diazepam-cks"))
    assert "needs" not in str(load_protocol("baclofen-label"))


class TestChoices:
    def test_an_open_choice_has_no_default(self):
        with pytest.raises(
            InvalidInput, match=r'test leaves open: The source gives a range. Choose how-fast from "slow"'
        ):
            protocol().plan()

    def test_an_option_is_one_of_those_given(self):
        with pytest.raises(InvalidInput, match="how-fast is 'faster'; choose from"):
            protocol().plan(how_fast="faster")

    def test_a_choice_that_is_not_left_open_is_refused(self):
        with pytest.raises(InvalidInput, match="test leaves no choice of speed; remove it"):
            protocol().plan(how_fast="slow", speed="slow")

    def test_the_choice_made_gives_its_plan(self):
        assert protocol().plan(how_fast="slow").courses

    def test_every_combination_has_its_plan(self):
        with pytest.raises(InvalidInput, match="make them agree"):
            protocol(variants={"slow": {"courses": [course(step("5 mg", "3 days"))]}})
