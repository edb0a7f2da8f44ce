"""TOML is read in bounded time, and what is out of all proportion is refused with its file."""

from contextlib import suppress
from decimal import Decimal

import pytest

from odd_toml import LOOKS_ODD, REFUSED
from taper import Formulary, InvalidInput
from taper._base.toml_text import read_toml_text


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_out_of_proportion_is_refused_at_once(name, tmp_path):
    text, said = REFUSED[name]
    with pytest.raises(InvalidInput) as refused:
        read_toml_text(text, where="file")
    assert str(refused.value) == f"file: {said}"
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(InvalidInput, match=r"^own\.toml: "):
        Formulary.shipped().overlaid(tmp_path / "own.toml")


@pytest.mark.parametrize("text", LOOKS_ODD, ids=lambda text: f"{text[:6]}...")
def test_what_looks_so_is_read_or_refused(text):
    with suppress(InvalidInput):
        read_toml_text(text, where="file")


def test_numbers_are_read_from_their_text():
    assert read_toml_text(f"a = 2.50\nb = {10**3000}", where="file") == {"a": Decimal("2.50"), "b": 10**3000}
