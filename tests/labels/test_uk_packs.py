"""Each pack of a UK product stands under that product's own name in the NHS dictionary of medicines and devices.

The names and figures were copied from the dictionary into `uk_packs.toml`, apart from the data; here each name is read
into drug, strength and form, and a product has to agree with a name on all three.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from taper import Formulary, Product

SOURCE = "nhs-dmd-packs-2025"
PACKS: Mapping[str, int] = tomllib.loads((Path(__file__).parent / "uk_packs.toml").read_text("utf-8"))

_NAME = re.compile(r"(?P<drug>.+?) (?P<amount>[\d.]+)(?P<unit>micrograms?|mg)(?:/(?P<volume>[\d.]*)ml)? (?P<form>.+)")
_CALLED = {
    "bupropion-hydrochloride": "bupropion",
    "levothyroxine": "levothyroxine sodium",
    "metoprolol-tartrate": "metoprolol",
    "venlafaxine-xr": "venlafaxine",
}
_RELEASES = {"extended": "modified-release ", "delayed": "gastro-resistant ", "immediate": ""}
_FORMS = {
    "packet": ("granules sachets",),
    "orally-disintegrating tablet": ("orodispersible tablets", "oral lyophilisates"),
    "oral solution": ("oral solution", "oral drops"),
}


class Named(NamedTuple):
    """What a name of the dictionary says: the drug, mg a unit or a mL, and the form."""

    drug: str
    mg: Fraction
    form: str


def read(name: str) -> Named:
    found = _NAME.fullmatch(name)
    assert found is not None, name
    mg = Fraction(found["amount"]) / (1 if found["unit"] == "mg" else 1000)
    per = Fraction(found["volume"] or 1) if found["volume"] is not None else 1
    form = re.sub(r" (?:unit dose vials )?sugar free$", "", found["form"])
    return Named(found["drug"].lower().removesuffix(" sulfate"), mg / per, form)


def names_of(product: Product) -> Iterator[Named]:
    """The names under which the dictionary could have the product."""
    drug = _CALLED.get(product.drug, product.drug.replace("-", " "))
    held = product.concentration.mg_per_ml if product.concentration is not None else product.strength
    mg = held if isinstance(held, Fraction) else held.mg
    kind = f"{product.subform} " if product.subform in {"soluble", "dispersible"} else ""
    plain = product.form.value
    for form in _FORMS.get(plain, (plain if product.form.is_liquid else f"{plain}s",)):
        # Tablets that disperse in the mouth are named by that alone, whatever protects what is in them.
        release = "" if plain.startswith("orally") else _RELEASES[product.release.value]
        yield Named(drug, mg, f"{release}{kind}{form}")


def cited() -> Iterator[Product]:
    """Every shipped product whose pack is cited from the dictionary."""
    held = Formulary.shipped()
    for drug in held.drugs:
        for product in held.monograph(drug).products:
            if product.pack_source is not None and product.pack_source.id == SOURCE:
                yield product


def size(product: Product) -> Fraction:
    return product.pack.ml if product.form.is_liquid else Fraction(product.pack)


def test_every_pack_stands_under_the_name_of_its_product():
    listed = {}
    for name, pack in PACKS.items():
        listed.setdefault(read(name), set()).add(pack)
    said = {product.id: {each for name in names_of(product) for each in listed.get(name, ())} for product in cited()}
    assert said == {product.id: {size(product)} for product in cited()}


def test_every_name_that_was_copied_is_that_of_a_product():
    meant = {name for product in cited() for name in names_of(product)}
    assert [name for name in PACKS if read(name) not in meant] == []


def test_only_uk_products_cite_it_and_nearly_all_do():
    assert {product.market for product in cited()} == {"uk"}
    held = Formulary.shipped()
    every = [item for drug in held.drugs for item in held.monograph(drug).products if item.market == "uk"]
    assert (len(list(cited())), sum(item.pack is not None for item in every), len(every)) == (341, 344, 367)
