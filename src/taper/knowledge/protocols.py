"""Named published regimens and example plans, from data."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from taper._base.json_text import decode
from taper._base.records import Value
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import Name, Text
from taper.errors import InvalidInput, NotFound
from taper.plans.plan import Plan
from taper.source import Source


class OpenChoice(Value):
    """What a source leaves open in a regimen: a named choice, its options, and no default."""

    name: Name
    question: Text
    options: Annotated[tuple[Text, ...], Field(min_length=2)]


class Protocol(Value):
    """A named regimen: published and cited, or an example that says what it is.

    `variants` hold one plan for each combination of choices, keyed by the options chosen in order; a regimen
    without choices has one variant, keyed by the empty text. `needs` is what some variant takes that no shipped product
    of its country makes as it is.
    """

    id: Name
    title: Text
    status: Literal["label", "guideline", "example"]
    drug: Name
    note: Text
    source: Source
    needs: Text | None = None
    choices: tuple[OpenChoice, ...] = ()
    variants: dict[str, Plan]

    def __str__(self) -> str:
        choices = [f"  choose {choice.name}: {', '.join(choice.options)}" for choice in self.choices]
        needs = [f"  needs {self.needs}"] if self.needs else []
        return "\n".join([f"{self.id} [{self.status}]: {self.title}", *needs, *choices])

    def __repr__(self) -> str:
        return f"<Protocol {self.id} of {self.drug}>"

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        keys = [""]
        for choice in self.choices:
            keys = [f"{key}/{option}".strip("/") for key in keys for option in choice.options]
        if sorted(keys) != sorted(self.variants):
            raise InvalidInput(f"variants hold {sorted(self.variants)}, choices make {sorted(keys)}; make them agree")
        return self

    def plan(self, **chosen: str) -> Plan:
        """The plan, with every open choice made by the caller.

        Raises:
            InvalidInput: If a choice is not made, is not one of the options, or is not the regimen's.
        """
        unknown = sorted(set(chosen) - {choice.name.replace("-", "_") for choice in self.choices})
        if unknown:
            raise InvalidInput(f"{self.id} leaves no choice of {unknown[0]}; remove it")
        picked = [_picked(self.id, choice, chosen) for choice in self.choices]
        return self.variants["/".join(picked)]


def _picked(name: str, choice: OpenChoice, chosen: Mapping[str, str]) -> str:
    given = chosen.get(choice.name.replace("-", "_"))
    options = ", ".join(f'"{option}"' for option in choice.options)
    if given is None:
        raise InvalidInput(f"{name} leaves open: {choice.question} Choose {choice.name} from {options}")
    if given not in choice.options:
        raise InvalidInput(f"{choice.name} is {show(given)}; choose from {options}", where=name)
    return given


def protocol_names() -> tuple[str, ...]:
    """The names of the shipped protocols and examples, sorted."""
    return tuple(sorted(_shipped()))


@takes
def load_protocol(name: str) -> Protocol:
    """A shipped protocol or example by name.

    Raises:
        NotFound: If it is not shipped; the message lists those that are.
    """
    if name not in _shipped():
        raise NotFound(f"{show(name)} is not a shipped protocol. Shipped: {', '.join(protocol_names())}")
    return _shipped()[name]


@cache
def _shipped() -> dict[str, Protocol]:
    folder = resources.files("taper") / "data" / "protocols"
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    read = [_read(decode(item.read_bytes(), where=item.name), item.name) for item in files]
    return {item.id: item for item in read}


def _read(text: str, where: str) -> Protocol:
    data: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    source = {"id": f"{data.get('id', where)}-source", **data.pop("source", {})}
    return Protocol.read({**data, "source": source}, where=where)
