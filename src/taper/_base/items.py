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
    return kind.__module__.partition(".")[0] != "taper"


def items_of(value: Iterable[Any]) -> Collection[Any]:
    """The items, or so many of them that they are one more than a list may hold."""
    if isinstance(value, Mapping):
        return {key: value[key] for key in islice(value, MOST_ITEMS + 1)}
    return tuple(islice(value, MOST_ITEMS + 1))
