"""TOML is read in bounded time, and what is out of all proportion is refused with its file."""

import time
from decimal import Decimal

import pytest

from taper import Formulary, InvalidInput
from taper._base.toml_text import read_toml_text

DIGITS = "holds a number with too many digits; write it in full, like 2.5"
PARTS = "has a key of more than 40 parts; check the file"
DEEP = "nested more than 40 deep; check the file"
REFUSED = {
    "a key of many parts": (".".join("a" * 100_000) + " = 1", PARTS),
    "a table of many parts": (f"[ {' . '.join('a' * 100_000)} ]", PARTS),
    "a quoted key of many parts": ("x = { " + ".".join(["'a b'"] * 41) + " = 1 }", PARTS),
    "many digits": (f"a = {'1' * 5000}", DIGITS),
    "many digits in base 16": (f"a = [{{ b = 0x{'f' * 100_000} }}]", DIGITS),
    "many lists": ("a = " + "[" * 100_000, DEEP),
    "lists in lists": (f"a = {'[' * 41}{']' * 41}", DEEP),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_out_of_proportion_is_refused_at_once(name, tmp_path):
    text, said = REFUSED[name]
    begun = time.process_time()
    with pytest.raises(InvalidInput) as refused:
        read_toml_text(text, where="file")
    assert str(refused.value) == f"file: {said}"
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(InvalidInput, match=r"^own\.toml: "):
        Formulary.shipped().overlaid(tmp_path / "own.toml")
    assert time.process_time() - begun < 5


def test_what_looks_like_a_long_key_and_is_none_costs_no_time():
    begun = time.process_time()
    for text in ("a" * 1_000_000, "'a'." * 200_000, '"' * 200_001, f"x = '{'1.2 ' * 200_000}'", "a." * 39 + "a = 1"):
        try:
            read_toml_text(text, where="file")
        except InvalidInput:
            continue
    assert time.process_time() - begun < 5


def test_numbers_are_read_from_their_text():
    assert read_toml_text(f"a = 2.50\nb = {10**3000}", where="file") == {"a": Decimal("2.50"), "b": 10**3000}
