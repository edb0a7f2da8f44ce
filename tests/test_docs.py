"""Every Python block in the documentation runs, one namespace a page, and prints the text block that follows it."""

import contextlib
import io
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.myst import CodeBlockParser

DOCS = Path(__file__).parent.parent / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts and "reference" not in path.parts)


def _run(example):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(example.parsed, example.path, "exec"), example.namespace)
    example.namespace["__printed__"] = out.getvalue()


def _compare(example):
    assert example.namespace.pop("__printed__") == example.parsed


PARSERS = [
    CodeBlockParser(language="python", evaluator=_run),
    CodeBlockParser(language="text", evaluator=_compare),
]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(DOCS)) for page in PAGES])
def test_the_page_does_what_it_shows(page):
    document = Sybil(parsers=PARSERS).parse(page)
    for example in document.examples():
        example.evaluate()
    assert not document.namespace.get("__printed__"), "a block prints, and the page does not show it"
