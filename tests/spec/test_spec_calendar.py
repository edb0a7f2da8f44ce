"""Calendar files: what the calendar standards ask of one, each beside the cases on both sides of it.

RFC 5545 (iCalendar, 2009) and RFC 7986 (new properties, 2016), by section.
"""

import re
from datetime import date, datetime, timedelta

import pytest

from builders import TABLETS, plan_of, step
from formats.calendar_reading import doses_of, read_calendar
from taper import Plan, realize, to_ical, to_schedule
from taper.formats.ical.zone import ClockSkipped


def week_from(start, slot, length="1 week"):
    return to_schedule(realize(plan_of(step({slot: "5 mg"}, length)), TABLETS), start=start)


def lines_of(text):
    return text.replace("\r\n ", "").split("\r\n")


class TestTimesThatDoNotExist:
    """A rule's instance at a local time that does not exist is left out of the set (3.3.10).

    So a dose planned there would be lost without a word; it is refused instead. In London the clocks went from 01:00
    to 02:00 on 30 March 2025, at Lord Howe from 02:00 to 02:30 on 5 October 2025.
    """

    @pytest.mark.parametrize("slot", ["00:59", "02:00"])
    def test_a_dose_at_either_edge_of_the_skipped_hour_is_taken(self, slot):
        text = to_ical(week_from(date(2025, 3, 27), slot), tz="Europe/London")
        assert (f"2025-03-30 {slot}:00", f"testamine 5 mg {slot}") in doses_of(text)

    @pytest.mark.parametrize("slot", ["01:00", "01:59"])
    def test_a_dose_in_the_skipped_hour_is_refused(self, slot):
        message = rf"{slot} does not exist on 2025-03-30 in Europe/London, where the clocks go from 01:00 to 02:00"
        with pytest.raises(ClockSkipped, match=message):
            to_ical(week_from(date(2025, 3, 27), slot), tz="Europe/London")

    def test_a_skipped_half_hour_is_half_an_hour(self):
        with pytest.raises(ClockSkipped, match="where the clocks go from 02:00 to 02:30"):
            to_ical(week_from(date(2025, 10, 1), "02:29"), tz="Australia/Lord_Howe")
        assert len(doses_of(to_ical(week_from(date(2025, 10, 1), "02:30"), tz="Australia/Lord_Howe"))) == 7

    @pytest.mark.parametrize(
        ("start", "count"), [(date(2025, 3, 31), 7), (date(2025, 3, 22), 7)], ids=["after", "before"]
    )
    def test_on_other_days_the_same_time_is_taken(self, start, count):
        assert len(doses_of(to_ical(week_from(start, "01:30"), tz="Europe/London"))) == count

    def test_floating_times_skip_nothing(self):
        assert len(doses_of(to_ical(week_from(date(2025, 3, 27), "01:30"), tz=None))) == 7

    def test_a_time_that_comes_twice_is_one_dose(self):
        text = to_ical(week_from(date(2025, 10, 26), "01:30", "1 day"), tz="Europe/London")
        assert doses_of(text) == [("2025-10-26 01:30:00", "testamine 5 mg 01:30")]


class TestZones:
    """Each TZID in a file has a VTIMEZONE of that name; UTC is a Z and has none (3.2.19, 3.3.5, 3.6.5)."""

    def test_a_zone_named_by_an_event_is_there_once(self):
        text = to_ical(week_from(date(2027, 3, 1), "08:00"), tz="Asia/Kolkata")
        assert set(re.findall(r"TZID=([^:;]+)", text)) == set(re.findall(r"^TZID:(.+)\r$", text, re.MULTILINE))
        assert text.count("BEGIN:VTIMEZONE") == 1

    def test_utc_is_written_as_z_and_is_no_zone(self):
        text = to_ical(week_from(date(2027, 3, 1), "08:00"), tz="UTC")
        assert "DTSTART:20270301T080000Z\r\n" in text
        assert "TZID" not in text

    @pytest.mark.parametrize("tz", ["Asia/Kolkata", "Etc/UTC", None])
    def test_no_other_time_of_a_dose_is_written_in_utc(self, tz):
        text = to_ical(week_from(date(2027, 3, 1), "08:00"), tz=tz)
        assert re.findall(r"^DTSTART.*:20270301T.*Z\r$", text, re.MULTILINE) == []

    def test_an_onset_is_written_in_the_offset_before_it(self):
        """DTSTART of an observance is a local time without a zone, read with TZOFFSETFROM (3.6.5)."""
        text = to_ical(week_from(date(2022, 3, 1), "08:00", "60 days"), tz="Africa/Casablanca")
        # At 2022-03-27T02:00Z Morocco went from +01 to +00: 03:00 by the clock that was in force until then.
        assert (
            "BEGIN:STANDARD\r\nDTSTART:20220327T030000\r\nTZNAME:+00\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000" in text
        )


class TestText:
    """Lines end in CRLF after 75 octets at most; backslash, semicolon, comma and line end are escaped (3.1, 3.3.11)."""

    def test_a_title_is_escaped_in_every_property_that_holds_it(self):
        plan = Plan.read({"title": "a\\b; c, d", "courses": plan_of(step("5 mg", "1 week")).to_dict()["courses"]})
        lines = lines_of(to_ical(to_schedule(realize(plan, TABLETS), start=date(2027, 3, 1))))
        for name in ("NAME", "X-WR-CALNAME"):
            assert rf"{name}:a\\b\; c\, d" in lines

    def test_long_lines_are_folded_between_characters(self):
        plan = Plan.read({"title": "\U0001f48a" * 100, "courses": plan_of(step("5 mg", "1 week")).to_dict()["courses"]})
        raw = to_ical(to_schedule(realize(plan, TABLETS), start=date(2027, 3, 1))).encode()
        for line in raw.split(b"\r\n"):
            assert len(line) <= 75
            line.decode()


class TestPublication:
    """What a subscriber refreshes by, and what tells a new event from an old one."""

    def test_the_refresh_interval_says_that_it_is_a_duration(self):
        """REFRESH-INTERVAL carries VALUE=DURATION, since it has no default type (RFC 7986, 5.7)."""
        assert "REFRESH-INTERVAL;VALUE=DURATION:P1D" in lines_of(to_ical(week_from(date(2027, 3, 1), "evening")))

    def test_every_event_has_its_own_id_a_stamp_in_utc_and_a_sequence(self):
        """UID and DTSTAMP are required, DTSTAMP in UTC (3.6.1, 3.8.7.2); SEQUENCE counts revisions (3.8.7.4)."""
        for event in read_calendar(to_ical(week_from(date(2027, 3, 1), "evening"), sequence=2, identity="a")).events:
            assert re.fullmatch(r"[0-9a-f-]{36}", event.properties["UID"][0])
            assert re.fullmatch(r"\d{8}T\d{6}Z", event.properties["DTSTAMP"][0])
            assert event.properties["SEQUENCE"][0] == "2"

    @pytest.mark.parametrize("name", ["BYHOUR", "BYMINUTE", "UNTIL"])
    def test_a_rule_counts_days_and_uses_nothing_that_readers_refuse(self, name):
        text = to_ical(week_from(date(2027, 3, 1), "08:00"), tz="Europe/London")
        assert name not in text
        assert "RRULE:FREQ=DAILY;COUNT=7\r\n" in text

    def test_an_all_day_event_ends_on_the_day_after(self):
        """DTEND is not part of the event (3.6.1)."""
        event = read_calendar(to_ical(week_from(date(2027, 3, 1), "evening"))).events[0]
        assert event.properties["DTEND"][0] == "20270302"

    def test_a_timed_event_of_the_last_minute_of_a_day_begins_on_that_day(self):
        event = read_calendar(to_ical(week_from(date(2027, 3, 1), "23:59"), tz=None)).events[0]
        assert event.start == datetime.combine(date(2027, 3, 1), datetime.min.time()) + timedelta(hours=23, minutes=59)
