"""The drug of a plan as people write it: brands, salts, short names, misspelt ones; none is guessed."""

import pytest

from builders import plan_of, step, tablet
from taper import Formulary, NoProducts, Plan, SeveralForms, UnknownDrug, realize
from taper.cli import main

SHIPPED = Formulary.shipped()

ONE = {
    "Ambien": ("zolpidem", "immediate"), "Ambien CR": ("zolpidem", "extended"), "Edluar": ("zolpidem", "immediate"),
    "Stilnoct": ("zolpidem", None), "zolpidem tartrate": ("zolpidem", None), "zolpidem ER": ("zolpidem", "extended"),
    "Lamictal": ("lamotrigine", "immediate"), "Lamictal XR": ("lamotrigine", "extended"),
    "Lamictal ODT": ("lamotrigine", None), "Catapres": ("clonidine", "immediate"), "Kapvay": ("clonidine", None),
    "Deltasone": ("prednisone", None), "Rayos": ("prednisone", None), "Orapred": ("prednisolone", None),
    "venlafaxine": ("venlafaxine-xr", None), "venlafaxine ER": ("venlafaxine-xr", "extended"),
    "Effexor XR": ("venlafaxine-xr", "extended"), "Efexor XL": ("venlafaxine-xr", "extended"),
    "Xanax": ("alprazolam", "immediate"), "XANAX XR": ("alprazolam", "extended"),
    "alprazolam XR": ("alprazolam", "extended"),
    "Klonopin": ("clonazepam", None), "Rivotril": ("clonazepam", None), "Ativan": ("lorazepam", None),
    "Loreev XR": ("lorazepam", "extended"), "Valium": ("diazepam", None), "Restoril": ("temazepam", None),
    "Zimovane": ("zopiclone", None), "Mogadon": ("nitrazepam", None), "Librium": ("chlordiazepoxide", None),
    "Serax": ("oxazepam", None), "Neurontin": ("gabapentin", None), "Gralise": ("gabapentin", "extended"),
    "Lyrica": ("pregabalin", "immediate"), "Lyrica CR": ("pregabalin", "extended"), "Lioresal": ("baclofen", None),
    "Zanaflex": ("tizanidine", None), "Flexeril": ("cyclobenzaprine", None), "Amrix": ("cyclobenzaprine", "extended"),
    "Tonmya": ("cyclobenzaprine", "immediate"), "Inderal": ("propranolol", "immediate"),
    "Inderal LA": ("propranolol", "extended"), "InnoPran XL": ("propranolol", "extended"),
    "Lopressor": ("metoprolol-tartrate", None), "Toprol XL": ("metoprolol-succinate", "extended"),
    "toprol-xl": ("metoprolol-succinate", "extended"), "metoprolol succinate": ("metoprolol-succinate", None),
    "Metoprolol Tartrate": ("metoprolol-tartrate", None), "Procardia XL": ("nifedipine-er", "extended"),
    "nifedipine": ("nifedipine-er", None), "Viagra": ("sildenafil", None), "Revatio": ("sildenafil", None),
    "Zoloft": ("sertraline", None), "Lustral": ("sertraline", None), "sertraline hydrochloride": ("sertraline", None),
    "Prozac": ("fluoxetine", None), "Seroxat": ("paroxetine", None), "Paxil CR": ("paroxetine", "extended"),
    "Celexa": ("citalopram", None), "Cipralex": ("escitalopram", None), "Pristiq": ("desvenlafaxine", None),
    "Cymbalta": ("duloxetine", None), "Trintellix": ("vortioxetine", None),
}  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), ONE.items(), ids=list(ONE))
def test_a_name_that_people_write_is_the_drug_and_release_that_it_stands_for(written, meant):
    found = SHIPPED.written(written)
    assert (found.drugs, found.release) == ((meant[0],), meant[1])
    assert SHIPPED.name_of(written) == meant[0]


@pytest.mark.parametrize(
    ("written", "near"),
    {"sertralin": "sertraline", "lorazapam": "lorazepam", "clonidin": "clonidine", "gabapentine": "gabapentin",
     "diazapam": "diazepam", "prednisolon": "prednisolone", "Imovane": "zimovane", "Effexor": "effexor xr",
     "metoprolol": "metoprolol-succinate", "Betaloc": "metoprolol-tartrate", "Gablofen": "baclofen",
     "Pred Forte": "prednisolone"}.items(),
)  # fmt: skip
def test_none_is_picked_of_near_names_of_several_entries_or_for_a_brand_that_may_be_injected(written, near):
    with pytest.raises(UnknownDrug, match=near) as caught:
        SHIPPED.name_of(written)
    assert near in caught.value.near or near in str(caught.value)


def test_a_brand_of_unknown_route_is_told_by_the_generic_name_in_it():
    with pytest.raises(UnknownDrug, match=r"a name of fluoxetine\. A brand may be of another route") as caught:
        SHIPPED.name_of("Oxactin")
    assert caught.value.near == ("fluoxetine",)


def test_a_combination_and_a_medicine_not_on_file_are_told_by_what_they_are():
    with pytest.raises(UnknownDrug, match="holds codeine and paracetamol"):
        SHIPPED.name_of("co-codamol")
    with pytest.raises(UnknownDrug, match="a name of glyceryl-trinitrate"):
        SHIPPED.name_of("GTN")


def made(drug, doses, market="us", **more):
    course = {"drug": drug, "then": "continue", "steps": [{"regimen": doses}], **more}
    products = [item for each in SHIPPED.written(drug).drugs for item in SHIPPED.products(each, market=market)]
    return realize(Plan.read({"courses": [course]}), products)


def test_what_a_name_decides_is_said():
    slow = made("Ambien CR", {"bedtime": "12.5 mg"})
    assert (slow.courses[0].release, slow.drugs) == ("extended", ("zolpidem",))
    assert slow.choices == ("extended release was chosen for Ambien-CR: Ambien CR says so",)
    assert made("Ambien", {"bedtime": "10 mg"}).courses[0].products[0].form == "tablet"
    melted = made("Lamictal ODT", {"morning": "25 mg"})
    assert melted.choices == ("orally-disintegrating tablet was chosen for Lamictal-ODT: Lamictal ODT says so",)
    assert "extended release" in made("venlafaxine", {"morning": "75 mg"}).choices[0]


def test_what_the_plan_says_stands_above_its_name():
    with pytest.raises(NoProducts, match="no product of venlafaxine-xr is immediate release"):
        made("venlafaxine", {"morning": "75 mg"}, release="immediate")
    assert made("metoprolol", {"morning": "50 mg"}, release="extended").drugs == ("metoprolol-succinate",)
    assert made("Ambien CR", {"bedtime": "12.5 mg"}, release="extended", form="tablet").choices == ()
    assert made("Lamictal ODT", {"morning": "25 mg"}, form="orally-disintegrating tablet").choices == ()


def test_a_short_name_of_several_entries_is_asked_after_unless_one_alone_makes_the_doses():
    with pytest.raises(SeveralForms, match='write "drug": "metoprolol-succinate"') as caught:
        made("metoprolol", {"morning": "50 mg"})
    assert "metoprolol-tartrate" in str(caught.value)
    only = made("metoprolol", {"morning": "37.5 mg", "evening": "37.5 mg"})
    assert only.drugs == ("metoprolol-tartrate",)
    assert "metoprolol-succinate cannot make these doses, taken as often" in only.choices[0]


def test_a_modified_release_is_never_taken_through_the_day_unsaid():
    with pytest.raises(NoProducts, match='write "drug": "venlafaxine-xr"'):
        made("venlafaxine", {"morning": "37.5 mg", "evening": "37.5 mg"})


@pytest.mark.parametrize("doses", [{"morning": "1 mg", "evening": "1 mg"}, {"morning": "0.5 mg"}])
def test_the_ordinary_products_serve_where_others_are_not_taken_as_often_or_cannot_make_it(doses):
    ordinary = made("lorazepam", doses)
    assert ordinary.courses[0].release == "immediate"
    others = "extended-release products cannot make these doses, taken as often"
    assert ordinary.choices == (f"immediate release was chosen for lorazepam: {others}",)


def test_a_modified_release_serves_where_four_units_make_the_doses_and_no_more():
    products = tablet("10 mg", release="immediate"), tablet("2 mg", release="extended")
    assert realize(plan_of(step("10 mg", "7 days")), products).courses[0].release == "immediate"
    products = tablet("10 mg", release="immediate"), tablet("2.5 mg", release="extended")
    with pytest.raises(SeveralForms):
        realize(plan_of(step("10 mg", "7 days")), products)


def test_only_the_kinds_that_make_the_doses_are_offered():
    with pytest.raises(SeveralForms, match='write "form": "capsule" or "sublingual tablet" or "tablet"'):
        made("zolpidem", {"bedtime": "5 mg"})


def test_further_names_are_listed_and_a_brand_says_its_release(capsys):
    assert {"ativan", "zoloft"} <= set(Formulary.shipped().other_names)
    assert not set(Formulary.shipped().other_names) & set(Formulary.shipped().drugs)
    assert main(["recipe", "Ambien CR", "12.5 mg"]) == 0
    assert "extended" in capsys.readouterr().out
