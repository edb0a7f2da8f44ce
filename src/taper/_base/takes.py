"""Argument checks of public functions: a plain error for a wrong object, with what to call first."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from taper._base.progress import watched
from taper.errors import InvalidInput

# A type checker sees through a decorator that gives back what it takes before it infers anything. So the methods bound
# at the front door keep their signatures.
_Function = TypeVar("_Function", bound=Callable[..., Any])

_WANTED = {
    "Schedule": ("a schedule", "call to_schedule(realize(plan, products), start=date(2027, 3, 1)) first"),
    "RealizedPlan": ("a realized plan", "call realize(plan, products) first"),
    "Plan": ("a plan", 'call load_plan("plan.json") or Plan.read({...}) first'),
    "Course": ("a course of a plan", "give plan.courses[0]"),
    "Product": ("products", 'call Formulary.shipped().products("diazepam", market="us") or load_products(path) first'),
    "Review": ("a review", "call check(realized, patient) first"),
    "Supply": ("a supply", "call count_supply(schedule) first"),
    "Patient": ("a patient", "call Patient(age=60) or load_patient(path) first"),
    "Log": ("a log", "call load_log(path) or Log.of(plan, start, events) first"),
    "Formulary": ("a formulary", "call Formulary.shipped() first"),
    "Monograph": ("a monograph", 'call Formulary.shipped().monograph("diazepam") first'),
    "EquivalenceTable": ("an equivalence table", 'call Formulary.shipped().table("ashton-2002") first'),
    "Occupancy": ("an occupancy curve", "give one of monograph.occupancies"),
    "Difference": ("a difference", "call compare(one, other) first"),
    "DatedStep": ("a dated step", "give one of schedule.steps"),
    "Duration": ("a length of time", 'write weeks(2) or Duration.parse("2 weeks")'),
    "Weights": ("weights", "leave it out, or call Weights(...)"),
    "Path": ("the path of a file", 'write it as text, such as "plan.json"'),
}
# What was given, and the one call that leads from it to what is wanted.
_FROM = {
    ("Plan", "RealizedPlan"): "call realize(plan, products) first",
    ("Plan", "Schedule"): "call to_schedule(realize(plan, products), start=date(2027, 3, 1)) first",
    ("RealizedPlan", "Schedule"): "call to_schedule(realized, start=date(2027, 3, 1)) first",
    ("RealizedPlan", "Plan"): "give its plan, realized.plan",
    ("Schedule", "Plan"): "give its plan, schedule.realized.plan",
    ("Schedule", "RealizedPlan"): "give its realized plan, schedule.realized",
    ("str", "Plan"): "call load_plan(path) first",
    ("str", "Patient"): "call load_patient(path) first",
    ("str", "Log"): "call load_log(path) first",
    ("str", "Monograph"): "call Formulary.shipped().monograph(name) first",
    ("str", "EquivalenceTable"): "call Formulary.shipped().table(name) first",
    ("str", "Duration"): 'call Duration.parse("2 weeks") first',
    ("int", "Duration"): "write days(14) or weeks(2)",
    ("Formulary", "Product"): 'call formulary.products("diazepam", market="us") first',
    ("Product", "Product"): "write it in a list, [product]",
    ("Plan", "Course"): "give plan.courses[0]",
}


class WrongObject(InvalidInput, TypeError):
    """An object of another kind than the function takes; the message says what to call first."""


def takes(function: _Function) -> _Function:
    """Refuse, before a function runs, what it does not take; its own annotations say what it does.

    Where it takes `progress`, what goes on inside is told to that.
    """
    checks: dict[str, tuple[Any, ...]] = {}
    signature = inspect.signature(function)
    positional = [name for name, each in signature.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    for name, parameter in signature.parameters.items():
        members = _members(parameter.annotation)
        if any(_name(member) in _WANTED for member in members):
            checks[name] = members

    @wraps(function)
    def checked(*given: Any, **named: Any) -> Any:
        for name, value in (*zip(positional, given, strict=False), *named.items()):
            if name in checks and not any(_fits(value, member) for member in checks[name]):
                raise WrongObject(_message(function.__name__, name, value, checks[name]))
        return function(*given, **named)

    return cast(_Function, watched(checked) if "progress" in signature.parameters else checked)


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


def _name(member: Any) -> str:
    """The class that a member asks for, or that the items of a list of it are."""
    inner = next((item for item in get_args(member) if inspect.isclass(item) and item.__name__ in _WANTED), None)
    if get_origin(member) is not None:
        return inner.__name__ if inner is not None and get_origin(member) is not tuple else ""
    return member.__name__ if inspect.isclass(member) else ""


def _fits(value: object, member: Any) -> bool:
    kind = get_origin(member)
    if member is Any or kind is Literal:
        return member is Any or value in get_args(member)
    if kind is None:
        return isinstance(value, member) if inspect.isclass(member) else True
    if issubclass(kind, Mapping):
        return isinstance(value, Mapping)
    if kind is not tuple and issubclass(kind, Iterable):
        wanted = get_args(member)[0]
        one = inspect.isclass(wanted) and isinstance(value, wanted)  # a record is iterable too
        if one or isinstance(value, str) or not isinstance(value, Iterable):
            return False
        listed = value if isinstance(value, list | tuple) else ()
        return not inspect.isclass(wanted) or all(isinstance(item, wanted) for item in listed)
    return isinstance(value, kind)


def _message(function: str, name: str, value: object, members: tuple[Any, ...]) -> str:
    wanted = [_name(member) for member in members if _name(member) in _WANTED]
    kind, whole = type(value), value
    if isinstance(value, list | tuple) and value:
        kind = type(value[0])
    given = kind.__name__
    inner = getattr(whole, "plan", None) if given not in {"Log", "RealizedPlan"} else None
    said = " or ".join(_WANTED[each][0] for each in wanted)
    if inner is not None and type(inner).__name__ == "Plan" and wanted[0] in {"Plan", "RealizedPlan", "Schedule"}:
        then = "" if wanted[0] == "Plan" else f": {_FROM['Plan', wanted[0]].replace('plan,', f'{given.lower()}.plan,')}"
        return f"{function} takes {said} as {name}, and got a {given}; give its plan{then}"
    advice = _FROM.get((given, wanted[0]), _WANTED[wanted[0]][1])
    article = "an" if given[:1] in "AEIOUaeiou" else "a"
    what = "nothing (None)" if value is None else f"{article} {given}"
    return f"{function} takes {said} as {name}, and got {what}; {advice}"
