"""Options that are arguments of a planner: their names, their choices and their explanations are the planner's own."""

import argparse
import ast
import re
from collections.abc import Callable
from inspect import Parameter, getdoc, getsource, signature
from textwrap import dedent
from typing import Any, Literal, get_args, get_origin

from taper.amounts.duration import Duration


def add_arguments(parser: argparse.ArgumentParser, planner: Callable[..., Any], *names: str) -> None:
    """Add an option for each of some arguments of a planner."""
    parameters, says = signature(planner).parameters, explanations(planner)
    for name in names:
        parser.add_argument(flag(name), help=_as_help(says.get(name, ""), parameters), **_shape(parameters[name]))


def plain_arguments(planner: Callable[..., Any]) -> list[str]:
    """The arguments of a planner that can be typed as they are: text, a choice of words, yes or no."""
    return [name for name, each in signature(planner).parameters.items() if {str, bool} & _kinds(each.annotation)]


def _kinds(annotation: Any) -> set[Any]:
    """The kinds that an annotation names; a choice of words is text."""
    return {str if get_origin(each) is Literal else each for each in (annotation, *get_args(annotation))}


def flag(name: str) -> str:
    """The option of an argument."""
    return f"--{name.replace('_', '-')}"


def explanations(planner: Callable[..., Any]) -> dict[str, str]:
    """What the docstring of a planner says of each argument."""
    listed = re.search(r"^Args:\n(.*?)(?=^\S|\Z)", _docstring(planner), re.MULTILINE | re.DOTALL)
    found = re.findall(r"^    (\w+): (.*?)(?=^    \w|\Z)", listed[1] if listed else "", re.MULTILINE | re.DOTALL)
    return {name: " ".join(text.split()) for name, text in found}


def _docstring(function: Callable[..., Any]) -> str:
    """The docstring of a function; that of its source where Python was told to drop them all."""
    if said := getdoc(function):
        return said
    try:
        source = dedent(getsource(function))
        # Python 3.14 would drop the docstrings of what it parses too, unless it is told not to.
        parsed = compile(source, "source", "exec", ast.PyCF_ONLY_AST, dont_inherit=True, optimize=0)
    except (OSError, SyntaxError):
        return ""
    written = next(ast.iter_child_nodes(parsed), None)
    if not isinstance(written, ast.FunctionDef) or written.name != function.__name__:  # something else was run as text
        return ""
    return ast.get_docstring(written) or ""


def _as_help(text: str, names: Any) -> str:
    """A sentence of a docstring as argparse takes it, arguments named as the options that they are."""
    text = re.sub(r"`(\w+)`", lambda found: flag(found[1]) if found[1] in names else found[1], text)
    return f"{text[:1].lower()}{text[1:].rstrip('.')}".replace("%", "%%")


def _shape(parameter: Parameter) -> dict[str, Any]:
    kind, default = parameter.annotation, parameter.default
    if kind is bool:
        action = argparse.BooleanOptionalAction if default else "store_true"
        return {"action": action, "default": default}
    members = get_args(kind) or (kind,)
    words = next((get_args(each) for each in (kind, *members) if get_origin(each) is Literal), None)
    if words is not None:
        return {"choices": words, "default": default}
    return {"metavar": "TIME" if Duration in members else parameter.name.upper(), "default": default}
