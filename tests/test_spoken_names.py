"""What medicines are called in other languages: each name by its list, and where no list has one, the English name."""

from datetime import date

import pytest

from builders import plan_of, step
from taper import Formulary, realize, to_html, to_schedule, write_sig
from taper.knowledge.spoken_names import spoken_names
from taper.words.language import LANGUAGES, speak

pytest.importorskip("babel")


def test_each_language_but_english_has_one_list_with_its_source():
    held = spoken_names()
    assert set(held) == set(LANGUAGES) - {"en"}
    for code, item in held.items():
        assert item.language == code
        assert item.source.locator.startswith("github ")
        assert item.source.verified_on == date(2026, 11, 29)


@pytest.mark.parametrize("code", sorted(spoken_names()))
def test_every_name_is_of_a_drug_on_file_and_no_two_drugs_share_one(code):
    names, drugs = spoken_names()[code].names, Formulary.shipped().drugs
    assert set(names) <= set(drugs)
    printed = [speak(code).drug(drug).lower() for drug in drugs]
    assert len(set(printed)) == len(printed)


@pytest.mark.parametrize(
    ("code", "drug", "name", "of"),
    [
        ("en", "methotrexate", "methotrexate", "of methotrexate"),
        ("es", "methotrexate", "metotrexato", "de metotrexato"),
        ("fr", "methotrexate", "méthotrexate", "de méthotrexate"),
        ("de", "methotrexate", "Methotrexat", "Methotrexat"),
        ("fr", "esomeprazole", "ésoméprazole", "d'ésoméprazole"),
        ("de", "metoprolol-succinate", "Metoprolol-succinate", "Metoprolol-succinate"),
        ("es", "temazepam", "temazepam", "de temazepam"),
        ("fr", "testamine", "testamine", "de testamine"),
    ],
)
def test_a_drug_has_the_name_of_the_list_and_else_its_english_one(code, drug, name, of):
    assert speak(code).drug(drug) == name
    assert speak(code).of(drug) == of


@pytest.mark.parametrize(("code", "name"), [("es", "baclofeno"), ("fr", "baclofène"), ("de", "Baclofen")])
def test_a_sheet_and_a_sig_say_it(code, name):
    products = Formulary.shipped().products("baclofen", market="us")
    made = realize(plan_of(step("10 mg", "3 days"), drug="baclofen"), products)
    schedule = to_schedule(made, start=date(2027, 3, 1))
    assert name in to_html(schedule, language=code, pages="patient")
    assert name in write_sig(schedule, schedule.steps[0], language=code)
