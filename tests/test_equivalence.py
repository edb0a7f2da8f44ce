"""Tables across drugs: each named by its source, none a default, all of them approximate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import source_data
from taper import EquivalenceTable, Formulary, InvalidInput, NotFound, mg

PLAIN = {
    "id": "test-table",
    "title": "Test table",
    "reference": "diazepam",
    "reference_dose": "10 mg",
    "source": {"id": "test", **source_data()},
}
shipped = st.sampled_from(Formulary.shipped().tables)


def table(*rows):
    return EquivalenceTable.read(PLAIN | {"rows": rows})


def test_a_row_stands_beside_the_reference_dose():
    held = table({"drug": "alprazolam", "dose": "0.5 mg"})
    assert held.row("alprazolam").dose == mg("0.5")
    assert held.row("diazepam").dose == mg(10)
    assert held.ratio("alprazolam", to="diazepam") == 20
    assert held.holds("alprazolam")
    assert held.holds("diazepam")
    assert not held.holds("oxazepam")


@given(shipped, st.data())
def test_there_and_back_again_is_the_same_dose(held, data):
    drugs = st.sampled_from([held.reference, *(row.drug for row in held.rows)])
    one, other = data.draw(drugs), data.draw(drugs)
    assert held.ratio(one, to=other) * held.ratio(other, to=one) == 1


def test_a_drug_without_a_row_is_refused_with_those_held():
    with pytest.raises(NotFound, match="Test table has no row for oxazepam; its rows are alprazolam"):
        table({"drug": "alprazolam", "dose": "0.5 mg"}).ratio("oxazepam", to="diazepam")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"drug": "a", "dose": "1 mg"}, {"drug": "a", "dose": "2 mg"}], "a has two rows"),
        ([{"drug": "a", "dose": "0 mg"}], "a: write an equivalent above 0"),
        ([{"drug": "a", "dose": "2 mg", "up_to": "1 mg"}], "a range that ends above its start"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows, words):
    with pytest.raises(InvalidInput, match=words):
        table(*rows)


def test_the_shipped_tables_disagree_and_each_says_whose_it_is():
    tables = [held for held in Formulary.shipped().tables if held.holds("alprazolam") and held.holds("diazepam")]
    ratios = {held.ratio("alprazolam", to="diazepam") for held in tables}
    assert len(ratios) > 1
    assert all(held.source.citation for held in tables)
