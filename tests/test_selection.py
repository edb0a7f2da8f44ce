"""Which products a course is made from: none that must not mix."""

import pytest

from builders import DRUG, TABLETS, formulary, plan_of, step, tablet
from taper import Product
from taper.knowledge.drug_names import DrugName
from taper.knowledge.formulary import UnknownDrug
from taper.knowledge.product_choice import NoProducts, choose_products, narrow, read_drug

NAME = DrugName.of(DRUG)
COURSE = plan_of(step("5 mg", "3 days")).courses[0]


def course(**more):
    return plan_of(step("5 mg", "3 days"), **more).courses[0]


def variant(**more):
    return Product.read({"drug": DRUG, "form": "tablet", "strength": "5 mg", "id": "v"} | more)


def test_the_products_given_name_the_drug():
    assert read_drug(course(drug=f" {DRUG.upper()} "), TABLETS, formulary(drug="other")).drugs == (DRUG,)


def test_a_brand_is_looked_up_in_the_formulary():
    assert read_drug(course(drug="Brand"), TABLETS, formulary(synonyms=["brand"])).drugs == (DRUG,)


def test_an_unknown_drug_is_never_guessed():
    with pytest.raises(UnknownDrug):
        read_drug(course(drug="testamina"), TABLETS, formulary())


def test_products_of_another_drug_do_not_serve():
    with pytest.raises(NoProducts, match=f"needs products of {DRUG}, got products of other; add its products"):
        read_drug(COURSE, (variant(drug="other"),), formulary())
    with pytest.raises(NoProducts, match="got products of none"):
        read_drug(COURSE, (), formulary())


def test_a_course_takes_products_of_its_form_and_release():
    liquid = Product.read({"id": "l", "drug": DRUG, "form": "oral solution", "concentration": "1 mg/mL"})
    slow = variant(id="slow", release="extended")
    held = (*TABLETS, liquid, slow)
    assert choose_products(course(release="extended"), NAME, held) == (slow,)
    assert choose_products(course(release="immediate", form="oral solution"), NAME, held) == (liquid,)
    assert set(choose_products(course(release="immediate"), NAME, held)) == {*TABLETS, liquid}


def test_products_come_by_id_whatever_the_order():
    assert choose_products(COURSE, NAME, TABLETS) == choose_products(COURSE, NAME, TABLETS[::-1])


def test_releases_are_never_mixed_unasked():
    with pytest.raises(NoProducts, match="course testamine: products are extended and immediate release; write"):
        choose_products(COURSE, NAME, (*TABLETS, variant(release="extended")))


def test_sublingual_and_swallowed_never_stand_in_for_each_other():
    with pytest.raises(NoProducts, match="sublingual and swallowed"):
        choose_products(COURSE, NAME, (*TABLETS, variant(form="sublingual tablet")))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [({"form": "capsule"}, "capsule"), ({"release": "delayed"}, "delayed release")],
)
def test_where_none_fits_it_is_said_what_was_wanted(wanted, words):
    with pytest.raises(NoProducts, match=f"no product of {DRUG} is {words}; change release or form"):
        choose_products(course(**wanted), NAME, TABLETS)


def test_a_course_may_name_its_products():
    assert choose_products(course(products=["t2mg"]), NAME, TABLETS) == (tablet("2 mg"),)
    assert narrow(TABLETS, (), "here") == TABLETS
    with pytest.raises(NoProducts, match=r"here: the product 'x' is not among those given \(t5mg, t2mg, t1mg\)"):
        narrow(TABLETS, ("x",), "here")
    with pytest.raises(NoProducts, match=r"not among those given \(none\)"):
        narrow((), ("x",), "here")
