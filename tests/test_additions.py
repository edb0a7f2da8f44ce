"""What is added is added whole: each forgotten piece of a rule, a format or a command fails by name."""

import importlib
import pkgutil
import re
import tomllib
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
from taper.cli.examples import EXAMPLES
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
    "drug_inputs", "examples", "notes", "options", "output", "parsing", "plan_inputs", "planner_options", "settings",
    "sheets", "streams", "terminal", "typed_words", "writing",
}  # fmt: skip
"""Modules of the command line that are no command."""
COMMAND_MODULES = sorted(set(modules_in(cli)) - HELPERS)
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
LISTED = re.findall(r"[a-z]+", re.search(r"```text\n(taper drugs.*?)```", README, re.DOTALL)[1])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
CORE_NEVER_IMPORTS = PROJECT["tool"]["importlinter"]["contracts"][-1]["forbidden_modules"]
ONLY_OF_THE_COMMAND_LINE = {"argcomplete"}
SMOKE = (ROOT / ".ci" / "smoke.py").read_text("utf-8")
PAGES = text_of(ROOT / "docs", "*.md") + README
FORMAT_TESTS = text_of(TESTS, "test_*.py").replace(Path(__file__).read_text("utf-8"), "")
CLI_TESTS = text_of(TESTS, "test_cli*.py") + text_of(TESTS, "test_limits.py") + text_of(TESTS, "test_everyday*.py")


@pytest.mark.parametrize("name", DRUGS)
def test_a_drug_is_whole(name):
    is_shown = f'drug = "{name}"' in CASES or (TESTS / "cases" / "shipped" / f"{name}.toml").exists()
    whole(
        (
            is_shown,
            f"cases of {name} in tests/cases: for a rule, the last value that passes and the first that does not",
        ),
        ((ROOT / "docs" / "reference" / "drugs" / f"{name}.md").exists(), "its page: python docs/generate.py"),
    )


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_whole(name):
    module = importlib.import_module(f"taper.checks.rules.{name}")
    path = f"src/taper/checks/rules/{name}.py"
    parts = [part for part in ("NAME", "SUBJECT", "READS", "assess") if not hasattr(module, part)]
    said = getattr(module, "NAME", name.replace("_", "-"))
    cases = f"tests/cases/{said}.toml"
    told = (getattr(getattr(module, "assess", None), "__doc__", None) or "").strip()
    whole(
        (module in ALL, f"{name} in ALL of src/taper/checks/check.py, in the order of reading a review"),
        (not parts, f"{', '.join(parts)} in {path}"),
        (told, f"a docstring of assess in {path}; it is printed on the page of rules"),
        ((ROOT / cases).exists(), f"{cases}: each kind of answer, both sides of each edge"),
        (said in CHANGELOG, f"{said} in CHANGELOG.md"),
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_whole(name):
    public = [each for each in taper.__all__ if taper._HOME_OF[each].startswith(f"taper.formats.{name}")]
    writers = [each for each in public if each.startswith(("to_", "from_", "load_", "write_", "plot_"))]
    untested = [each for each in writers if each not in FORMAT_TESTS]
    whole(
        (public, f"a name of taper.formats.{name} in both lists of src/taper/__init__.py"),
        (not untested, f"a test that reads {', '.join(untested)} back"),
        (any(each in PAGES for each in writers), f"a page on {name} in docs/how-to, or a section of one"),
        (
            name in CHANGELOG.lower() or any(each in CHANGELOG for each in writers),
            f"a line on {name} in CHANGELOG.md",
        ),
    )


@pytest.mark.parametrize("name", COMMAND_MODULES)
def test_a_command_is_whole(name):
    commands = [command for command, (module, _) in COMMANDS.items() if module == name]
    module = importlib.import_module(f"taper.cli.{name}")
    whole(
        (commands, f"{name} in COMMANDS of src/taper/cli/__init__.py (or in HELPERS here, if it is no command)"),
        (hasattr(module, "add"), f"add(parser) in src/taper/cli/{name}.py"),
        (hasattr(module, "run"), f"run(options) in src/taper/cli/{name}.py"),
        *((f'"{each}"' in CLI_TESTS, f"a test that runs {each}, in tests/test_cli.py") for each in commands),
        *((each in EXAMPLES, f"an example of {each} in src/taper/cli/examples.py") for each in commands),
        *((each in LISTED, f"{each} in the list of commands of README.md") for each in commands),
    )


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_is_whole(extra):
    names = [re.split(r"[^\w-]", text)[0] for text in EXTRAS[extra]]
    kept_out = [name for name in names if name not in {*CORE_NEVER_IMPORTS, *ONLY_OF_THE_COMMAND_LINE}]
    whole(
        (not kept_out, f"{', '.join(kept_out)} among what the core never imports, in pyproject.toml"),
        (f'"{extra}"' in SMOKE, f"{extra} in .ci/smoke.py, which tries it where it is installed"),
    )


def whole(*pieces):
    """Name everything that is to be added, of pieces that each say whether they are there."""
    if missing := [f"add {what}" for is_there, what in pieces if not is_there]:
        pytest.fail("\n".join(missing), pytrace=False)


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
OF_PROGRAMS = {"progress"}
"""What a program alone can give to any planner, and no option."""
HOMONYMS = {"start"}
"""An option of this name gives the date of day 1, and the planner's `start` is a dose."""
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
    forgotten = sorted(name for name in taken - never - OF_PROGRAMS if named.get(name, name) not in options)
    assert forgotten == [], f"taper {command} has no option for {forgotten} of {planner.__name__}; add it to cli/"
    assert never <= taken
    given = {named.get(name, name) for name in never - HOMONYMS} & options
    assert not given, "an option gives what is listed as never given"


@pytest.mark.parametrize(("command", "planner"), [row[:2] for row in PLANNERS])
def test_an_option_for_a_length_of_time_is_read_in_everyday_words(command, planner):
    lengths = {name for name, each in signature(planner).parameters.items() if Duration in get_args(each.annotation)}
    read = set(typed_words._TIMES) | ({"every"} if "stage_time" in typed_words._TIMES else set())
    assert lengths <= read, f"add {sorted(lengths - read)} to _TIMES in src/taper/cli/typed_words.py"


def test_every_command_that_is_listed_has_its_module():
    assert {module for module, _ in COMMANDS.values()} <= set(COMMAND_MODULES)
