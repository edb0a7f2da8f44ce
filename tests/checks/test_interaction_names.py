"""Classes and names as a caller writes them: none is taken for another, and none makes a source clear unseen."""

import pytest

from builders import DRUG, TABLETS, answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Formulary, Patient, Product, check, realize
from taper import UnknownClass
from taper.checks.other_medicines import companion_of, names_of
from taper.plans.plan import read_plan

SHIPPED = Formulary.shipped()
NITRATE = {"source": "a", "with_names": ["nitrate"], "action": "contraindicated", "what": "pressure"}


def met(fact, *medications, plan=None, products=TABLETS):
    person = Patient.read({"medications": list(medications), "as_needed": []})
    plan = plan or plan_of(step("5 mg", "7 days"))
    return answers(review_of(plan, formulary(interactions=[fact]), person, products=products), "interaction")


@pytest.mark.parametrize("name", ["nitrate", "nitrates", "Nitrates"])
def test_a_class_is_read_in_singular_and_plural(name):
    assert met(NITRATE, {"name": "somenitrate", "classes": [name]})[0]


@pytest.mark.parametrize("name", ["MAO inhibitor", "MAOIs", "monoamine oxidase inhibitor"])
def test_a_class_is_read_in_its_common_words(name):
    assert met(NITRATE | {"with_names": ["maoi"]}, {"name": "newdrug", "classes": [name]})[0]


def test_a_class_that_no_source_names_is_refused_with_the_nearest():
    with pytest.raises(
        UnknownClass, match="'opiod' is no class that sources name, and near names are opioid"
    ) as caught:
        met(NITRATE, {"name": "newdrug", "classes": ["opiod"]})
    assert caught.value.where == "classes of newdrug"
    assert caught.value.near == ("opioid",)
    with pytest.raises(UnknownClass, match="no near name is known; leave it out"):
        met(NITRATE, {"name": "newdrug", "classes": ["xyzzy"]})


def test_a_salt_and_a_form_go_by_the_name_before_them():
    assert "metoprolol" in names_of(SHIPPED, "metoprolol-tartrate")
    assert "nifedipine" in names_of(SHIPPED, "nifedipine-er")
    assert companion_of(SHIPPED, "sertraline hydrochloride").drug == "sertraline"
    assert "ciprofloxacin" in companion_of(SHIPPED, "ciprofloxacin hydrochloride").names
    assert "valproate" in companion_of(SHIPPED, "divalproex sodium").names


def test_an_unknown_name_may_be_a_brand_of_a_drug_that_a_source_names():
    fact = NITRATE | {"with_names": ["fluvoxamine"]}
    known = SHIPPED.monograph("tizanidine").interactions
    assert any("fluvoxamine" in item.with_names for item in known)
    made = realize(
        read_plan('{"format": "taper-plan/1", "courses": [{"drug": "tizanidine", "then": "continue", '
                  '"before": "nothing", "steps": [{"regimen": {"evening": "2 mg"}}]}]}'),
        [p for p in SHIPPED.products("tizanidine", market="us") if p.form == "tablet"])  # fmt: skip
    for classes, brand in ((["ssri"], True), (["nitrate"], False)):
        person = Patient.read({"medications": [{"name": "brandamine", "classes": classes}], "as_needed": []})
        review = check(made, person)
        told = [gap.missing for gap in review.not_assessed if gap.rule == "interaction"]
        words = "whether brandamine, a name that nothing held knows, is fluvoxamine. Give it by its generic name"
        assert (words in told) is brand
        assert bool([item for item in review.clear if item.rule == "interaction"]) is not brand
    assert met(fact, {"name": "fluvoxamine"})[0]


def test_another_drug_of_the_plan_that_is_not_held_is_not_taken_for_classless():
    other = Product(id="o", drug="otheramine", form="tablet", strength="5 mg", score=1)
    plan = plan_with(course(step("5 mg", "7 days")), course(step("5 mg", "7 days"), id="o", drug="otheramine"))
    found, gaps, clear, _ = met(NITRATE, plan=plan, products=(*TABLETS, other))
    assert next(gap.missing for gap in gaps if gap.drug == DRUG).startswith("the classes of otheramine, which is in no")
    assert not [item for item in (*found, *clear) if item.drug == DRUG]
