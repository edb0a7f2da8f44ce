"""Explicit steps, daily micro-tapers, titrations and cross-tapers."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper._base.numbers import write_percent
from taper.amounts.dose import DailyDose, Dose, mg
from taper.amounts.duration import Duration, days, months, weeks
from taper.errors import InvalidInput, NotFound
from taper.knowledge.equivalence import EquivalenceTable, Equivalent
from taper.knowledge.monograph import Monograph, Titration, TitrationStep
from taper.paces.pace import Pace
from taper.paces.rulers import ONE_PACE, measure_of
from taper.planning.climb import NoTitration
from taper.planning.cross_stages import round_dose, write_equivalent
from taper.planning.cross_taper import plan_cross_taper
from taper.planning.daily_taper import plan_daily_taper
from taper.planning.explicit_steps import every_other_day, on_weekdays, plan_steps
from taper.planning.solver.problem import NoPlan
from taper.planning.titration import choose_titration, plan_titration
from taper.plans.plan import Before, Step
from taper.plans.regimen import Regimen
from taper.plans.weights import STANDARD
from taper.products.product import Product
from taper.products.recipes import NotReachable, Reachable
from taper.source import Grade, Source

SOURCE = Source(
    id="label",
    organization="Maker",
    title="Label",
    locator="page 1",
    year=2020,
    grade=Grade.A,
    verified_on=date(2026, 11, 1),
)


def tablets(drug: str, *strengths: str, score: Any = 2) -> list[Product]:
    return [
        Product(id=f"{drug}-{s.replace(' ', '')}", drug=drug, form="tablet", strength=s, score=score) for s in strengths
    ]


DROPS = Product(
    id="drops",
    drug="diazepam",
    form="oral solution",
    concentration="1 mg/mL",
    smallest_volume="0.1 mL",
    graduation="0.1 mL",
)
BACLOFEN = tablets("baclofen", "5 mg", "10 mg")


# Explicit steps


def test_steps_are_taken_as_given_and_their_falls_are_measured() -> None:
    made = plan_steps(
        drug="baclofen",
        before={"evening": "20 mg"},
        steps=[({"evening": "15 mg"}, weeks(1)), (Regimen.of({"evening": "5 mg"}), "1 week")],
        then="stop",
        pace="5 mg, every 1 week",
        title="Down",
    )
    assert [(change.day, change.paces) for change in made.report.changes] == [(1, 1), (8, 2), (15, 1)]
    assert str(made.report).splitlines()[:2] == [
        "Largest reduction: day 8, 15 mg/day to 5 mg/day: a reduction of 10 mg, 66.67% of current, 2 paces.",
        "Last reduction: day 15, 5 mg/day to 0 mg/day: a reduction of 5 mg, 100% of current, 1 pace.",
    ]
    assert made.report.to_dict()["last_fall"].startswith("day 15")


def test_an_alternate_day_step_shows_its_average_beside_its_days() -> None:
    made = plan_steps(
        drug="baclofen",
        steps=[every_other_day({"evening": "5 mg"}, weeks(2)), on_weekdays({"evening": "7 mg"}, "mon", "thu")],
    )
    assert "2.5 mg/day on average" in str(made.report)
    assert made.report.to_dict()["steps"][1]["average"] == "2 mg"
    assert made.report.largest_fall is not None
    assert made.report.largest_fall.percent_of_current == 100


def test_steps_print_their_report_and_show_how_many_they_are() -> None:
    made = plan_steps(drug="baclofen", steps=[({"evening": "15 mg"}, weeks(1))], then="stop")
    assert str(made) == str(made.report)
    assert str(made).splitlines()[-1] == "1 week: 15 mg evening"
    assert repr(made) == "<Steps of baclofen: 1 steps>"


def test_steps_upward_never_fall() -> None:
    made = plan_steps(drug="baclofen", before="nothing", steps=[({"evening": "5 mg"}, None)], pace="5 mg, every 1 week")
    assert made.course.then == "continue"
    assert str(made.report).splitlines()[0] == "It never goes down."
    assert made.report.to_dict()["largest_fall"] is None


def test_a_gap_in_steps_is_not_measured() -> None:
    gap = Step(kind="gap", lasting=days(3))
    made = plan_steps(drug="baclofen", steps=[({"evening": "5 mg"}, days(3)), gap, ({"evening": "5 mg"}, None)])
    assert made.report.changes == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"steps": []}, "there are no steps"),
        ({"steps": [({"evening": "5 mg"}, "3 days")]}, "say what follows"),
        ({"before": "5 mg"}, "write one day's doses"),
        ({"steps": [({"evening": "five"}, None)]}, "steps: "),
    ],
)
def test_steps_that_do_not_say_what_is_meant_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan_steps(**{"drug": "baclofen", "steps": [({"evening": "5 mg"}, None)], **changes})
    assert says in str(caught.value)


def test_a_week_without_a_day_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no day of the week"):
        on_weekdays({"evening": "5 mg"})


# Daily micro-tapers: each day the smallest dose on or above (1 - p)^(t/n)


@given(st.integers(1, 40).map(lambda n: Fraction(n, 100)), st.integers(2, 28), st.sampled_from([1, 2]))
def test_a_micro_taper_takes_each_day_the_smallest_dose_on_or_above_the_curve(part, interval, last) -> None:
    made = plan_daily_taper(
        drug="diazepam",
        before={"bedtime": "5 mg"},
        products=[DROPS],
        pace=f"{float(part * 100):g}% of current, last dose {last} mg, every {Duration(interval, 'day')}",
    )
    doses = [step.days[0].total.mg for step in made.course.steps for _ in range(step.lasting.days)]
    floor = Fraction(last, 5) ** interval
    for day, dose in enumerate(doses, start=1):
        # dose >= 5 * (1-p)^(t/n), in whole numbers: (dose/5)^n >= (1-p)^t; where the curve ends it is the last dose.
        curve = max((1 - part) ** day, floor)
        assert (dose / 5) ** interval >= curve
        assert ((dose - Fraction(1, 10)) / 5) ** interval < curve
    assert doses[-1] == last
    # The first day after the plan is the first with the curve below the last dose, or the day after it.
    assert (1 - part) ** (len(doses) - 1) > floor > (1 - part) ** (len(doses) + 1)


@given(
    st.lists(st.sampled_from([4, 6, 10, 20]), min_size=2, max_size=3),
    st.sampled_from(["20% of start", "2 mg", "10% of current, at least 1 mg"]),
    st.integers(3, 14),
)
def test_evenly_no_intake_could_fall_further_without_going_below_the_curve(starts, pace, interval) -> None:
    slots = ["morning", "noon", "bedtime"][: len(starts)]
    made = plan_daily_taper(
        drug="diazepam",
        before={slot: f"{start} mg" for slot, start in zip(slots, starts, strict=True)},
        products=DIAZEPAM,
        order="evenly",
        pace=f"{pace}, every {interval} days",
    )
    whole = Fraction(sum(starts))
    ruler = measure_of(Pace.parse(f"{pace}, every {interval} days"), DailyDose(whole)).ruler
    reach = [Fraction(0), *(dose.mg for dose in Reachable(DIAZEPAM, up_to=mg(20), handling=STANDARD.handling()).doses)]
    days = [step.regimen for step in made.course.steps for _ in range(step.lasting.days)]
    for day, regimen in enumerate(days, start=1):
        total = regimen.total.mg
        assert ruler.fall(whole, total) * interval <= day * ONE_PACE
        for intake in regimen:
            lower = max(dose for dose in reach if dose < intake.dose.mg)
            assert ruler.fall(whole, total - intake.dose.mg + lower) * interval > day * ONE_PACE


@pytest.mark.parametrize("order", ["evenly", "in order", "keep last: bedtime"])
def test_a_micro_taper_of_several_intakes_never_rises_and_ends_at_the_last_dose(order: str) -> None:
    made = plan_daily_taper(
        drug="diazepam",
        before={"morning": "2 mg", "noon": "2 mg", "bedtime": "4 mg"},
        products=[DROPS],
        order=order,
        pace="1 mg, every 1 week",
    )
    for before, after in zip(made.course.steps, made.course.steps[1:], strict=False):
        assert before.regimen is not None
        assert after.regimen is not None
        for slot in after.slots:
            assert after.regimen.dose_at(slot) <= before.regimen.dose_at(slot)
    assert sum(step.lasting.days for step in made.course.steps) == 55
    assert made.course.then == "stop"


def test_ten_percent_in_four_weeks_is_ten_percent_after_28_days_and_not_ten_28ths_a_day() -> None:
    made = plan_daily_taper(
        drug="diazepam",
        before={"bedtime": "10 mg"},
        products=[DROPS],
        pace="10% of current, last dose 5 mg, every 4 weeks",
    )
    totals = [step.regimen.total.mg for step in made.course.steps for _ in range(step.lasting.days)]
    assert totals[27] == 9
    assert totals[26] > 9


@pytest.mark.parametrize(
    ("pace", "error", "says"),
    [
        ("10% of current, last dose 1 mg, every 1 month", InvalidInput, "in days or weeks"),
        ("5 mg, every 1 day", NoPlan, "the curve ends on day 1"),
    ],
)
def test_a_micro_taper_that_cannot_be_tracked_is_refused(pace: str, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        plan_daily_taper(drug="diazepam", before={"bedtime": "5 mg"}, products=[DROPS], pace=pace)


# Titrations


def titrated(**changes: Any) -> list[str]:
    asked = {"drug": "baclofen", "to": "15 mg", "by": ("5 mg", days(3)), "products": BACLOFEN}
    made = plan_titration(**{"slots": ["evening", "morning", "noon"], **asked, **changes})
    return [f"{step.lasting or 'on'}: {step}" for step in made.course.steps]


def test_an_increment_goes_to_the_intakes_in_turn() -> None:
    assert titrated(to=mg(20)) == [
        "3 days: 5 mg evening",
        "3 days: 5 mg morning, 5 mg evening",
        "3 days: 5 mg morning, 5 mg noon, 5 mg evening",
        "on: 5 mg morning, 5 mg noon, 10 mg evening",
    ]


def test_an_increment_that_cannot_be_made_is_never_exceeded() -> None:
    with pytest.raises(NotReachable, match=r"by: 6 mg of baclofen cannot be made .* 5 mg and 7\.5 mg"):
        titrated(by=(mg(6), days(3)), to="12.5 mg", slots=["evening"])
    assert titrated(by=(mg(5), days(3)), to="12.5 mg", slots=["evening"]) == [
        "3 days: 5 mg evening",
        "3 days: 10 mg evening",
        "on: 12.5 mg evening",
    ]


def test_a_titration_goes_on_from_what_is_taken() -> None:
    assert titrated(before={"evening": "5 mg"}, slots=["morning", "evening"], to="10 mg") == [
        "on: 5 mg morning, 5 mg evening"
    ]


def label(*steps: tuple[int, str, int], **more: Any) -> Titration:
    made = tuple(TitrationStep(from_day=day, total=total, times_per_day=times) for day, total, times in steps)
    return Titration(source=SOURCE, steps=made, **more)


def test_labeled_steps_are_divided_as_evenly_as_the_products_allow_up_to_the_target() -> None:
    by = label((1, "15 mg", 3), (4, "30 mg", 3), (7, "45 mg", 3), (10, "60 mg", 3))
    assert titrated(by=by, to="40 mg") == [
        "3 days: 5 mg morning, 5 mg noon, 5 mg evening",
        "3 days: 10 mg morning, 10 mg noon, 10 mg evening",
        "on: 12.5 mg morning, 12.5 mg noon, 15 mg evening",
    ]


def test_labeled_steps_at_or_below_what_is_taken_are_left_out() -> None:
    by = label((1, "5 mg", 1), (4, "10 mg", 2), (8, "15 mg", 3))
    assert titrated(by=by, before={"evening": "5 mg"}) == [
        "4 days: 5 mg morning, 5 mg evening",
        "on: 5 mg morning, 5 mg noon, 5 mg evening",
    ]


def test_a_label_goes_on_by_its_increments() -> None:
    more = {"increment_low": "5 mg", "increment_high": "10 mg", "every_low": "3 days", "every_high": "1 week"}
    by = label((1, "5 mg", 1), **more)
    assert titrated(by=by, aim="slow") == ["7 days: 5 mg evening", "7 days: 10 mg evening", "on: 15 mg evening"]
    assert titrated(by=by, aim="fast") == ["3 days: 5 mg evening", "on: 15 mg evening"]
    with pytest.raises(InvalidInput, match="add aim"):
        titrated(by=by)
    per_intake = label((1, "10 mg", 2), **{**more, "increment_per": "intake", "increments_from_day": 15})
    assert titrated(by=per_intake, aim="slow", to="20 mg") == [
        "14 days: 5 mg morning, 5 mg evening",
        "on: 10 mg morning, 10 mg evening",
    ]
    even = label((1, "5 mg", 1), **{**more, "increment_low": "5 mg", "increment_high": "5 mg"})
    with pytest.raises(InvalidInput, match="the label gives 3 days to 1 week"):
        titrated(by=even)
    increments_only = Titration(source=SOURCE, increment_high="5 mg", every_low="3 days")
    assert titrated(by=increments_only, to="10 mg", slots=["evening"]) == ["3 days: 5 mg evening", "on: 10 mg evening"]


def test_a_label_may_begin_on_alternate_days() -> None:
    steps = (
        TitrationStep(from_day=1, total="5 mg", every_other_day=True),
        TitrationStep(from_day=15, total="5 mg", total_up_to="10 mg"),
    )
    by = Titration(source=SOURCE, steps=steps)
    assert titrated(by=by, to="5 mg", aim="slow")[0] == "14 days: in turn: 5 mg evening; nothing"
    assert titrated(by=by, to="10 mg", aim="fast")[1] == "on: 10 mg evening"
    with pytest.raises(InvalidInput, match="the label gives 5 mg to 10 mg"):
        titrated(by=by, to="10 mg")


def test_what_is_taken_on_alternate_days_may_become_the_same_every_day_and_no_less() -> None:
    asked = {"by": label((1, "5 mg", 1)), "before": Before(cycle=(Regimen.of({"evening": "5 mg"}), Regimen.of({})))}
    assert titrated(**asked, to="5 mg") == ["on: 5 mg evening"]
    with pytest.raises(InvalidInput, match=r"the target of 2\.5 mg is not above the 5 mg/day taken now"):
        titrated(**asked, to="2.5 mg")


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"to": "5 mg", "before": {"evening": "5 mg"}}, InvalidInput, "is not above the 5 mg/day taken now"),
        ({"slots": []}, InvalidInput, "no time of day"),
        ({"slots": ["evening", "evening"]}, InvalidInput, "or one twice"),
        ({"by": ("0 mg", days(3))}, InvalidInput, "an increment of 0 mg changes nothing"),
        ({"by": ("1 mg", days(3))}, NoTitration, "no intake can rise by 1 mg or less"),
        ({"by": ("1 mg", days(3))}, NoTitration, "the smallest dose that can be made is 2.5 mg. Give"),
        ({"before": {"bedtime": "5 mg"}}, InvalidInput, "taken at bedtime already"),
        ({"by": label((1, "5 mg", 4)), "to": "5 mg"}, InvalidInput, "4 intakes a day, and 3 times of day"),
        ({"by": label((1, "7 mg", 1)), "to": "7 mg"}, NotReachable, "7 mg of baclofen cannot be made"),
        ({"by": label((1, "5 mg", 3)), "to": "5 mg"}, NoTitration, "cannot be made in 3 intakes"),
        ({"by": label((1, "7 mg", 2)), "to": "7 mg"}, NoTitration, "7 mg cannot be made in 2 intakes"),
        ({"by": label((1, "5 mg", 1))}, NoTitration, "end at 5 mg"),
        ({"by": label((1, "5 mg", 1)), "before": {"evening": "10 mg"}}, NoTitration, "lie below what is taken"),
        (
            {"by": Titration(source=SOURCE, increment_high="5 mg", every_low="1 month")},
            InvalidInput,
            "no number of days",
        ),
        ({"products": tablets("baclofen", "30 mg", score=1)}, NoTitration, "smallest dose that can be made is 15 mg"),
    ],
)
def test_a_titration_that_leads_nowhere_says_why(changes: dict[str, Any], error: Any, says: str) -> None:
    with pytest.raises(error) as caught:
        titrated(**changes)
    assert says in str(caught.value)


def test_a_titration_has_a_thousand_steps_and_no_more() -> None:
    asked: dict[str, Any] = {"drug": "diazepam", "slots": ["bedtime"], "by": ("0.1 mg", days(1)), "products": [DROPS]}
    assert len(plan_titration(**asked, to="100 mg").course.steps) == 1000
    with pytest.raises(NoTitration, match="more than 1000 steps"):
        plan_titration(**asked, to="100.1 mg")


def test_a_titration_is_chosen_by_source_column_and_indication_and_never_guessed() -> None:
    with_it, without = label((1, "5 mg", 1), column="with-it"), label((1, "10 mg", 1), column="without")
    held = Monograph(drug="baclofen", reviewed_on=date(2026, 11, 1), titrations=(with_it, without))
    assert choose_titration(held, column="with-it") == with_it
    with pytest.raises(NotFound, match="several titrations fit; on file: label, column with-it; label, column without"):
        choose_titration(held, source="label", indication="spasticity")
    with pytest.raises(NotFound, match="no titration fits"):
        choose_titration(held, column="other")


# Cross-tapers


def table(name: str, dose: str, up_to: str | None = None) -> EquivalenceTable:
    row = Equivalent(drug="lorazepam", dose=Dose.parse(dose), up_to=Dose.parse(up_to) if up_to else None)
    return EquivalenceTable(
        id=name, title=name.title(), reference="diazepam", reference_dose=mg(10), source=SOURCE, rows=(row,)
    )


ASHTON, OTHER = table("ashton", "1 mg"), table("other", "0.5 mg", "2 mg")
ALONE = EquivalenceTable(id="alone", title="Alone", reference="diazepam", reference_dose=mg(10), source=SOURCE, rows=())
LORAZEPAM = tablets("lorazepam", "0.5 mg", "1 mg")
DIAZEPAM = tablets("diazepam", "2 mg", "5 mg", "10 mg")
PACE = "10% of current, at least 1 mg, up to 12.5%, every 2 weeks"


def crossed(**changes: Any) -> Any:
    asked = {
        "drug": "lorazepam",
        "before": {"morning": "1 mg", "bedtime": "1 mg"},
        "products": LORAZEPAM,
        "to_drug": "diazepam",
        "to_products": DIAZEPAM,
        "equivalence": ASHTON,
        "every": weeks(1),
        "rounding": "down",
        "tables": [ASHTON, OTHER, ALONE],
    }
    return plan_cross_taper(**{**asked, **changes})


def test_intakes_change_over_one_by_one_then_the_second_drug_is_tapered() -> None:
    made = crossed(order=["bedtime", "morning"], then={"pace": PACE, "order": "evenly"}, title="Over")
    old, new = made.plan.courses
    assert [str(step) for step in old.steps] == ["1 mg morning"]
    assert (old.then, new.then, new.before) == ("stop", "stop", "nothing")
    assert [str(step) for step in new.steps[:3]] == [
        "10 mg bedtime",
        "10 mg morning, 10 mg bedtime",
        "8 mg morning, 10 mg bedtime",
    ]
    assert new.steps[1].lasting == weeks(1)
    assert made.taper is not None
    lines = str(made).splitlines()
    assert lines[0] == "Both together never go down in the stages, under Ashton."
    assert lines[1].startswith("In the taper of diazepam after it: largest reduction 16 mg/day to 14 mg/day")
    assert lines[3].endswith("20 mg a day together (10 mg to 40 mg)")
    assert lines[4].endswith("20 mg a day together (15 mg to 30 mg)")
    assert made.to_dict()["taper"]["asked"] == PACE


def test_each_stage_tells_the_equivalent_under_the_named_table_and_the_spread_under_all_that_hold_both() -> None:
    first, second = crossed().stages
    assert (first.combined, first.spread) == (20, {"ashton": (20, 20), "other": (15, 30)})
    assert (first.lowest, first.highest) == (15, 30)
    assert (second.combined, second.day) == (20, 8)


def test_every_intake_changes_over_in_proportion() -> None:
    made = crossed(stages=4)
    assert [str(stage.old) for stage in made.stages] == [
        "0.75 mg morning, 0.75 mg bedtime",
        "0.5 mg morning, 0.5 mg bedtime",
        "0.25 mg morning, 0.25 mg bedtime",
        "nothing",
    ]
    assert [stage.combined for stage in made.stages] == [20, 20, 20, 20]
    assert made.plan.courses[1].then == "continue"
    assert made.to_dict()["taper"] is None
    assert str(made).endswith("(20 mg to 20 mg)")


def test_stages_of_a_month_have_no_day_until_there_is_a_start() -> None:
    assert crossed(every=months(1)).stages[1].day is None
    assert "stage 2: nothing and" in str(crossed(every=months(1)))


def test_the_days_of_the_taper_after_the_stages_are_those_of_the_plan() -> None:
    made = crossed(then={"pace": PACE, "order": "evenly"}, stages=4)
    assert made.taper is not None
    bounds = made.plan.courses[1].bounds()
    assert [row.day for row in made.taper.rows[:-1]] == [first for first, _ in bounds[4:]]
    assert made.taper.rows[0].day == 29
    monthly = crossed(then={"pace": PACE, "order": "evenly"}, every=months(1)).taper
    assert monthly is not None
    assert monthly.rows[0].day is None


def test_a_cross_taper_opens_with_the_largest_fall_of_both_together() -> None:
    made = crossed(stages=3, equivalence=table("odd", "0.75 mg"))
    before, after = made.largest_fall
    assert str(made).splitlines()[0] == (
        f"Largest reduction of both together, day {after.day}: {write_equivalent(before.combined)} to "
        f"{write_equivalent(after.combined)}, {write_percent((before.combined - after.combined) / before.combined)}, "
        "under Odd."
    )
    assert made.to_dict()["largest_fall"] == str(made).splitlines()[0]


@pytest.mark.no_cover
def test_stages_that_take_the_same_are_refused() -> None:
    with pytest.raises(NoPlan, match=r"stages: stages \d+ and \d+ of 40 take the same doses"):
        crossed(stages=40, rounding="up")


def test_each_course_names_its_products() -> None:
    first, second = crossed().plan.courses
    assert first.products == tuple(sorted(product.id for product in LORAZEPAM))
    assert second.products == tuple(sorted(product.id for product in DIAZEPAM))


def test_products_of_two_releases_are_never_mixed_in_a_plan() -> None:
    slow = Product(id="slow", drug="diazepam", form="capsule", strength="3 mg", release="extended")
    with pytest.raises(InvalidInput, match="extended and immediate release; name one"):
        crossed(to_products=[*DIAZEPAM, slow])
    lozenge = Product(id="under", drug="diazepam", form="sublingual tablet", strength="3 mg")
    with pytest.raises(InvalidInput, match="never stand in for each other"):
        crossed(to_products=[*DIAZEPAM, lozenge])


def test_a_label_of_another_release_is_not_followed() -> None:
    with pytest.raises(InvalidInput, match="label titrates extended release, and the products are immediate"):
        titrated(by=label((1, "15 mg", 3), releases=["extended"]), to="15 mg")


def test_a_dose_that_a_label_only_calls_divided_is_divided_over_the_times_named() -> None:
    steps = (TitrationStep(from_day=1, total="5 mg"), TitrationStep(from_day=8, total="10 mg", divided=True))
    by = Titration(source=SOURCE, steps=steps)
    assert titrated(by=by, to="10 mg", slots=["evening", "morning"]) == [
        "7 days: 5 mg evening",
        "on: 5 mg morning, 5 mg evening",
    ]
    with pytest.raises(InvalidInput, match="the label divides 10 mg a day; name two times of day or more"):
        titrated(by=by, to="10 mg", slots=["evening"])


@pytest.mark.parametrize(
    ("rounding", "dose", "made"),
    [
        ("down", "7.7 mg", "7.5 mg"),
        ("up", "7.7 mg", "8 mg"),
        ("nearest", "7.7 mg", "7.5 mg"),
        ("nearest", "7.75 mg", "7.5 mg"),
        ("nearest", "7.8 mg", "8 mg"),
        ("down", "7 mg", "7 mg"),
        ("down", "0.4 mg", "0 mg"),
        ("nearest", "0.1 mg", "1 mg"),
    ],
)
def test_rounding_has_a_name(rounding: Any, dose: str, made: str) -> None:
    assert round_dose(Dose.parse(dose), DIAZEPAM, rounding) == Dose.parse(made)


@pytest.mark.parametrize("rounding", ["up", "nearest", "down"])
def test_a_cap_on_pieces_or_volume_is_an_error_and_no_rounding(rounding: Any) -> None:
    small = DROPS.measured("0.1 mL", graduation="0.1 mL", largest="5 mL")
    with pytest.raises(NotReachable, match="nearest dose that can be made is 5 mg"):
        round_dose(mg("7.5"), [small], rounding)
    with pytest.raises(NotReachable, match="Allow 8 pieces in an intake: at most 4 are now"):
        round_dose(mg(80), DIAZEPAM[-1:], rounding)


def test_a_micro_taper_whose_last_dose_lies_between_two_that_can_be_made_ends_at_the_upper() -> None:
    whole = [Product(id="two", drug="diazepam", form="tablet", strength="2 mg")]
    made = plan_daily_taper(
        drug="diazepam", before={"bedtime": "8 mg"}, products=whole, pace="10% of current, last dose 3 mg, every 2 days"
    )
    assert [step.days[0].total.mg for step in made.course.steps] == [8, 6, 4]


def test_a_liquid_that_cannot_be_measured_makes_no_rounding_finer() -> None:
    unmeasured = DROPS.model_copy(update={"smallest_volume": None, "graduation": None})
    assert round_dose(mg("7.7"), [*DIAZEPAM, unmeasured], "up") == mg(8)


def test_a_dose_below_the_smallest_volume_is_rounded_up_to_it() -> None:
    liquid = DROPS.measured("0.5 mL", graduation="0.1 mL")
    assert round_dose(mg("0.1"), [liquid], "up") == mg("0.5")
    assert round_dose(mg("0.1"), [liquid], "down") == mg(0)


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"equivalence": ALONE}, NotFound, "Alone has no row for lorazepam"),
        ({"before": {}}, InvalidInput, "nothing to replace"),
        ({"to_drug": "lorazepam", "to_products": LORAZEPAM}, InvalidInput, "cannot replace itself"),
        ({"order": ["morning"]}, InvalidInput, "does not name each intake once"),
        ({"stages": 1}, InvalidInput, "write 2 or more"),
        ({"before": {"morning": "1 mg"}}, NoPlan, "changes over on day 1"),
        ({"equivalence": table("weak", "20 mg")}, NoPlan, "make nothing of it"),
    ],
)
def test_a_cross_taper_that_cannot_be_made_says_why(changes: dict[str, Any], error: Any, says: str) -> None:
    with pytest.raises(error) as caught:
        crossed(**changes)
    assert says in str(caught.value)
