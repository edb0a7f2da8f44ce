"""A day's doses and a pace as people write them: "10 mg bd", "half a tablet at night", "10% of current weekly"."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from typing import NoReturn

from taper._base.numbers import exact, write_number
from taper._base.shown import show
from taper._base.takes import takes
from taper._base.text import readable
from taper.amounts.dose import Dose, InvalidAmount
from taper.amounts.liquid import Volume
from taper.errors import InvalidInput, OutOfScope
from taper.plans.regimen import DAILY, NAMED_SLOTS, Intake, Regimen
from taper.products.product import Portion, Product


class Ambiguous(InvalidInput):
    """Words that can be read in two ways; `readings` holds both, as they can be written without doubt."""

    def __init__(self, message: str, *, readings: tuple[str, ...], where: str = "") -> None:
        super().__init__(message, where=where)
        self.readings = readings


_TIMES = {
    "morning": "morning, am, a.m., mane, breakfast, breakfasttime, mornings, qam, q.a.m., forenoon, om, o.m., "
    "omni mane, first thing, first thing in the morning, waking, rising, waking up",
    "noon": "noon, midday, lunch, lunchtime, noontime, middle of the day",
    "evening": "evening, evenings, pm, p.m., dinner, dinnertime, supper, suppertime, teatime, tea time, qpm, q.p.m.",
    "bedtime": "bedtime, night, nights, nocte, nighttime, before bed, bed, qhs, q.h.s., qn, q.n., omni nocte, "
    "last thing, last thing at night",
}
_OFTEN = {
    1: "once a day, once daily, once per day, once each day, 1 time a day, one time a day, 1 x a day, 1x a day, od, "
    "o.d., qd, q.d., daily, every day, each day, per day, a day, everyday, q24h, every 24 hours, every 24 h, "
    "1x daily, 1 x daily, once every day, 1x/day, single dose",
    2: "twice a day, twice daily, twice per day, twice each day, two times a day, 2 times a day, 2 x a day, 2x a day, "
    "bd, b.d., bid, b.i.d., twice every day, 2x daily, 2 x daily, two times daily, 2 times daily, 2x/day, bds, "
    "twice",
    3: "three times a day, three times daily, thrice daily, thrice a day, 3 times a day, 3 times daily, 3 x a day, "
    "3x a day, tds, t.d.s., tid, t.i.d., td, three times per day, 3 times per day, 3x daily, 3 x daily, 3x/day, "
    "3 times each day, thrice",
    4: "four times a day, four times daily, 4 times a day, 4 times daily, 4 x a day, 4x a day, qid, q.i.d., qds, "
    "q.d.s., four times per day, 4 times per day, 4x daily, 4 x daily, 4x/day, 4 times each day",
}
_SLOTS_OF = {1: (DAILY,), 2: ("morning", "evening"), 3: ("morning", "noon", "evening"), 4: NAMED_SLOTS}
_HOURS = {4: "02:00", 6: "00:00", 8: "06:00", 12: "08:00"}
_FILLERS = frozenset(
    {
        "at",
        "in",
        "the",
        "with",
        "on",
        "my",
        "take",
        "taken",
        "taking",
        "takes",
        "of",
        "by",
        "mouth",
        "po",
        "orally",
        "oral",
        "dose",
        "doses",
        "around",
        "about",
        "every",
        "each",
        "once",
        "time",
        "is",
        "i",
        "currently",
        "now",
        "meal",
        "meals",
        "food",
        "after",
        "before",
        "water",
        "day",
        "a",
        "an",
        "and",
        "dosage",
        "regularly",
        "ac",
        "a.c.",
        "pc",
        "p.c.",
        "always",
        "just",
    }
)
_WORD_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_PARTS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "third": Fraction(1, 3)}
_GLYPHS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_MASS = {
    "mg": "mg", "mgs": "mg", "milligram": "mg", "milligrams": "mg", "milligramme": "mg", "milligrammes": "mg",
    "mcg": "mcg", "mcgs": "mcg", "microgram": "mcg", "micrograms": "mcg", "microgramme": "mcg", "microgrammes": "mcg",
    "g": "g", "gram": "g", "grams": "g", "gramme": "g", "grammes": "g",
}  # fmt: skip
_UNITS = {
    "tablet": "tablet", "tablets": "tablet", "tab": "tablet", "tabs": "tablet", "pill": "", "pills": "",
    "capsule": "capsule", "capsules": "capsule", "cap": "capsule", "caps": "capsule",
    "packet": "packet", "packets": "packet", "sachet": "packet", "sachets": "packet",
}  # fmt: skip
_MILLILITRES = frozenset({"ml", "mls", "millilitre", "millilitres", "milliliter", "milliliters"})

_NUMBER = r"(?:\d+ \d+/\d+|\d+/\d+|\d*\.\d+|\d+)"
_WORD = "|".join(_WORD_NUMBERS)
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_CLOCK = re.compile(r"(?:(\d{1,2}):(\d\d) ?(am|pm)?|(\d{1,2})\.(\d\d) ?(am|pm)|(\d{1,2}) ?(am|pm))(?!\w)")
_EVERY_HOURS = re.compile(
    r"(?:q ?(\d{1,2}) ?h(?:rs?|ours?)?|every (\d{1,2}) ?(?:hours?|hrs?|h)|(\d{1,2}) ?-?hourly)(?!\w)"
)
_FROM_CLOCK = re.compile(r" (?:from|starting at|starting|beginning at) ")
_TOTAL = re.compile(r"(?:/ ?(?:day|d|24 ?h)|(?:in )?total(?: daily dose| a day| per day| daily)?)(?!\w)")
_DIVIDED = re.compile(rf"(?:/day )?(?:in|as|over|divided in(?:to)?|split in(?:to)?) ({_WORD}|\d+)"
                      r"(?: equal)?(?: divided)? (?:doses|intakes|times|parts)(?!\w)")  # fmt: skip
_SCHEME = re.compile(rf"(?<!\d)({_NUMBER})-({_NUMBER})-({_NUMBER})(?:-({_NUMBER}))?(?: ?([a-z]+))?")
_AMOUNT = re.compile(rf"({_NUMBER}) ?([a-zµμ]+)(?!\w)")
_SO_MANY_OF = re.compile(rf"({_NUMBER}|{_WORD}) ?(?:x|times) ?({_NUMBER}) ?([a-z]+)(?: (?:{_UNIT}))?(?!\w)")
_SO_MANY_UNITS_OF = re.compile(rf"({_NUMBER}|{_WORD}|an?) (?:{_UNIT}) of ({_NUMBER}) ?([a-z]+)(?!\w)")
_WORD_OF = re.compile(rf"({_WORD}|an?) ({_NUMBER}) ?(mg|mcg|g) (?:{_UNIT})(?!\w)")
_PART_OF = re.compile(r"(?:a |one )?(half|quarter|third)(?: of)?(?: an?| one| the)? ([a-z]+)(?!\w)")
_WORD_UNITS = re.compile(rf"({_WORD}|an?) ({_UNIT})(?!\w)")
_BREAK = re.compile(r" *(?:[,;+&]| and then | and | then | plus ) *")

_ANY_UNIT = "|".join(sorted({*_MASS, *_UNITS, *_MILLILITRES}, key=len, reverse=True))
_FOUR_FIGURES = re.compile(
    rf"(?<![\d.,/-])([01]\d|2[0-3])([0-5]\d)(?: ?h(?:rs?|ours?)?)?(?![\d.,/-])(?! ?(?:x|{_ANY_UNIT})\b)(?!\w)"
)
_SAID_OTHERWISE = (
    (r"\b(a|p)\.m\.?(?!\w)", r"\1m"),
    (r"\bq\. ?([ap]m)\b", r"q\1"),
    (r"@", " at "),
    (r"\(([^()\d]*)\)", r" \1 "),
    (r"\bx ?(\d) ?(?:/|per |a )? ?(?:day|daily)\b", r"\1 times a day"),
    (r"(?<=[a-z\d] )o\.?n\.?(?=$| *[,;+&]| \d[\d.]* ?(?:mg|mcg|g)\b)", "nocte"),
    (
        r"(?:/ ?day|per day|a day|daily)? ?(?:in )?divided(?: doses)? "
        r"(?=tid|tds|t\.|bd|bid|b\.|qid|qds|q\.|twice|three|four|\d x)",
        "/day ",
    ),
)
_AS_NEEDED = re.compile(r"\b(?:prn|p\.r\.n\.?|as needed|when needed|as required|if needed|when required)(?!\w)")
_NOT_BY_MOUTH = re.compile(
    r"\b(?:iv|i\.v\.|im|i\.m\.|sc|s\.c\.|subcut|subcutaneous(?:ly)?|intravenous(?:ly)?|intramuscular(?:ly)?|intrathecal(?:ly)?|"
    r"pr|p\.r\.|rectal(?:ly)?|injection|injected|patch(?:es)?|topical(?:ly)?)(?!\w)"
)
_UNBOUNDED = re.compile(r"\b(?:up to|at most|max\.?|maximum|no more than)(?!\w)")
_NOT_ONE_DAY = {
    "every other day": "every other day, eod, qod, q.o.d., alternate days, every second day, on alternate days, "
    "every 2 days, every two days",
    "weekly": "weekly, every week, a week, per week, once weekly, once a week",
    "monthly": "monthly, every month",
    "on some nights": "alternate nights, every other night, every second night",
    "on some days of the week": "monday, tuesday, wednesday, thursday, friday, saturday, sunday, mondays, tuesdays, "
    "wednesdays, thursdays, fridays, saturdays, sundays, mon, tue, tues, wed, thu, thur, thurs, fri, sat, sun, "
    "weekdays, weekends",
}


def _phrases() -> dict[str, tuple[str, ...]]:
    listed: dict[str, tuple[str, ...]] = {}
    for slot, words in _TIMES.items():
        listed |= dict.fromkeys(words.split(", "), (slot,))
    for count, words in _OFTEN.items():
        listed |= dict.fromkeys(words.split(", "), _SLOTS_OF[count])
    return listed


_PHRASES = _phrases()
_DAYS = {phrase: name for name, words in _NOT_ONE_DAY.items() for phrase in words.split(", ")}
_LONGEST_FIRST = sorted({*_PHRASES, *_DAYS}, key=len, reverse=True)
_VOCABULARY = sorted({*(p for p in _PHRASES if " " not in p and len(p) > 2), *_MASS, *_UNITS, *_MILLILITRES})


@dataclass
class _Amount:
    """A dose, or the total of a day that is still to be divided among its times."""

    dose: Dose
    text: str
    is_total: bool = False
    parts: int | None = None


@dataclass
class _Entry:
    """One amount with the times it is taken at; a time of day or a frequency each."""

    amount: _Amount
    times: list[tuple[str, ...]] = field(default_factory=list)


@takes
def read_day(text: str, *, products: Sequence[Product] = (), where: str = "") -> Regimen:
    """One day's doses as people write them.

    A dose without a time is once a day, `daily`. `bd`, `tds` and `qid` stand for the named times of day; `q8h` for
    clock times eight hours apart. A count of tablets is read where one strength is meant.

    Args:
        text: Such as "10 mg bd", "am 5 mg, pm 10 mg", "20 mg nocte", "half a tablet at night" or "1-0-1 tablets".
        products: What a count of tablets or mL is of.
        where: What to call the text in an error.

    Raises:
        Ambiguous: If it can be read in two ways; the message holds both.
        OutOfScope: If it is taken as needed.
        InvalidInput: If it cannot be read.

    Example:
        >>> print(read_day("10 mg bd and 5 mg at night"))
        10 mg morning, 10 mg evening, 5 mg bedtime
        >>> print(read_day("100 mg"))
        100 mg daily
    """
    try:
        return _Reader(text, tuple(products)).day()
    except (InvalidInput, OutOfScope) as error:
        error.where = where or error.where
        raise


def read_times(text: str, *, where: str = "") -> list[str]:
    """The names of times of day as people write them, such as "night", "8 am" or "tds".

    Raises:
        Ambiguous: If it can be read in two ways.
        InvalidInput: If it is no time of day.
    """
    try:
        reader = _Reader(text, (), lead="1 mg ")
        reader.advice = "write morning, noon, evening, bedtime, or a time like 08:00"
        return [slot.name for slot in reader.day().slots]
    except InvalidInput as error:
        error.where = where or error.where
        raise


def _plain(text: str) -> str:
    """Lower case, one space between words, and fractions in figures."""
    made = text.strip().lower().replace("×", "x")
    for glyph, part in _GLYPHS.items():
        made = re.sub(rf"(\d) ?{glyph}", rf"\1 {part}", made).replace(glyph, part)
    made = re.sub(r"\s+", " ", made)
    for pattern, plain in _SAID_OTHERWISE:
        made = re.sub(pattern, plain, made)
    made = _as_scheme(re.sub(r"\s+", " ", made).strip())
    if re.search(rf"\d ?(?:{_ANY_UNIT})\b", made):
        made = _FOUR_FIGURES.sub(r"\1:\2", made)
    made = re.sub(rf"\b({_WORD}|an?) ({_UNIT}) and (?:a|one)[ -](half|quarter|third)\b", _tablet_and, made)
    made = re.sub(rf"\b({_WORD}) and (?:a|one)[ -](half|quarter|third)\b", _mixed, made)
    return re.sub(r"\b(\d+) and (?:a |one )?(half|quarter|third|1/2|1/4|1/3)\b", _mixed, made)


def _as_scheme(text: str) -> str:
    """A dose for each time of day, such as 5 mg/5 mg/10 mg or 5mg-0-10mg, as a scheme with one unit."""
    for mark, number in (("/", r"\d*\.\d+|\d+"), ("-", _NUMBER)):
        parts = [re.fullmatch(rf"({number}) ?([a-z]+)?", part.strip()) for part in text.split(mark)]
        found = [part for part in parts if part is not None]
        units = {part[2] for part in found} - {None}
        if len(found) == len(parts) in {3, 4} and len(units) <= 1:
            return " ".join(["-".join(part[1] for part in found), *units])
    return text


def _mixed(found: re.Match[str]) -> str:
    whole = _WORD_NUMBERS.get(found[1], found[1])
    part = _PARTS.get(found[2])
    return f"{whole} {part if part is not None else found[2]}"


def _tablet_and(found: re.Match[str]) -> str:
    return f"{_WORD_NUMBERS.get(found[1], 1)} {_PARTS[found[3]]} {found[2]}"


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, products: tuple[Product, ...], *, lead: str = "") -> None:
        self.said = readable(text, '; write a day as text, like "10 mg morning, 10 mg bedtime"')
        self.text = _plain(f"{lead}{self.said}")
        self.products = products
        self.fillers = _FILLERS | {"", *(product.drug for product in products)}
        self.last: _Amount | None = None
        self.advice = 'write a day like "10 mg morning, 10 mg bedtime"'

    def day(self) -> Regimen:
        """The day."""
        self._refuse()
        scheme = _SCHEME.fullmatch(self.text)
        if scheme:
            return self._by_scheme(scheme)
        return self._regimen([intake for entry in self._entries() for intake in self._intakes(entry)])

    def _regimen(self, intakes: list[Intake]) -> Regimen:
        slots = [intake.slot for intake in intakes]
        for slot in slots:
            if slots.count(slot) > 1:
                raise InvalidInput(
                    f"{show(self.said)} has two doses for {slot}; add them, or name another time for one"
                )
        return Regimen(intakes)

    def _refuse(self) -> None:
        """What has two readings, or is no day, wherever it stands."""
        if not self.text:
            raise InvalidInput('is empty; write a day like "10 mg morning, 10 mg bedtime"')
        if _AS_NEEDED.search(self.text):
            raise OutOfScope(f"{show(self.said)} is taken as needed, which has no day; leave it out of the plan")
        if re.search(r"\bstat\b", self.text):
            raise OutOfScope(
                f"{show(self.said)} is one dose at once, and a plan is of every day; leave it out of the plan"
            )
        if found := _NOT_BY_MOUTH.search(self.text):
            raise OutOfScope(
                f"{show(found[0])} in {show(self.said)} is not by mouth; plans are of medicines that are swallowed"
            )
        if found := _UNBOUNDED.search(self.text):
            raise InvalidInput(f"{show(found[0])} in {show(self.said)} leaves the dose open; write what is taken")
        if found := re.search(rf"(?<!\d)({_NUMBER} ?(?:{_ANY_UNIT})) x ?(\d)(?!\d| ?(?:{_ANY_UNIT})\b)", self.text):
            self._two(
                found[0], "may be at once or not", f"{found[2]} x {found[1]}", f"{found[1]} {found[2]} times a day"
            )
        if found := re.search(r"(?<!\d)\d[\d.]*,\d[\d.]*", self.text):
            self._two(found[0], "holds a comma", found[0].replace(",", "."), found[0].replace(",", ""))
        found = re.search(rf"(?<!\d)({_NUMBER}) ?(?:-|to) ?({_NUMBER}) ?([a-z]+)", self.text)
        if found and not _SCHEME.search(self.text):
            self._two(found[0], "is a range", f"{found[1]} {found[3]}", f"{found[2]} {found[3]}")
        if " or " in self.text:
            first, _, second = self.text.partition(" or ")
            amount = re.match(rf"{_NUMBER} ?[a-z]+", first)
            begun = "" if re.search(r"\d", second) or amount is None else f"{amount[0]} "
            self._two(self.said, "leaves a choice", first.strip(), begun + second.strip())
        if found := re.search(r"(?<![\w.])(?:hs|h\.s\.?)(?!\w)", self.text):
            raise Ambiguous(
                f"{show(found[0])} is bedtime to some and half strength to others; write bedtime, or the "
                "halved dose in mg",
                readings=("bedtime", "half strength"),
            )
        if re.search(r"\bafternoon\b", self.text):
            self._two("afternoon", "is no one time", "noon", "16:00")
        if found := re.search(r"\b12(?:[:.]00)? ?(am|pm)\b", self.text):
            self._two(found[0], "is midnight to some and noon to others", "00:00", "12:00")
        if found := re.search(r"\b(\d+) (\d+(?:\.\d+)?) ?mg (?:tablets?|tabs?|capsules?|caps?)\b", self.text):
            self._two(found[0], "runs two numbers together", f"{found[1]} x {found[2]} mg", f"{found[1]}.{found[2]} mg")

    def _two(self, part: str, why: str, one: str, other: str) -> NoReturn:
        raise Ambiguous(f"{show(part)} {why}; write {show(one)} or {show(other)}", readings=(one, other))

    def _by_scheme(self, found: re.Match[str]) -> Regimen:
        """A scheme such as 1-0-1 tablets: morning, noon, evening, and bedtime if there is a fourth."""
        unit = found[5] or ""
        if not unit:
            self._two(found[0], "has no unit", f"{found[0]} mg", f"{found[0]} tablets")
        made = []
        for slot, number in zip(NAMED_SLOTS, found.groups()[:4], strict=True):
            if number is not None and exact(number):
                made.append(Intake(slot, self._amount(number, unit)))
        return self._regimen(made)

    def _entries(self) -> list[_Entry]:
        """The amounts in order, each with the times that belong to it."""
        entries: list[_Entry] = []
        waiting: list[tuple[str, ...]] = []
        time_first = True
        for segment in _segments(self.text):
            parts = list(self._tokens(segment))
            amounts = [part for part in parts if isinstance(part, _Amount)]
            times = [part for part in parts if not isinstance(part, _Amount)]
            if len(amounts) == 1:
                entries.append(_Entry(amounts[0], [*waiting, *times]))
                waiting = []
            elif not amounts and time_first:
                waiting += times
            elif not amounts:
                entries[-1].times += times
            else:
                entries += _in_turn(parts, waiting)
                waiting = []
            if parts and amounts:
                time_first = not isinstance(parts[0], _Amount)
        if not entries:
            self._no_amount()
        entries[-1].times += waiting
        return entries

    def _no_amount(self) -> NoReturn:
        number = re.search(_NUMBER, self.text)
        if number:
            given = [str(unit) for unit in dict.fromkeys(("mg", "tablets" if self.products else "mcg"))]
            readings = tuple(f"{number[0]} {unit}" for unit in given)
            raise Ambiguous(
                f"{show(self.said)} has no unit; write {' or '.join(map(repr, readings))}", readings=readings
            )
        raise InvalidInput(f'{show(self.said)} holds no dose; write it like "10 mg morning, 10 mg bedtime"')

    def _intakes(self, entry: _Entry) -> list[Intake]:
        amount = entry.amount
        named = [time for time in entry.times if time != (DAILY,)]
        slots = list(dict.fromkeys(slot for time in named for slot in time))
        if len(named) > 1 and any(len(time) > 1 for time in named):
            slots = self._agreeing(named)
        if amount.parts is not None:
            slots = self._in_parts(amount.parts, slots)
        if not slots:
            return [Intake(DAILY, amount.dose)]
        if len(slots) > 1 and len(named) < len(entry.times) and not amount.is_total:
            self._once_or_each(amount, slots)
        dose = amount.dose
        if amount.is_total and len(slots) > 1:
            dose = dose * Fraction(1, len(slots))
        return [Intake(slot, dose) for slot in slots]

    def _agreeing(self, named: list[tuple[str, ...]]) -> list[str]:
        """The times of "bd, morning and night": as many as the frequency says."""
        counts = [time for time in named if len(time) > 1]
        single = [slot for time in named if len(time) == 1 for slot in time]
        if len(counts) == 1 and len(single) == len(counts[0]):
            return single
        if not single and len(set(counts)) == 1:
            return list(counts[0])
        raise InvalidInput(f"{show(self.said)} names {len(single)} times and {len(counts[0])} doses; make them agree")

    def _in_parts(self, parts: int, slots: list[str]) -> list[str]:
        if slots and len(slots) != parts:
            raise InvalidInput(f"{show(self.said)} names {len(slots)} times and {parts} doses; make them agree")
        if parts not in _SLOTS_OF:
            raise InvalidInput(f"{parts} doses a day have no usual times; write the times, like 08:00 and 10:00")
        return slots or list(_SLOTS_OF[parts])

    def _once_or_each(self, amount: _Amount, slots: list[str]) -> NoReturn:
        part = (amount.dose * Fraction(1, len(slots))).text
        readings = tuple(", ".join(f"{dose} {slot}" for slot in slots) for dose in (amount.text, part))
        raise Ambiguous(
            f"{show(self.said)} says {amount.text} once a day and names {len(slots)} times; write "
            f"{' or '.join(map(repr, readings))}",
            readings=readings,
        )

    def _tokens(self, segment: str) -> Iterator["_Amount | tuple[str, ...]"]:
        """The amounts and times that a segment holds, in order."""
        rest = segment.strip()
        while rest:
            length = self._of_the_day(rest)
            if length:
                rest = rest[length:].strip()
                continue
            found = self._time_at(rest) or self._amount_at(rest)
            if found is None:
                word = rest.partition(" ")[0]
                if word.strip("().:-'") not in self.fillers:
                    self._unknown(word)
                rest = rest[len(word) :].strip()
                continue
            part, length = found
            if isinstance(part, _Amount):
                self.last = part
            yield part
            rest = rest[length:].strip()

    def _of_the_day(self, rest: str) -> int:
        """Read that the amount is a day's total, or into how many doses it is divided; how much of the text says so."""
        divided = _DIVIDED.match(rest)
        found = divided or _TOTAL.match(rest) or (self.last is not None and re.match(r"(?:a|per) day\b", rest))
        if not found:
            return 0
        if self.last is None:
            raise InvalidInput(
                f"{show(self.said)} has no dose before {show(found[0])}; write it like 40 mg/day in 2 doses"
            )
        self.last.is_total = True
        if divided:
            self.last.parts = int(_WORD_NUMBERS.get(divided[1], divided[1]))
        return found.end()

    def _time_at(self, rest: str) -> tuple[tuple[str, ...], int] | None:
        if found := _EVERY_HOURS.match(rest):
            return self._hourly(found, rest)
        if found := _CLOCK.match(rest):
            return (self._clock(found),), found.end()
        if found := re.match(r"at (\d\d)(\d\d)\b", rest):
            return (f"{found[1]}:{found[2]}",), found.end()
        if found := re.match(r"at (\d{1,2})(?: ?o'?clock)?(?![:.]?\d)(?![\d:. ]*[a-z%])", rest):
            if 13 <= int(found[1]) <= 23:
                return (f"{found[1]}:00",), found.end()
            hour = int(found[1]) % 12
            self._two(found[0], "does not say which half of the day", f"{hour:02}:00", f"{hour + 12:02}:00")
        phrase = _phrase_at(rest)
        if phrase is None:
            return None
        if phrase in _DAYS:
            raise InvalidInput(
                f"{show(phrase)} is not every day, and a day's doses are asked; "
                "a plan file takes a cycle or a week, and taper steps takes --on"
            )
        return _PHRASES[phrase], len(phrase)

    def _hourly(self, found: re.Match[str], rest: str) -> tuple[tuple[str, ...], int]:
        hours = int(found[1] or found[2] or found[3])
        if hours == 24:
            return (DAILY,), found.end()
        if hours not in _HOURS:
            raise InvalidInput(f"every {hours} hours does not fill a day evenly; write the clock times")
        end, first = found.end(), _HOURS[hours]
        after = _FROM_CLOCK.match(rest[end:])
        clock = _CLOCK.match(rest[end + after.end() :]) if after else None
        if after and clock:
            first, end = self._clock(clock), end + after.end() + clock.end()
        minutes = int(first[:2]) * 60 + int(first[3:])
        times = sorted((minutes + step * hours * 60) % 1440 for step in range(24 // hours))
        return tuple(f"{at // 60:02}:{at % 60:02}" for at in times), end

    def _clock(self, found: re.Match[str]) -> str:
        hour = int(found[1] or found[4] or found[7])
        minute, half = int(found[2] or found[5] or 0), found[3] or found[6] or found[8]
        if half is not None and not 1 <= hour <= 12:
            raise InvalidInput(f"{show(found[0])} is no clock time; write it like 8 am or 20:00")
        if half is not None:
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour > 23 or minute > 59:
            raise InvalidInput(f"{show(found[0])} is no clock time; write it like 8 am or 20:00")
        return f"{hour:02}:{minute:02}"

    def _amount_at(self, rest: str) -> tuple[_Amount, int] | None:
        for pattern, read in self._patterns:
            if found := pattern.match(rest):
                dose = read(found)
                return _Amount(dose, dose.text), found.end()
        if re.match(_NUMBER, rest):
            self._no_amount()
        return None

    @property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Dose]], ...]:
        return (
            (_SO_MANY_OF, lambda found: self._amount(found[2], found[3]) * _count(found[1])),
            (_SO_MANY_UNITS_OF, lambda found: self._amount(found[2], found[3]) * _count(found[1])),
            (_WORD_OF, lambda found: self._amount(found[2], found[3]) * _count(found[1])),
            (_PART_OF, lambda found: self._counted(_PARTS[found[1]], found[2])),
            (_WORD_UNITS, lambda found: self._counted(_count(found[1]), found[2])),
            (_AMOUNT, lambda found: self._amount(found[1], found[2])),
        )

    def _amount(self, number: str, unit: str) -> Dose:
        number = f"0{number}" if number.startswith(".") else number
        if unit in _MASS:
            return Dose(number, _MASS[unit])
        if unit in _UNITS:
            return self._counted(exact(number), unit)
        if unit in _MILLILITRES:
            return self._measured(number)
        if unit in {"µg", "μg", "ug"}:
            raise InvalidAmount(f"the unit {show(unit)} is misread as mg; write mcg", got=unit)
        if unit in _FILLERS or _phrase_at(unit):
            self._no_amount()
        near = get_close_matches(unit, sorted({*_MASS, *_UNITS, "ml"}), n=2)
        hint = " or ".join(f"{number} {name}" for name in near) or f"{number} mg"
        raise InvalidAmount(f"{number} {unit} has an unknown unit; write {hint}", got=unit)

    def _counted(self, count: Fraction, unit: str) -> Dose:
        """So many units of the one strength that is meant."""
        if unit not in _UNITS:
            self._unknown(unit)
        kind = _UNITS[unit]
        held = [p for p in self.products if p.strength is not None and kind in str(p.form)]
        strengths = sorted({product.strength.mg: product.strength for product in held if product.strength}.items())
        said = f"{write_number(count)} {kind or 'tablet'}{'' if count <= 1 else 's'}"
        if len(strengths) == 1:
            return strengths[0][1] * count
        if not strengths:
            raise InvalidInput(f"{said}: no {kind or 'tablet'} is among the products; write the dose in mg")
        readings = tuple((strength * count).text for _, strength in strengths)
        listed = " or ".join(f"{(strength * count).text} ({said} of {strength.text})" for _, strength in strengths[:6])
        raise Ambiguous(f"{said} could be {listed}; write the dose in mg", readings=readings)

    def _measured(self, number: str) -> Dose:
        """A volume of the one concentration that is meant."""
        liquids = {p.concentration: p for p in self.products if p.concentration is not None}
        if len(liquids) != 1:
            held = " or ".join(str(concentration) for concentration in liquids) or "none"
            raise InvalidInput(f"{number} mL: liquids among the products are {held}; write the dose in mg")
        product = next(iter(liquids.values()))
        return product.dose_of(Portion(product=product.id, volume=Volume.parse(f"{number} mL")))

    def _unknown(self, word: str) -> NoReturn:
        near = get_close_matches(word, _VOCABULARY, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else self.advice
        among = f" in {show(self.said)}" if word != self.said else ""
        raise InvalidInput(f"{show(word)}{among} is not understood; {hint}")


def _count(text: str) -> Fraction:
    return Fraction(1) if text in {"a", "an"} else exact(str(_WORD_NUMBERS.get(text, text)))


def _in_turn(parts: list["_Amount | tuple[str, ...]"], waiting: list[tuple[str, ...]]) -> list[_Entry]:
    """Several amounts of one stretch: each with the times after it, or, if a time comes first, before it."""
    made: list[_Entry] = []
    held = list(waiting)
    time_first = not isinstance(parts[0], _Amount)
    for part in parts:
        if isinstance(part, _Amount):
            made.append(_Entry(part, held if time_first else []))
            held = [] if time_first else held
        elif time_first:
            held.append(part)
        else:
            made[-1].times.append(part)
    made[-1].times += held
    return made


def _segments(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in _BREAK.split(text)) if part]


def _phrase_at(rest: str) -> str | None:
    for phrase in _LONGEST_FIRST:
        if rest.startswith(phrase) and not re.match(r"[\w/]", rest[len(phrase) :]):
            return phrase
    return None
