"""The order's own time: its period, its dates and times, and lengths in hours."""

from decimal import Decimal

import pytest

from formats.fhir_orders import (
    between,
    counted,
    dosage,
    lasting,
    order,
    order_r5,
    period,
    quantity,
    refusals,
    reports,
    steps_of,
)
from taper import WrongResource, from_fhir, mg

BACKPORT = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.effectiveDosePeriod"
DUTCH = "http://nictiz.nl/fhir/StructureDefinition/ext-TimeInterval"
DOSE = {"morning": "40 mg"}


def within(url, start, end=None):
    return [{"url": url, "valuePeriod": period(start, end)}]


def test_the_period_of_an_order_dates_its_steps():
    steps = [dosage(20, repeat=lasting(5), sequence=1), dosage(10, repeat=lasting(5), sequence=2)]
    assert steps_of(order_r5(*steps, effectiveDosePeriod=period("2027-04-05", "2027-04-14"))) == (
        "2027-04-05", [({"morning": "20 mg"}, "5 days"), ({"morning": "10 mg"}, "5 days")], "review"
    )  # fmt: skip


@pytest.mark.parametrize(
    "resource",
    [
        order_r5(dosage(), effectiveDosePeriod=period("2027-04-05", "2027-04-11")),
        order(dosage(), extension=within(BACKPORT, "2027-04-05", "2027-04-11")),
        order(dosage(), extension=within(f"{DUTCH}.Period", "2027-04-05", "2027-04-11")),
        order(dosage(), extension=[*within(f"{DUTCH}.Period", "2027-04-05"),
                                   {"url": f"{DUTCH}.Duration", "valueDuration": quantity(7, "d")}]),
        order_r5(dosage(repeat=between("2027-04-05")), effectiveDosePeriod=period("2027-04-05", "2027-04-11")),
        order_r5(dosage(repeat=lasting(1, "wk")), effectiveDosePeriod=period("2027-04-05")),
        order_r5(dosage(), effectiveDosePeriod=period("2027-04-05T08:00:00+02:00", "2027-04-11T23:59:59+02:00")),
    ],
    ids=["R5", "its backport", "a Dutch period", "a Dutch length", "an open start", "a length", "with times"],
)  # fmt: skip
def test_a_period_ends_what_has_no_end_and_dates_what_has_no_date(resource):
    assert steps_of(resource) == ("2027-04-05", [(DOSE, "7 days")], "review")


def test_a_period_without_an_end_gives_the_start_alone():
    assert steps_of(order_r5(dosage(), effectiveDosePeriod=period("2027-04-05"))) == (
        "2027-04-05", [(DOSE, "on")], "continue"
    )  # fmt: skip


def test_months_of_a_period_are_counted_from_its_start():
    steps = [dosage(repeat=lasting(1, "mo"), sequence=1), dosage(20, repeat=lasting(1, "mo"), sequence=2)]
    read = steps_of(order_r5(*steps, effectiveDosePeriod=period("2027-01-31")))
    assert [length for _, length in read[1]] == ["28 days", "31 days"]


REFUSED = {
    "another end": (order_r5(dosage(repeat=lasting(5)), effectiveDosePeriod=period("2027-04-05", "2027-04-11")),
                    "gives 2027-04-11 as the end, the dosages give 2027-04-09"),
    "another start": (order_r5(dosage(repeat=between("2027-04-06")), effectiveDosePeriod=period("2027-04-05")),
                      "gives 2027-04-05 as the start, the dosages give 2027-04-06"),
    "an end alone": (order_r5(dosage(), effectiveDosePeriod=period(None, "2027-04-11")), "an end and no start"),
    "an end before its start": (order_r5(dosage(), effectiveDosePeriod=period("2027-04-11", "2027-04-05")),
                                "ends on 2027-04-05, before it starts on 2027-04-11"),
    "an end before the last step": (
        order_r5(dosage(repeat=lasting(9), sequence=1), dosage(20, sequence=2),
                 effectiveDosePeriod=period("2027-04-05", "2027-04-11")),
        "it ends on 2027-04-11, before the last step starts on 2027-04-14",
    ),
    "a month": (order_r5(dosage(), effectiveDosePeriod=period("2027-04")), "only a month or a year; write the day"),
    "a year of bounds": (order(dosage(repeat=between("2027"))), "only a month or a year; write the day, like 2027-"),
    "an end at midnight": (order(dosage(repeat=between("2027-04-05", "2027-04-12T00:00:00Z"))),
                           "so whether that day counts is not known; write the last day as a date"),
    "a length that differs": (
        order(dosage(repeat=lasting(5)), extension=[{"url": f"{DUTCH}.Duration", "valueDuration": quantity(7, "d")}]),
        "it gives 7 days, and the dosages another length",
    ),
    "36 hours": (order(dosage(repeat=lasting(36, "h"))), "is in 'h'; write the UCUM code d"),
    "half a month": (order(dosage(repeat=lasting(Decimal("0.5"), "mo"))), "is not a whole number; write it in days"),
    "minutes": (order(dosage(repeat=lasting(90, "min"))), "is in 'min'; write the UCUM code d"),
    "24 days by the unit, and 24 hours by the code": (
        order(dosage(repeat={"boundsDuration": quantity(24, "h", unit="days")})),
        "the unit is 'days' and its code is 'h'; make them agree",
    ),
    "a code without its system": (
        order(dosage(repeat={"boundsDuration": {"value": 7, "unit": "d", "code": "d"}})),
        "is in 'd'; write the UCUM code d, wk, mo or a, with the system http://unitsofmeasure.org",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_time_that_is_not_that_of_the_dosages_or_no_whole_day_refuses(name):
    resource, said = REFUSED[name]
    assert any(f": bounds: {said}" in line or said in line for line in refusals(resource)), refusals(resource)


@pytest.mark.parametrize(
    ("bounds", "length"),
    [(lasting(168, "h"), "7 days"), (lasting(2880, "min"), "2 days"), (lasting(86400, "s"), "1 day"),
     (lasting(48, "h"), "2 days"), (lasting(Decimal("10.0")), "10 days"),
     ({"boundsDuration": {"value": 2, "unit": "Wochen"}}, "2 weeks"),
     ({"boundsDuration": {"value": 3, "unit": "jours"}}, "3 days")],
)  # fmt: skip
def test_lengths_of_whole_days_are_read_in_hours_and_in_words(bounds, length):
    assert steps_of(order(dosage(repeat=bounds)))[1] == [(DOSE, length)]


def test_a_date_with_a_time_is_the_local_date_that_it_states_and_reported():
    resource = order(dosage(repeat=between("2027-04-05T08:30:00-05:00")))
    assert steps_of(resource)[0] == "2027-04-05"
    assert any("2027-04-05T08:30:00-05:00 is read as the date 2027-04-05 that it states" in line
               for line in reports(resource))  # fmt: skip


def test_an_extension_that_holds_a_period_a_dose_or_a_time_and_is_not_known_refuses():
    url = "http://example.org/fhir/StructureDefinition/period-of-use"
    for value in (
        {"valuePeriod": period("2027-04-05")}, {"valueDateTime": "2027-04-05"}, {"valueQuantity": quantity(5)},
        {"valueDuration": quantity(5, "d")}, {"valueTime": "08:00:00"},
        {"extension": [{"url": "inner", "valueDate": "2027-04-05"}]},
    ):  # fmt: skip
        assert any(": extension: " in line for line in refusals(order(extension=[{"url": url, **value}]))), value
        assert any(": extension: " in line for line in refusals(order(dosage(extension=[{"url": url, **value}])))), (
            value
        )


def test_other_extensions_are_reported_by_their_address():
    url = "http://example.org/fhir/StructureDefinition/channel"
    resource = order(extension=[{"url": url, "valueBoolean": True}])
    assert any(f"the extension '{url}' is not read" in line for line in reports(resource))


def test_r5_elements_beside_r4_ones_are_no_version():
    with pytest.raises(WrongResource, match="give one version"):
        from_fhir(order(effectiveDosePeriod=period("2027-04-05")))


def test_a_time_of_day_without_bounds_after_a_bounded_one_refuses():
    evening = {"when": ["EVE"]}
    bounded = dosage(repeat=lasting(5), sequence=1)
    assert any("is of another time of day than step 1 and has no bounds" in line
               for line in refusals(order(bounded, dosage(20, repeat=evening, sequence=2))))  # fmt: skip
    assert steps_of(order(bounded, dosage(20, sequence=2)))[1] == [(DOSE, "5 days"), ({"morning": "20 mg"}, "on")]
    assert steps_of(order(bounded, dosage(20, repeat=evening | lasting(3), sequence=2)))[2] == "review"


def test_a_dose_of_0_is_a_pause_an_end_or_an_empty_time_of_day():
    noon, evening = {"when": ["NOON"]}, {"when": ["EVE"]}
    assert steps_of(order(dosage(10), dosage(0, repeat=noon), dosage(10, repeat=evening)))[1] == [
        ({"morning": "10 mg", "evening": "10 mg"}, "on")
    ]
    first, pause = dosage(repeat=lasting(5), sequence=1), dosage(0, repeat=lasting(3), sequence=2)
    assert steps_of(order(first, pause, dosage(20, repeat=lasting(5), sequence=3)))[1] == [
        (DOSE, "5 days"), ({}, "3 days"), ({"morning": "20 mg"}, "5 days")
    ]  # fmt: skip
    assert steps_of(order(first, dosage(0, sequence=2))) == (None, [(DOSE, "5 days")], "stop")
    assert any("a dose of 0 is not taken" in line for line in refusals(order(dosage(0))))


def test_a_count_of_0_is_a_pause_as_well():
    first = counted(1, "tablet", repeat=lasting(5), sequence=1)
    assert steps_of(order(first, counted(0, "tablet", sequence=2)), strength=mg(40))[2] == "stop"


def test_a_length_of_use_alone_ends_an_order_without_dates():
    seven = [{"url": f"{DUTCH}.Duration", "valueDuration": quantity(7, "d")}]
    assert steps_of(order(extension=seven)) == (None, [(DOSE, "7 days")], "review")
    assert steps_of(order(dosage(repeat=lasting(1, "wk")), extension=seven))[1] == [(DOSE, "1 week")]
    halves = [dosage(repeat=lasting(3), sequence=1), dosage(20, repeat=lasting(4), sequence=2)]
    assert len(steps_of(order(*halves, extension=seven))[1]) == 2
    assert any("no dosageInstruction" in line
               for line in refusals(order(extension=seven) | {"dosageInstruction": []}))  # fmt: skip


ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}


def test_an_end_of_the_order_that_is_said_to_be_unknown_is_not_read_as_none():
    told = {"start": "2027-04-05", "_end": ABSENT}
    url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.effectiveDosePeriod"
    for resource in (order_r5(effectiveDosePeriod=told), order(extension=[{"url": url, "valuePeriod": told}])):
        assert any("end has no value, only an extension in its place" in line for line in refusals(resource))
