"""What a sheet says has changed: rows, bottles and forms, what was taken before; and its notes in the months."""

import io
import re
from datetime import date

import pypdf
import pytest

from formats.drawing import dated
from formats.test_html import Page
from taper import Formulary, Plan, Product, days, load_protocol, realize, to_html, to_markdown, to_schedule, to_table
from taper.formats.pdf import to_pdf
from taper.words.language import LANGUAGES, speak
from taper.words.plan_sheet import SheetLine, make_sheet
from taper.words.product_names import ProductNames

pytest.importorskip("babel")
T2 = Product(id="t2", drug="testamine", form="tablet", strength="2 mg", score=2)
L1 = Product(id="l1", drug="testamine", form="oral solution", concentration="5 mg/5 mL", smallest_volume="0.5 mL")
L2 = Product(id="l2", drug="testamine", form="oral solution", concentration="2 mg/mL", smallest_volume="0.5 mL")
EXTENDED = Product(id="x4", drug="testamine", form="tablet", strength="4 mg", release="extended", brand="Slowamine")


def pages_of(schedule, **options):
    """The text of each page of the patient's PDF, with single spaces."""
    pages = pypdf.PdfReader(io.BytesIO(to_pdf(schedule, pages="patient", **options))).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def every(*doses):
    return {"for": "2 weeks", "cycle": [{"morning": dose} if dose else {} for dose in doses]}


def daily(dose, **more):
    return {"for": "2 weeks", "regimen": {"morning": dose}, **more}


def two(morning, bedtime):
    return {"for": "2 weeks", "regimen": {"morning": morning, "bedtime": bedtime}}


def weekly(**doses):
    return {"for": "2 weeks", "weekly": {day: {"morning": dose} for day, dose in doses.items()}}


def lines_of(schedule):
    """Each line of the plan below its first row: whether its days, its dose and its total are marked."""
    made, bodies = [], re.findall(r"<tbody>(.*?)</tbody>", to_html(schedule).replace("\n", ""))
    for body in bodies:
        for line in re.findall(r"<tr>.*?</tr>", body):
            label = re.search(r'<span class="label">([^<]*)</span>', line)
            cell = re.search(r'<td class="take"[^>]*>(.*?)</td>', line)
            total = re.search(r'<td class="total"[^>]*>(.*?)</td>', line)
            if cell is not None:
                starred = "*" in (label[1] if label else ""), "changed" in cell[1], "changed" in total[1]
                made.append("".join(mark if held else "-" for mark, held in zip("DCT", starred, strict=True)))
    return made


@pytest.mark.parametrize(
    ("steps", "marks"),
    [
        ([daily("4 mg"), every("4 mg", "3 mg")], ["---", "---", "-CT"]),
        ([every("4 mg", "3 mg"), every("4 mg", "2 mg")], ["---", "---", "---", "-CT"]),
        ([every("4 mg", "3 mg"), every("3 mg", "4 mg")], ["---", "---", "---", "---"]),
        ([every("4 mg", "3 mg"), daily("3 mg")], ["---", "---", "-CT"]),
        ([every("4 mg", "3 mg"), every("4 mg", "3 mg", "3 mg")], ["---", "---", "D--", "D--"]),
        ([every("4 mg", "3 mg"), every("2 mg", "1 mg", "1 mg")], ["---", "---", "-CT", "-CT"]),
        ([daily("4 mg"), every("4 mg", None)], ["---", "D--"]),
        ([every("4 mg", None), daily("4 mg")], ["---", "-CT"]),
        ([every("4 mg", None), every("4 mg", None, None)], ["---", "D--"]),
        ([every("4 mg", None), every("3 mg", None)], ["---", "-CT"]),
        ([weekly(mon="4 mg"), weekly(mon="4 mg", thu="4 mg")], ["---", "D--"]),
        ([weekly(mon="4 mg"), weekly(mon="3 mg", thu="3 mg")], ["---", "-CT"]),
        ([weekly(mon="4 mg", thu="2 mg"), weekly(mon="4 mg", thu="1 mg")], ["---", "---", "---", "-CT"]),
        ([weekly(mon="4 mg"), weekly(mon="4 mg", thu="2 mg")], ["---", "---", "-CT"]),
        ([weekly(mon="4 mg", thu="2 mg"), weekly(mon="4 mg")], ["---", "---", "D--"]),
        ([every("4 mg", None, None), every("4 mg", "2 mg", None)], ["---", "---", "-CT"]),
        ([every("4 mg", "2 mg", None), every("4 mg", None, None)], ["---", "---", "D--"]),
        ([every("4 mg", None), weekly(mon="3 mg")], ["---", "-CT"]),
        ([weekly(mon="4 mg"), daily("4 mg")], ["---", "-CT"]),
        ([daily("4 mg"), weekly(mon="4 mg")], ["---", "D--"]),
        ([two("2 mg", "2 mg"), daily("4 mg")], ["---", "-C-"]),
        ([two("2 mg", "2 mg"), two("2 mg", "1 mg")], ["---", "--T"]),
        ([every("4 mg", "3 mg"), daily("4 mg"), daily("4 mg", note="Ring us")], ["---", "---", "-CT", "---"]),
    ],
)
def test_only_what_changed_from_the_row_above_is_marked(steps, marks):
    assert lines_of(dated(*steps, products=(T2,))) == marks


class TestBefore:
    """The first row is compared with what was taken before the plan, where that is known."""

    @pytest.mark.parametrize(
        ("before", "step", "said", "marks"),
        [
            ({"regimen": {"morning": "4 mg"}}, daily("4 mg"), "Before this plan: 4 mg in the morning", ["---"]),
            ({"regimen": {"morning": "5 mg"}}, daily("4 mg"), "Before this plan: 5 mg in the morning", ["-CT"]),
            ({"regimen": {"morning": "2 mg", "bedtime": "2 mg"}}, daily("4 mg"),
             "Before this plan: 2 mg in the morning and 2 mg at bedtime", ["-C-"]),
            ("nothing", daily("4 mg"), "Before this plan: no dose", ["-CT"]),
            ("nothing", every("4 mg", None), "Before this plan: no dose", ["-CT"]),
            ("nothing", weekly(mon="4 mg", thu="2 mg"), "Before this plan: no dose", ["-CT", "-CT"]),
            ({"regimen": {"morning": "4 mg"}}, every("4 mg", "3 mg"), "Before this plan: 4 mg in the morning",
             ["---", "-CT"]),
            ({"regimen": {"morning": "4 mg"}}, every("4 mg", None), "Before this plan: 4 mg in the morning", ["D--"]),
            ({"regimen": {"morning": "4 mg"}}, every("3 mg", None), "Before this plan: 4 mg in the morning", ["-CT"]),
            ({"cycle": [{"morning": "4 mg"}, {}]}, every("4 mg", None),
             "Before this plan: 4 mg on 1 of 2 days and no dose on 1 of 2 days", ["---"]),
            ({"weekly": {"mon": {"morning": "4 mg"}}}, weekly(mon="4 mg", thu="4 mg"),
             "Before this plan: once a week, on Monday: 4 mg in the morning", ["---"]),
            ({"cycle": [{"morning": "4 mg"}, {"morning": "3 mg"}]}, daily("3 mg"),
             "Before this plan: 4 mg on 1 of 2 days and 3 mg on 1 of 2 days", ["-CT"]),
            ({"weekly": {"mon": {"morning": "4 mg"}}}, weekly(mon="3 mg"),
             "Before this plan: once a week, on Monday: 4 mg in the morning", ["-CT"]),
            ({"weekly": {"mon": {"morning": "4 mg"}, "thu": {"morning": "4 mg"}, "sun": {"noon": "2 mg"}}},
             weekly(mon="4 mg", thu="4 mg"),
             "Before this plan: on Monday and Thursday: 4 mg in the morning; on Sunday: 2 mg at noon", ["---"]),
        ],
    )  # fmt: skip
    def test_it_is_said_and_what_differs_is_marked(self, before, step, said, marks):
        schedule = dated(step, before=before, products=(T2,))
        (told,) = Page(to_html(schedule, pages="patient")).find("p", "before")
        assert told["text"].replace("\u00a0", " ") == said
        assert lines_of(schedule) == marks

    def test_where_it_is_unknown_nothing_is_said_or_marked(self):
        schedule = dated(daily("4 mg"), products=(T2,))
        assert not Page(to_html(schedule)).find("p", "before")
        assert lines_of(schedule) == ["---"]
        assert "Changed" not in to_html(schedule)

    def test_every_print_says_it_of_each_drug(self):
        befores = {"testamine": {"regimen": {"morning": "4 mg"}}, "otherine": "nothing"}
        courses = [{"drug": drug, "before": before, "then": "stop", "steps": [daily("2 mg")]}
                   for drug, before in befores.items()]  # fmt: skip
        other = Product(id="o2", drug="otherine", form="tablet", strength="2 mg")
        schedule = to_schedule(realize(Plan.read({"courses": courses}), [T2, other]), start=date(2027, 3, 1))
        said = ("Testamine before this plan: 4 mg", "Otherine before this plan: no dose")
        page = to_html(schedule).replace("\u00a0", " ")
        for text in (to_table(schedule), to_markdown(schedule), page, pages_of(schedule)[0]):
            assert all(line in text for line in said)

    @pytest.mark.parametrize(
        ("language", "said"),
        [("es", "Antes de este plan: 4 mg por la mañana"), ("fr", "Avant ce plan : 4 mg le matin"),
         ("de", "Vor diesem Plan: 4 mg morgens")],
    )  # fmt: skip
    def test_each_language_says_it(self, language, said):
        schedule = dated(daily("2 mg"), before={"regimen": {"morning": "4 mg"}}, products=(T2,))
        assert said in to_html(schedule, language=language).replace("\u00a0", " ")


def sheet_of(schedule, **more):
    return make_sheet(schedule, speak("en"), ProductNames.of(schedule), **more)


class TestTheRowsOfThePlanSheet:
    @pytest.mark.parametrize(
        ("step", "then", "horizon", "when"),
        [
            (daily("4 mg"), "stop", None, ["Mon 1 Mar – Sun 14 Mar", "From Mon 15 Mar"]),
            (daily("4 mg"), "stop", days(4), ["Mon 1 Mar – Thu 4 Mar, and on: the rest is not shown"]),
            ({"regimen": {"morning": "4 mg"}}, "continue", days(4), ["From Mon 1 Mar on, until told otherwise"]),
            ({"for": "1 day", "regimen": {"morning": "4 mg"}}, "review", None, ["Mon 1 Mar", "From Tue 2 Mar"]),
            ({"for": "365 days", "regimen": {"morning": "4 mg"}}, "stop", None,
             ["Mon 1 Mar 2027 – Mon 28 Feb 2028", "From Tue 29 Feb 2028"]),
        ],
        ids=["closed", "window", "open", "one-day", "two-years"],
    )  # fmt: skip
    def test_each_says_when_it_is(self, step, then, horizon, when):
        assert [row.when for row in sheet_of(dated(step, then=then, horizon=horizon, products=(T2,))).rows] == when

    @pytest.mark.parametrize(
        ("steps", "before", "said"),
        [
            ((daily("4 mg"), daily("2 mg")), None, "* Changed from the row above."),
            ((daily("4 mg"), every("4 mg", None)), None, "* Changed from the row above."),
            (
                (daily("4 mg"),),
                {"regimen": {"morning": "2 mg"}},
                "* Changed from the row above; in the first row, from what was taken before this plan.",
            ),
            ((daily("4 mg"),), {"regimen": {"morning": "4 mg"}}, None),
            ((daily("4 mg"), daily("4 mg", note="Ring us")), None, None),
        ],
        ids=["dose", "days", "before", "nothing", "note"],
    )
    def test_the_star_is_explained_where_one_stands(self, steps, before, said):
        told = {} if before is None else {"before": before}
        (first, *_) = sheet_of(dated(*steps, products=(T2,), **told)).legend
        assert first == said if said else first.startswith("2 × 2")

    @pytest.mark.parametrize(
        ("step", "labels"),
        [
            (daily("2 mg"), []),
            (daily("2 mg", review_before=True), ["Only after a review"]),
            (daily("2 mg", kind="step-back"), ["Goes back up, as planned"]),
            (daily("2 mg", note="Ring us", slot_notes={"morning": "with milk"}), ["Ring us", "Morning: with milk"]),
            (weekly(mon="2 mg"), ["Once a week, on Monday; no dose on other days *"]),
            (weekly(mon="2 mg", thu="2 mg"), ["On Monday and Thursday; no dose on other days *"]),
            (weekly(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sun"), "2 mg")),
             ["Every day except Saturday *"]),
            (every("2 mg", None), ["Every other day, first on Mon 15 Mar; no dose on other days *"]),
            (every("2 mg", None, None), ["Every 3 days, first on Mon 15 Mar; no dose on other days *"]),
            (every("2 mg", "2 mg", None),
             ["On Mon 15 Mar and Tue 16 Mar, and again every 3 days; no dose on other days *"]),
            ({"for": "3 days", "cycle": [{}, {"morning": "2 mg"}, {}]}, ["On Tue 16 Mar; no dose on other days *"]),
        ],
        ids=["none", "review", "step-back", "notes", "weekly", "weekdays", "all-but", "other", "third", "again",
             "once"],
    )  # fmt: skip
    def test_each_line_says_its_days_and_what_is_said_of_it(self, step, labels):
        sheet = sheet_of(dated(daily("2 mg"), step, products=(T2,)))
        row = sheet.rows[-2]  # The last says that the plan ends.
        assert [label.replace("\u00a0", " ") for label in row.lines[0].labels] == labels

    def test_two_courses_of_a_drug_have_one_total_on_the_days_that_they_share(self):
        def both(a, b):
            courses = [{"id": name, "drug": "testamine", "then": "stop", "steps": [step]}
                       for name, step in (("a", a), ("b", b))]  # fmt: skip
            made = realize(Plan.read({"courses": courses}), [T2])
            return [
                (line.drug, line.total) for line in sheet_of(to_schedule(made, start=date(2027, 3, 1))).rows[0].lines
            ]

        names = "testamine tablets (a)", "testamine tablets (b)"
        assert both(daily("4 mg"), daily("2 mg")) == [(names[0], "6 mg"), (names[1], "")]
        assert both(daily("4 mg"), every("2 mg", None)) == [(names[0], "4 mg"), (names[1], "2 mg")]

    @pytest.mark.parametrize(("many", "in_columns"), [(1, True), (4, True), (5, False)])
    def test_more_than_four_times_of_day_have_no_columns(self, many, in_columns):
        slots = {f"{hour + 8:02}:00": "2 mg" for hour in range(many)}
        assert sheet_of(dated({"for": "3 days", "regimen": slots}, products=(T2,))).in_columns is in_columns

    def test_days_before_the_first_course_have_no_drug_and_no_mark(self):
        row = sheet_of(dated(daily("2 mg"), starts_on_day=3, products=(T2,))).rows[0]
        assert (row.first_day, row.last_day) == (1, 2)
        assert row.lines == (SheetLine("", (), (), "", total_changed=False, said="No dose", is_daily=True),)

    def test_a_drug_that_ends_beside_another_is_said_to_stop_from_a_day(self):
        courses = [{"drug": "testamine", "then": "stop", "steps": [{**daily("2 mg"), "for": "2 days"}]},
                   {"drug": "otherine", "then": "stop", "steps": [{**daily("2 mg"), "for": "4 days"}]}]  # fmt: skip
        other = Product(id="o2", drug="otherine", form="tablet", strength="2 mg")
        sheet = sheet_of(to_schedule(realize(Plan.read({"courses": courses}), [T2, other]), start=date(2027, 3, 1)))
        assert [[line.said for line in row.lines] for row in sheet.rows] == [
            [None, None],
            ["Stop from Wed 3 Mar: take no more testamine", None],
            ["Stop: take no more otherine"],
        ]


class TestProducts:
    """A bottle of another strength and a product of another form are told where they are first used."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_new_bottle_is_told_in_the_plan_and_in_the_calendar(self, language):
        steps = (daily("4 mg", products=["l1"]), daily("4 mg", products=["l2"]), daily("2 mg", products=["l2"]))
        schedule = dated(*steps, products=(L1, L2))
        said = {"en": "New bottle: 2 mg per mL", "es": "Frasco nuevo: 2 mg por mL",
                "fr": "Nouveau flacon : 2 mg pour 1 mL", "de": "Neue Flasche: 2 mg pro mL"}[language]  # fmt: skip
        text = to_html(schedule, language=language, pages="patient").replace("\u00a0", " ")
        plan, _, calendar = text.partition('class="calendar"')
        assert plan.count(said) == 1
        assert calendar.count(f"[1] {said}") == 1
        assert [cell["text"].replace("\u00a0", " ")[:2] for cell in Page(text).find("td", "changes")
                if "[1]" in cell["text"]] == ["15"]  # fmt: skip

    def test_a_product_of_another_form_or_brand_is_told(self):
        steps = (daily("4 mg", products=["l1"]), daily("4 mg", products=["t2"]), daily("2 mg", products=["t2"]),
                 daily("4 mg", products=["l2"]))  # fmt: skip
        table = to_table(dated(*steps, products=(L1, L2, T2)))
        told = re.findall(r"Other product than above: [A-Za-z 0-9/]+?(?=  )", table)
        assert told == ["Other product than above: testamine tablets",
                        "Other product than above: testamine oral solution 2 mg per mL"]  # fmt: skip

    def test_a_brand_that_decides_is_named(self):
        course = {"drug": "testamine", "then": "stop", "release": "immediate", "steps": [daily("4 mg")]}
        slow = {**course, "id": "slow", "release": "extended", "starts_on_day": 15}
        made = realize(Plan.read({"courses": [course, slow]}), [T2, EXTENDED])
        table = to_table(to_schedule(made, start=date(2027, 3, 1)))
        assert "Other product than above: testamine extended-release tablets (Slowamine)" in table

    def test_a_mixture_from_tablets_is_told_whole(self):
        mixed = T2.diluted("10 mL", graduation="1 mL")
        steps = (daily("2 mg", products=["t2"]), daily("1 mg", products=[mixed.id]))
        text = to_html(dated(*steps, products=(T2, mixed)), pages="patient").replace("\u00a0", " ")
        assert re.search(r"Other product than above: [^<]*2 mg[^<]* in 10 mL of water", text)

    def test_another_strength_of_tablets_is_no_other_product(self):
        t1 = Product(id="t1", drug="testamine", form="tablet", strength="1 mg")
        table = to_table(dated(daily("2 mg", products=["t2"]), daily("1 mg", products=["t1"]), products=(T2, t1)))
        assert "Other product" not in table


class TestWhatACellMeans:
    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", "2 × 2 mg means two tablets of 2 mg. 1/2 × 2 mg means half a tablet of 2 mg."),
            ("es", "2 × 2 mg significa dos comprimidos de 2 mg. 1/2 × 2 mg significa medio comprimido de 2 mg."),
            ("fr", "2 × 2 mg signifie deux comprimés de 2 mg. 1/2 × 2 mg signifie un demi-comprimé de 2 mg."),
            ("de", "2 × 2 mg bedeutet zwei Tabletten zu 2 mg. 1/2 × 2 mg bedeutet eine halbe Tablette zu 2 mg."),
        ],
    )
    def test_a_count_of_each_kind_is_said_in_words(self, language, said):
        schedule = dated(daily("2 mg"), daily("4 mg"), daily("1 mg"), products=(T2,))
        (legend,) = Page(to_html(schedule, language=language, pages="patient")).find("p", "legend")
        assert said in legend["text"].replace("\u00a0", " ")
        assert said in pages_of(schedule, language=language)[0]

    def test_a_volume_needs_no_key(self):
        assert "means" not in to_html(dated(daily("4 mg"), products=(L1,)), pages="patient").partition("<main>")[2]


NOTED = {"note": "Bring this sheet", "slot_notes": {"morning": "after food"}}


class TestNotesInTheMonths:
    """A number stands beside the day or the dose, and the note below the month."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_page_and_the_pdf_say_each_note_below_the_months_that_name_it(self, language):
        steps = (daily("4 mg", **NOTED), {"for": "20 days", "regimen": {"morning": "2 mg"}})
        schedule = dated(*steps, products=(T2,), start=date(2027, 2, 22))
        page = Page(to_html(schedule, language=language, pages="patient"))
        slot = {"en": "Morning", "es": "Mañana", "fr": "Matin", "de": "Morgens"}[language]
        below = [item["text"].replace("\u00a0", " ") for item in page.find("li") if item["path"][-1] == "ul"
                 and item["text"].startswith("[")]  # fmt: skip
        colon = " : " if language == "fr" else ": "
        assert below == ["[1] Bring this sheet", f"[2] {slot}{colon}after food"] * 2
        assert len(page.find("span", "see")) == 2 * 14
        months = pages_of(schedule, language=language)[1:]
        assert [month.count("Bring this sheet") for month in months] == [1, 1]
        assert sum(month.count("[1]") for month in months) == 14 + 2

    def test_a_note_of_one_of_several_drugs_names_it_in_a_month_with_letters_too(self):
        slots = dict.fromkeys(("morning", "noon", "evening", "bedtime"), "7 mg")
        courses = [{"drug": name, "then": "review", "steps": [{"for": "31 days", "regimen": slots, **noted}]}
                   for name, noted in (("druga", NOTED), ("drugb", {}), ("drugc", {}), ("drugd", NOTED))]  # fmt: skip
        products = [Product(id=f"{c['drug']}-{mg}", drug=c["drug"], form="tablet", strength=f"{mg} mg")
                    for c in courses for mg in (5, 2)]  # fmt: skip
        schedule = to_schedule(realize(Plan.read({"courses": courses}), products), start=date(2027, 3, 1))
        text = to_html(schedule, pages="patient")
        assert '<b>B</b>\u00a01</span> <span class="see">[2]</span></span>' in text
        assert "[1] druga: Bring this sheet" in text
        assert "[4] drugd: Morning: after food" in text
        page = pages_of(schedule)[1]
        assert "[4] drugd: Morning: after food" in page
        assert "A 1 B 1 [2]" in page

    def test_a_note_marks_days_with_a_dose_and_those_of_a_pause(self):
        steps = ({"for": "4 days", "cycle": [{"morning": "2 mg"}, {}], "note": "Rest on the other day"},
                 {"for": "2 days", "kind": "gap", "note": "Ring us"})  # fmt: skip
        cells = Page(to_html(dated(*steps, daily("2 mg"), products=(T2,)))).find("span", "see")
        assert [cell["text"] for cell in cells] == ["[1]", "[1]", "[2]", "[2]"]

    def test_a_note_of_a_time_of_day_alone_marks_its_doses_and_no_day(self):
        step = {
            "for": "3 days",
            "regimen": {"morning": "2 mg", "bedtime": "2 mg"},
            "slot_notes": {"bedtime": "with milk"},
        }
        text = to_html(dated(step, products=(T2,)), pages="patient")
        assert text.count('</data> <span class="see">[1]</span>') == 3
        assert text.count('class="see"') == 3

    def test_notes_too_long_for_the_foot_have_a_page_of_their_own(self):
        schedule = dated(daily("2 mg", note="a long story " * 120), products=(T2,))
        assert 'no-foot apart"' in to_html(schedule)
        held = [page.count("a long story") > 100 for page in pages_of(schedule)]
        assert held == [True, False, True]

    @pytest.mark.parametrize("as_dates", [True, False], ids=["dates", "days"])
    def test_a_month_whose_last_day_ends_its_week_says_below_how_the_plan_goes_on(self, as_dates):
        start, length = (date(2027, 2, 1), 28) if as_dates else (date(2027, 3, 1), 35)
        schedule = dated(
            {"for": f"{length} days", "regimen": {"morning": "2 mg"}}, then="stop", products=(T2,), start=start
        )
        text = to_html(schedule, dates=as_dates, pages="patient").replace("\u00a0", " ")
        said = f"{'1 Mar' if as_dates else 'Day 36'}: Stop: take no more testamine"
        assert f'<ul class="foot"><li>{said}</li></ul>' in text
        assert said in pages_of(schedule, dates=as_dates)[-1]

    def test_an_open_plan_says_there_that_it_continues(self):
        step = {"regimen": {"morning": "2 mg"}}
        schedule = dated(step, then="continue", horizon=days(28), products=(T2,), start=date(2027, 2, 1))
        (foot,) = Page(to_html(schedule, pages="patient")).find("ul", "foot")
        assert "This step continues; the plan sets no end." in foot["text"]


class TestANarrowScreen:
    def test_equal_days_are_folded_within_their_week_and_still_have_their_boxes(self):
        steps = ({"for": "10 days", "regimen": {"morning": "2 mg"}}, {"for": "4 days", "regimen": {"morning": "4 mg"}})
        page = Page(to_html(dated(*steps, products=(T2,)), pages="patient"))
        folded = [int(cell["text"].split()[0]) for cell in page.find("td", "same")]
        assert folded == [2, 3, 4, 5, 6, 7, 9, 10, 12, 13, 14]
        assert len(page.find("input")) == 14

    @pytest.mark.parametrize(
        ("language", "first"), [("en", "Monday"), ("es", "lunes"), ("fr", "lundi"), ("de", "Montag")]
    )
    def test_each_day_has_its_weekday_but_in_a_plan_without_dates(self, language, first):
        schedule = dated(daily("2 mg"), products=(T2,))
        rule = f'.month td:nth-child(1) time::before {{ content: "{first} "; }}'
        assert rule in to_html(schedule, language=language)
        assert "time::before" not in to_html(schedule, language=language, dates=False)


@pytest.mark.parametrize("steps", [30, 34, 37, 44])
def test_no_page_of_a_pdf_holds_whom_to_ask_without_a_row_of_the_plan(steps):
    made = dated(
        *({"for": "1 day", "regimen": {"morning": f"{2 + 2 * (number % 2)} mg"}} for number in range(steps)),
        products=(T2,),
    )
    pages = pages_of(made)
    (asked,) = [page for page in pages if "Telephone:" in page]
    assert re.search(r"\d × 2", asked.replace("\u00a0", " "))
    assert all(re.search(r"\d × 2|Stop|ends here", page.replace("\u00a0", " ")) for page in pages)


def test_the_shipped_taper_of_sixteen_rows_is_one_page_with_what_was_before():
    products = Formulary.shipped().products("diazepam", market="us")
    schedule = to_schedule(realize(load_protocol("diazepam-example").plan(), products), start=date(2027, 3, 1))
    pages = pages_of(schedule)
    assert len(pages) == 9
    assert "Before this plan: 10 mg in the morning" in pages[0]
