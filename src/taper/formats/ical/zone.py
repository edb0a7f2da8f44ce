"""The changes of a zone's clocks, in the form that every calendar reader understands alike."""

import calendar
import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import dropwhile
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from taper._base.shown import show
from taper.errors import InvalidInput, MissingExtra, NotFound

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
_EPOCH, _COMPARED_FROM = 1970, 2000
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OF_THE_MACHINE = {"localtime", "posixrules", "Factory"}


class ZoneNotFound(NotFound):
    """A time zone that the zone data does not hold; near names are listed and none is picked."""


class ClockSkipped(InvalidInput):
    """A clock time that a date does not have, because the clocks go forward over it."""


@dataclass(frozen=True, slots=True)
class Onset:
    """One change of a zone's clocks; `at` is the wall time at which it comes, read by the offset before it."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def kind(self) -> Literal["DAYLIGHT", "STANDARD"]:
        """DAYLIGHT where the clocks go forward, whatever the zone calls its standard."""
        return "DAYLIGHT" if self.after > self.before else "STANDARD"

    def skips(self, wall: datetime) -> bool:
        """Whether a wall time lies in the hour that the clocks skip."""
        return self.at <= wall < self.at + (self.after - self.before)


@dataclass(frozen=True, slots=True)
class Rule:
    """The first to fifth, or with -1 the last, of a weekday in a month; Monday is 0."""

    month: int
    weekday: int
    nth: int

    @property
    def byday(self) -> str:
        """The rule as BYDAY writes it, such as -1SU."""
        return f"{self.nth}{_WEEKDAYS[self.weekday]}"

    def day_in(self, year: int) -> date:
        """The day it names in a year."""
        days = [date(year, self.month, day) for day in range(1, calendar.monthrange(year, self.month)[1] + 1)]
        named = [day for day in days if day.weekday() == self.weekday]
        return named[self.nth - 1 if self.nth > 0 else self.nth]


@dataclass(frozen=True, slots=True)
class Observance:
    """An onset and, where the zone repeats it every year, the rule by which it does."""

    onset: Onset
    rule: Rule | None = None


def find_zone(name: str) -> ZoneInfo:
    """The zone of a name such as Europe/London, from the zone data of the system or of the package tzdata.

    Raises:
        ZoneNotFound: If there is none of exactly that name.
        MissingExtra: If there is no zone data at all.
    """
    known = available_timezones() - _OF_THE_MACHINE
    if not known:
        raise MissingExtra("no time zone data is installed: pip install tzdata")
    if not isinstance(name, str) or name not in known:
        near = _near(str(name), known)
        hint = f"Near names are {', '.join(near)}; write the one that is meant" if near else 'Write "Europe/London"'
        raise ZoneNotFound(f"{show(name)} is not a time zone. {hint}", where="tz", near=near)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ZoneNotFound(f"the zone data of {name} cannot be read ({error}); install it again", where="tz") from None


def _near(name: str, known: set[str]) -> tuple[str, ...]:
    wanted = name.strip().lower().replace(" ", "_")
    exact = sorted(zone for zone in known if wanted in {zone.lower(), zone.lower().rpartition("/")[2]})
    lowered = {zone.lower(): zone for zone in sorted(known)}
    close = difflib.get_close_matches(wanted, lowered, n=4, cutoff=0.6)
    return tuple(exact) or tuple(lowered[zone] for zone in close)


def observances(zone: ZoneInfo, first: date, last: date) -> tuple[Observance, ...]:
    """What a calendar must say of a zone so that each wall time from the first to the last date has its offset.

    A zone that changes by the same yearly rules over these years, and the year on either side, is written as those
    rules; any other as one observance for each onset, since a widely used reader takes only the first of a list.
    Both begin in 1970: a server compares the years 2000 to 2019 with UTC, and forgets a zone that looks the same.
    """
    years = range(first.year - 1, last.year + 2)
    onsets = list(_onsets(zone, years))
    yearly = _yearly(onsets, years)
    if yearly:
        return yearly
    begins = years[0]
    while onsets and not onsets[0].before and begins > _COMPARED_FROM:
        begins -= 1
        onsets = [*dropwhile(lambda onset: not onset.before, _onsets(zone, range(begins, begins + 1))), *onsets]
    return (Observance(_state(zone, years[0], onsets)), *(Observance(onset) for onset in onsets))


def refuse_skipped(zone: ZoneInfo, day: date, clock: time) -> None:
    """Raise if a date has no such clock time in a zone.

    Raises:
        ClockSkipped: Naming the hours that are skipped; a calendar program would leave the dose out or move it.
    """
    wall = datetime.combine(day, clock)
    if (wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)).replace(tzinfo=None) == wall:
        return
    onset = next(o for o in _onsets(zone, range(day.year, day.year + 1)) if o.skips(wall))
    until = onset.at + (onset.after - onset.before)
    raise ClockSkipped(
        f"{clock:%H:%M} does not exist on {day} in {zone.key}, where the clocks go from {onset.at:%H:%M} to "
        f"{until:%H:%M}; choose another clock time, or pass tz=None for floating times"
    )


def dates_of_skips(zone: ZoneInfo, first: date, last: date) -> set[date]:
    """The dates, from the year of one to that of another, on which clocks go forward: some clock times are missing."""
    forward = [onset for onset in _onsets(zone, range(first.year, last.year + 1)) if onset.after > onset.before]
    spans = [(onset.at.date(), (onset.at + (onset.after - onset.before)).date()) for onset in forward]
    return {begin + _DAY * count for begin, end in spans for count in range((end - begin).days + 1)}


def _onsets(zone: ZoneInfo, years: range) -> Iterator[Onset]:
    at, end = datetime(years[0], 1, 1, tzinfo=UTC), datetime(years[-1] + 1, 1, 1, tzinfo=UTC)
    before = _offset(zone, at)
    while at < end:
        after = _offset(zone, at + _DAY)
        if after != before:
            moment = _moment(zone, at, before)
            yield Onset(moment.replace(tzinfo=None) + before, before, after, _name(zone, moment))
            before = after
        at += _DAY


def _moment(zone: ZoneInfo, low: datetime, before: timedelta) -> datetime:
    span = _DAY // _SECOND
    gone = 0
    while span - gone > 1:
        middle = (gone + span) // 2
        if _offset(zone, low + middle * _SECOND) == before:
            gone = middle
        else:
            span = middle
    return low + span * _SECOND


def _state(zone: ZoneInfo, year: int, onsets: list[Onset]) -> Onset:
    """What holds before the first onset, or all along, as an onset of long ago that changes nothing."""
    moment = datetime(year, 1, 1, tzinfo=UTC)
    if onsets:
        moment = (onsets[0].at - onsets[0].before - _SECOND).replace(tzinfo=UTC)
    offset = _offset(zone, moment)
    at = datetime.combine(date(min(moment.year - 1, _EPOCH), 1, 1), time())
    return Onset(at, offset, offset, _name(zone, moment))


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _name(zone: ZoneInfo, moment: datetime) -> str:
    return moment.astimezone(zone).tzname() or zone.key


def _yearly(onsets: list[Onset], years: range) -> tuple[Observance, ...]:
    made = []
    for key in dict.fromkeys((onset.before, onset.after, onset.name, onset.at.time()) for onset in onsets):
        group = [onset for onset in onsets if (onset.before, onset.after, onset.name, onset.at.time()) == key]
        rules = set.intersection(*(_rules_of(onset.at) for onset in group))
        if [onset.at.year for onset in group] != list(years) or not rules:
            return ()
        # Both "last" and "fourth" may give these years; the last is what zones say.
        rule = min(rules, key=lambda rule: rule.nth)
        start = datetime.combine(rule.day_in(min(years[0], _EPOCH)), group[0].at.time())
        made.append(Observance(replace(group[0], at=start), rule))
    return tuple(sorted(made, key=lambda observance: observance.onset.at))


def _rules_of(at: datetime) -> set[Rule]:
    from_start = (at.day - 1) // 7 + 1
    is_last = at.day + 7 > calendar.monthrange(at.year, at.month)[1]
    return {Rule(at.month, at.weekday(), nth) for nth in ({from_start, -1} if is_last else {from_start})}
