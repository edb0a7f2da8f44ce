"""What a dosage text says: what a code could say too, and what no code of a dose can."""

from dataclasses import dataclass, field
from fractions import Fraction

from taper.amounts.duration import Duration


@dataclass(frozen=True, slots=True)
class Scheme:
    """Amounts for morning, noon, evening and bedtime, such as 1-0-1: counts, or mg if `each` says what one is."""

    amounts: tuple[Fraction, ...]
    each: Fraction | None = None


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A date of which a text says that something starts, ends, or is on that day alone; or says nothing of it."""

    month: int
    day: int
    year: int | None
    meaning: str = ""


@dataclass(slots=True)
class Told:
    """What a text says. Amounts are numbers with what they count; `beyond` names what no code of a dose can hold.

    `products` are counts of units of a stated strength, in mg; `beside` those of which it is open whether the mg are
    those of one unit. `strengths` are said of one unit, in mg, `perhaps_strengths` of one or of all of them. `added`
    are amounts that a word like "and" joins to one before. `doses` is the text without what it warns of and
    without how the drug is taken, flat; `timed` is what of it says how much and when. `near_doses` are words that are
    not understood beside one of doses or of time, `passed` those that a remark may hold. `within` are masses of a
    stated volume, `totals` what the doses of a day come to, and `spans` days of the order.
    `is_of_a_day` says that the times are those of a day, as "bid", "every 8 hours" and a scheme say.
    `tapers` are words that only say that the doses fall, `rises` and `falls` changes to more and to less.
    """

    language: str
    doses: str = ""
    timed: str = ""
    amounts: list[tuple[Fraction, str]] = field(default_factory=list)
    products: list[Fraction] = field(default_factory=list)
    beside: list[Fraction] = field(default_factory=list)
    strengths: list[Fraction] = field(default_factory=list)
    perhaps_strengths: list[Fraction] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    lengths: list[Duration] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    every: list[int] = field(default_factory=list)
    weekly: list[int] = field(default_factory=list)
    slots: set[str] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    weekdays: set[str] = field(default_factory=set)
    dates: list[SaidDate] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    limits: list[tuple[Fraction, str]] = field(default_factory=list)
    openly: list[str] = field(default_factory=list)
    not_daily: list[str] = field(default_factory=list)
    once: list[str] = field(default_factory=list)
    is_divided: bool = False
    is_of_a_day: bool = False
    first: list[str] = field(default_factory=list)
    sequence: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    until: list[str] = field(default_factory=list)
    courses: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    near_doses: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    in_mouth: list[str] = field(default_factory=list)
    totals: list[tuple[Fraction, str]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    within: list[Fraction] = field(default_factory=list)
    tapers: list[str] = field(default_factory=list)
    rises: list[str] = field(default_factory=list)
    falls: list[str] = field(default_factory=list)

    @property
    def says_daily(self) -> bool:
        return 1 in self.every

    @property
    def says_when(self) -> bool:
        """Whether it says anything of how often, on which days, or at which times."""
        return bool(
            self.times or self.every or self.weekly or self.slots or self.clocks or self.weekdays or self.schemes
        )

    @property
    def says_more(self) -> bool:
        """Whether it says anything beside amounts, lengths and times."""
        return bool(
            self.unknown or self.beyond or self.in_mouth or self.until or self.courses or self.openly or self.conditions
            or self.first or self.sequence or self.changes or self.stops or self.once or self.tapers
        )  # fmt: skip
