"""What each event does to a plan, and what is refused because it does not fit."""

from datetime import date, timedelta

import pytest

from builders import START, TABLETS, course, liquid, plan_of, plan_with, step, tablet
from taper import (
    Formulary,
    InvalidInput,
    Log,
    Product,
    apply_log,
    check,
    days,
    mg,
    months,
    realize,
    to_schedule,
    to_table,
    weeks,
)
from taper.adjustment.apply_log import DecisionNeeded, NothingToChange, OtherPlan
from taper.adjustment.course_state import CourseState, turned
from taper.planning.taper import plan_taper
from taper.plans.log import (
    ChangeProducts,
    Gap,
    Hold,
    InvalidEvent,
    PassReview,
    Resume,
    ResumeAt,
    Retarget,
    Slow,
    SpeedUp,
    StepBack,
    Stop,
    Symptom,
    TitrateAnew,
    TitrateTo,
)
from taper.plans.plan import Course, Plan, Step
from taper.schedules.realization import CannotRealize
from taper.schedules.schedule import End

TAPER = plan_of(step("8 mg", "10 days"), step("6 mg", "10 days"), step("4 mg", "10 days"), then="stop")
"""Falls on days 11 and 21, stops after day 30."""
DIAZEPAM = to_schedule(
    realize(
        plan_of(
            step("10 mg", "4 weeks"), step("8 mg", "4 weeks"), drug="diazepam", before={"regimen": {"evening": "10 mg"}}
        ),
        Formulary.shipped().products("diazepam", market="us"),
    ),
    start=START,
)
KNOWN = plan_of(
    step("8 mg", "10 days"), step("6 mg", "10 days"), step("4 mg", "10 days"),
    then="stop", before={"regimen": {"evening": "10 mg"}},
)  # fmt: skip
OPEN = plan_of(step("8 mg", "10 days"), step("6 mg"), then="continue")
TWO = plan_with(
    course(step("8 mg", "10 days"), step("6 mg", "10 days"), id="a", then="stop"),
    course(step("4 mg", "10 days"), step("2 mg", "10 days"), id="b", then="stop", starts_on_day=6),
)


def on(number):
    return START + timedelta(days=number - 1)


def base_of(plan, products=TABLETS, horizon=None):
    return to_schedule(realize(plan, products), start=START, horizon=horizon)


def adjust(plan, *events, horizon=None, products=(), **more):
    made = apply_log(base_of(plan, horizon=horizon), Log.of(plan, START, events, **more), products=products)
    held = [product for course in made.realized.courses for product in course.products]
    assert (
        realize(made.realized.plan, {product.id: product for product in held}.values()).courses == made.realized.courses
    )
    return made


def doses(schedule, name=None):
    """Each step of a course as (mg a day on its first day, days)."""
    name = name or schedule.realized.courses[0].course.id
    return [
        (int(item.realized.days[0].total.mg), item.last_day and item.last_day - item.first_day + 1)
        for item in schedule.steps_of(name)
    ]


def refused(kind, words, plan, *events, **more):
    with pytest.raises(kind, match=words) as caught:
        adjust(plan, *events, **more)
    assert caught.value.where.startswith(f"events[{len(events) - 1}]")


class TestHold:
    def test_a_hold_within_a_step_makes_it_longer_and_moves_the_rest(self):
        assert doses(adjust(TAPER, Hold(day=on(15), lasting=days(7)))) == [(8, 10), (6, 4), (6, 13), (4, 10)]

    def test_a_hold_on_the_day_of_a_fall_keeps_the_dose_before_it(self):
        assert doses(adjust(TAPER, Hold(day=on(11), lasting=days(7)))) == [(8, 10), (8, 7), (6, 10), (4, 10)]

    def test_two_holds_on_two_days_add_up(self):
        held = adjust(TAPER, Hold(day=on(15), lasting=days(7)), Hold(day=on(17), lasting=days(3)))
        assert len(held.days) == 40

    def test_a_hold_of_months_ends_where_the_calendar_says(self):
        assert len(adjust(TAPER, Hold(day=on(11), lasting=months(1))).days) == 61

    def test_a_cycle_goes_on_turning_through_a_hold(self):
        plan = plan_of(step(["4 mg", "2 mg"], "6 days"), then="stop")
        held = adjust(plan, Hold(day=on(4), lasting=days(3)))
        assert [int(day.totals["testamine"].mg) for day in held.days] == [4, 2, 4, 2, 4, 2, 4, 2, 4]

    def test_a_weekly_pattern_keeps_its_weekdays_through_a_hold(self):
        plan = plan_of({"weekly": {"mon": {"evening": "4 mg"}}, "for": "14 days"}, then="stop")
        held = adjust(plan, Hold(day=on(4), lasting=days(3)))
        assert {day.date.weekday() for day in held.days if day.intakes} == {0}

    def test_a_hold_of_all_courses_moves_one_that_has_not_begun(self):
        held = adjust(TWO, Hold(day=on(3), lasting=days(7)))
        assert held.realized.course("b").course.starts_on_day == 13
        assert held.realized.course("a").course.bounds()[-1] == (18, 27)

    def test_a_hold_of_one_course_leaves_the_other(self):
        held = adjust(TWO, Hold(day=on(8), lasting=days(7), course="b"))
        assert doses(held, "a") == [(8, 10), (6, 10)]
        assert doses(held, "b") == [(4, 2), (4, 15), (2, 10)]

    def test_lengths_of_months_keep_their_days_when_they_move(self):
        plan = plan_of(step("8 mg", "10 days"), step("6 mg", "1 month"), then="stop")
        held = adjust(plan, Hold(day=on(11), lasting=days(40)))
        assert doses(held) == [(8, 10), (8, 40), (6, 31)]

    def test_a_dose_without_an_end_cannot_be_held(self):
        refused(NothingToChange, "nothing to hold", OPEN, Hold(day=on(15), lasting=days(3)), horizon=weeks(4))


class TestResume:
    def test_it_ends_a_hold_early(self):
        resumed = adjust(TAPER, Hold(day=on(15), lasting=days(7)), Resume(day=on(17)))
        assert doses(resumed) == [(8, 10), (6, 4), (6, 2), (6, 6), (4, 10)]

    def test_it_ends_the_time_of_a_step_back_early(self):
        resumed = adjust(TAPER, StepBack(day=on(15), steps=1, lasting=days(7)), Resume(day=on(17)))
        assert doses(resumed) == [(8, 10), (6, 4), (8, 2), (6, 10), (4, 10)]

    @pytest.mark.parametrize("day", [14, 22])
    def test_what_is_not_held_cannot_be_resumed(self, day):
        events = [Hold(day=on(15), lasting=days(7))] if day > 15 else []
        refused(NothingToChange, "is not held", TAPER, *events, Resume(day=on(day)))

    def test_what_was_decided_is_not_decided_again(self):
        gap = Gap(day=on(15), lasting=days(3), then=ResumeAt(resume={"evening": "6 mg"}))
        refused(InvalidEvent, "no gap that waits", TAPER, gap, Resume(day=on(20), then="stop"))


class TestStepBack:
    def test_it_returns_to_the_dose_before_and_comes_down_step_by_step(self):
        assert doses(adjust(TAPER, StepBack(day=on(25), steps=2, lasting=days(5)))) == [
            (8, 10), (6, 10), (4, 4), (8, 5), (6, 10), (4, 10),
        ]  # fmt: skip

    def test_it_is_marked_and_nothing_else_is(self):
        kinds = [
            item.realized.step.kind for item in adjust(TAPER, StepBack(day=on(25), steps=1, lasting=days(5))).steps
        ]
        assert kinds == [None, None, None, "step-back", None]

    def test_it_counts_from_what_was_last_taken_and_not_from_what_was_due(self):
        assert doses(adjust(TAPER, StepBack(day=on(21), steps=1, lasting=days(5))))[2] == (8, 5)

    def test_a_second_one_goes_further_back(self):
        twice = adjust(
            TAPER, StepBack(day=on(25), steps=1, lasting=days(5)), StepBack(day=on(28), steps=1, lasting=days(5))
        )
        assert doses(twice)[-3:] == [(8, 5), (6, 10), (4, 10)]

    def test_steps_that_are_alike_and_gaps_are_passed_over(self):
        gap = {"kind": "gap", "for": "3 days"}
        plan = plan_of(step("8 mg", "5 days"), step("6 mg", "5 days"), gap, step("6 mg", "5 days"), then="stop")
        back = adjust(plan, StepBack(day=on(15), steps=1, lasting=days(2)))
        assert doses(back) == [(8, 5), (6, 5), (0, 3), (6, 1), (8, 2), (6, 5), (6, 5)]

    def test_it_does_not_go_past_the_beginning(self):
        event = StepBack(day=on(15), steps=2, lasting=days(5))
        refused(InvalidEvent, "2 steps back lie before the first step of testamine; 1 at most", TAPER, event)

    def test_a_first_step_that_is_as_the_next_is_no_step_back(self):
        plan = plan_of(step("8 mg", "5 days"), step("8 mg", "5 days"), step("6 mg", "5 days"), then="stop")
        event = StepBack(day=on(8), steps=1, lasting=days(5))
        refused(InvalidEvent, "1 step back lies before the first step", plan, event)

    def test_it_goes_back_to_what_was_taken_before_the_plan(self):
        back = adjust(KNOWN, StepBack(day=on(5), steps=1, lasting=days(6)))
        assert doses(back) == [(8, 4), (10, 6), (8, 10), (6, 10), (4, 10)]
        twice = adjust(KNOWN, Hold(day=on(12), lasting=days(2)), StepBack(day=on(15), steps=2, lasting=days(3)))
        assert doses(twice)[-4:] == [(10, 3), (8, 10), (6, 10), (4, 10)]

    def test_it_does_not_go_past_what_was_taken_before_the_plan(self):
        back = StepBack(day=on(5), steps=1, lasting=days(6))
        refused(InvalidEvent, "1 step back lies before", KNOWN, back, StepBack(day=on(8), steps=1, lasting=days(2)))
        refused(
            InvalidEvent, "2 steps back lie before .*; 1 at most", KNOWN, StepBack(day=on(5), steps=2, lasting=days(6))
        )

    def test_what_was_taken_before_is_made_of_the_products_of_the_day(self):
        changed = ChangeProducts(day=on(4), products=("t2mg",))
        back = adjust(KNOWN, changed, StepBack(day=on(5), steps=1, lasting=days(6)))
        assert str(back.days[4].intakes[0].portions[0]) == "5 x t2mg"

    def test_without_a_change_of_products_a_step_that_is_made_anew_names_none(self):
        back = adjust(KNOWN, StepBack(day=on(5), steps=1, lasting=days(6)))
        assert {item.products for item in back.realized.plan.courses[0].steps} == {()}


class TestPace:
    PLANNED = plan_taper(
        drug="testamine", before={"evening": "10 mg"}, pace="1 mg, every 1 week", products=TABLETS
    ).plan

    def test_a_slower_pace_keeps_the_dose_for_the_new_interval_from_its_first_day(self):
        slowed = adjust(self.PLANNED, Slow(day=on(10), pace="1 mg, every 2 weeks"))
        assert doses(slowed)[:4] == [(9, 7), (8, 2), (8, 12), (7, 14)]

    def test_a_slower_pace_keeps_what_was_still_to_come_of_the_dose_beyond_its_interval(self):
        slowed = adjust(TAPER, Slow(day=on(15), pace="1 mg, every 1 week"))
        assert doses(slowed)[:4] == [(8, 10), (6, 4), (6, 6), (5, 7)]

    def test_a_plan_written_by_hand_is_slowed_by_the_pace_that_is_given(self):
        slowed = adjust(TAPER, Slow(day=on(15), pace="1 mg, every 2 weeks"))
        assert doses(slowed) == [(8, 10), (6, 4), (6, 10), (5, 14), (4, 14), (3, 14), (2, 14), (1, 14)]

    def test_what_arrives_earlier_is_not_slower(self):
        refused(
            InvalidEvent, "arrives .* days earlier; write speed-up", TAPER, Slow(day=on(15), pace="3 mg, every 1 week")
        )
        refused(InvalidEvent, "arrives 1 day earlier; write", TAPER, Slow(day=on(15), pace="4 mg, every 9 days"))

    def test_what_falls_further_at_a_time_is_not_slower(self):
        words = (
            "drops from 9 mg/day to 6 mg/day at a time, more than any drop still planned from there, "
            "such as 9 mg/day to 8 mg/day; write speed-up"
        )
        refused(InvalidEvent, words, self.PLANNED, Slow(day=on(2), pace="3 mg, every 6 weeks"))

    def test_a_slower_pace_may_fall_as_far_as_the_plan_would_have(self):
        plan = plan_of(
            step("8 mg", "10 days"), step("6 mg", "10 days"), step("4 mg", "10 days"), step("2 mg", "10 days")
        )
        assert doses(adjust(plan, Slow(day=on(5), pace="2 mg, every 3 weeks")))[1:] == [
            (8, 17),
            (6, 21),
            (4, 21),
            (2, 10),
        ]

    def test_only_a_written_wish_speeds_a_plan_up(self):
        faster = adjust(self.PLANNED, SpeedUp(day=on(9), pace="2 mg, every 3 days"))
        assert doses(faster)[:4] == [(9, 7), (8, 1), (8, 2), (6, 3)]

    def test_a_step_back_after_a_change_of_pace_counts_from_the_dose_that_is_taken(self):
        slowed = Slow(day=on(25), pace="1 mg, every 2 weeks")
        assert (6, 5) in doses(adjust(TAPER, slowed, StepBack(day=on(27), steps=1, lasting=days(5))))

    def test_a_step_back_after_a_change_of_pace_never_goes_to_a_dose_that_was_only_planned(self):
        slowed, back = Slow(day=on(5), pace="1 mg, every 2 weeks"), StepBack(day=on(20), steps=1, lasting=days(3))
        assert doses(adjust(TAPER, slowed, back))[:5] == [(8, 4), (8, 10), (7, 5), (8, 3), (7, 14)]
        later = StepBack(day=on(45), steps=1, lasting=days(3))
        assert doses(adjust(TAPER, slowed, later))[2:7] == [(7, 14), (6, 14), (5, 2), (6, 3), (5, 14)]

    def test_months_of_a_rest_that_is_replanned_are_counted_from_the_day_on_which_it_begins(self):
        held = Hold(day=on(15), lasting=days(30), rest="replan", pace="2 mg, every 1 month")
        # 6 mg is kept until 19 April, 4 mg then until 19 May and 2 mg until 19 June.
        assert doses(adjust(TAPER, held)) == [(8, 10), (6, 4), (6, 36), (4, 30), (2, 31)]

    def test_a_longest_time_is_counted_until_the_day_on_which_the_rest_begins(self):
        asked = {"before": {"evening": "10 mg"}, "pace": "1 mg, every 1 week", "longest": "10 weeks"}
        plan = plan_taper(drug="testamine", products=TABLETS, **asked).plan
        held = Hold(day=on(60), lasting=weeks(2), rest="replan")  # 14 days, and the 4 that were left of the last dose
        refused(InvalidInput, "the longest time of 10 weeks is over by day 78", plan, held)

    def test_a_hold_that_stays_without_an_end_has_no_rest_to_replan(self):
        how = {"rest": "replan", "pace": "1 mg, every 1 week"}
        changed = ChangeProducts(day=on(15), products=("t1mg",), **how)
        refused(NothingToChange, "no rest to replan", OPEN, changed, horizon=weeks(4))

    def test_a_later_change_keeps_the_pace_of_an_earlier_one(self):
        slowed = Slow(day=on(10), pace="1 mg, every 2 weeks")
        back = StepBack(day=on(40), steps=1, lasting=days(7), rest="replan")
        assert doses(adjust(self.PLANNED, slowed, back))[-3:] == [(3, 14), (2, 14), (1, 14)]

    def test_a_plan_written_by_hand_has_no_pace_of_its_own(self):
        refused(InvalidEvent, "written by hand; give a pace", TAPER, Hold(day=on(15), lasting=days(3), rest="replan"))

    def test_a_cycle_has_no_size_to_fall_from(self):
        plan = plan_of(step(["4 mg", "2 mg"], "10 days"), step("2 mg", "10 days"), then="stop")
        refused(InvalidEvent, "differs from day to day", plan, Slow(day=on(4), pace="1 mg, every 2 weeks"))

    def test_a_cycle_at_the_end_is_no_target(self):
        plan = plan_of(step("8 mg", "10 days"), step(["4 mg", "2 mg"], "10 days"))
        refused(InvalidEvent, "give a target, or shift", plan, Slow(day=on(4), pace="1 mg, every 2 weeks"))

    def test_a_dose_without_an_end_has_nothing_to_slow(self):
        refused(NothingToChange, "retarget it", OPEN, Slow(day=on(15), pace="1 mg, every 1 week"), horizon=weeks(4))

    def test_a_plan_that_ends_in_a_review_still_does(self):
        plan = plan_of(step("8 mg", "10 days"), step("6 mg", "10 days"))
        slowed = adjust(plan, Slow(day=on(5), pace="1 mg, every 2 weeks"))
        assert (doses(slowed)[-2:], slowed.ends) == ([(7, 14), (6, 10)], End.REVIEW)


class TestProducts:
    def test_doses_from_the_day_on_are_made_of_the_new_products_and_earlier_ones_are_not(self):
        changed = adjust(TAPER, ChangeProducts(day=on(15), products=("t1mg",)))
        made = [day.intakes[0].portions[0].product for day in changed.days]
        assert set(made[14:]) == {"t1mg"}
        assert changed.days[:14] == base_of(TAPER).days[:14]

    def test_a_product_that_nobody_held_comes_from_the_caller(self):
        new = tablet("4 mg", id="new", score=2)
        changed = adjust(TAPER, ChangeProducts(day=on(21), products=("new",)), products=[new])
        assert str(changed.days[-1].intakes[0].portions[0]) == "1 x new"
        refused(InvalidEvent, "no product 'new'", TAPER, ChangeProducts(day=on(21), products=("new",)))

    def test_a_dose_that_they_cannot_make_is_named_with_its_neighbors(self):
        refused(CannotRealize, r"4 mg .* cannot be made .* 5 mg", TAPER, ChangeProducts(day=on(21), products=("t5mg",)))

    @pytest.mark.parametrize(("names", "form"), [(("t1mg",), "tablet"), (("solution",), None)], ids=["same", "other"])
    def test_a_course_names_its_form_as_long_as_it_keeps_to_it(self, names, form):
        plan = plan_of(step("8 mg", "10 days"), then="stop", form="tablet")
        changed = adjust(plan, ChangeProducts(day=on(5), products=names), products=[liquid()])
        assert changed.realized.plan.courses[0].form == form

    def test_a_step_back_is_made_of_the_new_products_too(self):
        changed = ChangeProducts(day=on(21), products=("t2mg",))
        back = adjust(TAPER, changed, StepBack(day=on(25), steps=1, lasting=days(5)))
        assert {p.product for day in back.days[20:] for i in day.intakes for p in i.portions} == {"t2mg"}

    def test_what_was_made_of_a_product_that_is_changed_again_stays(self):
        new = tablet("4 mg", id="new", score=4)
        events = ChangeProducts(day=on(11), products=("new",)), ChangeProducts(day=on(15), products=("t2mg",))
        changed = adjust(TAPER, *events, products=[new])
        assert [str(changed.days[day].intakes[0].portions[0]) for day in (10, 14)] == ["1 1/2 x new", "3 x t2mg"]

    def test_a_course_that_has_not_begun_is_made_of_the_new_products(self):
        changed = adjust(TWO, ChangeProducts(day=on(3), products=("t1mg",)))
        assert {p.product for i in changed.days[2].intakes for p in i.portions} == {"t1mg"}
        assert {p.product for i in changed.days[5].intakes for p in i.portions} == {"t1mg"}

    def test_a_course_that_has_ended_keeps_what_it_was_made_of(self):
        plan = plan_with(
            course(step("7 mg", "5 days"), id="a", then="stop"), course(step("6 mg", "9 days"), id="b", then="stop")
        )
        changed = adjust(plan, ChangeProducts(day=on(7), products=("t7", "t1mg")), products=[tablet("7 mg", id="t7")])
        assert {p.product for i in changed.days[4].intakes for p in i.portions} == {"t5mg", "t2mg", "t1mg"}

    def test_a_change_and_a_hold_on_one_day_go_together(self):
        changed = ChangeProducts(day=on(21), products=("t2mg",))
        held = adjust(TAPER, changed, Hold(day=on(21), lasting=days(5)))
        assert str(held.days[20].intakes[0].portions[0]) == "3 x t2mg"


class TestGap:
    GAP = Gap(day=on(15), lasting=days(4))

    def test_until_someone_decides_the_days_are_empty_and_say_so(self):
        waiting = adjust(TAPER, self.GAP)
        assert [str(note.kind) for day in waiting.days[14:] for note in day.notes] == ["not taken"] * 4 + [
            "decision needed"
        ] * 12
        assert not any(day.intakes for day in waiting.days[14:])
        assert waiting.ends is End.DECISION
        assert "decision needed; nothing is planned from 2027-03-19" in to_table(waiting)
        assert waiting.days[14].to_dict()["notes"] == [{"course": "testamine", "step": 3, "note": "not taken"}]

    def test_a_plan_without_an_end_waits_without_an_end(self):
        waiting = adjust(OPEN, self.GAP, horizon=weeks(4))
        assert (waiting.ends, len(waiting.days)) == (End.DECISION, 28)

    @pytest.mark.parametrize(
        "event",
        [Hold(day=on(20), lasting=days(2)), StepBack(day=on(20), steps=1, lasting=days(2)), Resume(day=on(20))],
        ids=lambda event: event.kind,
    )
    def test_nothing_follows_a_gap_that_waits(self, event):
        refused(DecisionNeeded, "waits for a decision", TAPER, self.GAP, event)

    def test_a_later_decision_resumes_and_the_days_between_stay_empty(self):
        decided = adjust(TAPER, self.GAP, Resume(day=on(25), then=ResumeAt(resume={"evening": "6 mg"})))
        assert doses(decided) == [(8, 10), (6, 4), (0, 4), (0, 6), (6, 6), (4, 10)]
        assert decided.ends is End.STOP

    def test_a_decision_may_come_after_the_day_on_which_the_plan_would_have_ended(self):
        decided = adjust(TAPER, self.GAP, Resume(day=on(45), then=ResumeAt(resume={"evening": "4 mg"})))
        assert doses(decided)[-2:] == [(0, 26), (4, 10)]

    def test_it_may_resume_at_an_earlier_step_and_come_down_again(self):
        back = adjust(TAPER, Gap(day=on(25), lasting=days(4), then=ResumeAt(resume={"evening": "8 mg"})))
        assert doses(back)[-4:] == [(0, 4), (8, 10), (6, 10), (4, 10)]
        assert not any(item.realized.step.review_before for item in back.steps)

    @pytest.mark.parametrize(
        ("resume", "kind"),
        [("4 mg", None), ("6 mg", "step-back"), ("8 mg", "step-back"), ("10 mg", "step-back"), ("12 mg", "increase")],
    )
    def test_only_a_return_to_more_is_marked_as_one(self, resume, kind):
        how = ResumeAt(resume={"evening": resume}, rest="replan", pace="1 mg, every 1 week")
        made = adjust(KNOWN, Gap(day=on(25), lasting=days(4), then=how))
        assert made.steps[4].realized.step.kind == kind
        said = f"then resumed at {resume} evening, the rest replanned at 1 mg, every 1 week"
        more = ", more than was taken on any day before" if kind == "increase" else ""
        assert f"{said}{more}." in to_table(made)

    def test_a_lower_step_is_no_step_back(self):
        made = adjust(TAPER, Gap(day=on(15), lasting=days(4), then=ResumeAt(resume={"evening": "4 mg"})))
        assert [item.realized.step.kind for item in made.steps] == [None, None, "gap", None]
        assert "then resumed at 4 mg evening." in to_table(made)

    def test_a_dose_that_rises_at_one_time_of_day_is_a_step_back(self):
        plan = plan_of(step([{"morning": "4 mg"}, {"morning": "4 mg", "evening": "4 mg"}], "10 days"), then="stop")
        how = ResumeAt(resume={"morning": "6 mg"}, rest="replan", pace="1 mg, every 1 week")
        assert adjust(plan, Gap(day=on(5), lasting=days(2), then=how)).steps[2].realized.step.kind == "step-back"

    def test_it_may_resume_at_what_was_taken_before_the_plan_for_as_long_as_is_written(self):
        resumed = ResumeAt.read({"resume": {"evening": "10 mg"}, "for": "5 days"})
        made = adjust(KNOWN, Gap(day=on(15), lasting=days(4), then=resumed))
        assert doses(made) == [(8, 10), (6, 4), (0, 4), (10, 5), (8, 10), (6, 10), (4, 10)]
        assert "then resumed at 10 mg evening for 5 days." in to_table(made)
        silent = ResumeAt(resume={"evening": "10 mg"})
        refused(
            InvalidEvent, 'for how long from now on; write "for"', KNOWN, Gap(day=on(15), lasting=days(4), then=silent)
        )
        twice = Gap(day=on(15), lasting=days(4), then=resumed), Gap(day=on(20), lasting=days(1), then=resumed)
        assert doses(adjust(KNOWN, *twice))[-4:] == [(10, 5), (8, 10), (6, 10), (4, 10)]

    def test_the_step_that_is_resumed_may_last_longer_than_planned(self):
        resumed = ResumeAt(resume={"evening": "6 mg"}, lasting=days(9))
        assert doses(adjust(TAPER, Gap(day=on(15), lasting=days(4), then=resumed)))[-2:] == [(6, 9), (4, 10)]
        stays = Gap(day=on(15), lasting=days(4), then=resumed)
        refused(InvalidEvent, 'keeps 6 mg evening with no stop date; remove "for"', OPEN, stays, horizon=weeks(4))

    def test_the_rest_may_be_planned_anew_after_as_long_as_is_written(self):
        how = ResumeAt(resume={"evening": "5 mg"}, rest="replan", pace="1 mg, every 1 week", lasting=days(10))
        assert doses(adjust(TAPER, Gap(day=on(25), lasting=days(4), then=how)))[-5:-3] == [(5, 10), (4, 7)]

    def test_a_step_back_after_the_rest_was_planned_anew_goes_to_what_was_taken_before_the_gap(self):
        how = ResumeAt(resume={"evening": "5 mg"}, rest="replan", pace="1 mg, every 1 week")
        back = StepBack(day=on(31), steps=1, lasting=days(3))
        made = adjust(TAPER, Gap(day=on(25), lasting=days(4), then=how), back)
        assert doses(made)[2:7] == [(4, 4), (0, 4), (5, 2), (4, 3), (5, 7)]

    def test_it_may_resume_at_another_dose_if_the_rest_is_planned_anew(self):
        how = ResumeAt(resume={"evening": "5 mg"}, rest="replan", pace="1 mg, every 1 week")
        assert doses(adjust(TAPER, Gap(day=on(25), lasting=days(4), then=how)))[-6:] == [
            (0, 4), (5, 7), (4, 7), (3, 7), (2, 7), (1, 7),
        ]  # fmt: skip
        lone = ResumeAt(resume={"evening": "5 mg"})
        refused(
            InvalidEvent,
            "no step .* is 5 mg evening; resume at one",
            TAPER,
            Gap(day=on(25), lasting=days(4), then=lone),
        )
        paceless = ResumeAt(resume={"evening": "5 mg"}, rest="replan")
        refused(InvalidEvent, "by hand", TAPER, Gap(day=on(25), lasting=days(4), then=paceless))

    def test_it_may_titrate_anew_by_given_steps(self):
        anew = TitrateAnew(
            titrate=(
                Step(regimen={"evening": "2 mg"}, lasting=days(3), kind="increase"),
                Step(regimen={"evening": "4 mg"}),
            ),
            then="continue",
        )
        titrated = adjust(TAPER, Gap(day=on(25), lasting=days(4), then=anew))
        assert (doses(titrated)[-3:], titrated.ends) == ([(0, 4), (2, 3), (4, None)], End.CONTINUES)

    def test_it_may_titrate_anew_by_an_increment(self):
        anew = TitrateTo(titrate_to="4 mg", slots=("evening", "morning"), increment="2 mg", every="3 days")
        titrated = adjust(TAPER, Gap(day=on(15), lasting=days(4), then=anew))
        assert (doses(titrated)[-3:], titrated.ends) == ([(0, 4), (2, 3), (4, None)], End.CONTINUES)

    def test_it_may_titrate_anew_as_a_source_gives_it(self):
        begun = (Step(regimen={"evening": "25 mg"}, lasting=weeks(4)), Step(regimen={"evening": "50 mg"}))
        lamotrigine = Course(drug="lamotrigine", release="immediate", before="nothing", then="continue", steps=begun)
        plan = Plan(courses=(lamotrigine,))
        made = realize(plan, Formulary.shipped().products("lamotrigine", market="us"))
        schedule = to_schedule(made, start=on(1), horizon=weeks(12))
        anew = TitrateTo(
            titrate_to="100 mg",
            slots=("evening",),
            source="us-tablet-label",
            column="neither",
            indication="seizures",
            aim="slow",
        )
        log = Log.of(plan, on(1), [Gap(day=on(30), lasting=days(14), then=anew)])
        titrated = apply_log(schedule, log, horizon=weeks(12))
        assert doses(titrated) == [(25, 28), (50, 1), (0, 14), (25, 14), (50, 14), (100, None)]

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"increment": "2 mg"}, "an increment has an interval"),
            ({}, "by an increment or by a source"),
            ({"increment": "2 mg", "every": "3 days", "source": "x"}, "by an increment or by a source"),
        ],
    )
    def test_a_titration_anew_has_one_pattern(self, given, says):
        then = {"titrate_to": "4 mg", "slots": ["evening"], **given}
        with pytest.raises(InvalidInput, match=says):
            Gap.read({"kind": "gap", "day": on(25), "for": "4 days", "then": then})

    def test_it_may_be_the_end(self):
        stopped = adjust(TAPER, Gap(day=on(25), lasting=days(4), then="stop"))
        assert (stopped.last, stopped.ends) == (on(24), End.STOP)

    def test_a_stop_ends_the_waiting(self):
        stopped = adjust(TAPER, self.GAP, Stop(day=on(20)))
        assert stopped.ends is End.STOP
        assert f"stop; the last dose is on {on(14)}" in to_table(stopped)

    def test_what_follows_may_be_decided_to_be_nothing(self):
        stopped = adjust(TAPER, self.GAP, Resume(day=on(20), then="stop"))
        assert (stopped.ends, stopped.last) == (End.STOP, on(19))

    def test_a_decided_gap_may_end_early(self):
        gap = Gap(day=on(15), lasting=days(4), then=ResumeAt(resume={"evening": "6 mg"}))
        assert doses(adjust(TAPER, gap, Resume(day=on(17)))) == [(8, 10), (6, 4), (0, 2), (6, 6), (4, 10)]

    def test_nothing_is_held_that_is_not_taken(self):
        gap = Gap(day=on(15), lasting=days(4), then=ResumeAt(resume={"evening": "6 mg"}))
        refused(
            InvalidEvent, "nothing of testamine is taken the day before", TAPER, gap, Hold(day=on(17), lasting=days(2))
        )

    def test_a_course_that_has_not_begun_has_no_gap(self):
        refused(InvalidEvent, "b has not begun; name the course", TWO, Gap(day=on(3), lasting=days(2)))


class TestTarget:
    def test_a_taper_may_end_at_a_step_that_lies_ahead(self):
        kept = adjust(TAPER, Retarget(day=on(5), to={"evening": "6 mg"}))
        assert (doses(kept), kept.ends) == ([(8, 4), (8, 6), (6, None)], End.CONTINUES)

    def test_it_may_stay_where_it_is(self):
        assert doses(adjust(TAPER, Retarget(day=on(15), to={"evening": "6 mg"}))) == [(8, 10), (6, 4), (6, None)]

    def test_a_dose_kept_may_come_to_0_at_a_pace(self):
        down = Retarget(day=on(15), to={}, rest="replan", pace="2 mg, every 1 week")
        assert doses(adjust(OPEN, down, horizon=weeks(4))) == [(8, 10), (6, 4), (4, 7), (2, 7)]

    def test_a_new_target_is_shown_however_late_it_is_reached(self):
        slowly = Retarget(day=on(15), to={"evening": "2 mg"}, rest="replan", pace="1 mg, every 8 weeks")
        made = adjust(TAPER, slowly)
        assert doses(made)[-2:] == [(3, 56), (2, None)]
        assert (made.steps[-1].first_day + 27, made.to_come) == (len(made.days), ())
        assert "Not shown" not in to_table(made)

    @pytest.mark.parametrize(("to", "words"), [({"evening": "7 mg"}, "no step of 7 mg"), ({}, "ends as it is written")])
    def test_another_target_needs_a_plan_made_anew(self, to, words):
        refused(InvalidEvent, words, TAPER, Retarget(day=on(15), to=to))


class TestReview:
    GATED = plan_of(step("8 mg", "10 days"), step("6 mg", "10 days", review_before=True), then="stop")

    def test_a_step_that_waits_for_a_word_shows_as_such(self):
        schedule = base_of(self.GATED)
        assert [(gate.step, gate.date) for gate in schedule.gates] == [(2, on(11))]
        assert schedule.to_dict()["gates"] == [{"course": "testamine", "step": 2, "day": 11, "date": "2027-03-11"}]
        assert "step 2, from 2027-03-11, waits for review" in to_table(schedule)

    def test_a_word_lets_it_begin(self):
        passed = adjust(self.GATED, PassReview(day=on(9)))
        assert (passed.gates, passed.days[:10]) == ((), base_of(self.GATED).days[:10])

    def test_a_hold_keeps_it_waiting(self):
        held = adjust(self.GATED, Hold(day=on(11), lasting=days(5)))
        assert [gate.date for gate in held.gates] == [on(16)]

    def test_a_word_is_given_before_the_course_begins(self):
        gated = course(step("6 mg", "5 days", review_before=True), id="b", starts_on_day=6)
        plan = plan_with(course(step("8 mg", "10 days"), id="a"), gated)
        assert adjust(plan, PassReview(day=on(1))).gates == ()

    def test_a_step_that_is_done_again_does_not_wait_for_a_word_that_was_given(self):
        back = adjust(self.GATED, PassReview(day=on(9)), StepBack(day=on(15), steps=1, lasting=days(3)))
        assert (back.gates, doses(back)) == ((), [(8, 10), (6, 4), (8, 3), (6, 10)])

    def test_a_word_for_one_step_is_none_for_a_later_one_that_comes_after_a_step_back(self):
        gates = [step(dose, "10 days", review_before=True) for dose in ("6 mg", "4 mg")]
        plan = plan_of(step("8 mg", "10 days"), *gates, then="stop")
        back = adjust(plan, PassReview(day=on(9)), StepBack(day=on(15), steps=1, lasting=days(3)))
        assert [gate.date for gate in back.gates] == [on(28)]
        words = PassReview(day=on(9)), PassReview(day=on(19))
        twice = adjust(plan, *words, StepBack(day=on(25), steps=2, lasting=days(3)))
        assert twice.gates == ()

    def test_a_word_too_late_is_refused(self):
        refused(NothingToChange, "waits for review", self.GATED, PassReview(day=on(12)))

    def test_of_two_courses_the_gate_that_comes_first_is_meant(self):
        plan = plan_with(
            course(step("8 mg", "10 days"), step("6 mg", "5 days", review_before=True), id="a"),
            course(step("8 mg", "5 days"), step("6 mg", "5 days", review_before=True), id="b"),
        )
        assert [gate.course for gate in adjust(plan, PassReview(day=on(2))).gates] == ["a"]
        refused(NothingToChange, "waits for review", TWO, PassReview(day=on(2)))


class TestWhole:
    def test_a_stop_is_the_end_of_a_course(self):
        stopped = adjust(TAPER, Stop(day=on(15)))
        assert (stopped.last, stopped.ends, stopped.realized.plan.courses[0].then) == (on(14), End.STOP, "stop")

    def test_a_stop_of_one_course_leaves_the_other(self):
        stopped = adjust(TWO, Stop(day=on(9), course="a"))
        assert (doses(stopped, "a"), doses(stopped, "b")) == ([(8, 8)], [(4, 10), (2, 10)])
        refused(InvalidEvent, "name the one that the stop is of", TWO, Stop(day=on(9)))

    def test_the_review_covers_history_and_says_what_lies_in_it(self):
        plan = plan_of(step({"evening": "90 mg"}, "5 days"), step({"evening": "10 mg"}, "9 days"), drug="baclofen")
        products = [tablet("10 mg", drug="baclofen")]
        base = to_schedule(realize(plan, products), start=START)
        review = check(apply_log(base, Log.of(plan, START, [Hold(day=on(8), lasting=days(2))])))
        ceilings = [finding for finding in review.past if finding.rule == "ceiling"]
        assert ceilings
        assert {finding.last_day for finding in ceilings} == {5}
        assert set(review.past) | set(review.ahead) == set(review.findings)
        assert check(base).past == ()

    @pytest.mark.parametrize(
        "event", [Stop(day=on(20)), Gap(day=on(20), lasting=days(4), then="stop")], ids=["stop", "gap"]
    )
    def test_a_stop_just_decided_lies_ahead(self, event):
        review = check(apply_log(DIAZEPAM, Log.of(DIAZEPAM.realized.plan, START, [event])))
        found = [finding for finding in review.findings if finding.rule == "abrupt-stop"]
        assert {(each.day, each.last_day, review.lies_in_past(each)) for each in found} == {(19, 20, False)}

    def test_a_gap_that_waits_is_not_clear_of_a_stop(self):
        waiting = Log.of(DIAZEPAM.realized.plan, START, [Gap(day=on(20), lasting=days(4))])
        missing = {gap.rule: gap.missing for gap in check(apply_log(DIAZEPAM, waiting)).not_assessed}
        assert missing["abrupt-stop"] == "what follows the 4 days without a dose from day 20; a person decides that"

    def test_a_gap_that_waits_is_not_clear_of_what_a_break_means(self):
        words = "what follows the 4 days without a dose from day 20; a person decides that"
        waiting = Log.of(DIAZEPAM.realized.plan, START, [Gap(day=on(20), lasting=days(4))])
        missing = {gap.rule: gap.missing for gap in check(apply_log(DIAZEPAM, waiting)).not_assessed}
        assert missing["gap"] == f"{words}; no source on a break is on file"
        plan = plan_of(step("25 mg"), drug="lamotrigine", release="immediate", then="continue")
        made = realize(plan, Formulary.shipped().products("lamotrigine", market="us"))
        first = to_schedule(made, start=START, horizon=weeks(8))
        review = check(apply_log(first, Log.of(plan, START, [Gap(day=on(20), lasting=days(4))])))
        said = [gap.missing for gap in review.not_assessed if gap.rule == "gap"]
        assert any(each.startswith(f"{words}; one source names a break longer than 5 half-lives") for each in said)
        assert not [clear for clear in review.clear if clear.rule in {"gap", "abrupt-stop"}]

    @pytest.mark.parametrize(("again", "found"), [("75 mg", False), ("100 mg", True)])
    def test_a_day_missed_of_clozapine_asks_for_its_labels_share_of_the_dose(self, again, found):
        taken = {"morning": "150 mg", "evening": "150 mg"}
        plan = plan_of(step(taken), drug="clozapine", release="immediate", then="continue")
        made = realize(plan, Formulary.shipped().products("clozapine", market="us"))
        first = to_schedule(made, start=START, horizon=weeks(8))
        waiting = Log.of(plan, START, [Gap(day=on(20), lasting=days(1))])
        said = [gap.missing for gap in check(apply_log(first, waiting)).not_assessed if gap.rule == "gap"]
        assert any("a break of 1 day: 40 to 50 % of the dose before" in each for each in said)
        lower = {"morning": again, "evening": again}
        then = TitrateAnew.read({"titrate": [step(lower, "1 day"), step(taken)], "then": "continue"})
        decided = Log.of(plan, START, [Gap(day=on(20), lasting=days(1), then=then)])
        review = check(apply_log(first, decided), sources=["us-label-2026"])
        assert ("gap" in {finding.rule for finding in review.findings}) is found

    @pytest.mark.parametrize(
        ("gap", "words"), [([], "day 5"), ([{"kind": "gap", "for": "1 day"}], "the day without a dose from day 6")]
    )
    def test_a_plan_that_waits_says_since_when(self, gap, words):
        steps = [step({"evening": "10 mg"}, "5 days"), *gap, {"kind": "decision", "for": "9 days"}]
        plan = plan_of(*steps, drug="diazepam", then="review")
        review = check(realize(plan, Formulary.shipped().products("diazepam", market="us")))
        assert f"what follows {words}; a person decides that" in {gap.missing for gap in review.not_assessed}

    def test_scores_are_carried_along(self):
        scored = adjust(TAPER, symptoms=[Symptom(day=on(3), score=4, scale="sleep")])
        assert "Scores given: 2027-03-03 4 (sleep)." in to_table(scored)
        assert scored.days == base_of(TAPER).days

    def test_a_score_may_be_of_a_day_after_the_last_dose_and_not_of_one_over_a_year_later(self):
        after, late = Symptom(day=on(30 + 366), score=4), Symptom(day=on(30 + 367), score=4)
        assert adjust(TAPER, symptoms=[after]).log.symptoms == (after,)
        with pytest.raises(
            InvalidInput, match=r"symptoms\[0\]: .* over a year after the plan, which ends on 2027-03-30"
        ):
            adjust(TAPER, symptoms=[late])
        assert adjust(TAPER, Hold(day=on(15), lasting=days(10)), symptoms=[late]).log.symptoms == (late,)
        assert adjust(OPEN, horizon=weeks(4), symptoms=[late]).log.symptoms == (late,)

    def test_a_score_after_a_stop_may_be_of_any_day_that_was_planned(self):
        after = Symptom(day=on(25), score=4)
        assert adjust(TAPER, Stop(day=on(15)), symptoms=[after]).log.symptoms == (after,)
        window = base_of(TAPER, horizon=weeks(2))
        assert apply_log(window, Log.of(TAPER, START, symptoms=[after])).log.symptoms == (after,)

    def test_every_event_is_said_in_words(self):
        changed = ChangeProducts(day=on(16), products=("t2mg",))
        events = [Hold(day=on(15), lasting=days(1)), changed, StepBack(day=on(18), steps=1, lasting=days(2))]
        text = to_table(adjust(TAPER, *events))
        for words in ("on hold for 1 day.", "products changed to t2mg.", "stepped back by 1 step for 2 days."):
            assert words in text

    def test_a_window_stays_a_window_of_the_same_length(self):
        window = base_of(TAPER, horizon=weeks(2))
        held = apply_log(window, Log.of(TAPER, START, [Hold(day=on(5), lasting=days(3))]))
        assert (len(held.days), held.beyond.days) == (14, 19)

    def test_the_caller_may_say_how_far_it_is_shown(self):
        log = Log.of(OPEN, START, [Hold(day=on(5), lasting=days(3))])
        assert len(apply_log(base_of(OPEN, horizon=weeks(4)), log, horizon=weeks(6)).days) == 42

    def test_a_log_of_another_plan_or_another_start_is_refused(self):
        with pytest.raises(OtherPlan, match="give the plan that it is of"):
            apply_log(base_of(OPEN, horizon=weeks(1)), Log.of(TAPER, START))
        with pytest.raises(OtherPlan, match="correct the start"):
            apply_log(base_of(TAPER), Log.of(TAPER, date(2027, 3, 2)))

    def test_an_adjusted_schedule_is_not_adjusted_again(self):
        log = Log.of(TAPER, START, [Hold(day=on(5), lasting=days(3))])
        with pytest.raises(InvalidEvent, match="apply the longer log"):
            apply_log(apply_log(base_of(TAPER), log), log)

    @pytest.mark.parametrize(
        ("event", "words"),
        [
            (Hold(day=on(1), lasting=days(2)), "nothing of the plan has been taken yet"),
            (Hold(day=on(31), lasting=days(2)), "is after the end of testamine on 2027-03-30"),
            (Hold(day=on(5), lasting=days(2), course="x"), "there is no course 'x'; name one of testamine"),
        ],
    )
    def test_an_event_outside_the_plan_is_refused(self, event, words):
        refused(InvalidEvent, words, TAPER, event)

    def test_a_course_that_has_not_begun_has_nothing_to_change(self):
        refused(NothingToChange, "b begins only on 2027-03-06", TWO, Stop(day=on(3), course="b"))

    def test_a_dose_is_what_the_products_hold_after_every_change(self):
        changed = adjust(TAPER, ChangeProducts(day=on(15), products=("t1mg", "t2mg")), Stop(day=on(28)))
        held = {product.id: product for product in changed.products}
        for day in changed.days:
            for intake in day.intakes:
                parts = [held[portion.product].dose_of(portion) for portion in intake.portions]
                assert sum((part.mg for part in parts), mg(0).mg) == intake.dose.mg


class TestWhatACourseIsMadeOf:
    STEPS = (
        {"for": "3 days", "regimen": {"evening": "10 mg"}},
        {"for": "3 days", "kind": "gap"},
        {"for": "3 days", "regimen": {"evening": "5 mg"}, "kind": "increase", "review_before": True},
    )

    def course(self):
        tablets = [Product(id="x5", drug="x", form="tablet", strength="5 mg")]
        plan = Plan.read({"courses": [{"drug": "x", "then": "stop", "steps": list(self.STEPS)}]})
        return realize(plan, tablets).courses[0]

    def test_a_time_without_doses_is_no_rung_to_step_back_to(self):
        pieces = CourseState.of(self.course(), date(2027, 3, 1)).ahead
        assert [piece.rung for piece in pieces] == [0, None, 2]

    def test_only_the_first_day_of_a_step_says_what_it_is(self):
        plain, gap, rise = self.course().steps
        assert turned(plain, 1) is plain
        assert turned(gap, 1).step.kind == "gap"
        assert (turned(rise, 1).step.kind, turned(rise, 1).step.review_before) == (None, False)
