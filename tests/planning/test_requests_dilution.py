"""A homemade dilution: one 4 mg tablet in 100 mL of water, 93 mL taken, the rest thrown away."""

import json

import pytest

from taper import (
    CannotRealize,
    InvalidInput,
    Portion,
    Product,
    check,
    count_supply,
    days_supply,
    plan_steps,
    plan_taper,
    read_products,
    realize,
    to_html,
    to_schedule,
    to_table,
    write_sig,
)
from taper.amounts.duration import read_date
from taper.cli import main
from taper.products.dilution import Dilution, DilutionAsked
from taper.products.statements import Syringe, dilute
from taper.words.language import speak
from taper.words.portion import describe_portion

TABLET = Product(id="d4", drug="d", form="tablet", strength="4 mg")
DILUTION = TABLET.diluted("100 mL", graduation="1 mL")
PORTION = Portion(product=DILUTION.id, volume="93 mL")
START = read_date("2027-03-01")


def dated(*steps, products=(DILUTION,), then="stop"):
    plan = plan_steps(drug="d", steps=steps, then=then, before="nothing").plan
    return to_schedule(realize(plan, products), start=START)


def test_ninety_three_of_a_hundred_mL_hold_3_72_mg():
    assert str(DILUTION.dose_of(PORTION)) == "3.72 mg"
    assert DILUTION.label == "1 x 4 mg tablet in 100 mL of water"
    assert [str(item) for item in (DILUTION.smallest_volume, DILUTION.graduation, DILUTION.largest_volume)] == [
        "1 mL", "1 mL", "100 mL",
    ]  # fmt: skip
    assert (
        TABLET.diluted("50 mL", graduation="0.5 mL", smallest="2 mL", units=2).label
        == "2 x 4 mg tablet in 50 mL of water"
    )


def test_one_tablet_is_used_each_time():
    supply = count_supply(dated(({"morning": "3.72 mg"}, "14 days")))
    (line,) = supply.lines
    assert (line.product.id, line.used, line.supplied) == ("d4", 14, 14)
    twice = count_supply(dated(({"morning": "3.72 mg", "bedtime": "1.2 mg"}, "14 days")))
    assert twice.line("d4").used == 28


def test_tablets_and_their_dilution_are_supplied_together():
    packed = TABLET.model_copy(update={"pack": 10})
    schedule = dated(({"morning": "4 mg"}, "7 days"), ({"morning": "3.72 mg"}, "7 days"), products=(packed, DILUTION))
    (line,) = count_supply(schedule, packs=True).lines
    assert (line.used, line.supplied, line.packs) == (14, 20, 2)
    assert days_supply(schedule, {"d4": "9"}).days == 9
    (with_stock,) = count_supply(schedule, on_hand={"d4": "5"}).lines
    assert with_stock.supplied == 9


def test_it_is_said_whole_in_words():
    text = "1 x 4 mg tablet in 100 mL of water, 93 mL of it (3.72 mg) taken, the rest thrown away"
    assert describe_portion(PORTION, DILUTION) == text
    schedule = dated(({"morning": "3.72 mg"}, "14 days"))
    assert "93 mL of 1 x 4 mg tablet in 100 mL of water, the rest thrown away (3.72 mg)" in to_table(schedule)
    assert "14 x 4 mg tablet" in to_table(schedule, supply=count_supply(schedule))


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "93 mL of a mixture (one 4 mg tablet"),
        ("es", "93 ml de una mezcla ("),
        ("fr", "93 ml d'un mélange ("),
        ("de", "93 ml einer Mischung ("),
    ],
)
def test_every_language_says_what_goes_into_how_much_and_that_the_rest_is_thrown_away(language, says):
    spoken = speak(language)
    portion = spoken.portion(PORTION, DILUTION)
    ends = {"en": "throw the rest away)", "es": "tire el resto)", "fr": "jetez le reste)", "de": "den Rest wegwerfen)"}
    assert portion.endswith(ends[language])
    assert "100" in portion
    assert "93" in spoken.short_portion(PORTION, DILUTION)
    assert "100" in spoken.short_portion(PORTION, DILUTION)
    assert spoken.short_portion(PORTION, DILUTION).endswith(ends[language].rstrip(")"))
    assert "100" in spoken.product(DILUTION)
    if language == "en":
        assert portion.startswith("93 mL of a mixture (")
    assert portion.lower().startswith(says.partition("(")[0].lower())


def test_in_full_and_in_a_small_space_the_mixture_has_words_of_its_own_length():
    english = speak("en")
    assert english.product(DILUTION) == "one tablet of d 4 mg (1 × 4 mg) in 100 mL of water"
    short = "93 mL of 1 × 4 mg tablet in 100 mL of water, throw the rest away"
    assert english.short_portion(PORTION, DILUTION) == short


def test_the_instruction_names_it():
    schedule = dated(({"morning": "3.72 mg"}, "14 days"))
    (step,) = schedule.steps_of("d")
    assert "93 mL of a mixture (one tablet of d 4 mg (1 × 4 mg) in 100 mL of water; 93 mL = 3.72 mg; " in write_sig(
        schedule, step
    )


def test_the_check_finds_it():
    review = check(
        realize(plan_steps(drug="d", steps=[({"morning": "3.72 mg"}, "14 days")], then="stop").plan, [DILUTION])
    )
    (found,) = [item for item in review.findings if item.rule == "dilution"]
    assert (found.value, found.limit) == ("93 mL", "100 mL")
    assert "1 x 4 mg tablet in 100 mL of water is made at home each time, as the caller states" in found.message


def test_a_taper_is_planned_with_it():
    made = plan_taper(
        drug="d",
        before={"morning": "4 mg"},
        products=[TABLET, DILUTION],
        pace="0.4 mg, every 1 week",
        round_liquids=False,
    )
    assert [str(step.regimen.total.mg) for step in made.course.steps] == [
        "18/5", "16/5", "14/5", "12/5", "2", "8/5", "6/5", "4/5", "2/5",
    ]  # fmt: skip
    supply = count_supply(to_schedule(realize(made.plan, [TABLET, DILUTION]), start=START))
    assert supply.line("d4").used == 63


def test_it_reads_back_from_a_file_of_products():
    text = json.dumps([DILUTION.model_dump(mode="json", exclude_defaults=True)])
    assert read_products(text) == (DILUTION,)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"concentration": "5 mg/100 mL"}, "holds 4 mg/100 mL; write that concentration"),
        ({"largest_volume": "200 mL"}, "at most the 100 mL that are made"),
        ({"largest_volume": None}, "at most the 100 mL that are made"),
        ({"release": "extended"}, "immediate release"),
        ({"made_from": {"tablet": "d4", "strength": "4 mg", "form": "capsule", "volume": "100 mL"}}, "made_from.form"),
    ],
)
def test_a_dilution_that_contradicts_itself_is_refused(changes, says):
    with pytest.raises(InvalidInput, match=says):
        Product.read({**DILUTION.model_dump(), **changes})


@pytest.mark.parametrize(
    "product",
    [
        Product(id="c", drug="d", form="capsule", strength="4 mg"),
        Product(id="xr", drug="d", form="tablet", release="extended", strength="4 mg"),
        DILUTION,
    ],
    ids=["capsule", "extended", "dilution"],
)
def test_only_immediate_release_tablets_are_put_in_water(product):
    with pytest.raises(InvalidInput, match="only immediate-release tablets are"):
        product.diluted("100 mL", graduation="1 mL")


def test_more_than_was_made_cannot_be_taken():
    with pytest.raises(CannotRealize, match="The nearest dose that can be made is 4 mg"):
        realize(plan_steps(drug="d", steps=[({"morning": "4.04 mg"}, "14 days")], then="stop").plan, [DILUTION])


@pytest.mark.parametrize("text", ["4 mg", "4 mg in 100 mL", "4 mg in water, 1 mL", "0 x 4 mg in 100 mL, 1 mL", None])
def test_what_is_no_dilution_is_refused(text):
    with pytest.raises(InvalidInput):
        DilutionAsked.parse(text)


def test_it_is_stated_in_words():
    assert dilute([TABLET], ["4 mg in 100 mL, 1 mL"]) == (TABLET, DILUTION)
    (_, two) = dilute([TABLET], ["2 x d4 in 50 mL, 0.5 mL, at least 2 mL"])
    assert (str(two.concentration), str(two.smallest_volume)) == ("8 mg/50 mL", "2 mL")
    with pytest.raises(InvalidInput, match="dilute: '4 mg' is no dilution"):
        dilute([TABLET], ["4 mg"])
    with pytest.raises(InvalidInput, match="near strengths on file are 4 mg"):
        dilute([TABLET], ["5 mg in 100 mL, 1 mL"])
    # Its own marks measure it, not a syringe that was named for other liquids.
    assert Syringe.parse("5 mL, 0.2 mL").on([DILUTION]) == (DILUTION,)


def test_the_command_line_states_a_dilution(tmp_path, capsys):
    path = tmp_path / "products.json"
    path.write_text('[{"drug": "d", "form": "tablet", "strength": "4 mg"}]', encoding="utf-8")
    asked = ["recipe", "d", "3.72 mg", "--products", str(path)]
    assert main(asked) == 2
    capsys.readouterr()
    assert main([*asked, "--dilute", "4 mg in 100 mL, 1 mL"]) == 0
    assert capsys.readouterr().out.startswith(
        "3.72 mg: 1 x 4 mg tablet in 100 mL of water, 93 mL of it (3.72 mg) taken"
    )


def test_the_handout_says_the_volume_and_what_it_is_mixed_from():
    text = to_html(dated(({"morning": "3.72 mg"}, "14 days"))).replace("\u00a0", " ")
    assert "93 mL" in text
    assert "in 100 mL of water" in text


def test_one_unit_is_put_in_the_water_where_no_number_is_given():
    assert TABLET.diluted("50 mL", graduation="0.5 mL").made_from.units == 1
    assert DilutionAsked.parse("4 mg in 100 mL, 1 mL").units == 1
    told = {"tablet": "t", "strength": "4 mg", "form": "tablet", "volume": "100 mL"}
    assert Dilution.model_validate(told).units == 1
