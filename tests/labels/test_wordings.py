"""How the phrase check reads a label: its text made plain, and the words in which a figure may stand."""

import re
from fractions import Fraction

import pytest

from labels import wordings
from labels.figures import Figure, cited_figures, unsupported
from labels.label_text import NOT_HERE, labels_folder, plain

LABEL = plain(
    "<paragraph>2.1 Gout. The recommended starting dose is 1,200 mcg twice daily (2.4&#160;mg/day). "
    "Increase by 0.5 to 1 mg each week. Doses above ten mg per day are not recommended in patients 65 years of age and "
    "older.</paragraph> 2.2 Renal impairment (CLcr &lt;30 mL/min): reduce the dose by one-half. "
    "Tablets of 1.2 mg are scored; bottles of 30."
)
DRUG = {
    "starts": [{"dose": "1.2 mg", "times_per_day": 2, "indications": ["gout"], "source": "label"}],
    "ceilings": [{"limit": "10 mg", "indications": ["gout"], "age_from": 65, "source": "label"}],
    "titrations": [
        {
            "increment_low": "0.5 mg",
            "increment_high": "1 mg",
            "every_low": "1 week",
            "every_high": "7 days",
            "source": "label",
        }
    ],
    "kidney": [{"bands": [{"below": "30", "fraction": "1/2"}], "source": "label"}],
    "products": [{"strength": "1.2 mg", "score": 2, "pack": 30, "source": "label", "score_source": "label"}],
    "sources": {"label": {"set_id": "x"}},
}


def missing(**changed):
    figures = cited_figures(DRUG | changed, {"label": "x"})
    return [one.where for one in unsupported(figures, lambda source, name: LABEL)]


def test_every_figure_of_a_label_is_found_in_it():
    assert missing() == []
    assert len(list(cited_figures(DRUG, {"label": "x"}))) == 13
    assert not list(cited_figures(DRUG, {"another": "x"}))


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("starts", "dose", "2 mg"),
        ("starts", "dose", "12 mg"),
        ("starts", "times_per_day", 3),
        ("ceilings", "limit", "100 mg"),
        ("ceilings", "age_from", 6),
        ("titrations", "increment_low", "0.05 mg"),
        ("titrations", "every_low", "2 weeks"),
        ("kidney", "bands", [{"below": "3", "fraction": "1/2"}]),
        ("kidney", "bands", [{"below": "30", "fraction": "1/3"}]),
        ("products", "strength", "12 mg"),
        ("products", "score", 4),
        ("products", "pack", 300),
    ],
)
def test_a_changed_figure_is_not(kind, key, value):
    entry = DRUG[kind][0] | {key: value}
    assert any(where.startswith(f"{kind}[0].") for where in missing(**{kind: [entry]}))


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (wordings.dose("25 mg"), "25 to 50 mg per day"),
        (wordings.dose("0.5 mg"), "500 micrograms"),
        (wordings.dose("0.5 mg"), ".5 mg"),
        (wordings.dose("1 g"), "1,000 mg"),
        (wordings.dose("200 mg"), "two hundred milligrams"),
        (wordings.days(14), "every two weeks"),
        (wordings.days(1), "each day"),
        (wordings.time("1 month"), "four weeks"),
        (wordings.time("2 years"), "24 months"),
        (wordings.share(Fraction(1, 4)), "25 percent"),
        (wordings.share(Fraction(1, 2)), "half"),
        (wordings.left_of(Fraction(3, 4)), "reduced by 25% to 50%"),
        (wordings.hours("36"), "24 to 48 hours, 1.5 days"),
        (wordings.hours("1/2"), "30 minutes"),
        (wordings.age(18, below=True), "pediatric patients"),
        (wordings.age(65, below=False), "older than 64"),
        (wordings.concentration("5 mg/5 mL"), "each mL holds 1 mg"),
        (wordings.pack("300 mL"), "bottles of 300 mL"),
        (wordings.shared("50 mg", 2), "25 mg twice daily"),
        (wordings.day_number(8, 7), "in the second week"),
    ],
)
def test_labels_write_one_figure_in_many_words(patterns, text):
    assert re.search(wordings.either(patterns), plain(text))


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (wordings.dose("25 mg"), "125 mg, 2.5 mg, 25.5 mg, 250 mg"),
        (wordings.dose("25 mg"), "25 mL"),
        (wordings.days(7), "17 days"),
        (wordings.share(Fraction(1, 4)), "12.5%"),
        (wordings.age(65, below=False), "165 cm"),
    ],
)
def test_no_figure_is_found_as_part_of_another(patterns, text):
    assert not re.search(wordings.either(patterns), plain(text))


def test_a_sentence_of_ours_gives_its_numbers_but_not_what_it_says_of_itself():
    said = "25 percent a week, 2 to 3 times; the label names no age; this entry begins at 65."
    assert [shown for shown, _ in wordings.in_words(said)] == ["25 %", "2 to 3 times"]


def test_a_figure_must_stand_beside_its_words():
    figure = Figure("x", "10 mg", "label", ("dosage_and_administration",), wordings.dose("10 mg"), ("not recommended",))
    assert figure.stands_in(LABEL)
    assert not Figure("x", "10 mg", "label", (), wordings.dose("10 mg"), ("pregnan",)).stands_in(LABEL)


def test_where_the_records_are_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("TAPER_LABELS", str(tmp_path / "none"))
    assert labels_folder() is None
    monkeypatch.setenv("TAPER_LABELS", str(tmp_path))
    assert labels_folder() == tmp_path
    assert "not available here" in NOT_HERE
