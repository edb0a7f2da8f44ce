"""What is added is added whole: each forgotten piece of a rule, a format or a command fails by name."""

import importlib
import pkgutil
from inspect import signature
from pathlib import Path
from typing import get_args

import pytest

import taper
from taper import cli, formats
from taper.amounts.duration import Duration
from taper.checks import rules
from taper.checks.check import ALL
from taper.cli import COMMANDS, typed_words
from taper.planning.cross_taper import plan_cross_taper
from taper.planning.pattern import plan_pattern
from taper.planning.phases import plan_phases
from taper.planning.taper import plan_taper
from taper.planning.titration import plan_titration
from taper.plans.request import CrossTaperRequest, PatternRequest, PhasesRequest, TaperRequest, TitrationRequest

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"


def modules_in(package):
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_"))


def text_of(folder, pattern):
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob(pattern)) if "reference" not in path.parts)


DRUGS = taper.Formulary.shipped().drugs
CASES = text_of(TESTS / "cases", "*.toml")
RULES = modules_in(rules)
FORMATS = modules_in(formats)
HELPERS = {
    "drug_inputs", "examples", "notes", "options", "output", "parsing", "plan_inputs", "settings", "terminal",
    "planner_options", "typed_words", "writing",
}  # fmt: skip
"""Modules of the command line that are no command."""
COMMAND_MODULES = sorted(set(modules_in(cli)) - HELPERS)
PAGES = text_of(ROOT / "docs", "*.md") + (ROOT / "README.md").read_text("utf-8")
FORMAT_TESTS = text_of(TESTS, "test_*.py").replace(Path(__file__).read_text("utf-8"), "")
CLI_TESTS = text_of(TESTS, "test_cli*.py") + text_of(TESTS, "test_limits.py") + text_of(TESTS, "test_everyday*.py")


@pytest.mark.parametrize("name", DRUGS)
def test_a_drug_is_whole(name):
    assert f'drug = "{name}"' in CASES or (TESTS / "cases" / "shipped" / f"{name}.toml").exists(), (
        f"no case is about {name}: for a rule that its file reaches, write the last value that passes and the first "
        "that does not, in tests/cases"
    )
    page = ROOT / "docs" / "reference" / "drugs" / f"{name}.md"
    assert page.exists(), "run: python docs/generate.py"


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


PLANNERS = [
    ("down", plan_taper, TaperRequest, {"excess": "forbid_excess", "weights": "pieces"}, {"start", "could_add"}),
    ("down", plan_phases, PhasesRequest, {"phases": "pace", "excess": "forbid_excess", "weights": "pieces"},
     {"start", "could_add"}),
    ("steps", plan_pattern, PatternRequest, {"weights": "pieces"}, {"skip"}),
    ("up", plan_titration, TitrationRequest, {"beyond": "then", "weights": "pieces"}, set()),
    ("cross", plan_cross_taper, CrossTaperRequest, {"weights": "pieces", "order": "turns", "then": "pace"},
     {"tables"}),
]  # fmt: skip
"""Each command that plans: its planner, the request it leaves, options named otherwise, and what no option gives."""
RESULTS = {"pattern", "liquid", "made", "steps"}
"""Fields of a request that come out of planning, or that its planner takes by the name of the pattern."""


@pytest.mark.parametrize(("command", "planner", "request_kind", "named", "never"), PLANNERS)
def test_what_a_planner_takes_can_be_kept_and_can_be_typed(command, planner, request_kind, named, never):
    taken = signature(planner).parameters.keys()
    unknown = sorted(set(request_kind.model_fields) - taken - RESULTS)
    assert unknown == [], f"{planner.__name__} takes no {unknown}, which its request keeps; add it, or to RESULTS here"
    parser = cli.parser_for(command)
    (commands,) = [action for action in parser._actions if action.choices and command in action.choices]
    options = {action.dest for action in commands.choices[command]._actions}
    forgotten = sorted(name for name in taken - never if named.get(name, name) not in options)
    assert forgotten == [], f"taper {command} has no option for {forgotten} of {planner.__name__}; add it to cli/"
    assert never <= taken
    assert not {named.get(name, name) for name in never} & options, "an option gives what is listed as never given"


@pytest.mark.parametrize(("command", "planner"), [row[:2] for row in PLANNERS])
def test_an_option_for_a_length_of_time_is_read_in_everyday_words(command, planner):
    lengths = {name for name, each in signature(planner).parameters.items() if Duration in get_args(each.annotation)}
    read = set(typed_words._TIMES) | ({"every"} if "stage_time" in typed_words._TIMES else set())
    assert lengths <= read, f"add {sorted(lengths - read)} to _TIMES in src/taper/cli/typed_words.py"


def test_every_command_that_is_listed_has_its_module():
    assert {module for module, _ in COMMANDS.values()} <= set(COMMAND_MODULES)
