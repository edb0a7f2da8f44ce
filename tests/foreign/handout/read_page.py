"""Chromium and axe-core read the handout: its doses, its accessible names, its requests, its printed pages."""

import base64
import json
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from browser import Browser

LABELS = {
    "Morning": "morning", "Noon": "noon", "Evening": "evening", "Bedtime": "bedtime",
    "Mañana": "morning", "Mediodía": "noon", "Noche": "evening", "Al acostarse": "bedtime",
    "Matin": "morning", "Midi": "noon", "Soir": "evening", "Coucher": "bedtime",
    "Morgens": "morning", "Mittags": "noon", "Abends": "evening", "Zur Nacht": "bedtime",
    "Once a day": "daily", "Una vez al día": "daily", "Une fois par jour": "daily", "Einmal täglich": "daily",
}  # fmt: skip
# What the drugs of these pages are called in Spanish and French.
NAMES = {"baclofeno": "baclofen", "baclofène": "baclofen", "diazépam": "diazepam"}
READ = """
[...document.querySelectorAll('table.month td')].flatMap(cell => [...cell.querySelectorAll('li')].map(item => [
  cell.querySelector('time').dateTime, item.querySelector('.slot').textContent, item.querySelector('.drug').textContent,
  item.querySelector('.dose').innerText]))
"""
ROWS = """
[...document.querySelectorAll('table.plan tbody')].map(row => [
  [...row.querySelectorAll('[id^=on-]')].map(place => place.id.slice(3)),
  [...row.querySelectorAll('tr')].map(line => [...line.querySelectorAll('data')].map(cell => [
    cell.closest('[data-head]') ? cell.closest('[data-head]').dataset.head
      : cell.closest('li').querySelector('b').textContent, cell.innerText, cell.value]))])
"""
WIDE = "document.documentElement.scrollWidth > innerWidth"
CUT = """
[...document.querySelectorAll('.plan *, .month *')].filter(e => !e.closest('.spoken') && getComputedStyle(e).overflow
  != 'visible' && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
  && getComputedStyle(e).position != 'absolute').length
"""
SEEN = """
[...document.querySelectorAll('table.month td, table.month input, .notice, .steps td, .plan tbody')].filter(e => {
  const box = e.getBoundingClientRect(); return box.width < 8 || box.height < 8;}).length
"""


def mass(text):
    """The mg that a cell says to take; where it names their sum, that must be it. A decimal comma is read as such."""
    plain = text.replace("\u00a0", " ").replace(",", ".").removesuffix(" *")
    named = re.fullmatch(r"(.+) \(([\d.]+) (m?g|mcg|micro\w+|Mikro\w+)\)", plain)
    total = sum(map(_portion, (named[1] if named else plain).split(" + ")))
    assert not named or amount(named[2], named[3]) == total, text
    return total


def amount(number, unit):
    return Fraction(number) * {"mg": 1, "g": 1000}.get(unit, Fraction(1, 1000))


def _portion(text):
    solid = re.fullmatch(r"(?:(\d+) \w+ )?(\d+(?:/\d+)?) × (?:\D+ )?([\d.]+) (\S+)(?: .+)?", text)
    if solid:
        return (int(solid[1] or 0) + Fraction(solid[2])) * amount(solid[3], solid[4])
    liquid = re.fullmatch(r"([\d.]+) mL \D*([\d.]+) (\S+) (?:per|por|pour|pro) (?:([\d.]+) )?mL", text)
    return Fraction(liquid[1]) * amount(liquid[2], liquid[3]) / Fraction(liquid[4] or 1)


def doses(browser):
    """(date, time of day, drug, mg) of every box, as the page shows it."""
    found = []
    for when, label, drug, take in browser.run(READ):
        slot = LABELS.get(label) or re.match(r"\d\d:\d\d", label)[0]
        found.append([when, slot, NAMES.get(drug.lower(), drug.lower()), mass(take)])
    return found


def rows(browser):
    """What is wrong with the rows of the plan: their dates out of order, or a cell that is not its own dose."""
    held = browser.run(ROWS)
    dates = [day for days, _ in held for day in days]
    wrong = [] if dates == sorted(set(dates)) else ["the rows are not in the order of days"]
    cells = [cell for _, lines in held for line in lines for cell in line]
    odd = [shown for _, shown, value in cells if mass(shown) != amount(*value.split())]
    return wrong + [f"the row's dose {shown!r} is not its own" for shown in odd]


def listed_mass(expected):
    return [[when, slot, drug, amount(*dose.split())] for when, slot, drug, dose in expected]


def spoken(browser):
    """The name of every box and what describes it, as a screen reader is told."""
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    boxes = [node for node in nodes if node.get("role", {}).get("value") == "checkbox"]
    return [(box["description"]["value"], box["name"]["value"]) for box in boxes]


def look(browser, page, axe, expected):
    """Everything that is wrong with a page, as lines."""
    browser.open(page)
    wrong = [] if doses(browser) == listed_mass(expected) else ["the doses differ from the schedule"]
    wrong += rows(browser)
    for width in (390, 1280):
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        wrong += [f"at {width} px it scrolls sideways"] if browser.run(WIDE) else []
        wrong += [f"at {width} px some text is cut"] if browser.run(CUT) else []
        wrong += [f"at {width} px a dose is not seen"] if doses(browser) != listed_mass(expected) else []
    browser.call("Emulation.clearDeviceMetricsOverride")
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
    """Each box is announced with its date, time of day, drug and dose."""
    said = spoken(browser)
    assert len(said) == len(expected), (len(said), len(expected))
    for (date, name), (when, slot, drug, dose) in zip(said, expected, strict=True):
        plain = name.replace("\u00a0", " ")
        assert date.split()[0] == str(int(when[-2:])), (date, when)
        assert (slot if ":" in slot else slot.capitalize()) in plain, (name, slot)
        assert drug in plain, (name, drug)
        assert mass(plain.partition(f"{drug} ")[2]) == amount(*dose.split()), (name, dose)


def printed_text(paper, order):
    made = subprocess.run(["pdftotext", order, paper, "-"], capture_output=True, text=True, check=True)
    return made.stdout.replace("\u00a0", " ")


def check_paper(browser, page, folder):
    """The plan is on the first sheet, each month on a sheet of its own, and no week is cut."""
    made = base64.b64decode(browser.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])
    paper = folder / f"{page.stem}-printed.pdf"
    paper.write_bytes(made)
    months = browser.run("[...document.querySelectorAll('table.month')].map(table => [table.caption.innerText, "
                         "[...table.querySelectorAll('time')].map(t => t.innerText)])")  # fmt: skip
    sheets = printed_text(paper, "-layout").split("\f")
    parts = ".patient h1, .missed, .patient .notice"
    first = browser.run(f"[...document.querySelectorAll('{parts}')].map(e => e.innerText)")
    for text in first:
        assert text.split()[0] in sheets[0], text
    for sheet, (caption, days) in zip(sheets[1:], months, strict=False):
        assert sheet.strip().startswith(caption), (caption, sheet[:80])
        assert all(re.search(rf"(?<!\d){day.split()[0]}(?!\d)", sheet) for day in days), caption
    return len(sheets) - 1


def main(folder, axe, program):
    expected = json.loads((folder / "expected.json").read_text())
    script = Path(axe).read_text(encoding="utf-8")
    browser, failed = Browser(program, folder / "profile"), []
    try:
        for name, listed in expected.items():
            for language in ("en", "es", "fr", "de", "en-large"):
                page = folder / f"{name}-{language}.html"
                wrong = look(browser, page, script, listed)
                failed += [f"{page.name}: {each}" for each in wrong]
                if language == "en":
                    check_spoken(browser, listed)
                    browser.shoot(folder / f"{page.stem}.png")
                    sheets = check_paper(browser, page, folder)
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
    marks |= {"row": "row's dose", "wide": "sideways"}
    for name, mark in marks.items():
        found = look(browser, folder / f"planted-{name}.html", script, expected)
        if not any(mark in line for line in found):
            missed.append(f"the planted {name} was not caught: {found}")
    print(f"  {len(marks) - len(missed)} of {len(marks)} planted defects caught")
    return missed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
