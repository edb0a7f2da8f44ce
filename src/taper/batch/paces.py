"""Reductions of many episodes, against each source's pace, as the rule pace reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from taper._base.numbers import write_number
from taper.batch.engine import LARGEST, is_new, np, running_most
from taper.batch.facts import DrugFacts
from taper.batch.found import Found
from taper.batch.levels import FAR, DailyLevels, DrugCourses, levels_of_drug, times
from taper.batch.stops import is_shorter
from taper.checks.dose_levels import fewest_days, most_days
from taper.knowledge.stopping_advice import Stopping, StoppingBand, StoppingShape

_Beyond = Callable[[Any, Any, Any], Any]
"""Whether reductions from some counts to others, in episodes with some highest count, are more than one pace."""


@dataclass(frozen=True, slots=True)
class DoseFalls:
    """The reductions of one drug: each from a level to the next.

    `until` is the day of use on which the first reduction falls, counted from the first day of the episode.
    """

    held: DrugCourses
    levels: DailyLevels
    at: Any
    episode: Any
    until: Any


def falls_of(held: DrugCourses) -> DoseFalls:
    """The reductions of one drug, that to 0 at a stop or in a gap among them."""
    levels = levels_of_drug(held)
    same = levels.episode[1:] == levels.episode[:-1]
    at = np.flatnonzero(same & (levels.count[1:] < levels.count[:-1]))
    until = np.full(len(held.opens), -1)
    episodes, where = np.unique(levels.episode[at], return_index=True)
    until[episodes] = levels.first[at[where] + 1] - held.first[held.opens[episodes]]
    return DoseFalls(held, levels, at, levels.episode[at], until)


def paces(found: Found, held: DrugCourses, facts: DrugFacts, long_from: Any) -> None:
    """Each reduction beyond what a source gives, by itself and together with those of one interval.

    `long_from` is of each episode from how many days on it is one of long use.
    """
    falls = falls_of(held)
    if not len(falls.at):
        return
    for fact in facts.stopping:
        beyond = _pace(fact, held)
        speaks = _speaks(fact, falls, long_from)
        if fact.change_to:
            _another_first(found, falls, fact, speaks)
        if beyond is not None:
            _per_step(found, falls, fact, beyond, speaks)
            _as_a_rate(found, falls, fact, beyond, speaks)
            _too_soon(found, falls, fact, speaks)
            _last_step(found, falls, fact, speaks)
            _least_time(found, falls, fact, speaks)


def _speaks(fact: Stopping, falls: DoseFalls, long_from: Any) -> Any:
    """The episodes of which a source speaks, and in which all is known that its advice depends on."""
    held = falls.held
    speaks = falls.until >= 0
    if fact.from_daily_dose is not None:
        low = fact.from_daily_dose.mg
        speaks &= times(held.peak, low.denominator) >= low.numerator * held.grain
    if fact.shape in _OF_BEFORE or fact.used_for_at_least is not None:
        speaks &= held.is_new
    if fact.to_lowest_that_works:
        speaks &= ~(held.is_new & (falls.until < long_from))
    return speaks & ~is_shorter(fact, falls.until, held.is_new, long_from)


# How much one pace of a source is.


_OF_BEFORE = {StoppingShape.PERCENT_OF_START, StoppingShape.FIRST_REDUCTION}
"""Percentages of what was taken before the reduction began."""


def _of_current(fact: Stopping) -> bool:
    return fact.percent_high is not None and fact.shape not in _OF_BEFORE


def _pace(fact: Stopping, held: DrugCourses) -> _Beyond | None:
    if fact.bands:
        return lambda before, after, _: _banded(fact.bands, held.grain, before, after)
    if fact.step_high is not None:
        most = fact.step_high.mg
        return lambda before, after, _: _reaches(fact, held, before) & held.above(before - after, most)
    if fact.percent_high is None:
        return None
    part = fact.percent_high
    of_start = fact.shape is StoppingShape.PERCENT_OF_START

    def beyond(before: Any, after: Any, peak: Any) -> Any:
        whole = peak if of_start else before
        more = times(before - after, 100 * part.denominator) > times(whole, part.numerator)
        return _reaches(fact, held, before) & more

    return beyond


def _reaches(fact: Stopping, held: DrugCourses, before: Any) -> Any:
    low = fact.down_to_daily_dose
    return np.ones(len(before), bool) if low is None else held.above(before, low.mg)


def _banded(bands: tuple[StoppingBand, ...], grain: int, before: Any, after: Any) -> Any:
    steps = [_whole(band.step_high.mg * grain) for band in bands]
    common = lcm(*steps)
    paces = np.zeros(len(before), before.dtype)
    reached = np.zeros(len(before), before.dtype)
    for band, step in zip(bands, steps, strict=True):
        top = np.minimum(before, _whole(band.from_dose.mg * grain))
        foot = np.maximum(after, _whole(band.down_to.mg * grain))
        inside = np.maximum(top - foot, 0)
        reached = reached + inside
        paces = _sum(paces, times(inside, common // step))
    return (paces > common) & (reached == before - after)


def _sum(one: Any, other: Any) -> Any:
    if object in (one.dtype, other.dtype) or int(one.max(initial=0)) + int(other.max(initial=0)) >= LARGEST:
        return one.astype(object) + other.astype(object)
    return one + other


def _whole(amount: Fraction) -> int:
    assert amount.denominator == 1
    return amount.numerator


# Each reading.


def _add(found: Found, falls: DoseFalls, fact: Stopping, reading: str, rows: Any, first: Any, before: Any) -> None:
    after = falls.levels.count[falls.at[rows] + 1]
    found.add(falls.held, "pace", reading, fact.source.id, _limit(fact), episode=falls.episode[rows], first=first,
              last=falls.levels.first[falls.at[rows] + 1], dose=before, after=after)  # fmt: skip


def _limit(fact: Stopping) -> str:
    how = "at most" if fact.at_most else "typically"
    every = f" every {fact.every_low}" if fact.every_low is not None else ""
    if fact.percent_high is not None:
        of = "the current dose" if _of_current(fact) else "the first dose"
        if fact.shape is StoppingShape.FIRST_REDUCTION:
            of, every = "the dose at the first reduction", ""
        return f"{how} {write_number(fact.percent_high)} % of {of}{every}"
    if fact.step_high is not None:
        return f"{how} {fact.step_high}{every}"
    return f"{how} the step of its table{every}"


def _with_figure(falls: DoseFalls, fact: Stopping, speaks: Any) -> Any:
    """The reductions that a source has a figure for: a percentage of the current dose never reaches 0."""
    counted = speaks[falls.episode]
    if fact.shape is StoppingShape.FIRST_REDUCTION:
        return counted & is_new(falls.episode)
    return counted & ~falls.levels.is_stop[falls.at + 1] if _of_current(fact) else counted


def _per_step(found: Found, falls: DoseFalls, fact: Stopping, beyond: _Beyond, speaks: Any) -> None:
    counts = falls.levels.count
    before, after = counts[falls.at], counts[falls.at + 1]
    more = _with_figure(falls, fact, speaks) & beyond(before, after, falls.held.peak[falls.episode])
    rows = np.flatnonzero(more)
    _add(found, falls, fact, "per step", rows, falls.levels.first[falls.at[rows] + 1], before[rows])


def _as_a_rate(found: Found, falls: DoseFalls, fact: Stopping, beyond: _Beyond, speaks: Any) -> None:
    """Reductions counted from the highest dose of the days of one interval before them."""
    if fact.every_low is None or fact.shape is StoppingShape.FIRST_REDUCTION:
        return
    levels = falls.levels
    rows = np.flatnonzero(_with_figure(falls, fact, speaks))
    day = levels.first[falls.at[rows] + 1]
    highest = _highest_within(falls, rows, day - fewest_days(fact.every_low))
    before, after = levels.count[highest], levels.count[falls.at[rows] + 1]
    together = levels.last[highest] < day - 1
    more = together & beyond(before, after, falls.held.peak[falls.episode[rows]])
    _add(found, falls, fact, "as a rate", rows[more], levels.last[highest][more] + 1, before[more])


def _highest_within(falls: DoseFalls, rows: Any, since: Any) -> Any:
    """For each reduction the latest of the highest levels before it that reach a day."""
    levels = falls.levels
    best = falls.at[rows].copy()
    place, back = np.arange(len(rows)), falls.at[rows] - 1
    while len(place):
        inside = back >= 0
        inside[inside] = (levels.episode[back[inside]] == falls.episode[rows[place[inside]]]) & (
            levels.last[back[inside]] >= since[place[inside]]
        )
        place, back = place[inside], back[inside]
        higher = levels.count[back] > levels.count[best[place]]
        best[place[higher]] = back[higher]
        back = back - 1
    return best


def _too_soon(found: Found, falls: DoseFalls, fact: Stopping, speaks: Any) -> None:
    """The first two reductions in less than the interval of a source that gives later ones no size."""
    if fact.shape is not StoppingShape.FIRST_REDUCTION or fact.every_low is None:
        return
    after = falls.levels.count[falls.at + 1]
    _, rank = np.unique(after, return_inverse=True)
    group = np.cumsum(is_new(falls.episode)) - 1
    lowest = -running_most(-rank, group)
    # What goes below every dose before it is a reduction; one after a rise is not.
    lower = is_new(falls.episode)
    lower[1:] |= rank[1:] < lowest[:-1]
    rows = np.flatnonzero(lower & speaks[falls.episode])
    day = falls.levels.first[falls.at[rows] + 1]
    soon = np.zeros(len(rows), bool)
    soon[1:] = (falls.episode[rows][1:] == falls.episode[rows][:-1]) & (
        day[1:] - day[:-1] < fewest_days(fact.every_low)
    )
    second = np.flatnonzero(soon)
    second = second[is_new(falls.episode[rows[second]])]
    counts = falls.levels.count
    found.add(falls.held, "pace", "too soon", fact.source.id, f"a reduction every {fact.every_low}",
              episode=falls.episode[rows[second]], first=day[second - 1], last=day[second],
              dose=counts[falls.at[rows[second]]], after=counts[falls.at[rows[second]] + 1])  # fmt: skip


def _last_step(found: Found, falls: DoseFalls, fact: Stopping, speaks: Any) -> None:
    """A stop from more mg than a percentage of the dose at the start."""
    if not _of_current(fact) or fact.percent_high is None:
        return
    stop = falls.levels.is_stop[falls.at + 1] & (speaks & falls.held.is_new)[falls.episode]
    rows = np.flatnonzero(stop)
    part = fact.percent_high
    before = falls.levels.count[falls.at[rows]]
    more = times(before, 100 * part.denominator) > times(falls.held.peak[falls.episode[rows]], part.numerator)
    rows = rows[more]
    _add(found, falls, fact, "last step", rows, falls.levels.first[falls.at[rows] + 1], before[more])


def _least_time(found: Found, falls: DoseFalls, fact: Stopping, speaks: Any) -> None:
    """A whole reduction that is shorter than a source gives beside its pace."""
    if fact.lasting_at_least is None or fact.shape is StoppingShape.MINIMUM_TIME or fact.intakes:
        return
    held = falls.held
    episodes = np.flatnonzero(speaks & held.is_new & held.stopped)
    last = np.maximum.reduceat(np.where(held.count == held.peak[held.episode], held.last, -FAR), held.opens)[episodes]
    end = held.last[held.closes[episodes]]
    short = end - last < most_days(fact.lasting_at_least)
    episodes, last, end = episodes[short], last[short], end[short]
    found.add(held, "pace", "least time", fact.source.id, f"over at least {fact.lasting_at_least}", episode=episodes,
              first=np.minimum(last + 1, end), last=end, dose=held.peak[episodes],
              after=np.zeros(len(episodes), np.int64))  # fmt: skip


def _another_first(found: Found, falls: DoseFalls, fact: Stopping, speaks: Any) -> None:
    """The first reduction of a drug in whose place a source wants another, of people who take none of those."""
    whole, held = found.held, falls.held
    wanted = [code for code, name in enumerate(whole.names) if name in fact.change_to]
    changed = np.unique(whole.number[np.isin(whole.drugs, wanted)])
    speaks = speaks & ~np.isin(whole.number[whole.opens[held.whole]], changed)
    episodes, rows = np.unique(falls.episode, return_index=True)
    rows = rows[speaks[episodes]]
    day = falls.levels.first[falls.at[rows] + 1]
    found.add(held, "pace", "another drug first", fact.source.id, " or ".join(fact.change_to),
              episode=falls.episode[rows], first=day, last=day, dose=falls.levels.count[falls.at[rows]],
              after=falls.levels.count[falls.at[rows] + 1])  # fmt: skip
