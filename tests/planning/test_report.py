"""The report opens with what matters, says why each excess is forced, and what would have been otherwise."""

from functools import cache
from typing import Any

import pytest

from taper.amounts.duration import weeks
from taper.planning.holding_times import short
from taper.planning.taper import Taper, TooFast, plan_taper
from taper.products.product import Product


def tablet(strength: str, score: Any = 2, drug: str = "diazepam") -> Product:
    return Product(id=strength.replace(" ", ""), drug=drug, form="tablet", strength=strength, score=score)


LIQUID = Product(
    id="solution",
    drug="diazepam",
    form="oral solution",
    concentration="1 mg/mL",
    smallest_volume="0.1 mL",
    graduation="0.1 mL",
)
HYPERBOLIC = "10 points of occupancy with Vmax 85 and Km 3.4 mg by teaching, every 4 weeks"


@cache  # a report asks what each addition would change, so that those who look at one plan share it
def with_last_dose(could_add: tuple[Product, ...] = ()) -> Taper:
    return plan_taper(
        drug="diazepam",
        before={"morning": "10 mg", "bedtime": "10 mg"},
        pace="10% of current, last dose 1 mg, up to 12.5%, every 2 weeks",
        products=[tablet("2 mg"), tablet("5 mg"), tablet("10 mg")],
        order="evenly",
        could_add=could_add,
    )


@cache
def hyperbolic() -> Taper:
    return plan_taper(
        drug="paroxetine",
        before={"morning": "20 mg"},
        pace=HYPERBOLIC,
        products=[tablet("10 mg", drug="paroxetine"), tablet("20 mg", drug="paroxetine")],
    )


def test_a_report_opens_with_the_largest_and_the_last_fall_in_mg_percent_and_paces() -> None:
    first, second, *_ = str(with_last_dose().report).splitlines()
    assert first == "Largest reduction: day 281, 2 mg/day to 1 mg/day: 1 mg, 50% of current, 6.58 paces."
    assert second == "Last reduction: day 309, 1 mg/day to 0 mg/day: 1 mg, 100% of current, not charged."


def test_a_plan_whose_products_make_no_fit_taper_is_called_unfit_before_anything_else() -> None:
    report = hyperbolic().report
    assert report.unfit is not None
    assert (
        str(report)
        .splitlines()[0]
        .startswith("Unfit: one reduction, 5 mg/day to 0 mg/day: 5 mg, 100% of current, 5.06")
    )
    assert report.to_dict()["unfit"] == report.unfit


def test_forced_falls_that_are_small_parts_of_the_way_are_named_and_not_called_unfit() -> None:
    report = with_last_dose().report
    assert report.unfit is None
    assert [row.change.after.text for row in report.over] == ["3 mg", "2 mg", "1 mg"]


def test_the_smallest_addition_that_closes_the_excess_is_found_among_scores_and_products() -> None:
    report = with_last_dose((LIQUID, tablet("1 mg"))).report
    assert [(other.what, other.excess) for other in report.additions] == [("the 1 mg/mL oral solution", 0)]
    assert "Smallest addition: the 1 mg/mL oral solution. Then no reduction is larger than asked." in report.text()


def test_where_no_addition_closes_the_excess_the_one_that_leaves_least_is_named_with_what_it_leaves() -> None:
    (other,) = with_last_dose().report.additions
    assert other.what == "quarters of the 2 mg tablet, which needs permission"
    assert other.excess is not None
    assert 0 < other.excess < with_last_dose().report.solved.excess
    less = f"Smallest addition: {other.what}. Then reductions are still larger than asked, but by less"
    assert f"{less}." in with_last_dose().report.text()
    assert f"{less} (excess {short(other.excess)})." in with_last_dose().report.text(explain=True)


def test_a_score_that_its_maker_gives_needs_no_permission() -> None:
    made = plan_taper(
        drug="diazepam",
        before={"morning": "5 mg"},
        pace="1 mg, every 1 week",
        products=[tablet("5 mg", score=4).divided(1)],
        lead_in=weeks(1),
    )
    assert [other.what for other in made.report.additions] == ["quarters of the 5 mg tablet"]


def test_a_plan_without_an_excess_needs_no_addition() -> None:
    made = plan_taper(
        drug="diazepam",
        before={"bedtime": "5 mg"},
        pace="1 mg, every 1 week",
        products=[LIQUID],
        could_add=[tablet("1 mg")],
    )
    assert made.report.additions == ()
    assert made.report.spare_products == ()
    assert made.report.other_orders == ()


def test_an_excess_that_nothing_lessens_has_no_addition() -> None:
    capsule = Product(id="c", drug="diazepam", form="capsule", strength="5 mg")
    made = plan_taper(drug="diazepam", before={"bedtime": "10 mg"}, pace="1 mg, every 1 week", products=[capsule])
    assert made.report.over
    assert made.report.additions == ()


def test_other_orders_are_told_with_what_they_would_have_cost() -> None:
    orders = {other.what: other for other in with_last_dose().report.other_orders}
    assert set(orders) == {"in order: morning, bedtime", "in order: bedtime, morning"}
    assert orders["in order: morning, bedtime"].changes == 22


def test_an_order_that_does_not_arrive_at_the_target_says_so() -> None:
    made = plan_taper(
        drug="diazepam",
        before={"morning": "10 mg", "noon": "5 mg"},
        to="10 mg",
        pace="5 mg, every 1 week",
        products=[tablet("10 mg", score=1), tablet("5 mg", score=1).divided(1)],
        order="in order: noon, morning",
    )
    text = made.report.text(explain=True)
    assert "Other order, evenly: excess 0" in text
    two = plan_taper(
        drug="diazepam",
        before={"morning": "10 mg", "noon": "4 mg"},
        to="10 mg",
        pace="5 mg, every 1 week",
        products=[tablet("10 mg", score=1), tablet("4 mg", score=1)],
        order="in order: noon, morning",
    )
    other = next(other for other in two.report.other_orders if other.what == "in order: morning, noon")
    assert other.solved is None
    assert "a total of 10 mg/day is not met" in two.report.text(explain=True)
    assert {"what": other.what, "none": other.reason} in two.report.to_dict()["other_orders"]


def test_strengths_that_the_plan_could_do_without_are_named() -> None:
    assert [other.what for other in with_last_dose().report.spare_products] == ["10 mg tablet"]


def test_each_change_tells_the_intakes_touched_the_recipes_and_the_stay() -> None:
    row = with_last_dose().report.rows[0]
    assert row.touched == ("morning",)
    assert {slot: str(recipe) for slot, recipe in row.recipes.items()} == {"morning": "4 x 2mg", "bedtime": "1 x 10mg"}
    assert (str(row.stay.lasting), row.stay.why) == ("2 weeks", "the interval")


def test_the_plain_form_of_a_report_holds_exact_figures_as_text() -> None:
    plain = with_last_dose().report.to_dict()
    first, last = plain["changes"][0], plain["changes"][-1]
    assert (first["from"], first["to"], first["mg"], first["percent_of_current"], first["stay"]) == (
        "20 mg",
        "18 mg",
        "2",
        "10",
        "2 weeks",
    )
    assert (last["after"], last["paces"], last["stay"]) == ({}, None, None)
    assert plain["changes"][-2]["excess"][0]["certificate"] == "morning: from 1 mg these products can only go to 0"
    assert plain["days"] == 308


def test_a_stay_that_counts_the_fall_to_zero_says_so() -> None:
    made = plan_taper(drug="diazepam", before={"bedtime": "5 mg"}, pace="2 mg, every 1 week", products=[tablet("5 mg")])
    (step,) = made.course.steps
    assert step.lasting == weeks(2)
    stay = made.report.rows[0].stay
    assert stay is not None
    assert stay.why == "longer, after a reduction of 1.25 paces, at most 2 intervals"
    whole = [tablet("4 mg", 1), tablet("6 mg", 1)]
    slow = plan_taper(drug="diazepam", before={"bedtime": "6 mg"}, pace="2 mg, every 1 week", products=whole)
    assert slow.report.rows[0].stay.why.endswith("counting the reduction to 0 that follows")


def test_a_fall_that_only_the_whole_search_can_justify_says_that() -> None:
    made = plan_taper(
        drug="diazepam",
        before={"morning": "6 mg", "noon": "6 mg", "bedtime": "4 mg"},
        pace="3 mg, every 1 week",
        products=[tablet("6 mg", 1), tablet("4 mg", 1)],
        order="evenly",
    )
    certificates = {item.certificate for row in made.report.over for item in row.excess}
    assert certificates


def test_a_second_limit_is_named_where_it_is_exceeded() -> None:
    pace = "5 mg, never more than 20% of current, every 1 week"
    whole = [tablet("5 mg", 1), tablet("10 mg", 1)]
    made = plan_taper(drug="diazepam", before={"bedtime": "10 mg"}, pace=pace, products=whole)
    (row,) = made.report.over
    assert [item.limit for item in row.excess] == ["never more than 20% of current"]
    assert row.stay is not None
    assert row.stay.lasting == weeks(2)


def test_a_product_that_is_held_already_is_no_addition():
    with_it = {other.what for other in with_last_dose((LIQUID,)).report.additions}
    held = {other.what for other in with_last_dose((LIQUID, tablet("2 mg"))).report.additions}
    assert held == with_it


def test_the_report_says_how_each_dose_is_made_and_what_the_plan_itself_costs() -> None:
    lines = with_last_dose().report.text(explain=True).splitlines()
    assert "8 mg: 1 x 5 mg tablet + 1 1/2 x 2 mg tablet" in lines or "8 mg: 4 x 2 mg tablet" in lines
    assert any(line.startswith("This plan: excess ") for line in lines)
    assert any(line.startswith("Could do without the ") and " alone: " in line for line in lines) is bool(
        with_last_dose().report.spare_products
    )


def test_a_measured_dose_is_written_as_its_volume() -> None:
    made = plan_taper(drug="diazepam", before={"bedtime": "5 mg"}, products=[LIQUID], pace="1 mg, every 1 week")
    assert "4 mg: 4 mL of 1 mg/mL oral solution" in str(made.report).splitlines()


def test_a_liquid_that_cannot_be_measured_is_named_and_not_passed_over() -> None:
    unmeasured = LIQUID.model_copy(update={"smallest_volume": None, "graduation": None})
    asked = {"drug": "diazepam", "before": {"bedtime": "4 mg"}, "pace": "2 mg, every 1 week"}
    report = plan_taper(products=[tablet("2 mg"), unmeasured], **asked).report
    assert report.unmeasured == (unmeasured,)
    assert report.to_dict()["not_measured"] == ["solution"]
    assert "Not used: the 1 mg/mL oral solution, since its smallest measured volume is not known" in str(report)
    assert "Not used" not in str(plan_taper(products=[tablet("2 mg"), LIQUID], **asked).report)


def test_products_that_read_alike_are_told_apart_by_their_ids() -> None:
    twin = tablet("2 mg").model_copy(update={"id": "other"})
    report = with_last_dose().report
    assert not any("[" in other.what for other in report.spare_products)
    pair = plan_taper(
        drug="diazepam", before={"bedtime": "4 mg"}, products=[tablet("2 mg"), twin], pace="2 mg, every 1 week"
    )
    assert [other.what for other in pair.report.spare_products] == ["2 mg tablet [2mg]", "2 mg tablet [other]"]


class TestLongest:
    """A length is a constraint on the number of changes, and what it forces is said to be forced by it."""

    def hurried(self, **more: Any) -> Taper:
        return plan_taper(
            drug="diazepam",
            before={"bedtime": "20 mg"},
            pace="10% of start, every 2 weeks",
            products=[tablet("2 mg"), tablet("5 mg"), tablet("10 mg")],
            longest=weeks(8),
            **more,
        )

    def test_longer_stays_give_way_before_larger_falls_are_made(self) -> None:
        by_fall, even = self.hurried(), self.hurried(stays="even")
        totals = [[step.days[0].total.mg for step in made.course.steps] for made in (by_fall, even)]
        assert totals[0] == totals[1] == [16, 12, 8, 4]
        assert {row.stay.why for row in by_fall.report.rows if row.stay} == {
            "the interval: longer does not fit into the longest time"
        }
        assert "(longer)" not in str(by_fall.report)

    def test_the_certificate_and_the_addition_name_the_time(self) -> None:
        report = self.hurried().report
        whys = {item.certificate for row in report.over for item in row.excess}
        assert (
            "every plan of at most 5 changes in this order was compared, and none exceeds what was asked by less"
            in whys
        )
        assert "more time" in [other.what for other in report.additions]

    def test_an_unfit_plan_says_in_how_many_changes(self) -> None:
        made = plan_taper(
            drug="diazepam",
            before={"bedtime": "20 mg"},
            pace="10% of start, every 2 weeks",
            products=[tablet("2 mg"), tablet("10 mg")],
            longest=weeks(2),
        )
        assert made.report.unfit is not None
        assert made.report.unfit.endswith("these products cannot make a plan at this pace in at most 2 changes")

    def test_where_it_forbids_an_excess_more_time_is_an_advice(self) -> None:
        with pytest.raises(TooFast, match="Add more time"):
            self.hurried(excess="forbid")


@pytest.mark.parametrize(("every", "stays"), [("10 days", {"10 days", "13 days"}), ("2 weeks", {"2 weeks", "3 weeks"})])
def test_a_longer_stay_is_in_the_unit_of_its_interval(every: str, stays: set[str]) -> None:
    made = plan_taper(
        drug="diazepam",
        before={"bedtime": "10 mg"},
        products=[tablet("5 mg")],
        pace=f"2 mg, every {every}",
    )
    assert {str(row.stay.lasting) for row in made.report.rows if row.stay} <= stays
    assert any(row.stay and row.stay.why.startswith("longer") for row in made.report.rows)


def test_of_many_falls_beyond_what_was_accepted_three_are_named_and_the_rest_counted() -> None:
    with pytest.raises(TooFast, match=r"^\d+ reductions are larger than was accepted: .*; and \d+ more\. ") as caught:
        plan_taper(
            drug="diazepam",
            before={"bedtime": "40 mg"},
            products=[tablet("10 mg", score=1)],
            pace="2 mg, every 1 week",
            excess="forbid",
        )
    assert caught.value.report is not None
    assert str(caught.value).count("from ") == 3
    assert len(caught.value.report.over) == 4


def limited(**more: Any) -> Taper:
    solution = Product(
        id="s",
        drug="diazepam",
        form="oral solution",
        concentration="1 mg/mL",
        smallest_volume="0.5 mL",
        graduation="0.5 mL",
        largest_volume="5 mL",
    )
    products = [solution, tablet("5 mg", 1), tablet("10 mg", 1)]
    pace = "1 mg, every 1 week"
    return plan_taper(drug="diazepam", before={"morning": "10 mg"}, pace=pace, products=products, **more)


def test_a_volume_and_a_form_that_changed_the_plan_are_named_with_what_would_lift_them() -> None:
    report = limited(forms="one").report
    assert [other.what for other in report.limits] == [
        "9 mL in an intake (largest_volume)",
        'tablets and liquid in turn (forms="any")',
    ]
    here = report.solved.excess, report.solved.cost
    assert all((other.solved.excess, other.solved.cost) < here for other in report.limits if other.solved)
    assert [other.what for other in limited().report.limits] == ["9 mL in an intake (largest_volume)"]


@pytest.mark.parametrize(
    "pace", ["4 mg down to 0 mg, every 1 week", "4 mg, never more than 20% of current, every 1 week"]
)
def test_a_slower_plan_names_no_larger_fall_where_none_would_be_within_the_pace(pace: str) -> None:
    made = plan_taper(drug="diazepam", before={"bedtime": "10 mg"}, pace=pace, products=[tablet("2.5 mg", 1)])
    assert made.report.slower is not None
    assert (made.report.slower.asked, made.report.slower.one_rung_more) == (14, "")
