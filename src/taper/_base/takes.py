"""Argument checks of public functions: a plain error for a wrong object, with what to call first."""

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from functools import wraps
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from taper._base.items import is_listed, is_ours, items_of
from taper._base.limits import MOST_ITEMS
from taper._base.progress import watched
from taper._base.shown import cut, show
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

    What it takes as a list is read once, up to a most, unless it streams. Where it takes `progress`, what goes on
    inside is told to that.
    """
    checks: dict[str, tuple[Any, ...]] = {}
    called = function.__qualname__.rpartition("<locals>.")[2].removesuffix(".__init__")
    signature = inspect.signature(function)
    positional = [name for name, each in signature.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    several = next((name for name, each in signature.parameters.items() if each.kind is each.VAR_POSITIONAL), None)
    for name, parameter in signature.parameters.items():
        members = _members(parameter.annotation)
        if any(_name(member) in _WANTED for member in members) or all(map(_is_plain, members)):
            checks[name] = members

    if not checks:
        return cast(_Function, watched(function) if "progress" in signature.parameters else function)

    placed = [(place, name) for place, name in enumerate(positional) if name in checks]
    streams = get_origin(signature.return_annotation) is Iterator
    listed = frozenset(() if streams else (name for name, members in checks.items() if any(map(_is_read, members))))

    def check(name: str, value: object) -> Any:
        read = read_once(called, name, value) if name in listed else value
        if not any(_fits(read, member) for member in checks[name]):
            raise WrongObject(_message(called, name, value, checks[name]))
        return read

    takes_any = any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values())
    names = {} if takes_any else dict(signature.parameters)

    @wraps(function)
    def checked(*given: Any, **named: Any) -> Any:
        if names and not named.keys() <= names.keys():
            raise WrongObject(_unknown(called, next(name for name in named if name not in names), names))
        first = list(given)
        for place, name in placed:
            if place < len(given):
                first[place] = check(name, given[place])
        if several in checks:
            for value in given[len(positional) :]:
                check(several, value)
        return function(
            *first, **{name: check(name, value) if name in checks else value for name, value in named.items()}
        )

    return cast(_Function, watched(checked) if "progress" in signature.parameters else checked)


def _unknown(function: str, name: str, names: Collection[str]) -> str:
    near = get_close_matches(cut(name), names, n=1)
    advice = f"write {near[0]}" if near else f"it takes {', '.join(names)}"
    return f"{function} takes nothing as {cut(name)}; {advice}"


def _is_read(member: Any) -> bool:
    kind = get_origin(member)
    return inspect.isclass(kind) and kind is not tuple and issubclass(kind, Iterable)


def read_once(function: str, name: str, value: object) -> object:
    """The items of what is no list or dictionary yet, such as a generator, a set or a view; other things as they are.

    Raises:
        WrongObject: If there are more than a list may hold, as there are of what never ends.
    """
    if type(value) in {dict, list, tuple}:
        read = cast(Collection[Any], value)
    elif is_listed(value):
        read = items_of(value)
    else:
        return value
    if len(read) > MOST_ITEMS:
        raise WrongObject(f"{function} takes at most {MOST_ITEMS} items as {name}, and got more; leave some out")
    return read


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)


def _name(member: Any) -> str:
    """The class that a member asks for, or that the items of a list of it are."""
    inner = next((item for item in get_args(member) if inspect.isclass(item) and item.__name__ in _WANTED), None)
    if get_origin(member) is not None:
        return inner.__name__ if inner is not None and get_origin(member) is not tuple else ""
    return member.__name__ if inspect.isclass(member) else ""


_PLAIN: dict[Any, str] = {
    str: "text", int: "a whole number", bool: "True or False", datetime: "a date with a time", NoneType: "None",
}  # fmt: skip
"""What is no object of the library, in words. A date is not among them: whoever takes one says how to write it."""


def _is_plain(member: Any) -> bool:
    """Whether a member asks for text, a whole number, a choice of words, an object, or a list or mapping.

    A list of anything is looked at by who reads it.
    """
    kind = get_origin(member)
    if kind is None:
        return inspect.isclass(member) and (member in _PLAIN or member.__module__.startswith("taper"))
    return kind in {Literal, tuple} or (_is_read(member) and get_args(member)[0] is not Any)


def _fits(value: object, member: Any) -> bool:
    kind = get_origin(member)
    if kind is Literal:
        return isinstance(value, str) or any(value is one for one in get_args(member))
    if kind is None:
        if member is int and isinstance(value, bool):
            return False
        return isinstance(value, member) if inspect.isclass(member) else True
    if kind is tuple:
        return _fits_tuple(value, get_args(member))
    if issubclass(kind, Mapping):
        held = get_args(member)[1]
        of_ours = inspect.isclass(held) and held.__module__.startswith("taper")
        return isinstance(value, Mapping) and (not of_ours or all(isinstance(item, held) for item in value.values()))
    if issubclass(kind, Iterable):
        wanted = get_args(member)[0]
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable) or is_ours(value):
            return False  # a record is iterable too
        listed = value if isinstance(value, list | tuple) else ()
        return all(any(_fits(item, each) for each in _members(wanted)) for item in listed)
    return isinstance(value, kind)


def _fits_tuple(value: object, parts: tuple[Any, ...]) -> bool:
    if parts[-1:] == (Ellipsis,):
        return isinstance(value, tuple)
    return isinstance(value, list | tuple) and len(value) == len(parts)  # its parts are looked at by who reads them


def _plain_words(member: Any) -> str:
    kind = get_origin(member)
    if kind is Literal:
        return " or ".join(f'"{one}"' for one in get_args(member))
    if kind is None:
        return _PLAIN.get(member, f"a {member.__name__}")
    if kind is tuple:
        return _tuple_words(get_args(member))
    if issubclass(kind, Mapping):
        return "a mapping"
    return f"a list of {' or '.join(map(_item_words, _members(get_args(member)[0])))}"


def _item_words(member: Any) -> str:
    if get_origin(member) is not None:
        return _plain_words(member)
    return _PLAIN.get(member) or str(getattr(member, "__name__", "them"))


def _tuple_words(parts: tuple[Any, ...]) -> str:
    if parts[-1:] == (Ellipsis,):
        return "a tuple"
    said = (" or ".join(_plain_words(one) for one in _members(part) if one is not NoneType) for part in parts)
    return f"({', '.join(said)})"


def _message(function: str, name: str, value: object, members: tuple[Any, ...]) -> str:
    wanted = [_name(member) for member in members if _name(member) in _WANTED]
    if not wanted:
        said = " or ".join(dict.fromkeys(_plain_words(member) for member in members if member is not NoneType))
        return f"{function} takes {said} as {name}, and got {show(value)}; give {said}"
    kind, whole = type(value), value
    if isinstance(value, list | tuple) and value:
        kind = type(value[0])
    given = cut(kind.__name__)
    inner = getattr(whole, "plan", None) if given not in {"Log", "RealizedPlan"} else None
    said = " or ".join(_WANTED[each][0] for each in wanted)
    if inner is not None and type(inner).__name__ == "Plan" and wanted[0] in {"Plan", "RealizedPlan", "Schedule"}:
        then = "" if wanted[0] == "Plan" else f": {_FROM['Plan', wanted[0]].replace('plan,', f'{given.lower()}.plan,')}"
        return f"{function} takes {said} as {name}, and got a {given}; give its plan{then}"
    advice = _FROM.get((given, wanted[0]), _WANTED[wanted[0]][1])
    article = "an" if given[:1] in "AEIOUaeiou" else "a"
    what = "nothing (None)" if value is None else f"{article} {given}"
    return f"{function} takes {said} as {name}, and got {what}; {advice}"
