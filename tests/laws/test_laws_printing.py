"""Planned = realized = printed: every form of a schedule gives the same (date, time, drug, dose) back (LAWS.md)."""

import csv
import io
import re
from datetime import date, datetime, timedelta
from fractions import Fraction

import icalendar
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import DRUG
from formats.sheet_reading import table_doses
from taper import Dose, check, count_supply, realize, to_csv, to_ical, to_markdown, to_schedule, to_table, weeks
from taper._base.numbers import exact
from taper.schedules.schedule import End
from taper.testing import clock_slots, durations, named_slots, realizable_plans, starts
from taper.words.notice import NOTICE
from taper.words.plain import describe_ending
from taper.words.portion import describe_portion
from taper.words.stretches import stretches_of

TIMES = {"morning": "08:00", "noon": "12:30", "evening": "18:00", "bedtime": "22:45", "daily": "09:00"}
named = realizable_plans(slots=st.just(named_slots()))
clocked = realizable_plans(slots=st.just(clock_slots()))


def scheduled(drawn, start, horizon):
    return to_schedule(realize(*drawn), start=start, horizon=horizon)


def said(schedule):
    """(date, time of day, drug, mg) of every dose, sorted; two courses may say the same twice."""
    return sorted(
        (day.date, intake.slot.name, intake.drug, intake.dose.mg) for day in schedule.days for intake in day.intakes
    )


def mass_of(text):
    """The mass of what is said to be taken, read from words such as "1 and 1/2 x 5 mg tablet"."""
    total = Fraction(0)
    for part in text.split(" + "):
        liquid = re.fullmatch(r"([\d ./]+) mL of (.+?)/([\d./ ]*)mL oral \w+ \((.+)\)", part)
        if liquid:
            volume, mass, per, dose = liquid.groups()
            held = exact(volume) * Dose.parse(mass).mg / (exact(per.strip()) if per.strip() else 1)
            assert held == Dose.parse(dose).mg
            total += held
        else:
            count, strength = re.fullmatch(r"(\d+|\d+/\d+|\d+ and \d+/\d+) x (.+ m?c?g) \w+", part).groups()
            total += exact(count.replace(" and ", " ")) * Dose.parse(strength).mg
    return total


class TestWords:
    @given(realizable_plans(), starts(), durations())
    def test_what_is_printed_to_be_taken_weighs_what_was_planned(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        products = {item.id: item for item in schedule.products}
        for day in schedule.days:
            for intake in day.intakes:
                words = " + ".join(describe_portion(portion, products[portion.product]) for portion in intake.portions)
                assert mass_of(words) == intake.dose.mg
                assert Dose.parse(str(intake.dose)) == intake.dose

    @given(realizable_plans(), starts(), st.none() | durations())
    def test_stop_is_said_only_where_the_drug_ends_and_always_there(self, drawn, start, horizon):
        if horizon is None and drawn.plan.is_open:
            return
        schedule = scheduled(drawn, start, horizon)
        # That a plan goes on "with no stop date" says of no drug that it stops.
        said = describe_ending(schedule)
        lines = [line.replace("with no stop date", "") for line in said]
        assert any("stop" in line for line in lines) == _one_stops_last(schedule)
        for whole, line, (name, end) in zip(said, lines, schedule.course_ends.items(), strict=False):
            assert line.startswith(f"{name}: ")
            if "stop" in line:
                assert end is End.STOP
            assert ("continues" in line) == (end in {End.CONTINUES, End.WINDOW})
            assert ("with no stop date" in whole) == (end is End.CONTINUES)
            assert ("window" in line) == (end is End.WINDOW)

    @given(realizable_plans(thens=st.just("stop"), most_courses=1), starts())
    def test_the_last_dose_is_said_to_be_where_it_is(self, drawn, start):
        schedule = scheduled(drawn, start, None)
        (line,) = describe_ending(schedule)
        taken = [day.date for day in schedule.days if day.intakes]
        assert line == f"c1: stop; the last dose is on {taken[-1]}." if taken else "hold no dose" in line


def _one_stops_last(schedule):
    """Whether a course stops, and no other course of the drug holds a later dose or goes on."""
    last = {
        name: max((day.date for day in schedule.days for i in day.intakes if i.course == name), default=date.min)
        for name in schedule.course_ends
    }
    return any(
        end is End.STOP
        and all(
            other_end is End.STOP and last[other] <= last[name]
            for other, other_end in schedule.course_ends.items()
            if other != name
        )
        for name, end in schedule.course_ends.items()
    )


class TestTables:
    @given(realizable_plans(), starts(), durations())
    def test_csv_gives_every_dose_back(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        products = {item.id: item for item in drawn.products}
        found, made = {}, {}
        for row in csv.DictReader(io.StringIO(to_csv(schedule))):
            key = (date.fromisoformat(row["date"]), row["course"], row["slot"], row["drug"])
            found[key] = Dose.parse(row["dose"]).mg
            item = products[row["product"]]
            part = (
                item.strength.mg * exact(row["count"])
                if row["count"]
                else item.concentration.mg_per_ml * exact(row["volume"].removesuffix(" mL"))
            )
            made[key] = made.get(key, Fraction(0)) + part
        assert found == made
        assert sorted((day, slot, drug, mg) for (day, _, slot, drug), mg in found.items()) == said(schedule)

    @given(realizable_plans(), starts(), durations())
    def test_the_plain_table_gives_every_dose_and_what_makes_it_back(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        for every_day in (True, False):
            header, *rows = _rows(to_table(schedule, every_day=every_day))
            found = [(day, slot, DRUG, mg) for day, slot, mg in table_doses(header, rows, start)]
            assert sorted(found) == said(schedule)

    @given(realizable_plans(), starts(), durations())
    def test_a_row_for_a_stretch_stands_for_each_of_its_days(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        header, *rows = _markdown_rows(to_markdown(schedule))
        found = [(day, slot, DRUG, mg) for day, slot, mg in table_doses(header, rows, start)]
        assert sorted(found) == said(schedule)

    @given(realizable_plans(), starts(), durations())
    def test_the_rows_go_by_date_and_leave_no_day_out(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        rows = stretches_of(schedule)
        shown = [row for row in rows if row.last is not None]
        assert [row.first_day for row in shown] == [1, *(row.last_day + 1 for row in shown[:-1])]
        assert shown[-1].last_day == len(schedule.days)

    @given(realizable_plans(), starts(), durations())
    def test_every_table_ends_as_the_plan_does_and_says_what_it_is(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        whole = scheduled(drawn, start, None if not drawn.plan.is_open else weeks(4))
        assume({i.course for day in whole.days for i in day.intakes} == set(schedule.course_ends))
        text = to_table(schedule, check(schedule), count_supply(schedule))
        for line in describe_ending(schedule):
            assert line in text
        assert text.endswith(NOTICE + "\n")
        goes_on = schedule.ends in {End.CONTINUES, End.WINDOW}
        assert bool(re.search(r"^\d+(-\d+)? \.\.\. ", text, re.MULTILINE)) == goes_on


def _rows(text):
    lines = text.splitlines()
    rule = next(index for index, line in enumerate(lines) if line.startswith("----"))
    starts_at = [found.start() for found in re.finditer(r"-+", lines[rule])]
    for line in [lines[rule - 1], *lines[rule + 1 : lines.index("", rule)]]:
        yield [line[a:b].strip() for a, b in zip(starts_at, [*starts_at[1:], None], strict=True)]


def _markdown_rows(text):
    lines = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    for line in lines:
        yield [cell.strip().replace("\\", "") for cell in line[1:-1].split(" | ")]


class TestCalendars:
    """The .ics is read back by the parser icalendar with dateutil's rules, and once more by hand."""

    @given(named, starts(), durations())
    def test_all_day_events_give_every_dose_back(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        text = to_ical(schedule)
        assert sorted(_events(text)) == sorted((day, None, slot, mg) for day, slot, _, mg in said(schedule))
        assert sorted(_by_hand(text)) == sorted(_events(text))

    @given(named, starts(), durations())
    def test_named_times_fall_at_the_clock_times_given(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        text = to_ical(schedule, times=TIMES, tz=None)
        assert sorted(_events(text)) == sorted((day, TIMES[slot], slot, mg) for day, slot, _, mg in said(schedule))
        assert sorted(_by_hand(text)) == sorted(_events(text))

    @given(clocked, starts(), durations())
    def test_clock_times_float(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        text = to_ical(schedule, tz=None) if said(schedule) else to_ical(schedule)
        assert sorted(_events(text)) == sorted((day, slot, slot, mg) for day, slot, _, mg in said(schedule))
        assert sorted(_by_hand(text)) == sorted(_events(text))
        assert "TZID" not in text
        assert not re.search(r"^DTSTART:\d+T\d+Z", text, re.MULTILINE)

    @given(realizable_plans(slots=st.just(named_slots())), starts(), durations())
    def test_each_event_has_its_own_name_and_the_same_schedule_the_same_text(self, drawn, start, horizon):
        schedule = scheduled(drawn, start, horizon)
        names = re.findall(r"^UID:(.+)$", to_ical(schedule), re.MULTILINE)
        assert len(set(names)) == len(names)
        assert to_ical(schedule) == to_ical(schedule)


def _summary(text):
    """The mg and the time of day that a summary names; what it says to take must weigh the same."""
    dose, slot, take = re.fullmatch(rf"{DRUG} (.+? m?c?g) ([a-z]+|\d\d:\d\d): (.+)", text).groups()
    assert mass_of(take) == Dose.parse(dose).mg
    return slot, Dose.parse(dose).mg


def _events(text):
    """Every (date, clock time, slot, mg), read with icalendar and expanded with dateutil."""
    for event in icalendar.Calendar.from_ical(text).walk("VEVENT"):
        slot, mg = _summary(str(event["summary"]))
        begins = event.decoded("dtstart")
        clock = begins.strftime("%H:%M") if isinstance(begins, datetime) else None
        first = begins if clock else datetime(begins.year, begins.month, begins.day)  # noqa: DTZ001
        rule = event.get("rrule")
        when = list(rrulestr(rule.to_ical().decode(), dtstart=first)) if rule else [first]
        yield from ((moment.date(), clock, slot, mg) for moment in when)


def _by_hand(text):
    """The same, from the lines of the file and nothing else."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    event = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            yield from _repeated(event)
        else:
            event[name.split(";")[0]] = value


def _repeated(event):
    slot, mg = _summary(re.sub(r"\\(.)", r"\1", event["SUMMARY"]))
    day, _, clock = event["DTSTART"].partition("T")
    first = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    rule = dict(part.split("=") for part in event.get("RRULE", "FREQ=DAILY;COUNT=1").split(";"))
    assert set(rule) <= {"FREQ", "COUNT", "INTERVAL"}
    days = int(rule.get("INTERVAL", 1)) * {"DAILY": 1, "WEEKLY": 7}[rule["FREQ"]]
    for index in range(int(rule["COUNT"])):
        at = f"{clock[:2]}:{clock[2:4]}" if clock else None
        yield first + timedelta(days=days * index), at, slot, mg
