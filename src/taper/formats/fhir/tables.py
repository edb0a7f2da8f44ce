"""The tables that FHIR is read by: elements, units, routes, times of day and extensions, from data with sources."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> Mapping[str, Any]:
    """A table of the data folder `fhir`, read once."""
    return tomllib.loads((files("taper") / "data" / "fhir" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def elements(version: str) -> Mapping[str, Mapping[str, str]]:
    """Every element of each type of a FHIR version, with its types and how many may stand."""
    text = (files("taper") / "data" / "fhir" / f"elements-{version}.json").read_text(encoding="utf-8")
    made: Mapping[str, Mapping[str, str]] = json.loads(text)["types"]
    return made


@cache
def unit_words() -> Mapping[str, str]:
    """What each word for a unit of a dose means: a mass, mL, or what is counted."""
    return {word.casefold(): meaning for meaning, words in table("units")["words"].items() for word in words}


@cache
def unit_codes(system: str) -> Mapping[str, str] | None:
    """What each code of a system of units means, or None where the system is not on file."""
    held = table("units")["codes"].get(system)
    return None if held is None else dict(_inverted(held))


def _inverted(held: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    for meaning, codes in held.items():
        if meaning != "sources":
            yield from ((code, meaning) for code in codes)


@cache
def time_words() -> Mapping[str, str]:
    """The UCUM code of each word for a length of time."""
    return {word.casefold(): code for code, words in table("units")["time"].items() for word in words}


@cache
def known_words(what: str) -> frozenset[str]:
    """The words, in any language, that say "by mouth" as a route, a method or a site."""
    return frozenset(word for words in table("routes")[what]["words"].values() for word in words)


def is_known_code(what: str, system: str, code: str) -> bool | None:
    """Whether a code says "by mouth" as a route, a method or a site; None where its system is not on file."""
    held = table("routes")[what]["codes"].get(system)
    return None if held is None else code in held
