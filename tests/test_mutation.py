"""The tool that changes one thing of a module at a time, and the list of changes that make no other program."""

import ast
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

from mutation.changes import changed, changes
from mutation.trial import replace

TESTS = Path(__file__).parent
CODE = TESTS.parent / "src" / "taper"
TEXT = """
LIMIT = 3
class Kind:
    def above(self, number, by=1):
        '''Not this 1.'''
        return number > LIMIT and not number % 2
def each(numbers):
    return sorted(numbers, key=lambda number: number * 2)
"""


def listed(name):
    return tomllib.loads((TESTS / "mutation" / name).read_text(encoding="utf-8"))


def test_what_is_changed_and_the_function_that_runs_it():
    assert {(change.function, change.words) for change in changes(ast.parse(TEXT))} == {
        ("", "one more in `3`"),
        ("", "one more in `1`"),
        ("Kind.above", "no value returned in `return number > LIMIT and (not number % 2)`"),
        ("Kind.above", "and for or in `number > LIMIT and (not number % 2)`"),
        ("Kind.above", "another comparison in `number > LIMIT`"),
        ("Kind.above", "no not in `not number % 2`"),
        ("Kind.above", "another operator in `number % 2`"),
        ("Kind.above", "one more in `2`"),
        ("each", "no value returned in `return sorted(numbers, key=lambda number: number * 2)`"),
        ("each.lambda", "another operator in `number * 2`"),
        ("each.lambda", "one more in `2`"),
    }


def test_each_change_makes_another_module_and_leaves_the_first_as_it_is():
    tree = ast.parse(TEXT)
    made = {ast.unparse(changed(tree, change)) for change in changes(tree)}
    assert len(made) == len(changes(tree))
    assert ast.unparse(tree) == ast.unparse(ast.parse(TEXT))
    assert ast.unparse(tree) not in made


@pytest.mark.parametrize(("text", "answers"), [("number * 2", (12, 5)), ("number // 2", (20, 20))])
def test_functions_that_are_wrapped_and_kept_elsewhere_take_the_changed_code(text, answers):
    tree = ast.parse("@keep\ndef double(number):\n    return number * 2\nhalf = lambda number: number // 2\n")
    code, names = compile(tree, "x.py", "exec"), {"keep": lru_cache}
    exec(code, names)
    held = [names.pop("double"), names.pop("half")]
    change = next(change for change in changes(tree) if change.text == text)
    replace(code, compile(changed(tree, change), "x.py", "exec"))
    assert tuple(function(10) for function in held) == answers


@pytest.mark.parametrize("group", listed("groups.toml").values(), ids=list(listed("groups.toml")))
def test_what_a_group_names_exists(group):
    assert all(list(CODE.glob(f"{name}.py")) for name in group["modules"])
    assert all((TESTS / name).is_dir() or (TESTS / f"{name}.py").is_file() for name in group["tests"])


@pytest.mark.parametrize("name", listed("same_program.toml"))
def test_what_is_said_to_be_the_same_program_is_a_change_of_the_module(name):
    every = {(change.function, change.words) for change in changes(ast.parse((CODE / f"{name}.py").read_text("utf-8")))}
    for row in listed("same_program.toml")[name]:
        assert set(row) == {"function", "change", "why"}
        assert (row["function"], row["change"]) in every
