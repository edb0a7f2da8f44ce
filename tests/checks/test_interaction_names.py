"""Classes and names as a caller writes them: none is taken for another, and none makes a source clear unseen."""

import pytest

from builders import DRUG, TABLETS, answers, course, formulary, plan_of, plan_with, review_of, step
from taper import Formulary, Patient, Product, Reason, UnknownClass
from taper.checks.other_medicines import companion_of, names_of

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


def test_a_class_that_no_source_names_is_accepted_as_unknown_and_said():
    found, gaps, clear, _ = met(NITRATE, {"name": "newdrug", "classes": ["opiod", "nitrate"]})
    assert (len(found), clear) == (1, [])
    (odd,) = [gap for gap in gaps if gap.reason is Reason.CLASSES]
    assert odd.missing == "'opiod', given as a class of newdrug, is no class that sources name"


def test_no_message_suggests_another_class():
    _, gaps, *_ = met(NITRATE, {"name": "nicorandil", "classes": ["potassium-channel-opener"]})
    assert not [gap for gap in gaps if "calcium-channel-blocker" in gap.missing or "near names" in gap.missing]


@pytest.mark.parametrize(("name", "near"), [("opiod", ("opioid",)), ("xyzzy", ())])
def test_a_class_that_is_none_is_refused_in_a_file_of_a_drug_with_the_near_names(name, near):
    with pytest.raises(UnknownClass, match="the class '" + name + "' of testamine is not known") as caught:
        formulary(interactions=[NITRATE], classes=[name])
    assert caught.value.near[:1] == near


def test_a_class_that_is_none_is_refused_in_an_overlay(tmp_path):
    path = tmp_path / "local.toml"
    path.write_text('drug = "newdrug"\nnew = true\nreviewed_on = 2026-11-29\nclasses = ["opiod"]\n', "utf-8")
    with pytest.raises(UnknownClass, match="near names are opioid"):
        SHIPPED.overlaid(path)


def test_a_salt_and_a_form_go_by_the_name_before_them():
    assert "metoprolol" in names_of(SHIPPED, "metoprolol-tartrate")
    assert "nifedipine" in names_of(SHIPPED, "nifedipine-er")
    assert companion_of(SHIPPED, "sertraline hydrochloride").drug == "sertraline"
    assert "ciprofloxacin" in companion_of(SHIPPED, "ciprofloxacin hydrochloride").names
    assert "valproate" in companion_of(SHIPPED, "divalproex sodium").names


@pytest.mark.parametrize(
    ("written", "contained"),
    [
        ("GTN spray", ["glyceryl-trinitrate"]),
        ("Percocet", ["oxycodone", "paracetamol"]),
        ("co-codamol", ["codeine", "paracetamol"]),
        ("Depakote ER", ["valproic-acid"]),
        ("budesonide/formoterol", ["budesonide", "formoterol"]),
        ("low-dose aspirin", ["aspirin"]),
        ("aspirin 75 mg", ["aspirin"]),
    ],
)
def test_what_people_write_is_read_as_the_medicines_in_it(written, contained):
    assert [item.name for item in SHIPPED.medicines(written)] == contained


def test_a_misspelt_name_is_not_assessed_and_the_near_one_is_offered():
    found, gaps, clear, _ = met(NITRATE | {"with_names": ["opioid"]}, "oxycodon")
    (gap,) = [item for item in gaps if item.reason is Reason.NAME]
    assert (found, clear, gap.urgent) == ([], [], True)
    assert (
        gap.missing
        == "'oxycodon' is a name that no list on file knows; near names are oxycodone; write the one that is meant"
    )


def test_another_drug_of_the_plan_that_is_not_held_is_not_taken_for_classless():
    other = Product(id="o", drug="otheramine", form="tablet", strength="5 mg", score=1)
    plan = plan_with(course(step("5 mg", "7 days")), course(step("5 mg", "7 days"), id="o", drug="otheramine"))
    found, gaps, clear, _ = met(NITRATE, plan=plan, products=(*TABLETS, other))
    assert next(gap.missing for gap in gaps if gap.drug == DRUG).startswith(
        "'otheramine' is a name that no list on file knows"
    )
    assert not [item for item in (*found, *clear) if item.drug == DRUG]


@pytest.mark.parametrize(("name", "asked"), [("lisinopril", 0), ("tolterodine", 1)])
def test_a_class_by_effect_is_asked_of_a_medicine_that_is_like_one_of_its_members(name, asked):
    """Solifenacin stands in a list of drugs that prolong the QT interval, and tolterodine in its subgroup."""
    lists = tuple(item for item in SHIPPED.class_lists if item.name == "qt-prolonging")
    fact = {"source": "a", "with_names": ["qt-prolonging"], "action": "avoid", "what": "torsade"}
    held = formulary(interactions=[fact])
    for given, count in ((lists, asked), ((), 1)):
        one = Formulary([held.monograph(DRUG)], class_lists=given)
        person = Patient.read({"medications": [name], "as_needed": []})
        review = review_of(plan_of(step("5 mg", "7 days")), one, person)
        assert sum("qt-prolonging" in gap.missing for gap in review.not_assessed) == count


def test_a_medicine_with_codes_belongs_to_no_class_of_another_kind():
    warfarin = companion_of(SHIPPED, "warfarin")
    assert (warfarin.is_known, warfarin.open_among(SHIPPED, ["androgen"])) == (False, frozenset())
    assert companion_of(SHIPPED, "newdrug").open_among(SHIPPED, ["androgen"]) == {"androgen"}
