"""Names and titles hold only what every format can print."""

import pytest

from taper import InvalidInput, Plan


def plan(drug="x", title="A plan"):
    steps = [{"for": "2 days", "regimen": {"evening": "5 mg"}}]
    return Plan.read({"title": title, "courses": [{"id": "a", "drug": drug, "then": "stop", "steps": steps}]})


@pytest.mark.parametrize(
    ("mark", "name"),
    [("\0", "U+0000"), ("\x1b", "U+001B"), ("\x7f", "U+007F"), ("\x85", "U+0085"), ("\u202e", "U+202E"),
     ("\u2066", "U+2066"), ("\uffff", "U+FFFF")],
)  # fmt: skip
def test_a_character_that_does_not_print_is_refused_by_its_number(mark, name):
    with pytest.raises(InvalidInput, match=rf"title: holds the character {name[0]}\+{name[2:]}.*remove it"):
        plan(title=f"10{mark}mg")
    with pytest.raises(InvalidInput, match=rf"drug: holds the character {name[0]}\+{name[2:]}.*remove it"):
        plan(drug=f"x{mark}y")


@pytest.mark.parametrize(
    "text", ["=1+1", "D\u00e9croissance", "\u6e1b\u91cf", "5 % \U0001f9e9", "a\u00a0b", "<b>$x$</b>"]
)
def test_every_other_text_is_kept_as_it_is(text):
    assert plan(title=text).title == text


def test_a_title_may_have_lines_and_a_name_may_not():
    assert plan(title="one\ntwo").title == "one\ntwo"
    with pytest.raises(InvalidInput, match=r"drug: holds the character U\+000A"):
        plan(drug="one\ntwo")
