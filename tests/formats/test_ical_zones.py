"""Calendars in a zone: every dose at its wall time, and every offset as the zone data has it."""

import sys
import zoneinfo
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import TABLETS, plan_of, step
from formats.calendar_reading import doses_of, read_calendar
from taper import InvalidInput, MissingExtra, days, realize, to_ical, to_schedule
from taper.formats.ical import ZoneNeeded
from taper.formats.ical.zone import ClockSkipped, ZoneNotFound, find_zone
from taper.testing import durations, realizable_plans, starts

TIMES = {"morning": "07:00", "noon": "12:30", "evening": "19:00", "bedtime": "23:55", "daily": "09:00"}
ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})
CHANGING = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"]


def year_from(start, slot="evening", length="52 weeks", dose="5 mg"):
    return to_schedule(realize(plan_of(step({slot: dose}, length)), TABLETS), start=start)


def told(schedule, times=None):
    """What a calendar must tell, worked out from the days alone."""
    clocks = {name: time.fromisoformat(text) for name, text in (times or {}).items()}
    found = []
    for day in schedule.days:
        for intake in day.intakes:
            clock = time.fromisoformat(intake.slot.name) if intake.slot.is_clock else clocks.get(intake.slot.name)
            start = day.date if clock is None else datetime.combine(day.date, clock)
            found.append((str(start), f"{intake.drug} {intake.dose} {intake.slot}"))
    return sorted(found)


def zone_text(schedule, zone, times=TIMES):
    return read_calendar(to_ical(schedule, times=times, tz=zone)).zone_text


class TestDoses:
    @given(realizable_plans(), starts(), durations(), st.sampled_from(["series", "per-dose"]), st.booleans())
    def test_a_calendar_tells_every_dose_of_the_schedule_and_no_other(self, drawn, start, horizon, style, timed):
        schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
        times = TIMES if timed else None
        assert doses_of(to_ical(schedule, times=times, tz=None, style=style)) == told(schedule, times)

    @given(realizable_plans(), starts(), durations(), st.sampled_from(ZONES))
    def test_a_dose_keeps_its_wall_time_in_every_zone_or_is_refused_because_it_has_none(
        self, drawn, start, horizon, zone
    ):
        schedule = to_schedule(realize(*drawn), start=start, horizon=horizon)
        wanted = told(schedule, TIMES)
        walls = [datetime.fromisoformat(when) for when, _ in wanted]
        skipped = [wall for wall in walls if not exists(wall, ZoneInfo(zone))]
        if skipped:
            with pytest.raises(ClockSkipped, match=rf"{min(skipped):%H:%M} does not exist on"):
                to_ical(schedule, times=TIMES, tz=zone)
            return
        text = to_ical(schedule, times=TIMES, tz=zone)
        assert doses_of(text) == wanted
        assert {event.zone for event in read_calendar(text).events} <= {zone}

    @pytest.mark.no_cover
    @pytest.mark.parametrize("zone", CHANGING)
    def test_across_both_clock_changes_an_independent_reader_finds_each_instant(self, zone):
        schedule = year_from(date(2025, 1, 6))
        reading = read_calendar(to_ical(schedule, times=TIMES, tz=zone))
        walls = [start for event in reading.live for start in event.starts]
        assert len(walls) == 364
        offsets = [wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() for wall in walls]
        assert [wall.replace(tzinfo=reading.zone).utcoffset() for wall in walls] == offsets
        assert len(set(offsets)) == 2

    def test_a_weekly_and_a_cyclic_step_are_series_with_intervals(self):
        steps = [step([{"evening": "5 mg"}, {}], "10 days"), {"weekly": {"mon": {"noon": "1 mg"}}, "for": "3 weeks"}]
        schedule = to_schedule(realize(plan_of(*steps), TABLETS), start=date(2027, 3, 1))
        rules = [event.properties["RRULE"][0] for event in read_calendar(to_ical(schedule)).events]
        assert rules == ["FREQ=DAILY;COUNT=5;INTERVAL=2", "FREQ=DAILY;COUNT=3;INTERVAL=7"]


def exists(wall, zone):
    """Whether some instant shows this wall time in the zone: two offsets apart by a jump leave none that does."""
    utc = zoneinfo.ZoneInfo("UTC")
    candidates = {wall - offset for offset in offsets_around(wall, zone)}
    return any(c.replace(tzinfo=utc).astimezone(zone).replace(tzinfo=None) == wall for c in candidates)


def offsets_around(wall, zone):
    utc = zoneinfo.ZoneInfo("UTC")
    moments = [(wall + timedelta(hours=hours)).replace(tzinfo=utc) for hours in (-48, 0, 48)]
    return {moment.astimezone(zone).utcoffset() for moment in moments}


class TestOffsets:
    @given(
        st.sampled_from(ZONES), st.dates(date(1905, 1, 1), date(2190, 1, 1)), st.integers(1, 900), st.integers(0, 23)
    )
    def test_the_zone_of_a_calendar_has_the_offset_of_the_zone_data_on_every_day(self, name, start, length, hour):
        zone = ZoneInfo(name)
        schedule = year_from(start, length=f"{length} days")
        walls = [datetime.combine(start + timedelta(days=number), time(hour)) for number in range(length)]
        assume(all(exists(datetime.combine(wall.date(), time(19)), zone) for wall in walls))
        read = read_calendar(to_ical(schedule, times=TIMES, tz=name)).zone
        for wall in walls:
            offsets = {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
            assert len(offsets) == 2 or wall.replace(tzinfo=read).utcoffset() in offsets

    def test_a_zone_that_keeps_to_yearly_rules_is_written_as_its_rules(self):
        text = zone_text(year_from(date(2025, 1, 6)), "Europe/London")
        assert text.splitlines()[2:] == [
            "BEGIN:DAYLIGHT", "DTSTART:19700329T010000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "TZNAME:BST",
            "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "END:DAYLIGHT",
            "BEGIN:STANDARD", "DTSTART:19701025T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZNAME:GMT",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
        ]  # fmt: skip

    def test_the_second_sunday_stays_the_second_sunday(self):
        text = zone_text(year_from(date(2025, 1, 6)), "America/New_York")
        assert "DTSTART:19700308T020000\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3" in text
        assert "DTSTART:19701101T020000\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11" in text

    def test_a_zone_without_a_yearly_rule_has_one_observance_for_each_onset_and_never_a_list(self):
        text = zone_text(year_from(date(2022, 1, 3)), "Africa/Casablanca")
        assert "RRULE" not in text
        assert "RDATE" not in text
        for onset in ("20220327T030000", "20220508T020000"):
            assert text.count(f"DTSTART:{onset}") == 1
        assert text.splitlines()[2:7] == [
            "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZNAME:+01", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"
        ]  # fmt: skip

    def test_a_zone_that_stood_at_utc_begins_with_an_onset_before(self):
        # Morocco stood at UTC on 1 January 2018; a server that compares 2000 to 2019 would take the zone for UTC.
        text = zone_text(year_from(date(2019, 1, 7)), "Africa/Casablanca")
        assert text.splitlines()[5:7] == ["TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"]
        assert "DTSTART:20171029T030000" in text

    def test_a_zone_that_changed_its_rules_within_the_plan_is_not_written_as_rules(self):
        assert "RRULE" not in zone_text(year_from(date(2006, 6, 5)), "America/New_York")
        assert "RRULE" in zone_text(year_from(date(2008, 6, 2), length="8 weeks"), "America/New_York")

    @pytest.mark.parametrize("zone", ["Asia/Kolkata", "Etc/UTC"])
    def test_a_zone_without_changes_has_one_observance(self, zone):
        text = zone_text(year_from(date(2025, 1, 6)), zone)
        assert (text.count("BEGIN:STANDARD"), text.count("BEGIN:DAYLIGHT")) == (1, 0)


class TestChoice:
    def test_clock_times_need_a_zone(self):
        schedule = year_from(date(2027, 3, 1))
        with pytest.raises(ZoneNeeded, match=r"morning is at 07:00, and nothing says where; pass a zone .* tz=None"):
            to_ical(schedule, times=TIMES)

    def test_a_plan_of_clock_times_needs_one_too(self):
        with pytest.raises(ZoneNeeded, match=r"14:00 is at 14:00"):
            to_ical(year_from(date(2027, 3, 1), slot="14:00"))

    def test_days_without_clock_times_need_none(self):
        text = to_ical(year_from(date(2027, 3, 1), length="3 days"))
        assert "DTSTART;VALUE=DATE:20270301" in text
        assert "VTIMEZONE" not in text

    @pytest.mark.parametrize(
        ("tz", "said"),
        [("Asia/Kolkata", "Times are clock times in Asia/Kolkata."), (None, "Times are floating: every device shows")],
    )
    def test_the_calendar_says_how_its_times_are_meant(self, tz, said):
        reading = read_calendar(to_ical(year_from(date(2027, 3, 1)), times=TIMES, tz=tz))
        assert said in reading.text("DESCRIPTION")
        assert reading.text("X-WR-CALDESC") == reading.text("DESCRIPTION")
        assert bool(reading.zone_text) == (tz is not None)

    def test_a_zone_without_clock_times_is_refused(self):
        with pytest.raises(InvalidInput, match="Europe/London is given for clock times and there are none; give times"):
            to_ical(year_from(date(2027, 3, 1)), tz="Europe/London")

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("Europe/Londn", "Europe/London"),
            ("london", "Europe/London"),
            ("new york", "America/New_York"),
            ("europe/london", "Europe/London"),
        ],
    )
    def test_a_zone_that_does_not_exist_lists_near_names_and_picks_none(self, name, near):
        with pytest.raises(ZoneNotFound, match=r"is not a time zone\. Near names are") as caught:
            to_ical(year_from(date(2027, 3, 1)), times=TIMES, tz=name)
        assert near in caught.value.near
        assert caught.value.where == "tz"

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "/etc/localtime", "localtime", "Factory", "x" * 300])
    def test_a_name_near_nothing_is_answered_with_an_example(self, name):
        with pytest.raises(ZoneNotFound, match='Write "Europe/London"'):
            find_zone(name)

    def test_a_system_without_zone_data_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "tzdata", None)
        try:
            zoneinfo.reset_tzpath(to=())
            with pytest.raises(MissingExtra, match="pip install tzdata"):
                find_zone("Europe/London")
        finally:
            zoneinfo.reset_tzpath()

    def test_zone_data_that_cannot_be_read_is_named(self, monkeypatch, tmp_path):
        monkeypatch.setitem(sys.modules, "tzdata", None)
        (tmp_path / "Broken").mkdir()
        (tmp_path / "Broken" / "Zone").write_bytes(b"TZif and nothing more")
        try:
            zoneinfo.reset_tzpath(to=[tmp_path])
            with pytest.raises(ZoneNotFound, match="the zone data of Broken/Zone cannot be read"):
                find_zone("Broken/Zone")
        finally:
            zoneinfo.reset_tzpath()


def at(slot):
    return to_schedule(realize(plan_of(step({slot: "5 mg"}, "1 week")), TABLETS), start=date(2027, 3, 1))


class TestTimes:
    @pytest.mark.parametrize(
        ("times", "message"),
        [
            ({"morning": "08:00"}, "times leaves out evening, which the plan uses"),
            ({"evening": "8pm"}, "'8pm' is not a time of day"),
            ({"evening": "noon"}, "evening=noon gives no clock time"),
            ({"20:00": "20:00"}, "20:00=20:00 gives no clock time"),
            ({"dinner": "20:00"}, "'dinner' is not a time of day"),
            ({"evening": "12:30", "noon": "12:30"}, "noon at 12:30 is not before evening at 12:30"),
        ],
    )
    def test_times_that_do_not_fit_are_refused(self, times, message):
        with pytest.raises(InvalidInput, match=message):
            to_ical(year_from(date(2027, 3, 1)), times=times, tz=None)

    @pytest.mark.parametrize("slot", ["evening", "bedtime"])
    @pytest.mark.parametrize("clock", ["00:00", "00:30", "11:59"])
    def test_a_dose_after_midnight_is_not_put_on_the_night_before(self, slot, clock):
        with pytest.raises(InvalidInput, match=f"{slot} at {clock} is before noon.*belongs to the next date; write 23"):
            to_ical(at(slot), times={slot: clock}, tz=None)

    def test_noon_itself_is_an_evening_and_no_morning(self):
        assert "DTSTART:20270301T120000" in to_ical(at("evening"), times={"evening": "12:00"}, tz=None)
        assert "DTSTART:20270301T115900" in to_ical(at("morning"), times={"morning": "11:59"}, tz=None)
        with pytest.raises(InvalidInput, match="morning at 12:00 is not before noon"):
            to_ical(at("morning"), times={"morning": "12:00"}, tz=None)

    def test_times_may_hold_more_than_the_plan_uses(self):
        schedule = year_from(date(2027, 3, 1), length="1 day")
        assert doses_of(to_ical(schedule, times=TIMES, tz=None)) == [("2027-03-01 19:00:00", "testamine 5 mg evening")]

    def test_a_dose_shortly_before_a_skipped_hour_has_a_duration_and_no_end(self):
        text = to_ical(year_from(date(2025, 3, 30), slot="00:50", length="1 day"), tz="Europe/London")
        event = read_calendar(text).events[0]
        assert event.properties["DURATION"][0] == "PT15M"
        assert "DTEND" not in event.properties

    def test_an_open_plan_says_that_it_goes_on(self):
        made = realize(plan_of(step("5 mg"), then="continue"), TABLETS)
        reading = read_calendar(to_ical(to_schedule(made, start=date(2027, 3, 1), horizon=days(5))))
        assert reading.events[0].properties["RRULE"][0] == "FREQ=DAILY;COUNT=5"
        assert "the plan continues beyond 2027-03-05" in reading.events[0].text("DESCRIPTION")
