"""The words that have to be decoded stay out of what people read; the contributor's guide lists them."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_cover  # files are read here, and none of the library is run

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "contributing" / "plain-english.md"
GENERATED = ROOT / "docs" / "reference"
FIRST_TABLE = GUIDE.read_text("utf-8").partition("These are for judgment")[0]
WORDS = [
    part.strip()
    for row in re.findall(r"^\| (?!not |---)(.*?) \|", FIRST_TABLE, re.MULTILINE)
    for part in re.split(r"[,;] ", row)
]
PATTERN = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in WORDS), re.IGNORECASE)
CODE = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "examples").glob("*.py")])
PROSE = sorted(
    [ROOT / "README.md", *(p for p in (ROOT / "docs").rglob("*.md") if p != GUIDE and GENERATED not in p.parents)]
)
DATA = sorted((ROOT / "src" / "taper" / "data").rglob("*.toml"))


def relative(path):
    return str(path.relative_to(ROOT))


def spoken(path):
    """The strings and comments of a module: messages, docstrings, help; names in code are not prose."""
    text = path.read_text("utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.STRING, tokenize.COMMENT}:
            yield token.start[0], token.string


def test_the_guide_lists_words():
    assert {"anew", "is held", "laid over"} <= set(WORDS)


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_code_speaks_plainly(path):
    ast.parse(path.read_text("utf-8"))
    found = [f"line {line}: {PATTERN.search(text)[0]}" for line, text in spoken(path) if PATTERN.search(text)]
    assert found == []


@pytest.mark.parametrize("path", [*PROSE, *DATA], ids=relative)
def test_prose_is_plain(path):
    lines = path.read_text("utf-8").splitlines()
    assert [f"line {n}: {found[0]}" for n, line in enumerate(lines, 1) if (found := PATTERN.search(line))] == []
