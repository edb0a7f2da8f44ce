"""The items of what is given in place of a list: a generator, a set, a view, or what never ends."""

from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any, TypeGuard

from taper._base.limits import MOST_ITEMS

_READ = frozenset({list, tuple, dict, str, int, bool, type(None)})


def is_listed(value: object) -> TypeGuard[Iterable[Any]]:
    """Whether a thing is to be listed before it is read: it holds items, and may never end."""
    kind = type(value)
    if kind in _READ or not isinstance(value, Iterable) or isinstance(value, str | bytes):
        return False
    return not is_ours(value)


def is_ours(value: object) -> bool:
    """Whether it is of a class of this library, or of one that builds on such a class: a record holds items too."""
    return any(each.__module__.partition(".")[0] == "taper" for each in type(value).__mro__)


def items_of(value: Iterable[Any]) -> Collection[Any]:
    """The items, or so many of them that they are one more than a list may hold."""
    if isinstance(value, Mapping):
        return {key: value[key] for key in islice(value, MOST_ITEMS + 1)}
    return tuple(islice(value, MOST_ITEMS + 1))
