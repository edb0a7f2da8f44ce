"""Texts that are too long for words to be looked for in them: each is refused by name, and taken out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from taper._base.limits import LONGEST_TEXT
from taper._base.text import readable
from taper.formats.fhir.read.bundle import Request
from taper.formats.fhir.read.extensions import has_url
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.write.request import MAXIMA_TEXT

# What is rendered for people to see, and bytes: neither is read for words.
_UNREAD = frozenset({"div", "data", "valueBase64Binary"})


def without_long_texts(request: Request, notes: Notes) -> Request:
    """A request and the products that it refers to, each text of more than 2000 characters refused and taken out.

    What taper renders of all dosages of a request of its own stays, since it is compared as it stands.
    """
    is_own = request.course_name is not None
    body = _shorter(request.body, "" if request.kind == "Dosage" else request.where, notes, is_own=is_own)
    others = {
        name: _shorter(request.others[name], f"{request.where}: {name}", notes, is_own=is_own)
        for name in request.product_references
        if name is not None and name in request.others
    }
    is_same = body is request.body and all(request.others[name] is other for name, other in others.items())
    return request if is_same else replace(request, body=body, others={**request.others, **others})


def _shorter(body: Mapping[str, Any], where: str, notes: Notes, *, is_own: bool) -> Mapping[str, Any]:
    if not _holds_long(body):
        return body
    found = False
    for path, text in _long_texts(body, where, is_own=is_own):
        found = True
        with notes.catching("text", path.removeprefix(".")):
            readable(text, "")
    return _without(body, is_own=is_own) if found else body


def _holds_long(body: Mapping[str, Any]) -> bool:
    """Whether any text is long, wherever it stands: most orders are done with this, which needs no paths."""
    level: list[Any] = [body]
    while level:
        parts = [part for item in level for part in (item if type(item) is list else item.values())]
        if any(map(_is_long, parts)):
            return True
        level = [part for part in parts if type(part) in (dict, list)]
    return False


def _long_texts(item: Any, path: str, *, is_own: bool) -> Iterator[tuple[str, str]]:
    parts = ((f".{key}", item[key]) for key in _read_keys(item, is_own=is_own)) if isinstance(item, Mapping) else ()
    if isinstance(item, list):
        parts = ((f"[{index}]", part) for index, part in enumerate(item))
    for at, part in parts:
        if type(part) is str:
            if len(part) > LONGEST_TEXT:
                yield f"{path}{at}", part
        elif type(part) in (dict, list):
            yield from _long_texts(part, f"{path}{at}", is_own=is_own)


def _read_keys(item: Mapping[str, Any], *, is_own: bool) -> Iterator[str]:
    """The keys of what words are looked for in."""
    if is_own and (has_url(item, "rendered") or str(item.get("text", "")).startswith(MAXIMA_TEXT)):
        return
    yield from (key for key in item if key not in _UNREAD and not (is_own and key == "renderedDosageInstruction"))


def _without(item: Any, *, is_own: bool) -> Any:
    if isinstance(item, list):
        return [_without(part, is_own=is_own) for part in item if not _is_long(part)]
    if not isinstance(item, Mapping):
        return item
    read = set(_read_keys(item, is_own=is_own))
    return {
        key: _without(part, is_own=is_own) if key in read else part
        for key, part in item.items()
        if key not in read or not _is_long(part)
    }


def _is_long(part: Any) -> bool:
    return isinstance(part, str) and len(part) > LONGEST_TEXT
