"""Reading JSON strictly: one value a key, no floats, a depth and a size that a plan can have."""

import json
import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

from taper._base.files import read_bounded
from taper._base.limits import DEEPEST, LARGEST_BYTES
from taper._base.numbers import read_decimal
from taper._base.shown import show
from taper.errors import InvalidInput

_LEAVES = frozenset({str, int, float, Decimal, bool, type(None)})
_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN_LINES = re.compile(r"[}\]][ \t\r]*\n[ \t\r\n\ufeff]*[{\[]")  # one value alone has a comma here


TOO_MANY_DIGITS = "holds a number with too many digits; write it in full, like 2.5"


class NotJson(InvalidInput):
    """Text that is not JSON, repeats a key, nests too deeply, or is too large."""


def read_json(text: str, *, where: str = "", largest: int = LARGEST_BYTES, is_line: bool = False) -> Any:
    """Read JSON text, whole or a line of more; numbers with a point come back as Decimal, read from their text.

    Raises:
        NotJson: If it is not JSON, is larger than 5 MB or the size named, repeats a key, nests more than 40 deep, or
            holds half of a surrogate pair, which no file can.
    """
    if len(text) > largest:
        raise NotJson(_too_large(largest), where=where)
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_float=read_decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"column {error.colno}" if is_line else f"line {error.lineno}, column {error.colno}"
        message = f"not JSON at {place}: {error.msg.lower()}; correct it there"
        raise NotJson(message, where=where) from None
    except RecursionError:
        raise NotJson(f"nested more than {DEEPEST} deep, which no plan is; check the file", where=where) from None
    except NotJson as error:
        raise NotJson(error.message, where=where) from None
    except (ValueError, ArithmeticError):  # of a whole number, or of an exponent
        raise NotJson(TOO_MANY_DIGITS, where=where) from None
    check_depth(data, where)
    if "\\ud" in text or "\\uD" in text or _SURROGATE.search(text):
        _refuse_surrogates(data, where)
    return data


def is_json_lines(text: str) -> bool:
    """Whether one value ends on a line and another begins on a later one, as in NDJSON and in no JSON."""
    return _BETWEEN_LINES.search(text) is not None


def read_json_lines(text: str, *, where: str = "", largest: int = LARGEST_BYTES) -> Iterator[tuple[str, Any]]:
    """Read NDJSON, one value a line: where each stands, and the value; blank lines are left out.

    Raises:
        NotJson: As `read_json` of a line, which is named.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        held = line.removeprefix("\ufeff")
        if held.strip():
            place = f"line {number}"
            at = f"{where}, {place}" if where else place
            yield place, read_json(held, where=at, largest=largest, is_line=True)


def read_json_file(path: str | Path) -> Any:
    """Read a JSON file of at most 5 MB in UTF-8.

    Raises:
        NotJson: If it is missing, too large, not UTF-8, or not JSON.
    """
    return read_json(read_text_file(path), where=str(path))


_KINDS = {"taper-plan": "a plan", "taper-log": "a log of what happened", "taper-schedule": "a schedule"}


def as_object(data: Any, says: str, *, where: str, form: str | None = None) -> dict[str, Any]:
    """The data, if it is a JSON object, and one of the format named where there is one.

    Raises:
        InvalidInput: If not; the message is what was said of it.
    """
    if not isinstance(data, dict):
        raise InvalidInput(f"{says}; write {{...}}", where=where)
    if form is not None and data.get("format") != form:
        found, wanted = str(data.get("format")).partition("/")[0], form.partition("/")[0]
        if found != wanted and found in _KINDS:
            raise InvalidInput(f"holds {_KINDS[found]}, and {_KINDS[wanted]} is needed; name its file", where=where)
        raise InvalidInput(f'format is {show(data.get("format"))}; write "{form}"', where=where)
    return data


def read_text_file(path: str | Path, *, largest: int = LARGEST_BYTES) -> str:
    """Read a text file in UTF-8, of at most 5 MB if no other size is named.

    Raises:
        NotJson: If it is missing, too large or not UTF-8.
    """
    try:
        data = read_bounded(path, largest)
    except InvalidInput as error:
        raise NotJson(error.message, where=error.where) from None
    return decode(data, where=str(path), largest=largest)


def decode(data: bytes, *, where: str, largest: int = LARGEST_BYTES) -> str:
    """Decode UTF-8, with or without a byte order mark, of at most 5 MB if no other size is named.

    Raises:
        NotJson: If it is larger or is not UTF-8.
    """
    if len(data) > largest:
        raise NotJson(_too_large(largest), where=where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(f"is not UTF-8 at byte {error.start}; save it as UTF-8", where=where) from None


def _too_large(largest: int) -> str:
    return f"is larger than {largest // 1_000_000} MB, which no plan is; check the file"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise NotJson(f'the key "{key}" is written twice; keep one')
        made[key] = value
    return made


def _refuse_constant(name: str) -> Any:
    raise NotJson(f"{name} is not a number; write a plain number such as 2.5")


def check_depth(data: Any, where: str) -> None:
    """Refuse data that nests deeper than a plan can.

    Raises:
        NotJson: If it nests more than 40 deep.
    """
    level = [data]
    for _ in range(DEEPEST - 1):
        level = [part for part in chain.from_iterable(map(_parts, level)) if type(part) not in _LEAVES]
        if not level:
            return
    if any(map(_parts, level)):
        raise NotJson(f"nested more than {DEEPEST} deep, which no plan is; check the file", where=where)


def _parts(item: Any) -> Collection[Any]:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


def _refuse_surrogates(data: Any, where: str) -> None:
    for path, text in _texts(data, where):
        found = _SURROGATE.search(text)
        if found is not None:
            half = f"U+{ord(found[0]):04X}"
            raise NotJson(f"holds {half}, half of a character, which no file can hold; remove it", where=path)


def _texts(item: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text and key of some data, with its path."""
    if isinstance(item, str):
        yield path, item
    elif isinstance(item, list):
        for index, child in enumerate(item):
            yield from _texts(child, f"{path}[{index}]")
    elif isinstance(item, dict):
        for key, child in item.items():
            yield path, key
            yield from _texts(child, f"{path}.{key}" if path else key)
