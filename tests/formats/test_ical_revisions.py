"""A calendar published again: the same events, no double, and what is gone comes out as cancelled."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

import taper
from builders import START, TABLETS, course, plan_of, plan_with, step
from formats.calendar_reading import doses_of, read_calendar
from taper import InvalidInput, days, realize, to_schedule
from taper.testing import durations, realizable_plans

STYLES = ["series", "per-dose", "banner"]
any_style = pytest.mark.parametrize("style", STYLES)
TIMES = {"morning": "07:00", "noon": "12:30", "evening": "19:00", "bedtime": "23:55", "daily": "09:00"}
FALLING = [step(f"{dose} mg", "2 weeks") for dose in (10, 8, 6, 4)]


def to_ical(schedule, *, identity="one", **more):
    """A calendar of the plan that these tests revise."""
    return taper.to_ical(schedule, identity=identity, **more)


def dated(*steps, start=START, then="stop"):
    return to_schedule(realize(plan_of(*steps, then=then), TABLETS), start=start)


def uids(text, *, live=True):
    return {event.properties["UID"][0] for event in read_calendar(text).events if event.is_cancelled != live}


def summaries(text, *, live=True):
    return sorted(event.text("SUMMARY") for event in read_calendar(text).events if event.is_cancelled != live)


class TestUids:
    @given(realizable_plans(), durations(), st.sampled_from(STYLES))
    def test_no_two_events_share_one(self, drawn, horizon, style):
        schedule = to_schedule(realize(*drawn), start=START, horizon=horizon)
        found = [event.properties["UID"][0] for event in read_calendar(to_ical(schedule, tz=None, style=style)).events]
        assert len(found) == len(set(found))

    @any_style
    def test_a_longer_step_changes_no_event_but_by_its_dates(self, style):
        longer = [FALLING[0], FALLING[1] | {"for": "3 weeks"}, *FALLING[2:]]
        before, after = to_ical(dated(*FALLING), style=style), to_ical(dated(*longer), style=style)
        assert uids(before) <= uids(after)
        assert len(uids(after)) == len(uids(before)) + (7 if style == "per-dose" else 0)

    @pytest.mark.parametrize("style", ["series", "banner"])
    def test_a_step_put_before_the_others_leaves_their_events_as_they_are(self, style):
        more = [step("12 mg", "1 week"), *FALLING]
        before, after = to_ical(dated(*FALLING), style=style), to_ical(dated(*more), style=style)
        assert uids(before) < uids(after)

    def test_equal_steps_of_a_course_are_told_apart_by_their_order(self):
        again = [FALLING[0], FALLING[1], FALLING[0], FALLING[1]]
        assert len(uids(to_ical(dated(*again)))) == 4
        assert uids(to_ical(dated(*again[:3]))) < uids(to_ical(dated(*again)))

    def test_the_unit_that_a_dose_is_written_in_does_not_matter(self):
        assert uids(to_ical(dated(step("2 mg", "1 week")))) == uids(to_ical(dated(step("2000 mcg", "1 week"))))

    def test_clock_times_and_zone_do_not_matter(self):
        schedule = dated(*FALLING)
        assert uids(to_ical(schedule)) == uids(to_ical(schedule, times=TIMES, tz="Asia/Kolkata"))

    def test_another_start_is_another_plan_unless_the_plan_is_named(self):
        moved = date(2027, 3, 8)
        assert not uids(taper.to_ical(dated(*FALLING))) & uids(taper.to_ical(dated(*FALLING, start=moved)))
        named = [to_ical(dated(*FALLING, start=start), identity="spring") for start in (START, moved)]
        assert uids(named[0]) == uids(named[1])
        assert doses_of(named[0]) != doses_of(named[1])

    def test_two_plans_of_one_drug_from_one_day_share_no_event_unless_they_are_named_alike(self):
        one, other = dated(step("5 mg", "2 days")), dated(step("5 mg", "20 days"))
        assert not uids(taper.to_ical(one)) & uids(taper.to_ical(other))
        assert not uids(to_ical(one, identity="ann")) & uids(to_ical(one, identity="bob"))
        assert uids(to_ical(one)) == uids(to_ical(other))

    def test_two_courses_with_equal_steps_have_events_of_their_own(self):
        plan = plan_with(course(*FALLING, id="a"), course(*FALLING, id="b"))
        text = to_ical(to_schedule(realize(plan, TABLETS), start=START))
        assert len(uids(text)) == 8


class TestPrevious:
    @any_style
    @pytest.mark.parametrize("as_text", [True, False], ids=["text", "schedule"])
    def test_a_removed_step_comes_out_as_cancelled_and_the_rest_stays(self, style, as_text):
        old, new = dated(*FALLING), dated(*FALLING[:2], *FALLING[3:])
        published = to_ical(old, style=style)
        text = to_ical(new, style=style, sequence=1, previous=published if as_text else old)
        assert uids(text) == uids(to_ical(new, style=style))
        assert uids(text, live=False) == uids(published) - uids(text)
        assert uids(text) | uids(text, live=False) >= uids(published)
        assert len(uids(text, live=False)) == (14 if style == "per-dose" else 1)
        if style == "series":
            assert summaries(text, live=False) == ["testamine 6 mg evening: 1 x 5 mg tablet + 1 x 1 mg tablet"]

    @pytest.mark.no_cover
    @given(realizable_plans(), realizable_plans(), st.sampled_from(STYLES))
    def test_the_text_and_the_schedule_that_gave_it_say_the_same(self, first, second, style):
        old, new = (to_schedule(realize(*drawn), start=START, horizon=days(20)) for drawn in (first, second))
        clocked = {} if style == "banner" else {"times": TIMES, "tz": "Asia/Kolkata"}
        published = to_ical(old, style=style, **clocked)
        again = to_ical(new, style=style, sequence=1, previous=published, **clocked)
        assert again == to_ical(new, style=style, sequence=1, previous=old, **clocked)
        assert doses_of(again) == doses_of(to_ical(new, style=style, **clocked))

    def test_publishing_the_same_again_changes_nothing_but_the_sequence(self):
        schedule = dated(*FALLING)
        first = to_ical(schedule)
        again = to_ical(schedule, sequence=1, previous=first)
        assert again.replace("SEQUENCE:1", "SEQUENCE:0") == first

    def test_what_was_cancelled_stays_cancelled_until_it_comes_back(self):
        all_steps, fewer = dated(*FALLING), dated(*FALLING[:2])
        first = to_ical(all_steps)
        second = to_ical(fewer, sequence=1, previous=first)
        third = to_ical(fewer, sequence=2, previous=second)
        fourth = to_ical(all_steps, sequence=3, previous=third)
        assert uids(third, live=False) == uids(second, live=False) != set()
        assert uids(fourth) == uids(first)
        assert uids(fourth, live=False) == set()

    @pytest.mark.parametrize("as_text", [True, False], ids=["text", "schedule"])
    def test_a_private_calendar_names_no_drug_in_what_it_cancels(self, as_text):
        old, new = dated(*FALLING), dated(*FALLING[:2])
        text = to_ical(new, private=True, sequence=1, previous=to_ical(old) if as_text else old)
        assert summaries(text, live=False) == ["medicine"] * 2
        assert not [line for line in text.splitlines() if line.startswith("SUMMARY") and "testamine" in line]

    def test_the_calendar_of_another_plan_is_refused(self):
        other = to_ical(dated(*FALLING[:1]), identity="two")
        with pytest.raises(InvalidInput, match="previous: was published under another identity, so it may be of"):
            to_ical(dated(*FALLING), sequence=1, previous=other)
        unnamed = taper.to_ical(dated(*FALLING))
        with pytest.raises(InvalidInput, match="previous: was published under another identity"):
            to_ical(dated(*FALLING), sequence=1, previous=unnamed)

    @pytest.mark.parametrize("more", [{"previous": "x"}, {"sequence": 1}], ids=["previous", "sequence"])
    def test_a_revision_without_a_name_is_refused(self, more):
        with pytest.raises(InvalidInput, match=r'needs the identity of the one before.*write identity="a name"'):
            taper.to_ical(dated(*FALLING), **more)

    @any_style
    @pytest.mark.parametrize("then", ["stop", "continue"])
    def test_what_lies_beyond_the_window_is_not_cancelled(self, style, then):
        def shown(steps, length):
            open_steps = steps if then == "stop" else [*steps, step("2 mg")]
            return to_schedule(realize(plan_of(*open_steps, then=then), TABLETS), start=START, horizon=days(length))

        published = to_ical(shown(FALLING, 70), style=style)
        week = to_ical(shown(FALLING, 7), style=style, sequence=1, previous=published)
        assert uids(week, live=False) == set()
        assert len(doses_of(week)) == (1 if style == "banner" else 7)
        fewer = to_ical(shown([*FALLING[:2], *FALLING[3:]], 7), style=style, sequence=1, previous=published)
        gone = summaries(fewer, live=False)
        # A single dose is told by its date, so only the last dates of a plan that is shorter now are gone.
        wanted = {"stop": {"4"}, "continue": set()}[then] if style == "per-dose" else {"6"}
        assert {text.split()[1] for text in gone} == wanted

    def test_a_previous_calendar_without_events_cancels_nothing(self):
        nothing = dated(step([{}, {"evening": "5 mg"}], "2 days"))
        window = to_schedule(nothing.realized, start=START, horizon=days(1))
        text = to_ical(dated(*FALLING), sequence=1, previous=to_ical(window))
        assert uids(text, live=False) == set()

    def test_a_cancelled_event_is_not_rung_for(self):
        text = to_ical(
            dated(*FALLING[:1]), times=TIMES, tz=None, alarms=timedelta(), sequence=1, previous=dated(*FALLING)
        )
        assert {(event.is_cancelled, len(event.alarms)) for event in read_calendar(text).events} == {
            (False, 1), (True, 0)
        }  # fmt: skip

    def test_times_are_those_of_both_plans(self):
        old, new = dated(step({"noon": "5 mg"}, "1 week")), dated(step({"evening": "5 mg"}, "1 week"))
        with pytest.raises(InvalidInput, match="times leaves out noon"):
            to_ical(new, times={"evening": "20:00"}, tz=None, sequence=1, previous=old)

    @pytest.mark.parametrize(("sequence", "least"), [(0, 4), (3, 4)])
    def test_a_sequence_that_is_not_above_the_published_one_is_refused(self, sequence, least):
        published = to_ical(dated(*FALLING), sequence=3)
        with pytest.raises(InvalidInput, match=f"is not above that of the published calendar; write sequence={least}"):
            to_ical(dated(*FALLING), sequence=sequence, previous=published)

    def test_a_sequence_just_above_is_taken(self):
        text = to_ical(dated(*FALLING), sequence=4, previous=to_ical(dated(*FALLING), sequence=3))
        assert {event.properties["SEQUENCE"][0] for event in read_calendar(text).events} == {"4"}

    @pytest.mark.parametrize("sequence", [-1, 1.0, True, "1"])
    def test_a_sequence_is_a_count(self, sequence):
        with pytest.raises(
            InvalidInput, match=r"is not a count; write sequence=0 or more|takes a whole number as sequence"
        ):
            to_ical(dated(*FALLING), sequence=sequence)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda text: "not a calendar", "previous: is not an iCalendar file"),
            (lambda text: "", "previous: is not an iCalendar file"),
            (
                lambda text: text.replace("-//taper//", "-//other//"),
                "previous: was written by -//other//taper-schedule",
            ),
            (lambda text: text.replace("PRODID", "X-PRODID"), "previous: was written by None"),
            (lambda text: text.replace("X-WR-RELCALID", "X-OTHER"), "previous: was published under another identity"),
            (lambda text: text.replace("SUMMARY", "X-SUMMARY"), "previous: holds an event that was changed"),
            (lambda text: text.replace("DTEND;", "X-DTEND;"), "previous: holds an event that was changed"),
            (lambda text: text.replace("COUNT=14", "COUNT=many"), "previous: "),
        ],
        ids=["words", "nothing", "another program", "no maker", "no identity", "no summary", "no end", "no count"],
    )
    def test_a_text_that_this_library_did_not_write_is_refused(self, change, message):
        with pytest.raises(InvalidInput, match=message):
            to_ical(dated(*FALLING[:1]), sequence=1, previous=change(to_ical(dated(*FALLING))))


class TestBytes:
    SCRIPT = """
from datetime import date
from taper import Plan, Product, realize, to_ical, to_schedule
steps = [{"for": "3 weeks", "regimen": {"morning": "2 mg", "evening": "1 mg"}}, {"for": "2 weeks", "cycle":
    [{"noon": "1 mg"}, {}]}]
plan = Plan.read({"courses": [{"id": name, "drug": "x", "then": "stop", "steps": steps} for name in "abc"]})
made = realize(plan, [Product(id="x1", drug="x", form="tablet", strength="1 mg")])
schedule = to_schedule(made, start=date(2027, 3, 1))
times = {"morning": "08:00", "noon": "13:00", "evening": "20:00"}
import sys; sys.stdout.write(to_ical(schedule, times=times, tz="Australia/Lord_Howe"))
"""

    def test_the_same_plan_gives_the_same_bytes_whatever_the_order_of_sets_and_the_clock(self):
        made = [
            subprocess.run(
                [sys.executable, "-c", self.SCRIPT],
                env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": os.pathsep.join(sys.path)},
                check=True,
                capture_output=True,
            ).stdout
            for seed, zone in (("1", "UTC"), ("2", "Asia/Kolkata"))
        ]
        assert made[0] == made[1]
        assert b"BEGIN:VEVENT" in made[0]

    def test_the_stamp_is_the_callers_and_else_the_start(self):
        schedule = dated(*FALLING)
        noon = datetime(2027, 2, 1, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
        assert "DTSTAMP:20270301T000000Z" in to_ical(schedule)
        assert "DTSTAMP:20270201T100000Z" in to_ical(schedule, stamp=noon)
        assert to_ical(schedule, stamp=noon) == to_ical(schedule, stamp=noon.astimezone(UTC).replace(microsecond=0))

    def test_a_stamp_without_a_zone_is_refused(self):
        naive = datetime(2027, 2, 1, 12, 0, tzinfo=UTC).replace(tzinfo=None)
        with pytest.raises(InvalidInput, match="has no zone; write datetime"):
            to_ical(dated(*FALLING), stamp=naive)
