"""Dosage texts as prescribers write them: what repeats the codes is read, what says more or other is not."""

import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from formats.fhir_orders import between, counted, dosage, lasting, order, refusals
from taper.formats.fhir.read.dosage_text import _read, read_text
from taper.formats.fhir.read.text_template import read_by_template
from taper.formats.fhir.read.vocabulary import plain

WRITTEN = tomllib.loads((Path(__file__).parent / "dosage_texts.toml").read_text(encoding="utf-8"))
ORDERS = {
    "40 mg each morning, without an end": {"value": 40},
    "10 mg each morning and evening, without an end": {
        "value": 10,
        "repeat": {"frequency": 2, "when": ["MORN", "EVE"]},
    },
    "5 mg each morning for 14 days": {"value": 5, "repeat": lasting(14)},
    "10 mg each Monday, without an end": {
        "value": 10,
        "repeat": {"periodUnit": "wk", "dayOfWeek": ["mon"], "when": None},
    },
    "2 tablets of 5 mg three times a day for 7 days": {"repeat": {"frequency": 3, "when": None} | lasting(7)},
    "10 mg every other morning, without an end": {"value": 10, "repeat": {"period": 2}},
    "1 tablet of 20 mg each morning and evening": {"count": 1, "repeat": {"frequency": 2, "when": ["MORN", "EVE"]}},
    "1 tablet of 20 mg at bedtime": {"count": 1, "repeat": {"when": ["HS"]}},
    "1 tablet of 20 mg morning, noon and evening": {"count": 1, "repeat": {"frequency": 3, "when": None}},
    "20 mg at 8 and at 20 o'clock": {
        "value": 20,
        "repeat": {"frequency": 2, "when": None, "timeOfDay": ["08:00:00", "20:00:00"]},
    },
    "40 mg each morning from 1 to 14 March 2027": {"value": 40, "repeat": between("2027-03-01", "2027-03-14")},
    "1000 mg each morning": {"value": 1000},
}


def refused(name, text):
    given = dict(ORDERS[name])
    if "value" in given:
        return refusals(order(dosage(given.pop("value"), text=text, **given)))
    if "count" in given:
        return refusals(order(counted(given.pop("count"), "tablet", text=text, **given)), strength="20 mg")
    return refusals(order(counted(2, "tablet", text=text, **given)), strength="5 mg")


def written(key):
    return [(name, text) for name, held in WRITTEN.items() for text in held[key]]


@pytest.mark.parametrize("name", ORDERS)
def test_the_codes_without_a_text_are_read(name):
    assert refused(name, None) == []


@pytest.mark.parametrize(("name", "text"), written("imports"))
def test_a_text_that_repeats_the_codes_or_advises_is_read(name, text):
    assert refused(name, text) == []


@pytest.mark.parametrize(("name", "text"), written("refuses"))
def test_a_text_that_says_more_or_other_than_the_codes_is_refused(name, text):
    assert refused(name, text) != []


def read_directly(flat):
    return _read(flat, frozenset())


@pytest.mark.parametrize(("name", "text"), [*written("imports"), *written("refuses")])
def test_a_text_read_by_its_template_is_read_as_itself(name, text):
    assert read_by_template(plain(text), read_directly) == read_directly(plain(text)), name


@pytest.mark.parametrize(
    "text",
    [
        "take 12.5 mg if you walk 40 mg",
        "1-0-1 tablets of 2.5 mg",
        "1-0-1",
        "0 mg in the morning for 5 days",
        "700001 mg, 5 mg",
        ", ".join(f"{number} mg" for number in range(1, 12)),
        "2 x 12.5 mg tablets, max 25 mg/day",
        "25 mg 2 tablets",
        "10 mg / 2 ml",
        "10 mg / 0 ml",
        "1 - 0 - 1 tablets of 40 mg",
    ],
)
def test_a_template_gives_amounts_of_every_kind_back(text):
    assert read_by_template(text, read_directly) == read_directly(text)


def test_amounts_are_those_of_the_text():
    told = read_text("Take 2 x 12.5 mg tablets, max 25 mg/day, if over 70.5 mg")
    assert told.limits == [(Fraction(25), "mg")]
    assert told.products == [Fraction(25)]
    assert told.conditions == ["if over 70.5 mg"]
