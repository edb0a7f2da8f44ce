"""When: days without a gap, open ends up to a horizon, and what a window leaves out."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import START, TABLETS, course, liquid, plan_of, plan_with, step, tablet
from taper import Dose, InvalidInput, Log, apply_log, count_supply, days, months, realize, to_schedule, to_table, weeks
from taper.amounts.duration import InvalidDate
from taper.plans.log import Hold
from taper.plans.plan import StartNeeded
from taper.schedules.schedule import End, HorizonNeeded, length_of, occurring_days
from taper.testing import durations, realizable_plans, starts

closed = realizable_plans(thens=st.sampled_from(["stop", "review"]))


def scheduled(plan, horizon=None, start=START):
    return to_schedule(realize(plan, TABLETS), start=start, horizon=horizon)


def totals(schedule):
    return [str(day.totals.get("testamine", "nothing")) for day in schedule.days]


class TestDays:
    @given(realizable_plans(), starts(), durations())
    def test_every_date_has_one_entry_from_the_start_on(self, drawn, start, horizon):
        schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
        for index, day in enumerate(schedule.days):
            assert day.date == start + timedelta(days=index)
            assert day.number == index + 1
            assert schedule.on(day.date) is day
        assert schedule.last == schedule.days[-1].date

    @given(realizable_plans(), starts(), durations())
    def test_each_day_holds_what_the_plan_says_for_it(self, drawn, start, horizon):
        schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
        for day in schedule.days:
            expected = []
            for planned in drawn.plan.courses:
                for number, ((first, last), one) in enumerate(
                    zip(planned.bounds(), planned.steps, strict=True), start=1
                ):
                    if first <= day.number and (last is None or day.number <= last):
                        regimen = one.on(day.number - first, day.date.weekday())
                        expected += [(planned.id, number, intake.slot, intake.dose) for intake in regimen]
            assert sorted(expected, key=str) == sorted(
                ((i.course, i.step, i.slot, i.dose) for i in day.intakes), key=str
            )
            assert [intake.slot for intake in day.intakes] == sorted(intake.slot for intake in day.intakes)

    @given(closed, starts())
    def test_a_closed_plan_is_shown_whole_and_nothing_is_dropped(self, drawn, start):
        schedule = to_schedule(realize(*drawn), start=start)
        ends = [item.bounds()[-1][1] for item in drawn.plan.courses]
        assert len(schedule.days) == max(ends)
        assert schedule.beyond is None
        shown = {(step.course, step.number) for step in schedule.steps}
        assert shown == {(c.id, number) for c in drawn.plan.courses for number in range(1, len(c.steps) + 1)}

    def test_the_baclofen_ramp_is_three_four_and_then_open(self):
        ramp = plan_of(
            step("5 mg", "3 days"),
            step({"morning": "5 mg", "evening": "5 mg"}, "4 days"),
            step({"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}),
            then="continue",
        )
        assert totals(scheduled(ramp, days(10))) == ["5 mg/day"] * 3 + ["10 mg/day"] * 4 + ["15 mg/day"] * 3

    def test_a_dated_step_is_found_by_its_number(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days"), step("2 mg", "4 days"), step("1 mg", "1 day")))
        assert [schedule.step("testamine", number).first.day for number in (1, 2, 3)] == [1, 4, 8]

    def test_a_weekly_pattern_goes_by_the_weekday_of_the_date(self):
        plan = plan_of({"for": "7 days", "weekly": {"mon": {"noon": "5 mg"}, "sun": {"noon": "2 mg"}}})
        monday, wednesday = (totals(scheduled(plan, start=START + timedelta(days=shift))) for shift in (0, 2))
        assert monday == ["5 mg/day", *["nothing"] * 5, "2 mg/day"]
        assert wednesday == [*["nothing"] * 4, "2 mg/day", "5 mg/day", "nothing"]

    def test_months_are_counted_from_the_start(self):
        plan = plan_of(*(step("5 mg", "1 month") for _ in range(3)))
        schedule = scheduled(plan, start=date(2027, 1, 31))
        assert [str(item.first) for item in schedule.steps] == ["2027-01-31", "2027-02-28", "2027-03-31"]
        assert str(schedule.last) == "2027-04-29"

    def test_courses_share_one_axis_of_days(self):
        plan = plan_with(
            course(step("5 mg", "2 days"), id="a"), course(step({"morning": "2 mg"}, "2 days"), id="b", starts_on_day=2)
        )
        assert totals(scheduled(plan)) == ["5 mg/day", "7 mg/day", "2 mg/day"]


class TestEnds:
    def test_an_open_end_needs_a_horizon(self):
        with pytest.raises(HorizonNeeded, match="testamine has no stop date; give a horizon, such as weeks"):
            scheduled(plan_of(step("5 mg"), then="continue"))

    @given(realizable_plans(thens=st.just("continue")), starts(), durations())
    def test_an_open_plan_is_shown_to_its_horizon_and_continues(self, drawn, start, horizon):
        schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
        assert len(schedule.days) == horizon.days
        assert schedule.ends is End.CONTINUES
        assert schedule.beyond is None

    @given(closed, starts(), durations())
    def test_a_window_counts_and_names_what_lies_beyond(self, drawn, start, horizon):
        made = realize(*drawn)
        whole, window = to_schedule(made, start=start), to_schedule(made, start=start, horizon=horizon)
        assert window.days == whole.days[: horizon.days]
        hidden = whole.days[horizon.days :]
        if not hidden:
            assert window.beyond is None
            assert window.ends == whole.ends
            return
        assert window.ends is End.WINDOW
        assert (window.beyond.days, window.beyond.last) == (len(hidden), whole.last)
        assert window.beyond.intakes == sum(len(day.intakes) for day in hidden)

    @pytest.mark.parametrize(
        ("horizon", "words"),
        [(2, "1 more day with 1 dose beyond this window, to 2027-03-03"), (1, "2 more days with 2 doses beyond")],
    )
    def test_what_lies_beyond_is_written_out(self, horizon, words):
        assert words in str(scheduled(plan_of(step("5 mg", "3 days")), days(horizon)).beyond)

    @pytest.mark.parametrize(
        ("thens", "ends"),
        [
            (("stop", "stop"), End.STOP),
            (("stop", "review"), End.REVIEW),
            (("review", "continue"), End.CONTINUES),
        ],
    )
    def test_a_plan_stops_only_where_every_course_does(self, thens, ends):
        made = [
            course(step("5 mg", None if then == "continue" else "2 days"), id=f"c{n}", then=then)
            for n, then in enumerate(thens)
        ]
        schedule = scheduled(plan_with(*made), days(2))
        assert schedule.ends is ends
        assert list(schedule.course_ends.values()) == [
            End(then + "s") if then == "continue" else End(then) for then in thens
        ]

    def test_a_plan_that_waits_for_a_decision_ends_with_it(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days"), {"kind": "decision", "for": "2 days"}, then="review"))
        assert (schedule.ends, schedule.course_ends) == (End.DECISION, {"testamine": End.DECISION})


class TestStarts:
    @given(realizable_plans(), starts(), st.integers(1, 3).map(lambda number: 7 * number))
    def test_moving_the_start_by_weeks_moves_every_date_alike(self, drawn, start, shift):
        made = realize(*drawn)
        one, other = (
            to_schedule(made, start=begin, horizon=weeks(3)) for begin in (start, start + timedelta(days=shift))
        )
        assert [(day.date + timedelta(days=shift), day.intakes) for day in one.days] == [
            (day.date, day.intakes) for day in other.days
        ]

    @given(realizable_plans(), starts(), st.integers(1, 400))
    def test_moving_it_by_any_days_moves_them_too_without_weekdays(self, drawn, start, shift):
        made = realize(*drawn)
        if any(item.has_weekdays for item in drawn.plan.courses):
            return
        one, other = (
            to_schedule(made, start=begin, horizon=weeks(3)) for begin in (start, start + timedelta(days=shift))
        )
        assert [(day.date + timedelta(days=shift), day.intakes) for day in one.days] == [
            (day.date, day.intakes) for day in other.days
        ]

    @pytest.mark.parametrize("start", [date(1899, 12, 31), date(2201, 1, 1), date(2200, 12, 31)])
    def test_dates_outside_1900_to_2200_are_refused(self, start):
        with pytest.raises(InvalidDate, match="outside 1900 to 2200"):
            scheduled(plan_of(step("5 mg", "3 days")), start=start)

    @pytest.mark.parametrize("start", [datetime(2027, 3, 1, 8), "2027-03-01", None])  # noqa: DTZ001
    def test_a_start_is_a_date(self, start):
        with pytest.raises(InvalidDate, match="calendar date"):
            scheduled(plan_of(step("5 mg", "3 days")), start=start)

    def test_weekly_bounds_need_a_start_and_dates_have_one(self):
        weekly = plan_of({"for": "1 month", "weekly": {"mon": {"noon": "5 mg"}}})
        with pytest.raises(StartNeeded):
            realize(weekly, TABLETS).bounds()
        assert scheduled(weekly)

    def test_an_open_plan_of_more_than_20_years_is_refused(self):
        plan = plan_of(step("5 mg"), then="continue", starts_on_day=7000)
        assert len(scheduled(plan, months(240)).days) <= 7320

    def test_two_long_months_past_20_years_are_refused(self):
        plan = plan_of(step("5 mg", "2 months"), starts_on_day=7260)
        first_of_july = date(2047, 7, 1)
        with pytest.raises(InvalidInput, match="7321 days are more than 20 years; split the plan"):
            scheduled(plan, start=first_of_july - timedelta(days=7259))


class TestPlainForm:
    @given(realizable_plans(), starts(), durations())
    def test_the_plain_form_holds_each_dose_and_its_portions(self, drawn, start, horizon):
        schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
        plain = json.loads(json.dumps(schedule.to_dict()))
        assert plain["format"] == "taper-schedule/1"
        assert plain["start"] == start.isoformat()
        assert [day["date"] for day in plain["days"]] == [day.date.isoformat() for day in schedule.days]
        assert ("beyond" in plain) == (schedule.beyond is not None)
        for written, day in zip(plain["days"], schedule.days, strict=True):
            assert [Dose.parse(intake["dose"]) for intake in written["intakes"]] == [i.dose for i in day.intakes]
            assert {drug: Dose.parse(text).mg for drug, text in written["totals"].items()} == {
                drug: total.mg for drug, total in day.totals.items()
            }
            for intake in written["intakes"]:
                assert all(len(unit) == 2 and "product" in unit for unit in intake["units"])

    def test_a_date_that_is_not_shown_is_refused(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days")))
        with pytest.raises(InvalidInput, match="2027-02-28 is not shown; name a day from 2027-03-01 to 2027-03-03"):
            schedule.on(START - timedelta(days=1))
        with pytest.raises(InvalidInput, match="is not shown"):
            schedule.on(START + timedelta(days=3))

    def test_the_products_of_a_schedule_are_those_that_are_taken(self):
        assert [item.id for item in scheduled(plan_of(step("4 mg", "1 day"))).products] == ["t2mg"]

    def test_the_units_of_a_dose_are_counted_or_measured(self):
        halves = [tablet("5 mg", score=2)]
        made = [
            to_schedule(realize(plan_of(step("7.5 mg", "1 day")), had), start=START) for had in (halves, [liquid()])
        ]
        assert [item.to_dict()["days"][0]["intakes"][0]["units"] for item in made] == [
            [{"product": "t5mg", "count": "1 1/2"}],
            [{"product": "solution", "volume": "7.5 mL"}],
        ]

    def test_a_day_is_found_by_its_place_by_a_slice_and_by_its_date(self):
        schedule = scheduled(plan_of(step("5 mg", "3 days")))
        assert [schedule[0].number, schedule[-1].number, schedule[date(2027, 3, 2)].number] == [1, 3, 2]
        assert [day.number for day in schedule[1:]] == [2, 3]

    def test_days_with_the_same_doses_are_one_row_in_a_notebook(self):
        shown = str(scheduled(plan_of(step("5 mg", "1 day"), step("2 mg", "2 days"), step([{}, "2 mg"], "1 day"))))
        assert shown.splitlines()[1:] == [
            "days  dates                     doses                                    total",
            "1     2027-03-01                evening 5 mg testamine: 1 x 5 mg tablet  testamine 5 mg/day",
            "2-3   2027-03-02 to 2027-03-03  evening 2 mg testamine: 1 x 2 mg tablet  testamine 2 mg/day",
            "4     2027-03-04                nothing",
        ]

    def test_a_notebook_shows_200_rows_and_says_how_many_more_there_are(self):
        shown = [scheduled(plan_of(step(["5 mg", "2 mg"], f"{number} days")))._repr_html_() for number in (200, 202)]
        assert ["2 more rows are not shown; to_table shows them" in text for text in shown] == [False, True]
        assert repr(scheduled(plan_of(step("5 mg", "3 days")))) == "<Schedule of testamine: 3 days from 2027-03-01>"

    def test_a_day_says_what_its_step_waits_for(self):
        made = scheduled(plan_of(step("5 mg", "1 day"), {**step("2 mg", "1 day"), "review_before": True})).to_dict()
        waits = {"course": "testamine", "step": 2, "note": "waits for review"}
        assert [day.get("notes") for day in made["days"]] == [None, [waits]]
        assert made["gates"] == [{"course": "testamine", "step": 2, "day": 2, "date": "2027-03-02"}]
        assert "gates" not in scheduled(plan_of(step("5 mg", "1 day"))).to_dict()

    def test_its_first_line_says_to_when_it_goes_and_what_is_not_shown(self):
        plan = plan_of(step("5 mg", "3 days"))
        went_on = plan_of(step("5 mg", "7 days"), step("4 mg"), then="continue")
        shown = [scheduled(plan), scheduled(plan, days(2)), scheduled(went_on, days(7))]
        assert [str(item).splitlines()[0] for item in shown] == [
            "testamine: 2027-03-01 to 2027-03-03 (review)",
            "testamine: 2027-03-01 to 2027-03-02 (window; 1 more day with 1 dose beyond this window, to 2027-03-03)",
            "testamine: 2027-03-01 to 2027-03-07 (continues; testamine: 1 more step, 4 mg evening, from 2027-03-08)",
        ]

    def test_what_is_not_history_begins_with_the_last_change(self):
        plan = plan_of(step("5 mg", "7 days"))
        schedule = scheduled(plan)
        held = apply_log(schedule, Log.of(plan, START, [Hold(day=START + timedelta(days=3), lasting=days(1))]))
        assert (schedule.changes_from, held.changes_from) == (None, 4)


class TestPatterns:
    """Which days of its pattern a step reaches, for whoever words it."""

    def reached(self, *steps, then="review"):
        (step, *_) = scheduled(plan_of(*steps, then=then), None if then == "review" else days(1)).steps
        return length_of(step), [(place, str(day.total)) for place, day in occurring_days(step)]

    def test_a_cycle_that_is_cut_short_reaches_its_first_days(self):
        assert self.reached(step(["5 mg", "2 mg", {}], "2 days")) == (2, [(0, "5 mg/day"), (1, "2 mg/day")])

    def test_an_open_cycle_reaches_each_day_once(self):
        length, reached = self.reached(step(["5 mg", "2 mg"]), then="continue")
        assert reached == [(0, "5 mg/day"), (1, "2 mg/day")]
        assert length > 20 * 365

    def test_a_cycle_begins_with_its_first_day_whatever_the_weekday(self):
        _, cycle = scheduled(plan_of(step("1 mg", "1 day"), step(["5 mg", "2 mg"], "2 days"))).steps
        assert [(place, str(day.total)) for place, day in occurring_days(cycle)] == [(0, "5 mg/day"), (1, "2 mg/day")]

    def test_a_week_begins_on_monday_wherever_the_step_does(self):
        weekly = {"for": "2 days", "weekly": {"tue": {"evening": "5 mg"}, "wed": {"evening": "2 mg"}}}
        first = step("1 mg", "1 day")
        schedule = scheduled(plan_of(first, weekly))
        assert [(place, str(day.total)) for place, day in occurring_days(schedule.steps[1])] == [
            (1, "5 mg/day"),
            (2, "2 mg/day"),
        ]


def test_a_window_of_a_plan_without_an_end_says_which_steps_come_later():
    plan = plan_of(step("5 mg", "7 days"), step("4 mg", "7 days"), step("2 mg"), then="continue")
    shown = {number: scheduled(plan, days(number)) for number in (7, 14, 15)}
    said = [[str(item) for item in shown[number].to_come] for number in (7, 14, 15)]
    assert said == [
        ["testamine: 2 more steps from 2027-03-08; the last, 2 mg evening, from 2027-03-15"],
        ["testamine: 1 more step, 2 mg evening, from 2027-03-15"],
        [],
    ]
    assert f"Not shown: {said[0][0]}." in to_table(shown[7])
    assert said[0][0] in shown[7]._repr_html_()
    assert shown[14].to_dict()["to_come"] == [
        {"course": "testamine", "steps": 1, "first": "2027-03-15", "last": "2027-03-15", "doses": "2 mg evening"}
    ]
    assert count_supply(shown[14]).to_dict()["to_come"] == shown[14].to_dict()["to_come"]
    assert "to_come" not in count_supply(shown[15]).to_dict()
