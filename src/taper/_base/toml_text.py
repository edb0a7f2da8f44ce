"""Reading TOML in bounded time: keys and numbers of a size that a data file can have."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from taper._base.json_text import TOO_MANY_DIGITS, NotJson, check_depth
from taper._base.limits import DEEPEST
from taper._base.numbers import read_decimal
from taper.errors import InvalidInput

_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_TOO_DOTTED = re.compile(rf"(?<![\w-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{DEEPEST}}}")
_MOST_BITS = 10_000  # some 3000 digits; Python prints 4300


def read_toml_text(text: str, *, where: str) -> dict[str, Any]:
    """Read TOML text; numbers with a point come back as Decimal, read from their text.

    Raises:
        InvalidInput: If it is not TOML, nests more than 40 deep, or holds a whole number of thousands of digits.
    """
    if _TOO_DOTTED.search(text):  # the time to read such a key grows with the square of its parts
        raise InvalidInput(f"has a key of more than {DEEPEST} parts; check the file", where=where)
    try:
        data = tomllib.loads(text, parse_float=read_decimal)
        check_depth(data, where)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"not TOML: {error}; correct it there", where=where) from None
    except (RecursionError, NotJson):
        raise InvalidInput(f"nested more than {DEEPEST} deep; check the file", where=where) from None
    except (ValueError, ArithmeticError):  # whole numbers have 4300 digits at most, and exponents 18
        raise InvalidInput(TOO_MANY_DIGITS, where=where) from None
    if any(number.bit_length() > _MOST_BITS for number in _whole_numbers(data)):
        raise InvalidInput(TOO_MANY_DIGITS, where=where)
    return data


def _whole_numbers(held: Any) -> Iterator[int]:
    if isinstance(held, int):
        yield held
    elif isinstance(held, dict | list):
        for part in held.values() if isinstance(held, dict) else held:
            yield from _whole_numbers(part)
