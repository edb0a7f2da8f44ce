"""Looking into plain data that may hold anything."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import NoneType
from typing import Any, TypeGuard

from taper.formats.fhir.read.import_report import Notes

_NOTHING: dict[str, Any] = {}
_NO_MAPS = frozenset({str, list, int, float, Decimal, NoneType, bool})


def is_map(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is an object; what JSON holds is told by its type, since asking for a Mapping is slow."""
    kind = type(value)
    return kind is dict or (kind not in _NO_MAPS and isinstance(value, Mapping))


def as_map(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if type(value) is dict or is_map(value) else _NOTHING


def as_list(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def names_of(concept: object) -> list[str]:
    """Every name a CodeableConcept gives: its text, and the display of each coding."""
    held = as_map(concept)
    if not held:
        return []
    names = [held.get("text"), *[coding.get("display") for coding in codings_of(held)]]
    return [plain for name in names if isinstance(name, str) and (plain := name.strip())]


def codings_of(concept: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The codings of a CodeableConcept that are objects."""
    return [coding for coding in as_list(concept.get("coding")) if is_map(coding)]


def first_text(concept: object) -> str | None:
    """The name a CodeableConcept gives: its text, else the display of its first coding."""
    return next(iter(names_of(concept)), None)


def codes_of(concept: object) -> set[str]:
    """The codes of a CodeableConcept."""
    return {str(coding["code"]) for coding in codings_of(as_map(concept)) if "code" in coding}


RULES = "it is to be read by rules of its own, which are not known here; give it without them"
MODIFIER = "a modifier extension changes what this means in a way that is not known; remove it"


def refuse_modifiers(data: object, where: str, notes: Notes) -> None:
    """Refuse a modifier extension anywhere: it changes a meaning in a way that is not known here."""
    for path in _modifiers(data, where):
        notes.refuse("status", path, MODIFIER)


def _modifiers(data: object, where: str) -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, item in data.items():
            if key == "modifierExtension":
                yield where
            else:
                yield from _modifiers(item, f"{where}.{key}")
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _modifiers(item, f"{where}[{index}]")
