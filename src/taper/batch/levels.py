"""Levels: the daily doses of the episodes of one drug in order, as counts of one grain, with 0 before and between."""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from taper.batch.courses import Courses
from taper.batch.engine import LARGEST, common_grain, np, scaled
from taper.checks.length_of_use import LongUse


@dataclass(frozen=True, slots=True)
class DrugCourses:
    """The episodes of one drug in a batch.

    Per span: `first`, `last`, `count` (the daily dose, in units of 1/`grain` mg) and `episode`, counted from 0. Per
    episode: `opens` and `closes`, the first and last span; `peak`, the highest count; `whole`, its place among all of
    the batch; `is_new`, and `stopped`.
    """

    grain: int
    first: Any
    last: Any
    count: Any
    episode: Any
    opens: Any
    closes: Any
    peak: Any
    whole: Any
    is_new: Any
    stopped: Any

    def above(self, count: Any, limit: Fraction) -> Any:
        """Which counts are more than a limit in mg."""
        return times(count, limit.denominator) > limit.numerator * self.grain

    def of(self, episodes: Any) -> "DrugCourses":
        """Some of the episodes alone, counted from 0 in the order that is given."""
        lengths = self.closes[episodes] - self.opens[episodes] + 1
        ends = np.cumsum(lengths)
        spans = np.arange(ends[-1]) + np.repeat(self.opens[episodes] - ends + lengths, lengths)
        episode = np.repeat(np.arange(len(ends)), lengths)
        return DrugCourses(
            self.grain, self.first[spans], self.last[spans], self.count[spans], episode, ends - lengths, ends - 1,
            self.peak[episodes], self.whole[episodes], self.is_new[episodes], self.stopped[episodes],
        )  # fmt: skip


def drug_courses(held: Courses, drug: int, figures: list[Fraction]) -> DrugCourses:
    """The episodes of one drug, its doses counted in a grain in which the figures of its sources are whole too."""
    spans = np.flatnonzero(held.drugs == drug)
    whole = np.flatnonzero(held.drugs[held.opens] == drug)
    grain = lcm(common_grain(held.grain[spans]), *(figure.denominator for figure in figures))
    count = scaled(held.dose[spans], held.grain[spans], grain, room=_ROOM)
    episode = np.searchsorted(whole, held.episode[spans])
    opens, closes = (np.searchsorted(spans, place[whole]) for place in (held.opens, held.closes))
    return DrugCourses(
        grain, held.first[spans], held.last[spans], count, episode, opens, closes,
        np.maximum.reduceat(count, opens), whole, held.is_new[whole], held.stopped[whole],
    )  # fmt: skip


_ROOM = 2**20
"""Room for a percentage with its denominator; what needs more is multiplied by `times`."""


def times(values: Any, factor: int) -> Any:
    """Counts times a whole number, as integers of any size where 64 bits do not hold them."""
    if values.dtype != object and int(np.abs(values).max(initial=0)) * abs(factor) >= LARGEST:
        values = values.astype(object)
    return values * factor


def days_of_long_use(long_use: LongUse, held: DrugCourses) -> Any:
    """From how many days on each episode is one of long use; 0 where no source tells."""
    if long_use.days is not None:
        return np.full(len(held.opens), long_use.days)
    peaks, place = np.unique(held.peak, return_inverse=True)
    days = [long_use.from_dose(Fraction(int(peak), held.grain)) or 0 for peak in peaks]
    return np.array(days, np.int64)[place]


@dataclass(frozen=True, slots=True)
class DailyLevels:
    """Levels in order: of each the first and last day, the count, the episode; and what kind it is.

    `is_before` marks the 0 before an episode, and `is_stop` the 0 after one that stopped; its last day is far away.
    """

    first: Any
    last: Any
    count: Any
    episode: Any
    is_before: Any
    is_stop: Any


FAR = 2**31
"""Later than any day; `-FAR` is earlier than any."""


def levels_of_drug(held: DrugCourses) -> DailyLevels:
    """The doses of each episode in order: 0 before it, each span, 0 in each gap, and 0 after a stop."""
    inner = np.flatnonzero((held.episode[1:] == held.episode[:-1]) & (held.first[1:] > held.last[:-1] + 1)) + 1
    ended = np.flatnonzero(held.stopped)
    stop = held.closes[ended]
    place = np.concatenate([stop + 1, held.opens, inner])
    order = np.argsort(place, kind="stable")
    first = np.concatenate([held.last[stop] + 1, held.first[held.opens] - 1, held.last[inner - 1] + 1])
    last = np.concatenate([np.full(len(stop), FAR), held.first[held.opens] - 1, held.first[inner] - 1])
    episode = np.concatenate([ended, np.arange(len(held.opens)), held.episode[inner]])
    kind = np.repeat([2, 1, 3], [len(stop), len(held.opens), len(inner)])
    at = place[order]

    def put(values: Any, added: Any) -> Any:
        return np.insert(values, at, added[order])

    kinds = put(np.zeros(len(held.first), np.int8), kind)
    nothing = np.zeros(len(place), held.count.dtype)
    return DailyLevels(
        put(held.first, first), put(held.last, last), put(held.count, nothing), put(held.episode, episode),
        kinds == 1, kinds == 2,
    )  # fmt: skip
