"""Stops of many episodes, against each source's advice on stopping, as the rule abrupt-stop reads it."""

from dataclasses import dataclass
from typing import Any

from taper.batch.engine import np
from taper.batch.facts import DrugFacts
from taper.batch.found import Found
from taper.batch.levels import FAR, DrugCourses, times
from taper.checks.dose_levels import fewest_days, most_days
from taper.knowledge.stopping_advice import Stopping, StoppingShape
from taper.source import Source


@dataclass(frozen=True, slots=True)
class DoseEndings:
    """The stretches of days without a break that come to 0, at a stop or in a gap.

    Per stretch: its first and last span, the episode, the highest count and the last, how many days after the last day
    at the highest it ends, and for how many days the drug was used until then in the episode.
    """

    begins: Any
    ends: Any
    episode: Any
    most: Any
    last: Any
    reduced_over: Any
    used: Any


def stops(found: Found, held: DrugCourses, facts: DrugFacts, long_from: Any) -> None:
    """Each stop that a source does not allow: of each, its last day and the day after.

    `long_from` is of each episode from how many days on it is one of long use.
    """
    ending = _endings(held)
    if not len(ending.ends):
        return
    is_new = held.is_new[ending.episode]
    about = {fact: _is_about(fact, held, ending, is_new, long_from[ending.episode]) for fact in facts.stopping}
    fixed = {fact: _allowed(fact, held, ending, is_new) for fact in facts.stopping}
    speaking: dict[Source, Any] = {}
    for fact in facts.stopping:
        speaks = about[fact] & fixed[fact][0]
        speaking[fact.source] = speaking.get(fact.source, False) | speaks
    for fact in (fact for fact in facts.stopping if not fact.stops_at_once):
        kept = about[fact] & (~speaking[fact.source] | fixed[fact][0]) if fact.bands else about[fact]
        for reading, rows in _judged(fact, held, ending, is_new, *fixed[fact]):
            _add(found, held, fact, reading, ending, np.flatnonzero(kept & rows))


def _add(found: Found, held: DrugCourses, fact: Stopping, reading: str, ending: DoseEndings, rows: Any) -> None:
    day = held.last[ending.ends[rows]]
    dose = ending.last[rows]
    found.add(held, "abrupt-stop", reading, fact.source.id, str(fact.shape), episode=ending.episode[rows], first=day,
              last=day + 1, dose=dose, after=np.zeros(len(rows), np.int64))  # fmt: skip


def _endings(held: DrugCourses) -> DoseEndings:
    begins = np.ones(len(held.first), bool)
    begins[1:] = (held.episode[1:] != held.episode[:-1]) | (held.first[1:] != held.last[:-1] + 1)
    opening = np.flatnonzero(begins)
    closing = np.append(opening[1:], len(begins)) - 1
    episode = held.episode[opening]
    group = np.cumsum(begins) - 1
    most = np.maximum.reduceat(held.count, opening)
    at_most = np.maximum.reduceat(np.where(held.count == most[group], held.last, -FAR), opening)
    days = held.last[closing] - held.first[opening] + 1
    used = np.cumsum(days)
    heads = np.searchsorted(episode, np.arange(len(held.opens)))
    used = used - (used[heads] - days[heads])[episode]
    # The last stretch of an episode that goes on has no end.
    ended = np.append(episode[1:] == episode[:-1], False) | held.stopped[episode]
    rows = np.flatnonzero(ended)
    return DoseEndings(opening[rows], closing[rows], episode[rows], most[rows], held.count[closing[rows]],
                       (held.last[closing] - at_most)[rows], used[rows])  # fmt: skip


def _is_about(fact: Stopping, held: DrugCourses, ending: DoseEndings, is_new: Any, long_from: Any) -> Any:
    reaches = not (fact.to_lowest_that_works or (fact.down_to_daily_dose is not None and fact.down_to_daily_dose))
    about = np.full(len(ending.ends), reaches)
    if fact.from_daily_dose is not None:
        low = fact.from_daily_dose.mg
        about &= times(ending.most, low.denominator) >= low.numerator * held.grain
    return about & ~is_shorter(fact, ending.used, is_new, long_from)


def is_shorter(fact: Stopping, used: Any, is_new: Any, long_from: Any) -> Any:
    """Which uses, of so many days where nothing was taken before, are known to be shorter than the advice is about."""
    if fact.used_for_at_least is not None:
        return is_new & (used < fewest_days(fact.used_for_at_least))
    if fact.after_long_use:
        return is_new & (used < long_from)
    return np.zeros(len(used), bool)


def _allowed(fact: Stopping, held: DrugCourses, ending: DoseEndings, is_new: Any) -> tuple[Any, Any]:
    """Where a source gives a figure for the last reduction, and where that is more."""
    everywhere = np.ones(len(ending.ends), bool)
    if fact.last_dose is not None:
        return everywhere, held.above(ending.last, fact.last_dose.mg)
    if fact.shape is StoppingShape.FIXED and fact.step_high is not None:
        return everywhere, held.above(ending.last, fact.step_high.mg)
    if fact.shape is StoppingShape.PERCENT_OF_START and fact.percent_high is not None:
        part = fact.percent_high
        more = times(ending.last, 100 * part.denominator) > times(ending.most, part.numerator)
        # Without what was taken before, the dose of which it is a percentage is not known.
        return is_new, more & is_new
    given, allowed = np.zeros(len(ending.ends), bool), np.zeros(len(ending.ends), bool)
    for band in fact.bands:
        inside = held.above(ending.last, band.down_to.mg) & ~held.above(ending.last, band.from_dose.mg)
        given |= inside
        allowed |= inside & ~held.above(ending.last, band.step_high.mg)
    return given, given & ~allowed


def _judged(
    fact: Stopping, held: DrugCourses, ending: DoseEndings, is_new: Any, given: Any, beyond: Any
) -> list[tuple[str, Any]]:
    straight = ~given & (ending.last == ending.most)
    rest = ~given & ~straight
    if fact.lasting_at_least is not None and (fact.shape is StoppingShape.MINIMUM_TIME or fact.intakes):
        least = most_days(fact.lasting_at_least)
        short = rest & is_new & (ending.reduced_over < least)
        crowded = rest & is_new & ~short
        crowded[crowded] = _is_crowded(held, ending, np.flatnonzero(crowded), least)
        return [("last step", beyond), ("at once", straight), ("too short", short), ("in few days", crowded)]
    half = rest & (times(ending.last, 2) > ending.most)
    return [("last step", beyond), ("at once", straight), ("more than half", half)]


def _is_crowded(held: DrugCourses, ending: DoseEndings, rows: Any, least: int) -> Any:
    """Whether some days hold more of a reduction than is spread over the least time."""
    begins, ends, most = ending.begins[rows], ending.ends[rows], ending.most[rows]
    crowded = np.zeros(len(rows), bool)
    # Each level after the first, up to the 0 after the stretch; back from each to the levels before it, all at once.
    count = ends - begins + 1
    whose = np.repeat(np.arange(len(rows)), count)
    at = np.arange(len(whose)) - np.repeat(np.cumsum(count) - count - begins - 1, count)
    is_zero = at > ends[whose]
    high = at - 1
    at = np.where(is_zero, high, at)
    after = np.where(is_zero, held.last[at] + 1, held.first[at])
    low = np.where(is_zero, 0, held.count[at])
    # What some days hold is more than half of the highest, or they hold no more than is spread.
    kept = np.flatnonzero(low * 2 < most[whose])
    while len(kept):
        whose, after, low, high = whose[kept], after[kept], low[kept], high[kept]
        passed = after - held.last[high] - 1
        share = times(held.count[high] - low, 2 * least) > most[whose] * (least + passed)
        near = passed < least
        crowded[whose[near & share]] = True
        kept = np.flatnonzero(near & ~crowded[whose] & (high > begins[whose]))
        high = high - 1
    return crowded
