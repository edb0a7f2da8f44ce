"""Base of every record: frozen, closed values, and exact rationals that were never floats."""

from copy import copy
from difflib import get_close_matches
from typing import Any, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from taper.errors import InvalidInput, TaperError

_ASKED = {
    r"\S": "something in it",
    r"^[a-z]{2}$": 'two letters such as "us"',
    r"^[a-z0-9][a-z0-9.+-]*$": 'lower-case letters and digits with "-" for a space, such as "my-medicine"',
    r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$": "letters, digits, spaces and . _ - only",
}
"""What the patterns of texts ask for, in words."""


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise InvalidInput("is empty; write at least one")
    return value


NotEmpty = AfterValidator(_some)
"""A tuple that holds something. Unlike a least length, it stays silent when an item of the tuple is wrong."""


class Value(BaseModel):
    """An immutable record that accepts no field but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise as_invalid_input(error, type(self).__name__, type(self)) from None

    # Pydantic must build nested records itself, so that the path of an error stays whole.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def read(cls, data: object, *, where: str = "") -> Self:
        """Build the record from plain data, as read from JSON or TOML.

        Raises:
            InvalidInput: If anything is missing, unknown or wrong; the message lists each with its path.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise as_invalid_input(error, where, cls) from None


def as_invalid_input(error: ValidationError, where: str, kind: type[Value]) -> TaperError:
    """Say each thing that a validation of a kind of record found, one a line, as path and plain words.

    A single problem that is one of our own errors keeps its type and its attributes.
    """
    items = error.errors(include_url=False)
    if len(items) == 1:
        path, cause = _path(items[0]), items[0].get("ctx", {}).get("error")
        made = copy(cause) if isinstance(cause, TaperError) else InvalidInput("")
        made.message, made.where = _plain_words(items[0], path, kind), join_path(where, path)
        return made
    lines = dict.fromkeys((_path(item), _plain_words(item, _path(item), kind)) for item in items)
    text = "\n".join(f"  {path}: {what}" if path else f"  {what}" for path, what in lines)
    return InvalidInput(f"{len(lines)} things are wrong:\n{text}", where=where)


def _path(item: ErrorDetails) -> str:
    path = ""
    for part in item["loc"]:
        if not str(part).startswith("~") and part != "[key]":
            path = f"{path}[{part}]" if isinstance(part, int) else join_path(path, str(part))
    return path


def _plain_words(item: ErrorDetails, path: str, kind: type[Value]) -> str:
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, TaperError):
        return cause.message if path.lower().endswith(cause.where.lower()) else str(cause)
    match item["type"]:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            near = get_close_matches(str(item["loc"][-1]), _keys_at(kind, item["loc"][:-1]), n=1)
            advice = f"write {near[0]}" if near else "remove it or correct its spelling"
            return f"is not a known key; {advice}"
        case "string_pattern_mismatch":
            pattern = item["ctx"]["pattern"]
            return f"got {item['input']!r}; write {_ASKED.get(pattern, f'text that matches {pattern}')}"
        case _:
            got = repr(item["input"])
            return f"{item['msg'][0].lower()}{item['msg'][1:]}, got {got if len(got) < 60 else got[:57] + '...'}"


def _keys_at(kind: type[Value], path: tuple[int | str, ...]) -> list[str]:
    """The keys of the records that may stand at a path below a kind of record."""
    kinds = {kind}
    for part in path:
        if isinstance(part, str) and not part.startswith("~"):
            kinds = {found for one in kinds for found in _records_in(_fields(one).get(part))} or kinds
    return sorted({key for one in kinds for key in _fields(one)})


def _fields(kind: type[Value]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _records_in(annotation: Any) -> set[type[Value]]:
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return {annotation}
    return {found for part in get_args(annotation) for found in _records_in(part)}


def join_path(path: str, part: str) -> str:
    """Join two parts of a path as `courses[0].steps`."""
    if not path or not part:
        return path or part
    return f"{path}{part}" if part.startswith("[") else f"{path}.{part}"
