"""Every element of a resource accounted for: of its version's list, of its type, as often as it may stand, and read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from taper.formats.fhir.read.elements import MODIFIER, RULES, as_list, is_map, refuse_modifiers
from taper.formats.fhir.read.extensions import has_url, read_extension
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.read.primitives import PRIMITIVES, is_primitive, wrong_primitive
from taper.formats.fhir.read.shape import BY_CODE, NAMED, Known, Shape, shape_of
from taper.formats.fhir.write.medication import Version
from taper.formats.fhir.write.request import REVIEW_THERAPY

_SUPPLY = "dispenseRequest"  # what is supplied is compared, and decides no dose
_REQUESTS = {"MedicationRequest", "MedicationStatement", "MedicationDispense"}


_PERIOD = re.compile(r"effective(Dose)?Period|extension\[\d+\]\.valuePeriod")


@dataclass(frozen=True, slots=True)
class Unread:
    """The path of each element of a resource that is not read, and whether it holds extensions or odd elements."""

    paths: list[str]
    is_extended: bool


def check_shape(body: Mapping[str, Any], kind: str, version: Version, where: str, notes: Notes) -> Unread:
    """Refuse what a type does not have or has otherwise, and extensions that decide something; name what is not read.

    Args:
        body: The resource or the Dosage.
        kind: Its type.
        version: Whose elements it may have.
        where: Where it stands.
        notes: Where refusals and extensions go.

    Returns:
        The path, from here, of each element that is not read.
    """
    walk = _Walk(version, where, notes)
    walk.object(body, kind, "")
    return Unread(walk.unread, walk.is_extended)


@dataclass(slots=True)
class _Here:
    """One object of a walk: what it holds, its shape, where it stands, and whether what is read holds it."""

    data: Mapping[str, Any]
    shape: Shape
    path: str
    is_read: bool

    @property
    def decides(self) -> bool:
        """Whether a dose, a time or a length is said here."""
        return self.shape.decides or self.path.startswith("dosage") or _PERIOD.fullmatch(self.path) is not None


class _Walk:
    """One walk through a resource."""

    def __init__(self, version: Version, where: str, notes: Notes) -> None:
        self._version, self._where, self._notes = version, where, notes
        self._shapes: dict[str, Shape] = {}
        self.unread: list[str] = []
        self.is_extended = False

    def object(self, data: Mapping[str, Any], kind: str, path: str, *, is_read: bool = False) -> None:
        """Look into an object; `is_read` says that it is a part of what is read for doses, times and texts."""
        shape = self._shapes.get(kind) or self._shape_of(kind)
        here = _Here(data, shape, path, is_read=is_read or shape.decides or path.startswith("dosage"))
        if not data:
            self._refuse(path, "it is empty; leave it out")
        found: dict[str, str] = {}
        for key, value in data.items():
            known = shape.keys.get(key)
            if known is not None and known.is_simple and is_primitive(value, known.kind):
                if not known.is_read:
                    self.unread.append(f"{path}.{key}" if path else key)
                continue
            at = f"{path}.{key}" if path else str(key)
            if known is None:
                self._unknown(key, value, at, here)
                continue
            if known.element != key and found.setdefault(known.element, key) != key:
                self._refuse(at, f"{found[known.element]} says the same; write one of them")
            if not (known.is_plain and self._parts(value, known, at, is_read=here.is_read and key != _SUPPLY)):
                self._key(key, known, value, at, here)
        for element, keys in shape.required:
            if not any(key in data or f"_{key}" in data for key in keys):
                self._refuse(path, f"it has no {element.removesuffix('[x]')}, which FHIR requires; add it")

    def _shape_of(self, kind: str) -> Shape:
        shape = shape_of(kind, self._version)
        assert shape is not None  # the lists hold each type that an element of theirs names
        return self._shapes.setdefault(kind, shape)

    def _parts(self, value: Any, known: Known, at: str, *, is_read: bool) -> bool:
        """Look into a value, or a list of them; whether each is of its type, so that no more is to be said of it."""
        if known.kind in PRIMITIVES:
            values = value if known.many and type(value) is list else ()
            return bool(values) and all(is_primitive(item, known.kind) for item in values)
        if not known.many:
            if type(value) is not dict:
                return False
            self.object(value, known.kind, at, is_read=is_read)
            return True
        if type(value) is not list or not value or not all(type(item) is dict for item in value):
            return False
        for index, item in enumerate(value):
            self.object(item, known.kind, f"{at}[{index}]", is_read=is_read)
        return True

    def _key(self, key: str, known: Known, value: Any, at: str, here: _Here) -> None:
        if key == "modifierExtension":
            self.is_extended = True
            self._notes.refuse("status", self._path(here.path), MODIFIER)
        elif key == "extension":
            of_order = not here.path and "subject" in here.shape.keys
            self._extensions(value, at, decides=here.is_read, of_order=of_order)
        elif key == "implicitRules":
            self._notes.refuse("status", self._path(at), RULES)
        else:
            if not known.is_read:
                self.unread.append(at)
            elif key in NAMED and not (key == "code" and "repeat" in here.shape.keys):
                self._name_parts(key, value, at)
            self._values(value, known, at, is_read=here.is_read and known.is_read and key != _SUPPLY)

    def _unknown(self, key: str, value: Any, at: str, here: _Here) -> None:
        """A key that its type does not have: the type of a resource, what stands beside a value, or refused."""
        if key == "resourceType" and "implicitRules" in here.shape.keys:
            return
        if isinstance(key, str) and key.startswith("_"):
            self._sibling(key[1:], value, at, here)
        else:
            self._refuse(at, f"FHIR {self._version} has no such element; remove it, or say it in one that is known")

    def _name_parts(self, key: str, value: Any, at: str) -> None:
        """Name what is not read of a concept or a reference of which only the name, or only the code, is read."""
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            if not is_map(item):
                continue
            place = f"{at}[{index}]" if isinstance(value, list) else at
            if "reference" in item and ("concept" in item or key == "reason"):
                self.unread.append(f"{place}.reference")
            inner = item.get("concept") if "concept" in item else item
            self._name_codings(inner, f"{place}.concept" if inner is not item else place, by_code=key in BY_CODE)

    def _name_codings(self, concept: Any, at: str, *, by_code: bool) -> None:
        left = ("system", "display") if by_code else ("system", "code")
        if by_code and is_map(concept) and concept.get("text") not in (None, REVIEW_THERAPY):
            self.unread.append(f"{at}.text")
        codings = concept.get("coding") if is_map(concept) else None
        for index, coding in enumerate(codings if isinstance(codings, list) else []):
            if is_map(coding):
                self.unread += [f"{at}.coding[{index}].{key}" for key in left if key in coding]

    def _values(self, value: Any, known: Known, at: str, *, is_read: bool) -> None:
        if known.many != isinstance(value, list):
            self._refuse(at, _why_not_as_often(value, known))
            return
        if not known.many:
            self._value(value, known, at, is_read=is_read)
        elif not value:
            self._refuse(at, "the list is empty; leave it out")
        else:
            for index, item in enumerate(value):
                self._value(item, known, f"{at}[{index}]", is_read=is_read)

    def _value(self, item: Any, known: Known, at: str, *, is_read: bool) -> None:
        if known.kind in PRIMITIVES:
            if item is None and known.many:
                return
            wrong = wrong_primitive(item, known.kind)
            if wrong is not None:
                shown = str(item) if isinstance(item, Decimal) else repr(item)
                self._refuse(at, f"{shown:.60} is no {known.kind}; {wrong}")
            return
        if not is_map(item):
            self._refuse(at, f"{item!r:.60} is no {known.kind}; write an object")
            return
        kind = self._resource(item, at) if known.kind == "Resource" else known.kind
        if kind is None or (known.kind == "Resource" and not known.is_read):
            return
        mark = len(self.unread)
        self.object(item, kind, at, is_read=is_read)
        if not known.is_read:
            del self.unread[mark:]  # what is not read as a whole is not named again part by part

    def _resource(self, item: Mapping[str, Any], at: str) -> str | None:
        """The type of a resource within that is looked into: a Medication; any other is named, or read by itself."""
        kind = item.get("resourceType")
        if not isinstance(kind, str):
            self._refuse(at, "it has no resourceType that is a text; add it")
            return None
        if kind == "Medication":
            return kind
        if kind in _REQUESTS and at.startswith("entry["):
            return None  # it is read, or listed, by itself
        self.unread.append(f"{at} ({shown_kind(item)})")
        refuse_modifiers(item, self._path(at), self._notes)
        if "implicitRules" in item:
            self._notes.refuse("status", self._path(f"{at}.implicitRules"), RULES)
        return None

    def _sibling(self, key: str, value: Any, at: str, here: _Here) -> None:
        """What stands beside a primitive value: extensions of it, and an id."""
        known, data, decides = here.shape.keys.get(key), here.data, here.decides
        if known is None or known.kind not in PRIMITIVES:
            self._refuse(at, f"FHIR {self._version} has no such element; remove it")
            return
        if known.many != isinstance(value, list) or not value:
            self._refuse(at, "it is empty; leave it out" if not value else _why_not_as_often(value, known))
            return
        held = value if isinstance(value, list) else [value]
        given_here = data.get(key)
        values = given_here if isinstance(given_here, list) else [given_here] * len(held)
        for item, given in zip_longest(held, values[: len(held)]):
            if item is None and known.many:
                continue
            if not item or not is_map(item) or set(item) - {"id", "extension"}:
                self._refuse(at, "only an id and extensions may stand beside a value; remove the rest")
                continue
            if given is None and decides:
                self._refuse(at, f"{key} has no value, only an extension in its place; write the value")
            if given is not None and any(has_url(each, "absent") for each in as_list(item.get("extension"))):
                self._refuse(at, f"{key} has a value, and an extension says that it has none; remove one of them")
            if "id" in item:
                self.unread.append(f"{at}.id")
            self._extensions(item.get("extension", []), f"{at}.extension", decides=here.is_read)

    def _extensions(self, value: Any, at: str, *, decides: bool, of_order: bool = False) -> None:
        self.is_extended = True
        if not isinstance(value, list):
            self._refuse(at, f"{value!r:.60} is no list; write a list")
            return
        for index, item in enumerate(value):
            place = f"{at}[{index}]"
            if not is_map(item):
                self._refuse(place, f"{item!r:.60} is no Extension; write an object")
                continue
            mark = len(self.unread)
            self.object(item, "Extension", place)
            del self.unread[mark:]
            read_extension(item, self._path(place), self._notes, decides=decides, of_order=of_order)

    def _refuse(self, path: str, what: str) -> None:
        self.is_extended = True  # what is refused is not looked into
        self._notes.refuse("element", self._path(path), what)

    def _path(self, path: str) -> str:
        return f"{self._where}.{path}" if path and self._where else path or self._where


def shown_kind(resource: Mapping[str, Any]) -> str:
    """The type of a resource that is not read, and whether it holds orders, as Parameters may."""
    holds = any(map(_holds_orders, resource.values()))
    return f"{resource['resourceType']}{', which holds orders' if holds else ''}"


def _holds_orders(data: object) -> bool:
    if is_map(data):
        kind = data.get("resourceType")
        return (isinstance(kind, str) and kind in _REQUESTS) or any(map(_holds_orders, data.values()))
    return any(map(_holds_orders, as_list(data)))


def _why_not_as_often(value: object, known: Known) -> str:
    return f"{value!r:.60} is {'no list; write a list' if known.many else 'a list; write one value'}"
