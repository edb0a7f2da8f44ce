"""JSON is read strictly: one value a key, no floats, bounded depth and size, UTF-8."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper._base.json_text import (
    LARGEST_BYTES,
    NotJson,
    as_object,
    decode,
    read_json,
    read_json_file,
    read_json_lines,
    read_text_file,
)
from taper.errors import InvalidInput

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(plain)
def test_what_json_writes_is_read_back(data):
    assert read_json(json.dumps(data)) == data


def test_numbers_with_a_point_are_read_from_their_text():
    assert read_json("[0.1]") == [Decimal("0.1")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON at line 1, column 2"),
        ('{"a": 1, "a": 2}', 'the key "a" is written twice; keep one'),
        ('{"x": {"a": 1, "a": 2}}', 'the key "a" is written twice'),
        ("NaN", "NaN is not a number"),
        ("[-Infinity]", "-Infinity is not a number"),
        ("[" * 100_000, "nested more than 40 deep"),
        ("[" * 41 + "]" * 41, "nested more than 40 deep"),
        ('{"a":' * 41 + "1" + "}" * 41, "nested more than 40 deep"),
        ("1" * 5000, "too many digits"),
        ("1e" + "1" * 30, "too many digits"),
        ("[0E-" + "9" * 30 + "]", "too many digits"),
    ],
)
def test_anything_else_is_refused_with_its_place(text, words):
    with pytest.raises(NotJson, match=words) as caught:
        read_json(text, where="plan.json")
    assert caught.value.where == "plan.json"


def test_of_a_line_that_is_not_json_the_line_and_the_column_are_named():
    with pytest.raises(NotJson, match="not JSON at column 7:") as caught:
        list(read_json_lines('{"a": 1}\n\n{"a": }', where="log.ndjson"))
    assert caught.value.where == "log.ndjson, line 3"


def test_forty_levels_are_read_and_forty_one_are_not():
    assert read_json("[" * 40 + "]" * 40)
    with pytest.raises(NotJson):
        read_json("[" * 40 + "1" + "]" * 40)


def test_text_larger_than_named_is_refused():
    assert read_json("[12]", largest=4) == [12]
    with pytest.raises(NotJson, match="is larger than"):
        read_json("[123]", largest=4)


@pytest.mark.parametrize(
    ("text", "where"),
    [('"\\ud800"', ""), ('"\\uD800"', ""), ('{"a": {"b": ["", "\\udfff"]}}', "a.b[1]"), ('{"a": {"\\ud800": 1}}', "a")],
)
def test_half_of_a_character_is_refused_with_its_path(text, where):
    with pytest.raises(NotJson, match="half of a character") as caught:
        read_json(text)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("taper-log/1", "holds a log of what happened, and a plan is needed; name its file"),
        ("taper-plan/9", "format is 'taper-plan/9'; write \"taper-plan/1\""),
        ("other/1", "format is 'other/1'; write \"taper-plan/1\""),
    ],
)
def test_another_format_is_refused_with_what_it_is(written, words):
    with pytest.raises(InvalidInput, match=words):
        as_object({"format": written}, "a plan is a JSON object", where="x", form="taper-plan/1")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotJson, match=r"missing.json: cannot be read \(No such file"):
        read_text_file(tmp_path / "missing.json")


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(NotJson, match="cannot be read"):
        read_text_file(tmp_path)


def test_a_path_with_a_null_is_no_path():
    with pytest.raises(NotJson, match="is not a path"):
        read_text_file("a\0b")


def test_a_file_larger_than_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(NotJson, match="larger than 5 MB"):
        read_json_file(path)


def test_the_limit_itself_is_read():
    assert len(decode(b" " * LARGEST_BYTES, where="x")) == LARGEST_BYTES


def test_a_byte_order_mark_is_passed_over(tmp_path):
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf[1]")
    assert read_json_file(path) == [1]


def test_broken_utf_8_names_the_byte():
    with pytest.raises(NotJson, match="is not UTF-8 at byte 2"):
        decode(b"ab\xff", where="x")
