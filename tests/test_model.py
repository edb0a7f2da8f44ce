"""Exact numbers, how they are written, and records that refuse what they do not know."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper._base.numbers import Exact, NotExact, exact, write_count, write_number, write_percent
from taper._base.records import NotEmpty, Value, join_path
from taper.errors import InvalidInput
from taper.people.measuring import ImplausibleValue
from taper.people.patient import Patient
from taper.plans.log import Log
from taper.plans.plan import Plan

finite = st.fractions(0, 10**9, max_denominator=10**9)


HELD = {"drug": "baclofen", "then": "stop", "steps": [{"for": "1 week", "regimen": {"evening": "5 mg"}}]}


class Inner(Value):
    amount: Exact


class Outer(Value):
    inner: Inner
    many: tuple[int, ...] = ()
    some: "tuple[int, ...] | None" = None


class TestReadingANumber:
    @given(finite)
    def test_what_is_written_is_read_back(self, number):
        assert exact(write_number(number)) == number

    @given(st.integers(0, 10**40))
    def test_integers_are_kept(self, number):
        assert exact(number) == number

    @given(st.decimals(0, 10**9, places=6))
    def test_decimals_keep_their_text(self, number):
        assert exact(number) == Fraction(str(number))

    @given(st.floats())
    def test_no_float_is_accepted_and_the_message_offers_text(self, number):
        with pytest.raises(NotExact, match="is a float") as caught:
            exact(number)
        assert f'write the text "{number!r}"' in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "value"),
        [("5", 5), ("2.5", Fraction(5, 2)), ("1/2", Fraction(1, 2)), ("3 1/3", Fraction(10, 3)), ("0", 0)],
    )
    def test_plain_shapes_are_read(self, text, value):
        assert exact(text) == value

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (True, "a number was expected"),
            (None, "a number was expected"),
            ([], "got list"),
            ("", "is empty"),
            ("  ", "is empty"),
            ("\u0665", "other than the digits 0 to 9"),
            ("\uff15", "other than the digits 0 to 9"),
            ("2,5", "write 2.5 or 25"),
            ("1,000", "write 1.000 or 1000"),
            ("-5", "is negative"),
            ("1e3", "exponent"),
            ("2.5E-3", "exponent"),
            ("1/0", "divides by zero"),
            ("3 1/0", "divides by zero"),
            (".5", "not a plain number"),
            ("5.", "not a plain number"),
            ("+5", "not a plain number"),
            ("inf", "not a plain number"),
            ("0x5", "not a plain number"),
            ("1_000", "not a plain number"),
            ("9" * 49, "49 characters"),
            (Decimal("NaN"), "not a finite"),
            (Decimal("Infinity"), "not a finite"),
            (Decimal("-0"), "-0 is not an amount"),
            (Decimal("1E+400"), "more digits"),
            (Decimal("1E-400"), "more digits"),
        ],
    )
    def test_anything_else_is_refused_with_what_to_write(self, value, words):
        with pytest.raises(NotExact, match=words):
            exact(value)

    @pytest.mark.parametrize("sign", [1, -1])
    def test_a_number_too_long_to_print_is_refused_in_words(self, sign):
        for value in (sign * 10**5000, Fraction(sign, 10**5000)):
            with pytest.raises(NotExact, match="more digits"):
                exact(value)


class TestWritingANumber:
    @given(finite)
    def test_there_is_no_trailing_zero_and_always_a_leading_one(self, number):
        text = write_number(number)
        assert not text.startswith((".", "+"))
        if "." in text:
            assert not text.endswith("0")
            assert text.split(".")[0].isdigit()

    def test_twelve_places_are_decimal_and_thirteen_are_a_fraction(self):
        assert write_number(Fraction(1, 10**12)) == "0.000000000001"
        assert write_number(Fraction(1, 10**13)) == "1/10000000000000"

    @pytest.mark.parametrize(
        ("number", "text"),
        [("10/3", "3 1/3"), ("1/3", "1/3"), ("-1/3", "-1/3"), ("-5/2", "-2.5"), ("0", "0"), ("100", "100")],
    )
    def test_numbers_without_an_end_are_mixed(self, number, text):
        assert write_number(Fraction(number)) == text

    @given(st.fractions(0, 1000, max_denominator=4).filter(bool))
    def test_a_count_is_read_back_as_a_number(self, count):
        assert exact(write_count(count)) == count

    @pytest.mark.parametrize(("count", "text"), [("1", "1"), ("1/2", "1/2"), ("3/2", "1 1/2"), ("0", "0")])
    def test_a_count_is_written_as_people_say_it(self, count, text):
        assert write_count(Fraction(count)) == text

    @given(st.fractions(0, 10, max_denominator=1000))
    def test_a_percentage_is_exact_or_says_about(self, part):
        text = write_percent(part)
        number = exact(text.removeprefix("about ").removesuffix(" %"))
        if text.startswith("about "):
            assert abs(number - part * 100) <= Fraction(1, 20)
            assert number != part * 100
        else:
            assert number == part * 100


class TestRecords:
    def test_a_record_never_changes(self):
        inner = Inner(amount=1)
        with pytest.raises(AttributeError, match="Inner is immutable; create a new one"):
            inner.amount = 2

    def test_a_nested_path_is_whole_when_built_and_when_read(self):
        with pytest.raises(InvalidInput) as built:
            Outer(inner={"amount": 0.5})
        with pytest.raises(InvalidInput) as read:
            Outer.read({"inner": {"amount": 0.5}}, where="file.json")
        assert built.value.where == "Outer.inner.amount"
        assert read.value.where == "file.json.inner.amount"

    def test_one_problem_of_our_own_keeps_its_type(self):
        with pytest.raises(NotExact):
            Outer.read({"inner": {"amount": "x"}})

    def test_one_problem_of_our_own_keeps_its_attributes(self):
        with pytest.raises(ImplausibleValue) as caught:
            Patient.read({"creatinine": "106 mg/dL"})
        assert caught.value.likely == "106 umol/L"
        assert caught.value.where == "creatinine"

    def test_several_problems_are_listed_each_with_its_path(self):
        with pytest.raises(InvalidInput) as caught:
            Outer.read({"inner": {}, "many": [1, "x"], "extra": 1})
        text = str(caught.value)
        assert "3 things are wrong" in text
        assert "inner.amount: is missing; add it" in text
        assert "many[1]: " in text
        assert "extra: is not a known key; remove it or correct its spelling" in text

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"titel": "x", "courses": [HELD]}, "titel: is not a known key; write title"),
            ({"courses": [HELD | {"befor": "nothing"}]}, "courses[0].befor: is not a known key; write before"),
            (
                {"courses": [HELD | {"before": {"regimen": {"noon": "5 mg"}, "fro": "1 year"}}]},
                "fro: is not a known key; write for",
            ),
            ({"courses": [HELD | {"color": "red"}]}, "courses[0].color: is not a known key; remove it"),
        ],
        ids=["at the top", "inside", "inside one of several kinds", "like none"],
    )
    def test_an_unknown_key_names_the_key_of_its_own_record_that_is_like_it(self, data, words):
        with pytest.raises(InvalidInput) as caught:
            Plan.read(data)
        assert words in str(caught.value)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (
                {"courses": [HELD | {"id": "a/b"}]},
                "courses[0].id: got 'a/b'; write letters, digits, spaces and . _ - only",
            ),
            ({"courses": [HELD | {"products": ["My tablet"]}]}, "got 'My tablet'; write lower-case letters and digits"),
        ],
        ids=["a course", "a product"],
    )
    def test_a_name_that_is_not_one_says_how_names_are_written(self, data, words):
        with pytest.raises(InvalidInput) as caught:
            Plan.read(data)
        assert words in str(caught.value)

    def test_a_pattern_without_words_is_shown_itself(self):
        with pytest.raises(InvalidInput, match=r"plan: got 'x'; write text that matches \^\[0-9a-f\]\{64\}\$"):
            Log.read({"plan": "x", "start": "2027-03-01"})

    def test_a_problem_of_the_whole_is_listed_without_a_path(self):
        class Two(Value):
            one: Exact
            other: Exact

        with pytest.raises(InvalidInput, match=r"2 things are wrong:\n  one: .*\n  other: "):
            Two.read({"one": "x", "other": "y"})
        with pytest.raises(InvalidInput, match="should be a valid dictionary"):
            Two.read(5)

    def test_what_was_got_is_cut_when_it_is_long(self):
        with pytest.raises(InvalidInput) as caught:
            Outer.read({"inner": {"amount": 1}, "many": "x" * 500})
        assert str(caught.value).endswith("xxx...'")
        assert len(str(caught.value)) < 150

    def test_an_empty_tuple_is_refused_where_something_is_needed(self):
        from typing import Annotated

        class Held(Value):
            items: Annotated[tuple[int, ...], NotEmpty]

        with pytest.raises(InvalidInput, match="is empty; write at least one"):
            Held.read({"items": []})
        assert Held.read({"items": [1]}).items == (1,)


@pytest.mark.parametrize(
    ("path", "part", "joined"), [("a", "b", "a.b"), ("a", "[0]", "a[0]"), ("", "b", "b"), ("a", "", "a")]
)
def test_paths_are_joined_as_a_reader_writes_them(path, part, joined):
    assert join_path(path, part) == joined
