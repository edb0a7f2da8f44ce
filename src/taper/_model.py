"""What every record here is built on: frozen, closed values, and rationals that were never floats."""

import re
from copy import copy
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Any, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError
from pydantic_core import ErrorDetails

from taper.errors import InvalidInput, TaperError

Rational = int | str | Decimal | Fraction
"""What an exact number may be given as. A float is refused: it was rounded before it arrived."""

_ASKED = {
    r"\S": "something in it",
    r"^[a-z]{2}$": 'two letters such as "us"',
    r"^[a-z0-9][a-z0-9.+-]*$": 'lower-case letters and digits with "-" for a space, such as "my-medicine"',
    r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$": "letters, digits, spaces and . _ - only",
}
"""What the patterns of texts ask for, in words."""

_LONGEST = 48
_LONGEST_BITS = 1000
_NUMBER = re.compile(r"(?:(\d+) )?(\d+)/(\d+)|(\d+)(?:\.(\d+))?", re.ASCII)


class NotExact(InvalidInput):
    """A number that is not exact, not finite, not plain, or not a number."""


def exact(value: object) -> Fraction:
    """Read a number as an exact fraction.

    Args:
        value: An int, Fraction, Decimal or text such as "2.5", "1/2" or "3 1/3".

    Raises:
        NotExact: If the value is a float, is not finite, or is text in any other shape.
    """
    match value:
        case bool() | None:
            raise NotExact(f'a number was expected, got {value!r}; write text such as "2.5"')
        case int() | Fraction():
            return _bounded(Fraction(value))
        case Decimal():
            return _from_decimal(value)
        case float():
            raise NotExact(f'{value!r} is a float, rounded before it arrived; write the text "{value!r}"')
        case str():
            return _from_text(value)
        case _:
            raise NotExact(f'a number was expected, got {type(value).__name__}; write text such as "2.5"')


def _bounded(value: Fraction) -> Fraction:
    # Python refuses to print longer integers, so a message about one would fail in its turn.
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LONGEST_BITS:
        raise NotExact("the number has more digits than any amount; write a plain number such as 2.5")
    return value


def _from_decimal(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise NotExact(f"{value} is not a finite number; write a plain number such as 2.5")
    if value.is_zero() and value.is_signed():
        raise NotExact("-0 is not an amount; write 0")
    if abs(value.adjusted()) > 30 or len(value.as_tuple().digits) > _LONGEST:
        raise NotExact("the number has more digits than any amount; write a plain number such as 2.5")
    return Fraction(value)


def _from_text(text: str) -> Fraction:
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise NotExact(_why_not_a_number(text))
    whole, top, bottom, head, tail = found.groups()
    if head is not None:
        return Fraction(int(head + (tail or "")), 10 ** len(tail or ""))
    if int(bottom) == 0:
        raise NotExact(f"{text!r} divides by zero; write it like 1/2")
    return int(whole or 0) + Fraction(int(top), int(bottom))


def _why_not_a_number(text: str) -> str:
    if len(text) > _LONGEST:
        return f"a number of {len(text)} characters is longer than any amount; write it in full, like 2.5"
    if not text.strip():
        return "the number is empty; write it like 2.5"
    if not text.isascii():
        return f"{text!r} holds characters other than the digits 0 to 9; write it like 2.5"
    if "," in text:
        point, plain = text.replace(",", "."), text.replace(",", "")
        return f"{text!r} holds a comma, which can mean two things; write {point} or {plain}"
    if text.lstrip().startswith("-"):
        return f"{text!r} is negative; write 0 or a positive number"
    if re.fullmatch(r"[\d.]+[eE][+-]?\d+", text):
        return f"{text!r} is written with an exponent; write it in full, like 2.5"
    return f"{text!r} is not a plain number; write it like 5, 2.5, 1/2 or 3 1/3"


def write_number(value: Fraction) -> str:
    """Write an exact number so that reading it gives it back: 2.5, 0.125, 3 1/3.

    No trailing zero, always a leading zero; a decimal of more than 12 places is written as a fraction.
    """
    sign, value = ("-", -value) if value < 0 else ("", value)
    scaled = value * 10**12
    if scaled.denominator == 1:
        whole, part = divmod(scaled.numerator, 10**12)
        decimals = f"{part:012d}".rstrip("0")
        return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"
    whole, rest = divmod(value.numerator, value.denominator)
    ratio = f"{rest}/{value.denominator}"
    return f"{sign}{whole} {ratio}" if whole else f"{sign}{ratio}"


def write_count(value: Fraction) -> str:
    """Write a count of units as people say it: 1, 1/2, 1 1/2."""
    whole, rest = divmod(value.numerator, value.denominator)
    part = f"{rest}/{value.denominator}" if rest else ""
    return f"{whole} {part}" if whole and part else part or str(whole)


def say_count(value: Fraction) -> str:
    """A count for a person: "1 and 1/2", since 1 1/2 has been read as 11/2."""
    return write_count(value).replace(" ", " and ")


def write_percent(part: Fraction) -> str:
    """Write a part of one as a percentage: 12.5 %, or about 33.3 % where it has more than two decimals.

    What is rounded, half to even, says "about".
    """
    percent = part * 100
    if (percent * 100).denominator == 1:
        return f"{write_number(percent)} %"
    return f"about {write_number(Fraction(round(percent * 10), 10))} %"


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise InvalidInput("is empty; write at least one")
    return value


NotEmpty = AfterValidator(_some)
"""A tuple that holds something. Unlike a least length, it stays silent when an item of the tuple is wrong."""

Exact = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(write_number, return_type=str)]
"""A field that holds an exact number and is written as text."""


Count = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(write_count, return_type=str)]
"""A field that holds a count of units and is written as 1 1/2."""


class Value(BaseModel):
    """A record that never changes and holds no field but its own."""

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
