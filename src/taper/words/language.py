"""One language: its numbers, dates, times of day and products, as a person reads them."""

import re
import sys
from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from threading import RLock
from types import ModuleType
from typing import NamedTuple

from taper._base.extras import need
from taper._base.numbers import write_count, write_number
from taper.amounts.dose import DailyDose, Dose, MassUnit
from taper.amounts.liquid import Concentration, Volume
from taper.errors import MissingExtra
from taper.knowledge.spoken_names import spoken_names
from taper.plans.regimen import Slot
from taper.products.dilution import Dilution
from taper.products.product import Portion, Product, Release
from taper.words.phrases import LANGUAGES as LANGUAGES
from taper.words.phrases import Phrases, TwoWays, phrases_of

_VOWELS = tuple("aeiouyhàâäéèêëîïôöùûü")
# What Spanish writes "e" and not "y" before: the vowel i, however a name spells it, and not the glide of "hielo".
_SOUNDS_I = re.compile(r"h?[iy](?![aeou])", re.IGNORECASE)
_WEEK = 7
_GLYPHS = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}


class _Babel(NamedTuple):
    """The parts of Babel that are used, imported together."""

    dates: ModuleType
    lists: ModuleType
    numbers: ModuleType


# A long plan says few numbers, dates and lists many times, and the package that formats them looks each up again.


@lru_cache(maxsize=4096)
def _decimal(plain: str, code: str, numbers: ModuleType) -> str:
    return str(numbers.format_decimal(Decimal(plain), format="0.############", locale=code))


@lru_cache(maxsize=16_384)
def _formatted(day: date, pattern: str, code: str, dates: ModuleType) -> str:
    return str(dates.format_date(day, pattern, locale=code))


@lru_cache(maxsize=4096)
def _listed(items: tuple[str, ...], code: str, lists: ModuleType) -> str:
    return str(lists.format_list(items, locale=code))


@lru_cache(maxsize=4096)
def _amount(mg: Fraction, unit: MassUnit, language: "Language") -> str:
    return f"{language.number(mg / unit.in_mg)} {getattr(language.phrases.units, unit.value)}"


class Language:
    """What amounts, dates, times of day and products are called in one language.

    Numbers have the decimal sign of the language and no thousands separator, since a comma or a point there means
    the opposite in another. Names of drugs are those of a list on file, and none is translated by rule.
    """

    has_dates = True

    def __init__(self, code: str, phrases: Phrases, babel: _Babel | None) -> None:
        self.code = code
        self.phrases = phrases
        self._parts = babel

    @property
    def _babel(self) -> _Babel:
        assert self._parts is not None, "plain English writes its own dates and numbers"
        return self._parts

    def long_date(self, day: date) -> str:
        """A date in full, with its weekday."""
        return self._date(day, self.phrases.dates.long)

    def day_and_month(self, day: date) -> str:
        """The day and the short name of its month, for a calendar."""
        return self._date(day, self.phrases.dates.day)

    def row_date(self, day: date, *, year: bool = True) -> str:
        """A date with the short name of its weekday, for a row of a table."""
        return self._date(day, f"{self.phrases.dates.row} y" if year else self.phrases.dates.row)

    def row_dates(self, first: date, last: date, *, year: bool = True) -> str:
        """Two dates for a row of a table, the year once where they share it; one date where they are the same."""
        if first == last:
            return self.row_date(first, year=year)
        begins = self.row_date(first, year=year and first.year != last.year)
        return f"{begins} – {self.row_date(last, year=year)}"

    def month(self, day: date) -> str:
        """The month and year of a date, for a heading."""
        text: str = self._babel.dates.format_date(day, self.phrases.dates.month, locale=self.code)
        return capitalize(text)

    def _date(self, day: date, pattern: str) -> str:
        ordinal = self.phrases.dates.first_of_month if day.day == 1 else None
        held = re.sub(r"\bd\b", f"'{ordinal}'", pattern) if ordinal else pattern
        return _formatted(day, held, self.code, self._babel.dates)

    def weekday(self, index: int, *, short: bool = False) -> str:
        """The name of a weekday; Monday is 0."""
        names = self._babel.dates.get_day_names(
            "abbreviated" if short else "wide", context="stand-alone" if short else "format", locale=self.code
        )
        return str(names[index])

    def join(self, items: Iterable[str]) -> str:
        """A list in a sentence: a, b and c."""
        held = tuple(items)
        text = _listed(held, self.code, self._babel.lists)
        pair = self.phrases.and_before_i
        if pair is not None and len(held) > 1 and _SOUNDS_I.match(held[-1]):
            return text.removesuffix(pair[0] + held[-1]) + pair[1] + held[-1]
        return text

    def number(self, value: Fraction) -> str:
        """An exact number with the decimal sign of the language: 2.5 or 2,5; a non-terminating one as 3 1/3."""
        plain = write_number(value)
        if "/" in plain:
            return plain
        return _decimal(plain, self.code, self._babel.numbers)

    def amount(self, dose: Dose | DailyDose) -> str:
        """An amount with its unit, exactly."""
        return _amount(dose.mg, dose.unit, self)

    def volume(self, volume: Volume) -> str:
        """A volume with its unit, exactly."""
        return f"{self.number(volume.ml)} {self.phrases.units.ml}"

    def concentration(self, concentration: Concentration) -> str:
        """A concentration as labeled, with a word in place of the slash."""
        volume = concentration.volume
        held = (self.phrases.units.one_ml or self.phrases.units.ml) if volume.ml == 1 else self.volume(volume)
        return self.phrases.concentration.format(mass=self.amount(concentration.mass), volume=held)

    def figure(self, count: Fraction) -> str:
        """A count in figures: 2, ½, 1½. The part is one sign, since 1 1/2 has been read as 11/2."""
        whole, rest = divmod(count.numerator, count.denominator)
        glyph = _GLYPHS.get(f"{rest}/{count.denominator}")
        if not rest or glyph is None:
            return write_count(count)
        return f"{whole}{glyph}" if whole else glyph

    def said_figure(self, count: Fraction) -> str:
        """A count in figures of one size: "1 and 1/2", since the small part of 1½ is overlooked."""
        whole, rest = divmod(count.numerator, count.denominator)
        part = f"{rest}/{count.denominator}"
        if not rest:
            return str(whole)
        return self.phrases.sheet.mixed.format(whole=whole, part=part) if whole else part

    def count(self, count: Fraction, product: Product) -> str:
        """A count of a product in words: "half a tablet", "one and a half tablets"; above twenty, in figures."""
        whole, rest = divmod(count.numerator, count.denominator)
        if not rest:
            return self._whole(whole, product)
        pair = self.phrases.parts.get(f"{rest}/{count.denominator}")
        form, forms, kind = self.form_words(product)
        if pair is None:
            return f"{self.figure(count)} {forms}"
        article, numbers = self.phrases.numbers.article[kind], self._number_word(whole, kind)
        held = self._whole(whole, product)
        return pair[bool(whole)].format(form=form, forms=forms, a=article, number=numbers, whole=held)

    def _whole(self, whole: int, product: Product) -> str:
        form, forms, kind = self.form_words(product)
        return f"{self._number_word(whole, kind)} {form if whole == 1 else forms}"

    def _number_word(self, whole: int, kind: str) -> str:
        if whole == 1:
            return self.phrases.numbers.one[kind]
        words = self.phrases.numbers.words
        return words[whole - 2] if 2 <= whole <= 20 else str(whole)

    def form_words(self, product: Product) -> tuple[str, str, str]:
        """The form of a product for one, for several, and the kind of noun it is."""
        release = "" if product.release is Release.IMMEDIATE else f"{product.release} "
        return self.phrases.forms[f"{release}{product.form_name}"]

    def drug(self, name: str) -> str:
        """The name of a drug as a list on file has it in this language; the English one where none does."""
        held = spoken_names().get(self.code)
        said = name if held is None else held.names.get(name, name)
        return capitalize(said) if self.phrases.drug_capital else said

    def of(self, name: str) -> str:
        """A drug as what something is made of: "of baclofen", "d'alprazolam"."""
        said = self.drug(name)
        elided = self.phrases.of_vowel if said.lower().startswith(_VOWELS) else None
        return (elided or self.phrases.of).format(drug=said)

    def product(self, product: Product) -> str:
        """A product in full: drug, form and strength, and its brand where that tells it from another."""
        if product.made_from is not None:
            return self.mixture(product, product.made_from, short=False)
        brand = f" ({product.brand})" if product.brand else ""
        return self._product(product) + brand

    def _product(self, product: Product) -> str:
        phrases, form = self.phrases, self.form_words(product)[0]
        held = {"form": form, "drug": self.drug(product.drug), "of_drug": self.of(product.drug)}
        if product.concentration is not None:
            return phrases.liquid_product.format(concentration=self.concentration(product.concentration), **held)
        return phrases.solid_product.format(strength=self._strength(product), **held)

    def portion(self, portion: Portion, product: Product) -> str:
        """A portion in a sentence, in words and figures, with its strength or its concentration and dose."""
        if portion.volume is not None and product.made_from is not None:
            return self.phrases.diluted.format(
                volume=self.volume(portion.volume),
                mixture=self.mixture(product, product.made_from, short=False),
                dose=self.amount(product.dose_of(portion)),
            )
        held = {"drug": self.drug(product.drug), "of_drug": self.of(product.drug)}
        if portion.volume is not None and product.concentration is not None:
            return self.phrases.liquid.format(
                volume=self.volume(portion.volume), form=self.form_words(product)[0],
                concentration=self.concentration(product.concentration),
                dose=self.amount(product.dose_of(portion)), **held,
            )  # fmt: skip
        count = portion.count or Fraction(0)
        return self.phrases.solid.format(
            count=self.count(count, product), figure=self.figure(count), strength=self._strength(product), **held
        )

    def short_portion(self, portion: Portion, product: Product) -> str:
        """A portion for a small space: "1 and 1/2 × 5 mg tablet"."""
        if portion.volume is not None and product.made_from is not None:
            mixture = self.mixture(product, product.made_from, short=True)
            return self.phrases.short_diluted.format(volume=self.volume(portion.volume), mixture=mixture)
        form = self.form_words(product)[0]
        if portion.volume is not None and product.concentration is not None:
            return self.phrases.short_liquid.format(
                volume=self.volume(portion.volume), form=form, concentration=self.concentration(product.concentration)
            )
        figure = self.said_figure(portion.count or Fraction(0))
        return self.phrases.short_solid.format(figure=figure, form=form, strength=self._strength(product))

    def mixture(self, product: Product, made: Dilution, *, short: bool) -> str:
        """What a homemade dilution is: so many tablets in so much water."""
        tablets, source = Portion(product=made.tablet, count=made.units), product.supplied_as
        words = self.short_portion(tablets, source) if short else self.portion(tablets, source)
        return self.phrases.mixture.format(tablets=words, whole=self.volume(made.volume))

    def cell_portion(self, portion: Portion, product: Product) -> str:
        """A portion where its form is said elsewhere: "1 and 1/2 × 5 mg", "2.5 mL of 2 mg per mL"."""
        if portion.volume is not None and product.made_from is not None:
            return self.short_portion(portion, product)
        if portion.volume is not None and product.concentration is not None:
            held = {"volume": self.volume(portion.volume), "concentration": self.concentration(product.concentration)}
            return self.phrases.sheet.liquid.format(**held)
        figure = self.said_figure(portion.count or Fraction(0))
        return self.phrases.sheet.solid.format(figure=figure, strength=self._strength(product))

    def drug_in_forms(self, product: Product) -> str:
        """A drug with the name of several units of a form: "diazepam tablets", "comprimidos de diazepam"."""
        held = {"drug": self.drug(product.drug), "of_drug": self.of(product.drug)}
        forms, sheet = self.form_words(product)[1], self.phrases.sheet
        joined = sheet.drug_noun if forms[:1].isupper() else None  # "Diazepam-Tabletten"; not before an adjective
        return (joined or sheet.drug_form).format(forms=forms, **held)

    def _strength(self, product: Product) -> str:
        return self.amount(product.strength) if product.strength is not None else ""

    def slot(self, slot: Slot) -> TwoWays:
        """A time of day as a label and in a sentence; noon and midnight are said as such."""
        slots = self.phrases.slots
        if not slot.is_clock:
            pair: TwoWays = getattr(slots, slot.name)
            return pair
        special = {"12:00": slots.midday, "00:00": slots.midnight}
        clock = slots.clock_one if slot.name.startswith("01") and slots.clock_one else slots.clock
        label, phrase = special.get(slot.name, clock)
        return label.format(clock=slot.name), phrase.format(clock=slot.name)


class WithoutDates(Language):
    """A language that counts days and weeks from the first day, for a plan that starts when a person is ready."""

    has_dates = False

    def __init__(self, spoken: Language, start: date) -> None:
        super().__init__(spoken.code, spoken.phrases, spoken._parts)
        self._start = start

    def _number(self, day: date) -> int:
        return (day - self._start).days + 1

    def long_date(self, day: date) -> str:
        """The number of a day, in place of its date."""
        return self.phrases.undated.day.format(number=self._number(day))

    def day_and_month(self, day: date) -> str:
        """The number of a day as a label."""
        return capitalize(self.long_date(day))

    def row_date(self, day: date, *, year: bool = True) -> str:  # noqa: ARG002 - there is no year to leave out
        """The number of a day, in place of its date."""
        return self.long_date(day)

    def row_dates(self, first: date, last: date, *, year: bool = True) -> str:  # noqa: ARG002 - there is no year to leave out
        """Whole weeks by their numbers where the days are whole weeks, else days by theirs."""
        words, begins, ends = self.phrases.undated, self._number(first), self._number(last)
        if begins % _WEEK == 1 and ends % _WEEK == 0:
            one, other = begins // _WEEK + 1, ends // _WEEK
            return words.week.format(number=one) if one == other else words.weeks.format(first=one, last=other)
        if begins == ends:
            return capitalize(words.day.format(number=begins))
        return words.days.format(first=begins, last=ends)


def capitalize(text: str) -> str:
    """The text with its first letter as a capital, and the rest as it is."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=len(LANGUAGES))
def speak(language: str = "en") -> Language:
    """A language by its two-letter code: en, es, fr or de.

    Raises:
        NotFound: If it is not one of these.
        MissingExtra: If the package babel is not installed.
    """
    return Language(language, phrases_of(language), _babel())


_DATES = RLock()


def _babel() -> _Babel:
    with _DATES:
        _import_dates()
    parts = (need(f"babel.{part}", install="language", purpose="wording") for part in _Babel._fields)
    return _Babel(*parts)


def _import_dates() -> None:
    """Import what Babel knows of dates, for which it looks for the time zone of this machine.

    A day has no zone. Where the machine names one that cannot be read, such as a folder, another takes its place.
    """
    try:
        need("babel.dates", install="language", purpose="wording")
    except MissingExtra:
        raise
    except Exception:  # a file that is no zone fails in any way
        stand_in = ModuleType("babel.localtime")
        vars(stand_in).update(LOCALTZ=UTC, get_localzone=lambda: UTC)
        sys.modules[stand_in.__name__] = stand_in
        try:
            need("babel.dates", install="language", purpose="wording")
        finally:
            del sys.modules[stand_in.__name__]
