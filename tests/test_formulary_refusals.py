"""What a formulary, a tree of classes and lists of names are refused for."""

import pytest

from builders import DRUG, formulary, source_data
from taper import Formulary
from taper.knowledge.reading import InvalidData, read_class_tree, read_vocabulary


def test_a_fact_about_a_product_that_is_not_on_file_is_refused():
    with pytest.raises(InvalidData, match="a fact is about the product 'missing', which is not on file"):
        formulary(ceilings=[{"source": "a", "limit": "5 mg", "products": ["missing"]}])


def test_the_conditions_on_file_are_those_that_sources_name():
    held = formulary(contraindications=[{"source": "a", "condition": "asthma"}])
    assert (held.drugs, held.conditions) == ((DRUG,), frozenset({"asthma"}))


def test_a_list_of_medicines_holds_no_key_that_is_not_known():
    with pytest.raises(InvalidData, match="'colors' is not a known key; remove it"):
        read_vocabulary({}, {"colors": {}}, {})


def test_a_class_within_another_is_one_of_the_names():
    body = {
        "sources": {"a": source_data()},
        "names": [],
        "within": [{"class": "b", "wider": ["c"], "place": "p", "source": "a"}],
    }
    with pytest.raises(InvalidData, match="'b' is none of its names; add it there, or correct it"):
        read_class_tree(body, where="classes")


def test_the_plural_of_a_medicine_is_known():
    held = Formulary.shipped().vocabulary
    assert held.medicines("paracetamols") == held.medicines("paracetamol") != ()
