"""Whether a primitive value of FHIR is written as its type is written."""

import re
from decimal import Decimal
from functools import lru_cache

_DATE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_FORMS = {
    "date": re.compile(_DATE),
    "dateTime": re.compile(rf"{_DATE}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}{_ZONE}?"),
    "instant": re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}{_ZONE}"),
    "time": re.compile(_CLOCK),
    "code": re.compile(r"\S+( \S+)*"),
    "id": re.compile(r"[A-Za-z0-9.-]{1,64}"),
    "oid": re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+"),
    "uuid": re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "uri": re.compile(r"\S+"),
    "url": re.compile(r"\S+"),
    "canonical": re.compile(r"\S+"),
    "base64Binary": re.compile(r"[A-Za-z0-9+/=\s]*"),
}
_LEAST = {"positiveInt": 1, "unsignedInt": 0}
_WHOLE = {"integer", "positiveInt", "unsignedInt"}
_FEW = {"code", "uri", "time"}
_FREE = {"string", "markdown"}
_NO_TEXTS = {*_WHOLE, "boolean", "decimal"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
PRIMITIVES = frozenset({*_FORMS, *_WHOLE, "boolean", "decimal", "string", "markdown", "integer64", "xhtml"})


def is_primitive(value: object, kind: str) -> bool:
    """Whether a value is one of a primitive type; codes are few and come many times, so they are remembered."""
    if type(value) is str:
        if kind in _FEW:
            return _is_code(value, kind)
        if kind in _FREE and value.isprintable() and not value.isspace() and value:
            return True
    return wrong_primitive(value, kind) is None


@lru_cache(maxsize=1024)
def _is_code(value: str, kind: str) -> bool:
    return wrong_primitive(value, kind) is None


def wrong_primitive(value: object, kind: str) -> str | None:
    """What a value of a primitive type should be, if it is not that; a float is let through, to be refused by name."""
    if kind not in _NO_TEXTS:
        if not isinstance(value, str) or not value.strip():
            return "write a text"
        form = _FORMS.get(kind)
        is_wrong = form is not None and form.fullmatch(value) is None
        return f"write a {kind}" if is_wrong or (not value.isprintable() and _CONTROL.search(value)) else None
    if kind == "boolean":
        return None if isinstance(value, bool) else "write true or false"
    if kind in _WHOLE:
        return None if _is_whole(value, _LEAST.get(kind)) else f"write a whole number{_from(_LEAST.get(kind))}"
    is_number = isinstance(value, int | Decimal | float) and not isinstance(value, bool)
    return None if is_number else "write a number"


def _is_whole(value: object, least: int | None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least)


def _from(least: int | None) -> str:
    return "" if least is None else f" from {least}"
