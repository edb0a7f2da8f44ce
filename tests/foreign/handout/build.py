"""Write handouts, what each must say, and copies with planted defects that the readers must catch.

The list of doses is taken from the schedule itself, and nothing of the words module goes into it.
"""

import json
import re
import sys
from datetime import date
from pathlib import Path

from taper import Formulary, Product, check, count_supply, read_patient, read_plan, realize, to_schedule, weeks
from taper.formats.html import to_html
from taper.formats.pdf import to_pdf

EVIL = '<script>document.title="run"</script> & "#panic()"'
SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DRUGS = ("baclofen", "diazepam")


def plan(**held):
    return read_plan(json.dumps({"format": "taper-plan/1", **held}))


def schedules():
    formulary = Formulary.shipped()
    tablets = [p for p in formulary.products("diazepam", market="uk") if p.form == "tablet"]
    halves = [product.divided(2) for product in tablets if product.can_be_permitted]
    baclofen = formulary.products("baclofen", market="us")
    ramp = {"drug": "baclofen", "before": "nothing", "then": "continue", "steps": [
        {"for": "3 days", "regimen": {"evening": "5 mg"}},
        {"for": "4 days", "regimen": {"morning": "5 mg", "evening": "5 mg"}},
        {"regimen": {"morning": "5 mg", "noon": "5 mg", "evening": "5 mg"}}]}  # fmt: skip
    taper = {"drug": "diazepam", "before": {"regimen": {"bedtime": "8 mg"}}, "then": "stop", "steps": [
        {"for": "4 weeks", "regimen": {"bedtime": "7 mg"}},
        {"for": "4 weeks", "regimen": {"bedtime": "6 mg"}, "review_before": True},
        {"for": "3 weeks", "cycle": [{"bedtime": "1 mg"}, {}]}]}  # fmt: skip
    week = {
        "drug": "baclofen",
        "then": "review",
        "steps": [
            {"for": "1 month", "weekly": {"mon": {"00:00": "2.5 mg", "12:00": "5 mg"}, "sun": {"14:00": "0.5 mg"}}}
        ],
    }
    liquid = Product(id="l", drug="baclofen", form="oral solution", concentration="5 mg/5 mL", smallest_volume="0.5 mL")
    yield "ramp", to_schedule(realize(plan(courses=[ramp]), baclofen), start=date(2027, 3, 1), horizon=weeks(9))
    yield "taper", to_schedule(realize(plan(title=f"Off {EVIL}", courses=[taper]), halves), start=date(2027, 1, 31))
    yield "both", to_schedule(realize(plan(courses=[ramp, taper]), [*baclofen, *halves]), start=date(2027, 12, 20),
                              horizon=weeks(6))  # fmt: skip
    yield "liquid", to_schedule(realize(plan(courses=[week]), [liquid]), start=date(2028, 2, 29))


def main(folder):
    expected = {}
    for name, schedule in schedules():
        review, supply = check(schedule, read_patient('{"age": 70}')), count_supply(schedule)
        for language in ("en", "es", "fr", "de"):
            large = to_html(schedule, review, supply, language=language, large=True)
            (folder / f"{name}-{language}-large.html").write_text(large, encoding="utf-8")
            page = to_html(schedule, review, supply, language=language)
            (folder / f"{name}-{language}.html").write_text(page, encoding="utf-8")
        (folder / f"{name}-en.pdf").write_bytes(to_pdf(schedule, review, supply))
        expected[name] = [[day.date.isoformat(), i.slot.name, i.drug, i.dose.text] for day in schedule.days
                          for i in day.intakes]  # fmt: skip
    (folder / "expected.json").write_text(json.dumps(expected), encoding="utf-8")
    plant(folder)


def plant(folder):
    """Pages that are wrong on purpose: without their finding these, the readers' silence would say nothing."""
    page = (folder / "ramp-en.html").read_text(encoding="utf-8")
    wrong = {
        "dose": re.sub(r"(class=\"dose\"[^>]*>1\u00a0×\u00a0)5\u00a0mg", "\\g<1>50\u00a0mg", page, count=1),
        "row": re.sub(r"(<data value[^>]*>1\u00a0×\u00a0)5\u00a0mg", "\\g<1>50\u00a0mg", page, count=1),
        "wide": page.replace('class="plan', 'style="width: 900px" class="plan', 1),
        "date": page.replace('datetime="2027-03-02"', 'datetime="2027-03-03"', 1),
        "label": page.replace("<label>", "<div>", 1).replace("</label>", "</div>", 1),
        "contrast": page.replace("</style>", ".month .dose { color: #bbb; background: #fff; }</style>"),
        "request": page.replace("</main>", '<img alt="x" src="file:///no-such-picture.png"></main>'),
    }
    for name, text in wrong.items():
        assert text != page, name
        (folder / f"planted-{name}.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True)
    main(Path(sys.argv[1]))
