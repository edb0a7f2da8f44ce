"""What a data file is refused for, and where a source's own gap is kept."""

from datetime import date

import pytest

from builders import source_data
from taper import Formulary, InvalidInput, Patient, Plan, check, realize
from taper.knowledge.reading import InvalidData, read_monograph

SHIPPED = Formulary.shipped()
DRUG = "examplol"


def monograph(**sections):
    sources = {"a": source_data()} | sections.pop("sources", {})
    return read_monograph(
        {"drug": DRUG, "reviewed_on": date(2026, 11, 22), "sources": sources} | sections, where="x.toml"
    )


def ceiling(**more):
    return {"limit": "5 mg", "source": "a"} | more


def product(**more):
    return {"id": "e5", "form": "tablet", "strength": "5 mg", "source": "a"} | more


def kidney(*bands):
    return {"measure": "eGFR", "basis": "label", "source": "a", "bands": list(bands)}


def reduce_(**edges):
    return {"action": "reduce, no figure given"} | edges


def test_an_unknown_key_is_named_with_its_path():
    with pytest.raises(InvalidData, match=r"ceilings\[0\]\.limt: is not a known key"):
        monograph(ceilings=[{"limit": "5 mg", "source": "a", "limt": "6 mg"}])


@pytest.mark.parametrize(
    ("section", "fact"),
    [
        ("ceilings", {"limit": "5 mg"}),
        ("kidney", {"basis": "label", "impaired": {"action": "avoid"}}),
        ("stopping", {"shape": "slowly, no rate given"}),
        ("half_lives", {"low": "2", "high": "3"}),
        ("starts", {"dose": "5 mg"}),
        ("durations", {"low": "1 week", "high": "2 weeks"}),
    ],
)
def test_a_figure_without_a_source_does_not_load(section, fact):
    with pytest.raises(InvalidData, match=rf"{section}\[0\]\.source: is missing"):
        monograph(**{"products": [product()], section: [fact]})


def test_a_source_without_a_locator_does_not_load():
    body = source_data()
    del body["locator"]
    with pytest.raises(InvalidData, match=r"sources\.b\.locator: is missing"):
        monograph(ceilings=[ceiling(source="b")], sources={"b": body})


def test_two_kidney_bands_that_overlap_are_refused():
    with pytest.raises(InvalidData, match="overlap by more than an edge"):
        monograph(kidney=[kidney(reduce_(below="40"), reduce_(at_least="30", below="60"))])


def test_two_kidney_bands_that_share_an_edge_as_printed_load():
    held = monograph(kidney=[kidney(reduce_(at_most="30"), reduce_(at_least="30", below="60"))])
    assert len(held.kidney[0].bands_at(held.kidney[0].bands[0].upper)) == 2


@pytest.mark.parametrize(("egfr", "assessed"), [("29", True), ("30", False), ("44.9", False), ("45", True)])
def test_a_gap_between_kidney_bands_is_kept_and_not_assessed_there(egfr, assessed):
    held = Formulary(
        [monograph(kidney=[kidney(reduce_(below="30"), reduce_(at_least="45", below="60"))], products=[product()])]
    )
    course = {"drug": DRUG, "then": "continue", "steps": [{"regimen": {"evening": "5 mg"}}]}
    made = realize(Plan.read({"courses": [course]}), held.products(DRUG), formulary=held)
    review = check(made, Patient.read({"egfr": egfr, "kidney_stable": True, "dialysis": False}))
    gaps = [item for item in review.not_assessed if item.rule == "kidney"]
    assert any(item.rule == "kidney" for item in review.findings) is assessed
    assert all("the bands of this source leave a gap" in item.missing for item in gaps)
    assert bool(gaps) is not assessed


def test_two_products_with_one_id_are_refused():
    with pytest.raises(InvalidInput, match="two products have the id 'e5'"):
        Formulary([monograph(products=[product(), product(strength="10 mg")])])


def test_a_limit_for_a_drug_that_is_not_held_is_refused_with_near_names(tmp_path):
    path = tmp_path / "local.toml"
    path.write_text('drug = "baclofn"\nreviewed_on = 2027-01-15\n', "utf-8")
    with pytest.raises(InvalidData, match="'baclofn' is not on file, and near names are baclofen; correct the name"):
        SHIPPED.overlaid(path)


@pytest.mark.parametrize("number", ["9" * 5000, "1e" + "1" * 30, "0.0e-" + "9" * 30])
def test_a_number_that_no_computer_holds_is_refused(tmp_path, number):
    path = tmp_path / "local.toml"
    path.write_text(f"year = {number}", "utf-8")
    with pytest.raises(InvalidData, match=r"too many digits; write it in full, like 2\.5"):
        SHIPPED.overlaid(path)


def test_an_overlay_that_redefines_a_source_is_refused(tmp_path):
    body = "\n".join(
        [
            'drug = "baclofen"', "[sources.us-tablet-dailymed]", 'organization = "x"', 'title = "x"', 'locator = "x"',
            "year = 2027", 'grade = "A"', "verified_on = 2027-01-15", "[[ceilings]]", 'limit = "200 mg"',
            'source = "us-tablet-dailymed"',
        ]
    )  # fmt: skip
    path = tmp_path / "local.toml"
    path.write_text(body, "utf-8")
    with pytest.raises(InvalidData, match="'us-tablet-dailymed' is already on file"):
        SHIPPED.overlaid(path)
