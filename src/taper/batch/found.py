"""Found rows: what a rule finds in many episodes, gathered column by column and written as a batch."""

from dataclasses import dataclass, field
from typing import Any, Final

from taper.batch.courses import Courses
from taper.batch.engine import LARGEST, Batch, np, pa
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


@dataclass(slots=True)
class Found:
    """The rows that rules find in one batch."""

    held: Courses
    parts: list[tuple[Any, ...]] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)

    def add(
        self, drug: DrugCourses, rule: str, reading: str, source: str, limit: str, *,
        episode: Any, first: Any, last: Any, dose: Any, after: Any = None,
    ) -> None:  # fmt: skip
        """Add rows of one rule, reading and source; the rest is an array, of each row one."""
        if not len(episode):
            return
        count = len(episode)
        has_after = after is not None
        below = after if has_after else np.zeros(count, np.int64)
        common = np.gcd(np.gcd(dose, below), drug.grain)
        dose, below, grain = dose // common, below // common, drug.grain // common
        if max(int(dose.max()), int(grain.max())) >= LARGEST:
            raise CannotCompute("a dose is finer than is counted; use fewer lengths of supply", where="spans")
        words = [np.full(count, self._code(text), np.int32) for text in (rule, reading, source, limit)]
        made = (drug.whole[episode], *words, first, last, dose, below, grain, np.full(count, has_after))
        self.parts.append(tuple(part.astype(np.int64) for part in made))

    def _code(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def written(self) -> Batch:
        """The rows in order of person, drug, day and rule; the order of the text of the rest decides."""
        columns = [np.concatenate(column) for column in zip(*self.parts, strict=True)]
        listed = sorted(self.texts)
        places = np.empty(len(listed), np.int64)
        for place, text in enumerate(listed):
            places[self.texts[text]] = place
        whole, words = columns[0], [places[column] for column in columns[1:5]]
        rest = columns[5:]
        order = np.lexsort((rest[2], *words[::-1], rest[1], rest[0], whole))
        whole = whole[order]
        first, last, dose, after, grain, has_after = (column[order] for column in rest)
        spans = self.held.opens[whole]
        held, texts = self.held, pa.array(listed)
        arrays = [
            held.people.take(pa.array(held.number[spans])),
            pa.array(held.names).take(pa.array(held.drugs[spans])),
            pa.array(held.ordinal[whole].astype(np.int32)),
            *(texts.take(pa.array(column[order])) for column in words),
            *(pa.array(days.astype(np.int32)).cast(pa.date32()) for days in (first, last)),
            pa.array(dose),
            pa.array(after, mask=has_after == 0),
            pa.array(grain),
        ]
        return pa.RecordBatch.from_arrays(arrays, names=[name for name, _ in FINDINGS])


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
