"""A hospital's own file laid over the shipped data: what it adds, what it replaces, and what stays visible."""

from pathlib import Path

import pytest

from taper import Formulary, Patient, Plan, check, realize

SHIPPED = Formulary.shipped()
FILE = Path(__file__).parent / "overlays" / "hospital.toml"


@pytest.fixture(scope="module")
def hospital():
    return SHIPPED.overlaid(FILE)


def reviewed(formulary, drug, regimen, patient=None, **more):
    course = {"drug": drug, "form": "tablet", "then": "continue", "steps": [{"regimen": regimen}]} | more
    made = realize(Plan.read({"courses": [course]}), formulary.products(drug), formulary=formulary)
    return check(made, Patient.read(patient or {}))


def found(review):
    found = [each for item in review.findings if item.rule == "ceiling" for each in item.each]
    return {(item.source.id, item.source.layer) for item in found}


def test_the_hospitals_limit_is_compared_beside_the_shipped_ones(hospital):
    day = {"morning": "30 mg", "evening": "40 mg"}
    assert ("hospital-committee", "hospital") not in found(reviewed(SHIPPED, "baclofen", day))
    assert found(reviewed(hospital, "baclofen", day)) >= {("hospital-committee", "hospital")}


def test_every_finding_of_the_shipped_data_stays(hospital):
    day = {"morning": "50 mg", "evening": "50 mg"}
    assert found(reviewed(SHIPPED, "baclofen", day)) < found(reviewed(hospital, "baclofen", day))


def test_what_came_from_where_stays_visible(hospital):
    layers = {source.id: source.layer for source in hospital.monograph("baclofen").sources}
    assert layers["hospital-committee"] == "hospital"
    assert {layer for name, layer in layers.items() if name != "hospital-committee"} == {"shipped"}


def test_the_hospitals_product_stands_beside_the_shipped_ones(hospital):
    ids = {product.id for product in hospital.products("baclofen")}
    assert ids - {product.id for product in SHIPPED.products("baclofen")} == {"baclofen-hospital-tablet-10mg"}


def test_only_the_source_that_is_named_gives_way(hospital):
    before, after = SHIPPED.monograph("zopiclone"), hospital.monograph("zopiclone")
    gone = {source.id for source in before.sources} - {source.id for source in after.sources}
    assert gone == {"mims-hk-pms-zopiclone"}
    assert {item.source.id for item in after.ceilings} >= {"hospital-hypnotics"}


def test_drugs_that_the_file_does_not_name_are_untouched(hospital):
    assert all(
        hospital.monograph(d) == SHIPPED.monograph(d) for d in SHIPPED.drugs if d not in {"baclofen", "zopiclone"}
    )


def test_the_shipped_formulary_does_not_change(hospital):
    assert "hospital-committee" not in {source.id for source in Formulary.shipped().monograph("baclofen").sources}


def test_an_overlay_can_be_laid_over_an_overlay(hospital, tmp_path):
    ward = tmp_path / "ward.toml"
    ward.write_text(
        FILE.read_text("utf-8").replace("hospital-", "ward-").replace('overlay = "hospital"', 'overlay = "ward"'),
        "utf-8",
    )
    # The first layer has taken the replaced source away already, so the second may not name it.
    text = ward.read_text("utf-8").replace('replaces = ["mims-hk-pms-zopiclone"]\n', "")
    ward.write_text(text.replace("baclofen-ward-tablet", "baclofen-ward-own-tablet"), "utf-8")
    layers = {source.layer for source in hospital.overlaid(ward).monograph("baclofen").sources}
    assert layers == {"shipped", "hospital", "ward"}
