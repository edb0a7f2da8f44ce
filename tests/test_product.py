"""Products: what is dispensed, and how far each may be divided."""

import json
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from builders import DRUG, liquid, tablet
from taper import DosageForm, InvalidInput, OutOfScope, Portion, Product, Volume, load_products, mg, read_products
from taper.amounts.liquid import Concentration, InvalidVolume
from taper.products.product import Release, name_product
from taper.testing import capsules, liquids, product_sets, tablets

SOLID = {"id": "x", "drug": DRUG, "strength": "10 mg"}
LIQUID = {"id": "x", "drug": DRUG, "form": "oral solution", "concentration": "2 mg/5 mL"}


class TestVolumes:
    @given(st.fractions(0, 10_000, max_denominator=1000))
    def test_what_is_printed_is_read_back(self, ml):
        volume = Volume(ml)
        assert Volume.parse(str(volume)) == volume
        assert eval(repr(volume), {"Volume": Volume}) == volume
        assert pickle.loads(pickle.dumps(volume)) == volume
        adapter = TypeAdapter(Volume)
        assert adapter.validate_json(adapter.dump_json(volume)) == volume
        assert adapter.validate_python(volume) is volume

    def test_volumes_are_ordered_by_what_they_hold(self):
        assert Volume(1) < Volume("2.5")
        assert not Volume(1) < Volume("1.0")
        assert len({Volume(1), Volume("1.0")}) == 1
        assert Volume(1) != 1
        assert Volume(1) != Volume("2.5")
        assert Volume(1).__lt__(1) is NotImplemented

    @pytest.mark.parametrize("text", ["5", "5 L", "5 mg", "five mL", "-1 mL", "100001 mL", "2,5 mL", 5])
    def test_anything_but_mL_is_refused(self, text):
        with pytest.raises(InvalidInput):
            Volume.parse(text)

    def test_a_volume_beyond_measure_is_bad_input(self):
        with pytest.raises(InvalidVolume, match="100001 mL is not a volume"):
            Volume(100_001)
        assert Volume(100_000).ml == 100_000

    def test_a_volume_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            Volume(1).ml = 2


class TestConcentrations:
    @pytest.mark.parametrize("text", ["2 mg/5 mL", "1 mg/mL", "500 mcg/5 mL"])
    def test_a_concentration_stays_as_its_label_writes_it(self, text):
        concentration = Concentration.parse(text)
        assert str(concentration) == text
        assert eval(repr(concentration), {"Concentration": Concentration}) == concentration
        assert pickle.loads(pickle.dumps(concentration)) == concentration
        adapter = TypeAdapter(Concentration)
        assert adapter.validate_json(adapter.dump_json(concentration)) == concentration
        assert adapter.validate_python(concentration) is concentration

    def test_concentrations_are_equal_by_meaning(self):
        one, other = Concentration.parse("5 mg/5 mL"), Concentration.parse("1 mg/mL")
        assert one == other
        assert hash(one) == hash(other)
        assert one != "1 mg/mL"

    @given(st.fractions(0, 1000, max_denominator=100))
    def test_the_dose_in_a_volume_is_exact(self, ml):
        assert Concentration.parse("2 mg/5 mL").dose_in(Volume(ml)).mg == ml * Fraction(2, 5)

    @pytest.mark.parametrize("text", ["2 mg", "mg/mL", "0 mg/5 mL", "2 mg/0 mL", "2 mg/5 mg", "2/5 mL", 5])
    def test_anything_else_is_refused(self, text):
        with pytest.raises(InvalidInput):
            Concentration.parse(text)

    def test_a_concentration_never_changes(self):
        with pytest.raises(AttributeError, match="is immutable; create a new one"):
            Concentration.parse("1 mg/mL").mg_per_ml = 2


class TestDividing:
    @pytest.mark.parametrize(
        ("score", "allowed", "pieces", "beyond"),
        [
            (2, None, 2, False),
            (1, None, 1, False),
            ("unknown", None, 1, False),
            ("unknown", 2, 2, True),
            (1, 4, 4, True),
            (4, 2, 2, False),
            (2, 1, 1, False),
        ],
    )
    def test_a_permission_decides_else_a_known_score_else_whole_units(self, score, allowed, pieces, beyond):
        product = Product.read(SOLID | {"form": "tablet", "score": score, "allow_pieces": allowed})
        assert product.pieces == pieces
        assert product.is_permitted_beyond_score is beyond

    @pytest.mark.parametrize("form", ["capsule", "packet", "sublingual tablet"])
    def test_forms_that_are_never_divided_have_no_score_and_no_permission(self, form):
        assert Product.read(SOLID | {"form": form}).pieces == 1
        assert Product.read(SOLID | {"form": form, "allow_pieces": 1}).pieces == 1
        with pytest.raises(InvalidInput, match="never divided; remove the score"):
            Product.read(SOLID | {"form": form, "score": 2})
        with pytest.raises(InvalidInput, match=f"is taken whole .a {form}.; remove allow_pieces"):
            Product.read(SOLID | {"form": form, "allow_pieces": 2})

    @pytest.mark.parametrize("score", [2, 3, 4])
    def test_a_score_of_its_own_label_may_be_permitted_of_modified_release(self, score):
        product = Product.read(SOLID | {"form": "tablet", "release": "extended", "score": score, "allow_pieces": score})
        assert (product.can_be_permitted, product.pieces) == (True, score)
        assert Product.read(SOLID | {"form": "tablet", "score": score, "equal_parts": True}).equal_parts
        with pytest.raises(InvalidInput, match="never divided; remove the score"):
            Product.read(SOLID | {"form": "capsule", "score": score})

    def test_what_tells_a_form_from_others_of_its_kind_is_said_with_it(self):
        plain, soluble = SOLID | {"form": "tablet"}, SOLID | {"form": "tablet", "subform": "soluble"}
        assert (Product.read(plain).form_name, Product.read(soluble).form_name) == ("tablet", "soluble tablet")

    def test_a_product_is_written_with_its_drug_strength_and_form_and_its_name_if_it_has_one(self):
        product = Product.read(SOLID | {"form": "tablet"})
        assert str(product) == f"{product.drug} {product.label}"
        assert str(Product.read(SOLID | {"form": "tablet", "name": "Brand"})) == f"{product}, Brand"

    @pytest.mark.parametrize("release", ["extended", "delayed"])
    def test_modified_release_is_divided_only_where_its_own_label_says_so(self, release):
        data = SOLID | {"form": "tablet", "release": release}
        assert Product.read(data | {"score": 2}).pieces == 2
        assert Product.read(data | {"score": 2, "allow_pieces": 2}).pieces == 2
        assert Product.read(data).why_whole == f"{release} release"
        with pytest.raises(InvalidInput, match=f"taken whole .{release} release.; remove allow_pieces"):
            Product.read(data | {"allow_pieces": 2})

    def test_an_undivided_tablet_has_no_reason_to_be_whole(self):
        assert tablet("5 mg").why_whole == ""

    def test_a_caller_may_permit_it_on_a_shipped_product(self):
        assert tablet("5 mg").divided(2).pieces == 2
        with pytest.raises(InvalidInput, match="taken whole"):
            Product.read(SOLID | {"form": "capsule"}).divided(2)


class TestWhatAProductHolds:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"form": "tablet", "strength": None}, "has a strength"),
            ({"form": "tablet", "concentration": "1 mg/mL"}, "has a strength and no concentration"),
            ({"form": "tablet", "strength": "0 mg"}, "a strength is above 0"),
            ({"form": "tablet", "smallest_volume": "1 mL"}, "has no volumes"),
            ({"form": "tablet", "score": 5}, "score"),
            ({"form": "tablet", "pack": 0}, "pack"),
            ({"form": "injection"}, "not taken by mouth"),
            ({"form": "intrathecal solution"}, "not taken by mouth"),
            ({"form": 5}, "form"),
        ],
    )
    def test_a_solid_has_a_strength_and_no_volumes(self, data, words):
        with pytest.raises((InvalidInput, OutOfScope), match=words):
            Product.read(SOLID | data)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"concentration": None}, "has a concentration and no strength"),
            ({"strength": "5 mg"}, "has a concentration and no strength"),
            ({"allow_pieces": 2}, "measured, not divided"),
            ({"score": 2}, "measured, not divided"),
            ({"smallest_volume": "0 mL"}, "above 0"),
            ({"graduation": "0 mL", "smallest_volume": "1 mL"}, "above 0"),
        ],
    )
    def test_a_liquid_has_a_concentration_and_is_measured(self, data, words):
        with pytest.raises(InvalidInput, match=words):
            Product.read(LIQUID | data)

    def test_what_can_be_measured_is_the_callers_to_say(self):
        measured = Product.read(LIQUID).measured("0.1 mL", graduation="0.5 mL", largest="10 mL")
        assert (measured.smallest_volume, measured.graduation, measured.largest_volume) == (
            Volume("0.1"),
            Volume("0.5"),
            Volume(10),
        )

    def test_a_label_names_amount_release_and_form(self):
        assert tablet("5 mg").label == "5 mg tablet"
        assert (
            Product.read(SOLID | {"form": "capsule", "release": "extended"}).label == "10 mg extended-release capsule"
        )
        assert liquid().label == "5 mg/5 mL oral solution"

    def test_only_two_forms_are_liquid(self):
        assert [form for form in DosageForm if form.is_liquid] == [DosageForm.ORAL_SOLUTION, DosageForm.ORAL_SUSPENSION]


class TestPortions:
    @given(tablets() | capsules(), st.integers(1, 12))
    def test_the_dose_of_a_count_is_exact(self, product, number):
        portion = Portion(product=product.id, count=Fraction(number, product.pieces))
        assert product.dose_of(portion).mg == product.strength.mg * number / product.pieces

    @given(liquids(), st.fractions(1, 50, max_denominator=20))
    def test_the_dose_of_a_volume_is_exact(self, product, ml):
        portion = Portion(product=product.id, volume=Volume(ml))
        assert product.dose_of(portion).mg == product.concentration.mg_per_ml * ml

    def test_a_portion_is_counted_or_measured_and_above_zero(self):
        for wrong in ({}, {"count": 1, "volume": Volume(1)}):
            with pytest.raises(InvalidInput, match="a count or a volume"):
                Portion(product="x", **wrong)
        for nothing in ({"count": 0}, {"volume": Volume(0)}):
            with pytest.raises(InvalidInput, match="above 0"):
                Portion(product="x", **nothing)

    def test_a_portion_belongs_to_its_product(self):
        with pytest.raises(InvalidInput, match="a portion of y is not one of"):
            tablet("5 mg").dose_of(Portion(product="y", count=1))
        with pytest.raises(InvalidInput, match="counted and measured at once"):
            tablet("5 mg").dose_of(Portion(product="t5mg", volume=Volume(1)))

    def test_a_portion_is_written_for_a_reader(self):
        assert str(Portion(product="x", count="3/2")) == "1 1/2 x x"
        assert str(Portion(product="x", volume=Volume("2.5"))) == "2.5 mL of x"


class TestFiles:
    @given(product_sets())
    def test_a_products_file_gives_the_products_back(self, products):
        text = json.dumps([item.model_dump(mode="json", exclude_none=True) for item in products])
        assert read_products(text) == products

    def test_drug_form_and_an_amount_suffice(self, tmp_path):
        path = tmp_path / "products.json"
        path.write_text('[{"drug": "x", "form": "tablet", "strength": "2.5 mg", "pieces": 2}]', "utf-8")
        (product,) = load_products(path)
        assert product.id == "x-tablet-2.5mg"
        assert product.pieces == 2
        assert product.release is Release.IMMEDIATE

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ({"drug": "x", "form": "tablet", "strength": mg(5)}, "x-tablet-5mg"),
            ({"drug": "x", "form": "capsule", "release": "extended", "strength": "5 mg"}, "x-extended-capsule-5mg"),
            ({"drug": "x", "form": "oral solution", "concentration": "2 mg/5 mL"}, "x-oralsolution-2mg-per-5ml"),
            ({"drug": "\u0436"}, "product"),
        ],
    )
    def test_a_product_without_an_id_is_named_by_what_it_is(self, data, name):
        assert name_product(data) == name

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{}", "JSON list of objects"),
            ("[5]", "JSON list of objects"),
            ('[{"drug": "x", "form": "tablet"}]', r"file\[0\]: .*has a strength"),
            ('[{"drug": "x", "form": "tablet", "strength": 5}]', r"file\[0\].strength: got 5 without a unit"),
            ('[{"drug": "x", "form": "tablet", "strength": "5 mg", "pieces": 2, "allow_pieces": 2}]', "same key"),
            ('[{"drug": "x", "form": "tablet", "strength": "5 mg", "colour": "red"}]', "colour: is not a known key"),
            (
                '[{"id": "a", "drug": "x"}, {"id": "a", "drug": "x"}]'.replace(
                    '"x"', '"x", "form": "tablet", "strength": "5 mg"'
                ),
                "two products have the id",
            ),
        ],
    )
    def test_anything_else_is_refused_with_its_place(self, text, words):
        with pytest.raises(InvalidInput, match=words):
            read_products(text, where="file")
