"""How much of which product: it covers the schedule exactly, and what is left over is counted."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, course, liquid, plan_of, plan_with, step, tablet
from taper import NotFound, Volume, count_supply, days, realize, to_schedule
from taper.testing import durations, realizable_plans, starts
from taper.words.plain import describe_tally
from taper.words.product_names import ProductNames

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


def test_of_pieces_that_are_kept_at_most_a_part_of_one_is_left():
    supply = supply_of(plan_of(step("2.5 mg", "5 days")), [tablet("5 mg", score=2, pack=28)], packs=True)
    (line,) = supply.lines
    assert (line.leftover, line.remnants) == (Fraction(51, 2), Fraction(1, 2))


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


def told(plan, product, language="en", **more):
    """What to supply as a table in a language, and in plain words."""
    pytest.importorskip("babel")
    from taper.words.language import speak
    from taper.words.supply_table import describe_supply

    schedule = to_schedule(realize(plan, [product]), start=START)
    supply = count_supply(schedule, **more)
    return describe_supply(supply, speak(language), ProductNames.of(schedule)), describe_tally(supply)


def test_the_supply_table_has_a_column_for_stock_and_a_table_for_each_fill():
    plan = plan_of(step("5 mg", "40 days"), then="stop")
    table, plain = told(plan, tablet("5 mg", pack=28), fills=days(20), on_hand={"t5mg": 4}, packs=True)
    assert table.caption == "Supply from Monday 1 March 2027 to Friday 9 April 2027 (number of days: 40)"
    assert table.remnants == "The rest of a divided unit is kept for a later dose."
    assert table.columns == ("Product", "Used", "Already there", "Supplied", "Packs", "Left over")
    assert table.rows == (("testamine 5 mg tablet", "40", "4", "56", "2", "20"),)
    assert table.fill_columns == ("Product", "Supplied", "Packs")
    assert table.fills == (
        ("Fill 1, Monday 1 March 2027 to Saturday 20 March 2027", (("testamine 5 mg tablet", "28", "1"),)),
        ("Fill 2, Sunday 21 March 2027 to Friday 9 April 2027", (("testamine 5 mg tablet", "28", "1"),)),
    )
    assert plain == [
        "56 x 5 mg tablet in 2 packs, 4 on hand, 40 used, 20 left over (t5mg)",
        "Fill 1, 2027-03-01 to 2027-03-20 (20 days):",
        "  28 x 5 mg tablet in 1 pack, 4 carried in, lasts until 2027-04-01 (t5mg)",
        "Fill 2, 2027-03-21 to 2027-04-09 (20 days):",
        "  28 x 5 mg tablet in 1 pack, 12 carried in (t5mg)",
    ]


def test_the_supply_table_of_one_fill_without_packs_or_stock_is_short():
    plan = plan_of(step("2.5 mg", "3 days"))
    table, plain = told(plan, tablet("5 mg", score=2), remnants="discard")
    assert table.remnants == "The rest of a divided unit is discarded."
    assert table.columns == ("Product", "Used", "Supplied", "Packs", "Left over")
    assert table.rows == (("testamine 5 mg tablet", "1½", "3", "", "1½"),)
    assert table.fills == ()
    assert plain == ["3 x 5 mg tablet, 1 1/2 used, 1 1/2 left over (t5mg)"]


def test_the_supply_table_says_volumes_and_what_is_thrown_away():
    plan = plan_of(step("5 mg", "25 days"), then="stop")
    solution = liquid(pack="100 mL", discard_after_opening=10)
    table, plain = told(plan, solution, "de", fills=days(10))
    name = "Testamine Lösung zum Einnehmen 5 mg pro 5 mL"
    assert table.columns[-1] == "Nach Anbruch verworfen"
    assert table.rows == ((name, "125 mL", "300 mL", "3", "75 mL", "100 mL"),)
    assert [rows for _, rows in table.fills] == [((name, "100 mL", "1"),)] * 3
    used = "300 mL of 5 mg/5 mL oral solution in 3 packs, 125 mL used, 75 mL left over"
    assert plain[0] == f"{used}, 100 mL thrown away 10 days after opening (solution)"
    assert plain[5] == "Fill 3, 2027-03-21 to 2027-03-25 (5 days):"


def test_a_volume_that_is_supplied_is_written_in_the_language_of_the_table():
    plan = plan_of(step("0.5 mg", "5 days"), then="stop")
    (row,) = told(plan, liquid(), "de")[0].rows
    assert row[1:] == ("2,5 mL", "2,5 mL", "", "0 mL")


def test_the_supply_table_of_a_fill_leaves_out_what_stock_covers():
    plan = plan_of(step("5 mg", "21 days"), then="stop")
    table, plain = told(plan, tablet("5 mg"), fills=days(20), on_hand={"t5mg": 20})
    assert [rows for _, rows in table.fills] == [(), (("testamine 5 mg tablet", "1", ""),)]
    assert plain[1:] == [
        "Fill 1, 2027-03-01 to 2027-03-20 (20 days):",
        "  0 x 5 mg tablet, 20 carried in (t5mg)",
        "Fill 2, 2027-03-21 to 2027-03-21 (1 day):",
        "  1 x 5 mg tablet (t5mg)",
    ]
