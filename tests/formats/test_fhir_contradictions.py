"""Texts that contradict the codes beside them, in four languages: each kind refuses, and what is close is read."""

from decimal import Decimal

import pytest

from formats.fhir_orders import between, counted, dosage, lasting, order, refusals
from taper import mg
from taper.formats.fhir.read.dosage_text import read_text


def is_read(resource, **given):
    """Whether an order is read, or else refused for its text alone."""
    kinds = {line.split(":")[1].strip() for line in refusals(resource, **given)}
    assert kinds <= {"text"}
    return not kinds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, ".5 mg every morning"), (5, ",5 mg jeden Morgen"), (5, ",5 mg chaque matin"), (5, ",5 mg cada mañana"),
        (5, "-5 mg"), (5, "−5 mg"), (5, "+5 mg"), (5, "every morning.5 mg"), (2, "1.5.2 mg"),
        (102, "10² mg"), (40, "4⁰ mg"), (40, "④0 mg"), (11, "1⅓ mg"),
    ],
)  # fmt: skip
def test_a_number_is_taken_whole_or_refuses(value, text):
    assert not is_read(order(dosage(value, text=text)))


def test_a_count_is_taken_whole_or_refuses():
    assert not is_read(order(counted(5, "TAB", text="take .5 tablet")), strength=mg(5))
    assert is_read(order(counted(5, "TAB", text="take 5 tablets")), strength=mg(5))


@pytest.mark.parametrize(
    ("value", "text"), [("0.5", "0.5 mg"), ("0.5", "0,5 mg jeden Morgen"), ("1.5", "1½ mg"), ("40", "- 40 mg mane")]
)
def test_a_number_that_is_whole_is_read(value, text):
    assert is_read(order(dosage(Decimal(value), text=text)))


@pytest.mark.parametrize(
    "text",
    [
        "40 mg + 40 mg every morning", "40 mg and 40 mg", "40 mg plus 40 mg", "40 mg und 40 mg", "40 mg et 40 mg",
        "40 mg y 40 mg", "40 mg in the morning and another 40 mg", "20 mg + 20 mg",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["text", "note"])
def test_amounts_that_are_added_refuse(text, place):
    told = order(dosage(text=text)) if place == "text" else order(note=[{"text": text}])
    assert not is_read(told)


@pytest.mark.parametrize(
    "text",
    [
        "40 mg in the morning and with meals", "40 mg in the morning and after meals",
        "40 mg in the morning and at each snack", "40 mg with meals and in the morning",
        "40 mg at 8 am and with meals", "40 mg morgens und zu den Mahlzeiten", "40 mg le matin et aux repas",
        "40 mg por la mañana y con las comidas", "40 mg every morning under the tongue", "Take 40 mg under the tongue",
    ],
)  # fmt: skip
def test_meals_beside_a_time_of_day_and_another_way_than_swallowed_refuse(text):
    assert not is_read(order(dosage(text=text)))


@pytest.mark.parametrize(
    "text", ["40 mg in the morning and with food", "40 mg with meals", "40 mg mane. Dissolve under the tongue."]
)
def test_how_a_dose_is_taken_is_read(text):
    assert is_read(order(dosage(text=text)))


MASS_BESIDE_A_COUNT = {
    "Take 20 mg every morning (2 tablets)": False,
    "20 mg jeden Morgen (2 Tabletten)": False,
    "20 mg chaque matin (2 comprimés)": False,
    "20 mg cada mañana (2 comprimidos)": False,
    "Take prednisone 20 mg every morning (2 tablets)": False,
    "Take 80 mg (half a tablet)": False,
    "10 mg every morning, 4 tablets": False,
    "Prednisone 40 mg tablet: take two tablets": False,
    "Take 2 tablets (40 mg)": True,
    "Take 2 tablets, 20 mg each, every morning": True,
    "20 mg tablets: take two tablets every morning": True,
    "20 mg/tablet, 2 tablets every morning": True,
    "prednisone 5 mg, take 8 tablets": True,
    "prednisone 20mg 2 tablets every morning": True,
    "2 tablets of prednisone 20 mg every morning": True,
    "2 comprimés de prednisone 20 mg le matin": True,
    "2 Tabletten (je 20 mg) morgens": True,
    "Comprimidos de 20 mg: 2 comprimidos por la mañana": True,
}


@pytest.mark.parametrize("text", MASS_BESIDE_A_COUNT)
def test_a_mass_beside_a_count_is_the_dose_or_a_strength_that_comes_to_it(text):
    assert is_read(order(dosage(text=text))) is MASS_BESIDE_A_COUNT[text]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("take 50 mg every morning (2 tablets)", False), ("Take 4 tablets (25 mg)", False),
        ("take 1 tablet (100 mg)", False), ("2 tablets of 25 mg", False), ("4 tablets of 25 mg", False),
        ("4 Tabletten zu 25 mg", False), ("1 comprimé (100 mg)", False), ("1 comprimido (100 mg)", False),
        ("2 tablets (100 mg)", True), ("Prednisone 50 mg: 2 tablets", True), ("100 mg", True),
        ("2 x 50 mg tablets", True),
    ],
)  # fmt: skip
def test_a_count_is_that_of_the_codes_and_a_mass_what_it_holds(text, read):
    """Two tablets of 50 mg each."""
    assert is_read(order(counted(2, "tablet", text=text)), strength=mg(50)) is read


@pytest.mark.parametrize(
    ("text", "read"), [("4 tablets of 10 mg", False), ("2 tablets", True), ("20 mg tablets, 2 tablets", True)]
)
def test_where_the_strength_is_known_a_count_comes_to_the_dose(text, read):
    assert is_read(order(dosage(text=text)), strength=mg(20)) is read


def steps(**texts):
    """40 mg from 1 to 7 January 2026, then 20 mg to 14 January; `note` is a text of both."""
    made = [
        dosage(40, repeat=between("2026-01-01", "2026-01-07"), sequence=1, text=texts.get("first")),
        dosage(20, repeat=between("2026-01-08", "2026-01-14"), sequence=2, patientInstruction=texts.get("second")),
    ]
    return order(*made, note=[{"text": texts["note"]}] if "note" in texts else None)


TWICE = ["twice a day", "zweimal täglich", "2 fois par jour", "dos veces al día"]
UNTIL_THE_14TH = [
    "every morning until 14 January 2026", "jeden Morgen bis 14. Januar 2026", "chaque matin jusqu'au 14 janvier 2026",
    "cada mañana hasta el 14 de enero de 2026",
]  # fmt: skip


@pytest.mark.parametrize("text", [*TWICE, *UNTIL_THE_14TH, "from 8 January", "max 60 mg/day", "for 14 days"])
def test_a_text_of_a_step_is_compared_with_that_step(text):
    assert not is_read(steps(first=text))


@pytest.mark.parametrize("text", ["until 7 January", "from 1 January 2026", "max 40 mg/day", *TWICE])
def test_a_text_of_a_later_step_is_compared_with_that_step(text):
    assert not is_read(steps(second=text))


@pytest.mark.parametrize(
    "text",
    [
        *TWICE, "max 60 mg/day", "max 20 mg/day", "Stop on 2026-01-07", "Absetzen am 07.01.2026",
        "Am 7. Januar 2026 absetzen", "Arrêter le 7 janvier 2026", "Suspender el 7 de enero de 2026",
        "End of treatment 2026-01-07", "Discontinue on 7 January", "7 January 2026 stop", "until 7 January 2026",
        "from 8 January 2026", "40 mg until 7 January, then 20 mg until 14 January, then stop on 10 January",
    ],
)  # fmt: skip
def test_a_note_is_compared_with_every_step_and_its_end_with_the_end_of_the_order(text):
    assert not is_read(steps(note=text))


@pytest.mark.parametrize(
    "text",
    [
        "once a day", "every morning", "max 40 mg/day", "Stop on 2026-01-14", "Absetzen am 14.01.2026",
        "Arrêter le 14 janvier 2026", "Suspender el 14 de enero de 2026", "Seen on 1 January 2026",
        "from 1 January 2026 until 14 January 2026", "40 mg until 7 January, then 20 mg until 14 January",
        "40 mg until 7 January, then 20 mg, then stop on 14 January",
    ],
)  # fmt: skip
def test_a_note_that_holds_for_every_step_is_read(text):
    assert is_read(steps(note=text))


@pytest.mark.parametrize("place", ["text", "note"])
def test_a_maximum_adds_up_no_steps_that_follow_one_another(place):
    made = [dosage(value, repeat=lasting(7), sequence=number) for number, value in ((1, 40), (2, 20), (3, 10))]
    told = {"note": [{"text": "max 70 mg/day"}]} if place == "note" else {}
    assert not is_read(order(made[0] | ({"text": "max 70 mg/day"} if place == "text" else {}), *made[1:], **told))


def weekly(value, day, **more):
    return dosage(value, repeat={"periodUnit": "wk", "dayOfWeek": [day]}, **more)


@pytest.mark.parametrize(("limit", "read"), [(30, False), (20, True), (10, False)])
def test_a_maximum_is_that_of_the_largest_day(limit, read):
    text = f"max {limit} mg/day"
    assert is_read(order(weekly(10, "mon", text=text), weekly(20, "tue"))) is read
    for doses in ((10, 20), (10, 20, 10)):
        turns = [dosage(value, repeat={"period": len(doses)} | between(f"2026-01-0{day}", "2026-01-10"), sequence=1)
                 for day, value in enumerate(doses, start=1)]  # fmt: skip
        assert is_read(order(*turns, note=[{"text": text}])) is read


@pytest.mark.parametrize(("limit", "read"), [(15, True), (10, False)])
def test_doses_of_one_day_add_up_to_its_maximum(limit, read):
    evening = dosage(5, repeat={"when": ["EVE"]})
    assert is_read(order(dosage(10, text=f"max {limit} mg/day"), evening)) is read


TEN_DAYS = {
    "until 1 January 2026": False, "until 2026-01-01": False, "from 10 January 2026": False,
    "from 10 January to 1 January 2026": False, "starting 2026-01-10": False, "stop 2026-01-01": False,
    "on 1 January 2026 40 mg": False, "40 mg on 2026-01-01": False, "1 January 2026 40 mg": False,
    "bis 1. Januar 2026": False, "ab 10.01.2026": False, "vom 10.1. bis 1.1.2026": False,
    "am 1. Januar 2026 40 mg": False, "jusqu'au 1er janvier 2026": False, "à partir du 10 janvier": False,
    "du 10 janvier au 1 janvier 2026": False, "le 1 janvier 2026 40 mg": False, "arrêter le 1 janvier": False,
    "hasta el 1 de enero de 2026": False, "desde el 10 de enero": False, "del 10 de enero al 1 de enero": False,
    "el 1 de enero 40 mg": False, "suspender el 1 de enero": False,
    "until 10 January 2026": True, "from 1 January 2026": True, "from 1 January to 10 January 2026": True,
    "starting 2026-01-01": True, "stop 2026-01-10": True, "2026-01-01 to 2026-01-10: 40 mg every morning": True,
    "1.1.-10.1.2026 40 mg": True, "bis 10. Januar 2026": True, "ab 01.01.2026 40 mg": True,
    "vom 1.1. bis 10.1.2026": True, "am 10. Januar 2026 absetzen": True, "jusqu'au 10 janvier 2026": True,
    "du 1 janvier au 10 janvier 2026": True, "à partir du 1er janvier 2026": True,
    "hasta el 10 de enero de 2026": True, "del 1 de enero al 10 de enero": True,
    "start 1 January 2026, stop 10 January 2026": True, "40 mg @ 2026-01-01 to 2026-01-10": True,
    "from 2026-01-01 to 10 January": True, "from 2026-01-01 to 9 January": False,
    "1 January, 10 January, 1.1., 10.1., 10 January 2026": True, "1 January, 10 January, 1.1., 10.1., 9.1.": False,
}  # fmt: skip


@pytest.mark.parametrize("text", TEN_DAYS)
def test_a_start_an_end_and_a_day_are_told_apart(text):
    assert is_read(order(dosage(repeat=between("2026-01-01", "2026-01-10"), text=text))) is TEN_DAYS[text]


def test_a_dose_of_one_day_is_on_its_day():
    assert is_read(order(dosage(repeat=between("2026-01-01", "2026-01-01"), text="40 mg on 1 January 2026")))


def test_what_goes_on_until_a_word_is_not_ended_by_the_date_of_its_start():
    assert not is_read(
        order(dosage(repeat=between("2026-01-01", "2026-01-10"), text="from 1 January 2026, until food"))
    )


@pytest.mark.parametrize("text", ["from 5.00.2026", "@\ue000@ 40 mg", "2026-01-01 " * 99, "1 May 2026 " * 99, "@1@"])
def test_dates_that_are_none_or_many_are_read_without_failing(text):
    is_read(order(dosage(text=text)))


@pytest.mark.parametrize(
    ("text", "said"),
    [("40 mg (8 mL)", None), ("40 mg (8 mL) of 5 mg/mL", None), ("8 mL", "8 mL is not the dose"),
     ("5 mg/mL", "the amount is not the dose")],
)  # fmt: skip
def test_a_volume_and_a_concentration_beside_a_mass_are_not_the_dose_alone(text, said):
    told = refusals(order(dosage(text=text)))
    assert [said is not None and said in line for line in told] == ([] if said is None else [True])


@pytest.mark.parametrize("end", ["20", "11", "10", "1"])
@pytest.mark.parametrize(
    "text",
    ["40 mg until 10 January, then 20 mg, then stop on {} January",
     "40 mg until 10 January, then 20 mg, then {} January stop",
     "40 mg bis 10. Januar, dann 20 mg, dann am {}. Januar absetzen"],
)  # fmt: skip
def test_the_date_of_a_stop_is_the_end_of_the_last_step(text, end):
    first = dosage(40, repeat=between("2026-01-01", "2026-01-10"))
    second = dosage(20, repeat=between("2026-01-11", "2026-01-20"))
    assert is_read(order(first, second, note=[{"text": text.format(end)}])) is (end == "20")


def test_a_length_that_differs_is_told_beside_that_of_the_bounds():
    for bounds, said in ((lasting(7), "7 days"), ({}, "no end")):
        (line,) = refusals(order(dosage(text="40 mg for 5 days", repeat=bounds)))
        assert line.endswith(f"text: step 1: the text says 5 days, the bounds say {said}")


HOURS = {1: (24, None), 2: (12, None), 5: None, 8: (3, None), 12: (2, None), 24: (1, None), 36: None, 48: (None, 2)}


@pytest.mark.parametrize("hours", HOURS)
def test_so_many_hours_are_times_a_day_or_days_where_they_divide_one(hours):
    told = read_text(f"40 mg every {hours} hours")
    assert (told.times, told.every, told.beyond) == (
        ([], [], [f"every {hours} hours"])
        if HOURS[hours] is None
        else (*([] if number is None else [number] for number in HOURS[hours]), [])
    )
