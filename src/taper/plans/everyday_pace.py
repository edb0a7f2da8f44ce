"""A pace, a length of time and a date as people write them: "10% of current weekly", "2w", "1 March 2027"."""

import re
from fractions import Fraction

from taper._base.numbers import write_number
from taper._base.shown import show
from taper._base.text import readable
from taper.amounts.duration import LONG_MONTH_NAMES, MONTH_NAMES
from taper.plans.everyday import Ambiguous

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "fifty": 50,
}  # fmt: skip
_UNITS = {
    "d": "day", "day": "day", "days": "day", "w": "week", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
    "m": "month", "mo": "month", "mos": "month", "mth": "month", "mths": "month", "month": "month", "months": "month",
    "y": "year", "yr": "year", "yrs": "year", "year": "year", "years": "year", "fortnight": "fortnight",
    "fortnights": "fortnight",
}  # fmt: skip
_OFTEN = {"daily": "day", "weekly": "week", "fortnightly": "fortnight", "monthly": "month"}
_PARTS = {
    "half": Fraction(50), "third": Fraction(100, 3), "quarter": Fraction(25), "fifth": Fraction(20),
    "tenth": Fraction(10),
}  # fmt: skip

_ANY_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ANY_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_LENGTH = re.compile(rf"(?:(\d+|{_ANY_NUMBER})[ -]?)?({_ANY_UNIT})")
_EVERY = re.compile(
    rf"(?<![\w/])(?:(?:every|each|per|once (?:every|a|per)|q) ?(?:(other|second|\d+|{_ANY_NUMBER})[ -]?)?({_ANY_UNIT})"
    rf"|(?:(\d+|{_ANY_NUMBER})[ -])?({'|'.join(_OFTEN)})|an? ({_ANY_UNIT}))(?!\w)|/ ?({_ANY_UNIT})(?!\w)"
)
_DAY_OF_TOTAL = re.compile(r"((?:mg|mcg|g)) ?(?:/ ?(?:day|d)|a day|per day|daily)(?!\w)")
_REDUCE = re.compile(
    r"^(?:please )?(?:reduc(?:e|ing)|cut(?:ting)?|drop(?:ping)?|lower(?:ing)?|decreas(?:e|ing)|taper(?:ing)?|"
    r"go(?:ing)? down|come down|coming down|down|less|minus|-)?(?: (?:the |my )?dose)?(?: ?by)? (?=.)"
)
_SAID_OTHERWISE = (
    (r" ?\(([^()]*)\)", r", \1,"),
    (r"\bwkly\b", "weekly"),
    (r"/ ?(\d+) ?(?=(?:day|week|month|wk|fortnight))", r" every \1 "),
    (r"\bhalve(?: it| the dose| the current dose)?(?!\w)", "50% of current"),
    (r"\bstep(?:ping)? down(?: by)?\b", "down"),
    (r"\b(mg|mcg|g) less\b", r"\1"),
)
"""Other words of one meaning, in the words that are read."""
_ORDINALS = {
    "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "tenth": 10,
}  # fmt: skip
_PART_ALONE = re.compile(rf"^(?:a |one )?({'|'.join(_PARTS)})(?: of)?(?: (?:the |my )?dose)?(?=,? every|$)")
_CLAUSE = re.compile(r"(?<![,]) (?=(?:at least|last dose|up to|never more than|aim) )")
_AFTER_EVERY = re.compile(
    r"(every \d+ (?:day|week|month|year)s?) (?=(?:at least|last dose|up to|never more than|aim|reduce|by) )"
)


def plain_pace(text: str, *, where: str = "") -> str:
    """A pace in the words that `Pace.parse` reads, from the words that people write.

    Args:
        text: Such as "10% of the current dose weekly" or "half of current, every other week".
        where: What to call the text in an error.

    Raises:
        Ambiguous: If it can be read in two ways, such as "biweekly".

    Example:
        >>> plain_pace("reduce by 10 percent of the current dose every fortnight, at least 1mg")
        '10% of current, every 2 weeks, at least 1 mg'
    """
    if "occupancy" in readable(text, "; write a pace as text", where=where):
        return text
    made = re.sub(r"\s+", " ", text.strip().lower())
    _refuse(text, made, where)
    for pattern, plain in _SAID_OTHERWISE:
        made = re.sub(pattern, plain, made)
    made = re.sub(r"\bevery (" + "|".join(_ORDINALS) + r")\b", lambda found: f"every {_ORDINALS[found[1]]}", made)
    made = re.sub(r"(\d) ?(mg|mcg|g)s?(?!\w)", r"\1 \2", made)
    made = _percents(made)
    for pattern, base in (
        (r"current|present|previous|last|remaining|latest|then-current", "current"),
        (r"start|starting|original|initial|first|baseline|beginning", "start"),
    ):
        made = re.sub(
            rf"\bof (?:the |my |your |their )?(?:{pattern})(?: (?:daily )?(?:dose|total|amount))?(?!\w)",
            f"of {base}",
            made,
        )
    made = re.sub(r"\b(?:no less than|not less than|minimum of|minimum|min\.?)(?= )", "at least", made)
    made = re.sub(r"\b(?:no more than|not more than|at most|maximum of|maximum|max\.?)(?= )", "up to", made)
    if len(_EVERY.findall(made)) > 1:
        made = _DAY_OF_TOTAL.sub(r"\1", made)
    made = _EVERY.sub(_interval, made)
    made = _REDUCE.sub("", f" {made}" if not _REDUCE.match(made) else made).strip()
    leading = re.fullmatch(r"(every \d+ (?:day|week|month|year)s?)[, ]+(.+)", made)
    if leading:
        made = f"{_REDUCE.sub('', leading[2]).strip()}, {leading[1]}"
    made = _PART_ALONE.sub(lambda found: f"{write_number(_PARTS[found[1]])}%", made)
    made = re.sub(r"%,? (every \d+ (?:day|week|month|year)s?) of (current|start)", r"% of \2, \1", made)
    made = _AFTER_EVERY.sub(r"\1, ", made)
    made = _CLAUSE.sub(", ", made)
    return re.sub(r"(?<![,;]) (every \d)", r", \1", made) if " then" not in made and ";" not in made else made


def _percents(text: str) -> str:
    made = re.sub(r" ?(?:percent|per cent|pct)(?!\w)", "%", text)
    made = re.sub(rf"\b({_ANY_NUMBER})(?= ?%)", lambda found: str(_NUMBERS[found[1]]), made)
    made = re.sub(r"(\d) %", r"\1%", made)
    parts = "|".join(_PARTS)
    made = re.sub(
        rf"\b(?:a |one )?({parts})(?: of)? (?=(?:the |my )?(?:current|start|present|original|previous|last|initial))",
        lambda found: f"{write_number(_PARTS[found[1]])}% of ", made,
    )  # fmt: skip
    return re.sub(
        r"\b(\d+)/(\d+) of (?=(?:the |my )?(?:current|start))",
        lambda found: f"{write_number(Fraction(int(found[1]), int(found[2])) * 100)}% of ", made,
    )  # fmt: skip


def _refuse(said: str, text: str, where: str) -> None:
    if found := re.search(r"\bbi-?(week|month)ly\b", text):
        readings = (f"every 2 {found[1]}s", f"twice a {found[1]}")
        raise Ambiguous(
            f"{show(found[0])} is every 2 {found[1]}s to some and twice a {found[1]} to others; write "
            f"{show(readings[0])}, "
            'or the days between two reductions, like "every 3 days"',
            readings=readings, where=where,
        )  # fmt: skip
    if found := re.search(r"\b(?:down )?to (?:a )?min(?:imum|\.)?(?: of)? (\d[\d.]* ?(?:mg|mcg|g))\b", text):
        readings = (f", at least {found[1]}", f", last dose {found[1]}")
        raise Ambiguous(
            f"{show(found[0])} in {show(said)} may be the smallest reduction or the last dose; "
            f"write {show(readings[0])} or {show(readings[1])}",
            readings=readings, where=where,
        )  # fmt: skip
    if found := re.search(r"\b(\d+)(?: ?- ?| to )(\d+) (weeks|months|days)", text):
        readings = (f"{found[1]} {found[3]}", f"{found[2]} {found[3]}")
        raise Ambiguous(
            f"{show(found[0])} in {show(said)} is a range of time; write {show(readings[0])} or {show(readings[1])}",
            readings=readings, where=where,
        )  # fmt: skip


def _interval(found: re.Match[str]) -> str:
    many = found[1] or found[3]
    unit = found[2] or found[5] or found[6]
    name = _UNITS[unit] if unit else _OFTEN[found[4]]
    count = 2 if many in {"other", "second"} else int(_NUMBERS.get(many, many)) if many else 1
    lead = "" if found.start() == 0 or found.string[found.start() - 1] in " ," else " "
    return f"{lead}every {_length(count, name)}"


def _length(count: int, unit: str) -> str:
    if unit == "fortnight":
        count, unit = count * 2, "week"
    return f"{count} {unit}" + ("" if count == 1 else "s")


def plain_duration(text: str, *, where: str = "") -> str:
    """A length of time in the words that `Duration.parse` reads, from "2w", "a fortnight", "weekly" or "one month".

    Raises:
        Ambiguous: If it can be read in two ways.

    Example:
        >>> plain_duration("a fortnight")
        '2 weeks'
    """
    made = re.sub(r"\s+", " ", readable(text, "; write a length of time as text", where=where).strip().lower())
    _refuse(text, made, where)
    made = re.sub(r"^(?:for|every|each|per|over|about) ", "", made)
    if found := re.fullmatch(rf"(?:(\d+|{_ANY_NUMBER})[ -])?({'|'.join(_OFTEN)})", made):
        return _length(int(_NUMBERS.get(found[1], found[1])) if found[1] else 1, _OFTEN[found[2]])
    if part := re.fullmatch(r"(\d+)/(12|52|7)", made):
        return _length(int(part[1]), {"12": "month", "52": "week", "7": "day"}[part[2]])
    if made in {"half a year", "half year"}:
        return "6 months"
    found = _LENGTH.fullmatch(made.removeprefix("other ") if made.startswith("other ") else made)
    if found is None:
        return text.strip()
    count = int(_NUMBERS.get(found[1], found[1])) if found[1] else 1
    return _length(2 if made.startswith("other ") else count, _UNITS[found[2]])


_MONTHS = {name.lower(): number for number, name in enumerate(MONTH_NAMES, start=1)}
_NAMED_DATE = re.compile(
    r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?,? )?"
    r"(?:(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})|([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?),? (\d{4})"
)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def plain_date(text: str, *, where: str = "") -> str:
    """A date in the words that `read_date` reads, from "1 March 2027", "Mar 1, 2027" or "2027/03/01".

    Raises:
        Ambiguous: If the day and the month can be exchanged, as in 1/3/2027.

    Example:
        >>> plain_date("Mon 1 Mar 2027")
        '2027-03-01'
    """
    made = re.sub(r"\s+", " ", readable(text, "; write a date as text", where=where).strip().lower())
    if found := re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", made):
        return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    if found := _NAMED_DATE.fullmatch(made):
        month = _MONTHS.get((found[2] or found[3])[:3])
        whole = found[2] or found[3]
        if month and LONG_MONTH_NAMES[month - 1].lower().startswith(whole.rstrip(".")):
            return f"{found[5]}-{month:02}-{int(found[1] or found[4]):02}"
    if found := _SLASHED.fullmatch(made):
        one, other, year = int(found[1]), int(found[2]), found[3]
        readings = tuple(
            dict.fromkeys(
                f"{year}-{month:02}-{day:02}"
                for day, month in ((one, other), (other, one))
                if month <= 12 and day <= 31
            )
        )
        if len(readings) > 1:
            raise Ambiguous(
                f"{show(text)} does not say which is the month; write {show(readings[0])} or {show(readings[1])}",
                readings=readings, where=where,
            )  # fmt: skip
        return readings[0] if readings else text.strip()
    return text.strip()
