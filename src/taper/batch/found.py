"""Found rows: what a rule finds in many episodes, gathered column by column and written as a batch."""

from dataclasses import dataclass, field
from typing import Any, Final

from taper._base.shown import show
from taper.batch.courses import Courses
from taper.batch.engine import LARGEST, Batch, dates, is_new, np, pa
from taper.batch.levels import DrugCourses
from taper.errors import CannotCompute

FINDINGS: Final = (
    ("person", "key"),
    ("drug", "text"),
    ("episode", "whole"),
    ("rule", "text"),
    ("reading", "text"),
    ("source", "text"),
    ("limit", "text"),
    ("first", "date"),
    ("last", "date"),
    ("dose", "whole"),
    ("after", "whole"),
    ("grain", "whole"),
)
"""The columns of findings. `dose / grain` is a daily dose in mg: the highest on those days, or the one before a
reduction to `after / grain`, which is absent where nothing is reduced."""

MOST_AT_ONCE: Final = 2**19
"""About how many rows are in memory at once, of some 300 bytes each."""


@dataclass(slots=True)
class Found:
    """The rows that rules find in one batch, and for each set of them the rule, reading, source and limit."""

    held: Courses
    parts: list[tuple[Any, ...]] = field(default_factory=list)
    words: list[tuple[str, str, str, str]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many were found."""
        return sum(len(part[0]) for part in self.parts)

    def add(
        self, drug: DrugCourses, *words: str, episode: Any, first: Any, last: Any, dose: Any, after: Any = None
    ) -> None:
        """Add rows of one rule, reading, source and limit; the rest is an array, of each row one."""
        if not len(episode):
            return
        count = len(episode)
        has_after = np.full(count, after is not None)
        below = np.zeros(count, np.int64) if after is None else after
        common = np.gcd(np.gcd(dose, below), drug.grain)
        dose, below, grain = dose // common, below // common, drug.grain // common
        wrong = np.flatnonzero(np.maximum(dose, grain) >= LARGEST)
        if len(wrong):
            held = self.held
            whose = held.people[int(held.number[held.opens[drug.whole[episode[wrong[0]]]]])].as_py()
            raise CannotCompute(
                f"doses of {show(whose)} are parts of a mg too fine to be counted together; leave this person out",
                where="spans",
            )
        rule, reading, source, limit = words
        self.words.append((rule, reading, source, limit))
        made = (drug.whole[episode], np.full(count, len(self.words) - 1), first, last, dose, below, grain, has_after)
        self.parts.append(tuple(part.astype(np.int64) for part in made))

    def written(self) -> Batch:
        """The rows in order of person, drug, episode and day, and then of rule, reading, source and limit."""
        whole, words, first, *rest = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        listed = sorted(set(self.words))
        places = {each: place for place, each in enumerate(listed)}
        words = np.array([places[each] for each in self.words])[words]
        # In one number, since sorting by one is several times faster: a row of a batch, a day, and which words.
        day = whole * 2**20 + first + 2**19
        if (int(day.max()) + 1) * len(listed) >= LARGEST:
            day = np.unique(day, return_inverse=True)[1]
        key = day * len(listed) + words
        order = _without_repeats(np.argsort(key, kind="stable"), key, rest)
        whole, words, first, last, dose, after, grain, has_after = (
            column[order] for column in (whole, words, first, *rest)
        )
        held, spans, which = self.held, self.held.opens[whole], pa.array(words)
        arrays = [
            held.people.take(pa.array(held.number[spans])),
            pa.array(held.names).take(pa.array(held.drugs[spans])),
            pa.array(held.ordinal[whole].astype(np.int32)),
            *(pa.array(texts).take(which) for texts in zip(*listed, strict=True)),
            dates(first),
            dates(last),
            pa.array(dose),
            pa.array(after, mask=has_after == 0),
            pa.array(grain),
        ]
        return pa.RecordBatch.from_arrays(arrays, names=[name for name, _ in FINDINGS])


def _without_repeats(order: Any, key: Any, rest: list[Any]) -> Any:
    """The order without rows that are equal to another: two facts of one source may say the same."""
    same = ~is_new(key[order])
    if not same.any():
        return order
    order = np.lexsort((*rest[::-1], key))
    return order[is_new(*(part[order] for part in (key, *rest)))]


def stretches_of(held: DrugCourses, marked: Any) -> tuple[Any, Any, Any]:
    """Neighboring days of marked spans, joined: the first span of each, the last, and the highest count."""
    rows = np.flatnonzero(marked)
    if not len(rows):
        return rows, rows, rows
    apart = np.ones(len(rows), bool)
    apart[1:] = (held.episode[rows][1:] != held.episode[rows][:-1]) | (held.first[rows][1:] != held.last[rows][:-1] + 1)
    begins = np.flatnonzero(apart)
    ends = np.append(begins[1:], len(rows)) - 1
    return rows[begins], rows[ends], np.maximum.reduceat(held.count[rows], begins)
