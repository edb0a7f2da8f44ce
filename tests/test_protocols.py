"""Named published regimens and examples: cited, complete, and with every open choice left to the caller."""

from itertools import product as each

import pytest

from builders import course, source_data, step
from taper import Formulary, InvalidInput, NotFound, Protocol, check, load_protocol, protocol_names, read_plan, realize

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


def test_the_issues_plans_are_shipped():
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


@pytest.mark.parametrize(("name", "chosen"), VARIANTS)
def test_each_variant_is_a_plan_that_real_products_make_and_that_can_be_checked(name, chosen):
    held = load_protocol(name)
    plan = held.plan(**chosen)
    assert read_plan(plan.to_json()) == plan
    products = Formulary.shipped().products(held.drug, market="uk" if held.source.jurisdiction == "UK" else "us")
    permitted = [item.divided(4) if name == "diazepam-cks" and item.can_be_permitted else item for item in products]
    immediate = [item for item in permitted if item.release == "immediate" and item.form == "tablet"]
    assert check(realize(plan, immediate))


def test_the_hand_written_diazepam_plan_is_made_from_us_tablets_as_scored():
    plan = load_protocol("diazepam-example").plan()
    tablets = [item for item in Formulary.shipped().products("diazepam", market="us") if item.form == "tablet"]
    assert all(item.allow_pieces is None for item in tablets)
    assert realize(plan, tablets)


def test_the_off_label_ramp_is_marked_as_such():
    held = load_protocol("baclofen-raynaud-example")
    assert held.status == "example"
    assert "off-label" in held.title
    assert held.plan().is_open


def test_an_unknown_name_is_refused_with_those_shipped():
    with pytest.raises(NotFound, match=r"'x' is not a shipped protocol. Shipped: baclofen-label"):
        load_protocol("x")


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
