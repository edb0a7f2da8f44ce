"""What a caller states of products: only these, divided so far, measured with this syringe."""

import json

import pytest

from taper import InvalidInput, Product
from taper.amounts.dose import Dose
from taper.cli import main
from taper.products.statements import Syringe, assume_marks, only, permit

TABLETS = [Product(id=f"d{size}", drug="d", form="tablet", strength=f"{size} mg") for size in (2, 5, 10)]
LIQUID = Product(id="liquid", drug="d", form="oral solution", concentration="2 mg/5 mL")
OTHER = Product(id="other", drug="e", form="capsule", strength="5 mg")
DOWN = ["down", "d", "--from", "10 mg bedtime", "--pace", "1 mg, up to 2 mg, every 1 week"]


def ids(products):
    return [product.id for product in products]


def test_products_are_named_by_id_or_strength():
    assert ids(only([*TABLETS, OTHER], ["d2", "10mg"])) == ["d2", "d10", "other"]
    assert ids(only(TABLETS, [])) == ["d2", "d5", "d10"]
    assert ids(only([*TABLETS, OTHER], ["5 mg"])) == ["d5", "other"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("7 mg", "'7 mg' is not among the products; near strengths on file are 5 mg and 10 mg"),
        ("1mg", "near strengths on file are 2 mg"),
        ("0.5 g", "near strengths on file are 10 mg"),
        ("d22", "near ones are d2"),
        ("zzz", "name one of d2, d5, d10"),
        ("2 mg/5 mL", "name one of d2, d5, d10"),
    ],
)
def test_a_strength_that_is_not_on_file_is_refused_with_the_near_ones(name, says):
    with pytest.raises(InvalidInput, match=f"{says}$"):
        only(TABLETS, [name], where="--only")


def test_at_most_two_near_ids_are_named():
    alike = [TABLETS[0].model_copy(update={"id": f"tablet{number}"}) for number in (1, 2, 3)]
    with pytest.raises(InvalidInput, match=r"near ones are tablet\d, tablet\d$"):
        only(alike, ["tablet"], where="--only")


def test_a_permission_is_given_by_strength_or_id():
    assert [product.pieces for product in permit(TABLETS, ["2mg=2", "d5=4"])] == [2, 4, 1]
    assert permit(TABLETS, []) == tuple(TABLETS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2mg", "does not say into how many parts"),
        ("2mg=5", "does not say into how many parts"),
        ("3 mg=2", "near strengths on file are 2 mg and 5 mg"),
        ("other=2", "taken whole"),
    ],
)
def test_a_permission_that_says_nothing_is_refused(text, says):
    with pytest.raises(InvalidInput, match=says):
        permit([*TABLETS, OTHER], [text])


def test_a_syringe_measures_every_liquid():
    syringe = Syringe.parse("5 mL, 0.2 mL")
    measured, tablet = syringe.on([LIQUID, TABLETS[0]])
    volumes = (measured.smallest_volume, measured.graduation, measured.largest_volume)
    assert [str(volume) for volume in volumes] == ["0.2 mL", "0.2 mL", "5 mL"]
    assert tablet == TABLETS[0]
    assert str(syringe) == "5 mL syringe with marks of 0.2 mL"
    assert str(Syringe.parse("5 mL, 0.2 mL, at least 0.6 mL")) == "5 mL syringe with marks of 0.2 mL, at least 0.6 mL"


@pytest.mark.parametrize(
    "text",
    [
        "5 mL",
        "5 mL, 0.2",
        "0.2 mL, 5 mL",
        "5 mL, 0 mL",
        "5 mL, 0.2 mL, 0.6 mL",
        "5 mL, 0.2 mL, at least 6 mL",
        "",
        None,
    ],
)
def test_what_is_no_syringe_is_refused(text):
    with pytest.raises(InvalidInput):
        Syringe.parse(text)


def test_a_syringe_too_coarse_for_the_smallest_dose_is_refused_with_one_that_works():
    syringe = Syringe.parse("5 mL, 0.2 mL")
    with pytest.raises(
        InvalidInput, match=r"0\.2 mL of the 2 mg/5 mL oral solution is 0\.08 mg, .* measures 0\.125 mL or"
    ):
        syringe.check([LIQUID], Dose.parse("0.05 mg"))
    syringe.check([LIQUID], Dose.parse("0.08 mg"))
    # Where there are tablets too, the liquid need not make every dose.
    syringe.check([LIQUID, TABLETS[0]], Dose.parse("0.05 mg"))
    syringe.check(TABLETS, Dose.parse("0.05 mg"))


@pytest.fixture
def products(tmp_path):
    path = tmp_path / "products.json"
    path.write_text(
        json.dumps([item.model_dump(mode="json", exclude_defaults=True) for item in [*TABLETS, LIQUID]]), "utf-8"
    )
    return ["--products", str(path)]


def test_the_command_line_says_what_a_permission_changes(products, capsys):
    assert main([*DOWN, *products, "--form", "tablet", "--divide", "2mg=2", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["report"]
    assert report["last_fall"].startswith("1 mg/day to 0 mg/day")
    assert report["without"].startswith("Without --divide 2mg=2: 8 reductions, the largest ")
    assert main([*DOWN, *products, "--form", "tablet", "--only", "5 mg", "--divide", "5 mg=2"]) == 0
    assert "\nWithout --divide 5 mg=2: " in capsys.readouterr().out


def test_marks_are_assumed_where_nothing_but_liquids_is_there_and_that_is_said(products, capsys):
    assert main([*DOWN, *products, "--form", "oral solution"]) == 0
    out, err = capsys.readouterr()
    assert "liquids are measured in marks of 0.1 mL, which is assumed; --syringe" in err
    assert "Volumes: Every mark of 0.1 mL, which is assumed, can be measured" in out
    assert main([*DOWN, *products, "--form", "oral solution", "--syringe", "30 mL, 0.5 mL"]) == 0
    out, err = capsys.readouterr()
    assert "assumed" not in out + err
    assert main([*DOWN, *products]) == 0
    assert (
        "Not used: the 2 mg/5 mL oral solution, since its smallest measured volume is not known"
        in capsys.readouterr().out
    )


def test_marks_are_assumed_of_no_liquid_that_is_measured_or_stands_beside_tablets():
    measured = LIQUID.measured("0.5 mL")
    assert assume_marks([measured]) == (measured,)
    assert assume_marks([LIQUID, *TABLETS]) == (LIQUID, *TABLETS)
    (assumed,) = assume_marks([LIQUID])
    assert (str(assumed.smallest_volume), str(assumed.graduation), assumed.is_measure_assumed) == (
        "0.1 mL",
        "0.1 mL",
        True,
    )
    assert not assumed.measured("0.5 mL").is_measure_assumed


def test_the_command_line_says_what_a_syringe_changes(products, capsys):
    asked = [*DOWN, *products, "--form", "oral solution"]
    assert main([*asked, "--syringe", "30 mL, 0.5 mL"]) == 0
    assert "Without --syringe 30 mL, 0.5 mL: 10 reductions, " in capsys.readouterr().out
    assert main([*asked, "--syringe", "10 mL, 5 mL"]) == 2
    assert (
        "--syringe: 5 mL of the 2 mg/5 mL oral solution is 2 mg, more than the smallest dose of 1 mg"
        in capsys.readouterr().err
    )
    phases = [*DOWN[:-1], "2 mg every 1 week to 6 mg, then 10% of current, at least 1 mg, every 1 week"]
    assert main([*phases, *products, "--form", "oral solution", "--syringe", "30 mL, 5 mL"]) == 2
    assert "more than the smallest dose of 1 mg" in capsys.readouterr().err
    assert main([*DOWN[:-1], "rubbish", *products, "--form", "oral solution", "--syringe", "30 mL, 5 mL"]) == 2
    assert "'rubbish' has no interval" in capsys.readouterr().err


def test_a_saved_plan_is_dated_with_what_was_stated(products, tmp_path, capsys):
    plan = str(tmp_path / "plan.json")
    assert main([*DOWN, *products, "--form", "tablet", "--divide", "2mg=2", "--out", plan]) == 0
    capsys.readouterr()
    asked = ["supply", plan, "--start", "2027-03-01", *products]
    assert main(asked) == 2
    assert "cannot be made" in capsys.readouterr().err
    assert main([*asked, "--divide", "2mg=2"]) == 0
    assert main([*asked, "--divide", "2mg=2", "--only", "7 mg"]) == 2
    assert (
        "--only: '7 mg' is not among the products; near strengths on file are 5 mg and 10 mg" in capsys.readouterr().err
    )


def test_a_cross_taper_takes_statements_of_both_drugs(capsys):
    asked = ["cross", "lorazepam", "--from", "1 mg bedtime", "--to-drug", "diazepam", "--market", "uk"]
    how = ["--equivalence", "ashton-2002", "--every", "1 week", "--rounding", "nearest", "--stages", "2"]
    only_tablets = ["--form", "tablet", "--to-form", "tablet", "--only", "1 mg", "--only", "5 mg"]
    assert main([*asked, *how, *only_tablets, "--divide", "1 mg=2", "--divide", "5 mg=2"]) == 0
    assert "0.5 mg bedtime and 5 mg bedtime: 10 mg a day together" in capsys.readouterr().out
