"""Texts that contradict the codes beside them, in four languages: each kind refuses, and what is close is read."""

from decimal import Decimal

import pytest

from formats.fhir_orders import SLOTS, between, counted, dosage, lasting, order, order_r5, quantity, refusals
from taper import CannotImport, Concentration, from_fhir, mg
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
    "text", ["40 mg in the morning and with food", "40 mg with meals", "40 mg mane. Dissolve in water."]
)
def test_how_a_dose_is_taken_is_read(text):
    assert is_read(order(dosage(text=text)))


SUBLINGUAL = {"coding": [{"system": "http://snomed.info/sct", "code": "37839007"}]}
UNDER_THE_TONGUE = ["40 mg mane. Dissolve under the tongue.", "40 mg, place under the tongue and allow to dissolve",
                    "40 mg sublingually", "40 mg to be placed under the tongue"]  # fmt: skip


@pytest.mark.parametrize("text", UNDER_THE_TONGUE)
def test_what_is_held_under_the_tongue_refuses_beside_a_route_of_swallowing_alone(text):
    assert not is_read(order(dosage(text=text)))
    assert not is_read(order(note=[{"text": text}]))
    assert is_read(order(dosage(text=text, route=SUBLINGUAL)))
    assert is_read(order(dosage(text=text, route={"text": "dissolve, sublingual"})))
    assert is_read(order(dosage(text=text, route=None)))
    assert is_read(order(dosage(text=text), medicationCodeableConcept={"text": "prednisone sublingual tablets"}))


# What a note says of the order, of its dose, or of another way of giving it, in words that no text needs.
NOTES = [
    "Entered in error", "Ordered for the wrong patient", "Cancelled by Dr Smith", "Duplicate, please ignore",
    "Superseded", "Drop the dose after the clinic visit", "Dose to be confirmed", "Check dose with family",
    "Dosage under discussion", "??dose", "One-off dose", "Single dose", "Stat dose", "Just once",
    "No further supply after this", "Sick day rules apply", "Via NG tube", "Give IV", "Start after surgery",
    "After dialysis", "Take after dialysis", "On dialysis days", "Not yet started",
    "In addition to the other strength", "Instead of the white tablets", "Go back to the previous strength",
    "Given by injection", "Awaiting bloods", "See updated order", "Nil by mouth from midnight", "Put on the skin",
    "Given already this morning", "Clinic will phone with the new amount", "Quarter tablets", "With dialysis",
    "Last prescription", "Patient no longer takes this", "Do it as last time", "Every time pain is felt",
    "As pain dictates", "At the pharmacist's discretion", "Nurse to decide",
    "Use vaginally", "Swish and spit", "Gargle", "One after every loose stool", "Every few hours", "DC'd", "D/C'd",
    "Ran out", "Never collected", "Not required", "Temporarily held", "Course completed", "Previous medication",
    "Not during Ramadan", "Drug holiday in summer", "At school", "Over Christmas", "Day after methotrexate",
    "In an emergency", "So long as pain persists", "Whilst in hospital", "'Til told", "From tomorrow",
    "A few tablets", "A couple of tablets", "Short course", "Short term use", "Coming off", "Phase out",
    "See calendar", "As per specialist letter", "Per sliding scale", "As advised by hospital",
    "As directed by the INR clinic", "Half", "Eighteen",
    "Not as prescribed", "Stagger over the day", "Different from usual dose", "Call clinic for dose",
    "Check potassium in 2 weeks and stop",
    "Follow up with GP in 2 weeks to reduce", "No change to dose before 3/1/2026", "Ref 100 mg", "BP 20/10 mg",
    "DAW 2 tablets", "Call 555-123-4567 2 tablets", "Reduced from 60 mg; now on 20 mg daily",
]  # fmt: skip
# The dose of the codes, with a word that makes another of it.
BESIDE_THE_DOSE = ["40 mg per hour", "40 mg hourly", "Over 40 mg", "40 mg?", "? 40 mg", "40 mg (?)", "40 mg per stool"]


# The same in German, French and Spanish, and notes in languages without a reader that share a word with one that has.
NOTES_ABROAD = [
    "Fehlerhafte Verordnung", "Verordnung ungültig", "wird verschoben", "Verordnung noch nicht bestätigt",
    "Entwurf, bitte nicht verwenden", "wie zuletzt", "wird durch neue Verordnung ersetzt", "anstelle von Metamizol",
    "Kombination mit Tramadol", "läuft aus", "nach Gewicht", "Startet nach der OP", "Nach der Chemo",
    "an chemofreien Tagen", "über Magensonde", "auf die Haut auftragen", "in beide Augen", "i.m.",
    "gurgeln und ausspucken", "Mundspülung, nicht schlucken", "vom Patienten abgelehnt", "verweigert Einnahme",
    "Patient hat selbst reduziert", "früh und spät", "rund um die Uhr", "zyklisch einnehmen", "im Schub",
    "während der Pollensaison", "so kurz wie möglich", "Prescription erronée", "Saisi par erreur",
    "ordonnance invalide", "à reporter", "prescription à confirmer", "brouillon, ne pas utiliser",
    "comme la dernière fois", "plan joint", "remplacée par nouvelle ordonnance", "au lieu du paracétamol",
    "en association avec tramadol", "traitement terminé", "ordonnance expirée", "après la sortie", "après la chimio",
    "par sonde gastrique", "en perfusion", "appliquer sur la peau", "IM", "sous-cutané", "coller le patch",
    "refusé par le patient", "relais par dexaméthasone", "à vérifier avec le cardiologue", "dans la journée",
    "toutes les heures", "pendant les poussées", "pendant la saison pollinique", "le moins longtemps possible",
    "en attente", "à revoir", "Prescripción errónea", "Registrado por error", "pendiente de confirmar",
    "borrador, no utilizar", "como la última vez", "ver informe", "se adjunta plan", "sustituida por nueva receta",
    "en vez de paracetamol", "en combinación con tramadol", "tratamiento finalizado", "un tercio más",
    "tras el alta", "por sonda gástrica", "aplicar en la piel", "en ambos ojos", "pegar el parche",
    "rechazado por el paciente", "no tolerado", "a verificar con cardiología", "partir en cuatro", "en dos veces",
    "cada hora", "de forma discontinua", "durante los brotes", "durante la época de polen",
    "el menor tiempo posible", "en espera",
    "Abdosieren im Verlauf", "Bedarf", "El paciente decide", "Eltern passen an", "Freigabe steht aus",
    "Hochdosieren möglich", "Le patient décide", "Patient soll selbst entscheiden", "Stärke wurde geändert",
    "ambulant nicht fortführen", "an Schultagen", "darf wiederholt werden", "descanso en agosto", "für den Notfall",
    "ne pas poursuivre à domicile", "ne pas reconduire à la sortie", "no continuar en domicilio", "peut être répété",
    "puede repetirse", "test thérapeutique", "vom Kardiologen geändert", "à répartir sur la journée",
    "à valider par le senior", "an Einnahmetagen", "partir en cuatro",
    "Dauer offen", "peut être omis", "ne pas dispenser", "duración por precisar", "siehe Arztbrief", "stündlich",
]  # fmt: skip
NOTES_UNREAD = [
    "verkeerde patiënt", "la sera", "só em caso de febre", "por via intramuscular", "tomar só se dor",
    "forkert patient", "se skema", "fel patient", "numai la febră", "doblar la dosi", "ei saa ottaa", "este",
]  # fmt: skip


@pytest.mark.parametrize("text", [*NOTES, *NOTES_ABROAD, *NOTES_UNREAD])
def test_a_note_that_may_undo_or_move_the_doses_refuses(text):
    assert not is_read(order(note=[{"text": text}]))


@pytest.mark.parametrize("text", BESIDE_THE_DOSE)
def test_a_word_beside_the_dose_that_is_not_understood_refuses_in_a_note_too(text):
    assert is_read(order(dosage(40), note=[{"text": "Patient has taken 40 mg daily"}]))
    assert not is_read(order(dosage(40), note=[{"text": text}]))


OTHER_NOTES_ABROAD = [
    "Patient hat Allergie gegen Penicillin.", "Rezept per Post zugesandt", "Botendienst gewünscht",
    "Ehefrau informiert", "Mit Patient besprochen", "Kostenübernahme durch Krankenkasse geklärt",
    "Blister vom Pflegedienst gestellt", "BTM-Rezept", "Bitte Kalium kontrollieren",
    "Medikament ist verschreibungspflichtig", "Nicht im Auto liegen lassen", "Mit Apotheke abgestimmt",
    "Schluckbeschwerden bekannt", "Einnahme unter Aufsicht", "Angehörige stellen die Medikamente",
    "Regelmäßige Blutzuckerkontrollen", "Ernährung: salzarm", "Tabletten im Ganzen schlucken", "mit dem Frühstück",
    "Verträglichkeit gut", "Diagnose gesichert", "Hausarzt: Dr. Müller", "Tel. Rücksprache mit Dr. Weber erfolgt",
    "vom Hausarzt weiterverordnet", "Patient kommt gut zurecht", "Allergie à la pénicilline.",
    "Ordonnance envoyée par courrier", "Livraison à domicile", "Épouse informée", "Vu avec le patient",
    "Pilulier préparé par l'infirmière", "Surveiller la kaliémie", "Ne pas laisser à la portée des enfants",
    "Médicament sur liste I", "Avis du pharmacien demandé", "Troubles de la déglutition connus",
    "Protéger du soleil", "Régime pauvre en sucre", "Ne pas écraser", "Avaler entier", "au petit-déjeuner",
    "Bonne tolérance", "Diagnostic confirmé", "Médecin traitant : Dr Dupont", "Bien toléré",
    "Dispositif expliqué au patient", "Éviter le pamplemousse", "Hydratation suffisante",
    "Ne contient pas de lactose", "Générique accepté", "Alergia a la penicilina.", "Receta enviada por correo",
    "Entrega a domicilio", "Esposa informada", "Hablado con el paciente", "Pastillero preparado por enfermería",
    "Vigilar el potasio", "Mantener fuera del alcance de los niños", "Medicamento sujeto a prescripción",
    "Consultado con farmacia", "Dificultad para tragar conocida", "Toma supervisada por enfermería",
    "Proteger del sol", "No triturar", "Tragar entero", "con el desayuno", "Buena tolerancia",
    "Diagnóstico confirmado", "Médico de cabecera: Dr. García", "Llamada al Dr. López hoy", "Bien tolerado",
    "Se explica al paciente", "Evitar el pomelo", "Hidratación suficiente", "No contiene lactosa",
    "Genérico aceptado",
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["Discussed with patient's wife", "Blister pack please", "Allergic to penicillin", "Reviewed by pharmacist J Smith",
     "Patient refused use of administration aid.", "Next INR on Monday", "Replaces previous prescription",
     "Telephone order read back", "Cannot remember the name of the tablet, but takes it every day in the morning",
     "Insurance approved", "Substitution permitted", "Patient prefers tablets over liquid",
     "Vit D level checked", "NKDA", "Good compliance", "Patient stable on 40 mg daily", "Continue current dose",
     "No change to dose", "Dose verified with pharmacy", "Taking as prescribed", "Steroid emergency card issued",
     "DAW 0. Refills: 2", "Call 555-123-4567 with questions", "Reviewed 01/02/2026", "Last filled 02/14/2026 #30",
     "Prior authorization approved through 12/31/2026", "Next medication review due 12/04/2026", "DOB 01/01/1960",
     "Age 54, BP 130/80, HbA1c 48", "NHS number 943 476 5919", "Rx #1234567", "ICD-10: M35.3", "Diagnosis: J45.901",
     "Check potassium in 2 weeks", "Follow up with your GP in 2 weeks", "Reduced from 60 mg; now on 40 mg daily",
     *OTHER_NOTES_ABROAD],
)  # fmt: skip
def test_a_note_of_something_else_is_read(text):
    assert is_read(order(note=[{"text": text}]))


def test_one_dose_is_a_length_of_one_day():
    for text in ("40 mg stat", "40 mg one-off dose", "single dose of 40 mg", "40 mg, one time only"):
        assert is_read(order(dosage(text=text, repeat=lasting(1)))), text
        assert not is_read(order(dosage(text=text))), text
        assert not is_read(order(dosage(text=text, repeat=lasting(2)))), text


@pytest.mark.parametrize("text", ["prendere due compresse al giorno", "ta annenhver dag", "przerwać po trzech dniach"])
@pytest.mark.parametrize("place", ["dosage", "order"])
def test_a_sentence_of_an_extension_in_another_language_refuses_and_a_name_does_not(text, place):
    held = [{"url": "http://example.org/sig", "valueString": text}]
    names = [{"url": "http://example.org/sig", "valueString": "Station Blau"}]
    told = {"dosage": lambda item: order(dosage(extension=item)), "order": lambda item: order(extension=item)}
    assert not is_read(told[place](held))
    assert is_read(told[place](names))


REASONS = {
    "Asthma - 60 mg for 5 days": False, "if relapse 60 mg for 7 days": False, "prednisone taper over 4 weeks": False,
    "Weaning": False, "40 mg daily": True, "einmalige Gabe vor Kontrastmittel": False,
    "dose unique avant scanner": False, "dosis única antes del TAC": False,
    "Asthma": True, "Raised blood pressure": True, "LDL above 190 mg/dL": True, "pain for 3 months": True,
}  # fmt: skip


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_that_tells_doses_is_compared_with_the_codes(text):
    assert is_read(order(reasonCode=[{"text": text}])) is REASONS[text]
    assert is_read(order_r5(dosage(), reason=[{"concept": {"text": text}}])) is REASONS[text]


def test_a_reason_that_says_as_needed_refuses():
    assert any(": as-needed:" in line for line in refusals(order(reasonCode=[{"text": "Schmerzen bei Bedarf"}])))


def test_a_strength_in_a_text_is_that_of_the_product():
    two = counted(2, "TAB", text="Take two 10 mg tablets")
    assert not is_read(order(two), strength=mg(5))
    assert is_read(order(two), strength=mg(10))
    assert not is_read(order(dosage(10, text="Prednisone 10 mg tablets: take 2")), strength=mg(5))


PACK = [dosage(24, repeat=lasting(1), sequence=1), dosage(20, repeat=lasting(2), sequence=2)]
DAYS = {
    "24 mg on day 1, then 20 mg on days 2-3": True, "Day 1: 24 mg. Days 2 and 3: 20 mg.": True,
    "24 mg on day 1, 20 mg on day 2 to 3": True, "Day 1: 24 mg, day 2: 20 mg": False,
    "Day 2: 24 mg, days 3-4: 20 mg": False, "Day 1: 20 mg, days 2-3: 24 mg": False,
    "Day 1: 24 mg, days 2-3: 20 mg, day 4: 16 mg": False,
    "Tag 1: 24 mg, Tag 2-3: 20 mg": True, "J1 : 24 mg, J2 à J3 : 20 mg": True, "Día 1: 24 mg, días 2 a 3: 20 mg": True,
    "Tag 1-2: 24 mg, Tag 3: 20 mg": False, "J1 à J2 : 24 mg, J3 : 20 mg": False,
    "Días 1 a 2: 24 mg, día 3: 20 mg": False,
}  # fmt: skip


@pytest.mark.parametrize("text", DAYS)
def test_days_by_their_numbers_are_counted_from_the_first_of_the_order(text):
    assert is_read(order(*PACK, note=[{"text": text}])) is DAYS[text]
    assert is_read(order_r5(*PACK, renderedDosageInstruction=text)) is DAYS[text]


WEEKS = {
    "Therapie 3 Wochen": True, "Therapie 4 Wochen": False,
    "1.-7. Tag 24 mg, 8.-21. Tag 20 mg": True, "1.-7. Tag 24 mg, 8.-14. Tag 20 mg": False,
    "Woche 1: 24 mg, Woche 2-3: 20 mg": True, "1. Woche 24 mg, 2. Woche 20 mg": False,
    "Woche 1-2: 24 mg, Woche 3: 20 mg": False,
    "Semaine 1 : 24 mg, semaines 2 à 3 : 20 mg": True, "1re semaine : 24 mg, 2e semaine : 20 mg": False,
    "Semana 1: 24 mg, semanas 2 y 3: 20 mg": True, "1.ª semana: 24 mg, 2.ª semana: 20 mg": False,
}  # fmt: skip


@pytest.mark.parametrize("text", WEEKS)
def test_weeks_by_their_numbers_are_counted_from_the_first_of_the_order(text):
    made = [dosage(24, repeat=lasting(7), sequence=1), dosage(20, repeat=lasting(14), sequence=2)]
    assert is_read(order(*made, note=[{"text": text}])) is WEEKS[text]


FIRST = ["zuerst 24 mg", "zu Beginn 24 mg morgens", "d'abord 24 mg", "primero 24 mg", "initially 24 mg"]


@pytest.mark.parametrize("text", FIRST)
def test_what_comes_first_is_said_of_the_first_of_several_steps_alone(text):
    assert is_read(order(PACK[0] | {"text": text}, PACK[1]))
    assert not is_read(order(PACK[0], PACK[1] | {"text": text.replace("24", "20")}))
    assert not is_read(order(dosage(24, text=text)))
    assert not is_read(order(dosage(24, text=text, repeat=lasting(1))))


WHOLE = {
    "10 mg for 7 days, 5 mg for 7 days, 2.5 mg for 7 days, then stop": True,
    "Reducing dose: 10 mg for 1 week, 5 mg for 1 week, 2.5 mg for 1 week": True,
    "1. Woche 10 mg, 2. Woche 5 mg, 3. Woche 2,5 mg": True,
    "zuerst 10 mg 7 Tage, dann 5 mg 7 Tage, dann 2,5 mg 7 Tage": True,
    "dann 10 mg 7 Tage, dann 5 mg 7 Tage, zuerst 2,5 mg 7 Tage": False,
    "1. Woche 5 mg, 2. Woche 10 mg, 3. Woche 2,5 mg": False,
    "10 mg for 7 days, 5 mg for 7 days, then 2.5 mg for 7 days": True,
    "10 mg for 7 days, 5 mg for 7 days, then stop": False,
    "10 mg for 7 days, 5 mg, then 2.5 mg for 7 days": False,
    "Reducing dose: 10 mg for 1 week, 5 mg for 1 week, 2.5 mg for 2 weeks": False,
}


@pytest.mark.parametrize("text", WHOLE)
def test_a_note_tells_each_step_in_turn_by_marks_and_by_words(text):
    made = [
        dosage(Decimal(mass), repeat=lasting(7), sequence=at) for at, mass in enumerate(("10", "5", "2.5"), start=1)
    ]
    assert is_read(order(*made, note=[{"text": text}])) is WHOLE[text]


@pytest.mark.parametrize("text", ["Reducing dose: 40 mg daily", "Tapering course: 40 mg"])
def test_a_heading_that_tells_of_a_change_refuses_beside_one_dose(text):
    assert not is_read(order(dosage(text=text)))


def test_a_step_may_say_its_days_by_their_numbers():
    for text, read in (("20 mg on days 2-3", True), ("20 mg on days 1-2", False)):
        assert is_read(order(PACK[0], PACK[1] | {"text": text})) is read
    assert not is_read(order(dosage(text="40 mg on day 1")))


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


FIVE_IN_FIVE = Concentration.parse("5 mg/5 mL")
LIQUID = {
    "10 mg / 10 mL once daily": True, "10 mg / 5 mL once daily": False, "20 mg / 20 mL": False,
    "Two 5 ml spoonfuls daily": True, "One 5 ml spoonful": False, "5 ml spoonful": False,
    "2 teaspoonfuls (10 mL)": True, "2 teaspoonfuls (5 mL)": False, "2 tablespoons": False,
}  # fmt: skip


@pytest.mark.parametrize("text", LIQUID)
def test_a_volume_is_compared_with_the_concentration(text):
    assert is_read(order(dosage(10, text=text)), strength=FIVE_IN_FIVE) is LIQUID[text]


def test_a_time_of_four_digits_and_a_range_of_weekdays_are_read():
    eight = {"when": None, "timeOfDay": ["08:00:00"]}
    for text, read in (("40 mg at 0800", True), ("40 mg at 2000", False), ("40 mg at 08:00 hrs", True)):
        assert is_read(order(dosage(text=text, repeat=eight))) is read
    week = {"periodUnit": "wk", "when": None, "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"], "frequency": 5}
    for text, read in (("40 mg Mon-Fri", True), ("40 mg Monday to Friday", True), ("40 mg Sat to Wed", False),
                       ("40 mg M-F", True), ("40 mg mon and fri", False)):  # fmt: skip
        assert is_read(order(dosage(text=text, repeat=week))) is read


def test_three_counts_may_end_at_bedtime():
    bed = dosage(repeat={"when": ["HS"]}, text="0-0-1")
    assert is_read(order(bed), strength=mg(40))
    assert not is_read(order(bed | {"text": "0-1-0"}), strength=mg(40))


def per(value, days, code="d"):
    return {"maxDosePerPeriod": {"numerator": quantity(value), "denominator": quantity(days, code)}}


@pytest.mark.parametrize(
    ("told", "limit", "most"),
    [(dosage(10), per(15, 1, "wk"), "70 mg in 7 days"),
     (dosage(10, repeat=lasting(3)), per(25, 1, "wk"), "30 mg in 7 days"),
     (dosage(10, repeat={"dayOfWeek": ["mon", "thu"]}), per(15, 7), "20 mg in 7 days"),
     (dosage(10, repeat={"period": 2}), per(15, 3), "20 mg in 3 days"),
     (dosage(10, repeat={"period": 3}), per(15, 96, "h"), "20 mg in 4 days")],
)  # fmt: skip
def test_a_limit_of_several_days_is_compared_with_the_most_of_as_many(told, limit, most):
    def noticed(limit):
        return [item.message for item in from_fhir(order(told | limit), slots=SLOTS).reports if item.kind == "maximum"]

    value = limit["maxDosePerPeriod"]["numerator"]["value"]
    assert noticed(limit) == [f"step 1: {most} is above the request's own limit of {value} mg in as many"]
    limit["maxDosePerPeriod"]["numerator"]["value"] = int(most.split()[0])
    assert noticed(limit) == []


PARTS = {
    "eine halbe Tablette morgens": "0.5",
    "1 halbe Tablette morgens": "0.5",
    "one half tablet mane": "0.5",
    "un demi-comprimé le matin": "0.5",
    "un medio comprimido por la mañana": "0.5",
    "un quart de comprimé le matin": "0.25",
    "1 Tablette und eine halbe morgens": "1.5",
    "eine und eine halbe Tablette morgens": "1.5",
    "1 tablet and a half mane": "1.5",
    "1 cp et demi le matin": "1.5",
    "1 cp ½ le matin": "1.5",
    "1 comprimido y medio por la mañana": "1.5",
    "zwei halbe Tabletten morgens": None,
    "2 half tablets mane": None,
}


@pytest.mark.parametrize("text", PARTS)
@pytest.mark.parametrize("count", ["0.25", "0.5", "1", "1.5", "2", "2.5"])
def test_a_part_of_a_tablet_is_that_part_and_no_more(text, count):
    """Whoever reads "eine halbe Tablette" takes a half, and not one and a half."""
    told = order(counted(Decimal(count), "TAB", text=text))
    assert is_read(told, strength=mg(20)) is (PARTS[text] == count)


OF_A_DAY = {
    "20 mg/Tag morgens und abends": True, "10 mg/Tag morgens und abends": False, "2x täglich, 10 mg/Tag": False,
    "20 mg/j en 2 prises": True, "10 mg/j matin et soir": False, "10 mg/day at 8 am and 8 pm": False, "20 mg/day": True,
    "20 mg pro Tag morgens und abends": True, "10 mg pro Tag morgens und abends": False,
    "10 mg par jour, matin et soir": False,
    "10 mg al día por la mañana y por la noche": False, "10 mg per day, morning and evening": False,
    "20 mg a day bd": True,
    "20 mg par jour en 2 prises matin et soir": True, "10 mg par jour en 2 prises matin et soir": False,
    "20 mg al día: 10 mg por la mañana y 10 mg por la noche": True, "10 mg two times per day": True,
    "10 bis 20 mg pro Tag morgens und abends": False,
    "10-0-10 mg (20 mg/Tag)": True, "10-0-10 mg (10 mg/Tag)": False, "1-0-1 Tbl. à 10 mg, 20 mg/Tag": True,
    "1-0-1 Tbl. à 10 mg, 10 mg/Tag": False, "10 mg morgens und abends, 20 mg/Tag": True,
}  # fmt: skip


@pytest.mark.parametrize("text", OF_A_DAY)
def test_an_amount_of_a_day_is_what_the_doses_of_a_day_come_to(text):
    twice = dosage(10, repeat={"frequency": 2, "when": ["MORN", "EVE"]})
    assert is_read(order(twice | {"text": text})) is OF_A_DAY[text]


UNEVEN = {
    "20 mg in the morning, 10 mg in the evening": True,
    "morgens 20 mg, abends 10 mg": True,
    "morgens 20 mg und 10 mg abends": True,
    "20 mg le matin et 10 mg le soir": True,
    "por la mañana 20 mg por la noche 10 mg": True,
    "30 mg daily": True,
    "30 mg pro Tag in 2 Dosen": True,
    "10 mg in the morning, 20 mg in the evening": False,
    "abends 20 mg, morgens 10 mg": False,
    "por la mañana 10 mg por la noche 20 mg": False,
    "20 mg matin et soir": False,
    "10 mg zweimal täglich": False,
    "20 mg": False,
}


@pytest.mark.parametrize("text", UNEVEN)
def test_each_dose_of_a_day_is_told_at_its_own_time(text):
    evening = {"repeat": {"when": ["EVE"]}, "sequence": 1}
    told = [dosage(20, text="20 mg", sequence=1), dosage(10, text=text, **evening)]
    assert is_read(order(*told)) is UNEVEN[text]
    noted = order(dosage(20, sequence=1), dosage(10, **evening), note=[{"text": text}])
    assert is_read(noted) is UNEVEN[text]


def test_each_dose_of_a_week_or_a_clock_is_told_at_its_own_time():
    def week(text):
        days = [(10, "mon"), (5, "thu")]
        made = [dosage(value, repeat={"when": ["MORN"], "dayOfWeek": [day]}, sequence=1) for value, day in days]
        return is_read(order(*made, note=[{"text": text}]))

    def clock(text):
        hours = [(20, "08:00:00"), (10, "20:00:00")]
        made = [dosage(value, repeat={"when": None, "timeOfDay": [hour]}, sequence=1) for value, hour in hours]
        return is_read(order(*made, note=[{"text": text}]))

    assert week("10 mg montags, 5 mg donnerstags")
    assert not week("5 mg montags, 10 mg donnerstags")
    assert clock("20 mg um 8 Uhr, 10 mg um 20 Uhr")
    assert not clock("10 mg um 8 Uhr, 20 mg um 20 Uhr")


LATER = {
    "reduce to 20 mg in the morning": True,
    "auf 20 mg reduzieren": True,
    "puis diminuer à 20 mg": True,
    "luego bajar a 20 mg": True,
    "bei Besserung 20 mg morgens": True,
    "si bonne tolérance diminuer à 20 mg": True,
    "si buena tolerancia bajar a 20 mg": True,
    "wenn keine Besserung, 20 mg": True,
    "20 mg each morning, then reduce": False,
    "20 mg in the morning, taper slowly": False,
    "20 mg morgens, dann langsam ausschleichen": False,
    "20 mg morgens. Reduzieren.": False,
    "20 mg le matin puis diminuer": False,
    "20 mg por la mañana, y luego bajar": False,
    "20 mg each morning, stop if dizzy": False,
    "20 mg morgens, bei Schwindel absetzen": False,
    "20 mg morgens, wenn Schmerzen dann verdoppeln": False,
    "20 mg le matin, si vertiges arrêter": False,
    "20 mg por la mañana, si mareo suspender": False,
    "20 mg morgens, wenn Schmerzen auch abends": False,
    "wenn mehr als 20 mg": False,
}


@pytest.mark.parametrize("text", LATER)
def test_a_later_step_says_no_change_and_no_end_that_the_codes_do_not(text):
    later = order(dosage(40, repeat=lasting(5), sequence=1), dosage(20, sequence=2, text=text))
    assert is_read(later) is LATER[text]


@pytest.mark.parametrize("before", [10, 20, 40])
@pytest.mark.parametrize(
    ("text", "read"), [("then increase to 20 mg", {10}), ("reduce to 20 mg", {40}), ("change to 20 mg", {10, 20, 40})]
)
def test_a_change_to_more_or_to_less_is_that_of_the_codes(text, read, before):
    told = order(
        dosage(before, repeat=lasting(5), sequence=1),
        dosage(20, repeat={"when": ["EVE"]} | lasting(5), sequence=2, text=text),
    )
    assert is_read(told) is (before in read)


def test_a_change_of_one_of_two_doses_of_a_day_is_not_compared():
    two = [dosage(10, repeat={"when": [when]} | lasting(5), sequence=1) for when in ("MORN", "EVE")]
    assert is_read(order(*two, dosage(15, sequence=2, text="then increase to 15 mg in the morning")))


CONDITIONS = {
    "if tolerated, 20 mg each morning for 5 days": True,
    "if tolerated, 20 mg each morning for 5 days, then stop": True,
    "20 mg each morning for 5 days, stop if dizzy": False,
    "if tolerated, finish": False,
    "if tolerated, increase by 20 mg": False,
    "then reduce by 20 mg": False,
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_is_of_a_step_and_not_of_its_end_and_a_change_by_an_amount_is_no_dose(text):
    told = order(dosage(40, repeat=lasting(5), sequence=1), dosage(20, repeat=lasting(5), sequence=2, text=text))
    assert is_read(told) is CONDITIONS[text]


@pytest.mark.parametrize("text", ["Pharmacist may slow", "Speed per symptoms", "Pace by patient", "Ramp up"])
def test_a_note_that_leaves_the_pace_open_refuses(text):
    assert not is_read(order(note=[{"text": text}]))
    assert is_read(order(note=[{"text": "Slow release tablets dispensed"}]))


FALLING = {
    "Week 1: 10 mg; week 2: 5 mg": True,
    "Week 1: 5 mg; week 2: 10 mg": False,
    "Week 1: 10 mg; weeks 2-3: 5 mg": False,
    "10 mg for 1 week -> 5 mg for 1 week -> off": True,
    "10 mg => 5 mg": True,
    "5 mg → 10 mg": False,
    "10 mg -> 5 mg -> 2.5 mg": False,
    "Taper over 2 weeks.": True,
    "Steroid taper": True,
    "Taper over 3 weeks": False,
    "Taper over 2 weeks as the nurse says": False,
    "Prednisone taper": True,
    "2 week steroid taper": True,
    "3 week steroid taper": False,
    "Slow taper": False,
}


@pytest.mark.parametrize("text", FALLING)
def test_a_note_tells_a_taper_by_its_weeks_by_arrows_or_only_that_it_falls(text):
    week = lasting(1, "wk")
    falling = [dosage(10, repeat=week, sequence=1), dosage(5, repeat=week, sequence=2)]
    assert is_read(order(*falling, note=[{"text": text}])) is FALLING[text]


def test_only_an_order_that_falls_at_each_step_is_a_taper():
    for values in ([5, 10], [10, 10], [10, 5, 5], [10]):
        made = [dosage(value, repeat=lasting(7), sequence=index) for index, value in enumerate(values, start=1)]
        for index, one in enumerate(made):
            one["timing"]["repeat"]["when"] = [("MORN", "EVE")[index % 2]]
        assert is_read(order(*made))
        assert not is_read(order(*made, note=[{"text": "Steroid taper"}]))


IN_TURN = {
    "10 mg for 7 days, then 5 mg for 7 days if tolerated": [False, True],
    "10 mg for 7 days, then if tolerated 5 mg for 7 days, then stop": [False, True],
    "10 mg for 7 days, then 5 mg for 7 days, then stop": [False, False],
    "If tolerated 10 mg for 7 days, then 5 mg for 7 days": None,
    "10 mg for 7 days, then 5 mg for 7 days, then stop if well, otherwise continue": None,
    "10 mg for 7 days, then 5 mg for 7 days, then stop on Sunday": None,
    "10 mg for 7 days, then 5 mg for 7 days, then stop and restart": None,
    "10 mg for 7 days, then 5 mg for 7 days, then stop slowly": None,
}


@pytest.mark.parametrize("text", IN_TURN)
@pytest.mark.parametrize("place", ["note", "patientInstruction"])
def test_a_text_of_the_whole_reviews_the_step_that_it_tells_with_a_condition(text, place):
    made = [dosage(value, repeat=lasting(7), sequence=index) for index, value in enumerate((10, 5), start=1)]
    given = order(*made, note=[{"text": text}]) if place == "note" else order(made[0] | {place: text}, made[1])
    if IN_TURN[text] is None:
        assert not is_read(given)
    else:
        assert [step.review_before for step in from_fhir(given).plan.courses[0].steps] == IN_TURN[text]


@pytest.mark.parametrize("text", ["Behandlungsdauer 5 Tage", "Durée du traitement: 5 jours", "for 5 days"])
def test_a_length_that_is_said_of_no_dose_is_that_of_the_whole(text):
    two = [dosage(value, repeat=lasting(5), sequence=number) for number, value in enumerate((40, 20), start=1)]
    assert not is_read(order(*two, note=[{"text": text}]))
    assert is_read(order(*two, note=[{"text": text.replace("5", "10")}]))


SINGLE = {
    "40 mg une fois": "le matin",
    "une prise": "le matin",
    "40 mg una toma": "por la mañana",
    "40 mg einmal": "morgens",
    "40 mg eine Dosis": "morgens",
}


@pytest.mark.parametrize("text", SINGLE)
def test_a_single_dose_is_no_daily_one(text):
    assert not is_read(order(dosage(40, text=text)))
    assert is_read(order(dosage(40, text=f"{text} {SINGLE[text]}")))


@pytest.mark.parametrize("text", ["morgens oder abends", "matin ou soir", "matin et/ou soir", "mañana o noche"])
def test_one_of_two_times_is_not_both(text):
    twice = {"repeat": {"frequency": 2, "when": ["MORN", "EVE"]}}
    assert not is_read(order(dosage(40, text=f"40 mg {text}", **twice)))


def test_what_may_stand_is_named_once_and_only_where_it_refuses():
    told = "where the codes are what is meant, accept 'text'"
    with pytest.raises(CannotImport) as caught:
        from_fhir(order(dosage(text="40 mg, then 20 mg"), note=[{"text": "stop on Friday"}]), slots=SLOTS)
    assert str(caught.value).count(told) == 1
    with pytest.raises(CannotImport) as caught:
        from_fhir(order(dosage(text="40 mg, then 20 mg"), status="cancelled"), slots=SLOTS, accept=["text"])
    assert "accept" not in str(caught.value)


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


@pytest.mark.parametrize(
    ("text", "said"),
    [("Take with food", "compared with the codes"), ("40 mg each morning", "compared with the codes"),
     ("Patient prefers tablets over liquid", "understood in part, so read it"),
     ("40 mg each morning. Wife informed", "understood in part, so read it")],
)  # fmt: skip
def test_a_note_with_words_that_are_not_understood_is_for_people_to_read(text, said):
    told = from_fhir(order(note=[{"text": text}]), slots=SLOTS).reports
    assert [item.message for item in told if repr(text) in item.message] == [f"{said}: {text!r}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("Lives alone", "is in words that are not known, or in a language that is not read here"),
     ("Afbouwen in overleg met de arts", "is in a language that is not read here")],
)  # fmt: skip
def test_a_language_is_said_not_to_be_read_only_where_it_is_known_to_be_another(text, said):
    (line,) = refusals(order(note=[{"text": text}]))
    assert f"the text {text!r} {said} (English" in line
