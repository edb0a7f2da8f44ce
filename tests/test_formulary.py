"""Lookup of drugs: exact names and brand synonyms, near names listed and never picked, overlays for local policy."""

import re
import subprocess
import sys
from datetime import date
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DRUG, formulary, source_data
from taper import Formulary, InvalidInput, NotFound, mg
from taper.knowledge.drug_files import Mentions
from taper.knowledge.formulary import UnknownDrug
from taper.knowledge.reading import InvalidData, read_class_lists, read_monograph, read_table

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

    @pytest.mark.parametrize("name", ["loxapine", "clonazepan", "diazpam", "baclofene"])
    def test_a_near_name_is_listed_and_never_picked(self, name):
        with pytest.raises(UnknownDrug, match=r"Near names are .*; write the one that is meant") as caught:
            SHIPPED.name_of(name)
        assert caught.value.near
        assert not SHIPPED.holds(name)
        assert SHIPPED.get(name) is None

    def test_without_near_names_those_held_are_listed(self):
        with pytest.raises(UnknownDrug, match=f"On file: {DRUG}. Or give its products"):
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
        with pytest.raises(NotFound, match="no fr product of baclofen is on file; markets on file: uk, us"):
            SHIPPED.products("baclofen", market="fr")
        with pytest.raises(NotFound, match="markets on file: none"):
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
        cited = {"sources": {"a": source_data("Institute a")}} if "'source': 'a'" in str(data) else {}
        with pytest.raises(InvalidData, match=words):
            read_monograph({"drug": DRUG, "reviewed_on": "2026-11-22"} | cited | data, where="x.toml")

    def test_a_source_that_nothing_cites_is_refused(self):
        held = formulary(ceilings=[{"limit": "5 mg", "source": "a"}]).monograph(DRUG).sources[0]
        body = held.model_dump(mode="json", exclude={"id", "layer"}, exclude_none=True)
        with pytest.raises(InvalidData, match="'b' is cited by nothing"):
            read_monograph({"drug": DRUG, "reviewed_on": "2026-11-22", "sources": {"b": body}}, where="x")


class TestClassLists:
    """Which class a medicine belongs to, by a source that lists it."""

    SOURCE: ClassVar = {
        "organization": "An index",
        "title": "Classes",
        "locator": "https://example.org/index",
        "year": 2026,
        "grade": "B",
        "verified_on": date(2026, 11, 22),
    }

    def read(self, sources=None, **more):
        listed = {"name": "opioid", "source": "index", "members": {"listamine": "row 1"}} | more
        listed = {key: value for key, value in listed.items() if value is not None}
        return read_class_lists({"sources": sources or {"index": self.SOURCE}, "lists": [listed]}, where="c.toml")

    def test_each_member_keeps_its_place_and_its_source(self):
        (item,) = self.read()[0].memberships
        assert (item.drug, item.of, item.place, item.source.organization) == (
            "listamine",
            "opioid",
            "row 1",
            "An index",
        )

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"source": None}, r"c.toml.lists\[0\].source: is missing"),
            ({"source": "nowhere"}, "cites the source 'nowhere', which is not defined"),
            ({"members": {}}, "members"),
            ({"members": {"listamine": ""}}, "members.listamine"),
            ({"members": {"List Amine": "row 1"}}, "members"),
            ({"drugs": ["listamine"]}, "drugs: is not a known key"),
        ],
    )
    def test_a_member_without_a_source_or_a_place_does_not_load(self, change, words):
        with pytest.raises(InvalidData, match=words):
            self.read(**change)

    @pytest.mark.parametrize("data", [{"list": []}, {"lists": {}}])
    def test_nothing_but_lists_and_sources_is_read(self, data):
        with pytest.raises(InvalidData, match="write \\[\\[lists\\]\\]"):
            read_class_lists(data, where="c.toml")

    def test_a_source_that_no_list_cites_is_refused(self):
        with pytest.raises(InvalidData, match="'other' is cited by nothing"):
            self.read(sources={"index": self.SOURCE, "other": self.SOURCE})

    def test_a_class_that_nothing_names_is_refused_and_near_names_are_listed(self):
        held = [SHIPPED.monograph("diazepam")]
        with pytest.raises(InvalidData, match="nothing on file names 'opiod', and near names are opioid"):
            Formulary(held, class_lists=self.read(name="opiod"))
        with pytest.raises(InvalidData, match="nothing on file names 'zzz', and no near name is on file"):
            Formulary(held, class_lists=self.read(name="zzz"))

    def test_a_medicine_is_looked_up_however_it_is_written(self):
        (first,) = SHIPPED.memberships("Isosorbide  mononitrate")
        assert (first.of, first.place) == ("nitrate", "C01DA14")
        assert SHIPPED.memberships("newdrug") == ()

    def test_one_that_is_listed_alone_is_no_drug_of_the_formulary_and_says_so(self):
        with pytest.raises(UnknownDrug, match=r"listed for interactions alone \(opioid by WHO .*N02AB03"):
            SHIPPED.monograph("fentanyl")
        assert "fentanyl" not in SHIPPED.drugs

    def test_every_shipped_list_is_of_a_known_class_or_of_another_name_of_a_medicine(self):
        members = {name for item in SHIPPED.class_lists for name in item.members}
        assert {item.name for item in SHIPPED.class_lists if not SHIPPED.classes.holds(item.name)} == {
            "rifampin", "rifampicin", "meperidine", "pethidine", "valproate"
        }  # fmt: skip
        assert len(members) > 200

    def test_every_place_in_the_atc_index_lies_in_a_group_that_the_list_names(self):
        for item in SHIPPED.class_lists:
            if item.source.id != "who-atc":
                continue
            groups = re.findall(r"[A-Z]\d\d[A-Z]{0,2}(?![A-Z0-9])", item.note)
            for drug, place in item.members.items():
                assert re.match(r"[A-Z]\d\d[A-Z]{2}\d\d(, |$)", place), drug
                assert any(place.startswith(group) for group in groups), (drug, place)

    def test_a_code_of_the_index_is_given_once_in_a_list(self):
        for item in SHIPPED.class_lists:
            if item.source.id == "who-atc":
                assert len(set(item.members.values())) == len(item.members)

    @pytest.mark.parametrize(
        ("drug", "of"),
        [
            ("morphine", "opioid"), ("fentanyl", "opioid"), ("methadone", "opioid"), ("hydrocodone", "opioid"),
            ("tranylcypromine", "maoi"), ("selegiline", "maoi"), ("linezolid", "maoi"),
            ("glyceryl trinitrate", "nitrate"), ("nitroglycerin", "nitrate"), ("amitriptyline", "tca"),
            ("fluvoxamine", "strong-cyp1a2-inhibitor"), ("ketoconazole", "strong-cyp3a-inhibitor"),
            ("carbamazepine", "strong-cyp3a-inducer"), ("phenobarbital", "barbiturate"), ("rifampicin", "rifampin"),
            ("pregabalin", "gabapentinoid"), ("lisinopril", "antihypertensive"), ("alcohol", "cns-depressant"),
        ],
    )  # fmt: skip
    def test_what_people_take_beside_is_listed(self, drug, of):
        assert of in {item.of for item in SHIPPED.memberships(drug)}


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
            (
                ("[sources.clinic]", "[sources.us-tablet-dailymed]"),
                "is already on file, for baclofen; give the overlay's own source",
            ),
            (('overlay = "our clinic"', 'replaces = ["nowhere"]'), "replaces names nowhere, which is not on file"),
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

    LISTS = """
overlay = "our clinic"

[[classes.lists]]
name = "opioid"
source = "clinic-list"

[classes.lists.members]
houseamine = "row 4"

[classes.sources.clinic-list]
organization = "A clinic"
title = "Local names"
locator = "intranet, page 4"
year = 2027
grade = "A"
verified_on = 2027-01-15
"""

    def test_members_of_a_class_are_added_alone_or_beside_a_drug(self, laid):
        for text in (self.LISTS, OVERLAY + self.LISTS.replace('overlay = "our clinic"', "")):
            held = laid(text)
            (item,) = held.memberships("houseamine")
            assert (item.of, item.source.layer) == ("opioid", "our clinic")
            assert held.class_lists[: len(SHIPPED.class_lists)] == SHIPPED.class_lists
        assert SHIPPED.memberships("houseamine") == ()

    def test_the_classes_of_a_drug_are_still_a_list_of_names(self, laid):
        assert "opioid" in laid('classes = ["opioid"]\n' + OVERLAY).monograph("baclofen").classes

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (("clinic-list", "who-atc"), "'who-atc' is already on file"),
            (('name = "opioid"', 'name = "opiod"'), "nothing on file names 'opiod'"),
            (('houseamine = "row 4"', "houseamine = 4"), "members.houseamine"),
            (("[[classes.lists]]", "[[classes.list]]"), "holds lists and their sources and nothing else|not TOML"),
            (
                ("[classes.sources.clinic-list]", "[classes.source.clinic-list]"),
                "holds lists and their sources|not def",
            ),
        ],
    )
    def test_members_that_do_not_load_are_refused(self, laid, change, words):
        with pytest.raises(InvalidData, match=words):
            laid(self.LISTS.replace(*change))

    def test_a_file_of_lists_holds_no_stray_key(self, laid):
        with pytest.raises(InvalidData, match="not on file"):
            laid("ceilings = 5\n" + self.LISTS)

    def test_a_missing_file_is_bad_input(self, tmp_path):
        with pytest.raises(InvalidInput, match="cannot be read"):
            SHIPPED.overlaid(tmp_path / "none.toml")


def test_what_is_found_in_the_text_of_the_files_is_what_they_hold():
    shipped = Formulary.shipped()
    whole = [shipped.monograph(drug) for drug in shipped.drugs]
    assert shipped._mentions == Mentions.of(whole)
    assert [item.drug for item in whole] == list(shipped.drugs), "each file is named for its drug"
    shipped.check()


def test_a_look_up_reads_no_other_file():
    code = (
        "from taper import Formulary; F = Formulary.shipped(); F.products('diazepam', market='uk'); "
        "F.name_of('lioresal'); "
        "print(sorted(F._monographs._read))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['diazepam']"
