"""The page of errors holds every class of error of the library: code that fails, what it prints, the code mended.

That each message is what the code prints is held by `tests/test_docs.py`, which runs the page.
"""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import taper
from taper import TaperError

PAGE = (Path(__file__).parent.parent / "docs" / "how-to" / "resolve-an-error.md").read_text("utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]}


def below(kind):
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def public_errors():
    for module in pkgutil.walk_packages(taper.__path__, "taper."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {kind for kind in below(TaperError) if kind.__module__.partition(".")[0] == "taper"}
    return sorted((kind for kind in ours if not kind.__name__.startswith("_")), key=lambda kind: kind.__name__)


ERRORS = public_errors()


@pytest.mark.parametrize("kind", ERRORS, ids=[kind.__name__ for kind in ERRORS])
def test_the_page_shows_the_error_raised_and_then_mended(kind):
    section = SECTIONS[kind.__name__].partition("\n## ")[0]
    blocks = re.findall(r"^```(python|pytb)\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    kinds = [language for language, _ in blocks]
    raised = kinds.index("pytb")
    assert blocks[raised][1].startswith(f"{kind.__module__}.{kind.__qualname__}: ")
    assert kinds[raised - 1] == "python"
    assert kinds[raised + 1 :] == ["python"]


def test_the_page_holds_no_error_that_the_library_does_not_have():
    assert set(SECTIONS) == {kind.__name__ for kind in ERRORS}
