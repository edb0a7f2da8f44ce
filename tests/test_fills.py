"""Supply handed out fill by fill: it covers every day, carries over what is left, and says how long it lasts."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, liquid, plan_of, step, tablet
from taper import (
    AtMost,
    count_supply,
    days,
    days_supply,
    load_stock,
    months,
    read_stock,
    realize,
    to_schedule,
    to_table,
)
from taper.amounts.duration import InvalidDate
from taper.supply.fills import InvalidFills, fill_windows
from taper.supply.shelf import InvalidStock
from taper.testing import durations, realizable_plans, starts

TAPER = plan_of(step("10 mg", "10 days"), step("7.5 mg", "10 days"), step("2.5 mg", "10 days"), then="stop")
HALVES = tablet("5 mg", score=2)


def on(number):
    return START + timedelta(days=number - 1)


def schedule_of(plan, *products, horizon=None):
    return to_schedule(realize(plan, products), start=START, horizon=horizon)


def spans(schedule, fills, **more):
    return [((window.first - START).days + 1, window.days) for window in fill_windows(schedule, fills, **more)]


class TestWindows:
    SCHEDULE = schedule_of(TAPER, HALVES)

    @pytest.mark.parametrize(
        ("fills", "expected"),
        [
            (None, [(1, 30)]),
            (days(28), [(1, 28), (29, 2)]),
            (days(30), [(1, 30)]),
            (months(1), [(1, 30)]),
            ("calendar month", [(1, 30)]),
            (AtMost(28), [(1, 20), (21, 10)]),
            (AtMost(10), [(1, 10), (11, 10), (21, 10)]),
            (AtMost(9), [(1, 9), (10, 1), (11, 9), (20, 1), (21, 9), (30, 1)]),
            ([on(1), on(15), on(30)], [(1, 14), (15, 15), (30, 1)]),
            ([date(2027, 2, 20)], [(1, 30)]),
        ],
        ids=str,
    )
    def test_the_days_of_each_fill(self, fills, expected):
        assert spans(self.SCHEDULE, fills) == expected

    def test_a_calendar_month_begins_on_its_first_day(self):
        plan = plan_of(step("5 mg", "50 days"), then="stop")
        assert spans(schedule_of(plan, HALVES), "calendar month") == [(1, 31), (32, 19)]

    def test_months_are_counted_from_the_first_fill(self):
        plan = plan_of(step("5 mg", "3 months"), then="stop")
        schedule = to_schedule(realize(plan, [HALVES]), start=date(2027, 1, 31))
        assert [str(window.first) for window in fill_windows(schedule, months(1))] == [
            "2027-01-31", "2027-02-28", "2027-03-31",
        ]  # fmt: skip

    def test_a_count_may_begin_on_a_later_day(self):
        assert spans(self.SCHEDULE, days(10), since=on(15)) == [(15, 10), (25, 6)]

    @pytest.mark.parametrize(
        ("fills", "words"),
        [
            ("weekly", "fills are 'weekly'; write a length of time"),
            ([], "there are no fill dates"),
            ([on(2)], "2027-03-01 comes before it; begin on 2027-03-01 or earlier"),
            ([on(1), on(9), on(5)], "the fill of 2027-03-09 would end before it begins"),
            ([on(1), on(1)], "would end before it begins"),
            ([on(1), on(31)], "lies beyond the last day"),
            ([date(2027, 2, 1), date(2027, 2, 20), on(5)], "ends before 2027-03-01"),
        ],
        ids=str,
    )
    def test_fills_that_cover_nothing_or_leave_a_day_are_refused(self, fills, words):
        with pytest.raises(InvalidFills, match=words):
            fill_windows(self.SCHEDULE, fills)

    @pytest.mark.parametrize("most", [0, -1, "28", True])
    def test_a_fill_covers_at_least_a_day(self, most):
        with pytest.raises(InvalidFills, match="covers nothing"):
            AtMost(most)

    def test_a_fill_date_is_a_date(self):
        with pytest.raises(InvalidDate):
            fill_windows(self.SCHEDULE, ["2027-03-01"])


ways = st.one_of(durations(), st.just("calendar month"), st.integers(1, 40).map(AtMost))
remnants = st.sampled_from(["keep", "discard"])


@given(realizable_plans(), starts(), durations(), ways, remnants, st.integers(0, 30))
def test_every_day_is_covered_and_less_than_a_unit_is_left_after_each_fill(drawn, start, horizon, fills, rest, held):
    schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
    solid = [product for product in schedule.products if not product.form.is_liquid]
    stock = {solid[0].id: held} if solid else {}
    supply = count_supply(schedule, fills=fills, remnants=rest, on_hand=stock, packs=False)
    assert [fill.days_supply for fill in supply.fills] == [(fill.last - fill.first).days + 1 for fill in supply.fills]
    assert all(two.first == one.last + timedelta(days=1) for one, two in pairwise(supply.fills))
    for line in supply.lines:
        lines = [own for fill in supply.fills for own in fill.lines if own.product == line.product]
        at_hand = Fraction(stock.get(line.product.id, 0))
        for own, fill in zip(lines, supply.fills, strict=True):
            amounts = drawn_between(schedule, line.product, fill.first, fill.last)
            used = sum(amounts, Fraction(0))
            thrown = sum((ceil(amount) - amount for amount in amounts), Fraction(0))
            assert own.used == used
            assert own.carried_in == at_hand
            at_hand += own.supplied_amount - used
            if rest == "discard" and not line.product.form.is_liquid:
                at_hand -= thrown
                assert own.remnants == thrown
            assert own.carried_out == at_hand >= 0
            assert not own.supplied_amount or at_hand < 1
            assert own.lasts_until >= fill.last


def drawn_between(schedule, product, first, last):
    return [
        portion.volume.ml if portion.volume is not None else portion.count
        for day in schedule.days
        if first <= day.date <= last
        for intake in day.intakes
        for portion in intake.portions
        if portion.product == product.id
    ]


@given(realizable_plans(), starts(), durations(), ways)
def test_fills_that_keep_remnants_never_need_more_than_one_fill_for_all(drawn, start, horizon, fills):
    schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
    split, whole = (count_supply(schedule, fills=way, packs=False) for way in (fills, None))
    assert [(line.used, line.supplied) for line in split.lines] == [(line.used, line.supplied) for line in whole.lines]


class TestPacks:
    SCHEDULE = schedule_of(plan_of(step("5 mg", "60 days"), then="stop"), tablet("5 mg", pack=28))

    def test_what_a_pack_leaves_is_carried_to_the_next_fill(self):
        supply = count_supply(self.SCHEDULE, fills=days(20), packs=True)
        lines = [fill.lines[0] for fill in supply.fills]
        assert [(line.carried_in, line.packs, line.carried_out) for line in lines] == [
            (0, 1, 8),
            (8, 1, 16),
            (16, 1, 24),
        ]
        assert [str(line.lasts_until) for line in lines] == ["2027-03-28", "2027-04-25", "2027-04-29"]

    def test_units_alone_are_counted_where_packs_are_not_asked_for(self):
        (line,) = count_supply(self.SCHEDULE).lines
        assert (line.supplied, line.packs) == (60, None)

    def test_stock_on_hand_is_used_first(self):
        (line,) = count_supply(self.SCHEDULE, on_hand={"t5mg": 10}, packs=True).lines
        assert (line.supplied, line.packs, line.on_hand, line.leftover) == (56, 2, 10, 6)
        assert line.to_dict()["on_hand"] == "10"

    def test_stock_that_suffices_leaves_nothing_to_supply(self):
        (line,) = count_supply(self.SCHEDULE, on_hand={"t5mg": 100}).lines
        assert (line.supplied, line.leftover) == (0, 40)

    def test_the_plain_form_and_the_table_show_each_fill(self):
        supply = count_supply(self.SCHEDULE, fills=days(20), packs=True)
        assert [fill["days_supply"] for fill in supply.to_dict()["fills"]] == [20, 20, 20]
        counts = {n: len(count_supply(self.SCHEDULE, fills=days(n)).to_dict().get("fills", ())) for n in (59, 60)}
        assert counts == {59: 2, 60: 0}  # one fill is the whole supply
        assert supply.to_dict()["fills"][0]["lines"] == [
            {
                "product": "t5mg", "supply": "28", "packs": 1, "carried_in": "0", "used": "20", "discarded": "0",
                "carried_out": "8", "lasts_until": "2027-03-28",
            }
        ]  # fmt: skip
        assert "Fill 2, 2027-03-21 to 2027-04-09 (20 days):" in to_table(self.SCHEDULE, supply=supply)


class TestBottles:
    def test_an_opened_bottle_is_thrown_away_when_its_days_are_over(self):
        solution = liquid(pack="100 mL", discard_after_opening=10)
        supply = count_supply(schedule_of(plan_of(step("5 mg", "25 days"), then="stop"), solution), fills=days(10))
        (line,) = supply.lines
        assert (line.packs, line.expired, line.leftover, line.used) == (3, 100, 75, 125)
        assert [fill.lines[0].expired for fill in supply.fills] == [0, 50, 50]
        assert [fill.lines[0].to_dict()["discarded"] for fill in supply.fills] == ["0 mL", "50 mL", "50 mL"]
        assert line.to_dict()["expired"] == "100 mL"

    def test_bottles_that_expire_are_whole_even_where_packs_are_not_asked_for(self):
        solution = liquid(pack="100 mL", discard_after_opening=10)
        schedule = schedule_of(plan_of(step("1 mg", "25 days"), then="stop"), solution)
        supply = count_supply(schedule)
        (line,) = supply.lines
        assert (line.packs, line.used, line.expired, line.leftover) == (3, 25, 180, 95)
        said = "300 mL of 5 mg/5 mL oral solution in 3 packs, 25 mL used, 95 mL left over, "
        assert f"{said}180 mL thrown away 10 days after opening (solution)" in to_table(schedule, supply=supply)

    @pytest.mark.parametrize(("keeps", "said"), [(1, "keeps 1 day"), (9, "keeps 9 days")])
    def test_what_expires_of_bottles_of_no_known_size_is_said_to_be_uncounted(self, keeps, said):
        schedule = schedule_of(plan_of(step("1 mg", "25 days"), then="stop"), liquid(discard_after_opening=keeps))
        supply = count_supply(schedule)
        assert supply.lines[0].to_dict()["expiry_counted"] is False
        assert f"it {said} after opening, and what is then thrown away is not counted" in to_table(
            schedule, supply=supply
        )

    def test_what_is_on_hand_and_carried_from_fill_to_fill_is_said(self):
        schedule = schedule_of(plan_of(step("5 mg", "40 days"), then="stop"), tablet("5 mg", pack=28))
        text = to_table(schedule, supply=count_supply(schedule, fills=days(20), on_hand={"t5mg": 4}, packs=True))
        for said in (
            "  56 x 5 mg tablet in 2 packs, 4 on hand, 40 used, 20 left over (t5mg)",
            "    28 x 5 mg tablet in 1 pack, 4 carried in, lasts until 2027-04-01 (t5mg)",
            "    28 x 5 mg tablet in 1 pack, 12 carried in (t5mg)",
        ):
            assert said in text

    @pytest.mark.parametrize(("keeps", "bottles"), [(20, 1), (19, 2)])
    def test_the_day_of_opening_is_the_first_day_that_it_keeps(self, keeps, bottles):
        solution = liquid(pack="100 mL", discard_after_opening=keeps)
        schedule = schedule_of(plan_of(step("5 mg", "20 days"), then="stop"), solution)
        assert count_supply(schedule).line("solution").packs == bottles

    def test_a_bottle_opened_late_keeps_from_then(self):
        solution = liquid(pack="100 mL", discard_after_opening=10)
        schedule = schedule_of(plan_of(step([{"evening": "5 mg"}, {}], "9 days"), then="stop"), solution)
        assert days_supply(schedule, {"solution": "100 mL"}).last == schedule.last

    def test_a_dose_may_be_drawn_from_two_bottles(self):
        solution = liquid(pack="8 mL", discard_after_opening=30)
        schedule = schedule_of(plan_of(step("5 mg", "3 days"), then="stop"), solution)
        assert count_supply(schedule).line("solution").packs == 2

    def test_unopened_bottles_on_hand_are_used_first(self):
        solution = liquid(pack="100 mL", discard_after_opening=10)
        schedule = schedule_of(plan_of(step("5 mg", "25 days"), then="stop"), solution)
        line = count_supply(schedule, on_hand={"solution": "200 mL"}).line("solution")
        assert (line.packs, line.leftover, line.expired) == (1, 75, 100)
        assert days_supply(schedule, {"solution": "200 mL"}).last == on(20)

    def test_the_age_of_a_bottle_already_open_is_not_known(self):
        solution = liquid(pack="100 mL", discard_after_opening=10)
        schedule = schedule_of(plan_of(step("5 mg", "25 days"), then="stop"), solution)
        with pytest.raises(InvalidStock, match="not whole bottles of 100 mL"):
            count_supply(schedule, on_hand={"solution": "150 mL"})
        assert count_supply(
            schedule_of(plan_of(step("5 mg", "25 days")), liquid()), on_hand={"solution": "50 mL"}
        ).lines


class TestDaysSupply:
    SCHEDULE = schedule_of(TAPER, HALVES)

    @pytest.mark.parametrize(
        ("held", "last"), [("0", None), ("1 1/2", None), (2, 1), (20, 10), ("21 1/2", 11), (39, 28), (40, 30), (50, 30)]
    )
    def test_a_changing_dose_lasts_as_long_as_its_units(self, held, last):
        lasting = days_supply(self.SCHEDULE, {"t5mg": held})
        assert (lasting.days, lasting.last) == (last or 0, on(last) if last else None)
        assert lasting.runs_out == (() if last == 30 else ("t5mg",))

    def test_it_may_be_asked_from_a_later_day(self):
        lasting = days_supply(self.SCHEDULE, {"t5mg": 3}, since=on(21))
        assert lasting.to_dict() == {
            "days_supply": 6, "last": "2027-03-26", "runs_out": ["t5mg"], "products": {"t5mg": "2027-03-26"},
        }  # fmt: skip

    def test_it_says_how_long_and_what_ends_it(self):
        assert str(days_supply(self.SCHEDULE, {"t5mg": 2})) == f"lasts to {on(1)}, 1 day; t5mg runs out first"
        assert str(days_supply(self.SCHEDULE, {"t5mg": 40})) == f"lasts to {on(30)}, 30 days"

    def test_a_product_that_is_not_at_hand_runs_out_at_once(self):
        schedule = schedule_of(
            plan_of(step("5 mg", "3 days"), step("2 mg", "3 days"), then="stop"), HALVES, tablet("2 mg")
        )
        lasting = days_supply(schedule, {"t5mg": 10})
        assert (lasting.days, lasting.runs_out) == (3, ("t2mg",))
        assert lasting.products == {"t5mg": schedule.last, "t2mg": on(3)}

    def test_days_on_which_nothing_is_taken_need_no_stock(self):
        resting = plan_of(step("5 mg", "5 days"), {"for": "5 days", "kind": "gap"}, step("5 mg", "5 days"), then="stop")
        lasting = days_supply(schedule_of(resting, HALVES, horizon=days(9)), {}, since=on(7))
        assert (lasting.days, lasting.last, lasting.runs_out) == (3, on(9), ())

    def test_discarding_remnants_makes_it_shorter(self):
        assert days_supply(self.SCHEDULE, {"t5mg": 22}, remnants="discard").last == on(11)


class TestStock:
    SCHEDULE = schedule_of(TAPER, HALVES)

    @pytest.mark.parametrize(
        ("stock", "words"),
        [
            ({"t2mg": 5}, "the plan never uses 't2mg'; it uses t5mg"),
            ({"t5mg": "1/3"}, "cannot be counted in units and pieces of 1/2"),
            ({"t5mg": "-1"}, "negative"),
            ({"t5mg": -1}, "negative"),
            ({"t5mg": "five"}, "not a plain number"),
            ({"t5mg": 0.5}, "float"),
        ],
    )
    def test_stock_that_cannot_be_counted_is_refused(self, stock, words):
        with pytest.raises(InvalidStock, match=words):
            count_supply(self.SCHEDULE, on_hand=stock)

    def test_pieces_on_hand_are_of_no_use_where_pieces_are_discarded(self):
        with pytest.raises(InvalidStock, match="whole units"):
            count_supply(self.SCHEDULE, on_hand={"t5mg": "1/2"}, remnants="discard")

    def test_a_volume_is_of_a_liquid_and_a_count_of_units(self):
        schedule = schedule_of(plan_of(step("5 mg", "3 days"), then="stop"), liquid())
        with pytest.raises(InvalidStock, match='has no unit; write it like "100 mL"'):
            count_supply(schedule, on_hand={"solution": 5})
        with pytest.raises(InvalidStock, match="are counted; write how many"):
            count_supply(self.SCHEDULE, on_hand={"t5mg": schedule.days[0].intakes[0].portions[0].volume})

    def test_stock_is_read_from_a_file(self, tmp_path):
        path = tmp_path / "stock.json"
        path.write_text('{"t5mg": 30, "solution": "200 mL"}')
        assert load_stock(path) == {"t5mg": "30", "solution": "200 mL"}

    @pytest.mark.parametrize("text", ["[]", '{"t5mg": 1.5}', '{"t5mg": true}', '{"t5mg": null}'])
    def test_what_is_not_stock_is_refused(self, text):
        with pytest.raises(InvalidStock):
            read_stock(text)

    def test_what_was_used_up_before_the_first_day_is_not_supplied(self):
        plan = plan_of(step("5 mg", "5 days"), step("2 mg", "5 days"), then="stop")
        supply = count_supply(schedule_of(plan, tablet("5 mg"), tablet("2 mg")), since=on(6))
        assert [line.product.id for line in supply.lines] == ["t2mg"]

    def test_stock_of_what_was_used_up_before_the_first_day_is_left_over(self):
        plan = plan_of(step("5 mg", "5 days"), step("2 mg", "5 days"), then="stop")
        supply = count_supply(schedule_of(plan, tablet("5 mg"), tablet("2 mg")), since=on(6), on_hand={"t5mg": 4})
        assert [(line.product.id, line.used, line.leftover) for line in supply.lines] == [
            ("t2mg", 5, 0),
            ("t5mg", 0, 4),
        ]
