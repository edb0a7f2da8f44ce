"""How much of which product: it covers the schedule exactly, and what is left over is counted."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, course, liquid, plan_of, plan_with, step, tablet
from taper import NotFound, Volume, count_supply, days, realize, to_schedule
from taper.testing import durations, realizable_plans, starts

remnants = st.sampled_from(["keep", "discard"])


def supply_of(plan, products, horizon=None, **more):
    return count_supply(to_schedule(realize(plan, products), start=START, horizon=horizon), **more)


def used_of(schedule, name):
    return [
        portion.volume.ml if portion.volume is not None else portion.count
        for day in schedule.days
        for intake in day.intakes
        for portion in intake.portions
        if portion.product == name
    ]


@given(realizable_plans(), starts(), durations(), remnants)
def test_the_supply_covers_every_portion_exactly(drawn, start, horizon, rest):
    schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
    supply = count_supply(schedule, remnants=rest)
    assert [line.product for line in supply.lines] == list(schedule.products)
    for line in supply.lines:
        amounts = used_of(schedule, line.product.id)
        supplied = line.supplied.ml if isinstance(line.supplied, Volume) else Fraction(line.supplied)
        assert line.used == sum(amounts)
        assert supplied == line.used + line.leftover
        assert 0 <= line.remnants <= line.leftover
    assert (supply.start, supply.last, supply.days_supply) == (schedule.start, schedule.last, len(schedule.days))
    assert (supply.ends, supply.beyond) == (schedule.ends, schedule.beyond)


@given(realizable_plans(), starts(), durations())
def test_a_doses_mass_is_the_mass_of_what_is_supplied_for_it(drawn, start, horizon):
    schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
    taken = sum((intake.dose.mg for day in schedule.days for intake in day.intakes), Fraction(0))
    held = Fraction(0)
    for line in count_supply(schedule).lines:
        each = line.product.strength.mg if line.product.strength else line.product.concentration.mg_per_ml
        held += each * line.used
    assert held == taken


@given(realizable_plans(), starts(), durations())
def test_discarding_remnants_opens_a_unit_for_each_divided_dose(drawn, start, horizon):
    schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
    for line in count_supply(schedule, remnants="discard").lines:
        if not line.product.form.is_liquid:
            opened = sum(ceil(amount) for amount in used_of(schedule, line.product.id))
            assert line.remnants == opened - line.used
            assert line.supplied >= opened


@given(realizable_plans(), starts(), durations())
def test_keeping_remnants_never_needs_more_and_opens_the_fewest_units(drawn, start, horizon):
    schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
    for kept, thrown in zip(
        count_supply(schedule).lines, count_supply(schedule, remnants="discard").lines, strict=True
    ):
        assert kept.supplied <= thrown.supplied
        if not kept.product.form.is_liquid:
            assert kept.used + kept.remnants == ceil(kept.used)


def test_packs_are_whole():
    supply = supply_of(plan_of(step("5 mg", "30 days")), [tablet("5 mg", pack=28)], packs=True)
    (line,) = supply.lines
    assert (line.packs, line.supplied, line.leftover_text, line.used_text) == (2, 56, "26", "30")


def test_a_liquid_is_supplied_by_volume_or_in_whole_bottles():
    (loose,) = supply_of(plan_of(step("5 mg", "3 days")), [liquid()]).lines
    (bottled,) = supply_of(plan_of(step("5 mg", "3 days")), [liquid(pack="10 mL")], packs=True).lines
    assert (str(loose.supplied), loose.leftover, loose.packs) == ("15 mL", 0, None)
    assert (str(bottled.supplied), bottled.leftover_text, bottled.packs) == ("20 mL", "5 mL", 2)


def test_half_tablets_are_counted_both_ways():
    plan, products = plan_of(step("2.5 mg", "3 days")), [tablet("5 mg", score=2)]
    (kept,) = supply_of(plan, products).lines
    (thrown,) = supply_of(plan, products, remnants="discard").lines
    assert (kept.used_text, kept.supplied, kept.remnants) == ("1 1/2", 2, Fraction(1, 2))
    assert (thrown.used_text, thrown.supplied, thrown.remnants) == ("1 1/2", 3, Fraction(3, 2))


def test_two_courses_of_a_drug_share_its_units():
    plan = plan_with(course(step("2.5 mg", "1 day"), id="a"), course(step({"morning": "2.5 mg"}, "1 day"), id="b"))
    assert supply_of(plan, [tablet("5 mg", score=2)]).lines[0].supplied == 1


def test_the_plain_form_says_what_lies_beyond():
    whole = supply_of(plan_of(step("5 mg", "3 days")), [tablet("5 mg")])
    window = supply_of(plan_of(step("5 mg", "3 days")), [tablet("5 mg")], days(1))
    assert whole.to_dict()["beyond"] is None
    assert window.to_dict()["beyond"] == "2 more days with 2 doses beyond this window, to 2027-03-03"
    assert window.to_dict()["lines"] == [
        {"product": "t5mg", "label": "5 mg tablet", "used": "1", "supply": "1", "leftover": "0", "packs": None}
    ]


def test_a_line_is_found_by_its_product():
    supply = supply_of(plan_of(step("5 mg", "3 days")), [tablet("5 mg"), tablet("2 mg")])
    assert supply.line("t5mg").used == 3
    with pytest.raises(NotFound, match="uses no 't2mg'; it uses t5mg"):
        supply.line("t2mg")


def test_the_text_says_what_lies_beyond_the_horizon():
    plan = plan_of(step("5 mg", "10 days"), then="stop")
    whole, part = supply_of(plan, [tablet("5 mg")]), supply_of(plan, [tablet("5 mg")], horizon=days(7))
    assert str(whole).splitlines()[0] == "10 days, 2027-03-01 to 2027-03-10"
    assert str(part).splitlines()[0] == f"7 days, 2027-03-01 to 2027-03-07; not counted: {part.beyond}"
    assert [repr(whole), repr(part)] == ["<Supply for 10 days: 1 product>", "<Supply for 7 days: 1 product>"]
    both = plan_of(step("5 mg", "5 days"), step("2 mg", "5 days"), then="stop")
    assert repr(supply_of(both, [tablet("5 mg"), tablet("2 mg")])) == "<Supply for 10 days: 2 products>"
