"""Patterns of a dosage text that are the same in every language: dates, clock times, schemes and amounts."""

import re
from dataclasses import dataclass
from functools import cache

from taper.formats.fhir.read.vocabulary import NUMBER, unit_pattern

ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:t[\d:+z-]+)?\b")
DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})?(?![\d])")
CLOCK = re.compile(r"(?<![\w:/.])(?:at |um |a las? |a )?(\d{1,2})(?:[:.h](\d{2}))? ?"
                   r"(am|pm|a\.m\.|p\.m\.|uhr|o'clock|h)(?![\w])"
                    r"|(?<![\w:/.])(?:at |um |a las? |a )?(\d{1,2}):(\d{2})(?: ?(am|pm|uhr|h))?(?![\w:])")  # fmt: skip
THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?![\d])")
OF_A_PERIOD = re.compile(r"(?:(?<=^)|(?<=[ x(]))(?:for |x ?)?(\d{1,3})/(7|52|12)(?![\d/])")
COMPARED = re.compile(r"[<>~≈≤≥±]=? ?\d[\d.,/]*")
PER_BODY = re.compile(rf"{NUMBER} ?(?:mg|mcg|ug|g) ?/ ?(?:kg|m2|m²)\S*")
PER_VOLUME = re.compile(rf"({NUMBER}) ?(mg|mcg|ug|g) ?/ ?({NUMBER})? ?ml(?![\w])")
REPEATED = re.compile(r"(?<![\d.,/])(\d+) \(\1\)")
MIXED = re.compile(r"(\d+) (?:and|und|et|y) (?:a )?(\d+/\d+)")
SPACED_WORD = re.compile(r"[ ,/]*([^\W\d_]+(?:'[^\W\d_]+)*)")
WORD = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class UnitPatterns:
    """The patterns in which a unit of a dose stands."""

    scheme: re.Pattern[str]
    daily: re.Pattern[str]
    between: re.Pattern[str]
    product: re.Pattern[str]
    times: re.Pattern[str]
    beside: re.Pattern[str]
    each: re.Pattern[str]
    amount: re.Pattern[str]
    one: re.Pattern[str]


@cache
def unit_patterns() -> UnitPatterns:
    """The patterns in which a unit of a dose stands, made once."""
    unit, between, mass = unit_pattern(), "-|to|or|bis|oder|a|ou|o|au|und/oder", "(mg|mcg|ug|g)"
    each = rf"(?:of|a|zu(?: je)?|de|mit|je|con) ({NUMBER}) ?{mass}(?![\w/])"
    scheme = rf"{NUMBER}(?: ?- ?{NUMBER}){{2,3}}"
    beside = (
        rf"({NUMBER}) (?:{unit}) ({NUMBER}) ?{mass}(?![\w/])",
        rf"({NUMBER}) ?{mass} ({NUMBER}) (?:{unit})(?![\w])",
    )
    between = rf"{NUMBER} ?{unit}? ?(?:{between}) ?{NUMBER}(?: ?{unit}(?![\w]))?"
    return UnitPatterns(
        re.compile(rf"(?<![\w/.,-])({scheme})(?:(?: ?{mass}(?![\w/]))|(?: ?{unit})? {each})?(?![\w/-])"),
        re.compile(rf"({NUMBER}) ?({unit}) ?/ ?(?:day|d|24 ?h|tag|jour|j|dia)(?![\w])"),
        re.compile(rf"(?<![\w])(?!{NUMBER} ?{unit} {each}){between}"),
        re.compile(rf"(?<![\w])({NUMBER})(?: ?x ?| )({NUMBER}) ?{mass}[ -]?({unit})(?![\w])"),
        re.compile(rf"(?<![\w])({NUMBER}) ?{mass} ?x ?({NUMBER}) ({unit})(?![\w])"),
        re.compile(rf"(?<![\w]){'|'.join(beside)}"),
        re.compile(rf"(?<![\w])({NUMBER}) ?x? ?({unit}) {each}"),
        re.compile(rf"(?<![\w])({NUMBER}) ?x? ?({unit})(?![\w])"),
        re.compile(rf"(?<![\w])an? ({unit})(?![\w])"),
    )


@cache
def clause_after(words: str) -> re.Pattern[str]:
    """Some words and what follows them up to the next mark."""
    return re.compile(rf"(?:{words})[^.;,:|]*")
