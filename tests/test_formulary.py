"""Lookup of drugs: exact names and brand synonyms, near names listed and never picked, overlays for local policy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, formulary
from taper import Formulary, InvalidInput, NotFound, mg
from taper.formulary import InvalidData, UnknownDrug, read_monograph, read_table

SHIPPED = Formulary.shipped()
FIVE = ("baclofen", "diazepam", "alprazolam", "clonazepam", "cyclobenzaprine")


class TestNames:
    @given(st.sampled_from(SHIPPED.drugs), st.sampled_from([str.lower, str.upper, str.title, lambda name: f" {name} "]))
    def test_a_name_is_found_whatever_its_case(self, name, write):
        assert SHIPPED.name_of(write(name)) == name
        assert SHIPPED.holds(write(name))
        assert SHIPPED.get(write(name)) is SHIPPED.monograph(name)

    @pytest.mark.parametrize(
        ("brand", "drug"), [("Lioresal", "baclofen"), ("valium", "diazepam"), ("XANAX", "alprazolam")]
    )
    def test_a_brand_synonym_leads_to_its_drug(self, brand, drug):
        assert SHIPPED.name_of(brand) == drug

    @pytest.mark.parametrize("name", ["clozapine", "clonazepan", "diazpam", "baclofene"])
    def test_a_near_name_is_listed_and_never_picked(self, name):
        with pytest.raises(UnknownDrug, match=r"Near names are .*; write the one that is meant") as caught:
            SHIPPED.name_of(name)
        assert caught.value.near
        assert not SHIPPED.holds(name)
        assert SHIPPED.get(name) is None

    def test_without_near_names_those_held_are_listed(self):
        with pytest.raises(UnknownDrug, match=f"Held: {DRUG}. Or give its products"):
            formulary().monograph("xyzzy")
        with pytest.raises(UnknownDrug, match="The formulary is empty"):
            Formulary().monograph("xyzzy")

    def test_a_synonym_of_two_drugs_is_refused(self):
        one, other = formulary(drug="one", synonyms=["Brand"]), formulary(drug="two", synonyms=["brand"])
        with pytest.raises(InvalidData, match="names both one and two"):
            Formulary([one.monograph("one"), other.monograph("two")])


class TestProducts:
    @pytest.mark.parametrize("drug", FIVE)
    def test_products_are_those_of_a_market_or_all(self, drug):
        all_of_them = SHIPPED.products(drug)
        markets = {product.market for product in all_of_them}
        for market in markets - {None}:
            assert {product.market for product in SHIPPED.products(drug, market=market)} == {market}
        assert set(all_of_them) >= set(SHIPPED.products(drug, market=next(iter(markets))))

    def test_a_market_without_products_names_those_that_have_some(self):
        with pytest.raises(NotFound, match="no fr product of baclofen is held; markets held: uk, us"):
            SHIPPED.products("baclofen", market="fr")
        with pytest.raises(NotFound, match="markets held: none"):
            formulary().products(DRUG, market="us")

    def test_ids_are_unique_and_products_belong_to_their_monograph(self):
        product = {"id": "same", "form": "tablet", "strength": "5 mg", "source": "a"}
        one, other = (formulary(drug=name, products=[product]).monograph(name) for name in ("one", "two"))
        with pytest.raises(InvalidData, match="two products have the id 'same'"):
            Formulary([one, other])
        with pytest.raises(InvalidData, match="product same is of one; list it there"):
            formulary(drug="two", products=[product | {"drug": "one"}])

    def test_a_product_is_named_by_what_it_is_and_has_a_source(self):
        held = formulary(products=[{"form": "tablet", "strength": "5 mg", "source": "a"}])
        assert held.products(DRUG)[0].id == f"{DRUG}-tablet-5mg"
        with pytest.raises(InvalidData, match="has no source; add one"):
            formulary(products=[{"form": "tablet", "strength": "5 mg"}])


class TestTables:
    def test_a_table_is_found_by_its_id(self):
        for held in SHIPPED.tables:
            assert SHIPPED.table(held.id) is held
        with pytest.raises(NotFound, match=r"'x' is not an equivalence table; name one of "):
            SHIPPED.table("x")

    def test_an_uncited_table_is_refused(self):
        with pytest.raises(InvalidData, match="cites the source None, which is not defined"):
            read_table({"id": "x", "title": "x", "rows": []}, where="x.toml")


class TestData:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"ceilings": [{"limit": "5 mg", "source": "nowhere"}]}, r"ceilings\[0\]: cites the source 'nowhere'"),
            ({"ceilings": [{"limit": "5 mg"}]}, r"ceilings\[0\].source: is missing"),
            ({"ceilings": [{"limit": 5, "source": "a"}]}, r"ceilings\[0\].limit: got 5 without a unit"),
            ({"ceiling": []}, "ceiling: is not a known key"),
            ({"sources": {"a": {}, "b": {}}}, "things are wrong"),
            ({"sources": []}, r"write \[sources.NAME\]"),
            ({"products": 5}, "products"),
            ({"products": ["x"]}, r"products\[0\]"),
        ],
    )
    def test_what_does_not_load_is_named_with_its_path(self, data, words):
        sources = formulary(ceilings=[{"limit": "5 mg", "source": "a"}]).monograph(DRUG).sources[0]
        known = {"a": sources}
        with pytest.raises(InvalidData, match=words):
            read_monograph({"drug": DRUG, "reviewed_on": "2026-11-22"} | data, where="x.toml", known=known)

    def test_a_source_that_nothing_cites_is_refused(self):
        held = formulary(ceilings=[{"limit": "5 mg", "source": "a"}]).monograph(DRUG).sources[0]
        body = held.model_dump(mode="json", exclude={"id", "layer"}, exclude_none=True)
        with pytest.raises(InvalidData, match="'b' is cited by nothing"):
            read_monograph({"drug": DRUG, "reviewed_on": "2026-11-22", "sources": {"b": body}}, where="x")


OVERLAY = """
overlay = "our clinic"
drug = "baclofen"
reviewed_on = 2027-01-15

[sources.clinic]
organization = "A clinic"
title = "Local limits"
locator = "intranet, page 3"
year = 2027
grade = "A"
verified_on = 2027-01-15

[[ceilings]]
limit = "40 mg"
source = "clinic"
"""


class TestOverlays:
    @pytest.fixture
    def laid(self, tmp_path):
        def lay(text, **more):
            path = tmp_path / "local.toml"
            path.write_text(text, "utf-8")
            return SHIPPED.overlaid(path, **more)

        return lay

    def test_a_local_limit_is_added_and_carries_the_overlays_name(self, laid):
        held = laid(OVERLAY).monograph("baclofen")
        below = SHIPPED.monograph("baclofen")
        added = [item for item in held.ceilings if item not in below.ceilings]
        assert [item.limit for item in added] == [mg(40)]
        assert added[0].source.layer == "our clinic"
        assert set(below.ceilings) <= set(held.ceilings)
        assert held.products == below.products

    def test_the_layer_is_named_by_the_caller_the_file_or_the_files_name(self, laid):
        assert laid(OVERLAY, name="ward 3").monograph("baclofen").ceilings[-1].source.layer == "ward 3"
        plain = OVERLAY.replace('overlay = "our clinic"', "")
        assert laid(plain).monograph("baclofen").ceilings[-1].source.layer == "local"

    def test_a_brand_name_is_enough_and_several_drugs_share_a_file(self, laid):
        assert laid(OVERLAY.replace('"baclofen"', '"Lioresal"')).monograph("baclofen").ceilings[-1].limit == mg(40)
        body = OVERLAY.split("reviewed_on = 2027-01-15\n", 1)[1].replace("[sources", "[drugs.baclofen.sources")
        both = "[drugs.baclofen]\nreviewed_on = 2027-01-15\n" + body.replace(
            "[[ceilings]]", "[[drugs.baclofen.ceilings]]"
        )
        assert laid(both).monograph("baclofen").ceilings[-1].limit == mg(40)

    def test_a_drug_that_is_not_held_is_added(self, laid):
        held = laid("new = true\n" + OVERLAY.replace('"baclofen"', '"newdrug"'))
        assert held.monograph("newdrug").ceilings[0].limit == mg(40)
        assert "newdrug" not in SHIPPED.drugs

    def test_a_day_of_review_may_be_left_to_what_lies_below(self, laid):
        held = laid(OVERLAY.replace("reviewed_on = 2027-01-15\n", ""))
        assert held.monograph("baclofen").reviewed_on == SHIPPED.monograph("baclofen").reviewed_on

    def test_only_what_is_named_is_replaced(self, laid):
        below = SHIPPED.monograph("baclofen")
        named = below.ceilings[0].source.id
        held = laid(f'replaces = ["{named}"]\n' + OVERLAY).monograph("baclofen")
        assert not [item for item in held.ceilings if item.source.id == named]
        assert [i for i in below.ceilings if i.source.id != named] == [
            i for i in held.ceilings if i.source.id != "clinic"
        ]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (("[sources.clinic]", "[sources.us-tablet-dailymed]"), "is already held; give the overlay's own source"),
            (('overlay = "our clinic"', 'replaces = ["nowhere"]'), "replaces names nowhere, which is not held"),
            (('overlay = "our clinic"', "replaces = 5"), "replaces"),
            (('overlay = "our clinic"', "products = 5"), "products"),
            (('limit = "40 mg"', "limit = 40.5"), "without a unit"),
            (('overlay = "our clinic"', "overlay = ["), "not TOML"),
            (('overlay = "our clinic"', "x = " + "[" * 5000), "not TOML|nested"),
        ],
    )
    def test_what_does_not_load_is_refused(self, laid, change, words):
        with pytest.raises(InvalidData, match=words):
            laid(OVERLAY.replace(*change))

    @pytest.mark.parametrize("text", ["sources = 5\ndrug = 'x'", "drugs = 5", "[drugs]\nx = 5", "drug = 5"])
    def test_a_table_in_the_wrong_shape_is_refused(self, laid, text):
        with pytest.raises(InvalidInput):
            laid(text)

    def test_a_missing_file_is_bad_input(self, tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            SHIPPED.overlaid(tmp_path / "none.toml")
