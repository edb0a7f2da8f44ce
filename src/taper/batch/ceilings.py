"""Days above a daily ceiling, and above what a source gives for a person's kidney figure."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from taper.batch.engine import np
from taper.batch.facts import DrugFacts, limit_text
from taper.batch.found import Found, stretches_of
from taper.batch.kidneys import KidneyAnswer, KidneyFigures
from taper.batch.levels import DrugCourses


def above_ceilings(found: Found, held: DrugCourses, facts: DrugFacts) -> None:
    """Each stretch of days above each daily ceiling, as the rule ceiling has them."""
    for ceiling in facts.ceilings:
        first, last, most = stretches_of(held, held.above(held.count, ceiling.limit.mg))
        found.add(held, "ceiling", str(ceiling.kind), ceiling.source.id, limit_text(ceiling),
                  episode=held.episode[first], first=held.first[first], last=held.last[last], dose=most)  # fmt: skip


def by_kidneys(found: Found, held: DrugCourses, facts: DrugFacts, figures: KidneyFigures, codes: Any) -> None:
    """What each source says at the figures of each person, as the rule kidney has it.

    Args:
        found: Where the rows go.
        held: The episodes of the drug.
        facts: The facts about it.
        figures: What is known of the kidneys of people.
        codes: Of each episode in the batch, which figures of those are the person's; below 0 where none is known.
    """
    own = codes[held.whole]
    known, place = np.unique(own, return_inverse=True)
    order, counts = np.argsort(place, kind="stable"), np.bincount(place)
    having = dict(zip(known.tolist(), np.split(order, np.cumsum(counts)[:-1]), strict=True))
    having.pop(-1, None)
    for advice in facts.kidney:
        told: dict[KidneyAnswer, list[Any]] = {}
        for code, episodes in having.items():
            for answer in dict.fromkeys(figures.answers(advice, code)):
                told.setdefault(answer, []).append(episodes)
        for answer, listed in told.items():
            asked = held.of(np.sort(np.concatenate(listed)))
            for reading, rows in _rows(asked, answer):
                found.add(asked, "kidney", reading, advice.source.id, answer.limit, **rows)


def _rows(held: DrugCourses, answer: KidneyAnswer) -> Iterator[tuple[str, dict[str, Any]]]:
    if answer.most is None:
        yield answer.reading, _whole(held)
    elif answer.is_first:
        opens = held.opens[held.is_new]
        rows = opens[held.above(held.count[opens], answer.most)]
        yield answer.reading, {"episode": held.episode[rows], "first": held.first[rows], "last": held.last[rows],
                               "dose": held.count[rows]}  # fmt: skip
    else:
        above = held.above(held.count, answer.most)
        first, last, most = stretches_of(held, above)
        yield answer.reading, {"episode": held.episode[first], "first": held.first[first], "last": held.last[last],
                               "dose": most}  # fmt: skip
        if answer.every_other_day:
            yield "every other day", _too_often(held, answer.most, above)


def _whole(held: DrugCourses) -> dict[str, Any]:
    first, last = held.first[held.opens], held.last[held.closes]
    return {"episode": np.arange(len(held.opens)), "first": first, "last": last, "dose": held.peak}


def _too_often(held: DrugCourses, limit: Fraction, above: Any) -> dict[str, Any]:
    """The first span with two days in a row above a figure for every other day, where none is above it alone."""
    follows = np.append((held.episode[1:] == held.episode[:-1]) & (held.first[1:] == held.last[:-1] + 1), False)
    following = np.where(follows, np.append(held.count[1:], 0), 0)
    second = np.where(held.last > held.first, held.count, following)
    twice = held.above(held.count + second, limit)
    none = ~np.logical_or.reduceat(above, held.opens)
    rows = np.flatnonzero(twice & none[held.episode])
    rows = rows[np.unique(held.episode[rows], return_index=True)[1]]
    return {"episode": held.episode[rows], "first": held.first[rows], "last": held.last[rows],
            "dose": held.count[rows]}  # fmt: skip
