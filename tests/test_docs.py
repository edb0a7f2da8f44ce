"""Every Python block in the documentation runs, one namespace a page, and prints the text block that follows it.

A block that raises an error of the library is followed by what Python prints last of it, as a block of type pytb.
"""

import contextlib
import io
import re
import sys
import traceback
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import CodeBlockParser

import taper
from taper import TaperError

DOCS = Path(__file__).parent.parent / "docs"
SRC = Path(taper.__file__).parent
sys.path.insert(0, str(DOCS))

import floors  # noqa: E402

LONGEST_MODULE = 300
WRITTEN = {"_build", "reference", "notebooks"}  # by a program, from what is tested elsewhere
PAGES = sorted(path for path in DOCS.rglob("*.md") if WRITTEN.isdisjoint(path.parts))


def _check_shown(namespace):
    assert not namespace.get("__printed__"), "a block prints, and the page does not show it"
    assert "__raised__" not in namespace, "a block raises, and the page does not show it"


def _run(example):
    _check_shown(example.namespace)
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(example.parsed, example.path, "exec"), example.namespace)
    except TaperError as error:
        example.namespace["__raised__"] = "".join(traceback.format_exception_only(error))
    example.namespace["__printed__"] = out.getvalue()


def _compare(example):
    assert example.namespace.pop("__printed__") == example.parsed


def _compare_error(example):
    assert example.namespace.pop("__raised__") == example.parsed


PARSERS = [
    CodeBlockParser(language="python", evaluator=_run),
    CodeBlockParser(language="text", evaluator=_compare),
    CodeBlockParser(language="pytb", evaluator=_compare_error),
]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(DOCS)) for page in PAGES])
def test_the_page_does_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = Sybil(parsers=PARSERS).parse(page)
    for example in document.examples():
        example.evaluate()
    _check_shown(document.namespace)


def test_the_page_of_violations_names_every_long_module_and_no_short_one():
    text = " ".join((DOCS / "explanation" / "our-violations.md").read_text("utf-8").split())
    named = set(re.findall(r"`([a-z_.]+)`", text.partition("Longer are")[2].partition(". The longest")[0]))
    lines = {module_of(path): path.read_text("utf-8").count("\n") for path in SRC.rglob("*.py")}
    assert {name for name, count in lines.items() if count > 1.1 * LONGEST_MODULE} <= named
    assert named <= {name for name, count in lines.items() if count > 0.9 * LONGEST_MODULE}


def test_each_long_module_has_its_reason_and_its_length():
    text = (DOCS / "explanation" / "our-violations.md").read_text("utf-8")
    rows = dict(re.findall(r"^  \| `([\w.]+)` \| (\d+) \| .{20,} \|$", text, re.MULTILINE))
    named = re.findall(r"`([a-z_.]+)`", text.partition("Longer are")[2].partition(". The longest")[0])
    assert sorted(rows) == sorted(named)
    lines = {module_of(path): path.read_text("utf-8").count("\n") for path in SRC.rglob("*.py")}
    assert {name: lines[name] for name in rows if abs(lines[name] - int(rows[name])) > 0.1 * lines[name]} == {}


def test_the_map_names_every_floor_and_only_places_that_exist():
    text = (DOCS / "contributing" / "architecture.md").read_text("utf-8")
    told = (
        re.search(r"!\[The floors .*?: (.*?)\.\]", text, re.DOTALL)[1]
        .replace(" and ", ", ")
        .replace("the base", "_base")
    )
    assert re.split(r"[,;]\s+", told) == [name for names in floors.floors() for name in names]
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", text)
    assert len(named) > 20
    assert [name for name in named if not ((SRC / name).exists() or (DOCS.parent / name).exists())] == []


def module_of(path):
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


def test_the_glossary_is_sorted_and_says_each_term_once():
    terms = re.findall(r"^(\S.*)\n: ", (DOCS / "glossary.md").read_text("utf-8"), re.MULTILINE)
    assert terms == sorted(set(terms), key=str.casefold)


def test_every_test_that_guards_a_hazard_exists():
    text = (DOCS / "safety" / "hazards.md").read_text("utf-8")
    named = set(re.findall(r"`(tests/[\w./-]+)`", text))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (DOCS.parent / name).exists()] == []
