"""How dosage texts are worded in one language: the phrases of each kind, as patterns made from data."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from taper.formats.fhir.quantity import COUNTED
from taper.formats.fhir.read.advice import openers
from taper.formats.fhir.read.named_patterns import alone, named
from taper.formats.fhir.read.weekday_words import Weekdays, weekdays_of
from taper.formats.fhir.tables import table, unit_words

LANGUAGES = ("en", "de", "fr", "es")
NUMBER = r"(?:\d+(?:[.,]\d+)?(?: \d+/\d+)?|\d+/\d+)"
_CLOCK_TIME = r"\d{1,2}(?:[:h]\d\d| ?(?:am|pm|h|uhr|heures|horas|o'clock))"
_DIGIT = re.compile(r"\d")
_SPACES = re.compile(r"\s+")
_LETTERS = re.compile(r"(?<![\w.])[a-z](?:\.[a-z])+(?![\w])")
_DASHES = str.maketrans({"–": "-", "—": "-", "‑": "-", "’": "'", "×": "x", "−": "-"})
_ARROW = re.compile(r" ?(?:[-=]+>|→) ?")
_AS_LETTERS = ("", "<wide>", "<font>")


def plain(text: str) -> str:
    """A text without case, accents, runs of blanks, the dots of an abbreviation such as "b.i.d.", and marks for words.

    The marks are an arrow for what comes next, and brackets around the "s" of several.
    """
    if text.isascii():
        bare = " ".join(text.casefold().split())
    else:
        flat = unicodedata.normalize("NFKD", "".join(map(_apart, text.translate(_DASHES).casefold())))
        marks = "".join(mark for mark in flat if not unicodedata.combining(mark))
        bare = _SPACES.sub(" ", marks.replace("⁄", "/")).strip()
    if ">" in bare or "→" in bare:
        bare = _ARROW.sub(" then ", bare).strip()
    bare = bare.replace("(s)", "s")
    return _LETTERS.sub(lambda found: found[0].replace(".", ""), bare) if "." in bare else bare


def without_elision(word: str) -> str:
    """A word without an article or preposition of which the vowel fell: "l'hypertension"."""
    return word[2:] if word[:2] in ("l'", "d'") else word


@lru_cache(maxsize=2048)
def _apart(mark: str) -> str:
    """A character of which a part would join the number before it, kept apart: a fraction, or raised or in a ring."""
    kind = unicodedata.decomposition(mark).partition(" ")[0]
    if kind in _AS_LETTERS or not _DIGIT.search(unicodedata.normalize("NFKD", mark)):
        return mark
    return f" {mark}" if kind == "<fraction>" else f"^{mark}"


@cache
def unit_pattern() -> str:
    """Any word for a unit of a dose."""
    return _any_of(plain_unit_words())


@cache
def counted_pattern() -> str:
    """Any word for a unit that is counted."""
    return _any_of(word for word, meaning in plain_unit_words().items() if meaning in COUNTED)


def _any_of(words: Iterable[str]) -> str:
    """A pattern of any of some words, the longest first, in which what they begin with alike stands once."""
    rests: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        rests.setdefault(word[:1], []).append(word[1:])
    may_end = rests.pop("", None) is not None
    said = "|".join(f"{re.escape(head)}{_any_of(rest) if any(rest) else ''}" for head, rest in rests.items())
    return said if len(rests) == 1 and not may_end else f"(?:{said}){'?' if may_end else ''}"


@cache
def plain_unit_words() -> Mapping[str, str]:
    """What each word for a unit means, without accents."""
    return {plain(word): meaning for word, meaning in unit_words().items()}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The patterns of one language; `words` are those that say nothing of how much, when or how long."""

    code: str
    name: str
    numbers: re.Pattern[str]
    digits: Mapping[str, str]
    units_of_time: Mapping[str, str]
    joined: re.Pattern[str]
    patterns: Mapping[str, re.Pattern[str]]
    slots: re.Pattern[str]
    weekdays: Weekdays
    meals_too: re.Pattern[str]
    named_times: re.Pattern[str] | None
    dates: tuple[re.Pattern[str], ...]
    before_dates: Mapping[str, re.Pattern[str]]
    words: frozenset[str]
    purposes: frozenset[str]
    purpose: re.Pattern[str]
    warnings: re.Pattern[str]
    warning_words: frozenset[str]
    take: re.Pattern[str]
    bare: re.Pattern[str]
    common: frozenset[str]
    bare_count: re.Pattern[str]
    month_spans: re.Pattern[str]


@cache
def vocabulary_of(code: str) -> Vocabulary:
    """The vocabulary of a language."""
    held = table(f"text-{code}")
    units = {word: unit for unit in ("days", "weeks", "months", "years") for word in held[unit]}
    lengths = f"(?:{'|'.join(units)})"
    words = frozenset(" ".join([held["advice"], *held["joined"]]).split())
    purposes = frozenset(held["purposes"].split())
    return Vocabulary(
        code,
        held["name"],
        _whole(_numbers(held["numbers"])),
        held["numbers"],
        units,
        alone("|".join(held["joined"])),
        {key: _whole(_filled(held.get(key, ()), lengths)) for key in _PHRASES},
        named(held["slots"]),
        weekdays_of(held),
        _beside_a_time(held["meals"], held["slots"], held["joined"]),
        _times_by_count(held["named_times"]),
        (*_dates(held["month_names"]), *map(re.compile, held["numeric_dates"])),
        {meaning: _before_a_date(held["before_dates"], meaning) for meaning in ("start", "end", "day")},
        words,
        purposes,
        _whole(held["purpose"]),
        openers(held["warnings"]),
        frozenset(" ".join([held["warning_words"], *held["joined"], "or"]).split()),
        _taken(held["take"], held["taken"]),
        _bare([*held.get("bare_before", ()), *held["named_times"]]),
        frozenset(held.get("common", "").split()),
        _before_a_time(held["slots"]),
        _month_spans(held["month_names"]),
    )


@cache
def words_of_language(code: str) -> frozenset[str]:
    """The words in the phrases of a language, and its small ones: by them it is told from the others."""
    held = table(f"text-{code}")
    small = table("text-languages")["read"][code].split()
    return frozenset([*re.findall(r"[a-z]{2,}(?:'[a-z]+)*", f"{held} {' '.join(held['one'])}"), *small])


_PHRASES = (
    "times", "every_hours", "daily", "every_days", "alternate", "weekly", "monthly", "lengths", "until", "first",
    "then", "change", "stop", "ranges", "conditions", "weekends", "from", "to", "total", "harmless", "course",
    "limits", "openly", "divided", "each_time", "each_meal", "not_daily", "pauses", "gradual", "none", "once", "either",
    "alarms", "of_doses", "in_mouth", "one_day", "after_condition", "daily_amount", "spans", "dosing", "times_each",
    "week_spans", "tapers", "rising", "falling", "a_day", "another_time", "no_lengths",
)  # fmt: skip


def _numbers(said: Mapping[str, str]) -> Iterable[str]:
    """The words for numbers; one before the word of a part belongs to it: "eine halbe" is no one and a half."""
    ones = "|".join(re.escape(word) for word, number in said.items() if number == "1")
    return (
        rf"(?:(?:{ones}|1) )?{re.escape(word)}" if "/" in number else re.escape(word) for word, number in said.items()
    )


def _taken(before: Iterable[str], after: Iterable[str]) -> re.Pattern[str]:
    """A number that counts units although it names none: "take 2", "2 to be taken"."""
    said = [rf"(?:{'|'.join(before)}) ({NUMBER})(?= *(?:$|[^\w\s]|[^\W\d]))"]
    said += [rf"({NUMBER}) {phrase}(?![\w])" for phrase in after]
    return re.compile(rf"(?<![\w])(?:{'|'.join(said)})")


def _bare(after: Iterable[str]) -> re.Pattern[str]:
    """A number that opens a clause and counts units although it names none, by what follows it: "1 mane"."""
    opens = r"(?:^|(?<=[.;:,(|])|(?<=[.;:,(|] )|(?<=tab )|(?<=tabs )|(?<=tablets )|(?<=mane ))"
    return re.compile(rf"{opens}({NUMBER})(?: t(?= po))? (?=(?:{'|'.join(after)})(?![\w]))")


def _beside_a_time(meals: Iterable[str], slots: Mapping[str, list[str]], joined: Iterable[str]) -> re.Pattern[str]:
    """Meals at which a dose is taken too, beside a time of day or the mark of a clock time."""
    time = "|".join([*_longest(phrase for phrases in slots.values() for phrase in phrases), r"(?:\d|:\d\d) ?h?"])
    every, both = "|".join(meals), rf",? (?:{'|'.join(joined)}) (?:also |auch |aussi |tambien )?"
    return re.compile(rf"(?<![\w])(?:(?:{time}){both}(?:{every})|(?:{every}){both}(?:{time}))(?![\w])")


def _before_a_time(slots: Mapping[str, list[str]]) -> re.Pattern[str]:
    """A number alone that stands before a time of day, and is no clock time."""
    time = "|".join(_longest(phrase for phrases in slots.values() for phrase in phrases))
    return re.compile(rf"(?<![\w.,/:-])(?<!at )(?<!um )(?<!las )(?<!a )({NUMBER}) (?=(?:{time})(?![\w]))")


def _month_spans(names: Iterable[str]) -> re.Pattern[str]:
    """Two days of one month, which is said once: "du 1er au 14 mars"."""
    day, month = r"(\d{1,2})(?:st|nd|rd|th|er|\.)?", rf"((?:{'|'.join(names)})\.?(?:,? (?:de )?\d{{4}})?)(?![\w])"
    return re.compile(rf"\b{day} ?(-|to|bis(?: zum)?|au|al) ?{day} (?:of |de )?{month}")


def _times_by_count(said: Mapping[str, int]) -> re.Pattern[str] | None:
    """Words that are a number of times a day, such as "bid"; None where a language has none."""
    counts = {f"n{count}": [word for word, times in said.items() if times == count] for count in said.values()}
    return named(counts) if counts else None


def _dates(names: Iterable[str]) -> Iterable[re.Pattern[str]]:
    months = "|".join(f"(?P<m{number}>{said})" for number, said in enumerate(names, start=1))
    day, year = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?", r"(?:,? (?:de )?(?P<year>\d{4}))?"
    yield re.compile(rf"\b{day} (?:of |de )?(?:{months})\.?{year}(?![\w])")
    yield re.compile(rf"\b(?:{months})\.? {day}{year}(?![\w])")


def _before_a_date(said: Mapping[str, str], meaning: str) -> re.Pattern[str]:
    """What stands before a date and says whether something starts, ends, or is on that day."""
    return re.compile(rf"(?<![\w])(?:{said[meaning]})(?:[ |:(]+(?:{said['between']}))*[ |:(]*$")


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _filled(patterns: Iterable[str], lengths: str) -> list[str]:
    made: list[str] = []
    for pattern in patterns:
        numbered = pattern.replace("{N}", f"({NUMBER})").replace("{K}", _CLOCK_TIME)
        numbered = numbered.replace("{C}", f"({counted_pattern()})")
        made.append(numbered.replace("{T}", f"({lengths})").replace("{U}", f"({unit_pattern()})"))
    return made


def _whole(patterns: Iterable[str]) -> re.Pattern[str]:
    return alone("|".join(_longest(patterns)) or "(?!)")


def best_language(text: str) -> list[str]:
    """The languages in the order in which a plain text has words of them."""
    counts = _words_of_each(tuple(re.findall(r"[a-z']+", text)))
    return sorted(LANGUAGES, key=lambda code: -counts[code])


def likely_languages(text: str) -> list[str]:
    """The languages that a plain text has as many words of as of any."""
    counts = _words_of_each(tuple(re.findall(r"[a-z']+", text)))
    return [code for code in LANGUAGES if counts[code] == max(counts.values())]


@lru_cache(maxsize=2048)
def _words_of_each(said: tuple[str, ...]) -> Mapping[str, int]:
    return {code: sum(word in words_of_language(code) for word in said) for code in LANGUAGES}
