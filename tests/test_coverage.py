"""What is on file: which rules can speak of a drug, from which country and how fresh; and published lists, counted."""

import json

import pytest

from taper import Formulary
from taper.checks.check import ALL
from taper.cli import main
from taper.knowledge.coverage import SECTIONS, count_listed, coverage, published_lists, voices
from taper.knowledge.monograph import Monograph
from taper.knowledge.reading import InvalidData, read_published_lists

SHIPPED = Formulary.shipped()


def test_each_name_is_that_of_a_rule_and_each_section_one_of_a_drug():
    assert set(SECTIONS) <= {rule.NAME for rule in ALL}
    assert set(SECTIONS.values()) <= set(Monograph.model_fields)


def test_a_country_speaks_by_its_newest_source_and_the_day_that_was_last_looked_at():
    quetiapine = SHIPPED.monograph("quetiapine")
    held = {voice.country: voice for voice in coverage(quetiapine)["pace"]}
    assert str(held["US"]) == "US 2026"
    assert str(held["general"]) == "general 2021"
    assert str(held["UK"]) == "UK undated"
    assert held["US"].sources == 1
    assert str(held["US"].looked_at) == "2026-11-29"
    assert voices(()) == ()


@pytest.mark.parametrize("drug", SHIPPED.drugs)
def test_nobody_speaks_exactly_where_nothing_is_on_file(drug):
    monograph = SHIPPED.monograph(drug)
    for rule, speak in coverage(monograph).items():
        section = getattr(monograph, SECTIONS[rule])
        assert {voice.country for voice in speak} == {fact.source.jurisdiction or "general" for fact in section}
        assert sum(voice.sources for voice in speak) == len({fact.source.id for fact in section})


def test_each_medicine_of_a_list_is_on_file_or_not_and_short_names_count():
    counted = {each.listed.id: each for each in count_listed(SHIPPED)}
    assert counted["cfp-proton-pump-inhibitors"].held == ("esomeprazole", "lansoprazole", "omeprazole", "pantoprazole")
    assert counted["cfp-proton-pump-inhibitors"].absent == ("dexlansoprazole", "rabeprazole")
    assert {"bupropion", "venlafaxine", "gabapentin"} <= set(counted["nice-ng215"].held)
    assert "lithium" not in counted["cfp-antipsychotics"].held + counted["cfp-antipsychotics"].absent
    for each in counted.values():
        assert not set(each.held) & set(each.absent)
    assert {listed.source.layer for listed in published_lists()} == {"shipped"}


def test_a_list_of_an_unknown_shape_does_not_load():
    source = {
        "organization": "A",
        "title": "B",
        "locator": "page 1",
        "year": 2020,
        "grade": "A",
        "verified_on": "2026-11-29",
    }
    entry = {"id": "x", "title": "X", "source": "s", "atc": ["n05"]}
    with pytest.raises(InvalidData, match="atc"):
        read_published_lists({"lists": [entry], "sources": {"s": source}}, where="lists")


def test_the_command_prints_it_and_without_the_option_names_alone(capsys):
    assert main(["drugs"]) == 0
    assert capsys.readouterr().out.splitlines() == list(SHIPPED.drugs)
    assert main(["drugs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"drugs": list(SHIPPED.drugs)}
    assert main(["drugs", "--coverage"]) == 0
    out = capsys.readouterr().out
    assert "quetiapine, its sources looked at on 2026-11-29" in out
    assert "  kidney: US 2026" in out
    assert "Deprescribing proton pump inhibitors (2017): 4 of 6 medicines on file" in out
    assert main(["drugs", "--coverage", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["drugs"]["amitriptyline"]["rules"]["kidney"] == []
    assert data["drugs"]["quetiapine"]["rules"]["kidney"][0]["newest"] == 2026
    assert data["lists"][1]["absent"] == ["dexlansoprazole", "rabeprazole"]
