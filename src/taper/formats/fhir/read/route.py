"""The route, method and site of a dosage: by mouth by a code or a name that is known, or refused."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from taper._base.shown import show
from taper.errors import InvalidInput
from taper.formats.fhir.read.elements import as_map, codes_of, codings_of, names_of
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.text_template import without_numbers
from taper.formats.fhir.tables import is_known_code, known_words, table
from taper.products.product import refuse_route


def check_route(data: Mapping[str, Any], where: str, notes: Notes) -> None:
    """Refuse a route, method or site that is not known to be by mouth; report that no route is stated."""
    if data.get("route") is None:
        notes.report("route", f"{where}.route", "the route is not stated, and is taken to be by mouth")
    for what in ("route", "method", "site"):
        if data.get(what) is not None:
            with notes.catching("route", f"{where}.{what}"):
                unread = _check(data[what], what)
                if unread:
                    said = f"a known code says that the {what} is by mouth; not read: {', '.join(map(repr, unread))}"
                    notes.report("not-read", f"{where}.{what}", said)


def is_swallowed(data: Mapping[str, Any]) -> bool:
    """Whether a Dosage states a route, and none by which the drug stays in the mouth."""
    if data.get("route") is None:
        return False
    stated = [data[what] for what in ("route", "method", "site") if data.get(what) is not None]
    held = table("routes")["in_mouth"]
    return not any(
        not codes_of(concept).isdisjoint(held["codes"])
        or any(word in name.casefold() for name in names_of(concept) for word in held["words"])
        for concept in stated
    )


def _check(concept: object, what: str) -> list[str]:
    """Refuse a concept that is not known to be by mouth; name what a known code makes needless to know.

    Raises:
        InvalidInput: If no code and no name of it is known, or one is of another route.
        OutOfScope: If a name is one of another route.
    """
    stated = codings_of(as_map(concept))
    codings = tuple([_system_and_code(item) for item in stated if item.get("code") is not None])
    unread, wrong = _verdict(what, tuple(names_of(concept)), codings)
    if wrong is not None:
        name = next(iter(wrong), None)
        raise InvalidInput(
            f"the {what} {show(_shown(concept) if name is None else name)} is not known to be by mouth; only "
            "oral products are planned here, leave it out"
        )
    return unread


def _system_and_code(coding: Mapping[str, Any]) -> tuple[str | None, str]:
    system = coding.get("system")
    return system if isinstance(system, str) else None, str(coding["code"])


@lru_cache(maxsize=256)
def _verdict(
    what: str, names: tuple[str, ...], codings: tuple[tuple[str | None, str], ...]
) -> tuple[list[str], list[str] | None]:
    """What need not be known beside a known code, and what is not known to be by mouth; None where nothing is that.

    Remembered, since the dosages of an order are taken in one way; what it gives is shared, and never changed.
    """
    for name in names:
        _refuse_elsewhere(name)
    verdicts = [(code, _by_mouth(what, system, code)) for system, code in codings]
    refused = [code for code, verdict in verdicts if verdict is False]
    strange = [name for name in names if name.strip().casefold() not in known_words(what)]
    decided = any(verdict is True for _, verdict in verdicts)
    if refused or not (decided or names) or (strange and not decided):
        return [], refused or strange
    return [*strange, *(code for code, verdict in verdicts if verdict is None)], None


def _by_mouth(what: str, system: str | None, code: str) -> bool | None:
    """Whether a code says "by mouth"; None where its system, or the code without one, is not on file."""
    known = is_known_code(what, system or "", code)
    return None if known is False and system is None else known


def _refuse_elsewhere(name: str) -> None:
    refuse_route(name)
    if says_elsewhere(name) is not None:
        raise InvalidInput(f"{show(name)} is not taken by mouth; only oral products are planned here, leave it out")


def says_elsewhere(text: str) -> str | None:
    """The word of a text that names a way other than by mouth, if it holds one."""
    return _word_of_another_way(without_numbers(text))


@lru_cache(maxsize=2048)
def _word_of_another_way(text: str) -> str | None:
    found = _elsewhere("words").search(text.casefold())
    return found[0] if found is not None else None


def is_product_elsewhere(name: str) -> bool:
    """Whether the name, or the form, of a product says that it is taken in a way other than by mouth."""
    return any(_elsewhere(kind).search(name.casefold()) for kind in ("words", "products"))


@cache
def _elsewhere(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(table('routes')['elsewhere'][kind])})")


def _shown(concept: object) -> str:
    return ", ".join(names_of(concept) or sorted(codes_of(concept)))
