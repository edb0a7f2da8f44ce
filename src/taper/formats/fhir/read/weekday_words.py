"""The words for days of the week in the texts of orders, alone and beside each other, and the days that they are."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from taper.formats.fhir.read.named_patterns import alone, group_of, named
from taper.plans.regimen import WEEKDAYS

_THREE = re.compile("...")
_TO = r"[ .,()]*(?:[-~>…]|\.\.)[-~>….,() ]*|\.? (?:to|thru|through|bis|a|au) "
_ARTICLE = r"(?:(?:the|dem|el|le) )?"


class Weekdays(NamedTuple):
    """The patterns of a language for days of the week."""

    each: re.Pattern[str]
    """One day: "Mon", "every Monday"."""
    beside: re.Pattern[str]
    """One day beside another, where "so" and "sa" are days too."""
    sets: re.Pattern[str]
    """A word or some letters for several: "mwf", "weekends"."""
    chain: re.Pattern[str]
    """Three or more that dashes join: "Mon-Wed-Fri"."""
    span: re.Pattern[str]
    """All days from one to another: "Mon-Fri"."""
    one_day: re.Pattern[str]
    """A day that is not one of each week: "from Monday", "Monday 1st"."""
    listed: re.Pattern[str]
    """Two or more: "Mon, Wed", "Sa/So"."""

    def within(self, found: re.Match[str]) -> list[str]:
        """The days in the words of a chain or a list."""
        return [group_of(day) for day in self.beside.finditer(found[0])]

    def from_first_to_last(self, found: re.Match[str]) -> Iterable[str]:
        """The days in the words of a span, and those between them."""
        first, last = map(WEEKDAYS.index, self.within(found))
        return (WEEKDAYS[first:] + WEEKDAYS[:first])[: (last - first) % len(WEEKDAYS) + 1]


def days_of_set(found: re.Match[str]) -> list[str]:
    """The days that the name of a set holds."""
    return _THREE.findall(group_of(found))


def weekdays_of(held: Mapping[str, Any]) -> Weekdays:
    """The patterns for days of the week of a language, from its table."""
    beside = {name: [*said, *held["beside_others"].get(name, [])] for name, said in held["weekdays"].items()}
    day = f"(?:{'|'.join(phrase for said in beside.values() for phrase in said)})"
    listed = rf"(?:[ .]*[/,+&][ .]*|\.? (?:{'|'.join(held['joined'])}) )"
    return Weekdays(
        named(held["weekdays"], f"(?:(?:{held['each_weekday']}) )?"),
        named(beside),
        named(held["weekday_sets"]),
        alone(rf"{day}(?:[ .]*-[ .]*{day}){{2,}}"),
        alone(f"{day}(?:{_TO}){day}"),
        alone(rf"(?:{held['no_weekday']}) {_ARTICLE}{day}|{day},? (?:the )?\d+(?:st|nd|rd|th)"),
        alone(rf"(?<!\d ){day}(?:{listed}{day})+"),
    )
