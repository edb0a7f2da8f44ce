"""Extensions: those that are known, those that are only reported, and those that could decide a dose or a day."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from taper._base.shown import show
from taper.formats.fhir.quantity import word_of
from taper.formats.fhir.read.elements import as_list, as_map, is_map, names_of
from taper.formats.fhir.read.import_report import Notes
from taper.formats.fhir.tables import table

# What holds a period, a dose or a time, whatever it is called.
_TYPES = {
    "Period": "a period", "Timing": "a timing", "Dosage": "a dosage", "Duration": "a length of time",
    "Quantity": "an amount", "Range": "a range", "Ratio": "a ratio", "RatioRange": "a range",
    "Date": "a date", "DateTime": "a date", "Instant": "a time", "Time": "a time of day",
    "Age": "an age", "Count": "a count", "SampledData": "amounts", "Decimal": "a number",
    "Integer": "a number", "PositiveInt": "a number", "UnsignedInt": "a number", "Integer64": "a number",
    "Availability": "times",
}  # fmt: skip
# An extension says them as its value; within a value a trigger says them as its timing.
_DECISIVE = {f"{key}{kind}": what for kind, what in _TYPES.items() for key in ("value", "timing")}


@cache
def known_extensions(what: str) -> frozenset[str]:
    """The addresses of the extensions that say one thing, such as the period of use."""
    return frozenset(table("extensions")["extensions"][what])


def _is_known(url: str, *, of_order: bool) -> bool:
    """Whether an extension is read elsewhere; a period of use is read only where it is one of the order."""
    return any(url in known_extensions(what) for what in ("rendered", *(("period", "duration") if of_order else ())))


def has_url(extension: object, what: str) -> bool:
    """Whether something is an extension that says one thing, such as that a value is absent."""
    return is_map(extension) and word_of(extension, "url") in known_extensions(what)


def read_extension(
    extension: Mapping[str, Any], where: str, notes: Notes, *, decides: bool, of_order: bool = False
) -> None:
    """Report an extension that is not known, or refuse it where it holds a period, a dose or a time.

    Args:
        extension: The extension.
        where: Where it stands.
        notes: Where it is noted.
        decides: Whether it stands where doses and times are said.
        of_order: Whether it is one of a whole order.
    """
    url = word_of(extension, "url")
    if _is_known(url, of_order=of_order) or (url in known_extensions("absent") and not decides):
        return  # what is absent outside of doses and times is named as not read itself
    held = next(iter(_held(extension)), None)
    if decides and held is not None:
        notes.refuse(
            "extension", where, f"the extension {show(url)} holds {held} and is not known; say it in an element"
        )
    else:
        notes.report("not-read", where, f"the extension {show(url)} is not read")


def _held(data: object) -> Iterator[str]:
    """What decides a dose or a day, at any depth of an extension or of its value."""
    for key, item in as_map(data).items():
        if key in _DECISIVE:
            yield _DECISIVE[key]
        yield from _held(item)
    for item in as_list(data):
        yield from _held(item)


def extension_texts(data: object, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text that extensions hold, at any depth of some data, each with where its outermost extension stands."""
    if is_map(data):
        for key, item in data.items():
            place = f"{at}.{key}" if at else str(key)
            if key == "extension":
                for index, each in enumerate(as_list(item)):
                    yield from ((f"{place}[{index}]", text) for text in _texts(each))
            else:
                yield from extension_texts(item, place)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from extension_texts(item, f"{at}[{index}]")


def _texts(extension: object) -> Iterator[str]:
    held = as_map(extension)
    stated = [held.get("valueString"), held.get("valueMarkdown"), as_map(held.get("valueAnnotation")).get("text")]
    yield from (text for text in stated if isinstance(text, str))
    yield from names_of(held.get("valueCodeableConcept"))
    yield from names_of(as_map(held.get("valueCodeableReference")).get("concept"))
    yield from names_of({"coding": [held.get("valueCoding")]})
    for inner in as_list(held.get("extension")):
        yield from _texts(inner)


def find_extensions(body: Mapping[str, Any], what: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The extensions of a resource that say one thing, each with where it stands."""
    listed = enumerate(as_list(body.get("extension")))
    return [(f"extension[{index}]", item) for index, item in listed
            if isinstance(item, Mapping) and has_url(item, what)]  # fmt: skip
