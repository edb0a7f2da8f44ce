"""What is added is added whole: each forgotten piece of a rule, a format or a command fails by name."""

import importlib
import pkgutil
from pathlib import Path

import pytest

import taper
from taper import cli, formats
from taper.checks import rules
from taper.checks.check import ALL
from taper.cli import COMMANDS

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"


def modules_in(package):
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_"))


def text_of(folder, pattern):
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob(pattern)) if "reference" not in path.parts)


RULES = modules_in(rules)
FORMATS = modules_in(formats)
HELPERS = {
    "drug_inputs", "examples", "notes", "options", "output", "parsing", "plan_inputs", "settings", "sheets",
    "terminal", "typed_words", "writing",
}  # fmt: skip
"""Modules of the command line that are no command."""
COMMAND_MODULES = sorted(set(modules_in(cli)) - HELPERS)
PAGES = text_of(ROOT / "docs", "*.md") + (ROOT / "README.md").read_text("utf-8")
FORMAT_TESTS = text_of(TESTS, "test_*.py").replace(Path(__file__).read_text("utf-8"), "")
CLI_TESTS = text_of(TESTS, "test_cli*.py") + text_of(TESTS, "test_limits.py") + text_of(TESTS, "test_everyday*.py")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_whole(name):
    module = importlib.import_module(f"taper.checks.rules.{name}")
    assert module in ALL, f"add {name} to ALL in src/taper/checks/check.py, in the order of reading a review"
    missing = [part for part in ("NAME", "SUBJECT", "READS", "assess") if not hasattr(module, part)]
    assert missing == [], f"src/taper/checks/rules/{name}.py lacks {', '.join(missing)}"
    assert (module.assess.__doc__ or "").strip(), (
        f"assess of {name} has no docstring; it is printed on the page of rules"
    )
    cases = TESTS / "cases" / f"{module.NAME}.toml"
    assert cases.exists(), f"write tests/cases/{module.NAME}.toml: each kind of answer, both sides of each edge"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_whole(name):
    public = [each for each in taper.__all__ if taper._HOME_OF[each].startswith(f"taper.formats.{name}")]
    assert public, f"no name of taper.formats.{name} is public; add it to both lists in src/taper/__init__.py"
    writers = [each for each in public if each.startswith(("to_", "from_", "load_", "write_", "plot_"))]
    tested = [each for each in writers if each in FORMAT_TESTS]
    assert tested == writers, f"no test reads {sorted(set(writers) - set(tested))} back"
    shown = [each for each in writers if each in PAGES]
    assert shown, f"no page shows any of {writers}; write a how-to page, or a section of one"


@pytest.mark.parametrize("name", COMMAND_MODULES)
def test_a_command_is_whole(name):
    commands = [command for command, (module, _) in COMMANDS.items() if module == name]
    assert commands, f"add {name} to COMMANDS in src/taper/cli/__init__.py, or to HELPERS here if it is no command"
    module = importlib.import_module(f"taper.cli.{name}")
    assert hasattr(module, "add"), f"src/taper/cli/{name}.py lacks add(parser)"
    assert hasattr(module, "run"), f"src/taper/cli/{name}.py lacks run(options)"
    for command in commands:
        assert f'"{command}"' in CLI_TESTS, f"no test runs the command {command}; add one to tests/test_cli.py"


def test_every_command_that_is_listed_has_its_module():
    assert {module for module, _ in COMMANDS.values()} <= set(COMMAND_MODULES)
