"""A dosage text read: the amounts, lengths, times and conditions that it says, and the words that are not understood."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache

from taper._base.numbers import exact
from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.formats.fhir.read.vocabulary import (
    NUMBER,
    Vocabulary,
    best_language,
    plain,
    plain_unit_words,
    unit_pattern,
    vocabulary_of,
)

_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:t[\d:+z-]+)?\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})?(?![\d])")
_SCHEME = re.compile(rf"(?<![\w/.,-]){NUMBER}(?: ?- ?{NUMBER}){{2,3}}(?![\w/-])")
_CLOCK = re.compile(r"(?<![\w:/.])(?:at |um |a las? |a )?(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm|a\.m\.|p\.m\.|uhr|o'clock|h)(?![\w])"
                    r"|(?<![\w:/.])(?:at |um |a las? |a )?(\d{1,2}):(\d{2})(?: ?(am|pm|uhr|h))?(?![\w:])")  # fmt: skip
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?![\d])")
_PER_BODY = re.compile(rf"{NUMBER} ?(?:mg|mcg|ug|g) ?/ ?(?:kg|m2|m²)\S*")
_PER_VOLUME = re.compile(rf"({NUMBER}) ?(mg|mcg|ug|g) ?/ ?({NUMBER})? ?ml(?![\w])")
_MIXED = re.compile(r"(\d+) (?:and|und|et|y) (?:a )?(\d+/\d+)")
_DOSED = re.compile(
    r"\d|tak(?:e|ing)|dos(?:e|is)|tablet|capsul|compri|einnehm|nehmen|prendre|prenez|tom(?:ar|e)|then|until|week|day|reduc"
)
_WORD = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_GONE = " | "


@dataclass(slots=True)
class Told:
    """What a text says. Amounts are numbers with what they count; `beyond` names what no code of a dose can hold."""

    language: str
    amounts: list[tuple[Fraction, str]] = field(default_factory=list)
    lengths: list[Duration] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    every: list[int] = field(default_factory=list)
    weekly: list[int] = field(default_factory=list)
    slots: set[str] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    weekdays: set[str] = field(default_factory=set)
    dates: list[tuple[int, int, int | None]] = field(default_factory=list)
    schemes: list[tuple[Fraction, ...]] = field(default_factory=list)
    sequence: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def says_daily(self) -> bool:
        return 1 in self.every


@lru_cache(maxsize=2048)
def read_text(text: str, names: frozenset[str] = frozenset()) -> Told:
    """Read a dosage text in the language of which it has most words.

    Args:
        text: The text as it stands.
        names: Words that name the drug, its form or what it is for: they are passed over.
    """
    flat = plain(text)
    first: Told | None = None
    for code in best_language(flat):
        told = _Reading(flat, vocabulary_of(code), names).told
        if not told.unknown:
            return told
        first = told if first is None or len(told.unknown) < len(first.unknown) else first
    assert first is not None  # there is a language
    return first


class _Reading:
    """One reading: each kind of phrase is found, noted and taken out, until only words are left."""

    def __init__(self, flat: str, words: Vocabulary, names: frozenset[str]) -> None:
        self._left, self._words = flat, words
        self.told = Told(words.name)
        self._articles = False
        self._take(_THOUSANDS, self._beyond)
        self._left = words.numbers.sub(self._digit, self._left)
        self._left = _MIXED.sub(r"\1 \2", self._left)
        for step in (
            self._cautions, self._dates, self._advice, self._schemes, self._per, self._conditions, self._frequencies, self._clocks,
            self._ranges, self._changes, self._lengths, self._daily, self._order, self._amounts, self._days,
        ):  # fmt: skip
            step()
        self._rest(names)

    def _digit(self, found: re.Match[str]) -> str:
        number = self._words.digits[found[0]]
        self._articles = self._articles or number == "1"
        return number

    def _take(self, pattern: re.Pattern[str], note: Callable[[re.Match[str]], None]) -> None:
        def found(match: re.Match[str]) -> str:
            note(match)
            return _GONE

        self._left = pattern.sub(found, self._left)

    def _phrase(self, key: str, note: Callable[[re.Match[str]], None]) -> None:
        self._take(self._words.patterns[key], note)

    def _cautions(self) -> None:
        """Take out a sentence that only warns: it begins as one, and names no dose, no number and no taking."""
        self._left = self._words.cautions.sub(lambda found: found[0] if _DOSED.search(found[0]) else _GONE, self._left)

    def _dates(self) -> None:
        self._take(_ISO, lambda found: self.told.dates.append((int(found[2]), int(found[3]), int(found[1]))))
        for pattern in self._words.dates:
            self._take(pattern, self._named_date)
        self._take(
            _DOTTED,
            lambda found: self.told.dates.append((int(found[2]), int(found[1]), int(found[3]) if found[3] else None)),
        )

    def _named_date(self, found: re.Match[str]) -> None:
        month = next(number for number in range(1, 13) if found[f"m{number}"])
        self.told.dates.append((month, int(found["day"]), int(found["year"]) if found["year"] else None))

    def _advice(self) -> None:
        self._phrase("advice_numbers", lambda found: None)

    def _schemes(self) -> None:
        self._take(_SCHEME, lambda found: self.told.schemes.append(
            tuple(_number(part) for part in re.split(r" ?- ?", found[0]))))  # fmt: skip

    def _per(self) -> None:
        """An amount for each kg or square meter is none; an amount for each day is one of the day."""
        if "/" in self._left:
            self._take(_PER_BODY, self._beyond)
            self._take(_units().daily, self._daily_amount)
            self._take(_PER_VOLUME, self._concentration)

    def _daily_amount(self, found: re.Match[str]) -> None:
        self._amount(found[1], found[2], daily=True)

    def _concentration(self, found: re.Match[str]) -> None:
        mass = _in_mg(_number(found[1]), plain_unit_words()[found[2]])
        self.told.amounts.append((mass / (_number(found[3]) if found[3] else 1), "mg/mL"))

    def _beyond(self, found: re.Match[str]) -> None:
        self.told.beyond.append(found[0].strip())

    def _conditions(self) -> None:
        self._take(_clause(self._words.patterns["conditions"].pattern), self._condition)

    def _condition(self, found: re.Match[str]) -> None:
        self.told.conditions.append(found[0].strip())
        if re.search(r"\d", found[0]):
            self.told.beyond.append(found[0].strip())

    def _frequencies(self) -> None:
        told = self.told
        self._phrase("every_hours", lambda found: self._hours(_first_number(found), found[0]))
        self._phrase("alternate", lambda found: told.every.append(2))
        self._phrase("every_days", lambda found: told.every.append(int(_first_number(found))))
        self._phrase("times", lambda found: self._times(found))
        for pattern, count in self._words.named_times:
            self._take(pattern, lambda found, count=count: told.times.append(count))  # type: ignore[misc]
        self._phrase("weekly", self._week)
        self._phrase("monthly", self._beyond)

    def _times(self, found: re.Match[str]) -> None:
        self.told.times.append(int(_first_number(found)))
        self.told.every.append(1)

    def _hours(self, hours: Fraction, said: str) -> None:
        if hours > 0 and 24 % hours == 0:
            self.told.times.append(int(24 / hours))
        elif hours % 24 == 0 and hours > 0:
            self.told.every.append(int(hours / 24))
        else:
            self.told.beyond.append(said)

    def _week(self, found: re.Match[str]) -> None:
        """How often a week; "for a week" is a length, which stands before it."""
        before = found.string[: found.start()].rstrip()
        if found[0] == "a week" and before.endswith(("for", "only")):
            self.told.lengths.append(Duration(1, "week"))
            return
        self.told.weekly.append(int(_first_number(found) or 1))

    def _clocks(self) -> None:
        self._take(_CLOCK, self._clock)

    def _clock(self, found: re.Match[str]) -> None:
        hour, minute, suffix = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
        late = (suffix or "").startswith("p") and int(hour) < 12
        self.told.clocks.add(f"{int(hour) + 12 * late:02}:{minute or '00'}")

    def _ranges(self) -> None:
        self._take(_units().between, self._beyond)
        self._phrase("ranges", self._beyond)
        self._phrase("weekends", self._beyond)

    def _changes(self) -> None:
        self._phrase("change", lambda found: self.told.changes.append(found[0]))

    def _lengths(self) -> None:
        self._phrase("lengths", self._length)

    def _length(self, found: re.Match[str]) -> None:
        words = self._words.units_of_time
        unit = next((words[part] for part in found.groups() if part in words), None)
        number = next((part for part in found.groups() if part and part not in words), None)
        if unit is None:
            self.told.beyond.append(found[0].strip())
            return
        try:
            count = _number(number) if number else Fraction(1)
            if count.denominator != 1:
                raise InvalidInput("not a whole number")
            self.told.lengths.append(Duration(int(count), unit.removesuffix("s")))
        except InvalidInput:
            self.told.beyond.append(found[0].strip())

    def _daily(self) -> None:
        self._phrase("daily", lambda found: self.told.every.append(1))

    def _order(self) -> None:
        self._phrase("until", self._beyond)
        self._phrase("stop", lambda found: self.told.stops.append(found[0]))
        self._phrase("then", lambda found: self.told.sequence.append(found[0]))

    def _amounts(self) -> None:
        self._take(_units().product, self._product)
        self._take(_units().amount, lambda found: self._amount(found[1], found[2]))
        self._take(self._words.take, lambda found: self.told.amounts.append((_number(found[1]), "piece")))
        if self._words.code == "en":
            self._take(_units().one, lambda found: self._amount("1", found[1]))

    def _product(self, found: re.Match[str]) -> None:
        self._amount(found[1], found[4])
        self._amount(found[2], found[3])

    def _amount(self, number: str, unit: str, *, daily: bool = False) -> None:
        meaning = plain_unit_words()[unit]
        value = _number(number)
        if meaning in {"mcg", "mg", "g"}:
            self.told.amounts.append((_in_mg(value, meaning), "mg"))
        else:
            self.told.amounts.append((value, meaning))
        if daily:
            self.told.every.append(1)

    def _days(self) -> None:
        self._take(self._words.slots, lambda found: self.told.slots.add(_group(found)))
        self._take(self._words.weekdays, lambda found: self.told.weekdays.add(_group(found)))
        self._phrase("total", lambda found: None)
        self._phrase("from", lambda found: None)

    def _rest(self, names: frozenset[str]) -> None:
        left = self._without_purpose(names)
        for word in _WORD.findall(left):
            is_known = word in self._words.words or word in names or word in plain_unit_words() or len(word) == 1
            if word == "1" and self._articles:
                continue
            if word[0].isdigit() or not is_known:
                self.told.unknown.append(word)

    def _without_purpose(self, names: frozenset[str]) -> str:
        """What is left without what the drug is for, where all of that is known."""
        parts = self._words.purpose.split(self._left)
        kept = parts[:1]
        for part in parts[1:]:
            said = _WORD.findall(part)
            known = self._words.purposes | names | self._words.words
            kept += [] if said and all(word in known for word in said) else [part]
        return _GONE.join(kept)


def _group(found: re.Match[str]) -> str:
    """The name of the group that matched, without its number."""
    return str(found.lastgroup).partition("_")[0]


@dataclass(frozen=True, slots=True)
class _Units:
    """The patterns in which a unit of a dose stands."""

    daily: re.Pattern[str]
    between: re.Pattern[str]
    product: re.Pattern[str]
    amount: re.Pattern[str]
    one: re.Pattern[str]


@cache
def _units() -> _Units:
    unit, between = unit_pattern(), "-|to|or|bis|oder|a|ou|o|au|und/oder"
    return _Units(
        re.compile(rf"({NUMBER}) ?({unit}) ?/ ?(?:day|d|24 ?h|tag|jour|dia)(?![\w])"),
        re.compile(rf"(?<![\w]){NUMBER} ?{unit}? ?(?:{between}) ?{NUMBER}(?: ?{unit}(?![\w]))?"),
        re.compile(rf"(?<![\w])({NUMBER}) ?x? ?({NUMBER}) ?(mg|mcg|ug|g)[ -]?({unit})(?![\w])"),
        re.compile(rf"(?<![\w])({NUMBER}) ?x? ?({unit})(?![\w])"),
        re.compile(rf"(?<![\w])an? ({unit})(?![\w])"),
    )


@cache
def _clause(words: str) -> re.Pattern[str]:
    """Some words and what follows them up to the next mark."""
    return re.compile(rf"(?:{words})[^.;,:|]*")


def _number(text: str) -> Fraction:
    whole, _, part = text.replace(",", ".").partition(" ")
    return exact(whole) + (exact(part) if part else 0)


def _first_number(found: re.Match[str]) -> Fraction:
    return next((_number(part) for part in found.groups() if part and part[0].isdigit()), Fraction(0))


def _in_mg(value: Fraction, unit: str) -> Fraction:
    return value * {"mcg": Fraction(1, 1000), "mg": Fraction(1), "g": Fraction(1000)}[unit]
