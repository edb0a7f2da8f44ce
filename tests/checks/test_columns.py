"""Columns of a table by other medicines: whether a person is in one, is not, or may be."""

import pytest

from builders import DRUG, TABLETS, formulary, plan_of, step
from checks.test_interaction import listing, other_monograph
from taper import Formulary, Patient, realize
from taper.checks.case import Case
from taper.checks.other_medicines import column_fits

STOPPED = {"name": "maoi", "until": "2026-01-01"}


def fits(medications, *, taking=(), without=()):
    """Whether a person who takes these, and nothing as needed, is of those who take one and none of the others."""
    listed = [listing("opioid", "listamine")]
    held = Formulary([formulary().monograph(DRUG), other_monograph()], class_lists=listed)
    person = Patient.read({} if medications is None else {"medications": medications, "as_needed": []})
    case = Case(realize(plan_of(step("5 mg", "7 days")), TABLETS, formulary=held), person, held)
    return column_fits(case, tuple(taking), tuple(without))


@pytest.mark.parametrize("medications", [None, [], ["newdrug"], ["maoi"]])
def test_a_figure_for_everybody_fits(medications):
    assert fits(medications) is True


@pytest.mark.parametrize(
    ("medications", "inside"),
    [
        ([], True),
        (["maoi"], False),
        (["maoi", "newdrug"], False),
        ([STOPPED], True),
        ([{"name": "newdrug", "classes": ["maoi"]}], False),
        ([{"name": "newdrug", "classes": ["nitrate"]}], True),
        (["newdrug"], None),
        (["Otherex"], True),  # a file says all of what it is
        (["opioid"], True),  # the name of a class says what it is
        (["listamine"], None),  # a list says what it is, and not what else
        (None, None),
    ],
)
def test_those_who_take_none_of_some(medications, inside):
    assert fits(medications, without=["maoi"]) is inside


@pytest.mark.parametrize(("medications", "inside"), [(["listamine"], True), (["newdrug"], None), (["opioid"], True)])
def test_a_listed_medicine_is_not_another_of_another_name(medications, inside):
    assert fits(medications, without=["digoxin"]) is inside


@pytest.mark.parametrize(
    ("medications", "inside"),
    [
        ([], False),
        (["maoi"], True),
        (["maoi", "newdrug"], True),
        ([STOPPED], False),
        (["newdrug"], None),
        (["Otherex"], False),
        (["opioid"], False),
        (["listamine"], None),
        (None, None),
    ],
)
def test_those_who_take_one_of_some(medications, inside):
    assert fits(medications, taking=["maoi"]) is inside


@pytest.mark.parametrize(
    ("medications", "inside"),
    [
        ([], False),
        (["newdrug"], True),  # what the column names itself the source tells apart from the rest
        (["newdrug", "maoi"], False),
        (["newdrug", "another"], None),
        (["another"], None),
        (["newdrug", "Otherex"], True),
        (["Otherex"], False),
        (None, None),
    ],
)
def test_those_who_take_one_and_none_of_others(medications, inside):
    assert fits(medications, taking=["newdrug"], without=["maoi"]) is inside
