"""The handout in HTML says what the schedule says, fetches nothing, and holds whatever it is handed as plain text."""

import json
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given

from formats.drawing import DRUG, dated, doses_of, schedules
from formats.sheet_reading import days_of_line, mass_of_cell
from taper import (
    Dose,
    Formulary,
    InvalidInput,
    Log,
    NotAssessed,
    Plan,
    Product,
    Reason,
    Review,
    apply_log,
    count_supply,
    days,
    realize,
    to_schedule,
)
from taper.checks.review import Clear, Finding, LeftOut
from taper.formats.html import to_html
from taper.source import Source
from taper.words.handout import make_handout, printable
from taper.words.language import LANGUAGES

EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=1>"
SOURCE = Source.read({"id": "s", "organization": EVIL, "title": EVIL, "locator": EVIL, "year": 2020, "grade": "C",
                      "verified_on": "2026-01-01"})  # fmt: skip
REVIEW = Review(
    findings=(Finding(rule="ceiling", severity="high", message=f"day 1: too much {EVIL}", source=SOURCE),),
    not_assessed=(NotAssessed(rule="kidney", drug="x", reason=Reason.FACT, what=(f"eGFR {EVIL}",)),),
    clear=(Clear(rule="score", source=SOURCE), Clear(rule="pace", drug="x")),
    left_out=(LeftOut(rule="ceiling", drug="x", source=SOURCE),),
)
VOID = {"meta", "input", "br"}
LABELS = {
    "en": {"Morning": "morning", "Noon": "noon", "Evening": "evening", "Bedtime": "bedtime", "Once a day": "daily"},
    "es": {
        "Mañana": "morning",
        "Mediodía": "noon",
        "Noche": "evening",
        "Al acostarse": "bedtime",
        "Una vez al día": "daily",
    },
    "fr": {"Matin": "morning", "Midi": "noon", "Soir": "evening", "Coucher": "bedtime", "Une fois par jour": "daily"},
    "de": {
        "Morgens": "morning",
        "Mittags": "noon",
        "Abends": "evening",
        "Zur Nacht": "bedtime",
        "Einmal täglich": "daily",
    },
}


class Page(HTMLParser):
    """A page as its elements: (path of tags, attributes, text)."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(text)
        self.close()
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs)
        element = {"path": [each["tag"] for each in self.open], "tag": tag, "attrs": dict(attrs), "text": ""}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self.open:
            element["text"] += data

    def find(self, tag, name=None):
        return [e for e in self.elements if e["tag"] == tag and name in (None, e["attrs"].get("class"))]


def doses_in(text, language):
    """(date, time of day, drug, dose in mg) of every box in the calendar, by what a reader sees."""
    page, found, when = Page(text), [], None
    start = next(i for i, e in enumerate(page.elements) if e["attrs"].get("class") == "calendar")
    for element in page.elements[start:]:
        kind = (element["attrs"].get("class") or "").split()
        if element["tag"] == "time":
            when = date.fromisoformat(element["attrs"]["datetime"])
        elif "slot" in kind:
            label = element["text"]
            slot = LABELS[language].get(label) or re.fullmatch(r"(\d\d:\d\d)(?: \D+)?", label)[1]
        elif "drug" in kind:
            drug = element["text"].lower()
        elif element["tag"] == "data":
            dose = mass_of_cell(element["text"], language)
            assert Dose.parse(element["attrs"]["value"]).mg == dose
            found.append((when, slot, drug, dose))
    return found


def doses_in_rows(text):
    """(date, time of day, dose in mg) of every cell of the plan's rows in English, with the dates that they are for."""
    days, label, found, slot = [], "", [], None
    page = Page(text)
    table = next(i for i, e in enumerate(page.elements) if (e["attrs"].get("class") or "").startswith("plan"))
    for element in page.elements[table + 1 :]:
        if element["tag"] == "table":
            break
        kind = element["attrs"].get("class")
        if element["tag"] == "tbody":
            days = []
        elif element["tag"] == "tr":
            label = []
        elif element["attrs"].get("id", "").startswith("on-"):
            days.append(date.fromisoformat(element["attrs"]["id"][3:]))
        elif kind == "label":
            label.append(element["text"])
        elif "data-head" in element["attrs"]:
            slot = element["attrs"]["data-head"]
        elif element["tag"] == "b" and element["path"][-1] == "li":
            slot = element["text"]
        elif element["tag"] == "data":
            dose = mass_of_cell(element["text"])
            assert Dose.parse(element["attrs"]["value"]).mg == dose
            name = LABELS["en"].get(slot) or slot[:5]
            found += [(day, name, dose) for day in days_of_line("; ".join(label), days)]
    return found


def handout_of(schedule, **more):
    return make_handout(schedule, None, None, "en", sunday_first=False, **more)


def two_courses():
    """x pauses, waits and is undecided while y is taken every day."""
    plan = Plan.read({"courses": [
        {"drug": "x", "then": "continue", "steps": [
            {"for": "2 days", "regimen": {"evening": "5 mg"}}, {"for": "2 days", "kind": "gap"},
            {"for": "2 days", "regimen": {"evening": "5 mg"}, "review_before": True}, {"kind": "decision"}]},
        {"drug": "y", "then": "stop", "steps": [{"for": "8 days", "regimen": {"evening": "10 mg"}}]},
    ]})  # fmt: skip
    products = [Product(id="x5", drug="x", form="tablet", strength="5 mg"),
                Product(id="y10", drug="y", form="tablet", strength="10 mg")]  # fmt: skip
    return to_schedule(realize(plan, products), start=date(2027, 3, 1), horizon=days(8))


class TestReadingBack:
    @pytest.mark.no_cover
    @given(schedule=schedules())
    def test_the_calendar_reads_back_as_the_doses_of_the_schedule_in_every_language(self, schedule):
        for language in LANGUAGES:
            assert doses_in(to_html(schedule, language=language), language) == doses_of(schedule)

    @given(schedule=schedules())
    def test_the_rows_of_the_plan_read_back_as_the_doses_of_the_schedule(self, schedule):
        expected = [(day, slot, mg) for day, slot, _, mg in doses_of(schedule)]
        assert sorted(doses_in_rows(to_html(schedule))) == sorted(expected)

    @given(schedule=schedules())
    def test_every_day_shown_has_one_row_to_jump_to_and_the_rows_go_by_date(self, schedule):
        ids = [e["attrs"].get("id", "") for e in Page(to_html(schedule)).find("span")]
        dates = [date.fromisoformat(name[3:]) for name in ids if name.startswith("on-")]
        assert dates == sorted(set(dates))
        assert dates[: len(schedule.days)] == [day.date for day in schedule.days]

    @given(schedule=schedules())
    def test_each_dose_has_one_box_described_by_its_date(self, schedule):
        page = Page(to_html(schedule))
        boxes = page.find("input")
        assert [box["attrs"]["aria-describedby"] for box in boxes] == [f"d{when}" for when, *_ in doses_of(schedule)]
        assert all(box["path"][-1] == "label" for box in boxes)
        ids = Counter(e["attrs"]["id"] for e in page.elements if "id" in e["attrs"])
        assert set(ids.values()) == {1}
        assert {box["attrs"]["aria-describedby"] for box in boxes} <= ids.keys()

    @given(schedule=schedules())
    def test_every_week_has_seven_days_and_every_date_stands_once(self, schedule):
        page = Page(to_html(schedule))
        rows = Counter(id_of_row(page))
        assert set(rows.values()) == {7}
        dates = [date.fromisoformat(e["attrs"]["datetime"]) for e in page.find("time")]
        assert dates == sorted(set(dates))
        assert {day.date for day in schedule.days} <= set(dates)

    @pytest.mark.parametrize(("sunday_first", "first"), [(False, "Monday"), (True, "Sunday")], ids=["monday", "sunday"])
    def test_weeks_begin_on_monday_or_on_sunday(self, sunday_first, first):
        schedule = dated({"for": "20 days", "regimen": {"morning": "2 mg"}})
        text = to_html(schedule, sunday_first=sunday_first)
        assert Page(text).find("abbr")[0]["attrs"]["title"] == first
        assert doses_in(text, "en") == doses_of(schedule)

    def test_a_dose_of_several_portions_names_each(self):
        schedule = dated({"for": "1 day", "regimen": {"morning": "3 mg"}})
        taken = Page(to_html(schedule)).find("data", "dose")[0]["text"]
        assert taken == "1\u00a0and\u00a01/2\u00a0×\u00a02\u00a0mg (3\u00a0mg)"


def id_of_row(page):
    row = None
    for element in page.elements:
        if element["tag"] == "tr":
            row = element
        elif element["tag"] == "td" and element["path"][-1] == "tr" and "month" in str(tables_of(page, element)):
            yield id(row)


def tables_of(page, cell):
    before = [e for e in page.elements[: page.elements.index(cell)] if e["tag"] == "table"]
    return before[-1]["attrs"].get("class")


class TestTheFirstPage:
    """The whole plan, in the order of days, with what a person needs to ask."""

    def test_it_names_the_medicine_the_dates_whom_to_ask_and_that_a_prescriber_decides(self):
        text = to_html(dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, then="stop"), pages="patient")
        page = Page(text)
        (period,) = page.find("p", "period")
        assert period["text"] == "Testamine tablets, from Monday 1 March 2027 to Tuesday 2 March 2027"
        assert page.find("p", "missed")[0]["text"] == "A dose missed, or trouble with the plan? Ask the number below."
        assert [e["text"] for e in page.find("span") if e["path"][-1] == "p"] == [
            "Name:",
            "Questions? Ask:",
            "Telephone:",
        ]
        assert page.find("p", "notice")[0]["text"].startswith("A count and its sources, not advice.")
        assert page.find("td", "said")[0]["text"] == "Stop: take no more testamine"

    def test_a_cell_that_changes_is_marked_in_bold_and_with_a_sign(self):
        steps = [{"for": "2 days", "regimen": {"morning": dose, "evening": "2 mg"}} for dose in ("4 mg", "2 mg")]
        marked = [e["text"] for e in Page(to_html(dated(*steps))).find("b", "changed")]
        assert marked == ["1\u00a0×\u00a02\u00a0mg\u00a0*", "4\u00a0mg\u00a0*"]

    def test_an_open_end_says_until_told_otherwise(self):
        text = to_html(dated({"regimen": {"morning": "2 mg"}}, then="continue", horizon=days(9)))
        assert "From Mon 1 Mar on, until told otherwise" in text

    def test_the_pages_of_each_reader_can_be_had_alone(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        parts = {pages: to_html(schedule, REVIEW, pages=pages) for pages in ("all", "patient", "clinician")}
        marks = ('<section class="patient"', '<section class="clinician"')
        assert {pages: [mark in text for mark in marks] for pages, text in parts.items()} == {
            "all": [True, True], "patient": [True, False], "clinician": [False, True]}  # fmt: skip

    def test_many_times_of_day_share_one_column(self):
        schedule = dated({"for": "2 days", "regimen": {f"{hour:02}:00": "2 mg" for hour in range(6)}})
        heads = [e["text"] for e in Page(to_html(schedule)).find("th") if e["attrs"].get("scope") == "col"][:3]
        assert heads == ["When", "Take", "Total"]

    def test_what_is_said_of_some_days_stands_in_a_cell_that_has_a_dose(self):
        # An empty cell is not shown on a narrow screen, and what it held would be lost there.
        schedule = dated({"for": "1 week", "regimen": {"morning": "2 mg"}},
                         {"for": "6 days", "cycle": [{"noon": "2 mg"}, {"morning": "1 mg"}]})  # fmt: skip
        said = '<span class="labels"><span class="label">Every other day'
        for slot in ("Noon", "Morning"):
            assert f'<td class="take" data-head="{slot}">{said}' in to_html(schedule)

    def test_what_is_said_of_a_whole_row_stands_below_its_dates_and_not_in_one_time_of_day(self):
        schedule = dated({"for": "1 week", "regimen": {"morning": "2 mg", "noon": "2 mg"}, "note": "Ring us"})
        text = to_html(schedule, pages="patient")
        assert re.search(r'<th scope="rowgroup"[^<]*>.*Mon.*<span class="label">Ring us</span> </span></th>', text)
        assert text.partition('class="calendar"')[0].count("Ring us") == 1

    def test_a_month_too_full_for_any_page_has_the_smallest_type_and_no_set_height_of_weeks(self):
        slots = {f"{hour:02}:{minute:02}": "2 mg" for hour in range(24) for minute in range(0, 60, 10)}
        text = to_html(dated({"for": "3 days", "regimen": slots}))
        assert "@page calendar { size: landscape;" in text
        heights = re.compile(r"\.weeks-1\S* td { height")
        assert not heights.search(text)
        assert heights.search(to_html(dated({"for": "3 days", "regimen": {"noon": "2 mg"}})))

    def test_a_week_with_one_day_without_a_dose_names_that_day(self):
        days = {day: {"noon": "2 mg"} for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
        text = to_html(dated({"for": "4 weeks", "weekly": days}))
        assert "Every day except Sunday" in text.replace("\u00a0", " ")


class TestMonthsOfTheHandout:
    def test_dates_before_and_after_the_plan_have_no_boxes(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, start=date(2027, 3, 3))
        (month,) = handout_of(schedule).months
        (week,) = month.weeks
        assert [(day.label, day.is_shown) for day in week] == [
            ("1 Mar", False), ("2 Mar", False), ("3 Mar", True), ("4 Mar", True), ("5 Mar", False), ("6 Mar", False),
            ("7 Mar", False),
        ]  # fmt: skip
        assert not any(day.changes for day in week)

    def test_how_the_plan_goes_on_stands_below_the_last_month_alone_and_takes_no_room_in_another(self):
        # May 2027 has six weeks, and four times of day fit in 10.5 points if nothing stands below them.
        slots = dict.fromkeys(("08:00", "10:00", "14:00", "16:00"), "2 mg")
        schedule = dated({"for": "58 days", "regimen": slots}, then="stop", start=date(2027, 5, 1))
        handout = handout_of(schedule)
        assert [month.foot for month in handout.months] == [(), ("28 Jun: Stop: take no more testamine",)]
        assert handout.paper.half_points == 21

    def test_a_month_on_several_pages_is_numbered(self):
        slots = {f"{hour:02}:{minute:02}": "2 mg" for hour in range(8, 12) for minute in (0, 15, 30, 45)}
        handout = handout_of(dated({"for": "31 days", "regimen": slots}))
        assert handout.paper.weeks == 3
        assert [month.caption for month in handout.months] == ["March 2027 (1/2)", "March 2027 (2/2)"]


class TestHowItIsTaken:
    def test_a_label_on_file_is_told_and_cited_and_nothing_else_is(self):
        products = Formulary.shipped().products("gabapentin", market="us")
        plan = Plan.read({"courses": [{"drug": "gabapentin", "release": "extended", "then": "stop", "steps": [
            {"for": "1 week", "regimen": {"evening": "600 mg"}, "note": "Bring this sheet.",
             "slot_notes": {"evening": "with a full plate"}}]}]})  # fmt: skip
        text = to_html(to_schedule(realize(plan, products), start=date(2027, 3, 1)))
        page = Page(text)
        (taken,) = page.find("ul", "taken")
        said = "Swallow whole; do not crush or chew. Take with the evening meal."
        assert taken["text"] == f"Gabapentin extended-release once-daily tablets: {said}"
        assert "How it is taken" in text.partition('<section class="clinician"')[2]
        assert [e["text"] for e in page.find("span", "label")] == ["Bring this sheet.", "Evening: with a full plate"]
        assert not Page(to_html(dated({"for": "1 day", "regimen": {"noon": "2 mg"}}))).find("ul", "taken")


class TestWithoutDates:
    def test_a_single_day_is_counted_by_its_number(self):
        schedule = dated(
            {"for": "1 day", "regimen": {"morning": "4 mg"}}, {"for": "1 day", "regimen": {"noon": "2 mg"}}
        )
        labels = re.findall(r"Day\W*2\b", re.sub(r"<[^>]+>", " ", to_html(schedule, dates=False, pages="patient")))
        assert labels

    def test_days_and_weeks_are_counted_and_no_date_is_printed(self):
        schedule = dated({"for": "2 weeks", "regimen": {"morning": "4 mg"}},
                         {"for": "3 days", "regimen": {"noon": "2 mg"}},
                         {"for": "3 days", "cycle": [{"noon": "2 mg"}, {}]}, then="stop")  # fmt: skip
        for language, said in (
            ("en", "Weeks 1–2"),
            ("de", "Wochen 1–2"),
            ("fr", "Semaines 1–2"),
            ("es", "Semanas 1–2"),
        ):
            text = to_html(schedule, dates=False, language=language, pages="patient")
            seen = re.sub(r"<[^>]+>", " ", text.partition("<main>")[2])
            assert said in seen
            assert not re.search(r"20\d\d|\bMar\b|März|mars|Monday|lunes", seen)
        assert "Days 15–17" in to_html(schedule, dates=False)
        assert "Every other day, first on day 18; no dose on other days" in re.sub(
            "\u00a0", " ", to_html(schedule, dates=False)
        )

    def test_the_handout_says_how_many_days_it_is_and_where_day_1_is_written(self):
        schedule = dated({"for": "9 days", "regimen": {"morning": "2 mg"}})
        begun = "Day 1 is the day on which it is begun: write its date here. ____________"
        assert handout_of(schedule, dates=False).period == f"Testamine tablets, 9 days. {begun}"

    def test_without_dates_a_page_holds_five_weeks(self):
        schedule = dated({"for": "71 days", "regimen": {"morning": "5 mg"}})
        assert [len(month.weeks) for month in handout_of(schedule, dates=False).months] == [5, 5, 1]

    def test_the_handout_fills_its_last_week_with_empty_days(self):
        schedule = dated({"for": "9 days", "regimen": {"morning": "2 mg"}})
        (page,) = handout_of(schedule, dates=False).months
        assert page.caption == "Weeks 1–2"
        assert [len(week) for week in page.weeks] == [7, 7]
        assert [day and day.label for day in page.weeks[1]] == ["Day 8", "Day 9", "Day 10", *[None] * 4]

    def test_the_calendar_counts_the_same_days(self):
        schedule = dated({"for": "40 days", "regimen": {"morning": "4 mg"}})
        page = Page(to_html(schedule, dates=False))
        labels = [e["text"] for e in page.find("b") if "day" in str(e["attrs"])]
        assert labels == [f"Day {number}" for number in range(1, 41)]

    @pytest.mark.parametrize(
        "step",
        [{"for": "2 weeks", "weekly": {"mon": {"morning": "2 mg"}}}, {"for": "1 month", "regimen": {"noon": "2 mg"}}],
    )
    def test_what_needs_a_date_is_refused_without(self, step):
        with pytest.raises(InvalidInput, match="weekdays or months has days only from a date; write it with dates"):
            to_html(dated(step), dates=False)


class TestEscaping:
    def test_what_is_handed_in_is_text_wherever_it_stands(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title=f"A {EVIL}")
        plain = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title="A")
        harmless = Review.model_validate_json(REVIEW.model_dump_json().replace(json.dumps(EVIL)[1:-1], "x"))
        text = to_html(schedule, REVIEW, count_supply(schedule))
        tags = [e["tag"] for e in Page(text).elements]
        assert tags == [e["tag"] for e in Page(to_html(plain, harmless, count_supply(plain))).elements]
        assert Page(text).find("title")[0]["text"] == f"A {EVIL}"
        assert text.count("alert(1)") == text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 15

    def test_a_title_cannot_hide_or_turn_around_what_follows(self):
        assert printable("13 1/3 mg") == "13\u00a01/3\u00a0mg"
        assert printable("a\x00b\u202ec\u2066\nd\te 5 mg\ud800") == "abc d e 5\u00a0mg"
        step = {"for": "2 days", "regimen": {"morning": "2 mg"}}
        with pytest.raises(InvalidInput, match="title: got ' '; write something in it"):
            dated(step, title=" ")
        assert Page(to_html(dated(step))).find("h1")[0]["text"] == f"Plan for {DRUG}"


class TestSelfContained:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_nothing_is_fetched_and_nothing_runs(self, language):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        page = Page(to_html(schedule, REVIEW, count_supply(schedule), language=language))
        names = {name for e in page.elements for name in e["attrs"]}
        assert names.isdisjoint({"src", "href", "srcset", "action", "style"})
        assert not [name for name in names if name.startswith("on")]
        assert {e["tag"] for e in page.elements}.isdisjoint({"script", "link", "iframe", "object", "form", "base"})
        assert "url(" not in page.find("style")[0]["text"]
        assert "@import" not in page.find("style")[0]["text"]
        policy = [e["attrs"] for e in page.find("meta") if e["attrs"].get("http-equiv") == "Content-Security-Policy"]
        assert policy[0]["content"].startswith("default-src 'none';")
        assert page.find("html")[0]["attrs"]["lang"] == language

    def test_the_same_schedule_gives_the_same_page(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        assert to_html(schedule, REVIEW) == to_html(schedule, REVIEW)


class TestPages:
    def test_what_a_check_found_stands_on_the_page_of_the_clinician_alone(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        text = to_html(schedule, REVIEW, count_supply(schedule))
        patient, _, clinician = text.partition('<section class="clinician"')
        for said in ("too much", "eGFR", "Supply", "HIGH"):
            assert said not in patient.partition("</style>")[2]
            assert said in clinician
        assert [heading["text"] for heading in Page(text).find("h4")] == [
            "Found: 1", "Not assessed: 1", "Clear: 2", "Within what is on file: 0",
            "On file and not compared: 1"]  # fmt: skip

    def test_a_review_that_holds_nothing_says_so_in_each_part(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        assert to_html(schedule, Review()).count("<p>None.</p>") == 5

    def test_without_a_review_the_page_says_that_none_was_made(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        assert "No check was made for this handout" in to_html(schedule)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_notice_stands_on_both(self, language):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        notices = Page(to_html(schedule, REVIEW, language=language)).find("p", "notice")
        assert len(notices) == 2
        assert notices[0]["text"] == notices[1]["text"]

    def test_words_of_a_review_are_marked_as_english_in_another_language(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        page = Page(to_html(schedule, REVIEW, language="de"))
        assert [e for e in page.elements if e["attrs"].get("lang") == "en"]
        assert all(e["attrs"]["lang"] == "en" for e in page.find("ul") if "too much" in e["text"])

    def test_a_window_says_what_it_does_not_show(self):
        schedule = dated({"for": "9 days", "regimen": {"morning": "2 mg"}}, horizon=days(4))
        text = to_html(schedule)
        assert "Not shown here, to Tuesday 9 March 2027: number of days 5, number of doses 5." in text

    def test_the_calendar_frames_where_something_changes_and_says_what_waits_and_where_no_dose_is(self):
        schedule = dated(
            {"for": "2 days", "cycle": [{"morning": "2 mg"}, {}]},
            {"for": "2 days", "regimen": {"morning": "4 mg"}, "review_before": True},
            {"for": "2 days", "kind": "gap"},
            {"kind": "decision"},
            then="continue",
            horizon=days(8),
        )
        assert [note["text"] for note in Page(to_html(schedule)).find("p", "note")] == [
            "no dose", "waits for review", "pause, no dose", "pause, no dose", "decision needed", "decision needed"
        ]  # fmt: skip
        framed = [cell["text"] for cell in Page(to_html(schedule)).find("td", "changes")]
        assert [text.partition("\u00a0*")[0] for text in framed] == ["3 Mar", "5 Mar", "7 Mar"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_holds_for_one_of_several_courses_names_its_drug(self, language):
        said = {
            "en": ["x: pause, no dose", "x: waits for review", "x: decision needed", "Stop: take no more y"],
            "es": [
                "x: pausa, ninguna dosis",
                "x: espera revisión",
                "x: falta una decisión",
                "Suspendido: no tome más y",
            ],
            "fr": [
                "x : pause, aucune dose",
                "x : attend une réévaluation",
                "x : décision nécessaire",
                "Arrêt : ne plus prendre y",
            ],
            "de": [
                "X: Pause, keine Dosis",
                "X: wartet auf Überprüfung",
                "X: Entscheidung nötig",
                "Abgesetzt: kein Y mehr einnehmen",
            ],
        }[language]
        found = [note["text"] for note in Page(to_html(two_courses(), language=language)).find("p", "note")]
        assert list(dict.fromkeys(note.replace("\u00a0", " ") for note in found if ":" in note)) == said

    @pytest.mark.parametrize("as_dates", [True, False], ids=["dates", "days"])
    @pytest.mark.parametrize(
        ("then", "horizon", "said"),
        [
            ("stop", None, "Stop: take no more testamine"),
            ("review", None, "The plan for testamine ends here. Ask what follows."),
            ("continue", days(8), "This step continues; the plan sets no end."),
            ("stop", days(8), "the plan goes on after it."),
        ],
        ids=["stop", "review", "open", "window"],
    )
    def test_the_first_empty_day_of_the_calendar_says_how_the_plan_goes_on(self, then, horizon, said, as_dates):
        step = {"regimen": {"morning": "2 mg"}, **({} if then == "continue" else {"for": "9 days"})}
        schedule = dated(step, then=then, horizon=horizon)
        (cell,) = [cell for cell in Page(to_html(schedule, dates=as_dates)).find("td", "none") if "plan" in cell["text"]
                   or "take" in cell["text"]]  # fmt: skip
        assert said in cell["text"].replace("\u00a0", " ")
        number = 9 if horizon else 10
        assert cell["text"].replace("\u00a0", " ").startswith(f"{number} Mar" if as_dates else f"Day {number}")

    def test_each_month_is_headed_by_the_title_of_its_plan(self):
        schedule = dated({"for": "40 days", "regimen": {"morning": "2 mg"}}, title="For the knee")
        found = [caption["text"] for caption in Page(to_html(schedule, pages="patient")).find("caption")]
        assert found == ["March 2027 For the knee", "April 2027 For the knee"]

    def test_what_happened_to_a_schedule_is_for_the_clinician(self):
        schedule = dated({"for": "9 days", "regimen": {"morning": "2 mg"}})
        log = Log.read({"plan": schedule.realized.plan.fingerprint, "start": "2027-03-01",
                        "events": [{"kind": "hold", "day": "2027-03-04", "for": "1 week"}]})  # fmt: skip
        patient, _, clinician = to_html(apply_log(schedule, log)).partition('<section class="clinician"')
        assert "on hold for 1 week" in clinician
        assert "on hold for 1 week" not in patient

    def test_fills_and_what_is_there_already_are_listed(self):
        schedule = dated({"for": "20 days", "regimen": {"morning": "2 mg"}})
        text = to_html(schedule, supply=count_supply(schedule, fills=days(10)))
        captions = [caption["text"] for caption in Page(text).find("caption")]
        assert captions[1:] == [
            "Supply from Monday 1 March 2027 to Saturday 20 March 2027 (number of days: 20)",
            "Fill 1, Monday 1 March 2027 to Wednesday 10 March 2027",
            "Fill 2, Thursday 11 March 2027 to Saturday 20 March 2027",
        ]
        assert "Already there" not in text
        text = to_html(schedule, supply=count_supply(schedule, fills=days(10), on_hand={"t2": 12}))
        rows = [row["text"] for row in Page(text).find("tr") if row["text"].startswith("testamine 2")]
        assert rows == ["testamine 2\u00a0mg tablet2012" + "8" + "0", "testamine 2\u00a0mg tablet8"]
        assert "Already there" in text
