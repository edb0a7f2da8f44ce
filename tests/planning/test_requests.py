"""Requests that people make, with what is right worked out by hand."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from taper import Formulary, Weights, plan_taper
from taper._base.numbers import write_number
from taper.amounts.dose import mg
from taper.planning.taper import Taper
from taper.plans.regimen import Regimen
from taper.products.product import Product
from taper.products.recipes import make


def tablets(drug: str, **scores: int) -> list[Product]:
    pairs = ((name[1:].replace("_", "."), score) for name, score in scores.items())
    return [Product(id=f"{drug}-{s}", drug=drug, form="tablet", strength=f"{s} mg", score=n) for s, n in pairs]


def liquid(drug: str, concentration: str, least: str, mark: str) -> Product:
    return Product(
        id="liquid",
        drug=drug,
        form="oral solution",
        concentration=concentration,
        smallest_volume=least,
        graduation=mark,
    )


def totals(made: Taper) -> list[Fraction]:
    return [row.change.after.mg for row in made.report.rows]


DIAZEPAM = tablets("diazepam", s2=2, s5=2, s10=2)


class TestALiquidFallsAtThePaceThatWasAsked:
    def plan(self, **more: Any) -> Taper:
        solution = liquid("diazepam", "2 mg/5 mL", "0.5 mL", "0.1 mL")
        return plan_taper(
            drug="diazepam", before={"bedtime": "10 mg"}, pace="0.25 mg, every 1 week", products=[solution], **more
        )

    def test_no_fall_is_larger_than_asked_while_the_marks_allow(self) -> None:
        made = self.plan()
        assert not made.report.over
        falls = [high - low for high, low in pairwise([Fraction(10), *totals(made)])]
        assert max(falls) <= Fraction(1, 4)
        # 250 marks of 0.04 mg in falls of at most 6 marks: 42 changes, of which two are a mark smaller and come first.
        assert sorted(set(falls)) == [Fraction(1, 5), Fraction(6, 25)]
        assert (len(falls), falls.count(Fraction(1, 5))) == (42, 2)

    def test_the_report_says_how_volumes_were_chosen(self) -> None:
        assert "Every mark can be measured; round volumes were preferred" in str(self.plan().report)

    def test_a_percentage_of_the_current_dose_is_kept_by_a_liquid(self) -> None:
        made = plan_taper(
            drug="venlafaxine",
            before={"morning": "150 mg"},
            pace="5% of current, at least 1 mg, every 1 week",
            products=[liquid("venlafaxine", "5 mg/mL", "0.1 mL", "0.1 mL")],
        )
        assert not made.report.over
        assert totals(made)[0] == Fraction("142.5")
        above = [row for row in made.report.rows if row.change.before.mg > 20]
        assert all((row.change.percent_of_current or 0) <= 5 for row in above)
        assert len(above) < 45  # 5% a week takes 40 weeks from 150 mg to 20 mg


class TestALimitOnPiecesIsNamed:
    def plan(self, **more: Any) -> Taper:
        products = tablets("prednisolone", s5=2, s1=1)
        return plan_taper(
            drug="prednisolone", before={"morning": "10 mg"}, pace="1 mg, every 4 weeks", products=products, **more
        )

    def test_beside_the_plan_that_it_changed_with_the_value_that_lifts_it(self) -> None:
        report = self.plan().report
        (other,) = report.limits
        assert other.what == "5 pieces in an intake (pieces; at most 4 are allowed)"
        assert f"A limit changed this plan: with {other.what} the daily totals would be 9 8 7 6 5" in str(report)

    def test_lifted_it_gives_what_was_asked_and_is_not_named(self) -> None:
        made = self.plan(weights=Weights(pieces=5))
        assert totals(made) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
        assert not made.report.limits

    def test_in_the_certificate_of_a_fall_that_it_forces(self) -> None:
        products = tablets("prednisolone", s5=1, s1=1)
        made = plan_taper(
            drug="prednisolone", before={"morning": "10 mg"}, pace="1 mg, every 4 weeks", products=products
        )
        (first, *_) = [row.excess[0].certificate for row in made.report.over]
        assert first.startswith("morning: from 10 mg the next dose below within the limits is 8 mg; 9 mg lies between.")
        assert "Allow 5 pieces in an intake: at most 4 are now (pieces, or --pieces 5)" in first
        assert str(make(mg(9), products)) == "1 x prednisolone-5 + 4 x prednisolone-1"


def test_four_intakes_of_halved_tablets_fall_without_an_excess() -> None:
    made = plan_taper(
        drug="diazepam",
        before=dict.fromkeys(("morning", "noon", "evening", "bedtime"), "20 mg"),
        pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
        products=DIAZEPAM,
        order="evenly",
    )
    assert not made.report.over
    assert made.report.solved.route.left_out == 0
    assert made.report.solved.route.floor is None
    assert (made.report.rows[0].change.after.mg, made.report.rows[-1].change.after.mg) == (70, 0)


def test_a_plan_whose_products_make_every_fall_smaller_says_how_much_longer_it_takes_and_what_one_rung_more_does():
    made = plan_taper(
        drug="morphine",
        before={"06:00": "90 mg", "14:00": "90 mg", "22:00": "90 mg"},
        pace="10% of start, every 4 weeks",
        products=[Product(id="m15", drug="morphine", form="tablet", strength="15 mg", score=1)],
        order="evenly",
        weights=Weights(pieces=6),
    )
    slower = made.report.slower
    assert slower is not None
    assert (slower.days, slower.asked, round(slower.largest, 2)) == (476, 252, Fraction("0.56"))
    assert slower.one_rung_more.startswith("Reductions of up to 30 mg (1.11 paces) would take ")
    assert f"Longer than asked: {slower.words}." in str(made.report)


def test_a_plan_at_the_pace_asked_is_not_called_longer() -> None:
    made = plan_taper(
        drug="d", before={"bedtime": "5 mg"}, pace="1 mg, every 1 week", products=tablets("d", s1=1, s5=1)
    )
    assert made.report.slower is None


@pytest.mark.parametrize("market", ["us"])
def test_one_form_is_kept_throughout_where_it_costs_nothing(market: str) -> None:
    products = Formulary.shipped().products("venlafaxine-xr", market=market)
    made = plan_taper(
        drug="venlafaxine-xr", before={"morning": "225 mg"}, pace="37.5 mg, every 2 weeks", products=products
    )
    forms = {item.form for item in made.report.solved.used}
    assert len(forms) == 1
    assert [write_number(total) for total in totals(made)] == ["187.5", "150", "112.5", "75", "37.5", "0"]


def test_fewest_products_are_a_stated_preference_that_never_adds_to_the_excess() -> None:
    asked: dict[str, Any] = {"drug": "diazepam", "before": {"bedtime": "20 mg"}, "pace": "2 mg, every 1 week"}
    asked["weights"] = Weights(pieces=10)
    usual, fewest = (plan_taper(**asked, products=DIAZEPAM, fewest_products=few) for few in (False, True))
    assert len(usual.report.solved.used) > 1
    assert fewest.course.products == ("diazepam-2",)
    assert fewest.report.solved.route.excess <= usual.report.solved.route.excess
    assert fewest.course.made_by is not None
    assert fewest.course.made_by.products == fewest.course.products


def test_a_report_hides_its_costs_and_weights_until_it_is_to_explain() -> None:
    report = plan_taper(
        drug="diazepam", before={"bedtime": "10 mg"}, pace="2 mg, every 1 week", products=DIAZEPAM
    ).report
    assert str(report).startswith("Largest reduction: ")
    assert "cost" not in str(report)
    assert "Weights" not in report.text()
    assert "Weights (judgment, not evidence)" in report.text(explain=True)
    assert "This plan: excess 0, cost " in report.text(explain=True)


def test_six_intakes_of_a_liquid_with_fine_marks_have_a_plan_and_what_was_left_out_is_said() -> None:
    fine = Product(id="l", drug="d", form="oral solution", concentration="1 mg/mL", smallest_volume="0.01 mL")
    day = Regimen.of(dict.fromkeys(("06:00", "09:00", "12:00", "15:00", "18:00", "21:00"), "5 mg"))
    made = plan_taper(
        drug="d",
        before=day,
        pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
        products=[fine],
        order="evenly",
        weights=Weights(most_states=20_000),
    )
    route = made.report.solved.route
    assert route.excess == 0
    assert (route.left_out > 0, route.limit) == (True, 20_000)


def test_three_intakes_down_to_a_last_dose_have_a_plan_that_is_proven() -> None:
    made = plan_taper(
        drug="d",
        before={"morning": "20 mg", "noon": "20 mg", "bedtime": "20 mg"},
        pace="10% of current, last dose 1 mg, every 2 weeks",
        products=tablets("d", s2=2, s5=2, s10=2),
        order="evenly",
    )
    route = made.report.solved.route
    assert (route.excess, route.floor, route.left_out) == (44014056761803035447, None, 0)


def test_six_like_intakes_of_five_strengths_have_a_plan_and_what_was_left_out_is_said() -> None:
    day = Regimen.of(dict.fromkeys(("06:00", "09:00", "12:00", "15:00", "18:00", "21:00"), "10 mg"))
    made = plan_taper(
        drug="d",
        before=day,
        pace="10% of current, at least 1 mg, up to 12.5%, every 2 weeks",
        products=tablets("d", s1=2, s2=2, s5=2, s10=2, s20=2),
        order="evenly",
        weights=Weights(most_states=3_000),
    )
    route = made.report.solved.route
    assert route.left_out > 0
    assert f"Not all doses were compared: {route.left_out} that are hardest to handle were left out" in str(made.report)
