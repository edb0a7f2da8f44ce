"""The page that lists the notebooks names each of them by its own title."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
LISTED = (ROOT / "docs" / "tutorials" / "notebooks.md").read_text("utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_listed_by_its_title(path):
    title = re.search(r"^# # (.+)$", path.read_text("utf-8"), re.MULTILINE)
    assert f"`{title[1]} <../../examples/{path.stem}.ipynb>`" in LISTED


def test_no_other_notebook_is_listed():
    assert LISTED.count("{download}") == len(NOTEBOOKS)
