"""What is requested: a drug, or one product with its strength, in the shape of each version."""

import re
from fractions import Fraction
from typing import Any, Literal

from taper.amounts.liquid import Concentration
from taper.formats.fhir.quantity import dose_quantity, quantity, ratio
from taper.formats.fhir.write.receiver import Receiver
from taper.formats.fhir.write.text import checked, product_name
from taper.products.product import SUBFORMS, DosageForm, Product, Release
from taper.schedules.realization import RealizedCourse

Version = Literal["R4", "R5"]
LOCAL_ID = "medication"


def medication_of(course: RealizedCourse, version: Version, receiver: Receiver) -> dict[str, Any]:
    """The Medication of a course: its one product, or its drug where several products make the doses."""
    if len(course.used) == 1:
        return product_medication(course.drug, course.used[0], version, receiver)
    forms = {product.form for product in course.used}
    release = course.course.release or course.release
    named = course.course.release is not None or release is not Release.IMMEDIATE
    form = form_text(forms.pop() if len(forms) == 1 else None, release if named else None)
    made: dict[str, Any] = {
        "resourceType": "Medication",
        "id": LOCAL_ID,
        "code": receiver.coded(course.drug, checked(course.drug, "drug")),
    }
    if form:
        made["form" if version == "R4" else "doseForm"] = {"text": form}
    made["ingredient"] = [_item(course.drug, version, receiver)]
    return made


def product_medication(drug: str, product: Product, version: Version, receiver: Receiver) -> dict[str, Any]:
    """The Medication of a product: its form and what one unit, or a volume, of it holds."""
    form = form_text(product.form, product.release)
    strength = "strength" if version == "R4" else "strengthRatio"
    return {
        "resourceType": "Medication",
        "id": LOCAL_ID,
        "identifier": [{"value": product.id}],
        "code": receiver.coded(product.id, checked(product_name(drug, product), "drug")),
        "form" if version == "R4" else "doseForm": {"text": form},
        "ingredient": [{**_item(drug, version, receiver), strength: _strength(product)}],
    }


def _item(drug: str, version: Version, receiver: Receiver) -> dict[str, Any]:
    name = receiver.coded(drug, drug)
    return {"itemCodeableConcept": name} if version == "R4" else {"item": {"concept": name}}


def _strength(product: Product) -> dict[str, Any]:
    if isinstance(product.concentration, Concentration):
        return ratio(dose_quantity(product.concentration.mass), milliliters(product.concentration.volume.ml))
    assert product.strength is not None  # a product has one of the two
    return ratio(dose_quantity(product.strength), units(Fraction(1), product.form))


def units(count: Fraction, form: DosageForm) -> dict[str, Any]:
    """A count of units of a form; UCUM has no tablets, so its code is an annotation."""
    return quantity(count, form.value, "{" + form.value.replace(" ", "-") + "}")


def milliliters(ml: Fraction) -> dict[str, Any]:
    """A volume in mL."""
    return quantity(ml, "mL", "mL")


def form_text(form: DosageForm | None, release: Release | None) -> str:
    """A form and release in one phrase, such as "extended-release tablet"; what is None is left out."""
    return " ".join(part for part in (f"{release}-release" if release else "", form.value if form else "") if part)


def read_form_text(text: str) -> tuple[DosageForm | None, Release | None]:
    """The form and release that a phrase names, each None where it names none; a brand in brackets is passed over."""
    words = re.sub(r" \([^()]*\)$", "", text.strip()).lower()
    release = next((item for item in Release if words.startswith(f"{item}-release")), None)
    rest = words.removeprefix(f"{release}-release").strip() if release else words
    return _FORMS.get(rest), release


_FORMS = {name: form for (_, form, _), name in SUBFORMS.items()} | {form.value: form for form in DosageForm}
