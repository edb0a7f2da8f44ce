"""Chromium and axe-core read the pages of the site and of the notebooks; every link inside is followed in the files."""

import os
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from browser import Browser

SEEN = """
(() => {
  const bare = [...document.images].filter(i => !(i.alt || '').trim() || i.alt.startsWith('No description'));
  const broken = [...document.images].filter(i => !i.complete || !i.naturalWidth);
  return [document.title.trim(), document.querySelectorAll('h1').length, bare.length, broken.length,
          document.documentElement.scrollWidth - document.documentElement.clientWidth];
})()
"""
WHOLE = ("index.html", "how-to/resolve-an-error.html", "reference/drugs/baclofen.html")
"""The pages of the site that axe-core reads; it reads every notebook."""


class Links(HTMLParser):
    """The addresses that a page points to, and the anchors that it has."""

    def __init__(self, path):
        super().__init__()
        self.path, self.targets, self.anchors = path, [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        self.anchors |= {held[name] for name in ("id", "name") if held.get(name)}
        self.targets += [held[name] for name in ("href", "src") if held.get(name)]


def follow(folder):
    """Links inside that lead nowhere, and how many were followed; other sites are not visited."""
    pages = {path: Links(path) for path in sorted(folder.rglob("*.html"))}
    wrong, followed = [], 0
    for path, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            followed += 1
            found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not found.is_file():
                wrong.append(f"{path.relative_to(folder)}: no file for {target}")
            elif found in pages and parts.fragment and unquote(parts.fragment) not in pages[found].anchors:
                wrong.append(f"{path.relative_to(folder)}: no anchor for {target}")
    return wrong, followed


def look(browser, folder, path):
    """Everything that is wrong with a page as a browser shows it, as lines; a search has its heading once asked."""
    browser.open(path)
    title, headings, bare, broken, wide = browser.run(SEEN)
    outside = [each for each in browser.requests if not each.startswith(("data:", "blob:", folder.resolve().as_uri()))]
    wrong = [] if title else ["it has no title"]
    wrong += [] if headings == (path.name != "search.html") else [f"it has {headings} first headings"]
    wrong += [] if not bare else [f"{bare} pictures have no description"]
    wrong += [] if not broken else [f"{broken} pictures are not there"]
    wrong += [] if wide <= 0 else [f"it is {wide} px wider than the window"]
    wrong += [] if not outside else [f"it asks for {outside}"]
    return wrong + [f"the console says {each}" for each in browser.complaints]


def barriers(browser, script, schemes):
    """What axe-core finds in the page that is open; in the dark, only what depends on color."""
    browser.run(script)
    wrong = []
    for scheme in schemes:
        browser.show(prefers_color_scheme=scheme)
        found, passed = browser.barriers(("color-contrast",) if scheme == "dark" else ())
        wrong += [f"axe, {scheme}: {each}" for each in found]
        wrong += [] if passed else [f"axe, {scheme}: no rule applied"]
    browser.show()
    return wrong


def read(browser, folder, script):
    """What is wrong with each page of a folder, and how many axe-core read."""
    wrong, read = [], 0
    for path in sorted(folder.rglob("*.html")):
        name = str(path.relative_to(folder))
        here = look(browser, folder, path)
        if name in WHOLE or name.startswith("tutorials/notebooks/"):
            here += barriers(browser, script, ("light", "dark") if name in WHOLE else ("light",))
            read += 1
            shoot(browser, name)
        wrong += [f"{name}: {each}" for each in here]
    return wrong, read


def shoot(browser, name):
    """Keep a picture of the page, where SITE_SHOTS names a folder for them."""
    if os.environ.get("SITE_SHOTS"):
        for scheme in ("light", "dark"):
            browser.show(prefers_color_scheme=scheme)
            browser.shoot(
                Path(os.environ["SITE_SHOTS"], f"{name.replace('/', '-').removesuffix('.html')}-{scheme}.png")
            )
        browser.show()


PLANTED = {
    "no file": ('<p id="x">', '<a href="gone.html">x</a>'),
    "no anchor": ('<p id="x">', '<a href="#gone">x</a>'),
    "no description": ('<p id="x">', '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">'),
    "the console says": ('<p id="x">', "<script>throw Error('planted')</script>"),
    "it asks for": ('<p id="x">', '<img alt="x" src="file:///no-such-picture.png">'),
    "first headings": ('<p id="x">', "<h1>twice</h1>"),
    "wider": ('<p id="x">', '<div style="width: 9000px">x</div>'),
    "no title": ("<title>planted</title>", "<title></title>"),
    "axe, light": ('<p id="x">', '<p style="color: #bbb; background: #fff">pale</p>'),
}
CLEAN = """<!DOCTYPE html>
<html lang="en"><head><title>planted</title></head><body><main><h1>A page</h1><p id="x">text</p></main></body></html>
"""


def planted(browser, folder, script):
    """Defects put in on purpose that were not found; the page without any must be found clean."""
    missed = []
    for number, (mark, (old, new)) in enumerate([("", ("", "")), *PLANTED.items()]):
        home = folder / str(number)
        home.mkdir(parents=True)
        page = home / "page.html"
        page.write_text(CLEAN.replace(old, new if old.startswith("<title") else new + old, 1), encoding="utf-8")
        found = look(browser, home, page) + barriers(browser, script, ("light",)) + follow(home)[0]
        if any(mark in line for line in found) if mark else found:
            missed += [] if mark else [f"the clean page was found wrong: {found}"]
        elif mark:
            missed.append(f"the planted {mark!r} was not caught: {found}")
    return missed


def main(folder, axe, program, work):
    script = Path(axe).read_text(encoding="utf-8")
    wrong, followed = follow(folder)
    browser = Browser(program, work / "profile")
    try:
        browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
        more, read_by_axe = read(browser, folder, script)
        missed = planted(browser, work / "planted", script)
    finally:
        browser.close()
    pages = len(list(folder.rglob("*.html")))
    print(f"  {pages} pages opened, {followed} links inside followed, {read_by_axe} pages read by axe-core")
    print(f"  {len(PLANTED) - len(missed)} of {len(PLANTED)} planted defects caught")
    for line in wrong + more + missed:
        print(f"  wrong: {line}")
    return 1 if wrong + more + missed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])))
