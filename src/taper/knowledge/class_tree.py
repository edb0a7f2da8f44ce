"""Drug classes: which names stand for a class, and which classes lie in a wider one."""

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated

from pydantic import Field

from taper._base.records import Value
from taper._base.text import Name, Text
from taper.source import Source

_STRENGTHS = ("strong-", "moderate-", "weak-")


class WiderClasses(Value):
    """That every member of a class belongs to wider ones too, and where its source says so."""

    of: Annotated[Name, Field(alias="class")]
    wider: Annotated[tuple[Name, ...], Field(min_length=1)]
    place: Text
    source: Source


class AddedUp(Value):
    """That doses of two members of a class are added up in equivalents, and where its source does."""

    of: Annotated[Name, Field(alias="class")]
    place: Text
    source: Source


class ClassTree(Value):
    """Every name of a class, which are by effect, other ways to write it, and which classes lie in wider ones."""

    names: tuple[Name, ...] = ()
    by_effect: tuple[Name, ...] = ()
    also: dict[Name, Name] = Field(default_factory=dict)
    within: tuple[WiderClasses, ...] = ()
    added_up_rows: Annotated[tuple[AddedUp, ...], Field(alias="added_up")] = ()

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)

    @cached_property
    def _wider(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for item in self.within:
            found[item.of] = found.get(item.of, frozenset()) | frozenset(item.wider)
        return found

    @cached_property
    def added_up(self) -> frozenset[str]:
        """The classes of which the doses of two members are added up."""
        return frozenset(item.of for item in self.added_up_rows)

    def holds(self, name: str) -> bool:
        """Whether a name stands for a class."""
        return _without_strength(name) in self._known

    def is_by_effect(self, name: str) -> bool:
        """Whether it is a class by what a medicine does, of which no index settles who belongs to it."""
        return _without_strength(name) in self.by_effect

    def name_of(self, text: str) -> str | None:
        """The name of a class as sources write it, from the ways in which people do; None if it is none."""
        key = text.removesuffix("s")
        for name in (text, key):
            if self.holds(name):
                return name
            if name in self.also:
                return self.also[name]
        return None

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way to write a class, to look for near ones."""
        return tuple(sorted({*self.names, *self.also}))

    def widened(self, names: Iterable[str]) -> frozenset[str]:
        """Some names, and every class that they lie in."""
        found = set(names)
        waiting = list(found)
        while waiting:
            for wider in self._wider_than(waiting.pop()) - found:
                found.add(wider)
                waiting.append(wider)
        return frozenset(found)

    def _wider_than(self, name: str) -> frozenset[str]:
        plain = _without_strength(name)
        if name.startswith("weak-") and plain.endswith("-inducer"):
            return self._wider.get(name, frozenset())  # who warns of inducers does not mean one that changes little
        wider = self._wider.get(name, frozenset()) | (frozenset({plain}) if plain != name else frozenset())
        is_inducer = plain.startswith("cyp") and plain.removesuffix("-inducer") != plain
        return wider | (frozenset({"enzyme-inducer"}) if is_inducer else frozenset())


def _without_strength(name: str) -> str:
    """The class without the strength that is a part of its name: cyp3a-inhibitor of strong-cyp3a-inhibitor."""
    for strength in _STRENGTHS:
        rest = name.removeprefix(strength)
        if rest != name and rest.startswith("cyp"):
            return rest
    return name
