"""Argument checks of what tests draw: strategies, what they draw, and whole numbers within bounds."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast, get_args, get_origin

from hypothesis.strategies import SearchStrategy

from taper._base.shown import cut, show
from taper._base.takes import WrongObject, takes
from taper.errors import InvalidInput

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Kind = TypeVar("_Kind")


def draws(function: _Function) -> _Function:
    """As `takes`, and it refuses what is no strategy where the annotations ask for one."""
    checked, parameters = takes(function), inspect.signature(function).parameters
    called = function.__qualname__.rpartition("<locals>.")[2]
    # None is taken where nothing is drawn from unless it is given.
    asked = {name for name, each in parameters.items() if _asks(each.annotation)}
    optional = {name for name in asked if parameters[name].default is None}

    @wraps(checked)
    def drawn(*given: Any, **named: Any) -> Any:
        for name, value in [*zip(parameters, given, strict=False), *named.items()]:
            if name in asked and not isinstance(value, SearchStrategy) and not (value is None and name in optional):
                raise WrongObject(
                    f"{called} takes a strategy of Hypothesis as {name}, and got {show(value)}; "
                    "give a strategy such as st.just(...)"
                )
        return checked(*given, **named)

    return cast(_Function, drawn)


def _asks(annotation: Any) -> bool:
    return any(get_origin(each) is SearchStrategy for each in (annotation, *get_args(annotation)))


def as_drawn(value: object, kind: type[_Kind], name: str, *, such_as: str) -> _Kind:
    """What a strategy that was given drew, if it is of the kind that is read on.

    Raises:
        WrongObject: If it is not.
    """
    if isinstance(value, kind):
        return value
    said = "dictionaries" if kind is dict else f"objects of the class {cut(kind.__name__)}"
    raise WrongObject(f"{name} draw {said}, and drew {show(value)}; give a strategy such as {such_as}")


def whole(name: str, got: int, least: int, most: int) -> None:
    """Refuse a number out of bounds.

    Raises:
        InvalidInput: If it is below the least or above the most.
    """
    if not least <= got <= most:
        raise InvalidInput(f"{show(got)} is not from {least} to {most}; write {least}", where=name)
