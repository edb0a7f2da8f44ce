"""How products are named where several are used: letters, what tells two apart, and what the cells count."""

from fractions import Fraction

import pytest

from taper import Dose, Portion, Product, mcg, mg
from taper.products.product import Release
from taper.words.language import speak
from taper.words.portion import describe_portion
from taper.words.product_names import ProductKind, ProductNames, explain_counts

pytest.importorskip("babel")
A5 = Product(id="a5", drug="druga", form="tablet", strength="5 mg", score=2)
A10 = Product(id="a10", drug="druga", form="tablet", strength="10 mg", score=2)
WEAK = Product(id="weak", drug="drugb", form="oral solution", concentration="3 mg/5 mL", smallest_volume="0.5 mL")
STRONG = Product(id="strong", drug="drugb", form="oral solution", concentration="2 mg/mL", smallest_volume="0.5 mL")
SUSPENSION = Product(id="thick", drug="drugb", form="oral suspension", concentration="2 mg/mL", smallest_volume="1 mL")
SLOW = Product(id="slow", drug="drugb", form="tablet", strength="4 mg", release="extended", brand="Slowb")
MICRO = Product(id="micro", drug="druga", form="tablet", strength="250 mcg")
MIXED = A5.diluted("10 mL", graduation="1 mL")
ENGLISH = speak("en")


def names(*products, alike=()):
    return ProductNames({product.id: product for product in products}, frozenset(alike))


class TestLetters:
    def test_they_go_by_drug_as_first_used_and_then_from_the_strongest(self):
        # 3 mg in 5 mL is less in each mL than 2 mg in one.
        held = names(A5, WEAK, A10, STRONG)
        assert held.letters == {"a10": "A", "a5": "B", "strong": "C", "weak": "D"}
        assert held.key(ENGLISH) == (
            ("A", "druga 10 mg tablet"),
            ("B", "druga 5 mg tablet"),
            ("C", "drugb oral solution 2 mg per mL"),
            ("D", "drugb oral solution 3 mg per 5 mL"),
        )

    def test_a_count_and_a_volume_with_its_dose_stand_beside_them(self):
        portions = [Portion(product="strong", volume="2.5 mL"), Portion(product="a5", count=Fraction(3, 2))]
        assert names(A5, WEAK, A10, STRONG).lettered(portions, ENGLISH) == (
            ("B", "1½"),
            ("C", "2.5\u00a0mL\u00a0(5\u00a0mg)"),
        )

    def test_a_mixture_and_more_products_than_letters_have_none(self):
        many = [Product(id=f"p{n}", drug="druga", form="tablet", strength=f"{n} mg") for n in range(1, 28)]
        assert len(names(*many[:26]).letters) == 26
        for held in (names(A5, MIXED), names(*many)):
            assert held.letters == {}
            assert held.lettered([Portion(product=next(iter(held.products)), count=1)], ENGLISH) == ()


class TestWhatTellsProductsApart:
    def test_the_names_of_products_that_read_alike_have_their_id(self):
        twin = A5.model_copy(update={"id": "twin"})
        held = names(A5, twin, A10, alike=("a5", "twin"))
        assert held.product("twin", ENGLISH) == "druga 5 mg tablet [twin]"
        assert held.product("a10", ENGLISH) == "druga 10 mg tablet"
        assert held.short_name(Portion(product="a5", count=2), ENGLISH) == "2 × 5 mg tablet [a5]"

    def test_the_names_of_a_drug_have_its_form_where_it_comes_in_one(self):
        assert names(A5, A10).name_of("druga", ENGLISH) == "druga tablets"
        assert names(STRONG, SLOW).name_of("drugb", ENGLISH) == "drugb"

    def test_a_cell_names_the_form_only_where_the_drug_does_not(self):
        one = Portion(product="slow", count=1)
        assert names(SLOW).cell_name(one, ENGLISH) == "1 × 4 mg (Slowb)"
        assert names(SLOW).cell_name(one, ENGLISH, short=False) == "1 × 4 mg extended-release tablet (Slowb)"
        assert names(SLOW, STRONG).cell_name(one, ENGLISH) == "1 × 4 mg extended-release tablet (Slowb)"

    @pytest.mark.parametrize(
        ("products", "dose", "said"),
        [((MICRO,), mg("0.5"), "500 mcg"), ((A5,), mcg(500), "0.5 mg"), ((A5, MICRO), mcg(500), "500 mcg"),
         ((), mcg(500), "500 mcg"), ((WEAK,), mcg(600), "0.6 mg")],
        ids=["mcg", "mg", "both", "none", "liquid"],
    )  # fmt: skip
    def test_a_dose_has_the_unit_of_all_its_labels(self, products, dose: Dose, said):
        portions = [
            Portion(product=product.id, **({"count": 1} if product.strength else {"volume": "1 mL"}))
            for product in products
        ]
        assert names(*products).as_labeled(dose, portions).text == said


class TestWhatIsNew:
    """A bottle of another concentration is a new bottle; all else is another product."""

    def kind(self, product):
        made = None if product.made_from is None else str(product.made_from)
        return ProductKind(product.form_name, product.release, product.brand, product.concentration, made)

    @pytest.mark.parametrize(
        ("above", "said"),
        [
            ((WEAK,), "New bottle: 2 mg per mL"),
            ((SLOW, WEAK), "New bottle: 2 mg per mL"),
            ((SLOW,), "Other product than above: drugb oral solution 2 mg per mL"),
            ((SUSPENSION,), "Other product than above: drugb oral solution 2 mg per mL"),
            ((), "Other product than above: drugb oral solution 2 mg per mL"),
        ],
        ids=["solution", "solution-and-tablets", "tablets", "suspension", "nothing"],
    )
    def test_the_names_of_a_liquid(self, above, said):
        assert names(STRONG).tell_new("strong", map(self.kind, above), ENGLISH) == said

    def test_the_names_of_tablets_have_their_release_and_brand(self):
        said = "Other product than above: drugb extended-release tablets (Slowb)"
        assert self.kind(SLOW).release is Release.EXTENDED
        assert names(SLOW).tell_new("slow", [self.kind(WEAK)], ENGLISH) == said
        assert names(A5).tell_new("a5", [self.kind(SLOW)], ENGLISH) == "Other product than above: druga tablets"

    def test_the_name_of_a_mixture_is_told_whole_even_after_another(self):
        other = A5.diluted("20 mL", graduation="1 mL")
        said = "Other product than above: one tablet of druga 5 mg (1 × 5 mg) in 10 mL of water"
        assert names(MIXED).tell_new(MIXED.id, [self.kind(other)], ENGLISH) == said


@pytest.mark.parametrize(
    ("product", "portion", "said"),
    [
        (A5, {"count": Fraction(3, 2)}, "1 and 1/2 x 5 mg tablet"),
        (WEAK, {"volume": "2.5 mL"}, "2.5 mL of 3 mg/5 mL oral solution (1.5 mg)"),
        (MIXED, {"volume": "4 mL"}, "1 x 5 mg tablet in 10 mL of water, 4 mL of it (2 mg) taken, the rest thrown away"),
    ],
    ids=["tablets", "liquid", "mixture"],
)
def test_a_portion_is_described_with_the_name_of_its_product(product, portion, said):
    assert describe_portion(Portion(product=product.id, **portion), product) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((), []),
        ((1,), ["1 × 5 mg means one tablet of 5 mg."]),
        ((1, 3, 2), ["3 × 5 mg means three tablets of 5 mg."]),
        (("1/2",), ["1/2 × 5 mg means half a tablet of 5 mg."]),
        (
            (1, "3/2", 2, "1/2"),
            ["2 × 5 mg means two tablets of 5 mg.", "1 and 1/2 × 5 mg means one and a half tablets of 5 mg."],
        ),
        ((None, 2), ["2 × 5 mg means two tablets of 5 mg."]),
    ],
)
def test_a_legend_names_the_first_whole_count_and_the_first_divided_one(counts, said):
    volume = Portion(product="strong", volume="1 mL")
    portions = [volume if count is None else Portion(product="a5", count=Fraction(count)) for count in counts]
    told = explain_counts(portions, ENGLISH, names(A5, STRONG), short=True)
    assert [line.replace("\u00a0", " ") for line in told] == said
