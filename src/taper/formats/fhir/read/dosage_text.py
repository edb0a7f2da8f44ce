"""A dosage text read: the amounts, lengths, times and conditions in it, and the words that are not understood."""

import re
from dataclasses import replace
from functools import lru_cache

from taper.amounts.duration import Duration
from taper.formats.fhir.read.advice import without_advice
from taper.formats.fhir.read.text_dates import with_iso_dates, without_iso_dates
from taper.formats.fhir.read.text_doses import DosesLeft
from taper.formats.fhir.read.text_left import nothing
from taper.formats.fhir.read.text_patterns import (
    CLAUSE,
    CLAUSE_END,
    GONE,
    LEADS_TO,
    MIXED,
    PART_OF,
    REPEATED,
    SAID,
    SEVERAL,
    SPACED_THOUSANDS,
    SPACED_WORD,
    THOUSANDS,
    WORD,
    clause_after,
    unit_patterns,
)
from taper.formats.fhir.read.text_template import read_by_template
from taper.formats.fhir.read.text_times import TimesLeft
from taper.formats.fhir.read.told import Told
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

_UMLAUT = re.compile(r"(?<![aeq])([aou])e")
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
        first = told if first is None or _count_unknown(told) < _count_unknown(first) else first
    assert first is not None  # there is a language
    spelt = _UMLAUT.sub(r"\1", flat)
    if spelt == flat:
        return first
    told = _Reading(spelt, vocabulary_of("de"), names).told
    return told if _count_unknown(told) < _count_unknown(first) else first


def _count_unknown(told: Told) -> int:
    """How many words are not understood; a word for a part of one is one of them, and was made "0 1/2"."""
    return sum(word != "0" for word in told.unknown)


class _Reading(TimesLeft, DosesLeft):
    """One reading: each kind of phrase is found, noted and taken out, until only words are left."""

    def __init__(self, flat: str, words: Vocabulary, names: frozenset[str]) -> None:
        super().__init__(flat, words, names)
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
            self._another_time, self._several_weekdays, self._meals_too, self._harmless, self._openly,
            self._purposes, self._dates, self._spans, self._schemes,
            self._limits, self._per, self._conditions,
            self._in_mouth,
        ):  # fmt: skip
            step()
        self._gone = SAID
        for step in (
            self._bare, self._frequencies, self._clocks,
            self._ranges, self._changes, self._lengths, self._daily, self._order, self._amounts,
        ):  # fmt: skip
            step()
        self._gone = GONE
        self._days()
        self._totals()
        self._rest()

    def _digit(self, found: re.Match[str]) -> str:
        digits = self._words.digits
        number = digits.get(found[0]) or digits[found[0].partition(" ")[2]]
        self._articles = self._articles or number == "1"
        if number == "1.0" and unit_patterns().another.search(found.string) is not None:
            self.told.beyond.append(found[0])  # another one, of which none is said before
        # A number before a part is not joined to it: 2 halves are no 2 1/2.
        return f"0 {number}" if "/" in number else number

    def _warnings(self) -> None:
        """Take out the clauses that only warn or say how to take the drug."""
        words = self._words
        self._left = without_advice(self._left, words.warnings, words.warning_words, words.patterns["conditions"], GONE)
        self.told.doses = self._left

    def _meals_too(self) -> None:
        self._take(self._words.meals_too, self._beyond)

    def _harmless(self) -> None:
        """Take out what says how to take the drug, and then what warns beside it."""
        whole = self._left
        self._phrase("harmless", nothing)
        self._phrase("course", lambda found: self.told.courses.append(found[0]))
        if self._left != whole:
            self._warnings()

    def _openly(self) -> None:
        """Take out what says that the drug goes on without an end, or is not taken daily."""
        self._phrase("openly", lambda found: self.told.openly.append(found[0]))
        self._phrase("not_daily", lambda found: self.told.not_daily.append(found[0]))

    def _conditions(self) -> None:
        words = self._words.patterns
        clause = clause_after(words["conditions"].pattern, words["after_condition"].pattern)
        self._left = clause.sub(self._condition, self._left)

    def _condition(self, found: re.Match[str]) -> str:
        """Note a condition, up to an amount that depends on it; that it changes or stops something is in no code."""
        before = CLAUSE.split(found.string[: found.start()])[-1]
        amount = unit_patterns().amount.search(found[0])
        said, rest = found[0], ""
        if amount is not None and LEADS_TO.search(said[: amount.start()]):
            said, rest = said[: amount.start()], said[amount.start() :]
        self.told.conditions.append(said.strip())
        acts = [
            self._words.patterns[key] for key in ("stop", "pauses", "gradual", "ranges", *(() if rest else ("change",)))
        ]
        times = [self._words.slots, self._words.weekdays.each]
        is_stop = self._words.patterns["stop"].search(before)
        if is_stop or re.search(r"\d", said) or any(pattern.search(said) for pattern in (*acts, *times)):
            self.told.beyond.append(said.strip())
        return f"{GONE}{rest}"

    def _in_mouth(self) -> None:
        """Take out that the drug stays in the mouth, and that it is taken once and never again."""
        is_other = self._names.isdisjoint(table("routes")["in_mouth"]["words"])
        self._phrase("in_mouth", (lambda found: self.told.in_mouth.append(found[0])) if is_other else nothing)
        self._phrase("one_day", lambda _: self.told.lengths.append(Duration(1, "day")))

    def _ranges(self) -> None:
        if SEVERAL.search(self._left):
            self._take(unit_patterns().between, self._beyond)
        self._phrase("ranges", self._beyond)
        self._phrase("weekends", self._beyond)

    def _changes(self) -> None:
        self._phrase("tapers", self._taper)
        self._phrase("gradual", self._beyond)
        self._phrase("change", self._change)

    def _taper(self, found: re.Match[str]) -> None:
        """Note a word that only says that the doses fall, beside no other word than what it is of."""
        is_plain = set(found[1].split()) <= self._names | {"steroid", "dose"}
        (self.told.tapers if is_plain else self.told.beyond).append(found[0])

    def _change(self, found: re.Match[str]) -> None:
        """Note a change: one to a dose that is said with it may be in the codes."""
        before, after = found.string[: found.start()], found.string[found.end() :]
        breaks = (CLAUSE_END, self._words.patterns["then"])
        start = max((one.end() for pattern in breaks for one in pattern.finditer(before)), default=0)
        ends = [one.start() for one in (pattern.search(after) for pattern in breaks) if one is not None]
        clause = f"{before[start:]}{GONE}{after[: min(ends, default=len(after))]}"
        (self.told.changes if unit_patterns().amount.search(clause) else self.told.beyond).append(found[0])
        for key, turns in (("rising", self.told.rises), ("falling", self.told.falls)):
            turns += self._words.patterns[key].findall(found[0])

    def _order(self) -> None:
        self._phrase("until", lambda found: self.told.until.append(found[0]))
        self._phrase("pauses", self._beyond)
        self._phrase("stop", lambda found: self.told.stops.append(found[0]))
        self._phrase("none", lambda found: self.told.stops.append(found[0]))
        self._phrase("first", lambda found: self.told.first.append(found[0]))
        self._phrase("then", lambda found: self.told.sequence.append(found[0]))

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
            is_near = unknown and (SAID in clause or self._words.patterns["of_doses"].search(clause))
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
