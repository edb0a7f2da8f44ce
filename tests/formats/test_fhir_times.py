"""Days of the week and times of day in the texts of orders: a text agrees with the codes of just those that it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.fhir_orders import dosage, lasting, order, refusals

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPELT = {
    "en": "mon monday mondays; tue tues tuesday; wed weds wednesday; thu thur thurs thursday; fri friday; sat saturday;"
    " sun sunday",
    "de": "mo montag montags; di dienstag; mi mittwoch; do donnerstags; fr freitag; sa samstag sonnabend; so sonntag",
    "fr": "lun lundi lundis; mar mardi; mer mercredi; jeu jeudi; ven vendredi; sam samedi; dim dimanche",
    "es": "lun lunes; mar martes; mie miércoles mié; jue jueves; vie viernes; sab sábado sáb; dom domingo",
}  # fmt: skip
TWO_LETTERS = {"en": "mo tu we th fr sa su", "fr": "lu ma me je ve sa di", "es": "lu ma mi ju vi sa do"}
JOINED = {"en": " and ", "de": " und ", "fr": " et ", "es": " y "}
TO = {"en": " to ", "de": " bis ", "fr": " au ", "es": " a "}
BEFORE = {"en": "40 mg in the morning", "de": "40 mg morgens", "fr": "40 mg le matin", "es": "40 mg por la mañana"}


def agrees(text, days):
    """Whether a text agrees with the codes of 40 mg in the morning, on some days of the week or on each day."""
    weekly = {"periodUnit": "wk", "dayOfWeek": list(days), "frequency": len(days)} if days else {}
    return not refusals(order(dosage(text=text, repeat=weekly)))


def others(days):
    """Days that a text which says these days must not agree with: one more, one less, the first and last, and all."""
    held = [day for day in WEEK if day in days]
    yield from ([day for day in WEEK if day in days or day == more] for more in WEEK if more not in days)
    yield from ([day for day in held if day != less] for less in held if len(held) > 1)
    yield None


@st.composite
def written(draw):
    """Two or more days in a row or apart, as one language writes them."""
    code = draw(st.sampled_from(sorted(SPELT)))
    ways = [each.split() for each in SPELT[code].split("; ")]
    if code in TWO_LETTERS and draw(st.booleans()):
        ways = [[each] for each in TWO_LETTERS[code].split()]
    places = draw(st.lists(st.integers(0, 6), min_size=2, max_size=6, unique=True))
    words = [draw(st.sampled_from(ways[place])) for place in places]
    dot = "." if draw(st.booleans()) and all(len(word) < 4 for word in words) else ""
    sign = draw(st.sampled_from([", ", "/", " / ", " + ", "+", " & ", JOINED[code]]))
    if sign in (", ", "/") and len(words) > 2 and draw(st.booleans()):
        said = f"{sign.join(word + dot for word in words[:-1])}{JOINED[code]}{words[-1]}{dot}"
    else:
        said = sign.join(word + dot for word in words)
    return code, said.title() if draw(st.booleans()) else said, [WEEK[place] for place in sorted(places)]


@given(written())
def test_a_list_of_weekdays_is_just_its_days(drawn):
    code, said, days = drawn
    text = f"{BEFORE[code]} {said}"
    assert agrees(text, days), text
    for wrong in others(days):
        assert not agrees(text, wrong), (text, wrong)


@given(st.data())
def test_a_range_of_weekdays_is_all_from_its_first_to_its_last(data):
    code, dot = data.draw(st.sampled_from(sorted(SPELT))), data.draw(st.sampled_from(["", "."]))
    ways = [st.sampled_from(each.split()) for each in SPELT[code].split("; ")]
    first, more = data.draw(st.integers(0, 6)), data.draw(st.integers(1, 6))
    sign = data.draw(st.sampled_from(["-", " - ", "–", " ~ ", "...", TO[code]]))
    said = f"{data.draw(ways[first])}{dot}{sign}{data.draw(ways[(first + more) % 7])}{dot}"
    days = [WEEK[(first + past) % 7] for past in range(more + 1)]
    text = f"{BEFORE[code]} {said}"
    assert agrees(text, days), text
    for wrong in others(days):
        assert not agrees(text, wrong), (text, wrong)


@pytest.mark.parametrize("said", [
    "Mon-Fri", "Mon.-Fri.", "Mon. - Fri.", "Mon to Fri", "Mondays through Fridays", "Mon thru Fri", "from Mon. to Fri.",
    "Mo-Fr", "Mo.-Fr.", "Mo. bis Fr.", "Montag bis Freitag", "von Mo bis Fr", "montags bis freitags",
    "lundi au vendredi", "du lundi au vendredi", "de lunes a viernes", "Mon\u2013Fri",
    "Mon > Fri", "Mon~Fri", "Mon..Fri", "Mon \u2026 Fri", "Mon, -Fri", "Mon -- Fri", "(Mon)-(Fri)", "Mon \u2014 Fri",
])  # fmt: skip
def test_a_range_of_weekdays_is_all_of_its_days_however_it_is_written(said):
    for days, read in ((["mon", "tue", "wed", "thu", "fri"], True), (["mon", "fri"], False)):
        assert agrees(f"40 mg {said}", days) is read


@pytest.mark.parametrize("word", ["diasa", "moafr", "montofri", "dibisdo"])
def test_days_within_one_word_are_no_range(word):
    assert not agrees(f"40 mg {word}", None)


@pytest.mark.parametrize(("said", "days"), {
    "M/W/F": "mon wed fri", "Mon-Wed-Fri": "mon wed fri", "Mo - Mi - Fr": "mon wed fri", "L-X-V": "mon wed fri",
    "Tu-Th": "tue thu", "T/Th": "tue thu", "Tu/Th/S": "tue thu sat",
    "Tu-Th-Sa": "tue thu sat", "Mo-Tu-Th": "mon tue thu", "TThS": "tue thu sat",
    "L-V": "mon tue wed thu fri", "l a v": "mon tue wed thu fri", "weekdays": "mon tue wed thu fri",
    "weekends": "sat sun", "at the weekend": "sat sun", "am Wochenende": "sat sun", "le week-end": "sat sun",
    "los fines de semana": "sat sun", "Mon-Wed, Sat": "mon tue wed sat", "Mo-Do, Sa/So": "mon tue wed thu sat sun",
    "Mo-Di, Do-Fr": "mon tue thu fri",
}.items())  # fmt: skip
def test_letters_words_and_mixed_lists_are_their_days(said, days):
    assert agrees(f"40 mg {said}", days.split())
    for wrong in others(days.split()):
        assert not agrees(f"40 mg {said}", wrong), wrong


@pytest.mark.parametrize("said", [
    "before Monday", "after Monday", "since Mon", "by Monday", "from Monday", "this Monday", "start Monday",
    "starting on Monday", "begins Monday", "1st Monday", "Monday 1st", "Monday, the 1st", "as of Monday",
    "vor Montag", "nach dem Montag", "ab Mo", "seit Montag", "zum Montag", "Beginn Montag", "beginnend am Montag",
    "avant lundi", "après le lundi", "dès lundi", "depuis lundi", "début lundi", "à commencer lundi",
    "antes del lunes", "desde el lunes", "a partir del lunes", "inicio lunes", "empezar el lunes",
])  # fmt: skip
def test_one_day_is_not_that_day_of_each_week(said):
    assert not agrees(f"40 mg {said}", ["mon"])
    assert not agrees(f"40 mg {said}", None)


@pytest.mark.parametrize("said", [
    "not on weekends", "except weekends", "weekends off", "before the weekend", "one weekend", "every other weekend",
    "on 3 weekdays", "weekdays except Friday", "Mo, so wie besprochen", "so", "su", "th", "werktags", "except Sa, Su",
    "am Wochenende nicht", "vor dem Wochenende", "jedes zweite Wochenende", "avant le week-end", "hors week-end",
    "un week-end sur deux", "antes del fin de semana", "salvo fin de semana", "nicht Sa/So", "Sa/So Pause",
])  # fmt: skip
def test_what_says_other_days_or_none_agrees_with_no_days(said):
    for days in (["sat", "sun"], ["mon", "tue", "wed", "thu", "fri"], ["mon", "sun"], ["sat"], ["sun"], None):
        assert not agrees(f"40 mg {said}", days), days


@pytest.mark.parametrize(("slot", "said"), [
    ("NOON", "before noon"), ("EVE", "before the evening"), ("MORN", "after morning"), ("EVE", "from evening"),
    ("EVE", "this evening"), ("MORN", "since this morning"), ("NOON", "vor dem Mittag"), ("EVE", "ab abends"),
    ("MORN", "nach dem Morgen"), ("NOON", "avant midi"), ("EVE", "ce soir"), ("MORN", "depuis le matin"),
    ("NOON", "antes del mediodía"), ("EVE", "esta noche"), ("MORN", "desde la mañana"),
])  # fmt: skip
def test_a_time_beside_a_time_of_day_is_not_that_time(slot, said):
    for text in (f"40 mg {said}", f"{said}: 40 mg"):
        assert refusals(order(dosage(text=text, repeat={"when": [slot]}))), text


@pytest.mark.parametrize("said", [
    "before 8:00", "after 8 am", "by 8 am", "from 08:00", "since 8:00", "vor 8 Uhr", "nach 8 Uhr", "ab 8:00",
    "seit 8 Uhr", "avant 8h", "après 8 h", "dès 8h00", "depuis 8h", "antes de las 8:00", "desde las 8 h",
    "sobre las 8:00",
])  # fmt: skip
def test_a_time_beside_a_clock_time_is_not_that_time(said):
    for text in (f"40 mg {said}", f"{said}: 40 mg"):
        assert refusals(order(dosage(text=text, repeat={"when": None, "timeOfDay": ["08:00:00"]}))), text


@pytest.mark.parametrize(("slot", "said"), [
    ("HS", "before bed"), ("HS", "before bedtime"), ("EVE", "before dinner"), ("MORN", "after breakfast"),
    ("NOON", "nach dem Mittagessen"), ("MORN", "vor dem Frühstück"), ("HS", "vor dem Schlafengehen"),
    ("EVE", "nach dem Abendessen"), ("NOON", "après-midi"), ("HS", "avant le coucher"), ("EVE", "antes de la cena"),
    ("MORN", "después del desayuno"),
])  # fmt: skip
def test_a_meal_and_bedtime_are_told_by_what_is_before_or_after_them(slot, said):
    assert not refusals(order(dosage(text=f"40 mg {said}", repeat={"when": [slot]})))


@pytest.mark.parametrize("said", [
    "40 mg in the morning for one dose", "40 mg in the morning for 10 tablets",
    "40 mg in the morning on the 1st", "40 mg the morning after", "40 mg in the morning before.",
    "40 mg+ in the morning",
    "40 mg am Morgen nach", "40 mg morgens ab", "40 mg+ morgens", "40 mg le matin pour 10 comprimés",
    "40 mg le matin après", "40 mg le matin une seule fois",
    "40 mg por la mañana por una dosis", "40 mg por la mañana para 10 comprimidos", "40 mg por la mañana antes",
])  # fmt: skip
def test_what_is_taken_once_or_so_often_or_breaks_off_is_not_each_day(said):
    assert refusals(order(dosage(text=said)))


@pytest.mark.parametrize("said", [
    "40 mg in the morning after food", "40 mg in the morning, before or after meals",
    "40 mg le matin en une seule fois", "40 mg le matin après le repas", "40 mg morgens nach dem Essen",
    "40 mg por la mañana después de comer"
])  # fmt: skip
def test_what_only_looks_like_it_is_read(said):
    assert not refusals(order(dosage(text=said)))


TOTALS = {
    "40 mg total morning and evening": False, "a total of 40 mg morning and evening": False,
    "40 mg altogether morning and evening": False, "40 mg morning and evening (total 40 mg)": False,
    "40 mg morning and evening (total 80 mg)": True, "80 mg in total, morning and evening": True,
    "insgesamt 40 mg morgens und abends": False, "40 mg gesamt morgens und abends": False,
    "40 mg morgens und abends, insgesamt 80 mg": True, "en tout 40 mg matin et soir": False,
    "40 mg au total matin et soir": False, "40 mg matin et soir, au total 80 mg": True,
    "en total 40 mg mañana y noche": False, "40 mg mañana y noche, en total 80 mg": True,
    "40 mg morning and evening?": False, "40 mg morgens und abends?": False, "40 mg matin et soir ?": False,
    "40 mg mañana y noche?": False,
}  # fmt: skip


@pytest.mark.parametrize("text", TOTALS)
def test_a_total_is_that_of_the_day(text):
    twice = {"when": ["MORN", "EVE"], "frequency": 2}
    assert (not refusals(order(dosage(text=text, repeat=twice)))) is TOTALS[text]


@pytest.mark.parametrize("text", ["40 mg total in the morning", "insgesamt 40 mg morgens", "40 mg en tout le matin"])
def test_a_total_of_one_dose_is_that_dose(text):
    assert not refusals(order(dosage(text=text)))


@pytest.mark.parametrize("said", [
    "in the morning after 7 days", "in the morning in 7 days", "in the morning within 7 days", "morgens nach 7 Tagen",
    "morgens in 7 Tagen", "morgens ab 7 Tagen", "le matin après 7 jours", "le matin dans 7 jours",
    "por la mañana tras 7 días", "por la mañana dentro de 7 días", "in the morning days 1 and 7",
    "morgens Tag 1 und 7", "le matin jours 1 et 7", "por la mañana días 1 y 7",
])  # fmt: skip
def test_what_begins_or_ends_after_some_days_is_no_length(said):
    assert refusals(order(dosage(text=f"40 mg {said}", repeat=lasting(7))))


@pytest.mark.parametrize("said", ["days 1 and 2", "day 1-2", "Tag 1 und 2", "jours 1 et 2", "días 1 y 2"])
def test_two_days_in_a_row_are_both_of_them(said):
    assert not refusals(order(dosage(text=f"40 mg {said}", repeat=lasting(2))))
