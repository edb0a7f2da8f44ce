"""When a dosage text says that a drug is taken: how often, at what times, on which days, and for how long."""

import re
from contextlib import suppress
from fractions import Fraction

from taper.amounts.duration import Duration
from taper.errors import InvalidInput
from taper.formats.fhir.read.named_patterns import group_of
from taper.formats.fhir.read.text_dates import read_dates
from taper.formats.fhir.read.text_left import TextLeft, first_number, nothing, number_of
from taper.formats.fhir.read.text_patterns import CLOCK, CLOCK_24, EACH_DAY, OF_A_PERIOD
from taper.formats.fhir.read.vocabulary import plain_unit_words
from taper.formats.fhir.read.weekday_words import days_of_set

_MEALS = 3


class TimesLeft(TextLeft):
    """A text of which times are read."""

    def _dates(self) -> None:
        self._left, self.told.dates = read_dates(self._left, self._words)

    def _spans(self) -> None:
        """Take out days and weeks of the course by their numbers: "day 1", "days 2-5", "week 2"."""
        self._phrase("spans", lambda found: self._span(found, 1))
        self._phrase("week_spans", lambda found: self._span(found, 7))

    def _span(self, found: re.Match[str], days: int) -> None:
        first, *more = (int(part) for part in found.groups() if part)
        if more and more[0] != first + 1 and self._words.joined.search(found[0]):
            self._beyond(found)  # the two alone, and not those between them
            return
        self.told.spans.append((days * (first - 1) + 1, days * (more or [first])[0]))

    def _frequencies(self) -> None:
        told = self.told
        told.timed = self._left
        self._phrase("divided", self._divided)
        self._phrase("each_meal", lambda _: told.times.append(_MEALS))
        self._phrase("every_hours", lambda found: self._hours(first_number(found), found[0]))
        self._phrase("alternate", self._every_other_day)
        self._phrase("every_days", lambda found: told.every.append(int(first_number(found))))
        self._phrase("times", self._times)
        if self._words.named_times is not None:
            self._take(self._words.named_times, lambda found: self._times_a_day(int(group_of(found)[1:])))
        self._phrase("weekly", self._week)
        self._phrase("each_time", lambda found: told.times.append(int(first_number(found))))
        self._phrase("times_each", self._times_each)
        self._phrase("once", lambda found: told.once.append(found[0]))
        self._phrase("monthly", self._beyond)

    def _times(self, found: re.Match[str]) -> None:
        self.told.times.append(int(first_number(found)))
        self.told.every.append(1)

    def _times_a_day(self, times: int) -> None:
        self.told.times.append(times)
        self.told.is_of_a_day = True

    def _times_each(self, found: re.Match[str]) -> None:
        """Times a day, and how many units each time: "3 x 1 Tablette"."""
        times, count = (number_of(part) for part in found.groups()[:2])
        self._times_a_day(int(times))
        self.told.amounts.append((count, plain_unit_words()[found[3]] if found[3] else "piece"))

    def _divided(self, found: re.Match[str]) -> None:
        """Amounts of a day, in so many doses."""
        self.told.times.append(int(first_number(found)))
        self.told.is_divided = True

    def _hours(self, hours: Fraction, said: str) -> None:
        if hours and 24 % hours == 0:
            self._times_a_day(int(24 / hours))
        elif hours and hours % 24 == 0:
            self.told.every.append(int(hours / 24))
        else:
            self.told.beyond.append(said)

    def _every_day(self, _: re.Match[str]) -> None:
        self.told.every.append(1)

    def _every_other_day(self, _: re.Match[str]) -> None:
        self.told.every.append(2)

    def _week(self, found: re.Match[str]) -> None:
        """How often a week; "for a week" is a length, which stands before it."""
        before = found.string[: found.start()].rstrip()
        if found[0] == "a week" and before.endswith(("for", "only")):
            self.told.lengths.append(Duration(1, "week"))
            return
        self.told.weekly.append(int(first_number(found) or 1))

    def _clocks(self) -> None:
        self._take(CLOCK_24, lambda found: self.told.clocks.add(f"{found[1]}:{found[2]}"))
        self._take(CLOCK, self._clock)

    def _clock(self, found: re.Match[str]) -> None:
        hour, minute = found[1] or found[4] or found[7] or found[8], found[2] or found[5]
        half, count = (found[3] or found[6] or "")[:1], int(hour)
        if half == "a" and count == 12:
            count = 0  # 12 am is midnight, and 12 pm noon
        elif half == "p" and count < 12:
            count += 12
        self.told.clocks.add(f"{count:02}:{minute or '00'}")

    def _lengths(self) -> None:
        if self._words.code == "en":
            self._take(OF_A_PERIOD, self._weeks)
        self._phrase("no_lengths", self._beyond)
        self._phrase("lengths", self._length)

    def _weeks(self, found: re.Match[str]) -> None:
        """A length as prescribers write it: 14/7 is 14 days, 2/52 two weeks, 3/12 three months."""
        unit = {"7": "day", "52": "week", "12": "month"}[found[2]]
        with suppress(InvalidInput):
            self.told.lengths.append(Duration(int(found[1]), unit))

    def _length(self, found: re.Match[str]) -> None:
        words = self._words.units_of_time
        unit = next(words[part] for part in found.groups() if part in words)
        number = next((part for part in found.groups() if part and part not in words), None)
        try:
            count = number_of(number) if number else Fraction(1)
            if count.denominator != 1:
                raise InvalidInput("not a whole number")
            self.told.lengths.append(Duration(int(count), unit.removesuffix("s")))
        except InvalidInput:
            self.told.beyond.append(found[0].strip())

    def _daily(self) -> None:
        self._phrase("daily", self._every_day)

    def _days(self) -> None:
        self._take(self._words.slots, self._slot)
        self._take(self._words.weekdays.each, lambda found: self.told.weekdays.add(group_of(found)))
        self._phrase("total", nothing)
        self._phrase("alarms", self._beyond)

    def _another_time(self) -> None:
        """Take out a time that is beside a time of day, and no time of each day: "before noon", "this evening"."""
        self._phrase("another_time", self._beyond)

    def _several_weekdays(self) -> None:
        """Days of the week beside each other, before a word between them is read as another: "Mon to Fri", "Sa/So"."""
        days = self._words.weekdays
        self._take(days.chain, lambda found: self.told.weekdays.update(days.within(found)))
        self._take(days.sets, lambda found: self.told.weekdays.update(days_of_set(found)))
        self._take(days.span, lambda found: self.told.weekdays.update(days.from_first_to_last(found)))
        self._take(days.one_day, self._beyond)
        self._take(days.listed, lambda found: self.told.weekdays.update(days.within(found)))

    def _slot(self, found: re.Match[str]) -> None:
        self.told.slots.add(group_of(found))
        if found[0].startswith(EACH_DAY):
            self.told.every.append(1)
