"""The page that lists the notebooks names each of them by its own title, and each is a page of the site."""

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
LISTED = (ROOT / "docs" / "tutorials" / "notebooks.md").read_text("utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_listed_by_its_title(path):
    title = re.search(r"^# # (.+)$", path.read_text("utf-8"), re.MULTILINE)
    assert f"[{title[1]}](notebooks/{path.stem}.md)" in LISTED


def test_no_other_notebook_is_listed():
    assert LISTED.count("](notebooks/") == len(NOTEBOOKS)


def written_pages():
    spec = importlib.util.spec_from_file_location("notebook_pages", ROOT / "docs" / "notebook_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


PAGES = written_pages()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_the_page_of_a_notebook_has_its_text_code_output_and_pictures(path):
    page, cells = PAGES[f"{path.stem}.md"].decode(), nbformat.read(path.with_suffix(".ipynb"), as_version=4).cells
    for cell in cells:
        assert all(line in page for line in cell.source.splitlines())
        assert all(output.get("text", "") in page for output in cell.get("outputs", ()))
    pictures = re.findall(r"^!\[([^\]]+)\]\((.+)\)$", page, re.MULTILINE)
    drawn = [
        out for cell in cells for out in cell.get("outputs", ()) if any("image" in kind for kind in out.get("data", ()))
    ]
    assert len(pictures) == len(drawn)
    assert all(said and PAGES[file] for said, file in pictures)
    assert f"<../../../examples/{path.stem}.ipynb>" in page
