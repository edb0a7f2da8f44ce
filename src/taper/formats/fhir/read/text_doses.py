"""How much a dosage text says that is taken: amounts, schemes of counts, strengths, and the most of a day."""

import re
from fractions import Fraction

from taper.formats.fhir.read.text_left import IN_MG, TextLeft, first_number, in_mg, number_and_unit, number_of
from taper.formats.fhir.read.text_patterns import (
    BEFORE_EACH,
    COMPARED,
    PER_BODY,
    PER_VOLUME,
    QUESTIONED,
    SEVERAL,
    SIGNED,
    unit_patterns,
)
from taper.formats.fhir.read.told import Scheme
from taper.formats.fhir.read.vocabulary import plain_unit_words

_LETTERS = re.compile(r"[^\W\d_]+")


class DosesLeft(TextLeft):
    """A text of which amounts are read."""

    def _bare_counts(self) -> None:
        """Give a number before a time of day the unit that is counted: "1 tablet mane and 2 at night", "1 abends"."""
        counted = unit_patterns().counted.search(self._left)
        at = 0 if counted is None else counted.end()
        if counted is not None or not unit_patterns().amount.search(self._left):
            unit = "pieces" if counted is None else counted[1]
            self._left = self._left[:at] + self._words.bare_count.sub(rf"\1 {unit} ", self._left[at:])

    def _schemes(self) -> None:
        if "-" in self._left:
            self._take(unit_patterns().scheme, self._scheme)

    def _scheme(self, found: re.Match[str]) -> None:
        counts = tuple(number_of(part) for part in re.split(r" ?- ?", found[3]))
        each = (found[5], found[6]) if found[5] else ("1", found[4])
        each = each if each[1] else (found[1], found[2])
        self.told.is_of_a_day = True
        self.told.schemes.append(Scheme(counts, in_mg(number_of(each[0]), each[1]) if each[1] else None))

    def _limits(self) -> None:
        """Take out the most of a day, which is compared as an amount of the day."""
        self._phrase("limits", lambda found: self.told.limits.append(self._measured(*number_and_unit(found))))
        self._phrase("daily_amount", self._daily_amount)

    def _per(self) -> None:
        """An amount for each kg or square meter is none; an amount for each day is one of the day."""
        self._take(SIGNED, self._beyond)
        self._take(COMPARED, self._beyond)
        if "?" in self._left:
            self._take(QUESTIONED, self._beyond)
        if "/" in self._left:
            self._take(PER_BODY, self._beyond)
            self._take(unit_patterns().daily, self._daily_amount)
            self._take(PER_VOLUME, self._concentration)

    def _daily_amount(self, found: re.Match[str]) -> None:
        """An amount of a day; beside one of a dose it is what the doses of a day come to."""
        self.told.totals.append(self._measured(*number_and_unit(found)))
        self.told.every.append(1)

    def _concentration(self, found: re.Match[str]) -> None:
        mass, volume = in_mg(number_of(found[1]), found[2]), number_of(found[3] or "1")
        if not volume:
            self._beyond(found)
            return
        self.told.amounts.append((mass / volume, "mg/mL"))
        if found[3]:
            self.told.within.append(mass)

    def _bare(self) -> None:
        self._take(self._words.bare, lambda found: self.told.amounts.append((number_of(found[1]), "piece")))

    def _amounts(self) -> None:
        self._take(unit_patterns().spoons, self._spoons)
        if self.told.amounts or SEVERAL.search(self._left):
            self._amounts_together()
        self._take(unit_patterns().amount, lambda found: self._amount(found[1], found[2]))
        self._take(self._words.take, lambda found: self.told.amounts.append((first_number(found), "piece")))
        if self._words.code == "en":
            self._take(unit_patterns().one, lambda found: self._amount("1", found[1]))

    def _totals(self) -> None:
        """What a day comes to is compared as that beside a dose, or where a day has several that are not said."""
        told = self.told
        is_often = len(told.slots | told.clocks) > 1 or (max(told.times, default=1) > 1 and not told.is_divided)
        for found in self._words.patterns["a_day"].finditer(told.timed) if is_often else ():
            amount = self._measured(*number_and_unit(found))
            if amount in told.amounts:
                told.amounts.remove(amount)
                told.totals.append(amount)
        (told.limits if told.amounts or told.schemes or is_often else told.amounts).extend(told.totals)

    def _amounts_together(self) -> None:
        """Two numbers that are one amount, such as a count of units of a strength, or that are added."""
        told, units = self.told, unit_patterns()
        first = units.amount.search(self._left)
        if first is not None:
            told.added += [found[0] for found in units.added.finditer(self._left, first.end())]
        told.strengths += [in_mg(number_of(found[1]), found[2]) for found in units.strength.finditer(self._left)]
        leading = units.leading.match(self._left)
        if leading is not None and set(_LETTERS.findall(leading[1])) <= self._names:
            told.perhaps_strengths.append(in_mg(number_of(leading[2]), leading[3]))
        if "=" in self._left:
            self._take(units.equal, self._equal)
        known = self._names | BEFORE_EACH
        for found in units.perhaps_strength.finditer(self._left):
            if set(_LETTERS.findall(found[1])) <= known:
                told.perhaps_strengths.append(in_mg(number_of(found[2]), found[3]))
        for found in unit_patterns().beside.finditer(self._left):
            count, number, mass = found.group(1, 2, 3) if found[1] else found.group(6, 4, 5)
            self.told.perhaps_strengths.append(in_mg(number_of(number), mass))
            self.told.beside.append(number_of(count) * in_mg(number_of(number), mass))
        self._take(unit_patterns().product, self._product)
        self._take(units.count_of_mass, lambda found: self._strength(found[1], "piece", found[2], found[3]))
        self._take(unit_patterns().times, lambda found: self._strength(found[3], found[4], found[1], found[2]))
        self._take(unit_patterns().each, self._each)

    def _equal(self, found: re.Match[str]) -> None:
        """A count of units and what they come to, which is the dose."""
        count, mass = number_of(found[1]), in_mg(number_of(found[3]), found[4])
        self._amount(found[1], found[2])
        self.told.products.append(mass)
        if count:
            self.told.strengths.append(mass / count)

    def _spoons(self, found: re.Match[str]) -> None:
        self.told.amounts.append((number_of(found[1] or "1") * number_of(found[2]), "mL"))

    def _product(self, found: re.Match[str]) -> None:
        self._strength(found[1], found[4], found[2], found[3])

    def _each(self, found: re.Match[str]) -> None:
        self._strength(found[1], found[2], found[3], found[4])

    def _strength(self, count: str, unit: str, number: str, mass: str) -> None:
        """A count of units of a stated strength: what they come to must be the dose."""
        self._amount(count, unit)
        self._amount(number, mass)
        self.told.strengths.append(in_mg(number_of(number), mass))
        self.told.products.append(number_of(count) * in_mg(number_of(number), mass))

    def _amount(self, number: str, unit: str) -> None:
        self.told.amounts.append(self._measured(number, unit))

    @staticmethod
    def _measured(number: str, unit: str) -> tuple[Fraction, str]:
        meaning, value = plain_unit_words()[unit], number_of(number)
        return (in_mg(value, unit), "mg") if meaning in IN_MG else (value, meaning)
