"""What one unit holds, and what a drug is called: by the product, by its names, and by the caller."""

import pytest

from formats.fhir_orders import ORAL, SLOTS, UCUM, bundle, counted, dosage, order, order_r5, quantity, refusals, reports
from taper import InvalidInput, NotFound, from_fhir

TABLETS = counted(2, "tablet")
MEASURED = dosage(doseAndRate=[{"doseQuantity": quantity(5, "mL")}])
ONE = quantity(1, "{tablet}")


def of_drug(*dosages, form="tablet", code="prednisone", **strength):
    """An R4 order of a Medication that stands in it."""
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": code}, "form": {"text": form},
            "ingredient": [{"itemCodeableConcept": {"text": "prednisone"}, **strength}]}  # fmt: skip
    told = {"reference": "#m"}
    return order(*dosages or [TABLETS], medicationCodeableConcept=None, medicationReference=told, contained=[drug])


def of_r5(*dosages, form="tablet", **strength):
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "prednisone"}, "doseForm": {"text": form},
            "ingredient": [{"item": {"concept": {"text": "prednisone"}}, **strength}]}  # fmt: skip
    told = {"reference": {"reference": "#m"}}
    return order_r5(*dosages or [TABLETS], contained=[drug]) | {"medication": told}


def ratio(numerator, denominator):
    return {"strength": {"numerator": numerator, "denominator": denominator}}


def named(text, *dosages, **more):
    return order(*dosages or [TABLETS], medicationCodeableConcept={"text": text}, **more)


def dose_of(resource, **given):
    return from_fhir(resource, slots=SLOTS, **given).plan.courses[0].steps[0].days[0].as_dict()["morning"]


def noticed(resource, **given):
    return " ".join(reports(resource, **given))


PLAIN = [
    {"strengthQuantity": quantity(5)}, {"strengthCodeableConcept": {"text": "5 mg"}},
    {"strengthCodeableConcept": {"coding": [{"display": "5 mg"}], "text": "5 mg"}},
    {"strengthRatio": {"numerator": quantity(5), "denominator": ONE}},
]  # fmt: skip


@pytest.mark.parametrize("strength", PLAIN)
def test_what_one_unit_holds_is_read_from_each_way_in_which_r5_states_it(strength):
    assert dose_of(of_r5(**strength)) == "10 mg"
    assert dose_of(of_r5(**strength), strength="5 mg") == "10 mg"
    assert "one tablet holds 5 mg, which is no part of a plan" in noticed(of_r5(**strength))
    (said,) = refusals(of_r5(**strength), strength="50 mg")
    assert said.endswith("one tablet holds 5 mg, and the strength named is 50 mg; make them agree")


def test_a_strength_in_words_may_be_that_of_a_liquid():
    told = of_r5(MEASURED, form="oral solution", strengthCodeableConcept={"text": "2 mg/5 mL"})
    assert dose_of(told) == dose_of(told, strength="4 mg/10 mL") == "2 mg"
    assert "make them agree" in refusals(told, strength="4 mg/5 mL")[0]
    assert "make them agree" in refusals(told, strength="2 mg")[0]


NOT_READ = {
    "in a mass": of_drug(**ratio(quantity(5), quantity(1, "g"))),
    "in mg": of_drug(**ratio(quantity(5), quantity(500))),
    "in no tablet": of_drug(**ratio(quantity(5), quantity(0, "{tablet}"))),
    "in no volume": of_drug(**ratio(quantity(5), quantity(0, "mL"))),
    "of a liquid": of_r5(form="oral solution", strengthQuantity=quantity(5)),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_a_strength_that_is_not_read_is_reported_and_no_other_stands_in_its_place(name):
    refused = refusals(NOT_READ[name], strength="50 mg")
    assert any("its strength, of 5 mg, is not read, and the strength named is 50 mg" in line for line in refused)
    mass = {**NOT_READ[name], "dosageInstruction": [dosage()]}
    assert "medication" not in noticed(mass)
    assert "the strength 5 mg" in noticed(mass)
    assert "ingredient.strength: not-read: " in noticed(mass)


@pytest.mark.parametrize(
    ("told", "said"),
    [(of_drug(**ratio(ONE, ONE)), "the strength 1 {tablet} in 1 {tablet} is not read"),
     (of_r5(strengthQuantity=ONE), "the strength 1 {tablet} is not read"),
     (of_r5(strengthQuantity=quantity(5, "mg/mL")), "the UCUM unit 'mg/mL' is no mass"),
     (of_r5(strengthCodeableConcept={"text": "forte"}), "the strength forte is not read"),
     (of_r5(strengthCodeableConcept={"coding": [{"code": "x"}]}), "the strength without a name is not read"),
     (of_r5(strengthCodeableConcept={"text": "5 mg", "coding": [{"display": "50 mg"}]}),
      "the strength 5 mg or 50 mg is not read")],
)  # fmt: skip
def test_a_strength_that_names_no_one_mass_is_reported(told, said):
    assert said in noticed(told, strength="5 mg")
    assert "what one unit holds is not stated" in refusals(told)[0]


def test_a_strength_of_a_unit_that_is_not_known_is_reported_beside_its_code():
    told = of_r5(strengthQuantity={"value": 5, "unit": "Milligramme Wirkstoff", "system": UCUM, "code": "mg"})
    assert "the unit 'Milligramme Wirkstoff' is not known" in noticed(told)


@pytest.mark.parametrize(
    ("name", "strength"),
    [("Prednisone 5 mg tablet", "5 mg"), ("Prednisone 5mg tablet", "5000 mcg"), ("Prednisone 0,5 mg", "0.5 mg"),
     ("Prednisone 1,000 mg", "1 g"), ("Prednisone 1.000 mg", "1 mg"), ("Prednisone 5 mg (as 6 mg acetate)", "5 mg"),
     ("Prednisone 50 µg", "50 mcg"), ("Prednisone 5 mg/tablet", "5 mg"), ("Prednisone", "5 mg"),
     ("Prednisone 20 tablets", "5 mg"), ("Prednisone 1,000,000.5 mg", "5 mg")],
)  # fmt: skip
def test_a_strength_that_is_in_the_name_is_taken(name, strength):
    assert refusals(named(name), strength=strength, drug="prednisone") == []


@pytest.mark.parametrize(
    "name", ["Prednisone 5 mg tablet", "Prednisone 5mg", "Prednisone 5 mg/5 mL", "Prednisone 5-mg tablets"]
)
def test_a_strength_other_than_the_one_in_the_name_refuses(name):
    (said,) = [line for line in refusals(named(name), strength="50 mg") if "the strength named" in line]
    assert said.endswith(f"the strength named is 50 mg, and it is called {name!r}; make them agree")


def test_the_strength_of_a_liquid_is_that_of_its_name():
    for name in ("Prednisone 2 mg/5 mL", "Prednisone 0.4 mg per mL", "Prednisone 2 mg solution", "Prednisone"):
        assert refusals(named(name, MEASURED), strength="2 mg/5 mL", drug="prednisone") == [], name
    for name in ("Prednisone 4 mg/5 mL", "Prednisone 4 mg solution"):
        assert len(refusals(named(name, MEASURED), strength="2 mg/5 mL", drug="prednisone")) == 1, name


def test_every_name_of_a_product_is_asked_for_its_strength():
    (said,) = refusals(of_drug(code="Prednisone 50 mg tablet", **ratio(quantity(5), ONE)))
    assert said.endswith("one tablet holds 5 mg, and it is called 'Prednisone 50 mg tablet'; make them agree")
    assert refusals(of_drug(code="Prednisone 5 mg tablet", **ratio(quantity(5), ONE))) == []
    shown = of_drug(**ratio(quantity(5), ONE))
    shown["medicationReference"] = {"reference": "#m", "display": "Prednisone 50 mg"}
    assert len(refusals(shown)) == 1


COMBINED = ["paracetamol/codeine", "codeine + paracetamol", "codeine and paracetamol", "codeine/paracetamol 30 mg/5 mL"]


@pytest.mark.parametrize("name", COMBINED)
def test_a_combination_stays_one_whatever_the_caller_calls_it(name):
    for given in ({"drug": "codeine"}, {"drugs": {name: "codeine"}}, {}):
        assert any("names a combination product" in line for line in refusals(named(name, dosage()), **given))


def test_a_brand_of_two_drugs_is_none_of_them():
    told = named("Symbyax", dosage())
    assert "it is a combination" in refusals(told, drug="fluoxetine")[0]


@pytest.mark.parametrize("name", ["carbidopa-levodopa 25-100 mg", "codeine, paracetamol", "codeine & paracetamol"])
def test_a_name_whose_words_are_those_of_several_medicines_is_none_of_them(name):
    for drug in ("levodopa", "codeine"):
        assert "it is a combination" in refusals(named(name, dosage()), drug=drug)[0]


def test_a_brand_beside_what_it_holds_is_no_combination():
    assert refusals(named("Tylenol acetaminophen 500 mg", dosage()), drug="acetaminophen") == []


def test_another_name_that_is_a_combination_refuses():
    told = named("codeine", dosage())
    told["medicationCodeableConcept"]["coding"] = [{"display": "paracetamol/codeine"}]
    assert "'paracetamol/codeine' names a combination product" in refusals(told)[0]


def test_the_form_of_a_product_without_an_ingredient_is_that_of_its_drug():
    told = of_drug(form="oral solution")
    del told["contained"][0]["ingredient"]
    assert "what one unit holds is not stated" in refusals(told, strength="5 mg")[0]
    del told["contained"][0]["code"]
    assert "the drug has no name" in refusals(told, strength="5 mg")[0]


def test_what_a_strength_is_of_makes_no_combination():
    for name in ("Prednisone 2 mg/5 mL solution", "Prednisone 5 mg/tablet"):
        assert refusals(named(name, dosage()), drug="prednisone") == []
    assert refusals(named("Prednisone 5 mg/25 mg", dosage()), drug="prednisone") != []


def test_a_name_of_the_product_that_is_a_combination_refuses():
    told = of_drug(dosage(), code="prednisone/codeine tablet")
    assert any("names a combination product" in line for line in refusals(told, drug="Prednisone"))


SALTS = bundle(named("levothyroxine sodium", dosage()), named("warfarin sodium", dosage(5)))


@pytest.mark.parametrize(
    "word", ["sodium", "Sodium", "tablet", "mg", "5 mg", "retard", "hydrochloride", "syrup", "carbonate", " ", "5"]
)
def test_a_word_that_names_no_drug_refuses_and_the_drugs_are_named(word):
    for told in (SALTS, named("levothyroxine sodium", dosage())):
        with pytest.raises(InvalidInput, match=r"is no name of a drug; these are here: levothyroxine sodium"):
            from_fhir(told, drug=word)


def test_a_drug_that_is_called_only_by_such_a_word_is_called_so():
    assert refusals(named("Calcium", dosage()), drug="calcium") == []
    assert "which is no name; give it one" in refusals(named("calcium", dosage()), drugs={"calcium": "sodium"})[0]


def test_a_word_that_several_drugs_share_picks_none():
    told = bundle(named("Levothyroxine sodique", dosage()), named("Warfarine sodique", dosage(5)))
    with pytest.raises(InvalidInput, match="'sodique' is a word of several drugs: Levothyroxine sodique, Warfarine"):
        from_fhir(told, drug="sodique")
    same = bundle(named("Deltasone prednisone", dosage()), named("Rayos prednisone", dosage(5)))
    assert [course.drug for course in from_fhir(same, slots=SLOTS, drug="prednisone").plan.courses] == [
        "prednisone"
    ] * 2
    with pytest.raises(NotFound, match="no request is of 'potassique'"):
        from_fhir(told, drug="potassique")


def test_a_salt_in_common_makes_no_drug_of_two():
    told = of_drug(dosage(), code="warfarin sodium")
    told["contained"][0]["ingredient"][0]["itemCodeableConcept"] = {"text": "levothyroxine sodium"}
    assert "'warfarin sodium'; whether that is one drug is not known here" in noticed(told)


def test_a_word_from_within_a_name_is_reported_as_a_name_of_the_caller():
    assert "'Levothyroxine sodique' is called 'sodique'" in noticed(
        named("Levothyroxine sodique", dosage()), drug="sodique"
    )


ELSEWHERE = [
    "Budesonide 200 mcg inhaler", "hydrocortisone 1% cream", "Hydrocortison Salbe", "Metoject 15 mg Fertigspritze",
    "morphine 10 mg/mL ampoule", "Fentanyl-Pflaster 25", "timolol eye drops", "crème hydrocortisone",
    "enoxaparin pre-filled syringe", "insulin glargine pen",
]  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("route", [None, ORAL])
def test_a_product_whose_name_says_another_way_than_by_mouth_refuses(name, route):
    for told in (named(name, dosage(route=route)), of_drug(dosage(route=route), code=name)):
        assert any(f": route: {name!r} is not taken by mouth" in line for line in refusals(told))
    assert any(": route: " in line for line in refusals(named(name, dosage(route=route)), drug="prednisone"))


def test_a_product_that_is_not_by_mouth_is_left_out_beside_others():
    told = bundle(named("hydrocortisone 1% cream", dosage(route=None)), named("prednisone", dosage()))
    assert [course.drug for course in from_fhir(told, slots=SLOTS).plan.courses] == ["prednisone"]
    assert "left out: 'hydrocortisone 1% cream' is not taken by mouth" in noticed(told)


@pytest.mark.parametrize("name", ["Pentoxifylline", "early release", "Gelatin", "Fer ampoules buvables", "Penicillin"])
def test_a_name_that_only_begins_like_another_way_is_read(name):
    assert refusals(named(name, dosage(route=None))) == []


@pytest.mark.parametrize("form", ["solution for injection", "Augentropfen", "suppository", "vaginal tablet"])
@pytest.mark.parametrize("of", [of_drug, of_r5])
def test_a_form_that_says_another_way_than_by_mouth_refuses(form, of):
    for route in (None, ORAL):
        told = of(dosage(route=route), form=form)
        assert any(f": route: {form!r} is not taken by mouth" in line for line in refusals(told))


@pytest.mark.parametrize("form", ["drops", "powder", "solution", "Lösung"])
def test_a_form_that_is_not_known_to_be_by_mouth_needs_a_route(form):
    told = of_drug(dosage(route=None), form=form)
    assert any(
        f"no route is stated, and the form {form!r} is not known to be by mouth" in line for line in refusals(told)
    )
    assert refusals(of_drug(dosage(), form=form)) == []
    del told["contained"][0]["ingredient"]
    assert any(": route: " in line for line in refusals(told))


@pytest.mark.parametrize(
    ("stated", "shown"),
    [({"coding": [{"code": "385219001"}]}, "'385219001'"), ({"coding": [{"system": "x"}]}, "'without a name'")],
)
def test_a_form_without_a_name_needs_a_route(stated, shown):
    told = of_drug(dosage(route=None))
    told["contained"][0]["form"] = stated
    assert any(f"the form {shown} is not known" in line for line in refusals(told))


@pytest.mark.parametrize(
    "form",
    [
        "film-coated tablet",
        "Filmtablette",
        "Oral solution",
        "oral drops",
        "extended-release tablet",
        "Gélule",
        "gastro-resistant capsule",
    ],
)
def test_a_form_by_mouth_needs_no_route(form):
    assert refusals(of_drug(dosage(route=None), form=form)) == []


CODED = {
    "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "8640"}]}
}


def test_a_drug_of_which_only_a_code_is_given_is_called_as_the_caller_says():
    (said,) = refusals(order(**CODED))
    assert said.endswith("the drug has no name, and codes of drugs are not read; name it as drug")
    assert from_fhir(order(**CODED), slots=SLOTS, drug="prednisone").plan.courses[0].drug == "prednisone"
    assert "the drug is called 'prednisone', as the caller named it; it has no name" in noticed(
        order(**CODED), drug="prednisone"
    )


@pytest.mark.parametrize("other", [order(id="b"), order(dosage(5), id="b", **CODED)])
def test_a_drug_without_a_name_is_none_of_several(other):
    told = bundle(order(id="a", **CODED), other)
    assert any("the drug has no name" in line for line in refusals(told, drug="prednisone"))


def test_a_dosage_alone_says_that_it_names_no_drug():
    assert refusals(dosage()) == ["Dosage: medication: a Dosage names no drug; name it as drug"]


def test_a_liquid_may_be_called_by_its_strength():
    for name in ("prednisolone 15 mg/5 mL oral solution", "prednisolone 3mg/ml", "levothyroxine 25 mcg/5 ml"):
        assert from_fhir(named(name, dosage()), slots=SLOTS).plan.courses[0].drug == name


def test_a_strength_of_a_volume_is_none_of_a_tablet_and_that_is_said():
    (said,) = refusals(order(TABLETS), strength="5 mg/mL")
    assert said.endswith(
        "the dose is 2 tablet, and its strength says only that 1 mL holds 5 mg; give that of one tablet"
    )
    (said,) = refusals(order(MEASURED), strength="5 mg")
    assert said.endswith("the dose is 5 mL, and its strength says only that one unit holds 5 mg; give that of one mL")


def entries(*given):
    return [{"type": {"coding": [{"code": kind}]}, "doseQuantity": held} for kind, held in given]


def test_a_dose_as_ordered_in_tablets_and_calculated_in_mg_is_one_where_they_agree():
    told = order(dosage(doseAndRate=entries(("ordered", quantity(2, "{tablet}")), ("calculated", quantity(10)))))
    assert dose_of(told, strength="5 mg") == "10 mg"
    (said,) = refusals(told, strength="10 mg")
    assert said.endswith("the doses 2 {tablet} and 10 mg differ; make them agree")
    (said,) = refusals(told)
    assert said.endswith("what one unit holds is not stated; give its strength")
    wrong = order(dosage(doseAndRate=entries(("ordered", quantity(10)), ("calculated", quantity(10, "[iU]")))))
    (said,) = refusals(wrong)
    assert ": unit: " in said


def test_a_reference_to_what_is_no_medication_refuses():
    told = of_drug(dosage())
    told["contained"][0] = {"resourceType": "Substance", "id": "m", "code": {"text": "prednisone"}}
    assert any("'#m' is a Substance and no Medication; refer to one" in line for line in refusals(told))


COME_TO = {
    "2 tablets = 10 mg": True, "2 tablets (=10 mg)": True, "2 tablets = 5 mg": False, "2 tablets (=5 mg)": False,
    "2 tablets each 5 mg": True, "2 tablets each of 5 mg": True, "2 tablets each 10 mg": False,
    "2 tablets each of 10 mg": False, "2 Tabletten jeweils 5 mg": True, "2 Tabletten jeweils 10 mg": False,
    "10 mg = 2 tablets": True, "5 mg = 2 tablets": False, "0 tablets = 10 mg": False,
}  # fmt: skip


@pytest.mark.parametrize("text", COME_TO)
def test_what_a_count_comes_to_is_the_dose_and_what_each_holds_is_the_strength(text):
    told = order(counted(2, "tablet", text=f"{text} in the morning"))
    assert (not refusals(told, strength="5 mg")) is COME_TO[text]
