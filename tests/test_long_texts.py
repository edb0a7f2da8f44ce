"""Texts longer than a text may be: refused by name before words are looked for in them, and told in few words."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taper import (
    EGFR,
    CannotImport,
    Concentration,
    Creatinine,
    DailyDose,
    Dose,
    Formulary,
    InvalidInput,
    InvalidPace,
    Pace,
    Phase,
    Phases,
    Plan,
    Product,
    TaperError,
    Volume,
    banded,
    from_fhir,
    mg,
    read_day,
    realize,
    to_fhir,
    to_schedule,
    weeks,
)
from taper._base.limits import LONGEST_TEXT
from taper._base.shown import MOST_SHOWN, show, some_of
from taper.amounts.dose import split_quantity
from taper.formats.fhir.read.dosage_text import read_text
from taper.paces.phases import are_phases
from taper.plans.everyday import read_times
from taper.plans.everyday_pace import plain_date, plain_duration, plain_pace
from taper.plans.order import Order
from taper.products.dilution import DilutionAsked
from taper.products.statements import Syringe, named, permit

SHIPPED = Formulary.shipped()
TABLET = Product(id="t", drug="testamine", form="tablet", strength="5 mg")
READERS: dict[str, Callable[[str], Any]] = {
    "a dose": Dose.parse,
    "a day's total": DailyDose.parse,
    "a volume": Volume.parse,
    "a concentration": Concentration.parse,
    "a pace": Pace.parse,
    "a phase": Phase.parse,
    "phases": Phases.parse,
    "whether it is phases": are_phases,
    "a day": read_day,
    "times of day": read_times,
    "an everyday pace": plain_pace,
    "an everyday length": plain_duration,
    "an everyday date": plain_date,
    "an order": Order.parse,
    "a figure of the kidney": EGFR.parse,
    "a creatinine": Creatinine.parse,
    "a dilution": DilutionAsked.parse,
    "a syringe": Syringe.parse,
    "a product": lambda text: named([TABLET], text, ""),
    "a permission": lambda text: permit([TABLET], [text]),
    "a monograph": SHIPPED.monograph,
    "a drug as written": SHIPPED.written,
    "a drug on file": SHIPPED.get,
    "medicines": SHIPPED.medicines,
    "near medicines": SHIPPED.near_medicines,
    "a condition": SHIPPED.condition,
    "memberships": SHIPPED.memberships,
    "an equivalence table": SHIPPED.table,
}


def said(text: str, read: Callable[[str], Any]) -> str:
    """What is answered when a text is read."""
    try:
        return str(read(text))
    except TaperError as error:
        return str(error)


@pytest.mark.parametrize("name", READERS)
def test_a_text_is_refused_from_the_first_character_too_many(name: str) -> None:
    with pytest.raises(InvalidInput, match=f"has {LONGEST_TEXT + 1} characters; write at most 2000"):
        READERS[name]("9" * (LONGEST_TEXT + 1))
    assert "characters; write at most" not in said("9" * LONGEST_TEXT, READERS[name])


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_text_is_refused_where_text_is_read(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"got b'5 mg'|'5 mg'"):
        READERS[name](b"5 mg")


def test_a_pace_that_could_not_be_read_from_its_own_text_is_refused() -> None:
    bands = [("1 mg", f"{n} mg") for n in range(200, -1, -1)]
    with pytest.raises(InvalidPace, match="characters; write at most 2000"):
        banded(bands, weeks(1))
    some = banded(bands[-90:], weeks(1))
    assert Pace.parse(str(some)) == some


def test_phases_that_could_not_be_read_from_their_own_text_are_refused() -> None:
    text = ", then ".join(f"1% of current every 2 weeks to {n} mg" for n in range(46, 0, -1))
    assert len(text) < LONGEST_TEXT < len(text) + 46 * len(", at least 0.01 mg")
    with pytest.raises(InvalidPace, match="characters; write at most 2000"):
        Phases.parse(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2.5 mg", ("2.5", "mg")),
        ("2.5mg", ("2.5", "mg")),
        ("5  mg", ("5 ", "mg")),
        ("10 mg/day", ("10", "mg/day")),
        ("10%", ("10%", "")),
        ("5 /mg", ("5 /", "mg")),
        ("5 ", ("5", "")),
        ("a1 \u00b5g", ("a1", "\u00b5g")),
        ("mg", ("", "mg")),
        ("", ("", "")),
    ],
)
def test_a_quantity_is_split_before_the_letters_at_its_end(text: str, parts: tuple[str, str]) -> None:
    assert split_quantity(text) == parts


@pytest.mark.parametrize(("text", "ml"), [("a 5 ml spoonful", 5), ("25 ml spoon", 25), ("2 x 5 ml spoon", 10)])
def test_the_size_of_a_spoon_is_read_whole(text: str, ml: int) -> None:
    assert read_text(text).amounts == [(Fraction(ml), "mL")]


@pytest.mark.parametrize(
    ("text", "is_beyond"), [("1.234.5 mg/kg", True), ("12 mg/5 ml", False), ("10 mg 2 tablets", False), ("12?", True)]
)
def test_a_number_is_found_where_no_digit_stands_before_it(text: str, is_beyond: bool) -> None:
    assert bool(read_text(text).beyond) is is_beyond


def order(**more: Any) -> dict[str, Any]:
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN"], "boundsDuration": {
        "value": 3, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}}}  # fmt: skip
    dose = {"doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}], "timing": timing}
    made = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/1"}, "medicationCodeableConcept": {"text": "testamine"},
        "dosageInstruction": [{**dose, **more.pop("dosage", {})}],
    }  # fmt: skip
    return {**made, **more}


LONG = "take one in the morning " * 100
PLACES = {
    "dosageInstruction[0].text": order(dosage={"text": LONG}),
    "dosageInstruction[0].patientInstruction": order(dosage={"patientInstruction": LONG}),
    "dosageInstruction[0].additionalInstruction[0].text": order(dosage={"additionalInstruction": [{"text": LONG}]}),
    "note[0].text": order(note=[{"text": LONG}]),
    "reasonCode[0].text": order(reasonCode=[{"text": LONG}]),
    "medicationCodeableConcept.text": order(medicationCodeableConcept={"text": LONG}),
    "contained[0].code.text": order(
        contained=[{"resourceType": "Medication", "id": "m", "code": {"text": LONG}}],
        medicationCodeableConcept=None, medicationReference={"reference": "#m"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_long_text_of_an_order_is_refused_at_its_place(place: str) -> None:
    with pytest.raises(CannotImport, match="characters; write at most 2000") as refused:
        from_fhir({key: value for key, value in PLACES[place].items() if value is not None})
    told = [item for item in refused.value.reports if "write at most 2000" in item.message]
    assert [(item.kind, item.where, item.refuses) for item in told] == [("text", f"MedicationRequest.{place}", True)]


def test_a_long_text_that_a_caller_accepts_is_reported_and_the_codes_are_read() -> None:
    read = from_fhir(order(dosage={"text": LONG}), accept=["text"])
    assert str(read.plan.courses[0].steps[0]) == "5 mg morning"
    assert [item.where for item in read.reports if "write at most" in item.message] == [
        "MedicationRequest.dosageInstruction[0].text"
    ]


def test_a_long_text_of_a_product_in_a_bundle_and_of_a_bare_dosage_is_refused_at_its_place() -> None:
    product = {"resourceType": "Medication", "id": "m", "code": {"text": LONG}}
    asked = order(medicationReference={"reference": "Medication/m"})
    del asked["medicationCodeableConcept"]
    entries = [{"resource": asked}, {"resource": product}]
    with pytest.raises(CannotImport) as refused:
        from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert "entry[0]: Medication/m.code.text: text: 'take one" in str(refused.value)
    entries[1]["resource"] = {**product, "code": {"text": "testamine"}, "form": {"text": LONG}}
    with pytest.raises(CannotImport) as refused:
        from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    told = [item.where for item in refused.value.reports if "take one" in item.message]
    assert told == ["entry[0]: Medication/m.form.text"]  # what was refused is read no further
    bare = order(dosage={"text": LONG})["dosageInstruction"][0]
    with pytest.raises(CannotImport) as refused:
        from_fhir(bare, drug="testamine")
    assert "dosageInstruction[0].text: text: 'take one" in str(refused.value)


def test_what_is_only_looked_at_may_be_long() -> None:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{LONG}</p></div>'
    assert from_fhir(order(text={"status": "generated", "div": div})).plan


def test_what_taper_renders_of_many_steps_is_read_again() -> None:
    steps = [{"for": "3 days", "regimen": {"morning": f"{5 * n} mg"}} for n in range(40, 0, -1)]
    plan = Plan.read({"courses": [{"drug": "testamine", "then": "stop", "before": "nothing", "steps": steps}]})
    written = to_fhir(to_schedule(realize(plan, [TABLET]), start=date(2027, 3, 1)))
    assert max(map(len, texts_in(written))) > LONGEST_TEXT
    assert from_fhir(written).plan.courses[0].steps == plan.courses[0].steps


def texts_in(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item]
    parts = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return [text for part in parts for text in texts_in(part)]


def test_many_refusals_are_told_in_few_words_and_all_are_in_the_reports() -> None:
    with pytest.raises(CannotImport) as refused:
        from_fhir({**order(), **{f"odd{n}": 1 for n in range(500)}})
    assert len(refused.value.reports) >= 500
    assert "450 more\n" in str(refused.value)
    assert len(str(refused.value)) < 10_000


def test_many_wrong_keys_are_told_in_few_words() -> None:
    with pytest.raises(InvalidInput, match="1001 things are wrong") as refused:
        Plan.read({"courses": [], **{f"odd{n}": 1 for n in range(1000)}})
    assert str(refused.value).endswith("\n  and 961 more")
    with pytest.raises(InvalidInput) as refused:
        Plan.read({"courses": [], "k" * 5000: 1})
    assert len(str(refused.value)) < 500


def test_the_first_of_many_products_are_named() -> None:
    products = [Product(id=f"t{n}", drug="testamine", form="tablet", strength="5 mg") for n in range(1000)]
    with pytest.raises(InvalidInput, match="t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 990 more"):
        named(products, "another", "")
    assert some_of(["a" * 500]) == f"{'a' * 77}..."


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.decimals() | st.floats() | st.fractions(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner) | st.sets(st.text()),
)


@given(ANYTHING)
def test_anything_is_shown_in_at_most_eighty_characters(item: object) -> None:
    assert 0 < len(show(item)) <= MOST_SHOWN


class Loud:
    def __repr__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        ("5 mg", "'5 mg'"),
        ("9" * 200, f"'{'9' * 75}...'"),
        (["a", 1, None], "['a', 1, None]"),
        ({"b": 1}, "{'b': 1}"),
        (10**6000, "<int of very many digits>"),
        (Fraction(1, 10**6000), "<Fraction of very many digits>"),
        (Decimal("1.50"), "Decimal('1.50')"),
        (object(), "<object>"),
        (Loud(), "<Loud>"),
        (mg(5), "Dose.parse('5 mg')"),
    ],
    ids=lambda item: show(item),
)
def test_an_object_is_shown_as_python_writes_it_where_that_is_short(item: object, shown: str) -> None:
    assert show(item) == shown


def test_a_nest_is_shown_without_its_depth() -> None:
    nest: list[Any] = []
    for _ in range(100_000):
        nest = [nest]
    assert show(nest) == "[[[[[[[...]]]]]]]"
