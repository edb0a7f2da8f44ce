"""Base of every record: frozen, closed values, and exact rationals that were never floats."""

from collections.abc import Mapping
from copy import copy
from difflib import get_close_matches
from typing import Any, Self, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from taper._base.items import is_listed, items_of
from taper._base.limits import DEEPEST, MOST_ITEMS
from taper._base.numbers import is_far
from taper._base.shown import cut, show
from taper.errors import InvalidInput, TaperError, printable

_Record = TypeVar("_Record", bound=BaseModel)

_ASKED = {
    r"\S": "something in it",
    r"^[a-z]{2}$": 'two letters such as "us"',
    r"^[a-z0-9][a-z0-9.+-]*$": 'lower-case letters and digits with "-" for a space, such as "my-medicine"',
    r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$": "letters, digits, spaces and . _ - only",
}
"""What the patterns of texts ask for, in words."""

_MOST_LISTED = 40
_TOO_DEEP = f"nested more than {DEEPEST} deep, which no plan is; check it"


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise InvalidInput("is empty; write at least one")
    return value


NotEmpty = AfterValidator(_some)
"""A tuple that holds something. Unlike a least length, it stays silent when an item of the tuple is wrong."""


def _plain(name: object, value: Any) -> Any:
    if is_far(value):
        return str(value)
    if not is_listed(value):
        return value
    items = items_of(value)
    if len(items) > MOST_ITEMS:
        raise InvalidInput(f"{show(name)} has more than {MOST_ITEMS} items; leave some out")
    return items


class Value(BaseModel):
    """An immutable record that accepts no field but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise as_invalid_input(error, type(self).__name__, type(self)) from None
        except RecursionError:
            raise InvalidInput(_TOO_DEEP, where=type(self).__name__) from None

    @model_validator(mode="before")
    @classmethod
    def _at_hand(cls, data: Any) -> Any:
        """The fields, of which none takes long to read: what may never end is listed, a far decimal is its text.

        A decimal with very many digits is refused at once where no text is wanted.
        """
        if isinstance(data, dict) and any(is_far(value) or is_listed(value) for value in data.values()):
            return {name: _plain(name, value) for name, value in data.items()}
        return data

    # Pydantic must build nested records itself, so that the path of an error stays whole.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def read(cls, data: object, *, where: str = "") -> Self:
        """Build the record from plain data, as read from JSON or TOML.

        Raises:
            InvalidInput: If anything is missing, unknown or wrong; the message lists each with its path.
        """
        try:
            return cls.validated(data)
        except ValidationError as error:
            raise as_invalid_input(error, where, cls) from None
        except RecursionError:
            raise InvalidInput(_TOO_DEEP, where=where) from None

    @classmethod
    def validated(cls, data: object) -> Self:
        """Build the record inside another, whose path an error then begins with.

        Raises:
            ValidationError: If anything is missing, unknown or wrong.
        """
        return super().model_validate(data)

    @classmethod
    def model_validate(cls, obj: Any, **_options: Any) -> Self:
        """As `read`, under the name that pydantic gives it.

        Raises:
            InvalidInput: If anything is missing, unknown or wrong; the message lists each with its path.
        """
        return cls.read(obj)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_options: Any) -> Self:
        """Build the record from JSON.

        Raises:
            InvalidInput: If it is not JSON, or anything in it is missing, unknown or wrong.
        """
        try:
            return super().model_validate_json(json_data)
        except ValidationError as error:
            raise as_invalid_input(error, "", cls) from None

    @classmethod
    def model_construct(  # type: ignore[override] # the plugin of pydantic for mypy says less of each record
        cls, _fields_set: set[str] | None = None, **values: Any
    ) -> Self:
        """Build the record as calling its class does: what was not looked at would break later, and elsewhere.

        Raises:
            InvalidInput: If anything is missing, unknown or wrong.
        """
        return cls.read(_as_given(cls, values))

    def __setattr__(self, name: str, value: object) -> None:
        try:
            super().__setattr__(name, value)
        except ValidationError:
            raise AttributeError(_immutable(self)) from None

    def __delattr__(self, name: str) -> None:
        try:
            super().__delattr__(name)
        except ValidationError:
            raise AttributeError(_immutable(self)) from None

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The record with some fields changed; they are read as when it is built.

        Raises:
            InvalidInput: If a field is unknown or wrong, or contradicts another.
        """
        made = super().model_copy(deep=deep)
        return type(self).read(_as_given(type(self), {**dict(made), **update})) if update else made


def changed(record: _Record, update: Mapping[str, Any]) -> _Record:
    """A record with some fields changed to values that are known to fit: none of it is looked at again."""
    return BaseModel.model_copy(record, update=update)


def _immutable(record: Value) -> str:
    return f"{type(record).__name__} is immutable; create a new one, with model_copy(update={{...}})"


def _as_given(kind: type[Value], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of their fields, under the keys that they are read by."""
    keys = {name: field.alias or name for name, field in kind.model_fields.items()}
    return {keys.get(name, name): value for name, value in values.items()}


def as_invalid_input(error: ValidationError, where: str, kind: type[Value]) -> TaperError:
    """Say each thing that a validation of a kind of record found, one a line, as path and plain words.

    A single problem that is one of our own errors keeps its type and its attributes.
    """
    items = error.errors(include_url=False)
    if len(items) == 1:
        path, cause = _path(items[0]), items[0].get("ctx", {}).get("error")
        made = copy(cause) if isinstance(cause, TaperError) else InvalidInput("")
        made.message, made.where = printable(_plain_words(items[0], path, kind)), printable(join_path(where, path))
        return made
    some = dict.fromkeys((_path(item), _plain_words(item, _path(item), kind)) for item in items[:_MOST_LISTED])
    lines = [f"  {path}: {what}" if path else f"  {what}" for path, what in some]
    more = len(items) - _MOST_LISTED
    lines += [f"  and {more} more"] * (more > 0)
    return InvalidInput(f"{len(some) + max(more, 0)} things are wrong:\n" + "\n".join(lines), where=where)


def _path(item: ErrorDetails) -> str:
    path = ""
    for part in item["loc"]:
        if not str(part).startswith(("~", "literal[")) and part != "[key]":
            path = f"{path}[{part}]" if isinstance(part, int) else join_path(path, cut(str(part)))
    return path


def _plain_words(item: ErrorDetails, path: str, kind: type[Value]) -> str:
    cause = item.get("ctx", {}).get("error")
    if isinstance(cause, TaperError):
        return cause.message if path.lower().endswith(cause.where.lower()) else str(cause)
    match item["type"]:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            near = get_close_matches(cut(str(item["loc"][-1])), _keys_at(kind, item["loc"][:-1]), n=1)
            advice = f"write {near[0]}" if near else "remove it or correct its spelling"
            return f"is not a known key; {advice}"
        case "too_long":
            return f"holds {len(item['input'])}, and may hold at most {item['ctx']['max_length']}; leave some out"
        case "string_pattern_mismatch":
            pattern = item["ctx"]["pattern"]
            return f"got {show(item['input'])}; write {_ASKED.get(pattern, f'text that matches {pattern}')}"
        case _:
            return f"{item['msg'][0].lower()}{item['msg'][1:]}, got {show(item['input'])}"


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
