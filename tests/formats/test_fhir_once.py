"""What an order writes many times is read once: it is read as if each time were the first."""

import re
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction

import pytest

from formats.fhir_orders import between, dosage, order, order_r5, refusals, reports, steps_of
from taper import CannotImport, from_fhir
from taper._base.numbers import NotExact
from taper.formats.fhir.quantity import read_number
from taper.formats.fhir.read import as_needed
from taper.formats.fhir.read.as_needed import is_as_needed
from taper.formats.fhir.read.dosage_text import read_text
from taper.formats.fhir.read.route import says_elsewhere
from taper.formats.fhir.read.told import Told
from taper.formats.fhir.tables import table


def test_a_number_equal_to_one_before_is_read_by_its_own_digits():
    assert read_number({"value": Decimal("0")}) == 0
    with pytest.raises(NotExact, match="-0"):
        read_number({"value": Decimal("-0")})
    assert read_number({"value": Decimal("2.5")}) == Fraction(5, 2)
    with pytest.raises(NotExact, match="more digits"):
        read_number({"value": Decimal("2.5" + "0" * 60)})


def test_a_period_of_one_with_a_decimal_point_is_one():
    assert steps_of(order(dosage(repeat={"period": Decimal("1.0")}))) == steps_of(order(dosage()))


def test_no_phrase_that_is_looked_for_without_numbers_holds_one():
    words = table("routes")["elsewhere"]["words"]
    assert not [word for word in (*words, as_needed._AS_NEEDED.pattern) if re.search(r"\d", word)]


@pytest.mark.parametrize("number", ["1", "12.5", "٣"])
def test_a_way_and_a_need_are_found_beside_any_number(number):
    assert is_as_needed(f"take {number} mg as needed")
    assert not is_as_needed(f"take {number} mg as prescribed")
    assert says_elsewhere(f"{number} drops in the eye") == "eye"
    assert says_elsewhere(f"{number} mg in the morning") is None


def test_what_a_text_says_stays_as_it_was_when_an_order_is_read_with_it():
    text = "Take 5 mg in the morning for 3 days, with food"
    before = [str(getattr(read_text(text), field.name)) for field in fields(Told)]
    refusals(order(dosage(5, text=text), dosage(6, text=text)))
    assert [str(getattr(read_text(text), field.name)) for field in fields(Told)] == before


def test_each_of_many_dosages_is_named_where_it_stands():
    days = [f"2027-01-{day:02}" for day in range(1, 31)]
    held = [
        dosage(index, repeat=between(day, day), route={"text": "by mouth"}, sequence=index, id=f"d{index}",
               additionalInstruction=[{"coding": [{"code": "x", "display": "with food"}]}])
        for index, day in enumerate(days, start=1)
    ]  # fmt: skip
    for made in (order(*held), order_r5(*held)):
        told = reports(made)
        for index in range(len(days)):
            unread = "not read: id, additionalInstruction[0].coding[0].code"
            assert f"MedicationRequest.dosageInstruction[{index}]: not-read: {unread}" in told
        assert len(from_fhir(made).plan.courses[0].steps) == len(days)


def test_one_odd_element_among_many_dosages_is_refused_where_it_stands():
    days = [f"2027-01-{day:02}" for day in range(1, 11)]
    held = [dosage(5, repeat=between(day, day), sequence=index) for index, day in enumerate(days, start=1)]
    held[6]["timing"]["repeat"]["when"] = ["MORN", 7]
    held[7]["route"] = [held[7]["route"]]
    with pytest.raises(CannotImport) as caught:
        from_fhir(order(*held))
    refused = {item.where: item.message for item in caught.value.reports if item.kind == "element"}
    assert refused == {
        "MedicationRequest.dosageInstruction[6].timing.repeat.when[1]": "7 is no code; write a text",
        "MedicationRequest.dosageInstruction[7].route": refused["MedicationRequest.dosageInstruction[7].route"],
    }
    assert refused["MedicationRequest.dosageInstruction[7].route"].endswith("is a list; write one value")


def test_an_extension_in_one_dosage_is_read_among_many_without():
    days = [f"2027-01-{day:02}" for day in range(1, 11)]
    held = [dosage(5, repeat=between(day, day), sequence=index) for index, day in enumerate(days, start=1)]
    held[3]["timing"]["repeat"]["extension"] = [{"url": "http://example.org/x", "valueString": "take 7 tablets"}]
    (line,) = [line for line in refusals(order(*held)) if "7" in line]
    assert line.startswith("MedicationRequest.dosageInstruction[3]: text: ")
