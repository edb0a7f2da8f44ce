"""Grades: no figure that matters rests on a secondary source alone where a label of the drug was read."""

import pytest

from taper import Formulary
from taper.knowledge.monograph import CeilingKind

SHIPPED = Formulary.shipped()
READ = [drug for drug in SHIPPED.drugs if any(source.read_whole for source in SHIPPED.monograph(drug).sources)]
# Labels that were read and say nothing of it.
SILENT = {("zolpidem", "stopping"): "it tells of withdrawal, and not how the drug is stopped"}


def ceilings(monograph):
    return [fact for fact in monograph.ceilings if fact.kind is not CeilingKind.CLAIM]


def grades(facts, country):
    return {fact.source.grade for fact in facts if fact.source.jurisdiction == country}


def test_most_drugs_have_a_label_of_which_sections_were_read_whole():
    assert len(READ) >= 56


@pytest.mark.parametrize("drug", SHIPPED.drugs)
@pytest.mark.parametrize("of", ["ceilings", "stopping"])
def test_no_drug_rests_on_a_secondary_source_alone(drug, of):
    monograph = SHIPPED.monograph(drug)
    facts = ceilings(monograph) if of == "ceilings" else monograph.stopping
    assert {fact.source.grade for fact in facts} != {"C"}


@pytest.mark.parametrize("drug", READ)
@pytest.mark.parametrize("of", ["ceilings", "stopping"])
def test_where_a_us_label_was_read_no_us_figure_is_of_a_secondary_source_alone(drug, of):
    monograph = SHIPPED.monograph(drug)
    facts = ceilings(monograph) if of == "ceilings" else monograph.stopping
    assert (grades(facts, "US") == {"C"}) is ((drug, of) in SILENT)
