"""The reference pages are what the data, the rules, the specification and the cases say today."""

import importlib.util
import inspect
import re
import tomllib
from pathlib import Path

import pytest

import taper
from taper import Formulary
from taper.checks.check import ALL
from taper.cli import COMMANDS

DOCS = Path(__file__).parent.parent / "docs"
_spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)
PAGES = generate.pages(Formulary.shipped())


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_not_stale(name):
    path = DOCS / "reference" / name
    assert path.exists(), "run: python docs/generate.py"
    assert path.read_text("utf-8") == PAGES[name], "run: python docs/generate.py"


def test_no_page_is_left_of_a_drug_that_is_not_held():
    assert {f"drugs/{path.name}" for path in (DOCS / "reference" / "drugs").glob("*.md")} <= set(PAGES)


@pytest.mark.parametrize("drug", Formulary.shipped().drugs)
def test_the_page_of_a_drug_names_every_source_with_grade_and_date(drug):
    page = PAGES[f"drugs/{drug}.md"]
    for source in Formulary.shipped().monograph(drug).sources:
        assert f"| {source.grade} |" in page
        assert f"`{source.id}`" in page
        assert str(source.verified_on) in page


def test_the_page_of_rules_says_of_each_what_it_reads():
    for rule in ALL:
        assert f"\n## {rule.NAME}\n" in PAGES["rules.md"]
    assert PAGES["rules.md"].count("Reads, beside the plan and the sources:") == len(ALL)


def test_every_specification_test_is_a_sentence_of_the_page():
    page = PAGES["specification.md"]
    for path in (DOCS.parent / "tests" / "spec").glob("test_spec_*.py"):
        tests = re.findall(r"^    def test_", path.read_text("utf-8"), re.MULTILINE)
        title = re.match(r'"""([^:\n]+): ', path.read_text("utf-8"))[1]
        chapter = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        assert len(re.findall(r"^- ", chapter, re.MULTILINE)) == len(tests) > 0


def test_every_case_is_a_line_of_its_rule():
    for path in (DOCS.parent / "tests" / "cases").glob("*.toml"):
        data = tomllib.loads(path.read_text("utf-8"))
        table = PAGES["cases.md"].partition(f"\n## {data['rule']}\n")[2].partition("\n## ")[0]
        assert table.count("\n| ") == len(data["cases"]) + 2


@pytest.mark.parametrize("name", taper.__all__)
def test_every_public_name_is_in_the_python_reference(name):
    parts = "\n".join(text for page, text in PAGES.items() if page.startswith("api/"))
    assert re.search(rf"^\.\. auto(class|exception|function|data):: {name}$", parts, re.MULTILINE)
    assert f"[`{name}`](api/" in PAGES["api.md"]


def test_every_command_and_option_is_in_the_reference_of_commands():
    page = PAGES["commands.md"]
    for name in COMMANDS:
        assert f"\n## {name}\n" in page
    assert "| `--equivalence NAME` | the table; there is no default; needed |" in page


@pytest.mark.parametrize("name", taper.__all__)
def test_every_public_class_and_function_says_what_it_is(name):
    value = getattr(taper, name)
    assert not (inspect.isclass(value) or inspect.isfunction(value)) or inspect.getdoc(value)


@pytest.mark.parametrize("name", [name for name in taper.__all__ if inspect.isfunction(getattr(taper, name))])
def test_every_function_of_several_parameters_explains_them_and_shows_one_call(name):
    words, parameters = inspect.getdoc(getattr(taper, name)), inspect.signature(getattr(taper, name)).parameters
    if len(parameters) > 1:
        assert "Args:" in words
        assert "Example:" in words
        for parameter in parameters:
            assert re.search(rf"^    \**{parameter}: ", words, re.MULTILINE), f"{parameter} is not explained"


def test_the_log_and_the_stock_on_the_page_of_formats_are_read():
    page = (DOCS / "reference" / "formats.md").read_text("utf-8")
    log, stock = (re.search(rf"^## {name}\n\n```json\n(.*?)```", page, re.M | re.S)[1] for name in ("Log", "Stock"))
    read = taper.read_log(re.sub(r"<.*?>", "0" * 64, log))
    assert [event.kind for event in read.events] == ["hold", "gap"]
    assert (len(read.intakes), len(read.symptoms), len(taper.read_stock(stock))) == (1, 1, 2)
