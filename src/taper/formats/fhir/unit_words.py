"""The unit words that a quantity of a dose may carry: masses by exact spelling, and the forms that are counted."""

from typing import Literal

from taper.dose import MassUnit
from taper.product import DosageForm

CountKind = Literal["tablet", "capsule", "packet"]

_MASS_WORDS = {
    MassUnit.MCG: "mcg ug µg μg microgram micrograms microgramme microgrammes mikrogramm microgramo microgramos",
    MassUnit.MG: "mg milligram milligrams milligramme milligrammes milligramm miligramo miligramos",
    MassUnit.G: "g gram grams gramme grammes gramm gramo gramos",
}
_COUNT_WORDS: dict[CountKind, str] = {
    "tablet": "tab tabs tablet tablets tablet(s) tab(s) ortab chew disintab sltab comprimé comprimés comprimido "
              "comprimidos tablette tabletten",
    "capsule": "cap caps capsule capsules capsule(s) cap(s) orcap gélule gélules cápsula cápsulas kapsel kapseln",
    "packet": "packet packets packet(s) sachet sachets sachet(s) sobre sobres beutel",
}  # fmt: skip
_KIND_OF_FORM: dict[DosageForm, CountKind] = {
    DosageForm.TABLET: "tablet",
    DosageForm.ORALLY_DISINTEGRATING_TABLET: "tablet",
    DosageForm.CHEWABLE_TABLET: "tablet",
    DosageForm.SUBLINGUAL_TABLET: "tablet",
    DosageForm.CAPSULE: "capsule",
    DosageForm.PACKET: "packet",
}
SNOMED = "http://snomed.info/sct"
_SNOMED_MASS = {"258685003": MassUnit.MCG, "258684004": MassUnit.MG, "258682000": MassUnit.G}
_MASS_OF = {word: unit for unit, words in _MASS_WORDS.items() for word in words.split()}
_KIND_OF = {word: kind for kind, words in _COUNT_WORDS.items() for word in words.split()}


def mass_unit(word: str) -> MassUnit | None:
    """The unit of mass that a word spells exactly, in any case, or None: "mg/kg" and "mg/day" are none."""
    return _MASS_OF.get(word.strip().casefold())


def snomed_mass(code: str) -> MassUnit | None:
    """The unit of mass of a SNOMED CT code."""
    return _SNOMED_MASS.get(code)


def count_kind(word: str) -> CountKind | None:
    """What a word counts, or None if it is no known word for units of a product: "units" and "puff" are none."""
    plain = word.strip().removeprefix("{").removesuffix("}").casefold().replace("-", " ")
    form = next((form for form in DosageForm if plain == form.value.replace("-", " ")), None)
    return _KIND_OF.get(plain) or kind_of_form(form)


def kind_of_form(form: DosageForm | None) -> CountKind | None:
    """What is counted of a form; None for a liquid, which is measured."""
    return _KIND_OF_FORM.get(form) if form is not None else None
