"""The products of a plan by id, and what tells two of them apart that read alike."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from string import ascii_uppercase
from typing import NamedTuple, Self, TypeVar

from taper.amounts.dose import DailyDose, Dose, MassUnit
from taper.amounts.liquid import Concentration
from taper.products.product import Portion, Product, Release
from taper.schedules.schedule import Schedule, ScheduledIntake
from taper.words.language import Language, capitalize

Amount = TypeVar("Amount", Dose, DailyDose)


class ProductKind(NamedTuple):
    """The form, release, brand and concentration of a product, and what it is mixed from."""

    form: str
    release: Release
    brand: str | None
    concentration: Concentration | None
    made_from: str | None


@dataclass(frozen=True)
class ProductNames:
    """Every product that the plan is made of; those with the same drug, form and strength are told apart by id."""

    products: dict[str, Product]
    alike: frozenset[str]

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        """The products that the courses of a schedule use."""
        held = {product.id: product for course in schedule.realized.courses for product in course.used}
        labels = Counter((product.drug, product.label) for product in held.values())
        return cls(held, frozenset(name for name, p in held.items() if labels[p.drug, p.label] > 1))

    def name(self, portion: Portion, language: Language) -> str:
        """A portion in a sentence."""
        return language.portion(portion, self.products[portion.product]) + self.tag(portion.product)

    def cell_name(self, portion: Portion, language: Language, *, short: bool = True) -> str:
        """A portion for a cell of a table: its form left out where `name_of` says it with the drug."""
        product = self.products[portion.product]
        if not short or self._form_of(product.drug) is None:
            return self.short_name(portion, language)
        return language.cell_portion(portion, product) + self.tag(portion.product)

    def name_of(self, drug: str, language: Language) -> str:
        """A drug with its form, where all its products have one: "diazepam tablets"; else the drug alone."""
        product = self._form_of(drug)
        return language.drug(drug) if product is None else language.drug_in_forms(product)

    def _form_of(self, drug: str) -> Product | None:
        """A product of a drug that has but one form here, or None."""
        found = [product for product in self.products.values() if product.drug == drug]
        forms = {(product.form_name, product.release, product.brand) for product in found}
        return found[0] if len(forms) == 1 else None

    def short_name(self, portion: Portion, language: Language) -> str:
        """A portion for a small space."""
        return language.short_portion(portion, self.products[portion.product]) + self.tag(portion.product)

    @cached_property
    def letters(self) -> dict[str, str]:
        """A letter for each product, by which a small space names it; none for one that is mixed, or too many."""
        is_told = len(self.products) <= len(ascii_uppercase) and all(
            product.made_from is None for product in self.products.values()
        )
        drugs = list(dict.fromkeys(product.drug for product in self.products.values()))
        order = sorted(self.products.values(), key=lambda product: (drugs.index(product.drug), -_held_by(product)))
        return dict(zip((product.id for product in order), ascii_uppercase, strict=False)) if is_told else {}

    def key(self, language: Language) -> tuple[tuple[str, str], ...]:
        """Each letter with the product that it stands for, in full."""
        return tuple((letter, self.product(name, language)) for name, letter in self.letters.items())

    def lettered(self, portions: Iterable[Portion], language: Language) -> tuple[tuple[str, str], ...]:
        """Portions by their letters, as ("A", "1½"); a volume with its dose. Nothing where there are no letters."""
        if not self.letters:
            return ()
        return tuple(sorted((self.letters[item.product], self._figure(item, language)) for item in portions))

    def _figure(self, portion: Portion, language: Language) -> str:
        if portion.volume is None:
            return language.figure(portion.count or Fraction(0))
        dose = language.amount(self.products[portion.product].dose_of(portion))
        return f"{language.volume(portion.volume)} ({dose})".replace(" ", "\u00a0")

    def as_labeled(self, amount: Amount, portions: Iterable[Portion]) -> Amount:
        """An amount in the unit that every label of these portions has; as it was written where they differ."""
        units = {_unit_of(self.products[portion.product]) for portion in portions}
        unit = units.pop() if len(units) == 1 else None
        return amount if unit is None else amount.in_unit(unit)

    def product(self, name: str, language: Language) -> str:
        """A product in full."""
        return language.product(self.products[name]) + self._id(name)

    def kinds(self, intakes: Iterable[ScheduledIntake]) -> "dict[ProductKind, str]":
        """What some doses are made of, by what tells one box or bottle from another; each with one such product."""
        names = dict.fromkeys(portion.product for intake in intakes for portion in intake.portions)
        return {_kind_of(self.products[name]): name for name in names}

    def tell_new(self, name: str, above: Iterable["ProductKind"], language: Language) -> str:
        """A product that the row above did not have: its concentration, where only that differs, or what it is."""
        words, product = language.phrases.sheet, self.products[name]
        poured = [kind for kind in above if kind.concentration is not None and kind.form == product.form_name]
        if product.concentration is not None and product.made_from is None and poured:
            return words.new_bottle.format(concentration=language.concentration(product.concentration))
        brand = f" ({product.brand})" if product.brand else ""
        what = language.product(product) if product.strength is None else language.drug_in_forms(product) + brand
        return words.new_product.format(product=what)

    def how_taken(self, language: Language) -> Iterator[str]:
        """Each product of which a source on file says how it is taken; products alike share a line."""
        said: dict[tuple[str, ...], list[Product]] = {}
        for product in self.products.values():
            if product.taken:
                said.setdefault((product.drug, product.form_name, *product.taken), []).append(product)
        for alike in said.values():
            manner = " ".join(language.phrases.taken[manner] for manner in alike[0].taken)
            yield f"{capitalize(language.drug_in_forms(alike[0]))}{language.phrases.colon} {manner}"

    def tag(self, name: str) -> str:
        """The brand, where it tells products apart, and the id in brackets where the words alone could mean another."""
        brand = self.products[name].brand
        return (f" ({brand})" if brand else "") + self._id(name)

    def _id(self, name: str) -> str:
        return f" [{name}]" if name in self.alike else ""


def _kind_of(product: Product) -> ProductKind:
    made = None if product.made_from is None else str(product.made_from)
    return ProductKind(product.form_name, product.release, product.brand, product.concentration, made)


def write_cell(intake: ScheduledIntake, language: Language, shelf: ProductNames, *, short: bool = True) -> str:
    """The portions of a dose, and what they come to where that is not the strength of one unit."""
    dose = language.amount(shelf.as_labeled(intake.dose, intake.portions))
    portions = " + ".join(shelf.cell_name(portion, language, short=short) for portion in intake.portions)
    one = len(intake.portions) == 1 and intake.portions[0].count == 1
    return portions if one else language.phrases.sheet.dose.format(portions=portions, dose=dose)


def explain_counts(
    portions: Iterable[Portion], language: Language, shelf: ProductNames, *, short: bool
) -> Iterator[str]:
    """What a cell means in words, by the first that counts whole units and the first that divides one."""
    counted = [portion for portion in portions if portion.count is not None]
    several = next((each for each in counted if each.count and each.count > 1 and each.count.denominator == 1), None)
    divided = next((each for each in counted if each.count and each.count.denominator > 1), None)
    for portion in dict.fromkeys((several or next(iter(counted), None), divided)):
        if portion is not None and portion.count is not None:
            product = shelf.products[portion.product]
            cell, count = shelf.cell_name(portion, language, short=short), language.count(portion.count, product)
            strength = "" if product.strength is None else language.amount(product.strength)
            yield language.phrases.sheet.means.format(cell=cell, count=count, strength=strength)


def _held_by(product: Product) -> Fraction:
    """The mg of one unit, or of one mL."""
    if product.concentration is not None:
        return product.concentration.mass.mg / product.concentration.volume.ml
    return Fraction(0) if product.strength is None else product.strength.mg


def _unit_of(product: Product) -> MassUnit | None:
    labeled = product.strength if product.concentration is None else product.concentration.mass
    return None if labeled is None else labeled.unit
