"""The handout in HTML says what the schedule says, fetches nothing, and holds whatever it is handed as plain text."""

import json
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given

from formats.drawing import DRUG, dated, doses_of, schedules
from formats.reading import Reader
from taper import (
    Dose,
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
from taper.words.handout import printable
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
    page, reader, found, when = Page(text), Reader(language), [], None
    for element in page.elements:
        if element["tag"] == "time":
            when = date.fromisoformat(element["attrs"]["datetime"])
        elif element["tag"] == "span" and element["attrs"].get("class") == "slot":
            label = element["text"]
            slot = LABELS[language].get(label) or re.fullmatch(r"(\d\d:\d\d)(?: \D+)?", label)[1]
        elif element["tag"] == "data":
            dose = reader.amount(element["text"].replace("\u00a0", " "))
            assert Dose.parse(element["attrs"]["value"]).mg == dose
        elif element["tag"] == "span" and element["attrs"].get("class") == "drug":
            found.append((when, slot, element["text"].lower(), dose))
    return found


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
    @given(schedule=schedules())
    def test_the_calendar_reads_back_as_the_doses_of_the_schedule_in_every_language(self, schedule):
        for language in LANGUAGES:
            assert doses_in(to_html(schedule, language=language), language) == doses_of(schedule)

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
        assert Page(to_html(schedule)).find("span", "take")[0]["text"] == "1½\u00a0×\u00a02\u00a0mg tablet"


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


class TestEscaping:
    def test_what_is_handed_in_is_text_wherever_it_stands(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title=f"A {EVIL}")
        plain = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title="A")
        harmless = Review.model_validate_json(REVIEW.model_dump_json().replace(json.dumps(EVIL)[1:-1], "x"))
        text = to_html(schedule, REVIEW, count_supply(schedule))
        tags = [e["tag"] for e in Page(text).elements]
        assert tags == [e["tag"] for e in Page(to_html(plain, harmless, count_supply(plain))).elements]
        assert Page(text).find("title")[0]["text"] == f"A {EVIL}"
        assert text.count("alert(1)") == text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 14

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

    def test_the_calendar_marks_where_a_step_begins_what_waits_and_days_without_doses(self):
        schedule = dated(
            {"for": "2 days", "cycle": [{"morning": "2 mg"}, {}]},
            {"for": "2 days", "regimen": {"morning": "4 mg"}, "review_before": True},
            {"for": "2 days", "kind": "gap"},
            {"kind": "decision"},
            then="continue",
            horizon=days(8),
        )
        assert [note["text"] for note in Page(to_html(schedule)).find("p", "note")] == [
            "Step 1", "no dose", "Step 2", "waits for review", "Step 3", "pause, no dose", "pause, no dose",
            "Step 4", "decision needed", "decision needed"]  # fmt: skip

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_holds_for_one_of_several_courses_names_its_drug(self, language):
        said = {
            "en": ["x: pause, no dose", "x: waits for review", "x: decision needed"],
            "es": ["x: pausa, ninguna dosis", "x: espera revisión", "x: falta una decisión"],
            "fr": ["x : pause, aucune dose", "x : attend une réévaluation", "x : décision nécessaire"],
            "de": ["X: Pause, keine Dosis", "X: wartet auf Überprüfung", "X: Entscheidung nötig"],
        }[language]
        found = [note["text"] for note in Page(to_html(two_courses(), language=language)).find("p", "note")]
        assert list(dict.fromkeys(note.replace("\u00a0", " ") for note in found if ":" in note)) == said
        assert found[1].endswith(", Y" if language == "de" else ", y")

    def test_what_happened_to_a_schedule_is_for_the_clinician(self):
        schedule = dated({"for": "9 days", "regimen": {"morning": "2 mg"}})
        log = Log.read({"plan": schedule.realized.plan.fingerprint, "start": "2027-03-01",
                        "events": [{"kind": "hold", "day": "2027-03-04", "for": "1 week"}]})  # fmt: skip
        patient, _, clinician = to_html(apply_log(schedule, log)).partition('<section class="clinician"')
        assert "held for 1 week" in clinician
        assert "held for 1 week" not in patient

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
