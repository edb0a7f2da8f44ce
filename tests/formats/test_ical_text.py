"""What a calendar says: its words, what is left out on request, reminders, and the three styles."""

import sys
from datetime import date, timedelta

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from builders import DRUG, START, TABLETS, course, liquid, plan_of, plan_with, step, tablet
from formats.calendar_reading import doses_of, read_calendar
from taper import InvalidInput, Log, MissingExtra, Plan, apply_log, days, realize, to_ical, to_schedule
from taper.testing import realizable_plans

TIMES = {"morning": "07:00", "noon": "12:30", "evening": "19:00", "bedtime": "23:55", "daily": "09:00"}
TWO_WEEKS = [step({"morning": "5 mg", "evening": "2 mg"}, "2 weeks")]


def dated(*steps, then="stop", products=TABLETS, **more):
    return to_schedule(realize(plan_of(*steps, then=then, **more), products), start=START)


def titled(title):
    plan = Plan.read({"title": title, "courses": [course(*TWO_WEEKS, then="stop")]})
    return to_schedule(realize(plan, TABLETS), start=START)


class TestWords:
    def test_a_summary_says_the_drug_the_dose_the_time_of_day_and_what_to_take(self):
        found = [event.text("SUMMARY") for event in read_calendar(to_ical(dated(*TWO_WEEKS))).events]
        assert sorted(found) == [
            "testamine 2 mg evening: 1 x 2 mg tablet",
            "testamine 5 mg morning: 1 x 5 mg tablet",
        ]

    def test_a_liquid_is_said_with_its_volume_and_concentration(self):
        text = to_ical(dated(step("2 mg", "1 week"), products=[liquid()]))
        assert read_calendar(text).events[0].text("SUMMARY").endswith(": 2 mL of 5 mg/5 mL oral solution (2 mg)")

    def test_a_description_says_the_step_its_dates_and_how_the_plan_ends(self):
        said = read_calendar(to_ical(dated(*TWO_WEEKS))).events[0].text("DESCRIPTION")
        assert said == "Step 1, 2027-03-01 to 2027-03-14. testamine: stop; the last dose is on 2027-03-14."

    def test_a_single_dose_has_one_date(self):
        event = read_calendar(to_ical(dated(step("5 mg", "1 day")))).events[0]
        assert event.text("DESCRIPTION").startswith("Step 1, 2027-03-01. ")
        assert "RRULE" not in event.properties

    def test_a_calendar_is_called_by_the_plans_title_or_by_its_drugs(self):
        for text, name in ((to_ical(titled("Less")), "Less"), (to_ical(dated(*TWO_WEEKS)), DRUG)):
            reading = read_calendar(text)
            assert (reading.text("NAME"), reading.text("X-WR-CALNAME")) == (name, name)

    def test_events_are_private_and_block_no_time(self):
        properties = read_calendar(to_ical(dated(*TWO_WEEKS))).events[0].properties
        assert [properties[name][0] for name in ("CLASS", "TRANSP", "STATUS")] == [
            "PRIVATE",
            "TRANSPARENT",
            "CONFIRMED",
        ]

    @given(st.text(min_size=1, max_size=120))
    @example("a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:another")
    @example('back\\slash; semi, comma: "quotes" \\n =SUM(A1) <b>')
    @example("a\u2028b")
    @example("ä" * 75 + "\U0001f48a" * 20)
    def test_any_title_that_a_plan_may_have_reads_back_on_one_line_and_adds_no_event(self, title):
        try:
            text = to_ical(titled(title))
        except InvalidInput:
            reject()
        reading = read_calendar(text)
        assert len(reading.events) == 2
        assert reading.text("NAME") == "".join(" " if is_control(c) else c for c in title)
        assert doses_of(text) == doses_of(to_ical(titled("plain")))

    def test_no_line_is_longer_than_75_octets(self):
        lines = to_ical(titled("ä" * 200)).encode().split(b"\r\n")
        assert max(map(len, lines)) <= 75

    def test_without_the_package_one_line_says_how_to_install_it(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "icalendar", None)
        with pytest.raises(MissingExtra, match=r'pip install "icalendar>=7,<8"'):
            to_ical(dated(*TWO_WEEKS))


def is_control(character):
    return ord(character) < 32 or 127 <= ord(character) < 160 or character in "\u2028\u2029"


class TestPrivate:
    @given(realizable_plans(), st.sampled_from(["series", "per-dose", "banner"]))
    def test_no_summary_names_a_drug_and_every_description_does(self, drawn, style):
        schedule = to_schedule(realize(*drawn), start=START, horizon=days(15))
        reading = read_calendar(to_ical(schedule, tz=None, style=style, private=True))
        for event in reading.events:
            assert DRUG not in event.text("SUMMARY")
            assert event.text("DESCRIPTION").startswith(f"{DRUG} ")
        assert all(DRUG not in value for value, _ in reading.properties.values())

    def test_the_title_is_left_out_of_the_name_as_well(self):
        text = to_ical(titled("Off testamine"), private=True, times=TIMES, tz=None, alarms=timedelta(minutes=5))
        reading = read_calendar(text)
        assert reading.text("NAME") == "Medicines"
        assert "Off testamine" not in text
        assert all(DRUG not in alarm["DESCRIPTION"][0] for event in reading.events for alarm in event.alarms)

    def test_one_drug_is_the_medicine_and_several_are_numbered(self):
        assert "medicine 5 mg morning: 1 x 5 mg tablet" in to_ical(dated(*TWO_WEEKS), private=True)
        other = [tablet("5 mg", id="o5", drug="otherine"), tablet("2 mg", id="o2", drug="otherine")]
        plan = plan_with(course(*TWO_WEEKS), course(*TWO_WEEKS, drug="otherine"))
        text = to_ical(to_schedule(realize(plan, [*TABLETS, *other]), start=START), private=True)
        found = [
            event.text("SUMMARY").split(" 5 mg")[0]
            for event in read_calendar(text).events
            if "5 mg m" in event.text("SUMMARY")
        ]
        assert sorted(found) == ["medicine 1", "medicine 2"]

    def test_events_are_the_same_ones(self):
        open_text, private = (to_ical(dated(*TWO_WEEKS), private=private) for private in (False, True))
        assert uids(open_text) == uids(private)


def uids(text):
    return [event.properties["UID"][0] for event in read_calendar(text).events]


class TestWhatIsNotCertain:
    """Doses that wait for a review, and days for which nothing is decided, do not look like any other (issue 6.1)."""

    STEPS = (step("5 mg", "2 days"), step("4 mg", "2 days", review_before=True), step("2 mg", "2 days"))

    @pytest.mark.parametrize("style", ["series", "per-dose", "banner"])
    @pytest.mark.parametrize("private", [True, False])
    def test_a_dose_that_waits_is_tentative_and_says_so_first(self, style, private):
        events = read_calendar(to_ical(dated(*self.STEPS), style=style, private=private)).events
        waiting = [event for event in events if event.start >= date(2027, 3, 3)]
        assert {event.properties["STATUS"][0] for event in waiting} == {"TENTATIVE"}
        assert all(event.text("SUMMARY").startswith("Waits for review: ") for event in waiting)
        first = "Waits for the review before step 2: not to be taken without it. "
        assert all(event.text("DESCRIPTION").startswith(first) for event in waiting)
        others = [event for event in events if event not in waiting]
        assert {event.properties["STATUS"][0] for event in others} == {"CONFIRMED"}
        assert not [event for event in others if "Waits" in event.text("SUMMARY")]

    def test_a_review_that_is_over_leaves_no_doubt(self):
        schedule = dated(*self.STEPS)
        log = Log.read({"plan": schedule.realized.plan.fingerprint, "start": "2027-03-01",
                        "events": [{"kind": "pass-review", "day": "2027-03-02"}]})  # fmt: skip
        assert "STATUS:TENTATIVE" not in to_ical(apply_log(schedule, log))

    @pytest.mark.parametrize("style", ["series", "per-dose", "banner"])
    @pytest.mark.parametrize(("private", "name"), [(False, DRUG), (True, "medicine")])
    def test_days_that_wait_for_a_decision_have_an_event_that_says_so(self, style, private, name):
        plan = plan_of(step("5 mg", "2 days"), {"kind": "decision"}, then="continue")
        schedule = to_schedule(realize(plan, TABLETS), start=START, horizon=days(7))
        *_, last = read_calendar(to_ical(schedule, style=style, private=private)).events
        assert (last.start, last.days, last.text("SUMMARY")) == (date(2027, 3, 3), 5, f"Decision needed: {name}")
        assert last.text("DESCRIPTION").startswith("Nothing of testamine is planned from 2027-03-03 on.")
        assert last.properties["STATUS"][0] == "TENTATIVE"


class TestAlarms:
    def test_none_is_written_unless_asked_for(self):
        assert "VALARM" not in to_ical(dated(*TWO_WEEKS), times=TIMES, tz=None)

    @pytest.mark.parametrize(
        ("before", "trigger"), [(timedelta(), "P0D"), (timedelta(minutes=10), "-PT10M"), (timedelta(days=1), "-P1D")]
    )
    def test_one_comes_before_each_dose_and_is_not_promised(self, before, trigger):
        reading = read_calendar(to_ical(dated(*TWO_WEEKS), times=TIMES, tz=None, alarms=before))
        assert [event.alarms[0]["TRIGGER"][0] for event in reading.events] == [trigger] * 2
        assert {event.alarms[0]["ACTION"][0] for event in reading.events} == {"DISPLAY"}
        assert "Reminders are asked for, not promised" in reading.text("DESCRIPTION")

    @pytest.mark.parametrize("alarms", [timedelta(seconds=-1), timedelta(days=1, seconds=1), 10, "PT10M"])
    def test_what_is_no_time_before_a_dose_is_refused(self, alarms):
        with pytest.raises(InvalidInput, match="is not a time before a dose; write timedelta"):
            to_ical(dated(*TWO_WEEKS), times=TIMES, tz=None, alarms=alarms)

    def test_whole_days_have_no_time_to_ring_before(self):
        with pytest.raises(InvalidInput, match="alarms come before a clock time and there are none; give times"):
            to_ical(dated(*TWO_WEEKS), alarms=timedelta(minutes=5))


class TestStyles:
    def test_series_write_one_event_for_each_step_and_time_of_day(self):
        assert len(read_calendar(to_ical(dated(*TWO_WEEKS, step("2 mg", "1 week")))).events) == 3

    def test_per_dose_writes_one_for_each_dose(self):
        text = to_ical(dated(*TWO_WEEKS), style="per-dose")
        assert len(read_calendar(text).events) == 28
        assert "RRULE" not in text
        assert doses_of(text) == doses_of(to_ical(dated(*TWO_WEEKS)))

    def test_a_banner_covers_each_step_from_its_first_day_to_its_last(self):
        cycle = step([{"evening": "2 mg"}, {}], "10 days")
        events = read_calendar(to_ical(dated(*TWO_WEEKS, cycle), style="banner")).events
        assert [(event.start, event.days, event.text("SUMMARY")) for event in events] == [
            (date(2027, 3, 1), 14, "testamine 5 mg morning, 2 mg evening"),
            (date(2027, 3, 15), 10, "testamine in turn: 2 mg evening; nothing"),
        ]

    def test_a_banner_ends_where_the_window_does(self):
        made = realize(plan_of(step("5 mg"), then="continue"), TABLETS)
        event = read_calendar(to_ical(to_schedule(made, start=START, horizon=days(9)), style="banner")).events[0]
        assert event.days == 9
        assert "the plan continues beyond 2027-03-09" in event.text("DESCRIPTION")

    @given(realizable_plans())
    def test_banners_of_a_course_cover_its_days_without_a_gap_or_overlap(self, drawn):
        schedule = to_schedule(realize(*drawn), start=START, horizon=days(40))
        text = to_ical(schedule, style="banner")
        covered = sum(event.days for event in read_calendar(text).events)
        assert covered == sum(
            (min(step.last or schedule.last, schedule.last) - step.first).days + 1 for step in schedule.steps
        )

    def test_a_banner_takes_no_clock_times(self):
        with pytest.raises(InvalidInput, match="a banner lasts whole days and has no clock times"):
            to_ical(dated(*TWO_WEEKS), style="banner", times=TIMES)

    def test_a_style_that_is_not_known_lists_those_that_are(self):
        with pytest.raises(InvalidInput, match="style 'weekly' is not known; write one of series, per-dose, banner"):
            to_ical(dated(*TWO_WEEKS), style="weekly")
