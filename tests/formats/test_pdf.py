"""The handout in PDF: its text is the plan, it is tagged, and the same schedule gives the same bytes."""

import io
import json
import os
import re
import sys
from datetime import date
from fractions import Fraction
from statistics import median

import pypdf
import pytest
from hypothesis import Phase, given, settings

from formats.drawing import DRUG, dated, doses_of, schedules
from formats.reading import MONTHS
from formats.sheet_reading import mass_of_cell
from formats.test_html import EVIL, LABELS, REVIEW
from formats.test_html import doses_in as html_doses
from taper import (
    Formulary,
    InvalidInput,
    Log,
    MissingExtra,
    Plan,
    Product,
    Review,
    apply_log,
    count_supply,
    days,
    load_protocol,
    realize,
    to_schedule,
)
from taper.checks.review import Finding
from taper.formats import pdf
from taper.formats.html import to_html
from taper.formats.pdf import CannotPrint, to_pdf
from taper.words.handout import make_handout, printable
from taper.words.instruction import write_instructions
from taper.words.language import LANGUAGES

SHORT_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
}


BELOW = f"{DRUG}|New|Other|Frasco|Producto|Nouveau|Autre|Neue|Anderes"
"""How the notes of these schedules begin: each tells of a bottle or a product."""


def pages_of(made):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]


def squeezed(text):
    return re.sub(r"\s+", "", text)


def doses_in(made, language):
    """(date, time of day, drug, dose in mg) of every dose in the calendar, in the order the text has them."""
    found = []
    months, short = "|".join(MONTHS[language].split()), SHORT_MONTHS[language].split()
    slots = "|".join([*LABELS[language], r"\d\d:\d\d"])
    day = rf"(?P<day>1er|\d+\.?) (?P<month>{'|'.join(map(re.escape, short))})(?: \*)?(?= |$)"
    slot = rf"(?P<slot>{slots})(?: Uhr)?(?: (?:noon|midnight|mediodía|medianoche|midi|minuit|mittags|nachts))?(?= )"
    for page in pages_of(made):
        # What stands below the weeks begins with the number of a note, or with a date and a colon.
        below = rf" (?:\[\d+\] (?:{BELOW})|(?:1er|\d+\.?) (?:{'|'.join(map(re.escape, short))}) ?: )"
        text = re.split(below, re.sub(r"\s+", " ", page), maxsplit=1, flags=re.IGNORECASE)[0]
        heading = re.match(rf"(?P<name>{months})(?: de)? (?P<year>\d{{4}}) ", text, re.IGNORECASE)
        if heading is None:
            continue
        year, marks, when, name = (
            int(heading["year"]),
            list(re.finditer(f"{day}|{slot}", text, re.IGNORECASE)),
            None,
            "",
        )
        for mark, ends in zip(marks, [*(each.start() for each in marks[1:]), len(text)], strict=True):
            if mark["day"]:
                number = int(mark["day"].removesuffix("er").removesuffix("."))
                when = date(year, short.index(mark["month"]) + 1, number)
                continue
            name = LABELS[language].get(mark["slot"], mark["slot"])
            said = text[mark.end() : ends].strip()
            # Where two courses are taken, a dose names its drug; those of one time of day follow each other.
            for take in re.split(rf"(?:^|(?<= )){DRUG}(?= )", said, flags=re.IGNORECASE):
                if take.strip():
                    found.append((when, name, DRUG, mass_of_cell(_first_cell(take.strip()), language)))
    return found


def _first_cell(text):
    """A cell without what a page says after it."""
    notes = "no dose|ninguna dosis|aucune dose|keine Dosis"
    return re.split(rf" (?:{notes})", text)[0].strip()


# A page is made in a tenth of a second: few are drawn, and a failure is shown as it was found.
few = settings(max_examples=8, phases=[Phase.explicit, Phase.generate])


SHAPES = range(1, 13) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else (1, 2, 5, 8)
"""Months of 2027: these four have four, five and six rows of weeks. The long profile has all twelve."""


class TestReadingBack:
    @pytest.mark.no_cover
    @few
    @given(schedule=schedules())
    def test_the_calendar_reads_back_as_the_doses_of_the_schedule_in_every_language(self, schedule):
        for language in LANGUAGES:
            # A month with letters is read with its key: below.
            if not make_handout(schedule, None, None, language, sunday_first=False).paper.compact:
                assert doses_in(to_pdf(schedule, language=language), language) == doses_of(schedule)

    @few
    @given(schedule=schedules())
    def test_every_instruction_stands_in_it_to_the_letter(self, schedule):
        # A line may go on over the end of a page, where its foot stands between.
        text = re.sub(r"Planfor\w+·\d+/\d+", "", squeezed(" ".join(pages_of(to_pdf(schedule)))))
        for instruction in write_instructions(schedule):
            said = [instruction.heading, *instruction.notes, *instruction.change, *instruction.ending]
            said += [line for day in instruction.days for line in (day.label, *day.takes, day.total or "")]
            for line in said:
                # A step that is taller than a page is cut between two lines, and the rest stands on the next.
                words = squeezed(line)
                assert any(words[:cut] in text and words[cut:] in text for cut in range(len(words) + 1))

    def test_supply_review_and_what_happened_stand_on_the_last_page_alone(self):
        schedule = dated({"for": "20 days", "regimen": {"morning": "2 mg"}}, title="A plan")
        log = Log.read({"plan": schedule.realized.plan.fingerprint, "start": "2027-03-01",
                        "events": [{"kind": "hold", "day": "2027-03-04", "for": "1 week"}]})  # fmt: skip
        held = apply_log(schedule, log)
        *patient, clinician = pages_of(to_pdf(held, REVIEW, count_supply(held, fills=days(14))))
        for said in ("Supply from", "Fill 1", "HIGH daily maximum: day 1: too much", "kidney function (x): Give eGFR",
                     "on hold for", "Review: On file and not compared (1)", "divided tablets"):  # fmt: skip
            assert squeezed(said) in squeezed(clinician)
            assert squeezed(said) not in squeezed("".join(patient))

    def test_where_the_label_says_how_to_take_it_its_source_is_cited(self):
        products = Formulary.shipped().products("gabapentin", market="us")
        plan = Plan.read({"courses": [{"drug": "gabapentin", "release": "extended", "then": "stop", "steps": [
            {"for": "1 week", "regimen": {"evening": "600 mg"}}]}]})  # fmt: skip
        schedule = to_schedule(realize(plan, products), start=date(2027, 3, 1))
        (cited,) = {product.taken_source for product in schedule.realized.courses[0].used}
        last = squeezed(pages_of(to_pdf(schedule))[-1])
        assert squeezed("How it is taken") in last
        assert squeezed(cited.organization) in last

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_without_a_review_the_last_page_says_that_none_was_made(self, language):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        words = {"en": "No check was made", "es": "no se hizo ninguna comprobación", "fr": "Aucune vérification",
                 "de": "keine Prüfung vorgenommen"}[language]  # fmt: skip
        assert squeezed(words) in squeezed(pages_of(to_pdf(schedule, language=language))[-1])


class TestEscaping:
    @pytest.mark.parametrize(
        "title",
        [EVIL, '#panic("x")', "$x^2$ *bold* _it_ `raw`", "= heading", "@ref <label> \\", '#image("/etc/passwd")',
         "//c /*", '"]; #read("x")'],
        ids=["html", "call", "marks", "heading", "label", "image", "comment", "quote"],
    )  # fmt: skip
    def test_a_title_is_text_and_never_markup(self, title):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title=title)
        made = to_pdf(schedule, REVIEW)
        assert squeezed(title) in squeezed(pages_of(made)[0])
        assert pypdf.PdfReader(io.BytesIO(made)).metadata.title == printable(title)

    def test_letters_that_no_font_has_are_refused_with_what_to_do(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title="\u4e2d")
        said = 'no font at hand has the letters "\u4e2d" .U.4E2D. of the text "\u4e2d"; give font_folders'
        with pytest.raises(CannotPrint, match=said):
            to_pdf(schedule)

    @pytest.mark.parametrize(("title", "code"), [("For Ann \U0001f600", "U.1F600"), ("Plan \u4e2d\u6587 b", "U.4E2D")])
    def test_the_text_that_holds_them_is_named(self, title, code):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title=title)
        with pytest.raises(CannotPrint, match=f'{code}.*of the text "{title}"'):
            to_pdf(schedule)

    def test_a_finding_that_holds_them_is_named(self):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        found = Finding(rule="ceiling", severity="high", message="day 1: \u4e2d")
        review = Review(findings=(found,), not_assessed=(), clear=(), left_out=())
        with pytest.raises(CannotPrint, match='of the text "HIGH daily maximum: day 1: \u4e2d"'):
            to_pdf(schedule, review)

    def test_without_typst_one_line_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "typst", None)
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        with pytest.raises(
            MissingExtra, match=r'^a PDF needs the package typst: pip install "babel>=2.16,<3" "typst>=0.15,<0.16"$'
        ):
            to_pdf(schedule)

    def test_any_other_fault_of_the_template_is_not_taken_for_a_missing_font(self, monkeypatch, tmp_path):
        import typst

        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}})
        monkeypatch.setattr(pdf, "_TEMPLATE", tmp_path / "template.typ")
        pdf._TEMPLATE.write_text("#no-such-thing")
        with pytest.raises(typst.TypstError):
            to_pdf(schedule)


class TestFile:
    @few
    @given(schedule=schedules())
    def test_the_same_schedule_gives_the_same_bytes(self, schedule):
        assert to_pdf(schedule, REVIEW, count_supply(schedule)) == to_pdf(schedule, REVIEW, count_supply(schedule))

    def test_it_holds_no_time_and_no_name_of_a_machine(self):
        made = to_pdf(dated({"for": "2 days", "regimen": {"morning": "2 mg"}}))
        assert b"CreationDate" not in made
        assert b"/Author" not in made

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_is_tagged_and_says_its_language_and_title(self, language):
        schedule = dated({"for": "2 days", "regimen": {"morning": "2 mg"}}, title="A plan")
        file = pypdf.PdfReader(io.BytesIO(to_pdf(schedule, REVIEW, count_supply(schedule), language=language)))
        root = file.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == language
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
        tags = list(tags_of(root["/StructTreeRoot"]))
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/P"} <= set(tags)
        assert tags.count("/TH") >= 7 + 4

    @pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
    def test_a_month_lies_across_the_page(self, paper, size):
        schedule = dated({"for": "40 days", "regimen": {"morning": "2 mg"}})
        boxes = [page.mediabox for page in pypdf.PdfReader(io.BytesIO(to_pdf(schedule, paper=paper))).pages]
        sizes = [(round(box.width), round(box.height)) for box in boxes]
        assert sizes == [size, size[::-1], size[::-1], size]
        assert [round(box.width) for box in boxes] == [size[0], size[1], size[1], size[0]]

    @pytest.mark.no_cover
    @pytest.mark.parametrize("intakes", [4, 12, 20])
    def test_no_week_is_cut_when_a_month_takes_several_pages(self, intakes):
        schedule = dated({"for": "28 days", "regimen": {f"{hour:02}:00": "2 mg" for hour in range(intakes)}})
        made = to_pdf(schedule)
        pages = [page for page in pages_of(made) if page.startswith("March 2027")]
        days = {str(day) for day in range(1, 29)}
        held = [days & set(re.findall(r"\b(\d+) Mar\b", page)) for page in pages]
        weeks = [{str(day) for day in range(first, first + 7)} for first in (1, 8, 15, 22)]
        assert [sum(week <= page for page in held) for week in weeks] == [1, 1, 1, 1]
        assert sum(map(len, held)) == 28
        assert len(held) == {4: 1, 12: 1, 20: 2}[intakes]
        assert doses_in(made, "en") == doses_of(schedule)

    @pytest.mark.no_cover
    @pytest.mark.parametrize("paper", ["a4", "us-letter"])
    @pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
    def test_sixteen_steps_of_two_intakes_are_one_page_and_a_page_for_each_month(self, paper, large):
        plan = load_protocol("diazepam-example").plan()
        made = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        schedule = to_schedule(made, start=date(2027, 3, 1))
        first, *months = pages_of(to_pdf(schedule, paper=paper, large=large, pages="patient"))
        assert len(plan.courses[0].steps) == 16
        assert len(months) == 8
        for said in ("Mon 1 Mar", "Stop: take no more diazepam", "Telephone:", "A prescriber or pharmacist decides"):
            assert squeezed(said) in squeezed(first)
        assert [text.partition(" 2027")[0] for text in months] == MONTHS["en"].split()[2:10]

    @pytest.mark.parametrize("large", [False, True], ids=["12-point", "14-point"])
    def test_nothing_on_the_first_page_is_smaller_than_was_asked_for(self, large):
        plan = load_protocol("diazepam-example").plan()
        made = realize(plan, Formulary.shipped().products("diazepam", market="us"))
        pages = pypdf.PdfReader(io.BytesIO(to_pdf(to_schedule(made, start=date(2027, 3, 1)), large=large))).pages
        assert min(sizes_of(pages[0])) >= (13.99 if large else 11.99)

    @pytest.mark.parametrize("steps", [34, 36, 38])
    def test_the_notice_never_stands_on_a_page_without_whom_to_ask(self, steps):
        regimens = [{"morning": f"{2 + 2 * (number % 2)} mg"} for number in range(steps)]
        made = to_pdf(dated(*({"for": "1 day", "regimen": regimen} for regimen in regimens)), pages="patient")
        (page,) = [page for page in pages_of(made) if "A prescriber or pharmacist decides" in page]
        assert "Telephone:" in page
        assert "A dose missed" in page

    def test_each_month_is_headed_by_the_title_of_its_plan(self):
        schedule = dated({"for": "40 days", "regimen": {"morning": "2 mg"}}, title="For the knee")
        _, *months = pages_of(to_pdf(schedule, pages="patient"))
        heads = [" ".join(page.split()).partition(" Monday")[0] for page in months]
        assert heads == [
            f"{month} 2027 For the knee Tick a box on the printed page when a dose is taken."
            for month in ("March", "April")
        ]

    @pytest.mark.parametrize("steps", [24, 29])
    def test_large_print_is_nowhere_smaller_than_the_usual(self, steps):
        regimens = [{"morning": f"{2 + 2 * (number % 2)} mg"} for number in range(steps)]
        schedule = dated(*({"for": "1 day", "regimen": regimen} for regimen in regimens))
        usual, large = (
            [median(sizes_of(page)) for page in pypdf.PdfReader(io.BytesIO(to_pdf(schedule, large=large))).pages[:2]]
            for large in (False, True)
        )
        assert all(other >= one - 0.01 for one, other in zip(usual, large, strict=True))

    @pytest.mark.no_cover
    @pytest.mark.parametrize("month", SHAPES)
    @pytest.mark.parametrize("drugs", [1, 4])
    def test_no_month_needs_more_than_its_page_whatever_its_first_day(self, month, drugs):
        names = [f"drug{letter}" for letter in "abcd"[:drugs]]
        slots = dict.fromkeys(("morning", "bedtime"), "5 mg")
        courses = [{"drug": name, "then": "review", "steps": [{"for": "1 month", "regimen": slots}]} for name in names]
        products = [Product(id=f"{name}-5", drug=name, form="tablet", strength="5 mg") for name in names]
        start = date(2027, month, 1)
        schedule = to_schedule(realize(Plan.read({"courses": courses}), products), start=start)
        for sunday_first in (False, True):
            made = to_pdf(schedule, pages="patient", sunday_first=sunday_first)
            assert len(pages_of(made)) == 2
            assert not off_the_page(made)

    @pytest.mark.parametrize(
        ("month", "paper", "large", "sunday_first"),
        [
            (5, "a4", False, False),
            (5, "us-letter", True, False),
            (1, "us-letter", False, True),
        ],
        ids=["six weeks", "large print", "six weeks from Sunday"],
    )
    @pytest.mark.no_cover
    def test_four_drugs_four_times_a_day_are_a_page_a_month_in_7_points_or_more(
        self, month, paper, large, sunday_first
    ):
        schedule = full_month(date(2027, month, 1))
        made = to_pdf(schedule, pages="patient", paper=paper, large=large, sunday_first=sunday_first)
        assert len(pages_of(made)) == 2
        assert not off_the_page(made)
        assert min(sizes_of(pypdf.PdfReader(io.BytesIO(made)).pages[1])) >= 6.99
        planned = {}
        for day in schedule.days:
            for intake in day.intakes:
                planned.setdefault((day.date.day, intake.slot.name), {})[intake.drug] = intake.dose.mg
        assert lettered_in(made) == planned

    @pytest.mark.parametrize(("language", "large"), [("es", False), ("es", True), ("de", True), ("fr", True)])
    def test_no_word_of_the_plan_is_wider_than_its_column(self, language, large):
        made = to_pdf(many_columns(), language=language, large=large, pages="patient")
        runs = runs_of(pypdf.PdfReader(io.BytesIO(made)).pages[0])
        columns = sorted(
            {round(x, 1) for text, x, *_ in runs if text.strip() in {"300\xa0mg", "10\xa0mg", "1500\xa0mg", "–"}}
        )
        columns.append(595 - 13 / 25.4 * 72)
        assert len(columns) == 6
        widths = widths_of([(text.strip(), size, bold) for text, _, size, bold in runs])
        for (text, x, *_), width in zip(runs, widths, strict=True):
            if round(x, 1) in columns:
                room = columns[columns.index(round(x, 1)) + 1] - x
                assert width <= room, (text, width, room)

    def test_no_month_of_four_drugs_four_times_a_day_is_printed_in_less_than_7_points(self):
        for month in range(1, 13):
            for sunday_first in (False, True):
                paper = make_handout(
                    full_month(date(2027, month, 1)), None, None, "de", sunday_first=sunday_first
                ).paper
                assert (paper.compact, paper.fits, paper.weeks) == (True, True, 6)
                assert paper.half_points >= 14

    def test_the_page_has_the_letters_for_paper_and_the_words_for_the_screen(self):
        schedule = full_month(date(2027, 5, 1))
        text = to_html(schedule, pages="patient")
        assert 'class="page weeks-6 no-foot compact"' in text
        key = dict(re.findall(r"<span><b>([A-Z])</b> (drug\w 5.mg|drug\w 2.mg) tablet</span>", text))
        short = re.findall(r'<span class="short">(.*?)</span></span>', text)
        assert sorted({name.replace("\u00a0", " ") for name in key.values()}) == sorted(
            f"{name} {mg} mg"
            for name, mg in [("druga", 5), ("druga", 2), ("drugb", 5), ("drugc", 5), ("drugc", 2), ("drugd", 5)]
        )
        assert len(short) == 31 * 4 * 4
        assert [(when, slot, mass) for when, slot, _, mass in html_doses(text, "en")] == [
            (when, slot, mass) for when, slot, _, mass in doses_of(schedule)
        ]

    def test_a_compact_month_names_a_volume_with_its_dose_and_its_concentration(self):
        schedule = full_month(date(2027, 5, 1), liquid="drugc")
        text = " ".join(pages_of(to_pdf(schedule, pages="patient"))[1].split())
        assert "D drugc oral solution 5 mg per 5 mL" in text
        assert text.count("D 7.5 mL (7.5 mg)") == 31 * 4

    def test_what_is_taller_than_a_page_is_cut_rather_than_lost(self):
        slots = {f"{hour:02}:{minute:02}": "2 mg" for hour in range(24) for minute in (0, 30)}
        schedule = dated({"for": "3 days", "cycle": [slots, {}, slots]})
        made = to_pdf(schedule)
        assert sorted(dose[1:] for dose in doses_in(made, "en")) == sorted(dose[1:] for dose in doses_of(schedule))
        text = squeezed("".join(pages_of(made)))
        for take in write_instructions(schedule)[0].days[2].takes:
            assert squeezed(take) in text
        assert not off_the_page(made)


DRUGS = [f"drug{letter}" for letter in "abcd"]


def full_month(start, liquid=None):
    """Four drugs four times a day for a month: a whole and a half, each of two strengths, or one as a solution."""
    solution = Product(id="l", drug="drugc", form="oral solution", concentration="5 mg/5 mL", smallest_volume="0.5 mL")
    products = [Product(id=f"{name}-{mg}", drug=name, form="tablet", strength=f"{mg} mg", score=2)
                for name in DRUGS if name != liquid for mg in (5, 2)]  # fmt: skip
    products += [solution] if liquid else []
    doses = {name: "7.5 mg" if number % 2 or name == liquid else "7 mg" for number, name in enumerate(DRUGS)}
    courses = [{"drug": name, "then": "review", "steps": [{"for": "1 month", "regimen": dict.fromkeys(
        ("morning", "noon", "evening", "bedtime"), doses[name])}]} for name in DRUGS]  # fmt: skip
    return to_schedule(realize(Plan.read({"courses": courses}), products), start=start)


def lettered_in(made):
    """What a compact month says to take: mg of each drug by day and time of day, read with its key."""
    text = " ".join(pages_of(made)[1].replace("\u00a0", " ").split())
    key = {letter: (drug, Fraction(mg)) for letter, drug, mg in re.findall(r"\b([A-Z]) (\w+) (\d+) mg tablet", text)}
    found, day, slot = {}, None, None
    for said in re.finditer(
        r"(?<!\S)(\d+) [A-Z][a-z]{2}\b|Morning|Noon|Evening|Bedtime|\b([A-Z]) (\d*[½]?)(?= |$)", text
    ):
        if said[1]:
            day = int(said[1])
        elif said[2] is None:
            slot = said[0].lower()
        elif slot is not None:
            drug, held = key[said[2]]
            count = sum(Fraction(1, 2) if sign == "½" else Fraction(sign) for sign in said[3])
            doses = found.setdefault((day, slot), {})
            doses[drug] = doses.get(drug, 0) + count * held
    return found


def sizes_of(page):
    """The sizes of the type on a page."""
    found = []

    def look(text, current, matrix, font, size):
        if text.strip():
            found.append(size * abs(matrix[0]) * abs(current[0]))

    page.extract_text(visitor_text=look)
    return found


def many_columns():
    """Two drugs four times a day, one with a form that is a long word."""
    products = [Product(id="t", drug="propranolol", form="tablet", strength="10 mg"),
                Product(id="c", drug="gabapentin", form="capsule", strength="300 mg"),
                Product(id="g", drug="gabapentin", form="tablet", strength="600 mg")]  # fmt: skip
    low, high = dict.fromkeys(("morning", "noon", "evening"), "300 mg"), {"bedtime": "600 mg"}
    steps = [{"for": "1 week", "regimen": {"bedtime": "300 mg"}}, {"for": "1 week", "regimen": low | high}]
    every = dict.fromkeys(("morning", "noon", "evening", "bedtime"), "10 mg")
    steps.append({"regimen": low | high})
    courses = [{"drug": "gabapentin", "then": "continue", "steps": steps},
               {"drug": "propranolol", "then": "continue", "steps": [{"regimen": every}]}]  # fmt: skip
    made = realize(Plan.read({"courses": courses}), products)
    return to_schedule(made, start=date(2027, 3, 1), horizon=days(20))


def runs_of(page):
    """Each run of type on a page: its text, where it begins, its size and whether it is bold."""
    found = []

    def look(text, current, matrix, font, size):
        if text.strip():
            found.append((text, current[4], size, "Bold" in font["/BaseFont"]))

    page.extract_text(visitor_text=look)
    return found


def widths_of(runs):
    """How wide each run is in points, measured apart from the template."""
    import typst

    source = b"""#let runs = json(bytes(sys.inputs.runs))
#context [#metadata(runs.map(((held, size, bold)) => measure(text(
  font: "Libertinus Serif", size: size * 1pt, weight: if bold { "bold" } else { "regular" }, held,
)).width.pt())) <made>]"""
    found = typst.query(source, "<made>", field="value", one=True, sys_inputs={"runs": json.dumps(runs)})
    return json.loads(found)


def off_the_page(made):
    """Text that lies outside its page: it would not be printed."""
    found = []
    for page in pypdf.PdfReader(io.BytesIO(made)).pages:
        box = page.mediabox

        def look(text, placed, *rest, box=box):
            x, y = placed[4], placed[5]
            if text.strip() and not (0 <= x <= box.width and 0 <= y <= box.height):
                found.append((text, x, y))

        page.extract_text(visitor_text=look)
    return found


def tags_of(node):
    node = node.get_object()
    if isinstance(node, list):
        for each in node:
            yield from tags_of(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node["/S"]
        if "/K" in node:
            yield from tags_of(node["/K"])


def test_a_folder_of_fonts_that_holds_half_a_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("taper.formats.pdf.MOST_FONT_FILES", 3)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "one").touch()
    plan = load_protocol("baclofen-raynaud-example").plan()
    products = Formulary.shipped().products("baclofen", market="us")
    schedule = to_schedule(realize(plan, products), start=date(2027, 3, 1), horizon=days(7))
    assert to_pdf(schedule, font_folders=[tmp_path])[:5] == b"%PDF-"
    (tmp_path / "two").touch()
    with pytest.raises(InvalidInput, match="holds more than 3 files; name the folder inside it that holds the fonts"):
        to_pdf(schedule, font_folders=[tmp_path])
    with pytest.raises(InvalidInput, match="is no folder"):
        to_pdf(schedule, font_folders=["a\0b"])
