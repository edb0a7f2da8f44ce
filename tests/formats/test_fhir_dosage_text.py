"""Texts of an order against its codes: what repeats them is read, what says more or other refuses."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.fhir_orders import HALF, between, counted, dosage, lasting, order, quantity, refusals, reports, steps_of
from taper import from_fhir, mg
from taper.formats.fhir.read.dosage_text import read_text
from taper.formats.fhir.read.vocabulary import LANGUAGES, vocabulary_of

MORE = {
    "a change after a length": "40 mg for 5 days, then 20 mg for 5 days, then stop",
    "a reduction": "reduce by 10 mg each week until finished",
    "an end": "take until 12 April, then none",
    "a range": "20-40 mg in the morning",
    "a range in words": "20 to 40 mg in the morning",
    "a range of tablets": "1-2 tablets daily",
    "a length": "40 mg for 5 days",
    "a length in words": "For one week only.",
    "a length without a preposition": "40 mg x 10 days",
    "a fortnight": "for a fortnight",
    "a condition": "40 mg if the pain is bad",
    "a condition of tolerance": "40 mg as tolerated",
    "another dose": "20 mg in the morning",
    "ten times the dose": "400 mg",
    "a second dose": "40 mg in the morning and 20 mg at night",
    "another time": "40 mg in the evening",
    "another clock time": "40 mg at 20:00",
    "another number of times": "40 mg twice daily",
    "every so many hours": "40 mg every 12 hours",
    "every other day": "40 mg on alternate days",
    "once a week": "40 mg once weekly",
    "a day of the week": "40 mg on Mondays",
    "an exception": "40 mg daily except Sunday",
    "days off": "5 days on, 2 days off",
    "a stop": "stop on 12 April",
    "a date": "start on 5 April 2027: 40 mg",
    "a most": "up to 40 mg daily",
    "a plan elsewhere": "take as per schedule",
    "a count whose strength is not known": "one tablet",
    "a number that could be two": "1,000 mg",
    "a dose for each kilogram": "1 mg/kg daily",
    "German: then": "40 mg für 5 Tage, dann 20 mg",
    "German: tapering": "langsam ausschleichen",
    "German: until": "bis zum Kontrolltermin",
    "German: a week": "Für eine Woche",
    "German: a scheme": "1-0-1-0 Tablette",
    "French: a length": "40 mg pendant 5 jours",
    "French: a reduction": "diminuer de 5 mg par semaine",
    "French: if": "si fièvre, 40 mg",
    "French: a week only": "Une semaine seulement",
    "Spanish: a reduction": "reducir 5 mg cada semana",
    "Spanish: until": "hasta el alta",
    "Spanish: a week": "Solo una semana",
    "Spanish: this week": "solo esta semana",
    "French: this week": "seulement cette semaine",
}


@pytest.mark.parametrize("name", MORE)
def test_a_text_that_says_more_or_other_than_the_codes_refuses(name):
    (said,) = {line.split(":")[1].strip() for line in refusals(order(dosage(text=MORE[name])))}
    assert said == "text"
    assert steps_of(order(dosage(text=MORE[name])), accept=("text",))[1] == [({"morning": "40 mg"}, "on")]


SAME = [
    "40 mg every morning with breakfast",
    "Take 40mg once a day in the morning with food",
    "40 mg daily",
    "40 mg mane",
    "40.0 mg daily",
    "0.04 g in the morning",
    "8 tablets of 5 mg every morning",
    "Take 40 mg (8 x 5 mg tablets) in the morning",
    "Take with a full glass of water. Avoid alcohol and grapefruit juice.",
    "40 mg 30 minutes before breakfast",
    "Take as directed",
    "Take 1 tablet (40 mg total) by mouth 1 (one) time daily.",
    "40 mg PO qam",
    "40 mg morgens nach dem Frühstück mit etwas Wasser einnehmen",
    "1x tägl. 40 mg",
    "40 mg le matin avec un grand verre d'eau",
    "40 mg por la mañana con comida",
]


@pytest.mark.parametrize("text", SAME)
def test_a_text_that_repeats_the_codes_or_adds_food_and_water_is_read_and_reported(text):
    assert steps_of(order(dosage(text=text))) == (None, [({"morning": "40 mg"}, "on")], "continue")
    assert any(f"not-read: compared with the codes: {text!r}" in line for line in reports(order(dosage(text=text))))


def test_the_refusal_prints_the_text_and_what_the_codes_say():
    (line,) = refusals(order(dosage(text="20 mg")))
    assert "the text '20 mg' says more than the codes, or other: 20 mg is not the dose" in line
    assert line.endswith("; the codes say 40 mg morning")


@pytest.mark.parametrize("text", ["40 mg dagligen på morgonen", "朝食後に服用", "Neem elke ochtend in"])
def test_a_text_in_a_language_without_a_reader_refuses_and_says_so(text):
    (line,) = refusals(order(dosage(text=text)))
    assert "in a language that is not read here (English, German, French and Spanish are read)" in line
    assert steps_of(order(dosage(text=text)), accept=("text",))[1] == [({"morning": "40 mg"}, "on")]


def extension(text):
    return [{"url": "http://example.org/fhir/StructureDefinition/remark", "valueString": text}]


@pytest.mark.parametrize(
    "place",
    [
        lambda text: order(dosage(patientInstruction=text)),
        lambda text: order(dosage(additionalInstruction=[{"text": text}])),
        lambda text: order(dosage(additionalInstruction=[{"coding": [{"code": "1", "display": text}]}])),
        lambda text: order(dosage(extension=extension(text))),
        lambda text: order(note=[{"text": text}]),
        lambda text: order(extension=extension(text)),
    ],
    ids=["for the patient", "an instruction", "a coded instruction", "an extension", "a note", "the order's extension"],
)  # fmt: skip
def test_every_place_in_which_people_read_is_compared(place):
    assert any(": text: " in line for line in refusals(place("For one week only.")))
    assert any(": text: " in line for line in refusals(place("reduce by 5 mg each week")))
    assert refusals(place("Take with food.")) == []


def test_a_note_may_hold_words_that_are_not_known_and_no_numbers_that_are_not():
    assert refusals(order(note=[{"text": "Patient told to take with food"}])) == []
    assert refusals(order(note=[{"text": "Patient told to take 7 with food"}])) != []


@pytest.mark.parametrize("text", [
    "Rezept wird abgeholt", "Patient hat Schluckbeschwerden", "Bitte im Blister liefern",
    "Ordonnance remise au patient",
    "Allergie à la pénicilline connue", "Receta entregada al paciente", "Seen in clinic, feels better",
])  # fmt: skip
def test_a_note_that_speaks_of_no_dosing_may_hold_words_that_are_not_known(text):
    assert refusals(order(note=[{"text": text}])) == []


@pytest.mark.parametrize("text", [
    "Patient nimmt nur morgens", "Gabe nach Spiegel", "Einnahme erst nach OP", "Patient nimmt das Medikament nicht",
    "Dosierung laut Brief", "Le patient ne le prend plus", "Débuter après l'intervention", "Posologie selon courrier",
    "El paciente no lo toma", "Solo los días de diálisis", "Only on dialysis days", "Dose as per letter",
    "Letzte Packung", "Wochendosis beachten", "Jours pairs", "Días pares", "Medikament wurde abgesetzt",
    "Wird ausgeschlichen", "Vom Hausarzt angepasst", "Dejó de tomarlo", "Retirada por el médico",
])  # fmt: skip
def test_a_note_that_speaks_of_dosing_holds_no_word_that_is_not_known(text):
    assert refusals(order(note=[{"text": text}])) != []


FOREIGN = [
    "40 mg per 5 giorni poi 20 mg", "40 mg 5 dagen", "1 tablet om de dag", "40 mg hver morgen",
    "Afbouwen in overleg met de arts", "De patient mag zelf verlagen", "Scalare la dose in accordo con il medico",
    "Il paziente prende la metà", "O doente toma metade", "Trappas ned i samråd med läkare", "Pacjent bierze lek rano",
    "Nedtrappes i samråd med lege", "Prednisone: уменьшать постепенно", "Prednisone 減量中",
    "Hastaya yarım tablet verildi",
    "Pacient užívá jen polovinu", "Pacientul ia jumătate", "El pacient en pren mig comprimit", "potilas ottaa puoli",
]  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN)
@pytest.mark.parametrize("place", ["note", "extension", "text"])
def test_a_text_in_a_language_that_is_not_read_says_so_wherever_it_stands(text, place):
    """A word that is known in it, as "de" or "in", is of several languages: most of its words decide."""
    told = {
        "note": order(note=[{"text": text}]),
        "extension": order(extension=[{"url": "http://example.org/remark", "valueString": text}]),
        "text": order(dosage(text=text)),
    }[place]
    assert any("in a language that is not read" in line for line in refusals(told))
    from_fhir(told, accept=("text",))


def two_steps(text, **more):
    first = dosage(40, repeat=lasting(5), sequence=1)
    return order(first, dosage(60, repeat=lasting(5), sequence=2, text=text, **more))


@pytest.mark.parametrize("text", ["when well tolerated, 60 mg daily", "if tolerated increase to 60 mg",
                                  "if tolerated, then take 60 mg", "if well tolerated take 60 mg",
                                  "increase to 60 mg if tolerated",
                                  "wenn gut verträglich, 60 mg morgens", "si bien toléré, 60 mg le matin"])  # fmt: skip
def test_a_condition_of_a_later_step_is_a_review_before_it(text):
    read = from_fhir(two_steps(text))
    assert [step.review_before for step in read.plan.courses[0].steps] == [False, True]


def test_a_condition_that_hides_a_number_or_another_dose_refuses():
    assert refusals(two_steps("if tolerated, 80 mg")) != []
    assert refusals(two_steps("if the pressure is above 140")) != []


def test_a_condition_of_the_first_step_refuses():
    assert refusals(order(dosage(text="if tolerated, 40 mg", repeat=lasting(5)))) != []


def test_counts_of_tablets_in_conditional_steps_are_read_with_the_strength_of_one():
    dated = [
        counted(1, "TAB", repeat=between("2027-04-05", "2027-04-14"), sequence=1, text="one tablet daily for 10 days"),
        counted(2, "TAB", repeat=between("2027-04-15", "2027-04-24"), sequence=2,
                text="when well tolerated, two tablets daily for 10 days"),
    ]  # fmt: skip
    steps = from_fhir(order(*dated), strength=mg(5)).plan.courses[0].steps
    assert [(str(step.largest), step.review_before) for step in steps] == [("5 mg/day", False), ("10 mg/day", True)]


TAPER = [dosage(40, repeat=lasting(5), sequence=1), dosage(20, repeat=lasting(5), sequence=2)]


@pytest.mark.parametrize(
    ("text", "is_read"),
    [("40 mg for 5 days, then 20 mg for 5 days, then stop", True), ("40 mg for 5 days, then 20 mg for 5 days", True),
     ("40 mg for 5 days, then 30 mg for 5 days", False), ("40 mg for 5 days, then 20 mg for 7 days", False),
     ("20 mg for 5 days, then 40 mg for 5 days", False), ("40 mg for 5 days, then 20 mg, then 10 mg", False)],
)  # fmt: skip
def test_a_text_of_the_whole_taper_must_be_each_step_in_turn(text, is_read):
    steps = [TAPER[0] | {"patientInstruction": text}, TAPER[1]]
    assert (refusals(order(*steps)) == []) is is_read
    assert (refusals(order(*TAPER, note=[{"text": text}])) == []) is is_read


def test_one_text_may_tell_all_doses_of_a_day():
    twice = [dosage(10, text="10 mg in the morning, 5 mg in the evening"), dosage(5, repeat={"when": ["EVE"]})]
    assert steps_of(order(*twice))[1] == [({"morning": "10 mg", "evening": "5 mg"}, "on")]
    assert refusals(order(dosage(10, text="10 mg in the morning, 6 mg in the evening"), twice[1])) != []


@pytest.mark.parametrize(("time", "is_read"), [("morning", True), ("evening", False)])
def test_a_text_may_tell_its_own_dose_of_a_day_alone(time, is_read):
    twice = [dosage(10, text=f"10 mg in the {time}"), dosage(5, repeat={"when": ["EVE"]}, text="5 mg in the evening")]
    assert ["the text '10 mg in the evening'" in line for line in refusals(order(*twice))] == [True] * (not is_read)


def test_a_scheme_of_counts_is_compared_by_time_of_day():
    evening = counted(2, "Stück", repeat={"when": ["EVE"]})
    assert refusals(order(counted(1, "Stück", text="1-0-2-0 Stück"), evening), strength=mg(5)) == []
    assert refusals(order(counted(1, "Stück", text="1-0-1-0 Stück"), evening), strength=mg(5)) != []


def test_a_text_of_an_injection_or_an_eye_refuses():
    for text in ("inject 40 mg", "one drop in the left eye", "apply to the skin", "auf die Haut auftragen"):
        assert any(": route: " in line for line in refusals(order(dosage(text=text)))), text


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text):
    told = read_text(text)
    assert told.language in {"English", "German", "French", "Spanish"}


@given(
    st.integers(1, 999), st.integers(1, 90), st.sampled_from(["days", "weeks", "Tage", "jours", "días"]),
    st.sampled_from(["for", "für", "pendant", "durante", ""]),
)  # fmt: skip
def test_no_length_and_no_other_amount_passes_whatever_the_words_around_it(dose, count, unit, word):
    text = f"{dose} mg {word} {count} {unit}"
    assert any(": text: " in line for line in refusals(order(dosage(text=text))))
    if dose != 40:
        assert any(": text: " in line for line in refusals(order(dosage(text=f"{dose} mg"))))


TWICE = {"frequency": 2, "when": ["MORN", "EVE"]}
CLOSE = {
    "a day's amount": (dosage(10, repeat=TWICE, text="20 mg/day"), dosage(10, repeat=TWICE, text="30 mg/day")),
    "a day's amount in words": (
        dosage(10, repeat=TWICE, text="20 mg daily"), dosage(10, repeat=TWICE, text="10 mg/24h")
    ),
    "hours that are days": (
        dosage(repeat={"period": 2}, text="40 mg every 48 hours"), dosage(repeat={"period": 2}, text="every 36 hours")
    ),
    "how long in words": (
        dosage(repeat=lasting(1, "wk"), text="for a week"), dosage(repeat=lasting(10), text="for 1.5 weeks")
    ),
    "a fortnight": (
        dosage(repeat=lasting(14), text="40 mg each morning for a fortnight"),
        dosage(repeat=lasting(7), text="40 mg each morning for a fortnight"),
    ),
    "its end": (
        dosage(repeat=lasting(7), text="40 mg each morning for 7 days, then stop"),
        dosage(text="40 mg each morning, then stop"),
    ),
    "its last day": (
        dosage(repeat=between("2027-04-05", "2027-04-14"), text="40 mg daily until 14 April 2027"),
        dosage(repeat=between("2027-04-05"), text="40 mg daily until 14 April 2027"),
    ),
    "a count of a strength": (
        counted(2, "tablet", text="2 x 5 mg tablets a day"), counted(2, "tablet", text="2 x 10 mg tablets a day")
    ),
    "what it is for": (dosage(text="40 mg daily for asthma"), dosage(text="40 mg daily for the wedding")),
    "the dates of the bounds": (
        dosage(repeat=between("2027-04-05", "2027-04-11"), text="from 5 April 2027 to 11 April"),
        dosage(repeat=between("2027-04-05", "2027-04-11"), text="from 5 April 2027 to 12 April"),
    ),
    "numbered dates": (
        dosage(repeat=between("2027-04-05", "2027-04-11"), text="ab 05.04.2027"),
        dosage(repeat=between("2027-04-05", "2027-04-11"), text="ab 2027-04-06"),
    ),
    "once a week": (
        dosage(repeat={"period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]}, text="40 mg once a week on Monday"),
        dosage(repeat={"period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]}, text="40 mg twice a week"),
    ),
    "once in seven days": (
        dosage(repeat={"period": 7}, text="40 mg weekly"), dosage(repeat={"period": 8}, text="weekly")
    ),
    "clock times": (
        dosage(repeat={"when": None, "timeOfDay": ["08:00:00"]}, text="40 mg at 8 am, in the morning"),
        dosage(repeat={"when": None, "timeOfDay": ["08:00:00"]}, text="40 mg at 8 pm"),
    ),
    "a late clock time": (
        dosage(repeat={"when": None, "timeOfDay": ["22:30:00"]}, text="40 mg at bedtime"),
        dosage(repeat={"when": None, "timeOfDay": ["22:30:00"]}, text="40 mg in the evening"),
    ),
    "a half in words": (
        counted(HALF, "tablet", text="half a tablet"), counted(HALF, "tablet", text="1 1/2 tablets")
    ),
    "a number without a unit": (
        counted(1, "tablet", text="Take 1 daily"), counted(1, "tablet", text="Take 2 daily")
    ),
    "a scheme against a mass": (dosage(5, text="1-0-0-0"), dosage(5, text="2-0-0-0")),
    "another kind of unit": (counted(1, "tablet", text="1 tablet"), counted(1, "tablet", text="1 capsule")),
    "a warning": (
        dosage(text="40 mg daily. Avoid prolonged exposure to sunlight while on this medicine."),
        dosage(text="40 mg daily. Avoid alcohol for 3 days."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSE)
def test_of_two_texts_that_are_close_the_one_that_repeats_the_codes_is_read(name):
    same, other = CLOSE[name]
    assert refusals(order(same), strength=mg(5)) == []
    assert any(": text: " in line for line in refusals(order(other), strength=mg(5)))


def test_a_concentration_in_a_text_is_compared_where_it_is_known():
    held = {"numerator": quantity(2), "denominator": quantity(5, "mL")}
    for said, is_read in (("Take 5 mL of 2 mg/5 mL", True), ("Take 5 mL of 1 mg/mL", False)):
        drug = {"resourceType": "Medication", "id": "m",
                "ingredient": [{"itemCodeableConcept": {"text": "x"}, "strength": held}]}  # fmt: skip
        told = order(dosage(doseAndRate=[{"doseQuantity": quantity(5, "mL")}], text=said), contained=[drug],
                     medicationCodeableConcept=None, medicationReference={"reference": "#m"})  # fmt: skip
        assert (refusals(told) == []) is is_read


def test_a_days_amount_may_be_told_over_several_times_of_day():
    for first, text, is_read in (
        (dosage(10), "15 mg daily", True), (dosage(10), "20 mg daily", False),
        (counted(2, "tablet"), "3 tablets daily", True), (counted(2, "tablet"), "4 tablets daily", False),
    ):  # fmt: skip
        evening = {"when": ["EVE"]}
        second = dosage(5, repeat=evening) if "mg" in text else counted(1, "tablet", repeat=evening)
        told = order(first | {"text": text}, second)
        assert (refusals(told, strength=mg(5)) == []) is is_read, text


def test_a_note_that_is_no_text_refuses_and_is_not_read():
    assert any(": element: " in line for line in refusals(order(note=[{"text": 7}])))


def test_a_strength_of_another_unit_explains_no_text():
    one = {"numerator": quantity(5), "denominator": quantity(1, "{capsule}")}
    drug = {
        "resourceType": "Medication",
        "id": "m",
        "ingredient": [{"itemCodeableConcept": {"text": "x"}, "strength": one}],
    }
    told = order(counted(1, "tablet", text="5 mg"), contained=[drug], medicationCodeableConcept=None,
                 medicationReference={"reference": "#m"})  # fmt: skip
    assert any("counted in tablets, and the strength is of one capsule" in line for line in refusals(told))


def test_a_note_beside_no_dosage_that_could_say_it_refuses():
    told = order(note=[{"text": "40 mg daily"}]) | {"dosageInstruction": []}
    assert any("it is beside no dosage" in line for line in refusals(told))
    assert not any("it is beside no dosage" in line for line in refusals(told | {"note": [{"text": "with food"}]}))


UNIT = {"en": "tablets", "de": "Tabletten", "fr": "comprimés", "es": "comprimidos"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_word_of_a_number_is_that_number_and_a_part_is_one_after_a_word_for_one_too(code):
    numbers = {
        word: Fraction(said) for word, said in vocabulary_of(code).digits.items() if re.fullmatch(r"[\d/]+", said)
    }
    ones = ["1 ", *(f"{word} " for word, number in numbers.items() if number == 1)]
    for word, number in numbers.items():
        for one in ["", *(ones if number < 1 else [])]:
            assert read_text(f"{one}{word} {UNIT[code]}").amounts == [(number, "tablet")], f"{one}{word}"
