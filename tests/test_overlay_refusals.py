"""What an overlay may not do: pass for the library or for a source of another layer, or name what nobody knows."""

import pytest

from taper import Formulary
from taper.knowledge.reading import InvalidData

SHIPPED = Formulary.shipped()
SOURCE = """[drugs.{drug}.sources.{id}]
organization = "Ward"
title = "List"
locator = "minutes"
year = 2026
grade = "A"
verified_on = 2026-11-22
"""
CEILING = """[[drugs.{drug}.ceilings]]
limit = "40 mg"
source = "{id}"
"""


def laid(tmp_path, text):
    path = tmp_path / "ward.toml"
    path.write_text(text, "utf-8")
    return SHIPPED.overlaid(path)


def own(drug="baclofen", name="ward", more=""):
    return SOURCE.format(drug=drug, id=name) + CEILING.format(drug=drug, id=name) + more


def refused(tmp_path, text, words):
    with pytest.raises(InvalidData, match=words):
        laid(tmp_path, text)


def test_an_entry_cites_a_source_of_the_overlay(tmp_path):
    text = CEILING.format(drug="baclofen", id="us-tablet-dailymed")
    refused(
        tmp_path,
        text,
        "cites the source 'us-tablet-dailymed' of the layer shipped; .* define one under another id",
    )
    assert laid(tmp_path, own())


def test_no_overlay_is_the_shipped_layer(tmp_path):
    refused(
        tmp_path, 'overlay = "shipped"\n' + own(), "'shipped' is the layer of the library; give the overlay another"
    )


def test_a_source_of_another_drug_is_not_redefined(tmp_path):
    refused(
        tmp_path, own("diazepam", "beers-2023"), "the source 'beers-2023' is already on file, for .*; give the overlay"
    )


def test_a_table_beside_the_drugs_is_refused_with_the_nearest(tmp_path):
    refused(tmp_path, own() + "[drugz]\nx = 1\n", "'drugz' is not a key of an overlay, and the nearest key is drugs")
    refused(tmp_path, own() + "[xyzzy]\nx = 1\n", "its keys are drugs, overlay, classes and names; correct it")


def test_a_misspelt_name_is_refused_with_the_nearest_and_a_new_one_is_declared(tmp_path):
    fact = '[[drugs.baclofen.interactions]]\nwith_names = ["{}"]\naction = "avoid"\nwhat = "x"\nsource = "ward"\n'
    refused(
        tmp_path, own(more=fact.format("opiods")), "with_names names 'opiods', and near names are opioid.*correct it"
    )
    refused(tmp_path, own(more=fact.format("xyzzyplugh")), "no near name is on file; correct it, or list it in names")
    assert laid(tmp_path, 'names = ["xyzzyplugh"]\n' + own(more=fact.format("xyzzyplugh")))
    refused(tmp_path, 'names = "x"\n' + own(), "names is a list of names")
    column = 'with_names = ["{}"]\nwithout_names = ["valproate"]\n'
    refused(tmp_path, own(more=column.format("valproat")), "near names are valproate")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('limit = "40 mg"', 'limit = "0 mg"', "a ceiling is above 0"),
        ('limit = "40 mg"', 'limit = "40 mg"\nage_from = 70\nage_below = 65', "nobody is from 70 and below 65"),
        ('locator = "minutes"', 'locator = " "', "locator"),
    ],
)
def test_what_holds_for_nobody_or_leads_nowhere_does_not_load(tmp_path, old, new, words):
    refused(tmp_path, own().replace(old, new), words)


def test_an_overlay_may_give_the_set_id_of_a_label_that_is_not_on_file(tmp_path):
    other = "00000000-0000-0000-0000-000000000000"
    text = SOURCE.format(drug="baclofen", id="ward") + f'set_id = "{other}"\n'
    text += CEILING.format(drug="baclofen", id="ward")
    held = laid(tmp_path, text).monograph("baclofen")
    assert [source.set_id for source in held.sources if source.id == "ward"] == [other]
