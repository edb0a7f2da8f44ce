"""The error tree: every error of this library is a TaperError and the builtin it specializes."""

import pytest

import taper
from taper import CannotCompute, InvalidInput, MissingExtra, NotFound, OutOfScope, TaperError

BUILTINS = {
    InvalidInput: ValueError,
    CannotCompute: ValueError,
    NotFound: LookupError,
    MissingExtra: ImportError,
    OutOfScope: ValueError,
}


@pytest.mark.parametrize("kind", BUILTINS)
def test_each_base_specializes_a_builtin(kind):
    assert issubclass(kind, TaperError)
    assert issubclass(kind, BUILTINS[kind])


def test_the_place_comes_before_the_message():
    error = InvalidInput("got 0; write 1", where="steps[0]")
    assert str(error) == "steps[0]: got 0; write 1"
    assert (error.where, error.message) == ("steps[0]", "got 0; write 1")


def test_without_a_place_the_message_stands_alone():
    assert str(InvalidInput("got 0; write 1")) == "got 0; write 1"


def test_what_is_no_text_is_named_by_its_type():
    assert str(InvalidInput(5, where=[1])) == "(list): (int)"


def test_near_names_are_an_attribute():
    assert NotFound("not held", near=("clonidine", "clozapine")).near == ("clonidine", "clozapine")


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'dosage'"):
        taper.dosage  # noqa: B018


def test_every_public_name_is_listed():
    assert set(taper.__all__) <= set(dir(taper))


@pytest.mark.parametrize("text", ["x", "\x1b", "a\x1b[31m\0\n", "\U000e0001", "\n", "m\udcff"])
@pytest.mark.parametrize("times", [1, 1000, 10_000, 1_000_000])
def test_an_error_with_its_place_is_no_longer_than_a_person_can_read(text, times):
    for where in ("", text * times):
        error = InvalidInput(text * times, where=where)
        error.where = error.where or where  # as one that passes it on may do
        assert max(len(str(error)), len(error.message)) <= 10_000
        assert str(error).replace("\n", "").isprintable()
        assert str(error).startswith((where or text)[0] if text in "ax" else ("\\", "a", "\n", "m"))
