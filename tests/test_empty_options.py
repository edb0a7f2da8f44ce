"""An empty value of any option of any command is refused by the option's name, with what to write."""

import argparse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli_calls import caller
from formats.fhir_orders import order, refusals
from taper import InvalidInput, from_fhir
from taper.cli import COMMANDS, parser_for


def takes_a_value(command):
    """Every option and place of a command that a text is written for."""
    (commands,) = (item for item in parser_for(command)._actions if isinstance(item, argparse._SubParsersAction))
    return [item for item in commands.choices[command]._actions if item.nargs != 0]


def name_of(action):
    return "/".join(action.option_strings) or action.metavar


PLACES = [(command, action) for command in COMMANDS for action in takes_a_value(command)]
OPTIONS = [(command, action) for command, action in PLACES if action.option_strings]


@pytest.fixture
def typed(capsys):
    return caller(capsys)


def check_named(answer, name, value):
    code, out, err = answer
    first, help_line, example = err.splitlines()
    assert (code, out) == (2, "")
    assert first.startswith(f"taper: {name}: {value!r} is empty; write ")
    assert help_line.startswith("Help: taper ")
    assert example.startswith("Example: taper ")
    return first


def test_every_command_but_those_without_a_value_is_looked_at():
    assert {command for command, _ in PLACES} == set(COMMANDS) - {"drugs", "protocols", "limits"}
    assert len(PLACES) > 200


@pytest.mark.parametrize(
    ("command", "action"), PLACES, ids=[f"{command} {name_of(action)}" for command, action in PLACES]
)
def test_an_empty_value_is_refused_by_its_name_with_what_to_write(typed, command, action):
    places = [item for each, item in PLACES if each == command and not item.option_strings]
    words = [action.option_strings[-1], ""] if action.option_strings else [*["x"] * places.index(action), ""]
    first = check_named(typed(command, *words), name_of(action), "")
    assert first.endswith("or leave it out") == (bool(action.option_strings) and not action.required)
    assert all(str(choice) in first for choice in action.choices or ())
    assert "%%" not in first


@given(
    st.sampled_from(OPTIONS),
    st.text(alphabet=" \t\n,\u00a0\u2003", max_size=5),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spaces_and_commas_are_as_empty(typed, place, value, is_one_word):
    command, action = place
    name = action.option_strings[-1]
    words = [f"{name}={value}"] if is_one_word else [name, value]
    check_named(typed(command, *words), name_of(action), value)


@pytest.mark.parametrize("value", ["=", "=x", "x=", "x", " = "])
def test_a_choice_without_a_name_or_an_answer_is_refused_by_its_option(typed, value):
    code, _, err = typed("check", "diazepam-example", "--choose", value)
    assert code == 2
    assert err.startswith(f"taper: --choose: {value!r} does not say which choice and what; write NAME=OPTION")


@pytest.mark.parametrize("empty", ["", " ", "\t"])
def test_an_empty_name_of_a_drug_is_refused_and_those_in_the_order_are_named(empty):
    with pytest.raises(InvalidInput, match=r"is no name of a drug; these are here: prednisone\. Name one") as caught:
        from_fhir(order(), drug=empty)
    assert caught.value.where == "drug"
    (line,) = refusals(order(), drugs={"prednisone": empty})
    assert "'prednisone' is called" in line
    assert "which is no name; give it one" in line


def test_an_order_whose_drug_has_no_name_says_that_none_is_here():
    with pytest.raises(InvalidInput, match="these are here: none"):
        from_fhir(order(medicationCodeableConcept={"coding": [{"code": "1"}]}), drug="")


@pytest.mark.parametrize(("command", "action"), [pair for pair in OPTIONS if pair[1].nargs is None])
def test_two_dashes_are_no_value(typed, command, action):
    code, out, err = typed(command, f"{action.option_strings[-1]}=--")
    assert (code, out) == (2, "")
    assert err.startswith(f"taper: {name_of(action)}: '--' alone is nothing; write {action.option_strings[-1]} ")
