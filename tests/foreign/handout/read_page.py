"""Chromium and axe-core read the handout: its doses, its accessible names, its requests, its printed pages."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

from browser import Browser

LABELS = {
    "Morning": "morning", "Noon": "noon", "Evening": "evening", "Bedtime": "bedtime",
    "Mañana": "morning", "Mediodía": "noon", "Noche": "evening", "Al acostarse": "bedtime",
    "Matin": "morning", "Midi": "noon", "Soir": "evening", "Coucher": "bedtime",
    "Morgens": "morning", "Mittags": "noon", "Abends": "evening", "Zur Nacht": "bedtime",
    "Once a day": "daily", "Una vez al día": "daily", "Une fois par jour": "daily", "Einmal täglich": "daily",
}  # fmt: skip
READ = """
[...document.querySelectorAll('table.month td')].flatMap(cell => [...cell.querySelectorAll('li')].map(item => [
  cell.querySelector('time').dateTime, item.querySelector('.slot').innerText, item.querySelector('.drug').innerText,
  item.querySelector('.dose').innerText]))
"""
SEEN = """
[...document.querySelectorAll('table.month td, table.month input, .notice, .steps td')].filter(e => {
  const box = e.getBoundingClientRect(); return box.width < 8 || box.height < 8;}).length
"""


def doses(browser):
    """(date, time of day, drug, dose) of every box, as the page shows it; a decimal comma is read as such."""
    found = []
    for when, label, drug, dose in browser.run(READ):
        slot = LABELS.get(label) or re.match(r"\d\d:\d\d", label)[0]
        found.append([when, slot, drug.lower(), dose.replace("\u00a0", " ").replace(",", ".")])
    return found


def spoken(browser):
    """The name of every box and what describes it, as a screen reader is told."""
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    boxes = [node for node in nodes if node.get("role", {}).get("value") == "checkbox"]
    return [(box["description"]["value"], box["name"]["value"]) for box in boxes]


def look(browser, page, axe, expected):
    """Everything that is wrong with a page, as lines."""
    browser.open(page)
    wrong = [] if doses(browser) == expected else ["the doses differ from the schedule"]
    wrong += [] if browser.requests == [page.resolve().as_uri()] else [f"it asks for {browser.requests[1:]}"]
    browser.run(axe)
    # In the dark, only what depends on color.
    for scheme, least, rules in (("light", 20, ()), ("dark", 1, ("color-contrast",))):
        browser.show(prefers_color_scheme=scheme)
        found, passed = browser.barriers(rules)
        wrong += [f"axe, {scheme}: {each}" for each in found]
        wrong += [] if passed >= least else [f"axe, {scheme}: only {passed} rules applied"]
    browser.show()
    wrong += [] if not browser.run(SEEN) else ["something has no room to be seen"]
    wrong += [] if browser.run("document.title") != "run" else ["a script of the title ran"]
    return wrong


def check_spoken(browser, expected):
    """Each box is announced with its date, time of day, dose and drug."""
    said = spoken(browser)
    assert len(said) == len(expected), (len(said), len(expected))
    for (date, name), (when, slot, drug, dose) in zip(said, expected, strict=True):
        plain = name.replace("\u00a0", " ")
        assert date.split()[0] == str(int(when[-2:])), (date, when)
        assert (slot if ":" in slot else slot.capitalize()) in plain, (name, slot)
        assert dose in plain, (name, dose)
        assert drug in plain, (name, drug)


def printed_text(paper, order):
    made = subprocess.run(["pdftotext", order, paper, "-"], capture_output=True, text=True, check=True)
    return made.stdout.replace("\u00a0", " ")


def check_paper(browser, page, expected, folder):
    """No week is cut: the days of a printed week stand on one sheet, and a sheet holds one month."""
    made = base64.b64decode(browser.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])
    paper = folder / f"{page.stem}-printed.pdf"
    paper.write_bytes(made)
    weeks = browser.run("[...document.querySelectorAll('table.month tbody tr')].map(row => "
                        "[...row.querySelectorAll('time')].map(t => t.innerText))")  # fmt: skip
    pages = printed_text(paper, "-layout").split("\f")
    for week in weeks:
        assert sum(all(re.search(rf"(?<!\d){day}\b", sheet) for day in week) for sheet in pages) >= 1, week
    slots = rf"(?:{'|'.join(LABELS)}|\d\d:\d\d(?:\s(?:noon|midnight))?)"
    printed = re.findall(rf"{slots}\s([\d.]+)\smg\s(?=\w+\s[\d½⅓⅔¼¾])", printed_text(paper, "-raw"))
    assert sorted(printed) == sorted(dose[3].split()[0] for dose in expected)
    return len(pages) - 1


def main(folder, axe, program):
    expected = json.loads((folder / "expected.json").read_text())
    script = Path(axe).read_text(encoding="utf-8")
    browser, failed = Browser(program, folder / "profile"), []
    try:
        for name, listed in expected.items():
            for language in ("en", "es", "fr", "de"):
                page = folder / f"{name}-{language}.html"
                wrong = look(browser, page, script, listed)
                failed += [f"{page.name}: {each}" for each in wrong]
                if language == "en":
                    check_spoken(browser, listed)
                    browser.shoot(folder / f"{page.stem}.png")
                    sheets = check_paper(browser, page, listed, folder)
                    print(f"  {name}: {len(listed)} doses, {sheets} sheets")
        failed += planted(browser, folder, script, expected["ramp"])
    finally:
        browser.close()
    for line in failed:
        print(f"  wrong: {line}")
    return 1 if failed else 0


def planted(browser, folder, script, expected):
    """The defects planted on purpose that were not found."""
    missed, marks = [], {"dose": "doses", "date": "doses", "label": "label", "contrast": "contrast", "request": "asks"}
    for name, mark in marks.items():
        found = look(browser, folder / f"planted-{name}.html", script, expected)
        if not any(mark in line for line in found):
            missed.append(f"the planted {name} was not caught: {found}")
    print(f"  {len(marks) - len(missed)} of {len(marks)} planted defects caught")
    return missed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
