"""Advice in the texts of an order: what warns or says how to take a drug is read, and nothing hides in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.fhir_orders import counted, lasting, order, refusals
from taper import mg
from taper.formats.fhir.read.vocabulary import LANGUAGES, vocabulary_of

# Words of advice that are articles too, or that say how long advice holds: "while taking this medicine".
HARMLESS = {"while", "a", "an", "un", "une", "una", "ein", "eine", "einen", "einer"}
ADVICE = [
    "Take 2 tablets in the morning. Do not drive.",
    "Take 2 tablets in the morning. Do not drive or operate heavy machinery.",
    "Take 2 tablets every morning. May cause drowsiness.",
    "Take 2 tablets every morning. May cause drowsiness; if affected do not drive or use machines. Avoid alcohol.",
    "Take 2 tablets every morning. May cause drowsiness and if affected, avoid alcohol.",
    "Take 2 tablets every morning. Warning: this medicine may make you sleepy. If this happens, do not drive.",
    "Take 2 tablets in the morning swallowed whole with a glass of water",
    "Take 2 tablets in the morning. Swallow whole, do not crush or chew.",
    "Take 2 tablets each morning on an empty stomach",
    "Take on an empty stomach",
    "Take 2 tablets in the morning with or just after food, or a meal",
    "Take 2 tablets in the morning. Take 30 minutes before food.",
    "Take 2 tablets in the morning when your stomach is empty. This means an hour before food or 2 hours after food.",
    "Take 2 tablets in the morning. Call your doctor if you get a rash.",
    "Take 2 tablets in the morning. Tell your doctor if you are pregnant or breastfeeding.",
    "Take 2 tablets in the morning. Contact your pharmacist if you have any questions.",
    "Take 2 tablets in the morning. Do not stop taking this medicine suddenly.",
    "Take 2 tablets in the morning. Do not stop taking this medicine unless your doctor tells you to stop.",
    "Take 2 tablets in the morning. Warning: Do not stop taking this medicine without talking to your doctor.",
    "Take 2 tablets in the morning. Protect your skin from sunlight. Do not use sunbeds.",
    "Take 2 tablets in the morning. Dissolve or mix with water before taking.",
    "Take 2 tablets in the morning. This medicine may colour your urine. This is harmless.",
    "Take 2 tablets in the morning. Do not take indigestion remedies 2 hours before or after you take this medicine.",
    "Take 2 tablets in the morning. Do not take with milk or antacids.",
    "Take 2 tablets in the morning. Do not take with grapefruit juice.",
    "Take 2 tablets in the morning with plenty of water and sit or stand upright for 30 minutes after taking.",
    "Take 2 tablets in the morning. Store in the fridge.",
    "Take 2 tablets in the morning. Keep out of reach of children.",
    "Take 2 tablets in the morning. Keep in the original container. Store below 25 °C.",
    "Take 2 tablets in the morning for pain",
    "Take 2 tablets in the morning for high blood pressure",
    "Take 2 tablets in the morning to prevent migraine",
    "Take 2 tablets in the morning to treat infection",
    "Take 2 tablets in the morning to lower your blood pressure",
    "Take 2 tablets in the morning to help you sleep",
    "Take 2 tablets (10 mg) by mouth once daily in the morning for inflammation",
    "Take 2 tablets in the morning under supervision",
    "Take 2 tablets in the morning under medical supervision",
    "Take 2 tablets in the morning as directed by your doctor",
    "Take 2 tablets in the morning. Take at the same time each day.",
    "Take 2 tablets in the morning. Try to take it at the same time every day.",
    "Patient has been counseled.",
    "Patient counselled on side effects",
    "Patient's own medication",
    "Take 2 tablets in the morning. Read the leaflet. Carry your steroid card.",
    "Take 2 tablets in the morning. Always carry your steroid emergency card",
    "Take 2 tablets by mouth every morning, disp 60, 3 refills",
    "Take 2 tablets in the morning. Do not eat or drink until dissolved.",
    "Take 2 tablets in the morning. Rinse mouth after use.",
    "Take 2 tablets in the morning. Wash hands after handling.",
    "Take 2 tablets in the morning with breakfast, with a full glass (250 mL) of water",
    "2 tablets PO qAM with food",
    "Sig: 2 tabs po qam",
    "2 tablets in the morning. Blood tests are needed regularly.",
    "Take 2 tablets in the morning. Can be taken with or without food.",
    "Take 2 tablets in the morning. May be taken with food to reduce stomach upset.",
    "Take 2 tablets in the morning. May be crushed and mixed with soft food or water.",
    "Take 2 tablets in the morning. Tablets may be halved.",
    "Can open capsules and sprinkle contents on soft food",
    "Take 2 tablets in the morning, at least 2 hours apart from antacids",
    "Remain upright for at least 30 minutes after taking",
    "Take 2 tablets in the morning. Do not take more than prescribed.",
    "Take 2 tablets in the morning. Do not exceed the stated dose.",
    "Take 2 tablets in the morning. Do not share this medicine.",
    "Take 2 tablets in the morning. Seek medical help at once if you have swelling of the face or trouble breathing.",
    "Take 2 tablets in the morning. Do not take anything containing aspirin while taking this medicine.",
    "Take 2 tablets in the morning. Contains aspirin.",
    "Take 2 tablets in the morning. May contain lactose.",
    "Take 2 tablets in the morning. Drink plenty of fluids.",
    "Take 2 tablets in the morning. Space doses evenly.",
    "Two tablets at breakfast",
    "Two tablets once a day in the morning.",
    "TAKE TWO TABLETS IN THE MORNING WITH FOOD",
    "2 tab(s) orally once a day (in the morning)",
    "2 tablets oral 1 time daily",
    "Administer 2 tablets orally in the morning",
    "Patient to take 2 tablets in the morning",
    "The patient should take 2 tablets in the morning with food.",
    "You should take 2 tablets in the morning",
    "Morgens 2 Tabletten. Unzerkaut mit ausreichend Flüssigkeit einnehmen.",
    "Morgens 2 Tabletten. Nehmen Sie die Tabletten nach dem Essen mit ausreichend Flüssigkeit ein.",
    "Patienten auf Verkehrstüchtigkeit hinweisen",
    "2 Tabletten morgens. Kann müde machen. Nicht Auto fahren.",
    "2 Tabletten morgens. Kein Alkohol.",
    "2 Tabletten morgens. Auf Alkohol verzichten.",
    "2 Tabletten morgens nüchtern einnehmen, 30 Minuten vor dem Frühstück",
    "2 Tabletten morgens zum Frühstück",
    "2 Tabletten morgens gegen Schmerzen",
    "2 Tabletten morgens. Nicht zerkauen. Im Ganzen schlucken.",
    "2 Tabletten morgens. Nicht plötzlich absetzen.",
    "2 Tabletten morgens. Bei Fragen wenden Sie sich an Ihren Arzt oder Apotheker.",
    "2 Tabletten morgens. Im Kühlschrank aufbewahren.",
    "2 Tabletten morgens. Vor Licht geschützt lagern. Für Kinder unzugänglich aufbewahren.",
    "2 Tabletten morgens unabhängig von den Mahlzeiten",
    "2 Tabletten morgens mit einem Glas Wasser",
    "2-0-0-0",
    "2 comprimés le matin. Avaler entier avec un verre d'eau. Ne pas croquer.",
    "2 comprimés le matin à jeun",
    "2 comprimés le matin pendant le repas",
    "2 comprimés le matin. Peut provoquer une somnolence. Ne pas conduire.",
    "2 comprimés le matin. Éviter l'alcool.",
    "2 comprimés le matin. Ne pas arrêter brutalement.",
    "2 comprimés le matin. Consultez votre médecin en cas d'éruption.",
    "2 comprimés le matin. Conserver au réfrigérateur. Tenir hors de la portée des enfants.",
    "2 comprimés le matin contre la douleur",
    "2 comprimés le matin pour la tension",
    "2 comprimidos por la mañana. Tragar enteros con un vaso de agua. No masticar.",
    "2 comprimidos por la mañana en ayunas",
    "2 comprimidos por la mañana con el desayuno",
    "2 comprimidos por la mañana. Puede causar somnolencia. No conducir.",
    "2 comprimidos por la mañana. Evite el alcohol.",
    "2 comprimidos por la mañana. No suspender bruscamente.",
    "2 comprimidos por la mañana. Consulte a su médico si tiene sarpullido.",
    "2 comprimidos por la mañana. Conservar en la nevera. Mantener fuera del alcance de los niños.",
    "2 comprimidos por la mañana para el dolor",
    "2 comprimidos por la mañana para la tensión",
]
COURSES = [
    "Take 2 tablets in the morning for 7 days. Complete the course.",
    "Take 2 tablets in the morning for 7 days. Complete the full course even if you feel better.",
    "Take 2 tablets in the morning for 7 days. Finish all of this medicine.",
    "Take 2 tablets in the morning until finished",
    "2 tablets in the morning. Keep taking this medicine until the course is finished.",
    "2 Tabletten morgens für 7 Tage. Packung aufbrauchen.",
    "Take 2 tablets in the morning for 7 days, then stop. "
    "Do not take indigestion remedies 2 hours before or after you take this medicine.",
]
DOSES = [
    "Take 2 tablets in the morning. Complete the course.",
    "Take 2 tablets in the morning until finished",
    "Take 2 tablets by mouth every morning, disp 60, refill when told",
    "Do not take",
    "Take 2 tablets in the morning. Do not take.",
    "Do not take 2 tablets in the morning",
    "Not in the morning",
    "Take 2 tablets in the morning. Do not take with food on Sundays.",
    "Take 2 tablets in the morning. Contact your doctor and halve the amount.",
    "Take 2 tablets in the morning. Avoid mornings.",
    "Take 2 tablets in the morning. Tell your doctor, and swallow another one.",
    "Take 2 tablets in the morning. Do not exceed 3 tablets a day.",
    "Take 2 tablets in the morning. Do not take more than 8 in 24 hours.",
    "Take 2 tablets in the morning if in pain",
    "Take 2 tablets in the morning, stop if you feel unwell",
    "Take 2 tablets in the morning. If you feel better stop.",
    "Take 2 tablets in the morning. May be increased by your doctor.",
    "Take 2 tablets in the morning. Dose may be doubled.",
    "Take 2 tablets in the morning. If drowsy take one tablet.",
    "Take 2 tablets in the morning. Avoid alcohol, when drowsy",
    "Take 2 tablets in the morning. Do not drive, if dizzy",
    "Take 2 tablets in the morning; if affected, skip.",
    "Take 2 tablets in the morning. May cause drowsiness, then 1 tablet.",
    "Take 2 tablets in the morning and 1 in the evening",
    "Take 2 tablets in the morning. Avoid alcohol and 1 tablet at night",
    "Take 2 tablets in the morning. Warning: reduce to 1 tablet next week.",
    "Take 2 tablets in the morning. Store one for the evening.",
    "Take 2 tablets in the morning. Keep increasing.",
    "Take 2 tablets in the morning unless sleepy",
    "Take 2 tablets in the morning for pain only",
    "Take 2 tablets in the morning when in pain",
    "Take 2 tablets in the morning for 5 days",
    "Take 2 tablets in the morning for pain for 5 days",
    "Take 2 tablets in the morning. Do not take on Sundays.",
    "Take 2 tablets in the morning. Seek advice before increasing.",
    "Take 2 tablets in the morning. Repeat.",
    "Take 2 tablets in the morning. May be repeated.",
    "Take 2 tablets in the morning. May repeat once.",
    "Take half before food and half after food",
    "Take 2 tablets in the morning. Ask your doctor how many.",
    "Take 2 tablets in the morning. Inform the patient of the new dose of 3 tablets",
    "Take 2 tablets in the morning. Follow the plan.",
    "Take 2 tablets in the morning. Follow your doctor's schedule.",
    "Take 2 tablets in the morning. Discuss the taper.",
    "Patient to increase",
    "Patient may skip",
    "Patient self-adjusts.",
    "Taken weekly",
    "2 Tabletten morgens bei Bluthochdruck",
    "2-0-1-0",
    "2 Tabletten morgens bei Bedarf",
    "2 Tabletten morgens bei Schmerzen",
    "2 Tabletten morgens. Nicht einnehmen.",
    "2 Tabletten morgens. Nicht abends, sondern 1 Tablette mittags",
    "2 Tabletten morgens, bei Müdigkeit 1 Tablette",
    "2 comprimés le matin en cas de douleur",
    "2 comprimés le matin. Ne pas prendre.",
    "2 comprimés le matin si besoin",
    "2 comprimés le matin, puis 1",
    "2 comprimidos por la mañana si hay dolor",
    "2 comprimidos por la mañana. No tomar.",
    "2 comprimidos por la mañana y luego 1",
    "Take 2 tablets in the morning or not",
    "No tablets in the morning",
    "2 tablets may be taken in the morning",
    "May take 2 tablets in the morning",
    "Take 2 tablets in the morning, avoid evenings",
    "Avoid in the morning",
    "Never take 2 tablets in the morning",
    "Do not give 2 tablets in the morning",
    "Keine Tabletten morgens",
    "Ne prendre pas 2 comprimés le matin",
    "Take 2 tablets in the morning. Contact your doctor for the next dose.",
    "Take 2 tablets in the morning. Your doctor will change the dose.",
    "Take 2 tablets in the morning. Contact your doctor after 5 days.",
    "Take 2 tablets in the morning. May cause drowsiness. Take one less if drowsy.",
    "Take 2 tablets in the morning. Take another if pain persists",
    "Take 2 tablets in the morning for infection until better",
]


def refused(text, **more):
    return refusals(order(counted(2, "tablet", text=text, **more)), strength=mg(5))


@pytest.mark.parametrize("text", ADVICE)
def test_a_text_that_warns_or_says_how_to_take_the_drug_is_read(text):
    assert refused(text) == []


@pytest.mark.parametrize("text", COURSES)
def test_to_finish_the_course_repeats_codes_with_an_end_and_no_others(text):
    assert refused(text, repeat=lasting(7)) == []
    assert refused(text) != []


@pytest.mark.parametrize("text", DOSES)
def test_a_text_that_says_another_dose_or_a_condition_beside_advice_refuses(text):
    assert refused(text) != []


TOLD = ["Take 2 tablets in the morning", "2 tablets daily", "Take two tablets every morning with food"]
PLANTED = [
    "for {n} days", "{n} tablets in the evening", "increase to {n} tablets", "up to {n} tablets", "every {n} hours",
    "{n} times a day", "{n} mg", "max {n}", "until day {n}", "then {n} tablets", "take another {n}", "reduce by {n} mg",
    "in the evening", "on Mondays", "every other day", "reduce gradually", "then stop", "halve it", "skip weekends",
    "not in the morning", "as needed", "do not take it", "for a week", "twice daily", "until better", "omit on Sundays",
]  # fmt: skip
CONDITIONS = ["if in pain", "when drowsy", "unless sleepy", "only if dizzy", "as tolerated", "if the doctor says"]


@given(
    st.sampled_from(TOLD),
    st.lists(st.sampled_from([text for text in ADVICE if text.isascii()]), max_size=2),
    st.sampled_from(PLANTED),
    st.sampled_from([". ", ", ", "; ", " and ", " ", "\n", " - ", ": "]),
    st.integers(3, 60),
    st.data(),
)
def test_no_other_number_length_time_or_change_hides_among_advice(told, advice, planted, joined, number, data):
    parts = data.draw(st.permutations([told, *advice, planted.format(n=number)]))
    assert refused(joined.join(part.rstrip(".") for part in parts)) != []


@given(
    st.lists(st.sampled_from([text for text in ADVICE if text.isascii()]), min_size=1, max_size=2),
    st.sampled_from(CONDITIONS),
    st.sampled_from([". ", ", ", "; ", "\n"]),
    st.booleans(),
)
def test_no_condition_of_the_dose_hides_among_advice(advice, condition, joined, first):
    parts = [condition, *advice] if first else [*advice, condition]
    assert refused(joined.join(part.rstrip(".") for part in parts)) != []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_word_of_advice_can_carry_a_dose_a_time_a_length_or_a_change(code):
    words = vocabulary_of(code)
    says = [words.patterns[key] for key in ("change", "stop", "until", "then", "times", "daily", "weekly", "weekends")]
    said = {word for word in words.warning_words if word not in HARMLESS}
    assert not {word for word in said if word in words.digits or word in words.units_of_time}
    for pattern in [*says, words.slots, words.weekdays.each, *([words.named_times] if words.named_times else [])]:
        assert not {word for word in said if pattern.fullmatch(word)}
    assert not {word for word in said if word.isdigit()}
