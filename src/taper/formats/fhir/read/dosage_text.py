"""A dosage text read: the amounts, lengths, times and conditions in it, and the words that are not understood."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from taper._base.numbers import exact
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.formats.fhir.read.advice import without_advice
from taper.formats.fhir.read.text_dates import read_dates, with_iso_dates, without_iso_dates
from taper.formats.fhir.read.text_patterns import (
    BEFORE_EACH,
    CLAUSE,
    CLAUSE_END,
    CLOCK,
    CLOCK_24,
    COMPARED,
    EACH_DAY,
    GONE,
    LEADS_TO,
    MIXED,
    OF_A_PERIOD,
    PART_OF,
    PER_BODY,
    PER_VOLUME,
    REPEATED,
    SEVERAL,
    SIGNED,
    SPACED_THOUSANDS,
    SPACED_WORD,
    THOUSANDS,
    WORD,
    clause_after,
    unit_patterns,
)
from taper.formats.fhir.read.text_template import read_by_template
from taper.formats.fhir.read.told import Scheme, Told
from taper.formats.fhir.read.vocabulary import (
    LANGUAGES,
    Vocabulary,
    best_language,
    likely_languages,
    plain,
    plain_unit_words,
    vocabulary_of,
    without_elision,
)
from taper.formats.fhir.tables import table
from taper.plans.regimen import WEEKDAYS

_IN_MG = {"mcg": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}
_MEALS = 3
_UMLAUT = re.compile(r"(?<![aeq])([aou])e")
_THREE = re.compile("...")
_LETTERS = re.compile(r"[^\W\d_]+")
_LINES = re.compile(r"\s*[\r\n]\s*")


@lru_cache(maxsize=2048)
def read_text(text: str, names: frozenset[str] = frozenset()) -> Told:
    """Read a dosage text in the language of which it has most words; what it says is shared, and never changed.

    Args:
        text: The text as it stands.
        names: Words that name the drug, its form or what it is for: they are passed over.
    """
    flat, dates = without_iso_dates(plain(text if text.isprintable() else _LINES.sub(". ", text)))
    told = read_by_template(flat, lambda one: _read(one, names))
    return replace(told, dates=with_iso_dates(told.dates, dates)) if dates else told


def is_of_dosing(text: str) -> bool:
    """Whether a text speaks of how a drug is dosed, in any language: each of its words counts then."""
    flat = plain(text)
    return any(vocabulary_of(code).patterns["dosing"].search(flat) for code in LANGUAGES)


@lru_cache(maxsize=2048)
def heard_in(text: str, names: frozenset[str]) -> tuple[str, ...]:
    """What a text says of doses that is in no code, in each language that it may be in: a word may be of several."""
    flat, _ = without_iso_dates(plain(text))
    readings = (_Reading(flat, vocabulary_of(code), names).told for code in likely_languages(flat))
    return tuple(dict.fromkeys(word for told in readings for word in (*told.beyond, *told.near_doses)))


@lru_cache(maxsize=2048)
def _read(flat: str, names: frozenset[str]) -> Told:
    """Read a flat text without its ISO dates and amounts, so that texts that differ in them alone are read once."""
    first: Told | None = None
    for code in best_language(flat):
        told = _Reading(flat, vocabulary_of(code), names).told
        if not told.unknown:
            return told
        first = told if first is None or len(told.unknown) < len(first.unknown) else first
    assert first is not None  # there is a language
    spelt = _UMLAUT.sub(r"\1", flat)
    if spelt == flat:
        return first
    told = _Reading(spelt, vocabulary_of("de"), names).told
    return told if len(told.unknown) < len(first.unknown) else first


class _Reading:
    """One reading: each kind of phrase is found, noted and taken out, until only words are left."""

    def __init__(self, flat: str, words: Vocabulary, names: frozenset[str]) -> None:
        self._left, self._words, self._names = flat, words, names
        self.told = Told(words.name)
        self._articles = False
        self._warnings()
        if "." in self._left or "," in self._left:
            self._take(THOUSANDS, self._beyond)
        self._left = words.numbers.sub(self._digit, self._left)
        self._left = REPEATED.sub(r"\1", MIXED.sub(r"\1 \2", self._left))
        if "/" in self._left:
            self._left = unit_patterns().and_part.sub(r"\1 \3 \2", PART_OF.sub(r"\1 ", self._left))
        self._left = SPACED_THOUSANDS.sub(r"\g<1>000", self._left)
        if "+" in self._left:  # after a time of day it only joins
            self._left = re.sub(rf"({self._words.slots.pattern}) \+ ", r"\1, ", self._left)
        self._bare_counts()
        for step in (
            self._meals_too, self._harmless, self._openly, self._purposes, self._dates, self._spans, self._schemes,
            self._limits, self._per, self._conditions,
            self._in_mouth, self._bare, self._frequencies, self._clocks,
            self._ranges, self._changes, self._lengths, self._daily, self._order, self._amounts, self._days,
        ):  # fmt: skip
            step()
        self._rest()

    def _bare_counts(self) -> None:
        """Give a number before a time of day the unit that is counted: "1 tablet mane and 2 at night", "1 abends"."""
        counted = unit_patterns().counted.search(self._left)
        at = 0 if counted is None else counted.end()
        if counted is not None or not unit_patterns().amount.search(self._left):
            unit = "pieces" if counted is None else counted[1]
            self._left = self._left[:at] + self._words.bare_count.sub(rf"\1 {unit} ", self._left[at:])

    def _digit(self, found: re.Match[str]) -> str:
        digits = self._words.digits
        number = digits.get(found[0]) or digits[found[0].rpartition(" ")[2]]
        self._articles = self._articles or number == "1"
        if number == "1.0" and unit_patterns().another.search(found.string) is not None:
            self.told.beyond.append(found[0])  # another one, of which none is said before
        return (
            f"0 {number}" if "/" in number else number
        )  # a number before it is not joined to it: 2 halves are no 2 1/2

    def _take(self, pattern: re.Pattern[str], note: Callable[[re.Match[str]], None]) -> None:
        def found(match: re.Match[str]) -> str:
            note(match)
            return GONE

        self._left = pattern.sub(found, self._left)

    def _phrase(self, key: str, note: Callable[[re.Match[str]], None]) -> None:
        self._take(self._words.patterns[key], note)

    def _warnings(self) -> None:
        """Take out the clauses that only warn or say how to take the drug."""
        words = self._words
        self._left = without_advice(self._left, words.warnings, words.warning_words, words.patterns["conditions"], GONE)
        self.told.doses = self._left

    def _meals_too(self) -> None:
        self._take(self._words.meals_too, self._beyond)

    def _dates(self) -> None:
        self._left, self.told.dates = read_dates(self._left, self._words)

    def _spans(self) -> None:
        """Take out days and weeks of the course by their numbers: "day 1", "days 2-5", "week 2"."""
        self._phrase("spans", lambda found: self._span(found, 1))
        self._phrase("week_spans", lambda found: self._span(found, 7))

    def _span(self, found: re.Match[str], days: int) -> None:
        first, *more = (int(part) for part in found.groups() if part)
        self.told.spans.append((days * (first - 1) + 1, days * (more or [first])[0]))

    def _harmless(self) -> None:
        """Take out what says how to take the drug, and then what warns beside it."""
        whole = self._left
        self._phrase("harmless", _nothing)
        self._phrase("course", lambda found: self.told.courses.append(found[0]))
        if self._left != whole:
            self._warnings()

    def _schemes(self) -> None:
        if "-" in self._left:
            self._take(unit_patterns().scheme, self._scheme)

    def _scheme(self, found: re.Match[str]) -> None:
        counts = tuple(_number(part) for part in re.split(r" ?- ?", found[3]))
        each = (found[5], found[6]) if found[5] else ("1", found[4])
        each = each if each[1] else (found[1], found[2])
        self.told.schemes.append(Scheme(counts, _in_mg(_number(each[0]), each[1]) if each[1] else None))

    def _openly(self) -> None:
        """Take out what says that the drug goes on without an end, or is not taken daily."""
        self._phrase("openly", lambda found: self.told.openly.append(found[0]))
        self._phrase("not_daily", lambda found: self.told.not_daily.append(found[0]))

    def _limits(self) -> None:
        """Take out the most of a day, which is compared as an amount of the day."""
        self._phrase("limits", lambda found: self.told.limits.append(self._measured(*_number_and_unit(found))))
        self._phrase("daily_amount", self._daily_amount)

    def _per(self) -> None:
        """An amount for each kg or square meter is none; an amount for each day is one of the day."""
        self._take(SIGNED, self._beyond)
        self._take(COMPARED, self._beyond)
        if "/" in self._left:
            self._take(PER_BODY, self._beyond)
            self._take(unit_patterns().daily, self._daily_amount)
            self._take(PER_VOLUME, self._concentration)

    def _daily_amount(self, found: re.Match[str]) -> None:
        """An amount of a day; beside one of a dose it is what the doses of a day come to."""
        self.told.totals.append(self._measured(*_number_and_unit(found)))
        self.told.every.append(1)

    def _concentration(self, found: re.Match[str]) -> None:
        mass, volume = _in_mg(_number(found[1]), found[2]), _number(found[3] or "1")
        if not volume:
            self._beyond(found)
            return
        self.told.amounts.append((mass / volume, "mg/mL"))
        if found[3]:
            self.told.within.append(mass)

    def _beyond(self, found: re.Match[str]) -> None:
        self.told.beyond.append(found[0].strip())

    def _conditions(self) -> None:
        words = self._words.patterns
        clause = clause_after(words["conditions"].pattern, words["after_condition"].pattern)
        self._left = clause.sub(self._condition, self._left)

    def _condition(self, found: re.Match[str]) -> str:
        """Note a condition, up to an amount that depends on it; that it changes or stops something is in no code."""
        amount = unit_patterns().amount.search(found[0])
        said, rest = found[0], ""
        if amount is not None and LEADS_TO.search(said[: amount.start()]):
            said, rest = said[: amount.start()], said[amount.start() :]
        self.told.conditions.append(said.strip())
        acts = [
            self._words.patterns[key] for key in ("stop", "pauses", "gradual", "ranges", *(() if rest else ("change",)))
        ]
        times = [self._words.slots, self._words.weekdays]
        if re.search(r"\d", said) or any(pattern.search(said) for pattern in (*acts, *times)):
            self.told.beyond.append(said.strip())
        return f"{GONE}{rest}"

    def _in_mouth(self) -> None:
        """Take out that the drug stays in the mouth, and that it is taken once and never again."""
        if self._names.isdisjoint(table("routes")["in_mouth"]["words"]):
            self._phrase("in_mouth", lambda found: self.told.in_mouth.append(found[0]))
        self._phrase("in_mouth", _nothing)
        self._phrase("one_day", lambda _: self.told.lengths.append(Duration(1, "day")))

    def _bare(self) -> None:
        self._take(self._words.bare, lambda found: self.told.amounts.append((_number(found[1]), "piece")))

    def _frequencies(self) -> None:
        told = self.told
        told.timed = self._left
        self._phrase("divided", self._divided)
        self._phrase("each_meal", lambda _: told.times.append(_MEALS))
        self._phrase("every_hours", lambda found: self._hours(_first_number(found), found[0]))
        self._phrase("alternate", self._every_other_day)
        self._phrase("every_days", lambda found: told.every.append(int(_first_number(found))))
        self._phrase("times", lambda found: self._times(found))
        if self._words.named_times is not None:
            self._take(self._words.named_times, lambda found: told.times.append(int(_group(found)[1:])))
        self._phrase("weekly", self._week)
        self._phrase("each_time", lambda found: told.times.append(int(_first_number(found))))
        self._phrase("times_each", self._times_each)
        self._phrase("once", lambda found: told.once.append(found[0]))
        self._phrase("monthly", self._beyond)

    def _times(self, found: re.Match[str]) -> None:
        self.told.times.append(int(_first_number(found)))
        self.told.every.append(1)

    def _times_each(self, found: re.Match[str]) -> None:
        """Times a day, and how many units each time: "3 x 1 Tablette"."""
        times, count = (_number(part) for part in found.groups()[:2])
        self.told.times.append(int(times))
        self.told.amounts.append((count, plain_unit_words()[found[3]] if found[3] else "piece"))

    def _divided(self, found: re.Match[str]) -> None:
        """Amounts of a day, in so many doses."""
        self.told.times.append(int(_first_number(found)))
        self.told.is_divided = True

    def _hours(self, hours: Fraction, said: str) -> None:
        if hours and 24 % hours == 0:
            self.told.times.append(int(24 / hours))
        elif hours and hours % 24 == 0:
            self.told.every.append(int(hours / 24))
        else:
            self.told.beyond.append(said)

    def _every_day(self, _: re.Match[str]) -> None:
        self.told.every.append(1)

    def _every_other_day(self, _: re.Match[str]) -> None:
        self.told.every.append(2)

    def _week(self, found: re.Match[str]) -> None:
        """How often a week; "for a week" is a length, which stands before it."""
        before = found.string[: found.start()].rstrip()
        if found[0] == "a week" and before.endswith(("for", "only")):
            self.told.lengths.append(Duration(1, "week"))
            return
        self.told.weekly.append(int(_first_number(found) or 1))

    def _clocks(self) -> None:
        self._take(CLOCK_24, lambda found: self.told.clocks.add(f"{found[1]}:{found[2]}"))
        self._take(CLOCK, self._clock)

    def _clock(self, found: re.Match[str]) -> None:
        hour, minute = found[1] or found[4] or found[7] or found[8], found[2] or found[5]
        half, count = (found[3] or found[6] or "")[:1], int(hour)
        if half == "a" and count == 12:
            count = 0  # 12 am is midnight, and 12 pm noon
        elif half == "p" and count < 12:
            count += 12
        self.told.clocks.add(f"{count:02}:{minute or '00'}")

    def _ranges(self) -> None:
        if SEVERAL.search(self._left):
            self._take(unit_patterns().between, self._beyond)
        self._phrase("ranges", self._beyond)
        self._phrase("weekends", self._beyond)

    def _changes(self) -> None:
        self._phrase("gradual", self._beyond)
        self._phrase("change", self._change)

    def _change(self, found: re.Match[str]) -> None:
        """Note a change: one to a dose that is said with it may be in the codes."""
        before, after = found.string[: found.start()], found.string[found.end() :]
        breaks = (CLAUSE_END, self._words.patterns["then"])
        start = max((one.end() for pattern in breaks for one in pattern.finditer(before)), default=0)
        ends = [one.start() for one in (pattern.search(after) for pattern in breaks) if one is not None]
        clause = f"{before[start:]}{GONE}{after[: min(ends, default=len(after))]}"
        (self.told.changes if unit_patterns().amount.search(clause) else self.told.beyond).append(found[0])

    def _lengths(self) -> None:
        if self._words.code == "en":
            self._take(OF_A_PERIOD, self._weeks)
        self._phrase("lengths", self._length)

    def _weeks(self, found: re.Match[str]) -> None:
        """A length as prescribers write it: 14/7 is 14 days, 2/52 two weeks, 3/12 three months."""
        unit = {"7": "day", "52": "week", "12": "month"}[found[2]]
        with suppress(InvalidInput):
            self.told.lengths.append(Duration(int(found[1]), unit))

    def _length(self, found: re.Match[str]) -> None:
        words = self._words.units_of_time
        unit = next(words[part] for part in found.groups() if part in words)
        number = next((part for part in found.groups() if part and part not in words), None)
        try:
            count = _number(number) if number else Fraction(1)
            if count.denominator != 1:
                raise InvalidInput("not a whole number")
            self.told.lengths.append(Duration(int(count), unit.removesuffix("s")))
        except InvalidInput:
            self.told.beyond.append(found[0].strip())

    def _daily(self) -> None:
        self._phrase("daily", self._every_day)

    def _order(self) -> None:
        self._phrase("until", lambda found: self.told.until.append(found[0]))
        self._phrase("pauses", self._beyond)
        self._phrase("stop", lambda found: self.told.stops.append(found[0]))
        self._phrase("none", lambda found: self.told.stops.append(found[0]))
        self._phrase("first", lambda found: self.told.first.append(found[0]))
        self._phrase("then", lambda found: self.told.sequence.append(found[0]))

    def _amounts(self) -> None:
        self._take(unit_patterns().spoons, self._spoons)
        if self.told.amounts or SEVERAL.search(self._left):
            self._amounts_together()
        self._take(unit_patterns().amount, lambda found: self._amount(found[1], found[2]))
        self._take(self._words.take, lambda found: self.told.amounts.append((_first_number(found), "piece")))
        if self._words.code == "en":
            self._take(unit_patterns().one, lambda found: self._amount("1", found[1]))

    def _amounts_together(self) -> None:
        """Two numbers that are one amount, such as a count of units of a strength, or that are added."""
        told, units = self.told, unit_patterns()
        first = units.amount.search(self._left)
        if first is not None:
            told.added += [found[0] for found in units.added.finditer(self._left, first.end())]
        told.strengths += [_in_mg(_number(found[1]), found[2]) for found in units.strength.finditer(self._left)]
        leading = units.leading.match(self._left)
        if leading is not None and set(_LETTERS.findall(leading[1])) <= self._names:
            told.perhaps_strengths.append(_in_mg(_number(leading[2]), leading[3]))
        known = self._names | BEFORE_EACH
        for found in units.perhaps_strength.finditer(self._left):
            if set(_LETTERS.findall(found[1])) <= known:
                told.perhaps_strengths.append(_in_mg(_number(found[2]), found[3]))
        for found in unit_patterns().beside.finditer(self._left):
            count, number, mass = found.group(1, 2, 3) if found[1] else found.group(6, 4, 5)
            self.told.perhaps_strengths.append(_in_mg(_number(number), mass))
            self.told.beside.append(_number(count) * _in_mg(_number(number), mass))
        self._take(unit_patterns().product, self._product)
        self._take(units.count_of_mass, lambda found: self._strength(found[1], "piece", found[2], found[3]))
        self._take(unit_patterns().times, lambda found: self._strength(found[3], found[4], found[1], found[2]))
        self._take(unit_patterns().each, self._each)

    def _spoons(self, found: re.Match[str]) -> None:
        self.told.amounts.append((_number(found[1] or "1") * _number(found[2]), "mL"))

    def _product(self, found: re.Match[str]) -> None:
        self._strength(found[1], found[4], found[2], found[3])

    def _each(self, found: re.Match[str]) -> None:
        self._strength(found[1], found[2], found[3], found[4])

    def _strength(self, count: str, unit: str, number: str, mass: str) -> None:
        """A count of units of a stated strength: what they come to must be the dose."""
        self._amount(count, unit)
        self._amount(number, mass)
        self.told.strengths.append(_in_mg(_number(number), mass))
        self.told.products.append(_number(count) * _in_mg(_number(number), mass))

    def _amount(self, number: str, unit: str) -> None:
        self.told.amounts.append(self._measured(number, unit))

    @staticmethod
    def _measured(number: str, unit: str) -> tuple[Fraction, str]:
        meaning, value = plain_unit_words()[unit], _number(number)
        return (_in_mg(value, unit), "mg") if meaning in _IN_MG else (value, meaning)

    def _days(self) -> None:
        self._take(self._words.slots, self._slot)
        self._take(self._words.weekday_range, self._weekday_range)
        self._take(self._words.weekdays, lambda found: self.told.weekdays.add(_group(found)))
        self._take(self._words.weekday_sets, lambda found: self.told.weekdays.update(_THREE.findall(_group(found))))
        self._phrase("total", _nothing)
        self._phrase("alarms", self._beyond)
        self._totals()

    def _totals(self) -> None:
        """What a day comes to is compared as that beside a dose, or where a day has several that are not said."""
        told = self.told
        is_often = len(told.slots | told.clocks) > 1 or (max(told.times, default=1) > 1 and not told.is_divided)
        for found in self._words.patterns["a_day"].finditer(told.timed) if is_often else ():
            amount = self._measured(*_number_and_unit(found))
            if amount in told.amounts:
                told.amounts.remove(amount)
                told.totals.append(amount)
        (told.limits if told.amounts or told.schemes or is_often else told.amounts).extend(told.totals)

    def _weekday_range(self, found: re.Match[str]) -> None:
        """The days of the week from one to another."""
        first, last = (WEEKDAYS.index(_group(day)) for day in self._words.weekdays.finditer(found[0]))
        days = WEEKDAYS[first:] + WEEKDAYS[:first]
        self.told.weekdays.update(days[: (last - first) % len(days) + 1])

    def _slot(self, found: re.Match[str]) -> None:
        self.told.slots.add(_group(found))
        if found[0].startswith(EACH_DAY):
            self.told.every.append(1)

    def _purposes(self) -> None:
        """Take out what the drug is for, as far as its words are known."""
        known, left = self._words.purposes | self._names, self._left
        kept, at = [], 0
        for found in self._words.purpose.finditer(left):
            end = _end_of_words(left, found.end(), known)
            if found.start() >= at and end > found.end():
                kept += [left[at : found.start()], GONE]
                at = end
        self._left = "".join([*kept, left[at:]])

    def _rest(self) -> None:
        either = self._words.patterns["either"].pattern
        self._take(re.compile(rf"\| *{either}|{either} *\|"), self._beyond)  # beside something that was taken out
        for clause in CLAUSE.split(self._left):
            rest = self._words.patterns["from"].sub(GONE, clause)
            unknown = [word for word in WORD.findall(rest) if not self._is_known(word)]
            self.told.unknown += unknown
            is_near = unknown and self._words.patterns["of_doses"].search(clause)
            strange = (word for word in unknown if word not in self._words.common)
            self.told.near_doses += strange if is_near else filter(self._is_time, unknown)

    def _is_known(self, word: str) -> bool:
        if word[0].isdigit():
            return word == "1" and self._articles
        known = self._words.words
        return (
            word == "x"
            or word in known
            or without_elision(word) in known
            or word in self._names
            or word in plain_unit_words()
        )

    def _is_time(self, word: str) -> bool:
        return len(word) > 1 and word in self._words.units_of_time


def _end_of_words(text: str, start: int, known: frozenset[str]) -> int:
    """Where the words that are known end, from a place on."""
    while (word := SPACED_WORD.match(text, start)) and (word[1] in known or without_elision(word[1]) in known):
        start = word.end()
    return start


def _group(found: re.Match[str]) -> str:
    """The name of the group that matched, without its number."""
    return str(found.lastgroup).partition("_")[0]


def _nothing(_: re.Match[str]) -> None:
    """Note nothing: what was found says nothing of a dose."""


@lru_cache(maxsize=2048)
def _number(text: str) -> Fraction:
    whole, _, part = text.replace(",", ".").partition(" ")
    return exact(whole) + (exact(part) if part else 0)


def _first_number(found: re.Match[str]) -> Fraction:
    return next((_number(part) for part in found.groups() if part and part[0].isdigit()), Fraction(0))


def _number_and_unit(found: re.Match[str]) -> tuple[str, str]:
    number, unit = (part for part in found.groups() if part)
    return number, unit


def _in_mg(value: Fraction, unit: str) -> Fraction:
    return value * _IN_MG[plain_unit_words()[unit]]
