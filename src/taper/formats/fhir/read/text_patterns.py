"""Patterns of a dosage text that are the same in every language: clock times, schemes and amounts."""

import re
from functools import cache, cached_property

from taper.formats.fhir.read.vocabulary import NUMBER, counted_pattern, unit_pattern

GONE = " | "
# What stands for a phrase of how much or how often: a word that is not understood beside it counts in a note too.
SAID = " | ~ | "
CLAUSE = re.compile(r"[.;:,]")
# Where a number is looked for, no digit stands before it: a search that begins at each digit takes the square of them.
CLOCK = re.compile(r"(?<![\w:/.])(?:at |um |a las? |a )?(\d{1,2})(?:[:.h](\d{2}))? ?"
                   r"(am|pm|a\.m\.|p\.m\.|uhr|o'clock|h)(?![\w])"
                   r"|(?<![\w:/.])(?:at |um |a las? |a )?(\d{1,2})[:h](\d{2})(?: ?(am|pm|uhr|hr?s?))?(?![\w:])"
                   r"|(?<![\w])(?:(?:a las? |a |y |et )(\d{1,2}) (?:heures|horas)|a las? (\d{1,2}))"
                   r"(?![\w:.,/])")  # fmt: skip
CLOCK_24 = re.compile(r"(?<![\w:/.])at ([01]\d|2[0-3])([0-5]\d)(?: ?h(?:rs?|ours)?)?(?= *(?:$|[^\w %]|and ))")
THOUSANDS = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?![\d])")
SPACED_THOUSANDS = re.compile(r"(?<![\w.,/])([1-9]\d{0,2}) 000(?= ?(?:mg|mcg|ug|g)(?![\w]))")
OF_A_PERIOD = re.compile(r"(?:(?<=^)|(?<=[ x(]))(?:for |x ?)?(\d{1,3})/(7|52|12)(?![\d/])")
SIGNED = re.compile(r"(?:(?<!\d)[.,]|\+ ?|\^|(?<!\w)-)\d[\d.,/]*|(?<=[\d ])(?:mg|mcg|ug|g|ml)\+(?! ?\d)")
COMPARED = re.compile(r"[<>~≈≤≥±]=? ?\d[\d.,/]*")
QUESTIONED = re.compile(r"\? ?\d[\d.,/]*|(?<!\d)\d[\d.,/]*(?: ?[^\W\d_]+)?\.? ?\(?\?")
PER_BODY = re.compile(rf"(?<!\d){NUMBER} ?(?:mg|mcg|ug|g) ?/ ?(?:kg|m2|m²)\S*")
PER_VOLUME = re.compile(rf"(?<!\d)({NUMBER}) ?(mg|mcg|ug|g) ?/ ?({NUMBER})? ?ml(?![\w])")
REPEATED = re.compile(r"(?<![\d.,/])(\d+) \(\1\)")
MIXED = re.compile(r"(\d+)[ -](?:and|und|et|y)[ -](?:a )?(?:0 )?(\d+/\d+)")
PART_OF = re.compile(r"(?<![\w])(0 \d+/\d+)(?: de | d'|-)")
SEVERAL = re.compile(r"\d\D+\d")
# How a time of day begins that is one of every day.
EACH_DAY = ("every ", "each ", "jeden ", "chaque ", "cada ")
CLAUSE_END = re.compile(r"[.;,](?=\s|$)")
# What a condition says before the dose that it is of: some words, of which the last does not compare.
LEADS_TO = re.compile(r"\S (?:.* )?(?!(?:over|than|above|below|under|of|als|uber|unter|ab|de|que|von) $)[^ |]+ $")
SPACED_WORD = re.compile(r"[ ,/]*([^\W\d_]+(?:'[^\W\d_]+)*)")
WORD = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")


_MASS = "(mg|mcg|ug|g)"
BEFORE_EACH = frozenset(("of", "at", "a", "zu", "je", "de", "mit", "jeweils", "con", "each"))
_EACH = rf"(?:each(?: of)?|of|a|zu(?: je)?|de|mit|je|jeweils|con) ({NUMBER}) ?{_MASS}(?![\w/])"


class UnitPatterns:
    """The patterns in which a unit of a dose stands, each made when a text first needs it."""

    def __init__(self) -> None:
        self._unit = unit_pattern()

    @cached_property
    def scheme(self) -> re.Pattern[str]:
        counts = rf"{NUMBER}(?: ?- ?{NUMBER}){{2,3}}"
        unit = rf"(?:(?: ?{_MASS}(?![\w/]))|(?: ?{self._unit})? {_EACH})?"
        return re.compile(rf"(?<![\w/.,-])(?:({NUMBER}) ?{_MASS},? )?(?<![\w/.,-])({counts}){unit}(?![\w/-])")

    @cached_property
    def daily(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\d)({NUMBER}) ?({self._unit}) ?/ ?(?:day|d|24 ?h|tag|jour|j|dia)(?![\w])")

    @cached_property
    def between(self) -> re.Pattern[str]:
        unit, words = self._unit, "-|to|or|bis|oder|a|ou|o|au|und/oder"
        ends = rf"{NUMBER} ?{unit}? ?(?:{words}) ?{NUMBER}(?: ?{unit}(?![\w]))?"
        return re.compile(rf"(?<![\w])(?!{NUMBER} ?{unit} {_EACH}){ends}")

    @cached_property
    def product(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])({NUMBER})(?: ?x ?| )({NUMBER}) ?{_MASS}[ -]?({self._unit})(?![\w])")

    @cached_property
    def count_of_mass(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])({NUMBER}) ?x ?({NUMBER}) ?{_MASS}(?![\w/])")

    @cached_property
    def spoons(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])(?:({NUMBER}) ?(?:x ?)?)?(?<!\d)({NUMBER}) ?ml spoon(?:s|fuls?)?(?![\w])")

    @cached_property
    def times(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])({NUMBER}) ?{_MASS} ?x ?({NUMBER}) ({self._unit})(?![\w])")

    @cached_property
    def beside(self) -> re.Pattern[str]:
        first = rf"({NUMBER}) (?:{self._unit}) ({NUMBER}) ?{_MASS}(?![\w/])"
        return re.compile(rf"(?<![\w]){first}|(?<!\d)({NUMBER}) ?{_MASS} ({NUMBER}) (?:{self._unit})(?![\w])")

    @cached_property
    def each(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])({NUMBER}) ?x? ?({self._unit}) {_EACH}")

    @cached_property
    def equal(self) -> re.Pattern[str]:
        """A count of units, and the mass that they come to."""
        return re.compile(rf"(?<![\w])({NUMBER}) ?({counted_pattern()}) ?\(?= ?({NUMBER}) ?{_MASS}(?![\w/])")

    @cached_property
    def strength(self) -> re.Pattern[str]:
        """A mass that is said of one unit: it stands before its word."""
        mass = rf"(?<![\w])({NUMBER}) ?{_MASS}"
        return re.compile(rf"{mass}(?:[ /-]| per )(?!each){self._unit}(?![\w])")

    @cached_property
    def leading(self) -> re.Pattern[str]:
        """A mass that stands after the first words, and before a mark or a verb."""
        return re.compile(rf"([^\d.;:,()|]+) ({NUMBER}) ?{_MASS} ?(?:[.,;:|(]|(?=(?:take|nehmen|prendre|tomar)(?!\w)))")

    @cached_property
    def perhaps_strength(self) -> re.Pattern[str]:
        """A mass after the word of a unit, which may be of one or of all of them, and what stands between."""
        return re.compile(rf"(?<![\w]){self._unit}(?![\w])([^\d.;:|]{{0,60}}?)({NUMBER}) ?{_MASS}(?![\w/])")

    @cached_property
    def another(self) -> re.Pattern[str]:
        """A further unit that is the first one of which a text speaks."""
        unit, words = counted_pattern(), "une? autre|otr[oa]|eine (?:weitere|zweite)"
        return re.compile(rf"^(?:(?!(?<![\w]){unit}(?![\w])).)*?(?<![\w])(?:{words}) {unit}(?![\w])")

    @cached_property
    def counted(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w]){NUMBER} ?({counted_pattern()})(?![\w])")

    @cached_property
    def and_part(self) -> re.Pattern[str]:
        """A part of a unit that stands after its word: "1 tablet and a half"."""
        unit = counted_pattern()
        return re.compile(
            rf"(?<![\w.,/])(\d+) ({unit}) (?:(?:and|und|et|y) (?:a )?)?(?:0 )?(\d/\d)(?! ?(?:{unit}|x)|[\w/])"
        )

    @cached_property
    def added(self) -> re.Pattern[str]:
        """An amount that a word joins to what stands before it."""
        amount = rf"{NUMBER} ?x? ?{self._unit}(?![\w])"
        return re.compile(rf"(?<![\w])(?:and|plus|und|sowie|et|y|mas) [^\d.;|]{{0,20}}?{amount}")

    @cached_property
    def amount(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])({NUMBER}) ?x? ?({self._unit})(?![\w])")

    @cached_property
    def one(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w])an? ({self._unit})(?![\w])")


@cache
def unit_patterns() -> UnitPatterns:
    """The patterns in which a unit of a dose stands, made once."""
    return UnitPatterns()


@cache
def clause_after(words: str, end: str) -> re.Pattern[str]:
    """Some words and what follows them up to the next mark, or to what ends them."""
    return re.compile(rf"(?:{words})(?:(?! {end})[^.;,:|])*")
