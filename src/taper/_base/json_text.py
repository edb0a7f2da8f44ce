"""Reading JSON strictly: one value a key, no floats, a depth and a size that a plan can have."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from taper.errors import InvalidInput

LARGEST_BYTES = 5_000_000
_DEEPEST = 40


class NotJson(InvalidInput):
    """Text that is not JSON, repeats a key, nests too deeply, or is too large."""


def read_json(text: str, *, where: str = "") -> Any:
    """Read JSON text; numbers with a point come back as Decimal, read from their text.

    Raises:
        NotJson: If it is not JSON, a key is repeated, or it nests more than 40 deep.
    """
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"not JSON at line {error.lineno}, column {error.colno}: {error.msg.lower()}; correct it there"
        raise NotJson(message, where=where) from None
    except RecursionError:
        raise NotJson(f"nested more than {_DEEPEST} deep, which no plan is; check the file", where=where) from None
    except NotJson as error:
        raise NotJson(error.message, where=where) from None
    except ValueError:
        raise NotJson("holds a number with too many digits; write it in full, like 2.5", where=where) from None
    check_depth(data, where)
    return data


def read_json_file(path: str | Path) -> Any:
    """Read a JSON file of at most 5 MB in UTF-8.

    Raises:
        NotJson: If it is missing, too large, not UTF-8, or not JSON.
    """
    return read_json(read_text_file(path), where=str(path))


def as_object(data: Any, says: str, *, where: str, form: str | None = None) -> dict[str, Any]:
    """The data, if it is a JSON object, and one of the format named where there is one.

    Raises:
        InvalidInput: If not; the message is what was said of it.
    """
    if not isinstance(data, dict):
        raise InvalidInput(f"{says}; write {{...}}", where=where)
    if form is not None and data.get("format") != form:
        raise InvalidInput(f'format is {data.get("format")!r}; write "{form}"', where=where)
    return data


def read_text_file(path: str | Path, *, largest: int = LARGEST_BYTES) -> str:
    """Read a text file in UTF-8, of at most 5 MB if no other size is named.

    Raises:
        NotJson: If it is missing, too large or not UTF-8.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise NotJson(f"cannot be read ({error.strerror}); check the path", where=str(path)) from None
    except ValueError:
        raise NotJson("is not a path; check the path", where=repr(str(path))) from None
    return decode(data, where=str(path), largest=largest)


def decode(data: bytes, *, where: str, largest: int = LARGEST_BYTES) -> str:
    """Decode UTF-8, with or without a byte order mark, of at most 5 MB if no other size is named.

    Raises:
        NotJson: If it is larger or is not UTF-8.
    """
    if len(data) > largest:
        raise NotJson(f"is larger than {largest // 1_000_000} MB, which no plan is; check the file", where=where)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(f"is not UTF-8 at byte {error.start}; save it as UTF-8", where=where) from None


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
    for _ in range(_DEEPEST):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise NotJson(f"nested more than {_DEEPEST} deep, which no plan is; check the file", where=where)


def _children(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []
